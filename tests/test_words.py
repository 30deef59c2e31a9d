"""The catalogue: the same keys and places in each language, all of them used, and one file more."""

import ast
import json
import os
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_lite
from autograd_lite import TABLE, Op
from autograd_lite.words import (
    FOLDER,
    LANGUAGES,
    VARIABLE,
    Fact,
    Speaking,
    chosen_language,
    joined,
    said,
    speak,
    text,
)
from autograd_lite.words.op_words import level_reason, meaning

ROOT = Path(__file__).parent.parent
PACKAGE = Path(autograd_lite.__file__).parent
SOURCES = [
    path
    for room in ("autograd_lite", "nn", "demos")
    for path in sorted((ROOT / room).rglob("*"))
    if path.suffix in (".py", ".mjs", ".html")
]


def rooms_of(language):
    return json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))


def words_of(language):
    return {
        f"{room}.{key}": words for room, keys in rooms_of(language).items()
        for key, words in keys.items()
    }  # fmt: skip


def places(words):
    return sorted({name for _, name, _, _ in string.Formatter().parse(words) if name is not None})


ENGLISH = words_of("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_there_in_each_language_with_the_same_places(language):
    words = words_of(language)
    assert list(words) == list(ENGLISH)
    assert {key: places(text) for key, text in words.items()} == {
        key: places(text) for key, text in ENGLISH.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_twice_in_a_file(language):
    def pairs(found):
        assert len({key for key, _ in found}) == len(found)
        return dict(found)

    text = (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    json.loads(text, object_pairs_hook=pairs)


def test_every_key_is_used_by_the_code_or_a_pages_script():
    python, scripts = (
        "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.suffix in suffixes)
        for suffixes in ([".py"], [".mjs", ".html"])
    )
    by_room = {room for room in rooms_of("en") if f'texts("{room}"' in python}  # handed over whole
    by_row = {room for room in rooms_of("en") if f'f"{room}.{{' in python}  # keyed by something
    unused = []
    for key in ENGLISH:
        room, _, name = key.partition(".")
        if f'"{key}"' in python or f"'{key}'" in python or room in by_row:
            continue
        if room in by_room and re.search(rf"\b{re.escape(name)}\b", scripts):
            continue
        unused.append(key)
    assert unused == []


def test_every_row_of_the_table_has_its_word_and_no_word_is_of_a_row_that_is_not_there():
    rooms = rooms_of("en")
    assert set(rooms["op"]) == set(TABLE)
    assert set(rooms["flat"]) - {"unknown zero", "unknown nearly zero"} <= set(TABLE)


def test_a_row_is_known_by_itself_and_an_op_of_ones_own_by_its_name():
    own = Op("sigmoid", "s", "sigmoid({x})", abs, lambda x, out: (1.0,))
    assert meaning(TABLE["sigmoid"], "en") == "sigmoid function"
    assert meaning(TABLE["sigmoid"], "ja") == "シグモイド関数"
    assert meaning(own, "ja") == meaning(own, "en") == "sigmoid"
    assert "saturated" in level_reason(TABLE["sigmoid"], "en")
    assert level_reason(own, "en") == ""


PRINTED = [
    "step",
    "changed",
    "forward",
    "why",
    "terminal",
    "table",
    "help",
    "command",
    "digits",
    "gpt",
    "handwriting",
    "notebooks",
    "training",
    "op",
    "flat",
]


@pytest.mark.parametrize("room", PRINTED)
def test_what_is_printed_fits_a_japanese_console(room):
    for words in rooms_of("ja")[room].values():
        words.encode("cp932")


JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")
OF_ERRORS = {"advice", "HOW_TO_INSTALL"}  # names of what an error says
ROOMS_MOVED = ["tracing", "stepping", "drawing", "__main__.py", "console.py"]


def spoken_strings(path):
    """Yield the string literals of a file that are neither docstrings nor in an error raised."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = set()
    for node in ast.walk(tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if docstring or isinstance(node, ast.Raise):
            silent |= {id(part) for part in ast.walk(node)}
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id in OF_ERRORS for target in targets):
            silent |= {id(part) for part in ast.walk(node)}  # of an error
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in silent:
            yield str(node.value)


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda path: str(path.relative_to(PACKAGE)),
)  # fmt: skip
def test_no_japanese_word_stands_in_the_code(path):
    if path.relative_to(PACKAGE).parts[0] == "words":
        return
    for literal in spoken_strings(path):
        assert not JAPANESE.search(literal), literal


OF_LESSONS = {"contents.py", "lessons", "exercises"}  # their texts stand beside their code, in both
SPEAKING = [
    path
    for path in SOURCES
    if path.suffix == ".py"
    and (path.parts[-2] in ROOMS_MOVED or path.name in ROOMS_MOVED or path.parent.name == "demos")
    and not OF_LESSONS & set(path.parts)
]


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_english_sentence_for_people_stands_in_the_code(path):
    for literal in spoken_strings(path):
        assert not re.search(r"\b[A-Za-z]+ [a-z]+ [a-z]+ [a-z]+\b", literal), literal
        if path.parent.name == "demos":
            assert not JAPANESE.search(literal), literal


# -- Which language is spoken --------------------------------------------------------------------


def test_the_language_is_that_given_then_spoken_then_of_the_environment(monkeypatch):
    for name in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert chosen_language() == "ja"
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert chosen_language() == "en"
    monkeypatch.setenv(VARIABLE, "ja")
    assert chosen_language() == "ja"
    assert chosen_language("en") == "en"
    speak("en")
    try:
        assert chosen_language() == "en"
        with Speaking("ja"):
            assert chosen_language() == "ja"
        assert chosen_language() == "en"
    finally:
        speak("")
    for wrong in ("fr", "EN"):
        with pytest.raises(ValueError, match="'en' or 'ja'"):
            chosen_language(wrong)
        with pytest.raises(ValueError, match="'en' or 'ja'"):
            speak(wrong)
    monkeypatch.setenv(VARIABLE, "fr")
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        chosen_language()


def test_steps_speak_the_chosen_language():
    step = autograd_lite.trace(autograd_lite.Value(3.0, "x") * 2)[0]
    assert str(step) == step.text("en")
    with Speaking("ja"):
        assert str(step) == step.text() == step.text("ja")
        assert step.explain() == "".join(step.sentences("ja"))
    assert step.explain() == " ".join(step.sentences("en"))


def test_facts_in_facts_are_said_in_the_same_language():
    fact = Fact("step.zero", {"reason": Fact("flat.relu"), "parent": "z"})
    assert "a dead unit" in said(fact, "en")
    assert "死んだユニット" in said(fact, "ja")
    assert joined(["a", "b"], "ja") == "ab"
    with pytest.raises(KeyError):
        text("step.nonsense")


def test_spaces_around_numbers_are_alike_in_the_japanese_words():
    """A number or a name in half-width letters has a space on each side, in every sentence."""
    letter = "[ぁ-んァ-ヶ一-龥]"
    joint = re.compile(rf"{letter}(?:[0-9]|\{{(?!op\}}))|(?:[0-9]|(?<!\{{op)\}}){letter}")
    for room in PRINTED:
        for key, words in rooms_of("ja")[room].items():
            assert not joint.search(words), (room, key)


# -- A third language ----------------------------------------------------------------------------


def test_a_third_language_is_one_file_more(tmp_path):
    shutil.copytree(
        PACKAGE, tmp_path / "autograd_lite", ignore=shutil.ignore_patterns("__pycache__")
    )
    rooms = rooms_of("en")
    rooms["step"]["heading"] = "pas {number} de {count}: {ends}"
    rooms["op"]["mul"] = "produit"
    rooms["help"]["n"] = "avancer"
    written = tmp_path / "autograd_lite" / "words" / "fr.json"
    written.write_text(json.dumps(rooms, ensure_ascii=False), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def run(*arguments, commands="", **more):
        done = subprocess.run(
            [sys.executable, "-m", "autograd_lite", *arguments], cwd=tmp_path, timeout=60,
            input=commands.encode(), capture_output=True, env={**environment, **more}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    asked = run("step", "w*x", "w=2", "x=3", "--lang", "fr", commands="n\np f\nhelp\nlang ja\n")
    assert "pas 1 de 2: f -> w" in asked
    assert "produit" in asked
    assert "avancer" in asked
    assert "lang en, lang fr, lang ja" in asked
    assert "ステップ 1/2" in asked
    for name, value in ((VARIABLE, "fr"), ("LANG", "fr_FR.UTF-8")):
        quiet = {VARIABLE: "", "LC_ALL": "", "LC_MESSAGES": "", name: value}
        assert "pas 1 de 2" in run("step", "w*x", "w=2", "x=3", commands="n\n", **quiet)
    run("page", "w*x", "w=2", "x=3", "--lang", "fr")
    page = (tmp_path / "backprop.html").read_text(encoding="utf-8")
    assert '<html lang="fr"' in page
    assert '"step.heading":"pas {number} de {count}: {ends}"' in page


LETTER = r"[ぁ-んァ-ヶー一-龠々]"


@pytest.mark.parametrize(
    "path",
    [
        *(ROOT / name for name in ("README.ja.md", "demos/TEACHING.ja.md")),
        *sorted((ROOT / "demos").rglob("*.py")),
        ROOT / "autograd_lite" / "words" / "ja.json",
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_between_japanese_letters_and_a_number_there_is_a_space(path):
    text = path.read_text(encoding="utf-8")
    touching = re.findall(rf".?{LETTER}[0-9].?|[0-9][ぁ-んァ-ヶ一-龠々].?", text)
    assert touching == []
