from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.expression import Expression
from neurograph.regions.pieces import NotPiecewiseLinearError, Pieces, at_rest, sent

NUMBERS = st.fractions(-3, 3, max_denominator=8)
NONE = (None, None)


def drift(text, *names):
    return Expression(text, ("s", "I", "b", "w_out", *names), "drift")


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_sums_clips_and_absolute_values_are_those_of_numbers(u, a, b, low):
    one = Pieces.identity().times(a) + Pieces.constant(b)
    assert one.clipped(low, low + 1)(u) == min(max(a * u + b, low), low + 1)
    assert one.size()(u) == abs(a * u + b)
    both = one.clipped(low, None) + one.size()
    assert both(u) == max(a * u + b, low) + abs(a * u + b)


@pytest.mark.parametrize(
    ("text", "box", "wanted"),
    [
        ("-s + I + b", (Fraction(0), Fraction(1)), lambda i: np.clip(i + 0.25, 0, 1)),
        ("I - s*(w_out + 1)", (Fraction(0), Fraction(1)), lambda i: np.clip(i / 3, 0, 1)),
        ("-s + clip(I + b, 0, 1)", NONE, lambda i: np.clip(i + 0.25, 0, 1)),
        ("(-2*s + relu(I)*2 - abs(I + b))/4", NONE, lambda i: max(i, 0) - abs(i + 0.25) / 2),
        ("between(s, 0, 1)*(I + b) - s", (Fraction(0), Fraction(1)), lambda i: np.clip(i + 0.25, 0, 1)),
        ("-relu(s) + I**1 + b**2", (Fraction(0), None), lambda i: max(i + 0.0625, 0)),
    ],
)
def test_a_neuron_rests_where_its_drift_is_zero_or_its_box_ends(text, box, wanted):
    found = at_rest(drift(text), {"b": 0.25, "w_out": 2.0}, box)
    for u in np.linspace(-2, 4, 25):
        assert float(found(Fraction(u))) == pytest.approx(wanted(u), abs=1e-15)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-s + tanh(I)", r"not piecewise linear in its 'tanh\(I\)'"),
        ("-s + I*I", r"'I \* I'"),
        ("-s**3 + I", r"'s \*\* 3'"),
        ("s + I", "slope 1 in s"),
        ("I", "slope 0 in s"),
        ("-s + clip(s + I, 0, 1)", "clip"),
        ("-s + step(I)", "step"),
        ("-s + 1/I", "1 / I"),
    ],
)
def test_what_is_not_piecewise_linear_is_refused_by_its_name(text, words):
    with pytest.raises(NotPiecewiseLinearError, match=words):
        at_rest(drift(text), {}, NONE)


def test_what_is_sent_is_a_function_of_the_state():
    found = sent(Expression("clip(2*s, 0, 1)", ("s",), "transfer"), {}, NONE)
    assert [float(found(Fraction(s))) for s in (-1, 0.25, 2)] == [0.0, 0.5, 1.0]


def test_named_dynamics_that_are_piecewise_linear_are_read():
    for one in (ng.dynamics.vector_field(), ng.dynamics.hopfield(), ng.dynamics.additive("relu"), ng.dynamics.deep()):
        values = dict.fromkeys(one.drift_equation.symbols - {"s", "I"}, 0.5)
        ends = NONE if one.box is None else tuple(map(Fraction, one.box))
        assert 1 <= len(at_rest(one.drift_equation, values, ends).knots) <= 2
