"""A row of one's own: what its author wrote is checked, when it is made and at every node.

The rules of this package are walked by the tests, and nothing is checked on the path of a
number. A learner's rule may give anything; then its author is told what to write, at once and
in words, whether it runs on floats, on Values or on names. (From the import of this module on,
`Op` has every new row checked here.)
"""

import copyreg
import importlib
from collections.abc import Callable, Sequence
from typing import Any

from autograd_lite.decided import decides, mark_of, marked
from autograd_lite.ops import CHECKS, Op, Power
from autograd_lite.plain_numbers import number
from autograd_lite.value import Value

__all__ = ["CheckedRule", "CheckedValue", "find_op"]


def check_row(op: Op) -> None:
    """Have the value and the rule of a new row checked wherever they are used.

    Raises TypeError, which says what to write, for a rule that is no function of operands and
    result, and for formulas that do not name its operands.
    """
    if isinstance(op, Power):
        return
    code = getattr(op.partials, "__code__", None)
    if code is None:
        raise TypeError(f"the rule of {op.name} must be a function; write def rule(x, out)")
    operands = code.co_varnames[: code.co_argcount - 1]
    if not operands:
        raise TypeError(f"the rule of {op.name} takes no operands; write def rule(x, out)")
    for text in (op.formula, op.written):
        try:
            text.format(**dict.fromkeys(operands, ""))
        except (KeyError, IndexError):
            braces = " and ".join("{" + operand + "}" for operand in operands)
            raise TypeError(
                f"the formula {text!r} of {op.name} must name the operands of its rule; "
                f"write {braces}"
            ) from None
    op.forward = CheckedValue(op.forward)
    op.partials = CheckedRule(op.name, op.sequences, op.partials)


class CheckedValue:
    """The value function of a row of one's own: on floats it gives a float."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *operands: Any) -> Any:
        out = self.function(*operands)
        return out if of_another_kind(operands) else number(out)


class CheckedRule:
    """The rule of a row of one's own: it gives one partial for each operand; on floats, floats.

    If it has an `if`, what it gives on Values is marked: compiled, it would be the old branch.
    Raises TypeError, which says what to write, if it does not.
    """

    __slots__ = ("function", "name", "sequences")

    def __init__(self, name: str, sequences: int, function: Callable[..., Any]) -> None:
        self.name = name
        self.sequences = sequences
        self.function = function

    def __call__(self, *operands: Any) -> Any:
        partials = self.function(*operands)
        given = operands[:-1] if self.sequences else (operands[:-1],)
        rows: Sequence[Any] = partials if self.sequences else (partials,)
        if type(partials) is not tuple or not all(type(row) is tuple for row in rows):
            raise TypeError(self.wanted(given))
        if list(map(len, rows)) != list(map(len, given)):
            raise TypeError(self.wanted(given))
        if of_another_kind(operands):
            if isinstance(operands[-1], Value) and decides(self.function, operands):
                return self.marked(rows)
            return partials
        try:
            rows = tuple([tuple(map(number, row)) for row in rows])
        except TypeError as error:
            raise TypeError(f"the rule of {self.name} gives no number: {error}") from None
        return rows if self.sequences else rows[0]

    def marked(self, rows: Sequence[Any]) -> tuple[Any, ...]:
        """Return the partials, each as a node that says that an `if` decided it."""
        mark = mark_of(self.name)
        rows = tuple([tuple([marked(mark, partial) for partial in row]) for row in rows])
        return rows if self.sequences else rows[0]

    def wanted(self, given: Sequence[Any]) -> str:
        """Return what the rule must return instead of what it returned."""
        if self.sequences:
            return (
                f"the rule of {self.name} must return {self.sequences} tuple(s) of partials, "
                f"one for each sequence; write return (partials,) for one"
            )
        return (
            f"the rule of {self.name} must return a tuple of {len(given[0])} partial(s), "
            f"one for each operand; write return (partial,) for one"
        )


def of_another_kind(operands: Sequence[Any]) -> bool:
    """Return whether one of the operands is a Value, a name or the like, not a plain number."""
    for x in operands:
        if of_another_kind(x) if isinstance(x, tuple) else hasattr(type(x), "record"):
            return True
    return False


CHECKS.append(check_row)


# -- Pickling: a row is pickled as its place, the module of its rule and its name there --


def find_op(module: str, name: str) -> Op:
    """Return the row called `name` in a module: how a pickled graph finds its ops again.

    Raises ValueError, which says what to write, if there is none.
    """
    row = getattr(importlib.import_module(module), name, None)
    if not isinstance(row, Op):
        raise ValueError(
            f"module {module} has no op called {name!r}; a row is found as the variable "
            f"of its name beside its rule: {name} = Op({name!r}, ...)"
        )
    return row


def place(op: Op) -> tuple[Any, ...]:
    """Return what `pickle` needs to find a row again.

    Raises ValueError, while there is still time, if it is not to be found.
    """
    rule = op.partials.function if isinstance(op.partials, CheckedRule) else op.partials
    if find_op(rule.__module__, op.name) is not op:
        raise ValueError(
            f"another op is called {op.name!r} in {rule.__module__}; rename one of them"
        )
    return find_op, (rule.__module__, op.name)


copyreg.pickle(Op, place)  # from here `Op.__reduce__` learns it
