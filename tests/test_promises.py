"""The promises of the design: size, depth, memory, repeatability, imports, users' ops."""

import contextlib
import copy
import gc
import pickle
import subprocess
import sys
import textwrap
import tracemalloc
import weakref
from pathlib import Path

import pytest

import autograd_lite
from autograd_lite import (
    Op,
    Value,
    check_gradients,
    collector_paused,
    directional_derivative,
    dot,
    find_nan,
    grad,
    gradients,
    recompute,
    sigmoid,
    tanh,
    topological_order,
    total,
    trace,
)
from autograd_lite.printing import partial_texts, value_text

ROOT = Path(autograd_lite.__file__).resolve().parent.parent


def run(program, **environment):
    """Return what a Python program prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": "", **environment},
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- Size -----------------------------------------------------------------------------------------


def bytes_per_node(operation, count=10_000):
    """Return what Python allocates for a node of a long chain, everything included."""
    z, y = Value(1.5), Value(1.0000001)
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(count):
            z = operation(z, y)
        return tracemalloc.get_traced_memory()[0] / count
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("operation", [Value.__mul__, Value.__add__, Value.__sub__])
def test_a_node_of_a_binary_op_takes_232_bytes_at_most_everything_included(operation):
    assert bytes_per_node(operation) <= 232


def test_partials_that_are_no_operands_take_a_float_each_and_no_more():
    float_size = sys.getsizeof(1.0)
    for operation in (Value.__truediv__, autograd_lite.maximum):
        assert bytes_per_node(operation) <= 232 + 2 * float_size


def test_a_value_has_no_dictionary():
    with pytest.raises(AttributeError):
        Value(1.0).lable = "a slip of the pen"


# -- Depth ----------------------------------------------------------------------------------------


def deep_chain_works(count):
    with collector_paused():
        x, factor = Value(1.0, "x"), 1.0000001
        z = x
        for _ in range(count):
            z = z * factor
    z.backward()
    expected = x.grad
    assert len(topological_order(z)) == 2 * count + 1
    (slope,) = gradients(z, [x])
    assert slope.data == expected
    assert directional_derivative(z, [x], [1.0]) == pytest.approx(expected, rel=1e-9)
    recompute(z)
    assert find_nan(z).startswith("there is no nan")
    for twin in (copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        assert (twin.data, twin.grad) == (z.data, z.grad)
        assert len(topological_order(twin)) == 2 * count + 1
        del twin
    del z, slope


def test_a_chain_of_a_hundred_thousand_nodes_works_in_every_part():
    deep_chain_works(100_000)


@pytest.mark.long
def test_a_chain_of_a_million_nodes_works_in_every_part():
    deep_chain_works(1_000_000)


def test_no_part_needs_more_of_the_stack_than_a_small_graph():
    """The recursion limit of a small program is enough for a deep graph."""
    out = run("""
        import sys, pickle, copy
        from autograd_lite import Value, gradients, recompute
        sys.setrecursionlimit(120)
        x = Value(1.0)
        z = x
        for _ in range(5000):
            z = z * 1.0001 + 0.0
        z.backward()
        gradients(gradients(z, [x])[0], [x])
        recompute(z)
        copy.deepcopy([z, x])
        pickle.loads(pickle.dumps([z, x]))
        del z
        print("done")
    """)
    assert out == "done\n"


def test_a_wide_sum_and_a_wide_product_work():
    values = [Value(float(k)) for k in range(20_000)]
    dot(values, values).backward()
    total(values).backward()
    assert values[7].grad == 15.0


# -- Memory ---------------------------------------------------------------------------------------


class Watched(Value):
    """A Value that can be watched: it may be referred to weakly."""

    __slots__ = ("__weakref__",)


def test_dropping_the_output_frees_the_graph_at_once_without_the_collector():
    x, watched = Value(2.0), Watched(3.0)
    freed = weakref.ref(watched)
    gc.collect()
    with collector_paused():
        z = tanh(x * watched) + dot([x, watched], [watched, x])
        z.backward()
        (slope,) = gradients(z, [x])
        curvature = gradients(slope, [x])
        recompute(z)
        find_nan(z)
        steps = trace(z)
        del watched
        assert freed() is not None
        del z, slope, curvature, steps
        assert freed() is None


def test_nothing_that_the_engine_makes_is_for_the_cyclic_collector():
    x, w = Value(2.0), Value(3.0)

    def work():
        z = sigmoid(x * w + x) ** 2 / (1 + w)
        z.backward()
        gradients(gradients(z, [x])[0], [w])
        copy.deepcopy(z)
        pickle.loads(pickle.dumps(z))
        grad(lambda t: t * w)(2.0)
        check_gradients(lambda t: t * t, 2.0)
        with contextlib.suppress(ZeroDivisionError):
            x / 0.0

    work()
    gc.collect()
    was = gc.isenabled()
    gc.disable()
    try:
        for _ in range(3):
            work()
        assert gc.collect() == 0
    finally:
        if was:
            gc.enable()


def test_the_memory_of_a_training_loop_is_flat():
    w = [Value(0.1 * k) for k in range(9)]  # CPython 3.11 keeps 2000 freed tuples of length 20

    def step():
        for p in w:
            p.grad = 0.0
        cost = (dot(w, [float(k) for k in range(9)]) - 1.0) ** 2 + total([sigmoid(p) for p in w])
        cost.backward()
        for p in w:
            p.data -= 0.001 * p.grad

    with collector_paused():
        for _ in range(20):
            step()
        tracemalloc.start()
        try:
            step()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(200):
                step()
            after = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert after - before < 2000  # one step makes 15 kB
    assert all(p.op is None and p.parents == () for p in w)  # an update leaves no history


# -- The collector --------------------------------------------------------------------------------


def test_the_collector_is_afterwards_as_it_was_before_whatever_happens_inside():
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyboardInterrupt), collector_paused():
        raise KeyboardInterrupt
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
        gradients(Value(2.0) * 3.0, [Value(1.0)])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_error_in_the_middle_of_gradients_leaves_the_collector_on():
    def broken_value(x):
        return x

    def broken_partials(x, out):
        if isinstance(x, Value):
            raise RuntimeError("broken on Values")
        return (1.0,)

    broken = Op("broken", "b", "broken({x})", broken_value, broken_partials)
    x = Value(2.0)
    z = broken(x) * x
    with pytest.raises(RuntimeError):
        gradients(z, [x])
    assert gc.isenabled()
    z.backward()
    assert x.grad == 4.0


# -- Repeatability --------------------------------------------------------------------------------

PROGRAM = """
    import random, sys
    sys.path.insert(0, "tests")
    from random_graphs import random_graph
    from autograd_lite import gradients, topological_order
    for seed in range(30):
        output, inputs = random_graph(random.Random(seed), size=30)
        output.backward()
        order = topological_order(output)
        print([n.label or n.op and n.op.name for n in order])
        print([n.data.hex() + " " + n.grad.hex() for n in order])
        slopes = gradients(output, inputs)
        print([g.data.hex() for g in slopes])
        print([n.op and n.op.name for n in topological_order(slopes[0])])
"""


def test_the_same_program_gives_the_same_bits_in_every_process():
    first = run(PROGRAM, PYTHONHASHSEED="0")
    assert len(first) > 10_000
    for seed in ("1", "4242"):
        assert run(PROGRAM, PYTHONHASHSEED=seed) == first
    assert run("import sys; junk = [object() for _ in range(12345)]" + PROGRAM.replace(
        "\n    ", "\n"), PYTHONHASHSEED="7") == first  # fmt: skip


# -- Imports --------------------------------------------------------------------------------------


def test_importing_has_no_side_effect():
    out = run("""
        import atexit, decimal, gc, locale, logging, os, random, signal, sys, threading, warnings
        import builtins, io

        def state():
            return {
                "recursion": sys.getrecursionlimit(),
                "signals": [signal.getsignal(s) for s in sorted(signal.valid_signals())],
                "warnings": list(warnings.filters),
                "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
                "random": random.getstate(),
                "threads": threading.active_count(),
                "hooks": (sys.excepthook, sys.displayhook, sys.breakpointhook, sys.unraisablehook),
                "path": list(sys.path),
                "meta": list(sys.meta_path),
                "environment": dict(os.environ),
                "folder": os.getcwd(),
                "logging": (list(logging.root.handlers), logging.root.level),
                "decimal": repr(decimal.getcontext()),
                "locale": locale.setlocale(locale.LC_ALL),
                "switch": sys.getswitchinterval(),
                "trace": (sys.gettrace(), sys.getprofile()),
                "builtins": sorted(vars(builtins)),
                "streams": (sys.stdout, sys.stderr, sys.stdin),
                "digits": getattr(sys, "get_int_max_str_digits", int)(),
            }

        before = state()
        import autograd_lite
        after = state()
        print([name for name in before if before[name] != after[name]])
        heavy = {"numpy", "pygraphviz", "matplotlib", "llvmlite", "tqdm", "nn",
                 "demos", "IPython"}
        print(sorted(heavy & set(sys.modules)))
    """)
    assert out == "[]\n[]\n"


def test_the_whole_truth_is_public():
    assert len(set(autograd_lite.__all__)) == len(autograd_lite.__all__)
    assert all(hasattr(autograd_lite, name) for name in autograd_lite.__all__)
    fixed = (
        "Value exp log sqrt sin cos tan tanh sigmoid relu step abs maximum minimum softplus dot "
        "total gradients grad check_gradients trace record_lines find_nan directional_derivative"
    )
    assert set(fixed.split()) <= set(autograd_lite.__all__)


# -- An op of one's own works everywhere ----------------------------------------------------------


def swish_value(x):
    return x * sigmoid(x)


def swish_partials(x, out):
    s = sigmoid(x)
    return (s + out * (1.0 - s),)


swish = Op("swish", "swish", "swish({x})", swish_value, swish_partials)


def test_an_op_from_outside_the_package_works_in_every_part():
    assert swish(2.0) == 2.0 * sigmoid(2.0)
    assert check_gradients(lambda x: swish(x * x) + x, 0.7)
    x = Value(0.7, "x")
    z = swish(x) * x
    z.backward()
    (slope,) = gradients(z, [x])
    assert slope.data == x.grad
    assert check_gradients(
        lambda t: gradients(swish(t), [t])[0] if isinstance(t, Value) else t, 0.7
    )
    assert grad(grad(swish))(0.0) == 0.5
    assert value_text(swish, ["x"]) == "swish(x)"
    assert partial_texts(swish, ["x"], "out") == ("sigmoid(x) + out * (1 - sigmoid(x))",)
    for twin in (copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        assert twin.parents[0].op is swish
        assert gradients(twin, [twin.parents[1]])[0].data == slope.data
    x.data = -0.3
    recompute(z)
    assert z.data == swish(-0.3) * -0.3
    assert "swish" in str(list(trace(z))[-1]) or len(trace(z)) == 3
    assert directional_derivative(z, [x], [1.0]) == pytest.approx(
        grad(lambda t: swish(t) * t)(-0.3)
    )


def test_an_op_of_a_script_is_pickled_within_the_script():
    out = run("""
        import pickle
        from autograd_lite import Op, Value

        def cube_value(x):
            return x * x * x

        def cube_partials(x, out):
            return (3.0 * x * x,)

        cube = Op("cube", "x^3", "cube({x})", cube_value, cube_partials)
        twin = pickle.loads(pickle.dumps(cube(Value(2.0))))
        twin.backward()
        print(twin, twin.op is cube, twin.parents[0].grad)
    """)
    assert out == "Value(8, grad=1) True 12.0\n"
