"""Slopes with the further variables at rest: against the solution of their equations, by finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.equations.rest_slope import _determinant
from tests.strategies import SEEDS


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_rest_slope_is_the_derivative_with_the_variables_at_rest(seed):
    """Of linear variables: against the solution of their equations, by finite differences of that."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 5))
    names = [f"a{k}" for k in range(count)]
    A = rng.normal(size=(count, count)) - 4.0 * np.eye(count)
    A[rng.random(A.shape) < 0.3] = 0.0
    A -= 3.0 * np.eye(count)
    B, g = rng.normal(size=(count, 2)), rng.normal(size=count)
    texts = {
        name: " + ".join(
            [f"({A[k, j]!r})*{other}" for j, other in enumerate(names)] + [f"({B[k, 0]!r})*s", f"({B[k, 1]!r})*tanh(I)"]
        )
        for k, name in enumerate(names)
    }
    drift = "-s + tanh(I) + " + " + ".join(f"({g[k]!r})*{name}*s" for k, name in enumerate(names))
    dynamics = ng.Dynamics(
        drift.replace("np.float64", ""), variables={n: t.replace("np.float64", "") for n, t in texts.items()}
    )

    def rest(s, total):
        return np.linalg.solve(-A, B @ [s, np.tanh(total)])

    def value(s, total):
        return -s + np.tanh(total) + (g @ rest(s, total)) * s

    s, total = rng.uniform(-1.0, 1.0, 2)
    at = {"s": s, "I": total, **dict(zip(names, rest(s, total), strict=True))}
    h = 1e-5
    assert float(dynamics.rest_slope("s")(**at)) == pytest.approx(
        (value(s + h, total) - value(s - h, total)) / (2 * h), abs=1e-7
    )
    assert float(dynamics.rest_slope("I")(**at)) == pytest.approx(
        (value(s, total + h) - value(s, total - h)) / (2 * h), abs=1e-7
    )


def test_without_further_variables_the_rest_slope_is_the_slope():
    tanh = ng.dynamics.additive("tanh")
    assert tanh.rest_slope("s") is tanh.slope("s")


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_determinant_of_texts_is_that_of_numbers(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-3, 4, (size := int(rng.integers(0, 6)), size))
    found = eval(_determinant([[str(entry) for entry in row] for row in matrix.tolist()]))
    assert found == pytest.approx(np.linalg.det(matrix) if size else 1.0, abs=1e-9)
