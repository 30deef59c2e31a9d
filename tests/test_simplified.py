"""What a program may put in the place of an op gives the same bits, whatever the operands."""

import itertools
import math
import struct

import pytest

from autograd_lite import Value, compile, gradients, total
from autograd_lite.operators import Operators
from autograd_lite.ops import Op
from autograd_lite.simplified import IDENTICAL, identical

AWKWARD = [-math.inf, -2.0, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, 2.5, math.inf, math.nan]


def bits(number):
    return "nan" if math.isnan(number) else struct.pack("<d", number)


def result(function, *operands):
    """Return the bits of a result, or the error's name."""
    try:
        return bits(function(*operands))
    except (ArithmeticError, ValueError) as error:
        return type(error).__name__


class Tree(Operators):
    """An operand that is not known, or an op on such: nothing is rewritten."""

    def __init__(self, place=None, op=None, operands=()):
        self.place, self.op, self.operands = place, op, operands

    def record(self, op, operands):
        flat = [x for row in operands for x in row] if op.sequences else operands
        return Tree(None, op, flat)


def value_of(formula, numbers):
    """Return the value of a tree at these numbers."""
    if not isinstance(formula, Tree):
        return formula
    if formula.op is None:
        return numbers[formula.place]
    return formula.op.value([value_of(operand, numbers) for operand in formula.operands])


@pytest.mark.parametrize("op", IDENTICAL, ids=repr)
def test_what_stands_in_the_place_of_an_op_has_its_bits(op: Op):
    count = op.arity or 2
    met = 0
    for numbers in itertools.product(AWKWARD, repeat=count):
        for known in itertools.product([True, False], repeat=count):
            operands = [x if k else Tree(p) for p, (x, k) in enumerate(zip(numbers, known))]
            shorter = identical(op, op.split(operands))
            if shorter is None or not any(not k for k in known):
                continue
            met += 1
            expected = result(lambda n=numbers: op.value(n))
            assert result(lambda f=shorter, n=numbers: value_of(f, n)) == expected, (op, operands)
    assert met


def test_compiled_python_keeps_the_sign_of_every_zero():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    outputs = [x + 0.0, 0.0 + x, x - 0.0, x * 1.0, x / 1.0, total([x]), total([x, y]), x / -1.0]
    outputs += gradients(x * y + x, [x, y])
    f = compile(outputs, [x, y])
    for a, b in itertools.product([-0.0, 0.0, 1.0], repeat=2):
        u, v = Value(a), Value(b)
        eager = [u + 0.0, 0.0 + u, u - 0.0, u * 1.0, u / 1.0, total([u]), total([u, v]), u / -1.0]
        eager += gradients(u * v + u, [u, v])
        assert list(map(bits, f(a, b))) == [bits(node.data) for node in eager], (a, b)
