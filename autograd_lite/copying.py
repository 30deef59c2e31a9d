"""Copies and pickles of whole graphs, however deep.

Python's own copying follows an object into its parents by recursion and gives up near a
thousand. Here a graph is copied and pickled in topological order, so that every node meets
its parents already done.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from autograd_lite.backprop import topological_order
from autograd_lite.collector import collector_paused
from autograd_lite.ops import Op
from autograd_lite.value import SourceLine, Value

__all__ = ["copy_graph", "pickled"]


def copy_graph(output: Value, memo: dict[int, Any]) -> Value:
    """Return a copy of `output` with copies of all nodes below it; nothing is shared.

    `memo` is that of `copy.deepcopy`: nodes that it holds are not copied twice, and not walked
    twice either, so a list of all nodes of a graph takes no longer than its last node.
    """
    copied = memo.setdefault(id(copy_graph), set())
    with collector_paused():
        for node in topological_order(output, copied):
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
# A pickle remembers each object that it has met and refers to it from then on. So a node puts
# all nodes below it into the pickle before its own parents are looked at: parents first, and
# no node is ever deeper than one call below this one. Parents that have just been put there
# (those of a list of nodes, in which each node follows its parents) need not be swept again.

REMEMBERED = 100_000  # nodes, at some 60 bytes; then a sweep begins anew


class Sweep(threading.local):
    """What this thread is putting into a pickle.

    nodes   the nodes of the sweep that is under way, by `id`
    met     the nodes that came by themselves, by `id`, since one came twice. A pickle asks for
            a node once, so that is another pickle. Should `met` be wrong, a node is asked for
            by its child, finds itself in `met`, and sweeps then.
    """

    def __init__(self) -> None:
        self.nodes: set[int] = set()
        self.met: set[int] = set()


SWEEP = Sweep()


class Below:
    """In a pickle, the nodes below a node; in memory, nothing: they live on in their children."""

    __slots__ = ("parents",)

    def __init__(self, parents: Sequence[Value] = ()) -> None:
        self.parents = parents

    def append(self, node: Value) -> None:
        """Take a node out of a pickle; the pickle itself remembers it for its children."""

    def extend(self, nodes: list[Value]) -> None:
        """Take nodes out of a pickle; the pickle itself remembers them for their children."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Below, (), None, self.sweep()

    def sweep(self) -> Iterator[Value]:
        order: list[Value] = []
        known: set[Value] = set()
        for parent in self.parents:
            if parent not in known:
                order += topological_order(parent, known)
        outer = SWEEP.nodes
        SWEEP.nodes = {id(node) for node in order}
        try:
            yield from order
        finally:
            SWEEP.nodes = outer


def pickled(node: Value) -> tuple[Any, ...]:
    """Return what `pickle` needs to build the node again: its fields, after all nodes below it."""
    below = None
    if node.parents and id(node) not in SWEEP.nodes:
        met = SWEEP.met
        if id(node) in met or len(met) >= REMEMBERED:
            met.clear()
        met.add(id(node))
        unmet = [parent for parent in node.parents if parent.parents and id(parent) not in met]
        if unmet:
            below = Below(unmet)
    return rebuilt, (below, type(node), *fields(node), node.parents)
