"""What somebody who steps into an op meets: how many frames, how many lines. No clock is asked."""

import sys
from pathlib import Path

import pytest

import autograd_lite
from autograd_lite import Value, dot, exp, maximum, sigmoid, value

PACKAGE = str(Path(autograd_lite.__file__).parent)

pytestmark = pytest.mark.skipif(
    sys.gettrace() is not None, reason="a debugger or coverage is tracing"
)


def met(act):
    """Return the frames and the lines of the package that stepping into `act` goes through."""
    frames = lines = 0

    def step(frame, event, _):
        nonlocal frames, lines
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frames += event == "call"
        lines += event == "line"
        return step

    sys.settrace(step)
    try:
        act()
    finally:
        sys.settrace(None)
    return frames, lines


A = Value(0.5, "a")
B = Value(2.0, "b")
C = Value(-1.5, "c")


@pytest.mark.parametrize(
    ("what", "act", "frames", "lines"),
    [
        ("a + b", lambda: A + B, 2, 15),
        ("a * b", lambda: A * B, 2, 15),
        ("a**2", lambda: A**2, 3, 30),
        ("2 * a", lambda: 2 * A, 4, 26),
        ("exp(a)", lambda: exp(A), 4, 24),
        ("sigmoid(a)", lambda: sigmoid(A), 5, 26),
        ("a.relu()", A.relu, 7, 28),
        ("maximum(a, b)", lambda: maximum(A, B), 7, 40),
        # more lines than one loop would have, which is slower: a pass over the operands each
        ("dot([a, b, c], [b, c, a])", lambda: dot([A, B, C], [B, C, A]), 8, 75),
    ],
)
def test_stepping_into_an_op_is_short(what, act, frames, lines):
    act()
    found = met(act)
    assert found[0] <= frames and found[1] <= lines, f"{what}: {found} frames, lines"


def test_stepping_over_backward_shows_the_chain_rule_within_six_lines():
    """F10: only lines of `backward` itself; the first `+=` is d(output)/d(output) = 1."""
    lines = Path(value.__file__).read_text("utf-8").splitlines()
    seen = []

    def step(frame, event, _):
        if frame.f_code is not value.backward.__code__:
            return None
        if event == "line":
            seen.append(lines[frame.f_lineno - 1])
        return step

    output = A * B + C
    sys.settrace(step)
    try:
        value.backward(output)
    finally:
        sys.settrace(None)
    first = next(k for k, line in enumerate(seen) if "+=" in line)
    assert first < 6
    assert "propagate(node)" in seen[first + 2]
