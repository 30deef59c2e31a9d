"""Lesson 8: the three rules of the sum sign (Σ記号).

Run me: python -m demos 8
"""

# %%
from autograd_lite import Value, total, trace
from demos.page import Page
from demos.plots import BLUE, ORANGE, figure

page = Page(8)

# %%
page.say(
    ja="""
    Σ は「足し合わせる」という記号です。3 つの公式があります（c は定数）。

        (I)    Σ a_k = a_1 + a_2 + ... + a_n
        (II)   Σ (a_k + b_k) = Σ a_k + Σ b_k
        (III)  Σ c a_k = c Σ a_k

    手で計算: a = (1, 2, 3, 4)、b = (10, 20, 30, 40)、c = 5 とすると

        (I)    1 + 2 + 3 + 4 = 10
        (II)   11 + 22 + 33 + 44 = 110 = 10 + 100
        (III)  5 + 10 + 15 + 20 = 50 = 5 * 10
    """,
    en="""
    The sum sign says "add them all up". It has three rules (c is a constant):

        (I)    Sum a_k = a_1 + a_2 + ... + a_n
        (II)   Sum (a_k + b_k) = Sum a_k + Sum b_k
        (III)  Sum c a_k = c Sum a_k

    By hand, with a = (1, 2, 3, 4), b = (10, 20, 30, 40) and c = 5:

        (I)    1 + 2 + 3 + 4 = 10
        (II)   11 + 22 + 33 + 44 = 110 = 10 + 100
        (III)  5 + 10 + 15 + 20 = 50 = 5 * 10
    """,
)
a = [1.0, 2.0, 3.0, 4.0]
b = [10.0, 20.0, 30.0, 40.0]
c = 5.0
rule_1 = total(a), a[0] + a[1] + a[2] + a[3]
rule_2 = total([x + y for x, y in zip(a, b)]), total(a) + total(b)
rule_3 = total([c * x for x in a]), c * total(a)
rows = [["I", *rule_1], ["II", *rule_2], ["III", *rule_3]]
page.table(["", page.text("左辺", "left side"), page.text("右辺", "right side")], rows)

# %%
page.say(
    ja="""
    Values でも同じ `total` が使えます。S = Σ c a_k なら、どの項も c 倍で効くので
    ∂S/∂a_k = c です。
    """,
    en="""
    The same `total` takes Values. In S = Sum c a_k each term counts c times, so
    dS/da_k = c.
    """,
)
terms = [Value(x, f"a_{k}") for k, x in enumerate(a, start=1)]
S = total([c * term for term in terms])
S.backward()
slopes = [term.grad for term in terms]
print("    S =", S.data, "   dS/da_k =", slopes)

# %%
for term in terms:
    term.grad = 0.0  # the gradients of leaves add up
S.label = "S"
page.save_steps(trace(S), "steps")

# %%
picture = figure(6.8, 3.8)
axes = picture.subplots()
axes.bar([1, 2, 3, 4], b, width=0.6, color=ORANGE, label="bₖ")
axes.bar([1, 2, 3, 4], a, width=0.6, bottom=b, color=BLUE, label="aₖ")
axes.set_xticks([1, 2, 3, 4])
axes.set_xlabel("k")
axes.legend(loc="upper left", frameon=False)
axes.set_title("Σ (aₖ + bₖ) = Σ aₖ + Σ bₖ = 10 + 100 = 110")
page.show(
    picture,
    "sum",
    ja="公式 (II): 積み上げた棒を全部足すことは、色ごとに足してから合わせることと同じ",
    en="Rule (II): adding the stacked bars is adding each colour, then both",
)

# %%
page.ask(
    ja="Σ (a_k × b_k) = Σ a_k × Σ b_k は成り立ちますか。上の a と b で試しましょう。",
    answer_ja="成り立ちません。10 + 40 + 90 + 160 = 300 ですが、10 × 100 = 1000 です。",
    en="Is Sum (a_k * b_k) = Sum a_k * Sum b_k? Try it with a and b.",
    answer_en="No: 10 + 40 + 90 + 160 = 300, but 10 * 100 = 1000.",
)
page.ask(
    ja="k = 1 から 5 までの Σ 3（定数 3 を足すだけ）は？",
    answer_ja="3 を 5 回足すので 15。",
    en="What is the sum of 3, for k from 1 to 5?",
    answer_en="3 added five times: 15.",
)
