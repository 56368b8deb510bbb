"""Builders: graphs with roles and random weights, and graphs from matrices, tables and graphs.

:func:`complete`, :func:`layered`, :func:`small_world` and :func:`random` give a plain
:class:`networkx.DiGraph`. They share:

- the labels, in this node order: inputs ``"x0"``, ...; ``"bias"`` if there is one; hidden nodes
  ``"h0"``, ... (of layers ``"h0_0"``: layer, place); outputs ``"y0"``, ...;
- `bias`: False; True, one node with the role "bias" and an edge to every free node; or "neurons",
  a bias of its own, at first 0, for every free node;
- no self-loop, and no edge into an input or a bias node;
- edges in the order of their presynaptic, then their postsynaptic node, each with a weight drawn in
  that order from N(0, scale**2);
- `seed`, an int or a :class:`numpy.random.Generator`; without it every call draws anew.

:func:`from_graph` makes a graph of one's own trainable. :func:`from_matrix` and :func:`from_edges`
give an :class:`~neurograph.graph.EdgeTable`, which :func:`neurograph.compile` takes like a graph.
The columns of x and y follow the order of the nodes, not that of `inputs` and `outputs`.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Container, Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal

import networkx as nx
import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from neurograph.errors import GraphError, ParameterError
from neurograph.graph import HIDDEN, ROLES, EdgeTable, finite_number, read_graph
from neurograph.graph import _read_ties as read_ties

__all__ = ["complete", "from_edges", "from_graph", "from_matrix", "layered", "random", "small_world"]

SCALE = 0.2
"""Standard deviation of the weights that a builder draws."""

Bias = bool | Literal["neurons"]
Biases = Mapping[Any, float] | ArrayLike | None
Labels = Collection[Hashable] | NDArray[Any]
Seed = int | np.random.Generator | None
Places = NDArray[np.int64]


def complete(
    inputs: int = 2, hidden: int = 5, outputs: int = 1, *, bias: Bias = False, scale: float = SCALE, seed: Seed = None
) -> nx.DiGraph[Any]:
    """Connect every input to every free node, and every free node to every other, outputs too.

    Parameters
    ----------
    inputs, hidden, outputs : int
        How many nodes of each role.
    bias, scale, seed
        As every builder of :mod:`neurograph.topologies`.

    Returns
    -------
    networkx.DiGraph
        With (inputs + hidden + outputs - 1) (hidden + outputs) edges, and those of the bias node.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> graph = complete(inputs=1, hidden=1, outputs=1, seed=0)
    >>> list(graph.edges)
    [('x0', 'h0'), ('x0', 'y0'), ('h0', 'y0'), ('y0', 'h0')]
    """
    _check_sizes(inputs, hidden, outputs)
    free = np.arange(inputs, inputs + hidden + outputs)
    pre, post = np.nonzero(np.arange(inputs + free.size)[:, None] != free)
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, (pre, post + inputs), bias, scale, _generator(seed))


def layered(
    inputs: int = 2,
    hidden: Sequence[int] = (5,),
    outputs: int = 1,
    *,
    feedback: bool = True,
    skip: bool = False,
    bias: Bias = False,
    scale: float = SCALE,
    seed: Seed = None,
) -> nx.DiGraph[Any]:
    """Connect every node to every one of the next layer, from the inputs to the outputs.

    Parameters
    ----------
    inputs, outputs : int
        How many nodes of each role.
    hidden : sequence of int
        Nodes in each hidden layer.
    feedback : bool
        Whether every node also sends to those of the layer before, the inputs excepted.
    skip : bool
        Whether every node also sends to those of every later layer.
    bias, scale, seed
        As every builder of :mod:`neurograph.topologies`.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> graph = layered(inputs=1, hidden=(1, 1), outputs=1, seed=0)
    >>> [post for pre, post in graph.edges if pre == "h1_0"]
    ['h0_0', 'y0']
    """
    if isinstance(hidden, str) or not isinstance(hidden, (Sequence, np.ndarray)):
        raise ParameterError(f"hidden is {hidden!r}: expected the sizes of the layers, such as (5,) or (20, 10)")
    _check_sizes(inputs, 0, outputs)
    for place, size in enumerate(hidden):
        _check_count(f"hidden[{place}]", size, 1)
    layer = np.repeat(np.arange(len(hidden) + 2, dtype=np.int16), [inputs, *hidden, outputs])
    ahead = layer - layer[:, None]
    sends = ahead >= 1 if skip else ahead == 1
    if feedback:
        sends |= (ahead == -1) & (layer > 0)
    labels = [f"h{k}_{place}" for k, size in enumerate(hidden) for place in range(size)]
    pre, post = np.nonzero(sends)
    return _drawn_graph(inputs, labels, outputs, (pre, post), bias, scale, _generator(seed))


def small_world(
    inputs: int = 2,
    hidden: int = 20,
    outputs: int = 1,
    *,
    neighbours: int = 4,
    rewire: float = 0.1,
    bias: Bias = False,
    scale: float = SCALE,
    seed: Seed = None,
) -> nx.DiGraph[Any]:
    """Put the free nodes on a Watts-Strogatz ring, and connect every input to every hidden node.

    The ring is :func:`networkx.watts_strogatz_graph`, with every edge in both directions.

    Parameters
    ----------
    inputs, hidden, outputs : int
        How many nodes of each role.
    neighbours : int
        How many nearest nodes each is joined to before rewiring; even.
    rewire : float
        Probability that an edge of the ring gets another end.
    bias, scale, seed
        As every builder of :mod:`neurograph.topologies`.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    Watts and Strogatz, Nature 393:440-442, 1998.

    Examples
    --------
    >>> graph = small_world(inputs=0, hidden=5, outputs=1, neighbours=2, rewire=0.0, seed=0)
    >>> sorted(graph.successors("y0"))
    ['h0', 'h4']
    """
    _check_sizes(inputs, hidden, outputs)
    free = hidden + outputs
    _check_count("neighbours", neighbours, 0)
    if neighbours % 2 or neighbours >= free:
        raise ParameterError(
            f"neighbours is {neighbours}: expected an even number below {free}, the number of free "
            "nodes; lower it, or add hidden nodes"
        )
    _check_probability("rewire", rewire)
    rng = _generator(seed)
    ring = nx.watts_strogatz_graph(free, neighbours, rewire, seed=int(rng.integers(2**32)))
    ends = np.array(ring.edges, np.int64).reshape(-1, 2) + inputs
    into = np.indices((inputs, hidden)).reshape(2, -1)
    pre = np.concatenate([into[0], ends[:, 0], ends[:, 1]])
    post = np.concatenate([into[1] + inputs, ends[:, 1], ends[:, 0]])
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, (pre, post), bias, scale, rng)


def random(
    inputs: int = 2,
    hidden: int = 20,
    outputs: int = 1,
    *,
    density: float = 0.2,
    bias: Bias = False,
    scale: float = SCALE,
    seed: Seed = None,
) -> nx.DiGraph[Any]:
    """Draw each edge of the :func:`complete` graph on its own, with the probability `density`.

    Parameters
    ----------
    inputs, hidden, outputs : int
        How many nodes of each role.
    density : float
        Probability of an edge; those of a bias node are always there.
    bias, scale, seed
        As every builder of :mod:`neurograph.topologies`.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    Gilbert, Annals of Mathematical Statistics 30:1141-1144, 1959.

    Examples
    --------
    >>> random(inputs=2, hidden=20, outputs=1, density=1.0, seed=0).number_of_edges()
    462
    """
    _check_sizes(inputs, hidden, outputs)
    _check_probability("density", density)
    rng = _generator(seed)
    free = hidden + outputs
    pairs = (inputs + free) * free
    # A binomial number of distinct pairs has the law of one coin a pair, and costs only its edges.
    drawn = rng.choice(pairs, rng.binomial(pairs, density), replace=False, shuffle=False)
    pre, post = drawn // free, drawn % free + inputs
    apart = pre != post
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, (pre[apart], post[apart]), bias, scale, rng)


def from_graph(
    graph: nx.DiGraph[Any],
    *,
    inputs: Labels,
    outputs: Labels,
    bias_nodes: Labels = (),
    scale: float = SCALE,
    seed: Seed = None,
) -> nx.DiGraph[Any]:
    """Copy a directed graph, with these roles, and a weight drawn for every edge that has none.

    Edges with the same ``tie`` get one weight. A node that is not named becomes hidden, whatever
    its role was.

    Parameters
    ----------
    graph : networkx.DiGraph
        It is not changed.
    inputs, outputs, bias_nodes : collection of labels
        Which nodes have these roles.
    scale, seed
        As every builder of :mod:`neurograph.topologies`.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    ParameterError
        If a label is not in the graph or has two roles, or another argument is out of range.
    GraphError
        If it is not a DiGraph, or could not be compiled: an edge that goes into an input, say.

    Examples
    --------
    >>> import networkx as nx
    >>> path = nx.path_graph(3, create_using=nx.DiGraph)
    >>> graph = from_graph(path, inputs=[0], outputs=[2], seed=0)
    >>> graph.nodes[2]["role"], round(graph.edges[0, 1]["weight"], 3)
    ('output', 0.025)
    """
    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        raise GraphError(
            f"graph is a {type(graph).__name__}: expected a networkx.DiGraph; nx.DiGraph(graph) "
            "makes one (undirected edges then go both ways, of parallel ones the last stays)"
        )
    copy: nx.DiGraph[Any] = nx.DiGraph(graph)
    roles = _chosen_roles(copy, inputs, outputs, bias_nodes)
    for node, data in copy.nodes(data=True):
        data.pop("role", None)
        if node in roles:
            data["role"] = roles[node]
    _draw_missing_weights(copy, scale, _generator(seed))
    read_graph(copy)
    return copy


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
        What :func:`neurograph.compile` takes, edges in the order of the rows.

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
    given = matrix if scipy.sparse.issparse(matrix) else np.asarray(matrix)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise ParameterError(f"matrix has shape {given.shape}: expected (nodes, nodes), A[pre, post]")
    if given.dtype.kind not in "iuf":
        raise ParameterError(
            f"matrix has type {given.dtype}: expected the weights, real numbers; "
            "matrix.astype(float) makes numbers of truth values"
        )
    rows = scipy.sparse.csr_array(given, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    nodes = tuple(range(rows.shape[0])) if labels is None else _distinct(labels, "labels")
    if len(nodes) != rows.shape[0]:
        raise ParameterError(f"labels has {len(nodes)} labels: expected {rows.shape[0]}, one for each row of matrix")
    places = np.stack([np.repeat(np.arange(len(nodes)), np.diff(rows.indptr)), rows.indices])
    return _table(nodes, places, rows.data, (inputs, outputs, bias_nodes), biases, {})


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
        What :func:`neurograph.compile` takes, edges in the given order.

    Raises
    ------
    ParameterError
        If a column is missing or has the wrong length or type, or a label is not among the nodes.
    GraphError
        If the graph could not be compiled.

    Examples
    --------
    >>> table = from_edges((["x", "h"], ["h", "y"], [0.5, -1.0]), inputs=["x"], outputs=["y"])
    >>> table.nodes, table.pre, table.post
    (('x', 'h', 'y'), array([0, 1]), array([1, 2]))
    """
    columns = _columns(edges)
    pre, post = (_label_column(columns.pop(name), name) for name in ("pre", "post"))
    weights = _numbers(columns.pop("weight"), "the column weight")
    extra = {name: _objects(values, name) for name, values in columns.items()}
    for name, values in {"post": post, "weight": weights, **extra}.items():
        if len(values) != len(pre):
            raise ParameterError(f"the column {name} has {len(values)} entries: expected {len(pre)}, as many as pre")
    labels, places = _numbered(pre, post)
    if nodes is not None:
        given = _distinct(nodes, "nodes")
        labels, places = given, _renumbered(places, labels, given)
    return _table(labels, places, weights, (inputs, outputs, bias_nodes), biases, extra)


def _drawn_graph(
    inputs: int,
    hidden: list[str],
    outputs: int,
    edges: tuple[Places, Places],
    bias: Bias,
    scale: float,
    rng: np.random.Generator,
) -> nx.DiGraph[Any]:
    """Draw the weights of edges between places in (inputs, hidden, outputs), and add the biases."""
    if not isinstance(bias, bool) and bias != "neurons":
        raise ParameterError(f"bias is {bias!r}: expected False, True (one bias node) or 'neurons' (a bias for each)")
    own = {"bias": 0.0} if bias == "neurons" else {}
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from((f"x{k}" for k in range(inputs)), role="input")
    if bias is True:
        graph.add_node("bias", role="bias")
    graph.add_nodes_from(hidden, **own)
    graph.add_nodes_from((f"y{k}" for k in range(outputs)), role="output", **own)
    pre, post = edges
    if bias is True:
        free = np.arange(inputs + 1, len(graph))
        pre = np.append(pre + (pre >= inputs), np.full(free.size, inputs))
        post = np.append(post + 1, free)
    order = np.lexsort((post, pre))
    ends = np.stack([pre, post], axis=1)[order].tolist()
    nodes, weights = list(graph), rng.normal(0.0, _checked_scale(scale), pre.size).tolist()
    graph.add_weighted_edges_from((nodes[i], nodes[j], weight) for (i, j), weight in zip(ends, weights, strict=True))
    return graph


def _draw_missing_weights(graph: nx.DiGraph[Any], scale: float, rng: np.random.Generator) -> None:
    edges = [data for _, _, data in graph.edges(data=True)]
    groups = read_ties(edges).tolist()
    shared = {
        group: data["weight"] for data, group in zip(edges, groups, strict=True) if group >= 0 and "weight" in data
    }
    drawn = rng.normal(0.0, _checked_scale(scale), len(edges)).tolist()
    for data, group, weight in zip(edges, groups, drawn, strict=True):
        if "weight" not in data:
            data["weight"] = weight if group < 0 else shared.setdefault(group, weight)


def _table(
    nodes: tuple[Hashable, ...],
    places: Places,
    weights: NDArray[np.float64],
    named: tuple[Labels, Labels, Labels],
    biases: Biases,
    extra: Mapping[str, list[Any]],
) -> EdgeTable:
    """Make the table of edges between `places` (2, edges); `named` are inputs, outputs, biases."""
    index = {node: place for place, node in enumerate(nodes)}
    roles = np.full(len(nodes), HIDDEN, np.int8)
    for node, role in _chosen_roles(index, *named).items():
        roles[index[node]] = ROLES.index(role)
    attributes = [dict(zip(extra, row, strict=True)) for row in zip(*extra.values(), strict=True)]
    if "tie" in extra:
        for data in attributes:
            if data["tie"] is None or data["tie"] != data["tie"]:
                del data["tie"]
    count = weights.size
    return EdgeTable(
        nodes=nodes,
        roles=roles,
        pre=places[0].copy(),
        post=places[1].copy(),
        weights=weights,
        biases=_own_biases(biases, index),
        plastic=_plastic(extra["plastic"]) if "plastic" in extra else np.ones(count, np.bool_),
        ties=read_ties(attributes) if extra else np.full(count, -1),
        edge_attributes=tuple(attributes) if extra else None,
    )


def _chosen_roles(
    known: Container[Hashable], inputs: Labels, outputs: Labels, bias_nodes: Labels
) -> dict[Hashable, str]:
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
    """Give every column by its name, with pre, post and weight among them."""
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
            f"edges is a {type(edges).__name__} without the columns {', '.join(ends)}: expected a "
            "tuple (pre, post, weight) of arrays, or a table with these columns; tuple(zip(*rows)) "
            "turns rows into columns"
        ) from None


def _label_column(values: Any, name: str) -> Places | list[Hashable]:
    """Give integers as an array, and any other labels as a list."""
    with contextlib.suppress(ValueError):
        array = np.asarray(values)
        if array.ndim == 1 and array.dtype.kind in "iu" and np.can_cast(array.dtype, np.int64):
            return array.astype(np.int64)
    return _objects(values, name)


def _objects(values: Any, name: str) -> list[Any]:
    if not isinstance(values, (list, tuple)):
        values = (values if hasattr(values, "tolist") else np.asarray(values)).tolist()
    if not isinstance(values, (list, tuple)):
        raise ParameterError(f"the column {name} is {values!r}: expected an array, one entry an edge")
    return list(values)


def _numbers(values: Any, what: str) -> NDArray[np.float64]:
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty(0, object)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise ParameterError(f"{what} has type {array.dtype} and shape {array.shape}: expected real numbers in a row")
    return array.astype(np.float64)


def _numbered(pre: Places | list[Hashable], post: Places | list[Hashable]) -> tuple[tuple[Hashable, ...], Places]:
    """Give the labels in the order in which edges name them, and the ends as places (2, edges)."""
    if isinstance(pre, np.ndarray) and isinstance(post, np.ndarray):
        ends = np.column_stack([pre, post]).ravel()
        found = np.unique(ends)
        places = np.searchsorted(found, ends)
        first = np.empty_like(found)
        # Written from the end, so that the first appearance of a label is what stays.
        first[places[::-1]] = np.arange(ends.size)[::-1]
        order = np.argsort(first)
        rank = np.argsort(order)
        return tuple(found[order].tolist()), rank[places].reshape(-1, 2).T
    columns = (_objects(values, "ends") for values in (pre, post))
    mixed = [label for edge in zip(*columns, strict=True) for label in edge]
    labels = _hashable(mixed, "edges")
    index = {label: place for place, label in enumerate(labels)}
    places = np.fromiter((index[label] for label in mixed), np.int64, len(mixed))
    return labels, places.reshape(-1, 2).T


def _renumbered(places: Places, old: Sequence[Hashable], new: Sequence[Hashable]) -> Places:
    index = {label: place for place, label in enumerate(new)}
    unknown = [label for label in old if label not in index]
    if unknown:
        raise ParameterError(
            f"edges name {unknown[0]!r}, which is not in nodes: expected both ends of every edge; add it"
        )
    return np.array([index[label] for label in old], np.int64)[places]


def _distinct(labels: Labels, what: str) -> tuple[Hashable, ...]:
    """Give labels as a tuple, or say that they are none, or not distinct."""
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
    """Give the distinct labels in the order in which they first come."""
    try:
        distinct = tuple(dict.fromkeys(labels))
    except TypeError as error:
        raise ParameterError(f"{what} has a label that cannot be one: {error}; expected hashables") from None
    missing = [label for label in distinct if label is None or label != label]
    if missing:
        raise ParameterError(f"{what} has {missing[0]!r} for a label, as if one were missing: expected a label there")
    return distinct


def _check_sizes(inputs: int, hidden: int, outputs: int) -> None:
    _check_count("inputs", inputs, 0)
    _check_count("hidden", hidden, 0)
    _check_count("outputs", outputs, 1)


def _check_count(name: str, count: int, least: int) -> None:
    if not isinstance(count, (int, np.integer)) or isinstance(count, bool) or count < least:
        raise ParameterError(f"{name} is {count!r}: expected a whole number >= {least}")


def _check_probability(name: str, value: float) -> None:
    number = finite_number(value)
    if number is None or not 0.0 <= number <= 1.0:
        raise ParameterError(f"{name} is {value!r}: expected a probability from 0 to 1")


def _checked_scale(scale: float) -> float:
    number = finite_number(scale)
    if number is None or number < 0.0:
        raise ParameterError(f"scale is {scale!r}: expected the standard deviation of the weights, a number >= 0")
    return number


def _generator(seed: Seed) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise ParameterError(
            f"seed is {seed!r}: expected a whole number >= 0, a numpy.random.Generator, or None"
        ) from None
