"""A trace as LaTeX: whole, in both languages, with every text of a user as text."""

import re

import pytest

from autograd_lite import Value, sigmoid, total, trace
from autograd_lite.stepping.handout import escaped, handout

HOSTILE = [r"\input{/etc/passwd}", "50% & $x$ #1", "a_b^c~{d}", r"\end{document}", "x\\\\"]


def example():
    w, x, b = Value(2.0, "w_11^2"), Value(-3.0, "a_1^1"), Value(1.0, "b_1^2")
    a = sigmoid(w * x + b)
    a.label = "a_1^2"
    return trace(a)


def balanced(tex):
    depth = 0
    for character in re.sub(r"\\[{}\\]", "", tex):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    return depth == 0 and re.sub(r"\\\$", "", tex).count("$") % 2 == 0


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_step_of_both_passes_is_a_paragraph_with_its_equations(language):
    steps = example()
    tex = handout(steps, language)
    assert tex.count(r"\paragraph{") == tex.count(r"\begin{gather*}") == 3 + len(steps)
    assert tex.rstrip().endswith(r"\end{document}")
    assert balanced(tex)
    assert r"\frac{\partial a_{1}^{2}}{\partial" in tex
    assert (r"\documentclass[a4paper]{ltjsarticle}" in tex) == (language == "ja")
    assert ("局所的な微分" if language == "ja" else "local derivative") in tex


@pytest.mark.parametrize("base", [Value(3.0, "x_1^2"), Value(1e20, "x"), Value(-2e-9, "x")])
def test_no_letter_and_no_number_has_two_powers(base):
    tex = handout(trace(base**2), "en")
    assert r"\right)^{2}" in tex
    assert "}^{" not in tex.replace("_{1}^{2}", "x")


def test_a_long_equation_has_a_side_a_line():
    output = total([Value(k + 0.123456, f"w_{k}^2") for k in range(1, 8)])
    tex = handout(trace(output), "en")
    assert tex.count(r"\begin{aligned}") == tex.count(r"\end{aligned}") == 1
    assert tex.count("&=") == 3
    assert balanced(tex)


def test_numbers_are_those_of_the_steps():
    steps = example()
    tex = handout(steps, "en")
    for step in steps:
        assert f"{step.product:.6g}" in tex


def test_a_users_text_stays_text():
    output = total([Value(1.0, label) for label in HOSTILE])
    output.label = r"\write18{rm}"
    tex = handout(trace(output), "en")
    assert balanced(tex)
    assert tex.count(r"\end{document}") == 1
    for command in (r"\input", r"\write"):
        assert not re.search(rf"(?<!backslash ){re.escape(command)}\b", tex), command
    assert escaped("50% & {x}_1^2 \\ ~") == (
        r"50\% \& \{x\}\_1\textasciicircum{}2 \textbackslash{} \textasciitilde{}"
    )


def test_it_is_saved_under_its_kind_and_has_no_levels(tmp_path):
    path = example().save(tmp_path / "steps.tex", language="ja")
    assert "\\begin{document}" in path.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="a handout has every step"):
        example().save(tmp_path / "units.tex", level="unit")
