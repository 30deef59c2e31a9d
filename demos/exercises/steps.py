"""What each step of the exercises asks for: five steps from `+` to a trained unit.

A check is a function of the learner's module. It raises `Wrong`, which says what is wrong in
both languages, or returns. This file runs in a process of its own together with the learner's
code (`demos.exercises.runner`), and uses nothing of our engine: it judges, it does not help.
"""

import math
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from demos.exercises.claims import Step, Wrong, claim, close, value_class

__all__ = ["STEPS", "Step", "Wrong"]

# -- Step 1: + ------------------------------------------------------------------------------------


def holds_a_number(module: ModuleType) -> None:
    Value = value_class(module)
    v = Value(3.0)
    claim(
        getattr(v, "data", None) == 3.0,
        "Value(3.0).data が 3.0 になりません。__init__ で self.data = data とします。",
        "Value(3.0).data is not 3.0; write self.data = data in __init__",
    )
    claim(
        getattr(v, "grad", None) == 0.0,
        "Value(3.0).grad が 0.0 になりません。勾配は最初 0.0 です。",
        "Value(3.0).grad is not 0.0; a gradient starts at 0.0",
    )
    claim(
        tuple(getattr(v, "parents", [None])) == (),
        "Value(3.0).parents が空ではありません。葉には親がないので () にします。",
        "Value(3.0).parents is not empty; a leaf has no parents: ()",
    )


def adds(module: ModuleType) -> None:
    Value = value_class(module)
    a, b = Value(2.0), Value(3.0)
    try:
        c = a + b
    except TypeError:
        raise Wrong(
            "a + b が計算できません。__add__(self, other) を書き、新しい Value を返しましょう。",
            "a + b fails: write __add__(self, other), which returns a new Value",
        ) from None
    claim(
        isinstance(c, Value),
        f"a + b が Value ではなく {type(c).__name__} です。__add__ で新しい Value を返します。",
        f"a + b is a {type(c).__name__}, not a Value; let __add__ return a new Value",
    )
    claim(
        close(c.data, 5.0),
        f"Value(2.0) + Value(3.0) の data が {c.data!r} です（正しくは 5.0）。",
        f"the data of Value(2.0) + Value(3.0) is {c.data!r}, not 5.0",
    )


def remembers_parents(module: ModuleType) -> None:
    Value = value_class(module)
    a, b = Value(2.0), Value(3.0)
    parents = getattr(a + b, "parents", None)
    claim(
        not isinstance(parents, (set, frozenset)),
        "parents が set です。set は順番を忘れ、a + a の 2 つの親を 1 つにしてしまいます。"
        "tuple にしましょう: (self, other)",
        "parents is a set. A set forgets the order, and keeps one of the two parents of a + a; "
        "make it a tuple: (self, other)",
    )
    claim(
        isinstance(parents, (tuple, list))
        and [p is q for p, q in zip(parents, (a, b))] == [True] * 2,
        "(a + b).parents が (a, b) ではありません。使った Value を書いた順に覚えます。",
        "(a + b).parents is not (a, b); keep the operands in the order they were written",
    )
    twice = (a + a).parents
    claim(
        len(twice) == 2,
        f"(a + a).parents が {len(twice)} 個です。a を 2 回使ったので親も 2 つ（同じ a）必要です。",
        f"(a + a).parents has {len(twice)}; a is used twice, so it stands there twice",
    )


def adds_plain_numbers(module: ModuleType) -> None:
    Value = value_class(module)
    a = Value(2.0)
    try:
        right = a + 1
    except (TypeError, AttributeError):
        raise Wrong(
            "a + 1 が計算できません。__add__ で、ふつうの数なら Value に変えます: "
            "if not isinstance(other, Value): other = Value(other)",
            "a + 1 fails; in __add__ turn a plain number into a Value: "
            "if not isinstance(other, Value): other = Value(other)",
        ) from None
    claim(close(right.data, 3.0), "a + 1 の値が違います。", "a + 1 has the wrong data")
    try:
        left = 1 + a
    except TypeError:
        raise Wrong(
            "1 + a が計算できません。左がふつうの数のとき Python は a.__radd__(1) を呼びます。"
            "__radd__ を書きましょう（sum([a, b]) も 0 + a から始まります）。",
            "1 + a fails. With a plain number on the left, Python calls a.__radd__(1): write "
            "__radd__ (sum([a, b]) needs it too, for it begins with 0 + a)",
        ) from None
    except RecursionError:
        raise Wrong(
            "1 + a が終わりません。__radd__ の中で other + self と書くと自分を呼び続けます。"
            "return self + other とします。",
            "1 + a never ends: other + self inside __radd__ calls __radd__ again; "
            "write return self + other",
        ) from None
    claim(
        isinstance(left, Value) and close(left.data, 3.0),
        "1 + a の値が 3.0 の Value になりません。",
        "1 + a is not a Value of 3.0",
    )
    claim(
        close(sum([Value(1.0), Value(2.0), Value(3.0)]).data, 6.0),
        "sum([Value(1.0), Value(2.0), Value(3.0)]) が 6.0 になりません。",
        "sum([Value(1.0), Value(2.0), Value(3.0)]) is not 6.0",
    )


# -- Step 2: * ------------------------------------------------------------------------------------


def multiplies(module: ModuleType) -> None:
    Value = value_class(module)
    a, b = Value(2.0), Value(3.0)
    try:
        c = a * b
    except TypeError:
        raise Wrong(
            "a * b が計算できません。__mul__ を書きましょう。", "a * b fails: write __mul__"
        ) from None
    claim(
        isinstance(c, Value) and close(c.data, 6.0),
        "Value(2.0) * Value(3.0) が 6.0 の Value になりません。",
        "Value(2.0) * Value(3.0) is not a Value of 6.0",
    )
    for text, method in (("a * 4", "__mul__"), ("4 * a", "__rmul__")):
        try:
            made = a * 4 if method == "__mul__" else 4 * a
        except (TypeError, AttributeError, RecursionError):
            raise Wrong(
                f"{text} が計算できません。{method} を見直しましょう。",
                f"{text} fails: look at {method}",
            ) from None
        claim(
            isinstance(made, Value) and close(made.data, 8.0),
            f"{text} が 8.0 の Value になりません。",
            f"{text} is not a Value of 8.0",
        )


def knows_partials(module: ModuleType) -> None:
    Value = value_class(module)
    a, b = Value(2.0), Value(3.0)
    for text, c, wanted in (("a + b", a + b, [1.0, 1.0]), ("a * b", a * b, [3.0, 2.0])):
        partials = getattr(c, "partials", None)
        claim(
            isinstance(partials, (tuple, list)),
            f"({text}).partials がありません。親ごとの局所的な微分を、親と同じ順に入れます。",
            f"({text}) has no partials: one local derivative per parent, in the same order",
        )
        assert partials is not None
        swapped = list(partials) == wanted[::-1] != wanted
        claim(
            not swapped,
            f"({text}).partials が逆です。∂(ab)/∂a は b、∂(ab)/∂b は a です。",
            f"({text}).partials are the wrong way round: d(ab)/da is b, and d(ab)/db is a",
        )
        claim(
            len(partials) == 2 and all(close(p, w) for p, w in zip(partials, wanted)),
            f"a = 2, b = 3 で ({text}).partials が {partials!r} です（正しくは {tuple(wanted)}）。",
            f"with a = 2 and b = 3, ({text}).partials is {partials!r}, not {tuple(wanted)}",
        )


# -- Step 3: the order -----------------------------------------------------------------------------


def order_of(module: ModuleType, output: Any) -> list[Any]:
    function = getattr(module, "topological_order", None)
    claim(
        callable(function),
        "関数 topological_order(output) がありません。"
        "output の計算に使われた Value を、親が先になるように並べたリストを返します。",
        "there is no function topological_order(output): it returns the Values below output in a "
        "list, parents first",
    )
    assert function is not None
    order = function(output)
    claim(
        isinstance(order, list),
        f"topological_order がリストではなく {type(order).__name__} を返しました。",
        f"topological_order returned a {type(order).__name__}, not a list",
    )
    return list(order)


def position(order: Iterable[Any], node: Any) -> int:
    return next((k for k, other in enumerate(order) if other is node), -1)


def orders_parents_first(module: ModuleType) -> None:
    Value = value_class(module)
    a = Value(1.0)
    b = a + a
    c = b + a
    d = c * b
    order = order_of(module, d)
    for name, node in (("a", a), ("b", b), ("c", c), ("d", d)):
        claim(
            position(order, node) >= 0,
            f"b = a + a, c = b + a, d = c * b の並びに {name} がありません。",
            f"in the order of b = a + a, c = b + a, d = c * b there is no {name}",
        )
    claim(
        len(order) == 4,
        f"並びに {len(order)} 個ありますが、Value は 4 つです。2 回使った Value も 1 回だけ並べます"
        "（見たものを覚えておく）。",
        f"the order has {len(order)} entries for 4 Values: list each once, also one that is used "
        "twice (remember what you have seen)",
    )
    if order[0] is d:
        raise Wrong(
            "並びが逆です。output が先頭にあります。親を全部並べてから自分を並べます。",
            "the order is reversed: output stands first. List all parents of a Value before it",
        )
    for name, node in (("b", b), ("c", c), ("d", d)):
        for parent in node.parents:
            claim(
                position(order, parent) < position(order, node),
                f"{name} が、その親より先に並んでいます。順番が違います"
                "（深さ優先で、親を全部並べてから自分）。",
                f"{name} stands before one of its parents: the order is wrong (depth first: all "
                "parents of a Value, then the Value)",
            )


def equal_numbers_are_not_one_node(module: ModuleType) -> None:
    Value = value_class(module)
    a, b = Value(1.0), Value(1.0)
    order = order_of(module, a + b)
    claim(
        len(order) == 3,
        "値が同じ 2 つの Value（1.0 と 1.0）を 1 つと数えています。__eq__ ではなく is で比べます。",
        "two Values with the same number, 1.0 and 1.0, were taken for one: compare with `is`",
    )


# -- Step 4: backward -----------------------------------------------------------------------------


def backward(node: Any) -> None:
    claim(
        callable(getattr(node, "backward", None)),
        "メソッド backward() がありません。",
        "there is no method backward()",
    )
    node.backward()


def starts_at_the_output(module: ModuleType) -> None:
    Value = value_class(module)
    a, b = Value(2.0), Value(3.0)
    c = a * b
    backward(c)
    claim(
        close(c.grad, 1.0),
        f"c.backward() のあと c.grad が {c.grad!r} です。出力自身の微分は 1.0 です。",
        f"after c.backward(), c.grad is {c.grad!r}; the derivative of the output in itself is 1.0",
    )
    claim(
        close(a.grad, 3.0) and close(b.grad, 2.0),
        f"c = a * b（a = 2, b = 3）で a.grad = {a.grad!r}, b.grad = {b.grad!r}。"
        "正しくは 3.0 と 2.0（局所的な微分 × c.grad）。",
        f"for c = a * b (a = 2, b = 3), a.grad = {a.grad!r} and b.grad = {b.grad!r}; "
        "3.0 and 2.0 are right (local derivative times c.grad)",
    )


def multiplies_along_the_path(module: ModuleType) -> None:
    Value = value_class(module)
    x = Value(5.0)
    backward(2 * (3 * x))
    claim(
        not close(x.grad, 3.0),
        "2 * (3 * x) の x.grad が 3.0 です。局所的な微分に、子の grad を掛けていません（連鎖律）。",
        "x.grad of 2 * (3 * x) is 3.0: the local derivative is not multiplied by the gradient of "
        "the node that x is used in (the chain rule)",
    )
    claim(
        not close(x.grad, 0.0),
        "2 * (3 * x) の x.grad が 0.0 です。順番が違うようです: 出力から始めて、"
        "topological_order の逆順に進みます。",
        "x.grad of 2 * (3 * x) is 0.0. The order seems wrong: begin at the output and go through "
        "topological_order backwards",
    )
    claim(
        close(x.grad, 6.0),
        f"2 * (3 * x) の x.grad が {x.grad!r} です（正しくは 6.0）。",
        f"x.grad of 2 * (3 * x) is {x.grad!r}, not 6.0",
    )


def accumulates(module: ModuleType) -> None:
    Value = value_class(module)
    x = Value(3.0)
    backward(x + x)
    claim(
        not close(x.grad, 1.0),
        "x + x の x.grad が 1.0 です。x は 2 回使われるので 1 + 1 = 2 になるはず。"
        "grad を = で上書きせず += で足していきます（2 変数の連鎖律）。",
        "x.grad of x + x is 1.0. x is used twice, so it is 1 + 1 = 2: do not overwrite a gradient "
        "with =, add to it with += (the chain rule in two variables)",
    )
    claim(
        close(x.grad, 2.0),
        f"x + x の x.grad が {x.grad!r} です（正しくは 2.0）。",
        f"x.grad of x + x is {x.grad!r}, not 2.0",
    )
    y = Value(3.0)
    backward(y * y + y)
    claim(
        close(y.grad, 7.0),
        f"y * y + y（y = 3）の y.grad が {y.grad!r} です。正しくは 3 + 3 + 1 = 7.0。"
        "3 つの経路を全部足します（+=）。",
        f"y.grad of y * y + y (y = 3) is {y.grad!r}; 3 + 3 + 1 = 7.0 is right: "
        "all three paths add up (+=)",
    )


def goes_in_the_right_order(module: ModuleType) -> None:
    Value = value_class(module)
    a = Value(3.0)
    b = a + a
    c = b * b
    backward(c)
    claim(
        not close(a.grad, 36.0),
        "b = a + a, c = b * b（a = 3）の a.grad が 36.0 です（正しくは 24.0）。順番が違います: "
        "b の grad が全部そろう前に a へ渡し、同じ分を 2 回数えています。"
        "topological_order の逆順に、1 つの Value から 1 回だけ渡します。",
        "a.grad of b = a + a, c = b * b (a = 3) is 36.0, not 24.0. The order is wrong: b passed "
        "its gradient on before it was complete, and then again. Go through topological_order "
        "backwards, and let each Value pass its gradient on once",
    )
    claim(
        close(a.grad, 24.0),
        f"b = a + a, c = b * b（a = 3）の a.grad が {a.grad!r} です（正しくは 24.0）。順番が"
        "違うようです: b の grad が全部そろってから a へ渡します（topological_order の逆順）。",
        f"a.grad of b = a + a, c = b * b (a = 3) is {a.grad!r}, not 24.0. The order seems wrong: "
        "b passes its gradient on once it is complete (topological_order backwards)",
    )
    x = Value(2.0)
    y = x * x
    z = y * x + y  # y is used by z directly and by y * x
    backward(z)
    claim(
        close(x.grad, 16.0),
        f"y = x * x, z = y * x + y（x = 2）の x.grad が {x.grad!r} です"
        "（正しくは 3x^2 + 2x = 16）。順番が違います: topological_order の逆順に進みましょう。",
        f"x.grad of y = x * x, z = y * x + y (x = 2) is {x.grad!r}; 3x^2 + 2x = 16 is right. "
        "The order is wrong: go through topological_order backwards",
    )


# -- Step 5: σ ------------------------------------------------------------------------------------


def sigmoid_of(Value: Any, number: float) -> Any:
    v = Value(number)
    claim(
        callable(getattr(v, "sigmoid", None)),
        "メソッド sigmoid() がありません。",
        "there is no method sigmoid()",
    )
    try:
        a = v.sigmoid()
    except OverflowError:
        raise Wrong(
            f"Value({number}).sigmoid() が OverflowError です。z < 0 では e^z / (1 + e^z) と"
            "書きかえます（同じ値で、あふれません）。",
            f"Value({number}).sigmoid() overflows; for z < 0 write it e^z / (1 + e^z), which is "
            "the same and cannot",
        ) from None
    return v, a


def sigmoid_has_its_value(module: ModuleType) -> None:
    Value = value_class(module)
    for number, wanted in ((0.0, 0.5), (2.0, 1 / (1 + math.exp(-2.0)))):
        _, a = sigmoid_of(Value, number)
        claim(
            isinstance(a, Value) and close(a.data, wanted),
            f"Value({number}).sigmoid() が {wanted:.4f} の Value になりません。"
            "σ(z) = 1 / (1 + e^(-z)) です。",
            f"Value({number}).sigmoid() is not a Value of {wanted:.4f}: "
            "sigma(z) = 1 / (1 + e^(-z))",
        )


def sigmoid_has_its_slope(module: ModuleType) -> None:
    Value = value_class(module)
    for number in (2.0, 0.0, -1.0):
        v, a = sigmoid_of(Value, number)
        backward(a)
        wanted = a.data * (1 - a.data)
        claim(
            not close(v.grad, number * (1 - number)) or number == 0.0,
            "σ の微分に z を使っています。σ' = a(1 - a) の a は出力です: out * (1 - out)。",
            "the slope of sigma was made with z; the a of a(1 - a) is the output: out * (1 - out)",
        )
        claim(
            close(v.grad, wanted),
            f"z = {number} で σ の微分が {v.grad!r} です（正しくは a(1 - a) = {wanted:.4f}）。",
            f"at z = {number} the slope of sigma is {v.grad!r}; a(1 - a) = {wanted:.4f} is right",
        )


def sigmoid_never_overflows(module: ModuleType) -> None:
    Value = value_class(module)
    for number, wanted in ((-1000.0, 0.0), (1000.0, 1.0)):
        _, a = sigmoid_of(Value, number)
        claim(
            close(a.data, wanted),
            f"Value({number}).sigmoid() が {a.data!r} です（{wanted} に近いはず）。",
            f"Value({number}).sigmoid() is {a.data!r}, and should be close to {wanted}",
        )


def a_unit_learns(module: ModuleType) -> None:
    Value = value_class(module)
    w, b = Value(0.0), Value(0.0)
    for _ in range(200):
        error = (w * 2.0 + b).sigmoid() + -0.9  # a - t, with x = 2 and t = 0.9
        C = error * error
        w.grad = b.grad = 0.0
        backward(C)
        w.data -= 0.5 * w.grad
        b.data -= 0.5 * b.grad
    a = (w * 2.0 + b).sigmoid().data
    claim(
        abs(a - 0.9) < 0.01,
        f"ユニットを学習させると、出力は 0.9 に近づくはずですが {a:.4f} です。",
        f"a unit trained with your engine should come close to 0.9, and gives {a:.4f}",
    )


STEPS = (
    Step(
        "足し算だけの Value: data, grad, parents。a + b, a + 1, 1 + a",
        "a Value with only +: data, grad, parents; a + b, a + 1, 1 + a",
        (holds_a_number, adds, remembers_parents, adds_plain_numbers),
    ),
    Step(
        "掛け算と、局所的な微分 partials",
        "multiplication, and the local derivatives: partials",
        (multiplies, knows_partials),
    ),
    Step(
        "順番: topological_order(output)",
        "the order: topological_order(output)",
        (orders_parents_first, equal_numbers_are_not_one_node),
    ),
    Step(
        "backward(): 掛けて、足していく（累積）",
        "backward(): multiply, and add up (accumulation)",
        (starts_at_the_output, multiplies_along_the_path, accumulates, goes_in_the_right_order),
    ),
    Step(
        "sigmoid() と、学習する 1 つのユニット",
        "sigmoid(), and a unit that learns",
        (sigmoid_has_its_value, sigmoid_has_its_slope, sigmoid_never_overflows, a_unit_learns),
    ),
)
