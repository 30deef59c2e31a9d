"""Whole training loops in machine code: gradient, update, next step, without Python in between.

The update is a graph as well: a `Rule` holds the Values of one parameter's step, and is
compiled with the program. A call takes as many steps as it is given and returns; everything
that a training needs to go on is in memory between calls, so that Ctrl-C loses nothing.

Legend
    P, G        the parameters and other shared numbers; the cost and its gradient
    S, H        the state of the update: for each parameter (velocities); for all (a count)
    order       the rows of each step, one after the other; starts[k] is where step k's begin
"""

import ctypes
import math
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

from autograd_lite.collector import collector_paused
from autograd_lite.compiling.compiled import Batch
from autograd_lite.compiling.instructions import Instructions, Reference, instructions_of
from autograd_lite.compiling.kernel import Kernel
from autograd_lite.compiling.machine import Lanes, Machine, double, spelled
from autograd_lite.compiling.machine_code import INTEGER, POINTER, Buffer, Code
from autograd_lite.compiling.native import NativeCompiled, address_of, lanes_and_vectors
from autograd_lite.compiling.schedule import Schedule
from autograd_lite.simplified import simplified
from autograd_lite.value import Value

__all__ = ["Rule", "Descent", "RUNNING", "NOT_FINITE", "BELOW", "PATIENCE", "OVERSHOT"]

# Why a call of a descent ended.
RUNNING = 0  # all steps are done
NOT_FINITE = 1  # the cost of the next step is not finite, or an op in it may have no value
BELOW = 2  # the cost of an epoch was below the limit
PATIENCE = 3  # so many epochs went by without a new lowest cost
OVERSHOT = 4  # a step made a parameter that is not finite

# What `control` holds, between calls too.
SUM, LOWEST, BEST_EPOCH, STOP_BELOW, PATIENCE_LEFT, EPOCH, STEP = range(7)


class Rule(NamedTuple):
    """One parameter's step, as Values: what an update does with p and g.

    p, g        a parameter and its gradient
    state       numbers that each parameter keeps from step to step
    shared      numbers that all parameters share (a count of steps)
    new_p, new_state, new_shared    what they are after the step
    """

    p: Value
    g: Value
    state: Sequence[Value]
    shared: Sequence[Value]
    new_p: Value
    new_state: Sequence[Value]
    new_shared: Sequence[Value]

    def instructions(self) -> Instructions:
        """Return the program from p, g, state, shared to the new ones.

        Raises TypeError if what all parameters share depends on one of them, ValueError unless a
        step keeps as many numbers as there were before it.
        """
        before, after = (self.state, self.shared), (self.new_state, self.new_shared)
        if [*map(len, before)] != [*map(len, after)]:
            raise ValueError("a step keeps as many numbers as there were before it")
        inputs = [self.p, self.g, *self.state, *self.shared]
        outputs = [self.new_p, *self.new_state, *self.new_shared]
        program = instructions_of(outputs, inputs, simplified)
        own = 2 + len(self.state)
        depends = program.depending_on(range(own))
        for reference in program.outputs[own - 1 :]:
            if type(reference) is int and depends[reference]:
                raise TypeError("what all parameters share must not depend on one of them")
        return program


class Descent:
    """A training loop in machine code, with the numbers that it works on.

    compiled    computes [cost, gradient] from parameters and rows
    rule        the update
    arguments   the arguments of `compiled`: parameters first, then batches or shared numbers
    state       for each number that a parameter keeps, its values; `shared` likewise for all
    """

    def __init__(
        self,
        compiled: NativeCompiled,
        rule: Rule,
        arguments: Sequence[Any],
        state: Sequence[Sequence[float]],
        shared: Sequence[float],
        *,
        epochs: int,
        steps_per_epoch: int,
        stop_below: float | None = None,
        patience: int | None = None,
    ) -> None:
        count = compiled.input_sizes[0]
        if count is None or compiled.output_sizes != [None, count]:
            raise ValueError(
                "a descent needs [cost, [its gradient]] computed from [parameters] and rows"
            )
        batch = Batch(compiled, arguments)
        if batch.varying[0]:
            raise ValueError("the parameters are one row, not a batch")
        found = [*map(len, state), len(shared)]
        if found != [count] * len(rule.state) + [len(rule.shared)]:
            raise ValueError(f"the update keeps other numbers than these: {found}")
        self.parameters = count
        self.rows = batch.count
        self.steps_per_epoch = steps_per_epoch
        self.whole = steps_per_epoch == 1  # one batch of all rows, which need packing only once
        with collector_paused():
            schedule = Schedule(compiled.program, compiled.varying_inputs(batch.varying))
        self.rows_at_once = self.rows if self.whole else -(-self.rows // steps_per_epoch)
        lanes, vectors, level = lanes_and_vectors(schedule)
        vectors = min(vectors, -(-self.rows_at_once // lanes))  # none for rows that never come
        kernel = Kernel(schedule, lanes, vectors, summed=True)
        texts = kernel.texts()
        loop = [*update_text(rule, count, lanes)]
        loop += train_text(kernel, count, batch.widths, len(compiled.program.outputs))
        texts[0] += "\n".join(loop) + "\n"
        self.code = Code(texts, level)
        self.train = self.code.function("train", INTEGER, *[POINTER] * 12, INTEGER, INTEGER)
        self.P = Buffer(schedule.shared)
        self.P.put(list(chain.from_iterable(batch.shared)))
        self.S = Buffer(count * len(state))
        for k, numbers in enumerate(state):
            self.S.put(numbers, k * count)
        self.H = Buffer(len(shared))
        self.H.put(shared)
        self.G = Buffer(len(compiled.program.outputs))
        self.T = Buffer(schedule.scratch * kernel.block)
        self.X = Buffer((-(-self.rows_at_once // kernel.block)) * kernel.block * schedule.row)
        self.before = Buffer(count)
        self.best = Buffer(count)
        self.best.put(self.P.get(count))
        self.costs = Buffer(epochs)
        self.control = Buffer(8)
        limits = (0.0, math.inf, -1.0, -math.inf if stop_below is None else stop_below,
                  math.inf if patience is None else patience, 0.0, 0.0)  # fmt: skip
        self.control.put(limits)
        # Where the rows lie; `kept` keeps them there.
        self.kept: list[Any] = []
        places = []
        first = 0
        for k, width in enumerate(batch.widths):
            address, keep = address_of(batch, k)
            self.kept.append(keep)
            places.append(address)
            if self.whole:
                pack = self.code.function(
                    "pack", None, POINTER, INTEGER, INTEGER, POINTER, INTEGER, POINTER
                )
                pack(address, width, first, None, batch.count, self.X.address)
            first += width
        self.places = array("q", places)

    def run(self, count: int, steps: Sequence[Sequence[int]] = ()) -> int:
        """Take `count` steps; return RUNNING, or why it ended before.

        `steps` has the rows of each, unless each is on all rows. Raises ValueError for more
        steps than there are epochs, or rows that are not there.
        """
        self.check_steps(count, steps)
        order = array("q", chain.from_iterable(steps))
        starts = array("q", [0, self.rows] if self.whole else [0])
        for rows in steps:
            starts.append(starts[-1] + len(rows))
        status: int = self.train(
            self.P.address, self.S.address, self.H.address, self.G.address, self.T.address,
            self.X.address, self.places.buffer_info()[0], order.buffer_info()[0],
            starts.buffer_info()[0], self.control.address, self.costs.address,
            ctypes.addressof(self.pointers()), count, self.steps_per_epoch,
        )  # fmt: skip
        return status

    def check_steps(self, count: int, steps: Sequence[Sequence[int]]) -> None:
        """Raise unless all that `count` steps read and write is there."""
        left = (self.costs.count - self.epochs_done) * self.steps_per_epoch - self.steps_done
        if not 0 <= count <= left:
            raise ValueError(f"{count} steps, where {left} are left")
        if self.whole:
            return
        if len(steps) != count:
            raise ValueError(f"{count} steps, and the rows of {len(steps)}")
        for rows in steps:
            if len(rows) > self.rows_at_once:
                raise ValueError(f"a step on {len(rows)} rows, not {self.rows_at_once} at most")
            if rows and not 0 <= min(rows) <= max(rows) < self.rows:
                raise ValueError(f"a row that is none of {self.rows}")

    def pointers(self) -> "ctypes.Array[ctypes.c_int64]":
        """Return where each array of the training lies in memory."""
        self.memory = (ctypes.c_int64 * 2)(self.before.address, self.best.address)
        return self.memory

    def work_with(self, other: "Descent") -> None:
        """Work on the parameters of another descent, and its update's state, from now on.

        So programs of different graphs train the same parameters in turn. Raises ValueError
        unless there are as many numbers of each kind.
        """
        for own, others in ((self.P, other.P), (self.S, other.S), (self.H, other.H)):
            if own.count != others.count:
                raise ValueError(f"{own.count} numbers cannot be shared with {others.count}")
        self.P, self.S, self.H = other.P, other.S, other.H

    @property
    def cost(self) -> float:
        """The cost of the last step, from before it."""
        return self.G.get(1)[0]

    @property
    def epochs_done(self) -> int:
        """How many epochs are done."""
        return int(self.control.get(1, EPOCH)[0])

    @property
    def steps_done(self) -> int:
        """The steps of the epoch that is under way."""
        return int(self.control.get(1, STEP)[0])

    @property
    def lowest(self) -> tuple[float, int]:
        """The lowest cost of an epoch, and which epoch that was (-1: none yet)."""
        C, epoch = self.control.get(2, LOWEST)
        return C, int(epoch)


# -- The text of an update -----------------------------------------------------------------------


def update_text(rule: Rule, parameters: int, lanes: int) -> list[str]:
    """Return the text of `update(P, S, H, G)`: one step; 1 if a new parameter is not finite."""
    program = rule.instructions()
    own = 2 + len(rule.state)
    depends = program.depending_on(range(own))
    m = Machine(lanes)
    scalar = Machine(1, 1, m)
    m.lines.append(
        "define internal i64 @update(ptr noalias %P, ptr noalias %S, ptr noalias %H, "
        "ptr noalias %G) {"
    )
    m.check_place = m.emit(f"alloca {m.type}, align 64")
    m.line(f"store {m.type} zeroinitializer, ptr {m.check_place}, align 8")
    scalar.check_place = m.emit("alloca double")
    m.line(f"store double 0.0, ptr {scalar.check_place}, align 8")
    n = len(program.inputs)
    once: dict[int, Any] = {}
    for k in range(len(rule.shared)):
        once[own + k] = scalar.load(scalar.offset("%H", str(k)))
    for number in range(n, n + len(program.body)):
        if not depends[number]:
            op, references, _, _ = program.body[number - n]
            once[number] = spelled(scalar, op, [value_of(r, once) for r in references])
    done = parameters - parameters % lanes
    if done:
        with m.loop("0", str(done), lanes) as i:
            update_members(m, program, depends, once, len(rule.state), parameters, i)
    with scalar.loop(str(done), str(parameters), 1) as i:
        update_members(scalar, program, depends, once, len(rule.state), parameters, i)
    for k, reference in enumerate(program.outputs[own - 1 :]):
        scalar.store(value_of(reference, once), scalar.offset("%H", str(k)))
    bad = m.lane_sum([m.emit(f"load {m.type}, ptr {m.check_place}, align 8")])
    other = m.emit(f"load double, ptr {scalar.check_place}, align 8")
    both = m.emit(f"fadd double {bad}, {other}")
    status = m.emit(f"zext i1 {m.emit(f'fcmp uno double {both}, {both}')} to i64")
    m.line(f"ret i64 {status}")
    m.lines.append("}")
    return m.lines


def value_of(reference: Reference, known: dict[int, Any]) -> Any:
    return known[int(reference)] if type(reference) is int else reference


def update_members(
    m: Machine,
    program: Instructions,
    depends: Sequence[bool],
    once: dict[int, Any],
    states: int,
    parameters: int,
    i: str,
) -> None:
    """Write the step of as many parameters as the machine has lanes, from index i on."""
    known: dict[int, Any] = {}
    for number, value in once.items():
        if isinstance(value, Lanes):
            value = Lanes(m, [m.broadcast(value.parts[0])])
        known[number] = value
    places = [m.offset("%P", i), m.offset(m.offset("%G", "1"), i)]
    places += [m.offset(m.offset("%S", str(k * parameters)), i) for k in range(states)]
    for k, place in enumerate(places):
        known[k] = m.load(place)
    n = len(program.inputs)
    for number in range(n, n + len(program.body)):
        if depends[number]:
            op, references, _, _ = program.body[number - n]
            known[number] = spelled(m, op, [value_of(r, known) for r in references])
    new_p = value_of(program.outputs[0], known)
    m.check(new_p)
    m.store(new_p, places[0])
    for reference, place in zip(program.outputs[1:], places[2:]):
        m.store(value_of(reference, known), place)


# -- The text of the loop ------------------------------------------------------------------------


def train_text(kernel: Kernel, parameters: int, widths: Sequence[int], outputs: int) -> list[str]:
    """Return the text of `train(...)`: so many steps, then 0, or the reason why it ended."""
    m = Machine(1)
    m.lines += [
        "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
        "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
        "define i64 @train(ptr %P, ptr %S, ptr %H, ptr %G, ptr %T, ptr %X, ptr %places, "
        "ptr %order, ptr %starts, ptr %control, ptr %costs, ptr %memory, i64 %steps, "
        "i64 %per_epoch) {",
    ]
    size = 8 * parameters
    control = [m.offset("%control", str(k)) for k in range(7)]
    before = m.emit("load ptr, ptr %memory")
    best = m.emit(f"load ptr, ptr {m.emit('getelementptr ptr, ptr %memory, i64 1')}")
    whole = m.emit("icmp eq i64 %per_epoch, 1")
    with m.loop("0", "%steps", 1) as s:
        index = m.emit(f"select i1 {whole}, i64 0, i64 {s}")
        start = m.emit(f"load i64, ptr {m.emit(f'getelementptr i64, ptr %starts, i64 {index}')}")
        after = m.emit(f"add i64 {index}, 1")
        end = m.emit(f"load i64, ptr {m.emit(f'getelementptr i64, ptr %starts, i64 {after}')}")
        count = m.emit(f"sub i64 {end}, {start}")
        step = m.emit(f"load double, ptr {control[STEP]}")
        begins = m.emit(f"fcmp oeq double {step}, 0.0")
        with branch(m, begins):
            m.line(f"call void @llvm.memcpy.p0.p0.i64(ptr {before}, ptr %P, i64 {size}, i1 false)")
            m.line(f"store double 0.0, ptr {control[SUM]}")
        with branch(m, m.emit(f"xor i1 {whole}, true")):
            rows = m.emit(f"getelementptr i64, ptr %order, i64 {start}")
            first = 0
            for k, width in enumerate(widths):
                place = m.emit(f"getelementptr ptr, ptr %places, i64 {k}")
                address = m.emit(f"load ptr, ptr {place}")
                m.line(
                    f"call void @pack(ptr {address}, i64 {width}, i64 {first}, ptr {rows}, "
                    f"i64 {count}, ptr %X)"
                )
                first += width
        m.line(f"call void @llvm.memset.p0.i64(ptr %G, i8 0, i64 {8 * outputs}, i1 false)")
        trouble = m.emit(f"call i64 @kernel(ptr %P, ptr %X, i64 {count}, ptr %G, ptr %T)")
        C = m.emit("load double, ptr %G")
        zero = m.emit(f"fsub double {C}, {C}")
        infinite = m.emit(f"fcmp uno double {zero}, 0.0")
        bad = m.emit(f"or i1 {infinite}, {m.emit(f'icmp ne i64 {trouble}, 0')}")
        leave_if(m, bad, NOT_FINITE)
        overshot = m.emit("call i64 @update(ptr %P, ptr %S, ptr %H, ptr %G)")
        leave_if(m, m.emit(f"icmp ne i64 {overshot}, 0"), OVERSHOT)
        total = m.emit(f"fadd double {m.emit(f'load double, ptr {control[SUM]}')}, {C}")
        m.line(f"store double {total}, ptr {control[SUM]}")
        step = m.emit(f"fadd double {step}, {double(1.0)}")
        m.line(f"store double {step}, ptr {control[STEP]}")
        ends = m.emit(f"fcmp oeq double {step}, {m.emit('sitofp i64 %per_epoch to double')}")
        with branch(m, ends):
            epoch_ends(m, control, total, before, best, size)
    m.line("ret i64 0")
    m.lines.append("}")
    return m.lines


def epoch_ends(
    m: Machine, control: Sequence[str], total: str, before: str, best: str, size: int
) -> None:
    """Write what happens after an epoch: its cost is noted, the best kept, the limits looked at."""
    epoch = m.emit(f"load double, ptr {control[EPOCH]}")
    index = m.emit(f"fptosi double {epoch} to i64")
    m.line(f"store double {total}, ptr {m.offset('%costs', index)}")
    m.line(f"store double 0.0, ptr {control[STEP]}")
    m.line(f"store double {m.emit(f'fadd double {epoch}, {double(1.0)}')}, ptr {control[EPOCH]}")
    lowest = m.emit(f"load double, ptr {control[LOWEST]}")
    with branch(m, m.emit(f"fcmp olt double {total}, {lowest}")):
        m.line(f"store double {total}, ptr {control[LOWEST]}")
        m.line(f"store double {epoch}, ptr {control[BEST_EPOCH]}")
        m.line(f"call void @llvm.memcpy.p0.p0.i64(ptr {best}, ptr {before}, i64 {size}, i1 false)")
    limit = m.emit(f"load double, ptr {control[STOP_BELOW]}")
    leave_if(m, m.emit(f"fcmp olt double {total}, {limit}"), BELOW)
    best_epoch = m.emit(f"load double, ptr {control[BEST_EPOCH]}")
    gone = m.emit(f"fsub double {epoch}, {best_epoch}")
    patience = m.emit(f"load double, ptr {control[PATIENCE_LEFT]}")
    leave_if(m, m.emit(f"fcmp oge double {gone}, {patience}"), PATIENCE)


@contextmanager
def branch(m: Machine, condition: str) -> Iterator[None]:
    """Write an `if` around what is written inside."""
    tag = f"if{next(m.numbers)}"
    m.line(f"br i1 {condition}, label %{tag}, label %{tag}.done")
    m.lines.append(f"{tag}:")
    yield
    m.line(f"br label %{tag}.done")
    m.lines.append(f"{tag}.done:")


def leave_if(m: Machine, condition: str, reason: int) -> None:
    tag = f"go{next(m.numbers)}"
    m.line(f"br i1 {condition}, label %{tag}.leave, label %{tag}")
    m.lines.append(f"{tag}.leave:")
    m.line(f"ret i64 {reason}")
    m.lines.append(f"{tag}:")
