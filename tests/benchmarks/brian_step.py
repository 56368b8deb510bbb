"""One step of the rate network in Brian2, on each of its targets, against ours: 2000 nodes, 200,000 edges."""

import statistics
import time

import numpy as np

import neurograph as ng
from neurograph.brian.importing import TARGETS
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase

TITLE = "One step of 2000 nodes and 200,000 edges, one sample, float64, against Brian2"
NODES, EDGES, STEP, STEPS, TURNS = 2000, 200_000, 0.1, 200, 5
AGREE = 20
"""Steps after which states are compared; by the last they have decayed."""
RULE = ng.rules.stdp(average=False)


def rows():
    network, start = made()
    for rule, words in ((None, "settling"), (RULE, "learning")):
        ours = of_a_step(lambda steps, rule=rule: stepped(network, start, steps, rule))
        yield f"neurograph, {words}", "", f"{1e3 * ours:.3f} ms"
        for target in TARGETS:
            model = ng.brian.build(network, np.empty((1, 0)), target=target, start=start, rule=rule, dt=in_ms(2))
            far = np.abs(model.settle(in_ms(2 * AGREE)).state - stepped(network, start, AGREE).state).max()
            theirs = of_a_step(lambda steps, model=model, rule=rule: run(model, steps, rule))
            measured = f"{1e3 * theirs:.3f} ms, {theirs / ours:.1f}x (states agree to {far:.0e})"
            yield f"Brian2, {target}, {words}", "", measured
    yield from in_time()


def in_time():
    """The same network along a current into its first node, by simulate() and by Brian2's C++, frame after frame."""
    network, start = made()
    wave = np.random.default_rng(1).random(1 + STEPS)
    ours = of_a_step(lambda steps: along(network, start, wave, steps))
    yield "neurograph, in time", "", f"{1e3 * ours:.3f} ms"
    call = theirs_along(network, start, wave)
    far = np.abs(call(AGREE).states[:, -1] - along(network, start, wave, AGREE).states[:, -1]).max()
    theirs = of_a_step(call)
    asked = "asked: at least 1x"
    yield "Brian2, cpp, in time", asked, f"{1e3 * theirs:.3f} ms, {theirs / ours:.1f}x (states agree to {far:.0e})"


def along(network, start, wave, steps):
    return ng.simulate(network, dt=STEP, method="euler", start=start, current={0: wave[None, :steps]}, progress=False)


def theirs_along(network, start, wave):
    """A call that simulates for some steps, from the start; each number of steps is built once."""
    models = {}

    def call(steps):
        if steps not in models:
            models[steps] = ng.brian.build(
                network,
                target="cpp",
                start=start,
                dt=in_ms(2),
                current={0: wave[None, :steps]},
                duration=in_ms(2 * steps),
            )
        return models[steps].simulate()

    return call


def made():
    random = np.random.default_rng(0)
    keys = random.choice(NODES * NODES, EDGES, replace=False)
    pre, post, weights = keys // NODES, keys % NODES, random.standard_normal(EDGES) / np.sqrt(EDGES / NODES)
    table = ng.topologies.from_edges((pre, post, weights), inputs=[], outputs=[0], nodes=np.arange(NODES))
    return ng.compile(table, ng.dynamics.vector_field()), random.random((1, NODES))


def in_ms(count):
    import brian2

    return count * brian2.ms


def of_a_step(call):
    """Seconds of one step, from runs of two lengths, which begin alike."""
    call(STEPS)
    return statistics.median((seconds(call, 1 + STEPS) - seconds(call, 1)) / STEPS for _ in range(TURNS))


def seconds(call, steps):
    began = time.perf_counter()
    call(steps)
    return time.perf_counter() - began


def stepped(network, start, steps, rule=None):
    nudge = {} if rule is None else {"target": np.ones((1, 1)), "beta": 1.0, "rule": rule.expression}
    return Euler(dt=STEP, steps=steps, tol=0).solve(network, Phase(start, **nudge))


def run(model, steps, rule):
    if rule is None:
        return model.settle(in_ms(2 * steps))
    return model.learn(
        np.ones((1, 1)), beta=1.0, optimiser=ng.optimisers.sgd(1e-9), duration=in_ms(2), nudged=in_ms(2 * steps)
    )
