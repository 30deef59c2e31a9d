"""Value: a number that remembers how it was made, and backprop, which walks that record.

Every operation on Values makes a new Value, a node of the computation graph (計算グラフ),
that keeps the op, the operands it was made from (its parents) and one local derivative
(局所的な微分) per parent. That record is all that backprop, drawings and the debugger read.

Legend
    op              the row of the table that made a node
    left, right     the operands, as Values
    x, y            their numbers
    out             the number of the result
    partials        the local derivatives: partials[i] = d(node)/d(parents[i])
    node.grad       d(output)/d(node)
"""

import copy
import copyreg
import operator
from collections.abc import Iterable, Sequence
from numbers import Number
from typing import Any, TypeAlias, Union

from autograd_lite import ops
from autograd_lite.graph import topological_order
from autograd_lite.messages import explained, refuse_conversion, short, shown
from autograd_lite.operators import Operators
from autograd_lite.ops import POWERS, Op
from autograd_lite.plain_numbers import number
from autograd_lite.source_lines import LINES, SourceLine, users_line

__all__ = [
    "Value", "Constant", "Operand", "DOMAIN_ERRORS", "as_value", "as_values", "float_data",
    "propagate", "backward", "zero_grad", "held", "start_afresh", "live_edges", "passes_on",
]  # fmt: skip

Operand: TypeAlias = Union["Value", float]  # what stands on either side of an operator
DOMAIN_ERRORS = (ArithmeticError, ValueError)  # what float arithmetic raises


class Value(Operators):
    """One scalar of a computation graph.

    data        the number, a Python float
    grad        d(output)/d(self), a float: 0.0 until a `backward` reaches the node
    label       its name in drawings, listings and messages
    op          the row of the table that made it, None for a leaf
    parents     the Values it was made from, in the order they were written
    partials    the local derivatives, one per parent: partials[i] = d(self)/d(parents[i])
    line        the source line that made it, if `record_lines` is on, else None

    Arithmetic works with plain numbers on either side, and an expression of Values raises
    where the same expression of floats does. `<` and its like compare the numbers; `==` of
    two Values asks whether they are the same node.

    `partials` are a snapshot of the forward pass: changing `data` afterwards does not change
    them, nor any result; `recompute` does.

    Raises TypeError, which says what to write, for data that is no number.

    >>> w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    >>> z = w * x + b
    >>> z.backward()
    >>> z.data, w.grad, x.grad, b.grad
    (7.0, 3.0, 2.0, 1.0)
    """

    __slots__ = ("data", "grad", "label", "line", "op", "parents", "partials")

    data: float
    grad: float
    label: str
    line: SourceLine | None
    op: Op | None
    parents: tuple["Value", ...]
    partials: tuple[float, ...]

    def __init__(self, data: float, label: str = "", *recorded: object) -> None:
        if recorded or isinstance(label, tuple):
            raise TypeError(
                "a Value is made of a number and a label; its parents are recorded by an op. "
                "For an op of your own write Op(name, symbol, formula, value, rule), and call it"
            )
        self.data = data if type(data) is float else number(data)
        self.grad = 0.0
        self.label = label
        self.op = None
        self.parents = ()
        self.partials = ()
        self.line = users_line() if LINES.recording else None

    def __repr__(self) -> str:
        """Return a short text, also for a half-built node: a debugger shows those."""
        parts = [short(getattr(self, "data", None))]
        text = shown(getattr(self, "label", ""))
        if text:
            parts.append(repr(text if len(text) <= 24 else text[:21] + "..."))
        grad = short(getattr(self, "grad", 0.0))
        if grad not in ("0", "-0"):
            parts.append(f"grad={grad}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        """Return the number in a format such as `.4f`, or the `repr` without one."""
        return format(self.data, spec) if spec else repr(self)

    def backward(self) -> None:
        """Set `grad` to d(self)/d(node) on every node below; on leaves (葉), add to it."""
        backward(self)

    # -- Recording --

    def record(self, op: Op, operands: Sequence[Any]) -> "Value":
        """Return the node op(operands): its value, and its partials there.

        Raises what `op.forward` raises, with the op and its operands named.
        """
        arity = op.arity
        if arity == 1:
            x = self.data
            if type(x) is not float:
                x = float_data(self)
            try:
                out = op.forward(x)
            except DOMAIN_ERRORS as error:
                raise explained(error, op, operands) from None
            partials = op.partials(x, out)
        elif arity == 2:
            left, right = operands
            if type(left) is not Value or type(right) is not Value:
                operands = left, right = as_value(left), as_value(right)
            x = left.data
            y = right.data
            if type(x) is not float or type(y) is not float:
                x, y = float_data(left), float_data(right)
            try:
                out = op.forward(x, y)
            except DOMAIN_ERRORS as error:
                raise explained(error, op, operands) from None
            partials = op.partials(x, y, out)
        else:
            return record_many(op, operands)
        return recorded(op, out, tuple(operands), partials)

    # `+`, `*` and xⁿ are nearly all nodes: rule and all, they go straight to theirs, in half the
    # time, and the tests hold them to their rows. What is out of the ordinary goes the long way.

    def __add__(left, right: Operand) -> "Value":
        if type(right) is not Value:
            right = as_value(right)
        x = left.data
        y = right.data
        if type(x) is not float or type(y) is not float:
            return left.record(ops.add, (left, right))
        out = x + y
        return recorded(ops.add, out, (left, right), (1.0, 1.0))

    def __radd__(right, left: float) -> "Value":
        return as_value(left) + right

    def __mul__(left, right: Operand) -> "Value":
        if type(right) is not Value:
            right = as_value(right)
        x = left.data
        y = right.data
        if type(x) is not float or type(y) is not float:
            return left.record(ops.mul, (left, right))
        out = x * y
        return recorded(ops.mul, out, (left, right), (y, x))

    def __rmul__(right, left: float) -> "Value":
        return as_value(left) * right

    def __pow__(left, right: Operand) -> "Value":
        if type(right) is not float and type(right) is not int:
            node: Value = Operators.__pow__(left, right)
            return node
        op = POWERS.get(right) or ops.power(right)
        n = op.exponent
        x = left.data
        if type(x) is not float or not (n == 2.0 or (x > 0.0 and n != 0.0)):
            return left.record(op, (left,))
        try:
            out = x**n
            partial = n * x ** (n - 1.0)
        except OverflowError:
            return left.record(op, (left,))
        return recorded(op, out, (left,), (partial,))

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
        if isinstance(other, Value):
            return self is other  # `v in nodes` must not take two 1s for one
        if isinstance(other, (int, float, Number)) or hasattr(other, "__array__"):
            return self.data == compared(other)
        return NotImplemented  # a number equals no list, no text and no None

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return self.data != 0.0

    # -- What would cut the graph without a word is refused --

    __float__ = __int__ = __trunc__ = __floor__ = __ceil__ = __round__ = refuse_conversion
    __complex__ = refuse_conversion

    # -- Copies and pickles are of whole graphs (autograd_lite/copying.py) --

    def __copy__(self) -> "Value":
        return copy.deepcopy(self)  # a copy that shared parents would write into their grads

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg.dispatch_table[Value](self)  # type: ignore[return-value]


class Constant(Value):
    """A plain number written in a formula: the 2 of `2 * x`. A leaf that is nobody's variable.

    >>> x = Value(3.0, "x")
    >>> (2 * x).parents
    (Constant(2), Value(3, 'x'))
    """

    __slots__ = ()


# -- Nodes ------------------------------------------------------------------------------------

new_value = object.__new__  # a node without the call of __init__: 100 ns less, of 300


def recorded(op: Op, out: float, parents: tuple[Value, ...], partials: tuple[float, ...]) -> Value:
    """Return the node that records op(parents) = out."""
    node = new_value(Value)
    node.data = out
    node.grad = 0.0
    node.label = ""
    node.op = op
    node.parents = parents
    node.partials = partials
    node.line = users_line() if LINES.recording else None
    return node


def as_value(operand: Operand) -> Value:
    """Return a Value as it is, and a plain number as a constant leaf."""
    if type(operand) is int:
        operand = float(operand)
    elif type(operand) is not float:
        if isinstance(operand, Value):
            return operand
        operand = number(operand)
    leaf = new_value(Constant)
    leaf.data = operand
    leaf.grad = 0.0
    leaf.label = ""
    leaf.op = None
    leaf.parents = leaf.partials = ()
    leaf.line = users_line() if LINES.recording else None
    return leaf


def as_values(operands: Sequence[Operand]) -> tuple[Value, ...]:
    """Return operands as Values; what are Values already is not touched."""
    return tuple([v if type(v) is Value else as_value(v) for v in operands])


def float_data(node: Value) -> float:
    """Return a node's number as a float, and keep it so: an update may have put an int there."""
    if type(node.data) is not float:
        node.data = number(node.data)
    return node.data


def record_many(op: Op, operands: Sequence[Any]) -> Value:
    """Return the node of an op on three numbers or more, or on sequences: their elements."""
    parents: tuple[Value, ...] = ()
    numbers: list[Any] = []
    rows: Sequence[Any] = operands if op.sequences else [operands]
    for row in rows:
        row_numbers: list[float] = []
        for v in row:
            if type(v) is not Value:
                row = as_values(row)
                row_numbers = [v.data for v in row]
                break
            row_numbers.append(v.data)
        numbers.append(tuple(row_numbers))
        parents += row
    if not op.sequences:
        numbers = numbers[0]
    try:
        out = op.forward(*numbers)
    except DOMAIN_ERRORS as error:
        raise explained(error, op, parents) from None
    partials = op.partials(*numbers, out)
    if op.sequences:
        partials = sum(partials, ())
    if type(out) is not float:  # an update put something else into `data`
        return record_many(op, [tuple(map(float, row)) for row in numbers])
    return recorded(op, out, parents, partials)


def compared(other: Any) -> float:
    """Return the number to compare with: a Value's data, or the plain number itself."""
    if isinstance(other, Value):
        return other.data
    return other if isinstance(other, int) else number(other)  # ints are compared exactly


# -- Backprop (誤差逆伝播法) --------------------------------------------------------------------


def propagate(node: Value) -> None:
    """Add to each parent's gradient what it owes to this node: the chain rule (連鎖律), once.

    d(output)/d(parent) += d(node)/d(parent) · d(output)/d(node). It *adds*, because a parent
    that is used more than once reaches the output on more than one path (2 変数関数の連鎖律).
    """
    # The slides' three forms, written out because the loop takes twice as long for one parent
    # or two: 26.5 against 13 ms for a graph of 76,400 nodes (CPython 3.11).
    grad = node.grad
    count = len(node.parents)
    if count == 2:
        left, right = node.parents
        left_partial, right_partial = node.partials
        left.grad += left_partial * grad
        right.grad += right_partial * grad
    elif count == 1:
        (parent,) = node.parents
        (partial,) = node.partials
        parent.grad += partial * grad
    else:
        for parent, partial in zip(node.parents, node.partials):
            parent.grad += partial * grad


def backward(output: Value) -> None:
    """Set `grad` to d(output)/d(node) on every node below `output`; on leaves, add to it.

    Leaves add up over calls (minibatches need it; `zero_grad` clears them). Inner nodes start
    afresh in every call, so a second call on the same graph doubles the gradients of the
    leaves and nothing else. If it is interrupted, every gradient is as before. What a choice
    (`relu`, `maximum`, `where`) switched off takes no part.

    >>> x = Value(2.0, "x")
    >>> z = 3 * (x * x)
    >>> z.backward()
    >>> x.grad
    12.0
    """
    order = topological_order(output)
    with held(order, "grad") as before:
        inner = start_afresh(order)
        output.grad += 1.0  # d(output)/d(output)
        for node in reversed(inner):
            propagate(node)
        if any_undefined(order):  # 0 · ∞, perhaps along what a choice switched off: once more
            before.restore()
            start_afresh(order)
            output.grad += 1.0
            for node, parent, partial in live_edges(order):
                parent.grad += partial * node.grad


class held:
    """Hold fields of nodes for a `with` block: if an error ends it, all is as before."""

    __slots__ = ("fields", "nodes", "values")

    def __init__(self, nodes: Sequence[Value], *fields: str) -> None:
        self.nodes = nodes
        self.fields = fields
        self.values = [list(map(operator.attrgetter(field), nodes)) for field in fields]

    def __enter__(self) -> "held":
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is not None:
            self.restore()

    def restore(self) -> None:
        """Give the nodes the values back that they had when the block began."""
        for field, values in zip(self.fields, self.values):
            for node, value in zip(self.nodes, values):
                setattr(node, field, value)


def start_afresh(order: Sequence[Value]) -> list[Value]:
    """Set the gradient of inner nodes to 0, make that of leaves a float; return the inner ones."""
    inner = []
    for node in order:
        if node.parents:
            inner.append(node)
            node.grad = 0.0
        elif type(node.grad) is not float:  # None, as PyTorch's scripts put it there
            node.grad = 0.0 if node.grad is None else number(node.grad)
    return inner


def any_undefined(order: Sequence[Value]) -> bool:
    """Return whether a gradient is NaN; also if ∞ and −∞ are among them, whose sum is NaN."""
    total = sum(map(operator.attrgetter("grad"), order))
    return bool(total != total)  # as NaN alone is not equal to itself


def live_edges(order: Sequence[Value]) -> Iterable[tuple[Value, Value, float]]:
    """Yield (node, parent, partial) for each edge on a way that no choice switched off."""
    reached = {order[-1]}
    for node in reversed(order):
        if node in reached:
            for parent, partial in zip(node.parents, node.partials):
                if passes_on(node, partial):
                    reached.add(parent)
                    yield node, parent, partial


def passes_on(node: Value, partial: float) -> bool:
    """Return whether an edge passes anything on: not if a choice switched its operand off."""
    return partial != 0.0 or not node.op.chooses  # type: ignore[union-attr]


def zero_grad(nodes: Iterable[Value]) -> None:
    """Set the gradient of each node to 0.0, as before a new `backward`.

    >>> w = Value(2.0, "w")
    >>> (w * w).backward()
    >>> zero_grad([w])
    >>> w.grad
    0.0
    """
    for node in nodes:
        node.grad = 0.0
