import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates.theorems.delay_independent import DelayIndependent
from tests.certificates.late import starts, stepped, with_delays
from tests.certificates.networks import SEEDS, network, random_weights
from tests.certificates.test_conformance import KINDS

DT = 0.02


def late(W, kind, rng, most=3.0, **attributes):
    """Build a network whose edges have delays, some of them none, in steps of DT."""
    plain = network(W, kind, **attributes)
    steps = rng.integers(0, int(most / DT) + 1, len(plain.edges)) * rng.integers(0, 2, len(plain.edges))
    steps[-1] = 50
    return with_delays(plain, DT * steps)


def asked(net, **words):
    return ng.certify(net, level="fast", **words)["delay_independent"]


def far(certificate, net, states):
    """Return the distances (frames, pairs) of half of the trajectories from the other half, in the norm."""
    apart = (states - states[:, ::-1])[:, : states.shape[1] // 2, net.connectivity.free]
    return np.max(np.abs(apart) * certificate.weights, axis=-1)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, scale=st.sampled_from([0.1, 0.3, 1.0]))
def test_what_is_proved_falls_at_the_rate_with_the_delays(kind, seed, scale):
    rng, dynamics = np.random.default_rng(seed), KINDS[kind]
    n = int(rng.integers(1, 6))
    W = scale * rng.normal(size=(n, n)) * (1.0 if dynamics.self_loops else 1.0 - np.eye(n))
    W = W + W.T if dynamics.symmetric else W
    net = late(W, dynamics, rng)
    found = asked(net)
    if found.verdict is not ng.certificates.Verdict.PROVED:
        return
    assert found.claims == ("unique equilibrium", "exponentially stable")
    x = rng.normal(size=1)
    apart = far(found, net, stepped(net, starts(net, x, 8, seed), DT, 600))
    # Before time 0 states were as at 0. A step of Euler falls behind exp(-rate t) by a part of second order at most.
    times = DT * np.arange(len(apart))[:, None]
    assert np.all(apart <= apart[0] * np.exp(-(found.rate or 0.0) * (1.0 - 0.5 * DT) * times) * (1.0 + 1e-9) + 1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from(["tanh", "vector field", "squashed transfer", "deep, absolute and extra leak"]))
def test_the_longest_step_of_euler_goes_there_too(seed, kind):
    rng, n = np.random.default_rng(seed), 4
    plain = network(0.4 * random_weights(rng, n), KINDS[kind])
    lags = rng.integers(0, 30, len(plain.edges))
    found = asked(with_delays(plain, np.where(lags > 0, 1.0, 0.0)))
    if not found.claims:
        return
    net = with_delays(plain, lags * found.largest_dt)
    assert "inherits" not in asked(net, dt=found.largest_dt).euler
    assert "goes there too" in asked(net, dt=found.largest_dt).euler
    assert "need not inherit" in asked(net, dt=1.01 * found.largest_dt).euler
    apart = far(found, net, stepped(net, starts(net, rng.normal(size=1), 8, seed), found.largest_dt, 1500))
    assert np.all(apart <= apart[0] * (1.0 + 1e-9) + 1e-12)
    assert np.all(apart[-1] <= 1e-3 * apart[0] + 1e-9)


def test_of_two_neurons_the_limit_is_that_of_their_sizes():
    for sign in (1.0, -1.0):
        W = np.array([[0.0, 0.5], [sign * 2.0, 0.0]])
        for share, proved in ((0.999, True), (1.001, False)):
            net = with_delays(network(share * W, ng.Dynamics("-s + I + b")), [1.0] * 4)
            assert bool(asked(net).claims) == proved
            assert ("leaks" in asked(net).statement) or proved


def test_beyond_the_limit_of_excitation_the_network_grows_whatever_the_delay():
    net = with_delays(network(1.05 * np.array([[0.0, 0.5], [2.0, 0.0]]), ng.Dynamics("-s + I + b")), [0.5] * 4)
    states = stepped(net, starts(net, 0.0, 2, 0), DT, 4000)
    assert np.abs(states[-1]).max() > np.abs(states[2000]).max()


def test_a_late_self_loop_counts_among_the_couplings_and_one_without_delay_among_the_leaks():
    net = network([[-3.0]], ng.Dynamics("-s + I + b"))
    places = {edge: k for k, edge in enumerate(net.edges)}
    assert asked(net).statement.startswith("Not applicable")
    inhibited = with_delays(net, [0.7 if k == places[0, 0] else 0.0 for k in range(2)])
    assert asked(inhibited).verdict is ng.certificates.Verdict.UNKNOWN
    states = stepped(inhibited, starts(inhibited, 0.0, 2, 0), 0.01, 4000)
    assert np.abs(states[-1]).max() > 1.0  # and there it oscillates
    pair = network([[-3.0, 2.0], [2.0, -3.0]], ng.Dynamics("-s + I + b"))
    coupled = with_delays(pair, [0.7 if pre != post else 0.0 for pre, post in pair.edges])
    assert asked(coupled).verdict is ng.certificates.Verdict.PROVED
    states = stepped(coupled, starts(coupled, 0.0, 2, 0), 0.01, 2000)
    assert np.ptp(states[-1], axis=0).max() < 1e-3


def test_delays_from_inputs_alone_are_no_delays_of_couplings():
    net = network([[0.0, 0.5], [0.5, 0.0]], ng.dynamics.additive("tanh"))
    only = with_delays(net, [2.0 if pre == "x" else 0.0 for pre, _ in net.edges])
    report = ng.certify(only)
    assert report["delay_independent"].statement.startswith("Not applicable")
    assert report["gershgorin"].claims == ng.certify(net)["gershgorin"].claims


def test_the_rate_of_one_neuron_is_the_root_of_its_characteristic_equation():
    """r = L - |w| exp(r d) for ds/dt = -L s + w s(t - d), w > 0."""
    net = network([[0.6]], ng.Dynamics("-s + I + b"))
    for delay in (0.01, 1.0, 10.0):
        found = asked(with_delays(net, [delay if pre != "x" else 0.0 for pre, _ in net.edges]))
        assert found.rate == pytest.approx(1.0 - 0.6 * np.exp(found.rate * delay), rel=1e-3)


def test_a_transposed_phase_and_neurons_that_need_not_leak_are_said():
    net = with_delays(network([[0.0, 0.5], [0.5, 0.0]], ng.Dynamics("-s + I + b")), [1.0] * 4)
    assert "has no delays" in ng.certify(net, phase="transposed")["delay_independent"].statement
    integrator = with_delays(network([[-1.0]], ng.Dynamics("I + b")), [1.0] * 2)
    assert "need not leak without delay" in asked(integrator).statement


def test_weights_of_an_earlier_certificate_are_tried_first(monkeypatch):
    rng = np.random.default_rng(0)
    net = late(0.3 * random_weights(rng, 6), ng.dynamics.additive("tanh"), rng)
    first = asked(net)
    seen = []
    examine = DelayIndependent._examine
    monkeypatch.setattr(DelayIndependent, "_examine", lambda *given: seen.append(given[3]) or examine(*given))
    again = first.recheck(net.with_weights(0.9 * net.weights))
    assert again.verdict is ng.certificates.Verdict.PROVED
    assert np.array_equal(seen[0], first.witness["v"])
