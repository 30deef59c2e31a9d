"""DOT -> picture: by an installed `dot`, else by the Graphviz that pygraphviz brings along.

Whichever is used, its warnings stay off the user's terminal; where it fails, they are the
error's text.

A picture always comes if any Graphviz can draw it. Open boxes, operands in order and edges without
labels together make Graphviz fail on some graphs (of 1,404 random ones 18 by version 2.42, with
assertions and segmentation faults; version 14 on others), so `rendered` goes down a ladder: the
text as it is, without the order of the operands, by the other renderer, and at last without boxes.
"""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import graphviz

__all__ = ["FORMATS", "RendererNotFound", "renderer", "rendered"]

FORMATS = ("svg", "png", "pdf", "dot")
KNOWN = {  # what each renderer can draw
    "dot": (*FORMATS, "gv", "jpg", "jpeg", "gif", "json", "plain", "xdot", "cmapx", "ps"),
    "pygraphviz": (*FORMATS, "gv", "jpg", "jpeg", "gif", "json", "plain", "xdot", "ps"),
}
BUNDLED = Path(__file__).with_name("bundled.py")

# Lines that the writer writes; a user's text never makes a line of its own in DOT.
ORDER = re.compile(r"^\t+graph \[ordering=in\]\n", re.MULTILINE)
BOX = re.compile(r"^(\t+subgraph )cluster_(\d+ \{)$", re.MULTILINE)

SCALED = re.compile(rb"too large for \S+ bitmaps\. Scaling by ([0-9.e-]+) to fit")
DOTS_PER_INCH = 96.0  # Graphviz's own
LEAST_DOTS = 30.0  # per inch: letters of 12 points are then 5 dots high, and nobody can read them

HOW_TO_INSTALL = (
    "drawing needs Graphviz; write `pip install pygraphviz`, which brings it along "
    "(or install it from https://graphviz.org/download/ so that `dot` is on the PATH). "
    "The DOT text is there without it: drawing.source, drawing.save('graph.dot')"
)


class RendererNotFound(graphviz.ExecutableNotFound):  # type: ignore[misc]
    """Neither a `dot` program nor pygraphviz is there; the message says what to install."""

    def __init__(self) -> None:
        RuntimeError.__init__(self, HOW_TO_INSTALL)

    def __str__(self) -> str:
        return HOW_TO_INSTALL


def renderer() -> str:
    """Return what would draw: "dot", "pygraphviz", or "" if there is neither."""
    if shutil.which("dot"):
        return "dot"
    return "pygraphviz" if sys.executable and bundled_folder() else ""


def bundled_folder() -> str:
    """Return the folder in which pygraphviz is installed, "" if it is not.

    The working folder is none, whatever lies in it: what is found is run.
    """
    here = Path.cwd().resolve()
    for folder in sys.path:
        package = Path(folder) / "pygraphviz" / "__init__.py"
        if folder and Path(folder).resolve() != here and package.is_file():
            return folder
    return ""


def rendered(
    source: str,
    format: str,
    timeout: float | None = None,
    engine: str = "dot",
    dpi: float | None = None,
) -> bytes:
    """Return the picture of a DOT text in a format: "svg", "png", "pdf", "dot" and others.

    timeout     seconds after which the layout is given up; None waits
    engine      how it is laid out: "dot" in layers, "neato" at the places that the text gives
    dpi         dots per inch, in formats that have dots; Graphviz's 96 if nothing is said

    Raises RendererNotFound, which says what to install, if there is no Graphviz; ValueError
    for a format that it does not have, or where the picture is too large for dots; TimeoutError,
    and RuntimeError with Graphviz's own words if no way of drawing it succeeds.
    """
    first = renderer()
    if not first:
        raise RendererNotFound
    programs = [program for program in usable(first) if format in KNOWN[program]]
    if not programs:
        known = ", ".join(KNOWN[first])
        raise ValueError(f"{first} cannot draw {format!r}; choose one of {known}")
    if dpi is not None and format not in ("svg", "pdf"):  # those have no dots
        source = source.replace("{", f"{{\n\tgraph [dpi={dpi:g}]", 1)
    end = None if timeout is None else time.monotonic() + timeout
    failures: dict[str, str] = {}  # the first of each program: the later ones drew less
    for program, text in ladder(programs, source):
        done = run(command(program, format, engine), text, timeout, end)
        if done.returncode == 0 and done.stdout:
            check_dots(done.stderr, dpi or DOTS_PER_INCH)
            return done.stdout
        failures.setdefault(program, how_it_ended(done))
    words = "; ".join(f"{program}: {words}" for program, words in failures.items())
    raise RuntimeError(f"Graphviz could not draw this: {words}")


def usable(first: str) -> list[str]:
    """Return the renderers that are there, a certain one first."""
    there = [first]
    if first != "dot" and shutil.which("dot"):
        there.append("dot")
    if first != "pygraphviz" and sys.executable and bundled_folder():
        there.append("pygraphviz")
    return there


def ladder(programs: Sequence[str], source: str) -> Iterator[tuple[str, str]]:
    """Yield what to try, in turn: a program and a DOT text, which asks less and less of it."""
    unordered = ORDER.sub("", source)
    unboxed = BOX.sub(r"\1part_\2", unordered)
    for program in programs:
        yield program, source
        if unordered != source:
            yield program, unordered
    if unboxed != unordered:
        for program in programs:
            yield program, unboxed


def command(program: str, format: str, engine: str) -> list[str]:
    """Return the command line of a renderer."""
    if program == "dot":
        return [shutil.which("dot") or "dot", f"-K{engine}", f"-T{format}"]
    return [sys.executable, "-I", str(BUNDLED), bundled_folder(), format, engine]


def run(
    command: Sequence[str], source: str, timeout: float | None, end: float | None
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program on a DOT text; raise TimeoutError at the moment `end`, the end of `timeout`."""
    # Not graphviz.pipe: it waits for ever. A process of its own also keeps a crash of the C
    # library, and its warnings, away from the user's program.
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # no console window on Windows
    try:
        return subprocess.run(
            command,
            input=source.encode("utf-8"),
            capture_output=True,
            timeout=None if end is None else max(0.001, end - time.monotonic()),
            check=False,
            creationflags=hidden,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(
            f"Graphviz needed more than {timeout:g} seconds and was stopped; draw fewer nodes "
            f"(limit=..., closed=True)"
        ) from None


def how_it_ended(done: "subprocess.CompletedProcess[bytes]") -> str:
    """Return how a program failed: the signal that ended it, or its status, and its own words."""
    try:
        name = signal.Signals(-done.returncode).name if done.returncode < 0 else ""
    except ValueError:  # a number that has no name here
        name = f"signal {-done.returncode}"
    how = f"ended by {name}" if name else f"exit {done.returncode}"
    words = done.stderr.decode("utf-8", "replace").strip()
    return f"{how}: {words[:1000]}" if words else how


def check_dots(warnings: bytes, dpi: float) -> None:
    """Raise ValueError if Graphviz says that it shrank the picture until nobody can read it."""
    match = SCALED.search(warnings)
    if match is not None and float(match[1]) * dpi < LEAST_DOTS:
        raise ValueError(
            "the picture is so large that its letters would be a few dots high in a format of "
            "dots; save it as .svg or .pdf, which can be of any size, or draw fewer nodes"
        )
