"""Gradients as graphs: equal to backprop, differentiable again, nested without confusion."""

import importlib
import math
import random
import struct

import numpy as np
import pytest
from random_graphs import random_graph

from autograd_lite import (
    TABLE,
    Constant,
    Value,
    backward,
    check_gradients,
    cos,
    directional_derivative,
    dot,
    exp,
    grad,
    gradients,
    log,
    maximum,
    recompute,
    relu,
    sigmoid,
    sin,
    sqrt,
    tanh,
    topological_order,
    total,
    value_and_grad,
)

module = importlib.import_module("autograd_lite.gradients")


def bits(x):
    return "nan" if x != x else struct.pack(">d", x).hex()


def micrograd_example(a, b):
    """The example in the README of micrograd."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def survey_example(x1, x2):
    """Table 3 of Baydin et al., Automatic Differentiation in Machine Learning: a Survey, 2018."""
    return log(x1) + x1 * x2 - sin(x2)


def hessian(output, inputs):
    return [[h.data for h in gradients(g, inputs)] for g in gradients(output, inputs)]


# -- Published figures ---------------------------------------------------------------------------


def test_micrograds_example_gives_its_published_figures():
    a, b = Value(-4.0, "a"), Value(2.0, "b")
    g = micrograd_example(a, b)
    g.backward()
    assert f"{g.data:.4f}" == "24.7041"
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_micrograds_example_has_the_second_derivatives_of_its_closed_form():
    # With a + b < 0 < b - a, the example is e**2/2 + 10/e**2 of
    # e = (3a + 4b + 3) - (12ab + 12b^3 + b - a)
    a, b = Value(-4.0), Value(2.0)
    e = 4 * -4.0 + 3 * 2.0 + 3 - 12 * -4.0 * 2.0 - 12 * 2.0**3
    e_a, e_b, e_ab, e_bb = 4 - 12 * 2.0, 3 - 12 * -4.0 - 36 * 2.0**2, -12.0, -72 * 2.0
    first, second = e - 20 / e**3, 1 + 60 / e**4  # of g in e
    expected = [
        [second * e_a**2, second * e_a * e_b + first * e_ab],
        [second * e_a * e_b + first * e_ab, second * e_b**2 + first * e_bb],
    ]
    found = hessian(micrograd_example(a, b), [a, b])
    for row, expected_row in zip(found, expected):
        assert row == pytest.approx(expected_row, rel=1e-12)
    in_a, in_b = gradients(micrograd_example(a, b), [a, b])
    assert [in_a.data, in_b.data] == pytest.approx([first * e_a, first * e_b], rel=1e-12)


def test_the_surveys_example_gives_its_published_figures():
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    f = survey_example(x1, x2)
    f.backward()
    assert f"{f.data:.3f}" == "11.652"
    assert x1.grad == 5.5
    assert f"{x2.grad:.3f}" == "1.716"


def test_the_surveys_example_has_the_second_derivatives_of_its_closed_form():
    x1, x2 = Value(2.0), Value(5.0)
    found = hessian(survey_example(x1, x2), [x1, x2])
    assert found == [[-0.25, 1.0], [1.0, math.sin(5.0)]]


# -- gradients and backward ----------------------------------------------------------------------


def disagreements(seeds):
    """Return the seeds of random graphs on which gradients and backward differ in any bit."""
    found = []
    for seed in seeds:
        output, inputs = random_graph(random.Random(seed), size=25)
        nodes = topological_order(output)
        inner = random.Random(seed).sample(nodes, min(4, len(nodes)))
        asked = [*inputs, *[n for n in inner if n not in inputs]]
        by_graph = gradients(output, asked)
        output.backward()
        if any(bits(g.data) != bits(n.grad) for g, n in zip(by_graph, asked)):
            found.append(seed)
    return found


def test_gradients_equals_backward_bit_for_bit_on_random_graphs_of_all_ops():
    assert disagreements(range(300)) == []


def test_random_graphs_hold_every_op_and_share_their_parts():
    used, shared = set(), 0
    for seed in range(500):
        output, _ = random_graph(random.Random(seed), size=25)
        order = topological_order(output)
        used |= {n.op.name for n in order if n.op}
        uses = [p for n in order for p in n.parents]
        shared += len(uses) > len(set(uses)) + 2
    assert used == set(TABLE)
    assert shared > 100


def smooth_expression(source, variables):
    """Return a random expression with shared parts, over ops without kinks, and bounded."""
    nodes = list(variables)
    for _ in range(source.randint(4, 14)):
        x, y, z = (source.choice(nodes) for _ in range(3))
        made = [
            lambda x=x, y=y: x * y,
            lambda x=x, y=y: x - 2 * y,
            lambda x=x, y=y: x / (1.5 + y * y),
            lambda x=x: sin(x) * cos(x),
            lambda x=x: tanh(x),
            lambda x=x: sigmoid(x) ** 2,
            lambda x=x: log(2 + x * x),
            lambda x=x, y=y: sqrt(1 + x * x) - y,
            lambda x=x, y=y: (2 + sin(x)) ** y,
            lambda x=x, y=y, z=z: dot([x, y, x], [z, x, y]),
            lambda x=x, y=y, z=z: total([x, y, z, x]),
            lambda x=x: exp(-x * x),
            lambda x=x: -TABLE["softplus"](x),
            lambda x=x: TABLE["tan"](tanh(x) / 2),
        ]
        nodes.append(tanh(source.choice(made)()) * 1.5)
    return total(nodes[len(variables) :])


@pytest.mark.parametrize("seed", range(40))
def test_random_smooth_expressions_agree_with_central_differences_in_both_orders(seed):
    source = random.Random(seed)
    point = [source.uniform(-1.5, 1.5) for _ in range(3)]

    def f(*x):
        return smooth_expression(random.Random(seed + 1000), x)

    report = check_gradients(f, point)
    assert report, f"\n{report}"

    def first(*x, k=seed % 3):
        x = [v if isinstance(v, Value) else Value(v) for v in x]
        return gradients(f(*x), [x[k]])[0]

    report = check_gradients(first, point)
    assert report, f"\n{report}"


@pytest.mark.parametrize("seed", range(100))
def test_second_derivatives_are_symmetric(seed):
    source = random.Random(seed)
    x = [Value(source.uniform(-1.5, 1.5)) for _ in range(3)]
    H = hessian(smooth_expression(random.Random(seed), x), x)
    for j in range(3):
        for k in range(j):
            assert H[j][k] == pytest.approx(H[k][j], rel=1e-9, abs=1e-9)


def test_the_mixed_derivatives_of_a_power_agree_in_either_order():
    # d2(x**y)/dxdy = x**(y-1) * (1 + y ln x)
    x, y = Value(0.7), Value(2.3)
    expected = 0.7**1.3 * (1 + 2.3 * math.log(0.7))
    H = hessian(x**y, [x, y])
    assert H[0][1] == pytest.approx(expected, rel=1e-13)
    assert H[1][0] == pytest.approx(expected, rel=1e-13)
    assert H[1][1] == pytest.approx(0.7**2.3 * math.log(0.7) ** 2, rel=1e-13)


def without_accumulation(gathered):
    return gathered[-1] if gathered else Constant(0.0)


def reversed_order(output, right=topological_order):
    order = right(output)
    return [*order[-2::-1], order[-1]]


@pytest.mark.parametrize("name, wrong", [
    ("total", without_accumulation),
    ("topological_order", reversed_order),
    ("product", lambda partial, adjoint, one: adjoint),
    ("product", lambda partial, adjoint, one: -1.0 * partial * adjoint),
])  # fmt: skip
def test_a_mistake_in_gradients_is_caught(name, wrong, monkeypatch):
    monkeypatch.setattr(module, name, wrong)
    assert disagreements(range(40))


# -- What gradients gives ------------------------------------------------------------------------


def test_a_derivative_in_something_else_is_0_and_not_none():
    x, y = Value(2.0), Value(3.0)
    (zero,) = gradients(x * x, [y])
    assert isinstance(zero, Value) and zero.data == 0.0
    assert gradients(zero, [x])[0].data == 0.0


def test_inputs_may_be_inner_nodes_the_output_itself_or_asked_for_twice():
    x = Value(2.0)
    y = x * x
    z = 3 * y
    assert [g.data for g in gradients(z, [x, y, z, x])] == [12.0, 3.0, 1.0, 12.0]
    assert [g.data for g in gradients(z, y)] == [3.0]
    assert gradients(x, [x])[0].data == 1.0
    assert gradients(z, []) == []


def test_nobodys_gradient_is_touched():
    x, w = Value(2.0), Value(3.0)
    y = w * x * x
    for node in topological_order(y):
        node.grad = 0.25
    gradients(y, [x])
    grad(lambda t: t * w * x)(2.0)
    check_gradients(lambda t: t * w * x, 2.0)
    directional_derivative(y, [x], [1.0])
    assert {node.grad for node in topological_order(y)} == {0.25}


def test_a_gradient_follows_its_leaves_when_it_is_evaluated_again():
    x = Value(2.0)
    (slope,) = gradients(x**3, [x])
    x.data = 5.0
    recompute(slope)
    assert slope.data == 75.0


def test_contributions_to_one_gradient_are_gathered_in_one_sum():
    x = Value(2.0)
    out = total([x * float(k) for k in range(100)])
    (g,) = gradients(out, [x])
    assert g.op is TABLE["total"] and len(g.parents) == 100


@pytest.mark.parametrize("order, closed", [(1, 2.0), (2, -1.0), (3, 2.0), (4, -6.0), (5, 24.0)])
def test_derivatives_of_any_order_are_those_of_the_closed_form(order, closed):
    x = Value(1.0)  # x + ln x
    derivative = x + log(x)
    for _ in range(order):
        (derivative,) = gradients(derivative, [x])
    assert derivative.data == closed


def test_high_derivatives_of_sin_exp_and_reciprocal_are_right():
    x = Value(0.5)
    for f, nth in [
        (sin, lambda k: math.sin(0.5 + k * math.pi / 2)),
        (exp, lambda k: math.exp(0.5)),
        (lambda t: 1 / t, lambda k: (-1) ** k * math.factorial(k) / 0.5 ** (k + 1)),
        (lambda t: t**0.5, lambda k: math.prod(0.5 - j for j in range(k)) * 0.5 ** (0.5 - k)),
        (sqrt, lambda k: math.prod(0.5 - j for j in range(k)) * 0.5 ** (0.5 - k)),
    ]:
        derivative = f(x)
        for k in range(1, 6):
            (derivative,) = gradients(derivative, [x])
            assert derivative.data == pytest.approx(nth(k), rel=1e-11)


def test_a_kink_passes_half_or_nothing_also_in_a_gradient():
    x = Value(0.0)
    for f, expected in [(relu, 0.0), (TABLE["abs"], 0.0), (lambda t: maximum(t, 0.0), 0.5)]:
        (g,) = gradients(f(x), [x])
        assert g.data == expected
        assert gradients(g, [x])[0].data == 0.0


@pytest.mark.parametrize("act", [
    lambda x: gradients(3.0, [x]), lambda x: gradients(x, [3.0]), lambda x: gradients(x, [None]),
    lambda x: gradients(None, x), lambda x: gradients(x, 3.0),
])  # fmt: skip
def test_gradients_of_what_is_no_value_is_refused(act):
    with pytest.raises(TypeError, match=r"takes Values, not (float|None)"):
        act(Value(2.0))


# -- grad ----------------------------------------------------------------------------------------


def test_grad_gives_floats_of_floats_and_values_of_values():
    def f(x):
        return x**3

    assert grad(f)(2.0) == 12.0 and type(grad(f)(2.0)) is float
    assert type(grad(f)(2)) is float
    v = Value(2.0)
    assert isinstance(grad(f)(v), Value) and grad(f)(v).data == 12.0
    assert grad(lambda x, y: x * y)(2.0, 3.0) == (3.0, 2.0)
    assert all(isinstance(g, Value) for g in grad(lambda x, y: x * x)(2.0, v))
    assert isinstance(grad(lambda x: 3.0)(v), Value)
    assert grad(lambda x: 3.0)(2.0) == 0.0


def test_grad_nests_to_any_order():
    f = sin
    point = 0.5
    for k in range(6):
        assert grad_value(f, point) == pytest.approx(math.sin(point + k * math.pi / 2), rel=1e-13)
        f = grad(f)


def grad_value(f, x):
    out = f(x)
    return out.data if isinstance(out, Value) else out


def test_perturbations_of_nested_derivatives_are_not_confused():
    # Siskind and Pearlmutter, 2005: d/dx [x * d/dy (x + y) at y = 1] at x = 1 is 1, not 2
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x * x * y * y)(x))(2.0) == 6 * 4.0  # d/dx 2x^3
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(y))(x))(2.0) == 8 * 2.0
    v = Value(1.0)
    inner = grad(lambda y: v + y)(v)
    assert inner.data == 1.0


def test_a_derivative_of_a_closure_over_values_keeps_their_dependence():
    w = Value(3.0, "w")
    slope = grad(lambda x: w * x * x)(2.0)
    assert isinstance(slope, Value) and slope.data == 12.0
    slope.backward()
    assert w.grad == 4.0
    assert gradients(grad(lambda x: w**2 * x)(5.0), [w])[0].data == 6.0


def test_grad_of_a_row_of_the_table_and_of_a_method_works():
    assert grad(sin)(0.0) == 1.0
    assert grad(Value.tanh)(0.0) == 1.0
    assert repr(grad(math.sin)) == "grad(sin)"
    assert repr(grad(grad_value)) == "grad(grad_value)"


def test_what_grad_cannot_differentiate_is_answered_in_the_users_words():
    for act, message in [
        (lambda: grad(3.0), r"grad takes a function, not float; write grad\(f\)\(x\)"),
        (grad(sin), r"write f\(x\)"),
        (lambda: grad(lambda x: None)(1.0), "a function without `return` gives None"),
        (lambda: grad(lambda x: [x])(1.0), "not list"),
        (lambda: grad(sin)("1"), r"write float\('1'\)"),
        (lambda: grad(math.sin)(1.0), "functions of autograd_lite"),
    ]:
        with pytest.raises(TypeError, match=message):
            act()


# -- The forward sweep ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_a_directional_derivative_is_the_inner_product_of_gradient_and_step(seed):
    source = random.Random(seed)
    x = [Value(source.uniform(-1.5, 1.5)) for _ in range(4)]
    output = smooth_expression(source, x)
    step = [source.uniform(-1.0, 1.0) for _ in x]
    slopes = [g.data for g in gradients(output, x)]
    expected = sum(g * d for g, d in zip(slopes, step))
    assert directional_derivative(output, x, step) == pytest.approx(expected, rel=1e-11, abs=1e-12)


def test_steps_of_inputs_that_depend_on_each_other_and_of_one_input_twice_add_up():
    x = Value(2.0)
    y = 2 * x
    z = 3 * y
    assert directional_derivative(z, [x, y], [1.0, 1.0]) == 6.0 + 3.0
    assert directional_derivative(z, [x, x], [1.0, 1.0]) == 12.0
    assert directional_derivative(z, [z], [5]) == 5.0
    assert directional_derivative(z, [Value(1.0)], [1.0]) == 0.0


def test_the_approximation_of_the_slides_errs_by_a_quarter_at_half_the_step():
    w, x = Value(2.0), Value(3.0)
    z = sin(w) * x * x

    def error(d):
        exact = math.sin(2.0 + d) * (3.0 + d) ** 2 - z.data
        return exact - directional_derivative(z, [w, x], [d, d])

    assert error(1e-3) / error(5e-4) == pytest.approx(4.0, rel=1e-2)


def test_a_direction_needs_one_plain_number_for_each_input():
    x = Value(2.0)
    with pytest.raises(ValueError, match="one step for each input: 1 and 2"):
        directional_derivative(x * x, [x], [1.0, 2.0])
    with pytest.raises(TypeError, match="not str"):
        directional_derivative(x * x, [x], ["1"])
    with pytest.raises(TypeError, match="a Value, not float"):
        directional_derivative(3.0, [x], [1.0])


def test_backward_through_a_gradient_gives_second_derivatives_on_the_leaves():
    x = Value(3.0)
    (slope,) = gradients(x**3, [x])
    backward(slope)
    assert x.grad == 18.0


def test_an_argument_may_be_lists_in_lists_and_the_gradient_has_their_shape():
    def f(w, x):
        return w[0][0] * x[0] + w[0][1] * x[1] + w[1][0] ** 2

    assert grad(f)([[2.0, 3.0], [5.0]], (7.0, 11.0)) == ([[7.0, 11.0], [10.0]], [2.0, 3.0])
    assert grad(total)(np.array([1.0, 2.0])) == [1.0, 1.0]
    v = Value(2.0, "v")
    (found,) = grad(lambda x: x[0] * x[0])([v])
    assert isinstance(found, Value)
    assert found.data == 4.0
    assert grad(lambda x: grad(lambda y: y[0] ** 3)([x])[0])(2.0) == 12.0


def test_value_and_grad_gives_both_at_once():
    assert value_and_grad(lambda w, x: w * x)(2.0, 3.0) == (6.0, (3.0, 2.0))
    value, slopes = value_and_grad(lambda x: dot(x, x))([1.0, 2.0])
    assert (value, slopes) == (5.0, [2.0, 4.0])
    assert repr(value_and_grad(abs)) == "value_and_grad(abs)"
    with pytest.raises(TypeError, match=r"write value_and_grad\(f\)\(x\)"):
        value_and_grad(3.0)


def test_detach_cuts_the_graph():
    x = Value(3.0, "x")
    (x * x.detach()).backward()
    assert x.grad == 3.0
    assert x.detach().label == "x"
