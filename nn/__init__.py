"""Units, layers and networks on the scalar engine: the thin layer that the slides draw.

    >>> from nn import Network, squared_error
    >>> network = Network([12, 3, 2])
    >>> outputs = network([0, 1, 0] * 4)
    >>> C = squared_error(outputs, [0.0, 1.0])
    >>> C.backward()
    >>> network["w_11^2"].grad != 0.0 or network["w_12^2"].grad != 0.0
    True

Read the source in this order: saving, units, costs, descent, answers, compiled, sessions,
jax_session, engines, checkpoints, training, drawing, film; matrices, with_jax, with_torch, tensors;
and beside them linear_algebra.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_lite.later import later
from autograd_lite.source_lines import LINES
from nn.answers import accuracy, classify
from nn.costs import (
    Cost,
    log_sum_exp,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
    squared_error,
)
from nn.descent import Adam, AdamW, GradientDescent, Momentum, Update
from nn.saving import load_into, save
from nn.tensors import from_jax, from_torch, to_jax, to_torch
from nn.training import History, train
from nn.units import InputLayer, InputUnit, Layer, Network, Unit, load

if TYPE_CHECKING:
    from nn.drawing import draw_network, draw_networks, draw_weights
    from nn.film import Film

__all__ = [
    "Unit", "Layer", "Network", "InputUnit", "InputLayer",
    "Cost", "squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy",
    "softmax", "log_sum_exp",
    "Update", "GradientDescent", "Momentum", "Adam", "AdamW",
    "train", "History", "classify", "accuracy",
    "save", "load", "load_into",
    "to_jax", "from_jax", "to_torch", "from_torch",
    "draw_network", "draw_networks", "draw_weights", "Film",
]  # fmt: skip

# What draws is imported when it is first used.
DRAWN = {
    "draw_network": "drawing", "draw_networks": "drawing", "draw_weights": "drawing",
    "Film": "film",
}  # fmt: skip
__getattr__ = later(__name__, DRAWN)

# The line that made a node is the user's, who called a network, and none of ours.
LINES.ours += (str(Path(__file__).parent) + os.sep,)


def __dir__() -> list[str]:
    """Return the names of the package, for those who complete them."""
    return sorted({*globals(), *DRAWN, *DRAWN.values()})
