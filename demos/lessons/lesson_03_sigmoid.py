"""Lesson 3: the sigmoid function, a degree of excitement (シグモイド関数, 興奮度).

Run me: python -m demos 3
"""

# %%
import math

from autograd_lite import sigmoid
from demos.live_figures import Curve
from demos.page import Page
from demos.plots import BLUE, GREY, ORANGE, figure, plot, through_origin

page = Page(3)

# %%
page.say(
    ja="""
    活性化関数の代表がシグモイド関数です（e = 2.71828...）。

        σ(z) = 1 / (1 + e^(-z))

    単位ステップ関数 u は「発火したか、しないか」の 0 か 1 だけを答えます。
    σ はその間をなめらかにつなぎ、0 から 1 までの「興奮度」を答えます。
    """,
    en="""
    The best-known activation function is the sigmoid (e = 2.71828...):

        sigma(z) = 1 / (1 + e^(-z))

    The unit step u answers 0 or 1 only: fired, or not. The sigmoid joins the two
    smoothly, and answers with a degree of excitement between 0 and 1.
    """,
)

# %%
page.say(
    ja="""
    手で計算: e^0 = 1 だから σ(0) = 1 / (1 + 1) = 0.5。
    e^(-2) = 0.1353... だから σ(2) = 1 / 1.1353... = 0.8808...。
    また σ(-z) = 1 - σ(z) です。下の表の最後の 2 列を比べてください。
    """,
    en="""
    By hand: e^0 = 1, so sigma(0) = 1 / (1 + 1) = 0.5. And e^(-2) = 0.1353..., so
    sigma(2) = 1 / 1.1353... = 0.8808... Also sigma(-z) = 1 - sigma(z): compare the
    last two columns.
    """,
)
rows = []
for z in (0.0, 1.0, 2.0, 5.0):
    by_hand = 1 / (1 + math.exp(-z))
    rows.append([f"{z:g}", f"{by_hand:.6f}", f"{sigmoid(z):.6f}", f"{sigmoid(-z):.6f}",
                 f"{1 - sigmoid(z):.6f}"])  # fmt: skip
page.table(
    ["z", page.text("手計算", "by hand"), "sigmoid(z)", "sigmoid(-z)", "1 - sigmoid(z)"], rows
)

# %%
page.say(
    ja="""
    同じ重み (3, -2) としきい値 1 のユニットでも、入力によって興奮度が変わります。

        x = (2, 1):  z = 3*2 - 2*1 - 1 =  3   強く興奮する
        x = (0, 1):  z = 3*0 - 2*1 - 1 = -3   ほとんど興奮しない
    """,
    en="""
    One unit, with weights (3, -2) and threshold 1, is excited to different degrees:

        x = (2, 1):  z = 3*2 - 2*1 - 1 =  3   strongly excited
        x = (0, 1):  z = 3*0 - 2*1 - 1 = -3   hardly excited
    """,
)
excited = sigmoid(3.0 * 2 - 2.0 * 1 - 1.0)
calm = sigmoid(3.0 * 0 - 2.0 * 1 - 1.0)
print(f"    x = (2, 1):  y = {excited:.4f}")
print(f"    x = (0, 1):  y = {calm:.4f}")

# %%
picture = figure(6.8, 4.0)
axes = picture.subplots()
axes.plot([-6, 0], [0, 0], color=GREY, linewidth=1.5, linestyle="--")
axes.plot([0, 6], [1, 1], color=GREY, linewidth=1.5, linestyle="--", label="u(z)")
plot(axes, sigmoid, -6, 6, BLUE, "σ(z)")
for z, words in (
    (3.0, page.label("興奮度: 大", "excited")),
    (-3.0, page.label("興奮度: 小", "calm")),
):
    axes.plot([z], [sigmoid(z)], "o", color=ORANGE, markersize=9)
    below = -0.13 if z > 0 else 0.07
    axes.text(z, sigmoid(z) + below, f"{words}\ny = {sigmoid(z):.2f}", ha="center", color=ORANGE,
              va="top" if z > 0 else "bottom")  # fmt: skip
through_origin(axes, "z", "y")
axes.legend(loc="upper left", frameon=False)
axes.set_title(
    page.label("シグモイド関数 σ と単位ステップ関数 u", "The sigmoid σ over the unit step u")
)
page.show(
    picture,
    "sigmoid",
    ja="シグモイド関数と単位ステップ関数。点は強く興奮したユニットと、静かなユニット",
    en="The sigmoid over the unit step; the dots are an excited and a calm unit",
)

# %%
page.live(
    Curve(sigmoid, ("z", "σ(z)"), at=3.0, across=(-6.0, 6.0), up=(-0.2, 1.2)),
    ja="z を動かすと、興奮度 σ(z) が 0 と 1 の間でどう変わるか。傾きはレッスン 14 で",
    en="Move z and watch the degree of excitement; the slope is the subject of lesson 14",
)

# %%
page.ask(
    ja="σ(z) がちょうど 1 になる z はありますか。`sigmoid(40.0)` を表示して確かめましょう。",
    answer_ja="数学ではありません（e^(-z) > 0 だから）。でも計算機では 1.0 になります。\n"
    "1 との差が float の刻みより小さくなるからです。",
    en="Is there a z with sigma(z) exactly 1? Print `sigmoid(40.0)`.",
    answer_en="In mathematics, no: e^(-z) > 0. But `sigmoid(40.0) == 1.0` in the computer,\n"
    "because the difference from 1 is smaller than the spacing of floats.",
)
page.ask(
    ja="重みを 2 倍の (6, -4)、しきい値も 2 倍の 2 にすると、グラフはどう変わりますか。",
    answer_ja="z が 2 倍になるので坂が急になり、u に近づきます。\n"
    "重みが大きいほど「はっきり」答えます。",
    en="Double the weights to (6, -4) and the threshold to 2. What happens to the curve?",
    answer_en="z doubles, so the slope steepens towards u: larger weights give clearer answers.",
)
