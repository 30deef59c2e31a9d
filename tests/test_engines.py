"""Training with compiled graphs: the same curve, the same endings, the same errors as eager."""

import math
import signal

import pytest

import nn
from autograd_lite import exp, identity, log, sqrt, tanh, where
from demos.images import load_images
from nn.sessions import NativeSession

ENGINES = ["python", "native"]
IMAGES = load_images()
PIXELS = [image.pixels for image in IMAGES]
TARGETS = [image.target for image in IMAGES]


@pytest.fixture(autouse=True)
def with_llvm(request):
    if "native" in request.node.name:
        pytest.importorskip("llvmlite")


def trained(engine, update=None, **settings):
    network = nn.Network([12, 3, 2], seed=1)
    settings.setdefault("epochs", 12)
    history = nn.train(network, PIXELS, TARGETS, update=update, engine=engine, **settings)
    return history, [parameter.data for parameter in network.parameters()]


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("make", [
    lambda: nn.GradientDescent(0.5), lambda: nn.Momentum(0.05, 0.9), lambda: nn.Adam(0.02),
    lambda: nn.AdamW(0.02, weight_decay=0.1), lambda: nn.Momentum(0.05, 0.9, weight_decay=0.2),
])  # fmt: skip
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_and_update_gives_the_curve_of_eager_values(engine, make, batch_size):
    update, other = make(), make()
    history, p = trained("eager", update, batch_size=batch_size)
    found, q = trained(engine, other, batch_size=batch_size)
    assert found.costs == pytest.approx(history.costs, rel=1e-12)
    assert q == pytest.approx(p, rel=1e-10)
    assert (found.best_epoch, found.stopped) == (history.best_epoch, history.stopped)
    for name in (*update.per_parameter, *update.in_all):
        assert getattr(other, name) == pytest.approx(getattr(update, name), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_update_goes_on_where_another_engine_left_it(engine):
    network, other = nn.Network([12, 3, 2], seed=1), nn.Network([12, 3, 2], seed=1)
    update, same = nn.Adam(0.02), nn.Adam(0.02)
    nn.train(network, PIXELS, TARGETS, update=update, epochs=5)
    nn.train(other, PIXELS, TARGETS, update=same, epochs=3, engine=engine)
    nn.train(other, PIXELS, TARGETS, update=same, epochs=2)
    assert same.steps == 5 and type(same.steps) is int
    assert [v.data for v in other.parameters()] == pytest.approx(
        [v.data for v in network.parameters()], rel=1e-10
    )


@pytest.mark.parametrize("settings", [{"stop_below": 2.0, "epochs": 200}, {"patience": 1}])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_training_ends_where_the_eager_one_does(engine, settings):
    make = (lambda: nn.GradientDescent(6.0)) if "patience" in settings else (lambda: None)
    history, p = trained("eager", make(), **settings)
    found, q = trained(engine, make(), **settings)
    assert found.stopped == history.stopped != "epochs"
    assert found.costs == pytest.approx(history.costs, rel=1e-9)
    assert found.best == pytest.approx(history.best, rel=1e-9)
    assert q == pytest.approx(p, rel=1e-8)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cost", [nn.sigmoid_cross_entropy, nn.softmax_cross_entropy])
def test_other_costs_and_activations_give_the_same_curve(engine, cost):
    curves = []
    for name in ("eager", engine):
        network = nn.Network([12, 4, 2], [tanh, identity], seed=2)
        history = nn.train(network, PIXELS, TARGETS, cost=cost, epochs=8, engine=name,
                           update=nn.GradientDescent(0.02))  # fmt: skip
        curves.append(history.costs)
    assert curves[1] == pytest.approx(curves[0], rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_watch_sees_the_parameters_of_each_epoch(engine):
    seen = []
    for name in ("eager", engine):
        network = nn.Network([12, 3, 2], seed=1)
        path = []
        nn.train(network, PIXELS, TARGETS, epochs=5, engine=name,
                 watch=lambda epoch, C, n=network, path=path:
                     path.append((epoch, C, n["b_1^3"].data)))  # fmt: skip
        seen.append(path)
    assert [row[0] for row in seen[1]] == [0, 1, 2, 3, 4]
    assert sum(seen[1], ()) == pytest.approx(sum(seen[0], ()), rel=1e-10)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_if_in_the_cost_is_noticed_before_anything_is_trained(engine):
    def cost(outputs, targets):
        if targets[0].data > 0.5:
            return (outputs[0] - 1.0) ** 2
        return outputs[0] ** 2

    network = nn.Network([12, 3, 2], seed=1)
    before = [parameter.data for parameter in network.parameters()]
    with pytest.raises(ValueError, match="asks an `if`"):
        nn.train(network, PIXELS, TARGETS, cost=cost, engine=engine)
    assert [parameter.data for parameter in network.parameters()] == before


@pytest.mark.parametrize("engine", ["eager", *ENGINES])
def test_an_op_without_a_value_raises_the_error_of_eager_code_and_names_itself(engine):
    def cost(outputs, targets):
        return log(2.5 - sqrt(outputs[0] * outputs[0] + 1e-9) * 2.0) * targets[0]

    network = nn.Network([1, 1], identity, seed=1)
    network["w_11^2"].data, network["b_1^2"].data = 1.0, 0.0
    with pytest.raises(ValueError, match="log of"):
        nn.train(network, [[0.5], [1.0]], [[1.0], [1.0]], cost=cost, engine=engine,
                 update=nn.GradientDescent(0.3), epochs=50)  # fmt: skip
    assert all(math.isfinite(parameter.data) for parameter in network.parameters())


@pytest.mark.parametrize("engine", ["eager", *ENGINES])
def test_a_rate_that_is_too_large_raises_and_keeps_the_best_parameters(engine):
    network = nn.Network([2, 1], identity, seed=1)
    with pytest.raises(ArithmeticError):
        nn.train(network, [[1.0, 2.0], [3.0, -1.0]], [[1.0], [2.0]], engine=engine,
                 update=nn.GradientDescent(1e6), epochs=2000)  # fmt: skip
    assert all(math.isfinite(parameter.data) for parameter in network.parameters())


class AtLast(nn.GradientDescent):
    """A step as ever, until the one that makes every parameter infinite: the last of `steps`."""

    in_all = ("left",)

    def __init__(self, steps):
        super().__init__(0.02)
        self.left = steps

    def __call__(self, p, g):
        self.left = self.left - 1
        new = [value - self.rate * slope for value, slope in zip(p, g)]
        return [value + where(self.left, 0.0, math.inf) for value in new]


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("engine", ["eager", *ENGINES])
def test_a_step_that_overshoots_is_an_error_in_the_last_step_too(engine, epochs, batch_size):
    network = nn.Network([12, 3, 2], seed=1)
    steps = epochs * (1 if batch_size is None else 4)
    with pytest.raises(ArithmeticError, match=r"the step would make w_11\^2 inf"):
        nn.train(network, PIXELS, TARGETS, engine=engine, epochs=epochs, batch_size=batch_size,
                 update=AtLast(steps))  # fmt: skip
    best = nn.Network([12, 3, 2], seed=1)
    if epochs > 2:  # the parameters that the last whole epoch began with
        nn.train(best, PIXELS, TARGETS, epochs=epochs - 2, batch_size=batch_size,
                 update=nn.GradientDescent(0.02))  # fmt: skip
    found = [parameter.data for parameter in network.parameters()]
    assert found == pytest.approx([parameter.data for parameter in best.parameters()], rel=1e-10)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_error_of_somebody_elses_leaves_the_parameters_of_the_last_whole_step(engine):
    def broken(epoch, C):
        if epoch == 2:
            raise KeyError("watch")

    network, other = nn.Network([12, 3, 2], seed=1), nn.Network([12, 3, 2], seed=1)
    with pytest.raises(KeyError, match="watch"):
        nn.train(network, PIXELS, TARGETS, engine=engine, watch=broken)
    nn.train(other, PIXELS, TARGETS, engine=engine, epochs=3)
    assert [p.data for p in network.parameters()] == [p.data for p in other.parameters()]


class Refusing(nn.GradientDescent):
    """An update that fails in its third step."""

    calls = 0

    def __call__(self, p, g):
        self.calls += 1
        if self.calls == 3:
            raise KeyError("update")
        return super().__call__(p, g)


@pytest.mark.parametrize("engine", ["eager", "python"])
def test_an_update_that_fails_in_the_middle_of_an_epoch_leaves_the_steps_before_it(engine):
    network, other = nn.Network([12, 3, 2], seed=1), nn.Network([12, 3, 2], seed=1)
    with pytest.raises(KeyError, match="update"):
        nn.train(network, PIXELS, TARGETS, engine=engine, batch_size=16, update=Refusing())
    second = nn.GradientDescent()

    def two_steps(p, g, taken=[0]):  # noqa: B006
        taken[0] += 1
        return second(p, g) if taken[0] < 3 else list(p)

    nn.train(other, PIXELS, TARGETS, epochs=1, batch_size=16, update=two_steps)
    assert [p.data for p in network.parameters()] == pytest.approx(
        [p.data for p in other.parameters()], rel=1e-10
    )


def test_ctrl_c_ends_native_code_between_two_calls_and_loses_nothing(capsys, monkeypatch):
    pytest.importorskip("llvmlite")
    calls = []

    def run(session, one_epoch):
        reason = original(session, one_epoch)
        calls.append(session.at_once)
        if len(calls) == 12:
            signal.raise_signal(signal.SIGINT)  # as the terminal does
        return reason

    original = NativeSession.run
    monkeypatch.setattr(NativeSession, "run", run)
    network = nn.Network([12, 3, 2], seed=1)
    history = nn.train(network, PIXELS, TARGETS, epochs=5_000_000, engine="native")
    assert history.stopped == "Ctrl-C"
    assert len(history.costs) == 1 + sum(calls[:11])
    assert history.best == min(history.costs)
    assert "stopped by Ctrl-C" in capsys.readouterr().err
    monkeypatch.undo()
    again = nn.Network([12, 3, 2], seed=1)
    nn.train(again, PIXELS, TARGETS, epochs=history.best_epoch, engine="native")
    assert [p.data for p in network.parameters()] == [p.data for p in again.parameters()]


class Halved:
    """An update of a learner's own, without a word on what it keeps."""

    def __call__(self, p, g):
        return [value - 0.5 * slope for value, slope in zip(p, g)]


class WithMath(Halved):
    per_parameter = in_all = ()

    def __call__(self, p, g):
        return [value - 0.5 * slope * math.exp(-1.0 * value) for value, slope in zip(p, g)]


class WithExp(Halved):
    per_parameter = in_all = ()

    def __call__(self, p, g):
        return [value - 0.5 * slope * exp(-1.0 * value * value) for value, slope in zip(p, g)]


def test_an_update_of_ones_own_runs_natively_or_is_told_what_it_lacks():
    pytest.importorskip("llvmlite")
    with pytest.raises(TypeError, match="must say what it keeps"):
        trained("native", Halved())
    with pytest.raises(TypeError, match="functions of autograd_lite"):
        trained("native", WithMath())
    assert trained("native", WithExp())[0].costs == pytest.approx(
        trained("eager", WithExp())[0].costs, rel=1e-12
    )
    assert trained("python", Halved())[0].costs == pytest.approx(
        trained("eager", Halved())[0].costs, rel=1e-12
    )


def test_an_unknown_engine_is_refused():
    with pytest.raises(
        ValueError, match="engine is 'eager', 'python', 'native' or 'jax', not 'fast'"
    ):
        trained("fast")
