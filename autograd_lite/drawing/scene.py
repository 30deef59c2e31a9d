"""What a picture shows of a graph: nodes, closed boxes, the edges between them, what is left out.

A graph of more nodes than `limit` is first shown with its units closed to one node each, then
with its layers closed, and at last only the part nearest the output.

Legend
    k           the number of a node: its place in topological order
    i           the number of an operand of a node
    item        what is drawn as one: a node "n12", a closed box "g2", or "m12": what was left
                out below node 12
    part        (k, i): the edge of the graph from operand i to node k
"""

from collections import Counter, deque
from collections.abc import Collection, Sequence
from functools import cached_property

from autograd_lite.drawing.groups import Box, Grouping, boxes_of
from autograd_lite.drawing.text import visible
from autograd_lite.graph import topological_order
from autograd_lite.tracing.names import node_names
from autograd_lite.tracing.paths import path_counts, paths_up
from autograd_lite.value import Constant, Value

__all__ = ["Edge", "Scene", "Closing"]

EDGES_APART = 8  # between two nodes; of more, one arrow says how many

Closing = bool | str | Collection[str]  # "auto", all or none of the boxes, or those named


class Edge:
    """An arrow of the picture: one edge of the graph, or several that run between two items."""

    __slots__ = ("child", "parent", "parts")

    def __init__(self, parent: str, child: str) -> None:
        self.parent = parent
        self.child = child
        self.parts: list[tuple[int, int]] = []

    def __repr__(self) -> str:
        return f"<{self.parent} -> {self.child}, {len(self.parts)} edge(s)>"

    @property
    def id(self) -> str:
        """The stable name in DOT and SVG: e12_0 for operand 0 of node 12."""
        k, i = self.parts[0]
        return f"e{k}_{i}"


class Scene:
    """The graph below some outputs, and what of it is shown.

    nodes       all nodes in topological order
    number_of   the number of each node
    boxes       per node the box it is in
    closed      the boxes that are shown as one item
    item_of     per node the item that shows it; "" if none does
    members     per item the numbers of its nodes
    edges       the arrows between items
    left_out    how many nodes no item shows; `missing` says below which node how many operands
    """

    def __init__(
        self,
        outputs: Sequence[Value],
        *,
        grouping: Grouping | None = None,
        closed: Closing = "auto",
        limit: int | None = 60,
        constants: bool = True,
    ) -> None:
        self.outputs = list(outputs)
        self.nodes = order_of(self.outputs)
        self.number_of = {node: k for k, node in enumerate(self.nodes)}
        self.own_boxes = grouping is None  # read off the labels, not given by the user
        self.boxes = boxes_of(self.nodes, grouping)
        self.constants = constants
        self.limit = limit
        self.closed = self.chosen(closed)
        self.item_of = self.items(self.closed)
        self.left_out = 0
        self.missing: dict[int, int] = {}
        self.leave_out()
        self.members: dict[str, list[int]] = {}
        for k, item in enumerate(self.item_of):
            if item:
                self.members.setdefault(item, []).append(k)
        self.edges = self.arrows()

    @cached_property
    def names(self) -> list[str]:
        """What formulas call each node, the same as in a trace.

        A node whose label nobody can see is called like one that has none.
        """
        return [
            f"v{k}" if node.label and not visible(node.label) else name
            for k, (node, name) in enumerate(zip(self.nodes, node_names(self.nodes)))
        ]

    @cached_property
    def uses(self) -> dict[int, list[tuple[int, int]]]:
        """Per node the edges that leave it: (k, i) where it is operand i of node k."""
        found: dict[int, list[tuple[int, int]]] = {}
        for k, node in enumerate(self.nodes):
            for i, parent in enumerate(node.parents):
                found.setdefault(self.number_of[parent], []).append((k, i))
        return found

    def hidden(self, k: int) -> bool:
        return not self.constants and isinstance(self.nodes[k], Constant)

    # -- Which boxes are closed --

    def chosen(self, closed: Closing) -> set[Box]:
        """Return the boxes to close. Raises ValueError for a name that no box has."""
        innermost = set(self.boxes) - {()}
        every = {box[:depth] for box in innermost for depth in range(1, len(box) + 1)}
        if closed is False:
            return set()
        if closed is True:
            return innermost
        if isinstance(closed, str):
            if closed != "auto":
                closed = [closed]
            else:
                return self.automatic(innermost, every)
        names = set(closed)
        found = {box for box in every if box[-1] in names}
        unknown = sorted(names - {box[-1] for box in found})
        if unknown:
            there = ", ".join(sorted({box[-1] for box in every})[:20]) or "none"
            raise ValueError(f"no box is called {unknown[0]!r}; the boxes are: {there}")
        return found

    def automatic(self, innermost: set[Box], every: set[Box]) -> set[Box]:
        """Return the boxes to close so that at most `limit` items are left, if that is possible."""
        if self.limit is None or not every:
            return set()
        outermost: set[Box] = {box for box in every if len(box) == 1}
        nothing: set[Box] = set()
        for trial in (nothing, innermost, outermost):
            shown = {item for item in self.items(trial) if item}
            if len(shown) <= self.limit:
                return trial
        return outermost

    def items(self, closed: set[Box]) -> list[str]:
        """Return per node the item that shows it if these boxes are closed."""
        keys: dict[Box, str] = {}
        of_box: dict[Box, str] = {}
        for box in self.boxes:
            if box not in of_box:
                of_box[box] = ""
                for depth in range(1, len(box) + 1):
                    if box[:depth] in closed:
                        of_box[box] = keys.setdefault(box[:depth], f"g{len(keys)}")
                        break
        self.box_of_item = {key: box for box, key in keys.items()}
        return [
            of_box[box] or ("" if self.hidden(k) else f"n{k}") for k, box in enumerate(self.boxes)
        ]

    # -- What is left out --

    def leave_out(self) -> None:
        """Keep the items nearest the outputs if there are more than `limit`."""
        if self.limit is None or len({item for item in self.item_of if item}) <= self.limit:
            return
        kept = self.nearest(self.limit)
        for k, item in enumerate(self.item_of):
            if item not in kept:
                self.left_out += not self.hidden(k)
                self.item_of[k] = ""
        for k, node in enumerate(self.nodes):
            if self.item_of[k]:
                below = [self.number_of[parent] for parent in node.parents]
                cut = sum(not self.item_of[p] and not self.hidden(p) for p in below)
                if cut:
                    self.missing[k] = cut

    def nearest(self, limit: int) -> set[str]:
        """Return the items nearest the outputs, by the count of arrows between: at most `limit`."""
        members: dict[str, list[int]] = {}
        for k, item in enumerate(self.item_of):
            members.setdefault(item, []).append(k)
        kept: set[str] = set()
        queue: deque[str] = deque()
        for output in self.outputs:
            item = self.item_of[self.number_of[output]]
            if item not in kept and len(kept) < limit:
                kept.add(item)
                queue.append(item)
        while queue and len(kept) < limit:
            for k in members[queue.popleft()]:
                for parent in self.nodes[k].parents:
                    item = self.item_of[self.number_of[parent]]
                    if item and item not in kept and len(kept) < limit:
                        kept.add(item)
                        queue.append(item)
        return kept

    # -- The arrows --

    def arrows(self) -> list[Edge]:
        """Return the arrows between items.

        Two nodes that are both shown keep each edge apart, unless there are very many.
        """
        together = self.together()
        arrows: list[Edge] = []
        merged: dict[tuple[str, str], Edge] = {}
        for k, node in enumerate(self.nodes):
            child = self.item_of[k]
            if not child:
                continue
            for i, operand in enumerate(node.parents):
                parent = self.item_of[self.number_of[operand]]
                if not parent or parent == child:
                    continue
                if (parent, child) not in together and parent[0] == "n" and child[0] == "n":
                    edge = Edge(parent, child)
                    arrows.append(edge)
                else:
                    if (parent, child) not in merged:
                        merged[parent, child] = Edge(parent, child)
                        arrows.append(merged[parent, child])
                    edge = merged[parent, child]
                edge.parts.append((k, i))
        return arrows

    def together(self) -> set[tuple[str, str]]:
        """Return the pairs of nodes with too many edges between them to draw each."""
        counts = Counter(
            (self.item_of[self.number_of[operand]], self.item_of[k])
            for k, node in enumerate(self.nodes)
            if len(node.parents) > EDGES_APART and self.item_of[k]
            for operand in node.parents
        )
        return {pair for pair, count in counts.items() if count > EDGES_APART}

    # -- Numbers of closed boxes --

    def exits(self, item: str) -> list[int]:
        """Return the nodes of a closed box that something outside reads, or that are outputs."""
        own = set(self.members[item])
        return [
            k
            for k in self.members[item]
            if not self.uses.get(k) or any(child not in own for child, _ in self.uses[k])
        ]

    @cached_property
    def exit_derivatives(self) -> dict[str, tuple[int, dict[int, float]]]:
        """Per closed box with one exit: that node, and d(exit)/d(node) of each node inside."""
        found: dict[str, tuple[int, dict[int, float]]] = {}
        for item in self.members:
            if item[0] != "g":
                continue
            exits = [k for k in self.exits(item) if self.nodes[k].parents]
            if len(exits) != 1:
                continue
            inside = dict.fromkeys(self.members[item], 0.0)
            inside[exits[0]] = 1.0
            for k in reversed(self.members[item]):
                for parent, partial in zip(self.nodes[k].parents, self.nodes[k].partials):
                    p = self.number_of[parent]
                    if p in inside:
                        inside[p] += partial * inside[k]
            found[item] = exits[0], inside
        return found

    def derivative(self, edge: Edge) -> tuple[int, int, float] | None:
        """Return (k, p, d(k)/d(p)) for an arrow that stands for one derivative, else None.

        Through a closed box it is the sum over the paths inside of the product along each.
        """
        parents = {self.number_of[self.nodes[k].parents[i]] for k, i in edge.parts}
        if len(parents) != 1:
            return None
        (p,) = parents
        if edge.child[0] == "n":
            k = edge.parts[0][0]
            return k, p, sum(self.nodes[k].partials[i] for _, i in edge.parts)
        if edge.child not in self.exit_derivatives:
            return None
        top, inside = self.exit_derivatives[edge.child]
        return top, p, sum(self.nodes[k].partials[i] * inside[k] for k, i in edge.parts)

    # -- Paths --

    def paths_from(self, start: int, most: int) -> tuple[int, list[list[tuple[int, int]]]]:
        """Return how many paths lead from a node to the first output, and the paths themselves.

        The count ends at a million. A path is a list of edges (k, i), from `start` upward;
        the list is empty if there are more than `most`.
        """
        goal = self.number_of[self.outputs[0]]
        counts = path_counts(goal, self.operands, len(self.nodes), start)
        if counts[start] > most:
            return counts[start], []
        return counts[start], paths_up(start, goal, self.edges_up, counts)

    def operands(self, k: int) -> list[int]:
        """Return the numbers of the operands of node k."""
        return [self.number_of[parent] for parent in self.nodes[k].parents]

    def edges_up(self, k: int) -> list[tuple[int, tuple[int, int]]]:
        """Return what leads up from node k: each child, and the edge to it."""
        return [(part[0], part) for part in self.uses.get(k, ())]


def order_of(outputs: Sequence[Value]) -> list[Value]:
    """Return the nodes below all outputs, each once and after its parents."""
    if len(outputs) == 1:
        return topological_order(outputs[0])
    above = Value(0.0)  # a node above all of them, for one walk
    above.parents = tuple(outputs)
    order = topological_order(above)
    order.pop()
    return order
