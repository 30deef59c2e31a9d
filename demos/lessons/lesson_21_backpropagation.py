"""Lesson 21: gradient descent and backpropagation through the digit network (誤差逆伝播法).

Run me: python -m demos 21
"""

# %%
from autograd_lite import trace
from demos.images import LEARNED, load_images
from demos.page import Page
from demos.plots import BLUE, GREY, ORANGE, diagram, figure, show_pixels, signed
from nn import GradientDescent, Network, accuracy, squared_error, train

page = Page(21)

# %%
page.say(
    ja="""
    数学の準備はこの回のためでした。ネットワークの「悪さ」をコスト関数で測ります。

        C_T = Σ C  （64 枚の画像の合計）     C = 1/2 Σ (t_j - a_j^3)^2  （1 枚の画像）

    勾配降下法（レッスン 18）で C_T を小さくするには、47 個の重みとバイアスの偏微分が必要です。
    「ユニットの誤差」δ_j^l = ∂C/∂z_j^l を出力層から逆向きに求めると、全部そろいます。

        出力層     δ_j^3 = (a_j^3 - t_j) σ'(z_j^3)
        隠れ層     δ_i^2 = (δ_1^3 w_1i^3 + δ_2^3 w_2i^3) σ'(z_i^2)
        重み       ∂C/∂w_ji^l = δ_j^l a_i^(l-1)      バイアス   ∂C/∂b_j^l = δ_j^l

    σ'(z) = a (1 - a) です（レッスン 14）。2 行目の足し算は、2 変数の連鎖律（レッスン 20）です。
    """,
    en="""
    All the mathematics was for this. A cost function says how bad the network is:

        C_T = Sum C  (over the 64 images)     C = 1/2 Sum (t_j - a_j^3)^2  (of one image)

    To lower C_T by gradient descent (lesson 18) we need the partial derivatives in all
    47 weights and biases. Find the units' errors, delta_j^l = ∂C/∂z_j^l, from the output
    layer backwards, and they all follow:

        output layer   delta_j^3 = (a_j^3 - t_j) sigma'(z_j^3)
        hidden layer   delta_i^2 = (delta_1^3 w_1i^3 + delta_2^3 w_2i^3) sigma'(z_i^2)
        weights        ∂C/∂w_ji^l = delta_j^l a_i^(l-1)      biases   ∂C/∂b_j^l = delta_j^l

    with sigma'(z) = a (1 - a) (lesson 14). The sum in the second line is the chain rule
    in two variables (lesson 20).
    """,
)

# %%
images = load_images(LEARNED)
image = images[0]
network = Network([12, 3, 2], seed=1)
outputs = network(image.pixels)
C = squared_error(outputs, image.target)
C.backward()

hidden_layer_outputs = [network[f"a_{i}^2"].data for i in (1, 2, 3)]
by_hand = {}
for j in (1, 2):
    a = outputs[j - 1].data
    t = image.target[j - 1]
    by_hand[f"z_{j}^3"] = (a - t) * a * (1 - a)
for i in (1, 2, 3):
    a = hidden_layer_outputs[i - 1]
    from_outputs = 0.0
    for j in (1, 2):
        from_outputs += by_hand[f"z_{j}^3"] * network[f"w_{j}{i}^3"].data
    by_hand[f"z_{i}^2"] = from_outputs * a * (1 - a)

by_engine = {name: network[name].grad for name in by_hand}
page.say(
    ja="1 枚目の画像で、手計算（上の式）とエンジンの `z.grad` を比べます。",
    en="For the first image, the formulas above by hand, and the engine's `z.grad`:",
)
rows = [
    [name.replace("z", "delta"), f"{delta:+.12f}", f"{by_engine[name]:+.12f}"]
    for name, delta in by_hand.items()
]
page.table(["", page.text("手計算", "by hand"), "z.grad"], rows)
weight = network["w_12^3"].grad
by_delta = by_hand["z_1^3"] * hidden_layer_outputs[1]
print()
print(f"    delta_1^3 * a_2^2 = {by_delta:+.12f}")
print(f"    dC/dw_12^3        = {weight:+.12f}")

# %%
picture = figure(7.6, 4.6)
axes = picture.subplots()
places = {"a₁²": (0.0, 2.4), "a₂²": (0.0, 1.2), "a₃²": (0.0, 0.0)}
places |= {"a₁³": (3.0, 1.9), "a₂³": (3.0, 0.5)}
diagram(axes, places, [(o, h, "", GREY) for o in ("a₁³", "a₂³") for h in ("a₁²", "a₂²", "a₃²")])
for i, y in ((1, 2.4), (2, 1.2), (3, 0.0)):
    axes.text(
        -0.35, y, f"δ = {signed(by_hand[f'z_{i}^2'], 4)}", ha="right", va="center", color=BLUE
    )
for j, y in ((1, 1.9), (2, 0.5)):
    axes.text(
        3.35, y, f"δ = {signed(by_hand[f'z_{j}^3'], 4)}", ha="left", va="center", color=ORANGE
    )
axes.set_xlim(-1.6, 4.6)
heading = page.label("誤差は逆向きに伝わる", "Errors travel backwards, from right to left")
axes.set_title(heading)
page.show(
    picture,
    "deltas",
    ja="1 枚の画像での、各ユニットの誤差 δ",
    en="The error of each unit for one image",
)

# %%
page.say(
    ja="あとは、勾配と逆向きに少し動く（勾配降下法）の繰り返しです。",
    en="The rest is gradient descent: a small step against the gradient, again and again.",
)
pixels = [image.pixels for image in images]
targets = [image.target for image in images]
history = train(network, pixels, targets, epochs=150, update=GradientDescent(0.3))
right = accuracy(network, pixels, [image.digit for image in images])
print(f"    C_T: {history.costs[0]:.4f} -> {history.costs[-1]:.4f},  right: {right:.0%}")

# %%
picture = figure(8.4, 3.6)
left, middle, last = picture.subplots(1, 3, width_ratios=[3, 1, 1])
left.plot(history.costs, color=BLUE, linewidth=2)
left.set_yscale("log")
left.set_xlabel(page.label("エポック", "epoch"))
left.set_ylabel("$C_T$", rotation=0, labelpad=12)
left.set_title(page.label("コスト", "The cost"))
for axes, sample in ((middle, images[0]), (last, images[-1])):
    answer = [output.data for output in network(sample.pixels)]
    show_pixels(axes, sample.rows, f"a₁³ = {answer[0]:.2f}\na₂³ = {answer[1]:.2f}")
page.show(
    picture,
    "training",
    ja="コストの下がり方と、学習したネットワークの反応",
    en="How the cost falls, and the responses of the trained network",
)

# %%
page.say(
    ja="""
    1 歩ずつ見るには、次の 3 つの方法があります。

        ターミナル:  `step_through(C)`     （n で次へ、b で前へ）
        ブラウザ:    `trace(C).save("steps.html")` で作ったページを開く
        エディタ:    このファイルの `C.backward()` にブレークポイントを置いてデバッグ実行し、
                     `autograd_lite/value.py` の `propagate` までステップイン
    """,
    en="""
    Three ways to watch it step by step:

        terminal:  `step_through(C)`     (n for next, b for back)
        browser:   `trace(C).save("steps.html")`, and open that page
        editor:    put a breakpoint on `C.backward()` in this file, debug it, and step in,
                   down to `propagate` in `autograd_lite/value.py`
    """,
)
network.zero_grad()  # the gradients of the training before would be added to
record = trace(squared_error(network(image.pixels), image.target))
for name in ("a_1^3", "z_1^3", "z_1^2"):
    for step in record.into(name):
        page.write(f"    {step.formula()}")
page.save_steps(record, "steps")

# %%
page.ask(
    ja="ほとんどの a が 0 か 1 に近いとき、δ はどうなりますか。",
    answer_ja="σ' = a(1 - a) が 0 に近いので δ も 0 に近く、学習が進みません（飽和）。",
    en="What becomes of delta where a is close to 0 or 1?",
    answer_en="sigma' = a(1 - a) is nearly 0, and so is delta: the unit is saturated.",
)
page.ask(
    ja="64 枚分の勾配は、1 枚ずつの勾配とどういう関係ですか。",
    answer_ja="足し算です（Σ の公式と微分の和の公式）。\n"
    "だから葉の `grad` は `backward` のたびに足されます。",
    en="How does the gradient of C_T relate to those of the single images?",
    answer_en="It is their sum (rule II of the sum sign): that is why `backward` adds to\n"
    "the leaves.",
)
