"""Equations on tensors, beside the same on arrays."""

import numpy as np
import pytest
import torch

from neurograph.equations.expression import ARITY, ARRAY_FUNCTIONS, Expression
from neurograph.equations.populations import ByPopulation
from neurograph.torch.equations import FUNCTIONS, evaluated

S = np.linspace(-2.0, 2.0, 12).reshape(3, 4)


def on_tensors(equation, population=None, **values):
    tensors = {name: torch.from_numpy(np.asarray(value)) for name, value in values.items()}
    return evaluated(equation, tensors, tensors["s"], population).numpy()


def test_every_function_is_there():
    assert FUNCTIONS.keys() == ARRAY_FUNCTIONS.keys()


@pytest.mark.parametrize("name", [name for name in ARRAY_FUNCTIONS if name not in ARITY])
def test_a_function_is_numpys(name):
    s = np.abs(S) + 0.1 if name in ("log", "sqrt") else S
    for text in (f"{name}(s)", f"s*{name}(0.3)", f"{name}(2*p)"):
        equation = Expression(text, ("s", "p"))
        p = np.array([[0.5], [0.7], [1.0]])
        expected = np.broadcast_to(equation(s=s, p=p), s.shape)
        np.testing.assert_allclose(on_tensors(equation, s=s, p=p), expected, rtol=1e-14)


@pytest.mark.parametrize(
    "text", ["clip(s, -1, p)", "clip(0.5, s, p)", "between(s, -1, p)", "between(s, p, 2)", "s**3/2"]
)
def test_a_function_of_three_is_numpys(text):
    p = np.array([[0.5], [-0.7], [1.0]])
    equation = Expression(text, ("s", "p"))
    np.testing.assert_allclose(on_tensors(equation, s=S, p=p), np.broadcast_to(equation(s=S, p=p), S.shape), rtol=1e-14)


def test_a_number_is_spread_and_takes_the_type():
    s = torch.zeros(3, 4, dtype=torch.float32)
    value = evaluated(Expression("1/3", ()), {}, s)
    assert value.shape == s.shape
    assert value.dtype == torch.float32


def test_single_numbers_stay_single():
    s = torch.ones(3, 4, dtype=torch.float32)
    assert evaluated(Expression("exp(2)*s + clip(s, 0, 1)", ("s",)), {"s": s}, s).dtype == torch.float32


def test_each_population_has_its_equation_at_its_own_rows_alone():
    equation = ByPopulation.of(("a", "b"), (Expression("log(s)", ("s",)), Expression("-s", ("s",))))
    s = np.array([[1.0, 2.0], [-1.0, -2.0], [3.0, 4.0]])
    found = on_tensors(equation, torch.tensor([0, 1, 0]), s=s)
    np.testing.assert_allclose(found, [np.log(s[0]), -s[1], np.log(s[2])])
