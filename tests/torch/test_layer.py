"""The layer: its gradient is that of what it answers, and what is refused as it is made."""

import numpy as np
import pytest
import torch
from torch.func import functional_call

import neurograph as ng
from tests.torch.networks import SMOOTH, drawn, on_tensors

EXACT = ng.solvers.Euler(tol=1e-12, steps=100_000)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_is_that_of_the_answer(name, seed):
    """Thirty graphs: by x, weights and biases, beside central differences."""
    network = drawn(SMOOTH[name], seed, scale=0.3)
    layer = ng.torch.layer(network, solver=EXACT)
    x = 0.5 + 0.2 * np.random.default_rng(seed).normal(size=(2, len(network.inputs)))
    names, parameters = zip(*layer.named_parameters(), strict=True)

    def answer(x, *values):
        return functional_call(layer, dict(zip(names, values, strict=True)), x)

    assert torch.autograd.gradcheck(answer, (torch.from_numpy(x).requires_grad_(), *parameters))


@pytest.mark.parametrize("name", SMOOTH)
def test_on_tensors_too(name):
    network = drawn(SMOOTH[name], scale=0.3)
    layer = on_tensors(ng.torch.layer(network, solver=EXACT))
    x = torch.full((2, len(network.inputs)), 0.5, dtype=torch.float64, requires_grad=True)
    names, parameters = zip(*layer.named_parameters(), strict=True)

    def answer(x, *values):
        return functional_call(layer, dict(zip(names, values, strict=True)), x)

    assert torch.autograd.gradcheck(answer, (x, *parameters), fast_mode=True)


def test_of_shared_weights_it_is_that_of_what_they_share():
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 3, 2, bias="neurons", scale=0.2, seed=0))
    for edge in list(graph.edges)[:3]:
        graph.edges[edge].setdefault("plastic", "tie" in graph.edges[edge])
    layer = ng.torch.layer(ng.compile(graph, ng.dynamics.additive("tanh")), solver=EXACT)
    x = torch.full((2, 2), 0.5, dtype=torch.float64)

    def answer(weights):
        return functional_call(layer, {"weights": weights}, x)

    assert torch.autograd.gradcheck(answer, (layer.weights,))


def test_what_is_not_a_layer_is_refused():
    network = drawn(SMOOTH["tanh"])
    for options, words in (
        ({"rule": ng.rules.stdp()}, "read out of final states"),
        ({"rule": "ep"}, "'ep'"),
        ({"cost": "mse"}, "'mse'"),
        ({"beta": 0.0}, "beta is 0.0"),
        ({"solver": "newton"}, "'newton'"),
        ({"start": "warm"}, "'warm'"),
        ({"partition": "no"}, "partition is 'no'"),
    ):
        with pytest.raises(ng.ParameterError, match=words):
            ng.torch.layer(network, **options)
    with pytest.raises(ng.ParameterError, match="compile the graph first"):
        ng.torch.layer(network.to_graph())
    with pytest.raises(ng.ParameterError, match=r"path 'net\.npz', which partition=True alone reads"):
        ng.torch.layer("net.npz")
    with pytest.raises(ng.GraphError, match="not tied"):
        ng.torch.layer(network, rule=ng.rules.ep())
