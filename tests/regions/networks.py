"""Networks of piecewise-linear neurons with one equilibrium, acyclic and recurrent."""

import numpy as np

import neurograph as ng

LINEAR = ng.Dynamics("-s + I + b", name="linear")
KINDS = ("vector_field", "deep", "clip", "relu", "mixed")


def network(kind, recurrent, seed=0, inputs=2, hidden=6, outputs=2):
    """Draw a network whose couplings are small enough for one equilibrium, with biases that put knots inside."""
    rng = np.random.default_rng(seed)
    graph = ng.topologies.complete(inputs, hidden, outputs, bias="neurons", seed=seed)
    names = [node for node, role in graph.nodes(data="role") if role != "input"]
    order = {node: k for k, node in enumerate(names)}
    drawn_from = {node for node, role in graph.nodes(data="role") if role == "input"}
    for node in names:
        graph.nodes[node]["bias"] = float(rng.uniform(-0.3, 0.5))
    if not recurrent:
        graph.remove_edges_from([(u, v) for u, v in graph.edges if u in order and order[u] >= order[v]])
    for u, v in graph.edges:
        size = 1.5 if u in drawn_from else 0.5 if recurrent else 1.0
        graph.edges[u, v]["weight"] = float(rng.normal(0.0, size / (1.0 if u in drawn_from else hidden**0.5)))
    if kind == "mixed":
        for node in graph:
            graph.nodes[node]["population"] = ("r", "c", "l")[order.get(node, 0) % 3]
        each = {"r": ng.dynamics.additive("relu"), "c": ng.dynamics.additive("clip"), "l": LINEAR}
        made = ng.compile(graph, each)
    elif kind == "deep":
        for node in graph:
            graph.nodes[node].pop("bias", None)
        made = ng.compile(graph, ng.dynamics.deep(extra_leak=0.3))
    else:
        neuron = ng.dynamics.vector_field() if kind == "vector_field" else ng.dynamics.additive(kind)
        made = ng.compile(graph, neuron)
    return ng.certificates.contracting(rate=0.2).project(made) if recurrent and kind != "deep" else made


def decided(kind, recurrent, seed, x0=(0.45, 0.55)):
    """Draw networks until one has a decision at an input: two outputs may be at the same end of their boxes."""
    while True:
        found = network(kind, recurrent, seed)
        if abs(np.diff(ng.settle(found, [x0]).outputs[0])[0]) > 1e-2:
            return found
        seed += 1
