"""The loop of the linear-response phase; kernels.py compiles this text once for each dynamics.

At the free equilibrium, d = ds/dbeta of the network whose edges are turned round fulfils J' d + force = 0, with
J' = diag(dg/ds) + diag(f') W' diag(dg/dI). The phase follows dd/dt = J' d + force, each edge carrying activity from
post to pre; or Gauss-Seidel solves it, in sweeps from the outputs back: in one where no cycle is. A node that its
drift presses against the box answers nothing but a pull back into it, and that by the share `lift`. The names declared
below are written by kernels.py in front of this text.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    LANES: int
    NARROW: bool
    CONVERGED: int
    STEP_LIMIT: int
    DIVERGED: int
    LARGEST: float

    def lanes_of(count, like): ...
    def gather(edges, place, sent, total, lanes): ...
    def drift(s, I, b, w_out, w_out_abs, params, j): ...
    def slope_s(s, I, b, w_out, w_out_abs, params, j): ...
    def slope_I(s, I, b, w_out, w_out_abs, params, j): ...
    def transfer(s, params, j): ...
    def transfer_slope(s, params, j): ...
    def pressed(s, moving): ...


def response(
    wires, nodes, state, force, lift, dt, implicit, steps, tol, order, loops,
    end, input_slopes, residual, n_steps, status,
):  # fmt: skip
    """Write the response of every sample at `state` to `force` into `end`, and dg/dI into `input_slopes`.

    `order` are the places of the moving nodes, which sweeps visit from the last to the first, or empty for none. Of
    the edges from pre to post, by their places in it, `fresh` lead to nodes visited before, `stale` to nodes visited
    after, and `loops` are the weights of those to the node itself. The residual is relative to the sample's largest
    force.
    """
    inner, still, back, fresh, stale = wires
    moving = nodes[4]
    batch, n = state.shape
    width = LANES if NARROW else min(LANES, lanes_of(batch, state))
    s, sent = np.zeros((n, width), state.dtype), np.zeros((n, width), state.dtype)
    own, input_slope = np.zeros((moving.size, width), state.dtype), np.zeros((moving.size, width), state.dtype)
    sending, source, side = np.zeros_like(own), np.zeros_like(own), np.zeros_like(own)
    sums, late = np.zeros_like(own), np.zeros_like(own)
    total, spare = np.zeros(width, state.dtype), np.zeros(width, state.dtype)
    live = np.zeros(width, np.bool_)
    max_residual, scale, lane_dt = np.zeros(width), np.ones(width), np.ones(width)
    for first in range(0, batch, width):
        running = min(width, batch - first)
        lanes = lanes_of(running, state)
        for lane in range(lanes):
            live[lane] = lane < running
            sample = first + min(lane, running - 1)
            lane_dt[lane] = dt[sample]
            for j in range(n):
                s[j, lane] = state[sample, j]
                sent[j, lane] = transfer(s[j, lane], nodes[3], j)
        linearise(
            inner, still, nodes, s, sent, force, first, running, own, input_slope, sending, source, side, total, lanes
        )
        for lane in range(lanes):
            sample = first + min(lane, running - 1)
            scale[lane] = 0.0
            for place in range(moving.size):
                scale[lane] = max(scale[lane], abs(source[place, lane]))
                input_slopes[sample, moving[place]] = input_slope[place, lane]
            scale[lane] = scale[lane] if scale[lane] > 0.0 else 1.0
        s[:] = 0.0
        sent[:] = 0.0
        late[:] = 0.0
        new, new_sent = s.copy(), sent.copy()
        for step in range(1, steps + 1):
            if order.size:
                sweep(
                    fresh, stale, moving, order, loops, own, input_slope, sending, source, side, lift, s, sent, sums,
                    late, total, max_residual, lanes,
                )  # fmt: skip
            else:
                relax(
                    back, moving, implicit, own, input_slope, sending, source, side, lift, s, sent, new, new_sent,
                    lane_dt, total, spare, max_residual, lanes,
                )  # fmt: skip
                s, new = new, s
                sent, new_sent = new_sent, sent
            for lane in range(lanes):
                if live[lane]:
                    rest = max_residual[lane] / scale[lane]
                    settled = (order.size > 0 and rest == 0.0) or (tol > 0.0 and rest <= tol)
                    lost = not rest < LARGEST
                    if settled or lost or step == steps:
                        live[lane] = False
                        running -= 1
                        sample = first + lane
                        residual[sample] = rest
                        n_steps[sample] = step
                        status[sample] = DIVERGED if lost else (CONVERGED if settled else STEP_LIMIT)
                        for j in range(n):
                            end[sample, j] = s[j, lane]
            if running == 0:
                break


def linearise(
    inner, still, nodes, s, sent, force, first, running, own, input_slope, sending, source, side, total, lanes
):
    """Write dg/ds, dg/dI, f' and the force of every moving node, and the side on which the box holds it: -1, 0, 1."""
    bias, w_out, w_out_abs, params, moving, columns = nodes
    for place in range(moving.size):
        j = np.uintp(moving[place])
        for lane in range(lanes):
            total[lane] = 0.0
        gather(still, place, sent, total, lanes)
        gather(inner, place, sent, total, lanes)
        b, out, out_abs = bias[j], w_out[j], w_out_abs[j]
        for lane in range(lanes):
            x, I = s[j, lane], total[lane]
            column = columns[place]
            own[place, lane] = slope_s(x, I, b, out, out_abs, params, j)
            input_slope[place, lane] = slope_I(x, I, b, out, out_abs, params, j)
            sending[place, lane] = transfer_slope(x, params, j)
            source[place, lane] = force[first + min(lane, running - 1), column] if column >= 0 else 0.0
            side[place, lane] = pressed(x, drift(x, I, b, out, out_abs, params, j))
            if side[place, lane] != 0.0 and own[place, lane] >= 0.0:  # nothing would bring it to rest
                own[place, lane] = -1.0
                sending[place, lane] = source[place, lane] = 0.0


def lifted(total, side, lift):
    """Return the part of a pull that a node answers."""
    return total if side == 0.0 else (lift * max(total, 0.0) if side < 0.0 else lift * min(total, 0.0))


def relax(
    back, moving, implicit, own, input_slope, sending, source, side, lift, s, sent, new, new_sent, lane_dt, total, rest,
    max_residual, lanes,
):  # fmt: skip
    """Write one step of every moving node into `new`, and the largest residual into `max_residual`."""
    for lane in range(lanes):
        max_residual[lane] = 0.0
    for place in range(moving.size):
        j = np.uintp(moving[place])
        for lane in range(lanes):
            total[lane] = 0.0
        gather(back, place, sent, total, lanes)
        for lane in range(lanes):
            total[lane] = source[place, lane] + sending[place, lane] * total[lane]
        for lane in range(lanes):
            total[lane] = lifted(total[lane], side[place, lane], lift)
        for lane in range(lanes):
            rest[lane] = total[lane] + own[place, lane] * s[j, lane]
        if implicit:
            for lane in range(lanes):
                new[j, lane] = (s[j, lane] + lane_dt[lane] * total[lane]) / (1.0 - lane_dt[lane] * own[place, lane])
        else:
            for lane in range(lanes):
                new[j, lane] = s[j, lane] + lane_dt[lane] * rest[lane]
        for lane in range(lanes):
            new_sent[j, lane] = input_slope[place, lane] * new[j, lane]
        for lane in range(lanes):
            size = abs(rest[lane])
            max_residual[lane] = size if size > max_residual[lane] or size != size else max_residual[lane]


def sweep(
    fresh,
    stale,
    moving,
    order,
    loops,
    own,
    input_slope,
    sending,
    source,
    side,
    lift,
    s,
    sent,
    sums,
    late,
    total,
    max_residual,
    lanes,
):
    """Solve for every moving node, the last in `order` first, and write the largest residual into `max_residual`.

    What comes from nodes visited after a node is summed at the end: for the residual, and for the next sweep.
    """
    for at in range(order.size - 1, -1, -1):
        place = order[at]
        j = np.uintp(moving[place])
        for lane in range(lanes):
            total[lane] = late[place, lane]
        gather(fresh, at, sent, total, lanes)
        for lane in range(lanes):
            sums[place, lane] = total[lane]
            slope = solving(place, lane, loops, own, input_slope, sending, side, lift)
            pull = lifted(source[place, lane] + sending[place, lane] * total[lane], side[place, lane], lift)
            s[j, lane] = pull / -slope
            sent[j, lane] = input_slope[place, lane] * s[j, lane]
    for lane in range(lanes):
        max_residual[lane] = 0.0
    for at in range(order.size):
        place = order[at]
        for lane in range(lanes):
            total[lane] = 0.0
        gather(stale, at, sent, total, lanes)
        for lane in range(lanes):
            slope = solving(place, lane, loops, own, input_slope, sending, side, lift)
            change = total[lane] - late[place, lane]
            late[place, lane] = total[lane]
            rest = 0.0
            if change != 0.0:  # else it was solved
                pull = source[place, lane] + sending[place, lane] * (sums[place, lane] + change)
                rest = abs(lifted(pull, side[place, lane], lift) + slope * s[moving[place], lane])
            # Where a node has no rest, there is no answer.
            rest = rest if slope < 0.0 else np.inf
            max_residual[lane] = rest if rest > max_residual[lane] or rest != rest else max_residual[lane]


def solving(place, lane, loops, own, input_slope, sending, side, lift):
    """Return how a node's own drift answers its state, what it sends to itself included."""
    back = input_slope[place, lane] * loops[place] * sending[place, lane]
    return own[place, lane] + (back if side[place, lane] == 0.0 else lift * back)
