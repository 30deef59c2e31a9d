"""The pictures of a page: the drawn graph as SVG, laid out beforehand, ready for the page's script.

A page holds several: all nodes, units as closed boxes, and each box opened by itself.
"""

import html
import re
from typing import Any
from xml.etree import ElementTree

from autograd_lite.drawing import draw
from autograd_lite.drawing.scene import Scene
from autograd_lite.drawing.theme import LIGHT
from autograd_lite.tracing.recording import Trace

__all__ = ["MOST_IN_UNITS", "MOST_NODES", "chosen_views", "picture"]

MOST_NODES = 600  # beyond, the picture of all nodes cannot be read, nor laid out in a second
MOST_IN_UNITS = 3000  # beyond, the page is more than a few MB
MOST_OPENED = 8  # boxes that also get a picture with only them open

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
