"""The orthonormal discrete Fourier transform as a product of sparse matrices, two entries a row."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def reversed_bits(count: int) -> NDArray[np.int64]:
    """Return for each of `count` places, a power of two, the place whose binary digits are in the other order.

    Examples
    --------
    >>> reversed_bits(8).tolist()
    [0, 4, 2, 6, 1, 5, 3, 7]
    """
    places = np.zeros(1, np.int64)
    while places.size < count:
        places = np.concatenate([2 * places, 2 * places + 1])
    return places


@lru_cache(maxsize=16)
def stages(count: int, inverse: bool = False) -> tuple[sparse.csr_array, ...]:
    r"""Return the stages of Cooley and Tukey, decimation in time: their product, the last on the left, is F.

    .. math:: F_{kj} = \exp(\mp 2 \pi i k j / n) / \sqrt n

    In stage s, blocks of m = 2^(s+1) places have, with w = exp(-2 pi i k/m) and its conjugate in the inverse, k < m/2:
    out[k] = (in[k] + w in[k + m/2])/sqrt(2), and out[k + m/2] is the difference. The first one reads its places with
    their bits reversed.
    """
    rows, found = np.arange(count), []
    for stage in range(count.bit_length() - 1):
        half = 1 << stage
        low = rows & ~half  # the first of the two places that each reads, and the other
        turn = np.exp((2j if inverse else -2j) * np.pi * (rows & (half - 1)) / (2 * half))
        weights = np.stack([np.ones(count), np.where(rows & half, -turn, turn)], axis=1) * 0.5**0.5
        columns = np.stack([low, low | half], axis=1)
        if stage == 0:
            columns = reversed_bits(count)[columns]
        matrix = sparse.csr_array((weights.ravel(), columns.ravel(), 2 * np.arange(count + 1)), shape=(count, count))
        matrix.sort_indices()
        found.append(matrix)
    return tuple(found)
