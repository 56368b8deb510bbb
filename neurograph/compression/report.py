"""What the weights of a network take in each form, every index and every code table counted."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse

from neurograph._checks import wrapped
from neurograph.compression.ham import HAM, MOST_LEVELS, SHAM
from neurograph.compression.packed import PackedWeights
from neurograph.drawing.card import Carded, Html, paragraph, table
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.edge_table import BIAS, INPUT
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network

PLAIN = ("dense", "CSR", "CSC", "npz", "zlib")
"""The forms that need no code of neurograph."""

CODED = ("HAM", "sHAM", "packed")

HEAD = ("", "float32", "share", "bit for bit", "share")

SHAPE = 8
"""Bytes of the shape of a matrix, which every form but npz, that has its own, needs beside."""

MOST_DENSE = 1 << 26
"""Most places of a dense matrix that zlib is tried on."""

Matrix = scipy.sparse.csr_array


@dataclass(frozen=True, eq=False, repr=False)
class CompressionReport(Carded):
    """The result of :func:`compression_report`; printed, it is a table.

    Attributes
    ----------
    float32, float64 : dict of str to int
        Bytes of each form, the weights rounded to float32, and bit for bit. A form is not there where it cannot be: HAM
        and sHAM of 65536 different weights or more, and all in float32 where a weight is too large for it.
    shapes : sequence of (int, int)
        Of the matrices.
    weights, biases : int
        How many there are; biases stand in none of the forms.

    Examples
    --------
    Four levels in place of 4736 different weights:

    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.layered(64, (64,), 10, feedback=False, seed=0))
    >>> few = ng.quantise(network, levels=4).network
    >>> for each in (network, few):
    ...     print(round(ng.compression_report(each).times("packed"), 1))
    2.4
    25.0
    """

    float32: dict[str, int]
    float64: dict[str, int]
    shapes: Sequence[tuple[int, int]]
    weights: int
    biases: int

    @property
    def dense(self) -> int:
        """Bytes of the dense matrices in float32, zeros too."""
        return sum(4 * rows * columns for rows, columns in self.shapes) + SHAPE * len(self.shapes)

    def times(self, form: str = "packed") -> float:
        """Return how many times smaller a form is, in float32, than the dense matrices are.

        Parameters
        ----------
        form : str
            A name of :attr:`float32`.

        Raises
        ------
        ParameterError
            If it is none.
        """
        if not self.float32:
            raise ParameterError(
                f"form is {form!r}, but a weight is too large for float32: expected weights below 3.4e38; .float64 has "
                "the bytes"
            )
        if form not in self.float32:
            raise ParameterError(f"form is {form!r}: expected one of {', '.join(self.float32)}")
        return self._smaller(self.float32[form])

    def _smaller(self, size: int) -> float:
        return self.dense / size if size else 1.0

    @property
    def plain_wins(self) -> dict[str, tuple[str, int]]:
        """Where a plain form is smaller than every coded one, "float32" and "float64": which, and by how many bytes."""
        found = {}
        for name, sizes in (("float32", self.float32), ("float64", self.float64)):
            if sizes:
                plain = min((form for form in PLAIN if form in sizes), key=sizes.__getitem__)
                less = min(sizes[form] for form in CODED if form in sizes) - sizes[plain]
                if less > 0:
                    found[name] = (plain, less)
        return found

    def __repr__(self) -> str:
        """Return a line with the smallest form."""
        sizes = self.float32 or self.float64
        form = min(sizes, key=sizes.__getitem__)
        kind = "float32" if self.float32 else "float64"
        return f"CompressionReport({self.weights} weights: {form}, {sizes[form]} of {self.dense} bytes in {kind})"

    def __str__(self) -> str:
        """Return a table, and what it comes to."""
        lines = wrapped(self._subject(), 4)
        for row in (HEAD, *self._rows()):
            cells = ("-" if cell is None else cell for cell in row)
            lines.append("{:<8}{:>14}{:>9}{:>16}{:>9}".format(*cells))
        return "\n".join(lines + [line for text in self._sentences() for line in wrapped(text, 4)])

    def _parts(self) -> Iterator[Html]:
        yield table(HEAD, self._rows(), caption=self._subject())
        yield paragraph(" ".join(self._sentences()))

    def _subject(self) -> str:
        each = ", ".join(f"{rows} x {columns}" for rows, columns in self.shapes[:6])
        more = f" and {len(self.shapes) - 6} more" if len(self.shapes) > 6 else ""
        return f"{self.weights} weights of {each}{more}, in bytes, and beside dense float32 ({self.dense} bytes)"

    def _rows(self) -> Iterator[tuple[str | int | None, ...]]:
        """Return of each form its bytes and their share, in float32 and bit for bit."""
        for form in (*PLAIN, *CODED):
            sizes = [each.get(form) for each in (self.float32, self.float64)]
            shares = [None if size is None or not self.dense else f"{size / self.dense:.4f}" for size in sizes]
            yield form, sizes[0], shares[0], sizes[1], shares[1]

    def _sentences(self) -> list[str]:
        beside = f"Beside every form: {self.biases} biases, {4 * self.biases} bytes in float32."
        return [self._sentence(), *[beside] * bool(self.biases)]

    def _sentence(self) -> str:
        """Return which form is smallest, and where a plain one is."""
        sizes = self.float32 or self.float64
        form = min(sizes, key=sizes.__getitem__)
        said = [f"Smallest: {form}, {self._smaller(sizes[form]):.1f} times smaller than dense float32."]
        wins = self.plain_wins
        names = {"float32": "in float32", "float64": "bit for bit"}
        said += [f"A plain form wins {names[name]}: {plain}, by {less} bytes." for name, (plain, less) in wins.items()]
        return " ".join(said if wins else [*said, "No plain form is smaller than the smallest coded one."])


def compression_report(network: Network, layers: Sequence[Sequence[Hashable]] | None = None) -> CompressionReport:
    """Return how many bytes the weights of a network take in each form.

    - dense: every place of the matrices. CSR and CSC: the weights, and indices of 4 bytes, as scipy has them.
    - npz: CSR as ``scipy.sparse.save_npz`` writes it, compressed. zlib: over the bytes of dense, CSR or CSC, whichever
      is smallest (dense ones of up to 67 million places).
    - HAM: the Huffman stream of all places, zeros too. sHAM: CSC whose weights are Huffman codes, with indices of as
      few bytes as they need. Their code tables, one a matrix, count.
    - packed: :class:`PackedWeights`, which codes the gaps between columns too, with one table for all matrices.

    Parameters
    ----------
    network : Network
    layers : sequence of sequences of labels, optional
        The nodes of each layer; all edges go from a layer to the next, and each pair of layers has a matrix of its own.
        Labels that the network does not have are left out. Default: one matrix, from all nodes to all that are neither
        inputs nor bias nodes.

    Returns
    -------
    CompressionReport
        Print it for the table. ``.float32`` and ``.float64`` are bytes by form.

    Raises
    ------
    ParameterError
        If `network` is not a Network, or `layers` has a label twice.
    DataError
        If an edge does not go from a layer to the next.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.layered(64, (64,), 10, feedback=False, seed=0))
    >>> ng.compression_report(ng.quantise(network, levels=16).network)
    CompressionReport(4736 weights: packed, 3017 of 40856 bytes in float32)
    """
    network = checked_network(network, "rate", "binary")
    exact = _matrices(network, layers)
    with np.errstate(over="ignore"):
        single = [_with(one, one.data.astype(np.float32).astype(np.float64)) for one in exact]
    fits = all(np.isfinite(one.data).all() for one in single)
    return CompressionReport(
        float32=_sizes(single, 4) if fits else {},
        float64=_sizes(exact, 8),
        shapes=tuple((int(rows), int(columns)) for rows, columns in (one.shape for one in exact)),
        weights=network.weights.size,
        biases=int(np.count_nonzero(network.biases)),
    )


def _matrices(network: Network, layers: Sequence[Sequence[Hashable]] | None) -> list[Matrix]:
    """Return the matrix of each pair of layers, or the only one; rows are postsynaptic nodes."""
    matrix = network.matrix().astype(np.float64)
    matrix.sort_indices()
    if layers is None:
        return [matrix[np.flatnonzero(~np.isin(network.roles, (INPUT, BIAS)))]]
    place = {node: k for k, node in enumerate(network.nodes)}
    node, count = next(iter(Counter(node for layer in layers for node in layer).most_common(1)), (None, 0))
    if count > 1:
        raise ParameterError(f"layers has {node!r} {count} times: expected each label once")
    places = [np.array(sorted(place[node] for node in layer if node in place), np.int64) for layer in layers]
    of = np.full(len(network.nodes), -2)
    for k, layer in enumerate(places):
        of[layer] = k
    pre, post = network.connectivity.pre, network.connectivity.post
    wrong = np.flatnonzero((of[post] != of[pre] + 1) | (of[pre] < 0))
    if wrong.size:
        before, after = network.edges[int(wrong[0])]
        raise DataError(
            f"the edge {before!r} -> {after!r} does not go from a layer to the next: expected layers in the order in "
            "which edges pass them; leave layers out to have one matrix of all"
        )
    return [matrix[post][:, pre] for pre, post in pairwise(places) if pre.size and post.size]


def _with(matrix: Matrix, data: np.ndarray) -> Matrix:
    return scipy.sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _sizes(matrices: Sequence[Matrix], width: int) -> dict[str, int]:
    """Return the bytes of each form, of matrices whose numbers are kept in `width` bytes each."""
    kind = np.dtype(f"<f{width}")
    rows = [_with(one, one.data) for one in matrices]
    columns = [one.tocsc() for one in matrices]
    places = sum(one.shape[0] * one.shape[1] for one in matrices)
    by_rows, by_columns = (b"".join(part for one in each for part in _parts(one, kind)) for each in (rows, columns))
    texts = [by_rows, by_columns]
    if places <= MOST_DENSE:
        texts.append(b"".join(one.toarray().astype(kind).tobytes() for one in matrices))
    sizes = {
        "dense": width * places,
        "CSR": len(by_rows),
        "CSC": len(by_columns),
        "npz": sum(_npz(one.astype(kind)) for one in rows) - SHAPE * len(matrices),
        "zlib": min(len(zlib.compress(text, 9)) for text in texts),
    }
    if all(np.unique(one.data.view(np.int64)).size < MOST_LEVELS for one in matrices):
        sizes["HAM"] = sum(HAM.size(one) for one in matrices)
        sizes["sHAM"] = sum(SHAM.of(one).nbytes for one in matrices)
    sizes["packed"] = PackedWeights.of(_stacked(matrices)).nbytes
    return {form: size + SHAPE * len(matrices) for form, size in sizes.items()}


def _parts(matrix: scipy.sparse.csr_array | scipy.sparse.csc_array, kind: np.dtype[np.floating]) -> list[bytes]:
    return [
        matrix.data.astype(kind).tobytes(),
        *(part.astype("<i4").tobytes() for part in (matrix.indices, matrix.indptr)),
    ]


def _npz(matrix: Matrix) -> int:
    """Return the bytes of scipy's compressed file."""
    file = io.BytesIO()
    whole = [part.astype(np.int32) for part in (matrix.indices, matrix.indptr)]
    scipy.sparse.save_npz(file, scipy.sparse.csr_array((matrix.data, *whole), shape=matrix.shape))
    return len(file.getvalue())


def _stacked(matrices: Sequence[Matrix]) -> Matrix:
    """Return the rows of all matrices, each as it is, below one another."""
    columns = max((one.shape[1] for one in matrices), default=0)
    ends = np.cumsum([0, *(one.nnz for one in matrices)])
    indptr = np.concatenate([[0], *(one.indptr[1:] + end for one, end in zip(matrices, ends, strict=False))])
    data = np.concatenate([np.zeros(0), *(one.data for one in matrices)])
    indices = np.concatenate([np.zeros(0, np.int64), *(one.indices for one in matrices)])
    return scipy.sparse.csr_array((data, indices, indptr), shape=(indptr.size - 1, columns))
