"""Cost functions (コスト関数): how far the outputs of a network are from what they should be.

Legend
    a, t    an output of the network, and its target
    z       a weighted input of the output layer
    C       the cost of one image; that of a whole set is the sum over its images
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from autograd_lite import Value, dot, exp, more_ops, softplus, total, where
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
    `identity`. Written t·softplus(−z) + (1 − t)·softplus(z), which is the same, never overflows,
    and has all its digits where σ(z) is 0 or 1 to rounding. A factor of 0 takes no part.

    Raises ValueError if there are not as many targets as outputs.

    >>> f"{sigmoid_cross_entropy([Value(0.0)], [1.0]):.4f}"
    '0.6931'
    """
    checked(outputs, targets)
    terms = []
    for z, t in zip(outputs, targets):
        terms.append(weighted(t, softplus(-z)) + weighted(1.0 - t, softplus(z)))
    return labelled(total(terms))


def softmax_cross_entropy(outputs: Sequence[Value], targets: Sequence[Operand]) -> Value:
    """Return −Σ t_j ln softmax(z)_j over the weighted inputs z of one image.

    It takes z and applies the softmax itself, so give the network's last layer the activation
    `identity`. The targets are to add up to 1, one of them usually 1 and the rest 0. A z of −∞
    is a class that is masked; a target of 0 takes no part.

    Raises ValueError if there are not as many targets as outputs.

    >>> f"{softmax_cross_entropy([Value(0.0), Value(0.0)], [1.0, 0.0]):.4f}"
    '0.6931'
    """
    checked(outputs, targets)
    log_sum = log_sum_exp(outputs)
    return labelled(total([weighted(t, log_sum - z) for z, t in zip(outputs, targets)]))


def weighted(t: Operand, cost: Operand) -> Operand:
    """Return t · cost, and 0 where t is 0, also of an infinite cost."""
    product: Operand = where(t, t * cost, 0.0)
    return product


def log_sum_exp(z: Sequence[Operand]) -> Value:
    """Return ln Σ exp(z_j), from the largest z on: nothing overflows, and −∞ takes no part.

    >>> f"{log_sum_exp([Value(1000.0), Value(1000.0)]):.4f}"
    '1000.6931'
    """
    return as_value(more_ops.log_sum_exp(list(z)))


def log_add_exp(x: Operand, y: Operand) -> Operand:
    """Return ln(exp(x) + exp(y))."""
    return log_sum_exp([x, y])


def softmax(z: Sequence[Value]) -> list[Value]:
    """Return exp(z_j) / Σ exp(z_k) for each j: positive numbers that add up to 1.

    From the largest z on, exp(z_j − m) / Σ exp(z_k − m), which is the same and never overflows.

    >>> [f"{p:.2f}" for p in softmax([Value(0.0), Value(0.0)])]
    ['0.50', '0.50']
    """
    m = more_ops.largest(z)
    e = [exp(value - m) for value in z]
    whole = total(e)
    return [value / whole for value in e]


def checked(outputs: Sequence[Value], targets: Sequence[Operand]) -> None:
    if len(outputs) != len(targets):
        raise ValueError(f"{len(outputs)} outputs need as many targets, not {len(targets)}")


def labelled(cost: Operand) -> Value:
    C = as_value(cost)  # of plain numbers it is one too
    C.label = "C"
    return C
