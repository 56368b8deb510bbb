"""Graphs to write and read, and what is compared of them."""

import networkx as nx
import pytest

import neurograph as ng
from neurograph.errors import FormatError


def exact(value):
    """A value with the type of all in it, and -0.0 apart from 0.0."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [exact(item) for item in value]
    return type(value), repr(value)


def loose(value):
    """The same, but an int may have become a float: at the top of an attribute only."""
    return exact(float(value) if type(value) is int and abs(value) <= 2**53 else value)


def content(graph, attribute=exact):
    """All of a graph; a node without a role is hidden, and a file says so."""

    def row(data):
        return {name: attribute(value) for name, value in data.items()}

    return (
        row(graph.graph),
        [(exact(node), row({"role": "hidden"} | data)) for node, data in graph.nodes(data=True)],
        [(exact((pre, post)), row(data)) for pre, post, data in graph.edges(data=True)],
    )


def small():
    graph = nx.DiGraph()
    graph.add_node(("x", 0), role="input", tags=["a", "b"])
    graph.add_node(1, bias=0.1 + 0.2)
    graph.add_node("1", role="output")
    graph.add_edge(("x", 0), 1, weight=1 / 3, plastic=False)
    graph.add_edge(1, "1", weight=-5e-324, tie=("a", 1))
    graph.add_edge("1", 1, weight=-5e-324, tie=("a", 1))
    graph.graph.update(name="small", note=None)
    return graph


def sample(suffix):
    """A graph that the format holds."""
    graph = small()
    if suffix == ".nir":
        graph.graph["dynamics"] = ng.Dynamics("-s + I + b").to_dict()
        for _, _, data in graph.edges(data=True):
            data.pop("tie", None)
            data.pop("plastic", None)
    return graph


def subgraph():
    """Texts for labels, and a bit of everything else."""
    graph = nx.relabel_nodes(small(), {("x", 0): "in é", 1: "mid", "1": "out"})
    graph.nodes["mid"]["layer"] = 3
    for pre, post in (("mid", "out"), ("out", "mid")):
        graph.edges[pre, post]["weight"] = -2e-300  # igraph reads nothing below 2.2e-308
    graph.graph["dynamics"] = ng.Dynamics("-s + tanh(I + b)").to_dict()
    return graph


def mixed():
    """Two populations with boxes, parameters and names that a file might take for its own."""
    graph = nx.relabel_nodes(small(), {("x", 0): "in é", 1: "mid", "1": "out"})
    for node, population in {"in é": "1", "mid": 'a=b, "é"; <c>', "out": "1"}.items():
        graph.nodes[node]["population"] = population
    graph.nodes["mid"]["tau"] = 0.1 + 0.2
    slow = ng.Dynamics("(-s + tanh(I + b))/tau", box=(-0.5, 3.0), parameters={"tau": 2.0}, name="slow")
    dynamics = {'a=b, "é"; <c>': slow, "1": ng.dynamics.additive("relu")}
    return ng.compile(graph, dynamics)


EDGES = [("in é", "mid", 1 / 3), ("mid", "out", -2e-300), ("out", "mid", -2e-300)]


def refused(path, match):
    with pytest.raises(FormatError, match=match) as caught:
        ng.read(path)
    assert path.name in str(caught.value)
