"""Four ways to train the same GPT: they take the same steps, to rounding, at other speeds.

    ops         a graph for each name, op by op: every product and every sum a node
    dot         a graph for each name, with ⟨w, x⟩ and Σ as single nodes
    lengths     a program for each length of names, made once
    padded      one program, for names of all lengths

A step reads one name and updates every parameter by Adam, whose rate falls evenly to 0.
"""

from array import array
from collections.abc import Sequence
from typing import Protocol

from autograd_lite import Value, zero_grad
from autograd_lite.compiling.compiled import Compiled
from autograd_lite.compiling.descent import RUNNING, Descent
from autograd_lite.compiling.native import NativeCompiled
from demos.gpt.model import GPT, OP_BY_OP, WHOLE, Letters, Shape, Sums, loss, tokens_of
from demos.gpt.program import Form, program_of
from nn import Adam
from nn.compiled import rule_of
from nn.sessions import put, stepped

__all__ = ["ENGINES", "WAYS", "Cooling", "Training", "training_of"]

WAYS = ("ops", "dot", "lengths", "padded")
ENGINES = ("native", "python")  # of the programs


class Cooling(Adam):
    """Adam whose rate falls evenly, from the first step to 0 after the last.

    >>> update = Cooling(steps=2)
    >>> p = [1.0]
    >>> for _ in range(2):
    ...     p = update(p, [0.5])
    ...     print(f"{p[0]:.4f}, rate {update.rate}")
    0.9900, rate 0.01
    0.9850, rate 0.005
    """

    def __init__(self, steps: int, rate: float = 0.01) -> None:
        super().__init__(rate, beta1=0.85, beta2=0.99)
        self.first_rate = rate
        self.last_step = steps

    def __call__(self, p: Sequence[float], g: Sequence[float]) -> list[float]:
        """Return the new numbers of the parameters, one for each."""
        self.rate = self.first_rate * (1.0 - self.steps / self.last_step)
        return super().__call__(p, g)


class Training(Protocol):
    """A training under way."""

    def step(self, name: int) -> float:
        """Take a step on the name of a number, and return its loss from before the step."""

    def numbers(self) -> list[float]:
        """Return the parameters after the last step."""


def training_of(
    way: str,
    engine: str,
    shape: Shape,
    numbers: Sequence[float],
    names: Sequence[str],
    update: Cooling,
) -> Training:
    """Return a training at its start.

    way         one of WAYS
    engine      one of ENGINES, for "lengths" and "padded"
    numbers     of the parameters at the start

    Raises ImportError for machine code without llvmlite, ValueError for a name of other letters
    or too long.
    """
    tokens = [tokens_of(name) for name in names]
    longest = max(map(len, tokens)) - 1
    shape.check_places(longest)
    if way in ("ops", "dot"):
        return Eager(shape, numbers, tokens, update, OP_BY_OP if way == "ops" else WHOLE)
    places = [longest if way == "padded" else len(name) - 1 for name in tokens]
    return PROGRAMS[engine](shape, numbers, tokens, update, places)


class Eager:
    """A graph for each name."""

    def __init__(
        self,
        shape: Shape,
        numbers: Sequence[float],
        tokens: Sequence[list[int]],
        update: Cooling,
        sums: Sums,
    ) -> None:
        self.gpt = GPT(shape, [Value(number) for number in numbers], sums)
        self.tokens = tokens
        self.update = update

    def step(self, name: int) -> float:
        """Take a step on a name; return its loss."""
        parameters = self.gpt.parameters
        tokens = self.tokens[name]
        C = loss(self.gpt, Letters(tokens[:-1], tokens[1:]))
        zero_grad(parameters)
        C.backward()
        p = [parameter.data for parameter in parameters]
        g = [parameter.grad for parameter in parameters]
        put(parameters, stepped(self.update, p, g, parameters))
        return C.data

    def numbers(self) -> list[float]:
        """Return the parameters after the last step."""
        return [parameter.data for parameter in self.gpt.parameters]


class InPython:
    """Programs in Python, each made when a name first needs it.

    places      of the program for each name
    """

    target = "python"

    def __init__(
        self,
        shape: Shape,
        numbers: Sequence[float],
        tokens: Sequence[list[int]],
        update: Cooling,
        places: Sequence[int],
    ) -> None:
        self.shape = shape
        self.p = list(numbers)
        self.tokens = tokens
        self.update = update
        self.places = places
        self.forms = {n: Form(n) for n in sorted(set(places))}
        self.programs: dict[int, Compiled] = {}
        self.labels = [Value(0.0, name) for name in shape.parameter_names()]

    def program(self, places: int) -> Compiled:
        """Return the program for so many places."""
        if places not in self.programs:
            self.programs[places] = program_of(self.shape, self.forms[places], self.target)
        return self.programs[places]

    def step(self, name: int) -> float:
        """Take a step on a name; return its loss."""
        places = self.places[name]
        C, g = self.program(places)(self.p, self.forms[places].filled(self.tokens[name]))
        self.p = stepped(self.update, self.p, g, self.labels)
        found: float = C
        return found

    def numbers(self) -> list[float]:
        """Return the parameters after the last step."""
        return self.p


class Native(InPython):
    """The same programs in machine code, with the update in it: a step is one call.

    They work on the same numbers, which stay in memory between the steps.
    """

    target = "native"

    def __init__(
        self,
        shape: Shape,
        numbers: Sequence[float],
        tokens: Sequence[list[int]],
        update: Cooling,
        places: Sequence[int],
    ) -> None:
        super().__init__(shape, numbers, tokens, update, places)
        self.rule = rule_of(update)
        self.descents: dict[int, Descent] = {}
        self.names: dict[int, list[int]] = {n: [] for n in self.forms}  # those of each program
        self.rows: list[int] = []  # which one of them each name is
        for name, n in enumerate(places):
            self.rows.append(len(self.names[n]))
            self.names[n].append(name)

    def descent(self, places: int) -> Descent:
        """Return the training loop of the program for so many places."""
        if places not in self.descents:
            made = self.made(places)
            for other in self.descents.values():
                made.work_with(other)
            self.descents[places] = made
        return self.descents[places]

    def made(self, places: int) -> Descent:
        """Return a new loop, with the numbers of the start."""
        compiled = self.program(places)
        assert isinstance(compiled, NativeCompiled)
        form = self.forms[places]
        names = self.names[places]
        rows = array("d")
        for name in names:
            rows.extend(form.filled(self.tokens[name]))
        size = len(rows) // len(names)
        batch = memoryview(rows).cast("B").cast("d", (len(names), size))
        zeros = [0.0] * len(self.p)
        # More steps than rows: so each is on one row.
        steps = self.update.last_step + len(names)
        return Descent(compiled, self.rule, [self.p, batch], [zeros, zeros], [0.0],
                       epochs=1, steps_per_epoch=steps)  # fmt: skip

    def step(self, name: int) -> float:
        """Take a step on a name; return its loss.

        Raises ArithmeticError if a number is not finite: the training cannot go on.
        """
        descent = self.descent(self.places[name])
        if descent.run(1, [[self.rows[name]]]) != RUNNING:
            raise ArithmeticError(
                f"the loss, or a parameter after the step, is no finite number; a smaller rate may "
                f"help (now {self.update!r})"
            )
        return descent.cost

    def numbers(self) -> list[float]:
        """Return the parameters after the last step."""
        for descent in self.descents.values():
            return descent.P.get(descent.parameters)
        return self.p


PROGRAMS = {"native": Native, "python": InPython}
