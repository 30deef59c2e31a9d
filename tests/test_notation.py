"""The slides' notation: what is written is read again, and nothing else is taken for it."""

from itertools import product
from pathlib import Path

import pytest

import autograd_lite
import nn
from autograd_lite import Value, notation, sigmoid
from autograd_lite.drawing.groups import slides_boxes
from autograd_lite.drawing.text import typeset
from autograd_lite.notation import box, names_parameter, read

NUMBERS = [1, 2, 9, 10, 12, 123]
ROOMS = [Path(room.__file__).parent for room in (autograd_lite, nn)]


@pytest.mark.parametrize("j, layer", list(product(NUMBERS, NUMBERS)))
def test_every_label_of_a_unit_is_read_as_that_units(j, layer):
    written = [notation.bias(j, layer), notation.weighted_input(j, layer)]
    written += [notation.weight(j, i, layer) for i in NUMBERS]
    if layer > 1:
        written.append(notation.activation(j, layer))
    for label in written:
        assert read(label).unit() == str(j)
        assert box(label) == notation.unit_box(j, layer) == (f"layer {layer}", f"a_{j}^{layer}")


@pytest.mark.parametrize("j", NUMBERS)
def test_inputs_are_in_the_box_of_their_layer(j):
    assert box(notation.activation(j, 1)) == ("layer 1",)


@pytest.mark.parametrize("label", [
    "", "w", "a", "w_1^2", "w_112^2", "w_11", "w_11^l", "b_1,2^2", "z_i^2", "x_1^2", "δ_1^2",
    "a_1^2 ", "a_1^2\n", "a_１^2", "aa_1^2", "C_T", "t_1", None, 3, ("a_1^2",),
])  # fmt: skip
def test_any_other_label_names_no_box(label):
    assert box(label) == ()


@pytest.mark.parametrize("label, parts", [
    ("w_11^2", ("w", "11", "2")), ("w_1,12^2", ("w", "1,12", "2")), ("x_1", ("x", "1", "")),
    ("C_T", ("C", "T", "")), ("w_ji^l", ("w", "ji", "l")), ("δ_1^3", ("δ", "1", "3")),
])  # fmt: skip
def test_a_label_is_read_apart(label, parts):
    assert read(label) == parts


@pytest.mark.parametrize("label", ["my_name", "w_", "_1", "w^2", "w_1^", "x_abc", "x_1_2", 7])
def test_what_is_not_in_the_notation_is_not_read(label):
    assert read(label) is None


def test_a_picture_sets_what_is_read_and_nothing_else():
    assert typeset("w_1,12^2") == "w<SUB>1,12</SUB><SUP>2</SUP>"
    assert typeset("x_1") == "x<SUB>1</SUB>"
    assert typeset("my_name") == "my_name"


@pytest.mark.parametrize("label", ["w", "b", "w1", "w_11^2", "b_1^2", "W[0]", "θ", "w'", "w^2"])
def test_weights_and_biases_name_parameters(label):
    assert names_parameter(label)


@pytest.mark.parametrize("label", ["", "x", "weight", "bias", "z_1^2", "a_1^2", " w", None])
def test_other_labels_name_no_parameter(label):
    assert not names_parameter(label)


def test_nodes_labelled_by_hand_get_the_slides_boxes():
    w, a = Value(0.5, notation.weight(1, 1, 2)), Value(1.0, notation.activation(1, 1))
    out = sigmoid(w * a)
    out.label = notation.activation(1, 2)
    assert slides_boxes([w, a, out.parents[0], out]) == [
        ("layer 2", "a_1^2"), ("layer 1",), ("layer 2", "a_1^2"), ("layer 2", "a_1^2"),
    ]  # fmt: skip


def test_the_notation_is_written_in_one_module():
    for room in ROOMS:
        for path in room.rglob("*.py"):
            if path.name not in ("notation.py", "printing.py"):  # LaTeX has braces, too
                assert "}^{" not in path.read_text(encoding="utf-8"), path
