"""The debug adapter, driven over its wire as an editor does: scripts of all kinds, and odd ones."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dap import Debugger, Editor
from node import node

from autograd_lite.debugging.processes import MARK

NEURON = """\
from autograd_lite import Value, sigmoid

w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(-1.0, "b")
z = w * x + b
a = sigmoid(z)
a.label = "a"
C = a * x
C.label = "C"
C.backward()
print("w.grad", w.grad)
"""
LOOP = """\
from autograd_lite import Value

w = Value(1.0, "w")
for epoch in range(20):
    C = (w * 3.0 - 6.0) ** 2
    C.label = "C"
    w.grad = 0.0
    C.backward()
    w.data -= 0.01 * w.grad
print("w", round(w.data, 6))
"""


@pytest.fixture
def debugger(tmp_path):
    debugger = Debugger(tmp_path)
    yield debugger
    debugger.close()
    assert not marked_processes(debugger)


def marked_processes(debugger):
    """Return the processes that were started under a debugger, wherever they went."""
    own = f"AUTOGRAD_LITE_TEST={debugger.folder}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if own in environment and MARK.encode() in environment:
            found.append(int(folder.name))
    return found


def plainly(script):
    """Return what a script prints without a debugger."""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


def launch_marked(debugger, program, **options):
    debugger.launch(program, env={"AUTOGRAD_LITE_TEST": str(debugger.folder)}, **options)


# -- Scripts as people write them ------------------------------------------------------------------


def test_a_script_runs_unchanged_and_stops_in_its_backward(debugger):
    stop = debugger.run(NEURON, labels=["a"])
    assert (stop["reason"], stop["description"]) == ("function breakpoint", "forward 3 of 4: a")
    frames = debugger.request("stackTrace", threadId=1)["stackFrames"]
    assert [frame["line"] for frame in frames] == [5, 7, 9]  # a, C, and the call of backward
    assert {frame["source"]["path"] for frame in frames} == {str(Path(debugger.path).resolve())}
    assert debugger.press("continue") == "backward 1 of 7: C -> a"
    assert debugger.press("stepBack") == "forward 4 of 4: C"
    assert debugger.press("reverseContinue") == "forward 3 of 4: a"
    assert debugger.press("continue") == "backward 1 of 7: C -> a"
    assert debugger.press("continue") == "backward 7 of 7: v2 -> x"
    debugger.request("continue", threadId=1)
    assert debugger.ended() == (0, plainly(NEURON))


def test_without_breakpoints_it_stops_at_the_start_of_the_first_recording(debugger):
    stop = debugger.run(NEURON)
    assert (stop["reason"], stop["description"]) == ("entry", "start of backward: C = 2.97992")


def test_stop_on_entry_can_be_switched_off(debugger):
    debugger.launch(NEURON, stopOnEntry=False)
    debugger.begin()
    assert debugger.ended()[0] == 0


def test_stepping_over_a_node_stops_at_a_breakpoint_on_the_way(debugger):
    debugger.run(NEURON, labels=["a"])
    assert debugger.press("next") == "forward 4 of 4: C"
    assert debugger.press("next") == "backward 1 of 7: C -> a"  # of two edges


def test_a_leaf_that_was_set_is_what_the_script_goes_on_with(debugger):
    debugger.run(NEURON)
    assert debugger.request("setExpression", expression="w", value="-1")["value"] == "-1"
    debugger.request("continue", threadId=1)
    debugger.event("stopped")
    assert float(debugger.evaluate("w.grad + 0")) == pytest.approx(0.158964, rel=1e-5)
    debugger.request("continue", threadId=1)
    assert debugger.ended()[1] == plainly(NEURON.replace("Value(2.0", "Value(-1.0"))


def test_a_script_that_traces_gets_its_trace(debugger):
    script = NEURON.replace("C.backward()", "steps = trace(C)\nprint(len(steps), steps[0])")
    stop = debugger.run(script.replace("import Value,", "import Value, trace,"), stopOnEntry=True)
    assert stop["description"] == "start of trace: C = 2.97992"
    debugger.request("continue", threadId=1)
    debugger.event("stopped")
    debugger.request("continue", threadId=1)
    status, printed = debugger.ended()
    assert status == 0 and printed.startswith("7 step 1 of 7:") and "w.grad 0.0598" in printed


def test_a_script_that_asks_for_gradients_gets_them_and_nobodys_grad_changes(debugger):
    script = """\
from autograd_lite import Value, gradients
x = Value(3.0, "x")
(slope,) = gradients(x**3, [x])
(curvature,) = gradients(slope, [x])
print(slope.data, curvature.data, x.grad)
"""
    stop = debugger.run(script)
    assert stop["description"].startswith("start of gradients")
    debugger.request("continue", threadId=1)
    debugger.event("stopped")
    assert debugger.evaluate("x.grad + 0") == "27"
    debugger.request("next", threadId=1)  # steps out of it, into the next recording
    assert debugger.event("stopped")["description"].startswith("start of gradients")
    for _ in range(2):
        debugger.request("continue", threadId=1)
    assert debugger.ended() == (0, "27.0 18.0 0.0\n")


@pytest.mark.parametrize("recording", [12, "12"])
def test_of_a_loop_one_recording_is_chosen_by_its_number(debugger, recording):
    stop = debugger.run(LOOP, recording=recording)
    assert stop["description"].startswith("start of backward: C = ")
    assert debugger.request("threads")["threads"][0]["name"].startswith("12: backward: C = ")
    scopes = debugger.request("scopes", frameId=0)["scopes"]
    (reference,) = [s["variablesReference"] for s in scopes if s["name"] == "Recordings so far"]
    rows = debugger.request("variables", variablesReference=reference)["variables"]
    assert len(rows) == 12 and rows[0]["value"] == "1: backward: C = 9, script.py:8"
    debugger.request("continue", threadId=1)
    debugger.event("stopped")
    debugger.request("continue", threadId=1)
    assert debugger.ended() == (0, plainly(LOOP))


def test_a_recording_is_chosen_by_the_label_of_its_output(debugger):
    two = LOOP.replace("print(", "D = w * 2\nD.label = 'D'\nD.backward()\nprint(")
    stop = debugger.run(two, recording="D")
    assert stop["description"].startswith("start of backward: D = ")


def test_a_recording_that_does_not_come_is_told(debugger):
    debugger.launch(LOOP, recording=99)
    debugger.begin()
    status, printed = debugger.ended()
    assert status == 0 and "The script ended without the recording 99; it made 20." in printed


def test_a_condition_finds_the_recording_in_which_it_first_holds(debugger):
    debugger.launch(LOOP)
    (answer,) = debugger.request(
        "setFunctionBreakpoints", breakpoints=[{"name": "w", "condition": "w > 1.9"}]
    )["breakpoints"]
    assert answer["verified"]
    debugger.begin()
    debugger.event("stopped")
    assert debugger.request("threads")["threads"][0]["name"].startswith("13: ")


def test_counted_hits_go_on_from_recording_to_recording(debugger):
    debugger.launch(LOOP)
    debugger.request("setFunctionBreakpoints", breakpoints=[{"name": "w", "hitCondition": "7"}])
    debugger.begin()
    debugger.event("stopped")
    assert debugger.request("threads")["threads"][0]["name"].startswith("7: ")


def test_a_script_that_is_over_has_no_threads_and_answers_nothing_else(debugger):
    debugger.launch("x = (\n")
    asked = debugger.send("configurationDone")
    threads = debugger.send("threads")  # as an editor does at once
    debugger.answer(asked)
    assert debugger.answer(threads)["threads"] in ([], [{"id": 1, "name": "script"}])
    status, printed = debugger.ended()
    assert status == 1 and "SyntaxError" in printed
    assert debugger.request("threads") == {"threads": []}
    assert debugger.refused("stackTrace", threadId=1) == "no script is running"


def test_a_log_message_is_told_in_every_recording(debugger):
    debugger.launch(LOOP)
    debugger.request(
        "setFunctionBreakpoints", breakpoints=[{"name": "w", "logMessage": "dC/dw = {after}"}]
    )
    debugger.begin()
    debugger.ended()
    told = [event["body"] for event in debugger.all_events if event["event"] == "output"]
    logged = [body["output"] for body in told if body["category"] == "console"]
    assert len(logged) == 20 and logged[:2] == ["dC/dw = -18\n", "dC/dw = -14.76\n"]


def test_training_is_stepped_through_in_the_trainings_own_backward(debugger):
    script = """\
from nn import Network, train
network = Network([2, 2, 1], seed=3)
train(network, [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]], epochs=3)
"""
    stop = debugger.run(script, labels=["w_11^3"])
    assert "-> w_11^3" in stop["description"]
    frames = debugger.request("stackTrace", threadId=1)["stackFrames"]
    assert frames[-1]["line"] == 3


def test_an_op_that_raises_stops_at_its_node_with_its_operands(debugger):
    script = """\
from autograd_lite import Value, log
def loss(p):
    return -log(p)
p = Value(0.0, "p")
C = loss(p * 1.0)
"""
    stop = debugger.run(script)
    assert stop["reason"] == "exception" and "log of x = 0.0" in stop["text"]
    told = debugger.request("exceptionInfo", threadId=1)
    assert told["exceptionId"] == "log" and "log needs x > 0" in told["description"]
    frames = debugger.request("stackTrace", threadId=1)["stackFrames"]
    assert frames[0]["line"] == 3
    assert debugger.evaluate("p") == "0   grad 0"
    assert debugger.request("setExpression", expression="p", value="2")["value"] == "2"
    debugger.request("continue", threadId=1)
    debugger.event("stopped")
    assert debugger.evaluate("p.grad + 0") == "0.5"
    debugger.request("continue", threadId=1)
    status, printed = debugger.ended()
    assert status == 1 and "Traceback" in printed and "autograd_lite/debugging" not in printed


def test_an_error_that_the_script_catches_does_not_stop(debugger):
    debugger.launch(
        "from autograd_lite import Value, log\n"
        "try:\n    log(Value(0.0))\nexcept ValueError:\n    print('caught')\n"
    )
    debugger.begin()
    assert debugger.ended()[1].startswith("caught\n")


def test_the_scripts_input_is_typed_in_the_debug_console(debugger):
    debugger.launch("name = input('name? ')\nprint('hello', name)\n" + NEURON)
    debugger.begin()
    debugger.request("evaluate", expression="花子", context="repl")
    debugger.event("stopped")
    debugger.press("continue")
    debugger.request("continue", threadId=1)
    assert debugger.ended()[1].startswith("name? hello 花子\n")


def test_arguments_folder_and_environment_reach_the_script(debugger, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    debugger.launch(
        "import os, sys\n"
        "print(sys.argv[1:], os.getcwd(), os.environ['COLOUR'], __name__, sys.path[0])",
        args=["a b", "ü"], cwd=str(folder), env={"COLOUR": "red", "HOME": None},
    )  # fmt: skip
    debugger.begin()
    printed = debugger.ended()[1]
    home = Path(debugger.path).resolve().parent
    assert printed.startswith(f"['a b', 'ü'] {folder} red __main__ {home}\n")
    assert "nothing to step through" in printed


def test_a_module_is_run_as_python_does(debugger, tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").write_text(NEURON, encoding="utf-8")
    debugger.answer(debugger.send("launch", module="package", cwd=str(tmp_path)))
    debugger.begin()
    debugger.event("stopped")
    frames = debugger.request("stackTrace", threadId=1)["stackFrames"]
    assert frames[-1]["source"]["path"].endswith("__main__.py")


def test_restart_runs_it_again_with_the_same_breakpoints(debugger):
    debugger.run(NEURON, labels=["a"])
    debugger.press("continue")
    debugger.request("restart")
    assert debugger.event("stopped")["description"] == "forward 3 of 4: a"


def test_without_debugging_it_just_runs(debugger):
    debugger.launch(NEURON, noDebug=True)
    debugger.request("setBreakpoints", source={"path": debugger.path}, breakpoints=[{"line": 4}])
    debugger.begin()
    assert debugger.ended() == (0, plainly(NEURON))


def test_what_is_told_is_in_the_editors_language(tmp_path):
    debugger = Debugger(tmp_path, locale="ja")
    stop = debugger.run(NEURON)
    assert stop["description"].endswith("の開始時点")
    assert "一時停止" not in json.dumps(debugger.abilities, ensure_ascii=False)
    assert "勾配が NaN" in debugger.abilities["exceptionBreakpointFilters"][0]["label"]
    debugger.close()


def test_in_a_terminal_the_editor_starts_the_script(tmp_path):
    debugger = Debugger(tmp_path, supportsRunInTerminalRequest=True)
    path = tmp_path / "script.py"
    path.write_text(NEURON, encoding="utf-8")
    launching = debugger.send("launch", program=str(path), console="integratedTerminal")
    asked = debugger.received()
    assert asked["command"] == "runInTerminal"
    environment = {k: v for k, v in asked["arguments"]["env"].items() if v is not None}
    started = subprocess.Popen(
        asked["arguments"]["args"], env={**os.environ, **environment},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    body = json.dumps({
        "seq": 90, "type": "response", "request_seq": asked["seq"], "success": True,
        "command": "runInTerminal", "body": {"processId": started.pid},
    }).encode()  # fmt: skip
    debugger.put(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    debugger.answer(launching)
    debugger.begin()
    debugger.event("stopped")
    debugger.press("continue")
    debugger.request("continue", threadId=1)
    debugger.event("terminated")
    assert started.communicate(timeout=30)[0] == plainly(NEURON)
    debugger.close()


def test_the_digit_network_steps_in_a_moment_and_the_view_has_its_page(debugger):
    script = """\
from nn import Network, squared_error
network = Network([12, 3, 2], seed=1)
C = squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])
C.label = "C"
C.backward()
"""
    debugger.run(script)
    assert debugger.press("stepOut").startswith("forward")
    place = debugger.request("autogradLite/position")
    assert place["at"] > 0 and place["turn"] < place["end"]
    html = debugger.request("autogradLite/page")["html"]
    assert "window.autograd" in html or "<svg" in html
    debugger.request("goto", threadId=1, targetId=place["turn"] + 6)
    assert debugger.event("stopped")["description"].startswith("backward 5 of ")
    inside = debugger.request("autogradLite/values", path=debugger.path)
    assert [row["line"] for row in inside["lines"]] == [2, 3]


# -- Hostile scripts -------------------------------------------------------------------------------

HOSTILE = {
    "makes no graph": ("print('hi')", 0, "nothing to step through"),
    "exits early": ("import sys\nsys.exit(7)", 7, ""),
    "exits at once": ("import os\nos._exit(3)", 3, ""),
    "raises": ("def f():\n    raise KeyError('k')\nf()", 1, "KeyError: 'k'"),
    "is no Python": ("def (", 1, "SyntaxError"),
    "closes all": (
        "import os\nfor n in range(3, 64):\n    try: os.close(n)\n    except OSError: pass",
        None, "",
    ),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", -9, ""),
    "forks": (
        "import os, time\nif os.fork() == 0:\n    time.sleep(600)\n" + NEURON, 0, "w.grad",
    ),
    "leaves a daemon": (
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "subprocess.Popen(sleep, start_new_session=True)\nprint('left')", 0, "left",
    ),
    "prints megabytes": ("for k in range(300_000): print('x' * 60)", 0, "only the first 8 MB"),
    "prints no text": ("import os\nos.write(1, bytes(range(256)) * 10)", 0, "\ufffd"),
    "reads input that ends": (
        "import sys\nsys.stdin.close()\nprint('closed')", 0, "closed",
    ),
    "calls itself": ("def f(): f()\nf()", 1, "RecursionError"),
}  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="processes as on Unix")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_script_is_answered_clearly_and_nothing_of_it_is_left(debugger, kind):
    script, status, told = HOSTILE[kind]
    launch_marked(debugger, script, stopOnEntry=False)
    debugger.begin()
    found, printed = debugger.ended()
    assert status is None or found == status
    assert told in printed
    assert not marked_processes(debugger)
    assert "launch" in debugger.refused("attach") or debugger.process.poll() is None


ENDLESS = {
    "loops": "while True: pass",
    "holds on to signals": (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass"
    ),
    "waits for input": "input()",
    "forks for ever": (
        "import os, time\nfor k in range(5):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        while True: time.sleep(1)\nwhile True: time.sleep(1)"
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="processes as on Unix")
@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("loops", "disconnect"),
        ("waits for input", "closed"),
        ("holds on to signals", "terminate"),
        ("holds on to signals", "killed"),
        *[("forks for ever", ending) for ending in ("terminate", "disconnect", "closed", "killed")],
    ],
)
def test_a_script_without_end_is_ended_with_all_that_it_started(tmp_path, kind, ending):
    debugger = Debugger(tmp_path)
    launch_marked(debugger, ENDLESS[kind])
    debugger.begin()
    assert "press pause" in debugger.refused("stackTrace", threadId=1)
    debugger.request("pause", threadId=1)
    time.sleep(0.3)
    assert marked_processes(debugger)
    if ending == "terminate":
        debugger.request("terminate")
        debugger.event("terminated")
    elif ending == "disconnect":
        debugger.request("disconnect")
        debugger.process.wait(timeout=30)
    elif ending == "killed":
        debugger.process.send_signal(signal.SIGKILL)
        debugger.process.wait(timeout=30)
    if ending != "killed":
        debugger.close()
    deadline = time.monotonic() + 30.0
    while marked_processes(debugger) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not marked_processes(debugger)


def test_pause_stops_at_the_next_recording(debugger):
    endless = LOOP.replace("range(20)", "iter(int, 1)").replace("0.01", "0.0")
    debugger.launch(endless, stopOnEntry=False)
    debugger.begin()
    debugger.request("pause", threadId=1)
    assert debugger.event("stopped")["reason"] == "pause"


# -- Hostile messages ------------------------------------------------------------------------------


def test_what_cannot_be_launched_is_told(debugger, tmp_path):
    script = tmp_path / "s.py"
    script.write_text("print(1)", encoding="utf-8")
    asked = [
        ({}, "a program"),
        ({"program": str(script), "module": "m"}, "not both"),
        ({"program": str(tmp_path / "none.py")}, "no file"),
        ({"program": str(script), "cwd": str(tmp_path / "none")}, "no folder"),
        ({"program": str(script), "args": "a"}, "list"),
        ({"program": str(script), "env": {"A": 1}}, "env.A must be a text"),
        ({"program": str(script), "console": "window"}, "no console"),
        ({"program": str(script), "console": "integratedTerminal"}, "opened no terminal"),
        ({"program": str(script), "python": "/no/python"}, "could not be started"),
        ({"program": str(script), "python": ["/bin/false"]}, "does it have autograd-lite"),
        ({"program": str(script), "recording": 1.5}, "recording must be a text"),
        ({"program": str(script), "stopOnEntry": 1}, "must be true or false"),
        ({"program": str(script), "language": "fr"}, "write en or ja"),
        ({"program": "a\0b"}, "no file"),
    ]
    for arguments, told in asked:
        assert told in debugger.refused("launch", **arguments), arguments
    assert "launch a script first" in debugger.refused("threads")
    assert "launch it instead" in debugger.refused("attach")
    debugger.run(NEURON)
    assert "already" in debugger.refused("launch", program=str(script))
    assert "already" in debugger.refused("configurationDone")


def test_a_hundred_hostile_messages_are_answered_and_the_debugging_goes_on(debugger):
    debugger.run(NEURON, labels=["a"])
    source = random.Random(4)
    odd = [None, True, -1, 1.5, 2**70, "x", "\ud800", [], {}, [[]], {"path": 7}, "__import__('os')"]
    commands = [
        "next", "stackTrace", "scopes", "variables", "setVariable", "setExpression", "evaluate",
        "gotoTargets", "goto", "setBreakpoints", "setDataBreakpoints", "dataBreakpointInfo",
        "restart", "launch", "configurationDone", "cancel", "source", "__init__", "x" * 100_000,
        "autogradLite/page", "autogradLite/values", "readMemory", "initialize",
    ]  # fmt: skip
    names = ["threadId", "frameId", "variablesReference", "name", "value", "expression", "source",
             "line", "breakpoints", "targetId", "path", "arguments", "locale"]  # fmt: skip
    for _ in range(60):
        arguments = {name: source.choice(odd) for name in source.sample(names, 5)}
        arguments["program"] = source.choice(odd)
        if isinstance(arguments.get("arguments"), dict):
            arguments["arguments"] = {"program": "none.py"}
        command = source.choice([c for c in commands if c != "restart"])
        debugger.response(debugger.send(command, **arguments))
    raw = [
        b"Content-Length: 5\r\n\r\n{not ", b"Content-Length: -5\r\n\r\n", b"\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n{}", b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 70000\r\n\r\n" + b"[" * 70_000, b"POST / HTTP/1.1\r\n\r\n",
        b"Content-Length: 3\r\n\r\n\xff\xfe\xfd", b"junk " * 1000 + b"\r\n\r\n",
        b'Content-Length: 19\r\n\r\n{"type":"response"}',
    ]  # fmt: skip
    for k in range(40):
        debugger.put(raw[k % len(raw)])
    assert len(debugger.request("stackTrace", threadId=1)["stackFrames"]) >= 2
    assert debugger.process.poll() is None


def test_requests_may_come_all_at_once(debugger):
    debugger.run(NEURON)
    numbers = [
        debugger.send(command, threadId=1) for command in ["stepIn", "stepBack", "threads"] * 30
    ]
    for number in numbers:
        assert debugger.response(number)["success"]


# -- Over a port -----------------------------------------------------------------------------------


@pytest.fixture
def port():
    process = subprocess.Popen(
        [sys.executable, "-m", "autograd_lite", "dap", "--port", "0", "--lang", "en"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = process.stdout.readline()
    assert line.startswith("Editors can connect to 127.0.0.1:")
    yield int(line.split(":")[1].split(";")[0])
    process.kill()
    process.wait()


def connected(port):
    wire = socket.create_connection(("127.0.0.1", port))
    return wire, Editor(wire.makefile("rb"), wire.sendall)


def test_several_editors_can_debug_over_a_port_at_once(port, tmp_path):
    script = tmp_path / "s.py"
    script.write_text(NEURON, encoding="utf-8")
    both = [connected(port) for _ in range(2)]
    for _, editor in both:
        editor.request("initialize", locale="en")
        editor.answer(editor.send("launch", program=str(script)))
        editor.request("configurationDone")
    for wire, editor in both:
        editor.event("stopped")
        editor.request("disconnect")
        wire.close()


def test_a_web_page_that_knows_the_port_can_start_nothing(port, tmp_path):
    script = tmp_path / "s.py"
    script.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", encoding="utf-8")
    asked = b""
    for seq, (command, arguments) in enumerate(
        [("initialize", {}), ("launch", {"program": str(script)}), ("configurationDone", {})], 1
    ):
        message = {"seq": seq, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        asked += b"Content-Length: %d\r\n\r\n" % len(body) + body
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with pytest.raises((http.client.HTTPException, OSError)):
        page.request("POST", "/", asked)
        page.getresponse()
    time.sleep(1.0)
    assert not (tmp_path / "ran").exists()


def test_a_port_that_is_no_port_or_taken_is_told(port):
    for word, told in (("http", "no port"), ("70000", "no port"), (str(port), "in use")):
        done = subprocess.run(
            [sys.executable, "-m", "autograd_lite", "dap", "--port", word, "--lang", "en"],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2 and told in done.stderr


@pytest.mark.editor
def test_a_client_that_others_wrote_can_make_every_request(port, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(NEURON, encoding="utf-8")
    done = node(Path(__file__).with_name("editor.cjs"), port, script.resolve())
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["abilities"]["supportsStepBack"] and told["abilities"]["supportsDataBreakpoints"]
    for answers in ("lines", "labels", "data"):
        assert all(answer["verified"] for answer in told[answers])
    assert told["first"]["reason"] == "breakpoint"
    assert told["first"]["description"] == "forward 3 of 4: a"
    assert told["threads"] == [{"id": 1, "name": "1: backward: C = 2.97992"}]
    assert told["frames"] == [["a = 0.993307", 5], ["C", 7], ["backward: C = 2.97992", 9]]
    assert told["scopes"][:3] == ["The chain rule here", "a", "Parameters"]
    assert told["parameters"] == ["w", "w.grad", "b", "b.grad"]
    assert told["pressed"] == [
        ["stepIn", "forward 4 of 4: C"],
        ["stepIn", "backward 1 of 7: C -> a"],
        ["stepBack", "forward 4 of 4: C"],
        ["next", "backward 1 of 7: C -> a"],  # the second hit of a
        ["continue", "backward 3 of 7: a -> v4"],  # line 5
        ["reverseContinue", "backward 1 of 7: C -> a"],
        ["stepOut", "backward 3 of 7: a -> v4"],
        ["stepOut", "backward 7 of 7: v2 -> x"],  # x is larger than 1 there
    ]
    assert told["logged"] == ["dC/db = 0.0199442\n"]
    assert (told["hover"], told["watch"]) == ("2   grad 0.0598325", "true")
    assert (told["position"]["at"], told["position"]["address"]) == (11, "#step=7")
    assert told["beside"][1] == {"line": 4, "text": "z = 5, z.grad = 0.0199442"}
    assert (told["setAgain"], told["exception"]) == ("-2", "always")
    assert told["why"].startswith("dC/dw = 0.0598325: C depends on w along one path")
    assert told["back"] == "backward 6 of 7: v2 -> w"
    assert told["there"] == "forward 1 of 4: v2"
    assert (told["set"], told["paused"], told["again"]) == ("4", "pause", "forward 3 of 4: a")
    assert told["page"] > 10_000
    assert "launch it instead" in told["refused"]
