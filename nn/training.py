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
from collections.abc import Callable, Sequence
from typing import Any

from autograd_lite import Value, total, zero_grad
from nn.costs import Cost, squared_error
from nn.descent import GradientDescent, Update
from nn.units import Network

__all__ = ["train", "History", "classify", "accuracy"]


class History:
    """What a training did.

    costs       the cost C over all images, one per epoch, before that epoch's last update
    best        the lowest of them, and `best_epoch` when that was (0 is the first)
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

    Afterwards the parameters are those of the last step; after Ctrl-C, or where patience ran
    out, those of the epoch with the lowest cost. Ctrl-C ends the training and says so.

    Raises ValueError for rows of the wrong length and for settings that make no sense, before
    anything is changed; ArithmeticError if the cost stops being a finite number, with the best
    parameters kept. If anything else fails, the parameters are those of the last whole step.

    >>> network = Network([2, 1], seed=1)
    >>> history = train(network, [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]], epochs=20)
    >>> history.costs[-1] < history.costs[0]
    True
    """
    check_rows(network, images, targets)
    check_settings(epochs, batch_size, patience)
    update = update or GradientDescent()
    parameters = network.parameters()
    inputs = [network.inputs(image) for image in images]  # nodes made once, used in every epoch
    wanted = [[Value(t, f"t_{j}") for j, t in enumerate(row, start=1)] for row in targets]
    given = [node for row in [*inputs, *wanted] for node in row]
    best = [parameter.data for parameter in parameters]
    source = random.Random(seed)
    history = History()
    start = time.perf_counter()
    bar = progress_bar(epochs, progress)
    try:
        for epoch in range(epochs):
            C = 0.0
            before = [parameter.data for parameter in parameters]
            for batch in batches(len(images), batch_size, source):
                C += train_step(network, parameters, inputs, wanted, batch, cost, update)
            zero_grad(given)  # or the gradients of the images would pile up, epoch after epoch
            if not math.isfinite(C):
                raise ArithmeticError(
                    f"the cost became {C!r} in epoch {epoch}; a smaller rate may help "
                    f"(now {update!r}), and autograd_lite.find_nan(C) names the op"
                )
            history.costs.append(C)
            if C < history.best:
                history.best = C
                history.best_epoch = epoch
                best = before
            if bar is not None:
                bar.set_postfix_str(f"C = {C:.4f}", refresh=False)
                bar.update()
            if watch is not None:
                watch(epoch, C)
            if stop_below is not None and C < stop_below:
                history.stopped = "stop_below"
                break
            if patience is not None and epoch - history.best_epoch >= patience:
                history.stopped = "patience"
                put(parameters, best)
                break
    except KeyboardInterrupt:
        history.stopped = "Ctrl-C"
        put(parameters, best)
    except ArithmeticError:
        put(parameters, best)
        raise
    finally:
        if bar is not None:
            bar.close()
        history.seconds = time.perf_counter() - start
    if history.stopped == "Ctrl-C":
        print(
            f"stopped by Ctrl-C after {len(history.costs)} epochs; the parameters with the "
            f"lowest cost so far (C = {history.best:.4f}) are kept",
            file=sys.stderr,
        )
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
    """Take one step downhill on the cost of a batch; return that cost, from before the step."""
    C: Value = total([cost(network(inputs[k]), targets[k]) for k in batch])
    zero_grad(parameters)
    C.backward()
    p = [parameter.data for parameter in parameters]
    g = [parameter.grad for parameter in parameters]
    put(parameters, update(p, g))
    return C.data


def put(parameters: Sequence[Value], numbers: Sequence[float]) -> None:
    for parameter, value in zip(parameters, numbers, strict=True):
        parameter.data = value


def batches(count: int, size: int | None, source: random.Random) -> list[list[int]]:
    """Return the images of each step of an epoch: all at once in order, or shuffled in batches."""
    order = list(range(count))
    if size is None or size >= count:
        return [order]
    source.shuffle(order)
    return [order[k : k + size] for k in range(0, count, size)]


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
    """Raise ValueError unless there is one target row per image, all of the network's sizes."""
    if not images or len(images) != len(targets):
        raise ValueError(f"{len(images)} images need as many targets, not {len(targets)}")
    for kind, rows, size in (
        ("image", images, network.sizes[0]),
        ("target", targets, network.sizes[-1]),
    ):
        for k, row in enumerate(rows):
            if len(row) != size:
                raise ValueError(f"{kind} {k} has {len(row)} numbers; {network!r} takes {size}")


def check_settings(epochs: int, batch_size: int | None, patience: int | None) -> None:
    for name, value in (("epochs", epochs), ("batch_size", batch_size), ("patience", patience)):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")


def classify(network: Network, image: Sequence[float]) -> int:
    """Return the index of the largest output: which class the network takes the image for."""
    outputs = [output.data for output in network(image)]
    return outputs.index(max(outputs))


def accuracy(network: Network, images: Sequence[Sequence[float]], classes: Sequence[int]) -> float:
    """Return the share of images, from 0.0 to 1.0, that the network puts in the right class."""
    right = [classify(network, image) == wanted for image, wanted in zip(images, classes)]
    return sum(right) / len(right)
