"""Networks and inputs that the tests of the solvers share."""

import numpy as np

import neurograph as ng

X = np.array([[0.0, 0.0], [0.3, 1.0], [1.0, 0.2], [1.0, 1.0], [0.5, 0.5]])


def small(dynamics=None, seed=0, **options):
    bias = "neurons" if dynamics is not None and dynamics.uses_bias else True
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=2, bias=bias, seed=seed, **options)
    return ng.compile(graph, dynamics=dynamics)
