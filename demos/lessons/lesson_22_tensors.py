"""Lesson 22: from scalars to tensors, as JAX and PyTorch compute (スカラーからテンソルへ).

Run me: python -m demos 22
"""

# %%
from importlib.util import find_spec
from typing import Any

from autograd_lite import sigmoid, total
from demos.images import LEARNED, load_images
from demos.page import Page
from demos.plots import BLUE, GREEN, ORANGE, colours_between, figure, signed
from nn import GradientDescent, Network, squared_error, train
from nn.linear_algebra import each, matrix_product, matrix_vector, transpose, vector_sum
from nn.matrices import matrices_of
from nn.tensors import from_jax, from_torch, to_jax, to_torch

page = Page(22)

# %%
page.say(
    ja="""
    スライドの 21 の話題は、すべて「1 つの数」で計算できました。ここから先へ進む人のための回です。
    JAX や PyTorch は、数を 1 つずつではなく、まとめて計算します。数の並びをテンソルといいます。

        スカラー      数 1 つ                  z_1^2
        ベクトル      1 列に並んだ数           z^2     （3 個）
        行列          縦と横に並んだ数         W^2     （3 行 12 列）
        テンソル      いくつの方向に並んでもよい（画像、行、列）

    新しい数学は出てきません。ユニットの重みを 1 行ずつ並べて行列 W にします（レッスン 10）。
    W の j 行 i 列が w_ji です。すると、1 つの層がまるごと 1 つの式になります。

        ユニット      z_j^l = 〈w_j^l, a^(l-1)〉 + b_j^l     （j ごとに `dot` 1 つ）
        層            z^l = W^l a^(l-1) + b^l           （`dot` を縦に並べたもの）
    """,
    en="""
    All 21 subjects of the slides could be computed one number at a time. This lesson leads on
    from there: JAX and PyTorch compute with many numbers at once. Numbers in order are a tensor.

        scalar      one number                     z_1^2
        vector      a list of numbers              z^2     (3 of them)
        matrix      numbers in rows and columns    W^2     (3 rows, 12 columns)
        tensor      in any number of directions: images, rows, columns

    There is no new mathematics in it. Let each row of a matrix W hold the weights of one unit
    (lesson 10): in row j and column i stands w_ji. Then a whole layer is one formula:

        unit      z_j^l = <w_j^l, a^(l-1)> + b_j^l     (a `dot` for each j)
        layer     z^l = W^l a^(l-1) + b^l              (those, one above the other)
    """,
)
images = load_images(LEARNED)
pixels = [image.pixels for image in images]
targets = [image.target for image in images]
network = Network([12, 3, 2], seed=1)
train(network, pixels, targets, epochs=10, update=GradientDescent(0.3))  # b is no longer 0
(W2, b2, _), (W3, b3, _) = matrices_of(network)

image = images[0]
a1 = image.pixels
z2 = vector_sum(matrix_vector(W2, a1), b2)
a2 = each(sigmoid, z2)
z3 = vector_sum(matrix_vector(W3, a2), b3)
a3 = each(sigmoid, z3)

# %%
page.say(
    ja="1 枚目の画像で、行列の式とユニットごとの計算を比べます。最後のビットまで同じ数です。",
    en="For the first image, by matrices and unit by unit: the same numbers, to the last bit.",
)
network.zero_grad()
C = squared_error(network(image.pixels), image.target)
by_matrices = {f"z_{j}^2": z for j, z in enumerate(z2, start=1)}
by_matrices |= {f"z_{j}^3": z for j, z in enumerate(z3, start=1)}
by_matrices |= {f"a_{j}^3": a for j, a in enumerate(a3, start=1)}
by_units = {label: network[label].data for label in by_matrices}
rows = [
    [label, f"{number:+.15f}", f"{by_units[label]:+.15f}", "=" if number == by_units[label] else ""]
    for label, number in by_matrices.items()
]
page.table(["", "W a + b", page.text("ユニットごと", "unit by unit"), ""], rows)

# %%
page.say(
    ja="""
    誤差 δ も同じように並べます（レッスン 21）。

        出力層    δ_j^3 = (a_j^3 - t_j) σ'(z_j^3)
        隠れ層    δ_i^2 = (δ_1^3 w_1i^3 + δ_2^3 w_2i^3) σ'(z_i^2)

    かっこの中は、δ^3 と、W^3 の「i 列目」の内積です。列を行に置きかえた行列（転置行列）を W^T と
    書けば、かっこの中を並べたものは (W^3)^T δ^3 です。誤差は、転置した行列で逆向きに伝わります。

    重みの勾配は、誤差とその入力の積でした。すべての j と i について並べると、δ を縦、a を横に
    置いた「掛け算の表」になります。これを外積といい、縦 1 列の行列と横 1 行の行列の積です。

        ∂C/∂w_ji^l = δ_j^l a_i^(l-1)       ∂C/∂b_j^l = δ_j^l
        ∂C/∂W^l = δ^l (a^(l-1))^T          ∂C/∂b^l = δ^l

    1 枚目の画像の勾配 47 個が、`backward` の勾配と（Python の == で）等しいかを数えます。
    """,
    en="""
    The errors delta are put in order likewise (lesson 21):

        output layer   delta_j^3 = (a_j^3 - t_j) sigma'(z_j^3)
        hidden layer   delta_i^2 = (delta_1^3 w_1i^3 + delta_2^3 w_2i^3) sigma'(z_i^2)

    In the brackets stands the inner product of delta^3 with column i of W^3. Write W^T for the
    matrix whose rows are the columns of W, the transpose: then the brackets, in order, are
    (W^3)^T delta^3. Errors travel backwards through the transposed matrix.

    The gradient of a weight was an error times what went in there. For all j and i that is a
    multiplication table with delta at its side and a along its top. It is called the outer
    product: a matrix of one column times a matrix of one row.

        ∂C/∂w_ji^l = delta_j^l a_i^(l-1)       ∂C/∂b_j^l = delta_j^l
        ∂C/∂W^l = delta^l (a^(l-1))^T          ∂C/∂b^l = delta^l

    How many of the 47 slopes of the first image are (Python's ==) those of `backward`?
    """,
)
C.backward()

delta3 = [(a - t) * (a * (1 - a)) for a, t in zip(a3, image.target)]
back = matrix_vector(transpose(W3), delta3)
delta2 = [sent * (a * (1 - a)) for sent, a in zip(back, a2)]
outer3 = matrix_product(transpose([delta3]), [a2])  # 2 x 1 times 1 x 3
outer2 = matrix_product(transpose([delta2]), [a1])  # 3 x 1 times 1 x 12


def flat(layers: Any) -> list[float]:
    """Return the numbers of (W, b) of each layer, in one list."""
    return [number for W, b in layers for row in [*W, b] for number in row]


def slopes_of(network: Network) -> Any:
    """Return what backward has left, in the shape of the matrices."""
    slopes = []
    for layer in network.computing_layers():
        W = [[w.grad for w in unit.weights] for unit in layer.units]
        b = [unit.bias.grad for unit in layer.units]
        slopes.append((W, b))
    return slopes


def equal(found: list[float], wanted: list[float]) -> int:
    """Return how many numbers of two lists are the same to the last bit."""
    return sum(x == y for x, y in zip(found, wanted))


by_delta = flat([(outer2, delta2), (outer3, delta3)])
same = equal(by_delta, flat(slopes_of(network)))
print(f"    == {same} / 47")

# %%
picture = figure(7.6, 3.2)
axes = picture.subplots()
COLOURS = colours_between(BLUE, "white", ORANGE)  # below 0, 0, above 0
most = 2 * max(abs(number) for row in outer3 for number in row)  # pale, so that numbers are read
axes.imshow(outer3, cmap=COLOURS, vmin=-most, vmax=most, aspect="auto")
for j, row in enumerate(outer3):
    for i, number in enumerate(row):
        axes.text(i, j, signed(number, 4), ha="center", va="center", fontsize=14)
axes.set_xticks(range(3), [f"a{i} = {a:.4f}" for i, a in zip(("₁²", "₂²", "₃²"), a2)])
axes.set_yticks(range(2), [f"δ{j} = {signed(delta, 4)}" for j, delta in zip(("₁³", "₂³"), delta3)])
axes.tick_params(length=0, labelsize=13, labeltop=True, labelbottom=False)
axes.set_title(page.label("∂C/∂W³ は掛け算の表", "∂C/∂W³ is a multiplication table"), pad=14)
page.show(
    picture,
    "outer",
    ja="外積: 縦の δ と横の a を掛けた表が、重みの勾配",
    en="The outer product: errors at the side, outputs along the top, gradients inside",
)

# %%
page.say(
    ja="""
    では、行列どうしの積はどこから来るのでしょう。画像が 64 枚あるからです。
    1 枚を 1 列にして並べた行列を A とします（12 行 64 列）。

        重み付き入力    Z = W A + b          j 行 k 列: ユニット j の重みと画像 k の内積
        勾配            ∂C_T/∂W = D A^T      j 行 i 列: δ_j a_i を 64 枚分足した数

    D は、1 枚ごとの δ を 1 列にして並べた行列です。C_T の勾配は 1 枚ごとの勾配の和でした
    （レッスン 21）。その和は、内積の中の「足す」がしてくれます。（b は Z のどの列にも足します。）
    画像 1 枚ずつの 64 回の `backward` と、行列の積を、また 47 個とも比べます。
    """,
    en="""
    And products of matrices: where do they come from? From there being 64 images. Let each
    column of a matrix A hold one image (12 rows, 64 columns):

        weighted inputs    Z = W A + b         in row j, column k: weights of unit j with image k
        gradient           ∂C_T/∂W = D A^T     in row j, column i: delta_j a_i over all 64 images

    D holds the deltas, a column for each image. The gradient of C_T is the sum of those of the
    single images (lesson 21), and the inner product does that sum. (b is added to each column.)
    Once more all 47, by products of matrices and by 64 times `backward`, image by image:
    """,
)
A1, T = transpose(pixels), transpose(targets)


def layer_of(W: Any, b: Any, A: Any) -> list[list[float]]:
    """Return σ(WA + b): the outputs of a layer, a column for each image."""
    Z = matrix_product(W, A)
    return [[sigmoid(z + bias) for z in row] for row, bias in zip(Z, b)]


def times_slope(D: Any, A: Any) -> list[list[float]]:
    """Return each number of D times σ' = a(1 - a)."""
    return [[d * (a * (1 - a)) for d, a in zip(*rows)] for rows in zip(D, A)]


A2 = layer_of(W2, b2, A1)
A3 = layer_of(W3, b3, A2)
errors = [[a - t for a, t in zip(*rows)] for rows in zip(A3, T)]
D3 = times_slope(errors, A3)
D2 = times_slope(matrix_product(transpose(W3), D3), A2)
of_batch = [
    (matrix_product(D2, transpose(A1)), [total(row) for row in D2]),
    (matrix_product(D3, transpose(A2)), [total(row) for row in D3]),
]

network.zero_grad()
for x, t in zip(pixels, targets):
    squared_error(network(x), t).backward()
one_by_one = flat(slopes_of(network))
same_in_batch = equal(flat(of_batch), one_by_one)
print(f"    == {same_in_batch} / 47")

# %%
Z2 = matrix_product(W2, A1)
unit, shown = 1, 20
picture = figure(9.0, 3.0)
(corner, top), (left, middle) = picture.subplots(2, 2, width_ratios=[12, 64], height_ratios=[12, 3])
corner.axis("off")
for axes, name, M in (
    (left, "W²  3 × 12", W2),
    (top, "A¹  12 × 64", A1),
    (middle, "W² A¹  3 × 64", Z2),
):
    most = max(abs(number) for row in M for number in row)
    axes.imshow(M, cmap=COLOURS, vmin=-most, vmax=most)
    axes.set_title(name, fontsize=11)
    axes.set_xticks([])
    axes.set_yticks([])
across, down = (shown - 0.5, shown + 0.5), (unit - 0.5, unit + 0.5)
for axes, (x1, x2), (y1, y2) in (
    (left, (-0.5, 11.5), down),
    (top, across, (-0.5, 11.5)),
    (middle, across, down),
):
    corners = [x1, x2, x2, x1, x1], [y1, y1, y2, y2, y1]
    axes.plot(*corners, color=GREEN, linewidth=2, clip_on=False)
page.show(
    picture,
    "batch",
    ja="行列の積: 緑の行（ユニット 2 の重み）と緑の列（画像 21）の内積が、緑の数",
    en="The product: the green row (unit 2's weights) with the green column (image 21)",
)

# %%
page.say(
    ja="""
    これが、JAX や PyTorch のプログラムに書かれている式です。`to_jax` は、このネットワークを
    JAX の利用者が書く形、つまり (W, b) の組のリストと関数 predict にして渡します。`to_torch` は
    PyTorch のモジュールにします。勾配の求め方は渡しません。JAX と PyTorch が自分で微分した
    勾配と、ここまでの勾配を、47 個とも比べます（足す順番が違うので、最後の桁は変わりえます）。
    まだ入っていないものには、入れるためのコマンドが出ます。
    """,
    en="""
    These are the formulas that a program for JAX or PyTorch is made of. `to_jax` hands the
    network over as a user of JAX would have written it, a list of pairs (W, b) and a function
    predict; `to_torch` makes a module of PyTorch. How to differentiate is not handed over:
    they do that themselves. All 47 slopes of theirs, beside ours (sums are taken in another
    order, so a last digit may differ; of what is missing, the table says how to install it):
    """,
)


def by_jax() -> Any:
    """Return JAX's own gradient of the same cost, and the network taken back."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # float64, as here
    params, predict = to_jax(network)
    outputs = jax.vmap(predict, in_axes=(None, 0))  # for rows of images

    def cost(params: Any) -> Any:
        return 0.5 * jnp.sum((jnp.array(targets) - outputs(params, jnp.array(pixels))) ** 2)

    slopes = [(W.tolist(), b.tolist()) for W, b in jax.grad(cost)(params)]
    return slopes, from_jax(params, predict)


def by_torch() -> Any:
    """Return PyTorch's own gradient of the same cost, and the network taken back."""
    import torch

    model = to_torch(network)
    outputs = model(torch.tensor(pixels, dtype=torch.float64))
    C = 0.5 * torch.sum((torch.tensor(targets, dtype=torch.float64) - outputs) ** 2)
    C.backward()
    slopes = [(layer.weight.grad.tolist(), layer.bias.grad.tolist()) for layer in model[::2]]
    return slopes, from_torch(model)


apart, returned, rows = {}, {}, []
for name, package, compute in (("JAX", "jax", by_jax), ("PyTorch", "torch", by_torch)):
    if find_spec(package) is None:
        rows.append([name, f"pip install {package}", ""])
        continue
    slopes, taken_back = compute()
    apart[name] = max(abs(x - y) for x, y in zip(flat(slopes), one_by_one))
    numbers = [[p.data for p in each.parameters()] for each in (taken_back, network)]
    returned[name] = equal(*numbers)
    rows.append([name, f"{apart[name]:.0e}", f"== {returned[name]} / 47"])
page.table(
    [
        "",
        page.text("勾配の差（最大）", "slopes apart at most"),
        page.text("もどした重みとバイアス", "weights and biases taken back"),
    ],
    rows,
)

# %%
page.ask(
    ja="Z = W A で、W が 3 行 12 列、A が 12 行 64 列のとき、Z は何行何列ですか。\n"
    "D A^T はどうですか。",
    answer_ja="Z は 3 行 64 列。D も 3 行 64 列なので、D A^T は 3 行 12 列、W と同じ形です。\n"
    "勾配は、いつも重みと同じ形になります。",
    en="W has 3 rows and 12 columns, A has 12 and 64. What shape has Z = W A? And D A^T?",
    answer_en="Z has 3 rows and 64 columns, and so has D: D A^T has 3 rows and 12 columns, as W\n"
    "has. A gradient always has the shape of what it is the gradient of.",
)
page.ask(
    ja="PyTorch は画像を 1 枚 1 行に並べます（X は 64 行 12 列）。Z の行と列を入れかえたものを、\n"
    "X と W で書くとどうなりますか。",
    answer_ja="X W^T です。行と列を入れかえると、積の順番も入れかわります。\n"
    "PyTorch の Linear は、この X W^T + b を計算します。",
    en="PyTorch keeps an image in a row (X has 64 rows, 12 columns). Write Z, its rows and\n"
    "columns exchanged, in X and W.",
    answer_en="X W^T: where rows and columns are exchanged, so is the order of a product.\n"
    "PyTorch's Linear computes X W^T + b.",
)
page.ask(
    ja="行列の積 W A には、掛け算が何回ありますか。ここの `Value` の計算と比べるとどうですか。",
    answer_ja="3 * 12 * 64 = 2304 回。同じ回数です。速さの違いは、1 つずつノードを作るか、\n"
    "まとめて計算するかの違いです。",
    en="How many multiplications are in the product W A, and how many do our `Value`s do?",
    answer_en="3 * 12 * 64 = 2304, and as many. What differs: a Value makes a node of each, and a\n"
    "library does them all in one go.",
)
