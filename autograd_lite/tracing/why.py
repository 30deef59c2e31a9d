"""Why a gradient is this number: the sum, over all paths from the output, of their products."""

import sys

from autograd_lite.console import console_text
from autograd_lite.formula import Quantity
from autograd_lite.tracing.facts import (
    STOPS_SHOWN,
    why_claim,
    why_group,
    why_path,
    why_rest,
    why_total,
)
from autograd_lite.tracing.markdown import Told, lines_in_markdown
from autograd_lite.tracing.paths import paths_up
from autograd_lite.tracing.quantities import told
from autograd_lite.tracing.record import Record
from autograd_lite.tracing.steps import Step
from autograd_lite.words import Fact, Language, chosen_language, said

__all__ = ["Why"]

PATHS_SHOWN = 8  # more paths than this are told in groups


class Why(Told):
    """Why a gradient is what it is: the sum, over all paths from the output, of their products.

    gradient    d(output)/d(node) of this pass; what a leaf held from earlier ones is `held`
    count       the number of paths, at most a million
    paths       each path as the steps along it, output first; empty if there are more than 8
    steps       the steps into the node: what the paths contribute, grouped by their last edge

    >>> from autograd_lite import Value, trace
    >>> x = Value(3.0, "x"); y = x * x; y.label = "y"; C = y + x; C.label = "C"
    >>> print(trace(C).why("x"))
    dC/dx = 7: C depends on x along 3 paths; the derivatives along a path multiply, and the paths add up.
        C -> x: 1 = 1
        C -> y -> x: 1 * 3 = 3
        C -> y -> x: 1 * 3 = 3
        1 + 3 + 3 = 7
    """  # noqa: E501

    __slots__ = ("count", "gradient", "held", "node", "number", "paths", "steps", "trace")

    def __init__(self, record: Record, number: int) -> None:
        self.trace = record
        self.number = number
        self.node = record.nodes[number]
        self.held = record.held(number)
        self.gradient = record.derivative(number)
        self.count = record.paths_to(number)
        self.steps = [Step(record, k) for k in record.steps_into(number)]
        self.paths = self.enumerated() if self.steps and self.count <= PATHS_SHOWN else []

    def enumerated(self) -> list[list[Step]]:
        """Return the paths from the output to the node, each as its steps, output first."""
        record = self.trace
        last = len(record.nodes) - 1
        paths = paths_up(self.number, last, record.uses, record.counts())
        return [[Step(record, k) for k in reversed(path)] for path in paths]

    def __repr__(self) -> str:
        return f"<why {self.trace.names[self.number]}: {self.count} paths>"

    def __str__(self) -> str:
        """Return the text as this console can show it, so that `print` never fails."""
        return console_text(self.text(), sys.stdout)

    def text(self, language: Language | None = None) -> str:
        """Return the answer, a line for each path or group of paths."""
        return "\n    ".join(self.lines(language))

    def markdown(self, language: Language | None = None) -> str:
        """Return the claim and the list of its reasons in Markdown with LaTeX."""
        lines = lines_in_markdown(self.trace, self.tellings(), chosen_language(language))
        claim, reasons = lines[0], [f"- {line}" for line in lines[1:]]
        return "\n\n".join([claim, "\n".join(reasons)]) if reasons else claim

    def lines(self, language: Language | None = None) -> list[str]:
        """Return the answer as lines: the claim, then its reasons."""
        language = chosen_language(language)
        return [said(fact, language) for fact in self.facts()]

    def facts(self) -> list[Fact]:
        """Return what is to be told: keys of the catalogue, with their parts, a line each."""
        return told(self.trace, self.tellings())

    def tellings(self) -> list[Fact]:
        """Return the facts with places for the numbers."""
        record = self.trace
        claim = why_claim(record, self.number, grouped=not self.paths)
        if not self.steps:
            return [claim]
        if self.paths:
            numbers = [[step.number for step in path] for path in self.paths]
            products = [Quantity("along", *path) for path in numbers]
            reasons = [why_path(record, path) for path in numbers]
        else:
            products = [Quantity("product", step.number) for step in self.steps]
            reasons = [why_group(record, step.number) for step in self.steps[:STOPS_SHOWN]]
            if len(products) > STOPS_SHOWN:
                reasons.append(why_rest(record, self.number, STOPS_SHOWN))
        return [claim, *reasons, *why_total(record, self.number, products)]
