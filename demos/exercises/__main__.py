"""The exercises from the command line: start, check, list."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from demos.exercises.steps import STEPS
from demos.page import default_language

__all__ = ["Outcome", "check", "main"]

HERE = Path(__file__).parent
SECONDS = 20.0  # a right answer needs less than one; an endless loop must not hang the class


class Outcome(NamedTuple):
    """What a check found: the steps that passed, and what is wrong with the next one.

    passed      how many steps passed, 0 to 5
    ja, en      what is wrong, empty if nothing is
    """

    passed: int
    ja: str
    en: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 if all is right, 1 for a wrong answer, 2 for a mistake."""
    options = parsed(arguments)
    try:
        if options.command == "list":
            list_steps(options.lang)
            return 0
        if options.command == "start":
            return start(options.file, options.lang)
        return report(options.file, options.lang, options.seconds)
    except OSError as error:
        say(f"error: {error}")
        return 2


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos.exercises",
        description="Rebuild the engine step by step: each step is checked.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("start", "write a skeleton to fill in"),
        ("check", "check a file, step by step"),
        ("list", "what the steps are"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--lang", choices=("ja", "en"), default=default_language())
        if name != "list":
            command.add_argument("file", type=Path, nargs="?", default=Path("my_value.py"))
        if name == "check":
            command.add_argument(
                "--seconds", type=float, default=SECONDS, help="the time limit (default: 20)"
            )
    return parser.parse_args(arguments)


def list_steps(language: str) -> None:
    for number, step in enumerate(STEPS, start=1):
        say(f"{number}. {step.ja if language == 'ja' else step.en}")


def start(file: Path, language: str) -> int:
    """Write the skeleton, unless the file is there already."""
    skeleton = (HERE / f"skeleton.{language}.txt").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(skeleton)
    except FileExistsError:
        say(
            f"{file} はもうあります。上書きしません。別の名前を指定してください。"
            if language == "ja"
            else f"{file} is there already and stays as it is; choose another name"
        )
        return 2
    command = f"python -m demos.exercises check {file}"
    say(
        f"{file} を作りました。エディタで開いて書き、確認します: {command}"
        if language == "ja"
        else f"{file} is written; fill it in, then: {command}"
    )
    return 0


def report(file: Path, language: str, seconds: float) -> int:
    """Check a file and print what passed and what is wrong."""
    outcome = check(file, seconds)
    ja = language == "ja"
    for number, step in enumerate(STEPS, start=1):
        if number > outcome.passed + 1 and outcome.en:
            break
        mark = "ok" if number <= outcome.passed else "--"
        say(f"[{mark}] {number}. {step.ja if ja else step.en}")
    if not outcome.en:
        say(
            "全部できました。自分の自動微分エンジンです！"
            if ja
            else "All done: an engine of your own."
        )
        return 0
    say("")
    say(outcome.ja if ja else outcome.en)
    return 1


def check(file: Path, seconds: float = SECONDS) -> Outcome:
    """Check a learner's file in a process of its own, for at most so many seconds.

    Raises FileNotFoundError, which says how to begin, if there is no such file.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"{file} is not there; begin with: python -m demos.exercises start {file}"
        )
    with tempfile.TemporaryDirectory() as folder:
        facts = Path(folder) / "report.jsonl"
        paths = [str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, paths)))
        command = [
            sys.executable,
            "-X",
            "utf8",
            "-m",
            "demos.exercises.runner",
            str(file.resolve()),
        ]
        try:
            subprocess.run(
                [*command, str(facts)],
                stdin=subprocess.DEVNULL,
                timeout=seconds,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return stopped(facts, seconds)
        return outcome_of(read(facts))


def read(facts: Path) -> list[dict[str, Any]]:
    """Return what the checks told so far, whole lines only."""
    if not facts.is_file():
        return []
    lines = facts.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def outcome_of(facts: Sequence[dict[str, Any]]) -> Outcome:
    passed = sum(fact["state"] == "passed" for fact in facts)
    last = facts[-1] if facts else {"state": "begun", "check": "import"}
    if last["state"] == "failed":
        return Outcome(passed, last["ja"], last["en"])
    if passed == len(STEPS):
        return Outcome(passed, "", "")
    where = last["check"]
    return Outcome(
        passed,
        f"確認の途中で Python が終了しました（{where}）。sys.exit などを書いていませんか。",
        f"Python ended in the middle of the check ({where}); is there a sys.exit in the file?",
    )


def stopped(facts: Path, seconds: float) -> Outcome:
    """Return the outcome of a check that took too long."""
    told = read(facts)
    where = told[-1]["check"] if told else "import"
    return Outcome(
        sum(fact["state"] == "passed" for fact in told),
        f"{seconds:g} 秒たっても終わらないので止めました（{where}）。"
        "終わらないループはありませんか。",
        f"stopped after {seconds:g} seconds ({where}); is there a loop that never ends?",
    )


def say(text: str) -> None:
    """Print a text; a letter that the console does not have becomes a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


if __name__ == "__main__":
    sys.exit(main())
