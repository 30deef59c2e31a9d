"""What an editor shows of a place: the stack of calls, and variables, opened only when asked for.

The call stack is the path from the output down to the node; below it stands the script's own line
that began the recording. A pane is a list of rows, some of which open another pane.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from autograd_lite.debugging.asking import GRADIENT
from autograd_lite.debugging.recordings import Recording
from autograd_lite.debugging.walk import Walk
from autograd_lite.notation import names_parameter
from autograd_lite.source_lines import SourceLine
from autograd_lite.tracing.forward import ForwardStep
from autograd_lite.tracing.names import told_number
from autograd_lite.tracing.steps import Step
from autograd_lite.value import Constant
from autograd_lite.words import Language, text
from autograd_lite.words.op_words import meaning

__all__ = ["ORIGIN", "Pane", "Panes", "Row", "frames", "path_up"]

ORIGIN = 0  # the number of the frame of the script's own line
PAGE = 100  # rows that are given at once; of more, a row opens each page


class Row(NamedTuple):
    """One row of a pane.

    name, value     what is shown
    opens           what makes the pane behind it, None if there is none
    asked           what a watch expression for it is; "" for none
    node            the number of the leaf that may be set here, None for all else
    """

    name: str
    value: str
    opens: "Callable[[], Pane] | None" = None
    asked: str = ""
    node: int | None = None


class Pane:
    """Rows, made only as far as they are asked for.

    >>> pane = Pane(3, lambda k: [Row(f"v{k}", str(k))])
    >>> [row.name for row in pane.rows(1, 2)]
    ['v1', 'v2']
    """

    __slots__ = ("count", "make", "of_each")

    def __init__(self, items: int, make: Callable[[int], Sequence[Row]], of_each: int = 1) -> None:
        self.count = items * of_each
        self.make = make
        self.of_each = of_each

    def __repr__(self) -> str:
        return f"<pane of {self.count} rows>"

    def rows(self, start: int = 0, count: int = 0) -> list[Row]:
        """Return `count` rows from a place on; all of them, or their pages, if count is 0."""
        if not count and self.count - start > PAGE:
            return self.pages(start)
        end = min(start + (count or PAGE), self.count)
        found: list[Row] = []
        first = start // self.of_each
        for k in range(first, -(-end // self.of_each)):
            found += self.make(k)
        return found[start - first * self.of_each : end - first * self.of_each]

    def pages(self, start: int) -> list[Row]:
        """Return a row for each page of the rows from a place on; of very many, pages of pages."""
        size = PAGE
        while (self.count - start) // size > PAGE:
            size *= PAGE
        return [
            Row(f"[{k}..{min(k + size, self.count) - 1}]", "", partial(self.part, k, size))
            for k in range(start, self.count, size)
        ]

    def part(self, start: int, size: int) -> "Pane":
        """Return a page of the rows as a pane."""
        return Pane(min(size, self.count - start), lambda k: self.rows(start + k, 1))


def fixed(rows: Sequence[Row]) -> Pane:
    """Return a pane of rows that are there already."""
    return Pane(len(rows), lambda k: rows[k : k + 1])


# -- The stack of calls ---------------------------------------------------------------------------


def path_up(walk: Walk, k: int) -> Iterator[int]:
    """Yield the nodes from node k up to the output, along the edge that the gradient first took."""
    record = walk.record
    last = len(record.nodes) - 1
    while True:
        yield k
        if k == last:
            return
        arrivals = record.steps_into(k)
        if not arrivals:  # a constant, which no step leads to
            return
        k = record.children[arrivals[0] - 1]


def frames(walk: Walk, recording: Recording, start: int, levels: int) -> dict[str, Any]:
    """Return a part of the call stack, and of how many frames it is, as far as is known."""
    found: list[dict[str, Any]] = []
    here = walk.node_at(walk.at)
    count = 0
    for k in path_up(walk, here) if here is not None else ():
        if count >= start + levels:
            return {"stackFrames": found, "totalFrames": count + 1}
        if count >= start:
            found.append(frame(k + 1, frame_name(walk, k), walk.record.nodes[k].line))
        count += 1
    if start <= count < start + levels:
        found.append(frame(ORIGIN, str(recording), recording.line))
    return {"stackFrames": found, "totalFrames": count + 1}


def frame_name(walk: Walk, k: int) -> str:
    """Return a node with its number, as far as it has one here."""
    name = walk.record.names[k]
    return f"{name} = {told_number(walk.record.data[k])}" if walk.known(k) else name


def frame(number: int, name: str, line: SourceLine | None) -> dict[str, Any]:
    """Return a frame; without a source if its line is not known or no file has it."""
    found: dict[str, Any] = {"id": number, "name": name, "line": 0, "column": 0}
    if line is not None and not line.file.startswith("<"):
        found.update(line=line.number, column=1)
        found["source"] = {"name": str(line).rpartition(":")[0], "path": line.file}
    else:
        found["presentationHint"] = "subtle"
    return found


# -- The panes ------------------------------------------------------------------------------------


class Panes:
    """The panes of a place, and the numbers by which an editor asks for them.

    The numbers hold until the place changes.
    """

    __slots__ = ("language", "opened", "recording", "walk")

    def __init__(self, walk: Walk, recording: Recording, language: Language | None) -> None:
        self.walk = walk
        self.recording = recording
        self.language = language
        self.opened: list[Pane | Callable[[], Pane]] = []

    def __repr__(self) -> str:
        return f"<{len(self.opened)} panes>"

    def told(self, key: str, **parts: object) -> str:
        """Return words of the catalogue."""
        return text(key, self.language, **parts)

    def numbered(self, pane: Pane | Callable[[], Pane]) -> int:
        """Return the number by which a pane is asked for."""
        self.opened.append(pane)
        return len(self.opened)

    def pane(self, number: int) -> Pane | None:
        """Return the pane of a number, None if there is none at this place."""
        if not 1 <= number <= len(self.opened):
            return None
        found = self.opened[number - 1]
        if not isinstance(found, Pane):
            found = self.opened[number - 1] = found()
        return found

    def shown(self, row: Row) -> dict[str, Any]:
        """Return a row as an editor is told of it."""
        told: dict[str, Any] = {"name": row.name, "value": row.value, "variablesReference": 0}
        if row.opens is not None:
            told["variablesReference"] = self.numbered(row.opens)
        if row.asked:
            told["evaluateName"] = row.asked
        if row.node is None:
            told["presentationHint"] = {"attributes": ["readOnly"]}
        return told

    def texts(self, listed: Callable[[], Sequence[str]]) -> Callable[[], Pane]:
        """Return what makes a pane of texts."""
        return lambda: fixed([Row(str(n), line) for n, line in enumerate(listed(), start=1)])

    def scopes(self, k: int | None) -> list[tuple[str, Callable[[], Pane], bool]]:
        """Return name, pane and whether it is large, of what is shown of a frame at node k.

        None is the script's own line.
        """
        record = self.walk.record
        leaves = [n for n, node in enumerate(record.nodes) if not node.parents and node.label]
        parameters = [n for n in leaves if names_parameter(record.nodes[n].label)]
        others = sorted(set(leaves) - set(parameters))
        shown: list[tuple[str, Callable[[], Pane], bool]] = []
        if k is not None and k == self.walk.node_at(self.walk.at):
            shown.append((self.told("debugger.here"), self.here, False))
        if k is not None:
            shown.append((record.names[k], lambda: self.node(k), False))
        if parameters:
            shown.append((self.told("debugger.parameters"), self.listing(parameters), False))
        if others:
            shown.append((self.told("debugger.inputs"), self.listing(others), False))
        shown.append((self.told("debugger.graph"), lambda: self.boxes(()), True))
        return shown

    def here(self) -> Pane:
        """Return what was just done: the chain rule at this edge, or the operation."""
        step = self.walk.step()
        if isinstance(step, Step):
            return fixed(self.of_step(step))
        assert isinstance(step, ForwardStep)
        rows = [
            Row(self.told("table.node"), self.walk.record.names[step.index]),
            Row(self.told("debugger.formula"), step.formula()),
            Row(self.told("table.value"), self.recording.outcome(step.index)),
            *self.sentences(step),
        ]
        return fixed(rows)

    def of_step(self, step: Step) -> list[Row]:
        """Return the rows of an application of the chain rule."""
        record = self.walk.record
        child, parent = record.children[step.number - 1], record.parents[step.number - 1]
        return [
            Row(self.told("table.node"), record.names[child], lambda: self.node(child)),
            Row(self.told("debugger.parent"), record.names[parent], lambda: self.node(parent)),
            Row(self.told("debugger.gradient"), told_number(step.gradient), None, "gradient"),
            Row(self.told("debugger.local"), step.local(), None, "partial"),
            Row(self.told("debugger.product"), told_number(step.product), None, "product"),
            Row(self.told("debugger.before"), told_number(step.before), None, "before"),
            Row(self.told("debugger.after"), told_number(step.after), None, "after"),
            Row(self.told("debugger.formula"), step.formula()),
            *self.sentences(step),
        ]

    def sentences(self, step: Step | ForwardStep) -> list[Row]:
        """Return a row for each sentence of a step."""
        told = step.sentences(self.language)
        return [Row(self.told("debugger.sentence", number=n), s) for n, s in enumerate(told, 1)]

    def node(self, k: int) -> Pane:
        """Return all that is known of a node here."""
        record = self.walk.record
        node = record.nodes[k]
        made = meaning(node.op, self.language) if node.op else self.told("table.leaf")
        rows = [*self.of_node(k), Row(self.told("table.op"), made)]
        if node.line is not None:
            rows.append(Row(self.told("table.line"), str(node.line)))
        if node.parents:
            operands = list(record.parent_indexes(k))
            names = ", ".join(record.names[n] for n in operands[:6])
            rows.append(Row(self.told("debugger.operands"), names, self.listing(operands)))
        users = list(dict.fromkeys(child for child, _ in record.uses(k)))
        if users:
            names = ", ".join(record.names[n] for n in users[:6])
            rows.append(Row(self.told("debugger.used by"), names, self.listing(users)))
        return fixed(rows)

    def of_node(self, k: int, name: str = "") -> list[Row]:
        """Return two rows of a node: its number, which may be set if it is a leaf; its gradient.

        They are called by the trace's name for it, if by no other.
        """
        record = self.walk.record
        name = name or record.names[k]
        leaf = not record.nodes[k].parents and not isinstance(record.nodes[k], Constant)
        value = self.recording.outcome(k) if self.walk.known(k) else "-"
        asked = name if name.isidentifier() else f"`{name}`"
        return [
            Row(name, value, None, asked, k if leaf else None),
            Row(
                f"{name}.{GRADIENT}",
                told_number(self.walk.gradient(k)),
                None,
                f"{asked}.{GRADIENT}",
            ),
        ]

    def listing(self, numbers: Sequence[int]) -> Callable[[], Pane]:
        """Return what makes the pane of several nodes."""
        return lambda: Pane(len(numbers), lambda n: self.of_node(numbers[n]), of_each=2)

    def boxes(self, box: tuple[str, ...]) -> Pane:
        """Return the graph inside a box: the boxes in it, and then its own nodes."""
        walk = self.walk
        inner: dict[tuple[str, ...], int] = {}
        own: list[int] = []
        for k in range(len(walk.record.nodes)):
            path = walk.box(k)
            if path == box:
                own.append(k)
            elif path[: len(box)] == box:
                part = path[: len(box) + 1]
                inner[part] = inner.get(part, 0) + 1
        opening = list(inner)

        def made(n: int) -> list[Row]:
            if n >= len(opening):
                k = own[n - len(opening)]
                value = self.of_node(k)[0].value
                return [Row(walk.record.names[k], value, lambda: self.node(k))]
            part = opening[n]
            told = self.told("debugger.nodes", count=inner[part])
            return [Row(part[-1], told, lambda: self.boxes(part))]

        return Pane(len(opening) + len(own), made)
