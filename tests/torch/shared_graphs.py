"""Layers whose graph is shared, as the processes of test_shared.py make them."""

import os
from unittest.mock import patch

import numpy as np
import torch

import neurograph as ng
from neurograph.torch import pieces
from neurograph.torch.backend import Tensors
from neurograph.torch.dealing import dealt
from neurograph.torch.group import Group
from tests.torch.networks import SMOOTH, drawn, gradients, inputs_of

KINDS = {
    **{name: kind for name, kind in SMOOTH.items() if not kind.symmetric},
    "boxed": ng.Dynamics("I + b - s*(w_out_abs + 0.3)", box=(0.0, 0.2)),
    "signed leak": ng.Dynamics("I + b - s*(w_out + 3)"),
    "clip": ng.dynamics.additive("clip"),
    "populations": {"E": ng.dynamics.additive("tanh"), "I": ng.Dynamics("-2*s + I + b", transfer="tanh(s)")},
}
SOLVER = ng.solvers.Euler(dt=1.0, implicit=True, tol=1e-11, steps=1000)
"""Long steps, for in each of them the processes wait for each other."""
OPTIONS = {
    "gradient": {},
    "centred": {"rule": ng.rules.asymmetric_ep(finite=True), "beta": 1e-3},
    "cost": {"cost": ng.costs.cross_entropy(), "rule": ng.rules.vector_field()},
}
"""Rules by the phases that they run."""
SCATTERED = ("leaking", "populations", "boxed", "cost, rule", "signs and edges that stay")


def network(name, dtype="float64"):
    return drawn(KINDS[name], seed=3, hidden=7, scale=0.2, dtype=dtype)


def cases():
    """Name each layer, and what it is called with."""
    for name in KINDS:
        yield name, network(name), {}, None
    target = np.eye(2)[[0, 1, 1, 0]]
    for name, options in OPTIONS.items():
        yield f"{name}, rule", network("leaking"), options, torch.from_numpy(target) if "cost" in options else None
    yield "float32", network("leaking", "float32"), {"solver": ng.solvers.Euler(tol=1e-6, steps=1000)}, None
    yield "drawn starts", network("sending"), {"start": "uniform", "seed": 5}, None
    yield "signs and edges that stay", bound(), {}, None
    yield "an edge or none", small(), {}, None
    yield "those of one process learn", readout(), {}, None


def small():
    """A network of which most processes have no edge, no output and no bias."""
    edges = ["x", "u", "y"], ["y", "y", "y"], [0.5, -0.3, 0.1]
    table = ng.topologies.from_edges(edges, inputs=["x", "u"], outputs=["y"], biases={"y": 0.2})
    return ng.compile(table, KINDS["tanh"])


def readout():
    """A network of which only the edges into outputs learn."""
    graph = network("tanh").to_graph()
    for _, post, data in graph.edges(data=True):
        data["plastic"] = graph.nodes[post]["role"] == "output"
    for node in graph.nodes:
        graph.nodes[node].pop("bias", None)
    return ng.compile(graph, KINDS["tanh"])


def bound():
    """A network with signs and edges that do not learn."""
    graph = ng.topologies.dale(network("tanh").to_graph(), inhibitory=0.4, seed=1)
    for k, edge in enumerate(graph.edges):
        graph.edges[edge]["plastic"] = k % 3 > 0
    return ng.compile(graph, KINDS["tanh"])


def scattered(edges, incoming, processes):
    """Deal nodes in no order, as a partitioner does."""
    return np.random.default_rng(1).permutation(np.arange(incoming.size) % processes).astype(np.int32)


def noting(rests):
    """Settle as a backend does, and note where."""
    settle = Tensors.settle

    def noted(*arguments):
        (field, rest), outputs = settle(*arguments)
        rests.append(rest)
        return (field, rest), outputs

    return noted


def answers(layer, x, y):
    answer, of_x, *others = gradients(layer, x, y)
    names = [name for name, _ in layer.named_parameters()]
    return {"answer": answer, "x": of_x, **dict(zip(names, others, strict=True))}


def every_case(folder, names=None):
    """What each layer answers, and its gradients, of this process's own edges and nodes."""
    found = {}
    for name, whole, options, y in cases():
        if names is not None and name not in names:
            continue
        with patch.object(pieces, "dealt", scattered if name in SCATTERED else dealt):
            layer = ng.torch.layer(whole, partition=True, **{"solver": SOLVER} | options)
        part, connectivity = layer.part, layer.network.connectivity
        with patch.object(Tensors, "settle", noting(rests := [])):
            seen = answers(layer, inputs_of(whole), y)
        places = {"weights": part.edge_ids[connectivity.plastic], "biases": connectivity.biased}
        found[name] = seen, places, part.own, rests[0].s, sum(layer.neighbours.sizes[1])
    return found


def some_cases(folder):
    """As every_case, of a few."""
    return every_case(folder, ("tanh", "populations", "cost, rule", "an edge or none", "those of one process learn"))


def learned(folder):
    """Read a part from a file, learn in it, and gather the whole."""
    whole = bound()
    path = folder / "graph.parquet"
    Group("a test").first(lambda: ng.write(whole, path) and None)
    layer = ng.torch.layer(path, partition=True, solver=SOLVER)
    optimiser = torch.optim.SGD(layer.parameters(), 5.0)
    layer(inputs_of(whole)).square().sum().backward()
    optimiser.step()
    after = layer.to_network()
    state = layer.state_dict()
    layer.load_state_dict(state)
    small = ng.torch.layer(path, partition=True, dtype="float32")
    return after, repr(layer), small.weights.dtype, small.to_network().dtype, len(state["weights"])


def refused(folder):
    """The error of each call that all of the processes must refuse."""
    group, whole = Group("a test"), network("tanh")
    rank, x = group.rank, inputs_of(whole)
    layer = ng.torch.layer(whole, partition=True)
    tied = ng.compile(ng.topologies.symmetric(whole.to_graph()), KINDS["tanh"])
    other = whole.with_weights(whole.weights * (1 + rank))
    loops = folder / "loops.parquet"
    if rank == 0:
        nodes = ng.topologies.from_edges(
            (["a", "b", "c", "c"], ["b", "b", "d", "d"], [1.0, 1.0, 1.0, 1.0]), outputs=["d"], parallel="first"
        )
        ng.write(nodes, loops)
    group.every(None)
    untied = ng.compile(
        ng.topologies.from_edges((["a", "b"], ["b", "a"], [0.5, 0.5]), outputs=["b"]), ng.dynamics.hopfield()
    )
    few = ng.compile(ng.topologies.from_edges((["a"], ["b"], [1.0]), inputs=["a"], outputs=["b"]))

    costs = [ng.costs.Cost(text, name="mine") for text in ("(s - y)**2", "(s - y)**4", "(s - y)**6")]
    changing = folder / "changing.parquet"
    group.first(lambda: ng.write(whole, changing) and None)
    read = ng.torch.layer(changing, partition=True)
    parts = group.every(read.state_dict())
    group.first(lambda: ng.write(whole.without_edges([3]), changing) and None)

    def another_deal():
        with patch.object(pieces, "dealt", scattered if rank == 1 else dealt):
            ng.torch.layer(whole, partition=True)

    def backward():
        layer(x).backward(torch.ones(4, 2, dtype=x.dtype) * (1 + rank))

    calls = {
        "another graph": lambda: ng.torch.layer(other, partition=True),
        "another argument": lambda: ng.torch.layer(whole, partition=True, beta=0.1 + rank),
        "another cost": lambda: ng.torch.layer(whole, partition=True, cost=costs[rank]),
        "another deal": another_deal,
        "another process's part": lambda: read.load_state_dict(parts[rank - 1]),
        "a file that has changed": read.to_network,
        "ties": lambda: ng.torch.layer(tied, partition=True),
        "symmetry": lambda: ng.torch.layer(untied, partition=True),
        "an error of one alone": lambda: ng.torch.layer(loops, partition=True),
        "another method": lambda: ng.torch.layer(whole, partition=True, solver=ng.solvers.Newton())(x),
        "too many processes": lambda: ng.torch.layer(few, partition=True),
        "another x": lambda: layer(x + rank),
        "another gradient": backward,
        "another gradient is asked for": lambda: layer(x.clone().requires_grad_(rank > 0)).sum().backward(),
    }
    said = {}
    for name, call in calls.items():
        try:
            call()
        except ng.NeurographError as error:
            said[name] = f"{type(error).__name__}: {error}"
    # What the messages advise.
    graph = tied.to_graph()
    for _, _, data in graph.edges(data=True):
        data.pop("tie", None)
    ng.torch.layer(ng.compile(graph, KINDS["tanh"]), partition=True)(x)
    ng.torch.layer(tied)(x)
    return said


def one_dies(folder):
    """Settle, after which one process is gone before the next batch."""
    layer = ng.torch.layer(network("tanh"), partition=True, timeout=5)
    x = inputs_of(layer.network)
    layer(x)
    if layer.group.rank == 1:
        os._exit(3)
    try:
        layer(x)
    except ng.ProcessError as error:
        return str(error)
    return "no error"
