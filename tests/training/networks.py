"""Networks that are trained, and what they learn."""

import numpy as np

import neurograph as ng

XOR = ng.tasks.logic("xor")


def network(seed=0, **options):
    return ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=seed, **options))


def labelled(seed=0):
    """Three classes of points, and a network with an output for each."""
    rng = np.random.default_rng(seed)
    labels = np.arange(60) % 3
    x = np.array([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8]])[labels] + rng.normal(0, 0.08, (60, 2))
    graph = ng.topologies.layered(2, (8,), 3, bias="neurons", seed=seed)
    return ng.compile(graph, ng.dynamics.additive("tanh")), x, labels
