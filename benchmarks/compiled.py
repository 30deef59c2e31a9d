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
import ctypes
import gc
import importlib.metadata
import itertools
import math
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import nn
from autograd_lite import Value, compile, exp, gradients, sigmoid, sin, tanh
from demos.images import load_images
from nn.compiled import compiled_network, rule_of
from nn.sessions import Limits, PythonSession

RATE = 0.01
CHECK_STEPS = 3


class Problem:
    """A network, images and targets, as lists."""

    def __init__(self, name: str, sizes: list[int], images: list, targets: list) -> None:
        self.name = name
        self.sizes = sizes
        self.images = images
        self.targets = targets
        self.network = nn.Network(sizes, seed=1)
        self.p = [parameter.data for parameter in self.network.parameters()]

    def matrices(self, numpy) -> list:
        """Return [W, b] of each layer as arrays."""
        found, start = [], 0
        for n, units in zip(self.sizes, self.sizes[1:]):
            block = numpy.array(self.p[start : start + units * (n + 1)]).reshape(units, n + 1)
            found += [block[:, :n].copy(), block[:, n].copy()]
            start += units * (n + 1)
        return found


def flat(matrices) -> list[float]:
    """Return [W, b, W, b] in the order of Network.parameters()."""
    numbers = []
    for W, b in zip(matrices[::2], matrices[1::2]):
        for row, bias in zip(W.tolist(), b.tolist()):
            numbers += [*row, bias]
    return numbers


# -- Contestants: each takes a problem and gives (steps, parameters) --------------------------


def native(problem):
    from autograd_lite.compiling.descent import Descent

    compiled = compiled_network(problem.network, nn.squared_error, "native")
    descent = Descent(
        compiled, rule_of(nn.GradientDescent(RATE)),
        [problem.p, problem.images, problem.targets], [], [],
        epochs=5_000_000, steps_per_epoch=1,
    )  # fmt: skip
    return descent.run, lambda: descent.P.get(descent.parameters)


def generated_python(problem):
    whole = itertools.repeat([list(range(len(problem.images)))])
    session = PythonSession(problem.network, problem.images, problem.targets, nn.squared_error,
                            nn.GradientDescent(RATE), whole, Limits(1, None, None))  # fmt: skip

    def steps(count):
        for _ in range(count):
            session.run(False)

    return steps, session.parameters


def eager_network(problem, spelled_out):
    network = nn.Network(problem.sizes, seed=1, spelled_out=spelled_out)
    update = nn.GradientDescent(RATE)

    def steps(count):
        nn.train(network, problem.images, problem.targets, epochs=count, update=update)

    return steps, lambda: [parameter.data for parameter in network.parameters()]


def eager(problem):
    return eager_network(problem, False)


def eager_spelled_out(problem):
    return eager_network(problem, True)


def by_hand_in_c(problem):
    inputs, hidden, outputs = problem.sizes
    library = Path(tempfile.mkdtemp()) / "by_hand.so"
    defined = {"INPUTS": inputs, "HIDDEN": hidden, "OUTPUTS": outputs,
               "IMAGES": len(problem.images)}  # fmt: skip
    subprocess.run(
        ["gcc", "-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-shared",
         "-fPIC", *[f"-D{k}={v}" for k, v in defined.items()], "-o", str(library),
         str(ROOT / "benchmarks" / "digits_by_hand.c"), "-lm"],
        check=True,
    )  # fmt: skip
    function = ctypes.CDLL(str(library)).steps
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_double, ctypes.c_long]
    x = array("d", [row[i] for i in range(inputs) for row in problem.images])
    t = array("d", [row[j] for j in range(outputs) for row in problem.targets])
    p = array("d", problem.p)
    places = [a.buffer_info()[0] for a in (p, x, t)]

    def steps(count, kept=(p, x, t)):
        function(*places, RATE, count)

    return steps, lambda: list(p)


def by_hand_in_numpy(problem):
    import numpy as np

    W1, b1, W2, b2 = state = problem.matrices(np)
    x, t = np.array(problem.images), np.array(problem.targets)

    def steps(count):
        for _ in range(count):
            a = 1.0 / (1.0 + np.exp(-(x @ W1.T + b1)))
            y = 1.0 / (1.0 + np.exp(-(a @ W2.T + b2)))
            d = (y - t) * y * (1.0 - y)
            e = (d @ W2) * a * (1.0 - a)
            W2[...] -= RATE * (d.T @ a)
            b2[...] -= RATE * d.sum(0)
            W1[...] -= RATE * (e.T @ x)
            b1[...] -= RATE * e.sum(0)

    return steps, lambda: flat(state)


def pytorch(problem):
    import numpy as np
    import torch

    torch.set_num_threads(1)
    state = [torch.tensor(m, requires_grad=True) for m in problem.matrices(np)]
    W1, b1, W2, b2 = state
    x = torch.tensor(problem.images, dtype=torch.float64)
    t = torch.tensor(problem.targets, dtype=torch.float64)

    def steps(count):
        for _ in range(count):
            a = torch.sigmoid(torch.nn.functional.linear(x, W1, b1))
            y = torch.sigmoid(torch.nn.functional.linear(a, W2, b2))
            C = 0.5 * ((t - y) ** 2).sum()
            slopes = torch.autograd.grad(C, state)
            with torch.no_grad():
                for p, g in zip(state, slopes):
                    p -= RATE * g

    return steps, lambda: flat([p.detach() for p in state])


def jax_step(problem):
    import jax
    import jax.numpy as jnp
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    x, t = jnp.array(problem.images), jnp.array(problem.targets)

    def cost(state):
        W1, b1, W2, b2 = state
        a = jax.nn.sigmoid(x @ W1.T + b1)
        y = jax.nn.sigmoid(a @ W2.T + b2)
        return 0.5 * ((t - y) ** 2).sum()

    def step(state):
        return [p - RATE * g for p, g in zip(state, jax.grad(cost)(state))]

    return step, [jnp.array(m) for m in problem.matrices(np)]


def jax_jit(problem):
    import jax

    step, start = jax_step(problem)
    compiled = jax.jit(step)
    state = [start]

    def steps(count):
        for _ in range(count):
            state[0] = compiled(state[0])
        jax.block_until_ready(state[0])

    return steps, lambda: flat(state[0])


def jax_fused(problem):
    import jax

    step, start = jax_step(problem)
    loop = jax.jit(lambda state, n: jax.lax.fori_loop(0, n, lambda _, s: step(s), state))
    state = [start]

    def steps(count):
        state[0] = jax.block_until_ready(loop(state[0], count))

    return steps, lambda: flat(state[0])


def casadi(problem):
    import casadi as ca
    import numpy as np

    inputs, hidden, outputs = problem.sizes
    p = ca.SX.sym("p", len(problem.p))
    W1 = ca.reshape(p[: hidden * (inputs + 1)], inputs + 1, hidden).T
    W2 = ca.reshape(p[hidden * (inputs + 1) :], hidden + 1, outputs).T
    C = 0
    for image, target in zip(problem.images, problem.targets):
        a = 1 / (1 + ca.exp(-(W1[:, :-1] @ ca.DM(image) + W1[:, -1])))
        y = 1 / (1 + ca.exp(-(W2[:, :-1] @ a + W2[:, -1])))
        C += 0.5 * ca.sumsqr(ca.DM(target) - y)
    function = ca.Function("step", [p], [p - RATE * ca.gradient(C, p)])
    buffer, run = function.buffer()
    now, new = np.array(problem.p), np.empty(len(problem.p))
    buffer.set_arg(0, memoryview(now))
    buffer.set_res(0, memoryview(new))

    def steps(count, kept=buffer):
        for _ in range(count):
            run()
            now[:] = new

    return steps, now.tolist


def heyoka(problem):
    import heyoka as hy
    import numpy as np

    inputs, hidden, outputs = problem.sizes
    p = hy.make_vars(*[f"p{k}" for k in range(len(problem.p))])
    x = [hy.par[i] for i in range(inputs)]
    t = [hy.par[inputs + j] for j in range(outputs)]
    rows = [p[j * (inputs + 1) : (j + 1) * (inputs + 1)] for j in range(hidden)]
    rest = p[hidden * (inputs + 1) :]
    rows2 = [rest[j * (hidden + 1) : (j + 1) * (hidden + 1)] for j in range(outputs)]
    a = [hy.sigmoid(hy.sum([w * v for w, v in zip(row, x)] + [row[-1]])) for row in rows]
    y = [hy.sigmoid(hy.sum([w * v for w, v in zip(row, a)] + [row[-1]])) for row in rows2]
    C = hy.sum([0.5 * (u - v) ** 2 for u, v in zip(t, y)])
    gradient = hy.diff_tensors([C], diff_args=p, diff_order=1).gradient
    function = hy.cfunc(gradient, vars=p)
    count = len(problem.images)
    pars = np.ascontiguousarray(np.hstack([problem.images, problem.targets]).T)
    now = np.array(problem.p)
    spread = np.empty((len(p), count))
    slopes = np.empty((len(p), count))

    def steps(steps_to_take):
        for _ in range(steps_to_take):
            spread[...] = now[:, None]
            function(spread, pars=pars, outputs=slopes)
            now[...] -= RATE * slopes.sum(1)

    return steps, now.tolist


def hips_autograd(problem):
    import autograd
    import autograd.numpy as anp
    import numpy as np

    x, t = np.array(problem.images), np.array(problem.targets)

    def cost(state):
        W1, b1, W2, b2 = state
        a = 1.0 / (1.0 + anp.exp(-(anp.dot(x, W1.T) + b1)))
        y = 1.0 / (1.0 + anp.exp(-(anp.dot(a, W2.T) + b2)))
        return 0.5 * anp.sum((t - y) ** 2)

    gradient = autograd.grad(cost)
    state = [problem.matrices(np)]

    def steps(count):
        for _ in range(count):
            state[0] = [p - RATE * g for p, g in zip(state[0], gradient(state[0]))]

    return steps, lambda: flat(state[0])


def micrograd(problem):
    from micrograd.engine import Value as Micro

    def exponential(v):  # micrograd has none
        out = Micro(math.exp(v.data), (v,), "exp")

        def backward():
            v.grad += out.data * out.grad

        out._backward = backward
        return out

    p = [Micro(value) for value in problem.p]

    def units(signals, start, count):
        found = []
        for j in range(count):
            row = p[start + j * (len(signals) + 1) :][: len(signals) + 1]
            z = sum([w * s for w, s in zip(row, signals)], row[-1])
            found.append((exponential(-z) + 1.0) ** -1)
        return found

    def steps(count):
        _, hidden, outputs = problem.sizes
        for _ in range(count):
            C = Micro(0.0)
            for image, target in zip(problem.images, problem.targets):
                a = units(image, 0, hidden)
                y = units(a, hidden * (len(image) + 1), outputs)
                for u, v in zip(y, target):
                    C = C + (u - v) ** 2 * 0.5
            for v in p:
                v.grad = 0
            C.backward()
            for v in p:
                v.data -= RATE * v.grad

    return steps, lambda: [v.data for v in p]


CONTESTANTS: dict[str, tuple[Callable, str]] = {
    "native": (native, "autograd-lite, native code"),
    "C": (by_hand_in_c, "C by hand, -O3 -march=native -ffast-math"),
    "JAX fused": (jax_fused, "JAX jit, all steps in one loop"),
    "JAX": (jax_jit, "JAX jit, a call per step"),
    "heyoka": (heyoka, "heyoka cfunc"),
    "CasADi": (casadi, "CasADi SX"),
    "NumPy": (by_hand_in_numpy, "NumPy, backprop by hand"),
    "PyTorch": (pytorch, "PyTorch"),
    "autograd": (hips_autograd, "HIPS autograd"),
    "python": (generated_python, "autograd-lite, generated Python"),
    "eager": (eager, "autograd-lite, eager Values (dot)"),
    "spelled out": (eager_spelled_out, "autograd-lite, eager, op by op"),
    "micrograd": (micrograd, "micrograd"),
}
PACKAGES = {"JAX": "jax", "JAX fused": "jax", "heyoka": "heyoka", "CasADi": "casadi",
            "NumPy": "numpy", "PyTorch": "torch", "autograd": "autograd",
            "micrograd": "micrograd"}  # fmt: skip


def problems() -> list[tuple[Problem, list[str]]]:
    images = load_images()
    source = random.Random(1)

    def random_rows(rows, width):
        return [[source.random() for _ in range(width)] for _ in range(rows)]

    everyone = list(CONTESTANTS)
    batched = ["native", "C", "JAX fused", "JAX", "NumPy", "PyTorch", "autograd"]
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


def raced(problem: Problem, names: list[str], rounds: int) -> list[Row]:
    """Check that everybody arrives at the same parameters, then time them round by round."""
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
            [t / own for t, own in zip(times[name], times["native"])])
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


def compile_times(sizes: list[int]) -> list[str]:
    lines = []
    for size in sizes:
        outputs, inputs = irregular_graph(size)
        start = time.perf_counter()
        compile(outputs, inputs).function  # noqa: B018
        middle = time.perf_counter()
        compiled = compile(outputs, inputs, target="native")
        compiled(*[x.data for x in inputs])
        end = time.perf_counter()
        lines.append(f"| {size:,} | {middle - start:.2f} | {end - middle:.2f} |")
        print("  " + lines[-1])
    return lines


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
        ours = [row.name in ("native", "python", "eager", "spelled out") for row in rows]
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
    print("compile time")
    sizes = [1000, 10_000] if options.quick else [1000, 10_000, 100_000]
    lines += ["### Compile time of an irregular graph", "",
              "| ops | generated Python, s | native, s |", "|---:|---:|---:|",
              *compile_times(sizes), ""]  # fmt: skip
    for target in ("python", "native"):
        ready = cold_start(target)
        lines.append(f"The digit network is ready in {ready:.3f} s, cold, as {target} code.")
        print(lines[-1])
    here = ROOT / "benchmarks"
    (here / "compiled.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    chart(found, here / "compiled.svg")


if __name__ == "__main__":
    main()
