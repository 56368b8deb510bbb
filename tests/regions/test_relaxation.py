import numpy as np
import pytest
import scipy.sparse as sp

import neurograph as ng
from neurograph.certificates.deadline import Deadline
from neurograph.regions.bounds import range_over
from neurograph.regions.questions import unique
from neurograph.regions.relaxation import Programme, hull, programme
from neurograph.regions.units import Units
from tests.regions.networks import KINDS, network


def test_the_hull_of_a_graph_holds_it_and_touches_it():
    lines, knots = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 1.0])
    facets = hull(lines, knots, -1.0, 3.0)
    u = np.linspace(-1.0, 3.0, 81)
    r = np.clip(u, 0.0, 1.0)
    room = np.array([sign * (r - slope * u) - sign * foot for sign, slope, foot in facets])
    assert (room >= -1e-12).all()
    assert np.allclose(room.min(axis=1), 0.0, atol=1e-12)
    assert len(facets) == 4  # two below and two above


def small():
    """Minimise -x - y over x + y <= 1 and x, y in [0, 1]: it is -1."""
    rows = sp.csr_array(np.array([[-1.0, -1.0]]))
    return Programme(rows, np.array([-1.0]), np.zeros(1), 1, np.zeros(2), np.ones(2))


def test_any_dual_gives_a_bound_that_is_not_above_the_least_value():
    cost = np.array([-1.0, -1.0])
    least, point, empty = small().least(cost, 9.0)
    assert not empty
    assert -1.0 - 1e-12 < least <= -1.0
    assert point.sum() == pytest.approx(1.0)
    for dual in (-3.0, 0.0, 0.5, 1.0, 7.0):
        assert small().bound(cost, np.array([dual])) <= -1.0


def test_rounding_of_rows_is_taken_off():
    given = small()
    loose = Programme(given.A, given.b, np.array([0.25]), 1, given.low, given.high)
    assert loose.least(np.array([-1.0, -1.0]), 9.0)[0] == pytest.approx(-1.25, abs=0.01)


def test_an_empty_programme_is_proved_to_be_empty():
    rows = sp.csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    nothing = Programme(rows, np.array([3.0, 0.5]), np.zeros(2), 1, np.zeros(2), np.ones(2))
    assert nothing.least(np.ones(2), 9.0) == (np.inf, None, True)


@pytest.mark.parametrize("kind", KINDS)
def test_every_equilibrium_satisfies_the_programme(kind):
    net = network(kind, True, seed=7)
    units, ends = Units.of(net, np.zeros(2), np.ones(2)), (np.zeros(2), np.ones(2))
    made = programme(units, range_over(units, *ends, unique(net, Deadline(30.0)), Deadline(30.0)))
    for x in np.random.default_rng(1).uniform(size=(20, 2)):
        state = ng.settle(net, x[None], solver=ng.solvers.Auto(tol=1e-12)).state
        u = units.summed(state)[0]
        slope, foot = units.lines(units.pattern_at(u)).T
        left = made.A @ np.concatenate([x, u, slope * u + foot]) - made.b
        assert (left[: made.inequalities] >= -1e-8).all()
        assert np.allclose(left[made.inequalities :], 0.0, atol=1e-8)
