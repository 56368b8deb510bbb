"""Unitary networks for tests, and W and the step of one as plain loops over the edges of its graph say it."""

import networkx as nx
import numpy as np

import neurograph as ng


def unitary(inputs=2, units=8, outputs=2, seed=0):
    return ng.compile(ng.topologies.unitary(inputs, units, outputs, seed=seed), ng.dynamics.unitary())


def some(shape, seed=0):
    """Draw complex numbers."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def plain_steps(graph, x, start=0.0):
    """Run one sequence x (time, inputs) edge by edge, in the order in which relays hear each other."""
    of = {
        role: [node for node, data in graph.nodes(data=True) if data.get("role") == role]
        for role in ("input", "output")
    }
    neurons = [node for node, data in graph.nodes(data=True) if data.get("population") == "neuron"]
    relays = [node for node, data in graph.nodes(data=True) if data.get("population") == "relay"]
    order = list(nx.topological_sort(graph.subgraph(relays)))
    h = dict.fromkeys(neurons, complex(start))
    states, outputs = [], []
    for row in x:
        sent = dict(h)
        for relay in order:
            sent[relay] = sum(sent[pre] * graph.edges[pre, relay]["weight"] for pre in graph.predecessors(relay))
        sent |= dict.fromkeys(of["input"])
        given = dict(zip(of["input"], row, strict=True))
        new = {}
        for neuron in neurons:
            z = 0.0
            for pre in graph.predecessors(neuron):
                z += (given[pre] if pre in given else sent[pre]) * graph.edges[pre, neuron]["weight"]
            new[neuron] = max(abs(z) + graph.nodes[neuron]["bias"], 0.0) * z / abs(z) if z else 0.0
        h = new
        states.append([h[neuron] for neuron in neurons])
        outputs.append(
            [
                sum((h[pre] * graph.edges[pre, y]["weight"]).real for pre in graph.predecessors(y))
                + graph.nodes[y]["bias"]
                for y in of["output"]
            ]
        )
    return np.array(states), np.array(outputs)


def plain_matrix(graph):
    """Return W, row = postsynaptic: what each neuron sends to each, along all paths through relays."""
    neurons = [node for node, data in graph.nodes(data=True) if data.get("population") == "neuron"]
    relays = [node for node, data in graph.nodes(data=True) if data.get("population") == "relay"]
    order = list(nx.topological_sort(graph.subgraph(relays)))
    W = np.zeros((len(neurons), len(neurons)), complex)
    for column, start in enumerate(neurons):
        sent = dict.fromkeys(neurons, 0.0) | {start: 1.0}
        for relay in order:
            sent[relay] = sum(sent[pre] * graph.edges[pre, relay]["weight"] for pre in graph.predecessors(relay))
        inner = set(neurons) | set(relays)
        for row, post in enumerate(neurons):
            ends = [pre for pre in graph.predecessors(post) if pre in inner]
            W[row, column] = sum(sent[pre] * graph.edges[pre, post]["weight"] for pre in ends)
    return W
