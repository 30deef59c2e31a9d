"""The terminal debugger: by a script on its input, and by a person at a pseudo-terminal."""

import io
import linecache
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograd_lite import Value, log, record_lines, sin, step_through, total, trace
from autograd_lite.__main__ import main
from autograd_lite.console import aligned, ended_quietly, width_of, wrapped
from autograd_lite.stepping.terminal import Stepper
from autograd_lite.words import chosen_language

ROOT = Path(__file__).parent.parent


def cost():
    y = Value(0.5, "y")
    u = 2 - y
    u.label = "u"
    C = u**2
    C.label = "C"
    return C


def session(*commands, output=None, language="en"):
    """Return what a session prints for some commands, without the prompts' own line ends."""
    printed = io.StringIO()
    stepper = Stepper(trace(output if output is not None else cost()), language=language,
                      output=printed)  # fmt: skip
    stepper.echoes = False
    for command in commands:
        stepper.onecmd(stepper.precmd(command))
    return printed.getvalue()


def run(*arguments, commands="", **environment):
    """Run the command line in a process of its own, with commands piped in."""
    return subprocess.run(
        [sys.executable, "-m", "autograd_lite", *arguments],
        input=commands.encode(),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_next_and_back_show_the_step_in_symbols_and_numbers():
    text = session("n", "n 2", "b", "b 2")
    assert "step 1 of 2: C -> u" in text
    assert "∂C/∂u = 2 * u = 2 * 1.5 = 3" in text
    assert text.count("step 2 of 2") == 1
    assert text.index("step 2 of 2") < text.rindex("step 1 of 2") < text.index("At the start")


def test_moving_stops_at_both_ends():
    assert "This is the start." in session("b")
    assert "That was the last step." in session("end", "n")
    assert "goto 0 to goto 2, not 5" in session("goto 5")
    assert "C has gradient 1" in session("n", "start")


def test_continue_stops_at_a_breakpoint_and_its_condition():
    text = session("break y", "c", "c")
    assert "Breakpoint 1 at y." in text
    assert "step 2 of 2: u -> y" in text
    x = Value(3.0, "x")
    text = session("break x if after > 4", "c", output=x * x)
    assert "if after > 4" in text
    assert "step 2 of 2" in text
    assert "step 1 of 2" not in text
    assert "There are no breakpoints" in session("break y", "clear", "break")


def test_why_p_list_and_src_answer():
    record_lines()
    try:
        output = cost()
    finally:
        record_lines(False)
    text = session("n", "why y", "p", "p u", "list", "src", "src y", output=output)
    assert "C -> u -> y: 3 * (-1) = -3" in text
    assert re.search(r"^u +1.5 +3$", text, re.M)
    assert re.search(r"^op +difference$", text, re.M)
    assert re.search(r"^-> +1  C -> u +dC/du \+= 1 \* 3 = 3$", text, re.M)
    assert re.search(r"->  +\d+  +C = u\*\*2$", text, re.M)
    assert "y has no source line" in session("src y") or "y is a leaf" in session("src y")


def test_the_forward_pass_is_stepped_in_the_same_way():
    text = session("forward", "n", "p", "end", "backward", "n")
    assert "forward step 1 of 2: u" in text
    assert "u = 2 - y = 2 - 0.5 = 1.5" in text
    assert re.search(r"^C +- +-$", text, re.M)  # not computed yet
    assert "step 1 of 2: C -> u" in text


def test_japanese_can_be_chosen():
    text = session("n", "list", "p", "help", language="ja")
    assert "ステップ 1/2: C -> u" in text
    assert "局所的な微分" in text
    assert "次へ" in text
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        step_through(cost(), language="fr")


def test_draw_shows_the_gradients_of_this_step_and_page_writes_all_steps(tmp_path):
    output = cost()
    first, last = tmp_path / "first.dot", tmp_path / "last.dot"
    text = session("n", f"draw {first}", "end", f"draw {last}", f"page {tmp_path / 'all.html'}",
                   "draw nowhere/now.svg", "draw now.exe", output=output)  # fmt: skip
    assert "grad 3" in first.read_text(encoding="utf-8")
    assert "grad −3" not in first.read_text(encoding="utf-8")  # y is not reached yet
    assert "grad −3" in last.read_text(encoding="utf-8")
    assert (tmp_path / "all.html").stat().st_size > 20_000
    assert text.count("Written: ") == 3
    assert "no folder 'nowhere'" in text
    assert "the extension says the format" in text


def test_mistakes_are_told_and_the_session_goes_on():
    text = session("jump", "n x", "goto", "why nobody", "break y if", "break y if nope > 1", "n")
    assert "There is no command 'jump'" in text
    assert "n and a whole number" in text
    assert "no node is called 'nobody'" in text
    assert "nope is not known in a condition" in text
    assert "step 1 of 2" in text


def test_node_names_complete_also_across_what_readline_calls_a_word():
    x = Value(2.0, "w_11^2")
    stepper = Stepper(trace(x * 3), output=io.StringIO())
    assert stepper.completedefault("2", "why w_11^2", 9, 10) == ["2"]
    assert stepper.completedefault("w_", "why w_", 4, 6) == ["w_11^2"]
    assert stepper.completenames("ba") == ["back", "backward"]


def test_commands_piped_in_give_a_readable_transcript():
    done = run("step", "(2 - y)**2", "y=0.5", commands="n\nwhy y\nq\n")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "(backprop 0/2) n" in text
    assert "df/dy = -3" in text
    assert text.replace("∂", "D").isascii()
    assert "\x1b" not in text
    assert not done.stderr


def test_the_input_may_end_without_q():
    done = run("step", "y*y", "y=3", commands="n")
    assert done.returncode == 0
    assert b"step 1 of 2" in done.stdout


def test_a_japanese_windows_console_can_print_all_of_it():
    commands = "n\nlist\np\nhelp\nwhy y\nforward\nn\nq\n"
    done = run("step", "sigmoid(2 - y)**2", "y=0.5", "--lang", "ja", commands=commands,
               PYTHONIOENCODING="cp932")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ステップ" in done.stdout.decode("cp932")
    assert b"\\u" not in done.stdout


def test_a_label_that_the_console_lacks_is_spelled_not_raised():
    program = (
        "from autograd_lite import Value, step_through\n"
        "step_through(Value(1.0, 'x\u00b2\U0001f600') * 2)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=b"n\np\n", capture_output=True, cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "cp932"}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"\\xb2" in done.stdout


def test_stepping_leaves_the_gradients_of_backward(monkeypatch):
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    f = log(x1) + x1 * x2 - sin(x2)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\nn\nb\nq\n"))
    step_through(f)
    assert x1.grad == 5.5


# -- At a pseudo-terminal --


class Terminal:
    """A pseudo-terminal with the debugger in it, and somebody who types."""

    def __init__(self, *arguments, **environment):
        pty = pytest.importorskip("pty")  # not on Windows
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job ignores it
            os.chdir(ROOT)
            env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
            env.update(TERM="xterm", COLUMNS="100", **environment)
            os.execve(sys.executable, [sys.executable, "-m", "autograd_lite", *arguments], env)
        self.seen = ""

    def until(self, text, seconds=30.0):
        """Return what appears on the screen up to a text; fail if it does not come."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            if not select.select([self.screen], [], [], max(0.0, deadline - time.monotonic()))[0]:
                pytest.fail(f"{text!r} did not appear in {self.seen!r}")
            try:
                self.seen += os.read(self.screen, 65536).decode()
            except OSError:  # the program has ended
                pytest.fail(f"{text!r} did not appear in {self.seen!r}")
        shown, _, self.seen = self.seen.partition(text)
        return shown + text

    def interrupt_until(self, text):
        """Type Ctrl-C, and again each second: Python's readline misses one just before it waits."""
        for _ in range(30):
            self.type("\x03")
            if select.select([self.screen], [], [], 1.0)[0]:
                break
        return self.until(text)

    def type(self, text):
        os.write(self.screen, text.encode())

    def end(self):
        while True:
            try:
                if not os.read(self.screen, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_at_a_terminal_one_steps_in_colour_completes_and_recalls():
    terminal = Terminal("step", "(2 - yarn*yarn)**2", "yarn=0.5")
    terminal.until("(backprop 0/4) ")
    terminal.type("n\n")
    assert "\x1b[1mstep 1 of 4" in terminal.until("(backprop 1/4) ")
    terminal.type("why ya\t\n")  # the name is completed
    assert "df/dyarn = -3.5" in terminal.until("(backprop 1/4) ")
    terminal.type("n\n")
    terminal.until("(backprop 2/4) ")
    terminal.type("\x1b[A\n")  # the arrow brings back the command before
    terminal.until("(backprop 3/4) ")
    terminal.type("\n")  # an empty line repeats it, as in pdb
    terminal.until("(backprop 4/4) ")
    terminal.type("b\n")
    terminal.until("(backprop 3/4) ")
    terminal.type("zz")
    terminal.until("zz")
    terminal.interrupt_until("(backprop 3/4) ")  # Ctrl-C drops the line, not the session
    terminal.type("q\n")
    terminal.until("Gradients are those of backward.")
    assert terminal.end() == 0


def test_no_color_is_respected_at_a_terminal():
    terminal = Terminal("step", "y*y", "y=3", NO_COLOR="1")
    terminal.until("(backprop 0/2) ")
    terminal.type("n\n")
    assert "\x1b[1m" not in terminal.until("(backprop 1/2) ")
    terminal.type("\x04")  # Ctrl-D
    assert terminal.end() == 0


# -- Text on a screen --


def test_columns_align_where_letters_are_wide():
    first, second = aligned([["勾配", "1"], ["grad", "22"]], right=(1,))
    assert width_of(first) == width_of(second)


def test_lines_wrap_at_words_and_between_japanese_letters():
    assert wrapped("one two three", 8) == ["one two", "three"]
    lines = wrapped("これで勾配が完成です。", 8)
    assert all(width_of(line) <= 10 for line in lines)
    assert "".join(lines) == "これで勾配が完成です。"
    assert not any(line.startswith("。") for line in lines)


# -- The command line --


def test_grad_prints_value_and_derivatives_exactly():
    done = run("grad", "w*x + b", "w=2", "x=3", "b=1")
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    assert [" ".join(words) for words in lines] == [
        "f = 7.0",
        "df/dw = 3.0",
        "df/dx = 2.0",
        "df/db = 1.0",
    ]


def test_draw_and_page_write_their_files(tmp_path):
    picture, steps = tmp_path / "graph.svg", tmp_path / "backprop.html"
    assert run("draw", "(2 - y)**2", "y=0.5", "--out", str(picture)).returncode == 0
    assert "<svg" in picture.read_text(encoding="utf-8")
    done = run("page", "(2 - y)**2", "y=0.5", "--language", "ja", "--out", str(steps))
    assert done.returncode == 0
    assert 'lang="ja"' in steps.read_text(encoding="utf-8")
    assert run("draw", "y", "y=1", "--out", str(tmp_path / "graph.exe")).returncode == 2
    assert run("page", "y*y", "y=1", "--out", str(tmp_path / "no" / "x.html")).returncode == 2


def test_a_formula_that_begins_with_a_minus_is_a_formula():
    for formula, answer in [("-x**2", "-4.0"), ("-(x + 1)", "-3.0"), ("-2*x", "-4.0"),
                            ("-h**2", None)]:  # fmt: skip
        done = run("grad", formula, "x=2" if answer else "h=2")
        assert done.returncode == 0, done.stderr
        assert f"= {answer or '-4.0'}" in done.stdout.decode().splitlines()[0].replace("  ", " ")
    assert b"usage" in run("grad", "-h").stdout
    assert run("grad", "--unknown", "x=1").returncode == 2


def test_the_language_is_said_in_one_way_by_every_command_and_its_help():
    for command in ("step", "page", "draw", "grad", "check"):
        for option in ("--lang", "--language"):
            assert "お使いのシステムの言語" in run(command, "--help", option, "ja").stdout.decode()
    assert "値が足りません" in run("grad", "x", "--lang", "ja").stderr.decode()
    assert "値が足りません" in run("grad", "x", AUTOGRAD_LITE_LANG="ja").stderr.decode()
    assert "invalid choice" in run("grad", "x", "x=1", "--lang", "fr").stderr.decode()
    done = run("step", "y*y", "y=3", commands="n\n", AUTOGRAD_LITE_LANG="ja")
    assert "ステップ 1/2" in done.stdout.decode()
    assert main(["grad", "y", "--lang", "ja"]) == 2  # no value
    assert chosen_language() == "en"  # and afterwards the process speaks as before


@pytest.mark.skipif(os.name != "posix", reason="a pipe of a POSIX shell")
def test_a_reader_that_goes_away_is_no_error():
    command = f"{sys.executable} -m autograd_lite"
    for rest in ("step '(2 - y)**2' y=0.5 < /dev/null", "grad x x=1", "--help"):
        done = subprocess.run(
            ["bash", "-c", f"{command} {rest} | true; echo ${{PIPESTATUS[0]}}"],
            capture_output=True, cwd=ROOT, timeout=60, check=False,
        )  # fmt: skip
        assert done.stderr == b""
        assert done.stdout.split()[-1] == b"0"


def test_ctrl_c_ends_a_command_line_without_a_traceback():
    def interrupted():
        raise KeyboardInterrupt

    assert ended_quietly(interrupted) == 130
    assert ended_quietly(lambda: None) == 0
    assert ended_quietly(lambda: 2) == 2
    with pytest.raises(OSError, match="full"):
        ended_quietly(full_disk)


def full_disk():
    raise OSError(28, "full")


ORDERS = ["\x1b]0;pwned\x07", "\x9b31m", "\u202e", "\r", "\x08", "\x1b[2J"]


@pytest.mark.parametrize("order", ORDERS, ids=ascii)
def test_no_order_of_others_reaches_the_terminal(order, tmp_path):
    name = f"made{order}.py"
    names = {}
    exec(compile("def make(a, b):\n    return a * b\n", name, "exec"), names)
    linecache.cache[name] = (0, None, ["def make(a, b):\n", f"    return a * b  # {order}\n"], name)
    record_lines()
    try:
        output = names["make"](Value(2.0, f"a{order}"), Value(3.0, "b"))
    finally:
        record_lines(False)
    text = session("n", "src", "p", "p v2", "list", "why b", f"why {order}", f"{order} x",
                   f"draw {tmp_path}/{order}.exe", f"break b if x{order} > 1",
                   "forward", "n", "list", output=output)  # fmt: skip
    assert order[0] not in text
    assert "    return a * b" in text  # the indent of the source stays


def test_a_sign_that_the_console_lacks_gets_another_letter_than_the_whole():
    done = run("step", "y*y", "y=3", commands="n\n", PYTHONIOENCODING="ascii")
    assert b"Df/Dy = y = 3" in done.stdout
    assert b"df/dy = df/df * Df/Dy = 1 * 3 = 3" in done.stdout
    program = (
        "from autograd_lite import Value, trace\nx = Value(3.0, 'x')\nprint(trace(x * x)[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, cwd=ROOT, timeout=60, check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert b"Dv1/Dx = x = 3" in done.stdout, done.stderr


def test_the_forward_list_is_shortened_by_whole_sides():
    x = [Value(k / 7, f"long_name_{k}") for k in range(9)]
    text = session("forward", "n", "list", output=total(x))
    (line,) = [line for line in text.splitlines() if line.startswith("->")]
    assert line.endswith("v9 = 5.14286")


def test_check_agrees_or_exits_with_1():
    assert run("check", "sigmoid(w*x)", "w=2", "x=3").returncode == 0
    done = run("check", "relu(x)", "x=0")  # a kink: backprop takes 0, differences one half
    assert done.returncode == 1
    assert b"DIFFERS" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["grad", "x + y", "x=1"], "write for example: y=1.5"),
        (["grad", "x", "x=1", "x=2"], "x is given twice"),
        (["grad", "x", "y=1"], "no variable 'y'"),
        (["grad", "x", "x"], "name=number"),
        (["grad", "x", "x=open('a')"], "not a function"),
        (["grad", "x", "x=nan"], "nan has no value"),
        (["grad", "log(x)", "x=-1"], "log needs x > 0"),
        (["grad", "9**9**9"], "out of range"),
        (["check", "2 + 3"], "nothing to check"),
        (["grad", "\u0445"], "CYRILLIC"),
    ],
)
def test_mistakes_on_the_command_line_exit_with_2_and_say_what_to_write(arguments, answer):
    done = run(*arguments)
    assert done.returncode == 2
    assert answer in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
