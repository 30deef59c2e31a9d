"""Text in pictures: the user's labels shown as typed, and formulas set as on the slides.

Labels in DOT are HTML-like, so every text passes through `shown`: what could be markup becomes
an entity, and what no picture can hold (a control character, half of a surrogate pair) becomes
a sign that stands for it. A string of DOT ends at 16,384 bytes, so longer texts are shortened.

>>> shown("<b> & me")
'&lt;b&gt; &amp; me'
>>> typeset("w_11^2")
'w<SUB>11</SUB><SUP>2</SUP>'
>>> typeset("my_name")
'my_name'
"""

import html
import re
import textwrap
from collections.abc import Sequence
from functools import lru_cache

import graphviz

from autograd_lite import notation, ops
from autograd_lite.formula import Formula, Symbol, partial_formulas
from autograd_lite.ops import Op
from autograd_lite.printing import ATOM, SUM, Printer, one_word

__all__ = [
    "plain", "visible", "shown", "lines", "prose", "typeset", "tooltip_of", "number_shown",
    "range_shown",
    "table", "partial_templates", "formula_shown",
]  # fmt: skip

DIRECTION = {
    "\u061c",
    "\u200e",
    "\u200f",
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
}
WIDEST = 32  # characters in a line of a label
LONGEST = 12_000  # bytes of a text as it stands in DOT: under 16,384 with what stands beside it
BYTES = {" ": 6, "\t": 24, "\n": 6, "\\": 20}  # of what becomes longer than HTML makes it
BLANK = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}  # printable, and nothing to see


def plain(text: object) -> str:
    """Return a text as a picture can hold it: a sign for each character that XML cannot hold.

    A text of more bytes than a string of DOT can have ends in a sign that says so.

    >>> plain("bell \\a, half \\ud800")
    'bell ␇, half �'
    >>> len(plain("x" * 20_000)), len(plain("あ" * 20_000))
    (12001, 4001)
    """
    out = []
    length = 0
    for c in str(text):
        length += BYTES.get(c) or len(html.escape(c).encode("utf-8", "replace"))
        if length > LONGEST:
            out.append("…")
            break
        code = ord(c)
        if c in "\t\n":
            out.append(c)
        elif code < 0x20:
            out.append(chr(0x2400 + code))  # ␇ for a bell
        elif code == 0x7F:
            out.append("␡")
        elif 0xD800 <= code <= 0xDFFF or 0x80 <= code < 0xA0 or code & 0xFFFE == 0xFFFE:
            out.append("�")
        elif c in DIRECTION:
            out.append("�")  # an override would turn the text around it
        else:
            out.append(c)
    return "".join(out)


def visible(text: object) -> bool:
    """Return whether a text has a character that leaves ink.

    >>> visible("x"), visible(" \\u3000\\u200b")
    (True, False)
    """
    return any(c.isprintable() and not c.isspace() and c not in BLANK for c in plain(text))


def shown(text: object) -> str:
    """Return one line of text for an HTML-like label: all as typed, nothing as markup."""
    line = plain(text).replace("\t", "    ").replace("\n", " ")
    escaped = html.escape(line, quote=True).replace("\\", "&#92;&#92;")  # one, after \\N and kin
    return re.sub(r"^ | (?= )| $", "&#160;", escaped)


def lines(text: object) -> list[str]:
    """Return a label in lines that fit a box: broken where typed, and where too long.

    >>> len(lines("x" * 10_000))
    100
    """
    whole = plain(text).replace("\r", "")
    longest = max(WIDEST, min(100, int(len(whole) ** 0.5) * 2))
    broken: list[str] = []
    for line in whole.split("\n"):
        broken += textwrap.wrap(line, longest, drop_whitespace=False) or [""]
    return broken


def typeset(text: str) -> str:
    """Return a label for an HTML-like label; one in the slides' notation gets its indices set."""
    label = notation.read(text)
    if label is None:
        return "<BR/>".join(shown(line) for line in lines(text))
    return label_set(label)


def label_set(label: notation.Label) -> str:
    """Return a label of the slides' notation with its indices set low and its layer high."""
    layer = f"<SUP>{label.layer}</SUP>" if label.layer else ""
    return f"{label.letter}<SUB>{label.indices}</SUB>{layer}"


def table(rows: Sequence[str]) -> str:
    """Return rows of cells as a table of an HTML-like label, without lines."""
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    frame = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"'
    return f"<TABLE {frame}>{body}</TABLE>"


def prose(text: str) -> str:
    """Return a title in its lines for an HTML-like label, with the labels in it set.

    >>> prose("the unit a_1^2")
    'the unit&#160;a<SUB>1</SUB><SUP>2</SUP>'
    """
    return "<BR/>".join(
        "".join(
            shown(part) if isinstance(part, str) else label_set(part)
            for part in notation.parted(line)
        )
        for line in plain(text).split("\n")
    )


def tooltip_of(text: str) -> str:
    """Return a text as a tooltip: all as typed, though Graphviz reads entities and \\N there.

    Labels of the slides' notation have their indices as signs.
    """
    text = notation.in_signs(text)
    return str(graphviz.escape(text.replace("&", "&amp;").replace("\\", "&#92;" * 4)))


def number_shown(number: float, digits: int) -> str:
    """Return a number in so many significant digits, with a true minus sign.

    >>> number_shown(-0.123456, 3), number_shown(float("inf"), 3), number_shown(-0.0, 3)
    ('−0.123', '∞', '0')
    """
    text = f"{number + 0.0:.{digits}g}"
    return text.replace("-", "−").replace("inf", "∞")


def range_shown(numbers: Sequence[float], digits: int) -> str:
    """Return a number, or the range of several, as a picture has it.

    >>> range_shown([0.5, 0.5], 4), range_shown([-1.0, 2.5, 0.0], 4)
    ('0.5', '−1 … 2.5')
    """
    low, high = min(numbers), max(numbers)
    if low == high or low != low:
        return number_shown(low, digits)
    return f"{number_shown(low, 3)} … {number_shown(high, 3)}"


# -- Formulas of partials ------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def partial_templates(op: Op, constants: tuple[float | None, ...]) -> tuple[Formula, ...]:
    """Return the formulas of an op's partials, with a place for each name.

    constants   for each operand its number if it is a constant of the formula, else None

    The formulas are the rule itself, run on symbols. Place k stands for operand k, and the last
    one for the result.
    """
    terms: list[int | Formula] = [
        k if number is None else number for k, number in enumerate(constants)
    ]
    return partial_formulas(op, terms, len(constants))


class Label(Printer):
    """Writes formulas for an HTML-like label, as on the slides: a·(1 − a), x²."""

    def __init__(self, names: Sequence[str] = (), digits: int = 6) -> None:
        self.names = names  # what stands in the places of a template
        self.digits = digits

    def name(self, name: str | int) -> str:
        bare = self.names[name] if isinstance(name, int) else name
        set_out = typeset(bare)
        return set_out if one_word(bare) == bare else f"({set_out})"

    def number(self, number: float) -> str:
        return number_shown(number, self.digits)

    def joined(self, left: str, sign: str, right: str) -> str:
        return f"{left}·{right}" if sign == "*" else f"{left} {sign.replace('-', '−')} {right}"

    def minus(self, operand: str) -> str:
        return f"−{operand}"

    def power(self, x: Formula, n: Formula) -> str:
        return f"{self.placed(x, ATOM)}<SUP>{self.placed(n, SUM)}</SUP>"

    def function(self, op: Op, operands: Sequence[Formula]) -> str:
        texts = [self.placed(operand, SUM) for operand in operands]
        return filled(op, texts)

    def sequence(self, op: Op, rows: Sequence[Sequence[str]]) -> str:
        if op is ops.dot:
            return "⟨" + ", ".join(f"({', '.join(row)})" for row in rows) + "⟩"
        return filled(op, [", ".join(row) for row in rows])


def filled(op: Op, texts: Sequence[str]) -> str:
    """Return how people write an op, as markup, with these texts for its operands."""
    written = html.escape(op.written, quote=True)
    return written.format(**dict(zip(op.operands, texts)))


def formula_shown(template: Formula, names: Sequence[str]) -> str:
    """Return a template with the names put in and its signs set: a · (1 − a), x².

    >>> from autograd_lite import ops
    >>> (template,) = partial_templates(ops.sigmoid, (None,))
    >>> formula_shown(template, ["z", "a"])
    'a·(1 − a)'
    """
    if isinstance(template, Symbol) and template.op is None:
        return typeset(names[int(template.name)])  # alone, it needs no brackets
    return Label(names)(template)
