"""The table of operations: every mathematical fact about an op stands in its row.

A row is an `Op`: its name, how it is drawn and written, its value, and its partial derivatives
(偏微分). Adding an op is writing a value function, a rule and a row:

    def cube_value(x):                     the value, on floats
        return x * x * x

    def cube_partials(x, out):             the rule, on numbers of any kind
        return (3.0 * x * x,)

    cube = Op("cube", "x³", "cube({x})", cube_value, cube_partials)

A rule gives the partial derivative of the result in each operand. It is arithmetic and nothing
else (no `if`, no `math.`), so the one rule serves every kind of number: on floats it gives the
numbers that backprop multiplies; on Values, a gradient that is itself a graph; on names, the
formula that a drawing shows. What a compiler or a sentence needs to know about an op stands
with them, keyed by the row. Functions that the slides do not need are in `more_ops.py`.

Legend
    x, y    operands                    n    a constant exponent
    w, x    the two vectors of dot      c    a coefficient, or a condition
    out     the result of the op
"""

import copyreg
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from autograd_lite.messages import miscounted, rows_of
from autograd_lite.plain_numbers import number

__all__ = [
    "Kind", "Number", "Partials", "Op", "Power",
    "add", "sub", "mul", "div", "neg",
    "power", "variable_power", "monomial", "variable_monomial",
    "exp", "log", "sqrt", "reciprocal", "sin", "cos", "tanh",
    "sigmoid", "relu", "step", "sign", "abs",
    "maximum", "minimum", "compare", "where",
    "identity", "total", "dot",
    "TABLE", "enter",
]  # fmt: skip


class Kind(Protocol):
    """A kind of number: what a rule may do with an operand that is not a float."""

    def __add__(self, other: "Number") -> "Kind": ...
    def __radd__(self, other: float) -> "Kind": ...
    def __sub__(self, other: "Number") -> "Kind": ...
    def __rsub__(self, other: float) -> "Kind": ...
    def __mul__(self, other: "Number") -> "Kind": ...
    def __rmul__(self, other: float) -> "Kind": ...
    def __truediv__(self, other: "Number") -> "Kind": ...
    def __rtruediv__(self, other: float) -> "Kind": ...
    def __neg__(self) -> "Kind": ...
    def record(self, op: "Op", operands: Sequence[Any]) -> Any: ...  # what op(operands) means


Number: TypeAlias = float | Kind
Partials: TypeAlias = tuple[Number, ...]

FLOATS = frozenset([float])
CHECKS: list[Callable[["Op"], None]] = []  # of a row of one's own: see own_rows.py


# -- A row of the table ---------------------------------------------------------------------


class Op:
    """One row of the table: the mathematics of an operation.

    name        what the op is called in listings: "mul"
    symbol      how a drawing shows it: "×"
    formula     how it is written in Python, its operands in braces: "{x} * {y}"
    forward     the value: a function from floats to a float
    partials    the rule: operands and result -> the partial in each operand
    domain      where the value exists, as a condition to read: "x > 0"
    steep       whether a partial may be infinite where the value exists: √x at 0
    chooses     whether it picks among its operands: along one with the partial 0, which was not
                picked, backprop passes nothing on, whatever arrives (0 · ∞ would be NaN)
    written     how people write it, where that differs: "1 / {x}" for reciprocal({x})
    sequences   0 if each operand is a number; 1 for an op on a whole sequence (Σ);
                2 for an op on two sequences of one length (the inner product)
    term        of a sum from left to right: how one term of it is written: "{w} * {x}"
    operands    the names of the operands, read off the rule: ("x", "y")
    arity       how many numbers they are; 0 if they are sequences

    The row is also the function: of plain numbers it gives a float; where another kind of
    number is among its operands, whatever that kind's `record` makes of it. Raises TypeError
    for a wrong count of operands or one that is no number, and what `forward` raises where
    the value does not exist (`log(0)`).

    >>> sin(0.0), maximum(2, 3), dot([2.0, 3.0], [5.0, 1.0])
    (0.0, 3.0, 13.0)
    """

    __slots__ = (
        "arity", "chooses", "domain", "formula", "forward", "name", "operands", "partials",
        "sequences", "steep", "symbol", "term", "written",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        symbol: str,
        formula: str,
        forward: Callable[..., float],
        partials: Callable[..., Any],
        domain: str = "",
        *,
        steep: bool = False,
        chooses: bool = False,
        written: str = "",
        sequences: int = 0,
        term: str = "",
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.formula = formula
        self.forward = forward
        self.partials = partials
        self.domain = domain
        self.steep = steep
        self.chooses = chooses
        self.written = written or formula
        self.sequences = sequences
        self.term = term
        for check in CHECKS:
            check(self)
        self.operands = partials.__code__.co_varnames[: partials.__code__.co_argcount - 1]
        self.arity = 0 if sequences else len(self.operands)
        if type(self) is Op:  # one class for each way to be called
            self.__class__ = CALLED.get(self.arity, Op)

    def __repr__(self) -> str:
        return f"<op {getattr(self, 'name', '?')}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg.dispatch_table[Op](self)  # type: ignore[return-value]

    def __copy__(self) -> "Op":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Op":
        return self  # a row is a fact, and there is one of each

    def __call__(self, *operands: Any) -> Any:
        if len(operands) != len(self.operands):
            raise miscounted(self, operands)
        if not FLOATS.issuperset(map(type, operands)):
            for x in operands:
                if hasattr(type(x), "record"):
                    return x.record(self, operands)
            operands = tuple(map(number, operands))
        return self.forward(*operands)

    def value(self, numbers: Sequence[Any]) -> Any:
        """Return the value of the op, from one number for each parent of a node."""
        return self.forward(*self.split(numbers))

    def partials_at(self, operands: Sequence[Any], out: Any) -> tuple[Any, ...]:
        """Return the rule's partials, one for each operand, in numbers of the operands' kind."""
        partials: tuple[Any, ...] = self.partials(*self.split(operands), out)
        return sum(partials, ()) if self.sequences else partials

    def split(self, operands: Sequence[Any]) -> Sequence[Any]:
        """Return operands, one for each parent of a node, as the op takes them."""
        if not self.sequences:
            return operands
        length = len(operands) // self.sequences
        return [tuple(operands[k * length : (k + 1) * length]) for k in range(self.sequences)]


class OpOfOne(Op):
    """An op on one number: called without gathering operands, it takes a third of the time.

    Rules that use another row (relu's uses `step`) call it so at every node.
    """

    __slots__ = ()

    def __call__(self, x: Any = None, *others: Any) -> Any:
        if type(x) is float and not others:
            return self.forward(x)
        if others:
            raise miscounted(self, (x, *others))
        if hasattr(type(x), "record"):
            return x.record(self, (x,))
        return self.forward(number(x))


class OpOfSequences(Op):
    """An op on one sequence of numbers or on several of one length: Σ, the inner product."""

    __slots__ = ()

    def __call__(self, *sequences: Any) -> Any:
        rows = rows_of(self, sequences)
        for row in rows:
            for x in row:
                if type(x) is not float and hasattr(type(x), "record"):
                    return x.record(self, rows)
        return self.forward(*[tuple(map(number, row)) for row in rows])


CALLED: dict[int, type[Op]] = {0: OpOfSequences, 1: OpOfOne}


# fmt: off
# -- Arithmetic -----------------------------------------------------------------------------
# Each rule reads: d(out)/dx, d(out)/dy.

def add_partials(x: Number, y: Number, out: Number) -> Partials:
    return 1.0, 1.0

def sub_partials(x: Number, y: Number, out: Number) -> Partials:
    return 1.0, -1.0

def mul_partials(x: Number, y: Number, out: Number) -> Partials:
    return y, x

def div_partials(x: Number, y: Number, out: Number) -> Partials:
    return 1.0 / y, -out / y  # -x / y**2, but y**2 may overflow where the value exists

def neg_partials(x: Number, out: Number) -> Partials:
    return (-1.0,)

add = Op("add", "+", "{x} + {y}", operator.add, add_partials)
sub = Op("sub", "−", "{x} - {y}", operator.sub, sub_partials)
mul = Op("mul", "×", "{x} * {y}", operator.mul, mul_partials)
div = Op("div", "÷", "{x} / {y}", operator.truediv, div_partials, "y != 0", steep=True)
neg = Op("neg", "−x", "-{x}", operator.neg, neg_partials)

# -- Powers ---------------------------------------------------------------------------------

class Power(OpOfOne):
    """xⁿ with a constant exponent, which belongs to the op: x² has one operand, one derivative.

    There is one such op for each exponent, `power(n)`; the table has that of the square.
    """

    __slots__ = ("exponent",)

    def __init__(self, exponent: float) -> None:
        text = f"{exponent:.6g}"
        super().__init__(
            "power", "x" + text.translate(RAISED), f"{{x}} ** {text}", self.raised, flat_partials,
            "x != 0" if exponent < 0.0 else "" if exponent % 1.0 == 0.0 else "x >= 0",
            steep=exponent < 1.0 and exponent != 0.0,
        )
        self.exponent = exponent
        self.partials = self.slope

    def __reduce__(self) -> tuple[Any, ...]:
        return power, (self.exponent,)

    def raised(self, x: float) -> float:
        return power_value(x, self.exponent)

    def slope(self, x: Number, out: Number) -> Partials:
        n = self.exponent
        return (monomial(n, x, n - 1.0),)

RAISED = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")
POWERS: dict[float, Power] = {}

def power(exponent: float) -> Power:
    """Return the op of one constant exponent, always the same one."""
    n = number(exponent)
    return POWERS.get(n) or POWERS.setdefault(n, Power(n))

def flat_partials(x: Number, out: Number) -> Partials:
    return (0.0,)  # level on both sides of a jump: nothing can be learned through u or sgn

def power_value(x: float, n: float) -> float:
    out: float = x**n
    if isinstance(out, complex):
        raise ValueError("a negative number to a fractional power is not real")
    return out

def monomial_value(c: float, x: float, n: float) -> float:
    """Return c·xⁿ, never raising: 0 where c is 0, infinite where xⁿ is."""
    if c == 0.0:
        return 0.0
    out: float
    try:
        out = x**n
    except ArithmeticError:  # 0 to a negative power, or too large for a float
        odd = n % 2.0 == 1.0  # an odd power keeps the sign
        out = math.copysign(math.inf, x) if odd else math.inf
    return math.nan if isinstance(out, complex) else c * out

def monomial_partials(c: Number, x: Number, n: Number, out: Number) -> Partials:
    return monomial(1.0, x, n), monomial(c * n, x, n - 1.0), 0.0  # n is a constant

def variable_power_partials(x: Number, y: Number, out: Number) -> Partials:
    return variable_monomial(y, x, y - 1.0, 0.0), variable_monomial(1.0, x, y, 1.0)

def variable_monomial_value(c: float, x: float, y: float, n: float) -> float:
    """Return c·xʸ·(ln x)ⁿ, never raising; with a logarithm, 0 at x = 0, its limit for y > 0."""
    out = monomial_value(c, x, y)
    if n == 0.0 or out == 0.0:
        return out
    if x == 0.0:
        return 0.0
    return monomial_value(out, math.log(x), n) if not x < 0.0 else math.nan

def variable_monomial_partials(c: Number, x: Number, y: Number, n: Number, out: Number) -> Partials:
    by_power = variable_monomial(c * y, x, y - 1.0, n)
    by_log = variable_monomial(c * n, x, y - 1.0, n - 1.0)
    in_y = variable_monomial(c, x, y, n + 1.0)
    return variable_monomial(1.0, x, y, n), by_power + by_log, in_y, 0.0

variable_power = Op("variable_power", "xʸ", "{x} ** {y}", power_value, variable_power_partials,
                    "x != 0 if y < 0; x >= 0 if y is not whole", steep=True)
monomial = Op("monomial", "c·xⁿ", "monomial({c}, {x}, {n})", monomial_value, monomial_partials,
              steep=True, written="{c} * {x}**{n}")
variable_monomial = Op("variable_monomial", "c·xʸ·lnⁿx", "variable_monomial({c}, {x}, {y}, {n})",
                       variable_monomial_value, variable_monomial_partials, steep=True,
                       written="{c} * {x}**{y} * log({x})**{n}")

# -- Exponential, logarithm, root ----------------------------------------------------------

def exp_partials(x: Number, out: Number) -> Partials:
    return (out,)

def log_partials(x: Number, out: Number) -> Partials:
    return (1.0 / x,)

def sqrt_partials(x: Number, out: Number) -> Partials:
    return (0.5 * reciprocal(out),)  # infinite at 0, where the value exists

def reciprocal_value(x: float) -> float:
    """Return 1/x, and at 0 its limit from the right: infinity."""
    return 1.0 / x if x != 0.0 else math.inf

def reciprocal_partials(x: Number, out: Number) -> Partials:
    return (-out * out,)

exp = Op("exp", "eˣ", "exp({x})", math.exp, exp_partials, "x < 709.79")
log = Op("log", "ln", "log({x})", math.log, log_partials, "x > 0", steep=True)
sqrt = Op("sqrt", "√", "sqrt({x})", math.sqrt, sqrt_partials, "x >= 0", steep=True)
reciprocal = Op("reciprocal", "1/x", "reciprocal({x})", reciprocal_value, reciprocal_partials,
                steep=True, written="1 / {x}")

# -- Sine, cosine, and the activation functions (活性化関数) ---------------------------------

def sin_partials(x: Number, out: Number) -> Partials:
    return (cos(x),)

def cos_partials(x: Number, out: Number) -> Partials:
    return (-sin(x),)

def tanh_partials(x: Number, out: Number) -> Partials:
    return (1.0 - out * out,)

def sigmoid_value(x: float) -> float:
    """Return σ(x) = 1/(1 + e⁻ˣ), by whichever of its two forms cannot overflow."""
    e = math.exp(-math.fabs(x))  # at most 1
    return 1.0 / (1.0 + e) if x >= 0.0 else e / (1.0 + e)

def sigmoid_partials(x: Number, out: Number) -> Partials:
    return (out * (1.0 - out),)  # the slides: σ'(z) = σ(z)(1 − σ(z)); from z = 37 on it is 0

def relu_value(x: float) -> float:
    return 0.0 if x < 0.0 else x  # so NaN stays NaN

def relu_partials(x: Number, out: Number) -> Partials:
    return (1.0 - step(-x),)  # 1 above 0; at 0 itself 0

def step_value(x: float) -> float:
    """Return u(x): 0 below 0, 1 from 0 on (the slides: a neuron fires when z reaches 0)."""
    if x != x:
        return x
    return 1.0 if x >= 0.0 else 0.0

def sign_value(x: float) -> float:
    if x > 0.0:
        return 1.0
    return -1.0 if x < 0.0 else x  # 0, −0 and NaN stay what they are

def abs_partials(x: Number, out: Number) -> Partials:
    return (sign(x),)  # at 0 itself 0

sin = Op("sin", "sin", "sin({x})", math.sin, sin_partials, "x finite")
cos = Op("cos", "cos", "cos({x})", math.cos, cos_partials, "x finite")
tanh = Op("tanh", "tanh", "tanh({x})", math.tanh, tanh_partials)
sigmoid = Op("sigmoid", "σ", "sigmoid({x})", sigmoid_value, sigmoid_partials)
relu = Op("relu", "relu", "relu({x})", relu_value, relu_partials, chooses=True)
step = Op("step", "u", "step({x})", step_value, flat_partials, chooses=True)
sign = Op("sign", "sgn", "sign({x})", sign_value, flat_partials, chooses=True)
abs = Op("abs", "|x|", "abs({x})", math.fabs, abs_partials, chooses=True)

# -- Choosing -------------------------------------------------------------------------------

def maximum_value(x: float, y: float) -> float:
    if x != x:
        return x
    return x if x >= y else y  # y also when y is NaN

def maximum_partials(x: Number, y: Number, out: Number) -> Partials:
    order = compare(x, y)
    return 0.5 * (1.0 + order), 0.5 * (1.0 - order)  # of equals, half to each

def minimum_value(x: float, y: float) -> float:
    if x != x:
        return x
    return x if x <= y else y

def minimum_partials(x: Number, y: Number, out: Number) -> Partials:
    order = compare(x, y)
    return 0.5 * (1.0 - order), 0.5 * (1.0 + order)

def compare_value(x: float, y: float) -> float:
    """Return sgn(x − y), also where the difference would overflow, or be ∞ − ∞."""
    if x > y:
        return 1.0
    if x < y:
        return -1.0
    return 0.0 if x == y else math.nan

def comparison_partials(x: Number, y: Number, out: Number) -> Partials:
    return 0.0, 0.0

def where_value(c: float, x: float, y: float) -> float:
    if c != c:
        return c
    return x if c != 0.0 else y

def where_partials(c: Number, x: Number, y: Number, out: Number) -> Partials:
    return 0.0, where(c, 1.0, 0.0), where(c, 0.0, 1.0)

maximum = Op("maximum", "max", "maximum({x}, {y})", maximum_value, maximum_partials, chooses=True)
minimum = Op("minimum", "min", "minimum({x}, {y})", minimum_value, minimum_partials, chooses=True)
compare = Op("compare", "≷", "compare({x}, {y})", compare_value, comparison_partials,
             chooses=True, written="sign({x} - {y})")
where = Op("where", "where", "where({c}, {x}, {y})", where_value, where_partials, chooses=True)

# -- One and many operands --------------------------------------------------------------------

def identity_partials(x: Number, out: Number) -> Partials:
    return (1.0,)

def total_value(values: Sequence[float]) -> float:
    """Return a₁ + a₂ + … + aₙ, added from left to right (`sum` of floats does not, since 3.12)."""
    out = 0.0
    for value in values:
        out += value
    return out

def total_partials(values: Sequence[Number], out: Number) -> tuple[Partials]:
    return ((1.0,) * len(values),)

def dot_value(w: Sequence[float], x: Sequence[float]) -> float:
    """Return w₁x₁ + w₂x₂ + … + wₙxₙ, added from left to right."""
    out = 0.0
    for product in map(operator.mul, w, x):  # a third less time than a loop over zip(w, x)
        out += product
    return out

def dot_partials(w: Partials, x: Partials, out: Number) -> tuple[Partials, Partials]:
    return x, w

identity = Op("identity", "=", "{x}", operator.pos, identity_partials)
total = Op("total", "Σ", "total([{values}])", total_value, total_partials,
           written="sum({values})", sequences=1, term="{values}")
dot = Op("dot", "⟨w,x⟩", "dot([{w}], [{x}])", dot_value, dot_partials,
         written="<({w}), ({x})>", sequences=2, term="{w} * {x}")

# fmt: on

TABLE: dict[str, Op] = {}


def enter(rows: dict[str, Any]) -> None:
    """Enter the rows of a module into the table."""
    TABLE.update({row.name: row for row in rows.values() if isinstance(row, Op)})


enter({**globals(), "square": power(2.0)})
