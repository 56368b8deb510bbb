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

    Notes
    -----
    There is no score: all come, each with the score 0 in the log. The published code of [1]_, whose pruner is
    :func:`neurograph.pruning.boltzmann`, sets weights to 0 and lets them grow again so.

    References
    ----------
    .. [1] Farinha, Pequito, Santos, Figueiredo, Equilibrium propagation for complete directed neural networks, ESANN
       2020, arXiv 2006.08798.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    >>> again = {"pruner": ng.pruning.magnitude(0.5), "grower": ng.growth.returned()}
    >>> fit = ng.train(network, x, y, **again, epochs=1, seed=0)
    >>> fit.network.weights.size, int((fit.network.weights == 0.0).sum())  # half of them were set to 0
    (48, 24)
    """

    def choose(self, asked: Asked) -> Choice:
        """Choose all that were lost."""
        pre, post = asked.lost.columns[:2]
        codes = post.astype(np.int64) * len(asked.network.connectivity.table.nodes) + pre
        return Choice(codes, np.zeros(codes.size), "removed before, and comes again", again=True)


returned = Returned
