"""The order in which machine code computes a program, and where each number lies in memory.

A small program is one straight piece. In a large one, equal ops of one level of the graph are
put side by side, so that runs of one op whose operands advance evenly through memory (the
weighted inputs of a layer; the gradients of its weights) become loops: the code does not grow
with the number of weights.

Legend
    space       P: numbers that all rows share; X: the inputs of a row; T: results of a row
    slot        the index of a number in its space
    step        by how many slots an operand advances from one member of a run to the next
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd_lite.compiling.instructions import Instructions, Reference
from autograd_lite.ops import Op

__all__ = [
    "Schedule", "least_weight", "Straight", "Run", "Access", "STRAIGHT", "by_level", "lattices",
    "run_of",
]  # fmt: skip

STRAIGHT = 1500  # operands in all, up to which a program is one straight piece
PIECE = 400  # instructions of a straight piece of a larger one: compile time stays even
LOOP = 8  # instructions that a loop counts for: LLVM takes as long
SHORTEST = 4  # members of a run, or terms of a stretch of a sum, that are worth a loop
FEW = 4  # operands of a sum up to which each may lie where it likes

Space: TypeAlias = str | int  # P, X, T or G; for arrays, the number of one
Place: TypeAlias = tuple[str, int]
Group: TypeAlias = list[tuple[int, tuple[int, ...]]]  # instructions, and where they start


class Access(NamedTuple):
    """Where an operand of a run lies: slot = start + outer·j + inner·i (+ term·k in a sum).

    A constant has the space "" and its value.
    """

    space: Space
    start: int
    inner: int = 0
    outer: int = 0
    term: int = 0
    value: float = 0.0


class Straight(NamedTuple):
    """Instructions one after the other."""

    numbers: list[int]


class Run(NamedTuple):
    """One op on evenly advancing operands, `outer` times `inner` times.

    lengths     for an op on sequences the terms of each stretch of a member, else (). The operands
                are then those of the first stretch, one for each sequence, those of the second, …
    result      where the results go: space T, or G for outputs that nothing else reads
    """

    op: Op | None  # None: nothing is computed, numbers go to the outputs
    outer: int
    inner: int
    operands: tuple[Access, ...]
    lengths: tuple[int, ...]
    result: Access

    @property
    def length(self) -> int:
        """How many terms a member has, for an op on sequences; else 0."""
        return sum(self.lengths)

    def stretches(self) -> list[tuple[int, tuple[Access, ...]]]:
        """Return the stretches of a member of sums: its terms, and where their operands lie."""
        rows = len(self.operands) // max(1, len(self.lengths))
        return [
            (length, self.operands[k * rows : (k + 1) * rows])
            for k, length in enumerate(self.lengths)
        ]


class Schedule:
    """Places and pieces of a program for batches in some of its inputs.

    places      for each input and instruction: its space and slot
    once        instructions that no row changes, in order; their results lie in P
    pieces      what is computed for each row, in order
    sinks       for each instruction that only an output reads: which output that is
    irregular   how many instructions are not in loops
    complete    False if there were more of them than was asked for, and the rest is not planned
    shared, row, scratch    how many slots P, X and T have
    """

    def __init__(
        self, program: Instructions, varying: Iterable[int], most: float = math.inf
    ) -> None:
        self.program = program
        self.most = most
        self.complete = True
        n = len(program.inputs)
        varying = list(varying)
        self.depends = program.depending_on(varying)
        self.places: list[Place] = [("", 0)] * (n + len(program.body))
        for slot, k in enumerate(varying):
            self.places[k] = ("X", slot)
        self.row = len(varying)
        shared = [k for k in range(n) if not self.depends[k]]
        numbers = range(n, n + len(program.body))
        self.once = [k for k in numbers if not self.depends[k]]
        for slot, k in enumerate(shared + self.once):
            self.places[k] = ("P", slot)
        self.shared = len(shared) + len(self.once)
        self.scratch = 0
        self.sinks: dict[int, int] = {}
        self.pieces: list[Straight | Run] = []
        steps = [k for k in numbers if self.depends[k]]
        size = sum([len(program.body[k - n].operands) for k in steps]) + len(program.outputs)
        self.irregular = 0
        self.loops = 0
        self.straight = size <= STRAIGHT
        if self.straight:
            self.pieces = [Straight(steps)]
            self.irregular = len(steps)
        else:
            self.find_sinks(steps)
            self.roll(steps)
        if self.weight > self.most:
            self.complete = False

    def instruction_operands(self, k: int) -> tuple[Op, tuple[Reference, ...]]:
        """Return the op and the operands of the instruction that gives number k."""
        instruction = self.program.body[k - len(self.program.inputs)]
        return instruction.op, instruction.operands

    def find_sinks(self, steps: Sequence[int]) -> None:
        """Note the instructions that one output reads and nothing else."""
        outputs: dict[int, int] = {}
        read_twice = set()
        for k, reference in enumerate(self.program.outputs):
            if type(reference) is int:
                if reference in outputs:
                    read_twice.add(reference)
                outputs[reference] = k
        for number in steps:
            for reference in self.instruction_operands(number)[1]:
                if type(reference) is int and reference in outputs:
                    read_twice.add(reference)
        computed = set(steps)
        self.sinks = {
            number: k
            for number, k in outputs.items()
            if number in computed and number not in read_twice
        }

    # -- Rolling --

    def roll(self, steps: Sequence[int]) -> None:
        """Find the pieces: level by level, runs as loops, what is left one after the other."""
        left: list[int] = []
        for members in by_level(self.program, steps):
            runs: list[Run] = []
            for (op, form, sinks), group in self.alike(members, left).items():
                runs += self.runs_in(group, op, form, sinks, left)
            if runs:
                self.flush(left)
                left = []
                self.pieces += runs
                self.loops += len(runs)
            if self.weight + len(left) > self.most:
                self.complete = False
                return
        self.flush(left)
        self.deliver()

    @property
    def weight(self) -> int:
        """What LLVM has to do, in instructions that are in no loop."""
        return len(self.once) + self.irregular + LOOP * self.loops

    def alike(self, members: Sequence[int], left: list[int]) -> dict[tuple[Any, ...], Group]:
        """Return the instructions of a level that may form runs; others are `left`."""
        groups: dict[tuple[Any, ...], Group] = {}
        for number in members:
            op, references = self.instruction_operands(number)
            shape = self.shape(op, references)
            if shape is None:
                self.settle([number])
                left.append(number)
                continue
            form, starts = shape
            groups.setdefault((op, form, number in self.sinks), []).append((number, starts))
        return groups

    def runs_in(
        self, group: Group, op: Op, form: tuple[Any, ...], sinks: bool, left: list[int]
    ) -> list[Run]:
        """Return the runs among alike instructions; what is too short for one is `left`."""
        if sinks:
            vectors = [(*starts, self.sinks[number]) for number, starts in group]
        else:
            self.settle([number for number, _ in group])
            vectors = [(*starts, self.places[number][1]) for number, starts in group]
        runs = []
        for first, outer, inner, steps_outer, steps_inner in lattices(vectors):
            if outer * inner >= SHORTEST:
                start = vectors[first]
                runs.append(run_of(op, form, sinks, start, outer, inner, steps_outer, steps_inner))
                continue
            members_left = [group[first + k][0] for k in range(outer * inner)]
            if sinks:
                self.settle(members_left)
            left += members_left
        return runs

    def settle(self, numbers: Sequence[int]) -> None:
        """Give these numbers the next slots of T."""
        for number in numbers:
            self.places[number] = ("T", self.scratch)
            self.scratch += 1

    def flush(self, left: Sequence[int]) -> None:
        """Add instructions that are in no run as straight pieces of an even size."""
        self.irregular += len(left)
        for k in range(0, len(left), PIECE):
            self.pieces.append(Straight(list(left[k : k + PIECE])))

    def shape(
        self, op: Op, references: Sequence[Reference]
    ) -> tuple[tuple[Any, ...], tuple[int, ...]] | None:
        """Return what members of a run have in common, and where this one's operands start.

        None if the operands of a long sum do not advance evenly, at least stretch by stretch.
        """
        form: list[Any] = []
        starts: list[int] = []
        if not op.sequences or len(references) <= FEW:
            for reference in references:
                if type(reference) is int:
                    space, slot = self.places[reference]
                    form.append((space, 0, 0, ""))
                    starts.append(slot)
                else:
                    form.append(("", 0, 0, float(reference).hex()))
            return tuple(form), tuple(starts)
        if not op.term:
            return None
        if any(type(r) is float for r in references):
            return None
        rows = [[self.places[int(r)] for r in row] for row in op.split(references)]
        parts = even_parts(rows)
        if len(parts) > max(1, len(rows[0]) // SHORTEST):
            return None
        for first, count in parts:
            for row in rows:
                space, start = row[first]
                term = row[first + 1][1] - start if count > 1 else 0
                form.append((space, term, count, ""))
                starts.append(start)
        return tuple(form), tuple(starts)

    def deliver(self) -> None:
        """Add the pieces that bring to the outputs what is not there by itself."""
        groups: dict[str, list[tuple[int, ...]]] = {}
        for k, reference in enumerate(self.program.outputs):
            if type(reference) is not int or not self.depends[reference]:
                continue
            space, slot = self.places[reference]
            if self.sinks.get(reference) == k and space != "T":
                continue  # a run has brought it
            groups.setdefault(space, []).append((slot, k))
        for space, vectors in groups.items():
            form = ((space, 0, 0, ""),)
            for first, outer, inner, steps_outer, steps_inner in lattices(vectors):
                self.pieces.append(
                    run_of(None, form, True, vectors[first], outer, inner, steps_outer,
                           steps_inner)
                )  # fmt: skip


def by_level(program: Instructions, steps: Sequence[int]) -> list[list[int]]:
    """Return instructions of a program by level: each one above all that it needs.

    Those of a level stand as what reads them does, the outputs first of all, which are in the
    order of somebody's matrices: so the operands of a run advance evenly wherever the walk
    through the graph came by first.
    """
    n = len(program.inputs)
    levels = program.levels(steps)
    found: list[list[int]] = [[] for _ in range(max(levels, default=0))]
    for number in steps:
        found[levels[number] - 1].append(number)
    read: dict[int, int] = {}  # a number -> how many were read before it
    count_as_read(read, program.outputs)
    for members in reversed(found):
        members.sort(key=read.__getitem__)
        for number in members:
            count_as_read(read, program.body[number - n].operands)
    return found


def count_as_read(read: dict[int, int], references: Iterable[Reference]) -> None:
    """Give each number among the references that is not in `read` yet the next place in it."""
    for reference in references:
        if type(reference) is int:
            read.setdefault(reference, len(read))


def least_weight(program: Instructions) -> int:
    """Return the least that a schedule of all inputs can weigh: found in a fraction of its time.

    Equal ops of one level are one loop at best.
    """
    counts = Counter(zip(program.levels()[len(program.inputs) :], [i.op for i in program.body]))
    return sum([min(count, LOOP) for count in counts.values()])


def run_of(
    op: Op | None,
    form: Sequence[tuple[Space, int, int, str]],
    sinks: bool,
    start: Sequence[int],
    outer: int,
    inner: int,
    steps_outer: Sequence[int],
    steps_inner: Sequence[int],
) -> Run:
    """Return the run of one op whose first member starts at `start`, and that advances so."""
    operands = []
    k = 0
    for space, term, _, constant in form:
        if constant:
            operands.append(Access("", 0, value=float.fromhex(constant)))
        else:
            operands.append(Access(space, start[k], steps_inner[k], steps_outer[k], term))
            k += 1
    result = Access("G" if sinks else "T", start[k], steps_inner[k], steps_outer[k])
    sums = op is not None and op.sequences and form[0][2]  # not one of a few operands
    lengths = [terms for _, _, terms, _ in form[:: op.sequences]] if op is not None and sums else []
    return Run(op, outer, inner, tuple(operands), tuple(lengths), result)


def even_parts(rows: Sequence[Sequence[Place]]) -> list[tuple[int, int]]:
    """Return the parts of sequences of places in which all of them advance evenly: (first, count).

    >>> even_parts([[("P", 0), ("P", 2), ("P", 4), ("T", 6)], [("T", 3)] * 4])
    [(0, 3), (3, 1)]
    """
    found = []
    first, end = 0, 0
    while first < len(rows[0]):
        end = first + 1
        while end < len(rows[0]) and all(goes_on(row, first, end) for row in rows):
            end += 1
        found.append((first, end - first))
        first = end
    return found


def goes_on(row: Sequence[Place], first: int, end: int) -> bool:
    """Return whether places that advance evenly from `first` on do so still at `end`."""
    space, slot = row[end]
    before, last = row[end - 1]
    return space == before and (end == first + 1 or slot - last == last - row[end - 2][1])


def lattices(
    vectors: Sequence[tuple[int, ...]],
) -> list[tuple[int, int, int, tuple[int, ...], tuple[int, ...]]]:
    """Return vectors as evenly spaced lattices: (first, outer, inner, outer step, inner step).

    >>> lattices([(0, 0), (0, 1), (0, 2), (5, 0), (5, 1), (5, 2), (9, 9)])
    [(0, 2, 3, (5, 0), (0, 1)), (6, 1, 1, (0, 0), (0, 0))]
    """
    width = len(vectors[0]) if vectors else 0
    zero = (0,) * width
    rows: list[tuple[int, int, tuple[int, ...]]] = []  # first, count, step
    k = 0
    while k < len(vectors):
        end = k + 1
        step = zero
        if end < len(vectors):
            step = minus(vectors[end], vectors[k])
            while end < len(vectors) and minus(vectors[end], vectors[end - 1]) == step:
                end += 1
            if end == k + 2 and end < len(vectors):
                # two alone: perhaps this one ends a row, and the next begins one
                following = minus(vectors[end], vectors[k + 1])
                if end + 1 < len(vectors) and minus(vectors[end + 1], vectors[end]) == following:
                    end, step = k + 1, zero
        rows.append((k, end - k, step if end - k > 1 else zero))
        k = end
    found = []
    k = 0
    while k < len(rows):
        first, count, step = rows[k]
        end = k + 1
        outer_step = zero
        if end < len(rows) and rows[end][1:] == (count, step):
            outer_step = minus(vectors[rows[end][0]], vectors[first])
            while (
                end < len(rows)
                and rows[end][1:] == (count, step)
                and minus(vectors[rows[end][0]], vectors[rows[end - 1][0]]) == outer_step
            ):
                end += 1
        found.append((first, end - k, count, outer_step, step))
        k = end
    return found


def minus(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple([x - y for x, y in zip(left, right)])
