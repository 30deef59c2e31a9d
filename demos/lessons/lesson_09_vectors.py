"""Lesson 9: vectors, their magnitude, the inner product, Cauchy-Schwarz (ベクトル, 内積).

Run me: python -m demos 9
"""

# %%
import math

from autograd_lite import dot, sigmoid
from demos.page import Page
from demos.plots import BLUE, ORANGE, arrow, figure, through_origin
from nn import Unit
from nn.linear_algebra import norm

page = Page(9)

# %%
page.say(
    ja="""
    ベクトルは「向き」と「大きさ」を持つ量です。成分で書くと計算できます。

        大きさ    |a| = √(a_1^2 + ... + a_n^2)
        内積      〈a, b〉 = a_1 b_1 + ... + a_n b_n = |a| |b| cos θ

    手で計算:

        a = (-1, 2):               |a| = √((-1)^2 + 2^2) = √5 = 2.2360...
        a = (2, 3), b = (5, 1):    〈a, b〉 = 2*5 + 3*1 = 13

    （スライドでは 1 つ目の答えが 5 になっていますが、ルートを書き忘れたようです。√5 が正解です。）
    """,
    en="""
    A vector has a direction and a magnitude. In components they can be calculated:

        magnitude      |a| = sqrt(a_1^2 + ... + a_n^2)
        inner product  <a, b> = a_1 b_1 + ... + a_n b_n = |a| |b| cos(theta)

    By hand:

        a = (-1, 2):               |a| = sqrt((-1)^2 + 2^2) = sqrt(5) = 2.2360...
        a = (2, 3), b = (5, 1):    <a, b> = 2*5 + 3*1 = 13

    (The slide prints 5 for the first: the root sign went missing on the way. It is
    the root of 5.)
    """,
)
magnitude = norm([-1.0, 2.0])
product = dot([2.0, 3.0], [5.0, 1.0])
print("    norm([-1, 2]) =", magnitude)
print("    dot([2, 3], [5, 1]) =", product)

# %%
page.say(
    ja="""
    コーシー・シュワルツの不等式:

        -|a| |b| <= 〈a, b〉 <= |a| |b|

    cos θ が -1 から 1 までだからです。向きが同じとき右の等号、逆のとき左の等号になります。
    （レッスン 18 で、勾配降下法がこの不等式から出てきます。）
    """,
    en="""
    The inequality of Cauchy and Schwarz:

        -|a| |b| <= <a, b> <= |a| |b|

    because cos(theta) runs from -1 to 1. The right side is reached by vectors of the
    same direction, the left one by opposite ones. (Lesson 18 gets gradient descent
    out of it.)
    """,
)
cases = {"same": [4.0, 2.0], "between": [1.0, 3.0], "opposite": [-4.0, -2.0]}
a = [2.0, 1.0]
rows = []
for b in cases.values():
    bound = norm(a) * norm(b)
    rows.append([f"({b[0]:g}, {b[1]:g})", f"{-bound:.4f}", f"{dot(a, b):.4f}", f"{bound:.4f}"])
page.table(["b  (a = (2, 1))", "-|a||b|", "<a, b>", "|a||b|"], rows)

# %%
page.say(
    ja="""
    ユニットの出力も内積で書けます。重みと入力の向きが近いほど、強く興奮します。

        y = σ(w1 x1 + ... + w_n x_n + b) = σ(〈w, x〉 + b)
    """,
    en="""
    A unit's output is an inner product too: the closer its weights and its inputs
    are in direction, the more it is excited.

        y = sigma(w1 x1 + ... + w_n x_n + b) = sigma(<w, x> + b)
    """,
)
w, x, bias = [2.0, 1.0], [0.5, -1.0], 0.25
unit = Unit(2, weights=w, bias=bias)
print("    sigmoid(dot(w, x) + b) =", sigmoid(dot(w, x) + bias))
print("    unit(x)                =", unit(x).data)

# %%
picture = figure(9.4, 3.6)
titles = {
    "same": page.label("同じ向き: 〈a, b〉 = |a||b|", "same direction: 〈a, b〉 = |a||b|"),
    "between": page.label("その間", "in between"),
    "opposite": page.label("逆向き: 〈a, b〉 = −|a||b|", "opposite: 〈a, b〉 = −|a||b|"),
}
for axes, (case, b) in zip(picture.subplots(1, 3), cases.items()):
    arrow(axes, (0, 0), (b[0], b[1]), ORANGE)
    arrow(axes, (0, 0), (a[0], a[1]), BLUE, width=3.0)
    axes.text(a[0] - 0.5, a[1] + 0.35, "a", color=BLUE, fontsize=13)
    axes.text(b[0] - 0.5, b[1] + 0.35, "b", color=ORANGE, fontsize=13)
    axes.set_xlim(-5, 5)
    axes.set_ylim(-4, 4)
    axes.set_aspect("equal")
    through_origin(axes, "", "")
    angle = math.degrees(math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])) % 360
    axes.set_title(f"{titles[case]}\nθ = {angle:.0f}°", fontsize=10)
page.show(
    picture,
    "cauchy_schwarz",
    ja="コーシー・シュワルツの不等式の 3 つの場合",
    en="The three cases of the inequality of Cauchy and Schwarz",
)

# %%
page.ask(
    ja="内積が 0 になるのは、2 つのベクトルがどんな位置関係のときですか。",
    answer_ja="垂直のとき（cos 90° = 0）。例: 〈(2, 1), (-1, 2)〉 = -2 + 2 = 0。",
    en="Of which vectors is the inner product 0?",
    answer_en="Perpendicular ones (cos 90 = 0): <(2, 1), (-1, 2)> = -2 + 2 = 0.",
)
page.ask(
    ja="大きさ 1 の入力 x のうち、重み w = (2, 1) のユニットを最も興奮させるのは？",
    answer_ja="w と同じ向きの x = (2, 1) / √5。このとき 〈w, x〉 = |w| = √5。",
    en="Which x of magnitude 1 excites a unit with weights w = (2, 1) most?",
    answer_en="The one in w's direction, (2, 1) / sqrt(5): there <w, x> = |w| = sqrt(5).",
)
