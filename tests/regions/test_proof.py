import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates.deadline import Deadline
from neurograph.regions.bounds import range_over
from neurograph.regions.proof import Answer, Form, branched, by_milp, prove, tightened
from neurograph.regions.questions import unique
from neurograph.regions.relaxation import programme
from neurograph.regions.units import Units
from tests.regions.networks import KINDS, network

LOW, HIGH = np.zeros(2), np.ones(2)


def question(kind, recurrent, seed):
    net = network(kind, recurrent, seed)
    units = Units.of(net, LOW, HIGH)
    known = range_over(units, LOW, HIGH, unique(net, Deadline(30.0)), Deadline(30.0))
    x = np.stack(np.meshgrid(*[np.linspace(0.0, 1.0, 41)] * 2), axis=-1).reshape(-1, 2)
    values = ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-12)).outputs[:, 0]
    r = np.zeros(len(units.neurons))
    r[units.outputs[0]] = 1.0
    return units, known, r, x, values


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recurrent", [False, True])
def test_what_is_proved_holds_on_a_grid_and_what_is_refuted_has_a_witness(kind, recurrent):
    units, known, r, _, values = question(kind, recurrent, 4)
    zero = np.zeros(r.size)
    for offset in (-values.min() + 0.05, -values.min() - 0.02):
        form = Form(r, zero, np.zeros(2), float(offset))
        found = prove(units, known, form, Deadline(20.0))
        if offset > -values.min():
            assert found.answer is not Answer.UNKNOWN
        else:
            assert found.answer is Answer.REFUTED
        if found.point is not None:
            u, pattern = units.settled(found.point, units.pattern_at(zero))
            assert form.at(units, found.point, u, pattern) < 0.0
        else:
            assert (values + offset >= 0.0).all()


def test_the_least_of_a_form_by_milp_is_that_of_a_fine_grid():
    units, known, r, _, values = question("clip", True, 2)
    point = by_milp(units, known, Form(r, 0.0 * r, np.zeros(2), 0.0), 20.0)
    u, pattern = units.settled(point[:2], units.pattern_at(0.0 * r))
    assert Form(r, 0.0 * r, np.zeros(2), 0.0).at(units, point[:2], u, pattern) <= values.min() + 1e-6


def test_cuts_leave_inputs_out():
    units, known, r, x, values = question("relu", False, 3)
    cuts = np.array([[1.0, 0.0]]), np.array([0.5])
    least = values[x[:, 0] <= 0.5].min()
    assert prove(units, known, Form(r, 0 * r, np.zeros(2), -least + 0.05), Deadline(20.0), cuts).answer is Answer.PROVED
    assert prove(units, known, Form(r, 0 * r, np.zeros(2), -least - 1e-3), Deadline(20.0), cuts).answer != Answer.PROVED


def test_a_question_without_time_is_unknown():
    units, known, r, _, _ = question("relu", False, 3)
    assert prove(units, known, Form(r, 0 * r, np.zeros(2), 1e9), Deadline(-1.0)).answer is Answer.UNKNOWN


def test_bounds_by_linear_programmes_are_tighter_and_still_hold():
    units, known, _, x, _ = question("clip", False, 6)
    tight = tightened(units, known, Deadline(30.0))
    assert (tight.high - tight.low <= known.high - known.low + 1e-9).all()
    u = units.summed(ng.settle(units.network, x, solver=ng.solvers.Auto(tol=1e-12)).state)
    assert ((u >= tight.low - 1e-9) & (u <= tight.high + 1e-9)).all()


def test_the_parts_of_a_range_hold_all_of_it():
    units, known, r, x, _ = question("clip", True, 1)
    point = programme(units, known).least(np.concatenate([np.zeros(2), 0 * r, r]), 9.0)[1]
    parts = branched(units, known, point)
    u = units.summed(ng.settle(units.network, x, solver=ng.solvers.Auto(tol=1e-12)).state)
    there = [((u >= one.low - 1e-9) & (u <= one.high + 1e-9)).all(axis=1) for one in parts]
    assert np.any(there, axis=0).all()
