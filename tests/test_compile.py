"""Compiled Python: what it computes, what it says, and what it refuses."""

import array
import gc
import inspect
import linecache
import math
import random
import traceback

import numpy as np
import pytest
from random_graphs import check_refusal, random_graph

import nn
from autograd_lite import (
    TABLE,
    Op,
    Value,
    compile,
    dot,
    exp,
    gradients,
    log,
    maximum,
    recompute,
    record_lines,
    sigmoid,
    total,
)


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


def with_derivatives(output, inputs):
    """Return an output, its gradient, and the gradient of one of those; what has a value."""
    found = [output]
    try:
        first = gradients(output, inputs)
        found += first
        found += gradients(first[0], inputs)
    except (ArithmeticError, ValueError):
        pass  # a derivative that does not exist at this point
    return found


def check_bit_for_bit(seed: int) -> None:
    source = random.Random(seed)
    output, inputs = random_graph(source)
    outputs = with_derivatives(output, inputs)
    f = compile(outputs, inputs)
    for found, node in zip(f(*[x.data for x in inputs]), outputs):
        assert same(found, node.data), (seed, found, node, f.source)
    # and at another point, where eager code evaluates the same graph afresh
    elsewhere = [x.data + source.uniform(-0.1, 0.1) for x in inputs]
    for x, value in zip(inputs, elsewhere):
        x.data = value
    everything = total(outputs)
    try:
        recompute(everything)
    except (ArithmeticError, ValueError) as error:
        check_refusal(f, elsewhere, error, f.source)
        return
    for found, node in zip(f(*elsewhere), outputs):
        assert same(found, node.data), (seed, found, node, f.source)


@pytest.mark.parametrize("block", range(10))
def test_random_graphs_and_their_derivatives_equal_eager_bit_for_bit(block):
    for seed in range(block * 40, block * 40 + 40):
        check_bit_for_bit(seed)


@pytest.mark.long
def test_ten_thousand_random_graphs_equal_eager_bit_for_bit():
    for seed in range(1000, 11_000):
        check_bit_for_bit(seed)


def test_random_graphs_reach_every_row_of_the_table():
    met = set()
    for seed in range(200):
        output, inputs = random_graph(random.Random(seed), 30)
        f = compile([output, *gradients(output, inputs)], inputs)
        met |= {instruction.op.name for instruction in f.program.body}
    assert met >= set(TABLE) - {"identity"}  # an identity vanishes


def test_a_subexpression_that_stands_twice_is_computed_once():
    x = Value(2.0, "x")
    f = compile(exp(x) * exp(x), [x])
    assert [i.op.name for i in f.program.body] == ["exp", "mul"]


def test_what_no_output_needs_is_not_in_the_program():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    z = where_one(x, y)
    f = compile(z, [x, y])
    assert f.program.body == ()
    assert f(5.0, 7.0) == 5.0


def where_one(x, y):
    return TABLE["where"](1.0, x, exp(y))


def test_constants_are_folded_and_neutral_operands_vanish():
    x = Value(2.0, "x")
    f = compile((1 * x + -0.0) * (Value(3.0) * 2.0) / 1 - 0, [x])
    assert [(i.op.name, i.operands) for i in f.program.body] == [("mul", (0, 6.0))]


def test_zeros_of_both_signs_are_different_constants():
    x = Value(-1.0, "x")
    f = compile([x * 0.0, x * -0.0], [x])
    assert [math.copysign(1.0, v) for v in f(1.0)] == [1.0, -1.0]


def test_an_error_is_the_one_of_eager_code_and_names_op_and_operand():
    x = Value(2.0, "x")
    f = compile(log(x) * 2.0, [x])
    with pytest.raises(ValueError, match=r"log of x = -1.0 \('x'\)"):
        f(-1.0)
    with pytest.raises(ValueError, match=r"log of x = 0.0"):
        f.summed([1.0, 0.0])
    with pytest.raises(ZeroDivisionError, match="div of"):
        compile(1 / x, [x])(0.0)
    with pytest.raises(OverflowError, match="exp of"):
        compile(exp(x), [x])(1000.0)


def test_comments_name_the_line_that_made_a_node():
    record_lines()
    try:
        x = Value(2.0, "x")
        y = x * x
    finally:
        record_lines(False)
    source = compile(y, [x]).source
    assert f"# mul, made at {y.line}" in source
    assert "test_compile.py" in source


def test_source_is_found_by_inspect_and_shown_in_tracebacks():
    x = Value(2.0, "x")
    f = compile(log(x), [x])
    assert inspect.getsource(f.function) == f.source
    with pytest.raises(ValueError) as caught:
        f.function(-1.0)
    assert "v1 = log(x)  # log" in "".join(traceback.format_exception(caught.value))


def test_the_text_is_forgotten_with_the_function():
    x = Value(2.0, "x")
    f = compile(x * x, [x])
    file = f.function.__code__.co_filename
    assert file in linecache.cache
    del f
    gc.collect()
    assert file not in linecache.cache


def test_labels_that_are_no_names_become_names():
    names = ["w_11^2", "class", "1", "σ", "重み", "a b", "exp", "w_11_2", "²", "", "v7", "inf"]
    inputs = [Value(float(k), label) for k, label in enumerate(names)]
    f = compile(exp(dot(inputs, inputs) * 0.001), inputs)
    numbers = [0.1 * k for k in range(len(names))]
    assert f(*numbers) == math.exp(sum_from_left([x * x for x in numbers]) * 0.001)
    assert "def compute(w_11_2, class_, _1, σ, 重み, a_b, exp_2, w_11_2_2, _" in f.source


def sum_from_left(numbers):
    result = 0.0
    for x in numbers:
        result += x
    return result


def test_long_sums_are_compiled_at_any_length():
    values = [Value(k / 7.0, f"w_{k}") for k in range(5000)]
    z = dot(values, list(reversed(values))) + total(values)
    f = compile(z, [values])
    assert f([v.data for v in values]) == z.data


def test_a_chain_of_forty_thousand_ops_is_compiled():
    x = Value(0.5, "x")
    y = x
    for _ in range(20_000):
        y = 0.5 * y + 0.25
    f = compile(y, [x])
    assert f(0.5) == y.data


def test_an_inner_node_can_be_an_input_and_other_leaves_are_frozen():
    x, b = Value(2.0, "x"), Value(5.0, "b")
    z = x * x
    f = compile(z + b, [z])
    b.data = 100.0
    assert f(3.0) == 8.0


def test_shapes_of_inputs_and_outputs_are_those_given():
    w, x = [Value(1.0, "w_1"), Value(2.0, "w_2")], Value(3.0, "x")
    y = dot(w, [x, x])
    assert compile(y, [w, x])([1.0, 2.0], 3) == 9.0
    assert compile([y], [w, x])((1.0, 2.0), True) == [3.0]
    assert compile([y, [x], []], [w, x])(array.array("d", [1, 2]), 2.0) == [6.0, [2.0], []]
    assert compile([[y, x]], [w, x])(np.array([1, 2]), np.float32(2.0)) == [[6.0, 2.0]]


def test_batches_may_be_lists_arrays_and_numpy_arrays():
    w, x = [Value(1.0, "w_1"), Value(2.0, "w_2")], [Value(3.0, "x_1"), Value(4.0, "x_2")]
    f = compile([dot(w, x), gradients(dot(w, x), w)], [w, x])
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    expected = [18.0 + 24.0, [9.0, 12.0]]
    flat = [number for row in rows for number in row]
    for batch in (
        rows,
        tuple(map(tuple, rows)),
        np.array(rows),
        np.array(rows, order="F"),
        np.array(rows, dtype=int),
        array.array("d", flat),
        [array.array("d", row) for row in rows],
        [np.array(row) for row in rows],
    ):
        assert f.summed([1.0, 3.0], batch) == [9.0 + 36.0, [9.0, 12.0]]
        assert [one[0] for one in f.each([1.0, 1.0], batch)] == [3.0, 7.0, 11.0]
        assert f.summed([2.0, 2.0], batch) == expected


def test_arguments_of_another_shape_or_type_are_refused_with_a_reason():
    w, x = [Value(1.0, "w_1"), Value(2.0, "w_2")], Value(3.0, "x")
    f = compile(dot(w, [x, x]), [w, x])
    for arguments, error, words in (
        ((), TypeError, r"takes 2 argument\(s\) \(2 numbers, a number\), not 0"),
        (([1.0], 2.0), ValueError, "argument 1 needs 2 numbers, not 1"),
        ((3.0, 2.0), TypeError, "argument 1 is a sequence of 2 numbers, not float"),
        (([1.0, "2"], 2.0), TypeError, "argument 1: a number is needed, not str '2'"),
        (([1.0, 2.0], None), TypeError, "argument 2: a number is needed"),
        (([1.0, 2.0], [1.0]), TypeError, "argument 2: a number is needed, not list"),
    ):
        with pytest.raises(error, match=words):
            f(*arguments)
    for arguments, error, words in (
        (([1.0, 2.0], 2.0), ValueError, "no argument is a batch"),
        (([[1.0, 2.0], [1.0]], 2.0), ValueError, "argument 1, row 1 has 1 numbers, not 2"),
        (([[1.0, 2.0], 3.0], 2.0), TypeError, "argument 1, row 1 is float"),
        (([[1.0, 2.0]], [2.0, 3.0]), ValueError, "argument 1 has 1 rows, argument 2 has 2 rows"),
        ((np.ones((3, 4)), 2.0), ValueError, r"rows of 2 numbers, not shape \(3, 4\)"),
        (([[1.0, {}]], 2.0), TypeError, "argument 1, row 0: a number is needed, not dict"),
    ):
        with pytest.raises(error, match=words):
            f.summed(*arguments)


def test_what_is_compiled_must_be_values():
    x = Value(1.0, "x")
    with pytest.raises(TypeError, match="output 2 is a Value or a list of Values, not float"):
        compile([x, 2.0], [x])
    with pytest.raises(TypeError, match="an input is a Value"):
        compile(x, "x")
    with pytest.raises(TypeError, match="input 1 holds int where a Value is needed"):
        compile(x, [[x, 3]])
    with pytest.raises(ValueError, match="input 2 is the same node as input 1"):
        compile(x, [x, x])
    with pytest.raises(ValueError, match="'javascript' or 'jax', not 'c'"):
        compile(x, [x], target="c")


def test_a_learners_own_op_compiles():
    cube = Op("cube", "x3", "cube({x})", lambda x: x * x * x, lambda x, out: (3.0 * x * x,))
    x = Value(2.0, "x")
    y = cube(x)
    f = compile([y, *gradients(y, [x])], [x])
    assert f(3.0) == [27.0, 27.0]
    assert "v1 = cube(x)  # cube" in f.source


def test_a_hessian_compiles():
    x, y = Value(1.5, "x"), Value(0.5, "y")
    f = x * x * y + sigmoid(x * y) + maximum(x, y)
    hessian = [gradients(g, [x, y]) for g in gradients(f, [x, y])]
    compiled = compile(hessian, [x, y])
    assert compiled(1.5, 0.5) == [[h.data for h in row] for row in hessian]


def test_the_digit_networks_cost_and_gradients_equal_backprop():
    network = nn.Network([12, 3, 2], seed=3)
    pixels = [Value(float(k % 3 == 0)) for k in range(12)]
    C = nn.squared_error(network(pixels), [1.0, 0.0])
    f = compile([C, gradients(C, network.parameters())], [network.parameters(), pixels])
    cost, slopes = f([p.data for p in network.parameters()], [p.data for p in pixels])
    C.backward()
    assert cost == C.data
    assert slopes == pytest.approx([p.grad for p in network.parameters()], rel=1e-15)


def test_the_invariant_part_of_a_batch_is_computed_once():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    f = compile(exp(w) * x, [w, x])
    text = inspect.getsource(f.function_for((False, True)))
    assert text.index("exp(w)") < text.index("for (x,) in rows:")
    assert f.summed(0.0, [1.0, 2.0]) == 3.0


def test_a_constant_without_a_value_fails_when_it_runs_not_when_it_is_compiled():
    x, y = Value(1.0, "x"), Value(1.0, "y")
    z = log(y) + x
    y.data = -1.0
    f = compile(z, [x])
    with pytest.raises(ValueError, match=r"log of x = -1\.0"):
        f(2.0)
