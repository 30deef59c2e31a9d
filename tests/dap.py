"""A small client of the debug adapter protocol, to drive debugpy as VS Code does."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


class Session:
    """A program under debugpy, and the client that debugs it.

    Messages are JSON with a Content-Length before them:
    https://microsoft.github.io/debug-adapter-protocol/overview
    """

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
        self.stream = self.socket.makefile("rb")
        self.number = 0
        self.events: list[dict[str, Any]] = []
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

    def send(self, command: str, **arguments: Any) -> int:
        self.number += 1
        message = {
            "seq": self.number, "type": "request", "command": command, "arguments": arguments,
        }  # fmt: skip
        body = json.dumps(message).encode()
        self.socket.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return self.number

    def received(self) -> dict[str, Any]:
        length = 0
        while line := self.stream.readline().strip():
            length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.stream.read(length))
        return message

    def answer(self, number: int) -> dict[str, Any]:
        while True:
            message = self.received()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                body: dict[str, Any] = message.get("body") or {}
                return body
            if message["type"] == "event":
                self.events.append(message)

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self.answer(self.send(command, **arguments))

    def event(self, name: str) -> dict[str, Any]:
        while True:
            for k, message in enumerate(self.events):
                if message["event"] == name:
                    del self.events[: k + 1]
                    body: dict[str, Any] = message.get("body") or {}
                    return body
            message = self.received()
            if message["type"] == "event":
                self.events.append(message)

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
