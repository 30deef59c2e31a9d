"""Notebooks in a real JupyterLab, trusted and not, and exported (run with -m jupyterlab)."""

import copy
import json
import os
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import pytest
from browser import missing
from kernels import execute

pytestmark = pytest.mark.jupyterlab

ROOT = Path(__file__).parent.parent
TOKEN = "of-this-test"
PATIENCE = 60.0  # seconds, for a server or a kernel to start on a busy machine

CELLS = {  # what each cell ends with -> its source
    "trace": """from autograd_lite import Value, draw, log, sin, trace
x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
f = log(x1) + x1 * x2 - sin(x2)
f.label = "f"
steps = trace(f)
steps""",
    "step": "steps[2]",
    "why": 'steps.why("x1")',
    "forward step": 'steps.forward[0].show("ja")',
    "value": "x1 * x2",
    "drawing": "draw(f)",
    "network": "import nn\nnn.draw_network(nn.Network([2, 2, 1]))",
    "japanese": 'steps.show(language="ja")',
    "unit": """network = nn.Network([2, 2, 1], seed=1)
trace(nn.squared_error(network([0.0, 1.0]), [1.0])).show(level="unit")""",
}
READY = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    const kernel = panel?.sessionContext?.session?.kernel;
    return panel?.context?.isReady && panel.sessionContext.isReady && kernel?.status === "idle";
}"""
PLACES = {name: place for place, name in enumerate(CELLS)}


def notebook(cells):
    """Return a notebook, not executed."""
    from nbformat import v4

    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    code = [v4.new_code_cell(source) for source in cells]
    return v4.new_notebook(cells=code, metadata={"kernelspec": kernel})


class Lab:
    """A JupyterLab of our own, with a home and a folder of its own, on a port of this machine."""

    def __init__(self, home):
        self.folder = home / "folder"
        self.log = home / "log.txt"
        settings = home / "settings"
        for folder in (self.folder, settings):
            folder.mkdir()
        news = {"fetchNews": "false", "checkForUpdates": False}
        overrides = {"@jupyterlab/apputils-extension:notification": news}
        (settings / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
        runtime = home / "runtime"
        places = {
            "HOME": home, "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_DATA_DIR": home / "data",
            "JUPYTER_RUNTIME_DIR": runtime, "IPYTHONDIR": home / "ipython", "PYTHONPATH": ROOT,
        }  # fmt: skip
        with self.log.open("w", encoding="utf-8") as log:
            self.server = subprocess.Popen(
                [
                    sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                    "--ip=127.0.0.1", "--port=0", f"--IdentityProvider.token={TOKEN}",
                    f"--ServerApp.root_dir={self.folder}", f"--LabApp.app_settings_dir={settings}",
                    "--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True",
                ],
                env={**os.environ, **{name: str(place) for name, place in places.items()}},
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.url = self.address(runtime)

    def address(self, runtime):
        """Return where the server listens, which it writes down once it does."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.server.poll() is None:
            for path in runtime.glob("jpserver-*.json"):
                found = path.read_text(encoding="utf-8")
                if found.rstrip().endswith("}"):
                    return json.loads(found)["url"]
            time.sleep(0.1)
        self.stop()
        pytest.fail(f"JupyterLab did not start: {self.log.read_text(encoding='utf-8')[-2000:]}")

    def stop(self):
        self.server.terminate()
        try:
            self.server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


class Notebook:
    """A notebook that is open in JupyterLab, and who looks at it."""

    def __init__(self, browser, lab, name):
        self.page = browser.new_page(viewport={"width": 1366, "height": 900})
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.goto(f"{lab.url}lab/tree/{name}?token={TOKEN}&reset")
        self.page.locator(".jp-Notebook").wait_for()
        self.page.wait_for_function(READY)

    def command(self, name, **arguments):
        """Do what JupyterLab's menus do."""
        self.page.evaluate(
            "([name, arguments]) => { window.jupyterapp.commands.execute(name, arguments) }",
            [name, arguments],
        )

    def output(self, name):
        """Return the output of a cell, scrolled to; the page holds only those that are near."""
        self.page.evaluate(
            "(place) => window.jupyterapp.shell.currentWidget.content.scrollToItem(place)",
            PLACES[name],
        )
        output = f'.jp-Cell[data-windowed-list-index="{PLACES[name]}"] .jp-OutputArea-output'
        return self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) {output}").first

    def frame(self, name):
        """Return the frame in the output of a cell, as an element and from the inside."""
        output = self.output(name)
        output.locator("iframe").scroll_into_view_if_needed()
        return output.locator("iframe"), output.frame_locator("iframe")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    try:
        import jupyterlab  # noqa: F401  # only whether it is there
        import nbclient  # noqa: F401
    except ImportError as error:
        missing(f"{error.name} (in the jupyterlab group)")
    lab = Lab(tmp_path_factory.mktemp("jupyterlab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def running(chromium, lab):
    """A notebook whose cells were all run in JupyterLab: it is trusted."""
    import nbformat

    nbformat.write(notebook(CELLS.values()), lab.folder / "running.ipynb")
    opened = Notebook(chromium, lab, "running.ipynb")
    opened.command("notebook:run-all-cells")
    opened.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets"
        ".every((cell) => cell.model.executionCount)"
    )
    yield opened
    opened.page.close()


@pytest.fixture(scope="module")
def executed(lab):
    """The same notebook with its outputs, run by nobody whom JupyterLab trusts."""
    book = notebook(CELLS.values())
    execute(book, ROOT)
    return book


@pytest.fixture(scope="module")
def untrusted(chromium, lab, executed):
    import nbformat

    nbformat.write(executed, lab.folder / "untrusted.ipynb")
    opened = Notebook(chromium, lab, "untrusted.ipynb")
    yield opened
    opened.page.close()


def apart(boxes):
    """Return whether no two boxes overlap."""
    return all(
        a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
        or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
        for a, b in combinations(boxes, 2)
    )  # fmt: skip


def check_laid_out(element, inside):
    """Check that the picture in a frame is seen whole, its nodes apart and large enough to read."""
    inside.locator(".picture:not([hidden]) .node").first.wait_for()
    frame = element.bounding_box()
    picture = inside.locator(".picture:not([hidden]) svg").bounding_box()
    nodes = inside.locator(".picture:not([hidden]) .node")
    boxes = [nodes.nth(k).bounding_box() for k in range(nodes.count())]
    assert len(boxes) == 7
    assert frame["width"] > 600
    assert 480 <= frame["height"] <= 760
    assert apart(boxes)
    assert min(box["width"] for box in boxes) > 30
    assert min(box["height"] for box in boxes) > 30
    assert picture["width"] > frame["width"] / 3
    inside.locator("#last").click()  # now every gradient is seen, where it was measured to be
    tags = inside.locator(".picture:not([hidden]) .node text.gradient")
    assert len({round(tags.nth(k).bounding_box()["x"]) for k in range(tags.count())}) >= 4
    halos = inside.locator(".picture:not([hidden]) .halo")
    assert halos.count() == 7
    assert min(halos.nth(k).bounding_box()["width"] for k in range(halos.count())) > 30
    for side, length in (("x", "width"), ("y", "height")):
        assert picture[side] >= frame[side]
        assert picture[side] + picture[length] <= frame[side] + frame[length]


# -- A notebook that is run --------------------------------------------------------------------


def test_the_picture_of_a_trace_is_laid_out(running):
    check_laid_out(*running.frame("trace"))


def test_the_buttons_in_the_frame_step(running):
    _, inside = running.frame("trace")
    inside.locator("#slider").fill("3")
    inside.locator("#first").click()
    inside.locator("#next").click()
    assert inside.locator("#heading").inner_text() == "forward step 1 of 5: v1"
    inside.locator("#last").click()
    assert inside.locator("#heading").inner_text() == "step 8 of 8: v1 → x1"
    inside.locator("#back").click()
    assert inside.locator("#heading").inner_text() == "step 7 of 8: v3 → x2"


def test_beside_a_frame_that_is_seen_the_text_is_not(running):
    output = running.output("trace")
    assert output.locator(".autograd-lite-text").count() == 1
    assert not output.locator(".autograd-lite-text").is_visible()


def test_language_and_level_are_those_asked_for(running):
    _, inside = running.frame("japanese")
    inside.locator("#last").click()
    assert inside.locator("#heading").inner_text() == "ステップ 8/8: v1 → x1"
    _, inside = running.frame("unit")
    assert inside.locator(".picture").count() == 1
    assert inside.locator(".picture:not([hidden]) .node").first.is_visible()


@pytest.mark.parametrize(
    ("name", "start", "formulas"),
    [
        ("step", "step 3 of 8: v5 → x2", 3),
        ("why", "f depends on x1 along 2 paths", 4),
        ("forward step", "順伝播", 2),
    ],
)
@pytest.mark.parametrize("book", ["running", "untrusted"])
def test_steps_and_whys_are_sentences_with_formulas(request, book, name, start, formulas):
    from playwright.sync_api import expect

    output = request.getfixturevalue(book).output(name)
    output.locator("mjx-container").nth(formulas - 1).wait_for()
    expect(output).to_contain_text(start)
    expect(output).not_to_contain_text("$")
    expect(output).not_to_contain_text("\\")


@pytest.mark.parametrize("book", ["running", "untrusted"])
def test_a_value_is_a_formula(request, book):
    from playwright.sync_api import expect

    output = request.getfixturevalue(book).output("value")
    output.locator("mjx-container").wait_for()
    expect(output).not_to_contain_text("$")


@pytest.mark.parametrize("name", ["drawing", "network"])
@pytest.mark.parametrize("book", ["running", "untrusted"])
def test_a_drawing_is_a_picture(request, book, name):
    picture = request.getfixturevalue(book).output(name).locator("img")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_the_picture_of_a_trace_that_came_behind_another_tab_is_laid_out(chromium, lab):
    import nbformat

    late = ["import time\ntime.sleep(3)\n" + CELLS["trace"]]
    nbformat.write(notebook(late), lab.folder / "behind.ipynb")
    nbformat.write(notebook(["1"]), lab.folder / "front.ipynb")
    opened = Notebook(chromium, lab, "behind.ipynb")
    opened.command("notebook:run-all-cells")
    opened.command("docmanager:open", path="front.ipynb")
    frame = opened.page.locator(".jp-NotebookPanel iframe")
    frame.wait_for(state="attached")
    assert not frame.is_visible()
    opened.page.wait_for_timeout(500)
    opened.command("docmanager:open", path="behind.ipynb")
    frame.wait_for()
    check_laid_out(*opened.frame("trace"))
    opened.page.close()


# -- A notebook that is not trusted ------------------------------------------------------------


def test_a_notebook_that_is_not_trusted_tells_the_steps_and_shows_the_picture(untrusted):
    output = untrusted.output("trace")
    assert output.locator("iframe, script, style").count() == 0
    lines = output.locator("summary")
    assert lines.count() == 8
    assert lines.nth(2).is_visible()
    assert lines.nth(2).inner_text().startswith("step 3 of 8: v5 -> x2: df/dx2 = df/dv5")
    words = output.get_by_text("The gradient df/dv5 = -1 times the local derivative")
    assert not words.is_visible()
    lines.nth(2).click()
    words.wait_for()
    picture = output.locator("img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    untrusted.output("japanese").get_by_text("ステップ 8/8").wait_for()


# -- A notebook that is exported ---------------------------------------------------------------


def exported(book, path, **options):
    """Write a notebook as a page, as `jupyter nbconvert --to html` does."""
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter(**options).from_notebook_node(book)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_exported_notebook_steps(chromium, executed, tmp_path):
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    page.route("http*://**", lambda route: route.abort())  # the template's own: MathJax
    page.goto(exported(executed, tmp_path / "book.html").as_uri())
    output = page.locator(".jp-OutputArea-output").first
    check_laid_out(output.locator("iframe"), output.frame_locator("iframe"))
    output.frame_locator("iframe").locator("#back").click()
    assert output.frame_locator("iframe").locator("#heading").inner_text().startswith("step 7 of 8")
    assert not output.locator(".autograd-lite-text").is_visible()
    page.close()


def test_an_exported_notebook_that_was_cleaned_tells_the_steps(chromium, executed, tmp_path):
    page = chromium.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto(exported(executed, tmp_path / "book.html", sanitize_html=True).as_uri())
    output = page.locator(".jp-OutputArea-output").first
    assert output.locator("iframe, script, style").count() == 0
    for number in range(1, 9):
        assert output.get_by_text(f"step {number} of 8", exact=False).first.is_visible()
    page.close()


def test_a_notebook_exported_as_latex_has_the_picture_and_the_formulas(executed):
    from nbconvert import LatexExporter

    book = copy.deepcopy(executed)
    book.cells = [book.cells[PLACES[name]] for name in ("trace", "value")]
    text, resources = LatexExporter(exclude_input=True).from_notebook_node(book)
    assert [Path(name).suffix for name in resources["outputs"]] == [".png"]
    assert "\\cdot" in text
    assert "srcdoc" not in text
