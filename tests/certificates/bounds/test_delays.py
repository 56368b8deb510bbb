"""How much longer delays may be: against dense matrices, and the rate against its own equation."""

import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.certificates.bounds.delays import decay, longest
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from tests.certificates.late import with_delays
from tests.certificates.networks import SEEDS, network


def late(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    plain = network(rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.7), kind, leak=rng.uniform(0.5, 2.0, n))
    net = with_delays(plain, rng.uniform(0.1, 2.0, len(plain.edges)))
    return System(net, None, None, 0.0, None)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_the_factor_is_that_of_the_norms(seed):
    """Norms of matrices of few, nonnegative numbers: the largest singular values, and bounds a little above them."""
    system = late(seed, ng.Dynamics("-leak*s + tanh(2*I)", transfer="sin(3*s)", parameters={"leak": 1.0}))
    if system.delays is None:
        return
    B, d = 6.0 * np.abs(system.weights.toarray()), system.delays.toarray()
    leaks = np.diag(-system.slopes["dg/ds"].low)
    for growth in (0.0, 0.3):
        waits = np.expm1(growth * d) / growth if growth else d
        exact = (1.0 - growth) / np.linalg.norm(B * waits, 2) / np.linalg.norm(leaks + B * np.exp(growth * d), 2)
        found = longest(system, 1.0, system.delays, growth)
        assert 0.5 * exact <= found <= exact * (1.0 + 1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_rate_is_where_the_factor_comes_down_to_1(seed):
    system = late(seed, ng.Dynamics("-leak*s + I", parameters={"leak": 1.0}))
    if system.delays is None:
        return
    delays = system.delays.copy()
    delays.data *= 0.5 * longest(system, 1.0, delays)
    rate = decay(system, 1.0, delays, Deadline(60.0))
    assert 0.0 < rate < 1.0
    assert longest(system, 1.0, delays, rate) > 1.0
    assert longest(system, 1.0, delays, rate * (1.0 + 1e-3)) == pytest.approx(1.0, abs=0.05)
    delays.data *= 3.0
    assert decay(system, 1.0, delays, Deadline(60.0)) is None


def test_without_couplings_any_delay_will_do():
    system = System(with_delays(network([[0.0]], ng.dynamics.additive("tanh")), [1.0]), None, None, 0.0, None)
    assert system.delays is None
    assert longest(system, 1.0, system.weights) == np.inf
