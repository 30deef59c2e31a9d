"""The network (ニューラルネットワーク) as a picture: units as circles in layers, as on the slides.

    >>> from nn import Network, draw_network
    >>> network = Network([12, 3, 2])
    >>> image = [0, 1, 0] * 4
    >>> draw_network(network, image, title="反応例").title
    '反応例'

The DOT text gives every circle its place; Graphviz only paints it. Positive weights are solid
and blue, negative ones dashed and orange, and the larger the weight, the thicker the line; so a
picture printed in grey says the same.

Legend
    x, y        places in points, y upward
    excitement  a unit's output a_j^l (興奮度), shown as shading: white is 0, dark is 1
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from autograd_lite import Value
from autograd_lite.drawing import graphviz
from autograd_lite.drawing.drawing import Drawing
from autograd_lite.drawing.text import number_shown, plain, prose, shown, tooltip_of, typeset
from autograd_lite.drawing.theme import FONT, THEMES, Theme
from autograd_lite.plain_numbers import described
from autograd_lite.words import Language, chosen_language
from autograd_lite.words import text as phrase
from nn.units import InputUnit, Layer, Network, Unit

__all__ = [
    "draw_network",
    "draw_networks",
    "draw_weights",
    "checked_network",
    "EXCITED",
    "NEGATIVE",
    "POSITIVE",
]

POSITIVE = {False: "#0072b2", True: "#6cc4ff"}  # on a light page, on a dark one
NEGATIVE = {False: "#d55e00", True: "#ff9d4d"}
EXCITED = {False: "#123c5a", True: "#ffd28a"}  # a unit of 1, a pixel that is on
UNITS_SHOWN = 16  # of a layer; of more, the first ones and the last
RADIUS = 24.0
PIXEL = 26.0
GAP = 170.0  # between layers


def draw_network(
    network: Network,
    image: Sequence[float] | None = None,
    *,
    shape: tuple[int, int] | None = None,
    title: str = "",
    outputs: Sequence[str] = (),
    theme: str = "light",
    language: Language | None = None,
) -> Drawing:
    """Return a drawing of the network; with an image, of its response to that image (反応例).

    image       one number per input; without it only the weights are shown
    shape       rows and columns of the image, (4, 3) for 12 inputs if nothing is said
    outputs     what the outputs stand for, written beside them: ("0", "1")
    language    of the words in the picture; the reader's if nothing is said

    The network computes the image afresh, so its `z` and `a` are then those of that image.

    Raises ValueError for an image that does not fit the network or the shape, or an unknown
    theme.
    """
    return draw_networks(
        [(title, network)], image, shape=shape, outputs=outputs, theme=theme, language=language
    )


def draw_networks(
    networks: Sequence[tuple[str, Network]],
    image: Sequence[float] | None = None,
    *,
    shape: tuple[int, int] | None = None,
    outputs: Sequence[str] = (),
    theme: str = "light",
    language: Language | None = None,
) -> Drawing:
    """Return a drawing of several networks side by side: before and after training, say.

    networks    (title, network) for each, from left to right; all else is as in `draw_network`

    >>> before, after = Network([12, 3, 2], seed=0), Network([12, 3, 2], seed=1)
    >>> draw_networks([("before", before), ("after", after)]).title
    'before, after'
    """
    if not networks:
        raise ValueError("there is no network to draw: the list is empty")
    page = Page(chosen_theme(theme), chosen_language(language))
    left = 0.0
    for _, network in networks:
        checked_network(network)
    heaviest = largest_size([w for _, network in networks for w in all_weights(network)])
    for number, (title, network) in enumerate(networks):
        if image is not None:
            network(image)
        left = page.network(f"w{number}", network, image, shape, title, outputs, left, heaviest)
        left += 90.0
    titles = ", ".join(plain(title) for title, _ in networks if title)
    sizes = ", ".join("-".join(map(str, network.sizes)) for _, network in networks)
    return page.drawing(titles or phrase("network.network", page.language, sizes=sizes))


def draw_weights(
    network: Network,
    *,
    shape: tuple[int, int] | None = None,
    title: str = "",
    theme: str = "light",
    language: Language | None = None,
) -> Drawing:
    """Return the weights of each unit of layer 2 as a picture of the inputs: what it looks for.

    A blue cell is a pixel that excites the unit, an orange one with a corner cut off a pixel
    that calms it; the number is the weight.

    Raises ValueError if the inputs do not fit the shape.
    """
    checked_network(network)
    page = Page(chosen_theme(theme), chosen_language(language))
    page.weights(network, shape, title)
    return page.drawing(plain(title) or phrase("network.looks for", page.language))


# -- The page --------------------------------------------------------------------------------------


class Page:
    """A sheet on which circles, squares and lines are put at given places."""

    def __init__(self, theme: Theme, language: Language) -> None:
        self.theme = theme
        self.language = language
        self.dark = luminance(theme.background) < 0.5
        self.descriptions: dict[str, str] = {}
        self.words: list[str] = []
        self.graph = graphviz.Digraph("network", engine="neato")
        t = theme
        self.graph.attr(
            "graph", bgcolor=t.background, inputscale="72", splines="line", pad="0.15",
            outputorder="edgesfirst", id="network",
        )  # fmt: skip
        self.graph.attr(
            "node", fontname=FONT, fontsize="12", fontcolor=t.text, color=t.line, pin="true",
            fixedsize="true", style="filled", margin="0",
        )  # fmt: skip
        self.graph.attr("edge", arrowhead="none")

    def drawing(self, title: str) -> Drawing:
        description = "; ".join(self.words) + "."
        source = str(self.graph.source)
        return Drawing(source, title, description, self.descriptions, engine="neato")

    def put(
        self, name: str, x: float, y: float, label: str, width: float, height: float,
        words: str = "", **look: str,
    ) -> None:  # fmt: skip
        """Put a node with its middle at (x, y); width and height in points."""
        if words:
            self.descriptions[name] = words
            look["tooltip"] = tooltip_of(words)
        self.graph.node(
            name, label=label, id=name, pos=f"{x:.1f},{y:.1f}!",
            width=f"{width / 72:.3f}", height=f"{height / 72:.3f}", **look,
        )  # fmt: skip

    def write(self, name: str, x: float, y: float, text: str, size: float = 12.0) -> None:
        """Put a text with its middle at (x, y)."""
        self.put(name, x, y, f"<{text}>", 1.0, 1.0, shape="plaintext", style="",
                 fixedsize="false", fontsize=f"{size:g}")  # fmt: skip

    def network(
        self, name: str, network: Network, image: Sequence[float] | None,
        shape: tuple[int, int] | None, title: str, outputs: Sequence[str], left: float,
        heaviest: float,
    ) -> float:  # fmt: skip
        """Put a network to the right of `left`; return where it ends."""
        shape = fitting_shape(network, shape)
        columns = [shown_units(len(layer.units)) for layer in network.layers]
        spacings = [
            2.0 * RADIUS + (6.0 if len(column) > 8 else 40.0 if len(column) > 2 else 70.0)
            for column in columns
        ]
        tallest = max(len(c) * s for c, s in zip(columns, spacings))
        x = left + RADIUS
        if image is not None and shape is not None:
            self.pixels(name, image, shape, left)
            x += shape[1] * PIXEL + 44.0
        first = x
        for number, layer in enumerate(network.layers):
            column, spacing = columns[number], spacings[number]
            top = (len(column) - 1) * spacing / 2.0
            for row, j in enumerate(column):
                y = top - row * spacing
                if j is None:
                    self.write(f"{name}_{layer.number}_more", x, y, "⋮", 20.0)
                else:
                    self.unit(name, layer.units[j], layer.number, x, y, image is not None)
                    if number == len(network.layers) - 1 and j < len(outputs):
                        text = f"<B>“{shown(outputs[j])}”</B>"
                        self.write(f"{name}_out{j + 1}", x + RADIUS + 22.0, y, text, 16.0)
            key = "network.layer" if number else "network.input layer"
            label = phrase(key, self.language, number=layer.number)
            self.write(f"{name}_layer{layer.number}", x, -tallest / 2.0 - 14.0, label, 11.0)
            x += GAP
        x -= GAP
        right = x + RADIUS + (34.0 if outputs else 0.0)
        for number, (below, above) in enumerate(pairwise(network.layers), start=1):
            assert isinstance(above, Layer)
            self.lines(name, above, columns[number - 1], columns[number], below.number, heaviest)
        if title:
            middle = (left + right) / 2.0
            self.write(
                f"{name}_title", middle, tallest / 2.0 + 26.0, f"<B>{prose(title)}</B>", 16.0
            )
        self.legend(name, (first + x) / 2.0, -tallest / 2.0 - 36.0)
        outputs_told = [
            f"{unit.a_label} = {unit.a.data:.2f}"
            for unit in network.layers[-1].units
            if image is not None and unit.a is not None
        ]
        sizes = "-".join(map(str, network.sizes))
        told = phrase("network.network", self.language, sizes=sizes)
        self.words.append(": ".join(part for part in (plain(title), told) if part))
        self.words += outputs_told
        return right

    def legend(self, name: str, x: float, y: float) -> None:
        positive, negative = POSITIVE[self.dark], NEGATIVE[self.dark]
        text = (
            f'<FONT COLOR="{positive}">━━</FONT> w &gt; 0 &#160;&#160; '
            f'<FONT COLOR="{negative}">╍╍</FONT> w &lt; 0'
        )
        self.write(f"{name}_legend", x, y, text, 11.0)

    def pixels(
        self, name: str, image: Sequence[float], shape: tuple[int, int], left: float
    ) -> None:
        """Put the image itself, as pixels."""
        rows, columns = shape
        for row in range(rows):
            for column in range(columns):
                value = image[row * columns + column]
                place = {"row": row + 1, "column": column + 1, "value": f"{value:g}"}
                fill, ink = self.shade(value)
                x = left + (column + 0.5) * PIXEL
                y = ((rows - 1) / 2.0 - row) * PIXEL
                self.put(
                    f"{name}_pixel{row * columns + column + 1}", x, y, "", PIXEL, PIXEL,
                    phrase("network.pixel", self.language, **place),
                    shape="box", fillcolor=fill, fontcolor=ink,
                )  # fmt: skip

    def unit(
        self, name: str, unit: Unit | InputUnit, layer: int, x: float, y: float, responding: bool
    ) -> None:
        """Put a unit as a circle: its name, and its output as number and shading."""
        label = typeset(unit.a_label)
        value = unit.a.data if responding and unit.a is not None else None
        look = {"fillcolor": self.theme.result}
        words = unit.a_label
        if value is not None:
            fill, ink = self.shade(value)
            number = number_shown(value, 2) if layer == 1 else fixed(value)
            rows = "".join(f"<TR><TD>{row}</TD></TR>" for row in (label, f"<B>{number}</B>"))
            label = f'<TABLE BORDER="0" CELLSPACING="2" CELLPADDING="0">{rows}</TABLE>'
            look = {"fillcolor": fill, "fontcolor": ink}
            words += f" = {value:.3g}"
        if isinstance(unit, Unit):
            bias = f"{unit.bias.data:.3g}"
            words = phrase("network.bias", self.language, unit=words, value=bias)
        self.put(
            f"{name}_a{layer}_{unit.index}", x, y, f"<{label}>", 2 * RADIUS, 2 * RADIUS, words,
            shape="circle", fontsize="11", **look,
        )  # fmt: skip

    def lines(
        self, name: str, above: Layer, lower: Sequence[int | None], upper: Sequence[int | None],
        below: int, heaviest: float,
    ) -> None:  # fmt: skip
        """Put the weights between two layers as lines."""
        for j in upper:
            for i in lower:
                if i is None or j is None:
                    continue
                weight = above.units[j].weights[i]
                id = f"{name}_w{above.number}_{j + 1}_{i + 1}"
                share = share_of(weight.data, heaviest)
                negative = weight.data < 0.0
                words = f"{weight.label} = {weight.data:.3g}"
                self.descriptions[id] = words
                self.graph.edge(
                    f"{name}_a{below}_{i + 1}", f"{name}_a{above.number}_{j + 1}", id=id,
                    color=(NEGATIVE if negative else POSITIVE)[self.dark],
                    style="dashed" if negative else "solid",
                    penwidth=f"{0.3 + 4.7 * share:.2f}", tooltip=tooltip_of(words),
                )  # fmt: skip

    def shade(self, value: float) -> tuple[str, str]:
        """Return the colour for an excitement from 0 to 1 (beyond: as at the end), and its ink."""
        share = min(1.0, max(0.0, value)) if value == value else 0.0  # NaN: no shading
        empty = self.theme.result
        fill = mixed(empty, EXCITED[self.dark], share)
        ink = "#ffffff" if luminance(fill) < 0.18 else "#111111"
        return fill, ink

    # -- Weights as pictures --

    def weights(self, network: Network, shape: tuple[int, int] | None, title: str) -> None:
        """Put the weights of each unit of layer 2 in the shape of the image."""
        shape = fitting_shape(network, shape)
        if shape is None:
            raise ValueError(
                f"{network.sizes[0]} inputs are no picture by themselves; write shape=(rows, "
                f"columns)"
            )
        rows, columns = shape
        layer = network.layers[1]
        assert isinstance(layer, Layer)
        largest = largest_size([w for unit in layer.units for w in unit.weights])
        cell = 44.0
        left = 0.0
        top = rows * cell / 2.0
        for unit in layer.units[:UNITS_SHOWN]:
            middle = left + columns * cell / 2.0
            self.write(
                f"t{unit.index}", middle, top + 16.0, f"<B>{typeset(unit.a_label)}</B>", 14.0
            )
            for i, w in enumerate(unit.weights):
                row, column = divmod(i, columns)
                full = (NEGATIVE if w.data < 0.0 else POSITIVE)[False]
                fill = mixed("#ffffff", full, share_of(w.data, largest))
                ink = "#ffffff" if luminance(fill) < 0.18 else "#111111"
                style = "filled,diagonals" if w.data < 0.0 else "filled"
                self.put(
                    f"u{unit.index}_{i + 1}", left + (column + 0.5) * cell,
                    top - (row + 0.5) * cell, signed(w.data), cell, cell,
                    f"{w.label} = {w.data:.3g}", shape="box", fillcolor=fill, fontcolor=ink,
                    style=style,
                )  # fmt: skip
            bias = f"{typeset(unit.bias.label)} = {number_shown(unit.bias.data, 2)}"
            self.write(f"b{unit.index}", middle, -top - 14.0, bias, 12.0)
            self.words.append(
                f"{unit.a_label}: " + ", ".join(f"{w.label} = {w.data:.2g}" for w in unit.weights)
            )
            left += columns * cell + 30.0
        if title:
            self.write("title", (left - 30.0) / 2.0, top + 48.0, f"<B>{prose(title)}</B>", 16.0)


# -- Numbers and colours ---------------------------------------------------------------------------


def fixed(number: float) -> str:
    """Return a number with two decimals where that says enough."""
    return f"{number:.2f}".replace("-", "−") if abs(number) < 100.0 else number_shown(number, 2)


def signed(number: float) -> str:
    """Return a number with its sign: +1.3, −0.2."""
    if abs(number) < 0.05:
        return "0.0"
    return f"{number:+.1f}".replace("-", "−") if abs(number) < 100.0 else number_shown(number, 2)


def largest_size(weights: Sequence[Value]) -> float:
    """Return the largest |w| that is finite, 0 if there is none."""
    return max((abs(w.data) for w in weights if math.isfinite(w.data)), default=0.0)


def share_of(weight: float, largest: float) -> float:
    """Return |w| as a share of the largest, from 0 to 1; infinity is 1 and NaN 0."""
    if math.isinf(weight):
        return 1.0
    return abs(weight) / largest if largest > 0.0 and weight == weight else 0.0


def mixed(empty: str, full: str, share: float) -> str:
    """Return the colour between two.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    parts = []
    for k in (1, 3, 5):
        low, high = int(empty[k : k + 2], 16), int(full[k : k + 2], 16)
        parts.append(f"{int(low + (high - low) * share + 0.5):02x}")
    return "#" + "".join(parts)


def luminance(colour: str) -> float:
    """Return how light a colour is, from 0 to 1, as WCAG defines it."""
    parts = [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# -- What the user gave ----------------------------------------------------------------------------


def checked_network(network: object) -> None:
    """Raise TypeError for what is no Network."""
    if not isinstance(network, Network):
        raise TypeError(f"a Network is needed, not {described(network)}")


def chosen_theme(theme: str) -> Theme:
    if theme not in THEMES:
        raise ValueError(f"theme is one of {', '.join(THEMES)}, not {theme!r}")
    return THEMES[theme]


def fitting_shape(network: Network, shape: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return rows and columns of the input image, None if nothing is known of them.

    Raises ValueError if they do not fit the count of inputs.
    """
    inputs = network.sizes[0]
    if shape is None:
        return (4, 3) if inputs == 12 else None
    rows, columns = shape
    if rows < 1 or columns < 1 or rows * columns != inputs:
        raise ValueError(f"{rows} x {columns} pixels do not fit a network of {inputs} inputs")
    return shape


def shown_units(count: int) -> list[int | None]:
    """Return the places of the units that are drawn; None stands for those between.

    >>> shown_units(3), len(shown_units(100))
    ([0, 1, 2], 16)
    """
    if count <= UNITS_SHOWN:
        return list(range(count))
    return [*range(UNITS_SHOWN - 2), None, count - 1]


def all_weights(network: Network) -> list[Value]:
    return [w for layer in network.computing_layers() for unit in layer.units for w in unit.weights]
