"""What keeps a run from learning is said, with a remedy that works; and nothing is said of a run that learns."""

import re
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.dynamics import DYNAMICS
from neurograph.training import remarks, settling
from neurograph.training.remarks import reach, saturated
from tests.training.networks import XOR, labelled, network

SATURATING = ("vector_field", "tanh", "sigmoid", "clip")


def counts(dynamics, divisor=1.0):
    """A random graph with counts of synapses as weights, 1 to 70."""
    rng = np.random.default_rng(0)
    pre, post = np.nonzero(rng.random((150, 150)) < 0.08)
    keep = (pre != post) & (post >= 4)
    weights = np.minimum(rng.geometric(0.15, keep.sum()), 70) / divisor
    table = ng.topologies.from_edges(
        (pre[keep], post[keep], weights),
        inputs=range(4),
        outputs=(147, 148, 149),
        nodes=list(range(150)),
        normalise=None,
    )
    return ng.compile(table, DYNAMICS[dynamics]())


def questions():
    x = np.random.default_rng(1).random((60, 4))
    return x, (x[:, 0] > x[:, 1]).astype(int) + (x[:, 2] > 0.5)


@pytest.mark.parametrize("name", SATURATING)
def test_counts_as_weights_saturate_and_the_remedy_that_is_named_learns(name):
    with pytest.warns(ng.TrainingWarning, match=r"([5-9]\d|100)% of the states are saturated") as said:
        fit = ng.train(counts(name), *questions(), epochs=3, seed=0)
    assert len(said) == 1
    assert str(fit).split() == " ".join([repr(fit), *fit.remarks]).split()
    assert max(map(len, str(fit).splitlines())) <= 80
    assert fit.history["cost"][-1] > 0.99 * fit.history["cost"][0]
    total = float(re.search(r"network\.weights / ([\d.]+)", fit.remarks[0]).group(1))
    learned = ng.train(counts(name, total), *questions(), epochs=60, seed=0)
    assert learned.history["cost"][-1] < 0.8 * learned.history["cost"][0]
    assert learned.remarks == ()


def test_deep_settles_with_counts_as_weights_and_learns_by_either_remedy():
    x, y = questions()
    with pytest.warns(ng.TrainingWarning, match=r"mean size of \d\.\d+, beside which steps of 0\.01 are small") as said:
        slow = ng.train(counts("deep"), x, y, epochs=60, seed=0)
    rate, total = map(float, re.search(r"adam\(([\d.]+)\).*weights / ([\d.]+)\)", str(said[0].message)).groups())
    quick = ng.train(counts("deep"), x, y, epochs=60, seed=0, optimiser=ng.optimisers.adam(rate))
    small = ng.train(counts("deep", total), x, y, epochs=60, seed=0)
    for fit in (quick, small):
        assert fit.history["cost"][-1] < 0.8 * slow.history["cost"][-1]
        assert fit.remarks == ()


def test_large_inputs_saturate_too_and_smaller_ones_learn():
    start, x, labels = labelled()
    with pytest.warns(ng.TrainingWarning, match=r"little can be learned; divide x by its largest number, \d+$"):
        ng.train(start, 1000 * x, labels, epochs=2, seed=0)
    assert ng.train(start, x, labels, epochs=2, seed=0).remarks == ()


def test_what_is_saturated_is_what_the_slope_of_tanh_says():
    start, x, _ = labelled()
    large = start.with_weights(12 * start.weights)
    states = ng.settle(large, x).state
    free = large.connectivity.free
    total = (states @ large.matrix().T.toarray())[:, free]

    def slope(scale):
        return 1 - np.tanh(scale * total + large.biases[free]) ** 2

    expected = np.mean(slope(1) < slope(0.01) / 100)
    assert 0.0 < expected < 1.0
    assert saturated(large, states) == expected


def test_a_neuron_at_rest_for_want_of_input_is_not_saturated():
    graph = nx.DiGraph([("x", "y", {"weight": -1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    for dynamics in (ng.dynamics.vector_field(), ng.dynamics.additive("relu")):
        still = ng.compile(graph, dynamics)
        assert saturated(still, ng.settle(still, [[1.0]]).state) == 0.0
    full = ng.compile(graph, ng.dynamics.vector_field()).with_weights([3.0])
    assert saturated(full, ng.settle(full, [[1.0]]).state) == 1.0


@pytest.mark.parametrize("name", [name for name in DYNAMICS if name != "hopfield"])
def test_targets_that_no_output_reaches_are_named_and_those_within_are_not(name):
    start = ng.compile(ng.topologies.complete(2, 3, 1, bias=True, seed=0), DYNAMICS[name]())
    x = XOR[0]
    low, high = (float(end[0]) for end in reach(start))
    assert (low, high) == {"tanh": (-1.0, 1.0), "relu": (0.0, np.inf)}.get(name, (0.0, 1.0))
    assert ng.train(start, x, [0.0, 1.0, 0.5, 1.0], epochs=1, seed=0).remarks == ()
    with pytest.warns(ng.TrainingWarning, match=r"y\[2\] of output '?\w+'? is -7, and 25% of the targets lie outside"):
        fit = ng.train(start, x, [0.0, 1.0, -7.0, 1.0], epochs=1, seed=0)
    assert str(fit).startswith(repr(fit))
    assert "scale y to lie in it" in fit.remarks[0]


def test_the_first_of_the_targets_that_no_output_reaches_is_named():
    with pytest.warns(ng.TrainingWarning, match=r"y\[1\] of output '?\w+'? is 3, and 50% of the targets lie outside"):
        ng.train(network(), XOR[0], [0.0, 3.0, -7.0, 1.0], epochs=1, seed=0)


@pytest.mark.parametrize(("share", "said"), [(0.0, False), (0.5, False), (0.51, True), (1.0, True)])
def test_it_is_said_of_weights_at_which_more_than_half_of_the_neurons_do_not_respond(monkeypatch, share, said):
    monkeypatch.setattr(remarks, "saturated", lambda *_: share)
    full = network()
    full = full.with_weights(100.0 * full.weights)
    assert bool(remarks.saturation(full, ng.settle(full, XOR[0]).state)) == said


@pytest.mark.parametrize("seed", range(20))
def test_no_output_leaves_its_reach(seed):
    rng = np.random.default_rng(seed)
    graph = ng.topologies.complete(2, 4, 3, bias="neurons", seed=seed)
    dynamics = ng.Dynamics("-(tau + 1)*s + 3*sigmoid(I + b) - 1", parameters={"tau": 0.5})
    for node, tau in zip(graph, rng.uniform(0, 2, len(graph)), strict=True):
        graph.nodes[node]["tau"] = tau
    large = ng.compile(graph, dynamics)
    large = large.with_weights(rng.normal(0, 30, large.weights.size))
    low, high = reach(large)
    tau = large.parameters[large.connectivity.outputs, 0]
    assert np.allclose([low, high], [-1 / (tau + 1), 2 / (tau + 1)], rtol=1e-12)
    settled = ng.settle(large, rng.normal(0, 10, (50, 2)), throw=False)
    outputs = settled.outputs[settled.status == ng.Status.CONVERGED]
    assert np.all((outputs >= low - 1e-6) & (outputs <= high + 1e-6))


def test_dynamics_of_which_no_bounds_are_known_reach_every_number():
    graph = ng.topologies.complete(2, 3, 1, seed=0)
    for drift in ("-s**3 + I", "I - s*w_out_abs", "-s + I + b"):
        low, high = reach(ng.compile(graph, ng.Dynamics(drift)))
        assert (low[0], high[0]) == (-np.inf, np.inf)


def test_costs_whose_targets_are_not_states_say_nothing_of_them():
    start, x, labels = labelled()
    assert ng.train(start, x, labels, cost=ng.costs.cross_entropy(), epochs=1, seed=0).remarks == ()
    half = ng.costs.Cost("(s - y/4)**2")  # whose target is 4 times the state that it asks for
    assert ng.train(start, x, 3.0 * np.eye(3)[labels], cost=half, epochs=1, seed=0).remarks == ()


def test_a_run_in_which_nothing_settles_says_so_unless_that_was_asked_for():
    short = {"epochs": 1, "seed": 0, "target_cost": None}
    with pytest.warns(ng.TrainingWarning, match="in epoch 0, 25% of the phases settled"):
        fit = ng.train(network(), *XOR, solver=ng.solvers.Euler(steps=2), rule=ng.rules.deep(), **short)
    assert "25% of the phases settled" in repr(fit)
    assert str(fit).split() == " ".join([repr(fit), *fit.remarks]).split()
    assert "25% of the phases settled" in fit.remarks[0]
    every = ng.solvers.Euler(dt=0.05, steps=20, tol=0)
    assert ng.train(network(), *XOR, solver=every, rule=ng.rules.deep(), **short).remarks == ()
    cut = ng.solvers.Euler(steps=5000, nudged_steps=1)
    fit = ng.train(network(), *XOR, solver=cut, rule=ng.rules.deep(), **short)
    assert fit.history["settled"][0] < 1.0
    assert fit.remarks == ()


def test_several_runs_warn_once():
    y = 2 * XOR[1] - 1
    with pytest.warns(ng.TrainingWarning) as said:
        fits = ng.train(network(), XOR[0], y, epochs=1, seed=range(3), n_jobs=2)
    assert len(said) == 1
    assert said[0].filename == __file__
    assert all(len(fit.remarks) == 1 for fit in fits)
    with pytest.warns(ng.TrainingWarning) as said:
        ng.train(network(), XOR[0], y, epochs=3, seed=0)
    assert len(said) == 1
    assert said[0].filename == __file__


def test_a_run_that_learns_says_nothing():
    fit = ng.train(network(), *XOR, seed=0)
    assert fit.remarks == ()
    assert str(fit) == repr(fit)
    assert "settled" not in repr(fit)


def settling_at(monkeypatch, shares):
    """Have the phases of each epoch settle at these shares; return the list that counts the epochs."""
    run, whole = [], settling.epoch

    def epoch(problem, state):
        after = whole(problem, state)
        run.append(after)
        return replace(after, history=after.history | {"settled": np.array(shares[: after.epochs])})

    monkeypatch.setattr(settling, "epoch", epoch)
    return run


def test_a_run_that_never_settles_well_is_warned_of_once_after_its_fifth_epoch(monkeypatch):
    how = {"epochs": 30, "seed": 0, "target_cost": None}
    run = settling_at(monkeypatch, [0.8] * 30)
    with pytest.raises(
        ng.TrainingWarning, match=r"in epoch 4, 80% of the phases settled .*: take smaller weights or a"
    ):
        ng.train(network(), *XOR, **how)  # a warning is an error here, and ends the run
    assert len(run) == 5
    with pytest.warns(ng.TrainingWarning) as said:
        fit = ng.train(network(), *XOR, **how)
    assert len(said) == len(fit.remarks) == 1
    assert "in epoch 29, 80% of the phases settled" in str(fit)


@pytest.mark.parametrize("shares", [
    [0.8] * 4 + [0.95] * 26, [0.92] * 30, 6 * [0.8, 0.8, 0.8, 0.8, 0.9], [0.8] * 4 + [1.0] * 26,
])  # fmt: skip
def test_a_run_that_settles_now_and_then_is_not_warned_of(monkeypatch, shares):
    settling_at(monkeypatch, shares)
    assert ng.train(network(), *XOR, epochs=30, seed=0, target_cost=None).remarks == ()


def test_what_comes_up_later_is_said_once_more_and_nothing_twice(monkeypatch):
    settling_at(monkeypatch, [0.9, 0.9, *[0.8] * 10])
    with pytest.warns(ng.TrainingWarning) as said:
        fit = ng.train(network(), XOR[0], 2 * XOR[1] - 1, epochs=12, seed=0, target_cost=None)
    assert ["targets lie outside" in str(one.message) for one in said] == [True, False]
    assert ["in epoch 6, 80% of the phases" in str(one.message) for one in said] == [False, True]
    assert len(fit.remarks) == 2


def test_steps_of_ones_own_are_warned_of_after_the_first_or_the_fifth(monkeypatch):
    monkeypatch.setattr(remarks, "UNSETTLED", 1.1)  # so that no epoch is good enough
    state = network()
    for step in range(8):
        if step == 4:
            with pytest.warns(ng.TrainingWarning, match="in epoch 4, 100% of the phases settled"):
                state = ng.training_step(state, *XOR)
        else:
            state = ng.training_step(state, *XOR)
    assert len(state.remarks) == 1


def test_inputs_that_reach_no_output_are_said_and_the_outputs_that_are_named_are_reached():
    graph = nx.DiGraph([("x", "a", {"weight": 0.5}), ("b", "y", {"weight": 0.5})])
    roles = {"inputs": ["x"], "bias": True}
    x, y = [[0.0], [1.0]], [0.0, 1.0]
    with pytest.warns(ng.TrainingWarning, match="no path leads from any input to any output.* reaches, such as 'a'$"):
        fit = ng.train(ng.compile(ng.topologies.from_graph(graph, outputs=["y"], **roles)), x, y, epochs=2, seed=0)
    assert np.ptp(ng.settle(fit.network, x).outputs) == 0.0
    fit = ng.train(ng.compile(ng.topologies.from_graph(graph, outputs=["a"], **roles)), x, y, epochs=2, seed=0)
    assert fit.remarks == ()
