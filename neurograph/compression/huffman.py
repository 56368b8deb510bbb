"""Huffman codes: the length of each symbol's code, its bits, and the table that decodes them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurograph.kernels.engine import LONGEST, PEEK

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Code:
    """A canonical Huffman code: among codes of one length they rise with the symbol, and shorter codes come first.

    Attributes
    ----------
    lengths : uint8 array (symbols,)
        Bits of each symbol's code; 0 for a symbol that does not occur.
    """

    lengths: NDArray[np.uint8]

    @classmethod
    def of(cls, counts: Counts) -> Code:
        """Return the code of least total length for these counts of symbols, no code longer than :data:`LONGEST`.

        Counts that would make longer codes are flattened, by a division by 4, until none is longer.

        Examples
        --------
        >>> Code.of(np.array([8, 1, 0, 4, 2])).lengths.tolist()
        [1, 3, 0, 2, 3]
        >>> Code.of(np.array([0, 3])).lengths.tolist()
        [0, 1]
        """
        counts = np.asarray(counts, np.int64)
        while True:
            lengths = _lengths(counts)
            if lengths.max(initial=0) <= LONGEST:
                return cls(lengths.astype(np.uint8))
            counts = np.where(counts > 0, counts // 4 + 1, 0)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Symbols that have a code, by length, then by number."""
        used = np.flatnonzero(self.lengths)
        return np.asarray(used[np.argsort(self.lengths[used], kind="stable")])

    @cached_property
    def codes(self) -> NDArray[np.uint64]:
        """The code of each symbol (symbols,), its last bit the lowest."""
        # The n-th symbol of a length has the length's first code plus n.
        codes = np.zeros(self.lengths.size, np.uint64)
        first, start, _ = self.rows
        for length in range(1, LONGEST + 1):
            symbols = self.order[start[length] : start[length + 1]]
            codes[symbols] = np.arange(symbols.size, dtype=np.uint64) + np.uint64(first[length])
        return codes

    @cached_property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The first code of each length, where its symbols begin in `order`, and how many there are."""
        # Canonical codes: the first code of length l + 1 is the one after the last of length l, with a 0 behind it,
        # first[l + 1] = 2 (first[l] + many[l]).
        many = np.bincount(self.lengths, minlength=LONGEST + 1)[: LONGEST + 1].astype(np.int64)
        many[0] = 0
        first = np.zeros(LONGEST + 2, np.int64)
        for length in range(1, LONGEST + 1):
            first[length + 1] = (first[length] + many[length]) << 1
        return first[: LONGEST + 1], np.concatenate([[0], np.cumsum(many)]), many

    @property
    def whole(self) -> bool:
        """Whether a prefix-free code of these lengths exists: the sum of 2**-length is at most 1 (Kraft)."""
        used = self.lengths[self.lengths > 0].astype(np.float64)
        return bool(np.all(self.lengths <= LONGEST) and np.sum(0.5**used) <= 1.0)

    @cached_property
    def table(self) -> NDArray[np.int64]:
        """``symbol << 8 | length`` of the code that every :data:`PEEK` bits begin with; -1 for a longer one."""
        # A code of l <= PEEK bits is the beginning of the 2^(PEEK - l) numbers that follow it, padded with zeros.
        table = np.full(1 << PEEK, -1, np.int64)
        for symbol in self.order.tolist():
            length = int(self.lengths[symbol])
            if length > PEEK:
                break
            first = int(self.codes[symbol]) << (PEEK - length)
            table[first : first + (1 << (PEEK - length))] = symbol << 8 | length
        return table


def _lengths(counts: Counts) -> NDArray[np.int64]:
    """Return the depth of each symbol in Huffman's tree (symbols,)."""
    used = np.flatnonzero(counts)
    lengths = np.zeros(counts.size, np.int64)
    if used.size < 2:
        lengths[used] = 1
        return lengths
    # Huffman's algorithm: the two rarest nodes become the children of a new one, with the sum of their counts, until
    # one node is left, the root. The n symbols that occur are nodes 0 to n - 1, the new ones follow, so that a parent
    # has a higher number than its children, and depths are computed from the root, node 2 n - 2, downwards.
    heap = [(int(counts[symbol]), number) for number, symbol in enumerate(used.tolist())]
    heapq.heapify(heap)
    parent = [0] * (2 * used.size - 1)
    for number in range(used.size, 2 * used.size - 1):
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        parent[left] = parent[right] = number
        heapq.heappush(heap, (a + b, number))
    depth = [0] * (2 * used.size - 1)
    for number in range(2 * used.size - 3, -1, -1):
        depth[number] = depth[parent[number]] + 1
    lengths[used] = depth[: used.size]
    return lengths
