"""The recorded graph on JAX beside the same network written in JAX by hand, paired in one run.

    pip install "autograd-lite[benchmarks]"
    python benchmarks/on_jax.py             the table; writes benchmarks/on_jax.md
    python benchmarks/on_jax.py --quick     fewer rounds

Both take full-batch gradient descent steps in float64 on one thread, and must arrive at the same
parameters before any clock starts. Rounds are interleaved; a ratio is the median of the rounds'
own ratios, with its quartiles.
"""

import argparse
import random
import statistics
from pathlib import Path

from compiled import machine, raced, versions
from contestants import Problem

from demos.images import load_images

PAIRS = {"a call per step": ("JAX", "graph"), "all steps in one loop": ("JAX fused", "graph fused")}
DEVICES = 256
BANDWIDTH = 50e9  # bytes a second that a device sends, on paper: 400 Gbit/s
LATENCY = 5e-6  # seconds from one device to the next, on paper
SHARE = 0.2  # of a step that may go into sending


def random_problem(name: str, sizes: list[int], rows: int) -> Problem:
    """Return a problem of random images and targets."""
    source = random.Random(1)
    images = [[source.random() for _ in range(sizes[0])] for _ in range(rows)]
    targets = [[source.random() for _ in range(sizes[-1])] for _ in range(rows)]
    return Problem(name, sizes, images, targets)


def problems() -> list[Problem]:
    digits = load_images()
    pixels, targets = [image.pixels for image in digits], [image.target for image in digits]
    return [
        Problem("digit network, 12-3-2, 64 images", [12, 3, 2], pixels, targets),
        random_problem("784-50-10, batch of 64", [784, 50, 10], 64),
        random_problem("784-50-10, batch of 1,024", [784, 50, 10], 1024),
    ]


def paired(problem: Problem, rounds: int) -> tuple[list[str], dict[str, float]]:
    """Return the lines of a problem, and the least seconds of a step of our own, by way."""
    lines, least = [], {}
    for way, (hand, graph) in PAIRS.items():
        theirs, ours = raced(problem, [hand, graph], rounds, base=hand)
        low, middle, high = statistics.quantiles(ours.ratios, n=4)
        least[way] = ours.least
        lines.append(
            f"| {problem.name} | {way} | {1e6 * theirs.least:,.1f} | {1e6 * ours.least:,.1f} | "
            f"{middle:.2f} ({low:.2f} to {high:.2f}) | {theirs.ready:.2f} | {ours.ready:.2f} |"
        )
        print(lines[-1])
    return lines, least


def on_paper(parameters: int, small: float, large: float) -> list[str]:
    """Return the paragraphs on many devices, from the seconds of a step of 64 and 1,024 images."""
    per_image = (large - small) / (1024 - 64)
    fixed = max(0.0, small - 64 * per_image)
    sent = 2 * 8 * parameters * (DEVICES - 1) / DEVICES
    hops = 2 * (DEVICES - 1).bit_length()
    sending = sent / BANDWIDTH + hops * LATENCY
    images = (sending * (1.0 - SHARE) / SHARE - fixed) / per_image
    return [
        f"## On {DEVICES} accelerators, on paper", "",
        "Every device has all parameters and its share of the images of a step, sums the gradient "
        "over these, and takes the same step as all others. One thing is sent in a step: the sums "
        "of the gradients, by an all-reduce that JAX puts into the program.",
        "",
        f"- **What is sent.** Around a ring each device sends 2·(N − 1)/N numbers for each "
        f"parameter, whatever the batch: for the {parameters:,} of 784-50-10 in float64 "
        f"{1e-3 * sent:,.0f} kB a step. At {1e-9 * BANDWIDTH:.0f} GB/s that takes "
        f"{1e6 * sent / BANDWIDTH:.0f} µs, and the {hops} hops of a tree, {1e6 * LATENCY:.0f} µs "
        f"each, {1e6 * hops * LATENCY:.0f} µs. The images stay where they are.",
        f"- **What is computed.** On this machine, measured above: {1e6 * per_image:.2f} µs for "
        f"each image and {1e6 * fixed:.0f} µs for each step, the update among them, which every "
        f"device does for itself.",
        f"- **Where it stops.** Sending is at most {SHARE:.0%} of a step with {images:,.0f} images "
        f"or more on each device, {DEVICES * images:,.0f} in all: MNIST has 60,000. With devices k "
        f"times as fast as this core it takes k times as many. A network this small is no work for "
        f"{DEVICES} accelerators.",
        "- **Larger networks do not change that by themselves.** A dense layer takes 6 operations "
        "for each weight and image, and sends 2 numbers for each weight, so the weights cancel: "
        "with F operations a second, W bytes a second and b bytes a number, n images on each "
        "device keep sending below that share if n ≥ (4/3)·b·F/W. In bfloat16 (b = 2) with "
        "F = 4·10¹⁴ and W = 5·10¹⁰ these are 21,000 images on each device. What shares a weight "
        "among many positions (convolutions, sequences) has that many rows in one image.",
        "- **What does not shrink.** Parameters, what the update keeps, and the update itself are "
        "on every device: with Adam in float32, gradient included, 16 bytes for each, so 80 GB "
        "end at 5·10⁹ parameters. Beyond that the parameters themselves must be spread, which is "
        'the caller\'s to do with `compile(..., target="jax")`: JAX shards that function as any.',
        "",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 7 if parser.parse_args().quick else 25
    lines = [
        "# The recorded graph on JAX, measured", "",
        f"{machine()}. {versions()}.", "",
        "Full-batch gradient descent steps in float64; both arrive at the same parameters, checked "
        "before the clock starts. Least of interleaved rounds, the ratio paired round by round; "
        "ready: from the network to three steps taken, recording and JAX's compiler included. "
        "`python benchmarks/on_jax.py` writes this file.", "",
        "| network | way | JAX by hand, µs | our graph, µs | ours / by hand (median, quartiles) | "
        "by hand ready, s | ours ready, s |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    least = []
    parameters = 0
    for problem in problems():
        found, seconds = paired(problem, rounds)
        lines += found
        least.append(min(seconds.values()))
        parameters = len(problem.p)
    lines += ["", *on_paper(parameters, least[1], least[2])]
    path = Path(__file__).parent / "on_jax.md"
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
