"""More rows of the table: functions that the slides do not need, written as theirs are.

Legend
    x, y    operands
    out     the result of the op
"""

import math
from collections.abc import Sequence
from typing import Any

from autograd_lite.operators import Operators
from autograd_lite.ops import Number, Op, Partials, enter, exp, maximum, sigmoid, total

__all__ = ["tan", "softplus", "at_least", "norm", "ratio", "log_sum_exp"]

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

# -- Of many numbers --

def norm_value(values: Sequence[float]) -> float:
    return math.hypot(*values)  # without overflow or underflow on the way

def norm_partials(values: Sequence[Number], out: Number) -> tuple[Partials]:
    return (tuple([ratio(x, out) for x in values]),)  # at the zero vector 0: it has no direction

def ratio_value(x: float, y: float) -> float:
    """Return x / y, and 0 where y is 0."""
    return x / y if y != 0.0 else 0.0

def ratio_partials(x: Number, y: Number, out: Number) -> Partials:
    return ratio(1.0, y), -ratio(out, y)

def log_sum_exp_value(values: Sequence[float]) -> float:
    """Return ln Σ exp(x), from the largest x on: nothing overflows, and −∞ takes no part."""
    m: float = largest(values)
    if not math.isfinite(m):
        return m
    others = list(values)
    others.remove(m)  # its exp(m − m) is the 1 of ln(1 + …), which keeps a small rest's digits
    return m + math.log1p(math.fsum([math.exp(x - m) for x in others]))

def log_sum_exp_partials(values: Sequence[Number], out: Number) -> tuple[Partials]:
    m = largest(values)
    e = [exp(x - m) for x in values]
    return (tuple([x / total(e) for x in e]),)  # softmax: exp(x − m)/Σ, which adds up to 1

def largest(values: Sequence[Any]) -> Any:
    """Return the largest of some numbers of any kind."""
    m = values[0]
    for x in values[1:]:
        m = maximum(m, x)
    return m

norm = Op("norm", "‖x‖", "norm([{values}])", norm_value, norm_partials, sequences=1)
ratio = Op("ratio", "x/y", "ratio({x}, {y})", ratio_value, ratio_partials, steep=True,
           written="{x} / {y}")
log_sum_exp = Op("log_sum_exp", "ln Σ exp", "log_sum_exp([{values}])", log_sum_exp_value,
                 log_sum_exp_partials, sequences=1)

# fmt: on

enter(dict(globals()))
