"""A recording: one call of backward, trace or gradients, or an op that failed, kept to walk in."""

from autograd_lite.plain_numbers import number
from autograd_lite.recompute import recompute
from autograd_lite.source_lines import SourceLine
from autograd_lite.tracing.names import told_number
from autograd_lite.tracing.recording import Trace, trace
from autograd_lite.value import Value, held

__all__ = ["BACKWARD", "FAILED", "GRADIENTS", "TRACE", "Recording"]

BACKWARD, TRACE, GRADIENTS, FAILED = "backward", "trace", "gradients", "failed"


class Recording:
    """One backward pass of a script, and the forward pass before it.

    number      which one of the script it is, counted from 1
    kind        what the script called
    line        the script's line that did
    record      both passes; of an op that failed, the forward pass alone
    error       what the op that failed said, else ""

    The graph's gradients are as the call leaves them.

    >>> x = Value(3.0, "x")
    >>> recording = Recording(1, BACKWARD, x * x)
    >>> recording, x.grad
    (<recording 1: backward of v1 = 9>, 6.0)
    >>> recording.set_leaf(0, 2.0); x.grad
    4.0
    """

    __slots__ = ("before", "constants", "error", "kind", "line", "number", "output", "record")

    def __init__(
        self,
        number: int,
        kind: str,
        output: Value,
        *,
        line: SourceLine | None = None,
        constants: bool = False,
        error: str = "",
    ) -> None:
        self.number = number
        self.kind = kind
        self.output = output
        self.line = line
        self.constants = constants
        self.error = error
        self.record = Trace(output, constants=constants)
        self.before = [node.grad for node in self.record.nodes]
        if kind != FAILED:
            self.record = trace(output, constants=constants)

    def __repr__(self) -> str:
        return f"<recording {self.number}: {self.kind} of {self.named()}>"

    def __str__(self) -> str:
        """Return what the script's own frame is called: `backward of C = 2`."""
        return f"{self.kind}: {self.named()}"

    def named(self) -> str:
        """Return the output with its number."""
        return f"{self.record.names[-1]} = {self.outcome(len(self.record.nodes) - 1)}"

    def outcome(self, k: int) -> str:
        """Return the number of a node, or the error where it has none."""
        if self.error and k == len(self.record.nodes) - 1:
            return self.error
        return told_number(self.record.data[k])

    def set_leaf(self, k: int, data: float) -> None:
        """Give a leaf another number; both passes are then what they are with it.

        Raises what an op raises that has no value there; then all is as before.
        """
        leaf = self.record.nodes[k]
        with held([leaf], "data"), held(self.record.nodes, "grad"):
            leaf.data = number(data)
            recompute(self.output)
            self.undo()
            self.record = trace(self.output, constants=self.constants)
        self.error = ""

    def undo(self) -> None:
        """Give all nodes the gradients back that they had before the call."""
        for node, gradient in zip(self.record.nodes, self.before):
            node.grad = gradient
