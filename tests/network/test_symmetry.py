"""Edges between free nodes and the edges back, against a search by pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import GraphError
from neurograph.graphs import topologies
from neurograph.network.symmetry import one_way, one_way_message

WEIGHTS = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.sampled_from([1.0, 2.0]))


@given(WEIGHTS, st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_first_edge_without_an_equal_one_back_is_found(weights, free):
    edges = sorted(weights, key=lambda edge: (edge[1], edge[0]))
    wrong = [k for k, (i, j) in enumerate(edges) if free[i] and free[j] and weights.get((j, i)) != weights[i, j]]
    pre, post = (np.array([edge[end] for edge in edges], np.int32) for end in range(2))
    values = np.array([weights[edge] for edge in edges])
    assert one_way(pre, post, values, np.array(free)) == (wrong[0] if wrong else None)


def test_a_missing_mirror_edge_is_refused():
    graph = topologies.complete(inputs=1, hidden=1, outputs=1, scale=0.0, seed=0)
    ng.compile(graph, ng.dynamics.hopfield())
    graph.remove_edge("y0", "h0")
    with pytest.raises(GraphError, match=r"edge 'h0' -> 'y0' has no edge back"):
        ng.compile(graph, ng.dynamics.hopfield())


def test_the_message_names_the_edge_the_dynamics_and_the_remedy():
    message = one_way_message(("a", 1), ng.dynamics.hopfield())
    assert message.startswith("edge 'a' -> 1 has no edge back with the same weight, but hopfield needs W_ij = W_ji")
    assert "neurograph.topologies.symmetric(graph)" in message


def test_weights_that_break_a_bond_are_refused_one_kind_after_another():
    graph = topologies.dale(topologies.complete(inputs=1, hidden=1, outputs=1, seed=0), inhibitory=0.0, seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    with pytest.raises(ng.ParameterError, match=r"'x0' is excitatory: expected a weight >= 0"):
        network.with_weights(-np.abs(network.weights))
    tied = ng.compile(topologies.symmetric(topologies.complete(seed=0)), ng.dynamics.additive("tanh"))
    with pytest.raises(ng.ParameterError, match="which are tied: expected equal weights"):
        tied.with_weights(np.arange(tied.weights.size))
    free = ng.compile(topologies.complete(scale=0.0, seed=0), ng.dynamics.hopfield())
    with pytest.raises(ng.ParameterError, match="has no edge back with the same weight"):
        free.with_weights(np.arange(free.weights.size))
