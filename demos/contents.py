"""The lessons in order: one for each row of the slides' contents, and one that leads on."""

from pathlib import Path
from typing import NamedTuple

__all__ = ["FOLDER", "LESSONS", "Lesson", "find_lesson"]

FOLDER = Path(__file__).with_name("lessons")


class Lesson(NamedTuple):
    """One lesson: its number, the name of its file, and its title in both languages."""

    number: int
    name: str
    ja: str
    en: str

    @property
    def path(self) -> Path:
        """The file of the lesson."""
        return FOLDER / f"lesson_{self.number:02}_{self.name}.py"

    def title(self, language: str) -> str:
        """Return the title in a language."""
        title: str = getattr(self, language, self.en)
        return title


LESSONS = (
    Lesson(1, "firing", "ニューロンの発火と単位ステップ関数", "A neuron fires: the unit step"),
    Lesson(2, "activation", "ユニットと活性化関数", "Units and activation functions"),
    Lesson(3, "sigmoid", "シグモイド関数と興奮度", "The sigmoid: a degree of excitement"),
    Lesson(4, "bias", "しきい値からバイアスへ", "From threshold to bias"),
    Lesson(5, "network", "ニューラルネットワーク", "Units joined in layers"),
    Lesson(6, "digits", "例題: 手書きの「0」「1」", 'Handwritten "0" and "1"'),
    Lesson(7, "recurrence", "数列と連立漸化式", "Sequences and simultaneous recurrences"),
    Lesson(8, "sum", "Σ記号の公式", "The rules of the sum sign"),
    Lesson(9, "vectors", "ベクトルと内積", "Vectors and the inner product"),
    Lesson(10, "matrices", "行列", "Matrices, and a layer as one formula"),
    Lesson(11, "derivative", "導関数の意味", "What a derivative means"),
    Lesson(12, "formulas", "関数の微分公式", "Formulas of differentiation"),
    Lesson(13, "example", "例 C = (2 - y)^2", "The example C = (2 - y)^2"),
    Lesson(14, "sigmoid_slope", "シグモイド関数の微分公式", "The derivative of the sigmoid"),
    Lesson(15, "minimum", "関数の最小値の条件", "The condition for a minimum"),
    Lesson(16, "partial", "偏微分", "Partial derivatives"),
    Lesson(17, "saddle", "多変数関数の最小条件", "A minimum in several variables"),
    Lesson(18, "approximation", "関数の近似公式と勾配", "Approximation, and the way downhill"),
    Lesson(19, "chain_rule", "1 変数関数の連鎖律", "The chain rule in one variable"),
    Lesson(20, "two_paths", "2 変数関数の連鎖律", "The chain rule in two variables"),
    Lesson(21, "backpropagation", "勾配降下法と誤差逆伝播法", "Gradient descent, backpropagation"),
    Lesson(22, "tensors", "スカラーからテンソルへ", "From scalars to tensors"),
)


def find_lesson(number: int) -> Lesson:
    """Return the lesson with a number.

    Raises ValueError, which says which numbers there are, for any other.

    >>> find_lesson(3).en
    'The sigmoid: a degree of excitement'
    """
    for lesson in LESSONS:
        if lesson.number == number:
            return lesson
    raise ValueError(f"the lessons are 1 to {LESSONS[-1].number}; there is no lesson {number}")
