"""The lessons as one site to read, in all languages: python -m demos.lesson_pictures

Writes a page for each lesson and an index.html that leads to them, with the pictures and the
stepping pages beside them. A browser opens all of it from disk; it asks no server.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograd_lite.console import ended_quietly
from autograd_lite.files import write_atomically
from autograd_lite.words import LANGUAGES, chosen_language, text
from demos.command import add_language, run_demo, say, unsaid
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
    say("site.written", page=write_site(options.out, progress=running))


def running(done: int, count: int, what: str) -> None:
    """Print how far the work has got, which takes a while without Graphviz's own `dot`."""
    say("site.running", sys.stderr, done=done, count=count, what=what)


def write_site(
    folder: Path,
    lessons: Sequence[Lesson] = LESSONS,
    *,
    progress: Callable[[int, int, str], object] = unsaid,
) -> Path:
    """Run lessons in all languages, write their pages, and return the page that leads to them.

    The pages open in the reader's language; a switch changes it. They are written when all lessons
    have run: who stops the work before keeps the pages of before.

    progress    is called before each lesson is run: how many it makes, of how many, its title
    """
    pages: dict[str, str] = {}
    lively: dict[int, bool] = {}
    for done, lesson in enumerate(lessons, start=1):
        progress(done, len(lessons), lesson.title(chosen_language()))
        told = {each: ran(lesson, each, folder) for each in LANGUAGES}
        lively[lesson.number] = moves(told[LANGUAGES[0]])
        pages[address(lesson)] = lesson_page(lesson, told, lessons)
    pages["index.html"] = contents_page(lessons, lively)
    for name, page in pages.items():
        write_atomically(folder / name, page)
    return folder / "index.html"


def moves(told: Sequence[Ran]) -> bool:
    """Return whether a lesson shows something that the reader can move."""
    return any(isinstance(shown, Live | Steps) for part in told for shown in part.shown)


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
