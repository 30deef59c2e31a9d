"""What compiled training runs: the cost of one image and its gradient, and an update, as programs.

The graph of one image is recorded once and compiled: the parameters, the image and its target
are its inputs, the cost and its gradient its outputs. For native code the update is recorded
too: its own method, run on the Values of one parameter.
"""

import copy
from collections.abc import Sequence
from typing import Any

from autograd_lite import Value, gradients, notation
from autograd_lite.compiling import Compiled, compile
from autograd_lite.compiling.instructions import needed
from autograd_lite.plain_numbers import described
from autograd_lite.value import as_value
from nn.costs import Cost
from nn.descent import Update
from nn.units import Network

__all__ = ["compiled_network", "check_cost", "state_of", "rule_of"]

CHECKED = 16  # images whose compiled cost is compared with that of Values, before training


def compiled_network(network: Network, cost: Cost, target: str, dtype: str = "float64") -> Compiled:
    """Return a function of (parameters, image, target) that gives [cost, its gradient].

    Raises TypeError for a cost that is no Value.

    >>> from nn import squared_error
    >>> network = Network([2, 1])
    >>> f = compiled_network(network, squared_error, "python")
    >>> C, g = f([parameter.data for parameter in network.parameters()], [1.0, 0.0], [1.0])
    >>> len(g)
    3
    """
    image = [Value(0.0, notation.activation(i, 1)) for i in range(1, network.sizes[0] + 1)]
    wanted = [Value(0.0, notation.target(j)) for j in range(1, network.sizes[-1] + 1)]
    C = cost(network(image), wanted)
    if not isinstance(C, Value):
        raise TypeError(f"a cost returns a Value made from the outputs, not {described(C)}")
    parameters = network.parameters()
    return compile([C, gradients(C, parameters)], [parameters, image, wanted], target, dtype)


def check_cost(
    network: Network,
    cost: Cost,
    compiled: Compiled,
    images: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
) -> None:
    """Raise ValueError if the program gives other costs than Values on some of the images.

    The graph is that of one image: an `if` in the cost that asks for a number is frozen in it.
    """
    p = [parameter.data for parameter in network.parameters()]
    program = compiled.program
    forward = needed(program.inputs, program.body, program.outputs[:1])  # without the gradient
    step = max(1, len(images) // CHECKED)
    for k in range(0, len(images), step):
        wanted = [Value(t, notation.target(j)) for j, t in enumerate(targets[k], start=1)]
        C = as_value(cost(network(images[k]), wanted)).data
        (found,) = forward.run([*p, *images[k], *targets[k]])
        if abs(found - C) > 1e-9 * max(1.0, abs(C)):
            raise ValueError(
                f"compiled, the cost of image {k} is {found!r}, and of Values {C!r}: the cost or "
                f"an activation asks an `if` of its numbers, which a compiled graph has frozen; "
                f'write the choice with step, maximum or where, or train with engine="eager"'
            )


def state_of(update: Update) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the fields that an update keeps from step to step.

    Raises TypeError if it does not say.
    """
    fields = getattr(update, "per_parameter", None)
    in_all = getattr(update, "in_all", None)
    if fields is None or in_all is None:
        raise TypeError(
            f"{update!r} must say what it keeps from step to step, for engines other than "
            f"eager and python and for checkpoints, as the classes of nn.descent do: "
            f'per_parameter = ("velocity",), in_all = ("steps",), or () for nothing'
        )
    return tuple(fields), tuple(in_all)


def rule_of(update: Update) -> Any:
    """Return an update as a `Rule`: the same method, run on Values for one parameter.

    Raises TypeError if it cannot take Values.
    """
    from autograd_lite.compiling.descent import Rule

    fields, in_all = state_of(update)
    p, g = Value(0.5, "p"), Value(0.25, "g")
    state = [Value(0.125, name) for name in fields]
    shared = [Value(float(getattr(update, name)), name) for name in in_all]
    recorder: Any = copy.copy(update)
    for name, value in zip(fields, state):
        setattr(recorder, name, [value])
    for name, value in zip(in_all, shared):
        setattr(recorder, name, value)
    try:
        (new_p,) = recorder([p], [g])
    except TypeError as error:
        raise TypeError(
            f"no program can be made of {update!r}: {error}; write it in arithmetic and the "
            f'functions of autograd_lite, or train with engine="python"'
        ) from None
    return Rule(
        p,
        g,
        state,
        shared,
        as_value(new_p),
        [as_value(getattr(recorder, name)[0]) for name in fields],
        [as_value(getattr(recorder, name)) for name in in_all],
    )
