"""Which facts hold of a step, of a forward step, of a gradient: decided here, once.

A fact is the key of a sentence and what the sentence is about; the words stand in the catalogue, in
each language (see `autograd_lite.words`), and numbers have places (see `quantities`). So the
terminal, the page, the editor and notebooks say the same of the same step.

Legend
    number      of a step          k       of a node
    uses        how many steps arrive at the parent; this one is the `turn`-th of them
    held        what the parent's `grad` held from an earlier backward, if it is a leaf
"""

from collections.abc import Sequence
from typing import TypeVar

from autograd_lite import ops
from autograd_lite.formula import Formula, Quantity, Symbol, value_formula
from autograd_lite.ops import Op
from autograd_lite.printing import one_word
from autograd_lite.tracing.formulas import edge, partial_formula, still_holds, whole
from autograd_lite.tracing.names import listed
from autograd_lite.tracing.paths import PATHS_COUNTED
from autograd_lite.tracing.quantities import Choice, Equation, Telling
from autograd_lite.tracing.record import Record
from autograd_lite.value import Constant
from autograd_lite.words import Fact
from autograd_lite.words.op_words import level_fact, meaning_fact

__all__ = [
    "forward_facts", "forward_heading", "step_facts", "step_heading",
    "why_claim", "why_group", "why_path", "why_rest", "why_total",
]  # fmt: skip

T = TypeVar("T")
STOPS_SHOWN = 12  # nodes, or factors, of a path; of more, the first and the last five


# -- One step of the backward pass -----------------------------------------------------------------


def step_heading(record: Record, number: int) -> Fact:
    """Return which step it is, and along which edge."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    ends = f"{record.names[child]} -> {record.names[parent]}"
    return Fact("step.heading", {"number": number, "count": len(record.after), "ends": ends})


def step_facts(record: Record, number: int) -> list[Telling]:
    """Return what is to be told of a step, in order."""
    facts: list[Telling] = [
        *where_it_starts(record, number),
        what_it_gives(record, number),
        *what_is_level(record, number),
        *what_has_changed(record, record.children[number - 1]),
    ]
    parent = record.parents[number - 1]
    if isinstance(record.nodes[parent], Constant):
        return [*facts, Fact("step.constant", {"parent": record.names[parent]})]
    return [
        *facts,
        *what_adds_up(record, number),
        what_is_to_come(record, number),
        *what_was_held(record, number),
    ]


def where_it_starts(record: Record, number: int) -> list[Fact]:
    """Return what is told where a node begins to pass its gradient on."""
    child = record.children[number - 1]
    if number - 1 != record.first_step[child]:
        return []
    if child == len(record.nodes) - 1:
        return [Fact("step.starts", {"output": record.names[-1], "arriving": whole(record, child)})]
    waited = record.steps_into(child)
    if len(waited) < 2:
        return []
    parts = {
        "node": record.names[child], "waited": len(waited), "last_arrival": waited[-1],
    }  # fmt: skip
    return [Fact("step.waited", parts)]


def what_it_gives(record: Record, number: int) -> Fact:
    """Return the chain rule of this edge, as a fact."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    slope = Quantity("partial", number)
    return Fact(
        "step.gives",
        {
            "arriving": whole(record, child),
            "gradient": Quantity("arriving", child),
            "local": edge(record, number),
            "slope": Equation((partial_formula(record, number), slope)),
            "product": Quantity("product", number),
            "parent": record.names[parent],
        },
    )


def what_is_level(record: Record, number: int) -> list[Telling]:
    """Return why little or nothing is passed on, where that is so."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    node = record.nodes[child]
    assert node.op is not None
    level, name = level_fact(node.op), record.names[parent]
    slope, arriving = Quantity("partial", number), Quantity("arriving", child)
    zero = Fact("step.zero", {"reason": level or Fact("flat.unknown zero"), "parent": name})
    nearly = Fact(
        "step.nearly zero", {"reason": level or Fact("flat.unknown nearly zero"), "parent": name}
    )
    nothing = Fact("step.no gradient", {"node": record.names[child]})
    choice = Choice("is zero", arriving, yes=[nothing])
    if len(node.parents) == 1:
        choice = Choice("is nearly zero", slope, yes=[nearly], no=[choice])
    return [Choice("is zero", slope, yes=[zero], no=[choice])]


def what_has_changed(record: Record, k: int) -> list[Fact]:
    """Return that numbers were changed between forward pass and backward pass, if they were."""
    if still_holds(record, k):
        return []
    operands = [record.names[parent] for parent in record.parent_indexes(k)]
    return [
        Fact(
            "changed.operands",
            {
                "node": record.names[k],
                "value": Quantity("value", k),
                "operands": listed(operands),
            },
        )
    ]


def what_adds_up(record: Record, number: int) -> list[Fact]:
    """Return that contributions add up, from the second one on."""
    parent = record.parents[number - 1]
    into = record.steps_into(parent)
    if into.index(number) == 0:
        return []
    return [
        Fact(
            "step.adds up",
            {
                "parent": record.names[parent],
                "uses": len(into),
                "output": record.names[-1],
                "before": Quantity("earlier", number),
                "product": Quantity("product", number, factor=True),
                "after": Quantity("sum", number),
            },
        )
    ]


def what_is_to_come(record: Record, number: int) -> Fact:
    """Return whether the parent's gradient is complete, or how many contributions are missing."""
    parent = record.parents[number - 1]
    into = record.steps_into(parent)
    wanting = len(into) - (into.index(number) + 1)
    receiving = whole(record, parent)
    if not wanting:
        after = Quantity("sum", number)
        return Fact("step.complete", {"receiving": receiving, "after": after})
    parts = {
        "receiving": receiving, "parent": record.names[parent], "uses": len(into),
    }  # fmt: skip
    if wanting == 1:
        return Fact("step.one more", parts)
    return Fact("step.more", {**parts, "wanting": wanting})


def what_was_held(record: Record, number: int) -> list[Fact]:
    """Return what the parent's `grad` is, where that is not the derivative of this pass."""
    parent = record.parents[number - 1]
    if record.held(parent) == 0.0:
        return []
    first = record.steps_into(parent)[0] == number
    return [
        Fact(
            "step.held" if first else "step.held more",
            {
                "grad": grad_of(record, parent),
                "held": Quantity("held", parent),
                "before": Quantity("before", number),
                "product": Quantity("product", number, factor=True),
                "after": Quantity("after", number),
            },
        )
    ]


def grad_of(record: Record, k: int) -> str:
    """Return `w.grad`, as a program writes it."""
    return f"{one_word(record.names[k])}.grad"


# -- One step of the forward pass ------------------------------------------------------------------


def forward_heading(record: Record, number: int, k: int) -> Fact:
    """Return which operation of the forward pass it is, and what it makes."""
    parts = {
        "number": number, "count": len(record.inner), "node": record.names[k],
    }  # fmt: skip
    return Fact("forward.heading", parts)


def forward_facts(record: Record, k: int) -> list[Fact]:
    """Return what is computed at node k, and what is kept of it for the way back."""
    op = record.nodes[k].op
    assert op is not None
    names = [record.names[parent] for parent in record.parent_indexes(k)]
    parts = {
        "node": record.names[k],
        "result": Quantity("value", k),
        "op": meaning_fact(op),
        "operands": listed(names),
    }
    kept = Fact("forward.kept one")
    if len(names) > 1:
        kept = Fact("forward.kept", {"count": len(names)})
    return [Fact("forward.result", parts), kept, *what_has_changed(record, k)]


# -- Why a gradient is this number -----------------------------------------------------------------


def counted(count: int) -> str:
    """Return a count of paths; counting ended at a million."""
    return f"{count:,}"


def why_claim(record: Record, k: int, grouped: bool) -> Fact:
    """Return what the gradient of node k is, and along how many paths it came."""
    count = record.paths_to(k)
    parts = {
        "derivative": whole(record, k),
        "value": Quantity("derivative", k),
        "output": record.names[-1],
        "node": record.names[k],
        "count": counted(count),
    }
    if k == len(record.nodes) - 1:
        return Fact("why.output", {"derivative": whole(record, k)})
    if not record.stepped[k]:
        return Fact("why.constant", {"node": record.names[k]})
    if not grouped:
        return Fact("why.one path" if count == 1 else "why.paths", parts)
    return Fact("why.at least" if count >= PATHS_COUNTED else "why.grouped", parts)


def why_path(record: Record, numbers: Sequence[int]) -> Fact:
    """Return a path, given as its steps from the output down, and its product."""
    stops = [record.names[record.children[number - 1]] for number in numbers]
    stops.append(record.names[record.parents[numbers[-1] - 1]])
    factors: list[Formula] = [Quantity("partial", number, factor=True) for number in numbers]
    return Fact(
        "why.path",
        {
            "route": " -> ".join(first_and_last(stops, "...")),
            "factors": written_with(ops.mul, first_and_last(factors, Symbol("..."))),
            "product": Quantity("along", *numbers),
        },
    )


def first_and_last(items: Sequence[T], left_out: T) -> Sequence[T]:
    return items if len(items) <= STOPS_SHOWN else [*items[:5], left_out, *items[-5:]]


def written_with(op: Op, terms: Sequence[Formula]) -> Formula:
    """Return terms with a sign between each two."""
    written = terms[0]
    for term in terms[1:]:
        written = value_formula(op, [written, term])
    return written


def why_group(record: Record, number: int) -> Fact:
    """Return what all paths whose last edge is this step's contribute."""
    child = record.children[number - 1]
    paths = record.paths_to(child)
    parts = {
        "node": record.names[child],
        "count": f"{PATHS_COUNTED:,}+" if paths >= PATHS_COUNTED else counted(paths),
        "gradient": Quantity("arriving", child, factor=True),
        "partial": Quantity("partial", number, factor=True),
        "product": Quantity("product", number),
    }
    return Fact("why.through one" if paths == 1 else "why.through", parts)


def why_rest(record: Record, k: int, first: int) -> Fact:
    """Return what the edges into node k contribute that are not listed: those from `first` on."""
    count = len(record.steps_into(k)) - first
    return Fact("why.more edges", {"count": count, "total": Quantity("rest", k, first)})


def why_total(record: Record, k: int, products: Sequence[Quantity]) -> list[Fact]:
    """Return the sum of the paths, what `grad` holds besides, and whether numbers were changed."""
    facts = []
    if 1 < len(products) <= STOPS_SHOWN:
        terms = [products[0], *[Quantity(p.kind, *p.at, factor=True) for p in products[1:]]]
        value = Quantity("derivative", k)
        facts.append(Fact("why.sum", {"terms": written_with(ops.add, terms), "value": value}))
    if record.held(k) != 0.0:
        parts = {
            "grad": grad_of(record, k),
            "held": Quantity("held", k),
            "product": Quantity("derivative", k, factor=True),
            "after": Quantity("arriving", k),
        }
        facts.append(Fact("why.held", parts))
    for child in dict.fromkeys(child for child, _ in record.uses(k)):
        facts += what_has_changed(record, child)
    return facts
