"""What newcomers write, and that the answer says what to write instead."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import Value, draw, zero_grad
from nn import Network
from nn.linear_algebra import matrix_vector

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda: Network(12, 3, 2), r"write Network\(\[12, 3, 2\]\)"),
        (lambda: Network(12, 2), r"write Network\(\[12, 2\]\)"),
        (lambda: Network([12, 2], Value, 3), "sizes and an activation"),
        (lambda: Network(12), r"as a list, \[12, 3, 2\]"),
        (lambda: Network([1, 2])(1.0), r"takes a list of 1 number\(s\), not float"),
        (lambda: draw(Network([1, 2])), r"nn\.draw_network\(network\)"),
        (lambda: Value(2.0) ^ 2, r"write \*\* for a power"),
        (lambda: 2 ^ Value(2.0), r"write \*\* for a power"),
        (lambda: zero_grad(Network([1, 2])), r"network\.zero_grad\(\)"),
        (lambda: list(Network([1, 2])), r"network\.parameters\(\)"),
        (lambda: matrix_vector(np.eye(2), [1.0, 2.0]), r"A\.tolist\(\)"),
    ],
)
def test_a_newcomers_call_is_answered_with_what_to_write(call, answer):
    with pytest.raises(TypeError, match=answer):
        call()


def test_a_value_clears_its_own_gradient():
    v = Value(2.0)
    (v * v).backward()
    v.zero_grad()
    assert v.grad == 0.0


def test_a_file_that_hides_nn_is_named(tmp_path):
    (tmp_path / "nn.py").write_text("print('mine')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "demos.digits", "--help"], cwd=tmp_path, capture_output=True,
        encoding="utf-8", env={"PYTHONPATH": f"{tmp_path}:{ROOT}"}, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"{tmp_path / 'nn.py'} hides the package nn" in done.stderr


def test_the_walk_of_other_engines_lectures_runs_as_it_is():
    def walk(root):  # draw_dot of the lecture: the nodes and edges below a node
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    a, b = Value(2.0, "a"), Value(-3.0, "b")
    out = (a * b + a).tanh()
    nodes, edges = walk(out)
    assert (len(nodes), len(edges)) == (5, 5)
    assert {node._op for node in nodes} == {"", "×", "+", "tanh"}
    out.grad = 1.0
    for node in [out, *out._prev, *out._prev[0]._prev]:  # by hand, from the output down
        node._backward()
    by_hand = a.grad, b.grad
    a.cleargrad()
    b.cleargrad()
    out.backward()
    assert (a.grad, b.grad) == pytest.approx(by_hand)


def test_a_scalar_variable_of_a_book_is_a_value():
    Variable = Value

    def rosenbrock(x0, x1):
        return 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2

    x0, x1 = Variable(np.array(0.0)), Variable(np.array(2.0))
    for _ in range(20):
        y = rosenbrock(x0, x1)
        x0.cleargrad()
        x1.cleargrad()
        y.backward()
        x0.data -= 0.001 * x0.grad
        x1.data -= 0.001 * x1.grad
    assert rosenbrock(x0, x1).data < 150.0
