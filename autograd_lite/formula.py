"""Formulas: the rules of the table on symbols, so that a partial derivative can be read.

A rule works on any kind of number, and a `Symbol` is a number that is only a name. So the
formula ∂z/∂w = x that a drawing or a stepper shows is the rule itself, written out, and not
a second copy of it.

>>> from autograd_lite import ops
>>> partial_texts(ops.mul, ["w", "x"], "z")
('x', 'w')
>>> partial_texts(ops.sigmoid, ["z"], "a")
('a * (1 - a)',)
>>> partial_texts(ops.power, ["x", 2.0], "y")
('2 * x', '0')
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd_lite import ops
from autograd_lite.operators import Operators
from autograd_lite.ops import Op, Power
from autograd_lite.simplified import simplified

__all__ = ["Symbol", "number_text", "partial_texts", "value_text"]

Term: TypeAlias = Any  # a Symbol, or a plain number beside one

# How tightly a text holds together: what is looser than its place gets brackets.
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)

# How a sign is written, how tightly it holds together, and the places of its operands.
SIGNS = {
    ops.add: ("{} + {}", SUM, SUM, SUM),
    ops.sub: ("{} - {}", SUM, SUM, PRODUCT),
    ops.mul: ("{} * {}", PRODUCT, PRODUCT, POWER),
    ops.div: ("{} / {}", PRODUCT, PRODUCT, POWER),
    ops.neg: ("-{}", SIGN, POWER),
    ops.variable_power: ("{}**{}", POWER, ATOM, ATOM),
}

CLOSED = re.compile(r"\w+\(.*\)|\[.*\]|<.*>")  # a call or a bracket: an atom as a whole


class Symbol(Operators):
    """A number that is only a name: arithmetic on it writes the formula down.

    >>> x = Symbol("x")
    >>> (1 + x) * -x
    (1 + x) * (-x)
    """

    __slots__ = ("binding", "text")

    def __init__(self, text: str, binding: int = ATOM) -> None:
        self.text = text
        self.binding = binding

    def __repr__(self) -> str:
        return self.text

    def record(self, op: Op, operands: Sequence[Term]) -> "Symbol":
        """Return the symbol for an op applied to operands (or sequences) with a symbol in them."""
        if isinstance(op, Power):
            return Symbol(f"{placed(operands[0], ATOM)}**{placed(op.exponent, ATOM)}", POWER)
        if op in SIGNS:
            text, binding, *places = SIGNS[op]
            return Symbol(text.format(*map(placed, operands, places)), binding)
        if op.sequences:
            operands = [operand for sequence in operands for operand in sequence]
        else:
            shorter = simplified(op, operands)  # 2·x¹ is written 2·x
            if isinstance(shorter, Symbol):
                return shorter
        text = value_text(op, operands)
        return Symbol(text, ATOM if CLOSED.fullmatch(op.written) else SUM)


def placed(term: Term, place: int) -> str:
    """Return the text of a term, in brackets where its place needs them."""
    if isinstance(term, Symbol):
        return term.text if term.binding >= place else f"({term.text})"
    text = number_text(term)
    return f"({text})" if text.startswith("-") and place > SUM else text


def number_text(number: float) -> str:
    """Return a number in at most six digits, without a trailing `.0`."""
    return f"{number:.6g}"


def value_text(op: Op, operands: Sequence[Term]) -> str:
    """Return how people write the op on operands: symbols, names or plain numbers.

    >>> from autograd_lite import ops
    >>> value_text(ops.dot, ["w1", "w2", "x1", "x2"])
    '<(w1, w2), (x1, x2)>'
    """
    call = CLOSED.fullmatch(op.written) is not None
    terms = [Symbol(term) if isinstance(term, str) else term for term in operands]
    texts = [placed(term, SUM if call else ATOM) for term in terms]
    if op.sequences:
        rows = [", ".join(row) for row in op.split(texts)]
        return op.written.format(**dict(zip(op.operands, rows)))
    return op.written.format(**dict(zip(op.operands, texts)))


def partial_texts(op: Op, operands: Sequence[str | float], out: str) -> tuple[str, ...]:
    """Return the formulas of the op's partials, one for each operand, in the given names.

    An operand given as a number stands in the formula as that number.
    """
    symbols = [Symbol(name) if isinstance(name, str) else name for name in operands]
    partials = op.partials_at(symbols, Symbol(out))
    return tuple(placed(partial, SUM) for partial in partials)
