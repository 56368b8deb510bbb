"""Whether an equation rises: against its derivative, and equations of which it must not be said."""

import numpy as np
import pytest

from neurograph.certificates.bounds.monotone import rises
from neurograph.equations.expression import Expression
from neurograph.equations.intervals import Interval

EVERYWHERE = Interval.across(-np.inf, np.inf)
KNOWN = {"s": EVERYWHERE, "I": EVERYWHERE, "tau": Interval.constant(2.0), "g": Interval.across(-1.0, 3.0)}

RISE = ("I", "-s + I", "(-s + tanh(I))/tau", "exp(2*I) - s", "tau*I + sigmoid(I)", "-(s - I)", "I - -tanh(I)")
DO_NOT = ("-I", "g*I", "I*I", "tanh(-I)", "relu(I)", "s", "I - tanh(I)", "tau/I", "-(I/tau)", "clip(I, 0, 1)")


@pytest.mark.parametrize("text", RISE)
def test_what_is_said_to_rise_has_a_positive_slope(text):
    equation = Expression(text, tuple(KNOWN))
    assert rises(equation, "I", KNOWN)
    slope = equation.derivative("I")(s=0.3, tau=2.0, g=1.0, I=np.linspace(-4.0, 4.0, 81))
    assert np.all(np.asarray(slope) > 0.0)


@pytest.mark.parametrize("text", DO_NOT)
def test_nothing_else_is_said_to_rise(text):
    assert not rises(Expression(text, tuple(KNOWN)), "I", KNOWN)
