"""Node-link JSON."""

from __future__ import annotations

import json

import networkx as nx
import pytest

from neurograph.errors import FormatError
from neurograph.formats import read, write
from tests.formats.graphs import content, small


def test_json_keeps_int_and_float_apart(tmp_path):
    graph = small()
    graph.nodes[1]["x"], graph.nodes["1"]["x"] = 1, 1.0
    assert content(read(write(graph, tmp_path / "a.json"))) == content(graph)


def document(**changes):
    return {
        "schema": "neurograph", "version": 1, "directed": True, "multigraph": False, "graph": {},
        "nodes": [{"id": "a"}, {"id": "b", "role": "output"}],
        "edges": [{"source": "a", "target": "b", "weight": 1}],
    } | changes  # fmt: skip


A, B, AB = {"id": "a"}, {"id": "b", "role": "output"}, {"source": "a", "target": "b", "weight": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version 2: expected 1"),
        ({"version": None}, "version None"),
        ({"directed": False}, "directed is False"),
        ({"multigraph": True}, "multigraph is True"),
        ({"graph": []}, "graph is .*: expected a JSON object"),
        ({"nodes": {}}, "nodes is .*: expected a JSON array"),
        ({"edges": None}, "edges is None"),
        ({"nodes": [A, B, A]}, "node 'a' is there twice"),
        ({"nodes": [A, B, 3]}, "node 3 has no id"),
        ({"nodes": [A, B, {}]}, "has no id"),
        ({"nodes": [A, B, {"id": None}]}, "a node is called None"),
        ({"nodes": [A, B, {"id": [{}]}]}, "a node is called"),
        ({"edges": [AB, AB]}, "edge 'a' -> 'b' is there more than once"),
        ({"edges": [{"source": "a"}]}, "has no target"),
        ({"edges": [{"source": "a", "target": "c", "weight": 1}]}, "ends at 'c', which is no node"),
        ({"edges": [{"source": "a", "target": "b"}]}, "the edges carry no 'weight'"),
        ({"edges": [{**AB, "weight": float("nan")}]}, "contains NaN"),
        ({"nodes": [A, {"id": "b"}]}, "no node has role 'output'.*open it with neurograph"),
    ],
)
def test_json_that_is_no_graph_is_refused(changes, message, tmp_path):
    path = tmp_path / "graph.json"
    path.write_text(json.dumps(document()))
    assert list(read(path).edges(data="weight")) == [("a", "b", 1.0)]
    path.write_text(json.dumps(document(**changes)))
    with pytest.raises(FormatError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_networkx_alone_reads_the_json(tmp_path):
    path = write(small(), tmp_path / "graph.json")
    graph = nx.node_link_graph(json.loads(path.read_text("utf-8")), edges="edges")
    assert list(graph) == list(small())
    assert list(graph.edges(data="weight")) == list(small().edges(data="weight"))
