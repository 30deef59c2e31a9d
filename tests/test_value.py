"""Value: what enters, what is refused and in which words, how it compares, reads and is shown."""

import cmath
import enum
import math
import operator
import pickle
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd_lite
from autograd_lite import (
    Constant,
    Value,
    dot,
    exp,
    log,
    maximum,
    record_lines,
    relu,
    sigmoid,
    sqrt,
    total,
)

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


class Seven(enum.IntEnum):
    SEVEN = 7


PLAIN = [
    3, 3.0, True, Fraction(3, 2), Seven.SEVEN, np.float64(3.0), np.float32(3.0), np.float16(3.0),
    np.longdouble(3.0), np.int8(3), np.int64(3), np.uint8(3), np.bool_(True),
]  # fmt: skip


def floats_only(node):
    assert type(node) in (Value, Constant)
    assert type(node.data) is float
    assert type(node.grad) is float
    assert all(type(partial) is float for partial in node.partials)
    assert all(type(parent.data) is float for parent in node.parents)


# -- Numbers enter as floats


@pytest.mark.parametrize("number", PLAIN, ids=lambda n: type(n).__name__)
def test_a_plain_number_enters_as_a_python_float_on_either_side(number):
    floats_only(Value(number))
    assert Value(number).data == float(number)
    for python in OPERATORS:
        v = Value(2.0)
        for node, expected in [
            (python(v, number), python(2.0, float(number))),
            (python(number, v), python(float(number), 2.0)),
        ]:
            floats_only(node)
            assert node.data == expected
            node.backward()
            floats_only(v)
    for node in [maximum(number, v), total([v, number]), dot([number], [v])]:
        floats_only(node)
    assert type(exp(number)) is float
    assert type(dot([number], [number])) is float


@pytest.mark.parametrize("number", PLAIN, ids=lambda n: type(n).__name__)
def test_comparisons_with_a_plain_number_are_those_of_floats_and_give_python_bools(number):
    for x in (1.0, 2.0, 3.0, 7.0):
        v = Value(x)
        for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
                        operator.ne):  # fmt: skip
            assert compare(v, number) is compare(x, float(number))
            assert bool(compare(number, v)) is compare(float(number), x)


def test_an_int_is_compared_exactly_and_one_too_large_is_refused_as_floats_do():
    assert Value(1e308) < 10**400
    assert Value(2.0**53) != 2**53 + 1
    for act in (lambda: Value(10**400), lambda: Value(1.0) + 10**400, lambda: 10**400 * Value(1.0)):
        with pytest.raises(OverflowError, match="too large"):
            act()


REFUSED = [
    ("3", r"not str '3'; write float\('3'\)"),
    ("three and a half, or so they say", r"write float\(text\)"),
    (b"3", r"not bytes b'3'"),
    (None, "not None; a function without `return` gives None"),
    (1j, r"not complex 1j; this engine knows real numbers only; write z\.real"),
    (Decimal("3"), r"not Decimal; write float\(x\)"),
    ([1.0], r"not list; loop over its elements, or use dot\(w, x\) and total\(values\)"),
    ((1.0,), "not tuple; loop over its elements"),
    (np.array([1.0, 2.0]), r"not ndarray; one Value is one number: loop over array\.tolist\(\)"),
    (np.complex128(1j), "complex"),
    (len, r"call it first: f\(x\), not f"),
    (Value, r"call it first"),
    ({}, "not dict; write a plain number, or a Value"),
    (object(), "not object; write a plain number, or a Value"),
]


@pytest.mark.parametrize("thing, message", REFUSED, ids=lambda x: type(x).__name__)
def test_what_is_no_number_is_refused_everywhere_with_what_to_write(thing, message):
    v = Value(2.0)
    acts = [
        lambda: Value(thing),
        lambda: exp(thing),
        lambda: maximum(v, thing),
        lambda: total([v, thing]),
        lambda: dot([thing], [v]),
        lambda: v < thing,
        lambda: v >= thing,
    ]
    acts += [lambda python=python: python(v, thing) for python in OPERATORS]
    acts += [lambda python=python: python(thing, v) for python in OPERATORS]
    for act in acts:
        with pytest.raises(TypeError, match=message):
            act()


def test_a_value_where_a_plain_number_belongs_is_told_to_write_data():
    with pytest.raises(TypeError, match=r"not Value; write \.data for the number in it"):
        Value(Value(2.0))


def test_an_error_of_input_is_raised_two_frames_below_the_users_line_at_most_four():
    for act in (lambda: Value(2.0) * "3", lambda: exp("3"), lambda: Value("3")):
        with pytest.raises(TypeError) as caught:
            act()
        assert len(caught.traceback) <= 2 + 4


def test_the_text_of_a_long_wrong_operand_is_cut():
    with pytest.raises(TypeError) as caught:
        Value(2.0) + "x" * 10_000
    assert len(str(caught.value)) < 150


# -- Conversions that would cut the graph ---------------------------------------------------------


@pytest.mark.parametrize("convert", [
    math.exp, math.log, math.sqrt, math.isnan, math.floor, math.ceil, math.trunc, cmath.exp,
    float, int, round, complex, lambda v: round(v, 2), lambda v: math.isclose(v, 2.0),
    lambda v: math.fsum([v]), np.float64, lambda v: np.zeros(2).__setitem__(0, v),
])  # fmt: skip
def test_what_would_cut_the_graph_is_refused_and_says_what_to_write(convert):
    with pytest.raises((TypeError, ValueError)) as caught:
        convert(Value(2.0, "v"))
    error = caught.value.__cause__ or caught.value
    assert "Value(2, 'v')" in str(error)
    assert "functions of autograd_lite" in str(error)
    assert ".data" in str(error)


def test_numpys_functions_and_other_operators_refuse_a_value():
    v = Value(2.0)
    for act in (lambda: np.exp(v), lambda: np.array([1.0]) + v, lambda: v // 2, lambda: v % 2,
                lambda: divmod(v, 2), lambda: pow(v, 2, 3), lambda: range(v), lambda: list(v),
                lambda: len(v), lambda: [0, 1][v]):  # fmt: skip
        with pytest.raises(TypeError):
            act()


# -- Comparing, choosing, adding up ---------------------------------------------------------------


def test_equality_compares_numbers_and_is_false_for_what_is_no_number():
    v = Value(2.0)
    assert v == 2 and v == 2.0 and 2 == v
    assert v != 3 and v != Value(2.0)
    assert (Value(0.0) == 0) and (Value(-0.0) == 0)
    for other in (None, "2", b"2", [2.0], (2.0,), {}, object()):
        assert (v == other) is False and (v != other) is True
        assert (other == v) is False
    assert v in [None, "a", v]
    assert Value(math.nan) != Value(math.nan)
    for other in (np.array([2.0]), 2j, Decimal(2)):
        with pytest.raises(TypeError):
            v == other  # noqa: B015


def test_a_set_of_nodes_holds_nodes_and_not_numbers():
    x, y = Value(2.0), Value(2.0)
    assert len({x, y}) == 2
    assert {x: 1, y: 2}[y] == 2


def test_truth_is_that_of_the_number():
    assert not Value(0.0) and not Value(-0.0)
    assert Value(5e-324) and Value(math.nan) and Value(-1)
    z = Value(0.5)
    branch = "above" if z > 0 else "below"
    assert branch == "above"


def test_pythons_max_min_sorted_and_sum_work_on_values():
    values = [Value(3.0, "a"), Value(1.0, "b"), Value(2.0, "c")]
    assert max(values) is values[0]
    assert min(values) is values[1]
    assert [v.label for v in sorted(values)] == ["b", "c", "a"]
    assert [v.label for v in sorted(values, reverse=True)] == ["a", "c", "b"]
    out = sum(v * v for v in values)
    out.backward()
    assert out.data == 14.0
    assert [v.grad for v in values] == [6.0, 2.0, 4.0]
    assert max(Value(0.5), 0).data == 0.5


def test_reflected_operators_keep_the_order_of_their_operands():
    v = Value(2.0)
    assert [(5 - v).data, (5 / v).data, (5**v).data, (5 + v).data, (5 * v).data] == [
        3.0, 2.5, 25.0, 7.0, 10.0
    ]  # fmt: skip
    (5 - v).backward()
    assert v.grad == -1.0
    v.grad = 0.0
    (5 / v).backward()
    assert v.grad == -1.25
    v.grad = 0.0
    (5**v).backward()
    assert v.grad == pytest.approx(25.0 * math.log(5.0), rel=1e-15)
    assert [p.data for p in (5 - v).parents] == [5.0, 2.0]


def test_an_assignment_with_an_operator_makes_a_new_node_and_leaves_the_old_one():
    v = w = Value(2.0)
    v *= 3
    v += w
    v -= 1
    v /= 7
    v **= 2
    assert w.data == 2.0 and w.op is None
    assert v.data == 1.0
    v.backward()
    assert w.grad == pytest.approx(8.0 / 7.0, rel=1e-15)


# -- Leaves, constants, fields --------------------------------------------------------------------


def test_plain_numbers_in_a_formula_are_constants_and_variables_are_not():
    x = Value(3.0, "x")
    y = 2 * x + 1
    assert isinstance(y.parents[1], Constant) and isinstance(y.parents[0].parents[0], Constant)
    assert not isinstance(x, Constant)
    assert x.op is None and y.parents[1].op is None
    assert (x.parents, x.partials) == ((), ())


def test_every_node_holds_one_partial_per_parent_in_tuples():
    x, y = Value(3.0), Value(2.0)
    for node in (x + y, x * y, x / y, x - y, x**2, x**y, -x, exp(x), dot([x, y], [y, x]),
                 total([x, y, x])):  # fmt: skip
        assert type(node.parents) is type(node.partials) is tuple
        assert len(node.parents) == len(node.partials)
    square = x * x
    assert square.parents == (x, x) and square.parents[0] is square.parents[1]


def test_partials_are_a_snapshot_of_the_forward_pass():
    x, y = Value(3.0), Value(2.0)
    z = x * y
    x.data = 100.0
    z.backward()
    assert (z.data, y.grad, x.grad) == (6.0, 3.0, 2.0)


# -- Errors name the op, its operands, their labels and lines --------------------------------------


@pytest.mark.parametrize("act, kind, words", [
    (lambda: Value(1.0, "a") / Value(0.0, "b"), ZeroDivisionError,
     "float division by zero: div of x = 1.0 ('a'), y = 0.0 ('b') (div needs y != 0)"),
    (lambda: log(Value(-1.0, "p")), ValueError, "log of x = -1.0 ('p') (log needs x > 0)"),
    (lambda: exp(Value(1000.0)), OverflowError, "exp of x = 1000.0 (exp needs x < 709.79)"),
    (lambda: Value(1e200, "big") ** 2, OverflowError, "power of x = 1e+200 ('big'), n = 2.0"),
    (lambda: Value(-8.0) ** (1 / 3), ValueError,
     "a negative number to a fractional power is not real: power of x = -8.0"),
    (lambda: 0 ** Value(-1.0), ZeroDivisionError, "variable_power of x = 0.0, y = -1.0"),
    (lambda: sqrt(Value(-4.0)), ValueError, "sqrt of x = -4.0 (sqrt needs x >= 0)"),
])  # fmt: skip
def test_where_a_value_does_not_exist_the_message_names_the_op_and_its_operands(act, kind, words):
    with pytest.raises(kind) as caught:
        act()
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert not str(caught.value).startswith("(")  # Python's own text, not its tuple
    assert caught.value.__suppress_context__


def test_the_message_names_the_lines_that_made_the_operands_if_they_are_known():
    record_lines()
    try:
        b = Value(0.0, "b")
        with pytest.raises(ZeroDivisionError, match=r"'b', made at test_value\.py:\d+"):
            1 / b
    finally:
        record_lines(False)


# -- The line that made a node ---------------------------------------------------------------------


def test_nodes_know_their_line_while_lines_are_recorded_and_not_otherwise():
    assert (Value(2.0) * 3.0).line is None
    record_lines()
    try:
        x = Value(2.0)
        here = sys._getframe().f_lineno
        nodes = [
            x + 1.0, 1.0 + x, x * x, x / 2.0, x**2, -x, exp(x), x.tanh(), dot([x], [x]),
            total([x, x]), maximum(x, 1.0), Value(3.0),
        ]  # fmt: skip
    finally:
        record_lines(False)
    for node in nodes:
        assert node.line.file == __file__
        assert here < node.line.number <= here + 3
        assert str(node.line) == f"test_value.py:{node.line.number}"
    assert nodes[0].parents[1].line == nodes[0].line  # the constant that was written there
    assert (x * x).line is None


def test_a_line_survives_copying_and_pickling():
    record_lines()
    try:
        z = Value(2.0) * 3.0
    finally:
        record_lines(False)
    again = pickle.loads(pickle.dumps(z))
    assert again.line == z.line and str(again.line) == str(z.line)


# -- How a value reads -----------------------------------------------------------------------------


class Rude:
    def __str__(self):
        raise RuntimeError("no")

    def __bool__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize("label", [
    "", "w_11^2", "x" * 100_000, "重み", "🙂🙃", "\ud800", "a\nb\t\0", 3, 0, None,
    np.array([1, 2]), Rude(), b"w", Value(1.0),
])  # fmt: skip
def test_a_repr_is_short_and_never_raises_whatever_the_label(label):
    text = repr(Value(2.0, label))
    assert text.startswith("Value(2")
    assert len(text) < 80
    assert "\n" not in text


def test_a_repr_works_on_a_half_built_object_and_on_wrong_fields():
    half = Value.__new__(Value)
    assert repr(half) == "Value(?)"
    half.data = 2.0
    assert repr(half) == "Value(2)"
    half.label = "w"
    assert repr(half) == "Value(2, 'w')"
    half.grad = 0.0
    assert repr(half) == "Value(2, 'w')"
    for field, wrong in [("data", 10**400), ("data", "text"), ("data", None), ("grad", None),
                         ("grad", 10**400), ("data", np.zeros(3)), ("data", 1 + 1j)]:  # fmt: skip
        node = Value(2.0)
        setattr(node, field, wrong)
        assert repr(node).startswith("Value(")


def test_a_repr_shows_number_label_and_gradient_and_no_parents():
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    assert repr(x) == "Value(3, 'x', grad=6)"
    assert repr(y) == "Value(9, grad=1)"
    assert repr(Constant(2.0)) == "Constant(2)"
    assert repr(Value(1 / 3)) == "Value(0.333333)"
    assert [repr(Value(x)) for x in (-0.0, math.inf, math.nan)] == [
        "Value(-0)", "Value(inf)", "Value(nan)"
    ]  # fmt: skip
    assert str(x) == repr(x)


def test_a_number_format_shows_the_number():
    v = Value(2.0, "v")
    assert f"{v:.3f}|{v:>8.1f}|{v:e}" == "2.000|     2.0|2.000000e+00"
    assert f"{v}" == repr(v)
    with pytest.raises(ValueError):
        f"{v:d}"


# -- What a debugger meets -------------------------------------------------------------------------


def frames_entered(act, *operands):
    """Return the names of the Python functions that `act` enters, and the deepest's locals."""
    entered, deepest = [], {}
    depth = most = 0

    def tracer(frame, event, _):
        nonlocal depth, most
        if event == "call":
            depth += 1
            entered.append((depth, frame.f_code.co_name))
        if event == "return":
            if depth > most:
                most = depth
                deepest.clear()
            if depth == most:
                deepest.update(frame.f_locals)
            depth -= 1

    before = sys.getprofile()
    sys.setprofile(tracer)
    try:
        act(*operands)
    finally:
        sys.setprofile(before)
    return [name for level, name in entered if level > 1], deepest


def test_stepping_into_a_product_meets_one_frame_whose_locals_are_the_lesson():
    a, b = Value(2.0), Value(3.0)
    for act, name in [(lambda: a * b, "__mul__"), (lambda: a + b, "__add__")]:
        frames, seen = frames_entered(act)
        assert frames == [name, "recorded"]
        assert {"op", "out", "parents", "partials"} <= set(seen)
        assert seen["parents"] == (a, b)


@pytest.mark.parametrize(
    "operation",
    [
        Value.__sub__,
        Value.__truediv__,
        Value.__radd__,
        Value.__rmul__,
        Value.exp,
        Value.log,
        Value.tanh,
        Value.__neg__,
    ],
)
def test_stepping_into_any_other_operator_meets_four_named_frames_at_most(operation):
    operands = [Value(2.0), Value(3.0)][: 1 + operation.__name__.startswith(("__s", "__t", "__r"))]
    frames, _ = frames_entered(operation, *operands)
    assert len(frames) <= 3  # and the operator itself
    assert not any("<" in name for name in frames)


def test_backward_enters_one_frame_per_inner_node_and_a_few_for_the_whole():
    x = Value(2.0)
    z = x
    for _ in range(50):
        z = z * x
    frames, _ = frames_entered(z.backward)
    assert frames.count("propagate") == 50
    assert len(frames) <= 50 + 10


def test_no_number_passes_a_lambda_or_a_closure():
    for row in autograd_lite.TABLE.values():
        for function in (row.partials, row.forward):
            assert getattr(function, "__name__", "") != "<lambda>"
            assert getattr(function, "__closure__", None) is None


def test_relu_and_sigmoid_are_there_as_functions_and_methods():
    v = Value(-0.5)
    assert relu(v).data == v.relu().data == 0.0
    assert sigmoid(v).data == v.sigmoid().data
