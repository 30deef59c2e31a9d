"""A recorded backward pass: every application of the chain rule, to read, search and replay.

`trace(output)` runs backprop once, one edge at a time, and writes down what happened. The
record does not change afterwards, so one can go forward and back in it as one likes, and each
step can say in words and formulas what it did (English or 日本語).

Legend
    step            one application of the chain rule (連鎖律), along one edge of the graph
    node, parent    the ends of the edge: the gradient goes from `node` to its operand `parent`
    gradient        d(output)/d(node), which arrives at the edge (届いた勾配)
    partial         d(node)/d(parent), the local derivative (局所的な微分)
    product         partial · gradient: what this edge contributes to d(output)/d(parent)
    before, after   the parent's gradient before and after the contribution is added
    position        how many steps have been done: 0 before the first, len(trace) after the last
"""

import difflib
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias, overload

from autograd_lite.backprop import propagate, topological_order
from autograd_lite.formula import number_text, partial_texts, value_text
from autograd_lite.ops import described
from autograd_lite.value import Constant, Value
from autograd_lite.words import Language as Language

__all__ = ["trace", "Trace", "Step", "ForwardStep", "ForwardPass", "Replay", "Why", "step_through"]

NodeOrName: TypeAlias = "Value | str | int"

NEARLY_FLAT = 0.01  # a slope below this passes on less than a hundredth
PATHS_SHOWN = 8  # more paths than this are told in groups
PATHS_COUNTED = 1_000_000  # more than this are "more than a million"
LINES_SHOWN = 12


def trace(
    output: Value,
    *,
    stop_at: "NodeOrName | Iterable[NodeOrName]" = (),
    when: "Callable[[Step], object] | None" = None,
) -> "Trace":
    """Run backprop from `output` once, and return the record of its steps.

    Afterwards every gradient is what `backward` leaves, bit for bit; on leaves, too, they add
    up over calls. If it is interrupted, every gradient is as before.

    `stop_at` names nodes (Values, labels, or names from the trace): whenever a gradient reaches
    one of them, Python's `breakpoint()` is called in a frame that shows node, parent, gradient,
    partial, product, before and after. With `when`, a function of the step, only where it is true.

    Raises TypeError if `output` is not a Value, KeyError if there is no node to stop at.

    >>> w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    >>> z = w * x + b
    >>> z.label = "z"
    >>> steps = trace(z)
    >>> len(steps), w.grad, x.grad, b.grad
    (4, 3.0, 2.0, 1.0)
    >>> steps[2].formula()
    'dz/dw = dz/dv2 * dv2/dw = 1 * 3 = 3'
    """
    if not isinstance(output, Value):
        raise TypeError(f"trace takes a Value, the output of a graph, not {described(output)}")
    record = Trace(output)
    stops = record.places(stop_at)
    if when is not None and not stops:
        raise TypeError("`when` is the condition of a breakpoint; say where with stop_at=...")
    order = record.nodes
    earlier = [node.grad for node in order]
    edge = Value(0.0)  # one edge as a node with one parent, so that `propagate` serves it
    try:
        for node in order:
            if node.parents:
                node.grad = 0.0
        output.grad += 1.0  # d(output)/d(output)
        record.start = array("d", [node.grad for node in order])
        for k in range(len(order) - 1, -1, -1):
            node = order[k]
            record.arriving[k] = node.grad
            edge.grad = node.grad
            for parent, partial in zip(node.parents, node.partials):
                edge.parents = (parent,)
                edge.partials = (partial,)
                record.before.append(parent.grad)
                propagate(edge)
                record.after.append(parent.grad)
                if stops and parent in stops:
                    gradient_reached(record[-1], when)
    except BaseException:
        for node, grad in zip(order, earlier):
            node.grad = grad
        raise
    return record


def gradient_reached(step: "Step", when: "Callable[[Step], object] | None") -> None:
    """Open the user's debugger, unless the condition is false: `breakpoint()` in plain view."""
    if when is not None and not when(step):
        return
    node = step.node
    parent = step.parent
    gradient = step.gradient
    partial = step.partial
    product = step.product
    before = step.before
    after = step.after
    breakpoint()  # the gradient has reached `parent`: after = before + partial * gradient
    del node, parent, gradient, partial, product, before, after


# -- One step ----------------------------------------------------------------------------------


class Step:
    """One application of the chain rule: what one edge adds to the gradient of a parent.

    number      1 for the first step; after it the position is 1
    node        where the gradient comes from
    parent      the operand of `node` that receives
    place       which operand that is, counted from 0
    gradient    d(output)/d(node)
    partial     d(node)/d(parent)
    product     partial · gradient
    before      the parent's gradient before the step
    after       and after it: before + product

    `print(step)` shows the formula, with symbols and with numbers, and says it in words.
    """

    __slots__ = (
        "after", "before", "gradient", "node", "number", "parent", "partial", "place",
        "product", "trace",
    )  # fmt: skip

    def __init__(self, record: "Trace", number: int) -> None:
        k = number - 1
        child = record.children[k]
        self.trace = record
        self.number = number
        self.node = record.nodes[child]
        self.parent = record.nodes[record.parents[k]]
        self.place = k - record.first_step[child]
        self.gradient = record.arriving[child]
        self.partial = record.partials[k]
        self.product = self.partial * self.gradient
        self.before = record.before[k]
        self.after = record.after[k]

    def __repr__(self) -> str:
        names = self.trace.names
        k = self.number - 1
        child, parent = self.trace.children[k], self.trace.parents[k]
        return f"<step {self.number}: {names[child]} -> {names[parent]}, += {self.product:.6g}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, language: Language = "en") -> str:
        """Return heading, formulas and sentences, a line each."""
        lines = [self.heading(language), self.local(), self.formula(), *self.sentences(language)]
        return "\n    ".join(lines)

    def heading(self, language: Language = "en") -> str:
        """Return `step 3 of 4: v2 -> w`."""
        names = self.trace.names
        k = self.number - 1
        ends = f"{names[self.trace.children[k]]} -> {names[self.trace.parents[k]]}"
        if language == "ja":
            return f"ステップ {self.number}/{len(self.trace)}: {ends}"
        return f"step {self.number} of {len(self.trace)}: {ends}"

    def local(self) -> str:
        """Return the local derivative as a formula, with numbers put in, and as a number.

        >>> z = Value(0.0, "z")
        >>> a = z.sigmoid()
        >>> a.label = "a"
        >>> trace(a)[0].local()
        'da/dz = a * (1 - a) = 0.5 * (1 - 0.5) = 0.25'
        """
        return " = ".join(self.local_equation())

    def local_equation(self) -> list[str]:
        """Return the texts that `local` joins by `=`."""
        record = self.trace
        child = record.children[self.number - 1]
        symbols, numbers = record.partial_formulas(child)
        ratio = derivative(record.symbol(child), record.symbol(record.parents[self.number - 1]))
        return equal(ratio, symbols[self.place], numbers[self.place], told_number(self.partial))

    def formula(self) -> str:
        """Return the chain rule at this edge, with symbols and then with numbers."""
        return " = ".join(self.equation())

    def equation(self) -> list[str]:
        """Return the texts that `formula` joins by `=`."""
        record = self.trace
        child, parent = record.children[self.number - 1], record.parents[self.number - 1]
        top, middle, below = (
            record.symbol(len(record.nodes) - 1), record.symbol(child), record.symbol(parent),
        )  # fmt: skip
        symbols = f"{derivative(top, middle)} * {derivative(middle, below)}"
        numbers = f"{factor(self.gradient)} * {factor(self.partial)}"
        if self.before != 0.0:
            symbols = f"{told_number(self.before)} + {symbols}"
            numbers = f"{told_number(self.before)} + {numbers}"
        return equal(derivative(top, below), symbols, numbers, told_number(self.after))

    def sentences(self, language: Language = "en") -> list[str]:
        """Return what happens in this step and why, one sentence or two per thought."""
        parts = japanese(self) if language == "ja" else english(self)
        return [part for part in parts if part]

    def explain(self, language: Language = "en") -> str:
        """Return the sentences in one line."""
        return ("" if language == "ja" else " ").join(self.sentences(language))


def told_number(number: float) -> str:
    """Return a number in at most six digits; zero without its sign, which says nothing here."""
    return number_text(number + 0.0)


def derivative(top: str, bottom: str) -> str:
    return f"d{top}/d{bottom}"


def factor(number: float) -> str:
    """Return a number as a factor of a product: a negative one in brackets."""
    text = told_number(number)
    return f"({text})" if text.startswith("-") else text


def equal(*texts: str) -> list[str]:
    """Return the sides of an equation, without one that only repeats the one before it."""
    shown = [texts[0]]
    for text in texts[1:]:
        if bare(text) != bare(shown[-1]):
            shown.append(text)
    return shown


def bare(text: str) -> str:
    return text[1:-1] if re.fullmatch(r"\(-[^()]*\)", text) else text


# -- The sentences -----------------------------------------------------------------------------


class Circumstances:
    """What the sentences of a step are about, read off the record once for both languages."""

    def __init__(self, step: Step) -> None:
        record = step.trace
        k = step.number - 1
        child, parent = record.children[k], record.parents[k]
        symbols, _ = record.partial_formulas(child)
        formula, value = symbols[step.place], told_number(step.partial)
        self.output = record.names[-1]
        self.node = record.names[child]
        self.parent = record.names[parent]
        self.at_output = child == len(record.nodes) - 1
        self.arriving = derivative(record.symbol(len(record.nodes) - 1), record.symbol(child))
        self.receiving = derivative(record.symbol(len(record.nodes) - 1), record.symbol(parent))
        self.local = derivative(record.symbol(child), record.symbol(parent))
        self.slope = value if formula == value else f"{formula} = {value}"
        self.gradient = told_number(step.gradient)
        self.product = told_number(step.product)
        self.before = told_number(step.before)
        self.after = told_number(step.after)
        into = record.steps_into(parent)
        self.uses = len(into)
        self.turn = into.index(step.number) + 1
        waited = record.steps_into(child)
        self.waited = len(waited)
        self.last_arrival = waited[-1] if waited else 0
        self.opens = step.place == 0  # the first step that leaves this node
        self.constant = isinstance(step.parent, Constant)
        self.held_before = self.turn == 1 and step.before != 0.0 and not step.parent.parents
        self.op = step.node.op
        self.unary = len(step.node.parents) == 1


def english(step: Step) -> list[str]:
    it = Circumstances(step)
    assert it.op is not None
    told = []
    if it.at_output and it.opens:
        told.append(f"Backprop starts at the output {it.output}, where {it.arriving} = 1.")
    elif it.opens and it.waited > 1:
        told.append(
            f"{it.node} passes its gradient on only now, because it is used in {it.waited} places "
            f"and the last contribution arrived in step {it.last_arrival}."
        )
    told.append(
        f"The gradient {it.arriving} = {it.gradient} times the local derivative "
        f"{it.local} = {it.slope} gives {it.product} for {it.parent}."
    )
    if step.partial == 0.0:
        reason = it.op.flat or "the result does not change with this operand"
        told.append(
            f"The local derivative is 0 here ({reason}): "
            f"along this edge nothing reaches {it.parent} or what lies below it."
        )
    elif it.unary and abs(step.partial) < NEARLY_FLAT:
        reason = it.op.flat or "the function is almost level here"
        told.append(
            f"The local derivative is nearly 0 ({reason}): hardly anything reaches {it.parent}."
        )
    elif step.gradient == 0.0:
        told.append(f"No gradient arrived at {it.node}, so it has none to pass on.")
    if it.held_before:
        told.append(
            f"{it.parent} already held {it.before} from an earlier backward: the gradients of "
            f"leaves add up over calls until zero_grad clears them, so it is now {it.after}."
        )
    elif it.constant:
        told.append(f"{it.parent} is a constant of the formula, and nobody asks for its gradient.")
    elif it.turn > 1:
        told.append(
            f"{it.parent} is used in {it.uses} places, so {it.output} depends on it along more "
            f"than one path, and the contributions add up: {it.before} + {factor(step.product)} "
            f"= {it.after}."
        )
    if not it.constant:
        if it.turn < it.uses:
            wanting = it.uses - it.turn
            told.append(
                f"{wanting} more contribution{'s' if wanting > 1 else ''} to {it.receiving} "
                f"will come, since {it.parent} is used in {it.uses} places."
            )
        else:
            told.append(f"With this {it.receiving} = {it.after} is complete.")
    return told


def japanese(step: Step) -> list[str]:
    it = Circumstances(step)
    assert it.op is not None
    told = []
    if it.at_output and it.opens:
        told.append(f"誤差逆伝播法は出力 {it.output} から始まり、そこでは {it.arriving} = 1 です。")
    elif it.opens and it.waited > 1:
        told.append(
            f"{it.node} は {it.waited} か所で使われており、最後の寄与がステップ "
            f"{it.last_arrival} で届いたので、ここで初めて勾配を先へ渡せます。"
        )
    told.append(
        f"届いた勾配 {it.arriving} = {it.gradient} に局所的な微分 {it.local} = {it.slope} を"
        f"掛けて、{it.parent} に {it.product} を渡します。"
    )
    if step.partial == 0.0:
        reason = it.op.flat_ja or "この値を変えても結果が変わらない"
        told.append(
            f"ここでは局所的な微分が 0 です（{reason}）。"
            f"この辺からは {it.parent} とその先に何も伝わりません。"
        )
    elif it.unary and abs(step.partial) < NEARLY_FLAT:
        reason = it.op.flat_ja or "関数がほとんど平らなところにある"
        told.append(
            f"局所的な微分がほぼ 0 です（{reason}）。{it.parent} にはほとんど伝わりません。"
        )
    elif step.gradient == 0.0:
        told.append(f"{it.node} に届いた勾配が 0 なので、渡すものがありません。")
    if it.held_before:
        told.append(
            f"{it.parent} には前回の backward の勾配 {it.before} が残っていました。葉の勾配は "
            f"zero_grad で消すまで足されていくので、{it.after} になります。"
        )
    elif it.constant:
        told.append(f"{it.parent} は式の定数なので、その勾配は使いません。")
    elif it.turn > 1:
        told.append(
            f"{it.parent} は {it.uses} か所で使われ、{it.output} までの経路が複数あるので、"
            f"寄与を足し合わせます: {it.before} + {factor(step.product)} = {it.after}。"
        )
    if not it.constant:
        if it.turn < it.uses:
            told.append(
                f"{it.parent} は {it.uses} か所で使われているので、{it.receiving} への寄与は"
                f"あと {it.uses - it.turn} 個届きます。"
            )
        else:
            told.append(f"これで {it.receiving} = {it.after} が完成です。")
    return told


# -- The forward pass --------------------------------------------------------------------------


class ForwardStep:
    """One operation of the forward pass (順伝播): the number that a node got, and from what.

    number      1 for the first operation
    node        the node that was made
    operands    the numbers it was made from
    result      the number it got
    """

    __slots__ = ("index", "node", "number", "operands", "result", "trace")

    def __init__(self, record: "Trace", number: int, index: int) -> None:
        self.trace = record
        self.number = number
        self.index = index
        self.node = record.nodes[index]
        self.operands = tuple(record.data[k] for k in record.parent_indexes(index))
        self.result = record.data[index]

    def __repr__(self) -> str:
        return f"<forward step {self.number}: {self.formula()}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, language: Language = "en") -> str:
        """Return heading, formula and sentence, a line each."""
        return "\n    ".join([self.heading(language), self.formula(), *self.sentences(language)])

    def heading(self, language: Language = "en") -> str:
        """Return `forward step 1 of 2: v2`."""
        count, name = len(self.trace.forward), self.trace.names[self.index]
        if language == "ja":
            return f"順伝播ステップ {self.number}/{count}: {name}"
        return f"forward step {self.number} of {count}: {name}"

    def formula(self) -> str:
        """Return the operation with symbols, with numbers put in, and its result.

        >>> y = Value(0.5, "y")
        >>> print(trace((2 - y) ** 2).forward[0].formula())
        v2 = 2 - y = 2 - 0.5 = 1.5
        """
        return " = ".join(self.equation())

    def equation(self) -> list[str]:
        """Return the texts that `formula` joins by `=`."""
        record = self.trace
        assert self.node.op is not None
        symbols = [record.term(k) for k in record.parent_indexes(self.index)]
        numbers = [factor(number) for number in self.operands]
        return equal(
            record.symbol(self.index),
            shortened(bare(value_text(self.node.op, symbols))),
            shortened(bare(value_text(self.node.op, numbers))),
            told_number(self.result),
        )

    def sentences(self, language: Language = "en") -> list[str]:
        """Return what is computed here, and what will be remembered for the way back."""
        record = self.trace
        op = self.node.op
        assert op is not None
        name = record.names[self.index]
        names = [record.names[k] for k in record.parent_indexes(self.index)]
        shown = ", ".join(names if len(names) <= 6 else [*names[:5], "...", names[-1]])
        result = told_number(self.result)
        if language == "ja":
            return [
                f"{shown} から{op.meaning_ja}を計算し、{name} = {result} になります。",
                f"各オペランドについての局所的な微分（{len(names)} 個）を、逆伝播のために"
                f"覚えておきます。",
            ]
        which = "its local derivative" if len(names) == 1 else "one local derivative for each"
        return [
            f"{name} = {result} is the {op.meaning} of {shown}.",
            f"Its operand is kept with {which} for the way back."
            if len(names) == 1
            else f"Its {len(names)} operands are kept, with {which}, for the way back.",
        ]

    def explain(self, language: Language = "en") -> str:
        """Return the sentences in one line."""
        return ("" if language == "ja" else " ").join(self.sentences(language))


class ForwardPass(Sequence[ForwardStep]):
    """The operations of the forward pass, in the order in which backprop undoes them."""

    __slots__ = ("inner", "trace")

    def __init__(self, record: "Trace", inner: "array[int]") -> None:
        self.trace = record
        self.inner = inner

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
    k = at + count if at < 0 else at
    if not 0 <= k < count:
        raise IndexError(f"there are {count} steps, and no index {at}")
    return k


# -- The record --------------------------------------------------------------------------------


class Trace(Sequence[Step]):
    """The steps of one backward pass, in order; what `trace` returns.

    output      the node that backprop started from
    nodes       the graph in topological order; a node's place there is its number: v0, v1, ...
    names       what the steps call each node: its label, a constant's number, or v0, v1, ...
    data        the number of each node, as it was
    start       the gradient of each node at position 0: 1 at the output, 0 at inner nodes
    forward     the operations of the forward pass, to be stepped in the same way

    It is a sequence: `len(steps)`, `steps[0]`, `steps[-1]`, `for step in steps`. Numbers are
    kept as they were, whatever happens to the graph later: about 130 bytes a step.
    """

    def __init__(self, output: Value) -> None:
        self.output = output
        self.nodes = topological_order(output)
        self.number_of = {node: k for k, node in enumerate(self.nodes)}
        self.names = node_names(self.nodes)
        self.data = array("d", [node.data for node in self.nodes])
        self.start = array("d", [node.grad for node in self.nodes])
        self.arriving = self.start[:]  # per node: its gradient once all contributions are there
        self.first_step = array("q", [0]) * len(self.nodes)  # per node: the steps before its own
        self.children = array("i")  # per step: the numbers of node and parent, and the partial
        self.parents = array("i")
        self.partials = array("d")
        for k in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[k]
            self.first_step[k] = len(self.children)
            for parent in node.parents:
                self.children.append(k)
                self.parents.append(self.number_of[parent])
            self.partials.extend(node.partials)
        self.before = array("d")  # per step that is done
        self.after = array("d")
        self.inner = array("i", [k for k, node in enumerate(self.nodes) if node.parents])
        self.into_index: tuple[array[int], array[int]] | None = None
        self.formulas_of: tuple[int, tuple[str, ...], tuple[str, ...]] | None = None
        self.path_counts: list[int] | None = None

    def __repr__(self) -> str:
        return (
            f"<trace of {self.names[-1]} = {self.data[-1]:.6g}: "
            f"{len(self)} steps, {len(self.nodes)} nodes>"
        )

    @property
    def forward(self) -> ForwardPass:  # not kept: the two would hold each other, and the graph
        return ForwardPass(self, self.inner)

    def __len__(self) -> int:
        return len(self.after)

    @overload
    def __getitem__(self, at: int) -> Step: ...
    @overload
    def __getitem__(self, at: slice) -> list[Step]: ...
    def __getitem__(self, at: int | slice) -> Step | list[Step]:
        if isinstance(at, slice):
            return [self[k] for k in range(*at.indices(len(self)))]
        return Step(self, checked_index(at, len(self)) + 1)

    def __iter__(self) -> Iterator[Step]:
        for number in range(1, len(self) + 1):
            yield Step(self, number)

    # -- Searching --

    def find(self, which: NodeOrName) -> int:
        """Return the number of a node, given as the node, its label, its name, or its number.

        Raises KeyError, which offers similar names, for a name that no node has or that
        several share, and for a node that is not in the graph.

        >>> x = Value(3.0, "x")
        >>> steps = trace(x * x)
        >>> steps.find(x), steps.find("x"), steps.find("v1")
        (0, 0, 1)
        """
        if isinstance(which, Value):
            if which not in self.number_of:
                raise KeyError(f"{which!r} is not a node below {self.names[-1]}")
            return self.number_of[which]
        if isinstance(which, int):
            if not 0 <= which < len(self.nodes):
                raise KeyError(f"there are {len(self.nodes)} nodes, and no number {which}")
            return which
        name = which.strip()
        if name in self.names:
            first = self.names.index(name)
            if not isinstance(self.nodes[first], Constant) or self.names.count(name) == 1:
                return first
        bearers = [k for k, node in enumerate(self.nodes) if node.label and node.label == which]
        if len(bearers) == 1:
            return bearers[0]
        if re.fullmatch(r"[vn][0-9]{1,9}", name) and int(name[1:]) < len(self.nodes):
            return int(name[1:])
        if bearers:
            names = ", ".join(self.names[k] for k in bearers[:6])
            raise KeyError(f"{len(bearers)} nodes are called {name!r}; write one of {names}")
        near = difflib.get_close_matches(name, self.names[:2000], n=4, cutoff=0.5)
        hint = f"; similar: {', '.join(near)}" if near else ""
        last = len(self.nodes) - 1
        raise KeyError(f"no node is called {name!r}{hint} (every node is also v0 to v{last})")

    def places(self, which: "NodeOrName | Iterable[NodeOrName]") -> set[Value]:
        """Return the nodes that `stop_at` names."""
        names = [which] if isinstance(which, (Value, str, int)) else list(which)
        return {self.nodes[self.find(name)] for name in names}

    def into(self, which: NodeOrName) -> list[Step]:
        """Return every step into a node: what each of its uses contributes to its gradient.

        >>> x = Value(3.0, "x")
        >>> trace(x * x).into("x")
        [<step 1: v1 -> x, += 3>, <step 2: v1 -> x, += 3>]
        """
        return [self[number - 1] for number in self.steps_into(self.find(which))]

    def out_of(self, which: NodeOrName) -> list[Step]:
        """Return every step that leaves a node: one for each of its operands."""
        k = self.find(which)
        first, count = self.first_step[k], len(self.parent_indexes(k))
        return self[first : first + count]

    def complete(self, which: NodeOrName) -> int:
        """Return the position from which a node's gradient is complete: its last arrival.

        0 for the output itself, whose gradient is 1 from the start.

        >>> x = Value(3.0, "x")
        >>> trace(x * x).complete("x")
        2
        """
        steps = self.steps_into(self.find(which))
        return steps[-1] if steps else 0

    def why(self, which: NodeOrName) -> "Why":
        """Return the answer to "why is this gradient this number?": the sum over all paths."""
        return Why(self, self.find(which))

    def replay(self) -> "Replay":
        """Return a place in this trace to go forward and back from, at position 0."""
        return Replay(self)

    # -- Viewers --

    def save(self, path: str | Path, *, language: Language = "en", level: str = "node") -> Path:
        """Write the trace as one web page that opens from disk, and return its path.

        language    of the page when it opens; it can be switched there
        level       "node"; or "unit": only the boxes of units, for a graph too big for its nodes

        Raises ValueError if the graph is too big for a page, and what drawing raises: without
        Graphviz, an error that says what to install.
        """
        from autograd_lite.stepping.page import save  # the room above may not import this one

        return save(self, path, language=language, level=level)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what Jupyter, VS Code notebooks and Colab show: the page, or a line of text."""
        from autograd_lite.stepping.page import notebook_view

        return notebook_view(self)

    # -- What the steps read --

    def parent_indexes(self, k: int) -> Sequence[int]:
        """Return the numbers of the operands of node k."""
        return [self.number_of[parent] for parent in self.nodes[k].parents]

    def symbol(self, k: int) -> str:
        """Return a node's name as it stands in a formula: in brackets if it is not one word."""
        name = self.names[k]
        return name if not re.search(r"[\s+*/<>=]|^-", name) else f"({name})"

    def term(self, k: int) -> str | float:
        """Return how node k stands in a formula: a constant as its number, others by name."""
        return self.data[k] if isinstance(self.nodes[k], Constant) else self.symbol(k)

    def partial_formulas(self, k: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the formulas of all partials of node k, with symbols and with numbers put in."""
        if self.formulas_of is None or self.formulas_of[0] != k:
            node = self.nodes[k]
            assert node.op is not None
            parents = self.parent_indexes(k)
            terms = [self.term(parent) for parent in parents]
            numbers = [
                self.data[parent]
                if isinstance(self.nodes[parent], Constant)
                else factor(self.data[parent])
                for parent in parents
            ]
            self.formulas_of = (
                k,
                partial_texts(node.op, terms, self.symbol(k)),
                partial_texts(node.op, numbers, factor(self.data[k])),
            )
        return self.formulas_of[1:]

    def steps_into(self, k: int) -> "array[int]":
        """Return the numbers of the steps that arrive at node k, in order."""
        if self.into_index is None:
            self.into_index = grouped(self.parents, len(self.nodes))
        starts, numbers = self.into_index
        return numbers[starts[k] : starts[k + 1]]

    def paths_to(self, k: int) -> int:
        """Return along how many paths the output depends on node k, at most PATHS_COUNTED."""
        if self.path_counts is None:
            counts = [0] * len(self.nodes)
            counts[-1] = 1
            for child, parent in zip(self.children, self.parents):
                counts[parent] = min(counts[parent] + counts[child], PATHS_COUNTED)
            self.path_counts = counts
        return self.path_counts[k]


def grouped(parents: "array[int]", nodes: int) -> "tuple[array[int], array[int]]":
    """Return the step numbers sorted by the node they arrive at, and where each group starts."""
    starts = array("q", [0]) * (nodes + 1)
    for parent in parents:
        starts[parent + 1] += 1
    for k in range(nodes):
        starts[k + 1] += starts[k]
    free = starts[:]
    numbers = array("q", [0]) * len(parents)
    for number, parent in enumerate(parents, start=1):
        numbers[free[parent]] = number
        free[parent] += 1
    return starts, numbers


def node_names(nodes: Sequence[Value]) -> list[str]:
    """Return a name for each node: its label, a constant's number, or v and its number.

    A label that several nodes bear gets the node's number, so that formulas stay unambiguous.

    >>> node_names([Value(1.0, "x"), Value(2.0), Value(3.0, "a"), Value(4.0, "a")])
    ['x', 'v1', 'a (v2)', 'a (v3)']
    """
    labels = [shortened(printable(node.label), 40) if node.label else "" for node in nodes]
    bearers = Counter(labels)
    names = []
    for k, (node, label) in enumerate(zip(nodes, labels)):
        if label and bearers[label] == 1 and not re.fullmatch(r"[vn][0-9]+", label):
            names.append(label)
        elif label:
            names.append(f"{label} (v{k})")
        elif isinstance(node, Constant):
            names.append(told_number(node.data))
        else:
            names.append(f"v{k}")
    return names


def printable(text: object) -> str:
    """Return a text in one line, without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in str(text)).strip() or "?"


def shortened(text: str, longest: int = 100) -> str:
    """Return a text with its middle left out where it is too long to read."""
    if len(text) <= longest:
        return text
    half = (longest - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


# -- Going forward and back --------------------------------------------------------------------


class Replay:
    """A place in a trace, and the gradients that backprop would have left if stopped there.

    position    how many steps have been done
    gradients   the gradient of each node, in the order of `trace.nodes`

    It touches no node: `show` puts its gradients into the graph for as long as a block lasts.

    >>> x = Value(3.0, "x")
    >>> replay = trace(x * x).replay()
    >>> replay.goto(1).gradient(x), replay.next().gradient(x), replay.back().gradient(x)
    (3.0, 6.0, 3.0)
    """

    __slots__ = ("gradients", "position", "trace")

    def __init__(self, record: Trace) -> None:
        self.trace = record
        self.position = 0
        self.gradients = record.start[:]

    def __repr__(self) -> str:
        return f"<replay at {self.position} of {len(self.trace)}>"

    def next(self) -> "Replay":
        """Do one step, unless all are done."""
        return self.goto(min(self.position + 1, len(self.trace)))

    def back(self) -> "Replay":
        """Undo one step, unless none is done."""
        return self.goto(max(self.position - 1, 0))

    def goto(self, position: int) -> "Replay":
        """Go to where `position` steps are done, forward or back.

        Raises IndexError for a position that is not from 0 to the count of steps.
        """
        record = self.trace
        if not 0 <= position <= len(record):
            raise IndexError(f"positions go from 0 to {len(record)}, and {position} is none")
        for k in range(self.position, position):
            self.gradients[record.parents[k]] = record.after[k]
        for k in range(self.position - 1, position - 1, -1):
            self.gradients[record.parents[k]] = record.before[k]
        self.position = position
        return self

    def step(self) -> Step | None:
        """Return the step that was just done; None at position 0."""
        return self.trace[self.position - 1] if self.position else None

    def gradient(self, which: NodeOrName) -> float:
        """Return the gradient that a node has here."""
        return self.gradients[self.trace.find(which)]

    def show(self) -> "Shown":
        """Return a block in which every node's `grad` is what it was here: `with replay.show():`"""
        return Shown(self)


class Shown:
    """For the length of a `with` block, the graph's gradients are those of a replay."""

    __slots__ = ("held", "replay")

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.held: list[float] = []

    def __enter__(self) -> None:
        nodes = self.replay.trace.nodes
        self.held = [node.grad for node in nodes]
        for node, gradient in zip(nodes, self.replay.gradients):
            node.grad = gradient

    def __exit__(self, *error: object) -> None:
        for node, gradient in zip(self.replay.trace.nodes, self.held):
            node.grad = gradient


# -- Why is this gradient this number? ---------------------------------------------------------


class Why:
    """Why a gradient is what it is: the sum, over all paths from the output, of their products.

    gradient    d(output)/d(node) of this pass; what a leaf held from earlier ones is `held`
    count       the number of paths, at most a million
    paths       each path as the steps along it, output first; empty if there are more than 8
    steps       the steps into the node: what the paths contribute, grouped by their last edge

    >>> x = Value(3.0, "x"); y = x * x; y.label = "y"; C = y + x; C.label = "C"
    >>> print(trace(C).why("x"))
    dC/dx = 7: C depends on x along 3 paths; the derivatives along a path multiply, and the paths add up.
        C -> x: 1 = 1
        C -> y -> x: 1 * 3 = 3
        C -> y -> x: 1 * 3 = 3
        1 + 3 + 3 = 7
    """  # noqa: E501

    __slots__ = ("count", "gradient", "held", "node", "number", "paths", "steps", "trace")

    def __init__(self, record: Trace, number: int) -> None:
        self.trace = record
        self.number = number
        self.node = record.nodes[number]
        self.held = record.start[number] if number != len(record.nodes) - 1 else 0.0
        self.gradient = record.arriving[number]
        self.count = record.paths_to(number)
        self.steps = [Step(record, k) for k in record.steps_into(number)]
        self.paths = self.enumerated() if self.steps and self.count <= PATHS_SHOWN else []

    def enumerated(self) -> list[list[Step]]:
        """Return the paths from the output to the node, each as its steps, output first."""
        record = self.trace
        found = []
        unfinished: list[tuple[int, Link]] = [(self.number, None)]
        while unfinished:
            at, below = unfinished.pop()
            if at == len(record.nodes) - 1:
                found.append(unlinked(below))
                continue
            for k in reversed(record.steps_into(at)):
                unfinished.append((record.children[k - 1], (Step(record, k), below)))
        return found

    def __repr__(self) -> str:
        return f"<why {self.trace.names[self.number]}: {self.count} paths>"

    def __str__(self) -> str:
        return self.text()

    def text(self, language: Language = "en") -> str:
        """Return the answer, a line for each path or group of paths."""
        return "\n    ".join(self.lines(language))

    def lines(self, language: Language = "en") -> list[str]:
        """Return the answer as lines: the claim, then its reasons."""
        ja = language == "ja"
        record = self.trace
        last = len(record.nodes) - 1
        output, name = record.names[-1], record.names[self.number]
        ratio = derivative(record.symbol(last), record.symbol(self.number))
        value = told_number(self.gradient)
        if self.number == last:
            return [
                f"{ratio} = 1: 出力を自分自身で微分すると 1 です。ここから逆伝播が始まります。"
                if ja
                else f"{ratio} = 1: the output changes as much as itself. Backprop starts here."
            ]
        lines = []
        many = f"{PATHS_COUNTED:,}" if self.count >= PATHS_COUNTED else f"{self.count:,}"
        if self.paths:
            if self.count == 1:
                lines.append(
                    f"{ratio} = {value}: {output} は1本の経路だけで {name} に依存し、"
                    f"経路に沿った微分を掛け合わせます。"
                    if ja
                    else f"{ratio} = {value}: {output} depends on {name} along one path, "
                    f"and the derivatives along it multiply."
                )
            else:
                lines.append(
                    f"{ratio} = {value}: {output} は {many} 本の経路で {name} に依存します。"
                    f"経路に沿って掛け、経路どうしは足します。"
                    if ja
                    else f"{ratio} = {value}: {output} depends on {name} along {many} paths; "
                    f"the derivatives along a path multiply, and the paths add up."
                )
            products = []
            for path in self.paths:
                products.append(path_product(path))
                lines.append(f"{self.route(path)}: {path_text(path, products[-1])}")
        else:
            more = ("以上" if ja else "at least ") if self.count >= PATHS_COUNTED else ""
            lines.append(
                f"{ratio} = {value}: {output} は {many} 本{more}の経路で {name} に依存します。"
                f"最後に通る辺ごとにまとめます。"
                if ja
                else f"{ratio} = {value}: {output} depends on {name} along {more}{many} paths, "
                f"grouped here by the last edge that they take."
            )
            products = [step.product for step in self.steps]
            for step in self.steps[:LINES_SHOWN]:
                lines.append(self.group(step, ja))
            if len(self.steps) > LINES_SHOWN:
                rest = sum(products[LINES_SHOWN:])
                more_edges = len(self.steps) - LINES_SHOWN
                lines.append(
                    f"他の {more_edges} 本の辺: 合計 {told_number(rest)}"
                    if ja
                    else f"{more_edges} more edges: {told_number(rest)} together"
                )
        if self.held != 0.0:
            products = [self.held, *products]
            held = told_number(self.held)
            lines.append(
                f"前回までの backward の分: {held}（葉の勾配は足されていきます）"
                if ja
                else f"held from earlier backwards: {held} (the gradients of leaves add up)"
            )
        if 1 < len(products) <= LINES_SHOWN:
            terms = [told_number(products[0]), *[factor(product) for product in products[1:]]]
            lines.append(f"{' + '.join(terms)} = {value}")
        return lines

    def route(self, path: Sequence[Step]) -> str:
        names = self.trace.names
        stops = [names[self.trace.children[step.number - 1]] for step in path]
        stops.append(names[self.number])
        if len(stops) > LINES_SHOWN:
            stops = [*stops[:5], "...", *stops[-5:]]
        return " -> ".join(stops)

    def group(self, step: Step, ja: bool) -> str:
        record = self.trace
        child = record.children[step.number - 1]
        paths = record.paths_to(child)
        count = f"{PATHS_COUNTED:,}+" if paths >= PATHS_COUNTED else f"{paths:,}"
        numbers = f"{factor(step.gradient)} * {factor(step.partial)} = {told_number(step.product)}"
        if ja:
            return f"{record.names[child]} 経由（{count} 本）: {numbers}"
        return f"through {record.names[child]} ({count} path{'s' if paths > 1 else ''}): {numbers}"


Link: TypeAlias = "tuple[Step, Link] | None"  # a step and those below it, shared by all paths


def unlinked(path: Link) -> list[Step]:
    """Return the steps of a path as a list, the topmost first."""
    steps = []
    while path is not None:
        step, path = path
        steps.append(step)
    return steps


def path_product(path: Sequence[Step]) -> float:
    """Return the product of the local derivatives along a path, multiplied from the output."""
    product = 1.0
    for step in path:
        product *= step.partial
    return product


def path_text(path: Sequence[Step], product: float) -> str:
    factors = [factor(step.partial) for step in path]
    if len(factors) > LINES_SHOWN:
        factors = [*factors[:5], "...", *factors[-5:]]
    return f"{' * '.join(factors)} = {told_number(product)}"


# -- In a terminal -----------------------------------------------------------------------------


def step_through(output: "Value | Trace", *, language: Language = "en") -> None:
    """Run backprop from `output` and step through it in the terminal: `n` next, `b` back, `?` help.

    Afterwards the gradients are those of `backward`; leaves add up over calls. A trace that was
    made before is stepped through as it is.

    Raises TypeError if `output` is neither, and ValueError for a language we do not speak.
    """
    from autograd_lite.stepping.terminal import Stepper  # the room above may not import this one

    steps = output if isinstance(output, Trace) else trace(output)
    Stepper(steps, language=language).run()
