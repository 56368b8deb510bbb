import pickle

import numpy as np
import pytest
from scipy.signal import lfilter

import neurograph as ng
from neurograph.sampling.result import Samples
from tests.sampling.networks import machine


def of_states(states, held=None):
    states = np.asarray(states, np.int8)
    held = np.zeros((states.shape[0], states.shape[2]), np.bool_) if held is None else held
    return Samples(machine(states.shape[2]), states, held)


def test_independent_draws_are_worth_their_number():
    states = np.random.default_rng(0).integers(0, 2, (4, 5000, 3))
    assert np.allclose(of_states(states).effective_size, 20000, rtol=0.15)


def test_a_chain_that_seldom_changes_is_worth_what_its_autocorrelation_says():
    # Flips with the chance q: rho_t = (1 - 2q)^t, so that the sum 1 + 2 sum rho is (1 - q)/q.
    rng, q = np.random.default_rng(0), 0.05
    flips = rng.random((8, 20000, 1)) < q
    found = of_states(np.cumsum(flips, axis=1) % 2).effective_size
    assert found[0] == pytest.approx(160000 * q / (1 - q), rel=0.15)


def test_chains_that_disagree_are_worth_little():
    states = np.zeros((2, 1000, 1), np.int8)
    states[1] = 1
    states[:, ::100] = 1 - states[:, ::100]
    assert of_states(states).effective_size[0] < 10


def test_chains_that_are_held_differently_are_counted_one_by_one():
    rng = np.random.default_rng(0)
    states = rng.integers(0, 2, (2, 4000, 2))
    states[0, :, 0], states[1, :, 0] = 0, 1
    states[0, :, 1] &= rng.integers(0, 2, 4000)  # another distribution
    held = np.array([[True, False], [True, False]])
    samples = of_states(states, held)
    assert np.isnan(samples.effective_size[0])
    assert samples.effective_size[1] == pytest.approx(8000, rel=0.15)


def test_what_never_changed_has_no_worth_and_three_samples_have_none():
    samples = of_states(np.zeros((2, 50, 2)))
    assert np.isnan(samples.effective_size).all()
    assert np.isnan(samples.standard_errors).all()
    assert "effective" not in repr(samples)
    assert np.isnan(of_states([[[0], [1], [0]]]).effective_size).all()


def test_standard_errors_are_those_of_the_marginals():
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        noise = lfilter([1.0], [1.0, -0.8], rng.normal(size=(4, 2000, 1)), axis=1)
        samples = of_states(noise > 0)
        found.append((samples.marginals[0] - 0.5) / samples.standard_errors[0])
    assert 0.7 < np.std(found) < 1.4


def test_a_line_on_many_samples_does_not_count_their_worth(monkeypatch):
    monkeypatch.setattr("neurograph.sampling.result.AT_ONCE", 10)
    assert "effective" not in repr(of_states(np.random.default_rng(0).integers(0, 2, (2, 50, 2))))


def test_the_states_stay_as_they_were_drawn():
    samples = ng.sample(machine(3), samples=5, seed=0)
    assert not samples.states.flags.writeable
    again = pickle.loads(pickle.dumps(samples))
    assert np.array_equal(again.states, samples.states)


def test_parts_of_the_samples():
    samples = ng.sample(machine(3, hidden=2), samples=10, chains=4, seed=0)
    assert samples.outputs.shape == (4, 10, 3)
    assert np.array_equal(samples.last, samples.states[:, -1])
    assert np.allclose(samples.means.mean(axis=0), samples.marginals)
    assert repr(samples).startswith("Samples(4 chains of 10 samples, 5 free neurons of 5")


def test_draws_that_alternate_are_worth_more_than_their_number_but_no_more_than_a_bound():
    states = np.tile([0, 1], 500)[None, :, None]
    assert of_states(states).effective_size[0] == pytest.approx(1000 * 3)  # 1000 log10 1000


def test_a_neuron_that_only_one_chain_holds_is_counted_in_the_others_alone():
    states = np.random.default_rng(0).integers(0, 2, (2, 4000, 2))
    states[0, :, 0] = states[1, 0, 0] = 1
    samples = of_states(states, np.array([[True, False], [False, False]]))
    assert samples.effective_size == pytest.approx([4000, 8000], rel=0.15)


def test_standard_errors_of_chains_that_are_held_differently_are_those_of_their_mean():
    network, x = machine(3, seed=1), [[1.0, np.nan, np.nan], [np.nan] * 3]
    found = [ng.sample(network, x, samples=150, seed=seed) for seed in range(150)]
    spread = np.std([one.marginals for one in found], axis=0)
    assert np.mean([one.standard_errors for one in found], axis=0) == pytest.approx(spread, rel=0.25)
