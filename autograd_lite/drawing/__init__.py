"""The computation graph (計算グラフ) as a picture: graph -> scene -> DOT -> SVG, PNG, PDF.

    >>> from autograd_lite import Value, draw
    >>> w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    >>> z = w * x + b
    >>> z.label = "z"
    >>> z.backward()
    >>> drawing = draw(z)
    >>> drawing.save("z.dot").name
    'z.dot'

Read the source in this order: text, theme, groups, scene, layout, source, render, drawing.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

try:
    import graphviz as graphviz
except ImportError:
    raise ImportError("drawing needs the package graphviz; write pip install graphviz") from None

from autograd_lite.drawing.drawing import Drawing
from autograd_lite.drawing.groups import Grouping
from autograd_lite.drawing.render import RendererNotFound, renderer
from autograd_lite.drawing.scene import Closing, Scene
from autograd_lite.drawing.source import DIRECTIONS, Marks, Writer
from autograd_lite.drawing.text import number_shown, plain, typeset
from autograd_lite.drawing.theme import THEMES
from autograd_lite.notation import in_signs
from autograd_lite.plain_numbers import described
from autograd_lite.tracing.paths import PATHS_COUNTED, product_along, total_derivative
from autograd_lite.value import Value
from autograd_lite.words import Fact, Language, chosen_language, said, text

__all__ = ["Drawing", "RendererNotFound", "draw", "renderer"]

PATHS_LISTED = 6
LONGEST_PATH = 12  # edges; of a longer one only the product is written down


def draw(
    output: Value | Sequence[Value],
    *,
    title: str = "",
    direction: str = "right",
    theme: str = "light",
    digits: int = 4,
    gradients: bool = True,
    derivatives: bool = True,
    constants: bool = True,
    parameters: Iterable[Value] = (),
    groups: Grouping | None = None,
    closed: Closing = "auto",
    limit: int | None = 60,
    highlight: Value | str | Sequence[Value | str] = (),
    paths_from: Value | str | None = None,
    language: Language | None = None,
) -> Drawing:
    """Return a drawing of the graph below a Value, or below several (a function, its gradient).

    title           stands above the picture
    direction       where the output lies: "right", "down", "left" or "up"
    theme           "light", "dark", "slides" (large type) or "slides-dark"
    digits          significant digits of the numbers, 1 to 17
    gradients       show the gradient in each node; before `backward` the picture says there is none
    derivatives     show the local derivative on each edge, as formula and number
    constants       show the plain numbers of the formula
    parameters      the leaves that are parameters; else those labelled w... and b... are
    groups          the box of each node: a function or a mapping from a Value to a tuple of names
                    from the outside in, ("layer 2", "a_1^2"); else read off the slides' labels
    closed          which boxes are closed to one node: "auto" closes as many as `limit` asks for,
                    True all, False none, or their names
    limit           nodes shown at most; of a larger graph, what is nearest the output. None is
                    no limit, and no bound on the time that the layout takes
    highlight       a node (or its label), or several: those that follow one another are a path
    paths_from      highlight all paths from this node to the output, and write down each path's
                    product and their sum (連鎖律)
    language        of the words in the picture; the reader's if nothing is said

    Raises TypeError for something that is not a Value, ValueError for an option that is not
    one of these, or a label that no node has.

    >>> x = Value(3.0, "x")
    >>> y = x * x
    >>> y.backward()
    >>> print(draw(y, paths_from=x).title)
    computation graph of v1
    """
    outputs = checked_outputs(output)
    checked_choice("direction", direction, DIRECTIONS)
    checked_choice("theme", theme, THEMES)
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 17:
        raise ValueError(f"digits are 1 to 17, not {digits!r}")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ValueError(f"limit is a count of nodes from 1 on, or None, not {limit!r}")
    language = chosen_language(language)
    scene = Scene(outputs, grouping=groups, closed=closed, limit=limit, constants=constants)
    marks = Marks()
    mark_nodes(scene, marks, highlight)
    if paths_from is not None:
        mark_paths(scene, marks, found_node(scene, paths_from), digits, language)
    notes = []
    if gradients and not any(node.grad != 0.0 for node in outputs):
        notes.append(text("drawing.no gradient", language))
    elif gradients and len(outputs) == 1 and outputs[0].grad != 1.0 and outputs[0].parents:
        notes.append(text("drawing.further on", language))
    if scene.left_out:
        hidden, count = f"{scene.left_out:,}", f"{len(scene.nodes):,}"
        notes.append(text("drawing.left out note", language, hidden=hidden, count=count))
    writer = Writer(
        scene,
        THEMES[theme],
        direction=direction,
        digits=digits,
        gradients=gradients,
        derivatives=derivatives,
        title=title,
        language=language,
        notes=notes,
        parameters=set(parameters),
        marks=marks,
    )
    source = writer.dot()
    names = ", ".join(scene.names[scene.number_of[node]] for node in outputs[:3])
    more = ", ..." if len(outputs) > 3 else ""
    own_title = Fact("drawing.title", {"names": in_signs(names + more)})
    name = plain(title) or said(own_title, language)
    return Drawing(
        source,
        name,
        told(scene, writer),
        writer.descriptions,
        scene.left_out,
        numbers=writer.numbers,
        words={**writer.words.kept, "": [own_title]},
    )


def told(scene: Scene, writer: Writer) -> str:
    """Return the picture in words: how large, and for a small graph every node."""
    parts = {"count": f"{len(scene.nodes):,}", "hidden": f"{scene.left_out:,}"}
    cut = scene.left_out > 0
    if len(scene.members) > 30:
        key = "drawing.large cut" if cut else "drawing.large"
        return text(key, writer.language, **parts)
    key = "drawing.whole cut" if cut else "drawing.whole"
    words = [words for id, words in writer.descriptions.items() if id[0] in "ng"]
    return text(key, writer.language, nodes="; ".join(words), **parts)


# -- What the user gave ----------------------------------------------------------------------------


def checked_outputs(output: object) -> list[Value]:
    """Return the outputs as a list; raise TypeError unless they are Values, ValueError if none."""
    outputs = list(output) if isinstance(output, (list, tuple)) else [output]
    if not outputs:
        raise ValueError("there is nothing to draw: the list is empty")
    checked: list[Value] = []
    for node in outputs:
        if not isinstance(node, Value):
            layered = hasattr(node, "layers")
            instead = "; nn.draw_network(network) draws a network" if layered else ""
            raise TypeError(
                f"draw takes a Value or a list of Values, not {described(node)}{instead}"
            )
        if node not in checked:
            checked.append(node)
    return checked


def checked_choice(what: str, choice: object, choices: Iterable[str]) -> None:
    if choice not in list(choices):
        raise ValueError(f"{what} is one of {', '.join(choices)}, not {choice!r}")


def found_node(scene: Scene, which: Value | str) -> int:
    """Return the number of a node, given itself or its label; raise ValueError if it has none."""
    if isinstance(which, Value):
        if which in scene.number_of:
            return scene.number_of[which]
        raise ValueError(f"{which!r} is not a node of this graph")
    for k, node in enumerate(scene.nodes):
        if node.label == which:
            return k
    if which in scene.names:  # what formulas and the trace call it
        return scene.names.index(which)
    if which[:1] == "v" and which[1:].isdecimal() and int(which[1:]) < len(scene.nodes):
        return int(which[1:])
    raise ValueError(f"no node of this graph is labelled {which!r}")


# -- Highlights ------------------------------------------------------------------------------------


def mark_nodes(scene: Scene, marks: Marks, highlight: Value | str | Sequence[Value | str]) -> None:
    """Mark nodes, and the edges between those that follow one another."""
    listed = [highlight] if isinstance(highlight, (Value, str)) else list(highlight)
    numbers = [found_node(scene, which) for which in listed]
    marks.nodes.update(numbers)
    for before, after in pairwise(numbers):
        for i, parent in enumerate(scene.nodes[after].parents):
            if scene.number_of[parent] == before:
                marks.edges[after, i] = 0


def mark_paths(scene: Scene, marks: Marks, start: int, digits: int, language: Language) -> None:
    """Mark all paths from a node to the output; note each path's product, and their sum."""
    count, paths = scene.paths_from(start, PATHS_LISTED)
    goal = scene.number_of[scene.outputs[0]]
    end, origin = typeset(scene.names[goal]), typeset(scene.names[start])
    ends = {"start": origin, "end": end}
    ratio = f"∂{end}/∂{origin}"
    marks.nodes.update({start, goal})
    if count == 0:
        marks.notes.append(text("drawing.no path", language, derivative=ratio, **ends))
        return
    products = []
    for number, path in enumerate(paths):
        partials = [scene.nodes[k].partials[i] for k, i in path]
        for k, i in path:
            marks.edges.setdefault((k, i), number)
        products.append(number_shown(product_along(partials[::-1]), digits))
        if len(path) <= LONGEST_PATH:
            route = " → ".join([origin] + [typeset(scene.names[k]) for k, _ in path])
            written = " · ".join(in_brackets(number_shown(p, digits)) for p in partials) or "1"
        else:
            route = f"{origin} → … → {end}"
            written = text("drawing.long product", language, count=f"{len(path):,}")
        parts = {"number": number + 1, "route": route, "product": written, "value": products[-1]}
        marks.notes.append(text("drawing.path", language, **parts))
    slope, edges = total_derivative(
        start, goal, scene.operands, [node.partials for node in scene.nodes].__getitem__
    )
    for k, i in edges:  # also those of paths that are not listed
        if scene.item_of[k] and scene.item_of[scene.operands(k)[i]]:
            marks.edges.setdefault((k, i), 0)
    derivative = number_shown(slope, digits)
    if count > PATHS_LISTED:
        key = "drawing.very many paths" if count >= PATHS_COUNTED else "drawing.paths"
        marks.notes.append(text(key, language, count=f"{count:,}", **ends))
        summed = text("drawing.sum of products", language, derivative=ratio, value=derivative)
        marks.notes.append(summed)
    elif count > 1:
        terms = [products[0], *map(in_brackets, products[1:])]
        marks.notes.append(f"{ratio} = {' + '.join(terms)} = {derivative}")
    else:
        marks.notes.append(f"{ratio} = {derivative}")


def in_brackets(number: str) -> str:
    """Return a number as a factor or a later term: a negative one in brackets."""
    return f"({number})" if number.startswith("−") else number
