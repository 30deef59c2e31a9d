"""What a step of the exercises is made of: checks that claim something, in both languages."""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

__all__ = ["Wrong", "Step", "claim", "close", "value_class"]


class Wrong(Exception):
    """An answer that is not right, and why, in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


class Step(NamedTuple):
    """One step: its title and task in both languages, and its checks in order."""

    ja: str
    en: str
    checks: tuple[Callable[[ModuleType], None], ...]


def claim(right: bool, ja: str, en: str) -> None:
    """Raise Wrong with this explanation unless the claim is right."""
    if not right:
        raise Wrong(ja, en)


def close(found: object, wanted: float) -> bool:
    """Return whether something is a number, and nearly the wanted one."""
    return isinstance(found, (int, float)) and math.isclose(found, wanted, abs_tol=1e-9)


def value_class(module: ModuleType) -> Any:
    """Return the class Value of a learner's module; raise Wrong if there is none."""
    claim(
        isinstance(getattr(module, "Value", None), type),
        "クラス Value が見つかりません。class Value: で始めましょう。",
        "there is no class Value; begin with class Value:",
    )
    return module.Value
