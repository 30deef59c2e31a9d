"""The eager engine beside others of its kind, on the same work in one run.

    python benchmarks/engine.py              all tables, about two minutes
    python benchmarks/engine.py --rounds 3   quicker, rougher

Contestants
    ours            autograd_lite, through nn, in the loop that a user writes: `network(x)`, a cost
                    by hand, `C.backward()`, the update by hand, Python's collector on
    ours, train     the same through `nn.train`, which pauses the collector
    ours, spelled   the same network with every product and sum a node of its own
    per-edge form   an engine in the form of microgpt's (2026): slots, local gradients on the
                    edges, recursion; written here for the comparison
    micrograd       Karpathy's engine of 2020, from PyPI, if it is installed

Each contestant runs in a process of its own, in turn, round after round, because one that leaves
cyclic garbage would otherwise slow down the next. A ratio is the median over the rounds. Single
ops are timed in one process, ours and theirs in turn, the least of 40 rounds each.
"""

import argparse
import gc
import importlib.metadata
import itertools
import math
import platform
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograd_lite import Value, collector_paused, gradients, record_lines
from demos.images import load_images
from nn import GradientDescent, Network, squared_error
from nn.sessions import train_step

STEPS = 4  # training steps per measurement


# -- The engine form of microgpt, for the comparison -----------------------------------------


class PerEdge:
    """A Value in the form of microgpt's: what an edge multiplies is stored when it is made."""

    __slots__ = ("below", "data", "grad", "local")

    def __init__(self, data: float, below: tuple[Any, ...] = (), local: tuple[Any, ...] = ()):
        self.data = data
        self.grad = 0
        self.below = below
        self.local = local

    def __add__(self, other: Any) -> "PerEdge":
        other = other if isinstance(other, PerEdge) else PerEdge(other)
        return PerEdge(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: Any) -> "PerEdge":
        other = other if isinstance(other, PerEdge) else PerEdge(other)
        return PerEdge(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> "PerEdge":
        return PerEdge(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self) -> "PerEdge":
        return PerEdge(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self) -> "PerEdge":
        return PerEdge(math.log(self.data), (self,), (1 / self.data,))

    def relu(self) -> "PerEdge":
        return PerEdge(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> "PerEdge":
        return self * -1

    def __radd__(self, other: Any) -> "PerEdge":
        return self + other

    def __rmul__(self, other: Any) -> "PerEdge":
        return self * other

    def __sub__(self, other: Any) -> "PerEdge":
        return self + (-other)

    def __rsub__(self, other: Any) -> "PerEdge":
        return other + (-self)

    def __truediv__(self, other: Any) -> "PerEdge":
        return self * other**-1

    def __rtruediv__(self, other: Any) -> "PerEdge":
        return other * self**-1

    def backward(self) -> None:
        order: list[PerEdge] = []
        seen = set()

        def visit(node: "PerEdge") -> None:
            if node not in seen:
                seen.add(node)
                for parent in node.below:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for parent, local in zip(node.below, node.local):
                parent.grad += local * node.grad


def micrograd_value() -> Any:
    """Return micrograd's class with the exponential that its repository lacks."""
    from micrograd.engine import Value as Micrograd

    class WithExp(Micrograd):  # type: ignore[misc]
        def exp(self) -> Any:
            out = WithExp(math.exp(self.data), (self,), "exp")

            def _backward() -> None:
                self.grad += out.data * out.grad

            out._backward = _backward
            return out

    Micrograd.exp = WithExp.exp
    return Micrograd


# -- Work 1: full-batch steps of the digit network ---------------------------------------------


def digits_in_a_loop() -> Callable[[], float]:
    network = Network([12, 3, 2], seed=1)
    images = load_images()

    def step() -> float:
        C: Any = 0
        for image in images:
            outputs = network(image.pixels)
            C = C + 0.5 * sum((t - a) ** 2 for t, a in zip(image.target, outputs))
        network.zero_grad()
        C.backward()
        for p in network.parameters():
            p.data -= 0.5 * p.grad
        return float(C.data)

    return step


def digits_by_nn(spelled_out: bool) -> Callable[[], float]:
    network = Network([12, 3, 2], seed=1, spelled_out=spelled_out)
    images = load_images()
    parameters = network.parameters()
    inputs = [network.inputs(image.pixels) for image in images]
    targets = [[Value(t) for t in image.target] for image in images]
    update = GradientDescent(0.5)

    def step() -> float:
        everything = range(len(images))
        return train_step(network, parameters, inputs, targets, everything, squared_error, update)

    return step


def digits_by_hand(kind: Any) -> Callable[[], float]:
    """The same network and step, written as micrograd's and microgpt's own scripts are."""
    start = Network([12, 3, 2], seed=1)
    layers = [
        [([kind(w.data) for w in unit.weights], kind(unit.bias.data)) for unit in layer.units]
        for layer in start.computing_layers()
    ]
    parameters = [p for layer in layers for weights, bias in layer for p in [*weights, bias]]
    images = load_images()

    def step() -> float:
        C = 0
        for image in images:
            a: Sequence[Any] = image.pixels
            for layer in layers:
                z = [sum((w * x for w, x in zip(weights, a)), bias) for weights, bias in layer]
                a = [1 / (1 + (-value).exp()) for value in z]
            C = C + 0.5 * sum((t - output) ** 2 for output, t in zip(a, image.target))
        for p in parameters:
            p.grad = 0
        C.backward()
        for p in parameters:
            p.data -= 0.5 * p.grad
        return C.data

    return step


# -- Work 2: training steps of a small GPT ------------------------------------------------------


def transformer(kind: Any, width: int = 16, heads: int = 4) -> Callable[[], float]:
    """One layer of attention and one of relu units over letters, scalar by scalar, with Adam."""
    source = random.Random(42)
    words = ["sakura", "hana", "yuki", "momiji", "natsuko", "haruto", "aoi", "ren", "minato"]
    letters = sorted(set("".join(words)))
    end = len(letters)

    def matrix(rows: int, columns: int) -> list[list[Any]]:
        return [[kind(source.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    letter, place, head = matrix(end + 1, width), matrix(16, width), matrix(end + 1, width)
    query, key, value, mix = (matrix(width, width) for _ in range(4))
    wide, narrow = matrix(4 * width, width), matrix(width, 4 * width)
    matrices = [letter, place, head, query, key, value, mix, wide, narrow]
    parameters = [p for rows in matrices for row in rows for p in row]
    mean, square = [0.0] * len(parameters), [0.0] * len(parameters)
    done = 0

    def linear(x: Sequence[Any], w: Sequence[Sequence[Any]]) -> list[Any]:
        return [sum(weight * signal for weight, signal in zip(row, x)) for row in w]

    def normed(x: Sequence[Any]) -> list[Any]:
        scale = (sum(signal * signal for signal in x) / len(x) + 1e-5) ** -0.5
        return [signal * scale for signal in x]

    def softmax(z: Sequence[Any]) -> list[Any]:
        highest = max(value.data for value in z)
        powers = [(value - highest).exp() for value in z]
        whole = sum(powers)
        return [power / whole for power in powers]

    def step() -> float:
        nonlocal done
        word = words[done % len(words)]
        tokens = [end, *[letters.index(character) for character in word], end]
        keys: list[list[Any]] = []
        values: list[list[Any]] = []
        losses = []
        size = width // heads
        for k in range(len(tokens) - 1):
            x = normed([a + b for a, b in zip(letter[tokens[k]], place[k])])
            rest, x = x, normed(x)
            q = linear(x, query)
            keys.append(linear(x, key))
            values.append(linear(x, value))
            seen = []
            for h in range(0, width, size):
                scores = [
                    sum(q[h + j] * past[h + j] for j in range(size)) / size**0.5 for past in keys
                ]
                shares = softmax(scores)
                seen += [
                    sum(share * past[h + j] for share, past in zip(shares, values))
                    for j in range(size)
                ]
            x = [a + b for a, b in zip(linear(seen, mix), rest)]
            rest, x = x, normed(x)
            x = linear([signal.relu() for signal in linear(x, wide)], narrow)
            x = [a + b for a, b in zip(x, rest)]
            losses.append(-softmax(linear(x, head))[tokens[k + 1]].log())
        loss = (1 / len(losses)) * sum(losses)
        loss.backward()
        done += 1
        for k, p in enumerate(parameters):
            mean[k] = 0.85 * mean[k] + 0.15 * p.grad
            square[k] = 0.99 * square[k] + 0.01 * p.grad**2
            ahead = mean[k] / (1 - 0.85**done)
            spread = square[k] / (1 - 0.99**done)
            p.data -= 0.01 * ahead / (spread**0.5 + 1e-8)
            p.grad = 0
        return loss.data

    return step


WORK: dict[str, dict[str, Callable[[], Callable[[], float]]]] = {
    "digits": {
        "ours": digits_in_a_loop,
        "ours, train": lambda: digits_by_nn(spelled_out=False),
        "ours, spelled": lambda: digits_by_nn(spelled_out=True),
        "per-edge form": lambda: digits_by_hand(PerEdge),
        "micrograd": lambda: digits_by_hand(micrograd_value()),
    },
    "transformer": {
        "ours": lambda: transformer(Value),
        "per-edge form": lambda: transformer(PerEdge),
    },
}


def measured(work: str, name: str) -> tuple[float, float]:
    """Return the seconds per step of a contestant, the least of a few, and its last cost."""
    step = WORK[work][name]()
    step()
    best = math.inf
    C = math.nan
    for _ in range(3):
        start = time.process_time()
        for _ in range(STEPS):
            C = step()
        best = min(best, (time.process_time() - start) / STEPS)
    return best, C


def in_own_process(work: str, name: str) -> tuple[float, float]:
    command = [sys.executable, __file__, "--one", work, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, C = done.stdout.split()
    return float(seconds), float(C)


def compare(work: str, title: str, rounds: int) -> None:
    names = list(WORK[work])
    if "micrograd" in names and not installed("micrograd"):
        names.remove("micrograd")
    times: dict[str, list[float]] = {name: [] for name in names}
    costs = {}
    for _ in range(rounds):
        for name in names:
            seconds, costs[name] = in_own_process(work, name)
            times[name].append(seconds)
    for name in names:  # everybody must have computed the same before times mean anything
        assert math.isclose(costs[name], costs["ours"], rel_tol=1e-6), costs
    print(f"{title}: {rounds} rounds, ratios to ours as median (least to greatest)")
    for name in names:
        ratios = sorted(t / ours for t, ours in zip(times[name], times["ours"]))
        middle = statistics.median(ratios)
        print(
            f"    {name:<14} {min(times[name]) * 1e3:9.2f} ms   "
            f"{middle:6.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )
    print()


# -- Single ops ------------------------------------------------------------------------------------

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "a * b": lambda a, b: a * b,
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a / b": lambda a, b: a / b,
    "-a": lambda a, b: -a,
    "a * 2.0": lambda a, b: a * 2.0,
    "2.0 * a": lambda a, b: 2.0 * a,
    "2 * a": lambda a, b: 2 * a,
    "0 + a": lambda a, b: 0 + a,
    "a ** 2": lambda a, b: a**2,
    "a ** -1": lambda a, b: a**-1,
    "a ** 0.5": lambda a, b: a**0.5,
    "exp": lambda a, b: a.exp(),
    "log": lambda a, b: a.log(),
    "relu": lambda a, b: a.relu(),
}


def operations(rounds: int = 40, count: int = 5_000) -> None:
    """Print what one op takes beside the per-edge form: the least of interleaved rounds."""
    print("one op: nanoseconds, and how many times as long as in the per-edge form")

    def seconds(kind: Any, operation: Callable[[Any, Any], Any]) -> float:
        a, b = kind(2.5), kind(1.5)
        start = time.perf_counter()
        for _ in range(count):
            operation(a, b)
        return (time.perf_counter() - start) / count

    for name, operation in OPERATIONS.items():
        pairs = [(seconds(Value, operation), seconds(PerEdge, operation)) for _ in range(rounds)]
        ours, theirs = (min(column) for column in zip(*pairs))
        print(f"    {name:<9} {ours * 1e9:6.0f} ns   {ours / theirs:5.2f}")
    print()


# -- Memory, growth, lines ------------------------------------------------------------------------


def memory() -> None:
    """Print the bytes per node that Python allocates, everything included."""
    print("memory per node of a binary op, before and after backward (tracemalloc)")
    for title, operation in (
        ("x * y", lambda x, y: x * y),
        ("x + y", lambda x, y: x + y),
        ("x / y", lambda x, y: x / y),
    ):
        count = 100_000
        y = Value(1.0000001)
        gc.collect()
        tracemalloc.start()
        z = Value(1.0)
        for _ in range(count):
            z = operation(z, y)
        before = tracemalloc.get_traced_memory()[0] / count
        z.backward()
        gc.collect()
        after = tracemalloc.get_traced_memory()[0] / count
        tracemalloc.stop()
        print(f"    {title}   {before:6.1f} B   {after:6.1f} B")
        del z
    print()


def growth() -> None:
    """Print how the time per node grows from 10^3 to 10^6 nodes of a chain."""
    print("microseconds per node of a chain x * 1.0000001, by its length")
    chains()
    print("the same with the collector paused")
    with collector_paused():
        chains()
    print()


def chains() -> None:
    print(
        f"    {'nodes':>9}  {'build':>7}  {'backward':>8}  "
        f"{'gradients':>9}  {'delete':>7}  {'all':>7}"
    )
    for count in (1_000, 10_000, 100_000, 1_000_000):
        least = [math.inf] * 4
        for _ in range(max(1, 100_000 // count)):
            x, factor = Value(1.0), Value(1.0000001)
            times = [time.process_time()]
            z = x
            for _ in range(count):
                z = z * factor
            times.append(time.process_time())
            z.backward()
            times.append(time.process_time())
            result = gradients(z, [x])
            times.append(time.process_time())
            del z, result
            times.append(time.process_time())
            spans = [b - a for a, b in itertools.pairwise(times)]
            least = [min(a, b) for a, b in zip(least, spans)]
        cells = [f"{seconds / count * 1e6:7.2f}" for seconds in least]
        cells.append(f"{sum(least) / count * 1e6:7.2f}")
        print(f"    {count:>9}  {cells[0]}  {cells[1]:>8}  {cells[2]:>9}  {cells[3]}  {cells[4]}")


def lines() -> None:
    """Print what recording the source line costs, off and on."""
    x, y = Value(2.0), Value(3.0)

    def nodes() -> float:
        start = time.process_time()
        for _ in range(20_000):
            x * y
        return (time.process_time() - start) / 20_000 * 1e9

    off = min(nodes() for _ in range(15))
    record_lines()
    on = min(nodes() for _ in range(15))
    record_lines(False)
    print(f"record_lines: {off:.0f} ns a node when off, {on:.0f} ns when on")


def installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the eager engine beside its peers.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--one", nargs=2, metavar=("WORK", "NAME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(*measured(*options.one))
        return
    print(
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{platform.machine()}, micrograd {installed('micrograd') or 'not installed'}\n"
    )
    compare("digits", "digit network 12-3-2, one step on 64 images", options.rounds)
    compare("transformer", "a small GPT, one training step on a word", options.rounds)
    operations()
    memory()
    growth()
    lines()


if __name__ == "__main__":
    main()
