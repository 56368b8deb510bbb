"""The pruner of edges on which the outputs depend little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from neurograph._arrays import Floats
from neurograph.equations.costs import squared_error
from neurograph.errors import ParameterError
from neurograph.learning import rules
from neurograph.learning.phases import run_phases, weight_change
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.pruning.base import Ranking, Task
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import raise_divergence

EXACT = rules.asymmetric_ep()

SALIENCY = Rule(f"(w*({EXACT.change}))**2", lift=EXACT.lift, name="saliency")
"""The square of the change of the cost, to first order, if the edge were not there."""

LEAST_PROBES = 1000
"""Least number of random nudges of several outputs; of fewer samples, each is nudged more than once."""

MOST_PROBED = 20_000_000
"""Edges times nudges up to which samples are nudged more than once: beyond, this would take longer than an epoch."""


@dataclass(frozen=True)
class Saliency(Ranking):
    r"""Prune the edges without which the outputs would change least, by what is known at the edges' own ends.

    Parameters
    ----------
    fraction : float
        Share of the plastic edges that leave, from 0 to 1.
    nudge : {"random", "error"}
        What the outputs are nudged by.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    The edges of the lowest score leave:

    .. math:: S_{ij} = \left\langle (W_{ij} \, \partial C / \partial W_{ij})^2 \right\rangle

    the mean over samples, with W_ij the weight of the edge from i to j, C the cost, and the gradient of each sample
    read from the two phases of :func:`neurograph.rules.asymmetric_ep`: the states at the edge's two ends, and their
    linear response to a nudge of the outputs. Tied edges have the sum over them.

    - A *random* nudge, :math:`\partial C/\partial s = \pm 1` with signs drawn for each output and sample [3]_, makes
      the score :math:`\langle \sum_k (W_{ij} \, \partial s_k / \partial W_{ij})^2 \rangle` over the outputs k: the
      squared change of the outputs, and so twice the rise of the squared error after Optimal Brain Damage [1]_, with
      the Gauss-Newton form of its second derivative. Of fewer than 1,000 samples each is nudged more than once, so far
      as the edges times the nudges stay below 20 million: a large network is asked as often as it has samples.
    - The *error* itself makes it the empirical Fisher information of the cost times the square of the weight [2]_.
      Samples that are learned have no error left, and contribute little.

    References
    ----------
    .. [1] LeCun, Denker, Solla, Optimal brain damage, NeurIPS 1989.
    .. [2] Theis, Korshunova, Tejani, Huszár, Faster gaze prediction with dense networks and Fisher pruning, 2018,
       arXiv 1801.05787.
    .. [3] Hutchinson, A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines,
       Communications in Statistics 18, 1989.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    >>> fit = ng.train(ng.compile(graph), x, y, seed=0)
    >>> ng.prune(fit.network, ng.pruning.saliency(0.5), x, y, retrain=100, seed=0).curve["accuracy"]
    array([1., 1.])
    """

    nudge: Literal["random", "error"] = "random"
    what: ClassVar[str] = "lowest saliency"
    needs_task: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if self.nudge not in ("random", "error"):
            raise ParameterError(f"nudge is {self.nudge!r}: expected 'random' or 'error'")

    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Return the saliency (edges,), read out of the phases of the exact rule."""
        if task is None:
            raise ParameterError("saliency asks what each edge is worth to a task: expected x and y to ask about")
        # With c = -dC/dw of the exact rule, the score is the mean of (w c)^2 over samples. A random nudge is the force
        # r = y - s of a squared error with the targets y = s + r, r in {-1, 1}^outputs. As E[r_k r_l] is 1 for k = l
        # and else 0, the mean of (sum_k r_k w ds_k/dw)^2 is that of sum_k (w ds_k/dw)^2 (Hutchinson's estimator); of
        # one output it is exact, and more draws than samples bring nothing.
        random, samples, outputs = self.nudge == "random", *task.y.shape
        probes = min(LEAST_PROBES, MOST_PROBED // max(network.weights.size, 1))
        times = max(-(-probes // samples), 1) if random and outputs > 1 else 1
        free = task.solver.solve(network, Phase(task.start))
        raise_divergence(free, task.solver)
        free = free.of(np.repeat(np.arange(samples), times))
        y, cost = task.y, task.cost
        if random:
            y, cost = free.outputs + rng.choice([-1.0, 1.0], free.outputs.shape), squared_error()
        return weight_change(SALIENCY, run_phases(SALIENCY, free, y, 1.0, cost, task.solver))[0]


saliency = Saliency
