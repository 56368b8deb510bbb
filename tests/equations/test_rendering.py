"""Equations in other languages, evaluated by rules of their own."""

import ast
import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.equations.expression import Expression
from neurograph.equations.rendering import BRIAN_FUNCTIONS, WithFloats, for_brian

BRIAN = {
    **{name: getattr(math, name) for name in ("exp", "log", "sqrt", "tanh", "sin", "cos")},
    "clip": lambda x, low, high: min(max(x, low), high),
    "abs": abs,
    "int": int,
    "inf": math.inf,
}
"""What a Brian2 equation may call, in its own meaning."""

TEXTS = [
    "-s + tanh(I + 1)",
    "+s - -I",
    "sigmoid(s*I)",
    "relu(s - I)**2",
    "step(s) + 2*step(-I)",
    "between(s, -1, I)",
    "sigmoid(relu(s) - step(I))",
    "clip(s, 0, 1)/3",
    "abs(s)*(I - (s - 2))",
]


@pytest.mark.parametrize("text", TEXTS)
@given(st.floats(-3, 3), st.floats(-3, 3))
def test_the_text_for_brian_has_the_value_of_the_equation(text, s, i):
    equation = Expression(text, ("s", "I"))
    found = eval(equation.brian({"s": "s_post", "I": "(a - b)"}), {**BRIAN, "s_post": s, "a": i + 1.0, "b": 1.0})
    assert found == pytest.approx(float(equation(s=s, I=(i + 1.0) - 1.0)), rel=1e-14, abs=1e-14)


NOT_EVERYWHERE = [
    "log(s)/I - s",
    "sqrt(s - I)/(s*I)",
    "(s - 1)**I + s**-2 + s**3",
    "s**(1/2)*(I + 1)**2",
    "exp(exp(s)*I)/exp(-I)",
    "1/(log(s) - sqrt(I)/s)",
    "sigmoid(1/s) + relu(log(I))**0.5",
    "s/2 + log(2) - I",
]


@pytest.mark.parametrize("text", NOT_EVERYWHERE)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_an_equation_of_some_is_the_same_at_them_and_finite_at_all_others(text, s, i):
    equation = Expression(text, ("s", "I"))
    written = for_brian(equation.tree, {"I": "i"}, ("int(p == 1)", "int(p != 1)"))
    with contextlib.suppress(ArithmeticError, ValueError):  # where Python has no nan and no infinity
        value = eval(equation.brian({"I": "i"}), {**BRIAN, "s": s, "i": i})
        assert eval(written, {**BRIAN, "s": s, "i": i, "p": 1}) == value
    for elsewhere in (s, -s, 0.0, -1e3, 1e3):
        assert math.isfinite(eval(written, {**BRIAN, "s": elsewhere, "i": -i, "p": 0}))


def test_what_is_finite_everywhere_is_written_as_it_is():
    for text in TEXTS:
        equation = Expression(text, ("s", "I"))
        assert for_brian(equation.tree, None, ("own", "other")) == equation.brian()
    assert for_brian(Expression("1/s", ("s",)).tree, None, ("own", "other")) == "1.0 / (own * s + other)"


def test_brian_is_given_no_function_that_it_lacks_and_no_integer():
    for text in TEXTS:
        tree = ast.parse(Expression(text, ("s", "I")).brian(), mode="eval")
        calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert not calls & set(BRIAN_FUNCTIONS)
        assert all(type(node.value) is float for node in ast.walk(tree) if isinstance(node, ast.Constant))


def test_a_symbol_may_come_more_than_once():
    assert Expression("s*s", ("s",)).brian({"s": "(v + 1)"}) == "(v + 1) * (v + 1)"


def test_powers_of_floats_overflow():
    tree = ast.fix_missing_locations(WithFloats().visit(ast.parse("9**9**9", mode="eval")))
    with pytest.raises(OverflowError):
        eval(compile(tree, "", "eval"))
