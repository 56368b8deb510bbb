"""Gauss-Seidel: each node in turn is solved for its own state, component after component."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph.equations.costs import squared_error
from neurograph.kernels.machine_code import gauss_seidel_kernel, lanes_for
from neurograph.network.connectivity import Edges, PhaseSubgraph
from neurograph.network.network import Network
from neurograph.solvers.arguments import free_edges, loop_weights, neurons, subgraph_of
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.linear_response import linear_response
from neurograph.solvers.result import Equilibrium, Response


@dataclass(frozen=True)
class GaussSeidel(Solver):
    r"""Sweep over the nodes, each solved for its own state with the newest states of the others.

    .. math:: s_j \leftarrow \mathrm{clip}\left(\frac{A_j + \beta y_j}{L_j + \beta}\right)

    where the drift is A - L s with L free of s, and by Newton's method on the node's own equation else. The strongly
    connected components are settled one after another, each in sweeps with the flow
    (:mod:`neurograph.network.ordering`), so that a network without cycles is solved in one sweep, exactly. Where nodes
    depend on each other through more than the edges, in the transposed phase and under a nudge that couples the
    outputs, all are one component.

    Sweeps settle near an equilibrium whose Jacobian has a negative diagonal that dominates its rows, or its columns, or
    is symmetric and negative definite; else not always where the trajectory does. Then they may end at another
    equilibrium, or as a STEP_LIMIT. A node with L + beta <= 0 goes to the bound of the box that it is driven to, or
    without a box off: DIVERGED.

    Parameters
    ----------
    steps : int
        Most sweeps over a component in a phase.
    tol : float
        A sample's component has settled when its residual falls to this. The residual is
        max_j abs(clip(s_j + h F_j) - s_j) / h, F = ds/dt + nudge, for short h: abs(F_j), and 0 where F_j presses the
        node against the box. No h makes it larger.
    nudged_steps : int, optional
        Most sweeps of a nudged or clamped phase, where they are fewer than those of the free one.

    Raises
    ------
    ParameterError
        If a number is out of range; when it solves, if the phase has an online rule or a record.

    References
    ----------
    Varga, Matrix Iterative Analysis, 1962; Goemaere et al., "Accelerating Hopfield network dynamics", 2024.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=2, hidden=(3, 3), outputs=1, feedback=False, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ng.settle(network, [[0.5, 1.0]], solver=GaussSeidel(tol=0))
    Equilibrium(1 samples: 1 converged; at most 1 steps, residual <= 0)
    """

    steps: int = 1000
    tol: float = 1e-6
    nudged_steps: int | None = None

    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Run one phase in compiled code."""
        self.refuse_path(phase)
        start, subgraph = phase.start, subgraph_of(network, phase)
        batch, schedule = start.shape[0], subgraph.schedule
        steps = self.most_steps(phase)
        transposed, nudged = phase.anchor is not None, not phase.clamped and bool(np.any(phase.beta))
        cost = phase.cost if nudged else squared_error()
        # Blocks are settled one after another. Terms that couple nodes beside the edges, (J' - J)(s - s*) and a force
        # that reads all outputs, may close a cycle through any of them: then all nodes are one cyclic block.
        blocks, cyclic = schedule.blocks, schedule.cyclic
        if transposed or cost.coupled:
            blocks, cyclic = np.array([0, schedule.order.size]), np.ones(1, np.bool_)
        end = start.copy()
        residual, n_steps, status = np.empty(batch), np.empty(batch, np.int64), np.empty(batch, np.int8)
        kernel = gauss_seidel_kernel(
            network.dynamics, cost.form, transposed, lanes_for(batch, network.weights.size), network.dtype_name
        )
        kernel(
            _wires(network, subgraph, transposed), neurons(network, subgraph), start,
            start if phase.anchor is None else phase.anchor, start[:0] if phase.target is None else phase.target,
            np.full(batch, phase.beta, np.float64), cost.numbers, int(steps), float(self.tol), schedule.order,
            schedule.colours, blocks, cyclic,
            loop_weights(network, subgraph), end, residual, n_steps, status,
        )  # fmt: skip
        return Equilibrium(network, end, status, residual, n_steps)

    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Sweep over the nodes from the outputs back.

        The sweeps of J' in the reverse order have the spectrum of those of J: they settle where the free phase does.
        """
        return linear_response(equilibrium, force, lift, self.steps, self.tol)

    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Return the remedy: the trajectory may settle where sweeps do not."""
        return "sweeps may run off where the trajectory settles: try solvers.Euler()"


def _wires(network: Network, subgraph: PhaseSubgraph, transposed: bool) -> tuple[Edges, ...]:
    """Return the edges by place as the loop takes them; those that a transposed phase alone needs, only to it."""
    (forward, feedback), weights = (subgraph.forward, subgraph.feedback), network.weights
    along = forward[0].weighted(weights), feedback[0].weighted(weights)
    back = (forward[1].weighted(weights), feedback[1].weighted(weights)) if transposed else along
    return (
        free_edges(network, "recurrent") if transposed else along[0],
        subgraph.clamped.weighted(weights),
        *along,
        *back,
    )
