"""Streams of codes at the engine's boundary: nothing beside the arrays is read or written, and damage has its place."""

import numpy as np
import pytest

from neurograph.compression.ham import HAM, SHAM
from neurograph.kernels import engine


def of_matrix(kind):
    """Return the arguments of the product of a coded matrix: words, code, values, places, right, result."""
    coded = kind.of(np.round(np.random.default_rng(1).normal(size=(5, 4))))
    code = coded.levels
    places = (coded.indptr, coded.indices) if kind is SHAM else ()
    tables = (code.table, code.order, *code.rows)
    return coded.words, tables, coded.values, places, np.ones((4, 2)), np.zeros((5, 2))


def test_a_stream_that_ends_early_is_refused_with_its_column():
    for kind in (HAM, SHAM):
        words, *others = of_matrix(kind)
        with pytest.raises(ValueError, match="damaged in column"):
            engine.stream(words[:0].copy(), *others)


@pytest.mark.parametrize(
    ("indptr", "row"), [([0, 2**62, 3, 4, 5], 0), ([3, 1, 1, 1, 1], 0), ([-1, 1, 1, 1, 1], 0), (None, 5), (None, -1)]
)
def test_places_outside_of_a_matrix_are_refused(indptr, row):
    words, code, values, (starts, rows), right, result = of_matrix(SHAM)
    starts = starts if indptr is None else np.array(indptr, np.int64)
    rows = np.full(rows.size, row, np.int64) if indptr is None else rows
    with pytest.raises(ValueError, match="damaged in column"):
        engine.stream(words, code, values, (starts, rows), right, result)


def test_a_matrix_without_rows_is_read_at_once():
    words, code, values, _, _, _ = of_matrix(HAM)
    engine.stream(words, code, values, (), np.zeros((2**40, 0)), np.zeros((0, 0)))


def test_a_level_without_a_value_and_other_places_are_refused():
    for kind in (HAM, SHAM):
        words, code, values, places, right, result = of_matrix(kind)
        with pytest.raises(ValueError, match="damaged in column"):
            engine.stream(words, code, values[:0].copy(), places, right, result)
        with pytest.raises(ValueError, match=r"expected \(indptr, indices\)"):
            engine.stream(words, code, values, (right,), right, result)


@pytest.mark.parametrize("bits", [-1, 2**40, 2**62])
def test_bits_that_are_not_there_are_not_decoded(bits):
    words, code, *_ = of_matrix(HAM)
    with pytest.raises(ValueError, match="words for all bits"):
        engine.decode(words, bits, code, np.zeros(3, np.int64))


def test_symbols_that_are_not_there_are_told_by_their_place():
    coded = HAM.of(np.round(np.random.default_rng(1).normal(size=(5, 4))))
    code = (coded.levels.table, coded.levels.order, *coded.levels.rows)
    assert engine.decode(coded.words, coded.bits, code, np.zeros(20, np.int64)) == 0
    assert engine.decode(coded.words, coded.bits, code, np.zeros(21, np.int64)) == 21
    assert engine.decode(coded.words, coded.bits, code, np.zeros(19, np.int64)) == 20  # bits are left
