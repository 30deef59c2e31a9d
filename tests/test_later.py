"""What is not the engine is imported when it is used, and missing packages are named."""

import subprocess
import sys

import autograd_lite
import nn

BLOCKED = """
import sys
sys.modules["graphviz"] = None
"""


def run(code):
    """Return what a fresh Python says and prints for a program."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    return done.stdout.strip() + done.stderr.strip().split("\n")[-1]


def test_the_engine_and_nn_are_imported_without_what_draws_compiles_or_steps():
    code = "import sys, {0}; print(*sorted(name for name in sys.modules if name.count('.') < 2))"
    loaded = run(code.format("autograd_lite")).split()
    assert "autograd_lite.value" in loaded
    above = {f"autograd_lite.{name}" for name in ("tracing", "compiling", "drawing", "stepping")}
    assert above.isdisjoint(loaded) and "graphviz" not in loaded
    loaded = run(code.format("nn")).split()
    drawing = {"autograd_lite.drawing", "autograd_lite.stepping", "nn.drawing", "graphviz"}
    assert drawing.isdisjoint(loaded)


def test_without_the_package_graphviz_all_but_drawing_works():
    code = BLOCKED + (
        "from autograd_lite import Value, compile, trace\n"
        "from nn import Network, squared_error\n"
        "x = Value(3.0, 'x')\n"
        "C = squared_error(Network([1, 1])([x]), [0.0])\n"
        "C.backward()\n"
        "print(compile(x * x, [x])(4.0), len(trace(x * x)))\n"
    )
    assert run(code) == "16.0 2"
    message = "ImportError: drawing needs the package graphviz; write pip install graphviz"
    for using in (
        "from autograd_lite import draw",
        "import autograd_lite; autograd_lite.draw",
        "from nn import draw_network",
        "from autograd_lite import Value, trace; trace(Value(3.0) * 2).save('steps.html')",
    ):
        assert run(BLOCKED + using) == message, using


def test_without_jax_its_target_and_its_engine_say_what_to_install():
    blocked = "import sys\nsys.modules['jax'] = None\nfrom autograd_lite import Value, compile\n"
    for using in (
        "x = Value(3.0); compile(x * x, [x], target='jax')",
        "from nn import Network, train\ntrain(Network([1, 1]), [[1.0]], [[1.0]], engine='jax')",
    ):
        told = run(blocked + using)
        assert told.startswith("ImportError: "), told
        assert 'pip install "autograd-lite[jax]"' in told


def test_names_that_come_later_are_listed_and_are_the_rooms_own():
    code = (
        "import autograd_lite\n"
        "assert set(autograd_lite.__all__) <= set(dir(autograd_lite))\n"
        "print(autograd_lite.draw is autograd_lite.drawing.draw, autograd_lite.tracing.__name__)"
    )
    assert run(code) == "True autograd_lite.tracing"
    assert set(nn.__all__) <= set(dir(nn))
    for package in (autograd_lite, nn):
        names = {}
        exec(f"from {package.__name__} import *", names)
        assert set(package.__all__) <= set(names)
    assert run("import autograd_lite; autograd_lite.nothing").endswith(
        "AttributeError: module 'autograd_lite' has no attribute 'nothing'"
    )


def test_the_rooms_answer_to_their_old_names():
    code = (
        "from autograd_lite.draw import renderer\n"
        "from autograd_lite.trace import Trace, told_number\n"
        "import autograd_lite, autograd_lite.compile, autograd_lite.trace as once\n"
        "print(Trace is autograd_lite.tracing.Trace, callable(autograd_lite.compile))"
    )
    assert run(code) == "True True"
    asked = "inspect.getmodule(lambda: 0)  # looks at a name of every module that is loaded"
    code = f"import inspect, sys, autograd_lite\n{asked}\nprint('graphviz' in sys.modules)"
    assert run(code) == "False"
