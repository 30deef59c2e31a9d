"""Answers: what a network is to say about each image, and how often it does.

One rule for targets, wherever they are given. What `train` takes is one row of numbers per
image, as many as the network has outputs; its class (クラス) is where the largest stands, and of
a network with one output it is 1 from THRESHOLD on and 0 below. `accuracy` takes such rows, or
the classes themselves: 0 or 1 of a network with one output, otherwise 0, 1, ... one per output.
"""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from autograd_lite import Value
from autograd_lite.plain_numbers import number
from nn.units import Network

__all__ = ["THRESHOLD", "classify", "accuracy", "check_rows"]

THRESHOLD = 0.5  # of a single output: halfway between the targets 0 and 1


def classify(network: Network, image: Sequence[float], threshold: float = THRESHOLD) -> int:
    """Return which class the network takes the image for: the index of the largest output.

    Of a network with one output it is 1 if the output is at least `threshold`, else 0. The
    threshold 0.5 is that of outputs which learn the targets 0 and 1, as sigmoid units do; it is
    never guessed from the activation, which does not say what was learned. An output that is a
    weighted input z (activation `identity`, learned with `sigmoid_cross_entropy`) has its own:
    σ(z) is 0.5 at z = 0, so write threshold=0.0; likewise for tanh, which learns -1 and 1.

    >>> from autograd_lite import identity
    >>> network = Network([1, 1], identity)
    >>> network["w_11^2"].data = 1.0
    >>> classify(network, [0.6]), classify(network, [0.4]), classify(network, [0.4], threshold=0.0)
    (1, 0, 1)
    """
    return largest([output.data for output in network(image)], threshold)


def accuracy(
    network: Network,
    images: Sequence[Sequence[float]],
    targets: Sequence[Any],
    threshold: float = THRESHOLD,
) -> float:
    """Return the share of images, from 0.0 to 1.0, that the network puts in the right class.

    targets     one per image: the rows that `train` takes, or class numbers
    threshold   of a single output, as for `classify`

    Raises ValueError unless there is one target for each of at least one image, and for a
    target that names no class of this network; TypeError for one that is no number and no row.

    >>> from nn import train
    >>> images, targets = [[0.0, 0.0], [1.0, 1.0]], [[0.0], [1.0]]
    >>> network = Network([2, 1])
    >>> history = train(network, images, targets)
    >>> accuracy(network, images, targets), accuracy(network, images, [0, 1])
    (1.0, 1.0)
    """
    if len(images) == 0 or len(images) != len(targets):
        raise ValueError(
            f"{len(images)} images need as many classes or rows of targets, not {len(targets)}"
        )
    wanted = [class_of(network, k, target) for k, target in enumerate(targets)]
    if len({is_row(target) for target in targets}) > 1:
        raise ValueError("targets are rows or class numbers; these are some of each")
    right = [classify(network, x, threshold) == t for x, t in zip(images, wanted)]
    return sum(right) / len(right)


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
    for k, row in enumerate(images):
        check_row(network, f"image {k}", row, network.sizes[0])
    for k, row in enumerate(targets):
        check_row(network, f"target {k}", row, network.sizes[-1])


def check_row(network: Network, what: str, row: Any, size: int) -> None:
    """Raise TypeError or ValueError unless something is a row of so many finite numbers."""
    if not is_row(row):
        raise TypeError(f"{what} is {row!r}; write a list of {size}: {example(row, size)}")
    if len(row) != size:
        raise ValueError(f"{what} has {len(row)} numbers; {network!r} takes {size}")
    for x in row:
        if not math.isfinite(x.data if isinstance(x, Value) else number(x)):
            raise ValueError(f"{what} holds {x!r}, which is not a finite number")


def example(given: Any, size: int) -> str:
    """Return a row to write in the place of one number: of a class, the row with a 1 there.

    >>> example(1.0, 1), example(1, 3), example("x", 2)
    ('[1.0]', '[0.0, 1.0, 0.0]', '[1.0, 0.0]')
    """
    if size == 1:
        return f"[{given!r}]"
    k = int(float(given)) if isinstance(given, Real) and given in range(size) else 0
    return str([float(j == k) for j in range(size)])


def class_of(network: Network, k: int, target: Any) -> int:
    """Return the class that a target names: a row of numbers, or the number of the class.

    Raises ValueError for what names no class of this network, TypeError for what is no number.
    """
    outputs = network.sizes[-1]
    if is_row(target) and not isinstance(target, (str, bytes)):
        check_row(network, f"target {k}", target, outputs)
        row = [t.data if isinstance(t, Value) else number(t) for t in target]
        if outputs > 1 and row.count(max(row)) > 1:
            raise ValueError(
                f"target {k} is {row}, whose largest number stands there more than once; "
                f"write a row like {example(0, outputs)}, or the number of the class"
            )
        return largest(row, THRESHOLD)
    if isinstance(target, Value):
        raise TypeError(f"target {k} is {target!r}; write a list, [{target!r}], or a class number")
    classes = range(max(outputs, 2))
    if number(target) not in classes:
        raise ValueError(
            f"target {k} is {target!r}; the classes of {network!r} are 0 to {classes[-1]}; "
            f"write one of them, or a row like {example(0.0, outputs)}"
        )
    return int(target)


def is_row(target: Any) -> bool:
    """Return whether a target is a row of numbers; an array without dimensions is none."""
    return hasattr(target, "__len__") and getattr(target, "shape", None) != ()


def largest(outputs: Sequence[float], threshold: float) -> int:
    """Return the index of the largest number; of one number, 1 from the threshold on, else 0."""
    if len(outputs) == 1:
        return int(outputs[0] >= threshold)
    return outputs.index(max(outputs))
