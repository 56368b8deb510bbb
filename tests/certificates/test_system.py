"""What theorems share of a network: ranges of the Jacobian against Jacobians at random states."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csr_array

from neurograph.certificates.system import System, in_float64, scaled
from neurograph.equations import dynamics
from neurograph.equations.dynamics import Dynamics
from tests.certificates.networks import LEAKY, SEEDS, matrix, network, random_weights

KINDS = {
    "deep": LEAKY,
    "signed": dynamics.deep("signed"),
    "vector field": dynamics.vector_field(),
    "tanh": dynamics.additive("tanh"),
    "both slopes vary": Dynamics("-s + tanh(I + b)", transfer="tanh(s)"),
}


def system_of(net, **options):
    return System(net, None, None, **{"beta": 0.0, "dt": None} | options)


def drawn(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    return rng, network(random_weights(rng, n, loops=kind.self_loops), kind, rng.normal(size=n))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_every_jacobian_is_within_the_ranges(kind, transposed, seed):
    rng, net = drawn(seed, kind)
    system, n, free = system_of(net, transposed=transposed, beta=0.3), len(net.nodes), net.connectivity.free
    nudge = np.diag(np.where(net.connectivity.nudged >= 0, 0.3, 0.0))

    def jacobian():
        state = rng.uniform(0.0, 1.0, n) if kind.box else rng.normal(0.0, 2.0, n)
        return net.jacobian(state).toarray()[np.ix_(free, free)]

    fixed = jacobian()
    for _ in range(10):
        A = (jacobian() - fixed + fixed.T if transposed else jacobian()) - nudge
        own, off = np.diag(A), np.abs(A - np.diag(np.diag(A)))
        if not transposed:
            assert np.all((system.diagonal.low - 1e-12 <= own) & (own <= system.diagonal.high + 1e-12))
            assert np.abs(own).max() <= system.fastest + 1e-12
        assert np.all(off <= system.coupling.toarray() + 1e-12)


@pytest.mark.parametrize("kind", [LEAKY, dynamics.deep("signed"), dynamics.vector_field()], ids=["abs", "signed", "vf"])
def test_an_affine_system_has_one_jacobian(kind):
    _, net = drawn(4, kind)
    system = system_of(net)
    A = matrix(net)
    assert system.affine
    assert system.couplings.toarray() == pytest.approx(A - np.diag(np.diag(A)))
    turned = system_of(net, transposed=True)
    assert turned.couplings.toarray() == pytest.approx(system.couplings.toarray().T)


def test_the_law_of_the_leak_is_read_off_the_equations():
    laws = {name: system_of(drawn(4, kind)[1]).leak_law for name, kind in KINDS.items()}
    assert {name: law.kind for name, law in laws.items() if law} == {"deep": "absolute", "signed": "signed"}
    assert np.all(laws["deep"].extra.high == pytest.approx(0.3))
    assert np.all(laws["deep"].input_slope == 1.0)


def test_what_jumps_or_has_no_bound_says_so():
    jumping = system_of(network(np.zeros((1, 1)), Dynamics("-s + step(I)")))
    assert "may jump" in jumping.inapplicable_reason
    cubic = system_of(network(np.zeros((1, 1)), Dynamics("-s + I**3")))
    assert "no bound of dg/dI" in cubic.inapplicable_reason
    assert system_of(drawn(4, LEAKY)[1]).inapplicable_reason is None


def test_negative_outgoing_weights_are_summed():
    W = np.array([[0.0, -0.5], [0.25, 0.0]])
    assert system_of(network(W, LEAKY)).sent_negative.tolist() == [0.0, 0.5]


def test_the_digest_knows_every_number_that_the_jacobian_depends_on():
    net = drawn(4, LEAKY)[1]
    digests = {system_of(net, **options).digest for options in ({}, {"beta": 0.3}, {"transposed": True})}
    other = system_of(net.with_weights(1.5 * net.weights)).digest
    assert len(digests | {other}) == 4
    assert system_of(net, dt=0.1).digest == system_of(net).digest


def test_scaling_multiplies_rows_and_columns():
    A, rows, columns = np.arange(9.0).reshape(3, 3), np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 4.0])
    assert scaled(csr_array(A), rows, columns).toarray() == pytest.approx(rows[:, None] * A * columns)
    same = scaled(csr_array(A), np.full(3, 2.0), np.full(3, 3.0))
    assert same.toarray() == pytest.approx(6.0 * A)


def test_the_numbers_stay_in_double_precision():
    wide = in_float64(network(np.zeros((2, 2)), LEAKY))
    assert {part.dtype for part in (wide.weights, wide.biases, wide.parameters)} == {np.dtype(np.float64)}
