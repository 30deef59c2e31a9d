"""The gallery of the digit network: pictures of what it is, does and learned, on one page.

    python -m demos.digits          trains the network and writes digits/index.html

Each picture is written for light and for dark pages as SVG, and as PNG for slides.
"""

import html
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, NamedTuple

from autograd_lite import collector_paused, draw, total
from autograd_lite.drawing import Drawing
from autograd_lite.files import write_atomically
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
DOTS_PER_INCH = 144.0


class Picture(NamedTuple):
    """A picture of the gallery: its file name without extension, its drawings, what to say."""

    name: str
    light: Drawing
    dark: Drawing
    alt: str
    en: str
    ja: str


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
        sections.append(section(picture))
    if film is not None and len(film.epochs) > 1:
        sections.insert(2, write_film(folder, film, zero))
    if history.costs:
        sections.insert(1, write_curve(folder, history))
    if (folder / "backprop.html").is_file():  # the demo writes it before this page
        sections.append(STEPS)
    page = folder / "index.html"
    write_atomically(page, PAGE.substitute(sections="\n".join(sections)))
    return page


# -- The pictures ------------------------------------------------------------------------------


def both(name: str, alt: str, en: str, ja: str, drawings: Sequence[Drawing]) -> Picture:
    light, dark = drawings
    return Picture(name, light, dark, alt, en, ja)


def network_pictures(
    network: Network, film: Film | None, zero: Image, one: Image, unclear: Image | None
) -> list[Picture]:
    """Return the drawings of the network: before and after, responses, weights."""
    themes = ("light", "dark")
    before = film.frame(0) if film is not None else None
    states = [("after training 学習後", network)]
    if before is not None:
        states.insert(0, ("before training 学習前", before))
    pictures = [
        both(
            "network",
            "The network as circles in three layers, its lines thicker after training than before.",
            "The network before and after training: each line is a weight, blue and solid if "
            "positive, orange and dashed if negative; the thicker, the larger.",
            "学習前と学習後のネットワーク。線は重みで、青の実線は正、橙の破線は負、"
            "太いほど大きい。",
            [draw_networks(states, zero.pixels, outputs=OUTPUTS, theme=t) for t in themes],
        ),
        both(
            "weights",
            "The weights of each hidden unit as a picture of four rows and three columns.",
            "What each hidden unit looks for: a blue pixel excites it, an orange one with cut "
            "corners calms it; the number is the weight.",
            "隠れ層のユニットが探すもの。青の画素はユニットを興奮させ、角を切った橙の画素は"
            "抑える。数は重み。",
            [draw_weights(network, theme=t) for t in themes],
        ),
    ]
    answers = [
        ("response-0", zero, "a “0”", "「0」"),
        ("response-1", one, "a “1”", "「1」"),
    ]
    if unclear is not None:
        answers.append(
            ("response-unclear", unclear, "an image that is neither", "どちらでもない画像")
        )
    for name, image, what, ja in answers:
        drawings = [
            draw_network(network, image.pixels, outputs=OUTPUTS, theme=theme) for theme in themes
        ]
        excited = ", ".join(f"{unit.a.data:.2f}" for unit in network.layers[-1].units if unit.a)
        pictures.append(
            both(
                name,
                f"Every unit's response to {what}; the outputs are {excited}.",
                f"The response to {what}: the darker a unit (on a dark page: the brighter), the "
                f"more excited; the outputs are {excited}.",
                f"{ja}への反応例。濃いユニット（暗い画面では明るいユニット）ほど興奮している。"
                f"出力は {excited}。",
                drawings,
            )
        )
    return pictures


def graph_pictures(network: Network, images: Sequence[Image], image: Image) -> list[Picture]:
    """Return the computation graphs: of one image, of one unit in it, of all images."""
    themes = ("light", "dark")
    network.zero_grad()
    outputs = network(image.pixels)
    C = squared_error(outputs, image.target)
    C.label = "C"
    C.backward()
    first = network.layers[1].units[0].a_label
    one_image = [draw(C, title="C of one image / 画像1枚の C", theme=t) for t in themes]
    one_unit = [
        draw(network[first], title=f"the unit {first} / ユニット {first}", theme=t, groups={})
        for t in themes
    ]
    network.zero_grad()
    with collector_paused():
        costs = [squared_error(network(image.pixels), image.target) for image in images]
        C_T = total(costs)
        C_T.label = "C_T"
        C_T.backward()
        all_images = [
            draw(C_T, title=f"C_T of {len(images)} images / 画像{len(images)}枚の C_T", theme=t)
            for t in themes
        ]
    network.zero_grad()
    return [
        both(
            "graph",
            "The computation graph of the cost of one image, one box for each unit.",
            "The computation graph of one image: in each box the unit's numbers, the local "
            "derivative of its output, and the gradient that backprop found; the arrows carry "
            "the derivatives that the chain rule multiplies.",
            "画像1枚の計算グラフ。箱の中はユニットの値、出力の局所的な微分、逆伝播で求めた勾配。"
            "矢印には連鎖律で掛け合わせる微分が書いてある。",
            one_image,
        ),
        both(
            "graph-unit",
            "The computation graph of the first hidden unit, with every operation.",
            "The first box of that graph, opened: every operation, and on every edge its local "
            "derivative as formula and number.",
            "同じグラフの最初の箱を開いたもの。すべての演算と、辺ごとの局所的な微分が式と数で"
            "見える。",
            one_unit,
        ),
        both(
            "graph-all",
            f"The computation graph of the cost over all {len(images)} images, summarised.",
            f"The cost over all {len(images)} images is one graph, too; drawn as a summary, with "
            f"the range of each number over the images.",
            f"画像{len(images)}枚すべての費用も1つのグラフ。まとめて描き、数は画像全体での範囲を"
            f"示す。",
            all_images,
        ),
    ]


# -- Files -------------------------------------------------------------------------------------


def write_drawing(folder: Path, picture: Picture) -> None:
    picture.light.save(folder / f"{picture.name}.svg")
    picture.dark.save(folder / f"{picture.name}-dark.svg")
    picture.light.save(folder / f"{picture.name}.png", dpi=DOTS_PER_INCH)


def write_film(folder: Path, film: Film, image: Image) -> str:
    """Write the animation; return its section of the page."""
    for name, theme in (("training.svg", "light"), ("training-dark.svg", "dark")):
        write_atomically(folder / name, film.svg(image.pixels, outputs=OUTPUTS, theme=theme))
    return figure(
        "training",
        "An animation of the network while it learns; it plays once, in five seconds.",
        f"Training, from epoch 0 to {film.epochs[-1]}: the weights grow and the outputs part. "
        f"It plays once; load the page again to see it again.",
        f"学習の様子（エポック 0 から {film.epochs[-1]} まで）。重みが育ち、出力が分かれていく。"
        f"1回だけ再生される。もう一度見るにはページを再読み込みする。",
        png=False,
    )


def write_curve(folder: Path, history: History) -> str:
    """Write the curve of the cost; return its section of the page."""
    en = f"The cost C over all images falls from {history.costs[0]:.2f} to {history.costs[-1]:.2f}."
    ja = f"全画像の費用 C は {history.costs[0]:.2f} から {history.costs[-1]:.2f} まで下がる。"
    try:
        for name, theme in (("cost.svg", "light"), ("cost-dark.svg", "dark")):
            save_figure(cost_curve(history, theme), folder / name)
        save_figure(cost_curve(history, "light"), folder / "cost.png")
    except ImportError as error:
        return (
            f'<section lang="en"><p>{html.escape(en)} (No curve: {html.escape(str(error))}.)</p>'
            f"</section>"
        )
    alt = "The curve of the cost over the epochs of the training, falling."
    return figure("cost", alt, en, ja)


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
    axes.set_xlabel("epoch / エポック", color=ink)
    axes.set_ylabel("cost C / 費用 C", color=ink)
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


def section(picture: Picture) -> str:
    return figure(picture.name, picture.alt, picture.en, picture.ja)


def figure(name: str, alt: str, en: str, ja: str, png: bool = True) -> str:
    """Return a picture with its sentences as HTML."""
    larger = f'<a href="{name}.svg">{name}.svg</a>'
    if png:
        larger += f', <a href="{name}.png">{name}.png</a>'
    return f"""<figure id="{name}">
<picture>
<source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">
<img src="{name}.svg" alt="{html.escape(alt)}">
</picture>
<figcaption>
<p>{html.escape(en)}</p>
<p lang="ja">{html.escape(ja)}</p>
<p class="files">{larger}</p>
</figcaption>
</figure>"""


STEPS = """<section id="steps">
<h2>Backprop, step by step <span lang="ja">誤差逆伝播法を1ステップずつ</span></h2>
<p>Every step of backprop for one image, forward and back:
<a href="backprop.html">backprop.html</a></p>
<p lang="ja">画像1枚の逆伝播を1ステップずつ進み、戻ることもできる:
<a href="backprop.html">backprop.html</a></p>
</section>"""

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The digit network / 手書き数字のネットワーク</title>
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
<h1>The digit network <span lang="ja">手書き数字のネットワーク</span></h1>
<p>A network of 12 inputs (4 × 3 pixels), hidden sigmoid units and 2 outputs learns
to tell handwritten 0s from 1s.</p>
<p lang="ja">12個の入力（4×3画素）、シグモイドの隠れ層、2つの出力をもつネットワークが、
手書きの「0」と「1」を見分けることを学ぶ。</p>
$sections
</main>
</body>
</html>
""")
