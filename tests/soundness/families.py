"""Networks that are scaled by one number, and the largest number at which a theorem still proves something of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.certificates import Verdict
from neurograph.certificates.system import System
from neurograph.equations.neuron import Dynamics
from neurograph.equations.populations import Populations

KINDS = {
    "vector field": ng.dynamics.vector_field(),
    "tanh": ng.dynamics.additive("tanh"),
    "relu": ng.dynamics.additive("relu"),
    "clip": ng.dynamics.additive("clip"),
    "squashed transfer": Dynamics("-s + I", transfer="tanh(s)"),
    "squashed transfer in a box": Dynamics("-s + I", transfer="tanh(2*s)/2", box=(-0.5, 1.0)),
    "both squashed": Dynamics("-s + tanh(I)", transfer="tanh(s)"),
    "time constants": Dynamics("(I - s)/tau", box=(0.0, 1.0), parameters={"tau": 1.0}),
    "unequal leaks": Dynamics("tanh(I) - leak*s", parameters={"leak": 1.0}),
    "deep, absolute leak": ng.dynamics.deep("absolute"),
    "deep, absolute and extra leak": ng.dynamics.deep("absolute", extra_leak=0.05),
    "deep, signed leak": ng.dynamics.deep("signed"),
    "deep, signed and extra leak": ng.dynamics.deep("signed", extra_leak=1.0),
    "energy": ng.dynamics.hopfield(),
    "relu, unequal leaks": Dynamics("relu(I) - leak*s", parameters={"leak": 1.0}),
}
LINEAR = Dynamics("-s + I")
MIXED = {
    "vector field and time constants": ("vector field", "time constants"),
    "two absolute leaks": ("deep, absolute leak", "deep, absolute and extra leak"),
    "deep and vector field": ("deep, absolute and extra leak", "vector field"),
    "vector field, tanh and relu": ("vector field", "tanh", "relu"),
    "clip and unequal leaks": ("clip", "unequal leaks"),
    "squashed transfers and tanh": ("squashed transfer", "squashed transfer in a box", "tanh"),
    "linear and tanh": (LINEAR, "tanh"),
    "linear and relu": (LINEAR, "relu"),
    "energy and squashed transfer": ("energy", "squashed transfer"),
}
"""Populations, of which neurons take turns."""

KINDS |= {name: Populations.of({str(k): KINDS.get(one, one) for k, one in enumerate(of)}) for name, of in MIXED.items()}

LARGEST = 60
REACH = 4.0
"""Weight of an input, whose transfer may squash what it sends."""
LEAST, MOST = 2.0**-7, 2.0**7
"""Between which multiples of its weights a threshold is looked for; their largest sum of a row is 1."""


def build(W, kind, parameters):
    """Compile free nodes 0, 1, ... with W[post, pre] among them, and an input into each; node 0 is the output."""
    dynamics, n = KINDS[kind], len(W)
    graph, reach = nx.DiGraph(), 1.0 if dynamics.transfer == "s" else REACH
    for j in range(n):
        own = dynamics_of(dynamics, j)
        graph.add_node(f"x{j}", role="input", population=population(dynamics, j))
        carried = {name: float(v[j]) for name, v in parameters.items() if name in own.defaults}
        graph.add_node(j, role="hidden" if j else "output", population=population(dynamics, j), **carried)
    for j in range(n):
        graph.add_edge(f"x{j}", j, weight=reach)
    for j, i in np.argwhere(W).tolist():
        tie = {"tie": f"{min(i, j)},{max(i, j)}"} if dynamics.symmetric else {}
        graph.add_edge(i, j, weight=float(W[j, i]), **tie)
    return ng.compile(graph, dynamics)


def population(dynamics, j):
    """Name the population of neuron j, and of its input."""
    return dynamics.names[j % len(dynamics.names)] if isinstance(dynamics, Populations) else "all"


def dynamics_of(dynamics, j):
    """Return how neuron j moves."""
    return dynamics.each[j % len(dynamics.each)][1] if isinstance(dynamics, Populations) else dynamics


def box_of(network, far=np.inf):
    """Return the ends of the boxes of the free neurons, `far` from 0 where there are none."""
    low, high = (end[network.connectivity.free] for end in network.box)
    return np.where(np.isfinite(low), low, -far), np.where(np.isfinite(high), high, far)


def bent(network):
    """Return which free neurons have a tanh of their input in the drift."""
    return np.array(["tanh(I" in dynamics_of(network.dynamics, j).drift for j in range(network.connectivity.free.size)])


def size(rng, most=LARGEST):
    """Draw a number of neurons: mostly few, and the least and the most there may be."""
    if rng.random() < 0.05:
        return 1 if rng.random() < 0.7 else most
    return int(min(most, 2.0 * (most / 2.0 + 1.0) ** (rng.random() ** 4)))


@dataclass
class Family:
    """The networks t W for t > 0, of one kind."""

    kind: str
    W: np.ndarray
    parameters: dict = field(default_factory=dict)

    @classmethod
    def draw(cls, kind, rng, most=LARGEST, symmetric=False):
        """Draw one."""
        dynamics = KINDS[kind]
        n = max(size(rng, most), len(dynamics.each) if isinstance(dynamics, Populations) else 1)
        share = rng.choice([0.5, 1.0]) if n < 8 else rng.choice([3.0 / n, 0.5, 1.0])
        W = rng.normal(size=(n, n)) * (rng.random((n, n)) < share)
        W = np.abs(W) if rng.random() < 0.2 else W
        W = W - W.T if rng.random() < 0.15 else W
        if n > 1 and (not dynamics.self_loops or rng.random() < 0.7):
            np.fill_diagonal(W, 0.0)
        if dynamics.symmetric or symmetric:
            W = np.triu(W) + np.triu(W, 1).T
        drawn = {"tau": rng.uniform(0.3, 3.0, n), "leak": rng.uniform(0.3, 3.0, n)}
        W = W / max(np.abs(W).sum(axis=1).max(), 1e-9)
        W = W if dynamics.self_loops else W - np.diag(np.diag(W))
        return cls(kind, W, {name: drawn[name] for name in dynamics.defaults if name in drawn})

    @cached_property
    def network(self):
        """The network at t = 1."""
        return build(self.W, self.kind, self.parameters)

    def at(self, t):
        """Return the network t W."""
        scale = np.where(np.isin(self.network.connectivity.pre, self.network.connectivity.inputs), 1.0, t)
        return self.network.with_weights(scale * self.network.weights)


def claims(theorem, network, x=None, earlier=None):
    """Ask one theorem of a network."""
    return theorem.answer(System(network, x, None, 0.0, None), 60.0, earlier)


def threshold(theorem, family, rng, x=None, rounds=4):
    """Find about the largest t at which the theorem proves (or p_matrix: the least at which it refutes) something.

    None if nothing is ever said; where the same is said of every t, one of them at random.
    """
    falls = theorem.name == "p_matrix"
    wanted, ladder = Verdict.REFUTED if falls else Verdict.PROVED, [LEAST, 1.0, 12.0, MOST]
    low = high = None  # (t, certificate) where something is said, and (t, margin) beyond it

    def asked(t):
        return claims(theorem, family.at(t), x, low and low[1])

    for t in reversed(ladder) if falls else ladder:
        found = asked(t)
        if found.verdict is not wanted:
            high = (t, found.margin)
            break
        low = (t, found)
    if low is None:
        return None
    if high is None:
        t = np.exp(rng.uniform(np.log(LEAST), np.log(MOST)))
        found = asked(t)
        return (t, found) if found.verdict is wanted else low
    # The end of what is said, by the secant of the margins where there are two, else by bisection.
    for _ in range(rounds):
        near, margin = low[0], low[1].margin
        t, steep = np.sqrt(near * high[0]), margin is not None and high[1] is not None and margin > 0.0 > high[1]
        if steep:
            share = np.clip(margin / (margin - high[1]), 0.02, 0.98)
            t = near + share * (high[0] - near) * (1.0 - 1e-7)
        found = asked(t)
        if found.verdict is wanted:
            low = (t, found)
            if steep and found.margin < 1e-4 * margin:
                break
        else:
            high = (t, found.margin)
    return low


def inputs(network, rng, count):
    """Draw inputs (count, n): some at random, others with an equilibrium inside, or with neurons held at bounds."""
    n, free = network.connectivity.free.size, network.connectivity.free
    low, high = box_of(network, 1.0)
    s = rng.uniform(0.7 * low + 0.3 * high, 0.3 * low + 0.7 * high, (count, n))
    held = rng.random((count, n)) < rng.choice([0.0, 0.3, 0.6], (count, 1))
    side = rng.random((count, n)) < 0.5
    s = np.where(held, np.where(side, low, high), s)
    s = np.where(bent(network), np.clip(s, -0.9, 0.9), s)
    state = np.zeros((count, len(network.nodes)))
    state[:, free] = s
    drive = needed(network, state) - network.summed_input(state)[:, free]
    x = np.where(held, np.where(side, -20.0, 20.0), sending(network, drive))
    x[: count // 4] = rng.normal(size=(count // 4, n))
    return x


def sending(network, drive):
    """Return the inputs that add so much to each neuron's summed input, or as nearly as the transfer lets them."""
    if network.dynamics.transfer == "s":
        return drive
    x, found = np.linspace(-4.0, 4.0, 2001), np.empty_like(drive)
    for j in range(drive.shape[1]):
        sent = np.broadcast_to(dynamics_of(network.dynamics, j).transfer_equation(s=x), x.shape)
        found[:, j] = np.interp(drive[:, j] / REACH, sent, x)
    return found


def needed(network, state):
    """Return the summed inputs at which the states are at rest, as far as the drift is linear in them, or a tanh."""
    free = network.connectivity.free

    def at_free(equation):
        return np.broadcast_to(network.at_nodes(equation, 0.0 * state), state.shape)[:, free]

    own, gain = at_free(network.dynamics.slope("s")), at_free(network.dynamics.slope("I"))
    wanted = -own * state[:, free] / np.where(gain != 0.0, gain, 1.0)
    return np.where(bent(network), np.arctanh(np.clip(wanted, -0.95, 0.95)), wanted)
