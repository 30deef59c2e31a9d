"""Compiled graphs beside everybody else: the same training steps, the same numbers, one run.

    pip install "autograd-lite[benchmarks]"
    python benchmarks/compiled.py              the table; writes benchmarks/compiled.md and .svg
    python benchmarks/compiled.py --quick      fewer rounds

Each contestant takes full-batch gradient descent steps in float64 on one thread. Before any
clock starts, everybody takes three steps and must arrive at the same parameters. Rounds are
interleaved: in each, everybody runs once, so a busy machine slows all alike. The figure is the
least time of all rounds; the ratio to native code is the median of the rounds' own ratios, with
its quartiles. Rows that we lose stay in.
"""

# ruff: noqa: E402 (the threads of the libraries are set before they are imported)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before anybody imports a library that asks for it
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import argparse
import gc
import importlib.metadata
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from contestants import CONTESTANTS, PACKAGES, Problem

from autograd_lite import Value, collector_paused, compile, exp, gradients, sigmoid, sin, tanh
from demos.images import load_images

CHECK_STEPS = 3


def problems() -> list[tuple[Problem, list[str]]]:
    images = load_images()
    source = random.Random(1)

    def random_rows(rows, width):
        return [[source.random() for _ in range(width)] for _ in range(rows)]

    everyone = list(CONTESTANTS)
    batched = [
        "native",
        "C",
        "JAX fused",
        "JAX",
        "graph fused",
        "graph",
        "NumPy",
        "PyTorch",
        "autograd",
    ]
    return [
        (Problem("digit network, 12-3-2, 64 images", [12, 3, 2],
                 [image.pixels for image in images], [image.target for image in images]), everyone),
        (Problem("64-16-10, 1,024 images", [64, 16, 10], random_rows(1024, 64),
                 random_rows(1024, 10)), batched),
        (Problem("784-50-10, batch of 64", [784, 50, 10], random_rows(64, 784),
                 random_rows(64, 10)), batched),
    ]  # fmt: skip


class Row:
    def __init__(self, name: str, ready: float, least: float, ratios: list[float]) -> None:
        self.name = name
        self.ready = ready
        self.least = least
        self.ratios = ratios


def raced(problem: Problem, names: list[str], rounds: int, base: str = "native") -> list[Row]:
    """Check that everybody arrives at the same parameters, then time them round by round.

    base    whose times all are divided by, round by round
    """
    running, ready = {}, {}
    expected = None
    for name in names:
        start = time.perf_counter()
        try:
            steps, parameters = CONTESTANTS[name][0](problem)
            steps(CHECK_STEPS)
        except (ImportError, FileNotFoundError) as error:
            print(f"  {name}: not here ({error})")
            continue
        ready[name] = time.perf_counter() - start
        found = parameters()
        expected = found if expected is None else expected
        worst = max(abs(x - y) for x, y in zip(found, expected))
        if len(found) != len(expected) or not worst < 1e-9:
            raise SystemExit(f"{name} computes other numbers: off by {worst}")
        running[name] = steps
    counts = {}
    for name, steps in running.items():  # enough steps for 30 ms
        count = 1
        while True:
            start = time.perf_counter()
            steps(count)
            seconds = time.perf_counter() - start
            if seconds > 0.01 or count > 20000:
                break
            count *= 4
        counts[name] = max(1, min(20000, int(count * 0.03 / seconds)))
    times: dict[str, list[float]] = {name: [] for name in running}
    gc.collect()
    for _ in range(rounds):
        for name, steps in running.items():
            start = time.perf_counter()
            steps(counts[name])
            times[name].append((time.perf_counter() - start) / counts[name])
    return [
        Row(name, ready[name], min(times[name]),
            [t / own for t, own in zip(times[name], times[base])])
        for name in running
    ]  # fmt: skip


# -- Second derivatives, compile time, time to be ready ------------------------------------------


def second_derivatives(rounds: int) -> list[str]:
    """Time the Hessian of a function of three numbers, summed over 4,096 points."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    nodes = [Value(0.5, "x"), Value(0.25, "y"), Value(0.75, "z")]
    x, y, z = nodes
    f = sigmoid(x * y) * exp(z * 0.5) + tanh(x - z) * sin(y)
    hessian = [gradients(slope, nodes) for slope in gradients(f, nodes)]
    compiled = compile(hessian, nodes, target="native")
    readable = compile(hessian, nodes)
    points = np.random.default_rng(1).random((3, 4096))

    def g(v):
        x, y, z = v
        return jax.nn.sigmoid(x * y) * jnp.exp(z * 0.5) + jnp.tanh(x - z) * jnp.sin(y)

    theirs = jax.jit(lambda p: jax.vmap(jax.hessian(g), 1)(p).sum(0))
    columns = list(points)

    def with_jax():
        return np.array(theirs(points))

    def with_native():
        return np.array(compiled.summed(*columns))

    def with_python():
        return np.array(readable.summed(*columns))

    runs = {"native": with_native, "JAX": with_jax, "generated Python": with_python}
    for run in runs.values():
        assert np.allclose(run(), with_python(), rtol=1e-11)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return [f"| {name} | {1e6 * min(seconds):,.0f} |" for name, seconds in times.items()]


def irregular_graph(size: int) -> tuple[list[Value], list[Value]]:
    source = random.Random(3)
    inputs = [Value(source.uniform(0.5, 1.5), f"x_{k}") for k in range(5)]
    nodes, ops = list(inputs), 0
    while ops < size:
        x, y = source.choice(nodes[-30:]), source.choice(nodes[-30:])
        node, count = source.choice((
            (x * 0.5 + y, 2), (x * y * 0.3, 2), (sigmoid(x - y) + 1.0, 3), (tanh(x) * y + 0.1, 3),
        ))  # fmt: skip
        nodes.append(node)
        ops += count
    return nodes[-30:], inputs


def irregular_times(sizes: list[int]) -> list[str]:
    """Time what a graph without regularity takes: to be ready (a first call included), and to run.

    Recording it is left out, putting it into instructions is not.
    """
    lines = []
    for size in sizes:
        with collector_paused():
            outputs, inputs = irregular_graph(size)
        point = [x.data for x in inputs]
        rows = [[x + 0.001 * k for k in range(64)] for x in point]
        for target in ("python", "native"):
            start = time.perf_counter()
            compiled = compile(outputs, inputs, target)
            compiled(*point)
            ready = time.perf_counter() - start
            compiled.summed(*rows)
            call = least_time(compiled, point)
            batch = least_time(compiled.summed, rows)
            lines.append(
                f"| {size:,} | {CONTESTANTS[target][1]} | {ready:.2f} | {1e6 * call:,.0f} | "
                f"{1e6 * batch:,.0f} |"
            )
            print("  " + lines[-1])
    return lines


def least_time(function: Callable[..., object], arguments: list[Any], rounds: int = 7) -> float:
    """Return the seconds of the quickest of some calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def cold_start(target: str) -> float:
    """Return the seconds from before `import autograd_lite.compiling` to a trained digit step."""
    program = (
        "import nn, time\n"
        "from demos.images import load_images\n"
        "images = load_images()\n"
        "network = nn.Network([12, 3, 2])\n"
        "start = time.perf_counter()\n"
        f"from nn.compiled import compiled_network\n"
        f"f = compiled_network(network, nn.squared_error, {target!r})\n"
        "p = [v.data for v in network.parameters()]\n"
        "f.summed(p, [i.pixels for i in images], [i.target for i in images])\n"
        "print(time.perf_counter() - start)\n"
    )
    found = []
    for _ in range(5):
        run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True,
                             text=True, cwd=ROOT)  # fmt: skip
        found.append(float(run.stdout))
    return min(found)


# -- The report ------------------------------------------------------------------------------------


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in sorted({*PACKAGES.values(), "llvmlite"}):
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def machine() -> str:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    return f"{cpu}, {os.cpu_count()} CPUs, {platform.system()}, one thread each"


def table(problem: Problem, rows: list[Row]) -> list[str]:
    lines = [
        f"### {problem.name}", "",
        "| who | µs per step | times native (median, quartiles) | ready in s |",
        "|---|---:|---:|---:|",
    ]  # fmt: skip
    for row in sorted(rows, key=lambda row: row.least):
        middle = statistics.median(row.ratios)
        quarters = statistics.quantiles(row.ratios, n=4)
        us = 1e6 * row.least
        shown = f"{us:,.2f}" if us < 10 else f"{us:,.0f}"
        lines.append(
            f"| {CONTESTANTS[row.name][1]} | {shown} | "
            f"{middle:,.2f} ({quarters[0]:,.2f} to {quarters[2]:,.2f}) | {row.ready:.2f} |"
        )
    return [*lines, ""]


def chart(found: list[tuple[Problem, list[Row]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "autograd-lite"
    from matplotlib import pyplot

    heights = [len(rows) for _, rows in found]
    figure, axes = pyplot.subplots(
        len(found), 1, figsize=(8, 0.32 * sum(heights) + 2.2), layout="constrained",
        gridspec_kw={"height_ratios": heights},
    )  # fmt: skip
    for axis, (problem, rows) in zip(axes, found):
        rows = sorted(rows, key=lambda row: -row.least)
        ours = [
            row.name in ("native", "graph fused", "graph", "python", "eager", "spelled out")
            for row in rows
        ]
        colours = ["#0072b2" if own else "#999999" for own in ours]
        labels = [CONTESTANTS[row.name][1] for row in rows]
        times = [1e6 * row.least for row in rows]
        axis.barh(labels, times, color=colours)
        axis.set_xscale("log")
        axis.set_xlim(min(times) / 3, max(times) * 4)
        axis.set_title(f"{problem.name}: µs per step (less is better)", loc="left", fontsize=10)
        for k, time_taken in enumerate(times):
            text = f"{time_taken:,.2f}" if time_taken < 10 else f"{time_taken:,.0f}"
            axis.text(time_taken * 1.1, k, text, va="center", fontsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller graphs")
    options = parser.parse_args()
    rounds = 5 if options.quick else 15
    lines = [
        "# Compiled graphs, measured", "",
        f"{machine()}. {versions()}.", "",
        "Full-batch gradient descent steps in float64. All rows arrive at the same parameters, "
        "checked before the clock starts. Least of interleaved rounds; "
        "`python benchmarks/compiled.py` writes this file.", "",
    ]  # fmt: skip
    found = []
    for problem, names in problems():
        print(problem.name)
        rows = raced(problem, names, rounds)
        found.append((problem, rows))
        text = table(problem, rows)
        print("\n".join("  " + line for line in text[2:]))
        lines += text
    print("second derivatives")
    seconds = second_derivatives(rounds)
    print("\n".join("  " + line for line in seconds))
    lines += ["### The Hessian of a function of 3 numbers, summed over 4,096 points", "",
              "| who | µs |", "|---|---:|", *seconds, ""]  # fmt: skip
    print("irregular graphs")
    sizes = [1000, 10_000] if options.quick else [1000, 10_000, 100_000]
    lines += ["### An irregular graph, from 5 numbers to 30", "",
              "| ops | who | ready in s | a call, µs | 64 rows summed, µs |",
              "|---:|---|---:|---:|---:|", *irregular_times(sizes), ""]  # fmt: skip
    for target in ("python", "native"):
        ready = cold_start(target)
        lines.append(f"The digit network is ready in {ready:.3f} s, cold, as {target} code.")
        print(lines[-1])
    here = ROOT / "benchmarks"
    (here / "compiled.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    chart(found, here / "compiled.svg")


if __name__ == "__main__":
    main()
