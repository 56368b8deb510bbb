"""What can be found against a claim about an equilibrium: eigenvalues in 40 digits, and states that do not return."""

from __future__ import annotations

import mpmath
import numpy as np

import neurograph as ng
from neurograph.certificates.bounds.equilibria import equilibria
from neurograph.certificates.deadline import Deadline
from tests.soundness.attacks import solver
from tests.soundness.families import box_of
from tests.soundness.precise import DIGITS, Precise

FEW = 6
"""Neurons up to which eigenvalues are computed in so many digits; beyond, in numpy, at the same equilibrium."""


def at_rest(certificate):
    """Return the equilibria (k, nodes) that a certificate is about."""
    return equilibria(certificate.system, Deadline(600.0)).state


def false_eigenvalue(certificate, network, x):
    """Say how the claim about the equilibria of inputs x disagrees with their eigenvalues in many digits, or None."""
    low, high = box_of(network)
    unstable = "unstable equilibrium" in certificate.claims
    tops = []
    for sample, state in zip(x, at_rest(certificate), strict=True):
        s = state[network.connectivity.free]
        inside = np.flatnonzero((s > low) & (s < high)).tolist()
        if len(inside) > FEW:
            J = network.jacobian(state).toarray()[np.ix_(network.connectivity.free, network.connectivity.free)]
            tops.append(float(np.linalg.eigvals(J[np.ix_(inside, inside)]).real.max()))
            continue
        with mpmath.workdps(DIGITS):
            precise = Precise(network, sample)
            rest = precise.equilibrium(s, inside)
            if max((abs(one - other) for one, other in zip(rest, s, strict=True)), default=0) > 1e-6:
                return "the equilibrium is not where it is taken to be"
            if not inside:
                tops.append(-np.inf)
                continue
            J = precise.jacobian(rest, inside)
            values = [J[0, 0]] if len(inside) == 1 else mpmath.eig(J, left=False, right=False)
            tops.append(max(float(mpmath.re(value)) for value in values))
            dt = certificate.largest_dt
            if not unstable and dt is not None and np.isfinite(dt):
                steps = max(abs(1 + mpmath.mpf(dt) * (1 - mpmath.mpf(10) ** -9) * value) for value in values)
                if steps >= 1:
                    return f"a step of the longest dt multiplies a disturbance by {float(steps)!r}"
    slack = 1e-14 if len(x) and network.connectivity.free.size <= FEW else 1e-9
    if unstable:
        return None if max(tops) > 0.0 else f"no eigenvalue is positive, the largest {max(tops)!r}"
    if certificate.rate is not None and max(tops) > -certificate.rate + slack:
        return f"the abscissa is {max(tops)!r}, with the rate {certificate.rate!r}"
    return None if max(tops) < 0.0 else f"the abscissa is {max(tops)!r}"


def no_return(certificate, network, x, rng, count=20):
    """Return whether a state near one of the equilibria does not return, or leaves its region or its rate."""
    free = network.connectivity.free
    for sample, (one, rest) in enumerate(zip(x, at_rest(certificate), strict=True)):
        start = np.repeat(rest[None], count, axis=0)
        away = rng.normal(size=(count, free.size))
        if "P" in certificate.witness:
            P, level = certificate.witness["P"][sample], float(certificate.witness["levels"][sample])
            worst = np.linalg.solve(np.linalg.cholesky(P).T, np.eye(free.size)).T
            away[: free.size] = worst[: len(away)]
            edge = np.sqrt(min(level, 1e4))
            away *= 0.999 * edge / np.sqrt(np.einsum("ki,ij,kj->k", away, P, away))[:, None]
        else:
            away *= 1e-5 / np.linalg.norm(away, axis=1)[:, None]
        start[:, free] += away
        low, high = box_of(network)
        start[:, free] = np.clip(start[:, free], low, high)
        if "P" in certificate.witness:
            flow, z = network.drift(start)[:, free], start[:, free] - rest[free]
            V, slope = np.einsum("ki,ij,kj->k", z, P, z), 2.0 * np.einsum("ki,ij,kj->k", z, P, flow)
            if np.any(slope > (-2.0 * certificate.rate + 1e-6) * V):
                return "V does not fall at the rate that is stated"
        inputs, small = np.repeat(one[None], count, axis=0), solver(network, certificate.largest_dt)
        later = ng.settle(network, inputs, start=start, solver=small, throw=False)
        z = later.state[:, free] - rest[free]
        if "P" in certificate.witness:
            fallen = np.einsum("ki,ij,kj->k", z, P, z) <= V * np.exp(-certificate.rate * small.dt * small.steps) + 1e-12
        else:
            fallen = np.linalg.norm(z, axis=1) <= np.maximum(0.9999 * np.linalg.norm(away, axis=1), 1e-7)
        if not np.all(fallen):
            return "a state does not return"
    return None
