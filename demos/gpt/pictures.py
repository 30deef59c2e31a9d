"""The graph of one name's loss: drawn, and as a page to step through, with a box for each part.

The boxes of a place are those of the model: embedding, query/key/value, each head of the attention,
what mixes the heads, the MLP, the softmax. Beside them stand the matrices.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograd_lite import Value, draw, topological_order, trace
from autograd_lite.tracing.recording import Trace
from autograd_lite.words import text
from demos.gpt.model import ALPHABET, GPT, Letters, Passage, Shape, loss_of, tokens_of

__all__ = ["boxes_of", "drawn_loss", "traced_loss"]

Box = tuple[str, ...]


def traced_loss(shape: Shape, numbers: Sequence[float], name: str) -> Trace:
    """Return backprop through the loss of a name, with the boxes of the model.

    >>> steps = traced_loss(Shape(2, 1, 4), [0.125] * Shape(2, 1, 4).parameters(), "a")
    >>> steps.names[-1], sorted({box[0] for box in steps.groups.values()})
    ('loss', ['loss', 'parameters', 'place 0: . a', 'place 1: a .'])
    """
    tokens = tokens_of(name)
    letters = Letters(tokens[:-1], tokens[1:])
    labelled = [Value(number, label) for number, label in zip(numbers, shape.parameter_names())]
    gpt = GPT(shape, labelled)
    passage = gpt.read(letters)
    C = loss_of(gpt, letters, passage)
    C.label = "loss"
    return trace(C, groups=boxes_of(gpt, letters, passage, C))


def boxes_of(gpt: GPT, letters: Letters, passage: Passage, C: Value) -> dict[Value, Box]:
    """Return the box of each node of a loss: the place and the part of the model."""
    boxes: dict[Value, Box] = {}
    outer = text("gpt.box parameters")
    for matrix, rows in zip(gpt.shape.matrices(), gpt.matrices()):
        boxes.update({node: (outer, matrix) for row in rows for node in row})
    known = set(boxes)
    places = range(letters.places)
    for t in places:
        place = place_told(letters, t)
        vectors = [*passage.q[t], *passage.k[t], *passage.v[t]]
        enclose(boxes, known, passage.embedded[t], (place, text("gpt.box embedding", place=t)))
        enclose(boxes, known, vectors, (place, text("gpt.box vectors", place=t)))
    for t in places:
        place = place_told(letters, t)
        for h, brought in enumerate(passage.heads[t], start=1):
            enclose(boxes, known, brought, (place, text("gpt.box head", head=h, place=t)))
        enclose(boxes, known, passage.attended[t], (place, text("gpt.box mixed", place=t)))
        enclose(boxes, known, passage.thought[t], (place, text("gpt.box mlp", place=t)))
        enclose(boxes, known, passage.p[t], (place, text("gpt.box softmax", place=t)))
    enclose(boxes, known, [C], (text("gpt.box loss"),))
    return boxes


def place_told(letters: Letters, t: int) -> str:
    """Return what a place is called: its number, the letter read there, and the one wanted."""
    before, after = ALPHABET[letters.before[t]], ALPHABET[letters.after[t]]
    return text("gpt.box place", place=t, before=before, after=after)


def enclose(boxes: dict[Value, Box], known: set[Value], results: Iterable[Value], box: Box) -> None:
    """Put results, and all below them that is in no box yet, into a box."""
    for result in results:
        if result not in known:
            boxes.update(dict.fromkeys(topological_order(result, known), box))


def drawn_loss(steps: Trace, path: Path) -> Iterator[Path]:
    """Write the picture of a traced loss (.svg), then its page to step through (.html).

    Yields where each is. Raises ValueError if the graph is too large for a page; without Graphviz,
    an error that says what to install.
    """
    drawing = draw(steps.output, groups=steps.groups, closed=True, limit=None)
    yield drawing.save(path.with_suffix(".svg"))
    yield steps.save(path.with_suffix(".html"), level="unit")
