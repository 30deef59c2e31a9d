"""Lesson 17: both partials are zero at a minimum, and at a saddle too (多変数関数の最小条件).

Run me: python -m demos 17
"""

# %%
from autograd_lite import grad
from demos.live_figures import Surface
from demos.page import Page
from demos.plots import GREY, ORANGE, arrow, figure, frange, plot_surface

page = Page(17)

# %%
page.say(
    ja="""
    【重要】z = f(x, y) が最小になるなら、どの変数で偏微分しても 0 です。

        ∂f/∂x = 0  かつ  ∂f/∂y = 0

    お椀 x^2 + y^2: ∂f/∂x = 2x、∂f/∂y = 2y。(0, 0) で両方 0 になり、そこが底です。

    でも、これも必要条件にすぎません。鞍（くら）x^2 - y^2 も (0, 0) で 2x = 0、-2y = 0 ですが、
    x 方向には谷、y 方向には山なので、最小ではありません。
    """,
    en="""
    Important: where z = f(x, y) is smallest, the partial derivatives in all variables
    are 0.

        ∂f/∂x = 0  and  ∂f/∂y = 0

    A bowl, x^2 + y^2: ∂f/∂x = 2x and ∂f/∂y = 2y are both 0 at (0, 0), its bottom.

    Again that is necessary, not sufficient. A saddle, x^2 - y^2, has 2x = 0 and
    -2y = 0 at (0, 0) too; but it is a valley along x and a hilltop along y.
    """,
)


def bowl(x: float, y: float) -> float:
    return x**2 + y**2


def saddle(x: float, y: float) -> float:
    return x**2 - y**2


# %%
rows = []
gradient = {}
for name, f in (("x^2 + y^2", bowl), ("x^2 - y^2", saddle)):
    for point in ((0.0, 0.0), (1.0, 0.5)):
        gradient[name, point] = dx, dy = grad(f)(*point)
        rows.append([name, f"({point[0]:g}, {point[1]:g})", f"{dx + 0.0:g}", f"{dy + 0.0:g}"])
page.table(["f", page.text("点", "point"), "df/dx", "df/dy"], rows)
print("    saddle(0, 0.1) =", saddle(0.0, 0.1), " < saddle(0, 0) =", saddle(0.0, 0.0))

# %%
picture = figure(8.6, 7.4)
titles = {
    bowl: page.label("お椀 z = x² + y²", "a bowl, z = x² + y²"),
    saddle: page.label("鞍 z = x² − y²", "a saddle, z = x² − y²"),
}
grid = frange(-1.5, 1.5, 25)
for k, f in enumerate((bowl, saddle)):
    heights = [[f(x, y) for x in grid] for y in grid]
    solid = picture.add_subplot(2, 2, 1 + k, projection="3d")
    plot_surface(solid, grid, heights)
    solid.set_title(titles[f])
    flat = picture.add_subplot(2, 2, 3 + k)
    flat.contour(grid, grid, heights, levels=10, colors=GREY, linewidths=0.8)
    for x in (-1.0, -0.5, 0.0, 0.5, 1.0):
        for y in (-1.0, -0.5, 0.0, 0.5, 1.0):
            dx, dy = grad(f)(x, y)
            if dx or dy:
                arrow(flat, (x, y), (x + 0.17 * dx, y + 0.17 * dy), ORANGE, 1.2)
    flat.plot([0], [0], "o", color="black")
    flat.set_aspect("equal")
    flat.set_xlabel("x")
    flat.set_ylabel("y", rotation=0)
page.show(
    picture,
    "bowl_and_saddle",
    ja="お椀と鞍。下は等高線と勾配（登る向きの矢印）。中央の点ではどちらも勾配が 0",
    en="A bowl and a saddle; below, contours and gradients (uphill). At the dot both are 0",
)

# %%
page.live(
    Surface(
        saddle,
        ("x", "y", "z"),
        at=(0.5, 0.5),
        across=(-2.0, 2.0),
        up=(-2.0, 2.0),
        levels=[-3.0, -2.0, -1.0, -0.3, 0.0, 0.3, 1.0, 2.0, 3.0],
        slices=True,
    ),
    ja="鞍 z = x^2 - y^2 の 2 つの切り口。x 方向には谷、y 方向には山です",
    en="Two slices through the saddle z = x^2 - y^2: a valley along x, a hilltop along y",
)
page.live(
    Surface(
        bowl,
        ("x", "y", "z"),
        at=(1.5, -1.0),
        across=(-2.0, 2.0),
        up=(-2.0, 2.0),
        levels=[0.1, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0],
        rate=0.1,
    ),
    ja="ボールを z = x^2 + y^2 の好きな場所に置いて、転がしてみましょう",
    en="Put the ball anywhere on z = x^2 + y^2, and let it roll",
)

# %%
page.ask(
    ja="f(x, y) = (x - 1)^2 + (y + 2)^2 の最小はどこですか。`grad` で確かめましょう。",
    answer_ja="(1, -2)。`grad(f)(1.0, -2.0)` は `(0.0, 0.0)` です。",
    en="Where is (x - 1)^2 + (y + 2)^2 smallest? Check with `grad`.",
    answer_en="At (1, -2): `grad(f)(1.0, -2.0)` is `(0.0, 0.0)`.",
)
page.ask(
    ja="ボールを鞍の (0, 0) にぴったり置くと止まります。(0, 0.001) に置くと？",
    answer_ja="勾配が 0 でなくなり、y 方向に転がり落ちます。\n"
    "勾配降下法も鞍からはたいてい抜け出せます。",
    en="A ball put at (0, 0) of the saddle stays. And at (0, 0.001)?",
    answer_en="It rolls off along y: gradient descent mostly escapes from saddles, too.",
)
