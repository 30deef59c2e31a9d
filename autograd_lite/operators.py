"""The signs: how `+ - * / **` and the usual methods lead to their rows of the table.

Values, names, registers of a machine and terms of a compiler are all *kinds of number*. A kind
of number is a class with one method, `record(op, operands)`, that says what an op on it means;
from this class it has the arithmetic, in which the rules of the table are written.
"""

from collections.abc import Sequence
from typing import Any

from autograd_lite import ops
from autograd_lite.ops import Op

__all__ = ["Operators"]


class Operators:
    """What every kind of number can do: each sign is one line, straight to its row."""

    __slots__ = ()

    def record(self, op: Op, operands: Sequence[Any]) -> Any:
        """Return the number op(operands); those of an op on sequences come as these."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return self.record(ops.add, (self, other))

    def __radd__(self, other: Any) -> Any:
        return self.record(ops.add, (other, self))

    def __sub__(self, other: Any) -> Any:
        return self.record(ops.sub, (self, other))

    def __rsub__(self, other: Any) -> Any:
        return self.record(ops.sub, (other, self))

    def __mul__(self, other: Any) -> Any:
        return self.record(ops.mul, (self, other))

    def __rmul__(self, other: Any) -> Any:
        return self.record(ops.mul, (other, self))

    def __truediv__(self, other: Any) -> Any:
        return self.record(ops.div, (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return self.record(ops.div, (other, self))

    def __pow__(self, other: Any) -> Any:
        if hasattr(type(other), "record"):
            return self.record(ops.variable_power, (self, other))
        return self.record(ops.power(other), (self,))  # its own op: it needs no logarithm

    def __rpow__(self, other: Any) -> Any:
        return self.record(ops.variable_power, (other, self))

    def __neg__(self) -> Any:
        return self.record(ops.neg, (self,))

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.record(ops.abs, (self,))

    # -- The usual functions, also as methods --

    def exp(self) -> Any:
        return self.record(ops.exp, (self,))

    def log(self) -> Any:
        return self.record(ops.log, (self,))

    def sqrt(self) -> Any:
        return self.record(ops.sqrt, (self,))

    def sin(self) -> Any:
        return self.record(ops.sin, (self,))

    def cos(self) -> Any:
        return self.record(ops.cos, (self,))

    def tanh(self) -> Any:
        return self.record(ops.tanh, (self,))

    def sigmoid(self) -> Any:
        return self.record(ops.sigmoid, (self,))

    def relu(self) -> Any:
        return self.record(ops.relu, (self,))
