"""Native code: a kernel's text through LLVM, and called with the numbers of a batch.

Needs llvmlite, an extra: pip install llvmlite. The machine code is made for the
CPU that it runs on. While it runs, Python's lock is released, and any number of threads can be
in it: everything that a call writes to is its own.
"""

import ctypes
import math
import sys
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import Any

from autograd_lite.collector import collector_paused
from autograd_lite.compiling.compiled import Batch, Compiled, Group, Numbers
from autograd_lite.compiling.kernel import Kernel
from autograd_lite.compiling.machine_code import INTEGER, POINTER, Buffer, Code, engine
from autograd_lite.compiling.on_tape import OnTape
from autograd_lite.compiling.schedule import Schedule, least_weight
from autograd_lite.compiling.waiting import waiting
from autograd_lite.simplified import simplified

__all__ = ["NativeCompiled", "lanes_and_vectors"]

VECTORS = 4  # vectors per number, where a vector has 8 lanes (32 registers); 2 elsewhere

# Irregular instructions, beyond which compiling counts for more than running: one vector per
# number, and LLVM's quick ways (10,000 ops on 8 lanes: 1.2 s instead of 7).
MANY = 400

# Instructions that are in no loop, beyond which a program goes on tape. With 1,200 of them machine
# code is ready after 0.17 s, a tape after 0.007; a call on a row takes 3.4 µs instead of 5.7, on
# 64 rows 21 instead of 15.
REGULAR = 1000


def lanes_and_vectors(schedule: Schedule) -> tuple[int, int, int]:
    """Return the lanes and vectors that suit this CPU and a program, and LLVM's level of effort."""
    lanes = engine().lanes
    if schedule.irregular > MANY:
        return lanes, 1, 1
    return lanes, VECTORS if lanes == 8 else 2, 2


class Native:
    """A kernel that can be called.

    finite      whether its outputs are, where it finds no trouble; if not, they are looked at
    """

    finite = False

    def __init__(self, schedule: Schedule, rows: bool, summed: bool) -> None:
        lanes, vectors, level = lanes_and_vectors(schedule)
        if not rows:
            lanes = vectors = 1
        kernel = Kernel(schedule, lanes, vectors, summed)
        self.shared = schedule.shared
        self.row = schedule.row
        self.scratch = schedule.scratch
        self.rows = kernel.block
        texts = kernel.texts()
        self.text = "\n".join(texts)
        self.code = Code(texts, level)
        self.kernel = self.code.function(
            "kernel", INTEGER, POINTER, POINTER, INTEGER, POINTER, POINTER
        )
        self.pack = self.code.function(
            "pack", None, POINTER, INTEGER, INTEGER, POINTER, INTEGER, POINTER
        )

    def block(self, count: int) -> int:
        """Return how many rows are computed together."""
        return self.rows

    def bring(self, address: int, width: int, first: int, count: int, X: Buffer) -> None:
        """Bring the numbers of a batch to the blocks of X, from the slot `first` of a row on."""
        self.pack(address, width, first, None, count, X.address)

    def run(self, P: Buffer, X: Buffer, count: int, G: Buffer) -> bool:
        """Compute the outputs of all rows; return whether Python must answer instead."""
        T = Buffer(self.scratch * self.rows)
        return bool(self.kernel(P.address, X.address, count, G.address, T.address))


class NativeCompiled(Compiled):
    """A function from floats to floats in machine code; see `compile`.

    source      LLVM's intermediate code of the function of one row
    program     its instructions
    irregular   whether they are more than `REGULAR` on any account, and go on tape

    A number that is not finite, or whose op may have no value, makes the program run again in
    Python, which raises what eager code raises, or returns the number if there is no error.
    """

    target = "native"
    shorter = staticmethod(simplified)

    def __init__(
        self, outputs: "Group | Sequence[Group]", inputs: "Group | Sequence[Group]"
    ) -> None:
        engine()  # without the extra, the error comes here
        self.natives: dict[tuple[tuple[bool, ...], bool], Native | OnTape] = {}
        with waiting():
            super().__init__(outputs, inputs)
            self.irregular = least_weight(self.program) > REGULAR
            if self.irregular:  # large: the first call need not take longer than the next
                one_row = (False,) * len(self.input_sizes)
                self.natives[one_row, False] = self.made(one_row, False)

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles are made of: not the machine code, which is made again."""
        return {**super().__getstate__(), "natives": {}}

    @property
    def source(self) -> str:
        """LLVM's intermediate code of the function of one row."""
        return self.native((False,) * len(self.input_sizes), False).text

    def native(self, varying: tuple[bool, ...], summed: bool) -> "Native | OnTape":
        """Return what computes batches in these arguments, made when first needed."""
        key = (varying, summed)
        found = self.natives.get(key)
        if found is None:
            with waiting(), collector_paused():
                found = self.natives[key] = self.made(varying, summed)
        return found

    def made(self, varying: tuple[bool, ...], summed: bool) -> "Native | OnTape":
        """Return machine code of the program, or the program on tape: what is ready sooner."""
        rows = any(varying)
        inputs = self.varying_inputs(varying) if rows else range(len(self.program.inputs))
        if not self.irregular:
            schedule = Schedule(self.program, inputs, REGULAR)
            if schedule.complete:
                return Native(schedule, rows, summed)
        return OnTape(self.program, inputs, rows, summed)

    def values(self, groups: Sequence[Sequence[float]]) -> Sequence[float]:
        """Return the outputs for one number per input, by machine code."""
        outputs = self.outputs_of(groups)
        return Compiled.values(self, groups) if outputs is None else outputs.tolist()

    def outputs_of(self, groups: Sequence[Sequence[float]]) -> "array[float] | None":
        """Return the outputs for one number per input, None where Python must answer."""
        native = self.native((False,) * len(self.input_sizes), False)
        X = Buffer(len(self.program.inputs))
        X.put_all(groups)
        G = Buffer(len(self.program.outputs))
        trouble = native.run(Buffer(native.shared), X, 1, G)
        outputs = G.array()
        if trouble or not (native.finite or all(map(math.isfinite, outputs))):
            return None
        return outputs

    def array(self, *arguments: Numbers) -> "array[float]":
        """Return the outputs as one array of doubles, by machine code and without lists."""
        groups = self.groups(arguments)
        outputs = self.outputs_of(groups)
        return array("d", Compiled.values(self, groups)) if outputs is None else outputs

    def sums(self, batch: Batch) -> Sequence[float]:
        """Return the outputs summed over the rows of a batch, by machine code."""
        native = self.native(batch.varying, True)
        G = Buffer(len(self.program.outputs))
        trouble = self.run(native, batch, G)
        outputs = G.get(G.count)
        if trouble or not all(map(math.isfinite, outputs)):
            return super().sums(batch)
        return outputs

    def each(self, *arguments: Any) -> list[Any]:
        """Return one result per row of a batch, by machine code."""
        batch = Batch(self, arguments)
        native = self.native(batch.varying, False)
        block = native.block(batch.count)
        width = len(self.program.outputs) * block
        G = Buffer(-(-batch.count // block) * width)
        trouble = self.run(native, batch, G)
        numbers = G.get(G.count)
        if trouble or not (native.finite or all(map(math.isfinite, numbers))):
            return [
                self.shaped(Compiled.values(self, batch.groups_of_row(k)))
                for k in range(batch.count)
            ]
        rows = []
        for k in range(batch.count):
            number, lane = divmod(k, block)
            start = number * width
            rows.append(self.shaped(numbers[start + lane : start + width : block]))
        return rows

    def run(self, native: "Native | OnTape", batch: Batch, G: Buffer) -> bool:
        """Run a kernel over a batch; return whether there was trouble."""
        P = Buffer(native.shared)
        P.put_all(batch.shared)
        block = native.block(batch.count)
        X = Buffer(-(-batch.count // block) * block * native.row)
        first = 0
        for k, width in enumerate(batch.widths):
            address, keep = address_of(batch, k)
            native.bring(address, width, first, batch.count, X)
            del keep
            first += width
        return native.run(P, X, batch.count, G)


# -- Numbers of the caller's, in place where they can be -----------------------------------------


def address_of(batch: Batch, k: int) -> tuple[int, Any]:
    """Return where the numbers of a batch's k-th argument lie, row after row, as doubles.

    The second is what must live as long as they are read: while it does, they stay there, and
    as many as `batch.count` rows need. Every address that native code reads comes from here.
    """
    number, rows, _ = batch.batches[k]
    data = doubles(batch, k, rows)
    needed = 8 * batch.count * batch.widths[k]
    if data.nbytes != needed:  # whatever the shape said: never past it
        raise ValueError(
            f"argument {number} holds {data.nbytes // 8} numbers, not {batch.count} rows of "
            f"{batch.widths[k]}"
        )
    if not needed:
        return 0, data  # nothing is read
    address, keep = in_place(data)
    if address % 8:  # a double begins where an address can be divided by 8
        address, keep = in_place(memoryview(array("d", data.tobytes())))
    return address, keep


def doubles(batch: Batch, k: int, rows: Any) -> memoryview:
    """Return the numbers of a batch's k-th argument, row after row: as they lie if they can."""
    try:
        view = memoryview(rows)
    except (TypeError, ValueError, BufferError):
        view = None
    if view is not None and view.format == "d" and view.c_contiguous:
        return view
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(rows, numpy.ndarray) and rows.dtype.kind in "biuf":
        return memoryview(rows.astype("d", order="C"))  # its own, not number by number
    return memoryview(array("d", chain.from_iterable(batch.columns()[k])))


def in_place(view: memoryview) -> tuple[int, Any]:
    """Return where the numbers of a view lie, and what keeps them there; a copy if need be."""
    if not view.readonly:
        first = ctypes.c_char.from_buffer(view.cast("B"))
        return ctypes.addressof(first), first
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        there = numpy.frombuffer(view.cast("B"), "d")
        return int(there.ctypes.data), there
    return in_place(memoryview(array("d", view.tobytes())))
