"""Codes of some bits each, one after the other, as words of 64 bits; and such words as bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 20
"""Most numbers that are turned into bits at once."""

Bits = NDArray[np.uint64]


def as_bytes(words: Bits, bits: int) -> bytes:
    """Return so many bits of words as bytes, the first bit the highest of the first byte."""
    return words.astype(">u8").tobytes()[: -(-bits // 8)]


def as_words(data: bytes) -> Bits:
    """Return the words whose bytes :func:`as_bytes` gave; behind them one of zeros.

    Examples
    --------
    >>> as_words(bytes([128, 1])).tolist()
    [9223653511831486464, 0]
    """
    return np.frombuffer(data + bytes(-len(data) % 8 + 8), ">u8").astype(np.uint64)


def joined(bits: Bits, many: Bits) -> tuple[Bits, int]:
    """Put the lowest `many` bits of each number one after the other."""
    ends = np.cumsum(many, dtype=np.uint64)
    total = int(ends[-1]) if ends.size else 0
    words = np.zeros(total // 64 + 2, np.uint64)
    for first in range(0, bits.size, CHUNK):
        part, length, end = (array[first : first + CHUNK] for array in (bits, many, ends))
        # A number whose last bit is bit e of all (from 0) ends in word e // 64, `free` = 63 - e % 64 bits above its
        # lowest. What does not fit there, the bits from 64 - free on, belongs to the word before; it is shifted in two
        # steps, as a shift by 64 is not defined.
        last, free = (end - np.uint64(1)) >> np.uint64(6), np.uint64(63) - ((end - np.uint64(1)) & np.uint64(63))
        np.bitwise_or.at(words, last.astype(np.int64), part << free)
        over = np.flatnonzero(length + free > np.uint64(64))
        spilled = part[over] >> (np.uint64(63) - free[over]) >> np.uint64(1)
        np.bitwise_or.at(words, last[over].astype(np.int64) - 1, spilled)
    return words, total
