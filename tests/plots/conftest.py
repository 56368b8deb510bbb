"""A network and a fit that many figures are drawn of."""

from __future__ import annotations

import pytest

import neurograph as ng
from tests.plots.figures import X, Y, complete


@pytest.fixture(scope="module")
def network():
    return ng.compile(complete())


@pytest.fixture(scope="module")
def fit(network):
    return ng.train(network, X, Y, epochs=2, seed=0, progress=False)
