"""A lesson's page: its texts in the reader's language, tables, pictures and questions.

A lesson is a plain Python file in cell format (`# %%`). What it says and shows goes through
one `Page`, so that the same file serves a terminal, an editor's cells, a notebook and the
gallery:

    page = Page(13)
    page.say(ja="...", en="...")
    page.show(figure, "name", ja="...", en="...")
    page.live(Curve(...), ja="...", en="...")
    page.ask(ja="...", answer_ja="...", en="...", answer_en="...")
"""

import argparse
import html
import re
import sys
import textwrap
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_lite.console import console_text
from autograd_lite.drawing import RendererNotFound
from autograd_lite.tracing import Trace
from autograd_lite.words import (
    LANGUAGE_OPTIONS,
    LANGUAGES,
    Language,
    chosen_language,
    speak,
    text,
)
from demos.command import command_line
from demos.contents import find_lesson

if TYPE_CHECKING:
    from demos.live_figures import Figure

__all__ = [
    "Live", "Page", "Picture", "Steps", "Table", "answer_folded", "joined", "lesson_options",
    "marked_up", "speak", "stand_apart", "width",
]  # fmt: skip


STOPS = "、。，．：；？！（）「」『』【】〈〉・"  # each has its own space around it


class Picture(NamedTuple):
    """A picture that a lesson made, and the words below it."""

    path: Path
    caption: str


class Table(NamedTuple):
    """A table of a lesson: its head and its rows, as texts."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


class Steps(NamedTuple):
    """The stepping page of a graph of the lesson."""

    path: Path


class Live(NamedTuple):
    """A figure that the reader can drag, and the words below it."""

    figure: "Figure"
    caption: str


def in_notebook() -> bool:
    """Return whether this runs in the kernel of a notebook (or of an editor's cells)."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def lesson_options(add_help: bool = True) -> argparse.ArgumentParser:
    """Return the options that every lesson understands."""
    parser = argparse.ArgumentParser(add_help=add_help)
    add = parser.add_argument
    add(*LANGUAGE_OPTIONS, dest="lang", choices=LANGUAGES, default=chosen_language(),
        help=text("command.language"))  # fmt: skip
    add("--answers", action="store_true", help=text("lessons.answers"))
    add("--out", type=Path, default=Path("pictures"), metavar="FOLDER",
        help=text("lessons.out"))  # fmt: skip
    add("--open", action="store_true", help=text("lessons.open"))
    return parser


class Page:
    """The page of one lesson; from then on everything speaks its language, pictures too.

    language    "ja" or "en"
    pictures    the pictures shown so far
    shown       all that was shown so far besides text: pictures, tables, stepping pages, figures
    """

    def __init__(self, number: int, arguments: Sequence[str] | None = None) -> None:
        self.notebook = arguments is None and in_notebook()
        if self.notebook:
            arguments = []
        options = lesson_options().parse_args(arguments)
        self.number = number
        self.language: Language = options.lang
        speak(self.language)
        self.answers: bool = options.answers
        self.folder: Path = options.out
        self.open: bool = options.open
        self.pictures: list[Picture] = []
        self.shown: list[Picture | Table | Steps | Live] = []
        self.questions = 0
        self.warned = False
        title = f"{number}. {find_lesson(number).title(self.language)}"
        if self.notebook:
            self.markdown(f"# {marked_up(title)}")
        else:
            self.write(f"{title}\n{'=' * width(title)}")

    def __repr__(self) -> str:
        return f"Page({self.number}, {self.language})"

    def text(self, ja: str, en: str) -> str:
        """Return one of two texts, for a table or a number's name: that of the page's language."""
        return {"ja": ja}.get(self.language, en)

    def label(self, ja: str, en: str) -> str:
        """Return a text for a picture: English where no Japanese font is installed."""
        if self.language != "ja":
            return en
        from demos.plots import japanese_font

        if japanese_font():
            return ja
        if not self.warned:
            self.write(text("lessons.no font", self.language))
            self.warned = True
        return en

    def say(self, ja: str, en: str) -> None:
        """Tell the reader a text; lines indented by four spaces are formulas."""
        told = textwrap.dedent(self.text(ja, en)).strip("\n")
        if self.notebook:
            self.markdown(joined(told))
        else:
            self.write(f"\n{told}\n")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print rows in columns, aligned on the right, also where letters are two cells wide."""
        cells = [[str(cell) for cell in row] for row in [head, *rows]]
        self.shown.append(Table(cells[0], cells[1:]))
        widths = [max(width(row[k]) for row in cells) for k in range(len(head))]
        for row in cells:
            padded = [" " * (w - width(cell)) + cell for cell, w in zip(row, widths)]
            self.write("    " + "   ".join(padded))

    def show(self, picture: Any, name: str, ja: str, en: str) -> Path | None:
        """Save a picture (a figure, a drawing or a movie) and say where; return the path.

        In a notebook it appears below the cell. Where no Graphviz is installed, a drawing is
        left out with a note that says what to install, and the lesson goes on.
        """
        from demos.plots import save_figure

        self.folder.mkdir(parents=True, exist_ok=True)
        suffix = getattr(picture, "suffix", ".png")
        path = self.folder / f"{self.number:02}_{name}.{self.language}{suffix}"
        if hasattr(picture, "savefig"):
            save_figure(picture, path)
        else:
            try:
                picture.save(path)
            except RendererNotFound as error:
                self.write("\n" + text("lessons.note", self.language, text=error))
                return None
        caption = self.text(ja, en)
        self.pictures.append(Picture(path, caption))
        self.shown.append(self.pictures[-1])
        if self.notebook:
            from IPython.display import Image, display

            display(Image(data=path.read_bytes(), format=suffix[1:]))
            self.markdown(f"*{escaped(caption)}*")
        else:
            self.write(f"\n[{text('lessons.picture', self.language)}] {caption}\n    {path}")
        if self.open:
            webbrowser.open(path.resolve().as_uri())
        return path

    def save_steps(self, record: Trace, name: str) -> None:
        """Save a trace as a web page to step through, and say where."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.number:02}_{name}.{self.language}.html"
        try:
            record.save(path, language=self.language)
        except RendererNotFound as error:
            self.write("\n" + text("lessons.note", self.language, text=error))
            return
        self.shown.append(Steps(path))
        self.write(f"\n[{text('lessons.page', self.language)}] {path}")
        if self.open:
            webbrowser.open(path.resolve().as_uri())

    def live(self, figure: "Figure", ja: str, en: str) -> None:
        """Let a figure be dragged in the lesson's web page; elsewhere, say how to get that page."""
        caption = self.text(ja, en)
        self.shown.append(Live(figure, caption))
        command = command_line("-m", "demos.lesson_pictures")
        self.write(f"\n[{text('lessons.live', self.language)}] {caption}\n    {command}")

    def ask(self, ja: str, answer_ja: str, en: str, answer_en: str) -> None:
        """Ask a question whose answer stays hidden until the reader asks for it."""
        self.questions += 1
        question = textwrap.dedent(self.text(ja, en)).strip()
        answer = textwrap.dedent(self.text(answer_ja, answer_en)).strip()
        ask = text("lessons.question", self.language, number=self.questions)
        reply = text("lessons.answer", self.language)
        if self.notebook:
            self.markdown(answer_folded(self.language, self.questions, question, answer))
            return
        if self.questions == 1 and not self.answers:
            hint = command_line("-m", "demos", str(self.number), "--answers")
            self.write("\n" + text("lessons.try", self.language, hint=hint))
        self.write(f"\n{ask}. {question}")
        if self.answers:
            self.write(textwrap.indent(f"{reply}: {answer}", "    "))

    def markdown(self, text: str) -> None:
        """Show a text below the cell of a notebook."""
        from IPython.display import Markdown, display

        display(Markdown(text))

    def write(self, text: str) -> None:
        """Print a text as this console can show it."""
        print(console_text(text, sys.stdout))


def answer_folded(language: str, number: int, question: str, answer: str) -> str:
    """Return a question as Markdown, with an answer that folds out."""
    ask, reply = text("lessons.question", language, number=number), text("lessons.answer", language)
    head = f"**{ask}.** {joined(question)}"
    return f"{head}\n\n<details><summary>{reply}</summary>\n\n{joined(answer)}\n\n</details>"


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes: a Japanese letter takes two.

    Raises ImportError, which says what to install, where wcwidth is missing.

    >>> width("sigma"), width("微分")
    (5, 4)
    """
    if text.isascii():
        return len(text)
    try:
        from wcwidth import wcswidth
    except ImportError:
        raise ImportError("Japanese tables need wcwidth: pip install wcwidth") from None
    return int(wcswidth(text))


def joined(text: str) -> str:
    """Return a text as Markdown: without the line breaks between two Japanese letters.

    >>> joined("勾配を\\n求める\\n\\n    z = w*x + b\\nThe sum\\nof 2*3 < 7*1")
    '勾配を求める\\n\\n    z = w*x + b\\nThe sum\\nof 2\\\\*3 &lt; 7\\\\*1'
    """
    lines = textwrap.dedent(text).strip("\n").split("\n")
    lines = [line if line.startswith("    ") else escaped(line) for line in lines]
    out = lines[0]
    for line in lines[1:]:
        out += "\n" + line if not out or not line or stand_apart(out, line) else line
    return out


def stand_apart(before: str, after: str) -> bool:
    """Return whether a line break between two texts is a space: not beside what is Japanese only.

    >>> stand_apart("勾配を", "求める"), stand_apart("関数 u", "（z < 0"), stand_apart("sum", "of")
    (False, False, True)
    """
    if before[-1] in STOPS or after[0] in STOPS:
        return False
    return before[-1].isascii() or after[0].isascii()


def marked_up(title: str) -> str:
    """Return a lesson's title as HTML or Markdown: powers set high, and a true minus sign.

    >>> marked_up("C = (2 - y)^2")
    'C = (2 − y)<sup>2</sup>'
    """
    return re.sub(
        r"\^(\w+)", r"<sup>\1</sup>", html.escape(title, quote=False).replace(" - ", " − ")
    )


def escaped(line: str) -> str:
    """Return a line of prose as Markdown: `<` and `*` stand for themselves, but in code."""
    pieces = line.split("`")
    for k in range(0, len(pieces), 2):  # every other piece is between backticks
        pieces[k] = pieces[k].replace("<", "&lt;").replace("*", "\\*")
    return "`".join(pieces)
