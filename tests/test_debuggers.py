"""What a learner sees who steps through the engine in pdb, or in VS Code's debugger (debugpy)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_lite

pytest.importorskip("debugpy", reason="install the test group")
from dap import Session  # only where debugpy is there

ROOT = Path(__file__).parent.parent
ENGINE = str(Path(autograd_lite.__file__).parent)

PROGRAM = """\
from autograd_lite import Value, trace
w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
z = w * x + b
z.label = "z"
z.backward()
steps = trace(z, stop_at="w", when=lambda step: step.product > 1)
print("done")
"""


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "lesson.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


@pytest.fixture
def session(program, tmp_path):
    opened = Session(program, [3, 5], tmp_path)
    yield opened
    opened.close()


def names(frames, program):
    """Return the frames that the learner sees above the program's own, innermost first."""
    functions = [frame["name"].rpartition(".")[2] for frame in frames]
    own = next(k for k, frame in enumerate(frames) if frame["source"].get("path") == str(program))
    return functions[:own]


def test_debugpy_steps_into_an_operator_and_shows_the_mathematics(session, program):
    assert session.stopped()[0]["line"] == 3
    frames = session.do("stepIn")
    assert names(frames, program) == ["__mul__"]
    assert frames[0]["source"]["path"].startswith(ENGINE)
    for _ in range(12):
        if "out" in session.variables():
            break
        frames = session.do("next")
    local = session.variables()
    assert local["x"] == "2.0"
    assert local["y"] == "3.0"
    assert local["out"] == "6.0"
    assert local["left"] == "Value(2, 'w')"
    assert names(frames, program) == ["__mul__"]
    frames = session.do("stepIn")
    local = session.variables()
    assert local["op"] == "<op mul>"
    assert local["partials"] == "(3.0, 2.0)"
    assert names(frames, program) == ["recorded", "__mul__"]


def test_debugpy_steps_into_backward_and_reaches_the_chain_rule(session, program):
    session.stopped()
    session.do("continue")
    depths = [names(session.do("stepIn"), program)]
    for _ in range(40):
        listing = depths[-1][0] == "topological_order"  # a loop of its own: step out of it
        depths.append(names(session.do("stepOut" if listing else "stepIn"), program))
        if depths[-1][0] == "propagate":
            break
    assert depths[0] == ["backward"]
    assert depths[-1] == ["propagate", "backward", "backward"]
    assert max(len(depth) for depth in depths) <= 4
    while "left_partial" not in session.variables():
        session.do("next")
    local = session.variables()
    assert local["grad"] == "1.0"
    assert local["node"] == "Value(7, 'z', grad=1)"
    assert local["left_partial"] == "1.0"


def test_debugpy_opens_at_a_breakpoint_on_a_node(session, program):
    session.stopped()
    session.do("continue")
    frames = session.do("continue")
    assert names(frames, program) == ["gradient_reached", "trace"]
    local = session.variables()
    assert local["parent"] == "Value(2, 'w', grad=6)"
    assert local["partial"] == "3.0"
    assert local["gradient"] == "1.0"
    assert local["product"] == "3.0"
    assert (local["before"], local["after"]) == ("3.0", "6.0")
    assert "<step 3: v2 -> w, += 3>" in session.evaluate("step")
    assert "dz/dw = dz/dv2 * " in session.evaluate("step.formula()")
    assert "done" in session.ended()


def pdb(program, *commands):
    """Return what pdb prints for some commands."""
    done = subprocess.run(
        [sys.executable, "-m", "pdb", str(program)],
        input="\n".join([*commands, "q", ""]),
        capture_output=True,
        encoding="utf-8",
        cwd=program.parent,
        timeout=60,
        check=False,
    )
    return done.stdout


def test_pdb_steps_into_an_operator_in_four_frames_at_most(program):
    text = pdb(
        program,
        "b 3",
        "c",
        "s",
        *["n"] * 6,
        "p (left, right, x, y, out)",
        "s",
        "p (op, out, parents, partials)",
        "w",
    )
    assert "(Value(2, 'w'), Value(3, 'x'), 2.0, 3.0, 6.0)" in text
    assert "(<op mul>, 6.0, (Value(2, 'w'), Value(3, 'x')), (3.0, 2.0))" in text
    stack = text[text.index("(<op mul>") :]
    assert 1 <= len(re.findall(rf"^[> ] {re.escape(ENGINE)}", stack, re.M)) <= 4
    assert "x * y" in text  # our source, not a generated frame


def test_pdb_steps_into_backward_and_shows_the_chain_rule(program):
    source = Path(ENGINE, "value.py").read_text(encoding="utf-8").splitlines()
    line = source.index("        left.grad += left_partial * grad") + 1
    text = pdb(program, f"b {ENGINE}/value.py:{line}", "c", "p (left_partial, grad, left)", "w")
    assert "left.grad += left_partial * grad" in text
    assert "(1.0, 1.0, Value(6))" in text
    stack = text[text.rindex("(1.0, 1.0, Value(6))") :]
    assert len(re.findall(rf"^[> ] {re.escape(ENGINE)}", stack, re.M)) == 3


def test_pdb_opens_at_a_breakpoint_on_a_node(program):
    text = pdb(
        program, "tbreak 6", "c", "c", "p (node, parent, gradient, partial, product, after)", "w"
    )
    assert "(Value(6, grad=1), Value(2, 'w', grad=6), 1.0, 3.0, 3.0, 6.0)" in text
    assert "gradient_reached" in text


def test_the_launch_configurations_step_into_installed_packages():
    text = (ROOT / ".vscode" / "launch.json").read_text(encoding="utf-8")
    plain = re.sub(r"^\s*//.*$", "", text, flags=re.M)  # VS Code's JSON may have comments
    configurations = json.loads(plain)["configurations"]
    assert len(configurations) >= 3
    assert all(one["justMyCode"] is False for one in configurations)
    modules = [one["module"] for one in configurations if "module" in one]
    for module in modules:
        folder = ROOT / module.replace(".", "/")
        assert folder.with_suffix(".py").exists() or (folder / "__main__.py").exists()
