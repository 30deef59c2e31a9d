"""Names of a program's numbers, made of the labels of the nodes that they come from."""

import unicodedata
from collections.abc import Iterable

__all__ = ["Names"]


class Names:
    """Gives names, each one once.

    reserved    what the program, or its language, calls something else
    """

    def __init__(self, reserved: Iterable[str]) -> None:
        self.reserved = frozenset(reserved)
        self.taken: set[str] = set()
        self.next: dict[str, int] = {}  # a name -> the least number that may be free behind it

    def free(self, label: str) -> str:
        """Return a name for a label, one that nobody has yet: w_11^2 gives w_11_2.

        >>> names = Names(["if"])
        >>> [names.free(label) for label in ("w_11^2", "w_11_2", "if", "2x", "重み")]
        ['w_11_2', 'w_11_2_2', 'if_', '_2x', '重み']
        """
        letters = unicodedata.normalize("NFKC", label)  # as programs read names
        name = "".join([c if f"_{c}".isidentifier() else "_" for c in letters])
        if not name.isidentifier():
            name = "_" + name
        if name in self.reserved:
            name += "_"
        free = name
        while free in self.taken:
            number = self.next.get(name, 2)
            self.next[name] = number + 1
            free = f"{name}_{number}"
        self.taken.add(free)
        return free
