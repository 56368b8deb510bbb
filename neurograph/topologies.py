"""Builders: graphs with roles and random weights, and graphs from matrices, tables and other graphs.

:func:`complete`, :func:`layered`, :func:`small_world` and :func:`random` give a plain
:class:`networkx.DiGraph`. They share:

- the labels, in this node order: inputs ``"x0"``, ``"x1"``, ...; ``"bias"`` if there is one; hidden nodes
  ``"h0"``, ... (of layers ``"h0_0"``: layer, place); outputs ``"y0"``, ...;
- `bias`: False; True, one node with the role "bias" and an edge to every free node; or "neurons", a bias
  of its own, at first 0, for every free node;
- no self-loop, and no edge into an input or a bias node;
- edges in the order of their presynaptic, then their postsynaptic node, each with a weight drawn in that
  order from N(0, scale**2);
- `seed`, an int or a :class:`numpy.random.Generator`; without it every call draws anew.

:func:`from_graph` makes a graph of one's own trainable. :func:`from_matrix` and :func:`from_edges` give an
:class:`~neurograph.graph.EdgeTable`, which :func:`neurograph.compile` takes like a graph. The columns of x and
y follow the order of the nodes, whatever the order in which `inputs` and `outputs` name them.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal

import networkx as nx
import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from neurograph.errors import GraphError, ParameterError
from neurograph.graph import ROLES, EdgeTable, finite_number, read_graph

SCALE = 0.2
"""Standard deviation of the weights that a builder draws."""

Bias = bool | Literal["neurons"]
Biases = Mapping[Any, float] | ArrayLike | None
Labels = Collection[Hashable] | NDArray[Any]
Seed = int | np.random.Generator | None
Places = NDArray[np.int64]


def complete(
    inputs: int = 2,
    hidden: int = 5,
    outputs: int = 1,
    *,
    bias: Bias = False,
    scale: float = SCALE,
    seed: Seed = None,
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
        With ``(inputs + hidden + outputs - 1) * (hidden + outputs)`` edges, and those of the bias node.

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
    _check_counts(inputs=inputs, hidden=hidden, outputs=outputs)
    free = np.arange(inputs, inputs + hidden + outputs)
    pre, post = np.nonzero(np.arange(inputs + free.size)[:, None] != free)
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, pre, post + inputs, bias, scale, _generator(seed))


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
    _check_counts(inputs=inputs, outputs=outputs)
    for place, size in enumerate(hidden):
        _check_count(f"hidden[{place}]", size, 1)
    layer = np.repeat(np.arange(len(hidden) + 2, dtype=np.int16), [inputs, *hidden, outputs])
    ahead = layer - layer[:, None]
    sends = ahead >= 1 if skip else ahead == 1
    if feedback:
        sends |= (ahead == -1) & (layer > 0)
    labels = [f"h{k}_{place}" for k, size in enumerate(hidden) for place in range(size)]
    return _drawn_graph(inputs, labels, outputs, *np.nonzero(sends), bias, scale, _generator(seed))


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
    _check_counts(inputs=inputs, hidden=hidden, outputs=outputs)
    free = hidden + outputs
    _check_count("neighbours", neighbours, 0)
    if neighbours % 2 or neighbours >= free:
        raise ParameterError(
            f"neighbours is {neighbours}: expected an even number below the {free} hidden and output nodes; "
            "lower it, or add hidden nodes"
        )
    _check_probability("rewire", rewire)
    rng = _generator(seed)
    ring = nx.watts_strogatz_graph(free, neighbours, rewire, seed=int(rng.integers(2**32)))
    ends = np.array(ring.edges, np.int64).reshape(-1, 2) + inputs
    into = np.indices((inputs, hidden)).reshape(2, -1)
    pre = np.concatenate([into[0], ends[:, 0], ends[:, 1]])
    post = np.concatenate([into[1] + inputs, ends[:, 1], ends[:, 0]])
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, pre, post, bias, scale, rng)


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
    _check_counts(inputs=inputs, hidden=hidden, outputs=outputs)
    _check_probability("density", density)
    rng = _generator(seed)
    free = hidden + outputs
    pairs = (inputs + free) * free
    # A binomial number of distinct pairs has the law of one coin for each, and costs no more than its edges.
    drawn = rng.choice(pairs, rng.binomial(pairs, density), replace=False, shuffle=False)
    pre, post = drawn // free, drawn % free + inputs
    apart = pre != post
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, pre[apart], post[apart], bias, scale, rng)


def from_graph(
    graph: nx.DiGraph[Any],
    *,
    inputs: Labels,
    outputs: Labels,
    bias_nodes: Labels = (),
    scale: float = SCALE,
    seed: Seed = None,
) -> nx.DiGraph[Any]:
    """Copy any directed graph, with these roles, and a weight drawn for every edge that has none.

    Edges with the same ``tie`` get one weight. Nodes that are not named become hidden, whatever their role.

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
    >>> graph = from_graph(nx.path_graph(3, create_using=nx.DiGraph), inputs=[0], outputs=[2], seed=0)
    >>> graph.nodes[2]["role"], round(graph.edges[0, 1]["weight"], 3)
    ('output', 0.025)
    """
    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        raise GraphError(
            f"graph is a {type(graph).__name__}: expected a networkx.DiGraph; nx.DiGraph(graph) makes one of any "
            "other networkx graph (parallel edges become one, undirected ones go both ways)"
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
    matrix: ArrayLike | sp.sparray | sp.spmatrix,
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
    given = matrix if sp.issparse(matrix) else np.asarray(matrix)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise ParameterError(f"matrix has shape {given.shape}: expected (nodes, nodes), A[pre, post]")
    _check_real("matrix", given.dtype)
    rows = sp.csr_array(given, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    nodes = tuple(range(rows.shape[0])) if labels is None else _nodes(labels, "labels")
    if len(nodes) != rows.shape[0]:
        raise ParameterError(
            f"labels has {len(nodes)} labels: expected {rows.shape[0]}, one for each row of the matrix"
        )
    pre = np.repeat(np.arange(len(nodes)), np.diff(rows.indptr))
    post = rows.indices.astype(np.int64)
    return _table(nodes, pre, post, rows.data, inputs, outputs, bias_nodes, biases)


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
        A table is anything with ``edges["pre"]``, ``edges["post"]`` and ``edges["weight"]``: a mapping of
        arrays, a data frame, a structured array. Its other columns become edge attributes, ``plastic`` and
        ``tie`` (None or NaN: on its own) among them. It is copied. Labels are any hashables.
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
        If a column is missing, of another length or the wrong type, or a label is not among the nodes.
    GraphError
        If the graph could not be compiled.

    Examples
    --------
    >>> table = from_edges((["x", "h"], ["h", "y"], [0.5, -1.0]), inputs=["x"], outputs=["y"])
    >>> table.nodes, table.pre, table.post
    (('x', 'h', 'y'), array([0, 1]), array([1, 2]))
    """
    columns = _columns(edges)
    pre, post = _label_column(columns.pop("pre"), "pre"), _label_column(columns.pop("post"), "post")
    weights = np.asarray(columns.pop("weight"))
    _check_real("the column weight", weights.dtype)
    extra = {name: _objects(values) for name, values in columns.items()}
    for name, values in {"post": post, "weight": weights, **extra}.items():
        if np.ndim(values) > 1 or len(values) != len(pre):
            raise ParameterError(
                f"the column {name} has shape {np.shape(values)}: expected ({len(pre)},), as the column pre"
            )
    seen, places = _factorised(pre, post)
    if nodes is not None:
        seen, places = _replaced(seen, places, _nodes(nodes, "nodes"))
    return _table(
        seen, places[0].copy(), places[1].copy(), weights.astype(np.float64), inputs, outputs, bias_nodes, biases, extra
    )
