"""The pruner of neurons: those that no input drives, or that reach no output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from neurograph.graphs.edge_table import HIDDEN
from neurograph.network.network import Network
from neurograph.pruning.base import Pruner, Selection, Task


@dataclass(frozen=True)
class Unreachable(Pruner):
    """Prune the neurons that do no work: no input drives them, or they reach no output.

    All edges of such a neuron leave. After every other pruner :func:`neurograph.prune` does this too, and takes the
    neurons out of the graph; in training they stay, without edges.

    Notes
    -----
    A neuron is driven if a path leads to it from an input, a bias node, or a neuron with a bias of its own; inputs,
    outputs and bias nodes are never unreachable. There is no score: it is found by breadth-first search along the edges
    and against them. Our own, for a graph of any shape.

    A neuron that reaches no output can leave without a change of the outputs, unless a neuron's leak depends on its
    outgoing weights, as in ``dynamics.deep``: there those that sent to it leak less from then on.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "h"), ("h", "y"), ("x", "dead end"), ("unheard of", "y")])
    >>> nx.set_edge_attributes(graph, 1.0, "weight")
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> ng.prune(ng.compile(graph), ng.pruning.unreachable()).neurons
    ('dead end', 'unheard of')
    """

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Choose every plastic edge at an unreachable neuron, unless it is tied to one that is not."""
        connectivity, alone = network.connectivity, unreachable_neurons(network)
        leaving = alone[connectivity.pre] | alone[connectivity.post]
        if connectivity.ties is not None:
            leaving &= ~np.isin(connectivity.ties, connectivity.ties[~leaving])
        edges = np.flatnonzero(leaving & connectivity.plastic)
        return Selection(edges, np.zeros(edges.size), "at a neuron that no input drives, or that reaches no output")


def unreachable_neurons(network: Network) -> NDArray[np.bool_]:
    """Return which nodes are hidden and on no path from an input, bias node or biased node to an output (nodes,)."""
    connectivity, biased = network.connectivity, np.flatnonzero(network.biases)
    sources = np.concatenate([connectivity.inputs, connectivity.bias_nodes, biased])
    driven = reached(connectivity.pre, connectivity.post, sources, len(network.nodes))
    heard = reached(connectivity.post, connectivity.pre, connectivity.outputs, len(network.nodes))
    return np.asarray((network.roles == HIDDEN) & ~(driven & heard))


def reached(
    start: NDArray[np.int32], end: NDArray[np.int32], sources: NDArray[np.int64], nodes: int
) -> NDArray[np.bool_]:
    """Return which nodes are reached from the sources, themselves among them, along the edges from `start` to `end`."""
    # One breadth-first search for all sources: it starts at an additional node, which has an edge to each of them.
    rows = np.concatenate([start, np.full(sources.size, nodes)])
    columns = np.concatenate([end, sources])
    graph = sparse.csr_array((np.ones(rows.size, np.int8), (rows, columns)), shape=(nodes + 1, nodes + 1))
    found = np.zeros(nodes + 1, np.bool_)
    found[breadth_first_order(graph, nodes, return_predecessors=False)] = True
    return found[:nodes]


unreachable = Unreachable
