"""The loss of a name and its gradient as one program, for every name of so many places.

The graph of one name serves no other: which row of E is read, and which probability is wanted,
are decided while it is recorded. Here both become numbers that come later: a letter is a row of
0s with a single 1. To read its row of E is then a weighted sum with these weights, and so is the
probability of the letter that is wanted.

    one program per length      as many places as the name has
    one padded program          as many places as the longest name; what follows a shorter one
                                are stops, whose losses have the share 0 of the mean

In a program each place looks at all places alike, and what lies in its future gets a score of
−10⁹, whose e^z is 0: so all places are computed in the same way, and become loops.
"""

from array import array
from collections.abc import Sequence

from autograd_lite import Value, collector_paused, compile, dot, gradients
from autograd_lite.compiling.compiled import Compiled
from demos.gpt.model import ALPHABET, GPT, STOP, Shape, Vector, fresh, loss

__all__ = ["Form", "program_of"]

UNSEEN = -1e9


class Form:
    """A name that is filled in later, of so many places.

    letters     for each place and for the end, 0 or 1 for each letter of the alphabet
    mask        for each place t and each place s, 0 if t may look at s, else UNSEEN
    shares      what share of the mean the loss of each place has
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self.letters = [[Value(0.0) for _ in ALPHABET] for _ in range(places + 1)]
        self.mask = [[Value(0.0) for _ in range(places)] for _ in range(places)]
        self.shares = [Value(0.0) for _ in range(places)]
        some = self.filled([STOP] * (places + 1))  # a graph is recorded with numbers of a name
        for node, number in zip(self.inputs(), some):
            node.data = number

    def inputs(self) -> list[Value]:
        """Return all that is filled in, in the order of `filled`."""
        return [node for row in [*self.letters, *self.mask, self.shares] for node in row]

    def filled(self, tokens: Sequence[int]) -> "array[float]":
        """Return the numbers of a name: of its letters with the stops around them.

        Raises ValueError if it has more places than the form.
        """
        n = len(tokens) - 1
        if n > self.places:
            raise ValueError(f"a name of {n} places does not fit into {self.places}")
        numbers = array("d")
        for token in [*tokens, *[STOP] * (self.places - n)]:
            numbers.extend([float(token == k) for k in range(len(ALPHABET))])
        for t in range(self.places):
            numbers.extend([0.0 if s <= t else UNSEEN for s in range(self.places)])
        numbers.extend([1.0 / n if t < n else 0.0 for t in range(self.places)])
        return numbers

    # -- As the model reads it --

    def embedding(self, gpt: GPT, t: int) -> Vector:
        """Return Σ_k letter_k · E_k: the row of E whose letter_k is 1."""
        return [dot(self.letters[t], column) for column in zip(*gpt.E)]

    def seen(self, rows: list[Vector], t: int) -> list[Vector]:
        """Return the rows of all places."""
        return rows

    def masked(self, scores: Vector, t: int) -> Vector:
        """Return the scores, those of the future far below all others."""
        return [score + mask for score, mask in zip(scores, self.mask[t])]

    def wanted(self, p: Vector, t: int) -> Value:
        """Return Σ_k letter_k · p_k: the probability of the letter after place t."""
        found: Value = dot(self.letters[t + 1], p)
        return found

    def mean(self, gpt: GPT, losses: Vector) -> Value:
        """Return Σ_t share_t · loss_t."""
        found: Value = dot(self.shares, losses)
        return found


def program_of(shape: Shape, form: Form, target: str) -> Compiled:
    """Return a function of (parameters, a filled form) that gives [loss, its gradient].

    Raises ImportError for machine code without llvmlite.
    """
    with collector_paused():
        gpt = GPT(shape, [Value(number) for number in fresh(shape, seed=0)])
        C = loss(gpt, form)
        return compile([C, gradients(C, gpt.parameters)], [gpt.parameters, form.inputs()], target)
