"""A program of arrays as text: a function of `jax.numpy`, to read and for JAX to trace.

Its function of a batch lets `jax.vmap` run the rows and sums what they give. The product of two
arrays in all pairs, δ·xᵀ (the gradients of a layer's weights), is not formed for each row: summed
over the rows it is a matrix product of the two.

Legend
    run         equal ops on evenly advancing operands; its axes are "o" and "i", outer and inner
    terms       of a sum: the axis "n"
    late        a product in all pairs that nothing reads but the outputs
"""

import keyword
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from autograd_lite import ops
from autograd_lite.compiling.array_text import ArrayText, Axis, row_major
from autograd_lite.compiling.arrays import Arrays, Assembly, Step
from autograd_lite.compiling.instructions import Instructions
from autograd_lite.compiling.names import Names
from autograd_lite.compiling.python import ARITHMETIC, FROZEN, returned
from autograd_lite.compiling.schedule import Access, Run
from autograd_lite.ops import Op, Power

__all__ = ["JaxText"]

Directions: TypeAlias = dict[str, Axis]  # "o", "i" and "n": those along which an operand advances
Named: TypeAlias = dict[str, Any]

SHOWN = 3  # labels in a comment


class JaxText:
    """The names and lines of a program: what `.source` shows.

    called      the rows that the text calls, by the names that it calls them by
    arrays      the program's arrays and steps
    """

    def __init__(
        self,
        program: Instructions,
        input_sizes: Sequence[int | None],
        output_sizes: Sequence[int | None],
        name: str,
    ) -> None:
        self.arrays = Arrays(program, input_sizes, output_sizes)
        self.inputs = len(input_sizes)
        free = Names({"inf", "nan", "jnp", "jax", *keyword.kwlist})
        self.called: dict[str, Op] = {}
        self.name_of: dict[Op, str] = {}
        for step in self.arrays.steps:
            if isinstance(step, Run) and step.op is not None and step.op not in self.name_of:
                called = step.op.name
                if isinstance(step.op, Power):
                    called += f"_{step.op.exponent:g}"
                self.name_of[step.op] = free.free(called)
                self.called[self.name_of[step.op]] = step.op
        self.function = free.free(f"compute_{name}" if name else "compute")
        self.row = free.free(f"{self.function}_row")
        self.text = ArrayText(self.arrays, self.inputs, free)
        self.names = self.text.names
        self.each_name = [free.free(f"{name}_each") for name in self.names]
        self.late = self.late_runs()
        self.lines = [(step, self.line(step)) for step in self.arrays.steps]

    # -- Functions --

    def single(self) -> str:
        """Return the text of the function of one row: all inputs to the tuple of outputs."""
        lines = self.head(self.function, "Compute the outputs of a recorded graph from its inputs.")
        lines += [f"    {line}" for _, line in self.lines]
        lines += returned([self.names[k] for k in self.arrays.outputs])
        return "\n".join(lines) + "\n"

    def summed(self, varying: Sequence[bool]) -> str:
        """Return the text of the function that sums the outputs over the rows of a batch."""
        finishing = self.finishing()
        early = [line for step, line in self.lines if array_of(step) not in finishing]
        late = [(step, line) for step, line in self.lines if array_of(step) in finishing]
        made = {array_of(step) for step, _ in late}
        factors = {k for step, _ in late if array_of(step) in self.late for k in sources(step)}
        summands = {k for step, _ in late if array_of(step) not in self.late
                    for k in sources(step)} | set(self.arrays.outputs)  # fmt: skip
        kept = sorted((summands | factors) - made)
        over = tuple([0 if varies else None for varies in varying])
        inputs = ", ".join(self.names[: self.inputs])
        lines = self.head(
            f"{self.function}_summed",
            "Compute the outputs of a recorded graph, summed over the rows of a batch.",
        )
        each = [self.each_name[k] for k in kept]
        lines.append(f"    ({', '.join(each)},) = jax.vmap({self.row}, {over})({inputs})")
        lines += [
            f"    {self.names[k]} = {self.each_name[k]}.sum(0)" for k in kept if k in summands
        ]
        for step, line in late:
            lines.append(f"    {self.late_sum(step) if array_of(step) in self.late else line}")
        lines += returned([self.names[k] for k in self.arrays.outputs])
        lines += [
            "",
            "",
            f"def {self.row}({inputs}):",
            '    """Compute what is summed, of one row."""',
        ]
        lines += [f"    {line}" for line in early]
        lines += returned([self.names[k] for k in kept])
        return "\n".join(lines) + "\n"

    def head(self, function: str, says: str) -> list[str]:
        """Return the first lines of a function of the inputs."""
        return [
            f"def {function}({', '.join(self.names[: self.inputs])}):",
            f'    """{says}',
            "",
            f"    {FROZEN}",
            '    """',
        ]

    def constants(self, numbers: Callable[[Any], Any], indexes: Callable[[Any], Any]) -> Named:
        """Return what the text calls by name beside the rows, made by these two functions."""
        named = {
            self.names[k]: numbers(array.constants)
            for k, array in enumerate(self.arrays.arrays)
            if array.constants is not None
        }
        for name, index in self.text.indexes.items():
            named[name] = indexes(index)
        return named

    # -- What is done after the rows are summed --

    def late_runs(self) -> set[int]:
        """Return the arrays that are products in all pairs, which only outputs read."""
        read = self.read_before_outputs()
        return {
            array_of(step)
            for step in self.arrays.steps
            if isinstance(step, Run) and array_of(step) not in read and self.in_all_pairs(step)
        }

    def read_before_outputs(self) -> set[int]:
        """Return the arrays that runs read, by themselves or put together for them."""
        read: set[int] = set()
        for step in reversed(self.arrays.steps):
            if isinstance(step, Run) or array_of(step) in read:
                read |= sources(step)
        return read

    def in_all_pairs(self, step: Run) -> bool:
        """Return whether a run is the product of two whole arrays, each number with each."""
        axes: list[str] = []
        for access in step.operands:
            found = directions(step, access)
            axes += found
            if [*found.values()] != self.whole(int(access.space)):
                return False
        return step.op is ops.mul and sorted(axes) == ["i", "o"]

    def whole(self, array: int) -> list[Axis]:
        """Return the axes of an array that is read as it lies."""
        return row_major(self.arrays.arrays[array].shape)

    def finishing(self) -> set[int]:
        """Return the arrays made after the sum: late products, what is put together for outputs."""
        read = self.read_before_outputs()
        assembled = {array_of(step) for step in self.arrays.steps if not isinstance(step, Run)}
        return self.late | (assembled - read)

    def late_sum(self, step: Step) -> str:
        """Return the line of a product in all pairs, summed over the rows."""
        assert isinstance(step, Run)
        w, x = step.operands
        if "o" not in directions(step, w):
            w, x = x, w
        rows = [self.each_name[int(access.space)] for access in (w, x)]
        return f"{self.names[array_of(step)]} = {rows[0]}.T @ {rows[1]}"

    # -- Lines --

    def line(self, step: Step) -> str:
        """Return the line of a step."""
        name = self.names[array_of(step)]
        if isinstance(step, Run):
            return f"{name} = {self.run(step)}  # {self.comment(step)}"
        if isinstance(step, Assembly):
            return f"{name} = {self.text.assembly(step)}"
        return f"{name} = {self.text.gather(step)}"

    def comment(self, step: Run) -> str:
        """Return what a line computes: the op, how many of it, the labels of the first."""
        assert step.op is not None
        labels = [label for label in self.arrays.arrays[array_of(step)].labels if label]
        count = step.outer * step.inner
        told = step.op.name if count == 1 else f"{step.op.name}, {count} numbers"
        if not labels:
            return told
        more = " …" if len(labels) > SHOWN else ""
        return f"{told}: {' '.join(labels[:SHOWN])}{more}"

    def run(self, step: Run) -> str:
        """Return the expression of a run."""
        op = step.op
        assert op is not None
        if op is ops.dot:
            return self.inner_products(step)
        if op.sequences:
            rows = [self.spread(step, access, terms=True) for access in step.operands]
            return f"{rows[0]}.sum(-1)" if op is ops.total else self.call(op, rows)
        known = self.arrays.constant_array
        # An op on constants alone failed when it was recorded, as it would in Python's arithmetic.
        failed = all(access.space == known for access in step.operands)
        texts = [
            self.literal(access)
            if access.space == known and not directions(step, access) and not failed
            else self.operand(step, access)
            for access in step.operands
        ]
        covered = {axis for access in step.operands for axis in directions(step, access)}
        if covered != set(result_axes(step)):
            texts[0] = self.spread(step, step.operands[0])
        if op.forward not in ARITHMETIC:
            return self.call(op, texts)
        texts = [f"({text})" if text.startswith("-") else text for text in texts]
        return op.formula.format(**dict(zip(op.operands, texts)))

    def call(self, op: Op, texts: Sequence[str]) -> str:
        """Return the call of a row."""
        return f"{self.name_of[op]}({', '.join(texts)})"

    def literal(self, access: Access) -> str:
        """Return a constant as it is written; inf and nan are names that the program knows."""
        constants = self.arrays.arrays[self.arrays.constant_array].constants
        assert constants is not None
        return repr(constants[access.start])

    def operand(self, step: Run, access: Access) -> str:
        """Return an operand, of a shape that goes with the others' by NumPy's rule."""
        axes = directions(step, access)
        text = self.cut_out(access, axes.values())
        return f"{text}[:, None]" if "o" in axes and step.inner > 1 and "i" not in axes else text

    def spread(self, step: Run, access: Access, terms: bool = False) -> str:
        """Return an operand in the shape of the result, for an op on sequences with its terms."""
        axes = directions(step, access)
        wanted = result_axes(step) + ("n" if terms else "")
        text = self.cut_out(access, axes.values())
        if "".join(axes) == wanted:
            return text
        counts = {"o": step.outer, "i": step.inner, "n": step.length}
        cuts = ", ".join([":" if axis in axes else "None" for axis in wanted])
        return f"jnp.broadcast_to({text}[{cuts}], {tuple([counts[axis] for axis in wanted])})"

    def inner_products(self, step: Run) -> str:
        """Return inner products as a product of matrices, where they are one."""
        w, x = step.operands
        wanted = result_axes(step)
        left, right = directions(step, w), directions(step, x)
        over, under = "".join(left)[:-1], "".join(right)[:-1]
        if "n" in left and "n" in right:
            if over + under != wanted or len(over) < len(under):
                w, x, left, right, over, under = x, w, right, left, under, over
            factors = self.cut_out(w, left.values())
            if over + under == wanted and len(under) < 2:  # the terms are the first axis there
                axes = [right["n"], *[right[axis] for axis in under]]
                return f"{factors} @ {self.cut_out(x, axes)}"
            if {*over, *under} == {*wanted}:
                others = self.cut_out(x, right.values())
                return f'jnp.einsum("{over}n,{under}n->{wanted}", {factors}, {others})'
        rows = [self.spread(step, access, terms=True) for access in (w, x)]
        return f"({rows[0]} * {rows[1]}).sum(-1)"

    def cut_out(self, access: Access, axes: Iterable[Axis]) -> str:
        """Return an operand along these axes."""
        return self.text.view(int(access.space), access.start, list(axes))


def array_of(step: Step) -> int:
    """Return the number of the array that a step makes."""
    return int(step.result.space) if isinstance(step, Run) else step.array


def sources(step: Step) -> set[int]:
    """Return the arrays that a step reads."""
    if isinstance(step, Run):
        return {int(access.space) for access in step.operands}
    if isinstance(step, Assembly):
        return {part.array for block in step.blocks for part in block.parts}
    return set(step.sources)


def result_axes(step: Run) -> str:
    """Return the axes of a run's result."""
    return ("o" if step.outer > 1 else "") + ("i" if step.inner > 1 else "")


def directions(step: Run, access: Access) -> Directions:
    """Return the axes along which an operand advances, each with its count and step."""
    axes = {"o": (step.outer, access.outer), "i": (step.inner, access.inner),
            "n": (step.length, access.term)}  # fmt: skip
    return {name: (count, step) for name, (count, step) in axes.items() if step and count > 1}
