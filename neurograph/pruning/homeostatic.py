"""The pruner of edges at neurons that are more active than they are to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import checked_number
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.pruning.base import Pruner, Selection, Task
from neurograph.pruning.elements import checked_target, drawn_whole, growth, mean_rates


@dataclass(frozen=True)
class Homeostatic(Pruner):
    r"""Prune edges at neurons whose mean rate is above a target, so that it falls.

    Parameters
    ----------
    target : float
        epsilon, above 0, in the unit of what neurons send.
    least : float, optional
        eta, below the target; default -target.
    elements : float
        nu, the most elements of each kind that a neuron retracts at a time; above 0.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    A neuron i whose growth curve z_i is below 0 retracts -z_i axonal and -z_i dendritic elements:

    .. math:: z_i = \nu \left( 2 \exp\left( -\left( \frac{c_i - \xi}{\zeta} \right)^2 \right) - 1 \right), \quad
        \xi = \tfrac12 (\eta + \epsilon), \quad \zeta = \frac{\epsilon - \eta}{2 \sqrt{\ln 2}}

    with c the mean over samples of what a hidden or output neuron sends when it has settled freely, xi the rate at
    which the curve is highest and zeta its width, so that it is 0 at :math:`\eta`, the least rate, and at
    :math:`\epsilon`, the target; only neurons above that retract. Their number is rounded up or down at random so that
    its mean is -z: so many of the neuron's outgoing and of its incoming edges leave, drawn at random among those that
    excite, with a weight above 0. :func:`neurograph.growth.homeostatic` brings edges to neurons below the target, by
    the same curve. In [1]_ elements follow the running mean of calcium, unmatched ones are retracted first, and the
    partner of one that retracts stays free.

    References
    ----------
    .. [1] Butz, van Ooyen, A simple rule for dendritic spine and axonal bouton formation can account for cortical
       reorganization after focal retinal lesions, PLoS Computational Biology 9(10) e1003259, 2013.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.complete(inputs=2, hidden=20, outputs=1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("sigmoid"))
    >>> pruned = ng.prune(network, ng.pruning.homeostatic(target=0.4, elements=5), x, y, seed=0)
    >>> before, after = (ng.settle(one, x).state[:, 2:].mean() for one in (network, pruned.network))
    >>> bool(0.4 < after < before)
    True
    """

    target: float
    least: float | None = None
    elements: float = 1.0

    needs_task: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("target", self.target, above=0.0)
        if self.least is not None:
            checked_number("least", self.least)
        checked_target(self.target, self.least)
        checked_number("elements", self.elements, above=0.0)

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Draw the edges whose elements retract, in any order."""
        if task is None:
            raise ParameterError("homeostatic asks how active neurons are: expected x and y to ask about")
        connectivity, rates = network.connectivity, mean_rates(network, task)
        grown = growth(rates, self.target, checked_target(self.target, self.least))
        surplus = self.elements * np.maximum(-grown, 0.0) * (connectivity.table.free & (rates > self.target))
        excite = np.flatnonzero(connectivity.plastic & (network.weights > 0.0))
        leaving = np.zeros(network.weights.size, np.bool_)
        for end in (connectivity.pre, connectivity.post):
            leaving[excite[_drawn(end[excite], drawn_whole(surplus, rng), rng)]] = True
        edges = rng.permutation(np.flatnonzero(leaving))
        lowest = np.minimum(grown[connectivity.pre[edges]], grown[connectivity.post[edges]])
        return Selection(edges, lowest, f"elements retract above a rate of {self.target:g}")


def _drawn(ends: NDArray[np.int32], counts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw, of the edges that end at each node, as many as its count, or all; return their places."""
    order = np.lexsort((rng.random(ends.size), ends))
    rank = np.arange(ends.size) - np.searchsorted(ends[order], ends[order])
    return np.asarray(order[rank < counts[ends[order]]])


homeostatic = Homeostatic
