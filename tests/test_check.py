"""Checks: what check_gradients lets pass and what it does not, and the hunt for a NaN."""

import math

import pytest

from autograd_lite import (
    Op,
    Value,
    check_gradients,
    dot,
    exp,
    find_nan,
    log,
    record_lines,
    relu,
    sin,
    sqrt,
)


def cube_value(x):
    return x * x * x


def right_partials(x, out):
    return (3.0 * x * x,)


def wrong_factor(x, out):
    return (3.001 * x * x,)


def wrong_sign(x, out):
    return (-3.0 * x * x,)


def wrong_formula(x, out):
    return (3.0 * x,)


@pytest.mark.parametrize("rule", [wrong_factor, wrong_sign, wrong_formula])
def test_a_wrong_rule_is_caught_and_shown(rule):
    cube = Op("cube", "x³", "cube({x})", cube_value, rule)
    report = check_gradients(lambda x: cube(x) + x, 2.0)
    assert not report
    assert "DIFFERS" in repr(report)
    assert "A rule is wrong" in repr(report)
    assert not report.partials[0].agrees


def test_a_right_rule_passes_and_the_report_is_a_table_that_every_terminal_can_print():
    cube = Op("cube", "x³", "cube({x})", cube_value, right_partials)
    report = check_gradients(lambda x, y: cube(x) * y, [2.0, 3.0])
    assert report
    lines = repr(report).splitlines()
    assert lines[0].split() == ["input", "at", "backprop", "difference", "tolerance"]
    assert [line.split()[0] for line in lines[1:]] == ["x", "y"]
    assert [line.split()[-1] for line in lines[1:]] == ["ok", "ok"]
    repr(report).encode("cp932")
    assert [p.backprop for p in report.partials] == [36.0, 8.0]


@pytest.mark.parametrize("f, point", [
    (lambda x: exp(20 * x), 1.0),
    (lambda x: x**9, 30.0),
    (lambda x: sin(50 * x), 0.3),
    (lambda x: 1 / x, 0.01),
    (lambda x: x * 1e12, 1e-6),
    (lambda x: x * 1e-12, 1e6),
    (lambda x: x + 1e6, 0.5),
    (lambda x: x * 0, 3.0),
    (lambda x: 3.0, 3.0),
    (lambda x: x, 0.0),
    (log, 0.0001),
    (sqrt, 1e-8),
    (sin, 1e5),
])  # fmt: skip
def test_steep_flat_large_and_small_functions_pass(f, point):
    report = check_gradients(f, point)
    assert report, f"\n{report}"


def test_a_kink_is_named_as_a_possible_reason():
    report = check_gradients(relu, 0.0)
    assert not report
    assert "kink" in repr(report)


def test_inputs_are_named_as_in_the_function_or_else_numbered():
    assert [p.name for p in check_gradients(lambda w, x: w * x, [1.0, 2.0]).partials] == ["w", "x"]
    several = check_gradients(lambda *x: dot(x, x), (1.0, 2.0, 3.0))
    assert [p.name for p in several.partials] == ["x1", "x2", "x3"]
    assert several


def test_other_nodes_that_the_function_uses_keep_their_gradients():
    w = Value(2.0)
    w.grad = 0.5
    assert check_gradients(lambda x: w * x, 3.0)
    assert w.grad == 0.5


def test_a_function_that_does_not_exist_beside_the_point_raises_its_own_error():
    with pytest.raises(ValueError, match="sqrt needs x >= 0"):
        check_gradients(lambda x: sqrt(x) + sqrt(-x), 0.0)


def test_a_function_that_gives_no_number_is_refused():
    with pytest.raises(TypeError, match="a function without `return` gives None"):
        check_gradients(lambda x: None, 1.0)
    with pytest.raises(TypeError, match="not str"):
        check_gradients(lambda x: x, ["1"])


# -- Hunting a NaN -------------------------------------------------------------------------------


def test_the_first_node_that_is_no_number_is_named_with_op_operands_labels_and_line():
    record_lines()
    try:
        x = Value(math.inf, "x")
        y = x - x
        y.label = "y"
        z = sin(Value(1.0)) + y * 2 + y
    finally:
        record_lines(False)
    text = find_nan(z)
    assert "nan first appears in the value of sub" in text
    assert text.count("inf ('x', made at test_check.py:") == 2
    assert f"nan ('y', made at test_check.py:{y.line.number})" in text


def test_a_leaf_that_is_no_number_is_named():
    w = Value(math.nan, "w")
    assert find_nan(w * 2.0) == "nan first appears in the leaf nan ('w')"


def test_an_infinite_derivative_and_a_gradient_that_is_no_number_are_named():
    x = Value(0.0, "x")
    out = sqrt(x) * 0.0
    assert "at 0.0 ('x') the local derivative of sqrt is inf" in find_nan(out)
    y = Value(2.0, "y")
    z = y * 3.0
    z.backward()
    y.grad = math.nan
    assert "the gradient of the leaf 2.0 ('y') is" in find_nan(z)


def test_where_all_is_well_the_hunt_says_so():
    assert find_nan(Value(2.0) * 3.0) == "there is no nan in the 3 nodes"
    with pytest.raises(TypeError, match="a Value, not float"):
        find_nan(3.0)


def test_nan_stays_nan_through_everything_and_is_found_at_its_source():
    bad = Value(math.inf) * 0.0
    out = relu(bad) + exp(bad) - bad
    assert math.isnan(out.data)
    assert "value of mul: inf and 0.0" in find_nan(out)
