"""A place in both passes of a recording, forward and then backward, and the ways to move in it.

Legend
    at          how many operations and steps are done: 0 at the start, `end` when all are
    turn        where the forward pass is done, and the backward pass begins
    made        per node: at which place it has its number; 0 for a leaf
"""

from array import array

from autograd_lite.drawing.groups import slides_boxes
from autograd_lite.tracing.forward import ForwardStep
from autograd_lite.tracing.recording import Trace
from autograd_lite.tracing.steps import Step

__all__ = ["Walk"]


class Walk:
    """A place in both passes of a record.

    >>> from autograd_lite import Value, trace
    >>> x = Value(3.0, "x")
    >>> walk = Walk(trace(x * x))
    >>> walk.end, walk.turn, walk.over()
    (3, 1, 1)
    >>> walk.goto(1); walk.over()
    3
    >>> walk.goto(2); walk.gradient(0)
    3.0
    """

    __slots__ = ("at", "boxes", "end", "made", "record", "replay", "turn")

    def __init__(self, record: Trace) -> None:
        self.record = record
        self.turn = len(record.inner)
        self.end = self.turn + len(record)
        self.at = 0
        self.replay = record.replay()
        self.made = array("q", [0]) * len(record.nodes)
        for place, k in enumerate(record.inner, start=1):
            self.made[k] = place
        self.boxes: list[tuple[str, ...]] | None = None  # of each node, once they are asked for

    def __repr__(self) -> str:
        return f"<walk at {self.at} of {self.end}>"

    # -- Where it stands --

    def step(self) -> Step | ForwardStep | None:
        """Return what was just done; None at the start."""
        if not self.at:
            return None
        if self.at <= self.turn:
            return self.record.forward[self.at - 1]
        return self.record[self.at - self.turn - 1]

    def node_at(self, place: int) -> int | None:
        """Return the node that what leads to a place is about: made there, or passing on."""
        if not place:
            return None
        if place <= self.turn:
            return self.record.inner[place - 1]
        return self.record.children[place - self.turn - 1]

    def receiving_at(self, place: int) -> int | None:
        """Return the node whose gradient changes there; None in the forward pass."""
        return self.record.parents[place - self.turn - 1] if place > self.turn else None

    def known(self, k: int) -> bool:
        """Return whether node k has its number here."""
        return self.made[k] <= self.at

    def gradient(self, k: int) -> float:
        """Return the gradient that node k has here."""
        return self.replay.gradients[k]

    def box(self, k: int) -> tuple[str, ...]:
        """Return the layer and the unit of node k, as its label has them."""
        if self.boxes is None:
            self.boxes = slides_boxes(self.record.nodes)
        return self.boxes[k]

    def places_of_line(self, numbers: "list[int]") -> list[int]:
        """Return where nodes made on one line are made, and where each begins to pass on."""
        record = self.record
        places = [self.made[k] for k in numbers if self.made[k]]
        for k in numbers:
            steps = record.numbers_out_of(k)
            if steps and len(record):
                places.append(self.turn + steps[0])
        return sorted(places)

    def places_into(self, k: int) -> list[int]:
        """Return where contributions arrive at node k."""
        if not len(self.record):
            return []
        return [self.turn + number for number in self.record.steps_into(k)]

    def place_of(self, k: int) -> int:
        """Return where node k is the one that it is about, in the pass where we are."""
        if self.at <= self.turn or not len(self.record):
            return self.made[k]
        leaving = self.record.numbers_out_of(k)
        if leaving:
            return self.turn + leaving[0]
        arriving = self.places_into(k)
        return arriving[-1] if arriving else self.at

    # -- Moving --

    def goto(self, place: int) -> None:
        """Go to a place; the gradients are then those that backprop has there."""
        self.at = min(max(place, 0), self.end)
        self.replay.goto(max(self.at - self.turn, 0))

    def over(self) -> int:
        """Return where the whole next node is done: made, or all of its edges passed on."""
        if self.at < self.turn:
            return self.at + 1
        if self.at == self.end:
            return self.end
        k = self.record.children[self.at - self.turn]
        return self.turn + self.record.numbers_out_of(k)[-1]

    def out(self) -> int:
        """Return where the present unit or layer is left, at the latest where the pass ends."""
        last = self.turn if self.at < self.turn else self.end
        here = self.node_at(self.at)
        box = self.box(here) if here is not None else ()
        if not box:
            return last
        for place in range(self.at + 1, last + 1):
            k = self.node_at(place)
            assert k is not None
            if self.box(k)[: len(box)] != box:
                return place
        return last
