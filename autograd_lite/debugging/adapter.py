"""The adapter: what an editor talks to. It starts scripts, and passes requests and answers on.

What belongs to the editor's session is answered here: how it begins and ends. All else is asked
of the script's own process, so that nothing the script does can stop the adapter.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd_lite.debugging.breakpoints import FAILING, FILTERS, NAN
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
from autograd_lite.debugging.running import Command, Run, command_of
from autograd_lite.debugging.script import chosen
from autograd_lite.debugging.session import SETTING, mistake_told
from autograd_lite.words import LANGUAGES, Language, chosen_language, text

__all__ = ["Adapter"]

PATIENCE = 60.0  # seconds for an editor to open its terminal
FILTER_WORDS = {NAN: "debugger.stops nan", FAILING: "debugger.stops failing"}
ABILITIES = (
    "supportsConfigurationDoneRequest", "supportsStepBack", "supportsFunctionBreakpoints",
    "supportsConditionalBreakpoints", "supportsHitConditionalBreakpoints", "supportsLogPoints",
    "supportsDataBreakpoints", "supportsEvaluateForHovers", "supportsSetVariable",
    "supportsSetExpression", "supportsRestartRequest", "supportsTerminateRequest",
    "supportsGotoTargetsRequest", "supportsExceptionInfoRequest",
    "supportTerminateDebuggee",
)  # fmt: skip


class Adapter:
    """An editor's session: from the first message until the editor is gone.

    >>> import io
    >>> from autograd_lite.debugging.protocol import framed
    >>> asked = framed({"seq": 1, "type": "request", "command": "initialize", "arguments": {}})
    >>> answers = io.BytesIO()
    >>> Adapter(Reader(io.BytesIO(asked)), Channel(answers)).serve()
    >>> b'"supportsStepBack":true' in answers.getvalue()
    True
    """

    def __init__(self, reader: Reader, channel: Channel) -> None:
        self.reader = reader
        self.channel = channel
        self.language: Language = chosen_language()
        self.opens_terminals = False
        self.terminals: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self.command: Command | None = None
        self.run: Run | None = None
        self.settings: dict[tuple[str, str], Request] = {}  # the breakpoints, for a restart
        self.configured = False
        self.leaving = False

    def __repr__(self) -> str:
        return f"<adapter of {self.run!r}>"

    # -- Serving --

    def serve(self) -> None:
        """Answer until the editor leaves; afterwards no process is left that was started."""
        try:
            while not self.leaving:
                try:
                    message = self.reader.message()
                    if message is None:
                        return
                    if message.get("type") == "response":
                        self.terminals.put(message)
                        continue
                    self.answer(request_of(message))
                except RequestError as error:
                    told = error.told(self.language)
                    self.channel.send(refusal(error.seq, error.command, told))
        except OSError:
            return  # the editor is gone
        finally:
            self.leaving = True
            if self.run is not None:
                self.run.stop()

    def answer(self, request: Request) -> None:
        """Answer a request, or pass it on."""
        try:
            own = ANSWERS.get(request.command)
            if own is not None:
                own(self, request)
                return
            if self.run is None:
                raise RequestError("debugger.launch first")
            if self.run.command.plain:
                self.done(request, {"breakpoints": [], "threads": []})
                return
            if request.command in SETTING:
                source = request.arguments.part("source").fields.get("path", "")
                self.settings[request.command, str(source)] = request
            self.run.ask(request)
        except RequestError as error:
            told = mistake_told(error, self.language)
            self.channel.send(refusal(request.seq, request.command, told))

    def done(self, request: Request, body: Mapping[str, Any] | None = None) -> None:
        """Tell that a request was done."""
        self.channel.send(response(request, body))

    # -- How a session begins --

    def initialize(self, request: Request) -> None:
        """Tell what we can do, in the editor's language."""
        arguments = request.arguments
        self.language = spoken(arguments.text("locale", "")) or self.language
        lines_from_1 = arguments.flag("linesStartAt1", True)
        if not lines_from_1 or arguments.text("pathFormat", "path") != "path":
            raise RequestError("debugger.lines and paths")
        self.opens_terminals = arguments.flag("supportsRunInTerminalRequest", False)
        filters = [
            {"filter": name, "label": text(FILTER_WORDS[name], self.language), "default": on}
            for name, on in FILTERS.items()
        ]
        abilities: dict[str, Any] = dict.fromkeys(ABILITIES, True)
        self.done(request, {**abilities, "exceptionBreakpointFilters": filters})

    def launch(self, request: Request) -> None:
        """Start the script's process; it waits until the editor has set its breakpoints."""
        if self.run is not None:
            raise RequestError("debugger.launched")
        self.prepare(request.arguments)
        self.start(request)

    def prepare(self, options: Arguments) -> None:
        """Read what is to be run."""
        chosen(options)
        language = options.text("language", "")
        if language and language not in LANGUAGES:
            raise RequestError("debugger.no language", name=language)
        self.command = command_of(options)
        self.language = language or self.language
        if self.command.in_terminal and not self.opens_terminals:
            raise RequestError("debugger.no terminal")

    def start(self, request: Request) -> None:
        """Start a run beside the serving, so that an editor can leave meanwhile."""
        assert self.command is not None
        run = self.run = Run(self.command, self.language, self.channel.send, self.ended)
        again = list(self.settings.values())
        threading.Thread(target=self.come_up, args=(run, request, again), daemon=True).start()

    def come_up(self, run: Run, request: Request, again: Sequence[Request]) -> None:
        """Wait until a run is there, and tell the editor, or why it is not."""
        try:
            run.start(self.in_terminal)
            if request.command == "restart":
                for setting in again if not run.command.plain else ():
                    run.ask(setting, silent=True)
                run.begin()
        except RequestError as error:
            told = mistake_told(error, self.language)
            run.stop()
            if self.run is run:
                self.run = None
            self.channel.send(refusal(request.seq, request.command, told))
            if request.command == "restart":
                self.channel.send(event("terminated"))
            return
        self.done(request)
        if request.command == "launch":
            self.channel.send(event("initialized"))

    def in_terminal(self, words: Sequence[str], environment: Mapping[str, str | None]) -> int:
        """Let the editor run a command in its terminal; return the process's number, or 0."""
        assert self.command is not None
        kind = self.command.options.text("console").removesuffix("Terminal")
        asked = asking(
            "runInTerminal", kind=kind, title="autograd-lite", args=list(words),
            cwd=str(self.command.folder or ""), env=dict(environment),
        )  # fmt: skip
        number = self.channel.send(asked)
        while True:
            try:
                answer = self.terminals.get(timeout=PATIENCE)
            except queue.Empty:
                raise RequestError("debugger.no terminal") from None
            if answer.get("request_seq") == number:
                break
        if not answer.get("success"):
            raise RequestError("debugger.no terminal")
        process = Arguments(answer).part("body").fields.get("processId")
        return process if isinstance(process, int) else 0

    def configured_now(self, request: Request) -> None:
        """Let the script run."""
        if self.run is None or self.configured:
            raise RequestError("debugger.launch first" if self.run is None else "debugger.launched")
        self.configured = True
        self.run.begin()
        self.done(request)

    def attach(self, request: Request) -> None:
        """Say why there is no attaching."""
        raise RequestError("debugger.no attach")

    # -- How it ends --

    def restart(self, request: Request) -> None:
        """Run the script again from its start, with the same breakpoints."""
        if self.command is None:
            raise RequestError("debugger.launch first")
        given = request.arguments.part("arguments")
        if given.fields:
            self.prepare(given)
        if self.run is not None:
            self.run.stop()
        self.configured = True
        self.start(request)

    def terminate(self, request: Request) -> None:
        """Ask the script to end."""
        if self.run is None:
            raise RequestError("debugger.launch first")
        self.done(request)
        self.run.stop_gently()

    def disconnect(self, request: Request) -> None:
        """End the script and all that it started, and then the session."""
        if self.run is not None:
            self.run.stop()
        self.done(request)
        self.leaving = True

    def ended(self, run: Run) -> None:
        """Tell that there is nothing to debug any more, unless another run has begun."""
        if self.run is run:
            self.channel.send(event("terminated"))


def spoken(locale: str) -> Language:
    """Return the language of an editor's locale, "" if there is no catalogue for it.

    >>> spoken("ja-JP"), spoken("fr")
    ('ja', '')
    """
    found = locale.lower().replace("_", "-").partition("-")[0]
    return found if found in LANGUAGES else ""


ANSWERS: Mapping[str, Callable[[Adapter, Request], None]] = {
    "initialize": Adapter.initialize,
    "launch": Adapter.launch,
    "attach": Adapter.attach,
    "configurationDone": Adapter.configured_now,
    "restart": Adapter.restart,
    "terminate": Adapter.terminate,
    "disconnect": Adapter.disconnect,
}
