"""SONATA, the HDF5 of large neural circuits, for libsonata and what builds on it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Format, add_edge, add_node, needed
from neurograph.formats.encoding.columns import (
    JSON_PREFIX,
    columns,
    decoded,
    edge_data,
    encoded,
    from_header,
    header,
    label,
    label_column,
    node_data,
    rows,
    text,
)
from neurograph.formats.encoding.hdf5 import hdf5_arrays
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring

Arrays = dict[str, NDArray[Any]]

POPULATION = "neurograph"
"""What the one population of nodes, and that of edges, is called."""

HEADER_KEY = "/neurograph"
"""Data set beside the populations with the attributes of the graph as JSON."""

LABEL = "label"
WEIGHT = "syn_weight"
NODE_KEYS = (LABEL, "dynamics_params")
EDGE_KEYS = (WEIGHT, "dynamics_params")
"""Names that SONATA or this module use themselves; an edge's weight has SONATA's own."""

MAGIC = 0x0A7A
"""What the root of a SONATA file says of itself."""


class SONATA(Format):
    """SONATA: one population of nodes and one of edges in one file, each with its attributes in group 0.

    Nodes are called by their places, and their labels are the attribute ``label``; an edge's weight is
    ``syn_weight``. Truth values are bytes. A number is NaN, and a text empty, where an attribute is absent; a column of
    integers or truth values with gaps is text. Other columns are as in Parquet. The types of nodes and edges that
    bmtk wants as CSV are not written.
    """

    name = "SONATA"
    suffix = ".h5"
    purpose = "libsonata and bmtk: a population of nodes and one of edges"
    opener = "libsonata.NodeStorage(path) and libsonata.EdgeStorage(path)"
    tabular = True

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        with needed(self.name, "h5py"):
            import h5py

        places = {node: place for place, node in enumerate(graph)}
        nodes, edges = node_data(graph), edge_data(graph)
        node_columns = {LABEL: label_column(graph), **columns(enumerate(encoded(nodes, NODE_KEYS)), len(nodes))}
        edge_columns = columns(enumerate(encoded(edges, EDGE_KEYS)), len(edges))
        edge_columns[WEIGHT] = edge_columns.pop("weight", [])
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            file.attrs["magic"], file.attrs["version"] = np.uint32(MAGIC), np.array([0, 1], np.uint32)
            file[HEADER_KEY] = header(graph.graph)
            _write_population(file, f"/nodes/{POPULATION}", "node", node_columns, len(nodes))
            _write_population(file, f"/edges/{POPULATION}", "edge", edge_columns, len(edges))
            pairs = np.array([(places[pre], places[post]) for pre, post in graph.edges()], np.uint64).reshape(-1, 2)
            for end, ids in zip(("source", "target"), pairs.T, strict=True):
                key = f"/edges/{POPULATION}/{end}_node_id"
                file[key] = ids
                file[key].attrs["node_population"] = POPULATION
        return [buffer.getvalue()]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph, or of another program with one population of each kind."""
        arrays = hdf5_arrays(files[0], self.name)
        nodes, node_rows = _read_population(arrays, "node")
        edges, edge_rows = _read_population(arrays, "edge")
        graph: nx.DiGraph[Any] = nx.DiGraph()
        own = HEADER_KEY in arrays
        if own:
            graph.graph.update(from_header(_texts(arrays[HEADER_KEY], HEADER_KEY), HEADER_KEY)[0])
        for place, row in enumerate(node_rows):
            node = label(row.pop(LABEL, None), f"{LABEL} of node {place}") if own else place
            add_node(graph, node, decoded(row, NODE_KEYS, f"node {node!r}"))
        labels = list(graph)
        sources, targets = (
            _ends(arrays, f"{edges}/{end}_node_id", nodes, len(edge_rows), len(labels)) for end in ("source", "target")
        )
        for i, j, row in zip(sources, targets, edge_rows, strict=True):
            weight = {"weight": row.pop(WEIGHT)} if WEIGHT in row else {}
            add_edge(graph, labels[i], labels[j], decoded(row, EDGE_KEYS, f"edge {i} -> {j}") | weight)
        return replace(wiring_of(graph), own=own)


def _write_population(file: Any, path: str, what: str, columns: Mapping[str, Sequence[Any]], count: int) -> None:
    file[f"{path}/{what}_type_id"] = np.zeros(count, np.int64)
    file[f"{path}/{what}_group_id"] = np.zeros(count, np.uint32)
    file[f"{path}/{what}_group_index"] = np.arange(count, dtype=np.uint64)
    group = file.create_group(f"{path}/0")
    for name, cells in columns.items():
        group.create_dataset(_link(name), data=_values(cells))


def _link(name: str) -> str:
    """Return a name as HDF5 can hold it: a slash would make a group, and dots alone are none."""
    if "/" in name or not name.strip("."):
        name = name if name.startswith(JSON_PREFIX) else JSON_PREFIX + json.dumps(name)
        return name.replace("/", "\\u002f")
    return name


def _values(cells: Sequence[Any]) -> NDArray[Any] | list[str]:
    """Return a column as numbers, or as texts where it is text, or has gaps that its numbers cannot tell."""
    types = {type(cell) for cell in cells}
    if types == {bool}:
        return np.array(cells, np.uint8)
    if types == {int}:
        return np.array(cells, np.int64)
    if types <= {float, type(None)}:
        return np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    return ["" if cell is None else cell if isinstance(cell, str) else text(cell) for cell in cells]


def _read_population(arrays: Arrays, what: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the path of the only population of nodes or edges, and the attributes of each of them."""
    found = {path.split("/")[2] for path in arrays if path.startswith(f"/{what}s/")}
    if len(found) != 1:
        raise FormatError(f"it has {len(found)} populations of {what}s: expected one; export each on its own")
    path = f"/{what}s/{found.pop()}"
    count = len(_whole(arrays, f"{path}/{what}_type_id"))
    for name, expected in (("group_id", np.zeros(count)), ("group_index", np.arange(count))):
        if not np.array_equal(_whole(arrays, f"{path}/{what}_{name}"), expected):
            raise FormatError(f"{path}/{what}_{name} tells of several groups: expected group 0 with all, in order")
    start = f"{path}/0/"
    names = {name: name.removeprefix(start) for name in arrays if name.startswith(start)}
    columns = {own: _cells(arrays[name], name) for name, own in names.items() if "/" not in own and "@" not in own}
    for own, cells in columns.items():
        if len(cells) != count:
            raise FormatError(f"{start}{own} has {len(cells)} entries: expected {count}, one for each of the {what}s")
    return path, rows(columns, count)


def _whole(arrays: Arrays, path: str) -> NDArray[Any]:
    if path not in arrays or arrays[path].ndim != 1 or arrays[path].dtype.kind not in "iu":
        raise FormatError(f"it has no integers at {path}: expected SONATA; write it again")
    return arrays[path]


def _cells(array: NDArray[Any], path: str) -> list[Any]:
    """Read a column, with None where a cell is absent."""
    if array.ndim != 1:
        raise FormatError(f"{path} has shape {array.shape}: expected one entry each")
    if array.dtype.kind == "S":
        return [cell or None for cell in _texts(array, path)]
    if array.dtype == np.uint8:
        array = array.astype(np.bool_)
    return [None if cell != cell else cell for cell in array.tolist()]


def _texts(array: NDArray[Any], path: str) -> Any:
    """Read a text, or a column of texts."""
    try:
        return np.strings.decode(array, "utf-8").tolist()
    except (UnicodeDecodeError, TypeError) as error:
        raise FormatError(f"{path} is no text ({error}): expected UTF-8; write it again") from error


def _ends(arrays: Arrays, path: str, nodes: str, edges: int, count: int) -> list[int]:
    """Return where edges start or end, as places of nodes."""
    ends = _whole(arrays, path)
    population = arrays.get(f"{path}@node_population")
    named = None if population is None or population.dtype.kind != "S" else _texts(population, path)
    if named != nodes.rpartition("/")[2]:
        raise FormatError(f"{path} points into the population {named!r}: expected that of the nodes, {nodes}")
    if len(ends) != edges or (edges and not (ends.min() >= 0 and ends.max() < count)):
        raise FormatError(f"{path} has {len(ends)} places of nodes: expected {edges}, each from 0 to {count - 1}")
    return [int(end) for end in ends]
