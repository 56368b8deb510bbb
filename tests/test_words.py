"""The nearest word: arguments and names that are not there are answered by those that are."""

import copy
import enum
import importlib
import inspect
import pickle

import pytest

import neurograph as ng
from neurograph import _checks
from neurograph._checks import nearest, unknown_argument

MODULES = [
    ng.brian, ng.certificates, ng.costs, ng.dynamics, ng.optimisers, ng.plots, ng.pruning, ng.rules, ng.solvers,
    ng.tasks, ng.topologies,
]  # fmt: skip


@pytest.fixture(scope="module")
def network():
    return ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, seed=0))


CALLS = [
    (lambda network, **named: ng.train(network, [[0, 0]], [0], **named), {
        "optimizer": "optimiser=", "lr": "optimiser=", "learning_rate": "optimiser=", "verbose": "progress=",
        "loss": "cost=", "n_epochs": "epochs=", "random_state": "seed=", "bet": "beta=", "device": "leave it out",
        "zzzz": "its arguments are network, x, y, rule",
    }),
    (lambda network, **named: ng.prune(network, ng.pruning.magnitude(0.5), **named), {
        "verbose": "progress=", "optimizer": "optimiser=", "round": "rounds=",
    }),
    (lambda network, **named: ng.sweep(network, [[0, 0]], [0], {}, **named), {"verbose": "progress=", "lr": "optimis"}),
    (lambda network, **named: ng.sweep(network, [[0, 0]], [0], {name: [1] for name in named}), {"lr": "optimiser="}),
    (lambda network, **named: ng.settle(network, [[0, 0]], **named), {"dt": "solver=", "tol": "solver="}),
    (lambda network, **named: ng.compile(network, **named), {"activation": "dynamics=", "type": "dtype="}),
    (lambda network, **named: ng.certify(network, **named), {"targets": "y=", "budgets": "budget="}),
    (lambda network, **named: ng.gradient_check(network, [[0, 0]], [0], **named), {"loss": "cost="}),
    (lambda _, **named: ng.optimisers.adam(**named), {"lr": "learning_rate=", "weight_decay": "l1="}),
    (lambda _, **named: ng.solvers.Euler(**named), {"n_steps": "steps=", "step_size": "dt="}),
    (lambda _, **named: ng.topologies.complete(2, 2, 1, **named), {"random_state": "seed=", "biases": "bias="}),
    (lambda _, **named: ng.GraphClassifier(**named), {"optimizer": "optimiser=", "random_seed": "random_state="}),
    (lambda _, **named: ng.GraphReservoir(None, **named), {
        "seed": "random_state=", "lr": "leak=", "sr": "spectral_radius=", "warmup": "washout=",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("call", "word", "meant"), [(call, *one) for call, words in CALLS for one in words.items()])
def test_an_unknown_argument_is_answered_by_the_word_that_is_meant(network, call, word, meant):
    with pytest.raises(ng.ParameterError, match=rf"\(\) has no argument '{word}': (expected )?.*{meant}"):
        call(network, **{word: None})


def called(module, name):
    """What a name of a module is, and its arguments, if it is a function or a class to be made."""
    thing = getattr(module, name)
    known = [one for one in inspect.signature(thing).parameters.values() if one.name != "training"]
    return thing, [one.name for one in known if one.kind is not one.VAR_KEYWORD]


CALLED = [
    (module, name)
    for module in [ng, *MODULES]
    for name in module.__all__
    if inspect.isroutine(getattr(module, name))
    or (inspect.isclass(getattr(module, name)) and inspect.isfunction(getattr(module, name).__init__)
        and not issubclass(getattr(module, name), enum.Enum) and not inspect.isabstract(getattr(module, name)))
]  # fmt: skip


@pytest.mark.parametrize(("module", "name"), CALLED, ids=[f"{module.__name__}.{name}" for module, name in CALLED])
def test_every_public_function_answers_an_unknown_argument(network, module, name):
    thing, known = called(module, name)
    needed = {
        "grow": (network, ng.growth.random(count=1)),
        "prune": (network, ng.pruning.magnitude(0.5)),
        "sweep": (network, [[0, 0]], [0], {}),
    }.get(name, ())
    for own in known[len(needed) :]:
        with pytest.raises(ng.ParameterError) as said:
            thing(*needed, **{own.upper(): None})
        meant = _checks.SUCH.get(own, f"{own}=")
        assert str(said.value).startswith(f"{thing.__name__}() has no argument {own.upper()!r}: expected {meant};")
    with pytest.raises(ng.ParameterError, match=rf"^{thing.__name__}\(\) has no argument 'zzzz': (its|expected none)"):
        thing(*needed, zzzz=None)


@pytest.mark.parametrize(("module", "name"), CALLED, ids=[f"{module.__name__}.{name}" for module, name in CALLED])
def test_what_answers_so_stays_what_it_was(module, name):
    thing, _ = called(module, name)
    assert pickle.loads(pickle.dumps(thing)) is thing
    assert getattr(importlib.import_module(thing.__module__), thing.__name__) is thing
    assert thing.__doc__


@pytest.mark.parametrize(("module", "word", "meant"), [
    (ng, "Train", "train"), (ng, "optimizers", "optimisers"), (ng, "losses", "costs"), (ng, "datasets", "tasks"),
    (ng.rules, "EP", "ep"), (ng.rules, "AsymmetricEP", "asymmetric_ep"), (ng.rules, "backprop", "asymmetric_ep"),
    (ng.optimisers, "SGD", "sgd"), (ng.costs, "MSE", "squared_error"), (ng.costs, "CrossEntropy", "cross_entropy"),
    (ng.solvers, "Gauss_Seidel", "GaussSeidel"), (ng.dynamics, "Hopfield", "hopfield"), (ng.tasks, "digit", "digits"),
    (ng.pruning, "Magnitude", "magnitude"), (ng.topologies, "Complete", "complete"), (ng.plots, "weigths", "weights"),
    (ng.certificates, "Gershgorin", None), (ng.brian, "zzz", None),
])  # fmt: skip
def test_an_unknown_name_of_a_module_is_answered_by_the_one_that_is_meant(module, word, meant):
    said = f"expected {meant}$" if meant else f"its names are {', '.join(module.__all__)}$"
    with pytest.raises(AttributeError, match=f"has no attribute '{word}': {said}"):
        getattr(module, word)
    assert not hasattr(module, word)


@pytest.mark.parametrize("module", [ng, *MODULES], ids=lambda module: module.__name__)
def test_a_module_lists_its_public_names_alone(module):
    assert dir(module) == sorted(module.__all__)


def test_every_synonym_leads_to_a_word_that_is_there():
    functions = [ng.train, ng.prune, ng.settle, ng.compile, ng.certify, ng.sweep, ng.topologies.complete]
    functions += [ng.optimisers.adam, ng.solvers.Euler, ng.GraphClassifier, ng.GraphReservoir]
    words = {name for function in functions for name in inspect.signature(function).parameters}
    words |= {name for module in [ng, *MODULES] for name in module.__all__}
    assert {meant for line in _checks.SYNONYMS.values() for meant in line.split()} <= words
    assert set(_checks.SUCH) <= words
    assert {*_checks.SYNONYMS, *_checks.WITHOUT} == {
        _checks.plain(one) for one in (*_checks.SYNONYMS, *_checks.WITHOUT)
    }


def test_the_remedies_run(network):
    x, y = ng.tasks.logic("xor")
    for name, such in _checks.SUCH.items():
        value = eval(such.removeprefix(f"{name}="), {"neurograph": ng})
        if name == "dynamics":
            assert ng.compile(network, value)
        elif name != "rule":  # whose example needs tied edges
            ng.train(network, x, y, **{name: value, "epochs": 1, "seed": 0})


def test_letters_come_before_synonyms_and_likeness():
    assert nearest("LR", ["rate", "lr"]) == "lr"
    assert nearest("lr", ["optimiser", "learning_rate"]) == "learning_rate"
    assert nearest("epoch", ["epochs", "beta"]) == "epochs"
    assert nearest("qqq", ["epochs", "beta"]) is None
    assert nearest("SGD", ["Sgd", "sgd"]) == "sgd"
    assert "expected beta=;" in str(unknown_argument("train", "Beta", ["beta"]))


def test_a_checked_class_stays_what_it_was():
    step = ng.solvers.Euler(dt=0.1)
    assert list(inspect.signature(ng.solvers.Euler).parameters)[:2] == ["dt", "steps"]
    assert pickle.loads(pickle.dumps(step)) == copy.deepcopy(step) == step
    with pytest.raises(TypeError, match="positional"):
        ng.optimisers.sgd(1.0, 2.0, 3.0, 4.0)
