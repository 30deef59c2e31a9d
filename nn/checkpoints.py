"""Checkpoints: a training under way as a file, from which it goes on as if nothing had been.

The file is a saved network (`nn.load` reads it) with one more entry, `training`: the costs of
the epochs so far, the lowest and its parameters, what the update keeps, and the settings, which
must be the same when the training goes on. The order of the images comes from the seed.
"""

import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nn.compiled import state_of
from nn.descent import Update
from nn.saving import Savable, field, finite, save_with, saved_like
from nn.sessions import Best, Rows, Session

__all__ = ["EVERY", "Checkpoint", "Progress"]

EVERY = 1.0  # seconds between two writes, at least: a large network takes a while to write


class Progress(NamedTuple):
    """How far a training has come."""

    costs: list[float]
    best: Best
    stopped: str


class Checkpoint:
    """The file of one training: what is written there, and what is read from it.

    settings    what must be the same when the training goes on
    """

    def __init__(
        self,
        path: str | Path,
        network: Savable,
        update: Update,
        images: Rows,
        targets: Rows,
        batch_size: int | None,
        seed: int,
    ) -> None:
        self.path = Path(path)
        self.network = network
        self.update = update
        self.fields, self.in_all = state_of(update)
        kept = {*self.fields, *self.in_all}
        self.settings: dict[str, Any] = {
            "images": len(images),
            "numbers": checksum([*images, *targets]),
            "batch_size": batch_size,
            "seed": seed,
            "update": type(update).__name__,
            **{
                name: value
                for name, value in vars(update).items()
                if name not in kept and type(value) in (int, float)
            },
        }

    def __repr__(self) -> str:
        return f"Checkpoint({str(self.path)!r})"

    def write(self, session: Session, stopped: str) -> None:
        """Write the network and how far its training has come, in one step."""
        session.close()
        best = session.best()
        training = {
            "settings": self.settings,
            "stopped": stopped,
            "costs": session.costs(0),
            "best": {"cost": best.C, "epoch": best.epoch, "parameters": list(best.p)},
            "per_parameter": {name: list(getattr(self.update, name)) for name in self.fields},
            "in_all": {name: getattr(self.update, name) for name in self.in_all},
        }
        if session.writes:
            save_with(self.network, self.path, {"training": training})

    def read(self) -> Progress | None:
        """Give the network and the update what the file holds; return how far they have come.

        None if there is no file. Raises ValueError, and changes nothing, for a file that is
        damaged, or of another training.
        """
        if not self.path.exists():
            return None
        saved = saved_like(self.network, self.path)
        if saved.training is None:
            raise ValueError(
                f"{self.path} is a saved network without a training; a checkpoint takes its place "
                f"only if it is moved away, or another name is given"
            )
        try:
            progress, state = self.parsed(saved.training, len(saved.parameters))
        except ValueError as error:
            raise ValueError(f"{self.path} is not a checkpoint to go on from: {error}") from None
        saved.put_into(self.network)
        for name, value in state.items():
            setattr(self.update, name, value)
        return progress

    def parsed(self, training: dict[str, Any], parameters: int) -> tuple[Progress, dict[str, Any]]:
        """Return what a file says of a training, checked, and what the update kept."""
        settings = field(training, "settings", dict)
        for name, value in self.settings.items():
            if settings.get(name) != value:
                raise ValueError(
                    f"there {name} is {settings.get(name)!r}, and here {value!r}; go on with the "
                    f"same settings, or give the training another file"
                )
        costs = numbers(training, "costs")
        best = field(training, "best", dict)
        lowest = Best(
            finite(best.get("cost"), "the lowest cost"),
            field(best, "epoch", int),
            numbers(best, "parameters", parameters),
        )
        if not 0 <= lowest.epoch < len(costs):
            raise ValueError(f"the best epoch is {lowest.epoch}, of {len(costs)}")
        kept = field(training, "per_parameter", dict)
        state: dict[str, Any] = {
            name: numbers(kept, name, None if kept.get(name) == [] else parameters)
            for name in self.fields
        }
        in_all = field(training, "in_all", dict)
        for name in self.in_all:
            state[name] = type(getattr(self.update, name))(finite(in_all.get(name), name))
        return Progress(costs, lowest, field(training, "stopped", str)), state


def numbers(document: dict[str, Any], name: str, count: int | None = None) -> list[float]:
    """Return a list of finite numbers out of a file, `count` of them."""
    found = [finite(value, f"one of {name}") for value in field(document, name, list)]
    if count is not None and len(found) != count:
        raise ValueError(f"{name} are {len(found)}, and should be {count}")
    return found


def checksum(rows: Sequence[Sequence[float]]) -> int:
    """Return a number that other rows would hardly have."""
    found = 0
    for row in rows:
        found = zlib.crc32(array("d", [float(x) for x in row]).tobytes(), found)
    return found
