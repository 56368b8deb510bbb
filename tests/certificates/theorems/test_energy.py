"""The energy: its slope against differences, its fall along trajectories and at every step, and where there is none."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import Verdict, certify
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.network.compilation import compile
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle

SEEDS = st.integers(0, 2**32 - 1)
GRADIENT = {
    "vector field": dynamics.vector_field(),
    "hopfield": dynamics.hopfield(),
    "deep, absolute leak": dynamics.deep("absolute", extra_leak=0.1),
    "deep, signed leak": dynamics.deep("signed"),
    "time constants": Dynamics("(-s + I + b)/tau", box=(0.0, 1.0), parameters={"tau": 1.0}),
    "cubic leak": Dynamics("-s**3 + I + b", box=(-1.0, 1.0)),
}
RATE = {
    "tanh": dynamics.additive("tanh"),
    "sigmoid": dynamics.additive("sigmoid"),
    "slow tanh": Dynamics("(-s + tanh(2*I + b))/tau", parameters={"tau": 1.0}),
}
METRIC = {
    "squashed transfer": Dynamics("-s + I + b", transfer="tanh(s)"),
    "smooth hopfield": Dynamics("sigmoid(s)*(1 - sigmoid(s))*(I + b) - s", transfer="sigmoid(s)", box=(-3.0, 3.0)),
}
KINDS = GRADIENT | RATE | METRIC


def symmetric(rng, n, loops):
    W = rng.normal(0.0, rng.choice([0.3, 1.0, 3.0]), (n, n)) * (rng.random((n, n)) < 0.8)
    W = np.triu(W, 0 if loops else 1)
    return W + np.triu(W, 1).T


def network(kind, seed, W=None):
    """Compile 1 to 5 neurons with symmetric weights, and an input into each; node 0 is the output."""
    rng = np.random.default_rng(seed)
    W = symmetric(rng, int(rng.integers(1, 6)), kind.self_loops) if W is None else np.asarray(W, float)
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    for j in range(len(W)):
        own = {"bias": float(rng.normal())} if kind.uses_bias else {}
        own |= {"tau": float(rng.uniform(0.4, 3.0))} if "tau" in kind.defaults else {}
        graph.add_node(j, role="hidden" if j else "output", **own)
        graph.add_edge("x", j, weight=float(rng.normal()))
    graph.add_edges_from((int(i), int(j), {"weight": float(W[j, i])}) for j, i in np.argwhere(W))
    return compile(graph, kind)


def states(net, x, count, seed):
    """Draw states of which a rate network's lie in the range of its activation."""
    low, high = net.dynamics.box or ((0.05, 0.9) if "sigmoid" in net.dynamics.drift else (-0.9, 0.9))
    state = np.random.default_rng(seed).uniform(low, high, (count, len(net.nodes)))
    state[:, net.connectivity.inputs] = x
    return state


def phase(beta):
    return {"phase": "nudged", "beta": beta, "y": [[0.6]]} if beta else {}


def step(net, state, dt, beta):
    """Take one explicit step, in numpy."""
    free, (low, high) = net.connectivity.free, net.dynamics.box or (-np.inf, np.inf)
    new = state.copy()
    new[:, free] = np.clip(state[:, free] + dt * net.drift(state, 0.6, beta)[:, free], low, high)
    return new


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, beta=st.sampled_from([0.0, 0.5, -0.2]))
def test_the_slope_is_that_of_the_energy_along_a_tiny_step(kind, seed, beta):
    net = network(KINDS[kind], seed)
    found = certify(net, [[0.4]], **phase(beta))["energy"]
    assert found.verdict is Verdict.PROVED
    assert "convergent" in found.claims
    function = found.function()
    state = states(net, 0.4, 6, seed)
    state = state[np.isfinite(function.value(state))]
    slope, value = function.slope(state), function.value(state)
    assert np.all(slope <= 0.0)
    ahead, further = (function.value(step(net, state, dt, beta)) for dt in (1e-5, 2e-5))
    difference = (4.0 * ahead - further - 3.0 * value) / 2e-5  # to second order
    assert difference == pytest.approx(slope, rel=1e-4, abs=1e-5)
    assert function.value(function.equilibrium) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("kind", GRADIENT | RATE)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, beta=st.sampled_from([0.0, 0.5, -0.2]))
def test_the_energy_falls_at_every_step_just_below_the_longest(kind, seed, beta):
    net = network(KINDS[kind], seed)
    found = certify(net, [[0.4]], dt=0.01, **phase(beta))["energy"]
    dt = 0.99 * min(found.largest_dt, 10.0)
    state = states(net, 0.4, 6, seed)
    function = found.function()
    value = function.value(state)
    for _ in range(30):
        state = step(net, state, dt, beta)
        before, value = value, function.value(state)
        fallen = np.isfinite(before)
        assert np.all(value[fallen] <= before[fallen] + 1e-9 * (1.0 + np.abs(before[fallen])))


@pytest.mark.parametrize("kind", METRIC)
def test_where_the_slope_of_what_is_sent_or_of_the_gate_varies_no_step_is_known(kind):
    found = certify(network(METRIC[kind], 1), dt=0.01)["energy"]
    assert found.verdict is Verdict.PROVED
    assert found.largest_dt is None
    assert found.witness["curvature"] is None


def test_a_step_longer_than_the_longest_may_raise_the_energy():
    net = network(dynamics.vector_field(), 0, [[0.0, -0.9], [-0.9, 0.0]])
    found = certify(net, [[0.0]])["energy"]
    assert found.largest_dt == pytest.approx(2.0 / 1.9)
    net = net.with_weights(net.weights, [0.0, 0.95, 0.95])  # at rest in the middle of the box
    function = certify(net, [[0.0]])["energy"].function()
    state = function.equilibrium + 1e-3 * np.array([[0.0, 1.0, 1.0]])
    rising = [function.value(step(net, state, factor * found.largest_dt, 0.0))[0] for factor in (0.99, 1.01)]
    assert rising[0] < function.value(state)[0] < rising[1]


def test_the_curvature_of_a_large_network_is_bounded_by_sums(monkeypatch):
    net = network(dynamics.vector_field(), 3, symmetric(np.random.default_rng(0), 5, True))
    exact = certify(net)["energy"].witness["curvature"]
    monkeypatch.setattr("neurograph.certificates.theorems.energy.DENSE", 0)
    bound = certify(net)["energy"].witness["curvature"]
    H = np.eye(5) - net.matrix().toarray()[1:, 1:]
    assert exact == pytest.approx(np.linalg.eigvalsh(H).max())
    assert exact <= bound <= np.abs(H).sum(axis=1).max() + 1e-9


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_every_state_goes_to_an_equilibrium(kind, seed):
    net = network(KINDS[kind], seed)
    found = certify(net)["energy"]
    assert found.verdict is Verdict.PROVED
    low, high = net.dynamics.box or (-5.0, 5.0)
    start = np.random.default_rng(seed).uniform(low, high, (8, len(net.nodes)))
    dt = 0.5 * min(found.largest_dt or 0.05, 0.2)
    ended = settle(net, np.full((8, 1), 0.4), start=start, solver=Euler(dt=dt, steps=200_000, tol=1e-5))
    assert ended.converged


def test_the_same_energy_has_several_equilibria():
    net = network(dynamics.vector_field(), 0, [[0.0, -2.0], [-2.0, 0.0]])
    net = net.with_weights(net.weights, [0.0, 1.2, 1.2])
    function = certify(net, [[0.0]])["energy"].function()
    ends = settle(net, [[0.0]] * 2, start=[[0.0, 0.9, 0.1], [0.0, 0.1, 0.9]]).state
    assert np.allclose(ends[:, 1:], [[1.0, 0.0], [0.0, 1.0]], atol=1e-5)
    assert function.value(ends)[0] == pytest.approx(function.value(ends)[1])
    assert np.all(function.value(ends) < function.value(np.array([0.0, 0.4, 0.4])))


@pytest.mark.parametrize(
    ("W", "kind", "words"),
    [
        ([[0.0, 1.0], [0.5, 0.0]], dynamics.vector_field(), "not symmetric, such as 1 from 1 to 0 and 0.5 back"),
        ([[0.0, 1.0], [0.0, 0.0]], dynamics.additive("tanh"), "not symmetric"),
        ([[0.0, 1.0], [1.0, 0.0]], dynamics.additive("clip"), "may have a kink"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s + I", transfer="sqrt(s)", box=(0.0, 1.0)), "may have a kink"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s - I", box=(0.0, 1.0)), "no energy is known"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s + I", transfer="-tanh(s)", box=(0.0, 1.0)), "no energy is known"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s + tanh(I)", box=(0.0, 1.0)), "no energy is known"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("s + tanh(I)"), "no energy is known"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s + tanh(I)", transfer="tanh(s)"), "no energy is known"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s + sin(I)"), "no energy is known"),
        ([[0.0, 1.0], [1.0, 0.0]], Dynamics("-s + I"), "No bound of the states"),
    ],
)
def test_it_says_where_there_is_no_energy(W, kind, words):
    found = certify(network(kind, 0, W))["energy"]
    assert found.verdict is Verdict.UNKNOWN
    assert words in found.statement


def test_a_transposed_phase_has_an_energy_where_it_is_the_nudged_one():
    W = [[0.0, 1.0], [1.0, 0.0]]
    slow = Dynamics("(-s + I)/tau", box=(0.0, 1.0), parameters={"tau": 1.0})
    verdicts = [
        certify(network(kind, 0, W), phase="transposed")["energy"].verdict
        for kind in (dynamics.vector_field(), slow, dynamics.additive("tanh"))
    ]
    assert verdicts == [Verdict.PROVED, Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_a_leak_that_the_nudge_takes_away_bounds_nothing():
    net = network(dynamics.additive("tanh"), 0, [[0.0, 1.0], [1.0, 0.0]])
    assert certify(net, phase="nudged", beta=-0.9)["energy"].verdict is Verdict.PROVED
    assert certify(net, phase="nudged", beta=-1.1)["energy"].verdict is Verdict.UNKNOWN
