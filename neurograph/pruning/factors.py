"""The pruner of unitary networks: whole factors of W leave, for single edges of one would break it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import ParameterError
from neurograph.network.compilation import compile
from neurograph.network.network import Network
from neurograph.network.relay_layers import Block, relay_layers
from neurograph.pruning.base import Pruner, Selection, Task


@dataclass(frozen=True)
class Factors(Pruner):
    """Removal of whole factors of a unitary W; made by :func:`factors`."""

    names: tuple[str, ...]

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Choose all edges of the factors, plastic or not, and join their neighbours.

        Raises
        ------
        ParameterError
            If the network is not unitary, has no such factor, or would be left without one.
        """
        if network.dynamics.kind != "unitary":
            raise ParameterError(
                f"pruner is {factors.__name__}{self.names!r}, but the network is of {network.dynamics.name}, whose "
                "edges are no factors: expected a unitary network, or pruning.magnitude(fraction=0.5), say"
            )
        now, edges = network, list[NDArray[np.int64]]()
        for name in self.names:
            edges.append(np.concatenate([block.edges for block in _blocks(network, name)]))
            now = _without(now, name)
        leaving = np.concatenate(edges)
        reason = f"of a factor that left: {', '.join(self.names)}"
        return Selection(leaving, np.zeros(leaving.size), reason, network=now)


def factors(*names: str) -> Pruner:
    """Prune whole factors of a unitary network: the relays of each go, and their neighbours are joined one by one.

    Parameters
    ----------
    *names : str
        What the edges of a factor have in their attribute ``factor``, such as "R2", "D3".

    Returns
    -------
    Pruner
        For :func:`neurograph.prune`, which takes the factors at once.

    Raises
    ------
    ParameterError
        If no name is given, or one is no text.

    Notes
    -----
    W is the product of the factors [1]_, and unitary as each of them is. The i-th node before a factor takes the place
    of the i-th after it, so that W is the product of those that are left, and unitary as before. Other pruners leave
    the edges of W alone, for a factor without one of its edges does not conserve the norm, as
    :func:`neurograph.certify` says of it. No score chooses: the factors are named. To leave some out is our own.

    References
    ----------
    .. [1] Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.unitary(units=8, seed=0), ng.dynamics.unitary())
    >>> ng.prune(network, ng.pruning.factors("R2", "D3"))
    Pruning(32 of 192 edges and 17 neurons left the graph, 160 stay)
    """
    if not names or not all(isinstance(name, str) for name in names):
        raise ParameterError(f"names is {names!r}: expected what factors are called, such as factors('R2', 'D3')")
    return Factors(tuple(dict.fromkeys(names)))


def _blocks(network: Network, name: str) -> list[Block]:
    """Return the layers of a factor."""
    blocks = relay_layers(network.connectivity).blocks
    found = [block for block in blocks if block.name == name]
    if not found:
        known = dict.fromkeys(block.name for block in blocks)
        raise ParameterError(f"W has no factor {name!r}: expected one of {', '.join(map(repr, known))}")
    return found


def _without(network: Network, name: str) -> Network:
    """Return the network without a factor."""
    found = _blocks(network, name)
    before, after = found[0].before, found[-1].after
    apart = [one.name for one, other in pairwise(found) if not np.array_equal(one.after, other.before)]
    if apart or before.size != after.size:
        raise ParameterError(
            f"factor {name!r} is not in one piece, or has {before.size} nodes before it and {after.size} after it: "
            "expected as many of both, to be joined one by one"
        )
    neurons = relay_layers(network.connectivity).neurons
    if np.array_equal(before, neurons) and np.array_equal(after, neurons):
        raise ParameterError(f"factor {name!r} is the last one of W: expected one at least to stay")
    graph: Any = network.to_graph()
    edges = [network.edges[k] for k in np.concatenate([block.edges for block in found]).tolist()]
    graph.remove_edges_from(edges)
    ends = {network.nodes[k] for k in (*before.tolist(), *after.tolist())}
    graph.remove_nodes_from({node for edge in edges for node in edge} - ends)
    forward = not np.array_equal(after, neurons)  # the nodes after it go, or where they are neurons, those before it
    for one, other in zip(before.tolist(), after.tolist(), strict=True):
        stays, goes = (one, other) if forward else (other, one)
        kept, gone = network.nodes[stays], network.nodes[goes]
        moved = graph.out_edges(gone, data=True) if forward else graph.in_edges(gone, data=True)
        for pre, post, data in list(moved):
            graph.add_edge(*((kept, post) if forward else (pre, kept)), **data)
        graph.remove_node(gone)
    return compile(graph, network.dynamics)
