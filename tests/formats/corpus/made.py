"""Files of the programs and libraries that are here, made as a user makes them."""

import json

import h5py
import igraph
import networkx as nx
import numpy as np
import scipy.io
import scipy.sparse


def igraph_file(write, named=True, directed=True, **attributes):
    """A file of igraph of three vertices with two parallel edges."""

    def make(path):
        graph = igraph.Graph([(0, 1), (0, 1), (1, 2)], directed=directed)
        graph.es["weight"] = [1.5, 2.0, -1.0]
        if named:
            graph.vs["name"] = ["left", "middle", "right"]
        for name, values in attributes.items():
            graph.vs[name] = values
        getattr(graph, write)(str(path))

    return make


def igraph_again(path):
    """A file that igraph has read from GraphML of networkx, and written again."""
    nx.write_graphml(networkx_graph(nx.DiGraph), path)
    igraph.Graph.Read_GraphML(str(path)).write_graphml(str(path))


def networkx_graph(kind):
    graph = kind(name="small")
    graph.add_node("left", group="sensory")
    graph.add_node("middle")
    graph.add_node("right", group="motor")
    graph.add_edge("left", "middle", weight=1.5)
    if graph.is_multigraph():
        graph.add_edge("left", "middle", weight=2.0)
    graph.add_edge("middle", "right", weight=-1.0)
    return graph


def networkx_file(write, kind):
    """A file of networkx."""
    return lambda path: write(networkx_graph(kind), path)


def networkx_json(data, kind, **facts):
    """JSON of networkx, with what other versions of it say beside."""

    def make(path):
        path.write_text(json.dumps({**data(networkx_graph(kind)), **facts}))

    return make


def old_networkx(path):
    """Node-link JSON as networkx 1 wrote it: links between places, and the graph's attributes as pairs."""
    path.write_text(json.dumps({
        "directed": True, "multigraph": False, "graph": [["name", "small"]],
        "nodes": [{"id": "left"}, {"id": "right"}],
        "links": [{"source": 0, "target": 1, "weight": 1.5}],
    }))  # fmt: skip


MATRIX = np.array([[0, 1.5, 0], [0, 0, -1], [0, 0, 0]])

NAMES = np.array([["left"], ["middle"], ["right"]], object)


def mat_file(variables, **options):
    """A file of scipy.io.savemat."""
    return lambda path: scipy.io.savemat(path, variables, **options)


def mat_73(path):
    """A file as MATLAB writes it for -v7.3: HDF5 behind 512 bytes, transposed."""
    with h5py.File(path, "w", userblock_size=512) as file:
        file["W"] = MATRIX.T
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")


def npy_file(array):
    """A file of numpy.save."""
    return lambda path: np.save(path, array)


SPARSE = scipy.sparse.csc_array(MATRIX)
