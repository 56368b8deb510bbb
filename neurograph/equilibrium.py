"""What a solver is asked for (Phase) and what it answers (Equilibrium)."""

from __future__ import annotations

import abc
import enum
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph.equations import Expression
from neurograph.network import Floats, Network


class Status(enum.IntEnum):
    """How a sample's phase ended."""

    CONVERGED = 0
    STEP_LIMIT = 1
    DIVERGED = 2

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Status.CONVERGED: "the projected residual fell to the tolerance",
    Status.STEP_LIMIT: "every step was taken",
    Status.DIVERGED: "activity left every bound",
}


@dataclass(frozen=True)
class Record:
    """Which part of the trajectory to keep: every `every`-th step, of these `nodes` (None: all)."""

    every: int = 1
    nodes: tuple[Hashable, ...] | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """The kept part of a trajectory, up to the last step that any sample took.

    Attributes
    ----------
    steps : int array (frames,)
        The step of each frame; the first is the start.
    nodes : tuple of hashable
        The nodes that were kept.
    state : array (batch, frames, nodes)
        Their states; a sample that has stopped keeps its last.
    """

    steps: NDArray[np.int64]
    nodes: tuple[Hashable, ...]
    state: Floats

    def __repr__(self) -> str:
        """Say the size in a line."""
        samples, frames, nodes = self.state.shape
        return f"Trajectory({samples} samples, {frames} frames of {nodes} nodes, steps 0 to {self.steps[-1]})"


@dataclass(frozen=True, eq=False)
class Phase:
    """What a solver is asked for.

    Attributes
    ----------
    start : array (batch, nodes)
        The state at the start, clamped nodes at their values.
    target : array (batch, outputs) or None
        What the outputs are nudged towards.
    beta : float
        Nudging strength; 0 is the free phase.
    rule : Expression or None
        An online rule to integrate along the phase.
    record : Record or None
        Which part of the trajectory to keep.
    """

    start: Floats
    target: Floats | None = None
    beta: float = 0.0
    rule: Expression | None = None
    record: Record | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium:
    """What a solver answers.

    Attributes
    ----------
    network : Network
        What was settled.
    state : array (batch, nodes)
        State of every node, in the graph's own order.
    status : int8 array (batch,)
        A :class:`Status` for each sample.
    residual : array (batch,)
        Largest projected residual max_j |clip(s_j + dt ds_j) - s_j| / dt at the last step.
    steps : int array (batch,)
        Steps taken.
    trace : array (edges,) or None
        Sum over steps and samples of the online rule, for each edge.
    bias_trace : array (biased nodes,) or None
        The same for each bias.
    dt : array (batch,) or None
        Length of each sample's steps, from a solver that takes any.
    trajectory : Trajectory or None
        The kept part of the trajectory.
    """

    network: Network
    state: Floats
    status: NDArray[np.int8]
    residual: Floats
    steps: NDArray[np.int64]
    trace: Floats | None = None
    bias_trace: Floats | None = None
    dt: Floats | None = None
    trajectory: Trajectory | None = None

    @property
    def outputs(self) -> Floats:
        """State of the output nodes (batch, outputs)."""
        return self.state[:, self.network.wiring.outputs]

    @property
    def converged(self) -> bool:
        """Whether every sample converged."""
        return bool(np.all(self.status == Status.CONVERGED))

    def __repr__(self) -> str:
        """Say how the samples ended in a line."""
        ended = [
            f"{count} {status.name.lower().replace('_', ' ')}"
            for status in Status
            if (count := int(np.sum(self.status == status)))
        ]
        return (
            f"Equilibrium({self.state.shape[0]} samples: {', '.join(ended)}; at most {self.steps.max()} steps, "
            f"residual <= {self.residual.max():.2g})"
        )


class Solver(abc.ABC):
    """Base of the solvers: one frozen dataclass a method, in one file.

    Attributes
    ----------
    steps : int
        Most steps of a phase.
    """

    steps: int

    @abc.abstractmethod
    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Settle every sample of the phase; never raise for one that does not settle, but say so."""

    @abc.abstractmethod
    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Say what to change after this sample diverged, as the end of a sentence."""
