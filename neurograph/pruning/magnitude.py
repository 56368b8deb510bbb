"""The pruner of small weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.pruning.base import Pruner, Ranking, Selection, Task, lowest, weak


@dataclass(frozen=True)
class Magnitude(Ranking):
    """Removal of a share of the weights, the smallest; see :func:`magnitude`."""

    what: ClassVar[str] = "smallest |w|"

    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Return |w| (edges,)."""
        return np.abs(network.weights)


@dataclass(frozen=True)
class Threshold(Pruner):
    """Removal of every weight up to a size; see :func:`magnitude`."""

    threshold: float

    def __post_init__(self) -> None:
        """Check the numbers."""
        checked_number("threshold", self.threshold, least=0.0)

    def select(self, network: Network, rng: np.random.Generator, task: Task | None = None) -> Selection:
        """Choose the weights up to the threshold, the smallest first."""
        return lowest(weak(network, self.threshold), np.abs(network.weights), f"|w| <= {self.threshold:g}")


def magnitude(fraction: float | None = None, threshold: float | None = None) -> Pruner:
    """Prune the smallest weights; in :func:`neurograph.train` after every epoch, of the edges that are left.

    Parameters
    ----------
    fraction : float, optional
        Share of the plastic edges that leave, from 0 to 1.
    threshold : float, optional
        Largest size of a weight that leaves, at least 0. Exactly one of the two is given.

    Returns
    -------
    Pruner
        Of a share, or of all weights up to a size.

    Raises
    ------
    ParameterError
        If both or none are given, or one is out of range.

    Notes
    -----
    The edges of the lowest score leave [1]_:

    .. math:: S_{ij} = |W_{ij}|

    with W_ij the weight of the edge from i to j.

    References
    ----------
    .. [1] Han, Pool, Tran, Dally, Learning both weights and connections for efficient neural networks, NeurIPS 2015,
       arXiv 1506.02626.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=10, outputs=1, seed=0))
    >>> half = ng.prune(network, ng.pruning.magnitude(fraction=0.5), neurons=False)
    >>> bool(abs(half.network.weights).min() >= max(abs(one.weight) for one in half.removed))
    True
    >>> strong = ng.prune(network, ng.pruning.magnitude(threshold=0.2), neurons=False)
    >>> bool(abs(strong.network.weights).min() > 0.2)
    True
    """
    if (fraction is None) == (threshold is None):
        raise ParameterError(
            f"fraction is {fraction!r} and threshold is {threshold!r}: expected exactly one of the two"
        )
    if fraction is not None:
        return Magnitude(fraction)
    return Threshold(threshold or 0.0)
