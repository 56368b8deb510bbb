"""Random graphs through the writers of other libraries: all nodes, edges, weights and texts are as they wrote them."""

import json
import random

import igraph
import networkx as nx
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from neurograph.formats import FORMATS, READERS

COUNT = 20
"""How many graphs go through each writer."""

TEXTS = ["a", "b c", "é", "x&y", "<tag>", "1", "-2.5", "[", "#", "node", "Ω", "true", "n0", "a;b", "'q'", "graph"]


def drawn(draw):
    """A graph with texts for labels, parallel edges and self-loops among it, directed or not."""
    directed = draw.random() < 0.7
    graph = nx.MultiDiGraph() if directed else nx.MultiGraph()
    labels = draw.sample(TEXTS, draw.randint(1, 8))
    for label in labels:
        graph.add_node(label, kind=draw.choice(TEXTS), size=draw.choice([0.5, -1.25, 3.0]))
    for _ in range(draw.randint(1, 14)):
        pre, post = draw.choice(labels), draw.choice(labels)
        graph.add_edge(pre, post, weight=draw.choice([0.1, -2.5, 1e-9, 12345.678]), note=draw.choice(TEXTS))
    return graph


def igraph_of(graph):
    places = {node: place for place, node in enumerate(graph)}
    other = igraph.Graph(len(places), [(places[pre], places[post]) for pre, post in graph.edges()], graph.is_directed())
    other.vs["name"] = other.vs["label"] = list(graph)
    other.vs["kind"] = [kind for _, kind in graph.nodes(data="kind")]
    other.es["weight"] = [weight for *_, weight in graph.edges(data="weight")]
    return other


WRITERS = {
    "networkx.graphml": nx.write_graphml_xml,
    "networkx.gexf": nx.write_gexf,
    "networkx.gml": lambda graph, path: nx.write_gml(graph, path),
    "networkx.net": lambda graph, path: nx.write_pajek(nx.MultiDiGraph(graph.edges(data=True)) if graph.is_directed()
                                                       else nx.MultiGraph(graph.edges(data=True)), path),
    "networkx.json": lambda graph, path: path.write_text(json.dumps(nx.node_link_data(graph, edges="links"))),
    "networkx.cyjs": lambda graph, path: path.write_text(json.dumps(nx.cytoscape_data(graph))),
    "igraph.graphml": lambda graph, path: igraph_of(graph).write_graphml(str(path)),
    "igraph.gml": lambda graph, path: igraph_of(graph).write_gml(str(path)),
}  # fmt: skip


def comes_back(graph, writer, path):
    WRITERS[writer](graph, path)
    suffix = path.suffix
    wiring = {**FORMATS, **READERS}[suffix].load([path.read_bytes()])
    assert wiring.directed == graph.is_directed()
    if suffix != ".net":  # which is written without the nodes that no edge names
        assert list(wiring.nodes) == list(graph)
        assert wiring.of_nodes["kind"].cells() == [kind for _, kind in graph.nodes(data="kind")]
    weights = wiring.of_edges["weight"].cells()
    found = [(*wiring.edge(k), pytest.approx(weight, rel=1e-5)) for k, weight in enumerate(weights)]
    turned = [(post, pre, weight) for pre, post, weight in found]
    assert len(found) == graph.number_of_edges()
    if suffix == ".net":  # which is written in another order
        assert ends(found, graph) == ends(graph.edges(), graph)
        return
    for one, other, (pre, post, weight) in zip(found, turned, graph.edges(data="weight"), strict=True):
        assert (pre, post, weight) == one or (not graph.is_directed() and (pre, post, weight) == other)


def ends(edges, graph):
    """The ends of each edge, in no order where it has none."""
    return sorted((pre, post) if graph.is_directed() else tuple(sorted((pre, post))) for pre, post, *_ in edges)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_random_graph_comes_back(writer, tmp_path):
    draw = random.Random(0)
    for _ in range(COUNT):
        comes_back(drawn(draw), writer, tmp_path / f"random.{writer.rpartition('.')[2]}")


@pytest.mark.parametrize("way", ["mat", "sparse", "compressed", "npy"])
def test_a_random_matrix_comes_back(way, tmp_path):
    draw = np.random.default_rng(0)
    path = tmp_path / ("random.npy" if way == "npy" else "random.mat")
    for _ in range(COUNT):
        size = draw.integers(2, 9)
        kind = draw.choice([np.float64, np.float32, np.int8, np.uint16, np.int64])
        matrix = (draw.normal(0, 50, (size, size)) * (draw.random((size, size)) < 0.4)).astype(kind)
        if way == "npy":
            np.save(path, np.asfortranarray(matrix) if draw.random() < 0.5 else matrix)
        else:
            stored = scipy.sparse.csc_array(matrix, dtype=float) if way == "sparse" else matrix
            names = np.array([f"é{k}" for k in range(size)], object)
            scipy.io.savemat(path, {"W": stored, "names": names}, do_compression=way == "compressed")
        wiring = READERS[path.suffix].load([path.read_bytes()])
        again = np.zeros((size, size))
        again[wiring.pre, wiring.post] = wiring.of_edges["weight"].values
        assert np.array_equal(again, matrix)
        assert list(wiring.nodes) == list(range(size) if way == "npy" else (f"é{k}" for k in range(size)))
