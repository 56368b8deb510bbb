"""The populations of a large graph: who is in one, the sums between them, and what left."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import ParameterError
from neurograph.graphs.from_networkx import read_graph
from neurograph.growth import Added
from neurograph.html import populations
from neurograph.html.populations import Populations, logged_ends
from neurograph.pruning import Removed


def brain(attribute="population"):
    graph = nx.gnp_random_graph(30, 0.3, seed=0, directed=True)
    graph.remove_edges_from([(u, v) for u, v in graph.edges if v < 4])
    rng = np.random.default_rng(0)
    nx.set_edge_attributes(graph, {edge: rng.normal() for edge in graph.edges}, "weight")
    for node, data in graph.nodes(data=True):
        data["role"] = "input" if node < 4 else "output" if node > 27 else "hidden"
        if node != 5:
            data[attribute] = ("A", "B", "C")[node % 3]
    return graph


def divided(graph):
    table = read_graph(graph)
    return table, Populations.of(table, np.arange(table.weights.size))


@pytest.mark.parametrize("attribute", ["population", "cell_type"])
def test_populations_are_those_of_the_attribute_by_role(attribute):
    table, found = divided(brain(attribute))
    names = [found.names[k] for k in found.member]
    assert names[:6] == ["A (input)", "B (input)", "C (input)", "A (input)", "B", f"no {attribute}"]
    assert names[29] == "C (output)"
    assert np.array_equal(found.roles[found.member], table.roles)


def test_an_edge_of_populations_is_the_sum_of_theirs():
    graph = brain()
    removed = [Removed((pre, 7), 1, 0.5, 0.0, "") for pre in (0, 3, "gone")]
    graph.remove_edges_from([(0, 7), (3, 7)])
    table, found = divided(graph)
    drawn = found.drawn(table, removed, [Added(edge, 2, 0.0, 0.0, "") for edge in [*list(graph.edges)[:5], (0, 7)]])
    member = found.member
    sums = {}
    for u, v, weight in graph.edges(data="weight"):
        sums.setdefault((member[u], member[v]), []).append(weight)
    assert {(pre, post) for pre, post, *_ in drawn["edges"]} == set(sums)
    for pre, post, weight, _, facts in drawn["edges"]:
        assert weight == pytest.approx(sum(sums[pre, post]))
        assert facts["edges"] == str(len(sums[pre, post]))
        assert ("edges that left" in facts) == ((pre, post) == (member[0], member[7]))
        came = sum((member[u], member[v]) == (pre, post) for u, v in list(graph.edges)[:5])
        assert facts.get("edges that came", "0") == str(came)
    assert sum(node["in"][0] for node in drawn["nodes"]) == graph.number_of_edges()
    assert [node["facts"]["neurons"] for node in drawn["nodes"]] == [str(k) for k in np.bincount(member)]
    assert drawn["nodes"][member[0]]["facts"]["edges out that left"] == "2"


def test_without_an_attribute_they_are_modules():
    graph = nx.planted_partition_graph(3, 20, 0.5, 0.01, seed=0, directed=True)
    nx.set_edge_attributes(graph, 1.0, "weight")
    graph.nodes[0]["role"] = "output"
    _, found = divided(nx.DiGraph(graph))
    for first in (0, 20, 40):
        assert np.unique(found.member[max(first, 1) : first + 20]).size == 1
    assert sorted(found.names) == ["module 1", "module 2", "module 3", "output neurons"]


def test_of_too_many_the_small_ones_of_a_role_are_one(monkeypatch):
    monkeypatch.setattr(populations, "MOST_GROUPS", 6)
    graph = brain()
    for node in range(8, 28):
        graph.nodes[node]["population"] = f"p{min(node, 22)}"
    table, found = divided(graph)
    assert len(found.names) <= 6
    assert found.names[0] == "p22"
    assert any(name.endswith("smaller ones (hidden)") for name in found.names)
    assert np.array_equal(found.roles[found.member], table.roles)


def test_what_left_is_told_alike_by_a_log_and_by_a_list_of_its_rows():
    network = ng.compile(brain())
    pruning = ng.prune(network, ng.pruning.magnitude(0.5), rounds=2, neurons=False)
    table = pruning.network.to_table()
    log = logged_ends(table, pruning.removed, Removed)
    listed = logged_ends(table, list(pruning.removed) + list(pruning.removed)[:3], Removed)
    assert np.array_equal(log, listed)
    gone = {one.edge for one in pruning.removed}
    assert {(table.nodes[i], table.nodes[j]) for i, j in zip(*log, strict=True)} == gone
    back = logged_ends(network.to_table(), pruning.removed, Removed)  # all of them grew again
    assert back[0].size == 0
    with pytest.raises(ParameterError, match="removed holds"):
        logged_ends(table, ["edge"], Removed)
