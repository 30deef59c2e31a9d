"""Vectors and matrices of Values: the slides' ‖a‖, A + B, AB and σ(Wx + b).

A vector is a list of numbers or Values, a matrix a list of rows. The inner product 〈a, b〉
(内積) is `dot` of the engine; everything here is made of it.

Legend
    a, b, x     vectors (ベクトル)
    A, B, W     matrices (行列): A[i][k] stands in row i (行) and column k (列)
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from autograd_lite import Op, dot, more_ops
from autograd_lite.plain_numbers import described
from autograd_lite.value import Operand

__all__ = [
    "Vector", "Matrix", "norm", "vector_sum", "matrix_sum", "matrix_vector", "matrix_product",
    "transpose", "each",
]  # fmt: skip

Vector: TypeAlias = Sequence[Operand]
Matrix: TypeAlias = Sequence[Sequence[Operand]]
Numbers: TypeAlias = list[Any]  # floats where all operands were, otherwise Values


def norm(a: Vector) -> Any:
    """Return ‖a‖ = √(a₁² + … + aₙ²), the magnitude (大きさ) of a vector.

    One op, without overflow on the way. Of the zero vector it is 0, and so is its slope there.

    >>> f"{norm([-1.0, 2.0]):.4f}"
    '2.2361'
    """
    return more_ops.norm(list(a))


def vector_sum(a: Vector, b: Vector) -> Numbers:
    """Return a + b, element by element.

    Raises ValueError if they are not of one length.

    >>> vector_sum([1.0, 2.0], [10.0, 20.0])
    [11.0, 22.0]
    """
    if len(a) != len(b):
        raise ValueError(f"a sum needs vectors of one length, not {len(a)} and {len(b)}")
    return [x + y for x, y in zip(a, b)]


def matrix_sum(A: Matrix, B: Matrix) -> list[Numbers]:
    """Return A + B, element by element.

    Raises ValueError if they are not of one shape.

    >>> matrix_sum([[1.0, 2.0], [3.0, 4.0]], [[10.0, 20.0], [30.0, 40.0]])
    [[11.0, 22.0], [33.0, 44.0]]
    """
    if shape(A) != shape(B):
        raise ValueError(f"a sum needs matrices of one shape, not {told(A)} and {told(B)}")
    return [vector_sum(left, right) for left, right in zip(A, B)]


def matrix_vector(A: Matrix, x: Vector) -> Numbers:
    """Return Ax: the inner product of each row of A with x.

    Raises ValueError unless x has one element for each column of A.

    >>> matrix_vector([[3.0, 1.0, 4.0], [1.0, 5.0, 9.0], [2.0, 6.0, 5.0]], [1.0, 0.0, 2.0])
    [11.0, 19.0, 12.0]
    """
    columns = shape(A)[1]
    if len(x) != columns:
        raise ValueError(f"Ax needs one element for each column: A is {told(A)}, x has {len(x)}")
    return [dot(row, x) for row in A]


def matrix_product(A: Matrix, B: Matrix) -> list[Numbers]:
    """Return AB: in row i and column k, the inner product of row i of A and column k of B.

    Raises ValueError unless A has as many columns as B has rows.

    >>> matrix_product([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])
    [[19.0, 22.0], [43.0, 50.0]]
    """
    if shape(A)[1] != shape(B)[0]:
        raise ValueError(f"AB needs as many columns of A as rows of B: {told(A)} and {told(B)}")
    columns = transpose(B)
    return [[dot(row, column) for column in columns] for row in A]


def transpose(A: Matrix) -> list[Numbers]:
    """Return the matrix whose rows are the columns of A.

    >>> transpose([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]
    """
    columns = shape(A)[1]
    return [[row[k] for row in A] for k in range(columns)]


def each(function: Op, z: Vector) -> Numbers:
    """Return the function of each element: σ over a whole layer is `each(sigmoid, z)`.

    >>> from autograd_lite import sigmoid
    >>> W, x, b = [[1.0, -1.0], [2.0, 0.0]], [3.0, 3.0], [0.0, -6.0]
    >>> each(sigmoid, vector_sum(matrix_vector(W, x), b))
    [0.5, 0.5]
    """
    return [function(value) for value in z]


def shape(A: Matrix) -> tuple[int, int]:
    """Return the count of rows and of columns.

    Raises TypeError if A is not a list of rows, ValueError if its rows differ in length.
    """
    if not isinstance(A, Sequence) or not A or not isinstance(A[0], Sequence):
        if hasattr(A, "tolist"):
            raise TypeError("a matrix is a list of rows; write A.tolist() for a NumPy array")
        what = "an empty list" if A == [] else f"a {described(A)}"
        raise TypeError(f"a matrix is a list of rows, [[1, 2], [3, 4]], not {what}")
    lengths = {len(row) for row in A}
    if len(lengths) != 1:
        raise ValueError(f"the rows of a matrix are of one length, not {sorted(lengths)}")
    return len(A), lengths.pop()


def told(A: Matrix) -> str:
    """Return the shape in words: "2 x 3"."""
    rows, columns = shape(A)
    return f"{rows} x {columns}"
