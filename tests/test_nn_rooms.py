"""The rooms of nn: read in the order that `nn` says, each uses only those above it."""

import ast
import re
from pathlib import Path

import pytest

import nn

FOLDER = Path(nn.__file__).parent
ROOMS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
ORDER = re.search(r"in this order: (.*?)\.\n", nn.__doc__, re.DOTALL).group(1)
ORDER = re.findall(r"\w+", ORDER.replace("and beside them", ""))


def used(room):
    """Return the rooms of nn that a room imports, anywhere in it: in functions too."""
    found = set()
    for node in ast.walk(ast.parse((FOLDER / f"{room}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "nn":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= set(re.findall(r"^nn\.(\w+)", node.module))
        elif isinstance(node, ast.Import):
            found |= {
                name for alias in node.names for name in re.findall(r"^nn\.(\w+)", alias.name)
            }
    return found


def test_every_room_stands_in_the_reading_order():
    assert sorted(ORDER) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room):
    assert used(room) <= set(ORDER[: ORDER.index(room)])


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "drawing"])
def test_no_room_is_longer_than_500_lines(room):
    assert len((FOLDER / f"{room}.py").read_text(encoding="utf-8").splitlines()) <= 500
