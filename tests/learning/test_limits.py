"""What every change of the weights leaves as it is."""

import numpy as np

import neurograph as ng
from neurograph.kernels import engine
from neurograph.learning.limits import still, within_limits, without_change
from tests.remedies.row import small_graph


def test_edges_that_are_not_plastic_take_no_change():
    network = ng.compile(small_graph(hy={"plastic": False}))
    fixed = still(network)
    assert [network.edges[place] for place in fixed] == [("h", "y")]
    changes = np.ones(3)
    engine.run(tuple(without_change(fixed, changes)))
    assert changes[fixed].tolist() == [0.0]
    assert changes.sum() == 2.0
    assert without_change(fixed[:0], changes) == []


def test_weights_have_the_sign_of_their_node_or_are_0_and_others_are_held():
    graph = small_graph(x={"sign": "excitatory"}, y={"sign": "inhibitory"}, hy={"plastic": False})
    network = ng.compile(graph)
    fixed = still(network)
    for wanted, given in (((0.7, 0.4, -0.2), (0.7, 5.0, -0.2)), ((0.0, 0.4, 0.0), (-0.7, -5.0, 0.2))):
        weights = np.array(
            [dict(zip((("x", "h"), ("h", "y"), ("y", "h")), given, strict=True))[edge] for edge in network.edges]
        )
        engine.run(tuple(within_limits(network, weights, fixed, network.weights[fixed])))
        found = dict(zip(network.edges, weights, strict=True))
        assert [found[edge] for edge in (("x", "h"), ("h", "y"), ("y", "h"))] == list(wanted)


def test_a_node_without_a_sign_among_others_sends_either():
    network = ng.compile(small_graph(x={"sign": "excitatory"}))
    for given, wanted in ((-0.7, 0.0), (0.7, 0.7)):
        weights = np.array([given if edge == ("x", "h") else -0.4 for edge in network.edges])
        engine.run(tuple(within_limits(network, weights, still(network), np.empty(0))))
        assert dict(zip(network.edges, weights, strict=True)) == {
            ("x", "h"): wanted,
            ("h", "y"): -0.4,
            ("y", "h"): -0.4,
        }


def test_without_signs_and_fixed_edges_nothing_is_done():
    network = ng.compile(small_graph())
    assert within_limits(network, network.weights.copy(), still(network), np.empty(0)) == []
