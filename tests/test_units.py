"""Units, layers, networks: labels, lookup, both spellings, any activation."""

import copy
import math
import pickle
import random

import pytest

import nn
from autograd_lite import (
    TABLE,
    Op,
    Value,
    check_gradients,
    draw,
    identity,
    relu,
    sigmoid,
    step,
    tanh,
    topological_order,
)
from autograd_lite.drawing.groups import slides_boxes
from autograd_lite.words.op_words import level_reason
from nn import InputLayer, Layer, Network, Unit

ACTIVATIONS = [
    op
    for op in TABLE.values()
    if not op.sequences and len(op.operands) == 1 and op.name not in ("asin", "acos", "atanh")
]  # those three have no value at most sums


def cube_value(x):
    return x * x * x


def cube_partials(x, out):
    return (3.0 * x * x,)


cube = Op("cube", "x³", "cube({x})", cube_value, cube_partials)


def image(seed, count=12):
    source = random.Random(seed)
    return [float(source.random() < 0.5) for _ in range(count)]


# -- One unit --------------------------------------------------------------------------------


def test_a_unit_is_the_slides_formula():
    unit = Unit(3, weights=[0.1, -0.2, 0.3], bias=0.5)
    a = unit([1.0, 2.0, 3.0])
    z = 0.1 * 1.0 + -0.2 * 2.0 + 0.3 * 3.0 + 0.5
    assert unit.z.data == z
    assert a.data == 1.0 / (1.0 + math.exp(-z))
    assert a is unit.a


def test_the_gradient_of_a_unit_is_the_slides_formula():
    unit = Unit(2, weights=[0.5, -1.5], bias=0.25)
    x = [Value(0.7, "x_1"), Value(-0.3, "x_2")]
    a = unit(x)
    a.backward()
    delta = a.data * (1.0 - a.data)  # σ'(z) = σ(z)(1 − σ(z))
    assert unit.z.grad == delta
    assert [w.grad for w in unit.weights] == [delta * 0.7, delta * -0.3]
    assert unit.bias.grad == delta
    assert [node.grad for node in x] == [delta * 0.5, delta * -1.5]


def test_the_step_unit_fires_from_the_threshold_on():
    unit = Unit(2, step, weights=[1.0, 1.0], bias=-1.0)
    assert [unit([x, 0.0]).data for x in (0.999, 1.0, 1.001)] == [0.0, 1.0, 1.0]


def test_the_step_unit_has_gradient_zero_and_its_row_says_why():
    unit = Unit(2, step, weights=[1.0, 1.0])
    unit([1.0, 1.0]).backward()
    assert [p.grad for p in unit.parameters()] == [0.0, 0.0, 0.0]
    assert "nothing is learned" in level_reason(step, "en")
    assert "学習できない" in level_reason(step, "ja")


@pytest.mark.parametrize("activation", [*ACTIVATIONS, cube], ids=lambda op: op.name)
def test_any_function_of_the_table_and_of_ones_own_is_an_activation(activation):
    unit = Unit(2, activation, weights=[0.5, 0.25], bias=0.125)
    a = unit([1.0, 2.0])
    assert a.data == activation(1.125)
    assert a.op is activation
    a.backward()
    (slope,) = activation.partials(1.125, a.data)
    assert [p.grad for p in unit.parameters()] == [slope, 2.0 * slope, slope]


@pytest.mark.parametrize("activation", [math.tanh, "sigmoid", None, TABLE["add"], TABLE["dot"]])
@pytest.mark.parametrize("make", [Unit, lambda n, op: Network([n, 1], op)])
def test_what_is_no_activation_is_refused_by_name(activation, make):
    with pytest.raises(TypeError, match="an activation is a row of the table with one operand"):
        make(2, activation)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="a unit with 2 inputs needs 2 weights, not 3"):
        Unit(2, weights=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="a layer of 2 units needs 2 rows of weights, not 1"):
        Layer(3, 2, weights=[[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="a layer of 2 units needs 2 biases, not 1"):
        Layer(3, 2, biases=[1.0])


@pytest.mark.parametrize("count", [0, -1, 2.0, True, "2"])
def test_a_unit_without_inputs_and_a_layer_without_units_are_refused(count):
    with pytest.raises(ValueError, match="at least one input"):
        Unit(count)
    with pytest.raises(ValueError, match="at least one unit"):
        Layer(2, count)


def test_a_wrong_count_of_inputs_is_refused():
    with pytest.raises(ValueError, match="takes 2 inputs, not 3"):
        Unit(2)([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="takes 12 numbers, not 4"):
        Network([12, 3, 2])([1.0, 2.0, 3.0, 4.0])


# -- Both spellings --------------------------------------------------------------------------


@pytest.mark.parametrize("activation", [sigmoid, tanh, relu, cube], ids=lambda op: op.name)
def test_both_spellings_give_the_same_bits_forward_and_backward(activation):
    short = Network([12, 3, 2], activation, seed=5)
    long = Network([12, 3, 2], activation, seed=5, spelled_out=True)
    for seed in range(8):
        figures = []
        for network in (short, long):
            x = [Value(p, f"x_{i}") for i, p in enumerate(image(seed))]
            C = nn.squared_error(network(x), [1.0, 0.0])
            C.backward()
            nodes = [*network.nodes(), *x]
            figures.append([(n.label, n.data.hex(), n.grad.hex()) for n in nodes])
        assert figures[0] == figures[1]


def test_both_spellings_train_to_the_same_bits():
    found = []
    for spelled_out in (False, True):
        network = Network([4, 3, 2], seed=2, spelled_out=spelled_out)
        images = [image(k, 4) for k in range(6)]
        nn.train(network, images, [[float(k % 2), 1.0] for k in range(6)], epochs=15)
        found.append([p.data.hex() for p in network.parameters()])
    assert found[0] == found[1]


def test_the_short_spelling_has_three_nodes_a_unit_and_the_long_one_every_product_and_sum():
    counts = {}
    for spelled_out in (False, True):
        x = [Value(1.0) for _ in range(12)]
        a = Unit(12, spelled_out=spelled_out)(x)
        ops = [node.op.name for node in topological_order(a) if node.op]
        counts[spelled_out] = {name: ops.count(name) for name in ops}
    assert counts[False] == {"dot": 1, "add": 1, "sigmoid": 1}
    assert counts[True] == {"mul": 12, "add": 12, "sigmoid": 1}


# -- Layers and networks ---------------------------------------------------------------------


def test_a_layer_makes_one_node_of_an_input_for_all_its_units():
    layer = Layer(2, 3)
    layer([0.5, 0.25])
    below = [tuple(id(v) for v in unit.z.parents[0].parents[2:]) for unit in layer.units]
    assert len(set(below)) == 1


def test_a_network_computes_layer_by_layer_what_the_recurrence_says():
    network = Network([12, 3, 2], seed=3)
    outputs = network(image(0))
    a = image(0)
    for layer in network.layers[1:]:
        z = []
        for unit in layer.units:
            s = 0.0
            for w, x in zip(unit.weights, a):
                s += w.data * x
            z.append(s + unit.bias.data)
        a = [sigmoid(number) for number in z]
    assert [output.data for output in outputs] == a


def test_the_gradient_of_a_network_agrees_with_central_differences():
    network = Network([2, 3, 1], [tanh, sigmoid], seed=4)
    start = [p.data for p in network.parameters()]

    def cost(*numbers):
        fresh = Network([2, 3, 1], [tanh, sigmoid], seed=4)
        for layer in fresh.computing_layers():
            for unit in layer.units:
                count = len(unit.weights)
                unit.weights = list(numbers[:count])
                unit.bias = numbers[count]
                numbers = numbers[count + 1 :]
        return nn.squared_error(fresh([0.3, -0.8]), [0.75])

    assert check_gradients(cost, start)


def test_every_parameter_and_node_bears_the_slides_label():
    network = Network([12, 3, 2])
    network(image(1))
    labels = [p.label for p in network.parameters()]
    assert labels[:2] == ["w_11^2", "w_12^2"]
    assert labels[9:13] == ["w_1,10^2", "w_1,11^2", "w_1,12^2", "b_1^2"]
    assert labels[-4:] == ["w_21^3", "w_22^3", "w_23^3", "b_2^3"]
    assert [u.a.label for u in network.layers[0].units] == [f"a_{i}^1" for i in range(1, 13)]
    assert [u.z.label for u in network.layers[1].units] == ["z_1^2", "z_2^2", "z_3^2"]
    assert [u.a.label for u in network.layers[2].units] == ["a_1^3", "a_2^3"]


def test_no_two_labels_are_alike_where_indices_have_two_digits():
    network = Network([12, 12, 2])
    network(image(2))
    labels = [node.label for node in network.nodes()]
    assert len(set(labels)) == len(labels) == 12 * 13 + 2 * 13 + 12 + 12 * 2 + 2 * 2


def test_every_node_is_found_by_its_label():
    network = Network([12, 3, 2])
    network(image(3))
    for node in list(network.nodes()):
        assert network[node.label] is node
    assert network["w_1,12^2"] is network.layers[1].units[0].weights[11]
    assert network["b_2^3"] is network.layers[2].units[1].bias


def test_a_label_that_is_not_there_says_which_there_are():
    network = Network([2, 1])
    with pytest.raises(KeyError, match=r"labels are like w_11.2.*exist after a call"):
        network["a_1^2"]
    network([0.0, 1.0])  # the first input is 0, and yet it has been called
    with pytest.raises(KeyError) as caught:
        network["w_31^2"]
    assert "after a call" not in str(caught.value)


def test_a_weight_set_by_hand_is_used():
    network = Network([2, 1], identity)
    network["w_11^2"].data = 2.0
    network["w_12^2"].data = -3.0
    network["b_1^2"].data = 0.5
    assert network([10.0, 1.0])[0].data == 17.5


def test_a_layer_with_weights_and_biases_by_hand_uses_them():
    layer = Layer(2, 2, identity, weights=[[1.0, 2.0], [3.0, 4.0]], biases=[10.0, 20.0])
    assert [a.data for a in layer([1.0, 1.0])] == [13.0, 27.0]


def test_a_value_given_as_input_gets_its_gradient_and_keeps_its_label():
    network = Network([2, 2, 1], seed=1)
    x = [Value(0.5, "x"), Value(0.25, "y")]
    network(x)[0].backward()
    assert network.layers[0].units[0].a is x[0]
    assert x[0].label == "x" and x[0].grad != 0.0


def test_an_input_that_is_no_number_leaves_the_inputs_of_the_last_call():
    network = Network([2, 1])
    network([0.5, 0.25])
    with pytest.raises(TypeError, match="a number is needed, not str"):
        network([0.75, "1"])
    assert network["a_1^1"].data == 0.5


def test_an_activation_for_each_layer():
    network = Network([2, 3, 1], [relu, identity])
    assert [layer.units[0].activation for layer in network.computing_layers()] == [relu, identity]
    with pytest.raises(ValueError, match=r"computes in 2 layer.s. and needs as many"):
        Network([2, 3, 1], [relu])


@pytest.mark.parametrize("sizes", [[], [3], [3, 0], [3, -1, 2], [3, 2.0], [True, 2], [3, "2"]])
def test_sizes_that_make_no_network_are_refused(sizes):
    with pytest.raises(ValueError, match=r"a network needs an input layer|needs at least one unit"):
        Network(sizes)


@pytest.mark.parametrize("sizes", [12, "12", None, {12, 3}])
def test_sizes_that_are_no_list_are_refused(sizes):
    with pytest.raises(TypeError, match="write the sizes of the layers as a list"):
        Network(sizes)


def test_the_seed_decides_the_starting_weights():
    def start(seed):
        return [p.data for p in Network([12, 3, 2], seed=seed).parameters()]

    assert start(7) == start(7)
    assert start(7) != start(8)
    assert start(None) != start(None)


def test_units_of_a_layer_start_with_different_weights_and_no_bias():
    layer = Network([12, 3, 2]).layers[1]
    assert len({unit.weights[0].data for unit in layer.units}) == 3
    assert [unit.bias.data for unit in layer.units] == [0.0, 0.0, 0.0]


def test_starting_weights_have_standard_deviation_one_over_root_n():
    unit = Unit(10_000)
    spread = math.sqrt(sum(w.data**2 for w in unit.weights) / 10_000)
    assert abs(spread * 100.0 - 1.0) < 0.03  # 4 standard errors, 1/√(2n) each


def test_zero_grad_clears_the_parameters():
    network = Network([2, 2, 1])
    network([1.0, 1.0])[0].backward()
    assert any(p.grad for p in network.parameters())
    network.zero_grad()
    assert not any(p.grad for p in network.parameters())


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))], ids=["copy", "pickle"]
)
def test_a_copy_of_a_network_is_whole_and_shares_nothing(copied):
    network = Network([2, 2, 1], [step, sigmoid], seed=6)
    network([0.5, 0.25])
    other = copied(network)
    assert [p.data for p in other.parameters()] == [p.data for p in network.parameters()]
    assert other["a_1^3"].parents[0] is other["z_1^3"]
    other["a_1^3"].backward()
    assert other["b_1^3"].grad != 0.0
    assert network["b_1^3"].grad == 0.0


def test_a_network_keeps_only_the_graph_of_its_last_call():
    network = Network([3, 2, 1])
    first = network([1.0, 0.0, 1.0])[0]
    second = network([0.0, 1.0, 0.0])[0]
    assert first not in set(network.nodes())
    assert network["a_1^3"] is second


def test_reprs_are_short_and_say_what_it_is():
    network = Network([12, 3, 2])
    assert repr(network) == "Network([12, 3, 2])"
    assert repr(network.layers[0]) == "InputLayer(l=1, 12 units)"
    assert repr(network.layers[0].units[4]) == "InputUnit(a_5^1)"
    assert repr(network.layers[1]) == "Layer(l=2, 3 units)"
    assert repr(network.layers[1].units[2]) == "Unit(a_3^2, 12 inputs, sigmoid)"


def test_the_input_layer_has_no_parameters_and_hands_its_numbers_on():
    layer = InputLayer(3)
    nodes = layer([1, True, 0.5])
    assert [(n.data, n.label) for n in nodes] == [(1.0, "a_1^1"), (1.0, "a_2^1"), (0.5, "a_3^1")]


# -- Boxes -----------------------------------------------------------------------------------


def below(C):
    return topological_order(C)


@pytest.mark.parametrize("spelled_out", [False, True])
def test_a_network_hands_over_the_boxes_that_are_read_off_its_labels(spelled_out):
    network = Network([12, 3, 2], [tanh, sigmoid], spelled_out=spelled_out)
    network(image(0))  # of which nothing must be left
    outputs = network(image(1))
    C = nn.squared_error(outputs, [1.0, 0.0])
    read = dict(zip(below(C), slides_boxes(below(C))))
    boxes = network.boxes()
    assert boxes == {node: box for node, box in read.items() if box not in ((), ("C",))}
    assert draw(C, groups=boxes).source.count("subgraph") > 0


def test_boxes_hold_whatever_the_nodes_are_called():
    network = Network([2, 2, 1])
    outputs = network([0.0, 1.0])
    expected = network.boxes()
    for node in below(outputs[0]):
        node.label = "renamed"
    assert set(slides_boxes(below(outputs[0]))) == {()}
    assert network.boxes() == expected
    drawing = draw(outputs, groups=network.boxes(), closed=True)
    assert all(f"closed box layer 2 / {unit}" in drawing.source for unit in ("a₁²", "a₂²"))


def test_before_a_call_the_parameters_alone_are_in_boxes():
    network = Network([2, 2, 1])
    assert list(network.boxes()) == network.parameters()


def test_an_input_that_was_made_elsewhere_is_in_the_input_layer_and_what_made_it_is_not():
    network, x = Network([1, 1]), Value(0.5, "x")
    network([x * x])
    boxes = network.boxes()
    assert boxes[network.inputs.units[0].a] == ("layer 1",)
    assert x not in boxes


def test_a_cost_is_in_no_box_of_the_network():
    network = Network([2, 1])
    C = nn.squared_error(network([0.0, 1.0]), [1.0])
    assert C not in network.boxes()
