"""Which facts hold of a step, of a forward step, of a gradient: decided here, once.

A fact is the key of a sentence and what the sentence is about; the words stand in the catalogue, in
each language (see `autograd_lite.words`). So the terminal, the page, the editor and notebooks say
the same of the same step.

Legend
    number      of a step          k       of a node
    uses        how many steps arrive at the parent; this one is the `turn`-th of them
    held        what the parent's `grad` held from an earlier backward, if it is a leaf
"""

from collections.abc import Sequence

from autograd_lite.printing import one_word, text
from autograd_lite.tracing.formulas import edge, partial_formula, still_holds, sum_before, whole
from autograd_lite.tracing.names import factor, listed, told_number
from autograd_lite.tracing.paths import PATHS_COUNTED
from autograd_lite.tracing.record import Record
from autograd_lite.value import Constant
from autograd_lite.words import Fact
from autograd_lite.words.op_words import level_fact, meaning_fact

__all__ = [
    "NEARLY_FLAT", "forward_facts", "forward_heading", "step_facts", "step_heading",
    "why_claim", "why_group", "why_path", "why_rest", "why_total",
]  # fmt: skip

NEARLY_FLAT = 0.01  # a slope below this passes on less than a hundredth
STOPS_SHOWN = 12  # nodes, or factors, of a path; of more, the first and the last five


# -- One step of the backward pass -----------------------------------------------------------------


def step_heading(record: Record, number: int) -> Fact:
    """Return which step it is, and along which edge."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    ends = f"{record.names[child]} -> {record.names[parent]}"
    return Fact("step.heading", {"number": number, "count": len(record.after), "ends": ends})


def step_facts(record: Record, number: int) -> list[Fact]:
    """Return what is to be told of a step, in order."""
    facts = [
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
        return [
            Fact(
                "step.starts", {"output": record.names[-1], "arriving": text(whole(record, child))}
            )
        ]
    waited = record.steps_into(child)
    if len(waited) < 2:
        return []
    parts: dict[str, str | int | Fact] = {
        "node": record.names[child], "waited": len(waited), "last_arrival": waited[-1],
    }  # fmt: skip
    return [Fact("step.waited", parts)]


def what_it_gives(record: Record, number: int) -> Fact:
    """Return the chain rule of this edge, as a fact."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    formula, value = partial_formula(record, number), told_number(record.partials[number - 1])
    return Fact(
        "step.gives",
        {
            "arriving": text(whole(record, child)),
            "gradient": told_number(record.arriving[child]),
            "local": text(edge(record, number)),
            "slope": value if formula == value else f"{formula} = {value}",
            "product": told_number(record.products[number - 1]),
            "parent": record.names[parent],
        },
    )


def what_is_level(record: Record, number: int) -> list[Fact]:
    """Return why little or nothing is passed on, where that is so."""
    child, parent = record.children[number - 1], record.parents[number - 1]
    node = record.nodes[child]
    assert node.op is not None
    partial = record.partials[number - 1]
    if partial == 0.0:
        reason = level_fact(node.op) or Fact("flat.unknown zero")
        return [Fact("step.zero", {"reason": reason, "parent": record.names[parent]})]
    if len(node.parents) == 1 and abs(partial) < NEARLY_FLAT:
        reason = level_fact(node.op) or Fact("flat.unknown nearly zero")
        return [Fact("step.nearly zero", {"reason": reason, "parent": record.names[parent]})]
    if record.arriving[child] == 0.0:
        return [Fact("step.no gradient", {"node": record.names[child]})]
    return []


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
                "value": told_number(record.data[k]),
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
                "before": told_number(sum_before(record, number)),
                "product": factor(record.products[number - 1]),
                "after": told_number(record.sums[number - 1]),
            },
        )
    ]


def what_is_to_come(record: Record, number: int) -> Fact:
    """Return whether the parent's gradient is complete, or how many contributions are missing."""
    parent = record.parents[number - 1]
    into = record.steps_into(parent)
    wanting = len(into) - (into.index(number) + 1)
    receiving = text(whole(record, parent))
    if not wanting:
        after = told_number(record.sums[number - 1])
        return Fact("step.complete", {"receiving": receiving, "after": after})
    parts: dict[str, str | int | Fact] = {
        "receiving": receiving, "parent": record.names[parent], "uses": len(into),
    }  # fmt: skip
    if wanting == 1:
        return Fact("step.one more", parts)
    return Fact("step.more", {**parts, "wanting": wanting})


def what_was_held(record: Record, number: int) -> list[Fact]:
    """Return what the parent's `grad` is, where that is not the derivative of this pass."""
    parent = record.parents[number - 1]
    held = record.held(parent)
    if held == 0.0:
        return []
    first = record.steps_into(parent)[0] == number
    return [
        Fact(
            "step.held" if first else "step.held more",
            {
                "grad": grad_of(record, parent),
                "held": told_number(held),
                "before": told_number(record.before[number - 1]),
                "product": factor(record.products[number - 1]),
                "after": told_number(record.after[number - 1]),
            },
        )
    ]


def grad_of(record: Record, k: int) -> str:
    """Return `w.grad`, as a program writes it."""
    return f"{one_word(record.names[k])}.grad"


# -- One step of the forward pass ------------------------------------------------------------------


def forward_heading(record: Record, number: int, k: int) -> Fact:
    """Return which operation of the forward pass it is, and what it makes."""
    parts: dict[str, str | int | Fact] = {
        "number": number, "count": len(record.inner), "node": record.names[k],
    }  # fmt: skip
    return Fact("forward.heading", parts)


def forward_facts(record: Record, k: int) -> list[Fact]:
    """Return what is computed at node k, and what is kept of it for the way back."""
    op = record.nodes[k].op
    assert op is not None
    names = [record.names[parent] for parent in record.parent_indexes(k)]
    parts: dict[str, str | int | Fact] = {
        "node": record.names[k],
        "result": told_number(record.data[k]),
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
    parts: dict[str, str | int | Fact] = {
        "derivative": text(whole(record, k)),
        "value": told_number(record.derivative(k)),
        "output": record.names[-1],
        "node": record.names[k],
        "count": counted(count),
    }
    if k == len(record.nodes) - 1:
        return Fact("why.output", {"derivative": text(whole(record, k))})
    if not record.stepped[k]:
        return Fact("why.constant", {"node": record.names[k]})
    if not grouped:
        return Fact("why.one path" if count == 1 else "why.paths", parts)
    return Fact("why.at least" if count >= PATHS_COUNTED else "why.grouped", parts)


def why_path(record: Record, numbers: Sequence[int], product: float) -> Fact:
    """Return a path, given as its steps from the output down, and its product."""
    stops = [record.names[record.children[number - 1]] for number in numbers]
    stops.append(record.names[record.parents[numbers[-1] - 1]])
    factors = [factor(record.partials[number - 1]) for number in numbers]
    return Fact(
        "why.path",
        {
            "route": " -> ".join(first_and_last(stops)),
            "factors": " * ".join(first_and_last(factors)),
            "product": told_number(product),
        },
    )


def first_and_last(texts: Sequence[str]) -> Sequence[str]:
    return texts if len(texts) <= STOPS_SHOWN else [*texts[:5], "...", *texts[-5:]]


def why_group(record: Record, number: int) -> Fact:
    """Return what all paths whose last edge is this step's contribute."""
    child = record.children[number - 1]
    paths = record.paths_to(child)
    parts: dict[str, str | int | Fact] = {
        "node": record.names[child],
        "count": f"{PATHS_COUNTED:,}+" if paths >= PATHS_COUNTED else counted(paths),
        "gradient": factor(record.arriving[child]),
        "partial": factor(record.partials[number - 1]),
        "product": told_number(record.products[number - 1]),
    }
    return Fact("why.through one" if paths == 1 else "why.through", parts)


def why_rest(count: int, total: float) -> Fact:
    """Return what the edges contribute that are not listed."""
    return Fact("why.more edges", {"count": count, "total": told_number(total)})


def why_total(record: Record, k: int, products: Sequence[float]) -> list[Fact]:
    """Return the sum of the paths, what `grad` holds besides, and whether numbers were changed."""
    facts = []
    if 1 < len(products) <= STOPS_SHOWN:
        terms = [told_number(products[0]), *[factor(product) for product in products[1:]]]
        value = told_number(record.derivative(k))
        facts.append(Fact("why.sum", {"terms": " + ".join(terms), "value": value}))
    held = record.held(k)
    if held != 0.0:
        parts: dict[str, str | int | Fact] = {
            "grad": grad_of(record, k),
            "held": told_number(held),
            "product": factor(record.derivative(k)),
            "after": told_number(record.arriving[k]),
        }
        facts.append(Fact("why.held", parts))
    for child in dict.fromkeys(child for child, _ in record.uses(k)):
        facts += what_has_changed(record, child)
    return facts
