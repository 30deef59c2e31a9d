"""The slides' notation: how a label such as w_ji^l is written, and what it says when read.

Legend, after the slides (the input layer is l = 1; j and i count from 1)
    w_ji^l      the weight (重み) of unit j of layer l for the output of unit i of layer l - 1
    b_j^l       the bias (バイアス) of unit j of layer l
    z_j^l       its weighted input (重み付き入力)
    a_j^l       its output, the activation (出力); in layer 1, the inputs
    t_j         the target of output j
    x_1, C_T    anything else of one letter and an index

A label is text, and anybody may write one: whoever labels nodes in this notation gets the
slides' boxes and type in pictures, with or without `nn`.

>>> weight(1, 2, 3), bias(1, 3), weighted_input(1, 3), activation(1, 3)
('w_12^3', 'b_1^3', 'z_1^3', 'a_1^3')
>>> read("w_1,12^2")
Label(letter='w', indices='1,12', layer='2')
>>> box("w_1,12^2"), box("a_4^1"), box("my label")
(('layer 2', 'a_1^2'), ('layer 1',), ())
"""

import re
from typing import NamedTuple

__all__ = [
    "weight", "bias", "weighted_input", "activation", "target",
    "Label", "read", "of_term", "parted", "in_signs",
    "layer_box", "unit_box", "layer_number", "box", "names_parameter",
]  # fmt: skip

NOTATION = re.compile(
    r"([A-Za-zα-ωΑ-Ω])_([0-9]+(?:,[0-9]+)?|[A-Za-z]{1,2})(?:\^([0-9]+|[A-Za-z]))?"
)
IN_PROSE = re.compile(rf"(?<![\w^])({NOTATION.pattern})(?![\w^])", re.ASCII)
OF_TERM = re.compile(r"(.+)(\[[0-9]+\])")
LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
INPUTS = "1"  # the number of the input layer, whose units have neither weights nor z
PARAMETERS = "wbWBθ"  # the letters of what is learned


# -- Written -------------------------------------------------------------------------------------


def weight(j: int, i: int, layer: int) -> str:
    """Return w_ji^l: with a comma where an index has two digits, so that w_1,12^2 is not w_11,2^2.

    >>> weight(1, 2, 3), weight(1, 12, 2)
    ('w_12^3', 'w_1,12^2')
    """
    comma = "," if max(j, i) > 9 else ""
    return f"w_{j}{comma}{i}^{layer}"


def bias(j: int, layer: int) -> str:
    """Return b_j^l."""
    return f"b_{j}^{layer}"


def weighted_input(j: int, layer: int) -> str:
    """Return z_j^l."""
    return f"z_{j}^{layer}"


def activation(j: int | str, layer: int | str) -> str:
    """Return a_j^l: the output of unit j of layer l, which is also what the unit is called."""
    return f"a_{j}^{layer}"


def target(j: int) -> str:
    """Return t_j."""
    return f"t_{j}"


# -- Read ----------------------------------------------------------------------------------------


class Label(NamedTuple):
    """A label taken apart: w_11^2 is the letter w, the index 11 and the layer 2 ("" if none)."""

    letter: str
    indices: str
    layer: str

    def written(self) -> str:
        """Return the label as it is written.

        >>> read("w_21^3").written(), read("C_T").written()
        ('w_21^3', 'C_T')
        """
        whole = f"{self.letter}_{self.indices}"
        return f"{whole}^{self.layer}" if self.layer else whole

    def unit(self) -> str:
        """Return the j of w_ji^l, b_j^l, z_j^l or a_j^l; "" for a label of another shape.

        >>> read("w_21^3").unit(), read("w_1,12^3").unit(), read("z_12^3").unit()
        ('2', '1', '12')
        """
        j, comma, _ = self.indices.partition(",")
        if not self.layer.isdecimal() or not j.isdecimal():
            return ""
        if self.letter == "w":
            if comma:
                return j
            return j[0] if len(j) == 2 else ""  # w_112 may be w_1,12 or w_11,2
        return j if self.letter in "abz" and not comma else ""


def read(label: object) -> Label | None:
    """Return a label in the slides' notation taken apart, None for any other.

    >>> read("C_T"), read("velocity")
    (Label(letter='C', indices='T', layer=''), None)
    """
    match = NOTATION.fullmatch(label) if isinstance(label, str) else None
    if match is None:
        return None
    letter, index, layer = match.groups()
    return Label(letter, index, layer or "")


def of_term(name: str) -> tuple[str, str]:
    """Return a name in two: the label, and the number of the term that it is in, if it has one.

    >>> of_term("a_1^2[64]"), of_term("a_1^2")
    (('a_1^2', '[64]'), ('a_1^2', ''))
    """
    match = OF_TERM.fullmatch(name)
    return (match[1], match[2]) if match else (name, "")


def parted(line: str) -> list[str | Label]:
    """Return a line of prose in parts: what stands between labels in this notation, and those.

    >>> parted("ユニット a_1^2 の図")
    ['ユニット ', Label(letter='a', indices='1', layer='2'), ' の図']
    """
    parts: list[str | Label] = []
    end = 0
    for match in IN_PROSE.finditer(line):
        found = read(match[1])
        if found is not None:
            parts += [line[end : match.start()], found]
            end = match.end()
    return [part for part in (*parts, line[end:]) if part]


def in_signs(line: str) -> str:
    """Return a line with its labels' indices as signs of the line, for where no type can be set.

    >>> in_signs("unit a_1^2, weight w_1,12^2, cost C_T")
    'unit a₁², weight w₁,₁₂², cost C_T'
    """
    told = ""
    for part in parted(line):
        if isinstance(part, str):
            told += part
        elif part.indices.replace(",", "").isdecimal():
            told += part.letter + part.indices.translate(LOW) + part.layer.translate(HIGH)
        else:
            told += f"{part.letter}_{part.indices}" + (f"^{part.layer}" if part.layer else "")
    return told


def layer_box(layer: int | str) -> tuple[str, ...]:
    """Return the box of a layer: a path of names from the outside in.

    >>> layer_box(1)
    ('layer 1',)
    """
    return (f"layer {layer}",)


def unit_box(j: int | str, layer: int | str) -> tuple[str, ...]:
    """Return the box of unit j of layer l: within its layer's, and called like its output.

    >>> unit_box(1, 2)
    ('layer 2', 'a_1^2')
    """
    return (*layer_box(layer), activation(j, layer))


def layer_number(name: str) -> str:
    """Return which layer a box of a layer is called after; "" for the name of any other box.

    >>> layer_number("layer 2"), layer_number("a_1^2")
    ('2', '')
    """
    found = name.removeprefix("layer ")
    return found if found != name and found.isdecimal() else ""


def box(label: object) -> tuple[str, ...]:
    """Return the box that a label names: its unit's, for an input its layer's; () for any other."""
    found = read(label)
    if found is None or not found.unit():
        return ()
    if found.letter == "a" and found.layer == INPUTS:
        return layer_box(found.layer)
    return unit_box(found.unit(), found.layer)


def names_parameter(label: object) -> bool:
    """Return whether a label is that of a weight or a bias, in this notation or a looser one.

    >>> [names_parameter(label) for label in ("w_11^2", "b", "w1", "W[0]", "weather", "x_1", "")]
    [True, True, True, True, False, False, False]
    """
    letter, rest = str(label)[:1], str(label)[1:]
    return letter != "" and letter in PARAMETERS and (not rest or rest[0] in "_0123456789^['")
