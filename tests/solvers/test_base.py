"""A phase, its parts, and what every solver checks."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import Cost, cross_entropy
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.solvers import SOLVERS, Euler, GaussSeidel
from neurograph.solvers.base import Phase

START = np.arange(6.0).reshape(3, 2)
NETWORK = ng.compile(ng.topologies.complete(1, 0, 1, seed=0))


@pytest.mark.parametrize(
    ("beta", "clamped", "free"),
    [
        (0.0, False, True),
        (0.5, False, False),
        (0.0, True, False),
        (np.zeros(3), False, True),
        (np.array([0.0, 0.1, 0.0]), False, False),
    ],
)
def test_a_phase_is_free_without_nudge_and_clamp(beta, clamped, free):
    assert Phase(START, beta=beta, clamped=clamped).free is free


def test_the_stiffness_is_beta_times_the_slope_of_the_force():
    assert Phase(START, beta=0.5).stiffness.tolist() == [0.5] * 3
    triple = Cost("3*(y - s)**2/2")
    assert Phase(START, beta=np.array([0.0, 1.0, -2.0]), cost=triple).stiffness.tolist() == [0.0, 3.0, -6.0]
    assert Phase(START, beta=0.5, cost=cross_entropy(4.0)).stiffness.tolist() == [0.5] * 3


def test_part_of_a_phase_has_the_rows_of_its_samples():
    target, anchor = START[:, :1] + 10.0, START + 20.0
    part = Phase(START, target, np.array([1.0, 2.0, 3.0]), anchor=anchor).of(np.array([2, 0]))
    for name, rows in (("start", START), ("target", target), ("anchor", anchor)):
        assert np.array_equal(getattr(part, name), rows[[2, 0]])
    assert part.beta.tolist() == [3.0, 1.0]
    assert Phase(START, beta=0.7).of(np.array([1])).beta == 0.7


def test_a_nudged_phase_may_have_steps_of_its_own():
    solver = Euler(steps=100, nudged_steps=7)
    assert solver.most_steps(Phase(START)) == 100
    assert solver.most_steps(Phase(START, beta=1.0)) == 7
    assert solver.most_steps(Phase(START, clamped=True)) == 7
    assert Euler(steps=100).most_steps(Phase(START, beta=1.0)) == 100


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"steps": 0}, "steps is 0: expected a whole number >= 1"),
        ({"tol": -1.0}, "tol is -1.0"),
        ({"nudged_steps": 0.5}, "nudged_steps is 0.5: .*, or None"),
    ],
)
def test_every_solver_checks_its_numbers(solver, wrong, message):
    with pytest.raises(ParameterError, match=message):
        solver(**wrong)


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"record": ng.Record()}, "that a record needs"), ({"rule": Expression("pre", ("pre",))}, "an online rule needs")],
)
def test_a_method_without_a_trajectory_refuses_what_needs_one(asked, message):
    with pytest.raises(ParameterError, match=message):
        GaussSeidel().refuse_path(NETWORK, Phase(START, **asked))
    GaussSeidel().refuse_path(NETWORK, Phase(START))
