"""Memory: that of the edges and of the candidates asked for, also where all pairs of many nodes are looked at."""

import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import neurograph as ng
from neurograph.growth import candidates
from neurograph.growth.candidates import Pool
from neurograph.growth.insertion import BYTES, grow_now
from neurograph.network.inputs import starting_state
from neurograph.pruning.base import Task
from tests.guarded import not_guarded

NODES, EDGES = 10_000, 100_000
MEGABYTE = 2**20
pytestmark = not_guarded


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(0)
    codes = np.unique(rng.integers(10, NODES, EDGES) * NODES + rng.integers(0, NODES, EDGES))
    post, pre = np.divmod(codes[codes // NODES != codes % NODES], NODES)
    weights = rng.normal(0.0, 0.1, pre.size)
    table = ng.topologies.from_edges((pre, post, weights), nodes=range(NODES), inputs=range(10), outputs=[NODES - 1])
    return ng.compile(table, ng.dynamics.additive("tanh"))


@pytest.fixture(scope="module")
def task(network):
    x = np.random.default_rng(0).uniform(size=(4, 10))
    start = starting_state(network, x, 0.0, None)
    return Task(start, np.ones((4, 1)), ng.costs.squared_error(), ng.solvers.Euler(steps=20))


def peak(call):
    """The most bytes that were in use at a time, beyond those before the call."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [1000, 100_000])
def test_drawing_takes_the_memory_of_what_comes(network, count):
    grower = ng.growth.random(count=count)
    rng = np.random.default_rng(0)
    assert peak(lambda: grow_now(network, grower, rng, 0, count)) < (count + network.weights.size) * BYTES


@pytest.mark.parametrize("grower", [ng.growth.rigl(candidates=50_000), ng.growth.activity(candidates=50_000)], ids=str)
def test_named_candidates_take_the_memory_of_so_many(network, task, grower):
    rng = np.random.default_rng(0)
    allowed = (100_000 + network.weights.size) * BYTES + 40 * MEGABYTE  # the states and the phases
    assert peak(lambda: grow_now(network, grower, rng, 0, 1000, task)) < allowed


def test_every_pair_is_walked_in_blocks(network):
    """All 100 million in at most 80 MB: of n x n, one byte each would take more."""
    pool, seen = Pool(network, False), []

    def keys(pre, post):
        seen.append(pre.size)
        return np.sin(0.37 * pre + 0.11 * post)

    assert peak(lambda: pool.best(1000, keys)) < 80 * MEGABYTE
    assert sum(seen) == pool.size == (NODES - 10) * (NODES - 1) - network.weights.size
    assert max(seen) <= candidates.BLOCK


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads how much memory was resident on Linux")
def test_every_pair_is_scored_by_a_rule_in_blocks(network, task):
    """What the engine takes too: the states, and a block and its scores."""

    def resident(what):
        return 1024 * int(re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text()).group(1))

    Path("/proc/self/clear_refs").write_text("5")  # the largest size so far is forgotten
    before = resident("VmRSS")
    grow_now(network, ng.growth.activity(), np.random.default_rng(0), 0, 1000, task)
    assert resident("VmHWM") - before < NODES**2 * 2
