"""A lesson as a web page: what it says, its code with what that prints, its pictures and figures.

A lesson is run once in each language, piece by piece (`cells.py`), and all languages stand on one
page, of which the reader sees one. The page is a file that opens from disk with the pictures and
stepping pages beside it; a content-security policy keeps it from asking anything of a network.
"""

import ast
import contextlib
import io
import keyword
import re
import sys
import textwrap
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from autograd_lite.notation import in_signs
from autograd_lite.stepping.joining import FOLDER as STEPPING
from autograd_lite.stepping.joining import joined
from autograd_lite.stepping.page import as_json, filled_page, policy
from autograd_lite.words import LANGUAGES, Language, Speaking, chosen_language, text, texts
from demos.cells import Piece, pieces
from demos.contents import LESSONS, Lesson
from demos.live_figures import Figure, programs
from demos.page import Live, Picture, Steps, Table, marked_up
from demos.typeset import prose, typeset
from demos.web import STYLE, choice

__all__ = ["Ran", "address", "contents_page", "in_each", "lesson_page", "page_script", "ran"]

FILES = Path(__file__).with_name("site")
SHARED = ("pieces", "words", "numbers", "typeset")  # of the stepping page
OWN = ("scale", "plot", "curve", "surface", "site")
Shown = Picture | Table | Steps | Live


class Ran(NamedTuple):
    """A piece of a lesson that was run: what it printed, and what it showed."""

    piece: Piece
    printed: str
    shown: Sequence[Shown]


Told = Mapping[Language, Sequence[Ran]]


# -- Run -----------------------------------------------------------------------------------------


def ran(lesson: Lesson, language: Language, folder: Path) -> list[Ran]:
    """Run a lesson piece by piece in a language; its pictures and pages go to the folder."""
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(lesson.path)}
    before = sys.argv
    sys.argv = [str(lesson.path), "--lang", language, "--out", str(folder)]
    try:
        with Speaking(language):
            found = pieces(lesson.path.read_text(encoding="utf-8"))
            return [run_piece(piece, names, lesson.path) for piece in found]
    finally:
        sys.argv = before


def run_piece(piece: Piece, names: dict[str, Any], path: Path) -> Ran:
    """Run a piece among the names of a lesson; what is said and asked is known without it."""
    if piece.texts:
        return Ran(piece, "", [])
    begun = "page" in names
    count = len(names["page"].shown) if begun else 0
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(piece.body, []), str(path), "exec"), names)
    shown = names["page"].shown[count:]
    told = printed.getvalue() if begun else ""  # before, it is the page's title
    if shown and piece.kind != "code":
        told = ""  # where the picture went
    return Ran(piece, textwrap.dedent(told.replace("\n\n", "\n")).strip("\n"), shown)


# -- Pages ---------------------------------------------------------------------------------------


def in_each(told: Mapping[Language, str], tag: str = "span") -> str:
    """Return a piece of HTML in all languages, of which one is shown; once if all are the same."""
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "".join(f'<{tag} lang="{each}">{piece}</{tag}>' for each, piece in told.items())


def words(key: str, **parts: object) -> str:
    """Return the words of a key in all languages."""
    return in_each({each: escape(text(key, each, **parts), quote=False) for each in LANGUAGES})


def titled(lesson: Lesson) -> str:
    """Return a lesson's number and title in all languages."""
    titles = {each: marked_up(lesson.title(each)) for each in LANGUAGES}
    return f"{lesson.number}. {in_each(titles)}"


def in_plain(title: str) -> str:
    """Return a title where no HTML can be: powers as raised digits, and a true minus sign.

    >>> in_plain("C = (2 - y)^2")
    'C = (2 − y)²'
    """
    raised = re.sub(r"\^(\d)", lambda power: "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(power[1])], title)
    return raised.replace(" - ", " − ")


def address(lesson: Lesson) -> str:
    """Return the name of a lesson's file."""
    return f"{lesson.path.stem}.html"


def lesson_page(lesson: Lesson, told: Told, lessons: Sequence[Lesson] = LESSONS) -> str:
    """Return the page of a lesson, told in all languages, in a site of these lessons."""
    figures: list[Figure] = []
    for part in told[LANGUAGES[0]]:
        figures += [shown.figure for shown in part.shown if isinstance(shown, Live)]
    body = "\n".join([f"<h1>{titled(lesson)}</h1>", *parts(told), ways(lesson, lessons)])
    titles = {each: in_plain(f"{lesson.number}. {lesson.title(each)}") for each in LANGUAGES}
    return whole(titles, body, figures)


def contents_page(lessons: Sequence[Lesson], lively: Mapping[int, bool]) -> str:
    """Return the page that leads to the lessons; `lively` says which have something to move."""
    mark = f' <small class="lively">{words("site.lively")}</small>'
    items = [
        f'<li value="{lesson.number}"><a href="{address(lesson)}">'
        f"{in_each({each: marked_up(lesson.title(each)) for each in LANGUAGES})}</a>"
        f"{mark * lively[lesson.number]}</li>"
        for lesson in lessons
    ]
    titles = {each: text("site.title", each) for each in LANGUAGES}
    body = [
        f"<h1>{words('site.title')}</h1>",
        f"<p>{words('site.lead')}</p>",
        f'<nav aria-labelledby="contents"><h2 id="contents">{words("site.contents")}</h2>',
        f'<ol class="contents">{"".join(items)}</ol></nav>',
    ]
    return whole(titles, "\n".join(body), [])


def whole(titles: Mapping[Language, str], body: str, figures: Sequence[Figure]) -> str:
    """Return a page of the site; it opens in the reader's language."""
    language = chosen_language()
    options = {f"show-{each}": text("page.language", each) for each in LANGUAGES}
    data = {
        "languages": LANGUAGES,
        "titles": titles,
        "words": {each: texts("live", each) for each in LANGUAGES},
        "figures": [figure.told() for figure in figures],
    }
    style = "".join(
        [STYLE.read_text(encoding="utf-8"), (FILES / "page.css").read_text("utf-8"), hiding()]
    )
    code, script = programs(figures), page_script()
    filled = {
        "language": language,
        "title": escape(titles[language]),
        "policy": policy([code, script], style, beside=True),
        "style": style,
        "switch": choice("language", words("page.languages"), options, f"show-{language}"),
        "contents": words("site.title"),
        "body": body,
        "data": as_json(data),
        "programs": code,
        "script": script,
    }
    return filled_page(FILES / "page.html", filled)


def page_script() -> str:
    """Return the script of the site's pages: its modules, and those of the stepping page."""
    modules = {name: (STEPPING / f"{name}.mjs").read_text(encoding="utf-8") for name in SHARED}
    modules |= {name: (FILES / f"{name}.mjs").read_text(encoding="utf-8") for name in OWN}
    return joined(modules)


def hiding() -> str:
    """Return the style that hides what is in another language than the chosen one."""
    return "".join(
        f'body:has(#show-{each}:checked) :is(main, header) [lang]:not([lang="{each}"]) '
        "{ display: none }\n"
        for each in LANGUAGES
    )


def ways(lesson: Lesson, lessons: Sequence[Lesson]) -> str:
    """Return the ways to the lessons before and after."""
    place = list(lessons).index(lesson)
    found = []
    for key, to in (("site.previous", place - 1), ("site.next", place + 1)):
        if 0 <= to < len(lessons):
            link = f'<a href="{address(lessons[to])}">{titled(lessons[to])}</a>'
            found.append(f"<li><small>{words(key)}</small> {link}</li>")
    return f'<nav class="ways"><ul>{"".join(found)}</ul></nav>'


# -- What a lesson holds, in order ---------------------------------------------------------------


def parts(told: Told) -> Iterator[str]:
    """Yield the parts of a lesson as HTML.

    Code that prints nothing and draws the picture that follows it in its cell comes after it,
    folded.
    """
    waiting = ""
    questions = figures = 0
    rows = list(zip(*told.values()))
    for k, row in enumerate(rows):
        piece = row[0].piece
        in_language = dict(zip(told, row))
        if piece.kind == "say":
            yield in_each({each: typeset(piece.texts[each]) for each in told}, "div")
        elif piece.kind == "ask":
            questions += 1
            yield question(piece, questions)
        elif piece.kind == "code" and draws(rows, k):
            waiting += folded(piece.source, rows[k + 1][0].piece.kind)
        elif piece.kind == "code":
            yield run_code(in_language)
        elif piece.kind == "live":
            yield live(in_language, figures) + waiting
            figures += 1
            waiting = ""
        else:
            told_in = {each: shown(part, each) for each, part in in_language.items()}
            yield in_each(told_in, "div") + waiting
            waiting = ""
    yield waiting


def draws(rows: Sequence[Sequence[Ran]], k: int) -> bool:
    """Return whether a piece of code only makes what the next pieces of its cell show."""
    if k + 1 == len(rows) or any(part.printed for part in rows[k]):
        return False
    here, following = rows[k][0].piece, rows[k + 1][0].piece
    return here.cell == following.cell and following.kind in ("show", "live")


def question(piece: Piece, number: int) -> str:
    """Return a question with its answer hidden, in all languages."""
    asked = {}
    for each in LANGUAGES:
        head = escape(text("lessons.question", each, number=number))
        reply = escape(text("lessons.answer", each))
        asked[each] = (
            f"<p><strong>{head}</strong> {prose(piece.texts[each])}</p>"
            f"<details><summary>{reply}</summary><p>{prose(piece.texts[f'answer_{each}'])}</p>"
            "</details>"
        )
    return f'<div class="question">{in_each(asked, "div")}</div>'


def run_code(told: Mapping[Language, Ran]) -> str:
    """Return code, and what it printed."""
    source = next(iter(told.values())).piece.source
    printed = {
        each: f'<pre class="printed"><samp>{escape(part.printed)}</samp></pre>'
        for each, part in told.items()
        if part.printed
    }
    code = code_block(source) if source else ""
    return code + (in_each(printed, "div") if printed else "")


def folded(source: str, kind: str) -> str:
    """Return the code of a picture or a figure, folded away."""
    if not source:
        return ""
    summary = words("site.how" if kind == "show" else "site.code")
    return f'<details class="code-of"><summary>{summary}</summary>{code_block(source)}</details>'


def shown(part: Ran, language: Language) -> str:
    """Return what a piece showed in a language, or what it said where it could not."""
    if not part.shown:
        return f'<pre class="printed"><samp>{escape(part.printed)}</samp></pre>'
    return "".join(SHOWN[type(each)](each, language) for each in part.shown)


def picture(picture: Picture, language: Language) -> str:
    """Return a picture with its caption, to be opened alone on a small screen.

    Its size is said, so that nothing moves as it loads.
    """
    from PIL import Image

    with Image.open(picture.path) as image:
        width, height = image.size
    name, caption = escape(picture.path.name), escape(picture.caption)
    return (
        f'<figure class="paper"><a href="{name}"><img src="{name}" alt="{caption}" '
        f'width="{width}" height="{height}" loading="lazy"></a>'
        f"<figcaption>{prose(picture.caption)}</figcaption></figure>"
    )


def table(table: Table, language: Language) -> str:
    """Return a table."""
    head = "".join(heading(cell) if cell else "<td></td>" for cell in table.head)
    rows = [
        "".join(f"<td>{prose(cell) if cell else ''}</td>" for cell in cells) for cells in table.rows
    ]
    body = "".join(f"<tr>{cells}</tr>" for cells in rows)
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def heading(cell: str) -> str:
    """Return the head of a column; to whoever cannot see a formula, it is said as it is typed."""
    written = prose(cell)
    if "<math" in written:
        heard = f'<span class="heard">{escape(in_signs(cell))}</span>'
        written = f'{heard}<span aria-hidden="true">{written}</span>'
    return f'<th scope="col">{written}</th>'


def steps(steps: Steps, language: Language) -> str:
    """Return the stepping page of a graph, within the page and to be opened alone."""
    name, title = escape(steps.path.name), escape(text("site.steps", language))
    alone = escape(text("site.alone", language))
    return (
        f'<figure class="steps"><iframe src="{name}" title="{title}" loading="lazy"></iframe>'
        f'<figcaption>{title} <a href="{name}">{alone}</a></figcaption></figure>'
    )


def live(told: Mapping[Language, Ran], number: int) -> str:
    """Return the place of a figure that the page's script draws, and its caption."""
    captions = {
        each: prose(shown.caption)
        for each, part in told.items()
        for shown in part.shown
        if isinstance(shown, Live)
    }
    return (
        f'<figure class="live"><div class="stage" data-figure="{number}">'
        f"<p>{words('site.script')}</p></div>"
        f"<figcaption>{in_each(captions)}</figcaption></figure>"
    )


SHOWN: dict[type, Any] = {Picture: picture, Table: table, Steps: steps}


# -- Code ----------------------------------------------------------------------------------------


def code_block(source: str) -> str:
    """Return Python with its words in colours."""
    return f'<pre class="code"><code>{coloured(source)}</code></pre>'


def coloured(source: str) -> str:
    """Return Python as HTML: keywords, texts, numbers and comments are marked as such.

    >>> coloured("if x < 2:  # small")
    '<b>if</b> x &lt; <i class="number">2</i>:  <i class="comment"># small</i>'
    """
    lines = source.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    out, end = [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        mark = marked(token)
        if not mark:
            continue
        begin = starts[token.start[0] - 1] + token.start[1]
        out += [escape(source[end:begin], quote=False), mark]
        end = starts[token.end[0] - 1] + token.end[1]
    return "".join([*out, escape(source[end:], quote=False)])


def marked(token: tokenize.TokenInfo) -> str:
    written = escape(token.string, quote=False)
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return f"<b>{written}</b>"
    kinds = {tokenize.STRING: "text", tokenize.NUMBER: "number", tokenize.COMMENT: "comment"}
    kind = kinds.get(token.type)
    return f'<i class="{kind}">{written}</i>' if kind else ""
