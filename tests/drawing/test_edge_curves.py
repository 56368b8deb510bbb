"""How edges bend: against points of the curve and distances taken one by one."""

import numpy as np
import pytest

from neurograph.drawing.edge_curves import BENDS, bends, control, curve, loop
from neurograph.drawing.layout import RADIUS, Drawn


def drawn(edges, count):
    pre, post = np.array(edges, np.int64).reshape(-1, 2).T
    return Drawn(range(count), np.zeros(count, np.int8), pre, post, np.ones(pre.size))


def clearance(start, end, bend, others):
    """Return the smallest distance of other nodes to the middle nine tenths of a curve."""
    line = curve(start, end, bend, np.linspace(0.06, 0.94, 200))
    return min(np.linalg.norm(point - other) for point in line for other in others)


@pytest.mark.parametrize("bend", [0.0, 0.2, -0.3])
def test_a_curve_passes_its_ends_and_halfway_to_its_control_point(bend):
    start, end = np.array([1.0, 2.0]), np.array([4.0, -2.0])
    line = curve(start, end, bend, np.array([0.0, 0.5, 1.0]))
    assert np.allclose(line[[0, 2]], [start, end])
    middle = (start + end) / 2
    # Halfway, a quadratic Bézier curve is half as far from the chord as its control point, at bend times its length.
    assert np.allclose(line[1] - middle, (control(start, end, bend) - middle) / 2)
    assert np.linalg.norm(line[1] - middle) == pytest.approx(abs(bend) * 5.0 / 2)
    assert (line[1] - middle) @ (end - start) == pytest.approx(0.0)


def test_the_two_edges_of_a_pair_never_meet_between_their_ends():
    start, end, t = np.array([0.0, 0.0]), np.array([2.0, 1.0]), np.linspace(0.1, 0.9, 50)
    for there in BENDS:
        for back in BENDS:
            one, two = curve(start, end, there, t), curve(end, start, back, t)
            across = np.array([1.0, -2.0])
            assert np.all(one @ across > 0.0)
            assert np.all(two @ across < 0.0)


def test_an_edge_with_room_bends_least_and_one_with_a_node_in_its_way_bends_past_it():
    places = np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 3.0]])
    assert bends(drawn([(0, 1)], 3), places).tolist() == [BENDS[0]]
    on_the_curve = curve(places[0], places[1], BENDS[0], np.array([0.5]))[0]
    places[2] = on_the_curve
    (chosen,) = bends(drawn([(0, 1)], 3), places)
    assert clearance(places[0], places[1], BENDS[0], places[2:]) < 0.01
    assert clearance(places[0], places[1], chosen, places[2:]) > 1.2 * RADIUS


def test_no_other_bend_is_much_clearer_than_the_one_chosen_unless_both_are_clear():
    rng = np.random.default_rng(0)
    for _ in range(30):
        places = rng.uniform(0.0, 4.0, (7, 2))
        edges = [(0, 1), (1, 0), (2, 5), (6, 3)]
        for (i, j), chosen in zip(edges, bends(drawn(edges, 7), places), strict=True):
            others = np.delete(places, [i, j], axis=0)
            own = clearance(places[i], places[j], chosen, others)
            best = max(clearance(places[i], places[j], bend, others) for bend in BENDS)
            assert own > min(best, 1.3 * RADIUS) - 0.15


def test_an_edge_to_its_own_node_and_a_graph_of_two_nodes_have_the_first_bend():
    assert bends(drawn([(0, 0), (0, 1)], 2), np.array([[0.0, 0.0], [1.0, 0.0]])).tolist() == [BENDS[0]] * 2


@pytest.mark.parametrize("place", [(1.0, 0.0), (-2.0, 3.0), (0.5, -1.0)])
def test_a_loop_leaves_its_node_away_from_the_centre(place):
    corners = loop(np.array(place), np.zeros(2)) - place
    away = np.array(place) / np.hypot(*place)
    assert np.hypot(*corners[0]) == pytest.approx(RADIUS)
    assert np.all(corners @ away > 0.0)
    across = corners @ [-away[1], away[0]]
    assert across[0] > 0.0 > across[-1]
    assert np.allclose(corners[1:3].sum(axis=0) / 2, (corners[1] @ away) * away)
    assert np.all(np.isfinite(loop(np.zeros(2), np.zeros(2))))
