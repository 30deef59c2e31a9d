"""Training on the devices of JAX: the rows of each step are spread over them.

Every device has all parameters and its share of a step's images. It sums the gradient over these;
the sums meet (an all-reduce, which JAX puts in), and each device takes the same step.

Several hosts: run the same script with the same images on each, and before all else call
`jax.distributed.initialize()`, which finds the others where JAX knows the cluster (SLURM, TPU pods,
Kubernetes); elsewhere with the address of host 0, how many hosts there are, and which this one is:
`jax.distributed.initialize("10.0.0.1:1234", 4, 0)`. `jax.devices()` are then those of all hosts.
A checkpoint is written by the first; all read it, so its folder is one that they share.

Legend
    p, g        the numbers of the parameters, and their gradients
    live        False from the first step on that gives a number that is not finite: it is not taken
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd_lite.compiling import compile
from autograd_lite.compiling.jax_compiled import jax, jnp
from nn.compiled import rule_of, state_of
from nn.descent import Update
from nn.sessions import LOOK_IN, Best, PythonSession, Task, stepped

__all__ = ["JaxSession", "Devices", "devices_of"]

AT_ONCE = 1024  # epochs in one call, at most

Devices: TypeAlias = "int | Sequence[Any] | None"


class State(NamedTuple):
    """What a step changes; `C` and `taken` are the cost and the number of steps of an epoch."""

    p: Any
    kept: tuple[Any, ...]  # what the update keeps for each parameter
    shared: tuple[Any, ...]  # and once for all
    live: Any
    C: Any
    taken: Any


class Course(NamedTuple):
    """What epochs of one step each change, many of them in one program."""

    state: State
    lowest: Any
    best_epoch: Any
    best_p: Any
    costs: Any  # of the epochs done in this call
    done: Any
    ended: Any


class JaxSession(PythonSession):
    """A training on one or several devices, all of which JAX sees unless others are given."""

    target = "jax"

    def __init__(self, task: Task, devices: Devices = None, dtype: str = "float64") -> None:
        update = task.update
        self.dtype = dtype
        self.writes = jax.process_index() == 0
        chosen = devices_of(devices)
        self.fields, self.in_all = state_of(update)
        self.rule = rule_program(update, dtype)
        self.steps = next(task.batches)
        check_shares(len(chosen), {len(step) for step in self.steps})
        super().__init__(task)
        mesh = jax.sharding.Mesh(np.array(chosen), ("rows",))
        self.spread = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("rows"))
        self.everywhere = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
        self.numbers = (np.array(self.images), np.array(self.targets))
        self.whole: Any = None  # the rows on the devices, if every step takes all of them
        if self.steps == [list(range(len(self.images)))]:
            self.whole = self.rows_of(self.steps[0])
        count = len(self.p)
        self.none = (self.placed(0.0), self.on_all(np.int32(0)))
        self.state = State(
            self.placed(self.p),
            tuple([self.placed(getattr(update, name) or [0.0] * count) for name in self.fields]),
            tuple([self.placed(float(getattr(update, name))) for name in self.in_all]),
            self.on_all(np.bool_(True)),
            *self.none,
        )
        self.lowest_p = self.state.p
        self.costs_at_once = self.placed([0.0] * AT_ONCE)
        self.at_once = 1  # epochs of one step in one call: as many as take LOOK_IN seconds
        self.advance = jax.jit(self.advanced, out_shardings=self.everywhere)
        self.course = jax.jit(self.coursed, out_shardings=self.everywhere)

    def placed(self, numbers: Any) -> Any:
        """Return numbers as an array that every device has."""
        return self.on_all(np.asarray(numbers, jnp.dtype(self.dtype)))

    def on_all(self, array: Any) -> Any:
        """Return an array of this host as one that every device has, without asking other hosts."""
        array = np.asarray(array)
        return jax.make_array_from_callback(array.shape, self.everywhere, array.__getitem__)

    def rows_of(self, batch: Sequence[int]) -> list[Any]:
        """Return the images and targets of a batch, each device with its share of them."""
        placed = []
        for rows in self.numbers:
            chosen = rows[batch].astype(jnp.dtype(self.dtype))
            placed.append(
                jax.make_array_from_callback(chosen.shape, self.spread, chosen.__getitem__)
            )
        return placed

    # -- Steps --

    def advanced(self, state: State, images: Any, targets: Any) -> State:
        """Return the state after a step on these rows; the one before if it is not finite."""
        C, g = self.compiled.summed(state.p, images, targets)
        p, *rest = self.rule.each(state.p, g, *state.kept, *state.shared)
        kept, shared = rest[: len(state.kept)], rest[len(state.kept) :]
        live = state.live & jnp.isfinite(C) & jnp.all(jnp.isfinite(p))
        after = State(
            p,
            tuple(kept),
            tuple([column[0] for column in shared]),
            live,
            state.C + C,
            state.taken + 1,
        )
        before = state._replace(live=live)
        chosen: State = jax.tree.map(partial(jnp.where, live), after, before)
        return chosen

    def run(self, one_epoch: bool) -> str:
        """Train for an epoch, or for as many as take LOOK_IN seconds; as `Session.run` says."""
        start = time.perf_counter()
        while True:
            if self.whole is None:
                reason = self.epoch()
            else:
                reason = self.epochs(1 if one_epoch else self.at_once)
            done = len(self.found) == self.limits.epochs or reason != "epochs"
            if one_epoch or done or time.perf_counter() - start > LOOK_IN:
                return reason

    def epoch(self) -> str:
        """Train for one epoch; return "epochs", or why the training is to end."""
        before = self.state.p
        C, taken = self.none
        state = self.state._replace(C=C, taken=taken)
        for batch in self.steps:
            state = self.advance(state, *self.rows_of(batch))
        self.state = state
        cost, live, steps = jax.device_get((state.C, state.live, state.taken))
        if not live:
            self.fail(self.steps[int(steps)])
        number = len(self.found)
        self.found.append(float(cost))
        self.steps = next(self.batches)
        if cost < self.lowest.C:
            self.lowest = Best(float(cost), number, [])
            self.lowest_p = before
        return self.limits.reached(float(cost), number - self.lowest.epoch)

    # -- Epochs of one step: many in one program, which looks at the limits itself --

    def coursed(self, course: Course, count: Any, first: Any, rows: Any) -> Course:
        """Return the course after `count` epochs on these rows, or fewer if it ends before."""
        going = partial(self.going, count)
        one_more = partial(self.one_more, first, rows)
        after: Course = jax.lax.while_loop(going, one_more, course)
        return after

    def going(self, count: Any, course: Course) -> Any:
        """Return whether there is another epoch."""
        return (course.done < count) & ~course.ended

    def one_more(self, first: Any, rows: Any, course: Course) -> Course:
        """Return the course after one more epoch; `first` is the number of the call's first."""
        limits = self.limits
        before = course.state.p
        state = self.advanced(course.state._replace(C=jnp.zeros_like(course.lowest)), *rows)
        epoch = first + course.done
        better = state.live & (state.C < course.lowest)
        best_epoch = jnp.where(better, epoch, course.best_epoch)
        ended = ~state.live
        if limits.stop_below is not None:
            ended |= state.C < limits.stop_below
        if limits.patience is not None:
            ended |= epoch - best_epoch >= limits.patience
        return Course(
            state,
            jnp.where(better, state.C, course.lowest),
            best_epoch,
            jnp.where(better, before, course.best_p),
            course.costs.at[course.done].set(state.C),
            course.done + state.live,
            ended,
        )

    def epochs(self, count: int) -> str:
        """Train for so many epochs of one step; return "epochs", or why the training is to end."""
        first = len(self.found)
        count = min(count, self.limits.epochs - first)
        lowest = self.placed(self.lowest.C)
        start = time.perf_counter()
        course = Course(
            self.state, lowest, np.int32(self.lowest.epoch), self.lowest_p,
            self.costs_at_once, np.int32(0), np.bool_(False),
        )  # fmt: skip
        course = self.course(course, np.int32(count), np.int32(first), self.whole)
        costs, done, best_epoch, live = jax.device_get(
            (course.costs, course.done, course.best_epoch, course.state.live)
        )
        self.at_once = min(2 * count, AT_ONCE)
        if jax.process_count() == 1:  # several hosts must agree, and their clocks do not
            per_epoch = max((time.perf_counter() - start) / count, 1e-9)
            self.at_once = max(1, min(self.at_once, int(LOOK_IN / per_epoch)))
        self.state, self.lowest_p = course.state, course.best_p
        self.found += [float(C) for C in costs[:done]]
        if best_epoch >= 0:
            self.lowest = Best(self.found[best_epoch], int(best_epoch), [])
        if not live:
            self.fail(self.steps[0])
        return self.limits.reached(self.found[-1], len(self.found) - 1 - self.lowest.epoch)

    def fail(self, batch: Sequence[int]) -> None:
        """Raise what eager code raises at the step on this batch, which was not taken."""
        self.close()
        p = self.parameters()
        _, g = self.summed(p, batch)
        stepped(self.update, p, g, self.nodes)
        raise ArithmeticError(
            "a step on the devices gave a number that is not finite, and the same step alone did "
            'not; engine="python" says more'
        )

    def sums(self, p: Sequence[float], batch: Sequence[int]) -> tuple[float, list[float]]:
        """Return the cost of a batch and its gradient."""
        images, targets = [rows[batch] for rows in self.numbers]
        C, g = self.compiled.summed(p, images, targets)
        return float(C), [float(slope) for slope in np.asarray(g)]

    # -- What it led to --

    def goes_on(self, costs: Sequence[float], best: Best) -> None:
        """Let the training be one that has come so far, before its first step here."""
        super().goes_on(costs, best)
        self.lowest_p = self.placed(best.p)

    def parameters(self) -> list[float]:
        """Return the numbers of the parameters as they are."""
        return listed(self.state.p)

    def best(self) -> Best:
        """Return the lowest cost of an epoch and what belongs to it."""
        return self.lowest._replace(p=listed(self.lowest_p))

    def close(self) -> None:
        """Leave the update as it is after the last step."""
        for name, numbers in zip(self.fields, self.state.kept):
            setattr(self.update, name, listed(numbers))
        for name, value in zip(self.in_all, self.state.shared):
            setattr(self.update, name, type(getattr(self.update, name))(float(value)))


def listed(array: Any) -> list[float]:
    """Return an array that every device has as a list of floats."""
    numbers: list[float] = np.asarray(array.addressable_data(0), np.float64).tolist()
    return numbers


def rule_program(update: Update, dtype: str) -> Any:
    """Return an update as a function of JAX: of p, g and what is kept, for all parameters."""
    rule = rule_of(update)
    rule.instructions()  # raises what makes no sense
    outputs = [rule.new_p, *rule.new_state, *rule.new_shared]
    inputs = [rule.p, rule.g, *rule.state, *rule.shared]
    return compile(outputs, inputs, "jax", dtype)


def devices_of(devices: Devices) -> list[Any]:
    """Return the devices to train on: all that JAX sees, the first so many, or those given.

    Raises ValueError for more than there are, or none.
    """
    seen = jax.devices()
    if devices is None:
        return list(seen)
    if isinstance(devices, int):
        if not 1 <= devices <= len(seen):
            raise ValueError(f"devices is 1 to {len(seen)}, which JAX sees here, not {devices}")
        return list(seen[:devices])
    chosen = list(devices)
    if not chosen:
        raise ValueError("devices is a number or a list of JAX's devices, not an empty list")
    return chosen


def check_shares(devices: int, sizes: set[int]) -> None:
    """Raise ValueError, which says what would do, unless the devices get equal shares of rows."""
    uneven = sorted([size for size in sizes if size % devices])
    if uneven:
        fitting = max([n for n in range(1, devices) if not any(size % n for size in sizes)])
        raise ValueError(
            f"{devices} devices cannot share the {uneven[0]} images of a step evenly; write "
            f"devices={fitting}, or choose batch_size and the number of images so that "
            f"{devices} divides every step"
        )
