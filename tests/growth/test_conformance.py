"""What every grower keeps, on any graph: a new one in the registry is tested by this without being told."""

import inspect
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.growth import GROWERS
from neurograph.growth.insertion import comes_in_pairs, grow_now
from neurograph.network.inputs import starting_state
from neurograph.pruning.base import RemovedEdges, Task
from neurograph.pruning.removal import prune_now
from tests.growth.networks import absent, places
from tests.strategies import NAMED, SEEDS, graphs_for

ARGUMENTS = {"length": 0.5, "target": 0.9}
"""What has no default; a grower gets those that it has parameters for."""


def example(name, **more):
    """Make the grower of this name; each parameter without a default needs a value above."""
    known = inspect.signature(GROWERS[name]).parameters
    arguments = {key: value for key, value in {**ARGUMENTS, **more}.items() if key in known}
    try:
        return GROWERS[name](**arguments)
    except (TypeError, ng.ParameterError) as error:
        raise AssertionError(f"grower {name!r} cannot be made: add values that it takes to ARGUMENTS") from error


EVERY = [*map(example, GROWERS), example("random", weight=0.3, deviation=0.2), example("rigl", candidates=4)]


class Never(ng.certificates.Constraint):
    """Nothing may come."""

    def __init__(self, network):
        self.network = network

    def certificate(self, network):
        raise NotImplementedError

    def holds(self, network):
        return network.edges == self.network.edges

    def project(self, network):
        if not self.holds(network):
            raise ng.ParameterError("nothing may come")
        return network


def test_every_grower_is_public():
    assert set(GROWERS) <= set(ng.growth.__all__)


def placed(graph):
    for k, node in enumerate(graph):
        graph.nodes[node]["position"] = (float(k % 3), float(k))
    return graph


@st.composite
def cases(draw):
    """Draw a network that has just lost some edges, which may come again, these, and a task."""
    kind = draw(st.sampled_from(["deep", "hopfield", "additive"]))
    graph = placed(draw(graphs_for(NAMED[kind])))
    network = ng.compile(graph, NAMED[kind], draw(st.sampled_from([np.float64, np.float32])))
    rng = np.random.default_rng(draw(SEEDS))
    pruned = prune_now(network, ng.pruning.random(0.5), rng, 0)
    x, y = rng.uniform(size=(2, len(network.inputs))), rng.uniform(size=(2, len(network.outputs)))
    solver = ng.solvers.Euler(steps=50)
    task = Task(starting_state(network, x, 0.0, None), y, ng.costs.squared_error(), solver, ng.rules.asymmetric_ep())
    return pruned.network, task, pruned.removed


@pytest.mark.parametrize("grower", EVERY, ids=str)
@given(case=cases(), seed=SEEDS, count=st.integers(1, 12))
@settings(max_examples=20)
def test_every_grower_keeps_its_word(grower, case, seed, count):
    network, task, lost = case
    paired = comes_in_pairs(network, task.rule)
    every = {pair for j, i in absent(network, paired) for pair in ((j, i), (i, j))}
    if not every and not isinstance(grower, ng.growth.returned):
        step = grow_now(network, grower, np.random.default_rng(seed), 7, count, task, lost=lost)
        assert not step.added
        assert step.network.edges == network.edges
        with pytest.raises(ng.ParameterError, match="is an edge already"):
            grower.check(network, alone=True)
        return
    before = network.weights.copy()
    one, two = (
        grow_now(network, each, np.random.default_rng(seed), 7, count, task, lost=lost)
        for each in (grower, pickle.loads(pickle.dumps(grower)))
    )
    assert one.added == two.added
    assert np.array_equal(one.network.weights, two.network.weights)
    assert np.array_equal(network.weights, before)
    came = [entry.edge for entry in one.added]
    assert len(set(came)) == len(came)
    assert sorted(map(repr, [*came, *network.edges])) == sorted(map(repr, one.network.edges))
    assert set(one.network.to_graph().edges) == set(one.network.edges)
    assert one.network.dtype == network.dtype
    weights = dict(zip(one.network.edges, one.network.weights, strict=True))
    assert all(weights[edge] == w for edge, w in zip(network.edges, network.weights, strict=True))
    for entry in one.added:
        assert entry.weight == weights[entry.edge]
        assert entry.reason
        assert entry.epoch == 7
        assert np.isfinite(entry.score)
    if isinstance(grower, ng.growth.returned):
        assert set(came) == {entry.edge for entry in lost}
    else:
        assert set(places(one.added, network)) <= every
        assert len(came) <= count
    ng.compile(one.network.to_graph(), network.dynamics, network.dtype)


@pytest.mark.parametrize("grower", EVERY, ids=str)
@given(case=cases(), seed=SEEDS)
@settings(max_examples=8)
def test_what_may_not_come_does_not(grower, case, seed):
    network, task, lost = case
    if not absent(network, comes_in_pairs(network, task.rule)):
        return
    kept, free = (
        grow_now(network, grower, np.random.default_rng(seed), 0, 4, task, keep, lost)
        for keep in (Never(network), None)
    )
    assert kept.network is network
    assert not kept.added
    assert list(kept.held) == [entry.edge for entry in free.added]


@pytest.mark.parametrize("name", GROWERS)
def test_every_grower_serves_in_training(name):
    """Beside a pruner, and a run from a checkpoint is the run that was never stopped: see the tests of training."""
    x, y = ng.tasks.logic("xor")
    network = ng.compile(placed(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, bias=True, seed=0)))
    how = {"pruner": ng.pruning.magnitude(0.1), "grower": example(name), "target_cost": None, "seed": 0}
    fit = ng.train(network, x, y, epochs=3, **how)
    assert network.weights.size - len(fit.removed) + len(fit.added) == fit.network.weights.size
    assert fit.added
    if name != "homeostatic":
        assert fit.network.weights.size == network.weights.size


@pytest.mark.parametrize("name", [name for name in GROWERS if name != "returned"])
def test_every_grower_serves_in_grow(name):
    x, y = ng.tasks.logic("xor")
    network = ng.compile(placed(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, seed=0)))
    grown = ng.grow(network, example(name, count=6), x, y, rounds=2, seed=0)
    assert grown.curve["edges"].tolist() == sorted(set(grown.curve["edges"].tolist()))
    assert len(grown.added) == grown.network.weights.size - network.weights.size > 0
    assert {entry.epoch for entry in grown.added} == {0, 1}


def test_nothing_is_lost_by_default():
    network = ng.compile(ng.topologies.random(inputs=2, hidden=4, outputs=1, seed=0))
    assert not grow_now(network, ng.growth.returned(), np.random.default_rng(0), 0, 3).added
    assert not RemovedEdges.none(network)
