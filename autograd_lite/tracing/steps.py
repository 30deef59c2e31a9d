"""One step of a backward pass: one application of the chain rule, along one edge."""

import sys

from autograd_lite.console import console_text
from autograd_lite.tracing.facts import step_facts, step_heading
from autograd_lite.tracing.formulas import chain_equation, local_equation
from autograd_lite.tracing.markdown import Told, step_in_markdown
from autograd_lite.tracing.quantities import Equation, chosen, equation_texts, told
from autograd_lite.tracing.record import Record
from autograd_lite.words import Fact, Language, chosen_language, joined, said

__all__ = ["Step"]


class Step(Told):
    """One application of the chain rule: what one edge adds to the gradient of a parent.

    number      1 for the first step; after it the position is 1
    node        where the gradient comes from
    parent      the operand of `node` that receives
    place       which operand that is, counted from 0
    gradient    d(output)/d(node)
    partial     d(node)/d(parent)
    product     what is added: partial · gradient
    before      the parent's `grad` before the step
    after       and after it: before + product
    sum         d(output)/d(parent) of this pass so far: `after` without what a leaf held before

    `print(step)` shows the formula, with symbols and with numbers, and says it in words; a notebook
    sets it. Where a language can be given, None is the chosen one (`AUTOGRAD_LITE_LANG`, or the
    system's).
    """

    __slots__ = (
        "after", "before", "gradient", "node", "number", "parent", "partial", "place",
        "product", "sum", "trace",
    )  # fmt: skip

    def __init__(self, record: Record, number: int) -> None:
        k = number - 1
        child = record.children[k]
        self.trace = record
        self.number = number
        self.node = record.nodes[child]
        self.parent = record.nodes[record.parents[k]]
        self.place = record.places[k]
        self.gradient = record.arriving[child]
        self.partial = record.partials[k]
        self.product = record.products[k]
        self.before = record.before[k]
        self.after = record.after[k]
        self.sum = record.sums[k]

    def __repr__(self) -> str:
        names = self.trace.names
        k = self.number - 1
        child, parent = self.trace.children[k], self.trace.parents[k]
        return f"<step {self.number}: {names[child]} -> {names[parent]}, += {self.product:.6g}>"

    def __str__(self) -> str:
        """Return the text as this console can show it, so that `print` never fails."""
        return console_text(self.text(), sys.stdout)

    def text(self, language: Language | None = None) -> str:
        """Return heading, formulas and sentences, a line each."""
        language = chosen_language(language)
        lines = [self.heading(language), self.local(), self.formula(), *self.sentences(language)]
        return "\n    ".join(lines)

    def heading(self, language: Language | None = None) -> str:
        """Return `step 3 of 4: v2 -> w`."""
        return said(step_heading(self.trace, self.number), language)

    def local(self) -> str:
        """Return the local derivative as a formula, with numbers put in, and as a number.

        >>> from autograd_lite import Value, trace
        >>> z = Value(0.0, "z")
        >>> a = z.sigmoid()
        >>> a.label = "a"
        >>> trace(a)[0].local()
        '∂a/∂z = a * (1 - a) = 0.5 * (1 - 0.5) = 0.25'
        """
        return " = ".join(self.local_equation())

    def local_equation(self) -> list[str]:
        """Return the texts that `local` joins by `=`."""
        return equation_texts(self.trace, local_equation(self.trace, self.number))

    def formula(self) -> str:
        """Return the chain rule at this edge, with symbols and then with numbers."""
        return " = ".join(self.equation())

    def equation(self) -> list[str]:
        """Return the texts that `formula` joins by `=`."""
        return equation_texts(self.trace, self.chain())

    def facts(self) -> list[Fact]:
        """Return what is to be told of this step: keys of the catalogue, with their parts."""
        return told(self.trace, step_facts(self.trace, self.number))

    def chain(self) -> Equation:
        """Return the chain rule of this edge as formulas, with places for the numbers."""
        (equation,) = chosen(self.trace, [chain_equation(self.trace, self.number)])
        assert isinstance(equation, Equation)
        return equation

    def markdown(self, language: Language | None = None) -> str:
        """Return heading, equations and sentences in Markdown with LaTeX, also for handouts."""
        equations = [local_equation(self.trace, self.number), self.chain()]
        heading = step_heading(self.trace, self.number)
        facts = step_facts(self.trace, self.number)
        return step_in_markdown(self.trace, heading, equations, facts, chosen_language(language))

    def sentences(self, language: Language | None = None) -> list[str]:
        """Return what happens in this step and why, one sentence or two per thought."""
        language = chosen_language(language)
        return [said(fact, language) for fact in self.facts()]

    def explain(self, language: Language | None = None) -> str:
        """Return the sentences in one line."""
        return joined(self.sentences(language), language)
