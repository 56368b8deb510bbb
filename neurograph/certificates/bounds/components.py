"""Strongly connected components that send nothing outside: where a leak law leaves A singular."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from neurograph.certificates.system import Array


def closed_component(weights: sp.csr_array, critical: Array, balanced: bool) -> Array | None:
    """Find a closed strongly connected component, all of whose nodes are critical.

    Parameters
    ----------
    weights : csr_array (nodes, nodes)
        Row = postsynaptic, without entries that are 0.
    critical : bool array (nodes,)
        Which nodes leak nothing beside what they send.
    balanced : bool
        Whether it must be sign-balanced too: its nodes split into two camps, with positive weights within and
        negative ones between them.

    Returns
    -------
    int array or None
        Places of its nodes.

    Examples
    --------
    Two neurons of which one excites and one inhibits the other are closed, but not balanced.

    >>> pair = sp.csr_array([[0.0, -1.0], [1.0, 0.0]])
    >>> closed_component(pair, np.array([True, True]), balanced=False)
    array([0, 1])
    >>> closed_component(pair, np.array([True, True]), balanced=True) is None
    True
    """
    if not np.any(critical):
        return None
    # A component is left out if an edge leads from it to another, if a node of it is not critical, and, where it must
    # be balanced, if it does not split into two camps.
    edges = sp.coo_array(weights)
    post, pre = edges.coords
    count, component = connected_components(weights, connection="strong")
    good = np.ones(count, np.bool_)
    good[component[pre[component[pre] != component[post]]]] = False
    good[component[~critical]] = False
    if balanced:
        good[component[_frustrated(weights, component)]] = False
    found = np.flatnonzero(good)
    return np.flatnonzero(component == found[0]) if found.size else None


def _frustrated(weights: sp.csr_array, component: Array) -> Array:
    """Return a mask of the nodes whose component does not split into two camps.

    In the graph of the pairs (node, camp), a positive edge joins like camps and a negative one unlike; a component
    splits unless some node is joined to itself in the other camp.
    """
    edges, n = sp.coo_array(weights), component.size
    inside = component[edges.coords[0]] == component[edges.coords[1]]
    post, pre = (ends[inside] for ends in edges.coords)
    other = np.where(edges.data[inside] > 0.0, 0, n)
    rows = np.concatenate([post, post + n])
    columns = np.concatenate([pre + other, (pre + n + other) % (2 * n)])
    pairs = sp.coo_array((np.ones(rows.size), (rows, columns)), shape=(2 * n, 2 * n))
    _, camp = connected_components(pairs, directed=False)
    return np.asarray(camp[:n] == camp[n:])


def listed(labels: Sequence[Hashable]) -> str:
    """Write the first of many labels between braces."""
    return "{" + ", ".join(map(repr, labels[:4])) + (f", ... ({len(labels)} neurons)" if len(labels) > 4 else "") + "}"
