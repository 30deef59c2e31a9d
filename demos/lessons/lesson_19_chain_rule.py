"""Lesson 19: the chain rule in one variable (合成関数, 1 変数関数の連鎖律).

Run me: python -m demos 19
"""

# %%
from autograd_lite import Value, draw, trace
from demos.page import Page
from demos.plots import BLUE, ORANGE, diagram, figure

page = Page(19)

# %%
page.say(
    ja="""
    y = f(u) で u = g(x) のような入れ子の関数 f(g(x)) を「合成関数」といいます。
    その微分は、途中の微分の掛け算になります。これが「連鎖律」です。

        dy/dx = dy/du * du/dx

    手で計算: y = u^2, u = 2 - x なら

        dy/dx = 2u * (-1) = -2u = -2(2 - x) = -4 + 2x

    x = 0.5 なら u = 1.5 で、dy/dx = 2 * 1.5 * (-1) = -3。
    """,
    en="""
    A function inside a function, y = f(u) with u = g(x), is called composite. Its
    derivative is the product of the derivatives on the way: the chain rule.

        dy/dx = dy/du * du/dx

    By hand: y = u^2 and u = 2 - x give

        dy/dx = 2u * (-1) = -2u = -2(2 - x) = -4 + 2x

    At x = 0.5, u = 1.5 and dy/dx = 2 * 1.5 * (-1) = -3.
    """,
)

# %%
x = Value(0.5, "x")
u = 2 - x
u.label = "u"
y = u**2
y.label = "y"
y.backward()
print("    dy/du =", u.grad, "  du/dx =", u.partials[1], "  dy/dx =", x.grad)

# %%
picture = figure(7.2, 2.4)
diagram(
    picture.subplots(),
    {"x": (0.0, 0.0), "u": (2.0, 0.0), "y": (4.0, 0.0)},
    [
        ("x", "u", "du/dx = −1", BLUE),
        ("u", "y", "dy/du = 2u = 3", ORANGE),
    ],
)
page.show(
    picture,
    "chain",
    ja="x → u → y。矢印に沿って掛けると dy/dx = (-1) × 3 = -3",
    en="x to u to y: along the arrows, dy/dx = (-1) * 3 = -3",
)

# %%
page.show(
    draw(y),
    "graph",
    ja="エンジンが記録した計算グラフ。微分は右（y）から左（x）へ掛けていく",
    en="The graph that the engine recorded; the derivatives multiply from y back to x",
)

# %%
page.say(
    ja="誤差逆伝播法は、この掛け算を出力から 1 歩ずつ進めます。各ステップを表示します。",
    en="Backprop does these products one step at a time, from the output. Step by step:",
)
x.grad = 0.0
record = trace(y)
for step in record:
    if step.parent in (u, x):
        page.write(f"    {step.formula()}")
page.save_steps(record, "steps")

# %%
page.ask(
    ja="y = (3x + 1)^2 の dy/dx を、u = 3x + 1 とおいて求めましょう。x = 1 では？",
    answer_ja="2u * 3 = 6(3x + 1)。x = 1 で 24。",
    en="Find dy/dx of y = (3x + 1)^2 with u = 3x + 1. And at x = 1?",
    answer_en="2u * 3 = 6(3x + 1), at x = 1 it is 24.",
)
page.ask(
    ja="y = σ(wx) の dy/dx は？（σ' はレッスン 14）",
    answer_ja="u = wx とおくと dy/du = y(1 - y)、du/dx = w なので、dy/dx = y(1 - y) w。",
    en="What is dy/dx of y = sigma(wx)? (For sigma', see lesson 14.)",
    answer_en="With u = wx: dy/du = y(1 - y), du/dx = w, so dy/dx = y(1 - y) w.",
)
