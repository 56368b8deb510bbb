"""Which edges were there after an epoch of a run, from its logs."""

from __future__ import annotations

import numpy as np

from neurograph._checks import checked_whole
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import HIDDEN, EdgeTable
from neurograph.growth.candidates import Codes
from neurograph.network.network import Network
from neurograph.pruning.base import AddedEdges, EdgeLog, LoggedEdge, RemovedEdges


def graph_after(
    number: int, last: int, network: Network, removed: RemovedEdges, added: AddedEdges, what: str
) -> EdgeTable:
    """Return the graph as it was after so many epochs, or rounds, of a run in which edges left and came.

    Parameters
    ----------
    number : int
        From 0, before the first, up to all of them.
    last : int
        How many there were.
    network : Network
        That of after the last.
    removed, added : RemovedEdges, AddedEdges
    what : str
        What `number` counts: "epochs" or "rounds".

    Returns
    -------
    EdgeTable
        All nodes of the first graph, and the edges that were there, each with the weight 1, for the logs do not say
        what it was in between.

    Raises
    ------
    ParameterError
        If there were fewer epochs, or nodes were joined anew, as by ``pruning.factors``, which is in no log.
    """
    number = checked_whole(what, number, 0)
    if number > last:
        raise ParameterError(f"{what} is {number}, but the run had {last}: expected at most as many")
    parted = not isinstance(removed, RemovedEdges)  # the log of two graphs, whose nodes are not the same
    if parted or (network.dynamics.kind == "unitary" and len(network.nodes) < len(removed.nodes)):
        raise ParameterError(
            "the logs do not say which edges were there, for nodes were joined anew where factors left: expected a run "
            "with another pruner"
        )
    nodes, table = removed.nodes, network.connectivity.table
    place = np.array([table.index.get(label, -1) for label in nodes], np.int64)
    first = np.empty(len(table.nodes), np.int64)
    first[place[place >= 0]] = np.flatnonzero(place >= 0)
    there = first[network.connectivity.post] * len(nodes) + first[network.connectivity.pre]
    # An edge is there or not, 1 or 0: back from what it is in the end, each loss adds 1 and each gain takes 1 away.
    gone, came = _later(removed, number), _later(added, number)
    codes, of = np.unique(np.concatenate([there, gone, came]), return_inverse=True)
    change = np.repeat([1, 1, -1], [there.size, gone.size, came.size])
    codes = codes[np.bincount(of, change, codes.size) > 0.5]
    post, pre = np.divmod(codes, len(nodes))
    roles = np.full(len(nodes), HIDDEN, np.int8)
    roles[place >= 0] = table.roles[place[place >= 0]]
    indptr, own = np.searchsorted(post, np.arange(len(nodes) + 1)), np.full(len(nodes), np.nan)
    return EdgeTable(nodes, roles, indptr, pre.astype(np.int32), np.ones(pre.size), own)


def _later(log: EdgeLog[LoggedEdge], number: int) -> Codes:
    """Return the codes of the edges of a log that left or came after so many epochs."""
    pre, post, epoch = log.columns[:3]
    codes = post.astype(np.int64) * len(log.nodes) + pre
    return np.asarray(codes[epoch >= number])
