"""From scalars to tensors: a network handed over to JAX or PyTorch, and taken back.

Nothing here imitates those: what they are given is what their users write, and all that they
can do (batches, GPUs, their own gradients) is theirs. Both are extras, imported when they are
first needed.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd_lite import Op
from autograd_lite.plain_numbers import described
from nn.units import Network

if TYPE_CHECKING:
    from nn.with_jax import Params, Predict

__all__ = ["to_jax", "from_jax", "to_torch", "from_torch"]


def to_jax(
    network: Network, functions: Mapping[Op, Callable[[Any], Any]] | None = None
) -> "tuple[Params, Predict]":
    """Return (params, predict): a list of pairs (W, b) in float64, and a function of it.

    predict(params, x) is what a user of JAX writes, `a = σ(W @ a + b)` for each pair, and gives
    the outputs for one image; `jax.jit`, `jax.grad` and `jax.vmap` take it as it is. W has a row
    for each unit. `functions` gives the function in JAX for an op of your own.

    The numbers agree with those of the network to rounding, and so do the gradients, but right at
    the kinks of abs, leaky_relu and hardtanh, where JAX takes the slope of the other side.

    Raises ImportError, which says what to install, without JAX; ValueError while JAX is set to
    float32, for a layer whose units differ in their activation, and for an activation that JAX
    does not have.

    >>> import jax
    >>> jax.config.update("jax_enable_x64", True)
    >>> network = Network([2, 3, 1], seed=1)
    >>> params, predict = to_jax(network)
    >>> [W.shape for W, b in params]
    [(3, 2), (1, 3)]
    >>> abs(float(predict(params, [0.5, 1.0])[0]) - network([0.5, 1.0])[0].data) < 1e-15
    True
    """
    check_network(network)
    check_installed("jax")
    from nn.with_jax import to_jax as handed_over

    return handed_over(network, functions or {})


def from_jax(params: Any, activation: "Op | Sequence[Op] | Predict") -> Network:
    """Return a network with the numbers of a list of pairs (W, b), bit for bit.

    activation      the `predict` of `to_jax`, or as for `Network`: a row of the table for all
                    layers, or a list with one for each

    W and b are arrays of JAX or NumPy, of any float type; float64 holds every one of them.

    Raises ImportError, which says what to install, without JAX; TypeError for anything that is
    no such list, ValueError for shapes that do not fit; both say what to write.

    >>> import numpy as np
    >>> from autograd_lite import relu
    >>> network = from_jax([(np.array([[1.0, -1.0]]), np.array([0.5]))], relu)
    >>> network([2.0, 1.0])[0].data
    1.5
    """
    check_installed("jax")
    from nn.with_jax import from_jax as taken_back

    return taken_back(params, activation)


def to_torch(network: Network, functions: Mapping[Op, Callable[[Any], Any]] | None = None) -> Any:
    """Return a `torch.nn.Sequential` in float64, a Linear and an activation for each layer.

    It takes one image or rows of them, as tensors of float64, and has no activation where the
    network's is `identity`. `functions` gives the function of tensors for an op of your own.
    PyTorch's random numbers stay what they were.

    The numbers agree with those of the network to rounding, and so do the gradients; but sign and
    step of NaN are 0 and 1 in PyTorch.

    Raises ImportError, which says what to install, without PyTorch; ValueError for a layer whose
    units differ in their activation, and for an activation that PyTorch does not have.

    >>> to_torch(Network([12, 3, 2]))
    Sequential(
      (0): Linear(in_features=12, out_features=3, bias=True)
      (1): Sigmoid()
      (2): Linear(in_features=3, out_features=2, bias=True)
      (3): Sigmoid()
    )
    """
    check_network(network)
    check_installed("torch")
    from nn.with_torch import to_torch as handed_over

    return handed_over(network, functions or {})


def from_torch(model: Any, functions: Mapping[Op, Callable[[Any], Any]] | None = None) -> Network:
    """Return a network with the numbers of a `torch.nn.Sequential`, bit for bit.

    It is made of Linear layers, each with at most one activation behind it; a Linear without one
    gets `identity`, a Linear without a bias gets zeros. Any float type will do: float64 holds
    every number of it. `Softplus()` is taken for our softplus, which differs from it by 2e-9 at
    most, and `Hardsigmoid()` for our hardsigmoid, whose slope is not rounded to float32.
    `functions` is what `to_torch` was given.

    Raises ImportError, which says what to install, without PyTorch; TypeError for what is no
    such model, ValueError for modules that are none of ours; both say what to write.

    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    >>> network = from_torch(model)
    >>> network, network.layers[2].units[0].activation
    (Network([4, 3, 2]), <op identity>)
    """
    check_installed("torch")
    from nn.with_torch import from_torch as taken_back

    return taken_back(model, functions or {})


NAMES = {"jax": "JAX", "torch": "PyTorch"}


def check_installed(package: str) -> None:
    """Raise ImportError, which says what to install, where a library is missing."""
    try:
        importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise  # it is there, and what it needs itself is not
        raise ImportError(
            f"this needs {NAMES[package]}: pip install {package}, "
            f'or pip install "autograd-lite[{package}]"'
        ) from None


def check_network(network: object) -> None:
    if not isinstance(network, Network):
        raise TypeError(f"write a Network, as nn.Network([12, 3, 2]), not {described(network)}")
