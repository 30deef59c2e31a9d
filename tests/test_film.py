"""A trace as an animation: what is seen when, in an SVG that plays and in a GIF."""

import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from browser import browser_test

from autograd_lite import Value, sigmoid, trace
from autograd_lite.drawing.text import number_shown
from autograd_lite.stepping.film import BACKWARD, FORWARD, HOLD, SECONDS, Film
from nn import Network, squared_error

SVG = "{http://www.w3.org/2000/svg}"
SHOW_AT = """(time) => {
    for (const each of document.getAnimations()) { each.pause(); each.currentTime = time; }
}"""


def neuron():
    """Return a neuron whose input has two paths: 4 operations, 7 steps."""
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(-1.0, "b")
    a = sigmoid(w * x + b)
    a.label = "a"
    C = a * x
    C.label = "C"
    return C


def line(element):
    """Return what a text says, "" for what is no text."""
    return "".join(element.itertext()).strip() if element.tag == f"{SVG}text" else ""


def texts(svg):
    """Return the texts of a picture, each with its pieces together."""
    return [
        "".join(text.itertext()).strip() for text in ElementTree.fromstring(svg).iter(f"{SVG}text")
    ]


class Played:
    """A saved animation, read as a browser reads it: from its keyframes alone."""

    def __init__(self, path):
        self.root = ElementTree.parse(path).getroot()
        self.style = self.root.find(f"{SVG}style").text
        found = re.findall(r"@keyframes (s_\w+)\{((?:[^{}]*\{[^{}]*\})+)\}", self.style)
        self.moves = {
            name: [
                (float(start), look)
                for start, look in re.findall(r"([\d.]+)%\{visibility:(\w+)\}", moves)
            ]
            for name, moves in found
        }

    def seen(self, time, element=None):
        """Yield the elements that are seen at a time in percent."""
        element = self.root if element is None else element
        looks = [look for start, look in self.moves.get(element.get("class"), ()) if start <= time]
        if (looks[-1] if looks else element.get("visibility")) != "hidden":
            yield element
            for child in element:
                yield from self.seen(time, child)


def played(steps, path):
    """Yield each position of a trace's film, with what is seen then in the file."""
    film = Film(steps, "en")
    animation = Played(steps.save(path, language="en"))
    for position in range(film.last + 1):
        time = 100 * (position + 0.5) / (film.last + 1 + HOLD)
        yield film, position, list(animation.seen(time))


def paths(film, child, place):
    """Return the shapes of an edge in the drawing."""
    group = next(g for g in film.root.iter(f"{SVG}g") if g.get("data-id") == f"e{child}_{place}")
    return {e.get("d") for e in group if e.tag == f"{SVG}path"}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_position_shows_the_gradients_that_the_trace_has_there(language):
    steps = trace(neuron())
    film = Film(steps, language)
    word = {"en": "grad", "ja": "勾配"}[language]
    assert film.last == 4 + 7
    replay = steps.replay()
    for position in range(film.last + 1):
        shown = [t for t in texts(film.still(position)) if re.match(rf"{word} [−0-9]", t)]
        done = position - film.turn
        reached = {len(steps.nodes) - 1} if done >= 0 else set()
        reached |= {steps.parents[n] for n in range(max(done, 0))}
        replay.goto(max(done, 0))
        expected = [f"{word} {number_shown(replay.gradients[k], 4)}" for k in reached]
        assert sorted(shown) == sorted(expected), position


def test_each_position_tells_its_step_in_words_and_formula():
    steps = trace(neuron())
    film = Film(steps, "en")
    for position, step in film.steps():
        shown = " ".join(texts(film.still(position)))
        bare = re.sub(r"[_^]", "", step.formula()).replace(" * ", " · ")
        assert step.heading("en").replace("->", "→") in shown
        assert bare in re.sub(r"\s+", " ", shown)


def test_the_file_shows_at_each_position_the_values_that_are_computed_by_then(tmp_path):
    steps = trace(neuron())
    for _, position, seen in played(steps, tmp_path / "steps.svg"):
        values = [line(e) for e in seen if re.fullmatch(r"−?[0-9.]+", line(e))]
        waiting = set(steps.inner[position:])
        expected = [
            number_shown(node.data, 4) for k, node in enumerate(steps.nodes) if k not in waiting
        ]
        assert sorted(values) == sorted(expected), position


def test_a_number_on_an_edge_comes_when_its_operation_is_computed(tmp_path):
    steps = trace(neuron())
    for film, position, seen in played(steps, tmp_path / "steps.svg"):
        shown = sum(line(e).startswith("= ") or line(e).endswith("= 1") for e in seen)
        computed = steps.inner[:position]
        assert shown == sum(k in computed for k, _ in film.along), position


def test_the_edge_of_a_step_is_lit_in_its_passs_colour_and_no_other(tmp_path):
    steps = trace(neuron())
    for film, position, seen in played(steps, tmp_path / "steps.svg"):
        edge_of = {path: end for end in film.along for path in paths(film, *end)}
        lit = [e for e in seen if e.get("stroke") in (FORWARD, BACKWARD)]
        edges = {edge_of[e.get("d")] for e in lit if e.get("d") in edge_of}
        if position <= film.turn:
            computed = steps.inner[position - 1 : position]
            assert edges == {end for end in film.along if end[0] in computed}, position
        else:
            at = position - film.turn - 1
            assert edges == {(steps.children[at], steps.places[at])}, position
        colour = FORWARD if position <= film.turn else BACKWARD
        assert {e.get("stroke") for e in lit} == ({colour} if position else set()), position


def test_it_plays_over_and_over(tmp_path):
    animation = Played(trace(neuron()).save(tmp_path / "steps.svg"))
    seconds = (4 + 7 + 1 + HOLD) * SECONDS
    assert f"animation:{seconds:g}s step-end infinite" in animation.style


def test_where_nothing_moves_it_is_the_finished_backward_pass():
    film = Film(trace(neuron()), "en")
    root = ElementTree.fromstring(film.playing())
    hidden = [e for e in root.iter() if e.get("visibility") == "hidden"]
    for parent in list(root.iter()):
        for child in list(parent):
            if child in hidden:
                parent.remove(child)
    seen = texts(ElementTree.tostring(root, encoding="unicode"))
    assert seen == texts(film.still(film.last))


def test_it_is_one_small_file_that_loads_and_runs_nothing(tmp_path):
    path = trace(neuron()).save(tmp_path / "steps.svg", language="ja")
    svg = path.read_text(encoding="utf-8")
    assert len(svg.encode()) < 60_000
    assert "順伝播" in svg
    for word in ("<script", "href", "url(", "@import", "onload"):
        assert word not in svg
    network = Network([12, 3, 2], seed=1)
    C = squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])
    assert len(Film(trace(C), "en", "unit").playing().encode()) < 300_000


def test_labels_of_users_stay_text(tmp_path):
    x = Value(2.0, '</style><script>alert("x")</script>')
    svg = Film(trace(x * x), "en").playing()
    assert "<script" not in svg
    ElementTree.fromstring(svg)


def test_wrong_options_and_what_is_too_long_are_answered(tmp_path):
    steps = trace(neuron())
    with pytest.raises(ValueError, match="'node' or 'unit'"):
        steps.save(tmp_path / "a.svg", level="layer")
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        steps.save(tmp_path / "a.svg", language="fr")
    x = Value(1.0, "x")
    y = x
    for _ in range(201):
        y = y * x
    with pytest.raises(ValueError, match=r"up to 400 steps, .* save a page instead"):
        trace(y).save(tmp_path / "a.svg")
    assert not list(tmp_path.iterdir())


def test_a_gif_has_a_picture_for_each_position(tmp_path):
    from PIL import Image

    steps = trace(neuron())
    path = steps.save(tmp_path / "steps.gif", language="ja")
    with Image.open(path) as gif:
        assert gif.n_frames == 4 + 7 + 1
        assert gif.width == 1000
        times = []
        pictures = []
        for k in range(gif.n_frames):
            gif.seek(k)
            times.append(gif.info["duration"])
            pictures.append(gif.convert("RGB").tobytes())
        assert times == [1000 * SECONDS] * 11 + [1000 * SECONDS * (1 + HOLD)]
    assert len(set(pictures)) == len(pictures)


def test_without_the_extra_a_gif_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ImportError, match=r"'autograd-lite\[gif\]'.*\.svg needs nothing"):
        trace(neuron()).save(tmp_path / "steps.gif")
    assert not list(tmp_path.iterdir())


@browser_test
def test_in_a_browser_it_plays_and_stands_still_where_that_is_asked_for(chromium, tmp_path):
    steps = trace(neuron())
    path = steps.save(tmp_path / "steps.svg", language="en")
    film = Film(steps, "en")
    look = """() => [...document.querySelectorAll("text")]
        .filter((text) => getComputedStyle(text).visibility === "visible")
        .map((text) => text.textContent.trim())"""
    reader = chromium.new_page()
    reader.goto(path.as_uri())
    for position in (0, 3, 6, film.last):
        time = 1000 * SECONDS * (position + 0.5)
        reader.evaluate(SHOW_AT, time)
        assert reader.evaluate(look) == texts(film.still(position))
    reader.emulate_media(reduced_motion="reduce")
    reader.reload()
    assert reader.evaluate("document.getAnimations().length") == 0
    assert reader.evaluate(look) == texts(film.still(film.last))
    reader.close()


@browser_test
def test_picture_and_caption_fit_a_window_together(chromium, tmp_path):
    network = Network([12, 3, 2], seed=1)
    C = squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])
    path = trace(C).save(tmp_path / "steps.svg", level="unit")
    for width, height in ((1280, 800), (1920, 1080), (390, 844)):
        reader = chromium.new_page(viewport={"width": width, "height": height})
        reader.goto(path.as_uri())
        boxes = reader.evaluate(
            """() => [...document.querySelectorAll("text")].map((text) => {
                const { left, top, right, bottom } = text.getBoundingClientRect();
                return [left, top, right, bottom];
            })"""
        )
        assert len(boxes) > 100
        for left, top, right, bottom in boxes:
            assert left >= 0 and top >= 0 and right <= width and bottom <= height
        reader.close()
