# ruff: noqa: E501 - the awkward grid is read across
"""The table of ops: every row, on floats and on Values, inside its domain and at its edges.

The tests walk the table, so a new row is tested as soon as it stands there.
"""

import itertools
import math
import operator
import struct

import pytest

from autograd_lite import (
    TABLE,
    Constant,
    Value,
    check_gradients,
    gradients,
    more_ops,
    ops,
    recompute,
    special_ops,
)
from autograd_lite.ops import Op
from autograd_lite.words.op_words import meaning

ROWS = [*TABLE.values(), *[ops.power(n) for n in (-2.0, -0.5, 0.0, 0.5, 1.0, 3.0)]]
inf, nan = math.inf, math.nan

# -- What the tests need ----------------------------------------------------------------------


def bits(x):
    """Return a number with nothing rounded away; all NaNs are one."""
    assert type(x) is float, f"{x!r} is a {type(x).__name__}"
    return "nan" if x != x else struct.pack(">d", x).hex()


def outcome(function, *operands):
    """Return the bits of a float, or the kind of error raised instead; of a node, its data's."""
    try:
        result = function(*operands)
    except (ArithmeticError, ValueError) as error:
        return type(error).__name__
    return bits(result.data if isinstance(result, Value) else result)


def call(row, operands):
    """Return the row's value on a flat list of operands."""
    return row(*row.split(operands)) if row.sequences else row(*operands)


def points(row):
    """Return points inside the domain and away from kinks: floats, one per operand."""
    count = len(row.operands)
    if row.sequences:
        rows = [(0.3,), (-1.7, 0.8, 2.9), (0.5, -0.25, 0.1, 4.0, -3.0)]
        return [
            tuple(x * (1.0 - 0.3 * k) for k in range(count) for x in numbers) for numbers in rows
        ]
    choices = {
        "n": [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 2.5],  # a constant exponent
        **({"n": [0.0, 1.0, 2.0]} if row is ops.variable_monomial else {}),  # of the logarithm
        "c": [-1.5, 0.0, 2.0],  # a coefficient, or a condition
    }
    grid = [-2.3, -1.1, -0.4, 0.3, 0.8, 1.7]
    if row in (special_ops.acosh, special_ops.hypot):  # above 1; away from circles of one slope
        grid = [-1.1, 0.3, 1.7, 2.9, 3.5]
    inside = []
    for point in itertools.product(*[choices.get(name, grid) for name in row.operands]):
        beside = [[x + d for x in point] for d in (-(2.0**-10), 0.0, 2.0**-10)]
        values = [outcome(row.value, numbers) for numbers in beside]
        if len(set(point)) == count and not any(v == "nan" or "Error" in v for v in values):
            inside.append(point)
    return inside


def variables(row, point):
    """Return which operands vary: not a constant exponent, nor a condition at its jump."""
    if row.sequences:
        return list(range(len(point)))
    return [
        k for k, name in enumerate(row.operands) if name != "n" and (name != "c" or point[k] != 0)
    ]


def derivatives_disagree(row):
    """Return the points at which backprop through the row and central differences differ."""
    found = []
    for point in points(row):
        varying = variables(row, point)

        def f(*numbers, point=point, varying=varying):
            operands = list(point)
            for k, x in zip(varying, numbers):
                operands[k] = x
            return call(row, operands)

        if not check_gradients(f, [point[k] for k in varying]):
            found.append(point)
    return found


# -- The rows -----------------------------------------------------------------------------------


def test_the_table_holds_every_op_of_the_engine_under_its_own_name():
    assert all(name == row.name for name, row in TABLE.items())
    wanted = (
        "add sub mul div neg power variable_power exp log sqrt sin cos tan tanh sigmoid relu "
        "step abs maximum minimum softplus dot total"
    )
    assert set(wanted.split()) <= set(TABLE)
    modules = (ops, more_ops, special_ops)
    for name, row in TABLE.items():
        found = [getattr(module, name) for module in modules if name in module.__all__]
        assert found == [ops.power if name == "power" else row], name
    assert TABLE["power"] is ops.power(2.0)


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_every_row_fills_its_columns(row):
    assert row.symbol and row.formula and row.written
    assert meaning(row, "en") and not meaning(row, "ja").isascii()
    assert repr(row) == f"<op {row.name}>"
    with pytest.raises(TypeError, match=rf"{row.name}\(.*takes {len(row.operands)} operand"):
        row(*[1.0] * (len(row.operands) + 1))


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_backprop_through_every_op_agrees_with_central_differences(row):
    assert len(points(row)) >= 2
    assert derivatives_disagree(row) == []


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_floats_and_values_give_the_same_figures(row):
    for point in points(row):
        out = row.value(point)
        operands = [Value(x) for x in point]
        node = call(row, operands)
        assert bits(call(row, point)) == bits(node.data) == bits(out)
        assert node.op is row
        assert len(node.parents) == len(node.partials) == len(point)
        assert all(parent is operand for parent, operand in zip(node.parents, operands))
        assert list(map(bits, node.partials)) == list(map(bits, row.partials_at(point, out)))


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_a_plain_number_beside_a_value_becomes_a_constant(row):
    for point in points(row)[:3]:
        for k in range(len(point)):
            if len(point) == 1:
                continue
            operands = list(point)
            operands[k] = Value(point[k])
            node = call(row, operands)
            assert bits(node.data) == bits(row.value(point))
            assert [isinstance(p, Constant) for p in node.parents] == [
                j != k for j in range(len(point))
            ]


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_the_rule_on_values_gives_the_numbers_that_it_gives_on_floats(row):
    for point in points(row):
        on_floats = row.partials_at(point, row.value(point))
        node = call(row, [Value(x) for x in point])
        for partial, expected in zip(row.partials_at(node.parents, node), on_floats):
            assert bits(partial.data if isinstance(partial, Value) else partial) == bits(expected)


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_second_derivatives_agree_with_differences_of_first_ones(row):
    for point in points(row):
        varying = variables(row, point)
        for k in varying:

            def first(*numbers, k=k, point=point, varying=varying):
                operands = [Value(x) for x in point]
                for j, x in zip(varying, numbers):
                    operands[j] = x if isinstance(x, Value) else Value(x)
                return gradients(call(row, operands), [operands[k]])[0]

            report = check_gradients(first, [point[j] for j in varying])
            assert report, f"{row} at {point} in operand {k}\n{report}"


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_the_formula_read_as_python_is_the_op(row):
    for point in points(row):
        texts = [f"v[{k}]" for k in range(len(point))]
        if row.sequences:
            texts = [", ".join(part) for part in row.split(texts)]
        python = row.formula.format(**dict(zip(row.operands, texts)))
        assert bits(eval(python, {**TABLE, "v": point})) == bits(row.value(point)), python
        node = eval(python, {**TABLE, "v": [Value(x) for x in point]})
        if row is not ops.identity:  # written as nothing at all
            assert node.data == row.value(point)
            assert node.op is {ops.power: ops.variable_power}.get(row, row)


# -- The operators of Value, held to their rows ---------------------------------------------------


def operators_disagree():
    """Return where Python's operators on Values are not what their rows say."""
    pairs = [
        (operator.add, ops.add),
        (operator.sub, ops.sub),
        (operator.mul, ops.mul),
        (operator.truediv, ops.div),
        (operator.pow, ops.variable_power),
    ]
    found = []
    for python, row in pairs:
        for x, y in itertools.product(AWKWARD, AWKWARD):
            expected = outcome(row.forward, x, y)
            for left, right in [(Value(x), Value(y)), (Value(x), y), (x, Value(y))]:
                constant_exponent = python is operator.pow and type(right) is float
                asked = ops.power(y) if constant_exponent else row
                try:
                    node = python(left, right)
                except (ArithmeticError, ValueError) as error:
                    if type(error).__name__ != expected:
                        found.append((row, x, y, error))
                    continue
                given = [left] if constant_exponent else [left, right]
                numbers = [x] if constant_exponent else [x, y]
                partials = asked.partials(*numbers, asked.forward(*numbers))
                parents = [p.data for p in node.parents]
                if (
                    node.op is not asked
                    or bits(node.data) != expected
                    or list(map(bits, node.partials)) != list(map(bits, partials))
                    or list(map(bits, parents)) != list(map(bits, numbers))
                    or any(
                        isinstance(operand, Value) and parent is not operand
                        for operand, parent in zip(given, node.parents)
                    )
                    or type(node.partials) is not tuple
                    or node.label != ""
                    or bits(node.grad) != bits(0.0)
                    or node.line is not None
                ):
                    found.append((row, x, y, node))
    return found


def test_every_operator_is_its_row_of_the_table_on_every_pair_of_awkward_numbers():
    assert operators_disagree() == []


def test_methods_are_the_functions_of_the_same_name():
    for name in ["exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "relu"]:
        v = Value(0.7)
        method, function = getattr(v, name)(), TABLE[name](v)
        assert method.op is function.op is TABLE[name]
        assert (method.data, method.partials) == (function.data, function.partials)
    assert abs(Value(-2.0)).op is ops.abs
    assert (-Value(2.0)).op is ops.neg
    v = Value(2.0)
    assert +v is v


# -- The awkward grid -----------------------------------------------------------------------------
# Each cell is decided: the value, and the derivative; an error where floats raise one.

AWKWARD = [-inf, -1e308, -2.0, -1e-308, -5e-324, -0.0, 0.0, 5e-324, 1e-308, 2.0, 1e308, inf, nan]
DE, OE, ZE = "ValueError", "OverflowError", "ZeroDivisionError"
_ = None  # no value, so no derivative
ANY = object()  # a bound slope of many steps, proven elsewhere

# Numbers that are not obvious, each from the function's definition
tanh2, sech2 = math.tanh(2.0), 1.0 - math.tanh(2.0) ** 2
low, high = math.exp(-2.0) / (1.0 + math.exp(-2.0)), 1.0 / (1.0 + math.exp(-2.0))
ln_tiny, ln_small, ln_large = math.log(5e-324), math.log(1e-308), math.log(1e308)
sin2, cos2, tan2 = math.sin(2.0), math.cos(2.0), math.tan(2.0)
sinL, cosL, tanL = math.sin(1e308), math.cos(1e308), math.tan(1e308)
ln2 = math.log(2.0)


# fmt: off
def wherever(function):
    """Return what a function of Python's has on the awkward numbers: a value, or its error."""
    found = []
    for x in AWKWARD:
        try:
            found.append(function(x))
        except (ValueError, OverflowError) as error:
            found.append(type(error).__name__)
    return found

BELL = 2.0 / math.sqrt(math.pi)
erf2 = BELL * math.exp(-4.0)
sinh2, cosh2 = math.sinh(2.0), math.cosh(2.0)
gelu2, low2 = 0.5 * 2.0 * math.erfc(-math.sqrt(0.5) * 2.0), 0.5 * -2.0 * math.erfc(math.sqrt(0.5) * 2.0)
ONES = [1.0] * 6
UNARY = {
    # those that Python has, and their slopes
    "atan": (wherever(math.atan), [0.0, 0.0, 0.2, *ONES, 0.2, 0.0, 0.0, nan]),
    "asin": (wherever(math.asin), [_, _, _, *ONES, _, _, _, nan]),
    "acos": (wherever(math.acos), [_, _, _, *[-1.0] * 6, _, _, _, nan]),
    "sinh": (wherever(math.sinh), [inf, _, cosh2, *ONES, cosh2, _, inf, nan]),
    "cosh": (wherever(math.cosh), [-inf, _, -sinh2, -1e-308, -5e-324, -0.0, 0.0, 5e-324, 1e-308, sinh2, _, inf, nan]),
    "asinh": (wherever(math.asinh), [0.0, 1e-308, 1.0 / math.hypot(1.0, 2.0), *ONES, 1.0 / math.hypot(1.0, 2.0), 1e-308, 0.0, nan]),
    "acosh": (wherever(math.acosh), [*[_] * 9, 1.0 / math.sqrt(3.0), 1.0 / (1e154 * 1e154), 0.0, nan]),
    "atanh": (wherever(math.atanh), [_, _, _, *ONES, _, _, _, nan]),
    "log1p": (wherever(math.log1p), [_, _, _, *ONES, 1.0 / 3.0, 1e-308, 0.0, nan]),
    "expm1": (wherever(math.expm1), [0.0, 0.0, math.exp(-2.0), *ONES, math.exp(2.0), _, inf, nan]),
    "erf": (wherever(math.erf), [0.0, 0.0, erf2, *[BELL] * 6, erf2, 0.0, 0.0, nan]),
    "erfc": (wherever(math.erfc), [-0.0, -0.0, -erf2, *[-BELL] * 6, -erf2, -0.0, -0.0, nan]),
    # activations
    "leaky_relu": ([-inf, -1e306, -0.02, 0.01 * -1e-308, 0.01 * -5e-324, -0.0, 0.0, 5e-324, 1e-308, 2.0, 1e308, inf, nan],
                   [0.01] * 7 + [1.0] * 5 + [nan]),
    "elu": ([-1.0, -1.0, math.expm1(-2.0), -1e-308, -5e-324, -0.0, 0.0, 5e-324, 1e-308, 2.0, 1e308, inf, nan],
            [0.0, 0.0, math.exp(-2.0), *ONES, 1.0, 1.0, 1.0, nan]),
    "gelu": ([-0.0, -0.0, low2, 0.5 * -1e-308, 0.5 * -5e-324, -0.0, 0.0, 0.5 * 5e-324, 0.5 * 1e-308, gelu2, 1e308, inf, nan],
             [ANY] * 13),
    "silu": ([-0.0, -0.0, -2.0 * low, 0.5 * -1e-308, 0.5 * -5e-324, -0.0, 0.0, 0.5 * 5e-324, 0.5 * 1e-308, 2.0 * high, 1e308, inf, nan],
             [ANY] * 13),
    "softsign": ([-1.0, -1.0, -2.0 / 3.0, -1e-308, -5e-324, -0.0, 0.0, 5e-324, 1e-308, 2.0 / 3.0, 1.0, 1.0, nan],
                 [0.0, 0.0, (1.0 / 3.0) * (1.0 / 3.0), *ONES, (1.0 / 3.0) * (1.0 / 3.0), 0.0, 0.0, nan]),
    "hardtanh": ([-1.0, -1.0, -1.0, -1e-308, -5e-324, -0.0, 0.0, 5e-324, 1e-308, 1.0, 1.0, 1.0, nan],
                 [0.0, 0.0, 0.0, *ONES, 0.0, 0.0, 0.0, nan]),
    "hardsigmoid": ([0.0, 0.0, 1.0 / 6.0, *[0.5] * 6, 5.0 / 6.0, 1.0, 1.0, nan],
                    [0.0, 0.0, 1.0 / 6.0, *[1.0 / 6.0] * 6, 1.0 / 6.0, 0.0, 0.0, nan]),
    #             -inf -1e308   -2.0   -1e-308   -5e-324  -0.0  0.0   5e-324  1e-308  2.0   1e308   inf  nan
    "neg":      ([inf, 1e308,    2.0,   1e-308,   5e-324,  0.0, -0.0, -5e-324, -1e-308, -2.0, -1e308, -inf, nan],
                 [-1.0] * 13),
    "identity": (AWKWARD, [1.0] * 13),
    "abs":      ([inf, 1e308,    2.0,   1e-308,   5e-324,  0.0,  0.0,  5e-324,  1e-308,  2.0,  1e308,  inf, nan],
                 [-1.0, -1.0,   -1.0,   -1.0,     -1.0,   -0.0,  0.0,  1.0,     1.0,     1.0,  1.0,    1.0, nan]),
    "sign":     ([-1.0, -1.0,   -1.0,   -1.0,     -1.0,   -0.0,  0.0,  1.0,     1.0,     1.0,  1.0,    1.0, nan],
                 [0.0] * 13),
    "step":     ([0.0, 0.0,      0.0,    0.0,      0.0,    1.0,  1.0,  1.0,     1.0,     1.0,  1.0,    1.0, nan],
                 [0.0] * 13),
    "relu":     ([0.0, 0.0,      0.0,    0.0,      0.0,   -0.0,  0.0,  5e-324,  1e-308,  2.0,  1e308,  inf, nan],
                 [0.0, 0.0,      0.0,    0.0,      0.0,    0.0,  0.0,  1.0,     1.0,     1.0,  1.0,    1.0, nan]),
    "exp":      ([0.0, 0.0, math.exp(-2.0), 1.0,   1.0,    1.0,  1.0,  1.0,     1.0, math.exp(2.0), OE, inf, nan],
                 [0.0, 0.0, math.exp(-2.0), 1.0,   1.0,    1.0,  1.0,  1.0,     1.0, math.exp(2.0), _,  inf, nan]),
    "log":      ([DE,  DE,       DE,     DE,       DE,     DE,   DE,   ln_tiny, ln_small, ln2, ln_large, inf, nan],
                 [_,   _,        _,      _,        _,      _,    _,    inf,     1e308,   0.5,  1e-308, 0.0, nan]),
    "sqrt":     ([DE,  DE,       DE,     DE,       DE,    -0.0,  0.0, math.sqrt(5e-324), 1e-154, math.sqrt(2.0), 1e154, inf, nan],
                 [_,   _,        _,      _,        _,      inf,  inf, 0.5 / math.sqrt(5e-324), 5e153, 0.5 * (1.0 / math.sqrt(2.0)), 5e-155, 0.0, nan]),
    "reciprocal":
                ([-0.0, -1e-308, -0.5,  -1e308,   -inf,    inf,  inf,  inf,     1e308,   0.5,  1e-308, 0.0, nan],
                 [-0.0, -0.0,    -0.25, -inf,     -inf,   -inf, -inf, -inf,    -inf,    -0.25, -0.0,  -0.0, nan]),
    "sin":      ([DE, -sinL,    -sin2,  -1e-308,  -5e-324, -0.0, 0.0,  5e-324,  1e-308,  sin2, sinL,  DE,  nan],
                 [_,   cosL,     cos2,   1.0,      1.0,    1.0,  1.0,  1.0,     1.0,     cos2, cosL,  _,   nan]),
    "cos":      ([DE,  cosL,     cos2,   1.0,      1.0,    1.0,  1.0,  1.0,     1.0,     cos2, cosL,  DE,  nan],
                 [_,   sinL,     sin2,   1e-308,   5e-324, 0.0, -0.0, -5e-324, -1e-308, -sin2, -sinL, _,   nan]),
    "tan":      ([DE, -tanL,    -tan2,  -1e-308,  -5e-324, -0.0, 0.0,  5e-324,  1e-308,  tan2, tanL,  DE,  nan],
                 [_, 1.0 + tanL * tanL, 1.0 + tan2 * tan2, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0 + tan2 * tan2, 1.0 + tanL * tanL, _, nan]),
    "tanh":     ([-1.0, -1.0,   -tanh2, -1e-308,  -5e-324, -0.0, 0.0,  5e-324,  1e-308,  tanh2, 1.0,  1.0, nan],
                 [0.0, 0.0,      sech2,  1.0,      1.0,    1.0,  1.0,  1.0,     1.0,     sech2, 0.0,  0.0, nan]),
    "sigmoid":  ([0.0, 0.0,      low,    0.5,      0.5,    0.5,  0.5,  0.5,     0.5,     high, 1.0,   1.0, nan],
                 [0.0, 0.0, low * (1.0 - low), 0.25, 0.25, 0.25, 0.25, 0.25,    0.25, high * (1.0 - high), 0.0, 0.0, nan]),
    "softplus": ([0.0, 0.0, math.log1p(math.exp(-2.0)), ln2, ln2, ln2, ln2, ln2, ln2, 2.0 + math.log1p(math.exp(-2.0)), 1e308, inf, nan],
                 [0.0, 0.0,      low,    0.5,      0.5,    0.5,  0.5,  0.5,     0.5,     high, 1.0,   1.0, nan]),
}
# fmt: on


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r.arity == 1 and not isinstance(r, ops.Power)], ids=repr
)
def test_every_op_of_one_number_has_a_decided_answer_on_the_awkward_grid(row):
    values, derivatives = UNARY[row.name]
    for x, value, derivative in zip(AWKWARD, values, derivatives, strict=True):
        decided = value if isinstance(value, str) else bits(value)
        assert outcome(row, x) == outcome(row, Value(x)) == decided, f"{row}({x})"
        if not isinstance(value, str):
            node = row(Value(x))
            if derivative is ANY:
                assert 0.0 <= node.partials[0] + 0.2 <= 1.4 or not math.isfinite(x)
                continue
            assert bits(node.partials[0]) == bits(derivative), f"d{row}({x})"
            assert bits(gradients(node, node.parents)[0].data) == bits(0.0 + derivative)


@pytest.mark.parametrize("row, python", [
    (ops.exp, math.exp), (ops.log, math.log), (ops.sqrt, math.sqrt), (ops.sin, math.sin),
    (ops.cos, math.cos), (more_ops.tan, math.tan), (ops.tanh, math.tanh), (ops.abs, abs),
    (ops.neg, operator.neg), (ops.identity, operator.pos),
], ids=repr)  # fmt: skip
def test_ops_that_python_has_are_pythons_bit_for_bit_and_raise_where_it_raises(row, python):
    grid = [*AWKWARD, 709.7, 709.8, -745.0, -746.0, 0.1, 1e-8, 710.5, 1e16, -1e16, 0.5, 100.0]
    for x in grid:
        assert outcome(row, Value(x)) == outcome(row, x) == outcome(python, x), x


BINARY_OF_PYTHON = [
    (ops.add, operator.add),
    (ops.sub, operator.sub),
    (ops.mul, operator.mul),
    (ops.div, operator.truediv),
]


@pytest.mark.parametrize("row, python", BINARY_OF_PYTHON, ids=repr)
def test_arithmetic_is_pythons_bit_for_bit_and_raises_where_it_raises(row, python):
    for x, y in itertools.product([*AWKWARD, 0.1, 3.0], repeat=2):
        expected = outcome(python, x, y)
        assert outcome(row, x, y) == outcome(row, Value(x), Value(y)) == expected, (x, y)
        if "Error" not in expected:
            node = row(Value(x), Value(y))
            partials = {
                "add": (1.0, 1.0),
                "sub": (1.0, -1.0),
                "mul": (y, x),
                "div": (1.0 / y if y else nan, -(x / y) / y if y else nan),
            }[row.name]
            assert list(map(bits, node.partials)) == list(map(bits, partials)), (x, y)


def test_a_quotient_is_a_division_and_not_a_product_with_a_power():
    assert (Value(1.0) / Value(49.0)).data == 1.0 / 49.0
    assert (Value(5.0) / 49.0).data == 5.0 / 49.0 != 5.0 * 49.0**-1
    tiny = Value(5e-324)
    assert (tiny / tiny).data == 1.0


def python_power(x, n):
    """Return x**n as Python does it, where it is real."""
    out = x**n
    if isinstance(out, complex):
        raise ValueError("complex")
    return out


def test_powers_are_pythons_bit_for_bit_and_raise_where_it_raises_or_turns_complex():
    exponents = [*AWKWARD, -3.0, -1.0, -0.5, 0.5, 1.0, 3.0, 2.5, 1e16]
    for x, n in itertools.product([*AWKWARD, -8.0, 0.5, 3.0], exponents):
        expected = outcome(python_power, x, n)
        assert outcome(ops.variable_power, Value(x), Value(n)) == expected, (x, n)
        assert outcome(ops.variable_power, x, n) == expected, (x, n)
        assert outcome(ops.power(n), Value(x)) == outcome(ops.power(n), x) == expected, (x, n)
        assert outcome(pow, Value(x), n) == expected, (x, n)


def test_a_power_by_a_constant_has_a_decided_derivative_on_the_awkward_grid():
    for x, n in itertools.product([*AWKWARD, -8.0, 0.5, 3.0], [*AWKWARD, -1.0, 0.5, 1.0, 3.0]):
        if "Error" in outcome(python_power, x, n):
            continue
        (in_x,) = (Value(x) ** n).partials
        if n == 0.0:
            decided = 0.0  # everywhere
        else:
            try:
                decided = n * python_power(x, n - 1.0)
            except ArithmeticError:  # infinite: at 0, or too large for a float
                odd = (n - 1.0) % 2.0 == 1.0  # then the power keeps the sign
                decided = math.copysign(inf, n) * (math.copysign(1.0, x) if odd else 1.0)
        assert bits(in_x) == bits(decided), (x, n)


def test_x_to_the_0_has_derivative_0_everywhere_and_at_any_order():
    for x in AWKWARD:
        v = Value(x)
        derivative = v**0
        assert derivative.data == 1.0
        for order in range(4):
            (derivative,) = gradients(derivative, [v])
            assert bits(derivative.data) == bits(0.0), (x, order)


def test_whole_powers_have_their_derivatives_at_zero_at_any_order():
    # d^k/dx^k x^n at 0 is n! where k = n, and 0 otherwise
    for zero in (0.0, -0.0):
        for n in range(1, 6):
            v = Value(zero)
            derivative = v**n
            for k in range(1, 8):
                (derivative,) = gradients(derivative, [v])
                assert derivative.data == (math.factorial(n) if k == n else 0.0), (n, k)


def test_a_negative_base_with_a_whole_exponent_is_differentiated():
    x = Value(-2.0)
    y = x**3
    y.backward()
    assert (y.data, x.grad) == (-8.0, 12.0)
    assert [g.data for g in gradients(gradients(y, [x])[0], [x])] == [-12.0]


def test_a_variable_exponent_at_the_base_0_gives_0_and_below_it_no_number():
    assert Value(0.0).__pow__(Value(2.0)).partials == (0.0, 0.0)
    assert Value(0.0).__pow__(Value(1.0)).partials == (1.0, 0.0)
    assert Value(0.0).__pow__(Value(0.0)).partials == (0.0, 0.0)
    in_x, in_y = Value(-2.0).__pow__(Value(2.0)).partials
    assert in_x == -4.0
    assert math.isnan(in_y)  # (-2)**y is real at the whole numbers alone
    base = Constant(-2.0)
    assert gradients(base ** Value(3.0), [base])[0].data == 12.0


@pytest.mark.parametrize("row, choose", [(ops.maximum, max), (ops.minimum, min)], ids=repr)
def test_maximum_and_minimum_keep_nan_and_give_equals_one_half_each(row, choose):
    for x, y in itertools.product(AWKWARD, AWKWARD):
        node = row(Value(x), Value(y))
        if x != x or y != y:
            value, partials = nan, (nan, nan)
        else:
            value = choose(x, y)
            first = 0.5 if x == y else float(value == x)
            partials = (first, 1.0 - first)
        assert outcome(row, x, y) == bits(node.data) == bits(value), (x, y)
        assert list(map(bits, node.partials)) == list(map(bits, partials)), (x, y)
    assert row(Value(inf), Value(inf)).partials == (0.5, 0.5)
    v = Value(3.0)
    assert gradients(row(v, v), [v])[0].data == 1.0


def test_at_least_and_where_choose_by_numbers_and_keep_nan():
    for x, y in itertools.product(AWKWARD, AWKWARD):
        compared = nan if x != x or y != y else float(x >= y)
        node = more_ops.at_least(Value(x), Value(y))
        assert bits(node.data) == bits(compared)
        assert node.partials == (0.0, 0.0)
        for c in AWKWARD:
            node = ops.where(Value(c), x, y)
            chosen = nan if c != c else x if c != 0.0 else y
            partials = (0.0, nan, nan) if c != c else (0.0, float(c != 0.0), float(c == 0.0))
            assert bits(node.data) == bits(chosen)
            assert list(map(bits, node.partials)) == list(map(bits, partials))


def test_a_monomial_never_raises_and_is_0_where_its_coefficient_is():
    for c, x, n in itertools.product(AWKWARD, AWKWARD, [*AWKWARD, -1.0, 0.5, 3.0]):
        value = ops.monomial(c, x, n)
        assert type(value) is float
        if c == 0.0:
            assert bits(value) == bits(0.0)
        node = ops.monomial(Value(c), Value(x), Value(n))
        assert bits(node.data) == bits(value)
        assert bits(node.partials[2]) == bits(0.0)
        assert bits(
            ops.variable_monomial(Value(1.0), Value(2.0), Value(n), 1.0).partials[3]
        ) == bits(0.0)
        without = ops.variable_monomial(Value(c), Value(x), Value(n), 0.0)
        assert bits(without.data) == bits(value)
    assert ops.monomial(2.0, 0.0, -1.0) == inf
    assert ops.monomial(2.0, -0.0, -1.0) == -inf
    assert ops.monomial(2.0, -0.0, -2.0) == inf
    assert math.isnan(ops.monomial(1.0, -2.0, 0.5))


def test_sums_and_inner_products_add_from_left_to_right():
    numbers = [1e16, 1.0, -1e16, 1.0, 0.1, 0.2, 0.3]
    expected = 0.0
    for number in numbers:
        expected += number
    assert ops.total(numbers) == ops.total([Value(x) for x in numbers]).data == expected
    assert expected != math.fsum(numbers)
    ones = [1.0] * len(numbers)
    assert ops.dot(numbers, ones) == ops.dot([Value(x) for x in numbers], ones).data == expected
    total = Value(0.0)
    for number in numbers:
        total = total + number
    assert total.data == expected


@pytest.mark.parametrize("number", AWKWARD)
def test_sums_and_inner_products_of_awkward_numbers_are_those_of_the_operators(number):
    for other in AWKWARD:
        expected = 0.0 + number + other
        assert outcome(ops.total, [Value(number), other]) == bits(expected)
        expected = 0.0 + number * other + 2.0 * other
        node = ops.dot([Value(number), 2.0], [other, other])
        assert bits(node.data) == bits(expected)
        assert list(map(bits, node.partials)) == list(map(bits, [other, other, number, 2.0]))


def test_sums_and_products_of_nothing_are_0():
    assert bits(ops.total([])) == bits(ops.dot([], [])) == bits(0.0)
    assert bits(ops.total(())) == bits(0.0)


def test_sequences_may_be_lists_tuples_and_generators_and_errors_say_what_to_write():
    v = Value(3.0)
    assert ops.total(v * k for k in range(3)).data == 9.0
    assert ops.dot((v, 1), [2, v]).data == 9.0
    assert ops.dot(range(1, 3), [v, v]).data == 9.0
    wrong = [
        (lambda: ops.total(v), TypeError, r"write \[values\]"),
        (lambda: ops.total(3.0), TypeError, r"write \[values\]"),
        (lambda: ops.total(v, v), TypeError, "takes 1 operand"),
        (lambda: ops.dot([v]), TypeError, "takes 2 operand"),
        (lambda: ops.dot([v], v), TypeError, r"x is a Value; write \[x\]"),
        (lambda: ops.dot([v], [1.0, 2.0]), ValueError, "w has 1 and x has 2"),
        (lambda: ops.total([v, None]), TypeError, "not None"),
        (lambda: ops.total(["2", v]), TypeError, r"write float\('2'\)"),
        (lambda: ops.total("23"), TypeError, r"write float\('2'\)"),
        (lambda: ops.total({v, Value(2.0)}), TypeError, "a set has no order.*write a list"),
        (lambda: ops.dot([v], [[1.0]]), TypeError, "not list"),
    ]
    for act, kind, message in wrong:
        with pytest.raises(kind, match=message):
            act()


def test_sigmoid_and_tanh_never_overflow_and_sigmoid_is_exact_far_below_0():
    for x in [-1e308, -1e4, -746.0, -745.0, -709.0, 709.0, 745.0, 1e4, 1e308]:
        assert 0.0 <= ops.sigmoid(Value(x)).data <= 1.0
        assert -1.0 <= ops.tanh(Value(x)).data <= 1.0
    assert ops.sigmoid(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-15)
    for x in [0.1, 0.5, 1.0, 3.0, 20.0]:
        assert ops.sigmoid(-x) == pytest.approx(1.0 - ops.sigmoid(x), rel=1e-7)
    assert more_ops.softplus(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-15)


def test_log_sum_exp_keeps_the_digits_of_what_little_is_beside_a_largest_of_0():
    for x in [-20.0, -40.0, -700.0]:
        assert more_ops.log_sum_exp([x, 0.0]) == pytest.approx(math.exp(x), rel=1e-8)
        assert more_ops.log_sum_exp([0.0, x]) == more_ops.softplus(x)


# -- Wrong on purpose -----------------------------------------------------------------------------


def sign_flipped(row, k):
    """Return the row's rule with the sign of the k-th partial wrong."""
    rule = row.partials

    def wrong(*operands):
        partials = rule(*operands)
        if row.sequences:
            rows = [list(p) for p in partials]
            rows[k] = [-1.0 * p for p in rows[k]]
            return tuple(map(tuple, rows))
        return (*partials[:k], -1.0 * partials[k], *partials[k + 1 :])

    return wrong


def off_by_one(row, k):
    """Return the row's rule with 1 added to the k-th partial."""
    rule = row.partials

    def wrong(*operands):
        partials = rule(*operands)
        return (*partials[:k], partials[k] + 1.0, *partials[k + 1 :])

    return wrong


# Partials that are 0 wherever they exist have no sign; a 1 in their place must show.
ZERO = [("variable_monomial", 3), ("compare", 0), ("compare", 1), ("monomial", 2), ("step", 0), ("sign", 0), ("at_least", 0), ("at_least", 1),
        ("where", 0)]  # fmt: skip
PARTIALS = [(row, k) for row in ROWS for k in range(len(row.operands))]


@pytest.mark.parametrize("row, k", PARTIALS, ids=str)
def test_a_wrong_sign_in_any_one_partial_of_any_rule_is_caught(row, k, monkeypatch):
    if (row.name, k) not in ZERO and row is not ops.power(0.0):
        monkeypatch.setattr(row, "partials", sign_flipped(row, k))
        assert derivatives_disagree(row)
        return
    assert all(row.partials_at(p, row.value(p))[k] == 0.0 for p in points(row))
    monkeypatch.setattr(row, "partials", off_by_one(row, k))
    if row.operands[k] == "n":  # declared, so differences do not know it; the grid does
        with pytest.raises(AssertionError):
            test_a_monomial_never_raises_and_is_0_where_its_coefficient_is()
    else:
        assert derivatives_disagree(row)


@pytest.mark.parametrize("row", [r for r in ROWS if len(r.operands) == 2], ids=repr)
def test_partials_in_the_wrong_order_are_caught(row, monkeypatch):
    rule = row.partials
    monkeypatch.setattr(row, "partials", lambda *operands: rule(*operands)[::-1])
    if row in (ops.add, ops.compare, more_ops.at_least):  # both partials are the same
        assert derivatives_disagree(row) == []
    else:
        assert derivatives_disagree(row)


@pytest.mark.parametrize("name", ["__add__", "__mul__"])
@pytest.mark.parametrize("mistake", ["sign", "order", "value", "parents", "op"])
def test_a_mistake_in_a_written_out_operator_is_caught(name, mistake, monkeypatch):
    right = getattr(Value, name)

    def wrong(left, other):
        node = right(left, other)
        first, second = node.partials
        if mistake == "sign":
            node.partials = (-first, second)
        if mistake == "order":
            node.partials = (second + 0.5, first)
        if mistake == "value":
            node.data = node.data + 1.0
        if mistake == "parents":
            node.parents = node.parents[::-1]
        if mistake == "op":
            node.op = ops.sub
        return node

    monkeypatch.setattr(Value, name, wrong)
    assert operators_disagree()


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_a_wrong_value_is_caught(row, monkeypatch):
    forward = row.forward
    monkeypatch.setattr(row, "forward", lambda *operands: forward(*operands) * 1.5 + 1.0)
    with pytest.raises(AssertionError):
        if row.sequences:
            test_sums_and_inner_products_add_from_left_to_right()
            test_two_and_three_operands_have_their_textbook_values()
        elif isinstance(row, ops.Power):
            test_powers_are_pythons_bit_for_bit_and_raise_where_it_raises_or_turns_complex()
        elif len(row.operands) == 1:
            test_every_op_of_one_number_has_a_decided_answer_on_the_awkward_grid(row)
        else:
            test_two_and_three_operands_have_their_textbook_values()


def test_two_and_three_operands_have_their_textbook_values():
    given = {
        "add": ((2.0, 3.0), 5.0),
        "sub": ((2.0, 3.0), -1.0),
        "mul": ((2.0, 3.0), 6.0),
        "div": ((3.0, 2.0), 1.5),
        "variable_power": ((2.0, 3.0), 8.0),
        "monomial": ((5.0, 2.0, 3.0), 40.0),
        "variable_monomial": ((5.0, math.e, 2.0, 3.0), 5.0 * math.e**2),
        "maximum": ((2.0, 3.0), 3.0),
        "minimum": ((2.0, 3.0), 2.0),
        "compare": ((3.0, 2.0), 1.0),
        "ratio": ((3.0, 2.0), 1.5),
        "hypot": ((3.0, 4.0), 5.0),
        "atan2": ((1.0, 1.0), math.pi / 4.0),
        "norm": ((3.0, 4.0), 5.0),
        "log_sum_exp": ((0.0, 0.0), math.log(2.0)),
        "at_least": ((3.0, 2.0), 1.0),
        "where": ((1.0, 2.0, 3.0), 2.0),
        "dot": ((2.0, 3.0, 5.0, 1.0), 13.0),
    }
    assert set(given) >= {r.name for r in ROWS if len(r.operands) > 1}
    for name, (operands, out) in given.items():
        assert TABLE[name].value(operands) == out


# -- A row of one's own ---------------------------------------------------------------------------


def cube_value(x):
    return x * x * x


def cube_partials(x, out):
    return (3.0 * x * x,)


cube = Op("cube", "x³", "cube({x})", cube_value, cube_partials)


def blend_value(x, y, t):
    return x + t * (y - x)


def blend_partials(x, y, t, out):
    return 1.0 - t, t, y - x


blend = Op("blend", "blend", "blend({x}, {y}, {t})", blend_value, blend_partials)


def norm2_value(values):
    return math.fsum(v * v for v in values)


def norm2_partials(values, out):
    return (tuple(2.0 * v for v in values),)


norm2 = Op("norm2", "|v|²", "norm2([{values}])", norm2_value, norm2_partials, sequences=1)


@pytest.mark.parametrize("row", [cube, blend, norm2], ids=repr)
def test_an_op_from_outside_the_package_passes_what_the_tables_own_ops_pass(row):
    assert row.name not in TABLE
    test_backprop_through_every_op_agrees_with_central_differences(row)
    test_floats_and_values_give_the_same_figures(row)
    test_a_plain_number_beside_a_value_becomes_a_constant(row)
    test_the_rule_on_values_gives_the_numbers_that_it_gives_on_floats(row)
    test_second_derivatives_agree_with_differences_of_first_ones(row)


def sqrt_by_numpy_partials(x, out):
    import numpy as np

    return (np.float64(0.5) / np.sqrt(x),)


def whole_value(x):
    return int(x)


def whole_partials(x, out):
    return (1,)


def test_numbers_of_other_kinds_that_an_op_of_ones_own_gives_become_floats():
    by_numpy = Op("root", "r", "root({x})", math.sqrt, sqrt_by_numpy_partials)
    whole = Op("whole", "w", "whole({x})", whole_value, whole_partials)
    for row in (by_numpy, whole):
        node = row(Value(4.0))
        for _ in range(2):
            assert type(node.data) is float
            assert [type(p) for p in node.partials] == [float]
            recompute(node)


def listed(x, out):
    return [1.0]


def bare(x, out):
    return 1.0


def too_many(x, out):
    return 1.0, 2.0


def textual(x, out):
    return ("a",)


def forgotten(x, out):
    pass


def one_row(values, out):
    return [[1.0] * len(values)]


def list_in_tuple(values, out):
    return ([1.0] * len(values),)


def too_short(values, out):
    return ((1.0,),)


@pytest.mark.parametrize("rule, message", [
    (listed, r"must return a tuple of 1 partial.*write return \(partial,\)"),
    (bare, r"must return a tuple of 1 partial"),
    (too_many, r"must return a tuple of 1 partial"),
    (forgotten, r"must return a tuple of 1 partial"),
    (textual, r"the rule of mine gives no number: .*not str 'a'"),
])  # fmt: skip
def test_a_wrong_rule_is_refused_where_the_op_is_used(rule, message):
    mine = Op("mine", "m", "mine({x})", math.sin, rule)
    with pytest.raises(TypeError, match=message):
        mine(Value(2.0))


@pytest.mark.parametrize("rule", [one_row, list_in_tuple, too_short, forgotten])
def test_a_wrong_rule_on_sequences_is_refused_where_the_op_is_used(rule):
    if rule is forgotten:

        def rule(values, out):
            pass

    mine = Op("mine", "m", "mine([{values}])", math.fsum, rule, sequences=1)
    with pytest.raises(TypeError, match="the rule of mine must return"):
        mine([Value(2.0), Value(3.0)])


def test_a_row_that_cannot_work_is_refused_when_it_is_made():
    with pytest.raises(TypeError, match="the rule of q must be a function"):
        Op("q", "q", "q({x})", math.sin, math.cos)
    with pytest.raises(TypeError, match="takes no operands; write def rule"):
        Op("q", "q", "q()", math.sin, lambda out: (1.0,))
    with pytest.raises(TypeError, match=r"'q\(\{y\}\)' of q must name the operands.*write \{x\}"):
        Op("q", "q", "q({y})", math.sin, cube_partials)


def test_a_value_that_an_op_of_ones_own_does_not_give_is_refused():
    for out, message in [(None, "not None"), (1j, "not complex"), ("2", "not str")]:
        mine = Op("mine", "m", "mine({x})", lambda x, out=out: out, cube_partials)
        with pytest.raises(TypeError, match=message):
            mine(Value(2.0))
