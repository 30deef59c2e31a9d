"""The readable program: instructions as straight-line Python, one operation a line.

Names come from the labels of the nodes, comments say what a line is and which line of the
user's file made it. The text is registered with `linecache`, so that tracebacks show it,
`inspect.getsource` finds it, and pdb steps through it.
"""

import keyword
import linecache
import math
import operator
import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from autograd_lite.compiling.instructions import Instruction, Instructions, Reference
from autograd_lite.compiling.names import Names
from autograd_lite.ops import Op, Power, power_value

__all__ = ["PythonText", "function_of", "FROZEN"]

FROZEN = "The Python branches taken while the graph was recorded are frozen in it."

PER_LINE = 8  # operands of a long sum on one line; a deeper expression overflows the parser
FILES = count(1)

# The rows whose formula is Python's own arithmetic; all others are called by name, because
# `x ** n` may turn complex where the row raises.
ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.truediv, operator.neg,
              operator.pos}  # fmt: skip


class PythonText:
    """The names and lines of a program: what `.source` shows."""

    def __init__(self, program: Instructions, name: str = "program") -> None:
        self.program = program
        self.called: dict[str, Callable[..., float]] = {}  # the functions that the text uses
        self.free_name = Names({"inf", "nan", "rows", "row", *keyword.kwlist}).free
        self.function_of: dict[Op | type[Power], str] = {}  # the name that each op is called by
        for instruction in program.body:
            kind = called_as(instruction.op)
            if kind not in self.function_of:
                self.function_of[kind] = self.free_name(instruction.op.name)
        self.function = self.free_name(f"compute_{name}" if name else "compute")
        self.names = [self.free_name(label or f"x{k}") for k, label in enumerate(program.inputs)]
        n = len(program.inputs)
        for k, instruction in enumerate(program.body, start=n):
            self.names.append(self.free_name(instruction.label or f"v{k}"))

    def text(self, reference: Reference) -> str:
        """Return how the program writes a number: by its name, or as a literal."""
        if type(reference) is int:
            return self.names[reference]
        return repr(reference)  # inf and nan are names that the program knows

    def line(self, number: int) -> list[str]:
        """Return the line (of a long sum: the lines) that computes one instruction."""
        instruction = self.program.body[number - len(self.program.inputs)]
        op, operands, _, _ = instruction
        name = self.names[number]
        terms = self.terms(instruction)
        if terms is None:
            expression = self.expression(op, operands)
            return [f"{name} = {expression}  # {comment(instruction)}"]
        # A sum from the left, as the row adds; a long one goes on on the next line.
        start = " + ".join(terms[:PER_LINE])
        lines = [f"{name} = {start}  # {comment(instruction)}"]
        for k in range(PER_LINE, len(terms), PER_LINE):
            lines.append(f"{name} = {name} + {' + '.join(terms[k : k + PER_LINE])}")
        return lines

    def terms(self, instruction: Instruction) -> list[str] | None:
        """Return the terms of a sum from the left, if the op's own spelling is one."""
        op, operands, _, _ = instruction
        if not op.term:
            return None
        rows = op.split([self.text(r) for r in operands])
        terms = [op.term.format(**dict(zip(op.operands, row))) for row in zip(*rows)]
        return ["0.0", *terms]  # as the row adds; without it -0.0 would stay -0.0

    def expression(self, op: Op, operands: Sequence[Reference]) -> str:
        """Return the right side of the line that computes an op."""
        texts = [self.text(r) for r in operands]
        if op.forward in ARITHMETIC:
            texts = [f"({t})" if t.startswith("-") else t for t in texts]
            return op.formula.format(**dict(zip(op.operands, texts)))
        if isinstance(op, Power) and op.exponent % 1.0 == 0.0:
            return (
                f"{texts[0]} ** {op.exponent!r}"
                if texts[0][:1] != "-"
                else f"({texts[0]}) ** {op.exponent!r}"
            )
        name = self.function_of[called_as(op)]
        if isinstance(op, Power):
            self.called[name] = power_value
            return f"{name}({texts[0]}, {op.exponent!r})"
        self.called[name] = op.forward
        if op.sequences:
            return f"{name}({', '.join('[' + ', '.join(row) + ']' for row in op.split(texts))})"
        return f"{name}({', '.join(texts)})"

    def single(self) -> str:
        """Return the text of the function of one row: all inputs to the tuple of outputs."""
        n = len(self.program.inputs)
        lines = [
            f"def {self.function}({', '.join(self.names[:n])}):",
            '    """Compute the outputs of a recorded graph from its inputs.',
            "",
            f"    {FROZEN}",
            '    """',
        ]
        for number in range(n, n + len(self.program.body)):
            lines += ["    " + line for line in self.line(number)]
        lines += returned([self.text(r) for r in self.program.outputs])
        return "\n".join(lines) + "\n"

    def summed(self, varying: Sequence[int]) -> str:
        """Return the text of the function that sums the outputs over the rows of a batch."""
        n = len(self.program.inputs)
        depends = self.program.depending_on(varying)
        shared = [self.names[k] for k in range(n) if not depends[k]]
        row = [self.names[k] for k in varying]
        once: list[str] = []
        each: list[str] = []
        for number in range(n, n + len(self.program.body)):
            (each if depends[number] else once).extend(self.line(number))
        sums = [self.free_name(f"sum_{k}") for k in range(len(self.program.outputs))]
        lines = [
            f"def {self.function}_summed({''.join(name + ', ' for name in shared)}rows):",
            '    """Compute the outputs of a recorded graph, summed over the rows of a batch.',
            "",
            f"    {FROZEN}",
            '    """',
        ]
        lines += [f"    {line}" for line in once]
        lines += [f"    {name} = 0.0" for name in sums]
        if len(row) == 1:
            lines.append(f"    for ({row[0]},) in rows:")
        else:
            lines += ["    for (", *wrapped(row, 8), "    ) in rows:"]
        lines += [f"        {line}" for line in each]
        for name, reference in zip(sums, self.program.outputs):
            lines.append(f"        {name} += {self.text(reference)}")
        lines += returned(sums)
        return "\n".join(lines) + "\n"


def called_as(op: Op) -> Op | type[Power]:
    """Return what has one name in a program: an op; of powers, whatever their exponent, all."""
    return Power if isinstance(op, Power) else op


def comment(instruction: Instruction) -> str:
    what = instruction.op.name
    if instruction.label:
        what += f" {instruction.label!r}"
    return f"{what}, made at {instruction.line}" if instruction.line is not None else what


def returned(names: Sequence[str]) -> list[str]:
    """Return the last lines of a function: the tuple of its outputs."""
    if len(names) <= PER_LINE:
        return [f"    return ({', '.join(names)}{',' if len(names) == 1 else ''})"]
    return ["    return (", *wrapped(names), "    )"]


def wrapped(names: Sequence[str], indent: int = 8) -> list[str]:
    """Return names as lines of at most PER_LINE, each followed by a comma."""
    return [
        " " * indent + ", ".join(names[k : k + PER_LINE]) + ","
        for k in range(0, len(names), PER_LINE)
    ]


def function_of(text: str, called: dict[str, Callable[..., float]]) -> Callable[..., Any]:
    """Return the function that a text defines, known to tracebacks, `inspect` and pdb.

    The text is forgotten when the function is.
    """
    name = text[len("def ") : text.index("(")]
    file = f"<compiled {name} {next(FILES)}>"
    names: dict[str, Any] = {"inf": math.inf, "nan": math.nan, "__name__": file, **called}
    exec(compile(text, file, "exec"), names)
    function: Callable[..., Any] = names.pop(name)  # no cycle: the names do not hold the function
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    weakref.finalize(function, linecache.cache.pop, file, None).atexit = False
    return function
