"""The order of a graph: each node after all that it was made from.

This room knows nothing of numbers, ops or derivatives; only that a node has `parents`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from autograd_lite.plain_numbers import described

__all__ = ["topological_order", "order_of"]


N = TypeVar("N", bound=Any)  # whatever has `parents`, a tuple of its own kind


def topological_order(output: N, known: set[N] | None = None) -> list[N]:
    """Return `output` and every node below it once, each after all of its parents.

    Nodes in `known` are left out, and what lies below them alone; the order is added to it.

    The order is that of a depth-first walk which visits parents as they were written, so it
    is the same on every run. A loop with its own stack, not a recursion: a graph may be a
    million nodes deep.

    Raises TypeError if `output` is no node.

    >>> from autograd_lite import Value
    >>> a = Value(1.0); b = a + a; c = b + b
    >>> [node.data for node in topological_order(c)]
    [1.0, 2.0, 4.0]
    """
    if not hasattr(output, "parents"):
        raise TypeError(f"the output of a graph is a Value, not {described(output)}")
    order: list[N] = []
    seen = set() if known is None else known  # hashed by identity
    seen.add(output)
    path: list[tuple[N, Iterator[N]]] = []  # from `output` to `node`, exclusive
    node = output
    rest = iter(node.parents)  # the parents of `node` that are still to visit
    while True:
        for parent in rest:
            if parent not in seen:
                seen.add(parent)
                if parent.parents:  # walk on from it, and come back for the rest
                    path.append((node, rest))
                    node = parent
                    rest = iter(node.parents)
                    break
                order.append(parent)
        else:  # all parents are in the order, so the node follows
            order.append(node)
            if not path:
                return order
            node, rest = path.pop()


def order_of(outputs: Iterable[N]) -> list[N]:
    """Return every node below any of several outputs once, each after all of its parents."""
    order: list[N] = []
    known: set[N] = set()
    for output in outputs:
        if output not in known:
            order += topological_order(output, known)
    return order
