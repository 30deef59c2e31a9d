"""A trained GPT as a file that a person can read, and back."""

import json
from collections.abc import Sequence
from pathlib import Path

from autograd_lite.files import checked_suffix, read_limited, write_atomically
from demos.gpt.model import Shape
from nn.saving import entry, field, finite, no_name_twice, not_finite, shown

__all__ = ["load_gpt", "save_gpt"]

FORMAT = "autograd-lite GPT"
VERSION = 1
LARGEST = 64 * 2**20  # bytes of a file


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
    path = Path(path)
    raw = read_limited(path, LARGEST)
    try:
        if len(raw) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MiB")
        return parsed(raw)
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text (byte {error.start})"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:  # of json too
        reason = str(error)
    raise ValueError(f"{path} is not a saved GPT: {reason}")


def parsed(raw: bytes) -> tuple[Shape, list[float]]:
    text = raw.decode("utf-8-sig")  # some editors put a byte order mark in front
    document = json.loads(text, parse_constant=not_finite, object_pairs_hook=no_name_twice)
    document = entry(document, "the file", dict)
    if document.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT!r}")
    version = field(document, "version", int)
    if version != VERSION:
        raise ValueError(f"its version is {shown(version)}; this program reads {VERSION}")
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
