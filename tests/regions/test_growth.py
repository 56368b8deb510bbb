import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates.deadline import Deadline
from neurograph.regions.boxes import log_volume
from neurograph.regions.growth import attacked, grown
from neurograph.regions.proof import Answer
from neurograph.regions.questions import asked, whole_pattern
from tests.regions.networks import network

DOMAIN = np.zeros(2), np.ones(2)


def question(kind, recurrent, seed):
    net = network(kind, recurrent, seed)
    region = ng.characterise(net, [0.45, 0.55], release=False, budget=20.0)
    pattern = whole_pattern(region.units, region.places, region.pieces)
    return net, region, asked(region.units, region.inequalities, region.certificate, DOMAIN), pattern


@pytest.mark.parametrize(("kind", "recurrent", "seed"), [("clip", True, 2), ("relu", False, 3), ("mixed", True, 5)])
def test_a_grown_box_is_no_smaller_and_the_property_holds_all_over_it(kind, recurrent, seed):
    net, region, asking, pattern = question(kind, recurrent, seed)
    box = grown(asking, pattern, region.box, Deadline(8.0))
    assert log_volume(box) >= region.volume()
    sides = [np.linspace(low, high, 60) for low, high in zip(*box, strict=True)]
    x = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    outputs = ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-12)).outputs
    assert (region.inequalities.at(outputs) > 0.0).all()
    assert asking.holds(asking.over(box, Deadline(20.0)), Deadline(20.0)) is Answer.PROVED


def test_without_time_the_box_stays_as_it_is():
    _, region, asking, pattern = question("clip", True, 2)
    assert grown(asking, pattern, region.box, Deadline(-1.0)) is region.box


def test_forms_are_affine_at_a_pattern():
    net, region, asking, pattern = question("clip", False, 2)
    H, h = asking.affine(pattern)
    middle = 0.5 * (region.box[0] + region.box[1])
    outputs = ng.settle(net, middle[None], solver=ng.solvers.Auto(tol=1e-12)).outputs
    assert np.allclose(H @ middle + h, region.inequalities.at(outputs)[0] - ng.regions.MARGIN, atol=1e-9)


def test_an_attack_finds_corners_at_which_a_form_is_negative():
    _, _, asking, pattern = question("relu", False, 3)
    H, h = asking.affine(pattern)
    cuts = [(k, pattern, H[k], float(h[k])) for k in range(len(h))]
    for k, corner in attacked(asking, cuts, (np.full(2, -40.0), np.full(2, 40.0))):
        u, found = asking.units.settled(corner, pattern)
        assert asking.forms[k].at(asking.units, corner, u, found) < 0.0
