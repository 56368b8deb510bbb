import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation.product import factors_of, product_of
from tests.simulation.networks import plain_matrix, some, unitary


@pytest.mark.parametrize("units", [2, 4, 64])
def test_the_product_is_what_the_edges_sum_up_to_and_the_transforms_are_recognised(units):
    network = unitary(units=units)
    product = product_of(network)
    kinds = [factor.kind for factor in product.factors]
    assert kinds == [
        "permutation", "transform", "reflection", "permutation", "permutation", "transform", "reflection", "permutation"
    ]  # fmt: skip
    assert len(product.operations) == 5
    W = product.matrix()
    assert np.abs(W - plain_matrix(network.to_graph())).max() < 1e-14
    rows = some((3, units))
    assert np.abs(product.apply(rows) - rows @ W.T).max() < 1e-13
    assert np.abs(product.apply_adjoint(rows) - rows @ W.conj()).max() < 1e-13


def test_a_product_leaves_what_it_is_given():
    network, rows = unitary(), some((2, 8))
    before = rows.copy()
    product_of(network).apply(rows)
    assert np.array_equal(rows, before)


def test_a_transform_is_recognised_by_its_numbers_not_by_labels_or_names():
    network = unitary(units=8)
    graph = nx.convert_node_labels_to_integers(network.to_graph())
    for *_, data in graph.edges(data=True):
        data.pop("factor", None)
    other = product_of(ng.compile(graph, ng.dynamics.unitary()))
    assert [factor.kind for factor in other.factors].count("transform") == 2
    weights = network.weights.copy()
    k = network.edges.index((("F", 0, 3), ("F", 1, 1)))
    weights[k] *= 1.0 + 1e-9
    changed = network.with_weights(weights)
    assert [factor.kind for factor in product_of(changed).factors].count("transform") == 1
    assert np.abs(product_of(changed).matrix() - plain_matrix(changed.to_graph())).max() < 1e-14


def test_without_an_edge_the_layers_are_still_those_of_the_graph():
    for edge in [
        (("F", 0, 3), ("F", 1, 1)), (("R1", "hub"), ("R1", 2)), (("F^-1", 2, 1), ("R2", "hub")), (("h", 0), ("D1", 0)),
        (("R1", 4), None), (("R2", 1), ("h", 1)),
    ]:  # fmt: skip
        network = unitary(units=8)
        pre, post = edge
        edge = (pre, next(iter(network.to_graph().successors(pre)))) if post is None else edge
        cut = network.without_edges([edge])
        assert np.abs(product_of(cut).matrix() - plain_matrix(cut.to_graph())).max() < 1e-14


def test_a_number_of_neurons_that_is_no_power_of_two_has_no_transform():
    graph = nx.DiGraph()
    graph.add_nodes_from("abc", population="neuron", bias=0.0)
    graph.add_edges_from((a, b, {"weight": 0.5j}) for a in "abc" for b in "abc")
    graph.add_node("y", role="output")
    graph.add_edge("a", "y", weight=1j)
    (factor,) = factors_of(ng.compile(graph, ng.dynamics.unitary()))
    assert factor.kind == "sparse"
    assert np.allclose(factor.operations[0].matrix.toarray(), 0.5j)


@pytest.mark.parametrize("left_out", [("D1",), ("F", "F^-1"), ("F", "R1", "P", "D2", "F^-1", "R2", "D3")])
def test_what_a_product_gives_stays_when_it_is_applied_again(left_out):
    network = ng.prune(unitary(1, 8, 1, 0), ng.pruning.factors(*left_out)).network
    product, rng = product_of(network), np.random.default_rng(0)
    u, v = rng.normal(size=(2, 3, 8)) + 0j
    for apply in (product.apply, product.apply_adjoint):
        first = apply(u)
        kept = first.copy()
        apply(v)
        assert np.array_equal(first, kept)
