import itertools

import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates import Verdict
from neurograph.network.relay_layers import relay_layers
from tests.simulation.networks import plain_matrix, unitary

ORDER = ("D1", "F", "R1", "P", "D2", "F^-1", "R2", "D3")


def matrices(network):
    """Return the matrix of each factor."""
    found = {}
    for block in relay_layers(network.connectivity).blocks:
        for matrix in block.matrices(network.weights):
            found[block.name] = matrix @ found[block.name] if block.name in found else matrix.toarray()
    return found


CASES = [(name,) for name in ORDER] + [
    ("R2", "D3"),
    ("D3", "R2"),
    ("D1", "D3"),
    ORDER[1:],
    ORDER[:-1],
    ORDER[:2] + ORDER[3:],
]


@pytest.mark.parametrize("names", CASES, ids=str)
def test_w_is_the_product_without_the_factors_and_is_still_unitary(names):
    network = unitary(units=8)
    before, wanted = matrices(network), np.eye(8)
    for name in ORDER:
        wanted = wanted if name in names else before[name] @ wanted
    pruning = ng.prune(network, ng.pruning.factors(*names))
    assert np.abs(plain_matrix(pruning.network.to_graph()) - wanted).max() < 1e-13
    assert ng.certify(pruning.network)["norm_conservation"].verdict is Verdict.PROVED
    graph = network.to_graph()
    own = {edge for edge in graph.edges if graph.edges[edge].get("factor") in names}
    assert {one.edge for one in pruning.removed} == own
    assert pruning.network.weights.size == network.weights.size - len(own)
    assert set(pruning.neurons) == set(network.nodes) - set(pruning.network.nodes)


def test_a_pruned_network_simulates_learns_and_is_pruned_on():
    network = ng.prune(unitary(2, 8, 1), ng.pruning.factors("R2", "D3")).network
    x, y = ng.tasks.adding(4, 8, 0)
    after = ng.training_step(network, x, y).network
    assert ng.certify(after)["norm_conservation"].verdict is Verdict.PROVED
    assert ng.gradient_check(after, x, y).relative_error < 1e-6
    again = ng.prune(after, ng.pruning.factors("P")).network
    assert ng.simulate(again, x).outputs.shape == (8, 4, 1)


def test_the_network_itself_stays_as_it_was():
    network = unitary()
    weights = network.weights.copy()
    ng.prune(network, ng.pruning.factors("F"))
    assert np.array_equal(network.weights, weights)


@pytest.mark.parametrize(
    "pruner",
    [ng.pruning.magnitude(1.0), ng.pruning.random(1.0), ng.pruning.magnitude(threshold=9.0),
     ng.pruning.boltzmann(9.0), ng.pruning.proximal(9.0), ng.pruning.unreachable()],
    ids=str,
)  # fmt: skip
def test_no_edge_of_a_factor_leaves_alone(pruner):
    network = unitary(units=4)
    pruning = ng.prune(network, pruner, seed=0, neurons=False)
    inner = {network.edges[k] for k in relay_layers(network.connectivity).inner}
    assert not inner & {one.edge for one in pruning.removed}
    graph = pruning.network.to_graph()
    assert all(graph.edges[edge]["weight"] == network.to_graph().edges[edge]["weight"] for edge in inner)


def test_a_share_is_of_the_edges_that_may_leave():
    network = unitary(inputs=3, units=8, outputs=2)
    gone = ng.prune(network, ng.pruning.magnitude(0.5), rounds=4).removed
    assert len(gone) == 20
    graph = network.to_graph()
    ends = sorted(abs(data["weight"]) for *_, data in graph.edges(data=True) if "factor" not in data)
    assert sorted(abs(one.weight) for one in gone) == pytest.approx(ends[:20])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "expected what factors are called"),
        ((3,), "expected what"),
        (("Z",), "no factor 'Z'"),
        (ORDER, "the last one"),
    ],
)
def test_a_factor_that_is_not_there_is_refused(names, words):
    with pytest.raises(ng.ParameterError, match=words):
        ng.prune(unitary(), ng.pruning.factors(*names))


def test_rates_have_no_factors():
    rates = ng.compile(ng.topologies.complete(1, 2, 1, seed=0))
    with pytest.raises(ng.ParameterError, match="expected a unitary network"):
        ng.prune(rates, ng.pruning.factors("R2"))


def test_what_asks_equilibria_is_refused():
    x, y = ng.tasks.adding(4, 8, 0)
    for call, words in [
        (lambda: ng.prune(unitary(2, 4, 1), ng.pruning.magnitude(0.5), x, y), "x is given"),
        (lambda: ng.prune(unitary(), ng.pruning.saliency(0.5)), "Saliency"),
        (lambda: ng.prune(unitary(), ng.pruning.random(0.5), keep=ng.certificates.contracting(0.1)), "keep is given"),
    ]:
        with pytest.raises(ng.ParameterError, match=words):
            call()


def test_every_order_of_two_factors_gives_the_same_network():
    network = unitary(units=4)
    for one, other in itertools.combinations(ORDER, 2):
        first = ng.prune(network, ng.pruning.factors(one, other)).network
        second = ng.prune(network, ng.pruning.factors(other, one)).network
        assert np.abs(plain_matrix(first.to_graph()) - plain_matrix(second.to_graph())).max() < 1e-14
