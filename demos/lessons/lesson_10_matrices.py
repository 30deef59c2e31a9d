"""Lesson 10: matrices, and a whole layer as σ(Wx + b) (行列).

Run me: python -m demos 10
"""

# %%
from autograd_lite import Value, sigmoid
from demos.page import Page
from demos.plots import BLUE, GREY, ORANGE, figure
from nn import Layer
from nn.linear_algebra import each, matrix_product, matrix_sum, matrix_vector, vector_sum

page = Page(10)

# %%
page.say(
    ja="""
    行列は、数を縦と横に並べたものです。横の並びが「行」、縦の並びが「列」です。

        和    同じ場所どうしを足す
        積    左の行列の「行」と、右の行列の「列」の内積を並べる

    2 行 2 列なら、積は次のようになります。

        [a b] [p q]   [ap+br  aq+bs]
        [c d] [r s] = [cp+dr  cq+ds]

    （スライドでは左上が ap+bq となっていますが、1 行目 (a, b) と 1 列目 (p, r) の内積なので、
    正しくは ap+br です。）
    """,
    en="""
    A matrix is numbers in rows (across) and columns (down).

        sum       add what stands in the same place
        product   the inner product of each row on the left and each column on the right

    For two rows and two columns, the product is

        [a b] [p q]   [ap+br  aq+bs]
        [c d] [r s] = [cp+dr  cq+ds]

    (The slide prints ap+bq in the first place. It is the inner product of the row
    (a, b) and the column (p, r), so ap+br is meant.)
    """,
)

# %%
page.say(
    ja="""
    手で計算:

        [3 1 4] [x]   [3x + 1y + 4z]                            [19]
        [1 5 9] [y] = [1x + 5y + 9z]   (x, y, z) = (2, 1, 3) で [34]
        [2 6 5] [z]   [2x + 6y + 5z]                            [25]
    """,
    en="""
    By hand:

        [3 1 4] [x]   [3x + 1y + 4z]                             [19]
        [1 5 9] [y] = [1x + 5y + 9z]   at (x, y, z) = (2, 1, 3): [34]
        [2 6 5] [z]   [2x + 6y + 5z]                             [25]
    """,
)
A = [[3.0, 1.0, 4.0], [1.0, 5.0, 9.0], [2.0, 6.0, 5.0]]
xyz = [Value(2.0, "x"), Value(1.0, "y"), Value(3.0, "z")]
column = matrix_vector(A, xyz)
added = matrix_sum([[1, 2], [3, 4]], [[10, 20], [30, 40]])
multiplied = matrix_product([[1, 2], [3, 4]], [[5, 6], [7, 8]])
column[0].backward()
print("    A (x, y, z)       =", [number.data for number in column])
print("    d(first)/d(x,y,z) =", [number.grad for number in xyz])
print("    sum               =", added)
print("    product           =", multiplied)

# %%
page.say(
    ja="""
    層のユニットの重みを 1 行ずつ並べた行列を W とすると、層全体が 1 つの式になります。

        y = σ(Wx + b)
    """,
    en="""
    Let each row of a matrix W hold the weights of one unit. Then a whole layer is one
    formula:

        y = sigma(Wx + b)
    """,
)
W, b = [[1.0, -2.0, 0.5], [0.0, 1.0, 1.0]], [0.5, -2.0]
x = [1.0, 0.5, 2.0]
formula = each(sigmoid, vector_sum(matrix_vector(W, x), b))
layer = Layer(3, 2, weights=W, biases=b)
print("    each(sigmoid, Wx + b) =", formula)
print("    layer(x)              =", [y.data for y in layer(x)])

# %%
picture = figure(7.6, 3.4)
axes = picture.subplots()
for i, row in enumerate(A):
    for k, entry in enumerate(row):
        axes.text(k, -i, f"{entry:g}", ha="center", va="center", fontsize=16)
for i, letter in enumerate("xyz"):
    axes.text(3.4, -i, letter, ha="center", va="center", fontsize=16, style="italic")
    row_text = " + ".join(f"{entry:g}{name}" for entry, name in zip(A[i], "xyz"))
    axes.text(6.3, -i, row_text, ha="center", va="center", fontsize=14)
axes.text(4.3, -1, "=", ha="center", va="center", fontsize=16)
for start, end in ((-0.5, 2.5), (3.0, 3.8), (4.9, 7.7)):
    for edge, inward in ((start, 0.12), (end, -0.12)):
        axes.plot([edge + inward, edge, edge, edge + inward], [0.5, 0.5, -2.5, -2.5], color=GREY)
axes.fill([-0.4, 2.4, 2.4, -0.4], [0.35, 0.35, -0.35, -0.35], color=ORANGE, alpha=0.25)
axes.fill([3.1, 3.7, 3.7, 3.1], [0.35, 0.35, -2.35, -2.35], color=BLUE, alpha=0.25)
axes.text(1.0, 0.75, page.label("行", "row"), ha="center", color=ORANGE, fontsize=12)
axes.text(3.4, 0.75, page.label("列", "column"), ha="center", color=BLUE, fontsize=12)
axes.set_xlim(-0.8, 8.0)
axes.set_ylim(-2.8, 1.2)
axes.axis("off")
page.show(
    picture,
    "product",
    ja="行列の積: 左の行と右の列の内積",
    en="The product of matrices: a row on the left, a column on the right",
)

# %%
page.ask(
    ja="[[1, 2], [3, 4]] と [[5, 6], [7, 8]] の積は、順番を入れかえても同じですか。",
    answer_ja="違います。[[19, 22], [43, 50]] が、入れかえると [[23, 34], [31, 46]] になります。",
    en="Does [[1, 2], [3, 4]] times [[5, 6], [7, 8]] stay the same in the other order?",
    answer_en="No: [[19, 22], [43, 50]] becomes [[23, 34], [31, 46]].",
)
page.ask(
    ja="入力 12 個、ユニット 3 個の層の W は何行何列ですか。b の成分はいくつですか。",
    answer_ja="3 行 12 列。b は 3 個。だから重みとバイアスは合わせて 39 個です。",
    en="A layer has 12 inputs and 3 units. How many rows and columns has W, and b?",
    answer_en="3 rows and 12 columns, and b has 3 numbers: 39 parameters together.",
)
