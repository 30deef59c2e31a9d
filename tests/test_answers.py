"""Answers: classes and targets of every shape that training takes, by one rule."""

import math

import pytest

from autograd_lite import Value, identity, tanh
from nn import (
    Adam,
    GradientDescent,
    Network,
    accuracy,
    classify,
    sigmoid_cross_entropy,
    train,
)

IMAGES = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
CLASSES = [0, 1, 1, 0]
XOR = [[0], [1], [1], [0]]
ONE_HOT = [[1, 0], [0, 1], [0, 1], [1, 0]]


@pytest.fixture(scope="module")
def one_output():
    """The README's network, its XOR learned perfectly."""
    network = Network([2, 3, 1], seed=1)
    train(network, IMAGES, XOR, epochs=3000, update=GradientDescent(2.0))
    assert [round(network(x)[0].data) for x in IMAGES] == CLASSES
    return network


@pytest.fixture(scope="module")
def two_outputs():
    network = Network([2, 3, 2], seed=1)
    train(network, IMAGES, ONE_HOT, epochs=3000, update=GradientDescent(2.0))
    return network


def by_size(sizes):
    """Return a network whose outputs are its inputs."""
    network = Network(sizes, identity)
    for unit in network.layers[-1].units:
        for i, weight in enumerate(unit.weights, start=1):
            weight.data = float(i == unit.index)
    return network


def test_accuracy_and_classify():
    network = Network([2, 2], identity, seed=0)
    for label, w in {"w_11^2": 1.0, "w_12^2": 0.0, "w_21^2": 0.0, "w_22^2": 1.0}.items():
        network[label].data = w
    assert [classify(network, x) for x in ([1.0, 0.0], [0.0, 1.0], [0.5, 0.5])] == [0, 1, 0]
    assert accuracy(network, [[1.0, 0.0], [0.0, 1.0], [0.0, 2.0], [3.0, 0.0]], [0, 1, 1, 1]) == 0.75


@pytest.mark.parametrize("classes", [[], [0], [0, 1, 1, 0, 1]])
def test_accuracy_of_nothing_or_of_what_does_not_match_is_refused(classes):
    with pytest.raises(ValueError, match="images need as many classes"):
        accuracy(Network([2, 2]), IMAGES, classes)
    with pytest.raises(ValueError, match="0 images need"):
        accuracy(Network([2, 2]), [], [])


# -- Targets of every shape ----------------------------------------------------------------------


def halves(rows):
    """Return rows with targets that are less sure: 0.1 and 0.9, as many train with them."""
    return [[0.1 + 0.8 * t for t in row] for row in rows]


SHAPES_OF_ONE = {
    "rows": XOR,
    "rows of floats": [[float(t)] for (t,) in XOR],
    "rows of truths": [[bool(t)] for (t,) in XOR],
    "rows of Values": [[Value(t)] for (t,) in XOR],
    "tuples": tuple(tuple(row) for row in XOR),
    "less sure rows": halves(XOR),
    "classes": CLASSES,
    "classes as floats": [float(k) for k in CLASSES],
    "truths": [bool(k) for k in CLASSES],
}
SHAPES_OF_TWO = {
    "one-hot rows": ONE_HOT,
    "one-hot rows of floats": [[float(t) for t in row] for row in ONE_HOT],
    "one-hot rows of Values": [[Value(t) for t in row] for row in ONE_HOT],
    "less sure rows": halves(ONE_HOT),
    "classes": CLASSES,
    "classes as floats": [float(k) for k in CLASSES],
}


@pytest.mark.parametrize("targets", SHAPES_OF_ONE.values(), ids=SHAPES_OF_ONE)
def test_one_output_is_right_by_targets_of_every_shape(one_output, targets):
    assert accuracy(one_output, IMAGES, targets) == 1.0
    assert accuracy(one_output, IMAGES[:3], targets[1:]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("targets", SHAPES_OF_TWO.values(), ids=SHAPES_OF_TWO)
def test_two_outputs_are_right_by_targets_of_every_shape(two_outputs, targets):
    assert accuracy(two_outputs, IMAGES, targets) == 1.0
    assert accuracy(two_outputs, IMAGES[:3], targets[1:]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("kind", ["float64", "float32", "int64", "uint8", "bool"])
def test_numpy_targets_of_every_type_are_targets(one_output, two_outputs, kind):
    numpy = pytest.importorskip("numpy")
    images = numpy.array(IMAGES)
    for network, rows in ((one_output, XOR), (two_outputs, ONE_HOT)):
        assert accuracy(network, images, numpy.array(rows, dtype=kind)) == 1.0
        assert accuracy(network, images, list(numpy.array(rows, dtype=kind))) == 1.0
        assert accuracy(network, images, numpy.array(CLASSES, dtype=kind)) == 1.0
    assert type(accuracy(two_outputs, images, numpy.array(ONE_HOT))) is float


def test_whatever_train_takes_accuracy_takes(one_output, two_outputs):
    numpy = pytest.importorskip("numpy")
    for network, shapes in ((one_output, SHAPES_OF_ONE), (two_outputs, SHAPES_OF_TWO)):
        for targets in [*shapes.values(), numpy.array(shapes["classes"])[:, None]]:
            try:
                train(Network(network.sizes), IMAGES, targets, epochs=1)
            except (TypeError, ValueError):
                continue
            assert accuracy(network, IMAGES, targets) == 1.0


def test_three_classes_are_counted_by_rows_and_by_numbers():
    network, images = by_size([3, 3]), [[3.0, 1.0, 2.0], [0.0, 5.0, 4.0], [0.0, 1.0, 2.0]]
    rows = [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert accuracy(network, images, [0, 1, 2]) == 1.0
    assert accuracy(network, images, rows) == accuracy(network, images, [0, 1, 1]) == 2 / 3


# -- The threshold of a single output ------------------------------------------------------------


@pytest.mark.parametrize("output, answer", [
    (0.5, 1), (math.nextafter(0.5, 0.0), 0), (0.0, 0), (1.0, 1), (-3.0, 0), (7.0, 1),
])  # fmt: skip
def test_one_output_answers_1_from_the_threshold_on(output, answer):
    found = classify(by_size([1, 1]), [output])
    assert found == answer
    assert type(found) is int


def test_a_weighted_input_has_the_threshold_that_is_given():
    network, images, targets = by_size([1, 1]), [[0.25], [-0.25]], [[1], [0]]
    assert [classify(network, x, threshold=0.0) for x in images] == [1, 0]
    assert accuracy(network, images, targets, threshold=0.0) == 1.0
    assert accuracy(network, images, targets) == 0.5


def test_xor_learned_with_logits_is_right_by_the_threshold_0():
    network = Network([2, 4, 1], [tanh, identity], seed=1)
    train(network, IMAGES, XOR, epochs=200, cost=sigmoid_cross_entropy, update=Adam(0.1))
    assert accuracy(network, IMAGES, XOR, threshold=0.0) == 1.0


def test_a_single_tanh_output_learns_minus_1_and_1():
    network = Network([2, 4, 1], tanh, seed=1)
    targets = [[2 * t - 1] for (t,) in XOR]
    train(network, IMAGES, targets, epochs=300, update=Adam(0.1))
    assert accuracy(network, IMAGES, targets, threshold=0.0) == 1.0


# -- What names no class -------------------------------------------------------------------------

REFUSED = [
    (1, [0, 1, 1, 2], ValueError, r"target 3 is 2; the classes of Network\(\[2, 1\]\) are 0 to 1"),
    (1, [0, 1, -1, 0], ValueError, r"target 2 is -1; .* or a row like \[0.0\]"),
    (1, [0, 0.5, 1, 0], ValueError, "target 1 is 0.5; the classes"),
    (1, [0, math.nan, 1, 0], ValueError, "target 1 is nan"),
    (1, [[0], [1], [1, 0], [0]], ValueError, r"target 2 has 2 numbers; .* takes 1"),
    (1, [[0], [1], [], [0]], ValueError, r"target 2 has 0 numbers; .* takes 1"),
    (1, [[0], [1], [math.inf], [0]], ValueError, "target 2 holds inf"),
    (1, [[0], [1], ["1"], [0]], TypeError, "a number is needed, not str '1'"),
    (1, [[0], [1], [None], [0]], TypeError, "a number is needed, not None"),
    (1, [0, [1], [1], [0]], ValueError, "rows or class numbers; these are some of each"),
    (1, ["0", "1", "1", "0"], TypeError, "a number is needed, not str '0'"),
    (1, [0, 1, None, 0], TypeError, "a number is needed, not None"),
    (1, [0, 1, Value(1), 0], TypeError, r"target 2 is Value\(1\); write a list"),
    (2, [0, 1, 2, 0], ValueError, r"target 2 is 2; .* are 0 to 1; .* a row like \[1.0, 0.0\]"),
    (2, [[0], [1], [1], [0]], ValueError, r"target 0 has 1 numbers; .* takes 2"),
    (2, [[1, 0], [0, 0], [0, 1], [1, 0]], ValueError, r"target 1 is \[0.0, 0.0\], whose largest"),
    (2, [[1, 0], [0, 1], [1, 1], [1, 0]], ValueError, "more than once; write a row like"),
    (2, [[1, 0], [0, 1, 0], [0, 1], [1, 0]], ValueError, "target 1 has 3 numbers"),
]  # fmt: skip


@pytest.mark.parametrize("outputs, targets, kind, message", REFUSED)
def test_what_names_no_class_is_refused_and_says_what_to_write(outputs, targets, kind, message):
    with pytest.raises(kind, match=message):
        accuracy(Network([2, outputs]), IMAGES, targets)


@pytest.mark.parametrize("number, row", [
    (1, r"\[0.0, 1.0, 0.0\]"), (2.0, r"\[0.0, 0.0, 1.0\]"), (5, r"\[1.0, 0.0, 0.0\]"),
])  # fmt: skip
def test_training_by_class_numbers_is_told_the_row_to_write(number, row):
    with pytest.raises(TypeError, match=f"target 0 is {number}; write a list of 3: {row}"):
        train(Network([2, 3]), IMAGES, [number] * 4)
