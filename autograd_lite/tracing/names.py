"""What texts call a node, and how they write a number.

>>> from autograd_lite.value import Value
>>> node_names([Value(1.0, "x"), Value(2.0), Value(3.0, "a"), Value(4.0, "a")])
['x', 'v1', 'a (v2)', 'a (v3)']
>>> told_number(2 / 3), told_number(-0.0), factor(-1.0)
('0.666667', '0', '(-1)')
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from autograd_lite.console import printable
from autograd_lite.ops import add, total
from autograd_lite.printing import number_text
from autograd_lite.value import Constant, Value

__all__ = ["node_names", "told_number", "factor", "listed", "shortened"]

LONGEST_NAME = 40  # characters
NUMBERED = re.compile(r"[vn][0-9]+")  # what a node without a label is called


def node_names(nodes: Sequence[Value]) -> list[str]:
    """Return a name for each node: its label, a constant's number, or v and its number.

    A label that every term of the output bears once is followed by the term's number, a_1^2[64],
    and so are the nodes without labels there, v3[64]: in the cost of many images, a term is an
    image. Any other label that several nodes bear gets the node's number, so that formulas stay
    unambiguous.

    >>> from autograd_lite.graph import topological_order
    >>> from autograd_lite.ops import total
    >>> terms = [Value(number, "a") ** 2 for number in (1.0, 2.0)]
    >>> node_names(topological_order(total([3.0 * term for term in terms])))
    ['3', 'a[1]', 'v1[1]', 'v2[1]', '3', 'a[2]', 'v1[2]', 'v2[2]', 'v8']
    """
    labels = [
        shortened(printable(node.label), LONGEST_NAME) if node.label else "" for node in nodes
    ]
    bearers: dict[str, list[int]] = {}
    for k, label in enumerate(labels):
        bearers.setdefault(label, []).append(k)
    numbered = names_by_term(nodes, bearers)
    names = []
    for k, (node, label) in enumerate(zip(nodes, labels)):
        if k in numbered:
            names.append(numbered[k])
        elif label and len(bearers[label]) == 1 and not NUMBERED.fullmatch(label):
            names.append(label)
        elif label:
            names.append(f"{label} (v{k})")
        elif isinstance(node, Constant):
            names.append(told_number(node.data))
        else:
            names.append(f"v{k}")
    return names


def names_by_term(nodes: Sequence[Value], bearers: Mapping[str, Sequence[int]]) -> dict[int, str]:
    """Return the names of nodes that are called after a term: by their numbers."""
    repeated = [label for label, places in bearers.items() if label and len(places) > 1]
    if not repeated:
        return {}
    terms = terms_of(nodes[-1])
    term_of = terms_by_node(nodes, terms)
    names: dict[int, str] = {}
    for label in repeated:
        inside = [k for k in bearers[label] if term_of[k]]
        outside = [k for k in bearers[label] if not term_of[k]]
        if [term_of[k] for k in inside] != list(range(1, len(terms) + 1)) or len(outside) > 1:
            continue
        called = {k: f"{label}[{term_of[k]}]" for k in inside} | dict.fromkeys(outside, label)
        if not NUMBERED.fullmatch(label) and bearers.keys().isdisjoint(called[k] for k in inside):
            names |= called
    return names | unlabelled_by_term(nodes, bearers, term_of) if names else {}


def unlabelled_by_term(
    nodes: Sequence[Value], bearers: Mapping[str, Sequence[int]], term_of: Sequence[int]
) -> dict[int, str]:
    """Return the names of nodes without labels that only one term needs, counted in each."""
    names = {}
    counted: Counter[int] = Counter()
    for k in bearers.get("", ()):
        term = term_of[k]
        if term and not isinstance(nodes[k], Constant):
            counted[term] += 1
            name = f"v{counted[term]}[{term}]"
            if name not in bearers:
                names[k] = name
    return names


def terms_of(output: Value) -> list[Value]:
    """Return the terms of the sum that the output is; constants and single leaves are none.

    The sum may have a factor, as a mean has, and may be a chain of additions, as Python's `sum`
    makes it: its end is the first node with a label.
    """
    node = output
    while len(variable := [each for each in node.parents if not isinstance(each, Constant)]) == 1:
        (node,) = variable
    terms: list[Value] = []
    if node.op is total:
        terms = list(node.parents)
    elif node.op is add:
        while node.op is add and not (terms and node.label):
            node, term = node.parents
            terms.append(term)
        terms.append(node)
        terms.reverse()
    return [each for each in terms if each.parents]


def terms_by_node(nodes: Sequence[Value], terms: Sequence[Value]) -> list[int]:
    """Return per node the number of the term that alone needs it, from 1; 0 if none does."""
    number_of = {node: k for k, node in enumerate(nodes)}
    several = len(terms) + 1
    needed_by = [0] * len(nodes)
    for number, term in enumerate(terms, 1):
        needed_by[number_of[term]] = number
    for k in range(len(nodes) - 1, -1, -1):
        if needed_by[k]:
            for parent in nodes[k].parents:
                before = needed_by[number_of[parent]]
                same = before in (0, needed_by[k])
                needed_by[number_of[parent]] = needed_by[k] if same else several
    return [number if number < several else 0 for number in needed_by]


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
