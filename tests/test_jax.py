"""The target "jax": the numbers of the graph, under jit, vmap and grad; sharded; in other kinds.

On the awkward grid JAX gives what eager code gives, but for these differences:
- numbers below the smallest normal one (2.2e-308) are 0, as operands, as results and on the way:
  so 1/1.8e308 is 0 there, and times infinity no number;
- sinh and cosh are taken from one exp, whose exponent is rounded: they are off by |x| ulp;
- where Python raises, there is a nan or an infinity;
- the sign of a zero may be lost, and a sum may be added in another order (as in native code).
JAX's own derivatives of a compiled value differ from the compiled gradients in one thing more:
behind an operand that was not picked, an infinite slope gives nan (0 · inf), where ours gives 0.
"""

import copy
import doctest
import itertools
import math
import pickle
import random
import re
from pathlib import Path

import pytest
from jax_scripts import run_script
from random_graphs import error_bounds, near_a_jump, random_graph

from autograd_lite import (
    TABLE,
    Constant,
    Op,
    Value,
    compile,
    exp,
    gradients,
    log,
    maximum,
    recompute,
    relu,
    sigmoid,
    sqrt,
    total,
)
from autograd_lite.compiling.spelling import spell
from autograd_lite.ops import Power, power
from nn import Network, squared_error
from nn.compiled import compiled_network

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

pytestmark = pytest.mark.jax

NORMAL = 2.2250738585072014e-308
AWKWARD = [
    0.0, -0.0, 1e-300, 0.3, -0.5, 0.5, 1.0, -1.0, 2.0, 3.0, -7.25, 40.0, -40.0, 800.0, -800.0,
    1e200, -1e200, 1e307, math.inf, -math.inf, math.nan,
]  # fmt: skip
WIDER = {"sinh": 44.0, "cosh": 44.0}  # |x| ulp beside the four, |x| up to 40
EXPONENTS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 2.5, 10.0)
ROWS = [
    row
    for op in TABLE.values()
    for row in ([power(n) for n in EXPONENTS] if isinstance(op, Power) else [op])
]


# -- Every row -----------------------------------------------------------------------------------


def recorded(op):
    """Return an op on leaves at which it has a value, and those that vary: n is a constant."""
    numbers = [1.5] if op.name == "acosh" else [0.5, 0.25, 0.75, 2.0]
    leaves = [
        Value(x, f"x_{k}") for k, x in enumerate(numbers[: 2 * op.sequences or len(op.operands)])
    ]
    if op.sequences:
        return op(*op.split(leaves)), leaves
    given = [Constant(2.0) if name == "n" else x for name, x in zip(op.operands, leaves)]
    return op(*given), [x for name, x in zip(op.operands, leaves) if name != "n"]


def with_derivatives(out, inputs):
    """Return an output with its first derivatives and with the second ones."""
    first = gradients(out, inputs)
    second = [g for slope in first if slope.op is not None for g in gradients(slope, inputs)]
    return [out, *first, *second]


def grid(count):
    """Return what is awkward in every combination, of many operands every second number."""
    chosen = AWKWARD if count < 3 else AWKWARD[::2]
    return list(itertools.product(chosen, repeat=count))[:600]


def agrees(found, node, bound):
    """Return whether a number is that of a node: within its bound, or as infinite, or as nan."""
    if math.isfinite(node.data):
        return not math.isfinite(bound) or abs(found - node.data) <= bound
    return str(float(found)) == str(node.data)


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.formula)
def test_a_row_and_its_two_derivatives_are_those_of_eager_code_on_the_awkward_grid(op):
    out, inputs = recorded(op)
    outputs = with_derivatives(out, inputs)
    f = compile(outputs, inputs, target="jax")
    rows = grid(len(inputs))
    found = np.array([np.asarray(column) for column in f.each(*zip(*rows))]).T
    whole = total(outputs)
    compared = 0
    for row, numbers in zip(rows, found, strict=True):
        for x, value in zip(inputs, row):
            x.data = value
        try:
            recompute(out)
        except (ArithmeticError, ValueError):
            assert not math.isfinite(numbers[0]), row
            continue
        try:
            recompute(whole)
        except (ArithmeticError, ValueError):
            continue
        bounds = error_bounds(outputs, smallest=NORMAL, wider=WIDER)
        for k, (number, node, bound) in enumerate(zip(numbers, outputs, bounds, strict=True)):
            assert agrees(number, node, bound), (row, k, number, node.data, bound)
        compared += 1
    assert compared > len(rows) / 6


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.formula)
def test_jaxs_own_derivatives_of_a_row_are_ours_at_kinks_too(op):
    out, inputs = recorded(op)
    first = gradients(out, inputs)
    value = compile(out, inputs, target="jax")
    ours = compile([first], inputs, target="jax")
    order = tuple(range(len(inputs)))
    theirs = jax.jit(jax.vmap(jax.grad(value, order)))
    rows = [
        row for row in grid(len(inputs)) if all(x == 0.0 or 1e-100 < abs(x) < 50.0 for x in row)
    ]
    columns = [jnp.asarray(column) for column in zip(*rows)]
    found = np.array(theirs(*columns)).T
    expected = np.array(ours.each(*columns)[0])
    kept = np.isfinite(expected)
    assert kept.sum() >= 3
    assert found[kept] == pytest.approx(expected[kept], rel=1e-13, abs=1e-300)


def test_along_an_operand_that_is_not_picked_nothing_is_passed_on_whatever_arrives():
    x, y = Value(0.0, "x"), Value(-1.0, "y")
    f = compile(sqrt(maximum(x, y)), [x, y], target="jax")
    assert [float(slope) for slope in jax.grad(f, (0, 1))(0.0, -1.0)] == [math.inf, 0.0]


def test_numbers_below_the_smallest_normal_one_may_be_zero_and_nothing_else():
    x = Value(1.0, "x")
    found = float(compile(3.0 * x, [x], target="jax")(5e-324))
    assert found in (0.0, 3.0 * 5e-324)


# -- Graphs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", range(4))
def test_random_graphs_their_gradients_and_jaxs_are_those_of_eager_code(block):
    compared = 0
    for seed in range(block * 8, block * 8 + 8):
        source = random.Random(seed)
        output, inputs = random_graph(source)
        try:
            outputs = [output, *gradients(output, inputs)]
        except (ArithmeticError, ValueError):
            continue
        for x in inputs:
            x.data += source.uniform(-0.1, 0.1)
        try:
            recompute(total(outputs))
        except (ArithmeticError, ValueError):
            continue
        if near_a_jump(outputs):
            continue
        point = [x.data for x in inputs]
        f = compile(outputs, [inputs], target="jax")
        value = compile(output, [inputs], target="jax")
        theirs = jax.jit(jax.grad(value))(jnp.asarray(point))
        bounds = error_bounds(outputs, ulps=16.0, smallest=NORMAL, wider=WIDER)
        for number, node, bound in zip(jax.jit(f)(point), outputs, bounds, strict=True):
            assert agrees(number, node, bound), (seed, number, node, bound)
        for number, node, bound in zip(theirs, outputs[1:], bounds[1:], strict=True):
            if math.isfinite(node.data):
                assert agrees(number, node, bound), (seed, number, node, bound)
        compared += 1
    assert compared >= 3


def network_and_batch(sizes=(12, 3, 2), rows=8):
    """Return a network, its numbers, and a batch of images and targets."""
    network = Network(list(sizes), seed=1)
    source = np.random.default_rng(2)
    p = np.array([parameter.data for parameter in network.parameters()])
    return network, p, source.random((rows, sizes[0])), source.random((rows, sizes[-1]))


def test_the_gradient_of_a_network_is_the_programs_and_jaxs_alike():
    network, p, images, targets = network_and_batch()
    ours = compiled_network(network, squared_error, "jax")
    python = compiled_network(network, squared_error, "python")
    C, g = ours(p, images[0], targets[0])
    expected_C, expected_g = python(p, images[0], targets[0])
    assert float(C) == pytest.approx(expected_C, rel=1e-14)
    assert np.asarray(g) == pytest.approx(expected_g, rel=1e-12)
    theirs = jax.grad(lambda p: ours(p, images[0], targets[0])[0])(p)
    assert np.asarray(theirs) == pytest.approx(expected_g, rel=1e-12)
    second = jax.hessian(lambda p: ours(p, images[0], targets[0])[0])(p)
    slopes = jax.jacobian(lambda p: ours(p, images[0], targets[0])[1])(p)
    assert np.asarray(second) == pytest.approx(np.asarray(slopes), rel=1e-10, abs=1e-14)


def test_a_batch_is_summed_and_each_row_is_what_a_call_gives():
    network, p, images, targets = network_and_batch()
    ours = compiled_network(network, squared_error, "jax")
    python = compiled_network(network, squared_error, "python")
    for found, expected in zip(ours.summed(p, images, targets), python.summed(p, images, targets)):
        assert np.asarray(found) == pytest.approx(np.asarray(expected), rel=1e-12)
    C, g = ours.each(p, images, targets)
    assert (C.shape, g.shape) == ((8,), (8, p.size))
    by_vmap = jax.vmap(ours, (None, 0, 0))(p, images, targets)
    for k in range(8):
        one, slopes = ours(p, images[k], targets[k])
        assert float(C[k]) == pytest.approx(float(one), rel=1e-14)
        assert np.asarray(g[k]) == pytest.approx(np.asarray(slopes), rel=1e-13)
        assert np.asarray(by_vmap[1][k]) == pytest.approx(np.asarray(slopes), rel=1e-13)


def test_a_function_first_called_while_jax_traces_is_as_good_in_the_next_trace():
    x = [Value(0.5 * k, f"x_{k}") for k in range(30)]
    chosen = random.Random(3)
    outputs = [node * (1.0 + k) for k, node in enumerate(x)]
    outputs += [total(chosen.sample(x, 5)) for _ in range(20)]  # constants, and an index
    f = compile([outputs], [x], target="jax")
    point = jnp.arange(30.0)
    expected = compile([outputs], [x])(list(range(30)))[0]
    for traced, given in (
        (f, point), (jax.vmap(f), point[None]), (f.summed, point[None]), (f.each, point[None])
    ):  # fmt: skip
        (found,) = jax.jit(traced)(given)
        assert np.asarray(found).ravel() == pytest.approx(expected)


def test_what_no_row_changes_is_summed_as_often_as_there_are_rows():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    outputs = [x * y, exp(x), [Value(7.0), y]]
    for target in ("python", "jax"):
        product, e, (seven, sum_y) = compile(outputs, [x, y], target=target).summed(2.0, [1.0, 4.0])
        assert float(product) == 10.0
        assert float(e) == pytest.approx(2.0 * math.exp(2.0))
        assert (float(seven), float(sum_y)) == (14.0, 5.0)


def test_the_traced_program_does_not_grow_with_the_number_of_weights():
    lengths = set()
    for sizes in ([6, 5, 3], [60, 40, 3]):
        network, p, images, targets = network_and_batch(sizes)
        f = compiled_network(network, squared_error, "jax")
        traced = jax.make_jaxpr(f.function_for((False, True, True)))(p, images, targets)
        lengths.add(len(traced.jaxpr.eqns))
    assert len(lengths) == 1


def test_a_copy_computes_the_same_and_so_does_what_was_pickled():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    f = compile([x * sigmoid(y), [y - 0.25, y - 0.5]], [x, y], target="jax")
    expected = f(2.0, 3.0)
    for other in (copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
        product, differences = other(2.0, 3.0)
        assert (product, differences.tolist()) == (expected[0], expected[1].tolist())
        assert other.source == f.source
    assert repr(f) == "<compiled for jax: 2 inputs, 4 instructions, 3 outputs>"


def test_source_is_the_function_that_runs():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    f = compile(relu(x) * y + log(y), [x, y], target="jax")
    names = {"relu": lambda x: np.maximum(x, 0.0), "log": np.log, "jnp": np}
    exec(f.source, names)
    name = next(key for key in names if key.startswith("compute"))
    assert names[name](2.0, 3.0)[0] == pytest.approx(float(f(2.0, 3.0)))


# -- Kinds of number -----------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "digits"), [("float32", 2e-6), ("bfloat16", 0.05)])
def test_other_kinds_of_number_are_kept_from_end_to_end(dtype, digits):
    network, p, images, targets = network_and_batch()
    C = compiled_network(network, squared_error, "python").summed(p, images, targets)[0]
    image = [Value(0.0, f"a_{k}") for k in range(12)]
    wanted = [Value(0.0, f"t_{k}") for k in range(2)]
    cost = squared_error(network(image), wanted)
    parameters = network.parameters()
    outputs = [cost, gradients(cost, parameters), [Value(1.5)]]
    f = compile(outputs, [parameters, image, wanted], target="jax", dtype=dtype)
    for found in (*f.summed(p, images, targets), *f(p, images[0], targets[0])):
        assert found.dtype == dtype
    assert float(f.summed(p, images, targets)[0]) == pytest.approx(C, rel=digits)
    assert all(row.dtype == dtype for row in f.each(p, images, targets))


def test_float64_switched_off_is_said_with_what_to_write():
    said = run_script(
        """
        from autograd_lite import Value, compile
        x = Value(2.0, "x")
        try:
            compile(x * x, [x], target="jax")
        except ValueError as error:
            print(error)
        f = compile(x * x, [x], target="jax", dtype="float32")
        print(f(3.0), f(3.0).dtype)
        """,
        JAX_ENABLE_X64="0",
    )
    assert 'jax.config.update("jax_enable_x64", True)' in said
    assert 'dtype="float32"' in said
    assert said.splitlines()[-1] == "9.0 float32"


def test_a_dtype_that_is_none_or_of_another_target_is_refused():
    x = Value(2.0, "x")
    with pytest.raises(ValueError, match="dtype is 'float64', 'float32' or 'bfloat16', not 'int8'"):
        compile(x, [x], target="jax", dtype="int8")
    with pytest.raises(ValueError, match="for 'float32', target=\"jax\""):
        compile(x, [x], target="python", dtype="float32")


# -- Arguments -----------------------------------------------------------------------------------


def test_arguments_of_another_shape_are_refused_in_the_users_words():
    x, w = Value(2.0, "x"), [Value(1.0, "w_1"), Value(2.0, "w_2")]
    f = compile(x * w[0] + w[1], [x, w], target="jax")
    assert float(f(3, (1, 2))) == 5.0
    with pytest.raises(TypeError, match=r"takes 2 argument\(s\) \(a number, 2 numbers\), not 1"):
        f(1.0)
    with pytest.raises(ValueError, match=r"argument 2 needs the shape \(2,\), not \(3,\)"):
        f(1.0, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"argument 1 .* \.each and \.summed, or jax\.vmap"):
        f([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(TypeError, match="argument 2 is a sequence of 2 numbers, not"):
        f(1.0, 2.0)
    with pytest.raises(TypeError, match="argument 1 is a number, not str 'a'"):
        f("a", [1.0, 2.0])
    with pytest.raises(TypeError, match="argument 2 is not made of numbers alone"):
        f(1.0, ["a", "b"])
    with pytest.raises(ValueError, match="no argument is a batch"):
        f.summed(1.0, [1.0, 2.0])
    with pytest.raises(ValueError, match="argument 1 has 3 rows, argument 2 has 2 rows"):
        f.each([1.0, 2.0, 3.0], [[1.0, 2.0], [3.0, 4.0]])


def clipped_value(x):
    return 1.0 if x > 1.0 else x


def clipped_partials(x, out):
    return (1.0 if out < 1.0 else 0.0,)


def test_an_op_that_asks_an_if_is_refused_with_what_to_write():
    clipped = Op("clipped", "clip", "clipped({x})", clipped_value, clipped_partials)
    x = Value(0.5, "x")
    f = compile(clipped(x), [x], target="jax")
    with pytest.raises(TypeError, match=r"JAX cannot trace the op clipped.*spell\(clipped"):
        f(0.5)
    spell(clipped, lambda m, x: m.choose(m.less(1.0, x), 1.0, x))
    assert [float(f(number)) for number in (0.5, 2.0)] == [0.5, 1.0]
    with pytest.raises(TypeError, match=r"the rule of the op clipped.*step, maximum or where"):
        jax.grad(f)(0.5)


def test_examples_in_the_documentation_run():
    from autograd_lite.compiling import jax_compiled, jax_rows

    for module in (jax_compiled, jax_rows):
        failed, tried = doctest.testmod(module)
        assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readmes_program_runs(name):
    text = (Path(__file__).parent.parent / name).read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(import jax\n.*?)```", text, re.DOTALL)
    known = {}
    exec(program, known)
    a = 1.0 / (1.0 + math.exp(-0.8))
    assert float(known["a"]) == pytest.approx(a)
    assert known["slopes"] == pytest.approx([a * (1.0 - a) * k for k in (1.0, 2.0, 3.0)])


# -- Devices -------------------------------------------------------------------------------------


def test_a_batch_spread_over_eight_devices_is_summed_on_them():
    said = run_script(
        """
        import jax, numpy as np
        from jax.sharding import Mesh, NamedSharding, PartitionSpec
        from nn import Network, squared_error
        from nn.compiled import compiled_network

        network = Network([12, 3, 2], seed=1)
        f = compiled_network(network, squared_error, "jax")
        p = np.array([parameter.data for parameter in network.parameters()])
        source = np.random.default_rng(1)
        images, targets = source.random((16, 12)), source.random((16, 2))
        mesh = Mesh(np.array(jax.devices()), ("rows",))
        rows = NamedSharding(mesh, PartitionSpec("rows"))
        C, g = f.summed(p, jax.device_put(images, rows), jax.device_put(targets, rows))
        one, slopes = f.summed(p, images, targets)
        print(len(g.sharding.device_set))
        print(abs(float(C - one)), float(abs(np.asarray(g) - np.asarray(slopes)).max()))
        """,
        devices=8,
    )
    devices, errors = said.splitlines()
    assert devices == "8"
    assert max(map(float, errors.split())) < 1e-13
