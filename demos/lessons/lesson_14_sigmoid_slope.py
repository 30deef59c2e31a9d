"""Lesson 14: the derivative of the sigmoid, from its output alone (シグモイド関数の微分公式).

Run me: python -m demos 14
"""

# %%
import math

from autograd_lite import Value, sigmoid, trace
from demos.live_figures import Curve
from demos.page import Page
from demos.plots import BLUE, ORANGE, figure, plot, through_origin

page = Page(14)

# %%
page.say(
    ja="""
    【重要】シグモイド関数の微分は、シグモイド関数の値だけで書けます。

        σ'(z) = σ(z) (1 - σ(z))

    ポイント: 出力 a = σ(z) を計算したあとは、微分は a * (1 - a) という掛け算 1 つです。
    e^(-z) をもう一度計算する必要はありません。
    """,
    en="""
    Important: the derivative of the sigmoid can be written with its value alone.

        sigma'(z) = sigma(z) (1 - sigma(z))

    Once the output a = sigma(z) is known, the derivative is one product, a * (1 - a).
    There is no second exponential.
    """,
)

# %%
page.say(
    ja="""
    手で計算: z = 0 で σ(0) = 0.5 だから σ'(0) = 0.5 * 0.5 = 0.25。
    エンジンの表でも、規則は `return (out * (1.0 - out),)` の 1 行です（`autograd_lite/ops.py`）。
    定義から作った導関数と比べます。

        e^(-z) / (1 + e^(-z))^2
    """,
    en="""
    By hand: at z = 0, sigma(0) = 0.5, so sigma'(0) = 0.5 * 0.5 = 0.25.
    In the engine's table the rule is one line too: `return (out * (1.0 - out),)`
    (`autograd_lite/ops.py`). Compare it with the derivative of the definition:

        e^(-z) / (1 + e^(-z))^2
    """,
)
rows = []
slopes = {}
for number in (-2.0, 0.0, 2.0):
    z = Value(number, "z")
    a = sigmoid(z)
    a.backward()
    slopes[number] = z.grad
    from_definition = math.exp(-number) / (1 + math.exp(-number)) ** 2
    rows.append([f"{number:g}", f"{a.data:.6f}", f"{a.data * (1 - a.data):.6f}",
                 f"{from_definition:.6f}", f"{z.grad:.6f}"])  # fmt: skip
page.table(["z", "a", "a (1 - a)", page.text("定義から", "definition"), "z.grad"], rows)

# %%
z = Value(2.0, "z")
a = sigmoid(z)
a.label = "a"
page.save_steps(trace(a), "steps")

# %%
picture = figure()
axes = picture.subplots()
plot(axes, sigmoid, -6, 6, BLUE, "σ(z)")
plot(axes, lambda z: sigmoid(z) * (1 - sigmoid(z)), -6, 6, ORANGE, "σ′(z) = σ(z)(1 − σ(z))")
axes.plot([0], [0.25], "o", color=ORANGE)
axes.text(0.4, 0.265, "σ′(0) = 0.25", color=ORANGE)
through_origin(axes, "z", "")
axes.legend(loc="upper left", frameon=False)
axes.set_title(page.label("シグモイド関数とその導関数", "The sigmoid and its derivative"))
page.show(
    picture,
    "slope",
    ja="傾きは z = 0 で最大の 0.25。両端では平らになり、学習が進みにくい（飽和）",
    en="It is steepest at z = 0, with 0.25; at both ends it is flat, and learning is slow",
)

# %%
page.live(
    Curve(sigmoid, ("z", "σ(z)"), at=2.0, across=(-6.0, 6.0), up=(-0.2, 1.2)),
    ja="点を動かすと接線がついてきます。傾きが a (1 - a) と同じかどうか、確かめましょう",
    en="Drag the point and its tangent follows; check that the slope is a (1 - a)",
)

# %%
page.ask(
    ja="σ'(z) が最大になるのが z = 0 なのはなぜですか。a (1 - a) の形で考えましょう。",
    answer_ja="a (1 - a) は a = 0.5 のとき最大 0.25（2 次関数の頂点）。a = 0.5 は z = 0 です。",
    en="Why is sigma'(z) largest at z = 0? Look at a (1 - a).",
    answer_en="a (1 - a) is a parabola with its top, 0.25, at a = 0.5, and that is z = 0.",
)
page.ask(
    ja="シグモイドを 10 層重ねると、勾配には σ' が 10 回掛かります。多くても何倍になりますか。",
    answer_ja="0.25 の 10 乗、約 0.00000095 倍。深いネットワークで relu が好まれる理由です。",
    en="Ten layers of sigmoids multiply the gradient by ten such slopes. At most by what?",
    answer_en="0.25 to the tenth, about 0.00000095: why deep networks prefer relu.",
)
