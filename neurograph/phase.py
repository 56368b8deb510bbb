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
    IMPLICIT: bool  # whether the leak is taken at the end of the step
    ONLINE: bool  # whether a rule is integrated along the phase
    SOFTMAX: bool  # whether the nudge is that of the cross-entropy
    TRANSPOSED: bool  # whether activity also returns along the edges
    PLAIN: bool  # whether a node sends its state as it is

    def gather_rows(edges, sent, base, totals, lanes): ...
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

LINE = 64
"""Bytes of a cache line, and of the widest vector register there is."""

EVERY = 16
"""A power of two: steps from one look for lost samples to the next, where no tolerance asks for one at each."""


def lanes_of(count, like):
    """Give how many lanes serve `count` samples: a whole number of lines, the last sample repeated."""
    line = LINE // like.itemsize
    return LANES if NARROW else (count + line - 1) // line * line


def aligned(rows, lanes, like):
    """Give zeros (rows, lanes) that begin at the start of a line."""
    line = LINE // like.itemsize
    store = np.zeros(rows * lanes + line, like.dtype)
    first = (-store.ctypes.data % LINE) // like.itemsize
    return store[first : first + rows * lanes].reshape((rows, lanes))


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
    width = LANES if NARROW else min(LANES, lanes_of(batch, start))
    s, new = aligned(n, width, start), aligned(n, width, start)
    sent, new_sent = (s, new) if PLAIN else (aligned(n, width, start), aligned(n, width, start))
    base, totals = aligned(moving.size, width, start), aligned(moving.size, width, start)
    pull, nudge = np.zeros_like(base), np.zeros(width)
    turned = (moving.size if TRANSPOSED else 0), (n if TRANSPOSED else 0)
    carried, returned = aligned(turned[0], width, start), aligned(turned[0], width, start)
    slope_sent, slope_in = aligned(turned[1], width, start), aligned(turned[1], width, start)
    away_sent, away_in = aligned(turned[1], width, start), aligned(turned[1], width, start)
    fixed = aligned(turned[1], width, start)
    live = np.zeros(width, np.bool_)
    worst, pace = np.zeros(width), np.ones(width)
    spare, ahead = np.zeros(width, start.dtype), np.zeros(width, start.dtype)
    for first in range(0, batch, width):
        count = min(width, batch - first)
        lanes = lanes_of(count, start)
        for lane in range(lanes):
            live[lane] = lane < count
            sample = first + min(lane, count - 1)
            pace[lane], nudge[lane] = dt[sample], beta[sample]
            load(sample, lane, start, target, nudge[lane], nodes, s, sent, pull)
        new[:] = s
        if not PLAIN:
            new_sent[:] = sent
        base[:] = 0.0
        gather_rows(still, sent, base, base, lanes)
        if TRANSPOSED:
            hold_fast(inner, nodes, anchor, first, count, base, totals, new_sent, slope_sent, slope_in, fixed, lanes)
            new_sent[:] = sent
        if every > 0:
            record(s, first, live, 0, watched, frames, lanes)
        running = count
        for step in range(1, steps + 1):
            gather_rows(inner, sent, base, totals, lanes)
            if TRANSPOSED:
                turn(inner, back, s, fixed, slope_sent, slope_in, away_sent, away_in, carried, returned, lanes)
            measured = tol > 0.0 or step == steps or step & (EVERY - 1) == 0
            advance(
                nodes, s, new, new_sent, totals, pull, nudge, gain, pace, measured, worst, spare, ahead, slope_sent,
                slope_in, carried, returned, lanes,
            )  # fmt: skip
            if ONLINE:
                learn(whole, nodes, biased, s, new, live, running, trace, bias_trace, lanes)
            s, new = new, s
            sent, new_sent = new_sent, sent
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
        if not PLAIN:
            sent[j, lane] = transfer(s[j, lane], params, j)
    if beta != 0.0:
        for place in range(columns.size):
            if columns[place] >= 0:
                pull[place, lane] = target[sample, columns[place]]


def hold_fast(inner, nodes, anchor, first, count, base, totals, spare, slope_sent, slope_in, fixed, lanes):
    """Write the free equilibrium into `fixed`, and f' and dg/dI there."""
    bias, w_out, w_out_abs, params, moving, _ = nodes
    for lane in range(lanes):
        sample = first + min(lane, count - 1)
        for j in range(fixed.shape[0]):
            fixed[j, lane] = anchor[sample, j]
            spare[j, lane] = transfer(fixed[j, lane], params, j)
    gather_rows(inner, spare, base, totals, lanes)
    for place in range(moving.size):
        j = moving[place]
        for lane in range(lanes):
            x = fixed[j, lane]
            slope_sent[j, lane] = transfer_slope(x, params, j)
            slope_in[j, lane] = slope_I(x, totals[place, lane], bias[j], w_out[j], w_out_abs[j], params, j)


def turn(inner, back, s, fixed, slope_sent, slope_in, away_sent, away_in, carried, returned, lanes):
    """Write what f' (s - s*) brings along the edges, and what dg/dI (s - s*) brings back along them."""
    for j in range(s.shape[0]):
        for lane in range(lanes):
            away_sent[j, lane] = slope_sent[j, lane] * (s[j, lane] - fixed[j, lane])
        for lane in range(lanes):
            away_in[j, lane] = slope_in[j, lane] * (s[j, lane] - fixed[j, lane])
    carried[:] = 0.0
    returned[:] = 0.0
    gather_rows(inner, away_sent, carried, carried, lanes)
    gather_rows(back, away_in, returned, returned, lanes)


def advance(
    nodes, s, new, new_sent, totals, pull, nudge, gain, pace, measured, worst, spare, ahead, slope_sent, slope_in,
    carried, returned, lanes,
):  # fmt: skip
    """Write one step of every moving node into `new`, and if `measured` the largest projected residual into `worst`.

    Many short loops over the lanes, for each becomes vector instructions only if it touches few arrays.
    """
    bias, w_out, w_out_abs, params, moving, columns = nodes
    for lane in range(lanes):
        worst[lane] = 0.0
    if SOFTMAX:
        partition(s, moving, columns, gain, ahead, lanes)
    for place in range(moving.size):
        j = np.uintp(moving[place])
        b, out, out_abs = bias[j], w_out[j], w_out_abs[j]
        pulled = columns[place] >= 0
        for lane in range(lanes):
            spare[lane] = 0.0
        if TRANSPOSED:
            for lane in range(lanes):
                spare[lane] = slope_sent[j, lane] * returned[place, lane]
            for lane in range(lanes):
                spare[lane] -= slope_in[j, lane] * carried[place, lane]
        if pulled:
            if SOFTMAX:
                for lane in range(lanes):
                    share = exp(gain * s[j, lane] - ahead[lane])
                    spare[lane] += nudge[lane] * gain * (pull[place, lane] - share)
            else:
                for lane in range(lanes):
                    spare[lane] += nudge[lane] * (pull[place, lane] - (0.0 if IMPLICIT else s[j, lane]))
        if IMPLICIT:
            leaking = leak(out, out_abs, params, j, b)
            own = 1.0 if pulled and not SOFTMAX else 0.0
            for lane in range(lanes):
                totals[place, lane] = drift(0.0, totals[place, lane], b, out, out_abs, params, j) + spare[lane]
            for lane in range(lanes):
                spare[lane] = leaking + own * nudge[lane]
            for lane in range(lanes):
                pushed = s[j, lane] + pace[lane] * totals[place, lane]
                new[j, lane] = project(pushed / (1.0 + pace[lane] * spare[lane]))
            if measured:
                for lane in range(lanes):
                    spare[lane] = totals[place, lane] - spare[lane] * s[j, lane]
                for lane in range(lanes):
                    spare[lane] = abs(project(s[j, lane] + pace[lane] * spare[lane]) - s[j, lane])
        else:
            for lane in range(lanes):
                moved = drift(s[j, lane], totals[place, lane], b, out, out_abs, params, j) + spare[lane]
                new[j, lane] = project(s[j, lane] + pace[lane] * moved)
            if measured:
                for lane in range(lanes):
                    spare[lane] = abs(new[j, lane] - s[j, lane])
        if not PLAIN:
            for lane in range(lanes):
                new_sent[j, lane] = transfer(new[j, lane], params, j)
        if measured:
            for lane in range(lanes):
                # NaN stays, whatever comes after it.
                worst[lane] = spare[lane] if spare[lane] > worst[lane] or spare[lane] != spare[lane] else worst[lane]
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
