"""Value: a number that remembers how it was made.

Every operation on Values makes a new Value, a node of the computation graph (計算グラフ),
that keeps the op, the operands it was made from (its parents) and one local derivative
(局所的な微分) per parent. That record is all that backprop, drawings and the debugger read.

Legend
    op              the row of the table that made a node
    left, right     the operands, as Values
    x, y            their numbers
    out             the number of the result
    partials        the local derivatives: partials[i] = d(node)/d(parents[i])
"""

import os
import sys
from collections.abc import Sequence
from numbers import Number
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias, Union

from autograd_lite import ops
from autograd_lite.ops import Op, number

__all__ = ["Value", "Constant", "SourceLine", "record_lines"]

Operand: TypeAlias = Union["Value", float]  # what stands on either side of an operator

DOMAIN_ERRORS = (ArithmeticError, ValueError)  # what float arithmetic raises


class Value:
    """One scalar of a computation graph.

    data        the number, a Python float
    grad        d(output)/d(self), a float: 0.0 until a `backward` reaches the node
    label       its name in drawings, listings and messages
    op          the row of the table that made it, None for a leaf
    parents     the Values it was made from, in the order they were written
    partials    the local derivatives, one per parent: partials[i] = d(self)/d(parents[i])
    line        the source line that made it, if `record_lines` is on, else None

    Arithmetic works with plain numbers on either side, and an expression of Values raises
    where the same expression of floats does. Comparisons compare the numbers.

    `partials` are a snapshot of the forward pass: changing `data` afterwards does not change
    them, nor any result; `recompute` does.

    Raises TypeError, which says what to write, for data that is not a number.

    >>> w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    >>> z = w * x + b
    >>> z.backward()
    >>> z.data, w.grad, x.grad, b.grad
    (7.0, 3.0, 2.0, 1.0)
    """

    __slots__ = ("data", "grad", "label", "line", "op", "parents", "partials")

    __array_ufunc__ = None  # NumPy then leaves `array * value` and `scalar * value` to us

    data: float
    grad: float
    label: str
    line: "SourceLine | None"
    op: Op | None
    parents: tuple["Value", ...]
    partials: tuple[float, ...]

    def __init__(
        self,
        data: float,
        label: str = "",
        op: Op | None = None,
        parents: tuple["Value", ...] = (),
        partials: tuple[float, ...] = (),
    ) -> None:
        if type(data) is not float:
            data = float(data) if type(data) is int else number(data)
        self.data = data
        self.grad = 0.0
        self.label = label
        self.op = op
        self.parents = parents
        self.partials = partials
        self.line = users_line() if LINES.recording else None

    def __repr__(self) -> str:
        """Return a short text, also for a half-built node: a debugger shows those."""
        kind = type(self).__name__
        parts = [short(getattr(self, "data", None))]
        text = shown(getattr(self, "label", ""))
        if text:
            parts.append(repr(text if len(text) <= 24 else text[:21] + "..."))
        grad = short(getattr(self, "grad", 0.0))
        if grad not in ("0", "-0"):
            parts.append(f"grad={grad}")
        return f"{kind}({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        """Return the number in a format such as `.4f`, or the `repr` without one."""
        return format(self.data, spec) if spec else repr(self)

    def backward(self) -> None:
        """Set `grad` to d(self)/d(node) on every node below; on leaves (葉), add to it.

        See `autograd_lite.backward`.
        """
        from autograd_lite.backprop import backward  # the room above may not import this one

        backward(self)

    # -- Arithmetic: one line per operator, straight to its row --
    # `+` and `*` are nearly all nodes of a network, so they are `binary` written out, rule and
    # all: 360 against 640 ns (CPython 3.11). The tests hold them to their rows of the table.

    def __add__(left, right: Operand) -> "Value":
        if type(right) is not Value:
            right = as_value(right)
        op = ops.add
        x = left.data
        y = right.data
        out = x + y
        partials = (1.0, 1.0)
        node = new_value(Value)
        node.data = out
        node.grad = 0.0
        node.label = ""
        node.op = op
        node.parents = (left, right)
        node.partials = partials
        node.line = users_line() if LINES.recording else None
        return node

    def __radd__(self, other: Operand) -> "Value":
        return binary(ops.add, other, self)

    def __sub__(self, other: Operand) -> "Value":
        return binary(ops.sub, self, other)

    def __rsub__(self, other: Operand) -> "Value":
        return binary(ops.sub, other, self)

    def __mul__(left, right: Operand) -> "Value":
        if type(right) is not Value:
            right = as_value(right)
        op = ops.mul
        x = left.data
        y = right.data
        out = x * y
        partials = (y, x)
        node = new_value(Value)
        node.data = out
        node.grad = 0.0
        node.label = ""
        node.op = op
        node.parents = (left, right)
        node.partials = partials
        node.line = users_line() if LINES.recording else None
        return node

    def __rmul__(self, other: Operand) -> "Value":
        return binary(ops.mul, other, self)

    def __truediv__(self, other: Operand) -> "Value":
        return binary(ops.div, self, other)

    def __rtruediv__(self, other: Operand) -> "Value":
        return binary(ops.div, other, self)

    def __pow__(self, exponent: Operand) -> "Value":
        if isinstance(exponent, Value):
            return binary(ops.variable_power, self, exponent)
        return binary(ops.power, self, exponent)

    def __rpow__(self, base: Operand) -> "Value":
        return binary(ops.variable_power, base, self)

    def __neg__(self) -> "Value":
        return unary(ops.neg, self)

    def __pos__(self) -> "Value":
        return self

    def __abs__(self) -> "Value":
        return unary(ops.abs, self)

    # -- The usual functions, also as methods --

    def exp(self) -> "Value":
        return unary(ops.exp, self)

    def log(self) -> "Value":
        return unary(ops.log, self)

    def sqrt(self) -> "Value":
        return unary(ops.sqrt, self)

    def sin(self) -> "Value":
        return unary(ops.sin, self)

    def cos(self) -> "Value":
        return unary(ops.cos, self)

    def tan(self) -> "Value":
        return unary(ops.tan, self)

    def tanh(self) -> "Value":
        return unary(ops.tanh, self)

    def sigmoid(self) -> "Value":
        return unary(ops.sigmoid, self)

    def relu(self) -> "Value":
        return unary(ops.relu, self)

    # -- Comparisons compare the numbers, as those of floats do --

    def __lt__(self, other: Operand) -> bool:
        return self.data < compared(other)

    def __le__(self, other: Operand) -> bool:
        return self.data <= compared(other)

    def __gt__(self, other: Operand) -> bool:
        return self.data > compared(other)

    def __ge__(self, other: Operand) -> bool:
        return self.data >= compared(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Value, int, float, Number)) or hasattr(other, "__array__"):
            return self.data == compared(other)
        return NotImplemented  # a number equals no list, no text and no None

    __hash__ = object.__hash__  # by identity: a set of nodes holds nodes, not numbers

    def __bool__(self) -> bool:
        return self.data != 0.0

    # -- Conversions that would cut the graph without a word --

    def __float__(self) -> float:
        refuse_conversion(self)

    __int__ = __trunc__ = __floor__ = __ceil__ = __float__

    def __round__(self, digits: int | None = None) -> float:
        refuse_conversion(self)

    def __complex__(self) -> complex:
        refuse_conversion(self)

    # -- What the rows of the table and Python's own copying ask for --

    def record(self, op: Op, operands: Sequence[Any]) -> "Value":
        """Return the node that records `op` on operands of which at least one is a Value.

        The operands of an op on sequences come as those sequences. Raises TypeError if the
        op's rule does not give one number for each operand.
        """
        if op.sequences:
            node = many(op, operands)
        elif len(operands) == 1:
            node = unary(op, operands[0])
        elif len(operands) == 2:
            node = binary(op, operands[0], operands[1])
        else:
            node = several(op, operands)
        if op.trusted:  # 250 ns less for each sigmoid or dot
            return node
        partials = node.partials  # a user's own rule may give anything
        if type(partials) is not tuple or len(partials) != len(node.parents):
            op.check(partials, len(node.parents))
        for partial in partials:
            if type(partial) is not float:
                node.partials = op.plain(partials)
                break
        return node

    def __copy__(self) -> "Value":
        return self.__deepcopy__({})  # a copy that shared parents would write into their grads

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        from autograd_lite.copying import copy_graph

        return copy_graph(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        from autograd_lite.copying import pickled

        return pickled(self)


class Constant(Value):
    """A plain number written in a formula: the 2 of `2 * x`. A leaf that is nobody's variable.

    >>> x = Value(3.0, "x")
    >>> (2 * x).parents
    (Constant(2), Value(3, 'x'))
    """

    __slots__ = ()


new_value = Value.__new__  # a node without the call of __init__: 100 ns less, of 700


# -- Recording: one helper per count of operands -----------------------------------------------


def as_value(operand: Operand) -> Value:
    """Return a Value as it is, and a plain number as a constant leaf."""
    return operand if isinstance(operand, Value) else Constant(operand)


def recorded(op: Op, out: float, parents: tuple[Value, ...], partials: tuple[float, ...]) -> Value:
    """Return a new node with the given fields."""
    node = new_value(Value)
    node.data = out if type(out) is float else number(out)
    node.grad = 0.0
    node.label = ""
    node.op = op
    node.parents = parents
    node.partials = partials
    node.line = users_line() if LINES.recording else None
    return node


def unary(op: Op, operand: Value) -> Value:
    """Return the node op(operand)."""
    x = operand.data
    try:
        out = op.forward(x)
    except DOMAIN_ERRORS as error:
        raise explained(error, op, (operand,)) from None
    partials = op.partials(x, out)
    return recorded(op, out, (operand,), partials)


def binary(op: Op, left: Operand, right: Operand) -> Value:
    """Return the node op(left, right); a plain number becomes a constant leaf."""
    if type(left) is not Value:
        left = as_value(left)
    if type(right) is not Value:
        right = as_value(right)
    x = left.data
    y = right.data
    try:
        out = op.forward(x, y)
    except DOMAIN_ERRORS as error:
        raise explained(error, op, (left, right)) from None
    partials = op.partials(x, y, out)
    return recorded(op, out, (left, right), partials)


def several(op: Op, operands: Sequence[Operand]) -> Value:
    """Return the node of an op on three operands or more."""
    parents = tuple([as_value(operand) for operand in operands])
    numbers = [parent.data for parent in parents]
    try:
        out = op.forward(*numbers)
    except DOMAIN_ERRORS as error:
        raise explained(error, op, parents) from None
    partials = op.partials(*numbers, out)
    return recorded(op, out, parents, partials)


def many(op: Op, sequences: Sequence[tuple[Any, ...]]) -> Value:
    """Return the node of an op on sequences; its parents are all their elements in turn."""
    parents: tuple[Value, ...] = ()
    numbers: list[tuple[float, ...]] = []
    for sequence in sequences:
        row: list[float] = []
        for v in sequence:
            if type(v) is not Value:
                sequence = as_values(sequence)
                row = [v.data for v in sequence]
                break
            row.append(v.data)
        numbers.append(tuple(row))
        parents += sequence
    try:
        out = op.forward(*numbers)
    except DOMAIN_ERRORS as error:
        raise explained(error, op, parents) from None
    partials: tuple[float, ...] = ()
    rows = op.partials(*numbers, out)
    if type(rows) is not tuple or type(rows[0]) is not tuple:
        op.joined(rows)  # says what is wrong
    for row_partials in rows:
        partials += row_partials
    return recorded(op, out, parents, partials)


def as_values(sequence: Sequence[Any]) -> tuple[Value, ...]:
    """Return the elements as Values; a tuple of Values is returned as it is."""
    for element in sequence:
        if type(element) is not Value:
            return tuple([as_value(element) for element in sequence])
    return tuple(sequence)


def compared(other: Any) -> float:
    """Return the number to compare with: a Value's data, or the plain number itself."""
    if isinstance(other, Value):
        return other.data
    if isinstance(other, int):
        return other  # as it is: Python compares an int with a float exactly
    return number(other)


def refuse_conversion(value: Value) -> NoReturn:
    raise TypeError(
        f"{value!r} is a node of a graph, and a plain float would cut the graph here; "
        f"use the functions of autograd_lite (exp, log, ...) instead of those of math, "
        f"or write .data for the number alone"
    )


def short(field: object) -> str:
    """Return a number in six digits, and a question mark for what is none."""
    try:
        return f"{field:.6g}"
    except (TypeError, ValueError, OverflowError):  # nothing yet, a str, an endless int
        return "?"


def shown(label: object) -> str:
    """Return the text of a label, whatever stands in its place."""
    if isinstance(label, str):
        return label
    try:
        return "" if label is None else str(label)
    except Exception:  # the label's own: a debugger that shows the node must not fail
        return f"<{type(label).__name__}>"


# -- Errors that name the op and its operands ----------------------------------------------------


def explained(error: Exception, op: Op, operands: Sequence[Value]) -> Exception:
    """Return an error of the same Python type that names the op, its operands and its domain."""
    shown = operands if len(operands) <= 4 else operands[:4]
    names = op.operands if not op.sequences else [f"operand {k + 1}" for k in range(len(shown))]
    values = [f"{name} = {told(operand)}" for name, operand in zip(names, shown)]
    if len(shown) < len(operands):
        values.append(f"and {len(operands) - len(shown)} more")
    needs = f" ({op.name} needs {op.domain})" if op.domain else ""
    reason = error.args[-1] if error.args else error  # that of a power is (34, "... range")
    message = f"{reason}: {op.name} of {', '.join(values)}{needs}"
    for kind in (ZeroDivisionError, OverflowError, ArithmeticError):
        if isinstance(error, kind):
            return kind(message)
    return ValueError(message)


def told(value: Value) -> str:
    """Return a node's number with its label and line, as far as it has them."""
    text = repr(value.data)
    notes = [repr(value.label)] if value.label else []
    if value.line is not None:
        notes.append(f"made at {value.line}")
    return f"{text} ({', '.join(notes)})" if notes else text


# -- The source line that made a node ------------------------------------------------------------


class SourceLine(NamedTuple):
    """A line of a source file, as editors and terminals link to it: `lesson.py:12`."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.number}"


class Recording:
    """Whether new nodes note the line that made them. One object, so that all modules see it."""

    __slots__ = ("recording",)

    def __init__(self) -> None:
        self.recording = False


LINES = Recording()
ENGINE = str(Path(__file__).parent) + os.sep


def record_lines(on: bool = True) -> None:
    """Make every new node note the source line that made it (`node.line`), or stop it.

    Off at first, because looking up the line makes a node four times as slow; while it is
    off it costs nothing that can be measured (benchmarks/engine.py prints both).

    >>> record_lines()
    >>> z = Value(2.0) * 3.0
    >>> record_lines(False)
    >>> z.line.number
    1
    """
    LINES.recording = on


def users_line() -> SourceLine | None:
    """Return the line outside the engine that is being executed."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(ENGINE):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return SourceLine(frame.f_code.co_filename, frame.f_lineno)
