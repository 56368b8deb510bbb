"""A graph in Parquet whose edges are read in pieces, for where they do not fit into the memory together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurograph._files import checked_size, contents
from neurograph.errors import FormatError
from neurograph.formats.base import distinct_nodes, needed
from neurograph.formats.encoding import arrow
from neurograph.formats.encoding.columns import from_header, label
from neurograph.formats.encoding.typed import untyped
from neurograph.graphs.columns import Columns
from neurograph.graphs.wiring import Wiring

if TYPE_CHECKING:
    import pyarrow

SUFFIX = ".parquet"

READ = ("weight", "plastic", "tie")
"""What of an edge is read, beside its ends: what its equilibrium and its learning depend on."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The nodes of a graph, and its edges as often as they are asked for, some at a time.

    Attributes
    ----------
    path : pathlib.Path
        The file of the edges, of the pair that :func:`neurograph.write` writes.
    size : int
        Its bytes.
    nodes : Wiring
        The nodes with all that they carry, and what the graph carries; no edges.
    labels : pyarrow.ChunkedArray
        The labels as they stand in the file.
    """

    path: Path
    size: int
    nodes: Wiring
    labels: pyarrow.ChunkedArray

    @classmethod
    def of(cls, path: Path) -> Pieces:
        """Read the nodes.

        Raises
        ------
        FormatError
            If there is no such file, or neurograph did not write it.
        MissingPackageError
            If pyarrow is not installed.
        """
        with needed(arrow.NAME, "pyarrow"):
            import pyarrow  # noqa: F401  # it is asked for, and used elsewhere
        if path.suffix.lower() != SUFFIX:
            raise FormatError(
                f"{path} has the suffix {path.suffix!r}: expected {SUFFIX}, of which edges are read in pieces; "
                "neurograph.write(network, 'graph.parquet') writes one"
            )
        size, beside = checked_size(path, arrow.NAME), path.with_name(f"{path.stem}.nodes{path.suffix}")
        table = arrow.loaded(contents(beside, arrow.NAME), "nodes")
        written = (table.schema.metadata or {}).get(arrow.HEADER_KEY)
        if written is None or not set(arrow.NODE_KEYS) <= set(table.column_names):
            raise FormatError(
                f"{beside} does not say that neurograph wrote it: expected one that does, as what "
                f"neurograph.write(neurograph.read({str(path)!r}), 'graph.parquet') makes"
            )
        attributes = from_header(written.decode(errors="replace"), "neurograph in the schema of the nodes")[0]
        labels, none = table[arrow.NODE_KEYS[0]], np.empty(0, np.int32)
        nodes = Wiring(
            distinct_nodes([label(cell, "a label of a node") for cell in labels.to_pylist()]),
            none,
            none,
            untyped(arrow.columns(table, arrow.NODE_KEYS), arrow.NODE_KEYS, "node", len(table)),
            Columns(0),
            attributes,
            own=True,
        )
        return cls(path, size, nodes, labels)

    def __iter__(self) -> Iterator[Wiring]:
        """Go through the edges, each time from the file, in its order: all nodes and some of the edges at a time."""
        keys = arrow.EDGE_KEYS
        for table in arrow.loaded_in_pieces(self.path, self.size, "edges", (*keys, *READ)):
            missing = [key for key in keys if key not in table.column_names]
            if missing:
                raise FormatError(
                    f"the edges have no column {missing[0]!r}: expected {' and '.join(keys)}, as neurograph writes them"
                )
            _, pre, post = arrow.end_places([table[key] for key in keys], self.labels, keys, own=True)
            of_edges = untyped(arrow.columns(table, keys), keys, "edge", len(table))
            yield replace(self.nodes, pre=pre, post=post, of_edges=of_edges)
