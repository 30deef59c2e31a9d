"""What a page is given of a trace, and that its script tells the same of it as Python does."""

import json
import random
from pathlib import Path

import pytest
from node import node
from random_graphs import random_graph

import nn
from autograd_lite import Value, exp, log, maximum, relu, sin, total, trace, where
from autograd_lite.stepping.live import live_program
from autograd_lite.stepping.page import as_json
from autograd_lite.stepping.page_data import in_forms, page_data
from autograd_lite.stepping.pieces import pieces, plain, with_places
from autograd_lite.tracing import facts, formulas
from autograd_lite.tracing.formulas import still_holds
from autograd_lite.tracing.names import told_number
from autograd_lite.words import LANGUAGES

TOLD = Path(__file__).parent / "told.mjs"


def digit_cost():
    network = nn.Network([12, 3, 2], seed=1)
    return nn.squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])


def negative_base():
    x, n = Value(-3.0, "x_1^2"), Value(-2.0, "n")
    return x**n + 2.0 * x * x


def level():
    x, y = Value(0.0, "x"), Value(-700.0, "y")
    return x * y + relu(y) + exp(y) + maximum(x, y) * where(x, x, y)


def not_finite():
    x = Value(float("inf"), "x")
    return x * Value(1e-300, "small") - x


def many_paths():
    x = Value(1.5, "x")
    for _ in range(5):
        x = x * x
    return total([x, x]) + sin(x)


def hostile():
    return total([Value(1.0, name) for name in ("{value:0}", "\ue000n\ue001", "a{{b}}", "<i>")])


def told_by_python(steps, language):
    """Return what the page has to tell, from the sentences and equations of Python."""

    def set_out(lines):
        return [plain(pieces(line)) for line in lines]

    def of_step(step, local):
        return {
            "heading": plain(pieces(step.heading(language))),
            "formula": set_out(step.equation()),
            "words": set_out(step.sentences(language)),
            **({"local": set_out(step.local_equation())} if local else {}),
        }

    return {
        "steps": [of_step(step, local=True) for step in steps],
        "forward": [of_step(step, local=False) for step in steps.forward],
        "why": [set_out(steps.why(k).lines(language)) for k in range(len(steps.nodes))],
        "sums": [told_number(number) for number in steps.sums],
    }


def told_by_the_page(asked, changes=()):
    """Return the answers of the page's script, one for each (trace, language).

    changes     for each, what the reader changed: pairs of a node and a number
    """
    changes = changes or [[] for _ in asked]
    lines = [
        as_json(
            {
                "text": as_json(in_forms(page_data(steps, language, {}, True))),
                "language": language,
                "program": live_program(steps) if changed else "",
                "changes": changed,
            }
        )
        for (steps, language), changed in zip(asked, changes, strict=True)
    ]
    done = node(TOLD, said="\n".join(lines))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


OUTPUTS = [digit_cost, negative_base, level, not_finite, many_paths, hostile]


def test_the_page_tells_of_every_step_what_python_tells_in_every_language():
    held = Value(3.0, "w")
    (held * held).backward()
    outputs = [make() for make in OUTPUTS] + [held * held + Value(0.5, "v")]
    asked = [(trace(output), language) for output in outputs for language in LANGUAGES]
    for (steps, language), told in zip(asked, told_by_the_page(asked), strict=True):
        assert same(told, told_by_python(steps, language))


def same(told, expected):
    """Return whether the page tells what is expected; it also gives its numbers."""
    return {key: told[key] for key in expected} == expected


def test_the_page_tells_of_random_graphs_what_python_tells():
    source = random.Random(12)
    asked = [(trace(random_graph(source)[0]), source.choice(LANGUAGES)) for _ in range(150)]
    for (steps, language), told in zip(asked, told_by_the_page(asked), strict=True):
        assert same(told, told_by_python(steps, language))


def test_after_any_change_the_page_tells_what_python_tells_of_the_new_numbers(monkeypatch):
    monkeypatch.setattr(formulas, "gives_the_record", lambda *_: True)  # to the last ulp
    monkeypatch.setattr(facts, "still_holds", lambda *_: True)
    source = random.Random(34)
    asked, changes = [], []
    while len(asked) < 1000:
        output, inputs = random_graph(source, 8)
        steps = trace(output)
        leaves = [steps.number_of[leaf] for leaf in inputs if leaf in steps.number_of]
        if leaves:
            asked.append((steps, source.choice(LANGUAGES)))
            number = source.choice((0.0, 1.0, -1.0, source.uniform(-3.0, 3.0)))
            changes.append([[source.choice(leaves), number]])
    failed = 0
    for (steps, language), told in zip(asked, told_by_the_page(asked, changes), strict=True):
        if "failed" in told:
            failed += 1
            continue
        for k, (node_k, number) in enumerate(zip(steps.nodes, told["values"], strict=True)):
            node_k.data, node_k.grad = float(number), 0.0
            partials = list(node_k.partials)
            for step in steps.numbers_out_of(k):
                partials[steps.places[step - 1]] = float(told["partials"][step - 1])
            node_k.partials = tuple(partials)
        again = trace(steps.output)
        assert again.names == steps.names
        assert same(told, told_by_python(again, language))
    assert failed < 400


def test_the_page_tells_that_numbers_were_changed_and_keeps_those_of_the_pass():
    x = Value(2.0, "x")
    y = x * x + 1.0
    x.data = 5.0
    steps = trace(y)
    assert not all(still_holds(steps, k) for k in steps.inner)
    assert page_data(steps, "en", {}, True)["live"] is False
    (told,) = told_by_the_page([(steps, "en")])
    assert same(told, told_by_python(steps, "en"))
    assert any("Numbers were changed" in line for line in told["steps"][-1]["words"])


def test_a_number_of_the_page_has_the_digits_of_python(tmp_path):
    source = random.Random(7)
    numbers = [
        *(source.uniform(-1.0, 1.0) * 10.0 ** source.randint(-12, 12) for _ in range(3000)),
        *(float(f"{source.randint(100000, 999999)}.5") for _ in range(500)),
        *(source.randint(1, 4096) / 2.0 ** source.randint(0, 20) for _ in range(1500)),
        *(float(10**k) - 0.5 for k in range(1, 15)),
        5e-324, 1.7976931348623157e308, 0.0, -0.0, 999999.5, 0.00009999995,
    ]  # fmt: skip
    script = tmp_path / "digits.mjs"
    module = TOLD.parent.parent / "autograd_lite" / "stepping" / "script" / "numbers.mjs"
    script.write_text(
        f"import {{ told }} from {json.dumps(module.as_uri())};\n"
        f"const numbers = {json.dumps(numbers)};\n"
        "console.log(JSON.stringify([6, 4, 1].map((digits) => "
        "numbers.map((number) => told(number, digits)))));\n",
        encoding="utf-8",
    )
    done = node(script)
    assert done.returncode == 0, done.stderr
    for digits, texts in zip((6, 4, 1), json.loads(done.stdout), strict=True):
        assert texts == [f"{number + 0.0:.{digits}g}" for number in numbers]


@pytest.mark.parametrize(
    ("text", "set_as"),
    [
        ("", [""]),
        ("x1", ["x1"]),
        ("my_name", ["my_name"]),
        ("w_11^2", ["w", {"sub": "11"}, {"sup": "2"}]),
        ("w_3,12^2 = 0", ["w", {"sub": "3,12"}, {"sup": "2"}, " = 0"]),
        ("C_T", ["C_T"]),
        ("勾配 dC/da_1 です", ["勾配 dC/da", {"sub": "1"}, " です"]),
        ("x**2 * (-y)**-1", ["x", {"sup": "2"}, " · (-y)", {"sup": "-1"}]),
        ("2**(-3.5)", ["2", {"sup": "-3.5"}]),
        ("x**1e+06", ["x", {"sup": "1e+06"}]),
        ("x**info", ["x", {"sup": "info"}]),
        ("x**y_1", ["x", {"sup": "y_1"}]),
        ("x**(1 + y)", ["x**(1 + y)"]),
        ("2*x", ["2*x"]),
        ("v3 -> x2", ["v3 → x2"]),
        ("<b>&", ["<b>&"]),
    ],
)
def test_a_text_comes_in_pieces_that_need_no_taking_apart(text, set_as):
    assert pieces(text) == set_as


def test_the_place_of_a_number_is_a_piece_and_no_label_can_pretend_to_be_one():
    x = Value(2.0, "x")
    steps = trace(x**3 + log(x))
    formula = steps[-1].chain().sides[-1]
    assert pieces(with_places(formula)) == [{"n": f"sum:{len(steps)}"}]
    data = page_data(trace(hostile()), "en", {}, True)
    assert data["texts"][data["nodes"][0]["name"]] == ["{value:0}"]
    assert data["texts"][data["nodes"][1]["name"]] == ["n"]


def test_no_sentence_and_no_text_is_in_the_data_twice():
    data = page_data(trace(digit_cost()), "en", {}, True)
    as_text = [json.dumps(text) for text in data["texts"]]
    assert len(as_text) == len(set(as_text))
    assert len(data["places"]) == len(set(data["places"]))
    sentences = json.dumps({name: part for name, part in data.items() if name != "words"})
    assert "contributions add up" not in sentences
