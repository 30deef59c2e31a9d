"""Where formulas stand in prose: `z = w1 x1 + b` in a sentence is one, `a` in `a neuron` is none.

Prose is read from the left. A formula is operands with signs between, as a person types them; what
a reader takes for a word or for a mere number stays in the sentence.

    factor      a number, a letter, a function, what stands in brackets: x1, (2 - y)^2, f'(x), |w|
    product     factors side by side: 2u, wx, w1 x1, y(1 - y)
    expression  products with signs between: 2u * 3 = 6(3x + 1)

Each function that reads is given a text and where to begin, and returns where what it reads ends:
NONE if it is not there.
"""

import re
from collections.abc import Iterator

__all__ = ["FUNCTIONS", "GREEK", "LETTER", "NAME", "WORDS", "formulas_in"]

GREEK = {"sigma": "σ", "theta": "θ", "delta": "δ", "Sum": "Σ", "grad": "∇"}
FUNCTIONS = ("cos", "sin", "exp", "log", "lim", "tanh", "relu", "sigmoid", "sqrt")
APART = ("cos", "sin", "log", "lim", "grad")  # their argument may stand without brackets
WORDS = ("an", "as", "at", "do", "if", "in", "is", "it", "no", "of", "on", "or", "so", "to", "we")
LETTER = "A-Za-zα-ωΑ-Ω"
NAME = "Δ[A-Za-zα-ω]?|[A-Za-zα-ωΑ-ΓΕ-Ω]+"

NONE = -1
A_NAME = re.compile(NAME)
A_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?(?:e-?\d+)?°?(?:\.\.\.)?|\.\.\.|…)(?!st|nd|rd|th)")
SCRIPT = r"\([^()]*\)|-?[A-Za-z0-9]+(?:,\d+)?"
SUFFIX = re.compile(rf"(?:\d+(?!\.?\d)|[_^](?:{SCRIPT})|'{{1,2}}(?![A-Za-z]))*")  # of a name
POWER = re.compile(rf"(?:\^(?:{SCRIPT})|'{{1,2}}(?![A-Za-z]))*")  # of anything else
SIGN = re.compile(r" +(?:[-+*/·×=<>≒≈→]|<=|>=|->) +|[+*/·×](?!\*)|=(?!=)")
BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "⟨": "⟩", "〈": "〉", "|": "|"}
SAYING = "<⟨〈|"  # brackets in which a word may stand for a vector
BESIDE = re.compile(r"[\w'\"`.)\]^-]", re.ASCII)  # behind these, no formula begins
BOUND = re.compile(r"[_\[\"]|\.[A-Za-z]|-[A-Za-z]")  # before these, a name is no letter
ARTICLE = re.compile(r"a (?!(?:and|at|for|has|in|is|of|or|so|to|with)\b)[a-z]{2}")
A_WORD = re.compile(r"[A-Za-z_]+(?:['.-]?\w+)*|\d+(?:\.\d+)?|.", re.ASCII | re.DOTALL)
JAPANESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


def formulas_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the formulas of a text begin and end.

    >>> told = "A neuron has z = w1 x1 - theta, and a weight of 2."
    >>> [told[start:end] for start, end in formulas_in(told)]
    ['z = w1 x1 - theta']
    """
    k = 0
    while k < len(text):
        end = NONE if k and BESIDE.match(text[k - 1]) else expression(text, k, first=True)
        if end != NONE and says_more_than_numbers(text[k:end]):
            yield k, end
        found = A_WORD.match(text, k)
        assert found is not None  # anything is a word, at the worst of one letter
        k = max(end, found.end())


def says_more_than_numbers(typed: str) -> bool:
    without = A_NUMBER.sub("", typed)
    return bool(A_NAME.search(without) or "√" in typed or SIGN.search(typed[1:]))


def expression(text: str, start: int, first: bool = False) -> int:
    """Read products with signs between; `first`: nothing before says that this is a formula."""
    end = product(text, behind_sign(text, start), first)
    while end != NONE and (joint := SIGN.match(text, end)):
        following = product(text, behind_sign(text, joint.end()))
        if following == NONE:
            return end
        end = following
    return end


def behind_sign(text: str, start: int) -> int:
    return start + (text[start : start + 1] in ("-", "+", "−"))


def product(text: str, start: int, first: bool = False) -> int:
    """Read factors side by side."""
    end = factor(text, start)
    if first and end != NONE and (ARTICLE.match(text, start) or is_weak(text, start, end)):
        return NONE
    while end != NONE:
        closes = text[end : end + 1] == "<" or text[end : end + 1] == "|" != text[end - 1]
        following = NONE if closes else factor(text, end)
        if following == NONE and text[end : end + 1] == " ":
            following = factor_apart(text, end + 1)
        if following == NONE:
            return end
        end = following
    return end


def is_weak(text: str, start: int, end: int) -> bool:
    """Return whether letters are a word as well as factors, and nothing here says which."""
    name = text[start:end]
    if not re.fullmatch(r"[aA]|[A-Za-z][a-z]", name) or re.fullmatch("d.", name):
        return False
    if name == "a" and re.match(" [a-z]{2}", text[end:]):
        return False  # an article does not get here
    joint = SIGN.match(text, end)
    if joint and product(text, behind_sign(text, joint.end())) != NONE:
        return False
    if text[end : end + 2] == " (" and factor_apart(text, end + 1) != NONE:
        return False
    beside = text[:start].rstrip()[-1:] + text[end:].lstrip()[:1]  # none: a cell of a table
    return len(name) == 2 or not (beside == "" or JAPANESE.search(beside))


def factor_apart(text: str, start: int) -> int:
    """Read a factor behind a space: one that no word and no aside of the sentence can be."""
    end = factor(text, start)
    told = text[start:end]
    if end == NONE or re.fullmatch(r"[aA]|\d.*|[A-Zabce-z][A-Za-z]", told):
        return NONE
    if told[0] == "(" and (re.search("[=<>]", told) or not says_more_than_numbers(told)):
        return NONE
    return end


def factor(text: str, start: int) -> int:
    """Read a number, a name with what it is applied to, what stands in brackets, or a root."""
    sign = text[start : start + 1]
    if sign in BRACKETS:
        return group(text, start)
    if sign and sign in "∂∇√":
        return factor(text, start + 1)
    number = A_NUMBER.match(text, start)
    if number:
        power = POWER.match(text, number.end())
        return power.end() if power else number.end()
    found = A_NAME.match(text, start)
    return name(text, start, found[0]) if found else NONE


def name(text: str, start: int, typed: str) -> int:
    """Read a letter or two with their indices, powers and primes; a function with its argument."""
    end = start + len(typed)
    if typed in ("Σ", "Sum", "grad") or typed in FUNCTIONS:
        return argument(text, end, typed)
    if is_spelled(typed):
        return NONE
    suffix = SUFFIX.match(text, end)
    assert suffix is not None  # it may be empty
    end = suffix.end()
    if BOUND.match(text, end):
        return NONE
    return group(text, end) if text[end : end + 1] == "(" else end


def is_spelled(typed: str) -> bool:
    """Return whether letters are a word, not factors.

    >>> [is_spelled(each) for each in ("wx", "Wx", "is", "layer", "OR", "sigma")]
    [False, False, True, True, True, False]
    """
    if (len(typed) == 1 and typed != "I") or typed in GREEK or typed[0] == "Δ":
        return False  # I is a numeral: rule (I)
    return len(typed) != 2 or typed.lower() in WORDS or typed.isupper()


def argument(text: str, start: int, name: str) -> int:
    """Read what a function or a sign is applied to: in brackets, or behind a space."""
    if text[start : start + 1] != " ":
        return NONE if name == "grad" else factor(text, start)
    if name in ("Σ", "Sum") or (name in APART and text[start + 1 : start + 2] != "("):
        return factor(text, start + 1)
    return NONE


def group(text: str, start: int) -> int:
    """Read what stands in brackets, and its power: expressions with commas between."""
    opening = text[start]
    end = start + 1
    while True:
        following = expression(text, end)
        if following == NONE and opening in SAYING:
            word = re.compile(r"[a-z]+").match(text, end)
            following = word.end() if word else NONE
        if following == NONE:
            return NONE
        end = following
        if text[end : end + 1] == BRACKETS[opening]:
            power = POWER.match(text, end + 1)
            assert power is not None  # it may be empty
            return power.end()
        comma = re.compile(", ?").match(text, end)
        if not comma:
            return NONE
        end = comma.end()
