"""The digit images (手書き数字の画像): 4 rows of 3 pixels, black or white, as text art.

A file holds blocks separated by blank lines: a label line with the digit and a note on how it
was drawn, then four rows of `#` (on) and `.` (off). Lines that start with "# " are comments.

    0 thin oval
    .#.
    #.#
    #.#
    .#.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROWS", "COLUMNS", "Image", "load_images", "load_drawing", "LEARNED", "UNSEEN"]

ROWS, COLUMNS = 4, 3
LARGEST = 1_000_000  # bytes; such a file is not text art of digits

LEARNED = Path(__file__).with_name("digits.txt")  # the 64 images that training sees
UNSEEN = Path(__file__).with_name("unseen.txt")  # 16 more, that it never sees


class Image(NamedTuple):
    """One image: what it shows, how it was drawn, its pixels.

    digit       0 or 1; -1 where nobody has said
    note        how it was drawn: "thin oval"
    rows        four texts of three characters, `#` and `.`
    """

    digit: int
    note: str
    rows: tuple[str, ...]

    @property
    def pixels(self) -> list[float]:
        """The 12 inputs a_1^1 … a_12^1, row by row: 1.0 for on, 0.0 for off."""
        return [1.0 if pixel == "#" else 0.0 for row in self.rows for pixel in row]

    @property
    def target(self) -> list[float]:
        """What the two outputs should be: the first answers to "0", the second to "1"."""
        return [1.0, 0.0] if self.digit == 0 else [0.0, 1.0]


def load_images(path: str | Path = LEARNED) -> list[Image]:
    """Return the labelled images of a file, in its order.

    Raises ValueError, which names the file and line, for a label that is not 0 or 1, a block
    that is not 4 rows of 3 pixels, an image that stands there twice, and a file without images;
    OSError if it cannot be read.

    >>> images = load_images()
    >>> len(images), sum(image.digit for image in images)
    (64, 32)
    """
    images = []
    seen: dict[tuple[str, ...], int] = {}
    for line, block in blocks(path):
        label = block[0].split(maxsplit=1)
        if label[0] not in ("0", "1"):
            raise ValueError(f"{path}, line {line}: a label is 0 or 1 and a note, not {block[0]!r}")
        rows = checked_rows(path, line + 1, block[1:])
        if rows in seen:
            raise ValueError(f"{path}, line {line}: the same image stands at line {seen[rows]}")
        seen[rows] = line
        images.append(Image(int(label[0]), label[1] if len(label) > 1 else "", rows))
    if not images:
        raise ValueError(f"{path} holds no images")
    return images


def load_drawing(path: str | Path) -> Image:
    """Return the one image of a file: four rows of pixels; a label line above them may stand.

    Raises ValueError, which says what is wrong, for anything else; OSError if it cannot be read.
    """
    found = blocks(path)
    if len(found) != 1:
        raise ValueError(
            f"{path} must hold one image of {ROWS} rows, and holds {len(found)} blocks"
        )
    line, block = found[0]
    if len(block) == ROWS + 1:
        label = block[0].split(maxsplit=1)
        digit = int(label[0]) if label[0] in ("0", "1") else -1
        return Image(digit, block[0], checked_rows(path, line + 1, block[1:]))
    return Image(-1, "", checked_rows(path, line, block))


def blocks(path: str | Path) -> list[tuple[int, list[str]]]:
    """Return the blocks of a file, each with the number of its first line."""
    with Path(path).open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ValueError(f"{path} is too large to be text art of digits")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    found: list[tuple[int, list[str]]] = []
    open_block = False
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line.startswith("# "):
            continue
        if not line:
            open_block = False
        elif open_block:
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
            open_block = True
    return found


def checked_rows(path: str | Path, line: int, rows: Sequence[str]) -> tuple[str, ...]:
    """Return the rows of an image; raise ValueError unless they are 4 rows of 3 pixels."""
    if len(rows) != ROWS:
        raise ValueError(f"{path}, line {line}: an image has {ROWS} rows, not {len(rows)}")
    for k, row in enumerate(rows):
        if len(row) != COLUMNS or set(row) - {"#", "."}:
            raise ValueError(
                f"{path}, line {line + k}: a row is {COLUMNS} pixels, each # or ., not {row!r}"
            )
    return tuple(rows)
