"""Names that a package has at once and imports when they are first used.

What draws, compiles, traces and steps takes nine tenths of the time to import, and drawing needs
Graphviz's package. Whoever computes a gradient waits for none of it.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

__all__ = ["called_once", "later"]


def later(package: str, rooms: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package: Python asks it for a name that is not there yet.

    rooms       each name -> the room that has it; the room itself is then a name, too
    """

    def __getattr__(name: str) -> Any:
        if name in rooms.values():
            return importlib.import_module(f"{package}.{name}")
        if name not in rooms:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{package}.{rooms[name]}"), name)
        setattr(sys.modules[package], name, found)  # from now on it is there
        return found

    return __getattr__


class Renamed(ModuleType):
    """A room under the name that it once had; the room itself takes its place when it is used."""

    def __init__(self, name: str, room: str) -> None:
        super().__init__(name)
        self.room = room

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":  # `inspect` asks all modules for __file__
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        room = sys.modules[self.__name__] = importlib.import_module(self.room)
        return getattr(room, name)


def called_once(package: str, names: Mapping[str, str]) -> None:
    """Let rooms be imported by the names that they once had: each old name -> the room."""
    for name, room in names.items():
        once = f"{package}.{name}"
        sys.modules[once] = Renamed(once, f"{package}.{room}")
