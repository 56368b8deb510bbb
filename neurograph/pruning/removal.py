"""The removal of the edges that a pruner chose, tied edges together, as far as a certificate permits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from neurograph._arrays import rising
from neurograph.certificates.constraint import Constraint
from neurograph.network.connectivity import Connectivity
from neurograph.network.edge_pairs import EdgePairs
from neurograph.network.network import Network
from neurograph.network.relay_layers import relay_layers
from neurograph.pruning.base import Pruner, RemovedEdges, Selection, Task

MOST_HELD = 32
"""How many groups of edges may be held back by a certificate before all that come after them stay too."""


@dataclass(frozen=True, eq=False)
class PruneStep:
    """A pruned network, and what became of the edges that were chosen.

    Attributes
    ----------
    network : Network
    removed : RemovedEdges
        Those that left, in the order in which they did.
    held : EdgePairs
        Edges that the pruner chose and the certificate held back.
    """

    network: Network
    removed: RemovedEdges
    held: EdgePairs


def prune_now(
    network: Network,
    pruner: Pruner,
    rng: np.random.Generator,
    epoch: int,
    task: Task | None = None,
    keep: Constraint | None = None,
    share: float = 1.0,
) -> PruneStep:
    """Remove what the pruner chooses, or the first `share` of it, tied edges together.

    Where `keep` would not hold without all of them, the first without which it does not hold is found by bisection and
    stays, and so on with those after it.
    """
    chosen, shrunk = pruner.select(loose(network), rng, task), network
    if chosen.network is not None:
        return PruneStep(chosen.network, _log(network, chosen, None, chosen.edges, epoch), network.edges.at(slice(0)))
    if chosen.weights is not None:
        shrunk = network.with_weights(chosen.weights)
        if keep is not None and not keep.holds(shrunk):
            shrunk = network
    chosen = chosen.first(round(share * chosen.edges.size))
    if not chosen.edges.size:
        return PruneStep(shrunk, RemovedEdges.none(network), network.edges.at(slice(0)))
    groups = _groups(network)
    order, rank = _order(loose(network), chosen, groups)

    def without(stays: NDArray[np.bool_] | None) -> Network:
        leaving = np.zeros(network.weights.size, np.bool_)
        leaving[order if stays is None else order[~stays[rank]]] = True
        return shrunk.without_edges(leaving)

    held = order[:0]
    stays = None if keep is None else _held_back(keep, without, int(rank.max(initial=-1)) + 1)
    if stays is not None:
        held, left = order[stays[rank]], order[~stays[rank]]
    log = _log(network, chosen, groups, order if stays is None else left, epoch)
    return PruneStep(without(stays), log, network.edges.at(held))


def loose(network: Network) -> Network:
    """Return the network with only those edges plastic that may leave alone: none of the factors of a unitary W."""
    if network.dynamics.kind != "unitary":
        return network
    connectivity = network.connectivity
    table = connectivity.table
    plastic = np.ones(table.pre.size, np.bool_) if table.plastic is None else table.plastic.copy()
    plastic[connectivity.edge_ids[relay_layers(connectivity).inner]] = False
    alone = Connectivity(replace(table, plastic=plastic), connectivity.kept, connectivity.pre, connectivity.indptr)
    return replace(network, connectivity=alone)


def _groups(network: Network) -> NDArray[np.int64] | None:
    """Return the group of each edge (edges,): those of one tie, or both of a pair where the dynamics is symmetric.

    None where each edge is on its own.
    """
    connectivity, count = network.connectivity, network.weights.size
    if connectivity.ties is None and not network.dynamics.symmetric:
        return None
    groups = np.arange(count) if connectivity.ties is None else np.asarray(connectivity.ties, np.int64)
    if not network.dynamics.symmetric:
        return groups
    # place[i, j] is 1 + k for edge k from i to j, and 0 for none: read at [j, i], it is the edge back of each edge. The
    # groups are then the connected components of the graph that joins the tie of an edge to the tie of its edge back.
    ends = (connectivity.pre, connectivity.post)
    place = sparse.csr_array((np.arange(1, count + 1), ends), shape=(len(network.nodes), len(network.nodes)))
    back = np.asarray(place[ends[::-1]]).ravel() - 1
    both = back >= 0
    links = (np.ones(both.sum(), np.int8), (groups[both], groups[back[both]]))
    merged = connected_components(sparse.coo_array(links, shape=(count, count)), directed=False)[1]
    return np.asarray(merged[groups], np.int64)


def _order(
    network: Network, chosen: Selection, groups: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of the edges that leave, in the order in which they do, and the rank of each one's group.

    A group leaves where its first chosen edge does; where one of its edges is not plastic it stays.
    """
    plastic = network.connectivity.plastic
    if groups is None:
        order = chosen.edges[plastic[chosen.edges]]
        return order, np.arange(order.size)
    asked, first = np.unique(groups[chosen.edges], return_index=True)
    leaving = asked[np.argsort(first)]
    leaving = leaving[~np.isin(leaving, groups[~plastic])]
    rank = np.full(groups.max() + 1, leaving.size)
    rank[leaving] = np.arange(leaving.size)
    ranks = rank[groups]
    order = rising(ranks)[: np.count_nonzero(ranks < leaving.size)]
    return order, ranks[order]


def _held_back(keep: Constraint, without: Callable[[NDArray[np.bool_]], Network], count: int) -> NDArray[np.bool_]:
    """Return which groups stay (groups + 1,), with about log2(groups) tests of `keep` for each of them."""
    # Groups before `sure` are decided. Bisection: `keep` holds as long as all groups from `sure` on stay, and does not
    # where only those from `broken` on do; once the two are neighbours, `sure` is the first group without which it does
    # not hold. That group stays, and the search goes on after it.
    stays, sure = np.zeros(count + 1, np.bool_), 0
    for _ in range(MOST_HELD):
        if keep.holds(without(stays)):
            return stays
        broken = count
        while broken - sure > 1:
            middle = (sure + broken) // 2
            later = np.arange(count + 1) >= middle
            if keep.holds(without(stays | later)):
                sure = middle
            else:
                broken = middle
        stays[sure] = True
        sure = broken
    stays[sure:] = True
    return stays


def _log(
    network: Network, chosen: Selection, groups: NDArray[np.int64] | None, leaving: NDArray[np.int64], epoch: int
) -> RemovedEdges:
    """Return the records of the edges that leave, in their order; a tied one has the score of the one chosen first."""
    tied, scores = np.zeros(leaving.size, np.int32), chosen.scores
    if leaving.size < scores.size or groups is not None:
        of_edge, own = np.empty(network.weights.size, scores.dtype), np.zeros(network.weights.size, np.bool_)
        of_edge[chosen.edges], own[chosen.edges] = scores, True
        scores, tied = of_edge[leaving], 1 - own[leaving].astype(np.int32)
    if groups is not None:
        of_group = of_edge.copy()
        of_group[groups[chosen.edges[::-1]]] = chosen.scores[::-1]  # of several the last to be written stays
        scores = np.where(tied, of_group[groups[leaving]], scores)
    connectivity = network.connectivity
    ends = (connectivity.pre[leaving], connectivity.post[leaving])
    columns = (*ends, np.full(leaving.size, epoch), network.weights[leaving], scores, tied)
    return RemovedEdges(columns, connectivity.table.nodes, (chosen.reason, "tied to an edge that left"))
