"""The script's side of the debugger: its own process, in which it runs unchanged.

The script runs in the main thread. Another thread reads what the adapter sends: while the script
is stopped in a recording it hands requests over to the main thread, else it answers what needs no
place. When the adapter is gone, so is this process, with all that the script started.
"""

import io
import os
import queue
import runpy
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from autograd_lite.debugging.breakpoints import Breakpoints
from autograd_lite.debugging.processes import MARK, end_all
from autograd_lite.debugging.protocol import (
    Arguments,
    Channel,
    Reader,
    Request,
    RequestError,
    asking,
    refusal,
    response,
)
from autograd_lite.debugging.recorder import Recorder
from autograd_lite.debugging.session import SETTING, THREAD, Session, mistake_told
from autograd_lite.source_lines import LINES, record_lines

__all__ = ["ADDRESS", "BEGIN", "ENDED", "HELLO", "INPUT", "main"]

ADDRESS = "AUTOGRAD_LITE_ADAPTER"  # the variable of the environment: port and password
HELLO, BEGIN, ENDED, INPUT = "hello", "begin", "ended", "input"  # what the two processes say
HOST = "127.0.0.1"


def main() -> None:
    """Run the script that the adapter names; the exit status is the script's."""
    port, _, password = os.environ.pop(ADDRESS).partition(":")
    wire = socket.create_connection((HOST, int(port)))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a stop is told at once
    reader = Reader(wire.makefile("rb"))
    channel = Channel(wire.makefile("wb"))
    channel.send(asking(HELLO, password=password, process=os.getpid()))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # each line is told when it is printed
    script = Script(reader, channel, wire)
    threading.Thread(target=script.listen, name="debugger", daemon=True).start()
    script.run()


class Script:
    """The script, and what it answers to the adapter while it runs and while it is stopped."""

    def __init__(self, reader: Reader, channel: Channel, wire: socket.socket) -> None:
        self.reader = reader
        self.channel = channel
        self.wire = wire
        self.breakpoints = Breakpoints()
        self.begun: queue.SimpleQueue[Arguments] = queue.SimpleQueue()
        self.requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self.changing = threading.Lock()  # whether it is stopped, or is to stop
        self.stopped = False
        self.pausing = False  # asked for before the script began
        self.recorder: Recorder | None = None

    def __repr__(self) -> str:
        return f"<script {'stopped' if self.stopped else 'running'}: {self.recorder!r}>"

    # -- The main thread --

    def run(self) -> None:
        """Wait until the adapter says what to run, and run it to its end."""
        options = self.begun.get()
        recorder = Recorder(
            self.breakpoints,
            self.walk,
            self.tell,
            chosen=chosen(options),
            at_entry=options.flag("stopOnEntry", True) if "stopOnEntry" in options else None,
        )
        with self.changing:
            self.recorder = recorder
            if self.pausing:
                recorder.pause()
        recorder.install()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.leave)
        record_lines()
        try:
            run_as_main(options)
        except SystemExit:
            raise
        except BaseException as error:
            part = users_part(error.__traceback__)
            sys.excepthook(type(error), error.with_traceback(part), part)
            recorder.failed(error)
            sys.exit(1)
        finally:
            sys.stdout.flush()
            self.channel.send(asking(ENDED, recordings=recorder.count, found=recorder.found))

    def leave(self) -> None:
        """In a process that the script forked: be as if there were no debugger."""
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, self.wire.fileno())  # the adapter sees the end of the script's own process
        os.close(nowhere)
        self.channel.lock = threading.Lock()  # another thread may have held it
        self.channel.open = False
        if self.recorder is not None:
            self.recorder.uninstall()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Tell the adapter something; once it knows that we stand, requests are the session's."""
        if message.get("event") == "stopped":
            with self.changing:
                self.stopped = True
        self.channel.send(message)

    def walk(self, session: Session) -> None:
        """Answer requests from a recording until it is left."""
        try:
            while not session.left:
                session.answer(self.requests.get())
        finally:
            with self.changing:
                self.stopped = False
            while not self.requests.empty():
                self.answer(self.requests.get())

    # -- The other thread --

    def listen(self) -> None:
        """Take requests until the adapter is gone; then end all."""
        while True:
            try:
                request = self.reader.next()
            except RequestError:
                continue
            except OSError:
                request = None
            if request is None:
                end_all(os.environ.get(MARK, ""))
                os._exit(1)
            with self.changing:
                if self.stopped:
                    self.requests.put(request)
                    continue
            self.answer(request)

    def answer(self, request: Request) -> None:
        """Answer a request while the script runs."""
        try:
            body = self.answered(request)
        except RequestError as error:
            told = mistake_told(error, self.breakpoints.language)
            self.channel.send(refusal(request.seq, request.command, told))
            return
        if body is not None:
            self.channel.send(response(request, body))

    def answered(self, request: Request) -> Mapping[str, Any] | None:
        """Return the body of the answer; None where the adapter gives it."""
        command, arguments = request.command, request.arguments
        if command == BEGIN:
            self.breakpoints.language = arguments.text("language")
            self.begun.put(arguments)
            return None
        if command in SETTING:
            return SETTING[command](self.breakpoints, arguments)
        if command == "threads":
            return {"threads": [{"id": THREAD, "name": "script"}]}
        if command == "pause":
            with self.changing:
                self.pausing = True
                if self.recorder is not None:
                    self.recorder.pause()
            return {}
        if command == "evaluate" and arguments.text("context", "") == "repl":
            self.channel.send(asking(INPUT, text=arguments.text("expression"), of=request.seq))
            return None
        raise RequestError("debugger.running")


def chosen(options: Arguments) -> int | str | None:
    """Return the number or the label of the recording to stop in, None if any will do."""
    wanted = options.fields.get("recording")
    if wanted is None or (isinstance(wanted, (int, str)) and not isinstance(wanted, bool)):
        return int(wanted) if isinstance(wanted, str) and wanted.isdecimal() else wanted
    raise RequestError("debugger.text", name="recording")


def run_as_main(options: Arguments) -> None:
    """Run a program or a module as Python runs it from the command line."""
    program, module = options.text("program", ""), options.text("module", "")
    sys.argv = [program or module, *options.texts("args")]
    if module:
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, str(Path(program).resolve().parent))
        runpy.run_path(program, run_name="__main__")


def users_part(found: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that is the user's: without our frames and runpy's above."""
    while found is not None:
        file = found.tb_frame.f_code.co_filename
        if not file.startswith(LINES.ours) and found.tb_frame.f_globals.get("__name__") != "runpy":
            return found
        found = found.tb_next
    return None
