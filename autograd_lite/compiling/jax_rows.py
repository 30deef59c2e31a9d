"""The rows of the table as functions of JAX: values as spelled for machines, rules as they stand.

The value is the row's spelling, on arrays; the derivative that JAX takes of it is the row's own
rule, on arrays too. So JAX's `grad` has at a kink what backprop has there, and a rule that uses
an op differentiates again.

Legend
    array       JAX's: known numbers, or a tracer of them
    terms       the numbers of a sequence: the last axis of an array
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from autograd_lite import ops
from autograd_lite.compiling.functions import FUNCTIONS, applied
from autograd_lite.compiling.spelling import SPELLED
from autograd_lite.operators import Operators
from autograd_lite.ops import Op, Power

__all__ = ["JaxMachine", "Lanes", "row_of"]

Operand: TypeAlias = "Lanes | float"

ARITHMETIC: dict[Op, Callable[..., Any]] = {
    ops.add: jnp.add, ops.sub: jnp.subtract, ops.mul: jnp.multiply, ops.div: jnp.divide,
    ops.neg: jnp.negative,
}  # fmt: skip

OTHER_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
               "acosh": "arccosh", "atanh": "arctanh", "atan2": "arctan2",
               "pow": "power"}  # fmt: skip


class Lanes(Operators):
    """Numbers side by side: an array. What is done to it is done to each of its numbers."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def record(self, op: Op, operands: Sequence[Any]) -> "Lanes":
        """Return op(operands); those of an op on sequences come as these."""
        if op in ARITHMETIC:
            return Lanes(ARITHMETIC[op](*map(bare, operands)))
        if op.sequences:
            return Lanes(row_of(op)(*[stacked(row) for row in operands]))
        return Lanes(row_of(op)(*map(bare, operands)))

    def __bool__(self) -> bool:
        raise TypeError("an `if` on a number that JAX traces")


class JaxMachine:
    """The machine that rows are spelled for: its instructions on arrays."""

    def __repr__(self) -> str:
        return "JaxMachine()"

    def exp(self, x: Operand) -> Lanes:
        """Return e to the x."""
        return Lanes(jnp.exp(bare(x)))

    def tanh(self, x: Operand) -> Lanes:
        """Return tanh x."""
        return Lanes(jnp.tanh(bare(x)))

    def log(self, x: Operand) -> Lanes:
        """Return ln x."""
        return Lanes(jnp.log(bare(x)))

    def log1p(self, x: Operand) -> Lanes:
        """Return ln(1 + x)."""
        return Lanes(jnp.log1p(bare(x)))

    def sqrt(self, x: Operand) -> Lanes:
        """Return the square root."""
        return Lanes(jnp.sqrt(bare(x)))

    def absolute(self, x: Operand) -> Lanes:
        """Return |x|."""
        return Lanes(jnp.abs(bare(x)))

    def library(self, name: str, *operands: Operand) -> Lanes:
        """Return a function that the C library has too, by its name there."""
        room = jax.scipy.special if name in ("erf", "erfc") else jnp
        function = getattr(room, OTHER_NAMES.get(name, name))
        return Lanes(function(*map(bare, operands)))

    def power(self, x: Operand, n: Operand) -> Operand:
        """Return xⁿ: a product for small whole n."""
        if isinstance(x, Lanes) and isinstance(n, float) and n in (0.0, 1.0, 2.0, 3.0, -1.0):
            return Lanes(jax.lax.integer_pow(x.array, int(n)))
        return Lanes(jnp.power(bare(x), bare(n)))

    def total(self, values: Sequence[Operand]) -> Lanes:
        """Return the sum."""
        return Lanes(jnp.sum(stacked(values), axis=-1))

    def dot(self, w: Sequence[Operand], x: Sequence[Operand]) -> Lanes:
        """Return the inner product."""
        return Lanes(jnp.sum(stacked(w) * stacked(x), axis=-1))

    def less(self, x: Operand, y: Operand) -> Any:
        """Return where x < y."""
        return jnp.less(bare(x), bare(y))

    def at_least(self, x: Operand, y: Operand) -> Any:
        """Return where x >= y."""
        return jnp.greater_equal(bare(x), bare(y))

    def equal(self, x: Operand, y: Operand) -> Any:
        """Return where x == y."""
        return jnp.equal(bare(x), bare(y))

    def choose(self, condition: Any, x: Operand, y: Operand) -> Lanes:
        """Return x where the condition holds, y elsewhere."""
        return Lanes(jnp.where(condition, bare(x), bare(y)))


MACHINE = JaxMachine()


def bare(x: Operand) -> Any:
    """Return the array of numbers, a constant as it is."""
    return x.array if isinstance(x, Lanes) else x


def stacked(values: Sequence[Operand]) -> Any:
    """Return numbers as the terms of one array."""
    arrays = jnp.broadcast_arrays(*map(bare, values))
    return jnp.stack(arrays, axis=-1)


def terms_of(op: Op, arrays: Sequence[Any]) -> list[Any]:
    """Return what an op on sequences takes: for each of them its terms."""
    return [[Lanes(row[..., k]) for k in range(row.shape[-1])] for row in arrays]


class Row:
    """A row of the table as a function of arrays, with the row's rule as its derivative."""

    def __init__(self, op: Op) -> None:
        self.op = op
        self.function = jax.custom_jvp(self.value)
        self.function.defjvp(self.tangent, symbolic_zeros=True)

    def __repr__(self) -> str:
        return f"<{self.op.name} for JAX>"

    def __call__(self, *arrays: Any) -> Any:
        """Return the value, of the arrays' common shape; of sequences, without their terms."""
        return self.function(*self.alike(arrays))

    def alike(self, arrays: Sequence[Any]) -> list[Any]:
        """Return arrays of one shape and one kind of number."""
        kind = jnp.result_type(*arrays)
        return list(jnp.broadcast_arrays(*[jnp.asarray(x, kind) for x in arrays]))

    def operands(self, arrays: Sequence[Any]) -> list[Any]:
        """Return arrays as the op takes them."""
        return terms_of(self.op, arrays) if self.op.sequences else [Lanes(x) for x in arrays]

    def value(self, *arrays: Any) -> Any:
        """Return the value as the row is spelled for machines.

        Raises TypeError, which says what the row must have, for an op that asks an `if`.
        """
        op = self.op
        operands = self.operands(arrays)
        try:
            result = spelled(op, operands)
        except (TypeError, AttributeError) as error:
            raise TypeError(
                f"JAX cannot trace the op {op.name}: its value function needs more than "
                f"arithmetic ({error}); spell it out: def {op.name}_machine"
                f"(m, {', '.join(op.operands)}) with m.choose, m.less, m.exp, ... as in "
                f"autograd_lite/compiling/spelling.py, and spell({op.name}, {op.name}_machine)"
            ) from None
        shape = arrays[0].shape[:-1] if op.sequences else arrays[0].shape
        return jnp.broadcast_to(jnp.asarray(bare(result), arrays[0].dtype), shape)

    def tangent(self, arrays: Any, tangents: Any) -> tuple[Any, Any]:
        """Return the value, and by the row's rule how it changes with the operands.

        Along an operand that a choosing op did not pick nothing is passed on: 0 · ∞ is not met.
        """
        op = self.op
        out = self.function(*arrays)
        try:
            rules = op.partials(*self.operands(arrays), Lanes(out))
        except (TypeError, AttributeError) as error:
            raise TypeError(
                f"JAX cannot trace the rule of the op {op.name} ({error}); write it in "
                f"arithmetic and the functions of autograd_lite, the choice with step, maximum "
                f"or where"
            ) from None
        change = jnp.zeros_like(out)
        for partial, moved in zip(rules, tangents):
            if isinstance(moved, SymbolicZero):
                continue
            slope = stacked(partial) if op.sequences else bare(partial)
            part = slope * moved
            if op.chooses:
                part = jnp.where(slope == 0.0, 0.0, part)
            change = change + (jnp.sum(part, axis=-1) if op.sequences else part)
        return out, change.astype(out.dtype)


def spelled(op: Op, operands: Sequence[Any]) -> Operand:
    """Return the value of an op in the instructions of the machine."""
    result: Operand
    if isinstance(op, Power):
        result = MACHINE.power(operands[0], op.exponent)
    elif op in SPELLED:
        result = SPELLED[op](MACHINE, *operands)
    elif op.forward in FUNCTIONS:
        result = applied(MACHINE, FUNCTIONS[op.forward], operands)
    else:
        result = op.forward(*operands)
    return result


ROWS: dict[Op, Row] = {}


def row_of(op: Op) -> Row:
    """Return the function of a row, made when first asked for.

    >>> relu = row_of(ops.relu)
    >>> print(relu(jnp.array([-1.0, 2.0])), jax.grad(relu)(2.0))
    [0. 2.] 1.0
    """
    if op not in ROWS:
        ROWS[op] = Row(op)
    return ROWS[op]
