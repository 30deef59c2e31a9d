"""Instructions: a graph of Values as a list of numbered operations, in the order they run.

What no output needs is not in the list, what stands in the graph twice is in it once, what
can be computed now is a number, and 1·x, x − 0 and x¹ are x (`simplified.py`). None of it changes
a bit of a result.

Legend
    reference   an operand: the number (int) of an input or instruction, or a constant (float)
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from autograd_lite import ops
from autograd_lite.decided import MARKS
from autograd_lite.graph import order_of
from autograd_lite.messages import explained
from autograd_lite.operators import Operators
from autograd_lite.ops import Op
from autograd_lite.simplified import identical
from autograd_lite.source_lines import SourceLine
from autograd_lite.value import DOMAIN_ERRORS, Value, float_data

__all__ = [
    "Reference",
    "Instruction",
    "Instructions",
    "Term",
    "Recorder",
    "instructions_of",
    "needed",
]

Reference: TypeAlias = int | float
Shorter: TypeAlias = Callable[[Op, Any], Any]


class Instruction(NamedTuple):
    """One operation: its row of the table, its operands, and the node that it came from."""

    op: Op
    operands: tuple[Reference, ...]
    label: str
    line: SourceLine | None


class Instructions:
    """A program: numbers 0 .. n-1 are its inputs, n and on its instructions, in order.

    inputs      the labels of the inputs
    body        the instructions; each refers only to inputs and to those before it
    outputs     one reference per output
    """

    def __init__(
        self, inputs: Sequence[str], body: Sequence[Instruction], outputs: Sequence[Reference]
    ) -> None:
        self.inputs = tuple(inputs)
        self.body = tuple(body)
        self.outputs = tuple(outputs)

    def __repr__(self) -> str:
        return (
            f"Instructions({len(self.inputs)} inputs, {len(self.body)} instructions, "
            f"{len(self.outputs)} outputs)"
        )

    def run(self, numbers: Sequence[float]) -> list[float]:
        """Return the outputs at these inputs, one instruction after the other.

        Raises what eager code raises, with the same message: the op, its operands, its line.
        """
        known = list(numbers)
        for op, operands, _, _ in self.body:
            values = [known[r] if type(r) is int else r for r in operands]
            try:
                known.append(op.value(values))
            except DOMAIN_ERRORS as error:
                raise explained(error, op, self.named(operands, values)) from None
        return [known[r] if type(r) is int else r for r in self.outputs]

    def named(self, operands: Sequence[Reference], values: Sequence[float]) -> list[Value]:
        """Return operands as Values with the labels and lines of their nodes, for a message."""
        nodes = []
        for reference, value in zip(operands, values):
            node = Value(value)
            node.line = None
            if type(reference) is int:
                if reference < len(self.inputs):
                    node.label = self.inputs[reference]
                else:
                    instruction = self.body[reference - len(self.inputs)]
                    node.label = instruction.label
                    node.line = instruction.line
            nodes.append(node)
        return nodes

    def depending_on(self, varying: Iterable[int]) -> list[bool]:
        """Return, for each input and instruction, whether it depends on one of these inputs."""
        wanted = set(varying)
        depends = [k in wanted for k in range(len(self.inputs))]
        for instruction in self.body:
            found = False
            for reference in instruction.operands:
                if type(reference) is int and depends[reference]:
                    found = True
                    break
            depends.append(found)
        return depends

    def levels(self, steps: Iterable[int] | None = None) -> list[int]:
        """Return the level of each number: inputs are on 0, a result one above all it needs.

        steps       the instructions that count, in order; the results of others are as inputs are
        """
        n = len(self.inputs)
        levels = [0] * (n + len(self.body))
        for number in range(n, len(levels)) if steps is None else steps:
            level = 0
            for reference in self.body[number - n].operands:
                if type(reference) is int and levels[reference] > level:
                    level = levels[reference]
            levels[number] = level + 1
        return levels


# -- From Values to instructions -------------------------------------------------------------


class Term(Operators):
    """A number of a program that is not known yet: what `identical` gets as an operand."""

    __slots__ = ("recorder", "reference")

    def __init__(self, recorder: "Recorder", reference: int) -> None:
        self.recorder = recorder
        self.reference = reference

    def record(self, op: Op, operands: Sequence[Any]) -> "Term | float":
        """Return the result of an op on terms and floats: how a row's own rewriting is written."""
        if op.sequences:
            operands = [operand for sequence in operands for operand in sequence]
        references = tuple([r.reference if isinstance(r, Term) else r for r in operands])
        return self.recorder.term(self.recorder.add(op, references))


class Recorder:
    """Collects instructions; the same one asked for again is the one that is there already."""

    def __init__(self, inputs: int, shorter: Shorter = identical) -> None:
        self.inputs = inputs
        self.shorter = shorter
        self.body: list[Instruction] = []
        self.found: dict[tuple[Any, ...], int] = {}

    def term(self, reference: Reference) -> Term | float:
        """Return a number of the program as a term, a constant as the float that it is."""
        return Term(self, reference) if type(reference) is int else reference

    def add(
        self,
        op: Op,
        operands: tuple[Reference, ...],
        label: str = "",
        line: SourceLine | None = None,
    ) -> Reference:
        """Return a reference to op(operands): a constant, an older number, or a new instruction."""
        constants = [r for r in operands if type(r) is float]
        if len(constants) == len(operands):
            try:
                return float(op.value(constants))
            except DOMAIN_ERRORS:
                pass  # left to fail where eager code fails: when it runs
        elif constants or op.sequences or len(operands) == 1:
            shorter = self.shorter(op, op.split([self.term(r) for r in operands]))
            if shorter is not None:
                return shorter.reference if isinstance(shorter, Term) else float(shorter)
        # 0.0 and -0.0 are equal, and so are 1 and 1.0: constants are told apart by their text
        key: tuple[Any, ...] = (op, operands)
        if constants:
            key = (op, tuple([r if type(r) is int else float(r).hex() for r in operands]))
        number = self.found.get(key)
        if number is None:
            number = self.inputs + len(self.body)
            self.found[key] = number
            self.body.append(Instruction(op, operands, label, line))
        elif label and not self.body[number - self.inputs].label:
            self.body[number - self.inputs] = Instruction(op, operands, label, line)
        return number


def instructions_of(
    outputs: Sequence[Value], inputs: Sequence[Value], shorter: Shorter = identical
) -> Instructions:
    """Return the program that computes `outputs` from `inputs`.

    shorter     what may stand in the place of an op: `identical` gives the same bits;
                `simplified` may lose the sign of a zero, as native code may

    An input may be any node: what is below it does not matter then. Every other leaf stands in
    the program as the number that it holds now. Raises TypeError for a derivative in which an
    `if` of a rule of one's own was decided.
    """
    reference: dict[Value, Reference] = {node: k for k, node in enumerate(inputs)}
    recorder = Recorder(len(inputs), shorter)
    for node in order_of(outputs):
        if node in reference:
            continue
        if node.op is None:
            reference[node] = float_data(node)
            continue
        operands = tuple([reference[parent] for parent in node.parents])
        if node.op in MARKS.values():
            node.op.value([node.parents[0].data])  # refuses
        reference[node] = recorder.add(node.op, operands, node.label, node.line)
    labels = [node.label for node in inputs]
    wanted = [reference[node] for node in outputs]
    return needed(labels, with_inner_products(len(inputs), recorder.body, wanted), wanted)


def with_inner_products(
    inputs: int, body: Sequence[Instruction], outputs: Sequence[Reference]
) -> list[Instruction]:
    """Return the instructions with Σ of products, each used only there, as inner products.

    The same additions in the same order: not a bit changes. The products are then not needed.
    """
    uses = [0] * (inputs + len(body))
    for reference in outputs:
        if type(reference) is int:
            uses[reference] += 1
    for instruction in body:
        for reference in instruction.operands:
            if type(reference) is int:
                uses[reference] += 1
    found: list[Instruction] = []
    for instruction in body:
        factors = []
        if instruction.op is ops.total and len(instruction.operands) > 1:
            for r in instruction.operands:
                if type(r) is float or r < inputs or uses[int(r)] > 1:
                    break
                factors.append(body[int(r) - inputs])
        complete = factors and len(factors) == len(instruction.operands)
        if complete and all(factor.op is ops.mul for factor in factors):
            w = tuple([factor.operands[0] for factor in factors])
            x = tuple([factor.operands[1] for factor in factors])
            instruction = instruction._replace(op=ops.dot, operands=w + x)
        found.append(instruction)
    return found


def needed(
    inputs: Sequence[str], body: Sequence[Instruction], outputs: Sequence[Reference]
) -> Instructions:
    """Return the program without the instructions that no output needs, numbered afresh."""
    n = len(inputs)
    wanted = [False] * (n + len(body))
    for reference in outputs:
        if type(reference) is int:
            wanted[reference] = True
    for k in range(len(body) - 1, -1, -1):
        if wanted[n + k]:
            for reference in body[k].operands:
                if type(reference) is int:
                    wanted[reference] = True
    moved = list(range(n))
    kept: list[Instruction] = []
    for k, instruction in enumerate(body):
        moved.append(n + len(kept))
        if wanted[n + k]:
            operands = tuple([moved[r] if type(r) is int else r for r in instruction.operands])
            kept.append(instruction._replace(operands=operands))
    return Instructions(inputs, kept, [moved[r] if type(r) is int else r for r in outputs])
