"""Formulas as people type them, as Python writes them: 2x is 2*x, x^2 is x**2, x² as well.

What can be read in one way only is understood: a product without its sign, a Japanese keyboard's
full-width letters, digits and signs, the signs of print. What can be read in two ways is refused,
with what to write.

>>> as_python("２x^2 − 3(x＋1)")
'2*x**2 - 3*(x+1)'
>>> as_python("y = e^x")
'e**x'
"""

import itertools
import keyword
import re
import unicodedata
from collections.abc import Collection

__all__ = ["ExpressionError", "as_python", "named_result"]

SIGNS_OF_PRINT = str.maketrans(
    {
        "×": "*", "✕": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "・": "*", "^": "**",
        "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "—": "-", "ー": "-",
        "²": "**2", "³": "**3", "π": "pi", "≤": "<=", "≥": ">=", "≠": "!=", "、": ",",
    }
)  # fmt: skip
WRITE_INSTEAD = {"√": "sqrt( )", "σ": "sigmoid( )", "ⁿ": "**n", "。": "."}
RESULT = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*(?=\S)")
WORDS = re.compile(  # of a formula: numbers, names, signs of two characters, single characters
    r"0[xX][\da-fA-F]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?(?:j\b)?|[A-Za-z_]\w*"
    r"|\*\*|//|[<>=!]=|\S"
)
TIGHT = {"/", "**", "//", "%"}  # before a product without its sign: which one comes first?


class ExpressionError(ValueError):
    """What is wrong with a text that should be a formula, and what to write."""


def as_python(text: str, functions: Collection[str] = ()) -> str:
    """Return a formula as Python writes it; raise ExpressionError where it can be read in two ways.

    functions   the names that stand before brackets as functions, and not as factors
    """
    plain = unicodedata.normalize("NFKC", text.translate(SIGNS_OF_PRINT))
    plain = plain.translate(SIGNS_OF_PRINT)  # full-width ones as well
    check_characters(plain)
    named = RESULT.match(plain)
    return with_products(plain[named.end() if named else 0 :].strip(), functions)


def named_result(text: str) -> str:
    """Return the name that a formula gives its result: "y" of "y = x**2"; "" if it gives none."""
    found = RESULT.match(unicodedata.normalize("NFKC", text))
    return found[1] if found else ""


def check_characters(text: str) -> None:
    """Raise ExpressionError for a character that is not plain ASCII: look-alikes are no typos."""
    for column, character in enumerate(text, start=1):
        if " " <= character <= "~":
            continue
        name = unicodedata.name(character, "a control character")
        plain = WRITE_INSTEAD.get(character, "names and signs in ASCII")
        raise ExpressionError(f"column {column} has {name} (U+{ord(character):04X}); write {plain}")


def with_products(text: str, functions: Collection[str]) -> str:
    """Return a formula with a sign in every product that has none, as on paper: 2x."""
    words = [(found.start(), found[0]) for found in WORDS.finditer(text)]
    if "lambda" in [word for _, word in words]:
        return text  # refused as what it is
    written = text
    for k in range(len(words) - 1, 0, -1):
        left, right = words[k - 1][1], words[k][1]
        if not is_product(left, right, functions):
            continue
        first = start_of_factor(words, k - 1, functions)
        before = words[first - 1][1] if first else ""
        if before in TIGHT:
            factor = text[words[first][0] : words[k][0]].strip()
            raise ExpressionError(
                f"{before}{factor}{right} can be read in two ways; write {before}({factor}*{right}"
                f"{'...' if right == '(' else ''}) or put the first part in brackets"
            )
        place = words[k][0]
        written = f"{written[:place].rstrip()}*{written[place:]}"
    return written


def is_product(left: str, right: str, functions: Collection[str]) -> bool:
    """Return whether two words that stand side by side are factors without a sign."""
    if keyword.iskeyword(left) or keyword.iskeyword(right):
        return False
    number = left[0].isdigit() or (left[0] == "." and len(left) > 1)
    starts = right[0].isidentifier() or right == "("
    if number or left == ")":
        return starts or (left == ")" and right[0].isdigit())
    return left[0].isidentifier() and left not in functions and right[0].isidentifier()


def start_of_factor(words: list[tuple[int, str]], end: int, functions: Collection[str]) -> int:
    """Return at which word the factor begins that ends at a word: of brackets, where they open."""
    if words[end][1] != ")":
        return end
    depth = 0
    for k in itertools.count(end, -1):
        if k < 0:
            return 0
        depth += (words[k][1] == ")") - (words[k][1] == "(")
        if not depth:
            return k - 1 if k and words[k - 1][1] in functions else k
    raise AssertionError
