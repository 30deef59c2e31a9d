"""A network in PyTorch: the module that a user of PyTorch would have written.

Imports PyTorch; `nn.tensors` asks for this room when it is first needed.

Legend
    W, b    the weights of a layer, a row for each unit, and its biases
    z       its weighted inputs
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

import torch

from autograd_lite import Op, more_ops, ops, special_ops
from autograd_lite.plain_numbers import described
from nn.matrices import Raised, matrices_of, network_of
from nn.units import Network

__all__ = ["FUNCTIONS", "MODULES", "Elementwise", "Functions", "from_torch", "to_torch"]

Functions: TypeAlias = Mapping[Op, Callable[[Any], Any]]


def step(z: Any) -> Any:
    """Return u(z): 0 below 0, 1 from 0 on; its gradient is 0."""
    return (torch.sign(z) + 1.0).clamp(max=1.0)  # a comparison would have no gradient at all


def hardsigmoid(z: Any) -> Any:
    """Return x/6 + 1/2, cut off at 0 and 1.

    The slope of `torch.nn.Hardsigmoid` is 1/6 in float32, also where the numbers are float64.
    """
    return (torch.nn.functional.hardtanh(z, -3.0, 3.0) + 3.0) / 6.0


# A row of the table with one operand, and the module that is the same function.
MODULES: dict[Op, Callable[[], Any]] = {
    ops.sigmoid: torch.nn.Sigmoid,
    ops.tanh: torch.nn.Tanh,
    ops.relu: torch.nn.ReLU,
    ops.identity: torch.nn.Identity,
    # From its threshold on, PyTorch's softplus is z; at 20, the default, the tenth digit differs.
    more_ops.softplus: partial(torch.nn.Softplus, threshold=40.0),
    special_ops.leaky_relu: partial(torch.nn.LeakyReLU, special_ops.LEAK),
    special_ops.elu: torch.nn.ELU,
    special_ops.gelu: torch.nn.GELU,
    special_ops.silu: torch.nn.SiLU,
    special_ops.softsign: torch.nn.Softsign,
    special_ops.hardtanh: torch.nn.Hardtanh,
}

# What `from_torch` understands besides.
READ: dict[Op, Callable[[], Any]] = {**MODULES, special_ops.hardsigmoid: torch.nn.Hardsigmoid}

# The rows that PyTorch has as functions alone; powers are `Raised`.
FUNCTIONS: dict[Op, Callable[[Any], Any]] = {
    ops.neg: torch.neg,
    ops.exp: torch.exp,
    ops.log: torch.log,
    ops.sqrt: torch.sqrt,
    ops.reciprocal: torch.reciprocal,
    ops.sin: torch.sin,
    ops.cos: torch.cos,
    more_ops.tan: torch.tan,
    ops.step: step,
    ops.sign: torch.sign,
    ops.abs: torch.abs,
    special_ops.atan: torch.atan,
    special_ops.asin: torch.asin,
    special_ops.acos: torch.acos,
    special_ops.sinh: torch.sinh,
    special_ops.cosh: torch.cosh,
    special_ops.asinh: torch.asinh,
    special_ops.acosh: torch.acosh,
    special_ops.atanh: torch.atanh,
    special_ops.log1p: torch.log1p,
    special_ops.expm1: torch.expm1,
    special_ops.erf: torch.erf,
    special_ops.erfc: torch.erfc,
    special_ops.hardsigmoid: hardsigmoid,
}


class Elementwise(torch.nn.Module):  # type: ignore[misc]  # its type is not looked at: see mypy
    """A module that applies a function of tensors to each number: `Elementwise(torch.sin)`."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def extra_repr(self) -> str:
        """Return the name of the function, for the listing of the model."""
        return getattr(self.function, "__name__", repr(self.function))

    def forward(self, z: Any) -> Any:
        """Return the function of each number of z."""
        return self.function(z)


def to_torch(network: Network, functions: Functions) -> Any:
    """Do what `nn.to_torch` says."""
    modules = []
    for number, (W, b, activation) in enumerate(matrices_of(network), start=2):
        linear = torch.nn.utils.skip_init(  # draws no random numbers from PyTorch's generator
            torch.nn.Linear, len(W[0]), len(W), dtype=torch.float64
        )
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(W, dtype=torch.float64))
            linear.bias.copy_(torch.tensor(b, dtype=torch.float64))
        modules.append(linear)
        if activation is not ops.identity:  # nobody writes that one down
            modules.append(module_of(number, activation, functions))
    return torch.nn.Sequential(*modules)


def module_of(number: int, op: Op, functions: Functions) -> Any:
    """Return a new module for the activation of a layer.

    Raises ValueError, which says what to write, for a row that has none.
    """
    if op in MODULES and op not in functions:
        return MODULES[op]()
    if isinstance(op, ops.Power):
        return Elementwise(Raised(op.exponent))
    known = {**FUNCTIONS, **functions}
    if op not in known:
        raise ValueError(
            f"PyTorch has no {op.name}, the activation of layer {number}; write "
            f"to_torch(network, {{{op.name}: f}}), f being the same function of a tensor"
        )
    return Elementwise(known[op])


def from_torch(model: Any, functions: Functions) -> Network:
    """Do what `nn.from_torch` says."""
    pairs: list[Any] = []
    activations: list[Op] = []
    known = {**FUNCTIONS, **functions}
    for module in flattened(model):
        if isinstance(module, torch.nn.Linear):
            activations += [ops.identity] * (len(pairs) - len(activations))
            pairs.append(pair_of(len(pairs) + 2, module, len(pairs[-1][1]) if pairs else 0))
            continue
        activation = row_of(module, known)
        if len(activations) != len(pairs) - 1:
            raise ValueError(
                f"{module!r} stands where a Linear is due: a layer is a Linear and at most one "
                "activation; write torch.nn.Sequential(torch.nn.Linear(12, 3), torch.nn.Sigmoid())"
            )
        activations.append(activation)
    if not pairs:
        raise ValueError("the model has no Linear; write torch.nn.Sequential(torch.nn.Linear(...))")
    activations += [ops.identity] * (len(pairs) - len(activations))
    return network_of(pairs, activations)


def flattened(model: Any) -> Iterator[Any]:
    """Yield the modules of a model in the order in which they are applied.

    Raises TypeError, which says what to write, for a model that does not say its order.
    """
    if isinstance(model, torch.nn.Sequential):
        for module in model:
            yield from flattened(module)
        return
    if isinstance(model, torch.nn.Module) and not list(model.children()):
        yield model
        return
    what = type(model).__name__ if isinstance(model, torch.nn.Module) else described(model)
    raise TypeError(
        f"only a torch.nn.Sequential says in which order its modules are applied, not {what}; "
        "write torch.nn.Sequential(model.first, torch.nn.Sigmoid(), model.second)"
    )


def pair_of(number: int, linear: Any, inputs: int) -> tuple[list[list[float]], list[float]]:
    """Return W and b of a Linear; without a bias b is zeros.

    inputs      how many units the layer before has; 0 of the first, which any count fits

    Raises ValueError or TypeError, which say what to write, where it is none of ours.
    """
    if isinstance(linear, torch.nn.LazyLinear):
        raise ValueError(f"layer {number} has no numbers yet; call the model once before")
    if inputs and linear.in_features != inputs:
        raise ValueError(
            f"layer {number} is {linear!r}, and layer {number - 1} has {inputs} units; "
            f"write torch.nn.Linear({inputs}, {linear.out_features})"
        )
    W = linear.weight.detach()
    if not W.dtype.is_floating_point:
        raise TypeError(f"layer {number} holds {W.dtype}, not floats; write model.double()")
    b = torch.zeros(len(W)) if linear.bias is None else linear.bias.detach()
    return W.cpu().double().tolist(), b.cpu().double().tolist()


def row_of(module: Any, functions: Functions) -> Op:
    """Return the row of the table that is the same function as a module.

    Raises ValueError, which says what to write, where there is none.
    """
    for op, make in READ.items():
        ours = make()
        if type(module) is type(ours):
            if settings(module) not in (settings(ours), settings(type(ours)())):
                raise ValueError(f"{module!r} is none of our rows; {op.name} is {ours!r}")
            return op
    if isinstance(module, Elementwise):
        if isinstance(module.function, Raised):
            return ops.power(module.function.exponent)
        for op, function in functions.items():
            if module.function == function:
                return op
        raise ValueError(
            f"{module!r} is none of our rows; write from_torch(model, {{op: f}}) "
            "with what to_torch was given"
        )
    raise ValueError(
        f"{module!r} is neither a Linear nor an activation that has a row in the table; a network "
        "takes rows of numbers and is made of these two: leave it out, or compute it beforehand"
    )


def settings(module: Any) -> dict[str, Any]:
    """Return what decides the numbers of an activation: GELU's approximation, a slope."""
    kept = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    kept.pop("training", None)
    kept.pop("inplace", None)  # where the result is put does not change it
    return kept
