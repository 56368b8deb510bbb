"""npz, for numpy and scipy: the sparse matrix of weights, and what belongs to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Format, add_edge, add_node, checked_json, from_json, to_json, without
from neurograph.formats.encoding.arrays import pack, unpack
from neurograph.formats.encoding.columns import edge_data, from_header, header, label, label_column, node_data
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

Arrays = dict[str, NDArray[Any]]


class NPZ(Format):
    """npz, whose arrays scipy.sparse.load_npz reads as the matrix A[pre, post] and numpy.load one by one.

    ``format``, ``shape``, ``indptr``, ``indices`` and ``data`` are scipy's; ``labels``, ``roles`` (empty where a node
    has none) and ``biases`` (NaN where a node has none of its own) go with the rows. ``neurograph`` holds all other
    attributes as JSON in UTF-8.
    """

    name = "npz"
    suffix = ".npz"
    purpose = "scipy and numpy: ``scipy.sparse.load_npz`` reads A[pre, post]"
    opener = "numpy.load(path)"

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        places = {node: place for place, node in enumerate(graph)}
        nodes, edges = node_data(graph), edge_data(graph)
        others = header(
            graph.graph,
            nodes=[to_json(without(data, "role", "bias")) for data in nodes],
            edges={str(place): to_json(without(data, "weight")) for place, data in enumerate(edges) if len(data) > 1},
        )
        arrays = {
            "format": np.array(b"csr"),
            "shape": np.array([len(graph), len(graph)]),
            "indptr": np.cumsum([0, *(degree for _, degree in graph.out_degree())]),
            "indices": np.array([places[post] for _, post in graph.edges()], np.int64),
            "data": np.array([data["weight"] for data in edges], np.float64),
            "labels": np.array(label_column(graph)),
            "roles": np.array([data.get("role", "") for data in nodes]),
            "biases": np.array([data.get("bias", np.nan) for data in nodes], np.float64),
            "neurograph": np.frombuffer(others.encode(), np.uint8),
        }
        return [pack(arrays)]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph."""
        arrays = unpack(files[0])
        _check_arrays(arrays)
        try:
            given, texts = arrays["labels"].tolist(), arrays["neurograph"].tobytes().decode()
            roles, biases = arrays["roles"].tolist(), arrays["biases"].tolist()
        except ValueError as error:
            raise FormatError(f"a text is damaged ({error}): expected UTF-8 and UTF-32; write it again") from error
        attributes, facts = from_header(texts, "neurograph")
        graph: nx.DiGraph[Any] = nx.DiGraph()
        graph.graph.update(attributes)
        rows: list[Any] = checked_json(facts.get("nodes"), list, "nodes of neurograph")
        if len(rows) != len(given):
            raise FormatError(f"neurograph tells of {len(rows)} nodes: expected {len(given)}, as many as labels")
        for cell, role, bias, row in zip(given, roles, biases, rows, strict=True):
            own = {**({"role": role} if role else {}), **({} if bias != bias else {"bias": bias})}
            add_node(graph, label(cell, "a label"), own | checked_json(from_json(row), dict, "a node of neurograph"))
        _add_edges(graph, arrays, checked_json(facts.get("edges"), dict, "edges of neurograph"))
        return replace(wiring_of(graph), own=True)


def _add_edges(graph: nx.DiGraph[Any], arrays: Arrays, more: dict[str, Any]) -> None:
    labels = list(graph)
    starts = np.repeat(np.arange(len(labels)), np.diff(arrays["indptr"]))
    ends, weights = arrays["indices"].tolist(), arrays["data"].tolist()
    for place, (i, j, weight) in enumerate(zip(starts.tolist(), ends, weights, strict=True)):
        row: dict[str, Any] = checked_json(from_json(more.get(str(place), {})), dict, f"edge {place} of neurograph")
        add_edge(graph, labels[i], labels[j], {**row, "weight": weight})


KINDS = {
    "format": "SU", "shape": "iu", "indptr": "iu", "indices": "iu", "data": "iuf",
    "labels": "iuU", "roles": "U", "biases": "f", "neurograph": "u",
}  # fmt: skip
"""The arrays, and the kinds of values that they hold."""


def _check_arrays(arrays: Arrays) -> None:
    """Refuse arrays that are missing, of another kind, or do not go together."""
    for name, kinds in KINDS.items():
        if name not in arrays or arrays[name].dtype.kind not in kinds or arrays[name].ndim != (name != "format"):
            found = f"{arrays[name].dtype} {arrays[name].shape}" if name in arrays else "none"
            raise FormatError(
                f"its array {name} is {found}: expected an npz file of neurograph; of a matrix alone, "
                "neurograph.topologies.from_matrix(scipy.sparse.load_npz(path), ...) makes a graph"
            )
    kind, shape = str(arrays["format"].astype("U3")), tuple(arrays["shape"].tolist())
    nodes, edges = len(arrays["labels"]), len(arrays["data"])
    if kind != "csr" or shape != (nodes, nodes) or len(arrays["roles"]) != nodes or len(arrays["biases"]) != nodes:
        raise FormatError(
            f"its matrix is {kind} of shape {shape} with {len(arrays['roles'])} roles and {len(arrays['biases'])} "
            f"biases: expected csr of shape {(nodes, nodes)} and one of each for every label"
        )
    indptr, indices = arrays["indptr"], arrays["indices"]
    counts = np.diff(indptr.astype(np.int64))
    whole = len(indptr) == nodes + 1 and indptr[0] == 0 and indptr[-1] == edges == len(indices) and (counts >= 0).all()
    if not whole or (edges and not (indices.min() >= 0 and indices.max() < nodes)):
        raise FormatError("its indptr and indices are those of no csr matrix: expected as scipy writes them")
