"""The layer inside a model of two learns digits as train() does the whole graph."""

import networkx as nx
import numpy as np
import pytest
import torch

import neurograph as ng

pytest.importorskip("sklearn")
LINEAR = ng.Dynamics("-s + I + b")
DYNAMICS = {"hidden": ng.dynamics.additive("tanh"), "read-out": LINEAR, "front": LINEAR}
DIGITS = ng.tasks.digits(0)
X, Y = torch.from_numpy(DIGITS.x_train), torch.from_numpy(DIGITS.y_train).long()


def recurrent(seed):
    """Thirty-two inputs, sixteen neurons that all see each other, ten outputs that read them."""
    graph = ng.topologies.complete(inputs=32, hidden=16, outputs=10, bias="neurons", scale=0.1, seed=seed)
    for node, role in graph.nodes(data="role"):
        graph.nodes[node]["population"] = "read-out" if role == "output" else "hidden"
        if role == "output":
            graph.remove_edges_from(list(graph.out_edges(node)))
    return graph


def whole(graph, linear):
    """The same graph with the linear layer before it as a population of its own."""
    front = [node for node, role in graph.nodes(data="role") if role == "input"]
    joined = nx.DiGraph()
    joined.add_nodes_from((("pixel", k) for k in range(64)), role="input")
    for node, data in graph.nodes(data=True):
        own = {"population": "front", "bias": float(linear.bias[front.index(node)])} if node in front else data
        joined.add_node(node, **own)
    joined.add_edges_from(graph.edges(data=True))
    for node, weights in zip(front, linear.weight.tolist(), strict=True):
        joined.add_weighted_edges_from((("pixel", k), node, weight) for k, weight in enumerate(weights))
    return ng.compile(joined, DYNAMICS)


def learned_twice(seed, epochs):
    """The weights of the recurrent part, and the share of right answers, by each."""
    torch.manual_seed(seed)
    linear, graph = torch.nn.Linear(64, 32).double(), recurrent(seed)
    with torch.no_grad():
        network = whole(graph, linear)
    layer = ng.torch.layer(ng.compile(graph, {name: DYNAMICS[name] for name in ("hidden", "read-out")}))
    model = torch.nn.Sequential(linear, layer)
    optimiser, rng = torch.optim.Adam(model.parameters(), lr=0.003), np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in torch.from_numpy(rng.permutation(len(X))).split(32):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(X[batch]), Y[batch]).backward()
            optimiser.step()
    fit = ng.train(
        network, DIGITS.x_train, DIGITS.y_train, cost=ng.costs.cross_entropy(), rule=ng.rules.asymmetric_ep(lift=0),
        optimiser=ng.optimisers.adam(0.003), batch_size=32, epochs=epochs, target_cost=None, seed=seed, progress=False,
    )  # fmt: skip
    with torch.no_grad():
        answers = model(torch.from_numpy(DIGITS.x_test)).numpy(), ng.settle(fit.network, DIGITS.x_test).outputs
    weights = dict(zip(fit.network.edges, fit.network.weights, strict=True))
    of_edges = [weights[edge] for edge in layer.to_network().edges]
    shares = [float(np.mean(answer.argmax(axis=1) == DIGITS.y_test)) for answer in answers]
    return layer.to_network().weights, np.array(of_edges), shares


def test_after_an_epoch_the_weights_are_those_of_train():
    layer, graph, _ = learned_twice(0, epochs=1)
    np.testing.assert_allclose(layer, graph, atol=1e-4)


def test_the_mean_of_five_seeds_is_that_of_train():
    shares = np.mean([learned_twice(seed, epochs=15)[2] for seed in range(5)], axis=0)
    assert shares.min() > 0.95
    assert abs(shares[0] - shares[1]) < 0.005
