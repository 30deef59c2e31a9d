"""A trace as a program for its page: from the leaves to all values and local derivatives."""

from autograd_lite.compiling.javascript import (
    PRELUDE,
    RESERVED,
    Operand,
    Text,
    Writer,
    bare,
    written,
)
from autograd_lite.compiling.names import Names
from autograd_lite.tracing.record import Record
from autograd_lite.value import Constant

__all__ = ["live_program"]


def live_program(record: Record) -> str:
    """Return JavaScript that computes a recorded graph again: `program`, a function of two arrays.

    v   the values by node: given are those of the leaves, written are the others
    p   the local derivatives by step, written

    It returns null, or { node, kind } where an op has no value; then what was written before is
    right, and nothing was written from that node on. Raises TypeError for an op of one's own that
    is spelled nowhere.
    """
    names = Names([*RESERVED, "v", "p", "program"])
    writer = Writer(names, FailsAt(0).statement)
    for k in record.inner:
        writer.fails = FailsAt(k).statement
        node = record.nodes[k]
        assert node.op is not None
        operands = [operand_text(writer, record, parent) for parent in record.parent_indexes(k)]
        value = writer.spelled(node.op, operands)
        out = writer.kept(value)
        partials = node.op.partials_at(operands, out)
        writer.lines.append(f"v[{k}] = {out.text};")
        writer.lines += [
            f"p[{number - 1}] = {bare(written(partials[record.places[number - 1]]))};"
            for number in record.numbers_out_of(k)
        ]
    prelude = [PRELUDE[name] for name in writer.used]
    body = [*prelude, "function program(v, p) {", *writer.lines, "return null;", "}"]
    return "\n".join(['"use strict";', *body])


class FailsAt:
    """How the program ends where the op of a node has no value."""

    def __init__(self, k: int) -> None:
        self.k = k

    def statement(self, name: str, kind: str) -> str:
        return f'return {{ node: {self.k}, kind: "{kind}" }};'


def operand_text(writer: Writer, record: Record, k: int) -> Operand:
    if isinstance(record.nodes[k], Constant):
        return record.data[k]
    return Text(writer, f"v[{k}]")
