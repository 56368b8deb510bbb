"""Networks that the tests of the layer share, and the same layer run in two ways."""

import numpy as np
import torch

import neurograph as ng
from neurograph.torch.backend import Tensors, method_of
from neurograph.torch.rows import Rows

ADAPTING = ng.Dynamics("-s + tanh(I + b - g*a)", variables={"a": "(s - a)/tau_a"}, parameters={"g": 0.5, "tau_a": 2.0})
SMOOTH = {
    "tanh": ng.dynamics.additive("tanh"),
    "sigmoid": ng.dynamics.additive("sigmoid"),
    "hopfield": ng.dynamics.hopfield(),
    "adapting": ADAPTING,
    "sending": ng.Dynamics("-s + I + b", transfer="tanh(gain*s)", parameters={"gain": 0.7}),
    "leaking": ng.Dynamics("I + b - s*(w_out_abs + 0.5*w_out + 2)"),
}
"""Six dynamics without a kink."""


def drawn(dynamics, seed=0, inputs=2, hidden=3, outputs=2, scale=0.4, dtype="float64"):
    """A random digraph with cycles, loops of single nodes among them, and biases."""
    graph = ng.topologies.complete(inputs, hidden, outputs, bias="neurons", scale=scale, seed=seed)
    each = dynamics if isinstance(dynamics, dict) else {"": dynamics}
    if any(one.symmetric for one in each.values()):
        return ng.compile(ng.topologies.symmetric(graph), dynamics, dtype)
    rng = np.random.default_rng(seed)
    graph.remove_edges_from([edge for edge in graph.edges if rng.random() < 0.3])
    if all(one.self_loops for one in each.values()):
        node = next(node for node in graph if graph.nodes[node].get("role") == "output")
        graph.add_edge(node, node, weight=0.2)
    if isinstance(dynamics, dict):
        for k, node in enumerate(graph):
            graph.nodes[node]["population"] = list(dynamics)[k % len(dynamics)]
    return ng.compile(graph, dynamics, dtype)


def on_tensors(layer):
    """The same layer, run by torch's operations as on another device."""
    dtype, device = layer.weights.dtype, torch.device("cpu")
    network = layer._network(dtype)
    solver = layer.solver or ng.solvers.Auto(tol=1e-5 if dtype == torch.float32 else 1e-6)
    layer._backends[device, dtype] = Tensors(network, Rows.of(network, device, dtype), method_of(solver, network))
    return layer


def inputs_of(network, batch=4, seed=0):
    numbers = np.random.default_rng(seed).normal(size=(batch, len(network.inputs)))
    return torch.from_numpy(numbers.astype(network.dtype))


def gradients(layer, x, y=None):
    """What the layer answers, and the gradients of a loss of it by x and each parameter."""
    x = x.clone().requires_grad_()
    answer = layer(x) if y is None else layer(x, y)
    weight = torch.linspace(0.5, 1.5, answer.numel(), dtype=x.dtype).reshape(answer.shape)
    loss = (weight * answer**2).sum() if y is None else answer
    return [answer.detach(), *torch.autograd.grad(loss, [x, *layer.parameters()])]
