"""The web page of a trace: what is in the file, and what a reader does with it in a browser."""

import base64
import html
import json
import os
import re
import shutil
import sys
import zlib
from pathlib import Path

import pytest
from browser import Reader, browser_test, missing

import nn
from autograd_lite import Constant, Value, log, record_lines, relu, sin, total, trace, words
from autograd_lite.stepping import page, page_data, picture_now, redraw
from autograd_lite.stepping.notebook import picture as notebook_picture
from autograd_lite.stepping.page import fingerprint
from autograd_lite.stepping.pieces import pieces, plain
from autograd_lite.trace import told_number
from autograd_lite.words import LANGUAGES
from demos import digits

page_module = sys.modules["autograd_lite.stepping.page"]  # `page` is the function in it

HOSTILE = [
    "</script><script>document.title = 'run'</script>",
    '"><img src=x onerror="document.title=1">',
    "<svg onload=alert(1)>",
    "--><!-- <x>",
    "]]> & &lt; \\N \\u003c",
    "{{data}} {{script}}",
    "日本語 \u202e σ 😀 \ud800",
    "x" * 10_000,
]


def survey():
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    f = log(x1) + x1 * x2 - sin(x2)
    f.label = "f"
    return f


def digit_cost():
    network = nn.Network([12, 3, 2], seed=1)
    return nn.squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])


def hostile():
    output = total([Value(1.0, label) for label in HOSTILE])
    output.label = HOSTILE[0]
    return output


def shapes_of(steps):
    """Return the shapes that the pictures of a page have in common, as SVG."""
    return page(steps).split('<svg id="shapes"')[1].split("</svg>")[0]


def data_of(text):
    written = re.search(r'id="data">(.*?)</script>', text, re.S)[1]
    if not written.startswith("{"):  # packed
        written = zlib.decompress(base64.b64decode(written)).decode("utf-8")
    data = json.loads(written)
    nodes = [filled(data["forms"][form], parts) for form, *parts in data["nodes"]]
    return {**data, "nodes": nodes}


def filled(form, parts):
    """Return what a form is with its parts: the numbers in it are places of parts."""
    if isinstance(form, dict):
        return {key: filled(inner, parts) for key, inner in form.items()}
    if isinstance(form, list):
        return [filled(inner, parts) for inner in form]
    return parts[form] if type(form) is int else form


# -- The file ----------------------------------------------------------------------------------


def test_the_page_is_one_file_that_asks_for_nothing(tmp_path):
    path = trace(survey()).save(tmp_path / "backprop.html")
    text = path.read_text(encoding="utf-8")
    urls = set(re.findall(r"[a-z]+://[^\"'\s)]+", text))
    assert urls <= {"http://www.w3.org/2000/svg"}  # the name of a language, not an address
    assert not re.search(r"<(?:script|img|iframe|object|link)[^>]+(?:src|href)=\"(?!data:,)", text)
    assert "<script src" not in text


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else():
    text = page(trace(survey()))
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    script = re.findall(r"<script>(.*?)</script>", text, re.S)
    assert len(script) == 2  # the graph as a program, and the page's own
    assert policy == (
        f"default-src 'none'; script-src '{fingerprint(script[0])}' '{fingerprint(script[1])}'; "
        f"style-src '{fingerprint(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"<[^>]+ (?:style|on\w+)=", text.split("<body>")[1].split("<script")[0])


def test_hostile_labels_stay_text():
    text = page(trace(hostile()))
    assert text.count("<script") == 3
    assert text.count("</script>") == 3
    assert "<img" not in text
    assert "onload=alert" not in re.sub(r"&lt;.*?&gt;|\\u003c.*?\\u003e", "", text)
    data = data_of(text)
    assert data["texts"][data["nodes"][0]["name"]][0].startswith("</script>")


def test_the_page_has_the_words_of_every_language_and_a_third_one_is_a_file(monkeypatch, tmp_path):
    output = survey()
    assert set(data_of(page(trace(output)))["words"]) == set(LANGUAGES)
    for language in LANGUAGES:
        shutil.copy(words.FOLDER / f"{language}.json", tmp_path)
    third = json.loads((tmp_path / "en.json").read_text(encoding="utf-8"))
    third["page"]["language"] = "Français"
    (tmp_path / "fr.json").write_text(json.dumps(third), encoding="utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    for module in (words, page_module, page_data):
        monkeypatch.setattr(module, "LANGUAGES", (*LANGUAGES, "fr"))
    data = data_of(page(trace(output), language="fr"))
    assert data["language"] == "fr"
    assert data["words"]["fr"]["language"] == "Français"
    assert data["words"]["fr"]["step.gives"] == data["words"]["en"]["step.gives"]


def test_pictures_mark_what_is_not_yet_known_at_the_start():
    steps = trace(survey())
    marked = dict(re.findall(r'class="number [^"]*" data-n="([^"]*)">([^<]*)<', shapes_of(steps)))
    for k, number in enumerate(["2", "0.6931", "5", "10", "10.69", "−0.9589", "11.65"]):
        assert marked.pop(f"value:{k}").strip() == number
    assert not marked
    text = page(trace(digit_cost()))
    small = re.findall(r"\.picture \.(p\d+)\{[^}]*font-size: 9\.36px", text)
    indices = re.findall(rf'<text[^>]*class="[^"]*\b(?:{"|".join(small)})"[^>]*>1</text>', text)
    assert indices
    assert not any("number" in index for index in indices)


def test_every_number_of_a_picture_says_what_it_is():
    x = Value(3.0, "x")
    y = x * x + relu(-x)
    steps = trace(y)
    edges = dict(re.findall(r'<tspan data-n="edge:([^"]*)">([^<]*)<', shapes_of(steps)))
    assert len(edges) == len(steps) == 6
    for at, number in edges.items():
        _, *along = map(int, at.split(","))
        assert float(number.replace("−", "-")) == sum(steps.partials[k - 1] for k in along)
    wide = nn.Network([20, 2, 1], seed=1)
    closed = shapes_of(trace(nn.squared_error(wide([0.5] * 20), [1.0])))
    assert re.search(r'data-n="slope:\d+(,\d+)+"[^>]*>', closed)
    assert re.search(r'data-n="value:\d+(,\d+)+"[^>]*>[^<]* … ', closed)  # a range over a layer


def test_the_words_of_a_picture_are_in_every_language_whatever_the_process_speaks(monkeypatch):
    pages = {}
    for spoken in LANGUAGES:
        monkeypatch.setenv("AUTOGRAD_LITE_LANG", spoken)
        pages[spoken] = page(trace(digit_cost()), language="ja")
    assert pages["en"] == pages["ja"]
    words = [each for each in data_of(pages["en"])["pictured"] if each["en"] == ["layer 2"]]
    assert words == [{"en": ["layer 2"], "ja": ["第 2 層"]}]
    headings = [each["ja"] for each in data_of(pages["en"])["pictured"]]
    assert ["a", {"sub": "1"}, {"sup": "3"}, " の微分"] in headings


def test_the_same_program_gives_the_same_page():
    assert page(trace(digit_cost())) == page(trace(digit_cost()))


def test_source_lines_are_in_the_page():
    record_lines()
    try:
        output = survey()
    finally:
        record_lines(False)
    node = data_of(page(trace(output)))["nodes"][-1]
    assert node["line"].startswith("test_page.py:")
    assert node["source"] == "f = log(x1) + x1 * x2 - sin(x2)"


def test_the_digit_networks_page_has_closed_and_open_boxes_in_under_600_kilobytes(tmp_path):
    path = trace(digit_cost()).save(tmp_path / "digits.html", language="ja")
    assert path.stat().st_size < 600_000
    data = data_of(path.read_text(encoding="utf-8"))
    assert data["views"][0] == "unit"
    assert data["views"][-1] == "node"
    assert "box a_1^2" in data["views"]
    assert data["shownBy"]["node"] == {}


@pytest.mark.parametrize(
    ("hidden", "views"), [("3", 9), pytest.param("40", 1, marks=pytest.mark.long)]
)
def test_the_digit_demo_writes_the_page_of_one_image(tmp_path, capsys, hidden, views):
    assert digits.main(["--epochs", "1", "--hidden", hidden, "--out", str(tmp_path)]) == 0
    written = tmp_path / "backprop.html"
    assert str(written) in capsys.readouterr().out
    assert len(data_of(written.read_text(encoding="utf-8"))["views"]) == views
    assert 'href="backprop.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "earlier backward" not in written.read_text(encoding="utf-8")  # none of the training


def test_a_graph_too_big_for_a_page_says_so_and_offers_the_unit_level():
    network = nn.Network([12, 3, 2])
    inputs = [[float(k == j) for k in range(12)] for j in range(24)]
    cost = total([nn.squared_error(network(x), [1.0, 0.0]) for x in inputs])
    steps = trace(cost)
    with pytest.raises(ValueError, match=r'nodes, and .* write level="unit"'):
        page(steps)
    assert data_of(page(steps, level="unit"))["views"] == ["unit"]
    chain = Value(1.0, "x")
    for _ in range(5001):
        chain = chain + 1.0
    with pytest.raises(ValueError, match="step_through shows any size"):
        page(trace(chain))
    assert set(trace(chain)._repr_mimebundle_()) == {"text/plain"}


def test_wrong_options_are_answered_and_no_file_is_left(tmp_path):
    steps = trace(survey())
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        steps.save(tmp_path / "x.html", language="fr")
    with pytest.raises(ValueError, match="'node' or 'unit'"):
        steps.save(tmp_path / "x.html", level="layer")
    with pytest.raises(ValueError, match="no units"):
        steps.save(tmp_path / "x.html", level="unit")
    with pytest.raises(FileNotFoundError, match="no folder"):
        steps.save(tmp_path / "missing" / "x.html")
    assert list(tmp_path.iterdir()) == []


def test_a_trace_has_the_boxes_that_are_given_with_it(tmp_path):
    w, x = Value(2.0, "w"), Value(3.0, "x")
    z = w * x
    C = (z - 1.0) ** 2
    boxes = {w: ("product", "weights"), z: ("product", "z"), C: ("cost",)}
    data = data_of(page(trace(C, groups=boxes), level="unit"))
    assert data["views"] == ["unit"]
    assert data["boxNames"] == {"weights": "weights", "z": "z", "cost": "cost"}
    film = trace(C, groups=boxes.get).save(tmp_path / "steps.svg", level="unit")
    notebook = notebook_picture(trace(C, groups=boxes), "en", "unit").svg()
    for picture in (film.read_text(encoding="utf-8"), notebook):
        assert {"product", "weights", "cost"} <= set(re.findall(r">([a-z]+)<", picture))
    with pytest.raises(ValueError, match="no units"):
        page(trace(C), level="unit")


def test_a_page_does_not_touch_the_gradients():
    output = survey()
    steps = trace(output)
    earlier = [node.grad for node in steps.nodes]
    page(steps)
    assert [node.grad for node in steps.nodes] == earlier


def test_the_watch_expressions_draw_the_graph_as_it_is(tmp_path):
    output = survey()
    shown = json.loads(picture_now(output))
    assert shown["kind"] == {"dotGraph": True}
    assert "11.65" in shown["text"]
    path = Path(redraw(output, tmp_path / "now.svg"))
    before = path.read_text(encoding="utf-8")
    output.backward()
    redraw(output, path)
    assert before != path.read_text(encoding="utf-8")


# -- In a browser ------------------------------------------------------------------------------


@browser_test
def test_the_gradients_in_the_browser_are_those_of_the_trace_at_every_step(reading):
    output = survey()
    steps = trace(output)
    replay = steps.replay()
    for node in steps.nodes:
        node.grad = 0.0
    reader = reading(output)
    for _ in steps.forward:
        reader.press("ArrowRight")
    for position in range(len(steps) + 1):
        shown = reader.gradients()
        for name, gradient in zip(steps.names, replay.goto(position).gradients):
            expected = told_number(gradient)
            reached = position >= (steps.into(name) or [steps[0]])[0].number or name == "f"
            assert shown[name] == (expected if reached else "–")
        reader.press("ArrowRight")
    for position in range(len(steps) - 1, -1, -1):
        reader.press("ArrowLeft")
        shown = reader.gradients()
        for name, gradient in zip(steps.names, replay.goto(position).gradients):
            assert shown[name] in ("–", told_number(gradient))


@browser_test
def test_every_control_moves_the_page(reading):
    reader = reading(survey())
    assert reader.heading() == "The start"
    reader.page.click("#next")
    assert reader.heading() == "forward step 1 of 5: v1"
    reader.page.click("#last")
    assert reader.heading() == "step 8 of 8: v1 → x1"
    assert reader.page.is_disabled("#next")
    reader.page.click("#back")
    assert reader.heading() == "step 7 of 8: v3 → x2"
    assert "df/dx2 = -0.283662 + df/dv3 · ∂v3/∂x2" in " ".join(reader.text("#formula").split())
    assert reader.lit() == ["e3_1"]
    reader.page.click("#first")
    assert reader.heading() == "The start"
    reader.page.fill("#slider", "9")
    assert reader.heading().startswith("step 4 of 8")
    assert reader.page.get_attribute("#slider", "aria-valuetext") == "step 4 of 8"
    width = "document.querySelector('.picture:not([hidden]) svg').clientWidth"
    before = reader.page.evaluate(width)
    reader.page.click("#larger")
    assert reader.page.evaluate(width) > before
    reader.page.click("#smaller")
    reader.page.click("#fit")


@browser_test
def test_play_runs_to_the_end_and_pause_stops_it(reading):
    reader = reading(survey())
    reader.page.select_option("#speed", "5")
    reader.page.click("#play")
    reader.until("step 2")
    assert reader.page.get_attribute("#play", "aria-label") == "Pause"
    reader.page.click("#play")
    stopped = reader.heading()
    reader.page.wait_for_timeout(700)
    assert reader.heading() == stopped
    reader.press("Escape")
    reader.page.evaluate("document.activeElement.blur()")
    reader.press(" ")
    reader.until("8 of 8")
    assert reader.page.get_attribute("#play", "aria-label") == "Play"


@browser_test
def test_the_keyboard_alone_reaches_everything(reading):
    reader = reading(survey())
    reader.press("End")
    assert reader.heading().startswith("step 8 of 8")
    reader.press("Home", "ArrowRight", "ArrowRight", "ArrowLeft")
    assert reader.heading().startswith("forward step 1")
    reached = set()
    for _ in range(60):
        reader.press("Tab")
        reached.add(
            reader.page.evaluate("document.activeElement.id || document.activeElement.tagName")
        )
    controls = {"en", "ja", "back", "play", "next", "last", "slider", "speed"}
    assert controls | {"smaller", "fit", "larger", "paper", "BUTTON"} <= reached
    reader.page.focus("#slider")
    reader.press("ArrowRight")
    assert reader.heading().startswith("forward step 2")
    reader.page.focus("#rows tr:last-child button")
    reader.press("Enter")
    assert reader.page.is_visible("#node")
    reader.press("Escape")
    assert reader.page.is_hidden("#node")


@browser_test
def test_a_node_shows_its_steps_its_line_and_why(reading):
    record_lines()
    try:
        output = survey()
    finally:
        record_lines(False)
    reader = reading(output)
    reader.page.click('.picture .node[data-id="n2"]')
    text = reader.text("#node")
    assert "x2" in text
    assert "test_page.py:" in text
    assert "complete after step 7" in text
    assert "f depends on x2 along 2 paths" in text
    reader.page.click("#node button.jump >> text=step 7")
    assert reader.heading().startswith("step 7 of 8")
    reader.page.click("#close")
    assert reader.page.is_hidden("#node")


@browser_test
def test_both_languages_are_there_and_the_words_are_those_of_the_trace(reading):
    output = survey()
    step = trace(output)[6]
    for node in trace(output).nodes:
        node.grad = 0.0
    reader = reading(output, "#step=7", language="ja")
    assert reader.page.get_attribute("html", "lang") == "ja"
    assert reader.text("#words p:first-child") == plain(pieces(step.sentences("ja")[0]))
    assert reader.text("#table-title") == "ここまでの勾配"
    reader.page.click("#en")
    assert reader.page.get_attribute("html", "lang") == "en"
    assert reader.text("#words p:first-child") == plain(pieces(step.sentences("en")[0]))
    assert reader.page.title() == "Backprop, step by step: f"


@browser_test
def test_a_link_opens_at_its_step_and_the_address_follows(reading):
    reader = reading(survey(), "#step=3")
    assert reader.heading().startswith("step 3 of 8")
    reader.press("ArrowRight")
    assert reader.page.url.endswith("#step=4")
    reader.page.evaluate("location.hash = '#forward=2'")
    reader.until("forward")
    assert reader.heading().startswith("forward step 2")
    reader.page.evaluate("location.hash = '#step=999999'")
    reader.until("8 of 8")


@browser_test
def test_hostile_labels_neither_run_nor_break_the_page(reading):
    reader = reading(hostile())
    for _ in range(6):
        reader.press("ArrowRight")
    buttons = reader.page.locator("#rows button")
    for k in range(buttons.count()):
        buttons.nth(k).click()
        reader.press("Escape")  # the node's panel stands where the table was
    shown = [buttons.nth(k).text_content() for k in range(buttons.count())]
    for label in HOSTILE[1:6]:
        assert label.replace("->", "→") in shown
    assert reader.page.title().startswith("Backprop, step by step: </script>")
    assert reader.page.locator("#rows img, #words img, svg script").count() == 0


@browser_test
def test_the_boxes_of_the_digit_network_open(reading):
    reader = reading(digit_cost())
    visible = ".picture:not([hidden])"
    assert reader.page.locator(f'{visible} [data-id="n0"]').count() == 0
    for view in ("box a_1^2", "node"):
        reader.page.select_option("#views", view)
        assert reader.page.get_attribute(visible, "data-view") == view
    reader.page.select_option("#views", "unit")
    reader.page.locator(f'{visible} .node[data-id^="g"]').first.click()
    assert reader.page.input_value("#views").startswith("box ")
    reader.press("End")
    assert reader.page.locator(f"{visible} .now").count() >= 1


@browser_test
@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(390, 844, "light"), (390, 844, "dark"), (1366, 768, "dark"), (1920, 1080, "light")],
)
def test_nothing_sticks_out_on_phone_laptop_and_projector(reading, width, height, scheme):
    reader = reading(
        digit_cost(), "#step=30", viewport={"width": width, "height": height}, color_scheme=scheme
    )
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("#next", "#slider", "#play"):
        box = reader.page.locator(selector).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


SIZES = [(1280, 800), (1366, 650), (853, 480), (390, 844)]


@browser_test
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_formula_or_sentence_is_cut(reading, width, height, language):
    size = {"width": width, "height": height}
    reader = reading(digit_cost(), language=language, viewport=size)
    cut = reader.page.evaluate("""() => {
        const cut = [];
        const slider = document.getElementById("slider");
        const step = document.getElementById("step");
        for (let k = 0; k <= Number(slider.max); k++) {
            slider.value = k;
            slider.dispatchEvent(new Event("input"));
            const frame = step.getBoundingClientRect();
            if (step.scrollWidth > step.clientWidth) cut.push([k, "wide"]);
            if (step.scrollHeight > step.clientHeight + 1
                && getComputedStyle(step).overflowY !== "auto") cut.push([k, "high"]);
            for (const part of step.querySelectorAll(".whole, #words p")) {
                const box = part.getBoundingClientRect();
                const within = box.left >= frame.left && box.right <= frame.right;
                if (!within) cut.push([k, part.textContent]);
            }
        }
        return cut;
    }""")
    assert cut == []


@browser_test
def test_a_long_formula_breaks_between_terms_and_a_long_name_within(reading):
    names = [f"a long name with words {k} and_a_very_long_tail_of_it" for k in range(5)]
    output = total([Value(1.0, name) for name in names])
    output.label = "sum"
    reader = reading(output, "#forward=1", viewport={"width": 390, "height": 844})
    step = "document.getElementById('step')"
    assert reader.page.evaluate(f"{step}.scrollWidth <= {step}.clientWidth")
    height = reader.page.evaluate("document.querySelector('#formula .side').offsetHeight")
    assert height > 60  # several lines


@browser_test
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_panels_of_the_page_do_not_overlap(reading, width, height):
    reader = reading(digit_cost(), "#step=40", viewport={"width": width, "height": height})
    for chosen in (False, True):
        if chosen:
            reader.page.click("#rows tr:nth-child(12) button")
        areas = reader.page.evaluate("""[...document.querySelectorAll("header, section, footer")]
            .filter((part) => part.offsetWidth && getComputedStyle(part).position !== "fixed")
            .map((part) => { const b = part.getBoundingClientRect();
                return [part.id || part.tagName, b.left, b.top, b.right, b.bottom]; })""")
        for k, (one, left, top, right, bottom) in enumerate(areas):
            for other, x, y, x2, y2 in areas[:k]:
                apart = left >= x2 - 1 or right <= x + 1 or top >= y2 - 1 or bottom <= y + 1
                assert apart, (one, other)


@browser_test
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_why_opens_where_it_can_be_seen(reading, width, height):
    reader = reading(digit_cost(), "#step=40", viewport={"width": width, "height": height})
    before = reader.page.locator("#graph").bounding_box()
    reader.page.click("#rows tr:nth-child(12) button")
    node = reader.page.locator("#node").bounding_box()
    why = reader.page.locator("#node .why").bounding_box()
    footer = reader.page.locator("footer").bounding_box()
    assert node["y"] >= 0
    assert node["y"] <= why["y"]
    assert why["y"] + why["height"] <= footer["y"]
    if width > 800:  # on a phone the page has scrolled to it
        after = reader.page.locator("#graph").bounding_box()
        assert after == pytest.approx(before, abs=1)  # nothing is squeezed
    assert reader.page.locator("#step").bounding_box()["height"] >= 90
    assert reader.page.evaluate("document.activeElement.id") == "node"
    reader.press("Escape")
    focus = "document.activeElement.closest('tr')?.rowIndex"
    assert reader.page.evaluate(focus) == 12  # back where one came from


@browser_test
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("output", [survey, digit_cost])
def test_the_graph_is_seen_whole_when_the_page_opens(reading, output, width, height):
    reader = reading(output(), viewport={"width": width, "height": height})
    assert sees_all(reader)


def sees_all(reader):
    """Return whether the whole picture is in its frame."""
    picture = reader.page.locator(".picture:not([hidden]) svg").bounding_box()
    frame = reader.page.locator("#paper").bounding_box()
    return (
        picture["x"] >= frame["x"]
        and picture["y"] >= frame["y"]
        and picture["x"] + picture["width"] <= frame["x"] + frame["width"]
        and picture["y"] + picture["height"] <= frame["y"] + frame["height"]
    )


@browser_test
def test_a_fitted_graph_stays_fitted_when_the_window_changes(reading):
    reader = reading(digit_cost())
    for width, height in SIZES:
        reader.page.set_viewport_size({"width": width, "height": height})
        reader.page.wait_for_timeout(100)
        assert sees_all(reader)


@browser_test
def test_the_wheel_zooms_at_the_pointer_and_a_drag_pans(reading):
    reader = reading(survey())
    node = reader.page.locator('.picture .node[data-id="n4"]')
    before = node.bounding_box()
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    reader.page.mouse.move(x, y)
    for _ in range(4):
        reader.page.mouse.wheel(0, -100)
    reader.page.wait_for_timeout(100)
    larger = node.bounding_box()
    assert larger["width"] > 2 * before["width"]
    assert larger["x"] < x < larger["x"] + larger["width"]
    assert larger["y"] < y < larger["y"] + larger["height"]
    reader.page.mouse.down()
    reader.page.mouse.move(x - 30, y - 10, steps=3)
    reader.page.mouse.move(x - 60, y - 20, steps=3)
    reader.page.mouse.up()
    dragged = node.bounding_box()
    assert dragged["x"] == pytest.approx(larger["x"] - 60, abs=2)
    assert reader.page.is_hidden("#node")  # a drag chooses nothing
    reader.page.mouse.click(x - 60, y - 20)
    assert reader.text("#node-title") == "v4"
    reader.press("Escape", "0")
    assert sees_all(reader)


@browser_test
def test_keys_zoom_and_pan_the_graph(reading):
    reader = reading(survey(), "#step=3")
    svg = reader.page.locator(".picture:not([hidden]) svg")
    before = svg.bounding_box()["width"]
    reader.press("+", "+", "+", "+", "+")
    assert svg.bounding_box()["width"] > 2 * before
    reader.page.focus("#paper")
    at = "document.getElementById('paper').scrollLeft"
    start = reader.page.evaluate(at)
    reader.press("Shift+ArrowLeft")
    assert reader.page.evaluate(at) < start
    assert reader.heading().startswith("step 3")
    reader.press("-", "0")
    assert svg.bounding_box()["width"] == pytest.approx(before, abs=1)


@browser_test
def test_the_lit_edge_flows_backwards_in_the_backward_pass(reading):
    reader = reading(survey(), "#step=3")
    look = """() => {
        const edge = document.querySelector(".picture:not([hidden]) .edge.now");
        const [flow] = edge.getAnimations({ subtree: true })
            .filter((one) => one.animationName === "flow");
        const heads = [...edge.querySelectorAll("polygon")]
            .filter((head) => getComputedStyle(head).visibility === "visible");
        const path = edge.querySelector("path");
        flow.pause();
        flow.currentTime = 0;
        const first = parseFloat(getComputedStyle(path).strokeDashoffset);
        flow.currentTime = 350;
        const later = parseFloat(getComputedStyle(path).strokeDashoffset);
        return [later > first, heads.map((head) => head.classList.contains("turned"))];
    }"""
    # A path begins at the operand. Dashes with a growing offset move towards its beginning.
    assert reader.page.evaluate(look) == [True, [True]]
    reader.page.evaluate("location.hash = '#forward=3'")
    reader.until("forward step 3")
    assert reader.page.evaluate(look) == [False, [False]]


@browser_test
def test_nothing_in_the_picture_is_shown_before_it_is_computed(reading):
    reader = reading(survey())
    visible = """[...document.querySelectorAll(".picture:not([hidden]) .number")]
        .filter((text) => getComputedStyle(text).visibility === "visible")
        .map((text) => text.textContent.trim())"""
    assert sorted(reader.page.evaluate(visible)) == ["2", "5"]
    reader.press("ArrowRight")
    assert len(reader.page.evaluate(visible)) == 3
    reader.press("End")
    assert "11.65" in reader.page.evaluate(visible)


@browser_test
def test_closed_units_show_the_gradient_of_what_they_compute(reading):
    output = digit_cost()
    steps = trace(output)
    reader = reading(output)
    tag = ".picture:not([hidden]) .node text.below"
    reader.press("End")
    shown = set(reader.page.locator(tag).all_text_contents())
    expected = steps.replay().goto(len(steps)).gradient("a_1^3")
    assert f"grad {expected:.4g}".replace("-", "−") in shown
    reader.press("Home")
    assert set(reader.page.locator(tag).all_text_contents()) == {""}


def images_cost(count=64):
    network = nn.Network([12, 3, 2], seed=1)
    images = [[float((k + i * i) % 3 == 0) for i in range(12)] for k in range(count)]
    C = total([nn.squared_error(network(image), [1.0, 0.0]) for image in images])
    C.label = "C"
    return C


def test_the_cost_of_64_images_is_a_page_of_two_megabytes():
    written = page(trace(images_cost()), level="unit")
    assert len(written.encode()) < 2_500_000
    data = data_of(written)
    assert len(data["nodes"]) > 2000 and len(data["steps"]) > 6000
    names = {plain(name) if isinstance(name, list) else name for name in data["names"]}
    assert {"a_1^2[1]", "v2[37]", "C[64]", "C"} <= names
    assert not [name for name in names if re.search(r"v[0-9]{3}", name)]
    "".join(names).encode("cp932")
    policy = html.unescape(re.search(r'Policy" content="([^"]*)"', written)[1])
    for script in re.findall(r"<script[^>]*>(.*?)</script>", written, re.S)[1:]:
        assert fingerprint(script) in policy


@browser_test
def test_a_packed_page_opens_by_itself_and_tells_the_same(reading):
    output = images_cost(16)
    steps = trace(output)
    reader = reading(output, level="unit")
    reader.page.wait_for_function("window.autograd")
    assert reader.page.evaluate("typeof DecompressionStream") == "function"
    assert reader.page.locator("#later").count() == 1
    reader.page.evaluate(f"autograd.goto({len(steps.forward) + 40})")
    heading = reader.page.locator("#heading").text_content()
    assert heading == plain(pieces(steps[39].heading("en")))
    gradients = reader.page.evaluate("autograd.gradients()")
    assert gradients["w_11^3"] == steps.replay().goto(len(steps)).gradient("w_11^3")
    rows = reader.page.locator("#rows tr")
    shown = [k for k, node in enumerate(steps.nodes) if not isinstance(node, Constant)][::-1]
    rows.nth(len(shown) - 1).wait_for(state="attached")  # later ones come when the page is seen
    assert rows.count() == len(shown) > 400
    place = next(k for k in range(400, len(shown)) if shown[k] in steps.inner)
    rows.nth(place).locator("td").nth(1).click()  # its value leads to the step that made it
    at = steps.inner.index(shown[place]) + 1
    assert reader.page.evaluate("autograd.position()") == at
    heading = reader.page.locator("#heading").text_content()
    assert heading == plain(pieces(steps.forward[at - 1].heading("en")))


@browser_test
def test_derivatives_through_a_closed_unit_are_there_once_backprop_has_come_to_it(reading):
    reader = reading(digit_cost())
    look = """[...document.querySelectorAll(".picture:not([hidden]) [data-n^='slope:']")]
        .filter((text) => text.textContent).length"""
    reader.page.evaluate("location.hash = '#forward=19'")
    reader.until("forward step 19")
    assert reader.page.evaluate(look) == 0
    reader.press("ArrowRight")
    some = reader.page.evaluate(look)
    reader.press("End")
    assert 0 < some < reader.page.evaluate(look)


@browser_test
def test_the_words_in_a_picture_follow_the_language_of_the_page(reading):
    reader = reading(digit_cost())
    look = """[...document.querySelectorAll(".picture:not([hidden]) svg [data-w]")]
        .map((text) => text.textContent)"""
    label = "document.querySelector('.picture:not([hidden]) svg').getAttribute('aria-label')"
    own = {"en": {"layer 2", "value", "derivative of a13", "12 edges"},
           "ja": {"第 2 層", "値", "a13 の微分", "エッジ 12 本"}}  # fmt: skip
    for language, other in (("en", "ja"), ("ja", "en"), ("en", "ja")):
        reader.page.locator(f"#{language}").click()
        shown = set(reader.page.evaluate(look))
        assert own[language] <= shown and not own[other] & shown
        assert reader.page.evaluate(label) == words.text("drawing.title", language, names="C")


@browser_test
def test_a_frame_without_layout_shows_the_picture_when_it_gets_some(chromium, tmp_path):
    bundle = trace(survey())._repr_mimebundle_()
    notebook = tmp_path / "notebook.html"
    frame = f"<!DOCTYPE html><body><div id=tab hidden>{bundle['text/html']}</div></body>"
    notebook.write_text(frame, encoding="utf-8")
    reader = Reader(chromium, notebook)
    inside = reader.page.frame_locator("iframe")
    reader.page.wait_for_timeout(300)
    reader.page.evaluate("document.getElementById('tab').hidden = false")
    inside.locator("#last").click()
    assert inside.locator(".picture .node").first.bounding_box()["width"] > 30
    tags = inside.locator(".picture .node text.gradient")
    places = {round(tags.nth(k).bounding_box()["x"]) for k in range(tags.count())}
    assert len(places) >= 4  # not all in one point
    halos = inside.locator(".picture .halo")
    assert min(halos.nth(k).bounding_box()["width"] for k in range(halos.count())) > 30
    assert reader.complaints == []
    reader.context.close()


@browser_test
def test_the_language_switch_has_a_button_for_each_language_by_its_own_name(reading):
    reader = reading(survey())
    buttons = reader.page.locator("#languages button")
    assert buttons.all_text_contents() == [words.text("page.language", each) for each in LANGUAGES]
    for language in LANGUAGES:
        reader.page.click(f"#{language}")
        assert reader.page.get_attribute(f"#{language}", "aria-pressed") == "true"
        assert reader.page.get_attribute("#next", "aria-label") == words.text("page.next", language)
        assert reader.page.get_attribute("#slider", "aria-label") == words.text(
            "page.timeline", language
        )


@browser_test
def test_reduced_motion_stops_every_animation(reading):
    reader = reading(survey(), "#step=2", reduced_motion="reduce")
    assert reader.lit()
    assert reader.page.evaluate("document.getAnimations().length") == 0


@browser_test
def test_a_notebook_shows_the_page_in_a_frame(chromium, tmp_path):
    bundle = trace(survey())._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<trace of f")
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><body>{bundle['text/html']}</body>", encoding="utf-8")
    reader = Reader(chromium, notebook)
    frame = reader.page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator("#heading").inner_text().startswith("step 8 of 8")
    assert reader.complaints == []
    reader.context.close()


@browser_test
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ja", "dark")])
def test_axe_finds_nothing_serious(reading, language, scheme):
    axe = os.environ.get("AXE_CORE", "")
    if not axe:
        missing("axe-core (AXE_CORE is the path of axe.min.js)")
    reader = reading(digit_cost(), "#step=40", language=language, color_scheme=scheme)
    reader.page.click("#rows tr:nth-child(3) button")
    found = reader.page.evaluate(Path(axe).read_text(encoding="utf-8") + "; axe.run()")
    serious = [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
