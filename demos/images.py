"""The digit images (手書き数字の画像): 4 rows of 3 pixels, black or white, as text art.

A file holds blocks separated by blank lines: a label line with the digit and a note on how it
was drawn, then four rows of `#` (on) and `.` (off). Lines between blocks that start with "# "
are comments.

    0 thin oval
    .#.
    #.#
    #.#
    .#.
"""

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROWS", "COLUMNS", "Image", "load_images", "load_drawing", "LEARNED", "UNSEEN"]

ROWS, COLUMNS = 4, 3
PIXELS_TYPED = str.maketrans("＃．。■□", "#..#.")  # as a Japanese keyboard gives them
PICTURES = {  # how files begin that are no text
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"BM": "BMP", b"%PDF": "PDF",
}  # fmt: skip
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
        digit, note = label_of(block[0])
        if digit < 0:
            raise ValueError(f"{path}, line {line}: a label is 0 or 1 and a note, not {block[0]!r}")
        rows = checked_rows(path, line + 1, block[1:])
        if rows in seen:
            raise ValueError(f"{path}, line {line}: the same image stands at line {seen[rows]}")
        seen[rows] = line
        images.append(Image(digit, note, rows))
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
    if len(block) <= ROWS or set(block[0]) <= {"#", "."}:  # no label, but a row already
        return Image(-1, "", checked_rows(path, line, block))
    digit, note = label_of(block[0])
    return Image(digit, note, checked_rows(path, line + 1, block[1:]))


def label_of(line: str) -> tuple[int, str]:
    """Return the digit and the note of a label line; -1 and the whole line if it has no digit."""
    digit, *note = line.split(maxsplit=1)
    return (int(digit), "".join(note)) if digit in ("0", "1") else (-1, line)


def decoded(path: str | Path, raw: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 as Windows' editors save it.

    Raises ValueError, which says what to write, for a picture and for any other bytes.
    """
    for begins, kind in PICTURES.items():
        if raw.startswith(begins):
            raise ValueError(
                f"{path} is a {kind} picture; write the image as text: {ROWS} lines of {COLUMNS} "
                f"signs, # where a pixel is on and . where it is off"
            )
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text; save it as UTF-8") from None


def blocks(path: str | Path) -> list[tuple[int, list[str]]]:
    """Return the blocks of a file, each with the number of its first line."""
    with Path(path).open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ValueError(f"{path} is too large to be text art of digits")
    text = decoded(path, raw).translate(PIXELS_TYPED)
    found: list[tuple[int, list[str]]] = []
    open_block = False
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line:
            open_block = False
        elif open_block:
            found[-1][1].append(line)
        elif line.startswith("# "):
            continue
        else:
            found.append((number, [line]))
            open_block = True
    return found


def checked_rows(path: str | Path, line: int, rows: Sequence[str]) -> tuple[str, ...]:
    """Return the rows of an image; raise ValueError unless they are 4 rows of 3 pixels."""
    for k, row in enumerate(rows):
        if len(row) != COLUMNS or set(row) - {"#", "."}:
            shown = row if len(row) <= 40 else row[:37] + "..."
            raise ValueError(
                f"{path}, line {line + k}: a row is {COLUMNS} pixels, each # or ., not {shown!r}"
            )
    if len(rows) != ROWS:
        raise ValueError(f"{path}, line {line}: an image has {ROWS} rows, not {len(rows)}")
    return tuple(rows)
