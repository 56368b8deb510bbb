"""Whether an equation rises: read off its form, and its values at a few points."""

import numpy as np
import pytest

from neurograph.certificates.bounds.monotone import rises
from neurograph.equations.expression import Expression
from neurograph.equations.intervals import Interval


@pytest.mark.parametrize(
    ("text", "rising"),
    [
        ("tanh(I)", True),
        ("-tanh(-2*I)", True),
        ("(s + sigmoid(exp(I)))/tau", True),
        ("s + tau*I", True),
        ("tanh(I) - I", False),
        ("I - s*I", False),
        ("I*tanh(I)", False),
        ("I**3", False),
        ("1/I", False),
        ("sin(I)", False),
        ("s*I", False),
        ("s", False),
    ],
)
def test_what_rises_is_read_off_the_form(text, rising):
    equation = Expression(text, ("s", "I", "tau"))
    everywhere = Interval.across(-np.inf, np.inf)
    symbols = {"s": everywhere, "I": everywhere, "tau": Interval.constant([0.5, 2.0])}
    assert rises(equation, "I", symbols) is rising
    if rising:
        points = np.linspace(-2.0, 2.0, 50)
        assert np.all(np.diff(equation(s=0.3, I=points, tau=0.5)) > 0.0)
