"""The page's script: its modules' own tests on Node, and how they are joined."""

import re
import string
from pathlib import Path

import pytest
from node import node

from autograd_lite.stepping.joining import (
    FOLDER,
    MODULES,
    SHORT,
    joined,
    made_of,
    script,
    shortened,
    whole,
)
from autograd_lite.words import LANGUAGES, texts

TESTS = Path(__file__).parent / "script"
PURE = MODULES[: MODULES.index("sizes") + 1]
TEMPLATE = (FOLDER.parent / "page.html").read_text(encoding="utf-8")


def test_the_modules_pass_their_own_tests_on_plain_node():
    done = node("--test", *sorted(TESTS.glob("*.test.mjs")))
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"^(?:#|ℹ) pass (\d+)$", done.stdout, re.MULTILINE)[1]) > 40


def test_every_pure_module_has_a_test_and_knows_no_document():
    assert {path.name for path in TESTS.iterdir()} == {f"{name}.test.mjs" for name in PURE}
    for name in PURE:
        text = (FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
        assert not re.search(r"\b(document|window|location|history)\b[.(]", text), name


def test_every_module_is_joined_and_none_is_long_and_no_text_goes_over_lines():
    assert {path.stem for path in FOLDER.iterdir()} == set(MODULES)
    for name in MODULES:
        text = (FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
        assert all(line.count("`") % 2 == 0 for line in text.splitlines()), (
            name
        )  # or it would change
        assert len((FOLDER / f"{name}.mjs").read_text(encoding="utf-8").splitlines()) < 150


def test_the_joined_script_is_one_program_without_imports(tmp_path):
    text = whole()
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    assert "</script" not in text.lower()
    assert "<!--" not in text
    path = tmp_path / "joined.js"
    path.write_text(text, encoding="utf-8")
    done = node("--check", path)
    assert done.returncode == 0, done.stderr


def test_the_short_script_is_of_the_modules_as_they_are():
    first, _, short = SHORT.read_text(encoding="utf-8").partition("\n")
    assert first == made_of(whole()), "the modules have changed: run python .ci/shorten.py"
    assert script() == short
    assert "</script" not in short.lower()
    assert "<!--" not in short


@pytest.mark.browser
def test_the_short_script_is_what_terser_makes_of_the_modules():
    assert SHORT.read_text(encoding="utf-8") == shortened()


def test_joining_keeps_order_and_text():
    modules = {
        "a": "// One.\nexport const one = 1;\n\nexport function twice(x) {\n  return 2 * x;\n}\n",
        "b": 'import {\n  one, twice,\n} from "./a.mjs";\n\nexport class Two {}\ntwice(one);\n',
    }
    assert joined(modules) == (
        '"use strict";\n{\n// -- a --\nconst one = 1;\nfunction twice(x) {\nreturn 2 * x;\n}\n'
        "// -- b --\nclass Two {}\ntwice(one);\n}"
    )


@pytest.mark.parametrize(
    ("modules", "complaint"),
    [
        ({"a": 'import { x } from "./b.mjs";\n', "b": "export const x = 1;\n"},
         "a: b does not stand above it"),
        ({"a": "const x = 1;\n", "b": 'import { x } from "./a.mjs";\n'}, "b: a exports no x"),
        ({"a": "const x = 1;\n", "b": "function x() {}\n"}, "b: x is also declared in a"),
        ({"a": "const { x } = y;\n"}, "a: declare one name at a time"),
        ({"a": 'import * as x from "./b.mjs";\n'}, "a: this cannot be joined: import"),
        ({"a": "export default 1;\n"}, "a: this cannot be joined: export default"),
        ({"a": "export { x };\n"}, "a: this cannot be joined: export"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_refused(modules, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        joined(modules)


def test_the_page_and_its_words_fit_each_other():
    code = TEMPLATE + whole()
    for language in LANGUAGES:
        words = texts("page", language)
        for key in words:
            if key != "noscript":  # written by Python
                assert f'"{key}"' in code, key
        for key in re.findall(r'data-(?:text|label)="([^"]+)"', TEMPLATE):
            assert key in words, key
        for key in re.findall(r'\bsaid?\(here, "([^"]+)"', code) + re.findall(
            r'\bsay\(here, "([^"]+)"', code
        ):
            assert key in words, key


def test_the_words_of_the_page_have_the_same_places_in_every_language():
    def places(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    english = texts("page", "en")
    for language in LANGUAGES:
        words = texts("page", language)
        assert list(words) == list(english)
        for key, text in words.items():
            assert places(text) == places(english[key]), key
            assert not re.search(r"[ぁ-ん一-龠ァ-ヶー][0-9{]|[0-9}][ぁ-んァ-ヶー一-龠]", text), text


def test_no_module_takes_a_formula_apart():
    text = whole()
    assert "matchAll" not in text.replace("template.matchAll(PLACE)", "")
    assert not re.search(r"\*\*\(|_\(\[0-9", text)
