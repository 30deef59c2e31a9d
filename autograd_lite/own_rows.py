"""What is checked of a row of the table, and what is said where it is wrong.

A learner's own row may be anything; its author is told what to write. None of this is on the
path of a number: a rule of this package is checked by the tests, not at every node.
"""

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd_lite.plain_numbers import number

if TYPE_CHECKING:
    from autograd_lite.ops import Op

__all__ = [
    "check_rule", "check_row", "miscounted", "check_sequences", "check_counts", "checked_floats",
    "find_op",
]  # fmt: skip

SEQUENCES = frozenset([tuple, list])


def check_rule(name: str, rule: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a rule's operands: its parameters, without the last, `out`.

    Raises TypeError for what is no function, or takes no operands.
    """
    code = getattr(rule, "__code__", None)
    if code is None:
        raise TypeError(f"the rule of {name} must be a function; write def rule(x, out)")
    operands: tuple[str, ...] = code.co_varnames[: code.co_argcount - 1]
    if not operands:
        raise TypeError(f"the rule of {name} takes no operands; write def rule(x, out)")
    return operands


def check_row(op: "Op") -> None:
    """Raise TypeError unless the formulas of a row name the operands of its rule."""
    for text in (op.formula, op.written):
        try:
            text.format(**dict.fromkeys(op.operands, ""))
        except (KeyError, IndexError):
            braces = " and ".join("{" + operand + "}" for operand in op.operands)
            raise TypeError(
                f"the formula {text!r} of {op.name} must name the operands of its rule; "
                f"write {braces}"
            ) from None


def miscounted(op: "Op", operands: Sequence[Any]) -> TypeError:
    wanted = f"{op.name}({', '.join(op.operands)})"
    return TypeError(f"{wanted} takes {len(op.operands)} operand(s), not {len(operands)}")


def check_sequences(op: "Op", sequences: Sequence[Any]) -> None:
    """Raise TypeError unless an op on sequences got them, ValueError unless of one length."""
    if len(sequences) != len(op.operands):
        raise miscounted(op, sequences)
    if not SEQUENCES.issuperset(map(type, sequences)):
        for name, sequence in zip(op.operands, sequences):
            if isinstance(sequence, (set, frozenset)):
                raise TypeError(
                    f"a set has no order, so its {op.name} would differ from run to run; "
                    f"write a list"
                )
            if hasattr(type(sequence), "record") or not hasattr(sequence, "__iter__"):
                raise TypeError(
                    f"{op.name}({', '.join(op.operands)}) takes lists of numbers, "
                    f"and {name} is a {type(sequence).__name__}; write [{name}]"
                )
    rows = list(map(len, map(tuple, sequences)))
    if rows[0] != rows[-1]:
        lengths = " and ".join(f"{name} has {n}" for name, n in zip(op.operands, rows))
        raise ValueError(f"{op.name} needs sequences of one length; {lengths}")


def check_counts(op: "Op", partials: Any, count: int) -> None:
    """Raise TypeError unless a rule gave one partial for each operand."""
    if op.sequences:
        if type(partials) is not tuple or any(type(row) is not tuple for row in partials):
            raise TypeError(
                f"the rule of {op.name} must return {op.sequences} tuple(s) of partials, "
                f"one for each sequence; write return (partials,) for one"
            )
        partials = sum(partials, ())
    if type(partials) is not tuple or len(partials) != count:
        raise TypeError(
            f"the rule of {op.name} must return a tuple of {count} partial(s), "
            f"one for each operand; write return (partial,) for one"
        )


def checked_floats(
    op: "Op", out: Any, partials: Any, count: int
) -> tuple[float, tuple[float, ...]]:
    """Return a value and its partials as floats; of rules that no test walks, all is checked.

    Raises TypeError, which says what to write, where one is not a number.
    """
    check_counts(op, partials, count)
    try:
        numbers = tuple(map(number, sum(partials, ()) if op.sequences else partials))
    except TypeError as error:
        raise TypeError(f"the rule of {op.name} gives no number: {error}") from None
    return number(out), numbers


def find_op(module: str, name: str, wanted: "Op | None" = None) -> "Op":
    """Return the row called `name` in a module: how a pickled graph finds its ops again.

    Raises ValueError if it is not there, or not the one that is wanted.
    """
    row = getattr(importlib.import_module(module), name, None)
    if not hasattr(row, "partials"):
        raise ValueError(
            f"module {module} has no op called {name!r}; a row is found as the variable "
            f"of its name beside its rule: {name} = Op({name!r}, ...)"
        )
    if wanted is not None and row is not wanted:
        raise ValueError(f"another op is called {name!r} in {module}; rename one of them")
    return row  # type: ignore[no-any-return]
