"""What a neuron's equations cost, without edges, and a reservoir of few edges a neuron against reservoirpy.

A step is (time of 1 + n steps less time of 1) / n, so that what a phase costs before its first step is left out.
"""

import importlib.util
import os
import statistics
import time
from unittest import mock

import numpy as np

import neurograph as ng
from neurograph.solvers.base import Phase

TITLE = "Equations without edges, nanoseconds a neuron, step and sample, medians of 7; and a reservoir"
DT, TURNS, NUMBERS = 0.1, 7, 10_000_000
ROWS = ((1, 1_000), (1, 10_000), (64, 1_000))
ASKED = {
    # activation, batch, type: nanoseconds
    **{(kind, 1, "float64"): 2.0 for kind in ("tanh", "sigmoid")},
    **{(kind, 1, "float32"): 1.0 for kind in ("tanh", "sigmoid")},
    **{(kind, 64, "float64"): 1.5 for kind in ("tanh", "sigmoid")},
    **{(kind, 64, "float32"): 0.8 for kind in ("tanh", "sigmoid")},
    ("clip", 1, "float64"): 1.0,
    ("clip", 1, "float32"): 1.0,
    ("clip", 64, "float64"): 1.0,
    ("clip", 64, "float32"): 0.8,
}
UNITS, DEGREE, STEPS, THREADS = 10_000, 5, 500, "2"


def rows():
    for kind in ("tanh", "sigmoid", "clip"):
        for dtype in (np.float64, np.float32):
            for batch, nodes in ROWS:
                name = np.dtype(dtype).name
                label, asked = f"{kind}, {name}, batch {batch}, {nodes:,} neurons", ASKED[kind, batch, name]
                yield label, f"asked: <= {asked:g} ns", f"{nanoseconds(kind, dtype, batch, nodes):.2f} ns"
    yield from reservoir()


def nanoseconds(kind, dtype, batch, nodes):
    none = np.empty(0, int), np.empty(0, int), np.empty(0, dtype)
    network = made(none, nodes, kind, dtype)
    start = np.random.default_rng(0).random((batch, nodes)).astype(dtype)
    steps = NUMBERS // (batch * nodes)
    return 1e9 * of_a_step(lambda steps: settled(network, start, steps), steps) / (batch * nodes)


def made(edges, nodes, kind, dtype):
    """A network without inputs; every node has a bias of its own."""
    biases = dict(enumerate(np.random.default_rng(1).normal(size=nodes).tolist()))
    table = ng.topologies.from_edges(edges, inputs=[], outputs=[0], nodes=np.arange(nodes), biases=biases)
    return ng.compile(table, ng.dynamics.additive(kind), dtype=dtype)


def settled(network, start, steps):
    return ng.solvers.Euler(dt=DT, steps=steps, tol=0).solve(network, Phase(start))


def of_a_step(call, steps):
    """Seconds of one step of a call that takes their number."""
    call(1)
    return statistics.median((seconds(call, 1 + steps) - seconds(call, 1)) / steps for _ in range(TURNS))


def seconds(call, steps):
    began = time.perf_counter()
    call(steps)
    return time.perf_counter() - began


def reservoir():
    """Leaky tanh units s <- (1 - dt) s + dt tanh(W s + b), one sample."""
    label, asked = f"{UNITS:,} tanh units of {DEGREE} edges, float64, up to {THREADS} threads", "asked: at least 3x"
    random = np.random.default_rng(0)
    pre, post = random.integers(0, UNITS, UNITS * DEGREE), np.repeat(np.arange(UNITS), DEGREE)
    keys = np.unique(post * UNITS + pre)
    pre, post = keys % UNITS, keys // UNITS
    weights = random.normal(size=keys.size) / np.sqrt(DEGREE)
    network, start = made((pre, post, weights), UNITS, "tanh", np.float64), np.zeros((1, UNITS))
    with mock.patch.dict(os.environ, OMP_NUM_THREADS=THREADS):
        calls = {"neurograph": lambda steps: settled(network, start, steps).state[0]}
        if importlib.util.find_spec("reservoirpy") is not None:
            calls["reservoirpy"] = theirs(network.matrix(), network.biases)
        taken = {name: [] for name in calls}
        for turn in range(TURNS + 1):
            for name, call in calls.items():
                step = (seconds(call, 1 + STEPS) - seconds(call, 1)) / STEPS
                if turn:
                    taken[name].append(step)
        for name, steps in taken.items():
            yield f"{label}: a step of {name}", "", f"{1e6 * statistics.median(steps):.1f} us"
        if "reservoirpy" not in calls:
            yield f"{label}: not measured, reservoirpy is missing (extra `bench`)", asked, "-"
            return
        ratio = statistics.median(b / a for a, b in zip(taken["neurograph"], taken["reservoirpy"], strict=True))
        far = np.abs(calls["neurograph"](20) - calls["reservoirpy"](20)).max()
        yield f"{label}: reservoirpy takes", asked, f"{ratio:.1f}x (states agree to {far:.0e})"


def theirs(matrix, biases):
    """The same reservoir in reservoirpy, from zero, an input of zeros; its states are not kept."""
    from reservoirpy.nodes import Reservoir

    made = Reservoir(W=matrix.tocsr(), Win=np.zeros((UNITS, 1)), bias=biases, lr=DT)
    made.initialize(np.zeros((1, 1)))
    nothing = np.zeros(1)

    def call(steps):
        made.reset()
        for _ in range(steps):
            state = made.step(nothing)
        return np.ravel(state)

    return call
