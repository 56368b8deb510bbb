"""The grower that gives back what a pruner took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph.growth.base import Asked, Choice, Grower


@dataclass(frozen=True)
class Returned(Grower):
    """Let every edge that the pruner has just removed come again, with weight 0, so that it may grow again.

    In training an edge is so never out of the graph for longer than it takes to set its weight to 0. It carries what it
    carried, its tie and its delay among it.

    Parameters
    ----------
    every, until, decay
        When, in training: see :class:`neurograph.growth.Grower`.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    """

    def choose(self, asked: Asked) -> Choice:
        """Choose all that were lost."""
        pre, post = asked.lost.columns[:2]
        codes = post.astype(np.int64) * len(asked.network.connectivity.table.nodes) + pre
        return Choice(codes, np.zeros(codes.size), "removed before, and comes again", again=True)


returned = Returned
