"""Lesson 5: units joined in layers, a neural network (ニューラルネットワーク).

Run me: python -m demos 5
"""

# %%
from autograd_lite import draw, trace
from demos.page import Page
from nn import Network, draw_network

page = Page(5)

# %%
page.say(
    ja="""
    ユニットを層に並べ、前の層の出力を次の層の入力につなぐと、ニューラルネットワークになります。

        入力層（l = 1）  →  隠れ層（l = 2）  →  出力層（l = 3）

    重み w_ji^l は「l 層の j 番目のユニットが、前の層の i 番目の出力に掛ける数」です。
    """,
    en="""
    Put units in layers and feed the outputs of each layer to the next one: that is a
    neural network.

        input layer (l = 1)  ->  hidden layer (l = 2)  ->  output layer (l = 3)

    The weight w_ji^l is what unit j of layer l multiplies output i of the layer before by.
    """,
)

# %%
page.say(
    ja="""
    手で計算: 入力 12 個、隠れユニット 3 個、出力ユニット 2 個なら、重みとバイアスの数は

        隠れ層  3 * (12 + 1) = 39
        出力層  2 * ( 3 + 1) =  8     合わせて 47
    """,
    en="""
    By hand: 12 inputs, 3 hidden units and 2 output units have this many weights and
    biases:

        hidden layer  3 * (12 + 1) = 39
        output layer  2 * ( 3 + 1) =  8     47 together
    """,
)
network = Network([12, 3, 2], seed=1)
count = len(network.parameters())
print("    len(network.parameters()) =", count)
outputs = network([0.0, 1.0, 0.0] * 4)
print(f"    {page.text('出力', 'outputs')}:", [f"{output:.4f}" for output in outputs])
print("    by name:", network["w_11^2"], network["b_1^2"], network["a_1^3"])

# %%
page.show(
    draw_network(network),
    "network",
    ja="12-3-2 のネットワーク。左から入力層、隠れ層、出力層。青は正の重み、橙は負の重み",
    en="The 12-3-2 network: inputs, hidden units, outputs; blue weights are positive",
)

# %%
small = Network([2, 1], seed=1, spelled_out=True)
y = small([1.0, 0.5])[0]
page.show(
    draw(y, gradients=False, derivatives=False),
    "unit",
    ja="1 つのユニットの中身: 掛けて、足して、σ",
    en="Inside one unit: multiply, add, and sigma",
)
page.save_steps(trace(y), "steps")

# %%
page.ask(
    ja="隠れユニットを 3 個から 10 個に増やすと、重みとバイアスは何個になりますか。",
    answer_ja="10 * 13 + 2 * 11 = 152。`Network([12, 10, 2])` で数えられます。",
    en="How many parameters has a network with 10 hidden units instead of 3?",
    answer_en="10 * 13 + 2 * 11 = 152; count them with `Network([12, 10, 2])`.",
)
page.ask(
    ja="`Network([12, 3, 2], seed=1)` を 2 回作ると、出力は同じですか。`seed=2` では？",
    answer_ja="`seed` が同じなら同じ、違えば重みの初期値が違うので出力も違います。",
    en="Make `Network([12, 3, 2], seed=1)` twice: are the outputs the same? And with `seed=2`?",
    answer_en="The same for one seed; another seed draws other starting weights.",
)
