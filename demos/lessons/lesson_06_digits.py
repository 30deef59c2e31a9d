"""Lesson 6: the example, telling handwritten "0"s from "1"s (例題, 解答例, 反応例).

Run me: python -m demos 6
"""

# %%
from demos.images import LEARNED, Image, load_images
from demos.page import Page
from demos.plots import BLUE, ORANGE, figure, show_pixels
from nn import GradientDescent, Network, accuracy, draw_network, train

page = Page(6)

# %%
page.say(
    ja="""
    例題: 4×3 画素の画像で読み取られた手書きの数字「0」「1」を識別するニューラル
    ネットワークを作りなさい。学習データは 64 枚、画素はモノクロ 2 階調とする。

    画素は 4 * 3 = 12 個なので、入力層は 12 ユニット。隠れ層は 3、出力層は 2
    （「0」の担当と「1」の担当）とします。
    """,
    en="""
    The exercise: make a network that tells handwritten "0"s from "1"s in images of
    4 by 3 pixels, black or white, from 64 images to learn from.

    There are 4 * 3 = 12 pixels, so 12 input units; then 3 hidden units, and 2 outputs:
    one to answer for "0", one for "1".
    """,
)
images = load_images(LEARNED)
zeros = [image for image in images if image.digit == 0]
ones = [image for image in images if image.digit == 1]
print(f"    {len(images)} images: {len(zeros)} zeros, {len(ones)} ones")

# %%
picture = figure(8.0, 3.6)
grid = picture.subplots(2, 8)
for axes, image in zip(grid[0], zeros[::4]):
    show_pixels(axes, image.rows)
for axes, image in zip(grid[1], ones[::4]):
    show_pixels(axes, image.rows)
page.show(
    picture,
    "samples",
    ja="学習データの例。上が「0」、下が「1」",
    en='Some of the images to learn from: "0"s above, "1"s below',
)

# %%
page.say(
    ja="重みがまだでたらめなら、正解は半分くらいのはず。学習の前と後を比べます。",
    en="With random weights, about half should come out right. Before and after training:",
)
pixels = [image.pixels for image in images]
targets = [image.target for image in images]
digits = [image.digit for image in images]
network = Network([12, 3, 2], seed=1)
before = accuracy(network, pixels, digits)
history = train(network, pixels, targets, epochs=120, update=GradientDescent(0.5))
after = accuracy(network, pixels, digits)
print(f"    right: {before:.0%} -> {after:.0%},  "
      f"cost C: {history.costs[0]:.2f} -> {history.costs[-1]:.2f}")  # fmt: skip

# %%
page.say(
    ja="""
    手で計算: 画素は 0 か 1 なので、重み付き入力は「点いている画素の重みを足して、b を足す」
    だけです。1 枚目の「0」で、1 番目の隠れユニットを確かめます。
    """,
    en="""
    By hand: pixels are 0 or 1, so a weighted input is the weights of the pixels that are
    on, added up, and the bias. For the first "0" and the first hidden unit:
    """,
)
z_by_hand = 0.0
first_unit = network.computing_layers()[0].units[0]
for w, pixel in zip(first_unit.weights, zeros[0].pixels):
    if pixel == 1.0:
        z_by_hand += w.data
z_by_hand += first_unit.bias.data
network(zeros[0].pixels)
print(f"    by hand {z_by_hand:+.6f},  network {network['z_1^2'].data:+.6f}")

# %%
page.say(
    ja="「0」「1」と、どちらともいえない画像を見せて、各ユニットの反応を見ます。",
    en='Show it a "0", a "1" and an image that is neither, and see how the units respond:',
)
unclear = Image(-1, "unclear", (".#.", "##.", ".##", ".#."))
shown = {"0": zeros[0], "1": ones[0], "?": unclear}
responses = {}
for name, image in shown.items():
    outputs = [output.data for output in network(image.pixels)]
    hidden = [unit.a.data for unit in network.layers[1].units if unit.a is not None]
    responses[name] = hidden + outputs
labels = ["a_1^2", "a_2^2", "a_3^2", "a_1^3", "a_2^3"]
table = [[f'"{name}"', *[f"{a:.2f}" for a in response]] for name, response in responses.items()]
page.table(["", *labels], table)

# %%
picture = figure(8.4, 5.0)
grid = picture.subplots(3, 2, width_ratios=[1, 3])
for (left, right), (name, image) in zip(grid, shown.items()):
    show_pixels(left, image.rows)
    colors = [BLUE] * 3 + [ORANGE] * 2
    right.barh(["a₁²", "a₂²", "a₃²", "a₁³ (0)", "a₂³ (1)"], responses[name], color=colors)
    right.set_xlim(0, 1)
    right.invert_yaxis()
heading = page.label(
    "興奮度（青: 隠れ層、橙: 出力層）", "Excitement (blue: hidden, orange: output)"
)
grid[0][1].set_title(heading, fontsize=10)
page.show(
    picture,
    "response",
    ja="反応例。上から「0」「1」、はっきりしない画像",
    en='The response to a "0", to a "1", and to an unclear image',
)

# %%
page.show(
    draw_network(network, zeros[0].pixels, outputs=("0", "1")),
    "response_0",
    ja="「0」を見たときのネットワーク。濃いユニットほど興奮している",
    en='The network that sees a "0": the darker a unit, the more it is excited',
)
page.show(
    draw_network(network, ones[0].pixels, outputs=("0", "1")),
    "response_1",
    ja="「1」を見たときのネットワーク",
    en='The network that sees a "1"',
)

# %%
page.ask(
    ja="隠れユニットは何を見ているのでしょう。`python -m demos.digits` の最後の表を見ましょう。",
    answer_ja="+ の画素があると興奮し、- の画素があると静まります。\n"
    "まん中の列と左右の列を見分けています。",
    en="What do the hidden units look for? See the last table of `python -m demos.digits`.",
    answer_en="Pixels marked + excite a unit, those marked - calm it: they weigh the middle\n"
    "column against the outer ones.",
)
page.ask(
    ja="epochs を 120 から 10 に減らすと、正解率はどうなりますか。",
    answer_ja="学習が足りず、コスト C が大きいまま残ります。正解率も下がることがあります。",
    en="Lower the epochs from 120 to 10. What happens?",
    answer_en="Training stops early: the cost stays high, and more images may come out wrong.",
)
