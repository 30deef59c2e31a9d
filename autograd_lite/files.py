"""Files that appear whole or not at all, and that take nobody else's place.

What stands at a path already is respected: a link is followed, the mode stays, and what is no
regular file (a device, a pipe, a folder) is never replaced.
"""

import contextlib
import errno
import glob
import os
import secrets
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["write_atomically", "checked_suffix", "read_limited", "cache_folder"]

STALE = 60.0  # seconds: what is still unfinished after so long was left behind by a kill


def checked_suffix(path: str | Path, kinds: Sequence[str], what: str) -> Path:
    """Return a path whose ending is one of `kinds`; "" among them allows none.

    Raises ValueError, which says what to write: another kind of file may be somebody's work.

    >>> checked_suffix("net.json", [".json"], "a network").name
    'net.json'
    >>> checked_suffix("lesson.py", [".json"], "a network")
    Traceback (most recent call last):
    ValueError: a network is saved as .json, not as lesson.py; write lesson.json
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; write the name of a file in it")
    if path.suffix.lower() not in kinds:
        endings = " or ".join(kind for kind in kinds if kind)
        instead = path.with_suffix(kinds[0]).name if path.name else f"a name with {kinds[0]}"
        raise ValueError(f"{what} is saved as {endings}, not as {path.name}; write {instead}")
    return path


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Put text (as UTF-8, with the line ends it has) or bytes in the place of a file, in one step.

    The content goes to a temporary file in the same folder, which then takes the place of
    `path`, or of what `path` is a link to, with the mode that it had: a kill at any moment, or a
    full disk, leaves the old file or the new one. The temporary file that a kill may leave behind
    goes away with a later write. A character device (/dev/null, a terminal) is written to.

    Raises FileNotFoundError, which says so, if there is no such folder, and OSError if the file
    may not be written, or is none: a folder, a pipe.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {str(path.parent)!r} to write in; make it first"
        )
    mode = writable_mode(path)
    if mode is not None and stat.S_ISCHR(mode):
        with path.open("wb") as device:
            device.write(data)
        return
    stem = f".{path.name[:60]}"
    part = path.with_name(f"{stem}.{secrets.token_hex(4)}.part")
    try:
        put(part, data, mode)
        part.replace(path)
    except PermissionError:
        part.unlink(missing_ok=True)
        raise PermissionError(errno.EACCES, "no right to write here", str(path)) from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for old in path.parent.glob(f"{glob.escape(stem)}.{'[0-9a-f]' * 8}.part"):
        remove_if_stale(old)


def put(part: Path, data: bytes, mode: int | None) -> None:
    """Write a new file down to the disk, with a mode and, where possible, its old owner."""
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        part.chmod(stat.S_IMODE(mode))


def writable_mode(path: Path) -> int | None:
    """Return the mode of what stands at a path, None if nothing does.

    Raises OSError, which names the path, for what may not be written or is neither a regular
    file nor a character device.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file in it", str(path))
    if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):
        raise OSError(errno.EINVAL, "it is no regular file, and is not replaced", str(path))
    if not os.access(path, os.W_OK) or not mode & 0o222:
        raise PermissionError(errno.EACCES, "it is write-protected", str(path))
    return mode


def remove_if_stale(part: Path) -> None:
    """Remove what a kill left behind long ago."""
    with contextlib.suppress(OSError):  # somebody else has removed it, or holds it open
        if time.time() - part.stat().st_mtime > STALE:
            part.unlink()


def read_limited(path: Path, limit: int) -> bytes:
    """Return what a regular file holds, one byte more than `limit` at most.

    Raises ValueError for what is none: reading a pipe would wait for ever, a device never end.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a folder says so itself
        raise ValueError(f"{path} is no regular file, and is not read")
    with path.open("rb") as file:
        return file.read(limit + 1)


CACHE_VARIABLE = "AUTOGRAD_LITE_CACHE"  # of the environment: another folder than the system's


def cache_folder() -> Path | None:
    """Return the user's folder for what can be made again, as the system has it; it may not exist.

    The environment variable AUTOGRAD_LITE_CACHE names another. None where there is no such
    folder: a user without a home.
    """
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        return Path(given)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        folder = Path(local) if local else None
    elif sys.platform == "darwin":
        folder = home_folder("Library", "Caches")
    else:
        shared = os.environ.get("XDG_CACHE_HOME", "")
        folder = Path(shared) if Path(shared).is_absolute() else home_folder(".cache")
    return folder / "autograd-lite" if folder is not None else None


def home_folder(*names: str) -> Path | None:
    """Return a folder in the user's home, None if there is no home."""
    try:
        return Path.home().joinpath(*names)
    except RuntimeError:
        return None
