"""Boxes inside each other: against all corners of small boxes, and states that settle in them."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

from neurograph.certificates.bounds.inclusion import Inclusion, _parts, _product, clamped_at, inapplicable_reason
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.intervals import Interval
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import complete, network

W = np.array([[0.2, -1.5, 0.7], [1.1, 0.0, -0.4], [-0.9, 0.8, 0.3]])
X = np.array([[0.3], [-0.8]])


def included(kind, radius=0.0, beta=0.0, target=None):
    system = System(network(W, kind), X, target, beta, None)
    return Inclusion(system, clamped_at(system, X, radius), target)


def test_the_next_box_is_spanned_by_the_corners_of_the_one_before():
    inclusion = included(dynamics.additive("tanh"))
    boxes = list(itertools.islice(inclusion.boxes(), 3))
    assert np.all(boxes[0].state.high == np.inf)
    assert boxes[1].state.high == pytest.approx(1.0)
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    reached = np.tanh(corners @ W.T + X[:, None])
    assert boxes[2].state.low == pytest.approx(reached.min(axis=1), abs=1e-9)
    assert boxes[2].state.high == pytest.approx(reached.max(axis=1), abs=1e-9)
    assert np.all(boxes[2].state.low < reached.min(axis=1))


def test_a_nudge_is_part_of_the_leak_and_of_the_aim():
    y = np.array([[0.5], [2.0]])
    inclusion = included(dynamics.vector_field(), beta=0.6, target=y)
    assert inclusion.leak.low == pytest.approx([1.6, 1.0, 1.0])
    assert inclusion.aim.low == pytest.approx(0.6 * y * np.array([1.0, 0.0, 0.0]))
    anywhere = included(dynamics.vector_field(), beta=0.6).aim
    assert np.array_equal(anywhere.high, [np.inf, 0.0, 0.0])


def test_neurons_that_are_driven_beyond_the_box_are_pinned():
    system = System(network(np.zeros((2, 2)), dynamics.vector_field()), np.array([[5.0], [0.5]]), None, 0.0, None)
    box, _ = Inclusion(system, clamped_at(system, system.x)).smallest(Deadline(60.0), 10, 0.01)
    assert np.array_equal(box.pinned, [[True, True], [False, False]])
    assert np.array_equal(box.state.low[0], [1.0, 1.0])
    assert box.state.low[1] == pytest.approx(0.5)


def test_boxes_are_followed_until_they_shrink_no_more():
    inclusion = included(dynamics.vector_field())
    boxes = list(itertools.islice(inclusion.boxes(), 60))
    last, number = inclusion.smallest(Deadline(60.0), 50, 0.1)
    widths = [box.width for box in boxes]
    still = next(k for k in range(1, 50) if np.all(widths[k] >= 0.9 * widths[k - 1]))
    assert number == still + 1
    assert np.array_equal(last.state.low, boxes[still].state.low)
    assert inclusion.smallest(Deadline(60.0), 2, 0.0)[1] <= 2
    with pytest.raises(OutOfTimeError):
        inclusion.smallest(Deadline(-1.0), 50, 0.1)


def test_inputs_range_over_a_radius_and_bias_nodes_do_not():
    net = complete(dynamics.deep("absolute"))
    system = System(net, None, None, 0.0, None)
    clamped = clamped_at(system, np.array([[0.5, 1.0]]), np.array([0.25]))
    inputs = net.connectivity.inputs.size
    assert clamped.low[0, :inputs] == pytest.approx([0.25, 0.75])
    assert clamped.high[0, :inputs] == pytest.approx([0.75, 1.25])
    each = clamped_at(system, np.zeros((2, 2)), np.array([0.5, 2.0]))
    assert each.high[:, :inputs] == pytest.approx(np.array([[0.5, 0.5], [2.0, 2.0]]))
    everything = clamped_at(system, np.zeros((1, 2)), np.inf)
    assert np.array_equal(everything.low[0, :inputs], [-np.inf, -np.inf])
    assert np.all(everything.low[0, inputs:] == 1.0)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("sent", [(0.1, 0.1), (-0.1, -0.1), (-0.1, 0.1)])
def test_a_sum_of_many_terms_is_enclosed_with_its_rounding_error(sign, sent):
    """A loop that adds 0.1 a hundred thousand times is wrong by 10,000 units in the last place."""
    number = 100_000
    parts = _parts(sp.csr_array(np.full((1, number), 0.1 * sign)))
    total = _product(parts, Interval.across(*(np.full((1, number), end) for end in sent)))
    low, high = sorted(number * Fraction(0.1) * Fraction(sign * end) for end in sent)
    assert Fraction(total.low[0, 0]) < low
    assert Fraction(total.high[0, 0]) > high
    assert total.high[0, 0] - total.low[0, 0] == pytest.approx(float(high - low), abs=1e-6)


def test_it_is_said_where_there_are_no_boxes():
    net = network(W, dynamics.additive("tanh"))
    assert inapplicable_reason(System(net, None, None, 0.0, None)) is None
    assert "also returns" in inapplicable_reason(System(net, None, None, 0.0, None, transposed=True))
    cubic = network(W, Dynamics("-s**3 + I"))
    assert "linear leak" in inapplicable_reason(System(cubic, None, None, 0.0, None))
