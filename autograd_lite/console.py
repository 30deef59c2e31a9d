"""Text on a screen: how wide it is, what a console can show, and how a command line ends.

Nothing here knows what is printed; the terminal debugger, the command lines and the lessons
share it. What others wrote (labels, file names, source lines) cannot send a terminal an order.
"""

import errno
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import IO

__all__ = [
    "aligned", "width_of", "wrapped", "printable", "obeyed_by_nobody", "console_text", "painted",
    "wants_colour", "interactive", "ended_quietly",
]  # fmt: skip

COLOURS = {"bold": "1", "cyan": "36", "green": "32", "red": "31"}
CLOSING = frozenset("。、）」: ")  # these never begin a line
STAND_INS = {"∂": "D", "Δ": "d"}  # of a console without the sign; ∂ is not d, which is the whole

READER_GONE = {errno.EPIPE, *([errno.EINVAL] if sys.platform == "win32" else [])}
INTERRUPTED = 130  # the exit status of a program that Ctrl-C ended, as shells have it


# -- Columns -----------------------------------------------------------------------------------


def width_of(text: str) -> int:
    """Return how many columns a text takes: Japanese letters take two.

    >>> width_of("grad"), width_of("勾配")
    (4, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def aligned(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return rows as lines whose columns stand under each other; those in `right` end there.

    >>> aligned([["x", "2"], ["w_11", "-0.5"]], right=(1,))
    ['x        2', 'w_11  -0.5']
    """
    rows = list(rows)
    widths = [max(width_of(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = []
        for k, (cell, width) in enumerate(zip(row, widths)):
            space = " " * (width - width_of(cell))
            cells.append(space + cell if k in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` columns, broken at spaces or Japanese letters."""
    lines = []
    line = ""
    for piece in pieces(text):
        if line and width_of(line + piece.rstrip()) > width and piece not in CLOSING:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def pieces(text: str) -> list[str]:
    """Return the parts between which a line may break: words with their space, and wide letters."""
    found = [""]
    for c in text:
        if unicodedata.east_asian_width(c) in "WF":
            found += [c, ""]
        elif c == " ":
            found[-1] += c
            found.append("")
        else:
            found[-1] += c
    return [piece for piece in found if piece]


# -- What a console is sent --------------------------------------------------------------------


def obeyed_by_nobody(text: object) -> str:
    """Return a text with a space for each character that is an order and no sign.

    Control and escape characters, overrides of the direction, halves of a pair: a terminal
    would obey them, wherever they come from. Line ends go too.

    >>> obeyed_by_nobody("a\\x1b[2Jb\\nc")
    'a [2Jb c'
    """
    return "".join(c if c.isprintable() or c == "\u3000" else " " for c in str(text))


def printable(text: object) -> str:
    """Return a text as a name in one line: nothing that a terminal would obey, and not empty."""
    return obeyed_by_nobody(text).strip() or "?"


def console_text(text: str, output: IO[str]) -> str:
    """Return a text as the console can print it: what its code page lacks, spelled as codes.

    Where there are none, the sign of a partial derivative, ∂, becomes a D, and Δ a d.
    """
    encoding = getattr(output, "encoding", None) or "utf-8"
    for sign, letter in STAND_INS.items():
        if sign in text and not encodable(sign, encoding):
            text = text.replace(sign, letter)
    return text.encode(encoding, "backslashreplace").decode(encoding)


def encodable(sign: str, encoding: str) -> bool:
    """Return whether an encoding has a sign."""
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def painted(colour: str, text: str) -> str:
    """Return a text in a colour of `COLOURS`, for a terminal that has it."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def wants_colour(output: IO[str]) -> bool:
    """Return whether to print in colour: on a terminal that can, and is not asked not to."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if not getattr(output, "isatty", bool)():
        return False
    if sys.platform == "win32":  # an old console prints the codes themselves
        return any(name in os.environ for name in ("WT_SESSION", "TERM_PROGRAM", "ANSICON"))
    return True


def interactive() -> bool:
    """Return whether a person types the commands, so that they need not be shown again."""
    try:
        return sys.stdin.isatty() or "ipykernel" in sys.modules
    except (AttributeError, ValueError):  # no input, or a closed one
        return False


# -- The end of a command line -----------------------------------------------------------------


def ended_quietly(main: Callable[[], int | None]) -> int:
    """Run a command line, and return its exit status: for `sys.exit(ended_quietly(main))`.

    Where the reader went away (`| head -1`) it ends without a word, and so it does on Ctrl-C.
    """
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.errno not in READER_GONE:
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)  # for what Python still holds, and would print
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return 0
    return status or 0
