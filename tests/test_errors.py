"""The errors that are raised on purpose."""

import inspect
import pickle

import pytest

import neurograph as ng
from neurograph import errors

EVERY = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind)}


@pytest.mark.parametrize("name", [name for name in EVERY if not issubclass(EVERY[name], Warning)])
def test_every_error_is_public_and_is_caught_by_one_name(name):
    kind = EVERY[name]
    assert getattr(ng, name) is kind
    assert issubclass(kind, ng.NeurographError)
    assert pickle.loads(pickle.dumps(kind("why"))).args == ("why",)


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("GraphError", ValueError),
        ("GraphTooLargeError", MemoryError),
        ("DataError", ValueError),
        ("ParameterError", ValueError),
        ("DivergenceError", ArithmeticError),
        ("FormatError", ValueError),
        ("ProcessError", RuntimeError),
        ("MissingPackageError", ImportError),
        ("CheckpointWarning", UserWarning),
        ("TrainingWarning", UserWarning),
    ],
)
def test_who_knows_only_python_catches_them_too(name, builtin):
    assert issubclass(EVERY[name], builtin)


def test_a_rule_that_is_not_local_is_an_expression_that_is_wrong():
    with pytest.raises(ng.ExpressionError):
        ng.Rule("pre_free*total")
