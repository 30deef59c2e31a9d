"""From Values to a program: one to read, and one that runs at machine speed.

    >>> from autograd_lite import Value, compile
    >>> x = Value(3.0, "x")
    >>> y = x * x + 1.0
    >>> y.label = "y"
    >>> f = compile(y, [x])
    >>> f(2.0)
    5.0
    >>> print(f.source.rstrip())
    def compute_y(x):
        \"\"\"Compute the outputs of a recorded graph from its inputs.
    <BLANKLINE>
        The Python branches taken while the graph was recorded are frozen in it.
        \"\"\"
        v1 = x * x  # mul
        y = v1 + 1.0  # add 'y'
        return (y,)

Read the source in this order: instructions, names, python, compiled; then, for native code,
functions, spelling, machine, schedule, kernel, machine_code; for programs too large and too
irregular for it, runs, handlers, tape, handler_file, on_tape; waiting, native, descent; then
fdlibm and javascript; for JAX, arrays, array_text, jax_text, jax_rows and jax_compiled; and
targets, which has `compile` itself.
"""

from autograd_lite.compiling.compiled import Compiled
from autograd_lite.compiling.spelling import spell
from autograd_lite.compiling.targets import compile

__all__ = ["compile", "Compiled", "spell"]
