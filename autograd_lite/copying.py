"""Copies and pickles of whole graphs, however deep.

Python's own copying follows an object into its parents by recursion and gives up near a
thousand. Here a graph is copied and pickled in topological order, so that every node meets
its parents already done.
"""

import threading
from collections.abc import Iterator
from typing import Any

from autograd_lite.backprop import topological_order
from autograd_lite.collector import collector_paused
from autograd_lite.ops import Op
from autograd_lite.value import SourceLine, Value

__all__ = ["copy_graph", "pickled"]


def copy_graph(output: Value, memo: dict[int, Any]) -> Value:
    """Return a copy of `output` with copies of all nodes below it; nothing is shared.

    `memo` is that of `copy.deepcopy`: nodes that it holds are not copied twice.
    """
    with collector_paused():
        for node in topological_order(output):
            if id(node) not in memo:
                parents = tuple([memo[id(parent)] for parent in node.parents])
                memo[id(node)] = rebuilt(None, type(node), *fields(node), parents)
    copy: Value = memo[id(output)]
    return copy


Fields = tuple[float, float, str, Op | None, tuple[float, ...], SourceLine | None]


def fields(node: Value) -> Fields:
    return node.data, node.grad, node.label, node.op, node.partials, node.line


def rebuilt(
    below: object,
    kind: type[Value],
    data: float,
    grad: float,
    label: str,
    op: Op | None,
    partials: tuple[float, ...],
    line: SourceLine | None,
    parents: tuple[Value, ...],
) -> Value:
    """Return a node made of its fields, whatever their values: no op is evaluated again."""
    node = kind.__new__(kind)
    node.data = data
    node.grad = grad
    node.label = label
    node.op = op
    node.partials = partials
    node.line = line
    node.parents = parents
    return node


# -- Pickling --------------------------------------------------------------------------------
# A pickle remembers each object that it has met and refers to it from then on. So the first
# node asked for puts all nodes below it into the pickle before its own parents are looked
# at: parents first, and no node is ever deeper than one call below this one.


class Sweep(threading.local):
    """Whether this thread is putting the nodes of a graph into a pickle, one by one."""

    def __init__(self) -> None:
        self.nodes: set[int] = set()


SWEEP = Sweep()


class Below:
    """In a pickle, the nodes below a node; in memory, nothing: they live on in their children."""

    __slots__ = ("output",)

    def __init__(self, output: Value | None = None) -> None:
        self.output = output

    def append(self, node: Value) -> None:
        """Take a node out of a pickle; the pickle itself remembers it for its children."""

    def extend(self, nodes: list[Value]) -> None:
        """Take nodes out of a pickle; the pickle itself remembers them for their children."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Below, (), None, self.sweep()

    def sweep(self) -> Iterator[Value]:
        assert self.output is not None
        order = topological_order(self.output)
        SWEEP.nodes = {id(node) for node in order}
        try:
            yield from order[:-1]
        finally:
            SWEEP.nodes = set()


def pickled(node: Value) -> tuple[Any, ...]:
    """Return what `pickle` needs to build the node again: its fields, after all nodes below it."""
    below = None
    if node.parents and id(node) not in SWEEP.nodes:
        below = Below(node)
    return rebuilt, (below, type(node), *fields(node), node.parents)
