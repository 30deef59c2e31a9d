"""The command line: step through, draw, check or differentiate an expression.

    python -m autograd_lite step "(2 - y)**2" y=0.5
    python -m autograd_lite page "(2 - y)**2" y=0.5 --out backprop.html
    python -m autograd_lite draw "(2 - y)**2" y=0.5 --out graph.png
    python -m autograd_lite grad "w*x + b" w=2 x=3 b=1
    python -m autograd_lite check "sigmoid(w*x + b)" w=2 x=3 b=1

The expression is parsed, never run as code; see `autograd_lite.expression`.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from autograd_lite import Value, backward, check_gradients, step_through, trace
from autograd_lite.check import GradientCheck
from autograd_lite.drawing import draw
from autograd_lite.expression import OPS, Expression, ExpressionError, plain_number
from autograd_lite.stepping.terminal import aligned, console_text

__all__ = ["main"]

EXAMPLES = """examples:
  python -m autograd_lite step "(2 - y)**2" y=0.5
  python -m autograd_lite step "sigmoid(w*x + b)" w=2 x=1 b=-1 --language ja
  python -m autograd_lite page "(2 - y)**2" y=0.5 --out backprop.html
  python -m autograd_lite draw "log(x1) + x1*x2 - sin(x2)" x1=2 x2=5 --out graph.png
  python -m autograd_lite grad "w*x + b" w=2 x=3 b=1
  python -m autograd_lite check "log(x1) + x1*x2 - sin(x2)" x1=2 x2=5

An expression may use + - * / ** and brackets, pi, and these functions:
  {functions}
One that begins with a minus goes in brackets: "(-x)**2".
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit status: 0, 1 for a failed check, 2 for a mistake."""
    options = parser().parse_args(arguments)
    try:
        expression = Expression(options.expression)
        values = assigned(options.values, expression)
        return RUN[options.command](expression, values, options)
    except (ValueError, ArithmeticError, TypeError, OSError, RuntimeError, LookupError) as error:
        text = error.args[0] if isinstance(error, KeyError) else error
        print(console_text(f"error: {text}", sys.stderr), file=sys.stderr)
        return 2


class Parser(argparse.ArgumentParser):
    """The parser of Python, with one more word on an expression that looks like an option."""

    def error(self, message: str) -> NoReturn:
        if any(word.startswith("-") for word in message.split()):
            message += '; an expression that begins with a minus goes in brackets: "(-x)**2"'
        super().error(message)


def parser() -> argparse.ArgumentParser:
    top = Parser(
        prog="python -m autograd_lite",
        description="Step through backprop, or draw, check or differentiate an expression.",
        epilog=EXAMPLES.format(functions=" ".join(sorted(OPS))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in SUMMARIES.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("expression", help='a formula: "(2 - y)**2"')
        command.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="y=0.5")
        if name == "draw":
            command.add_argument(
                "--out", default="graph.svg", metavar="FILE", help=".svg, .png, .pdf or .dot"
            )
        if name == "page":
            command.add_argument("--out", default="backprop.html", metavar="FILE")
        if name in ("step", "page"):
            command.add_argument(
                "--language", choices=("en", "ja"), default="en", help="of the explanations"
            )
    return top


SUMMARIES = {
    "step": "step through backprop in this terminal (commands may be piped in)",
    "page": "write the steps as a web page (backprop.html)",
    "draw": "draw the computation graph with values, gradients and derivatives (graph.svg)",
    "check": "compare backprop with difference quotients; the exit status is 1 if they differ",
    "grad": "print the value and its derivative in every variable",
}


def assigned(texts: Sequence[str], expression: Expression) -> dict[str, float]:
    """Return the numbers given as `name=number`, one for each variable of the expression."""
    values: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ExpressionError(f"write values as name=number, like y=0.5, not {text!r}")
        if name not in expression.names:
            known = ", ".join(expression.names) or "none"
            raise ExpressionError(f"there is no variable {name!r} in the formula; it has: {known}")
        if name in values:
            raise ExpressionError(f"{name} is given twice")
        values[name] = plain_number(number)
    missing = [f"{name}=1.5" for name in expression.names if name not in values]
    if missing:
        raise ExpressionError(f"a value is missing; write for example: {' '.join(missing)}")
    return values


def graph_of(expression: Expression, values: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """Return the output of the expression's graph, and its variables as labelled leaves."""
    leaves = {name: Value(values[name], name) for name in expression.names}
    return expression(leaves), leaves


def run_step(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, _ = graph_of(expression, values)
    step_through(output, language=options.language)
    return 0


def run_page(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, _ = graph_of(expression, values)
    say_written(trace(output).save(options.out, language=options.language))
    return 0


def run_draw(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    output, _ = graph_of(expression, values)
    backward(output)
    say_written(draw(output).save(options.out))
    return 0


def say_written(path: Path) -> None:
    print(console_text(f"Written: {path}", sys.stdout))


def run_check(expression: Expression, values: Mapping[str, float], options: Any) -> int:
    if not expression.names:
        raise ExpressionError("the formula has no variables, so there is nothing to check")

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


RUN = {"step": run_step, "page": run_page, "draw": run_draw, "check": run_check, "grad": run_grad}

if __name__ == "__main__":
    sys.exit(main())
