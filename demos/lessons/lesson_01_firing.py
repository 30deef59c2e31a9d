"""Lesson 1: a neuron fires when its weighted input reaches the threshold (発火の条件).

Run me: python -m demos 1
"""

# %%
from autograd_lite import step
from demos.page import Page
from demos.plots import BLUE, GREY, LIGHT, ORANGE, figure, frange, through_origin

page = Page(1)

# %%
page.say(
    ja="""
    ニューロン（神経細胞）は、入ってくる信号 x1, x2, x3 に重み w1, w2, w3 を掛けて
    足した値が、しきい値 θ（シータ）に届くと発火します。

        出力なし（y = 0）:  w1 x1 + w2 x2 + w3 x3 <  θ
        出力あり（y = 1）:  w1 x1 + w2 x2 + w3 x3 >= θ

    z = w1 x1 + w2 x2 + w3 x3 - θ を「重み付き入力」と呼び、単位ステップ関数 u
    （z < 0 で 0、z >= 0 で 1）を使うと、発火の式は 1 行になります。

        y = u(z)
    """,
    en="""
    A neuron multiplies each signal x1, x2, x3 that reaches it by a weight w1, w2,
    w3, adds the products up, and fires if the sum reaches its threshold theta:

        no output  (y = 0):  w1 x1 + w2 x2 + w3 x3 <  theta
        an output  (y = 1):  w1 x1 + w2 x2 + w3 x3 >= theta

    Call z = w1 x1 + w2 x2 + w3 x3 - theta the weighted input. With the unit step u
    (0 for z < 0, and 1 for z >= 0), firing becomes one line:

        y = u(z)
    """,
)

# %%
page.say(
    ja="""
    手で計算: 重み (2, 1, 3)、しきい値 θ = 4 のニューロンに x = (1, 0, 1) を入れると

        z = 2*1 + 1*0 + 3*1 - 4 = 1 >= 0   だから発火する（y = 1）

    x = (1, 1, 0) なら z = 2 + 1 + 0 - 4 = -1 < 0 で、発火しません（y = 0）。
    同じことを、8 通りの入力すべてで試します。
    """,
    en="""
    By hand: a neuron with weights (2, 1, 3) and theta = 4 that sees x = (1, 0, 1) has

        z = 2*1 + 1*0 + 3*1 - 4 = 1 >= 0,  so it fires (y = 1)

    For x = (1, 1, 0), z = 2 + 1 + 0 - 4 = -1 < 0: it does not fire (y = 0).
    Here are all eight inputs:
    """,
)
w1, w2, w3 = 2.0, 1.0, 3.0
theta = 4.0
fired = {}
rows = []
for x1 in (0, 1):
    for x2 in (0, 1):
        for x3 in (0, 1):
            z = w1 * x1 + w2 * x2 + w3 * x3 - theta
            y = step(z)
            fired[x1, x2, x3] = y
            rows.append([x1, x2, x3, f"{z:g}", f"{y:g}"])
page.table(["x1", "x2", "x3", "z", "y = u(z)"], rows)
print()
print("    u(-0.001) =", step(-0.001), "   u(0) =", step(0.0), "   u(0.001) =", step(0.001))

# %%
picture = figure(9.0, 3.6)
left, right = picture.subplots(1, 2)
left.plot([-3, 0], [0, 0], color=BLUE, linewidth=2.5)
left.plot([0, 3], [1, 1], color=BLUE, linewidth=2.5)
left.plot([0], [0], "o", color=BLUE, markerfacecolor="white", markersize=8)
left.plot([0], [1], "o", color=BLUE, markersize=8)
through_origin(left, "z", "y")
left.set_title(page.label("単位ステップ関数 y = u(z)", "The unit step y = u(z)"))

line = frange(-1, 4)  # two signals, w = (2, 1), θ = 4: the line 2 x1 + x2 = 4
right.plot(line, [theta - 2 * x1 for x1 in line], color=ORANGE, linewidth=2)
right.fill_between(line, [theta - 2 * x1 for x1 in line], 5, color=ORANGE, alpha=0.15)
right.fill_between(line, -1, [theta - 2 * x1 for x1 in line], color=LIGHT, alpha=0.5)
right.text(2.4, 3.0, page.label("発火する (y = 1)", "fires (y = 1)"), color=ORANGE)
right.text(0.1, 0.4, page.label("発火しない\n(y = 0)", "does not fire\n(y = 0)"), color=GREY)
right.set_xlim(-1, 4)
right.set_ylim(-1, 5)
through_origin(right, "x₁", "x₂")
right.set_title(page.label("発火の境目 2x₁ + x₂ = 4", "The firing line 2x₁ + x₂ = 4"))
page.show(
    picture,
    "firing",
    ja="単位ステップ関数と、入力が 2 つのニューロンの発火の境目",
    en="The unit step, and where a neuron with two inputs fires",
)

# %%
page.ask(
    ja="θ を 4 から 6 に上げると、8 通りのうち何通りで発火しますか。",
    answer_ja="x = (1, 1, 1) の 1 通りだけです（z = 2 + 1 + 3 - 6 = 0 で、u(0) = 1）。",
    en="If theta rises from 4 to 6, for how many of the eight inputs does it fire?",
    answer_en="For one, x = (1, 1, 1): z = 2 + 1 + 3 - 6 = 0, and u(0) = 1.",
)
page.ask(
    ja="重み (1, 1) のニューロンが「x1 と x2 の両方が 1 のときだけ」発火する θ はいくつですか。",
    answer_ja="1 < θ <= 2 ならどれでも。これは論理積 AND です。0 < θ <= 1 なら OR になります。",
    en="Weights (1, 1): which theta makes the neuron fire only if both x1 and x2 are 1?",
    answer_en="Any with 1 < theta <= 2: that is a logical AND. 0 < theta <= 1 gives an OR.",
)
