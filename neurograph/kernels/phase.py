"""The loop that moves a whole network through one phase; machine_code.py compiles this text once for each dynamics.

The names declared below are not defined here: machine_code.py writes them, from the equations, in front of this
text. Samples move side by side, one a lane, and the arithmetic of one never depends on the others, so a sample's
answer does not depend on its batch. What the clamped nodes send is summed once, before the first step. Several threads
may run one phase, each with nodes of its own, and wait for each other after every step.
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
    COUPLED: bool  # whether the force on an output depends on the others, through log_share
    STIFFNESS: float  # k where the force is a(y) - k s, taken at the end of an implicit step; else 0
    TRANSPOSED: bool  # whether activity also returns along the edges
    PLAIN: bool  # whether a node sends its state as it is

    def R(number): ...
    def gather_rows(edges, sent, base, base_low, totals, totals_low, low, high, lanes): ...
    def wait(gate, threads): ...
    def learn_whole(first, last, pre, weights, s, new, j, trace): ...
    def drift(s, I, b, w_out, w_out_abs, params, j): ...
    def slope_I(s, I, b, w_out, w_out_abs, params, j): ...
    def force(s, y, log_share, cost): ...
    def normaliser(s, cost): ...
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

BLOCK = 16384
"""Numbers of a table of sums that a thread fills and uses up before it goes on, so that they stay in its cache."""

LEFT = 9
"""Which word of a gate says that one of the threads will never come to it, so that the others end too."""

EVERY = 16
"""A power of two: steps from one look for lost samples to the next, where no tolerance asks for one at each."""


def lanes_of(count, like):
    """Return how many lanes serve `count` samples: a whole number of lines, the last sample repeated."""
    line = LINE // like.itemsize
    return LANES if NARROW else (count + line - 1) // line * line


def carved(store, at, rows, lanes):
    """Return the next (rows, lanes) of `store` that begin at the start of a line, and where they end."""
    at += ((-store.ctypes.data // store.itemsize) - at) % (LINE // store.itemsize)
    return store[at : at + rows * lanes].reshape((rows, lanes)), at + rows * lanes


def phase(
    wires, nodes, start, anchor, target, beta, cost, dt, steps, tol,
    end, residual, n_steps, status,
    every, watched, frames, biased, trace, bias_trace,
    store, scratch, gate, thread, threads, shares,
):  # fmt: skip
    """Move every sample of `start` until it settles, diverges or `steps` are done; write into the arrays.

    `wires` are the edges (indptr, pre, weights): all of them by node, and by place those among moving nodes, those
    from still nodes, and those among moving nodes from pre to post. `nodes` are bias, w_out, w_out_abs, parameters,
    the moving nodes and their columns of the target. A lane that has stopped moves on unseen until the others have,
    so that none of them branches.

    All threads are called with the same arrays. Thread t has the places ``shares[t]`` to ``shares[t + 1]`` of the
    moving nodes; `store` holds what all of them see, ``scratch[t]`` what it alone sees, and they wait for each other at
    `gate`. Nothing is allocated here, so that nothing is counted either.
    """
    whole, inner, still, back = wires
    moving = nodes[4]
    batch, n = start.shape
    width = LANES if NARROW else min(LANES, lanes_of(batch, start))
    s, at = carved(store, 0, n, width)
    new, at = carved(store, at, n, width)
    sent, at = (s, at) if PLAIN else carved(store, at, n, width)
    new_sent, at = (new, at) if PLAIN else carved(store, at, n, width)
    base, at = carved(store, at, moving.size, width)
    pull, at = carved(store, at, moving.size, width)
    errors, at = carved(store, at, 2 * threads, width)
    turned = n if TRANSPOSED else 0
    fixed, at = carved(store, at, turned, width)
    slope_sent, at = carved(store, at, turned, width)
    slope_in, at = carved(store, at, turned, width)
    away_sent, at = carved(store, at, turned, width)
    away_in, at = carved(store, at, turned, width)
    low, high = shares[thread], shares[thread + 1]
    own = n * thread // threads, n * (thread + 1) // threads
    rows = max(1, min(high - low, BLOCK // width))
    turned, mine = (rows if TRANSPOSED else 0), scratch[thread]
    lane_table, at = carved(mine, 0, 8, width)
    live, nudge, max_residual, lane_dt = lane_table[0], lane_table[1], lane_table[2], lane_table[3]
    nothing, spare, ahead, ending = lane_table[4], lane_table[5], lane_table[6], lane_table[7]
    totals, at = carved(mine, at, rows, width)
    carried, at = carved(mine, at, turned, width)
    returned, at = carved(mine, at, turned, width)
    for first in range(0, batch, width):
        count = min(width, batch - first)
        lanes = lanes_of(count, start)
        for lane in range(lanes):
            sample = first + min(lane, count - 1)
            live[lane], nothing[lane] = 1.0 if lane < count else 0.0, 0.0
            lane_dt[lane], nudge[lane] = dt[sample], beta[sample]
        load(first, count, lanes, start, target, nudge, nodes, own, low, high, s, new, sent, new_sent, pull)
        base[low:high] = 0.0
        wait(gate, threads)
        gather_rows(still, sent, base, 0, base, 0, low, high, lanes)
        if TRANSPOSED:
            for lane in range(lanes):
                sample = first + min(lane, count - 1)
                for j in range(own[0], own[1]):
                    fixed[j, lane] = anchor[sample, j]
                    away_sent[j, lane] = transfer(fixed[j, lane], nodes[3], j)
                    slope_sent[j, lane] = slope_in[j, lane] = R(0.0)
            wait(gate, threads)
            for block in range(low, high, rows):
                until = min(block + rows, high)
                gather_rows(inner, away_sent, base, 0, totals, block, block, until, lanes)
                linearise_at_anchor(nodes, fixed, totals, slope_sent, slope_in, block, until, lanes)
        if every > 0 and thread == 0:
            record(s, first, live, 0, watched, frames, lanes)
        running = count
        for step in range(1, steps + 1):
            measured = tol > 0.0 or step == steps or step & (EVERY - 1) == 0
            for lane in range(lanes if measured else 0):
                max_residual[lane] = 0.0
            if COUPLED:
                partition(s, nodes, cost, ahead, lanes)
            if TRANSPOSED:
                wait(gate, threads)
                anchor_deviation(s, fixed, slope_sent, slope_in, away_sent, away_in, own, lanes)
                wait(gate, threads)
            for block in range(low, high, rows):
                until = min(block + rows, high)
                gather_rows(inner, sent, base, 0, totals, block, block, until, lanes)
                if TRANSPOSED:
                    carried[:] = 0.0
                    returned[:] = 0.0
                    gather_rows(inner, away_sent, carried, block, carried, block, block, until, lanes)
                    gather_rows(back, away_in, returned, block, returned, block, block, until, lanes)
                advance(
                    nodes, s, new, new_sent, totals, pull, nudge, cost, lane_dt, measured, max_residual, nothing, spare,
                    ahead, slope_sent, slope_in, carried, returned, block, until, lanes,
                )  # fmt: skip
            if threads > 1:
                compare(errors, max_residual, step & 1, thread, threads, gate, lanes)
                if gate[LEFT] != 0:
                    return
            if ONLINE:
                learn(whole, nodes, biased, s, new, live, running, trace, bias_trace, low, high, thread, lanes)
                wait(gate, threads)
            s, new = new, s
            sent, new_sent = new_sent, sent
            if every > 0 and thread == 0 and step % every == 0:
                record(s, first, live, step // every, watched, frames, lanes)
            if measured:
                over = 0
                for lane in range(lanes):
                    ending[lane] = 0.0
                    if live[lane] > 0.0:
                        lane_residual = max_residual[lane] / lane_dt[lane]
                        settled = tol > 0.0 and lane_residual <= tol
                        lost = not lane_residual < LARGEST
                        if settled or lost or step == steps:
                            live[lane], ending[lane] = 0.0, 1.0
                            over += 1
                            sample = first + lane
                            if thread == 0:
                                residual[sample] = lane_residual
                                n_steps[sample] = step
                                status[sample] = DIVERGED if lost else (CONVERGED if settled else STEP_LIMIT)
                if over:
                    running -= over
                    for j in range(own[0], own[1]):
                        for lane in range(count):
                            if ending[lane] > 0.0:
                                end[first + lane, j] = s[j, lane]
            if running == 0:
                break
        wait(gate, threads)


def load(first, count, lanes, start, target, nudge, nodes, own, low, high, s, new, sent, new_sent, pull):
    """Put the samples' starts, what they send and what pulls their outputs into the lanes, of a thread's own nodes."""
    params, columns = nodes[3], nodes[5]
    for j in range(own[0], own[1]):
        for lane in range(lanes):
            s[j, lane] = start[first + min(lane, count - 1), j]
        for lane in range(lanes):
            new[j, lane] = s[j, lane]
        if not PLAIN:
            for lane in range(lanes):
                sent[j, lane] = transfer(s[j, lane], params, j)
            for lane in range(lanes):
                new_sent[j, lane] = sent[j, lane]
    for place in range(low, high):
        if columns[place] >= 0:
            for lane in range(lanes):
                sample = first + min(lane, count - 1)
                pull[place, lane] = target[sample, columns[place]] if nudge[lane] != 0.0 else R(0.0)


def linearise_at_anchor(nodes, fixed, totals, slope_sent, slope_in, low, high, lanes):
    """Write f' and dg/dI at the free equilibrium `fixed`, where `totals` are the summed inputs."""
    bias, w_out, w_out_abs, params, moving, _ = nodes
    for place in range(low, high):
        j = moving[place]
        for lane in range(lanes):
            x, I = fixed[j, lane], totals[place - low, lane]
            slope_sent[j, lane] = transfer_slope(x, params, j)
            slope_in[j, lane] = slope_I(x, I, bias[j], w_out[j], w_out_abs[j], params, j)


def anchor_deviation(s, fixed, slope_sent, slope_in, away_sent, away_in, own, lanes):
    """Write f' (s - s*), which goes along the edges, and dg/dI (s - s*), which goes back along them."""
    for j in range(own[0], own[1]):
        for lane in range(lanes):
            away_sent[j, lane] = slope_sent[j, lane] * (s[j, lane] - fixed[j, lane])
        for lane in range(lanes):
            away_in[j, lane] = slope_in[j, lane] * (s[j, lane] - fixed[j, lane])


def compare(errors, max_residual, side, thread, threads, gate, lanes):
    """Wait for all threads, and give each the largest of their errors."""
    for lane in range(lanes):
        errors[2 * thread + side, lane] = max_residual[lane]
    wait(gate, threads)
    for other in range(threads):
        for lane in range(lanes):
            error = errors[2 * other + side, lane]
            max_residual[lane] = error if error > max_residual[lane] or error != error else max_residual[lane]


def advance(
    nodes, s, new, new_sent, totals, pull, nudge, cost, lane_dt, measured, max_residual, nothing, spare, ahead,
    slope_sent, slope_in, carried, returned, low, high, lanes,
):  # fmt: skip
    """Write one step of some moving nodes into `new`, and if `measured` their largest move into `max_residual`.

    The move is that of an explicit step, projected. Many short loops over the lanes, for each becomes vector
    instructions only if it touches few arrays.
    """
    bias, w_out, w_out_abs, params, moving, columns = nodes
    for place in range(low, high):
        j = np.uintp(moving[place])
        row = np.uintp(place - low)
        b, out, out_abs = bias[j], w_out[j], w_out_abs[j]
        pulled = columns[place] >= 0
        if TRANSPOSED or pulled:
            for lane in range(lanes):
                spare[lane] = 0.0
        if TRANSPOSED:
            for lane in range(lanes):
                spare[lane] = slope_sent[j, lane] * returned[row, lane]
            for lane in range(lanes):
                spare[lane] -= slope_in[j, lane] * carried[row, lane]
        if pulled:
            if STIFFNESS != 0.0:
                for lane in range(lanes):
                    at = R(0.0) if IMPLICIT else s[j, lane]
                    spare[lane] += nudge[lane] * force(at, pull[place, lane], R(0.0), cost)
            else:
                for lane in range(lanes):
                    if nudge[lane] != 0.0:  # where nothing is nudged there is no target
                        share = normaliser(s[j, lane], cost) - ahead[lane]
                        spare[lane] += nudge[lane] * force(s[j, lane], pull[place, lane], share, cost)
        if IMPLICIT:
            leaking = leak(out, out_abs, params, j, b)
            own = R(STIFFNESS) if pulled else R(0.0)
            push = spare if TRANSPOSED or pulled else nothing
            for lane in range(lanes):
                totals[row, lane] = drift(R(0.0), totals[row, lane], b, out, out_abs, params, j) + push[lane]
            for lane in range(lanes):
                spare[lane] = leaking + own * nudge[lane]
            for lane in range(lanes):
                pushed = s[j, lane] + lane_dt[lane] * totals[row, lane]
                new[j, lane] = project(pushed / (R(1.0) + lane_dt[lane] * spare[lane]))
            if measured:
                for lane in range(lanes):
                    spare[lane] = totals[row, lane] - spare[lane] * s[j, lane]
                for lane in range(lanes):
                    spare[lane] = abs(project(s[j, lane] + lane_dt[lane] * spare[lane]) - s[j, lane])
        else:
            push = spare if TRANSPOSED or pulled else nothing
            for lane in range(lanes):
                moved = drift(s[j, lane], totals[row, lane], b, out, out_abs, params, j) + push[lane]
                new[j, lane] = project(s[j, lane] + lane_dt[lane] * moved)
            if measured:
                for lane in range(lanes):
                    spare[lane] = abs(new[j, lane] - s[j, lane])
        if not PLAIN:
            for lane in range(lanes):
                new_sent[j, lane] = transfer(new[j, lane], params, j)
        if measured:
            for lane in range(lanes):
                # NaN stays, whatever comes after it.
                max_residual[lane] = (
                    spare[lane]
                    if spare[lane] > max_residual[lane] or spare[lane] != spare[lane]
                    else max_residual[lane]
                )


def partition(s, nodes, cost, ahead, lanes):
    """Write log(sum over outputs of exp n(s)) of every lane into `ahead`, n the cost's normaliser."""
    moving, columns = nodes[4], nodes[5]
    for lane in range(lanes):
        top = -np.inf
        for place in range(moving.size):
            if columns[place] >= 0:
                top = max(top, normaliser(s[moving[place], lane], cost))
        mass = 0.0
        for place in range(moving.size):
            if columns[place] >= 0:
                mass += exp(normaliser(s[moving[place], lane], cost) - top)
        ahead[lane] = top + np.log(mass)


def learn(whole, nodes, biased, s, new, live, running, trace, bias_trace, low, high, thread, lanes):
    """Add this step's rule of every edge into a thread's nodes to the traces; and of every bias, an edge from a 1."""
    indptr, pre, weights = whole
    bias, moving = nodes[0], nodes[4]
    for place in range(low, high):
        j = np.uintp(moving[place])
        if NARROW and running == LANES:
            learn_whole(indptr[j], indptr[j + 1], pre, weights, s, new, j, trace)
        else:
            for k in range(indptr[j], indptr[j + 1]):
                i = np.uintp(pre[k])
                for lane in range(lanes):
                    if live[lane] > 0.0:
                        a, b = new[i, lane], new[j, lane]
                        trace[k] += rule(a, b, a - s[i, lane], b - s[j, lane], weights[k])
    for place in range(biased.size if thread == 0 else 0):
        j = np.uintp(biased[place])
        for lane in range(lanes):
            if live[lane] > 0.0:
                bias_trace[place] += rule(1.0, new[j, lane], 0.0, new[j, lane] - s[j, lane], bias[j])


def record(s, first, live, frame, watched, frames, lanes):
    """Copy the watched nodes of every live lane into a frame."""
    for lane in range(lanes):
        if live[lane] > 0.0:
            for place in range(watched.size):
                frames[first + lane, frame, place] = s[watched[place], lane]
