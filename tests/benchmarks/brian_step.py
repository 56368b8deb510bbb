"""One step of the rate network in Brian2, numpy and cython targets, against ours: 2000 nodes, 200,000 edges."""

import statistics
import time
import warnings

import numpy as np

import neurograph as ng
from neurograph.equilibrium import Phase

TITLE = "One step of 2000 nodes and 200,000 edges, one sample, float64, against Brian2"
NODES, EDGES, DT, STEPS, TURNS = 2000, 200_000, 0.1, 200, 5


def rows():
    random = np.random.default_rng(0)
    keys = random.choice(NODES * NODES, EDGES, replace=False)
    pre, post, weights = keys // NODES, keys % NODES, random.standard_normal(EDGES) / np.sqrt(EDGES / NODES)
    table = ng.topologies.from_edges((pre, post, weights), inputs=[], outputs=[0], nodes=np.arange(NODES))
    network = ng.compile(table, ng.dynamics.vector_field())
    start = random.random((1, NODES))
    ours = [(phase(network, start, 1 + STEPS) - phase(network, start, 1)) / STEPS for _ in range(TURNS + 1)][1:]
    yield "neurograph", "", f"{1e3 * statistics.median(ours):.3f} ms"
    for target in ("numpy", "cython"):
        theirs, ended = brian(target, pre, post, weights, start[0])
        ratio = statistics.median(theirs) / statistics.median(ours)
        far = np.abs(ended - euler(2 * STEPS).solve(network, Phase(start)).state[0]).max()
        yield (
            f"Brian2, {target}",
            "",
            f"{1e3 * statistics.median(theirs):.3f} ms, {ratio:.1f}x (states agree to {far:.0e})",
        )


def euler(steps):
    return ng.solvers.Euler(dt=DT, steps=steps, tol=0)


def phase(network, start, steps):
    began = time.perf_counter()
    euler(steps).solve(network, Phase(start))
    return time.perf_counter() - began


def brian(target, pre, post, weights, start):
    """Seconds of a step, from runs of two lengths, and the state after 2 * STEPS steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import brian2 as b2
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = target
    try:
        clock = b2.Clock(dt=1 * b2.ms)
        space = {"tau": 1 * b2.ms / DT}
        neurons = b2.NeuronGroup(
            NODES, "ds/dt = (I - s)/tau : 1\nI : 1", method="euler", clock=clock, namespace=space, name="benched"
        )
        neurons.run_regularly("s = clip(s, 0, 1)", when="after_groups", clock=clock)
        synapses = b2.Synapses(neurons, neurons, "w : 1\nI_post = w*s_pre : 1 (summed)", clock=clock, name="wires")
        synapses.connect(i=pre, j=post)
        synapses.w = weights
        whole = b2.Network(neurons, synapses)
        neurons.s = start
        taken = {steps: [] for steps in (1, STEPS)}
        whole.run(2 * STEPS * b2.ms)
        ended = np.array(neurons.s)
        for _ in range(TURNS):
            for steps, seconds in taken.items():
                began = time.perf_counter()
                whole.run(steps * b2.ms)
                seconds.append(time.perf_counter() - began)
        return [(b - a) / (STEPS - 1) for a, b in zip(*taken.values(), strict=True)], ended
    finally:
        b2.prefs.codegen.target = before
