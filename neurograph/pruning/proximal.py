"""The L1 pruner: every weight shrinks by the same amount, and those that reach 0 leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._checks import checked_number
from neurograph.network.network import Network
from neurograph.pruning.base import Pruner, Selection, Task, lowest, weak


@dataclass(frozen=True)
class Proximal(Pruner):
    r"""Prune by an L1 penalty: every plastic weight shrinks by the same amount, and those that reach 0 leave.

    With training in between, after every epoch or in rounds, this is proximal gradient descent on the cost with that
    penalty: a weight on which the cost depends little shrinks until its edge leaves. The optimisers' ``l1`` shrinks
    weights after every update, and every edge stays.

    Parameters
    ----------
    strength : float
        By how much a weight shrinks each time, above 0.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    .. math:: W_{ij} \leftarrow \mathrm{sign}(W_{ij}) \max(|W_{ij}| - \lambda, 0)

    with W_ij the weight of the edge from i to j and lambda the strength: the proximal operator of lambda times the sum
    of absolute weights [1]_, [2]_. The score of an edge that leaves is the size that its weight had.

    References
    ----------
    .. [1] Daubechies, Defrise, De Mol, An iterative thresholding algorithm for linear inverse problems with a sparsity
       constraint, Communications on Pure and Applied Mathematics 57, 2004.
    .. [2] Parikh and Boyd, Proximal Algorithms, Foundations and Trends in Optimization 1, 2014.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("or")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, seed=0))
    >>> fit = ng.train(network, x, y, pruner=ng.pruning.proximal(0.005), epochs=200, target_cost=None, seed=0)
    >>> fit.network.weights.size < network.weights.size / 2, fit.history["error"][-1]
    (True, np.float64(0.0))
    """

    strength: float = 0.01

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("strength", self.strength, above=0.0)

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Shrink every plastic weight, and choose those that are 0, the smallest first."""
        # The minimiser v of (v - w)^2 / 2 + strength |v|: sign(w) max(|w| - strength, 0), the soft threshold.
        size = np.abs(network.weights)
        shrunk = np.sign(network.weights) * np.maximum(size - self.strength, 0.0)
        weights = np.where(network.connectivity.plastic, shrunk, network.weights).astype(network.dtype)
        reason = f"|w| <= {self.strength:g}, by which every weight shrinks"
        return lowest(weak(network, self.strength), size, reason, weights)


proximal = Proximal
