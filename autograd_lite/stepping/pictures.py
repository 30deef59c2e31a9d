"""The pictures of a page: the drawn graph as SVG, laid out beforehand, ready for the page's script.

A page holds several: all nodes, units as closed boxes, and each box opened by itself.
"""

import html
import itertools
import json
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from autograd_lite.console import width_of
from autograd_lite.drawing import draw
from autograd_lite.drawing.scene import Scene
from autograd_lite.drawing.theme import LIGHT
from autograd_lite.drawing.written import Written
from autograd_lite.stepping.pieces import pieces, plain
from autograd_lite.tracing.recording import Trace
from autograd_lite.words import LANGUAGES, Fact, Language, said, text

__all__ = [
    "LEVELS", "MOST_IN_UNITS", "MOST_NODES", "SMALL", "SVG", "Shared", "TEXT", "chosen_views",
    "cleaned", "mark_numbers", "picture", "roomiest", "scene_of",
]  # fmt: skip

MOST_NODES = 600  # beyond, the picture of all nodes cannot be read, nor laid out in a second
MOST_IN_UNITS = 5000  # beyond, the page takes more than a second to open, and more than 4 MB
MOST_OPENED = 8  # boxes that also get a picture with only them open

NUMBER = re.compile(r"−?(∞|[0-9][0-9.]*(e[+−-]?[0-9]+)?)|nan")  # as `number_shown` writes one
SMALLEST_NUMBER = 10.0  # points; indices are smaller
LEVELS = {"sub": 0.25, "super": -0.4, "sup": -0.4}  # how far down an index stands, in heights
SMALL = 0.75  # and how large it is
NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
SVG = "{http://www.w3.org/2000/svg}"
TEXT, TSPAN = f"{SVG}text", f"{SVG}tspan"
DECIMAL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
ROUND_CORNERS = 25  # points of a path that is a rectangle with round corners
KEPT_TAGS = {"svg", "g", "path", "polygon", "polyline", "ellipse", "circle", "rect",
             "text", "tspan", "defs", "linearGradient", "stop"}  # fmt: skip
KEPT_ATTRIBUTES = {
    "class", "cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-size",
    "font-style", "font-weight", "height", "offset", "opacity", "points", "r", "rx", "ry",
    "stop-color", "stroke", "stroke-dasharray", "stroke-opacity", "stroke-width", "text-anchor",
    "textLength", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip

LOOKS = (
    "fill", "fill-opacity", "font-size", "font-style", "font-weight", "opacity", "stroke",
    "stroke-dasharray", "stroke-opacity", "stroke-width", "text-anchor",
)  # fmt: skip
DEFAULTS = {"text-anchor": "start", "fill": "#000000"}  # what need not be said


class Shared:
    """What the pictures of a page have in common: each look once, and each node's shapes once.

    A look is a class of the page's style. The shapes of a node, a closed box or a label stand
    in one group of their own; a picture says where it has them, and the script puts them there.
    """

    def __init__(self) -> None:
        self.names: dict[tuple[tuple[str, str], ...], str] = {}  # a look -> its class
        self.shapes: dict[str, int] = {}  # what is drawn, as SVG -> its number
        self.words: dict[str, int] = {}  # words in all languages, as JSON -> their number

    def take(self, element: ElementTree.Element) -> None:
        """Let a class say how an element looks, instead of its attributes."""
        look = tuple(
            (name, element.attrib.pop(name))
            for name in LOOKS
            if name in element.attrib and element.attrib[name] != DEFAULTS.get(name)
        )
        for name in DEFAULTS:
            element.attrib.pop(name, None)
        if look:
            name = self.names.setdefault(look, f"p{len(self.names)}")
            element.set("class", " ".join(filter(None, (element.get("class"), name))))

    def place(self, parent: ElementTree.Element, moved: Sequence[ElementTree.Element]) -> None:
        """Let a group of a picture have some of its elements from the shapes in common."""
        if not moved:
            return
        x, y = corner(moved[0])
        group = ElementTree.Element(f"{SVG}g")
        for element in moved:
            parent.remove(element)
            shift(element, x, y)
            group.append(element)
        drawn = ElementTree.tostring(group, encoding="unicode").replace(NAMESPACE, "")
        number = self.shapes.setdefault(drawn, len(self.shapes))
        place = f"translate({tenths(x)} {tenths(y)})"
        ElementTree.SubElement(parent, f"{SVG}g", {"data-shape": str(number), "transform": place})

    def word(self, word: Fact, end: str = "") -> int:
        """Return the number of words that stand in a picture, in pieces, with what follows them."""
        told = {each: pieces(said(word, each) + end) for each in LANGUAGES}
        return self.words.setdefault(json.dumps(told), len(self.words))

    def said(self) -> list[Any]:
        """Return the words by their numbers: language -> pieces."""
        return [json.loads(told) for told in self.words]

    def drawn(self) -> str:
        """Return the shapes in common as SVG, in the order of their numbers."""
        return "".join(self.shapes)

    def rules(self) -> str:
        """Return the classes as a style sheet."""
        return "\n".join(
            f".picture .{name} {{ {' '.join(f'{rule(*part)};' for part in look)} }}"
            for look, name in self.names.items()
        )


def rule(name: str, value: str) -> str:
    return f"{name}: {float(value):g}px" if name == "font-size" else f"{name}: {value}"


def chosen_views(record: Trace, level: str) -> dict[str, Any]:
    """Return the pictures of the page: a name for each, and which boxes are closed in it."""
    count = len(record.nodes)
    boxes = sorted({box[-1] for box in scene_of(record, closed=False).boxes if box})
    most = MOST_NODES if level == "node" else MOST_IN_UNITS
    if count > most:
        advice = "trace one image, or a smaller part; step_through shows any size in a terminal"
        if level == "node" and boxes and count <= MOST_IN_UNITS:
            advice = 'write level="unit" for a page with one box for each unit'
        raise ValueError(
            f"the graph has {count:,} nodes, and this level of page shows up to {most:,}; {advice}"
        )
    if not boxes:
        if level == "unit":
            raise ValueError('the graph has no units; leave level="unit" away')
        return {"node": False}
    views: dict[str, Any] = {"unit": True}
    if level == "node":
        if len(boxes) <= MOST_OPENED:
            for box in boxes:
                views[f"box {box}"] = [other for other in boxes if other != box]
        views["node"] = False
    return views


def scene_of(record: Trace, closed: Any) -> Scene:
    """Return all nodes of a trace in its boxes, with those closed that are to be."""
    return Scene([record.output], grouping=record.groups, closed=closed, limit=None)


def picture(record: Trace, name: str, closed: Any, shared: Shared) -> tuple[str, dict[str, str]]:
    """Return a picture as SVG for the page, and what shows the nodes and edges inside boxes.

    It is laid out in the language that takes most room; its words know what they are in the others.
    What shows an inner node is the id of its box ("n12": "g2"), and for an edge that of the one
    arrow drawn for several ("e12_1": "e12_0").
    """
    scene = scene_of(record, closed)
    language = roomiest()
    with record.replay().goto(len(record)).show():  # so that the boxes have room for gradients
        drawing = draw(
            record.output, groups=record.groups, closed=closed, limit=None,
            gradients=closed is not True, language=language,
        )  # fmt: skip
    root = cleaned(drawing.svg())
    (title,) = drawing.words[""]
    root.set("data-w", str(shared.word(title)))
    for group in root.iter(f"{SVG}g"):
        mark_words(group, drawing.words.get(group.get("data-id", ""), ()), shared, language)
        mark_numbers(group, drawing.numbers.get(group.get("data-id", ""), ()), record)
    compact(root, shared)
    svg = ElementTree.tostring(root, encoding="unicode")
    shown_by = {f"n{k}": item for k, item in enumerate(scene.item_of) if item and item[0] != "n"}
    for arrow in scene.edges:
        for k, i in arrow.parts[1:]:
            shown_by[f"e{k}_{i}"] = arrow.id
    view = html.escape(name, quote=True)
    return f'<div class="picture" data-view="{view}" hidden>{svg}</div>', shown_by


def roomiest() -> Language:
    """Return the language whose headings of a closed box, the narrowest places, are longest."""
    return max(LANGUAGES, key=heading_width)


def heading_width(language: Language) -> int:
    """Return how many columns the headings of a closed box take in a language."""
    keys = ("drawing.value heading", "drawing.derivative heading", "drawing.gradient heading")
    return sum(width_of(text(key, language, name="a")) for key in keys)


# -- Nothing but shapes and text -------------------------------------------------------------------


def cleaned(svg: str) -> ElementTree.Element:
    """Return an SVG with nothing in it but shapes and text, ready for the page's script.

    What could run or load something (a script, a link, an event's attribute) is left out, though
    the drawing has none. Ids become `data-id`, since the page holds several pictures; gradients
    are marked, since the script fills them in, and numbers, since it hides them until they are
    computed; the white ground and the tooltips, which would tell the last gradient at once, are
    left out.
    """
    ElementTree.register_namespace("", SVG[1:-1])
    root = ElementTree.fromstring(svg)
    title = root.findtext(f"{SVG}title", "")
    unseen = [root]
    while unseen:
        element = unseen.pop()
        clean(element)
        kept: list[ElementTree.Element] = []
        waiting = list(element)
        while waiting:
            child = waiting.pop(0)
            tag = str(child.tag).removeprefix(SVG)
            if tag == "a" or is_wrapping(child):  # of a tooltip: its content stays
                waiting[:0] = list(child)
            elif tag in KEPT_TAGS and not is_ground(element, child):
                kept.append(child)
        element[:] = kept
        unseen.extend(kept)
    root.attrib.pop("height", None)
    root.set("role", "img")
    root.set("aria-label", title)
    return root


def is_wrapping(element: ElementTree.Element) -> bool:
    return element.tag == f"{SVG}g" and element.get("id", "").startswith("a_")


def is_ground(parent: ElementTree.Element, child: ElementTree.Element) -> bool:
    return parent.get("class") == "graph" and child.tag == f"{SVG}polygon"


def clean(element: ElementTree.Element) -> None:
    """Keep the attributes that draw, mark gradients and numbers, and set indexes low and high."""
    id = element.get("id")
    shift = element.get("baseline-shift")  # browsers do not obey it on a text of its own
    for name in list(element.attrib):
        if name not in KEPT_ATTRIBUTES:
            del element.attrib[name]
    if id is not None:
        element.set("data-id", id)
    if element.tag != TEXT:
        return
    if element.get("fill") == LIGHT.gradient:
        element.set("class", "gradient")
    elif shift is None and is_number(element):
        element.set("class", "number")
    if shift in LEVELS:
        size = float(element.get("font-size", "12"))
        element.set("y", f"{float(element.get('y', '0')) + LEVELS[shift] * size:.2f}")
        element.set("font-size", f"{SMALL * size:.2f}")


def is_number(element: ElementTree.Element) -> bool:
    """Return whether a text of a picture is a number, and not an index, which is smaller."""
    number = NUMBER.fullmatch((element.text or "").strip())
    return number is not None and float(element.get("font-size", "12")) >= SMALLEST_NUMBER


# -- Which number is which -------------------------------------------------------------------------


def mark_numbers(group: ElementTree.Element, numbers: Sequence[Written], record: Trace) -> None:
    """Say at each number of a node, box or edge what it is, so that another can be written there.

    They are found from the end, since a name may look like a number and stands before it. The
    gradients in a closed box are left out: the page shows that of the box's result beside it.
    """
    waiting = [written for written in numbers if written.kind != "gradient"]
    for element in reversed([child for child in group if child.tag == TEXT]):
        if group.get("data-id", "n")[0] == "g" and element.get("class") == "gradient":
            group.remove(element)
            continue
        if not waiting:
            return
        written = waiting[-1]
        text = (element.text or "").strip()
        if text == written.text or (written.kind == "edge" and text.endswith(f"= {written.text}")):
            waiting.pop()
            mark(element, written, record)


def mark(element: ElementTree.Element, written: Written, record: Trace) -> None:
    """Say at a text, or at the number at its end, what it is."""
    at = written.at
    if written.kind == "edge":
        at = (at[0], *(record.step_along(k, i) for k, i in at[1:]))
        before, _, _ = (element.text or "").rpartition(written.text)
        element.text = before
        element = ElementTree.SubElement(element, TSPAN)
        element.text = written.text
    element.set("data-n", f"{written.kind}:{','.join(map(str, at))}")


# -- Which words are which -------------------------------------------------------------------------


def mark_words(
    group: ElementTree.Element, words: Sequence[Fact], shared: Shared, language: Language
) -> None:
    """Let words of a node, box or edge be one text that knows what it is in each language.

    In the drawing an index in them is a text of its own.
    """
    texts = [child for child in group if child.tag == TEXT]
    for word in words:
        wanted = squeezed(plain(pieces(said(word, language))))
        for first, last in itertools.combinations(range(len(texts) + 1), 2):
            run = squeezed("".join(text.text or "" for text in texts[first:last]))
            if run.rstrip(":") == wanted:
                texts[first].set("data-w", str(shared.word(word, ":" if run[-1] == ":" else "")))
                for text in texts[first + 1 : last]:
                    group.remove(text)
                del texts[first:last]
                break


def squeezed(text: str) -> str:
    """Return a text without its spaces."""
    return "".join(text.split())


# -- In few bytes ----------------------------------------------------------------------------------


def compact(root: ElementTree.Element, shared: Shared) -> None:
    """Write a picture in few bytes: rectangles as such, looks and shapes in common, tenths."""
    for parent in root.iter():
        parent.text = parent.text if parent.tag in (TEXT, TSPAN) else None
        parent.tail = None
        filled: dict[str, ElementTree.Element] = {}  # the shape -> the element that fills it
        for child in list(parent):
            if child.get("stroke") == "transparent":
                del child.attrib["stroke"]
            shape = child.get("d") or child.get("points") or child.get("x", "") + child.get("y", "")
            if shape in filled and child.get("fill") == "none":
                filled[shape].set("stroke", child.attrib["stroke"])
                parent.remove(child)
            else:
                filled[shape] = child
        for child in parent:
            as_rectangle(child)
            shared.take(child)
    for group in list(root.iter(f"{SVG}g")):
        if group.get("class") == "node":
            shared.place(group, list(group))
        elif group.get("class") == "edge":
            shared.place(group, [child for child in group if child.tag == TEXT])
    for element in root.iter():
        shift(element, 0.0, 0.0)


def as_rectangle(element: ElementTree.Element) -> None:
    """Let a rectangle that is drawn as a polygon or a path, round corners and all, be one."""
    if element.tag not in (f"{SVG}path", f"{SVG}polygon", f"{SVG}polyline"):
        return
    written = element.get("d", element.get("points", ""))
    numbers = [float(number) for number in DECIMAL.findall(written)]
    xs, ys = numbers[0::2], numbers[1::2]
    radius = 0.0
    if element.tag == f"{SVG}path" and len(xs) == ROUND_CORNERS:
        radius = min(max(xs) - xs[0], xs[0] - min(xs))
    elif element.tag == f"{SVG}path" or not is_boxed(xs, ys):
        return
    for name in ("d", "points"):
        element.attrib.pop(name, None)
    element.tag = f"{SVG}rect"
    sides = {"x": min(xs), "y": min(ys), "width": max(xs) - min(xs), "height": max(ys) - min(ys)}
    if radius:
        sides["rx"] = radius
    for name, length in sides.items():
        element.set(name, tenths(length) if name not in "xy" else str(length))


def is_boxed(xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Return whether these are the corners of a rectangle along the axes, the first one twice."""
    if len(xs) != 5 or (xs[0], ys[0]) != (xs[4], ys[4]):
        return False
    return all((xs[k] == xs[k + 1]) != (ys[k] == ys[k + 1]) for k in range(4))


def corner(element: ElementTree.Element) -> tuple[float, float]:
    """Return where an element begins."""
    if "x" in element.attrib:
        return float(element.attrib["x"]), float(element.attrib["y"])
    x, y, *_ = map(float, DECIMAL.findall(element.get("d", element.get("points", "0 0"))))
    return x, y


def shift(element: ElementTree.Element, x: float, y: float) -> None:
    """Say where an element is as seen from (x, y), in tenths of a point."""
    if "x" in element.attrib:
        element.set("x", tenths(float(element.attrib["x"]) - x))
        element.set("y", tenths(float(element.attrib["y"]) - y))
    for name in ("d", "points"):
        if name in element.attrib:
            written = element.attrib[name].strip()
            numbers = DECIMAL.findall(written)
            places = [
                tenths(float(number) - (y if k % 2 else x)) for k, number in enumerate(numbers)
            ]
            between = DECIMAL.split(written)
            pairs = itertools.zip_longest(between, places, fillvalue="")
            element.set(name, "".join(itertools.chain.from_iterable(pairs)))


def tenths(length: float) -> str:
    """Return a length in tenths; what fonts make of it, quarters, is no tie here."""
    return f"{round(length + 0.02, 1) + 0.0:.1f}".removesuffix(".0")
