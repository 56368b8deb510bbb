"""Anderson's acceleration: the next state is a mix of the last few, chosen so that their changes cancel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_number, checked_whole
from neurograph.kernels.engine import LARGEST
from neurograph.network.network import Network
from neurograph.solvers.arguments import leaks_on, subgraph_of
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.euler import Euler
from neurograph.solvers.result import Equilibrium, Response, Status

RIDGE = 1e-12
"""Share of each difference's square that is added to it, so that differences of one direction leave a solution."""


ROWS = ("live", "semi", "start", "least", "mixed", "remembers", "pause", "plain", "g", "f", "products")
"""The arrays of a search that have one row for each live sample."""


@dataclass(frozen=True)
class Anderson(Solver):
    r"""Find the fixed point of Euler's step from the last few states and changes.

    A mix whose own change is not the least so far is dropped: the sample goes on from the plain step, forgets, and
    takes two, four, eight, ... plain steps before it mixes again, half as many after a mix that served. So where mixing
    does not help it is all but Euler's method.

    It ends at an equilibrium, and where there is only one, at that (see :func:`neurograph.certify`). Where there are
    several it may end at another than the trajectory would.

    Parameters
    ----------
    steps : int
        Most steps of a phase, each one of Euler's.
    tol : float
        A sample stops when its projected residual max_j abs(clip(s_j + dt F_j) - s_j) / dt falls to this, one step on.
    memory : int
        How many differences are remembered.
    dt, implicit
        Length and kind of the step, as for :class:`Euler`.
    nudged_steps : int, optional
        Most steps of a nudged or clamped phase, where they are fewer than those of the free one.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    .. math::
        s_{k+1} = \mathrm{clip}\Bigl(g(s_k) - \sum_i \gamma_i (g(s_{i+1}) - g(s_i))\Bigr), \quad
        \gamma = \arg\min \Bigl\| f_k - \sum_i \gamma_i (f_{i+1} - f_i) \Bigr\|^2

    with :math:`s_k` the states after k steps, g a step of Euler's method, whose fixed point g(s) = s is sought,
    :math:`f_k = g(s_k) - s_k`, i over the last `memory` steps, and clip the projection onto the box [1]_, [2]_.

    References
    ----------
    .. [1] Anderson, Iterative procedures for nonlinear integral equations, Journal of the ACM 12(4), 1965.
    .. [2] Walker and Ni, Anderson acceleration for fixed-point iterations, SIAM Journal on Numerical Analysis 49(4),
       2011.

    Examples
    --------
    As exact as the trajectory, in fewer of its steps:

    >>> import neurograph as ng
    >>> graph = ng.topologies.random(inputs=2, hidden=20, outputs=1, density=0.5, scale=0.2, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> mixed, plain = (ng.settle(network, [[0.5, 0.2]], solver=solver(tol=1e-10))
    ...                 for solver in (ng.solvers.Anderson, ng.solvers.Euler))
    >>> bool(mixed.steps < plain.steps / 2), bool(abs(mixed.state - plain.state).max() < 1e-8)
    (True, True)
    """

    steps: int = 1000
    tol: float = 1e-6
    memory: int = 5
    dt: float | None = None
    implicit: bool | None = None
    nudged_steps: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("tol", self.tol, above=0.0)
        checked_whole("memory", self.memory, 1)
        _ = self.euler  # which checks the others

    @property
    def euler(self) -> Euler:
        """Euler's method in the same steps, of which it may take more, for each costs less."""
        return Euler(self.dt, 5 * self.steps, self.tol, self.implicit)

    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Mix the states of each sample, all that are left a step at a time."""
        self.refuse_path(network, phase)
        search = _Search(network, phase, self)
        with np.errstate(all="ignore"):
            for step in range(1, self.most_steps(phase) + 1):
                search.advance(step)
                if not search.live.size:
                    break
        return search.finish()

    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Follow dd/dt = J' d + force, as :class:`Euler` does."""
        return self.euler.respond(equilibrium, force, lift)

    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Return the remedy of Euler's method, whose steps grew."""
        return self.euler.remedy(equilibrium, sample)


class _Search:
    """The iterates of a phase's samples: row k of every array in `ROWS` belongs to sample ``live[k]``.

    Every sum is the dot product of two rows, whose order of summation does not depend on the other samples.
    """

    def __init__(self, network: Network, phase: Phase, solver: Anderson) -> None:
        self.network, self.phase, self.tol = network, phase, solver.tol
        self.moving = subgraph_of(network, phase).moving
        self.low, self.high = (end[self.moving] for end in network.box)
        batch = phase.start.shape[0]
        self.end, self.status = phase.start.copy(), np.full(batch, Status.STEP_LIMIT, np.int8)
        self.residual, self.n_steps = np.full(batch, np.inf), np.zeros(batch, np.int64)
        self.live = np.arange(batch)
        self.step = replace(solver.euler, steps=1, tol=0)
        self.semi = leaks_on(network, phase.stiffness)
        if solver.dt is not None or solver.implicit is not None:
            self.semi[:] = bool(solver.implicit)
        self.start, self.least = phase.start.copy(), np.full(batch, np.inf)
        self.mixed, self.remembers = np.zeros(batch, np.bool_), np.zeros(batch, np.bool_)
        self.pause, self.plain = np.ones(batch, np.int64), np.zeros(batch, np.int64)
        self.g, self.f = np.zeros((batch, self.moving.size)), np.zeros((batch, self.moving.size))
        self.past_g, self.past_f = (np.zeros((solver.memory, batch, self.moving.size)) for _ in range(2))
        self.products = np.zeros((batch, solver.memory, solver.memory))

    def advance(self, step: int) -> None:
        """Take one step of Euler's from where each live sample is, and choose where it goes on from."""
        # g(s) by one step of Euler's, f = g(s) - s; a mix whose f is larger than the least so far has failed.
        after, residual = self._step()
        f = after[:, self.moving].astype(np.float64) - self.start[:, self.moving]
        norm = np.vecdot(f, f)
        grew = self.mixed & ~(norm < self.least)
        lost = ~grew & ~(residual < LARGEST)
        done = lost | (~grew & (residual <= self.tol))
        # A failed mix is not where its sample is: its state and residual stay what they were.
        kept = self.live[~grew]
        self.end[kept], self.residual[kept] = after[~grew], residual[~grew]
        self.n_steps[self.live] = step
        self.status[self.live[done]] = np.where(lost[done], Status.DIVERGED, Status.CONVERGED)
        # The history of differences, and the number of plain steps before the next mix.
        self._remember(f, grew, step)
        self.least = np.where(grew, self.least, np.fmin(self.least, norm))
        self._schedule(grew)
        self.mixed = (self.plain == 0) & np.any(self.products != 0.0, axis=(1, 2))
        # Next state: the mix, clipped, where it is its turn, else g(s).
        mixed = np.clip(self._mix(), self.low, self.high)
        self.start[:, self.moving] = np.where(self.mixed[:, None], mixed, self.g)
        if done.any():
            for name in ROWS:
                setattr(self, name, getattr(self, name)[~done])
            self.past_g, self.past_f = self.past_g[:, ~done], self.past_f[:, ~done]

    def _step(self) -> tuple[Floats, NDArray[np.float64]]:
        """Return g(s) of every live sample, and the residual at s."""
        after, residual = np.empty_like(self.start), np.empty(self.live.size)
        for semi in (True, False):
            rows = self.semi == semi
            if rows.any():
                part = replace(self.phase.of(self.live[rows]), start=self.start[rows])
                final = replace(self.step, implicit=semi).solve(self.network, part)
                after[rows], residual[rows] = final.state, final.residual
        return after, residual

    def _remember(self, f: Floats, grew: NDArray[np.bool_], step: int) -> None:
        """Put the newest differences of g and f in place of the oldest; samples whose mix failed forget all.

        `products` are the dot products of the differences of f, the matrix of the least-squares problem.
        """
        slot, kept = step % self.past_f.shape[0], ~grew[:, None]
        g = f + self.start[:, self.moving]
        new = (self.remembers & ~grew)[:, None]
        self.past_g[:, grew], self.past_f[:, grew], self.products[grew] = 0.0, 0.0, 0.0
        self.past_g[slot] = np.where(new, g - self.g, 0.0)
        self.past_f[slot] = np.where(new, f - self.f, 0.0)
        fresh = np.vecdot(self.past_f, self.past_f[slot]).T
        self.products[:, slot], self.products[:, :, slot] = fresh, fresh
        self.g, self.f = np.where(kept, g, self.g), np.where(kept, f, self.f)
        self.remembers = ~grew

    def _schedule(self, grew: NDArray[np.bool_]) -> None:
        """Choose how many plain steps come next: twice as many after a mix that failed, half after one that served."""
        self.pause = np.where(grew, 2 * self.pause, np.where(self.mixed, np.maximum(self.pause // 2, 1), self.pause))
        self.plain = np.where(grew, self.pause, np.maximum(self.plain - 1, 0))

    def _mix(self) -> Floats:
        """Return g less the mix of its differences that cancels f best."""
        # The normal equations of min |f - sum_k gamma_k df_k|, scaled to a unit diagonal, with a ridge; an empty slot
        # has the row of the identity, and so gamma_k = 0.
        size = np.sqrt(np.diagonal(self.products, axis1=1, axis2=2))
        size = np.where(size > 0.0, size, 1.0)
        matrix = self.products / (size[:, :, None] * size[:, None])
        matrix += np.eye(size.shape[1]) * np.where(matrix.diagonal(axis1=1, axis2=2) > 0.0, RIDGE, 1.0)[:, None]
        right = np.vecdot(self.past_f, self.f).T / size
        gamma = np.linalg.solve(matrix, right[:, :, None])[:, :, 0] / size
        mix = self.g.copy()
        for k, differences in enumerate(self.past_g):
            mix -= gamma[:, k, None] * differences
        return mix

    def finish(self) -> Equilibrium:
        """Return each sample's last state that was not a failed mix."""
        method = f"anderson: {self.past_f.shape[0]} differences of Euler's step"
        return Equilibrium(self.network, self.end, self.status, self.residual, self.n_steps, method=method)
