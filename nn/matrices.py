"""A network as matrices, as libraries of arrays hold it: σ(W a + b), layer after layer.

What is made of them for JAX and PyTorch stands in rooms of their own, which import those.

Legend
    W       the weights of a layer: w_ji^l in row j (行) and column i (列)
    b       its biases, b_j^l
    z       a weighted input
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd_lite import Op
from nn.saving import one_activation
from nn.units import Network

__all__ = ["LayerMatrices", "Raised", "matrices_of", "network_of"]

Rows: TypeAlias = list[list[float]]


class LayerMatrices(NamedTuple):
    """A layer's numbers: W with a row for each unit, b with a number for each, its activation."""

    W: Rows
    b: list[float]
    activation: Op


def matrices_of(network: Network) -> list[LayerMatrices]:
    """Return W, b and the activation of each layer from l = 2 on, in plain Python lists.

    Raises ValueError if the units of a layer differ in their activation.

    >>> first, last = matrices_of(Network([12, 3, 2]))
    >>> len(first.W), len(first.W[0]), len(first.b), last.activation
    (3, 12, 3, <op sigmoid>)
    """
    found = []
    for layer in network.computing_layers():
        W = [[float(w.data) for w in unit.weights] for unit in layer.units]
        b = [float(unit.bias.data) for unit in layer.units]
        found.append(LayerMatrices(W, b, one_activation(layer, "a formula σ(W a + b)")))
    return found


def network_of(pairs: Sequence[tuple[Rows, list[float]]], activation: Op | Sequence[Op]) -> Network:
    """Return a network with the weights and biases of these pairs (W, b), one for each layer.

    Raises ValueError for a count of activations other than that of layers, TypeError for an
    activation that is not a row of the table with one operand.

    >>> from autograd_lite import identity
    >>> network = network_of([([[3.0, 4.0]], [0.5])], identity)
    >>> network([1.0, 2.0])[0].data
    11.5
    """
    sizes = [len(pairs[0][0][0]), *(len(b) for _, b in pairs)]
    network = Network(sizes, activation)
    for layer, (W, b) in zip(network.computing_layers(), pairs, strict=True):
        for unit, row, bias in zip(layer.units, W, b, strict=True):
            unit.bias.data = bias
            for weight, number in zip(unit.weights, row, strict=True):
                weight.data = number
    return network


class Raised:
    """The function z ↦ zⁿ on arrays of any library: the counterpart of the row `power(n)`.

    >>> Raised(2.0)(-3.0)
    9.0
    """

    def __init__(self, exponent: float) -> None:
        self.exponent = exponent

    def __repr__(self) -> str:
        return f"Raised({self.exponent!r})"

    def __call__(self, z: Any) -> Any:
        """Return zⁿ, element by element."""
        return z**self.exponent
