"""Programs raised to arrays: the text, run by NumPy, gives what the graph gives; it stays short."""

import math
import random
import re

import numpy as np
import pytest
from random_graphs import error_bounds, near_a_jump, random_graph

import nn
from autograd_lite import Value, dot, gradients, recompute, sigmoid, sqrt, total
from autograd_lite.compiling.compiled import Compiled
from autograd_lite.compiling.instructions import instructions_of
from autograd_lite.compiling.jax_text import JaxText
from autograd_lite.simplified import simplified
from nn.compiled import compiled_network


def raised(outputs, inputs):
    """Return the text of a program of one group of outputs and one of inputs."""
    program = instructions_of(outputs, inputs, simplified)
    return JaxText(program, [len(inputs)], [len(outputs)], "y")


def row_by_numpy(op):
    """Return a row as a function of NumPy's arrays."""
    if not op.sequences:
        return np.vectorize(op.forward, otypes=[float])

    def of_terms(*rows):
        shape = rows[0].shape[:-1]
        flat = [row.reshape(-1, row.shape[-1]) for row in rows]
        return np.array([op.forward(*row) for row in zip(*flat)]).reshape(shape)

    return of_terms


class RowByRow:
    """Stands for `jax`: runs a function for each row of a batch, and stacks what it gives."""

    @staticmethod
    def vmap(function, axes):
        def of_rows(*arrays):
            count = next(len(array) for array, axis in zip(arrays, axes) if axis == 0)
            rows = [
                function(*[a if axis is None else a[k] for a, axis in zip(arrays, axes)])
                for k in range(count)
            ]
            return tuple(np.stack(column) for column in zip(*rows))

        return of_rows


def run_by_numpy(text, source, function, arrays):
    """Return what a function of the text gives of these arrays, with NumPy in the place of JAX."""
    names = {"jnp": np, "jax": RowByRow}
    names.update({name: row_by_numpy(op) for name, op in text.called.items()})
    names.update(text.constants(np.array, np.array))
    exec(source, names)
    return names[function](*[np.asarray(array, float) for array in arrays])


def by_numpy(text, *arrays):
    """Return the outputs of one row."""
    return run_by_numpy(text, text.single(), text.function, arrays)


def summed_by_numpy(text, varying, *arrays):
    """Return the outputs summed over the rows of a batch."""
    return run_by_numpy(text, text.summed(varying), f"{text.function}_summed", arrays)


@pytest.mark.parametrize("block", range(4))
def test_random_graphs_and_their_gradients_are_what_eager_code_computes(block):
    compared = 0
    for seed in range(block * 50, block * 50 + 50):
        source = random.Random(seed)
        outputs, inputs = [], []
        for _ in range(2):  # side by side, so that equal ops meet
            output, own = random_graph(source)
            outputs.append(output)
            inputs += own
        try:
            outputs += gradients(total(outputs), inputs)
        except (ArithmeticError, ValueError):
            continue
        if near_a_jump(outputs):
            continue
        (found,) = by_numpy(raised(outputs, inputs), [x.data for x in inputs])
        for number, node, bound in zip(found, outputs, error_bounds(outputs), strict=True):
            if math.isfinite(bound):
                assert abs(number - node.data) <= bound, (seed, number, node)
        compared += 1
    assert compared >= 20


@pytest.mark.parametrize("sizes", [[3, 2], [2, 5, 1], [12, 3, 2], [4, 4, 4, 4], [1, 1, 1]])
@pytest.mark.parametrize("cost", [nn.squared_error, nn.softmax_cross_entropy])
def test_a_network_of_any_shape_has_its_cost_and_gradient(sizes, cost):
    source = random.Random(1)
    network = nn.Network(sizes, seed=3)
    f = compiled_network(network, cost, "python")
    text = JaxText(f.program, f.input_sizes, f.output_sizes, "C")
    p = [parameter.data for parameter in network.parameters()]
    image = [source.random() for _ in range(sizes[0])]
    target = [source.random() for _ in range(sizes[-1])]
    C, g = by_numpy(text, p, image, target)
    expected_C, expected_g = f(p, image, target)
    assert C == pytest.approx(expected_C, rel=1e-13)
    assert g == pytest.approx(expected_g, rel=1e-11, abs=1e-15)


def test_the_program_does_not_grow_with_the_number_of_weights():
    lines = set()
    for sizes in ([5, 4, 3], [30, 20, 3], [60, 40, 3]):
        f = compiled_network(nn.Network(sizes), nn.squared_error, "python")
        text = JaxText(f.program, f.input_sizes, f.output_sizes, "C")
        assert not text.text.indexes
        lines.add(len(text.single().splitlines()))
    assert len(lines) == 1


def test_a_layers_weights_are_a_matrix_and_their_gradients_a_product_of_two_vectors():
    f = compiled_network(nn.Network([12, 3, 2]), nn.squared_error, "native")
    text = JaxText(f.program, f.input_sizes, f.output_sizes, "C")
    single = text.single()
    assert "x0[0:39].reshape(3, 13)[:, 0:12] @ a" in single
    assert re.search(r"a \* v\d+\[:, None\]  # mul, 36 numbers", single)
    summed = text.summed((False, True, True))
    assert re.search(r"v\d+ = v\d+_each\.T @ a_each", summed)
    assert "36 numbers" not in summed  # for no row are all products formed


def test_a_graph_of_many_images_is_a_product_of_two_matrices():
    rows, columns, terms = 4, 3, 5
    w = [[Value(0.1 * (k + j), f"w_{j}{k}") for k in range(terms)] for j in range(columns)]
    x = [[Value(0.2 * (k - j), f"x_{j}{k}") for k in range(terms)] for j in range(rows)]
    z = [dot(weights, image) for image in x for weights in w]
    inputs = [node for row in (*w, *x) for node in row]
    text = raised(z, inputs)
    assert text.single().count("@") == 1
    (found,) = by_numpy(text, [node.data for node in inputs])
    assert found == pytest.approx([node.data for node in z], rel=1e-14)


def test_what_advances_unevenly_is_gathered_by_an_index():
    source = random.Random(4)
    x = [Value(source.uniform(0.5, 2.0), f"x_{k}") for k in range(200)]
    chosen = [source.sample(x, 7) for _ in range(60)]
    y = [sqrt(total(row)) for row in chosen]
    text = raised(y, x)
    assert len(text.single().splitlines()) < 14
    (found,) = by_numpy(text, [node.data for node in x])
    assert found == pytest.approx([node.data for node in y], rel=1e-14)


def test_backward_order_strides_and_constants_are_kept():
    x = [Value(0.1 * k, f"x_{k}") for k in range(12)]
    outputs = [
        *[sigmoid(node) for node in x[::-1]],
        *[2.0 * node for node in x[1::3]],
        *[node - constant for node, constant in zip(x[:4], (5.0, -1.0, 0.25, 3.0))],
        dot(x[5:0:-1], x[6:11]),
        x[3],
        Value(7.5),
        *[x[j] * x[k] for j in (2, 4, 6) for k in (7, 9)],
    ]
    for point in (0.3, -2.0):
        for k, node in enumerate(x):
            node.data = point + 0.1 * k * k
        recompute(total(outputs))
        (found,) = by_numpy(raised(outputs, x), [node.data for node in x])
        assert found == pytest.approx([node.data for node in outputs], rel=1e-14)


def test_shapes_are_those_of_the_groups():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    f = Compiled([x * y, [x + y], []], [x, [y]])
    text = JaxText(f.program, f.input_sizes, f.output_sizes, "f")
    product, one, none = by_numpy(text, 2.0, [3.0])
    assert (product.shape, one.shape, np.asarray(none).shape) == ((), (1,), (0,))


def test_constants_that_come_later_leave_what_was_gathered_before_as_it_was():
    x = [Value(0.3 * k, f"x_{k}") for k in range(40)]
    source = random.Random(7)
    rows = [[*source.sample(x, 3), Value(0.5 + k)] for k in range(20)]
    sums = [total(source.sample(row, 4)) for row in rows]  # gathered, constants among them
    outputs = [y * y - Value(100.0 + k) for k, y in enumerate(sums)]
    (found,) = by_numpy(raised(outputs, x), [node.data for node in x])
    assert found == pytest.approx([node.data for node in outputs], rel=1e-14)


def test_constants_that_differ_are_numbers_of_one_array():
    x = [Value(0.3 * k, f"x_{k}") for k in range(40)]
    outputs = [0.5 * (node - (0.25 + k * k)) for k, node in enumerate(x)]
    text = raised(outputs, x)
    assert len(text.single().splitlines()) == 8
    (found,) = by_numpy(text, [node.data for node in x])
    assert found == pytest.approx([node.data for node in outputs], rel=1e-14)


@pytest.mark.parametrize("sizes", [[3, 2], [12, 3, 2], [2, 1]])
def test_sums_over_a_batch_are_the_programs_sums(sizes):
    source = random.Random(1)
    network = nn.Network(sizes, seed=3)
    f = compiled_network(network, nn.squared_error, "python")
    text = JaxText(f.program, f.input_sizes, f.output_sizes, "C")
    p = [parameter.data for parameter in network.parameters()]
    images = [[source.random() for _ in range(sizes[0])] for _ in range(5)]
    targets = [[source.random() for _ in range(sizes[-1])] for _ in range(5)]
    C, g = summed_by_numpy(text, (False, True, True), p, images, targets)
    expected_C, expected_g = f.summed(p, images, targets)
    assert C == pytest.approx(expected_C, rel=1e-13)
    assert g == pytest.approx(expected_g, rel=1e-11, abs=1e-15)


def test_products_in_pairs_that_are_read_again_are_summed_right():
    w = [Value(0.1 * k + 0.2, f"w_{k}") for k in range(4)]
    x = [Value(0.3 * k - 0.5, f"x_{k}") for k in range(3)]
    pairs = [a * b for a in w for b in x]
    outputs = [*pairs, total([sigmoid(pair) for pair in pairs[::2]]), total(pairs[:5])]
    f = Compiled(outputs, [w, x])
    text = JaxText(f.program, f.input_sizes, [len(outputs)], "y")
    rows = [[0.1, 0.2, 0.3], [-1.0, 2.0, 0.5]]
    (found,) = summed_by_numpy(text, (False, True), [node.data for node in w], rows)
    assert found == pytest.approx(f.summed([node.data for node in w], rows)[0:], rel=1e-14)
