"""What serves prune() and grow(): a network judged on its samples, or on others, and arguments that say nothing."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import error
from neurograph.training.config import TrainingConfig
from neurograph.training.rounds.judge import Judge, check_kept, check_training, measured

X, Y = ng.tasks.logic("xor")


def network():
    return ng.compile(ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias=True, seed=0))


def judge(x=X, y=Y, **options):
    return Judge(network(), x, y, TrainingConfig.of(**options), np.random.default_rng(0))


def test_a_network_is_measured_on_its_samples_or_on_others():
    outputs = ng.settle(network(), X).outputs
    found = measured(network(), judge())
    assert found["edges"] == network().weights.size
    assert found["cost"] == pytest.approx(ng.costs.squared_error().mean(outputs, Y), rel=1e-9)
    assert found["error"] == error(outputs, Y) == 1.0 - found["accuracy"]
    others = measured(network(), judge(validation=(X, 1 - Y)))
    assert others["accuracy"] == pytest.approx(1.0 - found["accuracy"])
    assert set(measured(network(), judge(y=0.5 * Y))) == {"edges", "cost", "error"}
    assert measured(network(), None) == {"edges": network().weights.size}


def test_it_is_asked_about_as_it_is_trained():
    rule = ng.rules.asymmetric_ep(finite=True)
    task = judge(rule=rule, beta=0.2, start="uniform").task
    assert (task.rule, task.beta) == (rule, 0.2)
    assert task.start[:, network().connectivity.free].any()
    assert np.array_equal(task.y, Y)


def test_it_is_trained_from_where_it_is():
    one = judge(target_cost=None)
    trained = one.trained(network(), 5, np.random.default_rng(0), {"target_cost": None})
    fit = ng.train(network(), X, Y, epochs=5, target_cost=None, seed=np.random.default_rng(0))
    assert np.array_equal(trained.weights, fit.best.weights)


def test_what_must_hold_does_before():
    keep = ng.certificates.contracting(rate=50.0)
    check_kept(network(), None, "comes")
    with pytest.raises(ng.ParameterError, match="does not hold before anything comes"):
        check_kept(network(), keep, "comes")


def test_arguments_of_training_say_something_or_are_refused():
    check_training(ng.prune, {"cost": None, "solver": None}, 0, None)
    check_training(ng.prune, {"rule": None}, 1, None)
    check_training(ng.grow, {"rule": None, "beta": None}, 0, ng.growth.rigl())
    for grower in (None, ng.growth.activity()):
        with pytest.raises(ng.ParameterError, match="rule is given, but retrain is 0"):
            check_training(ng.grow, {"rule": None}, 0, grower)
    with pytest.raises(ng.ParameterError, match=r"grow\(\) has no argument 'prunner'"):
        check_training(ng.grow, {"prunner": None}, 1, None)
