"""The networks that the tests of pruners share."""

import networkx as nx

import neurograph as ng
from neurograph.network.inputs import starting_state
from neurograph.pruning.base import Task

TIGHT = ng.solvers.Euler(steps=100_000, tol=1e-12)
X, Y = ng.tasks.logic("xor")


def star(weights):
    """One output with an edge from each input, of these weights."""
    graph = nx.DiGraph()
    for k, weight in enumerate(weights):
        graph.add_node(f"x{k}", role="input")
        graph.add_edge(f"x{k}", "y", weight=weight)
    graph.nodes["y"]["role"] = "output"
    return ng.compile(graph)


def small(outputs=1, seed=1):
    """A complete digraph of 5 hidden tanh neurons; nothing in it saturates."""
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=outputs, bias=True, scale=0.4, seed=seed)
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def task(network, y):
    return Task(starting_state(network, X, 0.0, None), y, ng.costs.squared_error(), TIGHT)
