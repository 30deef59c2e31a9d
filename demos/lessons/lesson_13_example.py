"""Lesson 13: the example C = (2 - y)^2 (例).

Run me: python -m demos 13
"""

# %%
from typing import Any

from autograd_lite import Value, draw, trace
from demos.live_figures import Curve
from demos.page import Page
from demos.plots import BLUE, GREEN, ORANGE, figure, frange, plot, through_origin

page = Page(13)

# %%
page.say(
    ja="""
    C = (2 - y)^2 を y で微分します。展開して、項ごとに公式を使います。

        dC/dy = d(4 - 4y + y^2)/dy = 0 - 4 + 2y = -4 + 2y

    手で計算: y = 0.5 なら -4 + 2 * 0.5 = -3、y = 2 なら -4 + 2 * 2 = 0。
    """,
    en="""
    Differentiate C = (2 - y)^2 in y: expand it, then use the formulas term by term.

        dC/dy = d(4 - 4y + y^2)/dy = 0 - 4 + 2y = -4 + 2y

    By hand: at y = 0.5 it is -4 + 2 * 0.5 = -3, and at y = 2 it is -4 + 2 * 2 = 0.
    """,
)

# %%
page.say(
    ja="エンジンには式だけを書きます。展開も公式もいりません。",
    en="Give the engine the formula and nothing more: no expanding, no rules.",
)
y = Value(0.5, "y")
C = (2 - y) ** 2
C.label = "C"
C.backward()
slope = y.grad
print("    y = 0.5:  C =", C.data, "  dC/dy =", slope)

bottom = Value(2.0, "y")
((2 - bottom) ** 2).backward()
print("    y = 2.0:  dC/dy =", bottom.grad)

# %%
page.show(
    draw(C),
    "graph",
    ja="計算グラフ。矢印の数が局所的な微分で、C から y まで掛けていくと dC/dy になる",
    en="The computation graph; the derivatives on the arrows multiply, from C to y",
)
y.grad = 0.0  # the gradients of leaves add up
page.save_steps(trace(C), "steps")

# %%
picture = figure()
axes = picture.subplots()
plot(axes, lambda y: (2 - y) ** 2, -0.6, 4.6, BLUE)
for at, tangent, color in ((0.5, slope, ORANGE), (2.0, bottom.grad, GREEN)):
    near = frange(at - 0.8, at + 0.8, 2)
    height = (2 - at) ** 2
    axes.plot(near, [height + tangent * (y - at) for y in near], color=color, linewidth=2)
    axes.plot([at], [height], "o", color=color)
axes.text(0.75, 2.5, "y = 0.5,  dC/dy = −3", color=ORANGE)
axes.text(2.0, -0.65, "y = 2,  dC/dy = 0", color=GREEN, ha="center")
axes.set_ylim(-1, 7)
axes.set_title("C = (2 − y)²")
through_origin(axes, "y", "C")
page.show(
    picture,
    "curve",
    ja="y = 0.5 では右下がり、y = 2 では水平",
    en="At y = 0.5 the curve falls; at y = 2 it is level",
)


# %%
def cost(y: Any) -> Any:
    return (2 - y) ** 2


page.live(
    Curve(cost, ("y", "C"), at=0.5, across=(-1.0, 5.0), up=(-1.5, 8.0)),
    ja="点を動かして、傾きの符号が変わるところを探しましょう",
    en="Drag the point and find where the slope changes its sign",
)

# %%
page.ask(
    ja="C を小さくするには、y = 0.5 から y を増やすべきですか、減らすべきですか。",
    answer_ja="増やすべきです。傾きが負（-3）なので、y を増やすと C は減ります。",
    en="To make C smaller from y = 0.5, should y grow or shrink?",
    answer_en="Grow: the slope is negative (-3), so C falls as y rises.",
)
page.ask(
    ja="`y.data = 3.0` にして `C.backward()` をもう一度呼ぶと `y.grad` は 2 になりますか。",
    answer_ja="なりません。グラフは作ったときの値を覚えています。\n"
    "式を書き直す（または `recompute(C)`）必要があります。\n"
    "葉の `grad` は足されていくので、その前に `zero_grad` も。",
    en="Set `y.data = 3.0` and call `C.backward()` again. Is `y.grad` then 2?",
    answer_en="No. The graph remembers the numbers it was made with: write the formula again, or\n"
    "`recompute(C)`; and `zero_grad` first, for gradients of leaves add up.",
)
