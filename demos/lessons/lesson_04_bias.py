"""Lesson 4: the bias in place of the threshold, -θ → +b (しきい値からバイアスへ).

Run me: python -m demos 4
"""

# %%
from autograd_lite import sigmoid
from demos.page import Page
from demos.plots import BLUE, GREEN, ORANGE, figure, plot, signed, through_origin
from nn import Unit

page = Page(4)

# %%
page.say(
    ja="""
    -θ を +b と書きかえます。b を「バイアス」といいます。
    全部が足し算にそろうので、計算がしやすくなります。

        y = σ(w1 x1 + w2 x2 + ... + w_n x_n - θ)
        y = σ(w1 x1 + w2 x2 + ... + w_n x_n + b)     b = -θ

    重み付き入力を z = w1 x1 + ... + w_n x_n + b とすれば、y = σ(z) です。
    """,
    en="""
    Write +b in place of -theta, and call b the bias. Now everything is a sum, which
    is easier to calculate with:

        y = sigma(w1 x1 + w2 x2 + ... + w_n x_n - theta)
        y = sigma(w1 x1 + w2 x2 + ... + w_n x_n + b)         b = -theta

    With the weighted input z = w1 x1 + ... + w_n x_n + b, this is y = sigma(z).
    """,
)

# %%
page.say(
    ja="""
    手で計算: 重み (2, -1)、θ = 1.5、入力 x = (1, 2) なら

        z = 2*1 - 1*2 - 1.5 = -1.5     y = σ(-1.5) = 0.1824...

    バイアス b = -1.5 のユニットも、まったく同じ値になります。
    """,
    en="""
    By hand: weights (2, -1), theta = 1.5 and x = (1, 2) give

        z = 2*1 - 1*2 - 1.5 = -1.5     y = sigma(-1.5) = 0.1824...

    A unit with bias b = -1.5 gives the very same number.
    """,
)
theta = 1.5
with_threshold = sigmoid(2.0 * 1.0 + -1.0 * 2.0 - theta)
unit = Unit(2, weights=[2.0, -1.0], bias=-theta)
with_bias = unit([1.0, 2.0])
print("    theta =  1.5:  y =", with_threshold)
print("    b     = -1.5:  y =", with_bias.data)
print("    z =", unit.z)

# %%
picture = figure(6.8, 3.8)
axes = picture.subplots()
for bias, color in ((-2.0, ORANGE), (0.0, BLUE), (2.0, GREEN)):
    curve = Unit(1, weights=[1.0], bias=bias)

    def output(x: float, unit: Unit = curve) -> float:
        return unit([x]).data

    plot(axes, output, -6, 6, color, f"σ(x + b),  b = {signed(bias, 0)}")
through_origin(axes, "x", "y")
axes.legend(loc="upper left", frameon=False)
axes.set_title(page.label("バイアスはグラフを左右にずらす", "The bias shifts the curve"))
page.show(
    picture,
    "bias",
    ja="バイアスが大きいほど、小さな入力で興奮する",
    en="The larger the bias, the smaller the input that excites the unit",
)

# %%
page.ask(
    ja="バイアスの大きいユニットは、興奮しやすいですか、しにくいですか。",
    answer_ja="しやすい。b = -θ なので、しきい値が低いのと同じです。",
    en="Is a unit with a large bias easily excited, or hard to excite?",
    answer_en="Easily: b = -theta, so a large bias is a low threshold.",
)
page.ask(
    ja="入力が全部 0 のとき、y は何で決まりますか。`unit([0.0, 0.0])` で確かめましょう。",
    answer_ja="バイアスだけで決まります。y = σ(b) = σ(-1.5) = 0.1824...",
    en="All inputs are 0. What decides y? Try `unit([0.0, 0.0])`.",
    answer_en="The bias alone: y = sigma(b) = sigma(-1.5) = 0.1824...",
)
