"""The equations of a record: with symbols, with numbers put in, and as a number.

An edge is a partial derivative and is written ∂a/∂z; what arrives at its end is the derivative of
the output along all paths and is written dC/dz. So no two lines give two values to one thing.

Numbers are put in only where they are those that the forward pass used: if the operands have been
changed since (`w.data = 5`), an equation goes from the symbols straight to the recorded number.
"""

import math
from collections.abc import Sequence

from autograd_lite import ops
from autograd_lite.formula import (
    Derivative,
    Formula,
    Quantity,
    Symbol,
    partial_formulas,
    value_formula,
)
from autograd_lite.ops import Op
from autograd_lite.tracing.quantities import Choice, Equation
from autograd_lite.tracing.record import Record
from autograd_lite.value import Constant

__all__ = [
    "whole", "edge", "local_equation", "chain_equation", "value_equation", "partial_formula",
    "still_holds", "within",
]  # fmt: skip

ROW_SHOWN = 6  # operands of a sum or of each vector; of more, the first ones and the last


# -- Derivatives as people write them ------------------------------------------------------------


def whole(record: Record, k: int) -> Derivative:
    """Return dC/dz: the derivative of the output in node k, along all paths."""
    return Derivative("d", record.names[-1], record.names[k])


def edge(record: Record, number: int) -> Derivative:
    """Return ∂a/∂z: the local derivative that a step multiplies by."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    return Derivative("∂", record.names[child], record.names[parent])


# -- The equations, with a place for each number ---------------------------------------------------


def local_equation(record: Record, number: int) -> Equation:
    """Return the local derivative of a step: as a formula, with numbers put in, as a number."""
    k = record.children[number - 1]
    place = record.places[number - 1]
    symbols, numbers = both_formulas(record, k)
    sides = [edge(record, number), symbols[place], *numbers[place : place + 1]]
    return Equation((*sides, Quantity("partial", number)))


def chain_equation(record: Record, number: int) -> Choice:
    """Return the chain rule of a step: with symbols, with numbers, and the sum so far."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    symbols = whole(record, child) * edge(record, number)
    numbers = product(Quantity("arriving", child), Quantity("partial", number))
    earlier = Quantity("earlier", number)
    sum = Quantity("sum", number)
    first = Equation((whole(record, parent), symbols, numbers, sum))
    added = Equation((whole(record, parent), earlier + symbols, earlier + numbers, sum))
    return Choice("is zero", earlier, yes=[first], no=[added])


def value_equation(record: Record, k: int) -> Equation:
    """Return the operation that made node k: with symbols, with numbers, and its result."""
    op = record.nodes[k].op
    assert op is not None
    parents = record.parent_indexes(k)
    sides: list[Formula] = [
        Symbol(record.names[k]),
        value_formula(op, rows_shown(op, [term(record, parent) for parent in parents])),
    ]
    if still_holds(record, k):
        numbers: list[Formula] = [Quantity("value", parent) for parent in parents]
        sides.append(value_formula(op, rows_shown(op, numbers)))
    return Equation((*sides, Quantity("value", k)))


def product(x: Formula, y: Formula) -> Symbol:
    """Return x · y written down, not multiplied."""
    return value_formula(ops.mul, [x, y])


def partial_formula(record: Record, number: int) -> Formula:
    """Return the local derivative of a step as a formula in symbols."""
    symbols, _ = both_formulas(record, record.children[number - 1])
    return symbols[record.places[number - 1]]


# -- Their parts ---------------------------------------------------------------------------------


def term(record: Record, k: int) -> Formula:
    """Return how node k stands in a formula: a constant as its number, others by name."""
    if isinstance(record.nodes[k], Constant):
        return record.data[k]
    return Symbol(record.names[k])


def both_formulas(record: Record, k: int) -> tuple[tuple[Formula, ...], tuple[Formula, ...]]:
    """Return the formulas of all partials of node k, with symbols and with numbers put in.

    The second is empty where the numbers are not those of the forward pass any more.
    """
    if record.formulas_of is None or record.formulas_of[0] != k:
        op = record.nodes[k].op
        assert op is not None
        parents = record.parent_indexes(k)
        out = record.names[k]
        symbols = partial_formulas(op, [term(record, parent) for parent in parents], out)
        numbers: tuple[Formula, ...] = ()
        if still_holds(record, k):
            operands = [
                record.data[parent]
                if isinstance(record.nodes[parent], Constant)
                else Quantity("value", parent)
                for parent in parents
            ]
            numbers = partial_formulas(op, operands, Quantity("value", k))
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


def rows_shown(op: Op, terms: Sequence[Formula]) -> list[Formula]:
    """Return the operands to write down: all, or of each long sequence the first and the last."""
    if not op.sequences or len(terms) <= op.sequences * ROW_SHOWN:
        return list(terms)
    shown: list[Formula] = []
    for row in op.split(terms):
        shown += [*row[: ROW_SHOWN - 2], Symbol("..."), row[-1]]
    return shown


def within(width: int, equation: Sequence[str]) -> str:
    """Return an equation in about so many characters: whole sides are left out of its middle."""
    sides = list(equation)
    while len(sides) > 2 and len(" = ".join(sides)) > width:
        del sides[-2]
    return " = ".join(sides)
