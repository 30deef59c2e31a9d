"""A GPT of single numbers: the whole model, to be read from top to bottom.

A GPT reads text letter by letter and says at every place how likely each letter is to come next.
Here the text is a name, ".aiko.": the stop "." begins and ends it. The numbers of the model may
be Values, which remember how the loss was made of them and so can learn, or floats, which are
quicker and can write names; the formulas are the same.

It is as small as the GPT of Karpathy's microgpt (2026) and can be read beside it: one layer,
RMSNorm, four heads, an MLP with ReLU, no biases.

Legend
    t, s            a place of the name, counted from 0; a place that t looks back at
    d               the width: how many numbers stand for a letter on its way
    x               these numbers
    E, P            the embeddings (埋め込み) of letters and of places: d numbers for each
    W_q, W_k, W_v   what a place asks for (query), offers (key), and tells (value)
    W_o             mixes what the heads brought
    W_1, W_2        the two layers of the MLP
    U               from d numbers to a score for each letter
    z, p            the scores (logits) of the letters; their probabilities
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from autograd_lite import Value, dot, exp, log, relu, total

__all__ = [
    "ALPHABET", "STOP", "tokens_of", "Shape", "fresh", "Sums", "WHOLE", "OP_BY_OP",
    "Reading", "Letters", "Passage", "GPT", "loss", "loss_of", "written_name",
]  # fmt: skip

Number: TypeAlias = Any  # a Value or a float
Vector: TypeAlias = list[Number]
Matrix: TypeAlias = list[Vector]

# -- Letters --------------------------------------------------------------------------------------

ALPHABET = ".abcdefghijklmnopqrstuvwxyz"
STOP = 0  # the number of "."


def tokens_of(name: str) -> list[int]:
    """Return the numbers of a name's letters, with a stop before and after.

    Raises ValueError for a name that is empty or has other letters than a to z.

    >>> tokens_of("abe")
    [0, 1, 2, 5, 0]
    """
    if not name or not set(name) <= set(ALPHABET[1:]):
        raise ValueError(f"a name has the letters a to z, at least one of them; {name!r} has not")
    return [STOP, *[ALPHABET.index(letter) for letter in name], STOP]


# -- Parameters -----------------------------------------------------------------------------------


class Shape(NamedTuple):
    """How large a GPT is.

    width       numbers for each letter: d
    heads       they share the width evenly
    block       places that it can read at most, the stop included
    """

    width: int = 16
    heads: int = 4
    block: int = 16

    def matrices(self) -> dict[str, tuple[int, int]]:
        """Return the name of each matrix with its rows and columns, in the order of parameters."""
        d = self.width
        letters = len(ALPHABET)
        square = (d, d)
        return {
            "E": (letters, d), "P": (self.block, d),
            "W_q": square, "W_k": square, "W_v": square, "W_o": square,
            "W_1": (4 * d, d), "W_2": (d, 4 * d), "U": (letters, d),
        }  # fmt: skip

    def parameters(self) -> int:
        """Return how many parameters there are.

        >>> Shape().parameters()
        4192
        """
        return sum([rows * columns for rows, columns in self.matrices().values()])

    def parameter_names(self) -> list[str]:
        """Return what each parameter is called: W_q[2,3] is in row 2 and column 3 of W_q."""
        return [
            f"{name}[{row},{column}]"
            for name, (rows, columns) in self.matrices().items()
            for row in range(rows)
            for column in range(columns)
        ]

    def checked(self) -> "Shape":
        """Return the shape; raise ValueError unless it is one of a GPT."""
        if min(self) < 1 or self.width % self.heads or self.block < 2:
            raise ValueError(
                f"the heads ({self.heads}) share the width ({self.width}) evenly, and a name takes "
                f"2 places at least, not {self.block}"
            )
        return self

    def check_places(self, places: int) -> None:
        """Raise ValueError if a name takes more places than can be read."""
        if places > self.block:
            raise ValueError(
                f"a name takes {places} places, and this GPT reads {self.block} at most"
            )


def fresh(shape: Shape, seed: int) -> list[float]:
    """Return numbers for the parameters of a GPT that has learned nothing: small, at random."""
    source = random.Random(seed)
    return [source.gauss(0.0, 0.08) for _ in range(shape.parameters())]


# -- Sums: as one op with many operands, or op by op ----------------------------------------------


class Sums(NamedTuple):
    """How ⟨w, x⟩ and Σ are computed. The results are the same, the graphs are not."""

    dot: Callable[[Sequence[Number], Sequence[Number]], Number]
    total: Callable[[Sequence[Number]], Number]


def dot_op_by_op(w: Sequence[Number], x: Sequence[Number]) -> Number:
    """Return ⟨w, x⟩ = w_1·x_1 + w_2·x_2 + …, each product and each sum an op of its own."""
    return total_op_by_op([a * b for a, b in zip(w, x)])


def total_op_by_op(terms: Sequence[Number]) -> Number:
    """Return Σ terms, each sum of two an op of its own."""
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found


WHOLE = Sums(dot, total)
OP_BY_OP = Sums(dot_op_by_op, total_op_by_op)


# -- How a name comes in --------------------------------------------------------------------------


class Reading(Protocol):
    """A name as the model reads it, place by place.

    `Letters` is a name that is known. Where the same program is to serve many names, the
    letters are numbers that come later (`program.Form`).
    """

    places: int

    def embedding(self, gpt: "GPT", t: int) -> Vector:
        """Return the row of E for the letter at place t."""

    def seen(self, rows: list[Vector], t: int) -> list[Vector]:
        """Return the rows, one for each place, that place t may look at."""

    def masked(self, scores: Vector, t: int) -> Vector:
        """Return the scores with which t looks at them, such that it sees nothing of the future."""

    def wanted(self, p: Vector, t: int) -> Number:
        """Return the probability of the letter that really comes after place t."""

    def mean(self, gpt: "GPT", losses: Vector) -> Number:
        """Return the mean of the losses over the places of the name."""


class Letters:
    """A name that is known.

    before      the letters that are read, as their numbers
    after       for each, the letter that comes next
    """

    def __init__(self, before: Sequence[int], after: Sequence[int] = ()) -> None:
        self.before = before
        self.after = after
        self.places = len(before)

    def embedding(self, gpt: "GPT", t: int) -> Vector:
        """Return the row of E for the letter at place t."""
        return gpt.E[self.before[t]]

    def seen(self, rows: list[Vector], t: int) -> list[Vector]:
        """Return the rows of the places up to t."""
        return rows[: t + 1]

    def masked(self, scores: Vector, t: int) -> Vector:
        """Return the scores as they are: they are of no later place."""
        return scores

    def wanted(self, p: Vector, t: int) -> Number:
        """Return the probability of the letter that comes after place t."""
        return p[self.after[t]]

    def mean(self, gpt: "GPT", losses: Vector) -> Number:
        """Return Σ losses / n."""
        return gpt.sums.total(losses) * (1.0 / len(losses))


# -- The model ------------------------------------------------------------------------------------


class Passage(NamedTuple):
    """What became of a name on its way through the model, at each place.

    embedded    letter and place as d numbers
    q, k, v     what each place asks for, offers, and tells
    heads       what each head brought from the places that it looked at
    attended    after attention (注意): x with what the heads brought
    thought     after the MLP
    p           the probabilities of the next letter
    z           their scores
    """

    embedded: list[Vector]
    q: list[Vector]
    k: list[Vector]
    v: list[Vector]
    heads: list[list[Vector]]
    attended: list[Vector]
    thought: list[Vector]
    z: list[Vector]
    p: list[Vector]


class GPT:
    """The model: its matrices, and what it makes of a name.

    numbers     one for each parameter, in the order of `Shape.matrices`
    """

    def __init__(self, shape: Shape, numbers: Iterable[Number], sums: Sums = WHOLE) -> None:
        self.shape = shape.checked()
        self.parameters = list(numbers)
        self.sums = sums
        if len(self.parameters) != shape.parameters():
            raise ValueError(
                f"{shape} has {shape.parameters()} parameters, not {len(self.parameters)}"
            )
        rest = iter(self.parameters)
        E, P, W_q, W_k, W_v, W_o, W_1, W_2, U = [
            matrix(rest, rows, columns) for rows, columns in shape.matrices().values()
        ]
        self.E, self.P = E, P
        self.W_q, self.W_k, self.W_v, self.W_o = W_q, W_k, W_v, W_o
        self.W_1, self.W_2 = W_1, W_2
        self.U = U

    def __repr__(self) -> str:
        return f"<{self.shape}: {len(self.parameters)} parameters>"

    def matrices(self) -> list[Matrix]:
        """Return the matrices, in the order of `Shape.matrices`."""
        return [
            self.E, self.P, self.W_q, self.W_k, self.W_v, self.W_o, self.W_1, self.W_2, self.U,
        ]  # fmt: skip

    def read(self, name: Reading) -> Passage:
        """Return what becomes of a name, from its letters to the probabilities of the next ones.

        Raises ValueError for a name of more places than the block.
        """
        self.shape.check_places(name.places)
        places = range(name.places)
        x = [self.rms_norm(added(name.embedding(self, t), self.P[t])) for t in places]

        normed = [self.rms_norm(x[t]) for t in places]
        q = [self.linear(self.W_q, normed[t]) for t in places]
        k = [self.linear(self.W_k, normed[t]) for t in places]
        v = [self.linear(self.W_v, normed[t]) for t in places]
        heads = [
            [self.attention(name, t, h, q[t], k, v) for h in range(self.shape.heads)]
            for t in places
        ]
        attended = [added(x[t], self.linear(self.W_o, joined(heads[t]))) for t in places]

        thought = [added(attended[t], self.mlp(self.rms_norm(attended[t]))) for t in places]
        z = [self.linear(self.U, thought[t]) for t in places]
        p = [self.softmax(z[t]) for t in places]
        return Passage(x, q, k, v, heads, attended, thought, z, p)

    def linear(self, W: Matrix, x: Vector) -> Vector:
        """Return Wx: one weighted sum ⟨w, x⟩ for each row w of W."""
        return [self.sums.dot(w, x) for w in W]

    def rms_norm(self, x: Vector) -> Vector:
        """Return x / √(Σ x_i² / d + ε): the same direction, with numbers of about 1 (RMSNorm)."""
        mean_square = self.sums.dot(x, x) * (1.0 / len(x))
        scale = (mean_square + 1e-5) ** -0.5
        return [x_i * scale for x_i in x]

    def attention(
        self, name: Reading, t: int, h: int, q: Vector, keys: list[Vector], values: list[Vector]
    ) -> Vector:
        """Return Σ_s a_s·v_s, with a = softmax(⟨q, k_s⟩ / √d_h): what head h brings to place t.

        The head has d_h numbers of each vector to itself. It looks at every place s that it may
        see, most at those that offer (k_s) what t asks for (q), and brings what they tell (v_s).
        """
        d_h = self.shape.width // self.shape.heads
        own = slice(h * d_h, (h + 1) * d_h)
        seen_k = name.seen(keys, t)
        seen_v = name.seen(values, t)
        scores = [self.sums.dot(q[own], k_s[own]) * d_h**-0.5 for k_s in seen_k]
        a = self.softmax(name.masked(scores, t))
        return [self.sums.dot(a, [v_s[i] for v_s in seen_v]) for i in range(own.start, own.stop)]

    def mlp(self, x: Vector) -> Vector:
        """Return W_2·relu(W_1·x): the place by itself thinks over what it now knows."""
        hidden = [relu(z) for z in self.linear(self.W_1, x)]
        return self.linear(self.W_2, hidden)

    def softmax(self, z: Vector) -> Vector:
        """Return e^z_i / Σ e^z_j for each i: positive numbers that add up to 1.

        RMSNorm keeps the numbers behind the scores at about 1, so these stay small; e^z would
        overflow, and say so, from 709 on.
        """
        e = [exp(z_i) for z_i in z]
        whole = self.sums.total(e)
        return [e_i / whole for e_i in e]


def matrix(numbers: Iterator[Number], rows: int, columns: int) -> Matrix:
    """Return the next numbers as a matrix."""
    return [[next(numbers) for _ in range(columns)] for _ in range(rows)]


def added(x: Vector, y: Vector) -> Vector:
    """Return x + y."""
    return [x_i + y_i for x_i, y_i in zip(x, y)]


def joined(vectors: list[Vector]) -> Vector:
    """Return the numbers of several vectors as one."""
    return [number for vector in vectors for number in vector]


# -- Learning and writing -------------------------------------------------------------------------


def loss(gpt: GPT, name: Reading) -> Value:
    """Return the mean of −ln p over a name, p being the probability of the letter that comes.

    A model that knows nothing has ln 27 = 3.30; one that is always sure and right has 0.
    """
    return loss_of(gpt, name, gpt.read(name))


def loss_of(gpt: GPT, name: Reading, passage: Passage) -> Value:
    """Return the loss of a name that has been read."""
    losses = [-log(name.wanted(p, t)) for t, p in enumerate(passage.p)]
    found: Value = name.mean(gpt, losses)
    return found


def written_name(gpt: GPT, temperature: float, source: random.Random) -> str:
    """Return a name that a GPT of floats makes up: letter after letter, drawn by its p.

    temperature     z is divided by it: below 1 likely letters are drawn still more often, above
                    1 less
    """
    tokens = [STOP]
    while len(tokens) < gpt.shape.block:
        z = gpt.read(Letters(tokens)).z[-1]
        largest = max(z)
        p = gpt.softmax([(z_i - largest) / temperature for z_i in z])
        if len(tokens) == 1:
            p[STOP] = 0.0  # a name has a letter
        (letter,) = source.choices(range(len(ALPHABET)), p)
        if letter == STOP:
            break
        tokens.append(letter)
    return "".join([ALPHABET[token] for token in tokens[1:]])
