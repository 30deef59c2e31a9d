"""Engines of a training: what takes the steps, an epoch or many at a time.

A session is a training with one engine, under way: it takes steps, and says what they cost and
where they led. What a training does with that stands in `nn.training`, once for all engines.

    EagerSession    a graph of Values for each step
    PythonSession   the graph of one image, compiled once to a Python program
    NativeSession   the whole loop as machine code, the update included; Python looks in ten times
                    a second
    JaxSession      on the devices that JAX sees, in a room of its own: `nn.jax_session`

Legend
    C       the cost of a batch, or of an epoch: the sum over its images
    p, g    the numbers of the parameters, and their gradients
"""

import math
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from autograd_lite import Value, collector_paused, notation, total, zero_grad
from autograd_lite.plain_numbers import described, number
from nn.compiled import check_cost, compiled_network, rule_of, state_of
from nn.costs import Cost
from nn.descent import Update
from nn.units import Network

__all__ = [
    "LOOK_IN", "Rows", "Batches", "Best", "Limits", "Task", "Session", "EagerSession",
    "PythonSession", "NativeSession", "train_step", "stepped", "put",
]  # fmt: skip

LOOK_IN = 0.1  # seconds of native code between two looks at Ctrl-C and the progress bar

Rows: TypeAlias = Sequence[Sequence[float]]
Batches: TypeAlias = Iterator[list[list[int]]]  # per epoch, the images of each step


class Best(NamedTuple):
    """The lowest cost so far, its epoch, and the parameters at the start of that epoch."""

    C: float
    epoch: int
    p: list[float]


class Limits(NamedTuple):
    """When a training ends."""

    epochs: int
    stop_below: float | None
    patience: int | None

    def reached(self, C: float, since_best: int) -> str:
        """Return why to end after an epoch that cost C, or "epochs" to go on to the last."""
        if self.stop_below is not None and C < self.stop_below:
            return "stop_below"
        if self.patience is not None and since_best >= self.patience:
            return "patience"
        return "epochs"


class Task(NamedTuple):
    """What is trained, and how: the same for every engine."""

    network: Network
    images: Rows
    targets: Rows
    cost: Cost
    update: Update
    batches: Batches
    limits: Limits


class Session:
    """A training under way: the epochs, their costs and the lowest one. An engine adds `step`.

    writes      whether this process writes files: of several that train together, one does
    """

    writes = True

    def __init__(self, task: Task) -> None:
        self.network = task.network
        self.update = task.update
        self.batches = task.batches
        self.limits = task.limits
        self.nodes = task.network.parameters()
        self.found: list[float] = []
        self.lowest = Best(math.inf, -1, [node.data for node in self.nodes])

    def run(self, one_epoch: bool) -> str:
        """Train for an epoch, or for more if the engine likes and may.

        Returns "epochs", or why the training is to end; raises ArithmeticError, and leaves the
        step out, if a cost or a parameter is not finite.
        """
        before = self.parameters()
        C = 0.0
        for batch in next(self.batches):
            C += self.step(batch)
        epoch = len(self.found)
        self.found.append(C)
        if C < self.lowest.C:
            self.lowest = Best(C, epoch, before)
        return self.limits.reached(C, epoch - self.lowest.epoch)

    def goes_on(self, costs: Sequence[float], best: Best) -> None:
        """Let the training be one that has come so far, before its first step here."""
        self.found = list(costs)
        self.lowest = best

    def step(self, batch: Sequence[int]) -> float:
        """Take one step downhill on the cost of a batch; return that cost, from before it."""
        raise NotImplementedError

    def costs(self, first: int) -> list[float]:
        """Return the costs of the epochs from `first` on."""
        return self.found[first:]

    def parameters(self) -> list[float]:
        """Return the parameters after the last step."""
        return [node.data for node in self.nodes]

    def best(self) -> Best:
        """Return the lowest cost of an epoch and what belongs to it."""
        return self.lowest

    def close(self) -> None:
        """Leave the update as it is after the last step; the training may go on."""


# -- Values -------------------------------------------------------------------------------------


class EagerSession(Session):
    """A training with a graph of Values for each step."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.cost = task.cost
        inputs = task.network.inputs
        self.inputs = [inputs(image) for image in task.images]  # made once, used in every epoch
        self.targets = [
            [t if isinstance(t, Value) else Value(t, notation.target(j))
             for j, t in enumerate(row, start=1)]
            for row in task.targets
        ]  # fmt: skip

    def step(self, batch: Sequence[int]) -> float:
        """Take one step downhill on a batch; return its cost before the step."""
        C = train_step(
            self.network, self.nodes, self.inputs, self.targets, batch, self.cost, self.update
        )
        for k in batch:  # or the gradients of the images would pile up, epoch after epoch
            zero_grad(self.inputs[k])
            zero_grad(self.targets[k])
        return C


def train_step(
    network: Network,
    parameters: Sequence[Value],
    inputs: Sequence[Sequence[Value]],
    targets: Sequence[Sequence[Value]],
    batch: Sequence[int],
    cost: Cost,
    update: Update,
) -> float:
    """Take one step downhill on the cost of a batch; return that cost, from before the step.

    Raises TypeError for a cost that is no Value, ValueError for an update that does not return
    one number per parameter, ArithmeticError for a cost or a new number that is not finite. The
    parameters then are as they were before the step.
    """
    C: Value = total([cost(network(inputs[k]), targets[k]) for k in batch])
    if not isinstance(C, Value):
        raise TypeError(f"a cost returns a Value made from the outputs, not {described(C)}")
    if not math.isfinite(C.data):
        raise not_finite(C.data, update, "autograd_lite.find_nan(C) names the op")
    zero_grad(parameters)
    C.backward()
    p = [parameter.data for parameter in parameters]
    g = [parameter.grad for parameter in parameters]
    put(parameters, stepped(update, p, g, parameters))
    return C.data


# -- A compiled program -------------------------------------------------------------------------


class PythonSession(Session):
    """A training with the compiled Python program: one step after the other."""

    target = "python"
    dtype = "float64"

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        with collector_paused():  # a large network is tens of thousands of nodes
            self.compiled = compiled_network(task.network, task.cost, self.target, self.dtype)
        self.images = [[number(x) for x in image] for image in task.images]
        self.targets = [[number(t) for t in target] for target in task.targets]
        check_cost(task.network, task.cost, self.compiled, self.images, self.targets)
        self.rows = [[*image, *target] for image, target in zip(self.images, self.targets)]
        self.p = self.lowest.p

    def step(self, batch: Sequence[int]) -> float:
        """Take one step downhill on a batch; return its cost before the step."""
        C, g = self.summed(self.p, batch)
        self.p = stepped(self.update, self.p, g, self.nodes)
        return C

    def summed(self, p: Sequence[float], batch: Sequence[int]) -> tuple[float, list[float]]:
        """Return the cost of a batch and its gradient; ArithmeticError if it is not finite."""
        C, g = self.sums(p, batch)
        if not math.isfinite(C):
            how = 'engine="eager" with autograd_lite.find_nan(C) names the op'
            raise not_finite(C, self.update, how)
        return C, g

    def sums(self, p: Sequence[float], batch: Sequence[int]) -> tuple[float, list[float]]:
        """Return the cost of a batch and its gradient."""
        rows = self.rows if len(batch) == len(self.rows) else [self.rows[k] for k in batch]
        C, *g = self.compiled.sums_of_rows((False, True, True), p, rows)
        return C, g

    def parameters(self) -> list[float]:
        """Return the numbers of the parameters as they are."""
        return self.p


class NativeSession(PythonSession):
    """A training in machine code: some steps at a time, as many as take LOOK_IN seconds.

    The machine code keeps the lowest cost and looks at the limits itself, as `Session.run` does:
    the tests hold the two to each other.
    """

    target = "native"

    def __init__(self, task: Task) -> None:
        from autograd_lite.compiling.descent import Descent  # needs llvmlite: an extra
        from autograd_lite.compiling.native import NativeCompiled

        super().__init__(task)
        assert isinstance(self.compiled, NativeCompiled)
        update, limits = self.update, self.limits
        fields, in_all = state_of(update)
        self.epoch = next(self.batches)
        self.descent = Descent(
            self.compiled,
            rule_of(update),
            [self.p, self.images, self.targets],
            [getattr(update, name) or [0.0] * len(self.p) for name in fields],
            [float(getattr(update, name)) for name in in_all],
            epochs=limits.epochs,
            steps_per_epoch=len(self.epoch),
            stop_below=limits.stop_below,
            patience=limits.patience,
        )
        self.waiting: list[list[int]] = []  # steps that are not taken yet
        self.taken_before = 0  # steps before the last call
        self.at_once = 1  # steps per call: as many as take LOOK_IN seconds

    def run(self, one_epoch: bool) -> str:
        """Train for a while; return "epochs", or why the training is to end."""
        descent = self.descent
        per_epoch = descent.steps_per_epoch
        left = self.limits.epochs * per_epoch - self.taken()
        count = min(left, self.at_once)
        if one_epoch:
            count = min(count, per_epoch - descent.steps_done)
        if not descent.whole:
            while len(self.waiting) < count:
                self.waiting += self.epoch
                self.epoch = next(self.batches)
        self.taken_before = self.taken()
        start = time.perf_counter()
        status = descent.run(count, () if descent.whole else self.waiting[:count])
        seconds = time.perf_counter() - start
        if status:
            return self.ended(status)
        del self.waiting[:count]
        per_step = max(seconds / count, 1e-9)
        self.at_once = max(1, min(2 * count, int(LOOK_IN / per_step)))
        return "epochs"

    def ended(self, status: int) -> str:
        """Return why the training is to end; raise what the next step would raise in Python."""
        from autograd_lite.compiling import descent as reasons

        if status == reasons.BELOW:
            return "stop_below"
        if status == reasons.PATIENCE:
            return "patience"
        if status == reasons.OVERSHOT:
            for value, node in zip(self.parameters(), self.nodes):
                if not math.isfinite(value):
                    raise overshot(node, value, self.update)
        rows = range(len(self.rows)) if self.descent.whole else self.failing_step()
        self.summed(self.parameters(), rows)  # raises what eager code raises
        raise ArithmeticError(
            "an op on the way to the cost gave a number that is not finite, though the cost is; "
            'train with engine="python", which goes on where Python can'
        )

    def taken(self) -> int:
        """Return how many steps have been taken."""
        return self.descent.epochs_done * self.descent.steps_per_epoch + self.descent.steps_done

    def failing_step(self) -> list[int]:
        """Return the rows of the step that was not taken, among those that wait."""
        return self.waiting[self.taken() - self.taken_before]

    def costs(self, first: int) -> list[float]:
        """Return the costs of the epochs from `first` on."""
        return self.descent.costs.get(self.descent.epochs_done - first, first)

    def parameters(self) -> list[float]:
        """Return the numbers of the parameters as they are."""
        return self.descent.P.get(self.descent.parameters)

    def best(self) -> Best:
        """Return the lowest cost so far, with its epoch and parameters."""
        C, epoch = self.descent.lowest
        return Best(C, epoch, self.descent.best.get(self.descent.parameters))

    def close(self) -> None:
        """Leave the update as it is after the last step."""
        fields, in_all = state_of(self.update)
        count = self.descent.parameters
        for k, name in enumerate(fields):
            setattr(self.update, name, self.descent.S.get(count, k * count))
        for name, value in zip(in_all, self.descent.H.get(len(in_all))):
            setattr(self.update, name, type(getattr(self.update, name))(value))


# -- A step, whole or not at all ----------------------------------------------------------------


def stepped(
    update: Update, p: Sequence[float], g: Sequence[float], nodes: Sequence[Value]
) -> list[float]:
    """Return what an update makes of the parameters p; `nodes` are what they are the numbers of.

    Raises ValueError unless it is as many numbers, ArithmeticError if one is not finite.
    """
    new = [number(value) for value in update(p, g)]
    if len(new) != len(p):
        raise ValueError(f"{update!r} returned {len(new)} numbers for {len(p)} parameters")
    for value, node, before, slope in zip(new, nodes, p, g):
        if not math.isfinite(value):
            raise overshot(node, value, update, f"from {before:.4g} and gradient {slope:.4g}; ")
    return new


def overshot(node: Value, value: float, update: Update, where: str = "") -> ArithmeticError:
    """Return the error of a step that would make a parameter infinite, or no number."""
    return ArithmeticError(
        f"the step would make {node.label or 'a parameter'} {value!r}"
        f"{', ' if where else '; '}{where}a smaller rate may help (now {update!r})"
    )


def not_finite(C: float, update: Update, how: str) -> ArithmeticError:
    """Return the error of a cost that is not finite; `how` says how to find the op."""
    return ArithmeticError(
        f"the cost became {C!r}; a smaller rate may help (now {update!r}), and {how}"
    )


def put(parameters: Sequence[Value], numbers: Sequence[float]) -> None:
    """Give the parameters their new numbers: all of them or, if anything breaks in, none."""
    before = [parameter.data for parameter in parameters]
    try:
        for parameter, value in zip(parameters, numbers):
            parameter.data = value
    except BaseException:
        for parameter, value in zip(parameters, before):
            parameter.data = value
        raise
