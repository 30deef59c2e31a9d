"""More rows still: inverse and hyperbolic functions, erf, and the activations of larger networks.

Where a rule could overflow on the way (1 + x² for a large x) it is written so that it does not.

Legend
    x, y    operands
    out     the result of the op
"""

import math

from autograd_lite.more_ops import ratio
from autograd_lite.ops import (
    Number,
    Op,
    Partials,
    enter,
    exp,
    minimum,
    reciprocal,
    sigmoid,
    sqrt,
    step,
)
from autograd_lite.ops import abs as absolute

__all__ = [
    "atan", "asin", "acos", "atan2", "sinh", "cosh", "asinh", "acosh", "atanh", "log1p", "expm1",
    "hypot", "erf", "erfc", "leaky_relu", "elu", "gelu", "silu", "softsign", "hardtanh",
    "hardsigmoid",
]  # fmt: skip

# fmt: off
# -- Inverse trigonometric functions --


def atan_partials(x: Number, out: Number) -> Partials:
    return (1.0 / (1.0 + x * x),)


def asin_partials(x: Number, out: Number) -> Partials:
    return (
        reciprocal(sqrt((1.0 - x) * (1.0 + x))),
    )  # infinite at -1 and 1, where the value exists


def acos_partials(x: Number, out: Number) -> Partials:
    return (-reciprocal(sqrt((1.0 - x) * (1.0 + x))),)


def hypot_partials(x: Number, y: Number, out: Number) -> Partials:
    return ratio(x, out), ratio(y, out)  # at the origin 0: it has no direction


def atan2_partials(y: Number, x: Number, out: Number) -> Partials:
    r = hypot(x, y)
    return ratio(ratio(x, r), r), -ratio(ratio(y, r), r)


atan = Op("atan", "atan", "atan({x})", math.atan, atan_partials)
asin = Op("asin", "asin", "asin({x})", math.asin, asin_partials, "-1 <= x <= 1", steep=True)
acos = Op("acos", "acos", "acos({x})", math.acos, acos_partials, "-1 <= x <= 1", steep=True)
hypot = Op("hypot", "hypot", "hypot({x}, {y})", math.hypot, hypot_partials)
atan2 = Op("atan2", "atan2", "atan2({y}, {x})", math.atan2, atan2_partials, steep=True)

# -- Hyperbolic functions and their inverses --


def sinh_partials(x: Number, out: Number) -> Partials:
    return (cosh(x),)


def cosh_partials(x: Number, out: Number) -> Partials:
    return (sinh(x),)


def asinh_partials(x: Number, out: Number) -> Partials:
    return (1.0 / hypot(1.0, x),)


def acosh_partials(x: Number, out: Number) -> Partials:
    return (reciprocal(sqrt(x - 1.0) * sqrt(x + 1.0)),)  # infinite at 1, where the value exists


def atanh_partials(x: Number, out: Number) -> Partials:
    return (1.0 / ((1.0 - x) * (1.0 + x)),)


sinh = Op("sinh", "sinh", "sinh({x})", math.sinh, sinh_partials, "|x| < 710.48")
cosh = Op("cosh", "cosh", "cosh({x})", math.cosh, cosh_partials, "|x| < 710.48")
asinh = Op("asinh", "asinh", "asinh({x})", math.asinh, asinh_partials)
acosh = Op("acosh", "acosh", "acosh({x})", math.acosh, acosh_partials, "x >= 1", steep=True)
atanh = Op("atanh", "atanh", "atanh({x})", math.atanh, atanh_partials, "-1 < x < 1", steep=True)

# -- Near 0 and 1 to the last digit --


def log1p_partials(x: Number, out: Number) -> Partials:
    return (1.0 / (1.0 + x),)


def expm1_partials(x: Number, out: Number) -> Partials:
    return (exp(x),)


log1p = Op("log1p", "ln(1+x)", "log1p({x})", math.log1p, log1p_partials, "x > -1", steep=True)
expm1 = Op("expm1", "eˣ−1", "expm1({x})", math.expm1, expm1_partials, "x < 709.79")

# -- The error function --

BELL = 2.0 / math.sqrt(math.pi)  # the height of erf's slope
ROOT_HALF = math.sqrt(0.5)
NORMAL = 1.0 / math.sqrt(2.0 * math.pi)  # the height of the normal distribution


def erf_partials(x: Number, out: Number) -> Partials:
    return (BELL * exp(-(x * x)),)


def erfc_partials(x: Number, out: Number) -> Partials:
    return (-(BELL * exp(-(x * x))),)


erf = Op("erf", "erf", "erf({x})", math.erf, erf_partials)
erfc = Op("erfc", "erfc", "erfc({x})", math.erfc, erfc_partials)

# -- Activations --

LEAK = 0.01  # the slope of leaky relu below 0
FAR = 40.0  # from here on Φ is 0 or 1 to the last digit
FARTHER = 800.0  # and here σ is


def leaky_relu_value(x: float) -> float:
    return LEAK * x if x < 0.0 else x


def leaky_relu_partials(x: Number, out: Number) -> Partials:
    return (LEAK + (1.0 - LEAK) * (1.0 - step(-x)),)  # at 0 that of the left side


def elu_value(x: float) -> float:
    return math.expm1(x) if x < 0.0 else x


def elu_partials(x: Number, out: Number) -> Partials:
    return (exp(minimum(x, 0.0)),)


def gelu_value(x: float) -> float:
    """Return x·Φ(x), Φ being the normal distribution (Hendrycks and Gimpel, 2016)."""
    if x < -FAR:
        return -0.0
    return 0.5 * x * math.erfc(-ROOT_HALF * x)


def gelu_partials(x: Number, out: Number) -> Partials:
    return (0.5 * erfc(-ROOT_HALF * x) + NORMAL * x * exp(-0.5 * x * x),)  # Φ(x) + x·φ(x)


def silu_value(x: float) -> float:
    """Return x·σ(x), also called swish."""
    if x < -FARTHER:
        return -0.0
    return x * sigmoid.forward(x)


def silu_partials(x: Number, out: Number) -> Partials:
    return (sigmoid(x) * (1.0 + x * sigmoid(-x)),)


def softsign_value(x: float) -> float:
    size = math.fabs(x)
    return math.copysign(1.0, x) if size == math.inf else x / (1.0 + size)


def softsign_partials(x: Number, out: Number) -> Partials:
    share = 1.0 / (1.0 + absolute(x))
    return (share * share,)


def hardtanh_value(x: float) -> float:
    return -1.0 if x < -1.0 else 1.0 if x > 1.0 else x


def hardtanh_partials(x: Number, out: Number) -> Partials:
    return ((1.0 - step(-1.0 - x)) * (1.0 - step(x - 1.0)),)  # 1 between -1 and 1; there itself 0


def hardsigmoid_value(x: float) -> float:
    """Return x/6 + 1/2, cut off at 0 and 1."""
    return 0.0 if x < -3.0 else 1.0 if x > 3.0 else (x + 3.0) / 6.0


def hardsigmoid_partials(x: Number, out: Number) -> Partials:
    return ((1.0 - step(-3.0 - x)) * (1.0 - step(x - 3.0)) / 6.0,)


leaky_relu = Op("leaky_relu", "leaky", "leaky_relu({x})", leaky_relu_value, leaky_relu_partials)
elu = Op("elu", "elu", "elu({x})", elu_value, elu_partials)
gelu = Op("gelu", "gelu", "gelu({x})", gelu_value, gelu_partials)
silu = Op("silu", "silu", "silu({x})", silu_value, silu_partials)
softsign = Op("softsign", "softsign", "softsign({x})", softsign_value, softsign_partials)
hardtanh = Op(
    "hardtanh", "hardtanh", "hardtanh({x})", hardtanh_value, hardtanh_partials, chooses=True
)
hardsigmoid = Op(
    "hardsigmoid",
    "hardσ",
    "hardsigmoid({x})",
    hardsigmoid_value,
    hardsigmoid_partials,
    chooses=True,
)

# fmt: on

enter({name: row for name, row in globals().items() if name in __all__})
