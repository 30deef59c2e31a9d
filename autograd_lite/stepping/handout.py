"""A trace as LaTeX, for a handout: both passes, step by step, as equations and sentences.

The same facts and equations as in a terminal, with another printer. A user's text stays text: what
means something to LaTeX is escaped. LuaLaTeX sets it, in Japanese with its own document class.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from autograd_lite.files import write_atomically
from autograd_lite.formula import Symbol
from autograd_lite.notation import of_term, read
from autograd_lite.tracing.facts import forward_facts, forward_heading, step_facts, step_heading
from autograd_lite.tracing.formulas import chain_equation, local_equation, value_equation
from autograd_lite.tracing.quantities import (
    Equation,
    LaTeXOf,
    Telling,
    Writing,
    chosen,
    equation_texts,
    told,
)
from autograd_lite.tracing.recording import Trace
from autograd_lite.words import Language, chosen_language, joined, said, text

__all__ = ["handout", "save_handout"]

CLASSES = {"ja": "ltjsarticle"}  # of documents, where the usual one does not do
LONG = 180  # letters of LaTeX: what does not go on a line of A4, nearly always
BETWEEN = re.compile(r"(, | -> )")  # names
SET, END = "\ue010", "\ue011"  # around what is LaTeX already, in a sentence that is none yet
SPECIAL = {
    **{c: rf"\{c}" for c in "#$%&_{}"},
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": "$<$", ">": "$>$", "|": "$|$", "σ": r"$\sigma$", "−": "$-$", "→": r"$\to$",
    "²": "$^2$", "∂": r"$\partial$", "*": r"$\cdot$",
}  # fmt: skip


class InLaTeX(Writing):
    """Writes the parts of a fact into a sentence that becomes LaTeX."""

    def __init__(self, record: Trace) -> None:
        super().__init__(record)
        self.printer = LaTeXOf(record)

    def formula(self, formula: Symbol) -> str:
        return f"{SET}${super().formula(formula)}${END}"

    def equation(self, equation: Equation) -> str:
        return f"{SET}${super().equation(equation)}${END}"

    def names(self, names: str) -> str:
        parts = BETWEEN.split(names)
        parts[::2] = [
            self.formula(Symbol(name)) if read(of_term(name)[0]) or len(name) == 1 else name
            for name in parts[::2]
        ]
        return "".join(parts).replace(" -> ", " → ")


def save_handout(
    record: Trace, path: Path, *, language: Language | None = None, level: str = "node"
) -> Path:
    """Write the handout of a trace, whole or not at all, and return its path.

    Raises ValueError for a level other than "node": a handout has every step.
    """
    if level != "node":
        raise ValueError(f"a handout has every step; leave level={level!r} away")
    write_atomically(path, handout(record, language))
    return path


def handout(record: Trace, language: Language | None = None) -> str:
    """Return a trace as a LaTeX document: forward pass and backward pass, a paragraph a step.

    Raises ValueError for a language that has no catalogue.
    """
    language = chosen_language(language)
    forward = [
        paragraph(
            record,
            forward_heading(record, at, k),
            [value_equation(record, k)],
            forward_facts(record, k),
            language,
        )
        for at, k in enumerate(record.inner, start=1)
    ]
    backward = [
        paragraph(
            record,
            step_heading(record, number),
            [local_equation(record, number), chain_equation(record, number)],
            step_facts(record, number),
            language,
        )
        for number in range(1, len(record) + 1)
    ]
    output = InLaTeX(record).names(record.names[-1])
    title = escaped(text("page.title", language, output=output))
    return "\n".join(
        [
            rf"\documentclass[a4paper]{{{CLASSES.get(language, 'article')}}}",
            r"\usepackage{amsmath}",
            r"\usepackage{unicode-math}",
            r"\usepackage{luatexja}",
            r"\usepackage[margin=25mm]{geometry}",
            r"\setlength{\parindent}{0pt}\setlength{\emergencystretch}{4em}",
            rf"\title{{{title}}}\author{{}}\date{{}}",
            r"\begin{document}",
            r"\maketitle",
            *forward,
            *backward,
            r"\end{document}",
            "",
        ]
    )


def paragraph(
    record: Trace,
    heading: Telling,
    equations: Sequence[Telling],
    facts: Sequence[Telling],
    language: Language,
) -> str:
    """Return a step: its heading, its equations one below the other, what happens in it."""
    (title,) = sentences(record, [heading], language)
    rows = [
        on_lines(equation_texts(record, equation, LaTeXOf(record)))
        for equation in chosen(record, equations)
    ]
    shown = r" \\ ".join(rows)
    words = joined(sentences(record, facts, language), language)
    return f"\\paragraph{{{title}}}\n\\begin{{gather*}}\n{shown}\n\\end{{gather*}}\n{words}\n"


def on_lines(sides: Sequence[str]) -> str:
    """Return the sides of an equation on one line, or a long one with a side a line."""
    line = " = ".join(sides)
    if len(line) <= LONG:
        return line
    first, *others = sides
    rows = r" \\ ".join(f"&= {side}" for side in others)
    return rf"\begin{{aligned}} {first} {rows} \end{{aligned}}"


def sentences(record: Trace, tellings: Sequence[Telling], language: Language) -> list[str]:
    """Return what is to be told, in LaTeX."""
    return [escaped(said(fact, language)) for fact in told(record, tellings, InLaTeX(record))]


def escaped(line: str) -> str:
    """Return a line of text as LaTeX, with what is LaTeX in it already as it is."""
    parts = re.split(f"{SET}(.*?){END}", line)
    parts[::2] = ["".join(SPECIAL.get(c, c) for c in part) for part in parts[::2]]
    return "".join(parts)
