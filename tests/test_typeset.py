"""What a lesson says as HTML: typed formulas, formulas in prose, signs, lines."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from html import unescape

import pytest

from autograd_lite.words import LANGUAGES
from demos.cells import pieces
from demos.contents import LESSONS
from demos.in_prose import formulas_in
from demos.page import joined
from demos.typeset import formula, prose, typeset


def source(lesson):
    return lesson.path.read_text(encoding="utf-8")


def parsed(written):
    """Return HTML as a tree; it is well formed, MathML included."""
    return ElementTree.fromstring(f"<root>{written}</root>")


def letters(tree_or_text):
    text = tree_or_text if isinstance(tree_or_text, str) else "".join(tree_or_text.itertext())
    return re.sub(r"[^\wα-ωΑ-Ω∂]", "", text, flags=re.ASCII)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("w_11^2", "<msubsup><mi>w</mi><mn>11</mn><mrow><mn>2</mn></mrow></msubsup>"),
        ("x1", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("wx", "<mi>w</mi><mi>x</mi>"),
        ("sigma", "<mi>σ</mi>"),
        ("(a + b) / c", "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>"),
        (
            "∂z/∂x1",
            "<mfrac><mrow><mi>∂</mi><mi>z</mi></mrow>"
            "<mrow><mi>∂</mi><msub><mi>x</mi><mn>1</mn></msub></mrow></mfrac>",
        ),
        ("sqrt(5)", "<msqrt><mrow><mn>5</mn></mrow></msqrt>"),
        ("f''", '<mrow><mi>f</mi><mo lspace="0" rspace="0">″</mo></mrow>'),
        ("Δx", '<mrow><mi mathvariant="normal">Δ</mi><mi>x</mi></mrow>'),
        ("grad z", '<mrow><mi mathvariant="normal">∇</mi><mi>z</mi></mrow>'),
        ("0.5...", "<mn>0.5</mn><mi>…</mi>"),
        ("3 >= 2", "<mn>3</mn><mo>≥</mo><mn>2</mn>"),
        ("a * -2", '<mi>a</mi><mo>·</mo><mo form="prefix">−</mo><mn>2</mn>'),
    ],
)
def test_a_typed_formula_is_read_as_a_person_reads_it(typed, read):
    assert formula(typed) == f"<math>{read}</math>"


def test_less_than_is_a_sign_and_angles_around_vectors_are_brackets():
    assert "<mo>&lt;</mo>" in formula("a < b")
    assert "⟨" in formula("<w, x>") and "⟩" in formula("<w, x>")
    assert "⟨" in prose("so 〈w, x〉 is 0")


def test_words_between_formulas_stay_words():
    written = formula("z = 1 >= 0,  so it fires")
    assert "so\u00a0it\u00a0fires" in written
    assert "<mi>i</mi><mi>t</mi>" not in written


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("if theta rises", f"if {formula('θ')} rises"),
        ("delta_1^3", formula("δ_1^3")),
        ("= -e^x", f"= {formula('-e^x')}"),
        ("2 * 3 - 1 >= -5", formula("2 * 3 - 1 >= -5")),
        ("from -1 to 1, at (0, -2)", "from −1 to 1, at (0, −2)"),
        ("those marked - calm it", "those marked − calm it"),
        ("run `python -m demos 3 - 1`", "run <code>python -m demos 3 - 1</code>"),
        ("1e-16 and a 12-3-2 network", "1e-16 and a 12-3-2 network"),
    ],
)
def test_signs_in_prose_are_true_signs_and_code_stays_as_typed(typed, shown):
    assert prose(typed) == shown


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("A neuron has z = w1 x1 + ... + w_n x_n - theta.", ["z = w1 x1 + ... + w_n x_n - theta"]),
        ("In S = Sum c a_k each term counts, so dS/da_k = c.", ["S = Sum c a_k", "dS/da_k = c"]),
        ("the minus in (e^(-x))' = -e^(-x) comes", ["(e^(-x))' = -e^(-x)"]),
        ("steps <grad z, step> >= -|grad z| |step|", ["<grad z, step> >= -|grad z| |step|"]),
        ("At x = 1, u = ax + by and v = px + qy", ["x = 1", "u = ax + by", "v = px + qy"]),
        ("〈(2, 1), (-1, 2)〉 = -2 + 2 = 0 です", ["〈(2, 1), (-1, 2)〉 = -2 + 2 = 0"]),
        ("この a と b が (4xΔx) / (2Δx) = 2x", ["a", "b", "(4xΔx) / (2Δx) = 2x"]),
        ("a unit of a 12-3-2 network, with 64 images and (2, 1, 3)", []),
        ("Too small a dx; a neuron; from a to c; 2u * a alone", ["dx", "a", "c", "2u * a"]),
        ("rule (II) and (I), an OR, is it so? By hand it is -4 in all", []),
        ("w's direction is that of y.data, or n-th in autograd_lite/ops.py", ["w"]),
        ("a", ["a"]),
        ("+0.147978", []),
        ('which "0"s from "1"s', []),
        ("x = 0 is a", ["x = 0"]),
        ("(see x = 2 in lesson 4) or up - down", ["x = 2"]),
    ],
)
def test_formulas_in_prose_are_found_whole_and_words_are_none(told, found):
    assert [told[start:end] for start, end in formulas_in(told)] == found


def test_a_function_stands_apart_from_a_factor_and_close_to_its_bracket():
    assert '<mo lspace="0.17em" rspace="0">cos</mo>' in formula("b cos(x)")
    assert '<mo lspace="0" rspace="0.17em">cos</mo>' in formula("(cos 90 = 0)")


def test_a_formula_in_prose_keeps_its_slash_and_one_apart_has_fractions():
    assert "<mfrac>" not in prose("so dy/dx = 2") and "<mo" in prose("so dy/dx = 2")
    assert "<mfrac>" in typeset("So:\n\n    dy/dx = 2")


def captions(lesson):
    """Return what stands below the pictures and figures of a lesson, in all languages."""
    for piece in pieces(source(lesson)):
        if piece.kind in ("show", "live"):
            words = piece.body[0].value.keywords
            yield from (ast.literal_eval(each.value) for each in words if each.arg in LANGUAGES)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_sign_of_typing_is_left_in_what_a_lesson_says(lesson):
    said = [typeset(told) for piece in pieces(source(lesson)) for told in piece.texts.values()]
    for written in [*said, *map(prose, captions(lesson))]:
        told = unescape(re.sub(r"<code>.*?</code>|<math>.*?</math>|<[^>]*>", " ", written))
        assert not re.search(r"[_^*`]|\w'(?![a-z])(?<!s')| - |(?<!\w)-\d|>=|<=", told), told
        assert not re.search(r"\w{2,}\(|[a-z]\.[a-z]\w*|\w{2,}=", told), f"code without ``: {told}"


def test_no_line_parts_a_formula_from_the_stops_and_brackets_beside_it():
    x = formula("x = 2")
    assert prose("x = 2、次") == f'<span class="kept">{x}、</span>次'
    assert prose("is (x = 2 here).") == f'is <span class="kept">({x}</span> here).'
    assert prose("w's and x = 2 of") == f"""<span class="kept">{formula("w")}'s</span> and {x} of"""


def test_lines_with_names_stand_in_columns_and_a_line_set_in_goes_on():
    told = typeset("By hand:\n\n    one    1 + 2\n    three  3\n           + 4")
    (columns,) = [part for part in parsed(told).iter("div") if part.get("class") == "columns"]
    assert ["".join(line.itertext()) for line in columns] == ["one 1+2", "three 3+4"]
    several = typeset("So:\n\n    one  1  (2)\n    two  3")
    assert several.count('class="rest"') == 2 and "columns" in several
    assert "columns" not in typeset("So:\n\n    a = 1\n    b = 2")


def test_japanese_lines_are_joined_without_a_space_beside_brackets_and_stops():
    assert prose("関数 u\n（階段）を\nx と\ny で") == prose("関数 u（階段）を x と y で")
    assert prose("重み、\nx と") == prose("重み、x と")


def test_rows_in_square_brackets_become_matrices():
    tree = parsed(typeset("So:\n\n    [3 1] [x]   [3x + 1y]\n    [1 5] [y] = [1x + 5y]"))
    assert [len(table.findall("mtr")) for table in tree.iter("mtable")] == [2, 2, 2]
    assert "=" in [sign.text for sign in tree.iter("mo")]


@pytest.mark.parametrize("typed", ["", "(", ")", "x^", "a_", "/", "|a", "[b", "√", "x'", "a /"])
def test_what_is_unfinished_is_still_well_formed(typed):
    parsed(formula(typed))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_all_that_a_lesson_says_is_well_formed_and_nothing_of_it_is_lost(lesson):
    said = [piece.texts for piece in pieces(source(lesson)) if piece.texts]
    assert said
    for words in said:
        assert {"ja", "en"} <= set(words)
        for told in words.values():
            tree = parsed(typeset(told))
            formulas = [line for line in told.split("\n") if re.match(r" {8}\S", line)]
            assert bool(formulas) == any(
                part.get("class") == "formulas" for part in tree.iter("div")
            )
            for name in ("sigma", "theta", "delta", "sqrt", "grad z", "Sum"):
                told = re.sub(rf"(?<![A-Za-z`]){name}(?=[\s_'^(),.:/]|$)", "", told)
            read = letters(unescape("".join(tree.itertext())))
            kept = re.sub("[σθδΣ√∇]", "", read)
            for digit_run in re.findall(r"\d+", re.sub(r"\D+", " ", told)):
                assert digit_run in re.sub(r"\D", "", kept)
            assert len(read) >= 0.9 * len(letters(told.replace("_", "")))


def test_prose_joins_lines_as_notebooks_do():
    text = "勾配を\n求める"
    assert prose(text) == joined(text) == "勾配を求める"
