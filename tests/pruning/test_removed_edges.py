"""A removed edge transmits nothing, anywhere: whatever its weight was, nothing that follows can tell.

Two networks differ in nothing but the weights of some edges. With these edges removed, every number and every byte that
comes out of them is the same.
"""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.formats import FORMATS
from neurograph.training.gradient_check import gradient
from tests.strategies import NAMED

X, Y = ng.tasks.logic("xor")


def twins(dynamics=None, seed=0, bias=True):
    """Two pruned networks whose removed edges had other weights, of other signs and sizes, and other attributes."""
    symmetric = dynamics is not None and dynamics.symmetric
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=bias, scale=0.4, seed=seed)
    graph = ng.topologies.symmetric(graph) if symmetric else graph
    rng = np.random.default_rng(seed)
    pairs = sorted({tuple(sorted(edge)) for edge in graph.edges})
    gone = {pairs[k] for k in rng.choice(len(pairs), len(pairs) // 2, replace=False)}
    leaving = [edge for edge in graph.edges if tuple(sorted(edge)) in gone]
    other = nx.DiGraph(graph)
    for pair in gone:
        weight = float(rng.normal(0.0, 100.0))
        for u, v in (pair, pair[::-1]):
            if other.has_edge(u, v):
                other.edges[u, v].update(weight=weight, colour="red")
    pruned = []
    for each in (graph, other):
        network = ng.compile(each, dynamics)
        pruned.append(network.without_edges([k for k, edge in enumerate(network.edges) if edge in leaving]))
    return pruned


def same(first, second):
    return np.array_equal(np.asarray(first), np.asarray(second), equal_nan=True)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(
    "solver",
    [ng.solvers.Auto(), ng.solvers.Euler(), ng.solvers.GaussSeidel(), ng.solvers.Anderson(), ng.solvers.Newton()],
    ids=lambda solver: type(solver).__name__,
)
def test_not_at_equilibrium(name, solver):
    dynamics = NAMED[name]
    if dynamics.leak is None and isinstance(solver, ng.solvers.GaussSeidel):
        pytest.skip("sweeps are for drifts that are linear in s")
    one, two = (ng.settle(each, X, solver=solver, throw=False) for each in twins(dynamics))
    assert same(one.state, two.state)
    assert same(one.steps, two.steps)


RULES = list(ng.rules.RULES)


@pytest.mark.parametrize("name", RULES)
def test_not_while_learning(name):
    rule = getattr(ng.rules, name)()
    dynamics = ng.dynamics.hopfield() if rule.symmetric else ng.dynamics.deep()
    fits = [
        ng.train(each, X, Y, rule=rule, epochs=3, target_cost=None, start="uniform", seed=1) for each in twins(dynamics)
    ]
    assert same(*(fit.network.weights for fit in fits))
    assert all(same(fits[0].history[key], fits[1].history[key]) for key in fits[0].history)
    assert fits[0].network.edges == fits[1].network.edges
    assert same(*(fit.state for fit in fits))


def test_not_in_the_gradient_nor_to_another_pruner():
    one, two = twins(ng.dynamics.additive("tanh"))
    assert same(gradient(one, X, Y)[0], gradient(two, X, Y)[0])
    for pruner in (ng.pruning.saliency(0.5), ng.pruning.magnitude(0.5), ng.pruning.boltzmann(1.0)):
        first, second = (ng.prune(each, pruner, X, Y, seed=0) for each in (one, two))
        assert first.removed == second.removed


@pytest.mark.parametrize("name", NAMED)
def test_not_to_a_certificate(name):
    one, two = (ng.certify(each, X) for each in twins(NAMED[name]))
    for first, second in zip(one, two, strict=True):
        assert (first.verdict, first.margin, first.rate) == (second.verdict, second.margin, second.rate)
    assert str(one) == str(two)


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: type(form).__name__)
def test_not_into_a_file(form, tmp_path):
    written = []
    for place, each in enumerate(twins(ng.Dynamics("-s + I + b"), bias="neurons")):
        folder = tmp_path / str(place)
        folder.mkdir()
        ng.write(each, folder / f"net{form.suffix}")
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]


def test_not_into_the_graph_its_anatomy_or_few_bits():
    one, two = twins()
    graphs = [each.to_graph() for each in (one, two)]
    assert nx.utils.graphs_equal(*graphs)
    assert ng.graph_metrics(one, samples=2).to_dict() == ng.graph_metrics(two, samples=2).to_dict()
    assert same(*(ng.quantise(each, levels=4).network.weights for each in (one, two)))


def test_nor_does_a_pruned_edge_come_back_in_training():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    pruned = ng.prune(network, ng.pruning.magnitude(0.5)).network
    fit = ng.train(pruned, X, Y, epochs=20, target_cost=None, seed=0)
    assert fit.network.edges == pruned.edges
    again = ng.compile(fit.network.to_graph())
    assert same(ng.settle(again, X).state, ng.settle(fit.network, X).state)
