"""A trial of what is proved with delays: trajectories come together, or it says what that speaks against."""

from dataclasses import replace

import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates import try_out
from tests.certificates.late import stepped
from tests.certificates.networks import network
from tests.certificates.test_delays import SKEW, of_couplings

LINEAR = ng.Dynamics("-s + I + b")
X = [[0.3], [-1.0]]


def test_what_is_proved_comes_together_as_steps_in_numpy_do():
    net = of_couplings(network(0.2 * SKEW, ng.dynamics.additive("tanh")), 0.5)
    found = try_out(ng.certify(net), net, X, dt=0.01, duration=20.0, starts=4, seed=0)
    assert found.proved == ("delay_independent", "delay_margin")
    assert found.contradicted == ()
    assert found.distance.shape == (2, found.time.size)
    assert found.distance[:, -1].max() < 1e-3 * found.distance[:, 0].min()
    start = np.random.default_rng(0).uniform(-1.0, 1.0, (8, 3))
    start[:, net.connectivity.inputs] = np.repeat(X, 4, axis=0)
    states = stepped(net, start, 0.01, 2000)[:, :, net.connectivity.free].reshape(2001, 2, 4, 2)
    apart = np.ptp(states, axis=2).max(axis=-1).T
    every = round(found.time[1] / 0.01)
    assert np.allclose(found.distance, apart[:, ::every], atol=0.02)
    assert "proved by delay_independent, delay_margin)" in " ".join(repr(found).split())


def test_what_swings_apart_is_proved_by_nothing_or_speaks_against_it():
    net = of_couplings(network(SKEW, LINEAR), 0.5)
    report = ng.certify(net)
    found = try_out(report, net, X, dt=0.01, duration=20.0, seed=0)
    assert (found.proved, found.contradicted) == ((), ())
    assert np.all(found.distance[:, -1] > found.distance[:, 0])
    assert "proved by nothing)" in " ".join(repr(found).split())
    wrong = ng.certify(of_couplings(network(SKEW, LINEAR), 0.02)).certificates
    forged = replace(report, certificates=wrong)
    against = try_out(forged, net, X, dt=0.01, duration=20.0, seed=0)
    assert against.contradicted == ("delay_margin",)
    assert "it speaks against delay_margin" in " ".join(repr(against).split())


def test_a_report_of_another_network_or_phase_is_refused():
    net = of_couplings(network(SKEW, LINEAR), 0.5)
    with pytest.raises(ng.ParameterError, match="report is of another network"):
        try_out(ng.certify(network(SKEW, LINEAR)), net, X, dt=0.01, duration=1.0)
    with pytest.raises(ng.ParameterError, match="a phase that is nudged"):
        try_out(ng.certify(net, phase="nudged", beta=0.5), net, X, dt=0.01, duration=1.0)
    for wrong in ({"starts": 1}, {"dt": 0.0}, {"duration": -1.0}):
        with pytest.raises(ng.ParameterError, match=next(iter(wrong))):
            try_out(ng.certify(net), net, X, **({"dt": 0.01, "duration": 1.0} | wrong))
