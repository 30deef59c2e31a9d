"""The digit network (例題): learn to tell handwritten 0s from 1s in images of 4 × 3 pixels.

    python -m demos.digits            train, show what was learned, write the network
    python -m demos.digits --help     what else it can do

64 images teach the network of the slides, 12 inputs, 3 hidden sigmoid units and 2 outputs; 16
more, which training never sees, show what it has really learned.
"""

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograd_lite import trace
from autograd_lite.console import ended_quietly, printable
from autograd_lite.drawing import RendererNotFound
from autograd_lite.stepping.pictures import MOST_NODES
from autograd_lite.words import text
from demos.command import add_language, command_line, run_demo, say
from demos.gallery import write_gallery
from demos.images import COLUMNS, LEARNED, UNSEEN, Image, load_drawing, load_images
from demos.playing import stepper_told, write_play
from nn import (
    Film,
    GradientDescent,
    History,
    Layer,
    Network,
    Unit,
    classify,
    load,
    squared_error,
    train,
)

__all__ = ["main"]

UNCLEAR = Image(-1, "", (".##", "#.#", ".##", "..#"))  # neither a 0 nor a 1: like a 9
SHOWN = 5  # images that the network takes for the other, in a report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo with the given command line; return the exit status of `run_demo`."""
    return run_demo(arguments, parsed, run)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.digits",
        description=text("digits.about"),
    )
    add = parser.add_argument
    add("--seed", type=int, default=1, help=text("digits.seed"))
    add("--epochs", type=int, default=400, help=text("digits.epochs"))
    add("--rate", type=float, default=0.2, help=text("digits.rate"))
    add("--hidden", type=int, default=3, help=text("digits.hidden"))
    add("--engine", choices=("eager", "python", "native"), default="eager",
        help=text("digits.engine"))  # fmt: skip
    add("--speeds", action="store_true", help=text("digits.speeds"))
    add("--out", type=Path, default=Path("digits"), help=text("digits.out"))
    add("--no-gallery", action="store_true", help=text("digits.no gallery"))
    add("--image", type=Path, metavar="FILE",
        help=text("digits.image"))  # fmt: skip
    add("--load", type=Path, metavar="FILE", help=text("digits.load"))
    add("--open", action="store_true", help=text("digits.open"))
    add_language(parser)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    drawing = load_drawing(options.image) if options.image else None
    saved = options.out / "network.json"
    if drawing is not None and not options.load and saved.is_file():
        options.load = saved  # what was learned once need not be learned for every drawing
        say("digits.reused", path=saved)
    learned = load_images(LEARNED)
    if options.load:
        network = loaded(options.load)
    else:
        if options.out.is_file():
            raise ValueError(f"{options.out} is a file; --out takes a folder")
        options.out.mkdir(parents=True, exist_ok=True)  # before the work, in case it cannot be
        network, history, film = trained(options, learned)
        tell_training(options, history)
        if options.speeds:
            show_speeds(options, learned)
    print()
    show_what_was_learned(network, learned, drawing)
    if options.load:
        return
    network.save(saved)
    say("digits.saved", path=saved)
    if not options.no_gallery:
        write_pages(options, network, learned, history, film)
    say("digits.own drawing")
    print("    " + command_line("-m", "demos.digits", "--load", str(saved), "--image", "FILE"))


def loaded(path: Path) -> Network:
    """Return a saved network; raise ValueError for one that is not of digits."""
    network = load(path)
    if network.sizes[0] != 12 or network.sizes[-1] != 2:
        raise ValueError(f"{path} holds a network {network.sizes}, not one of digits")
    say("digits.loaded", network=network, path=path)
    return network


def tell_training(options: argparse.Namespace, history: History) -> None:
    """Print how the cost went, and what to try if it hardly fell."""
    if not history.costs:
        return
    first_cost, last_cost = history.costs[0], history.costs[-1]
    costs: dict[str, object] = {"first": f"{first_cost:.4f}", "last": f"{last_cost:.4f}"}
    say("digits.cost", sys.stdout, **costs, epochs=len(history.costs),
        seconds=f"{history.seconds:.1f}")  # fmt: skip
    if len(history.costs) > 100 and last_cost > first_cost / 2.0:
        smaller = f"{min(options.rate / 2.0, 0.2):g}"
        say("digits.not learned", rate=f"{options.rate:g}", smaller=smaller)


def show_what_was_learned(
    network: Network, learned: Sequence[Image], drawing: Image | None
) -> None:
    """Print how the network does on both sets of images, and how it answers to some."""
    report(text("digits.learned"), network, learned)
    report(text("digits.unseen"), network, load_images(UNSEEN))
    print()
    unclear = UNCLEAR._replace(note=text("digits.unclear"))
    samples = [first(learned, 0), first(learned, 1), unclear] if drawing is None else [drawing]
    for sample in samples:
        show_response(network, sample)
    if drawing is None:
        show_hidden_units(network)


def write_pages(
    options: argparse.Namespace,
    network: Network,
    learned: Sequence[Image],
    history: History,
    film: Film,
) -> None:
    """Write the pages to step through, to play with, and of pictures, and say where they are."""
    steppers = write_steps(network, learned, options)
    page = write_play(
        options.out / "play.html", network, learned, history,
        seed=options.seed, rate=options.rate, steppers=steppers,
    )  # fmt: skip
    say("digits.play", page=page)
    if options.open:
        webbrowser.open(page.resolve().as_uri())
    show_gallery(network, learned, history, options.out, film)


def trained(options: argparse.Namespace, images: Sequence[Image]) -> tuple[Network, History, Film]:
    network = Network([12, options.hidden, 2], seed=options.seed)
    say("digits.network", network=network, parameters=len(network.parameters()), images=len(images))
    film = Film(network)
    history = train(
        network,
        [image.pixels for image in images],
        [image.target for image in images],
        epochs=options.epochs,
        update=GradientDescent(rate=options.rate),
        engine=options.engine,
        watch=film,
    )
    return network, history, film


def show_speeds(options: argparse.Namespace, images: Sequence[Image]) -> None:
    """Print how long a step on all images takes each engine; they compute the same curve."""
    pixels = [image.pixels for image in images]
    targets = [image.target for image in images]
    for engine, epochs in (("eager", 5), ("python", 100), ("native", 500_000)):
        network = Network([12, options.hidden, 2], seed=options.seed)
        try:
            train(network, pixels, targets, epochs=1, engine=engine)  # what is made once is made
            history = train(network, pixels, targets, epochs=epochs, engine=engine)
        except ImportError as error:
            print(f"    {engine:<7} {text('digits.not here', error=error)}")
            continue
        microseconds = 1e6 * history.seconds / epochs
        unit = text("digits.speed", images=len(images))
        print(f"    {engine:<7} {microseconds:>10,.1f} {unit}")


def write_steps(
    network: Network, images: Sequence[Image], options: argparse.Namespace
) -> dict[int, dict[str, Any]]:
    """Write every step of backprop for a 0 and for a 1 as web pages; say so if it cannot be.

    Returns, by digit, what the page to play with needs to lead there.
    """
    steppers = {}
    say("digits.drawing", sys.stderr)
    for digit, name in enumerate(("backprop.html", "backprop-1.html")):
        image = first(images, digit)
        network.zero_grad()  # or the last gradients of the training would be added to
        steps = trace(squared_error(network(image.pixels), image.target))
        network.zero_grad()
        page = options.out / name
        try:
            steps.save(page, level="node" if len(steps.nodes) <= MOST_NODES else "unit")
        except (RendererNotFound, ValueError) as error:  # no Graphviz, or too many hidden units
            say("digits.no steps", error=error)
            return {}
        steppers[digit] = stepper_told(steps, name, network.sizes[1])
    say("digits.steps")
    print(f"    {options.out / 'backprop.html'}")
    return steppers


def show_gallery(
    network: Network, images: Sequence[Image], history: History, folder: Path, film: Film
) -> None:
    """Write the page of pictures and say where it is, or what to install for it."""
    try:
        page = write_gallery(
            network, images, history, folder, film=film, unclear=UNCLEAR, progress=drawn
        )
    except RendererNotFound as error:
        say("digits.no pictures", error=error)
    else:
        say("digits.pictures", page=page)


def drawn(done: int, count: int, what: str) -> None:
    """Print how far the drawing has got, which takes a while without Graphviz's own `dot`."""
    say("digits.drawn", sys.stderr, done=done, count=count, what=what)


def report(what: str, network: Network, images: Sequence[Image]) -> None:
    """Print how many images of a set the network puts in the right class, and which it does not."""
    wrong = [image for image in images if classify(network, image.pixels) != image.digit]
    say("digits.right", what=what, right=len(images) - len(wrong), count=len(images))
    for image in wrong[:SHOWN]:
        rows = "/".join(image.rows)
        told = text("digits.taken for", digit=image.digit, note=printable(image.note), rows=rows)
        print(f"    {told}")
    if len(wrong) > SHOWN:
        print(f"    {text('digits.more', count=len(wrong) - SHOWN)}")


def first(images: Sequence[Image], digit: int) -> Image:
    return next(image for image in images if image.digit == digit)


def show_response(network: Network, image: Image) -> None:
    """Print how every unit responds to an image (反応例): its excitement, from 0 to 1."""
    outputs = [output.data for output in network(image.pixels)]
    answer = outputs.index(max(outputs))
    what = text("digits.an image")
    if image.digit >= 0:
        what = text("digits.a digit", digit=image.digit)
    key = "digits.response with note" if image.note else "digits.response"
    say(key, what=what, note=printable(image.note), verdict=verdict(outputs, answer))
    bars = [
        f"{unit.a.label:>6} {bar(unit.a.data)} {unit.a.data:.2f}  {role(network, layer, unit)}"
        for layer in computing(network)
        for unit in layer.units
        if unit.a is not None
    ]
    for k in range(max(len(image.rows), len(bars))):
        row = image.rows[k] if k < len(image.rows) else " " * COLUMNS
        print(f"    {row}    {bars[k] if k < len(bars) else ''}".rstrip())
    print()


def role(network: Network, layer: Layer, unit: Unit) -> str:
    last = layer is network.layers[-1]
    if last:
        return text("digits.output", digit=unit.index - 1)
    return text("digits.hidden unit", unit=unit.index)


def verdict(outputs: Sequence[float], answer: int) -> str:
    if max(outputs) < 0.5:
        return text("digits.none")
    if min(outputs) > 0.5:
        return text("digits.both")
    if max(outputs) - min(outputs) < 0.5:
        return text("digits.unsure", answer=answer)
    return text("digits.says", answer=answer)


def computing(network: Network) -> list[Layer]:
    return network.computing_layers()


def bar(excitement: float, width: int = 20) -> str:
    """Return a bar of `width` characters for a number from 0 to 1."""
    filled = round(max(0.0, min(1.0, excitement)) * width)
    return "[" + "=" * filled + " " * (width - filled) + "]"


def show_hidden_units(network: Network) -> None:
    """Print what each hidden unit has learned: its weights as 4 × 3 pictures, side by side."""
    units = computing(network)[0].units
    say("digits.weights")
    print(f"    {text('digits.marks')}")
    for start in range(0, len(units), 5):
        group = units[start : start + 5]
        print(
            "    "
            + "".join(f"{text('digits.unit', unit=unit.index):<14}" for unit in group).rstrip()
        )
        for row in range(0, 12, COLUMNS):
            cells = [
                " ".join(f"{mark(w.data):<2}" for w in unit.weights[row : row + COLUMNS])
                for unit in group
            ]
            print("    " + "".join(f"{cell:<14}" for cell in cells).rstrip())
    print()


def mark(weight: float) -> str:
    """Return one or two signs for a weight: ++ + . - --"""
    sign = "+" if weight > 0.0 else "-"
    if abs(weight) < 0.5:
        return "."
    return sign if abs(weight) < 2.0 else sign * 2


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
