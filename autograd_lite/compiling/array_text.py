"""Arrays as text in the manner of NumPy: how evenly spaced numbers are cut out of an array.

    W = x1[0:39].reshape(3, 13)[:, 0:12]        rows of 13, without the last column
    b = x1[12:39:13]                            that column

Legend
    axis        count and step: how many numbers, and how far apart they lie in the array
    flat        an array as one row of numbers
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd_lite.compiling.arrays import Arrays, Assembly, Block, Gather, Part
from autograd_lite.compiling.names import Names

__all__ = ["ArrayText", "Axis", "row_major"]

Axis: TypeAlias = tuple[int, int]


class ArrayText:
    """The names of a program's arrays, and expressions for what is cut out of them.

    names       for each array its name
    indexes     the indexes that expressions use, by name: nested tuples of whole numbers
    """

    def __init__(self, arrays: Arrays, inputs: int, free: Names) -> None:
        self.arrays = arrays.arrays
        self.constants = arrays.constant_array
        self.indexes: dict[str, Any] = {}
        self.free_name = free.free
        self.names = []
        for k, array in enumerate(self.arrays):
            name = "constants" if array.constants is not None else common(array.labels)
            self.names.append(self.free_name(name or f"{'x' if k < inputs else 'v'}{k}"))

    def view(self, array: int, start: int, axes: Sequence[Axis]) -> str:
        """Return numbers of an array along these axes; an axis that does not advance is none."""
        axes = [(count, step) for count, step in axes if step]
        backward = [step < 0 for _, step in axes]
        start += sum([(count - 1) * step for count, step in axes if step < 0])
        axes = [(count, abs(step)) for count, step in axes]
        if not axes:
            return self.single(array, start)
        order = sorted(range(len(axes)), key=[-step for _, step in axes].__getitem__)
        text = self.carved(array, start, [axes[k] for k in order])
        if order == [1, 0]:
            text += ".T"
        elif order != sorted(order):
            text += f".transpose({', '.join([str(order.index(k)) for k in range(len(order))])})"
        if any(backward):
            cuts = ["::-1" if back else ":" for back in backward]
            text += f"[{', '.join(cuts)}]"
        return text

    def single(self, array: int, index: int) -> str:
        """Return one number of an array."""
        name, shape = self.names[array], self.arrays[array].shape
        where = []
        for count in reversed(shape):
            index, k = divmod(index, count)
            where.append(str(k))
        return f"{name}[{', '.join(reversed(where))}]" if where else name

    def carved(self, array: int, start: int, axes: Sequence[Axis]) -> str:
        """Return numbers along axes of falling steps: by slices and reshapes, else by an index."""
        name, shape = self.names[array], self.arrays[array].shape
        if start == 0 and list(axes) == row_major(shape):
            return name
        size = math.prod(shape)
        text = name if len(shape) == 1 else f"{name}.reshape(-1)"
        begin = start
        counts: list[int] = []
        for k, (count, step) in enumerate(axes[:-1]):
            first = min(begin, size - step * count)
            begin -= first
            if first < 0 or begin + span(axes[k + 1 :]) > step:
                return self.picked(array, start, axes)
            text += cut(len(counts), first, first + step * count, 1, size)
            counts.append(count)
            text += f".reshape({', '.join([str(n) for n in [*counts, step]])})"
            size = step
        count, step = axes[-1]
        return text + cut(len(counts), begin, begin + step * (count - 1) + 1, step, size)

    def picked(self, array: int, start: int, axes: Sequence[Axis]) -> str:
        """Return numbers along axes by an index."""
        name = self.free_name("index")
        self.indexes[name] = lattice(start, axes)
        flat = "" if len(self.arrays[array].shape) == 1 else ".reshape(-1)"
        return f"{self.names[array]}{flat}[{name}]"

    # -- Arrays put together --

    def assembly(self, step: Assembly) -> str:
        """Return the expression of an array that is put together."""
        if self.arrays[step.array].shape == ():
            part = step.blocks[0].parts[0]
            return self.view(part.array, part.start, [])
        if not step.blocks:
            return f"{self.names[self.constants]}[0:0]"
        return joined([text for block in step.blocks for text in self.block(block)], "")

    def block(self, block: Block) -> list[str]:
        """Return the expressions, of one axis each, whose numbers are a block's."""
        if block.rows == 1:
            return [self.row(part) for part in block.parts]
        columns = []
        for part in block.parts:
            text = self.view(
                part.array, part.start, [(block.rows, part.outer), (part.width, part.inner)]
            )
            shape = (block.rows, part.width)
            if part.outer and not (part.inner or part.width > 1):
                columns.append(f"{text}[:, None]")
            elif part.outer and part.inner:
                columns.append(text)
            else:
                if part.outer:
                    text += "[:, None]"
                columns.append(f"jnp.broadcast_to({text}, {shape})")
        return [f"{joined(columns, ', axis=1')}.reshape(-1)"]

    def row(self, part: Part) -> str:
        """Return the numbers of a part of one row."""
        text = self.view(part.array, part.start, [(part.width, part.inner)])
        if part.inner:
            return text
        return f"jnp.broadcast_to({text}, ({part.width},))"

    def gather(self, step: Gather) -> str:
        """Return the expression of an array that an index picks."""
        name = self.free_name("index")
        self.indexes[name] = step.picked
        flat = [
            self.names[k] if len(self.arrays[k].shape) == 1 else f"{self.names[k]}.reshape(-1)"
            for k in step.sources
        ]
        return f"{joined(flat, '')}[{name}]"


def joined(texts: Sequence[str], axis: str) -> str:
    """Return arrays one after the other, as one."""
    if len(texts) == 1:
        return texts[0]
    return f"jnp.concatenate([{', '.join(texts)}]{axis})"


def cut(axes: int, start: int, end: int, step: int, size: int) -> str:
    """Return a slice of the axis behind so many others, nothing for the whole of it."""
    if (start, end, step) == (0, size, 1):
        return ""
    before = ":, " * axes
    return f"[{before}{start}:{end}{f':{step}' if step > 1 else ''}]"


def span(axes: Sequence[Axis]) -> int:
    """Return over how many numbers axes reach."""
    return 1 + sum([(count - 1) * step for count, step in axes])


def row_major(shape: Sequence[int]) -> list[Axis]:
    """Return the axes of an array that is read as it lies.

    >>> row_major((3, 13))
    [(3, 13), (13, 1)]
    """
    axes: list[Axis] = []
    step = 1
    for count in reversed(shape):
        axes.append((count, step))
        step *= count
    return axes[::-1]


def lattice(start: int, axes: Sequence[Axis]) -> Any:
    """Return the indexes along axes, as nested tuples.

    >>> lattice(5, [(2, 10), (3, 1)])
    ((5, 6, 7), (15, 16, 17))
    """
    if not axes:
        return start
    count, step = axes[0]
    return tuple([lattice(start + k * step, axes[1:]) for k in range(count)])


def common(labels: Sequence[str]) -> str:
    """Return what the labels of an array's numbers have in common, in front of their numbers.

    >>> common(["z_1^2", "z_2^2"]), common(["w_11^2", "b_1^2"]), common(["x"])
    ('z', '', 'x')
    """
    if len(labels) == 1:
        return labels[0]
    heads = {label.rstrip("0123456789_^,()[]{}") for label in labels}
    return heads.pop() if len(heads) == 1 else ""
