"""A lesson's file piece by piece: what it says, asks and shows, and the code between.

A lesson is Python in cell format (`# %%`), so it can be read without being run: each call of its
page stands apart, and the rest is code.
"""

import ast
import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Piece", "is_docstring", "method_of", "pieces", "texts_of"]

APART = ("say", "ask", "show", "table", "live", "save_steps")  # methods of a lesson's page

STAGE = ("demos.page", "demos.plots", "demos.live_figures", "typing")  # modules

FOR_TOOLS = re.compile(r"  # (?:fmt|noqa|type|pragma)\b.*")  # comments that no reader needs


class Piece(NamedTuple):
    """A piece of a lesson.

    kind        "code", or the method of the page that is called
    cell        the number of the cell that it stands in
    body        its statements, with their lines in the file
    source      its text, without what a reader of the code does not need (see `is_setting`)
    texts       of "say" and "ask": the words by argument
    """

    kind: str
    cell: int
    body: list[ast.stmt]
    source: str
    texts: Mapping[str, str]


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a lesson's file in order; its docstring is none.

    >>> [piece.kind for piece in pieces("x = 1\\npage.say(en='a')\\n# %%\\ny = x\\nz = y\\n")]
    ['code', 'say', 'code']
    """
    lines = text.split("\n")
    marks = [k for k, line in enumerate(lines, start=1) if line.startswith("# %%")]
    body = ast.parse(text).body
    waiting: list[ast.stmt] = []
    for statement in body[is_docstring(body[:1]) :]:
        kind = method_of(statement)
        cell = bisect(marks, statement.lineno)
        if waiting and (kind in APART or bisect(marks, waiting[0].lineno) != cell):
            yield code(waiting, marks, lines)
            waiting = []
        if kind in APART:
            yield Piece(kind, cell, [statement], "", texts_of(statement) or {})
        else:
            waiting.append(statement)
    if waiting:
        yield code(waiting, marks, lines)


def code(body: list[ast.stmt], marks: Sequence[int], lines: Sequence[str]) -> Piece:
    """Return neighbouring statements of one cell as a piece."""
    shown: list[str] = []
    after = 0
    for statement in body:
        start, end = first_line(statement), statement.end_lineno
        assert end is not None
        if not is_setting(statement):
            between = lines[after : start - 1] if after else []
            shown += [*between, *lines[start - 1 : end]]
        after = end
    source = re.sub(r"\n{3,}", "\n\n", FOR_TOOLS.sub("", "\n".join(shown))).strip("\n")
    return Piece("code", bisect(marks, body[0].lineno), body, source, {})


def first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *[each.lineno for each in decorators]])


def is_docstring(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements are one text and nothing else."""
    return (
        len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    )


def is_setting(statement: ast.stmt) -> bool:
    """Return whether a statement only sets the stage: the page, what draws on it, types."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module in STAGE
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) == "TYPE_CHECKING"
    return isinstance(statement, ast.Assign) and ast.unparse(statement.value).startswith("Page(")


def method_of(statement: ast.stmt) -> str:
    """Return which method a statement calls on `page`, "" if it does something else."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return ""
    called = statement.value.func
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
        return ""
    return called.attr if called.value.id == "page" else ""


def texts_of(statement: ast.stmt) -> dict[str, str] | None:
    """Return the texts of a `page.say(...)` or `page.ask(...)`; None for any other statement."""
    if method_of(statement) not in ("say", "ask"):
        return None
    assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return {str(word.arg): ast.literal_eval(word.value) for word in statement.value.keywords}
