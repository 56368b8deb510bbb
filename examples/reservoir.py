"""
The wiring of a worm as a reservoir
===================================

Nothing in a reservoir learns: a sequence runs through the neurons, and a linear read-out learns from their states. How
much does the wiring of *Caenorhabditis elegans* remember and foretell, beside random wirings of its degrees?
"""

# %%
# The worm's chemical synapses are those of Cook et al., Nature 571, 2019. They come with another package; without it, a
# small world of the worm's size, with positive weights, stands in.

from collections.abc import Callable, Iterable

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import neurograph as ng

try:
    name, graph = "worm", ng.connectomes.c_elegans(inputs=[], bias=False, normalise=None)
except ng.MissingPackageError as missing:
    print(f"a small world stands in for the worm: {missing}")
    name, graph = "small world", ng.topologies.small_world(0, hidden=301, outputs=1, neighbours=12, seed=0)
    for *_, edge in graph.edges(data=True):
        edge["weight"] = abs(edge["weight"])
print(f"{len(graph)} neurons, {graph.number_of_edges()} edges")

# %%
# A random wiring keeps the degrees of every neuron, and the weights, shuffled: pairs of edges swap their ends (Maslov
# and Sneppen, Science 296, 2002), unless that makes an edge twice or a loop. The counts say nothing of signs, so that
# each wiring is tried as counted, and with 30 % of the neurons, drawn at random, inhibitory.


def of_edges(graph: nx.DiGraph, edges: Iterable[tuple]) -> nx.DiGraph:
    """Return a graph of the same neurons with other edges, (pre, post, weight)."""
    other = nx.DiGraph()
    other.add_nodes_from(graph)
    other.add_weighted_edges_from(edges)
    return other


def at_random(graph: nx.DiGraph, seed: int) -> nx.DiGraph:
    """Return a random graph in which every neuron has the same degrees, with the same weights, shuffled.

    Pairs of edges swap their ends (Maslov and Sneppen, Science 296, 2002), unless that makes an edge twice or a loop.
    """
    rng = np.random.default_rng(seed)
    edges, there = list(graph.edges), set(graph.edges)
    for one, two in rng.integers(len(edges), size=(10 * len(edges), 2)):
        (pre, post), (other_pre, other_post) = edges[one], edges[two]
        made = (pre, other_post), (other_pre, post)
        if pre != other_post and other_pre != post and there.isdisjoint(made):
            there -= {edges[one], edges[two]}
            there.update(made)
            edges[one], edges[two] = made
    weights = rng.permutation([weight for *_, weight in graph.edges(data="weight")])
    return of_edges(graph, ((*edge, weight) for edge, weight in zip(edges, weights, strict=True)))


def with_signs(graph: nx.DiGraph, seed: int) -> nx.DiGraph:
    """Return the graph with 30 % of the neurons inhibitory."""
    drawn = np.random.default_rng(seed).choice([1.0, -1.0], len(graph), p=[0.7, 0.3])
    sign = dict(zip(graph, drawn, strict=True))
    return of_edges(graph, ((pre, post, sign[pre] * weight) for pre, post, weight in graph.edges(data="weight")))


# %%
# The memory capacity of Jaeger (GMD report 152, 2001) is the sum over delays :math:`k` of the squared correlation of
# :math:`u(t - k)`, random numbers, with what is read out at :math:`t`. The series of Mackey and Glass is foretold 17
# and 84 steps ahead; NRMSE is the root of the mean squared error, divided by the standard deviation. Both are of steps
# that the read-out never saw.

DELAYS = np.arange(1, 61)
HORIZONS = (17, 84)


def capacity(graph: nx.DiGraph, seed: int) -> float:
    """Return the memory capacity: what 1800 steps taught, on 1000 others."""
    u = np.random.default_rng(seed).uniform(-1.0, 1.0, (3000, 1))
    states = ng.GraphReservoir(graph, input_scaling=0.1, random_state=seed).fit_transform(u)
    before = np.column_stack([np.roll(u, delay) for delay in DELAYS])
    said = Ridge(1e-8).fit(states[200:2000], before[200:2000]).predict(states[2000:])
    return sum(np.corrcoef(*pair)[0, 1] ** 2 for pair in zip(said.T, before[2000:].T, strict=True))


def errors(graph: nx.DiGraph, seed: int) -> list[float]:
    """Return the error of the series foretold, of each horizon: what 1500 steps taught, on the next 500."""
    reservoir = ng.GraphReservoir(graph, input_scaling=0.5, washout=100, random_state=seed)
    found = []
    for horizon in HORIZONS:
        x, y = ng.tasks.mackey_glass(steps=2000, horizon=horizon, seed=seed)
        model = make_pipeline(StandardScaler(), reservoir, Ridge(1e-7)).fit(x[:1500], y[:1500].ravel())
        found.append(np.sqrt(np.mean((model.predict(x)[1500:] - y[1500:, 0]) ** 2)) / y.std())
    return found


# %%
# Five seeds draw the wirings, the input weights and the sequences. With signs, a random wiring remembers more than the
# worm's, or the small world's, and foretells better.

SEEDS = range(5)
wirings: dict[str, Callable[[int], nx.DiGraph]] = {
    name: lambda seed: graph,
    "its degrees, at random": lambda seed: at_random(graph, seed),
    f"{name}, signs drawn": lambda seed: with_signs(graph, seed),
    "at random, signs drawn": lambda seed: with_signs(at_random(graph, seed), seed),
}
found = {}
heads = ["memory capacity", *(f"NRMSE at {horizon}" for horizon in HORIZONS)]
print(f"{'':26}" + "".join(f"{head:>18}" for head in heads))
for wiring, drawn in wirings.items():
    graphs = {seed: drawn(seed) for seed in SEEDS}
    found[wiring] = np.array([[capacity(one, seed), *errors(one, seed)] for seed, one in graphs.items()])
    digits = zip(found[wiring].mean(axis=0), found[wiring].std(axis=0), (1, 3, 3), strict=True)
    print(f"{wiring:26}" + "".join(f"{f'{mean:.{k}f} ± {sd:.{k}f}':>18}" for mean, sd, k in digits))

# %%
# The mean and the standard deviation of the five seeds.

figure, (memory, foretold) = plt.subplots(1, 2, sharey=True, figsize=(8, 2.6), layout="constrained")
rows, means = np.arange(len(found)), np.array([[one.mean(axis=0), one.std(axis=0)] for one in found.values()])
memory.barh(rows, means[:, 0, 0], xerr=means[:, 1, 0], color="#9ecae1")
memory.set(xlabel="memory capacity", yticks=rows, yticklabels=list(found))
memory.invert_yaxis()
for k, horizon in enumerate(HORIZONS):
    foretold.errorbar(means[:, 0, k + 1], rows, xerr=means[:, 1, k + 1], fmt="o", label=f"{horizon} steps ahead")
foretold.set(xlabel="NRMSE", xlim=(0, None))
foretold.legend(frameon=False)
figure.savefig("reservoir.png", dpi=150)
print("Written to reservoir.png")
