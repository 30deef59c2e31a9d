"""The table as a table: every op, its value and its derivatives, made from the rules themselves.

>>> print(table_text("en").splitlines()[0])
op                 f                             derivatives
"""

from autograd_lite import ops
from autograd_lite.console import aligned
from autograd_lite.formula import partial_formulas, value_formula
from autograd_lite.ops import TABLE, Op
from autograd_lite.printing import text as written
from autograd_lite.words import Language, text

__all__ = ["rows", "table_text"]

EXPONENTS = (2.0, 3.0, -1.0, 0.5)  # of the powers shown; there is an op for each exponent
LENGTH = 2  # of the sequences that Σ and the inner product are shown on


def rows() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (name, value, derivatives) for each op: one derivative for each operand.

    >>> [row for row in rows() if row[0] == "mul"]
    [('mul', 'x * y', ('df/dx = y', 'df/dy = x'))]
    """
    found = []
    for op in TABLE.values():
        family = map(ops.power, EXPONENTS) if isinstance(op, ops.Power) else [op]
        found += [row_of(member) for member in family]
    return found


def row_of(op: Op) -> tuple[str, str, tuple[str, ...]]:
    """Return the row of one op, in the names that its rule gives the operands."""
    names = list(op.operands)
    if op.sequences:
        names = [f"{name[0]}{k}" for name in op.operands for k in range(1, LENGTH + 1)]
    derivatives = [
        f"df/d{name} = {written(partial)}"
        for name, partial in zip(names, partial_formulas(op, names, "f"))
    ]
    return op.name, written(value_formula(op, names)), tuple(derivatives)


def table_text(language: Language | None = None) -> str:
    """Return the table as text, a line for each op."""
    heads = [text(f"ops.{head}", language) for head in ("name", "value", "derivatives")]
    lines = [[name, value, ", ".join(derivatives)] for name, value, derivatives in rows()]
    return "\n".join(aligned([heads, *lines]))
