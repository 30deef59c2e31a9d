"""The digit demo, as a newcomer types it."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from autograd_lite import relu, sigmoid
from demos import digits
from demos.command import command_line
from demos.images import LEARNED, UNSEEN, load_images
from nn import Network, accuracy, load, train

ROOT = Path(digits.__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp932"}


def demo(*arguments, cwd):
    """Run the demo as a Japanese Windows console would, in a folder; its output must encode."""
    found = subprocess.run(
        [sys.executable, "-m", "demos.digits", "--no-gallery", *map(str, arguments)],
        cwd=cwd,
        env=ENVIRONMENT,
        check=False,
        capture_output=True,
        timeout=60,
    )
    return found.returncode, found.stdout.decode("cp932"), found.stderr.decode("cp932")


def without_seconds(text):
    return re.sub(r"\d+\.\d s", "? s", text)


@pytest.fixture(scope="module")
def default(tmp_path_factory):
    """The demo with nothing said, in an empty folder."""
    folder = tmp_path_factory.mktemp("default")
    return folder, demo(cwd=folder)


@pytest.fixture
def drawing(tmp_path):
    path = tmp_path / "mine.txt"

    def write(text, encoding="utf-8"):
        path.write_text(text, encoding=encoding)
        return path

    return write


# -- With nothing said -----------------------------------------------------------------------


def test_the_demo_learns_all_64_and_says_honestly_what_the_unseen_16_give(default):
    folder, (status, out, err) = default
    assert (status, err) == (0, "")
    assert "the 64 images it learned from: 64 of 64 right\n" in out
    network = load(folder / "digits" / "network.json")
    unseen = load_images(UNSEEN)
    right = accuracy(network, [i.pixels for i in unseen], [i.digit for i in unseen])
    assert f"16 images it has never seen: {round(right * 16)} of 16 right\n" in out
    assert out.count("taken for the other") == 16 - round(right * 16)
    assert right >= 14 / 16


def test_the_demo_shows_cost_responses_hidden_units_and_where_the_network_is(default):
    _, (_, out, _) = default
    assert re.search(r"cost C = \d+\.\d{4} -> 0\.\d{4} in 400 epochs", out)
    assert 'Response to a "0" (square): it says "0"' in out
    assert 'Response to a "1" (thin): it says "1"' in out
    assert re.search(r"Response to an image \(unclear: .*it is not sure", out)
    for label in ("a_1^2", "a_2^2", "a_3^2", "a_1^3", "a_2^3"):
        assert out.count(f"{label} [") == 3
    assert "unit 1        unit 2        unit 3" in out
    assert str(Path("digits") / "network.json") in out


def test_the_output_is_ascii_and_fits_a_terminal(default):
    _, (_, out, _) = default
    assert out.isascii()
    told = [line for line in out.splitlines() if "-m demos" not in line]  # a path may be long
    assert max(map(len, told)) <= 80
    assert not any(line != line.rstrip() for line in out.splitlines())


def test_the_demo_writes_nothing_outside_its_folder(default):
    folder, _ = default
    assert [p.name for p in folder.iterdir()] == ["digits"]
    assert not [p.name for p in (folder / "digits").iterdir() if p.name.endswith(".part")]


def test_the_unclear_image_is_unclear_to_the_default_network(default):
    folder, _ = default
    network = load(folder / "digits" / "network.json")
    outputs = [a.data for a in network(digits.UNCLEAR.pixels)]
    assert max(outputs) < 0.7 or min(outputs) > 0.5
    assert abs(outputs[0] - outputs[1]) < 0.3


def test_the_unclear_image_is_none_of_the_labelled_ones():
    assert digits.UNCLEAR.rows not in {i.rows for i in [*load_images(), *load_images(UNSEEN)]}


def test_the_response_shows_what_the_network_computes(default):
    folder, (_, out, _) = default
    network = load(folder / "digits" / "network.json")
    network(load_images(LEARNED)[0].pixels)
    shown = out.split("Response to")[1]
    for layer in network.computing_layers():
        for unit in layer.units:
            assert re.search(rf"{re.escape(unit.a.label)} \[.*\] {unit.a.data:.2f}\b", shown)


# -- Settings --------------------------------------------------------------------------------


def test_the_output_is_repeatable_and_the_file_too(tmp_path):
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        status, out, err = demo("--epochs", 8, "--seed", 3, cwd=tmp_path / name)
        saved = (tmp_path / name / "digits" / "network.json").read_bytes()
        found.append((status, without_seconds(out), err, saved))
    assert found[0] == found[1]
    assert found[0][0] == 0


def run(capsys, *arguments):
    """Run the demo in this process: what it returns and prints."""
    try:
        status = digits.main(["--no-gallery", *map(str, arguments)])
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    (out + err).encode("cp932")
    return status, out, err


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_help_names_every_option_with_its_default(capsys):
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for option in ("--seed", "--epochs", "--rate", "--hidden", "--out", "--image", "--load"):
        assert option in out
    for default in ("default: 1", "default: 400", "default: 0.2", "default: 3", "default: digits"):
        assert default in " ".join(out.split())


def test_settings_are_used(capsys, tmp_path):
    status, out, _ = run(capsys, "--hidden", 7, "--epochs", 2, "--out", tmp_path / "a" / "b")
    assert status == 0
    assert "Network([12, 7, 2]): 107 parameters, 64 images" in out
    assert "in 2 epochs" in out
    assert "unit 5\n" in out and "unit 6        unit 7\n" in out
    assert load(tmp_path / "a" / "b" / "network.json").sizes == [12, 7, 2]


def test_the_seed_changes_the_result(capsys):
    outs = [without_seconds(run(capsys, "--epochs", 2, "--seed", seed)[1]) for seed in (1, 2)]
    assert outs[0] != outs[1]


def test_the_demo_does_what_the_library_does(capsys, in_an_empty_folder):
    run(capsys, "--epochs", 3, "--seed", 5, "--rate", 0.25)
    network = Network([12, 3, 2], seed=5)
    images = load_images(LEARNED)
    pixels, targets = [i.pixels for i in images], [i.target for i in images]
    train(network, pixels, targets, epochs=3, update=digits.GradientDescent(0.25))
    saved = load(in_an_empty_folder / "digits" / "network.json")
    assert [p.data for p in saved.parameters()] == [p.data for p in network.parameters()]


def test_many_wrong_answers_are_counted_and_not_all_listed(capsys):
    _, out, _ = run(capsys, "--epochs", 1, "--rate", 1e-9)
    right = int(re.search(r"learned from: (\d+) of 64", out)[1])
    assert f"and {64 - right - digits.SHOWN} more" in out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--epochs", "0"], "error: epochs must be a whole number of at least 1, not 0"),
        (["--rate", "-1"], "error: rate must be a positive number, not -1.0"),
        (["--rate", "1.7e308"], "error: the step would make w_"),
        (["--rate", "nan"], "error: rate must be a positive number, not nan"),
        (["--hidden", "0"], "needs at least one unit: a whole number, not 0"),
        (["--epochs", "many"], "argument --epochs: invalid int value: 'many'"),
        (["--colour"], "unrecognized arguments: --colour"),
        (["--image", "missing.txt"], "No such file or directory: 'missing.txt'"),
        (["--load", "missing.json"], "No such file or directory: 'missing.json'"),
    ],
)
def test_a_wrong_setting_is_one_line_and_status_2(arguments, message, capsys, in_an_empty_folder):
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert message in err
    assert "Traceback" not in err
    assert not (in_an_empty_folder / "digits" / "network.json").exists()


def test_a_folder_that_cannot_be_written_is_said_before_the_training(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(digits, "train", None)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    status, out, err = run(capsys, "--out", tmp_path / "file")
    assert (status, out) == (2, "")
    assert "is a file; --out takes a folder" in err
    assert run(capsys, "--out", tmp_path / "file" / "below")[0] == 2


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who may not write")
def test_a_folder_without_write_permission_is_an_error(capsys, tmp_path):
    tmp_path.chmod(0o500)
    assert run(capsys, "--epochs", 1, "--out", tmp_path / "digits")[0] == 2


def test_a_full_disk_is_an_error_and_leaves_the_old_network(capsys, monkeypatch):
    run(capsys, "--epochs", 1)
    before = Path("digits/network.json").read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("autograd_lite.files.os.fsync", full)
    status, _, err = run(capsys, "--epochs", 2)
    assert status == 2
    assert "error: [Errno 28] No space left on device" in err
    assert Path("digits/network.json").read_bytes() == before


# -- A drawing of one's own ------------------------------------------------------------------


@pytest.fixture
def saved(default):
    return default[0] / "digits" / "network.json"


@pytest.mark.parametrize("digit, rows", [(0, "###\n#.#\n#.#\n###\n"), (1, ".#.\n.#.\n.#.\n.#.\n")])
def test_a_drawing_is_classified_by_a_saved_network(digit, rows, saved, drawing, capsys):
    before = saved.read_bytes()
    status, out, _ = run(capsys, "--load", saved, "--image", drawing(rows))
    assert status == 0
    assert f'Response to an image: it says "{digit}"' in out
    assert out.count("Response") == 1
    assert "cost C" not in out
    assert saved.read_bytes() == before


def test_a_drawing_with_a_label_is_shown_with_it(saved, drawing, capsys):
    _, out, _ = run(capsys, "--load", saved, "--image", drawing("0 mine\n###\n#.#\n#.#\n###\n"))
    assert 'Response to a "0" (mine): it says "0"' in out


def test_a_label_that_a_console_cannot_show_does_no_harm(saved, tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("caf\u00e9 \U0001f600\n###\n#.#\n#.#\n###\n", encoding="utf-8")
    status, out, err = demo("--load", saved, "--image", mine, cwd=tmp_path)
    assert (status, err) == (0, "")
    assert "(caf\\xe9 \\U0001f600)" in out


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "must hold one image of 4 rows, and holds 0 blocks"),
        ("###\n#.#\n###\n", "line 1: an image has 4 rows, not 3"),
        ("###\n# #\n# #\n###\n", "line 2: a row is 3 pixels, each # or ., not '# #'"),
    ],
)
def test_a_bad_drawing_is_refused_before_any_training(text, message, drawing, capsys, monkeypatch):
    monkeypatch.setattr(digits, "train", None)
    status, out, err = run(capsys, "--image", drawing(text))
    assert (status, out) == (2, "")
    assert message in err


def test_a_damaged_network_and_one_of_another_shape_are_refused(saved, tmp_path, capsys):
    path = tmp_path / "network.json"
    path.write_bytes(saved.read_bytes()[:-100])
    status, out, err = run(capsys, "--load", path)
    assert (status, out) == (2, "")
    assert "is not a saved network" in err
    for sizes in ([12, 3, 3], [4, 3, 2]):
        Network(sizes).save(path)
        status, _, err = run(capsys, "--load", path)
        assert status == 2
        assert f"holds a network {sizes}, not one of digits" in err


def test_a_network_with_more_layers_and_other_activations_is_shown_too(tmp_path, capsys):
    path = tmp_path / "network.json"
    Network([12, 4, 3, 2], [relu, relu, sigmoid], seed=1).save(path)
    status, out, _ = run(capsys, "--load", path)
    assert status == 0
    assert "a_3^3 [" in out and "a_2^4 [" in out


# -- Interrupted -----------------------------------------------------------------------------


def test_ctrl_c_in_training_reports_and_saves_the_best_so_far(capsys, monkeypatch):
    def interrupted(network, images, targets, **settings):
        def watch(epoch, C):
            if epoch == 3:
                raise KeyboardInterrupt

        return train(network, images, targets, **{**settings, "watch": watch})

    monkeypatch.setattr(digits, "train", interrupted)
    status, out, err = run(capsys)
    assert status == 0
    assert "stopped by Ctrl-C after 4 epochs" in err
    assert "in 4 epochs" in out
    assert load("digits/network.json").sizes == [12, 3, 2]


def test_ctrl_c_before_the_first_epoch_is_over_is_no_error(capsys, monkeypatch):
    def interrupted(network, images, targets, **settings):
        def cost(outputs, targets):
            raise KeyboardInterrupt

        return train(network, images, targets, cost=cost, **settings)

    monkeypatch.setattr(digits, "train", interrupted)
    status, out, err = run(capsys)
    assert status == 0
    assert "before the end of the first epoch" in err
    assert "cost C" not in out


def test_ctrl_c_elsewhere_is_status_130_without_a_traceback(capsys, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(digits, "run", interrupted)
    assert run(capsys) == (130, "", "stopped by Ctrl-C\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has another error for it")
def test_a_reader_who_has_seen_enough_is_no_error_message(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "demos.digits", "--epochs", "5"],
        cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    child.stdout.close()
    err = child.stderr.read()
    child.stderr.close()
    assert (child.wait(timeout=30), err) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="signals to a child are a POSIX thing")
def test_a_kill_in_training_leaves_the_network_of_before(tmp_path):
    (tmp_path / "digits").mkdir()
    path = tmp_path / "digits" / "network.json"
    Network([12, 3, 2], seed=9).save(path)
    before = path.read_bytes()
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "demos.digits", "--epochs", "1000000"],
        cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE,
    )  # fmt: skip
    with child:
        assert child.stdout.readline().startswith(b"Network([12, 3, 2])")
        time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["network.json"]


# -- The gallery -----------------------------------------------------------------------------


def test_the_demo_writes_a_page_of_pictures_and_says_where(capsys):
    pytest.importorskip("pygraphviz")
    status = digits.main(["--epochs", "3"])
    out = capsys.readouterr().out
    assert status == 0
    assert f"The pictures are on one page: {Path('digits') / 'index.html'}" in out
    assert (Path("digits") / "training.svg").stat().st_size > 10_000


def test_without_graphviz_the_demo_says_what_to_install_and_saves_the_network(capsys, monkeypatch):
    monkeypatch.setattr(import_module("autograd_lite.drawing.render"), "renderer", lambda: "")
    status = digits.main(["--epochs", "3"])
    assert status == 0
    assert "No pictures: drawing needs Graphviz" in capsys.readouterr().out
    assert Path("digits/network.json").is_file()


def test_a_drawing_is_read_by_the_network_that_was_saved_and_not_by_another_training(
    tmp_path, capsys
):
    out = ["--out", str(tmp_path), "--no-gallery", "--epochs", "3"]
    assert digits.main(out) == 0
    drawing = tmp_path / "one.txt"
    drawing.write_text(".#.\n" * 4, encoding="utf-8")
    capsys.readouterr()
    assert digits.main([*out, "--image", str(drawing)]) == 0
    told = capsys.readouterr().out
    assert f"The network in {tmp_path / 'network.json'} is used" in told
    assert "64 images\n" not in told  # no training


def test_a_rate_that_is_too_large_gets_a_hint(tmp_path, capsys):
    arguments = ["--out", str(tmp_path), "--no-gallery", "--engine", "python"]
    assert digits.main([*arguments, "--rate", "50", "--epochs", "150"]) == 0
    assert "a rate of 50 may be too large. Try --rate 0.2" in capsys.readouterr().out
    assert digits.main([*arguments, "--epochs", "150"]) == 0
    assert "too large" not in capsys.readouterr().out


def test_drawing_tells_how_far_it_is_and_the_page_to_play_with_is_opened(
    tmp_path, capsys, monkeypatch
):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert digits.main(["--out", str(tmp_path), "--epochs", "2", "--open"]) == 0
    assert opened == [(tmp_path / "play.html").as_uri()]
    told = capsys.readouterr().err
    assert "Drawing the pages ..." in told
    assert "Drawing 6 of 6: All images at once" in told


def test_a_printed_command_is_of_the_python_that_runs(monkeypatch, tmp_path):
    words = command_line("-m", "demos.digits", "--load", "a file")
    program, *rest = shlex.split(words)
    assert rest == ["-m", "demos.digits", "--load", "a file"]
    found = shutil.which(program) or program
    assert Path(found).resolve() == Path(sys.executable).resolve()
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.chdir(tmp_path)
    assert command_line("-m", "demos") == f"{Path('.venv/bin/python')} -m demos"
