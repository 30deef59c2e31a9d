"""Processes: the script's own, how it is started, and how it ends with all that it started.

A script may start others, which may outlive it, or leave its process group. So all of them bear a
mark in their environment, by which they are found. (Where the system does not show a process's
environment, those that left the group stay.)
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

__all__ = ["MARK", "end_all", "new_mark", "started"]

MARK = "AUTOGRAD_LITE_DEBUGGED"  # the variable of the environment
PROCESSES = Path("/proc")
ROUNDS = 20  # of looking for processes: one may start another while it is being ended
WINDOWS = sys.platform == "win32"


def new_mark() -> str:
    """Return a text that marks the processes of one run."""
    return secrets.token_hex(16)


def started(
    command: Sequence[str], *, folder: Path | None, environment: Mapping[str, str | None], mark: str
) -> "subprocess.Popen[bytes]":
    """Start a command in a group of its own, marked, with pipes for its input and outputs.

    environment     what is other than in ours; None takes a variable away

    Raises OSError if there is no such command or folder.
    """
    together = {**os.environ, **environment, MARK: mark}
    return subprocess.Popen(
        command,
        cwd=folder,
        env={name: value for name, value in together.items() if value is not None},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=not WINDOWS,
    )


def end_all(mark: str, group: int | None = None) -> None:
    """End every process that bears a mark, and those of a group, but not our own."""
    if group is not None and WINDOWS:
        ending = ["taskkill", "/T", "/F", "/PID", str(group)]
        subprocess.run(ending, check=False, capture_output=True)
        return
    if group is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    for _ in range(ROUNDS):
        found = list(marked(mark))
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if not found:
            return


def marked(mark: str) -> Iterator[int]:
    """Yield the processes whose environment has a mark, but not our own."""
    wanted = f"{MARK}={mark}".encode()
    for folder in PROCESSES.iterdir() if PROCESSES.is_dir() else ():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
        except OSError:  # it has ended, or is not ours
            continue
