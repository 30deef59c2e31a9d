"""Where things stand in a drawing: layers in columns, long chains in lines, titles set in type."""

import random
import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from autograd_lite import Value, draw, trace
from autograd_lite.drawing import Drawing, renderer
from autograd_lite.drawing.layout import PER_LINE
from nn import Network, draw_network, squared_error

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = ("polygon", "path", "ellipse", "polyline")

needs_graphviz = pytest.mark.skipif(not renderer(), reason="no Graphviz")


def chain(length: int, source: random.Random | None = None) -> Value:
    """Return the end of a chain of operations, some of which also take earlier results."""
    x = Value(0.3, "x")
    so_far = [x]
    for k in range(length):
        y = so_far[-1]
        if source is not None and source.random() < 0.2:
            so_far.append(y * source.choice(so_far))
        else:
            so_far.append(y.tanh() if k % 2 else y + 0.1)
    so_far[-1].label = "y"
    return so_far[-1]


def places(drawing: Drawing) -> dict[str, tuple[float, float, float, float]]:
    """Return per id of a node or box in the SVG its left, top, right and bottom."""
    root = ElementTree.fromstring(drawing.svg())
    found = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("class") in ("node", "cluster"):
            told = [
                shape.get("points") or shape.get("d") or ""
                for shape in group.iter()
                if str(shape.tag).removeprefix(SVG) in SHAPES
            ]
            numbers = [float(n) for n in re.findall(r"-?[0-9.]+", " ".join(told))]
            xs, ys = numbers[0::2], numbers[1::2]
            found[str(group.get("id"))] = min(xs), min(ys), max(xs), max(ys)
    return found


def size(drawing: Drawing) -> tuple[float, float]:
    """Return width and height of a picture in points."""
    root = ElementTree.fromstring(drawing.svg())
    _, _, width, height = str(root.get("viewBox")).split()
    return float(width), float(height)


# -- Layers ----------------------------------------------------------------------------------------


@needs_graphviz
@pytest.mark.parametrize("sizes", [[2, 2, 1], [3, 2, 2], [2, 3, 2], [2, 2, 2, 1], [12, 3, 2]])
def test_layers_stand_in_columns_and_do_not_climb_like_a_staircase(sizes: list[int]):
    outputs = Network(sizes, seed=1)([0.5] * sizes[0])
    drawing = draw(outputs, closed=False, limit=None)
    place = places(drawing)
    named = {
        name: place[id]
        for id, name in drawing.descriptions.items()
        if id.startswith("box") and name.startswith("layer")
    }
    layers = [named[name] for name in sorted(named)]
    assert len(layers) == len(sizes)
    for (_, top, right, bottom), (left, above, _, below) in pairwise(layers):
        assert right < left
        apart = abs((above + below) - (top + bottom)) / 2.0
        assert apart < max(bottom - top, below - above) / 3.0


@needs_graphviz
def test_the_units_of_a_layer_stand_above_one_another():
    drawing = draw(Network([2, 3, 1], seed=1)([0.5, 0.5]), closed=False)
    place = places(drawing)
    units = [place[id] for id, name in drawing.descriptions.items() if re.match(r"a_\d\^2$", name)]
    lefts, rights = [u[0] for u in units], [u[2] for u in units]
    assert len(units) == 3 and max(lefts) < min(rights)


def test_an_edge_within_a_layer_and_one_into_a_closed_box_are_left_to_the_layout():
    outputs = Network([12, 3, 2], seed=1)([0.5] * 12)
    assert "minlen" not in draw(outputs, closed=True).source
    opened = draw(outputs, closed=False, limit=None).source
    assert opened.count("minlen=3") == 12 * 3 + 3 * 2


# -- Lines -----------------------------------------------------------------------------------------


@needs_graphviz
@pytest.mark.parametrize("direction", list(PER_LINE))
def test_a_chain_of_60_is_wrapped_into_lines(direction: str):
    y = chain(60)
    y.backward()
    width, height = size(draw(y, direction=direction, limit=None))
    assert max(width, height) < 2000
    across = width if direction in ("left", "right") else height
    assert across > 500


@needs_graphviz
def test_lines_are_read_from_the_top_and_from_the_left():
    y = chain(60)
    place = places(draw(y, constants=False, limit=None, derivatives=False))
    trunk = [f"n{k}" for k, node in enumerate(trace(y).nodes) if node.parents]
    line = PER_LINE["right"]
    for k in range(0, 60, line):
        here = [place[id] for id in trunk[k : k + line]]
        assert all(a[2] < b[0] for a, b in pairwise(here))
        if k:
            assert here[0][1] > place[trunk[k - line]][3]  # below the line before


def test_short_graphs_and_wide_ones_are_not_wrapped():
    for y in (chain(2 * PER_LINE["right"]), sum([chain(20) for _ in range(6)], Value(0.0))):
        assert "constraint" not in draw(y, limit=None).source


@needs_graphviz
def test_wrapped_pictures_of_any_chain_are_drawn_as_asked():
    """No edge is lost, and no renderer has to be asked for less."""
    for seed in range(12):
        y = chain(40, random.Random(seed))
        drawing = draw(y, limit=None)
        assert "constraint=false" in drawing.source
        drawn = ElementTree.fromstring(drawing.svg())
        edges = [g for g in drawn.iter(f"{SVG}g") if g.get("class") == "edge" and g.get("id")]
        shown = [g for g in edges if re.match(r"e\d+_\d+", str(g.get("id")))]
        assert len(shown) == sum(len(node.parents) for node in trace(y).nodes)


# -- Type ------------------------------------------------------------------------------------------


def test_a_label_in_a_title_is_set_as_on_the_slides():
    y = Value(1.0, "a_1^2") * 2.0
    heading = draw(y, title="ユニット a_1^2 と w_1,12^2").source
    assert "ユニット&#160;a<SUB>1</SUB><SUP>2</SUP>" in heading
    assert "w<SUB>1,12</SUB><SUP>2</SUP>" in heading


def test_the_name_of_a_picture_has_indices_and_no_tex():
    network = Network([2, 1])
    (a,) = network([1.0, 0.0])
    assert draw(a).title == "computation graph of a₁²"


def test_the_headings_of_a_box_stand_apart():
    C = squared_error(Network([12, 3, 2], seed=1)([1.0] * 12), [1.0, 0.0])
    C.backward()
    source = draw(C).source
    assert "&#160;&#160;value</FONT>" in source
    assert "&#160;&#160;derivative of a<SUB>1</SUB><SUP>2</SUP></FONT>" in source


@needs_graphviz
def test_tooltips_and_words_for_screen_readers_have_indices_and_no_tex():
    for drawing in (
        draw(Network([2, 1], seed=1)([1.0, 0.0])),
        draw_network(Network([2, 1], seed=1), [1.0, 0.0], title="a_1^2"),
    ):
        root = ElementTree.fromstring(drawing.svg())
        told = [str(root.get("aria-label"))]
        for element in root.iter():
            told += [element.text or ""] if element.tag in (f"{SVG}title", f"{SVG}desc") else []
            told += [value for name, value in element.attrib.items() if name.endswith("}title")]
        assert any("w₁₂²" in words for words in told)
        assert not [words for words in told if re.search(r"[_^]\d", words)]
