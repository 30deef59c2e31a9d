"""Native code: no address beyond a buffer, nothing left behind, copies that work."""

import array
import copy
import gc
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from autograd_lite import Value, compile, dot, exp, gradients
from autograd_lite.compiling.compiled import Batch
from autograd_lite.compiling.descent import Descent, Rule
from autograd_lite.compiling.machine_code import Buffer, engine


@pytest.fixture(params=["python", "native"])
def target(request):
    return request.param


def product(target):
    x, y = Value(2.0, "x"), Value(3.0, "y")
    return compile(x * y, [x, y], target=target)


def inner(target):
    w, x = [Value(1.0) for _ in range(3)], [Value(2.0) for _ in range(3)]
    return compile(dot(w, x), [w, x], target=target)


@pytest.mark.parametrize("shape", [(5, 2), (5, 1), (5, 0), (0, 5), (3, 2, 2), ()])
@pytest.mark.parametrize("writable", [True, False])
def test_a_number_for_each_row_is_no_other_shape(target, shape, writable):
    batch = np.zeros(shape)
    batch.setflags(write=writable)
    for call in (product(target).summed, product(target).each):
        with pytest.raises((TypeError, ValueError)):
            call(batch, 1.0)


@pytest.mark.parametrize("shape", [(5, 2), (5, 4), (5, 0), (2, 5, 3), (3, 5)])
def test_rows_of_another_width_are_refused(target, shape):
    for call in (inner(target).summed, inner(target).each):
        with pytest.raises((TypeError, ValueError)):
            call([1.0, 2.0, 3.0], np.zeros(shape))


def test_views_are_read_where_they_are(target):
    whole = np.arange(60.0).reshape(10, 6)
    expected = [sum(row[:3]) for row in whole.tolist()]
    f = inner(target)
    part = whole[:, :3]
    frozen = whole[:, :3].copy()
    frozen.setflags(write=False)
    later = memoryview(np.concatenate([np.full((2, 3), 1e9), frozen]))[2:]
    backwards = whole[::-1, :3]
    for rows in (part, frozen, later, part.astype(">f8"), part.astype("f4"), part.astype("i4")):
        assert f.each([1.0, 1.0, 1.0], rows) == pytest.approx(expected)
    assert f.each([1.0, 1.0, 1.0], backwards) == pytest.approx(expected[::-1])


def test_a_read_only_view_that_begins_later_is_not_read_from_the_start():
    base = np.concatenate([np.full(4, 1e9), np.arange(5.0)])
    base.setflags(write=False)
    f = product("native")
    assert f.each(memoryview(base)[4:], 2.0) == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_compiled_functions_are_copied_and_pickled_also_after_their_first_call(target):
    x = Value(0.5, "x")
    f = compile(exp(x), [x], target=target)
    expected = f(1.0), f.summed([1.0, 2.0]), f.each([1.0, 2.0])
    for twin in (copy.copy(f), copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
        assert (twin(1.0), twin.summed([1.0, 2.0]), twin.each([1.0, 2.0])) == expected


def test_inputs_of_no_numbers_take_rows_of_none(target):
    x = Value(2.0, "x")
    f = compile(x * 2.0, [x, []], target=target)
    for empty in (np.zeros((3, 0)), [[], [], []], []):
        assert f.summed([1.0, 2.0, 3.0], empty) == 12.0
    with pytest.raises(ValueError, match="argument 2 needs 0 numbers, not 2"):
        f.summed([1.0, 2.0, 3.0], array.array("d", [1.0, 2.0]))


class Shrinking(list):
    """A list that loses a member whenever its length is asked for."""

    def __len__(self):
        found = super().__len__()
        self.pop()
        return found


@pytest.mark.parametrize("method", ["summed", "each"])
def test_a_batch_that_shrinks_while_in_use_is_refused(method, target):
    x, w = Value(2.0, "x"), [Value(1.0), Value(3.0)]
    f = compile(x * dot(w, w), [x, w], target=target)
    for arguments, words in (
        ((Shrinking([1.0] * 5), [1.0, 2.0]), "argument 1 has given 4 numbers, not 5"),
        ((1.0, [Shrinking([1.0, 2.0])]), "argument 2, row 0 has given 1 numbers, not 2"),
        ((1.0, Shrinking([[1.0, 2.0]] * 5)), "argument 2 has given . rows, not"),
        (([1.0], Shrinking([1.0, 2.0, 3.0])), "argument 2 has given 1 numbers, not 2"),
    ):
        with pytest.raises(ValueError, match=words):
            getattr(f, method)(*arguments)


def test_an_array_that_shrank_after_it_was_counted_is_refused():
    x = Value(2.0, "x")
    f = compile(x * 2.0, [x], target="native")
    numbers = array.array("d", range(50))
    batch = Batch(f, [numbers])
    del numbers[3:]
    with pytest.raises(ValueError, match="argument 1 holds 3 numbers, not 50 rows of 1"):
        f.sums(batch)


def test_a_buffer_gives_and_takes_only_what_it_holds():
    buffer = Buffer(3)
    buffer.put([1.0, 2.0], 1)
    assert buffer.get(3) == [0.0, 1.0, 2.0]
    for wrong in ((4, 0), (1, 3), (-1, 0), (1, -1), (2**61, 0)):
        with pytest.raises(ValueError, match="of a buffer that holds 3"):
            buffer.get(*wrong)
    with pytest.raises(ValueError, match="of a buffer that holds 3"):
        buffer.put([1.0, 2.0], 2)


def descent_of(steps_per_epoch, state=(), rule=None):
    w, x = [Value(1.0, "w")], [Value(3.0, "x")]
    C = (dot(w, x) - 1.0) ** 2
    f = compile([C, gradients(C, w)], [w, x], target="native")
    p, g = Value(1.0), Value(1.0)
    rule = rule or Rule(p, g, [], [], p - 0.01 * g, [], [])
    rows = np.linspace(0.1, 1.0, 10).reshape(10, 1)
    return Descent(f, rule, [[1.0], rows], state, [], epochs=3, steps_per_epoch=steps_per_epoch)


def test_a_descent_takes_only_the_steps_and_rows_that_are_there():
    whole = descent_of(1)
    assert whole.run(2) == 0
    with pytest.raises(ValueError, match="2 steps, where 1 are left"):
        whole.run(2)
    assert whole.run(1) == 0
    parts = descent_of(4)  # at most 3 rows at once
    for count, steps, words in (
        (2, [[0, 1]], "2 steps, and the rows of 1"),
        (1, [[0, 1, 2, 3]], "a step on 4 rows, not 3 at most"),
        (1, [[0, 10]], "a row that is none of 10"),
        (1, [[-1]], "a row that is none of 10"),
        (13, [[0]] * 13, "13 steps, where 12 are left"),
    ):
        with pytest.raises(ValueError, match=words):
            parts.run(count, steps)
    assert parts.run(2, [[0, 9, 3], []]) == 0


def test_a_descent_keeps_the_numbers_that_its_rule_keeps():
    p, g, v = Value(1.0), Value(1.0), Value(0.0)
    with pytest.raises(ValueError, match="the update keeps other numbers"):
        descent_of(1, [[0.0]])
    with pytest.raises(ValueError, match="the update keeps other numbers"):
        descent_of(1, [[0.0, 0.0]], Rule(p, g, [v], [], p - g, [v + g], []))
    with pytest.raises(ValueError, match="as many numbers as there were before"):
        descent_of(1, [[0.0]], Rule(p, g, [v], [], p - g, [v, v], []))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells its memory there")
@pytest.mark.long
def test_native_programs_leave_next_to_nothing_behind():
    def memory():
        gc.collect()
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.split("VmRSS:")[1].split()[0])

    def once(k):
        x = Value(0.5 + k, "x")
        compile(exp(x) * k, [x], target="native")(1.0)

    for k in range(40):
        once(k)
    before = memory()
    for k in range(200):
        once(k)
    assert memory() - before < 1200  # kB: 6 each; pass managers that stayed left 14


def test_every_program_has_a_pass_builder_of_its_own(monkeypatch):
    made = []
    llvm = engine().llvm
    build = llvm.create_pass_builder
    monkeypatch.setattr(
        llvm, "create_pass_builder", lambda *given: made.append(build(*given)) or made[-1]
    )
    for k in range(3):
        x = Value(0.5 + k, "x")
        compile(exp(x) * k, [x], target="native")(1.0)
    assert len(set(map(id, made))) == len(made) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_child_forked_while_another_thread_compiles_does_not_hang():
    program = textwrap.dedent("""
        import os, threading
        from autograd_lite import Value, compile, exp
        def build(k):
            x = Value(0.5 + k, "x")
            return compile(exp(x) * k, [x], target="native")(1.0)
        build(0)
        thread = threading.Thread(target=lambda: [build(k) for k in range(60)])
        thread.start()
        for k in range(10):
            child = os.fork()
            if not child:
                build(100 + k)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        thread.join()
        print("done")
    """)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "done\n", done.stderr
