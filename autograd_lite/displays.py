"""What notebooks show: one thing in several kinds, of which each viewer takes the best it can.

A viewer may run scripts (JupyterLab, VS Code, Colab, an exported page), may only set text and
pictures (a notebook that is not trusted, GitHub), or may have a line of text (IPython). So what
is displayed comes as HTML or Markdown, as a picture, and always as text.

A node is the formula that made it, set in LaTeX:

>>> from autograd_lite.value import Value
>>> w, x = Value(2.0, "w"), Value(3.0, "x")
>>> z = w * x
>>> z.label = "z"
>>> print(z._repr_latex_())
$z = w \\cdot x = 6$
"""

from collections.abc import Collection, Mapping

from autograd_lite.formula import Formula, Symbol, value_formula
from autograd_lite.messages import shown
from autograd_lite.printing import latex
from autograd_lite.value import Constant, Value

__all__ = ["Display", "Displayed", "equation_of"]

MOST = 12  # operands written down; a sum of more is shown by its number alone


class Display:
    """What a cell of a notebook shows if it stands in its last line.

    kinds       the kind of text (its MIME type) -> the text; "text/plain" is always there

    >>> print(Display({"text/markdown": "**3**", "text/plain": "3"}))
    3
    """

    __slots__ = ("kinds",)

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = dict(kinds)

    def __repr__(self) -> str:
        return f"<display as {', '.join(self.kinds)}>"

    def __str__(self) -> str:
        return self.kinds["text/plain"]

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return the kinds that are asked for: all, or those to include, without those excluded."""
        return {
            kind: text
            for kind, text in self.kinds.items()
            if (not include or kind in include) and (not exclude or kind not in exclude)
        }


class Displayed:
    """Something that a notebook displays as its `show` says; text and the error if that fails."""

    __slots__ = ()

    def show(self) -> Display:
        """Return what a notebook displays."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it is shown")

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return what Jupyter, VS Code and Colab show."""
        try:
            display = self.show()
        except Exception as error:  # whatever it is, a display must not fail
            display = Display({"text/plain": f"{self!r}\n{type(error).__name__}: {error}"})
        return display._repr_mimebundle_(include, exclude)


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
