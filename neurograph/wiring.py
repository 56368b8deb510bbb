"""Who is connected to whom: what stays of a network when only its weights change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.graph import BIAS, HIDDEN, INPUT, OUTPUT, EdgeTable


@dataclass(frozen=True, eq=False)
class Wiring:
    """Who is connected to whom: the arrays that stay when only the weights change.

    Attributes
    ----------
    table : EdgeTable
        The graph that was compiled.
    edge_ids : int64 array (edges,)
        Place of each edge in `table`; edges are sorted by postsynaptic, then presynaptic node.
    pre, post : int32 array (edges,)
        Ends of each edge, as places in the nodes.
    indptr : int64 array (nodes + 1,)
        Incoming edges of node j are ``indptr[j]`` to ``indptr[j + 1]``.
    """

    table: EdgeTable
    edge_ids: NDArray[np.int64]
    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    indptr: NDArray[np.int64]

    @classmethod
    def of(cls, table: EdgeTable, edge_ids: NDArray[np.int64]) -> Wiring:
        """Wire up the edges of `table` named by `edge_ids`, which are sorted by post, then pre."""
        post = table.post[edge_ids].astype(np.int32)
        incoming = np.bincount(post, minlength=len(table.nodes))
        return cls(
            table=table,
            edge_ids=frozen(edge_ids),
            pre=frozen(table.pre[edge_ids].astype(np.int32)),
            post=frozen(post),
            indptr=frozen(np.concatenate([[0], np.cumsum(incoming)]).astype(np.int64)),
        )

    @cached_property
    def free(self) -> NDArray[np.int64]:
        """Places of the nodes that move: hidden and output."""
        return np.flatnonzero((self.table.roles == HIDDEN) | (self.table.roles == OUTPUT))

    @cached_property
    def inputs(self) -> NDArray[np.int64]:
        """Places of the input nodes, the columns of x."""
        return np.flatnonzero(self.table.roles == INPUT)

    @cached_property
    def bias_nodes(self) -> NDArray[np.int64]:
        """Places of the nodes that are clamped at 1."""
        return np.flatnonzero(self.table.roles == BIAS)

    @cached_property
    def outputs(self) -> NDArray[np.int64]:
        """Places of the output nodes, the columns of y."""
        return np.flatnonzero(self.table.roles == OUTPUT)

    @cached_property
    def nudged(self) -> NDArray[np.int64]:
        """Column of y for each free node, -1 for a hidden one."""
        columns = np.full(len(self.table.nodes), -1)
        columns[self.outputs] = np.arange(self.outputs.size)
        return columns[self.free]

    @cached_property
    def biased(self) -> NDArray[np.int64]:
        """Places of the nodes that have a bias of their own."""
        return np.flatnonzero(np.isfinite(self.table.biases))

    @cached_property
    def plastic(self) -> NDArray[np.bool_]:
        """Whether learning and pruning may touch each edge."""
        return self.table.plastic[self.edge_ids]

    @cached_property
    def ties(self) -> NDArray[np.int64] | None:
        """Group of each edge, one number for those that share a weight; None if no two edges do."""
        ties = self.table.ties[self.edge_ids]
        if not np.any(ties >= 0):
            return None
        alone = np.where(ties < 0, np.arange(ties.size) + ties.max() + 1, ties)
        return np.unique(alone, return_inverse=True)[1]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array of one's own read-only."""
    array.flags.writeable = False
    return array
