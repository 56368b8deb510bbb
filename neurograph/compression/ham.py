"""HAM and sHAM: matrices whose numbers are Huffman codes in a stream of columns, all of them or those not 0 alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from neurograph._checks import check_memory
from neurograph.compression.bits import Bits, joined
from neurograph.compression.huffman import Code
from neurograph.compression.multiplied import Multiplied
from neurograph.compression.storage import width
from neurograph.errors import DataError, FormatError
from neurograph.kernels import engine

MOST_LEVELS = 1 << 16
"""Most different numbers that are coded."""

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class HAM(Multiplied):
    """A matrix as the Huffman codes of all its numbers, zeros too, column after column [1]_.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    words : uint64 array
        The bits, the first one the highest of the first word; behind them a word of zeros.
    bits : int
        How many of them there are.
    levels : Code
        Of the place of a number in `values`.
    values : float64 array
        The different numbers.

    References
    ----------
    .. [1] Marinò, Ghidoli, Frasca, Malchiodi, Compression strategies and space-conscious representations for deep
       neural networks, ICPR 2020, arXiv 2007.07967.

    Examples
    --------
    >>> import neurograph as ng
    >>> ham = ng.HAM.of([[0.0, 0.5, 0.5], [0.0, 0.0, -1.0]])
    >>> ham @ [1.0, 2.0, 3.0]
    array([ 2.5, -3. ])
    >>> ham.bits, ham.matrix()[0]
    (9, array([0. , 0.5, 0.5]))
    """

    shape: tuple[int, int]
    words: Bits
    bits: int
    levels: Code
    values: Floats

    @classmethod
    def of(cls, matrix: Any) -> HAM:
        """Code a matrix, dense or sparse; entries that a sparse one does not have are 0.

        Raises
        ------
        DataError
            If it is no matrix of finite numbers, or has more than :data:`MOST_LEVELS` different ones.
        GraphTooLargeError
            If the machine has not the memory for all places.
        """
        sparse = checked_matrix(matrix)
        rows, columns = sparse.shape
        check_memory(40 * rows * columns, f"HAM of a matrix {rows} x {columns}", "use SHAM or PackedWeights")
        every = np.zeros(columns * rows)  # toarray() would make 0.0 of -0.0
        every[np.repeat(np.arange(columns), np.diff(sparse.indptr)) * rows + sparse.indices] = sparse.data
        values, level = _distinct(every)
        return cls((rows, columns), *_coded(level, values.size), values)

    @staticmethod
    def size(matrix: Any) -> int:
        """Return the bytes that :meth:`of` would need, without the stream.

        Examples
        --------
        >>> matrix = [[0.0, 0.5, 0.5], [0.0, 0.0, -1.0]]
        >>> HAM.size(matrix) == HAM.of(matrix).nbytes
        True
        """
        sparse = checked_matrix(matrix)
        values, level = _distinct(sparse.data)
        counts, absent = np.bincount(level, minlength=values.size), sparse.shape[0] * sparse.shape[1] - sparse.nnz
        if absent:
            zero = np.flatnonzero(values.view(np.int64) == 0)
            if zero.size:
                counts[zero] += absent
            else:
                values, counts = np.append(values, 0.0), np.append(counts, absent)
                _check_count(values.size)
        code = Code.of(counts)
        return -(-int(counts @ code.lengths.astype(np.int64)) // 8) + width(values) * values.size + code.lengths.size

    @property
    def nbytes(self) -> int:
        """Bytes of the bits, of the different numbers (4 each where float32 holds all), and of the codes' lengths."""
        return _bytes(self)

    def __repr__(self) -> str:
        """Return a line with the size."""
        return f"HAM({self.shape[0]} x {self.shape[1]} in {self.nbytes} bytes)"

    def matrix(self) -> Floats:
        """Return the matrix (rows, columns), bit for bit.

        Raises
        ------
        FormatError
            If the bits are damaged.
        """
        flat = self.values[_symbols(self, self.shape[0] * self.shape[1])]
        return flat.reshape(self.shape, order="F")

    def _add(self, right: Floats, result: Floats) -> None:
        engine.stream(self.words, _tables(self.levels), self.values, (), right, result)


@dataclass(frozen=True, eq=False, repr=False)
class SHAM(Multiplied):
    """A sparse matrix by columns (CSC), whose entries are Huffman codes: sHAM [1]_.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    words : uint64 array
        The bits, the first one the highest of the first word; behind them a word of zeros.
    bits : int
        How many of them there are.
    levels : Code
        Of the place of a number in `values`.
    values : float64 array
        The different numbers.
    indptr : int64 array (columns + 1,)
        Where each column's entries begin.
    indices : int64 array (entries,)
        The row of each.

    References
    ----------
    .. [1] Marinò, Furia, Malchiodi, Frasca, Efficient and compact representations of deep neural networks via entropy
       coding, arXiv 2108.12704.

    Examples
    --------
    >>> import neurograph as ng
    >>> sham = ng.SHAM.of([[0.0, 0.5, 0.5], [0.0, 0.0, -1.0]])
    >>> sham @ [1.0, 2.0, 3.0]
    array([ 2.5, -3. ])
    >>> sham.bits, sham.indices
    (3, array([0, 0, 1]))
    """

    shape: tuple[int, int]
    words: Bits
    bits: int
    levels: Code
    values: Floats
    indptr: Wholes
    indices: Wholes

    @classmethod
    def of(cls, matrix: Any) -> SHAM:
        """Code a matrix, dense or sparse; every stored entry of a sparse one is kept, bit for bit, zeros too.

        Raises
        ------
        DataError
            If it is no matrix of finite numbers, or has more than :data:`MOST_LEVELS` different ones.
        """
        sparse = checked_matrix(matrix)
        values, level = _distinct(sparse.data)
        stream = _coded(level, values.size)
        return cls(sparse.shape, *stream, values, sparse.indptr.astype(np.int64), sparse.indices.astype(np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes as of :class:`HAM`, and those of indptr and indices, 1, 2, 4 or 8 a number, as the largest needs."""
        narrow = sum(
            one.size * np.min_scalar_type(int(one.max(initial=0))).itemsize for one in (self.indptr, self.indices)
        )
        return _bytes(self) + narrow

    def __repr__(self) -> str:
        """Return a line with the size."""
        return f"SHAM({self.shape[0]} x {self.shape[1]}, {self.indices.size} entries in {self.nbytes} bytes)"

    def matrix(self) -> scipy.sparse.csc_array:
        """Return the matrix, entry for entry as it was coded.

        Raises
        ------
        FormatError
            If the bits are damaged.
        """
        data = self.values[_symbols(self, self.indices.size)]
        return scipy.sparse.csc_array((data, self.indices, self.indptr), shape=self.shape)

    def _add(self, right: Floats, result: Floats) -> None:
        places = (self.indptr, self.indices)
        engine.stream(self.words, _tables(self.levels), self.values, places, right, result)


def checked_matrix(matrix: Any) -> scipy.sparse.csc_array:
    """Return a matrix of finite numbers by columns, whose rows rise.

    Raises
    ------
    DataError
        If it is none.
    """
    try:
        given: Any = matrix if scipy.sparse.issparse(matrix) else np.asarray(matrix)
        if given.ndim != 2 or given.dtype.kind not in "fiub":
            raise ValueError(f"shape {given.shape}, numbers of type {given.dtype}")
        if not scipy.sparse.issparse(given):  # csc_array(given) would make 0.0 of -0.0
            columns, rows = np.nonzero((given != 0).T | np.signbit(np.asarray(given, np.float64)).T)
            given = scipy.sparse.coo_array((given[rows, columns], (rows, columns)), given.shape)
        sparse = scipy.sparse.csc_array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"matrix is no matrix of numbers ({error}): expected (rows, columns)") from None
    if not sparse.has_canonical_format:  # without a change of what was passed
        sparse = sparse.copy()
        sparse.sum_duplicates()
    wrong = np.flatnonzero(~np.isfinite(sparse.data))
    if wrong.size:
        column = int(np.searchsorted(sparse.indptr, wrong[0], side="right")) - 1
        raise DataError(
            f"matrix[{sparse.indices[wrong[0]]}, {column}] is {sparse.data[wrong[0]]:g}: expected finite weights"
        )
    return sparse


def _distinct(data: Floats) -> tuple[Floats, Wholes]:
    """Return the different numbers, bit for bit, and which of them each is."""
    values, level = np.unique(data.view(np.int64), return_inverse=True)
    _check_count(values.size)
    return values.view(np.float64), level.astype(np.int64).reshape(-1)


def _check_count(different: int) -> None:
    if different > MOST_LEVELS:
        raise DataError(
            f"matrix has {different} different weights: expected at most {MOST_LEVELS}, each of which has a code; "
            "neurograph.quantise(network, levels=16) makes few of them, and PackedWeights keeps any"
        )


def _coded(level: Wholes, count: int) -> tuple[Bits, int, Code]:
    """Return the stream of the codes of levels, how many bits it has, and the code."""
    code = Code.of(np.bincount(level, minlength=count))
    return *joined(code.codes[level], code.lengths[level].astype(np.uint64)), code


def _tables(code: Code) -> tuple[NDArray[np.int64], ...]:
    return (code.table, code.order, *code.rows)


def _symbols(stream: HAM | SHAM, count: int) -> Wholes:
    found = np.zeros(count, np.int64)
    lost = engine.decode(stream.words, stream.bits, _tables(stream.levels), found)
    if lost:
        raise FormatError(f"the stream is damaged at entry {lost - 1}: code the matrix again")
    return found


def _bytes(stream: HAM | SHAM) -> int:
    return -(-stream.bits // 8) + width(stream.values) * stream.values.size + stream.levels.lengths.size
