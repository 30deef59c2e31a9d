"""A trace as one web page: the drawn graph, the steps in words and formulas, a timeline.

The page is a single file. It holds the pictures, laid out beforehand, the trace as JSON and a
script of ours, asks nothing of any network, and forbids itself to (a content-security policy).
Every text of the user reaches it as text: in JSON with `<` escaped, in SVG as XML.
"""

import base64
import hashlib
import html
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograd_lite.drawing.theme import FONT
from autograd_lite.files import write_atomically
from autograd_lite.stepping.joining import script
from autograd_lite.stepping.live import live_program
from autograd_lite.stepping.page_data import in_forms, page_data
from autograd_lite.stepping.pictures import MOST_NODES, Shared, chosen_views, picture, roomiest
from autograd_lite.tracing.recording import Trace
from autograd_lite.words import LANGUAGES, Language, chosen_language, text

__all__ = ["as_json", "filled_page", "page", "policy", "save", "titled"]

FOLDER = Path(__file__).parent
MOST_JSON = 1_000_000  # letters; more are packed
PACKING = 6  # how hard: a tenth larger than at 9, in a fifth of the time
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANK = re.compile(r"\s*([{};,\n])\s*")  # what a style sheet does not need
OLD_BROWSER = '<p id="old-browser" hidden>{}</p>\n'


def save(
    record: Trace, path: Path, *, language: Language | None = None, level: str = "node"
) -> Path:
    """Write the page of a trace, whole or not at all, and return its path."""
    write_atomically(path, page(record, language=language, level=level))
    return path


def page(record: Trace, *, language: Language | None = None, level: str = "node") -> str:
    """Return the page of a trace as HTML; the reader can switch to every language there is.

    Raises ValueError for a graph that is too big, or an unknown language or level.
    """
    language = chosen_language(language)
    if level not in ("node", "unit"):
        raise ValueError(f"the level is 'node' or 'unit', not {level!r}")
    views = chosen_views(record, level)
    shared = Shared()
    pictures = [picture(record, name, opened, shared) for name, opened in views.items()]
    style = (FOLDER / "page.css").read_text(encoding="utf-8").replace("{{font}}", FONT)
    style = BLANK.sub(r"\1", COMMENT.sub("", style + shared.rules()))
    shown_by = dict(zip(views, [shown_by for _, shown_by in pictures]))
    small = len(record.nodes) <= MOST_NODES
    data = {
        **page_data(record, language, shown_by, small),
        "pictured": shared.said(),
        "laidOut": roomiest(),
    }
    program = live_program(record) if data["live"] else "const program = null;"
    written = as_json(in_forms(data))
    packed = len(written) > MOST_JSON
    unpack = (FOLDER / "unpack.js").read_text(encoding="utf-8")
    scripts = [program, script(), *([unpack] if packed else [])]
    parts = {
        "language": language,
        "title": titled(record, language),
        "noscript": in_all_languages("page.noscript"),
        "policy": policy(scripts, style),
        "style": style,
        "pictures": "\n".join(svg for svg, _ in pictures),
        "shapes": shared.drawn(),
        "data": deflated(written) if packed else written,
        "program": program,
        "script": script(),
        "later": ' type="text/plain" id="later"' if packed else "",
        "unpack": f"<script>{unpack}</script>\n" if packed else "",
        "old": OLD_BROWSER.format(in_all_languages("packed.old browser")) if packed else "",
    }
    return filled_page(FOLDER / "page.html", parts)


def filled_page(template: Path, parts: Mapping[str, str]) -> str:
    """Return a page that asks nothing of any network: a template with its parts in their places.

    language, title, policy, style      of its head, which all pages have alike
    """
    head = (FOLDER / "head.html").read_text(encoding="utf-8")
    whole = template.read_text(encoding="utf-8").replace("{{head}}", head.rstrip())
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], whole)


def in_all_languages(key: str) -> str:
    """Return words in every language, one after the other, as HTML has them."""
    return " ".join(html.escape(text(key, each)) for each in LANGUAGES)


def deflated(written: str) -> str:
    """Return a text packed, as letters: a twentieth of the data of a large page."""
    return base64.b64encode(zlib.compress(written.encode("utf-8"), PACKING)).decode("ascii")


def titled(record: Trace, language: Language) -> str:
    """Return the title of the page, as HTML has it."""
    return html.escape(text("page.title", language, output=record.names[-1]), quote=True)


def policy(scripts: Sequence[str], style: str, *, beside: bool = False) -> str:
    """Return the page's content-security policy: its own scripts and style, and nothing else.

    With `beside`, also pictures and pages that lie beside it, on disk or on its server.
    """
    allowed = " ".join(f"'{fingerprint(script)}'" for script in scripts)
    images = "'self' file: data:" if beside else "data:"
    frames = "frame-src 'self' file:; " if beside else ""
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{fingerprint(style)}'; "
        f"img-src {images}; {frames}base-uri 'none'; form-action 'none'"
    )


def fingerprint(source: str) -> str:
    """Return the hash by which a policy names a script or a style."""
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def as_json(data: object) -> str:
    """Return data as JSON that can stand inside a script element: no `<`, `>` or `&` in it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written.encode("utf-8", "replace").decode("utf-8")
