"""What people call an op, and why its curve is level somewhere: words, keyed by the row.

A row of the table is known by itself, never by its name alone: an op of one's own that is called
`exp` is called by its name, and nothing is said of its curve.
"""

from autograd_lite.ops import TABLE, Op, Power
from autograd_lite.words import LANGUAGES, Fact, Language, catalogue, said, text

__all__ = ["meaning", "level_reason", "meaning_fact", "level_fact", "row_name"]


def meaning(op: Op, language: Language | None = None) -> str:
    """Return the word for an op: "product", "積".

    >>> from autograd_lite import ops
    >>> meaning(ops.mul, "en"), meaning(ops.mul, "ja")
    ('product', '積')
    """
    return text(f"op.{op.name}", language) if row_name(op) else op.name


def level_reason(op: Op, language: Language | None = None) -> str:
    """Return what it means if a partial of an op is 0, or nearly so; "" if there is nothing to say.

    >>> from autograd_lite import ops
    >>> level_reason(ops.maximum, "en"), level_reason(ops.add, "en")
    ('the other operand is larger', '')
    """
    fact = level_fact(op)
    return said(fact, language) if fact else ""


def meaning_fact(op: Op) -> Fact | str:
    """Return the word for an op as a fact, to be said in any language; the name of one's own."""
    return Fact(f"op.{op.name}") if row_name(op) else op.name


def level_fact(op: Op) -> Fact | None:
    """Return why an op is level as a fact, to be said in any language; None if there is none."""
    key = f"flat.{row_name(op)}"
    return Fact(key) if key in catalogue(LANGUAGES[0]) else None


def row_name(op: Op) -> str:
    """Return the name of a row of the table; "" for an op of one's own, whatever it is called."""
    return op.name if TABLE.get(op.name) is op or isinstance(op, Power) else ""
