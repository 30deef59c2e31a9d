"""How near native code is to eager code, and how near it has to be: a bound that is derived."""

import math
import random

from random_graphs import check_refusal, random_graph

from autograd_lite import compile, gradients, recompute, topological_order, total
from autograd_lite.words.op_words import level_reason

__all__ = ["check_near", "error_bounds", "near_a_jump"]

EPSILON = 2.0**-52


def error_bounds(outputs, ulps=4.0):
    """Return a bound for each output on what native code may be off by.

    Each op may be off by so many ulp of its result (a sum: of the sum of its terms' sizes),
    and hands on the errors of its operands times its partials, with which eager code was
    computed as well. First order only, so the bound is doubled.
    """
    bound = {}
    for node in topological_order(total(outputs)):
        if node.op is None:
            bound[node] = 0.0
            continue
        size = abs(node.data)
        if node.op.sequences:
            rows = node.op.split([abs(parent.data) for parent in node.parents])
            size = len(rows[0]) * sum(math.prod(column) for column in zip(*rows))
        own = ulps * EPSILON * size + 5e-324
        handed = sum(abs(d) * bound[p] for p, d in zip(node.parents, node.partials))
        bound[node] = own + handed
    return [2.0 * bound[node] for node in outputs]


def near_a_jump(outputs) -> bool:
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


def check_near(seed: int) -> bool:
    """Compare native code with eager code; return whether there was anything to compare."""
    source = random.Random(seed)
    output, inputs = random_graph(source)
    outputs = [output]
    try:
        outputs += gradients(output, inputs)
        outputs += gradients(outputs[1], inputs)
    except (ArithmeticError, ValueError):
        pass
    for x in inputs:
        x.data += source.uniform(-0.1, 0.1)
    point = [x.data for x in inputs]
    f = compile(outputs, inputs, target="native")
    try:
        recompute(total(outputs))
    except (ArithmeticError, ValueError) as error:
        check_refusal(f, point, error, compile(outputs, inputs).source)
        return False
    if near_a_jump(outputs):
        return False
    bounds = error_bounds(outputs)
    for found, node, bound in zip(f(*point), outputs, bounds):
        if math.isfinite(node.data) and math.isfinite(bound):
            assert abs(found - node.data) <= bound, (seed, found, node, bound)
        elif not math.isfinite(node.data):
            assert str(found) == str(node.data), (seed, found, node)
    return True
