"""A session: the requests of an editor, answered from one recording.

It knows no processes and no wire: a request comes in, messages go out. Moving is a place in the
walk; every move ends in one `stopped`, after its response, as the protocol has it. Where a move
goes on behind the end of the recording, `left` says how, and whoever runs the script goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd_lite.debugging.asking import GRADIENT, Nothing, Place, Question, find
from autograd_lite.debugging.breakpoints import REASONS, Breakpoints, Here, Stop, file_of
from autograd_lite.debugging.panes import ORIGIN, Panes, frames
from autograd_lite.debugging.protocol import (
    Arguments,
    Request,
    RequestError,
    event,
    refusal,
    response,
)
from autograd_lite.debugging.recordings import FAILED, Recording
from autograd_lite.debugging.walk import Walk
from autograd_lite.expression import plain_number
from autograd_lite.stepping.page import page
from autograd_lite.tracing.names import told_number
from autograd_lite.value import Value
from autograd_lite.words import Language, text

__all__ = ["CONTINUE", "SETTING", "STEP", "THREAD", "Session", "mistake_told"]

CONTINUE, STEP = "continue", "step"  # how a recording is left
THREAD = 1
FRAMES = 200  # that are given at once to an editor that does not say how many
BESIDE = 6  # numbers beside a line
TARGETS = 50  # places of a line that one can go to
MISTAKES = (LookupError, ValueError, ArithmeticError, TypeError, RuntimeError, OSError)
SETTING = {  # the requests that set breakpoints, which need no place
    "setBreakpoints": Breakpoints.on_lines,
    "setFunctionBreakpoints": Breakpoints.on_labels,
    "setDataBreakpoints": Breakpoints.on_data,
    "setExceptionBreakpoints": Breakpoints.on_exceptions,
}


def mistake_told(error: Exception, language: Language | None) -> str:
    """Return what is told of a request that failed."""
    if isinstance(error, RequestError):
        return error.told(language)
    return str(error.args[0] if isinstance(error, KeyError) and error.args else error)


class Session:
    """One recording, walked in at the requests of an editor.

    tell        what takes each message that goes out
    variables   the script's own, by name
    listed      what lists the recordings so far: texts
    left        how the recording was left, "" while it is walked in

    >>> from autograd_lite import Value
    >>> x = Value(3.0, "x")
    >>> sent = []
    >>> recording = Recording(1, "backward", x * x)
    >>> session = Session(recording, Breakpoints(), sent.append, language="en")
    >>> session.begin("entry")
    >>> session.answer(Request(1, "next", Arguments({})))
    >>> [message["body"].get("description") for message in sent]
    ['start of backward: v1 = 9', None, 'forward 1 of 1: v1']
    """

    def __init__(
        self,
        recording: Recording,
        breakpoints: Breakpoints,
        tell: Callable[[Mapping[str, Any]], object],
        *,
        language: Language | None = None,
        variables: Mapping[str, object] | None = None,
        listed: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self.recording = recording
        self.breakpoints = breakpoints
        self.tell = tell
        self.language = language
        self.variables = variables or {}
        self.listed = listed
        self.left = ""
        self.reason = ""
        self.hit: list[int] = []  # the numbers of the breakpoints that stopped here
        self.recorded()

    def __repr__(self) -> str:
        return f"<session in {self.recording!r}>"

    def recorded(self) -> None:
        """Begin to walk in what the recording is now."""
        self.walk = Walk(self.recording.record)
        self.here = Here(self.breakpoints, self.walk, self.variables)
        self.panes = Panes(self.walk, self.recording, self.language)

    def told(self, key: str, **parts: object) -> str:
        """Return words of the catalogue."""
        return text(key, self.language, **parts)

    # -- Answering --

    def begin(self, reason: str, place: int = 0) -> None:
        """Stop for the first time."""
        self.go(place, reason)
        self.tell_stop()

    def begin_at_breakpoint(self) -> bool:
        """Stop for the first time where a breakpoint stops; return whether one does."""
        stop = self.here.next_stop(0)
        self.tell_messages(stop.messages)
        if stop.breakpoints:
            self.arrive(stop)
            self.tell_stop()
        return bool(stop.breakpoints)

    def answer(self, request: Request) -> None:
        """Answer a request: its response, and then what happened."""
        self.reason = ""
        try:
            if request.command in SETTING:
                body = SETTING[request.command](self.breakpoints, request.arguments)
                self.here = Here(self.breakpoints, self.walk, self.variables)
            elif request.command in ANSWERS:
                body = ANSWERS[request.command](self, request.arguments)
            else:
                raise RequestError("debugger.unknown", command=request.command[:60])
        except (RequestError, *MISTAKES) as error:
            told = mistake_told(error, self.language)
            self.tell(refusal(request.seq, request.command, told))
            return
        self.tell(response(request, body))
        if self.left:
            self.breakpoints.left(self.here)
        elif self.reason:
            self.tell_stop()

    def tell_stop(self) -> None:
        """Tell that we stand somewhere, why, and where in the two passes that is."""
        body: dict[str, Any] = {
            "reason": self.reason, "description": self.description(self.walk.at),
            "threadId": THREAD, "allThreadsStopped": True, "hitBreakpointIds": self.hit,
        }  # fmt: skip
        if self.failing():
            body.update(reason="exception", text=self.recording.error)
        if self.reason == "goto":  # else VS Code keeps the description of the stop before
            self.tell(event("continued", threadId=THREAD, allThreadsContinued=True))
        self.tell(event("stopped", **body))

    def failing(self) -> bool:
        """Return whether we stand at an op that failed."""
        return bool(self.recording.error) and self.walk.at == self.walk.turn

    def description(self, place: int) -> str:
        """Return in which pass a place is, and where in it: `backward 5 of 9: z -> w`."""
        walk, names = self.walk, self.recording.record.names
        k = walk.node_at(place)
        if k is None:
            return self.told("debugger.start", recording=self.recording)
        receiving = walk.receiving_at(place)
        if receiving is None:
            parts: dict[str, object] = {"number": place, "count": walk.turn, "node": names[k]}
            return self.told("debugger.forward", **parts)
        number, count = place - walk.turn, walk.end - walk.turn
        ends = f"{names[k]} -> {names[receiving]}"
        return self.told("debugger.backward", number=number, count=count, ends=ends)

    # -- Moving --

    def go(self, place: int, reason: str, hit: Sequence[int] = ()) -> dict[str, Any]:
        """Go to a place, for a reason that the editor is told."""
        self.walk.goto(place)
        self.panes = Panes(self.walk, self.recording, self.language)
        self.reason = reason
        self.hit = list(hit)
        return {}

    def onward(self, place: int) -> dict[str, Any]:
        """Go forward to a place, or to a breakpoint before; at the end, leave the recording."""
        if self.walk.at == self.walk.end:
            self.left = STEP
            return {}
        stop = self.here.next_stop(self.walk.at, last=place)
        self.tell_messages(stop.messages)
        return self.arrive(stop) if stop.breakpoints else self.go(place, "step")

    def step_over(self, arguments: Arguments) -> dict[str, Any]:
        """Do the whole next node."""
        return self.onward(self.walk.over())

    def step_in(self, arguments: Arguments) -> dict[str, Any]:
        """Do one operation, or one edge."""
        return self.onward(self.walk.at + 1)

    def step_out(self, arguments: Arguments) -> dict[str, Any]:
        """Leave the present unit or layer."""
        return self.onward(self.walk.out())

    def step_back(self, arguments: Arguments) -> dict[str, Any]:
        """Undo one operation, or one edge."""
        return self.go(self.walk.at - 1, "step")

    def go_on(self, arguments: Arguments) -> dict[str, Any]:
        """Go to the next breakpoint, or to the end; from there, leave the recording."""
        if self.walk.at == self.walk.end:
            self.left = CONTINUE
        else:
            self.run(backwards=False)
        return {"allThreadsContinued": True}

    def go_back(self, arguments: Arguments) -> dict[str, Any]:
        """Go back to the breakpoint before, or to the start."""
        return self.run(backwards=True)

    def run(self, backwards: bool) -> dict[str, Any]:
        """Go on to the next breakpoint in a direction, or to that end."""
        last = 0 if backwards else self.walk.end
        stop = self.here.next_stop(self.walk.at, backwards)
        self.tell_messages(stop.messages)
        if not stop.breakpoints:
            return self.go(last, "step")
        return self.arrive(stop)

    def arrive(self, stop: Stop) -> dict[str, Any]:
        """Go to where breakpoints stop."""
        numbers = [self.breakpoints.number(each) for each in stop.breakpoints]
        return self.go(stop.place, REASONS[stop.breakpoints[0].kind], numbers)

    def tell_messages(self, messages: Sequence[str]) -> None:
        """Tell what was logged."""
        for message in messages:
            self.tell(event("output", category="console", output=f"{message}\n"))

    def goto_targets(self, arguments: Arguments) -> dict[str, Any]:
        """Return the places of a line that one can go to."""
        path = file_of(arguments.part("source").text("path"))
        line = arguments.integer("line")
        places = self.walk.places_of_line(self.here.on_line(path, line))
        return {
            "targets": [
                {"id": place + 1, "label": self.description(place), "line": line}
                for place in places[:TARGETS]
            ]
        }

    def goto_place(self, arguments: Arguments) -> dict[str, Any]:
        """Go to a target; its id is the place and 1."""
        place = arguments.integer("targetId", least=1) - 1
        if place > self.walk.end:
            raise RequestError("debugger.no place", last=self.walk.end)
        return self.go(place, "goto")

    def goto_node(self, arguments: Arguments) -> dict[str, Any]:
        """Go to a node in the pass where we are: where it is made, or where it passes on.

        A leaf, which passes nothing on, has its whole gradient at its place in the backward pass.
        """
        k = arguments.integer("node")
        if k >= len(self.recording.record.nodes):
            raise RequestError("debugger.no frame", number=k)
        return self.go(self.walk.place_of(k), "goto")

    def pause(self, arguments: Arguments) -> dict[str, Any]:
        """Stay where we are."""
        return self.go(self.walk.at, "pause")

    # -- Showing --

    def threads(self, arguments: Arguments) -> dict[str, Any]:
        """Return the one thread there is: the two passes."""
        name = f"{self.recording.number}: {self.recording}"
        return {"threads": [{"id": THREAD, "name": name}]}

    def stack_trace(self, arguments: Arguments) -> dict[str, Any]:
        """Return a part of the path from the output down."""
        start = arguments.integer("startFrame", 0)
        levels = arguments.integer("levels", 0) or FRAMES
        return frames(self.walk, self.recording, start, min(levels, FRAMES))

    def node_of_frame(self, number: int) -> int | None:
        """Return the node of a frame, None for the script's own line."""
        if number > len(self.recording.record.nodes):
            raise RequestError("debugger.no frame", number=number)
        return None if number == ORIGIN else number - 1

    def scopes(self, arguments: Arguments) -> dict[str, Any]:
        """Return what there is to be opened of a frame."""
        shown = self.panes.scopes(self.node_of_frame(arguments.integer("frameId")))
        if self.listed is not None:
            shown.append((self.told("debugger.recordings"), self.panes.texts(self.listed), True))
        return {
            "scopes": [
                {"name": name, "variablesReference": self.panes.numbered(pane), "expensive": large}
                for name, pane, large in shown
            ]
        }

    def variables_of(self, arguments: Arguments) -> dict[str, Any]:
        """Return a part of the rows of a pane."""
        pane = self.panes.pane(arguments.integer("variablesReference"))
        if pane is None:
            raise RequestError("debugger.no pane")
        rows = pane.rows(arguments.integer("start", 0), arguments.integer("count", 0))
        return {"variables": [self.panes.shown(row) for row in rows]}

    def set_variable(self, arguments: Arguments) -> dict[str, Any]:
        """Give a leaf another number; both passes run again."""
        pane = self.panes.pane(arguments.integer("variablesReference"))
        if pane is None:
            raise RequestError("debugger.no pane")
        name = arguments.text("name")
        row = next((row for row in pane.rows() if row.name == name), None)
        return self.set_leaf(name, row.node if row else None, arguments.text("value"))

    def set_expression(self, arguments: Arguments) -> dict[str, Any]:
        """Give the leaf that a watch expression names another number."""
        name = arguments.text("expression").strip().strip("`")
        return self.set_leaf(name, find(self.walk, name, self.variables), arguments.text("value"))

    def set_leaf(self, name: str, k: int | None, value: str) -> dict[str, Any]:
        """Run both passes again with another number in a leaf; we stay at our place."""
        if k is None or self.recording.record.nodes[k].parents:
            raise RequestError("debugger.not a leaf", name=name)
        at = self.walk.at
        self.recording.set_leaf(k, plain_number(value))
        self.recorded()
        self.walk.goto(at)
        self.tell(event("invalidated", areas=["all"]))
        return {"value": told_number(self.recording.record.data[k])}

    def evaluate(self, arguments: Arguments) -> dict[str, Any]:
        """Return what a formula is here, all of a node, or why its gradient is what it is."""
        asked = arguments.text("expression").strip()
        if asked.startswith("why "):
            k = find(self.walk, asked[4:].strip().strip("`"), self.variables)
            told = self.recording.record.why(k).text(self.language)
            return {"result": told, "variablesReference": 0}
        try:
            k = find(self.walk, asked.strip("`"), self.variables)
        except KeyError:
            return {"result": self.result(asked), "variablesReference": 0}
        value, gradient = self.panes.of_node(k)
        pane = self.panes.numbered(lambda: self.panes.node(k))
        told = f"{value.value}   {GRADIENT} {gradient.value}"
        return {"result": told, "variablesReference": pane}

    def result(self, asked: str) -> str:
        """Return what a formula or a comparison is here."""
        try:
            found = Question(asked)(Place(self.walk, self.walk.at, self.variables))
        except Nothing as error:
            raise RequestError("debugger.nothing", what=error.args[0]) from None
        return str(found).lower() if isinstance(found, bool) else told_number(found)

    def data_breakpoint(self, arguments: Arguments) -> dict[str, Any]:
        """Return by which name to stop when a node's gradient changes."""
        name = arguments.text("name").strip()
        if not name.endswith(f".{GRADIENT}"):
            why = self.told("debugger.choose gradient", name=f"{name}.{GRADIENT}")
            return {"dataId": None, "description": why}
        k = find(self.walk, name.removesuffix(f".{GRADIENT}").strip("`"), self.variables)
        return {
            "dataId": self.recording.record.names[k], "accessTypes": ["write"],
            "description": self.told("debugger.changes", name=name), "canPersist": True,
        }  # fmt: skip

    def exception_info(self, arguments: Arguments) -> dict[str, Any]:
        """Return which op failed, and what it said."""
        if not self.failing():
            return {"exceptionId": "NaN", "description": self.description(self.walk.at),
                    "breakMode": "always"}  # fmt: skip
        op = self.recording.output.op
        return {
            "exceptionId": op.name if op else FAILED, "description": self.recording.error,
            "breakMode": "unhandled",
        }  # fmt: skip

    # -- For the view beside the code --

    def position(self, arguments: Arguments) -> dict[str, Any]:
        """Return where we are, as a page's address has it, and in words."""
        walk = self.walk
        forward = walk.at <= walk.turn and walk.at < walk.end
        number = walk.at if forward else walk.at - walk.turn
        return {
            "at": walk.at, "turn": walk.turn, "end": walk.end,
            "address": f"#{'forward' if forward else 'step'}={number}",
            "description": self.description(walk.at), "recording": self.recording.number,
        }  # fmt: skip

    def page(self, arguments: Arguments) -> dict[str, Any]:
        """Return the page of this recording, as HTML; by units where it is too big for nodes."""
        level = arguments.text("level", "node")
        return {"html": page(self.recording.record, language=self.language, level=level)}

    def values(self, arguments: Arguments) -> dict[str, Any]:
        """Return what stands beside each line of a file: the nodes made there, as they are here."""
        path = file_of(arguments.text("path"))
        numbers = self.recording.record.number_of
        called = {  # the script's own names, of what bears no label
            numbers[node]: name
            for name, node in self.variables.items()
            if isinstance(node, Value) and node in numbers
        }
        rows = []
        for line in sorted(self.here.lines_of(path)):
            told = []
            for k in self.here.on_line(path, line):
                name = self.recording.record.nodes[k].label or called.get(k, "")
                if name and self.walk.known(k):
                    told += [f"{row.name} = {row.value}" for row in self.panes.of_node(k, name)]
            if told:
                rows.append({"line": line, "text": ", ".join(told[:BESIDE])})
        return {"lines": rows, "file": Path(path).name}


ANSWERS: Mapping[str, Callable[[Session, Arguments], dict[str, Any]]] = {
    "next": Session.step_over,
    "stepIn": Session.step_in,
    "stepOut": Session.step_out,
    "stepBack": Session.step_back,
    "continue": Session.go_on,
    "reverseContinue": Session.go_back,
    "pause": Session.pause,
    "gotoTargets": Session.goto_targets,
    "goto": Session.goto_place,
    "threads": Session.threads,
    "stackTrace": Session.stack_trace,
    "scopes": Session.scopes,
    "variables": Session.variables_of,
    "setVariable": Session.set_variable,
    "setExpression": Session.set_expression,
    "evaluate": Session.evaluate,
    "dataBreakpointInfo": Session.data_breakpoint,
    "exceptionInfo": Session.exception_info,
    "autogradLite/position": Session.position,
    "autogradLite/goto": Session.goto_node,
    "autogradLite/page": Session.page,
    "autogradLite/values": Session.values,
}
