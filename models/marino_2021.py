"""
Compression by pruning, quantisation and coding (Marinò et al., 2021)
=====================================================================

Compression by pruning, quantisation and source coding: what each costs in accuracy, and what it takes in bytes.

``python -m models.marino_2021`` trains 5 networks on each of four data sets, prunes and quantises them in every way and
prints the tables, and then the smallest network of the digits; about ten minutes.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import neurograph as ng
from models.expected import EXPLAINED, Mean, arguments

SOURCE = (
    'G. C. Marinò, G. Ghidoli, M. Frasca, D. Malchiodi, "Compression strategies and space-conscious representations '
    'for deep neural networks", ICPR 2020, arXiv 2007.07967; G. C. Marinò, F. Furia, D. Malchiodi, M. Frasca, '
    '"Efficient and compact representations of deep neural networks via entropy coding", arXiv 2108.12704, 2021'
)

PAPER = (
    "The papers: on VGG19 and CIFAR-10, .006 of the size of the dense network, with an accuracy of .9363 where the "
    "dense one has .9344."
)

DIFFERENCES = (
    "Networks of rates with two hidden layers, which settle in one pass, learn by the edge-local exact gradient and "
    "have few weights; small data sets that scikit-learn ships, or makes; saliency chooses the edges that leave, where "
    "the papers take the smallest weights; pruning goes from each share to the next; biases are not quantised, and are "
    "counted in the last table alone; beside HAM and sHAM stands neurograph's packed form, which codes gaps too."
)

DATA = ("digits", "breast cancer", "diabetes", "friedman")
"""Two classifications and two regressions."""

REGRESSIONS = DATA[2:]
PRUNED = (0, 50, 90, 95, 99)
LEVELS = (2, 8, 16, 32, 64)
WAYS = [("none", 0), *((method, levels) for method in ("sharing", "probabilistic") for levels in LEVELS)]
CODED = ("HAM", "sHAM", "packed")
FORMS = (*CODED, "CSR", "npz", "zlib")

EXPECTED = {
    (name, share, *way): Mean(mean, None, 5)
    for name, rows in {
        "digits": (
            (0.975, 0.950, 0.973, 0.973, 0.973, 0.974, 0.300, 0.973, 0.973, 0.972, 0.974),
            (0.978, 0.969, 0.978, 0.978, 0.977, 0.978, 0.191, 0.973, 0.978, 0.977, 0.977),
            (0.972, 0.947, 0.972, 0.971, 0.973, 0.972, 0.332, 0.964, 0.969, 0.973, 0.972),
            (0.968, 0.934, 0.961, 0.968, 0.969, 0.968, 0.254, 0.953, 0.964, 0.967, 0.966),
            (0.809, 0.666, 0.769, 0.809, 0.814, 0.819, 0.240, 0.768, 0.804, 0.817, 0.819),
        ),
        "breast cancer": (
            (0.959, 0.955, 0.955, 0.957, 0.957, 0.957, 0.806, 0.955, 0.957, 0.957, 0.957),
            (0.962, 0.959, 0.961, 0.962, 0.964, 0.964, 0.864, 0.961, 0.962, 0.962, 0.964),
            (0.959, 0.957, 0.957, 0.957, 0.958, 0.957, 0.866, 0.952, 0.957, 0.959, 0.959),
            (0.957, 0.951, 0.954, 0.955, 0.955, 0.959, 0.843, 0.957, 0.957, 0.955, 0.958),
            (0.945, 0.934, 0.947, 0.947, 0.947, 0.950, 0.869, 0.945, 0.952, 0.950, 0.950),
        ),
        "diabetes": (
            (0.716, 0.737, 0.720, 0.721, 0.720, 0.722, 1.083, 0.724, 0.722, 0.722, 0.722),
            (0.761, 0.768, 0.783, 0.787, 0.787, 0.788, 1.584, 0.788, 0.791, 0.790, 0.784),
            (0.783, 0.772, 0.808, 0.810, 0.809, 0.803, 1.755, 0.804, 0.808, 0.806, 0.803),
            (0.802, 0.796, 0.813, 0.829, 0.822, 0.818, 2.280, 0.808, 0.821, 0.817, 0.816),
            (0.745, 0.773, 0.747, 0.742, 0.741, 0.741, 1.776, 0.743, 0.740, 0.743, 0.741),
        ),
        "friedman": (
            (0.243, 0.546, 0.255, 0.244, 0.243, 0.243, 1.208, 0.309, 0.266, 0.254, 0.247),
            (0.267, 0.460, 0.271, 0.261, 0.259, 0.258, 1.157, 0.309, 0.271, 0.262, 0.261),
            (0.240, 0.419, 0.247, 0.241, 0.239, 0.240, 1.124, 0.311, 0.258, 0.245, 0.242),
            (0.236, 0.372, 0.243, 0.237, 0.233, 0.233, 1.484, 0.272, 0.244, 0.240, 0.234),
            (0.304, 0.456, 0.300, 0.294, 0.288, 0.283, 1.321, 0.327, 0.296, 0.291, 0.283),
        ),
    }.items()
    for share, row in zip(PRUNED, rows, strict=True)
    for way, mean in zip(WAYS, row, strict=True)
}
"""Test accuracy, and root mean square error, of seeds 100 to 104, measured with this file: a row for each share that is
pruned, of each data set."""

SMALLEST = {"accuracy lost": Mean(0.0017, 0.0063, 5), "times smaller": Mean(115.05, 1.98, 5)}
"""Of the smallest network, of the same seeds."""

BARS = {"accuracy lost": 0.01, "times smaller": 100.0}
"""Of the smallest network: the most accuracy that the mean may lose, and the least that it must be smaller."""

STANDARD_ERRORS = 4.0
"""Of the mean of 1000 random roundings of each weight from the weight, the most that is asked."""

LINEAR = ng.Dynamics("-s + I + b", name="linear")


@dataclass(frozen=True)
class Split:
    """A data set in two parts."""

    x: NDArray[np.float64]
    y: NDArray[Any]
    x_test: NDArray[np.float64]
    y_test: NDArray[Any]


@cache
def data(name: str) -> Split:
    """Return a data set: columns of mean 0 and standard deviation 1 where learned from, targets of regressions too."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, make_friedman1
    from sklearn.model_selection import train_test_split

    if name == "digits":
        digits = ng.tasks.digits()
        return Split(digits.x_train, digits.y_train, digits.x_test, digits.y_test)
    if name == "friedman":
        x, y = make_friedman1(1000, noise=1.0, random_state=0)
    else:
        x, y = {"breast cancer": load_breast_cancer, "diabetes": load_diabetes}[name](return_X_y=True)
    classes = y if name not in REGRESSIONS else None
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.25, stratify=classes, random_state=0)
    mean, std = x.mean(axis=0), x.std(axis=0)
    x, x_test = (x - mean) / std, (x_test - mean) / std
    if name in REGRESSIONS:
        mean, std = y.mean(), y.std()
        y, y_test = (y[:, None] - mean) / std, (y_test[:, None] - mean) / std
    return Split(x, y, x_test, y_test)


def build(name: str, seed: int, hidden: Sequence[int] = (100, 50)) -> ng.Network:
    """Draw a network in layers: tanh rates, and linear outputs."""
    split = data(name)
    outputs = 1 if name in REGRESSIONS else int(split.y.max()) + 1
    graph = ng.topologies.layered(
        split.x.shape[1], tuple(hidden), outputs, bias="neurons", feedback=False, scale=0.1, seed=seed
    )
    for _, given in graph.nodes(data=True):
        given["population"] = "linear" if given.get("role") == "output" else "rate"
    return ng.compile(graph, {"rate": ng.dynamics.additive("tanh"), "linear": LINEAR})


def training(name: str, rate: float = 0.003, decay: float = 0.93) -> dict[str, Any]:
    """Return the arguments of train() but for the epochs."""
    cost = ng.costs.squared_error() if name in REGRESSIONS else ng.costs.cross_entropy()
    optimiser = ng.optimisers.adam(rate, decay=decay)
    return {"cost": cost, "optimiser": optimiser, "batch_size": 32, "target_cost": None, "progress": False}


def score(name: str, network: ng.Network) -> float:
    """Return the test accuracy; of a regression the root mean square error, in standard deviations of the target."""
    split = data(name)
    outputs = ng.settle(network, split.x_test).outputs
    if name in REGRESSIONS:
        return float(np.sqrt(np.mean((outputs - split.y_test) ** 2)))
    return float(np.mean(outputs.argmax(axis=1) == split.y_test))


def layers(network: ng.Network) -> list[list[Any]]:
    """Return the nodes of each layer: all paths to a node are of one length."""
    depth = dict.fromkeys(network.inputs, 0)
    for pre, post in network.edges:  # by layers, in the order of the graph
        depth[post] = depth[pre] + 1
    return [[node for node in depth if depth[node] == k] for k in range(max(depth.values()) + 1)]


def learned(name: str, seed: int, epochs: int = 20, hidden: Sequence[int] = (100, 50)) -> ng.Network:
    """Train a network."""
    split = data(name)
    epochs, decay = (3 * epochs, 0.97) if name == "friedman" else (epochs, 0.93)
    how = training(name, decay=decay)
    return ng.train(build(name, seed, hidden), split.x, split.y, epochs=epochs, seed=seed, **how).network


def size(network: ng.Network) -> float:
    """Return the mean size of the weights, at least 1, beside which steps must not be small."""
    return max(1.0, float(np.abs(network.weights).mean()))


def thinned(name: str, network: ng.Network, share: float, seed: int, rounds: int, retrain: int) -> ng.Network:
    """Prune so large a share of the edges that are left, in rounds with training after each."""
    split, how = data(name), training(name, 0.006 * size(network), 0.9)
    way = {"rounds": rounds, "retrain": retrain, "seed": seed, **how}
    return ng.prune(network, ng.pruning.saliency(share), split.x, split.y, **way).network


def quantised(name: str, network: ng.Network, method: str, levels: int, seed: int, epochs: int) -> ng.Network:
    """Quantise, and train the levels."""
    split, few = data(name), ng.quantise(network, levels, method, seed=seed).network
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ng.TrainingWarning)  # two random levels are the extremes, which saturate
        how = training(name, 0.006 * size(few), 0.8)
        return ng.train(few, split.x, split.y, epochs=epochs, seed=seed, **how).network


@dataclass(frozen=True)
class Cell:
    """What a network reaches, and its bytes in each form."""

    score: float
    bytes: dict[str, int]

    @property
    def beaten(self) -> set[str]:
        """The coded forms that a plain one is smaller than."""
        plain = min(size for form, size in self.bytes.items() if form not in CODED)
        return {form for form in CODED if plain < self.bytes[form]}


def measured(name: str, network: ng.Network, of: Sequence[Sequence[Any]]) -> Cell:
    """Measure a network whose layers are `of`."""
    return Cell(score(name, network), ng.compression_report(network, of).float32)


def cells(
    name: str,
    seed: int,
    pruned: Sequence[int] = PRUNED,
    ways: Sequence[tuple[str, int]] = tuple(WAYS),
    epochs: int = 20,
) -> dict[tuple[int, str, int], Cell]:
    """Train a network, prune it step by step, and quantise what each step leaves in every way."""
    network, found, gone = learned(name, seed, epochs), {}, 0
    of = layers(network)
    for share in pruned:
        if share > gone:
            step = 1.0 - (100 - share) / (100 - gone)
            network = thinned(name, network, step, seed, rounds=4, retrain=max(1, epochs // 4))
        gone = share
        for method, levels in ways:
            few = network if method == "none" else quantised(name, network, method, levels, seed, max(1, epochs // 4))
            found[share, method, levels] = measured(name, few, of)
    return found


def smallest(seed: int, epochs: int = 20, hidden: Sequence[int] = (300, 100)) -> dict[str, float]:
    """Compress a large network of the digits: accuracy lost, and how many times smaller it is, its biases counted."""
    whole = learned("digits", seed, epochs, hidden)
    dense = 4 * (whole.weights.size + np.count_nonzero(whole.biases))
    thin = thinned("digits", whole, 0.98, seed, rounds=12, retrain=max(1, epochs // 4))
    few = quantised("digits", thin, "sharing", 16, seed, max(1, epochs * 3 // 4))
    report = ng.compression_report(few, layers(whole))
    lost = score("digits", whole) - score("digits", few)
    return {"accuracy lost": lost, "times smaller": dense / (report.float32["packed"] + 4 * report.biases)}


def deviation(seed: int, draws: int = 1000, levels: int = 5) -> float:
    """Round weights at random, often: the largest deviation of a mean from its weight, in standard errors."""
    network = ng.compile(ng.topologies.layered(4, (8,), 3, feedback=False, seed=seed))
    rng, w = np.random.default_rng(seed), network.weights
    few = [ng.quantise(network, levels, "probabilistic", seed=rng) for _ in range(draws)]
    mean = np.mean([one.network.weights for one in few], axis=0)
    ends = np.unique([one.levels for one in few])
    above = np.clip(np.searchsorted(ends, w, side="right"), 1, ends.size - 1)
    variance = (w - ends[above - 1]) * (ends[above] - w)  # of a number that is one of two, with the mean w
    inside = variance > 0.0
    return float(np.max(np.abs(mean - w)[inside] / np.sqrt(variance[inside] / draws)))


HEADER = f"{'pruned, way, levels':<24}{'asked':>7}{'is':>7}{'':>3}" + "".join(f"{form:>7}" for form in CODED)
HEADER += "".join(f"{form:>6}" for form in FORMS[3:])


def line(key: tuple[int, str, int], expected: Mean | None, found: Sequence[Cell]) -> str:
    """Write a line of the table: bytes are means, and a star follows those that a plain form is smaller than."""
    share, method, levels = key
    scores = np.array([one.score for one in found])
    asked, verdict = ("-", "") if expected is None else (f"{expected.mean:.3f}", expected.verdict(scores))
    beaten = set[str]().union(*(one.beaten for one in found))
    sizes = [f"{np.mean([one.bytes[form] for one in found]):.0f}" + "*" * (form in beaten) for form in FORMS]
    head = f"{share:>2} % {method}{f' {levels}' if levels else ''}"
    shown = f"{asked:>7}{scores.mean():>7.3f}{'!' if verdict == 'OUTSIDE' else '':>3}"
    return f"{head:<24}{shown}" + "".join(f"{size:>{7 if k < 3 else 6}}" for k, size in enumerate(sizes))


def table(name: str, every: Sequence[dict[tuple[int, str, int], Cell]]) -> Iterator[str]:
    """Write the table of a data set, from what each seed gave."""
    dense = every[0][0, "none", 0].bytes["dense"] if (0, "none", 0) in every[0] else None
    what = "root mean square error" if name in REGRESSIONS else "accuracy"
    yield f"\n{name}: {what}" + (f", dense float32 {dense} bytes" if dense else "")
    yield HEADER
    for key in every[0]:
        yield line(key, EXPECTED.get((name, *key)), [one[key] for one in every])
    plain = sum(any(one[key].beaten == set(CODED) for one in every) for key in every[0])
    yield f"A plain form is the smallest of all in {plain} of {len(every[0])} rows."


def drawn(every: dict[str, Sequence[dict[tuple[int, str, int], Cell]]]) -> Figure:
    """Draw the score of every network beside its bytes as packed, by what is pruned."""
    figure = Figure(figsize=(3.6 * len(every), 3.2), layout="constrained")
    for ax, (name, seeds) in zip(np.ravel(figure.subplots(1, len(every))), every.items(), strict=True):
        for share in {share: None for share, *_ in seeds[0]}:
            of = [one for cells in seeds for (pruned, *_), one in cells.items() if pruned == share]
            ax.semilogx([one.bytes["packed"] for one in of], [one.score for one in of], ".", label=f"{share} % pruned")
        ax.set(xlabel="bytes, packed", ylabel="error" if name in REGRESSIONS else "accuracy", title=name)
    ax.legend(frameon=False, fontsize="small")
    return figure


def main() -> Figure:
    """Print the checks and the tables, and draw scores beside bytes."""
    left = "one network of one data set, without pruning and half pruned, and not the smallest of the digits"
    options = arguments(__doc__, seeds=5, quick=left, jobs=False).parse_args()
    seeds = range(options.first, options.first + options.seeds)
    for paragraph in (SOURCE, PAPER, DIFFERENCES, f"{EXPLAINED} {options.quick}"):
        print(textwrap.fill(paragraph, 80) + "\n")
    far = max(deviation(seed) for seed in seeds)
    print(f"Random rounding, most standard errors from the weight: {far:.2f}, asked: <= {STANDARD_ERRORS:g}\n")
    said = (
        f"Means of {len(seeds)} networks from seed {seeds[0]} on; bytes in float32, every code table and index "
        "counted. A star follows a coded form (HAM, sHAM, packed) where a plain one is smaller, of some network; an "
        "exclamation mark what is outside of what is expected."
    )
    print(textwrap.fill(said, 80), flush=True)
    every = {}
    for name in ("breast cancer",) if options.quick else DATA:
        every[name] = [cells(name, seed, (0, 50) if options.quick else PRUNED) for seed in seeds]
        print(*table(name, every[name]), sep="\n", flush=True)
    if not options.quick:
        print_smallest(seeds)
    figure = drawn(every)
    figure.savefig("marino_2021.png", dpi=150)
    print("\nWritten to marino_2021.png")
    return figure


def print_smallest(seeds: range) -> None:
    """Print what the smallest networks of the digits lose, and how many times smaller they are."""
    found = [smallest(seed) for seed in seeds]
    said = "The smallest of the digits: 64-300-100-10, 98 % pruned, 16 shared levels, packed; its biases are counted."
    print("\n" + textwrap.fill(said, 80))
    print(f"{'':<16}{'bar':>10}{'asked':>9}{'is':>9}{'least':>9}{'most':>9}")
    for name, bar in BARS.items():
        values = np.array([one[name] for one in found])
        reached = values.mean() <= bar if name == "accuracy lost" else values.mean() >= bar
        sign = "<=" if name == "accuracy lost" else ">="
        numbers = f"{SMALLEST[name].mean:>9.4g}{values.mean():>9.4g}{values.min():>9.4g}{values.max():>9.4g}"
        verdict = SMALLEST[name].verdict(values)
        print(f"{name:<16}{f'{sign} {bar:g}':>10}{numbers}  {verdict}{'' if reached else ', BAR MISSED'}", flush=True)


if __name__ == "__main__":
    figure = main()
