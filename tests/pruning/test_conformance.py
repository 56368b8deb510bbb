"""What every pruner keeps, on any graph: a new one in the registry is tested by this without being told."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.network.inputs import starting_state
from neurograph.pruning import PRUNERS
from neurograph.pruning.base import Task
from neurograph.pruning.removal import prune_now
from tests.strategies import NAMED, SEEDS, graphs_for

ARGUMENTS = {"fraction": 0.6, "tolerance": 1.0, "temperature": 0.5, "strength": 0.5, "target": 0.01}
"""Values with which several edges leave small graphs; a pruner gets those that it has parameters for."""


def example(name):
    """Make the pruner of this name; each parameter without a default needs a value above."""
    known = inspect.signature(PRUNERS[name]).parameters
    arguments = {key: value for key, value in ARGUMENTS.items() if key in known}
    try:
        return PRUNERS[name](**arguments)
    except (TypeError, ng.ParameterError) as error:
        raise AssertionError(f"pruner {name!r} cannot be made: add values that it takes to ARGUMENTS") from error


OTHERS = [ng.pruning.magnitude(threshold=0.5), ng.pruning.saliency(0.6, nudge="error")]
EVERY = [*map(example, PRUNERS), *OTHERS]


class Never:
    """Nothing may leave."""

    def __init__(self, network):
        self.network = network

    def holds(self, network):
        return network.edges == self.network.edges


def test_every_pruner_is_public():
    assert set(PRUNERS) <= set(ng.pruning.__all__)


@st.composite
def cases(draw):
    """Draw a network and a task."""
    kind = draw(st.sampled_from(["deep", "hopfield"]))
    network = ng.compile(draw(graphs_for(NAMED[kind])), NAMED[kind], draw(st.sampled_from([np.float64, np.float32])))
    rng = np.random.default_rng(draw(SEEDS))
    x, y = rng.uniform(size=(2, len(network.inputs))), rng.uniform(size=(2, len(network.outputs)))
    solver = ng.solvers.Euler(steps=50)
    return network, Task(starting_state(network, x, 0.0, None), y, ng.costs.squared_error(), solver)


@pytest.mark.parametrize("pruner", EVERY, ids=str)
@given(case=cases(), seed=SEEDS)
@settings(max_examples=20)
def test_every_pruner_keeps_its_word(pruner, case, seed):
    network, task = case
    before = network.weights.copy()
    one, two = (prune_now(network, pruner, np.random.default_rng(seed), 7, task) for _ in range(2))
    assert one.removed == two.removed
    assert np.array_equal(one.network.weights, two.network.weights)
    assert np.array_equal(network.weights, before)
    gone, left = [r.edge for r in one.removed], one.network.edges
    assert len(set(gone)) == len(gone)
    assert sorted(map(repr, [*gone, *left])) == sorted(map(repr, network.edges))
    assert set(one.network.to_graph().edges) == set(left)
    assert one.network.dtype == network.dtype
    weights = dict(zip(network.edges, network.weights, strict=True))
    plastic = dict(zip(network.edges, network.connectivity.plastic, strict=True))
    for record in one.removed:
        assert plastic[record.edge]
        assert record.weight == weights[record.edge]
        assert record.reason
        assert record.epoch == 7
        assert np.isfinite(record.score)
    if network.connectivity.ties is not None:
        tie = dict(zip(network.edges, network.connectivity.ties.tolist(), strict=True))
        assert not {tie[edge] for edge in gone} & {tie[edge] for edge in left}


@pytest.mark.parametrize("pruner", EVERY, ids=str)
@given(case=cases(), seed=SEEDS)
@settings(max_examples=8)
def test_what_may_not_leave_stays(pruner, case, seed):
    network, task = case
    kept = prune_now(network, pruner, np.random.default_rng(seed), 0, task, Never(network))
    free = prune_now(network, pruner, np.random.default_rng(seed), 0, task)
    assert kept.network.edges == network.edges
    assert not kept.removed
    assert bool(kept.held) == bool(free.removed)


@pytest.mark.filterwarnings("ignore:no path leads")
@pytest.mark.parametrize("pruner", EVERY, ids=str)
def test_every_pruner_serves_in_training(pruner):
    """The log and the network agree, and a run from a checkpoint is the run that was never stopped."""
    x, y = ng.tasks.logic("xor")
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, seed=0))
    fit = ng.train(network, x, y, pruner=pruner, epochs=3, target_cost=None, seed=0)
    assert len(fit.removed) + fit.network.weights.size == network.weights.size
    assert {r.edge for r in fit.removed} | set(fit.network.edges) == set(network.edges)


@pytest.mark.filterwarnings("ignore:no path leads")
@pytest.mark.parametrize("pruner", EVERY, ids=str)
def test_a_pruned_run_goes_on_from_its_checkpoint(pruner, tmp_path):
    x, y = ng.tasks.logic("xor")
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, seed=0))
    how = {"pruner": pruner, "target_cost": None, "seed": 0}
    whole = ng.train(network, x, y, epochs=4, **how)
    for epochs in (2, 4):
        parts = ng.train(network, x, y, epochs=epochs, checkpoint=tmp_path / "run.ckpt", **how)
    assert parts.removed == whole.removed
    assert np.array_equal(parts.network.weights, whole.network.weights)
