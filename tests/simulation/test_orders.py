"""The order of each method: on smooth networks, on linear ones, on ones with a box, and what is exact."""

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import block_diag, expm

import neurograph as ng
from tests.simulation.box_reference import in_box
from tests.simulation.rate_networks import (
    CUBIC,
    KINDS,
    components,
    exact,
    linear,
    matrices,
    mixed,
    places,
    waves,
)

ORDERS = {"euler": (1, 1 / 400), "exponential": (1, 1 / 400), "heun": (2, 1 / 100), "rk4": (4, 1 / 40)}
"""Order, and the dt at which it is measured against twice as long a one."""

END = 2.0


def errors(network, method, dt, reference, time, apart, **given):
    """Return the largest error of each component over the times of the reference."""
    every = round(time[0] / dt)
    found = ng.simulate(network, dt=dt, duration=time[-1], method=method, record=every, **given)
    assert np.allclose(found.time, time)
    return np.abs(found.states[0] - reference)[:, apart].max(axis=(0, 2))


TIMES = np.arange(1, 21) * END / 20


@pytest.fixture(scope="module")
def smooth():
    """50 networks of four populations, the last 25 mixed, with inputs and a current that are functions of time."""
    network = mixed(components(50))
    given = {"x": waves(50), "current": {("h", k, 1): lambda t, k=k: np.cos(t + k) for k in range(50)}}
    return network, exact(network, TIMES, given["x"], 0.2, given["current"]), given | {"start": 0.2}


@pytest.mark.parametrize("method", ORDERS)
def test_order_on_50_nonlinear_networks(smooth, method):
    network, reference, given = smooth
    order, dt = ORDERS[method]
    apart = places(network, 50)
    long, short = (errors(network, method, h, reference, TIMES, apart, **given) for h in (2 * dt, dt))
    assert np.log2(long / short) == pytest.approx(order, abs=0.1)


def test_rk4_is_within_1e_6_at_a_dt_of_a_twentieth(smooth):
    network, reference, given = smooth
    assert errors(network, "rk4", 0.05, reference, TIMES, places(network, 50), **given).max() < 1e-6


@pytest.mark.parametrize("method", ["euler", "heun", "rk4"])
def test_order_where_the_leak_is_not_linear(method):
    network = mixed(components(10, seed=1, kinds=("cubic", "tanh")), {"cubic": CUBIC, **KINDS})
    given, order, dt = {"x": waves(10)}, *ORDERS[method]
    reference = exact(network, TIMES, given["x"])
    long, short = (errors(network, method, h, reference, TIMES, places(network, 10), **given) for h in (2 * dt, dt))
    assert np.log2(long / short) == pytest.approx(order, abs=0.1)


def grown(A, c, time):
    """Return s at a time of ds/dt = A s + c, s(0) = 0."""
    n = len(c)
    return expm(time * np.block([[A, c[:, None]], [np.zeros((1, n + 1))]]))[:n, n]


@pytest.mark.parametrize("method", ORDERS)
def test_order_on_linear_networks(method):
    network = linear(10, seed=2)
    order, dt = ORDERS[method]
    A, c, _ = matrices(network)
    reference = np.array([grown(A, c, time) for time in TIMES])
    long, short = (errors(network, method, h, reference, TIMES, places(network, 10)) for h in (2 * dt, dt))
    assert np.log2(long / short) == pytest.approx(order, abs=0.1)


def step_matrices(A, leaks, dt, method):
    """M and P of the step s <- M s + P c."""
    one, Z = np.eye(len(A)), dt * A
    if method == "exponential":
        E, phi = np.exp(-leaks * dt), -np.expm1(-leaks * dt) / leaks
        return np.diag(E) + phi[:, None] * (A + np.diag(leaks)), np.diag(phi)
    terms = {"euler": 1, "heun": 2, "rk4": 4}[method]
    M, P, power = one.copy(), np.zeros_like(A), one
    for k in range(1, terms + 1):
        P = P + dt * power / k
        power = power @ Z / k
        M = M + power
    return M, P


@pytest.mark.parametrize("method", ORDERS)
def test_a_step_of_a_linear_network_is_its_matrix(method):
    network, dt = linear(3, seed=3), 0.3
    A, c, leaks = matrices(network)
    M, P = step_matrices(A, leaks, dt, method)
    start = np.random.default_rng(0).normal(size=(5, len(c)))
    found = ng.simulate(network, dt=dt, duration=2 * dt, method=method, start=start).states
    assert np.allclose(found[:, 0], start @ M.T + P @ c, atol=1e-14)
    assert np.allclose(found[:, 1], found[:, 0] @ M.T + P @ c, atol=1e-14)


def test_exponential_is_exact_for_neurons_without_edges_and_constant_input():
    leaks = np.array([0.0, 1e-13, 1e-6, 0.5, 1.0, 3.0, 200.0])
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    for k, leak in enumerate(leaks):
        graph.add_node(k, role="output", leak=leak)
        graph.add_edge("x", k, weight=k + 1.0)
    network = ng.compile(graph, ng.Dynamics("I - leak*s", parameters={"leak": 1.0}))
    found = ng.simulate(network, np.full((1, 30, 1), 0.7), dt=0.4, current={4: 0.1}, start=0.5, method="exponential")
    L = np.array([leaks]).T
    I = np.array([0.7 * np.arange(1.0, 8.0) + 0.1 * (np.arange(7) == 4)]).T
    t = found.time
    grown = np.where(L == 0.0, t, -np.expm1(-L * t) / np.where(L == 0.0, 1.0, L))
    assert np.allclose(found.states[0][:, 1:].T, 0.5 * np.exp(-L * t) + I * grown, rtol=1e-12, atol=0)


BOX_ORDERS = {"euler": 1, "exponential": 1, "heun": 2, "rk4": 2}
"""At an end of the box a state turns within a step, which rk4 does not see: what holds there is 2."""


JOINS = (block_diag, lambda *parts: np.concatenate(parts), lambda *parts: np.concatenate(parts))


@pytest.mark.parametrize("method", BOX_ORDERS)
def test_order_in_a_box_against_a_reference_that_locates_events(method):
    count, time = 12, np.array([3.0])
    rng = np.random.default_rng(5)
    drawn = [(3.0 * rng.normal(size=(4, 4)), rng.normal(size=4), rng.random(4)) for _ in range(count)]
    runs = [in_box(*one, time[0]) for one in drawn]
    assert sum(events for _, events in runs) >= 2 * count
    W, c, start = (join(*part) for join, part in zip(JOINS, zip(*drawn, strict=True), strict=True))
    graph = nx.DiGraph()
    graph.add_nodes_from((k, {"role": "output", "bias": c[k]}) for k in range(len(c)))
    graph.add_edges_from((i, j, {"weight": W[j, i]}) for j, i in zip(*np.nonzero(W), strict=True))
    network = ng.compile(graph, ng.dynamics.vector_field())
    reference = np.concatenate([end for end, _ in runs])
    steps = [100, 120, 150, 180, 210, 1600, 1800, 2000, 2400, 3000]
    far = []
    for n in steps:
        found = ng.simulate(network, dt=time[0] / n, duration=time[0], method=method, start=start, record=n)
        far.append(np.sqrt(np.mean((found.states[0, -1] - reference) ** 2)))
    slope = -np.polyfit(np.log(steps), np.log(far), 1)[0]
    assert slope == pytest.approx(BOX_ORDERS[method], abs=0.15)
