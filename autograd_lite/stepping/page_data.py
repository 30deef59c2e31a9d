"""A trace as data for its page: what is told, with a place for each number, and the numbers.

The page's script puts the numbers in: at first those of the record, and those that follow from
what the reader changes. So it tells what Python tells of the same numbers, in each language of
the catalogue, and no sentence is in the page twice.

A text is given once, in pieces, and then called by its number in `texts`; and so is a place of a
number, in `places`: the piece 3 is place 3, and ~3 the same in brackets where the number is
negative. What is told is

    a fact          [key, {place: part}], a part being a text, a word, a count or another fact
    an equation     {"sides": [text, ...]}
    a choice        {"question": ..., "of": number of a place, "yes": [...], "no": [...]}

A step looks like many others but for its numbers. So a page has each form once, with holes, and of
a step the number of its form and the parts that fill it.
"""

import json
import linecache
import math
from collections.abc import Iterable, Mapping
from typing import Any

from autograd_lite.drawing.groups import boxes_of
from autograd_lite.formula import Symbol
from autograd_lite.notation import in_signs
from autograd_lite.stepping.pieces import Piece, pieces, plain, with_places
from autograd_lite.tracing.facts import forward_facts, forward_heading, step_facts, step_heading
from autograd_lite.tracing.formulas import (
    chain_equation,
    local_equation,
    still_holds,
    value_equation,
)
from autograd_lite.tracing.names import shortened
from autograd_lite.tracing.quantities import Choice, Equation, Telling
from autograd_lite.tracing.recording import Trace
from autograd_lite.value import Constant
from autograd_lite.words import LANGUAGES, Fact, Language, catalogue, texts
from autograd_lite.words.op_words import meaning_fact

__all__ = ["in_forms", "page_data"]

PAGE = "page."  # the room of the catalogue that has the page's own words


class Teller:
    """Writes down what is told of a trace, and keeps the texts and keys that it needed."""

    def __init__(self) -> None:
        self.texts: list[list[Any]] = []
        self.number_of: dict[str, int] = {}  # a text -> its number
        self.places: dict[str, int] = {}  # what a quantity is and where -> its number
        self.keys: dict[str, None] = {}  # in the order in which they were needed

    def text(self, line: str) -> int:
        """Return the number of a text, which is added if it is new."""
        if line not in self.number_of:
            self.number_of[line] = len(self.texts)
            self.texts.append([self.piece(piece) for piece in pieces(line)])
        return self.number_of[line]

    def piece(self, piece: Piece) -> Any:
        """Return a piece with the numbers of places instead of their names."""
        if isinstance(piece, str):
            return piece
        ((where, what),) = piece.items()
        if not isinstance(what, str):
            return {where: [self.piece(inner) for inner in what]}
        if where in ("n", "b"):
            number = self.place(what)
            return number if where == "n" else ~number
        return piece

    def place(self, name: str) -> int:
        """Return the number of a place, which is added if it is new."""
        return self.places.setdefault(name, len(self.places))

    def tellings(self, tellings: Iterable[Telling]) -> list[Any]:
        return [self.telling(telling) for telling in tellings]

    def telling(self, telling: Telling) -> Any:
        """Return a fact, an equation or a choice as data."""
        if isinstance(telling, Equation):
            return {"sides": [self.text(with_places(side)) for side in telling.sides]}
        if isinstance(telling, Choice):
            return {
                "question": telling.question,
                "of": self.place(str(telling.of.name)),
                "yes": self.tellings(telling.yes),
                "no": self.tellings(telling.no),
            }
        self.keys[telling.key] = None
        return [telling.key, {place: self.part(part) for place, part in telling.parts.items()}]

    def part(self, part: object) -> Any:
        if isinstance(part, (Fact, Equation)):
            return self.telling(part)
        if isinstance(part, Symbol):
            return self.text(with_places(part))
        return self.text(part) if isinstance(part, str) else str(part)

    def words(self) -> dict[Language, dict[str, str]]:
        """Return the words of the page and of what is told on it: language -> key -> text."""
        return {
            language: {
                **texts("page", language),
                **{key: plain(pieces(catalogue(language)[key])) for key in self.keys},
            }
            for language in LANGUAGES
        }


def page_data(
    record: Trace, language: Language, views: Mapping[str, Mapping[str, str]], why: bool
) -> dict[str, Any]:
    """Return all that the page's script is given.

    views   for each picture what shows the nodes and edges inside closed boxes
    why     whether the answer is in the page for each node, or only for those with a label
    """
    teller = Teller()
    boxes = boxes_of(record.nodes, record.groups)
    data = {
        "language": language,
        "views": list(views),
        "shownBy": views,
        "live": all(still_holds(record, k) for k in record.inner),
        "nodes": [
            node_told(record, k, box[-1] if box else "", why, teller) for k, box in enumerate(boxes)
        ],
        "forward": [forward_told(record, number, teller) for number in range(len(record.inner))],
        "steps": [step_told(record, number, teller) for number in range(1, len(record) + 1)],
        "names": record.names,
        "boxNames": {box[-1]: in_signs(box[-1]) for box in boxes if box},
        "values": [as_number(number) for number in record.data],
        "start": [as_number(number) for number in record.start],
        "partials": [as_number(number) for number in record.partials],
    }
    return {
        **data,
        "texts": teller.texts,
        "places": list(teller.places),
        "words": teller.words(),
    }


def as_number(number: float) -> float | str:
    """Return a number as JSON can have it: what is not finite by its name in JavaScript."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0.0 else "-Infinity"


def node_told(record: Trace, k: int, box: str, why: bool, teller: Teller) -> dict[str, Any]:
    node = record.nodes[k]
    told: dict[str, Any] = {"name": teller.text(record.names[k])}
    if isinstance(node, Constant):
        told["constant"] = True
    if box:
        told["box"] = box
    if node.op is not None:
        told["op"] = teller.part(meaning_fact(node.op))
        if node.op.domain:
            told["domain"] = node.op.domain
        if node.op.chooses:
            told["chooses"] = True
    if node.line is not None:
        told["line"] = str(node.line)
        told["source"] = shortened(linecache.getline(*node.line).strip(), 200)
    if why or node.label:
        told["why"] = teller.tellings(record.why(k).tellings())
    return told


def forward_told(record: Trace, at: int, teller: Teller) -> dict[str, Any]:
    k = record.inner[at]
    return {
        "node": k,
        "parents": list(record.parent_indexes(k)),
        "heading": teller.telling(forward_heading(record, at + 1, k)),
        "formula": teller.telling(value_equation(record, k)),
        "words": teller.tellings(forward_facts(record, k)),
    }


def step_told(record: Trace, number: int, teller: Teller) -> dict[str, Any]:
    return {
        "child": record.children[number - 1],
        "parent": record.parents[number - 1],
        "place": record.places[number - 1],
        "heading": teller.telling(step_heading(record, number)),
        "local": teller.telling(local_equation(record, number)),
        "formula": teller.telling(chain_equation(record, number)),
        "words": teller.tellings(step_facts(record, number)),
    }


# -- In forms ------------------------------------------------------------------------------------


class Forms:
    """What is told, in few bytes: each form once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}  # a form, as JSON -> its number

    def told(self, whole: Any) -> list[Any]:
        """Return the number of a form, and the parts that fill its holes."""
        parts: list[Any] = []
        form = json.dumps(self.emptied(whole, parts), ensure_ascii=False)
        return [self.numbers.setdefault(form, len(self.numbers)), *parts]

    def emptied(self, whole: Any, parts: list[Any]) -> Any:
        """Return what is told with holes where numbers were; add those to the parts."""
        if isinstance(whole, dict):
            return {key: self.emptied(inner, parts) for key, inner in whole.items()}
        if isinstance(whole, list):
            return [self.emptied(inner, parts) for inner in whole]
        if type(whole) is int or (isinstance(whole, str) and whole.isdecimal()):
            parts.append(whole)
            return len(parts) - 1
        return whole

    def forms(self) -> list[Any]:
        """Return the forms in the order of their numbers."""
        return [json.loads(form) for form in self.numbers]


def in_forms(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a page as they stand in it; what is the same in both stays."""
    forms = Forms()
    steps = []
    for step in data["steps"]:
        told = {key: step[key] for key in ("heading", "local", "formula", "words")}
        steps.append([step["child"], step["parent"], step["place"], *forms.told(told)])
    return {
        **data,
        "nodes": [forms.told(node) for node in data["nodes"]],
        "forward": [forms.told(step) for step in data["forward"]],
        "steps": steps,
        "forms": forms.forms(),
    }
