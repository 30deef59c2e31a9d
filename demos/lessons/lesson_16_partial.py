"""Lesson 16: functions of several variables and partial derivatives (多変数関数, 偏微分).

Run me: python -m demos 16
"""

# %%
from autograd_lite import Value, draw, trace
from demos.live_figures import Surface
from demos.page import Page
from demos.plots import BLUE, GREEN, ORANGE, figure, through_origin

page = Page(16)

# %%
page.say(
    ja="""
    入力が 2 つ以上ある関数が「多変数関数」です。ほかの変数は止めておき、ある 1 つの変数だけで
    微分することを「偏微分」といい、∂（ラウンド・ディー）で書きます。

        z = wx + b:    ∂z/∂x = w    ∂z/∂w = x    ∂z/∂b = 1

    手で計算: w = 2, x = 3, b = 1 なら、∂z/∂x = 2、∂z/∂w = 3、∂z/∂b = 1。
    """,
    en="""
    A function with two inputs or more is one of several variables. Hold all but one
    still and differentiate in that one: a partial derivative, written with a round d.

        z = wx + b:    ∂z/∂x = w    ∂z/∂w = x    ∂z/∂b = 1

    By hand: w = 2, x = 3 and b = 1 give ∂z/∂x = 2, ∂z/∂w = 3, ∂z/∂b = 1.
    """,
)

# %%
page.say(
    ja="`backward()` を 1 回呼ぶだけで、すべての偏微分が一度に求まります。",
    en="One call of `backward()` finds all partial derivatives at once.",
)
w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
z = w * x + b
z.label = "z"
z.backward()
print("    z =", z.data)
print("    dz/dx =", x.grad, "  dz/dw =", w.grad, "  dz/db =", b.grad)

# %%
page.show(
    draw(z),
    "graph",
    ja="z = wx + b の計算グラフと、葉 w, x, b に届いた偏微分",
    en="The graph of z = wx + b, and the partial derivatives at its leaves",
)
w.grad = x.grad = b.grad = 0.0  # the gradients of leaves add up
page.save_steps(trace(z), "steps")

# %%
picture = figure(9.2, 3.2)
for axes, (name, slope, color) in zip(
    picture.subplots(1, 3), (("x", w, BLUE), ("w", x, ORANGE), ("b", Value(1.0), GREEN))
):
    at = {"x": 3.0, "w": 2.0, "b": 1.0}[name]
    ends = [at - 2, at + 2]
    axes.plot(ends, [z.data + slope.data * (end - at) for end in ends], color=color, linewidth=2)
    axes.plot([at], [z.data], "o", color="black")
    axes.set_ylim(0, 14)
    axes.set_title(f"∂z/∂{name} = {slope.data:g}", color=color)
    through_origin(axes, name, "z")
page.show(
    picture,
    "partials",
    ja="変数を 1 つずつ動かしたときの z。その傾きが偏微分",
    en="z when one variable moves and the others stand still: the slopes are the partials",
)


# %%
def weighted_input(w: Value, x: Value) -> Value:
    return w * x + 1.0


page.live(
    Surface(
        weighted_input,
        ("w", "x", "z"),
        at=(2.0, 3.0),
        across=(-4.0, 4.0),
        up=(-4.0, 4.0),
        levels=[-11.0, -7.0, -3.0, -1.0, 0.0, 2.0, 3.0, 5.0, 9.0, 13.0],
        slices=True,
    ),
    ja="z = wx + 1 の等高線。点を通る 2 つの切り口の傾きが ∂z/∂w と ∂z/∂x です",
    en="Contours of z = wx + 1; the slopes of the two slices through the point are its partials",
)

# %%
page.ask(
    ja="z = w1 x1 + w2 x2 + b では、∂z/∂w2 は何ですか。",
    answer_ja="x2 です。重みの偏微分は、その重みに掛かる入力そのもの。",
    en="What is ∂z/∂w2 of z = w1 x1 + w2 x2 + b?",
    answer_en="x2: a weight's partial derivative is the input that it multiplies.",
)
page.ask(
    ja="入力 x が 0 のとき、重み w を変えると z は変わりますか。\n"
    "学習にとってどんな意味がありますか。",
    answer_ja="変わりません（∂z/∂w = x = 0）。\n"
    "消えている画素の重みは、その画像からは何も学びません。",
    en="If x is 0, does z change with w? What does that mean for learning?",
    answer_en="No, ∂z/∂w = x = 0: from an image, the weights of dark pixels learn nothing.",
)
