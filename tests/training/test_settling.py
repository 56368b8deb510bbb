"""A run whose phases no longer settle ends with the best network whose phases did, and says so."""

from dataclasses import replace

import numpy as np
import pytest

import neurograph as ng
from neurograph.training import settling
from neurograph.training.state import TrainingState
from tests.training.networks import labelled, network

FAST = {"optimiser": ng.optimisers.adam(0.2), "solver": ng.solvers.Auto(steps=1000), "target_cost": None}


def scripted(monkeypatch, settled, cost):
    """The states after each epoch of a run whose epochs end in given shares and costs."""

    def epoch(problem, state):
        done = state.epochs
        history = {"settled": np.array(settled[: done + 1]), "cost": np.array(cost[: done + 1])}
        return replace(state, history=history)

    monkeypatch.setattr(settling, "epoch", epoch)
    start = network()
    empty = {"settled": np.empty(0), "cost": np.empty(0)}
    states = [TrainingState(start, start, empty, (), (), np.empty(0), (), {}, np.empty(0, np.int64))]
    while len(states) <= len(cost) and not states[-1].finished:
        states.append(settling.next_state(None, states[-1]))
    return states


def test_five_epochs_that_do_not_settle_and_cost_no_less_end_a_run_at_its_best(monkeypatch):
    settled = [1.0, 1.0, 0.99, 0.98, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
    cost = [9.0, 7.0, 5.0, 4.0, 5.0, 5.0, 6.0, 5.0, 5.0, 5.0]
    states = scripted(monkeypatch, settled, cost)
    assert [state.epochs for state in states] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 2]
    assert states[-1].finished == (
        "stopped after epoch 8, for its phases no longer settle, at the network before epoch 2"
    )
    assert states[-1].refuge is None
    assert [state.refuge.epochs for state in states[1:-1]] == [0, 1, 2, 2, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("settled", "cost"),
    [
        ([0.5] * 20, [1.0] * 20),  # never settled: that is how it is
        ([1.0] + [0.5] * 19, list(range(40, 20, -1))),  # costs less and less
        ([1.0] + 4 * [0.5, 0.5, 0.5, 0.5, 0.9], [1.0] * 21),  # settles now and then
        ([1.0] * 20, [1.0] * 20),
        ([1.0] + [0.9] * 19, [1.0] * 20),
    ],
)
def test_any_other_run_goes_on(monkeypatch, settled, cost):
    states = scripted(monkeypatch, settled, cost)
    assert [state.epochs for state in states] == list(range(len(cost) + 1))
    assert states[-1].finished == ""


def test_a_run_that_comes_apart_gives_the_network_from_which_a_smaller_step_goes_on():
    start, x, labels = labelled()
    with pytest.warns(ng.TrainingWarning, match="no longer settle, at the network before epoch 8: train with keep="):
        fit = ng.train(start, x, labels, epochs=150, seed=0, **FAST)
    assert fit.epochs == 8
    assert "no longer settle" in repr(fit)
    whole = ng.train(start, x, labels, epochs=8, seed=0, **FAST)
    assert np.array_equal(fit.network.weights, whole.network.weights)
    assert np.array_equal(fit.state, whole.state)
    assert fit.best is fit.network
    assert fit.history["settled"].min() >= 0.99
    assert ng.settle(fit.network, x).converged
    slower = ng.train(fit, x, labels, epochs=60, **{**FAST, "optimiser": ng.optimisers.adam(0.01)})
    assert slower.epochs == 68
    assert slower.history["settled"][8:].min() >= 0.9
    assert slower.history["cost"][-1] < 0.5 * fit.history["cost"][-1]
    assert slower.remarks == ()
    kept = ng.train(start, x, labels, epochs=150, seed=0, keep=ng.certificates.contracting(rate=0.05), **FAST)
    assert kept.epochs == 150
    assert kept.history["settled"].min() == 1.0


def test_a_layered_tanh_network_on_digits_ends_well_by_defaults():
    data = ng.tasks.digits()
    start = ng.compile(ng.topologies.layered(64, (32,), 10, seed=1), ng.dynamics.additive("tanh"))
    with pytest.warns(ng.TrainingWarning, match="no longer settle"):
        fit = ng.train(start, data.x_train, data.y_train, epochs=100, seed=1)
    answers = ng.settle(fit.network, data.x_test).outputs.argmax(axis=1)
    assert np.mean(answers == data.y_test) > 0.95


def test_a_run_that_was_interrupted_on_its_way_apart_ends_as_one_that_was_not(tmp_path):
    start, x, labels = labelled()
    path = tmp_path / "run.ckpt"
    with pytest.warns(ng.TrainingWarning, match="45% of the phases settled"):
        ng.train(start, x, labels, epochs=40, seed=0, checkpoint=path, **FAST)
    with pytest.warns(ng.TrainingWarning, match="before epoch 8"):
        fit = ng.train(start, x, labels, epochs=150, seed=0, checkpoint=path, **FAST)
    with pytest.warns(ng.TrainingWarning, match="before epoch 8"):
        again = ng.train(start, x, labels, epochs=150, seed=0, checkpoint=path, **FAST)
    with pytest.warns(ng.TrainingWarning, match="before epoch 8"):
        whole = ng.train(start, x, labels, epochs=150, seed=0, **FAST)
    for other in (fit, again):
        assert str(other) == str(whole)
        assert np.array_equal(other.network.weights, whole.network.weights)
