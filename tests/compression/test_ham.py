"""HAM and sHAM, against dense products, the entropy, and the streams written out by hand."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph import HAM, SHAM
from neurograph.compression.ham import MOST_LEVELS, checked_matrix
from neurograph.errors import DataError, FormatError
from tests.compression.test_packed import drawn
from tests.strategies import SEEDS


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, levels=st.sampled_from([None, 1, 2, 16, 300]))
def test_every_matrix_comes_back_and_multiplies(seed, levels):
    rng = np.random.default_rng(seed)
    matrix = drawn(rng, levels)
    ham, sham, dense = HAM.of(matrix), SHAM.of(matrix), np.zeros(matrix.shape)
    dense[np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices] = matrix.data  # -0.0 as well
    assert ham.matrix().tobytes() == dense.tobytes()
    back = sham.matrix().tocsr()
    back.sort_indices()
    assert np.array_equal(back.indptr, matrix.indptr)
    assert np.array_equal(back.indices, matrix.indices)
    assert back.data.tobytes() == matrix.data.tobytes()
    assert HAM.size(matrix) == ham.nbytes
    right = rng.normal(size=(matrix.shape[1], int(rng.integers(0, 5))))
    for coded in (ham, sham):
        assert (coded @ right).shape == (dense @ right).shape
        assert coded @ right == pytest.approx(dense @ right, rel=1e-12, abs=1e-12)


def test_the_stream_is_that_of_the_columns_one_after_another():
    matrix = np.array([[0.0, 2.0], [0.0, 1.0], [2.0, 0.0]])
    ham = HAM.of(matrix)
    words = {value: format(code, f"0{length}b") for value, code, length in zip(
        ham.values, ham.levels.codes.tolist(), ham.levels.lengths.tolist(), strict=True)}  # fmt: skip
    expected = "".join(words[value] for value in matrix.T.ravel())
    assert format(int(ham.words[0]), "064b")[: ham.bits] == expected
    assert len(words[0.0]) == 1  # the most frequent
    sham = SHAM.of(matrix)
    assert sham.bits == 3
    assert sham.indices.tolist() == [2, 0, 1]
    assert sham.indptr.tolist() == [0, 1, 3]


def test_sizes_are_those_that_were_measured_at_1024_by_1024_and_16_levels():
    """Shares of dense float32: HAM .0425 and sHAM .0617 with 90 % of the weights gone, sHAM .0066 with 99 %."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(1024, 1024))
    edges = np.quantile(weights, np.linspace(0, 1, 17)[1:-1])
    for gone, ham, sham in ((0.9, 0.0425, 0.0617), (0.99, None, 0.0066)):
        kept = np.where(rng.random(weights.shape) < gone, 0.0, 1.0 + np.searchsorted(edges, weights))
        assert SHAM.of(kept).nbytes / (4 * kept.size) == pytest.approx(sham, rel=0.06)
        if ham:
            assert HAM.of(kept).nbytes / (4 * kept.size) == pytest.approx(ham, rel=0.06)
            share = np.bincount(kept.astype(int).ravel()) / kept.size
            entropy = -share @ np.log2(share)
            assert entropy <= HAM.of(kept).bits / kept.size <= entropy + 0.6


def test_indices_take_as_few_bytes_as_they_need_and_numbers_four_where_float32_holds_them():
    for rows, width in ((256, 1), (257, 2), (70_000, 4)):
        matrix = scipy.sparse.csc_array(([0.5], [rows - 1], [0, 1]), shape=(rows, 1))
        assert SHAM.of(matrix).nbytes == 1 + 4 + 1 + width + 2
    assert SHAM.of([[0.1]]).nbytes == SHAM.of([[0.5]]).nbytes + 4
    assert HAM.of([[0.1]]).nbytes == 1 + 8 + 1


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[0.0, np.nan]], r"matrix\[0, 1\] is nan: expected finite"),
        (scipy.sparse.csr_array([[0.0], [np.inf]]), r"matrix\[1, 0\] is inf: expected finite"),
        ([1.0, 2.0], r"shape \(2,\)"),
        ([["a"]], "numbers of type"),
        ([[1j]], "complex128"),
        ([[1.0], [1.0, 2.0]], "no matrix of numbers"),
        (
            np.arange(1.0, MOST_LEVELS + 2.0).reshape(1, -1),
            r"65537 different weights: expected at most 65536.*quantise",
        ),
    ],
)
def test_what_is_no_matrix_of_few_finite_numbers_is_refused(matrix, words):
    for form in (HAM, SHAM):
        with pytest.raises(DataError, match=words):
            form.of(matrix)


def test_a_matrix_whose_entries_are_out_of_order_is_left_as_it_is():
    matrix = scipy.sparse.csc_array((np.array([1.0, 2.0, 3.0]), [1, 0, 0], [0, 3]), shape=(2, 1))
    assert checked_matrix(matrix).toarray().ravel().tolist() == [5.0, 1.0]
    assert matrix.indices.tolist() == [1, 0, 0]


def test_damaged_streams_are_refused():
    ham = HAM.of([[0.5, 1.0, 0.0, 0.0]])
    with pytest.raises(FormatError, match="damaged at entry"):
        replace(ham, bits=ham.bits - 2).matrix()
    with pytest.raises(FormatError, match="damaged at entry 4"):
        replace(ham, bits=ham.bits + 1).matrix()


def test_a_matrix_larger_than_the_memory_is_refused_by_name():
    with pytest.raises(ng.GraphTooLargeError, match=r"HAM of a matrix 1000000 x 1000000.*use SHAM"):
        HAM.of(scipy.sparse.csc_array((10**6, 10**6)))
    assert SHAM.of(scipy.sparse.csc_array((10**6, 10**6))).bits == 0


def test_they_are_shown_with_their_size():
    assert repr(HAM.of(np.eye(3))) == "HAM(3 x 3 in 12 bytes)"
    assert repr(SHAM.of(np.eye(3))) == "SHAM(3 x 3, 3 entries in 13 bytes)"


def test_a_dense_zero_keeps_its_sign():
    dense = np.array([[-0.0, 1.0, 0.0], [2.0, 0.0, -0.0]])
    assert HAM.of(dense).matrix().tobytes(order="A") == np.asfortranarray(dense).tobytes(order="A")
    assert np.signbit(SHAM.of(dense).matrix().data).tolist() == [True, False, False, True]


def test_the_size_of_too_many_numbers_is_refused_as_their_code_is():
    matrix = np.append(np.arange(1.0, MOST_LEVELS + 1.0), 0.0)[None]
    for made in (HAM.of, HAM.size):
        with pytest.raises(DataError, match="65537 different weights"):
            made(matrix)
