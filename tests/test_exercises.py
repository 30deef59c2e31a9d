"""The exercises: the reference answer passes, and each typical mistake is told by name."""

from pathlib import Path

import pytest

from demos.exercises import answer
from demos.exercises.__main__ import check, main
from demos.exercises.steps import STEPS

ANSWER = Path(answer.__file__).read_text(encoding="utf-8")


@pytest.fixture
def judge(tmp_path):
    """Return a function that checks the right answer with one text replaced by another."""

    def judged(right="", wrong="", seconds=20.0):
        assert right in ANSWER
        file = tmp_path / "my_value.py"
        file.write_text(ANSWER.replace(right, wrong) if right else ANSWER, encoding="utf-8")
        return check(file, seconds)

    return judged


def test_the_reference_answer_passes_every_step(judge):
    outcome = judge()
    assert outcome == (len(STEPS), "", "")


# The mistake, what it replaces, the step that it stops at, and a part of each message.
MISTAKES = {
    "no accumulation": (
        "parent.grad += partial * node.grad", "parent.grad = partial * node.grad",
        4, "+=", "do not overwrite a gradient",
    ),
    "a walk without an order": (
        "        for node in reversed(topological_order(self)):\n"
        "            for parent, partial in zip(node.parents, node.partials):\n"
        "                parent.grad += partial * node.grad\n",
        "        walk(self)\n\n\n"
        "def walk(node):\n"
        "    for parent, partial in zip(node.parents, node.partials):\n"
        "        parent.grad += partial * node.grad\n"
        "        walk(parent)\n",
        4, "順番が違います", "The order is wrong",
    ),
    "the order forwards": (
        "for node in reversed(topological_order(self))", "for node in topological_order(self)",
        4, "順番が違う", "The order seems wrong: begin at the output",
    ),
    "children before parents": (
        "    return order\n", "    return order[::-1]\n", 3, "並びが逆", "the order is reversed",
    ),
    "a node listed twice": (
        "if node not in seen:", "if True:", 3, "1 回だけ", "list each once",
    ),
    "equal numbers taken for one node": (
        "    def backward(self)",
        "    def __eq__(self, other):\n        return self.data == other.data\n\n"
        "    def __hash__(self):\n        return hash(self.data)\n\n    def backward(self)",
        3, "1 つと数えて", "were taken for one",
    ),
    "parents in a set": (
        "self.parents = tuple(parents)", "self.parents = set(parents)",
        1, "set は順番を忘れ", "parents is a set",
    ),
    "parents without repetition": (
        "self.parents = tuple(parents)", "self.parents = tuple(dict.fromkeys(parents))",
        1, "親も 2 つ", "it stands there twice",
    ),
    "no __radd__": (
        "    def __radd__(self, other: float) -> \"Value\":\n"
        "        return as_value(other) + self\n", "",
        1, "__radd__", "Python calls a.__radd__(1)",
    ),
    "an endless __radd__": (
        "return as_value(other) + self", "return other + self", 1, "return self + other",
        "write return self + other",
    ),
    "no plain numbers": (
        "number if isinstance(number, Value) else Value(number)", "number",
        1, "Value に変えます", "turn a plain number into a Value",
    ),
    "swapped partials": (
        "(other.data, self.data)", "(self.data, other.data)", 2, "逆です", "the wrong way round",
    ),
    "no partials": (
        "self.partials = tuple(partials)", "pass", 2, "partials がありません", "has no partials",
    ),
    "no chain rule": (
        "parent.grad += partial * node.grad", "parent.grad += partial",
        4, "連鎖律", "the chain rule",
    ),
    "the output's gradient forgotten": (
        "        self.grad = 1.0\n", "", 4, "c.grad が 0.0", "c.grad is 0.0",
    ),
    "the slope of the sigmoid in z": (
        "(out * (1.0 - out),)", "(self.data * (1.0 - self.data),)",
        5, "a は出力", "is the output",
    ),
    "a sigmoid that overflows": (
        "e = math.exp(-abs(self.data))", "return Value(1 / (1 + math.exp(-self.data)), (self,), "
        "((1 / (1 + math.exp(-self.data))) * (1 - 1 / (1 + math.exp(-self.data))),))",
        5, "OverflowError", "overflows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_typical_mistake_gets_a_message_that_says_what_is_wrong(judge, mistake):
    right, wrong, step, ja, en = MISTAKES[mistake]
    outcome = judge(right, wrong)
    assert outcome.passed == step - 1, outcome
    assert ja in outcome.ja
    assert en in outcome.en
    outcome.ja.encode("cp932")
    outcome.en.encode("ascii")


def test_an_endless_loop_is_stopped_and_named(judge):
    outcome = judge("        self.grad = 1.0\n", "        while True: pass\n", seconds=3.0)
    assert outcome.passed == 3
    assert "a loop that never ends" in outcome.en
    assert "starts_at_the_output" in outcome.en


def test_an_error_in_the_learners_code_names_its_line(judge):
    outcome = judge("self.grad = 1.0", "self.grad = one")
    assert "NameError" in outcome.en
    line = 1 + ANSWER[: ANSWER.index("self.grad = 1.0")].count("\n")
    assert f"line {line} of my_value.py" in outcome.en


def test_a_syntax_error_and_an_exit_are_told(judge):
    assert "a syntax error" in judge("class Value:", "class Value").en
    assert "Python ended" in judge("import math\n", "import math, os\nos._exit(0)\n").en


def test_start_writes_a_skeleton_that_runs_and_never_overwrites_one(tmp_path, capsys):
    for language, word in (("ja", "足し算"), ("en", "Addition")):
        file = tmp_path / f"{language}.py"
        assert main(["start", str(file), "--lang", language]) == 0
        text = file.read_text(encoding="utf-8")
        assert word in text
        assert main(["start", str(file), "--lang", language]) == 2
        assert file.read_text(encoding="utf-8") == text
        outcome = check(file)
        assert outcome.passed == 0
        assert "__add__" in outcome.en
    capsys.readouterr().out.encode("cp932")


def test_check_prints_what_passed_and_what_is_next(tmp_path, capsys):
    file = tmp_path / "my_value.py"
    file.write_text(ANSWER, encoding="utf-8")
    assert main(["check", str(file), "--lang", "en"]) == 0
    assert capsys.readouterr().out.count("[ok]") == len(STEPS)
    file.write_text(ANSWER.replace("def sigmoid", "def tanh"), encoding="utf-8")
    assert main(["check", str(file), "--lang", "ja"]) == 1
    text = capsys.readouterr().out
    assert text.count("[ok]") == 4
    assert text.count("[--]") == 1
    assert "メソッド sigmoid() がありません" in text


def test_a_file_that_is_not_there_is_told_how_to_begin(tmp_path, capsys):
    assert main(["check", str(tmp_path / "none.py")]) == 2
    assert "python -m demos.exercises start" in capsys.readouterr().out


def test_the_list_has_five_steps_in_both_languages(capsys):
    for language in ("ja", "en"):
        assert main(["list", "--lang", language]) == 0
        text = capsys.readouterr().out
        assert len(text.splitlines()) == 5
        text.encode("cp932")
