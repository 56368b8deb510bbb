import pickle

import numpy as np
import pytest

from neurograph.equations.expression import Expression
from neurograph.errors import ExpressionError

NAMES = ("s", "I", "b")

SMOOTH = [
    "-s + tanh(I + b)",
    "sigmoid(I*s) - s**3/(1 + I**2)",
    "exp(-s)*sin(I) + cos(b)*sqrt(1 + s**2)",
    "log(2 + s**2) - 0.3*I*b",
    "(1 + s**2)**I + sqrt(b**2)",
    "s**2*I - -b",
]
KINKED = ["relu(I + b) - s", "clip(s + I, -0.5, 0.5)*b", "abs(s - I)*b", "between(s, 0, 1)*(I + b) - s", "sign(s)*I**2"]


@pytest.mark.parametrize("text", SMOOTH + KINKED)
def test_derivatives_equal_central_differences_away_from_kinks(text):
    equation = Expression(text, NAMES)
    rng = np.random.default_rng(0)
    values = {name: rng.uniform(0.05, 0.4, 50) * rng.choice([-1.0, 1.0], 50) for name in NAMES}
    h = 1e-6
    for name in NAMES:
        up = equation(**{**values, name: values[name] + h})
        down = equation(**{**values, name: values[name] - h})
        slope = equation.derivative(name)(**values)
        assert np.allclose(slope, (up - down) / (2 * h), atol=1e-7)


def test_a_float_survives_differentiation_exactly():
    value = 0.1 + 0.2
    slope = Expression(f"s*{value!r}", NAMES).derivative("s")
    assert float(slope()) == value


def test_the_order_of_operations_is_the_users_own():
    a, b, c = 1e16, -1e16, 1.0
    equation = Expression("(s + I) + b", NAMES)
    assert float(equation(s=a, I=b, b=c)) == (a + b) + c


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("-s + q", "'q'"),
        ("__import__('os')", "__import__"),
        ("s.real", "s.real"),
        ("s if I else b", "s if I else b"),
        ("[s]", "[s]"),
        ("s^2", "**"),
        ("s < 1", "s < 1"),
        ("tanh(s, I)", "2 arguments"),
        ("clip(s)", "1 arguments"),
        ("gamma(s)", "'gamma'"),
        ("s +", "cannot be read"),
        ("", "''"),
        (3.0, "3.0"),
        ("lambda: s", "lambda"),
        ("1j*s", "1j"),
        ("True*s", "True"),
        ("s // 2", "s // 2"),
        ("tanh(x=s)", "tanh(x=s)"),
        ("(s := 1)", "s := 1"),
        ("'s'", "'s'"),
    ],
)
def test_what_is_not_arithmetic_is_refused_by_name(text, culprit):
    with pytest.raises(ExpressionError) as error:
        Expression(text, NAMES, "drift")
    assert culprit in str(error.value)
    assert "drift" in str(error.value)


def test_latex_writes_the_names_given():
    text = Expression("-s + tanh(I)", NAMES).latex({"s": "s_j", "I": r"\sum_i W_{ij} s_i"})
    assert "s_{j}" in text or "s_j" in text
    assert r"\tanh" in text
    assert r"\sum_i W_{ij}" in text


def test_an_expression_travels_as_its_text():
    equation = Expression("-s + tanh(I)", NAMES)
    equation(s=0.0, I=0.0)
    again = pickle.loads(pickle.dumps(equation))
    assert again == equation
    assert float(again(s=1.0, I=0.0)) == -1.0


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9*s",
        "0**-1 + s",
        "1/0*s",
        "(-8)**(1/3)*s",
        "10**20*s",
        "s*1e400",
        "2**64 + s",
        "log(-3) + s",
        "exp(1000)*s",
        "log(0)",
    ],
)
def test_a_constant_that_is_no_usable_number_is_refused(text):
    with pytest.raises(ExpressionError, match=r"constant|contains"):
        Expression(text, NAMES)


def test_nesting_without_end_is_refused():
    with pytest.raises(ExpressionError):
        Expression("-" * 5000 + "s", NAMES)


@pytest.mark.parametrize(
    ("text", "name", "slope"),
    [("s*exp(1)", "s", "exp(1)"), ("clip(I, 0, s)", "s", "step(I - s)"), ("clip(I, s, 1)", "s", "step(s - I)")],
)
def test_a_derivative_reads_back_as_what_it_is(text, name, slope):
    values = {"s": 0.4, "I": 0.9, "b": 0.0}
    found = Expression(text, NAMES).derivative(name)
    assert float(found(**values)) == pytest.approx(float(Expression(slope, NAMES)(**values)))


def test_a_power_by_a_symbol_has_its_slope_at_0():
    assert float(Expression("s**I", NAMES).derivative("s")(s=0.0, I=2.0)) == 0.0


@pytest.mark.parametrize(("text", "affine"), [("I - 3*s*b", True), ("s*s", False), ("sign(s) - s", False), ("I", True)])
def test_affine_is_told_from_what_only_has_a_flat_slope(text, affine):
    assert Expression(text, NAMES).is_affine("s") is affine
