"""The lessons as a site: what is in its files, and what a reader does with it in Chromium."""

import ast
import contextlib
import io
import json
import re
import sys
from pathlib import Path

import pytest
from browser import Reader, browser_test
from node import node

from autograd_lite import grad
from autograd_lite.stepping.page import fingerprint
from autograd_lite.words import LANGUAGES, Speaking, texts
from demos.__main__ import run_lesson
from demos.cells import is_docstring, pieces
from demos.contents import LESSONS, find_lesson
from demos.lesson_pages import FILES, address, page_script
from demos.lesson_pictures import main, write_site
from demos.live_figures import Curve
from demos.page import Live
from demos.typeset import prose

pytest.importorskip("matplotlib")

SOME = [find_lesson(number) for number in (4, 11, 13, 17)]
HERE = Path(__file__).parent


def source(lesson):
    return lesson.path.read_text(encoding="utf-8")


# -- Pieces ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_pieces_of_a_lesson_are_all_its_statements_in_order(lesson):
    body = ast.parse(source(lesson)).body
    assert is_docstring(body[:1])
    found = [statement for piece in pieces(source(lesson)) for statement in piece.body]
    assert [ast.dump(each) for each in found] == [ast.dump(each) for each in body[1:]]


def test_comments_for_tools_are_not_shown():
    (piece,) = pieces("x = [1,\n     2]  # fmt: skip\ny = 3  # three\n")
    assert piece.source == "x = [1,\n     2]\ny = 3  # three"


def test_code_for_the_stage_alone_is_not_shown():
    text = "from demos.page import Page\nimport math\n\npage = Page(3)\n\n\n# why\nx = 1\n"
    (piece,) = pieces(text)
    assert piece.source == "import math\n\n# why\nx = 1"
    assert len(piece.body) == 4


# -- Figures -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Return the figures of all lessons that have some, with the numbers of their lessons."""
    folder = tmp_path_factory.mktemp("figures")
    found = []
    for lesson in LESSONS:
        if "page.live(" not in source(lesson):
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            page = run_lesson(lesson, ["--lang", "en", "--out", str(folder)])["page"]
        found += [(lesson.number, shown.figure) for shown in page.shown if isinstance(shown, Live)]
    return found


def of_python(figure, place):
    """Return what the program of a figure must give, by Python's own backprop."""
    if isinstance(figure, Curve):
        x = place[0]
        y, slope = float(figure.f(x)), grad(figure.f)(x)
        if figure.secant is None:
            return [y, slope]
        beyond = figure.f(x + place[1])
        return [y, slope, beyond, (beyond - y) / place[1]]
    x, y, rate = place
    slopes = grad(figure.f)(x, y)
    return [float(figure.f(x, y)), list(slopes), [x - rate * slopes[0], y - rate * slopes[1]]]


def places_of(figure):
    parts = [0.0, 0.13, 0.4, 0.5, 0.77, 1.0]
    across = [figure.across[0] + part * (figure.across[1] - figure.across[0]) for part in parts]
    if isinstance(figure, Curve):
        return [[x] if figure.secant is None else [x, figure.secant / 3] for x in across]
    up = [figure.up[0] + part * (figure.up[1] - figure.up[0]) for part in parts]
    return [[x, y, rate] for x in across for y in up for rate in (0.0, 0.1, 0.45)]


def flat(numbers):
    return [n for each in numbers for n in (each if isinstance(each, list) else [each])]


def test_every_figure_computes_in_javascript_what_python_computes(figures):
    assert {number for number, _ in figures} == {3, 11, 13, 14, 15, 16, 17, 18}
    for number, figure in figures:
        places = places_of(figure)
        code = f"const f = {figure.program().expression};\n" + (
            f"console.log(JSON.stringify({json.dumps(places)}.map((p) => f(...p))));"
        )
        done = node("-", said=code)
        assert done.returncode == 0, done.stderr
        for place, told in zip(places, json.loads(done.stdout), strict=True):
            wanted = flat(of_python(figure, place))
            assert flat(told) == pytest.approx(wanted, rel=1e-15, abs=1e-15), (number, place)


def test_the_pure_module_passes_its_tests_on_node():
    done = node("--test", HERE / "site" / "scale.test.mjs")
    assert done.returncode == 0, done.stdout


# -- The files ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Write some lessons: curves, drawings, a picture that moves, figures, a stepping page."""
    with Speaking("en"):
        return write_site(tmp_path_factory.mktemp("site"), SOME)


def page_of(site, number):
    return (site.parent / address(find_lesson(number))).read_text(encoding="utf-8")


def test_a_page_holds_its_lesson_in_both_languages(site):
    for lesson in SOME:
        page = page_of(site, lesson.number)
        asked = [piece.texts for piece in pieces(source(lesson)) if piece.kind == "ask"]
        for words in asked:
            for told in words.values():
                assert prose(told) in page
        assert page.count("<details><summary>") == len(asked) * len(LANGUAGES)
        for language in LANGUAGES:
            assert f'lang="{language}"' in page
        assert "<math>" in page


def test_all_that_a_page_leads_to_lies_beside_it_and_nothing_else(site):
    lies = {path.name for path in site.parent.iterdir()}
    pictures = set()
    for path in site.parent.glob("*.html"):
        if "_steps." in path.name:
            continue
        page = path.read_text(encoding="utf-8")
        led = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert set(led) - {"data:,"} <= lies
        assert re.findall(r"https?://[^\"]*", page) == ["http://www.w3.org/2000/svg"]  # a name
        pictures |= {name for name in led if name.endswith((".png", ".gif"))}
        for width, height in re.findall(r'<img [^>]*width="(\d+)" height="(\d+)"', page):
            assert int(width) > 100 and int(height) > 100
    assert pictures == {name for name in lies if name.endswith((".png", ".gif"))}


def test_a_pages_policy_allows_its_own_scripts_and_style_and_no_network(site):
    page = page_of(site, 17)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 2
    assert policy.startswith("default-src 'none';")
    assert re.search("script-src ([^;]+);", policy)[1].split() == [
        f"'{fingerprint(script)}'" for script in scripts
    ]
    assert f"style-src '{fingerprint(style)}'" in policy
    assert not re.search(r"<[a-z][^>]* (?:style|on\w+)=", page)


def test_printed_output_is_that_of_the_lesson_and_a_table_is_a_table(site):
    page = page_of(site, 11)
    assert "slope of PQ = 2.001000" in page and "PQ の傾き = 2.001000" in page
    assert "[picture]" not in page and "[to drag]" not in page
    assert "<td>x^2 + y^2</td>" not in page_of(site, 17)
    assert page_of(site, 17).count("<table>") == len(LANGUAGES)


def test_ways_lead_to_the_lessons_before_and_after_and_to_all(site):
    page = page_of(site, 11)
    ways = page[page.index('class="ways"') :]
    assert re.findall(r'href="([^"]+)"', ways) == [address(SOME[0]), address(SOME[2])]
    assert re.findall(r'href="(lesson[^"]+)"', site.read_text(encoding="utf-8")) == [
        address(lesson) for lesson in SOME
    ]
    assert "C = (2 − y)<sup>2</sup>" in page and "(2 - y)^2" not in page


def test_every_word_of_the_figures_is_there_and_used():
    code = page_script()
    for language in LANGUAGES:
        for key in texts("live", language):
            assert f'"{key}"' in code or f"{key}:" in code, key
    assert "{{" not in (FILES / "page.css").read_text(encoding="utf-8")


def test_the_command_says_how_far_it_is_and_where_the_site_is(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(write_site, "__defaults__", (SOME[:1],))
    assert main(["--lang", "ja", "--out", str(tmp_path / "site")]) == 0
    told = capsys.readouterr()
    assert str(tmp_path / "site" / "index.html") in told.out
    assert told.err == "レッスン 1/1: しきい値からバイアスへ\n"
    assert '<html lang="ja">' in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_stopped_work_leaves_the_pages_of_before(tmp_path):
    with Speaking("en"):
        page = write_site(tmp_path, SOME[:1])
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.html")}

    def stop(done, count, what):
        if done == 2:
            raise KeyboardInterrupt

    with Speaking("en"), pytest.raises(KeyboardInterrupt):
        write_site(tmp_path, SOME[:2], progress=stop)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.html")} == before
    assert page.name in before


def test_without_graphviz_the_page_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys.modules["autograd_lite.drawing.render"], "renderer", lambda: "")
    with Speaking("en"):
        write_site(tmp_path, [find_lesson(13)])
    page = (tmp_path / address(find_lesson(13))).read_text(encoding="utf-8")
    assert "drawing needs Graphviz" in page
    assert "<iframe" not in page


# -- In a browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory):
    """Write the whole site."""
    with Speaking("en"):
        return write_site(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def reading_lesson(chromium, whole_site):
    readers = []

    def opened(number, language="en", **context):
        path = whole_site.parent / address(find_lesson(number)) if number else whole_site
        readers.append(Reader(chromium, path, f"#{language}", **context))
        return readers[-1]

    yield opened
    for reader in readers:
        reader.context.close()
        assert reader.complaints == []
        assert all(url.startswith(("file://", "data:")) for url in reader.requests)


def numbers(reader, figure=0):
    return reader.page.evaluate(f"() => window.lessons.figures[{figure}].numbers()")


def drag(reader, handle, right, down):
    """Take a handle with the mouse and let it go elsewhere."""
    handle.scroll_into_view_if_needed()
    box = handle.locator(".ball").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reader.page.mouse.move(x, y)
    reader.page.mouse.down()
    reader.page.mouse.move(x + right, y + down, steps=8)
    reader.page.mouse.up()


@browser_test
@pytest.mark.parametrize("number", [0, *[lesson.number for lesson in LESSONS]])
def test_a_page_has_no_fault_in_any_language_scheme_or_width(reading_lesson, faults, number):
    shown = """Array.from(document.querySelectorAll("main [lang], header [lang]"))
        .filter(e => e.offsetWidth > 0).map(e => e.lang)"""
    for language, scheme, width in (("en", "dark", 390), ("ja", "light", 1280)):
        size = {"width": width, "height": 844}
        reader = reading_lesson(number, language, viewport=size, color_scheme=scheme)
        assert reader.page.evaluate("document.documentElement.lang") == language
        assert set(reader.page.evaluate(shown)) == {language}
        for wide in (360, width, 2560):
            reader.page.set_viewport_size({"width": wide, "height": 844})
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= wide
        reader.page.set_viewport_size(size)
        assert faults(reader.page) == []


@browser_test
def test_the_point_on_the_sigmoid_is_dragged_by_mouse_and_keys(reading_lesson):
    from autograd_lite import sigmoid

    reader = reading_lesson(14)
    point = reader.page.get_by_role("slider", name="Point")
    before = numbers(reader)["x"]
    drag(reader, point, -120, 0)
    dragged = numbers(reader)
    assert dragged["x"] < before - 1
    assert dragged["slope"] == pytest.approx(grad(sigmoid)(dragged["x"]), rel=1e-15)
    reader.press("ArrowRight")  # the handle has the focus
    assert numbers(reader)["x"] == pytest.approx(dragged["x"] + 0.1)
    reader.press("Shift+ArrowRight")
    assert numbers(reader)["x"] == pytest.approx(dragged["x"] + 0.11)
    reader.press("Home")
    assert numbers(reader)["x"] == -6.0
    reader.press("ArrowLeft")
    assert numbers(reader)["x"] == -6.0
    assert reader.text(".told") == point.get_attribute("aria-valuetext")
    assert reader.text(".told").startswith("z = −6: σ(z) = 0.002473")


@browser_test
def test_the_secant_becomes_the_tangent(reading_lesson):
    reader = reading_lesson(11, "ja")
    reader.page.get_by_role("slider", name="点 Q").focus()
    for _ in range(40):
        reader.press("ArrowLeft")
        now = numbers(reader)
        if now["dx"] < 0.15:
            break
        assert now["mean"] == pytest.approx(2 + now["dx"])
    while numbers(reader)["dx"] > 0:
        reader.press("Shift+ArrowLeft")
    assert "0/0" in reader.text(".told")
    reader.press("Shift+ArrowLeft")
    assert numbers(reader)["mean"] == pytest.approx(1.99)
    reader.press(*["ArrowRight"] * 12)  # where Q lies on P, it is Q that the mouse takes
    drag(reader, reader.page.get_by_role("slider", name="点 P"), 60, 0)
    assert numbers(reader)["x"] > 1.2
    assert numbers(reader)["slope"] == pytest.approx(2 * numbers(reader)["x"])


@browser_test
def test_the_ball_is_dragged_and_rolls_to_the_bottom(reading_lesson):
    reader = reading_lesson(17)
    ball = reader.page.get_by_role("slider", name="Ball")
    drag(reader, ball, -90, -60)
    put = numbers(reader, 1)
    assert put["at"] != [1.5, -1.0]
    assert put["value"] == pytest.approx(put["at"][0] ** 2 + put["at"][1] ** 2)
    reader.press("ArrowUp", "ArrowLeft")
    x, y = numbers(reader, 1)["at"]
    assert [x, y] == pytest.approx([put["at"][0] - 0.1, put["at"][1] + 0.1])
    figure = reader.page.locator("figure.live").nth(1)
    for _ in range(3):
        figure.get_by_role("button", name="One step").click()
        x, y = x - 0.1 * (2 * x), y - 0.1 * (2 * y)
    assert numbers(reader, 1)["at"] == pytest.approx([x, y], rel=1e-14)
    assert figure.locator(".told").inner_text().startswith("After 3 steps")
    figure.get_by_role("button", name="Let it roll").click()
    assert figure.get_by_role("button", name="Stop").is_visible()
    reader.page.wait_for_function("() => window.lessons.figures[1].numbers().steps > 4")
    figure.get_by_role("button", name="Back to the start").click()
    assert numbers(reader, 1)["at"] == [1.5, -1.0]
    assert numbers(reader, 1)["steps"] == 0


@browser_test
def test_without_motion_the_ball_is_at_the_end_at_once_and_a_large_rate_flies_off(reading_lesson):
    reader = reading_lesson(18, reduced_motion="reduce")
    reader.page.get_by_role("button", name="Let it roll").click()
    assert numbers(reader)["end"] == "rests"
    assert numbers(reader)["value"] < 1e-6
    assert reader.text(".verdict").startswith("The ball rests")
    reader.page.get_by_role("button", name="Back to the start").click()
    reader.page.get_by_label("Learning rate").fill("0.4")
    reader.page.get_by_role("button", name="Let it roll").click()
    assert numbers(reader)["end"] == "flies"
    assert reader.text(".verdict").startswith("The ball flies off")


@browser_test
@pytest.mark.parametrize("written", ["0", "-1", ""])
def test_without_a_rate_above_0_the_ball_stays_and_the_reader_hears_why(reading_lesson, written):
    reader = reading_lesson(18)
    reader.page.get_by_label("Learning rate").fill(written)
    for name in ("One step", "Let it roll"):
        reader.page.get_by_role("button", name=name).click()
        reader.page.locator(".verdict", has_text="Write a rate above 0").wait_for()
        assert numbers(reader)["at"] == [2.0, 1.0]
    assert reader.page.get_by_role("button", name="Let it roll").is_visible()  # it is no "Stop"
    reader.page.get_by_label("Learning rate").fill("0.1")
    reader.page.get_by_role("button", name="One step").click()
    assert numbers(reader)["at"] == pytest.approx([1.6, 0.4])
    assert reader.text(".verdict") == ""


@browser_test
def test_on_a_map_both_axes_have_one_scale_and_a_finger_finds_the_ball(reading_lesson):
    touched = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    reader = reading_lesson(17, **touched)
    figure = reader.page.locator("figure.live").nth(1)
    box = figure.locator(".contour").nth(2).bounding_box()  # z = 1, a circle
    assert box["width"] == pytest.approx(box["height"], rel=0.01)
    reach = figure.locator(".reach").bounding_box()
    assert reach["width"] >= 40
    figure.locator(".ball").scroll_into_view_if_needed()
    ball = figure.locator(".ball").bounding_box()
    x, y = ball["x"] + ball["width"] / 2, ball["y"] + ball["height"] / 2
    fingers = reader.context.new_cdp_session(reader.page)
    for kind, spots in (
        ("touchStart", [(x + 15, y)]),  # beside the ball
        ("touchMove", [(x - 20, y - 20)]),
        ("touchMove", [(x - 45, y - 50)]),
        ("touchEnd", []),
    ):
        points = [{"x": right, "y": down} for right, down in spots]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    at = numbers(reader, 1)["at"]
    assert at[0] < 1.2 and at[1] > -0.9


@browser_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_page_is_dark_on_light_and_whole(reading_lesson, scheme):
    reader = reading_lesson(12, "ja", viewport={"width": 700, "height": 900}, color_scheme=scheme)
    reader.page.emulate_media(media="print")
    colour = "getComputedStyle(document.body).color"
    assert reader.page.evaluate(colour) == "rgb(17, 17, 17)"
    for hidden in ("header", ".question details"):
        assert not reader.page.locator(hidden).first.is_visible()
    assert reader.page.evaluate(
        "Array.from(document.querySelectorAll('pre')).every(e => e.scrollWidth <= e.clientWidth)"
    )
    assert len(reader.page.pdf(format="A4")) > 20_000


@browser_test
def test_a_long_formula_is_broken_before_a_relation_on_a_small_screen(reading_lesson):
    reader = reading_lesson(20, viewport={"width": 390, "height": 844})
    wide = "Array.from(document.querySelectorAll('[lang=en] .formulas'), e => e.scrollWidth)"
    widths = [width for width in reader.page.evaluate(wide) if width]
    assert len(widths) == 3 and max(widths) <= 350


@browser_test
def test_the_name_of_a_line_is_not_broken(reading_lesson):
    reader = reading_lesson(21, "ja", viewport={"width": 1280, "height": 800})
    labels = reader.page.locator("div[lang=ja] .columns > div > .words:first-child").all()
    assert len(labels) == 6
    for label in labels:
        text = "e => { const r = document.createRange(); r.selectNodeContents(e);"
        assert label.evaluate(f"{text} return r.getBoundingClientRect().height }}") < 30


@browser_test
def test_the_slopes_of_the_slices_are_the_partial_derivatives(reading_lesson):
    reader = reading_lesson(16)
    point = reader.page.get_by_role("slider", name="Point")
    drag(reader, point, -60, 40)
    now = numbers(reader)
    w, x = now["at"]
    assert [w, x] != [2.0, 3.0]
    assert now["value"] == w * x + 1.0
    assert now["slopes"] == [x, w]


@browser_test
def test_the_language_is_switched_kept_in_the_address_and_carried_to_the_next_page(reading_lesson):
    reader = reading_lesson(13)
    before = numbers(reader)["x"]
    reader.page.get_by_role("slider", name="Point").focus()
    reader.press("ArrowRight")
    reader.page.check("#show-ja")
    assert reader.page.title() == "13. 例 C = (2 − y)²"
    assert reader.page.evaluate("location.hash") == "#ja"
    assert numbers(reader)["x"] == pytest.approx(before + 0.1)  # the figure is as it was left
    assert "傾き" in reader.text(".told")
    reader.page.locator(".ways a").last.click()
    assert reader.page.title().startswith("14. シグモイド")


@browser_test
def test_a_stepping_page_is_alive_within_the_lesson(reading_lesson):
    reader = reading_lesson(13)
    reader.page.locator('div[lang="en"] iframe').scroll_into_view_if_needed()
    reader.page.wait_for_timeout(300)
    frame = next(f for f in reader.page.frames if f.url.split("#")[0].endswith("13_steps.en.html"))
    frame.wait_for_selector("#heading")
    frame.evaluate("() => window.autograd.set('y', 3)")
    assert frame.evaluate("() => window.autograd.gradients().y") == 2.0


@browser_test
def test_answers_fold_out_with_the_keyboard(reading_lesson):
    reader = reading_lesson(20)
    summary = reader.page.locator('div[lang="en"] > details > summary').first
    answer = reader.page.locator('div[lang="en"] > details > p').first
    assert not answer.is_visible()
    summary.focus()
    reader.press("Enter")
    assert answer.is_visible()
