"""Ranges of mean Jacobians: against quadrature along random lines in the ball."""

import numpy as np
from hypothesis import given, settings

from neurograph.certificates.bounds.mean_slopes import Ball, mean_slopes
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.dynamics import Dynamics
from tests.certificates.networks import SEEDS, network, random_weights

BOTH = Dynamics("-s + tanh(I + b)", transfer="tanh(s)")


def jacobian(net, state):
    free = net.connectivity.free
    return net.jacobian(state).toarray()[np.ix_(free, free)]


def drawn(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    net = network(random_weights(rng, n), kind, rng.normal(size=n))
    root = np.eye(n) + 0.3 * rng.normal(size=(n, n))
    # norm(root' z) <= radius, for which inverse' is what makes a step z of a vector of norm 1.
    ball = Ball(root, np.linalg.inv(root), float(rng.uniform(0.05, 1.0)))
    return rng, net, ball, rng.normal(size=n + 1)


def within(found, A):
    """Whether A is middle + diag(d) + diag(e) pull + F for some d, e and F of the sizes that are said."""
    e = found.input_slope[:, None] * np.abs(found.pull)
    return np.all(np.abs(A - found.middle) <= np.diag(found.own) + e + found.sent + 1e-9)


def lines(rng, net, ball, state, count=10):
    """Draw states from the ball's edge, and the points of a quadrature on the lines to them."""
    points, weights = np.polynomial.legendre.leggauss(24)
    for _ in range(count):
        z = rng.normal(size=net.connectivity.free.size)
        step = np.linalg.solve(ball.root.T, z / np.linalg.norm(z) * ball.radius)
        jacobians = []
        for point in points:
            at = state.copy()
            at[net.connectivity.free] += 0.5 * (1.0 + point) * step
            jacobians.append(jacobian(net, at))
        yield np.tensordot(0.5 * weights, jacobians, axes=1), jacobians


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_mean_jacobian_on_every_line_is_in_the_range(seed):
    for kind in (dynamics.additive("tanh"), BOTH):
        rng, net, ball, state = drawn(seed, kind)
        found = mean_slopes(System(net, None, None, 0.0, None), state, ball)
        assert all(within(found, mean) for mean, _ in lines(rng, net, ball, state))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_with_one_part_every_jacobian_is_in_the_range(seed):
    rng, net, ball, state = drawn(seed, BOTH)
    found = mean_slopes(System(net, None, None, 0.0, None), state, ball, parts=1)
    assert all(within(found, A) for _, jacobians in lines(rng, net, ball, state) for A in jacobians)


def test_an_affine_network_has_one_jacobian():
    _, net, ball, state = drawn(3, dynamics.vector_field())
    found = mean_slopes(System(net, None, None, 0.0, None), state, ball)
    assert np.allclose(found.middle, jacobian(net, state))
    assert not np.any(found.own)
    assert not np.any(found.input_slope)
    assert not np.any(found.sent)


def test_what_jumps_has_no_range():
    net = network(np.ones((2, 2)), Dynamics("-s + step(I + b)"), np.zeros(2))
    ball = Ball(np.eye(2), np.eye(2), 0.5)
    assert mean_slopes(System(net, None, None, 0.0, None), np.zeros(3), ball) is None
