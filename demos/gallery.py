"""The gallery of the digit network: a page that is read from three nodes to the whole network.

    python -m demos.digits          trains the network and writes digits/index.html

The page speaks the reader's language, as the pictures do. Each picture is written for light and
for dark pages as SVG, and as PNG for slides.
"""

import io
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_lite import Value, collector_paused, draw, total, trace
from autograd_lite.drawing import Drawing
from autograd_lite.files import write_atomically
from autograd_lite.notation import in_signs
from autograd_lite.words import chosen_language, text
from demos.command import unsaid
from demos.images import COLUMNS, ROWS, Image
from demos.web import choice, sentence, web_page
from nn import Film, History, Network, draw_network, draw_weights, squared_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["write_gallery"]

OUTPUTS = ("0", "1")
THEMES = ("light", "dark")
DOTS_PER_INCH = 144.0
IMAGES_IN_A_ROW = 16


class Picture(NamedTuple):
    """A picture of the gallery: its file name, its drawings, and the parts of its words."""

    name: str
    drawings: Sequence[Drawing]  # on a light page, and on a dark one
    parts: dict[str, Any]


def write_gallery(
    network: Network,
    images: Sequence[Image],
    history: History,
    folder: str | Path,
    *,
    film: Film | None = None,
    unclear: Image | None = None,
    progress: Callable[[int, int, str], object] = unsaid,
) -> Path:
    """Write the pictures of a trained digit network and a page that shows them; return the page.

    images      those it learned from; the first "0" and the first "1" are shown
    history     of the training, for the curve of the cost; without epochs there is no curve
    film        given to the training as `watch`: then the training can be played, too
    unclear     an image that is neither, to be shown, too
    progress    is called before each chapter: its number, how many there are, its heading

    The gradients of the network's parameters are cleared. The curve needs matplotlib, without
    which it is left out and the page says so.

    Raises FileNotFoundError for a missing folder, RendererNotFound, which says what to install,
    if there is no Graphviz.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r} to write in; make it first")
    zero = next(image for image in images if image.digit == 0)
    one = next(image for image in images if image.digit == 1)
    chapters: dict[str, tuple[Callable[..., str], Sequence[Any]]] = {
        "three nodes": (three_nodes, [folder]),
        "images": (shown_images, [folder, images]),
        "learning": (learning, [folder, network, history, film, zero]),
        "responses": (responses, [folder, network, zero, one, unclear]),
        "backprop": (backprop, [folder, network, zero]),
        "all images": (all_images, [folder, network, images]),
    }
    sections = {}
    for done, (key, (write, given)) in enumerate(chapters.items(), start=1):
        progress(done, len(chapters), text(f"gallery.{key} heading"))
        sections[key] = write(*given)
    title = text("gallery.page title")
    body = "\n".join(
        [
            f"<h1>{escape(title)}</h1>",
            said("about"),
            contents(list(sections)),
            *[chapter(key, section) for key, section in sections.items()],
        ]
    )
    page = folder / "index.html"
    write_atomically(page, web_page(title, body, chosen_language()))
    return page


# -- The chapters ------------------------------------------------------------------------------


def three_nodes(folder: Path) -> str:
    """Return the first chapter: a graph of three nodes, in a page to step through it."""
    w, x = Value(2.0, "w"), Value(3.0, "x")
    y = w * x
    y.label = "y"
    trace(y).save(folder / "first.html")
    title = escape(text("gallery.three nodes heading"), quote=True)
    frame = f'<iframe src="first.html" title="{title}" loading="lazy"></iframe>'
    return said("three nodes about") + frame + opened("first.html", "whole page")


def strip(images: Sequence[Image]) -> str:
    """Return the images themselves, small and in rows, as one SVG in the colour of the text."""
    across, down = COLUMNS + 2, ROWS + 2
    cells = []
    for k, image in enumerate(images):
        top, left = k // IMAGES_IN_A_ROW * down, k % IMAGES_IN_A_ROW * across
        cells += [
            f"M{left + column} {top + row}h1v1h-1z"
            for row, pixels in enumerate(image.rows)
            for column, pixel in enumerate(pixels)
            if pixel == "#"
        ]
    width = IMAGES_IN_A_ROW * across - 2
    height = -(-len(images) // IMAGES_IN_A_ROW) * down - 2
    alt = escape(text("gallery.images alt", count=len(images)), quote=True)
    return (
        f'<svg class="images" role="img" aria-label="{alt}" viewBox="0 0 {width} {height}">'
        f'<path d="{"".join(cells)}"/></svg>'
    )


def shown_images(folder: Path, images: Sequence[Image]) -> str:
    """Return the chapter of the images, and the link to the page to play with them."""
    return said("images about", count=len(images)) + strip(images) + played_with(folder)


def played_with(folder: Path) -> str:
    """Return the link to the page to play with, which the demo writes before this one."""
    return opened("play.html", "play") if (folder / "play.html").is_file() else ""


def learning(
    folder: Path, network: Network, history: History, film: Film | None, image: Image
) -> str:
    """Return the chapter of the training: the film, the curve of the cost, what was learned."""
    played = ""
    if film is not None and len(film.epochs) > 1:
        for name, theme in (("training.svg", "light"), ("training-dark.svg", "dark")):
            write_atomically(folder / name, film.svg(image.pixels, outputs=OUTPUTS, theme=theme))
        player = film.player(image.pixels, outputs=OUTPUTS)
        played = captioned(player, "training", {"last": film.epochs[-1]}, ["training.svg"])
    falling = curve(folder, history) if history.costs else ""
    drawings = [draw_weights(network, theme=theme) for theme in THEMES]
    learned = figure(folder, Picture("weights", drawings, {}), "weights")
    return f'<div class="pictures">\n{played}\n<div>{falling}\n{learned}</div>\n</div>'


def responses(
    folder: Path, network: Network, zero: Image, one: Image, unclear: Image | None
) -> str:
    """Return the chapter of the network's responses, one image at a time."""
    shown = {"response-0": (zero, "zero"), "response-1": (one, "one")}
    if unclear is not None:
        shown["response-unclear"] = (unclear, "neither")
    figures = []
    options = {}
    for name, (image, what) in shown.items():
        drawings = [
            draw_network(network, image.pixels, outputs=OUTPUTS, theme=theme) for theme in THEMES
        ]
        excited = ", ".join(f"{unit.a.data:.2f}" for unit in network.layers[-1].units if unit.a)
        options[f"show-{name}"] = text(f"gallery.{what}")
        parts = {"what": text(f"gallery.{what}"), "excited": excited}
        figures.append(figure(folder, Picture(name, drawings, parts), "response"))
    buttons = choice("response", escape(text("gallery.which image")), options, next(iter(options)))
    chosen = "\n".join(figures)
    return (
        f'{said("responses about")}<div class="choice">{buttons}\n'
        f'<div class="chosen">{chosen}</div></div>'
    )


def backprop(folder: Path, network: Network, image: Image) -> str:
    """Return the chapter of one image's graph: its boxes, one of them opened, and its steps."""
    network.zero_grad()
    C = squared_error(network(image.pixels), image.target)
    C.label = "C"
    C.backward()
    whole = [draw(C, title=text("gallery.graph title"), theme=theme) for theme in THEMES]
    network.zero_grad()
    hidden = [Value(unit.a.data, unit.a_label) for unit in network.layers[-2].units if unit.a]
    output = network.computing_layers()[-1].units[0]
    a = output(hidden)
    a.backward()
    label = in_signs(output.a_label)
    title = text("gallery.unit title", unit=output.a_label)
    one = [draw(a, title=title, theme=theme, groups={}) for theme in THEMES]
    network.zero_grad()
    figures = [figure(folder, Picture("graph", whole, {}), "graph")]
    if (folder / "backprop.html").is_file():  # the demo writes it before this page
        figures.append(said("steps about") + opened("backprop.html", "steps"))
    figures.append(figure(folder, Picture("graph-unit", one, {"unit": label}), "graph-unit"))
    return "\n".join(figures)


def all_images(folder: Path, network: Network, images: Sequence[Image]) -> str:
    """Return the chapter of the graph of all images."""
    network.zero_grad()
    with collector_paused():
        costs = [squared_error(network(image.pixels), image.target) for image in images]
        C_T = total(costs)
        C_T.label = "C_T"
        C_T.backward()
        title = text("gallery.all title", count=len(images))
        drawings = [draw(C_T, title=title, theme=theme) for theme in THEMES]
    network.zero_grad()
    return figure(folder, Picture("graph-all", drawings, {"count": len(images)}), "graph-all")


# -- The curve ---------------------------------------------------------------------------------


def curve(folder: Path, history: History) -> str:
    """Write the curve of the cost; return its figure, or what to install for it."""
    parts = {"first": f"{history.costs[0]:.2f}", "last": f"{history.costs[-1]:.2f}"}
    try:
        for name, theme in (("cost.svg", "light"), ("cost-dark.svg", "dark")):
            save_figure(cost_curve(history, theme), folder / name)
        save_figure(cost_curve(history, "light"), folder / "cost.png")
    except ImportError as error:
        return f"<div>{said('cost', **parts)}{said('no curve', error=str(error))}</div>"
    return captioned(in_both("cost", "cost", parts), "cost", parts, ["cost.svg", "cost.png"])


def cost_curve(history: History, theme: str) -> "Figure":
    """Return the cost over the epochs as a matplotlib figure."""
    from demos.plots import figure as empty_figure
    from demos.plots import in_picture

    ink, paper, line = (
        ("#111111", "#ffffff", "#0072b2") if theme == "light" else ("#f2f2f2", "#16181c", "#6cc4ff")
    )
    page = empty_figure(6.4, 4.4)
    page.set_facecolor(paper)
    axes = page.subplots()
    axes.set_facecolor(paper)
    axes.plot(range(len(history.costs)), history.costs, color=line, linewidth=2.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(in_picture("gallery.epoch axis"), color=ink)
    axes.set_ylabel(in_picture("gallery.cost axis"), color=ink)
    axes.tick_params(colors=ink)
    for side, spine in axes.spines.items():
        spine.set_color(ink)
        spine.set_visible(side in ("left", "bottom"))
    axes.grid(color=ink, alpha=0.15)
    return page


def save_figure(figure: "Figure", path: Path) -> None:
    """Write a matplotlib figure, whole or not at all, the same bytes on every run."""
    from matplotlib import rc_context

    from demos.plots import use_fonts

    use_fonts(figure)
    data = io.BytesIO()
    format = path.suffix[1:]
    metadata = {"Date": None} if format == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "autograd-lite", "svg.fonttype": "path"}):
        figure.savefig(data, format=format, metadata=metadata, facecolor=figure.get_facecolor())
    write_atomically(path, data.getvalue())


# -- Pieces of the page ------------------------------------------------------------------------


def said(key: str, **parts: object) -> str:
    """Return words of the gallery as a paragraph."""
    return sentence(text(f"gallery.{key}", **parts))


def contents(keys: Sequence[str]) -> str:
    """Return links to the chapters."""
    links = [
        f'<li><a href="#{id_of(key)}">{escape(text(f"gallery.{key} heading"))}</a></li>'
        for key in keys
    ]
    return "<nav><ul>\n" + "\n".join(links) + "\n</ul></nav>"


def chapter(key: str, section: str) -> str:
    """Return a chapter with its heading."""
    heading = escape(text(f"gallery.{key} heading"))
    return f'<section id="{id_of(key)}">\n<h2>{heading}</h2>\n{section}\n</section>'


def id_of(key: str) -> str:
    return key.replace(" ", "-")


def opened(file: str, key: str) -> str:
    """Return the link that opens another page."""
    return f'<p><a class="open" href="{file}">{escape(text(f"gallery.{key}"))}</a></p>'


def figure(folder: Path, picture: Picture, key: str) -> str:
    """Write a picture for light and dark pages and for slides; return its figure."""
    name = picture.name
    light, dark = picture.drawings
    light.save(folder / f"{name}.svg")
    dark.save(folder / f"{name}-dark.svg")
    light.save(folder / f"{name}.png", dpi=DOTS_PER_INCH)
    shown = in_both(name, key, picture.parts)
    return captioned(shown, key, picture.parts, [f"{name}.svg", f"{name}.png"])


def in_both(name: str, key: str, parts: dict[str, Any]) -> str:
    """Return a picture's element: for a light page, and for a dark one."""
    alt = escape(text(f"gallery.{key} alt", **parts), quote=True)
    return (
        f'<picture>\n<source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">\n'
        f'<img src="{name}.svg" alt="{alt}">\n</picture>'
    )


def captioned(shown: str, key: str, parts: dict[str, Any], files: Sequence[str]) -> str:
    """Return what is shown as a figure: a sentence above it, its files below."""
    links = ", ".join(f'<a href="{file}">{file}</a>' for file in files)
    return (
        f"<figure>\n<figcaption>{said(key, **parts)}</figcaption>\n"
        f'{shown}\n<p class="files">{links}</p>\n</figure>'
    )
