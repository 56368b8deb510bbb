"""How drawn edges run: borders of polygons, ends kept apart, and the box around the curves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from neurograph.drawing.layout import RADIUS, Drawn
from neurograph.drawing.wires import APART, FAN, Wires, _pushed_apart, border, wires

ANGLES = st.lists(st.floats(-1.5, 1.5), min_size=2, max_size=6)


@given(st.integers(3, 8), st.floats(0.0, 6.0), st.floats(0.0, 7.0))
def test_the_border_of_a_polygon_lies_on_its_sides(corners, turn, angle):
    radius = RADIUS * 1.2
    point = border((corners, turn, 1.2), angle) * np.array([np.cos(angle), np.sin(angle)])
    at = turn + np.pi / 2 + 2 * np.pi * np.arange(corners) / corners
    vertices = radius * np.column_stack([np.cos(at), np.sin(at)])
    sides = np.roll(vertices, -1, axis=0) - vertices
    offsets = point - vertices
    distance = np.abs(sides[:, 0] * offsets[:, 1] - sides[:, 1] * offsets[:, 0]) / np.linalg.norm(sides, axis=1)
    assert distance.min() == pytest.approx(0.0, abs=1e-9)
    assert np.linalg.norm(point) <= radius + 1e-12


@settings(max_examples=40, deadline=None)
@given(ANGLES)
def test_directions_are_pushed_apart_as_little_as_it_takes(angles):
    angles = np.sort(angles)  # all on one side of the circle, so that their order is that on a line
    least = min(APART, FAN / angles.size)
    nearest = minimize(
        lambda z: np.sum((z - angles) ** 2),
        angles + least * np.arange(angles.size),
        jac=lambda z: 2 * (z - angles),
        constraints={"type": "ineq", "fun": lambda z: np.diff(z) - least},
        options={"ftol": 1e-14},
    )
    assert _pushed_apart(angles) == pytest.approx(nearest.x, abs=1e-5)


def test_edges_end_on_the_borders_of_their_nodes():
    roles, places = np.array([0, 0], np.int8), np.array([[0.0, 0.0], [1.0, 0.0]])
    drawn = Drawn(["a", "b"], roles, np.array([0]), np.array([1]), np.array([1.0]))
    run = wires(drawn, places, {0: (4, 0.0, 1.0)})
    for end, node in ((run.starts, 0), (run.ends, 1)):
        offset = end[0] - places[node]
        angle = np.arctan2(offset[1], offset[0])
        assert np.linalg.norm(offset) == pytest.approx(border((4, 0.0, 1.0), angle))


def test_the_corners_hold_every_curve():
    run = Wires(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]), np.array([0.5]))
    low, high = run.corners()
    assert low[0] == pytest.approx(0.0)
    assert high[0] == pytest.approx(1.0)
    assert 0.1 < max(abs(low[1]), abs(high[1])) <= 0.5
    assert np.isinf(Wires(np.empty((0, 2)), np.empty((0, 2)), np.empty(0)).corners()[0]).all()
