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
from typing import Any, NamedTuple

from autograd_lite import Op, Value, total, zero_grad
from autograd_lite.formula import Symbol
from autograd_lite.plain_numbers import described, number
from autograd_lite.words.op_words import level_reason
from nn.costs import Cost, squared_error
from nn.descent import GradientDescent, Update
from nn.units import Network

__all__ = ["train", "History", "classify", "accuracy"]


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


class Best(NamedTuple):
    """The lowest cost so far, its epoch, and the parameters at the start of that epoch."""

    C: float
    epoch: int
    p: list[float]


class Limits(NamedTuple):
    """When a training ends."""

    epochs: int
    stop_below: float | None
    patience: int | None

    def reached(self, C: float, since_best: int) -> str:
        """Return why to end after an epoch that cost C, or "epochs" to go on to the last."""
        if self.stop_below is not None and C < self.stop_below:
            return "stop_below"
        if self.patience is not None and since_best >= self.patience:
            return "patience"
        return "epochs"


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
                        rounding. Then `cost` must be written without `if` on its numbers

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
    if engine != "eager":
        from nn.compiled import train_compiled  # the room below uses this one

        return train_compiled(
            network, images, targets, cost, update, batches_of(len(images), batch_size, seed),
            limits, progress_bar(epochs, progress), watch, engine,
        )  # fmt: skip
    parameters = network.parameters()
    inputs = [network.inputs(image) for image in images]  # nodes made once, used in every epoch
    wanted = [
        [t if isinstance(t, Value) else Value(t, f"t_{j}") for j, t in enumerate(row, start=1)]
        for row in targets
    ]
    given = [node for row in [*inputs, *wanted] for node in row]
    best = Best(math.inf, -1, [parameter.data for parameter in parameters])
    epochs_batches = batches_of(len(images), batch_size, seed)
    history = History()
    start = time.perf_counter()
    bar = progress_bar(epochs, progress)
    try:
        for epoch in range(epochs):
            C = 0.0
            before = [parameter.data for parameter in parameters]
            for batch in next(epochs_batches):
                C += train_step(network, parameters, inputs, wanted, batch, cost, update)
            zero_grad(given)  # or the gradients of the images would pile up, epoch after epoch
            history.costs.append(C)
            if C < best.C:
                best = Best(C, epoch, before)
            if bar is not None:
                bar.set_postfix_str(f"C = {C:.4f}", refresh=False)
                bar.update()
            if watch is not None:
                watch(epoch, C)
            history.stopped = limits.reached(C, epoch - best.epoch)
            if history.stopped != "epochs":
                put(parameters, best.p)
                break
    except KeyboardInterrupt:
        history.stopped = "Ctrl-C"
        put(parameters, best.p)
    except ArithmeticError:
        put(parameters, best.p)
        raise
    finally:
        if bar is not None:
            bar.close()
        history.best = best.C
        history.best_epoch = best.epoch
        history.seconds = time.perf_counter() - start
    if history.stopped == "Ctrl-C":
        print(interrupted(history), file=sys.stderr)
    return history


def train_step(
    network: Network,
    parameters: Sequence[Value],
    inputs: Sequence[Sequence[Value]],
    targets: Sequence[Sequence[Value]],
    batch: Sequence[int],
    cost: Cost,
    update: Update,
) -> float:
    """Take one step downhill on the cost of a batch; return that cost, from before the step.

    Raises TypeError for a cost that is no Value, ValueError for an update that does not return
    one number per parameter, ArithmeticError for a cost or a new number that is not finite. The
    parameters then are as they were before the step.
    """
    C: Value = total([cost(network(inputs[k]), targets[k]) for k in batch])
    if not isinstance(C, Value):
        raise TypeError(f"a cost returns a Value made from the outputs, not {described(C)}")
    if not math.isfinite(C.data):
        raise ArithmeticError(
            f"the cost became {C.data!r}; a smaller rate may help (now {update!r}), "
            f"and autograd_lite.find_nan(C) names the op"
        )
    zero_grad(parameters)
    C.backward()
    p = [parameter.data for parameter in parameters]
    g = [parameter.grad for parameter in parameters]
    new = stepped(update, p, g)
    for parameter, value in zip(parameters, new):
        if not math.isfinite(value):
            raise ArithmeticError(
                f"the step would make {parameter.label or 'a parameter'} {value!r}, from "
                f"{parameter.data:.4g} and gradient {parameter.grad:.4g}; "
                f"a smaller rate may help (now {update!r})"
            )
    put(parameters, new)
    return C.data


def stepped(update: Update, p: Sequence[float], g: Sequence[float]) -> list[float]:
    """Return what an update makes of the parameters; ValueError unless it is as many numbers."""
    new = [number(value) for value in update(p, g)]
    if len(new) != len(p):
        raise ValueError(f"{update!r} returned {len(new)} numbers for {len(p)} parameters")
    return new


def put(parameters: Sequence[Value], numbers: Sequence[float]) -> None:
    """Give the parameters their new numbers: all of them or, if anything breaks in, none."""
    before = [parameter.data for parameter in parameters]
    try:
        for parameter, value in zip(parameters, numbers):
            parameter.data = value
    except BaseException:
        for parameter, value in zip(parameters, before):
            parameter.data = value
        raise


def interrupted(history: History) -> str:
    if not history.costs:
        return "stopped by Ctrl-C before the end of the first epoch; the parameters are as before"
    return (
        f"stopped by Ctrl-C after {len(history.costs)} epochs; the parameters with the "
        f"lowest cost so far (C = {history.best:.4f}) are kept"
    )


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


def progress_bar(epochs: int, wanted: bool | None) -> Any:
    """Return a tqdm bar, or None where none is wanted: off a terminal, unless asked for."""
    if wanted is False or (wanted is None and not (sys.stderr and sys.stderr.isatty())):
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        if wanted is None:
            return None
        raise ImportError(
            'the progress bar needs tqdm: pip install "autograd-lite[progress]"'
        ) from None
    return tqdm(total=epochs, unit="epoch", ascii=True, leave=True)


def check_rows(
    network: Network, images: Sequence[Sequence[float]], targets: Sequence[Sequence[float]]
) -> None:
    """Raise ValueError unless there is one target row per image, of the network's sizes, finite.

    Raises TypeError for a row that is no row, and for something in it that is no number.
    """
    if len(images) == 0 or len(images) != len(targets):
        raise ValueError(
            f"training needs images and as many targets, not {len(images)} and {len(targets)}"
        )
    for kind, rows, size in (
        ("image", images, network.sizes[0]),
        ("target", targets, network.sizes[-1]),
    ):
        for k, row in enumerate(rows):
            if not hasattr(row, "__len__"):
                raise TypeError(f"{kind} {k} is {row!r}; write a list of {size}: [{row!r}]")
            if len(row) != size:
                raise ValueError(f"{kind} {k} has {len(row)} numbers; {network!r} takes {size}")
            for x in row:
                if not math.isfinite(x.data if isinstance(x, Value) else number(x)):
                    raise ValueError(f"{kind} {k} holds {x!r}, which is not a finite number")


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


def classify(network: Network, image: Sequence[float]) -> int:
    """Return the index of the largest output: which class the network takes the image for."""
    outputs = [output.data for output in network(image)]
    return outputs.index(max(outputs))


def accuracy(network: Network, images: Sequence[Sequence[float]], classes: Sequence[int]) -> float:
    """Return the share of images, from 0.0 to 1.0, that the network puts in the right class.

    Raises ValueError unless there is one class for each of at least one image.
    """
    if len(images) == 0 or len(images) != len(classes):
        raise ValueError(f"{len(images)} images need as many classes, not {len(classes)}")
    right = [classify(network, image) == wanted for image, wanted in zip(images, classes)]
    return sum(right) / len(right)
