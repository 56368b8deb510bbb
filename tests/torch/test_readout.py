"""A rule at edges and biases, beside a loop over edges and samples."""

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.torch import readout
from neurograph.torch.readout import Ends, changes
from neurograph.torch.response import respond
from tests.torch.networks import SMOOTH, drawn
from tests.torch.test_response import FORCE, METHOD, at_rest

RULES = {
    "gradient": ng.rules.asymmetric_ep(lift=0),
    "with the weight": ng.Rule("w*pre_free*post_response - sign(w)*pre_sent_free**2*post_slope"),
    "not a product": ng.Rule("exp(pre_free*post_free) + pre_response"),
}


def by_loops(rule, network, free, response, learned):
    """The sum over samples at each edge, evaluated edge by edge; a bias is an edge from a node that sends 1."""
    state, sent = free.state, network.sent(free.state)
    slope, leak = (network.at_nodes(network.dynamics.rest_slope(name), free.full) for name in ("I", "w_out"))
    moving = np.isin(np.arange(len(network.nodes)), network.connectivity.free)
    at = {"free": state, "sent_free": sent, "response": response, "slope": slope * moving, "leak": leak * moving}
    connectivity, found = network.connectivity, []
    for pre, post, w in zip(connectivity.pre, connectivity.post, network.weights, strict=True):
        ends = {f"pre_{name}": table[:, pre] for name, table in at.items()}
        ends |= {f"post_{name}": table[:, post] for name, table in at.items()}
        found.append(np.sum(rule.expression(**ends, w=w, beta=1.0)[learned]))
    for post in connectivity.biased:
        ends = {f"pre_{name}": np.full(len(state), float("free" in name)) for name in at}
        ends |= {f"post_{name}": table[:, post] for name, table in at.items()}
        found.append(np.sum((rule.expression(**ends, w=network.biases[post], beta=1.0) + 0 * state[:, 0])[learned]))
    return np.array(found)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("dynamics", ["tanh", "sending"])
@pytest.mark.parametrize("chunk", [1 << 24, 6])
def test_it_is_the_loop(name, dynamics, chunk, monkeypatch):
    monkeypatch.setattr(readout, "CHUNK", chunk)
    network = drawn(SMOOTH[dynamics])
    free, linear = at_rest(network)
    d = respond(linear, torch.from_numpy(FORCE.T.copy()), 0.0, METHOD).d
    learned = np.array([True, False, True])
    beta = torch.ones(3, dtype=torch.float64)
    ends = Ends(linear, {"free": linear.free.s, "response": d})
    weights, biases = changes(RULES[name], ends, beta, torch.from_numpy(learned))
    expected = by_loops(RULES[name], network, free, d.numpy().T, learned)
    np.testing.assert_allclose(np.concatenate([weights, biases]), expected, atol=1e-9)
