"""Hints for the layout: a network's layers stand in columns, and a long chain is wrapped in lines.

Graphviz ranks by the edges alone. A weight is one step below its unit like the inputs are, so a
layer and the one before it would share a column, and boxes that share a column climb like a
staircase. An edge into a layer is therefore as long as what the layer has before it, with as much
again so that its label stands before the layer, in the middle of the edge. It may have to go round
other boxes, so it does not pull the layers up or down; an unseen edge holds their middles level.

A chain of 60 nodes would be 17,000 dots wide. A graph much longer than it is wide breaks where a
line is full, as text does, and the edge to the next line has no say in the ranks.

Legend
    item        what the picture shows as one: a node or a closed box
    rank        how many items lie on the longest way from an item down to a leaf
    line        in which line of a wrapped picture an item stands
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import graphviz

from autograd_lite.drawing.scene import Edge, Scene

__all__ = ["Layout"]

PER_LINE = {"right": 6, "left": 6, "down": 10, "up": 10}  # ranks; nodes are wide, not high
LINES = 2  # a graph that fits into so many lines is not wrapped
WIDEST = 2.5  # items in a rank; a graph of more is no chain


class Layout:
    """What Graphviz is told beyond the edges.

    line        per item its line; empty if the picture is not wrapped
    length      per item the ranks that an edge which enters its layer spans
    """

    def __init__(self, scene: Scene, direction: str) -> None:
        self.scene = scene
        self.layer = {item: layer_of(scene, item) for item in scene.members}
        inner = [e for e in scene.edges if self.layer[e.parent] == self.layer[e.child]]
        self.length = {item: 2 * rank + 1 for item, rank in ranks(scene.members, inner).items()}
        self.line = {} if any(self.layer.values()) else self.wrapped(PER_LINE[direction])

    def wrapped(self, per_line: int) -> dict[str, int]:
        """Return the line of each item; a leaf stands in that of the first result it goes into."""
        rank = ranks(self.scene.members, self.scene.edges)
        longest = max(rank.values(), default=0)
        if longest <= LINES * per_line or len(rank) > WIDEST * longest:
            return {}
        for edge in reversed(self.scene.edges):  # at last the first use of each
            if not self.scene.nodes[self.scene.members[edge.parent][0]].parents:
                rank[edge.parent] = rank[edge.child]
        return {item: max(r - 1, 0) // per_line for item, r in rank.items()}

    def hints(self, edge: Edge) -> Mapping[str, str]:
        """Return the attributes that an edge gets for the layout's sake."""
        parent, child = edge.parent, edge.child
        if self.line and self.line[parent] != self.line[child]:
            return {"constraint": "false"}
        if self.enters(edge) and self.length[child] > 1:
            return {"minlen": str(self.length[child]), "weight": "0"}
        return {}

    def enters(self, edge: Edge) -> bool:
        """Return whether an edge leads from one layer into another."""
        parent, child = self.layer[edge.parent], self.layer[edge.child]
        return parent != "" and child not in ("", parent)

    def write(self, graph: graphviz.Digraph) -> None:
        """Write what nobody sees: what holds layers level, and the beginnings of lines."""
        self.level(graph)
        self.write_lines(graph)

    def level(self, graph: graphviz.Digraph) -> None:
        """Write an unseen edge from the middle of each layer to the middle of the next."""
        exits: dict[tuple[str, str], dict[str, None]] = {}
        entered: dict[tuple[str, str], dict[str, None]] = {}
        for edge in self.scene.edges:
            if self.enters(edge) and self.length[edge.child] > 1:
                between = self.layer[edge.parent], self.layer[edge.child]
                exits.setdefault(between, {})[edge.parent] = None
                entered.setdefault(between, {})[edge.child] = None
        for between, items in entered.items():
            begins = [
                edge.parent
                for edge in self.scene.edges
                if edge.child in items and self.length[edge.parent] == 1 and not self.enters(edge)
            ]
            if begins:
                ends = middle(list(exits[between])), middle(begins)
                graph.edge(
                    *ends, style="invis", weight="4", minlen="2"
                )  # a rank for labels between

    def write_lines(self, graph: graphviz.Digraph) -> None:
        """Write that the lines of a wrapped picture begin below one another."""
        heads: dict[int, str] = {}
        for item, line in self.line.items():  # in topological order: a line's first item is first
            heads.setdefault(line, item)
        if not heads:
            return
        with graph.subgraph() as start:
            start.attr(rank="same")
            for head, below in pairwise(heads.values()):
                start.edge(head, below, style="invis")


def middle(items: Sequence[str]) -> str:
    """Return the item in the middle; of two, the first."""
    return items[(len(items) - 1) // 2]


def layer_of(scene: Scene, item: str) -> str:
    """Return the name of the outermost box that an item is in, or is; "" if there is none."""
    box = scene.boxes[scene.members[item][0]]
    return box[0] if box else ""


def ranks(items: Mapping[str, Sequence[int]], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the rank of each item along some edges, which are in the order of their children."""
    rank = dict.fromkeys(items, 0)
    for edge in edges:
        rank[edge.child] = max(rank[edge.child], rank[edge.parent] + 1)
    return rank
