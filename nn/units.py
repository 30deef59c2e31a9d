"""Units, layers and networks: the slides' mathematics in the engine's Values.

Legend, after the slides (the input layer is l = 1; j and i count from 1; autograd_lite/notation.py
writes and reads these labels)
    w_ji^l      the weight (重み) of unit j of layer l for the output of unit i of layer l - 1
    b_j^l       the bias (バイアス) of unit j of layer l
    z_j^l       its weighted input (重み付き入力): z = ⟨w, a of the layer before⟩ + b
    a_j^l       its output, the activation (出力): a = σ(z), or another function of the table
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from autograd_lite import TABLE, Op, Value, dot, notation, sigmoid, zero_grad
from autograd_lite.plain_numbers import described
from autograd_lite.value import Operand, as_values
from nn.saving import load_into, read, save

__all__ = ["Unit", "Layer", "InputUnit", "InputLayer", "Network", "load"]


class Unit:
    """A unit (ユニット): a = σ(⟨w, x⟩ + b), with any activation function of the table.

    weights         one Value per input, w_ji^l
    bias            a Value, b_j^l
    activation      a row of the table with one operand; the sigmoid if nothing is said
    spelled_out     False: the weighted input is one `dot` node and a sum;
                    True: every product and every sum is a node of its own
    z, a            the nodes of the last call, None before the first

    Both spellings give the same numbers. Weights and bias can be given by hand; otherwise the
    weights are drawn from a normal distribution of standard deviation 1/√n and the bias is 0.

    Raises TypeError for an activation that is not a row of the table with one operand, and
    ValueError for a count of weights other than that of inputs.

    >>> unit = Unit(2, weights=[1.0, -1.0], bias=0.5)
    >>> a = unit([2.0, 2.5])
    >>> unit.z, unit.a
    (Value(0, 'z_1^2'), Value(0.5, 'a_1^2'))
    """

    __slots__ = (
        "a", "a_label", "activation", "bias", "index", "layer", "spelled_out", "weights", "z",
        "z_label",
    )  # fmt: skip

    def __init__(
        self,
        inputs: int,
        activation: Op = sigmoid,
        *,
        weights: Sequence[float] | None = None,
        bias: float = 0.0,
        layer: int = 2,
        index: int = 1,
        spelled_out: bool = False,
        source: random.Random | None = None,
    ) -> None:
        checked_activation(activation)
        checked_count("a unit needs at least one input", inputs)
        if weights is None:
            source = source or random.Random(0)
            weights = [source.gauss(0.0, 1.0 / math.sqrt(inputs)) for _ in range(inputs)]
        if len(weights) != inputs:
            raise ValueError(
                f"a unit with {inputs} inputs needs {inputs} weights, not {len(weights)}"
            )
        self.layer = layer
        self.index = index
        self.activation = activation
        self.spelled_out = spelled_out
        self.weights = [
            Value(w, notation.weight(index, i, layer)) for i, w in enumerate(weights, start=1)
        ]
        self.bias = Value(bias, notation.bias(index, layer))
        self.z_label = notation.weighted_input(index, layer)
        self.a_label = notation.activation(index, layer)
        self.z: Value | None = None
        self.a: Value | None = None

    def __repr__(self) -> str:
        return f"Unit({self.a_label}, {len(self.weights)} inputs, {self.activation.name})"

    def __call__(self, x: Sequence[Operand]) -> Value:
        """Return the unit's output for the inputs x: one number or Value for each weight.

        Raises ValueError for another count of inputs.
        """
        w = self.weights
        b = self.bias
        if len(x) != len(w):
            raise ValueError(f"{self!r} takes {len(w)} inputs, not {len(x)}")
        if self.spelled_out:
            z = w[0] * x[0]
            for weight, value in zip(w[1:], x[1:]):
                z = z + weight * value
            z = z + b
        else:
            z = dot(w, x) + b
        z.label = self.z_label
        a: Value = self.activation(z)
        a.label = self.a_label
        self.z = z
        self.a = a
        return a

    def parameters(self) -> list[Value]:
        """Return the weights and the bias: n + 1 Values."""
        return [*self.weights, self.bias]

    def made(self) -> Iterator[Value]:
        """Yield what the last call made: a, z and all that lies between them and the inputs."""
        weights = set(self.weights)
        waiting = [] if self.a is None else [self.a]
        while waiting:
            node = waiting.pop()
            yield node
            if weights.isdisjoint(node.parents):  # else the other operands are the inputs
                waiting += [parent for parent in node.parents if parent is not self.bias]

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to 0."""
        zero_grad(self.parameters())


class Layer:
    """A layer (層) of units that all see the same inputs: y = σ(Wx + b).

    >>> layer = Layer(3, 2)
    >>> len(layer([1.0, 0.0, 1.0])), len(layer.parameters())
    (2, 8)
    """

    __slots__ = ("number", "units")

    def __init__(
        self,
        inputs: int,
        units: int,
        activation: Op = sigmoid,
        *,
        weights: Sequence[Sequence[float]] | None = None,
        biases: Sequence[float] | None = None,
        number: int = 2,
        spelled_out: bool = False,
        source: random.Random | None = None,
    ) -> None:
        source = source or random.Random(0)
        checked_count("a layer needs at least one unit", units)
        if weights is not None and len(weights) != units:
            raise ValueError(
                f"a layer of {units} units needs {units} rows of weights, not {len(weights)}"
            )
        if biases is not None and len(biases) != units:
            raise ValueError(f"a layer of {units} units needs {units} biases, not {len(biases)}")
        self.number = number
        self.units = [
            Unit(
                inputs,
                activation,
                weights=None if weights is None else weights[j],
                bias=0.0 if biases is None else biases[j],
                layer=number,
                index=j + 1,
                spelled_out=spelled_out,
                source=source,
            )
            for j in range(units)
        ]

    def __repr__(self) -> str:
        return f"Layer(l={self.number}, {len(self.units)} units)"

    def __call__(self, x: Sequence[Operand]) -> list[Value]:
        """Return the output of each unit for the inputs x."""
        x = as_values(x)  # one node per input, shared by all units
        return [unit(x) for unit in self.units]

    def parameters(self) -> list[Value]:
        """Return the weights and the bias of each unit in turn."""
        return [parameter for unit in self.units for parameter in unit.parameters()]

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to 0."""
        zero_grad(self.parameters())


class InputUnit:
    """A unit of the input layer: its output a_i^1 is the input itself.

    a       the node of the last call, None before the first
    """

    __slots__ = ("a", "a_label", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.a_label = notation.activation(index, 1)
        self.a: Value | None = None

    def __repr__(self) -> str:
        return f"InputUnit({self.a_label})"


class InputLayer:
    """The input layer, l = 1: no weights, one unit per number of the input."""

    __slots__ = ("number", "units")

    def __init__(self, units: int) -> None:
        self.number = 1
        self.units = [InputUnit(i) for i in range(1, units + 1)]

    def __repr__(self) -> str:
        return f"InputLayer(l=1, {len(self.units)} units)"

    def __call__(self, x: Sequence[Operand]) -> list[Value]:
        """Return one node per input: labelled a_i^1, or the Value that was given.

        Raises ValueError for another count of inputs.
        """
        if len(x) != len(self.units):
            raise ValueError(f"the input layer takes {len(self.units)} numbers, not {len(x)}")
        nodes = [
            value if isinstance(value, Value) else Value(value, unit.a_label)
            for unit, value in zip(self.units, x)
        ]
        for unit, node in zip(self.units, nodes):
            unit.a = node
        return nodes


class Network:
    """Units joined in layers: `Network([12, 3, 2])` has 12 inputs, 3 hidden units, 2 outputs.

    layers          layers[0] is the input layer (l = 1), layers[1] is l = 2, and so on
    activation      one row of the table for all layers, or a list with one per layer from l = 2
    seed            makes the starting weights repeatable

    Every node is also found by its label: network["w_11^2"], network["b_1^3"], and, after a
    call, network["z_1^2"] and network["a_1^3"].

    Raises ValueError for fewer than two layers, an empty one, or a count of activations other
    than that of layers; TypeError for an activation that is not a row of the table.

    >>> network = Network([12, 3, 2])
    >>> outputs = network([0.0, 1.0, 0.0] * 4)
    >>> len(outputs), len(network.parameters())
    (2, 47)
    >>> network["a_1^3"] is outputs[0]
    True
    """

    __slots__ = ("inputs", "layers", "seed", "sizes")

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Op | Sequence[Op] = sigmoid,
        *more: object,
        seed: int | None = 0,
        spelled_out: bool = False,
    ) -> None:
        self.sizes = checked_sizes(sizes, activation, more)
        computing = len(self.sizes) - 1
        if isinstance(activation, (list, tuple)):
            activations = list(activation)
        else:
            checked_activation(activation)
            activations = [activation] * computing
        if len(activations) != computing:
            raise ValueError(
                f"a network of sizes {self.sizes} computes in {computing} layer(s) "
                f"and needs as many activations, not {len(activations)}"
            )
        source = random.Random(seed)
        self.seed = seed
        self.inputs = InputLayer(self.sizes[0])
        computed = [
            Layer(n, units, act, number=k, spelled_out=spelled_out, source=source)
            for k, ((n, units), act) in enumerate(zip(pairwise(self.sizes), activations), start=2)
        ]
        self.layers: tuple[InputLayer | Layer, ...] = (self.inputs, *computed)

    def __repr__(self) -> str:
        return f"Network({self.sizes})"

    def __call__(self, x: Sequence[Operand]) -> list[Value]:
        """Return the outputs a_j^L for an input of as many numbers (or Values) as units of l = 1.

        Raises ValueError for another count, TypeError for something that is not a number.
        """
        if not hasattr(x, "__len__"):
            count = self.sizes[0]
            raise TypeError(f"a network takes a list of {count} number(s), not {described(x)}")
        signals: Sequence[Operand] = x
        for layer in self.layers:
            signals = layer(signals)
        return list(as_values(signals))

    def __iter__(self) -> NoReturn:
        """Raise TypeError: a network is no list of nodes, though every node is found by label."""
        raise TypeError(
            "a network is no list of nodes; write network.parameters(), "
            "and network.zero_grad() to clear their gradients"
        )

    def __getitem__(self, label: str) -> Value:
        """Return the parameter, or the node of the last call, that bears a label.

        Raises KeyError, which says which labels there are.
        """
        for node in self.nodes():
            if node.label == label:
                return node
        called = self.inputs.units[0].a is not None
        hint = "" if called else "; z and a exist after a call network(x)"
        raise KeyError(
            f"no node is called {label!r}: labels are like w_11^2, b_1^2, z_1^2, a_1^2{hint}"
        )

    def nodes(self) -> Iterator[Value]:
        """Yield the parameters, then the z and a of the last call, layer by layer."""
        yield from self.parameters()
        for layer in self.layers:
            for unit in layer.units:
                for node in (getattr(unit, "z", None), unit.a):
                    if node is not None:
                        yield node

    def boxes(self) -> dict[Value, tuple[str, ...]]:
        """Return the box of each parameter, input and node of the last call: its layer and unit.

        These are the boxes that a drawing reads off the slides' labels where nothing is said;
        handed over as `draw(C, groups=network.boxes())` they hold whatever the nodes are called.
        What follows the last layer, like a cost, is in no box.

        >>> network = Network([2, 1])
        >>> (a,) = network([0.0, 1.0])
        >>> boxes = network.boxes()
        >>> boxes[a], boxes[network["w_11^2"]], boxes[network["a_1^1"]]
        (('layer 2', 'a_1^2'), ('layer 2', 'a_1^2'), ('layer 1',))
        """
        boxes: dict[Value, tuple[str, ...]] = {}
        for layer in self.computing_layers():
            for unit in layer.units:
                nodes = [*unit.parameters(), *unit.made()]
                boxes.update(dict.fromkeys(nodes, notation.unit_box(unit.index, unit.layer)))
        inputs = [unit.a for unit in self.inputs.units if unit.a is not None]
        boxes.update(dict.fromkeys(inputs, notation.layer_box(self.inputs.number)))
        return boxes

    def computing_layers(self) -> list[Layer]:
        """Return the layers that have weights: l = 2 and on."""
        return [layer for layer in self.layers if isinstance(layer, Layer)]

    def parameters(self) -> list[Value]:
        """Return all weights and biases: layer by layer, unit by unit, weights before the bias."""
        return [parameter for layer in self.computing_layers() for parameter in layer.parameters()]

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to 0."""
        zero_grad(self.parameters())

    def save(self, path: str | Path) -> None:
        """Write the network as JSON; see `nn.save`."""
        save(self, path)

    def load(self, path: str | Path) -> None:
        """Take over the parameters of a saved network of the same shape; see `nn.load_into`."""
        load_into(self, path)


def load(path: str | Path, activations: Mapping[str, Op] | None = None) -> Network:
    """Return a network of the shape and with the parameters of a saved one, bit for bit.

    `activations` names ops of your own that the file may use, besides those of the table.

    Raises ValueError, which says what is wrong, for anything that is not a whole saved network;
    OSError if the file cannot be read.
    """
    found = read(Path(path), {**TABLE, **(activations or {})})
    network = Network(found.sizes, found.activations)
    found.put_into(network)
    return network


def checked_activation(activation: object) -> None:
    if not isinstance(activation, Op) or activation.sequences or len(activation.operands) != 1:
        what = repr(activation) if isinstance(activation, Op) else described(activation)
        raise TypeError(
            f"an activation is a row of the table with one operand "
            f"(sigmoid, tanh, relu, step, identity, or an Op of your own), not {what}"
        )


def checked_sizes(sizes: Sequence[int], second: object, more: Sequence[object]) -> list[int]:
    """Return the sizes of a network as a list; `second` and `more` were given after them."""
    if isinstance(sizes, int) and isinstance(second, int):
        given = ", ".join(map(str, (sizes, second, *more)))
        raise TypeError(f"the sizes of the layers stand in one list: write Network([{given}])")
    if more:
        raise TypeError(f"a network takes sizes and an activation, and not {more[0]!r} after them")
    if not isinstance(sizes, Sequence) or isinstance(sizes, str):
        raise TypeError(
            f"write the sizes of the layers as a list, [12, 3, 2], not {described(sizes)}"
        )
    if len(sizes) < 2:
        raise ValueError(
            f"a network needs an input layer and one more, like [12, 3, 2], not {sizes!r}"
        )
    for size in sizes:
        checked_count(f"every layer of {sizes!r} needs at least one unit", size)
    return list(sizes)


def checked_count(what: str, count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"{what}: a whole number, not {count!r}")
