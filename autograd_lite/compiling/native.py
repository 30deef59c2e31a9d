"""Native code: a kernel's text through LLVM, and called with the numbers of a batch.

Needs llvmlite, an extra: pip install llvmlite. The machine code is made for the
CPU that it runs on. While it runs, Python's lock is released, and any number of threads can be
in it: everything that a call writes to is its own.
"""

import ctypes
import math
import os
import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from autograd_lite.collector import collector_paused
from autograd_lite.compiling.compiled import Batch, Compiled, Group
from autograd_lite.compiling.kernel import Kernel
from autograd_lite.compiling.machine import LIBRARY
from autograd_lite.compiling.schedule import Schedule
from autograd_lite.simplified import simplified

__all__ = ["NativeCompiled", "Code", "Buffer", "lanes_and_vectors"]

VECTORS = 4  # vectors per number, where a vector has 8 lanes (32 registers); 2 elsewhere

# Irregular instructions, beyond which compiling counts for more than running: one vector per
# number, and LLVM's quick ways (10,000 ops on 8 lanes: 1.2 s instead of 7).
MANY = 400


class Buffer:
    """Doubles in memory, on a cache line's boundary: unaligned vectors take twice as long."""

    __slots__ = ("address", "count", "memory")

    def __init__(self, count: int) -> None:
        self.memory = ctypes.create_string_buffer(8 * count + 64)
        start = ctypes.addressof(self.memory)
        self.address = start + -start % 64
        self.count = count

    def place(self, count: int, first: int) -> "ctypes.Array[ctypes.c_double]":
        """Return `count` numbers from the slot `first` on; raise unless all are in the buffer."""
        if not 0 <= first <= first + count <= self.count:
            raise ValueError(
                f"numbers {first} to {first + count} of a buffer that holds {self.count}"
            )
        return (ctypes.c_double * count).from_address(self.address + 8 * first)

    def put(self, numbers: Iterable[float], first: int = 0) -> None:
        """Write numbers into the buffer, from the slot `first` on."""
        data = array("d", numbers)
        memoryview(self.place(len(data), first)).cast("B")[:] = memoryview(data).cast("B")

    def get(self, count: int, first: int = 0) -> list[float]:
        """Return `count` numbers of the buffer, from the slot `first` on."""
        return list(self.place(count, first))


class Engine:
    """LLVM for this machine: made once, when first needed."""

    def __init__(self) -> None:
        try:
            import llvmlite.binding as llvm  # an extra
        except ImportError:
            raise ImportError(
                'native code needs llvmlite: pip install llvmlite; target="python" needs nothing'
            ) from None
        self.llvm = llvm
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.triple = llvm.get_process_triple()
        self.cpu = llvm.get_host_cpu_name()
        host = llvm.get_host_cpu_features()
        self.features = host.flatten()
        self.lanes = 8 if host.get("avx512f") else 4 if host.get("avx2") else 2
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        for name in [*LIBRARY, "memcpy", "memset"]:
            function = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
            llvm.add_symbol(name, function)

        self.optimizers: dict[int, Optimizer] = {}  # one for each level
        # A child forked while another thread is in LLVM would wait for ever for its lock.
        lock = getattr(llvm.ffi.lib, "_lock", None)
        if lock is not None and hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=lock.__enter__, after_in_parent=lock.__exit__, after_in_child=lock.__exit__
            )

    def optimizer(self, level: int) -> "Optimizer":
        """Return what optimises modules at a level, always the same one."""
        if level not in self.optimizers:
            self.optimizers[level] = Optimizer(self, level)
        return self.optimizers[level]

    def target_machine(self, level: int) -> Any:
        """Return a target machine of LLVM, for code to keep."""
        target = self.llvm.Target.from_triple(self.triple)
        return target.create_target_machine(cpu=self.cpu, features=self.features, opt=level)


class Optimizer:
    """The passes of LLVM that our code needs, and no more.

    Its instructions are in vectors and in their order already; what is left is to put small
    functions in their places, to compute once what stands there twice, and to fold. LLVM's own
    list of passes leaves 55 kB behind for every program; these leave under 2. Each program has a
    builder of its own: one for all takes twice as long for the 1,500th program as for the first.
    """

    def __init__(self, engine: Engine, level: int) -> None:
        self.llvm = engine.llvm
        self.machine = engine.target_machine(level)
        self.options = self.llvm.create_pipeline_tuning_options(speed_level=level)

    def run(self, module: Any) -> None:
        """Optimise a module in place."""
        passes = self.llvm.create_new_module_pass_manager()
        passes.add_always_inliner_pass()
        passes.add_sroa_pass()
        passes.add_instruction_combine_pass()
        passes.add_new_gvn_pass()
        passes.add_simplify_cfg_pass()
        passes.add_loop_rotate_pass()
        passes.add_instruction_combine_pass()
        passes.add_dead_store_elimination_pass()
        passes.add_aggressive_dce_pass()
        passes.add_global_dead_code_eliminate_pass()
        passes.run(module, self.llvm.create_pass_builder(self.machine, self.options))
        dispose(self.llvm, passes)


def dispose(llvm: Any, passes: Any) -> None:
    """Give back the memory of a pass manager that has run, which llvmlite leaves behind.

    Its class inherits `_dispose` from two others; Python takes the first, which does nothing.
    The one after it is asked here, and the manager then knows that it is gone.
    """
    following = getattr(super(llvm.ffi.ObjectRef, passes), "_dispose", None)
    if following is not None:
        following()
        passes.detach()


ENGINES: list[Engine] = []


def engine() -> Engine:
    if not ENGINES:
        ENGINES.append(Engine())
    return ENGINES[0]


class Code:
    """Machine code of the texts of modules; it lives as long as this object."""

    def __init__(self, texts: Sequence[str], level: int = 2) -> None:
        machine = engine().target_machine(level)
        first, *others = [self.optimized(text, machine, level) for text in texts]
        self.compiler = engine().llvm.create_mcjit_compiler(first, machine)
        for module in others:
            self.compiler.add_module(module)
        self.compiler.finalize_object()

    def optimized(self, text: str, machine: Any, level: int) -> Any:
        """Return a text as a module of LLVM, optimised at a level."""
        llvm = engine().llvm
        module = llvm.parse_assembly(text)
        module.triple = engine().triple
        module.data_layout = str(machine.target_data)
        engine().optimizer(level).run(module)
        return module

    def function(self, name: str, result: Any, *arguments: Any) -> Any:
        """Return a function of the code, to be called with ctypes."""
        address = self.compiler.get_function_address(name)
        return ctypes.CFUNCTYPE(result, *arguments)(address)


POINTER, INTEGER = ctypes.c_void_p, ctypes.c_int64


def lanes_and_vectors(schedule: Schedule) -> tuple[int, int, int]:
    """Return the lanes and vectors that suit this CPU and a program, and LLVM's level of effort."""
    lanes = engine().lanes
    if schedule.irregular > MANY:
        return lanes, 1, 1
    return lanes, VECTORS if lanes == 8 else 2, 2


class Native:
    """A kernel that can be called."""

    def __init__(
        self, compiled: Compiled, varying: Sequence[int], rows: bool, summed: bool
    ) -> None:
        with collector_paused():
            schedule = Schedule(compiled.program, varying)
        lanes, vectors, level = lanes_and_vectors(schedule)
        if not rows:
            lanes = vectors = 1
        kernel = Kernel(schedule, lanes, vectors, summed)
        self.shared = schedule.shared
        self.row = schedule.row
        self.scratch = schedule.scratch
        self.block = kernel.block
        texts = kernel.texts()
        self.text = "\n".join(texts)
        self.code = Code(texts, level)
        self.kernel = self.code.function(
            "kernel", INTEGER, POINTER, POINTER, INTEGER, POINTER, POINTER
        )
        self.pack = self.code.function(
            "pack", None, POINTER, INTEGER, INTEGER, POINTER, INTEGER, POINTER
        )

    def blocks(self, count: int) -> int:
        return -(-count // self.block)


class NativeCompiled(Compiled):
    """A function from floats to floats in machine code; see `compile`.

    source      LLVM's intermediate code of the function of one row
    program     its instructions

    A number that is not finite, or whose op may have no value, makes the program run again in
    Python, which raises what eager code raises, or returns the number if there is no error.
    """

    target = "native"
    shorter = staticmethod(simplified)

    def __init__(
        self, outputs: "Group | Sequence[Group]", inputs: "Group | Sequence[Group]"
    ) -> None:
        engine()  # without the extra, the error comes here
        super().__init__(outputs, inputs)
        self.natives: dict[tuple[tuple[bool, ...], bool], Native] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles are made of: not the machine code, which is made again."""
        return {**super().__getstate__(), "natives": {}}

    @property
    def source(self) -> str:
        """LLVM's intermediate code of the function of one row."""
        return self.native((False,) * len(self.input_sizes), False).text

    def native(self, varying: tuple[bool, ...], summed: bool) -> Native:
        """Return the kernel for batches in these arguments, made when first needed."""
        key = (varying, summed)
        found = self.natives.get(key)
        if found is None:
            if any(varying):
                found = Native(self, self.varying_inputs(varying), True, summed)
            else:  # one row of all inputs
                found = Native(self, range(len(self.program.inputs)), False, summed)
            self.natives[key] = found
        return found

    def values(self, groups: Sequence[Sequence[float]]) -> Sequence[float]:
        """Return the outputs for one number per input, by machine code."""
        native = self.native((False,) * len(self.input_sizes), False)
        X = Buffer(len(self.program.inputs))
        X.put(list(chain.from_iterable(groups)))
        P = Buffer(native.shared)
        T = Buffer(native.scratch * native.block)
        G = Buffer(len(self.program.outputs))
        trouble = native.kernel(P.address, X.address, 1, G.address, T.address)
        outputs = G.get(G.count)
        if trouble or not all(map(math.isfinite, outputs)):
            return super().values(groups)
        return outputs

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
        count = len(self.program.outputs)
        G = Buffer(native.blocks(batch.count) * native.block * count)
        trouble = self.run(native, batch, G)
        numbers = G.get(G.count)
        if trouble or not all(map(math.isfinite, numbers)):
            return [
                self.shaped(Compiled.values(self, batch.groups_of_row(k)))
                for k in range(batch.count)
            ]
        rows = []
        for k in range(batch.count):
            block, lane = divmod(k, native.block)
            start = block * count * native.block + lane
            end = (block + 1) * count * native.block
            rows.append(self.shaped(numbers[start : end : native.block]))
        return rows

    def run(self, native: Native, batch: Batch, G: Buffer) -> int:
        """Run a kernel over a batch; return whether there was trouble."""
        P = Buffer(native.shared)
        P.put(list(chain.from_iterable(batch.shared)))
        X = Buffer(native.blocks(batch.count) * native.block * native.row)
        first = 0
        for k, width in enumerate(batch.widths):
            address, keep = address_of(batch, k)
            native.pack(address, width, first, None, batch.count, X.address)
            del keep
            first += width
        T = Buffer(native.scratch * native.block)
        trouble: int = native.kernel(P.address, X.address, batch.count, G.address, T.address)
        return trouble


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
