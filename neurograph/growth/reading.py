"""What a rule says of pairs of nodes that are no edges, read at the final states of its phases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph.errors import ParameterError
from neurograph.growth.base import Asked, Grower
from neurograph.growth.candidates import Codes
from neurograph.learning.phases import Phases, drawn_strength, pair_change, raise_diverged, run_phases
from neurograph.learning.readout import Pairs
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.pruning.base import Task
from neurograph.solvers.base import Phase
from neurograph.solvers.result import Equilibrium
from neurograph.solvers.settle import raise_divergence


@dataclass(frozen=True, eq=False)
class Reading:
    """A rule, and the phases that it asks for.

    Attributes
    ----------
    network : Network
    rule : Rule
    phases : Phases
    paired : bool
        Whether edges between free nodes come in both directions with one weight, whose change is the sum over both.
    """

    network: Network
    rule: Rule
    phases: Phases
    paired: bool

    @classmethod
    def of(cls, rule: Rule, asked: Asked, grower: Grower) -> Reading:
        """Run the phases, from the free equilibria of the samples that are asked about.

        Raises
        ------
        ParameterError
            If there are no samples, or the rule is evaluated along a phase.
        DivergenceError
            If activity leaves every bound.
        """
        task, network = task_of(asked, grower), asked.network
        check_readable(rule, grower)
        free = free_states(task, network)
        beta = drawn_strength(rule, task.beta, free.state.shape[0], asked.rng)
        phases = run_phases(rule, free, task.y, beta, task.cost, task.solver)
        raise_diverged(rule, phases, task.solver)
        return cls(network, rule, phases, asked.paired)

    def changes(self, pre: Codes, post: Codes) -> Floats:
        """Return the rule's mean change at pairs that rise by post, then pre: of a pair that is tied, for both."""
        changes = self._at(pre, post)
        if self.paired and (both := self.network.connectivity.table.free[pre] & (pre != post)).any():
            start, end = post[both], pre[both]
            rise = np.lexsort((start, end))
            back = np.empty(rise.size)
            back[rise] = self._at(start[rise], end[rise])
            changes[both] += back
        return changes

    def _at(self, pre: Codes, post: Codes) -> Floats:
        indptr = np.searchsorted(post, np.arange(len(self.network.connectivity.table.nodes) + 1))
        return pair_change(self.rule, self.phases, Pairs(pre.astype(np.int32), indptr))


def check_readable(rule: Rule, grower: Grower) -> None:
    """Refuse a rule that is evaluated along a phase.

    Raises
    ------
    ParameterError
        If it is.
    """
    if rule.kind != "readout":
        raise ParameterError(
            f"grower is {grower!r}, and the rule {rule.name} of the kind {rule.kind!r}, which can be evaluated at "
            "edges alone: expected one that is read out of final states; growth.rigl(rule=rules.asymmetric_ep()) "
            "asks another than the one that learns"
        )


def free_states(task: Task, network: Network) -> Equilibrium:
    """Settle the samples of a task.

    Raises
    ------
    DivergenceError
        If activity leaves every bound.
    """
    free = task.solver.solve(network, Phase(task.start))
    raise_divergence(free, task.solver)
    return free


def task_of(asked: Asked, grower: Grower) -> Task:
    """Return the task of a grower that asks about samples.

    Raises
    ------
    ParameterError
        If there is none, or its targets are missing.
    """
    task = asked.task
    if task is None or (grower.needs_y and np.isnan(task.y).any()):
        raise ParameterError(
            f"grower is {grower!r}, which asks what the network does with samples: expected x"
            f"{' and y' if grower.needs_y else ''} to ask about"
        )
    return task
