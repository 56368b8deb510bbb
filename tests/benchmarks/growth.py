"""How the cost of settling grows with edges, with the batch and with the tolerance; drawn as docs/guide/speed.png."""

import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import neurograph as ng
from neurograph.solvers.base import Phase
from tests.benchmarks.settle_step import random_graph, scipy_step, step_of, taken

TITLE = "How the cost grows (the picture)"
PICTURE = Path(__file__).parents[2] / "docs" / "guide" / "speed.png"
SIZES = ((10, 60), (100, 1_000), (1_000, 20_000), (5_000, 250_000), (10_000, 1_000_000), (40_000, 4_000_000))
BATCHES, TOLERANCES = (1, 4, 16, 64, 256), 10.0 ** -np.arange(2, 13)


def rows():
    figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    with_edges(axes[0])
    with_batch(axes[1])
    with_tolerance(axes[2])
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False)
    figure.savefig(PICTURE, dpi=110)
    plt.close(figure)
    yield "drawn", "", PICTURE.name


def timed(network, matrix, batch, steps):
    state = np.random.default_rng(0).random((matrix.shape[0], batch), np.float32)
    ours = np.median([step_of(network, state.T, steps) for _ in range(4)][1:])
    return ours, np.median([taken(lambda: scipy_step(matrix, state)) for _ in range(6)][1:])


def with_edges(axis):
    found = [timed(*random_graph(*size), 16, max(5, 4_000_000 // size[1])) for size in SIZES]
    edges = [size[1] for size in SIZES]
    axis.loglog(edges, [1e3 * ours for ours, _ in found], "o-", label="neurograph")
    axis.loglog(edges, [1e3 * theirs for _, theirs in found], "s--", label="scipy and numpy")
    axis.set(xlabel="edges", ylabel="ms a step", title="16 samples, float32")


def with_batch(axis):
    network, matrix = random_graph(10_000, 1_000_000)
    found = [timed(network, matrix, batch, 40) for batch in BATCHES]
    axis.loglog(BATCHES, [1e3 * ours for ours, _ in found], "o-", label="neurograph")
    axis.loglog(BATCHES, [1e3 * theirs for _, theirs in found], "s--", label="scipy and numpy")
    axis.set(xlabel="samples", ylabel="ms a step", title="10,000 nodes, 1 million edges")


def with_tolerance(axis):
    graph = ng.topologies.random(inputs=8, hidden=2000, outputs=4, density=0.01, scale=0.04, bias="neurons", seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    start = np.zeros((8, len(network.nodes)))
    start[:, network.connectivity.inputs] = np.random.default_rng(0).random((8, 8))
    for solver in (ng.solvers.Euler, ng.solvers.Anderson, ng.solvers.GaussSeidel, ng.solvers.Auto):
        seconds = []
        for tol in TOLERANCES:
            solver(tol=float(tol)).solve(network, Phase(start))
            began = time.perf_counter()
            solver(tol=float(tol)).solve(network, Phase(start))
            seconds.append(time.perf_counter() - began)
        axis.loglog(TOLERANCES, 1e3 * np.array(seconds), "o-", ms=3, label=solver.__name__)
    axis.invert_xaxis()
    axis.set(xlabel="tolerance", ylabel="ms a phase", title="2,012 nodes, 40,000 edges, 8 samples")
