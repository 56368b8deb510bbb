"""Every solver on four sizes of network, free phase from 0: what Auto's choice rests on."""

import statistics
import time

import numpy as np

import neurograph as ng
from neurograph.solvers import SOLVERS
from neurograph.solvers.base import Phase
from neurograph.solvers.contraction import provably_contracts

TITLE = "Milliseconds of a free phase from 0, by solver, warm, medians of 5 (steps; NOT: some samples did not converge)"
ROUNDS = 5


def rows():
    for name, network in networks():
        for batch in (1, 50):
            x = np.random.default_rng(1).random((batch, len(network.inputs)))
            for tol in (1e-6, 1e-9):
                times = [
                    f"{solver.__name__} {measured(network, x, solver(tol=tol))}"
                    for solver in SOLVERS.values()
                    # Newton's steps take a second a sample there.
                    if not (solver is ng.solvers.Newton and len(network.nodes) > 1000 and batch > 1)
                ]
                yield f"{name}, batch {batch}, tol {tol:g}", "", "; ".join(times)
        yield f"{name}: Auto's test of a new network", "", f"{1e3 * test_of(network):.2f}"


def test_of(network):
    """Seconds that it takes to see whether a network contracts, which is kept as long as the network is."""
    taken = []
    for _ in range(ROUNDS):
        new = network.with_weights(network.weights)
        began = time.perf_counter()
        provably_contracts(new, Phase(np.zeros((1, len(network.nodes)))))
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measured(network, x, solver):
    settled, taken = ng.settle(network, x, solver=solver, throw=False), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ng.settle(network, x, solver=solver, throw=False)
        taken.append(time.perf_counter() - began)
    steps = int(np.median(settled.steps))
    return f"{1e3 * statistics.median(taken):.2f} ({steps}{'' if settled.converged else ', NOT'})"


def networks():
    complete, layered, symmetric = ng.topologies.complete, ng.topologies.layered, ng.topologies.symmetric
    leaky, tanh = ng.dynamics.deep("absolute", extra_leak=0.3), ng.dynamics.additive("tanh")
    yield "complete, 9 nodes, deep", ng.compile(complete(2, 5, 1, bias=True, seed=0), leaky)
    feedback = symmetric(layered(64, (64,), 10, bias="neurons", seed=0))
    yield "64-64-10 with feedback, vector field", ng.compile(feedback, ng.dynamics.vector_field())
    yield "complete, 64 hidden, deep", ng.compile(complete(64, 64, 10, bias=True, seed=0), leaky)
    yield "complete, 64 hidden, tanh", ng.compile(complete(64, 64, 10, bias="neurons", seed=0), tanh)
    yield "sparse, 2000 nodes of degree 20, tanh", ng.compile(sparse(2000, 20), tanh)


def sparse(nodes, degree, inputs=64, outputs=10):
    random = np.random.default_rng(0)
    pairs = np.stack([random.integers(0, nodes, nodes * degree), random.integers(inputs, nodes, nodes * degree)])
    pairs = np.unique(pairs[:, pairs[0] != pairs[1]], axis=1)
    weights = random.normal(scale=0.9 / degree, size=pairs.shape[1])
    ends = {"inputs": list(range(inputs)), "outputs": list(range(nodes - outputs, nodes))}
    return ng.topologies.from_edges((*pairs, weights), **ends)
