"""A session of the debugger over one recording: its requests, without processes or wires."""

import io
import json
import math
import random
import time

import pytest
from random_graphs import random_graph

from autograd_lite import Value, exp, log, record_lines, sigmoid, total
from autograd_lite.debugging.breakpoints import Breakpoints
from autograd_lite.debugging.protocol import Arguments, Reader, Request, RequestError, framed
from autograd_lite.debugging.recordings import BACKWARD, Recording
from autograd_lite.debugging.session import CONTINUE, STEP, Session


class Client:
    """An editor's side of a session, without a wire."""

    def __init__(self, output, **options):
        self.sent = []
        self.breakpoints = Breakpoints("en")
        self.recording = Recording(1, BACKWARD, output)
        self.session = Session(
            self.recording, self.breakpoints, self.sent.append, language="en", **options
        )
        self.session.begin("entry")
        self.seq = 0

    def ask(self, command, **arguments):
        """Return the body of a response; raise AssertionError for a refusal."""
        message = self.send(command, arguments)
        assert message["success"], message
        return message["body"]

    def refused(self, command, **arguments):
        message = self.send(command, arguments)
        assert not message["success"]
        return message["message"]

    def send(self, command, arguments):
        self.seq += 1
        before = len(self.sent)
        self.session.answer(Request(self.seq, command, Arguments(arguments)))
        json.dumps(self.sent[before:], allow_nan=False)  # all of it can go over the wire
        responses = [m for m in self.sent[before:] if m["type"] == "response"]
        assert [m["request_seq"] for m in responses] == [self.seq]
        return responses[0]

    def press(self, command):
        """Press a button; return what the stop says."""
        self.ask(command, threadId=1)
        assert self.sent[-1]["event"] == "stopped"
        return self.sent[-1]["body"]["description"]

    def stop(self):
        return self.sent[-1]["body"]

    def output(self):
        return [m["body"]["output"] for m in self.sent if m.get("event") == "output"]

    def scope(self, name, frame=None):
        if frame is None:
            frame = self.ask("stackTrace", threadId=1)["stackFrames"][0]["id"]
        scopes = self.ask("scopes", frameId=frame)["scopes"]
        return next(s["variablesReference"] for s in scopes if s["name"] == name)

    def rows(self, name, frame=None):
        rows = self.ask("variables", variablesReference=self.scope(name, frame))["variables"]
        return {row["name"]: row["value"] for row in rows}

    def value(self, expression):
        return self.ask("evaluate", expression=expression)["result"]


def small():
    """Return sigmoid(w·x + b) and a second use of x: 4 operations, 7 edges."""
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(-1.0, "b")
    z = w * x + b
    z.label = "z"
    a = sigmoid(z)
    a.label = "a"
    C = a * x
    C.label = "C"
    return C


@pytest.fixture
def client():
    return Client(small())


@pytest.fixture
def with_lines():
    record_lines()
    yield
    record_lines(False)


# -- Moving --------------------------------------------------------------------------------------


def test_each_operation_and_each_edge_is_a_stop_that_says_which_it_is(client):
    stops = [client.stop()["description"]]
    while client.session.walk.at < client.session.walk.end:
        stops.append(client.press("stepIn"))
    assert stops == [
        "start of backward: C = 2.97992",
        "forward 1 of 4: v2",
        "forward 2 of 4: z",
        "forward 3 of 4: a",
        "forward 4 of 4: C",
        "backward 1 of 7: C -> a",
        "backward 2 of 7: C -> x",
        "backward 3 of 7: a -> z",
        "backward 4 of 7: z -> v2",
        "backward 5 of 7: z -> b",
        "backward 6 of 7: v2 -> w",
        "backward 7 of 7: v2 -> x",
    ]
    back = [client.press("stepBack") for _ in stops[1:]]
    assert back == stops[-2::-1]
    assert client.press("stepBack") == stops[0]


def test_step_over_does_a_whole_node(client):
    assert [client.press("next") for _ in range(8)][3:] == [
        "forward 4 of 4: C",
        "backward 2 of 7: C -> x",
        "backward 3 of 7: a -> z",
        "backward 5 of 7: z -> b",
        "backward 7 of 7: v2 -> x",
    ]


def test_step_out_leaves_a_unit_and_without_units_the_pass():
    client = Client(small())
    assert client.press("stepOut") == "forward 4 of 4: C"
    assert client.press("stepOut") == "backward 7 of 7: v2 -> x"
    w, x, v = Value(2.0, "w_11^2"), Value(3.0, "a_1^1"), Value(0.5, "w_11^3")
    hidden = sigmoid(w * x)
    hidden.label = "a_1^2"
    out = sigmoid(v * hidden)
    out.label = "a_1^3"
    client = Client(out)
    assert client.press("stepIn") == "forward 1 of 4: v3"
    assert client.press("stepOut") == "forward 3 of 4: v5"
    assert client.press("stepOut") == "forward 4 of 4: a_1^3"
    client.press("stepIn")
    assert client.press("stepOut") == "backward 4 of 6: a_1^2 -> v3"


def test_at_the_end_going_on_leaves_the_recording(client):
    assert client.press("continue") == "backward 7 of 7: v2 -> x"
    client.ask("continue")
    assert client.session.left == CONTINUE
    client = Client(small())
    client.press("continue")
    client.ask("next")
    assert client.session.left == STEP


def test_reverse_continue_ends_at_the_start(client):
    client.press("continue")
    assert client.press("reverseContinue") == "start of backward: C = 2.97992"


def independent_gradients(steps, done):
    """Return the gradients after so many steps, by the steps alone."""
    found = list(steps.start)
    for k in range(done):
        found[steps.parents[k]] = steps[k].after
    return found


BUTTONS = ("next", "stepIn", "stepOut", "stepBack", "continue", "reverseContinue")


@pytest.mark.parametrize("seed", range(10))
def test_at_each_stop_of_a_random_walk_the_gradients_are_those_of_the_trace(seed):
    source = random.Random(seed)
    output, inputs = random_graph(source, 15)
    client = Client(total([output, *inputs]))
    steps = client.recording.record
    walk = client.session.walk
    names = [n for n, node in zip(steps.names, steps.nodes) if not node.parents and node.label]
    client.ask(
        "setFunctionBreakpoints",
        breakpoints=[{"name": source.choice(names)}, {"name": source.choice(steps.names)}],
    )
    for _ in range(1000):
        command = source.choice(BUTTONS)
        if walk.at == walk.end and command not in ("stepBack", "reverseContinue"):
            command = "reverseContinue"
        client.press(command)
        done = max(walk.at - walk.turn, 0)
        expected = independent_gradients(steps, done)
        assert list(walk.replay.gradients) == pytest.approx(expected, rel=0, abs=0, nan_ok=True)
        if walk.at:
            name = source.choice(names)
            k = steps.find(name)
            assert float(client.value(f"`{name}`.grad + 0")) == pytest.approx(
                expected[k], rel=1e-5, nan_ok=True
            )
    walk.goto(walk.end)
    for k, node in enumerate(steps.nodes):  # what backward leaves in the graph
        if steps.stepped[k]:
            assert repr(walk.gradient(k)) == repr(node.grad)


# -- Breakpoints ---------------------------------------------------------------------------------


def both_ways(client):
    """Return the stops in the order of a way forward, after checking that a way back has them."""
    forward, back = [], []
    while client.session.walk.at < client.session.walk.end:
        forward.append(client.press("continue"))
    while client.session.walk.at:
        back.append(client.press("reverseContinue"))
    last = forward.pop() if not client_hit(client, forward[-1]) else None
    assert back[-1].startswith("start")
    expected = forward[::-1] if last else forward[-2::-1]
    assert back[:-1] == expected
    return forward


def client_hit(client, description):
    stops = [m["body"] for m in client.sent if m.get("event") == "stopped"]
    return any(s["description"] == description and s["hitBreakpointIds"] for s in stops)


def test_a_breakpoint_on_a_line_stops_where_its_nodes_are_made_and_begin_to_pass_on(with_lines):
    client = Client(small())
    line = client.recording.record.nodes[client.recording.record.find("z")].line
    (told,) = client.ask(
        "setBreakpoints", source={"path": line.file}, breakpoints=[{"line": line.number}]
    )["breakpoints"]
    assert told["verified"] and told["line"] == line.number
    assert both_ways(client) == [
        "forward 1 of 4: v2",
        "forward 2 of 4: z",
        "backward 4 of 7: z -> v2",
        "backward 6 of 7: v2 -> w",
    ]


def test_a_breakpoint_at_a_label_stops_where_it_is_made_and_where_gradients_arrive(client):
    client.ask("setFunctionBreakpoints", breakpoints=[{"name": "a"}, {"name": "x"}])
    assert both_ways(client) == [
        "forward 3 of 4: a",
        "backward 1 of 7: C -> a",
        "backward 2 of 7: C -> x",
        "backward 7 of 7: v2 -> x",
    ]
    assert any(m["body"].get("reason") == "function breakpoint" for m in client.sent)


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ("", [2, 7]),
        ("> 1", [7]),
        ("after > 0.5 and product < 0.5", [7]),
        ("x.grad > 1", [7]),
        ("zero", []),
        ("nan", []),
        ("number == 2", [2]),
        ("nowhere > 1", []),
    ],
)
def test_a_breakpoint_on_data_stops_where_its_condition_holds(client, condition, places):
    info = client.ask("dataBreakpointInfo", name="x.grad")
    client.ask(
        "setDataBreakpoints", breakpoints=[{"dataId": info["dataId"], "condition": condition}]
    )
    stops = both_ways(client)
    assert [int(stop.split()[1]) for stop in stops] == places


def test_a_gradient_that_becomes_nan_or_zero_is_stopped_at():
    x = Value(0.0, "x")
    y = (x * x) ** 0.5
    y.label = "y"
    client = Client(y * 0)
    client.ask("setExceptionBreakpoints", filters=["nan"])
    assert "->" in client.press("continue")
    assert client.stop()["reason"] == "exception"
    step = client.session.walk.step()
    assert math.isnan(step.after) and not math.isnan(step.before)


def test_counted_hits_are_the_same_from_either_side(client):
    client.ask(
        "setFunctionBreakpoints",
        breakpoints=[{"name": "x", "hitCondition": "2"}, {"name": "a", "hitCondition": "% 2"}],
    )
    assert both_ways(client) == ["backward 1 of 7: C -> a", "backward 7 of 7: v2 -> x"]


def test_a_message_is_logged_and_does_not_stop_in_either_direction(client):
    client.ask(
        "setFunctionBreakpoints",
        breakpoints=[{"name": "x", "logMessage": "x.grad is {x.grad}, {product > 0}, {open('f')}"}],
    )
    client.press("continue")
    assert client.session.walk.at == client.session.walk.end
    first = "x.grad is 0.993307, true, {open('f')}\n"
    second = "x.grad is 1.0332, true, {open('f')}\n"
    assert client.output() == [first, second]
    client.press("reverseContinue")  # from the end, where the second is, to the start
    assert client.output() == [first, second, first]
    client.press("stepOut")
    client.press("stepOut")
    assert client.output()[3:] == [first, second]


def test_what_is_wrong_with_a_breakpoint_is_told_and_the_others_stand(client):
    answers = client.ask(
        "setFunctionBreakpoints",
        breakpoints=[
            {"name": "x", "condition": "__import__('os')"},
            {"name": "x", "hitCondition": "often"},
            {"name": "x"},
        ],
    )["breakpoints"]
    assert [answer["verified"] for answer in answers] == [False, False, True]
    assert "write 3, >= 3 or % 3" in answers[1]["message"]
    assert len({answer["id"] for answer in answers}) == 3


# -- Showing -------------------------------------------------------------------------------------


def test_the_stack_is_the_path_from_the_output_down_each_on_its_line(with_lines):
    client = Client(small())
    for _ in range(4 + 6):
        client.press("stepIn")
    frames = client.ask("stackTrace", threadId=1)["stackFrames"]
    assert [frame["name"] for frame in frames] == [
        "v2 = 6", "z = 5", "a = 0.993307", "C = 2.97992", "backward: C = 2.97992",
    ]  # fmt: skip
    lines = [frame["line"] for frame in frames]
    assert lines[0] == lines[1] < lines[2] < lines[3]
    assert frames[0]["source"]["path"] == __file__
    some = client.ask("stackTrace", threadId=1, startFrame=1, levels=2)
    assert some["stackFrames"] == frames[1:3] and some["totalFrames"] > 3


def test_the_stack_of_a_deep_graph_is_given_in_parts():
    x = Value(1.0, "x")
    y = x
    for _ in range(20_000):
        y = y + 1.0
    client = Client(y)
    client.press("stepIn")
    started = time.perf_counter()
    first = client.ask("stackTrace", threadId=1, startFrame=0, levels=20)
    assert len(first["stackFrames"]) == 20 and first["totalFrames"] == 21
    end = client.ask("stackTrace", threadId=1, startFrame=19_990, levels=20)
    assert len(end["stackFrames"]) == 11 and end["totalFrames"] == 20_001
    assert time.perf_counter() - started < 2.0


def test_the_variables_of_a_step_are_the_chain_rule(client):
    for _ in range(7):
        client.press("stepIn")
    rows = client.rows("The chain rule here")
    assert rows["node"] == "a"
    assert rows["receives"] == "z"
    assert rows["arriving gradient"] == "3"
    assert rows["local derivative"].startswith("∂a/∂z = a * (1 - a) =")
    assert float(rows["product"]) == pytest.approx(
        3 * math.exp(-5) / (1 + math.exp(-5)) ** 2, rel=1e-5
    )
    assert rows["before"] == "0" and rows["after"] == rows["product"]
    assert rows["in words 1"].startswith("The gradient dC/da = 3 times the local derivative")


def test_parameters_inputs_and_the_graph_are_listed_with_their_gradients(client):
    client.press("continue")
    assert list(client.rows("Parameters")) == ["w", "w.grad", "b", "b.grad"]
    assert client.rows("Inputs and other leaves")["x.grad"] == client.value("x.grad")
    assert set(client.rows("Graph")) == {"w", "x", "v2", "b", "z", "a", "C"}


def test_of_many_rows_each_page_is_opened_alone():
    leaves = [Value(float(k), f"x{k}") for k in range(1000)]
    y = leaves[0] * 1.0
    for leaf in leaves[1:]:
        y = y + leaf
    client = Client(y)
    client.press("stepIn")
    rows = client.ask("variables", variablesReference=client.scope("Inputs and other leaves"))
    pages = rows["variables"]
    assert [page["name"] for page in pages[:2]] == ["[0..99]", "[100..199]"] and len(pages) == 20
    opened = client.ask("variables", variablesReference=pages[1]["variablesReference"])
    assert [row["name"] for row in opened["variables"][:3]] == ["x50", "x50.grad", "x51"]
    part = client.ask(
        "variables", variablesReference=client.scope("Inputs and other leaves"), start=3, count=2
    )
    assert [row["name"] for row in part["variables"]] == ["x1.grad", "x2"]


def test_variables_of_an_earlier_stop_are_refused(client):
    client.press("stepIn")
    reference = client.scope("Parameters")
    client.press("stepIn")
    assert "earlier stop" in client.refused("variables", variablesReference=reference)


def test_formulas_nodes_and_whys_are_answered_and_nothing_else_is_run(client, tmp_path):
    client.press("continue")
    assert client.value("w*x + b") == "5"
    assert client.value("w.grad > 0 and x < 4") == "true"
    assert client.value("z").startswith("5   grad ")
    assert client.value("why x").startswith("dC/dx = ")
    assert client.ask("evaluate", expression="z")["variablesReference"]
    file = tmp_path / "made"
    for text in (f"open({str(file)!r}, 'w')", "__import__('os')", "x.__class__", "", "w x y", "("):
        assert client.refused("evaluate", expression=text)
    assert not file.exists()


def test_a_variable_of_the_script_is_a_name_for_its_node():
    C = small()
    client = Client(C, variables={"cost": C, "other": 3})
    client.press("continue")
    assert client.value("cost * 1") == "2.97992"
    assert client.refused("evaluate", expression="other")


def test_a_leaf_can_be_set_and_both_passes_are_those_of_a_fresh_graph(client):
    for _ in range(9):
        client.press("stepIn")
    at = client.session.walk.at
    reference = client.scope("Parameters")
    assert client.ask("setVariable", variablesReference=reference, name="w", value="1/2") == {
        "value": "0.5"
    }
    assert client.session.walk.at == at
    w, x, b = Value(0.5, "w"), Value(3.0, "x"), Value(-1.0, "b")
    again = sigmoid(w * x + b) * x
    again.backward()
    client.press("continue")
    for name, leaf in (("w", w), ("x", x), ("b", b)):
        k = client.recording.record.find(name)
        assert client.session.walk.gradient(k) == leaf.grad
        assert client.recording.record.nodes[k].grad == leaf.grad  # the script's, too
    assert client.ask("setExpression", expression="x", value="1")["value"] == "1"
    assert "computed" in client.refused("setExpression", expression="z", value="1")


def test_a_leaf_without_a_value_for_the_ops_is_refused_and_all_is_as_before():
    x = Value(2.0, "x")
    y = log(x) + exp(x)
    client = Client(y)
    client.press("continue")
    before = (x.data, x.grad, y.data)
    assert "log of x = 0" in client.refused("setExpression", expression="x", value="0")
    assert (x.data, x.grad, y.data) == before
    for text in ("", "1e999", "two", "x", "[1]"):
        assert client.refused("setExpression", expression="x", value=text)


def test_one_can_go_to_the_places_of_a_line(with_lines):
    client = Client(small())
    line = client.recording.record.nodes[client.recording.record.find("a")].line
    targets = client.ask("gotoTargets", source={"path": line.file}, line=line.number)["targets"]
    labels = [target["label"] for target in targets]
    assert labels == ["forward 3 of 4: a", "backward 3 of 7: a -> z"]
    client.ask("goto", threadId=1, targetId=targets[1]["id"])
    assert client.stop()["description"] == "backward 3 of 7: a -> z"
    assert client.stop()["reason"] == "goto"
    assert client.refused("goto", threadId=1, targetId=10**6)


def test_beside_each_line_stands_what_was_made_there(with_lines):
    client = Client(small())
    client.press("stepIn")
    client.press("stepIn")
    rows = client.ask("autogradLite/values", path=__file__)["lines"]
    texts = [row["text"] for row in rows]
    assert texts[0].startswith("w = 2, w.grad = 0, x = 3") and texts[1] == "z = 5, z.grad = 0"
    assert len(texts) == 2  # a and C are not made yet


# -- Robustness ----------------------------------------------------------------------------------

ODD = [None, True, -1, 1.5, 2**60, "x", "", [], {}, [1], {"path": 3}, "\ud800", float("nan")]
NAMES = [
    "threadId", "frameId", "variablesReference", "startFrame", "levels", "start", "count", "name",
    "value", "expression", "source", "line", "breakpoints", "filters", "targetId", "filter", "path",
    "level", "context",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_odd_arguments_are_answered_with_an_error_or_a_body_and_it_goes_on(seed):
    source = random.Random(seed)
    client = Client(small())
    from autograd_lite.debugging.session import ANSWERS, SETTING

    commands = [*ANSWERS, *SETTING, "nothing", "__class__"]
    for _ in range(60):
        arguments = {name: source.choice(ODD) for name in source.sample(NAMES, 6)}
        client.send(source.choice(commands), arguments)
        client.session.left = ""
    assert client.ask("threads")


def test_messages_are_read_one_after_the_other_whatever_stands_between():
    good = framed({"seq": 7, "type": "request", "command": "threads"})
    bad = [
        b"Content-Length: 5\r\n\r\n{not ",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: 99999999999999\r\n\r\n{}",
        b"Content-Length: 5000000\r\n\r\n" + b'"' + b"x" * 4_999_998 + b'"',
        b"Content-Length: 1e3\r\n\r\n{}\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 4\r\n\r\nnull",
        framed({"seq": "1", "type": "request", "command": "next"}),
        framed({"seq": 1, "type": "event", "command": "next"}),
        framed({"seq": 1, "type": "request", "command": 3}),
        framed({"seq": 1, "type": "request", "command": "next", "arguments": [1]}),
        b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000,
        b"Content-Length: 2\r\nX: y\r\n\r\n\xff\xfe",
        b"x" * 10_000 + b"\r\n\r\n",
    ]
    for piece in bad:
        reader = Reader(io.BytesIO(piece + good + good))
        found = []
        for _ in range(20):
            try:
                request = reader.next()
            except RequestError as error:
                found.append("error")
                assert error.told("en") and error.told("ja")
                continue
            if request is None:
                break
            found.append(request.seq)
        assert found[0] == "error" and found[-2:] == [7, 7], (piece[:40], found)
        assert len(found) <= 4, (piece[:40], found)
