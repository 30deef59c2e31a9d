"""What to watch while stepping in an editor: the graph as it is at this moment, as a picture.

In VS Code with the extension Debug Visualizer, open its view and watch `picture_now(C)`: the
graph is drawn at every stop. Without it, watch `redraw(C)`: it writes now.svg at every stop,
and the editor shows the file.
"""

import json
from pathlib import Path

from autograd_lite.drawing import draw
from autograd_lite.value import Value

__all__ = ["picture_now", "redraw"]


def picture_now(output: Value, *, limit: int = 60) -> str:
    """Return the present state of a graph in the form that VS Code's Debug Visualizer draws.

    That is JSON with the graph as DOT. It needs no Graphviz here: the extension has its own.

    >>> x = Value(3.0, "x")
    >>> shown = json.loads(picture_now(x * x))
    >>> shown["kind"], shown["text"].startswith("digraph")
    ({'dotGraph': True}, True)
    """
    return json.dumps({"kind": {"dotGraph": True}, "text": draw(output, limit=limit).source})


def redraw(output: Value, path: str | Path = "now.svg", *, limit: int = 60) -> str:
    """Draw the present state of a graph into a file, and return its path.

    The extension says the format. The file is replaced whole, so a viewer never sees half of
    it. Raises what `draw` and its `save` raise.
    """
    return str(draw(output, limit=limit).save(Path(path)))
