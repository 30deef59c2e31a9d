"""The equations of a record: with symbols, with numbers put in, and as a number.

An edge is a partial derivative and is written ∂a/∂z; what arrives at its end is the derivative of
the output along all paths and is written dC/dz. So no two lines give two values to one thing.

Numbers are put in only where they are those that the forward pass used: if the operands have been
changed since (`w.data = 5`), an equation goes from the symbols straight to the recorded number.
"""

import math
import re
from collections.abc import Sequence

from autograd_lite.formula import partial_texts, value_text
from autograd_lite.ops import Op
from autograd_lite.tracing.names import factor, symbol_of, told_number
from autograd_lite.tracing.record import Record
from autograd_lite.value import Constant

__all__ = [
    "whole", "edge", "local_equation", "chain_equation", "value_equation", "partial_formula",
    "still_holds", "within",
]  # fmt: skip

ROW_SHOWN = 6  # operands of a sum or of each vector; of more, the first ones and the last


# -- Derivatives as people write them ------------------------------------------------------------


def whole(record: Record, k: int) -> str:
    """Return dC/dz: the derivative of the output in node k, along all paths."""
    return f"d{symbol_of(record.names[-1])}/d{symbol_of(record.names[k])}"


def edge(record: Record, number: int) -> str:
    """Return ∂a/∂z: the local derivative that a step multiplies by."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    return f"∂{symbol_of(record.names[child])}/∂{symbol_of(record.names[parent])}"


# -- The equations, as the texts that `=` stands between -------------------------------------------


def local_equation(record: Record, number: int) -> list[str]:
    """Return the local derivative of a step: as a formula, with numbers put in, as a number."""
    k = record.children[number - 1]
    place = record.places[number - 1]
    symbols, numbers = partial_formulas(record, k)
    texts = [edge(record, number), symbols[place], numbers[place]] if numbers else [
        edge(record, number), symbols[place]
    ]  # fmt: skip
    return equal(*texts, told_number(record.partials[number - 1]))


def chain_equation(record: Record, number: int) -> list[str]:
    """Return the chain rule of a step: with symbols, with numbers, and the sum so far."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    gradient, partial = record.arriving[child], record.partials[number - 1]
    symbols = f"{whole(record, child)} * {edge(record, number)}"
    numbers = f"{factor(gradient)} * {factor(partial)}"
    earlier = sum_before(record, number)
    if earlier != 0.0:
        symbols = f"{told_number(earlier)} + {symbols}"
        numbers = f"{told_number(earlier)} + {numbers}"
    return equal(whole(record, parent), symbols, numbers, told_number(record.sums[number - 1]))


def value_equation(record: Record, k: int) -> list[str]:
    """Return the operation that made node k: with symbols, with numbers, and its result."""
    op = record.nodes[k].op
    assert op is not None
    parents = record.parent_indexes(k)
    texts = [
        symbol_of(record.names[k]),
        bare(value_text(op, rows_shown(op, [term(record, parent) for parent in parents]))),
    ]
    if still_holds(record, k):
        numbers = [factor(record.data[parent]) for parent in parents]
        texts.append(bare(value_text(op, rows_shown(op, numbers))))
    return equal(*texts, told_number(record.data[k]))


def partial_formula(record: Record, number: int) -> str:
    """Return the local derivative of a step as a formula in symbols."""
    symbols, _ = partial_formulas(record, record.children[number - 1])
    return symbols[record.places[number - 1]]


def sum_before(record: Record, number: int) -> float:
    """Return d(output)/d(parent) of this pass as it was before a step."""
    into = record.steps_into(record.parents[number - 1])
    turn = into.index(number)
    return record.sums[into[turn - 1] - 1] if turn else 0.0


# -- Their parts ---------------------------------------------------------------------------------


def term(record: Record, k: int) -> str | float:
    """Return how node k stands in a formula: a constant as its number, others by name."""
    if isinstance(record.nodes[k], Constant):
        return record.data[k]
    return symbol_of(record.names[k])


def partial_formulas(record: Record, k: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the formulas of all partials of node k, with symbols and with numbers put in.

    The second is empty where the numbers are not those of the forward pass any more.
    """
    if record.formulas_of is None or record.formulas_of[0] != k:
        op = record.nodes[k].op
        assert op is not None
        parents = record.parent_indexes(k)
        symbols = partial_texts(
            op, [term(record, parent) for parent in parents], symbol_of(record.names[k])
        )
        numbers: tuple[str, ...] = ()
        if still_holds(record, k):
            operands = [
                record.data[parent]
                if isinstance(record.nodes[parent], Constant)
                else factor(record.data[parent])
                for parent in parents
            ]
            numbers = partial_texts(op, operands, factor(record.data[k]))
        record.formulas_of = (k, symbols, numbers)
    return record.formulas_of[1:]


def still_holds(record: Record, k: int) -> bool:
    """Return whether node k and its partials are what its operands, as recorded, give.

    They are not if somebody changed a number between the forward pass and the backward pass.
    """
    if record.holds_of is None or record.holds_of[0] != k:
        op = record.nodes[k].op
        record.holds_of = (k, op is None or gives_the_record(op, record, k))
    return record.holds_of[1]


def gives_the_record(op: Op, record: Record, k: int) -> bool:
    """Return whether an op on the operands of node k gives its number and its partials."""
    operands = [record.data[parent] for parent in record.parent_indexes(k)]
    try:
        out = op.value(operands)
        partials = op.partials_at(operands, record.data[k])
    except (ArithmeticError, ValueError):  # where the op has no value at all
        return False
    return same(out, record.data[k]) and all(
        same(partials[record.places[number - 1]], record.partials[number - 1])
        for number in record.numbers_out_of(k)
    )


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


def rows_shown(op: Op, terms: Sequence[str | float]) -> list[str | float]:
    """Return the operands to write down: all, or of each long sequence the first and the last."""
    if not op.sequences or len(terms) <= op.sequences * ROW_SHOWN:
        return list(terms)
    shown: list[str | float] = []
    for row in op.split(terms):
        shown += [*row[: ROW_SHOWN - 2], "...", row[-1]]
    return shown


def equal(*texts: str) -> list[str]:
    """Return the sides of an equation, without one that only repeats the one before it."""
    shown = [texts[0]]
    for text in texts[1:]:
        if bare(text) != bare(shown[-1]):
            shown.append(text)
    return shown


def bare(text: str) -> str:
    """Return a text without the brackets around a negative number that stands alone."""
    return text[1:-1] if re.fullmatch(r"\(-[^()]*\)", text) else text


def within(width: int, equation: Sequence[str]) -> str:
    """Return an equation in about so many characters: whole sides are left out of its middle."""
    sides = list(equation)
    while len(sides) > 2 and len(" = ".join(sides)) > width:
        del sides[-2]
    return " = ".join(sides)
