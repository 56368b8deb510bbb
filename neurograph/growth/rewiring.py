"""Which edges a pruner takes and a grower brings after an epoch or in a round, and what the optimiser keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurograph.certificates.constraint import Constraint
from neurograph.growth.base import Grower
from neurograph.growth.candidates import edge_codes
from neurograph.growth.insertion import comes_in_pairs, grow_now
from neurograph.learning.optimiser import Optimiser, OptimiserState
from neurograph.network.edge_pairs import EdgePairs
from neurograph.network.network import Network
from neurograph.pruning.base import AddedEdges, Pruner, RemovedEdges, Task
from neurograph.pruning.removal import prune_now


@dataclass(frozen=True, eq=False)
class Rewiring:
    """A network some of whose edges left while others came.

    Attributes
    ----------
    network : Network
    removed : RemovedEdges
    added : AddedEdges
    held : EdgePairs
        Edges that the pruner chose and the certificate held back.
    """

    network: Network
    removed: RemovedEdges
    added: AddedEdges
    held: EdgePairs


def rewired(
    network: Network,
    pruner: Pruner | None,
    grower: Grower | None,
    rng: np.random.Generator,
    epoch: int,
    task: Task | None = None,
    keep: Constraint | None = None,
    counts: Sequence[float] | NDArray[np.float64] = (),
) -> Rewiring:
    """Let the pruner take edges, then the grower bring some; beside a grower the pruner goes by its schedule.

    `counts` are the numbers of edges before the first epoch and after each until now.
    """
    after, lost, came = network, RemovedEdges.none(network), AddedEdges.none(network)
    held = network.edges.at(slice(0))
    if grower is not None and not grower.due(epoch):
        return Rewiring(network, lost, came, held)
    if pruner is not None:
        share = 1.0 if grower is None else grower.share(epoch)
        pruned = prune_now(network, pruner, rng, epoch, task, keep, share)
        after, lost, held = pruned.network, pruned.removed, pruned.held
    if grower is not None:
        paired = comes_in_pairs(after, None if task is None else task.rule)
        count = grower.number(network.weights.size, len(lost) + (_owed(counts) if paired else 0), epoch)
        grown = grow_now(after, grower, rng, epoch, count, task, keep, lost)
        after, came = grown.network, grown.added
    one, other = network.connectivity, after.connectivity
    if one.table is other.table and np.array_equal(one.edge_ids, other.edge_ids):
        after = replace(after, connectivity=one)  # all came again: what is planned for it stays
    return Rewiring(after, lost, came, held)


def _owed(counts: Sequence[float] | NDArray[np.float64]) -> int:
    """Return 1 if an edge has not come of those that left, for only pairs were to come and one edge is none; else 0.

    It then came last that the number of edges changed.
    """
    changes = np.diff(np.asarray(counts, np.float64))
    return int(changes.size > 0 and changes[changes != 0.0][-1:].sum() == -1.0)


def carried(optimiser_state: OptimiserState, optimiser: Optimiser, before: Network, after: Network) -> OptimiserState:
    """Return what the optimiser remembers of the edges that are there now, and of all biases.

    A new edge begins as before a first update; one that left and came again after the same epoch goes on.
    """
    if before.connectivity is after.connectivity:
        return optimiser_state
    old, new = edge_codes(before), edge_codes(after)
    place = np.searchsorted(old, new)
    stays = np.append(old, -1)[place] == new
    first = optimiser.begin(new.size + after.connectivity.biased.size)
    for begun, part in zip(first, optimiser_state, strict=True):
        if part.ndim == 0:
            begun[...] = part
        else:
            begun[: new.size][stays] = part[place[stays]]
            begun[new.size :] = part[old.size :]
    return first
