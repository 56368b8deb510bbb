"""The removal of the edges that a pruner chose, tied edges together, as far as a certificate permits."""

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
"""How many groups of edges may be held back by a certificate before all that come after them stay too."""


@dataclass(frozen=True, eq=False)
class PruneStep:
    """A pruned network, and what became of the edges that were chosen.

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

    Where `keep` would not hold without all of them, the first without which it does not hold is found by bisection and
    stays, and so on with those after it.
    """
    chosen, shrunk = pruner.select(network, rng, task), network
    if chosen.weights is not None:
        shrunk = network.with_weights(chosen.weights)
        if keep is not None and not keep.holds(shrunk):
            shrunk = network
    if not chosen.edges.size:
        return PruneStep(shrunk)
    groups = _groups(network)
    rank, count = _ranks(network, chosen, groups)

    def without(stays: NDArray[np.bool_]) -> Network:
        leaving = (rank < count) & ~stays[rank]
        if pruner.regrow:
            return shrunk.with_weights(np.where(leaving, 0.0, shrunk.weights))
        return shrunk.without_edges(leaving)

    stays = np.zeros(count + 1, np.bool_) if keep is None else _held_back(keep, without, count)
    order = np.argsort(rank, kind="stable")[: np.count_nonzero(rank < count)]
    held = tuple(network.edges[k] for k in order[stays[rank[order]]])
    return PruneStep(without(stays), _log(network, chosen, groups, order[~stays[rank[order]]], epoch), held)


def _groups(network: Network) -> NDArray[np.int64]:
    """Return the group of each edge (edges,): those of one tie, or both of a pair where the dynamics is symmetric."""
    connectivity, count = network.connectivity, network.weights.size
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


def _ranks(network: Network, chosen: Selection, groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return the place of each edge (edges,) in the order in which groups leave, and how many groups leave.

    A group leaves where its first chosen edge does; where one of its edges is not plastic it stays. An edge of a group
    that stays has the number of leaving groups for its place.
    """
    asked, first = np.unique(groups[chosen.edges], return_index=True)
    order = asked[np.argsort(first)]
    order = order[~np.isin(order, groups[~network.connectivity.plastic])]
    rank = np.full(groups.max() + 1, order.size)
    rank[order] = np.arange(order.size)
    return rank[groups], order.size


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
    network: Network, chosen: Selection, groups: NDArray[np.int64], leaving: NDArray[np.int64], epoch: int
) -> tuple[Removed, ...]:
    """Return the records of the edges that leave, in their order; a tied one has the score of the one chosen first."""
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
