"""The lessons as notebooks: python -m demos.notebooks --lang ja

Each lesson becomes one notebook in one language. What a lesson says becomes text, its questions
become text with answers that fold out, and the rest is code, cell by cell as in the file.
"""

import argparse
import ast
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograd_lite.console import ended_quietly
from autograd_lite.words import chosen_language, text
from demos.cells import is_docstring, texts_of
from demos.command import add_language, run_demo, say
from demos.contents import LESSONS, Lesson
from demos.page import answer_folded, joined

__all__ = ["converted", "main", "write_notebooks"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status of `run_demo`."""
    return run_demo(arguments, parsed, run)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.notebooks", description=text("notebooks.about")
    )
    add_language(parser)
    parser.add_argument("--force", action="store_true", help=text("notebooks.force"))
    parser.add_argument("--out", type=Path, default=Path("notebooks"), metavar="FOLDER")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    paths, kept = write_notebooks(options.out, chosen_language(), force=options.force)
    say("notebooks.written", count=len(paths), folder=options.out)
    for path in kept:
        say("notebooks.kept", path=path)


def write_notebooks(
    folder: Path, language: str, *, force: bool = False
) -> tuple[list[Path], list[Path]]:
    """Write a notebook for each lesson; return the paths written, and those that were kept.

    A notebook that somebody has worked in (other cells, outputs, answers) is kept, unless `force`
    says otherwise.

    Raises ImportError, which says what to install, where jupytext is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    kept: list[Path] = []
    for lesson in LESSONS:
        path = folder / f"{lesson.path.stem}.{language}.ipynb"
        book = converted(lesson, language)
        if path.exists() and not force and not untouched(path, book):
            kept.append(path)
            continue
        jupytext().write(book, path, fmt="ipynb")
        written.append(path)
    return written, kept


def untouched(path: Path, book: Any) -> bool:
    """Return whether a notebook is as we write it: the same cells, without outputs, and no more."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        cells = [
            (cell["cell_type"], "".join(cell["source"]), cell.get("outputs", []))
            for cell in found["cells"]
        ]
    except (ValueError, KeyError, TypeError):
        return False
    ours: list[Any] = [(cell["cell_type"], cell["source"], []) for cell in book["cells"]]
    return cells == ours and set(found) == {"cells", "metadata", "nbformat", "nbformat_minor"}


def converted(lesson: Lesson, language: str) -> Any:
    """Return a lesson as a notebook (of nbformat 4) in one language.

    Raises ImportError, which says what to install, where jupytext is missing.
    """
    text = lesson.path.read_text(encoding="utf-8")
    book = jupytext().reads(text, fmt="py:percent")
    cells = [cell("code", f'from demos.page import speak\n\nspeak("{language}")')]
    questions = 0
    for old in book.cells:
        if old.cell_type != "code" or is_docstring(ast.parse(old.source).body):
            continue
        for kind, source in parts(old.source, language, questions):
            questions += kind == "question"
            cells.append(cell("code" if kind == "code" else "markdown", source))
    book.cells = cells
    book.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    return book


def jupytext() -> Any:
    try:
        import jupytext
    except ImportError:
        raise ImportError("notebooks need jupytext: pip install jupytext") from None
    return jupytext


def cell(kind: str, source: str) -> Any:
    """Return a new cell of a notebook."""
    from nbformat import v4

    new: Any = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return new(source)


def parts(source: str, language: str, questions: int) -> list[tuple[str, str]]:
    """Return the parts of a cell in order: ("code" or "text" or "question", its source)."""
    found: list[tuple[str, str]] = []
    lines = source.split("\n")
    start = 0
    for statement in ast.parse(source).body:
        texts = texts_of(statement)
        if texts is None:
            continue
        assert statement.end_lineno is not None
        add_code(found, lines[start : statement.lineno - 1])
        start = statement.end_lineno
        if f"answer_{language}" in texts:
            questions += 1
            question, answer = texts[language], texts[f"answer_{language}"]
            found.append(("question", answer_folded(language, questions, question, answer)))
        else:
            found.append(("text", joined(texts[language])))
    add_code(found, lines[start:])
    return found


def add_code(found: list[tuple[str, str]], lines: Sequence[str]) -> None:
    code = "\n".join(lines).strip("\n")
    if code.strip():
        found.append(("code", code))


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
