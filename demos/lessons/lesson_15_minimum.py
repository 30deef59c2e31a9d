"""Lesson 15: f'(a) = 0 is necessary for a minimum, not sufficient (関数の最小値の条件).

Run me: python -m demos 15
"""

# %%
from autograd_lite import grad
from demos.live_figures import Curve
from demos.page import Page
from demos.plots import BLUE, ORANGE, figure, plot, through_origin

page = Page(15)

# %%
page.say(
    ja="""
    【重要】関数 f が x = a で最小になるなら、f'(a) = 0 です。
    でも逆は言えません。f'(a) = 0 は「必要条件」であって「十分条件」ではありません。

        x^2     (x^2)'  = 2x      x = 0 で 0   最小
        -x^2    (-x^2)' = -2x     x = 0 で 0   最大
        x^3     (x^3)'  = 3x^2    x = 0 で 0   どちらでもない（変曲点）

    もう一度微分すると最初の 2 つを見分けられます。f'' > 0 なら谷（極小）、f'' < 0 なら山（極大）。
    f'' = 0 のときは、これだけでは決まりません。
    """,
    en="""
    Important: if f is smallest at x = a, then f'(a) = 0. But not the other way round:
    f'(a) = 0 is necessary, not sufficient.

        x^2     (x^2)'  = 2x      0 at x = 0   a minimum
        -x^2    (-x^2)' = -2x     0 at x = 0   a maximum
        x^3     (x^3)'  = 3x^2    0 at x = 0   neither: an inflection

    Differentiate once more to tell the first two apart: f'' > 0 is a valley, f'' < 0 a
    hilltop. If f'' = 0, this alone cannot tell.
    """,
)


def valley(x: float) -> float:
    return x**2


def hill(x: float) -> float:
    return -(x**2)


def terrace(x: float) -> float:
    return x**3


# %%
words = {
    "valley": page.text("最小", "minimum"),
    "hill": page.text("最大", "maximum"),
    "terrace": page.text("変曲点", "inflection"),
}
first, second = {}, {}
rows = []
for name, f in (("valley", valley), ("hill", hill), ("terrace", terrace)):
    first[name] = grad(f)(0.0)
    second[name] = grad(grad(f))(0.0)
    rows.append([words[name], f"{first[name] + 0.0:g}", f"{second[name] + 0.0:g}"])
page.table([page.text("x = 0 は", "x = 0 is a"), "f'(0)", "f''(0)"], rows)

# %%
picture = figure(9.2, 3.2)
titles = {
    "valley": page.label("最小  y = x²", "minimum  y = x²"),
    "hill": page.label("最大  y = −x²", "maximum  y = −x²"),
    "terrace": page.label("変曲点  y = x³", "inflection  y = x³"),
}
for axes, (name, f) in zip(
    picture.subplots(1, 3), (("valley", valley), ("hill", hill), ("terrace", terrace))
):
    plot(axes, f, -1.5, 1.5, BLUE)
    axes.plot([-0.8, 0.8], [0, 0], color=ORANGE, linewidth=2.5)
    axes.plot([0], [0], "o", color=ORANGE)
    axes.set_ylim(-2.2, 2.2)
    axes.set_title(titles[name])
    through_origin(axes, "x", "y")
page.show(
    picture,
    "three_cases",
    ja="3 つとも x = 0 で接線が水平（f' = 0）だが、最小なのは 1 つだけ",
    en="All three have a level tangent at x = 0; only one has its minimum there",
)

# %%
page.live(
    Curve(terrace, ("x", "x³"), at=-1.0, across=(-2.0, 2.0), up=(-4.0, 4.0)),
    ja="y = x^3 の点を左から右へ動かすと、傾きは 0 になっても負にはなりません",
    en="Drag the point on y = x^3 from left to right: the slope gets to 0 and is never negative",
)

# %%
page.ask(
    ja="f(x) = x^4 の f'(0) と f''(0) は？ x = 0 は最小ですか。",
    answer_ja="どちらも 0 ですが、x^4 >= 0 なので最小です。f'' = 0 では決まらない例です。",
    en="What are f'(0) and f''(0) of x^4? Is x = 0 its minimum?",
    answer_en="Both are 0, and yes, for x^4 >= 0: where f'' = 0, f'' alone cannot tell.",
)
page.ask(
    ja="f(x) = x^3 - 3x は x = 1 で f' = 0。ここで f は最小ですか。",
    answer_ja="f''(1) = 6 > 0 で谷（極小）ですが、左へ行くと f はいくらでも小さくなるので\n"
    "最小ではありません。勾配降下法が見つけるのも、このような谷です。",
    en="f(x) = x^3 - 3x has f' = 0 at x = 1. Is it the minimum?",
    answer_en="f''(1) = 6 > 0, so it is a valley; but far to the left f falls without end. Such\n"
    "valleys are what gradient descent finds.",
)
