"""Networks given by their matrices."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.graphs import topologies
from neurograph.network.compilation import compile

SEEDS = st.integers(0, 2**32 - 1)


LEAKY = dynamics.deep("absolute", extra_leak=0.3)

SMOOTH = {
    "tanh": dynamics.additive("tanh"),
    "squashed transfer": Dynamics("-s + I + b", transfer="tanh(s)"),
    "both": Dynamics("-2*s + tanh(I + b)", transfer="sin(s)"),
    "vector field": dynamics.vector_field(),
    "deep": dynamics.deep("absolute", extra_leak=0.3),
}


def complete(kind, seed=0, scale=0.3):
    """Compile a complete graph of 2 inputs, 3 hidden neurons and 1 output."""
    bias = "neurons" if kind.uses_bias else False
    return compile(topologies.complete(2, 3, 1, bias=bias, scale=scale, seed=seed), kind)


def network(W, kind, biases=None, **attributes):
    """Compile free nodes 0, 1, ... with W[post, pre] among them, and an input into each; node 0 is the output."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    for j in range(len(W)):
        bias = {"bias": 0.0 if biases is None else float(biases[j])} if kind.uses_bias else {}
        own = {name: float(values[j]) for name, values in attributes.items()}
        graph.add_node(j, role="hidden" if j else "output", **bias, **own)
        graph.add_edge("x", j, weight=1.0)
    graph.add_edges_from((i, j, {"weight": float(W[j][i])}) for j, i in np.argwhere(np.asarray(W)))
    return compile(graph, kind)


def matrix(net, s=0.5):
    """Give the dense Jacobian of the free nodes."""
    free = net.connectivity.free
    return net.jacobian(np.full(len(net.nodes), s)).toarray()[np.ix_(free, free)]


def random_weights(rng, n, loops=False):
    """Draw weights (n, n), some sparse, some on a coarse grid so that numbers tie."""
    W = rng.normal(0.0, rng.choice([0.1, 0.3, 1.0]), (n, n)) * (rng.random((n, n)) < rng.choice([0.3, 0.6, 1.0]))
    W = np.round(2.0 * W) / 2.0 if rng.random() < 0.5 else W
    return W if loops else W * (1.0 - np.eye(n))
