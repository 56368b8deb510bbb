"""The loop that moves a whole network through one phase; kernels.py compiles this text once for each dynamics.

The names declared below are not defined here: kernels.py writes them, from the equations, in front of this
text. Samples move side by side, one a lane, and the arithmetic of one never depends on the others, so a sample's
answer does not depend on its batch. What the clamped nodes send is summed once, before the first step.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    LANES: int  # most samples that move together
    NARROW: bool  # whether there are always LANES lanes, for batches that would leave wide ones empty
    VECTOR: int  # what the number of lanes is a multiple of; those too many repeat the last sample
    IMPLICIT: bool  # whether the leak is taken at the end of the step
    ONLINE: bool  # whether a rule is integrated along the phase
    SOFTMAX: bool  # whether the nudge is that of the cross-entropy
    TRANSPOSED: bool  # whether activity also returns along the edges

    def gather(edges, place, sent, total, lanes): ...
    def learn_whole(first, last, pre, weights, s, new, j, trace): ...
    def drift(s, I, b, w_out, w_out_abs, params, j): ...
    def slope_I(s, I, b, w_out, w_out_abs, params, j): ...
    def leak(w_out, w_out_abs, params, j, b): ...
    def transfer(s, params, j): ...
    def transfer_slope(s, params, j): ...
    def project(s): ...
    def rule(pre, post, dpre, dpost, w): ...
    def exp(x): ...


CONVERGED, STEP_LIMIT, DIVERGED = 0, 1, 2
LARGEST = 1e10


def phase(
    wires, nodes, start, anchor, target, beta, gain, dt, steps, tol,
    end, residual, taken, status,
    every, watched, frames, biased, trace, bias_trace,
):  # fmt: skip
    """Move every sample of `start` until it settles, diverges or `steps` are done; write into the arrays.

    `wires` are the edges (indptr, pre, weights): all of them by node, and by place those among moving nodes, those
    from still nodes, and those among moving nodes from pre to post. `nodes` are bias, w_out, w_out_abs, parameters,
    the moving nodes and their columns of the target. A lane that has stopped moves on unseen until the others have,
    so that none of them branches.
    """
    whole, inner, still, back = wires
    moving = nodes[4]
    batch, n = start.shape
    width = LANES if NARROW else min(LANES, (batch + VECTOR - 1) // VECTOR * VECTOR)
    s = np.zeros((n, width), start.dtype)
    sent, base = np.zeros_like(s), np.zeros((moving.size, width), start.dtype)
    pull, nudge = np.zeros_like(base), np.zeros(width)
    slopes = np.zeros((2, n if TRANSPOSED else 0, width), start.dtype)
    away, new_away = np.zeros_like(slopes), np.zeros_like(slopes)
    live = np.zeros(width, np.bool_)
    worst, pace = np.zeros(width), np.ones(width)
    total, extra, ahead = np.zeros(width, start.dtype), np.zeros(width, start.dtype), np.zeros(width, start.dtype)
    for first in range(0, batch, width):
        count = min(width, batch - first)
        lanes = LANES if NARROW else (count + VECTOR - 1) // VECTOR * VECTOR
        for lane in range(lanes):
            live[lane] = lane < count
            sample = first + min(lane, count - 1)
            pace[lane], nudge[lane] = dt[sample], beta[sample]
            load(sample, lane, start, target, nudge[lane], nodes, s, sent, pull)
        for place in range(moving.size):
            for lane in range(lanes):
                base[place, lane] = 0.0
            gather(still, place, sent, base[place], lanes)
        if TRANSPOSED:
            hold_fast(inner, nodes, anchor, first, count, s, base, total, slopes, away, lanes)
        new, new_sent = s.copy(), sent.copy()
        if every > 0:
            record(s, first, live, 0, watched, frames, lanes)
        running = count
        for step in range(1, steps + 1):
            advance(
                inner, back, nodes, s, sent, new, new_sent, base, pull, nudge, gain, pace, worst, total,
                extra, ahead, slopes, away, new_away, anchor, first, count, lanes,
            )  # fmt: skip
            if ONLINE:
                learn(whole, nodes, biased, s, new, live, running, trace, bias_trace, lanes)
            s, new = new, s
            sent, new_sent = new_sent, sent
            away, new_away = new_away, away
            if every > 0 and step % every == 0:
                record(s, first, live, step // every, watched, frames, lanes)
            for lane in range(lanes):
                if live[lane]:
                    settled = tol > 0.0 and worst[lane] <= tol
                    lost = not worst[lane] < LARGEST
                    if settled or lost or step == steps:
                        live[lane] = False
                        running -= 1
                        sample = first + lane
                        residual[sample] = worst[lane]
                        taken[sample] = step
                        status[sample] = DIVERGED if lost else (CONVERGED if settled else STEP_LIMIT)
                        for j in range(n):
                            end[sample, j] = s[j, lane]
            if running == 0:
                break
    if every > 0:
        fill(end, taken, every, watched, frames)


def load(sample, lane, start, target, beta, nodes, s, sent, pull):
    """Put a sample's start, what it sends and what pulls its outputs into a lane."""
    params, columns = nodes[3], nodes[5]
    for j in range(s.shape[0]):
        s[j, lane] = start[sample, j]
        sent[j, lane] = transfer(s[j, lane], params, j)
    if beta != 0.0:
        for place in range(columns.size):
            if columns[place] >= 0:
                pull[place, lane] = target[sample, columns[place]]


def hold_fast(inner, nodes, anchor, first, count, s, base, total, slopes, away, lanes):
    """Write f' and dg/dI at the free equilibrium into `slopes`, and both times s less it into `away`."""
    bias, w_out, w_out_abs, params, moving, _ = nodes
    fixed = np.zeros_like(s)
    for lane in range(lanes):
        sample = first + min(lane, count - 1)
        for j in range(s.shape[0]):
            fixed[j, lane] = transfer(anchor[sample, j], params, j)
    for place in range(moving.size):
        j = moving[place]
        for lane in range(lanes):
            total[lane] = base[place, lane]
        gather(inner, place, fixed, total, lanes)
        for lane in range(lanes):
            x = anchor[first + min(lane, count - 1), j]
            slopes[0, j, lane] = transfer_slope(x, params, j)
            slopes[1, j, lane] = slope_I(x, total[lane], bias[j], w_out[j], w_out_abs[j], params, j)
            away[0, j, lane] = slopes[0, j, lane] * (s[j, lane] - x)
            away[1, j, lane] = slopes[1, j, lane] * (s[j, lane] - x)


def advance(
    inner, back, nodes, s, sent, new, new_sent, base, pull, nudge, gain, pace, worst, total,
    extra, ahead, slopes, away, new_away, anchor, first, count, lanes,
):  # fmt: skip
    """Write one step of every moving node into `new`, and the largest projected residual into `worst`.

    Many short loops over the lanes, for each becomes vector instructions only if it touches few arrays.
    """
    bias, w_out, w_out_abs, params, moving, columns = nodes
    for lane in range(lanes):
        worst[lane] = 0.0
    if SOFTMAX:
        partition(s, moving, columns, gain, ahead, lanes)
    for place in range(moving.size):
        j = np.uintp(moving[place])
        for lane in range(lanes):
            total[lane] = base[place, lane]
            extra[lane] = 0.0
        gather(inner, place, sent, total, lanes)
        if TRANSPOSED:
            turn(inner, back, place, j, slopes, away, extra, new[j], lanes)
        b, out, out_abs = bias[j], w_out[j], w_out_abs[j]
        pulled = columns[place] >= 0
        if pulled:
            if SOFTMAX:
                for lane in range(lanes):
                    share = exp(gain * s[j, lane] - ahead[lane])
                    extra[lane] += nudge[lane] * gain * (pull[place, lane] - share)
            else:
                for lane in range(lanes):
                    extra[lane] += nudge[lane] * (pull[place, lane] - (0.0 if IMPLICIT else s[j, lane]))
        if IMPLICIT:
            leaking = leak(out, out_abs, params, j, b)
            own = 1.0 if pulled and not SOFTMAX else 0.0
            for lane in range(lanes):
                total[lane] = drift(0.0, total[lane], b, out, out_abs, params, j) + extra[lane]
            for lane in range(lanes):
                extra[lane] = leaking + own * nudge[lane]
            for lane in range(lanes):
                new[j, lane] = project((s[j, lane] + pace[lane] * total[lane]) / (1.0 + pace[lane] * extra[lane]))
            for lane in range(lanes):
                total[lane] = s[j, lane] + pace[lane] * (total[lane] - extra[lane] * s[j, lane])
        else:
            for lane in range(lanes):
                total[lane] = drift(s[j, lane], total[lane], b, out, out_abs, params, j) + extra[lane]
            for lane in range(lanes):
                total[lane] = s[j, lane] + pace[lane] * total[lane]
            for lane in range(lanes):
                new[j, lane] = project(total[lane])
        for lane in range(lanes):
            new_sent[j, lane] = transfer(new[j, lane], params, j)
        for lane in range(lanes):
            change = abs(project(total[lane]) - s[j, lane])
            # NaN stays, whatever comes after it.
            worst[lane] = change if change > worst[lane] or change != change else worst[lane]
        if TRANSPOSED:
            for lane in range(lanes):
                moved = new[j, lane] - anchor[first + min(lane, count - 1), j]
                new_away[0, j, lane] = slopes[0, j, lane] * moved
                new_away[1, j, lane] = slopes[1, j, lane] * moved
    for lane in range(lanes):
        worst[lane] /= pace[lane]


def partition(s, moving, columns, gain, ahead, lanes):
    """Write log(sum over outputs of exp(gain s)) of every lane into `ahead`."""
    for lane in range(lanes):
        top = -np.inf
        for place in range(moving.size):
            if columns[place] >= 0:
                top = max(top, gain * s[moving[place], lane])
        mass = 0.0
        for place in range(moving.size):
            if columns[place] >= 0:
                mass += exp(gain * s[moving[place], lane] - top)
        ahead[lane] = top + np.log(mass)


def turn(inner, back, place, j, slopes, away, extra, total, lanes):
    """Write (J' - J)(s - s*) of one node into `extra`: what returns to it along its edges, less what they carry."""
    for lane in range(lanes):
        total[lane] = 0.0
    gather(inner, place, away[0], total, lanes)
    for lane in range(lanes):
        extra[lane] = -slopes[1, j, lane] * total[lane]
        total[lane] = 0.0
    gather(back, place, away[1], total, lanes)
    for lane in range(lanes):
        extra[lane] += slopes[0, j, lane] * total[lane]


def learn(whole, nodes, biased, s, new, live, running, trace, bias_trace, lanes):
    """Add this step's rule of every edge, and of every bias as an edge from a node at 1, to the traces."""
    indptr, pre, weights = whole
    bias, moving = nodes[0], nodes[4]
    for place in range(moving.size):
        j = np.uintp(moving[place])
        if NARROW and running == LANES:
            learn_whole(indptr[j], indptr[j + 1], pre, weights, s, new, j, trace)
        else:
            for k in range(indptr[j], indptr[j + 1]):
                i = np.uintp(pre[k])
                for lane in range(lanes):
                    if live[lane]:
                        a, b = new[i, lane], new[j, lane]
                        trace[k] += rule(a, b, a - s[i, lane], b - s[j, lane], weights[k])
    for place in range(biased.size):
        j = np.uintp(biased[place])
        for lane in range(lanes):
            if live[lane]:
                bias_trace[place] += rule(1.0, new[j, lane], 0.0, new[j, lane] - s[j, lane], bias[j])


def record(s, first, live, frame, watched, frames, lanes):
    """Copy the watched nodes of every live lane into a frame."""
    for lane in range(lanes):
        if live[lane]:
            for place in range(watched.size):
                frames[first + lane, frame, place] = s[watched[place], lane]


def fill(end, taken, every, watched, frames):
    """Fill the frames after a sample's last step with where it ended."""
    last = min(frames.shape[1] - 1, (taken.max() + every - 1) // every)
    for sample in range(end.shape[0]):
        for frame in range(taken[sample] // every + 1, last + 1):
            for place in range(watched.size):
                frames[sample, frame, place] = end[sample, watched[place]]
