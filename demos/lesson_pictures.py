"""All pictures of all lessons, in all languages, on one page: python -m demos.lesson_pictures

Writes the pictures and an index.html that a browser opens from disk; it asks no server.
"""

import argparse
import contextlib
import io
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from autograd_lite.console import ended_quietly
from autograd_lite.files import write_atomically
from autograd_lite.words import LANGUAGES, Language, chosen_language, text
from demos.__main__ import run_lesson
from demos.command import add_language, run_demo, say
from demos.contents import LESSONS, Lesson
from demos.page import Picture, marked_up
from demos.web import choice, web_page

__all__ = ["main", "write_gallery"]


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
    """Run lessons in all languages and write a page of their pictures; return its path.

    The page opens in the reader's language; a button changes it.
    """
    sections = [
        section(lesson, {each: pictures_of(lesson, each, folder) for each in LANGUAGES})
        for lesson in lessons
    ]
    links = [
        f'<li value="{lesson.number}"><a href="#lesson{lesson.number}">{titles(lesson)}</a></li>'
        for lesson in lessons
    ]
    headings = {each: escape(text("lessons.pictures title", each)) for each in LANGUAGES}
    asked = {each: escape(text("page.languages", each)) for each in LANGUAGES}
    options = {f"show-{each}": text("page.language", each) for each in LANGUAGES}
    language = chosen_language()
    body = "\n".join(
        [
            f"<h1>{in_each(headings)}</h1>",
            choice("language", in_each(asked), options, f"show-{language}"),
            f"<nav><ol>\n{''.join(links)}\n</ol></nav>",
            *sections,
        ]
    )
    page = folder / "index.html"
    title = text("lessons.pictures title")
    write_atomically(page, web_page(title, body, language, hiding()))
    return page


def hiding() -> str:
    """Return the style that hides what is in another language than the chosen one."""
    rules = [
        f'main:has(#show-{each}:checked) [lang]:not([lang="{each}"]) {{ display: none }}\n'
        for each in LANGUAGES
    ]
    return "".join(rules)


def in_each(told: Mapping[Language, str]) -> str:
    """Return a piece of HTML in all languages, of which one is shown."""
    return "".join(f'<span lang="{each}">{piece}</span>' for each, piece in told.items())


def titles(lesson: Lesson) -> str:
    """Return a lesson's title in all languages."""
    return in_each({each: marked_up(lesson.title(each)) for each in LANGUAGES})


def pictures_of(lesson: Lesson, language: Language, folder: Path) -> list[Picture]:
    """Run a lesson quietly; return the pictures that it made."""
    with contextlib.redirect_stdout(io.StringIO()):
        names = run_lesson(lesson, ["--lang", language, "--out", str(folder)])
    pictures: list[Picture] = names["page"].pictures
    return pictures


def section(lesson: Lesson, pictures: Mapping[Language, Sequence[Picture]]) -> str:
    """Return a lesson's heading, its command, and its pictures in all languages."""
    figures = [figure(shown, each) for each in LANGUAGES for shown in pictures[each]]
    return (
        f'<section id="lesson{lesson.number}">\n<h2>{lesson.number}. {titles(lesson)}</h2>\n'
        f"<p><code>python -m demos {lesson.number}</code></p>\n"
        f'<div class="pictures paper">\n{"".join(figures)}</div>\n</section>'
    )


def figure(picture: Picture, language: Language) -> str:
    """Return a picture with its caption; its size is said, so that nothing moves as it loads."""
    from PIL import Image

    name, caption = escape(picture.path.name), escape(picture.caption)
    with Image.open(picture.path) as image:
        width, height = image.size
    return (
        f'<figure lang="{language}"><img src="{name}" alt="{caption}" width="{width}" '
        f'height="{height}" loading="lazy"><figcaption>{caption}</figcaption></figure>\n'
    )


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
