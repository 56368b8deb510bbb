"""Modules of a graph: the division of its nodes that Louvain's method finds, and how much it divides."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph.analysis.links import Links

SWEEPS = 12
"""Most times that the nodes of a large graph are looked at before those of a module become one."""

FEW = 0.01
"""Share of the nodes below which no more is gained by looking at them again."""

Labels = NDArray[np.int64]


def communities(links: Links, rng: np.random.Generator) -> Labels:
    """Return the module of each node (nodes,), by Louvain's method on the absolute weights.

    Of a large graph, half of the nodes move at once, where one after the other is too slow.

    References
    ----------
    Blondel, Guillaume, Lambiotte, Lefebvre, Fast unfolding of communities in large networks, J. Stat. Mech. P10008,
    2008; the directed modularity: Leicht and Newman, Physical Review Letters 100, 2008.
    """
    sizes = abs(links.valued(links.weights))
    if links.large:
        return _together(sizes, rng)
    graph = nx.from_scipy_sparse_array(sizes, create_using=nx.DiGraph)
    label = np.empty(links.nodes, np.int64)
    for number, found in enumerate(nx.community.louvain_communities(graph, seed=int(rng.integers(2**31)))):
        label[list(found)] = number
    return label


def modularity(links: Links, label: Labels) -> float:
    """Return the directed modularity of a division (nodes,) of the absolute weights."""
    size = np.abs(links.weights)
    total, count = size.sum(), int(label.max(initial=-1)) + 1
    pre, post = label[links.pre], label[links.post]
    out, into = (np.bincount(ends, size, minlength=count) for ends in (pre, post))
    return float(size[pre == post].sum() / total - (out @ into) / total**2)


def _together(sizes: sparse.csr_array, rng: np.random.Generator) -> Labels:
    """Return the modules, by levels: nodes move to modules, and those of one become a node of the next level."""
    label = np.arange(sizes.shape[0])
    while True:
        found, place = np.unique(_moved(sizes, rng), return_inverse=True)
        if found.size == sizes.shape[0]:
            return label
        label = place[label]
        member = _members(place, found.size)
        sizes = sparse.csr_array(member.T @ sizes @ member)


def _moved(sizes: sparse.csr_array, rng: np.random.Generator) -> Labels:
    """Return the module to which each node moves (nodes,), from one of its own."""
    n, total = sizes.shape[0], float(sizes.sum())
    out, into = (np.asarray(sizes.sum(axis=axis)).ravel() / total for axis in (1, 0))
    both = sparse.csr_array((sizes + sizes.T - 2.0 * sparse.diags_array(sizes.diagonal())) / total)
    both.eliminate_zeros()
    label = np.arange(n)
    for _ in range(SWEEPS):
        best, gain = _best_modules(both, label, out, into)
        moving = (gain > 1e-12) & (rng.random(n) < 0.5)
        label = np.where(moving, best, label)
        if np.count_nonzero(gain > 1e-12) <= FEW * n:
            break
    return label


def _best_modules(
    both: sparse.csr_array, label: Labels, out: NDArray[np.float64], into: NDArray[np.float64]
) -> tuple[Labels, NDArray[np.float64]]:
    """Return the module to which each node would best move, and by how much the modularity then rises."""
    n = label.size
    links = sparse.csr_array(both @ _members(label, n))  # how strongly each node is linked to each module
    row = np.repeat(np.arange(n), np.diff(links.indptr))
    module_out, module_into = (np.bincount(label, shares, minlength=n) for shares in (out, into))
    own = links.indices == label[row]
    chance = out[row] * module_into[links.indices] + into[row] * module_out[links.indices]
    value = links.data - chance
    here = np.zeros(n)
    here[row[own]] = links.data[own]
    here -= out * (module_into[label] - into) + into * (module_out[label] - out)
    value[own] = here[row[own]]
    best, gain = label.copy(), np.zeros(n)
    linked = np.flatnonzero(np.diff(links.indptr))
    if linked.size:
        most = np.maximum.reduceat(value, links.indptr[linked])
        gain[linked] = most - here[linked]
        top = np.flatnonzero(value == np.repeat(most, np.diff(links.indptr)[linked]))[::-1]
        best[row[top]] = links.indices[top]
    return best, gain


def _members(label: Labels, count: int) -> sparse.csr_array:
    """Return 1 where a node is of a module (nodes, modules)."""
    return sparse.csr_array((np.ones(label.size), label, np.arange(label.size + 1)), shape=(label.size, count))
