"""A program on tape, called as machine code of its own is: the same arguments, the same answer.

Each call works in a memory of its own, which the next one may have when it is done; between two
blocks of rows Python looks whether somebody pressed Ctrl-C.
"""

import ctypes
import math
from array import array
from collections.abc import Sequence
from typing import Any

from autograd_lite.compiling.handler_file import addresses
from autograd_lite.compiling.handlers import PLACEHOLDER, handler_text, helper_texts
from autograd_lite.compiling.instructions import Instructions
from autograd_lite.compiling.kernel import pack_text
from autograd_lite.compiling.machine_code import INTEGER, POINTER, Buffer, engine
from autograd_lite.compiling.tape import Part, Tape

__all__ = ["OnTape"]

NEAR = 32_768  # doubles that a block may take: 256 kB, which stay in a processor's second cache
VECTORS = 4  # of a block at most


class OnTape:
    """A program for batches in some of its inputs, or for one row.

    shared, row     how many inputs no row changes, and how many each row has
    summed          whether the outputs are summed over the rows

    The handlers look at every output, so where `run` finds no trouble, all are finite.
    """

    finite = True

    def __init__(
        self, program: Instructions, varying: Sequence[int], rows: bool, summed: bool
    ) -> None:
        lanes = engine().lanes
        self.tape = tape = Tape(program, varying, lanes, rows)
        self.shared, self.row, self.summed = tape.shared, tape.row, summed
        self.outputs = len(program.outputs)
        self.kinds = list(dict.fromkeys([record.kind for record in tape.records()]))
        texts: dict[Any, list[str]] = {kind: handler_text(kind) for kind in self.kinds}
        texts |= helper_texts(lanes)
        texts["pack"] = pack_text("%block", "%slots", PLACEHOLDER, ", i64 %block, i64 %slots")
        self.addresses = addresses(texts)
        self.start = self.function("start", *[POINTER] * 3, INTEGER, POINTER)
        self.spread = self.function("spread", POINTER, INTEGER, POINTER, INTEGER)
        self.add_rows = self.function("add_rows", POINTER, *[INTEGER] * 3, POINTER)
        self.pack = self.function(
            "pack", POINTER, *[INTEGER] * 2, POINTER, INTEGER, POINTER, *[INTEGER] * 2
        )
        self.once, self.each = self.words(tape.once), self.words(tape.each)
        near = NEAR // (tape.slots * lanes)
        self.largest = lanes * max(1, min(VECTORS, near)) if rows else 1
        self.free: dict[int, list[Buffer]] = {}

    def function(self, name: str, *arguments: Any) -> Any:
        """Return one of the functions around the handlers, to be called with ctypes."""
        return ctypes.CFUNCTYPE(None, *arguments)(self.addresses[name])

    def words(self, part: Part) -> "array[int]":
        """Return the records of a part as what `start` reads."""
        words = array("q")
        for kind, groups, members, terms in part.records:
            words.append(self.addresses[kind])
            if not kind.few:
                words.extend((groups, members, terms))
        words.append(self.addresses["end"])
        return words

    @property
    def text(self) -> str:
        """The handlers as LLVM's text, and the tape as a list of runs."""
        names = {kind: f"handler_{k}" for k, kind in enumerate(self.kinds)}
        lines = []
        for kind, name in names.items():
            lines += [line.replace(PLACEHOLDER, name, 1) for line in handler_text(kind)[:1]]
            lines += handler_text(kind)[1:]
        lines += [
            f"; {names[kind]}: {kind.name}, {members} members" + f" of {terms} terms" * bool(terms)
            for kind, _, members, terms in self.tape.records()
        ]
        return "\n".join(lines) + "\n"

    def block(self, count: int) -> int:
        """Return how many rows of a batch of so many are computed together."""
        if not self.tape.rows:
            return 1
        lanes = self.tape.lanes
        return min(self.largest, lanes * max(1, -(-count // lanes)))

    def bring(self, address: int, width: int, first: int, count: int, X: Buffer) -> None:
        """Bring the numbers of a batch to the blocks of X, from the slot `first` of a row on."""
        block = self.block(count)
        self.pack(address, width, first, None, count, X.address, block, self.row)

    def run(self, P: Buffer, X: Buffer, count: int, G: Buffer) -> bool:
        """Compute the outputs of all rows; return whether Python must answer instead.

        The rows lie in X, block by block, each input's numbers side by side, and so do the
        outputs in G; where they are summed, G has one number for each.
        """
        block = self.block(count)
        memory = self.memory(block)
        M = memory.address
        check = M + 8 * block * self.tape.slots
        ctypes.memset(check, 0, 8 * self.tape.lanes)
        inputs = M + 8 * block * len(self.tape.constants)
        if self.shared:
            self.spread(P.address, self.shared, inputs, block)
            inputs += 8 * block * self.shared
        step = block if self.tape.rows else self.tape.first
        if self.tape.once.records:
            self.work(self.once, self.tape.once, M, step, check)
        outputs = M + 8 * block * self.tape.outputs
        for k in range(-(-count // block)):
            size = 8 * block * self.row
            ctypes.memmove(inputs, X.address + k * size, size)
            self.work(self.each, self.tape.each, M, step, check)
            if self.summed:
                self.add_rows(outputs, self.outputs, block, count - k * block, G.address)
            else:
                size = 8 * block * self.outputs
                ctypes.memmove(G.address + k * size, outputs, size)
        noted = (ctypes.c_double * self.tape.lanes).from_address(check)
        trouble = math.isnan(sum(noted))
        self.free[block].append(memory)
        return trouble

    def work(self, words: "array[int]", part: Part, M: int, step: int, check: int) -> None:
        """Work through a part of the tape in a memory."""
        self.start(M, words.buffer_info()[0], part.stream.buffer_info()[0], step, check)

    def memory(self, block: int) -> Buffer:
        """Return a memory that nobody else works in, for blocks of so many rows.

        It holds the constants, and after the slots a place where handlers note trouble.
        """
        free = self.free.setdefault(block, [])
        try:
            return free.pop()
        except IndexError:
            memory = Buffer(block * self.tape.slots + self.tape.lanes)
            memory.put([c for c in self.tape.constants for _ in range(block)])
            return memory
