"""A trace as a GIF, for slides that play nothing else: the film's pictures, one after the other.

It needs the extra `gif`: resvg turns a picture into points, Pillow writes them.
"""

import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograd_lite.console import width_of
from autograd_lite.drawing.theme import FONT
from autograd_lite.files import write_atomically
from autograd_lite.stepping.film import HOLD, SECONDS, Film
from autograd_lite.stepping.pictures import TEXT
from autograd_lite.tracing.recording import Trace
from autograd_lite.words import Language

__all__ = ["save_gif"]

WIDTH = 1000  # points of the screen
COLOURS = 64


def save_gif(
    record: Trace, path: Path, *, language: Language | None = None, level: str = "node"
) -> Path:
    """Write a trace as an animated GIF, whole or not at all, and return its path.

    A step takes a quarter of a second, if the picture is large.

    Raises ImportError, which says what to install, without the extra, and what `Film` raises.
    """
    film = Film(record, language, level)
    first, *others = [image(film.still(position)) for position in range(film.last + 1)]
    times = [round(1000 * SECONDS)] * len(others)
    times.append(round(1000 * SECONDS * (1 + HOLD)))
    content = io.BytesIO()
    first.save(
        content, format="GIF", save_all=True, append_images=others, duration=times, loop=0,
    )  # fmt: skip
    write_atomically(path, content.getvalue())
    return path


def image(svg: str) -> Any:
    """Return a picture as points in few colours."""
    try:
        import resvg_py
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            f"a GIF needs {error.name}: python -m pip install 'autograd-lite[gif]'; "
            f"an animation that ends in .svg needs nothing"
        ) from None
    points = io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=with_fonts(svg), width=WIDTH)))
    return Image.open(points).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def with_fonts(svg: str) -> str:
    """Return a picture in which Japanese texts name a Japanese font first.

    resvg takes the first font that is there, and for letters that it lacks any other, with serifs
    or not.
    """
    root = ElementTree.fromstring(svg)
    japanese = FONT[FONT.index("Noto") :]
    for element in root.iter(TEXT):
        content = "".join(element.itertext())
        if width_of(content) > len(content):
            element.set("font-family", japanese)
    return ElementTree.tostring(root, encoding="unicode")
