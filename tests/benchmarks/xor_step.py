"""1000 steps of a network of 9 nodes on 4 samples, against a numpy loop: the XOR network of the paper."""

import statistics
import time

import numpy as np

import neurograph as ng
from neurograph.solvers.base import Phase
from tests import plain_loop

TITLE = "1000 steps of 9 nodes, batch 4 (XOR), against a numpy loop, medians of 9"
STEPS, DT, TURNS = 1000, 0.05, 9


def rows():
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    network = ng.compile(graph, ng.dynamics.deep("signed"))
    start = np.full((4, 9), 0.1)
    start[:, network.connectivity.inputs] = ng.tasks.logic("xor")[0]
    start[:, network.connectivity.bias_nodes] = 1.0
    W, b = network.matrix().toarray(), network.biases
    ours, plain, ends = [], [], None
    for turn in range(TURNS + 1):
        began = time.perf_counter()
        settled = ng.solvers.Euler(dt=DT, steps=STEPS, tol=0).solve(network, Phase(start))
        between, S = time.perf_counter(), start
        for _ in range(STEPS):
            S = plain_loop.step(S, W, b, network.connectivity.free, plain_loop.deep_drift, DT)
        ended = time.perf_counter()
        ends = np.abs(settled.state - S).max()
        if turn:
            ours.append(between - began)
            plain.append(ended - between)
    yield "neurograph", "", f"{1e3 * statistics.median(ours):.3f} ms"
    yield "numpy loop", "", f"{1e3 * statistics.median(plain):.2f} ms"
    ratio = statistics.median(b / a for a, b in zip(ours, plain, strict=True))
    yield "a numpy loop takes", "asked: at least 50x", f"{ratio:.0f}x (states agree to {ends:.0e})"
