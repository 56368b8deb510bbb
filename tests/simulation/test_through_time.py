import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.simulation.through_time import ROWS, backward, forward
from neurograph.simulation.turning import Turning
from tests.simulation.networks import plain_steps, some, unitary

COSTS = {"squared": ng.costs.squared_error(), "shares": ng.costs.cross_entropy()}


def differences(network, turning, x, y, cost, start, bump=1e-5):
    values = turning.vector(network)
    found = []
    for place in range(values.size):
        ends = []
        for sign in (1, -1):
            moved = values.copy()
            moved[place] += sign * bump
            ends.append(forward(turning.moved(network, moved), x, y, cost, start).cost)
        found.append((ends[0] - ends[1]) / (2 * bump))
    return np.array(found)


@given(st.sampled_from([2, 4]), st.sampled_from(["squared", "shares"]), st.booleans(), st.integers(0, 999))
@settings(max_examples=12, deadline=None)
def test_the_gradient_is_that_of_central_differences(units, name, last, seed):
    network = unitary(2, units, 2, seed)
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(3, 5, 2)), rng.dirichlet([1.0, 1.0], size=(3, 1 if last else 5))
    turning, start = Turning.of(network), some((3, units), seed)
    found = backward(network, turning, x, y, COSTS[name], start)
    wanted = differences(network, turning, x, y, COSTS[name], start)
    assert np.linalg.norm(found.slope - wanted) <= 1e-6 * np.linalg.norm(wanted)


def test_the_cost_is_that_of_the_plain_loop():
    network, rng = unitary(2, 4, 2), np.random.default_rng(0)
    x, y = rng.normal(size=(2, 6, 2)), rng.normal(size=(2, 6, 2))
    found = backward(network, Turning.of(network), x, y, COSTS["squared"], np.full((2, 4), 0.2 + 0j))
    outputs = np.array([plain_steps(network.to_graph(), one, 0.2)[1] for one in x])
    assert found.cost == pytest.approx(0.5 * ((outputs - y) ** 2).sum(axis=2).mean())
    assert np.allclose(found.outputs, outputs)
    assert found.cost == pytest.approx(forward(network, x, y, COSTS["squared"], np.full((2, 4), 0.2 + 0j)).cost)


def test_many_rows_are_summed_up_in_parts():
    network, rng = unitary(1, 2, 1), np.random.default_rng(0)
    x, y = rng.normal(size=(ROWS // 4 + 7, 6, 1)), rng.normal(size=(ROWS // 4 + 7, 6, 1))
    turning, start = Turning.of(network), np.zeros((x.shape[0], 2), complex)
    whole = backward(network, turning, x, y, COSTS["squared"], start).slope
    each = [
        backward(network, turning, x[k : k + 1], y[k : k + 1], COSTS["squared"], start[:1]).slope
        for k in range(x.shape[0])
    ]
    assert np.allclose(whole, np.mean(each, axis=0), atol=1e-12)


def test_a_neuron_below_its_threshold_has_no_gradient():
    network = unitary(1, 4, 1)
    silent = network.with_weights(network.weights, np.where(network.biases == 0.0, 0.0, -100.0))
    turning = Turning.of(silent)
    found = backward(silent, turning, np.ones((1, 3, 1)), np.ones((1, 3, 1)), COSTS["squared"], some((1, 4)))
    assert not found.slope[:-1].any()
    assert found.slope[-1] == pytest.approx(-1.0)


def test_a_gradient_that_is_not_finite_is_refused():
    network = unitary(1, 4, 1)
    with pytest.raises(ng.DivergenceError, match="not finite"), np.errstate(all="ignore"):
        backward(
            network, Turning.of(network), np.full((1, 3, 1), 1e300), np.ones((1, 3, 1)), COSTS["squared"], some((1, 4))
        )
