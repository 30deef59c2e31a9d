"""The page's script: modules in reading order, joined into the one script of a page.

A page is one file that opens from disk, and a script there can import nothing. So the modules
of `script/` are joined when a page is written: imports and the word `export` go, and all stand
in one block, without comments and indentation. That is the same program if a module imports only
from modules above it and no two modules call something by the same name; both are checked here.

A page holds a shorter form of it, `page.min.js`, while that is of the modules as they are. After a
change `python .ci/shorten.py` makes it again (with Node), and a test asks for it.
"""

import re
import subprocess
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

__all__ = ["MODULES", "joined", "script", "shortened", "whole"]

# In reading order. Down to `sizes` they are pure: they know no document and run on plain Node.
MODULES = (
    "forms", "pieces", "words", "numbers", "passes", "telling", "state", "moving", "leaves",
    "predict", "finding", "ways", "sizes",
    "typeset", "step", "change", "table", "places", "edges", "spoken", "picture", "pictured",
    "paper", "asking", "node", "controls", "playing", "flow", "pointing", "tools", "address", "api",
    "reader", "main",
)  # fmt: skip

FOLDER = Path(__file__).parent / "script"
SHORT = Path(__file__).parent / "page.min.js"
TERSER = "5.51.4"
IMPORT = re.compile(r'^import \{([^{}]*)\} from "\./(\w+)\.mjs";\n', re.MULTILINE)
DECLARED = re.compile(
    r"^(export )?(?:async )?(?:function|const|let|class) (\w+|\{.*?\}|\[.*?\])", re.MULTILINE
)
BESIDE = re.compile(r"^ *//.*\n|^\s+", re.MULTILINE)  # what a program does not need
LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@cache
def script() -> str:
    """Return the script of a page: all modules, joined; short if that was made of them."""
    text = whole()
    first, _, short = SHORT.read_text(encoding="utf-8").partition("\n")
    return short if first == made_of(text) else text


def whole() -> str:
    """Return all modules, joined."""
    return joined({name: (FOLDER / f"{name}.mjs").read_text(encoding="utf-8") for name in MODULES})


def made_of(text: str) -> str:
    """Return the first line of a script that was made short of this text."""
    return f"// terser {TERSER}, script/*.mjs: sha256 {sha256(text.encode()).hexdigest()}"


def shortened() -> str:
    """Return the script with names of one letter, as terser makes it, which npx brings."""
    text = whole()
    short = subprocess.run(
        ["npx", "--yes", f"terser@{TERSER}", "--compress", "--mangle", "--toplevel"],
        input=text, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return f"{made_of(text)}\n{short.stdout.strip()}\n"


def joined(modules: Mapping[str, str]) -> str:
    """Return modules (name -> text, in reading order) as one script.

    Raises ValueError, which names the module, for an import of what no module above exports,
    for two modules that declare the same name, and for an import or export of another form.

    >>> print(joined({"a": "export const two = 2;\\n",
    ...               "b": 'import { two } from "./a.mjs";\\nconst four = two * two;\\n'}))
    "use strict";
    {
    // -- a --
    const two = 2;
    // -- b --
    const four = two * two;
    }
    """
    exported: dict[str, set[str]] = {}
    declared_in: dict[str, str] = {}
    texts = ['"use strict";', "{"]
    for name, text in modules.items():
        check_imports(name, text, exported)
        exported[name] = set()
        for word, called in DECLARED.findall(text):
            if not called.isidentifier():
                raise ValueError(f"{name}: declare one name at a time, not {called}")
            if called in declared_in:
                raise ValueError(f"{name}: {called} is also declared in {declared_in[called]}")
            declared_in[called] = name
            if word:
                exported[name].add(called)
        bare = DECLARED.sub(without_export, IMPORT.sub("", text)).strip("\n")
        if wrong := LEFT.search(bare):
            raise ValueError(f"{name}: this cannot be joined: {wrong[0]}")
        texts += [f"// -- {name} --", BESIDE.sub("", bare)]
    return "\n".join([*texts, "}"])


def check_imports(name: str, text: str, exported: Mapping[str, set[str]]) -> None:
    """Raise ValueError unless the modules above export all that a module imports."""
    for names, source in IMPORT.findall(text):
        if source not in exported:
            raise ValueError(f"{name}: {source} does not stand above it")
        for wanted in re.split(r",\s*", names.strip().rstrip(",")):
            if wanted not in exported[source]:
                raise ValueError(f"{name}: {source} exports no {wanted}")


def without_export(declaration: re.Match[str]) -> str:
    return declaration[0].removeprefix("export ")
