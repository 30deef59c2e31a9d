"""Files that appear whole or not at all."""

import os
import secrets
from pathlib import Path

__all__ = ["write_atomically"]


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Put text (as UTF-8, with the line ends it has) or bytes in the place of a file, in one step.

    The content goes to a temporary file in the same folder, which then takes the place of
    `path`: a kill at any moment, or a full disk, leaves the old file or the new one.

    Raises FileNotFoundError, which says so, if there is no such folder, and OSError if it
    cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {str(path.parent)!r} to write in; make it first"
        )
    data = content.encode("utf-8") if isinstance(content, str) else content
    part = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
