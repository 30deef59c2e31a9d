"""Compiled JavaScript: what Python computes, over the whole table and on random graphs."""

import itertools
import json
import math
import random
from pathlib import Path

import pytest
from node import node
from random_graphs import random_graph

import nn
from autograd_lite import Constant, Op, Value, compile, dot, exp, gradients, log, ops, trace
from autograd_lite.compiling.javascript import Writer
from autograd_lite.ops import TABLE, Power, power
from autograd_lite.stepping.live import live_program

PROGRAMS = Path(__file__).parent / "programs.mjs"
AWKWARD = [
    0.0, -0.0, 5e-324, 1e-300, 0.3, -0.5, 0.5, 1.0, -1.0, 2.0, 3.0, -7.25, 40.0, -40.0, 800.0,
    -800.0, 1e200, -1e200, 1.7976931348623157e308, math.inf, -math.inf, math.nan,
]  # fmt: skip
EXPONENTS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 2.5, 10.0)
EXACT = {"add", "sub", "mul", "div", "neg", "sqrt", "reciprocal", "relu", "step", "sign", "abs",
         "maximum", "minimum", "compare", "at_least", "where", "identity", "total", "dot",
         "ratio"}  # fmt: skip
KINDS = {ValueError: "domain", OverflowError: "overflow", ZeroDivisionError: "zero"}


def answers(asked):
    """Return what Node answers, one for each thing that it is asked."""
    lines = [json.dumps(one) for one in asked]
    done = node(PROGRAMS, said="\n".join(lines))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def as_told(number):
    """Return a number as JavaScript's Number() reads it."""
    if math.isnan(number):
        return "NaN"
    return str(number).replace("inf", "Infinity")


def near(found, expected, ulps):
    """Return whether a number of JavaScript's is within so many ulp of Python's."""
    number = float(found)
    if math.isnan(expected) or math.isinf(expected) or expected == 0.0:
        return number == expected or (math.isnan(number) and math.isnan(expected))
    return abs(number - expected) <= ulps * math.ulp(expected)


def kinds_of(error):
    """Return what the program may call an error; a complex number may be too large as well."""
    return {KINDS[type(error)], *(["domain"] if "complex" in str(error) else [])}


def members(op):
    return [power(n) for n in EXPONENTS] if isinstance(op, Power) else [op]


ROWS = [member for op in TABLE.values() for member in members(op)]


def grid(op):
    """Return operands for an op: what is awkward, in every combination."""
    if op.sequences:
        pairs = itertools.product(AWKWARD, repeat=2)
        return [[*pair, *([0.5, -2.0] * (op.sequences - 1))] for pair in pairs]
    count = len(op.operands)
    if "n" in op.operands:  # a constant exponent
        return [[*pair, 2.0] for pair in itertools.product(AWKWARD, repeat=count - 1)][:4000]
    return [list(row) for row in itertools.product(AWKWARD, repeat=count)][:12000]


def applied(op, numbers):
    """Return the node of an op on leaves of these numbers, and the leaves; n is a constant."""
    leaves = [Value(number) for number in numbers]
    given = [Constant(x.data) if name == "n" else x for name, x in zip(op.operands, leaves)]
    return (op(*op.split(leaves)) if op.sequences else op(*given)), leaves


def base(op):
    """Return numbers at which an op has a value."""
    if op.name == "acosh":
        return [1.5]
    return [0.5, 0.25, 0.75, 2.0][: 2 * op.sequences or len(op.operands)]


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.formula)
def test_a_row_has_the_values_and_partials_of_python_on_the_awkward_grid(op):
    recorded, leaves = applied(op, [*base(op)[:-1], 2.0] if "n" in op.operands else base(op))
    steps = trace(recorded)
    order = [steps.number_of.get(leaf, -1) for leaf in leaves]
    rows = grid(op)
    given = []
    for row in rows:
        values = [0.0] * len(steps.nodes)
        for k, number in zip(order, row):
            if k >= 0:
                values[k] = number
        given.append([as_told(number) for number in values])
    asked = {"program": live_program(steps), "rows": given, "steps": len(steps)}
    (found,) = answers([asked])
    ulps = 0 if op.name in EXACT else 4
    compared = 0
    for row, told in zip(rows, found, strict=True):
        try:
            out, _ = applied(op, row)
        except tuple(KINDS) as error:
            assert told.get("kind") in kinds_of(error), (row, told, error)
            continue
        assert "kind" not in told, (row, told, out.data)
        assert near(told["values"][-1], out.data, ulps), (row, told, out.data)
        expected = [out.partials[place] for place in steps.places]
        for partial, right in zip(told["partials"], expected, strict=True):
            assert near(partial, right, 4 * ulps), (row, told, out.partials)
        compared += 1
    assert compared > len(rows) / 6


def test_random_graphs_with_random_changes_give_pythons_values_and_gradients():
    source = random.Random(5)
    asked = []
    expected = []
    while len(asked) < 1000:
        output, inputs = random_graph(source)
        steps = trace(output)
        leaves = [leaf for leaf in inputs if leaf in steps.number_of]
        if not leaves:
            continue
        program = live_program(steps)
        values = [as_told(number) for number in steps.data]
        changed = source.choice(leaves)
        changed.data = changed.data + source.uniform(-0.5, 0.5)
        values[steps.number_of[changed]] = as_told(changed.data)
        asked.append({"program": program, "rows": [values], "steps": len(steps)})
        expected.append((steps, changed))
    failed = 0
    for (steps, _), (told,) in zip(expected, answers(asked), strict=True):
        for k in steps.inner:
            node_k = steps.nodes[k]
            operands = [steps.nodes[p].data for p in steps.parent_indexes(k)]
            try:
                out = node_k.op.value(operands)
                partials = node_k.op.partials_at(operands, out)
            except tuple(KINDS) as error:
                assert told["node"] == k
                assert told["kind"] in kinds_of(error)
                failed += 1
                break
            node_k.data = out
            if "kind" not in told:
                found = float(told["values"][k])
                assert near(told["values"][k], out, 4), (node_k.op, operands, told["values"][k])
                node_k.data = found  # errors do not add up: each op on its own
                partials = node_k.op.partials_at(operands, found)
                for number in steps.numbers_out_of(k):
                    right = partials[steps.places[number - 1]]
                    assert near(told["partials"][number - 1], right, 16), (node_k.op, operands)
        else:
            assert "kind" not in told
    assert failed < 300


def test_a_compiled_program_takes_and_gives_what_pythons_does():
    w = [Value(0.5, "w_11^2"), Value(-1.0, "w_12^2")]
    x, new = Value(2.0, "t"), Value(3.0, "new")
    y = dot(w, [x, new]).sigmoid()
    C = (1.0 - y) ** 2 + log(new)
    outputs = [C, gradients(C, [*w, x])]
    f = compile(outputs, [w, x, new])
    g = compile(outputs, [w, x, new], target="javascript")
    rows = [[[0.5, -1.0], 2.0, 3.0], [[1.5, 0.25], -2.0, 0.5], [[0.0, 0.0], 1.0, -1.0]]
    (found,) = answers([{"source": g.source, "rows": rows}])
    for row, told in zip(rows[:2], found):
        (cost, slopes), (c, s) = told, f(*row)
        assert near(cost, c, 8)
        assert all(near(one, right, 32) for one, right in zip(slopes, s, strict=True))
    assert found[2] == "RangeError: log has no value here"
    assert repr(g).startswith("<compiled for javascript: 4 inputs")


def test_a_single_output_is_a_number_and_every_label_a_name():
    x = Value(2.0, "class")
    y = x * 3.0
    y.label = "重み 1"
    f = compile(y, [x], target="javascript")
    assert "function compute_重み_1(class_) {" in f.source
    assert answers([{"source": f.source, "rows": [[2.0]]}]) == [["6"]]


def test_it_does_not_run_in_python_and_says_where_it_runs():
    x = Value(2.0, "x")
    f = compile(exp(x), [x], target="javascript")
    for call in (f, f.each, f.summed):
        with pytest.raises(TypeError, match="to a browser or to Node"):
            call([1.0] if call is not f else 1.0)


def test_an_op_of_ones_own_that_is_spelled_nowhere_says_what_to_write():
    def clipped_value(x):
        return 1.0 if x > 1.0 else x

    def clipped_partials(x, out):
        return (1.0 - ops.step(x - 1.0),)

    clipped = Op("clipped", "clip", "clipped({x})", clipped_value, clipped_partials)
    x = Value(0.5, "x")
    with pytest.raises(TypeError, match=r"JavaScript cannot be made of the op clipped: .* spell"):
        _ = compile(clipped(x), [x], target="javascript").source
    with pytest.raises(TypeError, match="JavaScript cannot be made of the op clipped"):
        live_program(trace(clipped(x)))


def test_the_digit_networks_program_is_small():
    network = nn.Network([12, 3, 2], seed=1)
    steps = trace(nn.squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0]))
    assert len(live_program(steps)) < 20_000


def test_every_row_of_the_table_is_spelled():
    for op in ROWS:
        recorded, _ = applied(op, base(op))
        assert live_program(trace(recorded)).startswith('"use strict";')
    assert Writer.__doc__
