"""JavaScript: a recorded graph as a program to read, for a page or for Node.

The rows are spelled as for machine code (`spelling.py`), in expressions; what they compute more
than once has a line of its own. Where Python raises, the program ends and says which op had no
value, and why.

Legend
    text        an expression of JavaScript
    trouble     where an op has no value: a condition, and "domain", "overflow" or "zero"
"""

import json
import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias

from autograd_lite import more_ops, ops, special_ops
from autograd_lite.compiling.compiled import Compiled
from autograd_lite.compiling.fdlibm import ERF, ERFC, HELPERS, TAIL
from autograd_lite.compiling.functions import FUNCTIONS, applied
from autograd_lite.compiling.instructions import Reference
from autograd_lite.compiling.names import Names
from autograd_lite.compiling.python import FROZEN
from autograd_lite.compiling.spelling import SPELLED, log_sum_exp_machine
from autograd_lite.operators import Operators
from autograd_lite.ops import Op, Power

__all__ = [
    "JavaScriptCompiled", "Operand", "PRELUDE", "RESERVED", "Text", "Writer", "bare", "written",
]  # fmt: skip

Operand: TypeAlias = "Text | float"
Trouble: TypeAlias = tuple[str, str]
Condition: TypeAlias = "str | bool"  # an expression, or what is known already

SIGNS = {ops.add: "+", ops.sub: "-", ops.mul: "*", ops.div: "/"}
TEMPORARY = re.compile(r"t(_\d+)?")  # names of what is computed on the way
LONG = 48  # characters of an expression that is not written a second time
PER_LINE = 8  # operands of a long sum on one line

# What Math has not as Python has it: 1 to any power is 1, and so is -1 to an infinite one.
PRELUDE = {
    "erfTail": TAIL,
    "erf": ERF,
    "erfc": ERFC,
    "power": "const power = (x, n) => "
    "(x === 1 || (x === -1 && Math.abs(n) === Infinity) ? 1 : x ** n);",
}

NEEDS = {"erf": ["erfTail"], "erfc": ["erfTail"]}


class Text(Operators):
    """A number of the program: an expression. Arithmetic on it writes a longer one."""

    __slots__ = ("text", "writer")

    def __init__(self, writer: "Writer", text: str) -> None:
        self.writer = writer
        self.text = text

    def record(self, op: Op, operands: Sequence[Any]) -> "Text":
        """Return op(operands), with what the writer needs to compute it before."""
        flat = [x for row in operands for x in row] if op.sequences else operands
        return self.writer.spelled(op, flat)

    def __bool__(self) -> bool:
        raise TypeError("an `if` on a number of the program")


class Writer:
    """The machine that rows are spelled for: it writes lines of JavaScript.

    names       gives names to what is computed on the way
    fails       the statement that ends the program, of an op's name and the kind of trouble
    used        the functions of the prelude that the lines call
    """

    def __init__(self, names: Names, fails: Callable[[str, str], str]) -> None:
        self.names = names
        self.fails = fails
        self.lines: list[str] = []
        self.used: dict[str, None] = {}
        self.guards = (
            True  # whether arithmetic is checked: not in a spelling, which knows its edges
        )
        self.checked: set[str] = set()  # conditions: what is never changed need be asked once

    def spelled(self, op: Op, operands: Sequence[Operand]) -> Text:
        """Return the value of an op; where it has none, the lines written so far end there.

        Raises TypeError, which says what to write, for an op that is spelled nowhere.
        """
        if op in BEFORE:
            self.check(op, BEFORE[op](*operands))
        result = self.value(op, operands)
        if op in OVERFLOWS:
            self.check(op, overflow_trouble(operands[0], result))
        if op is ops.variable_power or isinstance(op, Power):
            n = op.exponent if isinstance(op, Power) else operands[1]
            self.check(op, power_trouble(operands[0], n, result))
        return result

    def value(self, op: Op, operands: Sequence[Operand]) -> Text:
        """Return the value of an op in the instructions of this machine."""
        if isinstance(op, Power):
            return self.power(operands[0], op.exponent)
        if op in SIGNS:
            if op is ops.mul and 1.0 in [x for x in operands if isinstance(x, float)]:
                return as_text(self, operands[0] if operands[1] == 1.0 else operands[1])
            x, y = map(written, operands)
            return self.expression(f"({x} {SIGNS[op]} {y})")
        if op is ops.neg:
            return self.expression(f"(-{written(operands[0])})")
        if op in SPELLED:
            guards, self.guards = self.guards, False
            spelling: Callable[..., Operand] = OWN.get(op, SPELLED[op])
            result = spelling(self, *op.split(operands))
            self.guards = guards
            return as_text(self, result)
        if op.forward in FUNCTIONS:
            made: Text = applied(self, FUNCTIONS[op.forward], operands)
            return made
        try:
            return as_text(self, op.value(operands))
        except (TypeError, AttributeError) as error:
            raise TypeError(
                f"JavaScript cannot be made of the op {op.name}: its value function needs more "
                f"than arithmetic ({error}); spell it out: def {op.name}_machine"
                f"(m, {', '.join(op.operands)}) with m.choose, m.less, m.exp, ... as in "
                f"autograd_lite/compiling/spelling.py, and spell({op.name}, {op.name}_machine)"
            ) from None

    def check(self, op: Op, troubles: Sequence[Trouble]) -> None:
        """End the program where an op has no value."""
        for condition, kind in troubles if self.guards else ():
            if condition not in self.checked:
                self.checked.add(condition)
                self.lines.append(f"if ({condition}) {self.fails(op.name, kind)}")

    def expression(self, text: str) -> Text:
        """Return a number as an expression, with a line of its own if it is long."""
        return Text(self, text) if len(text) <= LONG else self.kept(Text(self, text))

    def kept(self, number: Text) -> Text:
        """Return a number that has a line of its own, so that it is computed once."""
        if re.fullmatch(r"[\w$.]+(\[\d+\])?", number.text):
            return number
        name = self.names.free("t")
        self.lines.append(f"const {name} = {bare(number.text)};")
        return Text(self, name)

    def named(self, result: Text, name: str) -> None:
        """Let a result be called by this name from now on, also in the lines that made it."""
        made = re.compile(rf"\b{re.escape(result.text)}\b")
        first = next(
            (k for k, line in enumerate(self.lines) if line.startswith(f"const {result.text} = ")),
            None,
        )
        if first is None or not TEMPORARY.fullmatch(result.text):
            self.lines.append(f"const {name} = {bare(result.text)};")
        else:
            self.lines[first:] = [made.sub(name, line) for line in self.lines[first:]]

    def called(self, function: str, *operands: Operand) -> Text:
        """Return what a function of JavaScript gives."""
        return self.kept(Text(self, f"{function}({', '.join(map(bare, map(written, operands)))})"))

    # -- The instructions of a machine (see `spelling.py`) --

    def less(self, x: Operand, y: Operand) -> Condition:
        """Return the condition x < y."""
        return compared(x, "<", y, operator.lt)

    def at_least(self, x: Operand, y: Operand) -> Condition:
        """Return the condition x >= y."""
        return compared(x, ">=", y, operator.ge)

    def equal(self, x: Operand, y: Operand) -> Condition:
        """Return the condition x == y."""
        return compared(x, "===", y, operator.eq)

    def choose(self, condition: Condition, x: Operand, y: Operand) -> Text:
        """Return x where the condition holds, y elsewhere."""
        if isinstance(condition, bool):
            return as_text(self, x if condition else y)
        return self.kept(Text(self, f"({condition} ? {written(x)} : {written(y)})"))

    def power(self, x: Operand, n: Operand) -> Text:
        """Return xⁿ, as Python's floats have it."""
        if isinstance(n, float) and n in (-1.0, 0.0, 1.0, 2.0):  # these have the bits of a power
            base = as_text(self, x)
            if n < 0.0:
                return self.expression(f"(1 / {base.text})")
            return as_text(self, (1.0, base, base * base)[int(n)])
        if isinstance(n, float) and math.isfinite(n):
            return self.kept(Text(self, f"({written(x)} ** {written(n)})"))
        self.used["power"] = None
        return self.called("power", x, n)

    def total(self, values: Sequence[Operand]) -> Text:
        """Return the sum from the left, as the row adds."""
        return self.summed([written(value) for value in values])

    def dot(self, w: Sequence[Operand], x: Sequence[Operand]) -> Text:
        """Return the inner product, its products added from the left."""
        return self.summed([f"{written(left)} * {written(right)}" for left, right in zip(w, x)])

    def summed(self, terms: Sequence[str]) -> Text:
        """Return a sum from the left, beginning with 0 as the rows do."""
        lines = [" + ".join(terms[k : k + PER_LINE]) for k in range(0, len(terms), PER_LINE)]
        return self.kept(Text(self, f"({' + '.join(['0', *lines])})"))

    def library(self, name: str, *operands: Operand) -> Text:
        """Return a function that Python has from the C library."""
        if name in PRELUDE:
            self.used.update(dict.fromkeys(NEEDS.get(name, [])))
            self.used[name] = None
            return self.called(name, *operands)
        return self.called(f"Math.{name}", *operands)

    def exp(self, x: Operand) -> Text:
        """Return e^x."""
        return self.called("Math.exp", x)

    def log(self, x: Operand) -> Text:
        """Return the natural logarithm."""
        return self.called("Math.log", x)

    def log1p(self, x: Operand) -> Text:
        """Return the natural logarithm of 1 + x."""
        return self.called("Math.log1p", x)

    def tanh(self, x: Operand) -> Text:
        """Return the hyperbolic tangent."""
        return self.called("Math.tanh", x)

    def sqrt(self, x: Operand) -> Text:
        """Return the square root."""
        return self.called("Math.sqrt", x)

    def absolute(self, x: Operand) -> Text:
        """Return |x|."""
        return self.expression(f"Math.abs({bare(written(x))})")


def compared(x: Operand, sign: str, y: Operand, holds: Callable[[float, float], bool]) -> Condition:
    """Return a comparison, or its answer where both numbers are known."""
    if isinstance(x, Text) or isinstance(y, Text):
        return f"{written(x)} {sign} {written(y)}"
    return holds(x, y)


def written(number: Operand) -> str:
    """Return a number as JavaScript writes it."""
    if isinstance(number, Text):
        return number.text
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0.0 else "(-Infinity)"
    shown = repr(float(number)).removesuffix(".0")
    return f"({shown})" if shown.startswith("-") else shown


def bare(text: str) -> str:
    """Return an expression without the brackets around the whole of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for k, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and k < len(text) - 1:
            return text
    return text[1:-1]


def as_text(writer: Writer, number: Operand) -> Text:
    return number if isinstance(number, Text) else Text(writer, written(number))


# -- Rows that Math has as Python has them, and the machine has not --------------------------------


def norm_text(writer: Writer, values: Sequence[Operand]) -> Text:
    return writer.called("Math.hypot", *values)


def log_sum_exp_text(writer: Writer, values: Sequence[Operand]) -> Text:
    largest = writer.called("Math.max", *values)  # NaN if one of them is
    below = writer.less(writer.absolute(largest), math.inf)
    return writer.choose(below, log_sum_exp_machine(writer, values), largest)


OWN: dict[Op, Callable[..., Text]] = {
    more_ops.norm: norm_text,
    more_ops.log_sum_exp: log_sum_exp_text,
}


# -- Where an op has no value: Python raises there -------------------------------------------------


def div_trouble(x: Operand, y: Operand) -> list[Trouble]:
    return [(f"{written(y)} === 0", "zero")]


def log_trouble(x: Operand) -> list[Trouble]:
    return [(f"{written(x)} <= 0", "domain")]


def sqrt_trouble(x: Operand) -> list[Trouble]:
    return [(f"{written(x)} < 0", "domain")]


def wave_trouble(x: Operand) -> list[Trouble]:
    return [(f"Math.abs({bare(written(x))}) === Infinity", "domain")]


def power_trouble(x: Operand, n: Operand, out: Text) -> list[Trouble]:
    """Return where xⁿ has no value; of a constant n, only what can happen with it."""
    base, exponent, result = written(x), written(n), out.text
    finite = f"Number.isFinite({bare(base)})"
    if not isinstance(n, Text):
        found = [(f"{base} === 0", "zero")] if n < 0.0 else []
        if n % 1.0:
            found.append((f"{base} < 0 && {finite}", "domain"))
        return [*found, (f"Math.abs({result}) === Infinity && {finite}", "overflow")]
    finite += f" && Number.isFinite({bare(exponent)})"
    return [
        (f"{base} === 0 && {exponent} < 0 && {finite}", "zero"),
        (f"Number.isNaN({result}) && {finite}", "domain"),
        (f"Math.abs({result}) === Infinity && {finite}", "overflow"),
    ]


def outside_one(x: Operand) -> list[Trouble]:
    return [(f"Math.abs({bare(written(x))}) > 1", "domain")]


def atanh_trouble(x: Operand) -> list[Trouble]:
    return [(f"Math.abs({bare(written(x))}) >= 1", "domain")]


def acosh_trouble(x: Operand) -> list[Trouble]:
    return [(f"{written(x)} < 1", "domain")]


def log1p_trouble(x: Operand) -> list[Trouble]:
    return [(f"{written(x)} <= -1", "domain")]


def overflow_trouble(x: Operand, out: Text) -> list[Trouble]:
    """Return where a function that is infinite only at infinity is too large for a float."""
    infinite = f"Math.abs({bare(out.text)}) === Infinity"
    return [(f"{infinite} && Math.abs({bare(written(x))}) !== Infinity", "overflow")]


BEFORE: dict[Op, Callable[..., list[Trouble]]] = {
    ops.div: div_trouble,
    ops.log: log_trouble,
    ops.sqrt: sqrt_trouble,
    ops.sin: wave_trouble,
    ops.cos: wave_trouble,
    more_ops.tan: wave_trouble,
    special_ops.asin: outside_one,
    special_ops.acos: outside_one,
    special_ops.atanh: atanh_trouble,
    special_ops.acosh: acosh_trouble,
    special_ops.log1p: log1p_trouble,
}
OVERFLOWS = {ops.exp, special_ops.expm1, special_ops.sinh, special_ops.cosh}
SAID = {  # what a program says of each kind of trouble, with the op's name before it
    "domain": "has no value here", "overflow": "is too large for a float",
    "zero": "divides by zero",
}  # fmt: skip


# -- The target ------------------------------------------------------------------------------------


class JavaScriptCompiled(Compiled):
    """A program of a graph in JavaScript, to read and to take along; see `compile`.

    source      the text: a function that takes what the compiled function of Python takes, and
                returns what it returns; it throws a RangeError where Python raises

    >>> from autograd_lite import Value, compile, log
    >>> x = Value(2.0, "x")
    >>> print(compile(log(x) + 1.0, [x], target="javascript").source)
    // Compute the outputs of a recorded graph from its inputs.
    // The Python branches taken while the graph was recorded are frozen in it.
    function compute(x) {
      if (x <= 0) throw new RangeError("log has no value here");
      const v1 = Math.log(x);
      const v2 = v1 + 1;
      return v2;
    }
    """

    target = "javascript"

    @property
    def function_name(self) -> str:
        """What the program calls its function."""
        return Names(RESERVED).free(f"compute_{self.name}" if self.name else "compute")

    @property
    def expression(self) -> str:
        """The program as an expression of JavaScript: a function, its other names hidden."""
        return f"(() => {{\n{self.source}\nreturn {self.function_name};\n}})()"

    @property
    def source(self) -> str:
        """The program as text."""
        names = Names(RESERVED)
        function = names.free(self.function_name)
        called = [names.free(label or f"x{k}") for k, label in enumerate(self.program.inputs)]
        arguments, unpacked = self.arguments(names, called)
        writer = Writer(names, thrown)
        writer.lines = unpacked
        for k, instruction in enumerate(self.program.body, start=len(called)):
            operands = [reference_text(writer, called, r) for r in instruction.operands]
            result = writer.spelled(instruction.op, operands)
            called.append(names.free(instruction.label or f"v{k}"))
            writer.named(result, called[-1])
        outputs: list[Any] = [
            written(reference_text(writer, called, r)) for r in self.program.outputs
        ]
        return "\n".join(
            [
                "// Compute the outputs of a recorded graph from its inputs.",
                f"// {FROZEN}",
                *[PRELUDE[name] for name in writer.used],
                f"function {function}({', '.join(arguments)}) {{",
                *[f"  {line}" for line in writer.lines],
                f"  return {listed(self.shaped(outputs))};",
                "}",
            ]
        )

    def arguments(self, names: Names, called: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the names of the arguments, and the lines that take sequences apart."""
        arguments = []
        unpacked = []
        start = 0
        for k, size in enumerate(self.input_sizes, start=1):
            end = start + (1 if size is None else size)
            if size is None:
                arguments.append(called[start])
            else:
                arguments.append(names.free(f"numbers_{k}"))
                unpacked.append(f"const [{', '.join(called[start:end])}] = {arguments[-1]};")
            start = end
        return arguments, unpacked

    @property
    def function(self) -> NoReturn:
        """There is none: it is JavaScript."""
        raise TypeError(NOT_HERE)

    def values(self, groups: Sequence[Sequence[float]]) -> NoReturn:
        """Raise TypeError: the program does not run in Python."""
        raise TypeError(NOT_HERE)

    sums = values  # type: ignore[assignment]


NOT_HERE = (
    "this program is JavaScript: take its .source to a browser or to Node; "
    'target="python" or "native" runs here'
)


RESERVED = (
    "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger",
    "default", "delete", "do", "else", "enum", "eval", "export", "extends", "false", "finally",
    "for", "function", "if", "implements", "import", "in", "instanceof", "interface", "let", "new",
    "null", "package", "private", "protected", "public", "return", "static", "super", "switch",
    "this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with", "yield",
    "Infinity", "Math", "NaN", "Number", "RangeError", *PRELUDE, *HELPERS,
)  # fmt: skip


def reference_text(writer: Writer, called: Sequence[str], reference: Reference) -> Operand:
    return Text(writer, called[reference]) if type(reference) is int else reference


def listed(outputs: Any) -> str:
    """Return outputs as arrays in arrays."""
    if isinstance(outputs, str):
        return outputs
    return f"[{', '.join(map(listed, outputs))}]"


def thrown(name: str, kind: str) -> str:
    return f"throw new RangeError({json.dumps(f'{name} {SAID[kind]}')});"
