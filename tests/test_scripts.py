"""Training scripts in the style of micrograd's and microgpt's run on our Value as they stand.

Each script is run on our `Value` and on the per-edge form of the benchmark, an engine in the
form of microgpt's: the same script, the same figures.
"""

import importlib.util
import math
import random
from pathlib import Path

import pytest

from autograd_lite import Value

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def benchmark_engine():
    spec = importlib.util.spec_from_file_location(
        "engine_benchmark", ROOT / "benchmarks" / "engine.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def moons(kind, steps=6):
    """Train a small perceptron with a hinge loss, as micrograd's demonstration does.

    Two half rings of points, one hidden layer of relu units, regularisation, and gradient
    descent written out by hand: `p.grad = 0`, `p.data -= rate * p.grad`, `sum` from 0.
    """
    source = random.Random(7)
    points, sides = [], []
    for k in range(24):
        angle = math.pi * source.random()
        upper = k % 2 == 0
        x = math.cos(angle) if upper else 1.0 - math.cos(angle)
        y = math.sin(angle) if upper else 0.5 - math.sin(angle)
        points.append([x + source.gauss(0.0, 0.1), y + source.gauss(0.0, 0.1)])
        sides.append(1 if upper else -1)

    def unit(count):
        return [kind(source.uniform(-1, 1)) for _ in range(count)], kind(0)

    hidden, output = [unit(2) for _ in range(8)], unit(8)
    parameters = [p for w, b in [*hidden, output] for p in [*w, b]]

    def model(x):
        a = [sum((wi * xi for wi, xi in zip(w, x)), b).relu() for w, b in hidden]
        return sum((wi * xi for wi, xi in zip(output[0], a)), output[1])

    figures = []
    for step in range(steps):
        scores = [model(x) for x in points]
        losses = [(1 + -side * score).relu() for side, score in zip(sides, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        loss = data_loss + 1e-4 * sum(p * p for p in parameters)
        right = sum((score.data > 0) == (side > 0) for side, score in zip(sides, scores))
        for p in parameters:
            p.grad = 0
        loss.backward()
        rate = 1.0 - 0.9 * step / steps
        for p in parameters:
            p.data -= rate * p.grad
        figures.append((loss.data, right, [p.grad for p in parameters]))
    return figures


def test_a_perceptron_in_the_style_of_micrograds_demonstration_trains_alike(benchmark_engine):
    ours, theirs = moons(Value), moons(benchmark_engine.PerEdge)
    for (loss, right, grads), (their_loss, their_right, their_grads) in zip(ours, theirs):
        assert loss == pytest.approx(their_loss, rel=1e-12)
        assert right == their_right
        assert grads == pytest.approx(their_grads, rel=1e-9, abs=1e-12)
    assert ours[-1][0] < ours[0][0]


def test_a_small_gpt_in_the_style_of_microgpt_trains_alike(benchmark_engine):
    ours = benchmark_engine.transformer(Value, width=8, heads=2)
    theirs = benchmark_engine.transformer(benchmark_engine.PerEdge, width=8, heads=2)
    losses = [(ours(), theirs()) for _ in range(4)]
    for loss, their_loss in losses:
        assert type(loss) is float
        assert loss == pytest.approx(their_loss, rel=1e-10)
    # Adam divides by the spread of the gradients, so by now a wrong one would show
    assert len(set(losses)) == 4


@pytest.mark.parametrize("work", ["digits", "transformer"])
@pytest.mark.long
def test_all_contestants_of_the_benchmark_compute_the_same(benchmark_engine, work):
    costs = {}
    for name, contestant in benchmark_engine.WORK[work].items():
        if name == "micrograd" and not benchmark_engine.installed("micrograd"):
            continue
        step = contestant()
        costs[name] = [step() for _ in range(3)]
    assert len(costs) >= 2
    for cost in costs.values():
        assert cost == pytest.approx(costs["ours"], rel=1e-6)


def test_an_adam_step_and_a_softmax_written_out_by_hand_give_the_closed_form():
    z = [Value(0.5), Value(-1.0), Value(2.0)]
    highest = max(v.data for v in z)
    powers = [(v - highest).exp() for v in z]
    whole = sum(powers)
    shares = [power / whole for power in powers]
    loss = -shares[1].log()
    loss.backward()
    assert loss.data == pytest.approx(-math.log(shares[1].data))
    for k, v in enumerate(z):
        assert v.grad == pytest.approx(shares[k].data - (k == 1), rel=1e-12)
    mean, spread = 0.0, 0.0
    for t in range(1, 4):
        g = z[0].grad
        mean, spread = 0.9 * mean + 0.1 * g, 0.999 * spread + 0.001 * g**2
        z[0].data -= 0.1 * (mean / (1 - 0.9**t)) / ((spread / (1 - 0.999**t)) ** 0.5 + 1e-8)
    assert z[0].data == pytest.approx(0.5 - 0.3, rel=1e-6)  # three full steps against the sign
    assert type(z[0].data) is float
