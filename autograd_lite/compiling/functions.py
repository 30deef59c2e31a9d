"""Functions of Python's `math` that machines have as well: each by one name."""

import math
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["FUNCTIONS", "LIBRARY", "applied"]

# Taken from the C library, lane by lane: their names there, and how many operands they take.
LIBRARY = {
    "log": 1, "log1p": 1, "expm1": 1, "sin": 1, "cos": 1, "tan": 1, "asin": 1, "acos": 1, "atan": 1,
    "sinh": 1, "cosh": 1, "asinh": 1, "acosh": 1, "atanh": 1, "erf": 1, "erfc": 1, "pow": 2,
    "atan2": 2, "hypot": 2,
}  # fmt: skip

# Those that are an op's whole value, and the instruction for each.
FUNCTIONS: dict[Callable[..., float], str] = {
    math.exp: "exp", math.sqrt: "sqrt", math.tanh: "tanh", math.fabs: "absolute",
    **{getattr(math, name): name for name in LIBRARY},
}  # fmt: skip


def applied(machine: Any, name: str, operands: Sequence[Any]) -> Any:
    """Return one of these functions in instructions of a machine."""
    if name in LIBRARY:
        return machine.library(name, *operands)
    return getattr(machine, name)(*operands)
