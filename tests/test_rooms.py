"""The plan of the house: reading order is import order, no circles, a sitting for the engine."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd_lite", "nn", "demos")
README = (ROOT / "README.md").read_text(encoding="utf-8")
FILES = [path for name in (*PACKAGES, "benchmarks") for path in sorted((ROOT / name).rglob("*.py"))]

SITTING = ("ops", "graph", "operators", "value")
BESIDE = ("plain_numbers", "messages", "source_lines")


def module_of(path):
    """Return the name that a file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES if path.parts[-2] != "lessons"}


def imported(path):
    """Return the modules of ours that a file imports, also inside functions; types aside."""
    found = set()
    unseen = [ast.parse(path.read_text(encoding="utf-8"))]
    while unseen:
        node = unseen.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                found.add(name if name in MODULES else node.module)
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        unseen += ast.iter_child_nodes(node)
    return found - {module_of(path)}


IMPORTS = {name: imported(path) for name, path in MODULES.items()}


def test_no_imports_run_in_a_circle_those_inside_functions_counted():
    order = []
    waiting = dict(IMPORTS)
    while waiting:
        free = [name for name, needs in waiting.items() if not needs & set(waiting)]
        assert free, f"a circle among {sorted(waiting)}"
        order += free
        for name in free:
            del waiting[name]
    assert len(order) == len(MODULES)


def test_the_engine_never_imports_nn_and_nn_never_demos():
    for name, needs in IMPORTS.items():
        layer = PACKAGES.index(name.split(".")[0]) if name.split(".")[0] in PACKAGES else 9
        for other in needs:
            assert PACKAGES.index(other.split(".")[0]) <= layer, (name, other)


def reading_order():
    """Return the rooms of autograd_lite in the order in which the README reads them."""
    listed = re.search(r"<!-- reading order -->(.*?)<!-- end -->", README, re.DOTALL)
    assert listed is not None
    return re.findall(r"`(\w+)(?:\.py|/)`", listed[1])


def test_the_readmes_reading_order_is_import_order_and_leaves_no_room_out():
    order = reading_order()
    rooms = {name.split(".")[1] for name in MODULES if name.startswith("autograd_lite.")}
    assert set(order) == rooms - {"__main__"}
    for name, needs in IMPORTS.items():
        if not name.startswith("autograd_lite.") or name == "autograd_lite.__main__":
            continue
        room = name.split(".")[1]
        for other in needs:
            if other.startswith("autograd_lite.") and other.split(".")[1] != room:
                assert order.index(other.split(".")[1]) < order.index(room), (name, other)


def lines_of_code(text):
    """Return how many lines hold more than comments, docstrings and blanks."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT,
                              tokenize.DEDENT, tokenize.ENDMARKER):  # fmt: skip
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def test_the_engine_is_read_in_one_sitting():
    texts = [(ROOT / f"autograd_lite/{name}.py").read_text(encoding="utf-8") for name in SITTING]
    beside = [(ROOT / f"autograd_lite/{name}.py").read_text(encoding="utf-8") for name in BESIDE]
    prose_too = sum(len(text.splitlines()) for text in texts)
    assert prose_too <= 1100
    assert sum(map(lines_of_code, texts)) <= 750
    assert prose_too + sum(len(text.splitlines()) for text in beside) <= 1300
    needs = set().union(*(IMPORTS[f"autograd_lite.{name}"] for name in SITTING))
    assert {name.removeprefix("autograd_lite.") for name in needs} <= {*SITTING, *BESIDE}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_over_five_hundred_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
