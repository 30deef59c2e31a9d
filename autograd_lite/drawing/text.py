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

from autograd_lite.formula import partial_texts
from autograd_lite.ops import Op

__all__ = [
    "plain", "visible", "shown", "lines", "typeset", "number_shown", "in_formula", "partial_templates",
    "formula_shown",
]  # fmt: skip

# The slides' notation: one letter, an index, perhaps a layer: w_11^2, w_1,12^2, a_1^3, x_1, C_T.
NOTATION = re.compile(
    r"([A-Za-zα-ωΑ-Ω])_([0-9]+(?:,[0-9]+)?|[A-Za-z]{1,2})(?:\^([0-9]+|[A-Za-z]))?"
)
DIRECTION = {"\u061c", "\u200e", "\u200f", *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
FIRST_PLACE = 0xF0000  # a private-use plane: places for names in a formula, in no user's text
PLACES = 0xFFFD
PLACE = re.compile(f"[{chr(FIRST_PLACE)}-{chr(FIRST_PLACE + PLACES)}]")
WIDEST = 32  # characters in a line of a label
LONGEST = 12_000  # bytes of a text as it stands in DOT: under 16,384 with what stands beside it
BYTES = {" ": 6, "\t": 24, "\n": 6, "\\": 10}  # of what becomes longer than HTML makes it
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
    match = NOTATION.fullmatch(text)
    if match is None:
        return "<BR/>".join(shown(line) for line in lines(text))
    letter, index, layer = match.groups()
    layer_set = f"<SUP>{layer}</SUP>" if layer else ""
    return f"{letter}<SUB>{index}</SUB>{layer_set}"


def number_shown(number: float, digits: int) -> str:
    """Return a number in so many significant digits, with a true minus sign.

    >>> number_shown(-0.123456, 3), number_shown(float("inf"), 3), number_shown(-0.0, 3)
    ('−0.123', '∞', '0')
    """
    text = f"{number + 0.0:.{digits}g}"
    return text.replace("-", "−").replace("inf", "∞")


# -- Formulas of partials ------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def partial_templates(op: Op, constants: tuple[float | None, ...]) -> tuple[str, ...]:
    """Return the formulas of an op's partials, with a place for each name.

    constants   for each operand its number if it is a constant of the formula, else None

    The formulas are those of `partial_texts`: the rule itself, run on symbols. Place k stands
    for operand k, and the last one for the result.
    """
    if len(constants) >= PLACES:
        return ("",) * len(constants)
    terms: list[str | float] = [
        chr(FIRST_PLACE + k) if number is None else number for k, number in enumerate(constants)
    ]
    return partial_texts(op, terms, chr(FIRST_PLACE + len(constants)))


def in_formula(name: str) -> str:
    """Return a name as it stands in a formula: in brackets if it is not one word."""
    return name if not re.search(r"[\s+*/<>=]|^-", name) else f"({name})"


def formula_shown(template: str, names: Sequence[str]) -> str:
    """Return a template with the names put in and its signs set: a · (1 − a), x².

    >>> from autograd_lite import ops
    >>> (template,) = partial_templates(ops.sigmoid, (None,))
    >>> formula_shown(template, ["z", "a"])
    'a·(1 − a)'
    """
    alone = len(template) == 1
    text = html.escape(template, quote=True)
    text = re.sub(r"\*\*1(?![\w.])", "", text)
    text = re.sub(r"\*\*(-?[\w.]+)", r"<SUP>\1</SUP>", text)
    text = text.replace("**", "^").replace(" * ", "·").replace("-", "−")
    text = text.replace("&lt;(", "⟨(").replace(")&gt;", ")⟩")

    def name(place: re.Match[str]) -> str:
        bare = names[ord(place.group()) - FIRST_PLACE]
        return typeset(bare if alone else in_formula(bare))

    return PLACE.sub(name, text)
