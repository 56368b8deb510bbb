"""What can be found against a claim about every state: equilibria, cycles, distances that grow, boxes that are left."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import eigsh

import neurograph as ng
from neurograph.certificates.system import System
from tests.soundness.families import box_of, dynamics_of, inputs, sending
from tests.soundness.precise import Precise

STEPS, TOL = 3000, 1e-11
FINER = 64
"""How many times more, or shorter, steps confirm a cycle, which a fast spiral looks like, or long steps make of it."""

TRAJECTORIES, STARTS = 1500, 12
"""Trajectories times neurons, at most; starts of each input."""

SHARP = 20
"""Pairs of states at which a log-norm is reached."""

APART = 1e-5
"""Distance of two states at rest that are not one."""

GROWTH = 1e-8
"""By how much a measured rate or step may exceed what is stated: rounding of the measurement."""

EPS = float(np.finfo(np.float64).eps)

DENSE = 300
"""Neurons up to which matrices are dense."""

MINORS = 9
"""Neurons up to which every principal minor is computed; beyond, of some."""


def solver(network, largest_dt=None, finer=1):
    """Return an explicit Euler whose steps are a small part of the fastest time scale, and inherit what is claimed."""
    system = System(network, None, None, 0.0, None)
    fastest = np.max(system.diagonal.size + system.coupling.sum(axis=1))
    dt = min(0.5 / max(fastest, 1e-3), 0.5, 0.9 * (largest_dt or np.inf))
    shorter = finer if largest_dt is None else 1  # a step that inherits what is claimed goes on for longer instead
    return ng.solvers.Euler(dt=dt / shorter, steps=STEPS * finer, tol=TOL, implicit=False)


def attack(network, x, rng, largest_dt=None, unique=True):
    """Look for two equilibria, a cycle or divergence under one of the inputs x (k, n): say which is found, or None."""
    n, k = network.connectivity.free.size, len(x)
    low, high = box_of(network, 3.0)
    start = np.zeros((k, STARTS, len(network.nodes)))
    within = rng.uniform(low, high, (k, STARTS, n))
    corners = np.where(rng.random((k, STARTS, n)) < 0.5, low, high)
    corners[:, :2] = low, high
    start[..., network.connectivity.free] = np.where(np.arange(STARTS)[:, None] % 3 == 2, within, corners)
    all_inputs = np.repeat(x, STARTS, axis=0)
    small = solver(network, largest_dt)
    found = ng.settle(network, all_inputs, start=start.reshape(k * STARTS, -1), solver=small, throw=False)
    state = found.state[:, network.connectivity.free].reshape(k, STARTS, n)
    at_rest = (found.status == ng.Status.CONVERGED).reshape(k, STARTS)
    for one, rest, given in zip(state, at_rest, x, strict=True):
        if (
            unique
            and rest.sum() > 1
            and np.ptp(one[rest], axis=0).max() > APART
            and confirmed(network, given, one[rest])
        ):
            return "two equilibria"
    if np.any(found.status == ng.Status.DIVERGED):
        return "divergence"
    restless = np.repeat(~at_rest.any(axis=1), STARTS)
    left, start = all_inputs[restless], found.state[restless]
    if cycles(network, left, start, small) and cycles(network, left, start, solver(network, largest_dt, FINER)):
        return "a cycle"
    return None


def cycles(network, x, start, small):
    """Return whether a state keeps its pace for two runs of a solver and comes back, as a slow approach does not."""
    if not len(x):
        return False
    found = ng.settle(network, x, start=start, solver=small, throw=False)
    later = ng.settle(network, x, start=found.state, solver=small, throw=False)
    then, now, net = (
        one.reshape(-1, STARTS).max(axis=1)
        for one in (found.residual, later.residual, np.abs(later.state - found.state).max(axis=1))
    )
    return bool(np.any((now > 1e-2) & (now > 0.9 * then) & (net < 0.2 * now * small.dt * small.steps)))


def confirmed(network, x, states):
    """Return whether two states at rest that are far apart are so in many digits too, where little leads back."""
    farthest = states[:, np.argmax(np.ptp(states, axis=0))]
    one, other = (Precise(network, x).rests(states[place]) for place in (farthest.argmin(), farthest.argmax()))
    if one is None or other is None:
        return False
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > 1e-9


def number_of_inputs(n):
    """Return how many inputs a network of n neurons is attacked with."""
    return max(3, min(24, TRAJECTORIES // (STARTS * n)))


def measure(certificate, z):
    """Measure differences (..., n) in the certificate's norm."""
    if certificate.norm == "P":
        return np.sqrt(np.einsum("...i,ij,...j", z, certificate.witness["P"], z))
    z = z * (1.0 if certificate.weights is None else certificate.weights)
    order = {"l_1": 1, "l_2": 2, "l_inf": np.inf}[certificate.norm]
    return np.linalg.norm(z, order, axis=-1)


def growth(certificate, z, v):
    """Measure how fast differences z (k, n) that move as v grow in the certificate's norm, for each unit of it."""
    size = measure(certificate, z)
    if certificate.norm == "P":
        return np.einsum("...i,ij,...j", z, certificate.witness["P"], v) / size**2
    w = 1.0 if certificate.weights is None else certificate.weights
    z, v = z * w, v * w
    if certificate.norm == "l_2":
        return (z * v).sum(axis=1) / size**2
    moved = np.where(z != 0.0, np.sign(z) * v, np.abs(v))
    if certificate.norm == "l_1":
        return moved.sum(axis=1) / size
    return np.where(np.abs(z) == size[:, None], moved, -np.inf).max(axis=1) / size


def excess(certificate, network, rng, count=50):
    """Measure by how much two states may part faster than stated, and a step of Euler of the longest dt undo it."""
    free = network.connectivity.free
    a, b, x = pairs(certificate, network, rng, count)
    states = np.zeros((2, len(a), len(network.nodes)))
    states[..., free] = a, b
    states[..., network.connectivity.inputs] = x
    moved = network.drift(states.reshape(2 * len(a), -1)).reshape(states.shape)[..., free]
    low, high = box_of(network)
    flow = np.where(((a <= low) & (moved[0] < 0.0)) | ((a >= high) & (moved[0] > 0.0)), 0.0, moved[0])
    flow = flow - np.where(((b <= low) & (moved[1] < 0.0)) | ((b >= high) & (moved[1] > 0.0)), 0.0, moved[1])
    rate, dt, size = certificate.rate or 0.0, certificate.largest_dt, measure(certificate, a - b)
    # What rounding makes of the drifts, which may be large beside their difference in a norm of uneven weights.
    terms = abs(network.matrix()) @ np.abs(states.reshape(2 * len(a), -1).T)
    terms = terms.T[:, free].reshape(2, len(a), -1).max(axis=0) + np.abs(states[..., free]).max(axis=0) + 1.0
    noise = 16.0 * EPS * (1.0 + measure(certificate, terms) / size)
    worst = float((growth(certificate, a - b, flow) + rate - noise).max())
    if dt is None or not np.isfinite(dt):
        return worst
    after = measure(certificate, np.clip(a + dt * moved[0], low, high) - np.clip(b + dt * moved[1], low, high))
    shrinks = 1.0 - rate * dt
    if "K" in certificate.witness:
        shrinks = np.sqrt(max(0.0, 1.0 - rate * dt * (2.0 - certificate.witness["K"] * dt)))
    return max(worst, float((after / size - shrinks - (1.0 + dt) * noise).max()))


def pairs(certificate, network, rng, count):
    """Draw pairs of states (k, n) with an input each: at random, and where the claim is nearest to its limit."""
    n, (low, high) = network.connectivity.free.size, box_of(network, 2.0)
    w = np.ones(n) if certificate.weights is None else certificate.weights
    a = rng.uniform(low, high, (4 * count, n))
    a[::3] = np.where(rng.random(a[::3].shape) < 0.5, low, high)
    away = rng.choice([-1e-3, 0.0, 1e-3], a.shape)
    sharp = min(SHARP, count)
    state = np.zeros((sharp, len(network.nodes)))
    state[1::2, network.connectivity.free] = a[1:sharp:2]
    z = (sharpest if n <= DENSE else sharpest_of_many)(certificate, network, state, w, rng.integers(n, size=sharp))
    away[:sharp] = 1e-3 * z / np.abs(z).max(axis=1, keepdims=True)
    b = a + away
    b[3 * count :] = rng.uniform(low, high, (count, n))
    b = np.clip(b, low, high)
    # Half of the inputs put each neuron where its slope by the input is largest.
    full = np.zeros((len(a), len(network.nodes)))
    full[:, network.connectivity.free] = (a + b) / 2.0
    x = sending(network, -network.summed_input(full)[:, network.connectivity.free])
    x[1::2] = inputs(network, rng, len(x[1::2]))
    different = measure(certificate, a - b) > 0.0
    return a[different], b[different], x[different]


def sharpest(certificate, network, states, w, chosen):
    """Return differences (k, n) at which a log-norm is reached: one neuron (l_1), a row's signs (l_inf), a vector."""
    J, n = jacobians(network, states), w.size
    if certificate.norm == "l_1":
        return np.eye(n)[chosen]
    if certificate.norm == "l_inf":
        row = J[np.arange(chosen.size), chosen]
        return np.where(np.arange(n) == chosen[:, None], 1.0, np.sign(row)) / w
    root = np.linalg.cholesky(certificate.witness["P"]) if certificate.norm == "P" else np.diag(w)
    turned = root.T @ J @ np.linalg.inv(root.T)
    vectors = np.linalg.eigh(turned + turned.swapaxes(1, 2))[1]
    return np.linalg.solve(root.T, vectors[:, :, -1].T).T


def sharpest_of_many(certificate, network, states, w, chosen):
    """Return the same of a large, sparse network, one state after the other."""
    free, found = network.connectivity.free, []
    for state, j in zip(states, chosen, strict=True):
        J = network.jacobian(state)[free][:, free]
        if certificate.norm == "l_1":
            found.append((np.arange(w.size) == j).astype(float))
        elif certificate.norm == "l_inf":
            found.append(np.where(np.arange(w.size) == j, 1.0, np.sign(J[[j]].toarray()[0])) / w)
        else:
            turned = sp.diags_array(w) @ J @ sp.diags_array(1.0 / w)
            found.append(eigsh(0.5 * (turned + turned.T), k=1, which="LA", tol=1e-6)[1][:, 0] / w)
    return np.array(found)


def jacobians(network, states):
    """Return the dense matrices among free neurons at states (k, nodes)."""
    free, dynamics = network.connectivity.free, network.dynamics
    own, gain, sent = (
        np.broadcast_to(network.at_nodes(equation, states), states.shape)[:, free]
        for equation in (dynamics.slope("s"), dynamics.slope("I"), dynamics.transfer_slope)
    )
    J = gain[:, :, None] * network.matrix()[free][:, free].toarray() * sent[:, None, :]
    J[:, np.arange(free.size), np.arange(free.size)] += own
    return J


def jacobian(network):
    """Return the dense matrix of a network where every state is 0."""
    return jacobians(network, np.zeros((1, len(network.nodes))))[0]


def failing_minor(network, rng, count=300):
    """Find neurons whose principal minor of -A, of an affine network in a box, is not positive in exact arithmetic."""
    n = network.connectivity.free.size
    A = -jacobian(network)
    sizes = range(1, n + 1) if n <= MINORS else sorted(set(rng.integers(1, n + 1, 12).tolist()))
    for k in sizes:
        if n <= MINORS:
            chosen = np.array(list(itertools.combinations(range(n), k)))
        else:
            chosen = np.array([np.sort(rng.choice(n, k, replace=False)) for _ in range(count // 12)])
        blocks = A[chosen[:, :, None], chosen[:, None, :]]
        scale = np.prod(np.abs(blocks).sum(axis=2), axis=1)
        for place in np.flatnonzero(np.linalg.det(blocks) <= 1e-11 * scale):
            if k <= 12 and exact_minor(network, chosen[place].tolist()) <= 0:
                return tuple(chosen[place].tolist())
    return None


def exact_minor(network, chosen):
    """Compute a principal minor of -A of an affine network in rational numbers, from the weights as they are stored."""
    A = exact_matrix(network, chosen)
    rows, minor = [[-value for value in row] for row in A], Fraction(1)
    for k in range(len(rows)):
        pivot = next((j for j in range(k, len(rows)) if rows[j][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], minor = rows[pivot], rows[k], -minor
        minor *= rows[k][k]
        for row in rows[k + 1 :]:
            share = row[k] / rows[k][k]
            row[k:] = [one - share * other for one, other in zip(row[k:], rows[k][k:], strict=True)]
    return minor


def exact_matrix(network, chosen):
    """Write the block of A among some neurons in rational numbers, for the dynamics that are affine."""
    free, edges = network.connectivity.free.tolist(), network.connectivity
    drift = {free[j]: dynamics_of(network.dynamics, j).drift for j in chosen}
    weights = [Fraction(float(weight)) for weight in network.weights]
    place = {free[j]: k for k, j in enumerate(chosen)}
    post = np.repeat(np.arange(len(network.nodes)), np.diff(edges.indptr)).tolist()
    A = [[Fraction(0)] * len(chosen) for _ in chosen]
    leaks = {node: Fraction(0) for node in place}
    for weight, to, source in zip(weights, post, edges.pre.tolist(), strict=True):
        if source in leaks:
            leaks[source] += abs(weight) if "w_out_abs" in drift[source] else weight
        if source in place and to in place:
            A[place[to]][place[source]] += weight
    names = list(network.dynamics.defaults)
    for node, k in place.items():
        own = {name: Fraction(float(network.parameters[node, c])) for c, name in enumerate(names)}
        A[k][k] -= leaks[node] + own["extra_leak"] if "w_out" in drift[node] else 1
        if "/tau" in drift[node]:
            A[k] = [value / own["tau"] for value in A[k]]
    return A


def leaves_box(certificate, network, rng, count=40):
    """Look for a state on the border of the invariant box, or an input, under which the drift points out of it."""
    free, inner = network.connectivity.free, network.connectivity.inputs
    low, high = certificate.witness["low"], certificate.witness["high"]
    own_low, own_high = box_of(network)
    W = network.matrix().toarray()[np.ix_(free, free)]
    n, worst = free.size, -np.inf
    for j, upper in itertools.product(rng.choice(n, min(n, count), replace=False), (False, True)):
        if (upper and high[j] == own_high[j]) or (not upper and low[j] == own_low[j]):
            continue
        state = np.zeros((4, len(network.nodes)))
        pushing = (W[j] > 0.0) == upper
        state[:, free] = np.where(pushing, high, low)
        state[2:, free] = rng.uniform(low, high, (2, n))
        state[:, free[j]] = high[j] if upper else low[j]
        state[:, inner] = rng.choice([-1e3, 1e3, 0.3], (4, inner.size))
        state[0, inner] = 1e3 if upper else -1e3
        out = network.drift(state)[:, free[j]] * (1.0 if upper else -1.0)
        worst = max(worst, float(out.max()) / (1.0 + np.abs(state).max()))
    return worst


def outside_box(certificate, network, x, rng):
    """Return whether a trajectory from outside the invariant box is not in it in the end."""
    start = np.zeros((len(x), len(network.nodes)))
    low, high = box_of(network, 9.0)
    start[:, network.connectivity.free] = rng.uniform(low, high, (len(x), network.connectivity.free.size))
    longest = ng.solvers.Euler(dt=min(0.9 * certificate.largest_dt, 0.5), steps=STEPS, tol=0.0, implicit=False)
    found = ng.settle(network, x, start=start, solver=longest, throw=False)
    state = found.state[:, network.connectivity.free]
    slack = 1e-9 * (1.0 + np.abs(state))
    return bool(np.any((state < certificate.witness["low"] - slack) | (state > certificate.witness["high"] + slack)))


def restless(certificate, network, x, rng):
    """Return whether a trajectory keeps moving under Euler with nearly the longest dt that is stated."""
    dt = min(0.999 * (certificate.largest_dt or np.inf), 1e3)
    if certificate.largest_dt is None:
        return attack(network, x, rng, unique=False)
    start = np.zeros((len(x), len(network.nodes)))
    low, high = box_of(network, 1.0)
    start[:, network.connectivity.free] = rng.uniform(low, high, (len(x), network.connectivity.free.size))
    longest = ng.solvers.Euler(dt=dt, steps=STEPS, tol=TOL, implicit=False)
    found = ng.settle(network, x, start=start, solver=longest, throw=False)
    later = ng.settle(network, x, start=found.state, solver=longest, throw=False)
    moving = (later.residual > 1e-3) & (later.residual > 0.99 * found.residual)
    # Where nothing leads back, a state drifts on at a slow pace until it meets the box; a cycle stays where it is.
    returns = np.abs(later.state - found.state).max(axis=1) < 0.2 * later.residual * dt * STEPS
    return "no rest with the longest dt" if np.any(moving & returns) else None
