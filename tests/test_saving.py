"""Saved networks: bit for bit, whole or not at all, and nothing damaged gets in."""

import contextlib
import json
import math
import os
import random
import signal
import struct
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd_lite import TABLE, Op, identity, relu, sigmoid, step, tanh
from autograd_lite import files as files_module
from autograd_lite.files import write_atomically
from nn import Network, load, train
from nn import saving as saving_module


def bits(network):
    return [struct.pack("<d", p.data) for p in network.parameters()]


def small(seed=1):
    return Network([2, 2, 1], [tanh, sigmoid], seed=seed)


def document(network=None):
    return json.loads(saving_module.as_json(network or small()))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network.json"


def leftovers(folder):
    return sorted(p.name for p in folder.iterdir() if p.name.endswith(".part"))


# -- There and back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "network",
    [
        Network([12, 3, 2], seed=3),
        Network([1, 1], identity, seed=4),
        Network([3, 4, 5, 2], [relu, step, sigmoid], seed=5),
        Network([12, 11, 2], seed=6, spelled_out=True),
    ],
    ids=repr,
)
def test_a_saved_network_comes_back_bit_for_bit(network, path):
    network.save(path)
    other = load(path)
    assert other.sizes == network.sizes
    assert bits(other) == bits(network)
    x = [0.5] * network.sizes[0]
    assert [a.data.hex() for a in other(x)] == [a.data.hex() for a in network(x)]
    assert [p.label for p in other.parameters()] == [p.label for p in network.parameters()]


AWKWARD = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1 / 3]


def test_awkward_numbers_come_back_bit_for_bit(path):
    network = small()
    for p, x in zip(network.parameters(), [*AWKWARD, -1e308]):
        p.data = x
    network.save(path)
    assert bits(load(path)) == bits(network)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=9, max_size=9))
def test_any_finite_numbers_come_back_bit_for_bit(numbers):
    network = small()
    for p, x in zip(network.parameters(), numbers):
        p.data = x
    text = saving_module.as_json(network)
    found = saving_module.parsed(text.encode("utf-8"), {"tanh": tanh, "sigmoid": sigmoid})
    assert [x.hex() for x in found.parameters] == [x.hex() for x in numbers]


def test_loading_into_a_network_takes_the_numbers_and_clears_the_gradients(path):
    source, network = small(1), small(2)
    source.save(path)
    nodes = network.parameters()
    network([1.0, 0.0])[0].backward()
    network.load(path)
    assert bits(network) == bits(source)
    assert network.parameters() == nodes
    assert [p.grad for p in nodes] == [0.0] * 9


def test_a_loaded_network_trains_on_as_the_saved_one_does(path):
    network = small()
    network.save(path)
    other = load(path)
    for one in (network, other):
        train(one, [[0.0, 1.0], [1.0, 1.0]], [[1.0], [0.0]], epochs=5)
    assert bits(network) == bits(other)


def test_a_saved_network_is_json_that_a_person_can_read(path):
    network = Network([12, 3, 2])
    network.save(path)
    text = path.read_bytes().decode("ascii")
    assert text.splitlines()[:4] == [
        "{",
        '  "format": "autograd-lite network",',
        '  "version": 1,',
        '  "sizes": [12, 3, 2],',
    ]
    assert max(map(len, text.splitlines())) < 300  # one line for the weights of a unit
    assert "\r" not in text and text.endswith("}\n")
    found = json.loads(text)
    weights = [[w.data for w in unit.weights] for unit in network.layers[1].units]
    assert found["layers"][0]["weights"] == weights


def test_the_same_network_is_saved_as_the_same_bytes(path):
    small().save(path)
    first = path.read_bytes()
    small().save(path)
    assert path.read_bytes() == first


def test_a_path_may_be_a_text_and_hold_japanese(tmp_path):
    name = str(tmp_path / ("学習済み" * 20 + ".json"))
    nn.save(small(), name)
    assert bits(nn.load(name)) == bits(small())


def test_an_op_of_ones_own_is_found_by_those_that_are_given(path):
    def cube_partials(x, out):
        return (3.0 * x * x,)

    cube = Op("cube", "x³", "cube({x})", lambda x: x * x * x, cube_partials)
    network = Network([2, 1], cube, seed=2)
    network.save(path)
    assert load(path, {"cube": cube})([1.0, 2.0])[0].data == network([1.0, 2.0])[0].data
    Network([2, 1], cube).load(path)
    with pytest.raises(ValueError, match="has the activation 'cube', which is not known here"):
        load(path)


# -- What is not saved -----------------------------------------------------------------------


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_a_parameter_that_is_not_finite_is_not_saved_and_the_old_file_stays(x, path):
    network = small()
    network.save(path)
    before = path.read_bytes()
    network["w_12^2"].data = x
    with pytest.raises(ValueError, match=r"w_12\^2 is .*; such a network is not saved"):
        network.save(path)
    assert path.read_bytes() == before
    assert leftovers(path.parent) == []


def test_units_of_one_layer_with_different_activations_are_not_saved(path):
    network = small()
    network.layers[1].units[1].activation = relu
    with pytest.raises(ValueError, match="units of layer 2 differ in their activation"):
        network.save(path)
    assert not path.exists()


def test_an_op_of_ones_own_with_a_name_of_the_table_is_not_saved(path):
    def leaky_partials(x, out):
        return (1.0 if x > 0.0 else 0.1,)

    leaky = Op("relu", "relu", "relu({x})", lambda x: max(x, 0.1 * x), leaky_partials)
    with pytest.raises(ValueError, match="called 'relu', as one of the table's"):
        Network([2, 1], leaky).save(path)


def test_a_network_too_large_to_be_read_again_is_not_saved(path, monkeypatch):
    monkeypatch.setattr(saving_module, "LARGEST", 100)
    with pytest.raises(ValueError, match="it is not saved"):
        small().save(path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere.* make it first"):
        small().save(tmp_path / "nowhere" / "network.json")


def test_a_file_in_the_place_of_a_folder_is_an_oserror(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OSError):
        small().save(tmp_path / "file" / "network.json")
    with pytest.raises(OSError):
        small().save(tmp_path)
    assert leftovers(tmp_path) == leftovers(tmp_path.parent) == []


# -- Damaged files ---------------------------------------------------------------------------


def refused(path, content, message=None, kind=ValueError):
    """Both ways to read a file refuse it, and leave a network as it was."""
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    network = small(9)
    before = bits(network)
    network([1.0, 0.5])[0].backward()
    grads = [p.grad for p in network.parameters()]
    for read in (load, network.load):
        with pytest.raises(kind, match=message) as caught:
            read(path)
        assert type(caught.value) is kind or kind is not ValueError
        assert len(str(caught.value)) < 500 + len(str(path))
    assert bits(network) == before
    assert [p.grad for p in network.parameters()] == grads


def test_a_file_truncated_at_any_byte_is_refused(path):
    whole = saving_module.as_json(small()).encode("utf-8")
    for end in range(len(whole) - 1):  # all but the last line end
        refused(path, whole[:end], "is not a saved network")


def test_a_file_with_any_byte_changed_is_refused_or_of_the_same_shape():
    whole = saving_module.as_json(small()).encode("utf-8")
    source = random.Random(0)
    for k in range(len(whole)):
        for byte in (*source.sample(range(256), 3), *b'9-e,]}"'):
            try:
                found = saving_module.parsed(whole[:k] + bytes([byte]) + whole[k + 1 :], TABLE)
            except ValueError:  # what `read` turns into its own
                continue
            assert found.sizes == [2, 2, 1]
            assert len(found.parameters) == 9
            assert all(math.isfinite(x) for x in found.parameters)


def changed(**changes):
    def change(found):
        found.update(changes)

    return change


def in_layer(k=0, **changes):
    def change(found):
        found["layers"][k].update(changes)

    return change


def without(*names):
    def change(found):
        for name in names[:-1]:
            found = found[name]
        del found[names[-1]]

    return change


SHAPES = [
    (changed(format="pickle"), "its format is not 'autograd-lite network'"),
    (without("format"), "its format is not"),
    (changed(version=2), "its version is 2; this program reads 1"),
    (changed(version=True), "'version' is a bool, not a int"),
    (changed(version="1"), "'version' is a str"),
    (changed(version=1.0), "'version' is a float"),
    (without("version"), "it has no 'version'"),
    (without("sizes"), "it has no 'sizes'"),
    (without("layers"), "it has no 'layers'"),
    (without("layers", 1), "do not fit 1 layer"),
    (without("layers", 0, "weights"), "it has no 'weights'"),
    (without("layers", 0, "biases"), "it has no 'biases'"),
    (without("layers", 0, "activation"), "it has no 'activation'"),
    (without("layers", 0, "layer"), "it has no 'layer'"),
    (without("layers", 0, "weights", 1), "layer 2 must have 2 units"),
    (without("layers", 0, "weights", 1, 0), "unit 2 of layer 2 must have 2 weights"),
    (without("layers", 0, "biases", 1), "layer 2 must have 2 units"),
    (changed(sizes=[2, 3, 1]), "layer 2 must have 3 units"),
    (changed(sizes=[3, 2, 1]), "unit 1 of layer 2 must have 3 weights"),
    (changed(sizes=[2, 2]), "do not fit 2 layer"),
    (changed(sizes=[2, 10**9, 1]), "must have 1000000000 units"),
    (changed(sizes=[2, 2, 0]), "do not fit"),
    (changed(sizes=[2, -2, 1]), "do not fit"),
    (changed(sizes=[]), "do not fit"),
    (changed(sizes=[1] * 100_000), "do not fit"),
    (changed(sizes="2,2,1"), "'sizes' is a str, not a list"),
    (changed(sizes=[2, 2.0, 1]), "a size is a float, not a int"),
    (changed(sizes=[2, True, 1]), "a size is a bool"),
    (changed(layers={}), "'layers' is a dict, not a list"),
    (changed(layers=[1, 2]), "layer 2 is a int, not a dict"),
    (changed(layers=[[], []]), "layer 2 is a list, not a dict"),
    (in_layer(layer=3), "layer 3 stands in the place of layer 2"),
    (in_layer(layer=10**4000), "stands in the place of layer 2"),
    (in_layer(activation="sigmoidal"), "activation 'sigmoidal', which is not known here"),
    (in_layer(activation="x" * 10_000), "which is not known here"),
    (in_layer(activation="\ud800"), "which is not known here"),
    (in_layer(activation="add"), "add, of layer 2, is no activation"),
    (in_layer(activation="dot"), "dot, of layer 2, is no activation"),
    (in_layer(activation="where"), "where, of layer 2, is no activation"),
    (in_layer(activation="total"), "total, of layer 2, is no activation"),
    (in_layer(activation=None), "'activation' is a NoneType"),
    (in_layer(weights=[1.0, 2.0]), "the weights of unit 1 is a float, not a list"),
    (in_layer(weights={"0": [1, 2], "1": [1, 2]}), "'weights' is a dict"),
    (in_layer(biases="00"), "'biases' is a str"),
    (in_layer(biases=[0.0, None]), "a weight or bias is a NoneType"),
    (in_layer(biases=[0.0, True]), "a weight or bias is a bool"),
    (in_layer(biases=[0.0, "1"]), "a weight or bias is a str"),
    (in_layer(biases=[0.0, [1]]), "a weight or bias is a list"),
    (in_layer(biases=[0.0, 10**400]), "too large for a float"),
    (in_layer(biases=[0.0, math.nan]), "a weight or bias is NaN"),
    (in_layer(biases=[0.0, math.inf]), "a weight or bias is Infinity"),
    (in_layer(biases=[0.0, -math.inf]), "a weight or bias is -Infinity"),
]


@pytest.mark.parametrize("change, message", SHAPES, ids=[message[:45] for _, message in SHAPES])
def test_a_file_of_the_wrong_shape_is_refused_and_says_what_is_wrong(change, message, path):
    found = document()
    change(found)
    refused(path, json.dumps(found), message)


WHOLE = saving_module.as_json(small())
TEXTS = [
    ("empty", b"", "is not a saved network"),
    ("blanks", b" \n ", "is not a saved network"),
    ("a number", b"1", "the file is a int, not a dict"),
    ("a list", b"[]", "the file is a list"),
    ("null", b"null", "the file is a NoneType"),
    ("nan", b"NaN", "is NaN"),
    ("an empty object", b"{}", "its format is not"),
    ("two documents", (WHOLE + WHOLE).encode(), "Extra data"),
    ("a tail", (WHOLE + "x").encode(), "Extra data"),
    ("1e999", WHOLE.replace('"biases": [0.0', '"biases": [1e999').encode(), "too large"),
    ("-1e999", WHOLE.replace('"biases": [0.0', '"biases": [-1e999').encode(), "too large"),
    ("digits", WHOLE.replace('"biases": [0.0', f'"biases": [{"9" * 10**6}').encode(), "digits|too"),
    ("version digits", WHOLE.replace(": 1,", f": {'1' * 4000},").encode(), "its version is 1111"),
    ("a name twice", WHOLE.replace("{", '{"format": "x",', 1).encode(), "'format' stands there tw"),
    ("twice inside", WHOLE.replace('{"layer"', '{"biases": [], "layer"').encode(), "'biases' sta"),
    ("deep lists", b"[" * 10**6, "nested too deeply"),
    ("deep whole", b"[" * 10**5 + b"]" * 10**5, "nested too deeply"),
    ("deep objects", b'{"a":' * 10**5, "nested too deeply"),
    ("deep inside", WHOLE.replace('"biases": [', f'"biases": [{"[" * 10**5}').encode(), "nested"),
    ("utf-16", WHOLE.encode("utf-16"), "it is not UTF-8 text"),
    ("utf-32", WHOLE.encode("utf-32"), "it is not UTF-8 text|is not a saved"),
    ("cp932", WHOLE.replace("tanh", "活性化").encode("cp932"), "it is not UTF-8 text"),
    ("latin", WHOLE.replace("tanh", "é").encode("latin-1"), "it is not UTF-8 text"),
    ("two marks", "\ufeff\ufeff".encode() + WHOLE.encode(), "is not a saved network"),
    ("zeros", bytes(1000), "is not a saved network"),
    ("pickle", b"\x80\x04\x95\x10\x00.", "it is not UTF-8 text"),
    ("html", b"<!DOCTYPE html><title>404</title>", "is not a saved network"),
]


@pytest.mark.parametrize("content, message", [t[1:] for t in TEXTS], ids=[t[0] for t in TEXTS])
def test_a_file_that_is_something_else_is_refused_and_says_so(content, message, path):
    refused(path, content, message)


def test_a_whole_file_with_a_byte_order_mark_is_read(path):
    path.write_bytes(WHOLE.encode("utf-8-sig"))  # as Windows editors write it
    assert bits(load(path)) == bits(small())


def test_a_whole_file_with_other_line_ends_and_spaces_is_read(path):
    path.write_bytes(WHOLE.replace("\n", "\r\n").encode("utf-8"))
    assert bits(load(path)) == bits(small())
    path.write_text(json.dumps(document()), encoding="utf-8")
    assert bits(load(path)) == bits(small())


def test_a_huge_file_is_refused_without_being_read_whole(path):
    with path.open("wb") as file:
        file.truncate(2**40)  # a hole: it takes no room
    refused(path, None, "it is larger than 64 MiB")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a POSIX device")
def test_an_endless_file_is_refused():
    refused(Path("/dev/zero"), None, "no regular file")


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["format", "version", "sizes", "layers", "weights"]), inner
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(["sizes", "layers", "version"]),
)
def test_whatever_stands_in_a_field_is_a_value_error_or_the_same_shape(junk, name):
    found = document()
    found[name] = junk
    try:
        saved = saving_module.parsed(
            json.dumps(found).encode("utf-8"), {"tanh": tanh, "sigmoid": sigmoid}
        )
    except ValueError:
        return
    assert saved.sizes == [2, 2, 1]


def test_a_network_of_another_shape_is_refused(path):
    Network([2, 3, 1], [tanh, sigmoid]).save(path)
    network = small()
    before = bits(network)
    with pytest.raises(ValueError, match=r"holds a network \[2, 3, 1\], and this one is \[2, 2"):
        network.load(path)
    assert bits(network) == before


def test_a_network_with_other_activations_is_refused(path):
    Network([2, 2, 1], [relu, sigmoid]).save(path)
    network = small()
    before = bits(network)
    with pytest.raises(ValueError, match=r"holds activations \['relu', 'sigmoid'\]"):
        network.load(path)
    assert bits(network) == before


def test_a_missing_file_and_a_folder_are_oserrors(tmp_path):
    for path in (tmp_path / "missing.json", tmp_path):
        refused(path, None, kind=OSError)


# -- Written whole or not at all -------------------------------------------------------------


class AtLine:
    """Do something at the n-th line that runs in files.py."""

    def __init__(self, n, act):
        self.left = n
        self.act = act
        self.reached = False

    def __call__(self, frame, event, argument):
        if frame.f_code.co_filename != files_module.__file__:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                self.reached = True
                self.act()
        return self

    def run(self, work):
        before = sys.gettrace()
        sys.settrace(self)
        try:
            return work()
        finally:
            sys.settrace(before)


class Broken(BaseException):
    pass


def break_off():
    raise Broken


def test_an_error_at_any_line_of_a_write_leaves_the_old_file_or_the_new_and_nothing_else(path):
    found = []
    for n in range(1, 200):
        path.write_bytes(b"old")
        at = AtLine(n, break_off)
        with contextlib.suppress(Broken):
            at.run(lambda: write_atomically(path, b"new"))
        if not at.reached:
            break
        found.append(path.read_bytes())
        assert leftovers(path.parent) == []
    assert set(found) == {b"old", b"new"}
    assert found == sorted(found, reverse=True)  # old up to some line, and new from there on


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is a POSIX thing")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of fork, if a thread runs
def test_a_kill_at_any_line_of_a_write_leaves_the_old_file_or_the_new(path):
    found = []
    for n in range(1, 200):
        path.write_bytes(b"old")
        child = os.fork()
        if child == 0:
            AtLine(n, lambda: os.kill(os.getpid(), signal.SIGKILL)).run(
                lambda: write_atomically(path, b"new" * 10_000)
            )
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        found.append(path.read_bytes())
    assert set(found) == {b"old", b"new" * 10_000}
    left = leftovers(path.parent)
    assert 0 < len(left) < len(found)

    long_ago = time.time() - 3600.0
    for name in left:
        os.utime(path.parent / name, (long_ago, long_ago))
    write_atomically(path, b"newest")
    assert leftovers(path.parent) == []
    assert path.read_bytes() == b"newest"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX thing")
def test_a_kill_of_a_process_that_saves_all_the_time_leaves_a_whole_network(path):
    code = """
        import sys
        from nn import Network
        one, two = Network([12, 40, 2], seed=1), Network([12, 40, 2], seed=2)
        one.save(sys.argv[1])
        print("ready", flush=True)
        while True:
            two.save(sys.argv[1])
            one.save(sys.argv[1])
    """
    whole = {tuple(bits(Network([12, 40, 2], seed=seed))) for seed in (1, 2)}
    source = random.Random(0)
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), str(path)], stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout.readline() == b"ready\n"
            time.sleep(source.uniform(0.0, 0.03))
            child.kill()
        assert tuple(bits(load(path))) in whole
        assert len(leftovers(path.parent)) <= 8


def test_what_an_earlier_kill_left_is_cleared_but_not_what_somebody_is_writing_now(tmp_path):
    old = tmp_path / ".network.json.0123abcd.part"
    now = tmp_path / ".network.json.89abcdef.part"
    other = tmp_path / ".other.json.0123abcd.part"
    named = tmp_path / ".network.json.backup.part"
    for file in (old, now, other, named):
        file.write_bytes(b"x")
        if file is not now:
            os.utime(file, (1.0, 1.0))
    small().save(tmp_path / "network.json")
    assert leftovers(tmp_path) == sorted([now.name, other.name, named.name])


def test_a_name_with_wildcards_is_a_name(tmp_path):
    (tmp_path / ".a.json.0123abcd.part").write_bytes(b"x")
    os.utime(tmp_path / ".a.json.0123abcd.part", (1.0, 1.0))
    write_atomically(tmp_path / "[a-z]*.json", "text")
    assert (tmp_path / "[a-z]*.json").read_text(encoding="utf-8") == "text"
    assert leftovers(tmp_path) == [".a.json.0123abcd.part"]


def test_a_full_disk_leaves_the_old_file(path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    path.write_bytes(b"old")
    monkeypatch.setattr(files_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_bytes() == b"old"
    assert leftovers(path.parent) == []


def test_text_is_written_as_utf8_with_the_line_ends_that_it_has(path):
    write_atomically(path, "重み\nσ\r\n")
    assert path.read_bytes() == "重み\nσ\r\n".encode()


def test_saving_in_several_threads_leaves_one_of_their_networks(path):
    import threading

    networks = [small(seed) for seed in range(4)]
    threads = [threading.Thread(target=network.save, args=(path,)) for network in networks * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bits(load(path)) in [bits(network) for network in networks]
    assert leftovers(path.parent) == []
