"""The set of all Jacobians and the bound of its symmetric part: against Jacobians at random states."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse as sp

from neurograph.certificates.bounds import slope_set
from neurograph.certificates.bounds.slope_set import SlopeSet, halved
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.intervals import Interval
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import LEAKY, SEEDS, network, random_weights

KINDS = {
    "affine": LEAKY,
    "dg/dI varies": dynamics.additive("tanh"),
    "f' varies": Dynamics("-s + I + b", transfer="tanh(s)"),
    "both vary": Dynamics("-s + tanh(I + b)", transfer="tanh(s)"),
}


def drawn(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    net = network(0.5 * random_weights(rng, n, loops=kind.self_loops), kind, rng.normal(size=n))
    return rng, net, SlopeSet.of(System(net, None, None, 0.0, None)), rng.uniform(0.5, 2.0, n)


def test_the_plain_t_does_not_hang_on_the_order_of_the_nodes():
    """Also where two singular values of the couplings are close, so that a power method would not have converged."""
    W, turned = np.zeros((3, 3)), np.array([2, 0, 1])
    W[0, 1], W[1, 2], W[2, 0] = 0.5, -0.4999, 0.25
    one, other = (
        SlopeSet.of(System(network(M, dynamics.additive("clip")), None, None, 0.0, None)).plain_t[0]
        for M in (W, W[np.ix_(turned, turned)])
    )
    assert one == pytest.approx(other, rel=1e-14)
    assert one == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_the_symmetric_part_of_every_jacobian_is_below_the_bound(kind, seed):
    rng, net, slopes, w = drawn(seed, kind)
    bound, error = slopes.bound(w, slopes.plain_t * rng.uniform(0.5, 2.0))
    free = net.connectivity.free
    for _ in range(20):
        state = rng.uniform(0.0, 1.0, len(net.nodes)) if kind.box else rng.normal(0.0, 2.0, len(net.nodes))
        A = w[:, None] * net.jacobian(state).toarray()[np.ix_(free, free)] / w
        assert np.linalg.eigvalsh((A + A.T) / 2 - bound)[-1] <= error + 1e-12


def test_an_affine_bound_is_the_symmetric_part_itself():
    _, net, slopes, w = drawn(5, LEAKY)
    free = net.connectivity.free
    A = w[:, None] * net.jacobian(np.full(len(net.nodes), 0.5)).toarray()[np.ix_(free, free)] / w
    assert slopes.bound(w, slopes.plain_t)[0] == pytest.approx((A + A.T) / 2, abs=1e-12)


def test_what_varies_decides_which_side_is_kept():
    kept = {name: drawn(5, kind)[2] for name, kind in KINDS.items()}
    assert [name for name, one in kept.items() if one.transposed] == ["f' varies"]
    assert [name for name, one in kept.items() if one.two_vary] == ["both vary"]
    assert [name for name, one in kept.items() if np.any(one.reach)] == ["dg/dI varies", "f' varies"]


def test_one_symmetric_matrix_is_known_as_such():
    W = np.array([[0.0, 0.3], [0.3, 0.0]])
    for weights, symmetric in ((W, True), (np.triu(W), False)):
        net = network(weights, dynamics.vector_field(), np.zeros(2))
        assert SlopeSet.of(System(net, None, None, 0.0, None)).symmetric == symmetric


def test_lanczos_gives_the_largest_eigenvalues_of_the_same_bound(monkeypatch):
    rng = np.random.default_rng(0)
    W = 0.2 * rng.normal(size=(30, 30)) * (rng.random((30, 30)) < 0.3)
    net = network(W, dynamics.additive("tanh"), np.zeros(30))
    w, slopes = rng.uniform(0.5, 2.0, 30), SlopeSet.of(System(net, None, None, 0.0, None))
    whole = np.linalg.eigvalsh(slopes.bound(w, slopes.plain_t)[0])
    monkeypatch.setattr(slope_set, "DENSE", 10)
    sparse = SlopeSet.of(System(net, None, None, 0.0, None))
    values, vectors = sparse.largest(w, slopes.plain_t, Deadline(60.0))
    assert values == pytest.approx(whole[-values.size :], abs=1e-6)
    assert sp.issparse(sparse.scaled(w)[0])
    assert vectors.shape == (30, values.size)


def test_what_the_entries_are_off_shifts_eigenvalues_by_no_more_than_the_slack():
    """diag(slack) - sym(R) is diagonally dominant in some weights; with those of Perron, all entries are its radius."""
    rng = np.random.default_rng(0)
    _, _, slopes, _ = drawn(5, KINDS["both vary"])
    R = rng.random((slopes.top.size, slopes.top.size))
    radius = np.linalg.eigvalsh((R + R.T) / 2)[-1]
    assert slopes.two_vary
    assert slopes._slack(R) == pytest.approx(radius, rel=1e-3)
    assert np.all(np.linalg.eigvalsh(np.diag(slopes._slack(R)) - (R + R.T) / 2) >= 0.0)


def test_a_slack_is_rounded_upward():
    number = 3000
    net = network(np.zeros((number, number)), dynamics.vector_field(), np.zeros(number))
    row = sp.csr_array(([0.2] * (number - 1), ([0] * (number - 1), range(1, number))), shape=(number, number))
    slack = SlopeSet.of(System(net, None, None, 0.0, None))._slack(row)[0]
    exact = (number - 1) * Fraction(0.1)
    assert exact < Fraction(float(slack)) < exact * (1 + Fraction(1, 10**11))


def test_half_a_range_reaches_both_ends():
    slope = Interval.across(np.array([-1.0, 0.1, 0.3]), np.array([2.0, 0.1, 0.7]))
    middle, off = halved(slope)
    assert np.all(middle - off <= slope.low)
    assert np.all(middle + off >= slope.high)
    assert off[1] == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_the_remainder_holds_the_rounding_of_the_products(seed):
    """With slopes that are exact constants, each coupling is w k in fractions, give or take the remainder."""
    rng = np.random.default_rng(seed)
    kind = Dynamics("-s + k*I", parameters={"k": 1.0})
    W, k = rng.normal(size=(4, 4)) * (1.0 - np.eye(4)), rng.uniform(0.1, 1.0, 4)
    slopes = SlopeSet.of(System(network(W, kind, k=k), None, None, 0.0, None))
    middle, remainder = slopes.middle.toarray(), slopes.remainder.toarray()
    for j, i in np.argwhere(W):
        off = abs(Fraction(float(middle[j, i])) - Fraction(float(W[j, i])) * Fraction(float(k[j])))
        assert off <= Fraction(float(remainder[j, i])) < Fraction(1, 10**13)


def test_the_error_of_the_bound_grows_with_every_part_of_it():
    def error(top=0.0, middle=0.0, remainder=0.0):
        parts = (sp.csr_array(np.array([[0.0, size], [size, 0.0]])) for size in (middle, 0.0, remainder))
        first, spread, last = parts
        slopes = SlopeSet(np.full(2, -1.0 - top), first, spread, np.zeros(2), last, False)
        return slopes.bound(np.ones(2), np.ones(2))[1]

    for part in ("top", "middle", "remainder"):
        assert error(**{part: 1e6}) >= 8.0 * 2.0**-52 * 1e6 > 100.0 * error()
