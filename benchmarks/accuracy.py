"""How accurate every row of the table is: value and derivatives beside mpmath, in ulp.

    pip install --group test
    python benchmarks/accuracy.py                   the table; 10,000 points a row, minutes
    python benchmarks/accuracy.py --points 200      fewer points
    python benchmarks/accuracy.py --write           writes benchmarks/accuracy.md

What a row's value is in mathematics is said once, in SymPy's words, in tests/test_proofs.py;
SymPy differentiates it, and mpmath computes it with as many digits as it takes. No rule of the
table has a part in that. A point is measured by eager Values, compiled Python and native code.

Legend
    place       the derivative in question: () is the value, (0,) d/dx, (0, 1) d²/dxdy
    fixed       operands that are numbers of the formula: exponents, conditions; by position
    ulp         the distance of two doubles at the true result
"""

import argparse
import itertools
import math
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import mpmath
import sympy
from test_proofs import PLACES, U, meaning
from test_table import AWKWARD

from autograd_lite import TABLE, Value, compile, gradients
from autograd_lite.ops import Op, Power, power

POINTS, SEED = 10_000, 1
FILE = Path(__file__).with_suffix(".md")
EXPONENTS = (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0, 7.0)  # of the row that has an op for each
LENGTH = 3  # of the sequences that Σ, the inner product and the like are measured on
WAYS = ("eager", "python", "native")
ENOUGH = 4.0  # ulp: what the last column counts
PRECISIONS = (140, 240, 500, 1200, 2600)  # bits; the last reaches below the least double
LEAST = -1074  # the least double is two to that
GRID = 1_000  # points of the awkward grid: all of them, or so many by chance
TRIES = 50  # for each point inside a row's domain

Place = tuple[int, ...]
Fixed = dict[int, float]


def ways() -> tuple[str, ...]:
    """Return the ways that can be measured here: native code is an extra."""
    return WAYS if find_spec("llvmlite") else WAYS[:2]


# -- The truth -------------------------------------------------------------------------------------


class Truth:
    """A row's value and derivatives in mathematics, as exactly as a double can tell."""

    def __init__(self, op: Op, count: int, fixed: Fixed) -> None:
        self.varying = [k for k in range(count) if k not in fixed]
        symbols = [sympy.Rational(fixed[k]) if k in fixed else U[k] for k in range(count)]
        value = sympy.sympify(meaning(op)(*op.split(symbols)))
        self.places = places_of(self.varying)
        formulas = [derivative(value, place) for place in self.places]
        jumps = [jump.args[0] for jump in value.atoms(sympy.sign)]
        arguments = [U[k] for k in self.varying]
        self.formulas = [sympy.lambdify(arguments, f, "mpmath") for f in formulas]
        self.jumps = [sympy.lambdify(arguments, f, "mpmath") for f in jumps]

    def at(self, point: Sequence[float]) -> dict[Place, Any]:
        """Return the true number for each place at which a double can hold it.

        Nothing at a jump, nor where the value itself is none or too large.
        """
        numbers = [mpmath.mpf(point[k]) for k in self.varying]
        with mpmath.workprec(160):
            if any(jump(*numbers) == 0 for jump in self.jumps):
                return {}
        found = {}
        for place, formula in zip(self.places, self.formulas):
            true = exactly(formula, numbers)
            if true is not None and abs(true) <= sys.float_info.max:
                found[place] = true
            elif not place:
                break
        return found


def places_of(varying: Sequence[int]) -> list[Place]:
    """Return the value, the partials and the second derivatives, each mixed one once."""
    pairs = itertools.combinations_with_replacement(varying, 2)
    return [(), *[(k,) for k in varying], *pairs]


def derivative(value: Any, place: Place) -> Any:
    """Return a derivative of a formula, between its jumps."""
    for k in place:
        value = sympy.diff(value, U[k]).replace(sympy.DiracDelta, lambda *at: sympy.Integer(0))
    return value


def exactly(formula: Callable[..., Any], numbers: Sequence[Any]) -> Any:
    """Return a formula's number, once twice the digits give the same; None if there is none.

    Where all digits cancel, more are taken, until what is left is below the least double.
    """
    before = None
    for precision in PRECISIONS:
        if before == 0 and precision != PRECISIONS[-1]:
            continue  # all digits cancelled: all that there are decide
        with mpmath.workprec(precision):
            try:
                now = mpmath.mpmathify(formula(*numbers))
            except (ZeroDivisionError, ValueError, OverflowError):
                return None
            if not isinstance(now, mpmath.mpf) or not mpmath.isfinite(now):
                return None
            if before is not None and now != 0 and abs(now - before) <= abs(now) * 2.0**-80:
                return now
        before = now
    return before


def error_in_ulp(number: float, true: Any) -> float:
    """Return how far a double is from the true number, in ulp of that; inf if it is no number."""
    if not math.isfinite(number):
        return math.inf
    ulp = 2.0 ** max(mpmath.mag(true) - 53, LEAST) if true else 2.0**LEAST
    with mpmath.workprec(1200):
        return float(abs(number - true) / ulp)


# -- The answers -----------------------------------------------------------------------------------


def called(op: Op, operands: Sequence[Any]) -> Value:
    """Return the row's node on a flat list of operands."""
    node: Value = op(*op.split(operands)) if op.sequences else op(*operands)
    return node


def operands_at(point: Sequence[float], fixed: Fixed) -> list[Any]:
    return [x if k in fixed else Value(x) for k, x in enumerate(point)]


def eager(op: Op, fixed: Fixed, point: Sequence[float]) -> dict[Place, float]:
    """Return what Values give: the value, the edges' partials, the gradients of gradients."""
    operands = operands_at(point, fixed)
    varying = [k for k in range(len(point)) if k not in fixed]
    try:
        node = called(op, operands)
    except (ArithmeticError, ValueError):
        return {}
    found = {(): node.data, **{(k,): node.partials[k] for k in varying}}
    try:
        slopes = gradients(node, [operands[k] for k in varying])
    except (ArithmeticError, ValueError):
        return found
    for n, k in enumerate(varying):
        for j in varying[n:]:
            try:
                found[k, j] = gradients(slopes[n], [operands[j]])[0].data
            except (ArithmeticError, ValueError):
                continue  # no answer
    return found


class Program:
    """A row's value and derivatives compiled into one program; apart where that raises."""

    def __init__(self, op: Op, fixed: Fixed, point: Sequence[float], target: str) -> None:
        operands = operands_at(point, fixed)
        self.varying = [k for k in range(len(point)) if k not in fixed]
        self.inputs = [operands[k] for k in self.varying]
        node = called(op, operands)
        self.outputs: dict[Place, Value] = {(): node}
        for n, k in enumerate(self.varying):
            slope = self.outputs[(k,)] = gradients(node, [operands[k]])[0]
            others = self.varying[n:]
            seconds = gradients(slope, [operands[j] for j in others])
            self.outputs.update({(k, j): second for j, second in zip(others, seconds)})
        self.target = target
        self.whole = compile(list(self.outputs.values()), self.inputs, target=target)
        self.single: dict[Place, Any] = {}

    def at(self, point: Sequence[float]) -> dict[Place, float]:
        """Return the number for each place that has one."""
        numbers = [point[k] for k in self.varying]
        try:
            return dict(zip(self.outputs, self.whole(*numbers)))
        except (ArithmeticError, ValueError):
            pass
        found = {}
        for place, output in self.outputs.items():
            if place not in self.single:
                self.single[place] = compile(output, self.inputs, target=self.target)
            try:
                found[place] = self.single[place](*numbers)
            except (ArithmeticError, ValueError):
                continue  # no answer
        return found


# -- The points ------------------------------------------------------------------------------------


def members(op: Op) -> list[tuple[Op, int, Fixed]]:
    """Return what is measured of a row: an op, its count of operands, those that are fixed."""
    if isinstance(op, Power):
        return [(power(n), 1, {}) for n in EXPONENTS]
    count = LENGTH * op.sequences or len(op.operands)
    found: list[Fixed] = []
    for place in PLACES.get(op.name, [()]):
        fixed = {k: x for k, x in enumerate(place) if isinstance(x, float)}
        if fixed not in found:
            found.append(fixed)
    return [(op, count, fixed) for fixed in found]


def near_one(source: random.Random) -> float:
    return source.choice([-1.0, 1.0]) * (1.0 + source.choice([-1.0, 1.0]) * small(source))


def small(source: random.Random) -> float:
    return 10.0 ** source.uniform(-16.0, -1.0)


def everyday(source: random.Random) -> float:
    return source.gauss(0.0, 2.0)


def wide(source: random.Random) -> float:
    return source.uniform(-50.0, 50.0)


def decades(source: random.Random) -> float:
    return source.choice([-1.0, 1.0]) * 10.0 ** source.uniform(-8.0, 8.0)


def any_double(source: random.Random) -> float:
    return source.choice([-1.0, 1.0]) * 2.0 ** source.uniform(-1074.0, 1023.9)


SCALES = (everyday, wide, decades, near_one, any_double)


def random_points(count: int, fixed: Fixed, source: random.Random) -> Iterator[list[float]]:
    """Yield points for ever: all operands on one scale, or each on its own."""
    while True:
        together = source.choice(SCALES)
        apart = source.random() < 0.3
        yield [
            fixed[k] if k in fixed else (source.choice(SCALES) if apart else together)(source)
            for k in range(count)
        ]


def grid_points(count: int, fixed: Fixed, source: random.Random) -> list[list[float]]:
    """Return choices of the finite numbers of the awkward grid: all, or `GRID` by chance."""
    finite = [x for x in AWKWARD if math.isfinite(x)]
    axes = [[fixed[k]] if k in fixed else finite for k in range(count)]
    if math.prod(map(len, axes)) > GRID:
        return [[source.choice(axis) for axis in axes] for _ in range(GRID)]
    points = [list(point) for point in itertools.product(*axes)]
    source.shuffle(points)
    return points


# -- Measuring -------------------------------------------------------------------------------------


class Worst:
    """The greatest error of one kind of number of a row."""

    def __init__(self) -> None:
        self.ulp = 0.0
        self.where = ""
        self.near = 0
        self.lost = 0  # a result on the way was no double
        self.count = 0

    def add(self, ulp: float, op: Op, point: Sequence[float]) -> None:
        self.count += 1
        self.near += ulp <= ENOUGH
        if ulp == math.inf:
            self.lost += 1
        elif ulp > self.ulp:
            self.ulp = ulp
            exponent = f", power({op.exponent:g})" if isinstance(op, Power) else ""
            self.where = ", ".join([f"{x:.6g}" for x in point]) + exponent


Measured = dict[str, dict[str, Worst]]  # by the place's label, by the way


def label_of(op: Op, place: Place) -> str:
    """Return how a place is written: "value", "∂/∂x", "∂²/∂x∂y"; in a sequence "∂/∂wᵢ"."""
    if not place:
        return "value"
    names = [name_of(op, k, place) for k in place]
    if len(names) == 1:
        return f"∂/∂{names[0]}"
    return f"∂²/∂{names[0]}²" if names[0] == names[1] else f"∂²/∂{names[0]}∂{names[1]}"


def name_of(op: Op, k: int, place: Place) -> str:
    if not op.sequences:
        return op.operands[k]
    sequence, index = divmod(k, LENGTH)
    return op.operands[sequence][0] + ("ᵢ" if index == place[0] % LENGTH else "ⱼ")


class Measurement:
    """The errors of a row, point by point."""

    def __init__(self, op: Op, count: int, fixed: Fixed, found: Measured) -> None:
        self.op = op
        self.fixed = fixed
        self.found = found
        self.truth = Truth(op, count, fixed)
        self.programs: dict[str, Program] = {}

    def take(self, point: Sequence[float]) -> bool:
        """Measure at a point; return whether the row has a value there that a double can hold."""
        true = self.truth.at(point)
        if not true:
            return False
        for way in ways():
            answers = self.answers(way, point)
            for place, t in true.items():
                ulp = error_in_ulp(answers.get(place, math.nan), t)
                label = label_of(self.op, place)
                by_way = self.found.setdefault(label, {way: Worst() for way in ways()})
                by_way[way].add(ulp, self.op, point)
        return True

    def answers(self, way: str, point: Sequence[float]) -> dict[Place, float]:
        if way == "eager":
            return eager(self.op, self.fixed, point)
        if way not in self.programs:
            try:
                self.programs[way] = Program(self.op, self.fixed, point, way)
            except (ArithmeticError, ValueError):
                return {}
        return self.programs[way].at(point)


def measured(name: str, points: int = POINTS, seed: int = SEED, grid: int = GRID) -> Measured:
    """Return the errors of a row at so many random points and so many of the awkward grid.

    Fewer points are the first of more, with the same seed.
    """
    found: Measured = {}
    family = members(TABLE[name])
    wanted = -(-points // len(family))
    for op, count, fixed in family:
        measurement = Measurement(op, count, fixed, found)
        taken = 0
        scattered = random_points(count, fixed, random.Random(f"{seed} {name}"))
        for point in itertools.islice(scattered, TRIES * wanted):
            taken += measurement.take(point)
            if taken == wanted:
                break
        else:
            raise ValueError(f"{name} has a value at {taken} of {TRIES * wanted} points: no domain")
        for point in grid_points(count, fixed, random.Random(f"grid {name}"))[:grid]:
            measurement.take(point)
    return found


# -- The table -------------------------------------------------------------------------------------

HEAD = """# Accuracy, measured

Every row of the table of ops: its value, its partial derivatives and its second derivatives,
beside mpmath, at {points:,} random points (everyday numbers, ±50, eight decades up and down,
near ±1, any double; all operands on one scale, or each on its own) and on the finite part of the
tests' awkward grid. `python benchmarks/accuracy.py --write` writes this file, and
`tests/test_accuracy.py` holds it.

The measure is **ulp of the true result**: the distance of the computed double from the true
number, in units of the last place of that number (2⁻¹⁰⁷⁴ for subnormal ones). 0.5 is the best that
rounding allows. It is a hard measure: near a zero of a function, and where two nearly equal
numbers are subtracted, digits are lost that the operands' own rounding has taken, and about
4.5e+15 to 9e+15 says that no digit is right (0 where 1e-20 is true, say). So two more columns: the
share of the points that are at most {enough:g} ulp off, and the points at which a result *on the
way* overflows or vanishes, so that there is no number though the true one is a double; both are
those of the worst of the three ways.

- The derivative of σ is σ(1 − σ) and that of tanh is 1 − tanh², from the output alone, as on the
  slides: for large z they lose digits, absolutely at most 2⁻⁵³ or so, and become 0 (so does the
  second derivative of softplus, which is σ′).
- Sums and inner products add from left to right; what cancels is lost.
- Native code has exp and tanh of its own, and takes products for small whole powers.

すべての演算について、値・偏微分・2 階の偏微分を、mpmath で求めた真の値と比べた表です。
ランダムな {points:,} 点（身近な大きさの数、±50、10⁻⁸〜10⁸、±1 の近く、あらゆる倍精度数）と、
テストで使う特別な点（有限のもの）で測っています。単位は**真の値の ulp**（最後の桁の 1 単位）で、
0.5 が丸めの限界です。関数の零点の近くや、ほぼ等しい 2 数の引き算では桁が失われます。
4.5e+15〜9e+15 は、正しい桁が 1 つもないという意味です（真の値が 1e-20 のときに 0 になるなど）。
「within {enough:g} ulp」は誤差が {enough:g} ulp 以下の点の割合、「no number」は、
真の値は倍精度数なのに、途中の計算があふれるか 0 になるために、数が得られなかった点の個数です。
σ′ = σ(1 − σ) と tanh′ = 1 − tanh² は、スライドのとおり出力だけから計算します。そのため z が
大きいところでは桁が失われ、やがて 0 になります（絶対誤差は 2⁻⁵³ 程度です）。

| op | of | eager | compiled Python | native | within {enough:g} ulp | no number | worst at |
|---|---|---:|---:|---:|---:|---:|---|
"""


def shown(ulp: float) -> str:
    """Return an error as the table shows it: never less than it is."""
    if ulp < 100.0:
        return f"{math.ceil(ulp * 100.0) / 100.0:g}"
    digits = 10.0 ** (math.floor(math.log10(ulp)) - 1)
    return f"{math.ceil(ulp / digits) * digits:.1e}"


def lines_of(name: str, found: Measured) -> list[str]:
    """Return the lines of the table for a row; what is exact everywhere shares one."""
    lines = []
    exact = []
    for label, by_way in found.items():
        worsts = list(by_way.values())
        if all(worst.near == worst.count and worst.ulp == 0.0 for worst in worsts):
            exact.append(label)
            continue
        cells = [shown(worst.ulp) for worst in worsts]
        near = math.floor(1000.0 * min(worst.near / worst.count for worst in worsts)) / 10.0
        lost = max(worst.lost for worst in worsts)
        where = max(worsts, key=lambda worst: worst.ulp).where
        lines.append(f"| {name} | {label} | {' | '.join(cells)} | {near:g} % | {lost} | {where} |")
    if exact:
        zeros = " | ".join(["0"] * len(ways()))
        lines.append(f"| {name} | {', '.join(exact)} | {zeros} | 100 % | 0 | |")
    return lines


def stated(text: str) -> dict[tuple[str, str], tuple[dict[str, float], int]]:
    """Return what the table says of (row, label): the worst by way, the points without number."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 8 or cells[0] not in TABLE:
            continue
        bounds = dict(zip(WAYS, map(float, cells[2:5])))
        for label in cells[1].split(", "):
            found[cells[0], label] = bounds, int(cells[6])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=POINTS, help=f"for each row ({POINTS:,})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the points ({SEED})")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name} too")
    options = parser.parse_args()
    if options.points < 1:
        parser.error("--points must be at least 1")
    if options.write and ways() != WAYS:
        parser.error("--write needs native code: pip install llvmlite")
    found = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = {
            pool.submit(measured, name, options.points, options.seed): name for name in TABLE
        }
        for done in as_completed(waiting):
            found[waiting[done]] = done.result()
            print(f"{len(found)}/{len(TABLE)} {waiting[done]}", file=sys.stderr, flush=True)
    lines = [line for name in TABLE for line in lines_of(name, found[name])]
    text = HEAD.format(points=options.points, enough=ENOUGH) + "\n".join(lines) + "\n"
    print(text)
    if options.write:
        FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
