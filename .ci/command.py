"""Print a command of README.md: the block of code that follows `<!-- command: NAME -->`."""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def command(name: str) -> str:
    """Return a command of README.md; end the program if there is none of that name."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- command: {re.escape(name)} -->\s*```sh\n(.*?)```", text, re.DOTALL)
    if found is None:
        raise SystemExit(f"README.md has no command {name!r}")
    return found.group(1)


if __name__ == "__main__":
    print(command(sys.argv[1]), end="")
