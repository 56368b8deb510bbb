"""Edges leave: what a pruner chose, tied edges together, as far as a certificate permits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from neurograph.certificates.constraint import Constraint
from neurograph.network.network import Network
from neurograph.pruning.base import Pruner, Removed, Selection, Task

MOST_HELD = 32
"""How many edges may be held back by a certificate before all that come after them stay too."""


@dataclass(frozen=True, eq=False)
class PruneStep:
    """What became of a network, and of its edges.

    Attributes
    ----------
    network : Network
    removed : tuple of Removed
        Those that left, in the order in which they did.
    held : tuple of (label, label)
        Edges that the pruner chose and the certificate held back.
    """

    network: Network
    removed: tuple[Removed, ...] = ()
    held: tuple[tuple[object, object], ...] = ()


def prune_now(
    network: Network,
    pruner: Pruner,
    rng: np.random.Generator,
    epoch: int,
    task: Task | None = None,
    keep: Constraint | None = None,
) -> PruneStep:
    """Remove what the pruner chooses, tied edges together; with ``regrow`` the weight becomes 0 and the edge stays.

    Where `keep` would not hold without all of them, the first that it asks for is found by bisection and stays, and so
    on with the rest.
    """
    chosen = pruner.select(network, rng, task)
    if chosen.weights is not None:
        shrunk = network.with_weights(chosen.weights)
        if keep is None or keep.holds(shrunk):
            return _leave(shrunk, chosen, pruner.regrow, epoch, keep, network)
    return _leave(network, chosen, pruner.regrow, epoch, keep, network)


def _leave(
    network: Network, chosen: Selection, regrow: bool, epoch: int, keep: Constraint | None, before: Network
) -> PruneStep:
    if not chosen.edges.size:
        return PruneStep(network)
    groups = _groups(network)
    rank, count = _ranks(network, chosen, groups)

    def without(stays: NDArray[np.bool_]) -> Network:
        leaving = (rank < count) & ~stays[rank]
        return (
            network.with_weights(np.where(leaving, 0.0, network.weights)) if regrow else network.without_edges(leaving)
        )

    stays = np.zeros(count + 1, np.bool_) if keep is None else _held_back(keep, without, count)
    order = np.argsort(rank, kind="stable")[: np.count_nonzero(rank < count)]
    held = tuple(network.edges[k] for k in order[stays[rank[order]]])
    removed = _log(before, chosen, groups, order[~stays[rank[order]]], epoch)
    return PruneStep(without(stays), removed, held)


def _groups(network: Network) -> NDArray[np.int64]:
    """Return the group of each edge (edges,): those of one tie, or both of a pair where the dynamics is symmetric."""
    connectivity, count = network.connectivity, network.weights.size
    groups = np.arange(count) if connectivity.ties is None else np.asarray(connectivity.ties, np.int64)
    if not network.dynamics.symmetric:
        return groups
    nodes, places = len(network.nodes), np.arange(count)
    place = sparse.csr_array((places + 1, (connectivity.pre, connectivity.post)), shape=(nodes, nodes))
    back = np.asarray(place[connectivity.post, connectivity.pre]).ravel() - 1
    both = back >= 0
    links = (np.ones(both.sum(), np.int8), (groups[both], groups[back[both]]))
    merged = connected_components(sparse.coo_array(links, shape=(count, count)), directed=False)[1]
    return np.asarray(merged[groups], np.int64)


def _ranks(network: Network, chosen: Selection, groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return the place of each edge (edges,) in the order in which groups leave, and how many groups leave."""
    asked, first = np.unique(groups[chosen.edges], return_index=True)
    order = asked[np.argsort(first)]
    order = order[~np.isin(order, groups[~network.connectivity.plastic])]
    rank = np.full(groups.max() + 1, order.size)
    rank[order] = np.arange(order.size)
    return rank[groups], order.size


def _held_back(keep: Constraint, without: Callable[[NDArray[np.bool_]], Network], count: int) -> NDArray[np.bool_]:
    """Return which groups stay (groups + 1,), with about log2(groups) questions for each of them."""
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
    network: Network, chosen: Selection, groups: NDArray[np.int64], leaving: NDArray[np.int64], epoch: int
) -> tuple[Removed, ...]:
    """Write the log of the edges that leave, in their order; a tied one has the score of the one that was chosen."""
    score = dict(zip(groups[chosen.edges[::-1]].tolist(), chosen.scores[::-1].tolist(), strict=True))
    own = dict(zip(chosen.edges.tolist(), chosen.scores.tolist(), strict=True))
    return tuple(
        Removed(
            network.edges[k],
            epoch,
            float(network.weights[k]),
            own[k] if k in own else score[groups[k]],
            chosen.reason if k in own else "tied to an edge that left",
        )
        for k in leaving.tolist()
    )
