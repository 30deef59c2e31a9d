"""Files that appear whole or not at all."""

import glob
import os
import secrets
import time
from pathlib import Path

__all__ = ["write_atomically"]

STALE = 60.0  # seconds: what is still unfinished after so long was left behind by a kill


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Put text (as UTF-8, with the line ends it has) or bytes in the place of a file, in one step.

    The content goes to a temporary file in the same folder, which then takes the place of
    `path`: a kill at any moment, or a full disk, leaves the old file or the new one. The
    temporary file that a kill may leave behind goes away with a later write.

    Raises FileNotFoundError, which says so, if there is no such folder, and OSError if it
    cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {str(path.parent)!r} to write in; make it first"
        )
    data = content.encode("utf-8") if isinstance(content, str) else content
    stem = f".{path.name[:60]}"
    part = path.with_name(f"{stem}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for old in path.parent.glob(f"{glob.escape(stem)}.{'[0-9a-f]' * 8}.part"):
        remove_if_stale(old)


def remove_if_stale(part: Path) -> None:
    try:
        if time.time() - part.stat().st_mtime > STALE:
            part.unlink()
    except OSError:
        pass  # somebody else has removed it, or holds it open: nothing depends on it
