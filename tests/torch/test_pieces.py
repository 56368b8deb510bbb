"""The part of a graph that a process holds: the rows of the whole, read in pieces."""

from __future__ import annotations

import tracemalloc
from unittest.mock import patch

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.formats.encoding import arrow
from neurograph.torch.pieces import part_of_file, part_of_network
from tests.strategies import NAMED, graphs_for

pytest.importorskip("pyarrow")
pytest.importorskip("pyarrow.parquet")

KINDS = {name: kind for name, kind in NAMED.items() if not kind.symmetric}


@settings(max_examples=40)
@given(data=st.data(), name=st.sampled_from(sorted(KINDS)), processes=st.integers(1, 4), piece=st.integers(1, 9))
def test_parts_are_the_rows_of_the_whole(tmp_path_factory, data, name, processes, piece):
    network = ng.compile(data.draw(graphs_for(KINDS[name], ties=False)), KINDS[name])
    processes = min(processes, len(network.nodes))
    path = ng.write(network, tmp_path_factory.getbasetemp() / "parts.parquet")
    seen = []
    for process in range(processes):
        with patch.object(arrow, "PIECE", piece):
            part = part_of_file(path, np.float64, process, processes)
        other = part_of_network(network, process, processes)
        for one in (part, other):
            ids, held = one.edge_ids, one.network
            assert np.flatnonzero(one.owner[network.connectivity.post] == process).tolist() == ids.tolist()
            assert (held.nodes, held.dynamics) == (network.nodes, network.dynamics)
            assert list(held.edges) == [network.edges[k] for k in ids.tolist()]
            for own, whole in (
                (held.weights, network.weights),
                (held.connectivity.plastic, network.connectivity.plastic),
            ):
                assert own.tolist() == whole[ids].tolist()
            assert held.biases[one.own].tolist() == network.biases[one.own].tolist()
            assert held.parameters.tolist() == network.parameters.tolist()
            assert held.connectivity.signs.tolist() == network.connectivity.signs.tolist()
            biased = np.intersect1d(network.connectivity.biased, one.own)
            assert held.connectivity.biased.tolist() == biased.tolist()
        assert part.owner.tolist() == other.owner.tolist()
        seen.extend(part.edge_ids.tolist())
    assert sorted(seen) == list(range(network.weights.size))


def drawn(nodes=2000, each=150, seed=0):
    """A graph large enough that edges dominate, its edges in no order."""
    rng = np.random.default_rng(seed)
    post = np.repeat(np.arange(10, nodes), each)
    pre = (rng.integers(0, nodes // each, post.size) * each + np.tile(np.arange(each), nodes - 10)) % nodes
    mixed = rng.permutation(post.size)
    columns, ends = (pre[mixed], post[mixed], rng.normal(0, 0.02, post.size)), range(nodes - 5, nodes)
    return ng.topologies.from_edges(columns, inputs=range(10), outputs=ends, parallel="first", self_loops="drop")


def test_no_process_ever_holds_all_edges(tmp_path):
    path = ng.write(drawn(), tmp_path / "large.parquet")
    part_of_file(path, np.float32, 0, 4)  # what is imported or computed once
    peaks = {}
    for processes in (1, 4):
        tracemalloc.start()
        with patch.object(arrow, "PIECE", 2**12):
            part = part_of_file(path, np.float32, processes - 1, processes)
        peaks[processes] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert part.network.weights.size == pytest.approx(1990 * 150 / 4, rel=0.1)
    assert peaks[4] < 0.45 * peaks[1]


def test_weights_are_read_in_the_type_that_is_asked_for(tmp_path):
    path = ng.write(drawn(60, 20), tmp_path / "small.parquet")
    whole = ng.compile(ng.read_table(path), dtype="float32")
    part = part_of_file(path, "float32", 1, 2)
    assert part.network.dtype == np.float32
    assert part.network.weights.tolist() == whole.weights[part.edge_ids].tolist()


def test_a_part_that_does_not_fit_is_refused(tmp_path):
    path = ng.write(drawn(100, 90), tmp_path / "small.parquet")
    with (
        patch("neurograph._checks.available_memory", return_value=45_000),
        pytest.raises(ng.errors.GraphTooLargeError, match=r"edges in one process .* among more processes"),
    ):
        part_of_file(path, np.float64, 0, 2)


def test_the_digest_tells_graphs_apart(tmp_path):
    network = ng.compile(drawn(60, 20))
    digests = {part_of_network(network, process, 2).digest for process in (0, 1)}
    assert len(digests) == 1
    for other in (
        network.with_weights(np.where(np.arange(network.weights.size) == 7, 0.5, network.weights)),
        network.without_edges([3]),
        ng.compile(network.to_table(), ng.dynamics.additive("tanh")),
        ng.compile(network.to_table(), dtype="float32"),
    ):
        digests.add(part_of_network(other, 0, 2).digest)
    assert len(digests) == 5
    path = ng.write(network, tmp_path / "one.parquet")
    assert part_of_file(path, np.float64, 0, 2).digest == part_of_file(path, np.float64, 1, 3).digest


def tied(dynamics=None):
    graph = ng.topologies.complete(inputs=1, hidden=2, outputs=1, seed=0)
    for pair in (("x0", "h0"), ("x0", "h1")):
        graph.edges[pair].update(weight=0.5, tie="a")
    return ng.compile(graph, dynamics)


def bare(*edges):
    return ng.topologies.from_edges(tuple(zip(*edges, strict=True)), outputs=["c"])


def test_what_must_share_a_weight_is_refused(tmp_path):
    network = tied()
    with pytest.raises(ng.errors.GraphError, match=r"'x0' -> 'h0' has a tie.*partition=True"):
        part_of_network(network, 0, 2)
    with pytest.raises(ng.errors.FormatError, match=r"'x0' -> 'h0' has a tie.*partition=True"):
        part_of_file(ng.write(network, tmp_path / "tied.parquet"), np.float64, 1, 2)
    symmetric = ng.compile(ng.topologies.symmetric(drawn(30, 5).to_graph()), ng.dynamics.hopfield())
    untied = ng.compile(bare(("a", "c", 1.0), ("c", "a", 1.0)), ng.dynamics.hopfield())
    for one, message in ((symmetric, "has a tie"), (untied, "needs W_ij = W_ji")):
        with pytest.raises(ng.errors.GraphError, match=message):
            part_of_network(one, 0, 2)
    with pytest.raises(ng.errors.GraphError, match=r"needs W_ij = W_ji"):
        part_of_file(ng.write(untied, tmp_path / "untied.parquet"), np.float64, 0, 2)


def test_a_graph_that_cannot_be_compiled_names_the_edge(tmp_path):
    path = ng.write(bare(("a", "b", 1.0), ("b", "c", 1e300)), tmp_path / "a.parquet")
    with pytest.raises(ng.errors.FormatError, match=r"1e[+]300, too large for float32"):
        part_of_file(path, np.float32, 1, 2)
    ng.write(bare(("a", "a", 1.0), ("a", "c", 1.0)), path)
    with pytest.raises(ng.errors.FormatError, match=r"'a' -> 'a' is a self-loop"):
        part_of_file(path, np.float32, 0, 1)
