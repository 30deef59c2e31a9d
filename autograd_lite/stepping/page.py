"""A trace as one web page: the drawn graph, the steps in words and formulas, a timeline.

The page is a single file. It holds the pictures, laid out beforehand, the trace as JSON and a
script of ours, asks nothing of any network, and forbids itself to (a content-security policy).
Every text of the user reaches it as text: in JSON with `<` escaped, in SVG as XML.
"""

import base64
import hashlib
import html
import json
import linecache
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree

from autograd_lite.drawing import draw, renderer
from autograd_lite.drawing.groups import boxes_of
from autograd_lite.drawing.scene import Scene
from autograd_lite.drawing.theme import FONT, LIGHT
from autograd_lite.files import write_atomically
from autograd_lite.stepping.joining import script
from autograd_lite.tracing.forward import ForwardStep
from autograd_lite.tracing.names import shortened, told_number
from autograd_lite.tracing.recording import Trace
from autograd_lite.tracing.steps import Step
from autograd_lite.value import Constant
from autograd_lite.words import LANGUAGES, Language, chosen_language, text, texts
from autograd_lite.words.op_words import meaning

__all__ = ["MOST_NODES", "page", "save", "notebook_view", "pieces"]

MOST_NODES = 600  # beyond, the picture of all nodes cannot be read, nor laid out in a second
MOST_IN_UNITS = 3000  # beyond, the page is more than a few MB
MOST_OPENED = 8  # boxes that also get a picture with only them open

FOLDER = Path(__file__).parent
NUMBER = re.compile(r"−?(∞|[0-9][0-9.]*(e[+−-]?[0-9]+)?)|nan")  # as `number_shown` writes one
SMALLEST_NUMBER = 10.0  # points; indices are smaller
SVG = "{http://www.w3.org/2000/svg}"
KEPT_TAGS = {"svg", "g", "path", "polygon", "polyline", "ellipse", "circle", "rect",
             "text", "tspan", "defs", "linearGradient", "stop"}  # fmt: skip
KEPT_ATTRIBUTES = {
    "class", "cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-size",
    "font-style", "font-weight", "height", "offset", "opacity", "points", "r", "rx", "ry",
    "stop-color", "stroke", "stroke-dasharray", "stroke-opacity", "stroke-width", "text-anchor",
    "textLength", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip


def save(
    record: Trace, path: Path, *, language: Language | None = None, level: str = "node"
) -> Path:
    """Write the page of a trace, whole or not at all, and return its path."""
    write_atomically(path, page(record, language=language, level=level))
    return path


def notebook_view(record: Trace) -> dict[str, str]:
    """Return the page in a frame of its own, as notebooks show it; text where it cannot be."""
    bundle = {"text/plain": repr(record)}
    try:
        source = page(record) if renderer() else ""
    except Exception as error:  # whatever it is, a display must not fail
        bundle["text/plain"] = f"{record!r}\n{type(error).__name__}: {error}"
        return bundle
    if source:
        bundle["text/html"] = (
            f'<iframe srcdoc="{html.escape(source, quote=True)}" sandbox="allow-scripts" '
            f'title="{titled(record, chosen_language())}" width="100%" height="760" '
            f'style="border: 1px solid #cfd6de; border-radius: 8px"></iframe>'
        )
    return bundle


def page(record: Trace, *, language: Language | None = None, level: str = "node") -> str:
    """Return the page of a trace as HTML; the reader can switch to every language there is.

    Raises ValueError for a graph that is too big, or an unknown language or level.
    """
    language = chosen_language(language)
    if level not in ("node", "unit"):
        raise ValueError(f"the level is 'node' or 'unit', not {level!r}")
    views = chosen_views(record, level)
    style = (FOLDER / "page.css").read_text(encoding="utf-8").replace("{{font}}", FONT)
    pictures = [picture(record, name, opened) for name, opened in views.items()]
    parts = {
        "language": language,
        "title": titled(record, language),
        "noscript": " ".join(html.escape(text("page.noscript", each)) for each in LANGUAGES),
        "policy": policy(script(), style),
        "style": style,
        "pictures": "\n".join(svg for svg, _ in pictures),
        "data": as_json(
            told(record, language, dict(zip(views, [shown_by for _, shown_by in pictures])))
        ),
        "script": script(),
    }
    template = (FOLDER / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], template)


def titled(record: Trace, language: Language) -> str:
    """Return the title of the page, as HTML has it."""
    return html.escape(text("page.title", language, output=record.names[-1]), quote=True)


def policy(code: str, style: str) -> str:
    """Return the page's content-security policy: its own script and style, and nothing else."""
    return (
        f"default-src 'none'; script-src '{fingerprint(code)}'; "
        f"style-src '{fingerprint(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def fingerprint(source: str) -> str:
    """Return the hash by which a policy names a script or a style."""
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def as_json(data: object) -> str:
    """Return data as JSON that can stand inside a script element: no `<`, `>` or `&` in it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written.encode("utf-8", "replace").decode("utf-8")


# -- The pictures --------------------------------------------------------------------------------


def chosen_views(record: Trace, level: str) -> dict[str, Any]:
    """Return the pictures of the page: a name for each, and which boxes are closed in it."""
    count = len(record.nodes)
    boxes = sorted(
        {box[-1] for box in Scene([record.output], closed=False, limit=None).boxes if box}
    )
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


def picture(record: Trace, name: str, closed: Any) -> tuple[str, dict[str, str]]:
    """Return a picture as SVG for the page, and what shows the nodes and edges inside boxes.

    That is the id of the box for a node ("n12": "g2"), and for an edge that of the one arrow
    drawn for several ("e12_1": "e12_0").
    """
    scene = Scene([record.output], closed=closed, limit=None)
    with record.replay().goto(len(record)).show():  # so that the boxes have room for gradients
        drawing = draw(record.output, closed=closed, limit=None, gradients=closed is not True)
    svg = cleaned(drawing.svg())
    shown_by = {f"n{k}": item for k, item in enumerate(scene.item_of) if item and item[0] != "n"}
    for arrow in scene.edges:
        for k, i in arrow.parts[1:]:
            shown_by[f"e{k}_{i}"] = arrow.id
    view = html.escape(name, quote=True)
    return f'<div class="picture" data-view="{view}" hidden>{svg}</div>', shown_by


def cleaned(svg: str) -> str:
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
        for child in element:
            tag = str(child.tag).removeprefix(SVG)
            if tag == "a":  # the wrapping of a tooltip: its content stays
                kept.extend(child)
            elif tag in KEPT_TAGS and not is_ground(element, child):
                kept.append(child)
        element[:] = kept
        unseen.extend(kept)
    root.attrib.pop("height", None)
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode")


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
    if element.tag != f"{SVG}text":
        return
    if element.get("fill") == LIGHT.gradient:
        element.set("class", "gradient")
    elif shift is None and is_number(element):
        element.set("class", "number")
    if shift in ("sub", "super"):
        size = float(element.get("font-size", "12"))
        down = 0.25 * size if shift == "sub" else -0.4 * size
        element.set("y", f"{float(element.get('y', '0')) + down:.2f}")
        element.set("font-size", f"{0.75 * size:.2f}")


def is_number(element: ElementTree.Element) -> bool:
    """Return whether a text of a picture is a number, and not an index, which is smaller."""
    number = NUMBER.fullmatch((element.text or "").strip())
    return number is not None and float(element.get("font-size", "12")) >= SMALLEST_NUMBER


# -- The trace as data ---------------------------------------------------------------------------

Piece: TypeAlias = "str | dict[str, str]"

# w_11^2 has an index and a layer, x**2 an exponent; a product's sign is a dot, -> an arrow.
SET = re.compile(r"([A-Za-z]+)_([0-9,]+)(?:\^([0-9A-Z]+))?|\*\*(-?\w[\w.]*)|( \* )|(->)", re.ASCII)


def pieces(line: str) -> list[Piece]:
    """Return a text as the page sets it: strings, and what stands below or above the line.

    >>> pieces("dC/dw_11^2 = 2 * x**3")
    ['dC/dw', {'sub': '11'}, {'sup': '2'}, ' = 2 · x', {'sup': '3'}]
    """
    found: list[Piece] = []
    run = ""
    end = 0
    for part in SET.finditer(line):
        name, index, layer, exponent, dot, arrow = part.groups()
        run += line[end : part.start()] + (name or (dot and " · ") or (arrow and "→") or "")
        end = part.end()
        low_or_high: list[Piece] = [
            {place: what}
            for place, what in (("sub", index), ("sup", layer), ("sup", exponent))
            if what
        ]
        if low_or_high:
            found += [run, *low_or_high] if run else low_or_high
            run = ""
    run += line[end:]
    return [*found, run] if run or not found else found


def in_all(say: Callable[[Language], str | list[str]]) -> dict[Language, Any]:
    """Return in each language what `say` says in it, a text or several, in pieces."""
    said = {language: say(language) for language in LANGUAGES}
    return {
        language: pieces(one) if isinstance(one, str) else [pieces(line) for line in one]
        for language, one in said.items()
    }


def told(record: Trace, language: Language, views: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return all that the page's script shows; every number as the text that is shown.

    Gradients are the derivatives of this pass, without what leaves held from earlier ones.
    """
    small = len(record.nodes) <= MOST_NODES
    boxes = boxes_of(record.nodes, None)
    return {
        "language": language,
        "words": {each: texts("page", each) for each in LANGUAGES},
        "views": list(views),
        "shownBy": views,
        "start": [told_number(float(node is record.output)) for node in record.nodes],
        "nodes": [
            node_told(record, k, box[-1] if box else "", small) for k, box in enumerate(boxes)
        ],
        "forward": [forward_told(step) for step in record.forward],
        "steps": [step_told(record, step) for step in record],
    }


def node_told(record: Trace, k: int, box: str, with_why: bool) -> dict[str, Any]:
    node = record.nodes[k]
    told: dict[str, Any] = {
        "name": record.names[k],
        "pieces": pieces(record.names[k]),
        "value": told_number(record.data[k]),
        "constant": isinstance(node, Constant),
    }
    if box:
        told["box"] = box
    if node.op is not None:
        told["op"] = {each: meaning(node.op, each) for each in LANGUAGES}
    if node.line is not None:
        told["line"] = str(node.line)
        told["source"] = shortened(linecache.getline(*node.line).strip(), 200)
    if with_why or node.label:
        told["why"] = in_all(record.why(k).lines)
    return told


def forward_told(step: ForwardStep) -> dict[str, Any]:
    return {
        "node": step.index,
        "parents": list(step.trace.parent_indexes(step.index)),
        "formula": [pieces(side) for side in step.equation()],
        "heading": in_all(step.heading),
        "words": in_all(step.sentences),
    }


def step_told(record: Trace, step: Step) -> dict[str, Any]:
    k = step.number - 1
    return {
        "child": record.children[k],
        "parent": record.parents[k],
        "edge": f"e{record.children[k]}_{step.place}",
        "after": told_number(step.sum),
        "local": [pieces(side) for side in step.local_equation()],
        "formula": [pieces(side) for side in step.equation()],
        "heading": in_all(step.heading),
        "words": in_all(step.sentences),
    }
