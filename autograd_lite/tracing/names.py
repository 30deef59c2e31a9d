"""What texts call a node, and how they write a number.

>>> from autograd_lite.value import Value
>>> node_names([Value(1.0, "x"), Value(2.0), Value(3.0, "a"), Value(4.0, "a")])
['x', 'v1', 'a (v2)', 'a (v3)']
>>> told_number(2 / 3), told_number(-0.0), factor(-1.0)
('0.666667', '0', '(-1)')
"""

import re
from collections import Counter
from collections.abc import Sequence

from autograd_lite.console import printable
from autograd_lite.printing import number_text
from autograd_lite.value import Constant, Value

__all__ = ["node_names", "told_number", "factor", "listed", "shortened"]

LONGEST_NAME = 40  # characters
NUMBERED = re.compile(r"[vn][0-9]+")  # what a node without a label is called


def node_names(nodes: Sequence[Value]) -> list[str]:
    """Return a name for each node: its label, a constant's number, or v and its number.

    A label that several nodes bear gets the node's number, so that formulas stay unambiguous.
    """
    labels = [
        shortened(printable(node.label), LONGEST_NAME) if node.label else "" for node in nodes
    ]
    bearers = Counter(labels)
    names = []
    for k, (node, label) in enumerate(zip(nodes, labels)):
        if label and bearers[label] == 1 and not NUMBERED.fullmatch(label):
            names.append(label)
        elif label:
            names.append(f"{label} (v{k})")
        elif isinstance(node, Constant):
            names.append(told_number(node.data))
        else:
            names.append(f"v{k}")
    return names


def told_number(number: float) -> str:
    """Return a number in at most six digits; zero without its sign, which says nothing here."""
    return number_text(number + 0.0)


def factor(number: float) -> str:
    """Return a number as it stands in a product: a negative one in brackets."""
    text = told_number(number)
    return f"({text})" if text.startswith("-") else text


def listed(names: Sequence[str]) -> str:
    """Return names with commas; of many, the first and the last."""
    return ", ".join(names if len(names) <= 6 else [*names[:5], "...", names[-1]])


def shortened(text: str, longest: int = 100) -> str:
    """Return a text with its middle left out where it is too long to read."""
    if len(text) <= longest:
        return text
    half = (longest - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
