"""Machine code: LLVM for this machine, and memory that its code reads and writes.

Needs llvmlite, an extra: pip install llvmlite. The code is made for the CPU that it runs on.
"""

import ctypes
import os
import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from autograd_lite.compiling.machine import LIBRARY

__all__ = ["Buffer", "engine", "Code", "Objects", "POINTER", "INTEGER"]

POINTER, INTEGER = ctypes.c_void_p, ctypes.c_int64


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

    def put_all(self, groups: Iterable[Sequence[float]]) -> None:
        """Write groups of numbers into the buffer, one after the other."""
        first = 0
        for numbers in groups:
            self.put(numbers, first)
            first += len(numbers)

    def get(self, count: int, first: int = 0) -> list[float]:
        """Return `count` numbers of the buffer, from the slot `first` on."""
        return list(self.place(count, first))

    def array(self) -> "array[float]":
        """Return all numbers of the buffer."""
        return array("d", ctypes.string_at(self.address, 8 * self.count))


class Engine:
    """LLVM for this machine: made once, when first needed."""

    def __init__(self) -> None:
        try:
            import llvmlite  # an extra
            import llvmlite.binding as llvm
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
        versions = [llvmlite.__version__, *llvm.llvm_version_info]
        self.identity = f"{self.triple} {self.cpu} {self.features} {versions}"
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
    """Return LLVM for this machine; raises ImportError, which names the extra, without llvmlite."""
    if not ENGINES:
        ENGINES.append(Engine())
    return ENGINES[0]


def optimized(text: str, machine: Any, level: int) -> Any:
    """Return a text as a module of LLVM, optimised at a level."""
    module = engine().llvm.parse_assembly(text)
    module.triple = engine().triple
    module.data_layout = str(machine.target_data)
    engine().optimizer(level).run(module)
    return module


class Code:
    """Machine code of the texts of modules; it lives as long as this object."""

    def __init__(self, texts: Sequence[str], level: int = 2) -> None:
        machine = engine().target_machine(level)
        first, *others = [optimized(text, machine, level) for text in texts]
        self.compiler = engine().llvm.create_mcjit_compiler(first, machine)
        for module in others:
            self.compiler.add_module(module)
        self.compiler.finalize_object()

    def function(self, name: str, result: Any, *arguments: Any) -> Any:
        """Return a function of the code, to be called with ctypes."""
        address = self.compiler.get_function_address(name)
        return ctypes.CFUNCTYPE(result, *arguments)(address)


def object_of(text: str, level: int = 2) -> bytes:
    """Return the text of a module as an object file."""
    machine = engine().target_machine(level)
    found: bytes = machine.emit_object(optimized(text, machine, level))
    return found


class Objects:
    """Machine code of an object file; it lives as long as this object."""

    def __init__(self, data: bytes) -> None:
        llvm = engine().llvm
        nothing = llvm.parse_assembly("")
        nothing.triple = engine().triple
        self.compiler = llvm.create_mcjit_compiler(nothing, engine().target_machine(2))
        self.compiler.add_object_file(llvm.ObjectFileRef.from_data(data))
        self.compiler.finalize_object()

    def address(self, name: str) -> int:
        """Return where a function of the object file lies; 0 if there is none."""
        found: int = self.compiler.get_function_address(name)
        return found
