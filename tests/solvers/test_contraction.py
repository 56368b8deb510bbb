from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.costs import cross_entropy
from neurograph.solvers.base import Phase
from neurograph.solvers.contraction import Weighting, provably_contracts
from tests.strategies import SEEDS, graphs_for

AFFINE = [ng.dynamics.deep("absolute", extra_leak=0.3), ng.dynamics.deep("signed", 0.5), ng.dynamics.vector_field()]


def phase_of(network, **options):
    return Phase(np.zeros((1, len(network.nodes))), np.zeros((1, network.connectivity.outputs.size)), **options)


def radius(network):
    """Spectral radius of the couplings over the leaks, where the Jacobian is constant; inf where a leak is none."""
    free = network.connectivity.free
    J = network.jacobian(np.zeros(len(network.nodes))).toarray()[np.ix_(free, free)]
    loops = network.matrix().toarray()[free, free]
    leaks = loops - np.diag(J)
    if np.any(leaks <= 0.0):
        return np.inf
    coupling = np.abs(J - np.diag(np.diag(J))) + np.diag(np.abs(loops))
    return np.abs(np.linalg.eigvals(coupling / leaks[:, None])).max()


@settings(max_examples=60)
@given(st.data(), st.sampled_from(AFFINE))
def test_it_says_yes_only_to_an_m_matrix_and_to_all_but_the_closest(data, dynamics):
    graph = data.draw(graphs_for(dynamics))
    network = ng.compile(graph, dynamics)
    scale = data.draw(st.floats(0.1, 2.0))
    network = network.with_weights(network.weights * scale)
    found = provably_contracts(network, phase_of(network))[0]
    assert not found or radius(network) < 1.0
    assert found or radius(network) > 0.8


@settings(max_examples=30)
@given(st.data(), SEEDS)
def test_two_trajectories_of_a_network_that_contracts_meet(data, seed):
    dynamics = ng.dynamics.additive(data.draw(st.sampled_from(["tanh", "sigmoid", "clip"])))
    network = ng.compile(data.draw(graphs_for(dynamics)), dynamics)
    if not provably_contracts(network, phase_of(network))[0]:
        return
    x = np.random.default_rng(seed).random((2, len(network.inputs)))[[0, 0]]
    start = np.random.default_rng(seed).normal(size=(2, len(network.nodes)))
    ended = ng.settle(network, x, start=start, solver=ng.solvers.Euler(tol=1e-9, steps=100_000))
    assert np.abs(ended.state[0] - ended.state[1]).max() < 1e-6


@pytest.mark.parametrize("number", [1, 3, 100_000])
@pytest.mark.parametrize("weight", [0.1, 1e-310])
def test_a_surplus_is_what_remains_when_all_roundings_are_against_it(number, weight):
    """Couplings 4 units larger than their floats, added up by a loop, whose 100,000 roundings do not cancel."""
    reached = np.add.accumulate(np.full(number, weight))[-1]
    leak = np.nextafter(1.5 * reached, np.inf)
    one = np.ones(1)
    found = Weighting(one, one * reached, one * (leak - reached)).surpluses(one * leak, np.array([number]))
    most = number * (Fraction(weight) + 4 * Fraction(np.spacing(weight)))
    assert Fraction(found[0]) < Fraction(leak) - most
    assert found[0] == pytest.approx(leak - reached, rel=1e-9) or weight < 1e-300


def test_the_nudge_takes_its_share_and_a_negative_one_can_take_all():
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=2, bias=True, seed=0)
    network = ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.3))
    batch = Phase(np.zeros((3, 8)), np.zeros((3, 2)), beta=np.array([5.0, -0.29, -0.31]))
    assert provably_contracts(network, batch).tolist() == [True, True, False]
    soft = Phase(np.zeros((3, 8)), np.zeros((3, 2)), beta=np.array([0.14, -0.14, 0.16]), cost=cross_entropy(2.0))
    assert provably_contracts(network, soft).tolist() == [True, True, False]


def test_a_transposed_phase_needs_the_same_jacobian_everywhere():
    for dynamics, sure in ((ng.dynamics.vector_field(), True), (ng.dynamics.additive("tanh"), False)):
        graph = ng.topologies.complete(inputs=2, hidden=3, outputs=2, bias="neurons", scale=0.1, seed=0)
        network = ng.compile(graph, dynamics)
        assert provably_contracts(network, phase_of(network))[0]
        assert provably_contracts(network, phase_of(network, anchor=np.zeros((1, 7))))[0] == sure


def test_the_clamped_phase_has_couplings_of_its_own():
    graph = ng.topologies.layered(2, (3,), 2, bias="neurons", seed=0)
    network = ng.compile(graph, ng.dynamics.vector_field())
    network = network.with_weights(np.full(network.weights.size, 3.0))
    assert not provably_contracts(network, phase_of(network))[0]
    assert provably_contracts(network, phase_of(network, clamped=True))[0]


@pytest.mark.parametrize(
    "dynamics",
    [
        ng.dynamics.additive("relu"),
        ng.Dynamics("-s - s**3 + I"),
        ng.Dynamics("-s + 0.1*step(I)"),
        ng.dynamics.hopfield(),
    ],
    ids=["bounded slope", "leak of s", "a jump", "gate of s"],
)
def test_what_it_cannot_bound_it_does_not_call_contracting(dynamics):
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=1, hidden=2, outputs=1, scale=0.05, seed=0))
    network = ng.compile(graph, dynamics)
    assert provably_contracts(network, phase_of(network))[0] == (dynamics.name == "additive (relu)")


def test_a_force_that_jumps_proves_nothing():
    """-dC/ds of |y - s| is a sign: its slope is 0 beside the jump, but two states may be driven apart at it."""
    network = ng.compile(
        ng.topologies.complete(2, 8, 1, bias="neurons", scale=1e-3, seed=0), ng.dynamics.additive("tanh")
    )
    start, target = np.zeros((1, len(network.nodes))), np.zeros((1, 1))
    for cost in (ng.costs.Cost("-abs(y - s)"), ng.costs.squared_error()):
        phase = Phase(start, target, 0.5, cost)
        assert provably_contracts(network, phase).tolist() == [cost is ng.costs.squared_error()]
