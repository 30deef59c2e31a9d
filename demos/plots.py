"""Curves for the lessons: matplotlib with colours all can tell apart and a Japanese font.

Figures are made without `pyplot`, so nothing global is touched and no window is needed.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd_lite.files import write_atomically
from autograd_lite.words import chosen_language, text
from nn.drawing import EXCITED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

__all__ = [
    "BLUE", "GREEN", "GREY", "LIGHT", "ORANGE", "PURPLE",
    "Movie", "arrow", "colours_between", "diagram", "figure", "frange", "in_picture",
    "japanese_font", "plot", "plot_surface", "save_figure", "show_pixels", "signed",
    "through_origin",
]  # fmt: skip

# Okabe and Ito's colours, which people with any colour vision can tell apart.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#AA4499"
GREY, LIGHT = "#666666", "#DDDDDD"

JAPANESE_FONTS = (
    "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic",
    "BIZ UDGothic", "Yu Gothic", "Meiryo", "MS Gothic", "Hiragino Sans", "Hiragino Kaku Gothic Pro",
    "TakaoPGothic", "VL PGothic",
)  # fmt: skip
DOTS_PER_INCH = 120


def figure(width: float = 6.4, height: float = 4.0) -> "Figure":
    """Return an empty matplotlib figure, `width` by `height` inches.

    Raises ImportError, which says what to install, where matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("the pictures need matplotlib: pip install matplotlib") from None
    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")


@cache
def japanese_font() -> str:
    """Return the name of an installed Japanese font; the empty string if there is none."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    for name in JAPANESE_FONTS:
        if name in installed:
            return name
    return ""


def in_picture(key: str, **parts: object) -> str:
    """Return words for a picture: in English where the language is Japanese and no font has it."""
    language = chosen_language()
    if language == "ja" and not japanese_font():
        language = "en"
    return text(key, language, **parts)


def use_fonts(figure: "Figure") -> None:
    """Let every text of a figure take the glyphs that it lacks from the Japanese font."""
    from matplotlib.text import Text

    fonts = ["DejaVu Sans"]
    if japanese_font():
        fonts.append(japanese_font())
    for written in figure.findobj(Text):
        assert isinstance(written, Text)
        written.set_fontfamily(fonts)


def save_figure(figure: "Figure", path: Path) -> None:
    """Write a figure as a picture of the kind that the path's ending says."""
    use_fonts(figure)
    data = io.BytesIO()
    figure.savefig(data, format=path.suffix[1:])
    write_atomically(path, data.getvalue())


class Movie:
    """A picture that moves: `paint(axes, k)` paints frame k of `frames` on empty axes."""

    suffix = ".gif"

    def __init__(
        self, paint: Callable[["Axes", int], None], frames: int, milliseconds: int = 200
    ) -> None:
        self.paint = paint
        self.frames = frames
        self.milliseconds = milliseconds

    def save(self, path: Path) -> None:
        """Write a GIF that repeats for ever and rests at its last frame."""
        from PIL import Image

        pictures = []
        for k in range(self.frames):
            page = figure(6.0, 3.8)
            self.paint(page.subplots(), k)
            use_fonts(page)
            pictures.append(painted(page).convert("P", palette=Image.Palette.ADAPTIVE, colors=64))
        durations = [self.milliseconds] * (self.frames - 1) + [2000]
        data = io.BytesIO()
        pictures[0].save(
            data, "gif", save_all=True, append_images=pictures[1:], duration=durations, loop=0
        )
        write_atomically(path, data.getvalue())


def painted(figure: "Figure") -> "Image":
    """Return a figure as a Pillow image."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")


if TYPE_CHECKING:
    from PIL.Image import Image


# -- What several lessons paint ------------------------------------------------------------------


def frange(start: float, stop: float, points: int = 201) -> list[float]:
    """Return evenly spaced numbers from `start` to `stop`, both included.

    >>> frange(-1, 1, 5)
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    width = (stop - start) / (points - 1)
    return [start + k * width for k in range(points)]


def plot(
    axes: "Axes",
    f: Callable[[float], float],
    start: float,
    stop: float,
    color: str = BLUE,
    label: str = "",
) -> None:
    """Draw the graph of f between two numbers."""
    xs = frange(start, stop)
    axes.plot(xs, [f(x) for x in xs], color=color, linewidth=2, label=label or None)


def through_origin(axes: "Axes", x: str, y: str) -> None:
    """Draw the axes through the origin, as on a blackboard, with their names at their ends."""
    axes.axhline(0, color=GREY, linewidth=0.8, zorder=0)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(x, loc="right")
    axes.set_ylabel(y, loc="top", rotation=0)


def arrow(
    axes: "Axes",
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = BLUE,
    width: float = 2.0,
) -> None:
    """Draw an arrow from one point to another."""
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "linewidth": width,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 16,
        },
    )


def show_pixels(axes: "Axes", rows: tuple[str, ...], title: str = "") -> None:
    """Draw an image of `#` and `.` as pixels, in the colours that `draw_network` gives them."""
    for y, row in enumerate(rows):
        for x, pixel in enumerate(row):
            color = EXCITED[False] if pixel == "#" else "white"
            axes.fill(
                [x, x + 1, x + 1, x], [-y, -y, -y - 1, -y - 1], facecolor=color, edgecolor=GREY
            )
    axes.set_aspect("equal")
    axes.axis("off")
    axes.set_title(title, fontsize=10)


def colours_between(*colours: str) -> "Colormap":
    """Return the colours from the first to the last, for `imshow`."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("between", colours)


def signed(number: float, decimals: int) -> str:
    """Return a number for a picture with its sign, a true minus; 0 has none.

    >>> signed(-0.125, 2), signed(2.0, 0), signed(0.0, 0)
    ('−0.12', '+2', '0')
    """
    return f"{number:+.{decimals}f}".replace("-", "−") if number else f"{number:.{decimals}f}"


def diagram(
    axes: "Axes",
    places: Mapping[str, tuple[float, float]],
    arrows: Sequence[tuple[str, str, str, str]],
) -> None:
    """Draw names in circles, joined by arrows (from, to, text, colour) with a text on each."""
    for start, end, told, color in arrows:
        (x1, y1), (x2, y2) = places[start], places[end]
        axes.annotate(
            "",
            xy=(x2, y2),
            xytext=(x1, y1),
            arrowprops={
                "arrowstyle": "-|>",
                "color": color,
                "linewidth": 2,
                "shrinkA": 21,
                "shrinkB": 21,
                "mutation_scale": 18,
            },
        )
        away = 0.22 if y2 >= y1 else -0.22  # above a level or rising arrow, below a falling one
        axes.text(
            (x1 + x2) / 2,
            (y1 + y2) / 2 + away,
            told,
            ha="center",
            va="bottom" if away > 0 else "top",
            color=color,
            fontsize=12,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    for name, (x, y) in places.items():
        axes.plot([x], [y], "o", markersize=36, color="white", markeredgecolor="black")
        axes.text(x, y, name, ha="center", va="center", fontsize=15, style="italic")
    xs, ys = zip(*places.values())
    axes.set_xlim(min(xs) - 0.5, max(xs) + 0.5)
    axes.set_ylim(min(ys) - 0.7, max(ys) + 0.7)
    axes.axis("off")


def plot_surface(axes: Any, grid: Sequence[float], heights: Sequence[Sequence[float]]) -> None:
    """Draw a landscape on 3D axes: heights[i][k] above (grid[k], grid[i])."""
    import numpy

    xs, ys = numpy.meshgrid(grid, grid)
    axes.plot_surface(xs, ys, numpy.array(heights), cmap="cividis", linewidth=0.2, edgecolor=GREY)
    axes.set_xlabel("x")
    axes.set_ylabel("y")
