"""SONATA, the HDF5 of large neural circuits, for libsonata and what builds on it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.formats.base import NO_ENDS, Ends, Format, distinct_nodes, needed
from neurograph.formats.encoding.columns import JSON_PREFIX, from_header, header, label, label_column, text
from neurograph.formats.encoding.hdf5 import hdf5_arrays
from neurograph.formats.encoding.sonata_populations import Arrays, places, populations, stacked, texts
from neurograph.formats.encoding.typed import typed, untyped
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.intake import CHANGES
from neurograph.graphs.wiring import Wiring

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

    A delay is SONATA's ``delay``, which is in ms: a unit of the network's time is 1 ms there.

    Nodes are called by their places, and their labels are the attribute ``label``; an edge's weight is
    ``syn_weight``. Truth values are bytes. A number is NaN, and a text empty, where an attribute is absent; a column of
    integers or truth values with gaps is text. Other columns are as in Parquet. The types of nodes and edges that
    bmtk wants as CSV are not written.

    Of another program, nodes and edges are one file or two. Nodes are called by their ids or, of several populations,
    by population and id; the population is then an attribute, unless the file has one of that name. What a library
    lists stands as the text that it lists, and ids of types stay; the CSV that says more of the types is not read.
    """

    name = "SONATA"
    suffix = ".h5"
    purpose = "libsonata and bmtk: a population of nodes and one of edges"
    opener = "libsonata.NodeStorage(path) and libsonata.EdgeStorage(path)"
    tabular = True

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        with needed(self.name, "h5py"):
            import h5py

        graph = Wiring.of(table).by_pre()
        of_nodes, of_edges = (
            {name: _cells(one) for name, one in typed(columns, keys).items()}
            for columns, keys in ((graph.of_nodes, NODE_KEYS), (graph.of_edges, EDGE_KEYS))
        )
        of_nodes[LABEL] = label_column(graph.nodes)
        of_edges[WEIGHT] = of_edges.pop("weight", np.empty(0))
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            file.attrs["magic"], file.attrs["version"] = np.uint32(MAGIC), np.array([0, 1], np.uint32)
            file[HEADER_KEY] = header(graph.attributes)
            _write_population(file, f"/nodes/{POPULATION}", "node", of_nodes, len(graph.nodes))
            _write_population(file, f"/edges/{POPULATION}", "edge", of_edges, graph.pre.size)
            for end, places in (("source", graph.pre), ("target", graph.post)):
                key = f"/edges/{POPULATION}/{end}_node_id"
                file[key] = places.astype(np.uint64)
                file[key].attrs["node_population"] = POPULATION
        return [buffer.getvalue()]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph, or the one or two of another program."""
        arrays: Arrays = {}
        for data in files:
            arrays.update(hdf5_arrays(data, self.name))
        own = HEADER_KEY in arrays
        nodes, edges = populations(arrays, "node", own), populations(arrays, "edge", own)
        pre, post = (
            np.concatenate([places(arrays, part, end, nodes) for part in edges]) for end in ("source", "target")
        )
        of_nodes, of_edges = stacked(nodes), stacked(edges)
        weighed = {
            "weight" if name == WEIGHT and "weight" not in of_edges else name: one for name, one in of_edges.items()
        }
        if own:
            attributes = from_header(texts(arrays[HEADER_KEY], HEADER_KEY), HEADER_KEY)[0]
            cells = enumerate(of_nodes.get(LABEL, Column.absent(of_nodes.count)).cells())
            labels = [label(cell, f"{LABEL} of node {place}") for place, cell in cells]
        else:
            attributes = _said(of_nodes, of_edges)
            ids = [(part.name, part.ids.tolist()) for part in nodes]
            labels = ids[0][1] if len(ids) == 1 else [(name, each) for name, own_ids in ids for each in own_ids]
        wiring = Wiring(
            distinct_nodes(labels),
            pre,
            post,
            untyped(of_nodes.without(LABEL) if own else of_nodes, NODE_KEYS if own else (), "node", of_nodes.count),
            untyped(weighed, EDGE_KEYS if own else (), "edge", of_edges.count),
            attributes,
            own=own,
        )
        return wiring.by_pre()


def _said(of_nodes: Columns, of_edges: Columns) -> dict[str, Any]:
    """Return what is said of a file whose nodes or edges have types, or whose edges have delays."""
    types = [key for key, one in (("node_type_id", of_nodes), ("edge_type_id", of_edges)) if key in one]
    said = [f"of types {' and '.join(types)} alone read, not the CSV that says more of each"] if types else []
    said += ["delays in ms read as units of the network's time"] if "delay" in of_edges else []
    return {CHANGES: "; ".join(said)} if said else {}


def _write_population(file: Any, path: str, what: str, columns: Mapping[str, Any], count: int) -> None:
    file[f"{path}/{what}_type_id"] = np.zeros(count, np.int64)
    file[f"{path}/{what}_group_id"] = np.zeros(count, np.uint32)
    file[f"{path}/{what}_group_index"] = np.arange(count, dtype=np.uint64)
    group = file.create_group(f"{path}/0")
    for name, cells in columns.items():
        group.create_dataset(_link(name), data=cells)


def _link(name: str) -> str:
    """Return a name as HDF5 and the reader hold it: a slash would make a group, ``@`` an attribute, dots are none."""
    if "/" in name or "@" in name or not name.strip("."):
        name = name if name.startswith(JSON_PREFIX) else JSON_PREFIX + json.dumps(name)
        return name.replace("/", "\\u002f").replace("@", "\\u0040")
    return name


def _cells(column: Column) -> NDArray[Any] | list[int] | list[str]:
    """Return a column as numbers, or as texts where it is text, or has gaps that its numbers cannot tell."""
    values, present = column.values, column.present
    kind = values.dtype.kind
    if kind == "f" and present is not None:
        return np.where(present, values, np.nan)
    if kind == "f" or (kind in "bi" and (present is None or present.all())):
        return values.astype(np.uint8) if kind == "b" else values
    return ["" if cell is None else cell if isinstance(cell, str) else text(cell) for cell in column.cells()]
