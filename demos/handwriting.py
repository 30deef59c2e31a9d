"""Real handwriting (手書き文字): a scalar network learns ten digits from 1,348 images of 8 × 8.

    python -m demos.handwriting            train in native code, show and draw what was learned
    python -m demos.handwriting --help     what else it can do

The images are the 1,797 that scikit-learn carries (UCI, Alpaydin and Kaynak, 1998), written by
43 people. A quarter of them are held out: training never sees them. The network is made of
`Value`s, one for each of its weights; compiled, it learns in seconds what would take the
`Value`s themselves many minutes.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograd_lite.console import ended_quietly
from autograd_lite.words import text
from demos.command import add_language, run_demo, say
from nn import Adam, History, Layer, Network, accuracy, classify, train
from nn.drawing import EXCITED, NEGATIVE, POSITIVE

__all__ = ["main", "Digits", "load_digits"]

SIDE = 8  # pixels
SHOWN = 12  # held-out images in the drawing


class Digits(NamedTuple):
    """Images and what they show.

    images      rows of 64 pixels, from 0.0 (paper) to 1.0 (ink)
    digits      0 to 9
    """

    images: list[list[float]]
    digits: list[int]

    @property
    def targets(self) -> list[list[float]]:
        """What the ten outputs should be: 1 for the digit, 0 for the others."""
        return [[1.0 if k == digit else 0.0 for k in range(10)] for digit in self.digits]


def load_digits(seed: int = 0) -> tuple[Digits, Digits]:
    """Return the digits to learn from, and the held-out quarter.

    Raises ImportError, which says what to install, without scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits as load
    except ImportError:
        raise ImportError(
            "the handwritten digits come with scikit-learn: pip install scikit-learn"
        ) from None
    images, digits = load(return_X_y=True)
    rows = [[ink / 16.0 for ink in image] for image in images.tolist()]
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    cut = len(order) // 4
    held_out, learned = order[:cut], order[cut:]
    found = [
        Digits([rows[k] for k in part], [int(digits[k]) for k in part])
        for part in (learned, held_out)
    ]
    return found[0], found[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo with the given command line; return the exit status of `run_demo`."""
    return run_demo(arguments, parsed, run)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.handwriting",
        description=text("handwriting.about"),
    )
    add = parser.add_argument
    add("--engine", choices=("native", "python", "eager"), default="native",
        help=text("handwriting.engine"))  # fmt: skip
    add("--epochs", type=int, default=60, help=text("handwriting.epochs"))
    add("--hidden", type=int, default=32, help=text("handwriting.hidden"))
    add("--seed", type=int, default=1, help=text("handwriting.seed"))
    add("--out", type=Path, default=Path("handwriting"), help=text("handwriting.out"))
    add("--no-drawing", action="store_true", help=text("handwriting.no drawing"))
    add_language(parser)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    learned, held_out = load_digits()
    network = Network([SIDE * SIDE, options.hidden, 10], seed=options.seed)
    say(
        "handwriting.network", network=network, parameters=f"{len(network.parameters()):,}",
        learned=f"{len(learned.images):,}", held_out=len(held_out.images),
    )  # fmt: skip
    history = trained(network, learned, options.epochs, options.engine)
    if history.costs:
        say(
            "handwriting.cost", first=f"{history.costs[0]:.1f}", last=f"{history.costs[-1]:.1f}",
            epochs=len(history.costs), seconds=f"{history.seconds:.1f}", engine=options.engine,
        )  # fmt: skip
    if history.costs and options.engine != "eager":
        seconds = eager_seconds(options, learned, len(history.costs))
        times = f"{seconds / history.seconds:,.0f}"
        say("handwriting.eager", time=told(seconds), times=times)
    print()
    report("handwriting.learned images", network, learned)
    report("handwriting.unseen images", network, held_out)
    show_mistakes(network, held_out)
    options.out.mkdir(parents=True, exist_ok=True)
    network.save(options.out / "network.json")
    say("handwriting.saved", path=options.out / "network.json")
    if not options.no_drawing:
        draw(network, history, held_out, options.out / "learned.png")
        say("handwriting.drawn", path=options.out / "learned.png")


def trained(network: Network, digits: Digits, epochs: int, engine: str) -> History:
    return train(
        network, digits.images, digits.targets, epochs=epochs, update=Adam(rate=0.01),
        batch_size=32, engine=engine,
    )  # fmt: skip


def eager_seconds(options: argparse.Namespace, digits: Digits, epochs: int) -> float:
    """Return how long training with Values would take, from the least of three batches of 32."""
    network = Network([SIDE * SIDE, options.hidden, 10], seed=options.seed)
    times = []
    for start in (0, 32, 64):
        part = Digits(digits.images[start : start + 32], digits.digits[start : start + 32])
        begin = time.perf_counter()
        train(network, part.images, part.targets, epochs=1, update=Adam(rate=0.01))
        times.append(time.perf_counter() - begin)
    return min(times) / 32 * len(digits.images) * epochs


def told(seconds: float) -> str:
    if seconds < 120.0:
        return text("handwriting.seconds", count=f"{seconds:.0f}")
    return text("handwriting.minutes", count=f"{seconds / 60.0:.0f}")


def report(key: str, network: Network, digits: Digits) -> None:
    """Print which share of the images the network reads right."""
    say(key, share=f"{accuracy(network, digits.images, digits.digits):6.1%}")


def show_mistakes(network: Network, digits: Digits, most: int = 3) -> None:
    """Print some held-out images that the network takes for another digit."""
    answers = [classify(network, image) for image in digits.images]
    wrong = [k for k, answer in enumerate(answers) if answer != digits.digits[k]]
    if not wrong:
        return
    print()
    say("handwriting.mistakes", count=len(wrong))
    for k in wrong[:most]:
        told = text("handwriting.mistake", digit=digits.digits[k], answer=answers[k])
        print(f"    {told}")
        for row in range(0, SIDE * SIDE, SIDE):
            line = "".join(
                " .:*#"[round(ink * 4)] * 2 for ink in digits.images[k][row : row + SIDE]
            )
            print(f"        {line}".rstrip())
    print()


def draw(network: Network, history: History, digits: Digits, path: Path) -> None:
    """Draw the curve of the cost, what the hidden units look for, and some answers.

    Raises ImportError, which says what to install, without matplotlib.
    """
    try:
        import matplotlib
    except ImportError:
        raise ImportError(
            "the drawing needs matplotlib: pip install matplotlib, or --no-drawing"
        ) from None
    matplotlib.use("agg")
    from matplotlib import pyplot

    from demos.plots import colours_between, in_picture, use_fonts

    weights = colours_between(NEGATIVE[False], "#ffffff", POSITIVE[False])
    ink = colours_between("#ffffff", EXCITED[False])
    hidden = network.layers[1]
    assert isinstance(hidden, Layer)
    figure = pyplot.figure(figsize=(9, 8.5), layout="constrained")
    parts: Any = figure.subfigures(3, 1, height_ratios=[2.2, 3.4, 2.2])
    curve, units, answers = parts
    axis = curve.subplots()
    axis.plot(range(1, len(history.costs) + 1), history.costs, color="#0072b2")
    axis.set_yscale("log")
    axis.set_xlabel(in_picture("handwriting.epoch axis"))
    axis.set_ylabel(in_picture("handwriting.cost axis"))
    axis.set_title(in_picture("handwriting.learning"))
    axis.spines[["top", "right"]].set_visible(False)
    units.suptitle(in_picture("handwriting.units"))
    columns = min(8, len(hidden.units))
    rows = -(-min(len(hidden.units), 32) // columns)
    grid = list(units.subplots(rows, columns, squeeze=False).flat)
    for axis, unit in zip(grid, hidden.units):
        show(axis, [weight.data for weight in unit.weights], weights, symmetric=True)
    for axis in grid[len(hidden.units) :]:
        axis.axis("off")
    answers.suptitle(in_picture("handwriting.answers"))
    grid = answers.subplots(2, SHOWN // 2, squeeze=False).flat
    for axis, image, digit in zip(grid, digits.images, digits.digits):
        answer = classify(network, image)
        show(axis, image, ink)
        verdict = f"{answer}"
        if answer != digit:
            verdict = in_picture("handwriting.but", answer=answer, digit=digit)
        axis.set_title(verdict, fontsize=10, color="black" if answer == digit else "#d55e00")
    use_fonts(figure)
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def show(axis: Any, pixels: Sequence[float], colours: Any, symmetric: bool = False) -> None:
    rows = [pixels[row : row + SIDE] for row in range(0, SIDE * SIDE, SIDE)]
    top = max(abs(pixel) for pixel in pixels)
    axis.imshow(rows, cmap=colours, vmin=-top if symmetric else 0.0, vmax=top)
    axis.set_xticks([])
    axis.set_yticks([])


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
