"""Central differences of the cost, in plain numpy, on any graph: what gradients are held against."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.equations.neuron import Dynamics

BUMP = 1e-6


# The same neurons as the package's, written again in numpy. W is (..., post, pre), s is (..., samples, nodes).


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@dataclass(frozen=True)
class Neuron:
    """A dynamics, its plain twin, and how strongly its free nodes may drive each other without losing contraction."""

    dynamics: Dynamics
    drift: object
    send: object = staticmethod(lambda s, p: s)
    row: float = 0.7
    parameters: tuple = ()


NEURONS = {
    "additive tanh": Neuron(ng.dynamics.additive("tanh"), lambda s, I, b, W, p: -s + np.tanh(I + b)),
    "vector field": Neuron(ng.dynamics.vector_field(), lambda s, I, b, W, p: -s + I + b, row=0.4),
    "deep, absolute leak": Neuron(
        ng.dynamics.deep("absolute", extra_leak=1.0),
        lambda s, I, b, W, p: I - s * (np.abs(W).sum(-2)[..., None, :] + 1.0),
    ),
    "deep, signed leak": Neuron(
        ng.dynamics.deep("signed", extra_leak=1.0),
        lambda s, I, b, W, p: I - s * (W.sum(-2)[..., None, :] + 1.0),
        row=0.3,
    ),
    "additive sigmoid": Neuron(ng.dynamics.additive("sigmoid"), lambda s, I, b, W, p: -s + sigmoid(I + b), row=2.5),
    # b enters otherwise than I, w_out under a root; the transfer is curved; each node has its own tau and gain.
    "one's own": Neuron(
        Dynamics(
            "(tanh(I) + 0.5*sin(b) - s*sqrt(1 + w_out**2))/tau",
            transfer="tanh(gain*s)",
            parameters={"tau": 1.0, "gain": 1.0},
            name="one's own",
        ),
        lambda s, I, b, W, p: (np.tanh(I) + 0.5 * np.sin(b) - s * np.sqrt(1 + W.sum(-2)[..., None, :] ** 2)) / p["tau"],
        lambda s, p: np.tanh(p["gain"] * s),
        row=0.5,
        parameters=(("tau", 0.7, 1.5), ("gain", 0.6, 1.4)),
    ),
    "smooth energy": Neuron(
        Dynamics("(1 - tanh(s)**2)*(I + b) - s", transfer="tanh(s)", symmetric=True, name="smooth energy"),
        lambda s, I, b, W, p: (1 - np.tanh(s) ** 2) * (I + b) - s,
        lambda s, p: np.tanh(s),
        row=0.4,
    ),
    "hopfield": Neuron(ng.dynamics.hopfield(), lambda s, I, b, W, p: I + b - s, row=0.4),
}


# Graphs, without weights


def built(builder, **options):
    return builder(inputs=2, outputs=2, bias=True, seed=0, **options)


def ring():
    graph = nx.DiGraph([(k, (k + 1) % 6) for k in range(6)])
    graph.add_edges_from([("x0", 0), ("x1", 3), ("x0", 4)])
    return roles(graph, outputs=(2, 5))


def two_node_loop():
    graph = nx.DiGraph([("x0", "h"), ("x1", "h"), ("x1", "y"), ("h", "y"), ("y", "h"), ("h", "z"), ("z", "h")])
    return roles(graph, outputs=("y", "z"))


def self_loops():
    graph = built(ng.topologies.random, hidden=4, density=0.5)
    graph.add_edges_from((node, node) for node in ("h0", "h2", "y1"))
    return graph


def disconnected():
    near = built(ng.topologies.complete, hidden=2)
    far = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("x0", "d"), ("d", "e")])
    return nx.compose(near, roles(far, outputs=()))


def without_input():
    graph = built(ng.topologies.complete, hidden=4)
    graph.remove_edges_from([*graph.in_edges("h1")])
    return graph


def roles(graph, outputs):
    for node in graph:
        if str(node).startswith("x"):
            graph.nodes[node]["role"] = "input"
        elif node in outputs:
            graph.nodes[node]["role"] = "output"
    ordered = nx.DiGraph()
    ordered.add_nodes_from(sorted(graph.nodes(data=True), key=lambda item: str(item[0])))
    ordered.add_edges_from(graph.edges)
    return ordered


GRAPHS = {
    "complete": lambda: built(ng.topologies.complete, hidden=4),
    "random sparse": lambda: built(ng.topologies.random, hidden=7, density=0.3),
    "acyclic": lambda: built(ng.topologies.layered, hidden=(3, 2), feedback=False, skip=True),
    "layered with feedback": lambda: built(ng.topologies.layered, hidden=(3, 2)),
    "ring": ring,
    "two-node loop": two_node_loop,
    "self-loops": self_loops,
    "symmetric, tied": lambda: ng.topologies.symmetric(built(ng.topologies.random, hidden=4, density=0.5)),
    "biases": lambda: ng.topologies.complete(inputs=2, hidden=4, outputs=2, bias="neurons", seed=0),
    "disconnected parts": disconnected,
    "a node with no input": without_input,
}


def weighted(graph, neuron, symmetric=False, seed=0):
    """Return the graph with weights with which the neuron contracts and, in a box, stays inside it."""
    kind, symmetric = neuron.dynamics, symmetric or neuron.dynamics.symmetric
    graph = nx.DiGraph(graph)
    if not kind.self_loops:
        graph.remove_edges_from([*nx.selfloop_edges(graph)])
    for _, _, data in graph.edges(data=True):
        data["weight"] = 1.0
    if symmetric:
        graph = ng.topologies.symmetric(graph)
    rng = np.random.default_rng(seed)
    free = [node for node, role in graph.nodes(data="role", default="hidden") if role in ("hidden", "output")]
    weight = {}
    for u, v, data in graph.edges(data=True):
        drawn = rng.uniform(0.3, 1.0) if kind.box else rng.choice([-1, 1]) * rng.uniform(0.3, 1.0)
        data["weight"] = weight.setdefault(data.get("tie", (u, v)), drawn)
    for node in graph:
        graph.nodes[node].pop("bias", None) if not kind.uses_bias else None
        if "bias" in graph.nodes[node]:
            graph.nodes[node]["bias"] = rng.uniform(0.05, 0.15) if kind.box else rng.normal()
        for name, low, high in neuron.parameters if node in free else ():
            graph.nodes[node][name] = rng.uniform(low, high)
    _scale(graph, free, neuron.row)
    return graph


def _scale(graph, free, most):
    """Scale all weights among free nodes so that none gets more than `most` in all, and in a box the others too."""
    inner = [(u, v) for u, v in graph.edges if u in free]
    rows = [sum(abs(graph.edges[e]["weight"]) for e in graph.in_edges(v) if e[0] in free) for v in free]
    columns = [sum(abs(graph.edges[e]["weight"]) for e in graph.out_edges(v)) for v in free]
    factor = most / max(max(rows), max(columns))
    for edge in inner:
        graph.edges[edge]["weight"] *= factor
    for v in free:
        still = [e for e in graph.in_edges(v) if e[0] not in free]
        for edge in still:
            graph.edges[edge]["weight"] *= 0.5 / len(still)


# Central differences


@dataclass(frozen=True)
class Plain:
    """A graph as dense arrays, with nothing from the package."""

    nodes: tuple
    edges: tuple
    W: np.ndarray
    b: np.ndarray
    groups: dict
    roles: tuple
    parameters: dict

    @classmethod
    def of(cls, graph, neuron):
        nodes = tuple(graph)
        place = {node: k for k, node in enumerate(nodes)}
        W, groups = np.zeros((len(nodes),) * 2), {}
        for u, v, data in graph.edges(data=True):
            W[place[v], place[u]] = data["weight"]
            tie = data.get("tie")
            groups.setdefault((u, v) if tie is None else ("tie", tie), []).append((u, v))
        b = np.array([graph.nodes[node].get("bias", 0.0) for node in nodes])
        given = {
            name: np.array([graph.nodes[node].get(name, default) for node in nodes])
            for name, default in neuron.dynamics.defaults.items()
        }
        kinds = tuple(graph.nodes[node].get("role", "hidden") for node in nodes)
        return cls(nodes, tuple(graph.edges), W, b, groups, kinds, given)

    def where(self, *names):
        return np.flatnonzero([role in names for role in self.roles])


def settled(neuron, plain, W, b, x):
    """Settle every network of a stack W (k, n, n), b (k, n) on x: (k, samples, n)."""
    s = np.zeros((len(W), len(x), len(plain.nodes)))
    s[..., plain.where("input")], s[..., plain.where("bias")] = x, 1.0
    free, box = plain.where("hidden", "output"), neuron.dynamics.box or (-np.inf, np.inf)
    back, bias = np.swapaxes(W, -1, -2), b[:, None, :]
    for _ in range(3000):
        moved = neuron.drift(s, neuron.send(s, plain.parameters) @ back, bias, W, plain.parameters)[..., free]
        new = np.clip(s[..., free] + 0.25 * moved, *box)
        size = np.abs(new - s[..., free]).max(initial=0.0)
        s[..., free] = new
        if size < 1e-15:
            break
    assert size < 1e-13
    return s


def slopes(neuron, graph, x, y):
    """Return, for each cost, the derivative of its mean with respect to each edge (tied ones together) and bias."""
    plain = Plain.of(graph, neuron)
    place = {node: k for k, node in enumerate(plain.nodes)}
    biased = [node for node in plain.nodes if "bias" in graph.nodes[node]]
    bumps = [(members, None) for members in plain.groups.values()] + [(None, node) for node in biased]
    W, b = np.tile(plain.W, (2 * len(bumps), 1, 1)), np.tile(plain.b, (2 * len(bumps), 1))
    for k, (members, node) in enumerate(bumps):
        for row, sign in ((2 * k, 1), (2 * k + 1, -1)):
            for u, v in members or ():
                W[row, place[v], place[u]] += sign * BUMP
            if members is None:
                b[row, place[node]] += sign * BUMP
    outputs = settled(neuron, plain, W, b, x)[..., plain.where("output")]
    given = {}
    for name, cost in (("squared error", half_square), ("cross-entropy", softmax_cost)):
        each = cost(outputs, y).mean(axis=1)
        slope = (each[::2] - each[1::2]) / (2 * BUMP)
        found = {edge: slope[k] for k, (members, _) in enumerate(bumps) for edge in members or ()}
        given[name] = found, np.array([slope[k] for k, (_, node) in enumerate(bumps) if node is not None])
    return given


def half_square(outputs, y):
    return 0.5 * ((outputs - y) ** 2).sum(-1)


def softmax_cost(outputs, y):
    shares = np.exp(3.0 * outputs)
    return -(y * np.log(shares / shares.sum(-1, keepdims=True))).sum(-1)


@cache
def case(neuron_name, graph_name, symmetric=False):
    """Compile a graph with a neuron, with data, and its central differences."""
    neuron = NEURONS[neuron_name]
    graph = weighted(GRAPHS[graph_name](), neuron, symmetric)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0.2, 1.0, (3, 2)), np.array([[0.6, 0.4], [0.1, 0.9], [1.0, 0.0]])
    network = ng.compile(graph, neuron.dynamics)
    return SimpleNamespace(network=network, x=x, y=y, slopes=slopes(neuron, graph, x, y))


def away(change, bias_change, network, slopes):
    """Return the relative distance of a change from minus the central differences."""
    by_edge, by_bias = slopes
    exact = -np.concatenate([[by_edge[edge] for edge in network.edges], by_bias])
    return np.linalg.norm(np.concatenate([change, bias_change]) - exact) / np.linalg.norm(exact)
