"""An attack on the certificates: networks at the edge of what each theorem proves, and what can be found against it.

``python -m tests.soundness --networks 2000`` prints, for each theorem that speaks of every state: how many networks at
its threshold were attacked, how many false claims were found, by how much the measured contraction falls short of the
stated rate at worst, and the power of the same search: how many of the networks 10 % past the true limit it finds out.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.certificates import THEOREMS, Verdict
from neurograph.certificates.system import System
from neurograph.equations.dynamics import Dynamics

KINDS = {
    "vector field": ng.dynamics.vector_field(),
    "tanh": ng.dynamics.additive("tanh"),
    "relu": ng.dynamics.additive("relu"),
    "clip": ng.dynamics.additive("clip"),
    "squashed transfer": Dynamics("-s + I", transfer="tanh(s)"),
    "squashed transfer in a box": Dynamics("-s + I", transfer="tanh(2*s)/2", box=(-0.5, 1.0)),
    "time constants": Dynamics("(I - s)/tau", box=(0.0, 1.0), parameters={"tau": 1.0}),
    "unequal leaks": Dynamics("tanh(I) - leak*s", parameters={"leak": 1.0}),
    "deep, absolute leak": ng.dynamics.deep("absolute"),
    "deep, absolute and extra leak": ng.dynamics.deep("absolute", extra_leak=0.05),
    "deep, signed and extra leak": ng.dynamics.deep("signed", extra_leak=1.0),
    "energy": ng.dynamics.hopfield(),
}
GLOBAL = ("contracting", "exponentially stable", "unique equilibrium", "asymptotically stable")
BIASES, STARTS = 24, 12
STEPS, TOL = 4000, 1e-11


def build(W, kind, parameters):
    """Compile free nodes 0, 1, ... with W[post, pre] among them, and an input into each; node 0 is the output."""
    dynamics, n = KINDS[kind], len(W)
    graph = nx.DiGraph()
    graph.add_nodes_from((f"x{j}" for j in range(n)), role="input")
    for j in range(n):
        graph.add_node(j, role="hidden" if j else "output", **{name: v[j] for name, v in parameters.items()})
        graph.add_edge(f"x{j}", j, weight=1.0)
    for j, i in np.argwhere(W):
        tie = {"tie": f"{min(i, j)},{max(i, j)}"} if dynamics.symmetric else {}
        graph.add_edge(int(i), int(j), weight=float(W[j, i]), **tie)
    return ng.compile(graph, dynamics)


@dataclass
class Family:
    """The networks t W for t > 0, of one kind."""

    kind: str
    W: np.ndarray
    parameters: dict

    @classmethod
    def draw(cls, kind, rng):
        """Draw one, of 2 to 6 neurons."""
        dynamics, n = KINDS[kind], int(rng.integers(2, 7))
        W = rng.normal(size=(n, n)) * (rng.random((n, n)) < rng.choice([0.5, 1.0]))
        W = np.abs(W) if rng.random() < 0.2 else W
        W = W - W.T if rng.random() < 0.15 else W
        if not dynamics.self_loops or rng.random() < 0.7:
            np.fill_diagonal(W, 0.0)
        if dynamics.symmetric:
            W = np.triu(W) + np.triu(W, 1).T
        drawn = {"tau": rng.uniform(0.3, 3.0, n), "leak": rng.uniform(0.3, 3.0, n)}
        return cls(kind, W, {name: drawn[name] for name in dynamics.defaults if name in drawn})

    def at(self, t):
        """Give the network t W."""
        return build(t * self.W, self.kind, self.parameters)


def claims(theorem, network, x=None):
    """Ask one theorem of a network."""
    return theorem.answer(System(network, x, None, 0.0, None), 30.0)


def threshold(theorem, family, x=None, rounds=9):
    """Find the largest t for which the theorem proves something of every state, or None if it never or always does."""

    def proved(t):
        found = claims(theorem, family.at(t), x)
        return found.verdict is Verdict.PROVED and any(claim in GLOBAL for claim in found.claims)

    low, high = 0.0, 16.0
    if not np.any(family.W) or proved(high):
        return None
    for _ in range(rounds):
        middle = (low + high) / 2 if low else high / 4
        low, high = (middle, high) if proved(middle) else (low, middle)
    return low or None


def solver(network, largest_dt=None):
    """Give an explicit Euler whose steps are a small part of the fastest time scale, and inherit what is claimed."""
    system = System(network, None, None, 0.0, None)
    fastest = np.max(system.diagonal.size + system.coupling.sum(axis=1))
    dt = min(0.5 / max(fastest, 1e-3), 0.5, 0.9 * (largest_dt or np.inf))
    return ng.solvers.Euler(dt=dt, steps=STEPS, tol=TOL, implicit=False)


def attack(network, x, rng, largest_dt=None):
    """Look for two equilibria or for a cycle under one of the inputs x (k, n): say which is found, or None."""
    n, k = network.connectivity.free.size, len(x)
    low, high = network.dynamics.box or (-3.0, 3.0)
    start = np.zeros((k, STARTS, len(network.nodes)))
    inside = rng.uniform(low, high, (k, STARTS, n))
    corners = np.where(rng.random((k, STARTS, n)) < 0.5, low, high)
    start[..., network.connectivity.free] = np.where(np.arange(STARTS)[:, None] % 3 == 0, inside, corners)
    inputs = np.repeat(x, STARTS, axis=0)
    small = solver(network, largest_dt)
    found = ng.settle(network, inputs, start=start.reshape(k * STARTS, -1), solver=small, throw=False)
    state = found.state[:, network.connectivity.free].reshape(k, STARTS, n)
    at_rest = (found.status == ng.Status.CONVERGED).reshape(k, STARTS)
    for one, rest in zip(state, at_rest, strict=True):
        if rest.sum() > 1 and np.ptp(one[rest], axis=0).max() > 1e-5:
            return "two equilibria"
    restless = np.flatnonzero(~at_rest.any(axis=1))
    if not restless.size or np.any(found.status == ng.Status.DIVERGED):
        return "divergence" if np.any(found.status == ng.Status.DIVERGED) else None
    later = ng.settle(network, inputs, start=found.state, solver=small, throw=False)
    then, now = (one.residual.reshape(k, STARTS)[restless].max(axis=1) for one in (found, later))
    # A slow approach moves on; a cycle comes back.
    net = np.abs(later.state - found.state).max(axis=1).reshape(k, STARTS)[restless].max(axis=1)
    returns = net < 0.2 * now * small.dt * STEPS
    return "a cycle" if np.any((now > 1e-2) & (now > 0.9 * then) & returns) else None


def inputs(family, network, rng):
    """Draw inputs (k, n): some at random, others with an equilibrium inside, or with some neurons held at bounds."""
    n = len(family.W)
    low, high = network.dynamics.box or (-1.0, 1.0)
    s = rng.uniform(0.7 * low + 0.3 * high, 0.3 * low + 0.7 * high, (BIASES, n))
    held = rng.random((BIASES, n)) < rng.choice([0.0, 0.3, 0.6], (BIASES, 1))
    side = rng.random((BIASES, n)) < 0.5
    s = np.where(held, np.where(side, low, high), s)
    state = np.zeros((BIASES, len(network.nodes)))
    state[:, network.connectivity.free] = s
    if network.dynamics.name == "additive (tanh)":
        state[:, network.connectivity.free] = s = np.clip(s, -0.9, 0.9)
        needed = np.arctanh(s)
    else:
        needed = s * np.broadcast_to(leak(network), s.shape)
    x = needed - network.summed_input(state)[:, network.connectivity.free]
    x = np.where(held, np.where(side, -20.0, 20.0), x)
    x[: BIASES // 4] = rng.normal(size=(BIASES // 4, n))
    return x


def leak(network):
    """Give what a neuron's summed input must be for each unit of its state."""
    own = network.at_nodes(network.dynamics.slope("s"), np.zeros(len(network.nodes)))
    gain = network.at_nodes(network.dynamics.slope("I"), np.zeros(len(network.nodes)))
    ratio = -own / np.where(gain != 0.0, gain, 1.0)
    return np.broadcast_to(ratio, (len(network.nodes),))[network.connectivity.free]


def excess(certificate, network, x, rng):
    """Measure how much faster than stated two states part: the largest ``D+ |z| + rate |z|``, over |z|."""
    free, n = network.connectivity.free, network.connectivity.free.size
    low, high = network.dynamics.box or (-2.0, 2.0)
    a = rng.uniform(low, high, (400, n))
    a[::3] = np.where(rng.random(a[::3].shape) < 0.5, low, high)
    b = rng.uniform(low, high, (400, n))
    b[1::2] = np.clip(a[1::2] + rng.choice([-1e-3, 0.0, 1e-3], a[1::2].shape), low, high)
    states = np.zeros((2, 400, len(network.nodes)))
    states[..., free] = a, b
    states[..., network.connectivity.inputs] = x[rng.integers(len(x), size=400)]
    moved = network.drift(states.reshape(800, -1)).reshape(states.shape)[..., free]
    if network.dynamics.box:
        at = states[..., free]
        moved = np.where(((at <= low) & (moved < 0.0)) | ((at >= high) & (moved > 0.0)), 0.0, moved)
    z, rate = a - b, certificate.rate or 0.0
    v = (moved[0] - moved[1]) * (1.0 if certificate.weights is None else certificate.weights)
    z = z * (1.0 if certificate.weights is None else certificate.weights)
    apart = np.any(z != 0.0, axis=1)
    z, v = z[apart], v[apart]
    if certificate.norm == "l_1":
        size, growth = np.abs(z).sum(axis=1), np.where(z != 0.0, np.sign(z) * v, np.abs(v)).sum(axis=1)
    elif certificate.norm == "l_inf":
        size = np.abs(z).max(axis=1)
        growth = np.where(np.abs(z) == size[:, None], np.sign(z) * v, -np.inf).max(axis=1)
    elif certificate.norm == "l_2":
        size = np.linalg.norm(z, axis=1)
        growth = (z * v).sum(axis=1) / size
    else:
        return -np.inf
    return float(((growth + rate * size) / size).max())


def true_limit(family):
    """Give the smallest t at which -A of an affine network has a principal minor of 0."""
    A0, A1 = (jacobian(family, t) for t in (1.0, 2.0))
    leaks, W = 2.0 * A0 - A1, A1 - A0  # A(t) = leaks + t W
    n, best = len(W), np.inf
    for size in range(1, n + 1):
        for chosen in itertools.combinations(range(n), size):
            block = np.linalg.solve(-leaks[np.ix_(chosen, chosen)], W[np.ix_(chosen, chosen)])
            growing = np.linalg.eigvals(block)
            real = growing[np.abs(growing.imag) < 1e-9].real
            best = min([best, *(1.0 / real[real > 1e-9])])
    return best


def jacobian(family, t):
    """Give the dense matrix among free neurons."""
    network = family.at(t)
    free = network.connectivity.free
    return network.jacobian(np.full(len(network.nodes), 0.4)).toarray()[np.ix_(free, free)]


@dataclass
class Outcome:
    """What the attacks on one theorem found."""

    networks: int = 0
    false: list = None
    worst: float = -np.inf


def sound(theorem, count, seed):
    """Attack `count` networks at a theorem's threshold."""
    rng = np.random.default_rng(seed)
    outcome = Outcome(false=[])
    kinds, tries = list(KINDS), 0
    while outcome.networks < count and tries < 6 * count + 60:
        tries += 1
        family = Family.draw(kinds[tries % len(kinds)], rng)
        network = family.at(1.0)
        x = inputs(family, network, rng) if theorem.scope != "all inputs" else None
        t = threshold(theorem, family, None if x is None else x[:2])
        if t is None:  # it always holds, or never: try the weights as they are
            t = 1.0
        network = family.at(t)
        found = claims(theorem, network, None if x is None else x[:2])
        if found.verdict is not Verdict.PROVED or theorem.scope == "local":
            continue
        outcome.networks += 1
        x = inputs(family, network, rng) if x is None else x[:2]
        if set(found.claims) & set(GLOBAL):
            result = attack(network, x, rng, found.largest_dt)
            # Where no step is claimed, explicit Euler may go round by itself; a claim of uniqueness alone bears cycles.
            around = found.largest_dt is not None and set(found.claims) & {*GLOBAL} - {"unique equilibrium"}
            if result is not None and (result != "a cycle" or around):
                outcome.false.append((family, t, result, found.claims))
        if "contracting" in found.claims:
            outcome.worst = max(outcome.worst, excess(found, network, x, rng))
    return outcome


def power(count, seed):
    """Say of how many affine networks 10 % past the true limit the search finds two equilibria or a cycle."""
    rng = np.random.default_rng(seed)
    kinds, seen, found = ["vector field", "time constants"], 0, 0
    while seen < count:
        family = Family.draw(kinds[seen % 2], rng)
        limit = true_limit(family) if np.any(family.W) else np.inf
        if not np.isfinite(limit):
            continue
        seen += 1
        network = family.at(1.1 * limit)
        found += attack(network, inputs(family, network, rng), rng) is not None
    return found, seen


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--theorems", nargs="*", default=[theorem.name for theorem in THEOREMS.values()])
    options = parser.parse_args()
    found, seen = power(min(options.networks, 400), options.seed)
    print(f"power of the search: {found} of {seen} networks 10 % past the true limit are found out", flush=True)
    print(f"{'theorem':<22} {'networks':>8} {'false':>6}   rate exceeded by at most")
    for theorem in THEOREMS.values():
        if theorem.name in options.theorems and theorem.scope != "local" and theorem.name != "p_matrix":
            outcome = sound(theorem, options.networks, options.seed)
            print(f"{theorem.name:<22} {outcome.networks:>8} {len(outcome.false):>6}   {outcome.worst:.1e}", flush=True)
            for family, t, result, said in outcome.false[:5]:
                print("   FALSE:", family.kind, result, said, f"t = {t!r}", (t * family.W).tolist(), family.parameters)


if __name__ == "__main__":
    main()
