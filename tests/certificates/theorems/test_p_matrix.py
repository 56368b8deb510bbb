"""The refuters by principal minors."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.certificates import Verdict, certify
from neurograph.certificates.system import System
from neurograph.certificates.theorems import p_matrix
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.network.compilation import compile
from tests.certificates.networks import LEAKY, SEEDS, matrix, network, random_weights


def is_p_matrix(A):
    """Return whether every principal minor of A is positive."""
    subsets = (c for k in range(1, len(A) + 1) for c in itertools.combinations(range(len(A)), k))
    return all(np.linalg.det(A[np.ix_(c, c)]) > 1e-12 for c in subsets)


def published(free, seed):
    """Build the published initialisation: complete, no self-loops, two inputs and a bias node, W ~ N(0, .05)."""
    rng = np.random.default_rng(seed)
    clamped, moving = ["x0", "x1", "bias"], list(range(free))
    graph = nx.DiGraph()
    graph.add_nodes_from(["x0", "x1"], role="input")
    graph.add_node("bias", role="bias")
    graph.add_nodes_from(moving)
    graph.nodes[0]["role"] = "output"
    pairs = [(i, j) for i in clamped + moving for j in moving if i != j]
    weights = rng.normal(0.0, 0.05, len(pairs))
    graph.add_edges_from((i, j, {"weight": float(w)}) for (i, j), w in zip(pairs, weights, strict=True))
    return compile(graph, dynamics.deep("signed"))


@pytest.mark.parametrize(
    "kind",
    [
        dynamics.vector_field(),
        LEAKY,
        *map(dynamics.deep, ("absolute", "signed")),
        dynamics.deep("signed", extra_leak=1.0),
    ],
)
@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_claims_about_every_bias_agree_with_all_principal_minors(kind, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    leaks = {name: rng.choice([value, value, 0.0, 1.0], n) for name, value in kind.defaults.items()}
    net = network(random_weights(rng, n, kind.self_loops), kind, **leaks)
    report, holds = certify(net, level="strong"), is_p_matrix(-matrix(net))
    if any("unique equilibrium" in certificate.claims for certificate in report):
        assert holds
    if any("several equilibria for some bias" in certificate.claims for certificate in report):
        assert not holds


@pytest.mark.parametrize(("free", "share"), [(5, 0.96), (50, 1.0)])
def test_the_published_initialisation_is_refuted(free, share):
    refuted = [certify(published(free, seed), level="fast")["p_matrix"] for seed in range(200 if free == 5 else 20)]
    assert all(certificate.verdict is Verdict.REFUTED for certificate in refuted)
    # By a self-exciting neuron alone; the others by a pair, or by the columns of A, which sum to 0.
    alone = np.mean(["node" in certificate.witness for certificate in refuted])
    assert alone == pytest.approx(share, abs=0.03)


def test_a_refutation_by_one_neuron_names_the_one_that_excites_itself_most():
    net = published(5, 1)
    A = matrix(net)
    found = certify(net, level="fast")["p_matrix"]
    assert found.witness["A_jj"] == pytest.approx(A.diagonal().max())
    assert found.witness["node"] == net.nodes[net.connectivity.free[A.diagonal().argmax()]]
    assert found.witness["count"] == np.sum(A.diagonal() >= 0)


@pytest.mark.parametrize(
    ("W", "kind"),
    [
        ([[2.0, -2.0], [2.0, -1.0]], dynamics.vector_field()),  # A = [[1, -2], [2, -2]]
        ([[0.0, 1.5], [1.5, 0.0]], dynamics.vector_field()),
        ([[0.0, -2.0], [-0.5, 0.0]], dynamics.vector_field()),  # a minor of exactly 0
    ],
)
def test_a_refuted_network_has_a_bias_with_two_equilibria(W, kind):
    A = np.array(W) - np.eye(2)
    found = certify(network(W, kind), level="fast")["p_matrix"]
    assert found.verdict is Verdict.REFUTED
    # A vector z whose signs -A reverses makes two solutions of one linear complementarity problem.
    z = next(z for z in _sign_reversed(A) if np.all(z * (-A @ z) <= 1e-15))
    plus, minus = np.maximum(z, 0.0), np.maximum(-z, 0.0)
    q = np.maximum(-A @ z, 0.0) + A @ plus
    net = network(W, kind, biases=-q)
    for s in (plus, minus):
        state = np.concatenate([[0.0], s])[None]
        assert np.allclose(np.clip(state + net.drift(state), 0.0, 1.0)[:, 1:], s, atol=1e-12)
    assert not np.allclose(plus, minus)


def _sign_reversed(A):
    for angle in np.linspace(0.0, 2.0 * np.pi, 721):
        yield 0.9 * np.array([np.cos(angle), np.sin(angle)])
    yield from 0.5 * np.array([[1.0, -2.0], [2.0, -1.0], [1.0, -0.5], [0.5, -1.0]])


def test_a_hurwitz_matrix_does_not_make_a_clipped_equilibrium_unique():
    net = network([[2.0, -2.0], [2.0, -1.0]], dynamics.vector_field())
    assert np.linalg.eigvals(matrix(net)).real.max() < 0.0
    report = certify(net)
    assert report["p_matrix"].verdict is Verdict.REFUTED
    assert report.claim == "Proved for all inputs: box invariant (invariant_box)."
    assert report.refutations == (report["p_matrix"],)


def test_a_unique_equilibrium_need_not_be_reached():
    W = -3.0 * np.roll(np.eye(3), 1, axis=1)
    net = network(W, dynamics.vector_field(), biases=[2.0, 1.9, 2.1])
    assert is_p_matrix(-matrix(net))
    report = certify(net, [[0.0]])
    assert report.claim == "Proved for all inputs: box invariant (invariant_box)."
    assert "1 of 1 samples did not settle" in report["spectral_abscissa"].statement
    assert not report.refutations
    # Started in step, the three stay so, and reach the equilibrium that all other states leave.
    in_step = certify(network(W, dynamics.vector_field(), biases=[2.0] * 3), [[0.0]])["spectral_abscissa"]
    assert in_step.verdict is Verdict.REFUTED
    assert in_step.witness["eigenvalue"].real == pytest.approx(0.5)


@pytest.mark.parametrize("kind", [dynamics.vector_field(), Dynamics("(-s + I)/tau", parameters={"tau": 1.0})])
@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_a_minor_near_0_is_bounded_from_above_and_exact_where_the_floats_are(kind, seed):
    rng = np.random.default_rng(seed)
    there, tau = rng.uniform(0.2, 5.0), rng.uniform(0.3, 3.0, 2)
    back = 1.0 / there * (1.0 + 2.0**-52 * rng.integers(-8, 9))
    net = network([[0.0, there], [back, 0.0]], kind, **({"tau": tau} if kind.defaults else {}))
    pairs, minors = p_matrix._minors(System(net, None, None, 0.0, None))
    exact = 1 - Fraction(there) * Fraction(back)
    if kind.defaults:
        exact /= Fraction(float(tau[0])) * Fraction(float(tau[1]))
        assert exact <= Fraction(float(minors[0])) <= exact + Fraction(1, 10**12)
    else:
        assert minors.tolist() == [float(exact)]
    assert pairs.tolist() == [[0, 1]]


def test_a_minor_of_0_within_rounding_refutes_nothing():
    kind = Dynamics("(-s + I + b)/tau", box=(0.0, 1.0), parameters={"tau": 3.0})
    just_below = 1.0 - 2.0**-53
    assert (
        certify(network([[0.0, just_below], [just_below, 0.0]], kind), level="fast")["p_matrix"].verdict
        is Verdict.UNKNOWN
    )


def test_a_leak_that_is_0_within_rounding_refutes_nothing():
    sent = np.full(200, 2.0**-55)
    sent[1] = -1.0  # first, so that the rest is lost beside it
    W = np.zeros((200, 200))
    W[1:, 0] = sent[1:]
    net = network(W, dynamics.deep("signed"), extra_leak=[1.0 - 2.0**-53, *np.ones(199)])
    assert 1 - Fraction(2) ** -53 + sum(map(Fraction, W[:, 0])) > 0
    assert net.w_out[net.connectivity.free[0]] + 1.0 - 2.0**-53 < 0.0
    assert certify(net, level="fast")["p_matrix"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("kind", [dynamics.additive("tanh"), Dynamics("-s + tanh(I)", box=(0.0, 1.0))])
def test_the_refuters_say_where_they_do_not_apply(kind):
    found = certify(network([[0.0, 5.0], [5.0, 0.0]], kind), level="fast")["p_matrix"]
    assert found.verdict is Verdict.UNKNOWN
    assert found.statement.startswith("Not applicable")


@pytest.mark.parametrize(
    ("W", "words"),
    [
        ([[0.0]], r"no free neuron excites itself \(1 looked at\), and there are no reciprocal pairs\. Larger"),
        ([[0.0, 0.1], [0.1, 0.0]], r"\(2 looked at\), and no reciprocal pair has .* positive \(1 looked at\)\. Larger"),
        ([[2.0]], r"A_jj = 1 >= 0: for some bias"),
        ([[2.0, 0.0], [0.0, 3.0]], r"A_jj = 2 >= 0, as at 2 of 2 free neurons: for some bias"),
        ([[0.0, 2.0], [2.0, 0.0]], r"= -3 <= 0: for some bias"),
        ([[0, 2, 2], [2, 0, 0], [2, 0, 0]], r"= -3 <= 0, as do 2 of 2 reciprocal pairs: for some bias"),
    ],
)
def test_the_refuter_counts_in_whole_sentences(W, words):
    assert re.search(words, certify(network(W, dynamics.vector_field()), level="fast")["p_matrix"].statement)
