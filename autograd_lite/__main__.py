"""The command line: step through, draw, check or differentiate an expression.

    python -m autograd_lite step "(2 - y)**2" y=0.5
    python -m autograd_lite page "(2 - y)**2" y=0.5 --out backprop.html
    python -m autograd_lite draw "(2 - y)**2" y=0.5 --out graph.png
    python -m autograd_lite grad "w*x + b" w=2 x=3 b=1
    python -m autograd_lite check "sigmoid(w*x + b)" w=2 x=3 b=1
    python -m autograd_lite vscode
    python -m autograd_lite dap

The last two are for editors: they step through a script of yours, forward and back. An expression
is parsed, never run as code; see `autograd_lite.expression`.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd_lite import Value, backward, check_gradients, step_through, trace
from autograd_lite.check import GradientCheck
from autograd_lite.console import READER_GONE, aligned, console_text, ended_quietly
from autograd_lite.debugging.extension import editors, file_name, install, write_extension
from autograd_lite.debugging.serving import serve, serve_on
from autograd_lite.drawing import draw
from autograd_lite.expression import OPS, Expression, ExpressionError, plain_number
from autograd_lite.table import table_text
from autograd_lite.words import (
    LANGUAGE_OPTIONS,
    LANGUAGES,
    Speaking,
    language_asked,
    text,
)

__all__ = ["main"]

EXAMPLES = """\
  python -m autograd_lite step "(2 - y)**2" y=0.5
  python -m autograd_lite step "sigmoid(w*x + b)" w=2 x=1 b=-1 --lang ja
  python -m autograd_lite page "(2 - y)**2" y=0.5 --out backprop.html
  python -m autograd_lite draw "log(x1) + x1*x2 - sin(x2)" x1=2 x2=5 --out graph.png
  python -m autograd_lite grad "w*x + b" w=2 x=3 b=1
  python -m autograd_lite check "log(x1) + x1*x2 - sin(x2)" x1=2 x2=5
  python -m autograd_lite table
  python -m autograd_lite vscode
  python -m autograd_lite dap --port 4711
"""

SUMMARIES = {  # each command, and the words that say what it does
    "step": "command.step",
    "page": "command.page",
    "draw": "command.draw",
    "check": "command.check",
    "grad": "command.grad",
    "table": "command.table",
    "dap": "command.dap",
    "vscode": "command.vscode",
}
LAST_PORT = 65535
MISTAKES = (ValueError, ArithmeticError, TypeError, OSError, RuntimeError, LookupError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit status: 0, 1 for a failed check, 2 for a mistake."""
    words = minus_taken_as_sign(sys.argv[1:] if arguments is None else arguments)
    with Speaking(language_asked(words)):
        options = parser().parse_args(words)
        try:
            if options.command in ALONE:
                return ALONE[options.command](options)
            expression = Expression(options.expression)
            values = assigned(options.values, expression)
            return RUN[options.command](expression, values, options)
        except MISTAKES as error:
            if isinstance(error, OSError) and error.errno in READER_GONE:
                raise
            told = error.args[0] if isinstance(error, KeyError) else error
            print(console_text(text("command.error", error=told), sys.stderr), file=sys.stderr)
            return 2


def minus_taken_as_sign(words: Sequence[str]) -> list[str]:
    """Return the words of a command line, with those that begin with a minus taken as formulas.

    A space in front is enough: `-x**2` is then no option. Options of ours have two dashes, but
    for `-h`, and what stands behind one is its own.
    """
    taken = []
    before = ""
    for word in words:
        formula = word.startswith("-") and not word.startswith("--") and word != "-h"
        behind_option = before.startswith("--") and "=" not in before
        taken.append(f" {word}" if formula and not behind_option else word)
        before = word
    return taken


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, its help in the language that is spoken."""
    functions = f"{text('command.functions')}\n  {' '.join(sorted(OPS))}"
    top = argparse.ArgumentParser(
        prog="python -m autograd_lite",
        description=text("command.about"),
        epilog=f"{text('command.examples')}\n{EXAMPLES}\n{functions}\n{text('command.minus')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in SUMMARIES.items():
        command = commands.add_parser(name, help=text(summary), description=text(summary))
        if name not in ALONE:
            command.add_argument("expression", help=text("command.expression"))
            command.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="y=0.5")
        if name == "draw":
            command.add_argument(
                "--out", default="graph.svg", metavar="FILE", help=text("command.out")
            )
        if name == "page":
            command.add_argument(
                "--out", default="backprop.html", metavar="FILE", help=text("command.page out")
            )
        if name == "dap":
            command.add_argument(
                "--port", type=port, metavar="PORT", help=text("command.port"), default=None
            )
        if name == "vscode":
            command.add_argument(
                "--out", type=Path, metavar="FILE", help=text("command.extension out")
            )
            command.add_argument(
                "--no-install", action="store_true", help=text("command.no install")
            )
        command.add_argument(
            *LANGUAGE_OPTIONS, dest="language", choices=LANGUAGES, help=text("command.language")
        )
    return top


def port(word: str) -> int:
    """Return the number of a port."""
    if not word.isdecimal() or int(word) > LAST_PORT:
        raise argparse.ArgumentTypeError(text("command.no port", port=word, last=LAST_PORT))
    return int(word)


def assigned(texts: Sequence[str], expression: Expression) -> dict[str, float]:
    """Return the numbers given as `name=number`, one for each variable of the expression."""
    values: dict[str, float] = {}
    for word in texts:
        name, equals, number = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ExpressionError(text("command.name and number", text=repr(word)))
        if name not in expression.names:
            key = "command.no variable" if expression.names else "command.no variables"
            known = ", ".join(expression.names)
            raise ExpressionError(text(key, name=repr(name), known=known))
        if name in values:
            raise ExpressionError(text("command.twice", name=name))
        values[name] = plain_number(number)
    missing = [f"{name}=1.5" for name in expression.names if name not in values]
    if missing:
        raise ExpressionError(text("command.missing", example=" ".join(missing)))
    return values


def graph_of(expression: Expression, values: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """Return the output of the expression's graph, and its variables as labelled leaves."""
    leaves = {name: Value(values[name], name) for name in expression.names}
    return expression(leaves), leaves


def run_step(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, _ = graph_of(expression, values)
    step_through(output)
    return 0


def run_page(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, _ = graph_of(expression, values)
    say_written(trace(output).save(options.out))
    return 0


def run_draw(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, _ = graph_of(expression, values)
    backward(output)
    say_written(draw(output).save(options.out))
    return 0


def say_written(path: Path) -> None:
    say("terminal.written", path=path)


def run_check(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    if not expression.names:
        raise ExpressionError(text("command.nothing to check"))

    def f(*numbers: Value | float) -> Value:
        return expression(dict(zip(expression.names, numbers)))

    checked = check_gradients(f, [values[name] for name in expression.names])
    named = [p._replace(name=name) for p, name in zip(checked.partials, expression.names)]
    print(GradientCheck(named))
    return 0 if checked else 1


def run_grad(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, leaves = graph_of(expression, values)
    backward(output)
    name = output.label if output.parents else "f"
    rows = [[name, "=", repr(output.data)]]
    rows += [[f"d{name}/d{x}", "=", repr(leaf.grad)] for x, leaf in leaves.items()]
    for line in aligned(rows):
        print(line)
    return 0


def run_table(options: Any) -> int:
    print(console_text(table_text(), sys.stdout))
    return 0


def run_dap(options: Any) -> int:
    if options.port is None:
        serve()
    else:
        serve_on(options.port, say_listening)
    return 0


def say_listening(number: int) -> None:
    print(console_text(text("debugger.listening", port=number), sys.stdout), flush=True)


def run_vscode(options: Any) -> int:
    path = write_extension(options.out or Path(file_name()))
    say_written(path)
    found = [] if options.no_install else editors()
    if not found:
        say("editor.by hand", path=path)
    failed = False
    for editor in found:
        why = install(editor, path)
        failed = failed or bool(why)
        if why:
            say("editor.not installed", editor=editor, why=why, path=path)
        else:
            say("editor.installed", editor=editor)
    return 1 if failed else 0


def say(key: str, **parts: object) -> None:
    print(console_text(text(key, **parts), sys.stdout))


RUN = {"step": run_step, "page": run_page, "draw": run_draw, "check": run_check, "grad": run_grad}
ALONE = {
    "table": run_table,
    "dap": run_dap,
    "vscode": run_vscode,
}  # the commands that take no expression

if __name__ == "__main__":
    sys.exit(ended_quietly(main))
