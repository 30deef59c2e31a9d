"""A schedule as LLVM's text: one function that runs a program over the rows of a batch.

    kernel(P, X, count, G, T) -> 0, or 1 if a number was not finite where it matters

The rows come in blocks of lanes·vectors, and in a block each input's numbers lie side by side
(`pack` brings them there), so every load is one of whole vectors. Row k of the last block
beyond `count` repeats the last row, and its results do not count.

Legend
    P, X, T, G      the spaces of `schedule`; G holds the outputs
    block           how many rows are computed at once
    left            rows that are left, this block's included
"""

from collections.abc import Sequence
from typing import Any

from autograd_lite.compiling.instructions import Reference
from autograd_lite.compiling.machine import Condition, Lanes, Machine, spelled, support
from autograd_lite.compiling.schedule import Access, Run, Schedule, Straight
from autograd_lite.ops import Op

__all__ = ["Kernel", "pack_text"]

PIECES = 40  # of a module: LLVM takes more than twice as long for twice as much at once
INLINED = 64  # uses of own functions up to which they are written out: beyond, compiling drags
ROWS_JAMMED = 4  # inner products computed together: each load of x serves so many rows of w


class Kernel:
    """The text of a program for batches in some of its inputs.

    summed      True: G[k] is output k summed over all rows;
                False: G holds each row's outputs, block by block, each output's side by side
    """

    def __init__(self, schedule: Schedule, lanes: int, vectors: int, summed: bool) -> None:
        self.schedule = schedule
        self.program = schedule.program
        self.inputs = len(self.program.inputs)
        self.lanes = lanes
        self.vectors = vectors
        self.block = lanes * vectors
        self.summed = summed
        self.outputs = len(self.program.outputs)
        self.straight = schedule.straight
        self.fixed = [
            k
            for k, reference in enumerate(self.program.outputs)
            if type(reference) is float or not schedule.depends[int(reference)]
        ]

    def texts(self) -> list[str]:
        """Return the modules: the one with the kernel first, then those with more pieces."""
        pieces = [] if self.straight else self.schedule.pieces
        names = [f"piece_{k}" for k in range(len(pieces))]
        functions = [self.piece_function(name, piece) for name, piece in zip(names, pieces)]
        near = [line for function in functions[:PIECES] for line in function]
        far = [f"declare void @{name}(ptr, ptr, ptr, ptr, ptr, i64)" for name in names[PIECES:]]
        texts = [
            self.module(
                [
                    *near,
                    *far,
                    *self.kernel(names),
                    *pack_text(str(self.block), str(self.schedule.row)),
                ]
            )
        ]
        for k in range(PIECES, len(functions), PIECES):
            lines = [line for function in functions[k : k + PIECES] for line in function]
            texts.append(self.module(lines))
        return texts

    def module(self, lines: Sequence[str]) -> str:
        """Return the text of a module, with the functions that it may call."""
        uses = sum(["@own_" in line for line in lines])
        own = support(sorted({1, self.lanes}), inline=uses <= INLINED)
        return "\n".join([*own, *lines]) + "\n"

    # -- The kernel --

    def kernel(self, pieces: Sequence[str]) -> list[str]:
        """Return the text of the function that works through all rows."""
        m = Machine(self.lanes, self.vectors)
        scalar = Machine(1, 1, m)
        m.lines.append(
            "define i64 @kernel(ptr noalias %P, ptr noalias %X, i64 %count, "
            "ptr noalias %G, ptr noalias %T) {"
        )
        m.check_place = m.emit(f"alloca {m.type}, align 64")
        m.line(f"store {m.type} zeroinitializer, ptr {m.check_place}, align 8")
        scalar.check_place = m.emit("alloca double")
        m.line(f"store double 0.0, ptr {scalar.check_place}, align 8")
        self.straight_piece(scalar, self.schedule.once, "%G", None, into_memory=True)
        sums: dict[int, str] = {}
        if self.straight and self.summed:
            for k in range(self.outputs):
                sums[k] = m.emit(f"alloca {m.type}, align 64")
                m.line(f"store {m.type} zeroinitializer, ptr {sums[k]}, align 8")
        ahead = m.emit(f"add i64 %count, {self.block - 1}")
        blocks = m.emit(f"udiv i64 {ahead}, {self.block}")
        with m.loop("0", blocks, 1) as index:
            start = m.emit(f"mul i64 {index}, {self.block}")
            left = m.emit(f"sub i64 %count, {start}")
            first = m.emit(f"mul i64 {index}, {self.schedule.row * self.block}")
            X = m.offset("%X", first)
            G = "%G"
            if not self.summed:
                first = m.emit(f"mul i64 {index}, {self.outputs * self.block}")
                G = m.offset("%G", first)
            if self.straight:
                piece = self.schedule.pieces[0]
                assert isinstance(piece, Straight)
                self.straight_piece(m, piece.numbers, G, sums, left=left, X=X)
            for piece_name in pieces:
                m.line(
                    f"call void @{piece_name}(ptr %P, ptr {X}, ptr %T, ptr {G}, "
                    f"ptr {m.check_place}, i64 {left})"
                )
            if not self.summed:
                for k in self.fixed:
                    value = self.value_of(m, self.program.outputs[k], {}, X)
                    m.store(value, m.offset(G, str(k * self.block)))
        self.finish_sums(m, scalar, sums)
        checked = m.emit(f"load {m.type}, ptr {m.check_place}, align 8")
        total = m.lane_sum([checked])
        other = m.emit(f"load double, ptr {scalar.check_place}, align 8")
        total = m.emit(f"fadd double {total}, {other}")
        bad = m.emit(f"fcmp uno double {total}, {total}")
        status = m.emit(f"zext i1 {bad} to i64")
        m.line(f"ret i64 {status}")
        m.lines.append("}")
        return m.lines

    def finish_sums(self, m: Machine, scalar: Machine, sums: dict[int, str]) -> None:
        """Bring the sums of vectors to the outputs, and what no row changes, times the count."""
        if not self.summed:
            return
        for start in range(0, len(sums), self.lanes):
            parts = []
            for k in range(start, start + self.lanes):
                if k in sums:
                    parts.append(m.emit(f"load {m.type}, ptr {sums[k]}, align 8"))
            if len(parts) == self.lanes > 1:
                vector = m.lane_sums(parts)
                m.line(f"store {m.type} {vector}, ptr {m.offset('%G', str(start))}, align 8")
            else:
                for k, part in enumerate(parts, start=start):
                    value = m.lane_sum([part])
                    m.line(f"store double {value}, ptr {m.offset('%G', str(k))}, align 8")
        count = m.emit("sitofp i64 %count to double")
        for k in self.fixed:
            value = self.value_of(scalar, self.program.outputs[k], {}, "%X")
            product = value * Lanes(scalar, [count])
            scalar.store(product, m.offset("%G", str(k)))

    # -- Straight pieces --

    def straight_piece(
        self,
        m: Machine,
        numbers: Sequence[int],
        G: str,
        sums: "dict[int, str] | None",
        *,
        left: str = "",
        X: str = "%X",
        into_memory: bool = False,
    ) -> None:
        """Write instructions one after the other, and bring what they give to where it belongs.

        sums    in a program of one piece, where each output is summed; None elsewhere
        """
        known: dict[int, Any] = {}
        places = self.schedule.places
        for number in numbers:
            op, references = self.schedule.instruction_operands(number)
            operands = [self.value_of(m, r, known, X) for r in references]
            value = known[number] = spelled(m, op, operands)
            space, slot = places[number]
            if into_memory:
                m.store(value, m.offset("%P", str(slot)))
            elif space == "T":
                m.store(value, m.offset("%T", str(slot * self.block)))
        if sums is None:
            return
        valid = m.below(left) if self.summed else None
        for k, reference in enumerate(self.program.outputs):
            if k in self.fixed:
                continue
            value = self.value_of(m, reference, known, X)
            if valid is None:
                m.store(value, m.offset(G, str(k * self.block)))
                continue
            for condition, part in zip(valid.parts, m.texts(value)):
                before = m.emit(f"load {m.type}, ptr {sums[k]}, align 8")
                added = m.emit(f"fadd contract {m.type} {before}, {part}")
                after = m.emit(f"select {m.bits} {condition}, {m.type} {added}, {m.type} {before}")
                m.line(f"store {m.type} {after}, ptr {sums[k]}, align 8")

    def value_of(self, m: Machine, reference: Reference, known: dict[int, Any], X: str) -> Any:
        """Return a number: a constant, a result that is at hand, or a load of it (then it is)."""
        if type(reference) is float:
            return reference
        number = int(reference)
        if number not in known:
            space, slot = self.schedule.places[number]
            known[number] = self.loaded(m, Access(space, slot), "0", "0", X)
        return known[number]

    def loaded(
        self, m: Machine, access: Access, j: str, i: str, X: str = "%X", k: str = "0"
    ) -> Any:
        """Return member (j, i), term k, of an operand."""
        if not access.space:
            return access.value
        slot = self.slot(m, access, j, i, k)
        if access.space == "P":
            return m.load(m.offset("%P", slot), shared=True)
        base = X if access.space == "X" else "%T"
        return m.load(m.offset(base, self.times(m, slot, self.block)))

    def slot(self, m: Machine, access: Access, j: str, i: str, k: str = "0") -> str:
        """Write the slot of an operand for a member of a run; return its name."""
        slot = str(access.start)
        for index, step in ((j, access.outer), (i, access.inner), (k, access.term)):
            slot = self.plus(m, slot, self.times(m, index, step))
        return slot

    def times(self, m: Machine, index: str, step: int) -> str:
        """Write index · step; return its name, or "0" where nothing advances."""
        if index.lstrip("-").isdigit():
            return str(int(index) * step)
        if step == 0:
            return "0"
        return index if step == 1 else m.emit(f"mul i64 {index}, {step}")

    def plus(self, m: Machine, left: str, right: str) -> str:
        """Write the sum of two indexes; return its name."""
        if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
            return str(int(left) + int(right))
        if right == "0":
            return left
        return right if left == "0" else m.emit(f"add i64 {left}, {right}")

    def bring(self, m: Machine, value: Any, place: str, left: str) -> None:
        """Bring one output to its place: add its sum over the rows of the block, or store it."""
        if not self.summed:
            m.store(value, place)
            return
        counted = m.choose(m.below(left), value, 0.0)
        total = m.lane_sum(counted.parts)
        before = m.emit(f"load double, ptr {place}, align 8")
        after = m.emit(f"fadd double {before}, {total}")
        m.line(f"store double {after}, ptr {place}, align 8")

    # -- Pieces of large programs: functions of their own, so that compile time stays even --

    def piece_function(self, name: str, piece: "Straight | Run") -> list[str]:
        """Return the text of the function that computes one piece for a row."""
        m = Machine(self.lanes, self.vectors)
        m.check_place = "%check"
        m.lines.append(
            f"define void @{name}(ptr noalias %P, ptr noalias %X, ptr noalias %T, "
            f"ptr noalias %G, ptr noalias %check, i64 %left) noinline {{"
        )
        if isinstance(piece, Straight):
            self.straight_piece(m, piece.numbers, "%G", None, left="%left")
        elif piece.lengths:
            self.run_of_sums(m, piece)
        else:
            self.run(m, piece)
        m.line("ret void")
        m.lines.append("}")
        return m.lines

    def run(self, m: Machine, run: Run) -> None:
        """Write the loops of one op on evenly advancing operands."""
        valid = m.below("%left") if run.result.space == "G" and self.summed else None
        together = valid is not None and run.result.inner == 1 and run.inner >= m.lanes > 1

        done = 0
        if together:
            # Across the members first: what does not change from j to j (the inputs of a layer)
            # then stays in the nearest cache.
            assert valid is not None
            done = run.inner - run.inner % m.lanes
            with m.loop("0", str(done), m.lanes) as i, m.loop("0", str(run.outer), 1) as j:
                steady = self.steady_operands(m, run, j)
                self.members_summed(m, run, steady, valid, j, i)
        if done == run.inner:
            return
        with m.loop("0", str(run.outer), 1) as j:
            steady = self.steady_operands(m, run, j)
            with m.loop(str(done), str(run.inner), 1) as i:
                slot = self.slot(m, run.result, j, i)
                value = self.member(m, run, steady, j, i)
                if run.result.space == "T":
                    m.store(value, m.offset("%T", self.times(m, slot, self.block)))
                else:
                    place = slot if self.summed else self.times(m, slot, self.block)
                    self.bring(m, value, m.offset("%G", place), "%left")

    def steady_operands(self, m: Machine, run: Run, j: str) -> list[Any]:
        """Return the operands that are the same for all i, loaded; None for the others."""
        return [None if access.inner else self.loaded(m, access, j, "0") for access in run.operands]

    def member(self, m: Machine, run: Run, steady: Sequence[Any], j: str, i: str) -> Any:
        """Write one member of a run; return its number."""
        operands = [
            self.loaded(m, access, j, i) if value is None else value
            for access, value in zip(run.operands, steady)
        ]
        return operands[0] if run.op is None else spelled(m, run.op, operands)

    def members_summed(
        self,
        m: Machine,
        run: Run,
        steady: Sequence[Any],
        valid: Condition,
        j: str,
        i: str,
    ) -> None:
        """Write `lanes` members at once: their sums over the block are one vector of outputs."""
        vectors = []
        for k in range(m.lanes):
            index = i if k == 0 else m.emit(f"add i64 {i}, {k}")
            value = self.member(m, run, steady, j, index)
            total = ""
            for condition, part in zip(valid.parts, m.texts(value)):
                if not total:
                    zero = f"{m.type} zeroinitializer"
                    total = m.emit(f"select {m.bits} {condition}, {m.type} {part}, {zero}")
                    continue
                added = m.emit(f"fadd contract {m.type} {total}, {part}")
                total = m.emit(f"select {m.bits} {condition}, {m.type} {added}, {m.type} {total}")
            vectors.append(total)
        place = m.offset("%G", self.slot(m, run.result, j, i))
        before = m.emit(f"load {m.type}, ptr {place}, align 8")
        after = m.emit(f"fadd {m.type} {before}, {m.lane_sums(vectors)}")
        m.line(f"store {m.type} {after}, ptr {place}, align 8")

    def run_of_sums(self, m: Machine, run: Run) -> None:
        """Write the loops of long sums: several members together, term by term."""
        sums = [
            [m.emit(f"alloca {m.type}, align 64") for _ in range(m.vectors)]
            for _ in range(ROWS_JAMMED)
        ]
        with m.loop("0", str(run.outer), 1) as j:
            jammed = run.inner - run.inner % ROWS_JAMMED
            with m.loop("0", str(jammed), ROWS_JAMMED) as i:
                self.sums_together(m, run, j, i, sums)
            with m.loop(str(jammed), str(run.inner), 1) as i:
                self.sums_together(m, run, j, i, sums[:1])

    def sums_together(
        self, m: Machine, run: Run, j: str, first: str, sums: Sequence[Sequence[str]]
    ) -> None:
        """Write the loop over the terms of as many members as there are places for sums."""
        members = [first] + [m.emit(f"add i64 {first}, {k}") for k in range(1, len(sums))]
        for places in sums:
            for place in places:
                m.line(f"store {m.type} zeroinitializer, ptr {place}, align 8")
        for length, operands in run.stretches():
            with m.loop("0", str(length), 1) as k:
                self.terms_together(m, run.op, operands, (j, k), members, sums)
        for i, places in zip(members, sums):
            parts = [m.emit(f"load {m.type}, ptr {place}, align 8") for place in places]
            slot = self.slot(m, run.result, j, i)
            if run.result.space == "T":
                m.store(Lanes(m, parts), m.offset("%T", self.times(m, slot, self.block)))
            else:
                place = slot if self.summed else self.times(m, slot, self.block)
                self.bring(m, Lanes(m, parts), m.offset("%G", place), "%left")

    def terms_together(
        self,
        m: Machine,
        op: Op | None,
        operands: Sequence[Access],
        at: tuple[str, str],
        members: Sequence[str],
        sums: Sequence[Sequence[str]],
    ) -> None:
        """Add term k of several members to their sums; `at` is (j, k)."""
        assert op is not None
        j, k = at
        shared = [
            None if access.inner else self.loaded(m, access, j, "0", k=k) for access in operands
        ]
        for i, places in zip(members, sums):
            factors = [
                self.loaded(m, access, j, i, k=k) if value is None else value
                for access, value in zip(operands, shared)
            ]
            term = spelled(m, op, factors)  # of one term: the term itself
            for place, part in zip(places, m.texts(term)):
                before = m.emit(f"load {m.type}, ptr {place}, align 8")
                after = m.emit(f"fadd contract {m.type} {before}, {part}")
                m.line(f"store {m.type} {after}, ptr {place}, align 8")


# -- Bringing rows to where the kernel wants them ------------------------------------------------


def pack_text(block: str, slots: str, name: str = "pack", more: str = "") -> list[str]:
    """Return the text of `pack(rows, width, first, order, count, X)`.

    Rows order[0], order[1], ... of an array of `width` columns go to slots `first` and on
    of the blocks of X; without an order, all rows as they are. How many rows a block
    has, and how many slots of X a row, are numbers, or parameters, which then stand in `more`.
    """
    m = Machine(1)
    m.lines.append(
        f"define void @{name}(ptr noalias %rows, i64 %width, i64 %first, ptr noalias %order, "
        f"i64 %count, ptr noalias %X{more}) {{"
    )
    ordered = m.emit("icmp ne ptr %order, null")
    last = m.emit("sub i64 %count, 1")
    ahead = m.emit(f"add i64 {last}, {block}")
    blocks = m.emit(f"udiv i64 {ahead}, {block}")
    padded = m.emit(f"mul i64 {blocks}, {block}")
    place = m.emit("alloca i64")
    with m.loop("0", padded, 1) as row:
        beyond = m.emit(f"icmp sgt i64 {row}, {last}")
        k = m.emit(f"select i1 {beyond}, i64 {last}, i64 {row}")
        m.line(f"store i64 {k}, ptr {place}")
        tag = f"ordered{next(m.numbers)}"
        m.line(f"br i1 {ordered}, label %{tag}, label %{tag}.done")
        m.lines.append(f"{tag}:")
        listed = m.emit(f"getelementptr i64, ptr %order, i64 {k}")
        m.line(f"store i64 {m.emit(f'load i64, ptr {listed}')}, ptr {place}")
        m.line(f"br label %{tag}.done")
        m.lines.append(f"{tag}.done:")
        source = m.emit(f"mul i64 {m.emit(f'load i64, ptr {place}')}, %width")
        source = m.offset("%rows", source)
        number = m.emit(f"udiv i64 {row}, {block}")
        lane = m.emit(f"urem i64 {row}, {block}")
        start = m.emit(f"mul i64 {number}, {slots}")
        start = m.emit(f"add i64 {start}, %first")
        start = m.emit(f"mul i64 {start}, {block}")
        target = m.offset("%X", m.emit(f"add i64 {start}, {lane}"))
        with m.loop("0", "%width", 1) as i:
            value = m.emit(f"load double, ptr {m.offset(source, i)}, align 8")
            step = m.emit(f"mul i64 {i}, {block}")
            m.line(f"store double {value}, ptr {m.offset(target, step)}, align 8")
    m.line("ret void")
    m.lines.append("}")
    return m.lines
