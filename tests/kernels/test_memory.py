"""Memory: what is compiled, trained and dropped is given back."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.rule import Rule
from neurograph.learning.rules import asymmetric_ep, stdp
from tests.guarded import not_guarded

STATM = Path("/proc/self/statm")
MEGABYTE = 2**20
pytestmark = [
    pytest.mark.skipif(not STATM.exists(), reason="reads how much memory is resident where Linux says so"),
    not_guarded,
]


def resident():
    gc.collect()
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def dynamics_of(number):
    """Return a dynamics that no other number has."""
    return ng.Dynamics(f"-s + tanh(I + b) - {number + 1}*s**3/1000", name=f"own {number}")


def use(number):
    """Compile a network of its own size and dynamics, train it and drop it."""
    random = np.random.default_rng(number)
    dynamics = dynamics_of(number) if number % 2 else ng.dynamics.additive("tanh")
    graph = ng.topologies.layered(inputs=3, hidden=(4 + number % 7,), outputs=2, bias="neurons", seed=number)
    network = ng.compile(graph, dynamics)
    x, y = random.uniform(size=(8, 3)), random.uniform(size=(8, 2))
    own = Rule(f"tanh(post_nudged*pre_free)*w/{number + 1}", name=f"own {number}")
    rule = (stdp(), asymmetric_ep(), own)[number % 3]
    ng.train(network, x, y, rule=rule, epochs=2, batch_size=4, seed=0)


def settle(number):
    """Compile and settle a network of a dynamics that no other number has."""
    graph = ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, bias="neurons", seed=0)
    ng.settle(ng.compile(graph, dynamics_of(number)), np.ones((1, 2)))


def test_networks_that_are_dropped_leave_no_memory_behind():
    for number in range(50):
        use(number)
    before = resident()
    for number in range(50, 200):
        use(number)
    assert resident() - before < 20 * MEGABYTE


def test_a_new_dynamics_costs_little_memory():
    for number in range(1000, 1010):
        settle(number)
    before = resident()
    for number in range(1010, 1030):
        settle(number)
    assert resident() - before < 20 * 2 * MEGABYTE
