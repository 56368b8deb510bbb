"""
Regions of inputs on which a decision is proved (2020)
======================================================

Regions of inputs on which the decision of a ReLU network is proved, and the neurons that decide.

``python -m models.input_characterisations_2020`` characterises inputs of 5 networks on moons and 5 on the digits, and
sets the regions beside the single pattern's, certified balls and interval bounds; some ten minutes.
"""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import neurograph as ng
from models.expected import Mean, arguments

SOURCE = (
    '"Finding Input Characterizations for Output Properties in ReLU Neural Networks", arXiv 2003.04273, 2020; after D. '
    'Gopinath, H. Converse, C. Pasareanu, A. Taly, "Property Inference for Deep Neural Networks", arXiv 1904.13215'
)

DIFFERENCES = (
    "Recurrent networks as well, at their one certified equilibrium; HiGHS for the search, and each proof summed in "
    "outward-rounded arithmetic by branching; the box grows beyond the pattern by what refutes boxes that are too "
    "large, not inside what the neurons that stay leave, so that a region is both together; moons, and digits."
)

EXPECTED = {
    "moons: log ratio of the boxes": Mean(2.65, None, 5),
    "digits: log ratio of the boxes": Mean(30.07, None, 5),
    "digits: ratio of widths": Mean(1.71, None, 5),
}
"""Medians over the inputs of each network (of widths: means), of seeds 100 to 104, measured with this file on
one core. A budget ends what is tried, so a faster machine finds larger boxes."""

LEAST = 1.5
"""What the median of exp(log ratio) is asked to be: the region's box over the largest of the whole pattern at x0."""

BUDGET = {"moons": 5.0, "digits": 20.0}
"""Seconds a region."""

QUICK = 5.0
"""Seconds a region in the quick form."""

SAMPLES = 10_000
LINEAR = ng.Dynamics("-s + I + b", name="linear")
KEEP = ng.certificates.contracting(rate=0.05)
Array = NDArray[np.float64]


def build(seed: int) -> ng.Network:
    """Build the recurrent network of the moons: a complete digraph of 12 hidden neurons in boxes."""
    graph = ng.topologies.complete(2, 12, 1, bias="neurons", seed=seed)
    return ng.compile(graph, ng.dynamics.vector_field())


def build_digits(seed: int) -> ng.Network:
    """Build a feed-forward network of 64 inputs, 32 ReLU and 10 linear neurons."""
    graph = ng.topologies.layered(64, (32,), 10, bias="neurons", seed=seed)
    outputs = {node for node, role in graph.nodes(data="role") if role == "output"}
    graph.remove_edges_from([edge for edge in graph.edges if edge[0] in outputs])
    for node in graph:
        graph.nodes[node]["population"] = "output" if node in outputs else "hidden"
    return ng.compile(graph, {"hidden": ng.dynamics.additive("relu"), "output": LINEAR})


def training(case: str) -> dict[str, Any]:
    """Return the arguments of `neurograph.train`."""
    return {"epochs": 100, "keep": KEEP} if case == "moons" else {"epochs": 20}


def learned(case: str, seed: int, **other: Any) -> tuple[ng.Network, Array, tuple[float, float]]:
    """Train a network, with some other arguments, and return it with inputs to ask about and the domain."""
    if case == "moons":
        x, y = ng.tasks.moons(seed=0)
        fit = ng.train(build(seed), x, y, seed=seed, progress=False, **training(case) | other)
        return fit.network, ng.tasks.moons(seed=1)[0], (-0.5, 1.5)
    digits = ng.tasks.digits()
    fit = ng.train(build_digits(seed), digits.x_train, digits.y_train, seed=seed, progress=False, **training(case))
    return fit.network, digits.x_test, (0.0, 1.0)


@dataclass(frozen=True)
class Outcome:
    """What came of one input: see :func:`measure`."""

    log_ratio: float
    widths: float
    kept: float
    violations: int
    seconds: float
    against_ball: float
    outside: float
    against_intervals: float
    pruned: float


def violations(network: ng.Network, region: ng.InputRegion, seed: int, count: int = SAMPLES) -> int:
    """Count settled samples of a region on which what it proves is false: inside, on faces and corners of its box, and
    of its domain those that it contains."""
    rng = np.random.default_rng(seed)
    shares = rng.uniform(size=(count, region.x0.size))
    shares[::3] = np.rint(shares[::3])
    faces = np.arange(count)[1::3], rng.integers(region.x0.size, size=len(range(1, count, 3)))
    shares[faces] = np.rint(shares[faces])
    low, high = region.box
    points = [np.clip(low + shares * (high - low), low, high)]
    around = region.domain[0] + rng.uniform(size=(count, region.x0.size)) * (region.domain[1] - region.domain[0])
    points += [around[region.contains(around)], region.x0[None]]
    outputs = ng.settle(network, np.vstack(points), solver=ng.solvers.Auto(tol=1e-10)).outputs
    return int(np.sum(np.any(region.inequalities.at(outputs) <= 0.0, axis=1)))


def ball(report: ng.Report, x0: Array) -> float:
    """Return the largest certified radius of an input."""
    radii = [0.0]
    for one in report:
        with contextlib.suppress(ng.certificates.NoRadiusError):
            radii.append(float(one.radius(x0[None])[0]))
    return max(radii)


def by_intervals(network: ng.Network, region: ng.InputRegion) -> float:
    """Return the log-volume of the largest box about the same middle, of the same shape, that interval bounds prove.

    Of a feed-forward network of ReLU and linear neurons.
    """
    weights, connectivity = network.matrix().toarray(), network.connectivity
    outputs = connectivity.outputs

    def holds(share: float) -> bool:
        low, high = np.zeros((2, len(network.nodes)))
        middle, half = 0.5 * (region.box[0] + region.box[1]), 0.5 * share * (region.box[1] - region.box[0])
        low[connectivity.inputs], high[connectivity.inputs] = middle - half, middle + half
        for places in (np.setdiff1d(connectivity.free, outputs), outputs):
            up, down = np.maximum(weights[places], 0.0), np.minimum(weights[places], 0.0)
            ends = up @ low + down @ high + network.biases[places], up @ high + down @ low + network.biases[places]
            low[places], high[places] = ends if places is outputs else (np.maximum(end, 0.0) for end in ends)
        rows = region.inequalities.rows
        least = np.maximum(rows, 0.0) @ low[outputs] + np.minimum(rows, 0.0) @ high[outputs]
        return bool(np.all(least + region.inequalities.offsets > 0.0))

    shares = np.geomspace(1e-4, 1.0, 200)
    proved = [share for share in shares if holds(float(share))]
    return region.volume() + region.x0.size * float(np.log(max(proved, default=1e-300)))


def left_by_pruning(network: ng.Network, region: ng.InputRegion) -> float:
    """Return which share of the explanation's edges stays where magnitude pruning takes half of all; nan without any.

    An explanation that pruning knows nothing of has half of its edges left.
    """
    edges = set(region.subgraph().edges) if region.places.size else set()
    kept = set(ng.prune(network, ng.pruning.magnitude(fraction=0.5)).network.edges)
    return len(edges & kept) / len(edges) if edges else np.nan


def measure(case: str, seed: int, inputs: int, budget: float) -> list[Outcome]:
    """Characterise some inputs of the network of a seed."""
    network, x, domain = learned(case, seed)
    report = ng.certify(network, progress=False)
    found: list[Outcome] = []
    for x0 in x:
        if len(found) == inputs:
            break
        try:
            region = ng.characterise(network, x0, domain=domain, report=report, budget=budget)
        except ng.ParameterError:  # two patterns meet there
            continue
        radius, size = ball(report, x0), x0.size
        near = x0 + radius * np.random.default_rng(seed).uniform(-1.0, 1.0, (2000, size))
        near = np.clip(near, *domain)
        widths = (region.box[1] - region.box[0]) / (region.pattern_box[1] - region.pattern_box[0])
        found.append(
            Outcome(
                region.volume() - region.pattern_volume,
                float(widths.mean()),
                region.places.size / region.units.branching.size,
                violations(network, region, seed),
                region.seconds,
                (region.volume() - size * np.log(2.0 * radius)) / size if radius > 0.0 else np.inf,
                float(np.mean(~region.contains(near))),
                (region.volume() - by_intervals(network, region)) / size if case == "digits" else np.nan,
                left_by_pruning(network, region),
            )
        )
    return found


def drawn(seed: int, **other: Any) -> Figure:
    """Draw regions of four inputs of the moons, which learn with some other arguments."""
    network, x, domain = learned("moons", seed, **other)
    report = ng.certify(network, progress=False)
    return ng.plots.regions([ng.characterise(network, x0, domain=domain, report=report, budget=1.0) for x0 in x[:4]])


def table(case: str, every: list[list[Outcome]], quick: bool = False) -> list[str]:
    """Return what was found, a line each, beside what is expected and asked; nothing is of the quick form."""
    flat = [one for part in every for one in part]

    def over(function: Callable[[list[float]], Any], name: str) -> Array:
        return np.array([function([getattr(one, name) for one in part]) for part in every])

    def expected(name: str, found: Array) -> str:
        return "" if quick else f"  expected {EXPECTED[name].mean:.2f}  {EXPECTED[name].verdict(found)}"

    ratio, explained = over(np.median, "log_ratio"), [o.pruned for o in flat if o.pruned == o.pruned]
    lines = [
        f"{case}: {len(flat)} inputs of {len(every)} networks",
        f"  box over the pattern's, exp(median of log ratios)  {np.exp(np.median([o.log_ratio for o in flat])):.3g}"
        + ("" if quick else f"  asked {LEAST}"),
        f"  median log ratio of each network  {ratio.mean():.2f}{expected(f'{case}: log ratio of the boxes', ratio)}",
        f"  mean ratio of widths  {np.mean([o.widths for o in flat]):.2f}",
        f"  share of neurons that stay  {np.mean([o.kept for o in flat]):.2f}",
        f"  violations in {SAMPLES} settled samples and more of each  {sum(o.violations for o in flat)}  asked 0",
        f"  seconds, median and most  {np.median([o.seconds for o in flat]):.1f} "
        f"{max(o.seconds for o in flat):.1f}  budget {QUICK if quick else BUDGET[case]:g}",
        f"  log-volume a dimension, box less certified ball (median)  {np.median([o.against_ball for o in flat]):.2f}",
        f"  share of the ball outside the region (mean)  {np.mean([o.outside for o in flat]):.3f}",
    ]
    if explained:
        share = f"({len(explained)})  {np.mean(explained):.2f}"
        lines.append(f"  of explanations' edges, share that pruning half of all leaves {share}")
    if case == "digits":
        widths = over(np.mean, "widths")
        lines += [
            f"  mean ratio of widths of each network  {widths.mean():.2f}{expected('digits: ratio of widths', widths)}",
            "  log-volume a dimension, box less what interval bounds prove of its shape (median)  "
            f"{np.median([o.against_intervals for o in flat]):.2f}",
        ]
    return lines


def main() -> Figure:
    """Print the tables, and draw regions of the moons."""
    left = f"one input of one network of the digits, {QUICK:g} s for its region, of which nothing is expected"
    options = arguments(__doc__, seeds=5, quick=left, jobs=False).parse_args()
    for paragraph in filter(None, (SOURCE, DIFFERENCES, options.quick)):
        print(textwrap.fill(paragraph, 80) + "\n")
    seeds = range(options.first, options.first + options.seeds)
    for case, inputs in (("digits", 1),) if options.quick else (("moons", 8), ("digits", 3)):
        budget = QUICK if options.quick else BUDGET[case]
        found = [measure(case, seed, inputs, budget) for seed in seeds]
        print(*table(case, found, bool(options.quick)), sep="\n", flush=True)
    figure = drawn(seeds[0], **({"epochs": 15} if options.quick else {}))
    figure.savefig("input_characterisations_2020.png")
    print("Written to input_characterisations_2020.png")
    return figure


if __name__ == "__main__":
    figure = main()
