"""What certify() refuses."""

from __future__ import annotations

import numpy as np
import pytest

from neurograph.certificates import certify
from neurograph.errors import DataError, ParameterError
from tests.certificates.networks import LEAKY, network


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"phase": "clamped"}, "phase is 'clamped': expected 'free', 'nudged' or 'transposed'"),
        ({"beta": 1.0}, "beta is 1.0, but phase is 'free'"),
        ({"x": [[0.0]], "y": [[0.0]]}, "y is given, but phase is 'free'"),
        ({"phase": "nudged"}, "beta is 0"),
        ({"phase": "nudged", "beta": np.nan}, "beta is nan"),
        ({"phase": "nudged", "beta": 1.0, "x": [[0.0]]}, "x is given without y"),
        ({"phase": "nudged", "beta": 1.0, "y": [[0.0]]}, "y is given without x"),
        ({"dt": 0.0}, "dt is 0.0"),
        ({"dt": np.inf}, "dt is inf"),
        ({"dt": "a"}, "dt is 'a': expected a finite number > 0, or None"),
        ({"phase": "nudged", "beta": "1"}, "beta is '1': expected a finite number"),
        ({"beta": [1.0]}, r"beta is \[1.0\]: expected a finite number"),
    ],
)
def test_arguments_that_do_not_go_together_are_named(options, words):
    with pytest.raises(ParameterError, match=words):
        certify(network([[0.0]], LEAKY), **options)


def test_data_and_network_are_checked():
    net = network([[0.0]], LEAKY)
    with pytest.raises(DataError, match="x has shape"):
        certify(net, [[1.0, 2.0]])
    with pytest.raises(DataError, match="y has shape"):
        certify(net, [[1.0]], y=[[1.0, 2.0]], phase="nudged", beta=1.0)
    with pytest.raises(ParameterError, match="expected a Network"):
        certify(net.to_graph())
