"""Which process holds which node: about as many edges for each, and few states that travel.

A process holds the edges that end at its nodes. It reads the states that these edges start from, and those of nodes
that another has travel to it once a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Places = NDArray[np.integer[Any]]

Edges = Callable[[], Iterable[tuple[Places, Places]]]
"""Goes through all edges, each time anew: arrays of where some of them start and end, as places in the nodes."""

NODE = 8
"""What a node costs beside its incoming edges, in edges: its state, and the equations at it."""

SAMPLED = 8
"""Edges a node that the partitioner is shown at most: it takes some 100 bytes an edge, more than a process has."""

UNEVEN = 1.05
"""How many times as much as by edges the fullest process may have, where that saves traffic."""

LARGEST = 2**30
"""What the weights of all nodes may come to: METIS counts them in 32 bits."""


def dealt(edges: Edges, incoming: Places, processes: int) -> NDArray[np.int32]:
    """Return the process of each node (nodes,): by edges, or by locality where fewer states travel so.

    By locality needs the package pymetis, and is not tried without it.

    Parameters
    ----------
    edges : callable
        Goes through all edges, the same each time.
    incoming : int array (nodes,)
        How many edges end at each node.
    processes : int
        To how many; each gets a node at least.

    Examples
    --------
    >>> pre, post = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> dealt(lambda: [(pre, post)], np.array([0, 1, 1, 1]), 1).tolist()
    [0, 0, 0, 0]
    """
    owner = by_edges(incoming, processes)
    if processes == 1 or not incoming.any() or not _partitioner():
        return owner
    near = by_locality(*sampled(edges, incoming), incoming, processes)
    if (
        len(np.unique(near)) < processes
        or held(near, incoming, processes).max() > UNEVEN * held(owner, incoming, processes).max()
    ):
        return owner
    return min((owner, near), key=lambda one: traffic(edges, one, processes))


def by_edges(incoming: Places, processes: int) -> NDArray[np.int32]:
    """Deal nodes in their order, to each process a run of them with about as many edges.

    Examples
    --------
    >>> by_edges(np.array([40, 0, 0, 10, 10, 10]), 2).tolist()
    [0, 0, 1, 1, 1, 1]
    """
    cost, each = incoming + NODE, np.arange(1, processes)
    middle = np.cumsum(cost) - cost / 2  # which says to whom a node goes
    cuts = np.searchsorted(middle, cost.sum() * each / processes)
    # None is left without a node, where a few have most of the edges.
    cuts = np.maximum.accumulate(np.maximum(cuts, each) - each) + each
    cuts = np.minimum(cuts, incoming.size - processes + each)
    return np.searchsorted(cuts, np.arange(incoming.size), side="right").astype(np.int32)


def by_locality(pre: Places, post: Places, incoming: Places, processes: int) -> NDArray[np.int32]:
    """Deal nodes so that few edges go from one process to another, and each has about as many, by METIS [1]_.

    Parameters
    ----------
    pre, post : int array (edges,)
        Where edges start and end: all, or some of them.
    incoming : int array (nodes,)
        How many edges end at each node, in all.
    processes : int
        To how many.

    References
    ----------
    .. [1] Karypis and Kumar, A fast and high quality multilevel scheme for partitioning irregular graphs, SIAM Journal
       on Scientific Computing 20, 1998.
    """
    import pymetis

    apart = pre != post
    ones = np.ones(int(np.count_nonzero(apart)), np.int8)
    one_way = sparse.coo_array((ones, (pre[apart], post[apart])), shape=(incoming.size,) * 2).tocsr()
    both = (one_way + one_way.T).tocsr()
    cost = incoming + NODE
    cost = np.maximum(cost // -(-int(cost.sum()) // LARGEST), 1)
    adjacency = pymetis.CSRAdjacency(both.indptr, both.indices)
    _, owner = pymetis.part_graph(processes, adjacency, vweights=cost.astype(np.int32))
    return np.asarray(owner, np.int32)


def sampled(edges: Edges, incoming: Places) -> tuple[Places, Places]:
    """Return where edges start and end, of a sample that is the same in every process."""
    rng, share = np.random.default_rng(0), SAMPLED * incoming.size / max(int(incoming.sum()), 1)
    kept = [(pre[some], post[some]) for pre, post in edges() for some in [rng.random(pre.size) < share]]
    return np.concatenate([pre for pre, _ in kept]), np.concatenate([post for _, post in kept])


def held(owner: NDArray[np.int32], incoming: Places, processes: int) -> Places:
    """Return what each process has (processes,), in edges."""
    return np.bincount(owner, incoming + NODE, processes).astype(np.int64)


def traffic(edges: Edges, owner: NDArray[np.int32], processes: int) -> int:
    """Return how many states travel each step: pairs of a node and another process that reads it.

    Examples
    --------
    >>> pre, post = np.array([0, 1, 1, 3]), np.array([1, 2, 3, 2])
    >>> traffic(lambda: [(pre, post)], np.array([0, 0, 1, 1], np.int32), 2)
    1
    """
    read = np.zeros((owner.size, processes), np.bool_)
    for pre, post in edges():
        read[pre, owner[post]] = True
    read[np.arange(owner.size), owner] = False
    return int(np.count_nonzero(read))


def _partitioner() -> bool:
    try:
        import pymetis  # noqa: F401  # whether it is there
    except ModuleNotFoundError:
        return False
    return True
