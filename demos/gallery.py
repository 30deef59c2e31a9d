"""The gallery of the digit network: pictures of what it is, does and learned, on one page.

    python -m demos.digits          trains the network and writes digits/index.html

Each picture is written for light and for dark pages as SVG, and as PNG for slides.
"""

import html
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_lite import collector_paused, draw, total
from autograd_lite.drawing import Drawing
from autograd_lite.files import write_atomically
from autograd_lite.words import LANGUAGES, Language, text
from demos.images import Image
from nn import (
    Film,
    History,
    Network,
    draw_network,
    draw_networks,
    draw_weights,
    squared_error,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["write_gallery"]

OUTPUTS = ("0", "1")
THEMES = ("light", "dark")
DOTS_PER_INCH = 144.0


class Picture(NamedTuple):
    """A picture of the gallery: its file name, its drawings, which words, and their parts."""

    name: str
    drawings: Sequence[Drawing]  # on a light page, and on a dark one
    key: str
    parts: dict[str, Any]


def write_gallery(
    network: Network,
    images: Sequence[Image],
    history: History,
    folder: str | Path,
    *,
    film: Film | None = None,
    unclear: Image | None = None,
) -> Path:
    """Write the pictures of a trained digit network and a page that shows them; return the page.

    images      those it learned from; the first "0" and the first "1" are shown
    history     of the training, for the curve of the cost; without epochs there is no curve
    film        given to the training as `watch`: then before and after, and an animation, too
    unclear     an image that is neither, to be shown, too

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
    pictures = [*network_pictures(network, film, zero, one, unclear)]
    pictures += graph_pictures(network, images, zero)
    sections = []
    for picture in pictures:
        write_drawing(folder, picture)
        sections.append(figure(picture.name, picture.key, picture.parts))
    if film is not None and len(film.epochs) > 1:
        sections.insert(2, write_film(folder, film, zero))
    if history.costs:
        sections.insert(1, write_curve(folder, history))
    if (folder / "backprop.html").is_file():  # the demo writes it before this page
        sections.append(steps())
    page = folder / "index.html"
    write_atomically(
        page,
        PAGE.substitute(
            language=LANGUAGES[0],
            title=html.escape(in_all("page title")),
            about=paragraphs("about", {}),
            sections="\n".join(sections),
        ),
    )
    return page


# -- The pictures ------------------------------------------------------------------------------


def in_all(key: str, between: str = " / ", **parts: Any) -> str:
    """Return words in all languages, English first: for titles within a picture that all see.

    A part that is itself a key of the gallery is said in each language.
    """
    return between.join(dict.fromkeys(said(key, language, parts) for language in LANGUAGES))


def said(key: str, language: Language, parts: dict[str, Any]) -> str:
    """Return words of the gallery; a part given as (key, parts) is said in the same language."""
    told = {
        name: said(part[0], language, part[1]) if isinstance(part, tuple) else part
        for name, part in parts.items()
    }
    return text(f"gallery.{key}", language, **told)


def network_pictures(
    network: Network, film: Film | None, zero: Image, one: Image, unclear: Image | None
) -> list[Picture]:
    """Return the drawings of the network: before and after, responses, weights."""
    states = [(in_all("after", " "), network)]
    if film is not None:
        states.insert(0, (in_all("before", " "), film.frame(0)))
    before_and_after = [
        draw_networks(states, zero.pixels, outputs=OUTPUTS, theme=t) for t in THEMES
    ]
    weights = [draw_weights(network, theme=theme) for theme in THEMES]
    pictures = [
        Picture("network", before_and_after, "network", {}),
        Picture("weights", weights, "weights", {}),
    ]
    answers: list[tuple[str, Image, tuple[str, dict[str, Any]]]] = [
        ("response-0", zero, ("a digit", {"digit": 0})),
        ("response-1", one, ("a digit", {"digit": 1})),
    ]
    if unclear is not None:
        answers.append(("response-unclear", unclear, ("neither", {})))
    for name, image, what in answers:
        responses = [
            draw_network(network, image.pixels, outputs=OUTPUTS, theme=theme) for theme in THEMES
        ]
        excited = ", ".join(f"{unit.a.data:.2f}" for unit in network.layers[-1].units if unit.a)
        parts = {"what": what, "excited": excited}
        pictures.append(Picture(name, responses, "response", parts))
    return pictures


def graph_pictures(network: Network, images: Sequence[Image], image: Image) -> list[Picture]:
    """Return the computation graphs: of one image, of one unit in it, of all images."""
    network.zero_grad()
    outputs = network(image.pixels)
    C = squared_error(outputs, image.target)
    C.label = "C"
    C.backward()
    first = network.layers[1].units[0].a_label
    one_image = [draw(C, title=in_all("graph title"), theme=theme) for theme in THEMES]
    unit_title = in_all("unit title", unit=first)
    one_unit = [draw(network[first], title=unit_title, theme=t, groups={}) for t in THEMES]
    network.zero_grad()
    count = len(images)
    with collector_paused():
        costs = [squared_error(network(image.pixels), image.target) for image in images]
        C_T = total(costs)
        C_T.label = "C_T"
        C_T.backward()
        all_title = in_all("all title", count=count)
        all_images = [draw(C_T, title=all_title, theme=theme) for theme in THEMES]
    network.zero_grad()
    return [
        Picture("graph", one_image, "graph", {}),
        Picture("graph-unit", one_unit, "graph-unit", {}),
        Picture("graph-all", all_images, "graph-all", {"count": count}),
    ]


# -- Files -------------------------------------------------------------------------------------


def write_drawing(folder: Path, picture: Picture) -> None:
    """Write a picture for light and for dark pages, and for slides."""
    light, dark = picture.drawings
    light.save(folder / f"{picture.name}.svg")
    dark.save(folder / f"{picture.name}-dark.svg")
    light.save(folder / f"{picture.name}.png", dpi=DOTS_PER_INCH)


def write_film(folder: Path, film: Film, image: Image) -> str:
    """Write the animation; return its section of the page."""
    for name, theme in (("training.svg", "light"), ("training-dark.svg", "dark")):
        write_atomically(folder / name, film.svg(image.pixels, outputs=OUTPUTS, theme=theme))
    return figure("training", "training", {"last": film.epochs[-1]}, png=False)


def write_curve(folder: Path, history: History) -> str:
    """Write the curve of the cost; return its section of the page."""
    parts = {"first": f"{history.costs[0]:.2f}", "last": f"{history.costs[-1]:.2f}"}
    try:
        for name, theme in (("cost.svg", "light"), ("cost-dark.svg", "dark")):
            save_figure(cost_curve(history, theme), folder / name)
        save_figure(cost_curve(history, "light"), folder / "cost.png")
    except ImportError as error:
        missing = paragraphs("cost", parts) + paragraphs("no curve", {"error": str(error)})
        return f"<section>{missing}</section>"
    return figure("cost", "cost", parts)


def cost_curve(history: History, theme: str) -> "Figure":
    """Return the cost over the epochs as a matplotlib figure."""
    from demos.plots import figure as empty_figure

    ink, paper, line = (
        ("#111111", "#ffffff", "#0072b2") if theme == "light" else ("#f2f2f2", "#16181c", "#6cc4ff")
    )
    page = empty_figure(7.0, 3.6)
    page.set_facecolor(paper)
    axes = page.subplots()
    axes.set_facecolor(paper)
    axes.plot(range(len(history.costs)), history.costs, color=line, linewidth=2.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(in_all("epoch axis"), color=ink)
    axes.set_ylabel(in_all("cost axis"), color=ink)
    axes.tick_params(colors=ink)
    for side, spine in axes.spines.items():
        spine.set_color(ink)
        spine.set_visible(side in ("left", "bottom"))
    axes.grid(color=ink, alpha=0.15)
    return page


def save_figure(figure: "Figure", path: Path) -> None:
    """Write a matplotlib figure, whole or not at all, the same bytes on every run."""
    import io

    from matplotlib import rc_context

    from demos.plots import use_fonts

    use_fonts(figure)
    data = io.BytesIO()
    format = path.suffix[1:]
    metadata = {"Date": None} if format == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "autograd-lite", "svg.fonttype": "path"}):
        figure.savefig(data, format=format, metadata=metadata, facecolor=figure.get_facecolor())
    write_atomically(path, data.getvalue())


# -- The page ----------------------------------------------------------------------------------


def paragraphs(key: str, parts: dict[str, Any]) -> str:
    """Return words of the gallery as HTML, a paragraph for each language."""
    return "\n".join(
        f'<p lang="{language}">{html.escape(said(key, language, parts))}</p>'
        for language in LANGUAGES
    )


def figure(name: str, key: str, parts: dict[str, Any], png: bool = True) -> str:
    """Return a picture with its sentences as HTML."""
    larger = f'<a href="{name}.svg">{name}.svg</a>'
    if png:
        larger += f', <a href="{name}.png">{name}.png</a>'
    alt = html.escape(in_all(f"{key} alt", **parts))
    return f"""<figure id="{name}">
<picture>
<source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">
<img src="{name}.svg" alt="{alt}">
</picture>
<figcaption>
{paragraphs(key, parts)}
<p class="files">{larger}</p>
</figcaption>
</figure>"""


def steps() -> str:
    """Return the section that leads to the page of the steps."""
    link = '<p><a href="backprop.html">backprop.html</a></p>'
    return f"""<section id="steps">
<h2>{html.escape(in_all("steps"))}</h2>
{paragraphs("steps about", {})}
{link}
</section>"""


PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #111111; --paper: #ffffff; --faint: #595959;
  --line: #cccccc; --link: #00568c }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f2f2f2; --paper: #16181c; --faint: #b4b4b4; --line: #44474d;
    --link: #8fd0ff }
}
body { margin: 0 auto; max-width: 62rem; padding: 1rem; color: var(--ink);
  background: var(--paper); line-height: 1.6;
  font-family: "Noto Sans", "Noto Sans CJK JP", "Yu Gothic", Meiryo, "Hiragino Sans",
    sans-serif }
figure { margin: 2.5rem 0; padding-top: 1.5rem; border-top: 1px solid var(--line) }
img { display: block; margin: 0 auto; max-width: 100%; max-height: 56rem; height: auto }
figcaption p { margin: 0.5rem 0 }
.files { color: var(--faint); font-size: 0.9rem }
a { color: var(--link) }
@media print { figure { break-inside: avoid; border: 0 } img { max-height: 24cm } }
</style>
</head>
<body>
<main>
<h1>$title</h1>
$about
$sections
</main>
</body>
</html>
""")
