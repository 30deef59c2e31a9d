"""The digit network as a page to play with: draw, train, ask a weight why its gradient is so.

One file that opens from disk. The network is in it as a program in JavaScript, made of the same
graph (`compile(..., target="javascript")`), for 1 to 8 hidden units; the starting weights of some
seeds are those of `nn.Network`, so that training in the page begins as Python's does.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd_lite import Value, gradients
from autograd_lite.compiling.javascript import JavaScriptCompiled
from autograd_lite.drawing.theme import FONT
from autograd_lite.files import write_atomically
from autograd_lite.stepping.joining import FOLDER as STEPPING
from autograd_lite.stepping.joining import joined
from autograd_lite.stepping.page import as_json, filled_page, policy
from autograd_lite.tracing import Trace
from autograd_lite.words import LANGUAGES, Language, chosen_language, text, texts
from demos.images import Image
from nn import History, Network, squared_error

__all__ = ["HIDDEN", "SEEDS", "play_page", "programs", "stepper_told", "write_play"]

HIDDEN = range(1, 9)  # hidden units that the page can train
SEEDS = range(1, 6)
FILES = Path(__file__).parent / "play"
SHARED = ("pieces", "words", "numbers", "typeset")  # of the stepping page


def write_play(
    path: Path,
    network: Network,
    images: Sequence[Image],
    history: History,
    *,
    seed: int,
    rate: float,
    steppers: Mapping[int, Mapping[str, Any]],
    language: Language | None = None,
) -> Path:
    """Write the page of a trained network, whole or not at all, and return its path."""
    trained = {
        "hidden": network.sizes[1],
        "seed": seed,
        "rate": rate,
        "parameters": [p.data for p in network.parameters()],
        "costs": history.costs,
    }
    write_atomically(path, play_page(trained, images, steppers, language))
    return path


def play_page(
    trained: Mapping[str, Any],
    images: Sequence[Image],
    steppers: Mapping[int, Mapping[str, Any]],
    language: Language | None = None,
) -> str:
    """Return the page as HTML.

    trained     the network that the page opens with: hidden, seed, rate, parameters, costs
    steppers    for a digit, the page that steps through backprop on an image of it (`stepper_told`)
    """
    language = chosen_language(language)
    hidden_units = sorted({*HIDDEN, trained["hidden"]})
    seeds = sorted({*SEEDS, trained["seed"]})
    networks = {hidden: Network([12, hidden, 2], seed=1) for hidden in hidden_units}
    data = {
        "language": language,
        "words": {each: texts("play", each) for each in LANGUAGES},
        "images": [image_told(image) for image in images],
        "names": {h: [p.label for p in network.parameters()] for h, network in networks.items()},
        "starts": {h: {seed: starting(h, seed) for seed in seeds} for h in hidden_units},
        "trained": trained,
        "steppers": steppers,
    }
    style = (FILES / "page.css").read_text(encoding="utf-8").replace("{{font}}", FONT)
    code = programs(networks)
    script = page_script()
    parts = {
        "language": language,
        "title": text("play.title", language),
        "policy": policy([code, script], style),
        "style": style,
        "noscript": " ".join(text("page.noscript", each) for each in LANGUAGES),
        "data": as_json(data),
        "programs": code,
        "script": script,
    }
    return filled_page(FILES / "page.html", parts)


def image_told(image: Image) -> dict[str, Any]:
    return {"digit": image.digit, "pixels": image.pixels, "target": image.target}


def starting(hidden: int, seed: int) -> list[float]:
    """Return the parameters with which training begins."""
    return [p.data for p in Network([12, hidden, 2], seed=seed).parameters()]


def programs(networks: Mapping[int, Network]) -> str:
    """Return JavaScript in which `programs[hidden]` is the network of so many hidden units.

    It is a function of parameters, pixels and targets, and gives [C, [∂C/∂p ...], [a ...]].
    """
    found = ['"use strict";', "const programs = {};"]
    for hidden, network in networks.items():
        pixels = [Value(0.0, f"a_{k}^1") for k in range(1, 13)]
        targets = [Value(0.0, f"t_{k}") for k in (1, 2)]
        parameters = list(network.parameters())
        C = squared_error(network(pixels), targets)
        units = [unit for layer in network.computing_layers() for unit in layer.units]
        excitements = [unit.a for unit in units if unit.a is not None]
        outputs: list[Value | Sequence[Value]] = [C, gradients(C, parameters), excitements]
        f = JavaScriptCompiled(outputs, [parameters, pixels, targets])
        found.append(f"programs[{hidden}] = {f.expression};")
    return "\n".join(found)


def page_script() -> str:
    """Return the page's script: its modules, and those that it shares with the stepping page."""
    modules = {name: (STEPPING / f"{name}.mjs").read_text(encoding="utf-8") for name in SHARED}
    for name in ("training", "play"):
        modules[name] = (FILES / f"{name}.mjs").read_text(encoding="utf-8")
    return joined(modules)


def stepper_told(record: Trace, file: str, hidden: int) -> dict[str, Any]:
    """Return what the page needs to open a stepping page with other weights: nodes by name.

    For each leaf: its number in the trace, and the step with which its gradient is complete.
    """
    nodes = {
        name: (k, record.complete(k))
        for k, name in enumerate(record.names)
        if record.nodes[k].op is None and record.stepped[k]
    }
    return {"file": file, "hidden": hidden, "nodes": nodes}
