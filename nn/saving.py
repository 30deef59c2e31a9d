"""Saved networks: JSON that a person can read, written whole or not at all.

A file holds the format's name and version, the sizes and activations of the layers, and the
weights and biases unit by unit, in as many digits as bring back the same bits. Reading builds
everything from numbers and names; nothing in a file is ever run.

This room knows the file, and of a network only what it writes down: see `Savable`. The networks
themselves stand above it (`nn.units`, where `load` makes one of what was read).
"""

import json
import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

from autograd_lite import TABLE, Op, Value
from autograd_lite.files import checked_suffix, read_limited, write_atomically

__all__ = [
    "Savable", "Saved", "document_in", "entry", "field", "finite", "load_into", "one_activation",
    "read", "read_checked", "save", "save_with", "saved_like",
]  # fmt: skip

T = TypeVar("T")

FORMAT = "autograd-lite network"
VERSION = 1
LARGEST = 64 * 2**20  # bytes: a file beyond this is not a network of ours
MOST_BRACKETS = 200_000  # units and layers
MOST_QUOTES = 100_000  # names of fields and activations
SHORTEST_NUMBER = 4  # characters of a number with its comma, on average: "0.0,"


class SavableUnit(Protocol):
    """What is written of a unit."""

    weights: list[Value]
    bias: Value
    activation: Op


class SavableLayer(Protocol):
    """What is written of a layer."""

    number: int

    @property
    def units(self) -> Sequence[SavableUnit]:
        """Return the units, at least one."""


class Savable(Protocol):
    """What is written of a network, and read into one."""

    sizes: list[int]

    def computing_layers(self) -> Sequence[SavableLayer]:
        """Return the layers that have weights."""

    def parameters(self) -> list[Value]:
        """Return all weights and biases: layer by layer, unit by unit, weights before the bias."""


def save(network: Savable, path: str | Path) -> None:
    """Write a network as JSON. A kill at any moment leaves the old file or the new one.

    Raises ValueError if a parameter is not finite, if the units of a layer differ in their
    activation, if an op of your own bears the name of one of the table's, and for a network too
    large to be read again; OSError if the folder cannot be written.
    """
    save_with(network, path, {})


def save_with(network: Savable, path: str | Path, more: Mapping[str, Any]) -> None:
    """Write a network as `save` does, with more entries, which `load` does not read."""
    for layer in network.computing_layers():
        check_activations(layer)
    for parameter in network.parameters():
        if not math.isfinite(parameter.data):
            raise ValueError(
                f"{parameter.label} is {parameter.data!r}; such a network is not saved"
            )
    text = as_json(network, more)
    if len(text) > LARGEST:
        raise ValueError(f"{network!r} takes more than {LARGEST // 2**20} MiB; it is not saved")
    write_atomically(checked_suffix(path, [".json", ""], "a network"), text)


def one_activation(layer: SavableLayer, holder: str) -> Op:
    """Return the activation of a layer's units.

    Raises ValueError if they differ, for `holder` has one for each layer.
    """
    activation = layer.units[0].activation
    for unit in layer.units:
        if unit.activation is not activation:
            raise ValueError(
                f"the units of layer {layer.number} differ in their activation "
                f"({activation.name}, {unit.activation.name}); {holder} has one for each layer"
            )
    return activation


def check_activations(layer: SavableLayer) -> None:
    """Raise ValueError if the name of one activation would not bring back those of a layer."""
    activation = one_activation(layer, "a file")
    if TABLE.get(activation.name, activation) is not activation:
        raise ValueError(
            f"layer {layer.number} has an activation of your own that is called "
            f"{activation.name!r}, as one of the table's; give it another name"
        )


def as_json(network: Savable, more: Mapping[str, Any] | None = None) -> str:
    """Return the text of a saved network: one line per unit, and one per further entry."""
    layers = []
    for layer in network.computing_layers():
        rows = ",\n".join(
            f"        {json.dumps([float(w.data) for w in u.weights])}" for u in layer.units
        )
        biases = json.dumps([float(unit.bias.data) for unit in layer.units])
        activation = json.dumps(layer.units[0].activation.name)
        layers.append(
            f'    {{"layer": {layer.number}, "activation": {activation},\n'
            f'      "weights": [\n{rows}],\n      "biases": {biases}}}'
        )
    head = f'  "format": {json.dumps(FORMAT)},\n  "version": {VERSION},\n'
    body = ",\n".join(layers)
    end = "".join(
        [f",\n  {json.dumps(name)}: {json.dumps(value)}" for name, value in (more or {}).items()]
    )
    sizes = json.dumps(network.sizes)
    return f'{{\n{head}  "sizes": {sizes},\n  "layers": [\n{body}]{end}\n}}\n'


def load_into(network: Savable, path: str | Path) -> None:
    """Give a network the parameters of a saved one of the same shape and activations.

    Raises ValueError, and leaves the network as it was, for a file that is damaged or of
    another shape; OSError if the file cannot be read.
    """
    saved_like(network, path).put_into(network)


def saved_like(network: Savable, path: str | Path) -> "Saved":
    """Return a saved network of the shape and activations of this one; raises as `load_into`."""
    own = [layer.units[0].activation for layer in network.computing_layers()]
    found = read(Path(path), {**TABLE, **{op.name: op for op in own}})
    if found.sizes != network.sizes:
        raise ValueError(f"{path} holds a network {found.sizes}, and this one is {network.sizes}")
    if found.activations != own:
        names = [op.name for op in found.activations]
        raise ValueError(f"{path} holds activations {names}, and this network {own}")
    return found


class Saved:
    """The checked contents of a file: everything in it has its shape and is finite."""

    def __init__(
        self,
        sizes: list[int],
        activations: list[Op],
        parameters: list[float],
        training: dict[str, Any] | None,
    ) -> None:
        self.sizes = sizes
        self.activations = activations
        self.parameters = parameters  # in the order of Network.parameters()
        self.training = training  # what a checkpoint holds beside the network, not checked yet

    def put_into(self, network: Savable) -> None:
        """Give a network of this shape the saved parameters; their gradients are 0."""
        for node, number in zip(network.parameters(), self.parameters, strict=True):
            node.data = number
            node.grad = 0.0


def read(path: Path, table: Mapping[str, Op]) -> Saved:
    """Return the checked contents of a saved network."""
    return read_checked(path, "a saved network", partial(parsed, table=table))


def read_checked(path: Path, told: str, parsed: Callable[[bytes], T]) -> T:
    """Return what `parsed` makes of a file of ours, which messages call `told`.

    Raises ValueError, which says why, for a file that is none or damaged; OSError if it cannot be
    read.
    """
    raw = read_limited(path, LARGEST)
    try:
        if len(raw) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MiB")
        check_structure(raw)
        return parsed(raw)
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text (byte {error.start})"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:  # of json too
        reason = str(error)
    raise ValueError(f"{path} is not {told}: {reason}")


def check_structure(raw: bytes) -> None:
    """Raise ValueError for a file whose parts would take far more memory than its bytes.

    A network of ours has few lists, one for each unit, and no empty ones; each number takes some
    characters. `[[],[],...]` takes 30 times its size.
    """
    brackets = raw.count(b"[") + raw.count(b"{")
    if brackets > MOST_BRACKETS or raw.count(b'"') > MOST_QUOTES:
        raise ValueError("it is nested too deeply, or has more parts than a network of ours")
    if len(raw) > 2**20 and raw.count(b",") * SHORTEST_NUMBER > len(raw):
        raise ValueError("its numbers are shorter than those of a network of ours")


def document_in(raw: bytes, format: str, newest: int) -> dict[str, Any]:
    """Return the object in a file; raise ValueError unless it is of this format and version."""
    text = raw.decode("utf-8-sig")  # some editors put a byte order mark in front
    document = json.loads(text, parse_constant=not_finite, object_pairs_hook=no_name_twice)
    found: dict[str, Any] = entry(document, "the file", dict)
    if found.get("format") != format:
        raise ValueError(f"its format is not {format!r}")
    version = field(found, "version", int)
    if version != newest:
        raise ValueError(f"its version is {shown(version)}; this program reads {newest}")
    return found


def parsed(raw: bytes, table: Mapping[str, Op]) -> Saved:
    document = document_in(raw, FORMAT, VERSION)
    sizes = [entry(size, "a size", int) for size in field(document, "sizes", list)]
    layers = field(document, "layers", list)
    if len(sizes) < 2 or len(layers) != len(sizes) - 1 or min(sizes) < 1:
        raise ValueError(f"sizes {shown(sizes)} do not fit {len(layers)} layer(s)")
    activations, parameters = [], []
    for number, layer in enumerate(layers, start=2):
        inputs, units = sizes[number - 2], sizes[number - 1]
        found = field(entry(layer, f"layer {number}", dict), "layer", int)
        if found != number:
            raise ValueError(f"layer {shown(found)} stands in the place of layer {number}")
        name = field(layer, "activation", str)
        if name not in table:
            raise ValueError(
                f"layer {number} has the activation {shown(name)}, which is not known here"
            )
        if table[name].sequences or len(table[name].operands) != 1:
            raise ValueError(f"{name}, of layer {number}, is no activation: it is not of one z")
        weights = field(layer, "weights", list)
        biases = field(layer, "biases", list)
        if len(weights) != units or len(biases) != units:
            raise ValueError(f"layer {number} must have {units} units")
        for j, (row, bias) in enumerate(zip(weights, biases), start=1):
            row = entry(row, f"the weights of unit {j}", list)
            if len(row) != inputs:
                raise ValueError(f"unit {j} of layer {number} must have {inputs} weights")
            parameters += [finite(weight) for weight in [*row, bias]]
        activations.append(table[name])
    training = document.get("training")
    if training is not None:
        entry(training, "training", dict)
    return Saved(sizes, activations, parameters, training)


def field(document: dict[str, Any], name: str, kind: type) -> Any:
    """Return an entry of an object out of a file; raise ValueError if it is none of its kind."""
    if name not in document:
        raise ValueError(f"it has no {name!r}")
    return entry(document[name], repr(name), kind)


def entry(found: Any, name: str, kind: type) -> Any:
    """Return something out of a file; raise ValueError, with its name, for another kind."""
    if not isinstance(found, kind) or isinstance(found, bool):
        raise ValueError(f"{name} is a {type(found).__name__}, not a {kind.__name__}")
    return found


def finite(found: Any, what: str = "a weight or bias") -> float:
    """Return a number out of a file; raise ValueError for anything that is no finite number."""
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise ValueError(f"{what} is a {type(found).__name__}, not a number")
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{what} is too large for a float")
    return number


def not_finite(name: str) -> NoReturn:
    raise ValueError(f"a weight or bias is {name}")


def no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the entries of a JSON object; of two with one name, nobody knows which is meant."""
    entries: dict[str, Any] = {}
    for name, found in pairs:
        if name in entries:
            raise ValueError(f"{shown(name)} stands there twice")
        entries[name] = found
    return entries


def shown(found: object) -> str:
    """Return something out of a file as a short text."""
    return reprlib.repr(found)
