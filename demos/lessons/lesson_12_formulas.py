"""Lesson 12: the formulas of differentiation (関数の微分公式).

Run me: python -m demos 12
"""

# %%
import math
from typing import Any

from autograd_lite import Value, check_gradients, exp, grad
from demos.page import Page
from demos.plots import BLUE, ORANGE, figure, plot, through_origin

page = Page(12)

# %%
page.say(
    ja="""
    よく使う導関数の公式です（c は定数）。

        (c)' = 0      (x)' = 1      (x^2)' = 2x      (e^x)' = e^x      (e^(-x))' = -e^(-x)
        {f(x) + g(x)}' = f'(x) + g'(x)      {c f(x)}' = c f'(x)

    手で計算した値、誤差逆伝播法、差分（公式をいっさい使わない）の 3 つを、x = 1.5 で比べます。
    """,
    en="""
    The formulas that are used most (c is a constant):

        (c)' = 0      (x)' = 1      (x^2)' = 2x      (e^x)' = e^x      (e^(-x))' = -e^(-x)
        {f(x) + g(x)}' = f'(x) + g'(x)      {c f(x)}' = c f'(x)

    At x = 1.5, compare the formula by hand, backprop, and differences (which know no
    formula at all):
    """,
)


def constant(x: Value) -> Any:
    return 7.0


def itself(x: Value) -> Any:
    return +x


def square(x: Value) -> Any:
    return x**2


def growth(x: Value) -> Any:
    return exp(x)


def decay(x: Value) -> Any:
    return exp(-x)


def sum_of_two(x: Value) -> Any:
    return x**2 + exp(x)


def multiple(x: Value) -> Any:
    return 5 * x**2


at = 1.5
by_hand = {
    constant: 0.0,
    itself: 1.0,
    square: 2 * at,
    growth: math.exp(at),
    decay: -math.exp(-at),
    sum_of_two: 2 * at + math.exp(at),
    multiple: 5 * 2 * at,
}
names = ["7", "x", "x^2", "e^x", "e^(-x)", "x^2 + e^x", "5 x^2"]
rows = []
slopes = {}
for name, (f, slope) in zip(names, by_hand.items()):
    slopes[name] = grad(f)(at)
    check = check_gradients(f, at)
    rows.append([name, f"{slope:.9f}", f"{slopes[name]:.9f}", f"{check.partials[0].measured:.9f}"])
head = ["f(x)", page.text("手計算", "by hand"), page.text("逆伝播", "backprop"),
        page.text("差分", "difference")]  # fmt: skip
page.table(head, rows)

# %%
picture = figure(9.0, 3.6)
left, right = picture.subplots(1, 2)
plot(left, lambda x: x * x, -2, 2, BLUE, "x²")
plot(left, lambda x: 2 * x, -2, 2, ORANGE, "(x²)′ = 2x")
plot(right, math.exp, -2, 2, BLUE, "eˣ = (eˣ)′")
plot(right, lambda x: math.exp(-x), -2, 2, BLUE, "e⁻ˣ")
plot(right, lambda x: -math.exp(-x), -2, 2, ORANGE, "(e⁻ˣ)′ = −e⁻ˣ")
right.lines[1].set_linestyle("--")
for axes in (left, right):
    through_origin(axes, "x", "y")
    axes.legend(loc="lower right", frameon=False)
left.set_title(page.label("関数（青）と導関数（橙）", "A function (blue), its derivative (orange)"))
right.set_title(page.label("eˣ は微分しても変わらない", "eˣ is its own derivative"))
page.show(
    picture,
    "formulas",
    ja="関数と、その導関数",
    en="Functions and their derivatives",
)

# %%
page.ask(
    ja="f(x) = x^2 + 3x + 7 の f'(2) を、公式で求めてから `grad` で確かめましょう。",
    answer_ja="2x + 3 なので 7。`grad(lambda x: x**2 + 3*x + 7)(2.0)` も 7.0 です。",
    en="Find f'(2) of f(x) = x^2 + 3x + 7 by the formulas, then by `grad`.",
    answer_en="2x + 3, so 7; `grad(lambda x: x**2 + 3*x + 7)(2.0)` says 7.0.",
)
page.ask(
    ja="(e^(-x))' = -e^(-x) のマイナスはどこから来ますか。",
    answer_ja="内側の -x の微分 -1 が掛かるからです（連鎖律、レッスン 19）。",
    en="Where does the minus in (e^(-x))' = -e^(-x) come from?",
    answer_en="From the inner -x, whose derivative is -1 (the chain rule, lesson 19).",
)
