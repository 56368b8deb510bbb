"""Every theorem against an independent route: dense matrices, exact fractions, brute force, trajectories."""

import itertools
import re
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import UnknownCertificateError, Verdict, certify
from neurograph.certificates.bounds import equilibria as resting
from neurograph.certificates.bounds import spectrum
from neurograph.certificates.bounds.components import closed_component
from neurograph.equations import dynamics
from neurograph.equations.dynamics import Dynamics
from neurograph.errors import DataError, NeurographError, ParameterError
from neurograph.network.compilation import compile
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle

SEEDS = st.integers(0, 2**32 - 1)
LEAKY = dynamics.deep("absolute", extra_leak=0.3)


def network(W, kind, biases=None, **attributes):
    """Compile free nodes 0, 1, ... with W[post, pre] among them, and an input into each; node 0 is the output."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    for j in range(len(W)):
        bias = {"bias": 0.0 if biases is None else float(biases[j])} if kind.uses_bias else {}
        own = {name: float(values[j]) for name, values in attributes.items()}
        graph.add_node(j, role="hidden" if j else "output", **bias, **own)
        graph.add_edge("x", j, weight=1.0)
    graph.add_edges_from((i, j, {"weight": float(W[j][i])}) for j, i in np.argwhere(np.asarray(W)))
    return compile(graph, kind)


def matrix(net, s=0.5):
    """Give the dense Jacobian of the free nodes."""
    free = net.connectivity.free
    return net.jacobian(np.full(len(net.nodes), s)).toarray()[np.ix_(free, free)]


def random_weights(rng, n, loops=False):
    """Draw weights (n, n), some sparse, some on a coarse grid so that numbers tie."""
    W = rng.normal(0.0, rng.choice([0.1, 0.3, 1.0]), (n, n)) * (rng.random((n, n)) < rng.choice([0.3, 0.6, 1.0]))
    W = np.round(2.0 * W) / 2.0 if rng.random() < 0.5 else W
    return W if loops else W * (1.0 - np.eye(n))


def is_p_matrix(A):
    """Say whether every principal minor of A is positive."""
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


# The refuters.


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


# Gershgorin.


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, beta=st.sampled_from([0.0, 0.7, -0.2]))
def test_gershgorin_of_an_affine_network_is_the_log_norm_of_its_matrix(seed, beta):
    rng = np.random.default_rng(seed)
    net = network(random_weights(rng, 4, loops=True), dynamics.vector_field())
    A = matrix(net) - beta * np.diag([1.0, 0.0, 0.0, 0.0])
    mu = {
        norm: max(B[j, j] + np.abs(np.delete(B[j], j)).sum() for j in range(4)) for norm, B in (("inf", A), ("1", A.T))
    }
    found = certify(net, phase="nudged" if beta else "free", beta=beta, level="fast")["gershgorin"]
    assert found.margin == pytest.approx(-min(mu.values()), abs=1e-12)
    assert (found.verdict is Verdict.PROVED) == (min(mu.values()) < -1e-13)
    if found.verdict is Verdict.PROVED:
        assert found.largest_dt == pytest.approx(1.0 / np.abs(A.diagonal()).max())
        assert mu[found.norm[2:]] == pytest.approx(min(mu.values()))


@pytest.mark.parametrize(("activation", "bound"), [("tanh", 1.0), ("clip", 1.0), ("relu", 1.0), ("sigmoid", 0.25)])
def test_gershgorin_of_a_rate_network_takes_the_steepest_slope(activation, bound):
    W = np.array([[0.0, 0.7, -0.2], [0.5, 0.0, 0.1], [0.0, -0.6, 0.0]])
    found = certify(network(W, dynamics.additive(activation)), level="fast")["gershgorin"]
    rates = {"l_inf": 1.0 - bound * np.abs(W).sum(axis=1).max(), "l_1": 1.0 - bound * np.abs(W).sum(axis=0).max()}
    assert found.rate == pytest.approx(max(rates.values()))
    assert rates[found.norm] == max(rates.values())
    assert f"[0, {bound:g}]" in found.statement


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, ulps=st.integers(-3, 3))
def test_rounding_never_proves_what_exact_fractions_deny(seed, ulps):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    row = rng.exponential(size=n - 1)
    row /= row.sum()
    row[0] += ulps * 2.0**-53
    W = np.zeros((n, n))
    for j in range(n):
        W[j, [i for i in range(n) if i != j]] = row * rng.choice([-1.0, 1.0], n - 1)
    rows = max(sum(abs(Fraction(w)) for w in one) for one in W.tolist())
    columns = max(sum(abs(Fraction(w)) for w in one) for one in W.T.tolist())
    if certify(network(W, dynamics.vector_field()), level="fast")["gershgorin"].verdict is Verdict.PROVED:
        assert min(rows, columns) < 1


def test_a_sum_that_loses_its_small_terms_proves_nothing():
    n, big, small = 128, 0.125 - 2.0**-55, 2.0**-58
    W = np.full((n, n), small)
    for j in range(n):  # eight large terms first, so that every small one after them is rounded away
        W[j, [i for i in range(9) if i != j][:8]] = big
    np.fill_diagonal(W, 0.0)
    assert 8 * Fraction(big) + (n - 9) * Fraction(small) > 1
    assert certify(network(W, dynamics.vector_field()), level="fast")["gershgorin"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "kind",
    [dynamics.deep("signed"), Dynamics("I - w_out*s", box=(0.0, 1.0), self_loops=False, name="of my own")],
)
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_published_conditions_cannot_pass_on_the_signed_leak(kind, seed):
    rng = np.random.default_rng(seed)
    net = network(random_weights(rng, 5), kind)
    A = matrix(net)
    assert np.abs(A.sum(axis=0)).max() < 1e-12
    assert np.linalg.eigvals(A).real.max() > -1e-7
    found = certify(net, level="fast")["gershgorin"]
    assert found.verdict is Verdict.UNKNOWN
    assert "The published conditions cannot pass here" in found.statement
    assert certify(net, level="fast")["p_matrix"].verdict is Verdict.REFUTED


def test_the_impossibility_is_read_off_the_matrix():
    sums_to_zero = network([[0.0, 1.0], [1.0, 0.0]], dynamics.vector_field())
    assert "cannot pass" in certify(sums_to_zero, level="fast")["gershgorin"].statement
    other = network([[0.0, 1.0], [1.5, 0.0]], dynamics.vector_field())
    assert "cannot pass" not in certify(other, level="fast")["gershgorin"].statement
    leaking = network([[0.0, 1.0], [-1.0, 0.0]], dynamics.deep("signed", extra_leak=0.1))
    assert "cannot pass" not in certify(leaking, level="fast")["gershgorin"].statement
    assert "cannot pass" not in certify(sums_to_zero, phase="nudged", beta=1.0, level="fast")["gershgorin"].statement


@pytest.mark.parametrize(
    ("drift", "words"),
    [("-s + step(I)", "may jump"), ("-s + I**3", "no bound of dg/dI"), ("-s + I*s", "no bound of dg/dI or dg/ds")],
)
def test_a_drift_without_bounds_is_unknown_in_words(drift, words):
    found = certify(network([[0.0, 0.1], [0.1, 0.0]], Dynamics(drift)), level="fast")["gershgorin"]
    assert found.verdict is Verdict.UNKNOWN
    assert words in found.statement


def test_a_leak_without_bound_contracts_but_leaves_no_step():
    kind = Dynamics("-s - s*relu(I)/2 + relu(I)/2", box=(0.0, 1.0))
    found = certify(network([[0.0, 0.5], [0.5, 0.0]], kind), dt=0.01, level="fast")["gershgorin"]
    assert found.rate == pytest.approx(0.75)
    assert found.largest_dt is None
    assert "no step is short enough" in found.euler


# The absolute leak.


@pytest.mark.parametrize("scale", [1.0, 6e3])
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_an_extra_leak_contracts_whatever_the_weights(scale, seed):
    rng = np.random.default_rng(seed)
    net = network(scale * random_weights(rng, 5), LEAKY)
    found = certify(net, dt=0.05, level="fast")["absolute_leak"]
    A = matrix(net)
    assert found.rate == pytest.approx(0.3, rel=1e-12)
    assert max(A[j, j] + np.abs(np.delete(A[:, j], j)).sum() for j in range(5)) <= -0.3 + 1e-9
    assert found.largest_dt == pytest.approx(1.0 / np.abs(A.diagonal()).max())
    assert ("need not" in found.euler) == (found.largest_dt < 0.05)


@pytest.mark.parametrize("dt", [0.05, 1.0, 50.0])
def test_the_semi_implicit_step_contracts_for_every_dt(dt):
    rng = np.random.default_rng(2)
    W = 3.0 * rng.normal(size=(5, 5)) * (1 - np.eye(5))
    net, sent = network(W, LEAKY), np.abs(W).sum(axis=0)
    start = rng.uniform(size=(20, 6))
    ended = settle(net, np.full((20, 1), 0.4), start=start, solver=Euler(dt=dt, steps=1, tol=0, implicit=True)).state
    apart, later = ((s - s[::-1])[:, 1:] for s in (start, ended))
    weight, factor = 1.0 + dt * (sent + 0.3), ((1.0 + dt * sent) / (1.0 + dt * (sent + 0.3))).max()
    assert factor < 1.0
    assert np.all(np.abs(later) @ weight <= factor * np.abs(apart) @ weight + 1e-12)


def test_time_constants_weigh_the_norm():
    kind = Dynamics(
        "(I - s*(w_out_abs + leak))/tau", box=(0.0, 1.0), parameters={"tau": 1.0, "leak": 0.2}, self_loops=False
    )
    rng = np.random.default_rng(0)
    tau, leak = rng.uniform(0.5, 4.0, 5), rng.uniform(0.1, 1.0, 5)
    net = network(rng.normal(size=(5, 5)) * (1 - np.eye(5)), kind, tau=tau, leak=leak)
    found = certify(net, level="fast")["absolute_leak"]
    assert found.rate == pytest.approx((leak / tau).min())
    assert found.weights == pytest.approx(tau)
    A = tau[:, None] * matrix(net) / tau[None, :]
    assert max(A[j, j] + np.abs(np.delete(A[:, j], j)).sum() for j in range(5)) == pytest.approx(-found.rate)
    assert certify(net, level="fast")["gershgorin"].rate != pytest.approx(found.rate)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_without_extra_leak_uniqueness_is_decided(seed):
    rng = np.random.default_rng(seed)
    extra = rng.choice([0.0, 0.0, 0.5], rng.integers(1, 6))
    net = network(random_weights(rng, extra.size), dynamics.deep("absolute"), extra_leak=extra)
    found, A = certify(net, level="fast")["absolute_leak"], matrix(net)
    assert found.verdict is Verdict.PROVED
    assert ("unique equilibrium" in found.claims) == is_p_matrix(-A)
    assert ("component" in found.witness) == (np.linalg.matrix_rank(A, tol=1e-9) < len(A))
    assert ("component" in found.witness) == (certify(net, level="fast")["p_matrix"].verdict is Verdict.REFUTED)
    if "component" in found.witness:
        assert "not unique" in found.statement
        place = [node for node in range(extra.size) if node in found.witness["component"]]
        assert np.all(extra[place] == 0.0)
        assert np.linalg.matrix_rank(A[np.ix_(place, place)], tol=1e-9) < len(place)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_every_clipped_euler_trajectory_of_the_absolute_leak_converges(seed):
    rng = np.random.default_rng(seed)
    net = network(random_weights(rng, 4), dynamics.deep("absolute"))
    found = certify(net, level="fast")["absolute_leak"]
    assert "convergent" in found.claims
    dt = 0.9 * (found.largest_dt or 1.0)
    ended = settle(net, rng.normal(size=(5, 1)), start=rng.uniform(size=(5, 5)), solver=Euler(dt=dt, steps=200_000))
    assert ended.converged


@pytest.mark.parametrize(
    ("W", "component"),
    [
        ([[0, 1], [1, 0]], [0, 1]),  # two that excite each other
        ([[0, -1], [-1, 0]], [0, 1]),  # two that inhibit each other: balanced too
        ([[0, -1], [1, 0]], None),
        ([[0, 0], [1, 0]], [1]),  # 0 sends to 1, which sends nothing
        ([[-1, 0], [1, 0]], [1]),
        ([[0, 1], [1, -1]], None),  # an inhibiting self-loop frustrates
        ([[0, 1], [1, 1]], [0, 1]),
        ([[0, 1, 0], [1, 0, 0], [1, 0, -1]], None),  # balanced, but it sends outside
        ([[0, 1, 1], [1, 0, -1], [1, -1, 0]], None),  # a negative triangle
        ([[0, 1, -1], [1, 0, -1], [-1, -1, 0]], [0, 1, 2]),
    ],
)
def test_balanced_components(W, component):
    found = closed_component(sp.csr_array(np.array(W, float)), np.ones(len(W), bool), balanced=True)
    assert (None if found is None else found.tolist()) == component


def test_an_extra_leak_in_the_component_makes_up_for_its_balance():
    W = sp.csr_array([[0.0, 1.0], [1.0, 0.0]])
    assert closed_component(W, np.array([True, False]), balanced=True) is None


def test_the_signed_leak_with_twice_the_negative_parts_is_the_absolute_leak():
    W = np.random.default_rng(3).normal(size=(5, 5)) * (1 - np.eye(5))
    negative = np.maximum(-W, 0.0).sum(axis=0)
    signed = network(W, dynamics.deep("signed"), extra_leak=2.0 * negative + 0.4)
    assert np.allclose(matrix(signed), matrix(network(W, dynamics.deep("absolute", extra_leak=0.4))))
    report = certify(signed)
    assert report["absolute_leak"].verdict is Verdict.UNKNOWN
    assert report["absolute_leak"].witness["2 N_j"] == pytest.approx(2.0 * negative)
    assert report["gershgorin"].rate == pytest.approx(0.4)


@pytest.mark.parametrize(
    "kind",
    [
        dynamics.vector_field(),
        Dynamics("I - s*(0.9*w_out_abs + 1)", box=(0.0, 1.0)),
        Dynamics("s*w_out_abs - I - s", box=(0.0, 1.0)),
        Dynamics("I - s*(w_out_abs + 1)", transfer="2*s", box=(0.0, 1.0)),
        Dynamics("w_out*(I - s*w_out_abs) - s", box=(0.0, 1.0)),
        Dynamics("I - s*(w_out_abs + s)", box=(0.0, 1.0)),
    ],
)
def test_another_leak_is_not_the_absolute_leak(kind):
    found = certify(network([[0.0, 0.1], [0.1, 0.0]], kind), level="fast")["absolute_leak"]
    assert found.verdict is Verdict.UNKNOWN
    assert "Not applicable" in found.statement


def test_a_negative_nudge_takes_from_the_extra_leak():
    net = network([[0.0, 1.0], [2.0, 0.0]], LEAKY)
    assert certify(net, phase="nudged", beta=-0.1, level="fast")["absolute_leak"].rate == pytest.approx(0.2)
    assert certify(net, phase="nudged", beta=-0.4, level="fast")["absolute_leak"].verdict is Verdict.UNKNOWN


# The spectral abscissa.


@pytest.mark.parametrize("kind", [LEAKY, dynamics.vector_field(), dynamics.additive("tanh")])
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_abscissa_is_that_of_the_unsaturated_block(kind, seed):
    rng = np.random.default_rng(seed)
    W = random_weights(rng, 5)
    net = network(W, kind, biases=rng.normal(size=5))
    x = rng.normal(size=(3, 1))
    found = certify(net, x)["spectral_abscissa"]
    if found.verdict is Verdict.UNKNOWN:
        return
    settled = settle(net, x, solver=Euler(steps=20_000, tol=1e-10))
    low, high = kind.box or (-np.inf, np.inf)
    for state, abscissa in zip(settled.state, found.witness["abscissae"], strict=True):
        inside = [j for j in net.connectivity.free if low < state[j] < high]
        J = net.jacobian(state).toarray()[np.ix_(inside, inside)]
        expected = np.linalg.eigvals(J).real.max() if inside else -np.inf
        assert abscissa == pytest.approx(expected, abs=1e-3)
    worst = found.witness["abscissae"].max()
    assert found.witness["abscissae"][found.witness["sample"]] == pytest.approx(worst, abs=1e-2)
    assert found.rate is None or -worst - 1e-2 <= found.rate <= -worst


def test_the_equilibrium_between_two_others_is_unstable():
    net = network([[0.0, 2.0], [2.0, 0.0]], dynamics.additive("tanh"))
    report = certify(net, [[0.0]])
    found = report["spectral_abscissa"]
    assert found.verdict is Verdict.REFUTED
    assert found.claims == ("unstable equilibrium",)
    assert found.witness["eigenvalue"] == pytest.approx(1.0)
    assert report.claim == "Proved for all inputs: convergent (energy)."  # to another one
    assert certify(net, [[0.5]])["spectral_abscissa"].verdict is Verdict.PROVED


def test_a_neuron_at_a_bound_must_be_pushed_there():
    found = certify(network([[0.0, 0.5], [0.5, 0.0]], dynamics.vector_field()), [[0.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.UNKNOWN
    assert "hardly pushes it outward" in found.statement


def test_the_nudge_may_hold_a_neuron_at_its_bound():
    net = network([[0.0]], dynamics.vector_field())
    found = certify(net, [[0.5]], y=[[2.0]], phase="nudged", beta=2.0)["spectral_abscissa"]
    assert found.verdict is Verdict.PROVED
    assert "Every neuron is saturated" in found.statement


def test_a_large_residual_is_undecided(monkeypatch):
    net = network([[0.0, 0.9], [0.9, 0.0]], dynamics.additive("tanh"))
    monkeypatch.setattr(resting, "SOLVER", Euler(tol=1e-3))
    assert "the residual" in certify(net, [[0.1]])["spectral_abscissa"].statement


def test_a_saturated_neuron_does_not_count():
    W = [[0.0, 3.0], [3.0, 0.0]]
    found = certify(network(W, dynamics.vector_field()), [[1.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.PROVED
    assert found.rate is None
    assert "Every neuron is saturated" in found.statement


def test_a_kink_at_the_equilibrium_is_undecided():
    found = certify(network([[0.0, 1.0], [1.0, 0.0]], dynamics.additive("relu")), [[0.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.UNKNOWN
    assert "kink" in found.statement
    assert certify(network([[0.0, 0.5], [0.5, 0.0]], dynamics.additive("relu")), [[1.0]])["spectral_abscissa"].rate > 0


def test_a_chain_of_layers_has_its_diagonal_as_eigenvalues():
    W = np.diag(np.full(39, 5.0), -1)  # one Jordan block, whose numerical eigenvalues scatter
    found = certify(network(W, dynamics.additive("tanh")), [[0.0]])["spectral_abscissa"]
    assert found.rate == pytest.approx(1.0)


def test_an_abscissa_of_zero_is_undecided():
    found = certify(network([[0.0, 1.0], [1.0, 0.0]], dynamics.additive("tanh")), [[0.0]])["spectral_abscissa"]
    assert found.verdict is Verdict.UNKNOWN


def test_euler_needs_every_eigenvalue_in_its_disc():
    W = np.array([[0.0, -3.0], [3.0, 0.0]])  # eigenvalues -1 +- 3i: dt < 2/10
    net = network(W, dynamics.additive("tanh"))
    found = certify(net, [[0.0]], dt=0.19)["spectral_abscissa"]
    assert found.largest_dt == pytest.approx(0.2)
    assert "inherits it" in found.euler
    assert "does not" in certify(net, [[0.0]], dt=0.21)["spectral_abscissa"].euler


def test_a_nudged_equilibrium_is_found_with_its_targets():
    W = np.array([[0.0, 0.5], [0.5, 0.0]])
    net = network(W, dynamics.additive("tanh"))
    found = certify(net, [[0.3]], y=[[1.0]], phase="nudged", beta=2.0)["spectral_abscissa"]
    state = settle(net, [[0.3]], y=[[1.0]], beta=2.0, solver=Euler(tol=1e-10)).state[0]
    J = net.jacobian(state, beta=2.0).toarray()[1:, 1:]
    assert found.rate == pytest.approx(-np.linalg.eigvals(J).real.max(), abs=1e-5)


@pytest.mark.parametrize("dt", [None, 0.5])
def test_arpack_agrees_with_all_eigenvalues(monkeypatch, dt):
    rng = np.random.default_rng(5)
    for _ in range(5):
        J = sp.csr_array(rng.normal(size=(60, 60)) * (rng.random((60, 60)) < 0.2) - 4.0 * np.eye(60))
        full = spectrum.spectrum(J, 0.0 * J, dt)
        with monkeypatch.context() as patch:
            patch.setattr(spectrum, "DENSE", 10)
            part = spectrum.spectrum(J, 0.0 * J, dt)
        assert full.complete
        assert not part.complete
        assert part.rightmost.real == pytest.approx(full.rightmost.real, abs=1e-8)
        assert part.top < full.top + 1e-6
        if dt is not None:
            growth = [np.abs(1.0 + dt * one.values).max() for one in (full, part)]
            assert growth[0] == pytest.approx(growth[1])


def test_the_error_of_an_eigenvalue_holds_a_perturbation_of_its_size():
    rng = np.random.default_rng(7)
    J = rng.normal(size=(12, 12))
    E = 1e-7 * np.abs(rng.normal(size=(12, 12)))
    found = spectrum.spectrum(sp.csr_array(J), sp.csr_array(E), None)
    for _ in range(20):
        moved = np.linalg.eigvals(J + E * rng.uniform(-1, 1, E.shape))
        nearest = np.abs(found.values[:, None] - moved[None]).min(axis=1)
        assert np.all(nearest <= 1.01 * found.errors)
    assert found.bottom < found.rightmost.real < found.top


# The report.


def test_the_claim_is_the_widest_then_the_strongest():
    W = [[0.0, 0.2], [0.3, 0.0]]
    both = certify(network(W, LEAKY), [[0.5]])
    assert [certificate.name for certificate in both.proved][-2:] == ["spectral_abscissa", "invariant_box"]
    assert both.claim.startswith(
        "Proved for all inputs: contracting, unique equilibrium, exponentially stable, at the rate"
    )
    assert both.claim.endswith("(absolute_leak).")
    held = certify(network(-3.0 * np.roll(np.eye(3), 1, axis=1), dynamics.vector_field()), [[5.0]])
    assert held.claim.startswith("Proved for these inputs: unique equilibrium, asymptotically stable")
    local = certify(published(5, 0), [[0.0, 1.0]])
    assert local.claim.startswith("Proved near the equilibria of these inputs: exponentially stable")
    assert certify(published(5, 0)).claim == "Proved for all inputs: box invariant (invariant_box)."
    wide = certify(network([[0, 1, 1], [1, 0, -1], [1, -1, 0]], dynamics.deep("absolute")), [[0.2]])
    assert wide["spectral_abscissa"].verdict is Verdict.PROVED
    assert wide.claim.startswith("Proved for all inputs: contracting")


def test_a_refutation_stands_apart_from_the_claim():
    report = certify(published(5, 0), [[0.0, 1.0]])
    assert report.claim.startswith("Proved near")
    assert report.refutations == (report["p_matrix"],)
    assert "Against it: several equilibria for some bias (p_matrix)" in str(report)
    assert "does not cover the inputs at hand" in " ".join(str(report).split())


def test_the_report_is_a_table_of_at_most_a_hundred_columns():
    labels = {j: f"a neuron with a long name, number {j}" for j in range(6)}
    graph = nx.relabel_nodes(network(np.ones((6, 6)) - np.eye(6), LEAKY).to_graph(), labels)
    report = certify(compile(graph, LEAKY), [[1.0]], dt=0.05)
    lines = str(report).splitlines()
    assert max(map(len, lines)) <= 100
    assert any(re.match("certificate +verdict +scope", line) for line in lines)
    for certificate in report:
        idle = certificate.statement.startswith("Not applicable")
        assert any(line.startswith(f"{certificate.name}: ") for line in lines) == (not idle)
    assert repr(report).count("\n") == 0
    assert len(report) == len(report.certificates) == len(list(report))
    assert "Reference: " in str(report["gershgorin"])


def test_a_name_that_is_not_there_lists_those_that_are():
    report = certify(network([[0.0]], LEAKY))
    with pytest.raises(UnknownCertificateError, match=r"^certificate 'lyapunov' is not .* 'p_matrix', 'gershgorin'"):
        report["lyapunov"]
    assert issubclass(UnknownCertificateError, KeyError)
    assert issubclass(UnknownCertificateError, NeurographError)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"phase": "clamped"}, "phase is 'clamped': expected 'free', 'nudged' or 'transposed'"),
        ({"beta": 1.0}, "beta is 1.0, but phase is 'free'"),
        ({"x": [[0.0]], "y": [[0.0]]}, "y is given, but phase is 'free'"),
        ({"phase": "nudged"}, "beta is 0"),
        ({"phase": "nudged", "beta": np.nan}, "beta is nan"),
        ({"phase": "nudged", "beta": 1.0, "x": [[0.0]]}, "x is given without y"),
        ({"phase": "nudged", "beta": 1.0, "y": [[0.0]]}, "y is given without x"),
        ({"dt": 0.0}, "dt is 0.0"),
        ({"dt": np.inf}, "dt is inf"),
        ({"dt": "a"}, "dt is 'a': expected a finite number > 0, or None"),
        ({"phase": "nudged", "beta": "1"}, "beta is '1': expected a finite number"),
        ({"beta": [1.0]}, r"beta is \[1.0\]: expected a finite number"),
    ],
)
def test_arguments_that_do_not_go_together_are_named(options, words):
    with pytest.raises(ParameterError, match=words):
        certify(network([[0.0]], LEAKY), **options)


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


def test_data_and_network_are_checked():
    net = network([[0.0]], LEAKY)
    with pytest.raises(DataError, match="x has shape"):
        certify(net, [[1.0, 2.0]])
    with pytest.raises(DataError, match="y has shape"):
        certify(net, [[1.0]], y=[[1.0, 2.0]], phase="nudged", beta=1.0)
    with pytest.raises(ParameterError, match="expected a Network"):
        certify(net.to_graph())
