"""A learner's rule with an `if`: right where it is asked, refused where it would be frozen."""

import pytest

from autograd_lite import Op, Value, compile, gradients, maximum, recompute


def ramp_partials(x, out):
    return (1.0 if x > 0 else 0.0,)


def ramp_by_max(x, out):
    return (max(x, 0.0) / x,)


ramp = Op("ramp", "r", "ramp({x})", lambda x: maximum(x, 0.0), ramp_partials)
other_ramp = Op("other_ramp", "r", "ramp({x})", lambda x: maximum(x, 0.0), ramp_by_max)


def plain_partials(x, out):
    return (2.0 * x,)


square = Op("square", "s", "{x}**2", lambda x: x * x, plain_partials)


@pytest.mark.parametrize("op", [ramp, other_ramp])
def test_an_if_is_right_eagerly_and_refused_where_it_would_be_the_old_branch(op):
    for at in (1.5, -2.0):
        x = Value(at, "x")
        y = op(x) * x
        y.backward()
        (slope,) = gradients(y, [x])
        assert x.grad == slope.data == (2 * at if at > 0 else 0.0)
        with pytest.raises(TypeError, match=f"rule of {op.name} .*write step, where"):
            compile(slope, [x])
        with pytest.raises(TypeError, match="write step, where"):
            recompute(slope)
        assert compile(y, [x])(3.0) == 9.0


def test_a_rule_without_an_if_is_compiled_as_it_is():
    x = Value(3.0, "x")
    (slope,) = gradients(square(x) * x, [x])
    assert compile(slope, [x])(2.0) == 12.0
    (second,) = gradients(slope, [x])
    assert second.data == 18.0
