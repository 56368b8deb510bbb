"""Newton's method: slopes instead of steps, and the nodes that the box holds found by an active set."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse.linalg
from numpy.typing import NDArray
from scipy import sparse

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.equations.neuron import pressed
from neurograph.network.network import Network
from neurograph.solvers.arguments import leaks_on
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.euler import Euler
from neurograph.solvers.result import Equilibrium, Response, Status
from neurograph.solvers.vector_field import Columns, Places, VectorField

DENSE = 200
"""Most moving nodes whose Jacobian is solved as a dense matrix."""

FIRST_STRETCH = 10
"""Steps of the trajectory before Newton's method is tried; twice as many each time it fails."""

PATIENCE = 5
"""Iterations in a row that may fail to halve the smallest residual, before the trajectory is followed again."""

SLOWEST = 1.0
"""Least slope of a node that its h is the inverse of: a longer h would hide how far it is from its bound."""


@dataclass(frozen=True)
class Newton(Solver):
    r"""Solve for the equilibrium by semismooth Newton steps from points along the trajectory.

    The steps start where a stretch of Euler's trajectory ends; where they do not get on, a stretch twice as long takes
    up the trajectory where it was left, so that it converges wherever Euler's method does.

    It ends at an equilibrium, and where there is only one, at that (see :func:`neurograph.certify`). Where there are
    several it may end at another than the trajectory would, even at one that is not stable.

    Parameters
    ----------
    steps : int
        Most steps of a phase: linear systems solved, and stretches of the trajectory.
    tol : float
        A sample stops when its projected residual max_j abs(clip(s_j + h_j F_j) - s_j) / h_j falls to this.
    nudged_steps : int, optional
        Most steps of a nudged or clamped phase, where they are fewer than those of the free one.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    .. math:: J d = -F, \quad s \leftarrow s + d, \quad F = \dot s + \text{nudge}

    with s the states, :math:`\dot s` the drift and J the Jacobian of F, of the nodes that are not held; a node is held
    where :math:`s_j + h_j F_j`, :math:`h_j = 1 / \max(1, |\partial F_j / \partial s_j|)`, leaves the box, and goes to
    the bound [1]_, [2]_. With drift and transfer linear up to kinks this ends after finitely many steps, at the exact
    equilibrium.

    References
    ----------
    .. [1] Qi and Sun, A nonsmooth version of Newton's method, Mathematical Programming 58, 1993.
    .. [2] Hintermüller, Ito, Kunisch, The primal-dual active set strategy as a semismooth Newton method, SIAM Journal
       on Optimization 13(3), 2002.

    Examples
    --------
    A linear network is solved exactly, with one linear system, after a stretch of the trajectory that is of no use:

    >>> import numpy as np, neurograph as ng
    >>> graph = ng.topologies.random(inputs=2, hidden=20, outputs=1, density=0.5, scale=0.1, seed=0)
    >>> network, x = ng.compile(graph, ng.Dynamics("-s + I")), [[0.5, 0.2]]
    >>> found = ng.settle(network, x, solver=ng.solvers.Newton(tol=1e-12))
    >>> W, free = network.matrix().toarray(), slice(2, None)
    >>> exact = np.linalg.solve(np.eye(21) - W[free, free], W[free, :2] @ x[0])
    >>> int(found.steps[0]) < 5, bool(abs(found.state[0, free] - exact).max() < 1e-12)
    (True, True)
    """

    steps: int = 50
    tol: float = 1e-8
    nudged_steps: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("tol", self.tol, above=0.0)

    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Solve for each sample, all that are left a step at a time."""
        self.refuse_path(network, phase)
        search = _Search(network, phase, self.tol)
        with np.errstate(all="ignore"):
            for step in range(1, self.most_steps(phase) + 1):
                if not search.live.size:
                    break
                search.advance(step)
            return search.finish()

    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Solve J' d + force = 0; which of the held nodes are pulled back into the box is an active set too.

        The answer is exact also at an equilibrium that is not stable, and DIVERGED only where J is singular.
        """
        with np.errstate(all="ignore"):
            return _linear_response(equilibrium.network, equilibrium.state, force, lift, self.steps, self.tol)

    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Return the remedy, or rather that there is none: the trajectory grows."""
        return "no equilibrium is near its trajectory, which grows"


class _Search:
    """The iterates of a phase's samples: `s` is Newton's, `path` where the trajectory was left; `live` are not done."""

    def __init__(self, network: Network, phase: Phase, tol: float) -> None:
        self.network, self.phase, self.tol = network, phase, tol
        self.field = VectorField(network, phase)
        self.low, self.high = (end[self.field.moving, None] for end in network.box)
        batch = phase.start.shape[0]
        self.live = np.arange(batch)
        self.path = phase.start.copy()
        self.implicit = leaks_on(network, phase.stiffness)
        self.s = self._moving(self.live)
        self.next = self.s.copy()
        self.stretch = np.full(batch, FIRST_STRETCH)
        self.best, self.failures = np.full(batch, np.inf), np.full(batch, PATIENCE)
        self.residual, self.n_steps = np.full(batch, np.inf), np.zeros(batch, np.int64)
        self.status = np.full(batch, Status.STEP_LIMIT, np.int8)

    def _moving(self, samples: Places) -> Columns:
        return np.ascontiguousarray(self.path[np.ix_(samples, self.field.moving)].T, np.float64)

    def advance(self, step: int) -> None:
        """Take one step of each live sample, Newton's or a stretch of the trajectory, and test it for convergence."""
        live = self.live
        # Samples whose last Newton steps failed go on along the trajectory; the others take the step.
        failing = self.failures[live] >= PATIENCE
        self._follow(live[failing])
        going = live[~failing]
        self.s[:, going] = self.next[:, going]
        # The residual, and the state after the next step, of all whose trajectory has not diverged.
        live = live[self.status[live] != Status.DIVERGED]
        residual, self.next[:, live] = self._step(self.s[:, live], live)
        self.residual[live] = residual
        self.n_steps[self.live] = step
        # A step fails that neither arrives nor halves the smallest residual since the trajectory was left; NaN fails at
        # once.
        better = residual <= np.maximum(0.5 * self.best[live], self.tol)
        self.best[live] = np.where(better, residual, self.best[live])
        self.failures[live] = np.where(better, 0, self.failures[live] + 1)
        self.failures[live[~np.isfinite(residual)]] = PATIENCE
        # The residual is small near a bound, too, but a node is held that stands on it: that takes another step.
        arrived = (residual <= self.tol) & np.all(self.next[:, live] == self.s[:, live], axis=0)
        self.status[live[arrived]] = Status.CONVERGED
        self.live = live[~arrived]

    def _follow(self, samples: Places) -> None:
        """Take up the trajectory of these samples where it was left."""
        implicit = self.implicit[samples]
        for steps, kind in sorted(set(zip(self.stretch[samples].tolist(), implicit.tolist(), strict=True))):
            group = samples[(self.stretch[samples] == steps) & (implicit == kind)]
            part = replace(self.phase.of(group), start=self.path[group])
            final = Euler(steps=steps, tol=self.tol, implicit=kind).solve(self.network, part)
            self.path[group], self.residual[group] = final.state, final.residual
            self.status[group[final.status == Status.DIVERGED]] = Status.DIVERGED
        self.s[:, samples] = self._moving(samples)
        self.stretch[samples] *= 2
        self.best[samples], self.failures[samples] = np.inf, 0

    def _evaluate(self, s: Columns, samples: Places) -> tuple[Columns, Columns, Columns, NDArray[np.float64]]:
        """Return F, the Jacobian's entries, each node's h and the residual of each sample."""
        drift, entries = self.field.drift(s, samples), self.field.jacobian(s, samples)
        h = 1.0 / np.maximum(np.abs(entries[: s.shape[0]]), SLOWEST)
        residual = _max_abs((np.clip(s + h * drift, self.low, self.high) - s) / h)
        return drift, entries, h, residual

    def _step(self, s: Columns, samples: Places) -> tuple[NDArray[np.float64], Columns]:
        """Return the residual of each sample, and its state a semismooth step on.

        Of one whose residual is small enough only the held nodes go to their bounds; the others stay.
        """
        drift, entries, h, residual = self._evaluate(s, samples)
        # The active set: nodes that s + h F takes out of the box, or to its bound, are held and go to the bound. Right
        # side of the system: that move for the held ones, -F for the others.
        ahead = s + h * drift
        held = (ahead <= self.low) | (ahead >= self.high)
        bounded = np.clip(ahead, self.low, self.high)
        right = np.where(held, bounded - s, -drift)
        change = np.zeros_like(s)
        going = np.flatnonzero(np.isfinite(residual) & (residual > self.tol))
        change[:, going] = solve_unheld(
            self.field.rows, self.field.columns, entries[:, going], held[:, going], right[:, going]
        )
        # The bound itself: the move there is rounded, by the matrix's factors and where it is added.
        return residual, np.where(held, bounded, np.clip(s + change, self.low, self.high))

    def finish(self) -> Equilibrium:
        """Return each sample's equilibrium; of one that did not converge, where its trajectory was left."""
        found = np.flatnonzero(self.status == Status.CONVERGED)
        self.path[np.ix_(found, self.field.moving)] = self.s[:, found].T
        # Rounded to float32 a state has another residual, so all are evaluated again.
        checked = self.live if self.path.dtype == np.float64 else np.flatnonzero(self.status != Status.DIVERGED)
        self.residual[checked] = self._evaluate(self._moving(checked), checked)[3]
        self.status[checked] = np.where(self.residual[checked] <= self.tol, Status.CONVERGED, Status.STEP_LIMIT)
        method = f"newton: {'dense' if self.field.moving.size <= DENSE else 'sparse'} semismooth steps"
        return Equilibrium(self.network, self.path, self.status, self.residual, self.n_steps, method=method)


def solve_unheld(rows: Places, columns: Places, entries: Columns, held: NDArray[np.bool_], right: Columns) -> Columns:
    """Solve A x = right for each sample, but x_j = right_j where `held`; NaN where that is singular.

    A is given by entries that stand at `rows` and `columns`. Samples are columns, each with a factorisation of its own.
    """
    # Held rows become those of the identity.
    size = right.shape[0]
    entries = entries * ~held[rows]
    if size > DENSE:
        found = np.empty_like(right)
        for k in range(right.shape[1]):
            found[:, k] = _solve_sparse(rows, columns, entries[:, k], held[:, k], right[:, k])
        return found
    places = rows * size + columns
    dense = np.array([np.bincount(places, each, minlength=size * size) for each in entries.T]).reshape(
        right.shape[1], size, size
    )
    dense[:, np.arange(size), np.arange(size)] += held.T
    try:
        return np.linalg.solve(dense, right.T[:, :, None])[:, :, 0].T
    except np.linalg.LinAlgError:
        return np.array([_solve_dense(*each) for each in zip(dense, right.T, strict=True)]).T


def _solve_dense(matrix: Columns, right: Columns) -> Columns:
    try:
        return np.asarray(np.linalg.solve(matrix, right[:, None])[:, 0])
    except np.linalg.LinAlgError:
        return np.full_like(right, np.nan)


def _solve_sparse(rows: Places, columns: Places, entries: Columns, held: NDArray[np.bool_], right: Columns) -> Columns:
    """Solve A_ff x_f = right_f - A_fh x_h for the nodes f that are not held, those held, h, being known."""
    known = np.where(held, right, 0.0)
    free = np.flatnonzero(~held)
    matrix = sparse.csc_array((entries, (rows, columns)), shape=(right.size, right.size))
    try:
        known[free] = scipy.sparse.linalg.splu(matrix[:, free][free]).solve(right[free] - (matrix @ known)[free])
    except RuntimeError:  # exactly singular
        return np.full_like(right, np.nan)
    return known


def _linear_response(network: Network, state: Floats, force: Floats, lift: float, steps: int, tol: float) -> Response:
    """Solve J' d + force = 0; a node that the box holds has d = 0, or, pulled into the box, own d + lift pull = 0.

    Here own = dg/ds, and pull_j = force_j + f'_j sum_k W_kj (dg/dI)_k d_k, so that J' d + force = own d + pull.
    """
    field = VectorField(network, Phase(state))
    live = np.arange(state.shape[0])
    s = np.ascontiguousarray(state[:, field.moving].T, np.float64)
    (own, input_slope, sending), drift = field.slopes(s, live), field.drift(s, live)
    # Of a held node the sign of the way back into the box, else 0; its bound is a number of the network's own type.
    side = 0.0 - pressed(s.astype(network.dtype), drift, *(end[field.moving, None] for end in network.box))
    source = np.zeros_like(s)
    source[field.pulled] = force.T
    # A held node with own >= 0 has no equilibrium to answer with: it stays, d = 0, and passes nothing on.
    stuck = (side != 0.0) & (own >= 0.0)
    own[stuck], sending[stuck], source[stuck] = -1.0, 0.0, 0.0
    scale = _max_abs(source)
    scale[scale == 0.0] = 1.0
    carried = field.carried(input_slope, sending)
    answering, d = side == 0.0, np.zeros_like(s)
    residual, n_steps = np.full(live.size, np.inf), np.zeros(live.size, np.int64)
    for step in range(1, steps + 1):
        # Solve (diag(own) + diag(share) F W' D) d = -share source; the share is 1, lift for a held node that answers,
        # and 0 for one that does not.
        share = np.where(side[:, live] == 0.0, 1.0, lift * answering[:, live])
        entries = np.concatenate([own[:, live], share[field.recurrent.indices] * carried[:, live]])
        none = np.zeros(share.shape, np.bool_)
        d[:, live] = solve_unheld(field.columns, field.rows, entries, none, -share * source[:, live])
        # The new active set: the held nodes that d pulls into the box. The residual is that of the set's own equation.
        pull = source[:, live] + sending[:, live] * (field.recurrent.T @ (input_slope[:, live] * d[:, live]))
        inward = np.where(side[:, live] == 0.0, True, side[:, live] * pull > 0.0)
        left = own[:, live] * d[:, live] + np.where(side[:, live] == 0.0, 1.0, lift * inward) * pull
        residual[live], n_steps[live] = _max_abs(left) / scale[live], step
        # Samples whose set changed take another step; without lift no held node answers, whatever its set.
        changed = np.any(inward != answering[:, live], axis=0) & np.isfinite(residual[live]) & (lift > 0.0)
        answering[:, live] = inward
        live = live[changed]
        if not live.size:
            break
    response, input_slopes = np.zeros_like(state), np.zeros_like(state)
    response[:, field.moving], input_slopes[:, field.moving] = d.T, input_slope.T
    lost = ~np.isfinite(residual)
    status = np.where(lost, Status.DIVERGED, np.where(residual <= tol, Status.CONVERGED, Status.STEP_LIMIT))
    response[lost], residual[lost] = 0.0, np.inf
    return Response(response, input_slopes, status.astype(np.int8), residual, n_steps)


def _max_abs(values: Columns) -> NDArray[np.float64]:
    """Return the largest size in each column; NaN where one is."""
    return np.asarray(np.max(np.abs(values), axis=0, initial=0.0))
