"""Networks handed over to JAX and PyTorch and taken back: the same bits, the same numbers.

What needs JAX runs with -m jax, what needs PyTorch with -m torch.
"""

import math
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nn
from autograd_lite import TABLE, Op, Value, identity, ops, relu, sigmoid, tanh
from autograd_lite.special_ops import hardtanh, leaky_relu
from demos.__main__ import run_lesson
from demos.contents import find_lesson
from demos.images import load_images
from nn import Network, sigmoid_cross_entropy, softmax_cross_entropy, squared_error
from nn.matrices import matrices_of, network_of

ROOT = Path(__file__).parent.parent
POWERS = [ops.power(n) for n in (3.0, -1.0, 0.5)]
ROWS = [op for op in TABLE.values() if len(op.operands) == 1 and not op.sequences] + POWERS
POINTS = (-30.0, -3.5, -1.0, -0.7, -1e-3, 0.0, 1e-3, 0.5, 1.0, 1.5, 3.0, 25.0, 50.0)
STRANGE = (-0.0, 5e-324, -1.7976931348623157e308, math.inf, -math.inf, math.nan, 1 / 3)

ULP = sys.float_info.epsilon


def cube_value(x):
    return x * x * x


def cube_partials(x, out):
    return (3.0 * x * x,)


cube = Op("cube", "x³", "cube({x})", cube_value, cube_partials)


def cubed(z):
    return z * z * z


def bits(network):
    """Return the parameters so that a NaN equals itself and 0 differs from −0."""
    return [parameter.data.hex() for parameter in network.parameters()]


def strange_network():
    """Return a network of which some numbers are as awkward as a float can be."""
    network = Network([4, 3, 2], [tanh, identity], seed=3)
    for parameter, number in zip(network.parameters(), STRANGE):
        parameter.data = number
    return network


def with_biases(network):
    for layer in network.computing_layers():
        for j, unit in enumerate(layer.units, start=1):
            unit.bias.data = 0.3 * j - 0.5
    return network


def one_unit(op, w=1.0):
    return network_of([([[w]], [0.0])], op)


def value_and_slope(op, z):
    """Return f(z) and f'(z) of a row, None where the value does not exist."""
    x = Value(z)
    try:
        out = op(x)
        out.backward()
    except (ValueError, ArithmeticError):
        return None
    return out.data, x.grad


def assert_close(found, wanted, z, told):
    """Assert that a row of z agrees with a library's to rounding.

    It is at most two functions, each within 4 ulp of the true value; sinh and cosh of JAX are
    exp(z - ln 2), in which the rounding of the difference grows with z.
    """
    if math.isinf(wanted) or math.isnan(wanted):
        assert repr(float(found)) == repr(wanted), told
    else:
        assert abs(found - wanted) <= (8 + abs(z)) * ULP * max(1.0, abs(wanted)), told


def digits():
    """Return the digit network, its biases not 0, and its images and targets."""
    images = load_images()
    network = with_biases(Network([12, 3, 2], seed=1))
    return network, [image.pixels for image in images], [image.target for image in images]


def our_gradient(network, cost, images, targets):
    """Return the cost of all images and its gradient, one number for each parameter."""
    network.zero_grad()
    total = 0.0
    for image, target in zip(images, targets):
        C = cost(network(image), target)
        C.backward()
        total += C.data
    return total, [parameter.grad for parameter in network.parameters()]


# -- Matrices, without any library ---------------------------------------------------------------


def test_matrices_hold_the_weights_of_a_unit_in_its_row():
    network = Network([12, 3, 2], [tanh, identity])
    first, last = matrices_of(network)
    assert first.W[2][6] == network["w_37^2"].data
    assert last.b[1] == network["b_2^3"].data
    assert (first.activation, last.activation) == (tanh, identity)


def test_a_network_of_its_own_matrices_has_the_same_bits():
    network = strange_network()
    layers = matrices_of(network)
    back = network_of([(W, b) for W, b, _ in layers], [op for _, _, op in layers])
    assert bits(back) == bits(network)
    assert back.sizes == [4, 3, 2]


def test_a_layer_whose_units_differ_is_no_matrix_formula():
    network = Network([2, 2])
    network.layers[1].units[1].activation = tanh
    with pytest.raises(ValueError, match=r"sigmoid, tanh\); a formula σ\(W a \+ b\) has one"):
        matrices_of(network)


@pytest.mark.parametrize("hand_over", [nn.to_jax, nn.to_torch])
def test_only_a_network_is_handed_over(hand_over):
    with pytest.raises(TypeError, match=r"write a Network, as nn.Network.*, not list"):
        hand_over([[1.0]])


@pytest.mark.parametrize("package", ["jax", "torch"])
def test_without_the_library_each_function_says_what_to_install(package):
    """In a process of its own, where the library cannot be imported."""
    program = f"""
import sys
sys.modules[{package!r}] = None
import nn
from nn import *
network = Network([2, 1])
for call in (lambda: to_{package}(network), lambda: from_{package}([], {{}})):
    try:
        call()
    except ImportError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert f"pip install {package}, or" in line
        assert f'pip install "autograd-lite[{package}]"' in line


def test_importing_nn_imports_no_library_of_arrays():
    program = "import sys, nn; print({'jax', 'torch', 'numpy'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "set()"


# -- JAX -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jax():
    """Return JAX, in which numbers are float64 as long as this file is tested."""
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


def costs_in_jax(jnp, logits):
    """Return our costs as a user of JAX writes them."""

    def squared(a, t):
        return 0.5 * jnp.sum((t - a) ** 2)

    def sigmoid_entropy(z, t):
        return jnp.sum(t * logits.softplus(-z) + (1.0 - t) * logits.softplus(z))

    def softmax_entropy(z, t):
        return -jnp.sum(t * logits.log_softmax(z))

    return {
        squared_error: squared,
        sigmoid_cross_entropy: sigmoid_entropy,
        softmax_cross_entropy: softmax_entropy,
    }


@pytest.mark.jax
def test_through_jax_and_back_no_bit_changes(jax):
    network = strange_network()
    params, predict = nn.to_jax(network)
    back = nn.from_jax(params, predict)
    assert bits(back) == bits(network)
    assert (back.sizes, [op for _, _, op in matrices_of(back)]) == ([4, 3, 2], [tanh, identity])
    assert bits(nn.from_jax(params, [tanh, identity])) == bits(network)
    assert bits(nn.from_jax(jax.tree.map(jax.device_get, params), predict)) == bits(network)


@pytest.mark.jax
def test_jax_gives_the_outputs_of_the_network_with_jit_and_vmap_too(jax):
    network, images, _ = digits()
    params, predict = nn.to_jax(network)
    batch = jax.vmap(predict, in_axes=(None, 0))(params, jax.numpy.asarray(images))
    jitted = jax.jit(predict)
    for image, row in zip(images, batch.tolist()):
        outputs = [output.data for output in network(image)]
        for found in (predict(params, image).tolist(), jitted(params, image).tolist(), row):
            assert found == pytest.approx(outputs, abs=1e-14)


@pytest.mark.jax
@pytest.mark.parametrize("cost", [squared_error, sigmoid_cross_entropy, softmax_cross_entropy])
def test_the_gradient_that_jax_finds_itself_is_ours(jax, cost):
    network, images, targets = digits()
    if cost is not squared_error:
        network = with_biases(Network([12, 3, 2], [tanh, identity], seed=1))
    params, predict = nn.to_jax(network)
    in_jax = costs_in_jax(jax.numpy, jax.nn)[cost]
    outputs = jax.vmap(predict, in_axes=(None, 0))

    def whole(params, images, targets):
        return jax.numpy.sum(jax.vmap(in_jax)(outputs(params, images), targets))

    arrays = [jax.numpy.asarray(rows) for rows in (images, targets)]
    C, slopes = jax.value_and_grad(whole)(params, *arrays)
    total, gradient = our_gradient(network, cost, images, targets)
    assert float(C) == pytest.approx(total, rel=1e-13)
    found = [parameter.data for parameter in nn.from_jax(slopes, predict).parameters()]
    # 64 terms of rounding errors, each at most some ulp of a number below 1
    assert found == pytest.approx(gradient, abs=64 * 8 * ULP)


# Right at these kinks JAX takes the slope of the other side.
KINKS_OF_JAX = {(ops.abs, 0.0), (leaky_relu, 0.0), (hardtanh, -1.0), (hardtanh, 1.0)}


@pytest.mark.jax
@pytest.mark.parametrize("op", ROWS, ids=lambda op: f"{op.name}{getattr(op, 'exponent', '')}")
def test_every_row_has_its_value_and_slope_in_jax(jax, op):
    params, predict = nn.to_jax(one_unit(op))
    tried = 0
    for z in POINTS:
        wanted = value_and_slope(op, z)
        if wanted is None:
            continue
        x = jax.numpy.asarray([z])
        assert_close(predict(params, x)[0], wanted[0], z, (op, z))
        if (op, z) not in KINKS_OF_JAX:
            slope = jax.jacobian(predict, argnums=1)(params, x)[0, 0]
            assert_close(slope, wanted[1], z, (op, z, "slope"))
        tried += 1
    assert tried >= 3
    assert matrices_of(nn.from_jax(params, predict))[0].activation is op


@pytest.mark.jax
def test_an_op_of_ones_own_needs_its_function_in_jax(jax):
    network = one_unit(cube, 0.5)
    with pytest.raises(ValueError, match=r"JAX has no cube.*layer 2.*to_jax\(network, \{cube: f\}"):
        nn.to_jax(network)
    params, predict = nn.to_jax(network, {cube: cubed})
    assert predict(params, [3.0]).tolist() == [network([3.0])[0].data]
    assert matrices_of(nn.from_jax(params, predict))[0].activation is cube


@pytest.mark.jax
def test_while_jax_is_set_to_float32_nothing_is_rounded_silently(jax):
    jax.config.update("jax_enable_x64", False)
    try:
        with pytest.raises(ValueError, match=r'jax.config.update\("jax_enable_x64", True\)'):
            nn.to_jax(Network([2, 1]))
    finally:
        jax.config.update("jax_enable_x64", True)


@pytest.mark.jax
def test_floats_of_fewer_bits_come_back_as_what_they_are(jax):
    params, predict = nn.to_jax(Network([2, 2]))
    for dtype in ("float32", "bfloat16"):
        narrow = jax.tree.map(lambda array, dtype=dtype: array.astype(dtype), params)
        back = nn.from_jax(narrow, predict)
        assert matrices_of(back)[0].W == narrow[0][0].astype("float64").tolist()


@pytest.mark.jax
def test_what_is_no_image_is_answered_with_what_to_write(jax):
    params, predict = nn.to_jax(Network([3, 2]))
    with pytest.raises(ValueError, match=r"not the shape \(5, 3\).*jax.vmap\(predict, in_axes="):
        predict(params, jax.numpy.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"takes 1 pairs \(W, b\), not 2"):
        predict(params * 2, [1.0, 2.0, 3.0])


def arrays(jnp, *shapes):
    return [jnp.zeros(shape) for shape in shapes]


@pytest.mark.jax
@pytest.mark.parametrize(
    "shapes, answer",
    [
        ([((12, 3), (3,))], r"layer 2 .*\(12, 3\).*write W.T"),
        ([((3, 12), (3, 1))], r"b is a vector: write b.reshape\(-1\)"),
        ([((3, 12), (4,))], r"b needs a number for each row of W, 3 in all"),
        ([((3,), (3,))], r"W needs a row for each unit and a column for each input"),
        ([((3, 0), (3,))], r"W needs a row for each unit and a column for each input"),
        ([((3, 12), (3,)), ((3, 2), (2,))], r"layer 3 .*write W.T"),
        ([((3, 12), (3,)), ((2, 4), (2,))], r"layer 2 has 3 units; W needs as many columns$"),
        ([((3, 12), (3,)), ((3, 4), (3,))], r"layer 2 has 3 units; W needs as many columns: wr"),
    ],
)
def test_shapes_that_do_not_fit_are_answered_with_what_to_write(jax, shapes, answer):
    params = [tuple(arrays(jax.numpy, *pair)) for pair in shapes]
    with pytest.raises(ValueError, match=answer):
        nn.from_jax(params, sigmoid)


@pytest.mark.jax
def test_what_are_no_params_is_answered_with_what_to_write(jax):
    W, b = arrays(jax.numpy, (2, 2), (2,))
    for params, answer in (
        ({"W": W}, r"a pair \(W, b\) for each layer.*not dict"),
        ([], r"not an empty one"),
        ([W, b], r"layer 2 is a pair \(W, b\) in params, not .*write \[\(W, b\), ...\]"),
        ([(W, b, b)], r"layer 2 is a pair"),
        ([([[1.0]], b)], r"W of layer 2 is list, not an array; write jnp.asarray\(W\)"),
        ([(W, b.astype(int))], r"b of layer 2 holds int64, not floats; write b.astype\(float\)"),
        ([(W + 1j, b)], r"W of layer 2 holds complex128"),
    ):
        with pytest.raises(TypeError, match=answer):
            nn.from_jax(params, sigmoid)
    with pytest.raises(ValueError, match=r"computes in 1 layer\(s\).*not 2"):
        nn.from_jax([(W, b)], [relu, relu])
    with pytest.raises(TypeError, match="an activation is a row of the table"):
        nn.from_jax([(W, b)], jax.nn.relu)


@pytest.mark.jax
def test_inside_of_jit_there_are_no_numbers_to_take_back(jax):
    params, predict = nn.to_jax(Network([2, 1]))
    with pytest.raises(TypeError, match=r"while JAX traces a function; call from_jax outside"):
        jax.jit(lambda params: nn.from_jax(params, predict).parameters()[0].data)(params)


# -- PyTorch ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch():
    import torch

    return torch


def costs_in_torch(torch):
    """Return our costs as a user of PyTorch writes them."""
    summed = {"reduction": "sum"}
    functional = torch.nn.functional

    def squared(a, t):
        return 0.5 * functional.mse_loss(a, t, **summed)

    def sigmoid_entropy(z, t):
        return functional.binary_cross_entropy_with_logits(z, t, **summed)

    def softmax_entropy(z, t):
        return functional.cross_entropy(z, t, **summed)

    return {
        squared_error: squared,
        sigmoid_cross_entropy: sigmoid_entropy,
        softmax_cross_entropy: softmax_entropy,
    }


def tensor(torch, numbers):
    return torch.tensor(numbers, dtype=torch.float64)


@pytest.mark.torch
def test_through_pytorch_and_back_no_bit_changes(torch):
    network = strange_network()
    back = nn.from_torch(nn.to_torch(network))
    assert bits(back) == bits(network)
    assert (back.sizes, [op for _, _, op in matrices_of(back)]) == ([4, 3, 2], [tanh, identity])


@pytest.mark.torch
def test_the_module_is_what_a_user_of_pytorch_writes(torch):
    model = nn.to_torch(Network([12, 3, 2], [relu, identity]))
    by_hand = torch.nn.Sequential(
        torch.nn.Linear(12, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)
    ).double()
    assert repr(model) == repr(by_hand)
    by_hand.load_state_dict(model.state_dict())
    assert all(parameter.dtype == torch.float64 for parameter in model.parameters())


@pytest.mark.torch
def test_pytorch_gives_the_outputs_of_the_network_for_one_image_and_for_rows(torch):
    network, images, _ = digits()
    model = nn.to_torch(network)
    batch = model(tensor(torch, images)).tolist()
    for image, row in zip(images, batch):
        outputs = [output.data for output in network(image)]
        assert row == pytest.approx(outputs, abs=1e-14)
        assert model(tensor(torch, image)).tolist() == pytest.approx(outputs, abs=1e-14)


@pytest.mark.torch
@pytest.mark.parametrize("cost", [squared_error, sigmoid_cross_entropy, softmax_cross_entropy])
def test_the_gradient_that_pytorch_finds_itself_is_ours(torch, cost):
    network, images, targets = digits()
    if cost is not squared_error:
        network = with_biases(Network([12, 3, 2], [tanh, identity], seed=1))
    model = nn.to_torch(network)
    C = costs_in_torch(torch)[cost](model(tensor(torch, images)), tensor(torch, targets))
    C.backward()
    total, gradient = our_gradient(network, cost, images, targets)
    assert C.item() == pytest.approx(total, rel=1e-13)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.grad)
    found = [parameter.data for parameter in nn.from_torch(model).parameters()]
    # 64 terms of rounding errors, each at most some ulp of a number below 1
    assert found == pytest.approx(gradient, abs=64 * 8 * ULP)


@pytest.mark.torch
@pytest.mark.parametrize("op", ROWS, ids=lambda op: f"{op.name}{getattr(op, 'exponent', '')}")
def test_every_row_has_its_value_and_slope_in_pytorch(torch, op):
    model = nn.to_torch(one_unit(op))
    tried = 0
    for z in POINTS:
        wanted = value_and_slope(op, z)
        if wanted is None:
            continue
        x = tensor(torch, [z]).requires_grad_()
        out = model(x)
        out.sum().backward()
        assert_close(out.item(), wanted[0], z, (op, z))
        assert_close(x.grad.item(), wanted[1], z, (op, z, "slope"))
        tried += 1
    assert tried >= 3
    assert matrices_of(nn.from_torch(model))[0].activation is op


@pytest.mark.torch
def test_an_op_of_ones_own_needs_its_function_of_tensors(torch):
    network = one_unit(cube, 0.5)
    with pytest.raises(ValueError, match=r"PyTorch has no cube.*to_torch\(network, \{cube: f\}"):
        nn.to_torch(network)
    model = nn.to_torch(network, {cube: cubed})
    assert model(tensor(torch, [3.0])).tolist() == [network([3.0])[0].data]
    assert matrices_of(nn.from_torch(model, {cube: cubed}))[0].activation is cube
    with pytest.raises(ValueError, match=r"Elementwise\(cubed\).*from_torch\(model, \{op: f\}\)"):
        nn.from_torch(model)


@pytest.mark.torch
def test_pytorchs_random_numbers_stay_what_they_were(torch):
    before = torch.get_rng_state()
    nn.to_torch(Network([12, 3, 2]))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.torch
def test_a_model_of_somebody_else_becomes_a_network(torch):
    torch.manual_seed(1)
    model = torch.nn.Sequential(
        torch.nn.Sequential(torch.nn.Linear(4, 3, bias=False), torch.nn.ReLU(inplace=True)),
        torch.nn.Linear(3, 3),
        torch.nn.Linear(3, 2, dtype=torch.bfloat16).float(),
        torch.nn.Hardsigmoid(),
    )
    network = nn.from_torch(model)
    image = [random.Random(2).random() for _ in range(4)]
    outputs = [output.data for output in network(image)]
    found = model.double()(tensor(torch, image)).tolist()
    assert found == pytest.approx(outputs, abs=1e-14)
    assert network["b_2^2"].data == 0.0


@pytest.mark.torch
def test_a_model_can_be_copied_and_pickled_and_still_come_back(torch):
    import copy
    import pickle

    network = Network([2, 2, 2, 1], [ops.sin, ops.step, ops.power(3.0)])
    for model in (copy.deepcopy(nn.to_torch(network)), pickle.loads(pickle.dumps(
        nn.to_torch(network)
    ))):  # fmt: skip
        assert bits(nn.from_torch(model)) == bits(network)


@pytest.mark.torch
def test_modules_that_are_none_of_ours_are_answered_with_what_to_write(torch):
    linear, unit = torch.nn.Linear, torch.nn.Sigmoid

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = linear(2, 1)

    for modules, answer in (
        ([torch.nn.Flatten(), linear(2, 1)], r"Flatten.* is neither a Linear nor an activation"),
        ([unit(), linear(2, 1)], r"Sigmoid\(\) stands where a Linear is due.*Linear\(12, 3\)"),
        ([linear(2, 1), unit(), torch.nn.ReLU()], r"ReLU\(\) stands where a Linear is due"),
        ([unit()], r"stands where a Linear is due"),
        ([], r"has no Linear; write torch.nn.Sequential"),
        ([linear(2, 3), linear(4, 1)], r"layer 2 has 3 units; write torch.nn.Linear\(3, 1\)"),
        ([torch.nn.LazyLinear(2)], r"layer 2 has no numbers yet; call the model once"),
        ([linear(2, 1), torch.nn.LeakyReLU(0.2)], r"none of our rows; leaky_relu is LeakyReLU"),
        ([linear(2, 1), torch.nn.GELU("tanh")], r"none of our rows; gelu is GELU"),
        ([linear(2, 1), torch.nn.Softplus(beta=2.0)], r"none of our rows; softplus is Softplus"),
        ([linear(2, 1, dtype=torch.complex128)], r"holds torch.complex128, not floats"),
    ):
        with pytest.raises((ValueError, TypeError), match=answer):
            nn.from_torch(torch.nn.Sequential(*modules))
    for model, what in ((Net(), "Net"), ([1.0], "list"), (unit, "type")):
        with pytest.raises(TypeError, match=rf"only a torch.nn.Sequential.*not {what}; write"):
            nn.from_torch(model)


# -- The lesson ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("JAX", marks=pytest.mark.jax),
        pytest.param("PyTorch", marks=pytest.mark.torch),
    ],
)
def test_the_lesson_compares_every_slope_and_takes_every_number_back(name, tmp_path, capsys):
    names = run_lesson(find_lesson(22), ["--lang", "en", "--out", str(tmp_path)])
    assert names["returned"][name] == 47
    assert names["apart"][name] <= 64 * 8 * ULP
    assert re.search(rf"{name} +\de-1\d +== 47 / 47\n", capsys.readouterr().out)


# -- The README ------------------------------------------------------------------------------------


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
@pytest.mark.parametrize(
    "package",
    [
        pytest.param("jax", marks=pytest.mark.jax),
        pytest.param("torch", marks=pytest.mark.torch),
    ],
)
def test_the_readmes_example_runs_as_it_stands(package, readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    (example,) = re.findall(rf"```python\n(import {package}, nn\n.*?)```", text, re.DOTALL)
    images = [[0, 0], [0, 1], [1, 0], [1, 1]]
    network = Network([2, 3, 1], seed=1)
    names = {"images": images, "network": network}
    exec(example, names)
    assert names["network"] is not network
    assert bits(names["network"]) == bits(network)
    wanted = [network(image)[0].data for image in images]
    assert names["outputs"][:, 0].tolist() == pytest.approx(wanted, abs=1e-15)
