"""The machine code of handlers: compiled when first needed, and kept in a file of the user's.

Each function is named by a digest of its text, so the table's content is in the name: another
spelling is another function. The file is one for each processor and LLVM. What is in it is
found there by the next process; what is missing is compiled, and added. It is a convenience: a
file that is broken, or is somebody else's, is as if it were not there and is written anew, and
where none can be written, none is.

    sha-256 of the rest, in hex; a line of JSON: for each object file its size, and the names of
    its functions; then the object files
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograd_lite.compiling.handlers import PLACEHOLDER, shared_text
from autograd_lite.compiling.machine_code import Objects, engine, object_of
from autograd_lite.files import cache_folder, read_limited, write_atomically

__all__ = ["addresses", "handler_path"]

LIMIT = 8_000_000  # bytes of a file: a few hundred handlers are 200,000; beyond, it begins anew
CHECKSUM = 64

ADDRESSES: dict[str, int] = {}  # of the functions of this process, by name
LOADED: list[Objects] = []  # keeps their code


class Segment(NamedTuple):
    """An object file, and the functions in it."""

    names: list[str]
    data: bytes


def addresses(texts: Mapping[Any, Sequence[str]]) -> dict[Any, int]:
    """Return where functions lie in memory, compiled if need be.

    texts   the text of each function, in which it is called @this; the keys are the caller's

    Threads that ask at once may compile a function twice; either is as good as the other.
    """
    names = {}
    wanted = {}
    for key, lines in texts.items():
        text = "\n".join(lines)
        name = f"f_{hashlib.sha256(text.encode()).hexdigest()[:20]}"
        names[key] = name
        if name not in ADDRESSES:
            wanted[name] = text.replace(f"@{PLACEHOLDER}(", f"@{name}(", 1)
    if wanted:
        path = handler_path()
        for segment in segments_in(path):
            if not wanted.keys().isdisjoint(segment.names):
                load(segment)
        missing = {name: text for name, text in wanted.items() if name not in ADDRESSES}
        if missing:
            lines = [*shared_text(engine().lanes), *missing.values()]
            segment = Segment(list(missing), object_of("\n".join(lines) + "\n"))
            load(segment)
            keep(path, segment)
    return {key: ADDRESSES[name] for key, name in names.items()}


def load(segment: Segment) -> None:
    """Have the functions of an object file in memory."""
    objects = Objects(segment.data)
    found = {name: objects.address(name) for name in segment.names}
    LOADED.append(objects)
    ADDRESSES.update({name: address for name, address in found.items() if address})


# -- The file ------------------------------------------------------------------------------------


def handler_path() -> Path | None:
    """Return the file of this processor and this LLVM; None where there is no folder for it."""
    folder = cache_folder()
    if folder is None:
        return None
    facts = [engine().identity, *shared_text(engine().lanes)]
    return folder / f"handlers-{hashlib.sha256(chr(10).join(facts).encode()).hexdigest()[:20]}.bin"


def segments_in(path: Path | None) -> list[Segment]:
    """Return what a file holds; nothing if it is broken, somebody else's or not there."""
    if path is None:
        return []
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return []  # machine code of somebody else's is not run
        data = read_limited(path, LIMIT)
        checksum, rest = data[:CHECKSUM], data[CHECKSUM:]
        if checksum != hashlib.sha256(rest).hexdigest().encode():
            return []
        head, _, objects = rest.partition(b"\n")
        segments = []
        start = 0
        for size, names in json.loads(head):
            segments.append(Segment(names, objects[start : start + size]))
            start += size
        return segments
    except (OSError, ValueError):
        return []


def keep(path: Path | None, segment: Segment) -> None:
    """Add an object file to those of a path, as they are there by now, where that can be done."""
    if path is None:
        return
    segments = [*segments_in(path), segment]
    if sum([len(kept.data) for kept in segments]) > LIMIT // 2:
        segments = [segment]
    head = json.dumps([[len(kept.data), kept.names] for kept in segments]).encode()
    rest = b"\n".join([head, b"".join([kept.data for kept in segments])])
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, hashlib.sha256(rest).hexdigest().encode() + rest)
