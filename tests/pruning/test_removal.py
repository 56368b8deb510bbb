"""The removal of chosen edges: what leaves together, what a constraint holds back, what the log says."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.pruning import removal
from neurograph.pruning.base import Pruner, Selection
from neurograph.pruning.removal import prune_now
from tests.pruning.networks import star


def test_of_a_share_of_the_choice_those_leave_that_come_first():
    network = star([0.3, -0.1, 0.2, 0.4, -0.5])
    for share, expected in ((0.0, []), (0.5, ["x1", "x2"]), (1.0, ["x1", "x2", "x0", "x3"])):
        step = prune_now(network, ng.pruning.magnitude(0.8), np.random.default_rng(0), 0, share=share)
        assert [gone.edge[0] for gone in step.removed] == expected
        assert step.network.weights.size == 5 - len(expected)


def test_both_edges_of_a_pair_leave_where_the_dynamics_is_symmetric():
    """Also where no tie says so, as in a graph from a symmetric matrix."""
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=2, hidden=4, outputs=1, seed=0))
    for _, _, data in graph.edges(data=True):
        data.pop("tie", None)
    network = ng.compile(graph, ng.dynamics.hopfield())
    assert network.connectivity.ties is None
    for fraction in (0.1, 0.35, 0.6):
        pruned = ng.prune(network, ng.pruning.magnitude(fraction), neurons=False).network
        among = {(u, v) for u, v in pruned.edges if not str(u).startswith("x")}
        assert among == {(v, u) for u, v in among}
        assert pruned.weights.size <= (1.0 - fraction) * network.weights.size + 1


class Chosen(Pruner):
    """A pruner that takes the edges it is told, in their order."""

    def __init__(self, edges):
        object.__setattr__(self, "edges", np.array(edges))

    def select(self, network, rng, task=None):
        return Selection(self.edges, np.arange(self.edges.size, dtype=float), "told to")


class Needs:
    """A constraint that holds while a network has these edges."""

    def __init__(self, edges):
        self.edges = set(edges)

    def holds(self, network):
        return self.edges <= set(network.edges)


@pytest.mark.parametrize("needed", [[], [0], [3], [6], [0, 1], [2, 5, 6], list(range(7))])
def test_only_what_a_constraint_asks_for_is_held_back(needed):
    """As if edges were tried one after the other: all others leave, in the order in which they were chosen."""
    network, order = star(np.linspace(0.1, 0.7, 7)), [4, 0, 6, 2, 5, 1, 3]
    keep = Needs(network.edges[k] for k in needed)
    step = prune_now(network, Chosen(order), np.random.default_rng(0), 0, keep=keep)
    assert [removed.edge for removed in step.removed] == [network.edges[k] for k in order if k not in needed]
    assert list(step.held) == [network.edges[k] for k in order if k in needed]
    assert set(step.network.edges) == {network.edges[k] for k in needed}


def test_an_edge_that_is_tied_leaves_with_the_chosen_one_and_the_log_says_so():
    graph = star([0.5, 0.5, 0.2]).to_graph()
    for edge in (("x0", "y"), ("x1", "y")):
        graph.edges[edge]["tie"] = "both"
    network = ng.compile(graph)
    step = prune_now(network, Chosen([1]), np.random.default_rng(0), 4)
    assert step.network.edges == (("x2", "y"),)
    assert [(r.edge, r.score, r.reason) for r in step.removed] == [
        (("x0", "y"), 0.0, "tied to an edge that left"),
        (("x1", "y"), 0.0, "told to"),
    ]


def test_where_too_many_are_held_back_all_that_come_after_them_stay(monkeypatch):
    monkeypatch.setattr(removal, "MOST_HELD", 2)
    network = star(np.linspace(0.1, 0.7, 7))
    keep = Needs(network.edges[k] for k in (1, 3, 4, 6))
    step = prune_now(network, Chosen(range(7)), np.random.default_rng(0), 0, keep=keep)
    assert [gone.edge for gone in step.removed] == [network.edges[k] for k in (0, 2)]
    assert keep.holds(step.network)
    assert list(step.held) == [network.edges[k] for k in (1, 3, 4, 5, 6)]
