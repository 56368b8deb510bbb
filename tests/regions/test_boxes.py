import numpy as np
import pytest
from scipy.optimize import minimize

from neurograph.certificates.deadline import Deadline
from neurograph.regions.boxes import hull, largest_box, log_volume, stretched, union_log_volume

UNIT = np.zeros(3), np.ones(3)


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_box_is_that_of_another_solver(seed):
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(6, 3)), rng.uniform(0.3, 1.0, 6)
    b = b + A @ np.full(3, 0.4)
    box = largest_box(A, b, UNIT, Deadline(9.0))
    up, down = np.maximum(A, 0.0), np.minimum(A, 0.0)
    assert (up @ box[1] + down @ box[0] <= b).all()
    rows = {"type": "ineq", "fun": lambda y: b - up @ y[3:] - down @ y[:3]}
    start = np.concatenate([np.full(3, 0.39), np.full(3, 0.41)])
    other = minimize(
        lambda y: -np.sum(np.log(np.maximum(y[3:] - y[:3], 1e-12))), start, constraints=[rows], bounds=[(0.0, 1.0)] * 6
    )
    assert log_volume(box) >= -other.fun - 1e-4


def test_an_empty_polytope_has_no_box():
    assert largest_box(np.array([[1.0, 0.0, 0.0]]), np.array([-1.0]), UNIT, Deadline(9.0)) is None


def test_boxes_are_stretched_within_the_domain_and_joined():
    low, high = stretched((np.full(3, 0.4), np.full(3, 0.6)), 2.0, (np.full(3, 0.35), np.ones(3)))
    assert np.allclose(low, 0.35)
    assert np.allclose(high, 0.7)
    assert np.allclose(hull((low, high), (np.zeros(3), np.zeros(3))), [np.zeros(3), high])


def test_the_volume_of_a_union_is_that_of_many_points():
    rng = np.random.default_rng(0)
    boxes = [(one, one + rng.uniform(0.2, 0.6, 3)) for one in rng.uniform(0.0, 0.4, (4, 3))]
    points = rng.uniform(size=(200_000, 3))
    share = np.mean(np.any([np.all((points >= a) & (points <= b), axis=1) for a, b in boxes], axis=0))
    assert np.exp(union_log_volume(boxes)) == pytest.approx(share, abs=0.005)
    assert log_volume((np.zeros(2), np.array([1.0, 0.0]))) == -np.inf
