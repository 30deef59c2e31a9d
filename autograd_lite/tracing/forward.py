"""The forward pass (順伝播), step by step: each operation, as the record has it."""

import sys
from collections.abc import Sequence
from typing import overload

from autograd_lite.console import console_text
from autograd_lite.tracing.facts import forward_facts, forward_heading
from autograd_lite.tracing.formulas import value_equation
from autograd_lite.tracing.markdown import Told, step_in_markdown
from autograd_lite.tracing.quantities import equation_texts, told
from autograd_lite.tracing.record import Record
from autograd_lite.words import Fact, Language, chosen_language, joined, said

__all__ = ["ForwardStep", "ForwardPass", "checked_index"]


class ForwardStep(Told):
    """One operation of the forward pass: the number that a node got, and from what.

    number      1 for the first operation
    index       the number of the node that was made, and `node` the node
    operands    the numbers it was made from
    result      the number it got
    """

    __slots__ = ("index", "node", "number", "operands", "result", "trace")

    def __init__(self, record: Record, number: int, index: int) -> None:
        self.trace = record
        self.number = number
        self.index = index
        self.node = record.nodes[index]
        self.operands = tuple(record.data[k] for k in record.parent_indexes(index))
        self.result = record.data[index]

    def __repr__(self) -> str:
        return f"<forward step {self.number}: {self.formula()}>"

    def __str__(self) -> str:
        """Return the text as this console can show it, so that `print` never fails."""
        return console_text(self.text(), sys.stdout)

    def text(self, language: Language | None = None) -> str:
        """Return heading, formula and sentence, a line each."""
        language = chosen_language(language)
        return "\n    ".join([self.heading(language), self.formula(), *self.sentences(language)])

    def heading(self, language: Language | None = None) -> str:
        """Return `forward step 1 of 2: v2`."""
        return said(forward_heading(self.trace, self.number, self.index), language)

    def formula(self) -> str:
        """Return the operation with symbols, with numbers put in, and its result.

        >>> from autograd_lite import Value, trace
        >>> y = Value(0.5, "y")
        >>> print(trace((2 - y) ** 2).forward[0].formula())
        v2 = 2 - y = 2 - 0.5 = 1.5
        """
        return " = ".join(self.equation())

    def equation(self) -> list[str]:
        """Return the texts that `formula` joins by `=`."""
        return equation_texts(self.trace, value_equation(self.trace, self.index))

    def facts(self) -> list[Fact]:
        """Return what is to be told of this operation: keys of the catalogue, with their parts."""
        return told(self.trace, forward_facts(self.trace, self.index))

    def markdown(self, language: Language | None = None) -> str:
        """Return heading, equation and sentences in Markdown with LaTeX."""
        equations = [value_equation(self.trace, self.index)]
        heading = forward_heading(self.trace, self.number, self.index)
        facts = forward_facts(self.trace, self.index)
        return step_in_markdown(self.trace, heading, equations, facts, chosen_language(language))

    def sentences(self, language: Language | None = None) -> list[str]:
        """Return what is computed here, and what will be remembered for the way back."""
        language = chosen_language(language)
        return [said(fact, language) for fact in self.facts()]

    def explain(self, language: Language | None = None) -> str:
        """Return the sentences in one line."""
        return joined(self.sentences(language), language)


class ForwardPass(Sequence[ForwardStep]):
    """The operations of the forward pass, in the order in which backprop undoes them."""

    __slots__ = ("inner", "trace")

    def __init__(self, record: Record) -> None:
        self.trace = record
        self.inner = record.inner

    def __repr__(self) -> str:
        return f"<forward pass of {len(self)} steps>"

    def __len__(self) -> int:
        return len(self.inner)

    @overload
    def __getitem__(self, at: int) -> ForwardStep: ...
    @overload
    def __getitem__(self, at: slice) -> list[ForwardStep]: ...
    def __getitem__(self, at: int | slice) -> ForwardStep | list[ForwardStep]:
        if isinstance(at, slice):
            return [self[k] for k in range(*at.indices(len(self)))]
        k = checked_index(at, len(self))
        return ForwardStep(self.trace, k + 1, self.inner[k])


def checked_index(at: int, count: int) -> int:
    """Return an index that may count from the end as one that counts from 0.

    Raises IndexError where there is none.
    """
    k = at + count if at < 0 else at
    if not 0 <= k < count:
        raise IndexError(f"there are {count} steps, and no index {at}")
    return k
