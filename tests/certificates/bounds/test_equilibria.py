"""Equilibria of the inputs that a system is asked about: against a linear solve."""

import numpy as np
import pytest

from neurograph.certificates.bounds.equilibria import phase_of, settled
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.system import System
from neurograph.equations.dynamics import Dynamics
from tests.certificates.networks import network

W = np.array([[0.0, 0.4, -0.2], [0.3, 0.0, 0.1], [0.0, -0.5, 0.0]])
LINEAR = network(W, Dynamics("-s + I + b"), [0.1, -0.2, 0.3])
FREE = LINEAR.connectivity.free
X = np.array([[0.5], [-1.0]])
EXPECTED = np.linalg.solve(np.eye(3) - W, np.array([0.1, -0.2, 0.3])[:, None] + X.T).T


def equilibrium(system):
    return settled(system, phase_of(system, X, Deadline(60.0)), Deadline(60.0))


def test_a_linear_network_settles_at_the_solution_of_its_equations():
    assert equilibrium(System(LINEAR, X, None, 0.0, None)).state[:, FREE] == pytest.approx(EXPECTED, abs=1e-9)


def test_a_nudge_adds_its_pull_to_the_output():
    y, beta = np.array([[1.0], [0.0]]), 0.7
    nudge = np.diag([beta, 0.0, 0.0])
    pulled = np.array([0.1, -0.2, 0.3])[:, None] + X.T + nudge @ np.vstack([y.T, y.T, y.T])
    found = equilibrium(System(LINEAR, X, y, beta, None))
    assert found.state[:, FREE] == pytest.approx(np.linalg.solve(np.eye(3) - W + nudge, pulled).T, abs=1e-9)


def test_a_transposed_phase_moves_by_the_transposed_jacobian():
    """0 = A s + b + (A' - A)(s - s*) + beta (y - s) has the solution s* + (A' - beta N)^-1 beta (s* - y)."""
    y, beta = np.array([[1.0], [0.0]]), 0.7
    nudge = np.diag([beta, 0.0, 0.0])
    moved = np.linalg.solve((W - np.eye(3)).T - nudge, nudge @ (EXPECTED.T - np.vstack([y.T] * 3)))
    found = equilibrium(System(LINEAR, X, y, beta, None, transposed=True))
    assert found.state[:, FREE] == pytest.approx(EXPECTED + moved.T, abs=1e-8)


def test_what_never_settles_ends_with_the_deadline():
    turning = network(np.array([[0.0, -3.0], [3.0, 0.0]]), Dynamics("-s + tanh(2*I)"))
    system = System(turning, np.array([[0.1]]), None, 0.0, None)
    with pytest.raises(OutOfTimeError):
        settled(system, phase_of(system, system.x, Deadline(60.0)), Deadline(-1.0))
