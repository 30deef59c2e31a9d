"""Random graphs over all rows of the table, for tests that compare one route with another."""

import math
import random
import re
from collections.abc import Sequence

import pytest

from autograd_lite import TABLE, Constant, Op, Value

__all__ = ["check_refusal", "random_graph"]

NUMBERS = (0.5, 1.0, 2.0, 3.0, -1.0, -0.25, 1.5, 0.75, -2.5)


def random_graph(source: random.Random, size: int = 12) -> tuple[Value, list[Value]]:
    """Return an output and its inputs: `size` ops of any kind that exist at this point."""
    inputs = [Value(source.uniform(-2.0, 2.0), f"x_{k}") for k in range(source.randint(1, 4))]
    nodes: list[Value] = list(inputs)
    rows = list(TABLE.values())
    while len(nodes) < len(inputs) + size:
        op = source.choice(rows)
        try:
            node = op(*operands(source, op, nodes))
        except (ArithmeticError, ValueError):
            continue  # no value here: another op
        if isinstance(node, Value) and math.isfinite(node.data) and abs(node.data) < 1e6:
            nodes.append(node)
    return nodes[-1], inputs


def operands(source: random.Random, op: Op, nodes: Sequence[Value]) -> list[object]:
    if op.sequences:
        length = source.randint(1, 5)
        rows: list[object] = [
            [pick(source, nodes) for _ in range(length)] for _ in range(op.sequences)
        ]
        return rows
    chosen: list[object] = [pick(source, nodes) for _ in op.operands]
    if "n" in op.operands:  # a constant exponent
        chosen[op.operands.index("n")] = source.choice((-1.0, 0.0, 0.5, 1.0, 2.0, 3.0))
    return chosen


def pick(source: random.Random, nodes: Sequence[Value]) -> Value:
    if source.random() < 0.15:
        return Constant(source.choice(NUMBERS))
    return source.choice(nodes[-8:])


def check_refusal(function, point: Sequence[float], error: Exception, source: str) -> None:
    """Check that compiled code refuses a point as eager code did.

    An op that no output depends on (a constant choice left it out) is not in the program.
    """
    op = re.search(r": (\w+) of ", str(error))
    assert op is not None, error
    if re.search(rf"  # .*\b{op[1]}\b", source):
        with pytest.raises(type(error)):
            function(*point)
