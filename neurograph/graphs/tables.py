"""Graphs that come as arrays: adjacency matrices and tables of edges, read into an EdgeTable."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Hashable, Mapping
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import check_mask, finite_number
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import HIDDEN, ROLES, EdgeTable, check_size, numbered
from neurograph.graphs.from_networkx import read_ties
from neurograph.graphs.labelled import labelled_matrix, own_values
from neurograph.graphs.numbering import Integers, Labels, distinct_labels, label_places, object_column

Biases = Mapping[Any, float] | ArrayLike | None


def from_matrix(
    matrix: ArrayLike | scipy.sparse.sparray | scipy.sparse.spmatrix,
    *,
    inputs: Labels,
    outputs: Labels,
    bias_nodes: Labels = (),
    labels: Labels | None = None,
    biases: Biases = None,
) -> EdgeTable:
    """Read an adjacency matrix: ``matrix[pre, post]`` is the weight of the edge from pre to post.

    The columns of x and y follow the order of the nodes, that of the rows, not that of `inputs` and `outputs`.

    Parameters
    ----------
    matrix : array (nodes, nodes), or scipy sparse
        Zeros of a dense array are no edges; zeros that a sparse one stores are. It is copied. A data frame with an
        index is taken by its labels, which those of its columns must be, in any order.
    inputs, outputs, bias_nodes : collection of labels
        Which nodes have these roles; all others are hidden.
    labels : collection of hashable, optional
        The nodes, in the order of the rows; default those of a data frame, else 0, 1, ...
    biases : mapping of label to number, or array (nodes,), optional
        The nodes' own biases; NaN in an array where a node has none.

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
    >>> table = from_matrix([[0.0, 0.5], [0.0, 0.0]], inputs=[0], outputs=[1])
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
    rows = scipy.sparse.csr_array(given, dtype=_number(given.dtype), copy=True)
    rows.sum_duplicates()
    nodes = tuple(range(rows.shape[0])) if labels is None else distinct_labels(labels, "labels")
    if len(nodes) != rows.shape[0]:
        raise ParameterError(f"labels has {len(nodes)} labels: expected {rows.shape[0]}, one for each row of matrix")
    check_size(len(nodes), rows.nnz, rows.dtype)
    places = scipy.sparse.csr_array((numbered(rows.nnz), rows.indices, rows.indptr), shape=rows.shape)
    return _table(nodes, places.tocsc(), rows.data, (inputs, outputs, bias_nodes), biases, {})


def from_edges(
    edges: Any,
    *,
    inputs: Labels,
    outputs: Labels,
    bias_nodes: Labels = (),
    biases: Biases = None,
    nodes: Labels | None = None,
) -> EdgeTable:
    """Read edges from columns: presynaptic labels, postsynaptic labels and weights.

    The columns of x and y follow the order of the nodes, that of `nodes` or in which the edges first name them, not
    that of `inputs` and `outputs`.

    Parameters
    ----------
    edges : tuple (pre, post, weight) of arrays, or a table
        A table is anything with ``edges["pre"]``, ``edges["post"]`` and ``edges["weight"]``: a
        mapping of arrays, a data frame, a structured array. Its other columns become edge
        attributes, ``plastic`` and ``tie`` (None or NaN: on its own) among them. Labels are any
        hashables but None. Everything is copied.
    inputs, outputs, bias_nodes : collection of labels
        Which nodes have these roles; all others are hidden.
    biases : mapping of label to number, or array (nodes,), optional
        The nodes' own biases; NaN in an array where a node has none.
    nodes : collection of hashable, optional
        The nodes, in order; default: in the order in which the edges first name them.

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
        If the machine has not the memory to put the edges in order: 24 bytes an edge if the weights are float32, else
        28.

    Examples
    --------
    >>> table = from_edges((["x", "h"], ["h", "y"], [0.5, -1.0]), inputs=["x"], outputs=["y"])
    >>> table.nodes, table.pre.tolist(), table.post.tolist()
    (('x', 'h', 'y'), [0, 1], [1, 2])
    """
    columns = _columns(edges)
    pre, post = (_label_column(columns.pop(name), name) for name in ("pre", "post"))
    weights = _numbers(columns.pop("weight"), "the column weight")
    extra = {name: object_column(values, name) for name, values in columns.items()}
    for name, values in {"post": post, "weight": weights, **extra}.items():
        if len(values) != len(pre):
            raise ParameterError(f"the column {name} has {len(values)} entries: expected {len(pre)}, as many as pre")
    labels, places = label_places(pre, post, None if nodes is None else distinct_labels(nodes, "nodes"), weights.dtype)
    return _table(labels, places, weights, (inputs, outputs, bias_nodes), biases, extra)


def _table(
    nodes: tuple[Hashable, ...],
    places: scipy.sparse.csc_array,
    weights: NDArray[np.floating[Any]],
    named: tuple[Labels, Labels, Labels],
    biases: Biases,
    extra: Mapping[str, list[Any]],
) -> EdgeTable:
    """Make the table of the edges whose places in the columns are `places`; `named` are inputs, outputs, biases."""
    index = {node: place for place, node in enumerate(nodes)}
    roles = np.full(len(nodes), HIDDEN, np.int8)
    for node, role in chosen_roles(index, *named).items():
        roles[index[node]] = ROLES.index(role)
    attributes = [dict(zip(extra, row, strict=True)) for row in zip(*extra.values(), strict=True)]
    if "tie" in extra:
        for data in attributes:
            if data["tie"] is None or data["tie"] != data["tie"]:
                del data["tie"]

    def edge(k: int) -> tuple[Hashable, Hashable]:
        entries = places.tocoo()
        found = int(np.flatnonzero(entries.data == k)[0])
        return nodes[entries.row[found]], nodes[entries.col[found]]

    return EdgeTable.of(
        places,
        weights,
        plastic=_plastic(extra["plastic"]) if "plastic" in extra else None,
        ties=read_ties((data.get("tie") for data in attributes), edge) if "tie" in extra else None,
        nodes=nodes,
        roles=roles,
        biases=_own_biases(biases, index),
        edge_attributes=dict(enumerate(attributes)),
    )


def chosen_roles(
    known: Container[Hashable], inputs: Labels, outputs: Labels, bias_nodes: Labels
) -> dict[Hashable, str]:
    """Return the role of each named node, checking that it is one of the `known` and has no other."""
    roles: dict[Hashable, str] = {}
    named = {"inputs": inputs, "outputs": outputs, "bias_nodes": bias_nodes}
    for (what, labels), role in zip(named.items(), ("input", "output", "bias"), strict=True):
        for label in distinct_labels(labels, what):
            if label not in known:
                raise ParameterError(
                    f"{what} names {label!r}, which is not a node: expected labels of the graph "
                    "(in from_edges, nodes= adds nodes that no edge names)"
                )
            if label in roles:
                raise ParameterError(
                    f"{what} names {label!r}, which already has role {roles[label]!r}: expected one role a node"
                )
            roles[label] = role
    if "output" not in roles.values():
        raise ParameterError(f"outputs is {outputs!r}: expected at least one label")
    return roles


def _own_biases(biases: Biases, index: Mapping[Hashable, int]) -> NDArray[np.float64]:
    own = np.full(len(index), np.nan)
    biases = own_values(biases, "biases")
    if isinstance(biases, Mapping):
        for node, value in biases.items():
            number = finite_number(value)
            if node not in index or number is None:
                raise ParameterError(
                    f"biases has {value!r} for {node!r}: expected a finite number for a node of the"
                    " graph; leave out the nodes that have none"
                )
            own[index[node]] = number
    elif biases is not None:
        given = _numbers(biases, "biases")
        if given.shape != own.shape or np.any(np.isinf(given)):
            raise ParameterError(
                f"biases has shape {given.shape} or holds an infinity: expected {own.size} finite "
                "numbers, one a node, or NaN where a node has none"
            )
        own[:] = given
    return own


def _plastic(column: list[Any]) -> NDArray[np.bool_]:
    for place, value in enumerate(column):
        if not isinstance(value, (bool, np.bool_)):
            raise ParameterError(f"the column plastic has {value!r} at place {place}: expected True or False")
    return np.array(column, np.bool_)


def _columns(edges: Any) -> dict[str, Any]:
    """Return every column by its name, with pre, post and weight among them."""
    ends = ("pre", "post", "weight")
    if isinstance(edges, tuple) and len(edges) == len(ends):
        return dict(zip(ends, edges, strict=True))
    names = getattr(getattr(edges, "dtype", None), "names", None)
    for attribute in ("keys", "column_names", "columns"):
        if names is None and hasattr(edges, attribute):
            names = getattr(edges, attribute)
    names = tuple(names() if callable(names) else names or ends)
    try:
        return {name: edges[name] for name in (*ends, *names)}
    except (TypeError, KeyError, IndexError, ValueError):
        raise ParameterError(
            f"edges is of type {type(edges).__name__}, without the columns {', '.join(ends)}: expected a "
            "tuple (pre, post, weight) of arrays, or a table with these columns; tuple(zip(*rows)) "
            "turns rows into columns"
        ) from None


def _label_column(values: Any, name: str) -> Integers | list[Hashable]:
    """Return integers as an array, and any other labels as a list."""
    check_mask(name, values)
    with contextlib.suppress(ValueError):
        array = np.asarray(values)
        if array.ndim == 1 and array.dtype.kind in "iu" and np.can_cast(array.dtype, np.int64):
            return array
    return object_column(values, name)


def _number(given: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type in which numbers are kept: float32 as it is, anything else as float64."""
    return np.dtype(np.float32 if given == np.float32 else np.float64)


def _numbers(values: Any, what: str) -> NDArray[np.floating[Any]]:
    check_mask(what.removeprefix("the column "), values)
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty(0, object)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise ParameterError(f"{what} has type {array.dtype} and shape {array.shape}: expected real numbers in a row")
    return array.astype(_number(array.dtype), copy=False)
