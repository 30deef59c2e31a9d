"""Lesson 18: the approximation, the gradient, and the steepest way down (関数の近似公式, 勾配).

Run me: python -m demos 18
"""

# %%
import math
from itertools import pairwise

from autograd_lite import Value, directional_derivative, grad
from demos.live_figures import Surface
from demos.page import Page
from demos.plots import BLUE, GREEN, GREY, ORANGE, arrow, figure, frange

page = Page(18)

# %%
page.say(
    ja="""
    【重要】Δx が十分小さいとき

        f(x + Δx) ≒ f(x) + f'(x) Δx

    手で計算: f(x) = x^3、x = 1、Δx = 0.1 なら、右辺は 1 + 3 * 0.1 = 1.3。
    本当の値は 1.1^3 = 1.331 なので、誤差は 0.031。Δx を半分にすると、誤差は約 4 分の 1 になります。
    """,
    en="""
    Important: for a small Δx,

        f(x + Δx) is nearly f(x) + f'(x) Δx

    By hand: f(x) = x^3, x = 1 and Δx = 0.1 give 1 + 3 * 0.1 = 1.3 on the right. In truth
    it is 1.1^3 = 1.331: the error is 0.031. Halve Δx, and it becomes about a quarter.
    """,
)


def cube(x: float) -> float:
    return x**3


slope = grad(cube)(1.0)
errors = {}
rows = []
for k in range(6):
    dx = 0.1 / 2**k
    errors[k] = cube(1.0 + dx) - (cube(1.0) + slope * dx)
    ratio = f"{errors[k] / errors[k - 1]:.4f}" if k else ""
    rows.append([f"{dx:g}", f"{errors[k]:.3e}", ratio])
page.table(["Δx", page.text("誤差", "error"), page.text("前との比", "ratio")], rows)

# %%
page.say(
    ja="""
    2 変数でも同じで、勾配 ∇z と動かす量 Δx の内積になります。

        Δz ≒ ∂z/∂x1 Δx1 + ∂z/∂x2 Δx2 = 〈∇z, Δx〉

    コーシー・シュワルツの不等式から 〈∇z, Δx〉 >= -|∇z| |Δx| です。等号になるのは Δx が
    ∇z と逆向きのとき。つまり、同じ長さなら -∇z の向きに動くと z がいちばん減ります。
    これが「勾配降下法」です。z = x1^2 + 3 x2^2 の点 (2, 1) で、いろいろな向きに 0.01 動きます。
    """,
    en="""
    The same in two variables: the inner product of the gradient and the step,

        Δz is nearly ∂z/∂x1 * Δx1 + ∂z/∂x2 * Δx2 = <grad z, step>

    By Cauchy-Schwarz, <grad z, step> >= -|grad z| |step|, with equality when the step
    goes against the gradient. So of all steps of one length, the one along -grad z
    lowers z most: that is gradient descent. From (2, 1) on z = x1^2 + 3 x2^2, go 0.01 in
    many directions:
    """,
)


def valley(x1: float, x2: float) -> float:
    return x1**2 + 3 * x2**2


gradient = grad(valley)(2.0, 1.0)
downhill = math.degrees(math.atan2(-gradient[1], -gradient[0])) % 360
x1, x2 = Value(2.0, "x1"), Value(1.0, "x2")
z = x1**2 + 3 * x2**2
changes = {}
for degrees in range(0, 360, 2):
    angle = math.radians(degrees)
    step = [0.01 * math.cos(angle), 0.01 * math.sin(angle)]
    changes[degrees] = valley(2.0 + step[0], 1.0 + step[1]) - valley(2.0, 1.0)
    if degrees % 60 == 0:
        linear = directional_derivative(z, [x1, x2], step)
        print(
            f"    {degrees:3} deg:  dz = {changes[degrees]:+.5f}   <grad z, step> = {linear:+.5f}"
        )
best = min(changes, key=lambda degrees: changes[degrees])
opposite = f"-grad z = ({-gradient[0]:g}, {-gradient[1]:g})"
print("    " + page.text(
    f"z が最も減る向きは {best} 度、{opposite} の向きは {downhill:.1f} 度",
    f"z falls most at {best} deg; {opposite} points to {downhill:.1f} deg",
))  # fmt: skip

# %%
picture = figure(9.4, 3.8)
left, right = picture.subplots(1, 2)
widths = [0.1 / 2**k for k in errors]
left.loglog(widths, list(errors.values()), "o-", color=BLUE)
left.set_xlabel("Δx")
left.set_title(page.label("誤差: Δx が半分で約 1/4", "The error: half of Δx, a quarter of it"))
left.grid(True, which="major", color="#EEEEEE")

angles = list(changes)
right.plot(angles, [changes[degrees] for degrees in angles], color=BLUE)
right.plot([best], [changes[best]], "o", color=ORANGE, markersize=9)
right.axvline(downhill, color=ORANGE, linestyle="--", linewidth=1)
right.text(downhill + 8, 0.03, page.label("−∇z の向き", "towards −∇z"), color=ORANGE)
right.axhline(0, color=GREY, linewidth=0.8)
right.set_xlabel(page.label("動く向き（度）", "direction (degrees)"))
right.set_title(page.label("長さ 0.01 動いたときの Δz", "Δz of a step of length 0.01"))
page.show(
    picture,
    "approximation",
    ja="左: 近似の誤差。右: z がいちばん減るのは勾配と逆の向き",
    en="Left: the approximation's error. Right: z falls most against the gradient",
)

# %%
page.say(
    ja="勾配と逆向きに少し動くことを繰り返すと、谷底に着きます（学習率 η = 0.1）。",
    en="Small steps against the gradient, again and again, lead to the bottom (rate 0.1).",
)
path = [(2.0, 1.0)]
for _ in range(25):
    at = path[-1]
    slopes = grad(valley)(*at)
    path.append((at[0] - 0.1 * slopes[0], at[1] - 0.1 * slopes[1]))
print(f"    z: {valley(*path[0]):g} -> {valley(*path[5]):.4f} -> {valley(*path[-1]):.6f}")

# %%
picture = figure(6.8, 4.4)
axes = picture.subplots()
across, up = frange(-2.6, 2.6, 80), frange(-1.6, 1.6, 60)
heights = [[valley(x, y) for x in across] for y in up]
axes.contour(across, up, heights, levels=[0.1, 0.5, 1.5, 3, 5, 7, 9.5], colors=GREY, linewidths=0.8)
for start, end in pairwise(path[:9]):
    arrow(axes, start, end, ORANGE)
axes.plot([x for x, y in path], [y for x, y in path], "o", color=ORANGE, markersize=4)
axes.plot([0], [0], "*", color=GREEN, markersize=14)
axes.set_aspect("equal")
axes.set_xlabel("x₁")
axes.set_ylabel("x₂", rotation=0)
axes.set_title(page.label("勾配降下法の経路", "The path of gradient descent"))
page.show(
    picture,
    "descent",
    ja="等高線の上の勾配降下法。星が最小",
    en="Gradient descent on the contours; the star is the minimum",
)

# %%
page.live(
    Surface(
        valley,
        ("x₁", "x₂", "z"),
        at=(2.0, 1.0),
        across=(-2.6, 2.6),
        up=(-1.6, 1.6),
        levels=[0.1, 0.5, 1.5, 3.0, 5.0, 7.0, 9.5],
        rate=0.1,
    ),
    ja="ボールを動かし、学習率を変えて転がしてみましょう。0.4 ではどうなりますか",
    en="Move the ball, change the rate, and let it roll. What happens at a rate of 0.4?",
)

# %%
page.ask(
    ja="学習率を 0.1 から 0.4 に変えて実行しましょう。何が起こりますか。",
    answer_ja="x2 が行きすぎて -1.4 倍ずつになり、発散します。\n"
    "近似公式が使えるのは小さな一歩だけです。",
    en="Change the rate from 0.1 to 0.4. What happens?",
    answer_en="x2 overshoots, by -1.4 each time, and grows without end: the approximation\n"
    "holds for small steps only.",
)
page.ask(
    ja="z がまったく変わらない向きはどちらですか（1 次の近似で）。",
    answer_ja="勾配と垂直な向き。内積が 0 になります。等高線の向きです。",
    en="In which direction does z not change at all (to first order)?",
    answer_en="Perpendicular to the gradient, where the inner product is 0: along the contour.",
)
