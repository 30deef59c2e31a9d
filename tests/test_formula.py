"""Formulas: the rules on symbols read as the mathematics, and are the rules."""

import itertools
import math

import pytest

from autograd_lite import TABLE, Value, ops
from autograd_lite.formula import Symbol
from autograd_lite.printing import number_text, partial_texts, value_text

ROWS = list(TABLE.values())


def names(row):
    return [f"{name}{k}" for name in row.operands for k in range(2)] if row.sequences else list(
        row.operands
    )  # fmt: skip


POINTS = [(0.75, 1.5, -0.5, 2.5), (2.0, 3.0, 0.5, 1.25), (1.25, 0.5, 3.0, -1.0)]
SIX_DIGITS = {"erf", "erfc", "gelu"}  # of 2/√π and the like, in a formula to read


def points_of(row, count):
    """Return the points at which a row has a value, as many numbers as it takes."""
    found = []
    for numbers in POINTS:
        try:
            row.value(numbers[:count])
        except ValueError:
            continue
        found.append(numbers[:count])
    assert found
    return found


PYTHON = {
    **TABLE,
    "sgn": ops.sign,
    "max": max,
    "min": min,
    "sum": lambda *values: math.fsum(values),
}


def evaluated(text, values):
    """Return the number that a formula gives when a person's notation is read as Python."""
    text = text.replace("[", "float(").replace("]", ")")  # [x >= y] is 1 where it holds
    return float(eval(text, {**PYTHON, **values}))


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_the_formula_of_every_partial_evaluates_to_the_partial(row):
    variables = names(row)
    for numbers in points_of(row, len(variables)):
        out = row.value(numbers)
        texts = partial_texts(row, variables, "out")
        assert len(texts) == len(variables)
        values = {**dict(zip(variables, numbers)), "out": out}
        for text, partial in zip(texts, row.partials_at(numbers, out)):
            near = 2e-6 if row.name in SIX_DIGITS else 1e-12
            assert evaluated(text, values) == pytest.approx(partial, rel=near), text


@pytest.mark.parametrize("row", [r for r in ROWS if not r.sequences], ids=repr)
def test_the_formula_of_every_value_evaluates_to_the_value(row):
    for numbers in points_of(row, len(row.operands)):
        text = value_text(row, list(row.operands))
        found = evaluated(text, dict(zip(row.operands, numbers)))
        assert found == pytest.approx(row.value(numbers), rel=1e-12), text


@pytest.mark.parametrize("op, operands, expected", [
    ("mul", ["w", "x"], ("x", "w")),
    ("add", ["x", "y"], ("1", "1")),
    ("sub", ["x", "y"], ("1", "-1")),
    ("sigmoid", ["z"], ("out * (1 - out)",)),
    ("tanh", ["z"], ("1 - out * out",)),
    ("exp", ["x"], ("out",)),
    ("sin", ["x"], ("cos(x)",)),
    ("cos", ["x"], ("-sin(x)",)),
])  # fmt: skip
def test_the_partials_of_the_slides_read_as_on_the_slides(op, operands, expected):
    assert partial_texts(TABLE[op], operands, "out") == expected


def test_the_sums_and_products_of_many_read_as_such():
    assert value_text(ops.dot, ["w1", "w2", "x1", "x2"]) == "<(w1, w2), (x1, x2)>"
    assert value_text(ops.total, ["a", "b", "c"]) == "sum(a, b, c)"
    assert partial_texts(ops.dot, ["w1", "w2", "x1", "x2"], "z") == ("x1", "x2", "w1", "w2")


def test_brackets_stand_where_they_are_needed():
    x, y, n = 1.75, -0.5, 3.0
    symbols = {"x": Symbol("x"), "y": Symbol("y")}
    two = [
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b,
    ]  # fmt: skip
    one = [
        lambda a: -a, lambda a: a**n, lambda a: 2.0 - a, lambda a: a * -3.0, lambda a: 1.0 / a,
        lambda a: a - 2.0, lambda a: -2.0 * a, ops.sin, lambda a: a / -4.0,
    ]  # fmt: skip
    for f, g, h, k in itertools.product(two, two, one, one):

        def made(a, b, f=f, g=g, h=h, k=k):
            return k(f(h(a), g(b, h(f(a, b)))))

        text = repr(made(symbols["x"], symbols["y"]))
        try:
            expected = made(x, y)
        except ZeroDivisionError:
            continue
        found = eval(text, {"x": x, "y": y, "sin": math.sin})
        assert found == pytest.approx(expected, rel=1e-9), text


def test_formulas_are_short_and_fit_every_terminal():
    for row in ROWS:
        variables = names(row)
        for text in [value_text(row, variables), *partial_texts(row, variables, "out")]:
            assert len(text) < (75 if row.name != "log_sum_exp" else 140)
            text.encode("ascii")
    assert number_text(1 / 3) == "0.333333"
    assert number_text(2.0) == "2"


def test_numbers_stand_in_a_formula_as_numbers_and_negative_ones_in_brackets():
    assert value_text(ops.mul, ["x", -2.0]) == "x * (-2)"
    assert value_text(ops.sub, [-1.0, "x"]) == "-1 - x"
    assert value_text(ops.exp, [-1.0]) == "exp(-1)"
    assert partial_texts(ops.power(3.0), ["x"], "y")[0] == "3 * x**2"


def test_a_users_op_is_written_as_its_formula():
    def cube_value(x):
        return x * x * x

    def cube_partials(x, out):
        return (3.0 * x * x,)

    cube = ops.Op("cube", "x³", "cube({x})", cube_value, cube_partials)
    assert value_text(cube, ["w"]) == "cube(w)"
    assert partial_texts(cube, ["w"], "z") == ("3 * w * w",)
    assert cube(Value(2.0)).data == 8.0
