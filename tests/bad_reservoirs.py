"""What users get wrong about reservoirs: rows of the table of bad input."""

import networkx as nx
import numpy as np

import neurograph as ng

X = np.linspace(0.0, 1.0, 10)[:, None]
NAN = np.where(np.arange(24).reshape(2, 6, 2) == 15, np.nan, 0.5)


def graph(**changes):
    """a -> b -> c -> a, with what `changes` says of nodes on top."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 0.5), ("b", "c", -0.4), ("c", "a", 0.8)])
    for node, data in changes.items():
        graph.add_node(node, **data)
    return graph


def chain():
    return nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "c", {"weight": 1.0})])


def ring(count):
    return nx.DiGraph([(k, (k + 1) % count, {"weight": 1.0}) for k in range(count)])


def fitted(given=None, x=X, **arguments):
    return ng.GraphReservoir(graph() if given is None else given, **arguments).fit(x)


RESERVOIRS = [
    ("a leak of 0", lambda: fitted(leak=0.0), ["leak is 0.0", "> 0 and <= 1"]),
    ("a leak above 1", lambda: fitted(leak=1.5), ["leak is 1.5", "> 0 and <= 1"]),
    ("a node that leaks too much", lambda: fitted(graph(b={"leak": 3.0})), ["leak of node 'b' is 3.0", "<= 1"]),
    ("a spectral radius of 0", lambda: fitted(spectral_radius=0.0), ["spectral_radius is 0.0", "> 0, or None"]),
    ("a spectral radius without a cycle", lambda: fitted(chain()), ["is 0.9", "no cycle", "spectral_radius=None"]),
    ("a spectral radius that is not found", lambda: fitted(ring(501)), ["not found", "spectral_radius=None"]),
    ("an input scaling of text", lambda: fitted(input_scaling="big"), ["input_scaling is 'big'", "finite number"]),
    ("a washout below 0", lambda: fitted(washout=-1), ["washout is -1", ">= 0"]),
    ("a washout that is no whole number", lambda: fitted(washout=0.5), ["washout is 0.5", "whole number"]),
    ("an unknown activation", lambda: fitted(activation="gelu"), ["activation is 'gelu'", "'tanh'"]),
    ("last as a text", lambda: fitted(last="yes"), ["last is 'yes'", "True or False"]),
    ("last of one sequence", lambda: fitted(last=True), ["2 dimensions", "np.asarray(X)[None]"]),
    ("a node that is not there", lambda: fitted(nodes=["d"]), ["nodes names 'd'", "labels of the graph"]),
    ("no nodes to read", lambda: fitted(nodes=[]), ["nodes is []", "at least one"]),
    ("an attribute that no node has", lambda: fitted(nodes={"class": "motor"}), ["nodes asks for", "'class'"]),
    ("an input to read", lambda: fitted(graph(x={"role": "input"}), nodes=["x"]), ["'x'", "'input'", "that move"]),
    ("a graph that does not move", lambda: fitted(nx.DiGraph()), ["no node that moves", "at least one"]),
    ("an unknown role in a reservoir", lambda: fitted(graph(a={"role": "in"})), ["'a' has role 'in'", "'input'"]),
    ("a matrix as a reservoir", lambda: fitted(np.eye(3)), ["ndarray", "topologies.from_matrix"]),
    ("an undirected reservoir", lambda: fitted(nx.path_graph(3)), ["undirected", 'undirected="both"']),
    (
        "more features than inputs",
        lambda: fitted(graph(x={"role": "input"}), np.zeros((9, 2))),
        ["X has 2 features", "1 input node:", "from_graph(graph, inputs=[], outputs=list(graph))"],
    ),
    ("NaN in a sequence", lambda: fitted(x=NAN), ["X[1, 1, 1] is NaN", "finite"]),
    ("infinity in one sequence", lambda: fitted(x=[[0.0], [np.inf]]), ["X[1, 0] is inf", "finite"]),
    ("sequences of two lengths", lambda: fitted(x=[[[1.0]], [[1.0], [2.0]]]), ["differ in length", "apart"]),
    ("four axes", lambda: fitted(x=np.zeros((2, 2, 2, 2))), ["(2, 2, 2, 2)", "(samples, time, features)"]),
    ("a masked sequence", lambda: fitted(x=np.ma.masked_less(X, 0.5)), ["X[0, 0] is masked"]),
    ("a series of no steps", lambda: ng.tasks.mackey_glass(0), ["steps is 0", ">= 1"]),
    ("a delay of half a unit", lambda: ng.tasks.mackey_glass(tau=0.5), ["tau is 0.5", "whole number"]),
]
