"""A step in time with synapses that learn, against one without, and against Brian2 with the same rule and trace.

A step is (time of 1 + n steps less time of 1) / n, the last frame alone kept; all take turns, ratios are medians.
"""

import statistics

import numpy as np

import neurograph as ng
from tests.benchmarks.brian_step import EDGES, NODES, in_ms, made
from tests.benchmarks.driven_step import made as driven_network
from tests.benchmarks.settle_step import taken

TITLE = "One step in time in which synapses learn, float64"
DT, TURNS, RATE = 0.1, 5, 1e-3
RULE = ng.Rule("z*dpost - w*post**2", traces={"z": "(pre - z)/tau"}, parameters={"tau": 2.0}, name="traced")
SIZES = (
    # nodes, edges, batch, steps
    (10, 60, 1, 2_000),
    (1_000, 20_000, 1, 400),
    (1_000, 20_000, 16, 100),
    (10_000, 1_000_000, 1, 12),
)


def rows():
    for nodes, edges, batch, steps in SIZES:
        network = driven_network(nodes, edges)
        x = np.random.default_rng(1).random((batch, 1 + steps, len(network.inputs)))
        still, moving = [], []
        for turn in range(TURNS + 1):
            for times, learning in ((still, {}), (moving, {"rule": RULE, "learning_rate": RATE})):
                step = of_a_step(lambda n, given=(network, x), learning=learning: run(*given, n, **learning), steps)
                times.extend([step] * (turn > 0))
        size = f"{nodes:,} nodes, {edges:,} edges, batch {batch}"
        yield f"{size}: a step", "", f"{1e6 * statistics.median(still):.1f} us"
        of_edge = f"{1e9 * statistics.median(moving) / network.weights.size / batch:.1f} ns an edge and sample"
        yield f"{size}: with a rule and a trace", "", f"{1e6 * statistics.median(moving):.1f} us, {of_edge}"
    yield from against_brian()


def of_a_step(call, steps):
    one, many = (taken(lambda n=n: call(n)) for n in (1, 1 + steps))
    return (many - one) / steps


def run(network, x, steps, **learning):
    return ng.simulate(network, x[:, :steps], dt=DT, method="euler", record=steps, progress=False, **learning)


def against_brian(steps=100):
    """The network of 2000 neurons, from one state, with the rule; and Brian2's own objects with the same equations."""
    network, start = made()
    x = np.empty((1, 1 + steps, 0))

    def ours(n):
        return ng.simulate(
            network,
            x[:, :n],
            dt=DT,
            method="euler",
            start=start,
            record=n,
            rule=RULE,
            learning_rate=RATE,
            progress=False,
        )

    call, weights = brian(network, start)
    far = np.abs(weights(steps) - ours(steps).learned.weights).max()
    mine, theirs = [], []
    for turn in range(TURNS + 1):
        for times, of in ((mine, ours), (theirs, call)):
            times.extend([of_a_step(of, steps)] * (turn > 0))
    a, b = statistics.median(mine), statistics.median(theirs)
    yield f"{NODES:,} nodes, {EDGES:,} edges: with the rule", "", f"{1e3 * a:.2f} ms"
    words = f"{1e3 * b:.2f} ms, {b / a:.1f}x (weights agree to {far:.0e})"
    yield f"{NODES:,} nodes, {EDGES:,} edges: Brian2, cython", "", words


def brian(network, start):
    """A call that runs the network in Brian2 for some steps, and one that tells its weights after some steps."""
    import brian2 as b2

    b2.prefs.codegen.target = "cython"
    connectivity, unit = network.connectivity, in_ms(1)
    space = {"T": unit, "tau": 2.0, "rate": RATE, "h": DT}
    neurons = b2.NeuronGroup(NODES, "I : 1\ns : 1\nbefore : 1", dt=DT * unit, namespace=space, name="plastic_neurons")
    neurons.run_regularly("before = s\ns = clip(s + h*(-s + I), 0, 1)", when="synapses")
    synapses = b2.Synapses(
        neurons, neurons, "w : 1\nz : 1\nI_post = w*s_pre : 1 (summed)", dt=DT * unit, namespace=space,
        name="plastic_synapses",
    )  # fmt: skip
    synapses.connect(i=connectivity.pre, j=connectivity.post)
    synapses.run_regularly(
        "w_new = w + h*rate*(z*(s_post - before_post)/h - w*s_post**2)\nz = z + h*(s_pre - z)/tau\nw = w_new",
        when="end",
    )
    whole = b2.Network(neurons, synapses)

    def begin():
        neurons.s, synapses.w, synapses.z = start[0], network.weights, 0.0

    def call(steps):
        whole.run(steps * DT * unit)

    def weights(steps):
        begin()
        call(steps)
        return np.array(synapses.w)

    return call, weights
