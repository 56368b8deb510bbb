"""A step of a network of four populations, against that of one, as many tanh neurons."""

import statistics
import time

import numpy as np

import neurograph as ng

TITLE = "A step of four populations (tanh, sigmoid, slow tanh, sin), against one (tanh); medians of 15 turns"
SIZES = ((10, 90, 4), (100, 1_000, 4), (1_000, 20_000, 32), (10_000, 1_000_000, 1), (10_000, 1_000_000, 32))
"""Nodes, edges, samples."""

ORDERS = {"in turn": lambda n: np.arange(n) % 4, "one after another": lambda n: np.arange(n) * 4 // n}
MIXED = {
    "tanh": ng.dynamics.additive("tanh"),
    "sigmoid": ng.dynamics.additive("sigmoid"),
    "slow": ng.Dynamics("(-s + tanh(I + b))/tau", parameters={"tau": 2.0}),
    "sin": ng.Dynamics("-s + sin(I + b)"),
}


def rows():
    for nodes, edges, batch in SIZES:
        rng = np.random.default_rng(0)
        pairs = rng.choice(nodes * nodes, edges, replace=False)
        columns = pairs // nodes, pairs % nodes, rng.normal(0.0, 0.1 * (nodes / edges) ** 0.5, edges)
        x = np.zeros((batch, 0), np.float32)
        for order, populations in ORDERS.items():
            named = {"node": np.arange(nodes), "population": np.array(list(MIXED), object)[populations(nodes)]}
            biases = rng.normal(size=nodes)  # else all states decay to numbers that are no longer normal
            table = ng.topologies.from_edges(columns, nodes=named, outputs=[0], biases=biases)
            networks = [ng.compile(table, dynamics, np.float32) for dynamics in (MIXED["tanh"], MIXED)]
            steps = max(50, min(20_000, 50_000_000 // (edges * batch)))
            solver = ng.solvers.Euler(dt=0.1, steps=steps, tol=0.0, implicit=False)
            took = [[], []]
            for _ in range(15):
                for network, times in zip(networks, took, strict=True):
                    began = time.perf_counter()
                    ng.settle(network, x, solver=solver, start="uniform", seed=0)
                    times.append((time.perf_counter() - began) / steps)
            ratio = statistics.median(one / other for other, one in zip(*took, strict=True))
            label = f"{nodes:,} nodes, {edges:,} edges, batch {batch}, {order}"
            yield label, "asked: at most 1.1x", f"{ratio:.2f}x of {1e6 * statistics.median(took[0]):.3g} us"
