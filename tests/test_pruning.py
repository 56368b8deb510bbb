import networkx as nx
import numpy as np
import pytest

import neurograph as ng


def star(weights):
    """One output with an edge from each input, of these weights."""
    graph = nx.DiGraph()
    for k, weight in enumerate(weights):
        graph.add_node(f"x{k}", role="input")
        graph.add_edge(f"x{k}", "y", weight=weight)
    graph.nodes["y"]["role"] = "output"
    return ng.compile(graph)


def test_boltzmann_removes_weak_edges_with_the_papers_probability():
    weights, temperature = np.array([0.05, -0.2, 0.4, 2.0]), 0.5
    network = star(weights)
    factors = np.exp(-np.abs(weights) / temperature)
    expected = factors / factors.sum()
    pruner, draws = ng.pruning.boltzmann(tolerance=0.4, temperature=temperature), 4000
    gone = np.zeros(4)
    for seed in range(draws):
        for removed in ng.prune(network, pruner, seed=seed).removed:
            k = int(removed.edge[0][1:])
            gone[k] += 1
            assert removed.score == pytest.approx(expected[k])
    assert gone[3] == 0
    spread = 4 * np.sqrt(expected * (1 - expected) / draws)
    assert np.all(np.abs(gone / draws - expected)[:3] < spread[:3])


def test_boltzmann_survives_weights_of_any_size():
    chances = [
        r.score for r in ng.prune(star([6000.0, 6000.1, 6000.2]), ng.pruning.boltzmann(1e9, 1e-3), seed=0).removed
    ]
    assert chances
    assert np.all(np.isfinite(chances))


def test_regrow_sets_the_weight_to_nothing_and_keeps_the_edge():
    pruner = ng.pruning.boltzmann(tolerance=1.0, temperature=5.0, regrow=True)
    network = star(np.full(6, 0.5))
    pruned = ng.prune(network, pruner, seed=3)
    assert pruned.removed
    assert pruned.network.edges == network.edges
    assert np.sum(pruned.network.weights == 0.0) == len(pruned.removed)


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 1.0])
def test_magnitude_takes_the_smallest_fraction(fraction):
    weights = np.array([0.3, -0.1, 2.0, -0.7])
    pruned = ng.prune(star(weights), ng.pruning.magnitude(fraction=fraction))
    left = sorted(np.abs(pruned.network.weights))
    assert left == sorted(np.abs(weights))[round(4 * fraction) :]


def test_magnitude_takes_all_up_to_the_threshold():
    pruned = ng.prune(star([0.3, -0.1, 2.0, -0.7]), ng.pruning.magnitude(threshold=0.3))
    assert sorted(pruned.network.weights) == [-0.7, 2.0]
    assert {r.edge for r in pruned.removed} == {("x0", "y"), ("x1", "y")}
    assert repr(pruned) == "Pruning(2 of 4 edges left the graph, 2 stay)"


@pytest.mark.parametrize(
    "pruner",
    [ng.pruning.boltzmann(0.3, 0.5), ng.pruning.magnitude(fraction=0.5), ng.pruning.magnitude(threshold=0.2)],
    ids=str,
)
def test_every_pruner_keeps_its_word(pruner):
    """The log, the network and the graph agree; nothing that was given changes; a seed decides everything."""
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    network = ng.compile(graph)
    one, two = (ng.prune(network, pruner, seed=5, neurons=False) for _ in range(2))
    assert one.removed == two.removed
    assert one.removed
    assert set(one.network.edges) | {r.edge for r in one.removed} == set(network.edges)
    assert set(one.network.to_graph().edges) == set(one.network.edges)
    assert network.weights.size == graph.number_of_edges()
    weights = dict(zip(network.edges, network.weights, strict=True))
    assert all(r.weight == weights[r.edge] and r.reason for r in one.removed)
