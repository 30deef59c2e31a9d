"""How a notebook shows a node: as the formula that made it, set in LaTeX.

>>> from autograd_lite.value import Value
>>> w, x = Value(2.0, "w"), Value(3.0, "x")
>>> z = w * x
>>> z.label = "z"
>>> print(z._repr_latex_())
$z = w \\cdot x = 6$
"""

from autograd_lite.formula import Formula, Symbol, value_formula
from autograd_lite.messages import shown
from autograd_lite.printing import latex
from autograd_lite.value import Constant, Value

__all__ = ["equation_of"]

MOST = 12  # operands written down; a sum of more is shown by its number alone


def equation_of(node: Value) -> str | None:
    """Return a node as an equation in LaTeX: its name, how it was made, its number.

    None where there is nothing to write down but the number; a notebook then shows the `repr`.
    """
    sides: list[Formula] = []
    if shown(node.label):
        sides.append(Symbol(shown(node.label)))
    if node.op is not None and len(node.parents) <= MOST:
        operands = [operand_of(parent) for parent in node.parents]
        if None not in operands:
            sides.append(value_formula(node.op, [o for o in operands if o is not None]))
    if not sides or not isinstance(node.data, float):
        return None
    return f"${' = '.join(map(latex, [*sides, node.data]))}$"


def operand_of(node: Value) -> Formula | None:
    """Return an operand by its label, a constant as its number; None if it has no name."""
    if isinstance(node, Constant):
        return node.data
    return Symbol(shown(node.label)) if shown(node.label) else None


Value._repr_latex_ = equation_of  # type: ignore[attr-defined]  # what IPython asks for
