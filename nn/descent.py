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

__all__ = ["Update", "GradientDescent", "Momentum", "Adam", "AdamW"]


class Update(Protocol):
    """A way to update parameters.

    One that is to run in native code is written in arithmetic and the functions of
    autograd_lite, and says what it keeps from step to step, as the ones here do: the names of
    its fields with one number per parameter, `per_parameter`, and with one in all, `in_all`.
    What they hold is the update's own state: training leaves it there between calls of `train`.

    >>> from autograd_lite import sqrt
    >>> class AdaGrad:
    ...     per_parameter = ("squares",)
    ...     in_all = ()
    ...
    ...     def __init__(self, rate):
    ...         self.rate = rate
    ...         self.squares = []
    ...
    ...     def __call__(self, p, g):
    ...         before = self.squares or [0.0] * len(p)
    ...         self.squares = [s + slope * slope for s, slope in zip(before, g)]
    ...         return [
    ...             value - self.rate * slope / (sqrt(s) + 1e-8)
    ...             for value, slope, s in zip(p, g, self.squares)
    ...         ]
    >>> AdaGrad(rate=0.5)([1.0], [4.0])
    [0.50000000125]
    """

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""


class GradientDescent:
    """p ← p − η·∂C/∂p: a step against the gradient, the direction of steepest descent.

    weight_decay    λ: before each step p shrinks to (1 − η·λ)·p, so that no parameter grows large

    >>> GradientDescent(rate=0.5)([1.0], [0.2])
    [0.9]
    >>> GradientDescent(rate=0.5, weight_decay=0.5)([1.0], [0.25])
    [0.625]
    """

    per_parameter: tuple[str, ...] = ()
    in_all: tuple[str, ...] = ()

    def __init__(self, rate: float = 0.5, *, weight_decay: float = 0.0) -> None:
        self.rate = positive("rate", rate)
        self.weight_decay = decay(weight_decay, self.rate)

    def __repr__(self) -> str:
        return f"GradientDescent(rate={self.rate:g}{decay_told(self.weight_decay)})"

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""
        rate = self.rate
        shrunk = 1.0 - rate * self.weight_decay
        return [shrunk * value - rate * slope for value, slope in zip(p, g)]


class Momentum:
    """v ← μv − η·∂C/∂p, p ← p + v: the step keeps a part μ of the step before (Polyak, 1964).

    With `weight_decay` λ, p ← (1 − η·λ)·p + v.

    >>> update = Momentum(rate=0.5, momentum=0.5)
    >>> update([1.0], [0.5]), update([0.75], [0.5])
    ([0.75], [0.375])
    """

    per_parameter = ("velocity",)
    in_all: tuple[str, ...] = ()

    def __init__(
        self, rate: float = 0.1, momentum: float = 0.9, *, weight_decay: float = 0.0
    ) -> None:
        self.rate = positive("rate", rate)
        self.momentum = fraction("momentum", momentum)
        self.weight_decay = decay(weight_decay, self.rate)
        self.velocity: list[float] = []

    def __repr__(self) -> str:
        told = decay_told(self.weight_decay)
        return f"Momentum(rate={self.rate:g}, momentum={self.momentum:g}{told})"

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""
        rate, mu = self.rate, self.momentum
        v = kept(self, self.velocity, p)
        self.velocity = [mu * velocity - rate * slope for velocity, slope in zip(v, g)]
        shrunk = 1.0 - rate * self.weight_decay
        return [shrunk * value + velocity for value, velocity in zip(p, self.velocity)]


class Adam:
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba, 2015).

    With `weight_decay` λ each parameter also shrinks by η·λ of itself (`AdamW`).

    >>> [round(p, 6) for p in Adam(rate=0.1)([1.0], [0.5])]
    [0.9]
    """

    per_parameter = ("mean", "mean_square")
    in_all = ("steps",)

    def __init__(
        self,
        rate: float = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.0,
    ) -> None:
        self.rate = positive("rate", rate)
        self.weight_decay = decay(weight_decay, self.rate)
        self.beta1 = fraction("beta1", beta1)
        self.beta2 = fraction("beta2", beta2)
        self.epsilon = positive("epsilon", epsilon)
        self.steps = 0
        self.mean: list[float] = []
        self.mean_square: list[float] = []

    def __repr__(self) -> str:
        betas = f"beta1={self.beta1:g}, beta2={self.beta2:g}"
        return f"{type(self).__name__}(rate={self.rate:g}, {betas}{decay_told(self.weight_decay)})"

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
        shrunk = 1.0 - self.rate * self.weight_decay
        return [
            shrunk * value - self.rate * (mean / m_scale) / (sqrt(square / v_scale) + self.epsilon)
            for value, mean, square in zip(p, self.mean, self.mean_square)
        ]


class AdamW(Adam):
    """Adam with weight decay apart from the gradient's means (Loshchilov and Hutter, 2019).

    >>> AdamW(rate=0.1)
    AdamW(rate=0.1, beta1=0.9, beta2=0.999, weight_decay=0.01)
    >>> [round(p, 6) for p in AdamW(rate=0.1, weight_decay=0.5)([1.0], [0.5])]
    [0.85]
    """

    def __init__(
        self,
        rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(rate, beta1, beta2, epsilon, weight_decay=weight_decay)


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


def decay(value: float, rate: float) -> float:
    """Return a weight decay; raise ValueError unless a step leaves a part of each parameter."""
    value = number(value)
    if not (value >= 0.0 and rate * value < 1.0):
        raise ValueError(
            f"weight_decay must be at least 0, and rate * weight_decay below 1, not {value!r}"
        )
    return value


def decay_told(value: float) -> str:
    return f", weight_decay={value:g}" if value else ""


def fraction(name: str, value: float) -> float:
    value = number(value)
    if not 0.0 <= value < 1.0:
        raise ValueError(f"{name} must be at least 0 and below 1, not {value!r}")
    return value
