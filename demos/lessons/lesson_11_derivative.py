"""Lesson 11: the derivative, a limit; the secant turns into the tangent (導関数の意味).

Run me: python -m demos 11
"""

# %%
from typing import TYPE_CHECKING

from autograd_lite import Value
from demos.live_figures import Curve
from demos.page import Page
from demos.plots import BLUE, GREEN, ORANGE, Movie, frange, plot, through_origin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

page = Page(11)

# %%
page.say(
    ja="""
    関数 f の導関数 f'(x) は、x を Δx だけ動かしたときの平均の傾きの、極限です。

        f'(x) = lim (f(x + Δx) - f(x)) / Δx      （Δx を限りなく 0 に近づける）

    グラフでは、2 点 P, Q を通る直線の傾きが、P での接線の傾きに近づきます。
    """,
    en="""
    The derivative f'(x) is the limit of the mean slope when x moves by Δx:

        f'(x) = lim (f(x + Δx) - f(x)) / Δx      (Δx gets as close to 0 as you like)

    In the graph: the line through P and Q turns into the tangent at P.
    """,
)

# %%
page.say(
    ja="""
    手で計算: f(x) = x^2 の x = 1 では

        ((1 + Δx)^2 - 1^2) / Δx = (2Δx + Δx^2) / Δx = 2 + Δx

    Δx を 0 に近づけると 2 に近づきます。誤差逆伝播法は、この極限をいきなり求めます。
    """,
    en="""
    By hand: f(x) = x^2 at x = 1 has

        ((1 + Δx)^2 - 1^2) / Δx = (2Δx + Δx^2) / Δx = 2 + Δx

    which tends to 2 with Δx. Backprop gives that limit at once.
    """,
)


def f(x: float) -> float:
    return x * x


slopes = []
for dx in (1.0, 0.5, 0.1, 0.01, 0.001):
    slope = (f(1.0 + dx) - f(1.0)) / dx
    slopes.append(slope)
    print(f"    dx = {dx:<6g}  {page.text('PQ の傾き', 'slope of PQ')} = {slope:.6f}")
x = Value(1.0, "x")
y = x * x
y.backward()
print(f"    backprop     {page.text('P での傾き', 'slope at P ')} = {x.grad:.6f}")

# %%
steps = [1.5 * 0.66**k for k in range(11)]
heading = page.label("割線から接線へ", "From secant to tangent")


def paint(axes: "Axes", k: int) -> None:
    dx = steps[k]
    slope = (f(1.0 + dx) - f(1.0)) / dx
    plot(axes, f, -0.5, 2.8, BLUE)
    wide = frange(-0.5, 2.8, 2)
    axes.plot(wide, [1 + 2 * (x - 1) for x in wide], color=GREEN, linestyle="--")
    axes.plot(wide, [1 + slope * (x - 1) for x in wide], color=ORANGE, linewidth=2)
    axes.plot([1, 1 + dx, 1 + dx], [1, 1, f(1 + dx)], color=ORANGE, linewidth=0.8, linestyle=":")
    axes.plot([1, 1 + dx], [1, f(1 + dx)], "o", color=ORANGE)
    axes.text(0.85, 1.15, "P", fontsize=13, ha="right")
    if dx > 0.25:
        axes.text(1 + dx - 0.05, f(1 + dx) + 0.2, "Q", fontsize=13, ha="right")
    axes.text(0.08, 5.2, f"Δx = {dx:.3f}", fontsize=12)
    axes.text(0.08, 4.6, f"Δy/Δx = {slope:.3f}", fontsize=12, color=ORANGE)
    axes.text(0.08, 4.0, "f′(1) = 2", fontsize=12, color=GREEN)
    axes.set_xlim(-0.6, 2.9)
    axes.set_ylim(-1.2, 6.6)
    axes.set_title(heading)
    through_origin(axes, "x", "y")


page.show(
    Movie(paint, frames=len(steps)),
    "secant",
    ja="Δx が小さくなると、PQ の傾きは接線の傾き f'(1) = 2 に近づく（動く図）",
    en="As Δx shrinks, the slope of PQ tends to the tangent's, f'(1) = 2 (it moves)",
)

# %%
page.live(
    Curve(f, ("x", "f(x)"), at=1.0, across=(-1.0, 3.0), up=(-1.5, 7.0), secant=1.5),
    ja="Q を P に近づけてみましょう。割線（橙）が接線（緑の破線）に重なっていきます",
    en="Drag Q towards P: the secant (orange) turns into the tangent (green, dashed)",
)

# %%
page.ask(
    ja="Δx を 1e-16 にすると、傾きはいくつになりますか。なぜでしょう。",
    answer_ja="0.0 になります。1 + 1e-16 は float では 1.0 そのものだからです。\n"
    "小さくしすぎると丸めに負けます。誤差逆伝播法に Δx はありません。",
    en="What slope does Δx = 1e-16 give, and why?",
    answer_en="0.0: as a float, 1 + 1e-16 is 1.0 itself. Too small a Δx loses to rounding;\n"
    "backprop has no Δx at all.",
)
page.ask(
    ja="(f(x + Δx) - f(x - Δx)) / (2Δx) （中心差分）にすると、x^2 では誤差はいくつになりますか。",
    answer_ja="0 です。(4xΔx) / (2Δx) = 2x。だから `check_gradients` は中心差分を使います。",
    en="What is the error of the central difference (f(x + Δx) - f(x - Δx)) / (2Δx) for x^2?",
    answer_en="0: (4xΔx) / (2Δx) = 2x. That is why `check_gradients` uses it.",
)
