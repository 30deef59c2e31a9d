"""What a drawing says: which nodes, edges, numbers and boxes stand in the DOT and in the SVG."""

import base64
import html
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from importlib import import_module
from pathlib import Path
from typing import Any

import graphviz
import pytest

from autograd_lite import Value, dot, draw, gradients, ops, sigmoid, topological_order, total
from autograd_lite.drawing import RendererNotFound
from autograd_lite.drawing.groups import slides_boxes
from autograd_lite.drawing.text import formula_shown, partial_templates, typeset
from autograd_lite.drawing.theme import THEMES
from autograd_lite.ops import TABLE
from nn import Network, squared_error

render = import_module("autograd_lite.drawing.render")
drawing_module = import_module("autograd_lite.drawing.drawing")

SVG = "{http://www.w3.org/2000/svg}"


def unit() -> tuple[Value, Value, Value, Value]:
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    z = w * x + b
    z.label = "z"
    return w, x, b, z


def digit_cost() -> tuple[Network, Value]:
    network = Network([12, 3, 2])
    C = squared_error(network([0.0, 1.0, 0.0] * 4), [0.0, 1.0])
    C.label = "C"
    return network, C


def statements(source: str) -> dict[str, str]:
    """Return the attributes of each node and edge of a DOT text, by its name or `a -> b` and id."""
    found = {}
    for line in source.splitlines():
        match = re.fullmatch(r"\s*(\w+(?: -> \w+)?) \[(.*)\]", line)
        if match:
            name, attributes = match.groups()
            id = re.search(r"\bid=(\w+)", attributes)
            found[f"{name} {id[1]}" if "->" in name and id else name] = attributes
    return found


def words(markup: str) -> str:
    """Return what a reader sees of an HTML-like label: tags gone, entities read."""
    label = re.search(r"label=<(.*?)>(?= \w+=|$)", markup)
    text = label[1] if label else markup
    text = re.sub(r"</?(?:B|FONT|SUB|SUP)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def marked(drawing: Any) -> set[str]:
    """Return the ids of edges that are drawn thick."""
    return {
        name.split()[-1]
        for name, look in statements(drawing.source).items()
        if "->" in name and "penwidth=3" in look
    }


# -- The graph -----------------------------------------------------------------------------------


def test_every_node_and_edge_of_the_graph_is_there_once_with_its_stable_id():
    _, _, _, z = unit()
    found = statements(draw(z).source)
    nodes = {name for name in found if re.fullmatch(r"n\d+", name)}
    edges = {name for name in found if "->" in name}
    assert nodes == {"n0", "n1", "n2", "n3", "n4"}
    assert edges == {
        "n0 -> n2 e2_0", "n1 -> n2 e2_1", "n2 -> n4 e4_0", "n3 -> n4 e4_1"
    }  # fmt: skip


def test_a_node_shows_label_value_and_gradient():
    _, _, _, z = unit()
    z.backward()
    found = statements(draw(z).source)
    assert words(found["n0"]) == "w 2 grad 3"
    assert words(found["n4"]) == "+ z 7 grad 1"


def test_an_edge_shows_its_local_derivative_as_formula_and_number():
    _, _, _, z = unit()
    found = statements(draw(z).source)
    assert words(found["n0 -> n2 e2_0"]) == "∂v2/∂w = x = 3"
    assert words(found["n1 -> n2 e2_1"]) == "∂v2/∂x = w = 2"
    assert words(found["n3 -> n4 e4_1"]) == "∂z/∂b = 1"


def test_a_square_made_by_a_product_has_two_edges():
    x = Value(3.0, "x")
    found = statements(draw(x * x).source)
    assert [name for name in found if "->" in name] == ["n0 -> n1 e1_0", "n0 -> n1 e1_1"]


def test_a_picture_made_before_backward_says_so_and_shows_no_zeros():
    _, _, _, z = unit()
    source = draw(z).source
    assert "no gradient yet" in source
    assert "grad 0" not in source


def test_a_picture_made_after_backward_does_not_say_that_there_is_no_gradient():
    _, _, _, z = unit()
    z.backward()
    assert "no gradient yet" not in draw(z).source


def test_kinds_of_nodes_differ_in_shape_as_well_as_in_colour():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    found = statements(draw((2 * w + x).sin()).source)
    looks = []
    for name in ("n0", "n1", "n2", "n3", "n5"):  # constant, parameter, result, input, output
        look = found[name]
        shape = re.search(r"shape=(\w+)", look)
        style = re.search(r'style="?([\w,]+)', look)
        rings = "peripheries" in look
        looks.append((shape and shape[1], style and style[1], rings))
    assert len(set(looks)) == 5


def test_constants_can_be_left_out():
    x = Value(3.0, "x")
    found = statements(draw(2 * x + 1, constants=False).source)
    assert set(found) & {"n0", "n3"} == set()
    assert "n1" in found


def test_gradients_and_local_derivatives_can_be_left_out():
    _, _, _, z = unit()
    z.backward()
    source = draw(z, gradients=False, derivatives=False).source
    assert "grad" not in source
    assert "label=<&#160;∂" not in source and " = x" not in source


def test_parameters_are_those_that_the_caller_names():
    x, k = Value(3.0, "x"), Value(2.0, "k")
    found = statements(draw(k * x, parameters=[k]).source)
    assert "diagonals" in found["n0"] and "diagonals" not in found["n1"]


def test_operands_stand_in_the_order_in_which_they_were_written():
    a, b = Value(1.0, "a"), Value(2.0, "b")
    for output, upper in ((a - b, "n0"), (b - a, "n0")):
        places = positions(draw(output).pipe("plain").decode("utf-8"))
        assert places[upper] > places["n1"]


def positions(plain: str) -> dict[str, float]:
    """Return the height of each node in Graphviz's plain output."""
    rows = [line.split() for line in plain.splitlines() if line.startswith("node ")]
    return {row[1]: float(row[3]) for row in rows}


def test_the_same_program_gives_the_same_dot_in_every_process():
    program = (
        "from autograd_lite import *\n"
        "x = Value(2.0, 'x'); y = Value(3.0, 'y')\n"
        "z = sigmoid(x * y + x) ** 2; z.backward()\n"
        "import sys; sys.stdout.buffer.write(draw(z).source.encode('utf-8'))"
    )
    texts = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, check=True,
        )  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1


def test_a_function_and_its_gradient_are_drawn_beside_one_another():
    x = Value(3.0, "x")
    y = x**2
    (slope,) = gradients(y, [x])
    slope.label = "dy/dx"
    found = statements(draw([y, slope]).source)
    doubled = [name for name, look in found.items() if "peripheries=2" in look]
    assert len(doubled) == 2


def test_every_row_of_the_table_can_be_drawn_with_its_formula():
    for op in TABLE.values():
        count = 2 * op.sequences or len(op.operands)
        templates = partial_templates(op, (None,) * count)
        names = [f"x_{i}" for i in range(count)] + ["z"]
        texts = [formula_shown(template, names) for template in templates]
        assert len(texts) == count and all(texts)
        for text in texts:
            ElementTree.fromstring(f"<a>{text}</a>")


def test_formulas_are_set_as_on_the_slides():
    assert typeset("w_1,12^2") == "w<SUB>1,12</SUB><SUP>2</SUP>"
    (template,) = partial_templates(TABLE["sigmoid"], (None,))
    assert formula_shown(template, ["z_1^2", "a b"]) == "(a b)·(1 − (a b))"
    square = partial_templates(ops.power(3.0), (None,))[0]
    assert formula_shown(square, ["x", "y"]) == "3·x<SUP>2</SUP>"


@pytest.mark.parametrize("direction", ["right", "left", "up", "down"])
@pytest.mark.parametrize("theme", list(THEMES))
def test_every_direction_and_theme_is_drawn(direction: str, theme: str):
    _, _, _, z = unit()
    assert draw(z, direction=direction, theme=theme).pipe("svg").startswith(b"<?xml")


def test_text_has_enough_contrast_in_every_theme():
    for theme in THEMES.values():
        areas = [
            theme.background, theme.input, theme.parameter, theme.constant, theme.result,
            theme.output, theme.closed, theme.box,
        ]  # fmt: skip
        for area in areas:
            for ink in (theme.text, theme.gradient, theme.derivative, theme.faint):
                assert contrast(area, ink) >= 4.5, (area, ink)
        assert contrast(theme.pill, theme.on_pill) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# -- Highlights ------------------------------------------------------------------------------------


def two_paths() -> tuple[Value, Value, Value, Value, Value]:
    """Return the slides' C = u² + v² with u = ax + by, v = px + qy."""
    x, y = Value(5.0, "x"), Value(6.0, "y")
    u = x + 2 * y
    v = 3 * x + 4 * y
    u.label, v.label = "u", "v"
    C = u**2 + v**2
    C.label = "C"
    return x, y, u, v, C


def test_all_paths_from_a_node_show_their_products_and_the_sum():
    x, _, _, _, C = two_paths()
    drawing = draw(C, paths_from=x)
    notes = words(drawing.source.split("label=<")[1])
    assert "= 34" in notes and "= 234" in notes
    assert "∂C/∂x = 34 + 234 = 268" in notes
    assert len(marked(drawing)) == 7


def test_more_paths_than_can_be_listed_are_counted_and_their_sum_is_right():
    x = Value(1.0, "x")
    y = x
    for _ in range(40):
        y = y + y
    drawing = draw(y, paths_from="x")
    assert "at least 1,000,000 paths" in drawing.source
    assert "= 1.1e+12" in drawing.source
    assert len(marked(drawing)) == 80


def test_a_path_too_long_to_write_down_still_has_its_product():
    x = Value(1.0, "x")
    y = x
    for _ in range(3_000):
        y = y * 1.001
    notes = draw(y, paths_from=x).source
    assert "product of 3,000 local derivatives = 20.06" in notes


def test_a_node_that_the_output_does_not_depend_on_has_no_path():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    drawing = draw([x * 2, y * 3], paths_from=y)
    assert "no path leads" in drawing.source


def test_a_path_given_node_by_node_is_highlighted():
    x, _, u, _, C = two_paths()
    drawing = draw(C, highlight=[x, u])
    found = statements(drawing.source)
    order = topological_order(C)
    assert marked(drawing) == {f"e{order.index(u)}_0"}
    assert "penwidth=3" in found[f"n{order.index(x)}"]


# -- Boxes -----------------------------------------------------------------------------------------


def test_boxes_are_read_off_the_labels_of_the_slides():
    _, C = digit_cost()
    order = topological_order(C)
    boxes = dict(zip((node.label for node in order if node.label), [
        box for node, box in zip(order, slides_boxes(order)) if node.label
    ]))  # fmt: skip
    assert boxes["w_1,12^2"] == boxes["z_1^2"] == boxes["b_1^2"] == ("layer 2", "a_1^2")
    assert boxes["w_23^3"] == ("layer 3", "a_2^3")
    assert boxes["a_12^1"] == ("layer 1",)
    assert boxes["C"] == ("C",)


def test_unlabelled_operations_between_belong_to_the_unit_also_when_spelled_out():
    network = Network([2, 1], spelled_out=True)
    (a,) = network([1.0, 2.0])
    order = topological_order(a)
    for node, box in zip(order, slides_boxes(order)):
        assert box == (("layer 1",) if node.label.endswith("^1") else ("layer 2", "a_1^2"))


def test_open_boxes_are_clusters_and_closed_ones_a_node_with_its_formula():
    network = Network([2, 2, 1])
    (a,) = network([1.0, 2.0])
    opened = draw(a, closed=False)
    assert opened.source.count("subgraph cluster_") == 6
    closed = draw(a, closed=["a_1^2"])
    found = statements(closed.source)
    texts = [words(look) for name, look in found.items() if re.fullmatch(r"g\d+", name)]
    assert len(texts) == 1 and texts[0].startswith("a12 = σ(⟨w,x⟩ + b)")


def test_the_arrow_between_closed_units_is_the_derivative_through_the_unit():
    network = Network([2, 2, 1])
    (a,) = network([1.0, 2.0])
    a.backward()
    source = draw(a, closed=["a_1^2", "a_2^2", "a_1^3"]).source
    expected = network["a_1^2"].grad  # the only path to the output leads through a_1^3
    labels = [words(look) for name, look in statements(source).items() if "->" in name]
    assert f"∂a13/∂a12 = {expected:.4g}".replace("-", "−") in labels


def test_boxes_of_the_users_own():
    w, _, b, z = unit()
    drawing = draw(z, groups={w: ("mine",), b: ("mine", "inner")})
    assert drawing.source.count("subgraph cluster_") == 2
    drawing = draw(z, groups=lambda node: ("leaf",) if node.op is None else (), closed=True)
    assert words(statements(drawing.source)["g0"]).startswith("leaf")


def test_a_box_that_does_not_exist_is_an_error_that_names_those_that_do():
    _, C = digit_cost()
    with pytest.raises(ValueError, match=r"a_1\^2"):
        draw(C, closed=["a_9^9"])


def test_one_image_closes_to_its_units_and_leaves_nothing_out():
    _, C = digit_cost()
    drawing = draw(C)
    found = [name for name in statements(drawing.source) if re.fullmatch(r"[gn]\d+", name)]
    assert len(found) == 7 and drawing.left_out == 0


def test_the_cost_over_64_images_is_the_same_picture_with_ranges():
    network = Network([12, 3, 2])
    rows = [[float(k >> i & 1) for i in range(12)] for k in range(64)]
    C = total([squared_error(network(row), [0.0, 1.0]) for row in rows])
    C.label = "C_T"
    C.backward()
    drawing = draw(C)
    found = statements(drawing.source)
    assert len([name for name in found if re.fullmatch(r"[gn]\d+", name)]) == 7
    assert "× 64" in drawing.source
    assert any(words(look) == "64 edges" for look in found.values())


def test_a_graph_too_big_to_read_shows_the_part_nearest_the_output_and_says_so():
    x = Value(1.0, "x")
    y = x
    for _ in range(5_000):
        y = y + 1.0
    drawing = draw(y, limit=20)
    found = [name for name in statements(drawing.source) if re.fullmatch(r"n\d+", name)]
    assert len(found) == 20 and "n10000" in found
    assert drawing.left_out == 10_001 - 20
    assert "9,981 of 10,001 nodes" in drawing.source
    assert "more operand" in drawing.source


def test_an_op_of_very_many_operands_is_cut_too():
    w = [Value(1.0) for _ in range(3_000)]
    x = [Value(2.0) for _ in range(3_000)]
    drawing = draw(dot(w, x))
    assert drawing.left_out == 6_001 - 60
    assert "5,941 more operands" in drawing.source


# -- The user's text -------------------------------------------------------------------------------

AWKWARD = [
    'say "hello"', "<script>alert(1)</script>", "a & b &amp; c", "C:\\new\\N \\G \\l", "two\nlines",
    "🙂 emoji", "שלום עולם", "日本語のラベル", "x" * 10_000, "<b>not bold</b>", "tab\there",
    "--> ]]> <!-- {|}", r"two \\ of them", "  spaces  ", "%s {0}", "'", "<>",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD, ids=lambda text: ascii(text)[:24])
def test_labels_and_titles_are_shown_as_typed(text: str, by: str):
    x = Value(1.0, text)
    y = x * 2.0
    y.label = "y"
    svg = draw(y, title=text).svg()
    root = ElementTree.fromstring(svg)
    shown = "".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
    assert squeezed(text) in squeezed(shown)
    assert root.find(f".//{SVG}script") is None
    title = root.find(f"{SVG}title")
    assert title is not None and squeezed(title.text or "") == squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_what_xml_cannot_hold_is_shown_as_a_sign():
    x = Value(1.0, "a\x00b\x1b[31m\ud800\ufffe\u202e")
    svg = draw(x * 2.0).svg()
    ElementTree.fromstring(svg)
    assert "a␀b␛[31m" in svg


def test_a_label_that_is_no_text_is_drawn_all_the_same():
    x = Value(1.0)
    x.label = 7  # type: ignore[assignment]
    assert "<B>7</B>" in draw(x * 2.0).source


# -- Rendering -------------------------------------------------------------------------------------


@pytest.fixture(params=["dot", "pygraphviz"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make one of the two renderers the only one."""
    if request.param == "dot":
        if shutil.which("dot") is None:
            pytest.skip("no dot on the PATH")
    else:
        pytest.importorskip("pygraphviz")
        monkeypatch.setattr(render, "renderer", lambda: "pygraphviz")
    return str(request.param)


STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}


@pytest.mark.parametrize("format", list(STARTS))
def test_both_renderers_write_every_format(by: str, format: str, tmp_path: Path, capfd: Any):
    _, _, _, z = unit()
    z.label = "出力 z"
    path = draw(z).save(tmp_path / f"graph.{format}")
    assert path.read_bytes().startswith(STARTS[format])
    assert capfd.readouterr() == ("", "")  # no warning of the C library either
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_both_renderers_give_the_same_ids(by: str):
    _, _, _, z = unit()
    root = ElementTree.fromstring(draw(z).svg())
    ids = {group.get("id") for group in root.iter(f"{SVG}g")}
    assert {"n0", "n1", "n2", "n3", "n4", "e2_0", "e2_1", "e4_0", "e4_1"} <= ids


def test_the_svg_has_a_title_and_text_alternatives(by: str):
    _, _, _, z = unit()
    z.backward()
    root = ElementTree.fromstring(draw(z).svg())
    assert root.get("role") == "img"
    assert root.get("aria-label") == "computation graph of z"
    assert "parameter w = 2" in (root.findtext(f"{SVG}desc") or "")
    titles = {g.get("id"): g.findtext(f"{SVG}title") for g in root.iter(f"{SVG}g")}
    assert titles["e2_0"] == "∂v2/∂w = 3"
    assert titles["n4"] == "output z = 7, sum of v2, b, grad 1"


def test_more_dots_per_inch_make_a_larger_png(by: str):
    _, _, _, z = unit()
    sizes = [png_width(draw(z).pipe("png", dpi=dpi)) for dpi in (96, 192)]
    assert abs(sizes[1] - 2 * sizes[0]) <= 4


def png_width(png: bytes) -> int:
    return int.from_bytes(png[16:20], "big")


def test_without_dot_pygraphviz_draws(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("pygraphviz")
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert render.renderer() == "pygraphviz"


def test_with_dot_it_draws(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda program: f"/bin/{program}")
    assert render.renderer() == "dot"


@pytest.fixture
def no_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setattr(render, "bundled_folder", lambda: "")


@pytest.mark.usefixtures("no_renderer")
def test_with_neither_renderer_the_error_says_what_to_install(tmp_path: Path):
    _, _, _, z = unit()
    drawing = draw(z)
    with pytest.raises(RendererNotFound, match="`pip install pygraphviz`"):
        drawing.save(tmp_path / "z.png")
    with pytest.raises(graphviz.ExecutableNotFound):
        drawing.pipe("svg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_renderer")
def test_with_neither_renderer_the_dot_text_is_still_there(tmp_path: Path):
    _, _, _, z = unit()
    drawing = draw(z)
    assert drawing.save(tmp_path / "z.dot").read_text(encoding="utf-8") == drawing.source
    bundle = drawing._repr_mimebundle_()
    assert "image/svg+xml" not in bundle
    assert drawing.source in bundle["text/plain"] and "pip install" in bundle["text/plain"]


def test_a_notebook_gets_svg_and_text():
    _, _, _, z = unit()
    bundle = draw(z)._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert draw(z)._repr_mimebundle_(include=["text/plain"]).keys() == {"text/plain"}


def test_a_repr_never_raises(monkeypatch: pytest.MonkeyPatch):
    def broken(*arguments: object) -> bytes:
        raise RuntimeError("the layout failed")

    monkeypatch.setattr(drawing_module, "rendered", broken)
    monkeypatch.setattr(drawing_module, "renderer", lambda: "dot")
    bundle = draw(unit()[3])._repr_mimebundle_()
    assert "the layout failed" in bundle["text/plain"]


def test_a_failed_render_leaves_no_half_file_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "z.svg"
    path.write_text("old", encoding="utf-8")
    drawing = draw(unit()[3])
    drawing.source = "digraph { this is not DOT"
    with pytest.raises(RuntimeError, match="could not draw"):
        drawing.save(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["z.svg"]


def test_a_layout_that_takes_too_long_is_stopped(by: str):
    with pytest.raises(TimeoutError, match="was stopped"):
        draw(unit()[3]).pipe("svg", timeout=0.001)


def test_an_unknown_extension_and_a_missing_folder_are_clear_errors(tmp_path: Path):
    drawing = draw(unit()[3])
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.dot"):
        drawing.save(tmp_path / "graph.bmpx")
    with pytest.raises(ValueError, match="extension"):
        drawing.save(tmp_path / "graph")
    with pytest.raises(FileNotFoundError, match="no folder"):
        drawing.save(tmp_path / "nowhere" / "graph.svg")
    with pytest.raises(ValueError, match="choose one of"):
        drawing.pipe("hologram")


def test_render_names_the_file_as_graphviz_does(tmp_path: Path):
    path = draw(unit()[3]).render("z", directory=tmp_path, format="svg")
    assert path == str(tmp_path / "z.svg") and Path(path).is_file()


# -- Bad input -------------------------------------------------------------------------------------


def test_something_that_is_not_a_value_is_a_clear_error():
    with pytest.raises(TypeError, match="takes a Value or a list of Values, not float"):
        draw(3.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nothing to draw"):
        draw([])


@pytest.mark.parametrize(
    "options",
    [{"direction": "sideways"}, {"theme": "pink"}, {"digits": 0}, {"limit": 0}, {"digits": "4"},
     {"highlight": "nobody"}, {"paths_from": Value(1.0)}, {"closed": "nobody"}],
    ids=str,
)  # fmt: skip
def test_an_unknown_option_is_a_value_error(options: dict[str, Any]):
    with pytest.raises(ValueError):
        draw(unit()[3], **options)


def test_drawing_changes_nothing_in_the_graph():
    _, _, _, z = unit()
    z.backward()
    before = [(n.data, n.grad, n.label, n.parents, n.partials) for n in topological_order(z)]
    draw(z, paths_from="w", closed=True).source  # noqa: B018
    after = [(n.data, n.grad, n.label, n.parents, n.partials) for n in topological_order(z)]
    assert before == after


def test_numbers_that_are_not_finite_are_drawn():
    x = Value(float("nan"), "x")
    y = sigmoid(x) + float("inf")
    y.backward()
    source = draw(y).source
    assert "nan" in source and "∞" in source
