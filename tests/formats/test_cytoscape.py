"""Cytoscape JSON: as networkx reads it, and as Cytoscape writes it."""

import json

import networkx as nx

import neurograph as ng
from tests.formats.graphs import EDGES, subgraph

CYTOSCAPE = {
    "format_version": "1.0",
    "generated_by": "cytoscape-3.10.1",
    "data": {"name": "net", "SUID": 52},
    "elements": {
        "nodes": [
            {"data": {"id": "60", "name": "a", "role": "input"}, "position": {"x": 1.0, "y": 2.0}},
            {"data": {"id": "61", "name": "b", "role": "output", "bias": 0.5}},
        ],
        "edges": [{"data": {"id": "70", "source": "60", "target": "61", "weight": 2.0}}],
    },
}


def test_networkx_alone_reads_cytoscape_json(tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.cyjs")
    graph = nx.cytoscape_graph(json.loads(path.read_text("utf-8")))
    assert graph.is_directed()
    assert list(graph.edges(data="weight")) == EDGES
    elements = json.loads(path.read_text("utf-8"))["elements"]
    assert [node["data"]["id"] for node in elements["nodes"]] == ["in é", "mid", "out"]
    assert all(isinstance(edge["data"][end], str) for edge in elements["edges"] for end in ("source", "target"))


def test_json_of_cytoscape_is_read(tmp_path):
    path = tmp_path / "net.cyjs"
    path.write_text(json.dumps(CYTOSCAPE))
    graph = ng.read(path)
    assert dict(graph.nodes(data=True)) == {
        "60": {"name": "a", "role": "input", "position": {"x": 1.0, "y": 2.0}},
        "61": {"name": "b", "role": "output", "bias": 0.5},
    }
    assert list(graph.edges(data=True)) == [("60", "61", {"id": "70", "weight": 2.0})]
    assert graph.graph == {"name": "net", "SUID": 52}


def test_a_graph_that_cytoscape_numbered_again_comes_back(tmp_path):
    """Its nodes have numbers for ids, which edges lead between and have as well; a label stays under name."""
    graph = subgraph()
    path = ng.write(graph, tmp_path / "net.cyjs")
    document = json.loads(path.read_text("utf-8"))
    elements = document["elements"]
    numbers = {node["data"]["id"]: str(60 + k) for k, node in enumerate(elements["nodes"])}
    for node in elements["nodes"]:
        node["data"] |= {"id": numbers[node["data"]["id"]], "name": node["data"]["id"]}
        node["data"]["SUID"] = int(node["data"]["id"])
    for k, edge in enumerate(elements["edges"]):
        edge["data"] |= {end: numbers[edge["data"][end]] for end in ("source", "target")} | {"id": str(80 + k)}
    path.write_text(json.dumps(document), "utf-8")
    back = ng.read(path)
    assert list(back) == list(graph)
    assert list(back.edges(data=True)) == list(graph.edges(data=True))
