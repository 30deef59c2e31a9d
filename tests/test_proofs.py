"""Every row is proven: SymPy's numbers are one more kind, and the rules are walked on them.

For every op the rule equals SymPy's derivative of the value, and what the rules make of the
rule equals SymPy's second derivatives: as formulas, or to 40 digits where SymPy does not see that
two formulas are one. A row with a jump is proven on each side.
"""

from collections.abc import Sequence

import pytest
import sympy
from sympy import sign

from autograd_lite import special_ops
from autograd_lite.operators import Operators
from autograd_lite.ops import TABLE, Power, power

P, Q, R = sympy.symbols("p q r", positive=True)  # what stands for an operand, or a distance
U = sympy.symbols("u0:6", real=True)  # the operands themselves

MEANING = {  # what every row's value is, said once more in SymPy's words
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "variable_power": lambda x, y: x**y,
    "monomial": lambda c, x, n: c * x**n,
    "variable_monomial": lambda c, x, y, n: c * x**y * sympy.log(x) ** n,
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "reciprocal": lambda x: 1 / x,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "tanh": sympy.tanh,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "atan": sympy.atan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan2": sympy.atan2,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "log1p": lambda x: sympy.log(1 + x),
    "expm1": lambda x: sympy.exp(x) - 1,
    "hypot": lambda x, y: sympy.sqrt(x**2 + y**2),
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "leaky_relu": lambda x: x * (1 + sign(x)) / 2 + x * (1 - sign(x)) / 200,
    "elu": lambda x: x * (1 + sign(x)) / 2 + (sympy.exp(x) - 1) * (1 - sign(x)) / 2,
    "gelu": lambda x: x * sympy.erfc(-x / sympy.sqrt(2)) / 2,
    "silu": lambda x: x / (1 + sympy.exp(-x)),
    "softsign": lambda x: x / (1 + x * sign(x)),
    "hardtanh": lambda x: (sympy.Abs(x + 1) - sympy.Abs(x - 1)) / 2,
    "hardsigmoid": lambda x: (sympy.Abs(x + 3) - sympy.Abs(x - 3)) / 12 + sympy.Rational(1, 2),
    "relu": lambda x: x * (1 + sign(x)) / 2,
    "step": lambda x: (1 + sign(x)) / 2,
    "sign": sign,
    "abs": lambda x: x * sign(x),
    "maximum": lambda x, y: (x + y + (x - y) * sign(x - y)) / 2,
    "minimum": lambda x, y: (x + y - (x - y) * sign(x - y)) / 2,
    "compare": lambda x, y: sign(x - y),
    "at_least": lambda x, y: (1 + sign(x - y)) / 2,
    "where": lambda c, x, y: x if c != 0 else y,
    "identity": lambda x: x,
    "total": sum,
    "dot": lambda w, x: sum(a * b for a, b in zip(w, x)),
    "norm": lambda values: sympy.sqrt(sum(x**2 for x in values)),
    "ratio": lambda x, y: x / y,
    "log_sum_exp": lambda values: sympy.log(sum(sympy.exp(x) for x in values)),
}
BOTH_SIDES = [(P,), (-P,)]
IN_EITHER_ORDER = [(P, P + Q), (P + Q, P), (-P, Q)]
PLACES = {  # where a row is proven, if not everywhere: on each side of a jump, in its domain
    "leaky_relu": BOTH_SIDES, "elu": BOTH_SIDES, "softsign": BOTH_SIDES,
    "hardtanh": [(P / (1 + P),), (-P / (1 + P),), (1 + P,), (-1 - P,)],
    "hardsigmoid": [(3 * P / (1 + P),), (-3 * P / (1 + P),), (3 + P,), (-3 - P,)],
    "acosh": [(1 + P,)], "asin": [(P / (1 + P),), (-P / (1 + P),)],
    "acos": [(P / (1 + P),), (-P / (1 + P),)], "atanh": [(P / (1 + P),), (-P / (1 + P),)],
    "atan2": [(P, Q), (-P, Q)], "log1p": [(P,), (-P / (1 + P),)],
    "relu": BOTH_SIDES, "step": BOTH_SIDES, "sign": BOTH_SIDES, "abs": BOTH_SIDES,
    "maximum": IN_EITHER_ORDER, "minimum": IN_EITHER_ORDER, "compare": IN_EITHER_ORDER,
    "at_least": IN_EITHER_ORDER, "log": [(P,)], "sqrt": [(P,)], "variable_power": [(P, U[1])],
    "where": [(1.0, U[1], U[2]), (0.0, U[1], U[2])],
    "monomial": [(U[0], P, n) for n in (-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0)],
    "variable_monomial": [(U[0], P, U[2], n) for n in (0.0, 1.0, 2.0, 3.0)],
}  # fmt: skip


class Exact(Operators):
    """A formula of SymPy, and its derivatives as the rules of the table say they are."""

    def __init__(self, formula, slopes=None):
        self.formula = formula
        self.slopes = slopes  # by operand; None: nobody asks

    def record(self, op, operands: Sequence):
        rows = operands if op.sequences else [operands]
        exact = [[as_exact(x) for x in row] for row in rows]
        formulas = [[x.formula for x in row] for row in exact]
        out = Exact(meaning(op)(*(formulas if op.sequences else formulas[0])))
        flat = [x for row in exact for x in row]
        known = [x.slopes for x in flat if x.slopes is not None]
        if known:
            out.slopes = dict.fromkeys(known[0], 0)
            for x, partial in zip(flat, rule(op, [Exact(x.formula) for x in flat], out)):
                for u, slope in (x.slopes or {}).items():
                    out.slopes[u] += as_exact(partial).formula * slope
        return out


MEANT = {  # floats of rules that stand for numbers that no float is
    special_ops.BELL: 2 / sympy.sqrt(sympy.pi), special_ops.ROOT_HALF: sympy.sqrt(2) / 2,
    -special_ops.ROOT_HALF: -sympy.sqrt(2) / 2, special_ops.LEAK: sympy.Rational(1, 100),
    1.0 - special_ops.LEAK: sympy.Rational(99, 100),
    special_ops.NORMAL: 1 / sympy.sqrt(2 * sympy.pi),
}  # fmt: skip


def as_exact(x):
    return x if isinstance(x, Exact) else Exact(MEANT[x] if x in MEANT else sympy.Rational(x))


def meaning(op):
    if isinstance(op, Power):
        return lambda x: x ** sympy.Rational(op.exponent)
    return MEANING[op.name]


def rule(op, operands, out):
    """Return the partials that the rule gives, one for each operand."""
    given = [tuple(row) for row in op.split(operands)] if op.sequences else operands
    bare = Exact(out.formula)
    partials = op.partials(*given, bare)
    return sum(partials, ()) if op.sequences else partials


def proven(op, place):
    """Assert both derivatives at a place: formulas or numbers for the operands."""
    count = len(place)
    numbers = [k for k in range(count) if isinstance(place[k], float)]
    variables = [k for k in range(count) if k not in numbers]
    symbols = [sympy.Rational(place[k]) if k in numbers else U[k] for k in range(count)]
    there = {U[k]: place[k] for k in variables}
    one_each = [{j: int(j == k) for j in variables} for k in range(count)]
    operands = [place[k] if k in numbers else Exact(symbols[k], one_each[k]) for k in range(count)]
    value = meaning(op)(*op.split(symbols))
    slopes = [sympy.diff(value, U[k]) if k in variables else 0 for k in range(count)]
    out = Exact(value, {k: slopes[k] for k in variables})
    given = op.split(operands)
    partials = op.partials(*given, out)
    partials = sum(partials, ()) if op.sequences else partials
    assert len(partials) == count
    for k in variables:
        partial = as_exact(partials[k])
        same(partial.formula, slopes[k], there)
        for j in variables:
            second = (partial.slopes or {}).get(j, 0)
            same(second, sympy.diff(slopes[k], U[j]), there)


def same(found, expected, there):
    """Assert that two formulas are one where the operands are `there`.

    Written alike or, what costs SymPy minutes to see, equal to 40 digits at points of no pattern.
    """
    difference = (sympy.sympify(found) - expected).subs(there, simultaneous=True)
    if difference == 0:
        return
    unknown = sorted(difference.free_symbols, key=str)
    for k in range(3):
        point = {u: sympy.Rational(17 + 12 * k + 5 * i, 23 - 2 * i) for i, u in enumerate(unknown)}
        left = abs(difference.subs(point).evalf(60))
        assert left < 1e-40, (found, expected, there, point)


@pytest.mark.parametrize("name", TABLE)
def test_a_rule_and_the_rule_of_a_rule_are_sympys_derivatives(name):
    op = TABLE[name]
    if isinstance(op, Power):
        for n in (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0, 7.0):
            proven(power(n), (P,))
        return
    size = 3 * op.sequences or len(op.operands)
    everywhere = [U[:size]]
    for place in PLACES.get(name, everywhere):
        proven(op, place)
