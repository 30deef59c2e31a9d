"""What is told of a step, in Markdown with LaTeX: what notebooks set, trusted or not.

It is the same facts and equations as in a terminal, with another printer. A user's text stays
text: in Markdown its signs are escaped, in a formula none is left that ends it or begins HTML.

>>> from autograd_lite import Value, trace
>>> x = Value(3.0, "x")
>>> record = trace(x * x)
>>> print(names_in_markdown(record, "x_1, my_x -> <b>"))
$x_{1}$, my\\_x → &lt;b&gt;
"""

import html
import re
from collections.abc import Sequence

from autograd_lite.displays import Display, Displayed
from autograd_lite.formula import Formula, Symbol
from autograd_lite.notation import of_term, read
from autograd_lite.tracing.quantities import (
    Equation,
    LaTeXOf,
    Telling,
    Writing,
    equation_texts,
    told,
)
from autograd_lite.tracing.record import Record
from autograd_lite.words import Language, joined, said

__all__ = ["Told", "lines_in_markdown", "names_in_markdown", "step_in_markdown"]

BETWEEN = re.compile(r"(, | -> )")  # names
SIGNS = re.compile(r"([\\`*_\[\]$~|])")  # that mean something in Markdown
IN_FORMULAS = str.maketrans({"<": r"\lt ", ">": r"\gt ", "`": "‘"})


class InFormulas(LaTeXOf):
    """Writes a formula in LaTeX that can stand in Markdown."""

    def __call__(self, formula: Formula) -> str:
        """Return the whole formula."""
        return super().__call__(formula).translate(IN_FORMULAS)


class InMarkdown(Writing):
    """Writes the parts of a fact into a sentence in Markdown."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.printer = InFormulas(record)

    def formula(self, formula: Symbol) -> str:
        return f"${super().formula(formula)}$"

    def equation(self, equation: Equation) -> str:
        return f"${super().equation(equation)}$"

    def names(self, names: str) -> str:
        parts = BETWEEN.split(names)
        parts[::2] = [self.name(name) for name in parts[::2]]
        return "".join(parts).replace(" -> ", " → ")

    def name(self, name: str) -> str:
        """Return a name: set, if it is in the slides' notation."""
        if read(of_term(name)[0]) is not None:
            return self.formula(Symbol(name))
        return SIGNS.sub(r"\\\1", html.escape(name, quote=False))


class Told(Displayed):
    """What is told in sentences: in a terminal as text, in a notebook in Markdown."""

    __slots__ = ()

    def text(self, language: Language | None = None) -> str:
        """Return it as text, a line for each thought."""
        raise NotImplementedError(f"{type(self).__name__} does not say itself as text")

    def markdown(self, language: Language | None = None) -> str:
        """Return it in Markdown with LaTeX."""
        raise NotImplementedError(f"{type(self).__name__} does not say itself in Markdown")

    def show(self, language: Language | None = None) -> Display:
        """Return what a notebook shows, in a language: `steps[2].show("ja")`.

        Raises ValueError for a language that has no catalogue.
        """
        return Display(
            {"text/markdown": self.markdown(language), "text/plain": self.text(language)}
        )


def names_in_markdown(record: Record, names: str) -> str:
    """Return names, with commas or arrows between them, as Markdown sets them."""
    return InMarkdown(record).names(names)


def equation_in_markdown(record: Record, equation: Equation) -> str:
    """Return an equation as a line of its own, without a side that only repeats the one before."""
    sides = equation_texts(record, equation, InFormulas(record))
    return rf"$\displaystyle {' = '.join(sides)}$"


def lines_in_markdown(record: Record, tellings: Sequence[Telling], language: Language) -> list[str]:
    """Return what is to be told, a line for each fact."""
    return [said(fact, language) for fact in told(record, tellings, InMarkdown(record))]


def step_in_markdown(
    record: Record,
    heading: Telling,
    equations: Sequence[Equation],
    facts: Sequence[Telling],
    language: Language,
) -> str:
    """Return a step of either pass: its heading, its equations, and what happens in it."""
    (title,) = lines_in_markdown(record, [heading], language)
    written = [equation_in_markdown(record, equation) for equation in equations]
    sentences = joined(lines_in_markdown(record, facts, language), language)
    return "\n\n".join([f"**{title}**", *written, sentences])
