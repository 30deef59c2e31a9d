"""A reader with a page open in Chromium, for tests of pages."""

import os
from pathlib import Path

import pytest

from autograd_lite import trace

__all__ = ["Reader", "browser_test", "chromium", "faults", "missing", "reading"]

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip

browser_test = pytest.mark.browser


def missing(what):
    """Skip a test, or fail it where everything is meant to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must have it")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="module")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (in the test group)")
    if not Path(CHROMIUM).exists():
        missing(CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def faults():
    """Return a function that says what axe-core finds wrong with a page, not with its frames."""
    axe = os.environ.get("AXE_CORE", "")
    if not Path(axe).is_file():
        missing("axe-core (AXE_CORE=path of axe.min.js)")

    def found(page):
        page.evaluate(Path(axe).read_text(encoding="utf-8"))  # also where a policy forbids scripts
        # frames have tests of their own, and axe would ask them in vain
        result = page.evaluate("axe.run(document, {iframes: false})")
        assert len(result["passes"]) > 5
        return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in result["violations"]]

    return found


class Reader:
    """Somebody with the page open; whatever goes wrong in it is noted."""

    def __init__(self, browser, path, fragment="", **context):
        self.context = browser.new_context(
            **{"viewport": {"width": 1366, "height": 768}, **context}
        )
        self.page = self.context.new_page()
        self.complaints = []
        self.requests = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri() + fragment)

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def heading(self):
        return self.text("#heading")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def until(self, text):
        """Wait until the heading says something."""
        self.page.locator("#heading", has_text=text).wait_for(timeout=20_000)

    def gradients(self):
        """Return what the table shows, by the name of the node."""
        return dict(
            self.page.eval_on_selector_all(
                "#rows tr",
                "rows => rows.map(r => [r.cells[0].textContent, r.cells[2].textContent])",
            )
        )

    def lit(self):
        """Return the edges that are lit in the visible picture."""
        return self.page.eval_on_selector_all(
            ".picture:not([hidden]) .edge.now", "groups => groups.map(g => g.dataset.id)"
        )


@pytest.fixture
def reading(chromium, tmp_path):
    readers = []

    def opened(output, fragment="", language="en", level="node", **context):
        path = trace(output).save(tmp_path / "backprop.html", language=language, level=level)
        reader = Reader(chromium, path, fragment, **context)
        readers.append(reader)
        return reader

    yield opened
    for reader in readers:
        reader.context.close()
        assert reader.complaints == []
        assert [url for url in reader.requests if not url.startswith(("file://", "data:"))] == []
        assert len([url for url in reader.requests if url.startswith("file://")]) == 1
