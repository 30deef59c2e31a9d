"""Training: repeatable, stoppable at any moment, and never half done."""

import gc
import inspect
import io
import math
import os
import select
import signal
import struct
import subprocess
import sys
import textwrap
import time
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import nn
from autograd_lite import Op, Value, exp, identity, relu, sigmoid, sign, sqrt, step, tanh
from autograd_lite.words.op_words import level_reason
from nn import Adam, GradientDescent, Momentum, Network, accuracy, squared_error, train
from nn import training as training_module

IMAGES = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
XOR = [[0.0], [1.0], [1.0], [0.0]]


def numbers(network):
    return [p.data for p in network.parameters()]


def cost_of(network, images=IMAGES, targets=XOR, cost=squared_error):
    C = 0.0
    for x, t in zip(images, targets):
        C += cost(network(x), t).data
    return C


def python(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        **options,
    )


# -- What a training does --------------------------------------------------------------------


def test_xor_is_learned():
    network = Network([2, 3, 1], seed=1)
    history = train(network, IMAGES, XOR, epochs=400, update=Adam(0.1))
    assert history.costs[-1] < 0.01 < history.costs[0]
    assert [round(network(x)[0].data) for x in IMAGES] == [0, 1, 1, 0]


def test_one_epoch_is_one_step_by_hand():
    network, other = Network([2, 2, 1], seed=3), Network([2, 2, 1], seed=3)
    history = train(network, IMAGES, XOR, epochs=1, update=GradientDescent(0.25))
    costs = [squared_error(other(x), t) for x, t in zip(IMAGES, XOR)]
    for C in costs:
        C.backward()
    for p in other.parameters():
        p.data -= 0.25 * p.grad
    assert numbers(network) == pytest.approx(numbers(other), rel=1e-14)
    assert history.costs == pytest.approx([sum(C.data for C in costs)], rel=1e-14)


def test_the_costs_are_those_before_each_update():
    network = Network([2, 2, 1], seed=3)
    start = cost_of(network)
    seen = []
    history = train(
        network, IMAGES, XOR, epochs=5, watch=lambda epoch, C: seen.append(cost_of(network))
    )
    assert history.costs == [start, *seen[:-1]]
    assert cost_of(network) == seen[-1]


def test_watch_is_called_with_every_epoch_and_its_cost():
    seen = []
    history = train(
        Network([2, 1]), IMAGES, XOR, epochs=4, watch=lambda epoch, C: seen.append((epoch, C))
    )
    assert seen == list(enumerate(history.costs))


def test_the_history_says_what_happened():
    history = train(Network([2, 2, 1], seed=2), IMAGES, XOR, epochs=6)
    assert len(history.costs) == 6
    assert history.best == min(history.costs) == history.costs[history.best_epoch]
    assert history.stopped == "epochs"
    assert history.seconds > 0.0
    assert repr(history).startswith("History(6 epochs, C = ")
    assert repr(nn.History()) == "History(0 epochs, stopped by epochs)"


def test_training_goes_on_where_it_ended():
    whole, parts = Network([2, 2, 1], seed=4), Network([2, 2, 1], seed=4)
    costs = train(whole, IMAGES, XOR, epochs=10).costs
    first = train(parts, IMAGES, XOR, epochs=6).costs
    second = train(parts, IMAGES, XOR, epochs=4).costs
    assert first + second == costs
    assert numbers(parts) == numbers(whole)


def test_minibatches_take_every_image_once_an_epoch_and_shuffle_by_the_seed():
    seen = []

    def recorded(outputs, targets):
        seen.append(targets[0].data)
        return squared_error(outputs, targets)

    targets = [[k / 10.0] for k in range(10)]
    images = [[float(k), 1.0] for k in range(10)]
    train(Network([2, 1]), images, targets, epochs=2, batch_size=3, cost=recorded, seed=1)
    first, second = seen[:10], seen[10:]
    assert sorted(first) == sorted(second) == [t for (t,) in targets]
    assert first != second


@pytest.mark.parametrize("size, steps", [(1, 10), (3, 4), (5, 2), (9, 2), (10, 1), (99, 1)])
def test_an_epoch_has_as_many_steps_as_batches(size, steps):
    taken = []

    def counted(p, g):
        taken.append(1)
        return list(p)

    train(
        Network([1, 1]), [[1.0]] * 10, [[0.5]] * 10, epochs=1, batch_size=size, update=counted
    )  # fmt: skip
    assert len(taken) == steps


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("make", [GradientDescent, Momentum, Adam])
def test_a_training_is_repeatable_bit_for_bit(make, batch_size):
    found = []
    for _ in range(2):
        network = Network([2, 3, 1], seed=5)
        history = train(
            network, IMAGES, XOR, epochs=12, batch_size=batch_size, seed=9, update=make()
        )
        found.append((history.costs, numbers(network)))
    assert found[0] == found[1]


def test_a_batch_of_all_images_is_the_full_batch_in_its_order():
    whole, batch = Network([2, 2, 1], seed=1), Network([2, 2, 1], seed=1)
    assert (
        train(whole, IMAGES, XOR, epochs=5).costs
        == train(batch, IMAGES, XOR, epochs=5, batch_size=4).costs
    )


def test_the_gradients_of_the_images_do_not_pile_up():
    network, t = Network([2, 2, 1], seed=1), [[Value(x)] for (x,) in XOR]
    x = [[Value(p) for p in image] for image in IMAGES]
    train(network, x, t, epochs=5)
    assert [node.grad for row in [*x, *t] for node in row] == [0.0] * 12


def test_another_seed_takes_the_batches_in_another_order():
    costs = [
        train(Network([2, 2, 1]), IMAGES, XOR, epochs=5, batch_size=1, seed=seed).costs
        for seed in (1, 2)
    ]
    assert costs[0] != costs[1]


def test_a_training_is_repeatable_across_processes():
    code = """
        from nn import Adam, Network, train
        network = Network([2, 3, 1], seed=5)
        train(network, [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]],
              epochs=20, batch_size=3, seed=7, update=Adam(0.05))
        print([p.data.hex() for p in network.parameters()])
    """
    found = {python(code, env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")}
    assert len(found) == 1
    assert found.pop().startswith("['")


def test_the_global_random_state_is_left_alone():
    import random

    random.seed(1)
    expected = random.Random(1).random()
    train(Network([2, 1], seed=1), IMAGES, XOR, epochs=2, batch_size=1)
    assert random.random() == expected


def test_whole_numbers_and_truths_are_numbers_of_an_image():
    with_ints, with_floats = Network([2, 1], seed=1), Network([2, 1], seed=1)
    train(with_ints, [[0, True], [1, False]], [[1], [0]], epochs=3)
    train(with_floats, [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]], epochs=3)
    assert numbers(with_ints) == numbers(with_floats)


def test_numpy_rows_train_as_lists_do_and_leave_floats():
    numpy = pytest.importorskip("numpy")
    network, other = Network([2, 2, 1], seed=1), Network([2, 2, 1], seed=1)
    train(network, numpy.array(IMAGES), numpy.array(XOR), epochs=3)
    train(other, IMAGES, XOR, epochs=3)
    assert numbers(network) == numbers(other)
    assert {type(p) for p in numbers(network)} == {float}


def test_softmax_and_sigmoid_cross_entropy_train():
    wanted = [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]
    for cost in (nn.softmax_cross_entropy, nn.sigmoid_cross_entropy):
        network = Network([2, 4, 2], [tanh, identity], seed=1)
        train(network, IMAGES, wanted, epochs=150, cost=cost, update=Adam(0.1))
        assert accuracy(network, IMAGES, [0, 1, 1, 0]) == 1.0


# -- Ending early ----------------------------------------------------------------------------


def test_stop_below_ends_with_parameters_whose_cost_is_below():
    network = Network([2, 3, 1], seed=1)
    history = train(network, IMAGES, XOR, epochs=500, update=Adam(0.1), stop_below=0.1)
    assert history.stopped == "stop_below"
    assert history.costs[-1] < 0.1 <= history.costs[-2]
    assert cost_of(network) == history.costs[-1]


def test_patience_ends_after_so_many_epochs_without_a_lower_cost_and_keeps_the_best():
    network = Network([1, 1], identity, seed=1)
    # a rate that climbs the other side of the bowl: every cost is higher than the first
    history = train(network, [[1.0]], [[1.0]], update=GradientDescent(1.5), patience=3)
    assert history.stopped == "patience"
    assert len(history.costs) == 4
    assert (history.best_epoch, history.best) == (0, history.costs[0])
    assert cost_of(network, [[1.0]], [[1.0]]) == history.best


def test_a_cost_that_stays_the_same_is_no_new_lowest_one():
    history = train(
        Network([2, 1]), IMAGES, XOR, epochs=9, patience=2, update=lambda p, g: p
    )  # fmt: skip
    assert (history.stopped, len(history.costs), history.best_epoch) == ("patience", 3, 0)


def test_a_new_lowest_cost_starts_patience_afresh():
    network = Network([2, 3, 1], seed=1)
    history = train(network, IMAGES, XOR, epochs=40, patience=1, update=GradientDescent(0.1))
    assert history.stopped == "epochs"
    assert len(history.costs) == 40


# -- Bad settings ----------------------------------------------------------------------------

BAD = [
    ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, not 0"),
    ({"epochs": 2.5}, ValueError, "epochs must be a whole number"),
    ({"epochs": None}, ValueError, "epochs must be a whole number"),
    ({"batch_size": 0}, ValueError, "batch_size must be a whole number"),
    ({"batch_size": "2"}, ValueError, "batch_size must be a whole number"),
    ({"patience": -1}, ValueError, "patience must be a whole number"),
    ({"stop_below": math.nan}, ValueError, "stop_below must be a number"),
    ({"stop_below": "0.1"}, TypeError, "write float"),
    ({"update": 0.1}, TypeError, "update is a way to take a step"),
    ({"update": Adam}, TypeError, r"GradientDescent\(rate=0.5\) or Adam\(\)"),
    ({"cost": "squared"}, TypeError, "cost is a function of outputs and targets"),
    ({"watch": True}, TypeError, r"watch is called as watch\(epoch, C\)"),
    ({"images": []}, ValueError, "not 0 and 4"),
    ({"images": IMAGES[:3]}, ValueError, "as many targets, not 3 and 4"),
    ({"images": [*IMAGES[:3], [1.0]]}, ValueError, r"image 3 has 1 numbers; .* takes 2"),
    ({"targets": [*XOR[:3], [1.0, 0.0]]}, ValueError, r"target 3 has 2 numbers; .* takes 1"),
    ({"targets": [0.0, 1.0, 1.0, 0.0]}, TypeError, r"target 0 is 0.0; write a list .*\[0.0\]"),
    ({"targets": [0, 1, 1, 0]}, TypeError, r"target 0 is 0; write a list of 1: \[0\]"),
    ({"targets": [[0.0], [math.nan], [1.0], [0.0]]}, ValueError, "target 1 holds nan"),
    ({"targets": [[0.0], [1.0], [1.0], [-math.inf]]}, ValueError, "target 3 holds -inf"),
    ({"images": [[0.0, math.inf], *IMAGES[1:]]}, ValueError, "image 0 holds inf"),
    ({"images": [*IMAGES[:3], [0.0, "1"]]}, TypeError, "a number is needed"),
    ({"targets": [[0.0], [1.0], [1.0], [None]]}, TypeError, "a number is needed, not None"),
]


@pytest.mark.parametrize("change, kind, message", BAD, ids=lambda x: str(x)[:40])
def test_what_makes_no_sense_is_refused_before_anything_changes(change, kind, message):
    network = Network([2, 2, 1], seed=1)
    before = numbers(network)
    with pytest.raises(kind, match=message):
        train(network, **{"images": IMAGES, "targets": XOR, "epochs": 3, **change})
    assert numbers(network) == before
    assert [p.grad for p in network.parameters()] == [0.0] * len(before)
    assert network.layers[0].units[0].a is None


# -- The step function cannot learn ----------------------------------------------------------


def flat_value(x):
    return 7.0


def flat_partials(x, out):
    return (0.0,)


def bent_partials(x, out):  # a rule that takes floats only
    return (0.5 if math.fabs(x) < 1.0 else 0.0,)


flat = Op("flat", "—", "flat({x})", flat_value, flat_partials)
bent = Op("bent", "~", "bent({x})", lambda x: min(0.5, max(-0.5, 0.5 * x)), bent_partials)


@pytest.mark.parametrize("activation", [step, sign, flat], ids=lambda op: op.name)
@pytest.mark.parametrize("hidden", [sigmoid, step], ids=lambda op: op.name)
def test_a_network_that_answers_through_a_step_says_that_nothing_can_be_learned(activation, hidden):
    network = Network([2, 2, 1], [hidden, activation], seed=1)
    before = numbers(network)
    with pytest.raises(ValueError) as caught:
        train(network, IMAGES, XOR)
    message = str(caught.value)
    assert "nothing can be learned through layer 3" in message
    assert f"the derivative of its activation {activation.name} is 0 everywhere" in message
    assert level_reason(activation, "en") in message
    assert numbers(network) == before


def test_a_hidden_step_is_warned_of_and_only_what_is_above_it_learns():
    network = Network([2, 3, 3, 1], [sigmoid, step, sigmoid], seed=1)
    before = [numbers(layer) for layer in network.computing_layers()]
    with pytest.warns(UserWarning, match=r"nothing is learned in layer 3 and below it: .* step"):
        train(network, IMAGES, XOR, epochs=3)
    after = [numbers(layer) for layer in network.computing_layers()]
    assert after[:2] == before[:2]
    assert after[2] != before[2]


@pytest.mark.parametrize("activation", [sigmoid, relu, tanh, identity, bent], ids=lambda o: o.name)
def test_activations_with_a_slope_are_not_warned_of(activation):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(Network([2, 2, 1], activation, seed=1), IMAGES, XOR, epochs=2)


def test_the_warning_points_at_the_line_that_trains():
    with pytest.warns(UserWarning) as caught:
        train(Network([2, 2, 1], [step, sigmoid]), IMAGES, XOR, epochs=1)
    assert caught[0].filename == __file__


# -- Numbers that stop being finite ----------------------------------------------------------


def test_a_cost_that_overflows_is_an_arithmetic_error_and_the_best_parameters_are_kept():
    network = Network([1, 1], identity, seed=1)
    seen = []
    update = GradientDescent(1e30)
    with pytest.raises(ArithmeticError, match=r"the cost became inf; a smaller rate may help"):
        train(
            network, [[1.0]], [[1.0]], update=update, watch=lambda epoch, C: seen.append(C)
        )  # fmt: skip
    assert cost_of(network, [[1.0]], [[1.0]]) == min(seen) == seen[0]


def test_a_cost_that_becomes_nan_is_an_arithmetic_error_and_the_best_parameters_are_kept():
    calls, best = [], []

    def nan_in_the_fourth(outputs, targets):
        calls.append(1)
        C = squared_error(outputs, targets)
        return C * math.nan if len(calls) > 3 * 4 else C

    network = Network([2, 2, 1], seed=1)

    def keep(epoch, C):
        best.append((C, before[-1]))
        before.append(numbers(network))

    before = [numbers(network)]
    with pytest.raises(ArithmeticError, match=r"the cost became nan.*find_nan"):
        train(network, IMAGES, XOR, cost=nan_in_the_fourth, watch=keep)
    assert len(best) == 3
    assert numbers(network) == min(best)[1]


def test_an_op_that_overflows_keeps_the_best_parameters_and_its_own_message():
    def explosive(outputs, targets):
        return exp(squared_error(outputs, targets))

    network = Network([1, 1], identity, seed=1)
    start = numbers(network)
    with pytest.raises(OverflowError, match="exp"):
        train(network, [[1.0]], [[1.0]], cost=explosive, update=GradientDescent(100.0))
    assert numbers(network) == start


def test_a_step_that_is_not_finite_is_not_taken():
    def distance(outputs, targets):  # √((t − a)²): at its bottom the slope is 0 · ∞
        error = targets[0] - outputs[0]
        return sqrt(error * error)

    network = Network([1, 1], identity)
    network["w_11^2"].data = 1.0
    with pytest.raises(ArithmeticError, match=r"the step would make w_11\^2 nan, from 1"):
        train(network, [[1.0]], [[1.0]], cost=distance, epochs=1)
    assert numbers(network) == [1.0, 0.0]


# -- Errors in the middle --------------------------------------------------------------------


class Broken(Exception):
    pass


def broken_cost(after):
    left = [after]

    def cost(outputs, targets):
        left[0] -= 1
        if left[0] < 0:
            raise Broken
        return squared_error(outputs, targets)

    return cost


@pytest.mark.parametrize("images", [0, 1, 3, 4, 6, 8, 11])
def test_an_error_in_a_cost_leaves_the_parameters_of_the_last_whole_step(images):
    network, other = Network([2, 2, 1], seed=1), Network([2, 2, 1], seed=1)
    with pytest.raises(Broken):
        train(network, IMAGES, XOR, epochs=5, batch_size=2, cost=broken_cost(images))
    if images >= 2:  # steps of two images; the whole ones are those of an undisturbed training
        with pytest.raises(Broken):
            train(other, IMAGES, XOR, epochs=5, batch_size=2, cost=broken_cost(images // 2 * 2))
    assert numbers(network) == numbers(other)


@pytest.mark.parametrize(
    "update, kind, message",
    [
        (lambda p, g: p[:-1], ValueError, "returned 8 numbers for 9 parameters"),
        (lambda p, g: [*p, 0.0], ValueError, "returned 10 numbers for 9 parameters"),
        (lambda p, g: None, TypeError, "NoneType"),
        (lambda p, g: [str(x) for x in p], TypeError, "a number is needed"),
        (lambda p, g: [*p[:-1], math.nan], ArithmeticError, r"would make b_1\^3 nan"),
        (lambda p, g: [math.inf, *p[1:]], ArithmeticError, r"would make w_11\^2 inf"),
    ],
    ids=["short", "long", "none", "texts", "nan", "inf"],
)
def test_a_wrong_update_of_ones_own_leaves_the_parameters_and_says_what_is_wrong(
    update, kind, message
):
    network = Network([2, 2, 1], seed=1)
    before = numbers(network)
    with pytest.raises(kind, match=message):
        train(network, IMAGES, XOR, epochs=1, update=update)
    assert numbers(network) == before


def test_what_an_update_returns_becomes_floats():
    network = Network([2, 1], seed=1)
    train(network, IMAGES, XOR, epochs=1, update=lambda p, g: [1, True, 2])
    assert [(type(p), p) for p in numbers(network)] == [(float, 1.0), (float, 1.0), (float, 2.0)]


@pytest.mark.parametrize("result", [0.5, None, "C"])
def test_a_cost_that_is_no_value_is_refused(result):
    network = Network([2, 1], seed=1)
    before = numbers(network)
    with pytest.raises(TypeError, match=r"a cost returns a Value|a number is needed"):
        train(network, IMAGES, XOR, cost=lambda outputs, targets: result)
    assert numbers(network) == before


NN = str(Path(nn.__file__).parent)
ENGINE = str(Path(inspect.getsourcefile(Value)).parent)


class Injected:
    """Raise an error at the n-th line that runs in the given folders, wherever that is."""

    def __init__(self, n, error, rooms):
        self.left = n
        self.error = error
        self.rooms = rooms
        self.where = None

    def __call__(self, frame, event, argument):
        if not frame.f_code.co_filename.startswith(self.rooms):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                self.where = f"{frame.f_code.co_name}, line {frame.f_lineno}"
                raise self.error
        return self

    def run(self, work):
        before = sys.gettrace()
        sys.settrace(self)
        try:
            return work()
        finally:
            sys.settrace(before)


def undisturbed(epochs):
    """Return the parameters at the start of each epoch, and after the last."""
    network = Network([1, 1], seed=1)
    found = [numbers(network)]
    train(
        network, [[1.0], [0.5]], [[1.0], [0.0]], epochs=epochs, update=Momentum(4.0),
        watch=lambda epoch, C: found.append(numbers(network)),
    )  # fmt: skip
    return found


def disturbed(n, error, epochs, rooms):
    network = Network([1, 1], seed=1)
    injected = Injected(n, error, rooms)
    history = raised = None
    try:
        history = injected.run(
            lambda: train(
                network, [[1.0], [0.5]], [[1.0], [0.0]], epochs=epochs, update=Momentum(4.0)
            )
        )
    except type(error) as caught:
        raised = caught
    return network, injected, history, raised


PLACES = pytest.mark.parametrize(
    "rooms, every",
    [
        pytest.param((NN,), 1, id="any line of nn"),
        pytest.param((NN, ENGINE), 23, id="some lines of nn and the engine"),
        pytest.param((NN, ENGINE), 1, id="any line", marks=pytest.mark.long),
    ],
)


@PLACES
def test_ctrl_c_at_any_line_keeps_the_best_parameters(rooms, every, capsys):
    whole = undisturbed(3)
    returned = places = 0
    for n in range(1, 1_000_000, every):
        network, injected, history, raised = disturbed(n, KeyboardInterrupt(), 3, rooms)
        if injected.where is None:
            break
        places += 1
        assert numbers(network) in whole, injected.where
        if raised is None and history.stopped == "Ctrl-C":
            returned += 1
            best = min(range(len(history.costs)), key=history.costs.__getitem__, default=0)
            if history.best_epoch >= 0 and history.best == min(history.costs):
                assert numbers(network) == whole[best], injected.where
            assert numbers(network) == whole[max(history.best_epoch, 0)], injected.where
            said = capsys.readouterr().err
            assert "stopped by Ctrl-C" in said
            assert ("before the end of the first epoch" in said) == (not history.costs)
    assert returned > 50
    assert returned > places / 2  # the others: the checks before training, the words after it


@PLACES
def test_an_error_at_any_line_leaves_the_parameters_of_a_whole_step(rooms, every):
    whole = undisturbed(2)
    taken = set()
    for n in range(1, 1_000_000, every):
        network, injected, _, raised = disturbed(n, Broken(), 2, rooms)
        if injected.where is None:
            break
        assert raised is not None
        assert numbers(network) in whole, injected.where
        taken.add(whole.index(numbers(network)))
    assert taken == {0, 1, 2}


# -- Ctrl-C, terminals, processes ------------------------------------------------------------

LONG_TRAINING = """
    import sys
    from nn import Network, squared_error, train
    images = [[0, 0], [0, 1], [1, 0], [1, 1]]
    targets = [[0], [1], [1], [0]]
    network = Network([2, 3, 1], seed=1)
    def watch(epoch, C):
        if epoch == 20:
            print("ready", flush=True)
    history = train(network, images, targets, epochs=10**7, watch=watch)
    C = 0.0
    for x, t in zip(images, targets):
        C += squared_error(network(x), t).data
    print(history.stopped, len(history.costs) > 20, C == history.best == min(history.costs))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGINT to a child is a POSIX thing")
def test_a_real_ctrl_c_ends_the_training_with_the_best_parameters_and_says_so():
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(LONG_TRAINING)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert out == "Ctrl-C True True\n"
    assert err.startswith("stopped by Ctrl-C after ")
    assert "the parameters with the lowest cost so far (C = " in err
    assert child.returncode == 0


def test_the_bar_is_silent_where_there_is_no_terminal():
    code = """
        from nn import Network, train
        train(Network([2, 1]), [[0, 1]], [[1]], epochs=30)
    """
    found = python(code)
    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


def test_the_bar_is_silent_where_there_is_no_stderr_at_all(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert len(train(Network([2, 1]), IMAGES, XOR, epochs=3).costs) == 3


def on_a_terminal(code):
    """Return what a program writes to a terminal as its stderr."""
    pty = pytest.importorskip("pty")
    fcntl = pytest.importorskip("fcntl")
    termios = pytest.importorskip("termios")
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stderr=terminal, stdout=terminal
    )
    os.close(terminal)
    seen, end = b"", time.monotonic() + 30.0
    while time.monotonic() < end:
        if select.select([main], [], [], 0.1)[0]:
            try:
                more = os.read(main, 65536)
            except OSError:  # the child has closed its end
                break
            if not more:
                break
            seen += more
    os.close(main)
    assert child.wait(timeout=10) == 0
    return seen


def test_the_bar_shows_epochs_and_cost_on_a_terminal_in_ascii():
    pytest.importorskip("tqdm")
    seen = on_a_terminal("""
        from nn import Network, train
        train(Network([2, 1]), [[0, 1]], [[1]], epochs=30)
    """)
    text = seen.decode("ascii")
    assert "30/30" in text
    assert "epoch" in text
    assert "C = 0." in text


def test_no_bar_on_a_terminal_if_it_is_not_wanted_or_tqdm_is_missing():
    seen = on_a_terminal("""
        import sys
        from nn import Network, train
        train(Network([2, 1]), [[0, 1]], [[1]], epochs=3, progress=False)
        sys.modules["tqdm"] = None
        train(Network([2, 1]), [[0, 1]], [[1]], epochs=3)
    """)
    assert seen == b""


def test_a_bar_that_is_asked_for_shows_off_a_terminal_too(capsys):
    pytest.importorskip("tqdm")
    train(Network([2, 1]), IMAGES, XOR, epochs=4, progress=True)
    assert "4/4" in capsys.readouterr().err


def test_a_bar_that_is_asked_for_without_tqdm_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    network = Network([2, 1])
    before = numbers(network)
    with pytest.raises(ImportError, match=r"pip install tqdm"):
        train(network, IMAGES, XOR, epochs=3, progress=True)
    assert numbers(network) == before


def test_the_bar_is_closed_when_training_fails(monkeypatch):
    closed = []

    class Bar:
        def set_postfix_str(self, text, refresh):
            pass

        def update(self):
            pass

        def close(self):
            closed.append(True)

    monkeypatch.setattr(training_module, "progress_bar", lambda epochs, wanted: Bar())
    with pytest.raises(Broken):
        train(Network([2, 1]), IMAGES, XOR, cost=broken_cost(5))
    train(Network([2, 1]), IMAGES, XOR, epochs=1)
    assert closed == [True, True]


def test_the_message_of_ctrl_c_goes_to_stderr(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    def interrupt(epoch, C):
        if epoch == 2:
            raise KeyboardInterrupt

    history = train(Network([2, 1]), IMAGES, XOR, watch=interrupt)
    assert "stopped by Ctrl-C after 3 epochs" in sys.stderr.getvalue()
    assert history.stopped == "Ctrl-C"


# -- Threads ---------------------------------------------------------------------------------


def test_trainings_in_several_threads_do_not_disturb_each_other():
    def trained(seed):
        network = Network([2, 3, 1], seed=seed)
        train(network, IMAGES, XOR, epochs=40, batch_size=2, seed=seed, update=Adam(0.05))
        return numbers(network)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(trained, range(4)))
    assert together == [trained(seed) for seed in range(4)]


# -- Memory ----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [GradientDescent, Momentum, Adam])
def test_memory_is_flat_over_epochs_without_the_collector(make):
    used = {}

    def watch(epoch, C):
        used[epoch] = tracemalloc.get_traced_memory()[0]

    network = Network([4, 3, 2], seed=1)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        train(network, [[1.0, 0.0, 1.0, 0.0]] * 4, [[1.0, 0.0]] * 4, epochs=60, watch=watch,
              update=make())  # fmt: skip
    finally:
        tracemalloc.stop()
        gc.enable()
    assert abs(used[59] - used[20]) < 2000 + 40 * 200  # costs, and this test's own figures


def test_training_leaves_no_history_behind_the_parameters():
    network = Network([2, 2, 1], seed=1)
    train(network, IMAGES, XOR, epochs=3)
    assert all(p.op is None and p.parents == () for p in network.parameters())
