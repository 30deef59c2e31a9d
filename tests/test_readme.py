"""The READMEs begin with the answer of the exercises, which agrees with the real engine."""

import random
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import autograd_lite
from demos.exercises import answer

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_begins_with_the_answer_of_the_exercises(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    shown = re.search(r"<!-- the engine in sixty lines -->\n```python\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == Path(answer.__file__).read_text(encoding="utf-8").strip()
    assert len(shown[1].splitlines()) <= 65


def random_graph(Value, source):
    """Return leaves and the output of a graph that both engines can build."""
    leaves = [Value(source.uniform(-2.0, 2.0)) for _ in range(4)]
    nodes = list(leaves)
    for _ in range(30):
        x, y = source.choice(nodes), source.choice(nodes)
        nodes.append(
            source.choice([lambda x, y: x + y, lambda x, y: x * y, lambda x, y: 0.5 * x + 1.0,
                           lambda x, y: x.sigmoid()])(x, y)
        )  # fmt: skip
    output = nodes[0]
    for node in nodes[1:]:
        output = output + node.sigmoid()
    return leaves, output


@pytest.mark.parametrize("seed", range(20))
def test_the_engine_in_sixty_lines_and_the_real_one_agree(seed):
    found = []
    for engine in (answer, autograd_lite):
        leaves, output = random_graph(engine.Value, random.Random(seed))
        output.backward()
        found.append((output.data, [leaf.grad for leaf in leaves]))
    assert found[0][0] == found[1][0]
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "foreign"),
    [("README.md", "[ぁ-んァ-ヶ一-龠]"), ("README.ja.md", r"\b(layer|grad|value|before)\b")],
)
def test_the_pictures_of_a_readme_speak_its_language(name, foreign):
    text = (ROOT / name).read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\((demos/pictures/[^)]+\.svg)\)", text)
    assert len(pictures) >= 3
    for picture in pictures:
        words = " ".join(ElementTree.parse(ROOT / picture).getroot().itertext())
        assert not re.search(foreign, words), picture
