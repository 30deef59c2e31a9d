"""Equals that cost less, keyed by the row: 1·x is x, 0 + x is x, x¹ is x.

For formulas that people read and for compiled programs; the engine knows nothing of them.
A function here gets the op's operands, and returns the shorter equal or None.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd_lite import ops
from autograd_lite.ops import Op

__all__ = ["simplified"]

Number = Any


def simplified(op: Op, operands: Any) -> Number:
    """Return an equal of op(operands) which costs less, or None. Some operand is a known float."""
    shorter = SHORTER.get(op)
    return None if shorter is None else shorter(*operands)


def known(operand: Number, value: float) -> bool:
    """Return whether the compiler knows an operand to be this float."""
    return type(operand) is float and operand == value


def add_simplified(x: Number, y: Number) -> Number:
    if known(x, 0.0):
        return y
    return x if known(y, 0.0) else None


def sub_simplified(x: Number, y: Number) -> Number:
    return x if known(y, 0.0) else None


def mul_simplified(x: Number, y: Number) -> Number:
    if known(x, 1.0):
        return y
    return x if known(y, 1.0) else None


def div_simplified(x: Number, y: Number) -> Number:
    return x if known(y, 1.0) else None


def variable_monomial_simplified(c: Number, x: Number, y: Number, n: Number) -> Number:
    return ops.monomial(c, x, y) if known(n, 0.0) and type(y) is float else None


def monomial_simplified(c: Number, x: Number, n: Number) -> Number:
    if known(n, 0.0):
        return c  # x⁰ is 1, also for a NaN
    if known(n, 1.0) and type(c) is float and c != 0.0:
        return ops.mul(c, x)
    return None


def where_simplified(c: Number, x: Number, y: Number) -> Number:
    if type(c) is not float or c != c:
        return None
    return x if c != 0.0 else y


def identity_simplified(x: Number) -> Number:
    return x


def total_simplified(values: Sequence[Number]) -> Number:
    if len(values) == 1:
        return values[0]
    rest = [value for value in values if not known(value, 0.0)]
    return ops.total(rest) if len(rest) < len(values) else None


def dot_simplified(w: Sequence[Number], x: Sequence[Number]) -> Number:
    return ops.mul(w[0], x[0]) if len(w) == 1 else None


SHORTER: dict[Op, Callable[..., Number]] = {
    ops.add: add_simplified,
    ops.sub: sub_simplified,
    ops.mul: mul_simplified,
    ops.div: div_simplified,
    ops.monomial: monomial_simplified,
    ops.variable_monomial: variable_monomial_simplified,
    ops.where: where_simplified,
    ops.identity: identity_simplified,
    ops.total: total_simplified,
    ops.dot: dot_simplified,
    ops.power(1.0): identity_simplified,
}
