"""Gauss-Seidel: each node in turn is solved for its own state, component after component."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph._arrays import Floats
from neurograph.kernels import engine
from neurograph.kernels.equations import equations
from neurograph.network.network import Network
from neurograph.solvers.arguments import box_of, loop_weights, nodes_of, subgraph_of
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.linear_response import response_call
from neurograph.solvers.result import Equilibrium, Response


@dataclass(frozen=True)
class GaussSeidel(Solver):
    r"""Sweep over the nodes, each solved for its own state with the newest states of the others.

    The strongly connected components are settled one after another, each in sweeps with the flow
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
        A sample's component has settled when its residual falls to this. The residual is max_j abs(clip(s_j + h F_j) -
        s_j) / h, F = ds/dt + nudge, for short h: abs(F_j), and 0 where F_j presses the node against the box. No h makes
        it larger.
    nudged_steps : int, optional
        Most sweeps of a nudged or clamped phase, where they are fewer than those of the free one.

    Raises
    ------
    ParameterError
        If a number is out of range; when it solves, if the phase has an online rule or a record.

    Notes
    -----
    .. math:: s_j \leftarrow \mathrm{clip}\left(\frac{A_j + \beta y_j}{L_j + \beta}\right)

    with :math:`s_j` the state of node j, :math:`\beta (y_j - s_j)` its nudge, and clip the projection onto the box,
    where the drift is A - L s with L free of s [1]_, [2]_; by Newton's method on the node's own equation else.

    References
    ----------
    .. [1] Varga, Matrix iterative analysis, Prentice-Hall, 1962.
    .. [2] Goemaere et al., Accelerating Hopfield network dynamics, 2024.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=2, hidden=(3, 3), outputs=1, feedback=False, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ng.settle(network, [[0.5, 1.0]], solver=ng.solvers.GaussSeidel(tol=0))
    Equilibrium(1 samples: 1 converged; at most 1 steps, residual <= 0)
    """

    steps: int = 1000
    tol: float = 1e-6
    nudged_steps: int | None = None

    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Run one phase in compiled code."""
        self.refuse_path(network, phase)
        start, subgraph = phase.start, subgraph_of(network, phase)
        batch, schedule, rows = start.shape[0], subgraph.schedule, subgraph.visited
        transposed = phase.anchor is not None
        cost = None if phase.free or phase.clamped else phase.cost
        stiffness = 0.0 if cost is None else cost.stiffness
        # Blocks are settled one after another. Terms that couple nodes beside the edges, (J' - J)(s - s*) and a force
        # that reads all outputs, may close a cycle through any of them: then all nodes are one cyclic block.
        blocks, cyclic = schedule.blocks, schedule.cyclic
        if transposed or (cost is not None and cost.coupled):
            blocks, cyclic = np.array([0, schedule.order.size]), np.ones(1, np.bool_)
        loops = loop_weights(network, phase.clamped)[schedule.order]
        wanted = {"leak"} | ({"slope_I", "transfer_slope"} if transposed else set())
        if network.dynamics.leak is None or loops.any() or stiffness is None:
            wanted |= {"slope_s", "slope_I", "transfer_slope", "force_slope"}
        end, residual = start.copy(), np.empty(batch)
        n_steps, status = np.empty(batch, np.int64), np.empty(batch, np.int8)
        along = [edges[0].weighted(network.weights) for edges in (rows.forward, rows.feedback)]
        back = [edges[1].weighted(network.weights) for edges in (rows.forward, rows.feedback)] if transposed else along
        engine.gauss_seidel(
            equations(network.dynamics, cost, frozenset(wanted)),
            nodes_of(network, rows, subgraph.moving.size), (*rows.outputs, network.connectivity.outputs.size),
            rows.recurrent.weighted(network.weights) if transposed else along[0],
            rows.clamped.weighted(network.weights), *along, *back, box_of(network),
            (start, phase.anchor, phase.target, np.full(batch, phase.beta, np.float64)),
            self.most_steps(phase), self.tol, stiffness,
            schedule.colours, blocks, cyclic, loops, (end, residual, n_steps, status),
        )  # fmt: skip
        return Equilibrium(network, end, status, residual, n_steps)

    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Sweep over the nodes from the outputs back.

        The sweeps of J' in the reverse order have the spectrum of those of J: they settle where the free phase does.
        """
        answer, arguments = response_call(equilibrium, force, lift, self.steps, self.tol)
        engine.response(*arguments)
        return answer

    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Return the remedy: the trajectory may settle where sweeps do not."""
        return "sweeps may run off where the trajectory settles: try solvers.Euler()"
