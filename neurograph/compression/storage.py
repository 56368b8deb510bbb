"""Numbers and bits as few bytes, none changed: float32 where it holds every number, and compressed if shorter."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError

SINGLE, DOUBLE, SHUFFLED, DEFLATED = 4, 8, 16, 32
"""What the first byte says of those behind it: bytes of a number; whether the first bytes of all numbers come first,
then the second ones; whether they are compressed by zlib."""

DENSEST = 20
"""How many times as long as compressed the bytes may be, beside a megabyte."""


LARGE = 1 << 20
"""Bytes from which zlib does not look for the last of them, which takes ten times as long."""


def width(values: NDArray[np.float64]) -> int:
    """Return in how many bytes each number can be kept, bit for bit: 4 if float32 holds all of them, else 8.

    Examples
    --------
    >>> width(np.array([0.5, -0.0, np.inf])), width(np.array([0.1])), width(np.array([1e300]))
    (4, 8, 8)
    """
    with np.errstate(all="ignore"):
        back = values.astype(np.float32).astype(np.float64)
    return SINGLE if np.array_equal(back.view(np.int64), values.view(np.int64)) else DOUBLE


def stored(values: NDArray[np.float64]) -> bytes:
    """Return numbers as bytes: what they are, and the shortest of some ways to write them.

    Examples
    --------
    >>> stored(np.array([0.5, 1.0])).hex()
    '040000003f0000803f'
    """
    size = width(values)
    plain = values.astype(f"<f{size}").tobytes()
    planes = np.frombuffer(plain, np.uint8).reshape(-1, size).T.tobytes()
    return min((_written(size, plain), _written(size | SHUFFLED, planes)), key=len)


def stored_bits(data: bytes) -> bytes:
    """Return bytes with one before them that says how they are kept: as they are, or compressed if that is shorter."""
    return _written(0, data)


def restored(data: bytes, count: int, what: str = "weights") -> NDArray[np.float64]:
    """Return so many numbers that :func:`stored` wrote.

    Raises
    ------
    FormatError
        If they are not there.
    """
    size = data[0] & ~(SHUFFLED | DEFLATED) if data else 0
    if size not in (SINGLE, DOUBLE):
        raise FormatError(f"how its {what} are kept is unknown: write it again")
    plain = np.frombuffer(_read(data, size * count, what), np.uint8)
    rows = plain.reshape(size, count).T if data[0] & SHUFFLED else plain.reshape(count, size)
    return np.frombuffer(rows.tobytes(), f"<f{size}").astype(np.float64)


def restored_bits(data: bytes, size: int, what: str = "bits") -> bytes:
    """Return so many bytes that :func:`stored_bits` wrote.

    Raises
    ------
    FormatError
        If they are not there.
    """
    if not data or data[0] not in (0, DEFLATED):
        raise FormatError(f"how its {what} are kept is unknown: write it again")
    return _read(data, size, what)


def _written(kind: int, data: bytes) -> bytes:
    """Return bytes behind one that says what they are, compressed where that is shorter and is read again."""
    short = zlib.compress(data, 9 if len(data) <= LARGE else 6)
    if len(short) < len(data) <= _most(short):
        return bytes([kind | DEFLATED]) + short
    return bytes([kind]) + data


def _most(short: bytes) -> int:
    """Return how many bytes may come out of compressed ones."""
    return DENSEST * len(short) + 2**20


def _read(data: bytes, size: int, what: str) -> bytes:
    """Return the bytes behind the first, of which there must be so many."""
    found = data[1:]
    if data[0] & DEFLATED:
        if size > _most(found):
            raise FormatError(f"it claims that {len(found)} bytes hold {size} of its {what}, more than they can")
        try:
            found = zlib.decompressobj().decompress(found, size + 1)
        except zlib.error as error:
            raise FormatError(f"its {what} cannot be decompressed ({error}): write it again") from error
    if len(found) != size:
        raise FormatError(f"its {what} are {len(found)} bytes: expected {size}; write it again")
    return found
