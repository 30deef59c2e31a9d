"""What the drawing of a network says: its units, its weights, its response to an image."""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from autograd_lite import tanh
from nn import (
    Film,
    GradientDescent,
    Network,
    draw_network,
    draw_networks,
    draw_weights,
    train,
)
from nn.drawing import luminance

IMAGE = [0.0, 1.0, 0.0] * 4
SVG = "{http://www.w3.org/2000/svg}"


def lines(source: str, name: str = "w0") -> dict[str, str]:
    """Return the attributes of each line of the picture, by its id."""
    found = re.findall(rf"{name}_a\d+_\d+ -> {name}_a\d+_\d+ \[(.*)\]", source)
    return {re.search(r"\bid=(\w+)", look)[1]: look for look in found}  # type: ignore[index]


def circles(source: str) -> dict[str, str]:
    return dict(re.findall(r"^\s*(w0_a\d+_\d+) \[(.*)\]$", source, re.MULTILINE))


def test_every_unit_is_a_circle_and_every_weight_a_line():
    source = draw_network(Network([12, 3, 2])).source
    assert len(circles(source)) == 12 + 3 + 2
    assert len(lines(source)) == 12 * 3 + 3 * 2


def test_a_line_shows_sign_and_size_of_its_weight():
    network = Network([2, 1])
    unit = network.computing_layers()[0].units[0]
    unit.weights[0].data, unit.weights[1].data = 2.0, -1.0
    found = lines(draw_network(network).source)
    assert "style=solid" in found["w0_w2_1_1"] and "w₁₁² = 2" in found["w0_w2_1_1"]
    assert "style=dashed" in found["w0_w2_1_2"] and "w₁₂² = -1" in found["w0_w2_1_2"]
    widths = [float(re.search(r"penwidth=([\d.]+)", look)[1]) for look in found.values()]  # type: ignore[index]
    assert widths == [5.0, 2.65]


def test_the_response_to_an_image_is_number_and_shading():
    network = Network([12, 3, 2])
    source = draw_network(network, IMAGE).source
    found = circles(source)
    outputs = [output.data for output in network(IMAGE)]
    for j, output in enumerate(outputs, start=1):
        assert f"<B>{output:.2f}</B>" in found[f"w0_a3_{j}"]
    dark, light = found["w0_a1_2"], found["w0_a1_1"]  # a pixel that is on, one that is off
    assert luminance(fill(dark)) < 0.1 < 0.9 < luminance(fill(light))


def fill(look: str) -> str:
    return re.search(r'fillcolor="(#\w+)"', look)[1]  # type: ignore[index]


def test_the_image_is_drawn_as_its_pixels():
    source = draw_network(Network([12, 3, 2]), IMAGE).source
    pixels = re.findall(r"w0_pixel(\d+) \[.*fillcolor=\"(#\w+)\".*\]", source)
    assert len(pixels) == 12
    on = {int(k) for k, colour in pixels if luminance(colour) < 0.5}
    assert on == {2, 5, 8, 11}


def test_before_and_after_stand_side_by_side_with_lines_of_one_scale():
    before, after = Network([2, 1], seed=0), Network([2, 1], seed=0)
    for unit in after.computing_layers()[0].units:
        for w in unit.weights:
            w.data *= 10.0
    source = draw_networks([("before", before), ("after", after)]).source
    thin = [float(w) for look in lines(source, "w0").values() for w in widths(look)]
    thick = [float(w) for look in lines(source, "w1").values() for w in widths(look)]
    assert max(thick) == 5.0 and max(thin) < 1.0


def widths(look: str) -> list[str]:
    return re.findall(r"penwidth=([\d.]+)", look)


def test_the_weights_of_a_unit_are_a_picture_in_the_shape_of_the_image():
    network = Network([12, 3, 2])
    source = draw_weights(network).source
    cells = dict(re.findall(r"^\s*(u\d+_\d+) \[(.*)\]$", source, re.MULTILINE))
    assert len(cells) == 36
    for unit in network.computing_layers()[0].units:
        for i, w in enumerate(unit.weights, start=1):
            cell = cells[f"u{unit.index}_{i}"]
            assert ("diagonals" in cell) == (w.data < 0.0)
            assert f"{abs(w.data):.1f}" in cell


def test_large_layers_show_their_first_units_and_the_last():
    source = draw_network(Network([100, 20, 2])).source
    found = circles(source)
    assert "w0_a1_14" in found and "w0_a1_15" not in found and "w0_a1_100" in found


def test_a_film_ends_with_the_network_as_it_is_and_begins_as_it_was():
    network = Network([2, 2, 1], seed=1)
    start = [parameter.data for parameter in network.parameters()]
    film = Film(network)
    train(
        network, [[0, 1], [1, 0]], [[1], [0]], epochs=77,
        update=GradientDescent(0.5), watch=film, progress=False,
    )  # fmt: skip
    svg = film.svg([0.0, 1.0])
    assert [p.data for p in film.frame(0).parameters()] == start
    assert film.epochs[-1] == 77
    last = film.frame(len(film.epochs) - 1)
    assert [p.data for p in last.parameters()] == [p.data for p in network.parameters()]
    root = ElementTree.fromstring(svg)
    frames = [g for g in root.iter(f"{SVG}g") if g.get("class") == "frame"]
    assert len(frames) == len(film.epochs)
    seen = [g.get("visibility") for g in frames]  # where no style is obeyed, the last one alone
    assert seen == ["hidden"] * (len(frames) - 1) + ["visible"]
    ids = [g.get("id") for g in root.iter() if g.get("id")]
    assert len(ids) == len(set(ids))


def test_the_film_does_not_change_the_network():
    network = Network([2, 1], seed=1)
    film = Film(network)
    before = [p.data for p in network.parameters()]
    film.svg([1.0, 0.0])
    assert [p.data for p in network.parameters()] == before


def test_titles_and_outputs_are_the_users_text():
    drawing = draw_network(Network([2, 1]), title="<b>&\\N 題", outputs=["<i>"])
    root = ElementTree.fromstring(drawing.svg())
    shown = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert "<b>&\\N 題" in shown and "“<i>”" in shown


def test_outputs_outside_0_to_1_and_numbers_that_are_not_finite_are_drawn():
    network = Network([2, 2], tanh)
    draw_network(network, [float("nan"), 1e9]).pipe("svg")
    network.parameters()[0].data = float("inf")
    draw_network(network).pipe("svg")
    draw_weights(network, shape=(1, 2)).pipe("svg")


@pytest.mark.parametrize(
    "call",
    [
        lambda: draw_network(Network([12, 3, 2]), [0.0] * 11),
        lambda: draw_network(Network([12, 3, 2]), shape=(5, 3)),
        lambda: draw_network(Network([2, 1]), theme="pink"),
        lambda: draw_networks([]),
        lambda: draw_weights(Network([5, 2])),
    ],
)
def test_what_does_not_fit_is_a_value_error(call: Any):
    with pytest.raises(ValueError):
        call()


def test_something_that_is_no_network_is_a_type_error():
    with pytest.raises(TypeError, match="a Network is needed"):
        draw_network([12, 3, 2])  # type: ignore[arg-type]
