"""The lessons from the command line.

python -m demos                  list the lessons
python -m demos 13               run lesson 13
python -m demos 13 --lang ja     in Japanese (--lang en: in English)
python -m demos 13 --answers     with the answers to its questions
python -m demos all              run them all
"""

import runpy
import sys
from collections.abc import Sequence
from typing import Any

from autograd_lite.words import LANGUAGES, Speaking, text
from demos.command import command_line
from demos.contents import LESSONS, Lesson, find_lesson
from demos.page import lesson_options

__all__ = ["main", "run_lesson"]

MORE = (  # what else there is: the words of a command, and the key of what it does
    ("demos 1", "lessons.run"),
    ("demos all", "lessons.all"),
    ("demos --lang {other}", "lessons.other language"),
    ("demos.notebooks", "lessons.notebooks"),
    ("demos.lesson_pictures", "lessons.pictures"),
    ("demos.exercises list", "lessons.exercises"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options_of_lessons = lesson_options(add_help=False)
    parser = type(options_of_lessons)(
        prog="python -m demos",
        description=text("lessons.about"),
        parents=[options_of_lessons],
    )
    parser.add_argument("lesson", nargs="?", default="", help=text("lessons.lesson"))
    options = parser.parse_args(arguments)
    rest = ["--lang", options.lang, "--out", str(options.out)]
    rest += ["--answers"] * options.answers + ["--open"] * options.open
    try:
        if not options.lesson:
            list_lessons(options.lang)
        for lesson in chosen(options.lesson):
            run_lesson(lesson, rest)
    except (ValueError, OSError, ImportError) as error:
        print(text("command.error", error=error), file=sys.stderr)
        return 2
    return 0


def chosen(text: str) -> list[Lesson]:
    """Return the lessons that the command line names."""
    if not text:
        return []
    if text == "all":
        return list(LESSONS)
    if not text.isdecimal():
        raise ValueError(f"write a lesson's number, 1 to {LESSONS[-1].number}, not {text!r}")
    return [find_lesson(int(text))]


def list_lessons(language: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    lines = [f"{lesson.number:>3}  {lesson.title(language)}" for lesson in LESSONS]
    other = next((name for name in LANGUAGES if name != language), language)
    lines.append("")
    commands = [command_line("-m", *words.format(other=other).split()) for words, _ in MORE]
    widest = max(map(len, commands))
    for command, (_, key) in zip(commands, MORE):
        lines.append(f"{command:<{widest}} {text(key, language)}")
    print("\n".join(lines).encode(encoding, "replace").decode(encoding))


def run_lesson(lesson: Lesson, arguments: Sequence[str]) -> dict[str, Any]:
    """Run a lesson's file as a script with these arguments; return its names and their values."""
    before = sys.argv
    sys.argv = [str(lesson.path), *arguments]
    try:
        with Speaking(None):  # the lesson's page speaks its own language
            return runpy.run_path(str(lesson.path), run_name="__main__")
    finally:
        sys.argv = before


if __name__ == "__main__":
    sys.exit(main())
