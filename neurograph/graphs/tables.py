"""Graphs that come as arrays: adjacency matrices and tables of edges, read into an EdgeTable."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import finite_number
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import CHUNK, HIDDEN, ROLES, EdgeTable, check_size, numbered, read_ties

Biases = Mapping[Any, float] | ArrayLike | None
Labels = Collection[Hashable] | NDArray[Any]
Places = NDArray[np.int64]
Integers = NDArray[np.integer[Any]]


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
        Zeros of a dense array are no edges; zeros that a sparse one stores are. It is copied.
    inputs, outputs, bias_nodes : collection of labels
        Which nodes have these roles; all others are hidden.
    labels : collection of hashable, optional
        The nodes, in the order of the rows; default 0, 1, ...
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
    nodes = tuple(range(rows.shape[0])) if labels is None else _distinct(labels, "labels")
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
    extra = {name: _objects(values, name) for name, values in columns.items()}
    for name, values in {"post": post, "weight": weights, **extra}.items():
        if len(values) != len(pre):
            raise ParameterError(f"the column {name} has {len(values)} entries: expected {len(pre)}, as many as pre")
    labels, places = _places(pre, post, None if nodes is None else _distinct(nodes, "nodes"), weights.dtype)
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
        for label in _distinct(labels, what):
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
    with contextlib.suppress(ValueError):
        array = np.asarray(values)
        if array.ndim == 1 and array.dtype.kind in "iu" and np.can_cast(array.dtype, np.int64):
            return array
    return _objects(values, name)


def _objects(values: Any, name: str) -> list[Any]:
    if not isinstance(values, (list, tuple)):
        values = (values if hasattr(values, "tolist") else np.asarray(values)).tolist()
    if not isinstance(values, (list, tuple)):
        raise ParameterError(f"the column {name} is {values!r}: expected an array, one entry an edge")
    return list(values)


def _number(given: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type in which numbers are kept: float32 as it is, anything else as float64."""
    return np.dtype(np.float32 if given == np.float32 else np.float64)


def _numbers(values: Any, what: str) -> NDArray[np.floating[Any]]:
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty(0, object)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise ParameterError(f"{what} has type {array.dtype} and shape {array.shape}: expected real numbers in a row")
    return array.astype(_number(array.dtype), copy=False)


def _places(
    pre: Integers | list[Hashable],
    post: Integers | list[Hashable],
    nodes: tuple[Hashable, ...] | None,
    number: np.dtype[Any],
) -> tuple[tuple[Hashable, ...], scipy.sparse.csc_array]:
    """Return the nodes, and the place of each edge as entry (pre, post); parallel edges stay apart.

    Without `nodes` they are the labels in the order in which the edges name them.
    """
    codes, low, known = _coded(pre, post)
    named = _as_named(codes, low, len(known))
    labels = tuple(known[code] for code in named.tolist())
    nodes, numbers = (labels, np.arange(len(labels))) if nodes is None else (nodes, _renumbered(labels, nodes))
    check_size(len(nodes), len(pre), number)
    rank = np.empty(len(known), np.int32)
    rank[named] = numbers
    for end in range(2):  # one after the other, so that each leaves the memory before the next comes
        codes[end] = _looked_up(codes[end], lambda part: rank[part.astype(np.int64) - low])
    edges = scipy.sparse.coo_array((numbered(len(pre)), tuple(codes)), shape=(len(nodes), len(nodes)))
    # Else scipy would add parallel edges up before anyone could name them.
    edges.has_canonical_format = True
    rows = edges.tocsr()
    del edges, codes  # 12 bytes an edge, before 8 more are taken
    return nodes, rows.tocsc()


def _coded(
    pre: Integers | list[Hashable], post: Integers | list[Hashable]
) -> tuple[list[Integers], int, Sequence[Hashable]]:
    """Return the ends as integers from `low` on, `low`, and the labels that they stand for, from `low` on."""
    if not (isinstance(pre, np.ndarray) and isinstance(post, np.ndarray)):
        columns = [_objects(values, "ends") for values in (pre, post)]
        known = _hashable(chain.from_iterable(zip(*columns, strict=True)), "edges")
        index = {label: code for code, label in enumerate(known)}
        return [np.fromiter(map(index.__getitem__, column), np.int32, len(column)) for column in columns], 0, known
    if not pre.size:
        return [pre, post], 0, ()
    low, high = int(min(pre.min(), post.min())), int(max(pre.max(), post.max()))
    if high - low < 4 * pre.size:
        return [pre, post], low, range(low, high + 1)
    # Labels far apart, such as the keys of a data base.
    found = _distinct_integers((pre, post))
    return [_looked_up(column, lambda part: np.searchsorted(found, part)) for column in (pre, post)], 0, found.tolist()


def _distinct_integers(columns: Sequence[Integers]) -> Places:
    """Return the numbers that occur, rising."""
    found = np.empty(0, np.int64)
    for part in _parts(columns[0].size, 16 * CHUNK):
        for column in columns:
            found = np.union1d(found, column[part])
    return found


def _as_named(columns: Sequence[Integers], low: int, count: int) -> Places:
    """Return the codes from 0 to `count` that occur, in the order in which the edges name them."""
    seen, named = np.zeros(count, np.bool_), [np.empty(0, np.int64)]
    for part in _parts(columns[0].size):
        ends = np.stack([column[part].astype(np.int64) for column in columns], axis=1).ravel() - low
        codes, first = np.unique(ends[~seen[ends]], return_index=True)
        seen[codes] = True
        named.append(codes[np.argsort(first)])
        if seen.all():
            break
    return np.concatenate(named)


def _looked_up(column: Integers, find: Callable[[Integers], Integers]) -> NDArray[np.int32]:
    found = np.empty(column.size, np.int32)
    for part in _parts(column.size):
        found[part] = find(column[part])
    return found


def _parts(count: int, size: int = CHUNK) -> Iterator[slice]:
    return (slice(first, first + size) for first in range(0, count, size))


def _renumbered(old: Sequence[Hashable], new: Sequence[Hashable]) -> Places:
    """Return the place in `new` of each of the `old` labels."""
    index = {label: place for place, label in enumerate(new)}
    unknown = [label for label in old if label not in index]
    if unknown:
        raise ParameterError(
            f"edges name {unknown[0]!r}, which is not in nodes: expected both ends of every edge; add it"
        )
    return np.array([index[label] for label in old], np.int64)


def _distinct(labels: Labels, what: str) -> tuple[Hashable, ...]:
    """Return labels as a tuple, or say that they are none, or not distinct."""
    given = labels.tolist() if isinstance(labels, np.ndarray) else labels
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise ParameterError(f"{what} is {given!r}: expected a list of labels, such as [{given!r}]")
    given = list(given)
    distinct = _hashable(given, what)
    if len(distinct) != len(given):
        twice = Counter(given).most_common(1)[0][0]
        raise ParameterError(f"{what} has {twice!r} more than once: expected distinct labels")
    return distinct


def _hashable(labels: Iterable[Any], what: str) -> tuple[Hashable, ...]:
    """Return the distinct labels in the order in which they first come."""
    try:
        distinct = tuple(dict.fromkeys(labels))
    except TypeError as error:
        raise ParameterError(f"{what} has a label that cannot be one: {error}; expected hashables") from None
    missing = [label for label in distinct if label is None or label != label]
    if missing:
        raise ParameterError(f"{what} has {missing[0]!r} for a label, as if one were missing: expected a label there")
    return distinct
