"""The pruner of edges that matter little to the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from neurograph._arrays import Floats
from neurograph.equations.costs import squared_error
from neurograph.errors import ParameterError
from neurograph.learning import rules
from neurograph.learning.phases import run_phases, weight_change
from neurograph.learning.rules import Rule
from neurograph.network.network import Network
from neurograph.pruning.base import Ranking, Task
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import raise_divergence

EXACT = rules.asymmetric_ep()

SALIENCY = Rule(f"(w*({EXACT.change}))**2", lift=EXACT.lift, name="saliency")
"""The square of what a nudge's own cost would change by, to first order, if the edge were not there."""

LEAST_PROBES = 1000
"""Random nudges of several outputs at least: of fewer samples, each is nudged more than once."""


@dataclass(frozen=True)
class Saliency(Ranking):
    """Removal of a share of the edges, those that matter least; see :func:`saliency`."""

    nudge: Literal["random", "error"] = "random"

    what: ClassVar[str] = "lowest saliency"
    needs_task: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        if self.nudge not in ("random", "error"):
            raise ParameterError(f"nudge is {self.nudge!r}: expected 'random' or 'error'")

    def scores(self, network: Network, rng: np.random.Generator, task: Task | None) -> Floats:
        """Run the phases of the exact rule, and give the saliency (edges,)."""
        if task is None:
            raise ParameterError("saliency asks what each edge is worth to a task: expected x and y to ask about")
        random, samples, outputs = self.nudge == "random", *task.y.shape
        times = -(-LEAST_PROBES // samples) if random and outputs > 1 else 1
        free = task.solver.solve(network, Phase(np.repeat(task.start, times, axis=0)))
        raise_divergence(free, task.solver)
        y, cost = task.y, task.cost
        if random:
            y, cost = free.outputs + rng.choice([-1.0, 1.0], free.outputs.shape), squared_error()
        return weight_change(SALIENCY, run_phases(SALIENCY, free, y, 1.0, cost, task.solver))[0]


def saliency(fraction: float, nudge: Literal["random", "error"] = "random", regrow: bool = False) -> Saliency:
    r"""Prune the edges without which the answers would change least, as seen by the edges themselves.

    .. math:: S_{ij} = \left\langle (W_{ij} \, \partial C / \partial W_{ij})^2 \right\rangle

    the mean over samples, with the gradient of each sample read from the two phases of
    :func:`neurograph.rules.asymmetric_ep`: the states at the edge's two ends, and their linear response to a nudge of
    the outputs. Tied edges have the sum over them.

    - A *random* nudge, :math:`\partial C/\partial s = \pm 1` with signs drawn for each output and sample, gives
      :math:`\langle \sum_k (W_{ij} \, \partial s_k / \partial W_{ij})^2 \rangle` over the outputs k: what the answers
      would move by, and so twice what Optimal Brain Damage says the squared error would rise by, with the Gauss-Newton
      form of its second derivative.
    - The *error* itself gives the empirical Fisher information of the cost times the square of the weight. What has
      been learned has no error left, and so says little.

    Parameters
    ----------
    fraction : float
        Share of the plastic edges that leave, from 0 to 1.
    nudge : {"random", "error"}
        What the outputs are nudged by.
    regrow : bool
        Whether the weight only becomes 0 and may grow again.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    LeCun, Denker, Solla, Optimal Brain Damage, NeurIPS 1989; Theis, Korshunova, Tejani, Huszar, Faster gaze prediction
    with dense networks and Fisher pruning, 2018, arXiv 1801.05787; the random signs: Hutchinson, Communications in
    Statistics 18, 1989.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    >>> fit = ng.train(ng.compile(graph), x, y, seed=0)
    >>> ng.prune(fit.network, ng.pruning.saliency(0.5), x, y, retrain=100, seed=0).curve["accuracy"]
    array([1., 1.])
    """
    return Saliency(fraction, nudge, regrow=regrow)
