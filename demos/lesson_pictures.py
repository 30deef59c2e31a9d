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

from autograd_lite.files import write_atomically
from demos.__main__ import run_lesson
from demos.contents import LESSONS, Lesson
from demos.page import Picture

__all__ = ["main", "write_gallery"]

HEAD = """<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>レッスンの図 / Pictures of the lessons</title>
<style>
body { font-family: system-ui, "Noto Sans CJK JP", "Yu Gothic", Meiryo, sans-serif;
  max-width: 80rem; margin: 0 auto; padding: 1rem; line-height: 1.5; color: #222; background: #fff }
nav ol { columns: 22rem; column-gap: 3.5rem; padding-left: 2rem }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem }
figure { margin: 0 0 1rem }
img { max-width: 100%; max-height: 36rem; border: 1px solid #ccc; background: #fff }
h2 { border-top: 1px solid #bbb; padding-top: 1rem }
code { background: #eee; padding: 0.1em 0.3em }
</style>
</head>
<body>
<h1>レッスンの図 <span lang="en">/ Pictures of the lessons</span></h1>
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m demos.lesson_pictures",
        description="Make all pictures of the lessons, in both languages, and a page of them.",
    )
    parser.add_argument("--out", type=Path, default=Path("pictures"), metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        page = write_gallery(options.out)
    except (OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"open in a browser: {page}")
    return 0


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
    write_atomically(page, HEAD + nav + "".join(sections) + "</body>\n</html>\n")
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
    sys.exit(main())
