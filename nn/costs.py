"""Cost functions (コスト関数): how far the outputs of a network are from what they should be.

Legend
    a, t    an output of the network, and its target
    z       a weighted input of the output layer
    C       the cost of one image; that of a whole set is the sum over its images
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TypeAlias

from autograd_lite import Value, dot, exp, softplus, total
from autograd_lite.value import Operand, as_value

__all__ = [
    "Cost", "squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy",
    "softmax", "log_sum_exp",
]  # fmt: skip

Cost: TypeAlias = Callable[[Sequence[Value], Sequence[Operand]], Value]


def squared_error(outputs: Sequence[Value], targets: Sequence[Operand]) -> Value:
    """Return the slides' C = ½ Σ (t − a)² over the outputs of one image.

    Raises ValueError if there are not as many targets as outputs.

    >>> squared_error([Value(0.5), Value(1.0)], [1.0, 0.0])
    Value(0.625, 'C')
    """
    checked(outputs, targets)
    errors = [t - a for a, t in zip(outputs, targets)]
    return labelled(0.5 * dot(errors, errors))  # Σ (t − a)² is ⟨t − a, t − a⟩


def sigmoid_cross_entropy(outputs: Sequence[Value], targets: Sequence[Operand]) -> Value:
    """Return −Σ t ln σ(z) + (1 − t) ln(1 − σ(z)) over the weighted inputs z of one image.

    It takes z and applies the sigmoid itself, so give the network's last layer the activation
    `identity`. Written softplus(z) − t·z, which is the same and never overflows.

    Raises ValueError if there are not as many targets as outputs.

    >>> f"{sigmoid_cross_entropy([Value(0.0)], [1.0]):.4f}"
    '0.6931'
    """
    checked(outputs, targets)
    return labelled(total([softplus(z) - t * z for z, t in zip(outputs, targets)]))


def softmax_cross_entropy(outputs: Sequence[Value], targets: Sequence[Operand]) -> Value:
    """Return −Σ t_j ln softmax(z)_j over the weighted inputs z of one image.

    It takes z and applies the softmax itself, so give the network's last layer the activation
    `identity`. The targets are to add up to 1, one of them usually 1 and the rest 0.

    Raises ValueError if there are not as many targets as outputs.

    >>> f"{softmax_cross_entropy([Value(0.0), Value(0.0)], [1.0, 0.0]):.4f}"
    '0.6931'
    """
    checked(outputs, targets)
    log_sum = log_sum_exp(outputs)
    return labelled(total([t * (log_sum - z) for z, t in zip(outputs, targets)]))


def log_sum_exp(z: Sequence[Operand]) -> Value:
    """Return ln Σ exp(z_j), which never overflows: ln(eˣ + eʸ) = x + softplus(y − x), repeated.

    >>> f"{log_sum_exp([Value(1000.0), Value(1000.0)]):.4f}"
    '1000.6931'
    """
    return as_value(reduce(log_add_exp, z))


def log_add_exp(x: Operand, y: Operand) -> Operand:
    left_over: Operand = softplus(y - x)
    return x + left_over


def softmax(z: Sequence[Value]) -> list[Value]:
    """Return exp(z_j) / Σ exp(z_k) for each j: positive numbers that add up to 1.

    >>> [f"{p:.2f}" for p in softmax([Value(0.0), Value(0.0)])]
    ['0.50', '0.50']
    """
    log_sum = log_sum_exp(z)
    return [exp(value - log_sum) for value in z]


def checked(outputs: Sequence[Value], targets: Sequence[Operand]) -> None:
    if len(outputs) != len(targets):
        raise ValueError(f"{len(outputs)} outputs need as many targets, not {len(targets)}")


def labelled(cost: Operand) -> Value:
    C = as_value(cost)  # of plain numbers it is one too
    C.label = "C"
    return C
