"""Words are data: every sentence and label that a person reads, in all languages, by key.

Code decides which facts hold and asks for their words by key; the sentence stands in the
catalogue, `en.json`, `ja.json`, in each language with the same places for what it is about. So
the terminal, the page, the editor and the drawings say the same thing in the same words, and
another language is one more file.

A key has the room that speaks in front: "step.starts", "terminal.no more". A `Fact` is a key with
what the sentence is about, as plain data: a program decides facts, and any viewer says them.

How another language is added: README.md beside this file.

>>> text("step.starts", "en", output="C", arriving="dC/dC")
'Backprop starts at the output C, where dC/dC = 1.'
>>> text("step.starts", "ja", output="C", arriving="dC/dC")
'誤差逆伝播法は出力 C から始まり、そこでは dC/dC = 1 です。'
"""

import json
import locale
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = [
    "LANGUAGES", "VARIABLE", "Language", "Fact", "chosen_language", "speak", "Speaking", "text",
    "texts", "said", "joined", "LANGUAGE_OPTIONS", "language_asked",
]  # fmt: skip

Language = str  # the name of a catalogue: "en", "ja"

FOLDER = Path(__file__).parent
LANGUAGES: tuple[Language, ...] = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
LANGUAGE_OPTIONS = ("--lang", "--language")  # of every command line
VARIABLE = "AUTOGRAD_LITE_LANG"  # of the environment: the language of a person, or of a class


NO_PARTS: Mapping[str, Any] = {}


class Fact(NamedTuple):
    """Something that holds: the key of its sentence, and what the sentence is about.

    parts   texts and counts for the places of the sentence, or another fact, whose words are
            then put there: the reason why a curve is level, the word for an op. Where the
            numbers are not put in yet (`tracing/quantities.py`), formulas, too
    """

    key: str
    parts: Mapping[str, Any] = NO_PARTS


class Spoken:
    """The language that `speak` chose for this process; empty where it was not called."""

    language: Language = ""


def speak(language: Language) -> None:
    """Let everything say its words in this language from now on; "" goes back to the system's.

    Raises ValueError, which says what there is, for a language that has no catalogue.
    """
    Spoken.language = checked(language) if language else ""


class Speaking:
    """For the length of a `with` block, everything says its words in a language.

    None, or "", leaves the language as it is.

    >>> with Speaking("ja"):
    ...     print(text("terminal.no more"))
    これが最後のステップです。
    """

    __slots__ = ("earlier", "language")

    def __init__(self, language: Language | None) -> None:
        self.language = checked(language) if language else Spoken.language
        self.earlier = Spoken.language

    def __enter__(self) -> None:
        self.earlier = Spoken.language
        Spoken.language = self.language

    def __exit__(self, *error: object) -> None:
        Spoken.language = self.earlier


def chosen_language(given: Language | None = None) -> Language:
    """Return the language to speak: as given, else as chosen by `speak`, else the reader's own.

    The reader's own is what the environment variable AUTOGRAD_LITE_LANG says, else that of the
    locale if there is a catalogue for it, else English.

    Raises ValueError, which says what there is, for a language that has no catalogue.
    """
    if given:
        return checked(given)
    if Spoken.language:
        return Spoken.language
    if os.environ.get(VARIABLE):
        return checked(os.environ[VARIABLE])
    names = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    readers = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    for language in LANGUAGES:
        if readers.lower().startswith((language, NAMES.get(language, language))):
            return language
    return "en"


NAMES = {"ja": "japanese"}  # as Windows calls the locale


def language_asked(words: Sequence[str]) -> str | None:
    """Return the language that a command line asks for, None if it does not, or for no language.

    Known before the line is parsed, since the help is told in it, too.
    """
    for k, word in enumerate(words):
        option, equals, language = word.partition("=")
        if option in LANGUAGE_OPTIONS:
            if not equals:
                language = words[k + 1] if k + 1 < len(words) else ""
            return language if language in LANGUAGES else None
    return None


def checked(language: Language) -> Language:
    """Return a language that has a catalogue; raise ValueError for any other."""
    if language not in LANGUAGES:
        known = " or ".join(repr(name) for name in LANGUAGES)
        raise ValueError(f"the language is {known}, not {language!r}")
    return language


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return all words of a language: key -> text, the keys with their room in front."""
    rooms = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return {f"{room}.{key}": text for room, words in rooms.items() for key, text in words.items()}


def text(key: str, language: Language | None = None, /, **parts: object) -> str:
    """Return the words of a key in a language, with `parts` put in their places.

    Raises KeyError for a key that no catalogue has, or a place that nothing is given for.
    """
    return catalogue(chosen_language(language))[key].format(**parts)


def texts(room: str, language: Language | None = None) -> dict[str, str]:
    """Return all words of a room, by key without the room: what a page's script is given."""
    words = catalogue(chosen_language(language))
    start = f"{room}."
    return {key.removeprefix(start): text for key, text in words.items() if key.startswith(start)}


def said(fact: Fact, language: Language | None = None) -> str:
    """Return the words of a fact, with the words of facts in its parts put in their places.

    >>> said(Fact("step.no gradient", {"node": "v2"}), "en")
    'No gradient arrived at v2, so it has none to pass on.'
    """
    language = chosen_language(language)
    parts = {
        name: said(part, language) if isinstance(part, Fact) else part
        for name, part in fact.parts.items()
    }
    return text(fact.key, language, **parts)


def joined(sentences: Iterable[str], language: Language | None = None) -> str:
    """Return sentences in one line, with what the language has between two of them."""
    return text("language.between sentences", language).join(sentences)
