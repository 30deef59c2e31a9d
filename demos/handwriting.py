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

from nn import Adam, History, Layer, Network, accuracy, classify, train

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

    Raises ImportError, which names the extra, without scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits as load
    except ImportError:
        raise ImportError(
            "the handwritten digits come with scikit-learn: "
            'pip install "autograd-lite[handwriting]"'
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
    """Run the demo with the given command line; return the exit status."""
    options = parsed(arguments)
    try:
        run(options)
    except (ValueError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.handwriting",
        description="Train a network of sigmoid units on 1,348 handwritten digits of 8x8 pixels.",
    )
    add = parser.add_argument
    add("--engine", choices=("native", "python", "eager"), default="native",
        help="what takes the steps (default: native)")  # fmt: skip
    add("--epochs", type=int, default=60, help="passes over the images (default: 60)")
    add("--hidden", type=int, default=32, help="hidden units (default: 32)")
    add("--seed", type=int, default=1, help="starting weights (default: 1)")
    add("--out", type=Path, default=Path("handwriting"), help="folder (default: handwriting)")
    add("--no-drawing", action="store_true", help="draw nothing, so matplotlib is not needed")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    learned, held_out = load_digits()
    network = Network([SIDE * SIDE, options.hidden, 10], seed=options.seed)
    print(
        f"{network!r}: {len(network.parameters()):,} parameters, "
        f"{len(learned.images):,} images to learn from, {len(held_out.images)} held out"
    )
    history = trained(network, learned, options.epochs, options.engine)
    print(
        f"C = {history.costs[0]:.1f} -> {history.costs[-1]:.1f} in {len(history.costs)} epochs, "
        f"{history.seconds:.1f} s with engine {options.engine!r}, compiling included"
    )
    if options.engine != "eager":
        seconds = eager_seconds(options, learned, len(history.costs))
        print(
            f"Values, a graph for every step, would have taken about {told(seconds)} "
            f"(measured on one batch): {seconds / history.seconds:,.0f} times as long"
        )
    print()
    report("the images it learned from", network, learned)
    report("the images it has never seen", network, held_out)
    show_mistakes(network, held_out)
    options.out.mkdir(parents=True, exist_ok=True)
    network.save(options.out / "network.json")
    print(f"The network is saved: {options.out / 'network.json'}")
    if not options.no_drawing:
        draw(network, history, held_out, options.out / "learned.png")
        print(f"What it learned is drawn: {options.out / 'learned.png'}")


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
    return f"{seconds:.0f} s" if seconds < 120.0 else f"{seconds / 60.0:.0f} minutes"


def report(what: str, network: Network, digits: Digits) -> None:
    share = accuracy(network, digits.images, digits.digits)
    print(f"{what:<28}: {share:6.1%} right")


def show_mistakes(network: Network, digits: Digits, most: int = 3) -> None:
    """Print some held-out images that the network takes for another digit."""
    answers = [classify(network, image) for image in digits.images]
    wrong = [k for k, answer in enumerate(answers) if answer != digits.digits[k]]
    if not wrong:
        return
    print(f"\n{len(wrong)} mistakes; the first of them:")
    for k in wrong[:most]:
        print(f"    a {digits.digits[k]}, taken for a {answers[k]}")
        for row in range(0, SIDE * SIDE, SIDE):
            line = "".join(
                " .:*#"[round(ink * 4)] * 2 for ink in digits.images[k][row : row + SIDE]
            )
            print(f"        {line}".rstrip())
    print()


def draw(network: Network, history: History, digits: Digits, path: Path) -> None:
    """Draw the curve of the cost, what the hidden units look for, and some answers.

    Raises ImportError, which names the extra, without matplotlib.
    """
    try:
        import matplotlib
    except ImportError:
        raise ImportError(
            'the drawing needs matplotlib: pip install "autograd-lite[plot]", or --no-drawing'
        ) from None
    matplotlib.use("agg")
    from matplotlib import pyplot

    hidden = network.layers[1]
    assert isinstance(hidden, Layer)
    figure = pyplot.figure(figsize=(9, 8.5), layout="constrained")
    parts: Any = figure.subfigures(3, 1, height_ratios=[2.2, 3.4, 2.2])
    curve, units, answers = parts
    axis = curve.subplots()
    axis.plot(range(1, len(history.costs) + 1), history.costs, color="#0072b2")
    axis.set(xlabel="epoch", ylabel="cost C", yscale="log", title="Learning")
    axis.spines[["top", "right"]].set_visible(False)
    units.suptitle(
        "What the hidden units look for: ink that excites (purple), ink that calms (orange)"
    )
    columns = min(8, len(hidden.units))
    rows = -(-min(len(hidden.units), 32) // columns)
    grid = list(units.subplots(rows, columns, squeeze=False).flat)
    for axis, unit in zip(grid, hidden.units):
        show(axis, [weight.data for weight in unit.weights], "PuOr", symmetric=True)
    for axis in grid[len(hidden.units) :]:
        axis.axis("off")
    answers.suptitle("Images that it has never seen, and its answers")
    grid = answers.subplots(2, SHOWN // 2, squeeze=False).flat
    for axis, image, digit in zip(grid, digits.images, digits.digits):
        answer = classify(network, image)
        show(axis, image, "Greys")
        verdict = f"{answer}" if answer == digit else f"{answer}, but it is a {digit}"
        axis.set_title(verdict, fontsize=10, color="black" if answer == digit else "#d55e00")
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def show(axis: Any, pixels: Sequence[float], colours: str, symmetric: bool = False) -> None:
    rows = [pixels[row : row + SIDE] for row in range(0, SIDE * SIDE, SIDE)]
    top = max(abs(pixel) for pixel in pixels)
    axis.imshow(rows, cmap=colours, vmin=-top if symmetric else 0.0, vmax=top)
    axis.set_xticks([])
    axis.set_yticks([])


if __name__ == "__main__":
    sys.exit(main())
