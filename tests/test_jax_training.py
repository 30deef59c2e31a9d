"""Training with engine="jax": eager's curve on any number of devices, its endings, its errors."""

import json
import math
import socket
import subprocess
import sys
import time

import pytest
from jax_scripts import environment, run_script

import nn
from autograd_lite import identity, sigmoid
from demos.images import load_images

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

pytestmark = pytest.mark.jax

IMAGES = load_images()
PIXELS = [image.pixels for image in IMAGES]
TARGETS = [image.target for image in IMAGES]


def trained(engine, update=None, **settings):
    network = nn.Network([12, 3, 2], seed=1)
    settings.setdefault("epochs", 12)
    history = nn.train(network, PIXELS, TARGETS, update=update, engine=engine, **settings)
    return history, [parameter.data for parameter in network.parameters()]


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("make", [
    lambda: nn.GradientDescent(0.5), lambda: nn.Momentum(0.05, 0.9, weight_decay=0.2),
    lambda: nn.AdamW(0.02, weight_decay=0.1),
])  # fmt: skip
def test_every_update_gives_the_curve_of_eager_values(make, batch_size):
    update, other = make(), make()
    history, p = trained("eager", update, batch_size=batch_size)
    found, q = trained("jax", other, batch_size=batch_size)
    assert found.costs == pytest.approx(history.costs, rel=1e-12)
    assert q == pytest.approx(p, rel=1e-10)
    assert (found.best_epoch, found.stopped) == (history.best_epoch, history.stopped)
    for name in (*update.per_parameter, *update.in_all):
        assert getattr(other, name) == pytest.approx(getattr(update, name), rel=1e-9, abs=1e-15)
        assert type(getattr(other, name)) is type(getattr(update, name))


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("settings", [
    {"stop_below": 17.9}, {"patience": 3, "update": nn.GradientDescent(3.0)},
    {"patience": 4, "update": nn.GradientDescent(3.0)},
    {"patience": 5, "update": nn.GradientDescent(3.0)}, {},
])  # fmt: skip
def test_a_training_ends_where_eager_ends_with_the_same_parameters(settings, batch_size):
    settings = {"epochs": 40, "batch_size": batch_size, **settings}
    history, p = trained("eager", **settings)
    found, q = trained("jax", **settings)
    assert (found.stopped, len(found.costs)) == (history.stopped, len(history.costs))
    assert (found.best_epoch, found.best) == (
        history.best_epoch, pytest.approx(history.best, rel=1e-10)
    )  # fmt: skip
    assert q == pytest.approx(p, rel=1e-8)


@pytest.mark.parametrize("epoch", range(4, 9))
def test_a_training_ends_in_the_middle_of_a_call_too(epoch):
    settings = {"epochs": 10, "update": nn.GradientDescent(0.02)}
    costs = trained("eager", **settings)[0].costs
    limit = (costs[epoch - 1] + costs[epoch]) / 2
    found, q = trained("jax", stop_below=limit, **settings)
    _, p = trained("eager", stop_below=limit, **settings)
    assert (found.stopped, len(found.costs)) == ("stop_below", epoch + 1)
    assert q == pytest.approx(p, rel=1e-10)


@pytest.mark.parametrize("batch_size", [None, 16])
def test_a_watcher_is_called_after_each_epoch(batch_size):
    seen = []
    history, _ = trained("jax", watch=lambda *told: seen.append(told), batch_size=batch_size)
    assert seen == list(enumerate(history.costs))


class Far:
    """An update that makes all parameters larger by far."""

    per_parameter = ()
    in_all = ()

    def __repr__(self):
        return "Far()"

    def __call__(self, p, g):
        return [1e80 * x for x in p]


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize(
    ("activation", "told"), [(sigmoid, "the step would make w_11"), (identity, "the cost became")]
)
def test_a_step_too_far_raises_what_eager_raises_and_keeps_the_best(activation, told, batch_size):
    outcomes = []
    for engine in ("eager", "jax"):
        network = nn.Network([12, 2], activation, seed=1)
        seen = []
        with pytest.raises(ArithmeticError, match=told) as error:
            nn.train(network, PIXELS, TARGETS, update=Far(), engine=engine, batch_size=batch_size,
                     watch=lambda epoch, C, seen=seen: seen.append(C))  # fmt: skip
        p = [v.data for v in network.parameters()]
        outcomes.append((str(error.value)[:30], seen, p))
    eager, jaxs = outcomes
    assert jaxs[0] == eager[0]
    assert jaxs[1] == pytest.approx(eager[1], rel=1e-9)
    assert jaxs[2] == pytest.approx(eager[2], rel=1e-9)


def test_an_update_of_ones_own_is_traced_like_ours():
    class Sign:
        per_parameter = ()
        in_all = ("steps",)

        def __init__(self):
            self.steps = 0

        def __call__(self, p, g):
            self.steps = self.steps + 1
            return [x - 0.1 * slope / (1.0 + slope * slope) for x, slope in zip(p, g)]

    mine, other = Sign(), Sign()
    history, p = trained("eager", mine)
    found, q = trained("jax", other)
    assert found.costs == pytest.approx(history.costs, rel=1e-12)
    assert q == pytest.approx(p, rel=1e-10)
    assert (mine.steps, other.steps) == (12, 12)
    with pytest.raises(TypeError, match="must say what it keeps"):
        trained("jax", lambda p, g: p)


def test_float32_gives_the_curve_to_its_digits():
    history, _ = trained("eager")
    found, q = trained("jax", dtype="float32")
    assert found.costs == pytest.approx(history.costs, rel=1e-5)
    assert found.costs != history.costs
    assert all(isinstance(x, float) for x in q)


def test_devices_are_counted_and_only_for_jax():
    with pytest.raises(ValueError, match=r"devices is 1 to \d+, which JAX sees here, not 999"):
        trained("jax", devices=999)
    with pytest.raises(ValueError, match="not an empty list"):
        trained("jax", devices=[])
    with pytest.raises(ValueError, match="devices and dtype are for engine=\"jax\", not 'python'"):
        trained("python", devices=2)
    with pytest.raises(ValueError, match='devices and dtype are for engine="jax"'):
        trained("eager", dtype="float32")


# -- Several devices -----------------------------------------------------------------------------

TRAINING = """
import json, sys
import jax, nn
from demos.images import load_images

images = load_images()
pixels, targets = [i.pixels for i in images], [i.target for i in images]

def trained(devices, make=lambda: nn.Adam(0.02), **settings):
    network = nn.Network([12, 3, 2], seed=1)
    history = nn.train(network, pixels, targets, update=make(), engine="jax",
                       devices=devices, **settings)
    return history.costs, [v.data for v in network.parameters()]
"""


def test_on_eight_four_two_and_one_device_the_curve_is_eagers():
    said = run_script(
        TRAINING
        + """
assert len(jax.devices()) == 8
for batch_size in (None, 16):
    for devices in (8, 4, 2, 1, jax.devices()[2:6], None):
        print(json.dumps(trained(devices, epochs=15, batch_size=batch_size)))
""",
        devices=8,
    )
    lines = [json.loads(line) for line in said.splitlines()]
    for batch_size, found in ((None, lines[:6]), (16, lines[6:])):
        history, p = trained("eager", nn.Adam(0.02), epochs=15, batch_size=batch_size)
        assert len(found) == 6
        for costs, q in found:
            assert costs == pytest.approx(history.costs, rel=1e-12)
            assert q == pytest.approx(p, rel=1e-10)


def test_devices_that_do_not_divide_a_step_are_refused_with_a_number_that_does():
    said = run_script(
        TRAINING
        + """
for devices, size in ((8, 12), (None, 12), (3, None)):
    try:
        trained(devices, batch_size=size)
    except ValueError as error:
        print(error)
""",
        devices=8,
    )
    first, second, third = said.splitlines()
    assert first.startswith("8 devices cannot share the 4 images of a step evenly; write devices=4")
    assert second == first
    assert third.startswith("3 devices cannot share the 64 images")
    assert "devices=2" in third


@pytest.mark.parametrize("batch_size", [None, 16])
def test_a_killed_training_on_eight_devices_goes_on_with_nothing_lost(batch_size, tmp_path):
    file = tmp_path / "run.json"
    endless = (
        TRAINING + f"trained(8, epochs=10**7, batch_size={batch_size}, checkpoint={str(file)!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", endless], env=environment(8))
    end = time.monotonic() + 120.0
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    done = len(json.loads(file.read_text(encoding="utf-8"))["training"]["costs"])
    said = run_script(
        TRAINING
        + f"""
print(json.dumps(trained(8, epochs={done + 20}, batch_size={batch_size}, checkpoint={str(file)!r})))
print(json.dumps(trained(8, epochs={done + 20}, batch_size={batch_size})))
""",
        devices=8,
    )
    went_on, whole = map(json.loads, said.splitlines())
    assert len(went_on[0]) == done + 20
    assert went_on == whole


def test_a_training_goes_on_with_another_engine_and_other_devices(tmp_path):
    file = tmp_path / "run.json"
    trained("jax", nn.Adam(0.02), epochs=5, checkpoint=file)
    trained("python", nn.Adam(0.02), epochs=9, checkpoint=file)
    found, q = trained("jax", nn.Adam(0.02), epochs=12, checkpoint=file, devices=1)
    whole, p = trained("eager", nn.Adam(0.02), epochs=12)
    assert found.costs == pytest.approx(whole.costs, rel=1e-12)
    assert q == pytest.approx(p, rel=1e-10)
    assert math.isfinite(found.best)


@pytest.mark.parametrize("engine", ["eager", "jax"])
def test_the_best_epoch_may_lie_before_the_kill(engine, tmp_path):
    """The step is too long: the first epoch stays the best, and its parameters are kept."""
    file = tmp_path / "run.json"
    for update in (nn.Adam(5.0), nn.Adam(5.0)):
        whole, p = trained("eager", nn.Adam(5.0), epochs=30, patience=6)
        assert whole.stopped == "patience" and whole.best_epoch < 4
        epochs = 4 if not file.exists() else 30
        found, q = trained(engine, update, epochs=epochs, patience=6, checkpoint=file)
    assert found.stopped == "patience"
    assert (found.best_epoch, len(found.costs)) == (whole.best_epoch, len(whole.costs))
    assert q == pytest.approx(p, rel=1e-9)


def test_two_processes_train_as_one_and_one_of_them_writes(tmp_path):
    file = tmp_path / "run.json"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = (
        "import sys, jax\n"
        'jax.config.update("jax_cpu_collectives_implementation", "gloo")\n'
        f'jax.distributed.initialize("127.0.0.1:{port}", 2, int(sys.argv[1]))\n'
        + TRAINING
        + f"""
assert (len(jax.devices()), len(jax.local_devices())) == (4, 2)
file = {str(file)!r} if jax.process_index() == 0 else {str(file) + ".other.json"!r}
for batch_size in (None, 16):
    print("costs " + json.dumps(trained(None, epochs=10, batch_size=batch_size)))
trained(None, epochs=3, checkpoint=file)
"""
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(k)], env=environment(2),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )
        for k in range(2)
    ]  # fmt: skip
    told = [process.communicate(timeout=150) for process in processes]
    for process, (out, error) in zip(processes, told):
        assert process.returncode == 0, error
        lines = [json.loads(line[6:]) for line in out.splitlines() if line.startswith("costs ")]
        assert len(lines) == 2
        for batch_size, (costs, q) in zip((None, 16), lines):
            history, p = trained("eager", nn.Adam(0.02), epochs=10, batch_size=batch_size)
            assert costs == pytest.approx(history.costs, rel=1e-12)
            assert q == pytest.approx(p, rel=1e-10)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
