"""Graphs that come as arrays: adjacency matrices and tables of edges, read into an EdgeTable."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import scipy
from numpy.typing import ArrayLike

from neurograph._checks import finite_number
from neurograph.errors import ParameterError
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable, check_size
from neurograph.graphs.intake import CHANGES, Intake, Words, counted, with_words
from neurograph.graphs.labelled import labelled_matrix, own_values
from neurograph.graphs.numbering import Labels, distinct_labels, label_codes
from neurograph.graphs.sheets import (
    LABELS,
    attribute_columns,
    chosen,
    chosen_ends,
    label_column,
    listed,
    names_of,
    plain_numbers,
    read_sheet,
)  # fmt: skip
from neurograph.graphs.wiring import Wiring

Biases = Mapping[Any, float] | ArrayLike | None


@with_words()
def from_matrix(
    matrix: ArrayLike | scipy.sparse.sparray | scipy.sparse.spmatrix,
    *,
    labels: Labels | None = None,
    biases: Biases = None,
    **words: Unpack[Words],
) -> EdgeTable:
    """Read an adjacency matrix: ``matrix[pre, post]`` is the weight of the edge from pre to post.

    Parameters
    ----------
    matrix : array (nodes, nodes), or scipy sparse
        Zeros of a dense array are no edges; zeros that a sparse one stores are. It is copied. A data frame with an
        index is taken by its labels, which those of its columns must be, in any order.
    labels : collection of hashable, optional
        The nodes, in the order of the rows; default those of a data frame, else 0, 1, ...
    biases : mapping of label to number, or array (nodes,), optional
        The nodes' own biases; NaN in an array where a node has none.
    {words}

    Returns
    -------
    EdgeTable
        What :func:`neurograph.compile` takes.

    Raises
    ------
    ParameterError
        If the matrix is not square or holds no real numbers, or another argument does not fit it.
    GraphError
        If the graph could not be compiled.

    Examples
    --------
    >>> import neurograph as ng
    >>> table = ng.topologies.from_matrix([[0.0, 0.5], [0.0, 0.0]], inputs=[0], outputs=[1])
    >>> table.edge(0), table.weights
    ((0, 1), array([0.5]))
    """
    labels, matrix = labelled_matrix(matrix, labels)
    try:
        given = matrix if scipy.sparse.issparse(matrix) else np.asarray(matrix)
    except ValueError:
        raise ParameterError(
            "matrix has rows of different lengths: expected (nodes, nodes), A[pre, post], with a 0 where no edge is"
        ) from None
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise ParameterError(f"matrix has shape {given.shape}: expected (nodes, nodes), A[pre, post]")
    if given.dtype.kind not in "iuf":
        raise ParameterError(
            f"matrix has type {given.dtype}: expected the weights, real numbers; "
            "matrix.astype(float) makes numbers of truth values"
        )
    rows = scipy.sparse.csr_array(given, dtype=np.float32 if given.dtype == np.float32 else np.float64, copy=True)
    rows.sum_duplicates()
    nodes = tuple(range(rows.shape[0])) if labels is None else distinct_labels(labels, "labels")
    if len(nodes) != rows.shape[0]:
        raise ParameterError(f"labels has {len(nodes)} labels: expected {rows.shape[0]}, one for each row of matrix")
    check_size(len(nodes), rows.nnz, rows.dtype)
    pre = np.repeat(np.arange(len(nodes), dtype=np.int32), np.diff(rows.indptr))
    columns = Columns(rows.nnz, {"weight": Column(rows.data)})
    wiring = Wiring(nodes, pre, rows.indices.astype(np.int32, copy=False), _own_biases(biases, nodes), columns)
    return Intake(**words).of(wiring).table()


@with_words()
def from_edges(
    edges: Any,
    *,
    nodes: Any = None,
    pre: Any = None,
    post: Any = None,
    biases: Biases = None,
    **words: Unpack[Words],
) -> EdgeTable:
    """Read edges from columns: presynaptic labels, postsynaptic labels and weights.

    Parameters
    ----------
    edges : tuple (pre, post, weight) or (pre, post) of arrays, or a table
        A table is a data frame of pandas or polars, an Arrow table, a mapping of arrays, or a structured array. What
        is neither an end nor the weight becomes an attribute of the edge, ``plastic``, ``tie`` and ``delay`` among it;
        a cell that is missing (None, NaN) is absent. Labels are any hashables but None. Everything is copied.
    nodes : collection of hashable, or a table, optional
        The nodes, in order, or a table of them: the column node (or label, id, root_id, name) says which, the others
        become attributes. Default: in the order in which the edges first name them. Nodes that edges name and a
        table does not have come behind it.
    pre, post : str, optional
        Which columns are the ends of the edges; default: pre and post, or what other programs call them (source and
        target, from and to, pre_root_id and post_root_id, ...).
    biases : mapping of label to number, or array (nodes,), optional
        The nodes' own biases; NaN in an array where a node has none.
    {words}

    Returns
    -------
    EdgeTable
        What :func:`neurograph.compile` takes; its weights are float32 if the column is, else float64.

    Raises
    ------
    ParameterError
        If a column is missing or has the wrong length or type, or a label is not among the nodes.
    GraphError
        If the graph could not be compiled.
    GraphTooLargeError
        If the machine has not the memory to put the edges in order: 32 bytes an edge if the weights are float32, else
        36.

    Examples
    --------
    >>> import neurograph as ng
    >>> table = ng.topologies.from_edges((["x", "h"], ["h", "y"], [0.5, -1.0]), inputs=["x"], outputs=["y"])
    >>> table.nodes, table.pre.tolist(), table.post.tolist()
    (('x', 'h', 'y'), [0, 1], [1, 2])
    """
    return Intake(**words).of(wiring_of_columns(edges, nodes, pre, post, biases)).table()


def wiring_of_columns(edges: Any, nodes: Any, pre: Any, post: Any, biases: Biases = None, label: Any = None) -> Wiring:
    """Read a table of edges and, optionally, one of nodes; `label` is the column of these that says which.

    Raises
    ------
    ParameterError
        As :func:`from_edges`.
    """
    if isinstance(edges, tuple) and len(edges) in (2, 3):
        edges = dict(zip(("pre", "post", "weight"), edges, strict=False))
    names = names_of(edges)
    if names is None:
        raise ParameterError(
            f"edges is of type {type(edges).__name__}, without columns: expected a tuple (pre, post, weight) of "
            "arrays, or a table with these columns; tuple(zip(*rows)) turns rows into columns"
        )
    ends = chosen_ends(names, pre, post)
    columns = read_sheet(edges, names, "edges")
    labels = [label_column(columns.pop(name), name) for name in ends]
    count = len(labels[0])
    known, carried = (None, None) if nodes is None else _nodes(nodes, label)
    found, places = label_codes(labels[0], labels[1], known, open_ended=carried is not None)
    carried = Columns(len(known or found), {}) if carried is None else carried
    missing = len(found) - carried.count
    of_nodes = carried if not missing else carried.longer(missing)
    said = {CHANGES: f"{counted(missing, 'node')} of edges alone, not in the table of nodes, added"} if missing else {}
    starts, stops = places
    own = _own_biases(biases, found)
    of_edges = attribute_columns(columns, count, shared="weight")  # an EdgeTable copies its weights
    return Wiring(found, starts, stops, Columns(len(found), {**of_nodes, **own}), of_edges, said)


def _nodes(nodes: Any, label: Any) -> tuple[tuple[Hashable, ...], Columns | None]:
    """Return the labels of a collection or of a table, and what the table says of them."""
    names = None if isinstance(nodes, np.ndarray) and nodes.dtype.names is None else names_of(nodes)
    if names is None:
        return distinct_labels(nodes, "nodes"), None
    name = chosen(names, label, LABELS, "nodes", "nodes")
    if name is None:
        raise ParameterError(
            f"nodes has the columns {listed(names)}: expected one called {', '.join(LABELS)}, with the labels that "
            "edges name; rename the one that has them"
        )
    columns = read_sheet(nodes, names, "nodes")
    labels = label_column(columns.pop(name), name)
    known = distinct_labels(labels, f"the column {name} of nodes")
    return known, attribute_columns(columns, len(known))


def _own_biases(biases: Biases, nodes: Sequence[Hashable]) -> Columns:
    """Return the column of biases, or none."""
    if biases is None:
        return Columns(len(nodes))
    own = np.full(len(nodes), np.nan)
    biases = own_values(biases, "biases")
    if isinstance(biases, Mapping):
        index = {node: place for place, node in enumerate(nodes)}
        for node, value in biases.items():
            number = finite_number(value)
            if node not in index or number is None:
                raise ParameterError(
                    f"biases has {value!r} for {node!r}: expected a finite number for a node of the"
                    " graph; leave out the nodes that have none"
                )
            own[index[node]] = number
    else:
        given = plain_numbers(biases, "biases")
        if given.shape != own.shape or np.any(np.isinf(given)):
            raise ParameterError(
                f"biases has shape {given.shape} or holds an infinity: expected {own.size} finite "
                "numbers, one a node, or NaN where a node has none"
            )
        own[:] = given
    return Columns(len(nodes), {"bias": Column(own, ~np.isnan(own))})
