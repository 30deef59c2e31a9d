"""A training as pictures: the network's weights from the first epoch to the last, as one film."""

import copy
import html
import re
from collections.abc import Sequence

from autograd_lite.words import Language, chosen_language
from autograd_lite.words import text as phrase
from nn.drawing import checked_network, draw_network
from nn.units import Network

__all__ = ["Film"]


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

        A reader whose system asks for less motion sees the last frame at once.
        """
        self.note()
        language = chosen_language(language)
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
            pages.append(drawing.svg())
        return animated(pages, phrase("network.film", language, last=self.epochs[-1]))


def animated(pages: Sequence[str], title: str, seconds: float = 5.0) -> str:
    """Return SVG pages of one size as the frames of one animated SVG."""
    opening = re.search(r"<svg [^>]*>", pages[-1])
    assert opening is not None
    step = seconds / len(pages)
    rules = []
    frames = []
    last = len(pages) - 1
    for k, page in enumerate(pages):
        body = page[page.index("<g id=") : page.rindex("</svg>")]
        body = re.sub(r'id="([^"]*)"', rf'id="f{k}_\1"', body)
        frames.append(f'<g class="frame" id="frame{k}">\n{body}</g>')
        name = "stay" if k == last else "flash"
        rules.append(f"#frame{k} {{ animation: {name} {step:.3f}s {k * step:.3f}s both }}")
    style = "\n".join(
        [
            ".frame { visibility: hidden }",
            f"#frame{last} {{ visibility: visible }}",
            "@media (prefers-reduced-motion: no-preference) {",
            "@keyframes flash { from { visibility: visible } 99.9% { visibility: visible }",
            "  to { visibility: hidden } }",
            "@keyframes stay { from { visibility: visible } to { visibility: visible } }",
            *rules,
            "}",
        ]
    )
    name = html.escape(title)
    head = re.sub(r'aria-label="[^"]*"', f'aria-label="{name}"', opening.group())
    drawn = "\n".join(frames)
    return f"{head}\n<title>{name}</title>\n<style>\n{style}\n</style>\n{drawn}\n</svg>\n"
