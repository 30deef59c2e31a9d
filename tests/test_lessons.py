"""The lessons: each runs in both languages, prints what any console can show, and is right."""

import contextlib
import io
import logging
import math
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autograd_lite import draw, sigmoid, topological_order
from autograd_lite.console import console_text
from autograd_lite.words import Speaking, chosen_language
from demos.__main__ import main, run_lesson
from demos.contents import FOLDER, LESSONS, find_lesson
from demos.page import Page, joined, lesson_options, speak, width

pytest.importorskip("matplotlib")

NUMBERS = [lesson.number for lesson in LESSONS]
RUNS: "dict[tuple[int, str], Run]" = {}


class Run(NamedTuple):
    """What a lesson left behind: its names, what it printed, what it was warned of.

    matplotlib warns of letters that no font has, and of those in formulas it writes to its log.
    """

    names: dict[str, Any]
    text: str
    warnings: list[str]


class Logged(logging.Handler):
    """Keeps the warnings of a log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def lesson(pictures):
    """Return a function that runs a lesson, once in a whole test session."""

    def run(number, language="en"):
        if (number, language) not in RUNS:
            printed, logged = io.StringIO(), Logged()
            arguments = ["--lang", language, "--answers", "--out", str(pictures)]
            with contextlib.ExitStack() as around:
                around.enter_context(contextlib.redirect_stdout(printed))
                logging.getLogger("matplotlib").addHandler(logged)
                around.callback(logging.getLogger("matplotlib").removeHandler, logged)
                seen = around.enter_context(warnings.catch_warnings(record=True))
                warnings.simplefilter("always")
                names = run_lesson(find_lesson(number), arguments)
            warned = [str(warning.message) for warning in seen] + logged.lines
            RUNS[number, language] = Run(names, printed.getvalue(), warned)
        return RUNS[number, language]

    return run


# -- Every lesson, in both languages -------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_runs_and_prints_what_any_console_can_show(lesson, number, language):
    run = lesson(number, language)
    run.text.encode("cp932")
    if language == "en":
        plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        assert "\\" not in console_text(run.text, plain)  # each sign has a stand-in
    assert run.text.startswith(f"{number}. {find_lesson(number).title(language)}\n")
    for line in run.text.splitlines():
        assert width(line) <= 106, line
    assert run.warnings == []  # matplotlib warns of every glyph that it does not find


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_has_a_picture_and_two_questions_with_answers(lesson, number, language):
    page = lesson(number, language).names["page"]
    assert page.language == language
    assert len(page.pictures) >= 1
    for picture in page.pictures:
        assert picture.path.stat().st_size > 5_000
        assert picture.path.suffix in (".png", ".gif")
    assert page.questions in (2, 3)
    text = lesson(number, language).text
    assert text.count("答: " if language == "ja" else "Answer: ") == page.questions


def test_the_lessons_are_those_of_the_folder_in_order():
    assert [lesson.path for lesson in LESSONS] == sorted(FOLDER.glob("lesson_*.py"))
    assert NUMBERS == sorted(NUMBERS)


def test_answers_are_hidden_until_they_are_asked_for(lesson, pictures):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run_lesson(find_lesson(1), ["--lang", "en", "--out", str(pictures)])
    assert "Answer:" not in printed.getvalue()
    assert "python -m demos 1 --answers" in printed.getvalue()


# -- The figures of each slide -------------------------------------------------------------------


def test_lesson_1_the_unit_step_fires_from_zero_on(lesson):
    names = lesson(1).names
    assert (names["step"](-1e-9), names["step"](0.0), names["step"](1e-9)) == (0.0, 1.0, 1.0)
    for (x1, x2, x3), y in names["fired"].items():
        assert y == (1.0 if 2 * x1 + 1 * x2 + 3 * x3 >= 4 else 0.0)
    assert names["fired"][1, 0, 1] == 1.0
    assert names["fired"][1, 1, 0] == 0.0


def test_lesson_2_one_unit_with_four_activations(lesson):
    outputs = lesson(2).names["outputs"]
    assert outputs["step"] == (1.0, 0.0)
    assert outputs["sigmoid"] == (sigmoid(1.0), sigmoid(-1.0))
    assert outputs["tanh"] == (math.tanh(1.0), math.tanh(-1.0))
    assert outputs["relu"] == (1.0, 0.0)


def test_lesson_3_sigma_of_0_is_a_half_and_the_curve_is_symmetric(lesson):
    run = lesson(3)
    assert sigmoid(0.0) == 0.5
    assert sigmoid(-2.0) == pytest.approx(1 - sigmoid(2.0), abs=1e-15)
    assert "0   0.500000     0.500000" in run.text
    assert run.names["excited"] > 0.95
    assert run.names["calm"] < 0.05


def test_lesson_4_a_bias_of_minus_theta_gives_the_same_output(lesson):
    names = lesson(4).names
    assert names["with_bias"].data == names["with_threshold"] == sigmoid(-1.5)


def test_lesson_5_the_network_of_the_slides_has_47_parameters(lesson):
    names = lesson(5).names
    assert names["count"] == 47
    assert len(names["outputs"]) == 2


def test_lesson_6_the_digit_network_learns_its_64_images(lesson):
    names = lesson(6).names
    assert len(names["images"]) == 64
    assert len(names["zeros"]) == len(names["ones"]) == 32
    for image in names["images"]:
        assert len(image.rows) == 4
        assert {len(row) for row in image.rows} == {3}
        assert set(image.pixels) <= {0.0, 1.0}
    assert names["after"] == 1.0
    network = names["network"]
    network(names["zeros"][0].pixels)
    assert names["z_by_hand"] == pytest.approx(network["z_1^2"].data, rel=1e-12)
    zero, one, unclear = (names["responses"][name][3:] for name in ("0", "1", "?"))
    assert zero[0] > 0.9 > 0.1 > zero[1]
    assert one[1] > 0.9 > 0.1 > one[0]
    assert max(unclear) < 0.75


def test_lesson_7_the_recurrence_equals_the_network_exactly(lesson):
    names = lesson(7).names
    assert names["terms"] == [1, 3, 7, 15, 31, 63]
    assert names["signals"] == names["outputs"]
    assert len(names["outputs"]) == 2


def test_lesson_8_the_three_rules_of_the_sum_hold(lesson):
    names = lesson(8).names
    assert names["rule_1"] == (10.0, 10.0)
    assert names["rule_2"] == (110.0, 110.0)
    assert names["rule_3"] == (50.0, 50.0)
    assert names["slopes"] == [5.0] * 4


def test_lesson_9_the_magnitude_is_the_root_of_5_and_the_lesson_says_so(lesson):
    run = lesson(9)
    assert run.names["magnitude"] == math.sqrt(5.0)
    assert run.names["product"] == 13.0
    assert "The slide prints 5" in run.text
    assert "√5 が正解" in lesson(9, "ja").text
    assert run.names["unit"]([0.5, -1.0]).data == sigmoid(0.25)


def test_lesson_9_cauchy_schwarz_is_an_equality_for_parallel_vectors(lesson):
    names = lesson(9).names
    a, norm, dot = names["a"], names["norm"], names["dot"]
    bound = {case: norm(a) * norm(b) for case, b in names["cases"].items()}
    product = {case: dot(a, b) for case, b in names["cases"].items()}
    assert product["same"] == pytest.approx(bound["same"], rel=1e-15)
    assert product["opposite"] == pytest.approx(-bound["opposite"], rel=1e-15)
    assert -bound["between"] < product["between"] < bound["between"]


def test_lesson_10_the_products_are_those_of_the_slide_put_right(lesson):
    run = lesson(10)
    x, y, z = 2.0, 1.0, 3.0
    wanted = [3 * x + y + 4 * z, x + 5 * y + 9 * z, 2 * x + 6 * y + 5 * z]
    assert [number.data for number in run.names["column"]] == wanted
    assert run.names["multiplied"] == [[1 * 5 + 2 * 7, 1 * 6 + 2 * 8], [3 * 5 + 4 * 7, 50]]
    assert run.names["formula"] == [y.data for y in run.names["layer"]([1.0, 0.5, 2.0])]
    assert "ap+br is meant" in run.text
    assert "正しくは ap+br" in lesson(10, "ja").text


def test_lesson_11_the_slope_of_the_secant_tends_to_that_of_backprop(lesson):
    names = lesson(11).names
    assert names["x"].grad == 2.0
    errors = [abs(slope - 2.0) for slope in names["slopes"]]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == pytest.approx(0.001, rel=1e-6)


def test_lesson_12_formula_backprop_and_difference_agree(lesson):
    run = lesson(12)
    assert run.names["slopes"] == pytest.approx(dict(zip(run.names["names"],
        run.names["by_hand"].values())), rel=1e-15)  # fmt: skip
    assert run.names["slopes"]["e^(-x)"] == pytest.approx(-math.exp(-1.5))
    assert run.names["slopes"]["7"] == 0.0
    for f, slope in run.names["by_hand"].items():
        assert run.names["check_gradients"](f, 1.5).partials[0].measured == pytest.approx(slope)


def test_lesson_13_the_slope_of_the_example_is_minus_3_and_0(lesson):
    names = lesson(13).names
    assert names["slope"] == -3.0
    assert names["bottom"].grad == 0.0


def test_lesson_14_the_slope_of_the_sigmoid_comes_from_its_output(lesson):
    names = lesson(14).names
    assert names["slopes"][0.0] == 0.25
    for z, slope in names["slopes"].items():
        assert slope == sigmoid(z) * (1 - sigmoid(z))


def test_lesson_15_all_three_slopes_are_zero_and_the_second_tells(lesson):
    names = lesson(15).names
    assert [names["first"][name] for name in ("valley", "hill", "terrace")] == [0.0, 0.0, 0.0]
    assert [names["second"][name] for name in ("valley", "hill", "terrace")] == [2.0, -2.0, 0.0]


def test_lesson_16_the_partials_of_wx_plus_b(lesson):
    names = lesson(16).names
    assert (names["x"].grad, names["w"].grad, names["b"].grad) == (2.0, 3.0, 1.0)


def test_lesson_17_the_gradient_is_zero_at_the_bottom_and_at_the_saddle(lesson):
    gradient = lesson(17).names["gradient"]
    assert gradient["x^2 + y^2", (0.0, 0.0)] == gradient["x^2 - y^2", (0.0, 0.0)] == (0.0, 0.0)
    assert gradient["x^2 + y^2", (1.0, 0.5)] == (2.0, 1.0)
    assert gradient["x^2 - y^2", (1.0, 0.5)] == (2.0, -1.0)


def test_lesson_18_the_error_quarters_and_the_gradient_is_the_steepest_way(lesson):
    names = lesson(18).names
    errors = names["errors"]
    assert errors[0] == pytest.approx(0.031)
    assert errors[5] / errors[4] == pytest.approx(0.25, abs=0.001)
    assert names["gradient"] == (4.0, 6.0)
    assert abs(names["best"] - names["downhill"]) <= 1.0
    assert names["valley"](*names["path"][-1]) < 1e-4


def test_lesson_19_the_chain_rule_in_one_variable(lesson):
    run = lesson(19)
    assert run.names["u"].grad == 2 * 1.5
    assert run.names["u"].partials[1] == -1.0
    assert run.names["x"].grad == -4 + 2 * 0.5 == -3.0
    assert "dy/dx = dy/du * ∂u/∂x = 3 * (-1) = -3" in run.text


def test_lesson_20_the_chain_rule_in_two_variables(lesson):
    run = lesson(20)
    assert (run.names["u"].data, run.names["v"].data) == (17.0, 39.0)
    assert (run.names["x"].grad, run.names["y"].grad) == (268.0, 380.0)
    assert "dC/dx = 268: C depends on x along 2 paths" in run.text
    assert "dC/dx = 268: C は 2 本の経路" in lesson(20, "ja").text


def test_lesson_21_every_delta_by_hand_is_what_backprop_leaves_in_z_grad(lesson):
    names = lesson(21).names
    assert sorted(names["by_hand"]) == ["z_1^2", "z_1^3", "z_2^2", "z_2^3", "z_3^2"]
    assert names["by_engine"] == pytest.approx(names["by_hand"], rel=1e-12)
    assert names["weight"] == pytest.approx(
        names["by_hand"]["z_1^3"] * names["hidden_layer_outputs"][1], rel=1e-12
    )
    assert names["right"] == 1.0
    assert names["history"].costs[-1] < 0.2


def test_lesson_22_matrices_give_every_number_of_the_units_to_the_last_bit(lesson):
    names = lesson(22).names
    assert names["by_matrices"] == names["by_units"]
    assert len(names["by_units"]) == 3 + 2 + 2
    network = names["network"]
    assert len(names["by_delta"]) == len(names["one_by_one"]) == len(network.parameters()) == 47
    assert names["same"] == names["same_in_batch"] == 47
    assert names["flat"](names["slopes_of"](network)) == names["one_by_one"]
    assert len({number for number in names["one_by_one"] if number}) == 47
    x, t = names["pixels"][20], names["targets"][20]
    outputs = [output.data for output in network(x)]
    assert names["Z2"][1][20] + names["b2"][1] == network["z_2^2"].data
    assert [row[20] for row in names["A3"]] == outputs
    assert [row[20] for row in names["errors"]] == [a - wanted for a, wanted in zip(outputs, t)]


def test_lesson_22_says_what_to_install_to_compare_with_a_library(monkeypatch, tmp_path):
    for package in ("jax", "torch"):
        monkeypatch.setitem(sys.modules, package, None)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        names = run_lesson(find_lesson(22), ["--lang", "en", "--out", str(tmp_path)])
    assert re.search(r"JAX +pip install jax +\n +PyTorch +pip install torch", printed.getvalue())
    assert names["apart"] == names["returned"] == {}


# -- The page and the command line ---------------------------------------------------------------


def test_the_list_has_a_line_for_every_lesson(capsys):
    assert main(["--lang", "ja"]) == 0
    text = capsys.readouterr().out
    text.encode("cp932")
    for entry in LESSONS:
        assert f"{entry.number:>3}  {entry.ja}\n" in text


def test_a_number_that_is_no_lesson_is_answered(capsys):
    assert main(["23"]) == 2
    assert "there is no lesson 23" in capsys.readouterr().err
    assert main(["first"]) == 2
    assert "write a lesson's number" in capsys.readouterr().err


def test_the_language_is_that_of_the_locale(monkeypatch):
    monkeypatch.delenv("AUTOGRAD_LITE_LANG")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert chosen_language() == "ja"
    assert lesson_options().parse_args([]).lang == "ja"
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert chosen_language() == "en"
    monkeypatch.delenv("LC_ALL")
    monkeypatch.delenv("LANG")
    monkeypatch.setattr("locale.getlocale", lambda: ("Japanese_Japan", "932"))  # Windows
    assert chosen_language() == "ja"


def test_a_language_can_be_chosen_for_all_pages(monkeypatch):
    monkeypatch.setattr("autograd_lite.words.Spoken.language", "")
    speak("ja")
    assert lesson_options().parse_args([]).lang == "ja"
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        speak("fr")


def test_columns_align_with_japanese_letters(capsys):
    with Speaking(None):
        page = Page(1, ["--lang", "ja"])
    capsys.readouterr()
    page.table(["手計算", "z"], [["1", "2"], ["差", "三四"]])
    lines = capsys.readouterr().out.splitlines()
    assert [width(line) for line in lines] == [width(lines[0])] * 3


def test_a_lesson_run_as_a_file_prints_on_a_japanese_windows_console(tmp_path):
    environment = dict(os.environ, PYTHONIOENCODING="cp932", PYTHONUTF8="0")
    path = find_lesson(1).path
    done = subprocess.run(
        [sys.executable, str(path), "--lang", "ja", "--out", str(tmp_path)],
        capture_output=True, check=False, env=environment, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode("cp932")
    assert "発火" in done.stdout.decode("cp932")
    assert list(tmp_path.glob("01_firing.ja.png"))


def test_a_console_without_japanese_gets_question_marks_not_an_error(tmp_path):
    environment = dict(os.environ, PYTHONIOENCODING="ascii")
    done = subprocess.run(
        [sys.executable, "-m", "demos", "--lang", "ja"],
        capture_output=True, check=False, env=environment, timeout=60,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"  1  ???" in done.stdout


def test_without_a_japanese_font_pictures_are_in_english_and_the_reader_is_told(
    monkeypatch, capsys
):
    monkeypatch.setattr("demos.plots.japanese_font", lambda: "")
    with Speaking(None):
        page = Page(1, ["--lang", "ja"])
    assert page.label("傾き", "slope") == page.label("傾き", "slope") == "slope"
    assert capsys.readouterr().out.count("日本語フォントがない") == 1


def test_lines_join_between_japanese_letters_only():
    assert joined("x**2 < `a * b`") == "x\\*\\*2 &lt; `a * b`"
    assert joined("微分を\n求める") == "微分を求める"
    assert joined("the sum\nof all") == "the sum\nof all"
    assert joined("式:\n\n    z = wx\n\n次へ") == "式:\n\n    z = wx\n\n次へ"


def test_a_lesson_draws_in_the_language_of_its_page(monkeypatch, tmp_path):
    """Whatever the reader's own language is."""
    drawn = {}

    def note(drawing, path, **options):
        drawn[Path(path).name] = drawing.source
        Path(path).write_bytes(b"")

    monkeypatch.setattr("autograd_lite.drawing.drawing.Drawing.save", note)
    for spoken, language in (("ja", "en"), ("en", "ja")):
        with Speaking(spoken), contextlib.redirect_stdout(io.StringIO()):
            run_lesson(find_lesson(13), ["--lang", language, "--out", str(tmp_path)])
            assert chosen_language() == spoken  # as before
    assert "grad −3" in drawn["13_graph.en.png"]
    assert "勾配 −3" in drawn["13_graph.ja.png"]


def test_two_pictures_of_one_lesson_have_one_colour_for_one_path(lesson):
    from autograd_lite.drawing.theme import THEMES

    names = lesson(20).names
    diagram = names["picture"].axes[0]
    of_text = {text.get_text(): text.get_color().lower() for text in diagram.texts}
    first, second = THEMES["light"].paths[:2]
    assert of_text["∂u/∂x = a = 1"] == of_text["∂C/∂u = 2u = 34"] == first
    assert of_text["∂v/∂x = p = 3"] == of_text["∂C/∂v = 2v = 78"] == second
    source = draw(names["C"], paths_from=names["x"], constants=False).source
    numbers = {node.label: k for k, node in enumerate(topological_order(names["C"]))}
    for label, color in (("u", first), ("v", second)):
        leaving = re.findall(rf"\tn{numbers[label]} -> [^\n]+", source)
        assert leaving and all(f'color="{color}"' in edge for edge in leaving)


def test_without_graphviz_a_lesson_goes_on_and_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys.modules["autograd_lite.drawing.render"], "renderer", lambda: "")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        names = run_lesson(find_lesson(13), ["--lang", "en", "--out", str(tmp_path)])
    assert "note: drawing needs Graphviz" in printed.getvalue()
    assert [picture.path.name for picture in names["page"].pictures] == ["13_curve.en.png"]


def test_without_matplotlib_a_lesson_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["4", "--lang", "en"]) == 2
    assert "pip install matplotlib" in capsys.readouterr().err
