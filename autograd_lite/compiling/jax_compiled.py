"""JAX: a recorded graph as a function that JAX traces, and so batches, differentiates, shards.

What Python raises where a value does not exist, JAX does not: log(-1.0) is nan there, 1/0 an
infinity, as in all that JAX computes.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd_lite.compiling.compiled import Compiled, Group, Numbers, is_sequence, row_count
from autograd_lite.compiling.jax_text import JaxText
from autograd_lite.compiling.python import function_of
from autograd_lite.plain_numbers import described
from autograd_lite.simplified import simplified

try:
    import jax
    import jax.numpy as jnp

    from autograd_lite.compiling.jax_rows import row_of
except ImportError as error:
    raise ImportError(
        'for target="jax" and engine="jax", JAX is needed: pip install "autograd-lite[jax]" '
        "(for a GPU or TPU, install JAX as its own site says)"
    ) from error

__all__ = ["DTYPES", "JaxCompiled", "checked_dtype", "jax", "jnp"]

DTYPES = ("float64", "float32", "bfloat16")


class JaxCompiled(Compiled):
    """A function of JAX's arrays, made of a graph; see `compile`.

    A call takes and returns arrays of JAX, and may stand in whatever JAX traces: `jax.jit`,
    `jax.vmap`, `jax.grad`, a sharded computation. Derivatives that JAX takes of it are those of
    the rows' rules, at kinks too.

    >>> from autograd_lite import Value, compile
    >>> jax.config.update("jax_enable_x64", True)
    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> f = compile((w * x) ** 2, [w, x], target="jax")
    >>> print(f(2.0, 3.0), jax.grad(f)(2.0, 3.0), jax.vmap(f, (None, 0))(2.0, jnp.arange(3.0)))
    36.0 36.0 [ 0.  4. 16.]
    """

    target = "jax"
    shorter = staticmethod(simplified)

    def __init__(
        self,
        outputs: "Group | Sequence[Group]",
        inputs: "Group | Sequence[Group]",
        dtype: str = "float64",
    ) -> None:
        self.dtype = checked_dtype(dtype)
        super().__init__(outputs, inputs)
        self.text = JaxText(self.program, self.input_sizes, self.output_sizes, self.name)
        self.jitted: dict[tuple[str, tuple[bool, ...]], Callable[..., Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles are made of: not the functions, which are made again."""
        return {**super().__getstate__(), "jitted": {}}

    @property
    def source(self) -> str:
        """The program as text: the function of one row."""
        return self.text.single()

    def __call__(self, *arguments: Numbers) -> Any:
        """Return the outputs as arrays of JAX, in the shape of the outputs given to `compile`.

        Raises TypeError or ValueError for arguments of another type, count or length; ValueError
        if JAX has float64 switched off. A value that does not exist is nan or infinite.
        """
        arrays = self.checked(arguments)
        return self.shaped_arrays(self.compiled("single", (False,) * len(arrays))(*arrays))

    def each(self, *arguments: Numbers) -> Any:
        """Return the outputs for each row of a batch: arrays with one row per row.

        An argument that has one dimension more than its input is a batch; the others hold for
        all rows. Raises what a call raises; ValueError if the batches differ in length.
        """
        arrays = self.checked(arguments, batch=True)
        return self.shaped_arrays(self.compiled("each", self.varying(arrays))(*arrays))

    def summed(self, *arguments: Numbers) -> Any:
        """Return the outputs summed over the rows of a batch: the cost of all images, and its
        gradients. Arguments as those of `each`; raises what `each` raises.
        """
        arrays = self.checked(arguments, batch=True)
        return self.shaped_arrays(self.compiled("summed", self.varying(arrays))(*arrays))

    # -- Functions --

    def function_for(self, varying: tuple[bool, ...]) -> Callable[..., tuple[Any, ...]]:
        """Return the function of arrays, for batches in these arguments that of their sums."""
        found = self.functions.get(varying)
        if found is None:
            source = self.text.summed(varying) if any(varying) else self.text.single()
            known: dict[str, Any] = {"jax": jax, "jnp": jnp}
            for name, op in self.text.called.items():
                known[name] = row_of(op)
            with jax.ensure_compile_time_eval():  # numbers, also while JAX traces a caller
                numbers = partial(jnp.asarray, dtype=self.dtype)
                known.update(self.text.constants(numbers, jnp.asarray))
            found = self.functions[varying] = function_of(source, known)
        return found

    def compiled(self, kind: str, varying: tuple[bool, ...]) -> Callable[..., tuple[Any, ...]]:
        """Return a function as JAX has compiled it: "single", "each" row, or "summed"."""
        found = self.jitted.get((kind, varying))
        if found is None:
            if kind == "each":
                over = [0 if varies else None for varies in varying]
                function = jax.vmap(self.function, over)
            else:
                function = self.function_for(varying)
            # Else a TPU would round the factors of products to bfloat16.
            exact = jax.default_matmul_precision("float32")  # the most that there is
            found = self.jitted[kind, varying] = jax.jit(exact(function))
        return found

    # -- Arguments and results --

    def checked(self, arguments: Sequence[Numbers], batch: bool = False) -> list[Any]:
        """Return the arguments of a call as arrays, those of a batch with an axis for the rows."""
        checked_dtype(self.dtype)
        self.check_count(arguments)
        arrays = [
            self.array(k, argument, size, batch)
            for k, (argument, size) in enumerate(zip(arguments, self.input_sizes), start=1)
        ]
        if batch:
            rows = {
                k: array.shape[0]
                for k, (array, varies) in enumerate(zip(arrays, self.varying(arrays)), start=1)
                if varies
            }
            row_count(rows)
        return arrays

    def array(self, k: int, argument: Numbers, size: int | None, batch: bool) -> Any:
        """Return an argument as an array of the right shape, or as a batch of them."""
        if isinstance(argument, (str, bytes)) or (size is not None and not is_sequence(argument)):
            wanted = "a number" if size is None else f"a sequence of {size} numbers"
            raise TypeError(f"argument {k} is {wanted}, not {described(argument)}")
        try:
            array = jnp.asarray(argument, self.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(f"argument {k} is not made of numbers alone: {error}") from None
        shape = () if size is None else (size,)
        if array.shape == shape or (batch and array.shape[1:] == shape and array.ndim > len(shape)):
            return array
        hint = "" if batch else "; for a batch there are .each and .summed, or jax.vmap"
        raise ValueError(f"argument {k} needs the shape {shape}, not {array.shape}{hint}")

    def varying(self, arrays: Sequence[Any]) -> tuple[bool, ...]:
        """Return, for each argument, whether it is a batch."""
        return tuple(
            [array.ndim > (size is not None) for array, size in zip(arrays, self.input_sizes)]
        )

    def shaped_arrays(self, values: Sequence[Any]) -> Any:
        """Return the outputs in the shape of the outputs given to `compile`."""
        return values[0] if self.single_output else list(values)


def checked_dtype(dtype: str) -> str:
    """Return the name of a kind of number; raise ValueError if JAX cannot compute with it now."""
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {', '.join(map(repr, DTYPES[:-1]))} or {DTYPES[-1]!r}, "
                         f"not {dtype!r}")  # fmt: skip
    if dtype == "float64" and not jax.config.jax_enable_x64:
        raise ValueError(
            "JAX has float64 switched off, and would round to float32 without a word; write "
            'jax.config.update("jax_enable_x64", True) before the first array is made, '
            'or ask for dtype="float32"'
        )
    return dtype
