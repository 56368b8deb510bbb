import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.network.relay_layers import relay_layers
from tests.simulation.networks import plain_matrix, unitary


def product(network):
    W = None
    for block in relay_layers(network.connectivity).blocks:
        for matrix in block.matrices(network.weights):
            W = matrix.toarray() if W is None else matrix @ W
    return W


@pytest.mark.parametrize("units", [2, 8])
def test_the_product_of_the_layers_is_what_paths_sum_up_to(units):
    network = unitary(units=units)
    assert np.abs(product(network) - plain_matrix(network.to_graph())).max() < 1e-14


def test_layers_are_named_by_their_factor_and_sorted_without_looking_at_labels():
    network = unitary(units=4)
    names = [block.name for block in relay_layers(network.connectivity).blocks]
    assert names == ["D1", "F", "F", "R1", "P", "D2", "F^-1", "F^-1", "R2", "D3"]
    graph = nx.convert_node_labels_to_integers(network.to_graph())
    other = ng.compile(graph, ng.dynamics.unitary())
    assert np.array_equal(product(other), product(network))


def mixed(seed=0):
    """Draw relays that hear neurons and earlier relays at random, far back among them."""
    rng, graph = np.random.default_rng(seed), nx.DiGraph()
    graph.add_nodes_from(["a", "b", "c"], population="neuron", bias=0.0)
    relays = [f"r{k}" for k in range(7)]
    graph.add_nodes_from(relays, population="relay")
    graph.add_node("y", role="output", bias=0.0)
    for k, relay in enumerate(relays):
        for pre in ["a", "b", "c", *relays[:k]]:
            if rng.random() < 0.5:
                graph.add_edge(pre, relay, weight=complex(*rng.normal(size=2)))
    for post in "abc":
        for pre in ["a", *relays]:
            if rng.random() < 0.5:
                graph.add_edge(pre, post, weight=complex(*rng.normal(size=2)))
    graph.add_edge("a", "y", weight=1.0 + 0.0j)
    return graph


@pytest.mark.parametrize("seed", range(8))
def test_edges_may_pass_over_any_number_of_layers(seed):
    graph = mixed(seed)
    network = ng.compile(graph, ng.dynamics.unitary())
    W = plain_matrix(graph)
    assert np.abs(product(network) - W).max() < 1e-12 * (1.0 + np.abs(W).max())
    assert set(relay_layers(network.connectivity).inner.tolist()) <= set(range(network.weights.size))


def test_relays_that_hear_each_other_in_a_circle_are_refused_by_name():
    graph = mixed()
    graph.add_edge("r0", "r1", weight=1.0)
    graph.add_edge("r1", "r0", weight=1.0)
    with pytest.raises(ng.GraphError, match=r"relay 'r\d' hears itself at once"):
        ng.compile(graph, ng.dynamics.unitary())


def test_what_is_sorted_is_kept_with_the_connectivity():
    network = unitary()
    assert relay_layers(network.connectivity) is relay_layers(network.with_weights(network.weights).connectivity)
