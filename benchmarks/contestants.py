"""The contestants of compiled.py: each takes a problem and gives (steps, parameters)."""

import ctypes
import itertools
import math
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402 (the project is found before it is imported)
import nn
from nn.compiled import compiled_network, rule_of
from nn.sessions import Limits, PythonSession, Task

RATE = 0.01


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
    session = PythonSession(Task(problem.network, problem.images, problem.targets,
                                 nn.squared_error, nn.GradientDescent(RATE), whole,
                                 Limits(1, None, None)))  # fmt: skip

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


def called(step, start, listed):
    """Return steps as one call of JAX each, and the parameters after them."""
    import jax

    compiled = jax.jit(step)
    state = [start]

    def steps(count):
        for _ in range(count):
            state[0] = compiled(state[0])
        jax.block_until_ready(state[0])

    return steps, lambda: listed(state[0])


def looped(step, start, listed):
    """Return steps as one call of JAX for all of them, and the parameters after them."""
    import jax

    loop = jax.jit(lambda state, n: jax.lax.fori_loop(0, n, lambda _, s: step(s), state))
    state = [start]

    def steps(count):
        state[0] = jax.block_until_ready(loop(state[0], count))

    return steps, lambda: listed(state[0])


def jax_jit(problem):
    return called(*jax_step(problem), flat)


def jax_fused(problem):
    return looped(*jax_step(problem), flat)


def graph_step(problem):
    """Return a step of the recorded graph, compiled for JAX, and its start."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    f = compiled_network(problem.network, nn.squared_error, "jax")
    x, t = jnp.array(problem.images), jnp.array(problem.targets)

    def step(p):
        return p - RATE * f.summed(p, x, t)[1]

    return step, jnp.array(problem.p)


def graph_jit(problem):
    return called(*graph_step(problem), as_floats)


def graph_fused(problem):
    return looped(*graph_step(problem), as_floats)


def as_floats(numbers):
    return [float(x) for x in numbers]


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
    "graph fused": (graph_fused, "autograd-lite on JAX, all steps in one loop"),
    "graph": (graph_jit, "autograd-lite on JAX, a call per step"),
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
PACKAGES = {"JAX": "jax", "JAX fused": "jax", "graph": "jax", "graph fused": "jax",
            "heyoka": "heyoka", "CasADi": "casadi", "NumPy": "numpy", "PyTorch": "torch",
            "autograd": "autograd", "micrograd": "micrograd"}  # fmt: skip
