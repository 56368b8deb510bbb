"""Packed weights against the matrices they came from, and Huffman codes against their bounds."""

import hashlib
import itertools
import zlib

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.compression import packed as packing
from neurograph.compression.huffman import LONGEST, PEEK, Code
from neurograph.compression.packed import PackedWeights
from neurograph.compression.quantise import nearest_levels
from neurograph.errors import DataError, FormatError
from neurograph.formats import packed as packed_file

SEEDS = st.integers(0, 2**32 - 1)


def drawn(rng, levels=None):
    """Draw a matrix, with rows and columns that are empty, zeros that are stored, and -0.0."""
    rows, columns = rng.integers(0, 40, 2)
    matrix = scipy.sparse.random_array(
        (rows, columns), density=rng.choice([0.0, 0.05, 0.5, 1.0]), rng=rng, format="csr"
    )
    matrix.sort_indices()
    values = rng.normal(size=matrix.nnz) if levels is None else rng.choice(rng.normal(size=levels), matrix.nnz)
    matrix.data = np.where(rng.random(matrix.nnz) < 0.1, rng.choice([0.0, -0.0], matrix.nnz), values)
    return matrix


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, levels=st.sampled_from([None, 1, 2, 16, 300]))
def test_every_matrix_comes_back_and_multiplies(seed, levels):
    rng = np.random.default_rng(seed)
    matrix = drawn(rng, levels)
    packed = PackedWeights.of(matrix)
    back = packed.matrix()
    assert back.shape == matrix.shape
    assert np.array_equal(back.indptr, matrix.indptr)
    assert np.array_equal(back.indices, matrix.indices)
    assert back.data.tobytes() == matrix.data.tobytes()
    for right in (rng.normal(size=matrix.shape[1]), rng.normal(size=(matrix.shape[1], int(rng.integers(0, 5))))):
        assert (packed @ right).shape == (matrix @ right).shape
        assert packed @ right == pytest.approx(matrix @ right, rel=1e-12, abs=1e-12)


def test_wide_gaps_and_long_codes_come_back():
    rng = np.random.default_rng(0)
    columns = np.sort(rng.choice(1 << 30, 5000, replace=False))
    rare = np.repeat(np.arange(21), np.maximum(2 ** np.arange(21) // 220, 1))  # codes longer than what is looked up
    level = rng.permutation(rare)[: columns.size]
    matrix = scipy.sparse.csr_array((level.astype(float), columns, [0, 5000]), shape=(1, 1 << 30))
    packed = PackedWeights.of(matrix)
    assert packed.levels.lengths.max() > PEEK - 4
    assert np.array_equal(packed.matrix().indices, columns)
    assert np.array_equal(packed.matrix().data, level)


def test_chunks_of_bits_join(monkeypatch):
    matrix = drawn(np.random.default_rng(3), 16)
    whole = PackedWeights.of(matrix)
    monkeypatch.setattr(packing, "CHUNK", 7)
    assert np.array_equal(PackedWeights.of(matrix).words, whole.words)


@pytest.mark.parametrize("columns", [[1, 0], [1, 1]])
def test_columns_must_rise(columns):
    matrix = scipy.sparse.csr_array((np.ones(2), columns, [0, 2]), shape=(1, 2))
    with pytest.raises(DataError, match="columns of a row do not rise"):
        PackedWeights.of(matrix)


@pytest.mark.parametrize("right", [np.ones(3), np.ones((3, 2)), 1.0, np.ones((2, 1, 1))])
def test_sizes_must_go_together(right):
    with pytest.raises(DataError, match=r"expected \(2,\) or \(2, k\)"):
        PackedWeights.of(scipy.sparse.csr_array(np.eye(2))) @ right


@settings(max_examples=100, deadline=None)
@given(counts=st.lists(st.integers(0, 10**6), max_size=300))
def test_a_code_is_within_a_bit_of_the_entropy_and_can_be_told_apart(counts):
    counts = np.array(counts, np.int64)
    code = Code.of(counts)
    used = counts > 0
    assert np.array_equal(code.lengths > 0, used)
    assert code.whole
    if used.sum() > 1:
        share = counts[used] / counts.sum()
        bits = share @ code.lengths[used]
        assert -(share @ np.log2(share)) - 1e-9 <= bits < 1.0 - share @ np.log2(share)
    words = [format(code.codes[k], f"0{code.lengths[k]}b") for k in np.flatnonzero(used)]
    words.sort()
    assert not any(after.startswith(before) for before, after in itertools.pairwise(words))


def test_no_code_is_too_long():
    fibonacci = [1, 1]
    while len(fibonacci) < 60:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    code = Code.of(np.array(fibonacci))
    assert code.lengths.max() <= LONGEST
    assert code.whole


def test_packed_sizes_are_those_of_the_entropy():
    rng = np.random.default_rng(1)
    matrix = scipy.sparse.random_array((400, 400), density=0.1, rng=rng, format="csr")
    matrix.sort_indices()
    matrix.data = rng.choice(16, matrix.nnz, p=np.r_[0.5, np.full(15, 1 / 30)]).astype(float)
    packed = PackedWeights.of(matrix)
    share = np.bincount(matrix.data.astype(int)) / matrix.nnz
    entropy = -share @ np.log2(share)
    gaps = np.log2(1 / 0.1) + np.log2(np.e) * 0.9 / 0.9 * np.log(1 / 0.9) * 9  # of a geometric law
    assert 8 * packed.nbytes / matrix.nnz < entropy + gaps + 2.0
    assert packed.nbytes < 4 * matrix.nnz / 2  # half of what float32 weights alone take


# The file. tests/test_formats.py has it come back; here is who forges it.


def forged(change):
    """Change what stands in a file, and seal it again."""
    graph = nx.DiGraph([(0, 1, {"weight": 0.5}), (1, 0, {"weight": 0.5}), (1, 1, {"weight": -1.0})])
    graph.nodes[1]["role"] = "output"
    (data,) = packed_file.Packed().dump(graph)
    first = packed_file.FIRST.match(data)
    rest = change(bytearray(data[first.end() :]))
    return b"neurograph packed 1 " + hashlib.sha256(rest).hexdigest().encode() + b"\n" + bytes(rest)


def with_size(place, value):
    def change(rest):
        rest[8 * place : 8 * place + 8] = int(value).to_bytes(8, "little")
        return rest

    return change


def with_text(text):
    def change(rest):
        size = int.from_bytes(rest[:8], "little")
        body = zlib.compress(text)
        head = len(body).to_bytes(8, "little") + len(text).to_bytes(8, "little")
        return head + rest[16:64] + body + rest[64 + size :]

    return change


def with_parts(graph="{}", nodes="[[0, {}], [1, {}]]", kinds="[{}]", labels="[]", order="null"):
    text = f'{{"graph": {graph}, "nodes": {nodes}, "kinds": {kinds}, "labels": {labels}, "order": {order}}}'
    return with_text(text.encode())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rest: rest[:30], "ends too early"),
        (lambda rest: rest + b"\0", "sizes do not go together"),
        (with_size(0, 2**63), "ends too early"),
        (with_size(1, 2**62), "more than they can"),
        (with_size(2, 2**40), "sizes do not go together"),
        (with_size(3, 2**40), "sizes do not go together"),
        (with_size(4, 2**40), "ends too early"),
        (with_size(5, 2**20), "ends too early"),
        (lambda rest: rest[:-1] + bytes([rest[-1] ^ 255]), "damaged in row"),
        (with_text(b"{}"), "lacks one of graph, nodes, kinds, labels, order"),
        (with_parts(nodes="[[0, {}], [1, 2]]"), "no object of attributes"),
        (with_parts(kinds="[1]"), "no object of attributes"),
        (with_parts(nodes="[[0, {}], [0, {}]]"), "there twice"),
        (with_parts(nodes="[[0, {}], [{}, {}]]"), "a node is called"),
        (with_parts(order="[0, 0, 1]"), "order of its edges"),
        (with_parts(labels="[1, 0, 0]"), "attributes of its edges are not those"),
        (with_parts(kinds="[]"), "attributes of its edges are not those"),
        (with_text(b"[" * 100_000), "not whole JSON|nested"),
    ],
)
def test_a_forged_file_is_refused(tmp_path, change, words):
    path = tmp_path / "forged.packed"
    path.write_bytes(forged(change))
    with pytest.raises(FormatError, match=words):
        ng.read(path)


def test_random_bytes_behind_the_seal_are_refused_or_read(tmp_path):
    rng, path = np.random.default_rng(5), tmp_path / "forged.packed"
    for _ in range(300):

        def change(rest):
            for _ in range(rng.integers(1, 4)):
                rest[rng.integers(len(rest))] = rng.integers(256)
            return rest

        path.write_bytes(forged(change))
        try:
            ng.read(path)
        except FormatError:
            continue


# Quantising.


def test_levels_are_the_means_of_what_is_nearest_to_them():
    rng = np.random.default_rng(0)
    values = rng.normal(size=500)
    levels, level = nearest_levels(values, 8)
    assert levels.size == 8
    assert np.array_equal(level, np.abs(values[:, None] - levels).argmin(axis=1))
    assert levels == pytest.approx([values[level == k].mean() for k in range(8)])
    # Near Panter and Dite's error of the best levels of a normal variable: 0.0345 for 8 (Max, 1960).
    assert np.mean((values - levels[level]) ** 2) < 0.04


def test_the_levels_are_kept_while_they_learn_and_zero_and_fixed_edges_stay():
    x, y = ng.tasks.logic("xor")
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    trained = ng.train(ng.compile(graph), x, y, seed=0).network
    weights = trained.weights.copy()
    weights[:3] = 0.0
    few = ng.quantise(trained.with_weights(weights), levels=6)
    assert np.all(few.network.weights[:3] == 0.0)
    assert set(few.network.weights) == {0.0, *few.levels}
    again = ng.train(few.network, x, y, epochs=30, seed=0).network
    assert np.unique(again.weights[3:]).size <= 6
    assert np.all(few.network.connectivity.ties[3:] == again.connectivity.ties[3:])
    assert ((ng.settle(again, x).outputs > 0.5) == (y > 0.5)).all()


@pytest.mark.parametrize("levels", [0, 1.5, "many"])
def test_levels_are_a_whole_number(levels):
    network = ng.compile(ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0))
    with pytest.raises(ng.ParameterError, match="levels is"):
        ng.quantise(network, levels)


def test_a_quantised_network_takes_a_fraction_of_the_bytes(tmp_path):
    network = ng.compile(ng.topologies.layered(64, (64,), 10, bias=True, scale=0.1, seed=0))
    few = ng.quantise(network, levels=16)
    sizes = [ng.write(one, tmp_path / f"{k}.packed").stat().st_size for k, one in enumerate((network, few.network))]
    assert sizes[1] < sizes[0] / 3
    assert ng.compile(ng.read(tmp_path / "1.packed")).weights.tobytes() == few.network.weights.tobytes()
