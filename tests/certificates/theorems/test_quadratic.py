"""The quadratic Lyapunov function: its region attacked from its border, its bounds against Jacobians on lines."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from neurograph.certificates import Verdict, certify
from neurograph.certificates.bounds.equilibria import equilibria
from neurograph.certificates.bounds.mean_slopes import Ball, MeanSlopes
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System
from neurograph.certificates.theorems import quadratic
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.network.compilation import compile
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle

SEEDS = st.integers(0, 2**32 - 1)
KINDS = {
    "vector field": dynamics.vector_field(),
    "deep": dynamics.deep("signed", extra_leak=2.0),
    "tanh": dynamics.additive("tanh"),
    "clip": dynamics.additive("clip"),
    "squashed transfer": Dynamics("-s + I + b", transfer="tanh(s)"),
    "squashed twice": Dynamics("-s + tanh(I + b)", transfer="tanh(2*s)"),
    "time constants": Dynamics("(-s + tanh(I + b))/tau", box=(-2.0, 2.0), parameters={"tau": 1.0}),
    "cubic leak": Dynamics("-s - s**3 + I + b", box=(-1.0, 1.0)),
    "saturating": Dynamics("-2*s + (1 - s)*sigmoid(I + b)", box=(0.0, 1.0)),
}


def network(kind, seed, n=None, scale=None):
    """Compile a few neurons near the middle of their box, and an input into each; node 0 is the output."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6)) if n is None else n
    W = rng.normal(0.0, rng.choice([0.3, 0.7, 1.2]) if scale is None else scale, (n, n))
    W = W if kind.self_loops else W * (1.0 - np.eye(n))
    middle = 0.0 if kind.box is None else float(np.mean(kind.box))
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    for j in range(n):
        own = {"bias": float(middle - middle * W[j].sum() + 0.1 * rng.normal())} if kind.uses_bias else {}
        own |= {"tau": float(rng.uniform(0.4, 3.0))} if "tau" in kind.defaults else {}
        graph.add_node(j, role="hidden" if j else "output", **own)
        graph.add_edge(
            "x", j, weight=0.1 if kind.uses_bias else float(middle * (W[:, j].sum() + 2.0) - middle * W[j].sum())
        )
    graph.add_edges_from((int(i), int(j), {"weight": float(W[j, i])}) for j, i in np.argwhere(W))
    return compile(graph, kind)


def examined(net, **options):
    phase = {"phase": "nudged", "y": [[0.4]], **options} if options else {}
    return certify(net, [[1.0]], level="strong", **phase)["quadratic_lyapunov"]


def border(certificate, count, seed, share=1.0):
    """Draw states on the border of the region, or at a share of the way to it; a state that has none is far out."""
    P, level = certificate.witness["P"][0], min(certificate.witness["levels"][0], 100.0)
    z = np.random.default_rng(seed).normal(size=(count, len(P)))
    z *= share * np.sqrt(level / np.einsum("kj,ji,ki->k", z, P, z))[:, None]
    net = certificate.system.network
    state = np.tile(certificate.function().equilibrium, (count, 1))
    state[:, net.connectivity.free] += z
    return state


def distance(certificate, z):
    return np.sqrt(np.einsum("...j,ji,...i->...", z, certificate.witness["P"][0], z))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, beta=st.sampled_from([0.0, 0.5, -0.1]))
def test_every_state_of_the_region_goes_to_the_equilibrium(kind, seed, beta):
    net = network(KINDS[kind], seed)
    found = examined(net, **({"beta": beta} if beta else {}))
    if found.verdict is not Verdict.PROVED:
        return
    free, rest = net.connectivity.free, found.function().equilibrium
    low, high = net.dynamics.box or (-np.inf, np.inf)
    start = border(found, 30, seed)
    assert np.all((start[:, free] > low) & (start[:, free] < high))
    dt, state = min(0.99 * found.largest_dt, 0.1), start
    for _ in range(60):
        moved = net.drift(state, 0.4, beta)[:, free]
        before = distance(found, state[:, free] - rest[free])
        state = state.copy()
        state[:, free] = np.clip(state[:, free] + dt * moved, low, high)
        after = distance(found, state[:, free] - rest[free])
        assert np.all(after <= before + 1e-8)
    ended = settle(
        net, [[1.0]] * 30, start=start, y=[[0.4]] * 30, beta=beta, solver=Euler(dt=0.02, steps=300_000, tol=1e-9)
    )
    assert ended.converged
    assert np.allclose(ended.state, rest, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_the_mean_jacobian_on_every_line_keeps_the_inequality(kind, seed):
    net = network(KINDS[kind], seed)
    found = examined(net)
    if found.verdict is not Verdict.PROVED:
        return
    P, free, rest = found.witness["P"][0], net.connectivity.free, found.function().equilibrium
    points, weights = np.polynomial.legendre.leggauss(100)
    for state in border(found, 5, seed):
        line = ((1 + t) / 2 * state + (1 - t) / 2 * rest for t in points)
        M = sum(0.5 * w * net.jacobian(one).toarray()[np.ix_(free, free)] for w, one in zip(weights, line, strict=True))
        if kind != "clip":  # whose Jacobian jumps on the line
            assert np.linalg.eigvalsh(P @ M + M.T @ P + 2.0 * found.rate * P).max() <= 1e-6
        z = (state - rest)[free]
        assert 2.0 * z @ P @ net.drift(state)[free] <= -2.0 * found.rate * z @ P @ z + 1e-8


@pytest.mark.parametrize("kind", KINDS)
def test_the_function_is_the_form_and_its_slope_that_of_a_tiny_step(kind):
    net = next(n for n in (network(KINDS[kind], seed, 3, 0.3) for seed in range(50)) if examined(n).claims)
    found, free = examined(net), net.connectivity.free
    function = found.function()
    assert function.level == found.witness["levels"][0]
    state = border(found, 6, 1, share=0.7)
    value, slope = function.value(state), function.slope(state)
    assert value == pytest.approx(0.49 * min(function.level, 100.0))
    assert np.all(slope <= -2.0 * found.rate * value * (1.0 - 1e-9))
    ahead, behind = (np.array(state) for _ in range(2))
    ahead[:, free] += 1e-6 * net.drift(state)[:, free]
    behind[:, free] -= 1e-6 * net.drift(state)[:, free]
    assert (function.value(ahead) - function.value(behind)) / 2e-6 == pytest.approx(slope, rel=1e-6)
    assert function.value(state[0]).shape == ()
    assert function.value(state.reshape(2, 3, -1)) == pytest.approx(value.reshape(2, 3))


def judged(monkeypatch, root, slopes):
    """Bound the rate and the norm of matrices near a middle, in the norm of root' z."""
    monkeypatch.setattr(quadratic, "mean_slopes", lambda *_: slopes)
    return quadratic._judged(None, None, Ball(root, np.linalg.inv(root), 1.0), 1)


def in_the_norm(root, M):
    """Return the matrix in the coordinates y = root' z, and the largest eigenvalue of its symmetric part."""
    there = root.T @ M @ np.linalg.inv(root.T)
    return there, np.linalg.eigvalsh((there + there.T) / 2)[-1]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_no_matrix_within_the_bounds_is_slower_or_larger(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    n = 4
    root = np.linalg.cholesky(np.eye(n) + np.diag(10.0 ** rng.uniform(-2, 2, n)))
    root = root + np.tril(rng.normal(size=(n, n)), -1)
    own, gain = rng.random((2, n)) * rng.choice([0.0, 0.1, 1.0], size=(2, 1))
    middle, pull, sent = rng.normal(size=(n, n)), rng.normal(size=(n, n)), rng.random((n, n)) * rng.choice([0.0, 0.3])
    rate, speed = judged(monkeypatch, root, MeanSlopes(middle, pull, own, gain, sent))
    for _ in range(50):
        d, e, F = (part * rng.choice([-1.0, 1.0], size=part.shape) for part in (own, gain, sent))
        M, slowest = in_the_norm(root, middle + np.diag(d) + np.diag(e) @ pull + F)
        assert slowest <= -rate
        assert np.linalg.norm(M, 2) <= speed


@pytest.mark.parametrize("which", ["own", "input slope", "sent"])
def test_what_one_slope_may_do_is_met_to_the_last_digits(monkeypatch, which):
    """One term c u v' changes the eigenvalue by c (|u'v| + |u| |v|) / 2, and the norm by c |u| |v|."""
    root = np.array([[3.0, 0.0, 0.0], [-1.0, 0.2, 0.0], [2.0, 0.5, 7.0]])
    pull = np.array([[0.0, 0.0, 0.0], [0.4, -0.2, 5.0], [0.0, 0.0, 0.0]])
    own, gain, sent = 0.7 * np.eye(3)[1], 0.7 * np.eye(3)[1], 0.7 * np.outer([0, 1, 0], [0, 0, 1])
    zero, one = np.zeros(3), np.zeros((3, 3))
    slopes, M = {
        "own": (MeanSlopes(one, one, own, zero, one), np.diag(own)),
        "input slope": (MeanSlopes(one, pull, zero, gain, one), 0.7 * pull),
        "sent": (MeanSlopes(one, one, zero, zero, sent), sent),
    }[which]
    rate, speed = judged(monkeypatch, root, slopes)
    there, _ = in_the_norm(root, M)
    assert speed == pytest.approx(np.linalg.norm(there, 2), rel=1e-9)
    assert -rate == pytest.approx((abs(np.trace(there)) + np.linalg.norm(there, 2)) / 2, rel=1e-9)


def pair(weight, bias=(0.0, 0.0), kind=None):
    graph = nx.DiGraph([("x", 0, {"weight": 0.0}), (0, 1, {"weight": weight}), (1, 0, {"weight": weight})])
    for node, (role, own) in enumerate(zip(("output", "hidden"), bias, strict=True)):
        graph.nodes[node].update(role=role, bias=own)
    graph.nodes["x"]["role"] = "input"
    return compile(graph, kind or dynamics.additive("tanh"))


def test_the_region_ends_before_the_equilibrium_that_parts_two_others():
    net = pair(1.5, (0.02, 0.02))
    found = examined(net)
    assert found.verdict is Verdict.PROVED
    other = settle(net, [[1.0]], start=-1.0).state
    assert not np.allclose(other, found.function().equilibrium, atol=0.1)
    between = brentq(lambda s: np.tanh(1.5 * s + 0.02) - s, -0.3, 0.0)
    values = found.function().value(np.array([other[0], [0.0, between, between]])[:, [0, 1, 2]])
    assert np.all(values > found.function().level)
    assert found.witness["levels"][0] > 0.1 * values[1]  # and not long before


def test_an_affine_network_has_the_largest_level_set_in_its_box():
    net = pair(0.5, (0.25, 0.25), dynamics.vector_field())
    found = examined(net)
    P = found.witness["P"][0]
    assert np.linalg.eigvalsh(P)[-1] == pytest.approx(1.0)
    assert found.witness["equilibria"] == pytest.approx(np.full((1, 2), 0.5))
    assert found.witness["levels"][0] == pytest.approx((0.5 - 1e-6) ** 2 / np.linalg.inv(P)[0, 0], rel=1e-4)
    assert found.rate == pytest.approx(0.5)
    assert "within" in found.statement
    everywhere = examined(pair(0.5, (0.25, 0.25), Dynamics("-s + I + b")))
    assert everywhere.witness["levels"][0] == np.inf
    assert everywhere.statement.startswith("Every state goes to the equilibrium")


def test_the_region_ends_before_a_jump():
    found = examined(pair(0.5, (0.3, 0.3), Dynamics("-s + step(I + b - 0.5)/2 + b")))  # where the other is at 0.4
    assert np.sqrt(found.witness["levels"][0] * np.linalg.inv(found.witness["P"][0])[0, 0]) == pytest.approx(0.1, 1e-3)


@pytest.mark.parametrize(
    ("net", "options", "words"),
    [
        (pair(0.5), {"x": None}, "give x"),
        (pair(0.5), {"phase": "transposed"}, "the free phase and the nudged one"),
        (pair(0.5, (-1.0, 0.3), dynamics.vector_field()), {}, "neuron 0 is at a bound of the box"),
        (pair(3.0), {}, "no P is found"),
    ],
)
def test_it_says_why_it_knows_nothing(net, options, words):
    x = options.pop("x", [[0.0]])
    found = certify(net, x, level="strong", **options)["quadratic_lyapunov"]
    assert found.verdict is Verdict.UNKNOWN
    assert words in found.statement


def test_a_large_network_is_not_asked(monkeypatch):
    monkeypatch.setattr("neurograph.certificates.theorems.quadratic.MOST", 1)
    assert "2 free neurons are more than 1" in examined(pair(0.5)).statement


def test_each_sample_has_its_region():
    net = pair(0.8, (0.1, 0.0))
    net = net.with_weights(np.where(net.weights == 0.0, 1.0, net.weights))
    x = [[-0.5], [0.0], [0.7]]
    found = certify(net, x, level="strong")["quadratic_lyapunov"]
    assert found.witness["P"].shape == (3, 2, 2)
    assert found.rate == pytest.approx(found.witness["rates"].min())
    for sample in range(3):
        alone = certify(net, x[sample : sample + 1], level="strong")["quadratic_lyapunov"]
        assert alone.witness["levels"][0] == pytest.approx(found.witness["levels"][sample])
        assert found.function(sample).level == pytest.approx(alone.function().level)


def test_a_center_has_no_such_function_and_is_not_warned_of():
    graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": -1.0}), ("x", "a", {"weight": 0.0})])
    nx.set_node_attributes(graph, {"a": "output", "b": "hidden", "x": "input"}, "role")
    assert examined(compile(graph, Dynamics("I", box=(-1.0, 1.0)))).verdict is Verdict.UNKNOWN


def test_a_slow_neuron_beside_a_fast_one_has_a_region():
    graph = nx.DiGraph([("x", "fast", {"weight": 1.0}), ("x", "slow", {"weight": 0.1})])
    graph.nodes["x"]["role"] = "input"
    graph.add_node("fast", role="hidden", leak=20.0)
    graph.add_node("slow", role="output", leak=0.2)
    found = examined(compile(graph, Dynamics("tanh(I) - leak*s - s**3/100", parameters={"leak": 1.0})))
    assert found.verdict is Verdict.PROVED
    assert 0.1 * 0.2 <= found.rate <= 0.21


@pytest.mark.parametrize(("share", "known"), [(0.3, True), (0.7, False)])
def test_the_equilibrium_is_near_where_the_drift_is_less_than_half_of_what_the_rate_takes_back(share, known):
    leak = 8.0
    net = network(Dynamics("I + b - leak*s", parameters={"leak": leak}), 4, n=2, scale=0.0)
    system = System(net, np.array([[1.0]]), None, 0.0, None)
    state = equilibria(system, Deadline(60.0)).state[0]
    state[net.connectivity.free[0]] += share * quadratic.NEAR  # the drift there is leak times as large, the rate leak
    assert isinstance(quadratic._region(system, state, 0.0, Deadline(60.0)), str) != known


def test_the_matrix_solves_lyapunovs_equation_where_the_jacobian_is_stable():
    rng = np.random.default_rng(0)
    A = rng.normal(size=(4, 4)) - 4.0 * np.eye(4)
    P = quadratic._lyapunov_matrix(A)
    left = A.T @ P + P @ A
    assert left == pytest.approx(left[0, 0] * np.eye(4), abs=1e-12)
    assert left[0, 0] < 0.0
    assert np.linalg.eigvalsh(P)[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "A",
    [
        [[0.0, 1.0], [-1.0, 0.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[1.0, 0.0], [0.0, -1.0]],
        [[-1e308, 1e308], [1e308, -1e308]],
    ],
)
def test_without_a_stable_jacobian_there_is_no_matrix(A):
    assert quadratic._lyapunov_matrix(np.array(A)) is None
