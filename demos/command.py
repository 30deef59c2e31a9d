"""The command line of a demo: its language, its mistakes in a line, its end without a traceback."""

import argparse
import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from autograd_lite.console import INTERRUPTED, READER_GONE, console_text
from autograd_lite.words import LANGUAGE_OPTIONS, LANGUAGES, Speaking, language_asked, text

__all__ = ["add_language", "command_line", "run_demo", "say", "unsaid"]

MISTAKES = (ValueError, OSError, ImportError, ArithmeticError)


def run_demo(
    arguments: Sequence[str] | None,
    parsed: Callable[[Sequence[str]], argparse.Namespace],
    run: Callable[[argparse.Namespace], None],
) -> int:
    """Parse a command line, run a demo in the language that it asks for, return the exit status.

    0: done; 2: something given does not make sense or cannot be read or written, and a line on
    the standard error says what; 130: stopped by Ctrl-C, and a line says so.
    """
    words = sys.argv[1:] if arguments is None else arguments
    with Speaking(language_asked(words)):
        options = parsed(words)  # the help speaks the language, too
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a path may not fit the code page
        try:
            run(options)
        except MISTAKES as error:
            if isinstance(error, OSError) and error.errno in READER_GONE:
                raise
            say("command.error", sys.stderr, error=error)
            return 2
        except KeyboardInterrupt:
            say("command.stopped", sys.stderr)
            return INTERRUPTED
    return 0


def add_language(parser: argparse.ArgumentParser) -> None:
    """Let a command line ask for the language."""
    parser.add_argument(
        *LANGUAGE_OPTIONS, dest="language", choices=LANGUAGES, help=text("command.language")
    )


def command_line(*words: str) -> str:
    """Return a command of the Python that is running, as it can be pasted into its shell.

    It is `python` where that word means this Python, else its path: seen from here if it is below.
    """
    program = sys.executable
    known = shutil.which("python")
    if (
        known is not None
        and os.path.realpath(known) == os.path.realpath(program)
        and (Path(known).parent == Path(program).parent)
    ):
        program = "python"
    elif Path(program).is_relative_to(Path.cwd()):
        program = str(Path(program).relative_to(Path.cwd()))
    whole = [program, *words]
    return subprocess.list2cmdline(whole) if sys.platform == "win32" else shlex.join(whole)


def say(key: str, output: IO[str] | None = None, **parts: object) -> None:
    """Print the words of a key, as far as the console has their letters."""
    output = output or sys.stdout
    print(console_text(text(key, **parts), output), file=output)


def unsaid(done: int, count: int, what: str) -> None:
    """Say nothing of the progress of long work."""
