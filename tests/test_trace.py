"""The record of a backward pass: the same numbers as `backward`, at every step."""

import ast
import json
import math
import random
import sys
from array import array
from pathlib import Path

import pytest

import autograd_lite
import nn
from autograd_lite import (
    TABLE,
    Constant,
    Op,
    Value,
    backward,
    cos,
    dot,
    exp,
    log,
    propagate,
    recompute,
    relu,
    sigmoid,
    sin,
    sqrt,
    tanh,
    topological_order,
    total,
    trace,
)
from autograd_lite.printing import LaTeX, MathML
from autograd_lite.trace import Fact, Record, Replay, Trace, printable, told_number
from autograd_lite.words import said
from autograd_lite.words.op_words import level_reason, meaning


def survey_example():
    """Return f = ln x1 + x1 x2 - sin x2 at (2, 5), with the intermediate variables labelled."""
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    y1 = log(x1)
    y2 = x1 * x2
    y3 = sin(x2)
    y4 = y1 + y2
    f = y4 - y3
    for label, node in zip(["y1", "y2", "y3", "y4", "f"], [y1, y2, y3, y4, f]):
        node.label = label
    return f


def random_graph(seed, size=40):
    source = random.Random(seed)
    nodes = [Value(source.uniform(-2.0, 2.0), f"x{k}") for k in range(4)]
    for _ in range(size):
        x, y, z = source.choice(nodes), source.choice(nodes), source.choice(nodes)
        kind = source.randrange(8)
        if kind == 0:
            made = x + y
        elif kind == 1:
            made = x * y
        elif kind == 2:
            made = x - 2 * y
        elif kind == 3:
            made = relu(x)
        elif kind == 4:
            made = sigmoid(x)
        elif kind == 5:
            made = dot([x, y, x], [z, x, x])
        elif kind == 6:
            made = total([x, y, z, x])
        else:
            made = tanh(x) ** 2
        nodes.append(tanh(made) if abs(made.data) > 1e3 else made)
    return total(nodes[-5:])


def digit_cost():
    network = nn.Network([12, 3, 2], seed=3)
    return nn.squared_error(network([0.0, 1.0, 0.0] * 4), [1.0, 0.0])


def grads(output):
    return [node.grad for node in topological_order(output)]


def bits(numbers):
    return array("d", numbers).tobytes()


def stopped_backward(output, position):
    """Return the gradients that backprop leaves if it is stopped after so many edges."""
    order = topological_order(output)
    output.grad += 1.0
    left = position
    for node in reversed(order):
        if len(node.parents) <= left:
            propagate(node)
            left -= len(node.parents)
            continue
        for parent, partial in list(zip(node.parents, node.partials))[:left]:
            parent.grad += partial * node.grad
        break
    return [node.grad for node in order]


def test_the_surveys_example_gives_every_adjoint_of_its_reverse_mode_table():
    # Baydin et al., Automatic Differentiation in Machine Learning: a Survey (2018), Table 3
    steps = trace(survey_example())
    adjoint = dict(zip(steps.names, grads(steps.output)))
    assert adjoint["f"] == adjoint["y4"] == adjoint["y1"] == adjoint["y2"] == 1.0
    assert adjoint["y3"] == -1.0
    assert adjoint["x1"] == 5.5
    assert adjoint["x2"] == pytest.approx(1.716, abs=5e-4)
    after = {(step.node.label, step.parent.label): step.after for step in steps}
    assert after["y3", "x2"] == -math.cos(5.0) == pytest.approx(-0.284, abs=5e-4)
    assert after["y2", "x2"] == pytest.approx(1.716, abs=5e-4)
    assert after["y2", "x1"] == 5.0
    assert after["y1", "x1"] == 5.5
    value = dict(zip(steps.names, [round(number, 3) for number in steps.data]))
    assert value == {"x1": 2, "x2": 5, "y1": 0.693, "y2": 10, "y3": -0.959, "y4": 10.693,
                     "f": 11.652}  # fmt: skip


def test_a_trace_leaves_every_gradient_as_backward_does_bit_for_bit():
    makes = [survey_example, digit_cost]
    pairs = [(make(), make()) for make in makes]
    pairs += [(random_graph(seed), random_graph(seed)) for seed in range(20)]
    for one, other in pairs:
        for _ in range(2):  # leaves add up over calls, inner nodes do not
            trace(one)
            backward(other)
            assert bits(grads(one)) == bits(grads(other))


@pytest.mark.parametrize("seed", range(8))
def test_at_every_position_the_gradients_are_those_of_a_backward_stopped_there(seed):
    replay = trace(random_graph(seed, size=12), constants=True).replay()
    for position in range(len(replay.trace) + 1):
        stopped = stopped_backward(random_graph(seed, size=12), position)
        assert bits(replay.goto(position).gradients) == bits(stopped)


@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_of_next_back_and_goto_never_loses_a_bit(seed):
    source = random.Random(seed)
    steps = trace(random_graph(seed))
    at = [bits(steps.replay().goto(k).gradients) for k in range(len(steps) + 1)]
    replay = steps.replay()
    position = 0
    for _ in range(300):
        move = source.choice(["next", "back", "goto"])
        if move == "next":
            replay.next()
            position = min(position + 1, len(steps))
        elif move == "back":
            replay.back()
            position = max(position - 1, 0)
        else:
            position = source.randrange(len(steps) + 1)
            replay.goto(position)
        assert replay.position == position
        assert bits(replay.gradients) == at[position]


def test_after_is_before_plus_the_product_in_every_step():
    for step in trace(digit_cost()):
        assert step.product == step.partial * step.gradient
        assert step.after == step.before + step.product
        assert step.parent is step.node.parents[step.place]


def test_a_trace_keeps_its_numbers_when_the_graph_changes_afterwards():
    output = survey_example()
    steps = trace(output)
    told = [str(step) for step in [*steps, *steps.forward]]
    for node in topological_order(output):
        node.grad = 99.0
        if not node.parents:
            node.data += 1.0
    recompute(output)
    assert [str(step) for step in [*steps, *steps.forward]] == told


def test_an_interrupted_trace_leaves_every_gradient_as_it_was(monkeypatch):
    output = survey_example()
    backward(output)
    earlier = grads(output)
    count = 0

    def interrupted(node):
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        propagate(node)

    monkeypatch.setitem(trace.__globals__, "propagate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trace(output)
    assert grads(output) == earlier


def test_steps_are_a_sequence_with_indexes_and_slices():
    steps = trace(survey_example())
    assert len(steps) == 8 == len(list(steps))
    assert [step.number for step in steps] == list(range(1, 9))
    assert steps[-1].number == 8
    assert [step.number for step in steps[2:4]] == [3, 4]
    assert len(steps.forward) == 5
    assert steps.forward[-1].node is steps.output
    assert [step.number for step in steps.forward[1:3]] == [2, 3]
    for wrong in (8, -9):
        with pytest.raises(IndexError, match="8 steps"):
            steps[wrong]
    with pytest.raises(IndexError, match="from 0 to 8"):
        steps.replay().goto(9)


def test_a_trace_can_be_searched():
    steps = trace(survey_example())
    assert [step.number for step in steps.into("x2")] == [3, 7]
    assert [step.number for step in steps.out_of("f")] == [1, 2]
    assert steps.complete("x2") == 7
    assert steps.complete("f") == 0
    assert steps.find(steps.output) == steps.find("f") == steps.find("v6") == steps.find(6) == 6
    with pytest.raises(KeyError, match="similar: "):
        steps.find("x3")
    with pytest.raises(KeyError, match="not a node below"):
        steps.find(Value(1.0))


def test_two_nodes_with_one_label_stay_apart():
    steps = trace(Value(2.0, "a") * Value(3.0, "a"))
    assert steps.names == ["a (v0)", "a (v1)", "v2"]
    assert "∂v2/∂(a (v0))" in steps[0].formula()
    with pytest.raises(KeyError, match=r"2 nodes are called 'a'; write one of a \(v0\)"):
        steps.find("a")


def test_leaves_that_are_added_are_no_terms_to_be_called_after():
    assert trace(Value(2.0, "a") + Value(3.0, "a")).names == ["a (v0)", "a (v1)", "v2"]


def cost_of_each(inputs):
    w = Value(0.5, "w")
    costs = []
    for number in inputs:
        a = w * Value(number, "x")
        a.label = "a"
        costs.append((a - 1.0) ** 2)
        costs[-1].label = "C"
    return costs


@pytest.mark.parametrize("add", [total, sum, lambda costs: total(costs) / 3])
def test_what_every_term_has_is_called_after_the_term(add):
    output = add(cost_of_each([1.0, 2.0, 3.0]))
    output.label = "C"
    steps = trace(output)
    for term, number in enumerate([1.0, 2.0, 3.0], 1):
        assert steps.data[steps.find(f"x[{term}]")] == number
        assert steps.data[steps.find(f"a[{term}]")] == 0.5 * number
        assert steps.data[steps.find(f"v1[{term}]")] == 0.5 * number - 1.0
        assert steps.data[steps.find(f"C[{term}]")] == (0.5 * number - 1.0) ** 2
    assert steps.find("C") == len(steps.nodes) - 1
    assert "w" in steps.names  # all terms share it
    assert "w[1]" not in steps.names
    with pytest.raises(KeyError, match=r"3 nodes are called 'a'; write one of a\[1\], a\[2\]"):
        steps.find("a")


def test_names_after_terms_are_of_one_node_each():
    costs = cost_of_each([1.0, 2.0, 3.0])
    taken = Value(1.0, "a[2]") * Value(1.0, "v1[2]")
    once = trace(total([*costs[:2], costs[2] * taken]))
    assert "a (v2)" in once.names  # a[2] is another node's label
    several = trace(total([costs[0], costs[1] * costs[1], costs[0]]))
    for steps in (once, several, trace(total(costs[:2]) * costs[2])):
        called = [
            name for name, node in zip(steps.names, steps.nodes) if not isinstance(node, Constant)
        ]
        assert len(set(called)) == len(called)


def test_what_several_terms_need_is_called_after_none():
    shared = Value(2.0, "w") * 3.0
    steps = trace(total([shared * Value(1.0, "b"), shared * Value(4.0, "b")]))
    assert steps.names[steps.number_of[shared]] == "v2"
    assert {"b[1]", "v1[1]", "b[2]", "v1[2]"} < set(steps.names)


def test_a_label_that_two_nodes_outside_the_terms_bear_is_called_after_no_term():
    x, y = Value(1.0, "x"), Value(2.0, "x")
    names = trace(total([x * y * Value(3.0, "x"), x * y * Value(4.0, "x")])).names
    assert sum(name.startswith("x (v") for name in names) == 4


def test_a_label_that_some_terms_lack_keeps_the_number_of_its_node():
    costs = cost_of_each([1.0, 2.0, 3.0])
    costs[2].label = ""
    names = trace(total(costs)).names
    assert "a[3]" in names
    assert not any(name.startswith("C[") for name in names)
    assert sum(name.startswith("C (v") for name in names) == 2


def test_a_name_after_a_term_is_set_as_the_label_is():
    images = [nn.squared_error(nn.Network([2, 2])([x, 1.0]), [1.0, 0.0]) for x in (0.0, 1.0)]
    assert "$a_{1}^{2}[2]$" in trace(total(images)).why("a_1^2[2]").markdown("en")
    assert LaTeX().name("a_12^2[64]") == "a_{12}^{2}[64]"
    assert MathML().name("C[3]") == "<mrow><mi>C</mi><mtext>[3]</mtext></mrow>"


def test_a_label_cannot_break_the_line_or_send_a_terminal_an_order():
    assert printable("a\x1b[2Jb\nc\u202ed") == "a [2Jb c d"
    steps = trace(Value(1.0, "x\x1b[31m\n" * 50) * 2)
    for text in (str(steps[0]), steps.forward[0].text("ja"), repr(steps[0]), str(steps.why(0))):
        assert "\x1b" not in text
        assert max(map(len, text.splitlines())) < 400


def test_a_step_shows_symbols_then_numbers():
    z = Value(0.0, "z")
    a = sigmoid(z)
    a.label = "a"
    C = (1 - a) ** 2
    C.label = "C"
    steps = trace(C)
    assert steps[0].local() == "∂C/∂v3 = 2 * v3 = 2 * 0.5 = 1"
    assert steps[1].formula() == "dC/da = dC/dv3 * ∂v3/∂a = 1 * (-1) = -1"
    assert steps[2].local() == "∂a/∂z = a * (1 - a) = 0.5 * (1 - 0.5) = 0.25"
    assert steps[2].formula() == "dC/dz = dC/da * ∂a/∂z = (-1) * 0.25 = -0.25"
    assert steps.forward[1].formula() == "v3 = 1 - a = 1 - 0.5 = 0.5"


def test_a_node_used_twice_is_told_to_add_and_to_wait():
    a = Value(1.0, "a")
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    steps = trace(c)
    assert "starts at the output c" in steps[0].explain()
    assert "1 more contribution" in steps[0].explain()
    assert "the contributions add up: 1 + 1 = 2" in steps[1].explain()
    assert "足し合わせます: 1 + 1 = 2" in steps[1].explain("ja")
    assert "passes its gradient on only now" in steps[2].explain()
    assert "last contribution arrived in step 2" in steps[2].explain()
    assert "ステップ 2 で届いた" in steps[2].explain("ja")
    assert steps[3].formula() == "dc/da = 2 + dc/db * ∂b/∂a = 2 + 2 * 1 = 4"
    assert "dc/da = 4 is complete" in steps[3].explain()


def test_zero_derivatives_are_told_with_their_reason():
    dead = trace(relu(Value(-1.0, "z")))[0]
    assert "a dead unit" in dead.explain()
    assert "死んだユニット" in dead.explain("ja")
    saturated = trace(sigmoid(Value(10.0, "z")))[0]
    assert "nearly 0 (saturated" in saturated.explain()
    assert "飽和" in saturated.explain("ja")
    absent = trace(dot([Value(1.0, "w")], [Value(0.0, "x")]))[0]
    assert "the number that it is multiplied by is 0" in absent.explain()
    behind_dead = trace(relu(tanh(Value(-1.0, "z")))).into("z")[0]
    assert "has none to pass on" in behind_dead.explain()
    constant = trace(Value(3.0, "x") * 2, constants=True)[1]
    assert "2 is a constant of the formula" in constant.explain()


def test_gradients_left_by_an_earlier_backward_are_told():
    y = Value(3.0, "x") * 2
    y.backward()
    first = trace(y)[0]
    assert (first.before, first.after) == (2.0, 4.0)
    assert first.sum == 2.0
    assert first.formula() == "dv2/dx = dv2/dv2 * ∂v2/∂x = 1 * 2 = 2"
    assert "x.grad already held 2 from an earlier backward" in first.explain()
    assert "x.grad = 2 + 2 = 4" in first.explain()
    assert "zero_grad" in first.explain("ja")


def test_a_leaf_that_held_a_gradient_and_is_used_twice_keeps_derivative_and_grad_apart():
    x = Value(3.0, "x")
    y = x * x
    y.label = "y"
    y.backward()
    steps = trace(y)
    assert [step.sum for step in steps] == [3.0, 6.0]
    assert [step.after for step in steps] == [9.0, 12.0]
    assert steps[1].formula() == "dy/dx = 3 + dy/dy * ∂y/∂x = 3 + 1 * 3 = 6"
    assert "x.grad = 9 + 3 = 12" in steps[1].explain()
    assert "add up: 3 + 3 = 6" in steps[1].explain()
    assert "dy/dx = 6 is complete" in steps[1].explain()
    why = steps.why(x)
    assert (why.gradient, why.held) == (6.0, 6.0)
    assert "x.grad = 6 + 6 = 12" in str(why)
    for text in (str(why), why.text("ja"), *map(str, steps)):
        assert "dy/dx = 12" not in text and "dy/dx = 9" not in text


def test_constants_take_no_steps_unless_asked_for():
    def cost():
        y = Value(0.5, "y")
        return (2 - y) * 3 + 1

    one, other = cost(), cost()
    few, all_ = trace(one), trace(other, constants=True)
    assert [step.parent.label or step.parent.op.name for step in few] == ["mul", "sub", "y"]
    assert len(all_) == 6
    assert bits(grads(one)) == bits(grads(other))  # constants get their gradients all the same
    assert few[1].place == 0 and few[2].place == 1
    assert [step.number for step in few.out_of(few[2].node)] == [3]
    assert few.replay().goto(3).gradient("y") == -3.0
    assert "constants=True" in str(few.why("3"))
    assert all_.why("3").gradient == 1.5


def changed_after_the_forward_pass(change):
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    p = w * x
    p.label = "p"
    C = sigmoid(p - b)
    C.label = "C"
    change(w, p)
    return trace(C)


def sides_hold(text):
    """Return whether all sides of an equation that are numbers are one number."""
    numbers = {side for side in text.split(" = ")[1:] if is_number(side)}
    return len(numbers) <= 1


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("which", ["leaf", "inner"])
def test_numbers_changed_after_the_forward_pass_are_told_and_no_equation_is_false(which):
    def change(w, p):
        (w if which == "leaf" else p).data = 5.0

    steps = changed_after_the_forward_pass(change)
    told = [fact.key for step in [*steps, *steps.forward] for fact in step.facts()]
    assert "changed.operands" in told
    assert any(fact.key == "changed.operands" for fact in steps.why("x").facts())
    for step in steps:
        assert sides_hold(step.local()) and sides_hold(step.formula())
        assert step.local().endswith(f" = {told_number(step.partial)}")
    for step in steps.forward:
        assert sides_hold(step.formula())
    if which == "leaf":
        assert "∂p/∂x = w = 2" in str(steps.into("x")[0])
        assert "p = w * x = 6" in str(steps.forward[0])
        assert "does not follow from w, x as they are now" in steps.into("x")[0].explain()
        assert "順伝播の後で数値が変更されています" in steps.into("x")[0].explain("ja")


def test_without_a_change_nothing_is_said_of_one():
    for make in (survey_example, digit_cost, lambda: random_graph(3)):
        steps = trace(make())
        for step in [*steps, *steps.forward]:
            assert all(fact.key != "changed.operands" for fact in step.facts())
    output = survey_example()
    output.parents[1].parents[0].data = 4.0
    recompute(output)
    assert all("recompute" not in str(step) for step in trace(output))


def test_a_change_to_where_an_op_has_no_value_is_told_and_not_raised():
    x = Value(2.0, "x")
    y = log(x)
    x.data = -1.0
    steps = trace(y)
    assert "Numbers were changed" in steps[0].explain()
    assert steps[0].local() == "∂v1/∂x = 1 / x = 0.5"


def test_long_sums_leave_out_whole_terms():
    steps = trace(
        dot([Value(k / 7, f"w{k}") for k in range(9)], [Value(1.5, f"x{k}") for k in range(9)])
    )
    symbols, numbers = steps.forward[0].equation()[1:3]
    assert symbols == "<(w0, w1, w2, w3, ..., w8), (x0, x1, x2, x3, ..., x8)>"
    assert numbers.startswith("<(0, 0.142857, 0.285714, 0.428571, ..., 1.14286), (1.5, ")


def test_facts_are_plain_data_that_every_language_fills():
    def plain(fact):
        return isinstance(fact.key, str) and all(
            plain(part) if isinstance(part, Fact) else isinstance(part, (str, int))
            for part in fact.parts.values()
        )

    steps = trace(digit_cost())
    facts = [fact for step in [*steps, *steps.forward] for fact in step.facts()]
    facts += [fact for k in range(len(steps.nodes)) for fact in steps.why(k).facts()]
    assert facts and all(plain(fact) for fact in facts)
    json.dumps(facts, allow_nan=False)
    assert said(steps[0].facts()[0], "en") == steps[0].sentences("en")[0]
    assert said(steps[0].facts()[0], "ja") == steps[0].sentences("ja")[0]


def test_a_record_alone_is_stepped_backwards():
    steps = trace(survey_example())
    assert type(steps).__mro__[1] is Record
    assert not hasattr(Record, "__getitem__")  # it makes no steps; a replay of it does
    replay = Replay(steps).goto(len(steps))
    for number in range(len(steps), 0, -1):
        assert replay.step().number == number
        replay.back()
    assert replay.gradients == steps.start


def test_a_trace_is_saved_under_names_of_its_own_kind(tmp_path):
    steps = trace(survey_example())
    for name in ("x.pdf", "lesson.py", "picture.png", "notes.ipynb", "steps"):
        path = tmp_path / name
        path.write_text("my work")
        with pytest.raises(
            ValueError, match=r"a trace is written as \.html, \.svg, \.gif or \.tex"
        ):
            steps.save(path)
        assert path.read_text() == "my work"


@pytest.mark.parametrize("op", TABLE.values(), ids=lambda op: op.name)
def test_every_row_of_the_table_explains_itself_in_both_languages(op):
    if op.sequences:
        operands = [[Value(1.5, f"{name}{k}") for k in (1, 2)] for name in op.operands]
    else:
        numbers = [0.5] if op.name in ("asin", "acos", "atanh") else [1.5, 2.5, 3.0, 1.0]
        operands = [Value(x, name) for x, name in zip(numbers, op.operands)]
    steps = trace(op(*operands))
    for step in [*steps, *steps.forward]:
        assert " = " in step.formula()
        assert step.explain("en") != step.explain("ja")
        step.text("en").replace("∂", "D").encode("ascii")
        step.text("ja").encode("cp932")
    for name in steps.names[:-1]:
        assert f"/d{name} = " in str(steps.why(name))
    assert meaning(op, "en") != meaning(op, "ja")
    assert level_reason(op, "en").isascii()
    level_reason(op, "ja").encode("cp932")


def test_why_lists_every_path_and_its_product():
    why = trace(survey_example()).why("x2")
    assert why.count == 2
    assert str(why) == (
        "df/dx2 = 1.71634: f depends on x2 along 2 paths; "
        "the derivatives along a path multiply, and the paths add up.\n"
        "    f -> y3 -> x2: (-1) * 0.283662 = -0.283662\n"
        "    f -> y4 -> y2 -> x2: 1 * 1 * 2 = 2\n"
        "    -0.283662 + 2 = 1.71634"
    )
    assert "2 本の経路" in why.text("ja")


@pytest.mark.parametrize("seed", range(6))
def test_the_products_of_the_paths_add_up_to_the_gradient(seed):
    steps = trace(random_graph(seed, size=6))
    for k, node in enumerate(steps.nodes[:-1]):
        why = steps.why(k)
        if why.paths:
            products = [math.prod(step.partial for step in path) for path in why.paths]
            assert len(products) == why.count
            assert sum(products) == pytest.approx(node.grad, rel=1e-9, abs=1e-12)


def test_why_groups_many_paths_by_their_last_edge():
    x = Value(1.0, "x")
    y = x
    for _ in range(30):
        y = y + y
    why = trace(y).why(x)
    assert why.paths == []
    assert "at least 1,000,000 paths" in str(why)
    assert "through v1" in str(why)
    assert "v1 経由" in why.text("ja")


def test_why_of_the_output_and_of_a_number_held_from_before():
    x = Value(3.0, "x")
    y = x * x
    assert "Backprop starts here" in str(trace(y).why(y))
    assert "held from earlier backwards: 6" in str(trace(y).why(x))


def test_a_deep_chain_is_traced_and_explained():
    x = Value(1.0, "x")
    y = x
    for _ in range(50_000):
        y = y + 1.0
    steps = trace(y)
    assert len(steps) == 50_000
    assert x.grad == 1.0
    assert "..." in str(steps.why(x))
    assert steps.replay().goto(len(steps)).gradient(x) == 1.0


def test_a_leaf_alone_has_no_steps():
    x = Value(3.0, "x")
    steps = trace(x)
    assert len(steps) == 0
    assert len(steps.forward) == 0
    assert x.grad == 1.0
    assert steps.replay().next().back().step() is None


def test_infinite_and_missing_numbers_do_not_stop_the_explanation():
    for step in trace(sqrt(Value(0.0, "x")) * 0.0):
        assert step.text()
        assert step.text("ja")
    assert "nan" in str(trace(Value(math.nan, "x") * Value(2.0, "w")).into("w")[0])


def test_replay_shows_its_gradients_in_the_graph_for_a_block_only():
    x = Value(3.0, "x")
    replay = trace(x * x).replay().goto(1)
    with replay.show():
        assert x.grad == 3.0
    assert x.grad == 6.0


def test_a_breakpoint_on_a_node_opens_the_debugger_with_the_step_in_view(monkeypatch):
    seen = []

    def debugger():
        seen.append(dict(sys._getframe(1).f_locals))

    monkeypatch.setattr(sys, "breakpointhook", debugger)
    output = survey_example()
    trace(output, stop_at="x2")
    assert [stop["parent"].label for stop in seen] == ["x2", "x2"]
    assert [stop["node"].label for stop in seen] == ["y3", "y2"]
    assert seen[0]["partial"] == math.cos(5.0)
    assert seen[0]["gradient"] == -1.0
    assert "2 places" in seen[0]["step"].explain()  # told rightly in the middle of the pass
    seen.clear()
    trace(survey_example(), stop_at=["x1", "x2"], when=lambda step: step.after > 5.2)
    assert [stop["after"] for stop in seen] == [5.5]


def test_wrong_arguments_are_answered_in_the_users_words():
    with pytest.raises(TypeError, match="trace takes a Value"):
        trace(3.0)
    with pytest.raises(KeyError, match="no node is called 'nobody'"):
        trace(survey_example(), stop_at="nobody")
    with pytest.raises(TypeError, match="stop_at"):
        trace(survey_example(), when=lambda step: True)


def test_reprs_are_short_and_total():
    steps = trace(survey_example())
    assert isinstance(steps, Trace)
    assert repr(steps) == "<trace of f = 11.6521: 8 steps, 7 nodes>"
    assert repr(steps[2]) == "<step 3: y3 -> x2, += -0.283662>"
    assert repr(steps.forward[0]) == "<forward step 1: y1 = log(x1) = log(2) = 0.693147>"
    assert repr(steps.replay()) == "<replay at 0 of 8>"


def cube_value(x):
    return x * x * x


def cube_partials(x, out):
    return (3.0 * x * x,)


def test_an_op_of_the_users_own_is_stepped_too():
    cube = Op("cube", "x3", "cube({x})", cube_value, cube_partials)
    step = trace(cube(Value(2.0, "x")))[0]
    assert step.local() == "∂v1/∂x = 3 * x * x = 3 * 2 * 2 = 12"
    assert "is the cube of x" in trace(cube(Value(2.0, "x"))).forward[0].explain("en")


def test_an_own_op_with_the_name_of_a_row_is_not_taken_for_it():
    tanh_of_ones_own = Op("tanh", "t", "tanh({x})", cube_value, lambda x, out: (0.0,))
    steps = trace(tanh_of_ones_own(Value(2.0, "x")))
    assert "hyperbolic" not in steps.forward[0].explain("en")
    assert "saturated" not in steps[0].explain("en")
    assert "does not change with this operand" in steps[0].explain("en")


def test_derivatives_are_written_as_people_write_them():
    assert trace(exp(Value(0.0, "x")))[0].local() == "∂v1/∂x = v1 = 1"
    assert trace(cos(Value(0.0, "x")))[0].local() == "∂v1/∂x = -sin(x) = -sin(0) = 0"


# -- The house -----------------------------------------------------------------------------------

TRACING = ["names", "paths", "record", "quantities", "markdown", "formulas", "facts", "steps",
           "forward", "replay", "why", "viewers", "recording"]  # fmt: skip


@pytest.mark.parametrize("name", TRACING)
def test_a_module_of_tracing_imports_only_those_before_it_and_hides_no_import(name):
    text = (
        Path(autograd_lite.__file__).with_name("tracing").joinpath(f"{name}.py").read_text("utf-8")
    )
    imported = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            assert node.col_offset == 0
        if isinstance(node, ast.ImportFrom):
            imported.append(node.module)
    ours = [
        module.split(".")[2] for module in imported if module.startswith("autograd_lite.tracing")
    ]
    assert set(ours) <= set(TRACING[: TRACING.index(name)])
    above = {"drawing", "stepping", "compiling", "expression"}
    assert not above & {module.split(".")[1] for module in imported if "autograd_lite." in module}
    assert len(text.splitlines()) < 500
    assert not hasattr(autograd_lite, name) or name not in autograd_lite.__all__


def test_the_package_is_called_otherwise_than_its_function_and_the_old_name_goes_on_working():
    assert callable(autograd_lite.trace)
    assert sys.modules["autograd_lite.trace"] is autograd_lite.tracing
    assert set(TRACING) <= {path.stem for path in Path(autograd_lite.tracing.__path__[0]).iterdir()}


def test_negative_numbers_stand_in_brackets_in_every_formula():
    w, x = Value(-3.0, "w"), Value(-0.5, "x")
    y = (w * x.tanh()) / x
    y.label = "y"
    steps = trace(y)
    assert steps[0].local() == "∂y/∂v3 = 1 / x = 1 / (-0.5) = -2"
    assert steps[1].local() == "∂y/∂x = -y / x = -(-2.7727) / (-0.5) = -5.54541"
    assert steps[4].local() == "∂v2/∂x = 1 - v2 * v2 = 1 - (-0.462117) * (-0.462117) = 0.786448"
