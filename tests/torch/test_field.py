"""What rows receive, and what equations read of them, beside the network's own."""

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.torch.field import Field
from neurograph.torch.rows import Rows
from tests.torch.networks import SMOOTH, drawn


def field_of(network, weights=None):
    rows = Rows.of(network, torch.device("cpu"), torch.float64)
    weights = torch.from_numpy(network.weights.copy()) if weights is None else weights
    return Field(rows, weights, torch.from_numpy(network.biases[network.connectivity.biased]))


@pytest.mark.parametrize("name", SMOOTH)
def test_it_is_the_drift_of_the_network(name):
    network = drawn(SMOOTH[name])
    field, full = field_of(network), np.random.default_rng(0).normal(size=(3, network.state_size))
    s, further = network.parted(full)
    columns = torch.from_numpy(s.T.copy())
    total = field.input(columns)
    np.testing.assert_allclose(total.numpy().T, network.summed_input(s), atol=1e-14)
    np.testing.assert_allclose(field.sent(columns).numpy().T, network.sent(s), atol=1e-14)
    others = [torch.from_numpy(one.T.copy()) for one in further.values()]
    drift = field.at(network.dynamics.drift_equation, columns, total, others)
    np.testing.assert_allclose(drift.numpy().T, network.at_nodes(network.dynamics.drift_equation, full), atol=1e-14)


def test_what_comes_back_along_the_edges():
    network = drawn(SMOOTH["tanh"])
    own = torch.from_numpy(np.random.default_rng(0).normal(size=(len(network.nodes), 3)))
    np.testing.assert_allclose(field_of(network).returned(own).numpy(), network.matrix().T @ own.numpy(), atol=1e-14)


def test_sums_of_weights_are_those_of_its_own_weights():
    network = drawn(SMOOTH["leaking"])
    other = network.with_weights(-2.0 * network.weights)
    field = field_of(network, torch.from_numpy(other.weights.copy()))
    np.testing.assert_allclose(field.constants["w_out"].numpy().ravel(), other.w_out, atol=1e-15)
    np.testing.assert_allclose(field.constants["w_out_abs"].numpy().ravel(), other.w_out_abs, atol=1e-15)


def test_leaks_are_there_where_they_are_linear():
    assert len(field_of(drawn(SMOOTH["adapting"])).leaks) == 2
    assert field_of(drawn(ng.Dynamics("-s**3 - s + I + b"))).leaks == ()


def test_each_row_has_its_box():
    network = drawn({"a": ng.dynamics.additive("tanh"), "b": ng.dynamics.vector_field()})
    low, high = network.box
    s = torch.from_numpy(np.random.default_rng(0).normal(scale=9.0, size=(len(network.nodes), 3)))
    clipped = np.clip(s.numpy(), low[:, None], high[:, None])
    np.testing.assert_array_equal(field_of(network).boxed(s).numpy(), clipped)
