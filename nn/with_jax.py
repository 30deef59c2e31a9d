"""A network in JAX: its matrices, and the function of them that a user of JAX would have written.

Imports JAX; `nn.tensors` asks for this room when it is first needed.

Legend
    W, b    the weights of a layer, a row for each unit, and its biases
    a, z    what goes into a layer; its weighted inputs: z = W a + b
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import nn as activations
from jax.scipy import special

from autograd_lite import Op, more_ops, ops, special_ops
from autograd_lite.plain_numbers import described
from nn.matrices import Raised, matrices_of, network_of
from nn.units import Network

__all__ = ["FUNCTIONS", "Functions", "Params", "Predict", "from_jax", "to_jax"]

Params: TypeAlias = list[tuple[Any, Any]]
Functions: TypeAlias = Mapping[Op, Callable[[Any], Any]]


def step(z: Any) -> Any:
    """Return u(z): 0 below 0, 1 from 0 on."""
    return jnp.heaviside(z, 1.0)


# A row of the table with one operand, and the same function in JAX; powers are `Raised`.
FUNCTIONS: dict[Op, Callable[[Any], Any]] = {
    ops.neg: jnp.negative,
    ops.exp: jnp.exp,
    ops.log: jnp.log,
    ops.sqrt: jnp.sqrt,
    ops.reciprocal: jnp.reciprocal,
    ops.sin: jnp.sin,
    ops.cos: jnp.cos,
    more_ops.tan: jnp.tan,
    ops.tanh: jnp.tanh,
    ops.sigmoid: activations.sigmoid,
    ops.relu: activations.relu,
    ops.step: step,
    ops.sign: jnp.sign,
    ops.abs: jnp.abs,
    ops.identity: jnp.positive,
    more_ops.softplus: activations.softplus,
    special_ops.atan: jnp.arctan,
    special_ops.asin: jnp.arcsin,
    special_ops.acos: jnp.arccos,
    special_ops.sinh: jnp.sinh,
    special_ops.cosh: jnp.cosh,
    special_ops.asinh: jnp.arcsinh,
    special_ops.acosh: jnp.arccosh,
    special_ops.atanh: jnp.arctanh,
    special_ops.log1p: jnp.log1p,
    special_ops.expm1: jnp.expm1,
    special_ops.erf: special.erf,
    special_ops.erfc: special.erfc,
    special_ops.leaky_relu: partial(activations.leaky_relu, negative_slope=special_ops.LEAK),
    special_ops.elu: activations.elu,
    special_ops.gelu: partial(activations.gelu, approximate=False),
    special_ops.silu: activations.silu,
    special_ops.softsign: activations.soft_sign,
    special_ops.hardtanh: activations.hard_tanh,
    special_ops.hardsigmoid: activations.hard_sigmoid,
}


class Predict:
    """A network as a function of its matrices: predict(params, x) is σ(W a + b), layer by layer.

    sizes           the units of each layer, inputs first
    activations     the row of the table for each layer from l = 2 on
    functions       the same functions in JAX
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[Op],
        functions: Sequence[Callable[[Any], Any]],
    ) -> None:
        self.sizes = list(sizes)
        self.activations = list(activations)
        self.functions = list(functions)

    def __repr__(self) -> str:
        return f"Predict({self.sizes}, {[op.name for op in self.activations]})"

    def __call__(self, params: Params, x: Any) -> Any:
        """Return the outputs for one image: an array of as many numbers as units of the last layer.

        Raises ValueError for an image of another shape, and for another count of layers.
        """
        a = jnp.asarray(x)
        if a.shape != (self.sizes[0],):
            raise ValueError(
                f"{self!r} takes one image of {self.sizes[0]} numbers, not the shape {a.shape}; "
                f"for rows of images write jax.vmap(predict, in_axes=(None, 0))(params, images)"
            )
        if len(params) != len(self.functions):
            raise ValueError(
                f"{self!r} takes {len(self.functions)} pairs (W, b), not {len(params)}"
            )
        for (W, b), activation in zip(params, self.functions):
            z = W @ a + b
            a = activation(z)
        return a


def to_jax(network: Network, functions: Functions) -> tuple[Params, Predict]:
    """Do what `nn.to_jax` says."""
    if jnp.result_type(float) != np.float64:
        raise ValueError(
            "JAX would round the numbers to float32; for float64, as here, write "
            'jax.config.update("jax_enable_x64", True) at the start of the program'
        )
    layers = matrices_of(network)
    known = {**FUNCTIONS, **functions}
    found = [
        function_of(known, number, layer.activation) for number, layer in enumerate(layers, start=2)
    ]
    params = [(jnp.asarray(W), jnp.asarray(b)) for W, b, _ in layers]
    return params, Predict(network.sizes, [layer.activation for layer in layers], found)


def function_of(known: Functions, number: int, op: Op) -> Callable[[Any], Any]:
    """Return the function in JAX of the activation of a layer.

    Raises ValueError, which says what to write, for a row that has none.
    """
    if isinstance(op, ops.Power):
        return Raised(op.exponent)
    if op not in known:
        raise ValueError(
            f"JAX has no {op.name}, the activation of layer {number}; write "
            f"to_jax(network, {{{op.name}: f}}), f being the same function of a JAX array"
        )
    return known[op]


def from_jax(params: Any, activation: Any) -> Network:
    """Do what `nn.from_jax` says."""
    if isinstance(activation, Predict):
        activation = activation.activations
    if not isinstance(params, (list, tuple)) or not params:
        raise TypeError(
            "params is a list with a pair (W, b) for each layer, as to_jax gives it, "
            f"not {'an empty one' if params in ([], ()) else described(params)}"
        )
    pairs = []
    inputs = 0
    for number, pair in enumerate(params, start=2):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(
                f"layer {number} is a pair (W, b) in params, not {described(pair)}; "
                f"write [(W, b), ...], a pair for each layer"
            )
        W, b = (as_numpy(number, name, array) for name, array in zip("Wb", pair))
        check_shapes(number, W.shape, b.shape, inputs)
        inputs = len(b)
        pairs.append((W.tolist(), b.tolist()))
    return network_of(pairs, activation)


def as_numpy(number: int, name: str, array: Any) -> Any:
    """Return an array of JAX or NumPy as float64, which holds every float exactly.

    Raises TypeError, which says what to write, for anything else.
    """
    if isinstance(array, jax.core.Tracer):
        raise TypeError(
            f"{name} of layer {number} has no numbers while JAX traces a function; "
            "call from_jax outside of jit, grad and vmap, on what they return"
        )
    if not isinstance(array, (jax.Array, np.ndarray)):
        raise TypeError(
            f"{name} of layer {number} is {described(array)}, not an array; "
            f"write jnp.asarray({name})"
        )
    if not jnp.issubdtype(array.dtype, jnp.floating):
        raise TypeError(
            f"{name} of layer {number} holds {array.dtype}, not floats; write {name}.astype(float)"
        )
    return np.asarray(array).astype(np.float64)


def check_shapes(number: int, W: tuple[int, ...], b: tuple[int, ...], inputs: int) -> None:
    """Raise ValueError, which says what to write, unless W and b fit each other and the inputs.

    inputs      how many units the layer before has; 0 of the first, which any count fits
    """
    told = f"layer {number} has W of shape {W} and b of shape {b}"
    if len(W) != 2 or 0 in W:
        raise ValueError(f"{told}; W needs a row for each unit and a column for each input")
    units, columns = W
    if len(b) != 1:
        raise ValueError(f"{told}; b is a vector: write b.reshape(-1)")
    if columns == b[0] != units and inputs in (0, units):
        raise ValueError(f"{told}; write W.T: a row for each unit, a column for each input")
    if b[0] != units:
        raise ValueError(f"{told}; b needs a number for each row of W, {units} in all")
    if inputs and columns != inputs:
        raise ValueError(
            f"{told}, and layer {number - 1} has {inputs} units; W needs as many columns"
            f"{': write W.T' if units == inputs else ''}"
        )
