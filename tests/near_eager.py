"""Native code beside eager code, on random graphs."""

import math
import random

from random_graphs import check_refusal, error_bounds, near_a_jump, random_graph

from autograd_lite import compile, gradients, recompute, total

__all__ = ["check_near"]


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
