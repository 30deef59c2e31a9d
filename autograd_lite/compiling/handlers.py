"""Handlers: the small loops that work through a tape, each made from a row's own spelling.

A handler computes one run, equal ops on operands whose slots the tape names, and at its end
jumps to the handler of the next run: it knows nothing of the program. There is one for each op
and each way to find its operands, made when a program first needs it.

Legend
    M       the memory of a program: constants, inputs, results, outputs
    slot    an index in M; the tape names operands by their slots
    record  what the tape says of a run: the handler's address; then groups, members, terms
    group   as many members as a vector has lanes, computed at once
    mode    how a group finds an operand: V slots side by side, B one slot for all, G any slots;
            R, of an inner product: the terms of each member side by side
    at      one row: the slot where the results of the run go; many rows: how many a slot holds
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd_lite.compiling.machine import Lanes, Machine, spelled, support
from autograd_lite.compiling.runs import Pair, TapeOp

__all__ = [
    "Kind", "PLACEHOLDER", "handler_text", "takes_own_function", "helper_texts", "shared_text",
]  # fmt: skip

SIGNATURE = "ptr %M, ptr %rec, ptr %idx, i64 %at, ptr %check"
PASSED = "ptr %M, ptr {rec}, ptr {idx}, i64 {at}, ptr %check"
RECORD = 4  # words; one alone where the handler knows how many members there are
PLACEHOLDER = "this"  # the name of a function in its text, before it has one


class Kind(NamedTuple):
    """Which handler.

    op          a row or a pair of them; None to bring numbers to the outputs
    form        for each operand an exponent, None where the operand is found by its mode; empty
                for a sum that is added up term by term in a loop
    modes       a letter for each operand to be found (for each sequence of a looped sum)
    lanes       1: one member at a time
    few         so many members, without a loop, in lanes if there are some; 0: any number
    rows        whether a slot holds the numbers of many rows
    """

    op: TapeOp | None
    form: tuple[float | None, ...]
    modes: str
    lanes: int
    few: int = 0
    rows: bool = False

    @property
    def name(self) -> str:
        """What a listing calls it."""
        return f"{self.op.name if self.op else 'output'} {self.modes}"

    @property
    def looped(self) -> bool:
        """Whether it is a sum whose terms are added in a loop."""
        return not self.form


def handler_text(kind: Kind) -> list[str]:
    """Return the text of a handler."""
    m = Machine(kind.lanes)
    m.check_place = "%check"
    m.lines.append(f"define void @{PLACEHOLDER}({SIGNATURE}) {{")
    if kind.few:
        few_members(m, kind)
        return m.lines
    groups = field(m, 1)
    if kind.modes == "RR":
        words = inner_products(m, groups)
    elif kind.rows:
        words = members_of_rows(m, kind, groups)
    elif kind.looped:
        words = sums(m, kind, groups)
    else:
        words = members(m, kind, groups)
    after = "%at" if kind.rows else m.emit(f"add i64 %at, {field(m, 2)}")
    go_on(m, RECORD, m.emit(f"mul i64 {groups}, {words}"), after)
    return m.lines


def field(m: Machine, k: int) -> str:
    """Write a load of a word of the record; return its name."""
    return m.emit(f"load i64, ptr {m.emit(f'getelementptr i64, ptr %rec, i64 {k}')}")


def go_on(m: Machine, record: int, words: str, at: str) -> None:
    """Write the jump to the handler of the next run, and the end of this one."""
    rec = m.emit(f"getelementptr i64, ptr %rec, i64 {record}")
    idx = m.emit(f"getelementptr i32, ptr %idx, i64 {words}")
    following = m.emit(f"load ptr, ptr {rec}")
    m.line(f"musttail call void {following}({PASSED.format(rec=rec, idx=idx, at=at)})")
    ended(m)


def takes_own_function(op: TapeOp | None) -> bool:
    """Return whether an op takes one of our own functions: a few numbers take as long as one."""
    if op is None or op.sequences:
        return False
    m = Machine(1)
    m.check_place = "%check"
    value(m, op, [Lanes(m, ["%x"])] * op.arity)
    return any("@own_" in line for line in m.lines)


# -- How operands are found ----------------------------------------------------------------------


def words_of(kind: Kind, mode: str) -> int:
    """Return how many slots an operand of a group has in the stream."""
    return kind.lanes if mode == "G" and not kind.rows else 1


def slot(m: Machine, place: str) -> str:
    """Write a load of a slot from the stream; return its name."""
    return m.emit(f"zext i32 {m.emit(f'load i32, ptr {place}, align 4')} to i64")


def further(m: Machine, place: str, words: object) -> str:
    """Return a place of the stream so many words further on."""
    return m.emit(f"getelementptr i32, ptr {place}, i64 {words}")


def found(m: Machine, kind: Kind, mode: str, place: str, row: str) -> Lanes:
    """Return the operand whose slots lie at a place of the stream."""
    if kind.rows:
        first = m.emit(f"mul i64 {slot(m, place)}, %at")
        return m.load(m.offset("%M", m.emit(f"add i64 {first}, {row}")))
    if m.lanes == 1 or mode != "G":
        return m.load(m.offset("%M", slot(m, place)), shared=mode == "B" and m.lanes > 1)
    # One by one: gathering instructions take a third longer (inner products of a GPT, AMD).
    scalar = Machine(1, 1, m)
    slots = [slot(m, further(m, place, lane)) for lane in range(m.lanes)]
    return in_lanes(m, [scalar.load(m.offset("%M", number)) for number in slots])


def operands(m: Machine, kind: Kind, place: str, row: str = "0") -> tuple[list[Any], str]:
    """Return the operands of a group, and the place of the stream that follows them."""
    values: list[Any] = []
    modes = iter(kind.modes)
    for exponent in kind.form or [None] * len(kind.modes):
        if exponent is not None:
            values.append(exponent)
            continue
        mode = next(modes)
        values.append(found(m, kind, mode, place, row))
        place = further(m, place, words_of(kind, mode))
    return values, place


def value(m: Machine, op: TapeOp | None, values: Sequence[Any]) -> Any:
    """Return the value of an op on tape in instructions of the machine."""
    if op is None:
        m.check(values[0])  # an output: where it is not finite, Python answers
        return values[0]
    if isinstance(op, Pair):
        first, last = op.place, op.place + op.inner.arity
        inner = value(m, op.inner, values[first:last])
        return spelled(m, op.outer, [*values[:first], inner, *values[last:]])
    return spelled(m, op, values)


# -- Loops over members --------------------------------------------------------------------------


def few_members(m: Machine, kind: Kind) -> None:
    """Write so many members side by side: no loop whose end could be guessed wrong."""
    scalar = Machine(1, 1, m)
    place = "%idx"
    columns: list[list[Any]] = []
    for _ in range(kind.few):
        values, place = operands(scalar, kind._replace(lanes=1), place)
        columns.append(values)
    if m.lanes > 1:
        together = [
            in_lanes(m, column) if isinstance(column[0], Lanes) else column[0]  # an exponent
            for column in zip(*columns)
        ]
        m.store(value(m, kind.op, together), m.offset("%M", "%at"))
    else:
        results = [value(m, kind.op, values) for values in columns]
        for k, result in enumerate(results):
            m.store(result, m.offset("%M", m.emit(f"add i64 %at, {k}")))
    go_on(m, 1, str(kind.few * len(kind.modes)), m.emit(f"add i64 %at, {kind.few}"))


def in_lanes(m: Machine, column: Sequence[Any]) -> Lanes:
    """Return numbers side by side in a vector, the last of them also in the lanes that are left."""
    vector = "poison"
    for lane in range(m.lanes):
        (scalar,) = column[min(lane, len(column) - 1)].parts
        vector = m.emit(f"insertelement {m.type} {vector}, double {scalar}, i32 {lane}")
    return Lanes(m, [vector])


def members(m: Machine, kind: Kind, groups: str) -> str:
    """Write the loop over the groups of a run; return how many words of the stream each has."""
    words = sum([words_of(kind, mode) for mode in kind.modes])
    with m.loop("0", groups, 1) as g:
        values, _ = operands(m, kind, further(m, "%idx", m.emit(f"mul i64 {g}, {words}")))
        store_group(m, value(m, kind.op, values), g)
    return str(words)


def store_group(m: Machine, result: Any, g: str) -> None:
    """Write the results of a group to their slots."""
    first = m.emit(f"add i64 %at, {m.emit(f'mul i64 {g}, {m.lanes}')}")
    m.store(result, m.offset("%M", first))


def sums(m: Machine, kind: Kind, groups: str) -> str:
    """Write the loops over groups of long sums; return how many words each group has."""
    terms = field(m, 3)
    words = m.emit(f"mul i64 {terms}, {sum([words_of(kind, mode) for mode in kind.modes])}")
    with m.loop("0", groups, 1) as g:
        start = further(m, "%idx", m.emit(f"mul i64 {g}, {words}"))
        store_group(m, summed(m, kind, start, terms), g)
    return words


def summed(m: Machine, kind: Kind, start: str, terms: str, row: str = "0") -> Lanes:
    """Write the loop over the terms of a sum; return the sum."""
    words = sum([words_of(kind, mode) for mode in kind.modes])
    place = room(m)
    with m.loop("0", terms, 1) as k:
        factors, _ = operands(m, kind, further(m, start, m.emit(f"mul i64 {k}, {words}")), row)
        add_to(m, place, value(m, kind.op, factors))  # of one term: the term itself
    return at_hand(m, place)


def room(m: Machine) -> str:
    """Return a place for a sum, which is 0 as yet."""
    place = f"%sum{next(m.numbers)}"
    m.lines.insert(1, f"  {place} = alloca {m.type}, align 64")  # on entry: once, not at each turn
    m.line(f"store {m.type} zeroinitializer, ptr {place}, align 8")
    return place


def at_hand(m: Machine, place: str) -> Lanes:
    """Return a sum that has a place."""
    return Lanes(m, [m.emit(f"load {m.type}, ptr {place}, align 8")])


def add_to(m: Machine, place: str, term: Any) -> None:
    """Write the addition of a term to a sum."""
    (part,) = m.texts(at_hand(m, place) + term)
    m.line(f"store {m.type} {part}, ptr {place}, align 8")


def inner_products(m: Machine, groups: str) -> str:
    """Write inner products of vectors that lie side by side; return how many words a group has.

    As many members as there are lanes go together, each by as many terms at once.
    """
    L = m.lanes
    terms = field(m, 3)
    whole = m.emit(f"and i64 {terms}, {-L}")
    rest = m.emit(f"sub i64 {terms}, {whole}")
    (mask,) = m.below(rest).parts
    tails = m.emit(f"zext i1 {m.emit(f'icmp ne i64 {rest}, 0')} to i64")
    with m.loop("0", groups, 1) as g:
        start = further(m, "%idx", m.emit(f"mul i64 {g}, {2 * L}"))
        vectors = [m.offset("%M", slot(m, further(m, start, k))) for k in range(2 * L)]
        pairs = list(zip(vectors[:L], vectors[L:]))
        places = [room(m) for _ in pairs]
        with m.loop("0", whole, L) as k:
            for place, pair in zip(places, pairs):
                w, x = [m.load(m.offset(v, k)) for v in pair]
                add_to(m, place, w * x)
        with m.loop("0", tails, 1):
            for place, pair in zip(places, pairs):
                w, x = [masked(m, m.offset(v, whole), mask) for v in pair]
                add_to(m, place, w * x)
        parts = [at_hand(m, place).parts[0] for place in places]
        store_group(m, Lanes(m, [m.lane_sums(parts)]), g)
    return str(2 * L)


def masked(m: Machine, place: str, mask: str) -> Lanes:
    """Return the numbers at a place in the lanes of a mask, 0 in the others."""
    part = m.emit(
        f"call {m.type} @llvm.masked.load.{m.suffix}.p0(ptr {place}, i32 8, {m.bits} {mask}, "
        f"{m.type} zeroinitializer)"
    )
    return Lanes(m, [part])


# -- Many rows -----------------------------------------------------------------------------------


def members_of_rows(m: Machine, kind: Kind, groups: str) -> str:
    """Write the loop over members, each for all rows; return how many words each has.

    After its operands' slots, the stream has the slot of its result.
    """
    terms = field(m, 3)
    own = m.emit(f"mul i64 {terms}, {len(kind.modes)}") if kind.looped else str(len(kind.modes))
    words = m.emit(f"add i64 {own}, 1")
    with m.loop("0", groups, 1) as g:
        start = further(m, "%idx", m.emit(f"mul i64 {g}, {words}"))
        result = m.offset("%M", m.emit(f"mul i64 {slot(m, further(m, start, own))}, %at"))
        with m.loop("0", "%at", m.lanes) as row:
            if kind.looped:
                out: Any = summed(m, kind, start, terms, row)
            else:
                out = value(m, kind.op, operands(m, kind, start, row)[0])
            m.store(out, m.offset(result, row))
    return words


def spread_text(lanes: int) -> list[str]:
    """Return the text of `spread(from, count, to, block)`: each number, once for every row."""
    m = Machine(lanes)
    m.lines.append(f"define void @{PLACEHOLDER}(ptr %from, i64 %count, ptr %to, i64 %block) {{")
    with m.loop("0", "%count", 1) as k:
        number = m.load(m.offset("%from", k), shared=True)
        place = m.offset("%to", m.emit(f"mul i64 {k}, %block"))
        with m.loop("0", "%block", lanes) as row:
            m.store(number, m.offset(place, row))
    return ended(m)


def add_rows_text(lanes: int) -> list[str]:
    """Return the text of `add_rows(from, count, block, left, G)`.

    To each number of G is added the sum over the rows that are left, at most a block of them.
    """
    m = Machine(lanes)
    m.lines.append(
        f"define void @{PLACEHOLDER}(ptr %from, i64 %count, i64 %block, i64 %left, ptr %G) {{"
    )
    with m.loop("0", "%count", 1) as k:
        place = m.offset("%from", m.emit(f"mul i64 {k}, %block"))
        total = room(m)
        with m.loop("0", "%block", lanes) as row:
            counts = m.below(m.emit(f"sub i64 %left, {row}"))
            add_to(m, total, m.choose(counts, m.load(m.offset(place, row)), 0.0))
        result = m.lane_sum(at_hand(m, total).parts)
        target = m.offset("%G", k)
        before = m.emit(f"load double, ptr {target}, align 8")
        after = m.emit(f"fadd double {before}, {result}")
        m.line(f"store double {after}, ptr {target}, align 8")
    return ended(m)


# -- What all handlers share ---------------------------------------------------------------------


def shared_text(lanes: int) -> list[str]:
    """Return the text of what handlers call."""
    vector = f"<{lanes} x double>"
    return [
        *support([width for width in (1, 2, 4, 8) if width <= lanes], inline=False),
        f"declare {vector} @llvm.masked.load.v{lanes}f64.p0(ptr, i32, <{lanes} x i1>, {vector})",
    ]


def helper_texts(lanes: int) -> dict[str, list[str]]:
    """Return the texts of the functions around the handlers, by name.

    `start` works through a tape; `end` is its last handler.
    """
    start, end = Machine(1), Machine(1)
    for m in (start, end):
        m.lines.append(f"define void @{PLACEHOLDER}({SIGNATURE}) {{")
    first = start.emit("load ptr, ptr %rec")
    start.line(f"call void {first}({SIGNATURE})")
    return {
        "start": ended(start),
        "end": ended(end),
        "spread": spread_text(lanes),
        "add_rows": add_rows_text(lanes),
    }


def ended(m: Machine) -> list[str]:
    """Return the text of a function that returns here."""
    m.line("ret void")
    m.lines.append("}")
    return m.lines
