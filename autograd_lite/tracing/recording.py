"""A recorded backward pass: every application of the chain rule, to read, search and replay.

`trace(output)` runs backprop once, one edge at a time, and writes down what happened. The
record does not change afterwards, so one can go forward and back in it as one likes, and each
step can say in words and formulas what it did (English or 日本語).

Legend
    step            one application of the chain rule (連鎖律), along one edge of the graph
    node, parent    the ends of the edge: the gradient goes from `node` to its operand `parent`
    gradient        d(output)/d(node), which arrives at the edge (届いた勾配)
    partial         ∂(node)/∂(parent), the local derivative (局所的な微分)
    product         partial · gradient: what this edge contributes to d(output)/d(parent)
    before, after   the parent's `grad` before and after the contribution is added
    position        how many steps have been done: 0 before the first, len(trace) after the last
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import overload

from autograd_lite.displays import Display, Displayed
from autograd_lite.plain_numbers import described
from autograd_lite.tracing.forward import ForwardPass, checked_index
from autograd_lite.tracing.record import Grouping, NodeOrName, Record
from autograd_lite.tracing.replay import Replay
from autograd_lite.tracing.steps import Step
from autograd_lite.tracing.viewers import saver_for, view
from autograd_lite.tracing.why import Why
from autograd_lite.value import Value, held, passes_on, propagate, start_afresh
from autograd_lite.words import Language

__all__ = ["trace", "Trace"]


def trace(
    output: Value,
    *,
    constants: bool = False,
    groups: Grouping | None = None,
    stop_at: NodeOrName | Iterable[NodeOrName] = (),
    when: Callable[[Step], object] | None = None,
) -> "Trace":
    """Run backprop from `output` once, and return the record of its steps.

    Afterwards every gradient is what `backward` leaves, bit for bit; on leaves, too, they add
    up over calls. If it is interrupted, every gradient is as before.

    Edges into the constants of a formula are steps only with `constants=True`.

    `groups` gives pages and pictures of the trace their boxes, as it gives them to `draw`: a
    mapping or a function from a Value to a tuple of names from the outside in, ("MLP", "unit 1").

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
    'dz/dw = dz/dv2 * ∂v2/∂w = 1 * 3 = 3'
    """
    if not isinstance(output, Value):
        raise TypeError(f"trace takes a Value, the output of a graph, not {described(output)}")
    record = Trace(output, constants=constants, groups=groups)
    stops = record.places_of(stop_at)
    if when is not None and not stops:
        raise TypeError("`when` is the condition of a breakpoint; say where with stop_at=...")
    order = record.nodes
    sums = array("d", bytes(8 * len(order)))  # d(output)/d(node) of this pass, so far
    product = Value(0.0)  # what an edge adds, also where the parent already held something
    edge = Value(0.0)  # one edge as a node with one parent, so that `propagate` serves it
    with held(order, "grad"):
        start_afresh(order)
        reached = {output}
        output.grad += 1.0  # d(output)/d(output)
        record.start = array("d", [node.grad for node in order])
        for k in range(len(order) - 1, -1, -1):
            node = order[k]
            record.arriving[k] = node.grad
            edge.grad = node.grad
            for parent, partial in zip(node.parents, node.partials):
                before = parent.grad
                product.grad = 0.0
                edge.parents = (parent, product)
                edge.partials = (partial, partial)
                if node in reached and passes_on(node, partial):
                    reached.add(parent)
                    propagate(edge)
                p = record.number_of[parent]
                if not record.stepped[p]:
                    continue
                sums[p] += product.grad
                record.before.append(before)
                record.after.append(parent.grad)
                record.products.append(product.grad)
                record.sums.append(sums[p])
                if stops and p in stops:
                    gradient_reached(record[-1], when)
    return record


def gradient_reached(step: Step, when: Callable[[Step], object] | None) -> None:
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


class Trace(Record, Displayed, Sequence[Step]):
    """The steps of one backward pass, in order; what `trace` returns.

    output      the node that backprop started from
    nodes       the graph in topological order; a node's place there is its number: v0, v1, ...
    names       what the steps call each node: its label, a constant's number, or v0, v1, ...
    data        the number of each node, as it was
    start       the gradient of each node at position 0: 1 at the output, 0 at inner nodes
    forward     the operations of the forward pass, to be stepped in the same way

    It is a sequence: `len(steps)`, `steps[0]`, `steps[-1]`, `for step in steps`; and it is the
    record that all of them read (see `tracing/record.py`).
    """

    def __repr__(self) -> str:
        return (
            f"<trace of {self.names[-1]} = {self.data[-1]:.6g}: "
            f"{len(self)} steps, {len(self.nodes)} nodes>"
        )

    @property
    def forward(self) -> ForwardPass:  # not kept: the two would hold each other, and the graph
        """The operations of the forward pass."""
        return ForwardPass(self)

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

    def into(self, which: NodeOrName) -> list[Step]:
        """Return every step into a node: what each of its uses contributes to its gradient.

        >>> x = Value(3.0, "x")
        >>> trace(x * x).into("x")
        [<step 1: v1 -> x, += 3>, <step 2: v1 -> x, += 3>]
        """
        return [self[number - 1] for number in self.steps_into(self.find(which))]

    def out_of(self, which: NodeOrName) -> list[Step]:
        """Return every step that leaves a node: one for each of its operands."""
        return [self[number - 1] for number in self.numbers_out_of(self.find(which))]

    def complete(self, which: NodeOrName) -> int:
        """Return the position from which a node's gradient is complete: its last arrival.

        0 for the output itself, whose gradient is 1 from the start.

        >>> x = Value(3.0, "x")
        >>> trace(x * x).complete("x")
        2
        """
        steps = self.steps_into(self.find(which))
        return steps[-1] if steps else 0

    def why(self, which: NodeOrName) -> Why:
        """Return the answer to "why is this gradient this number?": the sum over all paths."""
        return Why(self, self.find(which))

    def replay(self) -> Replay:
        """Return a place in this trace to go forward and back from, at position 0."""
        return Replay(self)

    # -- Viewers --

    def save(
        self, path: str | Path, *, language: Language | None = None, level: str = "node"
    ) -> Path:
        """Write the trace as a web page that opens from disk, for slides or paper; return its path.

        path        ends in .html; in .svg or .gif for an animation of both passes, two seconds a
                    step (a GIF needs the extra `gif`); or in .tex for a handout of every step
        language    of what is told; a page can be switched
        level       "node"; or "unit": only the boxes of units, for a graph too big for its nodes

        Raises ValueError if the name is of another kind or the graph is too big for a page, and
        what drawing raises: without Graphviz, an error that says what to install. ImportError
        says the same for a GIF without its extra.
        """
        path = Path(path)
        return saver_for(path)(self, path, language=language, level=level)

    def show(self, language: Language | None = None, *, level: str = "node") -> Display:
        """Return what a notebook shows: the page in a frame, and the steps as text beside it.

        language    of the page when it opens, and of the text; the page can be switched
        level       "node"; or "unit": only the boxes of units, for a graph too big for its nodes

        The text is seen where a frame is not allowed: in a notebook that is not trusted, on GitHub.
        `trace(z)` alone in the last line of a cell is `trace(z).show()`.

        Raises ValueError for an unknown language or level, or a graph too big for a page.
        """
        return view()(self, language=language, level=level)
