"""Gradient descent (勾配降下法): how a step downhill is taken, once the gradient is known.

Each class is one way to update parameters. Called with the parameters and their gradients it
returns their new numbers and leaves the parameters alone, so that whoever called can take the
step whole or not at all.

Legend
    p, g    a parameter and its gradient ∂C/∂p
    rate    the length of the step, η
"""

import math
from collections.abc import Sequence
from typing import Protocol

from autograd_lite.ops import sqrt
from autograd_lite.plain_numbers import number

__all__ = ["Update", "GradientDescent", "Momentum", "Adam"]


class Update(Protocol):
    """A way to update parameters.

    One that is to run in native code is written in arithmetic and the functions of
    autograd_lite, and says what it keeps from step to step, as the ones here do: the names of
    its fields with one number per parameter, `per_parameter`, and with one in all, `in_all`.
    """

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""


class GradientDescent:
    """p ← p − η·∂C/∂p: a step against the gradient, the direction of steepest descent.

    >>> GradientDescent(rate=0.5)([1.0], [0.2])
    [0.9]
    """

    per_parameter: tuple[str, ...] = ()
    in_all: tuple[str, ...] = ()

    def __init__(self, rate: float = 0.5) -> None:
        self.rate = positive("rate", rate)

    def __repr__(self) -> str:
        return f"GradientDescent(rate={self.rate:g})"

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""
        rate = self.rate
        return [value - rate * slope for value, slope in zip(p, g)]


class Momentum:
    """v ← μv − η·∂C/∂p, p ← p + v: the step keeps a part μ of the step before (Polyak, 1964).

    >>> update = Momentum(rate=0.5, momentum=0.5)
    >>> update([1.0], [0.5]), update([0.75], [0.5])
    ([0.75], [0.375])
    """

    per_parameter = ("velocity",)
    in_all: tuple[str, ...] = ()

    def __init__(self, rate: float = 0.1, momentum: float = 0.9) -> None:
        self.rate = positive("rate", rate)
        self.momentum = fraction("momentum", momentum)
        self.velocity: list[float] = []

    def __repr__(self) -> str:
        return f"Momentum(rate={self.rate:g}, momentum={self.momentum:g})"

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""
        rate, mu = self.rate, self.momentum
        v = kept(self, self.velocity, p)
        self.velocity = [mu * velocity - rate * slope for velocity, slope in zip(v, g)]
        return [value + velocity for value, velocity in zip(p, self.velocity)]


class Adam:
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba, 2015).

    >>> [round(p, 6) for p in Adam(rate=0.1)([1.0], [0.5])]
    [0.9]
    """

    per_parameter = ("mean", "mean_square")
    in_all = ("steps",)

    def __init__(
        self, rate: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self.rate = positive("rate", rate)
        self.beta1 = fraction("beta1", beta1)
        self.beta2 = fraction("beta2", beta2)
        self.epsilon = positive("epsilon", epsilon)
        self.steps = 0
        self.mean: list[float] = []
        self.mean_square: list[float] = []

    def __repr__(self) -> str:
        return f"Adam(rate={self.rate:g}, beta1={self.beta1:g}, beta2={self.beta2:g})"

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""
        beta1, beta2 = self.beta1, self.beta2
        m = kept(self, self.mean, p)
        v = kept(self, self.mean_square, p)
        self.steps += 1
        self.mean = [beta1 * mean + (1.0 - beta1) * slope for mean, slope in zip(m, g)]
        self.mean_square = [
            beta2 * square + (1.0 - beta2) * slope * slope for square, slope in zip(v, g)
        ]
        m_scale = 1.0 - beta1**self.steps  # the means start at 0; this undoes it
        v_scale = 1.0 - beta2**self.steps
        return [
            value - self.rate * (mean / m_scale) / (sqrt(square / v_scale) + self.epsilon)
            for value, mean, square in zip(p, self.mean, self.mean_square)
        ]


def kept(update: object, numbers: list[float], p: Sequence[float]) -> list[float]:
    """Return what an update kept from its last step, one number per parameter; zeros at first."""
    if numbers and len(numbers) != len(p):
        raise ValueError(
            f"{update!r} has moved {len(numbers)} parameters and remembers their steps; "
            f"make a new one for these {len(p)}"
        )
    return numbers or [0.0] * len(p)


def positive(name: str, value: float) -> float:
    value = number(value)
    if not (value > 0.0 and math.isfinite(value)):
        raise ValueError(f"{name} must be a positive number, not {value!r}")
    return value


def fraction(name: str, value: float) -> float:
    value = number(value)
    if not 0.0 <= value < 1.0:
        raise ValueError(f"{name} must be at least 0 and below 1, not {value!r}")
    return value
