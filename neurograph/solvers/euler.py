"""Euler's method: the trajectory itself, step by step, until each sample has converged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.equations.expression import Expression
from neurograph.errors import ParameterError
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call, threads_for
from neurograph.kernels.equations import equations
from neurograph.kernels.rule_programs import OnlineProgram, online_programs, weighed
from neurograph.network.connectivity import PhaseSubgraph
from neurograph.network.network import Network
from neurograph.solvers.arguments import box_of, edges_of, leaks_of, nodes_of, rows_of
from neurograph.solvers.base import Phase, Solver, refuse_variables
from neurograph.solvers.linear_response import response_call
from neurograph.solvers.result import Equilibrium, Record, Response, Trajectory

CHOSEN = -1
"""Says that the engine chooses, for each sample, whether its steps are semi-implicit."""


@dataclass(frozen=True)
class Euler(Solver):
    r"""Follow the trajectory in steps of `dt`.

    Parameters
    ----------
    dt : float, optional
        h, length of a step, in the network's dimensionless time. Without it: 0.25 if semi-implicit; explicit, half of
        1 / (max abs(dg_j/ds_j) + beta) at the start, and at most 0.5.
    steps : int
        Most steps of a phase.
    tol : float
        A sample stops when its projected residual, in the units of ds/dt, falls to this; 0 runs every step. It should
        be well below beta times the outputs' errors, or a nudged phase stops before it has begun.
    implicit : bool, optional
        Whether the leak is taken at the end of the step. Without it: explicit if `dt` is given; else semi-implicit
        where the leak is linear and at no node negative.
    nudged_steps : int, optional
        Most steps of a nudged or clamped phase, where they are fewer than those of the free one.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    Explicit, and semi-implicit where the drift is A - L s with L free of s:

    .. math::
        s \leftarrow \mathrm{clip}\bigl(s + h (g(s) + F)\bigr), \qquad
        s \leftarrow \mathrm{clip}\Bigl(\frac{s + h (A + \beta y)}{1 + h (L + \beta)}\Bigr)

    with s the state of each node, g the drift, F the nudge's force, here :math:`\beta (y - s)` of the squared error,
    and clip the projection onto the box. The second is stable for every h if L >= 0 and the network contracts. They are
    the explicit and the linearly implicit method of Euler [1]_, projected. A sample has converged when :math:`\max_j
    |\mathrm{clip}(s_j + h (g_j + F_j)) - s_j| / h` is at most `tol`.

    References
    ----------
    .. [1] Hairer and Wanner, Solving ordinary differential equations II, Springer, 1996.

    Examples
    --------
    Where it ends does not depend on the step, how long it takes does:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x", "h", 1.0), ("h", "y", 0.8), ("y", "h", -0.8)])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> coarse, fine = (ng.settle(network, [[0.5]], solver=ng.solvers.Euler(dt=dt)) for dt in (0.4, 0.1))
    >>> coarse.outputs.round(4).tolist(), fine.outputs.round(4).tolist(), bool(fine.steps > 3 * coarse.steps)
    ([[0.2364]], [[0.2364]], True)
    """

    dt: float | None = None
    steps: int = 5000
    tol: float = 1e-6
    implicit: bool | None = None
    nudged_steps: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        if self.dt is not None:
            checked_number("dt", self.dt, above=0.0, remark=", or None to choose it")
        if self.implicit not in (None, True, False):
            raise ParameterError(f"implicit is {self.implicit!r}: expected True, False, or None to choose")

    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Run one phase in compiled code."""
        subgraph, frames = rows_of(network, phase.clamped), None
        if phase.record is not None:
            frames = _frames(network, phase.record, subgraph, phase.start, self.most_steps(phase))
        rule = None if phase.rule is None else OnlineRule.of(network, phase.rule)
        found, arguments = self.call(network, phase, rule, frames)
        if engine.euler(*arguments) is False:
            self._refuse_implicit(network, phase)
        if rule is not None:
            trace, bias_trace = rule.traces()
            found = replace(found, trace=trace, bias_trace=bias_trace)
        if phase.record is not None and frames is not None:
            found = replace(found, trajectory=_trajectory(network, phase.record, frames, found.full, found.steps))
        return found

    def follows(self, network: Network, clamped: bool = False) -> Euler:
        """Return itself."""
        return self

    def call(
        self,
        network: Network,
        phase: Phase,
        rule: OnlineRule | None = None,
        frames: tuple[int, NDArray[np.int64], Floats] | None = None,
    ) -> tuple[Equilibrium, tuple[Any, ...]]:
        """Return where a phase will have ended, and the arguments with which the engine's ``euler`` writes it there.

        The engine returns False, and writes nothing, where semi-implicit steps are asked for and none is possible.

        Raises
        ------
        ParameterError
            If semi-implicit steps are asked for, and the leak is not linear.
        """
        batch, subgraph = phase.start.shape[0], rows_of(network, phase.clamped)
        cost = None if phase.free or phase.clamped else phase.cost
        implicit, dt = self.stepping(network, batch)
        wanted = {"leak"} if implicit else set()
        if implicit < 1 and self.dt is None:  # an explicit step is as long as the slopes allow
            wanted |= {"slope_s"}
        if phase.anchor is not None:
            wanted |= {"slope_I", "transfer_slope"}
        if phase.anchor is not None:
            refuse_variables(network, "a transposed phase")
        recurrent, clamped = (edges_of(network, which, phase.clamped) for which in ("recurrent", "clamped"))
        transposed = None if phase.anchor is None else edges_of(network, "transposed")
        found = Equilibrium.empty(network, phase.start, dt)
        return found, (
            equations(network.dynamics, cost, frozenset(wanted)),
            nodes_of(network, subgraph, subgraph.moving.size),
            (*subgraph.outputs, network.connectivity.outputs.size),
            recurrent, clamped, transposed, box_of(network),
            (phase.start, phase.anchor, phase.target, phase.strength), dt, self.most_steps(phase), self.tol, implicit,
            phase.cost.stiffness, None if rule is None else rule.arguments, frames,
            threads_for(int(recurrent[0][-1]), batch), (found.full, found.residual, found.steps, found.status),
        )  # fmt: skip

    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Follow dd/dt = J' d + force in the steps of the free phase, whose stability is its own.

        J' and J have the same spectrum, and so have the matrices of their steps, explicit or semi-implicit: it
        settles where the free phase does. Without a cycle, one sweep solves it.
        """
        answer, arguments = self.response_call(equilibrium, force, lift)
        engine.response(*arguments)
        return answer

    def response_call(
        self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0
    ) -> tuple[Response, tuple[Any, ...]]:
        """Return what will be the response, and the arguments with which the engine's ``response`` writes it there."""
        implicit, dt = self.stepping(equilibrium.network, equilibrium.state.shape[0])
        cyclic = equilibrium.network.connectivity.subgraph.schedule.cyclic.any()
        stepping: tuple[Floats, int] = (dt if equilibrium.dt is None else equilibrium.dt, implicit)
        if equilibrium.network.dynamics.variables:  # their part of the slopes asks for steps of its own
            stepping = np.full(dt.shape, np.nan), 0
        return response_call(equilibrium, force, lift, self.steps, self.tol, stepping if cyclic else None)

    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Suggest a step that is short enough for the diagonal of the Jacobian, where that may be what is wrong."""
        with np.errstate(all="ignore"):
            largest = float(_largest_own_slope(equilibrium.network, equilibrium.full[sample]))
        dt = float("nan") if equilibrium.dt is None else float(equilibrium.dt[sample])
        if dt * largest > 1.0:
            return f"lower dt from {dt:.4g} to at most 1/max|A_jj| = {1 / largest:.4g}"
        step = "the step" if equilibrium.dt is None else f"dt = {dt:.4g}"
        return f"{step} is within 1/max|A_jj| = {1 / largest:.4g} there, so it is the network that grows"

    def stepping(self, network: Network, batch: int) -> tuple[int, NDArray[np.float64]]:
        """Return whether the steps are semi-implicit, and each sample's dt: CHOSEN and NaN, where the engine chooses.

        It does so by the sample alone, whatever its batch.
        """
        if self.implicit and network.dynamics.leak is None:
            changing = network.dynamics.changing
            own = "" if len(changing) == 2 else f", and of {' and '.join(changing[2:])} in the same form"
            raise ParameterError(
                f"implicit is True, but a leak of {network.dynamics.name} depends on {' or '.join(changing)}: expected "
                f"a drift A - L s with L free of them{own}; use solvers.Euler(implicit=False)"
            )
        implicit = CHOSEN if self.implicit is None and self.dt is None else int(bool(self.implicit))
        return implicit, np.full(batch, np.nan if self.dt is None else self.dt)

    def _refuse_implicit(self, network: Network, phase: Phase) -> NoReturn:
        """Raise, with the node at which a semi-implicit step has a denominator 1 + dt (L + beta) <= 0."""
        leak = leaks_of(network)
        assert leak is not None, "a step without a leak is refused before"
        leak = leak + np.where(network.connectivity.nudged >= 0, phase.stiffness.min(initial=0.0), 0.0)
        place, dt = int(np.argmin(leak)), 0.25 if self.dt is None else self.dt
        node = network.nodes[network.connectivity.free[place]]
        raise ParameterError(
            f"implicit is True, but node {node!r} has the leak {leak[place]:.4g}, so that 1 + dt * leak is not "
            f"positive with dt {dt:g}: use solvers.Euler(implicit=False), or a dynamics with a leak >= 0"
        )


def _frames(
    network: Network, record: Record, subgraph: PhaseSubgraph, start: Floats, steps: int
) -> tuple[int, NDArray[np.int64], Floats]:
    """Return how many steps apart frames are, the rows of the recorded nodes, and an array for the frames."""
    watched = subgraph.row[_watched(network, record)].astype(np.int64)
    numbers = watched.size * (1 + len(network.dynamics.variable_names))
    return record.every, watched, np.empty((start.shape[0], steps // record.every + 1, numbers), start.dtype)


def _watched(network: Network, record: Record) -> NDArray[np.int64]:
    """Return the places of the recorded nodes."""
    nodes = network.nodes if record.nodes is None else record.nodes
    return np.array([network.connectivity.table.index[node] for node in nodes], np.int64)


@dataclass(frozen=True)
class OnlineRule:
    """A rule that is integrated along a phase.

    Attributes
    ----------
    network : Network
    programs : OnlineProgram
    sums : float64 array (terms, edges + biased nodes)
        What the engine adds to: of each term, the sum over steps and samples.
    arguments : tuple
        What the engine takes.
    """

    network: Network
    programs: OnlineProgram
    sums: NDArray[np.float64]
    arguments: tuple[Any, ...]

    @classmethod
    def of(cls, network: Network, rule: Expression) -> OnlineRule:
        """Return an integral of 0."""
        connectivity, subgraph = network.connectivity, rows_of(network)
        moving, programs = subgraph.moving, online_programs(rule)
        places = np.full(len(network.nodes), -1)
        places[connectivity.biased] = np.arange(connectivity.biased.size)
        sums = np.zeros((programs.sums, network.weights.size + connectivity.biased.size))
        indptr = connectivity.indptr
        plain = subgraph is connectivity.subgraph and moving.size == places.size
        other = connectivity.pre if plain else subgraph.row[connectivity.pre]
        arguments = (
            programs.pre, programs.post, programs.whole, indptr[moving], indptr[moving + 1], places[moving], other,
            network.weights, sums,
        )  # fmt: skip
        return cls(network, programs, sums, arguments)

    def integral(self, values: NDArray[np.float64], to: NDArray[np.float64]) -> Call:
        """Return the call that writes the integral at each edge and bias, an edge from a node that sends 1."""
        return weighed(self.programs.terms, self.sums, values, to)

    def traces(self) -> tuple[Floats, Floats]:
        """Return the integral of the rule at each edge, and at each bias."""
        network, edges = self.network, self.network.weights.size
        values = np.concatenate([network.weights, network.biases[network.connectivity.biased]]).astype(np.float64)
        whole = np.empty(values.size)
        engine.run((self.integral(values, whole),))
        return whole[:edges], whole[edges:]


def _largest_own_slope(network: Network, state: NDArray[Any]) -> NDArray[np.float64]:
    """Return max |dg_j/ds_j| over the free nodes, and over the same of their further variables, for each sample."""
    finite, dynamics = np.nan_to_num(state, nan=0.0, posinf=0.0, neginf=0.0), network.dynamics
    slopes = [dynamics.slope("s"), *(one.derivative(name) for name, one in dynamics.variable_equations.items())]
    own = np.stack([network.at_nodes(slope, finite)[..., network.connectivity.free] for slope in slopes], axis=-1)
    return np.asarray(np.fmax(np.max(np.abs(own), axis=(-2, -1), initial=0.0), 1e-12), np.float64)


def _trajectory(
    network: Network,
    record: Record,
    recorded: tuple[int, NDArray[np.int64], Floats],
    end: Floats,
    n_steps: NDArray[np.int64],
) -> Trajectory:
    """Return the frames up to the last step of any sample; after its own last step a sample keeps its final state."""
    watched, frames, names = _watched(network, record), recorded[2], network.dynamics.variable_names
    places = np.concatenate([k * len(network.nodes) + watched for k in range(1 + len(names))])
    count = min(frames.shape[1], -(-int(n_steps.max()) // record.every) + 1)
    for sample, steps in enumerate(n_steps.tolist()):
        frames[sample, steps // record.every + 1 : count] = end[sample, places]
    labels = tuple(network.nodes[place] for place in watched)
    return Trajectory(record.every * np.arange(count), labels, frames[:, :count].copy(), names)
