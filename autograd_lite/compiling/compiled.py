"""A compiled function: what it takes, what it returns, and the readable program inside it.

Legend
    group       one argument of the function: a number, or a sequence of them
    row         the numbers of one image of a batch
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias, Union

from autograd_lite.compiling.instructions import Instructions, instructions_of
from autograd_lite.compiling.python import PythonText, function_of
from autograd_lite.plain_numbers import described, number
from autograd_lite.simplified import identical
from autograd_lite.value import DOMAIN_ERRORS, Value

__all__ = ["Compiled", "Group", "Numbers"]

Group: TypeAlias = Union[Value, Sequence[Value]]
Numbers: TypeAlias = Any  # a number; or a list, tuple, array.array, NumPy array of numbers


class Compiled:
    """A function from floats to floats, made of a graph; see `compile`.

    source      the program as text
    program     its instructions
    """

    target = "python"
    shorter = staticmethod(identical)  # what may stand in the place of an op: the same bits

    def __init__(
        self, outputs: "Group | Sequence[Group]", inputs: "Group | Sequence[Group]"
    ) -> None:
        self.single_output = isinstance(outputs, Value)
        output_groups = checked_groups("output", outputs)
        input_groups = checked_groups("input", inputs)
        self.output_sizes = sizes(output_groups)
        self.input_sizes = sizes(input_groups)
        flat_inputs = flat(input_groups)
        check_distinct(flat_inputs)
        flat_outputs = flat(output_groups)
        if not flat_outputs:
            raise ValueError("there is nothing to compute: give at least one output")
        self.program: Instructions = instructions_of(flat_outputs, flat_inputs, self.shorter)
        self.name = flat_outputs[0].label if flat_outputs else ""
        self.functions: dict[tuple[bool, ...], Callable[..., tuple[float, ...]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles are made of: not the functions, which are made again."""
        return {**self.__dict__, "functions": {}}

    def __repr__(self) -> str:
        return (
            f"<compiled for {self.target}: {len(self.program.inputs)} inputs, "
            f"{len(self.program.body)} instructions, {len(self.program.outputs)} outputs>"
        )

    @property
    def source(self) -> str:
        """The program as text: the function of one row."""
        return PythonText(self.program, self.name).single()

    @property
    def function(self) -> Callable[..., tuple[float, ...]]:
        """The function of plain floats that `source` shows: to step through, to inspect."""
        return self.function_for((False,) * len(self.input_sizes))

    def __call__(self, *arguments: Numbers) -> Any:
        """Return the outputs, as numbers in the shape of the outputs given to `compile`.

        Raises TypeError or ValueError for arguments of another type, count or length, and
        what eager code raises, with the op's name, where a value does not exist. What no output
        depends on, such as what a constant choice leaves out, is not computed and cannot fail.
        """
        rows = self.groups(arguments)
        return self.shaped(self.values(rows))

    def array(self, *arguments: Numbers) -> "array[float]":
        """Return the outputs of a call as one array of doubles, one after the other.

        With arrays of doubles as arguments (array.array, NumPy), no number becomes an object of
        Python on its way through native code. Raises what a call raises.

        >>> from autograd_lite import compile
        >>> w, x = [Value(1.0), Value(2.0)], Value(3.0)
        >>> f = compile([x * w[0], [x + w[0], x + w[1]]], [w, x])
        >>> f.array(array("d", [5.0, 7.0]), 2.0)
        array('d', [10.0, 7.0, 9.0])
        """
        return array("d", self.values(self.groups(arguments)))

    def each(self, *arguments: Numbers) -> list[Any]:
        """Return one result per row of a batch, as if each row were a call of its own.

        An argument that has one dimension more than its input is a batch: a sequence for a
        number, a sequence of sequences (or a two-dimensional array, or a flat array.array of
        all rows) for a sequence. The others hold for all rows.

        Raises what a call raises; ValueError if the batches differ in length.
        """
        batch = Batch(self, arguments)
        return [self.shaped(self.values(batch.groups_of_row(k))) for k in range(batch.count)]

    def summed(self, *arguments: Numbers) -> Any:
        """Return the outputs summed over the rows of a batch: the cost of all images, and its
        gradients. Arguments as those of `each`; raises what `each` raises.
        """
        batch = Batch(self, arguments)
        return self.shaped(self.sums(batch))

    # -- How the numbers are computed; native code does these three in its own way --

    def values(self, groups: Sequence[Sequence[float]]) -> Sequence[float]:
        """Return the outputs for one number per input."""
        numbers = list(chain.from_iterable(groups))
        try:
            return self.function(*numbers)
        except DOMAIN_ERRORS:
            self.program.run(numbers)  # raises the same error, and names the op
            raise

    def sums(self, batch: "Batch") -> Sequence[float]:
        """Return the outputs summed over the rows of a batch."""
        shared = list(chain.from_iterable(batch.shared))
        return self.sums_of_rows(batch.varying, shared, batch.rows())

    def sums_of_rows(
        self, varying: tuple[bool, ...], shared: Sequence[float], rows: Sequence[Sequence[float]]
    ) -> Sequence[float]:
        """Return the outputs summed over rows, by the Python program and without checks.

        varying     for each argument, whether it is in the rows; `shared` has the others
        """
        try:
            return self.function_for(varying)(*shared, rows)
        except DOMAIN_ERRORS:
            in_rows = self.varying_inputs(varying)
            others = sorted({*range(len(self.program.inputs))} - {*in_rows})
            numbers = [0.0] * len(self.program.inputs)
            for row in rows:  # the same error, with the op's name
                for k, value in chain(zip(others, shared), zip(in_rows, row)):
                    numbers[k] = value
                self.program.run(numbers)
            raise

    def function_for(self, varying: tuple[bool, ...]) -> Callable[..., tuple[float, ...]]:
        """Return the Python function for batches in these arguments, made when first needed."""
        found = self.functions.get(varying)
        if found is None:
            text = PythonText(self.program, self.name)
            inputs = self.varying_inputs(varying)
            source = text.summed(inputs) if inputs else text.single()
            found = self.functions[varying] = function_of(source, text.called)
        return found

    def varying_inputs(self, varying: Sequence[bool]) -> list[int]:
        """Return the numbers of the inputs of those arguments that are batches."""
        found: list[int] = []
        start = 0
        for size, varies in zip(self.input_sizes, varying):
            width = 1 if size is None else size
            if varies:
                found += range(start, start + width)
            start += width
        return found

    # -- Shapes --

    def groups(self, arguments: Sequence[Numbers]) -> list[Sequence[float]]:
        """Return the arguments of a call as sequences of floats."""
        self.check_count(arguments)
        return [
            numbers_of(k, argument, size)
            for k, (argument, size) in enumerate(zip(arguments, self.input_sizes), start=1)
        ]

    def check_count(self, arguments: Sequence[Numbers]) -> None:
        """Raise TypeError, which says what is taken, for another count of arguments."""
        if len(arguments) != len(self.input_sizes):
            shapes = ", ".join(
                ["a number" if size is None else f"{size} numbers" for size in self.input_sizes]
            )
            raise TypeError(
                f"the function takes {len(self.input_sizes)} argument(s) ({shapes}), "
                f"not {len(arguments)}"
            )

    def shaped(self, values: Sequence[float]) -> Any:
        """Return the outputs in the shape of the outputs given to `compile`."""
        if self.single_output:
            return values[0]
        shaped: list[Any] = []
        start = 0
        for size in self.output_sizes:
            if size is None:
                shaped.append(values[start])
                start += 1
            else:
                shaped.append(list(values[start : start + size]))
                start += size
        return shaped


class Batch:
    """The checked arguments of a call on a batch.

    varying     for each argument, whether it is a batch
    shared      the numbers of the arguments that are not
    batches     the arguments that are, each with its size (None for a number per row)
    widths      how many numbers of a row each of them has
    count       the rows
    """

    def __init__(self, compiled: Compiled, arguments: Sequence[Numbers]) -> None:
        compiled.check_count(arguments)
        self.sizes = compiled.input_sizes
        self.varying = tuple(
            [is_batch(argument, size) for argument, size in zip(arguments, self.sizes)]
        )
        self.shared: list[Sequence[float]] = []
        self.batches: list[tuple[int, Numbers, int | None]] = []
        counts = {}
        for k, (argument, size) in enumerate(zip(arguments, self.sizes), start=1):
            if self.varying[k - 1]:
                self.batches.append((k, argument, size))
                counts[k] = count_of(k, argument, size)
            else:
                self.shared.append(numbers_of(k, argument, size))
        self.count = row_count(counts)
        self.widths = [1 if size is None else size for _, _, size in self.batches]
        self.lists: list[list[list[float]]] = []

    def columns(self) -> list[list[list[float]]]:
        """Return, for each batch, its rows as lists of floats."""
        if not self.lists:
            self.lists = [rows_of(k, batch, size, self.count) for k, batch, size in self.batches]
        return self.lists

    def rows(self) -> list[list[float]]:
        """Return the numbers of each row, of all batches one after the other."""
        columns = self.columns()
        if len(columns) == 1:
            return columns[0]
        return [list(chain.from_iterable(parts)) for parts in zip(*columns)]

    def groups_of_row(self, row: int) -> list[Sequence[float]]:
        """Return the numbers of all arguments for one row."""
        shared = iter(self.shared)
        batches = iter(self.columns())
        return [next(batches)[row] if varies else next(shared) for varies in self.varying]


# -- Checks of Values ----------------------------------------------------------------------------


def checked_groups(what: str, groups: "Group | Sequence[Group]") -> list[Group]:
    """Return groups as a list; raise TypeError for anything that is not a Value."""
    if isinstance(groups, Value):
        return [groups]
    if not isinstance(groups, Iterable) or isinstance(groups, (str, bytes)):
        raise TypeError(f"an {what} is a Value or a list of Values, not {described(groups)}")
    checked: list[Group] = []
    for k, group in enumerate(groups, start=1):
        if isinstance(group, Value):
            checked.append(group)
            continue
        if not isinstance(group, (list, tuple)):
            raise TypeError(f"{what} {k} is a Value or a list of Values, not {described(group)}")
        for node in group:
            if not isinstance(node, Value):
                raise TypeError(f"{what} {k} holds {described(node)} where a Value is needed")
        checked.append(list(group))
    return checked


def check_distinct(inputs: Sequence[Value]) -> None:
    seen: dict[Value, int] = {}
    for k, node in enumerate(inputs, start=1):
        if node in seen:
            raise ValueError(f"input {k} is the same node as input {seen[node]}: {node!r}")
        seen[node] = k


def sizes(groups: Sequence[Group]) -> list[int | None]:
    return [None if isinstance(group, Value) else len(group) for group in groups]


def flat(groups: Sequence[Group]) -> list[Value]:
    nodes: list[Value] = []
    for group in groups:
        nodes += [group] if isinstance(group, Value) else group
    return nodes


# -- Checks of numbers ---------------------------------------------------------------------------


def is_sequence(argument: Numbers) -> bool:
    return hasattr(argument, "__len__") and not isinstance(argument, (str, bytes, dict, set))


def is_batch(argument: Numbers, size: int | None) -> bool:
    """Return whether an argument has one dimension more than its input."""
    dimensions = getattr(argument, "ndim", None)
    if dimensions is not None:
        return bool(dimensions > (0 if size is None else 1))
    if not is_sequence(argument):
        return False
    if size is None:
        return True
    if len(argument) and is_sequence(argument[0]):
        return True
    flat_rows = hasattr(argument, "typecode")  # an array.array: rows one after the other
    return bool(flat_rows and size and len(argument) > size and len(argument) % size == 0)


def plain(argument: Numbers) -> Numbers:
    """Return an array as lists of Python numbers, anything else as it is."""
    return argument.tolist() if hasattr(argument, "tolist") else argument


def numbers_of(k: int, argument: Numbers, size: int | None) -> Sequence[float]:
    """Return an argument as floats that are ours: one number, or `size` of them."""
    if size is None:
        try:
            return [argument if type(argument) is float else number(plain(argument))]
        except TypeError as error:
            raise TypeError(f"argument {k}: {error}") from None
    if not is_sequence(argument):
        raise TypeError(f"argument {k} is a sequence of {size} numbers, not {described(argument)}")
    if len(argument) != size:
        raise ValueError(f"argument {k} needs {size} numbers, not {len(argument)}")
    doubles = doubles_of(argument)
    if doubles is not None and len(doubles) == size:
        return doubles
    return floats(f"argument {k}", plain(argument), size)


def doubles_of(argument: Numbers) -> "array[float] | None":
    """Return a copy of numbers that lie in memory as doubles, None for anything else."""
    try:
        view = memoryview(argument)
    except (TypeError, ValueError, BufferError):
        return None
    if view.format != "d" or view.ndim != 1:
        return None
    return array("d", view.tobytes())


def floats(what: str, numbers: Iterable[Any], size: int) -> list[float]:
    """Return `size` numbers as floats; raise if there are others than a length has promised."""
    try:
        found = [x if type(x) is float else number(x) for x in numbers]
    except TypeError as error:
        raise TypeError(f"{what}: {error}") from None
    if len(found) != size:
        raise ValueError(f"{what} has given {len(found)} numbers, not {size}")
    return found


def row_count(counts: dict[int, int]) -> int:
    """Return how many rows a batch has, whose arguments have so many; raise unless they agree."""
    if not counts:
        raise ValueError(
            "no argument is a batch; give at least one of them row by row, "
            "or call the function itself"
        )
    if len(set(counts.values())) > 1:
        told = ", ".join([f"argument {k} has {n} rows" for k, n in counts.items()])
        raise ValueError(f"all batches need the same number of rows: {told}")
    return next(iter(counts.values()))


def count_of(k: int, batch: Numbers, size: int | None) -> int:
    """Return how many rows a batch has; raise unless each has `size` numbers."""
    shape = getattr(batch, "shape", None)
    if size is None:
        if shape is not None and len(shape) != 1:
            raise ValueError(f"argument {k} needs one number for each row, not shape {shape}")
        return len(batch)
    if shape is not None:
        if len(shape) != 2 or shape[1] != size:
            raise ValueError(f"argument {k} needs rows of {size} numbers, not shape {shape}")
        return int(shape[0])
    if hasattr(batch, "typecode"):
        return len(batch) // size
    for row, values in enumerate(batch):
        if not is_sequence(values):
            raise TypeError(f"argument {k}, row {row} is {described(values)}, not a sequence")
        if len(values) != size:
            raise ValueError(f"argument {k}, row {row} has {len(values)} numbers, not {size}")
    return len(batch)


def rows_of(k: int, batch: Numbers, size: int | None, count: int) -> list[list[float]]:
    """Return the rows of a batch, `count` of them, as lists of floats."""
    batch = plain(batch)
    if size is None:
        return [[x] for x in floats(f"argument {k}", batch, count)]
    if len(batch) and not is_sequence(batch[0]):  # an array.array: all rows one after the other
        values = floats(f"argument {k}", batch, count * size)
        return [values[start : start + size] for start in range(0, len(values), size)]
    rows = [
        floats(f"argument {k}, row {row}", plain(values), size) for row, values in enumerate(batch)
    ]
    if len(rows) != count:
        raise ValueError(f"argument {k} has given {len(rows)} rows, not {count}")
    return rows
