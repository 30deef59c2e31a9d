"""Training with a compiled graph: the same curve as with `Value`s, in a fraction of the time.

The graph of one image is recorded once and compiled: the parameters, the image and its target
are its inputs, the cost and its gradient its outputs. With engine "python" the program takes
one step after the other; with "native", a whole training loop is machine code, the update
included, and Python only looks in ten times a second.
"""

import copy
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd_lite import Value, collector_paused, gradients
from autograd_lite.compiling import Compiled, compile
from autograd_lite.compiling.instructions import needed
from autograd_lite.plain_numbers import described, number
from autograd_lite.value import as_value
from nn.costs import Cost
from nn.descent import Update
from nn.training import Best, History, Limits, interrupted, put, stepped
from nn.units import Network

__all__ = ["train_compiled", "compiled_network"]

LOOK_IN = 0.1  # seconds of native code between two looks at Ctrl-C and the progress bar
CHECKED = 16  # images whose compiled cost is compared with that of Values, before training

Batches = Iterator[list[list[int]]]


def compiled_network(network: Network, cost: Cost, target: str) -> Compiled:
    """Return a function of (parameters, image, target) that gives [cost, its gradient].

    Raises TypeError for a cost that is no Value.

    >>> from nn import squared_error
    >>> network = Network([2, 1])
    >>> f = compiled_network(network, squared_error, "python")
    >>> C, g = f([parameter.data for parameter in network.parameters()], [1.0, 0.0], [1.0])
    >>> len(g)
    3
    """
    image = [Value(0.0, f"a_{i}^1") for i in range(1, network.sizes[0] + 1)]
    wanted = [Value(0.0, f"t_{j}") for j in range(1, network.sizes[-1] + 1)]
    C = cost(network(image), wanted)
    if not isinstance(C, Value):
        raise TypeError(f"a cost returns a Value made from the outputs, not {described(C)}")
    parameters = network.parameters()
    return compile([C, gradients(C, parameters)], [parameters, image, wanted], target)


def train_compiled(
    network: Network,
    images: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
    cost: Cost,
    update: Update,
    batches: Batches,
    limits: Limits,
    bar: Any,
    watch: Callable[[int, float], None] | None,
    engine: str,
) -> History:
    """Train as `nn.train` does, which has checked everything, with a compiled graph."""
    if engine not in ("python", "native"):
        raise ValueError(f"engine is 'eager', 'python' or 'native', not {engine!r}")
    start = time.perf_counter()
    with collector_paused():  # a large network is tens of thousands of nodes
        compiled = compiled_network(network, cost, engine)
    rows = [[number(x) for x in image] for image in images]
    wanted = [[number(t) for t in target] for target in targets]
    check_cost(network, cost, compiled, rows, wanted)
    session: Session = (NativeSession if engine == "native" else Session)(
        network, compiled, rows, wanted, update, batches, limits
    )
    history = History()
    parameters = network.parameters()
    try:
        while len(history.costs) < limits.epochs and history.stopped == "epochs":
            done = len(history.costs)
            history.stopped = session.run(watch is not None)
            history.costs += session.costs(done)
            put(parameters, session.parameters())
            for epoch in range(done, len(history.costs)):
                if bar is not None:
                    bar.set_postfix_str(f"C = {history.costs[epoch]:.4f}", refresh=False)
                    bar.update()
                if watch is not None:
                    watch(epoch, history.costs[epoch])
        if history.stopped != "epochs":
            put(parameters, session.best().p)
    except KeyboardInterrupt:
        history.stopped = "Ctrl-C"
        history.costs += session.costs(len(history.costs))
        put(parameters, session.best().p)
    except ArithmeticError:
        put(parameters, session.best().p)
        raise
    finally:
        if bar is not None:
            bar.close()
        session.close()
        best = session.best()
        history.best = best.C
        history.best_epoch = best.epoch
        history.seconds = time.perf_counter() - start
    if history.stopped == "Ctrl-C":
        print(interrupted(history), file=sys.stderr)
    return history


def check_cost(
    network: Network,
    cost: Cost,
    compiled: Compiled,
    images: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
) -> None:
    """Raise ValueError if the program gives other costs than Values on some of the images.

    The graph is that of one image: an `if` in the cost that asks for a number is frozen in it.
    """
    p = [parameter.data for parameter in network.parameters()]
    program = compiled.program
    forward = needed(program.inputs, program.body, program.outputs[:1])  # without the gradient
    step = max(1, len(images) // CHECKED)
    for k in range(0, len(images), step):
        wanted = [Value(t, f"t_{j}") for j, t in enumerate(targets[k], start=1)]
        C = as_value(cost(network(images[k]), wanted)).data
        (found,) = forward.run([*p, *images[k], *targets[k]])
        if abs(found - C) > 1e-9 * max(1.0, abs(C)):
            raise ValueError(
                f"compiled, the cost of image {k} is {found!r}, and of Values {C!r}: the cost or "
                f"an activation asks an `if` of its numbers, which a compiled graph has frozen; "
                f'write the choice with step, maximum or where, or train with engine="eager"'
            )


class Session:
    """A training with the compiled Python program: one epoch at a time."""

    def __init__(
        self,
        network: Network,
        compiled: Compiled,
        images: Sequence[Sequence[float]],
        targets: Sequence[Sequence[float]],
        update: Update,
        batches: Batches,
        limits: Limits,
    ) -> None:
        self.compiled = compiled
        self.rows = [[*image, *target] for image, target in zip(images, targets)]
        self.update = update
        self.batches = batches
        self.limits = limits
        self.p = [parameter.data for parameter in network.parameters()]
        self.lowest = Best(math.inf, -1, self.p)
        self.found: list[float] = []

    def run(self, one_epoch: bool) -> str:
        """Train for an epoch; return "epochs", or why the training is to end."""
        before = self.p
        total = 0.0
        for batch in next(self.batches):
            C, g = self.summed(self.p, batch)
            self.p = self.stepped(C, g)
            total += C
        epoch = len(self.found)
        self.found.append(total)
        if total < self.lowest.C:
            self.lowest = Best(total, epoch, before)
        return self.limits.reached(total, epoch - self.lowest.epoch)

    def summed(self, p: Sequence[float], batch: Sequence[int]) -> tuple[float, list[float]]:
        """Return the cost of a batch and its gradient; ArithmeticError if it is not finite."""
        rows = self.rows if len(batch) == len(self.rows) else [self.rows[k] for k in batch]
        C, *g = self.compiled.sums_of_rows((False, True, True), p, rows)
        if not math.isfinite(C):
            raise ArithmeticError(
                f"the cost became {C!r}; a smaller rate may help (now {self.update!r}), "
                f'and engine="eager" with autograd_lite.find_nan(C) names the op'
            )
        return C, g

    def stepped(self, C: float, g: Sequence[float]) -> list[float]:
        """Return the parameters after a step; raise ArithmeticError if one is not finite."""
        new = stepped(self.update, self.p, g)
        for value in new:
            if not math.isfinite(value):
                raise overshot(value, self.update)
        return new

    def costs(self, first: int) -> list[float]:
        """Return the costs of the epochs from `first` on."""
        return self.found[first:]

    def parameters(self) -> list[float]:
        return self.p

    def best(self) -> Best:
        return self.lowest

    def close(self) -> None:
        """Leave the update as it is after the last step."""


def overshot(value: float, update: Update) -> ArithmeticError:
    return ArithmeticError(
        f"the step would make a parameter {value!r}; a smaller rate may help (now {update!r})"
    )


class NativeSession(Session):
    """A training in machine code, some steps at a time."""

    def __init__(
        self,
        network: Network,
        compiled: Compiled,
        images: Sequence[Sequence[float]],
        targets: Sequence[Sequence[float]],
        update: Update,
        batches: Batches,
        limits: Limits,
    ) -> None:
        from autograd_lite.compiling.descent import Descent  # needs llvmlite: an extra
        from autograd_lite.compiling.native import NativeCompiled

        super().__init__(network, compiled, images, targets, update, batches, limits)
        assert isinstance(compiled, NativeCompiled)
        fields, in_all = state_of(update)
        self.epoch = next(batches)
        self.descent = Descent(
            compiled,
            rule_of(update),
            [self.p, images, targets],
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
        descent = self.descent
        per_epoch = descent.steps_per_epoch
        left = self.limits.epochs * per_epoch
        left -= descent.epochs_done * per_epoch + descent.steps_done
        count = min(left, self.at_once)
        if one_epoch:
            count = min(count, per_epoch - descent.steps_done)
        if not descent.whole:
            while len(self.waiting) < count:
                self.waiting += self.epoch
                self.epoch = next(self.batches)
        self.taken_before = descent.epochs_done * per_epoch + descent.steps_done
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
            bad = [value for value in self.parameters() if not math.isfinite(value)]
            raise overshot(bad[0], self.update)
        rows = range(len(self.rows)) if self.descent.whole else self.failing_step()
        self.summed(self.parameters(), rows)  # raises what eager code raises
        raise ArithmeticError(
            "an op on the way to the cost gave a number that is not finite, though the cost is; "
            'train with engine="python", which goes on where Python can'
        )

    def failing_step(self) -> list[int]:
        """Return the rows of the step that was not taken, among those that wait."""
        descent = self.descent
        taken = descent.epochs_done * descent.steps_per_epoch + descent.steps_done
        return self.waiting[taken - self.taken_before]

    def costs(self, first: int) -> list[float]:
        return self.descent.costs.get(self.descent.epochs_done - first, first)

    def parameters(self) -> list[float]:
        return self.descent.P.get(self.descent.parameters)

    def best(self) -> Best:
        C, epoch = self.descent.lowest
        return Best(C, epoch, self.descent.best.get(self.descent.parameters))

    def close(self) -> None:
        fields, in_all = state_of(self.update)
        count = self.descent.parameters
        for k, name in enumerate(fields):
            setattr(self.update, name, self.descent.S.get(count, k * count))
        for name, value in zip(in_all, self.descent.H.get(len(in_all))):
            setattr(self.update, name, type(getattr(self.update, name))(value))


def state_of(update: Update) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the fields that an update keeps from step to step.

    Raises TypeError if it does not say.
    """
    fields = getattr(update, "per_parameter", None)
    in_all = getattr(update, "in_all", None)
    if fields is None or in_all is None:
        raise TypeError(
            f"for native code, {update!r} must say what it keeps from step to step, as the "
            f'classes of nn.descent do: per_parameter = ("velocity",), in_all = ("steps",), '
            f'or () for nothing; or train with engine="python"'
        )
    return tuple(fields), tuple(in_all)


def rule_of(update: Update) -> Any:
    """Return an update as a `Rule`: the same method, run on Values for one parameter.

    Raises TypeError if it cannot take Values.
    """
    from autograd_lite.compiling.descent import Rule

    fields, in_all = state_of(update)
    p, g = Value(0.5, "p"), Value(0.25, "g")
    state = [Value(0.125, name) for name in fields]
    shared = [Value(float(getattr(update, name)), name) for name in in_all]
    recorder: Any = copy.copy(update)
    for name, value in zip(fields, state):
        setattr(recorder, name, [value])
    for name, value in zip(in_all, shared):
        setattr(recorder, name, value)
    try:
        (new_p,) = recorder([p], [g])
    except TypeError as error:
        raise TypeError(
            f"native code cannot be made of {update!r}: {error}; write it in arithmetic and the "
            f'functions of autograd_lite, or train with engine="python"'
        ) from None
    return Rule(
        p,
        g,
        state,
        shared,
        as_value(new_p),
        [as_value(getattr(recorder, name)[0]) for name in fields],
        [as_value(getattr(recorder, name)) for name in in_all],
    )
