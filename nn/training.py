"""Training (学習): the cost of all images, its gradient by backprop, a step downhill; repeated.

Legend
    C       the cost over a batch: the sum of the costs of its images (slides: C_T)
    p, g    the numbers of the parameters, and their gradients
    epoch   one pass over all images (エポック)
"""

import math
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from autograd_lite import Op
from autograd_lite.console import console_text
from autograd_lite.formula import Symbol
from autograd_lite.plain_numbers import described, number
from autograd_lite.words import text
from autograd_lite.words.op_words import level_reason
from nn.answers import check_rows
from nn.checkpoints import EVERY, Checkpoint
from nn.costs import Cost, squared_error
from nn.descent import GradientDescent, Update
from nn.engines import check_resumable, session_of
from nn.sessions import Limits, Session, Task, put
from nn.units import Network

__all__ = ["train", "History", "progress_bar"]


class History:
    """What a training did.

    costs       the cost C over all images, one per epoch, each batch before its own update
    best        the lowest of them, and `best_epoch` when that was (0 is the first; -1: none)
    stopped     why it ended: "epochs", "stop_below", "patience" or "Ctrl-C"
    seconds     how long it took
    """

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.best = math.inf
        self.best_epoch = -1
        self.stopped = "epochs"
        self.seconds = 0.0

    def __repr__(self) -> str:
        last = f", C = {self.costs[0]:.4g} to {self.costs[-1]:.4g}" if self.costs else ""
        return f"History({len(self.costs)} epochs{last}, stopped by {self.stopped})"


def train(
    network: Network,
    images: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
    *,
    epochs: int = 300,
    cost: Cost = squared_error,
    update: Update | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    stop_below: float | None = None,
    patience: int | None = None,
    progress: bool | None = None,
    watch: Callable[[int, float], None] | None = None,
    engine: str = "eager",
    devices: "int | Sequence[Any] | None" = None,
    dtype: str = "float64",
    checkpoint: str | Path | None = None,
) -> History:
    """Fit the network's parameters to images and targets by gradient descent; return the history.

    images, targets     one row of numbers per image, as many as inputs and outputs
    cost                of one image, from its outputs and targets; a batch costs their sum
    update              how a step is taken; GradientDescent(rate=0.5) if nothing is said
    batch_size          images per step; all of them if nothing is said. Smaller batches are
                        drawn in an order that `seed` makes repeatable
    stop_below          end once the cost of an epoch is below this
    patience            end after so many epochs without a new lowest cost
    progress            a bar on the terminal: None shows it on a terminal that has tqdm
    watch               called as watch(epoch, C) after each epoch
    engine              "eager": a graph of Values for each step; "python" or "native": the graph
                        of one image compiled once (`autograd_lite.compile`), the same curve to
                        rounding. Then `cost` must be written without `if` on its numbers.
                        "jax": the same on the devices that JAX sees, each with its share of the
                        images of a step (pip install "autograd-lite[jax]")
    devices             for "jax": how many, or which; all if nothing is said. They must divide
                        the images of every step
    dtype               for "jax": "float64", "float32" or "bfloat16"

    checkpoint          a file (.json) that the training is written to about once a second, and
                        at its end. If it is there at the start, the training goes on from it:
                        afterwards all is as if it had never been interrupted. Not for "native"

    Afterwards the parameters are those of the last step; if the training ended before its last
    epoch, those that the epoch with the lowest cost began with. Ctrl-C ends it and says so.

    Raises ValueError or TypeError for rows of the wrong length, numbers that are not finite and
    settings that make no sense, before anything is changed; ArithmeticError if the cost or a
    parameter stops being a finite number, with the best parameters kept. If anything else
    fails, the parameters are those of the last whole step.

    Through an activation whose derivative is 0 everywhere, as that of the step function is,
    nothing can be learned: ValueError if it is the last layer's, otherwise a warning.

    >>> network = Network([2, 1], seed=1)
    >>> history = train(network, [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]], epochs=20)
    >>> history.costs[-1] < history.costs[0]
    True
    """
    if update is None:
        update = GradientDescent()
    check_rows(network, images, targets)
    check_settings(epochs, batch_size, patience, stop_below)
    limits = Limits(epochs, stop_below, patience)
    check_callables(cost, update, watch)
    check_slopes(network)
    start = time.perf_counter()
    order = batches_of(len(images), batch_size, seed)
    file = None
    if checkpoint is not None:
        check_resumable(engine)
        file = Checkpoint(checkpoint, network, update, images, targets, batch_size, seed)
    progress_made = file.read() if file is not None else None
    history = History()
    if progress_made is not None:
        history.costs = progress_made.costs
        history.stopped = progress_made.stopped
        for _ in history.costs:
            next(order)
    task = Task(network, images, targets, cost, update, order, limits)
    session = session_of(engine, task, devices, dtype)
    if progress_made is not None:
        session.goes_on(progress_made.costs, progress_made.best)
    bar = progress_bar(epochs, progress)
    try:
        run(session, history, bar, watch, file)
    except KeyboardInterrupt:
        history.stopped = "Ctrl-C"
        history.costs += session.costs(len(history.costs))
        put(session.nodes, session.best().p)
    except ArithmeticError:
        put(session.nodes, session.best().p)
        raise
    except Exception:
        put(session.nodes, session.parameters())
        raise
    finally:
        if bar is not None:
            bar.close()
        session.close()
        history.best, history.best_epoch, _ = session.best()
        history.seconds = time.perf_counter() - start
    if history.stopped == "Ctrl-C":
        print(console_text(interrupted(history), sys.stderr), file=sys.stderr)
    return history


def run(
    session: Session,
    history: History,
    bar: Any,
    watch: Callable[[int, float], None] | None,
    file: Checkpoint | None = None,
) -> None:
    """Run a session to its end, and note in the history what it did.

    The network then has the parameters of the last step or, if the training ended before its
    last epoch, those that the epoch with the lowest cost began with.
    """
    written = -math.inf
    if bar is not None and history.costs:
        bar.update(len(history.costs))  # those that a checkpoint held
    while len(history.costs) < session.limits.epochs and history.stopped == "epochs":
        done = len(history.costs)
        history.stopped = session.run(one_epoch=watch is not None)
        history.costs += session.costs(done)
        put(session.nodes, session.parameters())
        for epoch in range(done, len(history.costs)):
            C = history.costs[epoch]
            if bar is not None:
                bar.set_postfix_str(f"C = {C:.4f}", refresh=False)
                bar.update()
            if watch is not None:
                watch(epoch, C)
        if history.stopped != "epochs":
            put(session.nodes, session.best().p)
        ended = history.stopped != "epochs" or len(history.costs) == session.limits.epochs
        if file is not None and (ended or time.monotonic() - written > EVERY):
            file.write(session, history.stopped)
            written = time.monotonic()


def interrupted(history: History) -> str:
    if not history.costs:
        return text("training.stopped first")
    return text("training.stopped", epochs=len(history.costs), cost=f"{history.best:.4f}")


def batches(count: int, size: int | None, source: random.Random) -> list[list[int]]:
    """Return the images of each step of an epoch: all at once in order, or shuffled in batches."""
    order = list(range(count))
    if size is None or size >= count:
        return [order]
    source.shuffle(order)
    return [order[k : k + size] for k in range(0, count, size)]


def batches_of(count: int, size: int | None, seed: int) -> Iterator[list[list[int]]]:
    """Yield the images of each step of epoch after epoch, without end."""
    source = random.Random(seed)
    while True:
        yield batches(count, size, source)


def progress_bar(count: int, wanted: bool | None, unit: str = "epoch") -> Any:
    """Return a tqdm bar, or None where none is wanted: off a terminal, unless asked for."""
    if wanted is False or (wanted is None and not (sys.stderr and sys.stderr.isatty())):
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        if wanted is None:
            return None
        raise ImportError("the progress bar needs tqdm: pip install tqdm") from None
    return tqdm(total=count, unit=unit, ascii=True, leave=True)


def check_settings(
    epochs: int, batch_size: int | None, patience: int | None, stop_below: float | None
) -> None:
    if epochs is None:
        raise ValueError("epochs must be a whole number of at least 1, not None")
    for name, value in (("epochs", epochs), ("batch_size", batch_size), ("patience", patience)):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    if stop_below is not None and math.isnan(number(stop_below)):
        raise ValueError("stop_below must be a number to compare with, not nan")


def check_callables(cost: Cost, update: Update, watch: object) -> None:
    """Raise TypeError, which says what to write, for anything among them that is not to be called.

    A class is not: `update=Adam` lacks its brackets.
    """
    if isinstance(update, type) or not callable(update):
        raise TypeError(
            f"update is a way to take a step, GradientDescent(rate=0.5) or Adam(), not {update!r}"
        )
    if not callable(cost):
        raise TypeError(f"cost is a function of outputs and targets, not {described(cost)}")
    if watch is not None and not callable(watch):
        raise TypeError(f"watch is called as watch(epoch, C); {described(watch)} cannot be")


def check_slopes(network: Network) -> None:
    """Say which layers can never learn, because a derivative above them is 0 everywhere.

    Raises ValueError if that is all of them, and warns if it is some.
    """
    layers = network.computing_layers()
    for layer in reversed(layers):
        activation = layer.units[0].activation
        if not all(is_level(unit.activation) for unit in layer.units):
            continue
        reason = level_reason(activation, "en")
        why = (
            f"the derivative of its activation {activation.name} is 0 everywhere"
            f"{f' ({reason})' if reason else ''}, so the gradient of every "
            f"weight and bias up to there is 0; an activation with a slope, like sigmoid, can learn"
        )
        if layer is layers[-1]:
            raise ValueError(f"nothing can be learned through layer {layer.number}: {why}")
        warnings.warn(
            f"nothing is learned in layer {layer.number} and below it: {why}", stacklevel=3
        )
        return


def is_level(activation: Op) -> bool:
    """Return whether an op's derivative is 0 everywhere: its rule says 0 without looking at z.

    >>> from autograd_lite import relu, step
    >>> is_level(step), is_level(relu)
    (True, False)
    """
    try:
        (slope,) = activation.partials(Symbol("z"), Symbol("a"))
    except (TypeError, AttributeError):
        return False  # a rule of somebody's own, which takes floats only, and so looks at them
    return not isinstance(slope, Symbol) and float(slope) == 0.0
