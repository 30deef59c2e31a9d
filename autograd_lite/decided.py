"""An `if` in a rule of one's own: its outcome stands in a graph of derivatives, once.

On floats such a rule is right wherever it is asked. On Values it is written down as a formula,
and the formula holds only on this side of the `if`. So what such a rule gives is marked by a
node; evaluated again, or compiled, it would silently be the old branch, and is refused instead.
"""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from autograd_lite.operators import Operators
from autograd_lite.ops import Op
from autograd_lite.value import Value, as_value, recorded

__all__ = ["MARKS", "decides", "mark_of", "marked"]

MARKS: dict[str, Op] = {}  # by the name of the op whose rule has an `if`


class Decided(Exception):
    """A rule asked how large a number is."""


def asked(number: "Unknown", other: Any = None) -> NoReturn:
    raise Decided


class Unknown(Operators):
    """A kind of number that does not tell how large it is."""

    __slots__ = ()

    def record(self, op: Op, operands: Sequence[Any]) -> "Unknown":
        return self

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = asked
    __bool__ = asked
    __hash__ = object.__hash__
    data = property(asked)


def decides(rule: Callable[..., Any], operands: Sequence[Any]) -> bool:
    """Return whether a rule's formula depends on how large its operands are."""
    unknown = Unknown()
    given = [(unknown,) * len(x) if isinstance(x, tuple) else unknown for x in operands]
    try:
        rule(*given)
    except Decided:
        return True
    except Exception:  # the rule fails on Values too, in its own words
        return False
    return False


def mark_of(name: str) -> Op:
    """Return the row that marks what the rule of `name` gives: a value, never evaluated again."""

    def refuse(x: Any) -> NoReturn:
        raise TypeError(
            f"the rule of {name} decides by an if, which stands in a graph of derivatives as it "
            f"was decided once; write step, where, maximum or relu instead of the if"
        )

    if name not in MARKS:
        MARKS[name] = Op(f"{name}_decided", "if", "{x}", refuse, mark_partials)
    return MARKS[name]


def mark_partials(x: Any, out: Any) -> tuple[float]:
    return (1.0,)


def marked(mark: Op, partial: Any) -> Value:
    """Return what a rule gave, as a node that says that an `if` decided it."""
    x = as_value(partial)
    return recorded(mark, x.data, (x,), (1.0,))
