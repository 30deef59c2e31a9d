"""Figures that the reader drags: what a lesson says of them, and the programs that compute them.

A figure is a function of the lesson and the window through which it is seen. Its numbers come
from a program in JavaScript, made of the function's own graph and of that of its gradients
(`compile(..., target="javascript")`): no rule is written a second time.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd_lite import Value, gradients
from autograd_lite.compiling.javascript import JavaScriptCompiled

__all__ = ["Curve", "Figure", "Surface", "programs"]

Range = tuple[float, float]
Outputs = list[Value | Sequence[Value]]


class Curve(NamedTuple):
    """The graph of f with a point that is dragged along it, and the tangent there.

    names       of the number that f takes, and of f(x)
    at          where the point stands at first
    across, up  the window
    secant      if given, how far away a second point stands at first; the line through both is
                drawn, too
    """

    f: Callable[[Any], Any]
    names: tuple[str, str]
    at: float
    across: Range
    up: Range
    secant: float | None = None

    def program(self) -> JavaScriptCompiled:
        """Return x -> [f(x), f'(x)]; with a secant x, Δx -> [f(x), f'(x), f(x + Δx), its slope]."""
        x = Value(self.at, "x")
        y = self.f(x)
        outputs: Outputs = [y, gradients(y, [x])[0]]
        if self.secant is None:
            return JavaScriptCompiled(outputs, [x])
        dx = Value(self.secant, "dx")
        beyond = self.f(x + dx)
        return JavaScriptCompiled([*outputs, beyond, (beyond - y) / dx], [x, dx])

    def told(self) -> dict[str, Any]:
        """Return what the page's script has to know."""
        return {"kind": "curve", **self._asdict(), "f": None}


class Surface(NamedTuple):
    """The landscape of f(x, y) as a map with contours, on which a point is dragged.

    names       of the two numbers that f takes, and of f(x, y)
    at          where the point stands at first
    across, up  the window
    levels      the heights at which contours are drawn
    slices      whether the two curves through the point are shown, with their slopes
    rate        if given, the point is a ball that gradient descent lets roll with this rate
    """

    f: Callable[[Any, Any], Any]
    names: tuple[str, str, str]
    at: tuple[float, float]
    across: Range
    up: Range
    levels: Sequence[float]
    slices: bool = False
    rate: float | None = None

    def program(self) -> JavaScriptCompiled:
        """Return x, y, rate -> [f(x, y), [∂f/∂x, ∂f/∂y], the point after a step downhill]."""
        x, y = Value(self.at[0], "x"), Value(self.at[1], "y")
        rate = Value(self.rate or 0.0, "rate")
        z = self.f(x, y)
        slopes = gradients(z, [x, y])
        stepped = [p - rate * slope for p, slope in zip((x, y), slopes)]
        return JavaScriptCompiled([z, slopes, stepped], [x, y, rate])

    def told(self) -> dict[str, Any]:
        """Return what the page's script has to know."""
        return {"kind": "surface", **self._asdict(), "f": None}


Figure = Curve | Surface


def programs(figures: Sequence[Figure]) -> str:
    """Return JavaScript in which `programs[k]` is the program of a page's figure k.

    >>> square = Curve(lambda x: x * x, ("x", "y"), 1.0, (-1.0, 3.0), (-1.0, 6.0))
    >>> print(programs([square]))
    "use strict";
    const programs = [(() => {
    // Compute the outputs of a recorded graph from its inputs.
    // The Python branches taken while the graph was recorded are frozen in it.
    function compute(x) {
      const v1 = x * x;
      const v2 = 0 + x + x;
      return [v1, v2];
    }
    return compute;
    })()];
    """
    listed = ",\n".join([figure.program().expression for figure in figures])
    return f'"use strict";\nconst programs = [{listed}];'
