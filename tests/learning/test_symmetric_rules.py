"""The rules of tied edges, against their formulas written out."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.phases import run_phases, weight_change
from neurograph.learning.rules import RULES

X, Y, BETA = np.array([[0.3], [0.6]]), np.array([[0.6], [0.4]]), 0.2
TIED = ("ep", "centred_ep", "random_sign_ep", "contrastive_hebbian", "coupled_learning")
ENDS = {
    "ep": ("nudged", "free", BETA),
    "centred_ep": ("nudged", "opposite", 2.0 * BETA),
    "random_sign_ep": ("nudged", "free", BETA),
    "contrastive_hebbian": ("clamped", "free", 1.0),
    "coupled_learning": ("clamped", "free", 0.1),
}
"""Of each rule: the phase that is added, the one that is taken away, and what the difference is divided by."""


@pytest.mark.parametrize("name", TIED)
def test_the_pair_of_tied_edges_gets_the_difference_of_two_products(name):
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("x", "h", 0.8), ("h", "y", 0.6), ("y", "h", 0.6)])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    rule, solver = RULES[name](), ng.solvers.Euler(tol=1e-12, steps=100_000)
    free = ng.settle(network, X, solver=solver)
    phases = run_phases(rule, free, Y, BETA, ng.costs.squared_error(), solver)
    after, before, width = ENDS[name]
    change = weight_change(rule, phases)[0]
    h, y = (network.nodes.index(node) for node in "hy")
    product = [getattr(phases, phase).state[:, [h, y]].prod(axis=1) for phase in (after, before)]
    for k, edge in enumerate(network.edges):
        if edge != ("x", "h"):
            assert change[k] == pytest.approx(((product[0] - product[1]) / width).mean(), rel=1e-9)


def test_how_far_outputs_are_clamped_is_checked():
    with pytest.raises(ng.ParameterError, match="eta is 0"):
        ng.rules.coupled_learning(0.0)
    with pytest.raises(ng.ParameterError, match=r"eta is 1\.5"):
        ng.rules.coupled_learning(1.5)
