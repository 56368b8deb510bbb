"""The loop of Gauss-Seidel over one phase; machine_code.py compiles this text once for each dynamics.

The nodes are visited in the order of :mod:`neurograph.network.ordering`, block after block. At a visit a node goes
where its own equation is at rest, drift + nudge = 0 projected on the box, with what the others send now. What comes
from nodes that are visited later is summed at the end of a sweep: for its residual, and for the next sweep. So each
edge is visited once a sweep, and the residual is that of the state as it is. The names declared below, and `load`,
`linearise_at_anchor`, `anchor_deviation` and `partition` of :mod:`neurograph.kernels.phase`, are written by
machine_code.py in front of this text.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy import inf

    LANES: int
    NARROW: bool
    PLAIN: bool
    LINEAR: bool  # whether the drift is A - L s, so that a node without an edge to itself is at rest at A / L
    COUPLED: bool
    STIFFNESS: float
    TRANSPOSED: bool
    CONVERGED: int
    STEP_LIMIT: int
    DIVERGED: int
    LARGEST: float

    def gather(edges, place, sent, total, lanes): ...
    def gather_rows(edges, sent, base, base_low, totals, totals_low, low, high, lanes): ...
    def lanes_of(count, like): ...
    def R(number): ...
    def drift(s, I, b, w_out, w_out_abs, params, j): ...
    def slope_s(s, I, b, w_out, w_out_abs, params, j): ...
    def slope_I(s, I, b, w_out, w_out_abs, params, j): ...
    def force(s, y, log_share, cost): ...
    def force_slope(s, y, log_share, cost): ...
    def force_coupling(s, y, log_share, cost): ...
    def normaliser(s, cost): ...
    def normaliser_slope(s, cost): ...
    def leak(w_out, w_out_abs, params, j, b): ...
    def transfer(s, params, j): ...
    def transfer_slope(s, params, j): ...
    def project(s): ...
    def pressed(s, moving): ...
    def sigmoid(x): ...
    def exp(x): ...
    def load(first, count, lanes, start, target, nudge, nodes, own, low, high, s, new, sent, new_sent, pull): ...
    def linearise_at_anchor(nodes, fixed, totals, slope_sent, slope_in, low, high, lanes): ...
    def anchor_deviation(s, fixed, slope_sent, slope_in, away_sent, away_in, own, lanes): ...
    def partition(s, nodes, cost, ahead, lanes): ...


TRIALS = 200


def gauss_seidel(
    wires, nodes, start, anchor, target, beta, cost, steps, tol, order, colours, blocks, cyclic, loops,
    end, residual, n_steps, status,
):  # fmt: skip
    """Settle every sample of `start`, block after block; write into the arrays.

    `wires` are the edges (indptr, pre, weights): by place all those among moving nodes and those from still nodes, and
    by visit those to nodes visited later, those to nodes visited earlier, and both again from pre to post; `loops`
    are the weights of the nodes' edges to themselves. A lane that has stopped moves on unseen until the others have,
    and is put back before the next block.
    """
    inner, still, forward, feedback, forward_back, feedback_back = wires
    moving = nodes[4]
    batch, n = start.shape
    width = LANES if NARROW else min(LANES, lanes_of(batch, start))
    s = np.zeros((n, width), start.dtype)
    sent, base = s if PLAIN else np.zeros_like(s), np.zeros((moving.size, width), start.dtype)
    sums, late, pull = np.zeros_like(base), np.zeros_like(base), np.zeros_like(base)
    turned = np.zeros((2, moving.size if TRANSPOSED else 0, width), start.dtype)
    slopes = np.zeros((2, n if TRANSPOSED else 0, width), start.dtype)
    away, fixed = np.zeros_like(slopes), np.zeros((n if TRANSPOSED else 0, width), start.dtype)
    live = np.zeros(width, np.bool_)
    max_residual, nudge = np.zeros(width, start.dtype), np.zeros(width, start.dtype)
    total, extra, ahead = np.zeros(width, start.dtype), np.zeros(width, start.dtype), np.zeros(width, start.dtype)
    for first in range(0, batch, width):
        count = min(width, batch - first)
        lanes = lanes_of(count, start)
        for lane in range(lanes):
            sample = first + min(lane, count - 1)
            nudge[lane] = beta[sample]
            residual[sample], n_steps[sample], status[sample] = 0.0, 1, CONVERGED
        load(first, count, lanes, start, target, nudge, nodes, (0, n), 0, moving.size, s, s, sent, sent, pull)
        base[:] = 0.0
        gather_rows(still, sent, base, 0, base, 0, 0, moving.size, lanes)
        if TRANSPOSED:
            for lane in range(lanes):
                for j in range(n):
                    fixed[j, lane] = anchor[first + min(lane, count - 1), j]
                    away[0, j, lane] = transfer(fixed[j, lane], nodes[3], j)
            gather_rows(inner, away[0], base, 0, sums, 0, 0, moving.size, lanes)
            linearise_at_anchor(nodes, fixed, sums, slopes[0], slopes[1], 0, moving.size, lanes)
            anchor_deviation(s, fixed, slopes[0], slopes[1], away[0], away[1], (0, n), lanes)
        for block in range(cyclic.size):
            begin, stop = blocks[block], blocks[block + 1]
            hues = np.searchsorted(colours, begin), np.searchsorted(colours, stop)
            for lane in range(lanes):
                live[lane] = lane < count
            running = count
            most = steps if cyclic[block] else 1
            for step in range(most + 1):
                if step > 0:
                    for hue in range(hues[0], hues[1]):
                        gather_rows(forward, sent, late, 0, sums, 0, colours[hue], colours[hue + 1], lanes)
                        for at in range(colours[hue], colours[hue + 1]):
                            relax_node(
                                at, order[at], forward, feedback_back, nodes, s, sent, sums, turned, slopes, away,
                                fixed, pull, nudge, cost, loops, total, extra, ahead, lanes,
                            )  # fmt: skip
                update_feedback(
                    begin, stop, order, feedback, forward_back, nodes, sent, base, sums, late, turned, slopes, away,
                    total, extra, lanes,
                )  # fmt: skip
                if COUPLED:
                    partition(s, nodes, cost, ahead, lanes)
                if step == 0:
                    continue
                measure(
                    begin, stop, order, nodes, s, sent, sums, turned, pull, nudge, cost, loops, ahead, total,
                    max_residual, lanes,
                )  # fmt: skip
                for lane in range(lanes):
                    if live[lane]:
                        settled = max_residual[lane] <= tol
                        lost = not max_residual[lane] < LARGEST
                        if settled or lost or step == most:
                            live[lane] = False
                            running -= 1
                            sample = first + lane
                            ended = DIVERGED if lost else (CONVERGED if settled else STEP_LIMIT)
                            status[sample] = max(status[sample], ended)
                            n_steps[sample] = max(n_steps[sample], step)
                            if max_residual[lane] > residual[sample] or max_residual[lane] != max_residual[lane]:
                                residual[sample] = max_residual[lane]
                            for at in range(begin, stop):
                                end[sample, moving[order[at]]] = s[moving[order[at]], lane]
                if running == 0:
                    break
            if cyclic[block]:
                for at in range(begin, stop):
                    j = moving[order[at]]
                    for lane in range(lanes):
                        s[j, lane] = end[first + min(lane, count - 1), j]
                        sent[j, lane] = transfer(s[j, lane], nodes[3], j)


def update_feedback(
    begin, stop, order, feedback, forward_back, nodes, sent, base, sums, late, turned, slopes, away, total, extra, lanes
):
    """Sum what comes from nodes that are visited later, and bring all that a node hears up to date with it."""
    moving = nodes[4]
    for at in range(begin, stop):
        place = order[at]
        for lane in range(lanes):
            total[lane] = base[place, lane]
        gather(feedback, at, sent, total, lanes)
        for lane in range(lanes):
            sums[at, lane] += total[lane] - late[at, lane]
            late[at, lane] = total[lane]
        if TRANSPOSED:
            transposed_term(feedback, forward_back, at, moving[place], slopes, away, total, extra, lanes)
            for lane in range(lanes):
                turned[0, at, lane] += extra[lane] - turned[1, at, lane]
                turned[1, at, lane] = extra[lane]


def transposed_term(inner, back, at, j, slopes, away, total, extra, lanes):
    """Write into `extra` what some edges add to (J' - J)(s - s*) of one node."""
    for lane in range(lanes):
        total[lane] = 0.0
        extra[lane] = 0.0
    gather(inner, at, away[0], total, lanes)
    gather(back, at, away[1], extra, lanes)
    for lane in range(lanes):
        extra[lane] = slopes[0, j, lane] * extra[lane] - slopes[1, j, lane] * total[lane]


def relax_node(
    at, place, forward, feedback_back, nodes, s, sent, sums, turned, slopes, away, fixed, pull, nudge, cost, loops,
    total, extra, ahead, lanes,
):  # fmt: skip
    """Move one node to where its own equation is at rest."""
    bias, w_out, w_out_abs, params, moving, columns = nodes
    j = np.uintp(moving[place])
    b, out, out_abs, loop = bias[j], w_out[j], w_out_abs[j], loops[place]
    pulled = columns[place] >= 0
    if TRANSPOSED:
        transposed_term(forward, feedback_back, at, j, slopes, away, total, extra, lanes)
        for lane in range(lanes):
            extra[lane] += turned[1, at, lane]
            turned[0, at, lane] = extra[lane]
    else:
        for lane in range(lanes):
            extra[lane] = 0.0
    for lane in range(lanes):
        total[lane] = sums[at, lane]
    stiff = STIFFNESS != 0.0
    if pulled and stiff:
        for lane in range(lanes):
            extra[lane] += nudge[lane] * force(R(0.0), pull[place, lane], R(0.0), cost)
    if LINEAR and loop == 0.0 and (stiff or not pulled):
        leaking, own = leak(out, out_abs, params, j, b), STIFFNESS if pulled else 0.0
        for lane in range(lanes):
            total[lane] = drift(0.0, total[lane], b, out, out_abs, params, j) + extra[lane]
        for lane in range(lanes):
            extra[lane] = leaking + own * nudge[lane]
        for lane in range(lanes):
            # Without a leak the node is driven off, the way it is going.
            going = total[lane] - extra[lane] * s[j, lane]
            off = inf if going > 0.0 else (-inf if going < 0.0 else s[j, lane])
            s[j, lane] = project(total[lane] / extra[lane] if extra[lane] > 0.0 else off)
    else:
        for lane in range(lanes):
            strength, others, y = 0.0, 0.0, R(0.0)
            if pulled:
                strength, y = nudge[lane], pull[place, lane]
                if COUPLED:
                    level = normaliser(s[j, lane], cost)
                    others = ahead[lane] + np.log(1.0 - min(1.0, exp(level - ahead[lane])))
            x = resting(
                s[j, lane], total[lane], extra[lane], loop, strength, y, cost, others, b, out, out_abs, params, j
            )
            s[j, lane] = x
            if COUPLED and pulled:
                ahead[lane] = joined(others, normaliser(x, cost))
    for lane in range(lanes):
        sent[j, lane] = transfer(s[j, lane], params, j)
    if TRANSPOSED:
        for lane in range(lanes):
            moved = s[j, lane] - fixed[j, lane]
            away[0, j, lane] = slopes[0, j, lane] * moved
            away[1, j, lane] = slopes[1, j, lane] * moved


def joined(others, level):
    """Return log(exp(others) + exp(level))."""
    return max(others, level) + np.log(1.0 + exp(-abs(others - level)))


def resting(start, total, extra, loop, strength, y, cost, others, b, w_out, w_out_abs, params, j):
    """Find where a node is at rest by Newton's method, within the bracket of what it has seen, from `start` on.

    `strength` is the nudge, `y` the target, `others` the log of what the other outputs add to the sum of the shares.
    """
    x, low, high = np.float64(project(start)), -inf, inf
    for _ in range(TRIALS):
        I = total + loop * transfer(x, params, j)
        value = drift(x, I, b, w_out, w_out_abs, params, j) + extra
        slope = slope_s(x, I, b, w_out, w_out_abs, params, j)
        if loop != 0.0:
            slope += slope_I(x, I, b, w_out, w_out_abs, params, j) * loop * transfer_slope(x, params, j)
        if STIFFNESS != 0.0:  # the rest of the nudge stands in `extra`
            value -= strength * STIFFNESS * x
            slope -= strength * STIFFNESS
        elif strength != 0.0:
            level = normaliser(x, cost)
            share = level - joined(others, level) if COUPLED else 0.0
            value += strength * force(x, y, share, cost)
            slope += strength * force_slope(x, y, share, cost)
            if COUPLED:  # the log share of this output moves with x as the others have what is left
                inner = sigmoid(others - level) * normaliser_slope(x, cost)
                slope += strength * force_coupling(x, y, share, cost) * inner
        if value > 0.0:
            low = x
        elif value < 0.0:
            high = x
        else:
            return x
        new = project(x - value / slope if slope < 0.0 else (high if value > 0.0 else low))
        if new == x:
            return x
        if not low < new < high:
            new = 0.5 * (low + high)
            if low == -inf or high == inf:
                new = x + (1.0 + 3.0 * abs(x)) * (1.0 if value > 0.0 else -1.0)
        if abs(new - x) <= 2e-16 * abs(x):
            return new
        x = new
    return x


def measure(
    begin, stop, order, nodes, s, sent, sums, turned, pull, nudge, cost, loops, ahead, total, max_residual, lanes
):
    """Write the largest projected residual of a block into `max_residual`."""
    bias, w_out, w_out_abs, params, moving, columns = nodes
    for lane in range(lanes):
        max_residual[lane] = 0.0
    for at in range(begin, stop):
        place = order[at]
        j = np.uintp(moving[place])
        b, out, out_abs, loop = bias[j], w_out[j], w_out_abs[j], loops[place]
        for lane in range(lanes):
            total[lane] = sums[at, lane] + loop * sent[j, lane]
        for lane in range(lanes):
            total[lane] = drift(s[j, lane], total[lane], b, out, out_abs, params, j)
        if TRANSPOSED:
            for lane in range(lanes):
                total[lane] += turned[0, at, lane]
        if columns[place] >= 0:
            for lane in range(lanes):
                if nudge[lane] != 0.0:
                    share = normaliser(s[j, lane], cost) - ahead[lane]
                    total[lane] += nudge[lane] * force(s[j, lane], pull[place, lane], share, cost)
        for lane in range(lanes):
            rest = abs(total[lane]) if pressed(s[j, lane], total[lane]) == 0.0 else 0.0
            # NaN stays, whatever comes after it.
            max_residual[lane] = rest if rest > max_residual[lane] or rest != rest else max_residual[lane]
