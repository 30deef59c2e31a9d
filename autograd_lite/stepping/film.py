"""A trace as an animation: both passes as one picture in which parts come, light up and go.

The picture is laid out once. Each part that is not always there knows from which position to
which it is seen; so one SVG can play all of it, by its style alone, and any position can be had
as a picture that stands still. Where nothing moves (a viewer that cannot, a reader who does not
want it), it is the picture of the finished backward pass.
"""

import copy
from collections.abc import Collection, Iterator, Sequence
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from autograd_lite.console import wrapped
from autograd_lite.drawing import draw
from autograd_lite.drawing.scene import Edge
from autograd_lite.drawing.text import number_shown
from autograd_lite.drawing.theme import FONT, LIGHT
from autograd_lite.files import write_atomically
from autograd_lite.stepping.pictures import (
    LEVELS,
    SMALL,
    SVG,
    TEXT,
    chosen_views,
    cleaned,
    mark_numbers,
    scene_of,
)
from autograd_lite.stepping.pieces import pieces
from autograd_lite.tracing.forward import ForwardStep
from autograd_lite.tracing.recording import Trace
from autograd_lite.tracing.steps import Step
from autograd_lite.words import Language, chosen_language, text

__all__ = ["Film", "save_film"]

SECONDS = 2.0  # that each step stays
HOLD = 3  # steps more that the last one stays
MOST = 400  # steps that anybody watches
FAINT = "0.2"  # what is not reached yet
FORWARD, BACKWARD = "#1557a8", "#b3430a"  # what is lit
SIZE = 11.0  # points of the caption
NARROWEST = 380.0  # points, so that a sentence has room
MARGIN = 12.0
PIXELS = 4 / 3  # of a screen, a point
DIGITS = 4  # as the drawing has them
SHAPES = ("path", "polygon", "polyline", "ellipse", "rect")
KINDS = ("gradient", "number", "node", "edge", "graph", "cluster")  # classes of the drawing
SEEN, RISES = "data-seen", "data-rises"  # the marks of parts that are not always there


def save_film(
    record: Trace, path: Path, *, language: Language | None = None, level: str = "node"
) -> Path:
    """Write a trace as an animated SVG, whole or not at all, and return its path."""
    write_atomically(path, Film(record, language, level).playing())
    return path


class Film:
    """A picture of a trace at all positions of its two passes.

    last    the last position: both passes are done; 0 is the start

    Raises ValueError for a graph that is too big, or an unknown language or level.

    >>> from autograd_lite import Value, trace
    >>> x = Value(3.0, "x")
    >>> film = Film(trace(x * x), "en")
    >>> film.last, "grad 3<" in film.still(2), "grad 6<" in film.still(3)
    (3, True, True)
    """

    def __init__(self, record: Trace, language: Language | None = None, level: str = "node"):
        self.record = record
        self.language = chosen_language(language)
        if level not in ("node", "unit"):
            raise ValueError(f"the level is 'node' or 'unit', not {level!r}")
        chosen_views(record, level)
        self.turn = len(record.inner)
        self.last = self.turn + len(record)
        if self.last > MOST:
            raise ValueError(
                f"an animation shows up to {MOST} steps, and this trace has {self.last:,}; "
                f"save a page instead (.html), or trace a smaller part"
            )
        self.made = dict.fromkeys(range(len(record.nodes)), 0)
        self.made.update((k, place) for place, k in enumerate(record.inner, start=1))
        ends = zip(record.children, record.places)
        self.along = {end: place for place, end in enumerate(ends, start=self.turn + 1)}
        self.root = self.drawn(closed=level == "unit")

    def __repr__(self) -> str:
        return f"<film of {self.record!r}>"

    # -- When --

    def arrivals(self, k: int) -> list[int]:
        """Return the positions at which something arrives at node k's gradient."""
        if k == len(self.record.nodes) - 1:
            return [self.turn] if len(self.record) else []
        if not len(self.record):
            return []
        return [self.turn + number for number in self.record.steps_into(k)]

    def reached(self, k: int) -> int:
        """Return the position from which node k has a gradient; behind the last if it gets none."""
        return next(iter(self.arrivals(k)), self.last + 1)

    def steps(self) -> Iterator[tuple[int, Step | ForwardStep]]:
        """Yield each position but the start, with what leads to it."""
        yield from enumerate(self.record.forward, start=1)
        yield from enumerate(self.record, start=self.turn + 1)

    # -- The picture with its marks --

    def drawn(self, closed: bool) -> ElementTree.Element:
        """Return the picture, with a mark on each part that is not always there."""
        record = self.record
        scene = scene_of(record, closed)
        with record.replay().goto(len(record)).show():
            drawing = draw(
                record.output, groups=record.groups, closed=closed, limit=None,
                gradients=not closed, language=self.language,
            )  # fmt: skip
        root = cleaned(drawing.svg())
        groups = {group.get("data-id", ""): group for group in root.iter(f"{SVG}g")}
        for id, group in groups.items():
            mark_numbers(group, drawing.numbers.get(id, ()), record)
        members: dict[str, list[int]] = {}
        for k, item in enumerate(scene.item_of):
            if item:
                members.setdefault(item, []).append(k)
        for item, nodes in members.items():
            self.mark_node(groups[item], nodes)
        for edge in scene.edges:
            self.mark_edge(groups[edge.id], edge)
        self.add_caption(root)
        return root

    def mark_node(self, group: ElementTree.Element, nodes: Sequence[int]) -> None:
        """Mark a node or a closed box: its numbers, and a frame where it takes part in a step."""
        record = self.record
        group.set(RISES, str(min(self.made[k] for k in nodes)))
        for element in list(group):
            kind, _, at = element.get("data-n", "").partition(":")
            if element.get("class") == "gradient":
                self.mark_gradients(group, element, nodes[0])
            elif kind == "value":
                mark(element, max(self.made[int(k)] for k in at.split(",")))
            elif kind == "slope":
                mark(element, self.reached(int(at.split(",")[0])))
        shape = next((child for child in group if tag(child) in SHAPES), None)
        if shape is None:
            return
        inside = set(nodes)
        light(group, shape, FORWARD, {self.made[k] for k in nodes} - {0})
        ends = enumerate(zip(record.children, record.parents), start=self.turn + 1)
        light(
            group, shape, BACKWARD, {place for place, pair in ends if not inside.isdisjoint(pair)}
        )

    def mark_gradients(self, group: ElementTree.Element, last: ElementTree.Element, k: int) -> None:
        """Let a node's gradient be there as it is after each arrival."""
        places = self.arrivals(k)
        if not places:
            group.remove(last)
            return
        for place, following in zip(places, [*places[1:], None]):
            element = last if following is None else copy.deepcopy(last)
            number = place - self.turn
            gradient = self.record.after[number - 1] if number else self.record.start[k]
            name = (last.text or "").strip().rpartition(" ")[0]
            element.text = f"{name} {number_shown(gradient, DIGITS)}"
            mark(element, place, following)
            if element is not last:
                group.append(element)

    def mark_edge(self, group: ElementTree.Element, edge: Edge) -> None:
        """Mark an edge, or one for several: its derivative, and where something goes along it."""
        made = min(self.made[k] for k, _ in edge.parts)
        group.set(RISES, str(made))
        for element in list(group):
            for number in element.iter():
                if number.get("data-n", "").startswith("edge:"):
                    top = int(number.get("data-n", "")[5:].split(",")[0])
                    direct = all(k == top for k, _ in edge.parts)
                    mark(element, self.made[top] if direct else self.reached(top))
        path = next((child for child in group if tag(child) == "path"), None)
        if path is None:
            return
        light(group, path, FORWARD, {self.made[k] for k, _ in edge.parts})
        light(
            group, path, BACKWARD, {self.along[part] for part in edge.parts if part in self.along}
        )

    # -- The caption --

    def add_caption(self, root: ElementTree.Element) -> None:
        """Put each step's heading, formula and sentences under the picture, on white ground."""
        x, y, width, height = map(float, root.get("viewBox", "0 0 0 0").split())
        wide = max(width, NARROWEST)
        left = x - (wide - width) / 2
        columns = int((wide - 2 * MARGIN) / (SIZE * 0.58))
        start = text("page.title", self.language, output=self.record.names[-1])
        captions = [(0, [start], "")] + [
            (place, self.lines(step), self.colour(place)) for place, step in self.steps()
        ]
        most = 0
        for place, lines, colour in captions:
            following = None if place == self.last else place + 1
            rows = [row for line in lines for row in wrapped(line, columns)]
            most = max(most, len(rows))
            group = ElementTree.SubElement(root, f"{SVG}g", {"fill": LIGHT.text})
            mark(group, place, following)
            for n, row in enumerate(rows):
                look = {
                    "x": f"{left + MARGIN:.1f}",
                    "y": f"{y + height + SIZE * (1.6 * n + 1):.1f}",
                }
                if not n:
                    look.update({"font-weight": "bold", "fill": colour or LIGHT.text})
                set_line(ElementTree.SubElement(group, TEXT, look), row)
        tall = height + SIZE * (1.6 * most + 1)
        root.set("viewBox", f"{left:g} {y:g} {wide:g} {tall:g}")
        root.set("width", f"{wide * PIXELS:.0f}")
        root.set("height", f"{tall * PIXELS:.0f}")
        root.set("font-family", FONT)
        root.set("font-size", f"{SIZE:g}")
        ground = {"x": f"{left:g}", "y": f"{y:g}", "width": "100%", "height": "100%"}
        root.insert(0, ElementTree.Element(f"{SVG}rect", {**ground, "fill": "white"}))

    def lines(self, step: Step | ForwardStep) -> list[str]:
        """Return what is told of a step, a line for each part of it."""
        return [step.heading(self.language), step.formula(), *step.sentences(self.language)]

    def colour(self, place: int) -> str:
        """Return the colour of what is lit at a position."""
        return FORWARD if place <= self.turn else BACKWARD

    # -- What comes out --

    def playing(self) -> str:
        """Return the picture as SVG that plays by itself, over and over."""
        root = copy.deepcopy(self.root)
        frames = self.last + 1 + HOLD
        rules: dict[str, str] = {}
        for element in root.iter():
            name, moves = self.moves(element, frames)
            if name:
                element.set("class", name)
                rules[name] = moves
        style = [
            f"@keyframes {name}{{{moves}}} .{name}{{animation-name:{name}}}"
            for name, moves in rules.items()
        ]
        # Picture and caption are seen together: it fits a window.
        root.set("style", "max-width:100%;max-height:100vh;height:auto")
        every = f"animation:{frames * SECONDS:g}s step-end infinite"
        style.insert(0, f"[class^=s_],[class^=r_]{{{every}}}")
        style.append("@media (prefers-reduced-motion:reduce){*{animation:none!important}}")
        root.insert(0, ElementTree.Element(f"{SVG}style"))
        root[0].text = "\n".join(style)
        return written(root)

    def moves(self, element: ElementTree.Element, frames: int) -> tuple[str, str]:
        """Return the name of how a part comes and goes, and its keyframes; "" if it does not."""
        seen, rises = element.attrib.pop(SEEN, None), element.attrib.pop(RISES, "0")
        if seen is not None:
            start, _, end = seen.partition("-")
            hidden, shown = "{visibility:hidden}", "{visibility:visible}"
            moves = f"0%{hidden}" if start != "0" else ""
            moves += f"{percent(start, frames)}{shown}"
            if end:
                moves += f"{percent(end, frames)}{hidden}"
                element.set("visibility", "hidden")
            return ("", "") if seen == "0-" else (f"s_{start}_{end}", moves)
        if rises == "0":
            return "", ""
        moves = f"0%{{opacity:{FAINT}}}{percent(rises, frames)}{{opacity:1}}"
        return f"r_{rises}", moves

    def still(self, position: int) -> str:
        """Return the picture as it is at a position, as SVG."""
        root = copy.deepcopy(self.root)
        for parent in list(root.iter()):
            for element in list(parent):
                seen, rises = element.attrib.pop(SEEN, "0-"), element.attrib.pop(RISES, "0")
                start, _, end = seen.partition("-")
                if position < int(start) or (end and position >= int(end)):
                    parent.remove(element)
                elif position < int(rises):
                    element.set("opacity", FAINT)
        return written(root)


def tag(element: ElementTree.Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).removeprefix(SVG)


def mark(element: ElementTree.Element, start: int, end: int | None = None) -> None:
    """Let a part be seen from a position on, up to another where there is one."""
    element.set(SEEN, f"{start}-{'' if end is None else end}")


def light(
    group: ElementTree.Element, shape: ElementTree.Element, colour: str, places: Collection[int]
) -> None:
    """Let a shape be outlined in a colour at some positions; those in a row are one outline."""
    kept = ("d", "points", "cx", "cy", "rx", "ry", "x", "y", "width", "height")
    for place in sorted(places):
        if place - 1 in places:
            continue
        end = next(after for after in count(place) if after not in places)
        outline = ElementTree.Element(shape.tag, {k: v for k, v in shape.items() if k in kept})
        outline.attrib.update({"fill": "none", "stroke": colour, "stroke-width": "3"})
        mark(outline, place, end)
        group.append(outline)


def set_line(element: ElementTree.Element, line: str) -> None:
    """Write a line into a text, the indices of names low and their layers high."""
    level = 0.0
    for piece in pieces(line):
        kind, part = ("", piece) if isinstance(piece, str) else next(iter(piece.items()))
        wanted = LEVELS.get(kind, 0.0) * SIZE
        look = {"dy": f"{wanted - level:g}"} if wanted != level else {}
        if kind:
            look["font-size"] = f"{SIZE * SMALL:g}"
        span = ElementTree.SubElement(element, f"{SVG}tspan", look)
        span.text = part if isinstance(part, str) else ""
        level = wanted


def percent(position: str, frames: int) -> str:
    """Return the time of a position in the whole, as keyframes have it."""
    return f"{100 * int(position) / frames:.3f}%"


def written(root: ElementTree.Element) -> str:
    """Return an SVG as the text of a file."""
    for element in root.iter():
        for name in ("data-n", "data-id"):
            element.attrib.pop(name, None)
        if element.get("class") in KINDS:
            del element.attrib["class"]
    svg = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'
