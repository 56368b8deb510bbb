import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import Verdict
from neurograph.simulation.product import factors_of, product_of
from tests.network.test_relay_layers import mixed
from tests.simulation.networks import plain_matrix, unitary


def answer(network):
    return ng.certify(network, progress=False)["norm_conservation"]


@given(st.sampled_from([2, 4, 16, 64]), st.integers(0, 999))
@settings(max_examples=12, deadline=None)
def test_what_is_proved_bounds_the_singular_values(units, seed):
    network = unitary(1, units, 1, seed)
    found = answer(network)
    assert found.verdict is Verdict.PROVED
    assert found.claims == ("norm conserved",)
    sizes = np.linalg.svd(plain_matrix(network.to_graph()), compute_uv=False)
    e = found.witness["e"]
    assert e < 1e-12
    assert np.all(np.abs(sizes - 1.0) <= e + 1e-14)
    assert set(found.witness["factors"]) == {"D1", "F", "R1", "P", "D2", "F^-1", "R2", "D3"}


EDGES = [
    ("D1", (("h", 3), ("D1", 3))),
    ("F", (("F", 0, 3), ("F", 1, 1))),
    ("R1", (("R1", "hub"), ("R1", 5))),
    ("R2", (("F^-1", 2, 4), ("R2", "hub"))),
    ("D3", (("R2", 1), ("h", 1))),
]


@pytest.mark.parametrize(("factor", "edge"), EDGES)
def test_without_an_edge_a_factor_is_refuted_by_name(factor, edge):
    found = answer(unitary(units=8).without_edges([edge]))
    assert found.verdict is Verdict.REFUTED
    assert f"The factor {factor}" in found.statement
    assert found.claims == ("norm not conserved",)
    state = found.witness["state"]
    W = plain_matrix(unitary(units=8).without_edges([edge]).to_graph())
    assert abs(np.linalg.norm(W @ state) / np.linalg.norm(state) - 1.0) > 1e-3
    assert "norm not conserved" in str(ng.certify(unitary(units=8).without_edges([edge])))


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-8])
@pytest.mark.parametrize("edge", [edge for _, edge in EDGES])
def test_a_weight_that_is_a_little_off_is_refuted(edge, size):
    network = unitary(units=8)
    weights = network.weights.copy()
    weights[network.edges.index(edge)] *= 1.0 + 3.0 * size
    found = answer(network.with_weights(weights))
    largest = np.abs(
        np.linalg.svd(plain_matrix(network.with_weights(weights).to_graph()), compute_uv=False) - 1.0
    ).max()
    assert found.verdict is (Verdict.REFUTED if largest > 1.1e-9 else Verdict.PROVED)


def test_what_is_off_by_rounding_alone_is_proved():
    network = unitary(units=16)
    weights = network.weights * (1.0 + 1e-14)
    assert answer(network.with_weights(weights)).verdict is Verdict.PROVED


@pytest.mark.parametrize("seed", range(6))
def test_of_layers_drawn_at_random_it_is_refuted(seed):
    graph = mixed(seed)
    W = plain_matrix(graph)
    found = answer(ng.compile(graph, ng.dynamics.unitary()))
    assert found.verdict is Verdict.REFUTED
    state = found.witness["state"]
    assert abs(np.linalg.norm(W @ state) / np.linalg.norm(state) - 1.0) > 1e-9


def two_hubs(n=4):
    """Reflect by two vectors at once, at right angles to each other: two hubs between the same cuts."""
    graph = nx.DiGraph()
    graph.add_nodes_from((("h", i) for i in range(n)), population="neuron", bias=0.0)
    graph.add_nodes_from((("hub", k) for k in range(2)), population="relay")
    graph.add_node("y", role="output", bias=0.0)
    graph.add_edge(("h", 0), "y", weight=1j)
    q = np.linalg.qr(np.random.default_rng(0).normal(size=(n, 2)) + 1j)[0]
    for i in range(n):
        graph.add_edge(("h", i), ("h", i), weight=1.0 + 0j)
        for k in range(2):
            graph.add_edge(("h", i), ("hub", k), weight=complex(q[i, k].conjugate()))
            graph.add_edge(("hub", k), ("h", i), weight=complex(-2.0 * q[i, k]))
    return graph


def test_several_hubs_between_two_cuts_are_multiplied_out():
    network = ng.compile(two_hubs(), ng.dynamics.unitary())
    assert answer(network).verdict is Verdict.PROVED
    assert answer(network.without_edges([(("hub", 1), ("h", 2))])).verdict is Verdict.REFUTED


def test_a_factor_that_another_undoes_is_not_refuted_of_w():
    network = unitary(units=4)
    scale = np.ones(network.weights.size)
    for k, (_, post) in enumerate(network.edges):
        scale[k] = 2.0 if post[0] == "D1" else 0.5 if post[0] == "D2" else 1.0
    found = answer(network.with_weights(scale * network.weights))
    assert found.verdict is Verdict.UNKNOWN
    assert "no state was found" in found.statement


def test_it_is_asked_of_unitary_networks_alone_and_they_are_asked_nothing_else():
    rates = ng.certify(ng.compile(ng.topologies.complete(1, 2, 1, seed=0)), progress=False)
    assert "norm_conservation" not in [one.name for one in rates]
    report = ng.certify(unitary(), progress=False, level="strong")
    assert [one.name for one in report] == ["norm_conservation"]
    assert report.claim.startswith("Proved for all inputs: norm conserved")
    assert "contraction" in report["norm_conservation"].does_not_cover


def test_it_is_written_as_json_and_asked_again():
    network = unitary(units=4)
    found = answer(network)
    assert json.loads(found.to_json())["claims"] == ["norm conserved"]
    assert found.recheck(network).verdict is Verdict.PROVED
    broken = network.without_edges([(("h", 0), ("D1", 0))])
    assert found.recheck(broken).verdict is Verdict.REFUTED
    json.loads(answer(broken).to_json())
    assert found.digest != answer(broken).digest


@pytest.mark.parametrize("asked", [{"x": [[1.0]]}, {"dt": 0.1}, {"phase": "nudged", "beta": 1.0}])
def test_what_says_nothing_of_it_is_refused(asked):
    with pytest.raises(ng.ParameterError, match=f"{next(iter(asked))} is given, which says nothing"):
        ng.certify(unitary(inputs=1), **asked)


def test_a_hub_beside_a_scaled_permutation_is_bounded_as_what_it_is():
    rng, n = np.random.default_rng(0), 6
    r, phases, places = (
        rng.normal(size=n) + 1j * rng.normal(size=n),
        np.exp(1j * rng.normal(size=n)),
        rng.permutation(n),
    )
    sent = -2.0 * r / (np.abs(r) ** 2).sum()
    for change, verdict in ((0.0, Verdict.PROVED), (1e-6, Verdict.REFUTED)):
        graph = nx.DiGraph()
        graph.add_nodes_from(range(n), population="neuron")
        graph.add_node("hub", population="relay")
        graph.add_node("y", role="output")
        graph.add_edge(0, "y", weight=1 + 0j)
        for i in range(n):  # neuron i goes to its place, turned, after the reflection
            graph.add_edge(i, int(places[i]), weight=complex(phases[i]))
            graph.add_edge(i, "hub", weight=complex(r[i].conj()))
            graph.add_edge("hub", int(places[i]), weight=complex(phases[i] * sent[i] * (1.0 + change)))
        network = ng.compile(graph, ng.dynamics.unitary())
        assert [factor.kind for factor in factors_of(network)] == ["reflection"]
        certificate = ng.certify(network)["norm_conservation"]
        assert certificate.verdict is verdict
        wrong = np.abs(np.linalg.svd(product_of(network).matrix(), compute_uv=False) - 1.0).max()
        assert wrong <= certificate.witness["e"] <= 1.1 * wrong + 1e-13
