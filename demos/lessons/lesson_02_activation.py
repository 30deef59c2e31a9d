"""Lesson 2: a unit, with any activation function (ユニット, 活性化関数).

Run me: python -m demos 2
"""

# %%
from autograd_lite import relu, sigmoid, step, tanh
from autograd_lite.words.op_words import meaning
from demos.page import Page
from demos.plots import BLUE, GREEN, ORANGE, PURPLE, figure, plot, through_origin
from nn import Unit

page = Page(2)

# %%
page.say(
    ja="""
    ニューロンを簡単にして抽象化したものを「ユニット」と呼びます。
    発火の式の u は、単位ステップ関数に限る必要はありません。

        旧:  y = u(w1 x1 + w2 x2 + w3 x3 - θ)
        新:  y = a(w1 x1 + w2 x2 + w3 x3 - θ)

    この a が「活性化関数」です。モデルを作る人が自由に選べます。
    """,
    en="""
    A unit is a simplified, abstract neuron. Nothing forces its function to be the
    unit step u:

        before:  y = u(w1 x1 + w2 x2 + w3 x3 - theta)
        now:     y = a(w1 x1 + w2 x2 + w3 x3 - theta)

    This a is the activation function, and whoever makes the model chooses it.
    """,
)

# %%
page.say(
    ja="""
    手で計算: 重み (2, 1, 3)、θ = 4、入力 x = (1, 0, 1) なら、z = 2 + 0 + 3 - 4 = 1。
    同じ z = 1 でも、活性化関数によって出力は変わります。u(1) = 1、σ(1) = 0.731... です。
    エンジンのユニットでは -θ をバイアス b と書きます（くわしくはレッスン 4）。
    """,
    en="""
    By hand: weights (2, 1, 3), theta = 4 and x = (1, 0, 1) give z = 2 + 0 + 3 - 4 = 1.
    From this one z each activation makes another output: u(1) = 1, sigma(1) = 0.731 ...
    The engine's units take -theta as their bias b (more in lesson 4).
    """,
)
outputs = {}
rows = []
for activation in (step, sigmoid, tanh, relu):
    unit = Unit(3, activation, weights=[2.0, 1.0, 3.0], bias=-4.0)
    fired = unit([1.0, 0.0, 1.0])
    calm = unit([1.0, 1.0, 0.0])
    outputs[activation.name] = fired.data, calm.data
    rows.append([activation.name, f"{fired:.4f}", f"{calm:.4f}"])
page.table([page.text("活性化関数", "activation"), "x = (1, 0, 1)", "x = (1, 1, 0)"], rows)

# %%
picture = figure(8.0, 5.2)
grid = picture.subplots(2, 2).flatten()
for axes, activation, color in zip(
    grid, (step, sigmoid, tanh, relu), (ORANGE, BLUE, GREEN, PURPLE)
):
    plot(axes, activation, -4, 4, color)
    axes.plot([1], [activation(1.0)], "o", color="black")
    axes.set_ylim(-1.2, 2.2)
    name = page.label(meaning(activation, "ja"), meaning(activation, "en"))
    axes.set_title(f"{name}  a(z) = {activation.symbol}(z)", fontsize=10)
    through_origin(axes, "z", "y")
page.show(
    picture,
    "activations",
    ja="活性化関数の例。黒い点は z = 1 のときの出力",
    en="Four activation functions; the dot is the output for z = 1",
)

# %%
page.ask(
    ja="a(z) = z（恒等関数）のユニットだけを何層つないでも、\n"
    "1 つの層と同じことしかできません。なぜでしょう。",
    answer_ja="1 次式に 1 次式を入れても 1 次式のままだから。\n"
    "曲がった関数があって初めて、層を重ねる意味が出ます。",
    en="Layers of units with a(z) = z can do no more than one layer. Why?",
    answer_en="Linear in linear stays linear. Only a bent function makes more layers worth it.",
)
page.ask(
    ja="sigmoid と tanh の出力の範囲はどう違いますか。",
    answer_ja="sigmoid は 0 から 1、tanh は -1 から 1。実は tanh(z) = 2σ(2z) - 1 です。",
    en="How do the ranges of sigmoid and tanh differ?",
    answer_en="0 to 1, and -1 to 1. In fact tanh(z) = 2 sigma(2z) - 1.",
)
