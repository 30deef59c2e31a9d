"""Lesson 7: sequences, recurrences, and a network as simultaneous recurrences (数列, 漸化式).

Run me: python -m demos 7
"""

# %%
from autograd_lite import sigmoid
from demos.page import Page
from demos.plots import BLUE, ORANGE, figure
from nn import Network

page = Page(7)

# %%
page.say(
    ja="""
    数列は数の列です。並んだ数を「項」、1 番目を「初項」、n 番目の一般の項を a_n と書きます。
    「漸化式」は、初項と、隣り合う項 a_n と a_(n+1) の関係式です。

        a_1 = 1,  a_(n+1) = 2 a_n + 1

    手で計算: 1, 2*1+1 = 3, 2*3+1 = 7, 15, 31 ...  （一般項は 2^n - 1）
    """,
    en="""
    A sequence is a row of numbers, its terms; a_1 is the first, a_n the n-th. A
    recurrence gives the first term, and each term from the one before:

        a_1 = 1,  a_(n+1) = 2 a_n + 1

    By hand: 1, 2*1+1 = 3, 2*3+1 = 7, 15, 31 ...  (in general, 2^n - 1)
    """,
)
terms = [1]
while len(terms) < 6:
    terms.append(2 * terms[-1] + 1)
print("   ", terms)

# %%
page.say(
    ja="""
    2 つ以上の数列が互いの項で決まるものが「連立漸化式」です。

        a_(n+1) = 0.8 a_n + 0.3 b_n,   b_(n+1) = 0.2 a_n + 0.7 b_n

    ニューラルネットワークも連立漸化式です。l 層 j 番目のユニットの出力を a_j^l とすると、
    前の層の出力から次の層の出力が決まります。

        a_1^3 = σ(w_11^3 a_1^2 + w_12^3 a_2^2 + w_13^3 a_3^2 + b_1^3)
        a_2^3 = σ(w_21^3 a_1^2 + w_22^3 a_2^2 + w_23^3 a_3^2 + b_2^3)
    """,
    en="""
    In simultaneous recurrences, two or more sequences give each other's next terms:

        a_(n+1) = 0.8 a_n + 0.3 b_n,   b_(n+1) = 0.2 a_n + 0.7 b_n

    A neural network is such a system. Let a_j^l be the output of unit j of layer l;
    the outputs of one layer give those of the next:

        a_1^3 = sigma(w_11^3 a_1^2 + w_12^3 a_2^2 + w_13^3 a_3^2 + b_1^3)
        a_2^3 = sigma(w_21^3 a_1^2 + w_22^3 a_2^2 + w_23^3 a_3^2 + b_2^3)
    """,
)
a, b = [1.0], [0.0]
for n in range(9):
    a_next = 0.8 * a[n] + 0.3 * b[n]
    b_next = 0.2 * a[n] + 0.7 * b[n]
    a.append(a_next)
    b.append(b_next)

# %%
network = Network([12, 3, 2], seed=1)
image = [0.0, 1.0, 0.0] * 4
outputs = [output.data for output in network(image)]

signals = image  # a_i^1, then a_i^2, then a_i^3
for layer in network.computing_layers():
    signals_next = []
    for unit in layer.units:
        z = 0.0
        for w, signal in zip(unit.weights, signals):
            z = z + w.data * signal
        z = z + unit.bias.data
        signals_next.append(sigmoid(z))
    signals = signals_next
rows = [[f"a_{j}^3", signals[j - 1], outputs[j - 1]] for j in (1, 2)]
page.table(["", page.text("漸化式", "recurrence"), "network(image)"], rows)

# %%
picture = figure(8.4, 3.4)
left, right = picture.subplots(1, 2)
left.plot(range(1, 7), terms, "o", color=BLUE)
left.set_title("a₁ = 1,  aₙ₊₁ = 2aₙ + 1")
left.set_xlabel("n")
right.plot(range(1, 11), a, "o-", color=BLUE, label="aₙ")
right.plot(range(1, 11), b, "s-", color=ORANGE, label="bₙ")
right.set_title(page.label("連立漸化式", "Simultaneous recurrences"))
right.set_xlabel("n")
right.legend(frameon=False)
page.show(
    picture,
    "sequences",
    ja="左: 漸化式で決まる数列。右: 連立漸化式の 2 つの数列は 0.6 と 0.4 に近づく",
    en="Left: a sequence. Right: two that need each other, and tend to 0.6 and 0.4",
)

# %%
page.ask(
    ja="数列 a_1 = 3, a_(n+1) = a_n - 2 の第 5 項は？",
    answer_ja="3, 1, -1, -3, -5 なので -5。",
    en="What is the fifth term of a_1 = 3, a_(n+1) = a_n - 2?",
    answer_en="3, 1, -1, -3, -5: it is -5.",
)
page.ask(
    ja="上の表の 2 つの値は、小数の最後のけたまで同じです。エンジンは何を約束しているのでしょう。",
    answer_ja="足す順番です。左から右へ足すので、手で書いたループと同じ丸めになります。",
    en="The two columns above agree to the last digit. What does the engine promise for that?",
    answer_en="The order of adding: from left to right, so it rounds as the loop does.",
)
