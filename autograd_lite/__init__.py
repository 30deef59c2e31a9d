"""A number that remembers how it was made: scalar automatic differentiation to learn from.

    >>> from autograd_lite import Value
    >>> w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    >>> z = w * x + b
    >>> z.backward()
    >>> w.grad, x.grad, b.grad
    (3.0, 2.0, 1.0)

Read the source in this order: ops, value, backprop, gradients, check, tracing, drawing, stepping.
"""

from typing import TYPE_CHECKING

from autograd_lite import copying, displays, other_engines, own_rows
from autograd_lite.check import check_gradients, find_nan
from autograd_lite.collector import collector_paused
from autograd_lite.gradients import directional_derivative, grad, gradients, value_and_grad
from autograd_lite.graph import topological_order
from autograd_lite.later import called_once, later
from autograd_lite.more_ops import at_least, log_sum_exp, norm, softplus, tan
from autograd_lite.ops import (
    TABLE,
    Op,
    abs,
    cos,
    dot,
    exp,
    identity,
    log,
    maximum,
    minimum,
    reciprocal,
    relu,
    sigmoid,
    sign,
    sin,
    sqrt,
    step,
    tanh,
    total,
    where,
)
from autograd_lite.recompute import recompute
from autograd_lite.source_lines import record_lines
from autograd_lite.special_ops import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cosh,
    elu,
    erf,
    erfc,
    expm1,
    gelu,
    hardsigmoid,
    hardtanh,
    hypot,
    leaky_relu,
    log1p,
    silu,
    sinh,
    softsign,
)
from autograd_lite.value import Constant, Value, backward, propagate, zero_grad

if TYPE_CHECKING:
    from autograd_lite.compiling import compile
    from autograd_lite.drawing import draw
    from autograd_lite.stepping import step_through
    from autograd_lite.tracing import trace

__all__ = [
    "Value", "Constant", "record_lines",
    "backward", "zero_grad", "recompute", "topological_order", "propagate",
    "gradients", "grad", "value_and_grad", "directional_derivative",
    "compile",
    "check_gradients", "find_nan", "collector_paused",
    "trace", "step_through", "draw",
    "exp", "log", "sqrt", "reciprocal", "sin", "cos", "tan", "tanh",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "asinh", "acosh", "atanh",
    "log1p", "expm1", "hypot", "erf", "erfc",
    "sigmoid", "softplus", "relu", "step", "sign", "abs",
    "leaky_relu", "elu", "gelu", "silu", "softsign", "hardtanh", "hardsigmoid",
    "maximum", "minimum", "at_least", "where", "identity", "dot", "total", "norm", "log_sum_exp",
    "Op", "TABLE",
]  # fmt: skip

# Values are copied and pickled whole, and answer to the names of other engines, from here on;
# rows of one's own are checked.
assert copying and displays and other_engines and own_rows

# What is not the engine is imported when it is first used.
LATER = {"compile": "compiling", "trace": "tracing", "step_through": "stepping", "draw": "drawing"}
__getattr__ = later(__name__, LATER)


def __dir__() -> list[str]:
    """Return the names of the package, for those who complete them."""
    return sorted({*globals(), *LATER, *LATER.values()})


# The rooms were once called like the functions in them; `from autograd_lite.draw import renderer`
# goes on working. (The names in the package stay the functions.)
called_once(__name__, {"draw": "drawing", "compile": "compiling", "trace": "tracing"})

__version__ = "0.1.0"
