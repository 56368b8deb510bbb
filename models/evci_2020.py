"""
Sparse training that moves its edges (Evci et al., 2020)
========================================================

Sparse training: a twentieth of the edges from first to last, which may move, beside pruning from dense.

``python -m models.evci_2020`` trains 5 networks in each of six ways on the digits and prints their test accuracies,
edges and times, in a few minutes.
"""

from __future__ import annotations

import textwrap
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from matplotlib.figure import Figure

import neurograph as ng
from models import every_graph, every_pruner
from models.digits_table import HEADER, line
from models.expected import EXPLAINED, Mean, arguments

SOURCE = (
    'U. Evci, T. Gale, J. Menick, P. S. Castro, E. Elsen, "Rigging the lottery: making all tickets winners", ICML '
    "2020, arXiv 1911.11134"
)

PAPER = (
    "The paper: ResNet-50 on ImageNet, a tenth of the weights, as many epochs each: static 67.2 %, SET 70.4 %, RigL "
    "73.0 %; pruned from dense 73.9 %; dense 76.8 %."
)

DIFFERENCES = (
    "Digits for ImageNet; the candidates are a complete digraph of 64 hidden tanh neurons, 10,138 edges, of which 507 "
    "are there; the change that the exact rule would make, on all samples, stands for the gradient on a batch; it is "
    "read after the smallest weights have left, not before; the share that moves is one of all edges, not of each "
    "layer. As there: the chance of an edge in the first graph is as 1 / senders + 1 / receivers of its two roles; "
    "edges come with weight 0; the share falls by a cosine until three quarters of the epochs. Edges that lead to no "
    "output stay, and count. Pruned from dense: a third of the epochs on all edges, then ten rounds of retraining; "
    "by saliency too, which here does better than magnitude. The step of Adam, of retraining where there is any, is "
    "the best of .01, .02 and .04 for each way on 288 of the training samples, of 4 other seeds; of dense it is that "
    "of every_graph.py. Pruning by saliency beside RigL, and other shares, were tried there too: within their spread."
)

EPOCHS = 60
"""Of each way; those of pruning from dense are :data:`FIRST` and ten rounds."""

FIRST, ROUNDS = 20, 10
"""Epochs of pruning from dense before the first edge leaves, and rounds in which they do."""

QUICK = 6
"""Epochs of the quick form."""

DENSITY = 0.05

EXPECTED = {
    "static": Mean(0.892, 0.075, 2),
    "SET": Mean(0.955, 0.006, 5),
    "RigL": Mean(0.958, 0.004, 5),
    "dense": Mean(0.979, 0.006, 2),
    "dense, pruned by magnitude": Mean(0.952, 0.010, 5),
    "dense, pruned by saliency": Mean(0.978, 0.006, 5),
}
"""Mean test accuracy of seeds 100 to 104, or 100 and 101, measured with this file."""

BARS = {"above static": 0.0, "below pruned": 0.005}
"""How far the mean accuracy of RigL must be above that of the static graphs, and may be below that of the pruned."""

GROWERS: dict[str, Callable[..., ng.growth.Grower]] = {"SET": ng.growth.random, "RigL": ng.growth.rigl}

PRUNERS: dict[str, Callable[[float], ng.pruning.Pruner]] = {
    "dense, pruned by magnitude": ng.pruning.magnitude,
    "dense, pruned by saliency": ng.pruning.saliency,
}

RATES = {
    "static": 0.04,
    "SET": 0.02,
    "RigL": 0.02,
    "dense": 0.01,
    "dense, pruned by magnitude": 0.04,
    "dense, pruned by saliency": 0.02,
}
"""Step of Adam of each way, of retraining where there is any."""


@dataclass(frozen=True)
class Run:
    """What a way of training gave: test accuracy, edges after each epoch, edges on no path to an output, seconds."""

    accuracy: float
    edges: tuple[int, ...]
    idle: int
    seconds: float


def build(seed: int, density: float = DENSITY) -> ng.Network:
    """Build a complete digraph of N(0, 0.05) weights, or draw a share of its edges, of N(0, 0.2) weights."""
    if density == 1.0:
        return every_graph.build(seed, graph="complete")
    graph = ng.topologies.complete(64, 64, 10, bias="neurons", scale=0.2, seed=seed)
    edges, size = list(graph.edges), {"input": 64, "hidden": 64, "output": 10}
    chance = np.array([sum(1.0 / size[graph.nodes[end]["role"]] for end in edge) for edge in edges])
    count = round(density * len(edges))
    stay = np.random.default_rng([seed, 1]).choice(len(edges), count, replace=False, p=chance / chance.sum())
    graph.remove_edges_from([edges[k] for k in np.setdiff1d(np.arange(len(edges)), stay)])
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def training(way: str, epochs: int = EPOCHS) -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.train` of a way that does not prune from dense."""
    how = every_graph.training(learning_rate=RATES[way], decay=0.9 if way == "dense" else 0.95) | {"epochs": epochs}
    if way in GROWERS:
        how["pruner"] = ng.pruning.magnitude(0.3)
        how["grower"] = GROWERS[way](until=epochs * 3 // 4, decay="cosine")
    return how


def accuracy(network: ng.Network) -> float:
    """Return the share of the test samples that are right."""
    digits = ng.tasks.digits()
    settled = ng.settle(network, digits.x_test, solver=every_graph.training()["solver"])
    return float(np.mean(settled.outputs.argmax(axis=1) == digits.y_test))


def run(way: str, seed: int, epochs: int = EPOCHS) -> Run:
    """Train a network in one way."""
    digits, began = ng.tasks.digits(), time.perf_counter()
    x, y, also = digits.x_train, digits.y_train, {"seed": seed, "progress": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ng.TrainingWarning)  # of few edges, some phases do not settle
        if way in PRUNERS:
            first = ng.train(build(seed, 1.0), x, y, **training("dense", epochs * FIRST // EPOCHS), **also)
            how = every_pruner.training() | {"optimiser": ng.optimisers.adam(RATES[way], decay=0.8)}
            each = max(1, epochs * (EPOCHS - FIRST) // (EPOCHS * ROUNDS))
            chosen, rounds = PRUNERS[way](1.0 - DENSITY), {"rounds": ROUNDS, "retrain": each, "neurons": False}
            pruned = ng.prune(first.network, chosen, x, y, **rounds, **how, **also)
            network, edges = pruned.network, [*first.history["edges"], *np.repeat(pruned.curve["edges"][1:], each)]
        else:
            fit = ng.train(build(seed, 1.0 if way == "dense" else DENSITY), x, y, **training(way, epochs), **also)
            network, edges = fit.network, fit.history["edges"]
    taken = time.perf_counter() - began
    idle = network.weights.size - ng.prune(network, ng.pruning.unreachable()).network.weights.size
    return Run(accuracy(network), tuple(int(count) for count in edges), idle, taken)


COLUMNS = f"{'':<28}{'epochs':>7}{'edges, most':>13}{'least':>7}{'last':>7}{'idle':>6}{'seconds':>9}"


def lines(every: Sequence[dict[str, Run]], quick: bool = False) -> Iterator[str]:
    """Write the tables, from what each seed gave; of the quick form nothing is expected."""
    yield HEADER
    for way in every[0]:
        yield line(way, None if quick else EXPECTED.get(way), np.array([one[way].accuracy for one in every]))
    yield f"\n{COLUMNS}"
    for way in every[0]:
        runs = [one[way] for one in every]
        counts = np.array([one.edges for one in runs])
        idle, seconds = (np.mean([getattr(one, name) for one in runs]) for name in ("idle", "seconds"))
        edges = f"{counts.max():>13}{counts.min():>7}{counts[:, -1].max():>7}"
        yield f"{way:<28}{counts.shape[1]:>7}{edges}{idle:>6.0f}{seconds:>9.1f}"
    if quick:
        return
    yield ""
    mean = {way: float(np.mean([one[way].accuracy for one in every])) for way in every[0]}
    yield from (f"RigL is {text}" for text in compared(mean).values())


def compared(mean: dict[str, float]) -> dict[str, str]:
    """Return by how many points RigL is ahead of each other way, in the mean, and whether the bars are reached."""
    said = {}
    for way in ("static", *PRUNERS):
        ahead = mean["RigL"] - mean[way]
        reached = ahead > BARS["above static"] if way == "static" else ahead >= -BARS["below pruned"]
        asked = "above 0" if way == "static" else f"at least {-100 * BARS['below pruned']:g}"
        said[way] = f"{100 * ahead:+.2f} from {way} (asked: {asked}): {'reached' if reached else 'MISSED'}"
    return said


def drawn(one: dict[str, Run]) -> Figure:
    """Draw how many edges there are after each epoch, of one network in each way."""
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    ax = figure.subplots()
    for way, run in one.items():
        ax.semilogy(np.arange(len(run.edges)) + 1, run.edges, label=way)
    ax.set(xlabel="epoch", ylabel="edges")
    figure.legend(frameon=False, loc="outside right center", fontsize="small")
    return figure


def main() -> Figure:
    """Print the tables, and draw how many edges there are."""
    left = f"one network in each way, {QUICK} epochs, of which nothing is expected"
    options = arguments(__doc__, seeds=5, quick=left).parse_args()
    epochs = QUICK if options.quick else EPOCHS
    parallel = joblib.Parallel(options.jobs)
    seeds = range(options.first, options.first + options.seeds)
    shown = (
        f"Test accuracy on the digits in per cent, of {len(seeds)} networks from seed {options.first} on. {EXPLAINED} "
        "Edges: the most and the least after any epoch of any network, and after the last; idle: mean number of those "
        f"on no path to an output; seconds: of one network, mean. {options.quick}"
    )
    for paragraph in (SOURCE, PAPER, DIFFERENCES, shown):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    cases = [(way, seed) for seed in seeds for way in RATES]
    found = dict(zip(cases, parallel(joblib.delayed(run)(*case, epochs) for case in cases), strict=True))
    every = [{way: found[way, seed] for way in RATES} for seed in seeds]
    print(*lines(every, bool(options.quick)), sep="\n", flush=True)
    figure = drawn(every[0])
    figure.savefig("evci_2020.png", dpi=150)
    print("\nWritten to evci_2020.png")
    return figure


if __name__ == "__main__":
    figure = main()
