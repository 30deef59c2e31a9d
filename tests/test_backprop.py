"""Backprop: the chain rule alone, accumulation, order, interruption, evaluating again."""

import copy
import math
import random
import sys
import threading
from pathlib import Path

import pytest

import autograd_lite.value as engine
from autograd_lite import (
    Op,
    Value,
    backward,
    dot,
    exp,
    log,
    ops,
    propagate,
    recompute,
    sin,
    sqrt,
    topological_order,
    total,
    zero_grad,
)


def hand_made(partials, parents, data=0.0):
    """Return a node whose partials are given, so that no rule has to be trusted."""
    node = Value(data)
    node.op = ops.identity  # whatever it is: only the partials count
    node.parents = tuple(parents)
    node.partials = tuple(partials)
    return node


# -- The chain rule alone ------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_chain_rule_multiplies_the_partial_by_the_gradient_and_adds(count):
    parents = [Value(0.0) for _ in range(count)]
    for k, parent in enumerate(parents):
        parent.grad = 100.0 * k
    node = hand_made([float(k + 1) for k in range(count)], parents)
    node.grad = 7.0
    propagate(node)
    assert [p.grad for p in parents] == [100.0 * k + 7.0 * (k + 1) for k in range(count)]
    assert node.grad == 7.0


@pytest.mark.parametrize("count", [2, 3])
def test_a_parent_that_occurs_twice_gets_both_contributions(count):
    parent = Value(0.0)
    node = hand_made([2.0, 3.0, 5.0][:count], [parent] * count)
    node.backward()
    assert parent.grad == sum([2.0, 3.0, 5.0][:count])


def test_a_hand_made_graph_gives_the_sum_over_paths_of_the_products_along_them():
    a, b = Value(0.0), Value(0.0)
    c = hand_made([2.0, 3.0], [a, b])
    d = hand_made([5.0, 7.0], [a, c])
    e = hand_made([11.0, 13.0, 17.0], [c, d, b])
    e.backward()
    assert d.grad == 13.0
    assert c.grad == 11.0 + 13.0 * 7.0
    assert a.grad == 5.0 * 13.0 + 2.0 * c.grad
    assert b.grad == 17.0 + 3.0 * c.grad


def test_random_hand_made_graphs_give_the_matrix_product_of_their_partials():
    source = random.Random(5)
    for _ in range(20):
        nodes = [Value(0.0) for _ in range(3)]
        jacobian = {node: [float(k == j) for j in range(3)] for k, node in enumerate(nodes)}
        for _ in range(15):
            parents = source.choices(nodes, k=source.randint(1, 4))
            partials = [float(source.randint(-3, 3)) for _ in parents]
            node = hand_made(partials, parents)
            jacobian[node] = [
                sum(s * jacobian[p][j] for s, p in zip(partials, parents)) for j in range(3)
            ]
            nodes.append(node)
        nodes[-1].backward()
        assert [leaf.grad for leaf in nodes[:3]] == jacobian[nodes[-1]]


# -- Order ---------------------------------------------------------------------------------------


def test_parents_come_before_children_and_each_node_once():
    a = Value(1.0, "a")
    b = a + a
    c = b + b
    d = c * a
    order = topological_order(d)
    assert [id(n) for n in order] == [id(n) for n in (a, b, c, d)]


def test_the_order_follows_the_operands_as_they_were_written():
    x, y, z = Value(1.0, "x"), Value(2.0, "y"), Value(3.0, "z")
    out = (y * x) + (z * y)
    assert [n.label or n.op.name for n in topological_order(out)] == [
        "y", "x", "mul", "z", "mul", "add"
    ]  # fmt: skip


def test_known_nodes_are_left_out_of_an_order_and_the_rest_is_added_to_them():
    a = Value(1.0)
    b = a * 2.0
    c = b + a
    known = {b}
    assert topological_order(c, known) == [a, c]
    assert known == {a, b, c}


def shared_graph():
    """Return x and an output whose x counts 24: x·x three times over, added to itself."""
    x = Value(2.0, "x")
    y = x * x
    z = 3 * y
    return x, z + z


def chain_rule_is_broken():
    """Return whether backprop is wrong on graphs with shared parts."""
    x, out = shared_graph()
    out.backward()
    if x.grad != 24.0:
        return True
    a = Value(1.0)
    b = a + a
    c = b + b  # the minimal graph that needs an order
    d = c + b * a
    d.backward()
    if (a.grad, b.grad, c.grad) != (8.0, 3.0, 1.0):
        return True
    x = Value(3.0)
    y = x * x
    (y + y * y).backward()  # y is near the output on one path, and further on another
    if x.grad != 6.0 + 4.0 * 27.0:
        return True
    w = [Value(2.0), Value(3.0)]
    s = dot(w, w) + total([w[0], w[0], w[1]])
    s.backward()
    return [v.grad for v in w] != [6.0, 7.0]


def without_accumulation(node):
    for parent, partial in zip(node.parents, node.partials):
        parent.grad = partial * node.grad


def with_a_flipped_sign(node):
    for parent, partial in zip(node.parents, node.partials):
        parent.grad -= partial * node.grad


def without_the_gradient(node):
    for parent, partial in zip(node.parents, node.partials):
        parent.grad += partial


def first_parent_only(node):
    for parent, partial in list(zip(node.parents, node.partials))[:1]:
        parent.grad += partial * node.grad


def breadth_first(output):
    order, seen = [output], {output}
    for node in order:
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                order.append(parent)
    return order[::-1]


def depth_first_preorder(output):
    order, seen, stack = [], set(), [output]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack += node.parents
    return order[::-1]


def children_first(output, right=topological_order):
    return right(output)[::-1]


@pytest.mark.parametrize("wrong", [
    without_accumulation, with_a_flipped_sign, without_the_gradient, first_parent_only,
])  # fmt: skip
def test_a_wrong_chain_rule_is_caught(wrong, monkeypatch):
    assert not chain_rule_is_broken()
    monkeypatch.setattr(engine, "propagate", wrong)
    assert chain_rule_is_broken()


@pytest.mark.parametrize("wrong", [breadth_first, depth_first_preorder, children_first])
def test_a_wrong_order_is_caught(wrong, monkeypatch):
    monkeypatch.setattr(engine, "topological_order", wrong)
    assert chain_rule_is_broken()


# -- Calling it again ----------------------------------------------------------------------------


def test_a_second_backward_doubles_the_leaves_and_nothing_else():
    x, out = shared_graph()
    out.backward()
    inner = [n.grad for n in topological_order(out) if n.parents]
    out.backward()
    assert x.grad == 48.0
    assert [n.grad for n in topological_order(out) if n.parents] == inner
    zero_grad([x])
    out.backward()
    assert x.grad == 24.0


def test_minibatches_add_up_on_the_leaves():
    w = Value(3.0)
    for x in (1.0, 2.0, 4.0):
        (w * x).backward()
    assert w.grad == 7.0


def test_backward_of_an_inner_node_leaves_the_nodes_above_it_alone():
    x = Value(2.0)
    y = x * x
    z = 3 * y
    z.backward()
    y.backward()
    assert (z.grad, y.grad, x.grad) == (1.0, 1.0, 12.0 + 4.0)


def test_backward_of_a_leaf_adds_1():
    x = Value(2.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_the_function_and_the_method_are_one():
    x, out = shared_graph()
    backward(out)
    assert x.grad == 24.0


@pytest.mark.parametrize("function", [backward, recompute, topological_order])
def test_what_is_no_value_is_refused(function):
    for wrong, name in [(3.0, "float"), (None, "None"), ([Value(1.0)], "list")]:
        with pytest.raises(TypeError, match=f"a Value, not {name}"):
            function(wrong)


# -- Interruption --------------------------------------------------------------------------------


def grads(output):
    return [node.grad for node in topological_order(output)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ZeroDivisionError, SystemExit])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_backward_that_is_interrupted_leaves_every_gradient_as_it_was(error, after, monkeypatch):
    x, out = shared_graph()
    out.backward()
    x.grad = 0.125
    before = grads(out)
    left = after

    def interrupted(node, right=propagate):
        nonlocal left
        if left == 0:
            right(node)
            raise error
        left -= 1
        right(node)

    monkeypatch.setattr(engine, "propagate", interrupted)
    with pytest.raises(error):
        out.backward()
    assert grads(out) == before
    monkeypatch.undo()
    out.backward()
    assert x.grad == 24.125


PACKAGE = str(Path(engine.__file__).parent)


def interrupt_after(count):
    """Make the count-th executed line of the package raise KeyboardInterrupt, as Ctrl-C would."""
    left = count

    def line(frame, event, _):
        nonlocal left
        if event == "line" and frame.f_code.co_filename.startswith(PACKAGE):
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return line

    return line


@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or coverage is tracing")
@pytest.mark.parametrize("act", [backward, recompute])
def test_ctrl_c_at_any_line_leaves_all_as_before_or_all_done(act):
    finished = False
    count = 0
    while not finished:
        count += 1
        x, out = shared_graph()
        out.backward()
        x.data = 5.0
        before = [(n.data, n.grad, n.partials) for n in topological_order(out)]
        twin = copy.deepcopy(out)
        act(twin)
        done = [(n.data, n.grad, n.partials) for n in topological_order(twin)]
        try:
            sys.settrace(interrupt_after(count))
            act(out)
            finished = True
        except KeyboardInterrupt:
            after = [(n.data, n.grad, n.partials) for n in topological_order(out)]
            assert after in (before, done), f"interrupted at line event {count}"
        finally:
            sys.settrace(None)
        assert count < 3000
    assert count > 100


# -- Evaluating again ----------------------------------------------------------------------------


def test_recompute_gives_what_a_fresh_forward_pass_gives():
    def f(x, y):
        return dot([x, y, x * y], [y, sin(x), exp(-x)]) / (1 + x**2) + total([x, y])

    x, y = Value(0.5), Value(1.5)
    out = f(x, y)
    out.backward()
    x.data, y.data = -1.25, 0.75
    recompute(out)
    fresh = f(Value(-1.25), Value(0.75))
    for node, other in zip(topological_order(out), topological_order(fresh)):
        assert (node.data, node.partials) == (other.data, other.partials)
    zero_grad([x, y])
    out.backward()
    x2, y2 = Value(-1.25), Value(0.75)
    f(x2, y2).backward()
    assert (x.grad, y.grad) == (x2.grad, y2.grad)


def test_a_recompute_that_fails_leaves_every_node_as_before_and_names_the_op():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    inner = x * y
    out = log(inner - 1) + sqrt(y)
    before = [(n.data, n.partials) for n in topological_order(out)]
    x.data = -7.0
    with pytest.raises(ValueError, match=r"log of x = -22\.0 \(log needs x > 0\)"):
        recompute(out)
    x.data = 2.0
    assert [(n.data, n.partials) for n in topological_order(out)] == before


def whole_value(x):
    return int(x)


def whole_partials(x, out):
    return (0,)


def test_recompute_keeps_floats_floats():
    whole = Op("whole", "w", "whole({x})", whole_value, whole_partials)
    x = Value(2.5)
    out = whole(x) * x
    x.data = 7.5
    recompute(out)
    assert all(type(n.data) is float for n in topological_order(out))
    assert out.data == 7.0 * 7.5


# -- Depth and threads ---------------------------------------------------------------------------


def test_graphs_of_separate_threads_do_not_disturb_each_other():
    results = {}

    def work(number):
        x = Value(float(number))
        for _ in range(20):
            z = x
            for _ in range(100):
                z = z * 1.001 + x
            x.grad = 0.0
            z.backward()
        results[number] = (z.data, x.grad)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert len(results) == 8
    for number in range(8):
        expected = results[number]
        work(number)
        assert results[number] == expected


def test_an_infinite_derivative_does_not_hide():
    x = Value(0.0)
    (sqrt(x) * 2).backward()
    assert x.grad == math.inf
