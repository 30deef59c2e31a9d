"""The debug adapter protocol as far as it is about messages: how they are framed, read, answered.

A message is JSON with `Content-Length: N` before it. What comes in is not trusted: a message that
is none, too large, or of the wrong shape is a `RequestError`, whose text is the answer, and the
next message is read as if nothing had been.
https://microsoft.github.io/debug-adapter-protocol/overview

>>> import io
>>> reader = Reader(io.BytesIO(framed({"seq": 1, "type": "request", "command": "next"})))
>>> reader.next()
Request(seq=1, command='next', arguments=<arguments {}>)
"""

import json
import re
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from autograd_lite.words import Language, text

__all__ = [
    "Arguments", "Channel", "Reader", "Request", "RequestError",
    "asking", "event", "framed", "refusal", "request_of", "response",
]  # fmt: skip

LARGEST = 4 * 1024 * 1024  # bytes of a message
LONGEST_LINE = 4096  # bytes of a header
LENGTH = re.compile(rb"content-length\s*:\s*(\S*)\s*$", re.IGNORECASE)
REMEMBERED = 64  # bytes of a line without end, in which a header may begin
INTEGERS = 2**53  # beyond, an editor's numbers are not whole


class RequestError(Exception):
    """A request that cannot be answered: its key in the catalogue, and what the sentence is about.

    seq, command    of the request, where they could be read
    """

    def __init__(self, key: str, /, **parts: object) -> None:
        super().__init__(key)
        self.key = key
        self.parts = parts
        self.seq = 0
        self.command = ""

    def told(self, language: Language | None) -> str:
        """Return the sentence in a language."""
        return text(self.key, language, **self.parts)


# -- What a request asks -----------------------------------------------------------------------


class Arguments:
    """What a request was given, each looked at before it is used.

    >>> Arguments({"threadId": 1}).integer("threadId")
    1
    """

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def __repr__(self) -> str:
        return f"<arguments {self.fields!r:.60}>"

    def __contains__(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def integer(self, name: str, default: int | None = None, least: int = 0) -> int:
        """Return a whole number, `least` or more; raise RequestError for anything else."""
        found = self.fields.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int):
            raise RequestError("debugger.whole number", name=name)
        if not least <= found <= INTEGERS:
            raise RequestError("debugger.whole number", name=name)
        return found

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; raise RequestError for anything else."""
        found = self.fields.get(name)
        found = default if found is None else found
        if not isinstance(found, str):
            raise RequestError("debugger.text", name=name)
        return found

    def flag(self, name: str, default: bool) -> bool:
        """Return whether something is wanted; raise RequestError if that is neither yes nor no."""
        found = self.fields.get(name)
        found = default if found is None else found
        if not isinstance(found, bool):
            raise RequestError("debugger.flag", name=name)
        return found

    def part(self, name: str) -> "Arguments":
        """Return an object in it, an empty one where there is none."""
        found = self.fields.get(name)
        if found is not None and not isinstance(found, Mapping):
            raise RequestError("debugger.object", name=name)
        return Arguments(found or {})

    def parts(self, name: str) -> "list[Arguments]":
        """Return a list of objects, an empty one where there is none."""
        found = self.listed(name, Mapping)
        return [Arguments(each) for each in found]

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, an empty one where there is none."""
        return list(self.listed(name, str))

    def listed(self, name: str, kind: type) -> list[Any]:
        """Return a list of things of one kind; raise RequestError for anything else."""
        found = self.fields.get(name)
        found = [] if found is None else found
        if not isinstance(found, list) or not all(isinstance(each, kind) for each in found):
            raise RequestError("debugger.list", name=name)
        return found


class Request(NamedTuple):
    """One request of an editor."""

    seq: int
    command: str
    arguments: Arguments


def message_in(body: bytes | str) -> dict[str, Any]:
    """Return the object that a message's body is; raise RequestError if it is none."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError("debugger.not JSON") from None
    if not isinstance(message, dict):
        raise RequestError("debugger.not a request")
    return message


def request_of(message: Mapping[str, Any]) -> Request:
    """Return the request that a message is; raise RequestError if it is none."""
    seq, command = message.get("seq"), message.get("command")
    known = isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= INTEGERS
    arguments = message.get("arguments")
    arguments = {} if arguments is None else arguments
    right = known and message.get("type") == "request" and isinstance(command, str) and command
    if not right or not isinstance(arguments, dict):
        error = RequestError("debugger.not a request")
        error.seq = seq if known and isinstance(seq, int) else 0
        error.command = command if isinstance(command, str) else ""
        raise error
    assert isinstance(seq, int) and isinstance(command, str)
    return Request(seq, command, Arguments(arguments))


# -- Reading -----------------------------------------------------------------------------------


class Reader:
    """The requests in a stream of bytes.

    After a message that is none it goes on at the next header, whatever stands between.
    """

    __slots__ = ("lost", "rest", "stream")

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.rest = b""  # the end of a line whose end has not come
        self.lost = False  # what comes is left over from a message that was none

    def next(self) -> Request | None:
        """Return the next request, None at the end; raise RequestError for a message that is none.

        It can be called again after an error.
        """
        message = self.message()
        return None if message is None else request_of(message)

    def message(self) -> dict[str, Any] | None:
        """Return the next message of any kind, None at the end; raise RequestError for no message.

        It can be called again after an error.
        """
        length = self.length()
        if length is None:
            return None
        body = self.stream.read(length)
        if len(body) < length:
            return None  # whoever wrote it is gone
        self.lost = False
        try:
            return message_in(body)
        except RequestError as error:
            self.lost = error.key == "debugger.not JSON"
            raise

    def length(self) -> int | None:
        """Read headers up to the empty line; return how long the body is, None at the end."""
        found: bytes | None = None
        while True:
            piece = self.stream.readline(LONGEST_LINE)
            if not piece:
                return None
            line = self.rest + piece
            if not piece.endswith(b"\n"):
                self.rest = line[-REMEMBERED:]
                continue
            self.rest = b""
            header = LENGTH.search(line.rstrip(b"\r\n"))
            if header:
                found = header[1]
            elif not line.strip() and (found is not None or not self.lost):
                return self.checked(found)

    def checked(self, length: bytes | None) -> int:
        """Return the length that a header gives; raise RequestError if it is none or too large."""
        self.lost = True
        if length is None or not length.isdigit() or len(length) > 12:
            raise RequestError("debugger.no length")
        if int(length) > LARGEST:
            raise RequestError("debugger.too large", most=LARGEST)
        return int(length)


# -- Answering ---------------------------------------------------------------------------------


def response(request: Request, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the message that a request was done, with what it asked for."""
    return {
        "type": "response", "request_seq": request.seq, "command": request.command,
        "success": True, "body": dict(body or {}),
    }  # fmt: skip


def refusal(seq: int, command: str, message: str) -> dict[str, Any]:
    """Return the message that a request cannot be done, and why; editors show the text."""
    told = {"id": 1, "format": "{why}", "variables": {"why": message}, "showUser": True}
    return {
        "type": "response", "request_seq": seq, "command": command,
        "success": False, "message": message, "body": {"error": told},
    }  # fmt: skip


def event(name: str, **body: Any) -> dict[str, Any]:
    """Return the message that something happened."""
    return {"type": "event", "event": name, "body": body}


def asking(command: str, **arguments: Any) -> dict[str, Any]:
    """Return the message that asks the other side for something."""
    return {"type": "request", "command": command, "arguments": arguments}


def framed(message: Mapping[str, Any]) -> bytes:
    """Return a message as it goes over the wire."""
    body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Channel:
    """Where messages go to the editor, whole and numbered, from any thread.

    Afterwards nothing is written any more to an editor that is gone.
    """

    __slots__ = ("lock", "open", "seq", "stream")

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.lock = threading.Lock()
        self.seq = 0
        self.open = True

    def send(self, message: Mapping[str, Any]) -> int:
        """Write one message with the next number; return that."""
        with self.lock:
            self.seq += 1
            self.write({"seq": self.seq, **message})
            return self.seq

    def forward(self, message: Mapping[str, Any]) -> None:
        """Write one message that has a number of its own."""
        with self.lock:
            self.write(message)

    def write(self, message: Mapping[str, Any]) -> None:
        """Write a message while we hold the lock."""
        if not self.open:
            return
        try:
            self.stream.write(framed(message))
            self.stream.flush()
        except (OSError, ValueError):
            self.open = False
