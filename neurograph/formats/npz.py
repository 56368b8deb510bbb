"""npz, for numpy and scipy: the sparse matrix of weights, and what belongs to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Format, distinct_nodes
from neurograph.formats.encoding.arrays import pack, unpack
from neurograph.formats.encoding.columns import from_header, header, label, label_column
from neurograph.formats.encoding.typed import columns_from_json, columns_to_json
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.wiring import Wiring

Arrays = dict[str, NDArray[Any]]


class NPZ(Format):
    """npz, whose arrays scipy.sparse.load_npz reads as the matrix A[pre, post] and numpy.load one by one.

    ``format``, ``shape``, ``indptr``, ``indices`` and ``data`` are scipy's; ``labels``, ``roles`` (empty where a node
    has none) and ``biases`` (NaN where a node has none of its own) go with the rows. ``neurograph`` holds all other
    attributes as JSON in UTF-8, a column each: the values, and at which nodes or edges where not all carry one.
    """

    name = "npz"
    suffix = ".npz"
    purpose = "scipy and numpy: ``scipy.sparse.load_npz`` reads A[pre, post]"
    opener = "numpy.load(path)"
    complex_weights = True

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = Wiring.of(table).by_pre()
        complex_weights = table.weights.dtype.kind == "c"
        count = len(graph.nodes)
        others = header(
            graph.attributes,
            nodes=columns_to_json(graph.of_nodes.without("role", "bias")),
            edges=columns_to_json(graph.of_edges.without("weight")),
        )
        arrays = {
            "format": np.array(b"csr"),
            "shape": np.array([count, count]),
            "indptr": np.searchsorted(graph.pre, np.arange(count + 1)),
            "indices": graph.post.astype(np.int64),
            "data": graph.of_edges["weight"].values.astype(np.complex128 if complex_weights else np.float64),
            "labels": np.array(label_column(graph.nodes)),
            "roles": np.array(graph.of_nodes["role"].cells("")),
            "biases": table.biases,
            "neurograph": np.frombuffer(others.encode(), np.uint8),
        }
        return [pack(arrays)]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph."""
        arrays = unpack(files[0])
        _check_arrays(arrays)
        try:
            given, texts = arrays["labels"].tolist(), arrays["neurograph"].tobytes().decode()
            roles, biases = arrays["roles"].tolist(), arrays["biases"]
        except ValueError as error:
            raise FormatError(f"a text is damaged ({error}): expected UTF-8 and UTF-32; write it again") from error
        attributes, facts = from_header(texts, "neurograph")
        if isinstance(facts.get("nodes"), list):
            raise FormatError(
                "an older neurograph wrote it, with an object for each node: read it with that one, and write "
                ".json, which every one reads"
            )
        nodes = distinct_nodes([label(cell, "a label") for cell in given])
        own = {
            "role": Column.of(roles, np.array([role != "" for role in roles], np.bool_)),
            "bias": Column(biases, ~np.isnan(biases)),
        }
        pre = np.repeat(np.arange(len(nodes), dtype=np.int32), np.diff(arrays["indptr"]))
        return Wiring(
            nodes,
            pre,
            arrays["indices"].astype(np.int32),
            columns_from_json(facts.get("nodes"), len(nodes), "nodes").having(**own),
            columns_from_json(facts.get("edges"), pre.size, "edges").having(weight=Column(arrays["data"])),
            attributes,
            own=True,
        )


KINDS = {
    "format": "SU", "shape": "iu", "indptr": "iu", "indices": "iu", "data": "iufc",
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
