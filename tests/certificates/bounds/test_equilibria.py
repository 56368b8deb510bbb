"""The equilibria of given inputs: against the solution of the linear system that they obey."""

import numpy as np
import pytest

from neurograph.certificates.bounds import equilibria as equilibria_module
from neurograph.certificates.bounds.equilibria import equilibria, phase_of, settled
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.system import System
from neurograph.equations.neuron import Dynamics
from neurograph.solvers import Euler
from tests.certificates.networks import network

LINEAR = Dynamics("-s + I")
W = np.array([[0.1, 0.5, -0.3], [0.2, 0.0, 0.4], [-0.6, 0.3, 0.2]])
X = np.array([[0.4], [-1.1]])


def asked(W=W, **options):
    return System(network(W, LINEAR), **{"x": X, "y": None, "beta": 0.0, "dt": None, **options})


def test_a_linear_network_settles_to_the_solution_of_its_equations():
    found = equilibria(asked(), Deadline(60.0))
    assert found.state[:, 1:] == pytest.approx(np.linalg.solve(np.eye(3) - W, X.T * np.ones((3, 1))).T, abs=1e-8)


def test_a_nudged_output_settles_between_its_drift_and_its_target():
    y = np.array([[2.0], [0.0]])
    found = equilibria(asked(y=y, beta=0.7), Deadline(60.0))
    nudge = np.diag([0.7, 0.0, 0.0])
    drive = X.T * np.ones((3, 1)) + nudge @ np.ones((3, 1)) * y.T
    assert found.state[:, 1:] == pytest.approx(np.linalg.solve(np.eye(3) - W + nudge, drive).T, abs=1e-8)


def test_a_transposed_phase_begins_at_the_free_equilibrium_and_moves_by_the_transpose():
    y = np.array([[2.0], [0.0]])
    system = asked(y=y, beta=0.7, transposed=True)
    free = np.linalg.solve(np.eye(3) - W, X.T * np.ones((3, 1))).T
    phase = phase_of(system, X, Deadline(60.0))
    assert phase.start[:, 1:] == pytest.approx(free, abs=1e-8)
    # (W' - 1)(s - s*) + beta (y - s) = 0 at the output
    nudge = np.diag([0.7, 0.0, 0.0])
    away = np.linalg.solve(np.eye(3) - W.T + nudge, 0.7 * np.eye(3)[:, :1] * (y.T - free[:, 0]))
    assert settled(system, phase, Deadline(60.0)).state[:, 1:] == pytest.approx(free + away.T, abs=1e-7)


def test_it_is_said_why_there_is_no_equilibrium():
    assert "give x" in equilibria(asked(x=None), Deadline(60.0))
    turning = np.array([[0.0, 5.0], [-5.0, 1.5]])
    assert "2 of 2 samples did not settle" in equilibria(asked(turning), Deadline(60.0))


def test_time_runs_out():
    slow = 0.999999 * np.eye(2)
    with pytest.raises(OutOfTimeError):
        equilibria(asked(slow), Deadline(-1.0))


def test_no_call_takes_more_edge_visits_than_the_clock_is_looked_at_for(monkeypatch):
    taken, solve = [], Euler.solve
    monkeypatch.setattr(equilibria_module, "VISITS", 5000)
    monkeypatch.setattr(Euler, "solve", lambda self, *given: taken.append(self.steps) or solve(self, *given))
    system, visits = asked(), asked().network.weights.size * len(X)
    settled(system, phase_of(system, X, Deadline(60.0)), Deadline(60.0))
    assert 2500 <= taken[-1] * visits <= 5000 + visits
