"""The phases of a rule on tensors, and the gradients that they lead to."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from neurograph.equations.cost import Cost
from neurograph.learning.phases import LARGEST_CONTRAST_RESIDUAL, LARGEST_RESIDUAL
from neurograph.learning.rule import Rule
from neurograph.solvers.euler import Euler
from neurograph.solvers.result import Status
from neurograph.torch.euler import Anchor, Nudge, Rest, settle
from neurograph.torch.field import Field
from neurograph.torch.readout import Ends, changes
from neurograph.torch.response import Answer, Linear, contrast_residual, respond


@dataclass(frozen=True, eq=False)
class Directions:
    """What a rule says of one batch.

    Attributes
    ----------
    weights, biases : tensor (edges,), (biased rows,), or None
        Its changes, summed over samples, where they are asked for.
    inputs : tensor (inputs, samples) or None
        Minus the gradient by each input, where it is asked for.
    settled, learned : bool tensor (samples,)
        Whether every phase of a sample converged, and whether it is learned from.
    diverged : bool tensor (samples,)
        Whether a nudged or clamped phase did.
    """

    weights: Tensor | None
    biases: Tensor | None
    inputs: Tensor | None
    settled: Tensor
    learned: Tensor
    diverged: Tensor


def directions(
    rule: Rule,
    field: Field,
    free: Rest,
    cost: Cost,
    target: Tensor,
    beta: Tensor,
    method: Euler,
    of_parameters: bool,
    of_inputs: bool,
) -> Directions:
    """Run the other phases of a rule from the free equilibrium, and read it; target is (outputs, samples).

    As :func:`neurograph.learning.phases.run_phases`.
    """
    linear, ends, phases = Linear(field, free), {"free": free.s}, [free]
    force = _force(field, cost, target, free)
    run, transposed = (rule.phases, rule.transposed) if of_parameters else ((), False)
    anchor = Anchor.at(field, free) if transposed else None
    for name, sign in (("nudged", 1.0), ("opposite", -1.0)):
        if name in run:
            phases.append(settle(field, free.state, method, Nudge(cost, target, sign * beta), anchor=anchor))
            ends[name] = phases[-1].s
    if "clamped" in run:
        rows, columns = field.rows.outputs
        begun = free.s.clone()
        begun[rows] = begun[rows] + rule.clamp * (target[columns] - begun[rows])
        phases.append(settle(field, (begun, *free.state[1:]), method, clamped=True))
        ends["clamped"] = phases[-1].s
    learned, answer = torch.ones_like(beta, dtype=torch.bool), None
    if "response" in run:
        answer = respond(linear, force, rule.lift, method)
        ends["response"], learned = answer.d, answer.residual <= LARGEST_RESIDUAL
    if transposed:
        width = beta * (("nudged" in ends) + 1.0 * ("opposite" in ends))
        d = (ends.get("nudged", free.s) - ends.get("opposite", free.s)) / width
        learned = learned & (contrast_residual(linear, d, force) <= LARGEST_CONTRAST_RESIDUAL)
    weights, biases = changes(rule, Ends(linear, ends), beta, learned) if of_parameters else (None, None)
    if of_inputs and answer is None:
        answer = respond(linear, force, rule.lift, method)
        learned = learned & (answer.residual <= LARGEST_RESIDUAL)
    ended: list[Rest | Answer] = [*phases, *([] if answer is None else [answer])]
    settled = torch.stack([one.status == int(Status.CONVERGED) for one in ended]).all(0)
    lost = [one.status == int(Status.DIVERGED) for one in phases[1:] if not transposed]
    diverged = torch.stack(lost).any(0) if lost else torch.zeros_like(settled)
    inputs = None if answer is None or not of_inputs else _of_inputs(linear, answer, learned)
    return Directions(weights, biases, inputs, settled, learned, diverged)


def _force(field: Field, cost: Cost, target: Tensor, free: Rest) -> Tensor:
    """Return the cost's force on all outputs (outputs, samples), on every process."""
    own = torch.zeros_like(free.s)
    own[field.rows.outputs[0]] = Nudge(cost, target, free.dt).force(field, free.s)
    return field.rows.at_outputs(own)


def _of_inputs(linear: Linear, answer: Answer, learned: Tensor) -> Tensor:
    """Return f'(x_i) sum_j W_ji dg_j/dI d_j at every input (inputs, samples), 0 of samples not learned from."""
    back = linear.sending * linear.field.returned(linear.slope * answer.d)
    return linear.field.rows.at_inputs(torch.where(learned, back, 0.0))
