"""The phase that a solver is given, and the base of the solvers."""

from __future__ import annotations

import abc
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_number, checked_whole
from neurograph.equations.costs import Cost, squared_error
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.solvers.result import Equilibrium, Record, Response


@dataclass(frozen=True, eq=False)
class Phase:
    """One phase of a batch: where it starts, how the outputs are nudged or clamped, what is kept of it.

    Attributes
    ----------
    start : array (batch, state_size)
        The full state at the start, clamped nodes at their values.
    target : array (batch, outputs) or None
        What the outputs are nudged towards.
    beta : float or array (batch,)
        Nudging strength; 0 is the free phase.
    cost : Cost
        The outputs get -beta dC/ds.
    anchor : array (batch, nodes) or None
        Free equilibrium s* of a transposed phase, in which activity also returns along the edges: the drift gets
        (J' - J)(s - s*), J its Jacobian at s*.
    clamped : bool
        Whether the outputs stay where `start` has them.
    rule : Expression or None
        An online rule to integrate along the phase.
    record : Record or None
        Which part of the trajectory to keep.
    """

    start: Floats
    target: Floats | None = None
    beta: float | Floats = 0.0
    cost: Cost = field(default_factory=squared_error)
    anchor: Floats | None = None
    clamped: bool = False
    rule: Expression | None = None
    record: Record | None = None

    @cached_property
    def free(self) -> bool:
        """Whether the outputs are left to themselves."""
        return not self.clamped and (self.beta == 0.0 if isinstance(self.beta, float) else not np.any(self.beta))

    @cached_property
    def stiffness(self) -> NDArray[np.float64]:
        """What the nudge adds to an output's leak (batch,): beta k where the force is ``a(y) - k s``, else beta."""
        k = 1.0 if self.cost.stiffness is None else self.cost.stiffness
        return k * self.strength

    @cached_property
    def strength(self) -> NDArray[np.float64]:
        """The nudging strength of each sample (batch,)."""
        return np.asarray(self.beta, np.float64) if np.ndim(self.beta) else np.full(self.start.shape[0], self.beta)

    def of(self, samples: NDArray[np.int64]) -> Phase:
        """Return the same phase of some of the samples."""
        return replace(
            self,
            start=self.start[samples],
            target=None if self.target is None else self.target[samples],
            beta=self.beta if np.ndim(self.beta) == 0 else np.asarray(self.beta)[samples],
            anchor=None if self.anchor is None else self.anchor[samples],
        )


class Solver(abc.ABC):
    """Base of the solvers: one frozen dataclass a method, in one file.

    Attributes
    ----------
    steps : int
        Most steps of a phase.
    tol : float
        A sample stops when its projected residual falls to this.
    nudged_steps : int or None
        Most steps of a nudged or clamped phase; None: as many.
    """

    steps: int
    tol: float
    nudged_steps: int | None

    def __post_init__(self) -> None:
        """Check the numbers that every method has."""
        checked_whole("steps", self.steps, 1)
        if self.nudged_steps is not None:
            checked_whole("nudged_steps", self.nudged_steps, 1, ", or None")
        checked_number("tol", self.tol, least=0.0)

    def most_steps(self, phase: Phase) -> int:
        """Return how many steps a phase may take."""
        return self.steps if self.nudged_steps is None or phase.free else self.nudged_steps

    @abc.abstractmethod
    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Settle every sample of the phase; one that does not settle raises nothing, but has another status."""

    def follows(self, network: Network, clamped: bool = False) -> Solver | None:
        """Return the :class:`Euler` that settles every phase of a network, whatever its weights; None if none does."""
        return None

    @abc.abstractmethod
    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Return the linear response of a free equilibrium to a force (batch, outputs), in the transposed network.

        A node that the box holds moves by the share `lift` of a pull back into the box, and else not at all. It
        converges wherever the free phase is stable; elsewhere it raises nothing, but the status says so.
        """

    @abc.abstractmethod
    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Return the remedy after this sample diverged, as the end of a sentence."""

    def refuse_path(self, network: Network, phase: Phase) -> None:
        """Refuse what needs the trajectory itself, from a method that does not follow it.

        Raises
        ------
        ParameterError
            If the phase has an online rule or a record, or neurons have further variables.
        """
        refuse_variables(network, f"solvers.{type(self).__name__}()", "use solvers.Euler()")
        asked = "a record" if phase.record is not None else "an online rule" if phase.rule is not None else None
        if asked is not None:
            raise ParameterError(
                f"solver is {self!r}, which does not follow the trajectory that {asked} needs: use solvers.Euler(), "
                "which does"
            )


def refuse_variables(network: Network, what: str, remedy: str = "") -> None:
    """Refuse neurons with further variables, on behalf of what knows only one.

    Raises
    ------
    ParameterError
        If the dynamics has further variables.
    """
    names = network.dynamics.variable_names
    if names:
        remedy = remedy or "use a dynamics without variables"
        raise ParameterError(
            f"the dynamics {network.dynamics.name} has the variable{'s' * (len(names) > 1)} "
            f"{' and '.join(map(repr, names))} beside s, which {what} does not fit yet: {remedy}"
        )
