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
    from math import inf

    LANES: int  # samples that move together
    IMPLICIT: bool  # whether the leak is taken at the end of the step
    ONLINE: bool  # whether a rule is integrated along the phase

    def drift(s, I, b, w_out, w_out_abs, params, j): ...
    def leak(w_out, w_out_abs, params, j, b): ...
    def transfer(s, params, j): ...
    def project(s): ...
    def rule(pre, post, dpre, dpost, w): ...


RUNNING, CONVERGED, STEP_LIMIT, DIVERGED = -1, 0, 1, 2
LARGEST = 1e10


def phase(
    indptr, pre, weights, bias, w_out, w_out_abs, params, free, nudged,
    start, target, beta, dt, steps, tol,
    end, residual, taken, status,
    every, watched, frames,
    biased, trace, bias_trace,
):
    """Move every sample of `start` until it settles, diverges or `steps` are done; write into the arrays."""
    n = indptr.size - 1
    s = np.zeros((n, LANES), start.dtype)
    new = np.zeros((n, LANES), start.dtype)
    sent = np.zeros((n, LANES), start.dtype)
    pull = np.zeros((free.size, LANES), start.dtype)
    live = np.zeros(LANES, np.bool_)
    worst = np.zeros(LANES)
    for first in range(0, start.shape[0], LANES):
        count = min(LANES, start.shape[0] - first)
        for lane in range(LANES):
            sample = first + min(lane, count - 1)
            live[lane] = lane < count
            for j in range(n):
                s[j, lane] = start[sample, j]
                new[j, lane] = s[j, lane]
                sent[j, lane] = transfer(s[j, lane], params, j)
            if beta != 0.0:
                for place in range(free.size):
                    if nudged[place] >= 0:
                        pull[place, lane] = target[sample, nudged[place]]
        running = count
        for lane in range(count):
            status[first + lane] = RUNNING
        if every > 0:
            record(s, first, count, 0, watched, frames)
        for step in range(1, steps + 1):
            advance(indptr, pre, weights, bias, w_out, w_out_abs, params, free, nudged, s, new, sent, pull, beta, dt, worst)
            if ONLINE:
                learn(indptr, pre, weights, bias, free, biased, s, new, live, trace, bias_trace)
            for place in range(free.size):
                j = free[place]
                for lane in range(LANES):
                    if live[lane]:
                        s[j, lane] = new[j, lane]
                        sent[j, lane] = transfer(s[j, lane], params, j)
            for lane in range(count):
                if live[lane]:
                    settled = tol > 0.0 and worst[lane] <= tol
                    lost = not worst[lane] < LARGEST
                    if settled or lost or step == steps:
                        live[lane] = False
                        running -= 1
                        residual[first + lane] = worst[lane]
                        taken[first + lane] = step
                        status[first + lane] = DIVERGED if lost else (CONVERGED if settled else STEP_LIMIT)
            if every > 0 and step % every == 0:
                record(s, first, count, step // every, watched, frames)
            if running == 0:
                if every > 0:
                    for later in range(step // every + 1, frames.shape[1]):
                        record(s, first, count, later, watched, frames)
                break
        for lane in range(count):
            for j in range(n):
                end[first + lane, j] = s[j, lane]


def advance(indptr, pre, weights, bias, w_out, w_out_abs, params, free, nudged, s, new, sent, pull, beta, dt, worst):
    """Write one step of every free node into `new`, and the largest projected residual into `worst`."""
    for lane in range(LANES):
        worst[lane] = 0.0
    total = np.zeros(LANES, s.dtype)
    for place in range(free.size):
        j = free[place]
        gather(indptr[j], indptr[j + 1], pre, weights, sent, total)
        beta_j = beta if nudged[place] >= 0 else 0.0
        if IMPLICIT:
            leaking = leak(w_out[j], w_out_abs[j], params, j, bias[j])
        for lane in range(LANES):
            x = s[j, lane]
            if IMPLICIT:
                source = drift(0.0, total[lane], bias[j], w_out[j], w_out_abs[j], params, j) + beta_j * pull[place, lane]
                moved = (source - (leaking + beta_j) * x) * dt
                new[j, lane] = project((x + dt * source) / (1.0 + dt * (leaking + beta_j)))
            else:
                moved = drift(x, total[lane], bias[j], w_out[j], w_out_abs[j], params, j)
                moved = (moved + beta_j * (pull[place, lane] - x)) * dt
                new[j, lane] = project(x + moved)
            change = abs(project(x + moved) - x) / dt
            if not change <= worst[lane]:
                worst[lane] = change


def learn(indptr, pre, weights, bias, free, biased, s, new, live, trace, bias_trace):
    """Add this step's rule of every edge, and of every bias as an edge from a node at 1, to the traces."""
    for place in range(free.size):
        j = free[place]
        for k in range(indptr[j], indptr[j + 1]):
            i = pre[k]
            for lane in range(LANES):
                if live[lane]:
                    trace[k] += rule(new[i, lane], new[j, lane], new[i, lane] - s[i, lane], new[j, lane] - s[j, lane], weights[k])
    for place in range(biased.size):
        j = biased[place]
        for lane in range(LANES):
            if live[lane]:
                bias_trace[place] += rule(1.0, new[j, lane], 0.0, new[j, lane] - s[j, lane], bias[j])


def record(s, first, count, frame, watched, frames):
    """Copy the watched nodes of every lane into a frame."""
    for lane in range(count):
        for place in range(watched.size):
            frames[first + lane, frame, place] = s[watched[place], lane]
