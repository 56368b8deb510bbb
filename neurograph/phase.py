"""The loop that moves a whole network through one phase; kernels.py compiles this text once for each dynamics.

The names declared below are not defined here: kernels.py writes them, from the equations, in front of this
text. The arithmetic of one sample never depends on the other lanes, so a sample's answer does not depend on
its batch.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    LANES: int  # samples that move together
    IMPLICIT: bool  # whether the leak is taken at the end of the step
    ONLINE: bool  # whether a rule is integrated along the phase

    def gather(first, last, pre, weights, sent, total): ...
    def learn_whole(first, last, pre, weights, s, new, j, trace): ...
    def drift(s, I, b, w_out, w_out_abs, params, j): ...
    def leak(w_out, w_out_abs, params, j, b): ...
    def transfer(s, params, j): ...
    def project(s): ...
    def rule(pre, post, dpre, dpost, w): ...


CONVERGED, STEP_LIMIT, DIVERGED = 0, 1, 2
LARGEST = 1e10


def phase(
    indptr, pre, weights, bias, w_out, w_out_abs, params, free, nudged,
    start, target, beta, dt, steps, tol,
    end, residual, taken, status,
    every, watched, frames, biased, trace, bias_trace,
):  # fmt: skip
    """Move every sample of `start` until it settles, diverges or `steps` are done; write into the arrays.

    A lane that has stopped moves on unseen until the others have, so that none of them branches.
    """
    n = indptr.size - 1
    s = np.zeros((n, LANES), start.dtype)
    sent = np.zeros((n, LANES), start.dtype)
    pull = np.zeros((free.size, LANES), start.dtype)
    live = np.zeros(LANES, np.bool_)
    worst, pace = np.zeros(LANES), np.ones(LANES)
    total = np.zeros(LANES, start.dtype)
    for first in range(0, start.shape[0], LANES):
        running = min(LANES, start.shape[0] - first)
        for lane in range(LANES):
            live[lane] = lane < running
            pace[lane] = dt[first + min(lane, running - 1)]
            load(first + min(lane, running - 1), lane, start, target, beta, free, nudged, params, s, sent, pull)
        new, new_sent = s.copy(), sent.copy()
        if every > 0:
            record(s, first, live, 0, watched, frames)
        for step in range(1, steps + 1):
            advance(
                indptr, pre, weights, bias, w_out, w_out_abs, params, free, nudged,
                s, sent, new, new_sent, pull, beta, pace, worst, total,
            )  # fmt: skip
            if ONLINE:
                learn(indptr, pre, weights, bias, free, biased, s, new, live, running, trace, bias_trace)
            s, new = new, s
            sent, new_sent = new_sent, sent
            if every > 0 and step % every == 0:
                record(s, first, live, step // every, watched, frames)
            for lane in range(LANES):
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
        hold(end, taken, every, watched, frames)


def load(sample, lane, start, target, beta, free, nudged, params, s, sent, pull):
    """Put a sample's start, what it sends and what pulls its outputs into a lane."""
    for j in range(s.shape[0]):
        s[j, lane] = start[sample, j]
        sent[j, lane] = transfer(s[j, lane], params, j)
    if beta != 0.0:
        for place in range(free.size):
            if nudged[place] >= 0:
                pull[place, lane] = target[sample, nudged[place]]


def advance(
    indptr, pre, weights, bias, w_out, w_out_abs, params, free, nudged,
    s, sent, new, new_sent, pull, beta, pace, worst, total,
):  # fmt: skip
    """Write one step of every free node into `new`, and the largest projected residual into `worst`."""
    for lane in range(LANES):
        worst[lane] = 0.0
    for place in range(free.size):
        j = np.uintp(free[place])
        gather(indptr[j], indptr[j + 1], pre, weights, sent, total)
        beta_j = beta if nudged[place] >= 0 else 0.0
        b, out, out_abs = bias[j], w_out[j], w_out_abs[j]
        for lane in range(LANES):
            x = s[j, lane]
            dt = pace[lane]
            if IMPLICIT:
                leaking = leak(out, out_abs, params, j, b) + beta_j
                source = drift(0.0, total[lane], b, out, out_abs, params, j)
                source += beta_j * pull[place, lane]
                explicit = project(x + dt * (source - leaking * x))
                y = project((x + dt * source) / (1.0 + dt * leaking))
            else:
                moving = drift(x, total[lane], b, out, out_abs, params, j)
                explicit = project(x + dt * (moving + beta_j * (pull[place, lane] - x)))
                y = explicit
            new[j, lane] = y
            new_sent[j, lane] = transfer(y, params, j)
            change = abs(explicit - x)
            if change > worst[lane] or change != change:  # NaN stays, whatever comes after it
                worst[lane] = change
    for lane in range(LANES):
        worst[lane] /= pace[lane]


def learn(indptr, pre, weights, bias, free, biased, s, new, live, running, trace, bias_trace):
    """Add this step's rule of every edge, and of every bias as an edge from a node at 1, to the traces."""
    for place in range(free.size):
        j = np.uintp(free[place])
        if running == LANES:
            learn_whole(indptr[j], indptr[j + 1], pre, weights, s, new, j, trace)
        else:
            for k in range(indptr[j], indptr[j + 1]):
                i = np.uintp(pre[k])
                for lane in range(LANES):
                    if live[lane]:
                        a, b = new[i, lane], new[j, lane]
                        trace[k] += rule(a, b, a - s[i, lane], b - s[j, lane], weights[k])
    for place in range(biased.size):
        j = np.uintp(biased[place])
        for lane in range(LANES):
            if live[lane]:
                bias_trace[place] += rule(1.0, new[j, lane], 0.0, new[j, lane] - s[j, lane], bias[j])


def record(s, first, live, frame, watched, frames):
    """Copy the watched nodes of every live lane into a frame."""
    for lane in range(LANES):
        if live[lane]:
            for place in range(watched.size):
                frames[first + lane, frame, place] = s[watched[place], lane]


def hold(end, taken, every, watched, frames):
    """Fill the frames after a sample's last step with where it ended."""
    last = min(frames.shape[1] - 1, (taken.max() + every - 1) // every)
    for sample in range(end.shape[0]):
        for frame in range(taken[sample] // every + 1, last + 1):
            for place in range(watched.size):
                frames[sample, frame, place] = end[sample, watched[place]]
