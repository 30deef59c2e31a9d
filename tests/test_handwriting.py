"""The handwriting demo: what it learns, what it says in either language, what it needs."""

import subprocess
import sys

import pytest

from demos import handwriting
from demos.handwriting import load_digits, main
from nn.drawing import EXCITED, NEGATIVE, POSITIVE


def test_native_code_learns_handwriting_to_over_95_percent_of_held_out_images(tmp_path, capsys):
    pytest.importorskip("sklearn")
    pytest.importorskip("llvmlite")
    pytest.importorskip("matplotlib")
    assert main(["--out", str(tmp_path), "--epochs", "40", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    said.encode("cp932")
    share = said.split("the images it has never seen    :")[1].split("%")[0]
    assert float(share) > 95.0
    assert "Values, a graph for every step, would have taken about" in said
    assert (tmp_path / "learned.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "network.json").exists()


@pytest.mark.filterwarnings("ignore:Glyph")  # no font is asked for here
def test_it_speaks_japanese_in_its_lines_its_help_and_its_picture(tmp_path, capsys, monkeypatch):
    pytest.importorskip("sklearn")
    pytest.importorskip("llvmlite")
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("demos.plots.japanese_font", lambda: "Noto Sans CJK JP")
    figures = []
    monkeypatch.setattr("demos.plots.use_fonts", figures.append)
    asked = ["--lang", "ja", "--epochs", "2", "--hidden", "3"]
    assert main([*asked, "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    said.encode("cp932")
    assert "初めて見る画像" in said
    assert "right" not in said
    drawn = [text.get_text() for text in figures[0].findobj(lambda part: hasattr(part, "get_text"))]
    assert {"コスト C", "エポック", "学習の経過"} <= set(drawn)
    assert any("正しくは" in text for text in drawn)
    assert any("興奮させる画素（青）と抑える画素（橙）" in text for text in drawn)
    from matplotlib.colors import to_hex

    maps = [image.get_cmap() for image in figures[0].findobj(lambda part: hasattr(part, "cmap"))]
    ends = {(to_hex(colours(0.0)), to_hex(colours(1.0))) for colours in maps}
    assert ends == {(NEGATIVE[False], POSITIVE[False]), ("#ffffff", EXCITED[False])}
    with pytest.raises(SystemExit):
        main(["--help", "--lang", "ja"])
    assert "隠れユニットの数" in capsys.readouterr().out


def test_ctrl_c_ends_it_with_a_line(capsys, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(handwriting, "run", interrupted)
    assert main([]) == 130
    assert capsys.readouterr() == ("", "stopped by Ctrl-C\n")


def test_held_out_images_are_a_quarter_and_the_same_on_every_run():
    pytest.importorskip("sklearn")
    learned, held_out = load_digits()
    assert (len(learned.images), len(held_out.images)) == (1348, 449)
    assert len(set(map(tuple, learned.images)) & set(map(tuple, held_out.images))) == 0
    assert load_digits()[1] == held_out
    assert {sum(row) for row in learned.targets} == {1.0}


def test_without_scikit_learn_the_error_says_what_to_install():
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['sklearn.datasets'] = None\n"
        "from demos.handwriting import main\n"
        "sys.exit(main([]))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True,
                         text=True)  # fmt: skip
    assert run.returncode == 2
    assert "pip install scikit-learn" in run.stderr
