import ast
import pickle
import re
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from neurograph.equations.expression import Expression
from neurograph.equations.intervals import Interval, enclose
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


def test_latex_of_other_names_is_greek_or_upright():
    text = Expression("-leak_rate*s/tau_a + gain*I", ("s", "I", "tau_a", "gain", "leak_rate")).latex()
    assert all(part in text for part in (r"\tau_{a}", r"\mathrm{gain}", r"\mathrm{leak\_rate}", " s"))


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


def exact_slope(text, s):
    """Differentiate a rational function of s in fractions, by dual numbers; constants are the floats that they are."""

    def value(node):
        match node:
            case ast.Constant(value=number):
                return Fraction(number), Fraction(0)
            case ast.Name():
                return Fraction(s), Fraction(1)
            case ast.UnaryOp(operand=operand):
                return tuple(-part for part in value(operand))
        (a, da), (b, db) = value(node.left), value(node.right)
        match node.op:
            case ast.Add():
                return a + b, da + db
            case ast.Sub():
                return a - b, da - db
            case ast.Mult():
                return a * b, da * b + a * db
        return a / b, (da * b - a * db) / b**2

    return value(ast.parse(text, mode="eval").body)[1]


def rational(rng, depth):
    """Draw the text of a rational function of s without poles between 0 and 1."""
    if depth == 0:
        return (
            "s" if rng.random() < 0.5 else repr(float(rng.choice([0.1, 0.3, 1.7, 3.0, 1e-9, 7e20, rng.normal() ** 2])))
        )
    left, right = rational(rng, depth - 1), rational(rng, depth - 1)
    how = rng.choice(["({} + {})", "({} - {})", "({} * {})", "({} / (2.3 + ({}) * ({})))"])
    return how.format(left, right, right)


def test_a_slope_is_enclosed_as_exact_arithmetic_has_it():
    """Constants that meet in a derivative are not rounded on the way, such as 0.1*3."""
    rng = np.random.default_rng(0)
    texts = [
        "0.1*s*3",
        "s*0.1*0.7/3.3/7.7",
        "1.7*s + 3*s",
        "s/3",
        "-0.7*s*0.1*0.3",
        *(rational(rng, 3) for _ in range(80)),
    ]
    for text in texts:
        slope = Expression(text, NAMES).derivative("s")
        for s in (0.0, 0.3, 1.0):
            found = enclose(slope, {"s": Interval.constant(s)})
            assert Fraction(float(found.low)) <= exact_slope(text, s) <= Fraction(float(found.high)), (text, s)
    assert enclose(Expression("0.5*s", NAMES).derivative("s"), {}).low == 0.5
    assert enclose(Expression("0.5*s", NAMES).derivative("s"), {}).high == 0.5


@pytest.mark.parametrize("text", ["tanh(0.1*s)*0.7", "exp(1)*s + exp(-0.3*s)*0.3*3", "s**0.1", "sqrt(0.1)*s**1.7"])
def test_a_slope_is_enclosed_as_many_digits_have_it(text):
    functions = {"tanh": mpmath.tanh, "exp": mpmath.exp, "sqrt": mpmath.sqrt}
    slope = Expression(text, NAMES).derivative("s")
    number = re.compile(r"\d+\.?\d*")
    with mpmath.workdps(60):
        exact = number.sub(lambda found: f"mpf({float(found.group())!r})", text)
        for s in (0.2, 0.7, 3.0):
            true = mpmath.diff(lambda x: eval(exact, {"mpf": mpmath.mpf, "s": x, **functions}), s)
            found = enclose(slope, {"s": Interval.constant(s)})
            assert found.low <= true <= found.high
            assert found.high - found.low <= 1e-13 * abs(true)


def test_a_slope_beyond_the_floats_is_refused_and_a_large_one_is_not():
    assert float(Expression("s*1e20*1e10", NAMES).derivative("s")()) == 1e30
    assert float(Expression("s*1e-200*1e-200", NAMES).derivative("s")()) == 0.0
    with pytest.raises(ExpressionError, match="beyond the range of floats"):
        Expression("s*1e200*1e200", NAMES).derivative("s")
