"""A row's value function and its spelling for machines say the same: the spelling, on floats."""

import itertools
import math

import pytest

from autograd_lite import compile, exp, log, norm, reciprocal
from autograd_lite.compiling import spelling
from autograd_lite.value import DOMAIN_ERRORS, Value

AWKWARD = [
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 3.0, -7.25, 40.0, -40.0, 800.0, -800.0, 1e-300, 1e200,
    -1e200, math.inf, -math.inf, math.nan,
]  # fmt: skip

ROUNDED = {"norm": 5e-16, "log_sum_exp": 5e-16, "variable_monomial": 5e-16}  # other steps
LEFT_TO_PYTHON = {"monomial", "variable_monomial", "ratio", "norm", "reciprocal"}  # now and then


def total_or_error(function, *operands):
    """Return what IEEE arithmetic gives: infinite or NaN where Python raises."""
    try:
        return function(*operands)
    except OverflowError:
        return math.inf
    except DOMAIN_ERRORS:
        return -math.inf if function is math.log and operands[0] == 0.0 else math.nan


class Double(float):
    """A float whose arithmetic is the machine's: division by 0 and overflow are no errors."""

    def __neg__(self):
        return Double(-float(self))

    def __truediv__(self, other):
        x, y = float(self), float(other)
        if y == 0.0:
            return Double(math.nan if x == 0.0 or x != x else math.copysign(1.0, y) * x * math.inf)
        return Double(x / y)

    def __rtruediv__(self, other):
        return Double(other) / self

    def __add__(self, other):
        return Double(float(self) + float(other))

    def __sub__(self, other):
        return Double(float(self) - float(other))

    def __mul__(self, other):
        return Double(float(self) * float(other))

    __radd__ = __add__
    __rmul__ = __mul__


class Floats:
    """A machine that computes at once, as instructions would."""

    def choose(self, condition, x, y):
        return Double(x if condition else y)

    def equal(self, x, y):
        return x == y

    def less(self, x, y):
        return x < y

    def at_least(self, x, y):
        return x >= y

    def absolute(self, x):
        return Double(abs(x))

    def exp(self, x):
        return Double(total_or_error(math.exp, x))

    def log(self, x):
        return Double(total_or_error(math.log, x))

    def log1p(self, x):
        return Double(total_or_error(math.log1p, x))

    def sqrt(self, x):
        return Double(total_or_error(math.sqrt, x))

    def library(self, name, *operands):
        return Double(total_or_error(getattr(math, name), *operands))

    def power(self, x, y):
        return Double(total_or_error(math.pow, x, y))

    def total(self, values):
        return Double(sum(values, 0.0))

    def dot(self, w, x):
        out = Double(0.0)
        for a, b in zip(w, x):
            out = out + a * b
        return out


def cases(op):
    """Yield operands for an op: every choice of awkward numbers, up to three of them."""
    if op.sequences:
        for x, y in itertools.product(AWKWARD, repeat=2):
            yield tuple([(x, y)] * op.sequences)
        return
    # the n of a constant exponent is no operand but a number of the formula
    exact = {"monomial": [-1.0, 0.0, 1.0, 2.0], "variable_monomial": [-1.0, 0.0, 0.5, 1.0, 2.0]}
    last = [exact[op.name]] if op.name in exact else [AWKWARD]
    yield from itertools.product(*[AWKWARD] * (len(op.operands) - 1), *last)


@pytest.mark.parametrize("op", list(spelling.SPELLED), ids=lambda op: op.name)
def test_a_spelling_has_the_bits_of_the_value_where_it_does_not_leave_it_to_python(op):
    """Where a spelling is not finite, Python answers; where it is, it is right to the last bit."""
    compared = 0
    for operands in cases(op):
        doubles = [tuple(map(Double, x)) if isinstance(x, tuple) else Double(x) for x in operands]
        spelled = float(spelling.SPELLED[op](Floats(), *doubles))
        expected = total_or_error(op.forward, *operands)
        if not math.isfinite(spelled):
            assert op.name in LEFT_TO_PYTHON or not math.isfinite(expected), operands
            continue
        compared += 1
        near = ROUNDED.get(op.name, 0.0)
        assert math.isclose(spelled, expected, rel_tol=near, abs_tol=1e-310 * bool(near)), (
            operands,
            spelled,
            expected,
        )
        if near == 0.0:
            assert math.copysign(1.0, spelled) == math.copysign(1.0, expected), operands
    assert compared >= 5


def native(output, inputs):
    pytest.importorskip("llvmlite")
    return compile(output, inputs, target="native")


def test_a_norm_neither_overflows_nor_vanishes_in_native_code():
    x, y = Value(3.0, "x"), Value(4.0, "y")
    f = native(norm([x, y]), [x, y])
    assert f(3.0, 4.0) == 5.0
    assert f(0.0, 0.0) == 0.0
    for scale in (1e-300, 1e-160, 1e160, 1e300):
        assert math.isclose(f(3 * scale, 4 * scale), 5 * scale, rel_tol=1e-15)


@pytest.mark.parametrize(("formula", "ask_at"), [
    (lambda x: exp(x) * exp(x), 1000.0), (lambda x: x**2, 1e200), (lambda x: (x - 1) ** 3, -1e200),
    (lambda x: reciprocal(x * 0.0 + 1e-320) * 0.0 + log(x), -1.0),
])  # fmt: skip
def test_what_is_not_finite_in_native_code_is_an_error_as_in_python(formula, ask_at):
    """One call, a sum over rows, a list of rows: each is asked again in Python."""
    x = Value(2.0, "x")
    f = native(formula(x), [x])
    eager = compile(formula(x), [x])
    for ask in ("call", "summed", "each"):
        for g in (f, eager):
            with pytest.raises((OverflowError, ValueError)):
                g(ask_at) if ask == "call" else getattr(g, ask)([2.0, ask_at])


def test_where_native_code_has_no_number_python_has_the_last_word():
    """∞/∞ on the way to a norm: not a number in machine code, infinite in Python."""
    x, y = Value(3.0, "x"), Value(4.0, "y")
    f = native(norm([x, y]), [x, y])
    assert f(math.inf, 1.0) == math.inf
    assert f.summed([3.0, math.inf], [4.0, 1.0]) == math.inf
    assert f.each([3.0, math.inf], [4.0, 1.0]) == [5.0, math.inf]
