"""What a person asks of a place: a node, a formula, a comparison, or why a gradient is so.

Texts go through the parser of `autograd_lite.expression`: they are never run as code. A node is
called by its label, its name or the script's variable; `w.grad` is its gradient here. What is no
word of a formula, such as w_11^2 or a label with spaces, may stand in backquotes: `w_11^2`.

>>> from autograd_lite import Value, trace
>>> w = Value(2.0, "w_11^2")
>>> walk = Walk(trace(w * w)); walk.goto(walk.end)
>>> Question("w_11^2.grad / 2 > 1")(Place(walk, walk.at))
True
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from autograd_lite import notation
from autograd_lite.debugging.walk import Walk
from autograd_lite.expression import Condition, Expression, ExpressionError
from autograd_lite.tracing.names import told_number
from autograd_lite.value import Value

__all__ = ["FIELDS", "Nothing", "Place", "Question", "filled_in", "find"]

OF_STEPS = ("gradient", "partial", "product", "before", "after")  # of the backward pass alone
FIELDS = (*OF_STEPS, "value", "number", "position")
GRADIENT = "grad"
NAMED = re.compile(r"`([^`]*)`(?:\.(grad|data))?|(?<![\w.])([^\W\d]\w*)\.(grad|data)\b")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


class Nothing(KeyError):
    """What was asked about is not there: no such node, or not in this pass."""


def find(walk: Walk, name: str, variables: Mapping[str, object]) -> int:
    """Return the number of the node of a label, a name, or a variable of the script.

    Raises KeyError, which offers similar names.
    """
    try:
        return walk.record.named(name)
    except KeyError:
        held = variables.get(name)
        number = walk.record.number_of.get(held) if isinstance(held, Value) else None
        if number is None:
            raise
        return number


class Place(Mapping[str, float]):
    """The numbers that have names at a place: the step's fields, and those of all nodes.

    `named` says which node and which of its numbers a made-up word of a formula stands for.
    """

    __slots__ = ("at", "named", "variables", "walk")

    def __init__(self, walk: Walk, at: int, variables: Mapping[str, object] | None = None) -> None:
        self.walk = walk
        self.at = at
        self.variables = variables or {}
        self.named: Mapping[str, tuple[str, str]] = {}

    def __repr__(self) -> str:
        return f"<place {self.at} of {self.walk!r}>"

    def __getitem__(self, word: str) -> float:
        if word in self.named:
            return self.number(*self.named[word])
        if word in FIELDS:
            return self.field(word)
        return self.number(word, "data")

    def __contains__(self, word: object) -> bool:
        try:
            self[str(word)]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)

    def number(self, name: str, which: str) -> float:
        """Return the number of a node, or its gradient as it is at the place."""
        try:
            k = find(self.walk, name, self.variables)
        except KeyError as error:
            raise Nothing(error.args[0]) from None
        if which != GRADIENT:
            return self.walk.record.data[k]
        if self.walk.at == self.at:
            return self.walk.gradient(k)
        return self.gradient_there(k)

    def gradient_there(self, k: int) -> float:
        """Return a gradient at another place than where the walk stands."""
        record = self.walk.record
        done = self.at - self.walk.turn
        found = record.start[k]
        for number in record.steps_into(k) if done > 0 else ():
            if number > done:
                break
            found = record.after[number - 1]
        return found

    def field(self, word: str) -> float:
        """Return a number of what was just done at the place."""
        walk, record = self.walk, self.walk.record
        if word == "position":
            return float(self.at)
        k = walk.node_at(self.at)
        if k is None:
            raise Nothing(word)
        number = self.at - walk.turn
        if word == "value":
            return record.data[k]
        if word == "number":
            return float(number if number > 0 else self.at)
        if number <= 0:
            raise Nothing(word)
        listed = {
            "partial": record.partials, "product": record.products,
            "before": record.before, "after": record.after,
        }  # fmt: skip
        return record.arriving[k] if word == "gradient" else listed[word][number - 1]


class Question:
    """A formula or a comparison about a place.

    Raises ExpressionError, which says what to write, for a text that is neither.
    """

    __slots__ = ("asked", "named", "text")

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        written, self.named = with_words(self.text)
        self.asked: Condition | Expression
        try:
            self.asked = Expression(written)
        except ExpressionError as refused:
            try:
                self.asked = Condition(written)
            except ExpressionError:
                raise refused from None

    def __repr__(self) -> str:
        return f"<question {self.text!r}>"

    def __call__(self, place: Place) -> float | bool:
        """Return the answer at a place.

        Raises Nothing for what is not there, and what arithmetic raises.
        """
        place.named = self.named
        words = {word: place[word] for word in self.asked.names}
        if isinstance(self.asked, Condition):
            return self.asked(words)
        leaves: dict[str, Any] = dict(words)
        return self.asked(leaves).data

    def holds(self, place: Place) -> bool:
        """Return whether it is true there, or a number that is neither 0 nor NaN.

        Not of what is not there: `product > 1` holds nowhere in the forward pass.
        """
        try:
            answer = float(self(place))
        except Nothing:
            return False
        return answer != 0.0 and not math.isnan(answer)


def with_words(text: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """Return a text with a made-up word for each node that a formula could not name.

    >>> with_words("w.grad > `my w`")
    ('named_0_ > named_1_', {'named_0_': ('w', 'grad'), 'named_1_': ('my w', 'data')})
    """
    named: dict[str, tuple[str, str]] = {}

    def word(found: re.Match[str]) -> str:
        name = f"named_{len(named)}_"
        quoted, field, plain, plain_field = found.groups()
        named[name] = (quoted if plain is None else plain, field or plain_field or "data")
        return name

    if "`" not in text:
        text = "".join(in_quotes(part) for part in notation.parted(text))
    return NAMED.sub(word, text), named


def in_quotes(part: str | notation.Label) -> str:
    """Return a part of a text as it stood there, a label with its layer in backquotes."""
    if isinstance(part, str):
        return part
    return f"`{part.written()}`" if part.layer else part.written()


def filled_in(message: str, place: Place) -> str:
    """Return a log message with the number in place of each formula in braces.

    >>> from autograd_lite import Value, trace
    >>> x = Value(3.0, "x")
    >>> walk = Walk(trace(x * x)); walk.goto(2)
    >>> filled_in("x is {x}, its gradient {after}", Place(walk, 2))
    'x is 3, its gradient 3'
    """

    def answered(found: re.Match[str]) -> str:
        try:
            answer = Question(found[1])(place)
        except (ValueError, ArithmeticError, LookupError, TypeError):
            return found[0]
        return str(answer).lower() if isinstance(answer, bool) else told_number(answer)

    return IN_BRACES.sub(answered, message)
