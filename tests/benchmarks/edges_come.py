"""Growth of a large network: a round of pruning and growth, and every absent pair of 10,000 nodes scored."""

import time
import tracemalloc
from dataclasses import replace

import numpy as np

import neurograph as ng
from neurograph.graphs.columns import Column
from neurograph.growth.insertion import grow_now
from neurograph.network.inputs import starting_state
from neurograph.pruning.base import Task
from neurograph.pruning.removal import prune_now

TITLE = "Growth, 10,000 nodes and 1 million edges, 32 samples; medians of 5"
NODES, EDGES, INPUTS, OUTPUTS, SAMPLES, TURNS = 10_000, 1_000_000, 100, 10, 32, 5
ROUND = {
    "random": ng.growth.random(),
    "random, 1 million candidates": ng.growth.random(candidates=EDGES),
    "activity, 1 million candidates": ng.growth.activity(candidates=EDGES),
    "RigL, 1 million candidates": ng.growth.rigl(candidates=EDGES),
    "returned": ng.growth.returned(),
}
EVERY = {"activity": ng.growth.activity(), "RigL": ng.growth.rigl(), "distance": ng.growth.distance(0.1)}


def made():
    """Return a network whose nodes have places, drawn, and a task."""
    rng = np.random.default_rng(0)
    codes = np.unique(rng.integers(INPUTS, NODES, 2 * EDGES) * NODES + rng.integers(0, NODES, 2 * EDGES))
    post, pre = np.divmod(np.sort(rng.permutation(codes[codes // NODES != codes % NODES])[:EDGES]), NODES)
    ends = {"inputs": range(INPUTS), "outputs": range(NODES - OUTPUTS, NODES)}
    table = ng.topologies.from_edges((pre, post, rng.normal(0.0, 0.05, EDGES)), nodes=range(NODES), **ends)
    places = np.fromiter(map(tuple, rng.random((NODES, 2)).tolist()), object, NODES)
    nodes = table.of_nodes().having(position=Column(places))
    network = ng.compile(replace(table, node_attributes=nodes), ng.dynamics.additive("tanh"))
    x, y = rng.random((SAMPLES, INPUTS)), rng.random((SAMPLES, OUTPUTS))
    return network, Task(starting_state(network, x, 0.0, None), y, ng.costs.squared_error(), ng.solvers.Auto())


def rows():
    network, task = made()
    for name, grower in ROUND.items():
        yield f"magnitude prunes a tenth, as many come: {name}", "asked: <= 2 s", f"{turn(network, grower, task):.2f} s"
    for name, grower in EVERY.items():
        tracemalloc.start()
        began = time.perf_counter()
        grow_now(network, grower, np.random.default_rng(0), 0, EDGES // 10, task)
        yield f"every absent pair, 99 million, scored: {name}", "", f"{time.perf_counter() - began:.1f} s"
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        yield "most memory of arrays meanwhile; n x n bytes are 95 MiB", "", f"{peak:.0f} MiB"


def turn(network, grower, task):
    """Return the seconds of a round, phases included."""
    took = []
    for seed in range(TURNS):
        rng, began = np.random.default_rng(seed), time.perf_counter()
        pruned = prune_now(network, ng.pruning.magnitude(0.1), rng, 0)
        grow_now(pruned.network, grower, rng, 0, len(pruned.removed), task, lost=pruned.removed)
        took.append(time.perf_counter() - began)
    return float(np.median(took))
