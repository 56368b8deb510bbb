"""The linear response of a free equilibrium on tensors: Euler's steps of dd/dt = J' d + F, as the engine takes them.

J' = diag(dg/ds) + diag(f') W' diag(dg/dI), each edge carrying activity from post to pre; further variables are at rest
with s. A node that its drift presses against the box answers nothing but a pull back into it, and that by the share
`lift`. The residual is relative to the sample's largest force (``kernels/native/loops/response.h``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count

import torch
from torch import Tensor

from neurograph.kernels.engine import LARGEST
from neurograph.solvers.euler import Euler
from neurograph.solvers.result import Status
from neurograph.torch.euler import LOOK, Rest, kinds, step_length
from neurograph.torch.field import Field


@dataclass(frozen=True, eq=False)
class Linear:
    """The network linearised at a free equilibrium.

    Attributes
    ----------
    field : Field
    free : Rest
    """

    field: Field
    free: Rest

    @cached_property
    def total(self) -> Tensor:
        """I of own rows."""
        return self.field.input(self.free.columns)

    def at(self, name: str) -> Tensor:
        """Return the slope of the drift by a symbol (rows, samples), further variables at rest with it."""
        slope = self.field.rows.dynamics.rest_slope(name)
        return self.field.at(slope, self.free.s, self.total, self.free.state[1:])

    @cached_property
    def slope(self) -> Tensor:
        """dg/dI (rows, samples), 0 at clamped nodes."""
        return self.at("I") * self.field.rows.free

    @cached_property
    def own(self) -> Tensor:
        """dg/ds (rows, samples)."""
        return self.at("s")

    @cached_property
    def sending(self) -> Tensor:
        """What a node sends more of by its s, f' (rows, samples)."""
        return self.field.at(self.field.rows.dynamics.transfer_slope, self.free.s, self.total)

    @cached_property
    def side(self) -> Tensor:
        """-1 and 1 where the drift presses a node against the lower or the upper end of its box, else 0."""
        box, s = self.field.rows.box, self.free.s
        if box is None:
            return torch.zeros_like(s)
        drift = self.field.at(self.field.rows.dynamics.drift_equation, s, self.total, self.free.state[1:])
        up, down = (s >= box[1]) & (drift > 0), (s <= box[0]) & (drift < 0)
        return up.to(s.dtype) - down.to(s.dtype)


@dataclass(frozen=True, eq=False)
class Answer:
    """The linear response.

    Attributes
    ----------
    d : tensor (rows, samples)
    status : int8 tensor (samples,)
    residual : tensor (samples,)
    """

    d: Tensor
    status: Tensor
    residual: Tensor


def respond(linear: Linear, force: Tensor, lift: float, method: Euler) -> Answer:
    """Return the d that solves J' d + F = 0, F the force on all outputs (outputs, samples)."""
    field, free = linear.field, linear.free
    own, sending, source = _pulls(linear, force)
    dt, implicit = free.dt, free.implicit
    if field.rows.dynamics.variables:  # their part of the slopes asks for steps of its own
        largest = field.rows.exchange.largest(torch.where(field.rows.free, own.abs(), 0.0).amax(0))
        dt, implicit = step_length(largest), False
    scale = field.rows.exchange.largest(source.abs().amax(0))
    scale = torch.where(scale > 0, scale, 1.0)
    d, active = torch.zeros_like(source), torch.ones_like(scale, dtype=torch.bool)
    status = torch.full_like(active, int(Status.STEP_LIMIT), dtype=torch.int8)
    residual, look = torch.full_like(scale, torch.inf), LOOK if scale.is_cuda else 1
    for step in count(1):
        pull = _lifted(source + sending * field.returned(linear.slope * d), linear.side, lift)
        rest = torch.where(field.rows.free, pull + own * d, 0.0)
        new = (d + dt * pull) / (1.0 - dt * own) if implicit else d + dt * rest
        d = torch.where(field.rows.free & active, new, d)
        worst = field.rows.exchange.largest(rest.abs().amax(0)) / scale
        settled, lost = (worst <= method.tol) & (method.tol > 0), ~(worst < LARGEST)
        ended = active & (settled | lost | (step == method.steps))
        status, residual = torch.where(ended, kinds(settled, lost), status), torch.where(ended, worst, residual)
        active = active & ~ended
        if step == method.steps or (step % look == 0 and not bool(active.any())):
            return Answer(d, status, residual)
    raise AssertionError("count() does not end")


def contrast_residual(linear: Linear, d: Tensor, force: Tensor) -> Tensor:
    """Return the largest abs(J' d + F) of a contrast of two phases as d, relative to the largest force (samples,)."""
    own, sending, source = _pulls(linear, force)
    scale = linear.field.rows.exchange.largest(source.abs().amax(0))
    d = torch.where(linear.field.rows.free & (linear.side == 0), d, 0.0)
    pull = _lifted(source + sending * linear.field.returned(linear.slope * d), linear.side, 0.0)
    rest = torch.where(linear.field.rows.free, pull + own * d, 0.0).abs().amax(0)
    return linear.field.rows.exchange.largest(rest) / torch.where(scale > 0, scale, 1.0)


def _pulls(linear: Linear, force: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return dg/ds, f' and F of own rows, of which a held node that nothing would bring to rest has none."""
    rows, columns = linear.field.rows.outputs
    source = torch.zeros_like(linear.free.s)
    source[rows] = force[columns]
    idle = (linear.side != 0) & (linear.own >= 0)
    return tuple(
        torch.where(idle, other, one) for one, other in ((linear.own, -1.0), (linear.sending, 0.0), (source, 0.0))
    )


def _lifted(pull: Tensor, side: Tensor, lift: float) -> Tensor:
    """Return the part of a pull that a node answers: all, or where the box holds it the share `lift` of one back."""
    back = torch.where(side * pull < 0, lift * pull, 0.0)
    return torch.where(side == 0, pull, back)
