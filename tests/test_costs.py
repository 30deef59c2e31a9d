"""Costs against closed forms, differences, and at the edges of floats."""

import math
import random

import pytest

from autograd_lite import Value, check_gradients
from nn import (
    log_sum_exp,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
    squared_error,
)

COSTS = [squared_error, sigmoid_cross_entropy, softmax_cross_entropy]
SPREADS = [[0.0, 0.0], [1.5, -0.5], [-3.0, 2.0, 0.25], [30.0, -30.0, 10.0, 0.0], [5.0]]


def one_hot(count, k=0):
    return [float(j == k) for j in range(count)]


def values(numbers):
    return [Value(x, f"z_{j}") for j, x in enumerate(numbers, start=1)]


def test_squared_error_is_half_the_sum_of_squares():
    C = squared_error(values([0.5, 0.25, 1.0]), [1.0, 0.0, 1.0])
    assert C.data == 0.5 * (0.5**2 + 0.25**2)
    assert C.label == "C"


def test_the_gradient_of_squared_error_is_a_minus_t():
    a = values([0.5, 0.25])
    squared_error(a, [1.0, 0.0]).backward()
    assert [x.grad for x in a] == [-0.5, 0.25]


@pytest.mark.parametrize("z", SPREADS)
def test_sigmoid_cross_entropy_is_the_textbook_formula(z):
    t = one_hot(len(z))
    expected = -sum(
        wanted * math.log(1 / (1 + math.exp(-x))) + (1 - wanted) * math.log(1 / (1 + math.exp(x)))
        for x, wanted in zip(z, t)
    )
    assert sigmoid_cross_entropy(values(z), t).data == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("z", SPREADS)
def test_the_gradient_of_sigmoid_cross_entropy_is_sigma_of_z_minus_t(z):
    nodes, t = values(z), one_hot(len(z), len(z) - 1)
    sigmoid_cross_entropy(nodes, t).backward()
    expected = [1 / (1 + math.exp(-x)) - wanted for x, wanted in zip(z, t)]
    assert [x.grad for x in nodes] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("z", SPREADS)
def test_softmax_cross_entropy_is_the_textbook_formula_and_its_gradient_softmax_minus_t(z):
    nodes, t = values(z), one_hot(len(z), len(z) - 1)
    C = softmax_cross_entropy(nodes, t)
    C.backward()
    bottom = math.fsum(math.exp(x) for x in z)
    assert C.data == pytest.approx(-math.log(math.exp(z[-1]) / bottom), rel=1e-12, abs=1e-14)
    expected = [math.exp(x) / bottom - wanted for x, wanted in zip(z, t)]
    assert [x.grad for x in nodes] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("seed", range(5))
def test_costs_agree_with_central_differences(cost, seed):
    source = random.Random(seed)
    z = [source.uniform(-3.0, 3.0) for _ in range(4)]
    t = [source.random() for _ in range(4)]

    assert check_gradients(lambda *z: cost(z, t), z)


@pytest.mark.parametrize("cost", COSTS[1:])
@pytest.mark.parametrize("z", [[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0]])
@pytest.mark.parametrize("right", [0, 1])
def test_cross_entropies_are_finite_and_right_at_a_thousand(cost, z, right):
    nodes, t = values(z), one_hot(2, right)
    C = cost(nodes, t)
    C.backward()
    if cost is sigmoid_cross_entropy:
        expected = sum(max(x, 0.0) - x * wanted for x, wanted in zip(z, t))
        slopes = [float(x > 0.0) - wanted for x, wanted in zip(z, t)]
    else:
        expected = max(z) - z[right] + (math.log(2.0) if z[0] == z[1] else 0.0)
        softmaxes = [0.5, 0.5] if z[0] == z[1] else [float(x > 0.0) for x in z]
        slopes = [p - wanted for p, wanted in zip(softmaxes, t)]
    assert C.data == pytest.approx(expected, rel=1e-12)
    assert [x.grad for x in nodes] == slopes


@pytest.mark.parametrize("z", [*SPREADS, [1000.0, -1000.0], [-1000.0, -1000.0, -1001.0]])
def test_softmax_adds_up_to_one_and_is_positive_or_zero(z):
    p = [x.data for x in softmax(values(z))]
    assert math.fsum(p) == pytest.approx(1.0, abs=1e-12)
    assert all(0.0 <= x <= 1.0 for x in p)
    assert p.index(max(p)) == z.index(max(z))


def test_softmax_does_not_change_if_all_z_move_together():
    low = [x.data for x in softmax(values([0.0, 1.0, 2.0]))]
    high = [x.data for x in softmax(values([500.0, 501.0, 502.0]))]
    assert high == pytest.approx(low, rel=1e-12)


@pytest.mark.parametrize("z", SPREADS)
def test_log_sum_exp_is_what_it_says(z):
    expected = math.log(math.fsum(math.exp(x) for x in z))
    assert log_sum_exp(values(z)).data == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("cost", COSTS)
def test_a_wrong_count_of_targets_is_refused(cost):
    with pytest.raises(ValueError, match="2 outputs need as many targets, not 3"):
        cost(values([0.0, 1.0]), [0.0, 1.0, 0.0])


@pytest.mark.parametrize("cost", COSTS)
def test_targets_may_be_values_that_have_gradients_too(cost):
    t = values([0.25, 0.75])
    cost(values([0.5, -0.5]), t).backward()
    assert all(x.grad != 0.0 for x in t)


@pytest.mark.parametrize("cost", COSTS)
def test_the_cost_of_plain_numbers_is_the_same_number(cost):
    C = cost([0.5, 0.25], [1.0, 0.0])
    assert C.data == cost(values([0.5, 0.25]), [1.0, 0.0]).data
