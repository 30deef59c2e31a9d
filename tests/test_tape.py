"""The tape: large irregular programs give what eager code gives, in any process and thread."""

import _thread
import array
import contextlib
import copy
import io
import itertools
import math
import os
import pickle
import random
import subprocess
import sys
import threading

import numpy as np
import pytest
from near_eager import check_near
from random_graphs import check_refusal, error_bounds, near_a_jump, random_graph

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
    log_sum_exp,
    norm,
    recompute,
    sigmoid,
    sqrt,
    tanh,
    total,
    where,
)
from autograd_lite.compiling import Compiled, handler_file, native, waiting
from autograd_lite.compiling.native import Native
from autograd_lite.compiling.on_tape import OnTape
from autograd_lite.compiling.schedule import Schedule, least_weight
from autograd_lite.compiling.tape import Tape
from autograd_lite.value import DOMAIN_ERRORS

pytest.importorskip("llvmlite")

AWKWARD = [
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 3.0, -7.25, 40.0, -40.0, 800.0, -800.0, 1e-300, 1e200,
    -1e200, math.inf, -math.inf, math.nan,
]  # fmt: skip
MODERATE = [0.5, -0.5, 1.0, -1.0, 2.0, 3.0, -7.25, 0.0]


@pytest.fixture
def always(monkeypatch):
    """Every program goes on tape, also a small or a regular one."""
    monkeypatch.setattr(native, "REGULAR", -1)


@pytest.fixture
def asked(monkeypatch):
    """How often Python answered instead: a list that grows."""
    calls = []
    for name in ("values", "sums"):
        plain = getattr(Compiled, name)

        def noted(self, *arguments, plain=plain):
            calls.append(self)
            return plain(self, *arguments)

        monkeypatch.setattr(Compiled, name, noted)
    return calls


def irregular(size, seed=3):
    """Return outputs and inputs of a graph without any regularity."""
    source = random.Random(seed)
    inputs = [Value(source.uniform(0.5, 1.5), f"x_{k}") for k in range(5)]
    nodes = list(inputs)
    while len(nodes) < size:
        x, y = source.choice(nodes[-30:]), source.choice(nodes[-30:])
        nodes.append(source.choice((
            x * 0.5 + y, x * y * 0.3, sigmoid(x - y) + 1.0, tanh(x) * y + 0.1,
        )))  # fmt: skip
    return nodes[-5:], inputs


def on_tape_of(f, varying=False):
    """Return the tape of a function of one argument."""
    found = f.native((varying,) * len(f.input_sizes), False)
    assert isinstance(found, OnTape)
    return found


# -- What goes on tape ----------------------------------------------------------------------------


def test_what_is_small_or_rolls_into_loops_stays_machine_code_and_the_rest_goes_on_tape():
    outputs, inputs = irregular(150)
    assert type(compile(outputs, inputs, "native").native((False,) * 5, False)) is Native
    outputs, inputs = irregular(700)
    f = compile(outputs, inputs, "native")
    for varying in (False, True):
        assert type(f.native((varying,) * 5, True)) is OnTape
    network = nn.Network([60, 30, 10])
    image = [Value(0.5) for _ in range(60)]
    C = nn.squared_error(network(image), [Value(0.0)] * 10)
    p = network.parameters()
    g = compile([C, gradients(C, p)], [p, image], "native")
    assert len(g.program.body) > 2 * native.REGULAR
    assert type(g.native((False, True), True)) is Native


def test_a_large_program_is_on_tape_when_it_is_compiled_and_not_at_its_first_call(monkeypatch):
    outputs, inputs = irregular(700)
    f = compile(outputs, inputs, "native")
    monkeypatch.setattr(type(f), "made", None)
    assert f(*[x.data for x in inputs]) == pytest.approx([v.data for v in outputs], rel=1e-9)


def test_the_least_weight_is_no_more_than_what_a_schedule_weighs():
    network = nn.Network([9, 8, 5])
    image = [Value(0.5) for _ in range(9)]
    C = nn.squared_error(network(image), [Value(0.0)] * 5)
    p = network.parameters()
    weights = []
    for outputs, inputs in (irregular(80), irregular(700), ([C, *gradients(C, p)], [*p, *image])):
        program = compile(outputs, inputs).program
        weights.append((least_weight(program), Schedule(program, range(len(inputs))).weight))
    assert all(0 < least <= weight for least, weight in weights)
    assert weights[1][0] > native.REGULAR > weights[2][0]


def test_what_no_row_changes_counts_as_well():
    outputs, inputs = irregular(700)
    x = Value(2.0, "x")
    f = compile([out * x for out in outputs], [inputs, x], "native")
    point = [v.data for v in inputs]
    expected = [out.data for out in outputs]
    assert type(f.native((False, True), False)) is OnTape
    for x, row in zip((1.0, 3.0), f.each(point, [1.0, 3.0])):
        assert row == pytest.approx([x * out for out in expected], rel=1e-9)
    assert f.summed(point, [1.0] * 100) == pytest.approx([100 * out for out in expected], rel=1e-9)


def test_ops_that_come_together_are_one_op_of_the_tape_and_no_more_than_three():
    outputs, inputs = irregular(1200)
    f = compile(outputs, inputs, "native")
    tape = on_tape_of(f).tape
    names = {record.kind.name.split()[0] for record in tape.records()}
    assert {"add_mul", "mul_mul", "add_sigmoid_sub", "add_mul_tanh"} <= names
    assert sum(step is None for step in tape.program.steps) > 1000
    assert max(name.count("_") for name in names) == 2


@pytest.mark.parametrize("join", [
    lambda x, y: x - y * 0.5, lambda x, y: y / 3.0 - x, lambda x, y: x / (y + 2.0),
    lambda x, y: (x - y) / 5.0,
])  # fmt: skip
def test_in_a_pair_each_operand_keeps_its_place(join):
    x = Value(0.3, "x")
    nodes = [x, x * 0.7]
    for _ in range(700):
        nodes.append(join(nodes[-1], nodes[-2]))
    f = compile(nodes[-1], x, "native")
    tape = on_tape_of(f).tape
    assert sum(step is None for step in tape.program.steps) > 500
    assert f(0.3) == pytest.approx(nodes[-1].data, rel=1e-9)
    assert f.each([0.3])[0] == pytest.approx(nodes[-1].data, rel=1e-9)


def test_what_no_row_changes_is_not_paired_with_what_one_does(always):
    w = [Value(0.1 * k) for k in range(100)]
    x = Value(2.0, "x")
    out = x
    for k in range(99):
        out = (w[k] * w[k + 1] + out) * 0.5
    f = compile(out, [w, x], "native")
    tape = f.native((False, True), False).tape
    assert {record.kind.name for record in tape.once.records} == {"mul BB"}
    assert len(tape.once.stream) == 3 * 99
    assert f.each([v.data for v in w], [2.0])[0] == pytest.approx(out.data, rel=1e-13)


@pytest.mark.parametrize("width", [5, 8, 13])
def test_runs_of_one_kind_that_follow_one_another_are_not_mixed(width, always):
    x = [Value(0.1 * k) for k in range(width)]
    out = x
    for _ in range(4):
        out = [tanh(v) for v in out]
    f = compile(out, [x], "native")
    assert f([v.data for v in x]) == pytest.approx([v.data for v in out], rel=1e-14)


def test_slots_of_rows_are_used_again():
    outputs, inputs = irregular(1200)
    f = compile(outputs, inputs, "native")
    assert on_tape_of(f, True).tape.slots < 200
    assert on_tape_of(f).tape.slots > 900


# -- The numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("block", range(2))
def test_random_graphs_and_their_derivatives_are_within_the_error_bound(block, always):
    compared = [check_near(seed) for seed in range(block * 20, block * 20 + 20)]
    assert sum(compared) >= 6


@pytest.mark.long
def test_ten_thousand_random_graphs_are_within_the_error_bound(always):
    compared = [check_near(seed) for seed in range(1000, 11_000)]
    assert sum(compared) > 5000


def check_rows(seed):
    """Compare a batch on tape with eager code, row by row; return how many rows were compared."""
    source = random.Random(seed)
    output, inputs = random_graph(source)
    outputs = [output]
    with contextlib.suppress(*DOMAIN_ERRORS):
        outputs += gradients(output, inputs)
    f = compile(outputs, inputs, target="native")
    start = [x.data for x in inputs]
    points = [[x + source.uniform(-0.1, 0.1) for x in start] for _ in range(11)]
    expected = []
    for point in points:
        for x, number in zip(inputs, point):
            x.data = number
        try:
            recompute(total(outputs))
        except DOMAIN_ERRORS as error:
            check_refusal(f, point, error, compile(outputs, inputs).source)
            continue
        if not near_a_jump(outputs):
            expected.append((point, [v.data for v in outputs], error_bounds(outputs)))
    if not expected:
        return 0
    columns = list(zip(*[point for point, _, _ in expected]))
    rows = f.each(*columns)
    for row, (_, numbers, bounds) in zip(rows, expected):
        check_row(seed, row, numbers, bounds)
    sums = [math.fsum(column) for column in zip(*[numbers for _, numbers, _ in expected])]
    if all(map(math.isfinite, sums)):
        sizes = [[abs(x) for x in column] for column in zip(*[row for _, row, _ in expected])]
        added = [
            sum(column) + 4e-16 * len(rows) * sum(size)
            for column, size in zip(zip(*[bounds for _, _, bounds in expected]), sizes)
        ]
        check_row(seed, f.summed(*columns), sums, added)
    return len(expected)


def check_row(seed, row, numbers, bounds):
    for found, number, bound in zip(row, numbers, bounds):
        if math.isfinite(number) and math.isfinite(bound):
            assert abs(found - number) <= bound, (seed, found, number, bound)
        elif not math.isfinite(number):
            assert str(found) == str(number), (seed, found, number)


def test_batches_of_random_graphs_are_within_the_error_bound(always):
    assert sum([check_rows(seed) for seed in range(20)]) > 70


@pytest.mark.long
def test_batches_of_two_thousand_random_graphs_are_within_the_error_bound(always):
    assert sum([check_rows(seed) for seed in range(1000, 3000)]) > 8000


def cases(op, numbers):
    """Return operands for an op: every choice of these numbers."""
    if op.sequences:
        return [pair * op.sequences for pair in itertools.product(numbers, repeat=2)]
    exact = {"monomial": [-1.0, 0.0, 1.0, 2.0], "variable_monomial": [-1.0, 0.0, 0.5, 1.0, 2.0]}
    few = numbers if len(op.operands) < 3 else numbers[::2]
    last = exact.get(op.name, few)
    return list(itertools.product(*[few] * (len(op.operands) - 1), last))


def applied(op, values):
    """Return op(values), values being what `cases` gives."""
    return op(*op.split(values)) if op.sequences else op(*values)


def outcome(function, *arguments):
    """Return the numbers that a call gives, or the kind of the error that it raises."""
    try:
        return function(*arguments)
    except DOMAIN_ERRORS as error:
        return type(error)


def near(op, values, found, expected):
    """Return whether an op of these operands is near enough: 4 ulp, of a sum those of its terms."""
    size = abs(expected)
    if op.sequences:
        size = max(size, sum(math.prod(map(abs, column)) for column in zip(*op.split(values))))
    return abs(found - expected) <= 2e-15 * size + 1e-321


@pytest.mark.parametrize("name", list(TABLE))
def test_every_op_is_right_on_the_awkward_grid(name, always, asked):
    op = TABLE[name]
    grid = cases(op, AWKWARD)
    nodes = [Value(1.5 if name == "acosh" else 0.5) for _ in grid[0]]
    f = compile(applied(op, nodes), nodes, "native")
    expected = [outcome(applied, op, values) for values in grid]
    right = [
        (values, out)
        for values, out in zip(grid, expected)
        if type(out) is float and math.isfinite(out)
    ]
    python_too = 0
    for start in range(0, len(right), 32):  # a block
        part = right[start : start + 32]
        asked.clear()
        found = f.each(*zip(*[values for values, _ in part]))
        python_too += bool(asked)
        for (values, out), number in zip(part, found):
            assert near(op, values, number, out), (values, number, out)
    assert not python_too or name in ("ratio", "norm", "reciprocal")
    for values, out in list(zip(grid, expected))[:: max(1, len(grid) // 40)]:
        assert str(outcome(f, *values)) == str(out) or near(op, values, f(*values), out), values


@pytest.mark.parametrize("members", [1, 2, 3, 4, 5, 19])
def test_every_op_is_right_on_any_number_of_members_side_by_side(members, always, asked):
    source = random.Random(members)
    outputs, inputs, told = [], [], []
    for op in TABLE.values():
        low, high = (1.1, 3.0) if op.domain or len(op.operands) > 1 else (-3.0, 3.0)
        if op.name in ("asin", "acos", "atanh"):
            low, high = -0.9, 0.9
        for _ in range(members):
            for terms in (1, 3, 7) if op.sequences else (1,):
                width = terms * (op.sequences or len(op.operands))
                x = [Value(source.uniform(low, high)) for _ in range(width)]
                if "n" in op.operands:
                    x[-1] = Value(2.0)
                outputs.append(applied(op, x))
                told.append((op, [v.data for v in x]))
                inputs += x
    f = compile(outputs, [inputs], "native")
    found = f([x.data for x in inputs])
    assert not asked
    for (op, values), number, node in zip(told, found, outputs):
        assert near(op, values, number, node.data), (op, values, number, node)


@pytest.mark.parametrize("terms", [2, 4, 5, 8, 13, 40])
@pytest.mark.parametrize("members", [1, 2, 3, 9])
def test_sums_of_any_length_whose_terms_lie_side_by_side_or_anywhere(terms, members, always):
    source = random.Random(terms)
    matrix = [[Value(source.uniform(-1.0, 1.0)) for _ in range(terms)] for _ in range(members)]
    x = [Value(source.uniform(-1.0, 1.0)) for _ in range(terms)]
    mixed = source.sample(x, terms)
    outputs = [dot(row, x) for row in matrix]
    outputs += [total([*row, 0.25]) + norm(row) + log_sum_exp(row) for row in matrix]
    outputs += [dot(row, mixed) + total(mixed) for row in matrix]
    flat = [w for row in matrix for w in row]
    f = compile(outputs, [flat, x], "native")
    bounds = error_bounds(outputs)
    numbers = [v.data for v in outputs]
    w, v = [w.data for w in flat], [a.data for a in x]
    check_row(terms, f(w, v), numbers, bounds)
    for row in f.each(w, [v] * 9):
        check_row(terms, row, numbers, bounds)
    many = f.summed([w] * 41, v)
    check_row(terms, many, [41 * x for x in numbers], [50 * bound for bound in bounds])


def test_machine_code_and_tape_agree(monkeypatch):
    outputs, inputs = irregular(60)
    outputs = [*outputs, *gradients(total(outputs), inputs)]
    second = gradients(outputs[5], inputs)
    outputs += second
    bounds = error_bounds(outputs)
    point = [x.data for x in inputs]
    found = []
    for most in (-1, math.inf):
        monkeypatch.setattr(native, "REGULAR", most)
        f = compile(outputs, inputs, "native")
        found.append([f(*point), *f.each(*[[x] * 3 for x in point])])
        assert len(f.natives) == 2
    for row, other in zip(*found):
        check_row(0, row, other, [2.0 * bound for bound in bounds])
        check_row(0, row, [v.data for v in outputs], bounds)


def test_exponents_beyond_a_few_are_loaded_like_operands(always):
    x = Value(1.3, "x")
    powers = [x ** (0.25 * k) for k in range(1, 12)]
    outputs = [*powers, *gradients(total(powers), [x])]
    f = compile(outputs, [x], "native")
    kinds = {record.kind.op for record in on_tape_of(f).tape.records()}
    assert TABLE["variable_power"] in kinds
    assert f(1.3) == pytest.approx([v.data for v in outputs], rel=1e-14)
    with pytest.raises(ValueError, match="power of"):
        f(-1.0)


def test_a_constant_is_not_taken_for_an_operand_of_its_number_or_a_zero_of_the_other_sign(always):
    x = Value(2.0, "x")
    atan2 = TABLE["atan2"]
    f = compile([1 / (1 / x), atan2(x * 0.0, 0.0), atan2(x * 0.0, -0.0)], [x], "native")
    assert f(3.0) == [3.0, 0.0, math.pi]


# -- Where a value does not exist -----------------------------------------------------------------


def failing():
    """Return a large program that has no value where its last input is 0, and its arguments."""
    outputs, inputs = irregular(700)
    z = Value(1.0, "z")
    nodes = [*outputs, sigmoid(1 / z), log(z + outputs[0] * 0.0)]
    return compile(nodes, [inputs, z], "native"), [x.data for x in inputs]


def test_a_result_without_a_value_raises_the_error_of_eager_code(asked):
    f, point = failing()
    assert isinstance(f.native((False, False), False), OnTape)
    for call in (
        lambda: f(point, 0.0),
        lambda: f.array(point, 0.0),
        lambda: f.each(point, [1.0, 0.0, 2.0]),
        lambda: f.summed(point, [1.0] * 50 + [0.0]),
        lambda: f.summed([point] * 3, 0.0),
    ):
        with pytest.raises(ZeroDivisionError, match=r"div of x = 1\.0, y = 0\.0 \('z'\)"):
            call()
    with pytest.raises(ValueError, match="log of"):
        f(point, -1.0)
    asked.clear()
    assert f(point, 1.0)[5] == pytest.approx(1.0 / (1.0 + math.exp(-1.0)))
    assert f.each(point, [1.0])[0][5] == pytest.approx(1.0 / (1.0 + math.exp(-1.0)))
    assert not asked  # as if nothing had been


def test_infinities_and_nans_that_are_no_errors_come_through(always):
    x, y = Value(2.0, "x"), Value(3.0, "y")
    f = compile([x * y, x + y, x - y], [x, y], target="native")
    assert f(1e200, 1e200) == [math.inf, 2e200, 0.0]
    assert str(f(math.inf, math.inf)) == "[inf, inf, nan]"
    assert f.summed([1e308, 1e308], [0.0, 0.0])[1] == math.inf
    assert str(f.each([1.0, math.inf], [1.0, math.inf])[1]) == "[inf, inf, nan]"


def test_what_is_finite_after_all_is_refused_where_eager_code_refuses(always):
    x = Value(2.0, "x")
    for output, at, error in (
        (1 / exp(x), 1000.0, OverflowError),
        (sqrt(x) * 0.0, -1.0, ValueError),
        (where(x, log(x), 1.0) * 0.0, -1.0, ValueError),
    ):
        f = compile(output, [x], target="native")
        for call in (lambda f=f, at=at: f(at), lambda f=f, at=at: f.summed([1.0, at] * 20)):
            with pytest.raises(error):
                call()


# -- Calls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 31, 32, 33, 64, 100])
def test_a_batch_of_any_length_gives_sums_and_rows(count, always, asked):
    w, x, b = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], Value(0.5)
    z = dot(w, x) + b
    outputs = [z, gradients(z, w), b * 2.0, Value(7.0)]
    g = compile(outputs, [w, x, b], target="native")
    source = random.Random(count)
    rows = np.array([[source.random(), source.random()] for _ in range(count)]).reshape(count, 2)
    found = g.summed([1.0, 3.0], rows, 0.25)
    assert found[0] == pytest.approx((rows @ [1.0, 3.0] + 0.25).sum(), rel=1e-14)
    assert found[1] == pytest.approx(rows.sum(0), rel=1e-14)
    assert found[2:] == pytest.approx([0.5 * count, 7.0 * count], rel=1e-14)
    each = g.each([1.0, 3.0], rows, 0.25)
    assert [row[1] for row in each] == rows.tolist()
    assert not asked


def test_arrays_go_in_and_come_out_without_lists(always, monkeypatch):
    w, x = [Value(1.0), Value(2.0), Value(4.0)], Value(3.0)
    f = compile([total(w) * x, [w[2] - x]], [w, x], "native")
    numbers = array.array("d", [5.0, 6.0, 7.0])
    from autograd_lite.compiling import compiled

    with monkeypatch.context() as without:
        without.setattr(compiled, "floats", None)  # what makes lists of arguments
        for given in (numbers, np.array(numbers), np.array([5.0, 0.0, 6.0, 0.0, 7.0])[::2]):
            assert f.array(given, 2.0) == array.array("d", [36.0, 5.0])
            assert f(given, 2.0) == [36.0, [5.0]]
    for given in ([5.0, 6.0, 7.0], np.array([5, 6, 7]), array.array("f", numbers)):
        assert f.array(given, 2.0) == array.array("d", [36.0, 5.0])
    with pytest.raises(ValueError, match="argument 1 needs 3 numbers, not 2"):
        f.array(numbers[:2], 2.0)
    assert numbers == array.array("d", [5.0, 6.0, 7.0])


def test_source_lists_handlers_and_runs_and_is_the_same_every_time():
    outputs, inputs = irregular(700)
    found = [compile(outputs, inputs, "native").source for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].isascii()
    assert "define void @handler_0(" in found[0]
    assert "; handler_0: " in found[0]


def test_compiled_functions_are_copied_and_pickled_also_after_their_first_call():
    outputs, inputs = irregular(700)
    f = compile(outputs, inputs, "native")
    point = [x.data for x in inputs]
    expected = f(*point), f.summed(*[[x] * 3 for x in point])
    for twin in (copy.copy(f), copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
        assert (twin(*point), twin.summed(*[[x] * 3 for x in point])) == expected


def test_several_threads_at_once_get_each_its_own_result_from_the_first_call_on(monkeypatch):
    monkeypatch.setattr(handler_file, "ADDRESSES", {})
    outputs, inputs = irregular(700)
    point = np.array([x.data for x in inputs])
    alone = compile(outputs, [inputs], "native")
    points = [point * (1.0 + k / 100) for k in range(8)]
    expected = [(alone(p), alone.summed(np.array([p] * 40))) for p in points]
    monkeypatch.setattr(handler_file, "ADDRESSES", {})
    f = compile(outputs, [inputs], "native")
    found = [None] * 8

    def work(k):
        for _ in range(8):
            found[k] = f(points[k]), f.summed(np.array([points[k]] * 40))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_a_learners_own_op_goes_on_tape_and_one_with_an_if_says_what_to_write(always):
    def cube_value(x):
        return x * x * x

    def cube_partials(x, out):
        return (3.0 * x * x,)

    def clipped_value(x):
        return 0.0 if x < 0.0 else x

    x = Value(2.0, "x")
    cube = Op("cube", "x3", "cube({x})", cube_value, cube_partials)
    f = compile([cube(x), *gradients(cube(x), [x])], [x], target="native")
    assert f(3.0) == [27.0, 27.0]
    assert f.each([3.0, 1.0]) == [[27.0, 27.0], [1.0, 3.0]]
    clipped = Op("clipped", "c", "clipped({x})", clipped_value, cube_partials)
    with pytest.raises(TypeError, match=r"clipped_machine\(m, x\) with m.choose"):
        compile(clipped(x), [x], target="native")(1.0)


# -- The file of handlers -------------------------------------------------------------------------


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """No handler is known in this process, and the folder of their file is empty."""
    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path / "cache"))
    return forgetting(monkeypatch)


def forgetting(monkeypatch):
    """Return a function after which this process is as if it had just begun."""

    def forget():
        monkeypatch.setattr(handler_file, "ADDRESSES", {})

    forget()
    return forget


@pytest.fixture
def compiled_texts(monkeypatch):
    """The texts that LLVM was given: a list that grows."""
    texts = []
    real = handler_file.object_of

    def noted(text):
        texts.append(text)
        return real(text)

    monkeypatch.setattr(handler_file, "object_of", noted)
    return texts


def answer():
    """Return what a small program gives, on tape."""
    x = Value(2.0, "x")
    return compile([x * x, sigmoid(x)], [x], "native")(3.0)


EXPECTED = [9.0, 1.0 / (1.0 + math.exp(-3.0))]


def test_handlers_are_compiled_once_and_then_found_in_the_file(always, fresh, compiled_texts):
    assert answer() == pytest.approx(EXPECTED)
    assert len(compiled_texts) == 1
    assert len(list(handler_file.handler_path().parent.iterdir())) == 1  # one file, no remains
    fresh()
    assert answer() == pytest.approx(EXPECTED)
    assert len(compiled_texts) == 1
    fresh()
    x = Value(2.0, "x")
    assert compile([x * x, tanh(x)], [x], "native")(3.0) == pytest.approx([9.0, math.tanh(3.0)])
    assert len(compiled_texts) == 2
    assert "own_tanh" in compiled_texts[1].split("define void")[1]  # only what was missing
    assert compiled_texts[1].count("define void @f_") == 1
    fresh()
    assert answer() == pytest.approx(EXPECTED)
    assert len(compiled_texts) == 2


def test_another_spelling_is_another_handler(always, fresh, compiled_texts, monkeypatch):
    from autograd_lite.compiling import spelling

    def half_machine(m, x):
        return 0.5 * x

    answer()
    monkeypatch.setitem(spelling.SPELLED, TABLE["sigmoid"], half_machine)
    assert answer() == [9.0, 1.5]
    assert len(compiled_texts) == 2


def test_the_file_is_one_for_each_processor_and_llvm(fresh, monkeypatch):
    path = handler_file.handler_path()
    monkeypatch.setattr(handler_file.engine(), "identity", "another processor")
    assert handler_file.handler_path() != path


@pytest.mark.parametrize("fault", ["empty", "short", "text", "one bit", "long", "no JSON"])
def test_a_broken_file_is_ignored_and_written_anew(fault, always, fresh, compiled_texts):
    answer()
    path = handler_file.handler_path()
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes({
        "empty": b"",
        "short": whole[:middle],
        "text": b"Dear diary" * 100,
        "one bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "long": whole + bytes(handler_file.LIMIT),
        "no JSON": checksummed(b"{}\n"),
    }[fault])  # fmt: skip
    fresh()
    assert answer() == pytest.approx(EXPECTED)
    assert len(compiled_texts) == 2
    assert path.read_bytes() == whole
    assert not list(path.parent.glob("*.part"))


def checksummed(data):
    import hashlib

    return hashlib.sha256(data).hexdigest().encode() + data


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner")
def test_somebody_elses_file_is_not_run(always, fresh, compiled_texts, monkeypatch):
    answer()
    fresh()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert answer() == pytest.approx(EXPECTED)
    assert len(compiled_texts) == 2


def test_where_no_file_can_be_written_none_is(always, fresh, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    for folder in (tmp_path / "file" / "in it", tmp_path / "file"):
        monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(folder))
        fresh()
        assert answer() == pytest.approx(EXPECTED)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "no folder"
    monkeypatch.setattr(handler_file, "cache_folder", lambda: None)
    fresh()
    assert answer() == pytest.approx(EXPECTED)


def test_the_file_begins_anew_before_it_grows_too_large(always, fresh, compiled_texts, monkeypatch):
    answer()
    monkeypatch.setattr(handler_file, "LIMIT", 2 * handler_file.handler_path().stat().st_size)
    x = Value(2.0, "x")
    for op in (log, sqrt, tanh):
        fresh()
        compile(op(x), [x], "native")(1.5)
    names = [name for kept in handler_file.segments_in(handler_file.handler_path())
             for name in kept.names]  # fmt: skip
    assert names
    assert handler_file.handler_path().stat().st_size < handler_file.LIMIT


PROGRAM = """
import autograd_lite.compiling.native as native
from autograd_lite import Value, compile, TABLE
native.REGULAR = -1
x = Value(0.5, "x")
names = {names}
f = compile([TABLE[name](x) for name in names], [x], "native")
print(f(0.25), f.summed([0.25] * 3))
"""


def test_two_processes_that_write_at_once_both_answer_and_leave_a_whole_file(fresh):
    lists = (["exp", "tanh"], ["sin", "exp"])
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM.format(names=names)],
                         stdout=subprocess.PIPE, text=True)
        for names in lists
    ]  # fmt: skip
    for process, names in zip(running, lists):
        told, _ = process.communicate(timeout=60)
        numbers = [getattr(math, name)(0.25) for name in names]
        found = eval(told.replace("] [", "], ["))
        assert found[0] == pytest.approx(numbers)
        assert found[1] == pytest.approx([3.0 * number for number in numbers])
    assert handler_file.segments_in(handler_file.handler_path())


# -- Ctrl-C, and a word to who waits --------------------------------------------------------------


def test_ctrl_c_ends_a_long_batch_between_two_blocks_and_leaves_nothing_behind(always, monkeypatch):
    x = Value(2.0, "x")
    f = compile(x * x, [x], "native")
    numbers = [float(k % 7) for k in range(1000)]
    expected = f.each(numbers)
    work = OnTape.work
    calls = []

    def interrupted(self, *arguments):
        calls.append(self)
        if len(calls) == 3:
            _thread.interrupt_main()
        work(self, *arguments)

    monkeypatch.setattr(OnTape, "work", interrupted)
    with pytest.raises(KeyboardInterrupt):
        f.each(numbers)
    assert len(calls) < 6  # of 32 blocks
    assert f.each(numbers) == expected


@pytest.mark.parametrize("room", [Tape, handler_file])
def test_ctrl_c_ends_compiling_and_the_next_call_compiles(room, monkeypatch, fresh):
    outputs, inputs = irregular(700)
    name = "write_run" if room is Tape else "load"
    real = getattr(room, name)

    def interrupted(*arguments):
        _thread.interrupt_main()
        return real(*arguments)

    with monkeypatch.context() as pressed:
        pressed.setattr(room, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            compile(outputs, inputs, "native")
    f = compile(outputs, inputs, "native")
    assert f(*[x.data for x in inputs]) == pytest.approx([out.data for out in outputs], rel=1e-9)


class Terminal(io.StringIO):
    """A terminal that remembers."""

    def isatty(self):
        return True


def test_who_waits_at_a_terminal_is_told_every_second_and_the_line_is_cleared(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(waiting, "EVERY", 0.01)
    with waiting.waiting():
        while terminal.getvalue().count("compiling") < 2:
            pass
    written = terminal.getvalue()
    assert written.startswith("\rcompiling the graph: 0 s\r")
    assert written.endswith("\r" + " " * len("compiling the graph: 0 s") + "\r")


@pytest.mark.parametrize("output", [io.StringIO(), None])
def test_elsewhere_nothing_is_said_and_no_thread_started(output, monkeypatch):
    monkeypatch.setattr(sys, "stderr", output)
    before = threading.active_count()
    with waiting.waiting():
        assert threading.active_count() == before
    assert output is None or output.getvalue() == ""


def test_a_short_compilation_says_nothing(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    before = threading.active_count()
    x = Value(2.0, "x")
    compile(x * x, [x], "native")
    assert terminal.getvalue() == ""
    assert threading.active_count() == before


def test_a_few_rows_are_no_whole_block(always):
    x = Value(2.0, "x")
    tape = on_tape_of(compile(x * x, [x], "native"), True)
    lanes = tape.tape.lanes
    assert [tape.block(count) for count in (0, 1, lanes, lanes + 1, 1000)] == [
        lanes, lanes, lanes, 2 * lanes, 4 * lanes,
    ]  # fmt: skip


def test_the_memory_of_a_call_is_used_by_the_next(always):
    x = Value(2.0, "x")
    f = compile(x * x, [x], "native")
    tape = on_tape_of(f)
    f(1.0)
    memory = tape.free[1][0]
    f(2.0)
    assert tape.free[1] == [memory]
