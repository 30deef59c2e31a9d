"""Printers: one formula as text, as LaTeX, as MathML.

A printer walks the tree of a formula. It says how a name, a number and each sign look, and
which function is written otherwise than f(x); brackets are set in one place, by how tightly a
part holds together and how tightly its place asks it to.

>>> from autograd_lite.formula import Symbol
>>> x, y = Symbol("x"), Symbol("w_11^2")
>>> formula = (1 + x) ** 2 / y
>>> text(formula)
'(1 + x)**2 / w_11^2'
>>> latex(formula)
'\\\\frac{\\\\left(1 + x\\\\right)^{2}}{w_{11}^{2}}'
>>> mathml(-x)
'<math><mrow><mo>−</mo><mi>x</mi></mrow></math>'
"""

import html
from collections.abc import Sequence
from typing import ClassVar

from autograd_lite import more_ops, ops, special_ops
from autograd_lite.formula import (
    TEXT,
    Derivative,
    Formula,
    Quantity,
    Symbol,
    partial_formulas,
    value_formula,
)
from autograd_lite.notation import of_term, read
from autograd_lite.ops import Op, Power

__all__ = [
    "one_word", "Printer", "Text", "LaTeX", "MathML", "text", "latex", "mathml", "number_text",
    "value_text", "partial_texts",
]  # fmt: skip

# How tightly a part holds together: what is looser than its place gets brackets.
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)


def number_text(number: float) -> str:
    """Return a number in at most six digits, without a trailing `.0`; zero without a sign."""
    return f"{number + 0.0:.6g}"


def one_word(name: str) -> str:
    """Return a name as it stands in a formula: in brackets if it is not one word.

    >>> one_word("w_11^2"), one_word("a (v2)")
    ('w_11^2', '(a (v2))')
    """
    apart = name.startswith("-") or any(c.isspace() or c in "+*/<>=" for c in name)
    return f"({name})" if apart else name


class Printer:
    """Writes formulas as plain text; other printers say otherwise what looks otherwise."""

    def __call__(self, formula: Formula) -> str:
        """Return the whole formula."""
        return self.placed(formula, SUM)

    def placed(self, formula: Formula, place: int) -> str:
        """Return a part of a formula, in brackets where its place needs them."""
        if not isinstance(formula, Symbol):
            number = self.number(formula)
            return self.bracketed(number) if formula + 0.0 < 0.0 and place > SUM else number
        if isinstance(formula, Quantity):
            return self.quantity(formula, formula.factor or place > SUM)
        written, binding = self.written(formula)
        return written if binding >= place else self.bracketed(written)

    def written(self, formula: Symbol) -> tuple[str, int]:
        """Return a formula's text, and how tightly it holds together."""
        op = formula.op
        if isinstance(formula, Derivative):
            return self.derivative(formula), ATOM
        if op is None:
            return self.name(formula.name), ATOM
        if isinstance(op, Power):
            return self.power(formula.operands[0], op.exponent), POWER
        if op is ops.variable_power:
            return self.power(*formula.operands), POWER
        if op is ops.div:
            return self.quotient(*formula.operands)
        if op is ops.neg:
            return self.minus(self.placed(formula.operands[0], POWER)), SIGN
        if op in SIGNS:
            sign, binding, right_place = SIGNS[op]
            x, y = formula.operands
            left, right = self.placed(x, binding), self.placed(y, right_place)
            return self.joined(left, sign, right), binding
        if op is ops.identity:
            return self.placed(formula.operands[0], SUM), ATOM
        if op.sequences:
            rows = [[self.placed(x, SUM) for x in row] for row in op.split(formula.operands)]
            return self.sequence(op, rows), ATOM
        return self.function(op, formula.operands), ATOM

    def number(self, number: float) -> str:
        return number_text(number)

    def name(self, name: str | int) -> str:
        return one_word(str(name))

    def quantity(self, formula: Quantity, bracketed: bool) -> str:
        """Return the place of a number that is not put in yet; in brackets: if it is negative."""
        return f"{{({formula.name})}}" if bracketed else f"{{{formula.name}}}"

    def derivative(self, formula: Derivative) -> str:
        d = formula.letter
        return f"{d}{one_word(formula.top)}/{d}{one_word(formula.below)}"

    def bracketed(self, inner: str) -> str:
        return f"({inner})"

    def joined(self, left: str, sign: str, right: str) -> str:
        return f"{left} {sign} {right}"

    def minus(self, operand: str) -> str:
        return f"-{operand}"

    def quotient(self, x: Formula, y: Formula) -> tuple[str, int]:
        return f"{self.placed(x, PRODUCT)} / {self.placed(y, POWER)}", PRODUCT

    def power(self, x: Formula, n: Formula) -> str:
        return f"{self.placed(x, ATOM)}**{self.placed(n, ATOM)}"

    def function(self, op: Op, operands: Sequence[Formula]) -> str:
        texts = [self.placed(operand, SUM) for operand in operands]
        return op.written.format(**dict(zip(op.operands, texts)))

    def sequence(self, op: Op, rows: Sequence[Sequence[str]]) -> str:
        texts = [", ".join(row) for row in rows]
        return op.written.format(**dict(zip(op.operands, texts)))


Text = Printer

SIGNS: dict[Op, tuple[str, int, int]] = {  # the sign, how tightly it holds, the right one's place
    ops.add: ("+", SUM, SUM),
    ops.sub: ("-", SUM, PRODUCT),
    ops.mul: ("*", PRODUCT, POWER),
}


class LaTeX(Printer):
    """Writes formulas for LaTeX, as notebooks and handouts set them."""

    NAMES: ClassVar = {ops.exp: r"\exp", ops.log: r"\ln", ops.sin: r"\sin", ops.cos: r"\cos",
             more_ops.tan: r"\tan", ops.tanh: r"\tanh", ops.sigmoid: r"\sigma",
             ops.maximum: r"\max", ops.minimum: r"\min", special_ops.atan: r"\arctan",
             special_ops.asin: r"\arcsin", special_ops.acos: r"\arccos", special_ops.sinh: r"\sinh",
             special_ops.cosh: r"\cosh"}  # fmt: skip
    SPECIAL = str.maketrans(
        {c: f"\\{c}" for c in "#$%&_{}"} | {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim "}
    )

    def name(self, name: str | int) -> str:
        label = read(name)
        if label is not None:
            return f"{label.letter}_{{{label.indices}}}" + (
                f"^{{{label.layer}}}" if label.layer else ""
            )
        plain, term = of_term(str(name))
        if term:
            return self.name(plain) + term
        if len(plain) == 1 and plain.isalpha():
            return plain
        return rf"\mathrm{{{plain.translate(self.SPECIAL)}}}"

    def number(self, number: float) -> str:
        mantissa, e, exponent = number_text(number).partition("e")
        mantissa = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}.get(
            mantissa, mantissa
        )
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else mantissa

    def derivative(self, formula: Derivative) -> str:
        letter = r"\partial " if formula.letter == "∂" else formula.letter
        return rf"\frac{{{letter}{self.name(formula.top)}}}{{{letter}{self.name(formula.below)}}}"

    def bracketed(self, inner: str) -> str:
        return rf"\left({inner}\right)"

    def joined(self, left: str, sign: str, right: str) -> str:
        return rf"{left} \cdot {right}" if sign == "*" else f"{left} {sign} {right}"

    def quotient(self, x: Formula, y: Formula) -> tuple[str, int]:
        return rf"\frac{{{self.placed(x, SUM)}}}{{{self.placed(y, SUM)}}}", POWER

    def power(self, x: Formula, n: Formula) -> str:
        base = self.placed(x, ATOM)
        if ("^" in base and not base.endswith(")")) or base.startswith(r"\frac"):
            base = self.bracketed(base)  # LaTeX refuses two powers on one letter
        return f"{base}^{{{self.placed(n, SUM)}}}"

    def function(self, op: Op, operands: Sequence[Formula]) -> str:
        texts = [self.placed(operand, SUM) for operand in operands]
        if op is ops.sqrt:
            return rf"\sqrt{{{texts[0]}}}"
        if op is ops.abs:
            return rf"\left|{texts[0]}\right|"
        if op is more_ops.at_least:
            return rf"\left[{texts[0]} \ge {texts[1]}\right]"
        name = self.NAMES.get(op) or rf"\operatorname{{{op.name.translate(self.SPECIAL)}}}"
        return rf"{name}\left({', '.join(texts)}\right)"

    def sequence(self, op: Op, rows: Sequence[Sequence[str]]) -> str:
        if op is ops.total:
            return rf"\left({' + '.join(rows[0])}\right)"
        inner = ", ".join(rf"\left({', '.join(row)}\right)" for row in rows)
        if op is ops.dot:
            return rf"\left\langle {inner} \right\rangle"
        return rf"\operatorname{{{op.name.translate(self.SPECIAL)}}}\left({inner}\right)"


class MathML(Printer):
    """Writes formulas as MathML, which browsers set without any library."""

    def __call__(self, formula: Formula) -> str:
        return f"<math>{self.placed(formula, SUM)}</math>"

    def row(self, *parts: str) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def sign(self, sign: str) -> str:
        return f"<mo>{html.escape(sign)}</mo>"

    def name(self, name: str | int) -> str:
        label = read(name)
        plain, term = of_term(str(name))
        if term:
            return self.row(self.name(plain), f"<mtext>{term}</mtext>")
        if label is None:
            return f"<mi>{html.escape(str(name))}</mi>"
        letter, index = f"<mi>{label.letter}</mi>", f"<mn>{label.indices}</mn>"
        if not label.layer:
            return f"<msub>{letter}{index}</msub>"
        return f"<msubsup>{letter}{index}<mn>{label.layer}</mn></msubsup>"

    def number(self, number: float) -> str:
        shown = number_text(number).replace("inf", "∞")
        digits = f"<mn>{shown.lstrip('-')}</mn>"
        return self.row(self.sign("−"), digits) if shown.startswith("-") else digits

    def derivative(self, formula: Derivative) -> str:
        letter = f"<mi>{formula.letter}</mi>"
        top, below = (
            self.row(letter, self.name(formula.top)),
            self.row(letter, self.name(formula.below)),
        )
        return f"<mfrac>{top}{below}</mfrac>"

    def bracketed(self, inner: str) -> str:
        return self.row(self.sign("("), inner, self.sign(")"))

    def joined(self, left: str, sign: str, right: str) -> str:
        return self.row(left, self.sign({"*": "·", "-": "−"}.get(sign, sign)), right)

    def minus(self, operand: str) -> str:
        return self.row(self.sign("−"), operand)

    def quotient(self, x: Formula, y: Formula) -> tuple[str, int]:
        return f"<mfrac>{self.placed(x, SUM)}{self.placed(y, SUM)}</mfrac>", POWER

    def power(self, x: Formula, n: Formula) -> str:
        return f"<msup>{self.placed(x, ATOM)}{self.placed(n, SUM)}</msup>"

    def listed(self, texts: Sequence[str], sign: str = ",") -> str:
        parts: list[str] = []
        for part in texts:
            parts += [self.sign(sign), part] if parts else [part]
        return "".join(parts)

    def function(self, op: Op, operands: Sequence[Formula]) -> str:
        texts = [self.placed(operand, SUM) for operand in operands]
        if op is ops.sqrt:
            return f"<msqrt>{texts[0]}</msqrt>"
        if op is ops.abs:
            return self.row(self.sign("|"), texts[0], self.sign("|"))
        if op is more_ops.at_least:
            return self.row(self.sign("["), texts[0], self.sign("≥"), texts[1], self.sign("]"))
        name = f"<mi>{html.escape(op.symbol if op is ops.sigmoid else op.name)}</mi>"
        return self.row(name, self.bracketed(self.listed(texts)))

    def sequence(self, op: Op, rows: Sequence[Sequence[str]]) -> str:
        if op is ops.total:
            return self.bracketed(self.listed(rows[0], "+"))
        inner = self.listed([self.bracketed(self.listed(row)) for row in rows])
        if op is ops.dot:
            return self.row(self.sign("⟨"), inner, self.sign("⟩"))
        return self.row(f"<mi>{html.escape(op.name)}</mi>", self.bracketed(inner))


text, latex, mathml = Text(), LaTeX(), MathML()
TEXT.append(text)


def value_text(op: Op, operands: Sequence["str | Formula"]) -> str:
    """Return how people write the op on operands: symbols, names or plain numbers.

    >>> value_text(ops.dot, ["w1", "w2", "x1", "x2"])
    '<(w1, w2), (x1, x2)>'
    """
    return text(value_formula(op, operands))


def partial_texts(op: Op, operands: Sequence["str | float"], out: str) -> tuple[str, ...]:
    """Return the formulas of the op's partials as texts, one for each operand."""
    return tuple(map(text, partial_formulas(op, operands, out)))
