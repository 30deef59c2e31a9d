"""Sentences and equations with a place for each number: decided once, told of any numbers.

What is to be told of a step holds for other numbers of the same graph, too, up to a few choices
(a slope of zero has a sentence of its own). So it is written down with a `Quantity` where a number
stands. The terminal puts in those of the record; a page that lets its reader change a number puts
in those that follow from it.

>>> from autograd_lite import Value, trace
>>> x = Value(-3.0, "x")
>>> steps = trace(x * x)
>>> equation_texts(steps, Equation((Symbol("x"), 2.0 * Quantity("value", 0), -6.0)))
['x', '2 * (-3)', '-6']
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd_lite.formula import Formula, Quantity, Symbol
from autograd_lite.printing import LaTeX, Printer, Text
from autograd_lite.tracing.paths import product_along
from autograd_lite.tracing.record import Record
from autograd_lite.words import Fact

__all__ = [
    "Choice", "Equation", "LaTeXOf", "NEARLY_FLAT", "QUESTIONS", "Telling", "TextOf", "Writing",
    "chosen", "equation_texts", "number_of", "sum_before", "told",
]  # fmt: skip

NEARLY_FLAT = 0.01  # a slope below this passes on less than a hundredth


class Equation(NamedTuple):
    """Formulas that `=` stands between; one that only repeats the one before is not shown."""

    sides: tuple[Formula, ...]


class Choice(NamedTuple):
    """What depends on a number: `yes` is told where a question about it is answered so.

    question    one of QUESTIONS
    of          the number that is asked about
    yes, no     facts, equations or further choices
    """

    question: str
    of: Quantity
    yes: "Sequence[Telling]" = ()
    no: "Sequence[Telling]" = ()


Telling: TypeAlias = Fact | Equation | Choice


# -- The numbers of a record ----------------------------------------------------------------------

LISTED = {  # kinds of quantities that a record has listed, and where
    "value": "data", "arriving": "arriving",  # by node
}  # fmt: skip
LISTED_BY_STEP = {
    "partial": "partials", "product": "products", "sum": "sums",
    "before": "before", "after": "after",
}  # fmt: skip


def sum_before(record: Record, number: int) -> float:
    """Return d(output)/d(parent) of this pass as it was before a step."""
    into = record.steps_into(record.parents[number - 1])
    turn = into.index(number)
    return record.sums[into[turn - 1] - 1] if turn else 0.0


def sum_of_rest(record: Record, k: int, first: int) -> float:
    """Return what the steps into node k contribute together, from one of them on."""
    rest = 0.0
    for number in record.steps_into(k)[first:]:
        rest += record.products[number - 1]
    return rest


def along(record: Record, *numbers: int) -> float:
    """Return the product of the partials of these steps: a path's."""
    return product_along(record.partials[number - 1] for number in numbers)


WORKED_OUT: dict[str, Callable[..., float]] = {
    "derivative": Record.derivative, "held": Record.held, "earlier": sum_before,
    "along": along, "rest": sum_of_rest,
}  # fmt: skip


def number_of(record: Record, quantity: Quantity) -> float:
    """Return the number that a quantity is in a record."""
    kind = quantity.kind
    if kind in WORKED_OUT:
        return WORKED_OUT[kind](record, *quantity.at)
    (at,) = quantity.at
    number: float
    if kind in LISTED:
        number = getattr(record, LISTED[kind])[at]
    else:
        number = getattr(record, LISTED_BY_STEP[kind])[at - 1]
    return number


def is_zero(number: float) -> bool:
    return number == 0.0


def is_nearly_zero(number: float) -> bool:
    return abs(number) < NEARLY_FLAT


QUESTIONS: dict[str, Callable[[float], bool]] = {
    "is zero": is_zero, "is nearly zero": is_nearly_zero,
}  # fmt: skip


# -- Told of a record -----------------------------------------------------------------------------


class WithNumbers(Printer):
    """A printer that puts a record's numbers in the places of quantities."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def quantity(self, formula: Quantity, bracketed: bool) -> str:
        number = number_of(self.record, formula)
        written = self.number(number)
        return self.bracketed(written) if bracketed and number + 0.0 < 0.0 else written


class TextOf(WithNumbers, Text):
    """Writes a formula as plain text, with the numbers of a record."""


class LaTeXOf(WithNumbers, LaTeX):
    """Writes a formula for LaTeX, with the numbers of a record."""


def equation_texts(
    record: Record, equation: Equation, printer: WithNumbers | None = None
) -> list[str]:
    """Return the sides of an equation as texts, without one that only repeats the one before."""
    printer = printer or TextOf(record)
    shown: list[str] = []
    for side in equation.sides:
        written = printer(side)
        if not shown or written != shown[-1]:
            shown.append(written)
    return shown


def chosen(record: Record, tellings: Sequence[Telling]) -> list[Any]:
    """Return the facts and equations that hold of a record's numbers."""
    found: list[Any] = []
    for telling in tellings:
        if isinstance(telling, Choice):
            answer = QUESTIONS[telling.question](number_of(record, telling.of))
            found += chosen(record, telling.yes if answer else telling.no)
        else:
            found.append(telling)
    return found


class Writing:
    """How the parts of a fact are written into its sentence: as plain text.

    Other kinds of text (see `markdown.py`) have another printer, and may write names otherwise.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.printer: WithNumbers = TextOf(record)

    def formula(self, formula: Symbol) -> str:
        """Return a formula of a sentence."""
        return self.printer(formula)

    def equation(self, equation: Equation) -> str:
        """Return an equation of a sentence."""
        return " = ".join(equation_texts(self.record, equation, self.printer))

    def names(self, names: str) -> str:
        """Return what is a text already: a name, several with commas, or with arrows."""
        return names


def told(record: Record, tellings: Sequence[Telling], writing: Writing | None = None) -> list[Fact]:
    """Return the facts that hold of a record's numbers, with these put in."""
    writing = writing or Writing(record)
    return [written_out(fact, writing) for fact in chosen(record, tellings)]


def written_out(fact: Fact, writing: Writing) -> Fact:
    """Return a fact whose parts are texts: its formulas and equations are written out."""
    parts: dict[str, Any] = {}
    for place, part in fact.parts.items():
        if isinstance(part, Equation):
            parts[place] = writing.equation(part)
        elif isinstance(part, Symbol):
            parts[place] = writing.formula(part)
        elif isinstance(part, Fact):
            parts[place] = written_out(part, writing)
        else:
            parts[place] = writing.names(part) if isinstance(part, str) else part
    return Fact(fact.key, parts)
