"""What is written in a picture, kept so that a page can write other numbers and languages there."""

from typing import Any, NamedTuple

from autograd_lite.words import Fact, Language, said

__all__ = ["Words", "Written"]


class Written(NamedTuple):
    """What a number in a picture is, of what, and how it is written.

    kind    "value" or "gradient" of the nodes `at`, a range if there are several; "slope", the
            derivative of the first node of `at` in the others; "edge", the same along the
            edges (k, i) that follow it in `at`
    """

    kind: str
    at: tuple[Any, ...]
    text: str


class Words:
    """The words that are written in a picture, in its language.

    kept    per id in the SVG what they say, in order
    """

    __slots__ = ("kept", "language")

    def __init__(self, language: Language) -> None:
        self.language = language
        self.kept: dict[str, list[Fact]] = {}

    def __repr__(self) -> str:
        return f"<words at {len(self.kept)} ids>"

    def keep(self, id: str, *words: Fact | None) -> None:
        """Keep what is written at an id; None is what has a name, and no words."""
        self.kept.setdefault(id, []).extend(word for word in words if word is not None)

    def write(self, id: str, key: str, **parts: object) -> str:
        """Return words to be written at an id, and keep what they say."""
        word = Fact(key, parts)
        self.keep(id, word)
        return said(word, self.language)
