"""The exercises from the command line: start, check, list."""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograd_lite.console import console_text, ended_quietly, obeyed_by_nobody
from autograd_lite.tracing.names import shortened
from autograd_lite.words import (
    LANGUAGE_OPTIONS,
    LANGUAGES,
    Speaking,
    chosen_language,
    language_asked,
    text,
)
from demos.exercises.steps import STEPS

__all__ = ["Outcome", "check", "main"]

HERE = Path(__file__).parent
RUN = """import sys
sys.path = [folder for folder in sys.path if folder]
import runpy
runpy.run_module("demos.exercises.runner", run_name="__main__", alter_sys=True)
"""
LONGEST_REPORT = 1_000_000  # bytes
LONGEST_ERROR = 2_000  # characters
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
    with Speaking(language_asked(sys.argv[1:] if arguments is None else arguments)):
        options = parsed(arguments)
        try:
            if options.command == "list":
                list_steps()
                return 0
            if options.command == "start":
                return start(options.file)
            return report(options.file, options.seconds)
        except OSError as error:
            say(text("command.error", error=error))
            return 2


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of a command line."""
    parser = argparse.ArgumentParser(
        prog="python -m demos.exercises", description=text("exercises.about")
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=text(summary), description=text(summary))
        command.add_argument(*LANGUAGE_OPTIONS, dest="language", choices=LANGUAGES)
        if name != "list":
            command.add_argument("file", type=Path, nargs="?", default=Path("my_value.py"))
        if name == "check":
            command.add_argument(
                "--seconds", type=float, default=SECONDS, help=text("exercises.seconds")
            )
    return parser.parse_args(arguments)


COMMANDS = {
    "start": "exercises.start",
    "check": "exercises.check",
    "list": "exercises.list",
}


def list_steps() -> None:
    """Print what each step asks for."""
    for number, step in enumerate(STEPS, start=1):
        say(f"{number}. {in_language(step)}")


def in_language(told: Any) -> str:
    """Return what a step or an outcome says in the language spoken, English where it has none."""
    words: str = getattr(told, chosen_language(), told.en)
    return words


def start(file: Path) -> int:
    """Write the skeleton, unless the file is there already."""
    skeleton = HERE / f"skeleton.{chosen_language()}.txt"
    if not skeleton.is_file():
        skeleton = HERE / "skeleton.en.txt"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(skeleton.read_text(encoding="utf-8"))
    except FileExistsError:
        say(text("exercises.there already", file=file))
        return 2
    command = f"python -m demos.exercises check {file}"
    say(text("exercises.written", file=file, command=command))
    return 0


def report(file: Path, seconds: float) -> int:
    """Check a file and print what passed and what is wrong."""
    outcome = check(file, seconds)
    for number, step in enumerate(STEPS, start=1):
        if number > outcome.passed + 1 and outcome.en:
            break
        mark = "ok" if number <= outcome.passed else "--"
        say(f"[{mark}] {number}. {in_language(step)}")
    if not outcome.en:
        say(text("exercises.all done"))
        return 0
    say("")
    say(in_language(outcome))
    return 1


def check(file: Path, seconds: float = SECONDS) -> Outcome:
    """Check a learner's file in a process of its own, for at most so many seconds.

    The file runs with the rights of whoever checks it. What it started is stopped with it.

    Raises FileNotFoundError, which says how to begin, if there is no such file.
    """
    if not file.is_file():
        command = f"python -m demos.exercises start {file}"
        raise FileNotFoundError(text("exercises.not there", file=file, command=command))
    with tempfile.TemporaryDirectory() as folder:
        facts = Path(folder) / "report.jsonl"
        paths = [str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, paths)))
        # -P is not known to Python 3.10: a module of the learner's in the working folder, called
        # like one of Python's, must not be imported in its place.
        command_line = [
            sys.executable, "-X", "utf8", "-c", RUN,
            str(file.resolve()), str(facts),
        ]  # fmt: skip
        started = subprocess.Popen(
            command_line,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            started.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return stopped(facts, seconds)
        finally:
            stop_all(started)
        return outcome_of(read(facts))


def stop_all(started: "subprocess.Popen[bytes]") -> None:
    """Stop a process and, where the system knows them, those that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)
    started.kill()
    started.wait()


def read(facts: Path) -> list[dict[str, Any]]:
    """Return what the checks told so far: whole lines of our own form, and nothing else."""
    if not facts.is_file():
        return []
    with facts.open("rb") as file:
        lines = file.read(LONGEST_REPORT).decode("utf-8", "replace").split("\n")
    found = []
    for line in lines[:-1]:
        try:
            fact = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(fact, dict) and all(
            isinstance(fact.get(name), str) for name in ("state", "check")
        ):
            found.append(fact)
    return found


def outcome_of(facts: Sequence[dict[str, Any]]) -> Outcome:
    """Return what a check found, from its report."""
    passed = min(sum(fact["state"] == "passed" for fact in facts), len(STEPS))
    last = facts[-1] if facts else {"state": "begun", "check": "import"}
    if last["state"] == "failed":
        told = [shortened(str(last.get(name, "")), LONGEST_ERROR) for name in ("ja", "en")]
        return Outcome(passed, *told)
    if passed == len(STEPS):
        return Outcome(passed, "", "")
    return told_in_both(passed, "exercises.ended", where=last["check"])


def told_in_both(passed: int, key: str, **parts: object) -> Outcome:
    """Return an outcome with words of the catalogue."""
    return Outcome(passed, text(key, "ja", **parts), text(key, "en", **parts))


def stopped(facts: Path, seconds: float) -> Outcome:
    """Return the outcome of a check that took too long."""
    told = read(facts)
    where = told[-1]["check"] if told else "import"
    passed = min(sum(fact["state"] == "passed" for fact in told), len(STEPS))
    return told_in_both(passed, "exercises.stopped", seconds=f"{seconds:g}", where=where)


def say(words: str) -> None:
    """Print a text as the console can show it; nothing in it drives the terminal."""
    for line in words.split("\n"):
        print(console_text(obeyed_by_nobody(line), sys.stdout))


if __name__ == "__main__":
    sys.exit(ended_quietly(main))
