"""A training as pictures: the network's weights from the first epoch to the last, as one film."""

import copy
import html
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from autograd_lite.words import Language, chosen_language
from autograd_lite.words import text as phrase
from nn.drawing import checked_network, draw_network
from nn.units import Network

__all__ = ["Film"]

SECONDS = 5.0
PLAYER = Path(__file__).with_name("player.html")
OPENING = re.compile(r"<svg [^>]*>")
# What Graphviz writes around each shape for nobody to see: comments, and the links of tooltips,
# whose words are the titles of the shapes.
UNSEEN = re.compile(r'<!--.*?-->\n?|<g id="a_[^"]*"><a [^>]*>\n?|</a>\n</g>\n?', re.DOTALL)


class Film:
    """Takes pictures of a network while it trains: give it to `train` as `watch`.

    >>> from nn import GradientDescent, train
    >>> network = Network([2, 2, 1], seed=1)
    >>> film = Film(network)
    >>> history = train(network, [[0, 1], [1, 0]], [[1], [0]], epochs=50, watch=film)
    >>> film.epochs[:4], len(film.epochs) <= 24
    ([0, 1, 2, 3], True)

    network     whose weights are noted, at first as they are now
    epochs      after how many epochs each note was taken: close together at first, since a
                network learns most at the start
    costs       the cost then; None before the first epoch
    """

    def __init__(self, network: Network) -> None:
        checked_network(network)
        self.network = network
        self.epochs = [0]
        self.costs: list[float | None] = [None]
        self.numbers = [self.now()]
        self.latest = (0, self.costs[0], self.numbers[0])

    def __repr__(self) -> str:
        return f"<film of {len(self.epochs)} frames, epochs {self.epochs[0]} to {self.epochs[-1]}>"

    def __call__(self, epoch: int, cost: float) -> None:
        """Note the weights after an epoch (the first is 0), if it is time for the next frame."""
        self.latest = (epoch + 1, cost, self.now())
        if epoch + 1 >= max(self.epochs[-1] + 1, self.epochs[-1] * 1.45):
            self.note()

    def now(self) -> list[float]:
        """Return the numbers of all parameters as they are."""
        return [parameter.data for parameter in self.network.parameters()]

    def note(self) -> None:
        """Keep the latest state as a frame, if it is not one already."""
        epoch, cost, numbers = self.latest
        if epoch > self.epochs[-1]:
            self.epochs.append(epoch)
            self.costs.append(cost)
            self.numbers.append(numbers)

    def frame(self, k: int) -> Network:
        """Return the network as it was at frame k: a copy."""
        network = copy.deepcopy(self.network)
        for parameter, number in zip(network.parameters(), self.numbers[k]):
            parameter.data = number
        return network

    def svg(
        self,
        image: Sequence[float] | None = None,
        *,
        shape: tuple[int, int] | None = None,
        outputs: Sequence[str] = (),
        theme: str = "light",
        language: Language | None = None,
    ) -> str:
        """Return the training as one animated SVG that plays once, in 5 seconds, and then rests.

        A reader whose system asks for less motion sees the last frame at once, and so does one
        whose viewer knows no animation.
        """
        scene = self.scene(image, shape, outputs, theme, chosen_language(language))
        return scene.svg(animation(len(scene.frames)))

    def player(
        self,
        image: Sequence[float] | None = None,
        *,
        shape: tuple[int, int] | None = None,
        outputs: Sequence[str] = (),
        language: Language | None = None,
    ) -> str:
        """Return the training as a part of a web page, with a button to play and a timeline.

        It holds the film for light pages and for dark ones, its style and its script. It plays
        once when it comes into sight, unless the reader's system asks for less motion.

        >>> Film(Network([2, 1])).player().count("<svg ")
        2
        """
        language = chosen_language(language)
        scenes = {
            theme: self.scene(image, shape, outputs, theme, language) for theme in ("light", "dark")
        }
        template = Template(PLAYER.read_text(encoding="utf-8"))
        return template.substitute(
            {theme: scene.svg() for theme, scene in scenes.items()},
            seconds=SECONDS,
            last=len(self.epochs) - 1,
            play=html.escape(phrase("network.play", language)),
            pause=html.escape(phrase("network.pause", language)),
            timeline=html.escape(phrase("network.timeline", language)),
        )

    def scene(
        self,
        image: Sequence[float] | None,
        shape: tuple[int, int] | None,
        outputs: Sequence[str],
        theme: str,
        language: Language,
    ) -> "Scene":
        """Return the frames as SVG; the latest state is the last one."""
        self.note()
        titles = []
        pages = []
        for k, epoch in enumerate(self.epochs):
            cost = self.costs[k]
            title = phrase("network.epoch", language, epoch=epoch)
            if cost is not None:
                found = {"epoch": epoch, "cost": f"{cost:.3f}"}
                title = phrase("network.epoch and cost", language, **found)
            drawing = draw_network(
                self.frame(k),
                image,
                shape=shape,
                title=title,
                outputs=outputs,
                theme=theme,
                language=language,
            )
            titles.append(title)
            pages.append(drawing.svg())
        name = phrase("network.film", language, last=self.epochs[-1])
        return Scene(theme, name, titles, pages)


class Scene:
    """SVG pages of one size as the frames of one SVG, of which the last is shown.

    name        what it shows, in a few words
    opening     the tag that opens the SVG
    frames      each page as a group
    """

    def __init__(self, theme: str, name: str, titles: Sequence[str], pages: Sequence[str]) -> None:
        opening = OPENING.search(pages[-1])
        assert opening is not None
        self.name = html.escape(name)
        self.opening = re.sub(r'aria-label="[^"]*"', f'aria-label="{self.name}"', opening.group())
        self.frames = []
        for k, (title, page) in enumerate(zip(titles, pages)):
            body = UNSEEN.sub("", page[page.index("<g id=") : page.rindex("</svg>")])
            body = re.sub(r'id="([^"]*)"', rf'id="{theme}{k}_\1"', body)
            seen = "visible" if k == len(pages) - 1 else "hidden"
            self.frames.append(
                f'<g class="frame" id="{theme}_frame{k}" data-title="{html.escape(title)}" '
                f'visibility="{seen}">\n{body}</g>'
            )

    def __repr__(self) -> str:
        return f"<scene of {len(self.frames)} frames>"

    def svg(self, style: str = "") -> str:
        """Return the SVG, with a style that says which frame is visible when."""
        rules = f"<style>\n{style}\n</style>\n" if style else ""
        drawn = "\n".join(self.frames)
        return f"{self.opening}\n<title>{self.name}</title>\n{rules}{drawn}\n</svg>\n"


def animation(frames: int) -> str:
    """Return the style that shows so many frames in turn, and then the last one."""
    step = SECONDS / frames
    rules = [
        f".frame:nth-of-type({k + 1}) {{ animation: {'stay' if k == frames - 1 else 'flash'} "
        f"{step:.3f}s {k * step:.3f}s both }}"
        for k in range(frames)
    ]
    return "\n".join(
        [
            "@media (prefers-reduced-motion: no-preference) {",
            ".frame { visibility: hidden }",
            "@keyframes flash { from { visibility: visible } 99.9% { visibility: visible }",
            "  to { visibility: hidden } }",
            "@keyframes stay { from { visibility: visible } to { visibility: visible } }",
            *rules,
            "}",
        ]
    )
