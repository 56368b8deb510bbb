import json

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
