import json

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.regions.networks import network

X0 = np.array([0.45, 0.55])


@pytest.fixture(scope="module")
def net():
    return network("clip", True, seed=2)


@pytest.fixture(scope="module")
def region(net):
    return ng.characterise(net, X0, budget=5.0)


def test_a_region_is_proved_anew_of_its_network_and_of_no_other(net, region):
    assert region.recheck(net, budget=60.0)
    for changed in (
        net.with_weights(np.where(np.arange(net.weights.size) == 3, net.weights + 1e-9, net.weights)),
        net.without_edges([net.edges[0]]),
    ):
        with pytest.raises(ng.ParameterError, match="region is of another network"):
            region.recheck(changed)


def test_a_region_that_is_too_large_is_not_proved_anew(net, region):
    from dataclasses import replace

    whole = replace(region, box=(np.full(2, -3.0), np.full(2, 4.0)), domain=(np.full(2, -3.0), np.full(2, 4.0)))
    assert not whole.recheck(net, budget=30.0)


def test_what_a_region_says_is_json(region):
    found = json.loads(region.to_json())
    assert found["box"] == [end.tolist() for end in region.box]
    assert found["log_volume"] == pytest.approx(np.sum(np.log(region.box[1] - region.box[0])))
    assert [tuple(pair) for pair in found["pattern"]] == list(region.pattern.items())
    assert set(found["freed"]) | {label for label, _ in found["pattern"]} == {
        region.units.labels[j] for j in region.units.branching
    }


def test_halfspaces_are_those_of_a_whole_pattern_alone(net, region):
    assert region.freed
    with pytest.raises(ng.ParameterError, match="union of polytopes"):
        _ = region.halfspaces
    A, b = ng.characterise(net, X0, release=False, budget=20.0).halfspaces
    assert (b >= A @ X0).all()


def test_the_explanation_is_a_graph_of_the_neurons_that_stay(net, tmp_path):
    whole = ng.characterise(net, X0, release=False, budget=20.0)
    graph = whole.subgraph()
    assert {node for node, piece in graph.nodes(data="piece") if piece} == set(whole.pattern)
    assert set(net.inputs) | set(net.outputs) <= set(graph)
    again = ng.read(ng.write(graph, tmp_path / "why.json"))
    assert again.nodes["h0"]["piece"] == whole.pattern["h0"]
    ng.plots.network(graph)


def test_a_region_is_shown_in_words(region):
    assert "neurons kept" in repr(region)
    assert "Box: x0 in [" in str(region)
    assert "Proved of every input in it: y" in str(region)


def test_inputs_far_away_are_not_inside(region):
    assert region.contains(X0[None]).tolist() == [True]
    assert region.contains([[7.0, -3.0]]).tolist() == [False]
    with pytest.raises(ng.DataError):
        region.contains([0.1, 0.2])


def ramp(gain):
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("h")
    graph.add_node("y", role="output", bias=0.1)
    graph.add_edge("x", "h", weight=1.0)
    graph.add_edge("h", "y", weight=gain)
    return ng.compile(graph, ng.dynamics.additive("relu"))


def test_an_input_a_little_beyond_a_knot_is_outside():
    network = ramp(1e4)
    region = ng.characterise(network, [-0.5], prove=ng.regions.bound("y", most=0.100002), domain=(-1, 1))
    x = np.array([[1e-8], [9e-10], [0.0], [-0.5]])
    assert region.contains(x).tolist() == [False, False, True, True]
    assert np.all(ng.settle(network, x[2:]).outputs <= 0.100002)
    assert "-1 y >= -0.100002" in str(region)
    content = json.loads(region.to_json())
    assert (content["rows"], content["offsets"]) == ([[-1.0]], [0.100002])


def test_a_bound_is_written_with_all_its_digits():
    region = ng.characterise(ramp(1.0), [0.5], prove=ng.regions.bound("y", least=0.123456789), domain=(-1, 1))
    assert "0.123456789" in region.inequalities.words[0]


def test_no_time_to_check_again_is_no_proof():
    region = ng.characterise(ramp(1.0), [-0.5], prove=ng.regions.bound("y", most=0.2), domain=(-1, 1))
    assert region.recheck(region.network)
    assert not region.recheck(region.network, budget=1e-9)


def test_a_neuron_that_is_always_at_its_knot_does_not_stand_in_the_way():
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output")
    graph.add_weighted_edges_from([("x", "a", -1.0), ("a", "b", 1.0), ("b", "y", 1.0), ("x", "y", 1.0)])
    network = ng.compile(graph, ng.dynamics.additive("relu"))
    prove = ng.regions.bound("y", least=0.05)
    for release in (False, True):
        region = ng.characterise(network, [0.8], prove=prove, domain=(0.1, 1), release=release)
        assert region.box[0] == pytest.approx(0.1, abs=1e-6)
        assert region.box[1] == pytest.approx(1.0, abs=1e-6)
        assert region.recheck(network)


def test_a_pattern_whose_rounding_has_no_bound_is_refused():
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output")
    nx.add_path(graph, ["x", *range(12), "y"], weight=30.0)
    with pytest.raises(ng.ParameterError, match="too ill-conditioned for a bound of its rounding"):
        ng.characterise(ng.compile(graph, ng.dynamics.additive("relu")), [0.5], domain=(-1, 1))
