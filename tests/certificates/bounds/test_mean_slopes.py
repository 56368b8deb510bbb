"""The mean Jacobian on lines from an equilibrium: its ranges against means by quadrature."""

import numpy as np
import pytest

from neurograph.certificates.bounds.mean_slopes import Ball, halves, mean_slopes
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.intervals import Interval
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import network

KINDS = {
    "rate": dynamics.additive("tanh"),
    "transfer": Dynamics("-s + I + b", transfer="tanh(s)"),
    "own slope": Dynamics("-s - s**3/3 + I"),
    "both": Dynamics("-2*s + tanh(I)", transfer="sin(s)"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parts", [1, 16])
def test_the_mean_jacobian_on_every_line_is_within_the_ranges(kind, parts):
    rng = np.random.default_rng(8)
    net = network(rng.normal(0.0, 0.6, (3, 3)), KINDS[kind])
    system, state = System(net, None, None, 0.0, None), np.array([0.2, 0.1, -0.4, 0.3])
    root = np.linalg.cholesky(np.array([[1.0, 0.2, 0.0], [0.2, 0.8, 0.1], [0.0, 0.1, 0.6]]))
    ball = Ball(root, np.linalg.inv(root), 0.7)
    slopes = mean_slopes(system, state, ball, parts)
    points, weights = np.polynomial.legendre.leggauss(30)
    for _ in range(40):
        direction = rng.normal(size=3)
        away = 0.7 * np.linalg.inv(root).T @ direction / np.linalg.norm(direction)
        assert np.linalg.norm(root.T @ away) == pytest.approx(0.7)
        mean = np.zeros((3, 3))
        for point, weight in zip(points, weights, strict=True):
            s = state + np.concatenate([[0.0], 0.5 * (1.0 + point) * away])
            mean += 0.5 * weight * net.jacobian(s).toarray()[1:, 1:]
        # middle + diag(d) + diag(e) pull + F, entry by entry
        reach = np.diag(slopes.own) + slopes.input_slope[:, None] * np.abs(slopes.pull) + slopes.sent
        assert np.all(np.abs(mean - slopes.middle) <= reach + 1e-12)


def test_parts_of_a_line_bound_its_mean_more_tightly_than_the_whole():
    net = network(np.array([[0.0, 0.8], [-0.8, 0.0]]), dynamics.additive("tanh"))
    system, ball = System(net, None, None, 0.0, None), Ball(np.eye(2), np.eye(2), 1.0)
    whole, parts = (mean_slopes(system, np.zeros(3), ball, count) for count in (1, 16))
    assert np.all(parts.input_slope < 0.8 * whole.input_slope)


def test_at_a_point_the_middle_is_the_jacobian_with_its_nudge():
    net = network(np.array([[0.3, 0.8], [-0.8, 0.1]]), dynamics.additive("tanh"))
    state = np.array([0.4, 0.2, -0.5])
    slopes = mean_slopes(System(net, None, None, 0.5, None), state, Ball(np.eye(2), np.eye(2), 0.0), 1)
    nudge = np.diag([0.5, 0.0])
    assert slopes.middle == pytest.approx(net.jacobian(state).toarray()[1:, 1:] - nudge)
    assert np.max(slopes.input_slope) < 1e-12


def test_a_jump_has_no_bound():
    net = network(np.ones((1, 1)), Dynamics("-s + step(I)"))
    ball = Ball(np.eye(1), np.eye(1), 1.0)
    assert mean_slopes(System(net, None, None, 0.0, None), np.zeros(2), ball) is None


def test_a_ball_is_as_wide_as_its_norm_says():
    root = np.linalg.cholesky(np.array([[2.0, 0.5], [0.5, 1.0]]))
    circle = np.stack([np.cos(np.linspace(0, 2 * np.pi, 2001)), np.sin(np.linspace(0, 2 * np.pi, 2001))])
    edge = np.linalg.inv(root).T @ circle
    rows = np.array([[1.0, 0.0], [0.3, -2.0]])
    assert Ball(root, np.linalg.inv(root), 1.0).widths(rows) == pytest.approx((rows @ edge).max(axis=1), rel=1e-5)


def test_halves_are_the_middle_and_half_the_width():
    middle, off = halves(Interval.across([-1.0, 2.0], [3.0, 2.0]))
    assert (middle.tolist(), off.tolist()) == ([1.0, 2.0], [2.0, 0.0])
