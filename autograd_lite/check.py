"""Checks: backprop against central differences, and where a number stopped being one.

Legend
    f           a function of several numbers
    point       where it is checked
    h           the step of a difference
    backprop    ∂f/∂xᵢ by backprop
    measured    ∂f/∂xᵢ by differences of f alone
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd_lite.graph import topological_order
from autograd_lite.messages import told
from autograd_lite.plain_numbers import number
from autograd_lite.value import DOMAIN_ERRORS, Operand, Value, as_value, backward, held

__all__ = ["check_gradients", "GradientCheck", "CheckedPartial", "find_nan"]

EPSILON = 2.0**-52  # the relative spacing of floats
STEP = 2.0**-8
STEPS = 14  # each an eighth of the one before
ROUGH = 0.01  # of the slope: a difference that is less exact says nothing
LEVEL = 1e-9


class CheckedPartial(NamedTuple):
    """One partial derivative, by backprop and by differences of the function alone."""

    name: str
    at: float
    backprop: float
    measured: float
    tolerance: float

    @property
    def state(self) -> str:
        """What was found: "ok", "DIFFERS", or "cannot tell" where differences are too rough."""
        if not abs(self.backprop - self.measured) <= self.tolerance:
            return "DIFFERS"
        slope = max(abs(self.backprop), abs(self.measured))
        level = slope <= self.tolerance <= LEVEL  # no slope, as far as can be seen
        return "ok" if self.tolerance <= ROUGH * slope or level else "cannot tell"

    @property
    def agrees(self) -> bool:
        """Whether the two agree, and differences are exact enough to say so."""
        return self.state == "ok"


class GradientCheck:
    """What `check_gradients` found: true if every partial agrees; printed, a table."""

    __slots__ = ("partials",)

    def __init__(self, partials: Sequence[CheckedPartial]) -> None:
        self.partials = tuple(partials)

    def __bool__(self) -> bool:
        return all(partial.agrees for partial in self.partials)

    def __repr__(self) -> str:
        head = ("input", "at", "backprop", "difference", "tolerance", "")
        rows = [
            (p.name, f"{p.at:.6g}", f"{p.backprop:.10g}", f"{p.measured:.10g}",
             f"{p.tolerance:.1e}", p.state)
            for p in self.partials
        ]  # fmt: skip
        widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
        lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths)) for row in [head, *rows]]
        states = {partial.state for partial in self.partials}
        if "cannot tell" in states:
            lines.append(
                "Differences of this function are too rough here to tell: its values are large "
                "beside its slope, or it is not smooth. Try another point, or a scaled function."
            )
        if "DIFFERS" in states:
            lines.append(
                "A rule is wrong, or the function has a kink or a jump at this point "
                "(relu, abs, maximum, step): try a point beside it."
            )
        return "\n".join(line.rstrip() for line in lines)


def check_gradients(f: Callable[..., Operand], point: float | Sequence[float]) -> GradientCheck:
    """Compare backprop with central differences of `f` at a point.

    `f` takes as many numbers as the point has. The result is true if all partials agree, and
    prints as a table. The tolerance is an estimate of the difference quotient's own error,
    from two steps h and h/2 and from rounding, so a wrong rule shows and a steep function
    does not.

    Raises TypeError if `f` returns no number, and what `f` raises beside the point.

    >>> bool(check_gradients(lambda x, y: x * y + x, [2.0, 3.0]))
    True
    """
    at = [number(x) for x in point] if isinstance(point, Sequence) else [number(point)]
    code = getattr(f, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    if len(names) != len(at):
        names = tuple(f"x{k + 1}" for k in range(len(at)))
    variables = [Value(x, name) for x, name in zip(at, names)]
    by_backprop = gradients_by_backprop(as_value(f(*variables)), variables)
    partials = []
    for k, derivative in enumerate(by_backprop):
        measured, tolerance = difference_quotient(f, at, k)
        partials.append(CheckedPartial(names[k], at[k], derivative, measured, tolerance))
    return GradientCheck(partials)


def gradients_by_backprop(output: Value, variables: Sequence[Value]) -> list[float]:
    """Return d(output)/d(variable) for each; other nodes that `f` uses keep their gradients."""
    with held(topological_order(output), "grad") as before:
        backward(output)
        by_backprop = [variable.grad for variable in variables]
        before.restore()
    return by_backprop


def difference_quotient(
    f: Callable[..., Operand], at: Sequence[float], k: int
) -> tuple[float, float]:
    """Return ∂f/∂xₖ by central differences, and an estimate of its error.

    Of steps that get ever smaller the one whose own error is estimated least: too large a step
    misses what the function does in between (sin(1e5·x)), too small a one drowns in rounding.
    """
    best = None
    outside: Exception | None = None
    h = STEP * max(1.0, abs(at[k]))
    for _ in range(STEPS):
        try:
            measured, error = extrapolated(f, at, k, h)
        except DOMAIN_ERRORS as domain_error:  # f does not exist so far from x
            outside = domain_error
        else:
            if best is None or not best[1] <= error:
                best = measured, error
            if error <= 1e-8 * abs(measured):
                break
        h /= 8.0
    if best is None:
        assert outside is not None
        raise outside
    return best


def extrapolated(
    f: Callable[..., Operand], at: Sequence[float], k: int, h: float
) -> tuple[float, float]:
    """Return ∂f/∂xₖ by central differences with the steps h and h/2, and an estimate of its error.

    (f(x+h) − f(x−h)) / 2h errs by c·h²; taken with h and with h/2, the two give c, and their
    combination (4·D(h/2) − D(h)) / 3 is better than either (Richardson). To that comes what f
    rounds: of its values, and of x on the way to them.
    """
    far, size = central(f, at, k, h)
    near, _ = central(f, at, k, h / 2.0)
    measured = (4.0 * near - far) / 3.0
    rounding = 16.0 * EPSILON * (size + abs(at[k] * measured)) / h
    return measured, abs(near - far) / 4.0 + rounding


def central(
    f: Callable[..., Operand], at: Sequence[float], k: int, h: float
) -> tuple[float, float]:
    """Return (f(x+h) − f(x−h)) / 2h in the k-th argument, and the size of the values used."""
    above, below = list(at), list(at)
    above[k] += h
    below[k] -= h
    up = as_value(f(*[Value(x) for x in above])).data
    down = as_value(f(*[Value(x) for x in below])).data
    return (up - down) / (above[k] - below[k]), max(abs(up), abs(down))


def find_nan(output: Value) -> str:
    """Return a sentence that names the first node below `output` which is not a number.

    Looked for in this order: a value that is NaN although no operand was; a local derivative
    that is NaN or infinite; a gradient that is NaN. The sentence has the node's op, operands,
    labels and, if `record_lines` was on, its line.

    >>> x = Value(math.inf, "x")
    >>> print(find_nan(x - x + 1.0))
    nan first appears in the value of sub: inf ('x') and inf ('x') give nan
    """
    order = topological_order(output)
    for node in order:
        if math.isnan(node.data) and not any(math.isnan(p.data) for p in node.parents):
            if node.op is None:
                return f"nan first appears in the leaf {told(node)}"
            return f"nan first appears in the value of {told_node(node)}"
    for node in order:
        for parent, partial in zip(node.parents, node.partials):
            if not math.isfinite(partial):
                assert node.op is not None
                return (
                    f"no value is nan, but at {told(parent)} the local derivative of "
                    f"{node.op.name} is {partial!r}"
                )
    for node in reversed(order):
        if math.isnan(node.grad):
            return f"no value or local derivative is nan, but the gradient of {told_node(node)} is"
    return f"there is no nan in the {len(order)} nodes"


def told_node(node: Value) -> str:
    """Return a node as op, operands and result, with labels and line as far as it has them."""
    if node.op is None:
        return f"the leaf {told(node)}"
    operands = " and ".join(told(parent) for parent in node.parents[:4])
    more = f" and {len(node.parents) - 4} more" if len(node.parents) > 4 else ""
    return f"{node.op.name}: {operands}{more} give {told(node)}"
