"""Gradients as graphs: the rules of the table on Values, so that a derivative is again a node.

What `backward` does with numbers, `gradients` does with nodes: the same order, the same rules,
the same sums. Its results can be drawn, compiled, and differentiated again, to any order.

Legend
    output, inputs      d(output)/d(input) is wanted
    adjoint             d(output)/d(node), as a Value (随伴)
    contribution        partial · adjoint: what one edge adds to the adjoint of a parent
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograd_lite.collector import collector_paused
from autograd_lite.graph import topological_order
from autograd_lite.ops import identity, total, where
from autograd_lite.plain_numbers import described, number
from autograd_lite.value import Constant, Operand, Value, as_value

__all__ = ["gradients", "grad", "value_and_grad", "Gradient", "directional_derivative"]


def gradients(output: Value, inputs: Iterable[Value]) -> list[Value]:
    """Return d(output)/d(input) for each input, as Values that can be differentiated again.

    Nobody's `.grad` is touched. An input may be any node, an inner one too; of one that
    `output` does not depend on, the derivative is 0. Each result is a node of its own, the Σ
    of the contributions of all edges that leave the input.

    Raises TypeError if `output` or an input is not a Value.

    >>> x = Value(3.0, "x")
    >>> y = x**3
    >>> (dy_dx,) = gradients(y, [x])
    >>> (d2y_dx2,) = gradients(dy_dx, [x])
    >>> dy_dx.data, d2y_dx2.data
    (27.0, 18.0)
    """
    inputs = list(inputs) if isinstance(inputs, Iterable) else [inputs]
    for node in [output, *inputs]:
        if not isinstance(node, Value):
            raise TypeError(f"gradients takes Values, not {described(node)}")
    with collector_paused():
        return adjoints(output, inputs)


def adjoints(output: Value, inputs: Sequence[Value]) -> list[Value]:
    """Return the adjoint of each input: backprop in which every number is a node."""
    order = topological_order(output)
    wanted = set(inputs)
    dependent = set(wanted)  # the nodes that depend on an input
    for node in order:
        if not dependent.isdisjoint(node.parents):
            dependent.add(node)
    one = Constant(1.0)  # d(output)/d(output)
    choices = Choices(order)
    contributions: dict[Value, list[Value]] = {output: [one]}
    for node in reversed(order):
        if node not in dependent or node not in contributions or not node.parents:
            continue
        gathered = contributions[node] if node in wanted else contributions.pop(node)
        adjoint = gathered[0] if len(gathered) == 1 else total(gathered)
        if node in wanted:
            contributions[node] = [adjoint]
        assert node.op is not None
        partials = node.op.partials_at(node.parents, node)
        for parent, partial in zip(node.parents, partials):
            if choices.never(node, partial) or parent not in dependent:
                continue
            contribution = product(partial, adjoint, one)
            guard = choices.guard(node, parent, partial)
            if guard is not None:
                contribution = where(guard, contribution, 0.0)
            contributions.setdefault(parent, []).append(contribution)
    return [as_value(total(contributions.get(node, [Constant(0.0)]))) for node in inputs]


def product(partial: Operand, adjoint: Value, one: Value) -> Value:
    """Return partial · adjoint, without the node for it where one of the two is 1."""
    if not isinstance(partial, Value) and partial == 1.0:
        return adjoint
    if adjoint is one:
        return as_value(partial)
    return partial * adjoint


class Choices:
    """What choices (`relu`, `maximum`, `where`) let through, as nodes of a graph of gradients.

    Along an operand that was not chosen nothing is passed on, not even an infinite adjoint, and
    a node that nothing reached passes nothing on, not even along an infinite slope: 0 · ∞ would
    be NaN. Which operand is chosen may change when the graph is evaluated again, so it is a node
    too: not 0 where something is let through. Only edges below a choice that may be infinite
    have one; a graph without choices, or without steep slopes beside them, has none.

    below       per node below a choice what reaches it, one node per edge; None: it is reached
                whatever is chosen
    steep       the nodes whose adjoint may be infinite
    infinite    the nodes whose number may be: 1/0 is infinite in a derivative, not an error
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self.below: dict[Value, list[Value] | None] = {order[-1]: None}
        self.steep: set[Value] = set()
        self.infinite: set[Value] = set()
        for node in order:
            op = node.op
            if op is not None and (
                (op.steep and not op.domain) or not self.infinite.isdisjoint(node.parents)
            ):
                self.infinite.add(node)

    def never(self, node: Value, partial: Operand) -> bool:
        """Return whether a choice never lets anything through to an operand: a condition."""
        return node.op.chooses and not isinstance(partial, Value) and partial == 0.0  # type: ignore[union-attr]

    def reached(self, node: Value) -> Value | None:
        """Return a node that is not 0 where something reached `node`; None if it always does."""
        gathered = self.below.get(node)
        if gathered is None or len(gathered) == 1:
            return gathered[0] if gathered else None
        reached: Value = total(gathered)
        self.below[node] = [reached]
        return reached

    def guard(self, node: Value, parent: Value, partial: Operand) -> Value | None:
        """Return what lets a contribution to `parent` through, None if nothing need be asked."""
        op = node.op
        assert op is not None
        reached = self.reached(node)
        let_through = reached
        if op.chooses and isinstance(partial, Value):
            let_through = where(partial, 1.0 if reached is None else reached, 0.0)
        if let_through is None:
            self.below[parent] = None
        elif self.below.setdefault(parent, []) is not None:
            self.below[parent].append(let_through)  # type: ignore[union-attr]
        steep = op.steep or not self.infinite.isdisjoint(node.parents)
        if steep or node in self.steep:
            self.steep.add(parent)
        if op.chooses:
            return let_through if node in self.steep else None
        return reached if steep else None


class Gradient:
    """The derivative of a function, as a function: what `grad` returns."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., Operand]) -> None:
        self.function = function

    def __repr__(self) -> str:
        return f"grad({getattr(self.function, '__name__', repr(self.function))})"

    def __call__(self, *arguments: Any) -> Any:
        """Return f'(x); of several arguments, the tuple of all partial derivatives."""
        return self.differentiated(arguments)[1]

    def differentiated(self, arguments: Sequence[Any]) -> tuple[Any, Any]:
        """Return the function's value and its derivatives at a point."""
        if not arguments:
            raise TypeError(f"{self!r} needs the point at which to differentiate; write f(x)")
        variables: list[Value] = []
        given = [with_variables(argument, variables) for argument in arguments]
        output = as_value(self.function(*given))
        found = iter(gradients(output, variables))
        derivatives: list[Any] = [replaced(argument, found) for argument in given]
        plain = not any(variable.parents for variable in variables)  # no Value was given
        if plain and not depends_on_others(output, variables):
            derivatives = [numbers_in(derivative) for derivative in derivatives]
            return output.data, derivatives[0] if len(arguments) == 1 else tuple(derivatives)
        return output, derivatives[0] if len(arguments) == 1 else tuple(derivatives)


class ValueAndGradient(Gradient):
    """A function and its derivative, computed at once: what `value_and_grad` returns."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"value_and_{super().__repr__()}"

    def __call__(self, *arguments: Any) -> tuple[Any, Any]:
        """Return f(x) and f'(x); of several arguments, the tuple of all partial derivatives."""
        return self.differentiated(arguments)


def with_variables(argument: Any, variables: list[Value]) -> Any:
    """Return an argument with a variable of its own for each number, which are added to a list.

    Also where a number is a Value: an outer derivative may run over the same Value
    (d/dx [x · d/dy (x + y)] must not mix the two).
    """
    if hasattr(argument, "tolist"):
        argument = argument.tolist()
    if isinstance(argument, (list, tuple)):
        return [with_variables(part, variables) for part in argument]
    variables.append(identity(argument) if isinstance(argument, Value) else Value(argument))
    return variables[-1]


def replaced(argument: Any, numbers: Iterator[Any]) -> Any:
    """Return lists in lists with the next of these numbers in the place of each number."""
    if isinstance(argument, list):
        return [replaced(part, numbers) for part in argument]
    return next(numbers)


def numbers_in(argument: Any) -> Any:
    """Return lists in lists with floats in the place of Values."""
    if isinstance(argument, list):
        return [numbers_in(part) for part in argument]
    return argument.data


def depends_on_others(output: Value, variables: Sequence[Value]) -> bool:
    """Return whether `output` has a leaf that is neither a variable of ours nor a constant."""
    own = set(variables)
    for node in topological_order(output):
        if not node.parents and node not in own and not isinstance(node, Constant):
            return True
    return False


def grad(function: Callable[..., Operand]) -> Gradient:
    """Return the derivative x ↦ f'(x) of a function; of several arguments, the gradient.

    On plain numbers it gives floats (a tuple of them for several arguments); if an argument is
    a Value, or the function uses Values from outside, it gives Values, so that no dependence
    is lost. An argument may be a list of numbers, or of lists (or a NumPy array): the derivative
    then has the same shape. It nests: `grad(grad(f))` is the second derivative. Nobody's `.grad`
    is touched.

    Raises TypeError if the function returns something that is not a number.

    >>> def f(x):
    ...     return x**3
    >>> grad(f)(2.0), grad(grad(f))(2.0)
    (12.0, 12.0)
    >>> grad(lambda w, x, b: w * x + b)(2.0, 3.0, 1.0)
    (3.0, 2.0, 1.0)
    >>> grad(lambda w: w[0] * w[1][0])([2.0, [3.0]])
    [3.0, [2.0]]
    """
    if not callable(function):
        raise TypeError(f"grad takes a function, not {described(function)}; write grad(f)(x)")
    return Gradient(function)


def value_and_grad(function: Callable[..., Operand]) -> ValueAndGradient:
    """Return x ↦ (f(x), f'(x)): the function's value and its derivative, computed at once.

    Arguments, numbers and errors are those of `grad`.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    """
    if not callable(function):
        what = described(function)
        raise TypeError(f"value_and_grad takes a function, not {what}; write value_and_grad(f)(x)")
    return ValueAndGradient(function)


def directional_derivative(output: Value, inputs: Sequence[Value], step: Sequence[float]) -> float:
    """Return ⟨∇z, Δx⟩: by how much `output` changes, to first order, when the inputs take `step`.

    The approximation of the slides (関数の近似公式): Δz ≃ ∂z/∂x₁ Δx₁ + ∂z/∂x₂ Δx₂ + …,
    found without backprop, by one sweep forward over the same edges: each node's change is the
    sum of its parents' changes, times the partials, and of its own step, if it is an input.

    Raises ValueError if there is not one step for each input.

    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> directional_derivative(w * x, [w, x], [0.25, 0.5])
    1.75
    """
    if len(inputs) != len(step):
        raise ValueError(f"there must be one step for each input: {len(inputs)} and {len(step)}")
    change: dict[Value, float] = {}
    for node, delta in zip(inputs, step):
        change[node] = change.get(node, 0.0) + number(delta)
    for node in topological_order(output):
        delta = change.get(node, 0.0)
        for parent, partial in zip(node.parents, node.partials):
            delta += partial * change[parent]
        change[node] = delta
    return change[output]
