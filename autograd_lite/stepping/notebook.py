"""A trace in a notebook: the page in a frame, and beside it the steps as text, with the picture.

One display serves viewers of three kinds:

- scripts may run (JupyterLab, VS Code, Colab, an exported page): the frame is seen. It may do
  nothing but run its own script (`sandbox`), and the text beside it is hidden by a style;
- HTML is cleaned (a notebook that is not trusted, GitHub): frame and style are taken out, so the
  text is seen: a list of steps to fold out, below the picture;
- no HTML (IPython, a LaTeX export): the picture alone, or lines of text.
"""

import base64
import html

from autograd_lite.displays import Display
from autograd_lite.drawing import Drawing, RendererNotFound, draw
from autograd_lite.stepping.page import page, titled
from autograd_lite.tracing.formulas import within
from autograd_lite.tracing.recording import Trace
from autograd_lite.tracing.steps import Step
from autograd_lite.words import Language, chosen_language, text

__all__ = ["notebook_view"]

MOST_LINES = 12  # steps as lines of text
MOST_FOLDED = 60  # steps to fold out
WIDTH = 100  # characters of a line of text

# As high as the window allows, so that picture and buttons are seen at once; the bounds hold where
# a cell has a window of its own that grows with it (Colab), and on large screens.
FRAME = (
    "box-sizing: border-box; width: 100%; height: clamp(30rem, 80vh, 47.5rem); "
    "border: 1px solid #cfd6de; border-radius: 8px"
)
HIDDEN = ".autograd-lite-frame ~ .autograd-lite-text { display: none }"


def notebook_view(
    record: Trace, *, language: Language | None = None, level: str = "node"
) -> Display:
    """Return what a notebook shows of a trace; without Graphviz, the steps as text alone.

    Raises ValueError for a graph that is too big, or an unknown language or level.
    """
    language = chosen_language(language)
    plain = lines_told(record, language)
    try:
        source = page(record, language=language, level=level)
        drawing = picture(record, language, level)
    except RendererNotFound as error:
        beside = beside_the_frame(record, language, f"<p>{html.escape(str(error))}</p>")
        return Display({"text/html": beside, "text/plain": f"{plain}\n{error}"})
    pictures = drawing.show().kinds
    seen = image(drawing, pictures["image/svg+xml"]) + trust(language)
    if "image/png" in pictures:  # then nobody needs the other, for which LaTeX wants Inkscape
        del pictures["image/svg+xml"]
    title, escaped = titled(record, language), html.escape(source, quote=True)
    written = (
        f"<div><style>{HIDDEN}</style>"
        f'<iframe class="autograd-lite-frame" srcdoc="{escaped}" sandbox="allow-scripts" '
        f'title="{title}" style="{FRAME}"></iframe>'
        f"{beside_the_frame(record, language, seen)}</div>"
    )
    return Display({"text/html": written, **pictures, "text/plain": plain})


# -- Beside the frame ----------------------------------------------------------------------------


def picture(record: Trace, language: Language, level: str) -> Drawing:
    """Return the graph with the gradients of this pass, as a picture of moderate size."""
    closed = True if level == "unit" else "auto"
    with record.replay().goto(len(record)).show():
        return draw(record.output, language=language, groups=record.groups, closed=closed)


def image(drawing: Drawing, svg: str) -> str:
    """Return a picture as HTML that asks nothing of any network and runs nothing."""
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    words = html.escape(drawing.description, quote=True)
    return f'<p><img alt="{words}" src="data:image/svg+xml;base64,{data}"></p>'


def trust(language: Language) -> str:
    return f"<p>{html.escape(text('notebook.trust', language))}</p>"


def beside_the_frame(record: Trace, language: Language, seen: str) -> str:
    """Return what is seen where no frame is: `seen`, and the steps to fold out."""
    folded = [step_folded(step, language) for step in record[:MOST_FOLDED]]
    rest = html.escape(more(record, MOST_FOLDED, language))
    title = f"<p><strong>{titled(record, language)}</strong></p>"
    return f'<div class="autograd-lite-text">{title}{seen}{"".join(folded)}<p>{rest}</p></div>'


def step_folded(step: Step, language: Language) -> str:
    """Return a step as HTML: the chain rule, and folded what happens in it."""
    heading, *lines = step.text(language).split("\n")
    head = f"{html.escape(heading)}: <code>{html.escape(step.formula())}</code>"
    body = "<br>".join(html.escape(line.strip()) for line in lines)
    return f"<details><summary>{head}</summary><p>{body}</p></details>"


def lines_told(record: Trace, language: Language) -> str:
    """Return the steps as lines of text, not too many and not too long."""
    lines = [repr(record)]
    for step in record[:MOST_LINES]:
        heading = step.heading(language)
        lines.append(f"{heading}: {within(WIDTH - len(heading), step.equation())}")
    return "\n".join([*lines, more(record, MOST_LINES, language)]).rstrip("\n")


def more(record: Trace, told: int, language: Language) -> str:
    """Return how many steps are not told; "" if all are."""
    left = len(record) - told
    return text("notebook.more", language, count=f"{left:,}") if left > 0 else ""
