"""A step in time, driven by inputs and a current, against a step of settling the same network; and what noise adds.

A step is (time of 1 + n steps less time of 1) / n; of the run in time the last frame alone is kept. The three take
turns, and each ratio is the median over the turns.
"""

import statistics

import numpy as np

import neurograph as ng
from neurograph.solvers.base import Phase
from tests.benchmarks.settle_step import drawn, taken

TITLE = "One step in time, driven, against one settle step of the same network, float64; and with noise"
DT, TURNS, INPUTS = 0.1, 7, 4
SIZES = (
    # nodes, edges, batch, steps
    (10, 60, 1, 40_000),
    (10, 60, 64, 5_000),
    (100, 1_000, 1, 20_000),
    (100, 1_000, 64, 1_000),
    (1_000, 20_000, 1, 2_000),
    (1_000, 20_000, 64, 200),
    (10_000, 1_000_000, 1, 60),
    (10_000, 1_000_000, 64, 12),
)


def rows():
    for nodes, edges, batch, steps in SIZES:
        network = made(nodes, edges)
        random = np.random.default_rng(1)
        x = random.random((batch, 1 + steps, INPUTS))
        wave = random.random((batch, 1 + steps))
        start = random.random((batch, nodes))
        calls = {
            "settle": lambda n, network=network, start=start: settled(network, start, n),
            "driven": lambda n, network=network, x=x, wave=wave, start=start: driven(network, x, wave, start, n),
            "noisy": lambda n, network=network, x=x, wave=wave, start=start: driven(
                network, x, wave, start, n, noise=0.1, seed=0
            ),
        }
        medians = {name: [] for name in calls}
        for turn in range(TURNS + 1):
            for name, call in calls.items():
                one, many = (taken(lambda n=n, call=call: call(n)) for n in (1, 1 + steps))
                if turn:
                    medians[name].append((many - one) / steps)
        size = f"{nodes:,} nodes, {edges:,} edges, batch {batch}"
        yield f"{size}: a settle step", "", f"{1e6 * statistics.median(medians['settle']):.2f} us"
        yield f"{size}: a driven step takes", "asked: at most 1.15x", f"{ratio(medians, 'driven', 'settle'):.2f}x"
        yield f"{size}: noise makes it", "asked: at most 2x", f"{ratio(medians, 'noisy', 'driven'):.2f}x"


def ratio(medians, one, other):
    return statistics.median(a / b for a, b in zip(medians[one], medians[other], strict=True))


def made(nodes, edges):
    """A network of tanh neurons, the first nodes inputs."""
    random = np.random.default_rng(0)
    free = nodes - INPUTS
    if nodes <= 1_000:
        keys = random.choice(nodes * free, min(edges, nodes * free), replace=False)
    else:
        keys = drawn(random, nodes, edges + edges // 100)
        keys = keys[keys % nodes < free][:edges]
    width = free if nodes <= 1_000 else nodes
    pre, post = keys // width, keys % width + INPUTS
    weights = random.standard_normal(keys.size) / np.sqrt(edges / nodes)
    table = ng.topologies.from_edges(
        (pre, post, weights), inputs=range(INPUTS), outputs=[nodes - 1], nodes=np.arange(nodes)
    )
    return ng.compile(table, ng.dynamics.additive("tanh"))


def settled(network, start, steps):
    return ng.solvers.Euler(dt=DT, steps=steps, tol=0).solve(network, Phase(start))


def driven(network, x, wave, start, steps, **noise):
    given = {"dt": DT, "method": "euler", "start": start, "record": steps, "progress": False}
    return ng.simulate(network, x[:, :steps], current={network.nodes[-1]: wave[:, :steps]}, **given, **noise)
