"""Arguments are what they should be, and rates are what spikes can carry."""

import numpy as np
import pytest

import neurograph as ng
from tests.brian.networks import chain, milliseconds, spiking


def test_an_x_in_time_that_spikes_cannot_carry_is_refused_wherever_it_is():
    x = np.full((2, 5, 1), 0.5)
    x[1, 3] = -0.2
    with pytest.raises(ng.ParameterError, match=r"node 'x' would send -0.2.*a rate cannot be negative"):
        spiking(chain(), x, dt=milliseconds(1))
    x[1, 3] = 9.0
    with pytest.raises(ng.ParameterError, match=r"node 'x' would send 9.*lower rmax or dt"):
        spiking(chain(), x, dt=milliseconds(1))
