"""A program raised to arrays: equal ops side by side become one step on whole arrays.

The steps do not grow in number with the weights: the weighted inputs of a layer are one step,
and so are the gradients of its weights. What fits in no run is gathered: it costs an index, and
no step of its own.

Legend
    array       numbers in a row; each input, and each step's results, are one
    place       where a number stands: its array, and its index there
    step        of an index: by how much it advances from one number to the next
    block       parts of arrays side by side, row under row: W with b as its last column
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd_lite.compiling.instructions import Instructions, Reference
from autograd_lite.compiling.schedule import Access, Run, by_level, lattices, run_of
from autograd_lite.ops import Op

__all__ = ["Array", "Arrays", "Assembly", "Block", "Gather", "Part", "ALONE"]

ALONE = 16  # members of a run that stays alone in an uneven group; smaller ones are gathered
LONGEST_PERIOD = 4  # parts of a block
BLOCKS = 12  # of an assembly; what has more is gathered

Place: TypeAlias = tuple[int, int]
Vector: TypeAlias = tuple[int, ...]


class Array(NamedTuple):
    """An array: its natural shape, the labels of its numbers, and for a constant these.

    A run's array has one axis for each direction in which the run advances.
    """

    shape: tuple[int, ...]
    labels: Sequence[str]
    constants: Sequence[float] | None = None


class Part(NamedTuple):
    """Numbers of an array in evenly spaced rows: start + row·outer + k·inner, k < width."""

    array: int
    start: int
    outer: int
    inner: int
    width: int


class Block(NamedTuple):
    """Parts side by side in `rows` rows; read row by row."""

    rows: int
    parts: tuple[Part, ...]


class Assembly(NamedTuple):
    """An array put together: block after block."""

    array: int
    blocks: tuple[Block, ...]


class Gather(NamedTuple):
    """An array picked by an index out of others, laid end to end."""

    array: int
    sources: tuple[int, ...]
    picked: tuple[int, ...]


Step: TypeAlias = "Run | Assembly | Gather"


class Arrays:
    """The arrays and steps of a program, and for each group of outputs the array that holds it.

    arrays      all of them, the inputs' first; the space of an access is an array's number
    steps       in the order in which they run
    outputs     for each group of outputs: the number of its array
    """

    def __init__(
        self,
        program: Instructions,
        input_sizes: Sequence[int | None],
        output_sizes: Sequence[int | None],
    ) -> None:
        self.program = program
        self.arrays: list[Array] = []
        self.steps: list[Step] = []
        self.places: list[Place] = []
        self.constant_places: dict[str, Place] = {}
        self.constants: list[float] = []
        labels = iter(program.inputs)
        for size in input_sizes:
            width = 1 if size is None else size
            names = [next(labels) for _ in range(width)]
            number = self.add(() if size is None else (width,), names)
            self.places += [(number, k) for k in range(width)]
        self.constant_array = self.add((0,), [])
        self.places += [(-1, 0)] * len(program.body)
        n = len(program.inputs)
        for members in by_level(program, range(n, n + len(program.body))):
            self.raise_level(members)
        self.outputs = []
        references = iter(program.outputs)
        for size in output_sizes:
            width = 1 if size is None else size
            places = [self.place(next(references)) for _ in range(width)]
            self.outputs.append(self.assembled(places, () if size is None else (width,)))
        self.arrays[self.constant_array] = Array((len(self.constants),), [], self.constants)

    def __repr__(self) -> str:
        return f"Arrays({len(self.arrays)} arrays, {len(self.steps)} steps)"

    def add(self, shape: tuple[int, ...], labels: Sequence[str]) -> int:
        """Return the number of a new array."""
        self.arrays.append(Array(shape, labels))
        return len(self.arrays) - 1

    def place(self, reference: Reference) -> Place:
        """Return where a number stands, a constant among the constants."""
        if type(reference) is int:
            return self.places[reference]
        key = float(reference).hex()
        if key not in self.constant_places:
            self.constant_places[key] = (self.constant_array, len(self.constants))
            self.constants.append(float(reference))
        return self.constant_places[key]

    # -- Runs --

    def raise_level(self, members: Sequence[int]) -> None:
        """Add the steps of one level: of equal ops on the same arrays, as few as there can be."""
        groups: dict[tuple[Any, ...], list[tuple[int, Vector]]] = {}
        uneven: dict[tuple[Op, int], list[int]] = {}
        for number in members:
            op, operands, _, _ = self.program.body[number - len(self.program.inputs)]
            shape = self.shape(op, operands)
            if shape is None:
                uneven.setdefault((op, len(operands)), []).append(number)
                continue
            form, starts = shape
            groups.setdefault((op, form), []).append((number, starts))
        for (op, form), group in groups.items():
            vectors = [starts for _, starts in group]
            if vectors[-1] < vectors[0]:  # backprop meets the outputs from the last to the first
                group.reverse()
                vectors.reverse()
            found = lattices([(*starts, k) for k, starts in enumerate(vectors)])
            rest: list[int] = []
            for first, outer, inner, steps_outer, steps_inner in found:
                numbers = [number for number, _ in group[first : first + outer * inner]]
                if len(found) > 1 and len(numbers) < ALONE:
                    rest += numbers
                    continue
                start = (*vectors[first], 0)
                run = run_of(op, form, False, start, outer, inner, steps_outer, steps_inner)
                self.add_run(run, numbers)
            if rest:
                uneven.setdefault((op, len(self.operands(rest[0]))), []).extend(rest)
        for (op, _), numbers in uneven.items():
            self.add_gathered(op, numbers)

    def operands(self, number: int) -> tuple[Reference, ...]:
        """Return the operands of the instruction that gives a number."""
        return self.program.body[number - len(self.program.inputs)].operands

    def shape(
        self, op: Op, references: Sequence[Reference]
    ) -> tuple[tuple[Any, ...], Vector] | None:
        """Return what members of a run have in common, and where this one's operands start.

        None if the operands of an op on sequences do not advance evenly.
        """
        form: list[tuple[Any, ...]] = []
        starts: list[int] = []
        if not op.sequences:
            for reference in references:
                array, index = self.place(reference)
                form.append((array, 0, 0, ""))
                starts.append(index)
            return tuple(form), tuple(starts)
        rows = [[self.place(r) for r in row] for row in op.split(references)]
        if op.term and all(len(row) > 1 and row[0][1] > row[-1][1] for row in rows):
            rows = [row[::-1] for row in rows]  # a sum of the same terms
        for row in rows:
            array, start = row[0]
            term = row[1][1] - start if len(row) > 1 else 0
            for k, place in enumerate(row):
                if place != (array, start + k * term):
                    return None
            form.append((array, term, len(row), ""))
            starts.append(start)
        return tuple(form), tuple(starts)

    def add_run(self, run: Run, numbers: Sequence[int]) -> None:
        """Add a run, and say where its members stand now."""
        n = len(self.program.inputs)
        shape = tuple([count for count in (run.outer, run.inner) if count > 1])
        array = self.add(shape, [self.program.body[number - n].label for number in numbers])
        for k, number in enumerate(numbers):
            self.places[number] = (array, k)
        self.steps.append(run._replace(result=run.result._replace(space=array)))

    def add_gathered(self, op: Op, numbers: Sequence[int]) -> None:
        """Add a run whose operands are first put side by side."""
        columns: list[Access] = []
        count = len(numbers)
        rows = [op.split(self.operands(number)) for number in numbers]
        length = len(rows[0][0]) if op.sequences else 0
        for k in range(len(rows[0])):
            references = [row[k] for row in rows]
            if op.sequences:
                references = [r for row in references for r in row]
            array = self.assembled([self.place(r) for r in references], (len(references),))
            width = length or 1
            columns.append(Access(array, 0, width if count > 1 else 0, 0, 1 if length > 1 else 0))
        run = Run(op, 1, count, tuple(columns), (length,) if length else (), Access(-1, 0, 1))
        self.add_run(run, numbers)

    # -- Assemblies --

    def assembled(self, places: Sequence[Place], shape: tuple[int, ...]) -> int:
        """Return the number of an array that holds the numbers of these places, in this order."""
        array = places[0][0] if places else self.constant_array
        whole = [(array, k) for k in range(len(places))]
        if self.arrays[array].shape == shape and list(places) == whole:
            return array
        found = self.add(shape, [])
        blocks = blocks_of(segments(places))
        if len(blocks) <= BLOCKS:
            self.steps.append(Assembly(found, tuple(blocks)))
            return found
        sources = sorted({array for array, _ in places} - {self.constant_array})
        if self.constant_array in {array for array, _ in places}:
            sources.append(self.constant_array)  # behind the others, because it may still grow
        offsets = {}
        offset = 0
        for array in sources:
            offsets[array] = offset
            offset += self.size(array)
        index = tuple([offsets[array] + k for array, k in places])
        self.steps.append(Gather(found, tuple(sources), index))
        return found

    def size(self, array: int) -> int:
        """Return how many numbers an array holds: of the constants, those up to now."""
        if array == self.constant_array:
            return len(self.constants)
        size = 1
        for count in self.arrays[array].shape:
            size *= count
        return size


def segments(places: Iterable[Place]) -> list[Part]:
    """Return places as evenly spaced parts of one row each.

    >>> [tuple(part) for part in segments([(0, 5), (0, 6), (0, 7), (2, 1), (0, 8)])]
    [(0, 5, 0, 1, 3), (2, 1, 0, 0, 1), (0, 8, 0, 0, 1)]
    """
    found: list[Part] = []
    array, start, step, count = -1, 0, 0, 0
    for other, index in places:
        if count == 1 and other == array:
            step, count = index - start, 2
        elif count > 1 and other == array and index == start + count * step:
            count += 1
        else:
            if count:
                found.append(Part(array, start, 0, step, count))
            array, start, step, count = other, index, 0, 1
    if count:
        found.append(Part(array, start, 0, step, count))
    return found


def blocks_of(parts: Sequence[Part]) -> list[Block]:
    """Return parts as blocks: rows that repeat, each a step further on, are one.

    >>> rows = [Part(0, 0, 0, 1, 3), Part(1, 0, 0, 0, 1), Part(0, 3, 0, 1, 3), Part(1, 1, 0, 0, 1)]
    >>> [(block.rows, len(block.parts)) for block in blocks_of(rows)]
    [(2, 2)]
    """
    blocks: list[Block] = []
    k = 0
    while k < len(parts):
        period, rows = 1, 1
        for candidate in range(1, LONGEST_PERIOD + 1):
            repeated = repeats(parts, k, candidate)
            if repeated > 1 and repeated * candidate > rows * period:
                period, rows = candidate, repeated
        first = parts[k : k + period]
        if rows > 1:
            second = parts[k + period : k + 2 * period]
            first = [x._replace(outer=y.start - x.start) for x, y in zip(first, second)]
        blocks.append(Block(rows, tuple(first)))
        k += period * rows
    return blocks


def repeats(parts: Sequence[Part], k: int, period: int) -> int:
    """Return how often the `period` parts from k on repeat, each time as much further on."""
    rows = 1
    while k + (rows + 1) * period <= len(parts):
        for j in range(k, k + period):
            first, last, part = parts[j], parts[j + (rows - 1) * period], parts[j + rows * period]
            advance = parts[j + period].start - first.start
            if part != first._replace(start=last.start + advance):
                return rows
        rows += 1
    return rows
