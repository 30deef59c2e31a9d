"""Lesson 20: the chain rule in two variables: multiply along a path, add the paths (連鎖律).

Run me: python -m demos 20
"""

# %%
from autograd_lite import Value, draw, trace
from demos.page import Page
from demos.plots import BLUE, GREY, ORANGE, diagram, figure

page = Page(20)

# %%
page.say(
    ja="""
    z = f(u, v) で、u も v も x と y で決まるとき、x から z への経路は 2 本あります。
    道に沿っては掛け、経路どうしは足します。

        ∂z/∂x = ∂z/∂u ∂u/∂x + ∂z/∂v ∂v/∂x

    手で計算: C = u^2 + v^2, u = ax + by, v = px + qy なら

        ∂C/∂x = 2u * a + 2v * p = 2a(ax + by) + 2p(px + qy)
        ∂C/∂y = 2u * b + 2v * q = 2b(ax + by) + 2q(px + qy)

    a=1, b=2, p=3, q=4, x=5, y=6 なら、u = 17, v = 39 で

        ∂C/∂x = 2*17*1 + 2*39*3 =  34 + 234 = 268
        ∂C/∂y = 2*17*2 + 2*39*4 =  68 + 312 = 380
    """,
    en="""
    If z = f(u, v), and both u and v come from x and y, two paths lead from x to z.
    Multiply along each path, and add the paths:

        ∂z/∂x = ∂z/∂u ∂u/∂x + ∂z/∂v ∂v/∂x          (partial derivatives)

    By hand: C = u^2 + v^2, u = ax + by and v = px + qy give

        ∂C/∂x = 2u * a + 2v * p = 2a(ax + by) + 2p(px + qy)
        ∂C/∂y = 2u * b + 2v * q = 2b(ax + by) + 2q(px + qy)

    For a=1, b=2, p=3, q=4, x=5, y=6: u = 17, v = 39, and

        ∂C/∂x = 2*17*1 + 2*39*3 =  34 + 234 = 268
        ∂C/∂y = 2*17*2 + 2*39*4 =  68 + 312 = 380
    """,
)

# %%
a, b, p, q = 1.0, 2.0, 3.0, 4.0  # constants
x, y = Value(5.0, "x"), Value(6.0, "y")
u = a * x + b * y
u.label = "u"
v = p * x + q * y
v.label = "v"
C = u**2 + v**2
C.label = "C"
C.backward()
print("    u =", u.data, "  v =", v.data, "  C =", C.data)
print("    dC/du =", u.grad, "  dC/dv =", v.grad)
print("    dC/dx =", x.grad, "  dC/dy =", y.grad)

# %%
picture = figure(7.6, 4.2)
axes = picture.subplots()
diagram(
    axes,
    {"x": (0.0, 2.0), "y": (0.0, 0.0), "u": (2.0, 2.0), "v": (2.0, 0.0), "C": (4.0, 1.0)},
    [
        ("y", "u", "", GREY),
        ("y", "v", "", GREY),
        ("x", "u", "∂u/∂x = a = 1", ORANGE),
        ("u", "C", "", ORANGE),
        ("x", "v", "", BLUE),
        ("v", "C", "", BLUE),
    ],
)
axes.text(3.2, 1.85, "∂C/∂u = 2u = 34", color=ORANGE, fontsize=12, ha="left")
axes.text(3.2, 0.15, "∂C/∂v = 2v = 78", color=BLUE, fontsize=12, ha="left")
axes.text(0.62, 1.55, "∂v/∂x = p = 3", color=BLUE, fontsize=12, ha="left")
axes.set_title("∂C/∂x = 1 × 34 + 3 × 78 = 268")
axes.set_xlim(-0.5, 5.0)
page.show(
    picture,
    "paths",
    ja="x から C への 2 本の経路（橙と青）。灰色は y からの道",
    en="The two paths from x to C, orange and blue; those from y are grey",
)

# %%
page.show(
    draw(C, paths_from=x, constants=False),
    "graph",
    ja="エンジンが記録した計算グラフ。色のついた 2 本が x から C への経路",
    en="The graph that the engine recorded, with the two paths from x to C in colour",
)

# %%
page.say(
    ja="エンジンに「なぜ 268 なのか」を聞くと、経路ごとに答えます。",
    en="Ask the engine why it is 268, and it answers path by path:",
)
x.grad = y.grad = 0.0
record = trace(C)
page.write(record.why("x").text(page.language))
page.save_steps(record, "steps")

# %%
page.ask(
    ja="v = qy として、v に x を使わないことにすると、∂C/∂x はどうなりますか。",
    answer_ja="v を通る経路がなくなり、2u * a だけになります（p = 0 と同じ）。",
    en="Let v = qy, without x. What becomes of ∂C/∂x?",
    answer_en="The path through v is gone: 2u * a alone (as with p = 0).",
)
page.ask(
    ja="b = a + a, c = b * b では、a から c への経路は何本ですか。a = 3 なら ∂c/∂a は？",
    answer_ja="4 本（足し算で 2 通り × 掛け算で 2 通り）。1 本あたり 6 なので 24。",
    en="With b = a + a and c = b * b, how many paths lead from a to c? What is dc/da at 3?",
    answer_en="Four (two through the sum, two through the product), 6 each: 24.",
)
