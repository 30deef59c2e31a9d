"""A right answer to all five exercises: an autodiff engine of forty lines."""

import math
from collections.abc import Iterable
from typing import Union

Operand = Union["Value", float]


class Value:
    """A number that remembers how it was made."""

    def __init__(
        self, data: float, parents: Iterable["Value"] = (), partials: Iterable[float] = ()
    ) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = tuple(parents)
        self.partials = tuple(partials)

    def __add__(self, other: Operand) -> "Value":
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __radd__(self, other: float) -> "Value":
        return as_value(other) + self

    def __mul__(self, other: Operand) -> "Value":
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __rmul__(self, other: float) -> "Value":
        return as_value(other) * self

    def sigmoid(self) -> "Value":
        e = math.exp(-abs(self.data))  # at most 1, so it cannot overflow
        out = 1.0 / (1.0 + e) if self.data >= 0.0 else e / (1.0 + e)
        return Value(out, (self,), (out * (1.0 - out),))

    def backward(self) -> None:
        self.grad = 1.0
        for node in reversed(topological_order(self)):
            for parent, partial in zip(node.parents, node.partials):
                parent.grad += partial * node.grad


def as_value(number: Operand) -> Value:
    return number if isinstance(number, Value) else Value(number)


def topological_order(output: Value) -> list[Value]:
    order: list[Value] = []
    seen: set[Value] = set()

    def visit(node: Value) -> None:
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order
