"""Runs: the instructions of a program in sets of one kind that can be computed side by side.

A wide program (a GPT: hundreds of instructions that wait for nothing) goes level by level. In a
narrow one the runs are short, and each costs a jump that the processor cannot foresee; so it
goes by what the end is waiting for longest, and takes along all of that kind that is ready; and
two ops that often come together, one for the other alone, are one there.

Legend
    step        an op with its operands, as an instruction has them
    key         what the members of a run have in common
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias, Union

from autograd_lite.compiling.instructions import Instructions, Reference
from autograd_lite.ops import Op

__all__ = [
    "Pair", "TapeOp", "Step", "Program", "paired", "as_it_is", "is_wide", "by_level",
    "by_need",
]  # fmt: skip

WIDE = 32  # instructions a level, from which a program goes level by level
PAIRS = 64  # how often two ops come together that are worth a handler
SHARE = 200  # and one in so many instructions
TOGETHER = 3  # ops that are one at most, on so many operands
OPERANDS = 4

TapeOp: TypeAlias = Union[Op, "Pair"]


class Pair(NamedTuple):
    """Two ops as one of the tape: `inner` is operand `place` of `outer`. It has no rule."""

    outer: Op
    place: int
    inner: TapeOp
    sequences: int = 0

    @property
    def name(self) -> str:
        """What a listing calls it: the inner op last, as in a formula."""
        return f"{self.outer.name}_{self.inner.name}"

    @property
    def arity(self) -> int:
        """How many operands it has."""
        return self.outer.arity - 1 + self.inner.arity

    @property
    def together(self) -> int:
        """How many ops it is."""
        return 1 + (self.inner.together if isinstance(self.inner, Pair) else 1)


class Step(NamedTuple):
    """One operation of a tape."""

    op: TapeOp
    operands: tuple[Reference, ...]


class Program(NamedTuple):
    """A program on its way to a tape: numbers 0 .. inputs-1 are its inputs.

    steps       those that are one with another are None
    """

    inputs: int
    steps: list[Step | None]
    outputs: Sequence[Reference]


def uses_of(program: Instructions) -> list[int]:
    """Return how often each number is read, by an output as well."""
    n = len(program.inputs)
    uses = [0] * (n + len(program.body))
    for r in program.outputs:
        if type(r) is int:
            uses[r] += 1
    for instruction in program.body:
        for r in instruction.operands:
            if type(r) is int:
                uses[r] += 1
    return uses


# -- Ops that come together ----------------------------------------------------------------------


def can_pair(op: TapeOp) -> bool:
    """Return whether an op may be part of a pair: on numbers, none of them an exponent."""
    return not op.sequences and (isinstance(op, Pair) or "n" not in op.operands)


def frequent_pairs(program: Instructions, uses: Sequence[int]) -> set[tuple[Op, int, Op]]:
    """Return the ops that often come together: (outer, which operand, inner)."""
    n = len(program.inputs)
    body = program.body
    counts: dict[tuple[Op, int, Op], int] = {}
    for op, operands, _, _ in body:
        for place, r in enumerate(operands):
            if type(r) is int and r >= n and uses[r] == 1:
                pair = (op, place, body[r - n].op)
                counts[pair] = counts.get(pair, 0) + 1
    least = max(PAIRS, len(body) // SHARE)
    return {
        pair
        for pair, count in counts.items()
        if count >= least and can_pair(pair[0]) and can_pair(pair[2])
    }


def paired(program: Instructions, depends: Sequence[bool]) -> Program:
    """Return the program with ops that often come together as one.

    depends     for each number, whether a row changes it: what none does stays by itself
    """
    n = len(program.inputs)
    uses = uses_of(program)
    frequent = frequent_pairs(program, uses)
    steps: list[Step | None] = []
    for number, (op, operands, _, _) in enumerate(program.body, start=n):
        step = Step(op, operands)
        for place, r in enumerate(operands):
            if type(r) is not int or r < n or uses[r] != 1 or depends[r] != depends[number]:
                continue
            if (op, place, program.body[r - n].op) not in frequent:
                continue
            inner = steps[r - n]
            assert inner is not None  # nobody else reads it
            pair = Pair(op, place, inner.op)
            if pair.together <= TOGETHER and pair.arity <= OPERANDS:
                step = Step(pair, (*operands[:place], *inner.operands, *operands[place + 1 :]))
                steps[r - n] = None
                break
        steps.append(step)
    return Program(n, steps, program.outputs)


def as_it_is(program: Instructions) -> Program:
    """Return the program with each op by itself."""
    steps: list[Step | None] = [Step(op, operands) for op, operands, _, _ in program.body]
    return Program(len(program.inputs), steps, program.outputs)


# -- The order of runs ---------------------------------------------------------------------------


def by_level(
    program: Program, levels: Sequence[int], numbers: Sequence[int], keys: Sequence[Any]
) -> Iterator[tuple[Any, list[int]]]:
    """Yield the members of each run: equal keys of one level."""
    n = program.inputs
    table: dict[int, dict[Any, list[int]]] = {}
    for number in numbers:
        table.setdefault(levels[number], {}).setdefault(keys[number - n], []).append(number)
    for level in sorted(table):
        yield from table[level].items()


class Needs(NamedTuple):
    """Who waits for whom among some steps.

    below       how many steps must follow one after the other, at most, when it is done
    waiting     for how many others each of them waits
    users       who waits for it
    """

    below: list[int]
    waiting: list[int]
    users: dict[int, list[int]]


def needs_of(program: Program, numbers: Sequence[int]) -> Needs:
    """Return who waits for whom among these steps, which stand in an order they can run in."""
    n = program.inputs
    below = [0] * (n + len(program.steps))
    waiting = [0] * (n + len(program.steps))
    users: dict[int, list[int]] = {number: [] for number in numbers}
    for number in reversed(numbers):
        step = program.steps[number - n]
        assert step is not None
        following = below[number] + 1
        for r in {r for r in step.operands if type(r) is int}:
            if r in users:
                users[r].append(number)
                waiting[number] += 1
                if below[r] < following:
                    below[r] = following
    return Needs(below, waiting, users)


def by_need(
    program: Program, numbers: Sequence[int], keys: Sequence[Any]
) -> Iterator[tuple[Any, list[int]]]:
    """Yield runs of all that is ready of a kind: the kind that the end waits for longest."""
    n = program.inputs
    below, waiting, users = needs_of(program, numbers)
    ready: dict[Any, list[int]] = {}
    longest: dict[Any, int] = {}
    free = [number for number in numbers if not waiting[number]]
    while free:
        for number in free:
            key = keys[number - n]
            if key in ready:
                ready[key].append(number)
                longest[key] = max(longest[key], below[number])
            else:
                ready[key] = [number]
                longest[key] = below[number]
        free = []
        while ready and not free:
            key = max(ready, key=longest.__getitem__)
            members = ready.pop(key)
            yield key, members
            for number in members:
                for user in users[number]:
                    waiting[user] -= 1
                    if not waiting[user]:
                        free.append(user)


def is_wide(levels: Sequence[int]) -> bool:
    """Return whether a level has many instructions, so that they fill vectors by themselves."""
    return len(levels) >= WIDE * max(levels, default=0)
