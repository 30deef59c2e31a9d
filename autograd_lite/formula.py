"""Formulas: the rules of the table on names, so that a partial derivative can be read.

A rule works on any kind of number, and a `Symbol` is a number that is only a name. So the
formula ∂z/∂w = x that a drawing or a stepper shows is the rule itself, written out, and not
a second copy of it. A formula is a tree, `op` and `operands` down to names and numbers; how it
looks is the affair of a printer (see `printing.py`).

>>> from autograd_lite import ops
>>> partial_formulas(ops.mul, ["w", "x"], "z")
(x, w)
>>> partial_formulas(ops.sigmoid, ["z"], "a")
(a * (1 - a),)
>>> partial_formulas(ops.power(2.0), ["x"], "y")
(2 * x,)
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from autograd_lite import more_ops, ops
from autograd_lite.operators import Operators
from autograd_lite.ops import Op
from autograd_lite.simplified import simplified

__all__ = ["Symbol", "Derivative", "Quantity", "Formula", "value_formula", "partial_formulas"]


class Symbol(Operators):
    """A number that is only a name, or an op on such: arithmetic on it writes a formula down.

    name        of a name: its text, or a place that a printer fills in
    op          the row of the table of anything else, None for a name
    operands    what it is applied to: symbols and plain numbers, one for each parent of a node

    >>> x = Symbol("x")
    >>> (1 + x) * -x
    (1 + x) * (-x)
    """

    __slots__ = ("name", "op", "operands")

    def __init__(
        self, name: str | int = "", op: Op | None = None, operands: Sequence["Formula"] = ()
    ) -> None:
        self.name = name
        self.op = op
        self.operands = tuple(operands)

    def __repr__(self) -> str:
        return TEXT[0](self) if TEXT else f"Symbol({self.name!r})"

    def record(self, op: Op, operands: Sequence[Any]) -> "Formula":
        """Return the formula op(operands), as people write it: 2·x¹ is written 2·x."""
        if op in WRITTEN_WITH:
            written: Formula = WRITTEN_WITH[op](*operands)
            return written
        shorter = simplified(op, operands)
        if isinstance(shorter, (Symbol, float)):
            return shorter
        if op.sequences:
            operands = [operand for sequence in operands for operand in sequence]
        return Symbol("", op, operands)


class Derivative(Symbol):
    """dC/dz, the derivative along all paths, or ∂a/∂z, along one edge: a name of three parts."""

    __slots__ = ("below", "letter", "top")

    def __init__(self, letter: str, top: str, below: str) -> None:
        super().__init__(f"{letter}{top}/{letter}{below}")
        self.letter = letter
        self.top = top
        self.below = below


class Quantity(Symbol):
    """A number that a record knows, by what it is and where: so a formula fits other numbers, too.

    kind        what it is: "value" of a node, "partial" of a step, and so on
    at          the number of the node or step; several, of what is made of several
    factor      whether it stands in brackets where it is negative, whatever is around it
    """

    __slots__ = ("at", "factor", "kind")

    def __init__(self, kind: str, *at: int, factor: bool = False) -> None:
        super().__init__(f"{kind}:{','.join(map(str, at))}")
        self.kind = kind
        self.at = at
        self.factor = factor


Formula: TypeAlias = Symbol | float
TEXT: list[Callable[[Formula], str]] = []  # the printer of `repr`: printing.py enters it


# -- Rows that people write with the signs and functions that they know ---------------------------


def monomial_written(c: Formula, x: Formula, n: Formula) -> Any:
    return c * raised(x, n)


def variable_monomial_written(c: Formula, x: Formula, y: Formula, n: Formula) -> Any:
    power = c * raised(x, y)
    if n == 0.0:
        return power
    written = (
        isinstance(x, Symbol) or x > 0.0
    )  # of another number there is none: it is written down
    return power * raised(ops.log(x) if written else Symbol("", ops.log, (x,)), n)


def raised(x: Formula, n: Formula) -> Any:
    """Return xⁿ as a formula, also of two plain numbers."""
    return Symbol("", ops.variable_power, (x, n)) if n != 1.0 else x


def reciprocal_written(x: Formula) -> Any:
    return 1.0 / x


def compare_written(x: Formula, y: Formula) -> Any:
    return ops.sign(x - y)


def at_least_written(x: Formula, y: Formula) -> Any:
    return Symbol("", more_ops.at_least, (x, y))


WRITTEN_WITH: dict[Op, Callable[..., Any]] = {
    ops.monomial: monomial_written,
    ops.variable_monomial: variable_monomial_written,
    ops.reciprocal: reciprocal_written,
    ops.compare: compare_written,
    more_ops.at_least: at_least_written,
}


# -- Of a node ------------------------------------------------------------------------------------


def as_formula(operand: "str | int | Formula") -> Formula:
    """Return a name as a symbol; a symbol or a float stands in a formula as it is."""
    return operand if isinstance(operand, (Symbol, float)) else Symbol(operand)


def value_formula(op: Op, operands: Sequence["str | Formula"]) -> Symbol:
    """Return op(operands), as it was written down: nothing is shortened."""
    return Symbol("", op, [as_formula(operand) for operand in operands])


def partial_formulas(
    op: Op, operands: Sequence["str | int | Formula"], out: "str | int | Formula"
) -> tuple[Formula, ...]:
    """Return the formulas of the op's partials, one for each operand, in the given names.

    An operand given as a number stands in the formula as that number.
    """
    symbols = [as_formula(operand) for operand in operands]
    if not any(isinstance(symbol, Symbol) for symbol in symbols):
        symbols[0] = Symbol("", ops.identity, symbols[:1])  # or the rule would compute
    return op.partials_at(symbols, as_formula(out))
