"""A debugger for backprop in a terminal, with pdb's habits.

It prints what a console in code page 932 can show, aligned for Japanese, and in colour where
the terminal has it (never if NO_COLOR is set). Commands can be typed, or piped in by a script.
"""

import cmd
import linecache
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from autograd_lite.expression import Condition
from autograd_lite.trace import (
    ForwardStep,
    Language,
    Replay,
    Step,
    Trace,
    derivative,
    factor,
    printable,
    shortened,
    told_number,
)
from autograd_lite.value import Constant

__all__ = ["Stepper"]

AROUND = 4  # steps that `list` shows before and after the present one
ROWS_SHOWN = 60  # rows of a table

CONDITION_NAMES = ("gradient", "partial", "product", "before", "after", "number")

MESSAGES: dict[str, tuple[str, str]] = {  # English, Japanese
    "start": (
        "At the start: {output} has gradient 1, everything else 0 (leaves keep what they held).",
        "始めの状態: {output} の勾配は 1、それ以外は 0 です（葉は前の値を保ちます）。",
    ),
    "forward start": (
        "At the start of the forward pass: only the leaves have values.",
        "順伝播の始め: 値があるのは葉だけです。",
    ),
    "no more": ("That was the last step.", "これが最後のステップです。"),
    "at start": ("This is the start.", "ここが始めです。"),
    "reached": ("Breakpoint {number} at {node}.", "ブレークポイント {number}: {node}"),
    "set": ("Breakpoint {number} at {node}{when}.", "ブレークポイント {number}: {node}{when}"),
    "if": (" if {condition}", "（条件: {condition}）"),
    "none": ("There are no breakpoints.", "ブレークポイントはありません。"),
    "cleared": ("Breakpoint {number} is cleared.", "ブレークポイント {number} を消しました。"),
    "no line": (
        "{node} has no source line; call record_lines() before the graph is built.",
        "{node} には行の記録がありません。グラフを作る前に record_lines() を呼んでください。",
    ),
    "leaf": (
        "{node} is a leaf: it was not computed.",
        "{node} は葉です（計算されたものではありません）。",
    ),
    "saved": ("Written: {path}", "書き出しました: {path}"),
    "unknown": (
        "There is no command {command}; help lists them.",
        "{command} というコマンドはありません。help で一覧が出ます。",
    ),
    "count": (
        "write {command} and a whole number, like: {command} 3",
        "{command} の後に整数を書いてください。例: {command} 3",
    ),
    "ending": ("Gradients are those of backward.", "勾配は backward の結果と同じです。"),
    "forward pass": ("Forward pass.", "順伝播を見ます。"),
    "backward pass": ("Backward pass.", "逆伝播を見ます。"),
}

HELP: list[tuple[str, str, str]] = [
    ("n [K]", "next: one step forward, or K", "次へ: 1ステップ、または K ステップ進む"),
    ("b [K]", "back: one step back, or K", "戻る: 1ステップ、または K ステップ戻る"),
    ("c", "continue to a breakpoint, or to the end", "ブレークポイントか終わりまで進む"),
    ("goto K", "go to where K steps are done", "K ステップ終わったところへ移る"),
    ("start, end", "go to the start, to the end", "始め、終わりへ移る"),
    ("list", "the steps around this one", "前後のステップの一覧"),
    ("break NODE", "stop when a gradient reaches the node", "勾配がノードに届いたら止まる"),
    ("break NODE if C", "the same if a condition holds: abs(product) > 0.1",
     "条件つき。例: abs(product) > 0.1"),
    ("break", "list the breakpoints", "ブレークポイントの一覧"),
    ("clear [K]", "clear breakpoint K, or all", "ブレークポイント K、または全部を消す"),
    ("why NODE", "why its gradient is this number", "勾配がなぜその値になるのか"),
    ("p [NODE]", "print a node, or the table of all gradients here",
     "ノード、またはすべての勾配の表"),
    ("src [NODE]", "the line of your program that made the node", "ノードを作ったプログラムの行"),
    ("draw [FILE]", "write the picture at this step (now.svg)", "今の状態の図を書き出す (now.svg)"),
    ("page [FILE]", "write all steps as a web page (backprop.html)",
     "全ステップをウェブページに書き出す (backprop.html)"),
    ("forward, backward", "step through the other pass", "順伝播と逆伝播を切り替える"),
    ("lang en, lang ja", "the language of the explanations", "説明の言語"),
    ("q", "quit", "終わる"),
]  # fmt: skip


class Stepper(cmd.Cmd):
    """The commands of the terminal debugger; one instance is one session.

    replay      the place in the backward pass
    forward     how many operations of the forward pass are done, if that is what is shown
    stops       the breakpoints: node number and condition
    """

    def __init__(
        self, steps: Trace, *, language: Language = "en", output: IO[str] | None = None
    ) -> None:
        super().__init__(stdout=output)
        if language not in ("en", "ja"):
            raise ValueError(f"the language is 'en' or 'ja', not {language!r}")
        self.trace = steps
        self.language: Language = language
        self.replay: Replay = steps.replay()
        self.forward: int | None = None
        self.stops: dict[int, tuple[int, Condition | None]] = {}
        self.numbered = 0
        self.colours = wants_colour(self.stdout)
        self.echoes = not interactive()

    # -- The session --

    def run(self) -> None:
        """Greet, then obey commands until `q` or the end of the input."""
        self.say(repr(self.trace))
        self.say(self.told("start", output=self.trace.names[-1]))
        self.say("help: ?   n, b, c, goto K, list, break NODE, why NODE, p, src, draw, page, q")
        while True:
            try:
                self.cmdloop()
                return
            except KeyboardInterrupt:
                self.say("\n(q)")

    @property
    def prompt(self) -> str:  # type: ignore[override]  # cmd.Cmd reads it before each command
        if self.forward is not None:
            return f"(forward {self.forward}/{len(self.trace.forward)}) "
        return f"(backprop {self.replay.position}/{len(self.trace)}) "

    def precmd(self, line: str) -> str:
        """Show a command that was piped in, so that the output reads like a session."""
        if self.echoes and line != "EOF":
            self.say(printable(line) if line.strip() else "")
        return line

    def onecmd(self, line: str) -> bool:
        """Obey one command; an error is told and the session goes on."""
        try:
            return bool(super().onecmd(line))
        except (
            LookupError,
            ValueError,
            TypeError,
            ArithmeticError,
            OSError,
            RuntimeError,
        ) as error:
            text = error.args[0] if isinstance(error, KeyError) else error
            self.say(self.painted("red", f"*** {text}"))
            return False

    def default(self, line: str) -> None:
        command = printable(line.split()[0])
        self.say(self.painted("red", f"*** {self.told('unknown', command=repr(command))}"))

    def told(self, message: str, **parts: object) -> str:
        return MESSAGES[message][self.language == "ja"].format(**parts)

    def say(self, text: str) -> None:
        """Print lines, with what the console cannot show spelled as codes."""
        self.stdout.write(console_text(text, self.stdout) + "\n")
        self.stdout.flush()

    def painted(self, colour: str, text: str) -> str:
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self.colours else text

    # -- Moving --

    def do_n(self, argument: str) -> None:
        """Go forward."""
        self.move(self.counted("n", argument, 1))

    def do_b(self, argument: str) -> None:
        """Go back."""
        self.move(-self.counted("b", argument, 1))

    def do_c(self, argument: str) -> None:
        """Continue to the next breakpoint, or to the end."""
        if self.forward is not None:
            self.go(len(self.trace.forward))
            return
        for position in range(self.replay.position + 1, len(self.trace) + 1):
            number = self.stopped_by(self.trace[position - 1])
            if number:
                node = self.trace.names[self.stops[number][0]]
                self.say(self.painted("bold", self.told("reached", number=number, node=node)))
                self.go(position)
                return
        self.go(len(self.trace))

    def do_goto(self, argument: str) -> None:
        """Go to where so many steps are done."""
        position = self.counted("goto", argument, None)
        if not 0 <= position <= self.length():
            raise ValueError(f"goto 0 to goto {self.length()}, not {position}")
        self.go(position)

    def do_start(self, argument: str) -> None:
        """Go to where nothing is done."""
        self.go(0)

    def do_end(self, argument: str) -> None:
        """Go to where all is done."""
        self.go(self.length())

    def do_forward(self, argument: str) -> None:
        """Step through the forward pass."""
        self.forward = 0
        self.say(self.told("forward pass"))
        self.show()

    def do_backward(self, argument: str) -> None:
        """Step through the backward pass."""
        self.forward = None
        self.say(self.told("backward pass"))
        self.show()

    def counted(self, command: str, argument: str, default: int | None) -> int:
        if not argument and default is not None:
            return default
        if not (argument.isascii() and argument.isdigit()) or len(argument) > 9:
            raise ValueError(self.told("count", command=command))
        return int(argument)

    def length(self) -> int:
        return len(self.trace) if self.forward is None else len(self.trace.forward)

    def position(self) -> int:
        return self.replay.position if self.forward is None else self.forward

    def move(self, by: int) -> None:
        target = min(max(self.position() + by, 0), self.length())
        if target == self.position() and by:
            self.say(self.told("no more" if by > 0 else "at start"))
            return
        self.go(target)

    def go(self, position: int) -> None:
        if self.forward is None:
            self.replay.goto(position)
        else:
            self.forward = position
        self.show()

    def stopped_by(self, step: Step) -> int:
        """Return the number of the breakpoint that a step meets, 0 for none."""
        values = {name: float(getattr(step, name)) for name in CONDITION_NAMES}
        parent = self.trace.parents[step.number - 1]
        for number, (node, condition) in self.stops.items():
            if node == parent and (condition is None or condition(values)):
                return number
        return 0

    # -- Showing --

    def show(self) -> None:
        """Print the step that was just done: heading, formulas, and the words."""
        step = self.present()
        if step is None:
            name = self.trace.names[-1]
            key = "start" if self.forward is None else "forward start"
            self.say(self.told(key, output=name))
            return
        self.say(self.painted("bold", step.heading(self.language)))
        if isinstance(step, Step):
            self.say(self.painted("cyan", f"    {step.local()}"))
        self.say(self.painted("green", f"    {step.formula()}"))
        width = min(shutil.get_terminal_size().columns, 100) - 4
        for sentence in step.sentences(self.language):
            for line in wrapped(sentence, width):
                self.say(f"    {line}")

    def present(self) -> Step | ForwardStep | None:
        if self.forward is None:
            return self.replay.step()
        return self.trace.forward[self.forward - 1] if self.forward else None

    def do_list(self, argument: str) -> None:
        """List the steps around the present one."""
        position = self.position()
        first, last = max(position - AROUND, 1), min(position + AROUND, self.length())
        rows = []
        for number in range(first, last + 1):
            mark = "->" if number == position else ""
            rows.append([mark, str(number), *self.row(number)])
        if not position:
            rows.insert(0, ["->", "0", "", ""])
        for line in aligned(rows, right=(1,)):
            self.say(self.painted("bold", line) if line.startswith("->") else line)

    def row(self, number: int) -> list[str]:
        if self.forward is not None:
            step = self.trace.forward[number - 1]
            return [shortened(self.trace.names[step.index], 24), shortened(step.formula(), 70)]
        k = number - 1
        record = self.trace
        child, parent = record.children[k], record.parents[k]
        ratio = derivative(record.symbol(len(record.nodes) - 1), record.symbol(parent))
        one = record[k]
        sum_ = f"{factor(one.gradient)} * {factor(one.partial)} = {told_number(one.product)}"
        names = f"{shortened(record.names[child], 24)} -> {shortened(record.names[parent], 24)}"
        return [names, f"{shortened(ratio, 30)} += {sum_}"]

    do_l = do_list

    def do_p(self, argument: str) -> None:
        """Print one node, or the table of all of them."""
        if argument:
            self.print_node(self.trace.find(argument))
            return
        head = ["node", "value", "grad"] if self.language == "en" else ["ノード", "値", "勾配"]
        rows = [head]
        numbers = [
            k for k in reversed(range(len(self.trace.nodes)))
            if not isinstance(self.trace.nodes[k], Constant)
        ]  # fmt: skip
        for k in numbers[:ROWS_SHOWN]:
            rows.append([shortened(self.trace.names[k], 30), self.value(k), self.gradient(k)])
        for line in aligned(rows, right=(1, 2)):
            self.say(line)
        if len(numbers) > ROWS_SHOWN:
            self.say(f"... {len(numbers) - ROWS_SHOWN}")

    def print_node(self, k: int) -> None:
        record = self.trace
        node = record.nodes[k]
        ja = self.language == "ja"
        made = "leaf" if not ja else "葉"
        if node.op is not None:
            made = node.op.meaning_ja if ja else node.op.meaning
        arrivals = list(record.steps_into(k))
        steps = ", ".join(str(number) for number in arrivals[:20]) or "-"
        rows = [
            ["name" if not ja else "名前", record.names[k]],
            ["op" if not ja else "演算", made],
            ["value" if not ja else "値", self.value(k)],
            ["grad" if not ja else "勾配", self.gradient(k)],
            ["arrivals" if not ja else "届くステップ", steps],
        ]
        if node.line is not None:
            rows.append(["line" if not ja else "行", f"{node.line.file}:{node.line.number}"])
        for line in aligned(rows):
            self.say(line)

    def value(self, k: int) -> str:
        """Return a node's number as far as the forward pass has got."""
        if self.forward is not None and self.trace.nodes[k].parents:
            done = self.trace.forward.inner[: self.forward]
            if k not in done:
                return "-"
        return told_number(self.trace.data[k])

    def gradient(self, k: int) -> str:
        return "-" if self.forward is not None else told_number(self.replay.gradients[k])

    def do_why(self, argument: str) -> None:
        """Tell why a node's gradient is what it is."""
        k = self.trace.find(argument) if argument else self.present_node()
        for number, line in enumerate(self.trace.why(k).lines(self.language)):
            self.say(self.painted("bold", line) if not number else f"    {line}")

    def do_src(self, argument: str) -> None:
        """Show the source line that made a node."""
        k = self.trace.find(argument) if argument else self.present_node(makes=True)
        node, name = self.trace.nodes[k], self.trace.names[k]
        if node.line is None:
            self.say(self.told("no line" if node.parents else "leaf", node=name))
            return
        file, number = node.line
        self.say(self.painted("bold", f"{file}:{number}"))
        for at in range(max(number - 2, 1), number + 3):
            text = linecache.getline(file, at).rstrip("\n")
            if text or at == number:
                mark = "->" if at == number else "  "
                self.say(f"{mark} {at:>4}  {shortened(text.expandtabs(4), 150)}")

    def present_node(self, makes: bool = False) -> int:
        """Return the node that the present step is about: that receives, or that `makes` it."""
        step = self.present()
        if step is None:
            return len(self.trace.nodes) - 1
        if isinstance(step, ForwardStep):
            return step.index
        k = step.number - 1
        return self.trace.children[k] if makes else self.trace.parents[k]

    # -- Breakpoints --

    def do_break(self, argument: str) -> None:
        """Set a breakpoint, or list those there are."""
        if not argument:
            for number in self.stops:
                self.say(self.stop_text(number))
            if not self.stops:
                self.say(self.told("none"))
            return
        name, _, text = argument.partition(" if ")
        node = self.trace.find(name)
        condition = Condition(text, CONDITION_NAMES) if text.strip() else None
        self.numbered += 1
        self.stops[self.numbered] = (node, condition)
        self.say(self.stop_text(self.numbered))

    def stop_text(self, number: int) -> str:
        node, condition = self.stops[number]
        when = self.told("if", condition=condition.text) if condition else ""
        return self.told("set", number=number, node=self.trace.names[node], when=when)

    def do_clear(self, argument: str) -> None:
        """Clear a breakpoint, or all."""
        numbers = [self.counted("clear", argument, None)] if argument else list(self.stops)
        for number in numbers:
            if number not in self.stops:
                raise ValueError(self.told("none"))
            del self.stops[number]
            self.say(self.told("cleared", number=number))

    # -- Files, language, the end --

    def do_draw(self, argument: str) -> None:
        """Write the picture at this step."""
        from autograd_lite.stepping.editor import redraw  # Graphviz only where it is asked for

        with self.replay.show():
            path = redraw(self.trace.output, Path(argument or "now.svg").expanduser())
        self.say(self.told("saved", path=path))

    def do_page(self, argument: str) -> None:
        """Write the web page."""
        path = Path(argument or "backprop.html").expanduser()
        self.say(self.told("saved", path=self.trace.save(path, language=self.language)))

    def do_lang(self, argument: str) -> None:
        """Choose the language of the explanations."""
        if argument not in ("en", "ja"):
            raise ValueError("lang en, lang ja")
        self.language = "ja" if argument == "ja" else "en"
        self.show()

    def do_help(self, argument: str) -> None:
        """List the commands."""
        wanted = argument.split()[0] if argument else ""
        rows = [
            [f"  {usage}", text_ja if self.language == "ja" else text]
            for usage, text, text_ja in HELP
            if not wanted or wanted in usage.replace(",", " ").split()
        ]
        if not rows:
            self.default(wanted)
        for line in aligned(rows):
            self.say(line)

    def do_q(self, argument: str) -> bool:
        """Quit."""
        self.say(self.told("ending"))
        return True

    def do_EOF(self, argument: str) -> bool:  # what cmd calls at the end of the input
        """Quit at the end of the input."""
        self.say("")
        return self.do_q("")

    do_next, do_back, do_continue, do_quit, do_exit = do_n, do_b, do_c, do_q, do_q
    do_print = do_p

    # -- Completion --

    def completenames(self, text: str, *ignored: object) -> list[str]:
        return [name for name in sorted(COMMANDS) if name.startswith(text)]

    def completedefault(self, *arguments: object) -> list[str]:
        """Complete the name of a node, also where the shell's idea of a word ends inside it."""
        text, line, _, end = arguments
        assert isinstance(text, str) and isinstance(line, str) and isinstance(end, int)
        command, _, typed = line[:end].lstrip().partition(" ")
        if command == "lang":
            return [name for name in ("en", "ja") if name.startswith(text)]
        typed = typed.lstrip()
        cut = len(typed) - len(text)
        return [name[cut:] for name in self.trace.names if name.startswith(typed)][:200]


COMMANDS = {
    "n", "next", "b", "back", "c", "continue", "goto", "start", "end", "list", "break", "clear",
    "why", "p", "src", "draw", "page", "forward", "backward", "lang", "q", "quit", "help",
}  # fmt: skip


# -- The console -------------------------------------------------------------------------------

COLOURS = {"bold": "1", "cyan": "36", "green": "32", "red": "31"}


def interactive() -> bool:
    """Return whether a person types the commands, so that they need not be shown again."""
    try:
        return sys.stdin.isatty() or "ipykernel" in sys.modules
    except (AttributeError, ValueError):  # no input, or a closed one
        return False


def wants_colour(output: IO[str]) -> bool:
    """Return whether to print in colour: on a terminal that can, and is not asked not to."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if not getattr(output, "isatty", bool)():
        return False
    if sys.platform == "win32":  # an old console prints the codes themselves
        return any(name in os.environ for name in ("WT_SESSION", "TERM_PROGRAM", "ANSICON"))
    return True


def console_text(text: str, output: IO[str]) -> str:
    """Return a text as the console can print it: what its code page lacks, spelled as codes."""
    encoding = getattr(output, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def width_of(text: str) -> int:
    """Return how many columns a text takes: Japanese letters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def aligned(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return rows as lines whose columns stand under each other."""
    rows = list(rows)
    widths = [max(width_of(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = []
        for k, (cell, width) in enumerate(zip(row, widths)):
            space = " " * (width - width_of(cell))
            cells.append(space + cell if k in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` columns, broken at spaces or Japanese letters."""
    lines = []
    line = ""
    for piece in pieces(text):
        if line and width_of(line + piece.rstrip()) > width and piece not in CLOSING:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


CLOSING = frozenset("。、）」: ")  # these never begin a line


def pieces(text: str) -> list[str]:
    """Return the parts between which a line may break: words with their space, and wide letters."""
    found = [""]
    for c in text:
        if unicodedata.east_asian_width(c) in "WF":
            found += [c, ""]
        elif c == " ":
            found[-1] += c
            found.append("")
        else:
            found[-1] += c
    return [piece for piece in found if piece]
