"""Paths of a graph: how many lead from a node up to the output, which, and what they add up to.

The derivative of the output in a node is the sum, over all paths between them, of the product of
the partials along each (多変数関数の連鎖律). Steps and drawings both tell it so, of the same
functions here.

Legend
    k           the number of a node: its place in topological order, operands before results
    goal        the number of the output
    start       the number of the node below, from which paths lead up
    operands    a function: the numbers of the operands of node k
    uses        a function: for node k each (child, edge) that leads up from it; an edge is
                whatever the caller knows it by
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

__all__ = [
    "PATHS_COUNTED", "path_counts", "paths_up", "product_along", "total_derivative",
]  # fmt: skip

PATHS_COUNTED = 1_000_000  # more than this are "more than a million"

Edge = TypeVar("Edge")
Operands: TypeAlias = Callable[[int], Sequence[int]]
Uses: TypeAlias = Callable[[int], Sequence[tuple[int, Edge]]]
Trail: TypeAlias = "tuple[Trail[Edge] | None, int, Edge]"  # a trail, where it ends, its last edge


def path_counts(goal: int, operands: Operands, nodes: int, start: int = 0) -> list[int]:
    """Return along how many paths the output depends on each node; counting ends at a million.

    It is right for the nodes from `start` on.

    >>> path_counts(2, [(), (0, 0), (1, 0)].__getitem__, 3)  # (x + x) + x
    [3, 1, 1]
    """
    counts = [0] * nodes
    counts[goal] = 1
    for k in range(goal, start, -1):
        if counts[k]:
            for operand in operands(k):
                counts[operand] = min(counts[operand] + counts[k], PATHS_COUNTED)
    return counts


def paths_up(start: int, goal: int, uses: "Uses[Edge]", counts: Sequence[int]) -> list[list[Edge]]:
    """Return every path from a node up to the output, as its edges from the node on.

    Ask only where the count of paths is small.
    """
    found: list[list[Edge]] = []
    waiting: list[Trail[Edge] | None] = [None]
    while waiting:
        trail = waiting.pop()
        end = trail[1] if trail else start
        if end == goal:
            found.append(walked(trail))
            continue
        onward = [(child, edge) for child, edge in uses(end) if counts[child]]
        waiting += [(trail, child, edge) for child, edge in reversed(onward)]
    return found


def walked(trail: "Trail[Edge] | None") -> list[Edge]:
    """Return the edges of a trail in the order in which they were walked."""
    path = []
    while trail is not None:
        trail, _, edge = trail
        path.append(edge)
    path.reverse()
    return path


def product_along(partials: Iterable[float]) -> float:
    """Return the product of the partials along a path, multiplied in the order given."""
    product = 1.0
    for partial in partials:
        product *= partial
    return product


def total_derivative(
    start: int, goal: int, operands: Operands, partials: Callable[[int], Sequence[float]]
) -> tuple[float, list[tuple[int, int]]]:
    """Return d(goal)/d(start), the sum over all paths, and the edges (k, i) that lie on one.

    `partials` gives those of node k, one for each operand; edge (k, i) comes from operand i.
    """
    slope: dict[int, float] = {start: 1.0}
    for k in range(start + 1, goal + 1):
        for operand, partial in zip(operands(k), partials(k)):
            below = slope.get(operand)
            if below is not None:
                slope[k] = slope.get(k, 0.0) + partial * below
    wanted = {goal}
    edges = []
    for k in range(goal, start, -1):
        if k in wanted:
            for i, operand in enumerate(operands(k)):
                if operand in slope:
                    wanted.add(operand)
                    edges.append((k, i))
    return slope.get(goal, 0.0), edges
