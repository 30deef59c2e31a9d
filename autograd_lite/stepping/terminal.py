"""A debugger for backprop in a terminal, with pdb's habits.

It prints what a console in code page 932 can show, aligned for Japanese, and in colour where
the terminal has it (never if NO_COLOR is set). Commands can be typed, or piped in by a script.
"""

import cmd
import linecache
import shutil
from pathlib import Path
from typing import IO

from autograd_lite.console import (
    aligned,
    console_text,
    interactive,
    obeyed_by_nobody,
    painted,
    printable,
    wants_colour,
    wrapped,
)
from autograd_lite.expression import Condition
from autograd_lite.stepping.editor import redraw
from autograd_lite.tracing.formulas import whole, within
from autograd_lite.tracing.forward import ForwardStep
from autograd_lite.tracing.names import factor, shortened, told_number
from autograd_lite.tracing.recording import Trace, trace
from autograd_lite.tracing.replay import Replay
from autograd_lite.tracing.steps import Step
from autograd_lite.value import Constant, Value
from autograd_lite.words import LANGUAGES, Language, chosen_language, text
from autograd_lite.words.op_words import meaning

__all__ = ["step_through", "Stepper"]

AROUND = 4  # steps that `list` shows before and after the present one
ROWS_SHOWN = 60  # rows of a table
SOURCE_SHOWN = 150  # characters of a source line

CONDITION_NAMES = ("gradient", "partial", "product", "before", "after", "number")

HELP = [  # how a command is written, and the words that say what it does
    ("n [K]", "help.n"),
    ("b [K]", "help.b"),
    ("c", "help.c"),
    ("goto K", "help.goto"),
    ("start, end", "help.ends"),
    ("list", "help.list"),
    ("break NODE", "help.break"),
    ("break NODE if C", "help.break if"),
    ("break", "help.breaks"),
    ("clear [K]", "help.clear"),
    ("why NODE", "help.why"),
    ("p [NODE]", "help.p"),
    ("src [NODE]", "help.src"),
    ("draw [FILE]", "help.draw"),
    ("page [FILE]", "help.page"),
    ("forward, backward", "help.passes"),
    (", ".join(f"lang {language}" for language in LANGUAGES), "help.lang"),
    ("q", "help.q"),
]


def step_through(output: Value | Trace, *, language: Language | None = None) -> None:
    """Run backprop from `output` and step through it in the terminal: `n` next, `b` back, `?` help.

    Afterwards the gradients are those of `backward`; leaves add up over calls. A trace that was
    made before is stepped through as it is.

    Raises TypeError if `output` is neither, and ValueError for a language we do not speak.
    """
    language = chosen_language(language)
    steps = output if isinstance(output, Trace) else trace(output)
    Stepper(steps, language=language).run()


class Stepper(cmd.Cmd):
    """The commands of the terminal debugger; one instance is one session.

    replay      the place in the backward pass
    forward     how many operations of the forward pass are done, if that is what is shown
    stops       the breakpoints: node number and condition
    """

    def __init__(
        self, steps: Trace, *, language: Language | None = None, output: IO[str] | None = None
    ) -> None:
        super().__init__(stdout=output)
        self.trace = steps
        self.language = chosen_language(language)
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
        self.say(self.told("terminal.start", output=self.trace.names[-1]))
        self.say(self.told("terminal.hint"))
        while True:
            try:
                self.cmdloop()
                return
            except KeyboardInterrupt:
                self.say("")
                self.say("(q)")

    @property
    def prompt(self) -> str:  # type: ignore[override]  # cmd.Cmd reads it before each command
        """The prompt: where we are."""
        if self.forward is not None:
            return f"(forward {self.forward}/{len(self.trace.forward)}) "
        return f"(backprop {self.replay.position}/{len(self.trace)}) "

    def precmd(self, line: str) -> str:
        """Show a command that was piped in, so that the output reads like a session."""
        if self.echoes and line != "EOF":
            self.say(line.strip())
        return line

    def onecmd(self, line: str) -> bool:
        """Obey one command; an error is told and the session goes on."""
        try:
            return bool(super().onecmd(line))
        except BrokenPipeError:  # nobody reads any more
            raise
        except (
            LookupError,
            ValueError,
            TypeError,
            ArithmeticError,
            OSError,
            RuntimeError,
        ) as error:
            told = error.args[0] if isinstance(error, KeyError) else error
            self.say(f"*** {told}", "red")
            return False

    def default(self, line: str) -> None:
        """Say that there is no such command."""
        command = repr(printable(line.split()[0]))
        self.say(f"*** {self.told('terminal.unknown', command=command)}", "red")

    def told(self, key: str, **parts: object) -> str:
        """Return words of the catalogue in the language of this session."""
        return text(key, self.language, **parts)

    def say(self, line: str, colour: str = "") -> None:
        """Print a line: no order to the terminal in it but ours, and only what the console has."""
        line = console_text(obeyed_by_nobody(line), self.stdout)
        self.stdout.write(painted(colour, line) if colour and self.colours else line)
        self.stdout.write("\n")
        self.stdout.flush()

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
                self.say(self.told("terminal.reached", number=number, node=node), "bold")
                self.go(position)
                return
        self.go(len(self.trace))

    def do_goto(self, argument: str) -> None:
        """Go to where so many steps are done."""
        position = self.counted("goto", argument, None)
        if not 0 <= position <= self.length():
            raise ValueError(self.told("terminal.range", last=self.length(), position=position))
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
        self.say(self.told("terminal.forward pass"))
        self.show()

    def do_backward(self, argument: str) -> None:
        """Step through the backward pass."""
        self.forward = None
        self.say(self.told("terminal.backward pass"))
        self.show()

    def counted(self, command: str, argument: str, default: int | None) -> int:
        """Return the whole number that a command was given, or its default."""
        if not argument and default is not None:
            return default
        if not (argument.isascii() and argument.isdigit()) or len(argument) > 9:
            raise ValueError(self.told("terminal.count", command=command))
        return int(argument)

    def length(self) -> int:
        """Return how many steps the present pass has."""
        return len(self.trace) if self.forward is None else len(self.trace.forward)

    def position(self) -> int:
        """Return how many steps of the present pass are done."""
        return self.replay.position if self.forward is None else self.forward

    def move(self, by: int) -> None:
        """Go so many steps on, or back, and show where we are."""
        target = min(max(self.position() + by, 0), self.length())
        if target == self.position() and by:
            self.say(self.told("terminal.no more" if by > 0 else "terminal.at start"))
            return
        self.go(target)

    def go(self, position: int) -> None:
        """Go to a position and show the step before it."""
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
            key = "terminal.start" if self.forward is None else "terminal.forward start"
            self.say(self.told(key, output=name))
            return
        self.say(step.heading(self.language), "bold")
        if isinstance(step, Step):
            self.say(f"    {step.local()}", "cyan")
        self.say(f"    {step.formula()}", "green")
        width = min(shutil.get_terminal_size().columns, 100) - 4
        for sentence in step.sentences(self.language):
            for line in wrapped(sentence, width):
                self.say(f"    {line}")

    def present(self) -> Step | ForwardStep | None:
        """Return the step that was just done, None at the start."""
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
            self.say(line, "bold" if line.startswith("->") else "")

    def row(self, number: int) -> list[str]:
        """Return a step as the cells of a list."""
        record = self.trace
        if self.forward is not None:
            step = record.forward[number - 1]
            return [shortened(record.names[step.index], 24), within(70, step.equation())]
        one = record[number - 1]
        child, parent = record.children[number - 1], record.parents[number - 1]
        added = f"{factor(one.gradient)} * {factor(one.partial)} = {told_number(one.product)}"
        names = f"{shortened(record.names[child], 24)} -> {shortened(record.names[parent], 24)}"
        return [names, f"{whole(record, parent)} += {added}"]

    do_l = do_list

    def do_p(self, argument: str) -> None:
        """Print one node, or the table of all of them."""
        if argument:
            self.print_node(self.trace.find(argument))
            return
        rows = [[self.told("table.node"), self.told("table.value"), "grad"]]
        numbers = [
            k for k in reversed(range(len(self.trace.nodes)))
            if not isinstance(self.trace.nodes[k], Constant)
        ]  # fmt: skip
        for k in numbers[:ROWS_SHOWN]:
            rows.append([shortened(self.trace.names[k], 30), self.value(k), self.gradient(k)])
        for line in aligned(rows, right=(1, 2)):
            self.say(line)
        if len(numbers) > ROWS_SHOWN:
            self.say(self.told("terminal.more nodes", count=len(numbers) - ROWS_SHOWN))

    def print_node(self, k: int) -> None:
        """Print all that is known of a node here."""
        record = self.trace
        node = record.nodes[k]
        made = meaning(node.op, self.language) if node.op else self.told("table.leaf")
        arrivals = list(record.steps_into(k))
        steps = ", ".join(str(number) for number in arrivals[:20]) or "-"
        rows = [
            [self.told("table.name"), record.names[k]],
            [self.told("table.op"), made],
            [self.told("table.value"), self.value(k)],
            ["grad", self.gradient(k)],
            [self.told("table.arrivals"), steps],
        ]
        if node.line is not None:
            file = printable(node.line.file)
            rows.append([self.told("table.line"), f"{file}:{node.line.number}"])
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
        """Return a gradient as it is here, a dash in the forward pass."""
        return "-" if self.forward is not None else told_number(self.replay.gradients[k])

    def do_why(self, argument: str) -> None:
        """Tell why a node's gradient is what it is."""
        k = self.trace.find(argument) if argument else self.present_node()
        for number, line in enumerate(self.trace.why(k).lines(self.language)):
            self.say(f"    {line}" if number else line, "" if number else "bold")

    def do_src(self, argument: str) -> None:
        """Show the source line that made a node."""
        k = self.trace.find(argument) if argument else self.present_node(makes=True)
        node, name = self.trace.nodes[k], self.trace.names[k]
        if node.line is None:
            key = "terminal.no line" if node.parents else "terminal.no line here"
            self.say(self.told(key, node=name))
            return
        file, number = node.line
        self.say(f"{file}:{number}", "bold")
        for at in range(max(number - 2, 1), number + 3):
            line = linecache.getline(file, at).rstrip("\n")
            if line or at == number:
                mark = "->" if at == number else "  "
                self.say(f"{mark} {at:>4}  {shortened(line.expandtabs(4), SOURCE_SHOWN)}")

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
                self.say(self.told("terminal.none"))
            return
        name, _, asked = argument.partition(" if ")
        node = self.trace.find(name)
        condition = Condition(asked, CONDITION_NAMES) if asked.strip() else None
        self.numbered += 1
        self.stops[self.numbered] = (node, condition)
        self.say(self.stop_text(self.numbered))

    def stop_text(self, number: int) -> str:
        """Return a breakpoint in words."""
        node, condition = self.stops[number]
        name = self.trace.names[node]
        if condition is None:
            return self.told("terminal.set", number=number, node=name)
        return self.told("terminal.set if", number=number, node=name, condition=condition.text)

    def do_clear(self, argument: str) -> None:
        """Clear a breakpoint, or all."""
        numbers = [self.counted("clear", argument, None)] if argument else list(self.stops)
        for number in numbers:
            if number not in self.stops:
                raise ValueError(self.told("terminal.no such", number=number))
            del self.stops[number]
            self.say(self.told("terminal.cleared", number=number))

    # -- Files, language, the end --

    def do_draw(self, argument: str) -> None:
        """Write the picture at this step."""
        with self.replay.show():
            path = redraw(self.trace.output, Path(argument or "now.svg").expanduser())
        self.say(self.told("terminal.written", path=path))

    def do_page(self, argument: str) -> None:
        """Write the web page."""
        path = Path(argument or "backprop.html").expanduser()
        written = self.trace.save(path, language=self.language)
        self.say(self.told("terminal.written", path=written))

    def do_lang(self, argument: str) -> None:
        """Choose the language of the explanations."""
        if argument not in LANGUAGES:
            commands = ", ".join(f"lang {language}" for language in LANGUAGES)
            raise ValueError(self.told("terminal.languages", commands=commands))
        self.language = argument
        self.show()

    def do_help(self, argument: str) -> None:
        """List the commands."""
        wanted = argument.split()[0] if argument else ""
        rows = [
            [f"  {usage}", self.told(key)]
            for usage, key in HELP
            if not wanted or wanted in usage.replace(",", " ").split()
        ]
        if not rows:
            self.default(wanted)
        for line in aligned(rows):
            self.say(line)

    def do_q(self, argument: str) -> bool:
        """Quit."""
        self.say(self.told("terminal.ending"))
        return True

    def do_EOF(self, argument: str) -> bool:  # what cmd calls at the end of the input
        """Quit at the end of the input."""
        self.say("")
        return self.do_q("")

    do_next, do_back, do_continue, do_quit, do_exit = do_n, do_b, do_c, do_q, do_q
    do_print = do_p

    # -- Completion --

    def completenames(self, text: str, *ignored: object) -> list[str]:
        """Return the commands that begin with a text."""
        return [name for name in sorted(COMMANDS) if name.startswith(text)]

    def completedefault(self, *arguments: object) -> list[str]:
        """Complete the name of a node, also where the shell's idea of a word ends inside it."""
        word, line, _, end = arguments
        assert isinstance(word, str) and isinstance(line, str) and isinstance(end, int)
        command, _, typed = line[:end].lstrip().partition(" ")
        if command == "lang":
            return [name for name in LANGUAGES if name.startswith(word)]
        typed = typed.lstrip()
        cut = len(typed) - len(word)
        return [name[cut:] for name in self.trace.names if name.startswith(typed)][:200]


COMMANDS = {
    "n", "next", "b", "back", "c", "continue", "goto", "start", "end", "list", "break", "clear",
    "why", "p", "src", "draw", "page", "forward", "backward", "lang", "q", "quit", "help",
}  # fmt: skip
