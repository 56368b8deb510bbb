"""Weights in few bits: Huffman codes for the gaps between a row's entries and for their values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from neurograph.compression.bits import Bits, as_bytes, joined
from neurograph.compression.huffman import Code
from neurograph.compression.multiplied import Multiplied
from neurograph.compression.storage import stored, stored_bits
from neurograph.errors import DataError, FormatError
from neurograph.kernels import engine

MOST_LEVELS = 1 << 16
"""Most different values that are coded."""


@dataclass(frozen=True, eq=False, repr=False)
class PackedWeights(Multiplied):
    """A sparse matrix as one string of bits, whose product is computed as the bits are read.

    Row after row: the number of entries, and for each entry the gap to the column before and the code of its value.
    HAM [1]_ and sHAM [2]_ code the values; here the columns are coded as well. A number n >= 1, a gap or the number
    of entries plus 1, is the Huffman code of floor(log2(n)) and then the bits of n below the highest.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    words : uint64 array
        The bits, the first one the highest of the first word; behind them a word of zeros.
    bits, entries : int
        Number of bits, and of entries in them.
    counts, gaps, levels : Code
        Of floor(log2(entries + 1)) of a row, of floor(log2(gap)), and of the place of a value in `values`; the last
        one empty where values are not coded, because few are equal.
    values : float64 array
        The different values; where they are not coded, the value of every entry.
    labels : int64 array (values,)
        A number that belongs to entries beside their value; entries of one value and two labels have two codes.

    References
    ----------
    .. [1] Marinò, Ghidoli, Frasca, Malchiodi, Compression strategies and space-conscious representations for deep
       neural networks, ICPR 2020, arXiv 2007.07967.
    .. [2] Marinò, Furia, Malchiodi, Frasca, Efficient and compact representations of deep neural networks via entropy
       coding, arXiv 2108.12704.

    Examples
    --------
    >>> import scipy.sparse
    >>> import neurograph as ng
    >>> matrix = scipy.sparse.csr_array([[0.0, 0.5, 0.5], [0.0, 0.0, -1.0]])
    >>> packed = ng.PackedWeights.of(matrix)
    >>> packed @ [1.0, 2.0, 3.0]
    array([ 2.5, -3. ])
    >>> (packed.matrix() != matrix).nnz
    0
    """

    shape: tuple[int, int]
    words: Bits
    bits: int
    entries: int
    counts: Code
    gaps: Code
    levels: Code
    values: NDArray[np.float64]
    labels: NDArray[np.int64]

    @classmethod
    def of(cls, matrix: scipy.sparse.csr_array, labels: NDArray[np.int64] | None = None) -> PackedWeights:
        """Pack a matrix with sorted columns; every stored entry is kept, bit for bit, zeros too.

        `labels` are whole numbers >= 0, one for each entry.

        Raises
        ------
        DataError
            If it is no such matrix of real numbers, or a row has a column twice, or they do not rise.
        """
        kind = getattr(matrix, "dtype", np.dtype(object))
        if getattr(matrix, "format", None) != "csr" or kind.kind not in "fiub":
            raise DataError(
                f"matrix is of type {type(matrix).__name__}, its numbers of type {kind}: expected a "
                "csr_array of real numbers; pass scipy.sparse.csr_array(matrix)"
            )
        indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
        size = np.diff(indptr) + 1
        gap = np.diff(indices, prepend=-1)
        starts = indptr[:-1][size > 1]
        gap[starts] = indices[starts] + 1
        if np.any(gap < 1):
            raise DataError("the columns of a row do not rise: expected matrix.sum_duplicates() and .sort_indices()")
        data = np.asarray(matrix.data, np.float64)
        labels = np.zeros(data.size, np.int64) if labels is None else labels
        first, level = _distinct(data, labels)
        values, labels = data[first], labels[first]
        counts, gaps = (Code.of(np.bincount(_log2(numbers))) for numbers in (size, gap))
        levels = Code.of(np.bincount(level, minlength=values.size) if level.size else np.zeros(0, np.int64))
        words, bits = _written(size, gap, level, indptr, (counts, gaps, levels))
        rows, columns = matrix.shape
        return cls((rows, columns), words, bits, indices.size, counts, gaps, levels, values, labels)

    def __repr__(self) -> str:
        """Return a line with the size."""
        return f"PackedWeights({self.shape[0]} x {self.shape[1]}, {self.entries} entries in {self.nbytes} bytes)"

    @property
    def nbytes(self) -> int:
        """Bytes of the bits, the values and the lengths of the codes, as a file has them."""
        codes = sum(code.lengths.size for code in (self.counts, self.gaps, self.levels))
        return sum(map(len, self.stored)) + codes

    @cached_property
    def stored(self) -> tuple[bytes, bytes]:
        """The values and the bits as bytes, none of them changed.

        Values are kept as float32 where it holds every one, and both are compressed by zlib where that is shorter.
        """
        return stored(self.values), stored_bits(as_bytes(self.words, self.bits))

    @property
    def coded(self) -> bool:
        """Whether the values have codes."""
        return self.levels.lengths.size > 0

    def _add(self, right: NDArray[np.float64], result: NDArray[np.float64]) -> None:
        engine.multiply(self.words, *self._tables, self.coded, self.values, right, result)

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the matrix, entry for entry as it was packed.

        Raises
        ------
        FormatError
            If the bits are damaged.
        """
        indptr, indices, level = self.unpacked()
        return scipy.sparse.csr_array((self.values[level], indices, indptr), shape=self.shape)

    def unpacked(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return indptr and indices of the matrix, and the place of each entry's value in `values`.

        Raises
        ------
        FormatError
            If the bits are damaged.
        """
        indptr, indices = np.zeros(self.shape[0] + 1, np.int64), np.zeros(self.entries, np.int64)
        level = np.zeros(self.entries, np.int64)
        size = np.array(self.shape, np.int64)
        lost = engine.unpack(self.words, self.bits, *self._tables, self.coded, size, indptr, indices, level)
        if lost:
            raise FormatError(f"the packed weights are damaged in row {lost - 1}: write the file again")
        return indptr, indices, level

    @property
    def _tables(self) -> list[tuple[NDArray[np.int64], ...]]:
        """The arrays by which the engine decodes counts, gaps and levels."""
        return [(code.table, code.order, *code.rows) for code in (self.counts, self.gaps, self.levels)]


def _distinct(data: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each different pair of value, bit for bit, and label comes first, and which pair each entry has.

    Where few entries are equal: every place, and nothing.
    """
    values, value = np.unique(data.view(np.int64), return_inverse=True)
    most = min(MOST_LEVELS, data.size // 2)
    if values.size > most:
        return np.arange(data.size), np.zeros(0, np.int64)
    pair = value.reshape(data.shape) * (labels.max(initial=0) + 1) + labels
    _, first, level = np.unique(pair, return_index=True, return_inverse=True)
    if first.size > most:
        return np.arange(data.size), np.zeros(0, np.int64)
    return first, level.astype(np.int64).reshape(data.shape)


def _log2(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return floor(log2(n)) of numbers n >= 1 below 2**48."""
    return np.frexp(numbers.astype(np.float64))[1].astype(np.int64) - 1


def _written(
    size: NDArray[np.int64],
    gap: NDArray[np.int64],
    level: NDArray[np.int64],
    indptr: NDArray[np.int64],
    codes: tuple[Code, Code, Code],
) -> tuple[Bits, int]:
    """Return the bits, and how many they are."""
    # The sequence of codes: for each row its size, then for each of its entries the gap and, if values are coded, the
    # level. `at` is the place of each row's size in it, `places` that of each entry's gap.
    counts, gaps, levels = codes
    each = 2 if level.size else 1
    total = size.size + each * gap.size
    bits, many = np.zeros(total, np.uint64), np.zeros(total, np.uint64)
    at = np.arange(size.size) + each * indptr[:-1]
    bits[at], many[at] = _number_bits(size, counts)
    places = np.repeat(np.arange(1, size.size + 1), np.diff(indptr)) + each * np.arange(gap.size)
    bits[places], many[places] = _number_bits(gap, gaps)
    if level.size:
        bits[places + 1], many[places + 1] = levels.codes[level], levels.lengths[level]
    return joined(bits, many)


def _number_bits(numbers: NDArray[np.int64], code: Code) -> tuple[Bits, Bits]:
    """Return the code of floor(log2(n)) with the bits of n below the highest behind it, and how many bits that is."""
    extra = _log2(numbers)
    below = (numbers - (np.int64(1) << extra)).astype(np.uint64)
    return code.codes[extra] << extra.astype(np.uint64) | below, (code.lengths[extra] + extra).astype(np.uint64)
