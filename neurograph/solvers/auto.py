"""The solver that looks at the network: the fastest way that is sure to end where the trajectory would."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_number
from neurograph.network.network import Network
from neurograph.solvers.anderson import Anderson
from neurograph.solvers.arguments import leaks_on, subgraph_of
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.contraction import provably_contracts
from neurograph.solvers.euler import Euler
from neurograph.solvers.gauss_seidel import GaussSeidel
from neurograph.solvers.newton import Newton
from neurograph.solvers.result import Equilibrium, Response, Status

TINY = 2000
"""Edges among moving nodes up to which Euler's steps cost less than choosing anything else."""

LONG = 100.0
"""Length of the semi-implicit steps that Anderson mixes: all but those of Jacobi's method, s = A / L."""

MOST = 100
"""Sweeps after which a sample goes to a method whose steps cost more, and are fewer."""

FEW = 100
"""Free nodes up to which that is Newton's method, whose steps cost the cube of their number."""


@dataclass(frozen=True)
class Auto(Solver):
    r"""Settle by the method that the network calls for; the result says which, and why, in ``.method``.

    - One without cycles whose leak is linear, and positive at every node: :class:`GaussSeidel`, exact in
      one pass.
    - A network of at most 2000 edges among free nodes: :class:`Euler`, for nothing costs less.
    - One whose leak is linear and that surely contracts, so that it has one equilibrium, and sweeps find it:
      :class:`GaussSeidel`, and for samples that take more than 100 sweeps :class:`Newton` (at most 100 free nodes) or
      :class:`Anderson`.
    - Any other: :class:`Euler`, for where there may be several equilibria the trajectory says which.

    A sample that has not converged then is left to :class:`Euler`, from the start. The choice rests on the network and
    the sample's own nudge, so that a sample's answer does not depend on its batch. An online rule or a record needs the
    trajectory, and gets :class:`Euler` too.

    Parameters
    ----------
    steps : int
        Most steps of Euler's method in a phase.
    tol : float
        A sample stops when its projected residual falls to this.
    nudged_steps : int, optional
        Most steps of Euler's method in a nudged or clamped phase, where they are fewer than those of the free one.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    Every method ends where no node moves, which follows from the definition of an equilibrium in a box:

    .. math:: s_j = \mathrm{clip}(s_j + F_j), \quad F_j = g_j(s) + \beta F^C_j

    with :math:`s_j` the state of node j, :math:`g_j` its drift, :math:`\beta` the nudging strength, :math:`F^C_j` the
    cost's force on an output and clip the projection onto the box.

    Examples
    --------
    >>> import neurograph as ng
    >>> graph = ng.topologies.layered(inputs=2, hidden=(3, 3), outputs=1, feedback=False, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ng.settle(network, [[0.5, 1.0]], solver=ng.solvers.Auto(tol=1e-9)).method
    'gauss-seidel: the graph has no cycle, so one pass is exact'
    """

    steps: int = 5000
    tol: float = 1e-6
    nudged_steps: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("tol", self.tol, above=0.0)

    @property
    def euler(self) -> Euler:
        """Euler's method with the same steps and tolerance."""
        return Euler(steps=self.steps, tol=self.tol, nudged_steps=self.nudged_steps)

    @property
    def _gauss_seidel(self) -> GaussSeidel:
        return GaussSeidel(steps=MOST, tol=self.tol)

    def solve(self, network: Network, phase: Phase) -> Equilibrium:
        """Choose the methods and try them in turn; what has not converged goes to Euler's method, from the start."""
        sure, why = self._choice(network, phase)
        if not sure.any():
            return replace(self.euler.solve(network, phase), method=f"euler: {why}")
        batch = phase.start.shape[0]
        status, steps = np.full(batch, Status.STEP_LIMIT, np.int8), np.zeros(batch, np.int64)
        whole = Equilibrium(network, phase.start.copy(), status, np.full(batch, np.inf), steps)
        names = []
        # Sweeps, then Newton's method or Anderson's, of the samples that surely have one equilibrium; then Euler's
        # method, of what has not converged.
        small = network.connectivity.free.size <= FEW
        second = Newton(tol=self.tol) if small else Anderson(tol=self.tol, dt=LONG, implicit=True)
        tried: list[tuple[str, Solver, NDArray[np.bool_]]] = [
            ("gauss-seidel", self._gauss_seidel, sure),
            ("newton" if small else "anderson", second, sure),
            ("euler", self.euler, np.ones_like(sure)),
        ]
        for name, solver, samples in tried:
            left = samples & (whole.status != Status.CONVERGED)
            if left.any():
                part = phase.of(np.flatnonzero(left))
                found = solver.solve(network, part)
                if isinstance(solver, Anderson):
                    found = self._checked(found, part)
                _put(whole, found, left)
                names.append(name if left.all() else f"{name} ({np.sum(left)} of {batch} samples)")
        return replace(whole, method=f"{', then '.join(names)}: {why}")

    def _checked(self, found: Equilibrium, phase: Phase) -> Equilibrium:
        """Go on in Euler's own short steps, whose residual decides what has converged: for most samples, one.

        The residual of a long step is that of a node which still moves to its bound, over the length of the step.
        """
        checked = replace(self.euler, steps=MOST, nudged_steps=None).solve(
            found.network, replace(phase, start=found.full)
        )
        return replace(checked, steps=found.steps + checked.steps)

    def follows(self, network: Network, clamped: bool = False) -> Euler | None:
        """Return Euler's method where nothing costs less."""
        connectivity = network.connectivity
        subgraph = connectivity.clamped_subgraph if clamped else connectivity.subgraph
        small = subgraph.recurrent.other.size <= TINY and subgraph.schedule.cyclic.any()
        return self.euler if small else None

    def respond(self, equilibrium: Equilibrium, force: Floats, lift: float = 0.0) -> Response:
        """Answer in sweeps from the outputs back where the free phase would sweep, else in Euler's steps."""
        sure, _ = self._choice(equilibrium.network, Phase(equilibrium.full))
        if not sure.all():
            return self.euler.respond(equilibrium, force, lift)
        whole = self._gauss_seidel.respond(equilibrium, force, lift)
        left = whole.status != Status.CONVERGED
        if left.any():
            part = replace(equilibrium, full=equilibrium.full[left], dt=None)
            _put(whole, self.euler.respond(part, force[left], lift), left)
        return whole

    def remedy(self, equilibrium: Equilibrium, sample: int) -> str:
        """Return the remedy of Euler's method, which was the last to be tried."""
        return self.euler.remedy(equilibrium, sample)

    def _choice(self, network: Network, phase: Phase) -> tuple[NDArray[np.bool_], str]:
        """Return which samples are sure to have one equilibrium, wherever they start, and why that is used or not."""
        none = np.zeros(phase.start.shape[0], np.bool_)
        if phase.rule is not None or phase.record is not None:
            return none, "the trajectory itself is asked for"
        if network.dynamics.variables:
            return none, "neurons have more variables than one, and it follows them all"
        if _one_pass(network, phase):
            return leaks_on(network, phase.stiffness), "the graph has no cycle, so one pass is exact"
        edges = subgraph_of(network, phase).recurrent.other.size
        if edges <= TINY:
            return none, f"with {edges} edges among the nodes that move, nothing costs less"
        sure = leaks_on(network, phase.stiffness) & provably_contracts(network, phase)
        if not sure.any():
            return none, "there may be several equilibria, and the trajectory says which"
        return sure, "the network contracts, so it has one equilibrium, wherever it starts"


def _one_pass(network: Network, phase: Phase) -> bool:
    """Return whether Gauss-Seidel solves the phase in one pass: no cycle, no coupling but the edges along it."""
    coupled = phase.cost.coupled and not phase.free
    return phase.anchor is None and not coupled and not bool(subgraph_of(network, phase).schedule.cyclic.any())


def _put(whole: Equilibrium | Response, part: Equilibrium | Response, samples: NDArray[np.bool_]) -> None:
    """Write the results of some samples over their earlier ones."""
    for name in ("state", "status", "residual", "steps"):
        getattr(whole, name)[samples] = getattr(part, name)
