"""The record of one backward pass: plain arrays, one entry for each node or each step.

It makes no steps and says nothing; steps, paths, facts and viewers read it.

Legend
    k               the number of a node: its place in topological order
    number          the number of a step, counted from 1; its entries stand at number - 1
    child, parent   the ends of a step's edge: the gradient goes from `child` to its operand
    partial         d(child)/d(parent), as the forward pass left it
    product         what the chain rule adds there: partial · d(output)/d(child)
    sum             d(output)/d(parent) of this pass, as far as it has got
    before, after   the parent's `grad` before and after the step. On a leaf that held something
                    from an earlier backward that is not the sum
"""

import difflib
import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd_lite.graph import topological_order
from autograd_lite.tracing.names import node_names
from autograd_lite.tracing.paths import path_counts
from autograd_lite.value import Constant, Value

__all__ = ["Grouping", "NodeOrName", "Record"]

NodeOrName: TypeAlias = Value | str | int
Grouping: TypeAlias = Mapping[Value, Sequence[str]] | Callable[[Value], Sequence[str]]


class Record:
    """What one backward pass found and did, kept as it was whatever happens to the graph later.

    output      the node that backprop started from
    nodes       the graph in topological order; a node's place there is its number: v0, v1, ...
    names       what texts call each node: its label, a constant's number, or v0, v1, ...
    data        the number of each node, as it was
    start       the gradient of each node at position 0: 1 at the output, 0 at inner nodes
    arriving    the gradient of each node once all contributions are there
    first_step  per node: how many steps are done before those that leave it
    children, parents, places, partials
                per step: its edge; `places` says which operand the parent is, counted from 0
    before, after, products, sums
                per step that is done: see the legend
    inner       the numbers of the nodes that an op made, as the forward pass made them
    groups      the box of each node where the pass is seen; None: as the slides' labels say

    Edges into constants have no steps unless they are asked for. About 120 bytes a step.
    """

    def __init__(
        self, output: Value, *, constants: bool = False, groups: Grouping | None = None
    ) -> None:
        self.output = output
        self.groups = groups
        self.nodes = topological_order(output)
        self.number_of = {node: k for k, node in enumerate(self.nodes)}
        self.names = node_names(self.nodes)
        self.data = array("d", [node.data for node in self.nodes])
        self.start = array("d", [node.grad for node in self.nodes])
        self.arriving = self.start[:]
        self.stepped = [
            constants or not isinstance(node, Constant) for node in self.nodes
        ]  # per node: whether edges into it are steps
        self.first_step = array("q", [0]) * len(self.nodes)
        self.children = array("i")
        self.parents = array("i")
        self.places = array("i")
        self.partials = array("d")
        for k in range(len(self.nodes) - 1, -1, -1):
            self.first_step[k] = len(self.children)
            for place, partial in enumerate(self.nodes[k].partials):
                parent = self.number_of[self.nodes[k].parents[place]]
                if self.stepped[parent]:
                    self.children.append(k)
                    self.parents.append(parent)
                    self.places.append(place)
                    self.partials.append(partial)
        self.before = array("d")
        self.after = array("d")
        self.products = array("d")
        self.sums = array("d")
        self.inner = array("i", [k for k, node in enumerate(self.nodes) if node.parents])
        self.into_index: tuple[array[int], array[int]] | None = None
        self.path_counts: list[int] | None = None
        # Of the node that was asked for last, since an op of n operands has n steps:
        self.formulas_of: tuple[int, tuple[Any, ...], tuple[Any, ...]] | None = None
        self.holds_of: tuple[int, bool] | None = None

    # -- Nodes --

    def find(self, which: NodeOrName) -> int:
        """Return the number of a node, given as the node, its label, its name, or its number.

        Raises KeyError, which offers similar names, for a name that no node has or that
        several share, and for a node that is not in the graph.

        >>> x = Value(3.0, "x")
        >>> record = Record(x * x)
        >>> record.find(x), record.find("x"), record.find("v1")
        (0, 0, 1)
        """
        if isinstance(which, Value):
            if which not in self.number_of:
                raise KeyError(f"{which!r} is not a node below {self.names[-1]}")
            return self.number_of[which]
        if isinstance(which, int):
            if not 0 <= which < len(self.nodes):
                raise KeyError(f"there are {len(self.nodes)} nodes, and no number {which}")
            return which
        return self.named(which)

    def named(self, which: str) -> int:
        """Return the number of the node of a name or label; raise KeyError as `find` does."""
        name = which.strip()
        if name in self.names:
            first = self.names.index(name)
            if not isinstance(self.nodes[first], Constant) or self.names.count(name) == 1:
                return first
        bearers = [k for k, node in enumerate(self.nodes) if node.label and node.label == which]
        if len(bearers) == 1:
            return bearers[0]
        if re.fullmatch(r"[vn][0-9]{1,9}", name) and int(name[1:]) < len(self.nodes):
            return int(name[1:])
        if bearers:
            names = ", ".join(self.names[k] for k in bearers[:6])
            raise KeyError(f"{len(bearers)} nodes are called {name!r}; write one of {names}")
        near = difflib.get_close_matches(name, self.names[:2000], n=4, cutoff=0.5)
        hint = f"; similar: {', '.join(near)}" if near else ""
        last = len(self.nodes) - 1
        raise KeyError(f"no node is called {name!r}{hint} (every node is also v0 to v{last})")

    def places_of(self, which: NodeOrName | Iterable[NodeOrName]) -> set[int]:
        """Return the numbers of the nodes that `stop_at` names."""
        names = [which] if isinstance(which, (Value, str, int)) else list(which)
        return {self.find(name) for name in names}

    def parent_indexes(self, k: int) -> Sequence[int]:
        """Return the numbers of the operands of node k."""
        return [self.number_of[parent] for parent in self.nodes[k].parents]

    # -- Steps, by number --

    def numbers_out_of(self, k: int) -> range:
        """Return the numbers of the steps that leave node k, one for each operand."""
        first = self.first_step[k]
        end = self.first_step[k - 1] if k else len(self.children)
        return range(first + 1, end + 1)

    def step_along(self, k: int, place: int) -> int:
        """Return the number of the step along the edge of node k and its operand at a place.

        Raises KeyError where there is none: into a constant.
        """
        for number in self.numbers_out_of(k):
            if self.places[number - 1] == place:
                return number
        raise KeyError(f"no step leads from node {k} to its operand {place}")

    def steps_into(self, k: int) -> "array[int]":
        """Return the numbers of the steps that arrive at node k, in order."""
        if self.into_index is None:
            self.into_index = grouped(self.parents, len(self.nodes))
        starts, numbers = self.into_index
        return numbers[starts[k] : starts[k + 1]]

    def uses(self, k: int) -> list[tuple[int, int]]:
        """Return what leads up from node k: each child, and the number of the step from there."""
        return [(self.children[number - 1], number) for number in self.steps_into(k)]

    def held(self, k: int) -> float:
        """Return what a leaf's `grad` held from earlier backwards; 0 for an inner node."""
        if self.nodes[k].parents or k == len(self.nodes) - 1:
            return 0.0
        return self.start[k]

    def derivative(self, k: int) -> float:
        """Return d(output)/d(node k) of this pass, whatever the node's `grad` held before.

        A constant without steps has what its `grad` is at the end.
        """
        if k == len(self.nodes) - 1:
            return 1.0
        into = self.steps_into(k)
        if into:
            return self.sums[into[-1] - 1]
        return self.arriving[k]

    def paths_to(self, k: int) -> int:
        """Return along how many paths the output depends on node k, at most a million."""
        return self.counts()[k]

    def counts(self) -> list[int]:
        """Return the count of paths to each node."""
        if self.path_counts is None:
            last = len(self.nodes) - 1
            self.path_counts = path_counts(last, self.parent_indexes, len(self.nodes))
        return self.path_counts


def grouped(parents: "array[int]", nodes: int) -> "tuple[array[int], array[int]]":
    """Return the step numbers sorted by the node they arrive at, and where each group starts."""
    starts = array("q", [0]) * (nodes + 1)
    for parent in parents:
        starts[parent + 1] += 1
    for k in range(nodes):
        starts[k + 1] += starts[k]
    free = starts[:]
    numbers = array("q", [0]) * len(parents)
    for number, parent in enumerate(parents, start=1):
        numbers[free[parent]] = number
        free[parent] += 1
    return starts, numbers
