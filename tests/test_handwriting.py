"""The handwriting demo: what it learns, what it says, what it needs."""

import subprocess
import sys

import pytest

from demos.handwriting import load_digits, main


def test_native_code_learns_handwriting_to_over_95_percent_of_held_out_images(tmp_path, capsys):
    pytest.importorskip("sklearn")
    pytest.importorskip("llvmlite")
    pytest.importorskip("matplotlib")
    assert main(["--out", str(tmp_path), "--epochs", "40"]) == 0
    said = capsys.readouterr().out
    said.encode("cp932")
    share = said.split("the images it has never seen:")[1].split("%")[0]
    assert float(share) > 95.0
    assert "Values, a graph for every step, would have taken about" in said
    assert (tmp_path / "learned.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "network.json").exists()


def test_held_out_images_are_a_quarter_and_the_same_on_every_run():
    pytest.importorskip("sklearn")
    learned, held_out = load_digits()
    assert (len(learned.images), len(held_out.images)) == (1348, 449)
    assert len(set(map(tuple, learned.images)) & set(map(tuple, held_out.images))) == 0
    assert load_digits()[1] == held_out
    assert {sum(row) for row in learned.targets} == {1.0}


def test_without_scikit_learn_the_error_names_the_extra():
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['sklearn.datasets'] = None\n"
        "from demos.handwriting import main\n"
        "sys.exit(main([]))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True,
                         text=True)  # fmt: skip
    assert run.returncode == 2
    assert 'pip install "autograd-lite[handwriting]"' in run.stderr
