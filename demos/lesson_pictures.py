"""All pictures of all lessons, in both languages, on one page: python -m demos.lesson_pictures

Writes the pictures and an index.html that a browser opens from disk; it asks no server.
"""

import argparse
import contextlib
import io
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from autograd_lite.console import ended_quietly
from autograd_lite.files import write_atomically
from autograd_lite.words import text
from demos.__main__ import run_lesson
from demos.command import add_language, run_demo, say
from demos.contents import LESSONS, Lesson
from demos.page import Picture

__all__ = ["main", "write_gallery"]

PAGE = Path(__file__).with_suffix(".html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status of `run_demo`."""
    return run_demo(arguments, parsed, run)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.lesson_pictures", description=text("lessons.pictures about")
    )
    add_language(parser)
    parser.add_argument("--out", type=Path, default=Path("pictures"), metavar="FOLDER")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    say("lessons.pictures written", page=write_gallery(options.out))


def write_gallery(folder: Path, lessons: Sequence[Lesson] = LESSONS) -> Path:
    """Run lessons in both languages and write a page of their pictures; return its path."""
    contents, sections = [], []
    for lesson in lessons:
        ja, en = pictures_of(lesson, "ja", folder), pictures_of(lesson, "en", folder)
        contents.append(
            f'<li value="{lesson.number}"><a href="#lesson{lesson.number}">{escape(lesson.ja)}</a> '
            f'<span lang="en">/ {escape(lesson.en)}</span></li>'
        )
        sections.append(section(lesson, ja, en))
    nav = "<nav><ol>\n" + "\n".join(contents) + "\n</ol></nav>\n"
    page = folder / "index.html"
    titles = [text("lessons.pictures title", language) for language in ("ja", "en")]
    template = Template(PAGE.read_text(encoding="utf-8"))
    html = template.substitute(
        title=" / ".join(titles),
        heading=f'{titles[0]} <span lang="en">/ {titles[1]}</span>',
        body=nav + "".join(sections),
    )
    write_atomically(page, html)
    return page


def pictures_of(lesson: Lesson, language: str, folder: Path) -> list[Picture]:
    """Run a lesson quietly; return the pictures that it made."""
    with contextlib.redirect_stdout(io.StringIO()):
        names = run_lesson(lesson, ["--lang", language, "--out", str(folder)])
    pictures: list[Picture] = names["page"].pictures
    return pictures


def section(lesson: Lesson, ja: Sequence[Picture], en: Sequence[Picture]) -> str:
    rows = [
        f'<div class="pair">{figure(left, "ja")}{figure(right, "en")}</div>\n'
        for left, right in zip(ja, en)
    ]
    return (
        f'<section id="lesson{lesson.number}">\n<h2>{lesson.number}. {escape(lesson.ja)} '
        f'<span lang="en">/ {escape(lesson.en)}</span></h2>\n'
        f"<p><code>python -m demos {lesson.number}</code></p>\n{''.join(rows)}</section>\n"
    )


def figure(picture: Picture, language: str) -> str:
    name, caption = escape(picture.path.name), escape(picture.caption)
    return (
        f'<figure lang="{language}"><img src="{name}" alt="{caption}" loading="lazy">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
