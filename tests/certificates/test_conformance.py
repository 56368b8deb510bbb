"""What every theorem of the ladder must do, whatever the network: run over the registry."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurograph.certificates import THEOREMS, Theorem, Verdict, certify
from neurograph.certificates.verdict import CLAIMS, SCOPES
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.network.compilation import compile
from tests.strategies import graphs_for

KINDS = {
    "deep, absolute leak": dynamics.deep("absolute"),
    "deep, absolute and extra leak": dynamics.deep("absolute", extra_leak=0.3),
    "deep, signed leak": dynamics.deep("signed"),
    "deep, signed and extra leak": dynamics.deep("signed", extra_leak=2.0),
    "vector field": dynamics.vector_field(),
    "tanh": dynamics.additive("tanh"),
    "sigmoid": dynamics.additive("sigmoid"),
    "clip": dynamics.additive("clip"),
    "relu": dynamics.additive("relu"),
    "hopfield": dynamics.hopfield(),
    "own time constants": Dynamics(
        "(I - s*(w_out_abs + leak))/tau", box=(0.0, 1.0), parameters={"tau": 2.0, "leak": 0.1}, self_loops=False
    ),
    "saturating": Dynamics("-2*s + (1 - s)*sigmoid(I + b)", box=(0.0, 1.0)),
    "squashed transfer": Dynamics("-s + I + b", transfer="tanh(s)"),
}
NAMES = [theorem.name for theorem in THEOREMS.values() if "rate" in theorem.kinds]
QUICK = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def networks(draw, kind, max_free=4):
    graph = draw(graphs_for(KINDS[kind], max_free=max_free, ties=False, attributes=False))
    network = compile(graph, KINDS[kind])
    return network.with_weights(draw(st.sampled_from([0.1, 0.3, 1.0])) * network.weights)


def states(network, x, count, seed):
    """Draw states (count, nodes) under one input."""
    low, high = network.dynamics.box or (-4.0, 4.0)
    state = np.random.default_rng(seed).uniform(low, high, (count, len(network.nodes)))
    state[:, network.connectivity.bias_nodes] = 1.0
    state[:, network.connectivity.inputs] = x
    return state


def euler(network, state, dt, beta=0.0, y=0.0):
    """Take one explicit step, in numpy."""
    moved = network.drift(state)
    moved[:, network.connectivity.outputs] += beta * (y - state[:, network.connectivity.outputs])
    low, high = network.dynamics.box or (-np.inf, np.inf)
    new = state.copy()
    free = network.connectivity.free
    new[:, free] = np.clip(state[:, free] + dt * moved[:, free], low, high)
    return new


def length(certificate, difference):
    if certificate.norm == "P":
        return np.sqrt(np.einsum("...i,ij,...j", difference, certificate.witness["P"], difference))
    size = np.abs(difference) * (1.0 if certificate.weights is None else certificate.weights)
    if certificate.norm == "l_2":
        return np.sqrt((size**2).sum(axis=-1))
    return size.max(axis=-1) if certificate.norm.startswith("l_inf") else size.sum(axis=-1)


def factor(certificate, dt):
    """Give the factor by which a step of Euler shrinks distances; in l_2 and P a step has a part of second order."""
    rate = certificate.rate or 0.0
    if "K" in certificate.witness:
        return np.sqrt(1.0 - rate * dt * (2.0 - certificate.witness["K"] * dt))
    return 1.0 - rate * dt


def searched(certificate):
    """Return whether numbers come from a search, which ends a little elsewhere when its sums are in another order."""
    return type(certificate.theorem).examine_again is not Theorem.examine_again


def equilibria(network, x, bias):
    """Find every equilibrium of an affine drift in a box, by trying each set of saturated neurons."""
    free, (low, high) = network.connectivity.free, network.dynamics.box
    rest = states(network, x, 1, 0)[0]
    rest[free] = 0.5 * (low + high)
    A = network.jacobian(rest).toarray()[np.ix_(free, free)]
    q = network.drift(rest)[free] - A @ rest[free] + bias
    found = []
    for pattern in itertools.product((-1, 0, 1), repeat=free.size):
        at = np.array(pattern)
        s = np.where(at < 0, low, high).astype(float)
        inner = at == 0
        block = A[np.ix_(inner, inner)]
        if inner.any() and abs(np.linalg.det(block)) < 1e-12:
            continue
        s[inner] = np.linalg.solve(block, -(q + A @ np.where(inner, 0.0, s))[inner])
        drift = A @ s + q
        inside = np.all((s[inner] >= low - 1e-9) & (s[inner] <= high + 1e-9))
        if inside and np.all(drift[at < 0] <= 1e-9) and np.all(drift[at > 0] >= -1e-9):
            found.append(s)
    return np.array(found)


def test_names_are_unique_and_each_theorem_is_one():
    assert len(set(NAMES)) == len(NAMES)
    assert all(isinstance(theorem, Theorem) for theorem in THEOREMS.values())


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data(), seed=st.integers(0, 999))
def test_a_certificate_is_whole(kind, data, seed):
    network = data.draw(networks(kind))
    before = network.weights.copy(), network.biases.copy(), network.parameters.copy()
    x = np.random.default_rng(seed).uniform(size=(2, network.connectivity.inputs.size))
    report = certify(network, x, dt=0.01, level="strong", budget=300.0)
    assert [certificate.name for certificate in report.certificates] == NAMES
    for certificate in report:
        assert report[certificate.name] is certificate
        assert isinstance(certificate.verdict, Verdict)
        assert certificate.scope in SCOPES
        assert set(certificate.claims) <= set(CLAIMS)
        assert (certificate.verdict is Verdict.UNKNOWN) == (not certificate.claims)
        assert certificate.rate is None or (certificate.verdict is Verdict.PROVED and certificate.rate > 0.0)
        assert certificate.rate is None or certificate.norm is not None or certificate.scope == "local"
        assert certificate.largest_dt is None or certificate.largest_dt > 0.0
        assert (certificate.euler is not None) == (certificate.verdict is Verdict.PROVED)
        assert certificate.statement.endswith(".")
        assert certificate.reference
        assert certificate.does_not_cover.endswith(".")
        assert certificate.assumptions
    assert all(len(line) <= 100 for line in str(report).splitlines())
    for array, old in zip((network.weights, network.biases, network.parameters), before, strict=True):
        assert np.array_equal(array, old)


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(
    data=st.data(),
    seed=st.integers(0, 999),
    beta=st.sampled_from([0.0, 0.5, -0.1]),
    share=st.sampled_from([1, 0.99, 0.3]),
)
def test_distances_shrink_at_the_rate_in_the_norm(kind, data, seed, beta, share):
    network = data.draw(networks(kind))
    report = certify(network, phase="nudged" if beta else "free", beta=beta, level="strong", budget=300.0)
    for certificate in report.proved:
        if not set(certificate.claims) & {"contracting", "nonexpansive"}:
            continue
        rate = certificate.rate or 0.0
        dt = share * (certificate.largest_dt or 1e-3)
        x = np.random.default_rng(seed).normal(size=network.connectivity.inputs.size)
        state = states(network, x, 20, seed)
        for _ in range(5):
            new = euler(network, state, dt, beta)
            apart, later = (length(certificate, (s - s[::-1])[:, network.connectivity.free]) for s in (state, new))
            # Without a longest step, the factor holds up to the second order of this one.
            slack = 1e-12 if certificate.largest_dt else 1e-3 * rate * dt
            heaviest = 1.0 if certificate.weights is None else np.max(certificate.weights)
            assert np.all(later <= (factor(certificate, dt) + slack) * apart + 1e-12 * max(1.0, heaviest))
            state = new


@pytest.mark.parametrize("kind", [name for name, one in KINDS.items() if one.box and name != "saturating"])
@QUICK
@given(data=st.data(), seed=st.integers(0, 999))
def test_nothing_unique_has_two_equilibria(kind, data, seed):
    network = data.draw(networks(kind))
    if not any("unique equilibrium" in certificate.claims for certificate in certify(network)):
        return
    rng = np.random.default_rng(seed)
    for _ in range(3):
        x = rng.normal(size=network.connectivity.inputs.size)
        found = equilibria(network, x, rng.normal(size=network.connectivity.free.size))
        assert len(found) >= 1
        assert np.ptp(found, axis=0).max() < 1e-5


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data())
def test_the_order_of_nodes_and_edges_does_not_matter(kind, data):
    network = data.draw(networks(kind))
    graph = network.to_graph()
    turned = nx.DiGraph()
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from(reversed(list(graph.edges(data=True))))
    for one, other in zip(certify(network), certify(compile(turned, network.dynamics)), strict=True):
        assert (one.verdict, one.claims, one.norm) == (other.verdict, other.claims, other.norm)
        rel = 0.05 if searched(one) else 1e-9
        assert (one.rate or 0.0) == pytest.approx(other.rate or 0.0, rel=rel)
        # The longest dt in l_2 is proved with a slack for rounding that grows like eps / rate, and eightfold where the
        # first proof does not go through: which of the two, the order of sums decides.
        rel_dt = max(rel, min(0.05, 1e-11 / one.rate)) if one.rate and one.norm == "l_2" else rel
        assert (one.largest_dt or 0.0) == pytest.approx(other.largest_dt or 0.0, rel=rel_dt)


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data(), beta=st.floats(0.01, 20.0))
def test_nudging_towards_targets_never_hurts_what_holds_for_all_inputs(kind, data, beta):
    network = data.draw(networks(kind))
    for free, nudged in zip(certify(network), certify(network, phase="nudged", beta=beta), strict=True):
        # Clipping and nudging need a norm that is diagonal.
        if set(free.claims) & {"contracting", "nonexpansive"} and free.norm != "P":
            assert nudged.verdict is Verdict.PROVED
            assert (nudged.rate or 0.0) >= (0.95 if searched(free) else 1.0) * (free.rate or 0.0) - 1e-9


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data())
def test_the_same_network_in_float32_is_certified_alike(kind, data):
    network = data.draw(networks(kind))
    single = compile(network.to_graph(), network.dynamics, dtype=np.float32)
    again = compile(single.to_graph(), network.dynamics)
    for one, other in zip(certify(single), certify(again), strict=True):
        assert (one.verdict, one.claims) == (other.verdict, other.claims)
