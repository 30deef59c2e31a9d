"""One run of a script, as the adapter sees it: its process, its output, and what it answers.

Legend
    wire        the connection with the script's process, on loopback, with a password of its own
    pending     the requests that it has not answered yet
"""

import codecs
import hmac
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from autograd_lite.debugging.processes import MARK, end_all, new_mark, started
from autograd_lite.debugging.protocol import (
    Arguments,
    Channel,
    Reader,
    Request,
    RequestError,
    asking,
    event,
    refusal,
    request_of,
    response,
)
from autograd_lite.debugging.script import ADDRESS, BEGIN, ENDED, HELLO, HOST, INPUT

__all__ = ["Command", "Run", "command_of"]

RUNNER = "import sys; sys.path.pop(0); from autograd_lite.debugging.script import main; main()"
PATIENCE = 60.0  # seconds for the script's process to come up
DRAINED = 1.0  # seconds for the last output, which another process may hold open
GENTLY = 1.0  # seconds from asking a script to end until it is ended
CHUNK = 32 * 1024  # bytes of output in one message
MOST_OUTPUT = 8 * 1024 * 1024  # bytes of output that an editor is sent
IN_UTF8 = {"PYTHONIOENCODING": "utf-8"}  # an editor's console is no terminal


class Command(NamedTuple):
    """What is to be run, and how.

    words           the interpreter and what it is given
    plain           without debugger
    in_terminal     in the editor's terminal instead of its console
    """

    words: list[str]
    folder: Path | None
    environment: dict[str, str | None]
    options: Arguments
    plain: bool
    in_terminal: bool


def command_of(options: Arguments) -> Command:
    """Return what a launch request asks for; raise RequestError for what cannot be run."""
    program, module = options.text("program", ""), options.text("module", "")
    folder = Path(options.text("cwd")) if "cwd" in options else None
    if bool(program) == bool(module):
        raise RequestError("debugger.program or module")
    if folder is not None and not folder.is_dir():
        raise RequestError("debugger.no folder", path=folder)
    if program and not (folder or Path()).joinpath(program).is_file():
        raise RequestError("debugger.no file", path=program)
    console = options.text("console", "internalConsole")
    if console not in ("internalConsole", "integratedTerminal", "externalTerminal"):
        raise RequestError("debugger.no console", name=console)
    plain = options.flag("noDebug", False)
    options.flag("stopOnEntry", True)
    options.texts("args")
    given = options.part("env").fields
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            raise RequestError("debugger.text", name=f"env.{name}")
    python = options.fields.get("python")
    words = options.texts("python") if isinstance(python, list) else [options.text("python", "")]
    runner = ["-m", module] if module else [program]
    words = [word or sys.executable for word in words or [""]]
    words += [*runner, *options.texts("args")] if plain else ["-c", RUNNER]
    return Command(words, folder, dict(given), options, plain, console != "internalConsole")


class Run:
    """A script that was started, until it has ended: an adapter makes one for each launch.

    tell        what takes each message to the editor
    ended       what is called once when it is over
    """

    def __init__(
        self,
        command: Command,
        language: str,
        tell: Callable[[Mapping[str, Any]], int],
        ended: Callable[["Run"], None],
    ) -> None:
        self.command = command
        self.language = language
        self.tell = tell
        self.ended = ended
        self.mark = new_mark()
        self.process: subprocess.Popen[bytes] | None = None
        self.number: int | None = None  # of the process, where the terminal started it
        self.wire: Channel | None = None
        self.socket: socket.socket | None = None
        self.pending: dict[int, Request] = {}
        self.silent: set[int] = set()  # requests whose answers the editor does not wait for
        self.changing = threading.Lock()
        self.recordings: tuple[int, bool] | None = None  # how many, and whether the wanted one
        self.relaying = threading.Thread(target=self.relay, daemon=True)
        self.up = False
        self.over = False
        self.printed = 0

    def __repr__(self) -> str:
        return f"<run of {' '.join(self.command.words[-2:])!r}>"

    # -- Starting --

    def start(self, in_terminal: Callable[[Sequence[str], Mapping[str, str | None]], int]) -> None:
        """Start the script's process, and wait until it is there.

        `in_terminal` starts it in the editor's terminal, and returns the process's number or 0.

        Raises RequestError where it does not come up.
        """
        if self.command.plain:
            self.up = True
            self.begin_process({**IN_UTF8, "PYTHONUNBUFFERED": "1", **self.command.environment})
            return
        password = secrets.token_hex(16)
        with socket.create_server((HOST, 0)) as server:
            port = server.getsockname()[1]
            environment = {**self.command.environment, ADDRESS: f"{port}:{password}"}
            if self.command.in_terminal:
                marked = {**environment, MARK: self.mark}
                self.number = in_terminal(self.command.words, marked) or None
            else:
                self.begin_process({**IN_UTF8, **environment})
            self.accept(server, password)

    def begin_process(self, environment: Mapping[str, str | None]) -> None:
        """Start the process with pipes, and what reads them."""
        command = self.command
        try:
            self.process = started(
                command.words, folder=command.folder, environment=environment, mark=self.mark
            )
        except (OSError, ValueError) as error:
            raise RequestError("debugger.cannot start", error=error) from None
        assert self.process.stdout is not None and self.process.stderr is not None
        readers = [
            threading.Thread(target=self.pass_on, args=(pipe, category), daemon=True)
            for pipe, category in ((self.process.stdout, "stdout"), (self.process.stderr, "stderr"))
        ]
        for reader in readers:
            reader.start()
        threading.Thread(target=self.wait, args=(readers,), daemon=True).start()

    def accept(self, server: socket.socket, password: str) -> None:
        """Wait for the script's process to connect; whoever has no password is sent away."""
        server.settimeout(0.1)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self.over:
            if self.process is not None and self.process.poll() is not None:
                raise RequestError("debugger.no start", python=self.command.words[0])
            try:
                connected, _ = server.accept()
            except TimeoutError:
                continue
            connected.settimeout(5.0)
            reader = Reader(connected.makefile("rb"))
            try:
                said = reader.next()
            except (RequestError, OSError):
                said = None
            if said is not None and said.command == HELLO:
                given = said.arguments.text("password", "")
                if hmac.compare_digest(given.encode(), password.encode()):
                    connected.settimeout(None)
                    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.number = said.arguments.integer("process")
                    self.socket, self.reader = connected, reader
                    self.relaying.start()
                    self.wire = Channel(connected.makefile("wb"))
                    self.up = True
                    return
            connected.close()
        raise RequestError("debugger.no start", python=self.command.words[0])

    def begin(self) -> None:
        """Let the script run."""
        if self.wire is not None:
            options = {**self.command.options.fields, "language": self.language}
            self.wire.send(asking(BEGIN, **options))

    # -- Asking the script --

    def ask(self, request: Request, silent: bool = False) -> None:
        """Pass a request on to the script; its answer goes to the editor, unless silent."""
        with self.changing:
            wire = None if self.over else self.wire
            if wire is not None:
                self.pending[request.seq] = request
                if silent:
                    self.silent.add(request.seq)
        if wire is None:
            if silent:
                raise RequestError("debugger.no script")
            self.tell(self.without_script(request))
            return
        fields = {"seq": request.seq, "type": "request", "command": request.command}
        wire.forward({**fields, "arguments": request.arguments.fields})

    def without_script(self, request: Request) -> Mapping[str, Any]:
        """Return the answer to a request when there is no script: it has no threads.

        An editor asks for them as soon as a script runs, and that may end before it answers.
        """
        if request.command == "threads":
            return response(request, {"threads": []})
        told = RequestError("debugger.no script").told(self.language)
        return refusal(request.seq, request.command, told)

    def relay(self) -> None:
        """Pass what the script says on to the editor, until it says no more."""
        while True:
            try:
                message = self.reader.message()
            except RequestError:
                continue
            except OSError:
                message = None
            if message is None:
                break
            self.take(message)
        if self.process is None:  # the terminal's: nobody else sees its end
            self.finish(None)

    def take(self, message: dict[str, Any]) -> None:
        """Pass one message on, or do what it asks."""
        del message["seq"]  # it gets another on the way to the editor
        if message["type"] == "request":
            request = request_of({**message, "seq": 0})
            if request.command == INPUT:
                self.put_in(request.arguments)
            elif request.command == ENDED:
                found = request.arguments.flag("found", True)
                self.recordings = request.arguments.integer("recordings"), found
            return
        if message["type"] == "response":
            with self.changing:
                known = self.pending.pop(message["request_seq"], None)
                silent = message["request_seq"] in self.silent
                self.silent.discard(message["request_seq"])
            if known is None or silent:
                return
        self.tell(message)

    def put_in(self, given: Arguments) -> None:
        """Give the script a line that the reader typed, and answer the request that it came in."""
        with self.changing:
            request = self.pending.pop(given.integer("of"), None)
        if request is None:
            return
        pipe = self.process.stdin if self.process is not None else None
        try:
            if pipe is None:
                raise RequestError("debugger.terminal's input")
            pipe.write(f"{given.text('text')}\n".encode())
        except (OSError, ValueError, RequestError) as error:
            key = error.key if isinstance(error, RequestError) else "debugger.no input"
            told = RequestError(key).told(self.language)
            self.tell(refusal(request.seq, request.command, told))
            return
        self.tell(response(request, {"result": "", "variablesReference": 0}))

    # -- Its output --

    def pass_on(self, pipe: IO[bytes], category: str) -> None:
        """Pass what the script prints on to the editor; of very much, only the first part."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            piece = os.read(pipe.fileno(), CHUNK)
            before = self.printed
            self.printed += len(piece)
            if before <= MOST_OUTPUT:
                text = decoder.decode(piece, final=not piece)
                if text:
                    self.tell(event("output", category=category, output=text))
                if self.printed > MOST_OUTPUT:
                    told = RequestError("debugger.output cut", most=MOST_OUTPUT // 1024**2)
                    self.say(told.told(self.language))
            if not piece:
                return

    def say(self, line: str) -> None:
        """Tell the reader something in the editor's console."""
        self.tell(event("output", category="console", output=f"{line}\n"))

    # -- Its end --

    def wait(self, readers: Sequence[threading.Thread]) -> None:
        """Wait for the process to end; then tell its last words, and end what it left behind."""
        assert self.process is not None
        status = self.process.wait()
        deadline = time.monotonic() + DRAINED
        for thread in (*readers, *([self.relaying] if self.wire is not None else [])):
            thread.join(max(deadline - time.monotonic(), 0.0))
        self.finish(status)

    def finish(self, status: int | None) -> None:
        """Tell the editor that the script has ended, unless it was stopped, or never came up.

        Of a script in a terminal, the terminal shows the exit status.
        """
        with self.changing:
            told = self.over or not self.up
            self.over = True
            pending = list(self.pending.values())
            self.pending.clear()
        self.end_processes()
        if told:
            return
        for request in pending:
            if request.seq not in self.silent:
                self.tell(self.without_script(request))
        for line in self.last_words():
            self.say(line)
        if status is not None:
            self.tell(event("exited", exitCode=status))
        self.ended(self)

    def last_words(self) -> list[str]:
        """Return what is told of a script that had nothing to step through."""
        if self.recordings is None:
            return []
        count, found = self.recordings
        if not count:
            return [RequestError("debugger.no recordings").told(self.language)]
        if not found:
            wanted = self.command.options.fields.get("recording")
            error = RequestError("debugger.not that recording", wanted=wanted, count=count)
            return [error.told(self.language)]
        return []

    def end_processes(self) -> None:
        """End the script's process and all that it started."""
        group = self.process.pid if self.process is not None else None
        end_all(self.mark, group)
        if self.socket is not None:
            self.socket.close()

    def stop(self) -> None:
        """End the script at once, without another word to the editor."""
        with self.changing:
            self.over = True
        self.end_processes()
        if self.process is not None:
            self.process.wait()

    def stop_gently(self) -> None:
        """Ask the script to end; where it does not, it is ended."""
        if self.process is None:
            self.end_processes()
            return
        self.process.terminate()
        timer = threading.Timer(GENTLY, self.end_processes)
        timer.daemon = True
        timer.start()
