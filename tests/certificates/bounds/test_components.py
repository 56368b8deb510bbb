"""Closed components: against networkx, and signs that split them found by trying every split."""

import itertools

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

from neurograph.certificates.bounds.components import closed_component, listed
from tests.certificates.networks import SEEDS, random_weights


def splits(W):
    """Return whether some signs d make d W d nonnegative."""
    return any(np.all(np.outer(d, d) * W >= 0.0) for d in itertools.product((-1.0, 1.0), repeat=len(W)))


@pytest.mark.parametrize("balanced", [False, True])
@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_a_closed_component_is_found_where_there_is_one(balanced, seed):
    rng = np.random.default_rng(seed)
    W = random_weights(rng, int(rng.integers(1, 7))) * (rng.random() < 0.9)
    critical = rng.random(len(W)) < 0.7
    graph = nx.from_numpy_array((W != 0.0).T, create_using=nx.DiGraph)
    components = [sorted(component) for component in nx.attracting_components(graph)]
    expected = [
        component
        for component in components
        if critical[component].all() and (not balanced or splits(W[np.ix_(component, component)]))
    ]
    found = closed_component(sp.csr_array(W), critical, balanced)
    assert found.tolist() in expected if expected else found is None


def test_of_many_labels_the_first_are_listed():
    assert listed("ab") == "{'a', 'b'}"
    assert listed("abcdef") == "{'a', 'b', 'c', 'd', ... (6 neurons)}"


@pytest.mark.parametrize(
    ("W", "component"),
    [
        ([[0, 1], [1, 0]], [0, 1]),  # two that excite each other
        ([[0, -1], [-1, 0]], [0, 1]),  # two that inhibit each other: balanced too
        ([[0, -1], [1, 0]], None),
        ([[0, 0], [1, 0]], [1]),  # 0 sends to 1, which sends nothing
        ([[-1, 0], [1, 0]], [1]),
        ([[0, 1], [1, -1]], None),  # an inhibiting self-loop frustrates
        ([[0, 1], [1, 1]], [0, 1]),
        ([[0, 1, 0], [1, 0, 0], [1, 0, -1]], None),  # balanced, but it sends outside
        ([[0, 1, 1], [1, 0, -1], [1, -1, 0]], None),  # a negative triangle
        ([[0, 1, -1], [1, 0, -1], [-1, -1, 0]], [0, 1, 2]),
    ],
)
def test_balanced_components(W, component):
    found = closed_component(sp.csr_array(np.array(W, float)), np.ones(len(W), bool), balanced=True)
    assert (None if found is None else found.tolist()) == component


def test_an_extra_leak_in_the_component_makes_up_for_its_balance():
    W = sp.csr_array([[0.0, 1.0], [1.0, 0.0]])
    assert closed_component(W, np.array([True, False]), balanced=True) is None
