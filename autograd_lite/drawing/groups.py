"""Boxes: which unit and which layer each node of a graph belongs to.

A box is a path of names from the outside in, ("layer 2", "a_1^2"); the empty path is no box.
`slides_boxes` reads them off the labels (`notation` says how): z_1^2 and a_1^2 belong to unit 1
of layer 2, and so do the unlabelled operations between them and the weights.
"""

from collections.abc import Sequence
from typing import TypeAlias

from autograd_lite import notation
from autograd_lite.tracing.record import Grouping
from autograd_lite.value import Value
from autograd_lite.words import Fact

__all__ = ["Box", "Grouping", "box_word", "boxes_of", "slides_boxes"]

Box: TypeAlias = tuple[str, ...]

UNNAMED = "output"  # the box of what follows the last layer, if the output has no label
DEEPEST = 40  # boxes in one another; of a longer path, the outer ones and the innermost


def boxes_of(nodes: Sequence[Value], grouping: Grouping | None) -> list[Box]:
    """Return the box of each node, by the user's grouping or else as the slides label them.

    A path of more than DEEPEST names loses those before the last.

    Raises TypeError for a grouping that gives anything but a sequence of texts.
    """
    if grouping is None:
        return slides_boxes(nodes)
    boxes: list[Box] = []
    for node in nodes:
        path = grouping(node) if callable(grouping) else grouping.get(node, ())
        if isinstance(path, str) or not all(isinstance(name, str) for name in path or ()):
            raise TypeError(
                f"a group is a tuple of names from the outside in, ('layer 2', 'a_1^2'), "
                f"not {path!r}"
            )
        names = tuple(path or ())
        boxes.append(names if len(names) <= DEEPEST else (*names[: DEEPEST - 1], names[-1]))
    return boxes


def slides_boxes(nodes: Sequence[Value]) -> list[Box]:
    """Return the box of each node of a graph in topological order, read off the labels.

    What has no such label belongs to the box that all its uses are in. In a graph that has
    such boxes, the operations after the last layer are in a box of their own, which is called
    like the output.

    >>> slides_boxes([Value(1.0, "b_1^2"), Value(1.0, "b_1^3")])
    [('layer 2', 'a_1^2'), ('layer 3', 'a_1^3')]
    """
    known = [notation.box(node.label) for node in nodes]
    if not any(known):
        return [()] * len(nodes)
    number_of = {node: k for k, node in enumerate(nodes)}
    # The innermost box that all uses of a node so far are in; None before the first use.
    around: list[Box | None] = [None] * len(nodes)
    boxes: list[Box] = [()] * len(nodes)
    for k in range(len(nodes) - 1, -1, -1):
        node = nodes[k]
        uses = around[k]
        box = known[k]
        if not box and (node.parents or not node.label):
            box = uses or ()
            if not box and node.parents:
                box = (nodes[-1].label or UNNAMED,)
        boxes[k] = box
        for parent in node.parents:
            p = number_of[parent]
            so_far = around[p]
            around[p] = box if so_far is None else common(so_far, box)
    return boxes


def common(left: Box, right: Box) -> Box:
    """Return the box that holds both."""
    length = 0
    for a, b in zip(left, right):
        if a != b:
            break
        length += 1
    return left[:length]


def box_word(box: Box, own: bool) -> Fact | None:
    """Return the words for a box that a picture made on its `own`; None for what has a name.

    >>> box_word(("layer 2",), True)
    Fact(key='drawing.layer box', parts={'number': '2'})
    """
    layer = notation.layer_number(box[-1])
    if own and layer:
        return Fact("drawing.layer box", {"number": layer})
    if own and box[-1] == UNNAMED:
        return Fact("drawing.output box")
    return None
