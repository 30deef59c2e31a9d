"""The GPT demo: one model in four ways, what it may see, its files, its pictures, its lines."""

import math
import random
import re
import sys

import pytest

from autograd_lite import Value, gradients
from autograd_lite.compiling.descent import Descent
from autograd_lite.compiling.schedule import Schedule
from autograd_lite.words import LANGUAGES, Speaking
from demos.gpt import __main__ as demo
from demos.gpt.__main__ import main, read_names
from demos.gpt.model import (
    ALPHABET,
    GPT,
    OP_BY_OP,
    WHOLE,
    Letters,
    Shape,
    fresh,
    loss,
    tokens_of,
    written_name,
)
from demos.gpt.pictures import drawn_loss, traced_loss
from demos.gpt.program import Form, program_of
from demos.gpt.saving import load_gpt, save_gpt
from demos.gpt.training import Cooling, Eager, training_of
from nn import Adam, GradientDescent, Network, squared_error
from nn.compiled import compiled_network, rule_of

TINY = Shape(width=4, heads=2, block=8)
NAMES = ["ai", "ken", "bo", "eva"]
STEPS = [0, 1, 2, 3, 1, 0]


def letters_of(name):
    tokens = tokens_of(name)
    return Letters(tokens[:-1], tokens[1:])


def taken(way, engine):
    """Return the losses of some steps of a training, and its parameters after them."""
    training = training_of(way, engine, TINY, fresh(TINY, 3), NAMES, Cooling(len(STEPS)))
    losses = [training.step(name) for name in STEPS]
    return losses, training.numbers()


# -- One model, four ways -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def op_by_op():
    return taken("ops", "")


@pytest.mark.parametrize(
    "way, engine",
    [("dot", ""), ("lengths", "python"), ("padded", "python"), ("lengths", "native"),
     ("padded", "native")],
)  # fmt: skip
def test_all_ways_take_the_same_steps_to_rounding(way, engine, op_by_op):
    if engine == "native":
        pytest.importorskip("llvmlite")
    losses, numbers = taken(way, engine)
    assert losses == pytest.approx(op_by_op[0], rel=1e-12)
    # Adam divides by the size of a gradient, so where that is rounding alone steps may differ.
    assert numbers == pytest.approx(op_by_op[1], abs=1e-7)
    assert losses[-1] != losses[0]


@pytest.mark.long
def test_all_ways_take_the_same_steps_at_full_size():
    pytest.importorskip("llvmlite")
    names = [name for name in read_names() if len(name) < 7][::40]
    runs = []
    for way in ("ops", "dot", "lengths", "padded"):
        training = training_of(way, "native", Shape(), fresh(Shape(), 1), names, Cooling(60))
        runs.append([training.step(step % len(names)) for step in range(60)])
    for losses in runs[1:]:
        assert losses == pytest.approx(runs[0], rel=1e-9)


def test_ops_and_inner_products_make_other_graphs_of_the_same_numbers():
    def nodes(sums):
        gpt = GPT(TINY, [Value(number) for number in fresh(TINY, 1)], sums)
        C = loss(gpt, letters_of("ai"))
        return C.data, len({id(node) for node in below(C)})

    (by_op, many), (whole, few) = nodes(OP_BY_OP), nodes(WHOLE)
    assert by_op == whole
    assert many > 2 * few


def below(output):
    seen, unseen = set(), [output]
    while unseen:
        node = unseen.pop()
        if node not in seen:
            seen.add(node)
            unseen += node.parents
    return seen


def test_the_gradient_is_that_of_differences():
    numbers = fresh(TINY, 5)
    gpt = GPT(TINY, [Value(number) for number in numbers])
    name = letters_of("emma")
    slopes = gradients(loss(gpt, name), gpt.parameters)
    h = 1e-6
    for k in random.Random(1).sample(range(len(numbers)), 40):
        up, down = list(numbers), list(numbers)
        up[k] += h
        down[k] -= h
        difference = (loss(GPT(TINY, up), name) - loss(GPT(TINY, down), name)) / (2.0 * h)
        assert slopes[k].data == pytest.approx(difference, rel=1e-5, abs=1e-8)


def test_the_padded_program_becomes_loops():
    form = Form(5)
    program = program_of(TINY, form, "python").program
    inputs = len(program.inputs)
    schedule = Schedule(program, range(inputs - len(form.inputs()), inputs))
    assert schedule.irregular < 0.02 * len(program.body)


# -- The model ------------------------------------------------------------------------------------


def test_its_parameters_are_those_of_the_smallest_gpt():
    assert Shape().parameters() == 27 * 16 + 16 * 16 + 4 * 16**2 + 2 * 4 * 16**2 + 27 * 16
    assert len(set(TINY.parameter_names())) == TINY.parameters() == len(fresh(TINY, 1))
    assert TINY.parameter_names()[0] == "E[0,0]"


def test_a_place_sees_nothing_of_the_future_and_all_of_the_past():
    gpt = GPT(TINY, fresh(TINY, 2))
    one, other, earlier = (gpt.read(letters_of(name)).p for name in ("abc", "abz", "xbc"))
    assert one[:3] == other[:3]
    assert one[3] != other[3]
    assert one[0] == earlier[0]
    assert one[2] != earlier[2]


def test_probabilities_add_up_and_rms_norm_leaves_a_mean_square_of_one():
    gpt = GPT(TINY, [10.0 * number for number in fresh(TINY, 2)])
    passage = gpt.read(letters_of("emma"))
    for p in passage.p:
        assert len(p) == len(ALPHABET)
        assert min(p) > 0.0
        assert sum(p) == pytest.approx(1.0)
    for x in passage.embedded:
        assert sum(x_i * x_i for x_i in x) / len(x) == pytest.approx(1.0, rel=1e-3)


def test_attention_brings_what_is_told_where_the_question_meets_the_offer():
    gpt = GPT(Shape(2, 1, 8), fresh(Shape(2, 1, 8), 1))
    name = letters_of("ab")
    values = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]
    keys = [[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]]
    assert gpt.attention(name, 2, 0, [20.0, 0.0], keys, values) == pytest.approx([2.0, 20.0])
    assert gpt.attention(name, 2, 0, [0.0, 0.0], keys, values) == pytest.approx([2.0, 20.0])
    assert gpt.attention(name, 0, 0, [20.0, 0.0], keys, values) == [1.0, 10.0]


def test_one_that_knows_nothing_has_the_loss_ln_27():
    gpt = GPT(TINY, [0.0] * TINY.parameters())
    assert loss(gpt, letters_of("ken")) == pytest.approx(math.log(27))


def test_a_form_takes_shorter_names_and_counts_only_their_places():
    form = Form(5)
    filled = list(form.filled(tokens_of("ab")))
    assert len(filled) == len(form.inputs())
    assert sum(filled[: 6 * 27]) == 6.0  # a letter at each place and at the end
    assert filled[-5:] == [1 / 3, 1 / 3, 1 / 3, 0.0, 0.0]
    with pytest.raises(ValueError, match="a name of 7 places does not fit into 5"):
        form.filled(tokens_of("abcdef"))


@pytest.mark.parametrize("name", ["", "Ken", "o'neil", "あい"])
def test_names_have_the_letters_a_to_z(name):
    with pytest.raises(ValueError, match="the letters a to z"):
        tokens_of(name)


def test_what_is_no_shape_is_refused_and_a_name_that_is_too_long():
    with pytest.raises(ValueError, match=r"heads \(3\) share the width \(16\)"):
        GPT(Shape(heads=3), [])
    with pytest.raises(ValueError, match=r"440 parameters, not 1"):
        GPT(TINY, [0.0])
    with pytest.raises(ValueError, match="takes 9 places, and this GPT reads 8"):
        training_of("dot", "", TINY, fresh(TINY, 1), ["abcdefgh"], Cooling(1))


def test_the_rate_of_adam_falls_evenly_to_nothing():
    update, usual = Cooling(4, rate=0.1), Adam(0.1, 0.85, 0.99)
    p = q = [1.0, -2.0]
    for step in range(4):
        usual.rate = 0.1 * (1.0 - step / 4)
        p, q = update(p, [0.5, -3.0 + step]), usual(q, [0.5, -3.0 + step])
        assert p == q
    assert usual.rate == pytest.approx(0.025)


def test_made_up_names_are_repeatable_and_low_temperature_takes_the_likeliest_letter():
    gpt = GPT(TINY, [20.0 * number for number in fresh(TINY, 4)])
    cold = {written_name(gpt, 1e-6, random.Random(seed)) for seed in range(5)}
    hot = [written_name(gpt, 3.0, random.Random(seed)) for seed in range(5)]
    assert len(cold) == 1
    assert len(set(hot)) > 1
    assert hot == [written_name(gpt, 3.0, random.Random(seed)) for seed in range(5)]
    assert all(1 <= len(name) < TINY.block and set(name) <= set(ALPHABET[1:]) for name in hot)


def test_the_names_are_some_hundreds_of_several_letters_each_once():
    names = read_names()
    assert len(names) == len(set(names)) == 1491
    assert names == sorted(names)
    assert {"aiko", "emma", "pablo", "ngozi", "jihun"} <= set(names)
    assert all(re.fullmatch("[a-z]{2,7}", name) for name in names)
    assert b"\r" not in demo.NAMES.read_bytes()


# -- Programs that share their numbers ------------------------------------------------------------


def test_loops_of_other_parameters_cannot_share_them():
    pytest.importorskip("llvmlite")
    found = []
    for sizes in ([1, 1], [1, 2]):
        network = Network(sizes)
        compiled = compiled_network(network, squared_error, "native")
        p = [parameter.data for parameter in network.parameters()]
        rows = [[1.0]] * 2, [[0.0] * sizes[-1]] * 2
        found.append(Descent(compiled, rule_of(GradientDescent()), [p, *rows], [], [], epochs=1,
                             steps_per_epoch=2))  # fmt: skip
    with pytest.raises(ValueError, match="2 numbers cannot be shared with 4"):
        found[0].work_with(found[1])


def test_a_step_that_overshoots_says_so():
    pytest.importorskip("llvmlite")
    shape = Shape(2, 1, 4)
    update = Cooling(5, rate=1e300)
    training = training_of("padded", "native", shape, fresh(shape, 1), ["a"], update)
    with pytest.raises(ArithmeticError, match="no finite number"):
        for _ in range(5):
            training.step(0)


# -- Files ----------------------------------------------------------------------------------------


def test_a_saved_gpt_comes_back_bit_for_bit(tmp_path):
    numbers = fresh(TINY, 6)
    path = save_gpt(TINY, numbers, tmp_path / "gpt.json")
    assert load_gpt(path) == (TINY, numbers)
    assert b"\r" not in path.read_bytes()
    with pytest.raises(ValueError, match=r"saved as \.json"):
        save_gpt(TINY, numbers, tmp_path / "gpt.py")
    with pytest.raises(ValueError, match=r"too large for a float"):
        save_gpt(TINY, [math.nan, *numbers[1:]], path)
    assert load_gpt(path) == (TINY, numbers)


DAMAGE = {
    "its format is not": ('"autograd-lite GPT"', '"other"'),
    "its version is 2": ('"version": 1', '"version": 2'),
    "share the width": ('"heads": 2', '"heads": 3'),
    "it has no 'U'": ('"U"', '"V"'),
    "E must have 27 rows": ('"E": [', '"E": [[],'),
    "is a str": ('"width": 4', '"width": "4"'),
    "a row of W_q must have 4 numbers": ('"W_q": [\n    [', '"W_q": [\n    [1.0,'),
    "is nan|is NaN": ('"W_q": [\n    [', '"W_q": [\n    [NaN,'),
    "stands there twice": ('"version": 1', '"version": 1, "version": 1'),
    "Expecting": ("{", "{,"),
}


@pytest.mark.parametrize("message", DAMAGE)
def test_a_damaged_file_says_what_is_wrong(message, tmp_path):
    path = save_gpt(TINY, fresh(TINY, 1), tmp_path / "gpt.json")
    whole = path.read_text(encoding="utf-8")
    before, after = DAMAGE[message]
    assert before in whole
    path.write_text(whole.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"is not a saved GPT: .*({message})"):
        load_gpt(path)


# -- Pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_loss_is_drawn_and_stepped_by_the_parts_of_the_model(language, tmp_path):
    with Speaking(language):
        steps = traced_loss(Shape(2, 1, 4), fresh(Shape(2, 1, 4), 1), "a")
        picture, page = drawn_loss(steps, tmp_path / "gpt-a.x")
    assert set(steps.nodes) <= set(steps.groups)
    heads = {"en": "attention head 1, place 1", "ja": "注意のヘッド 1、位置 1"}[language]
    for path in (picture, page):
        written = path.read_text(encoding="utf-8")
        assert heads.split(",")[0].split("、")[0] in written
        assert "MLP" in written
    assert any(box[-1] == heads for box in steps.groups.values())


def test_every_node_is_in_the_box_of_its_place():
    with Speaking("en"):
        steps = traced_loss(TINY, fresh(TINY, 1), "ai")
    boxes = steps.groups
    assert all(node in boxes for node in steps.nodes)
    inner = {box[-1] for box in boxes.values() if box[0].startswith("place 1")}
    assert inner == {
        "embedding, place 1", "q, k, v, place 1", "attention head 1, place 1",
        "attention head 2, place 1", "heads mixed, place 1", "MLP, place 1", "softmax, place 1",
    }  # fmt: skip
    relus = [boxes[node][-1] for node in steps.nodes if node.op and node.op.name == "relu"]
    assert sorted(set(relus)) == ["MLP, place 0", "MLP, place 1", "MLP, place 2"]


# -- The command line -----------------------------------------------------------------------------

SMALL = ["--width", "4", "--heads", "2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_trains_saves_and_writes_names_and_the_loaded_one_the_same(
    language, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(demo, "TOLD", 2)
    path = tmp_path / "new" / "gpt.json"
    asked = ["--lang", language, "--names", "3"]
    assert main([*asked, *SMALL, "--steps", "4", "--way", "dot", "--save", str(path)]) == 0
    said = capsys.readouterr().out
    said.encode("cp932")
    assert {"en": "step 2 of 4: loss", "ja": "ステップ 2 / 4: 損失"}[language] in said
    assert "--way padded" in said  # what would be faster
    names = said[said.index("\n\n") :]
    assert main([*asked, "--load", str(path)]) == 0
    assert capsys.readouterr().out == names[1:]
    assert len(re.findall("[a-z]+", names.split(":\n")[1].rsplit("\n", 2)[0])) == 3


def test_ctrl_c_leaves_a_whole_saved_model(tmp_path, capsys, monkeypatch):
    whole, steps = [], Eager.step

    def step(training, name):
        if len(whole) == 3:
            raise KeyboardInterrupt
        found = steps(training, name)
        whole.append(training.numbers())
        return found

    monkeypatch.setattr(Eager, "step", step)
    path = tmp_path / "gpt.json"
    asked = [*SMALL, "--steps", "9", "--way", "dot", "--save", str(path), "--lang", "en"]
    assert main(asked) == 130
    said = capsys.readouterr()
    assert f"after 3 steps; what is learned so far is saved: {path}" in said.out
    assert said.err == "stopped by Ctrl-C\n"
    assert load_gpt(path)[1] == whole[-1]


def test_ctrl_c_before_the_first_step_leaves_the_old_file(tmp_path, capsys, monkeypatch):
    def step(training, name):
        raise KeyboardInterrupt

    monkeypatch.setattr(Eager, "step", step)
    path = save_gpt(TINY, fresh(TINY, 1), tmp_path / "gpt.json")
    before = path.read_bytes()
    assert main([*SMALL, "--steps", "9", "--way", "dot", "--save", str(path)]) == 130
    assert path.read_bytes() == before


def test_without_llvmlite_it_trains_in_python_and_says_what_would_be_faster(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    small = ["--width", "2", "--heads", "1", "--names", "1", "--lang", "en"]
    assert main([*small, "--steps", "2", "--save", str(tmp_path / "gpt.json")]) == 0
    said = capsys.readouterr().out
    assert "programs: Python" in said
    assert "pip install llvmlite" in said


def test_speeds_shows_the_same_loss_for_each_way_and_saves_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small = ["--width", "2", "--heads", "1", "--steps", "2", "--engine", "python"]
    assert main([*small, "--speeds", "--lang", "ja"]) == 0
    said = capsys.readouterr().out
    said.encode("cp932")
    lines = said.splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["ops", "dot", "lengths", "padded"]
    assert len({line.split()[-1] for line in lines}) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "asked, message",
    [
        (["--steps", "-1"], "--steps is 0 or more"),
        (["--temperature", "0"], "--temperature is a positive number"),
        (["--temperature", "nan"], "--temperature is a positive number"),
        (["--heads", "3"], "share the width"),
        (["--load", "x.json", "--width", "4"], "--load brings its own"),
        (["--load", "nowhere.json"], "nowhere.json"),
        (["--draw", "Ai"], "the letters a to z"),
        (["--draw", "a" * 20], "takes 21 places, and this GPT reads 16"),
        (["--save", "gpt.py"], "saved as .json"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_done(asked, message, capsys, tmp_path,
                                                             monkeypatch):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["--lang", "en", *asked]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_drawing_a_large_one_gives_the_picture_and_says_why_not_the_page(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    asked = ["--lang", "en", "--draw", "abcd", "--width", "16", "--heads", "4"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "gpt-abcd.svg" in said
    assert "cannot be drawn: the graph has" in said
    assert (tmp_path / "gpt-abcd.svg").exists()
    assert not (tmp_path / "gpt-abcd.html").exists()


@pytest.mark.long
def test_a_thousand_steps_in_machine_code_learn_names(tmp_path, capsys):
    pytest.importorskip("llvmlite")
    assert main(["--save", str(tmp_path / "gpt.json"), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    last = float(re.search(r"([0-9.]+) at last", said)[1])
    assert last < 2.45
