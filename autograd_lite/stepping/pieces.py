"""Texts as the page sets them: pieces that stand on the line, below it and above it.

The page's script takes no text apart. What a formula says in one line (`w_11^2`, `x**2`, ` * `)
comes to it in pieces, and so do the places where it puts numbers in.
"""

import re
from typing import TypeAlias

from autograd_lite.formula import Formula, Quantity
from autograd_lite.printing import Text

__all__ = ["Piece", "pieces", "plain", "with_places"]

Piece: TypeAlias = "str | dict[str, str | list[Piece]]"

# A place for a number stands between two characters that no name can have: they are not printable.
OPEN, CLOSE = "\ue000", "\ue001"
PLACE = rf"{OPEN}(\(?)([\w:,]+){CLOSE}"
NUMBER = r"-?(?:[0-9][0-9.]*(?:e[+-][0-9]+)?|inf\b)"
# w_11^2 has an index and a layer, x**2 and x**(-2) an exponent; a product's sign is a dot, -> an
# arrow.
SET = re.compile(
    rf"([A-Za-z]+)_([0-9,]+)(?:\^([0-9A-Z]+))?"
    rf"|\*\*(?:({NUMBER})|\(({NUMBER})\)|(-?\w[\w.]*)|{PLACE})|( \* )|(->)|{PLACE}"
)


class WithPlaces(Text):
    """Writes a formula as plain text, with a place for each number that a record knows."""

    def quantity(self, formula: Quantity, bracketed: bool) -> str:
        return f"{OPEN}{'(' if bracketed else ''}{formula.name}{CLOSE}"


def with_places(formula: Formula) -> str:
    """Return a formula as a text for `pieces`, which keeps the places of its numbers."""
    return WithPlaces()(formula)


def pieces(line: str) -> list[Piece]:
    """Return a text in pieces: strings, what stands below or above the line, places of numbers.

    The place of a number is {"n": "value:3"}, or {"b": "value:3"} where a negative one stands in
    brackets.

    >>> pieces("dC/dw_11^2 = 2 * x**3")
    ['dC/dw', {'sub': '11'}, {'sup': '2'}, ' = 2 · x', {'sup': '3'}]
    >>> pieces(with_places(2.0 * Quantity("value", 0)))
    ['2 · ', {'b': 'value:0'}]
    """
    found: list[Piece] = []
    run = ""
    end = 0
    for part in SET.finditer(line):
        name, index, layer, *exponents, _, raised, dot, arrow, bracket, place = part.groups()
        exponent = "".join(filter(None, exponents))  # above the line, nothing needs brackets
        run += line[end : part.start()] + (name or (dot and " · ") or (arrow and "→") or "")
        end = part.end()
        set_out: list[Piece] = [
            {where: what}
            for where, what in (("sub", index), ("sup", layer), ("sup", exponent))
            if what
        ]  # fmt: skip
        if raised:
            set_out.append({"sup": [{"n": raised}]})
        if place:
            set_out.append({"b" if bracket else "n": place})
        if set_out:
            found += [run, *set_out] if run else set_out
            run = ""
    run += line[end:]
    return [*found, run] if run or not found else found


def plain(text: "list[Piece]") -> str:
    """Return the characters of a text in pieces, without what is low or high; places by name."""
    found = ""
    for piece in text:
        if isinstance(piece, str):
            found += piece
        else:
            (what,) = piece.values()
            found += what if isinstance(what, str) else plain(what)
    return found
