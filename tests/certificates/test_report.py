"""The report: its claim, its table, its names."""

from __future__ import annotations

import re

import networkx as nx
import numpy as np
import pytest

from neurograph.certificates import UnknownCertificateError, Verdict, certify
from neurograph.equations import dynamics
from neurograph.errors import NeurographError, ParameterError
from neurograph.graphs import topologies
from neurograph.network.compilation import compile
from tests.certificates.networks import LEAKY, network
from tests.certificates.theorems.test_p_matrix import published


def test_the_claim_is_the_widest_then_the_strongest():
    W = [[0.0, 0.2], [0.3, 0.0]]
    both = certify(network(W, LEAKY), [[0.5]])
    assert [certificate.name for certificate in both.proved][-2:] == ["spectral_abscissa", "invariant_box"]
    assert both.claim.startswith(
        "Proved for all inputs: contracting, unique equilibrium, exponentially stable, at the rate"
    )
    assert both.claim.endswith("(absolute_leak).")
    held = certify(network(-3.0 * np.roll(np.eye(3), 1, axis=1), dynamics.vector_field()), [[5.0]])
    assert held.claim.startswith("Proved for these inputs: unique equilibrium, asymptotically stable")
    local = certify(published(5, 0), [[0.0, 1.0]])
    assert local.claim.startswith("Proved near the equilibria of these inputs: exponentially stable")
    assert certify(published(5, 0)).claim == "Proved for all inputs: box invariant (invariant_box)."
    wide = certify(network([[0, 1, 1], [1, 0, -1], [1, -1, 0]], dynamics.deep("absolute")), [[0.2]])
    assert wide["spectral_abscissa"].verdict is Verdict.PROVED
    assert wide.claim.startswith("Proved for all inputs: contracting")


def test_a_refutation_stands_apart_from_the_claim():
    report = certify(published(5, 0), [[0.0, 1.0]])
    assert report.claim.startswith("Proved near")
    assert report.refutations == (report["p_matrix"],)
    assert "Against it: several equilibria for some bias (p_matrix)" in str(report)
    assert "does not cover the inputs at hand" in " ".join(str(report).split())


@pytest.mark.parametrize(("columns", "width"), [("", 80), ("20", 80), ("90", 90), ("500", 98)])
def test_the_report_is_a_table_as_wide_as_the_terminal_between_80_and_98_columns(columns, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    labels = {j: f"a neuron with a long name, number {j}" for j in range(6)}
    graph = nx.relabel_nodes(network(np.ones((6, 6)) - np.eye(6), LEAKY).to_graph(), labels)
    report = certify(compile(graph, LEAKY), [[1.0]], dt=0.05)
    lines = str(report).splitlines()
    assert width - 10 < max(map(len, lines)) <= width
    assert any(re.match("certificate +verdict +scope", line) for line in lines)
    for certificate in report:
        inapplicable = certificate.statement.startswith("Not applicable")
        assert any(line.startswith(f"{certificate.name}: ") for line in lines) == (not inapplicable)
    assert repr(report).count("\n") == 0
    cells = {line.split()[0]: re.split(r"  +", line) for line in lines if re.search("global|local|inputs", line)}
    for certificate in report:
        if certificate.statement.startswith("Not applicable"):
            continue
        shown = cells[certificate.name][3]
        assert shown == "-" if not certificate.claims else certificate.claims[0].startswith(shown.split(",")[0])
    assert len(report) == len(report.certificates) == len(list(report))
    assert "Reference: " in str(report["gershgorin"])


def test_a_name_that_is_not_there_lists_those_that_are():
    report = certify(network([[0.0]], LEAKY))
    with pytest.raises(UnknownCertificateError, match=r"^certificate 'lyapunov' is not .* 'p_matrix', 'gershgorin'"):
        report["lyapunov"]
    assert issubclass(UnknownCertificateError, KeyError)
    assert issubclass(UnknownCertificateError, NeurographError)


def varied():
    """Return a network, and others that differ from it in one thing each that a theorem reads."""
    graph = topologies.complete(2, 3, 1, bias="neurons", scale=0.1, seed=0)
    leaky, faster = (dynamics.Dynamics("-k*s + tanh(I + b)", parameters={"k": k}) for k in (1.0, 1.5))
    first = compile(graph, leaky)
    weights, biases = first.weights.copy(), first.biases.copy()
    weights[4] = np.nextafter(weights[4], 1.0)
    biases[-1] = np.nextafter(biases[-1], 1.0)
    turned = graph.copy()
    turned.nodes["h0"]["role"] = "output"
    late = graph.copy()
    late.edges["h0", "h1"]["delay"] = 1e-300
    return first, [
        compile(late, leaky),
        first.with_weights(weights),
        first.with_weights(first.weights, biases),
        first.without_edges([0]),
        compile(graph, faster),
        compile(graph, dynamics.vector_field()),
        compile(turned, leaky),
    ]


def test_a_report_is_bound_to_the_network_that_was_certified():
    first, others = varied()
    report = certify(first, np.zeros((1, 2)))
    for same in (first, compile(first.to_graph()), compile(first.to_table())):
        report.check(same)
    assert report.network_digest in str(report)
    for other in others:
        with pytest.raises(ParameterError, match=r"report is of another network: .* expected neurograph\.certify"):
            report.check(other)
    assert len({report.network_digest, *(certify(other).network_digest for other in others)}) == 1 + len(others)
