"""Scene -> DOT: what each node, box and arrow says, and how it looks.

The kinds of nodes differ in shape as well as in colour: an input is a rounded box, a parameter
a box with cut corners, a constant an underlined number; a result is a box with the op in a dark
pill; the output has a double border; a closed box is a folder.
"""

from collections.abc import Sequence

import graphviz

from autograd_lite import notation
from autograd_lite.drawing.boxes import Short, expression
from autograd_lite.drawing.groups import Box, box_word
from autograd_lite.drawing.layout import Layout
from autograd_lite.drawing.scene import Edge, Scene
from autograd_lite.drawing.text import (
    formula_shown,
    number_shown,
    partial_templates,
    plain,
    prose,
    range_shown,
    shown,
    table,
    tooltip_of,
    typeset,
    visible,
)
from autograd_lite.drawing.theme import FONT, Theme
from autograd_lite.drawing.written import Words, Written
from autograd_lite.formula import Formula
from autograd_lite.value import Constant, Value
from autograd_lite.words import Fact, Language, said, text
from autograd_lite.words.op_words import meaning

__all__ = ["DIRECTIONS", "Marks", "Writer"]

DIRECTIONS = {"right": "LR", "down": "TB", "left": "RL", "up": "BT"}
KINDS = {  # the word for each kind of node
    "output": "drawing.output", "result": "drawing.result", "constant": "drawing.constant",
    "parameter": "drawing.parameter", "input": "drawing.input",
}  # fmt: skip
ROWS = 16  # of a closed box; what it holds beyond them is counted


class Marks:
    """What is highlighted: nodes, and edges with the number of their colour; and the notes."""

    def __init__(self) -> None:
        self.nodes: set[int] = set()
        self.edges: dict[tuple[int, int], int] = {}
        self.notes: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges)


class Writer:
    """Writes one scene as DOT."""

    def __init__(
        self,
        scene: Scene,
        theme: Theme,
        *,
        direction: str,
        digits: int,
        gradients: bool,
        derivatives: bool,
        title: str,
        language: Language,
        notes: Sequence[str],
        parameters: set[Value],
        marks: Marks,
    ) -> None:
        self.scene = scene
        self.theme = theme
        self.direction = direction
        self.layout = Layout(scene, direction)
        self.digits = digits
        self.derivatives = derivatives
        self.title = title
        self.language = language
        self.notes = [*notes, *marks.notes]
        self.parameters = parameters
        self.marks = marks
        self.has_gradients = any(output.grad != 0.0 for output in scene.outputs)
        self.gradients = gradients and self.has_gradients
        self.outputs = {scene.number_of[output] for output in scene.outputs}
        self.formulas_of: tuple[int, tuple[Formula, ...], list[str]] = (-1, (), [])
        self.descriptions: dict[str, str] = {}  # per id in the SVG, for screen readers
        self.numbers: dict[str, list[Written]] = {}  # per id, the numbers written there, in order
        self.words = Words(language)

    def dot(self) -> str:
        """Return the DOT text: the same for the same graph and options, byte for byte."""
        t = self.theme
        graph = graphviz.Digraph("computation_graph")
        graph.attr(
            "graph",
            rankdir=DIRECTIONS[self.direction],
            bgcolor=t.background,
            fontname=FONT,
            fontsize=f"{t.size:g}",
            fontcolor=t.text,
            labelloc="t",
            labeljust="l",
            pad="0.2",
            nodesep="0.2",
            ranksep="0.35",
            id="computation_graph",
        )
        if len(self.scene.members) <= 60:  # operands as written; a tangle in large layouts
            graph.attr("graph", ordering="in")
        heading = self.heading()
        if heading:
            graph.attr("graph", label=heading)
        graph.attr(
            "node", fontname=FONT, fontsize=f"{t.size:g}", fontcolor=t.text, color=t.line,
            style="filled", margin="0.06,0.03", height="0.1", width="0.1",
        )  # fmt: skip
        graph.attr(
            "edge", fontname=FONT, fontsize=f"{t.size * 0.85:g}", fontcolor=t.derivative,
            color=t.line, arrowsize="0.7",
        )  # fmt: skip
        self.write_boxes(graph)
        for edge in self.scene.edges:
            self.write_edge(graph, edge)
        self.layout.write(graph)
        for k, count in self.scene.missing.items():
            self.write_missing(graph, k, count)
        return str(graph.source)

    # -- Heading --

    def heading(self) -> str:
        """Return title and notes as an HTML-like label, "" if there are none."""
        t = self.theme
        rows = []
        if self.title:
            rows.append(f'<FONT POINT-SIZE="{t.size * 1.3:g}"><B>{prose(self.title)}</B></FONT>')
        rows += [f'<FONT COLOR="{t.faint}">{note}</FONT>' for note in self.notes]
        if not rows:
            return ""
        cells = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
        return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">{cells}</TABLE>>'

    # -- Nodes in their boxes --

    def write_boxes(self, graph: graphviz.Digraph) -> None:
        """Write the items, each within the open boxes around it."""
        inside: dict[Box, list[str]] = {}
        for item, members in self.scene.members.items():
            box = self.scene.boxes[members[0]]
            if item[0] == "g":
                box = self.scene.box_of_item[item][:-1]
            inside.setdefault(box, []).append(item)
        self.write_box(graph, (), inside, [0])

    def write_box(
        self, graph: graphviz.Digraph, box: Box, inside: dict[Box, list[str]], count: list[int]
    ) -> None:
        t = self.theme
        for item in inside.get(box, ()):
            if item[0] == "g":
                self.write_closed(graph, item)
            else:
                self.write_node(graph, int(item[1:]))
        depth = len(box)
        deeper = dict.fromkeys(
            b[: depth + 1] for b in inside if len(b) > depth and b[:depth] == box
        )
        for inner in deeper:
            with graph.subgraph(name=f"cluster_{count[0]}") as cluster:
                count[0] += 1
                cluster.attr(
                    "graph",
                    label=f"<<B>{typeset(self.box_name(inner))}</B>>",
                    style="rounded,filled",
                    color=t.box_line,
                    fillcolor=t.box,
                    penwidth="1",
                    margin="10",
                    id=f"box{count[0] - 1}",
                )
                self.descriptions[f"box{count[0] - 1}"] = self.box_name(inner)
                self.words.keep(f"box{count[0] - 1}", box_word(inner, self.scene.own_boxes))
                self.write_box(cluster, inner, inside, count)

    def box_name(self, box: Box) -> str:
        """Return what the picture calls a box: as the user does; its own boxes in its language."""
        word = box_word(box, self.scene.own_boxes)
        name = plain(box[-1]) if word is None else said(word, self.language)
        return name if visible(name) else "…"

    def kind(self, k: int) -> str:
        """Return what a node is: input, parameter, constant or result; or the output."""
        node = self.scene.nodes[k]
        if k in self.outputs:
            return "output"
        if node.op is not None:
            return "result"
        if isinstance(node, Constant):
            return "constant"
        return "parameter" if self.is_parameter(node) else "input"

    def is_parameter(self, node: Value) -> bool:
        if self.parameters:
            return node in self.parameters
        return notation.names_parameter(node.label)

    def write_node(self, graph: graphviz.Digraph, k: int) -> None:
        t = self.theme
        kind = self.kind(k)
        look: dict[str, str] = {
            "input": {"shape": "box", "style": "filled,rounded", "fillcolor": t.input},
            "parameter": {
                "shape": "box",
                "style": "filled,diagonals",
                "fillcolor": t.parameter,
                "margin": "0.17,0.03",
            },
            "constant": {"shape": "underline", "fillcolor": t.constant},
            "result": {"shape": "box", "fillcolor": t.result},
            "output": {"shape": "box", "fillcolor": t.output, "peripheries": "2"},
        }[kind]
        if k in self.marks.nodes:
            look = {**look, "color": t.highlight, "penwidth": "3"}
        description = self.described(k, kind)
        self.descriptions[f"n{k}"] = description
        graph.node(
            f"n{k}",
            label=f"<{self.node_table(k, kind)}>",
            id=f"n{k}",
            tooltip=tooltip_of(description),
            **look,
        )

    def described(self, k: int, kind: str) -> str:
        """Return a node in words, for tooltips and screen readers."""
        node = self.scene.nodes[k]
        name = plain(node.label) if visible(node.label) else self.scene.names[k]
        number = f"{node.data:.{self.digits}g}"
        kind_told = text(KINDS[kind], self.language)
        told = [text("drawing.node", self.language, kind=kind_told, name=name, value=number)]
        if node.op is not None:
            how = meaning(node.op, self.language)
            if len(node.parents) <= 4:
                names = [self.scene.names[self.scene.number_of[p]] for p in node.parents]
                how = text("drawing.made of", self.language, meaning=how, operands=", ".join(names))
            told.append(how)
        if self.gradients and kind != "constant":
            told.append(self.held(f"{node.grad:.{self.digits}g}"))
        return ", ".join(told).replace("\n", " ")

    def held(self, gradient: str) -> str:
        """Return a node's gradient in words: grad 3."""
        return text("drawing.held gradient", self.language, gradient=gradient)

    def node_table(self, k: int, kind: str) -> str:
        """Return what stands in a node: op and name, number, gradient."""
        node = self.scene.nodes[k]
        number = number_shown(node.data, self.digits)
        if kind == "constant":
            label = f"{typeset(node.label)} = " if visible(node.label) else ""
            return f"{label}{number}"
        name = self.name_shown(k)
        head = f"<TD>{name}</TD>"
        if node.op is not None:
            head = f"{self.pill(node.op.symbol)}{head}"
        span = 2 if node.op is not None else 1
        rows = [head, f'<TD COLSPAN="{span}">{number}</TD>']
        self.numbers[f"n{k}"] = [Written("value", (k,), number)]
        if self.gradients:
            rows.append(f'<TD COLSPAN="{span}">{self.gradient(node.grad)}</TD>')
        return table(rows)

    def name_shown(self, k: int) -> str:
        """Return a node's label in bold, or the name that formulas give it."""
        node = self.scene.nodes[k]
        if visible(node.label):
            return f"<B>{typeset(str(node.label))}</B>"
        return f'<FONT COLOR="{self.theme.faint}">{shown(self.scene.names[k])}</FONT>'

    def pill(self, symbol: str) -> str:
        """Return the cell of an op's symbol, of a fixed width: others stretch it to the node's."""
        t = self.theme
        width = round(t.size * (1.1 + 0.66 * len(symbol)))
        return (
            f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{round(t.size * 1.55)}">'
            f'<TABLE BORDER="1" COLOR="{t.pill}" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" '
            f'STYLE="ROUNDED" BGCOLOR="{t.pill}"><TR><TD>'
            f'<FONT COLOR="{t.on_pill}">{shown(symbol)}</FONT></TD></TR></TABLE></TD>'
        )

    def gradient(self, grad: float) -> str:
        t = self.theme
        number = number_shown(grad, self.digits)
        words = self.held(number)
        return f'<FONT COLOR="{t.gradient}" POINT-SIZE="{t.size * 0.9:g}">{words}</FONT>'

    # -- Closed boxes --

    def write_closed(self, graph: graphviz.Digraph, item: str) -> None:
        t = self.theme
        members = self.scene.members[item]
        box = self.scene.box_of_item[item]
        count = len(members)
        formula = self.box_formula(item)
        head = f"<B>{typeset(self.box_name(box))}</B>" + (f"&#160;= {formula}" if formula else "")
        self.words.keep(item, box_word(box, self.scene.own_boxes))
        times = len([k for k in self.scene.exits(item) if self.scene.nodes[k].parents])
        small = f'POINT-SIZE="{t.size * 0.8:g}" COLOR="{t.faint}"'
        if times > 1:
            head += f' <FONT COLOR="{t.faint}">× {times:,}</FONT>'
        rows = [f'<TD COLSPAN="4">{head}</TD>']
        inner = self.inner_rows(item, [k for k in members if self.scene.nodes[k].label])
        if not inner:
            key = "drawing.nodes" if count > 1 else "drawing.one node"
            nodes = self.words.write(item, key, count=f"{count:,}")
            inner = [f'<TD COLSPAN="4"><FONT {small}>{nodes}</FONT></TD>']
        rows += inner
        name = plain(" / ".join(self.box_name(box[:depth]) for depth in range(1, len(box) + 1)))
        description = text("drawing.closed box", self.language, name=name, count=f"{count:,}")
        self.descriptions[item] = description
        look = {"shape": "folder", "fillcolor": t.closed}
        if any(k in self.marks.nodes for k in members):
            look = {**look, "color": t.highlight, "penwidth": "3"}
        elif any(k in self.outputs for k in members):
            look = {**look, "fillcolor": t.output}
        tooltip = tooltip_of(description)
        graph.node(item, label=f"<{table(rows)}>", id=item, tooltip=tooltip, **look)

    def inner_rows(self, item: str, labelled: list[int]) -> list[str]:
        """Return the rows of a closed box: its labelled nodes, those of one label together."""
        nodes = self.scene.nodes
        groups: dict[str, list[int]] = {}
        for k in sorted(labelled, key=lambda k: nodes[k].op is None):  # results first
            groups.setdefault(str(nodes[k].label), []).append(k)
        if not groups:
            return []
        rest: list[int] = []
        if len(groups) > ROWS:
            rest = [k for ks in groups.values() for k in ks if nodes[k].op is None]
            groups = {name: ks for name, ks in groups.items() if nodes[ks[0]].op is not None}
            if len(groups) > ROWS:
                groups, rest = {}, labelled
        exit = self.scene.exit_derivatives.get(item) if self.derivatives else None
        columns = [Fact("drawing.value heading")]
        if exit is not None:
            columns.append(Fact("drawing.derivative heading", {"name": self.scene.names[exit[0]]}))
        if self.gradients:
            columns.append(Fact("drawing.gradient heading"))
        rows = [self.head_row(item, columns)] if len(columns) > 1 else []
        rows += [self.inner_row(item, typeset(name), ks, exit) for name, ks in groups.items()]
        if rest:
            count = self.words.write(item, "drawing.labelled nodes", count=f"{len(rest):,}")
            rows.append(self.inner_row(item, count, rest, exit))
        return rows

    def head_row(self, item: str, columns: list[Fact]) -> str:
        """Return the headings of the columns of a closed box; over the names there is none."""
        small = f'POINT-SIZE="{self.theme.size * 0.8:g}" COLOR="{self.theme.faint}"'
        row = '<TD ALIGN="RIGHT"></TD>'
        for key, parts in columns:
            heading = text(key, self.language, **{p: typeset(n) for p, n in parts.items()})
            row += f'<TD ALIGN="RIGHT"><FONT {small}>&#160;&#160;{heading}</FONT></TD>'
        self.words.keep(item, *columns)
        return row

    def inner_row(
        self, item: str, name: str, ks: list[int], exit: tuple[int, dict[int, float]] | None
    ) -> str:
        """Return the cells of one row: name, number, d(exit)/d(node) if there is one, gradient."""
        t = self.theme
        nodes = self.scene.nodes
        columns = [("value", tuple(ks), t.text, [nodes[k].data for k in ks])]
        if exit is not None:
            top, slopes = exit
            columns.append(("slope", (top, *ks), t.derivative, [slopes[k] for k in ks]))
        if self.gradients:
            columns.append(("gradient", tuple(ks), t.gradient, [nodes[k].grad for k in ks]))
        cells = f'<TD ALIGN="LEFT">{name}</TD>'
        for kind, at, colour, numbers in columns:
            shown_number = range_shown(numbers, self.digits)
            self.numbers.setdefault(item, []).append(Written(kind, at, shown_number))
            font = f'<FONT COLOR="{colour}" POINT-SIZE="{t.size:g}">'
            cells += f'<TD ALIGN="RIGHT">{font}&#160;&#160;{shown_number}</FONT></TD>'
        return cells

    def box_formula(self, item: str) -> str:
        """Return how the one result of a closed box comes about: σ(⟨w,x⟩ + b); "" if too long."""
        if item not in self.scene.exit_derivatives:
            return ""
        top = self.scene.exit_derivatives[item][0]
        written = expression(self.scene, top, set(self.scene.members[item]), 6)
        told = Short()(written) if written is not None else ""
        return shown(told) if len(told) <= 40 else ""

    # -- Arrows --

    def write_edge(self, graph: graphviz.Digraph, edge: Edge) -> None:
        t = self.theme
        look: dict[str, str] = {"id": edge.id, **self.layout.hints(edge)}
        counted = Fact("drawing.edges", {"count": f"{len(edge.parts):,}"})
        count = said(counted, self.language)
        description = count
        many = len(edge.parts) > 1 and edge.parent[0] == "n" and edge.child[0] == "n"
        found = self.scene.derivative(edge)
        constant = edge.parent[0] == "n" and isinstance(
            self.scene.nodes[int(edge.parent[1:])], Constant
        )
        if constant:  # nobody's variable: a derivative in it is not asked for
            look["style"] = "dashed"
            description = text("drawing.constant edge", self.language)
        elif found is not None:
            k, p, derivative = found
            names = self.scene.names
            description = f"∂{names[k]}/∂{names[p]} = {derivative:.{self.digits}g}"
            if self.derivatives:
                look["label"] = self.derivative_label(edge, k, p, derivative)
            if many:
                description = f"{count}, {description}"
        if many and found is not None and self.derivatives and not constant:
            look["label"] = self.derivative_label(edge, *found, count)
            self.words.keep(edge.id, counted)
        elif many or (self.derivatives and found is None and not constant):
            self.words.keep(edge.id, counted)
            look["label"] = f"<&#160;{count}&#160;>"
            look["fontcolor"] = t.faint
        colours = sorted(
            {self.marks.edges[part] for part in edge.parts if part in self.marks.edges}
        )
        if colours:
            look["color"] = ":".join(t.paths[c % len(t.paths)] for c in colours)
            look["penwidth"] = "3"
            if len(colours) == 1 and colours[0] % 2:
                look["style"] = "dashed"
        elif len(edge.parts) > 1 and found is None:
            look["penwidth"] = "2"
        self.descriptions[edge.id] = description
        look["tooltip"] = look["labeltooltip"] = tooltip_of(plain(description))
        graph.edge(edge.parent, edge.child, **look)

    def derivative_label(
        self, edge: Edge, k: int, p: int, derivative: float, count: str = ""
    ) -> str:
        """Return ∂z/∂w = x = 3 as an HTML-like label, in two lines where it is long.

        count   how many edges the arrow stands for, in words; their derivatives add up
        """
        names = self.scene.names
        number = number_shown(derivative, self.digits)
        self.numbers[edge.id] = [Written("edge", (k, *edge.parts), number)]
        head = f"∂{typeset(names[k])}/∂{typeset(names[p])}"
        formula = ""
        if len(edge.parts) == 1 and edge.child[0] == "n":
            child, i = edge.parts[0]
            formula = self.formula(child, i)
        if count:
            above, below = f"{count}:", f"{head} = {number}"
            rows = [f'<TD ALIGN="LEFT">&#160;{row}&#160;</TD>' for row in (above, below)]
            return f"<{table(rows)}>"
        if formula in ("", number, "−" + number):
            return f"<&#160;{head} = {number}&#160;>"
        first = f'<TD ALIGN="LEFT">&#160;{head} = {formula}&#160;</TD>'
        second = f'<TD ALIGN="LEFT">&#160;= {number}&#160;</TD>'
        return f"<{table([first, second])}>"

    def formula(self, k: int, i: int) -> str:
        """Return the formula of one partial of node k, in the names of its operands."""
        if self.formulas_of[0] != k:  # a node may have a million operands
            node = self.scene.nodes[k]
            assert node.op is not None
            constants = tuple(
                parent.data if isinstance(parent, Constant) else None for parent in node.parents
            )
            numbers = [self.scene.number_of[parent] for parent in node.parents]
            names = [self.scene.names[p] for p in [*numbers, k]]
            self.formulas_of = k, partial_templates(node.op, constants), names
        _, templates, names = self.formulas_of
        return formula_shown(templates[i], names)

    def write_missing(self, graph: graphviz.Digraph, k: int, count: int) -> None:
        """Write the sign for operands of node k that the picture leaves out."""
        t = self.theme
        operands = text("drawing.one more operand", self.language)
        if count > 1:
            operands = text("drawing.more operands", self.language, count=f"{count:,}")
        description = text("drawing.left out", self.language, what=operands)
        self.descriptions[f"m{k}"] = description
        graph.node(
            f"m{k}", label=f"<… {operands}>", id=f"m{k}", shape="plaintext", style="",
            fontcolor=t.faint, tooltip=tooltip_of(description),
        )  # fmt: skip
        graph.edge(f"m{k}", self.scene.item_of[k], style="dotted", id=f"m{k}_edge")
