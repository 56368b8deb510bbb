"""Packed weights, against the matrices that they came from, and damaged files of them."""

import io
import zlib

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.compression import bits
from neurograph.compression import packed as packing
from neurograph.compression.huffman import PEEK
from neurograph.compression.packed import PackedWeights
from neurograph.errors import DataError
from tests.strategies import SEEDS


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
    monkeypatch.setattr(bits, "CHUNK", 7)
    assert np.array_equal(PackedWeights.of(matrix).words, whole.words)


@pytest.mark.parametrize(("values", "times", "coded"), [(1 << 16, 2, True), ((1 << 16) + 1, 2, False), (9, 1, False)])
def test_values_are_coded_where_16_bits_number_them_and_each_is_there_twice(values, times, coded):
    first, level = packing._distinct(np.tile(np.arange(float(values)), times), np.zeros(times * values, np.int64))
    assert level.size == (times * values if coded else 0)
    assert np.array_equal(first, np.arange(values if coded else times * values))


@pytest.mark.parametrize("columns", [[1, 0], [1, 1]])
def test_columns_must_rise(columns):
    matrix = scipy.sparse.csr_array((np.ones(2), columns, [0, 2]), shape=(1, 2))
    with pytest.raises(DataError, match="columns of a row do not rise"):
        PackedWeights.of(matrix)


@pytest.mark.parametrize("right", [np.ones(3), np.ones((3, 2)), 1.0, np.ones((2, 1, 1))])
def test_sizes_must_go_together(right):
    with pytest.raises(DataError, match=r"expected \(2,\) or \(2, k\)"):
        PackedWeights.of(scipy.sparse.csr_array(np.eye(2))) @ right


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
    codes = sum(code.lengths.nbytes for code in (packed.counts, packed.gaps, packed.levels))
    assert packed.nbytes == sum(map(len, packed.stored)) + codes


def plain_sizes(matrix, kind):
    """The bytes of a matrix as dense array, CSR, CSC, each of these over zlib, and scipy's compressed npz."""
    forms = [[matrix.toarray().astype(kind)]]
    forms += [
        [one.data.astype(kind), one.indices.astype(np.int32), one.indptr.astype(np.int32)]
        for one in (matrix, matrix.tocsc())
    ]
    texts = [b"".join(part.tobytes() for part in parts) for parts in forms]
    file = io.BytesIO()
    scipy.sparse.save_npz(file, matrix.astype(kind))
    return [*map(len, texts), *(len(zlib.compress(text, 9)) for text in texts), len(file.getvalue())]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("density", [0.01, 0.3, 0.95, 1.0])
@pytest.mark.parametrize("law", ["normal", "uniform", "lognormal"])
def test_unquantised_weights_lose_to_no_plain_form_by_more_than_the_header(kind, density, law):
    """The header: two bytes, and the lengths of the codes of gaps and rows."""
    rng = np.random.default_rng(0)
    for shape in ((120, 90), (1, 500), (300, 20)):
        kept = rng.random(shape) < density
        matrix = scipy.sparse.csr_array(np.where(kept, getattr(rng, law)(size=shape).astype(kind), 0.0))
        packed = PackedWeights.of(matrix)
        header = 2 + packed.counts.lengths.size + packed.gaps.lengths.size
        assert header < 30
        assert packed.nbytes <= min(plain_sizes(matrix, kind)) + header, shape


def test_a_block_of_weights_costs_hardly_more_than_its_numbers():
    """The gaps of a layer say nothing: their bits are compressed away."""
    rng = np.random.default_rng(0)
    dense = np.zeros((110, 110))
    dense[40:, :40] = rng.integers(2**52, 2**53, (70, 40))  # of which hardly a bit can be saved
    packed = PackedWeights.of(scipy.sparse.csr_array(dense))
    assert packed.nbytes < 8 * 2800 + 150
