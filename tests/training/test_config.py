"""The options of a run stand in one place, from which train(), prune(), sweep() and the estimators take them."""

import inspect
from dataclasses import MISSING, fields

import pytest

import neurograph as ng
from neurograph.training.config import RetrainingOptions, TrainingConfig, TrainingOptions, with_options
from tests.training.networks import XOR, network


def test_every_field_is_an_option_and_every_option_a_field():
    names = {each.name for each in fields(TrainingConfig)}
    assert set(TrainingOptions.__annotations__) == names
    assert set(RetrainingOptions.__annotations__) < names
    retrained = inspect.signature(ng.prune).parameters.keys() & names
    assert retrained | set(RetrainingOptions.__annotations__) | {"epochs", "pruner"} | {
        "checkpoint", "checkpoint_seconds"
    } == names  # fmt: skip


@pytest.mark.parametrize("function", [ng.train, ng.GraphClassifier, ng.GraphRegressor])
def test_the_signature_shows_every_option_with_its_default(function):
    shown = inspect.signature(function).parameters
    assert not any(one.kind is one.VAR_KEYWORD for one in shown.values())
    for each in fields(TrainingConfig):
        if function is ng.train:
            assert shown[each.name].default == (None if each.default is MISSING else each.default)
    assert shown["epochs"].default == (1000 if function is ng.train else 50)
    assert shown["patience"].default is None


def test_none_leaves_an_object_at_its_default_and_is_a_value_elsewhere():
    config = TrainingConfig.of(rule=None, cost=None, optimiser=None, solver=None, batch_size=None, target_cost=None)
    assert config == TrainingConfig(batch_size=None, target_cost=None)
    assert config.batch(100) == 100


def test_a_nudge_is_half_where_none_is_given():
    assert TrainingConfig().strength == 0.5
    assert TrainingConfig(beta=0.2, rule=ng.rules.centred_ep()).strength == 0.2


@pytest.mark.parametrize(("samples", "batch"), [(1, 1), (3, 1), (12, 3), (1000, 32)])
def test_a_batch_is_a_quarter_of_the_samples_and_at_most_32(samples, batch):
    assert TrainingConfig().batch(samples) == batch


@pytest.mark.parametrize("call", [lambda: ng.train(network(), *XOR, epoch=3), lambda: ng.GraphClassifier(epoch=3)])
def test_a_misspelt_option_is_named(call):
    with pytest.raises(ng.ParameterError, match="has no argument 'epoch': expected epochs="):
        call()


def test_a_function_gets_the_options_that_were_not_given_too():
    @with_options("rule", epochs=7)
    def run(x, *, seed=0, **options):
        return x, seed, options

    x, seed, options = run(1, patience=3)
    assert (x, seed, options["epochs"], options["patience"], options["cost"]) == (1, 0, 7, 3, None)
    assert "rule" not in options
    assert list(inspect.signature(run).parameters)[:2] == ["x", "beta"]
