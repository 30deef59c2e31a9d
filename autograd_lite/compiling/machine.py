"""The machine: how numbers, and the few instructions that ops are spelled in, read in LLVM.

A row of the table spells its value in these instructions (its column `machine`), or in plain
arithmetic. Each number here is several vectors of several lanes, one lane per row of a batch,
so whatever is spelled once is computed for many rows at once.

Legend
    lanes       how many doubles a vector holds (8 with AVX-512, 4 with AVX2, 2 else); 1: scalar
    vectors     how many vectors make up one number: independent work that fills the pipeline
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeAlias

from autograd_lite import ops
from autograd_lite.compiling.functions import FUNCTIONS, LIBRARY, applied
from autograd_lite.compiling.spelling import SPELLED
from autograd_lite.operators import Operators
from autograd_lite.ops import Op, Power

__all__ = ["Machine", "Lanes", "Condition", "spelled", "LIBRARY", "support", "double"]

Operand: TypeAlias = "Lanes | float"


ARITHMETIC = {ops.add: "fadd", ops.sub: "fsub", ops.mul: "fmul", ops.div: "fdiv"}


class Lanes(Operators):
    """A number of the machine: the names of its vectors. Arithmetic on it writes instructions."""

    __slots__ = ("machine", "parts")

    def __init__(self, machine: "Machine", parts: Sequence[str]) -> None:
        self.machine = machine
        self.parts = tuple(parts)

    def record(self, op: Op, operands: Sequence[Any]) -> "Lanes":
        """Return the number op(operands), its instructions written into the machine."""
        if op in ARITHMETIC:
            return self.machine.arithmetic(ARITHMETIC[op], *operands)
        if op is ops.neg:
            return self.machine.negated(self)
        flat = [x for row in operands for x in row] if op.sequences else operands
        result: Lanes = spelled(self.machine, op, flat)
        return result

    def __bool__(self) -> bool:
        raise TypeError("an `if` on a number of the machine")


class Condition:
    """A choice for each lane: what `less` and the like give, and `choose` takes."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[str]) -> None:
        self.parts = tuple(parts)


class Machine:
    """Writes LLVM's text, instruction by instruction."""

    def __init__(self, lanes: int, vectors: int = 1, same: "Machine | None" = None) -> None:
        self.lanes = lanes
        self.vectors = vectors
        self.type = "double" if lanes == 1 else f"<{lanes} x double>"
        self.bits = "i1" if lanes == 1 else f"<{lanes} x i1>"
        self.suffix = "f64" if lanes == 1 else f"v{lanes}f64"
        # A machine that writes into the text of another (scalars beside vectors) shares both.
        self.lines: list[str] = [] if same is None else same.lines
        self.numbers: Iterator[int] = count(1) if same is None else same.numbers
        self.check_place = ""  # where `check` notes that a value does not exist

    # -- Text --

    def name(self) -> str:
        """Return a name that no instruction has yet."""
        return f"%t{next(self.numbers)}"

    def emit(self, text: str) -> str:
        """Write `name = text` and return the name."""
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return name

    def line(self, text: str) -> None:
        """Write an instruction that gives nothing."""
        self.lines.append(f"  {text}")

    def splat(self, value: float) -> str:
        """Return a constant in all lanes."""
        if self.lanes == 1:
            return double(value)
        return f"splat (double {double(value)})"

    def texts(self, operand: Operand) -> tuple[str, ...]:
        """Return the vectors of a number, a constant in all lanes of each."""
        if isinstance(operand, Lanes):
            return operand.parts
        return (self.splat(float(operand)),) * self.vectors

    def arithmetic(self, name: str, left: Operand, right: Operand) -> Lanes:
        """Write an instruction of arithmetic on two numbers; return its result."""
        pairs = zip(self.texts(left), self.texts(right))
        return Lanes(self, [self.emit(f"{name} contract {self.type} {x}, {y}") for x, y in pairs])

    def negated(self, x: Lanes) -> Lanes:
        """Return -x."""
        return Lanes(self, [self.emit(f"fneg {self.type} {part}") for part in x.parts])

    def called(self, function: str, *operands: Operand) -> Lanes:
        """Return function(operands), a function of vectors that `support` or LLVM defines."""
        columns = zip(*[self.texts(operand) for operand in operands])
        parts = []
        for column in columns:
            arguments = ", ".join([f"{self.type} {part}" for part in column])
            parts.append(self.emit(f"call {self.type} @{function}({arguments})"))
        return Lanes(self, parts)

    # -- The instructions that rows of the table are spelled in --

    def exp(self, x: Operand) -> Lanes:
        """Return e to the x, by our own function (below 1 ulp off)."""
        return self.called(f"own_exp_{self.lanes}", x)

    def tanh(self, x: Operand) -> Lanes:
        """Return tanh x, by our own function (below 2 ulp off)."""
        return self.called(f"own_tanh_{self.lanes}", x)

    def library(self, name: str, *operands: Operand) -> Lanes:
        """Return a function of the C library, lane by lane."""
        return self.called(f"each_{name}_{self.lanes}", *operands)

    def log(self, x: Operand) -> Lanes:
        """Return ln x, by the C library, lane by lane."""
        return self.library("log", x)

    def log1p(self, x: Operand) -> Lanes:
        """Return ln(1 + x), by the C library, lane by lane."""
        return self.library("log1p", x)

    def sqrt(self, x: Operand) -> Lanes:
        """Return the square root of x, rounded right."""
        return self.called(f"llvm.sqrt.{self.suffix}", x)

    def absolute(self, x: Operand) -> Lanes:
        """Return |x|."""
        return self.called(f"llvm.fabs.{self.suffix}", x)

    def power(self, x: Operand, n: Operand) -> Operand:
        """Return xⁿ: a product for small whole n (at most 1.5 ulp off), else the C library's."""
        if isinstance(x, Lanes) and isinstance(n, float) and n in (0.0, 1.0, 2.0, 3.0, -1.0):
            if n == 0.0:
                return 1.0
            result: Lanes = x if n == 1.0 else 1.0 / x if n == -1.0 else x * x
            return result * x if n == 3.0 else result
        return self.called(f"each_pow_{self.lanes}", x, n)

    def total(self, values: Sequence[Operand]) -> Operand:
        """Return the sum; in another order than from the left, which native code may take."""
        result: Operand = 0.0
        for value in values:
            result = value if type(result) is float and result == 0.0 else result + value
        return result

    def dot(self, w: Sequence[Operand], x: Sequence[Operand]) -> Operand:
        """Return the inner product; added in another order than from the left."""
        return self.total([left * right for left, right in zip(w, x)])

    def compared(self, kind: str, left: Operand, right: Operand) -> Condition:
        """Return a comparison of two numbers, lane by lane; false where one is NaN."""
        pairs = zip(self.texts(left), self.texts(right))
        return Condition([self.emit(f"fcmp {kind} {self.type} {x}, {y}") for x, y in pairs])

    def less(self, x: Operand, y: Operand) -> Condition:
        """Return where x < y."""
        return self.compared("olt", x, y)

    def at_least(self, x: Operand, y: Operand) -> Condition:
        """Return where x >= y."""
        return self.compared("oge", x, y)

    def equal(self, x: Operand, y: Operand) -> Condition:
        """Return where x == y."""
        return self.compared("oeq", x, y)

    def choose(self, condition: Condition, x: Operand, y: Operand) -> Lanes:
        """Return x where the condition holds, y elsewhere."""
        parts = []
        for c, left, right in zip(condition.parts, self.texts(x), self.texts(y)):
            parts.append(
                self.emit(f"select {self.bits} {c}, {self.type} {left}, {self.type} {right}")
            )
        return Lanes(self, parts)

    def below(self, limit: str) -> Condition:
        """Return the lanes, counted through all vectors, that are below a limit, an i64."""
        kind = "i64" if self.lanes == 1 else f"<{self.lanes} x i64>"
        if self.lanes > 1:
            one = self.emit(f"insertelement {kind} poison, i64 {limit}, i32 0")
            zeros = f"<{self.lanes} x i32> zeroinitializer"
            limit = self.emit(f"shufflevector {kind} {one}, {kind} poison, {zeros}")
        parts = []
        for part in range(self.vectors):
            numbers = [str(part * self.lanes + k) for k in range(self.lanes)]
            lanes = (
                numbers[0] if self.lanes == 1 else f"<{', '.join(['i64 ' + k for k in numbers])}>"
            )
            parts.append(self.emit(f"icmp slt {kind} {lanes}, {limit}"))
        return Condition(parts)

    # -- Memory --

    def load(self, address: str, shared: bool = False) -> Lanes:
        """Return the number at an address; a shared one is one double for all lanes."""
        if shared:
            scalar = self.emit(f"load double, ptr {address}, align 8")
            return Lanes(self, (self.broadcast(scalar),) * self.vectors)
        parts = []
        for k in range(self.vectors):
            place = self.offset(address, str(k * self.lanes)) if k else address
            parts.append(self.emit(f"load {self.type}, ptr {place}, align 8"))
        return Lanes(self, parts)

    def store(self, value: Operand, address: str) -> None:
        """Write a number to an address."""
        for k, part in enumerate(self.texts(value)):
            place = self.offset(address, str(k * self.lanes)) if k else address
            self.line(f"store {self.type} {part}, ptr {place}, align 8")

    def broadcast(self, scalar: str) -> str:
        """Return one double in all lanes of a vector."""
        if self.lanes == 1:
            return scalar
        one = self.emit(f"insertelement {self.type} poison, double {scalar}, i32 0")
        zeros = f"<{self.lanes} x i32> zeroinitializer"
        return self.emit(f"shufflevector {self.type} {one}, {self.type} poison, {zeros}")

    def offset(self, address: str, doubles: str) -> str:
        """Return an address so many doubles further on; `doubles` is a number or an i64."""
        if doubles == "0":
            return address
        return self.emit(f"getelementptr double, ptr {address}, i64 {doubles}")

    def check(self, value: Operand) -> None:
        """Note if a value is not finite: 0·x is then NaN, and NaN stays."""
        for part in self.texts(value):
            before = self.emit(f"load {self.type}, ptr {self.check_place}, align 8")
            zero = self.emit(f"fmul {self.type} {part}, {self.splat(0.0)}")
            after = self.emit(f"fadd {self.type} {before}, {zero}")
            self.line(f"store {self.type} {after}, ptr {self.check_place}, align 8")

    # -- Sums over lanes --

    def lane_sum(self, parts: Sequence[str]) -> str:
        """Return one double: the sum of all lanes of these vectors."""
        sums = list(parts)
        while len(sums) > 1:
            sums = [
                self.emit(f"fadd {self.type} {sums[k]}, {sums[k + 1]}")
                if k + 1 < len(sums)
                else sums[k]
                for k in range(0, len(sums), 2)
            ]
        if self.lanes == 1:
            return sums[0]
        return self.emit(
            f"call reassoc double @llvm.vector.reduce.fadd.{self.suffix}"
            f"(double -0.0, {self.type} {sums[0]})"
        )

    def lane_sums(self, vectors: Sequence[str]) -> str:
        """Return one vector: in lane k the sum of the lanes of the k-th of `lanes` vectors.

        By halves, as a transposition goes: 3 additions and 6 shuffles for two vectors of 8
        lanes, where summing each alone takes 6 and 6.
        """
        width = 1
        level = list(vectors)
        while len(level) > 1:
            first, second = [], []
            for start in range(0, self.lanes, 2 * width):
                for source in (0, self.lanes):
                    first += [source + start + k for k in range(width)]
                    second += [source + start + width + k for k in range(width)]
            level = [
                self.emit(
                    f"fadd {self.type} {self.shuffled(level[k], level[k + 1], first)}, "
                    f"{self.shuffled(level[k], level[k + 1], second)}"
                )
                for k in range(0, len(level), 2)
            ]
            width *= 2
        return level[0]

    def shuffled(self, left: str, right: str, lanes: Sequence[int]) -> str:
        """Return the named lanes of two vectors, as one."""
        mask = ", ".join([f"i32 {k}" for k in lanes])
        return self.emit(
            f"shufflevector {self.type} {left}, {self.type} {right}, <{len(lanes)} x i32> <{mask}>"
        )

    # -- Loops --

    @contextmanager
    def loop(self, start: str, end: str, step: int) -> Iterator[str]:
        """Write a loop around what is written inside; gives the name of its counter, an i64.

        It runs while counter + step <= end, so nothing if there is less to do than one step.
        """
        tag = f"loop{next(self.numbers)}"
        counter, following, go_on = f"%{tag}.k", f"%{tag}.next", f"%{tag}.on"
        self.line(f"br label %{tag}.entry")
        self.lines.append(f"{tag}.entry:")
        self.line(f"br label %{tag}.head")
        self.lines.append(f"{tag}.head:")
        self.line(f"{counter} = phi i64 [ {start}, %{tag}.entry ], [ {following}, %{tag}.latch ]")
        self.line(f"{following} = add i64 {counter}, {step}")
        self.line(f"{go_on} = icmp sle i64 {following}, {end}")
        self.line(f"br i1 {go_on}, label %{tag}.body, label %{tag}.exit")
        self.lines.append(f"{tag}.body:")
        yield counter
        self.line(f"br label %{tag}.latch")
        self.lines.append(f"{tag}.latch:")
        self.line(f"br label %{tag}.head")
        self.lines.append(f"{tag}.exit:")


def double(value: float) -> str:
    """Return a double as LLVM reads it without rounding: its bits."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def spelled(machine: Machine, op: Op, operands: Sequence[Any]) -> Any:
    """Return the value of an op in instructions of the machine.

    Raises TypeError, which says what the row must have, for an op whose value function asks
    an `if` or calls what the machine does not know.
    """
    if isinstance(op, Power):
        result = machine.power(operands[0], op.exponent)
    elif op in SPELLED:
        result = SPELLED[op](machine, *op.split(operands))
    elif op.forward in FUNCTIONS:
        result = applied(machine, FUNCTIONS[op.forward], operands)
    else:
        try:
            result = op.value(operands)
        except (TypeError, AttributeError) as error:
            raise TypeError(
                f"native code cannot be made of the op {op.name}: its value function needs "
                f"more than arithmetic ({error}); spell it out: def {op.name}_machine"
                f"(m, {', '.join(op.operands)}) with m.choose, m.less, m.exp, ... as in "
                f"autograd_lite/compiling/spelling.py, and spell({op.name}, {op.name}_machine)"
            ) from None
    if op.domain or (
        op not in SPELLED and getattr(op.forward, "__module__", "") not in ("math", "_operator")
    ):
        machine.check(result)  # it may have no value: then Python says so
    return result


# -- Own functions -----------------------------------------------------------------------------

# e^r = 1 + r + r²·q(r) on |r| <= ln2/2, from Chebyshev interpolation; relative error 1.6e-17.
EXP = (
    2.510038549551032e-08, 2.7620088445409746e-07, 2.7557268459997064e-06,
    2.4801521295954376e-05, 0.00019841269863053618, 0.0013888888917213717, 0.008333333333330062,
    0.04166666666662413, 0.16666666666666669, 0.5,
)  # fmt: skip

# tanh x = x + x³·P(x²)/Q(x²) on |x| < 0.625 (Cephes, tanh.c; Moshier).
TANH_P = (-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
TANH_Q = (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)


def own_exp(m: Machine, x: Lanes) -> Lanes:
    """Write e^x, below 1 ulp off, infinite above 709.78, 0 below -745.2, NaN of NaN.

    x = n·ln2 + r; e^x = 2ⁿ·e^r, with 2ⁿ in two factors, so that subnormal results are right.
    """
    high = m.choose(m.less(710.0, x), 710.0, x)
    x = m.choose(m.less(high, -746.0), -746.0, high)
    magic = 6755399441055744.0  # 1.5·2⁵²: adding it rounds to whole numbers, in the low bits
    shifted = fused(m, x, 1.4426950408889634, magic)
    n = plain(m, "fsub", shifted, magic)
    r = fused(m, n, -6.93147180369123816490e-01, x)  # ln 2 in two parts; the first is short,
    r = fused(m, n, -1.90821492927058770002e-10, r)  # so n times it is exact
    q: Operand = EXP[0]
    for coefficient in EXP[1:]:
        q = fused(m, q, r, coefficient)
    e = fused(m, r * r, q, r) + 1.0
    whole = "i64" if m.lanes == 1 else f"<{m.lanes} x i64>"
    parts = []
    for bits_of, value in zip(shifted.parts, e.parts):
        bits = m.emit(f"bitcast {m.type} {bits_of} to {whole}")
        left = m.emit(f"shl {whole} {bits}, {integers(m, 51)}")  # n in the topmost bits
        count = m.emit(f"ashr {whole} {left}, {integers(m, 51)}")
        half = m.emit(f"ashr {whole} {count}, {integers(m, 1)}")
        rest = m.emit(f"sub {whole} {count}, {half}")
        for exponent in (half, rest):
            biased = m.emit(f"add {whole} {exponent}, {integers(m, 1023)}")
            field = m.emit(f"shl {whole} {biased}, {integers(m, 52)}")
            scale = m.emit(f"bitcast {whole} {field} to {m.type}")
            value = m.emit(f"fmul {m.type} {value}, {scale}")
        parts.append(value)
    return Lanes(m, parts)


def own_tanh(m: Machine, x: Lanes) -> Lanes:
    """Write tanh x, below 2 ulp off, never overflowing, NaN of NaN, -0 of -0."""
    square = x * x
    p: Operand = TANH_P[0]
    for coefficient in TANH_P[1:]:
        p = fused(m, p, square, coefficient)
    q: Operand = TANH_Q[0]
    for coefficient in TANH_Q[1:]:
        q = fused(m, q, square, coefficient)
    near = fused(m, x * square, p / q, x)
    size = m.absolute(x)
    far = 1.0 - 2.0 / (own_exp(m, size + size) + 1.0)
    signed = m.called(f"llvm.copysign.{m.suffix}", far, x)
    return m.choose(m.less(size, 0.625), m.choose(m.equal(x, 0.0), x, near), signed)


def fused(m: Machine, x: Operand, y: Operand, z: Operand) -> Lanes:
    """Return x·y + z, in one instruction where the machine has it."""
    return m.called(f"llvm.fmuladd.{m.suffix}", x, y, z)


def plain(m: Machine, name: str, x: Operand, y: Operand) -> Lanes:
    """Return x ± y that is not contracted with anything."""
    pairs = zip(m.texts(x), m.texts(y))
    return Lanes(m, [m.emit(f"{name} {m.type} {left}, {right}") for left, right in pairs])


def integers(m: Machine, value: int) -> str:
    return str(value) if m.lanes == 1 else f"splat (i64 {value})"


def support(lanes: Sequence[int], inline: bool) -> list[str]:
    """Return the text of all functions that `Machine.called` may call, for these widths."""
    lines: list[str] = [
        f"declare double @{name}({', '.join(['double'] * operands)}) "
        f"nounwind willreturn memory(none)"
        for name, operands in LIBRARY.items()
    ]
    for width in lanes:
        m = Machine(width)
        one, vector = f"{m.type} %x", m.type
        lines += [
            f"declare {vector} @llvm.fmuladd.{m.suffix}({vector}, {vector}, {vector})",
            f"declare {vector} @llvm.copysign.{m.suffix}({vector}, {vector})",
            f"declare {vector} @llvm.sqrt.{m.suffix}({vector})",
            f"declare {vector} @llvm.fabs.{m.suffix}({vector})",
        ]
        if width > 1:
            lines.append(f"declare double @llvm.vector.reduce.fadd.{m.suffix}(double, {vector})")
        attributes = "alwaysinline" if inline else "noinline nounwind willreturn memory(none)"
        for name, write in (("exp", own_exp), ("tanh", own_tanh)):
            lines.append(f"define internal {vector} @own_{name}_{width}({one}) {attributes} {{")
            m = Machine(width)
            m.line(f"ret {vector} {write(m, Lanes(m, ['%x'])).parts[0]}")
            lines += [*m.lines, "}"]
        for name, operands in LIBRARY.items():
            lines += each_lane(width, name, operands)
    return lines


def each_lane(width: int, name: str, operands: int) -> list[str]:
    """Return the text of a function of vectors that calls one of the C library per lane."""
    m = Machine(width)
    arguments = ["%x", "%y"][:operands]
    head = ", ".join([f"{m.type} {argument}" for argument in arguments])
    m.lines.append(
        f"define internal {m.type} @each_{name}_{width}({head}) "
        f"noinline nounwind willreturn memory(none) {{"
    )
    result = "poison"
    for lane in range(width):
        scalars = arguments
        if width > 1:
            scalars = [m.emit(f"extractelement {m.type} {x}, i32 {lane}") for x in arguments]
        value = m.emit(f"call double @{name}({', '.join([f'double {s}' for s in scalars])})")
        if width > 1:
            value = m.emit(f"insertelement {m.type} {result}, double {value}, i32 {lane}")
        result = value
    m.line(f"ret {m.type} {result}")
    m.lines.append("}")
    return m.lines
