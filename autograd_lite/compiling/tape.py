"""A tape: a large irregular program as data, for handlers that know nothing of it.

Machine code of a program without regularity grows with it, and so does the time that LLVM takes,
minutes for a few hundred thousand instructions. On tape each run (runs.py) is a record, which
handler and how many members, and the slots of its operands are a stream of numbers. That is
written in a fraction of a second, and the processor reads it as fast as it would read code.

One row: the results of a run lie side by side, and vectors go across its members. Many rows:
vectors go across the rows, and a slot is used again when nobody reads its number any more, so that
the memory of a row stays near the processor.

Legend
    see handlers.py; besides
    pool        the constants, each with its slot: the same text, the same number
    place       the slots of a member's operands
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any, NamedTuple

from autograd_lite import ops
from autograd_lite.compiling.handlers import Kind, takes_own_function
from autograd_lite.compiling.instructions import Instructions, Reference
from autograd_lite.compiling.runs import (
    Pair,
    Program,
    Step,
    TapeOp,
    as_it_is,
    by_level,
    by_need,
    is_wide,
    paired,
)
from autograd_lite.ops import Power

__all__ = ["Tape", "Part", "Record"]

EXPONENTS = 6  # of an op, that get handlers of their own; beyond, they are loaded like operands
WRITTEN_OUT = 4  # terms up to which a sum is written out, not looped
FEW = 4  # members that are computed without a loop
FEW_LEFT = 2  # the same of those that are left after groups, and of long sums
NARROW = 8  # operands up to which they are
LONG = 6  # terms of inner products that are worth being added up across the lanes

Row = tuple[int, ...]


class Key(NamedTuple):
    """What the members of a run have in common.

    form        see `Kind`
    terms       of a sum that is looped, else 0
    exponent    which operand stands in the handler's text, None if there is none
    """

    op: TapeOp | None
    form: tuple[float | None, ...]
    terms: int
    exponent: int | None = None


class Record(NamedTuple):
    """A run, or a part of one: which handler, on how many groups, members, terms."""

    kind: Kind
    groups: int
    members: int
    terms: int


class Part:
    """Records that are worked through together, and the slots of their operands."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.stream = array("I")


class Tape:
    """A program as records and streams.

    lanes       how many doubles a vector of the machine has
    rows        whether vectors go across the rows of a batch
    constants   the numbers of the first slots
    shared      how many inputs no row changes; their slots follow, then those of a row (`row`)
    once, each  what is computed before the rows, and for each of them
    first       the slot of the first result of a program of one row
    outputs     the slot of the first output; the others follow
    slots       how many there are
    """

    def __init__(
        self, program: Instructions, varying: Sequence[int], lanes: int, rows: bool
    ) -> None:
        self.lanes = lanes
        self.rows = rows
        n = len(program.inputs)
        depends = program.depending_on(varying)
        levels = program.levels()
        self.wide = is_wide(levels)
        self.program = as_it_is(program) if self.wide else paired(program, depends)
        self.pool: dict[str, int] = {}
        self.own: dict[TapeOp | None, bool] = {}
        self.keys = self.keys_of(self.program)
        for reference in program.outputs:
            if type(reference) is float:
                self.pool.setdefault(reference.hex(), len(self.pool))
        self.constants = [float.fromhex(text) for text in self.pool]
        shared = [k for k in range(n) if not depends[k]]
        self.shared = len(shared)
        self.row = len(varying)
        self.places = [0] * (n + len(program.body))
        for slot, k in enumerate([*shared, *varying], start=len(self.pool)):
            self.places[k] = slot
        inputs = len(self.pool) + n
        self.slots = self.first = inputs + -inputs % lanes
        numbers = [k for k, step in enumerate(self.program.steps, start=n) if step is not None]
        self.once, self.each = Part(), Part()
        runs = list(self.runs([k for k in numbers if not depends[k]], levels))
        later = list(self.runs([k for k in numbers if depends[k]], levels))
        if rows:
            self.write_rows(runs, self.once, {})
            self.write_rows(later, self.each, self.last_uses(later))
        else:
            for key, members in [*runs, *later]:
                self.write_run(key, members)
        self.write_outputs()
        self.slots += lanes  # the last group may be written whole

    def runs(
        self, numbers: Sequence[int], levels: Sequence[int]
    ) -> Iterator[tuple[Key, list[int]]]:
        """Return the runs of these instructions, in their order."""
        if self.wide:
            return by_level(self.program, levels, numbers, self.keys)
        return by_need(self.program, numbers, self.keys)

    def records(self) -> list[Record]:
        """Return all records, in the order in which they are worked through."""
        return [*self.once.records, *self.each.records]

    # -- Keys --

    def keys_of(self, program: Program) -> list[Key | None]:
        """Return the key of each step, and put the constants that are operands in the pool."""
        loaded = loaded_exponents(program)
        keys: list[Key | None] = []
        plain: dict[TapeOp, Key] = {}  # the keys of ops without exponents and sequences
        for k, step in enumerate(program.steps):
            if step is None:
                keys.append(None)
                continue
            if isinstance(step.op, Power) and ops.variable_power in loaded:
                step = Step(ops.variable_power, (*step.operands, step.op.exponent))
                program.steps[k] = step
            op, operands = step
            key = plain.get(op)
            if key is None:
                key = key_of(op, operands, loaded)
                if not op.sequences and exponent_at(op) is None:
                    plain[op] = key
            keys.append(key)
            for place, r in enumerate(operands):
                if type(r) is float and place != key.exponent:
                    self.pool.setdefault(r.hex(), len(self.pool))
        return keys

    def found(self, key: Key, number: int) -> Row:
        """Return the places of the operands of a step, its exponent left out."""
        step = self.program.steps[number - self.program.inputs]
        assert step is not None
        places, pool = self.places, self.pool
        left = step.operands
        if key.exponent is not None:
            left = (*left[: key.exponent], *left[key.exponent + 1 :])
        return tuple([places[r] if type(r) is int else pool[float(r).hex()] for r in left])

    # -- One row --

    def write_run(self, key: Key, members: Sequence[int]) -> None:
        """Write a run whose results are the next slots.

        Its members stand so that their operands lie side by side where they can.
        """
        rows = [(self.found(key, number), number) for number in members]
        if len(rows) > FEW:
            rows.sort()
        for slot, (_, number) in enumerate(rows, start=self.slots):
            self.places[number] = slot
        self.slots += len(rows)
        write = self.write_sums if key.terms else self.write_members
        write(key, [row for row, _ in rows])

    def write_members(self, key: Key, rows: Sequence[Row]) -> None:
        """Write the records of a run: of a few members, or in groups."""
        L, width = self.lanes, len(rows[0])
        start = 0
        while start < len(rows):
            group = rows[start : start + L]
            size = len(group)
            if width <= NARROW and (len(rows) <= FEW or (start and size <= FEW_LEFT)):
                self.write_few(key, rows[start : start + FEW])
                start += FEW
                continue
            columns = list(zip(*group, *[group[-1]] * (L - size)))
            mixed = width > 2 or isinstance(key.op, Pair)  # a handler for each way: too many
            modes = "G" * width if mixed else "".join([mode_of(column) for column in columns])
            self.write_columns(modes, columns)
            self.add(Kind(key.op, key.form, modes, L), size, 0)
            start += L

    def write_few(self, key: Key, rows: Sequence[Row]) -> None:
        """Write a record of a few members, which are computed without a loop."""
        lanes = self.side_by_side(key, len(rows))
        kind = Kind(key.op, key.form, "G" * len(rows[0]), lanes, few=len(rows))
        self.each.records.append(Record(kind, 0, len(rows), 0))
        for row in rows:
            self.each.stream.extend(row)

    def side_by_side(self, key: Key, members: int) -> int:
        """Return in how many lanes a few members are computed: 1 where that is as quick."""
        lanes = 2 if members == 2 else 4
        if members == 1 or lanes > self.lanes:
            return 1
        if key.op not in self.own:
            self.own[key.op] = takes_own_function(key.op)
        return lanes if self.own[key.op] else 1

    def write_sums(self, key: Key, rows: Sequence[Row]) -> None:
        """Write the records of a run of long sums."""
        L, terms = self.lanes, key.terms
        sequences = len(rows[0]) // terms
        inner = key.op is ops.dot
        if len(rows) <= FEW_LEFT and not (inner and lie_side_by_side(rows, terms)):
            for row in rows:
                self.each.stream.extend(term_by_term(row, terms))
                self.add(Kind(key.op, (), "G" * sequences, 1), 1, terms)
            return
        for start in range(0, len(rows), L):
            group = rows[start : start + L]
            size = len(group)
            group = [*group, *[group[-1]] * (L - size)]
            if inner and lie_side_by_side(group, terms):
                self.each.stream.extend([row[0] for row in group])
                self.each.stream.extend([row[terms] for row in group])
                self.add(Kind(key.op, (), "RR", L), size, terms)
                continue
            columns = list(zip(*group))
            modes = ""
            for first in range(0, len(columns), terms):
                ways = {mode_of(column) for column in columns[first : first + terms]}
                modes += ways.pop() if len(ways) == 1 else "G"
            self.write_columns(modes, term_by_term(columns, terms))
            self.add(Kind(key.op, (), modes, L), size, terms)

    def write_columns(self, modes: str, columns: Sequence[Sequence[int]]) -> None:
        """Write where a group finds its operands; the modes hold for one term after the other."""
        stream = self.each.stream
        for mode, column in zip(cycle(modes), columns):
            if mode == "G":
                stream.extend(column)
            else:
                stream.append(column[0])

    def add(self, kind: Kind, members: int, terms: int) -> None:
        """Add a group to the last record, if it is of its kind and whole; else a record for it."""
        records = self.each.records
        if records:
            last = records[-1]
            whole = last.members == last.groups * last.kind.lanes
            if last.kind == kind and last.terms == terms and whole:
                records[-1] = Record(kind, last.groups + 1, last.members + members, terms)
                return
        records.append(Record(kind, 1, members, terms))

    # -- Many rows --

    def write_rows(
        self, runs: Sequence[tuple[Key, list[int]]], part: Part, ends: dict[int, list[int]]
    ) -> None:
        """Write runs of members that go across rows.

        ends    for each run, the numbers that nobody reads after it: their slots are free
        """
        free: list[int] = []
        for k, (key, members) in enumerate(runs):
            modes = ""
            for number in members:
                row = self.found(key, number)
                if free:
                    slot = free.pop()
                else:
                    slot = self.slots
                    self.slots += 1
                self.places[number] = slot
                part.stream.extend(term_by_term(row, key.terms) if key.terms else row)
                part.stream.append(slot)
                modes = "B" * (len(row) // (key.terms or 1))
            kind = Kind(key.op, key.form, modes, self.lanes, rows=True)
            part.records.append(Record(kind, len(members), len(members), key.terms))
            free += [self.places[number] for number in ends.get(k, ())]

    def last_uses(self, runs: Sequence[tuple[Key, list[int]]]) -> dict[int, list[int]]:
        """Return for each run the results of runs that are read there for the last time."""
        last: dict[int, int] = {}
        for k, (_, members) in enumerate(runs):
            for number in members:
                step = self.program.steps[number - self.program.inputs]
                assert step is not None
                for r in step.operands:
                    if type(r) is int:
                        last[r] = k
        for reference in self.program.outputs:
            if type(reference) is int:
                last.pop(reference, None)
        ends: dict[int, list[int]] = {}
        for _, members in runs:
            for number in members:
                if number in last:
                    ends.setdefault(last[number], []).append(number)
        return ends

    def write_outputs(self) -> None:
        """Write what brings the outputs side by side, and looks whether they are finite."""
        places = [
            self.places[r] if type(r) is int else self.pool[float(r).hex()]
            for r in self.program.outputs
        ]
        self.outputs = self.slots
        self.slots += len(places)
        if not self.rows:
            self.write_members(Key(None, (None,), 0), [(place,) for place in places])
            return
        for slot, place in enumerate(places, start=self.outputs):
            self.each.stream.extend((place, slot))
        kind = Kind(None, (None,), "B", self.lanes, rows=True)
        self.each.records.append(Record(kind, len(places), len(places), 0))


# -- Exponents and keys --------------------------------------------------------------------------


def exponent_at(op: TapeOp) -> int | None:
    """Return which operand of an op is an exponent, nearly always a constant of a formula."""
    if isinstance(op, Pair) or "n" not in op.operands:
        return None
    return op.operands.index("n")


def loaded_exponents(program: Program) -> set[TapeOp]:
    """Return the ops with so many exponents that these are loaded, as other operands are.

    A handler for each would be too many. Powers by a constant are then powers by an operand.
    """
    seen: dict[TapeOp, set[str]] = {}
    places: dict[TapeOp, int | None] = {}
    for step in program.steps:
        if step is None:
            continue
        op, operands = step
        if isinstance(op, Power):
            seen.setdefault(ops.variable_power, set()).add(op.exponent.hex())
            continue
        if op not in places:
            places[op] = exponent_at(op)
        place = places[op]
        if place is not None:
            seen.setdefault(op, set()).add(str(operands[place]))
    return {op for op, exponents in seen.items() if len(exponents) > EXPONENTS}


def key_of(op: TapeOp, operands: Sequence[Reference], loaded: set[TapeOp]) -> Key:
    """Return the key of an op on operands: a long sum is looped, an exponent stands in its text."""
    if op.sequences:
        terms = len(operands) // op.sequences
        if not isinstance(op, Pair) and op.term and terms > WRITTEN_OUT:
            return Key(op, (), terms)
    place = exponent_at(op)
    if place is None or op in loaded or type(operands[place]) is not float:
        return Key(op, (None,) * len(operands), 0)
    exponent = operands[place]
    form = tuple([exponent if k == place else None for k in range(len(operands))])
    return Key(op, form, 0, place)


# -- Where operands lie --------------------------------------------------------------------------


def mode_of(column: Sequence[int]) -> str:
    """Return how a group finds an operand that lies in these slots.

    >>> mode_of((4, 5, 6, 7)), mode_of((4, 4, 4, 4)), mode_of((4, 6, 5, 7))
    ('V', 'B', 'G')
    """
    first, last = column[0], column[-1]
    if last - first == len(column) - 1 and tuple(column) == tuple(range(first, last + 1)):
        return "V"
    if first == last and column.count(first) == len(column):
        return "B"
    return "G"


def lie_side_by_side(rows: Sequence[Row], terms: int) -> bool:
    """Return whether all rows are two vectors each, both with their terms side by side."""
    if terms < LONG:
        return False
    for row in dict.fromkeys(rows):
        for first in (0, terms):
            start = row[first]
            if row[first + terms - 1] - start != terms - 1:
                return False
            if row[first : first + terms] != tuple(range(start, start + terms)):
                return False
    return True


def term_by_term(sequences: Sequence[Any], terms: int) -> list[Any]:
    """Return sequences that stand one after the other term by term.

    >>> term_by_term([1, 2, 3, 7, 8, 9], 3)
    [1, 7, 2, 8, 3, 9]
    """
    return [x for k in range(terms) for x in sequences[k::terms]]
