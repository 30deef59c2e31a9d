"""A recorded backward pass, and everything that reads it: names, paths, formulas, facts, steps.

Read the source in this order: names, paths, record, quantities, markdown, formulas, facts,
steps, forward, replay, why, viewers, recording. (The last is not called like the function in it,
`trace`.)
"""

from autograd_lite.console import printable
from autograd_lite.tracing.forward import ForwardPass, ForwardStep
from autograd_lite.tracing.names import factor, node_names, shortened, told_number
from autograd_lite.tracing.paths import PATHS_COUNTED
from autograd_lite.tracing.record import NodeOrName, Record
from autograd_lite.tracing.recording import Trace, trace
from autograd_lite.tracing.replay import Replay
from autograd_lite.tracing.steps import Step
from autograd_lite.tracing.why import Why
from autograd_lite.words import Fact, Language

__all__ = [
    "trace", "Trace", "Record", "Step", "ForwardStep", "ForwardPass", "Replay", "Why",
    "Fact", "Language", "NodeOrName",
    "node_names", "told_number", "factor", "shortened", "printable", "PATHS_COUNTED",
]  # fmt: skip
