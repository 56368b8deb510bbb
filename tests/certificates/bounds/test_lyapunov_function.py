"""certificate.function(): the distances of contractions, and what is asked amiss."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import certify
from neurograph.certificates.bounds.lyapunov_function import Distance, Quadratic
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.errors import ParameterError
from neurograph.network.compilation import compile

SEEDS = st.integers(0, 2**32 - 1)
KINDS = {
    "deep": dynamics.deep("absolute", extra_leak=0.3),
    "tau": Dynamics(
        "(I - s*(w_out_abs + leak))/tau", box=(0.0, 1.0), parameters={"tau": 2.0, "leak": 0.2}, self_loops=False
    ),
    "tanh": dynamics.additive("tanh"),
    "vector field": dynamics.vector_field(),
}


def network(kind, seed, scale=0.2):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    for j in range(n):
        graph.add_node(j, role="hidden" if j else "output", **({"bias": float(rng.normal())} if kind.uses_bias else {}))
        graph.add_edge("x", j, weight=float(rng.normal()))
    graph.add_edges_from((i, j, {"weight": scale * float(rng.normal())}) for i in range(n) for j in range(n) if i != j)
    return compile(graph, kind)


def phases(name):
    return {
        "free": {},
        "nudged": {"phase": "nudged", "beta": 0.4, "y": [[0.7], [0.2]]},
        "transposed": {"phase": "transposed", "beta": 0.4, "y": [[0.7], [0.2]]},
    }[name]


@pytest.mark.parametrize("phase", ["free", "nudged", "transposed"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_distances_fall_at_the_rate_along_the_flow_in_the_box(kind, phase, seed):
    net = network(KINDS[kind], seed)
    report = certify(net, [[0.3], [-0.5]], **phases(phase))
    contracting = [one for one in report if "contracting" in one.claims]
    low, high = net.dynamics.box or (-2.0, 2.0)
    rng = np.random.default_rng(seed)
    state = rng.uniform(low, high, (8, len(net.nodes)))
    state[::2] = np.where(rng.random(state[::2].shape) < 0.4, rng.choice([low, high], state[::2].shape), state[::2])
    for certificate in contracting:
        function = certificate.function(1)
        assert isinstance(function, Distance)
        value, slope = function.value(state), function.slope(state)
        assert np.all(slope <= -certificate.rate * value + 1e-6)
        free, moved = net.connectivity.free, state.copy()
        moved[:, free] += 1e-7 * function._flow(state[:, free])
        assert (function.value(moved) - value) / 1e-7 == pytest.approx(slope, rel=1e-4, abs=1e-5)
        assert function.value(function.equilibrium) == 0.0
        assert np.abs(function.slope(function.equilibrium)) < 1e-8


@pytest.mark.parametrize(("norm", "order"), [("l_1", 1), ("l_2", 2), ("l_inf", np.inf), ("P", None)])
def test_each_norm_is_the_one_of_its_name(norm, order):
    net = network(KINDS["tanh"], 3)
    given_function = certify(net, [[0.3]])["gershgorin"].function()
    n = net.connectivity.free.size
    rng = np.random.default_rng(0)
    weights, root = rng.uniform(0.5, 2.0, n), rng.normal(size=(n, n))
    function = Distance(
        given_function.system, given_function.phase, given_function.equilibrium, norm=norm, weights=weights,
        matrix=root.T @ root if norm == "P" else None,
    )  # fmt: skip
    state = rng.normal(size=(5, len(net.nodes)))
    z = state[:, net.connectivity.free] - function.equilibrium[net.connectivity.free]
    expected = [np.linalg.norm(root @ one) if order is None else np.linalg.norm(weights * one, order) for one in z]
    assert function.value(state) == pytest.approx(expected)
    state[:, net.connectivity.inputs] = 0.3
    moved = state + 1e-7 * net.drift(state)
    assert (function.value(moved) - function.value(state)) / 1e-7 == pytest.approx(function.slope(state), rel=1e-4)


def test_a_distance_that_never_grows_is_a_function_too():
    net = network(dynamics.deep("absolute"), 5)
    function = certify(net, [[0.3]])["absolute_leak"].function()
    state = np.random.default_rng(0).uniform(size=(20, len(net.nodes)))
    assert np.all(function.slope(state) <= 1e-9)


def test_what_has_no_function_says_so():
    net = network(KINDS["deep"], 0)
    with pytest.raises(ParameterError, match="knows no x: expected one from certify"):
        certify(net)["absolute_leak"].function()
    report = certify(net, [[0.3]])
    with pytest.raises(ParameterError, match="sample is 1: expected a whole number from 0 to 0"):
        report["absolute_leak"].function(1)
    with pytest.raises(ParameterError, match="p_matrix is UNKNOWN and claims nothing"):
        report["p_matrix"].function()
    with pytest.raises(ParameterError, match="spectral_abscissa is PROVED and claims exponentially stable"):
        report["spectral_abscissa"].function()
    with pytest.raises(ParameterError, match=r"state has shape \(2,\): expected"):
        report["absolute_leak"].function().value([0.0, 0.0])


def test_a_sample_that_does_not_settle_has_no_function():
    graph = nx.DiGraph([("x", 0, {"weight": 0.0})])
    graph.add_edges_from((k, (k + 1) % 3, {"weight": -3.0}) for k in range(3))
    for k in range(3):
        graph.nodes[k].update(role="output" if k == 0 else "hidden", bias=2.0 + 0.1 * k)
    graph.nodes["x"]["role"] = "input"
    found = certify(compile(graph, dynamics.vector_field()), [[0.0]])["energy"]
    with pytest.raises(ParameterError, match="sample 0 does not settle"):
        found.function()


def test_the_slope_of_a_quadratic_form_is_twice_that_with_the_flow():
    net, rng = network(KINDS["tanh"], 3), np.random.default_rng(0)
    given_function = certify(net, [[0.3]])["gershgorin"].function()
    n = net.connectivity.free.size
    root = rng.normal(size=(n, n))
    P = root.T @ root
    function = Quadratic(given_function.system, given_function.phase, given_function.equilibrium, matrix=P)
    state = rng.normal(size=(5, len(net.nodes)))
    state[:, net.connectivity.inputs] = 0.3
    away = (state - function.equilibrium)[:, net.connectivity.free]
    flow = net.drift(state)[:, net.connectivity.free]
    assert function.value(state) == pytest.approx([z @ P @ z for z in away])
    assert function.slope(state) == pytest.approx([2.0 * z @ P @ v for z, v in zip(away, flow, strict=True)])
