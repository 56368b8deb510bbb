"""Euler's method on tensors: the steps of the engine (``kernels/native/loops/euler.h``), as torch's operations.

With g the drift, I_j = sum over edges i -> j of W_ji f(s_i), F the force of the cost and beta the nudge, a step is

    explicit       s_j <- box( s_j + dt (g(s_j, I_j) + beta F_j) )
    semi-implicit  s_j <- box( (s_j + dt (A_j + beta F_j(0))) / (1 + dt (L_j + beta k)) )

where the drift is A - L s and the force F(0) - k s; a force that is no such line is taken at s_j, with k = 0. A sample
ends when its residual max_j abs(box(s_j + dt (g_j + beta F_j)) - s_j) / dt is at most `tol`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import torch
from torch import Tensor

from neurograph.equations.cost import Cost
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import OUTPUT
from neurograph.kernels.engine import LARGEST
from neurograph.solvers.euler import Euler
from neurograph.solvers.result import Status
from neurograph.torch.equations import FUNCTIONS
from neurograph.torch.field import Field

LOOK = 8
"""Steps of a GPU from one look whether all samples have ended to the next: to look is to wait for it."""


@dataclass(frozen=True, eq=False)
class Rest:
    """Where a phase has ended.

    Attributes
    ----------
    state : tuple of tensor (rows, samples)
        s of own rows, and each further variable.
    columns : tensor (columns, samples)
        s of every column.
    status : int8 tensor (samples,)
    residual : tensor (samples,)
    steps : int64 tensor (samples,)
    dt : tensor (samples,)
    implicit : bool
    """

    state: tuple[Tensor, ...]
    columns: Tensor
    status: Tensor
    residual: Tensor
    steps: Tensor
    dt: Tensor
    implicit: bool

    @property
    def s(self) -> Tensor:
        """S of own rows (rows, samples)."""
        return self.state[0]


@dataclass(frozen=True, eq=False)
class Nudge:
    """How the outputs are nudged.

    Attributes
    ----------
    cost : Cost
    target : tensor (outputs, samples)
        y of all outputs.
    beta : tensor (samples,)
    """

    cost: Cost
    target: Tensor
    beta: Tensor

    def force(self, field: Field, s: Tensor) -> Tensor:
        """Return the force F on own outputs (own outputs, samples), at states of own rows."""
        rows, columns = field.rows.outputs
        values = {"s": s[rows], "y": self.target[columns], **self.cost.constants}
        if (level := self.cost.normaliser_equation) is not None:
            every = level(**FUNCTIONS, s=field.rows.at_outputs(s), **self.cost.constants)
            values["log_share"] = torch.log_softmax(every, 0)[columns]
        force = self.cost.force_equation(**FUNCTIONS, **values)
        return torch.as_tensor(force, dtype=s.dtype, device=s.device).expand_as(values["s"])


@dataclass(frozen=True, eq=False)
class Anchor:
    """What a transposed phase adds to the drift, (J' - J)(s - s*) with J the Jacobian at the free equilibrium s*.

    Attributes
    ----------
    s, slope, sending : tensor (rows, samples)
        s*, dg/dI and f' there.
    """

    s: Tensor
    slope: Tensor
    sending: Tensor

    @classmethod
    def at(cls, field: Field, free: Rest) -> Anchor:
        """Return it at a free equilibrium."""
        total, dynamics = field.input(free.columns), field.rows.dynamics
        slope, sending = (field.at(one, free.s, total) for one in (dynamics.slope("I"), dynamics.transfer_slope))
        return cls(free.s, slope, sending)

    def pull(self, field: Field, s: Tensor) -> Tensor:
        """Return it at states of own rows; the diagonals of J' and J cancel."""
        away = (s - self.s) * field.rows.free
        carried = field.matrix @ field.rows.exchange.gathered(self.sending * away)
        return self.sending * field.returned(self.slope * away * field.rows.free) - self.slope * carried


def settle(
    field: Field,
    start: Sequence[Tensor],
    method: Euler,
    nudge: Nudge | None = None,
    clamped: bool = False,
    anchor: Anchor | None = None,
) -> Rest:
    """Follow a phase from states of own rows (rows, samples), s and each further variable, until every sample ends."""
    rows, exchange, dynamics = field.rows, field.rows.exchange, field.rows.dynamics
    state, equations = tuple(start), (dynamics.drift_equation, *dynamics.variable_equations.values())
    moving = rows.free & (rows.roles != OUTPUT)[:, None] if clamped else rows.free
    columns = exchange.gathered(state[0])
    implicit, dt, leaks, at_rest = _steps(field, state, columns, method, nudge, moving)
    gains = [1.0 / (1.0 + dt * leak) for leak in leaks]
    samples = state[0].shape[1]
    active = torch.ones(samples, dtype=torch.bool, device=dt.device)
    status = torch.full((samples,), int(Status.STEP_LIMIT), dtype=torch.int8, device=dt.device)
    residual, taken = torch.full_like(dt, torch.inf), torch.zeros_like(status, dtype=torch.int64)
    limit = method.nudged_steps if method.nudged_steps is not None and (nudge is not None or clamped) else method.steps
    look = LOOK if dt.is_cuda else 1
    for step in count(1):
        # 1. The drifts, or A of A - L s: of each variable with itself at 0.
        total, after, worst = field.input(columns), [], torch.zeros_like(dt)
        for k, equation in enumerate(equations):
            seen = [torch.zeros_like(one) if implicit and j == k else one for j, one in enumerate(state)]
            moved = field.at(equation, seen[0], total, seen[1:])
            if k == 0 and anchor is not None:
                moved = moved + anchor.pull(field, state[0])
            if k == 0 and nudge is not None:
                force = nudge.force(field, seen[0] if at_rest else state[0])
                moved = moved.index_add(0, rows.outputs[0], nudge.beta * force)
            # 2. The step, and how far an explicit one would go, whatever the kind.
            box = field.boxed if k == 0 else _unboxed
            rate = moved - leaks[k] * state[k] if implicit else moved
            reached = box(state[k] + dt * rate)
            new = box((state[k] + dt * moved) * gains[k]) if implicit else reached
            worst = torch.maximum(worst, torch.where(moving, (reached - state[k]).abs(), 0.0).amax(0))
            after.append(torch.where(moving & active, new, state[k]))
        state, columns = tuple(after), exchange.gathered(after[0])
        # 3. Which samples end here.
        rest = exchange.largest(worst) / dt
        settled = (rest <= method.tol) if method.tol > 0 else torch.zeros_like(active)
        lost = ~(rest < LARGEST)
        ended = active & (settled | lost | (step == limit))
        status, taken = torch.where(ended, kinds(settled, lost), status), torch.where(ended, step, taken)
        residual, active = torch.where(ended, rest, residual), active & ~ended
        if step == limit or (step % look == 0 and not bool(active.any())):
            return Rest(state, columns, status, residual, taken, dt, implicit)
    raise AssertionError("count() does not end")


def kinds(settled: Tensor, lost: Tensor) -> Tensor:
    """Return how samples end (samples,), as a :class:`neurograph.Status`: others at the limit of steps."""
    others = torch.where(settled, int(Status.CONVERGED), int(Status.STEP_LIMIT))
    return torch.where(lost, int(Status.DIVERGED), others).to(torch.int8)


def step_length(slope: Tensor) -> Tensor:
    """Return the length of an explicit step (samples,), by the largest slope of each sample."""
    return torch.clamp(0.5 / torch.clamp(slope, min=1e-12), max=0.5)


def _unboxed(state: Tensor) -> Tensor:
    return state


def _steps(
    field: Field, state: Sequence[Tensor], columns: Tensor, method: Euler, nudge: Nudge | None, moving: Tensor
) -> tuple[bool, Tensor, list[Tensor], bool]:
    """Return whether steps are semi-implicit, their lengths, the leaks nudge included, and if the force is taken at 0.

    Where a method leaves it open: semi-implicit with dt = 1/4 if the drift is linear in s and L + beta k >= 0 at every
    node, else explicit with dt = min(1/2, 1 / (2 (max abs(dg/ds) + abs(beta k)))), at the start.
    """
    rows, exchange, leaks = field.rows, field.rows.exchange, list(field.leaks)
    stiffness = None if nudge is None else nudge.cost.stiffness
    pulled = torch.zeros_like(state[0][:1]) if nudge is None else nudge.beta * (1.0 if stiffness is None else stiffness)
    if leaks and nudge is not None and stiffness:
        leaks[0] = (
            leaks[0]
            .expand_as(state[0])
            .index_add(0, rows.outputs[0], (nudge.beta * stiffness).expand(rows.outputs[0].shape[0], -1))
        )
    least = state[0].new_full((1,), torch.inf)
    for leak in leaks:
        least = torch.minimum(least, torch.where(moving, leak, torch.inf).amin())
    possible = bool(leaks) and bool(exchange.largest(-least)[0] <= 0.0)
    chosen = possible if method.implicit is None and method.dt is None else bool(method.implicit)
    if chosen and leaks:
        dt = 0.25 if method.dt is None else method.dt
        if bool(exchange.largest(-1.0 - dt * least)[0] >= 0.0):
            raise ParameterError(
                f"implicit is True, but a node has a leak so far below 0 that 1 + dt * leak is not positive with dt "
                f"{dt:g}: use solvers.Euler(implicit=False), or a dynamics with a leak >= 0"
            )
        return True, torch.full_like(state[0][0], dt), leaks, stiffness is not None
    if method.dt is not None:
        return False, torch.full_like(state[0][0], method.dt), [], False
    total, dynamics = field.input(columns), field.rows.dynamics
    slopes = [dynamics.slope("s"), *(one.derivative(name) for name, one in dynamics.variable_equations.items())]
    largest = torch.zeros_like(state[0][0])
    for slope in slopes:
        own = field.at(slope, state[0], total, state[1:]).abs()
        largest = torch.maximum(largest, torch.where(moving, own, 0.0).amax(0))
    own = exchange.largest(largest) + pulled.abs().reshape(-1)
    return False, step_length(own), [], False
