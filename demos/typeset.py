"""A lesson's prose and typed formulas as HTML: formulas become MathML, which browsers set alone.

Lessons are typed so that any console shows them: `w_11^2`, `e^(-z)`, `dC/dy`, `sigma(z)`. Here
such a text is read as a person reads it. An indented line is a formula, with words between; in
prose, formulas stand between words (`in_prose.py` finds them).

    fraction    what stands before and behind a slash, its outer brackets gone; in prose it stays
    index       behind `_`, or digits behind a letter: x1
    power       behind `^`; brackets around it are gone, too
    word        two letters and more, if they are neither a function nor two factors
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from textwrap import dedent

from demos.in_prose import FUNCTIONS, GREEK, NAME, formulas_in, is_spelled
from demos.page import stand_apart

__all__ = ["formula", "matrices", "prose", "typeset"]

SIGNS = {"*": "·", "-": "−", ">=": "≥", "<=": "≤", "->": "→", "≒": "≈", "'": "′"}
RELATIONS = [f"<mo>{escape(sign)}</mo>" for sign in "=<>≤≥≈"]
CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "|": "|"}
TIGHT = ' lspace="0" rspace="0"'
APART = ' lspace="0.17em" rspace="0.17em"'
BEFORE = ("", *"([{⟨|=<>≤≥≒≈→,:*·×+-/", ">=", "<=", "->")  # before a sign of one number
TOKEN = re.compile(
    rf"""
    (?P<code>`[^`]*`)
  | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)
  | (?P<name>{NAME})
  | (?P<sign>->|>=|<=|\.\.\.|['*+\-=<>≒≈→×·,:;.…|/^_(){{}}\[\]⟨⟩√∂∇?])
  | (?P<space>\s+)
  | (?P<words>[^\x00-\x7fα-ωΑ-Ω≒≈→×·…⟨⟩√∂∇]+)
  | (?P<other>.)
    """,
    re.VERBOSE,
)
ANGLES = (
    (re.compile(r"〈\s*(.*?)\s*〉"), r"⟨\1⟩"),
    (re.compile(r"<(?=[^\s=])([^<>=]*?)(?<=\S)>"), r"⟨\1⟩"),
)


class Token:
    """A part of a typed formula: what kind it is, its text, and whether a space is before it."""

    __slots__ = ("apart", "kind", "text")

    def __init__(self, kind: str, text: str, apart: bool) -> None:
        self.kind = kind
        self.text = text
        self.apart = apart

    def __repr__(self) -> str:
        return f"Token({self.kind}, {self.text!r})"


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a typed formula; words that are factors come letter by letter."""
    for pattern, angles in ANGLES:
        text = pattern.sub(angles, text)
    apart = False
    for found in TOKEN.finditer(text):
        kind, piece = found.lastgroup or "other", found[0]
        if kind == "space":
            apart = True
            continue
        parts = letters(piece) if kind == "name" else [piece]
        for k, part in enumerate(parts):
            yield Token(kind, part, apart and k == 0)
        apart = False


def letters(word: str) -> list[str]:
    """Return a word whole if it is one, else its letters, which are factors.

    >>> letters("wx"), letters("Δx"), letters("sigma"), letters("is"), letters("layer")
    (['w', 'x'], ['Δ', 'x'], ['sigma'], ['is'], ['layer'])
    """
    return [word] if is_spelled(word) or word in GREEK else list(word)


class Reader:
    """Reads tokens from the left and writes MathML; `flat`: a slash stays one, as in prose."""

    def __init__(self, found: Sequence[Token], flat: bool = False) -> None:
        self.tokens = list(found)
        self.flat = flat
        self.place = 0

    def here(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def at(self, *texts: str) -> bool:
        """Return whether one of these signs is next."""
        token = self.here()
        return token is not None and token.kind == "sign" and token.text in texts

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def sequence(self, until: str = "") -> list[str]:
        """Return the factors and signs up to a closing bracket, or to the end."""
        parts: list[str] = []
        while (token := self.here()) is not None and not (until and self.at(until)):
            if parts and self.at("/") and not self.flat and self.place + 1 < len(self.tokens):
                self.take()
                below = bare(self.factor())
                parts.append(f"<mfrac>{bare(parts.pop())}{below}</mfrac>")
                continue
            parts.append(self.words() if is_word(token) else self.factor())
        return parts

    def words(self) -> str:
        """Return the words that stand here as one text, with the spaces around them."""
        told = [f"<mtext>{' ' * self.tokens[self.place].apart}"]
        while (token := self.here()) is not None and is_word(token):
            told.append(" " * (token.apart and len(told) > 1) + word(self.take()))
        token = self.here()
        told.append(" " * (token is not None and token.apart) + "</mtext>")
        return "".join(told).replace(" ", "\u00a0")

    def factor(self) -> str:
        """Return an atom with its index, power and primes, and what it is applied to."""
        token = self.here()
        base = self.atom()
        if token is None or is_word(token) or (token.kind == "sign" and token.text not in "({[⟨|"):
            return base
        below = above = ""
        primes = 0
        if token.kind == "name" and self.behind("number"):
            below = f"<mn>{self.take().text}</mn>"
        while self.at("_", "^", "'"):
            sign = self.take().text
            if sign == "'":
                primes += 1
            elif sign == "_":
                below = bare(self.script())
            else:
                above += bare(self.script())
        base = primed(scripted(base, below, above), primes)
        following = self.here()
        applied = "<mi" in base or token.text in FUNCTIONS
        if following is not None and not following.apart and self.at("(") and applied:
            return row(base, "<mo>&#x2061;</mo>", self.factor())
        return base

    def behind(self, kind: str) -> bool:
        """Return whether a token of this kind follows at once."""
        token = self.here()
        return token is not None and token.kind == kind and not token.apart

    def script(self) -> str:
        """Return an index or a power: a group, or all letters and digits that follow at once."""
        if self.here() is None:
            return ""
        if self.at("("):
            return self.atom()
        parts = [self.atom()]
        while self.behind("name") or self.behind("number"):
            parts.append(self.atom())
        return row(*parts)

    def atom(self) -> str:
        """Return a number, a name, a word, a sign, a group in brackets, a root, a differential."""
        token = self.take()
        if token.kind == "number":
            return f"<mn>{token.text}</mn>"
        if token.kind == "sign":
            return self.sign(token.text)
        if token.text == "sqrt" and self.at("("):
            return f"<msqrt>{bare(self.atom())}</msqrt>"
        if token.kind != "name" or is_word(token):
            return f"<mtext>{word(token)}</mtext>"
        name = GREEK.get(token.text, token.text)
        if name in ("d", "Δ", "∇") and (self.behind("name") or self.at("(") or name == "∇"):
            return row(letter(name), self.factor() if self.here() else "")
        if name == "Σ" or name in FUNCTIONS:
            left = "0" if self.before() in BEFORE else "0.17em"
            right = "0" if self.at("(") and not self.tokens[self.place].apart else "0.17em"
            return f'<mo lspace="{left}" rspace="{right}">{name}</mo>'
        return letter(name)

    def before(self) -> str:
        """Return what stands before the token that was taken last."""
        return self.tokens[self.place - 2].text if self.place > 1 else ""

    def sign(self, sign: str) -> str:
        if sign in ("...", "…"):
            return "<mi>…</mi>"
        if sign == "√" and self.here() is not None:
            return f"<msqrt>{bare(self.atom())}</msqrt>"
        if sign in "∂∇" and self.here() is not None:
            return row(letter(sign), self.factor())
        closing = CLOSING.get(sign)
        if closing is not None:
            start = self.place
            inner = self.sequence(closing)
            if self.at(closing):
                self.take()
                low = "" if any("<mfrac" in part for part in inner) else ' stretchy="false"'
                return row(f"<mo{low}>{sign}</mo>", *inner, f"<mo{low}>{closing}</mo>")
            self.place = start  # it is never closed: a sign like any other
        if sign == "/":
            return f"<mo{APART if self.tokens[self.place - 1].apart else TIGHT}>/</mo>"
        first = ' form="prefix"' * (sign == "-" and self.before() in BEFORE)
        return f"<mo{first}>{escape(SIGNS.get(sign, sign))}</mo>"


def letter(name: str) -> str:
    """Return a letter; those that are signs stand upright."""
    upright = ' mathvariant="normal"' * (name in ("Δ", "∇"))
    return f"<mi{upright}>{name}</mi>"


def is_word(token: Token) -> bool:
    """Return whether a token is prose between formulas."""
    if token.kind in ("words", "other", "code"):
        return True
    return token.kind == "name" and is_spelled(token.text) and token.text not in FUNCTIONS


def word(token: Token) -> str:
    """Return a word, or code, as HTML."""
    if token.kind == "code":
        return f"<code>{escape(token.text[1:-1])}</code>"
    return escape(token.text)


def row(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


BRACKETED = re.compile(r"<mrow><mo[^>]*>\(</mo>(.*)<mo[^>]*>\)</mo></mrow>")


def bare(group: str) -> str:
    """Return a group without the round brackets around the whole of it."""
    found = BRACKETED.fullmatch(group)
    return f"<mrow>{found[1]}</mrow>" if found else group


def scripted(base: str, below: str, above: str) -> str:
    if below and above:
        return f"<msubsup>{base}{row(below)}<mrow>{above}</mrow></msubsup>"
    if below:
        return f"<msub>{base}{below}</msub>"
    return f"<msup>{base}<mrow>{above}</mrow></msup>" if above else base


def primed(base: str, count: int) -> str:
    """Return a base with primes behind it; they are no power, for fonts have them raised."""
    primes = {1: "′", 2: "″"}.get(count, "′" * count)
    return row(base, f"<mo{TIGHT}>{primes}</mo>") if count else base


def formula(typed: str, flat: bool = False) -> str:
    """Return a typed formula as MathML; `flat`: fractions keep their slash.

    >>> formula("2y")
    '<math><mn>2</mn><mi>y</mi></math>'
    >>> formula("1 / (1 + y)")
    '<math><mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><mi>y</mi></mrow></mfrac></math>'
    """
    pieces = [""]
    relations = 0
    for part in Reader(list(tokens(typed)), flat).sequence():
        relations += part in RELATIONS
        if part in RELATIONS and relations > 1:
            pieces.append("")  # a line may be broken here: browsers break none within a formula
        pieces[-1] += part
    return "".join(f"<math>{piece}</math>" for piece in pieces)


# -- Lines ---------------------------------------------------------------------------------------


def parts(typed: str) -> list[str]:
    """Return the formulas and words of a line, which stand apart by two spaces or more."""
    return [chunk(part) for part in re.split(r"(?<![<=\s])\s{2,}(?!=)", typed.strip())]


LABEL = ("a", "(", ")", ",", ":", ".", "...")


def chunk(typed: str) -> str:
    read = list(tokens(typed))
    if any(token.kind == "code" for token in read) or all(
        is_word(token) or token.text in LABEL for token in read
    ):
        return f'<span class="words">{marked(typed)}</span>'
    return f"<span>{formula(typed)}</span>"


GROUP = re.compile(r"\[[^\[\]]*\]")


def matrices(lines: Sequence[str]) -> str:
    """Return lines of numbers in square brackets as one formula of matrices.

    >>> matrices(["[a b] [x]", "[c d] [y]"]).count("<mtr>")
    4
    """
    rows = [GROUP.findall(typed) for typed in lines]
    between = [GROUP.split(typed) for typed in lines]
    written = []
    for k in range(len(rows[0]) + 1):
        joint = next((texts[k].strip() for texts in between if texts[k].strip()), "")
        apart = "" if joint in ("", "=") else '<mspace width="1em"/>'
        written += [apart, *Reader(list(tokens(joint))).sequence(), apart]
        if k < len(rows[0]):
            written.append(matrix([found[k][1:-1] for found in rows]))
    return f"<div><div><math>{''.join(written)}</math></div></div>"


def matrix(rows: Sequence[str]) -> str:
    """Return a matrix; its entries stand apart by spaces, where those are not around a sign."""
    written = []
    for entries in rows:
        cells = re.split(r"\s{2,}" if "  " in entries else r"(?<![-+*])\s+(?![-+*])", entries)
        written.append("".join(f"<mtd>{inner(cell)}</mtd>" for cell in cells))
    table = "".join(f"<mtr>{cells}</mtr>" for cells in written)
    return row("<mo>[</mo>", f"<mtable>{table}</mtable>", "<mo>]</mo>")


def inner(typed: str) -> str:
    return row(*Reader(list(tokens(typed))).sequence())


def block(lines: Sequence[str]) -> str:
    """Return neighbouring lines of formulas: as columns, if they have as many parts, or names.

    >>> block(["sum      1 + 2", "product  2"]).count('class="columns"')
    1
    """
    counts = {len(GROUP.findall(typed)) for typed in lines}
    if len(lines) > 1 and len(counts) == 1 and counts != {0}:
        return f'<div class="formulas">{matrices(lines)}</div>'
    rows = [parts(typed) for typed in continued(lines)]
    alike = len({len(row) for row in rows}) == 1
    if not alike and all("words" in row[0] for row in rows):
        alike = True
        rows = [[row[0], f'<span class="rest">{" ".join(row[1:])}</span>'] for row in rows]
    columns = ' class="columns"' * (len(rows) > 1 and len(rows[0]) > 1 and alike)
    written = "".join(f"<div>{' '.join(row)}</div>" for row in rows)
    return f'<div class="formulas"><div{columns}>{written}</div></div>'


def continued(lines: Sequence[str]) -> list[str]:
    """Return lines, of which those that are set in far go on with the line before.

    >>> continued(["editor:  step in,", "         down to it"])
    ['editor:  step in, down to it']
    """
    whole: list[str] = []
    for typed in lines:
        if whole and typed.startswith(" " * 4):
            whole[-1] = unbroken([whole[-1], typed.strip()])
        else:
            whole.append(typed)
    return whole


# -- Prose ---------------------------------------------------------------------------------------


GREEK_IN_PROSE = re.compile(r"\b(sigma|theta|delta|Sum)(?![A-Za-z])")
SIGNS_IN_PROSE = (
    (r"(?<= )-(?= )", "−"),
    (r"(?<![\w)\]\"'`-])-(?=[\d.]|$)", "−"),
    (r">=", "≥"),
    (r"<=", "≤"),
)


def marked(text: str) -> str:
    """Return a piece of prose as HTML: code as code, and its formulas.

    >>> marked("at `x * y` and 2y < 1 is so")
    'at <code>x * y</code> and <math><mn>2</mn><mi>y</mi><mo>&lt;</mo><mn>1</mn></math> is so'
    """
    pieces = text.split("`")
    for k, piece in enumerate(pieces):
        pieces[k] = f"<code>{escape(piece, quote=False)}</code>" if k % 2 else plain(piece)
    return "".join(pieces)


def plain(text: str) -> str:
    written, last = [], 0
    for start, end in formulas_in(text):
        written += [signs(text[last:start]), formula(text[start:end], flat=True)]
        last = end
    return BESIDE.sub(kept, "".join([*written, signs(text[last:])]))


BESIDE = re.compile(
    r"([(（「『【]?)(<math>(?:(?!<math>).)*?</math>)((?:'s|[,.;:!?)、。，．；：？！）」』】])*)"
)


def kept(found: re.Match[str]) -> str:
    """Return a formula with the brackets and stops beside it, from which no line may part it."""
    return f'<span class="kept">{found[0]}</span>' if found[1] or found[3] else found[0]


def signs(text: str) -> str:
    """Return what is no formula, with the signs that cannot be typed."""
    text = GREEK_IN_PROSE.sub(lambda word: GREEK[word[0]], text)
    for pattern, angles in ANGLES:
        text = pattern.sub(angles, text)
    for typed, written in SIGNS_IN_PROSE:
        text = re.sub(typed, written, text)
    return escape(text, quote=False)


def unbroken(lines: Sequence[str]) -> str:
    """Return lines as one, without a space where Japanese has none."""
    whole = lines[0]
    for following in lines[1:]:
        whole += " " * stand_apart(whole, following) + following
    return whole


def prose(text: str) -> str:
    """Return a text without formulas of its own as HTML, in one line."""
    return marked(unbroken([each.strip() for each in dedent(text).strip().split("\n")]))


def typeset(text: str) -> str:
    """Return what a lesson says as HTML: paragraphs, and lines of formulas between.

    >>> typeset("The slope\\nis\\n\\n    f'(x)\\n\\nat x.").count("<p>")
    2
    """
    written = []
    lines = dedent(text).strip("\n").split("\n")
    start = 0
    for k in range(len(lines) + 1):
        ended = k == len(lines) or kind(lines[k]) != kind(lines[start])
        if not ended:
            continue
        if kind(lines[start]) == "formula":
            written.append(block([each[4:] for each in lines[start:k]]))
        elif kind(lines[start]) == "prose":
            written.append(f"<p>{prose(chr(10).join(lines[start:k]))}</p>")
        start = k
    return "\n".join(written)


def kind(line: str) -> str:
    if not line.strip():
        return "nothing"
    return "formula" if line.startswith("    ") else "prose"
