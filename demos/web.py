"""A web page of the demos: one style for all, light and dark, and nothing asked of any server."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from autograd_lite.words import Language

__all__ = ["choice", "sentence", "web_page"]

TEMPLATE = Path(__file__).with_name("web.html")
STYLE = TEMPLATE.with_suffix(".css")


def web_page(title: str, body: str, language: Language, style: str = "") -> str:
    """Return a whole page; `body` is HTML, and `style` what this page alone needs.

    >>> "<title>a &lt; b</title>" in web_page("a < b", "<h1>a &lt; b</h1>", "en")
    True
    """
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        language=language,
        title=escape(title),
        style=STYLE.read_text(encoding="utf-8") + style,
        body=body,
    )


def sentence(text: str) -> str:
    """Return a text as a paragraph."""
    return f"<p>{escape(text)}</p>"


def choice(name: str, question: str, options: Mapping[str, str], chosen: str) -> str:
    """Return buttons of which one is chosen: by id, what is written beside each.

    `question` is HTML, the options are text.

    >>> choice("size", "<b>Size</b>", {"s": "small", "l": "large"}, "s").count("checked")
    1
    """
    buttons: Sequence[str] = [
        f'<label><input type="radio" name="{name}" id="{id}"{" checked" * (id == chosen)}> '
        f"{escape(told)}</label>"
        for id, told in options.items()
    ]
    return f"<fieldset><legend>{question}</legend>\n" + "\n".join(buttons) + "</fieldset>"
