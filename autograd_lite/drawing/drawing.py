"""The drawing that `draw` returns: DOT inside, pictures on demand.

It behaves like the objects of the `graphviz` package, and `save` takes the format from the
extension.
"""

import base64
import contextlib
import html
import re
import tempfile
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograd_lite.displays import Display, Displayed
from autograd_lite.drawing.render import FORMATS, HOW_TO_INSTALL, rendered, renderer
from autograd_lite.drawing.written import Written
from autograd_lite.files import write_atomically
from autograd_lite.notation import in_signs
from autograd_lite.words import Fact

__all__ = ["Drawing"]

ANCHORED = re.compile(r'<g id="([^"]+)" class="(?:node|edge|cluster)">\s*<title>[^<]*</title>')
SHIFTED = re.compile(
    r'y="(?P<y>[-0-9.]+)" (?P<font>font-family="[^"]*"(?: font-weight="[^"]*")?)'
    r' baseline-shift="(?P<shift>sub|super)" font-size="(?P<size>[0-9.]+)"'
)
PATIENCE = 60.0  # seconds for the layout in a notebook, where nothing can be asked
PATIENCE_FOR_DOTS = 10.0  # and for the PNG beside it, which few viewers need


class Drawing(Displayed):
    """A graph as DOT, which can be shown, saved and converted.

    source          the DOT text
    title           what the picture shows, in a few words
    description     the same in more words, for those who cannot see it
    descriptions    per id in the SVG (n12, e12_0) what it is
    left_out        how many nodes of the graph the picture does not show
    numbers         per id in the SVG the numbers that are written there, in order
    words           per id in the SVG the words that are written there, in order; "": the title
    engine          the layout: "dot", or "neato" where the DOT text gives the places itself
    format          what `pipe`, `render` and `view` make if they are given none: "svg"

    In a notebook the last line of a cell shows it; `draw(z).save("z.svg")` writes a file.
    """

    __slots__ = (  # no others: a setting that does nothing would be a setting that lies
        "source", "title", "description", "descriptions", "left_out", "engine", "format",
        "numbers", "words",
    )  # fmt: skip

    def __init__(
        self,
        source: str,
        title: str,
        description: str,
        descriptions: Mapping[str, str],
        left_out: int = 0,
        engine: str = "dot",
        numbers: Mapping[str, Sequence[Written]] | None = None,
        words: Mapping[str, Sequence[Fact]] | None = None,
    ) -> None:
        self.source = source
        self.title = title
        self.description = description
        self.descriptions = dict(descriptions)
        self.left_out = left_out
        self.engine = engine
        self.format = "svg"
        self.numbers = dict(numbers or {})
        self.words = dict(words or {})

    def __repr__(self) -> str:
        title = self.title if len(self.title) <= 60 else self.title[:57] + "..."
        return f"<drawing {title!a}; .save('graph.svg'), .png or .pdf writes it>"

    def __str__(self) -> str:
        return self.source

    def pipe(
        self,
        format: str | None = None,
        *,
        dpi: float | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Return the picture as bytes, in "svg", "png", "pdf", "dot" or what else Graphviz has.

        format      that of the drawing if nothing is said
        dpi         dots per inch of a PNG; Graphviz's 96 if nothing is said
        timeout     seconds after which the layout is given up

        Raises RendererNotFound, which says what to install, if there is no Graphviz;
        ValueError for an unknown format, or a picture so large that no dots could show it.
        """
        format = (format or self.format).lower().lstrip(".")
        if format in ("dot", "gv"):
            return self.source.encode("utf-8")
        if dpi is not None and not 10 <= dpi <= 2400:
            raise ValueError(f"a picture has 10 to 2400 dots per inch, not {dpi!r}")
        data = rendered(self.source, format, timeout, self.engine, dpi)
        return self.accessible(data.decode("utf-8")).encode("utf-8") if format == "svg" else data

    def svg(self) -> str:
        """Return the picture as SVG, laid out: nodes have ids n12, edges e12_0, boxes box0.

        n12 is the node at place 12 of `topological_order`, e12_0 the edge of its operand 0.
        The SVG has a title and a description for screen readers.
        """
        return self.pipe("svg").decode("utf-8")

    def save(
        self, path: str | Path, *, dpi: float | None = None, timeout: float | None = None
    ) -> Path:
        """Write the picture to a file, whole or not at all; the extension decides the format.

        Raises ValueError for an unknown extension, FileNotFoundError for a folder that is not
        there, RendererNotFound if there is no Graphviz (a .dot file needs none).
        """
        path = Path(path)
        format = path.suffix.lower().lstrip(".")
        if format not in (*FORMATS, "gv", "jpg", "jpeg", "gif"):
            known = ", ".join(f".{known}" for known in FORMATS)
            raise ValueError(f"{str(path)!r}: the extension says the format; write one of {known}")
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"there is no folder {str(path.parent)!r} to write in; make it first"
            )
        write_atomically(path, self.pipe(format, dpi=dpi, timeout=timeout))
        return path

    def render(
        self,
        filename: str | Path = "graph",
        directory: str | Path | None = None,
        view: bool = False,
        *,
        format: str | None = None,
    ) -> str:
        """Write `filename` plus the format as extension and return that path, as graphviz does."""
        format = format or self.format
        path = Path(directory or ".") / f"{filename}.{format}"
        self.save(path)
        if view:
            webbrowser.open(path.resolve().as_uri())
        return str(path)

    def view(self, format: str | None = None) -> str:
        """Write the picture to a temporary file, open it, and return its path."""
        folder = tempfile.mkdtemp(prefix="autograd_lite-")
        return self.render("graph", folder, view=True, format=format)

    # -- In notebooks --

    def show(self) -> Display:
        """Return the picture for a notebook: SVG, PNG where no SVG is let in, and text.

        JupyterLab shows no SVG of a notebook that is not trusted. Without Graphviz it is the DOT
        text, and what to install.
        """
        if not renderer():
            return Display({"text/plain": self.without_picture()})
        kinds = {"image/svg+xml": self.pipe("svg", timeout=PATIENCE).decode("utf-8")}
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # too large, too slow, no PNG
            png = self.pipe("png", timeout=PATIENCE_FOR_DOTS)
            kinds["image/png"] = base64.b64encode(png).decode("ascii")
        return Display({**kinds, "text/plain": repr(self)})

    def _repr_svg_(self) -> str | None:
        return self._repr_mimebundle_().get("image/svg+xml")

    def without_picture(self) -> str:
        return f"{self!r}\n{HOW_TO_INSTALL}\n\n{self.source}"

    def accessible(self, svg: str) -> str:
        """Return the SVG with a title and text alternatives in place of Graphviz's node names."""

        def titled(match: re.Match[str]) -> str:
            id = html.unescape(match.group(1))
            words = in_signs(self.descriptions.get(id, ""))
            start = match.group().split("<title>")[0]
            return f"{start}<title>{html.escape(words)}</title>" if words else start

        svg = ANCHORED.sub(titled, svg)
        svg = SHIFTED.sub(set_index, svg)
        svg = re.sub(r'(<g id="[^"]*" class="graph"[^>]*>)\s*<title>[^<]*</title>', r"\1", svg)
        title = html.escape(in_signs(self.title))
        description = html.escape(in_signs(self.description))
        return re.sub(
            r"<svg ([^>]*)>",
            lambda match: (
                f'<svg role="img" aria-label="{title}" {match.group(1)}>\n'
                f"<title>{title}</title>\n<desc>{description}</desc>"
            ),
            svg,
            count=1,
        )


def set_index(match: re.Match[str]) -> str:
    """Return a subscript or superscript of an SVG as smaller text at a height of its own.

    Browsers differ in `baseline-shift`, and none of them makes the text smaller with it.
    """
    size = float(match["size"])
    drop = 0.18 if match["shift"] == "sub" else -0.36  # in ems
    y = float(match["y"]) + drop * size
    return f'y="{y:.2f}" {match["font"]} font-size="{0.78 * size:.2f}"'
