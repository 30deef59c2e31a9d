"""The lessons as one site to read, in all languages: python -m demos.lesson_pictures

Writes a page for each lesson and an index.html that leads to them, with the pictures and the
stepping pages beside them. A browser opens all of it from disk; it asks no server.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autograd_lite.console import ended_quietly
from autograd_lite.files import write_atomically
from autograd_lite.words import LANGUAGES, text
from demos.command import add_language, run_demo, say
from demos.contents import LESSONS, Lesson
from demos.lesson_pages import Ran, address, contents_page, lesson_page, ran
from demos.page import Live, Steps

__all__ = ["main", "write_site"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status of `run_demo`."""
    return run_demo(arguments, parsed, run)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.lesson_pictures", description=text("site.about")
    )
    add_language(parser)
    parser.add_argument("--out", type=Path, default=Path("pictures"), metavar="FOLDER")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    say("site.written", page=write_site(options.out))


def write_site(folder: Path, lessons: Sequence[Lesson] = LESSONS) -> Path:
    """Run lessons in all languages, write their pages, and return the page that leads to them.

    The pages open in the reader's language; a switch changes it.
    """
    lively: dict[int, bool] = {}
    for lesson in lessons:
        told = {each: ran(lesson, each, folder) for each in LANGUAGES}
        lively[lesson.number] = moves(told[LANGUAGES[0]])
        write_atomically(folder / address(lesson), lesson_page(lesson, told, lessons))
    page = folder / "index.html"
    write_atomically(page, contents_page(lessons, lively))
    return page


def moves(told: Sequence[Ran]) -> bool:
    """Return whether a lesson shows something that the reader can move."""
    return any(isinstance(shown, Live | Steps) for part in told for shown in part.shown)


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
