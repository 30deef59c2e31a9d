"""Demos: the digit network, real handwriting, a small GPT, and a lesson for every slide."""

from importlib.util import find_spec
from pathlib import Path

OURS = Path(__file__).parent.parent / "nn"


def check_nothing_hides_nn() -> None:
    """Raise ImportError, which says so, if `import nn` finds a file of somebody else's."""
    found = find_spec("nn")
    if found is not None and found.origin and Path(found.origin).parent != OURS:
        raise ImportError(
            f"{found.origin} hides the package nn that the demos need; give that file another name"
        )


check_nothing_hides_nn()
