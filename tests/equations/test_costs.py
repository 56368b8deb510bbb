"""Costs: every one against finite differences, its shares, and what a nudge by it does in every solver."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.costs import COSTS, Cost, cross_entropy, error, squared_error, wrong

OWN = {
    "quartic": Cost("(y - s)**4/4"),
    "other words": Cost("0.5*(s - y)**2"),
    "weighted": Cost("R*(y - s)**2/2", parameters={"R": 3.0}),
    "logistic": Cost("log(1 + exp(s)) - y*s"),
    "spherical": Cost("-y*log_share", force="2*(y - exp(log_share))", normaliser="2*s", curvature="1.0", shares=True),
}
EVERY = {**{name: make() for name, make in COSTS.items()}, "sharp": cross_entropy(7.5), **OWN}
COSTS_AND_NAMES = pytest.mark.parametrize("cost", EVERY.values(), ids=EVERY)


def drawn(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, 4)), rng.dirichlet(np.ones(4), 3)


def slopes(function, s, h=1e-6):
    """Differentiate by central differences: (..., outputs of the function, inputs)."""
    bumps = h * np.eye(s.shape[1])
    return np.stack([(function(s + bump) - function(s - bump)) / (2 * h) for bump in bumps], axis=-1)


@COSTS_AND_NAMES
@given(st.integers(0, 2**32 - 1))
def test_the_force_is_minus_the_slope_of_the_cost(cost, seed):
    s, y = drawn(seed)
    assert np.allclose(cost.force_at(s, y), -slopes(lambda at: cost.each(at, y), s), rtol=1e-5, atol=1e-5)


@COSTS_AND_NAMES
def test_the_slopes_of_the_force_are_its_derivatives_and_within_the_curvature(cost):
    s, y = drawn(0)
    own, coupling, share = cost.force_slopes(s, y)
    whole = own[:, :, None] * np.eye(4) + coupling[:, :, None] * share[:, None, :]
    assert np.allclose(whole, slopes(lambda at: cost.force_at(at, y), s), rtol=1e-5, atol=1e-5)
    assert cost.coupled == bool(np.any(coupling))
    if cost.coupled:
        diagonal = np.diagonal(whole, axis1=1, axis2=2)
        others = np.abs(whole).sum(axis=2) - np.abs(diagonal)
        assert max(np.abs(diagonal).max(), others.max()) <= cost.bound


def test_the_stiffness_is_how_a_linear_force_falls():
    assert {name: cost.stiffness for name, cost in EVERY.items()} == {
        "squared_error": 1.0, "cross_entropy": None, "sharp": None, "quartic": None, "other words": 1.0,
        "weighted": 3.0, "logistic": None, "spherical": None,
    }  # fmt: skip


SOLVERS = {
    "explicit": ng.solvers.Euler(dt=0.02, steps=20_000, tol=1e-10),
    "implicit": ng.solvers.Euler(implicit=True, tol=1e-10),
    **{kind.__name__: kind(tol=1e-10) for kind in (ng.solvers.GaussSeidel, ng.solvers.Newton, ng.solvers.Anderson)},
    "auto": ng.solvers.Auto(tol=1e-10),
}


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@COSTS_AND_NAMES
def test_every_solver_comes_to_rest_where_drift_and_force_cancel(cost, solver):
    graph = ng.topologies.complete(2, 3, 3, bias=True, scale=0.3, seed=1)
    network, x = ng.compile(graph, ng.dynamics.deep(extra_leak=1.0)), np.array([[0.2, 0.9], [1.0, 0.4]])
    y, beta = np.array([[1.0, 0.0, 0.0], [0.2, 0.5, 0.3]]), 0.2
    settled = ng.settle(network, x, y=y, beta=beta, cost=cost, solver=solver)
    assert settled.converged
    outputs = network.connectivity.outputs
    drift = network.drift(settled.state)
    drift[:, outputs] += beta * cost.force_at(settled.outputs, y)
    moved = np.clip(settled.state + 1e-3 * drift, 0.0, 1.0) - settled.state
    assert np.abs(moved[:, network.connectivity.free]).max() <= 1e-3 * 1e-8


@pytest.mark.parametrize("cost", OWN.values(), ids=OWN)
def test_the_exact_rule_is_the_gradient_of_a_cost_of_ones_own(cost):
    graph = ng.topologies.complete(2, 3, 2, bias="neurons", scale=0.4, seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    check = ng.gradient_check(network, np.array([[0.0, 1.0], [1.0, 1.0]]), [[1.0, 0.0], [0.3, 0.7]], cost=cost)
    assert check.cosine == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("gain", [1e-6, 0.1, 1.0, 30.0, 1e6])
def test_cross_entropy_of_any_gain_is_taken(gain):
    assert cross_entropy(gain).bound == gain**2 / 4


def test_a_cost_shows_the_call_that_makes_it():
    assert [repr(cost) for cost in (squared_error(), cross_entropy(4.0), OWN["quartic"])] == [
        "squared_error()", "cross_entropy(gain=4.0)", "Cost('(y - s)**4/4')",
    ]  # fmt: skip


def test_squared_error_is_half_the_squared_distance():
    assert squared_error().each([[1.0, 2.0]], [[0.0, 4.0]]).tolist() == [2.5]
    assert squared_error().mean([[1.0, 2.0], [0.0, 0.0]], [[0.0, 4.0], [0.0, 0.0]]) == 1.25


def test_cross_entropy_is_minus_the_log_of_the_right_answers_share():
    s = np.array([[0.2, -0.4, 1.0]])
    share = np.exp(3 * s) / np.exp(3 * s).sum()
    assert cross_entropy(3.0).each(s, [[0, 1, 0]])[0] == pytest.approx(-np.log(share[0, 1]), rel=1e-14)
    assert np.allclose(cross_entropy(3.0).answer_shares(s), share, rtol=1e-14)


def test_cross_entropy_does_not_overflow():
    s = np.array([[1e4, -1e4]])
    assert cross_entropy().each(s, [[1, 0]])[0] == 0.0
    assert cross_entropy().each(s, [[0, 1]])[0] == 2e4
    assert np.array_equal(cross_entropy().force_at(s, [[0, 1]]), [[-1.0, 1.0]])


def test_an_error_is_a_share_for_classes_and_a_distance_for_numbers():
    assert error([[0.4, 0.6], [0.9, 0.1]], [[1, 0], [1, 0]]) == 0.5
    assert error([[1.5], [0.0]], [[1.0], [2.0]]) == pytest.approx(np.sqrt((0.25 + 4) / 2))


def test_a_wrong_answer_is_the_largest_output_of_a_one_hot_target_and_the_side_of_a_half_else():
    assert wrong([[0.4, 0.3]], [[1, 0]]).tolist() == [False]
    assert wrong([[0.4, 0.6]], [[1, 0]]).tolist() == [True]
    assert wrong([[0.4, 0.6]], [[1, 1]]).tolist() == [True]
    assert wrong([[0.4], [0.6], [0.5]], [[0], [0], [0]]).tolist() == [False, True, False]


def test_no_answer_is_a_wrong_answer():
    assert wrong([[np.nan]], [[0.0]]).tolist() == [True]
    assert wrong([[np.nan, 0.0]], [[1, 0]]).tolist() == [True]


def test_costs_are_typeset():
    for make in COSTS.values():
        latex = make()._repr_latex_()
        assert latex == rf"$\displaystyle {make().latex()}$"
        assert latex.count("{") == latex.count("}")
    assert r"\ell_{j} = 2 s_{j} - \log \sum_k e^{2 s_{k}}" in Cost(
        "-y*log_share", force="2*(y - exp(log_share))", normaliser="2*s", shares=True
    ).latex().replace("2.0", "2")
