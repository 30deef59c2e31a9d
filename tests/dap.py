"""Small clients of the debug adapter protocol, to drive debuggers as VS Code does."""

import io
import json
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO


class Editor:
    """An editor's side of the debug adapter protocol, over any two streams.

    Messages are JSON with a Content-Length before them:
    https://microsoft.github.io/debug-adapter-protocol/overview
    """

    def __init__(self, stream: BinaryIO, put: Callable[[bytes], object]) -> None:
        self.stream = stream
        self.put = put
        self.number = 0
        self.events: list[dict[str, Any]] = []  # that nobody has waited for yet
        self.all_events: list[dict[str, Any]] = []
        self.arrived: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        """Take in all messages, and None at the end."""
        message: dict[str, Any] | None = {}
        while message is not None:
            try:
                message = self.next_message()
            except (OSError, ValueError):
                message = None
            self.arrived.put(message)

    def next_message(self) -> dict[str, Any] | None:
        length = 0
        while line := self.stream.readline().strip():
            length = int(line.partition(b":")[2])
        message: dict[str, Any] | None = json.loads(self.stream.read(length)) if length else None
        return message

    def send(self, command: str, **arguments: Any) -> int:
        self.number += 1
        message = {
            "seq": self.number, "type": "request", "command": command, "arguments": arguments,
        }  # fmt: skip
        body = json.dumps(message).encode()
        self.put(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return self.number

    def received(self) -> dict[str, Any]:
        message = self.arrived.get(timeout=60.0)
        if message is None:
            self.arrived.put(None)
            raise EOFError("the other side is gone")
        if message["type"] == "event":
            self.events.append(message)
            self.all_events.append(message)
        return message

    def response(self, number: int) -> dict[str, Any]:
        while True:
            message = self.received()
            if message["type"] == "response" and message["request_seq"] == number:
                return message

    def answer(self, number: int) -> dict[str, Any]:
        message = self.response(number)
        assert message["success"], message
        body: dict[str, Any] = message.get("body") or {}
        return body

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self.answer(self.send(command, **arguments))

    def refused(self, command: str, **arguments: Any) -> str:
        message = self.response(self.send(command, **arguments))
        assert not message["success"], message
        told: str = message["message"]
        return told

    def event(self, name: str) -> dict[str, Any]:
        while True:
            for k, message in enumerate(self.events):
                if message["event"] == name:
                    del self.events[: k + 1]
                    body: dict[str, Any] = message.get("body") or {}
                    return body
            self.received()


class Session(Editor):
    """A program under debugpy, and the client that debugs it."""

    def __init__(self, program: Path, lines: list[int], folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.log = folder / "output.txt"  # a file: debugpy's own helper would keep a pipe open
        self.process = subprocess.Popen(
            [sys.executable, "-Xfrozen_modules=off", "-m", "debugpy", "--listen",
             f"127.0.0.1:{port}", "--wait-for-client", str(program)],
            cwd=folder, stdout=self.log.open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.socket = self.connected(port)
        super().__init__(self.socket.makefile("rb"), self.socket.sendall)
        self.request("initialize", adapterID="test", pathFormat="path", linesStartAt1=True)
        attaching = self.send("attach", justMyCode=False)
        self.event("initialized")
        self.request(
            "setBreakpoints",
            source={"path": str(program)},
            breakpoints=[{"line": line} for line in lines],
        )
        self.request("configurationDone")
        self.answer(attaching)

    def connected(self, port: int) -> socket.socket:
        deadline = time.monotonic() + 30.0
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=60.0)
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    # -- What a person does --

    def stopped(self) -> list[dict[str, Any]]:
        """Wait until the program stops; return its frames, innermost first."""
        self.thread = self.event("stopped")["threadId"]
        self.frames: list[dict[str, Any]] = self.request("stackTrace", threadId=self.thread)[
            "stackFrames"
        ]
        return self.frames

    def do(self, command: str) -> list[dict[str, Any]]:
        """Press stepIn, next, stepOut or continue, and wait for the next stop."""
        self.request(command, threadId=self.thread)
        return self.stopped()

    def variables(self) -> dict[str, str]:
        """Return what the pane of local variables shows for the innermost frame."""
        scopes = self.request("scopes", frameId=self.frames[0]["id"])["scopes"]
        reference = next(s["variablesReference"] for s in scopes if s["name"] == "Locals")
        found = self.request("variables", variablesReference=reference)["variables"]
        return {one["name"]: one["value"] for one in found}

    def evaluate(self, expression: str) -> str:
        """Return what a watch expression shows."""
        result = self.request(
            "evaluate", expression=expression, frameId=self.frames[0]["id"], context="watch"
        )
        value: str = result["result"]
        return value

    def ended(self) -> str:
        """Let the program run to its end; return what it printed."""
        self.request("continue", threadId=self.thread)
        self.event("terminated")
        self.process.wait(timeout=60)
        return self.log.read_text(encoding="utf-8")

    def close(self) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()


class Debugger(Editor):
    """Our adapter over its standard input and output, and the client that talks to it."""

    def __init__(self, folder: Path, **initialize: Any) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograd_lite", "dap"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None
        super().__init__(io.BufferedReader(self.process.stdout), self.process.stdin.write)
        self.abilities = self.request("initialize", **{"locale": "en", **initialize})

    def launch(self, program: str, **options: Any) -> None:
        """Start a program of the given text, and wait until breakpoints can be set."""
        path = self.folder / "script.py"
        path.write_text(program, encoding="utf-8")
        self.path = str(path)
        self.answer(self.send("launch", program=self.path, **options))
        self.event("initialized")

    def begin(self) -> None:
        self.request("configurationDone")

    def run(self, program: str, *, labels: Sequence[str] = (), **options: Any) -> dict[str, Any]:
        """Start a program with breakpoints at labels; return what its first stop says."""
        self.launch(program, **options)
        self.request("setFunctionBreakpoints", breakpoints=[{"name": name} for name in labels])
        self.begin()
        return self.event("stopped")

    def press(self, command: str) -> str:
        """Press a button; return where the next stop is."""
        self.request(command, threadId=1)
        description: str = self.event("stopped")["description"]
        return description

    def evaluate(self, expression: str) -> str:
        result: str = self.request("evaluate", expression=expression, context="watch")["result"]
        return result

    def ended(self) -> tuple[int, str]:
        """Wait for the script's end; return its exit status and all that was printed."""
        while "exited" not in [message["event"] for message in self.all_events]:
            self.received()
        self.event("terminated")
        bodies = {message["event"]: message["body"] for message in self.all_events}
        status: int = bodies["exited"]["exitCode"]
        printed = [e["body"]["output"] for e in self.all_events if e["event"] == "output"]
        return status, "".join(printed)

    def close(self) -> None:
        """Leave as an editor does that is closed."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
