import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from tests.simulation.networks import plain_matrix


@given(st.integers(1, 3), st.sampled_from([2, 4, 16]), st.integers(1, 3), st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_w_is_unitary_and_the_counts_are_those_of_the_factors(inputs, units, outputs, seed):
    graph = ng.topologies.unitary(inputs, units, outputs, seed=seed)
    W = plain_matrix(graph)
    assert np.abs(W @ W.conj().T - np.eye(units)).max() < 1e-14
    stages = units.bit_length() - 1
    assert len(graph) == inputs + outputs + units * (1 + 2 + 2 * stages + 2 + 1) + 2
    ends = (inputs + outputs) * units
    assert graph.number_of_edges() == ends + units * (3 + 1 + 2 * 2 * stages + 2 * 3)


def test_w_is_the_product_of_the_paper_by_dense_matrices():
    n = 8
    graph = ng.topologies.unitary(1, n, 1, seed=3)
    k = np.arange(n)
    F = np.exp(-2j * np.pi * np.outer(k, k) / n) / n**0.5

    def diagonal(pre, post):
        return np.diag([graph.edges[(pre, i), (post, i)]["weight"] for i in range(n)])

    def reflection(name, pre):
        r = np.array([graph.edges[(*pre, i), (name, "hub")]["weight"] for i in range(n)]).conj()
        return np.eye(n) - 2 * np.outer(r, r.conj()) / np.vdot(r, r)

    P = np.zeros((n, n))
    for i in range(n):
        (source,) = graph.predecessors(("P", i))
        P[i, source[1]] = 1.0
    D1, D3 = diagonal("h", "D1"), diagonal("R2", "h")
    D2 = np.diag([graph.edges[("P", i), ("D2", i)]["weight"] for i in range(n)])
    W = D3 @ reflection("R2", ("F^-1", 2)) @ F.conj() @ D2 @ P @ reflection("R1", ("F", 2)) @ F @ D1
    assert np.abs(W - plain_matrix(graph)).max() < 1e-14


def test_what_is_constant_is_not_plastic():
    graph = ng.topologies.unitary(1, 4, 1, seed=0)
    fixed = {data["factor"] for *_, data in graph.edges(data=True) if not data.get("plastic", True)}
    learns = {data.get("factor", "V, U") for *_, data in graph.edges(data=True) if data.get("plastic", True)}
    assert fixed == {"F", "P", "F^-1", "R1", "R2"}
    assert learns == {"D1", "D2", "D3", "R1", "R2", "V, U"}
    assert all(type(weight) is complex for *_, weight in graph.edges(data="weight"))


def test_the_same_seed_gives_the_same_graph():
    one, two, other = (ng.topologies.unitary(1, 4, 1, seed=seed) for seed in (0, 0, 1))
    assert nx.utils.graphs_equal(one, two)
    assert not nx.utils.graphs_equal(one, other)


@pytest.mark.parametrize("units", [0, 1, 3, 6, 100, 8.0])
def test_a_number_of_units_that_is_no_power_of_two_is_refused(units):
    with pytest.raises(ng.ParameterError, match=f"units is {units}"):
        ng.topologies.unitary(1, units, 1)
