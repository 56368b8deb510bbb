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

:func:`from_graph` makes a graph of one's own trainable, :func:`symmetric` ties the two edges of a
pair, and :func:`dale` makes every neuron excitatory or inhibitory. :func:`unitary` has complex weights, and labels of
its own. :func:`from_matrix` and
:func:`from_edges` give an :class:`~neurograph.graphs.edge_table.EdgeTable`, which :func:`neurograph.compile` takes
like a graph. The columns of x and y follow the order of the nodes, not that of `inputs` and `outputs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np

from neurograph._checks import Seed, checked_generator, checked_number, checked_whole, public_names
from neurograph.errors import ParameterError
from neurograph.graphs.bias import LABEL, Bias, checked_bias
from neurograph.graphs.conversion import from_graph, symmetric
from neurograph.graphs.intake import SCALE, checked_scale
from neurograph.graphs.numbering import Places
from neurograph.graphs.signs import dale
from neurograph.graphs.tables import from_edges, from_matrix
from neurograph.graphs.topologies.unitary import unitary

__all__ = [
    "SCALE",
    "complete",
    "dale",
    "from_edges",
    "from_graph",
    "from_matrix",
    "layered",
    "random",
    "small_world",
    "symmetric",
    "unitary",
]


def complete(
    inputs: int = 2, hidden: int = 5, outputs: int = 1, *, bias: Bias = False, scale: float = SCALE, seed: Seed = None
) -> nx.DiGraph[Any]:
    """Connect every input to every free node, and every free node to every other, outputs too.

    Parameters
    ----------
    inputs, hidden, outputs : int
        How many nodes of each role.
    bias : bool or "neurons"
        None, a node with the role "bias", or a bias for each free node.
    scale : float
        Standard deviation of the weights.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

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
    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0)
    >>> list(graph.edges)
    [('x0', 'h0'), ('x0', 'y0'), ('h0', 'y0'), ('y0', 'h0')]
    """
    inputs, hidden, outputs = _checked_sizes(inputs, hidden, outputs)
    free = np.arange(inputs, inputs + hidden + outputs)
    pre, post = np.nonzero(np.arange(inputs + free.size)[:, None] != free)
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, (pre, post + inputs), bias, scale, checked_generator(seed))


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
    inputs : int
        How many input nodes.
    hidden : sequence of int
        Nodes in each hidden layer.
    outputs : int
        How many output nodes.
    feedback : bool
        Whether every node also sends to those of the layer before, the inputs excepted.
    skip : bool
        Whether every node also sends to those of every later layer.
    bias : bool or "neurons"
        None, a node with the role "bias", or a bias for each free node.
    scale : float
        Standard deviation of the weights.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    networkx.DiGraph
        With weights drawn from N(0, scale^2).

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=1, hidden=(1, 1), outputs=1, seed=0)
    >>> [post for pre, post in graph.edges if pre == "h1_0"]
    ['h0_0', 'y0']
    """
    if isinstance(hidden, str) or not isinstance(hidden, (Sequence, np.ndarray)):
        raise ParameterError(f"hidden is {hidden!r}: expected the sizes of the layers, such as (5,) or (20, 10)")
    inputs, _, outputs = _checked_sizes(inputs, 0, outputs)
    hidden = [checked_whole(f"hidden[{place}]", size, 1) for place, size in enumerate(hidden)]
    layer = np.repeat(np.arange(len(hidden) + 2, dtype=np.int16), [inputs, *hidden, outputs])
    ahead = layer - layer[:, None]
    sends = ahead >= 1 if skip else ahead == 1
    if feedback:
        sends |= (ahead == -1) & (layer > 0)
    labels = [f"h{k}_{place}" for k, size in enumerate(hidden) for place in range(size)]
    pre, post = np.nonzero(sends)
    return _drawn_graph(inputs, labels, outputs, (pre, post), bias, scale, checked_generator(seed))


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

    The ring is :func:`networkx.watts_strogatz_graph` [1]_, with every edge in both directions.

    Parameters
    ----------
    inputs, hidden, outputs : int
        How many nodes of each role.
    neighbours : int
        How many nearest nodes each is joined to before rewiring; even.
    rewire : float
        Probability that an edge of the ring gets another end.
    bias : bool or "neurons"
        None, a node with the role "bias", or a bias for each free node.
    scale : float
        Standard deviation of the weights.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    networkx.DiGraph
        With weights drawn from N(0, scale^2).

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    .. [1] Watts and Strogatz, Collective dynamics of small-world networks, Nature 393, 1998.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.small_world(inputs=0, hidden=5, outputs=1, neighbours=2, rewire=0.0, seed=0)
    >>> sorted(graph.successors("y0"))
    ['h0', 'h4']
    """
    inputs, hidden, outputs = _checked_sizes(inputs, hidden, outputs)
    free = hidden + outputs
    neighbours = checked_whole("neighbours", neighbours, 0)
    if neighbours % 2 or neighbours >= free:
        raise ParameterError(
            f"neighbours is {neighbours}: expected an even number below {free}, the number of free "
            "nodes; lower it, or add hidden nodes"
        )
    rewire = _checked_probability("rewire", rewire)
    rng = checked_generator(seed)
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
    """Draw each edge of the :func:`complete` graph on its own, with the probability `density` [1]_.

    Parameters
    ----------
    inputs, hidden, outputs : int
        How many nodes of each role.
    density : float
        Probability of an edge; those of a bias node are always there.
    bias : bool or "neurons"
        None, a node with the role "bias", or a bias for each free node.
    scale : float
        Standard deviation of the weights.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    networkx.DiGraph
        With weights drawn from N(0, scale^2).

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    .. [1] Gilbert, Random graphs, Annals of Mathematical Statistics 30, 1959.

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.topologies.random(inputs=2, hidden=20, outputs=1, density=1.0, seed=0).number_of_edges()
    462
    """
    inputs, hidden, outputs = _checked_sizes(inputs, hidden, outputs)
    density = _checked_probability("density", density)
    rng = checked_generator(seed)
    free = hidden + outputs
    pairs = (inputs + free) * free
    # A binomial number of distinct pairs has the law of one coin a pair, and costs only its edges.
    drawn = rng.choice(pairs, rng.binomial(pairs, density), replace=False, shuffle=False)
    pre, post = drawn // free, drawn % free + inputs
    apart = pre != post
    labels = [f"h{k}" for k in range(hidden)]
    return _drawn_graph(inputs, labels, outputs, (pre[apart], post[apart]), bias, scale, rng)


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
    own = {"bias": 0.0} if checked_bias(bias) == "neurons" else {}
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from((f"x{k}" for k in range(inputs)), role="input")
    if bias is True:
        graph.add_node(LABEL, role="bias")
    graph.add_nodes_from(hidden, role="hidden", **own)
    graph.add_nodes_from((f"y{k}" for k in range(outputs)), role="output", **own)
    pre, post = edges
    if bias is True:
        free = np.arange(inputs + 1, len(graph))
        pre = np.append(pre + (pre >= inputs), np.full(free.size, inputs))
        post = np.append(post + 1, free)
    order = np.lexsort((post, pre))
    ends = np.stack([pre, post], axis=1)[order].tolist()
    nodes, weights = list(graph), rng.normal(0.0, checked_scale(scale), pre.size).tolist()
    graph.add_weighted_edges_from((nodes[i], nodes[j], weight) for (i, j), weight in zip(ends, weights, strict=True))
    return graph


def _checked_sizes(inputs: int, hidden: int, outputs: int) -> tuple[int, int, int]:
    return checked_whole("inputs", inputs, 0), checked_whole("hidden", hidden, 0), checked_whole("outputs", outputs, 1)


def _checked_probability(name: str, value: float) -> float:
    return checked_number(name, value, least=0.0, most=1.0, remark=", a probability")


public_names(__name__, __all__)
