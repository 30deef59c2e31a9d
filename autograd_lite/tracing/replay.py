"""Going forward and back in a record, as one likes."""

from autograd_lite.tracing.record import NodeOrName, Record
from autograd_lite.tracing.steps import Step

__all__ = ["Replay", "Shown"]


class Replay:
    """A place in a trace, and the gradients that backprop would have left if stopped there.

    position    how many steps have been done
    gradients   the `grad` of each node, in the order of `trace.nodes`; constants without steps
                keep what they had

    It touches no node: `show` puts its gradients into the graph for as long as a block lasts.

    >>> from autograd_lite import Value, trace
    >>> x = Value(3.0, "x")
    >>> replay = trace(x * x).replay()
    >>> replay.goto(1).gradient(x), replay.next().gradient(x), replay.back().gradient(x)
    (3.0, 6.0, 3.0)
    """

    __slots__ = ("gradients", "position", "trace")

    def __init__(self, record: Record) -> None:
        self.trace = record
        self.position = 0
        self.gradients = record.start[:]

    def __repr__(self) -> str:
        return f"<replay at {self.position} of {len(self.trace.after)}>"

    def next(self) -> "Replay":
        """Do one step, unless all are done."""
        return self.goto(min(self.position + 1, len(self.trace.after)))

    def back(self) -> "Replay":
        """Undo one step, unless none is done."""
        return self.goto(max(self.position - 1, 0))

    def goto(self, position: int) -> "Replay":
        """Go to where `position` steps are done, forward or back.

        Raises IndexError for a position that is not from 0 to the count of steps.
        """
        record = self.trace
        count = len(record.after)
        if not 0 <= position <= count:
            raise IndexError(f"positions go from 0 to {count}, and {position} is none")
        for k in range(self.position, position):
            self.gradients[record.parents[k]] = record.after[k]
        for k in range(self.position - 1, position - 1, -1):
            self.gradients[record.parents[k]] = record.before[k]
        self.position = position
        return self

    def step(self) -> Step | None:
        """Return the step that was just done; None at position 0."""
        return Step(self.trace, self.position) if self.position else None

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
