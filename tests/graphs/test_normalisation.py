"""Weights scaled by each of the ways, against dense linear algebra."""

import warnings

import networkx as nx
import numpy as np
import pytest
import scipy.sparse

import neurograph as ng
from neurograph.errors import GraphError, GraphWarning, ParameterError
from neurograph.graphs import normalisation, topologies
from neurograph.graphs.normalisation import spectral_radius


def counts(n=12, seed=0, largest=40):
    """Return a digraph of counts, without edges into node 0."""
    rng = np.random.default_rng(seed)
    W = rng.integers(1, largest, (n, n)) * (rng.random((n, n)) < 0.5) * (1 - np.eye(n, dtype=int))
    W[:, 0] = 0
    W[0, 1] = 3
    W[2:5, 1] = 7
    return W


ROLES = {"inputs": [0], "outputs": [1]}


def test_incoming_sums_become_one():
    W = counts()
    table = topologies.from_matrix(W, **ROLES, normalise="incoming")
    dense = ng.compile(table, ng.dynamics.vector_field()).matrix().toarray()
    sums = W.sum(axis=0)
    assert np.allclose(dense, (W / np.where(sums, sums, 1)).T, rtol=1e-15)
    assert np.allclose(np.abs(dense).sum(axis=1)[sums > 0], 1.0)
    assert "divided by the sum of those into each neuron" in table.attributes["changes"]


def test_the_largest_becomes_one():
    W = counts()
    W[3, 4] = -77
    table = topologies.from_matrix(W, **ROLES, normalise="largest")
    assert np.allclose(ng.compile(table, ng.dynamics.vector_field()).matrix().toarray(), W.T / 77)


@pytest.mark.parametrize("small", [0, 50])
def test_a_number_is_the_spectral_radius_among_free_nodes(monkeypatch, small):
    monkeypatch.setattr(normalisation, "SMALL", small)
    table = topologies.from_matrix(counts(), **ROLES, normalise=0.9)
    W = ng.compile(table, ng.dynamics.vector_field()).matrix().toarray()
    assert np.abs(np.linalg.eigvals(W[1:, 1:])).max() == pytest.approx(0.9, rel=1e-9)
    ratio = W[W != 0] / counts().T[W != 0]
    assert np.allclose(ratio, ratio[0])


def test_sparse_and_dense_radii_agree(monkeypatch):
    matrix = scipy.sparse.csr_array(counts(40, seed=1).astype(float))
    whole = spectral_radius(matrix)
    monkeypatch.setattr(normalisation, "SMALL", 0)
    assert spectral_radius(matrix) == pytest.approx(whole, rel=1e-9)


def test_the_radius_of_a_ring_is_found_and_that_of_a_path_is_0_exactly():
    """All eigenvalues of a ring are of one size; those of a path, its nodes in any order, are hard to compute."""
    order = np.random.default_rng(0).permutation(120)
    for pre, post, radius in ((order, np.roll(order, 1), 0.7), (order[:-1], order[1:], 0.0)):
        matrix = scipy.sparse.csr_array((np.full(pre.size, 0.7), (post, pre)), shape=(120, 120))
        assert spectral_radius(matrix) == pytest.approx(radius, rel=1e-9, abs=0.0)
    loops = scipy.sparse.csr_array(np.diag([0.5, -0.9, 0.1]) + np.triu(np.ones((3, 3)), 1))
    assert spectral_radius(loops) == 0.9


def test_counts_of_synapses_are_scaled_with_a_warning_and_only_they():
    with pytest.warns(GraphWarning, match=r"whole numbers up to 39.*normalise='incoming'.*normalise=None") as caught:
        table = topologies.from_matrix(counts(), **ROLES)
    assert caught[0].filename == __file__
    asked = topologies.from_matrix(counts(), **ROLES, normalise="incoming")
    assert np.array_equal(table.weights, asked.weights)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = topologies.from_matrix(counts(), **ROLES, normalise=None)
        assert kept.weights.max() == 39.0
        for other in (counts() * 0.5, -counts(), counts(largest=2), np.minimum(counts(), 1)):
            table = topologies.from_matrix(other, **ROLES)
            assert np.array_equal(table.weights, topologies.from_matrix(other, **ROLES, normalise=None).weights)


def test_counts_that_have_signs_by_their_transmitters_are_counts_still():
    graph = nx.DiGraph(counts())
    nx.set_node_attributes(graph, {node: "GABA" if node % 3 == 2 else "ACh" for node in graph}, "transmitter")
    sign = {"transmitter": {"ACh": 1, "GABA": -1}}
    with pytest.warns(GraphWarning, match="whole numbers up to 39"):
        found = topologies.from_graph(graph, **ROLES, sign=sign)
    asked = topologies.from_graph(graph, **ROLES, sign=sign, normalise="incoming")
    weights = [nx.to_numpy_array(one) for one in (found, asked)]
    assert np.array_equal(*weights)
    assert weights[0].min() < 0.0


def test_counts_warn_from_every_door_at_the_users_line(tmp_path):
    W = counts()
    graph = nx.DiGraph(W)
    nx.write_graphml(graph, tmp_path / "worm.graphml")
    pre, post = W.nonzero()
    named = {"inputs": ["0"], "outputs": ["1"]}
    doors = [
        lambda: topologies.from_graph(graph, **ROLES),
        lambda: topologies.from_edges((pre, post, W[pre, post]), **ROLES),
        lambda: ng.read(tmp_path / "worm.graphml", **named),
    ]
    for door in doors:
        with pytest.warns(GraphWarning) as caught:
            door()
        assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("graph", "normalise", "error", "message"),
    [
        ([[0, 1, 2], [0, 0, 3], [0, 0, 0]], 0.9, GraphError, "no cycle: expected 'incoming'"),
        ([[0, 1], [0, 0]], "sum", ParameterError, "normalise is 'sum': expected 'auto', 'incoming'"),
        ([[0, 1], [0, 0]], 0.0, ParameterError, "a spectral radius above 0"),
        ([[0, 1], [0, 0]], True, ParameterError, "normalise is True"),
    ],
)
def test_what_cannot_be_is_named(graph, normalise, error, message):
    with pytest.raises(error, match=message):
        topologies.from_matrix(graph, inputs=[0], outputs=[1], normalise=normalise)


def test_tied_edges_cannot_be_scaled_by_neurons():
    columns = {"pre": ["x", "x"], "post": ["a", "b"], "weight": [2.0, 2.0], "tie": [1, 1]}
    with pytest.raises(GraphError, match="some are tied"):
        topologies.from_edges(columns, inputs=["x"], outputs=["a"], normalise="incoming")
