"""graph_metrics(): the table, its comparison with random graphs, and its numbers as JSON."""

import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.analysis import links
from neurograph.analysis.graph_metrics import Measure, _cells
from neurograph.analysis.links import read_links
from tests.strategies import graphs


def test_what_is_not_random_stands_out():
    """A ring of cliques is more reciprocal and more modular than any graph of its degrees."""
    graph = nx.connected_caveman_graph(6, 5).to_directed()
    before = ng.graph_metrics(graph, samples=10, seed=1).to_dict()["graph"]
    assert before["reciprocity"]["z"] > 5
    assert before["modularity"]["z"] > 5
    assert before["triad 300"]["value"] == 6 * (10 - 3)  # each clique gives one pair away
    assert before["in-degree, largest"]["z"] is None
    assert before == ng.graph_metrics(graph, samples=10, seed=1).to_dict()["graph"]
    rewired = read_links(graph).rewired(np.random.default_rng(0))
    other = nx.DiGraph(zip(rewired.pre.tolist(), rewired.post.tolist(), strict=True))
    assert abs(ng.graph_metrics(other, samples=10, seed=2).to_dict()["graph"]["reciprocity"]["z"]) < 4


@pytest.mark.parametrize(
    ("measure", "cells"),
    [
        (Measure(2.0, 2.0, 0.0, None), ["2"]),  # fixed by the degrees
        (Measure(2.0, 3.0, 0.0, None), ["2", "3"]),  # the same in all random graphs, another here
        (Measure(2.0, 2.0, 0.5, 0.0), ["2", "2", "+0.0"]),
        (Measure(2.0, None, None, None), ["2"]),
    ],
)
def test_the_random_value_is_left_out_only_where_it_can_be_no_other(measure, cells):
    assert _cells(measure).split() == cells


def test_before_and_after_stand_side_by_side():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    pruning = ng.prune(network, ng.pruning.magnitude(0.5))
    graph_metrics = ng.graph_metrics(network, pruning.network, samples=3)
    numbers = graph_metrics.to_dict()
    assert list(numbers) == ["before", "after"]
    assert numbers["after"]["edges"]["value"] == pruning.network.weights.size
    assert numbers == ng.graph_metrics(network.to_graph(), pruning.network.to_graph(), samples=3).to_dict()
    assert json.loads(json.dumps(numbers)) == numbers
    text = str(graph_metrics)
    assert max(map(len, text.splitlines())) <= 100
    assert all(name in text for name in numbers["before"])
    assert repr(graph_metrics).startswith("GraphMetrics(before 9 nodes, 48 edges; after")


@given(graph=graphs())
@settings(max_examples=20)
def test_any_graph_that_compiles_has_the_metrics_of_its_network(graph):
    network = ng.compile(graph, ng.dynamics.vector_field())
    of_network = ng.graph_metrics(network, samples=2).to_dict()
    assert ng.graph_metrics(graph, samples=2).to_dict() == of_network
    assert ng.graph_metrics(network.to_table(), samples=2).to_dict() == of_network


def test_what_is_sampled_is_said_and_the_slow_measures_are_spared_the_random_graphs(monkeypatch):
    network = ng.compile(ng.topologies.random(inputs=3, hidden=40, outputs=2, density=0.2, seed=0))
    assert ng.graph_metrics(network, samples=1).sampled == {}
    monkeypatch.setattr(links, "LARGE", 100)
    metrics = ng.graph_metrics(network)
    assert metrics.samples == 4
    assert ng.graph_metrics(network, samples=2).samples == 2
    assert "from 200,000 pairs of links" in metrics.sampled["graph"]
    assert "Sampled in graph, of more than 100 edges" in " ".join(str(metrics).split())
    numbers = metrics.to_dict()["graph"]
    assert numbers["modularity"]["value"] > 0
    assert numbers["modularity"]["random"] is None
    assert numbers["reciprocity"]["random"] is not None
    assert numbers == ng.graph_metrics(network.to_graph()).to_dict()["graph"]
