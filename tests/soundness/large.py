"""The attack on networks of more than 1,500 neurons, where the theorems take their sparse paths."""

from __future__ import annotations

import time

import numpy as np
from scipy.linalg import LinAlgError, cholesky

from neurograph.certificates import Verdict
from tests.soundness.attacks import GROWTH, attack, excess, leaves_box, outside_box, restless
from tests.soundness.families import Family, inputs, threshold
from tests.soundness.local import at_rest
from tests.soundness.search import SETTLING, Outcome, minor_of

LEAST, MOST = 1501, 3000
ALL_EIGENVALUES = 1600
"""Most neurons where all eigenvalues are computed, to be held against the one that ARPACK found."""

EDGES = 8
"""Edges into each neuron, beside those of a ring that makes the network one strongly connected component."""

SMOOTH = ("tanh", "squashed transfer", "unequal leaks")
KINDS = {
    "p_matrix": ("vector field", "deep, signed leak", "deep, absolute leak"),
    "absolute_leak": ("deep, absolute leak", "deep, absolute and extra leak"),
    "energy": ("vector field", "tanh"),
    "spectral_abscissa": SMOOTH,
    "diagonal_lyapunov": ("vector field", "tanh"),
}
ANY = (
    "vector field",
    "tanh",
    "time constants",
    "squashed transfer in a box",
    "unequal leaks",
    "deep, signed and extra leak",
)
"""Kinds of networks that a theorem is asked about."""

ROUNDS = {"diagonal_lyapunov": 1, "embedding": 2}
WITHOUT = ("lure", "quadratic_lyapunov")
"""Theorems that do not look at so many neurons."""


def draw(kind, rng, most, symmetric):
    """Draw a sparse network."""
    n = int(rng.integers(LEAST, most + 1))
    W = np.zeros((n, n))
    pre = rng.integers(n, size=(n, EDGES))
    W[np.arange(n)[:, None], pre] = rng.normal(size=pre.shape)
    W[np.arange(n), np.arange(n) - 1] = rng.normal(size=n)
    np.fill_diagonal(W, 0.0)
    W = np.abs(W) if rng.random() < 0.2 else W
    W = (W + W.T) / 2.0 if symmetric else W
    drawn = {"tau": rng.uniform(0.3, 3.0, n), "leak": rng.uniform(0.3, 3.0, n)}
    names = {"time constants": ["tau"], "unequal leaks": ["leak"]}.get(kind, [])
    return Family(kind, W / np.abs(W).sum(axis=1).max(), {name: drawn[name] for name in names})


def large(theorem, count, seed):
    """Attack `count` large networks at a theorem's threshold."""
    rng, outcome, began = np.random.default_rng(seed), Outcome(), time.process_time()
    kinds, tries = KINDS.get(theorem.name, ANY), 0
    while outcome.networks < count and tries < 2 * count and theorem.name not in WITHOUT:
        kind = kinds[tries % len(kinds)]
        tries += 1
        most = ALL_EIGENVALUES if theorem.name == "spectral_abscissa" else MOST
        family = draw(kind, rng, most, theorem.name == "energy")
        x = None if theorem.scope == "all inputs" else 0.3 * rng.normal(size=(1, len(family.W)))
        found = threshold(theorem, family, rng, x, ROUNDS.get(theorem.name, 3))
        if found is None:
            continue
        t, certificate = found
        outcome.sizes.append(len(family.W))
        finding = attacked(certificate, family.at(t), x, rng, outcome)
        if finding is not None:
            outcome.false.append(f"{kind}, {len(family.W)} neurons, {finding}, {certificate.claims}, t = {t!r}")
    outcome.seconds = time.process_time() - began
    return outcome


def attacked(certificate, network, x, rng, outcome):
    """Try one network; say what is found against the certificate, or None."""
    said = set(certificate.claims)
    if certificate.verdict is Verdict.REFUTED and certificate.scope == "all inputs":
        return None if minor_of(certificate, network) <= 0 else "the minor is positive in exact arithmetic"
    if certificate.scope == "local":
        return another_eigenvalue(certificate, network)
    given = inputs(network, rng, 4)[3:] if x is None else x
    if "box invariant" in said:
        outcome.worst = max(outcome.worst, leaves_box(certificate, network, rng, 10))
        gone = outside_box(certificate, network, given, rng)
        return "a state stays outside" if gone else "the box is left" if outcome.worst > GROWTH else None
    if said & {"contracting", "nonexpansive"}:
        more = excess(certificate, network, rng, count=4)
        outcome.worst = max(outcome.worst, more)
        if more > GROWTH:
            return f"distances grow by {more:.1e} more than stated"
    if certificate.norm == "l_2" and not negative(certificate, network):
        return "the symmetric part is not negative definite"
    if "convergent" in said and "unique equilibrium" not in said:
        return restless(certificate, network, given, rng)
    return attack(network, given, rng, certificate.largest_dt) if said & SETTLING else None


def negative(certificate, network):
    """Return whether w A w^-1 + rate has a negative definite symmetric part where slopes are steepest."""
    free, n = network.connectivity.free, network.connectivity.free.size
    w = np.ones(n) if certificate.weights is None else certificate.weights
    A = w[:, None] * network.jacobian(np.zeros(len(network.nodes)))[free][:, free].toarray() / w
    try:
        cholesky(np.diag(np.full(n, 1e-9 - certificate.rate)) - 0.5 * (A + A.T), check_finite=False)
    except LinAlgError:
        return False
    return True


def another_eigenvalue(certificate, network):
    """Compute all eigenvalues at the equilibrium; say what is wrong with the claim, or None."""
    free = network.connectivity.free
    J = network.jacobian(at_rest(certificate)[0])[free][:, free].toarray()
    top = float(np.linalg.eigvals(J).real.max())
    if "unstable equilibrium" in certificate.claims:
        return None if top > 0.0 else f"no eigenvalue is positive, the largest {top!r}"
    return None if top <= -certificate.rate + 1e-9 else f"the abscissa is {top!r}, with the rate {certificate.rate!r}"
