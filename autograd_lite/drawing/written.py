"""A number that stands in a picture: so that a page can write another one in its place."""

from typing import Any, NamedTuple

__all__ = ["Written"]


class Written(NamedTuple):
    """What a number in a picture is, of what, and how it is written.

    kind    "value" or "gradient" of the nodes `at`, a range if there are several; "slope", the
            derivative of the first node of `at` in the others; "edge", the same along the
            edges (k, i) that follow it in `at`
    """

    kind: str
    at: tuple[Any, ...]
    text: str
