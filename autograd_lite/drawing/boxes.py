"""The formula of a closed box: how its one result comes about, σ(⟨w,x⟩ + b)."""

from collections.abc import Sequence

from autograd_lite.drawing.scene import Scene
from autograd_lite.formula import Formula, Symbol
from autograd_lite.ops import Op
from autograd_lite.printing import SUM, Printer

__all__ = ["Short", "expression"]


def expression(scene: Scene, k: int, inside: set[int], depth: int) -> Formula | None:
    """Return node k of a box written out in what comes into the box; None if that is too deep.

    An op on sequences shows its symbol, ⟨w,x⟩, and leaves show the letter of their label.
    """
    node = scene.nodes[k]
    if node.op is None or k not in inside:
        return Symbol(str(node.label)[:1] or scene.names[k])
    if depth == 0:
        return None
    if node.op.sequences:
        letters = {str(parent.label)[:1] for parent in node.parents}
        if "" in letters:
            return None
        return Symbol(node.op.symbol + (letters.pop() if node.op.sequences == 1 else ""))
    numbers = [scene.number_of[parent] for parent in node.parents]
    terms = [expression(scene, p, inside, depth - 1) for p in numbers]
    if None in terms:
        return None
    return Symbol("", node.op, [term for term in terms if term is not None])


class Short(Printer):
    """Writes the formula of a closed box: functions by their symbols, σ(⟨w,x⟩ + b)."""

    def name(self, name: str | int) -> str:
        return str(name)

    def function(self, op: Op, operands: Sequence[Formula]) -> str:
        if not op.written.startswith(f"{op.name}("):
            return super().function(op, operands)
        return f"{op.symbol}({', '.join([self.placed(operand, SUM) for operand in operands])})"
