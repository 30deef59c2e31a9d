"""The table of operations: everything the engine knows about an op stands in its row.

A row is an `Op`: its name, how it is drawn and written, its value, and its partial
derivatives (偏微分). Drawing, stepping, second derivatives and compiled code read this row
and nothing else, so adding an op is writing a value function, a rule and a row:

    def cube_value(x):                     the value, on floats
        return x * x * x

    def cube_partials(x, out):             the rule, on numbers of any kind
        return (3.0 * x * x,)

    cube = Op("cube", "x³", "cube({x})", cube_value, cube_partials)

and `cube(v)` then works everywhere.

A rule gives the partial derivative of the result in each operand. It is arithmetic and
nothing else (no `if`, no `math.`), so the one rule serves every kind of number: on floats
it gives the numbers that backprop multiplies; on Values, a gradient that is itself a graph;
on symbols, the formula that a drawing shows.

Legend
    x, y    operands                    n    a constant exponent
    w, x    the two vectors of dot      c    a coefficient, or a condition
    out     the result of the op
"""

import importlib
import math
import numbers
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

__all__ = [
    "Op",
    "number",
    "add", "sub", "mul", "div", "neg",
    "power", "variable_power", "monomial", "variable_monomial", "log_in_power",
    "exp", "log", "sqrt", "reciprocal",
    "sin", "cos", "tan", "tanh",
    "sigmoid", "softplus", "relu", "step", "sign", "abs",
    "maximum", "minimum", "at_least", "where",
    "identity", "total", "dot",
    "TABLE",
]  # fmt: skip

Number: TypeAlias = Any  # a float, a Value, a symbol: whatever can be added and multiplied
Partials: TypeAlias = tuple[Number, ...]


# -- Plain numbers -------------------------------------------------------------------------


def number(operand: object) -> float:
    """Return a plain number as a Python float; refuse anything else.

    `int`, `float`, `bool`, `Fraction` and NumPy scalars are plain numbers.

    Raises TypeError, which says what to write instead, for everything else, and
    OverflowError for an integer too large for a float.

    >>> number(3), number(True)
    (3.0, 1.0)
    >>> number("3")
    Traceback (most recent call last):
    TypeError: a number is needed, not str '3'; write float('3') if the text holds a number
    """
    if isinstance(operand, (int, float)):
        return float(operand)
    if isinstance(operand, numbers.Real):  # slower to ask: an abstract class
        return float(operand)
    numpy = sys.modules.get("numpy")  # only a program that uses NumPy can hand us its bool
    if numpy is not None and isinstance(operand, numpy.bool_):
        return float(operand)
    raise TypeError(f"a number is needed, not {described(operand)}; {advice(operand)}")


def described(operand: object) -> str:
    """Return the type of something that is not a number, with its text where that is short."""
    kind = type(operand).__name__
    if operand is None:
        return "None"
    if isinstance(operand, (str, bytes, complex)):
        text = repr(operand)
        return f"{kind} {text if len(text) <= 20 else text[:16] + '...' + text[-1]}"
    return kind


def advice(operand: object) -> str:
    """Return what to write instead of an operand that is not a number."""
    if operand is None:
        return "a function without `return` gives None"
    if hasattr(type(operand), "record"):
        return "write .data for the number in it"
    if isinstance(operand, (str, bytes)):
        text = repr(operand)
        return f"write float({text if len(text) <= 20 else 'text'}) if the text holds a number"
    if isinstance(operand, complex):
        return "this engine knows real numbers only; write z.real or z.imag"
    if isinstance(operand, numbers.Number):
        return "write float(x)"
    if hasattr(operand, "__array__") or hasattr(operand, "__array_interface__"):
        return "one Value is one number: loop over array.tolist(), or use dot(w, x), total(values)"
    if isinstance(operand, (list, tuple)):
        return "loop over its elements, or use dot(w, x) and total(values)"
    if callable(operand):
        return "call it first: f(x), not f"
    return "write a plain number, or a Value"


# -- A row of the table --------------------------------------------------------------------


class Op:
    """One row of the table: all that the engine knows about an operation.

    name        what the op is called in listings: "mul"
    symbol      how a drawing shows it: "×"
    formula     how it is written in Python, its operands in braces: "{x} * {y}"
    written     how people write it, where that differs: "1 / {x}" for reciprocal({x})
    forward     the value: a function from floats to a float
    partials    the rule: operands and result -> the partial in each operand
    domain      where the value exists, as a condition to read: "x > 0"
    meaning     the word for it, and `meaning_ja` the Japanese one: "product", "積"
    flat        what it means if a partial is 0, or nearly so: "saturated", also `flat_ja`;
                empty where it never is, or where nothing special is to be said
    sequences   0 if each operand is a number; 1 for an op on a whole sequence (Σ);
                2 for an op on two sequences of one length (the inner product)
    term        of a sum from left to right: how one term of it is written: "{w} * {x}"
    simplified  for the compiler: a function that returns an equal which costs less, where an
                operand is a known float (1·x is x), else None
    machine     for native code: the value once more, spelled without `if` in the instructions
                of a machine `m` (m.exp, m.choose, ...; see autograd_lite/compiling/machine.py).
                A `forward` of plain arithmetic, or of one function of `math`, needs none
    operands    the names of the operands, read off the rule: ("x", "y")
    trusted     true for the rows of this table, whose rules the tests walk; what the rule of
                any other row gives is checked at every node

    The row is also the function: called with plain numbers it gives a float, with a Value
    among its operands it records a node and gives a Value.

    >>> sin(0.0)
    0.0
    >>> maximum(2, 3)
    3.0
    >>> dot([2.0, 3.0], [5.0, 1.0])
    13.0
    """

    __slots__ = (
        "domain", "flat", "flat_ja", "formula", "forward", "machine", "meaning", "meaning_ja",
        "name", "operands", "partials", "sequences", "simplified", "symbol", "term", "trusted",
        "written",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        symbol: str,
        formula: str,
        forward: Callable[..., float],
        partials: Callable[..., Partials],
        domain: str = "",
        meaning: str = "",
        meaning_ja: str = "",
        sequences: int = 0,
        written: str = "",
        flat: str = "",
        flat_ja: str = "",
        term: str = "",
        simplified: Callable[..., Number] | None = None,
        machine: Callable[..., Number] | None = None,
    ) -> None:
        code = getattr(partials, "__code__", None)
        if code is None:
            raise TypeError(f"the rule of {name} must be a function; write def rule(x, out)")
        self.name = name
        self.symbol = symbol
        self.formula = formula
        self.written = written or formula
        self.forward = forward
        self.partials = partials
        self.domain = domain
        self.meaning = meaning or name
        self.meaning_ja = meaning_ja or self.meaning
        self.flat = flat
        self.flat_ja = flat_ja or flat
        self.sequences = sequences
        self.term = term
        self.simplified = simplified
        self.machine = machine
        self.trusted = False
        # The rule's parameters name the operands; the last is `out`.
        self.operands = code.co_varnames[: code.co_argcount - 1]
        if not self.operands:
            raise TypeError(f"the rule of {name} takes no operands; write def rule(x, out)")
        for text in (self.formula, self.written):
            try:
                text.format(**dict.fromkeys(self.operands, ""))
            except (KeyError, IndexError):
                braces = " and ".join("{" + operand + "}" for operand in self.operands)
                raise TypeError(
                    f"the formula {text!r} of {name} must name the operands of its rule; "
                    f"write {braces}"
                ) from None

    def __repr__(self) -> str:
        return f"<op {getattr(self, 'name', '?')}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the row as its place: the module of its rule, and its name there.

        Raises ValueError if it is not to be found there, while there is still time.
        """
        module = self.partials.__module__
        if find_op(module, self.name) is not self:
            raise ValueError(f"another op is called {self.name!r} in {module}; rename one of them")
        return find_op, (module, self.name)

    def __copy__(self) -> "Op":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Op":
        return self  # a row is a fact, and there is one of each

    def __call__(self, *operands: Number) -> Number:
        """Return the value: a float of plain numbers, otherwise a node that records the op.

        Raises TypeError for a wrong count of operands or one that is not a number, and what
        `forward` raises where the value does not exist (`log(0)`).
        """
        if len(operands) != len(self.operands):
            wanted = (
                f"{self.name}({', '.join(self.operands)}) takes {len(self.operands)} operand(s)"
            )
            raise TypeError(f"{wanted}, not {len(operands)}")
        if self.sequences:
            return self.of_sequences(operands)
        for operand in operands:
            kind = type(operand)
            if kind is not float and hasattr(kind, "record"):
                return operand.record(self, operands)
        return self.forward(*[x if type(x) is float else number(x) for x in operands])

    def of_sequences(self, sequences: Sequence[Sequence[Number]]) -> Number:
        """Return the value of an op on sequences, as `__call__` does.

        Raises TypeError if one is not a sequence, ValueError if their lengths differ.
        """
        rows: list[tuple[Number, ...]] = []
        for sequence in sequences:
            if type(sequence) is not tuple:
                if type(sequence) is not list:
                    self.check_sequence(len(rows), sequence)
                sequence = tuple(sequence)
            rows.append(sequence)
        if len(rows[-1]) != len(rows[0]):
            lengths = " and ".join(f"{n} has {len(r)}" for n, r in zip(self.operands, rows))
            raise ValueError(f"{self.name} needs sequences of one length; {lengths}")
        for row in rows:
            for operand in row:
                kind = type(operand)
                if kind is not float and hasattr(kind, "record"):
                    return operand.record(self, rows)
        return self.forward(*[[number(x) for x in row] for row in rows])

    def check_sequence(self, k: int, sequence: object) -> None:
        """Raise TypeError for the k-th operand of an op on sequences if it is not one."""
        if isinstance(sequence, (set, frozenset)):
            raise TypeError(
                f"a set has no order, so its {self.name} would differ from run to run; write a list"
            )
        if hasattr(type(sequence), "record") or not hasattr(sequence, "__iter__"):
            name = self.operands[k]
            raise TypeError(
                f"{self.name}({', '.join(self.operands)}) takes lists of numbers, "
                f"and {name} is a {type(sequence).__name__}; write [{name}]"
            )

    def value(self, numbers: Sequence[float]) -> float:
        """Return the value of the op on floats, one for each parent of a node."""
        if self.sequences:
            return self.forward(*self.split(numbers))
        return self.forward(*numbers)

    def partials_at(self, operands: Sequence[Number], out: Number) -> Partials:
        """Return the rule's partials, one for each operand, in numbers of the operands' kind.

        Raises TypeError if the rule does not give one partial for each operand.
        """
        if self.sequences:
            partials = self.joined(self.partials(*self.split(operands), out))
        else:
            partials = self.partials(*operands, out)
        self.check(partials, len(operands))
        return partials

    def joined(self, rows: Sequence[Partials]) -> Partials:
        """Return the partials of an op on sequences, one tuple for each sequence, as one tuple.

        Raises TypeError if the rule gave anything else.
        """
        if type(rows) is not tuple or any(type(row) is not tuple for row in rows):
            raise TypeError(
                f"the rule of {self.name} must return {self.sequences} tuple(s) of partials, "
                f"one for each sequence; write return (partials,) for one"
            )
        partials: Partials = ()
        for row in rows:
            partials += row
        return partials

    def plain(self, partials: Partials) -> tuple[float, ...]:
        """Return the partials that a rule gave on floats as Python floats.

        Raises TypeError if one is not a number.
        """
        try:
            return tuple([number(partial) for partial in partials])
        except TypeError as error:
            raise TypeError(f"the rule of {self.name} gives no number: {error}") from None

    def check(self, partials: object, count: int) -> None:
        """Raise TypeError unless the rule gave one partial for each operand."""
        if not isinstance(partials, tuple) or len(partials) != count:
            raise TypeError(
                f"the rule of {self.name} must return a tuple of {count} partial(s), "
                f"one for each operand; write return (partial,) for one"
            )

    def split(self, operands: Sequence[Number]) -> list[tuple[Number, ...]]:
        """Return the operands of an op on sequences, as the sequences they came in."""
        length = len(operands) // self.sequences
        return [tuple(operands[k * length : (k + 1) * length]) for k in range(self.sequences)]


def find_op(module: str, name: str) -> Op:
    """Return the row called `name` in a module: how a pickled graph finds its ops again."""
    row = getattr(importlib.import_module(module), name, None)
    if not isinstance(row, Op):
        raise ValueError(
            f"module {module} has no op called {name!r}; a row is found as the variable "
            f"of its name beside its rule: {name} = Op({name!r}, ...)"
        )
    return row


# -- Arithmetic ----------------------------------------------------------------------------
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


def known(operand: Number, value: float) -> bool:
    """Return whether the compiler knows an operand to be this float."""
    return type(operand) is float and operand == value


def add_simplified(x: Number, y: Number) -> Number:
    if known(x, 0.0):
        return y
    return x if known(y, 0.0) else None


def sub_simplified(x: Number, y: Number) -> Number:
    return x if known(y, 0.0) else None


def mul_simplified(x: Number, y: Number) -> Number:
    if known(x, 1.0):
        return y
    return x if known(y, 1.0) else None


def div_simplified(x: Number, y: Number) -> Number:
    return x if known(y, 1.0) else None


add = Op("add", "+", "{x} + {y}", operator.add, add_partials,
         meaning="sum", meaning_ja="和", simplified=add_simplified)  # fmt: skip
sub = Op("sub", "−", "{x} - {y}", operator.sub, sub_partials,
         meaning="difference", meaning_ja="差", simplified=sub_simplified)  # fmt: skip
mul = Op("mul", "×", "{x} * {y}", operator.mul, mul_partials,
         meaning="product", meaning_ja="積",
         flat="the other factor is 0",
         flat_ja="もう一方の因数が 0",
         simplified=mul_simplified)  # fmt: skip
div = Op("div", "÷", "{x} / {y}", operator.truediv, div_partials, domain="y != 0",
         meaning="quotient", meaning_ja="商",
         flat="the dividend is 0",
         flat_ja="割られる数が 0",
         simplified=div_simplified)  # fmt: skip
neg = Op("neg", "−x", "-{x}", operator.neg, neg_partials,
         meaning="negative", meaning_ja="符号の反転")  # fmt: skip


# -- Powers --------------------------------------------------------------------------------


def power_value(x: float, n: float) -> float:
    out: float = x**n
    if isinstance(out, complex):
        raise ValueError("a negative number to a fractional power is not real")
    return out


def power_partials(x: Number, n: Number, out: Number) -> Partials:
    return monomial(n, x, n - 1.0), 0.0  # n is a constant: its partial is 0 by declaration


def variable_power_partials(x: Number, y: Number, out: Number) -> Partials:
    return variable_monomial(y, x, y - 1.0), out * log_in_power(x)


def monomial_value(c: float, x: float, n: float) -> float:
    """Return c·xⁿ, never raising: 0 where c is 0, infinite where xⁿ is."""
    if c == 0.0:
        return 0.0
    power: float
    try:
        power = x**n
    except ArithmeticError:  # 0 to a negative power, or too large for a float
        odd = n % 2.0 == 1.0  # an odd power keeps the sign
        power = math.copysign(math.inf, x) if odd else math.inf
    if isinstance(power, complex):
        return math.nan
    return c * power


def monomial_partials(c: Number, x: Number, n: Number, out: Number) -> Partials:
    return monomial(1.0, x, n), monomial(c * n, x, n - 1.0), 0.0


def variable_monomial_partials(c: Number, x: Number, y: Number, out: Number) -> Partials:
    in_x = variable_monomial(c * y, x, y - 1.0)
    return variable_monomial(1.0, x, y), in_x, out * log_in_power(x)


def log_in_power_value(x: float) -> float:
    """Return ln x as a factor of xʸ·ln x: 0 at x = 0, the limit; NaN below."""
    if x == 0.0:
        return 0.0
    return math.log(x) if not x < 0.0 else math.nan


def log_in_power_partials(x: Number, out: Number) -> Partials:
    return (reciprocal(x),)


def power_simplified(x: Number, n: Number) -> Number:
    return x if known(n, 1.0) else None


def power_machine(m: Any, x: Number, n: Number) -> Number:
    return m.power(x, n)


def monomial_simplified(c: Number, x: Number, n: Number) -> Number:
    if known(n, 0.0):
        return c  # x⁰ is 1, also for a NaN
    if known(n, 1.0) and type(c) is float and c != 0.0:
        return mul(c, x)
    return None


def monomial_machine(m: Any, c: Number, x: Number, n: Number) -> Number:
    return m.choose(m.equal(c, 0.0), 0.0, c * m.power(x, n))


def log_in_power_machine(m: Any, x: Number) -> Number:
    return m.choose(m.equal(x, 0.0), 0.0, m.log(x))


power = Op("power", "xⁿ", "{x} ** {n}", power_value, power_partials,
           domain="x != 0 if n < 0; x >= 0 if n is not whole",
           meaning="power by a constant", meaning_ja="定数乗",
           flat="a constant exponent does not vary, and at base 0 the curve is level",
           flat_ja="定数の指数は変化せず、底が 0 では曲線が平ら",
           simplified=power_simplified, machine=power_machine)  # fmt: skip
variable_power = Op("variable_power", "xʸ", "{x} ** {y}", power_value, variable_power_partials,
                    domain="x != 0 if y < 0; x >= 0 if y is not whole",
                    meaning="power", meaning_ja="べき乗", machine=power_machine)  # fmt: skip
monomial = Op("monomial", "c·xⁿ", "monomial({c}, {x}, {n})", monomial_value, monomial_partials,
              written="{c} * {x}**{n}",
              meaning="derivative of a power", meaning_ja="べき乗の導関数",
              simplified=monomial_simplified, machine=monomial_machine)  # fmt: skip
variable_monomial = Op("variable_monomial", "c·xʸ", "variable_monomial({c}, {x}, {y})",
                       monomial_value, variable_monomial_partials, written="{c} * {x}**{y}",
                       meaning="derivative of a power, whose exponent varies",
                       meaning_ja="指数が変わるべき乗の導関数",
                       simplified=monomial_simplified, machine=monomial_machine)  # fmt: skip
log_in_power = Op("log_in_power", "ln x", "log_in_power({x})", log_in_power_value,
                  log_in_power_partials, written="log({x})",
                  meaning="logarithm of a base", meaning_ja="底の対数",
                  machine=log_in_power_machine)  # fmt: skip


# -- Exponential, logarithm, root ------------------------------------------------------------


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


def reciprocal_machine(m: Any, x: Number) -> Number:
    return m.choose(m.equal(x, 0.0), math.inf, 1.0 / x)


exp = Op("exp", "eˣ", "exp({x})", math.exp, exp_partials, domain="x < 709.79",
         meaning="exponential", meaning_ja="指数関数",
         flat="x is far below 0, where the curve is level",
         flat_ja="x が 0 よりずっと小さく、曲線が平ら")  # fmt: skip
log = Op("log", "ln", "log({x})", math.log, log_partials, domain="x > 0",
         meaning="natural logarithm", meaning_ja="自然対数",
         flat="x is large, where the curve hardly rises",
         flat_ja="x が大きく、曲線がほとんど上がらない")  # fmt: skip
sqrt = Op("sqrt", "√", "sqrt({x})", math.sqrt, sqrt_partials, domain="x >= 0",
          meaning="square root", meaning_ja="平方根",
          flat="x is large, where the curve hardly rises",
          flat_ja="x が大きく、曲線がほとんど上がらない")  # fmt: skip
reciprocal = Op("reciprocal", "1/x", "reciprocal({x})", reciprocal_value, reciprocal_partials,
                written="1 / {x}",
                meaning="reciprocal, infinite at 0", meaning_ja="逆数",
                flat="x is large, where the curve hardly falls",
                flat_ja="x が大きく、曲線がほとんど下がらない",
                machine=reciprocal_machine)  # fmt: skip


# -- Trigonometric and hyperbolic ------------------------------------------------------------


def sin_partials(x: Number, out: Number) -> Partials:
    return (cos(x),)


def cos_partials(x: Number, out: Number) -> Partials:
    return (-sin(x),)


def tan_partials(x: Number, out: Number) -> Partials:
    return (1.0 + out * out,)


def tanh_partials(x: Number, out: Number) -> Partials:
    return (1.0 - out * out,)


sin = Op("sin", "sin", "sin({x})", math.sin, sin_partials, domain="x finite",
         meaning="sine", meaning_ja="正弦",
         flat="at a crest or trough of the wave",
         flat_ja="波の山か谷にある")  # fmt: skip
cos = Op("cos", "cos", "cos({x})", math.cos, cos_partials, domain="x finite",
         meaning="cosine", meaning_ja="余弦",
         flat="at a crest or trough of the wave",
         flat_ja="波の山か谷にある")  # fmt: skip
tan = Op("tan", "tan", "tan({x})", math.tan, tan_partials, domain="x finite",
         meaning="tangent", meaning_ja="正接")  # fmt: skip
tanh = Op("tanh", "tanh", "tanh({x})", math.tanh, tanh_partials,
          meaning="hyperbolic tangent", meaning_ja="双曲線正接",
          flat="saturated: x is far from 0, where the curve is level",
          flat_ja="飽和: x が 0 から遠く、曲線が平ら")  # fmt: skip


# -- Activation functions (活性化関数) --------------------------------------------------------


def sigmoid_value(x: float) -> float:
    """Return σ(x) = 1/(1 + e⁻ˣ), by whichever of its two forms cannot overflow."""
    e = math.exp(-math.fabs(x))  # at most 1
    return 1.0 / (1.0 + e) if x >= 0.0 else e / (1.0 + e)


def sigmoid_partials(x: Number, out: Number) -> Partials:
    return (out * (1.0 - out),)  # the slides: σ'(z) = σ(z)(1 − σ(z)), no second exponential


def softplus_value(x: float) -> float:
    """Return ln(1 + eˣ) without overflow: x, plus what is left for large x."""
    if x != x:
        return x
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x)))


def softplus_partials(x: Number, out: Number) -> Partials:
    return (sigmoid(x),)


def relu_value(x: float) -> float:
    return 0.0 if x < 0.0 else x  # so NaN stays NaN


def relu_partials(x: Number, out: Number) -> Partials:
    return (1.0 - step(-x),)  # 1 above 0; at 0 itself 0


def step_value(x: float) -> float:
    """Return u(x): 0 below 0, 1 from 0 on (the slides: a neuron fires when z reaches 0)."""
    if x != x:
        return x
    return 1.0 if x >= 0.0 else 0.0


def step_partials(x: Number, out: Number) -> Partials:
    return (0.0,)  # flat on both sides of the jump: nothing can be learned through u


def sign_value(x: float) -> float:
    if x > 0.0:
        return 1.0
    return -1.0 if x < 0.0 else x  # 0, −0 and NaN stay what they are


def sign_partials(x: Number, out: Number) -> Partials:
    return (0.0,)


def abs_partials(x: Number, out: Number) -> Partials:
    return (sign(x),)  # at 0 itself 0


def sigmoid_machine(m: Any, x: Number) -> Number:
    e = m.exp(-m.absolute(x))
    return m.choose(m.at_least(x, 0.0), 1.0, e) / (1.0 + e)


def softplus_machine(m: Any, x: Number) -> Number:
    return m.choose(m.less(x, 0.0), 0.0, x) + m.log1p(m.exp(-m.absolute(x)))


def relu_machine(m: Any, x: Number) -> Number:
    return m.choose(m.less(x, 0.0), 0.0, x)


def step_machine(m: Any, x: Number) -> Number:
    return m.choose(m.at_least(x, 0.0), 1.0, m.choose(m.less(x, 0.0), 0.0, x))


def sign_machine(m: Any, x: Number) -> Number:
    return m.choose(m.less(0.0, x), 1.0, m.choose(m.less(x, 0.0), -1.0, x))


sigmoid = Op("sigmoid", "σ", "sigmoid({x})", sigmoid_value, sigmoid_partials,
             meaning="sigmoid function", meaning_ja="シグモイド関数",
             flat="saturated: x is far from 0, where the curve is level",
             flat_ja="飽和: x が 0 から遠く、曲線が平ら",
             machine=sigmoid_machine)  # fmt: skip
softplus = Op("softplus", "softplus", "softplus({x})", softplus_value, softplus_partials,
              meaning="softplus", meaning_ja="ソフトプラス関数",
              flat="x is far below 0, where the curve is level",
              flat_ja="x が 0 よりずっと小さく、曲線が平ら",
              machine=softplus_machine)  # fmt: skip
relu = Op("relu", "relu", "relu({x})", relu_value, relu_partials,
          meaning="rectified linear unit", meaning_ja="正規化線形関数",
          flat="a dead unit: x is not above 0, and there relu is level",
          flat_ja="死んだユニット: x が 0 以下で、relu は平ら",
          machine=relu_machine)  # fmt: skip
step = Op("step", "u", "step({x})", step_value, step_partials,
          meaning="unit step function", meaning_ja="単位ステップ関数",
          flat="level on both sides of the jump: nothing is learned through it",
          flat_ja="段の両側で平ら: ここを通しては学習できない",
          machine=step_machine)  # fmt: skip
sign = Op("sign", "sgn", "sign({x})", sign_value, sign_partials,
          meaning="sign", meaning_ja="符号",
          flat="level on both sides of the jump: nothing is learned through it",
          flat_ja="段の両側で平ら: ここを通しては学習できない",
          machine=sign_machine)  # fmt: skip
abs = Op("abs", "|x|", "abs({x})", math.fabs, abs_partials,
         meaning="absolute value", meaning_ja="絶対値",
         flat="at the kink, where 0 is taken between the slopes -1 and 1",
         flat_ja="折れ目では、傾き -1 と 1 の間の 0 をとる")  # fmt: skip


# -- Choosing --------------------------------------------------------------------------------


def maximum_value(x: float, y: float) -> float:
    if x != x:
        return x
    return x if x >= y else y  # y also when y is NaN


def maximum_partials(x: Number, y: Number, out: Number) -> Partials:
    left, right = at_least(x, y), at_least(y, x)
    return 0.5 * (1.0 + left - right), 0.5 * (1.0 + right - left)  # of equals, half to each


def minimum_value(x: float, y: float) -> float:
    if x != x:
        return x
    return x if x <= y else y


def minimum_partials(x: Number, y: Number, out: Number) -> Partials:
    left, right = at_least(y, x), at_least(x, y)
    return 0.5 * (1.0 + left - right), 0.5 * (1.0 + right - left)


def at_least_value(x: float, y: float) -> float:
    if x != x or y != y:
        return math.nan
    return 1.0 if x >= y else 0.0


def at_least_partials(x: Number, y: Number, out: Number) -> Partials:
    return 0.0, 0.0


def where_value(c: float, x: float, y: float) -> float:
    if c != c:
        return c
    return x if c != 0.0 else y


def where_partials(c: Number, x: Number, y: Number, out: Number) -> Partials:
    return 0.0, where(c, 1.0, 0.0), where(c, 0.0, 1.0)


def where_simplified(c: Number, x: Number, y: Number) -> Number:
    if type(c) is not float or c != c:
        return None
    return x if c != 0.0 else y


def maximum_machine(m: Any, x: Number, y: Number) -> Number:
    return m.choose(m.at_least(x, y), x, m.choose(m.equal(x, x), y, x))


def minimum_machine(m: Any, x: Number, y: Number) -> Number:
    return m.choose(m.at_least(y, x), x, m.choose(m.equal(x, x), y, x))


def at_least_machine(m: Any, x: Number, y: Number) -> Number:
    return m.choose(m.at_least(x, y), 1.0, m.choose(m.less(x, y), 0.0, math.nan))


def where_machine(m: Any, c: Number, x: Number, y: Number) -> Number:
    return m.choose(m.equal(c, 0.0), y, m.choose(m.equal(c, c), x, c))


maximum = Op("maximum", "max", "maximum({x}, {y})", maximum_value, maximum_partials,
             meaning="larger of two", meaning_ja="大きい方",
             flat="the other operand is larger",
             flat_ja="もう一方のほうが大きい",
             machine=maximum_machine)  # fmt: skip
minimum = Op("minimum", "min", "minimum({x}, {y})", minimum_value, minimum_partials,
             meaning="smaller of two", meaning_ja="小さい方",
             flat="the other operand is smaller",
             flat_ja="もう一方のほうが小さい",
             machine=minimum_machine)  # fmt: skip
at_least = Op("at_least", "≥", "at_least({x}, {y})", at_least_value, at_least_partials,
              written="[{x} >= {y}]",
              meaning="1 if x >= y, else 0", meaning_ja="以上なら1",
              flat="a comparison is level on both sides of its jump",
              flat_ja="比較は段の両側で平ら",
              machine=at_least_machine)  # fmt: skip
where = Op("where", "where", "where({c}, {x}, {y})", where_value, where_partials,
           meaning="x if c is not 0, else y", meaning_ja="条件による選択",
           flat="the branch that was not chosen, or the condition",
           flat_ja="選ばれなかった枝、または条件",
           simplified=where_simplified, machine=where_machine)  # fmt: skip


# -- One and many operands -------------------------------------------------------------------


def identity_partials(x: Number, out: Number) -> Partials:
    return (1.0,)


def total_value(values: Sequence[float]) -> float:
    """Return a₁ + a₂ + … + aₙ, added from left to right (`sum` of floats does not, since 3.12)."""
    out = 0.0
    for value in values:
        out += value
    return out


def total_partials(values: Sequence[Number], out: Number) -> Partials:
    return ((1.0,) * len(values),)


def dot_value(w: Sequence[float], x: Sequence[float]) -> float:
    """Return w₁x₁ + w₂x₂ + … + wₙxₙ, added from left to right."""
    out = 0.0
    for product in map(operator.mul, w, x):  # a third less time than a loop over zip(w, x)
        out += product
    return out


def dot_partials(w: Sequence[Number], x: Sequence[Number], out: Number) -> Partials:
    return x, w


def identity_simplified(x: Number) -> Number:
    return x


def total_simplified(values: Sequence[Number]) -> Number:
    if len(values) == 1:
        return values[0]
    rest = [value for value in values if not known(value, 0.0)]
    return total(rest) if len(rest) < len(values) else None


def total_machine(m: Any, values: Sequence[Number]) -> Number:
    return m.total(values)


def dot_simplified(w: Sequence[Number], x: Sequence[Number]) -> Number:
    return mul(w[0], x[0]) if len(w) == 1 else None


def dot_machine(m: Any, w: Sequence[Number], x: Sequence[Number]) -> Number:
    return m.dot(w, x)


identity = Op("identity", "=", "{x}", operator.pos, identity_partials,
              meaning="the same number", meaning_ja="恒等関数",
              simplified=identity_simplified)  # fmt: skip
total = Op("total", "Σ", "total([{values}])", total_value, total_partials, sequences=1,
           written="sum({values})", meaning="sum of many", meaning_ja="総和",
           term="{values}", simplified=total_simplified, machine=total_machine)  # fmt: skip
dot = Op("dot", "⟨w,x⟩", "dot([{w}], [{x}])", dot_value, dot_partials, sequences=2,
         written="<({w}), ({x})>", meaning="inner product", meaning_ja="内積",
         flat="the number that it is multiplied by is 0",
         flat_ja="掛ける相手の数が 0",
         term="{w} * {x}", simplified=dot_simplified, machine=dot_machine)  # fmt: skip

TABLE: dict[str, Op] = {row.name: row for row in list(globals().values()) if isinstance(row, Op)}
for row in TABLE.values():
    row.trusted = True
