"""What the weights take in each form, against forms that are written out here."""

import io
import zlib
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import scipy.sparse

import neurograph as ng
from neurograph.compression import report as reporting
from neurograph.compression.report import PLAIN, SHAPE
from neurograph.graphs.edge_table import INPUT


def network(levels=None, prune=0.0, **changes):
    graph = ng.topologies.layered(12, (30, 20), 3, feedback=False, bias="neurons", scale=0.3, seed=0)
    made = ng.compile(graph, ng.dynamics.additive("tanh"), **changes)
    made = ng.prune(made, ng.pruning.magnitude(prune)).network if prune else made
    return made if levels is None else ng.quantise(made, levels).network


def layers_of(made):
    return [[node for node in made.nodes if str(node).startswith(name)] for name in ("x", "h0", "h1", "y")]


def test_every_size_is_that_of_the_form_written_out():
    made = network(levels=8, prune=0.7)
    report = ng.compression_report(made)
    matrix = made.matrix()[[k for k, node in enumerate(made.nodes) if node not in made.inputs]].tocsr()
    matrix.sort_indices()
    single = matrix.astype(np.float32)
    for sizes, one, width in ((report.float64, matrix, 8), (report.float32, single, 4)):
        rows, columns = one.tocsr(), one.tocsc()
        texts = [one.toarray().tobytes()]
        texts += [each.data.tobytes() + each.indices.astype("i4").tobytes() + each.indptr.astype("i4").tobytes()
                  for each in (rows, columns)]  # fmt: skip
        file = io.BytesIO()
        narrow = [part.astype(np.int32) for part in (rows.indices, rows.indptr)]
        scipy.sparse.save_npz(file, scipy.sparse.csr_array((rows.data, *narrow), shape=one.shape))
        assert sizes["dense"] == width * one.shape[0] * one.shape[1] + SHAPE
        assert sizes["CSR"] == (width + 4) * one.nnz + 4 * (one.shape[0] + 1) + SHAPE == len(texts[1]) + SHAPE
        assert sizes["CSC"] == len(texts[2]) + SHAPE
        assert sizes["npz"] == pytest.approx(len(file.getvalue()), abs=3)  # a date stands in it
        assert sizes["zlib"] == min(len(zlib.compress(text, 9)) for text in texts) + SHAPE
        wide = one.astype(np.float64)
        assert sizes["HAM"] == ng.HAM.of(wide).nbytes + SHAPE
        assert sizes["sHAM"] == ng.SHAM.of(wide).nbytes + SHAPE
        assert sizes["packed"] == ng.PackedWeights.of(wide).nbytes + SHAPE
    assert report.shapes == (matrix.shape,)
    assert report.weights == made.weights.size
    assert report.dense == report.float32["dense"]
    assert report.times("CSR") == report.dense / report.float32["CSR"]


def test_each_pair_of_layers_has_a_matrix_of_its_own():
    made = network(levels=4, prune=0.5)
    layers = layers_of(made)
    report = ng.compression_report(made, layers)
    assert report.shapes == tuple((len(post), len(pre)) for pre, post in pairwise(layers))
    matrix, place = made.matrix().toarray(), {node: k for k, node in enumerate(made.nodes)}
    blocks = [
        matrix[np.ix_([place[node] for node in post], [place[node] for node in pre])] for pre, post in pairwise(layers)
    ]
    assert sum(np.count_nonzero(block) for block in blocks) == made.weights.size
    assert report.float64["HAM"] == sum(ng.HAM.of(block).nbytes + SHAPE for block in blocks)
    assert report.float64["sHAM"] == sum(ng.SHAM.of(block).nbytes + SHAPE for block in blocks)
    assert report.float64["dense"] == sum(8 * block.size + SHAPE for block in blocks)
    assert report.float32["packed"] < report.float32["zlib"]
    gone = [[*layers[0], "left before"], *layers[1:]]
    assert ng.compression_report(made, gone).float32 == report.float32


def test_the_packed_form_is_the_smallest_of_weights_that_are_not_quantised():
    for prune in (0.0, 0.5, 0.95):
        for made in (network(prune=prune), network(prune=prune, dtype="float32")):
            for layers in (None, layers_of(made)):
                report = ng.compression_report(made, layers)
                for sizes in (report.float32, report.float64):
                    assert sizes["packed"] <= min(sizes[form] for form in PLAIN) + 30
                assert (report.float32["packed"] == report.float64["packed"]) == (made.dtype == np.float32)


def test_it_says_where_a_plain_form_wins():
    graph = nx.DiGraph()
    graph.add_nodes_from(["x"], role="input")
    graph.add_nodes_from(range(8), role="output")
    graph.add_edges_from(("x", k, {"weight": 0.1 * k + 0.1}) for k in range(8))
    report = ng.compression_report(ng.compile(graph, ng.dynamics.additive("tanh")), [["x"], list(range(8))])
    assert report.float32["dense"] == 8 * 4 + SHAPE
    assert report.plain_wins["float32"] == ("dense", report.float32["packed"] - report.float32["dense"])
    assert "A plain form wins in float32: dense, by" in " ".join(str(report).split())
    few = ng.compression_report(network(levels=4, prune=0.5))
    assert few.plain_wins == {}
    assert "No plain form is smaller than the smallest coded one." in " ".join(str(few).split())


def test_it_is_shown_as_a_table_and_in_a_line():
    made = network(levels=4)
    biased = made.with_weights(made.weights, np.where(made.roles == INPUT, 0.0, 0.5))
    report = ng.compression_report(biased)
    assert repr(report).startswith(f"CompressionReport({made.weights.size} weights: ")
    lines = str(report).splitlines()
    for form, size in report.float32.items():
        assert any(line.split()[:2] == [form, str(size)] for line in lines)
    assert f"{report.biases} biases, {4 * report.biases} bytes" in " ".join(str(report).split())


def test_more_weights_than_codes_and_too_large_ones_leave_forms_out(monkeypatch):
    monkeypatch.setattr(reporting, "MOST_LEVELS", 100)
    report = ng.compression_report(network())
    assert "HAM" not in report.float64
    assert any(line.split() == ["HAM", "-", "-", "-", "-"] for line in str(report).splitlines())
    made = network()
    large = ng.compression_report(made.with_weights(np.where(made.weights > 0.5, 1e300, made.weights)))
    assert large.float32 == {}
    assert large.float64["packed"] > 0
    assert "in float64" in repr(large)
    assert "dense float32" in str(large)


def test_a_network_without_edges_takes_next_to_nothing():
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    report = ng.compression_report(ng.compile(graph, ng.dynamics.additive("tanh")))
    assert report.float32["packed"] < 20
    assert str(report)


def test_dense_matrices_that_are_very_large_are_not_compressed(monkeypatch):
    made = network(levels=4)
    before = ng.compression_report(made).float32["zlib"]
    monkeypatch.setattr(reporting, "MOST_DENSE", 10)
    assert ng.compression_report(made).float32["zlib"] >= before


def test_a_report_of_no_matrix_is_printed():
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output")
    report = ng.compression_report(ng.compile(graph), layers=[])
    assert "1.0 times smaller" in str(report)
    assert report.times("dense") == 1.0
