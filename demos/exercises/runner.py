"""Runs the checks on a learner's file, in a process of its own.

    python -m demos.exercises.runner my_value.py REPORT

Writes a JSON line to the file REPORT before and after each check, so that whoever started it
knows where it was, also when it had to be stopped, or ended by itself.
"""

import importlib.util
import json
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import IO

from demos.exercises import steps

__all__ = ["main"]


def main(file: Path, report: Path) -> None:
    """Run all checks up to the first that fails."""
    with report.open("w", encoding="utf-8") as lines:
        tell(lines, step=0, check="import", state="begun")
        try:
            module = imported(file)
        except BaseException as error:
            tell(lines, step=0, check="import", state="failed", **explained(error, file))
            return
        for number, step in enumerate(steps.STEPS, start=1):
            for check in step.checks:
                tell(lines, step=number, check=check.__name__, state="begun")
                try:
                    check(module)
                except BaseException as error:
                    told = explained(error, file)
                    tell(lines, step=number, check=check.__name__, state="failed", **told)
                    return
            tell(lines, step=number, check="", state="passed")


def imported(file: Path) -> ModuleType:
    """Return the learner's file as a module."""
    spec = importlib.util.spec_from_file_location("my_value", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["my_value"] = module
    sys.path.insert(0, str(file.parent))
    spec.loader.exec_module(module)
    return module


def explained(error: BaseException, file: Path) -> dict[str, str]:
    """Return what to tell of an error: the check's own words, or the learner's line."""
    if isinstance(error, steps.Wrong):
        return {"ja": error.ja, "en": error.en}
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    if isinstance(error, SyntaxError):
        return {"ja": f"文法エラーです:\n{text}", "en": f"a syntax error:\n{text}"}
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve() == file.resolve()
    ]
    if not frames:
        return {"ja": f"確認中にエラーになりました: {text}", "en": f"the check ended in {text}"}
    last = frames[-1]
    return {
        "ja": f"{file.name} の {last.lineno} 行目でエラーになりました:\n{last.line}\n{text}",
        "en": f"line {last.lineno} of {file.name} raised an error:\n{last.line}\n{text}",
    }


def tell(lines: IO[str], **fact: object) -> None:
    lines.write(json.dumps(fact) + "\n")
    lines.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
