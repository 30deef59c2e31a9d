"""`compile`: a recorded graph as a program, for whichever target is asked for.

A target is a class like `Compiled`, in a room of its own: what it needs (llvmlite, for machine
code) is imported when it is asked for.
"""

import importlib
from collections.abc import Sequence
from typing import Any

from autograd_lite.collector import collector_paused
from autograd_lite.compiling.compiled import Compiled, Group

__all__ = ["TARGETS", "compile"]

TARGETS = {
    "python": ("autograd_lite.compiling.compiled", "Compiled"),
    "native": ("autograd_lite.compiling.native", "NativeCompiled"),
    "javascript": ("autograd_lite.compiling.javascript", "JavaScriptCompiled"),
    "jax": ("autograd_lite.compiling.jax_compiled", "JaxCompiled"),
}


def compile(
    outputs: "Group | Sequence[Group]",
    inputs: "Group | Sequence[Group]",
    target: str = "python",
    dtype: str = "float64",
) -> "Compiled":
    """Return a function from floats to floats; the Python branches taken are frozen in it.

    `outputs` are any Values: a cost, its `gradients`, a Hessian. An `if` that Python took while
    they were computed is not in the graph and not in the function; where it must be, write the
    choice with `step`, `maximum` or `where`. A leaf that is not among the inputs stands in the
    function as the number that it holds now.

    outputs     a Value, or a list; an element may itself be a list of Values
    inputs      likewise. The function takes one argument for each: a number for a Value, a
                sequence of numbers (list, tuple, array.array, NumPy array) for a list of them
    target      "python": a program to read, in `.source`; bit for bit what the graph computes
                "native": machine code (pip install llvmlite), where each op is
                off by 4 ulp at most, and a sum may be added in another order
                "javascript": a program for a browser or Node, in `.source`, to take along
                "jax": a function of arrays that JAX traces (pip install "autograd-lite[jax]"):
                jit, vmap, grad, sharding; a layer's weights are one matrix product in it
    dtype       for JAX alone: "float64", "float32" or "bfloat16"

    Raises TypeError for something that is not a Value, ValueError for an input that stands
    there twice, an unknown target, or a dtype that the target does not have.

    >>> from autograd_lite import Value, gradients
    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> y = (w * x) ** 2
    >>> f = compile([y, gradients(y, [w, x])], [w, x])
    >>> f(2.0, 3.0)
    [36.0, [36.0, 24.0]]
    >>> f.summed(2.0, [1.0, 2.0, 3.0])
    [56.0, [56.0, 48.0]]
    """
    if target not in TARGETS:
        known = " or ".join(map(repr, TARGETS))
        raise ValueError(f"target is {known}, not {target!r}")
    room, name = TARGETS[target]
    if target != "jax" and dtype != "float64":
        raise ValueError(
            f'target {target!r} computes in float64 alone; for {dtype!r}, target="jax"'
        )
    with collector_paused():  # a large graph is there already, and nothing in it can be freed
        kind: Any = getattr(importlib.import_module(room), name)
        options = [dtype] if target == "jax" else []
        made: Compiled = kind(outputs, inputs, *options)
        return made
