"""Closed components against networkx and a search over all splits into two camps."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from scipy import sparse as sp

from neurograph.certificates.bounds.components import closed_component, listed
from tests.certificates.networks import SEEDS


def splits_into_two_camps(W, members):
    """Try every split: positive weights within a camp, negative ones between."""
    inside = [(i, j) for i in members for j in members if W[j, i]]
    return any(
        all((W[j, i] > 0.0) == (camp[i] == camp[j]) for i, j in inside)
        for camps in itertools.product((0, 1), repeat=len(members))
        for camp in [dict(zip(members, camps, strict=True))]
    )


@pytest.mark.parametrize("balanced", [False, True])
@given(seed=SEEDS)
def test_what_is_found_is_closed_critical_and_if_asked_balanced_and_nothing_is_missed(seed, balanced):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 7))
    W = rng.choice([-1.0, 1.0], (n, n)) * (rng.random((n, n)) < 0.3)
    critical = rng.random(n) < 0.8
    graph = nx.DiGraph([(i, j) for j, i in np.argwhere(W)])
    graph.add_nodes_from(range(n))
    good = [
        sorted(members)
        for members in nx.strongly_connected_components(graph)
        if critical[list(members)].all()
        and all(j in members for i in members for j in graph.successors(i))
        and (not balanced or splits_into_two_camps(W, sorted(members)))
    ]
    found = closed_component(sp.csr_array(W), critical, balanced)
    assert (found is None) == (not good)
    assert found is None or found.tolist() in good


def test_many_labels_are_cut_short():
    assert listed(["a", "b"]) == "{'a', 'b'}"
    assert listed(range(9)) == "{0, 1, 2, 3, ... (9 neurons)}"
