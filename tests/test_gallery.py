"""The gallery page, and in a real browser: that it shows everything and that all can read it."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograd_lite.drawing import RendererNotFound
from autograd_lite.words import Speaking
from demos.digits import UNCLEAR
from demos.gallery import write_gallery
from demos.images import load_images
from nn import Film, GradientDescent, History, Network, train

drawn = pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the gallery of a network after a short training; return its page."""
    images = load_images()
    network = Network([12, 3, 2], seed=1)
    film = Film(network)
    history = train(
        network, [i.pixels for i in images], [i.target for i in images],
        epochs=20, update=GradientDescent(0.5), watch=film, progress=False,
    )  # fmt: skip
    return write_gallery(
        network, images, history, tmp_path_factory.mktemp("gallery"), film=film, unclear=UNCLEAR
    )


def test_every_file_that_the_page_names_is_there_and_every_svg_is_xml(gallery: Path):
    page = gallery.read_text(encoding="utf-8")
    named = set(re.findall(r'(?:src|srcset|href)="([^"#]+)"', page))
    assert len(named) >= 22
    for name in named:
        file = gallery.parent / name
        assert file.stat().st_size > 500
        if file.suffix == ".svg":
            ElementTree.parse(file)


def test_every_picture_has_a_sentence_and_words_for_who_cannot_see_it(gallery: Path):
    page = gallery.read_text(encoding="utf-8")
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) == 9
    for figure in figures:
        assert re.search(r"<p>[A-Z][^<]+\.</p>", figure)
        assert re.search(r'(?:alt|aria-label)="[^"]{20,}"', figure)


def test_the_page_begins_with_three_nodes_and_every_link_of_its_contents_leads_somewhere(
    gallery: Path,
):
    page = gallery.read_text(encoding="utf-8")
    chapters = re.findall(r'<section id="([^"]+)">\n<h2>([^<]+)</h2>', page)
    links = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', page)
    assert chapters == links and len(chapters) == 6
    assert chapters[0] == ("three-nodes", "Three nodes first")
    assert page.index("first.html") < page.index('class="film"') < page.index("response-0.svg")
    first = (gallery.parent / "first.html").read_text(encoding="utf-8")
    assert set(re.findall(r"\bn\d+\b", first)) == {"n0", "n1", "n2"}


def test_a_japanese_page_and_its_pictures_are_japanese_throughout(tmp_path: Path):
    with Speaking("ja"):
        page = write_gallery(Network([12, 3, 2]), load_images(), History(), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert '<html lang="ja">' in text
    for told in re.findall(r"<(?:p|h1|h2|figcaption)>([^<]+)</", text):
        assert re.search("[ぁ-んァ-ヶ一-龠]", told), told
    for svg in tmp_path.glob("*.svg"):
        words = " ".join(ElementTree.parse(svg).getroot().itertext())
        assert not re.search(r"\b(layer|grad|value|derivative|edges|unit|input)\b", words), svg
    assert "a_1^3" not in text  # no notation of TeX where no type is set


def test_a_network_that_was_not_trained_here_has_a_gallery_without_curve_and_film(tmp_path: Path):
    page = write_gallery(Network([12, 3, 2]), load_images(), History(), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "cost.svg" not in text and "training.svg" not in text and "weights.svg" in text


def test_a_missing_folder_and_a_missing_graphviz_are_clear_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from importlib import import_module

    with pytest.raises(FileNotFoundError, match="no folder"):
        write_gallery(Network([12, 3, 2]), load_images(), History(), tmp_path / "nowhere")
    monkeypatch.setattr(import_module("autograd_lite.drawing.render"), "renderer", lambda: "")
    with pytest.raises(RendererNotFound, match="pip install"):
        write_gallery(Network([12, 3, 2]), load_images(), History(), tmp_path)


# -- In a browser ----------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_no_fault_in_the_gallery(
    chromium: Any, faults: Any, gallery: Path, scheme: str, width: int
):
    page = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(gallery.as_uri())
    assert faults(page) == []
    page.close()


@pytest.mark.browser
def test_axe_finds_no_fault_in_a_picture_by_itself(chromium: Any, faults: Any, gallery: Path):
    page = chromium.new_page()
    svg = (gallery.parent / "graph.svg").read_text(encoding="utf-8")
    drawing = svg[svg.index("<svg") :]
    page.set_content(
        f'<!DOCTYPE html><html lang="en"><head><title>graph</title></head>'
        f"<body><main><h1>graph</h1>{drawing}</main></body></html>"
    )
    assert faults(page) == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_picture_is_shown_in_its_colours_and_fits_the_page(
    chromium: Any, gallery: Path, scheme: str
):
    page = chromium.new_page(color_scheme=scheme, viewport={"width": 800, "height": 900})
    page.goto(gallery.as_uri())
    shown = page.evaluate(
        """Array.from(document.images, i => {
            i.closest(".chosen > *")?.style.setProperty("display", "block");
            return [i.currentSrc, i.naturalWidth, i.clientWidth];
        })"""
    )
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert len(shown) == 8 and wide <= 800
    for source, natural, width in shown:
        assert natural > 0 and width > 100
        assert source.endswith("-dark.svg") == (scheme == "dark")


@pytest.mark.browser
def test_the_text_of_a_picture_stays_inside_its_nodes(chromium: Any, gallery: Path):
    page = chromium.new_page()
    page.goto((gallery.parent / "graph.svg").as_uri())
    outside = page.evaluate(
        """() => Array.from(document.querySelectorAll("g.node")).flatMap(node => {
            const shape = node.querySelector("polygon, path, ellipse").getBoundingClientRect();
            return Array.from(node.querySelectorAll("text")).filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < shape.left - 1 || box.right > shape.right + 1
                    || box.top < shape.top - 3 || box.bottom > shape.bottom + 3;
            }).map(text => text.textContent);
        })"""
    )
    page.close()
    assert outside == []


@pytest.mark.browser
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_animation_ends_with_the_trained_network_and_heeds_reduced_motion(
    chromium: Any, gallery: Path, motion: str
):
    page = chromium.new_page(reduced_motion=motion)
    page.goto((gallery.parent / "training.svg").as_uri())
    visible = """() => Array.from(document.querySelectorAll("g.frame"))
        .filter(f => getComputedStyle(f).visibility === "visible").map(f => f.id)"""
    frames = page.evaluate("document.querySelectorAll('g.frame').length")
    last = [f"light_frame{frames - 1}"]
    if motion == "no-preference":
        assert page.evaluate(visible) != last
        page.evaluate("document.getAnimations().forEach(a => a.finish())")
    assert page.evaluate(visible) == last
    page.close()


@pytest.mark.browser
def test_the_three_nodes_are_stepped_on_the_page(chromium: Any, gallery: Path):
    page = chromium.new_page(viewport={"width": 1366, "height": 650})
    page.goto(gallery.as_uri())
    page.locator("iframe").scroll_into_view_if_needed()
    inside = page.frame_locator("iframe")
    for _ in range(3):  # y, and then the gradient of either factor
        inside.locator("#next").click()
    rows = inside.locator("#rows tr").all_inner_texts()
    page.close()
    told = [row.split() for row in rows]  # a leaf's value is a field to write in
    assert [(row[0], row[-1]) for row in told] == [("y", "1"), ("x", "2"), ("w", "3")]


# -- The film on the page --------------------------------------------------------------------------

SHOWN = """() => Array.from(document.querySelectorAll(".film .light .frame"))
    .flatMap((f, k) => getComputedStyle(f).visibility === "visible" ? [k] : [])"""


@pytest.fixture
def film(chromium: Any, gallery: Path) -> Iterator[Any]:
    """Open the gallery for a reader who wants no motion, so that nothing plays by itself."""
    page = chromium.new_page(reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    page.goto(gallery.as_uri())
    page.locator(".film").scroll_into_view_if_needed()
    yield page
    page.close()


@pytest.mark.browser
def test_a_reader_who_wants_no_motion_sees_the_last_frame_until_play_is_pressed(film: Any):
    last = int(film.get_attribute(".film input", "max"))
    film.wait_for_timeout(800)
    assert film.evaluate(SHOWN) == [last]
    film.click(".film button")
    film.wait_for_timeout(100)
    assert film.evaluate(SHOWN) == [0]
    assert film.inner_text(".film button") == "Pause"
    film.wait_for_function("document.querySelector('.film input').value > 2")
    film.click(".film button")
    (here,) = film.evaluate(SHOWN)
    film.wait_for_timeout(900)
    assert film.evaluate(SHOWN) == [here] and 2 < here < last
    assert film.inner_text(".film button") == "Play"
    film.click(".film button")
    film.wait_for_function("document.querySelector('.film button').textContent === 'Play'")
    assert film.evaluate(SHOWN) == [last]


@pytest.mark.browser
def test_the_film_is_scrubbed_with_the_keys_and_says_where_it_is(film: Any):
    film.focus(".film input")
    film.keyboard.press("Home")
    assert film.evaluate(SHOWN) == [0]
    assert film.get_attribute(".film input", "aria-valuetext") == "epoch 0"
    film.keyboard.press("ArrowRight")
    assert film.evaluate(SHOWN) == [1]
    assert film.get_attribute(".film input", "aria-valuetext").startswith("epoch 1: C = ")
    film.focus(".film button")
    film.keyboard.press("Space")
    assert film.inner_text(".film button") == "Pause"


@pytest.mark.browser
def test_the_film_plays_once_when_it_comes_into_sight(chromium: Any, gallery: Path):
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(gallery.as_uri())
    last = int(page.get_attribute(".film input", "max"))
    page.wait_for_timeout(600)
    assert page.evaluate(SHOWN) == [last]  # not yet
    page.locator(".film").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.film button').textContent === 'Pause'")
    assert page.evaluate(SHOWN)[0] < last
    page.wait_for_function("document.querySelector('.film button').textContent === 'Play'")
    assert page.evaluate(SHOWN) == [last]
    page.close()


@pytest.mark.browser
def test_one_response_is_shown_and_the_keys_change_it(chromium: Any, gallery: Path):
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(gallery.as_uri())
    shown = """Array.from(document.querySelectorAll(".chosen figure"))
        .filter(f => f.offsetHeight > 0).map(f => f.querySelector("img").getAttribute("src"))"""
    assert page.evaluate(shown) == ["response-0.svg"]
    page.focus(".choice input:checked")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(shown) == ["response-1.svg"]
    page.keyboard.press("ArrowRight")
    assert page.evaluate(shown) == ["response-unclear.svg"]
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 1280, 390])
def test_the_page_is_as_wide_as_the_window_and_under_6000_dots_long(
    chromium: Any, gallery: Path, width: int
):
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(gallery.as_uri())
    page.wait_for_timeout(300)
    wide, high = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    page.close()
    assert wide <= width and high < 6000
