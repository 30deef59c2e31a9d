"""More rows of the table: functions that the slides do not need, written as theirs are.

Legend
    x, y    operands
    out     the result of the op
"""

import math
from typing import Any

from autograd_lite.operators import Operators
from autograd_lite.ops import Number, Op, Partials, enter, sigmoid

__all__ = ["tan", "softplus", "at_least"]

# fmt: off
# -- Tangent --

def tan_partials(x: Number, out: Number) -> Partials:
    return (1.0 + out * out,)

tan = Op("tan", "tan", "tan({x})", math.tan, tan_partials, "x finite")

def tan_of(x: Any) -> Any:
    return x.record(tan, (x,))

Operators.tan = tan_of  # type: ignore[attr-defined]  # a method, as sin and cos are

# -- A smooth relu --

def softplus_value(x: float) -> float:
    """Return ln(1 + eˣ) without overflow: x, plus what is left for large x."""
    if x != x:
        return x
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x)))

def softplus_partials(x: Number, out: Number) -> Partials:
    return (sigmoid(x),)

softplus = Op("softplus", "softplus", "softplus({x})", softplus_value, softplus_partials)

# -- A comparison --

def at_least_value(x: float, y: float) -> float:
    if x != x or y != y:
        return math.nan
    return 1.0 if x >= y else 0.0

def at_least_partials(x: Number, y: Number, out: Number) -> Partials:
    return 0.0, 0.0

at_least = Op("at_least", "≥", "at_least({x}, {y})", at_least_value, at_least_partials,
              chooses=True, written="[{x} >= {y}]")

# fmt: on

enter(dict(globals()))
