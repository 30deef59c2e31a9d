"""What notebooks are given: for viewers that run scripts, that clean HTML, that have only text."""

import base64
import html
import re
import sys

import pytest
from browser import browser_test

import nn
from autograd_lite import Value, draw, log, sin, total, trace
from autograd_lite.displays import Display, Displayed
from autograd_lite.drawing import Drawing
from autograd_lite.words import LANGUAGES, text

render_module = sys.modules["autograd_lite.drawing.render"]

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "a `b` $x$ [link](javascript:alert(1)) *c* _d_ | \\(e\\) ~f~",
    "日本語 & &lt;",
]


def survey():
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    f = log(x1) + x1 * x2 - sin(x2)
    f.label = "f"
    return f


def digit_cost():
    network = nn.Network([12, 3, 2], seed=1)
    return nn.squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])


def beside(display):
    """Return what stands beside the frame, as HTML."""
    return display.kinds["text/html"].split('class="autograd-lite-text">')[1]


# -- A trace -----------------------------------------------------------------------------------


def test_a_trace_comes_as_a_frame_as_pictures_and_as_text():
    kinds = trace(survey()).show().kinds
    assert list(kinds) == ["text/html", "image/png", "text/plain"]
    assert kinds["text/html"].count("<iframe") == 1
    assert base64.b64decode(kinds["image/png"]).startswith(b"\x89PNG")
    assert kinds["text/plain"].startswith("<trace of f = 11.6521: 8 steps, 7 nodes>\nstep 1 of 8")


def test_a_picture_too_large_for_dots_comes_as_svg(monkeypatch):
    def too_large(self, format=None, **options):
        if format == "png":
            raise ValueError("the picture is so large")
        return pipe(self, format, **options)

    pipe = Drawing.pipe
    monkeypatch.setattr(Drawing, "pipe", too_large)
    assert list(trace(survey()).show().kinds) == ["text/html", "image/svg+xml", "text/plain"]
    assert list(draw(survey()).show().kinds) == ["image/svg+xml", "text/plain"]


def test_a_cell_that_ends_with_a_trace_shows_it():
    steps = trace(survey())
    assert steps._repr_mimebundle_() == steps.show().kinds


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_beside_the_frame_tells_every_step_in_the_chosen_language(language):
    steps = trace(survey())
    told = html.unescape(beside(steps.show(language=language)))
    for step in steps:
        assert f"{step.heading(language)}: <code>{step.formula()}</code>" in told
        assert all(sentence in told for sentence in step.sentences(language))
    assert text("notebook.trust", language) in told


def test_the_frame_opens_in_the_chosen_language_and_at_the_chosen_level():
    steps = trace(digit_cost())
    page = html.unescape(steps.show("ja", level="unit").kinds["text/html"])
    assert '<html lang="ja">' in page
    assert '"views":["unit"]' in page
    assert '"views":["unit"]' not in html.unescape(steps.show().kinds["text/html"])


def test_of_many_steps_the_first_are_told_and_the_rest_is_counted():
    steps = trace(digit_cost())
    display = steps.show()
    assert beside(display).count("<details>") == 60
    assert f"... and {len(steps) - 60} more steps" in beside(display)
    lines = str(display).split("\n")
    assert len(lines) == 14
    assert max(map(len, lines)) <= 104
    assert lines[-1] == f"... and {len(steps) - 12} more steps"


def test_what_cannot_be_shown_is_said_and_a_cell_never_fails():
    steps = trace(survey())
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        steps.show(language="fr")
    with pytest.raises(ValueError, match="'node' or 'unit'"):
        steps.show(level="layer")
    with pytest.raises(ValueError, match="no units"):
        steps.show(level="unit")
    chain = Value(1.0, "x")
    for _ in range(3001):
        chain = chain + 1.0
    steps = trace(chain)
    with pytest.raises(ValueError, match="the graph has"):
        steps.show()
    bundle = steps._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert bundle["text/plain"].startswith(f"{steps!r}\nValueError: the graph has")


def test_without_graphviz_the_steps_are_told_with_what_to_install(monkeypatch):
    monkeypatch.setattr(render_module, "renderer", lambda: "")
    display = trace(survey()).show()
    assert set(display.kinds) == {"text/html", "text/plain"}
    assert "<iframe" not in display.kinds["text/html"]
    assert display.kinds["text/html"].count("<details>") == 8
    assert all("pip install pygraphviz" in told for told in display.kinds.values())


def test_the_pictures_gradients_are_those_of_the_pass_and_the_graphs_stay():
    output = survey()
    steps = trace(output)
    for node in steps.nodes:
        node.grad = 7.0
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', beside(steps.show()))
    assert "grad 5.5" in base64.b64decode(data).decode("utf-8")
    assert {node.grad for node in steps.nodes} == {7.0}


def test_hostile_labels_stay_text_beside_the_frame():
    output = total([Value(1.0, label) for label in HOSTILE])
    output.label = HOSTILE[0]
    written = trace(output).show().kinds["text/html"]
    tags = set(re.findall(r"<(/?\w+)", re.sub(r'srcdoc="[^"]*"', "", written)))
    known = {"div", "style", "iframe", "p", "strong", "img", "details", "summary", "code", "br"}
    assert {tag.lstrip("/") for tag in tags} <= known
    assert written.count("<img") == 1


# -- A step, and why ---------------------------------------------------------------------------


def told_things():
    steps = trace(survey())
    return [steps[2], steps[6], steps.forward[0], steps.why("x1"), steps.why("f")]


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_and_why_come_in_markdown_and_as_text_in_the_chosen_language(which, language):
    thing = told_things()[which]
    display = thing.show(language)
    assert display.kinds["text/plain"] == thing.text(language) == str(display)
    assert display.kinds["text/markdown"] == thing.markdown(language)
    assert thing._repr_mimebundle_() == thing.show("en").kinds
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        thing.show("fr")


def test_a_step_is_its_heading_its_equations_and_its_sentences():
    heading, local, chain, words = trace(survey())[2].markdown("en").split("\n\n")
    assert heading == "**step 3 of 8: v5 → x2**"
    assert local == (
        r"$\displaystyle \frac{\partial \mathrm{v5}}{\partial \mathrm{x2}} "
        r"= \cos\left(\mathrm{x2}\right) = \cos\left(5\right) = 0.283662$"
    )
    assert chain.endswith(r"= \left(-1\right) \cdot 0.283662 = -0.283662$")
    assert words.startswith(r"The gradient $\frac{df}{d\mathrm{v5}}$ = $-1$ times")


def test_an_equation_has_no_side_that_repeats_the_one_before():
    x = Value(3.0, "x")
    local = trace(x + 1.0)[0].markdown("en").split("\n\n")[1]
    assert local == r"$\displaystyle \frac{\partial \mathrm{v2}}{\partial x} = 1$"


def test_why_is_the_claim_and_a_list_of_paths():
    x = Value(3.0, "x")
    y = x * x
    y.label = "y"
    C = y + x
    C.label = "C"
    claim, paths = trace(C).why("x").markdown("en").split("\n\n")
    assert claim.startswith(r"$\frac{dC}{dx}$ = $7$: C depends on x along 3 paths")
    assert paths.split("\n") == [
        "- C → x: $1$ = $1$",
        r"- C → y → x: $1 \cdot 3$ = $3$",
        r"- C → y → x: $1 \cdot 3$ = $3$",
        "- $1 + 3 + 3$ = $7$",
    ]
    assert "\n" not in trace(C).why("C").markdown("en")


def test_names_in_the_slides_notation_are_set():
    w, x = Value(2.0, "w_11^2"), Value(3.0, "x")
    assert trace(w * x)[0].markdown("en").startswith("**step 1 of 2: v2 → $w_{11}^{2}$**")


def test_hostile_labels_stay_text_in_markdown():
    output = total([Value(1.0, label) for label in HOSTILE])
    output.label = HOSTILE[0]
    steps = trace(output)
    for thing in [*steps, *steps.forward, *[steps.why(k) for k in range(len(steps.nodes))]]:
        written = thing.markdown("en")
        assert "<" not in written
        assert "`" not in re.sub(r"\\`", "", written)
        prose = re.sub(r"\$[^$]*\$", "", written.replace(r"\$", ""))
        assert not re.search(r"(?<!\\)[*_\[\]]", prose.replace("**", ""))
        assert len(re.findall(r"(?<!\\)\$", written)) % 2 == 0


# -- All that is displayed ---------------------------------------------------------------------


def test_a_viewer_gets_the_kinds_that_it_asks_for():
    for thing in [trace(survey()), trace(survey())[0], draw(survey())]:
        every = set(thing._repr_mimebundle_())
        assert set(thing._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
        assert set(thing._repr_mimebundle_(exclude=["text/plain"])) == every - {"text/plain"}


def test_what_fails_to_show_itself_is_shown_as_text_with_the_error():
    class Broken(Displayed):
        def __repr__(self):
            return "<broken>"

    with pytest.raises(NotImplementedError, match="Broken does not say how"):
        Broken().show()
    bundle = Broken()._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<broken>\nNotImplementedError: Broken")
    assert repr(Display({"text/plain": "x"})) == "<display as text/plain>"


# -- In viewers that run scripts, as far as they can be had ------------------------------------

POLICY = (  # what VS Code's notebooks allow at their strictest (notebook.experimental.enableCsp)
    "default-src 'none'; script-src https://*.vscode-cdn.net 'unsafe-inline' 'unsafe-eval'; "
    "style-src https://*.vscode-cdn.net 'unsafe-inline'; img-src https: http: data:; "
    "connect-src https:; child-src https: data:;"
)
VIEWERS = {
    # VS Code: all outputs in one page as high as the editor, put in by a script.
    "VS Code": """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}"></head>
<body style="overflow: hidden"><div id="container" style="position: absolute; width: 100%"></div>
<template id="output">{output}</template>
<script>container.innerHTML = output.innerHTML</script></body></html>""",
    # Colab: a page for each output, low at first, that grows with what is in it.
    "Colab": """<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>
<iframe id="cell" style="width: 100%; height: 20px; border: 0" srcdoc="{escaped}"></iframe>
<script>cell.onload = () => new ResizeObserver(() => {{
    cell.style.height = cell.contentDocument.documentElement.offsetHeight + "px";
}}).observe(cell.contentDocument.documentElement)</script></body></html>""",
}


@browser_test
@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_frame_steps_in_viewers_that_run_scripts(chromium, tmp_path, viewer):
    output = trace(survey()).show().kinds["text/html"]
    escaped = html.escape(f"<!DOCTYPE html><body>{output}</body>", quote=True)
    path = tmp_path / "viewer.html"
    whole = VIEWERS[viewer].format(output=output, escaped=escaped, policy=POLICY)
    path.write_text(whole, encoding="utf-8")
    page = chromium.new_page(viewport={"width": 1000, "height": 700})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    outer = page.frame_locator("#cell") if viewer == "Colab" else page
    frame = outer.locator("iframe.autograd-lite-frame")
    inside = outer.frame_locator("iframe.autograd-lite-frame")
    inside.locator("#last").click()
    assert inside.locator("#heading").inner_text() == "step 8 of 8: v1 → x1"
    page.wait_for_timeout(300)  # a height that follows itself would have run away by now
    assert 480 <= frame.bounding_box()["height"] <= 760
    assert inside.locator(".picture .halo").first.bounding_box()["width"] > 20
    assert not outer.locator(".autograd-lite-text").is_visible()
    assert complaints == []
    page.close()
