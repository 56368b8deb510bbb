"""The grower of edges between neurons that are less active than they are to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from neurograph._checks import checked_number
from neurograph.growth.base import Asked, Choice, NewEdges
from neurograph.growth.candidates import Codes, Pool
from neurograph.growth.reading import task_of
from neurograph.network.network import Network
from neurograph.pruning.elements import checked_target, drawn_whole, growth, mean_rates


@dataclass(frozen=True)
class Homeostatic(NewEdges):
    r"""Grow edges between neurons whose mean rate is below a target, so that it rises.

    How many edges come is decided by the elements, not by how many a pruner beside it removes;
    :func:`neurograph.pruning.homeostatic` is the pruner of neurons above the target.

    Parameters
    ----------
    target : float
        epsilon, above 0, in the unit of what neurons send.
    least : float, optional
        eta, below the target; default -target, so that a silent neuron grows most.
    elements : float
        nu, the most elements of each kind that a neuron grows at a time; above 0.
    every, until, decay
        When, in training: see :class:`neurograph.growth.Grower`.
    candidates
        From where: see :class:`neurograph.growth.NewEdges`.
    weight : float
        What the weight of a new edge is, or its mean: above 0, for one of 0 would excite nobody.
    deviation
        How much weights differ: see :class:`neurograph.growth.NewEdges`.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    A neuron i whose growth curve z_i is above 0 grows z_i axonal and z_i dendritic elements:

    .. math:: z_i = \nu \left( 2 \exp\left( -\left( \frac{c_i - \xi}{\zeta} \right)^2 \right) - 1 \right), \quad
        \xi = \tfrac12 (\eta + \epsilon), \quad \zeta = \frac{\epsilon - \eta}{2 \sqrt{\ln 2}}

    with c the mean over samples of what a hidden or output neuron sends when it has settled freely, xi the rate at
    which it grows most, zeta the width of the curve, :math:`\epsilon` the target, :math:`\eta` the least rate at which
    a neuron still grows. Their number is rounded up or down at random so that its mean is z. Free elements are matched
    at random, an axonal to a dendritic one; of pairs that are no candidates both go back, until a match joins none. As
    a new edge is to excite, inhibitory neurons grow no axonal elements; elements that are not matched are not kept.
    In [1]_ elements grow along the running mean of calcium, and unmatched ones stay.

    References
    ----------
    .. [1] Butz, van Ooyen, A simple rule for dendritic spine and axonal bouton formation can account for cortical
       reorganization after focal retinal lesions, PLoS Computational Biology 9(10) e1003259, 2013.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, _ = ng.tasks.logic("xor")
    >>> graph = ng.topologies.random(inputs=2, hidden=20, outputs=1, density=0.1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("sigmoid"))
    >>> grown = ng.grow(network, ng.growth.homeostatic(target=0.6), x, seed=0)
    >>> before, after = (ng.settle(one, x).state[:, 2:].mean() for one in (network, grown.network))
    >>> bool(before < after < 0.6)
    True
    """

    target: float
    least: float | None = None
    elements: float = 1.0
    weight: float = field(default=0.1, kw_only=True)

    needs_x: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = ("rate",)

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        checked_number("target", self.target, above=0.0)
        if self.least is not None:
            checked_number("least", self.least)
        checked_target(self.target, self.least)
        checked_number("elements", self.elements, above=0.0)
        checked_number("weight", self.weight, above=0.0)

    @property
    def counted(self) -> bool:
        """Whether it has a number of its own: the elements."""
        return True

    def number(self, edges: int, lost: int, epoch: int) -> int:
        """Return no bound but the elements."""
        return int(np.iinfo(np.int64).max)

    def held(self, network: Network, count: int) -> int:
        """Return how many elements there are at most."""
        return int(np.ceil(self.elements) + 1) * network.connectivity.free.size

    def choose(self, asked: Asked) -> Choice:
        """Match free elements."""
        task, pool, connectivity = task_of(asked, self), self.pool(asked), asked.network.connectivity
        rates = mean_rates(asked.network, task)
        grown = growth(rates, self.target, checked_target(self.target, self.least))
        vacant = (
            self.elements * self.share(asked.epoch) * np.maximum(np.where(connectivity.table.free, grown, 0.0), 0.0)
        )
        axons, dendrites = drawn_whole(vacant * (connectivity.signs >= 0), asked.rng), drawn_whole(vacant, asked.rng)
        codes = matched(pool, axons, dendrites, asked.rng)
        post = codes // pool.nodes
        return Choice(codes, grown[post], f"free elements below a rate of {self.target:g}")


def matched(pool: Pool, axons: Codes, dendrites: Codes, rng: np.random.Generator) -> Codes:
    """Return the candidates that come when free elements (nodes,) of each kind are matched at random."""
    every = np.arange(pool.nodes)
    starts, ends = np.repeat(every, axons), np.repeat(every, dendrites)
    joined = np.empty(0, np.int64)
    while starts.size and ends.size:
        starts, ends = rng.permutation(starts), rng.permutation(ends)
        few = min(starts.size, ends.size)
        codes = pool.codes(starts[:few], ends[:few])
        fits = pool.has(codes) & ~np.isin(codes, joined)
        fits[np.setdiff1d(np.arange(few), np.unique(codes, return_index=True)[1])] = False
        if not fits.any():
            break
        joined = np.append(joined, codes[fits])
        starts, ends = (np.concatenate([one[:few][~fits], one[few:]]) for one in (starts, ends))
    return joined


homeostatic = Homeostatic
