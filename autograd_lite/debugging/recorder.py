"""The recorder: in the script's process, each call of backward, trace or gradients is a recording.

It stands in the place of the three functions, and does what they do. A call that is not to be
walked in is only counted and listed, so that a long training stays as small as it is.

Legend
    chosen      the number or the label of the one recording to stop in; None: see `stops_first`
    following   stop at the start of the next recording, whichever it is
"""

import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FrameType
from typing import Any

import autograd_lite.value
from autograd_lite.debugging.breakpoints import Breakpoints
from autograd_lite.debugging.recordings import BACKWARD, FAILED, GRADIENTS, TRACE, Recording
from autograd_lite.debugging.session import STEP, Session
from autograd_lite.gradients import gradients
from autograd_lite.source_lines import LINES, SourceLine, users_line
from autograd_lite.tracing.names import told_number
from autograd_lite.tracing.recording import Trace, trace
from autograd_lite.value import Value, as_value, backward

__all__ = ["Recorder"]

LISTED = 10_000  # recordings that are remembered, as a line of text each
ENTRY, PAUSE = "entry", "pause"  # why we stop at a recording's start, besides a step
NOT_A_NUMBER = float("nan")


class Recorder:
    """Counts a script's recordings, and walks in those that are to be walked in.

    walk        what walks in a session until it is left
    chosen      the number or the label of the one recording to stop in, None for any
    at_entry    whether to stop at the start of the first one; None: if there is no breakpoint
    """

    def __init__(
        self,
        breakpoints: Breakpoints,
        walk: Callable[[Session], None],
        tell: Callable[[Mapping[str, Any]], object],
        *,
        chosen: int | str | None = None,
        at_entry: bool | None = None,
    ) -> None:
        self.breakpoints = breakpoints
        self.walk = walk
        self.tell = tell
        self.chosen = chosen
        self.at_entry = at_entry
        self.count = 0
        self.found = chosen is None  # whether the chosen one has come
        self.listed: deque[str] = deque(maxlen=LISTED)
        self.following = ""  # why to stop at the next recording's start, "" not to
        self.busy = False  # we are at work ourselves: what we call is no recording

    def __repr__(self) -> str:
        return f"<recorder of {self.count} recordings>"

    # -- In the place of the engine's functions --

    def install(self) -> None:
        """Stand in the place of the three functions, for all who import them from now on."""
        instead: dict[str, Callable[..., Any]] = {
            "backward": self.backward, "trace": self.trace, "gradients": self.gradients,
        }  # fmt: skip
        for room in ("", ".value", ".tracing", ".tracing.recording", ".gradients"):
            module = sys.modules[f"autograd_lite{room}"]
            for name, function in instead.items():
                if callable(vars(module).get(name)):
                    setattr(module, name, function)

    def uninstall(self) -> None:
        """Let a process that the script forked be as if there were no debugger."""
        self.busy = True

    def backward(self, output: Value) -> None:
        """Do what `autograd_lite.backward` does, as a recording."""
        if not self.asked(output) or self.called(BACKWARD, output) is None:
            backward(output)

    def trace(self, output: Value, **options: Any) -> Trace:
        """Do what `autograd_lite.trace` does, as a recording."""
        if self.asked(output) and set(options) <= {"constants"}:
            recording = self.called(TRACE, output, **options)
            if recording is not None:
                return recording.record
        return trace(output, **options)

    def gradients(self, output: Value, inputs: Iterable[Value]) -> list[Value]:
        """Do what `autograd_lite.gradients` does, as a recording."""
        if self.asked(output):
            recording = self.called(GRADIENTS, output)
            if recording is not None:
                recording.undo()
        return gradients(output, inputs)

    def asked(self, output: object) -> bool:
        """Return whether a call is the script's own, and of a graph."""
        ours = self.busy or threading.current_thread() is not threading.main_thread()
        return isinstance(output, Value) and not ours

    # -- Recordings --

    def called(self, kind: str, output: Value, *, constants: bool = False) -> Recording | None:
        """Count a call, and walk in it if that is wanted; None if it was not recorded."""
        self.count += 1
        line = users_line()
        self.listed.append(listing(self.count, kind, output, line))
        if not self.wanted(output):
            return None
        self.busy = True
        try:
            recording = Recording(self.count, kind, output, line=line, constants=constants)
            self.visit(recording, variables_of(frame_at(line)))
        finally:
            self.busy = False
        return recording

    def wanted(self, output: Value) -> bool:
        """Return whether a recording is to be made at all."""
        if self.following:
            return True
        if self.chosen is not None:
            right = not self.found and self.chosen in (self.count, output.label)
            self.found = self.found or right
            return right
        if self.count == 1 and self.stops_first():
            return True
        return bool(self.breakpoints.all())

    def stops_first(self) -> bool:
        """Return whether to stop at the start of the first recording."""
        if self.at_entry is None:
            return not self.breakpoints.all()
        return self.at_entry

    def visit(self, recording: Recording, variables: Mapping[str, object]) -> None:
        """Stop in a recording where that is wanted, and walk in it until it is left."""
        session = Session(
            recording,
            self.breakpoints,
            self.tell,
            language=self.breakpoints.language,
            variables=variables,
            listed=self.listing,
        )
        reason = self.following or (ENTRY if recording.number == 1 and self.stops_first() else "")
        self.following = ""
        if recording.error:
            session.begin("exception", session.walk.turn)
        elif reason:
            session.begin(reason)
        elif not session.begin_at_breakpoint():
            if self.chosen is None:
                self.breakpoints.left(session.here)
                return
            session.begin(ENTRY)
        self.walk(session)
        self.following = STEP if session.left == STEP else ""

    def listing(self) -> Sequence[str]:
        """Return the recordings so far, a line of text each."""
        return list(self.listed)

    def pause(self) -> None:
        """Stop at the start of the next recording."""
        self.following = PAUSE

    # -- An op that failed --

    def failed(self, error: BaseException) -> None:
        """Stop at the node of the op that raised an error, with its operands, if it was an op."""
        node = failed_node(error)
        if node is None or not self.breakpoints.stops_at_failing or self.busy:
            return
        self.count += 1
        self.listed.append(f"{self.count}: {FAILED}: {error}")
        frame, line = users_place(error)
        node.line = line
        self.busy = True
        try:
            recording = Recording(self.count, FAILED, node, line=line, error=str(error))
            self.visit(recording, variables_of(frame))
        finally:
            self.busy = False


def listing(number: int, kind: str, output: Value, line: SourceLine | None) -> str:
    """Return a line of the list of recordings.

    >>> listing(12, "backward", Value(0.5, "C"), SourceLine("train.py", 20))
    '12: backward: C = 0.5, train.py:20'
    """
    where = f", {line}" if line is not None else ""
    return f"{number}: {kind}: {output.label or 'output'} = {told_number(output.data)}{where}"


def variables_of(frame: FrameType | None) -> dict[str, object]:
    """Return the script's variables where a frame stands, those of its function first."""
    return {} if frame is None else {**frame.f_globals, **frame.f_locals}


def frame_at(line: SourceLine | None) -> FrameType | None:
    """Return the innermost frame that stands at a line."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename, frame.f_lineno) != line:
        frame = frame.f_back
    return frame


def users_place(error: BaseException) -> tuple[FrameType | None, SourceLine | None]:
    """Return the innermost frame of the user's that an error came through, and its line there."""
    place: tuple[FrameType | None, SourceLine | None] = None, None
    for frame, number in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if not file.startswith(LINES.ours):
            place = frame, SourceLine(file, number)
    return place


def failed_node(error: BaseException) -> Value | None:
    """Return the node that an op would have made that raised an error; None if none did.

    Its number and its local derivatives are NaN.

    >>> from autograd_lite import log
    >>> try:
    ...     log(Value(0.0, "p"))
    ... except ValueError as error:
    ...     failed_node(error).parents
    (Value(0, 'p'),)
    """
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename != autograd_lite.value.__file__:
            continue
        held = frame.f_locals  # of the method that was recording it
        op = held.get("op")
        operands = held.get("parents", held.get("operands"))
        if op is None or operands is None:
            continue
        node = Value(NOT_A_NUMBER)
        node.op = op
        node.parents = tuple(as_value(operand) for operand in operands)
        node.partials = (NOT_A_NUMBER,) * len(node.parents)
        return node
    return None
