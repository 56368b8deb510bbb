"""The system that theorems are asked about: what it knows of A against dense Jacobians, in each phase."""

from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

import neurograph as ng
from neurograph.certificates import certify
from neurograph.certificates.system import System, filled, in_float64, scaled
from neurograph.equations import dynamics
from neurograph.equations.intervals import Interval
from tests.certificates.networks import SEEDS, SMOOTH, complete, matrix, network


def asked(net, **options):
    return System(net, None, None, **{"beta": 0.0, "dt": None, **options})


def test_weights_are_those_among_free_nodes_and_inflow_those_from_clamped_ones():
    net = complete(SMOOTH["tanh"], 4)
    dense, free = net.matrix().toarray(), net.connectivity.free
    system = asked(net)
    assert np.array_equal(system.weights.toarray(), dense[np.ix_(free, free)])
    assert np.array_equal(system.inflow.toarray(), dense[np.ix_(free, system.clamped)])
    assert system.nodes == tuple(net.nodes[place] for place in free)


@pytest.mark.parametrize("beta", [0.0, 0.4])
def test_an_affine_system_is_its_jacobian(beta):
    W = np.random.default_rng(1).normal(size=(4, 4))
    system = asked(network(W, dynamics.vector_field()), beta=beta)
    A = matrix(system.network) - np.diag([beta, 0.0, 0.0, 0.0])  # node 0 is the output
    assert system.affine
    assert system.couplings.toarray() + np.diag(system.diagonal.high) == pytest.approx(A)
    assert system.fastest == pytest.approx(np.abs(A.diagonal()).max())


def test_the_law_of_the_leak_is_read_off_the_equation():
    W = np.random.default_rng(5).normal(size=(3, 3)) * (1.0 - np.eye(3))
    for kind in ("absolute", "signed"):
        law = asked(network(W, dynamics.deep(kind, extra_leak=0.3))).leak_law
        assert law.kind == kind
        assert law.extra.low == pytest.approx(0.3)
        assert np.array_equal(law.input_slope, np.ones(3))
    assert asked(network(W, dynamics.vector_field())).leak_law is None
    assert asked(network(W, dynamics.deep("signed"))).sent_negative == pytest.approx(np.maximum(-W, 0.0).sum(axis=0))


@pytest.mark.parametrize("rows", [np.full(3, 2.0), np.array([1.0, 2.0, 3.0])])
def test_rows_and_columns_are_scaled(rows):
    M, columns = np.arange(9.0).reshape(3, 3), np.array([0.5, 0.5, 0.5])
    assert np.array_equal(scaled(sp.csr_array(M), rows, columns).toarray(), np.diag(rows) @ M @ np.diag(columns))


def test_a_range_fills_a_shape():
    part = filled(Interval.across(-1.0, np.array([1.0, 2.0])), (3, 2))
    assert np.array_equal(part.high, [[1.0, 2.0]] * 3)
    assert part.varies.all()


def test_a_step_is_judged_by_the_longest():
    system = asked(complete(SMOOTH["tanh"]), dt=0.5)
    assert system.euler(0.5) == "Explicit Euler with dt = 0.5 inherits it."
    assert "dt <= 0.4" in system.euler(0.4)
    assert "no step is known" in system.euler(None)
    assert asked(system.network).euler(0.5) is None


def test_the_same_numbers_in_float64():
    single = ng.compile(ng.topologies.complete(2, 3, 1, seed=0), dynamics.deep("absolute"), dtype=np.float32)
    double = in_float64(single)
    assert double.weights.dtype == np.float64
    assert np.array_equal(double.weights, single.weights)


@pytest.mark.parametrize("kind", SMOOTH)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_the_transposed_phase_is_bounded_by_what_theorems_see(kind, seed):
    rng = np.random.default_rng(seed)
    network = complete(SMOOTH[kind], seed, rng.choice([0.3, 1.0]))
    system = System(network, None, None, 0.0, None, transposed=True)
    free = network.connectivity.free
    low, high = network.dynamics.box or (-3.0, 3.0)
    for _ in range(5):
        s, rest = (rng.uniform(low, high, len(network.nodes)) for _ in range(2))
        J, J0 = (network.jacobian(state).toarray()[np.ix_(free, free)] for state in (s, rest))
        A = J - J0 + J0.T
        off = np.abs(A - np.diag(A.diagonal()))
        assert np.all(off <= system.coupling.toarray() + 1e-12)
        assert np.all(A.diagonal() <= system.diagonal.high + 1e-12)
        assert np.all(A.diagonal() >= system.diagonal.low - 1e-12)
        if system.affine:
            assert np.allclose(A - np.diag(A.diagonal()), system.couplings.toarray())


def test_the_digest_is_that_of_the_matrix():
    network = complete(SMOOTH["vector field"])
    first = certify(network)["gershgorin"].digest
    assert certify(network, dt=0.1)["gershgorin"].digest == first
    assert certify(network.with_weights(network.weights, 2.0 * network.biases))["gershgorin"].digest == first
    others = [
        certify(network.with_weights(1.5 * network.weights)),
        certify(network, phase="nudged", beta=0.1),
        certify(network, phase="transposed"),
        certify(network.without_edges([3])),
    ]
    assert len({first, *(report["gershgorin"].digest for report in others)}) == 5


def test_the_error_of_a_long_sum_of_weights_grows_with_its_terms():
    """Ten weights of half a unit in the last place of 1, each lost in a sum that begins with 1."""
    graph, tiny = nx.DiGraph(), 2.0**-53 * (1.0 - 2.0**-10)
    graph.add_edges_from((0, k, {"weight": tiny if k > 1 else 1.0}) for k in range(1, 12))
    graph.nodes[11]["role"] = "output"
    for sign, name in ((1.0, "w_out"), (1.0, "w_out_abs"), (-1.0, "w_out")):
        net = ng.compile(graph, dynamics.deep("absolute"))
        known = asked(net.with_weights(sign * net.weights)).constants[name]
        exact = sum(Fraction(float(weight)) for weight in sign * net.weights)
        assert Fraction(float(known.low[0])) <= exact <= Fraction(float(known.high[0]))
        assert known.high[0] - known.low[0] < 1e-13
