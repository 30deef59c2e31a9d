"""Checkpoints: a training that was killed goes on, and all is as if it had never been."""

import json
import subprocess
import sys
import time

import pytest

import nn
from autograd_lite import tanh
from demos.images import load_images
from nn.checkpoints import Checkpoint

IMAGES = load_images()
PIXELS = [image.pixels for image in IMAGES]
TARGETS = [image.target for image in IMAGES]
UPDATES = [
    lambda: nn.GradientDescent(0.5), lambda: nn.Momentum(0.05, 0.9), lambda: nn.Adam(0.02)
]  # fmt: skip


def trained(file, update, epochs, **settings):
    """Return the history of a training, and the network's parameters after it."""
    network = nn.Network([12, 3, 2], seed=1)
    history = nn.train(
        network, PIXELS, TARGETS, update=update, epochs=epochs, checkpoint=file, **settings
    )
    return history, [parameter.data for parameter in network.parameters()]


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


def killed_after(epochs):
    def watch(epoch, C):
        if epoch + 1 == epochs:
            raise Killed

    return watch


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("make", UPDATES)
@pytest.mark.parametrize("engine", ["eager", "python"])
def test_a_training_in_two_parts_is_bit_for_bit_the_one_in_one(
    engine, make, batch_size, tmp_path, monkeypatch
):
    monkeypatch.setattr("nn.training.EVERY", 0.0)
    settings = {"engine": engine, "batch_size": batch_size, "seed": 4}
    update, other = make(), make()
    whole, p = trained(None, update, 9, **settings)
    file = tmp_path / "run.json"
    with pytest.raises(Killed):
        trained(file, make(), 9, watch=killed_after(5), **settings)
    held = len(json.loads(file.read_text(encoding="utf-8"))["training"]["costs"])
    assert held == 4  # the fifth epoch was not written any more, and is done again
    found, q = trained(file, other, 9, **settings)
    assert (found.costs, q) == (whole.costs, p)
    assert (found.best, found.best_epoch) == (whole.best, whole.best_epoch)
    for name in (*update.per_parameter, *update.in_all):
        assert getattr(other, name) == getattr(update, name)
        assert type(getattr(other, name)) is type(getattr(update, name))


def test_a_killed_process_goes_on_from_its_file(tmp_path):
    file = tmp_path / "run.json"
    program = (
        "import sys, nn\n"
        "from demos.images import load_images\n"
        "images = load_images()\n"
        "network = nn.Network([12, 3, 2], seed=1)\n"
        "nn.train(network, [i.pixels for i in images], [i.target for i in images],\n"
        f"         update=nn.Adam(0.02), epochs=10**6, engine='python', checkpoint={str(file)!r})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    end = time.monotonic() + 60.0
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.wait()
    done = len(json.loads(file.read_text(encoding="utf-8"))["training"]["costs"])
    found, q = trained(file, nn.Adam(0.02), done + 5, engine="python")
    whole, p = trained(None, nn.Adam(0.02), done + 5, engine="python")
    assert (found.costs, q) == (whole.costs, p)


def test_a_training_that_has_ended_is_not_trained_again(tmp_path):
    file = tmp_path / "run.json"
    first, p = trained(file, nn.Adam(0.02), 400, engine="python", stop_below=18.0)
    assert first.stopped == "stop_below"
    written = file.read_bytes()
    again, q = trained(file, nn.Adam(0.02), 400, engine="python", stop_below=18.0)
    assert (again.costs, again.stopped, q) == (first.costs, "stop_below", p)
    assert file.read_bytes() == written
    assert (again.best, again.best_epoch) == (first.best, first.best_epoch)


def test_more_epochs_go_on_where_fewer_ended(tmp_path):
    file = tmp_path / "run.json"
    trained(file, nn.Adam(0.02), 4, batch_size=10)
    found, q = trained(file, nn.Adam(0.02), 8, batch_size=10)
    whole, p = trained(None, nn.Adam(0.02), 8, batch_size=10)
    assert (found.costs, q) == (whole.costs, p)


def test_the_file_is_a_saved_network(tmp_path):
    file = tmp_path / "run.json"
    _, p = trained(file, nn.Adam(0.02), 3)
    assert [parameter.data for parameter in nn.load(file).parameters()] == p


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"seed": 5}, "there seed is 4, and here 5"),
        ({"batch_size": 12}, "there batch_size is 10, and here 12"),
        ({"update": nn.Adam(0.03)}, "there rate is 0.02, and here 0.03"),
        ({"update": nn.Momentum(0.02)}, "there update is 'Adam', and here 'Momentum'"),
    ],
)
def test_a_training_of_other_settings_does_not_go_on_from_it(settings, told, tmp_path):
    file = tmp_path / "run.json"
    given = {"update": nn.Adam(0.02), "seed": 4, "batch_size": 10}
    trained(file, epochs=2, **given)
    with pytest.raises(ValueError, match=told):
        trained(file, epochs=4, **{**given, **settings})


def test_other_images_and_other_networks_are_refused(tmp_path):
    file = tmp_path / "run.json"
    trained(file, nn.Adam(0.02), 2)
    network = nn.Network([12, 3, 2])
    with pytest.raises(ValueError, match="there numbers is"):
        nn.train(network, PIXELS[::-1], TARGETS, update=nn.Adam(0.02), checkpoint=file)
    with pytest.raises(ValueError, match="this one is"):
        nn.train(nn.Network([12, 4, 2]), PIXELS, TARGETS, update=nn.Adam(0.02), checkpoint=file)
    with pytest.raises(ValueError, match="activations"):
        nn.train(nn.Network([12, 3, 2], tanh), PIXELS, TARGETS, update=nn.Adam(0.02),
                 checkpoint=file)  # fmt: skip
    nn.save(network, file)
    with pytest.raises(ValueError, match="a saved network without a training"):
        trained(file, nn.Adam(0.02), 4)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (["costs"], [1.0, None], "not a number"),
        (["costs"], [], "the best epoch is"),
        (["best", "epoch"], 7, "the best epoch is 7, of 2"),
        (["best", "parameters"], [1.0], "parameters are 1, and should be 47"),
        (["per_parameter", "mean"], [0.5], "mean are 1, and should be 47"),
        (["in_all"], {}, "not a number"),
        (["stopped"], 3, "'stopped' is a int"),
        (["settings"], [], "'settings' is a list"),
    ],
)
def test_a_damaged_file_is_refused_and_nothing_is_changed(place, value, told, tmp_path):
    file = tmp_path / "run.json"
    trained(file, nn.Adam(0.02), 2)
    document = json.loads(file.read_text(encoding="utf-8"))
    inner = document["training"]
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    file.write_text(json.dumps(document), encoding="utf-8")
    network, update = nn.Network([12, 3, 2], seed=9), nn.Adam(0.02)
    before = [parameter.data for parameter in network.parameters()]
    with pytest.raises(ValueError, match=f"is not a checkpoint to go on from: .*{told}"):
        nn.train(network, PIXELS, TARGETS, update=update, epochs=4, checkpoint=file)
    assert [parameter.data for parameter in network.parameters()] == before
    assert (update.mean, update.steps) == ([], 0)


def test_native_code_and_updates_that_do_not_say_what_they_keep_have_none(tmp_path):
    file = tmp_path / "run.json"
    with pytest.raises(ValueError, match='checkpoints are for engine="eager", "python" or "jax"'):
        trained(file, nn.Adam(0.02), 2, engine="native")
    with pytest.raises(TypeError, match="must say what it keeps"):
        trained(file, lambda p, g: p, 2)


def test_a_checkpoint_says_its_file():
    network = nn.Network([1, 1])
    assert repr(Checkpoint("a.json", network, nn.Adam(), [], [], None, 0)) == "Checkpoint('a.json')"
