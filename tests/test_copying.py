"""Copies and pickles: whole, separate from the original, at any depth and of any container."""

import copy
import io
import math
import pickle
import struct

import pytest

from autograd_lite import (
    TABLE,
    Constant,
    Op,
    Value,
    dot,
    exp,
    gradients,
    log,
    recompute,
    tanh,
    topological_order,
    total,
)


def cube_value(x):
    return x * x * x


def cube_partials(x, out):
    return (3.0 * x * x,)


cube = Op("cube", "x³", "cube({x})", cube_value, cube_partials)


def by_pickle(thing):
    return pickle.loads(pickle.dumps(thing))


def by_python_pickle(thing):
    return pickle._loads(pickle._dumps(thing))


def by_oldest_pickle(thing):
    return pickle.loads(pickle.dumps(thing, protocol=0))


WAYS = [copy.deepcopy, copy.copy, by_pickle, by_python_pickle, by_oldest_pickle]


def example():
    x, w = Value(0.5, "x"), Value(-2.0, "重み")
    y = dot([w, x, x], [x, x, w]) + total([x, w]) * 2
    out = cube(tanh(y) / exp(x)) + log(x + 1)
    out.label = "out"
    out.backward()
    return out


def fields(node):
    return (
        struct.pack("d", node.data), struct.pack("d", node.grad), node.label, node.op,
        node.partials, node.line, type(node),
    )  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_is_whole_and_separate(way):
    out = example()
    twin = way(out)
    ours, theirs = topological_order(out), topological_order(twin)
    assert [fields(n) for n in ours] == [fields(n) for n in theirs]
    index, twins = {n: k for k, n in enumerate(ours)}, {n: k for k, n in enumerate(theirs)}
    assert [[index[p] for p in n.parents] for n in ours] == [
        [twins[p] for p in n.parents] for n in theirs
    ]
    assert not set(ours) & set(theirs)
    before = [n.grad for n in ours]
    twin.backward()
    theirs[0].data = 3.0
    recompute(twin)
    assert [n.grad for n in ours] == before
    assert [fields(n) for n in ours] == [fields(n) for n in topological_order(out)]


@pytest.mark.parametrize("way", [copy.deepcopy, by_pickle, by_python_pickle])
def test_shared_nodes_stay_shared_across_a_container(way):
    x = Value(2.0, "x")
    y = x * x
    z = y + x
    twin = way({"z": z, "nodes": [x, y], "again": z})
    assert twin["again"] is twin["z"]
    assert twin["z"].parents[0] is twin["nodes"][1]
    assert twin["z"].parents[1] is twin["nodes"][0]


@pytest.mark.parametrize("way", WAYS)
def test_wrong_leftover_and_odd_fields_survive(way):
    node = Value(-0.0, "")
    node.grad = math.nan
    twin = way(node)
    assert math.copysign(1.0, twin.data) == -1.0 and math.isnan(twin.grad)
    constant = way(2 * Value(3.0)).parents[0]
    assert isinstance(constant, Constant)
    inf = way(Value(math.inf) * 0)
    assert math.isnan(inf.data)  # no op is evaluated again


def test_parameters_named_in_the_memo_are_shared_by_a_deep_copy():
    w, x = Value(2.0), Value(3.0)
    z = w * x + w
    twin = copy.deepcopy(z, {id(w): w})
    ids = {id(node) for node in topological_order(twin)}
    assert id(w) in ids and id(x) not in ids


def test_a_copy_can_be_differentiated_again():
    x = Value(2.0, "x")
    twin = by_pickle(gradients(x**3, [x])[0])
    leaf = next(n for n in topological_order(twin) if n.label == "x")
    assert gradients(twin, [leaf])[0].data == 12.0


@pytest.mark.parametrize("row", TABLE.values(), ids=repr)
def test_a_row_is_copied_and_pickled_as_itself(row):
    for way in WAYS:
        assert way(row) is row
    assert len(pickle.dumps(row)) < 100


def hidden_partials(x, out):
    return (1.0,)


elsewhere = Op("nowhere", "n", "nowhere({x})", cube_value, hidden_partials)
impostor = Op("cube", "c", "cube({x})", cube_value, cube_partials)


@pytest.mark.parametrize("row, message", [
    (elsewhere, r"no op called 'nowhere'; .*nowhere = Op\('nowhere', \.\.\.\)"),
    (impostor, "another op is called 'cube'"),
])  # fmt: skip
def test_an_op_that_could_not_be_found_again_is_refused_while_it_is_pickled(row, message):
    with pytest.raises(ValueError, match=message):
        pickle.dumps(row(Value(2.0)))
    assert copy.deepcopy(row(Value(2.0))).op is row


def chain(count):
    z = Value(1.0, "x")
    nodes = [z]
    for _ in range(count):
        z = z * 1.0000001
        nodes.append(z)
    return nodes


@pytest.mark.parametrize("pick", [
    lambda nodes: nodes[-1],
    lambda nodes: nodes,
    lambda nodes: nodes[::-1],
    lambda nodes: nodes[1000:],
    lambda nodes: {"a": nodes[3000], "b": [nodes[-1] + 1, nodes[-2] * 2]},
    lambda nodes: [nodes[1000] * nodes[-1], nodes[-1] - nodes[2000]],
], ids=["last", "all", "reversed", "upper half", "few", "new ones"])  # fmt: skip
@pytest.mark.parametrize("way", [copy.deepcopy, by_pickle])
def test_a_deep_chain_and_any_list_of_its_nodes_are_copied_in_linear_time(pick, way):
    nodes = chain(5_000)
    thing = pick(nodes)
    for _ in range(2):  # a second pickle begins anew
        way(thing)
    if way is by_pickle:
        assert len(pickle.dumps(thing)) < 150 * 5_000  # bytes; it would be 10^8 if quadratic


def test_a_list_of_running_sums_is_pickled_once_and_not_once_per_sum():
    cost, costs = Value(0.0), []
    w = Value(0.5)
    for k in range(2000):
        cost = cost + tanh(w * k)
        costs.append(cost)
    data = pickle.dumps(costs)
    assert len(data) < 500 * 2000
    twin = pickle.loads(data)
    costs[-1].backward()
    twin[-1].backward()
    leaf = topological_order(twin[-1])
    assert next(n for n in leaf if n.data == 0.5 and not n.parents).grad == w.grad


def test_a_pickle_that_fails_midway_does_not_disturb_the_next():
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError("disk full")

    nodes = chain(4000)
    for _ in range(2):
        with pytest.raises(OSError):
            pickle.dump(nodes[-1], Full())
        nodes[3000].label = lambda: None  # no pickle holds this
        with pytest.raises((pickle.PicklingError, AttributeError)):
            pickle.dumps(nodes[-1])
        nodes[3000].label = ""
    assert by_pickle(nodes[-1]).data == nodes[-1].data
