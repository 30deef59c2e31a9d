"""A GPT from single numbers: train it on names, and let it make up new ones.

python -m demos.gpt                 train, save, write names
python -m demos.gpt --load gpt.json --names 50 --temperature 0.8
python -m demos.gpt --draw ai       draw the loss of one name, and write its page to step
python -m demos.gpt --help          what else it can do
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autograd_lite.console import console_text, ended_quietly
from autograd_lite.drawing import RendererNotFound
from autograd_lite.files import checked_suffix
from autograd_lite.words import text
from demos.command import add_language, command_line, run_demo, say
from demos.gpt.model import GPT, Shape, fresh, tokens_of, written_name
from demos.gpt.pictures import drawn_loss, traced_loss
from demos.gpt.saving import load_gpt, save_gpt
from demos.gpt.training import ENGINES, WAYS, Cooling, Training, training_of
from nn.training import progress_bar

__all__ = ["main", "read_names"]

NAMES = Path(__file__).with_name("names.txt")
TOLD = 100  # steps between two lines; each tells the mean loss of so many

WAYS_TOLD = {
    "ops": "gpt.way ops", "dot": "gpt.way dot",
    "lengths": "gpt.way lengths", "padded": "gpt.way padded",
}  # fmt: skip
ENGINES_TOLD = {"native": "gpt.engine native", "python": "gpt.engine python"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo with the given command line; return the exit status of `run_demo`."""
    return run_demo(arguments, parsed, run)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demos.gpt", description=text("gpt.about"))
    add = parser.add_argument
    add("--steps", type=int, help=text("gpt.steps"))
    add("--seed", type=int, default=1, help=text("gpt.seed"))
    add("--way", choices=WAYS, default="padded", help=text("gpt.way"))
    add("--engine", choices=ENGINES, help=text("gpt.engine"))
    add("--width", type=int, help=text("gpt.width"))
    add("--heads", type=int, help=text("gpt.heads"))
    add("--save", type=Path, default=Path("gpt.json"), metavar="FILE", help=text("gpt.save"))
    add("--load", type=Path, metavar="FILE", help=text("gpt.load"))
    add("--names", type=int, metavar="N", help=text("gpt.names"))
    add("--temperature", type=float, default=0.5, help=text("gpt.temperature"))
    add("--speeds", action="store_true", help=text("gpt.speeds"))
    add("--draw", nargs="?", const="ai", metavar="NAME", help=text("gpt.draw"))
    add_language(parser)
    options = parser.parse_args(arguments)
    small = options.draw is not None  # of a large one no picture can be read
    if options.steps is None:
        options.steps = 0 if options.load or small else 1000
    if options.names is None:
        options.names = 0 if small else 20
    if options.engine is None:
        options.engine = "native" if find_spec("llvmlite") else "python"
    return options


def run(options: argparse.Namespace) -> None:
    check(options)
    shape, numbers = beginning(options)
    names = read_names()
    if options.steps:
        checked_suffix(options.save, [".json", ""], "a GPT")
        options.save.parent.mkdir(parents=True, exist_ok=True)  # before the work, if it cannot be
        say("gpt.model", parameters=f"{shape.parameters():,}", names=f"{len(names):,}")
        if options.speeds:
            show_speeds(options, shape, numbers, names)
            return
        tell_way(options)
        numbers = trained(options, shape, numbers, names)
        say("gpt.saved", path=save_gpt(shape, numbers, options.save))
    if options.draw is not None:
        show(shape, numbers, options.draw)
    if options.names:
        write_names(options, GPT(shape, numbers), set(names))


def check(options: argparse.Namespace) -> None:
    """Raise ValueError for options that make no sense, before anything is done."""
    for name in ("steps", "names"):
        if getattr(options, name) < 0:
            raise ValueError(f"--{name} is 0 or more, not {getattr(options, name)}")
    if not (options.temperature > 0.0 and math.isfinite(options.temperature)):
        raise ValueError(f"--temperature is a positive number, not {options.temperature}")
    if options.load and (options.width or options.heads):
        raise ValueError("--width and --heads are those of a new GPT; --load brings its own")
    if options.draw is not None:
        tokens_of(options.draw)


def beginning(options: argparse.Namespace) -> tuple[Shape, list[float]]:
    """Return the shape and the numbers that the demo begins with."""
    if options.load:
        return load_gpt(options.load)
    usual = Shape() if options.draw is None else Shape(4, 2)
    width = usual.width if options.width is None else options.width
    heads = usual.heads if options.heads is None else options.heads
    shape = Shape(width, heads).checked()
    return shape, fresh(shape, options.seed)


def read_names() -> list[str]:
    """Return the names to learn from: 1,491 of many countries, in the letters a to z."""
    return NAMES.read_text(encoding="utf-8").split()


# -- Training -------------------------------------------------------------------------------------


def tell_way(options: argparse.Namespace) -> None:
    """Print which way the training goes, and what would be faster."""
    say(WAYS_TOLD[options.way])
    if options.way in ("lengths", "padded"):
        say(ENGINES_TOLD[options.engine])
    if options.way != "padded":
        say("gpt.faster", command=command_line("-m", "demos.gpt", "--way", "padded"))
    elif options.engine != "native":
        key = "gpt.faster" if find_spec("llvmlite") else "gpt.faster installed"
        say(key, command=command_line("-m", "demos.gpt", "--engine", "native"))


def trained(
    options: argparse.Namespace, shape: Shape, numbers: list[float], names: list[str]
) -> list[float]:
    """Return the parameters after the training, and print how it goes.

    Ctrl-C saves what the last whole step has left, and goes on as Ctrl-C.
    """
    order = shuffled(options, names)
    start = time.perf_counter()
    training = training_of(
        options.way, options.engine, shape, numbers, names, Cooling(options.steps)
    )
    losses: list[float] = []
    bar = progress_bar(options.steps, None, unit="step")
    try:
        for step in range(options.steps):
            losses.append(training.step(order[step % len(order)]))
            tell_step(losses, options.steps, bar)
    except KeyboardInterrupt:
        if losses:
            save_interrupted(options, shape, training, len(losses))
        raise
    finally:
        if bar is not None:
            bar.close()
    seconds = time.perf_counter() - start
    first, last = mean(losses[:TOLD]), mean(losses[-TOLD:])
    say("gpt.trained", steps=f"{len(losses):,}", seconds=f"{seconds:.1f}", first=first, last=last)
    return training.numbers()


def shuffled(options: argparse.Namespace, names: list[str]) -> list[int]:
    """Return the numbers of the names in the order in which they are read."""
    order = list(range(len(names)))
    random.Random(options.seed).shuffle(order)
    return order


def show_speeds(
    options: argparse.Namespace, shape: Shape, numbers: list[float], names: list[str]
) -> None:
    """Print how long the same steps take in each way, everything counted."""
    order = shuffled(options, names)
    slowest = 0.0
    for way in WAYS:
        start = time.perf_counter()
        training = training_of(way, options.engine, shape, numbers, names, Cooling(options.steps))
        losses = [training.step(order[step % len(order)]) for step in range(options.steps)]
        seconds = time.perf_counter() - start
        slowest = slowest or seconds
        say("gpt.speed", sys.stdout, way=f"{way:<7}", seconds=f"{seconds:>7.2f}",
            times=f"{slowest / seconds:>6.1f}", loss=mean(losses[-TOLD:]))  # fmt: skip


def tell_step(losses: Sequence[float], steps: int, bar: Any) -> None:
    """Show how far the training is, and every so often the mean loss."""
    done = len(losses)
    line = done % TOLD == 0
    if line:
        told = text("gpt.step", step=f"{done:>{len(str(steps))}}", steps=steps,
                    loss=mean(losses[-TOLD:]))  # fmt: skip
        told = console_text(told, sys.stdout)
        if bar is None:
            print(told, flush=True)
        else:
            bar.write(told, file=sys.stdout)
    if bar is not None:
        bar.update()


def mean(losses: Sequence[float]) -> str:
    return f"{sum(losses) / len(losses):.3f}"


def save_interrupted(
    options: argparse.Namespace, shape: Shape, training: Training, steps: int
) -> None:
    path = save_gpt(shape, training.numbers(), options.save)
    say("gpt.interrupted", steps=f"{steps:,}", path=path)


# -- What it has learned --------------------------------------------------------------------------


def write_names(options: argparse.Namespace, gpt: GPT, known: set[str]) -> None:
    """Print names that the GPT makes up, five in a line, and how many of them it has read."""
    source = random.Random(options.seed)
    names = [written_name(gpt, options.temperature, source) for _ in range(options.names)]
    print()
    say("gpt.made up", temperature=f"{options.temperature:g}")
    for k in range(0, len(names), 5):
        print(
            "    " + "".join([f"{name:<{gpt.shape.block}}" for name in names[k : k + 5]]).rstrip()
        )
    say("gpt.known", count=sum([name in known for name in names]), names=len(names))


def show(shape: Shape, numbers: Sequence[float], name: str) -> None:
    """Draw the loss of a name, write its page, and say where they are or why they are not."""
    steps = traced_loss(shape, numbers, name)
    say("gpt.drawing", nodes=f"{len(steps.nodes):,}", name=name)
    try:
        for path in drawn_loss(steps, Path(f"gpt-{name}")):
            print(f"    {path}")
    except (RendererNotFound, ValueError) as error:  # no Graphviz; or too large for a page
        say("gpt.not drawn", error=error)


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
