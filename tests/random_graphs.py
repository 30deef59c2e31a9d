"""Random graphs over all rows of the table, for tests that compare one route with another."""

import math
import random
import re
from collections.abc import Mapping, Sequence

import pytest

from autograd_lite import TABLE, Constant, Op, Value, topological_order, total
from autograd_lite.words.op_words import level_reason

__all__ = ["check_refusal", "error_bounds", "near_a_jump", "random_graph"]

EPSILON = 2.0**-52

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


def error_bounds(
    outputs: Sequence[Value],
    ulps: float = 4.0,
    smallest: float = 5e-324,
    wider: Mapping[str, float] | None = None,
) -> list[float]:
    """Return a bound for each output on what compiled code may be off by.

    Each op may be off by so many ulp of its result (a sum: of the sum of its terms' sizes),
    and hands on the errors of its operands times its partials, with which eager code was
    computed as well. First order only, so the bound is doubled.

    smallest    what a result may be off by beside that: the smallest number there is
    wider       the names of ops that may be off by more, and by how many ulp
    """
    wider = wider or {}
    bound: dict[Value, float] = {}
    for node in topological_order(total(outputs)):
        if node.op is None:
            bound[node] = 0.0
            continue
        size = abs(node.data)
        if node.op.sequences:
            rows = node.op.split([abs(parent.data) for parent in node.parents])
            size = len(rows[0]) * sum(math.prod(column) for column in zip(*rows))
        own = wider.get(node.op.name, ulps) * EPSILON * size + smallest
        handed = sum(abs(d) * bound[p] for p, d in zip(node.parents, node.partials))
        bound[node] = own + handed
    return [2.0 * bound[node] for node in outputs]


def near_a_jump(outputs: Sequence[Value]) -> bool:
    """Return whether an op that jumps stands so close to its jump that rounding decides."""
    for node in topological_order(total(outputs)):
        if node.op is None or (not level_reason(node.op, "en") and node.op.name != "at_least"):
            continue
        if all(partial == 0.0 for partial in node.partials) or node.op.name in (
            "maximum", "minimum", "relu", "abs", "where",
        ):  # fmt: skip
            operands = [parent.data for parent in node.parents]
            pairs = [(x, 0.0) for x in operands] if len(operands) != 2 else [tuple(operands)]
            for x, y in pairs:
                if abs(x - y) < 1e-9 * max(1.0, abs(x)):
                    return True
    return False
