"""The compiled sampler against the equations, and against a plain loop with the same random numbers."""

import math

import numpy as np
import pytest

import neurograph as ng
from neurograph.sampling.chains import drawn_states, flip_rates, generators, probabilities
from tests.sampling.networks import boltzmann, every_state, machine

NETWORKS = {
    "a complete graph": machine(),
    "with a bias node": machine(visible=3, hidden=1, bias_node=True, seed=1),
    "at a temperature": machine(log_odds="(I + b)/T", parameters={"T": 2.0}, seed=2),
    "float32": machine(seed=3, dtype=np.float32),
}


def kernel(network, states, node):
    """Return the transitions (states, states) of drawing one neuron, from the sampler's own probabilities."""
    P = probabilities(network, states)[:, node].astype(np.float64)
    powers = 1 << np.arange(states.shape[1])
    place = {int(code): k for k, code in enumerate(states.astype(int) @ powers)}
    T = np.zeros((len(states), len(states)))
    for k, state in enumerate(states):
        for value, chance in ((1.0, P[k]), (0.0, 1.0 - P[k])):
            to = state.copy()
            to[node] = value
            T[k, place[int(to.astype(int) @ powers)]] += chance
    return T


def test_each_neurons_kernel_and_the_flips_are_in_detailed_balance_and_a_sweep_leaves_pi_as_it_is():
    network = machine(seed=5)
    states = every_state(network)
    pi, sweep = boltzmann(network, states), np.eye(len(states))
    for node in network.connectivity.free:
        T = kernel(network, states, node)
        flow = pi[:, None] * T
        assert np.abs(flow - flow.T).max() <= 1e-12
        sweep = sweep @ T
    assert np.abs(pi @ sweep - pi).max() <= 1e-12
    flow = pi[:, None] * sweep
    assert np.abs(flow - flow.T).max() > 1e-3  # a whole sweep is not reversible
    rates = flip_rates(network, states)
    for node in range(4):
        flipped = np.arange(len(states)) ^ (1 << node)
        assert np.abs(pi * rates[:, node] - (pi * rates[:, node])[flipped]).max() <= 1e-12


@pytest.mark.parametrize("name", NETWORKS)
def test_probabilities_and_rates_are_those_of_the_equations(name):
    network = NETWORKS[name]
    states, free = every_state(network), network.connectivity.free
    T = dict(network.dynamics.parameters).get("T", 1.0)
    a = (states @ network.matrix().toarray().T.astype(np.float64) + network.biases)[:, free] / T
    close = 1e-5 if network.dtype == np.float32 else 1e-14
    assert np.allclose(probabilities(network, states)[:, free], 1.0 / (1.0 + np.exp(-a)), rtol=close)
    assert np.allclose(flip_rates(network, states)[:, free], np.exp((0.5 - states[:, free]) * a), rtol=close)


class Xoshiro:
    """xoshiro256++, from its paper, in whole numbers of Python."""

    def __init__(self, words):
        self.s = [int(word) for word in words]

    def word(self):
        s, mask = self.s, 2**64 - 1

        def turned(x, k):
            return (x << k | x >> (64 - k)) & mask

        result = (turned((s[0] + s[3]) & mask, 23) + s[0]) & mask
        moved = s[1] << 17 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= moved
        s[3] = turned(s[3], 45)
        return result


def plain_sweeps(network, start, held, words, burn_in, thin, samples):
    """Sweep one chain."""
    W, s, random = network.matrix().toarray(), start.copy(), Xoshiro(words)
    kept = []
    for sweep in range(1, burn_in + thin * samples + 1):
        for node in network.connectivity.free:
            uniform = (random.word() >> 12) / 2**52
            if not held[node]:
                s[node] = uniform < 1.0 / (1.0 + math.exp(-(W[node] @ s + network.biases[node])))
        if sweep > burn_in and (sweep - burn_in) % thin == 0:
            kept.append(s.copy())
    return np.array(kept)


def plain_flips(network, start, held, words, burn_in, thin, samples):
    """Flip one chain."""
    W, s, random = network.matrix().toarray(), start.copy(), Xoshiro(words)
    free, now, kept = network.connectivity.free, 0.0, []
    while True:
        rates = np.exp((0.5 - s) * (W @ s + network.biases))[free] * ~held[free]
        now -= math.log1p(-(random.word() >> 11) / 2**53) / rates.sum()
        while len(kept) < samples and now > burn_in + thin * (len(kept) + 1):
            kept.append(s.copy())
        if len(kept) == samples:
            return np.array(kept)
        place = (random.word() >> 11) / 2**53 * rates.sum()
        node = free[np.searchsorted(np.cumsum(rates), place, side="right")]
        s[node] = 1.0 - s[node]


@pytest.mark.parametrize(("method", "plain"), [("gibbs", plain_sweeps), ("flips", plain_flips)])
def test_the_sampler_draws_what_a_plain_loop_draws(method, plain):
    network = machine(visible=5, hidden=4, density=0.6, bias_node=True, seed=7)
    rng, nodes = np.random.default_rng(0), len(network.nodes)
    start, held = rng.integers(0, 2, (70, nodes)).astype(float), rng.random((70, nodes)) < 0.3
    start[:, -1], held[:, -1] = 1.0, True
    words = generators(rng, 70)
    drawn = drawn_states(network, start, held, words, method, 3, 2, 30)
    for chain in (0, 1, 17, 64, 69):
        assert np.array_equal(drawn[chain], plain(network, start[chain], held[chain], words[chain], 3, 2, 30))


@pytest.mark.parametrize("method", ["gibbs", "flips"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_chain_draws_the_same_whatever_stands_beside_it_on_any_number_of_threads(method, dtype, monkeypatch):
    network = machine(visible=40, hidden=30, scale=0.3, density=0.5, dtype=dtype)
    monkeypatch.setattr("neurograph.kernels.bindings.WORTH_A_THREAD", 1)
    found = {}
    for threads in (1, 2, 3):
        monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
        for chains in (1, 7, 64, 150):
            start, held = np.zeros((chains, 70), dtype), np.zeros((chains, 70), np.bool_)
            held[::3, :40] = True
            words = generators(np.random.default_rng(1), chains)
            found[threads, chains] = drawn_states(network, start, held, words, method, 2, 1, 5)
    for (_, chains), drawn in found.items():
        assert np.array_equal(drawn, found[1, 150][:chains])
        assert not drawn[0, :, :40].any()  # held at 0


def test_inputs_summed_flip_by_flip_are_summed_anew():
    network = machine(visible=3, seed=4)
    drawn = drawn_states(
        network,
        np.zeros((1, 3)),
        np.zeros((1, 3), np.bool_),
        generators(np.random.default_rng(0), 1),
        "flips",
        0,
        5,
        9000,
    )  # more than ten thousand flips
    pi = boltzmann(network, every_state(network))
    codes = np.bincount(drawn[0] @ (1 << np.arange(3)), minlength=8) / 9000
    assert np.abs(codes - pi).max() < 0.02


def test_generators_do_not_depend_on_their_number():
    one, many = generators(np.random.default_rng(3), 1), generators(np.random.default_rng(3), 1000)
    assert np.array_equal(one[0], many[0])
    assert np.unique(many).size == many.size


@pytest.mark.parametrize("method", ["gibbs", "flips"])
def test_log_odds_that_are_no_number_are_refused_by_the_neuron(method):
    network = machine(3, log_odds="I + log(b)", seed=0)
    network = network.with_weights(network.weights, [1.0, -1.0, 2.0])
    with pytest.raises(ng.ParameterError, match=r"log_odds is 'I \+ log\(b\)', which is no number at neuron 1"):
        ng.sample(network, method=method, seed=0)


def test_an_infinite_rate_is_refused():
    with pytest.raises(ng.ParameterError, match=r"infinite rate.*method='gibbs'"):
        ng.sample(machine(scale=1e5), method="flips", seed=0)


@pytest.mark.parametrize("states", [[["a", "b"]], [[1j, 0.0]], [[1.0], [0.0, 1.0]]])
def test_states_that_are_no_numbers_are_refused(states):
    for call in (probabilities, flip_rates):
        with pytest.raises(ng.DataError, match="states cannot be read as numbers: expected"):
            call(machine(2), states)
