"""Equals that cost less, keyed by the row: 1·x is x, x − 0 is x, x¹ is x.

The engine knows nothing of them. What a program may put in the place of an op gives the same
bits for every operand, the sign of zero included (`identical`): 0 + x is no such, for −0 + 0 is 0.
A formula that people read may be shorter still (`simplified`).

A function here gets the op's operands, and returns the shorter equal or None.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd_lite import ops
from autograd_lite.ops import Op

__all__ = ["identical", "simplified", "IDENTICAL", "FOR_READING"]

Number = Any


def identical(op: Op, operands: Any) -> Number:
    """Return what gives the bits of op(operands) and costs less, None if there is nothing."""
    shorter = IDENTICAL.get(op)
    return None if shorter is None else shorter(*operands)


def simplified(op: Op, operands: Any) -> Number:
    """Return what a reader takes for op(operands) and is shorter, None if there is nothing."""
    shorter = FOR_READING.get(op)
    found = None if shorter is None else shorter(*operands)
    return identical(op, operands) if found is None else found


def known(operand: Number, value: float) -> bool:
    """Return whether an operand is known to be this float, of this sign."""
    return (
        type(operand) is float
        and operand == value
        and math.copysign(1.0, operand) == math.copysign(1.0, value)
    )


# -- The same bits --------------------------------------------------------------------------------


def add_identical(x: Number, y: Number) -> Number:
    if known(x, -0.0):
        return y
    return x if known(y, -0.0) else None


def sub_identical(x: Number, y: Number) -> Number:
    return x if known(y, 0.0) else None


def mul_identical(x: Number, y: Number) -> Number:
    if known(x, 1.0):
        return y
    return x if known(y, 1.0) else None


def div_identical(x: Number, y: Number) -> Number:
    return x if known(y, 1.0) else None


def variable_monomial_identical(c: Number, x: Number, y: Number, n: Number) -> Number:
    return ops.monomial(c, x, y) if n == 0.0 and type(y) is float else None


def monomial_identical(c: Number, x: Number, n: Number) -> Number:
    if type(c) is not float or c == 0.0:  # c·xⁿ is 0 where c is, whatever its sign
        return None
    if n == 0.0 and type(n) is float:
        return c  # x⁰ is 1, also for a NaN
    return ops.mul(c, x) if known(n, 1.0) else None


def where_identical(c: Number, x: Number, y: Number) -> Number:
    if type(c) is not float or c != c:
        return None
    return x if c != 0.0 else y


def identity_identical(x: Number) -> Number:
    return x


def total_identical(values: Sequence[Number]) -> Number:
    # A sum that begins with 0 is never −0, so a zero more does not change it.
    rest = [value for value in values if not (type(value) is float and value == 0.0)]
    if not rest:
        return 0.0
    return ops.total(rest) if len(rest) < len(values) else None


IDENTICAL: dict[Op, Callable[..., Number]] = {
    ops.add: add_identical,
    ops.sub: sub_identical,
    ops.mul: mul_identical,
    ops.div: div_identical,
    ops.power(1.0): identity_identical,
    ops.monomial: monomial_identical,
    ops.variable_monomial: variable_monomial_identical,
    ops.where: where_identical,
    ops.identity: identity_identical,
    ops.total: total_identical,
}


# -- The same to a reader -------------------------------------------------------------------------


def add_for_reading(x: Number, y: Number) -> Number:
    if type(x) is float and x == 0.0:
        return y
    return x if type(y) is float and y == 0.0 else None


def total_for_reading(values: Sequence[Number]) -> Number:
    return values[0] if len(values) == 1 else None


def dot_for_reading(w: Sequence[Number], x: Sequence[Number]) -> Number:
    return ops.mul(w[0], x[0]) if len(w) == 1 else None


FOR_READING: dict[Op, Callable[..., Number]] = {
    ops.add: add_for_reading,
    ops.total: total_for_reading,
    ops.dot: dot_for_reading,
}
