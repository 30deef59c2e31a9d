"""How a trace is seen: the viewers stand in a room above and register themselves here.

A saver writes a trace into one kind of file; the view is what a notebook shows, in a language and
at a level. That room is not imported before a trace is to be seen.
"""

import importlib
from collections.abc import Callable
from pathlib import Path

from autograd_lite.displays import Display

__all__ = ["SAVERS", "VIEWS", "saver_for", "view"]

ABOVE = "autograd_lite.stepping"

SAVERS: dict[str, Callable[..., Path]] = {}  # the end of a file's name -> saver(record, path, ...)
VIEWS: list[Callable[..., Display]] = []  # view(record, ...); the last one registered is shown


def saver_for(path: Path) -> Callable[..., Path]:
    """Return what writes a trace into a file of this name.

    Raises ValueError, which says what can be written, for any other kind of name: a lesson's
    source or a picture does not become a page without a word.
    """
    importlib.import_module(ABOVE)
    saver = SAVERS.get(path.suffix.lower())
    if saver is None:
        *kinds, last = SAVERS
        raise ValueError(
            f"a trace is written as {', '.join(kinds)} or {last}, not as {path.name!r}"
        )
    return saver


def view() -> Callable[..., Display]:
    """Return what shows a trace in a notebook."""
    importlib.import_module(ABOVE)
    return VIEWS[-1]
