"""Where to stop: on a line, at a label, when a gradient changes; with condition, count, message.

A breakpoint is plain data. In a recording it has its places, which do not depend on the direction
that one comes from: so forward and backward stop at the same places, and the third hit is the
third of the recording, from wherever it is reached.

Legend
    places      where a breakpoint may stop: the node is made, or a gradient arrives
    hits        the places where its condition holds, too
    rule        which of the hits count: the third, every second
"""

import heapq
import math
import operator
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from autograd_lite.debugging.asking import Place, Question, filled_in, find
from autograd_lite.debugging.protocol import Arguments, RequestError
from autograd_lite.debugging.walk import Walk
from autograd_lite.expression import ExpressionError
from autograd_lite.words import Language

__all__ = [
    "Breakpoint", "Breakpoints", "FAILING", "FILTERS", "Here", "NAN", "Stop", "file_of",
]  # fmt: skip

LINE, LABEL, DATA = "line", "label", "data"
NAN, FAILING = "nan", "failing"  # what an editor lists as exceptions
FILTERS = {NAN: False, FAILING: True}  # and whether it is on at first
MESSAGES = 1000  # of log messages in one run
REASONS = {
    LINE: "breakpoint", LABEL: "function breakpoint", DATA: "data breakpoint", NAN: "exception",
}  # fmt: skip
RULE = re.compile(r"\s*(==|>=|<=|>|<|%)?\s*([0-9]{1,9})\s*")
COUNTED = {
    "==": operator.eq, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
SHORT = {"nan": "after != after", "zero": "after == 0"}  # conditions of a gradient, by their names


class Breakpoint(NamedTuple):
    """One breakpoint, as plain data.

    kind        line, label, data or nan
    where       the file, or the node's name
    line        the line of the file; 0 for other kinds
    condition, rule, message    texts, "" where there is none
    """

    kind: str
    where: str = ""
    line: int = 0
    condition: str = ""
    rule: str = ""
    message: str = ""


class Stop(NamedTuple):
    """A place to stop, which breakpoints are there, and what was logged on the way."""

    place: int
    breakpoints: list[Breakpoint]
    messages: list[str]


@lru_cache(maxsize=4096)
def file_of(path: str) -> str:
    """Return a path so that the same file is the same text, however an editor writes it."""
    return os.path.normcase(os.path.realpath(path))


@lru_cache(maxsize=4096)
def question(text: str) -> Question:
    """Return the condition that a text is; raise ExpressionError if it is none."""
    text = SHORT.get(text.strip().lower(), text)
    return Question(f"after {text}" if text.lstrip().startswith(("<", ">", "=", "!")) else text)


@lru_cache(maxsize=4096)
def rule_of(text: str) -> tuple[str, int]:
    """Return sign and number of a count of hits: 3, >= 3, % 3.

    >>> rule_of("3"), rule_of("% 2")
    (('==', 3), ('%', 2))
    """
    found = RULE.fullmatch(text)
    if not found or (found[1] == "%" and int(found[2]) == 0):
        raise RequestError("debugger.hit count", text=text)
    return found[1] or "==", int(found[2])


def counts(rule: str, rank: int) -> bool:
    """Return whether the hit of a rank, counted from 1, is one of those wanted."""
    sign, number = rule_of(rule)
    if sign == "%":
        return rank % number == 0
    return bool(COUNTED[sign](rank, number))


class Breakpoints:
    """All breakpoints that an editor has set, and how many hits the earlier recordings had.

    It is replaced part by part, each time whole, so that a thread may read while another sets.
    What is wrong with one is told in `language`.
    """

    __slots__ = ("earlier", "groups", "language", "numbers", "stops_at_failing")

    def __init__(self, language: Language | None = None) -> None:
        self.language = language
        self.groups: dict[str, list[Breakpoint]] = {}  # by file, or by what is not of a file
        self.earlier: dict[Breakpoint, int] = {}
        self.numbers: dict[Breakpoint, int] = {}
        self.stops_at_failing = FILTERS[FAILING]

    def __repr__(self) -> str:
        return f"<{len(self.all())} breakpoints>"

    def all(self) -> list[Breakpoint]:
        """Return all breakpoints."""
        return [each for group in list(self.groups.values()) for each in group]

    def number(self, breakpoint: Breakpoint) -> int:
        """Return the number by which an editor knows a breakpoint."""
        return self.numbers.setdefault(breakpoint, len(self.numbers) + 1)

    # -- Setting --

    def on_lines(self, arguments: Arguments) -> dict[str, Any]:
        """Replace the breakpoints of a file; return what an editor is told of each."""
        path = arguments.part("source").text("path")
        wanted = [
            (each, Breakpoint(LINE, file_of(path), each.integer("line")))
            for each in arguments.parts("breakpoints")
        ]
        return self.replaced(f"line {file_of(path)}", wanted)

    def on_labels(self, arguments: Arguments) -> dict[str, Any]:
        """Replace the breakpoints at labels."""
        wanted = [
            (each, Breakpoint(LABEL, each.text("name").strip()))
            for each in arguments.parts("breakpoints")
        ]
        return self.replaced(LABEL, wanted)

    def on_data(self, arguments: Arguments) -> dict[str, Any]:
        """Replace the breakpoints on gradients."""
        wanted = [
            (each, Breakpoint(DATA, each.text("dataId"))) for each in arguments.parts("breakpoints")
        ]
        return self.replaced(DATA, wanted)

    def on_exceptions(self, arguments: Arguments) -> dict[str, Any]:
        """Replace which of the exceptions stop."""
        filters = arguments.texts("filters")
        unknown = [name for name in filters if name not in FILTERS]
        if unknown:
            raise RequestError("debugger.no filter", name=repr(unknown[0]))
        self.stops_at_failing = FAILING in filters
        self.groups[NAN] = [Breakpoint(NAN)] if NAN in filters else []
        return {"breakpoints": [{"verified": True} for _ in filters]}

    def replaced(
        self, group: str, wanted: Sequence[tuple[Arguments, Breakpoint]]
    ) -> dict[str, Any]:
        """Replace a group; what cannot be understood is told, and is no breakpoint."""
        told, kept = [], []
        for arguments, plain in wanted:
            full = plain._replace(
                condition=arguments.text("condition", "").strip(),
                rule=arguments.text("hitCondition", "").strip(),
                message=arguments.text("logMessage", ""),
            )
            answer: dict[str, Any] = {"id": self.number(full), "verified": True}
            if full.line:
                answer["line"] = full.line
            try:
                check(full)
                kept.append(full)
            except ExpressionError as error:
                answer.update(verified=False, message=str(error))
            except RequestError as error:
                answer.update(verified=False, message=error.told(self.language))
            told.append(answer)
        self.groups[group] = kept
        return {"breakpoints": told}

    def left(self, here: "Here") -> None:
        """Remember how many hits a recording had that is left now."""
        for each in self.all():
            if each.rule:
                self.earlier[each] = self.earlier.get(each, 0) + len(here.hits(each))


def check(breakpoint: Breakpoint) -> None:
    """Raise ExpressionError or RequestError for a condition or a count that is none."""
    if breakpoint.condition:
        question(breakpoint.condition)
    if breakpoint.rule:
        rule_of(breakpoint.rule)


class Here:
    """Where the breakpoints stop in one recording."""

    __slots__ = ("breakpoints", "by_line", "known_hits", "known_places", "variables", "walk")

    def __init__(
        self, breakpoints: Breakpoints, walk: Walk, variables: Mapping[str, object]
    ) -> None:
        self.breakpoints = breakpoints
        self.walk = walk
        self.variables = variables
        self.by_line: dict[tuple[str, int], list[int]] | None = None
        self.known_places: dict[Breakpoint, Sequence[int]] = {}
        self.known_hits: dict[Breakpoint, Sequence[int]] = {}

    def __repr__(self) -> str:
        return f"<breakpoints in {self.walk!r}>"

    # -- Going on, in either direction --

    def next_stop(self, start: int, backwards: bool = False, last: int | None = None) -> Stop:
        """Return the first stop after a place, or before it; without breakpoints if there is none.

        What was logged on the way is in it. A way forward may end at a `last` place.
        """
        messages: list[str] = []
        found: list[Breakpoint] = []
        place = start
        for at, breakpoint in self.passed(start, backwards):
            if (found and at != place) or (last is not None and at > last):
                break
            if not self.stops(breakpoint, at):
                continue
            if breakpoint.message:
                self.log(breakpoint, at, messages)
                continue
            place = at
            found.append(breakpoint)
        return Stop(place, found, messages)

    def log(self, breakpoint: Breakpoint, at: int, messages: list[str]) -> None:
        """Add the message of a breakpoint at a place to those of a run."""
        if len(messages) < MESSAGES:
            there = Place(self.walk, at, self.variables)
            messages.append(filled_in(breakpoint.message, there))

    def passed(self, start: int, backwards: bool) -> Iterator[tuple[int, Breakpoint]]:
        """Return the places behind one, with their breakpoints, in the order they are come by."""
        ways = []
        for number, each in enumerate(self.breakpoints.all()):
            places = self.places(each)
            if backwards:
                part = places[: bisect_left(places, start)][::-1]
            else:
                part = places[bisect_right(places, start) :]
            ways.append([(-at if backwards else at, number, each) for at in part])
        for at, _, each in heapq.merge(*ways):
            yield abs(at), each

    def stops(self, breakpoint: Breakpoint, at: int) -> bool:
        """Return whether a breakpoint stops at one of its places."""
        if not breakpoint.rule:
            return self.holds(breakpoint, at)
        hits = self.hits(breakpoint)
        k = bisect_left(hits, at)
        if k == len(hits) or hits[k] != at:
            return False
        return counts(breakpoint.rule, self.breakpoints.earlier.get(breakpoint, 0) + k + 1)

    def holds(self, breakpoint: Breakpoint, at: int) -> bool:
        """Return whether a breakpoint's condition holds; a gradient changes if there is none.

        Where a condition has no value it stops: whoever wrote it sees why.
        """
        number = at - self.walk.turn
        record = self.walk.record
        if breakpoint.kind == NAN:
            return not math.isnan(record.before[number - 1])
        if not breakpoint.condition:
            if breakpoint.kind != DATA:
                return True
            return record.before[number - 1] != record.after[number - 1]
        try:
            return question(breakpoint.condition).holds(Place(self.walk, at, self.variables))
        except (ArithmeticError, ValueError):
            return True

    def hits(self, breakpoint: Breakpoint) -> Sequence[int]:
        """Return the places where a breakpoint's condition holds."""
        if breakpoint not in self.known_hits:
            places = self.places(breakpoint)
            self.known_hits[breakpoint] = [at for at in places if self.holds(breakpoint, at)]
        return self.known_hits[breakpoint]

    # -- Places --

    def places(self, breakpoint: Breakpoint) -> Sequence[int]:
        """Return the places of a breakpoint in this recording, in order."""
        if breakpoint not in self.known_places:
            self.known_places[breakpoint] = self.found(breakpoint)
        return self.known_places[breakpoint]

    def found(self, breakpoint: Breakpoint) -> Sequence[int]:
        """Return the places of a breakpoint."""
        walk = self.walk
        if breakpoint.kind == LINE:
            return walk.places_of_line(self.on_line(breakpoint.where, breakpoint.line))
        if breakpoint.kind == NAN:
            after = walk.record.after
            return [walk.turn + n for n, grad in enumerate(after, start=1) if grad != grad]
        places: set[int] = set()
        for k in self.called(breakpoint.where):
            places.update(walk.places_into(k))
            if breakpoint.kind == LABEL and walk.made[k]:
                places.add(walk.made[k])
        return sorted(places)

    def on_line(self, path: str, line: int) -> list[int]:
        """Return the nodes that were made on a line."""
        if self.by_line is None:
            self.by_line = {}
            for k, node in enumerate(self.walk.record.nodes):
                if node.line is not None:
                    key = (file_of(node.line.file), node.line.number)
                    self.by_line.setdefault(key, []).append(k)
        return self.by_line.get((path, line), [])

    def lines_of(self, path: str) -> list[int]:
        """Return the lines of a file on which nodes were made."""
        self.on_line(path, 0)
        assert self.by_line is not None
        return [line for file, line in self.by_line if file == path]

    def called(self, name: str) -> list[int]:
        """Return the nodes of a label, a name or a variable; several may bear a label."""
        record = self.walk.record
        bearers = [k for k, node in enumerate(record.nodes) if node.label and node.label == name]
        if bearers:
            return bearers
        try:
            return [find(self.walk, name, self.variables)]
        except KeyError:
            return []
