"""The results of a solver: each sample's final state, and whether it converged."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import Printed
from neurograph.drawing.card import COLUMNS, ROWS, Carded, Html, table
from neurograph.kernels import engine
from neurograph.network.network import Network


class Status(enum.IntEnum):
    """How a sample's phase ended; a whole number, as ``.status`` of an :class:`Equilibrium` has it.

    Attributes
    ----------
    CONVERGED : int
        0: the residual has fallen to the tolerance.
    STEP_LIMIT : int
        1: the most steps were taken before it did. More steps, or another solver, may help.
    DIVERGED : int
        2: the state left every bound, which :func:`neurograph.settle` raises as a :class:`neurograph.DivergenceError`.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ended = [ng.settle(network, [[1.0]], solver=ng.solvers.Euler(steps=steps)).status for steps in (3, 1000)]
    >>> [ng.Status(status[0]).name for status in ended]
    ['STEP_LIMIT', 'CONVERGED']
    """

    CONVERGED = engine.CONVERGED
    STEP_LIMIT = engine.STEP_LIMIT
    DIVERGED = engine.DIVERGED

    @property
    def word(self) -> str:
        """The status as it is printed."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Record:
    """Which part of a trajectory to keep.

    Parameters
    ----------
    every : int
        Steps from one frame to the next, at least 1.
    nodes : tuple of hashable, optional
        Labels of the nodes whose states are kept; None: all.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network, kept = ng.compile(graph, ng.dynamics.additive("tanh")), ng.Record(every=5, nodes=("y",))
    >>> path = ng.settle(network, [[1.0]], record=kept).trajectory
    >>> path.steps[:4].tolist(), path.state[0, :4, 0].round(2).tolist()
    ([0, 5, 10, 15], [0.0, 0.31, 0.41, 0.45])
    """

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
    full : array (batch, frames, nodes (1 + variables))
        Their states, and behind them each further variable, in turn; a sample that has stopped keeps its last.
    names : tuple of str
        The names of the further variables.
    """

    steps: NDArray[np.int64]
    nodes: tuple[Hashable, ...]
    full: Floats
    names: tuple[str, ...] = ()

    @property
    def state(self) -> Floats:
        """Their states (batch, frames, nodes)."""
        return self.full[..., : len(self.nodes)]

    @property
    def variables(self) -> dict[str, Floats]:
        """Each further variable (batch, frames, nodes), by name."""
        count = len(self.nodes)
        return {name: self.full[..., k * count : (k + 1) * count] for k, name in enumerate(self.names, 1)}

    def __repr__(self) -> str:
        """Return a line with the size."""
        samples, frames, nodes = self.state.shape
        return f"Trajectory({samples} samples, {frames} frames of {nodes} nodes, steps 0 to {self.steps[-1]})"


def _summary(result: Equilibrium | Response) -> str:
    """Return the counts of each status, the most steps and the largest residual, in words."""
    counts = [f"{count} {kind.word}" for kind in Status if (count := int(np.sum(result.status == kind)))]
    return (
        f"{result.status.size} samples: {', '.join(counts)}; at most {result.steps.max()} steps, "
        f"residual <= {result.residual.max():.2g}"
    )


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium(Carded):
    """The final states of a phase, from :func:`neurograph.settle`.

    Attributes
    ----------
    network : Network
        What was settled.
    full : float array (batch, state_size)
        State of every node, in the graph's own order, and behind it each further variable of every node, in turn:
        :attr:`state` and :attr:`variables` in one. Of the network's dtype.
    status : int8 array (batch,)
        A :class:`Status` for each sample.
    residual : float array (batch,)
        Largest projected residual max_j abs(clip(s_j + dt ds_j) - s_j) / dt at the last step, in the unit of ds/dt.
    steps : int64 array (batch,)
        Steps taken.
    trace : float array (edges,) or None
        Sum over steps and samples of the online rule, for each edge.
    bias_trace : float array (biased nodes,) or None
        The same for each bias.
    dt : float array (batch,) or None
        Length of each sample's steps, from a solver that takes any.
    trajectory : Trajectory or None
        The kept part of the trajectory.
    method : str
        Which method found it, and why that one, in words.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> found = ng.settle(ng.compile(graph, ng.dynamics.additive("tanh")), [[1.0], [2.0]])
    >>> found.converged, found.state.round(3).tolist(), found.outputs.round(3).tolist()
    (True, [[1.0, 0.462], [2.0, 0.762]], [[0.462], [0.762]])
    >>> found.method
    'gauss-seidel: the graph has no cycle, so one pass is exact'
    """

    network: Network
    full: Floats
    status: NDArray[np.int8]
    residual: Floats
    steps: NDArray[np.int64]
    trace: Floats | None = None
    bias_trace: Floats | None = None
    dt: Floats | None = None
    trajectory: Trajectory | None = None
    method: str = ""

    @classmethod
    def empty(cls, network: Network, start: Floats, dt: Floats | None = None) -> Equilibrium:
        """Return arrays of their sizes, to be written to by a method that starts at `start` (batch, nodes)."""
        batch = start.shape[0]
        numbers = np.empty(batch, np.int8), np.empty(batch), np.empty(batch, np.int64)
        return cls(network, np.empty_like(start), *numbers, dt=dt)

    @property
    def state(self) -> Floats:
        """State s of every node (batch, nodes)."""
        return self.network.parted(self.full)[0]

    @property
    def variables(self) -> dict[str, Floats]:
        """Each further variable of every node (batch, nodes), by name; 0 at nodes whose population has it not."""
        return self.network.parted(self.full)[1]

    @property
    def outputs(self) -> Floats:
        """State of the output nodes (batch, outputs)."""
        return self.state[:, self.network.connectivity.outputs]

    @property
    def converged(self) -> bool:
        """Whether every sample converged."""
        return bool(np.all(self.status == Status.CONVERGED))

    def of(self, samples: slice | NDArray[np.int64]) -> Equilibrium:
        """Return the same of some of the samples, without what is summed over all of them or kept of their paths."""
        dt = None if self.dt is None else self.dt[samples]
        parts = self.full[samples], self.status[samples], self.residual[samples], self.steps[samples]
        return Equilibrium(self.network, *parts, dt=dt, method=self.method)

    def __repr__(self) -> str:
        """Return the counts of each status, the most steps and the largest residual, in one line."""
        return f"Equilibrium({_summary(self)}{'; ' * bool(self.method)}{self.method})"

    def _parts(self) -> Iterator[Html]:
        names, count = self.network.outputs[:COLUMNS], self.status.size
        more = f"; {len(self.network.outputs) - len(names)} more outputs" * (len(self.network.outputs) > len(names))
        rows = [
            (k, Status(self.status[k]).word, self.steps[k], self.residual[k], *self.outputs[k, : len(names)])
            for k in range(min(ROWS, count))
        ]
        head = ["sample", "status", "steps", "residual", *map(str, names)]
        yield table(head, rows, count - len(rows), f"Outputs{more}")


@dataclass(frozen=True, eq=False, repr=False)
class Response(Printed):
    """How the equilibrium of the transposed network moves per unit of nudge, as beta goes to 0.

    Attributes
    ----------
    state : array (batch, nodes)
        d = ds/dbeta, the solution of J' d + force = 0 with J the Jacobian at the free equilibrium: minus the gradient
        of the cost with respect to a push on each node's drift.
    input_slope : array (batch, nodes)
        dg/dI at the free equilibrium, further variables at rest with it.
    status : int8 array (batch,)
        A :class:`Status` for each sample; DIVERGED where the free equilibrium is not stable.
    residual : array (batch,)
        Largest abs(J' d + force), relative to the largest force.
    steps : int array (batch,)
        Steps taken; 1 on an acyclic graph, which one sweep solves.
    """

    state: Floats
    input_slope: Floats
    status: NDArray[np.int8]
    residual: Floats
    steps: NDArray[np.int64]

    @classmethod
    def empty(cls, state: Floats) -> Response:
        """Return arrays of their sizes, to be written to, at an equilibrium's states (batch, nodes)."""
        batch = state.shape[0]
        numbers = np.empty(batch, np.int8), np.empty(batch), np.empty(batch, np.int64)
        return cls(np.empty(state.shape, state.dtype), np.zeros(state.shape, state.dtype), *numbers)

    def __repr__(self) -> str:
        """Return the same line as of an equilibrium."""
        return f"Response({_summary(self)})"
