"""The pruner of edges that matter little to the cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurograph import rules
from neurograph.contrast import run_phases, weight_change
from neurograph.equilibrium import Phase
from neurograph.errors import ParameterError
from neurograph.network import Floats, Network
from neurograph.pruning.pruner import Lesson, Ranking
from neurograph.rules import Rule
from neurograph.settling import raise_divergence

EXACT = rules.asymmetric_ep()

SALIENCY = Rule(f"(w*({EXACT.change}))**2", lift=EXACT.lift, name="saliency")
"""The square of what the cost of a sample would change by, to first order, if the edge were not there."""


@dataclass(frozen=True)
class Saliency(Ranking):
    """Removal of a share of the edges, those that matter least to the cost; see :func:`saliency`."""

    what: ClassVar[str] = "lowest saliency (w dC/dw)^2"
    asks_lesson: ClassVar[bool] = True

    def scores(self, network: Network, rng: np.random.Generator, lesson: Lesson | None) -> Floats:
        """Run the phases of the exact rule, and give the saliency (edges,)."""
        if lesson is None:
            raise ParameterError("saliency asks what each edge is worth to a task: expected x and y to ask about")
        free = lesson.solver.solve(network, Phase(lesson.start))
        raise_divergence(free, lesson.solver)
        phases = run_phases(SALIENCY, free, lesson.y, 1.0, lesson.cost, lesson.solver)
        return weight_change(SALIENCY, phases)[0]


def saliency(fraction: float, regrow: bool = False) -> Saliency:
    r"""Prune the edges without which the cost would change least, as seen by the edges themselves.

    .. math:: S_{ij} = \langle (W_{ij} \, \partial C / \partial W_{ij})^2 \rangle

    the mean over samples, with the gradient of each sample's cost read from the two phases of
    :func:`neurograph.rules.asymmetric_ep`: the states at the edge's two ends, and their linear response. Tied edges
    have the sum over them. It is the empirical Fisher information times the square of the weight, an estimate of the
    diagonal of the second derivative that Optimal Brain Damage asks for.

    Parameters
    ----------
    fraction : float
        Share of the plastic edges that leave, from 0 to 1.
    regrow : bool
        Whether the weight only becomes 0 and may grow again.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    LeCun, Denker, Solla, Optimal Brain Damage, NeurIPS 1989; Theis, Korshunova, Tejani, Huszar, Faster gaze prediction
    with dense networks and Fisher pruning, 2018, arXiv 1801.05787.

    Notes
    -----
    Of the digits (a complete digraph of 64 hidden tanh neurons, 95 % of the edges in ten rounds of three epochs), the
    mean square loses less accuracy than the mean of \|w dC/dw\| and than \|w\| times the mean gradient.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    >>> fit = ng.train(ng.compile(graph), x, y, seed=0)
    >>> ng.prune(fit.network, ng.pruning.saliency(0.5), x, y, retrain=100, seed=0).curve["accuracy"]
    array([1., 1.])
    """
    return Saliency(fraction, regrow=regrow)
