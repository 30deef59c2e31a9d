"""A trained GPT as a file that a person can read, and back."""

import json
from collections.abc import Sequence
from pathlib import Path

from autograd_lite.files import checked_suffix, write_atomically
from demos.gpt.model import Shape
from nn.saving import document_in, entry, field, finite, read_checked

__all__ = ["load_gpt", "save_gpt"]

FORMAT = "autograd-lite GPT"
VERSION = 1


def save_gpt(shape: Shape, numbers: Sequence[float], path: str | Path) -> Path:
    """Write a GPT as JSON, one line for each row of a matrix, and return the path.

    A kill at any moment leaves the old file or the new one.

    Raises ValueError for a number that is not finite and for another kind of name; OSError if the
    folder cannot be written.
    """
    rest = iter([finite(number) for number in numbers])
    matrices = []
    for name, (rows, columns) in shape.matrices().items():
        lines = [json.dumps([next(rest) for _ in range(columns)]) for _ in range(rows)]
        body = ",\n    ".join(lines)
        matrices.append(f"  {json.dumps(name)}: [\n    {body}]")
    head = {"format": FORMAT, "version": VERSION, **shape._asdict()}
    written = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    whole = ",\n".join(written + matrices)
    path = checked_suffix(path, [".json", ""], "a GPT")
    write_atomically(path, f"{{\n{whole}\n}}\n")
    return path


def load_gpt(path: str | Path) -> tuple[Shape, list[float]]:
    """Return the shape and the parameters of a saved GPT.

    Raises ValueError, which says why, for a file that is none or damaged; OSError if it cannot
    be read.
    """
    return read_checked(Path(path), "a saved GPT", parsed)


def parsed(raw: bytes) -> tuple[Shape, list[float]]:
    document = document_in(raw, FORMAT, VERSION)
    shape = Shape(*[field(document, name, int) for name in Shape._fields]).checked()
    numbers: list[float] = []
    for name, (rows, columns) in shape.matrices().items():
        matrix = field(document, name, list)
        if len(matrix) != rows:
            raise ValueError(f"{name} must have {rows} rows")
        for row in matrix:
            row = entry(row, f"a row of {name}", list)
            if len(row) != columns:
                raise ValueError(f"a row of {name} must have {columns} numbers")
            numbers += [finite(number) for number in row]
    return shape, numbers
