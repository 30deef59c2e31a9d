"""Evaluating a graph again, in place, from the present numbers of its leaves."""

from autograd_lite.graph import topological_order
from autograd_lite.messages import explained
from autograd_lite.plain_numbers import number
from autograd_lite.value import DOMAIN_ERRORS, Value, float_data, held

__all__ = ["recompute"]


def recompute(output: Value) -> None:
    """Evaluate the graph below `output` again, in place, from the present `data` of its leaves.

    Every inner node's `data` and `partials` are then what a fresh forward pass would give;
    gradients stay as they were. Branches that Python took while the graph was recorded (an
    `if z > 0:`) are not taken again. If an op fails, every node is as before, and the error
    is the one that the op would raise in a fresh forward pass.

    >>> x = Value(2.0, "x")
    >>> y = x * x
    >>> x.data = 5.0
    >>> recompute(y)
    >>> y.data, y.partials
    (25.0, (5.0, 5.0))
    """
    inner = [node for node in topological_order(output) if node.op is not None]
    with held(inner, "data", "partials"):
        for node in inner:
            evaluate(node)


def evaluate(node: Value) -> None:
    """Set the node's `data` and `partials` from the present `data` of its parents."""
    op = node.op
    assert op is not None
    numbers = [float_data(parent) for parent in node.parents]
    try:
        out = op.value(numbers)
    except DOMAIN_ERRORS as error:
        raise explained(error, op, node.parents) from None
    node.data = number(out)
    node.partials = tuple(map(number, op.partials_at(numbers, node.data)))
