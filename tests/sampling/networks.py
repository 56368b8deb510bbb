"""Small networks of binary neurons."""

import networkx as nx
import numpy as np

import neurograph as ng


def machine(visible=4, hidden=0, seed=0, scale=1.0, density=1.0, bias_node=False, dtype=np.float64, **options):
    """Draw a Boltzmann machine; with `bias_node`, a node that stays at 1 stands in for some of the biases."""
    rng, graph = np.random.default_rng(seed), nx.DiGraph()
    for i in range(hidden + visible):
        graph.add_node(i, role="hidden" if i < hidden else "output", bias=float(rng.normal()))
    for i in range(hidden + visible):
        for j in range(i):
            if rng.random() < density:
                w = scale * float(rng.normal())
                graph.add_edge(i, j, weight=w, tie=f"{j} {i}")
                graph.add_edge(j, i, weight=w, tie=f"{j} {i}")
    if bias_node:
        graph.add_node("one", role="bias")
        graph.add_edge("one", hidden, weight=0.7)
    return ng.compile(graph, ng.dynamics.binary(**options), dtype)


def every_state(network):
    """Return all states (2^free, nodes), the bias nodes at 1."""
    free = network.connectivity.free
    states = np.zeros((1 << free.size, len(network.nodes)))
    states[:, network.connectivity.bias_nodes] = 1.0
    states[:, free] = (np.arange(1 << free.size)[:, None] >> np.arange(free.size)) & 1
    return states


def boltzmann(network, states):
    """Return exp(-E) / Z of states that are all there are, from the weights as a dense matrix."""
    W, b = network.matrix().toarray(), network.biases
    free = network.connectivity.free
    s, fixed = states[:, free], states[0] * ~np.isin(np.arange(len(network.nodes)), free)
    energy = -0.5 * np.einsum("ij,jk,ik->i", s, W[np.ix_(free, free)], s) - s @ (b + W @ fixed)[free]
    weight = np.exp(-energy)
    return weight / weight.sum()
