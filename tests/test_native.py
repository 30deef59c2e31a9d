"""Native code: the numbers of the graph, to the stated rounding, at any size, from any thread."""

import array
import math
import random
import subprocess
import sys
import threading

import numpy as np
import pytest
from near_eager import check_near

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
    sigmoid,
    softplus,
    sqrt,
    tanh,
    total,
    where,
)
from autograd_lite.compiling.descent import RUNNING, Descent
from autograd_lite.compiling.native import engine
from autograd_lite.compiling.schedule import Schedule
from autograd_lite.compiling.spelling import spell
from nn.compiled import compiled_network, rule_of

pytest.importorskip("llvmlite")


@pytest.mark.parametrize("block", range(5))
def test_random_graphs_and_their_derivatives_are_within_the_error_bound(block):
    compared = [check_near(seed) for seed in range(block * 20, block * 20 + 20)]
    assert sum(compared) >= 6


@pytest.mark.long
def test_ten_thousand_random_graphs_are_within_the_error_bound():
    compared = [check_near(seed) for seed in range(1000, 11_000)]
    assert sum(compared) > 5000


# -- Own functions over the whole range -------------------------------------------------------


def exact(name, x):
    """Return the value to 40 digits, as a Decimal."""
    from decimal import Decimal, localcontext

    with localcontext() as context:
        context.prec = 60
        context.Emax, context.Emin = 999999, -999999
        z = Decimal(x)
        if name == "exp":
            return z.exp()
        if name == "sigmoid":
            return 1 / (1 + (-z).exp())
        if name == "tanh" and abs(z) < Decimal("1e-12"):
            return z - z**3 / 3
        if name == "tanh":
            e = (2 * z).exp()
            return (e - 1) / (e + 1)
        if z < -50:
            return z.exp() - z.exp() ** 2 / 2
        return z + (1 + (-z).exp()).ln()  # softplus


def ulps(name, x, found):
    from decimal import Decimal

    true = exact(name, x)
    return float(abs(Decimal(found) - true) / Decimal(math.ulp(float(true))))


def awkward_numbers():
    source = random.Random(7)
    numbers = [source.uniform(-5.0, 5.0) for _ in range(400)]
    numbers += [source.uniform(-745.0, 709.7) for _ in range(400)]
    numbers += [source.choice((-1, 1)) * 10.0 ** source.uniform(-300.0, 2.8) for _ in range(400)]
    numbers += [k * math.log(2.0) / 2.0 for k in range(-40, 40)]
    return [*numbers, 0.0, 0.625, -0.625, math.nextafter(0.625, 0.0), 709.78, 1e-320]


@pytest.mark.parametrize("name", ["exp", "sigmoid", "tanh", "softplus"])
def test_own_functions_are_within_two_ulp_over_the_whole_range(name):
    x = Value(0.5, "x")
    f = compile(TABLE[name](x), [x], target="native")
    numbers = awkward_numbers()
    worst = max((ulps(name, x, y), x) for x, y in zip(numbers, f.each(numbers)))
    assert worst[0] <= 2.0, worst
    assert f(0.5) == f.each([0.5])[0]


@pytest.mark.parametrize("x", [0.0, -0.0, 800.0, -800.0, 1e308, -1e308, math.inf, -math.inf,
                               math.nan, 5e-324, -5e-324])  # fmt: skip
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "relu", "step", "sign", "abs"])
def test_functions_that_never_overflow_agree_with_python_at_the_edges(name, x):
    v = Value(0.5, "v")
    f = compile(TABLE[name](v), [v], target="native")
    expected = TABLE[name](x)
    found = [f(x), *f.each([x] * 9)]
    assert all(str(y) == str(expected) for y in found), (expected, found)


def test_a_result_without_a_value_raises_the_error_of_eager_code():
    x = Value(2.0, "x")
    for output, at, error, words in (
        (log(x), -1.0, ValueError, r"log of x = -1.0 \('x'\)"),
        (1 / x, 0.0, ZeroDivisionError, "div of"),
        (exp(x), 1000.0, OverflowError, "exp of"),
        (sqrt(x), -1.0, ValueError, "sqrt of"),
        (x**-1, 0.0, ZeroDivisionError, "power of"),
        (x**0.5, -1.0, ValueError, "power of"),
        # finite after all, had nobody looked in between
        (1 / (1 / x), 0.0, ZeroDivisionError, "div of"),
        (sigmoid(1 / x), 0.0, ZeroDivisionError, "div of"),
        (1 / exp(x), 1000.0, OverflowError, "exp of"),
        (where(x, log(x), 1.0) * 0.0, -1.0, ValueError, "log of"),
    ):
        f = compile(output, [x], target="native")
        assert f(2.0) == pytest.approx(output.data, rel=1e-15)
        for call in (lambda f=f, at=at: f(at), lambda f=f, at=at: f.summed([1.0, at] * 20),
                     lambda f=f, at=at: f.each([at, 1.0] * 20)):  # fmt: skip
            with pytest.raises(error, match=words):
                call()


def test_infinities_and_nans_that_are_no_errors_come_through():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    f = compile([x * y, x + y, x - y], [x, y], target="native")
    assert f(1e200, 1e200) == [math.inf, 2e200, 0.0]
    assert str(f(math.inf, math.inf)) == "[inf, inf, nan]"


# -- Shapes, batches, sizes ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 7, 8, 31, 32, 33, 64, 100])
def test_a_batch_of_any_length_gives_sums_and_rows(count):
    w, x, b = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], Value(0.5)
    z = dot(w, x) + b
    outputs = [z, gradients(z, w), b * 2.0]
    f = compile(outputs, [w, x, b])
    g = compile(outputs, [w, x, b], target="native")
    source = random.Random(count)
    rows = [[source.random(), source.random()] for _ in range(count)]
    flat_rows = array.array("d", [number for row in rows for number in row])
    for form in (rows, np.array(rows), flat_rows, np.array(rows, order="F")):
        if count == 1 and isinstance(form, array.array):
            continue  # as long as one row: not a batch
        flat = f.summed([1.0, 3.0], form, 0.25)
        found = g.summed([1.0, 3.0], form, 0.25)
        assert found[0] == pytest.approx(flat[0], rel=1e-14)
        assert found[1] == pytest.approx(flat[1], rel=1e-14)
        assert found[2] == pytest.approx(flat[2], rel=1e-14)
        assert [row[1] for row in g.each([1.0, 3.0], form, 0.25)] == rows
    many = g.each([1.0, 3.0], rows, [float(k) for k in range(count)])
    assert [row[2] for row in many] == [2.0 * k for k in range(count)]


def test_an_array_that_is_only_to_be_read_is_read_where_it_lies():
    x = [Value(1.0), Value(2.0)]
    f = compile(total(x), [x], target="native")
    rows = np.arange(20.0).reshape(10, 2)
    rows.flags.writeable = False
    assert f.summed(rows) == 190.0
    assert f.summed(memoryview(bytes(rows)).cast("d", (10, 2))) == 190.0


def network_program(sizes, target, activation=sigmoid):
    network = nn.Network(sizes, activation)
    image = [Value(0.5, f"a_{i + 1}^1") for i in range(sizes[0])]
    wanted = [Value(0.0, f"t_{j + 1}") for j in range(sizes[-1])]
    C = nn.squared_error(network(image), wanted)
    p = network.parameters()
    return compile([C, gradients(C, p)], [p, image, wanted], target), [v.data for v in p]


@pytest.mark.parametrize("sizes", [[12, 3, 2], [40, 33, 17, 5], [100, 20, 10]])
def test_networks_small_and_rolled_into_loops_agree_with_python(sizes):
    source = random.Random(1)
    images = [[source.random() for _ in range(sizes[0])] for _ in range(37)]
    wanted = [[source.random() for _ in range(sizes[-1])] for _ in range(37)]
    f, p = network_program(sizes, "python")
    g, _ = network_program(sizes, "native")
    C, slopes = f.summed(p, images, wanted)
    found_C, found_slopes = g.summed(p, images, wanted)
    assert found_C == pytest.approx(C, rel=1e-13)
    assert found_slopes == pytest.approx(slopes, rel=1e-11, abs=1e-13)
    for row, expected in zip(g.each(p, images, wanted), f.each(p, images, wanted)):
        assert row[1] == pytest.approx(expected[1], rel=1e-11, abs=1e-15)
    C, slopes = g(p, images[0], wanted[0])
    assert slopes == pytest.approx(f(p, images[0], wanted[0])[1], rel=1e-11, abs=1e-15)


def test_code_does_not_grow_with_the_number_of_weights():
    lengths = []
    for sizes in ([100, 20, 10], [200, 40, 10]):
        f, _ = network_program(sizes, "native")
        lengths.append(len(f.native((False, True, True), True).text))
    assert lengths[1] < 1.05 * lengths[0]


def attention(width, places):
    """Return [cost, gradient] and [weights, rows] of weights that serve several places."""

    def matrix(rows):
        return [[Value(source.uniform(-0.5, 0.5)) for _ in range(width)] for _ in range(rows)]

    def times(W, x):
        return [dot(row, x) for row in W]

    source = random.Random(7)
    Q, K, X = matrix(width), matrix(width), matrix(places)
    queries, keys = [times(Q, x) for x in X], [times(K, x) for x in X]
    scores = [[exp(dot(q, k)) for k in keys] for q in queries]
    means = [dot(e, [x[0] for x in X]) / total(e) for e in scores]
    C = total([mean * mean + x[1] for mean, x in zip(means, X)])
    weights, rows = [w for row in Q + K for w in row], [x for row in X for x in row]
    return [C, gradients(C, weights + rows)], [weights, rows]


def test_weights_that_serve_several_places_roll_into_loops():
    outputs, inputs = attention(width=8, places=9)
    f = compile(outputs, inputs, target="native")
    count = len(f.program.inputs)
    schedule = Schedule(f.program, range(len(inputs[0]), count))
    assert schedule.irregular < 0.02 * len(f.program.body)
    numbers = [[node.data for node in group] for group in inputs]
    C, gradient = f(*numbers)
    assert C == pytest.approx(outputs[0].data, rel=1e-12)
    assert gradient == pytest.approx([node.data for node in outputs[1]], rel=1e-9, abs=1e-12)


def test_steps_on_single_rows_compute_no_vectors_for_rows_that_never_come():
    network = nn.Network([12, 3, 2])
    f = compiled_network(network, nn.squared_error, "native")
    p = [node.data for node in network.parameters()]
    rows = [[k / 64] * 12 for k in range(64)], [[1.0, 0.0]] * 64
    descent = Descent(f, rule_of(nn.GradientDescent()), [p, *rows], [], [], epochs=1,
                      steps_per_epoch=64)  # fmt: skip
    assert descent.X.count == 14 * engine().lanes
    assert descent.run(2, [[5], [6]]) == RUNNING
    for row in (5, 6):
        C, g = f(p, rows[0][row], rows[1][row])
        p = nn.GradientDescent()(p, g)
    assert descent.G.get(1) == pytest.approx([C], rel=1e-12)
    assert descent.P.get(len(p)) == pytest.approx(p, rel=1e-9)


def test_large_graphs_without_any_regularity_are_compiled_in_pieces():
    source = random.Random(3)
    inputs = [Value(source.uniform(0.5, 1.5), f"x_{k}") for k in range(5)]
    nodes = list(inputs)
    for _ in range(3000):
        x, y = source.choice(nodes[-30:]), source.choice(nodes[-30:])
        nodes.append(source.choice((x * 0.5 + y, x * y * 0.3, sigmoid(x - y), tanh(x) + 0.1)))
    outputs = nodes[-5:]
    f = compile(outputs, inputs)
    g = compile(outputs, inputs, target="native")
    point = [x.data for x in inputs]
    assert g(*point) == pytest.approx(f(*point), rel=1e-9)
    rows = [[source.uniform(0.5, 1.5) for _ in range(40)] for _ in inputs]
    assert g.summed(*rows) == pytest.approx(f.summed(*rows), rel=1e-9)


# -- Ops of one's own, threads, the missing extra -------------------------------------------------


def test_a_learners_own_op_of_plain_arithmetic_compiles_and_one_with_an_if_says_what_to_write():
    def cube_value(x):
        return x * x * x

    def cube_partials(x, out):
        return (3.0 * x * x,)

    def clipped_value(x):
        return 0.0 if x < 0.0 else x

    def clipped_machine(m, x):
        return m.choose(m.less(x, 0.0), 0.0, x)

    x = Value(2.0, "x")
    cube = Op("cube", "x3", "cube({x})", cube_value, cube_partials)
    f = compile([cube(x), *gradients(cube(x), [x])], [x], target="native")
    assert f(3.0) == [27.0, 27.0]
    clipped = Op("clipped", "c", "clipped({x})", clipped_value, cube_partials)
    with pytest.raises(TypeError, match=r"clipped_machine\(m, x\) with m.choose"):
        compile(clipped(x), [x], target="native")(1.0)
    spell(clipped, clipped_machine)
    assert compile(clipped(x), [x], target="native").each([-1.0, 2.0]) == [0.0, 2.0]


def test_a_function_called_from_several_threads_at_once_gives_each_its_own_result():
    f, p = network_program([64, 16, 10], "native")
    source = np.random.default_rng(5)
    images, wanted = source.random((256, 64)), source.random((256, 10))
    alone = [f.summed(p, images * k, wanted) for k in range(8)]
    together = [None] * 8

    def work(k):
        for _ in range(5):
            together[k] = f.summed(p, images * k, wanted)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_the_same_program_gives_the_same_bits_every_time():
    found = []
    for _ in range(2):
        f, p = network_program([30, 20, 5], "native")
        found.append((f.summed(p, [[0.1] * 30] * 9, [[0.5] * 5] * 9), f.source))
    assert found[0] == found[1]


def test_without_llvmlite_the_error_names_the_extra():
    program = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from autograd_lite import Value, compile\n"
        "x = Value(1.0)\n"
        "try: compile(x * x, [x], target='native')\n"
        "except ImportError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert "pip install llvmlite" in run.stdout, run.stderr


def test_source_shows_the_intermediate_code():
    x = Value(2.0, "x")
    source = compile(sigmoid(x) + softplus(x), [x], target="native").source
    assert "define i64 @kernel" in source
    assert source.isascii()


def test_memory_of_the_caller_is_not_written_to():
    x = [Value(1.0), Value(2.0)]
    f = compile(total(x), [x], target="native")
    rows = np.arange(20.0).reshape(10, 2)
    before = rows.copy()
    f.summed(rows)
    assert (rows == before).all()
