"""Updates against steps taken by hand."""

import math
import random

import pytest

from nn import Adam, AdamW, GradientDescent, Momentum

UPDATES = [
    lambda: GradientDescent(0.3), lambda: Momentum(0.3, 0.8), lambda: Adam(0.3),
    lambda: AdamW(0.3), lambda: GradientDescent(0.3, weight_decay=0.01),
]  # fmt: skip


def test_gradient_descent_steps_against_the_gradient():
    assert GradientDescent(0.5)([1.0, -2.0, 0.0], [0.5, -1.0, 4.0]) == [0.75, -1.5, -2.0]


def test_momentum_keeps_a_part_of_the_step_before():
    update = Momentum(rate=0.5, momentum=0.25)
    assert update([1.0], [1.0]) == [0.5]  # v = -0.5
    assert update([0.5], [1.0]) == [-0.125]  # v = -0.125 - 0.5
    assert update([-0.125], [0.0]) == [-0.28125]  # v = 0.25 * -0.625


def test_momentum_of_zero_is_gradient_descent():
    source = random.Random(0)
    p, g = ([source.uniform(-1, 1) for _ in range(9)] for _ in range(2))
    momentum = Momentum(0.3, 0.0)
    for _ in range(3):
        assert momentum(p, g) == GradientDescent(0.3)(p, g)


def test_adam_takes_the_published_steps():
    rate, beta1, beta2, epsilon = 0.1, 0.9, 0.999, 1e-8
    update = Adam(rate)
    p, m, v = 1.0, 0.0, 0.0
    for t, g in enumerate([0.5, -0.25, 4.0, 0.0], start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        expected = p - rate * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + epsilon)
        (p,) = update([p], [g])
        assert p == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("slope", [1e-6, 1.0, 1e6])
def test_the_first_step_of_adam_has_length_rate_whatever_the_slope(slope):
    assert Adam(0.1)([0.0], [slope]) == pytest.approx([-0.1], rel=0.011)


@pytest.mark.parametrize("make", UPDATES)
def test_every_update_walks_down_a_bowl(make):
    update, p = make(), [3.0, -2.0]
    for _ in range(400):
        p = update(p, [2.0 * p[0], 0.5 * p[1]])
    assert p == pytest.approx([0.0, 0.0], abs=1e-3)


@pytest.mark.parametrize("make", UPDATES)
def test_an_update_leaves_the_numbers_that_it_was_given(make):
    p, g = [1.0, 2.0], [0.5, 0.25]
    make()(p, g)
    assert (p, g) == ([1.0, 2.0], [0.5, 0.25])


@pytest.mark.parametrize("make", UPDATES[1:-1])
def test_an_update_that_remembers_other_parameters_is_refused(make):
    update = make()
    update([1.0, 2.0, 3.0], [0.1, 0.1, 0.1])
    for count in (2, 4):
        with pytest.raises(ValueError, match=r"has moved 3 parameters .* make a new one"):
            update([1.0] * count, [0.1] * count)
    assert len(update([1.0] * 3, [0.1] * 3)) == 3


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Adam])
def test_a_rate_that_is_no_step_is_refused(kind, rate):
    with pytest.raises(ValueError, match="rate must be a positive number"):
        kind(rate)


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Adam])
def test_a_rate_that_is_no_number_is_refused(kind):
    with pytest.raises(TypeError, match=r"a number is needed, not str '0.5'; write float"):
        kind("0.5")


@pytest.mark.parametrize("value", [-0.1, 1.0, 2.0, math.nan])
def test_what_is_kept_must_be_less_than_all(value):
    for make in (lambda x: Momentum(0.1, x), lambda x: Adam(0.1, x), lambda x: Adam(0.1, 0.9, x)):
        with pytest.raises(ValueError, match="at least 0 and below 1"):
            make(value)


def test_updates_say_their_settings():
    assert repr(GradientDescent(0.5)) == "GradientDescent(rate=0.5)"
    assert repr(Momentum(0.1)) == "Momentum(rate=0.1, momentum=0.9)"
    assert repr(Adam()) == "Adam(rate=0.01, beta1=0.9, beta2=0.999)"


def test_weight_decay_shrinks_by_the_rate_and_nothing_else_changes():
    for plain, decaying in (
        (GradientDescent(0.5), GradientDescent(0.5, weight_decay=0.25)),
        (Momentum(0.5, 0.5), Momentum(0.5, 0.5, weight_decay=0.25)),
        (Adam(0.5), Adam(0.5, weight_decay=0.25)),
    ):
        for _ in range(3):
            (p,), (q,) = plain([2.0], [0.25]), decaying([2.0], [0.25])
            assert q == pytest.approx(p - 0.5 * 0.25 * 2.0, abs=1e-15)
    assert (
        repr(GradientDescent(0.5, weight_decay=0.1))
        == "GradientDescent(rate=0.5, weight_decay=0.1)"
    )
    for wrong in (-0.1, 2.0, float("nan")):
        with pytest.raises(ValueError, match="weight_decay must be at least 0"):
            GradientDescent(0.5, weight_decay=wrong)
