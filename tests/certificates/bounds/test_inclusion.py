"""Boxes that trajectories enter: against trajectories, and the closed form of linear networks."""

from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from neurograph.certificates.bounds.inclusion import Inclusion, inapplicable_reason
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.dynamics import Dynamics
from neurograph.equations.intervals import Interval
from neurograph.solvers import Euler
from neurograph.solvers.settle import settle
from tests.certificates.networks import LEAKY, SEEDS, network, random_weights

KINDS = {"deep": LEAKY, "tanh": dynamics.additive("tanh"), "vector field": dynamics.vector_field()}


def inclusion_of(net, low, high):
    return Inclusion(System(net, None, None, 0.0, None), Interval.across(np.array([[low]]), np.array([[high]])))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_boxes_shrink_and_hold_where_every_trajectory_ends(kind, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    net = network(0.5 * random_weights(rng, n), kind, rng.normal(size=n))
    boxes = list(islice(inclusion_of(net, -0.5, 0.5).boxes(), 30))
    for before, after in pairwise(boxes):
        assert np.all(after.state.low >= before.state.low)
        assert np.all(after.state.high <= before.state.high)
    x = rng.uniform(-0.5, 0.5, (6, 1))
    ended = settle(net, x, start=rng.uniform(0.0, 1.0, (6, n + 1)), solver=Euler(dt=0.05, steps=4000), throw=False)
    last = ended.state[:, net.connectivity.free]
    assert np.all(boxes[-1].state.low - 1e-4 <= last)
    assert np.all(last <= boxes[-1].state.high + 1e-4)


def test_boxes_of_an_exciting_linear_network_close_on_its_extreme_equilibria():
    W, b = np.array([[0.0, 0.4], [0.3, 0.0]]), np.array([0.1, 0.2])
    net = network(W, Dynamics("-s + I + b", box=(-9.0, 9.0)), b)
    last = list(islice(inclusion_of(net, -0.5, 0.5).boxes(), 200))[-1]
    for end, x in ((last.state.low, -0.5), (last.state.high, 0.5)):
        assert end[0] == pytest.approx(np.linalg.solve(np.eye(2) - W, b + x), abs=1e-9)
    assert last.width[0] == pytest.approx(np.linalg.solve(np.eye(2) - W, np.ones(2)), abs=1e-9)


def test_a_neuron_driven_out_of_the_box_is_pinned_and_has_no_slope():
    net = network(np.zeros((2, 2)), dynamics.vector_field(), [5.0, 0.5])
    inclusion = inclusion_of(net, 0.0, 0.0)
    box = next(iter(inclusion.boxes()))
    assert box.pinned.tolist() == [[True, False]]
    assert inclusion.slopes(box)[0].tolist() == [[0.0, 1.0]]


def test_what_has_no_boxes_says_why():
    cubic = network(np.zeros((1, 1)), Dynamics("-s**3 + I"))
    assert "linear leak" in inapplicable_reason(System(cubic, None, None, 0.0, None))
    assert "return" in inapplicable_reason(System(network(np.zeros((1, 1)), LEAKY), None, None, 0.5, None, True))
    assert inapplicable_reason(System(network(np.zeros((1, 1)), LEAKY), None, None, 0.0, None)) is None
