"""The attack on one theorem: networks drawn, scaled to its threshold, and tried."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from neurograph.certificates import Verdict
from tests.soundness.attacks import (
    GROWTH,
    attack,
    exact_minor,
    excess,
    failing_minor,
    jacobian,
    leaves_box,
    number_of_inputs,
    outside_box,
    restless,
)
from tests.soundness.families import KINDS, LARGEST, Family, inputs, threshold
from tests.soundness.local import false_eigenvalue, no_return

SETTLING = {"exponentially stable", "unique equilibrium", "asymptotically stable"}
AFFINE_IN_A_BOX = {
    "vector field and time constants",
    "deep and vector field",
    "vector field",
    "time constants",
    "deep, absolute leak",
    "deep, absolute and extra leak",
    "deep, signed leak",
    "deep, signed and extra leak",
}
MOST = {"lure": 12, "quadratic_lyapunov": 24}
"""Most neurons of a network for the theorems that cost most."""

ROUNDS = {"embedding": 2, "spectral_abscissa": 3, "quadratic_lyapunov": 3}
"""Steps towards the threshold, where the theorem says nothing of how far it is."""

PATIENCE = 12
"""Families of a kind after which it is given up, if the theorem says nothing of any."""


@dataclass
class Outcome:
    """What the attacks on one theorem found."""

    sizes: list = field(default_factory=list)
    false: list = field(default_factory=list)
    worst: float = -np.inf
    seconds: float = 0.0

    @property
    def networks(self):
        """How many networks were attacked."""
        return len(self.sizes)

    def row(self, name):
        """Write a row of the table."""
        sizes = f"{min(self.sizes, default=0)}-{max(self.sizes, default=0)}"
        worst = f"{self.worst:.1e}" if np.isfinite(self.worst) else "-"
        return f"{name:<20} {self.networks:>8} {sizes:>10} {len(self.false):>5} {worst:>11} {self.seconds:>6.0f}"


def sound(theorem, count, seed):
    """Attack `count` networks at a theorem's threshold."""
    rng, outcome, began = np.random.default_rng(seed), Outcome(), time.process_time()
    tried, answered, kinds = Counter(), Counter(), list(KINDS)
    while outcome.networks < count and kinds:
        kind = kinds[sum(tried.values()) % len(kinds)]
        tried[kind] += 1
        family = Family.draw(kind, rng, MOST.get(theorem.name, LARGEST), symmetric=theorem.name == "energy")
        x = None
        if theorem.scope != "all inputs":
            x = inputs(family.network, rng, 8)[3 - outcome.networks % 4 :: 4][:1]
        found = threshold(theorem, family, rng, x, ROUNDS.get(theorem.name, 4))
        if found is None:
            if tried[kind] >= PATIENCE and not answered[kind]:
                kinds.remove(kind)
            continue
        answered[kind] += 1
        t, certificate = found
        outcome.sizes.append(len(family.W))
        finding = attacked(certificate, family, t, x, rng, outcome)
        if finding is not None:
            W = (t * family.W).tolist()
            outcome.false.append(f"{kind}, {finding}, {certificate.claims}, t = {t!r}, {W}, {family.parameters}, {x}")
    outcome.seconds = time.process_time() - began
    return outcome


def attacked(certificate, family, t, x, rng, outcome):
    """Try one network; say what is found against the certificate, or None."""
    network, said = family.at(t), set(certificate.claims)
    if certificate.verdict is Verdict.REFUTED and certificate.scope == "all inputs":
        return None if minor_of(certificate, network) <= 0 else "the minor is positive in exact arithmetic"
    if certificate.scope == "local":
        return false_eigenvalue(certificate, network, x) or no_return(certificate, network, x, rng)
    given = inputs(network, rng, number_of_inputs(len(family.W))) if x is None else x
    if "box invariant" in said:
        outcome.worst = max(outcome.worst, leaves_box(certificate, network, rng))
        gone = outside_box(certificate, network, given, rng)
        return "a state stays outside" if gone else "the box is left" if outcome.worst > GROWTH else None
    if said & {"contracting", "nonexpansive"}:
        more = excess(certificate, network, rng)
        outcome.worst = max(outcome.worst, more)
        if more > GROWTH:
            return f"distances grow by {more:.1e} more than stated"
    if "convergent" in said and "unique equilibrium" not in said:
        return restless(certificate, network, given, rng)
    if not said & SETTLING:
        return None
    if x is None and family.kind in AFFINE_IN_A_BOX and failing_minor(network, rng) is not None:
        return "a principal minor of -A is not positive"
    result = attack(network, given, rng, certificate.largest_dt)
    # Where no step is claimed, explicit Euler may go round by itself; a claim of uniqueness alone bears cycles.
    around = certificate.largest_dt is not None and said & (SETTLING - {"unique equilibrium"})
    return result if result != "a cycle" or around else None


def minor_of(certificate, network):
    """Compute in rational numbers the minor that a refutation names; a larger one as its sign in floating point."""
    witness, places = certificate.witness, {name: k for k, name in enumerate(certificate.system.nodes)}
    named = witness.get("component") or witness.get("nodes") or (witness["node"],)
    chosen = [places[name] for name in named]
    if len(chosen) <= 14:
        return exact_minor(network, chosen)
    return 0.0 if is_singular(network, np.array(chosen)) else 1.0


def is_singular(network, chosen):
    """Return whether signs of the neurons are a left null vector of A's block, as where each leaks what it sends."""
    free = network.connectivity.free
    A = sp.csr_array(network.jacobian(np.zeros(len(network.nodes)))[free[chosen]][:, free[chosen]])
    signs, couplings = np.zeros(chosen.size), A - sp.diags_array(A.diagonal())
    if np.max(np.abs(A.sum(axis=0))) < 1e-12:
        return True
    signs[0] = 1.0
    while np.any(signs == 0.0):
        reached = np.where(signs == 0.0, np.sign(couplings.T @ signs), signs)
        if np.array_equal(reached, signs):
            return False
        signs = reached
    return bool(np.max(np.abs(A.T @ signs)) < 1e-12)


def true_limit(family):
    """Return the smallest t at which -A of an affine network has a principal minor of 0, of at most 6 neurons."""
    n = len(family.W)
    A0, A1 = (jacobian(family.at(t)) for t in (1.0, 2.0))
    leaks, W = 2.0 * A0 - A1, A1 - A0  # A(t) = leaks + t W
    best = np.inf
    for chosen in (np.flatnonzero([place >> j & 1 for j in range(n)]) for place in range(1, 2**n)):
        growing = np.linalg.eigvals(np.linalg.solve(-leaks[np.ix_(chosen, chosen)], W[np.ix_(chosen, chosen)]))
        real = growing[np.abs(growing.imag) < 1e-9].real
        best = min([best, *(1.0 / real[real > 1e-9])])
    return best


def power(count, seed):
    """Say of how many affine networks 10 % past the true limit the search finds two equilibria or a cycle."""
    rng = np.random.default_rng(seed)
    kinds, seen, found = ["vector field", "time constants"], 0, 0
    while seen < count:
        family = Family.draw(kinds[seen % 2], rng, most=6)
        limit = true_limit(family) if np.any(family.W) else np.inf
        if not np.isfinite(limit):
            continue
        seen += 1
        network = family.at(1.1 * limit)
        found += attack(network, inputs(network, rng, number_of_inputs(len(family.W))), rng) is not None
    return found, seen
