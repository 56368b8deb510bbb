"""Weights and leaks of absurd sizes, from 1e-320 to 1e308: no exception, no warning, and nothing false."""

import contextlib

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.dynamics import DYNAMICS

SIZES = [1e-320, 1e-298, 1e-155, 1e20, 1e154, 1e160, 1e300, 1.7e308]
EDGES = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (0, 2), (2, 0)]
ASKED = [{}, {"x": [[0.3]]}, {"phase": "nudged", "beta": 0.1, "dt": 0.1}, {"phase": "transposed"}]


def weighted(size, dynamics, seed):
    """Four neurons in cycles, with weights of one size, or with `seed` up to ten times smaller and of both signs."""
    rng = np.random.default_rng(seed)
    graph = nx.DiGraph([("x", 0, {"weight": 1.0})])
    graph.add_nodes_from(["x"], role="input")
    for u, v in EDGES:
        share = 1.0 if seed == 0 else float(rng.choice([-1, 1]) * rng.uniform(0.1, 1.0))
        back = graph.get_edge_data(v, u)
        graph.add_edge(u, v, weight=back["weight"] if dynamics.symmetric and back else size * share)
    graph.nodes[3]["role"] = "output"
    return ng.compile(graph, dynamics)


def everything_of(report):
    """Ask a report, and each certificate, for all that they say."""
    assert report.claim
    assert str(report)
    for certificate in report.certificates:
        assert certificate.to_json()
        assert certificate.rate is None or np.isfinite(certificate.rate)
        with contextlib.suppress(ng.NeurographError):  # it has none, and says so
            assert np.all(certificate.radius([[0.3]]) >= 0.0)
    return {certificate.name: certificate.verdict for certificate in report.certificates}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DYNAMICS)
def test_no_size_of_the_weights_raises_or_warns(name, size):
    for seed in (0, 1):
        network = weighted(size, DYNAMICS[name](), seed)
        for options in ASKED:
            everything_of(ng.certify(network, **options))


@pytest.mark.parametrize("leak", SIZES)
def test_no_size_of_the_leak_raises_or_warns(leak):
    for size in (1.0, 1e200):
        network = weighted(size, ng.dynamics.deep(extra_leak=leak), 1)
        for options in ASKED[:2]:
            everything_of(ng.certify(network, **options))


@pytest.mark.parametrize("size", [1e160, 1e-298])
@pytest.mark.parametrize("name", DYNAMICS)
def test_nor_at_the_strong_level(name, size):
    everything_of(ng.certify(weighted(size, DYNAMICS[name](), 1), level="strong"))


@pytest.mark.parametrize("size", SIZES)
def test_a_change_of_the_unit_of_time_turns_no_verdict_round(size):
    """DEEP's drift times a number is the same network, slower or faster; what overflows or vanishes is UNKNOWN."""
    for kind in ("absolute", "signed"):
        for seed in range(2):
            known = everything_of(ng.certify(weighted(1.0, ng.dynamics.deep(kind, 0.25), seed)))
            asked = everything_of(ng.certify(weighted(size, ng.dynamics.deep(kind, 0.25 * size), seed)))
            for name, verdict in asked.items():
                assert {str(verdict), str(known[name])} != {"PROVED", "REFUTED"}, (kind, seed, name)


@pytest.mark.parametrize("size", [size for size in SIZES if size > 1])
def test_neurons_that_excite_each_other_that_much_are_never_proved_to_contract(size):
    for name in ("vector_field", "tanh", "relu"):
        report = ng.certify(weighted(size, DYNAMICS[name](), 0))
        assert not any("contracting" in one.claims for one in report.certificates)
