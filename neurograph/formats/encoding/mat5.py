"""MAT-files of level 5, MATLAB's own before 7.3, read without trust: numbers, texts and cells of texts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph.errors import FormatError
from neurograph.formats.encoding.arrays import most_bytes

HEADER = 128
"""Bytes before the first element: a text, where more would be, the version, and which byte comes first."""

ORDERS: dict[bytes, Literal["<", ">"]] = {b"IM": "<", b"MI": ">"}
"""How the header is read where the low byte of a number comes first, and where it comes last."""

STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
          16: "u1", 17: "u2", 18: "u4"}  # fmt: skip
"""How the numbers of an element are stored, by its type; the last three are characters of so many bytes."""

MATRIX, COMPRESSED, UTF8 = 14, 15, 16
"""Types of elements."""

CELL, STRUCT, OBJECT, TEXT, SPARSE = 1, 2, 3, 4, 5
NUMBERS = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
"""Classes of arrays: what they hold, and for numbers the type that MATLAB has them in."""

NAMES = {STRUCT: "struct", OBJECT: "object", 16: "function", 17: "object"}

FACTS = 3
"""How many elements say what an array is (flags, shape, name), and how many at most hold its numbers."""

CELL_BYTES = 200
"""What a cell takes beside what is in it."""

COMPLEX, LOGICAL = 0x08, 0x02
"""Flags of an array."""


TOO_LARGE = (
    "it takes more memory than a file of this size is due: expected at most 20 times its size, and 64 MiB; of a file "
    "that you trust, neurograph.topologies.from_matrix(scipy.io.loadmat(path)['W'], ...) takes the matrix W"
)


@dataclass(frozen=True)
class Other:
    """A variable that is not read, and what it is."""

    kind: str


Variable = NDArray[Any] | sparse.coo_array | list[Any] | Other
"""Numbers (dense or sparse), texts as an array of them, the cells of an array in MATLAB's order, or something else."""


def mat5_variables(data: bytes) -> dict[str, Variable]:
    """Return the variables of a file by their names, in its order.

    Raises
    ------
    FormatError
        If it is no such file, damaged, or takes more memory than its due.
    """
    order = ORDERS.get(data[126:128])
    if order is None:
        raise FormatError("it does not begin as a MAT-file of level 5 does")
    reader = _Reader(order, most_bytes(len(data)))
    try:
        found: dict[str, Variable] = {}
        for kind, part in reader.elements(data[HEADER:]):
            for inner, body in reader.unpacked(kind, part):
                if inner != MATRIX:
                    raise ValueError(f"a variable is an element of type {inner}")
                name, variable = reader.variable(body, cells=True)
                found[name] = variable
        return found
    except (struct.error, zlib.error, ValueError, IndexError, KeyError, OverflowError) as error:
        raise FormatError(f"it is no whole MAT-file ({type(error).__name__}: {error}); save it again") from error


@dataclass
class _Reader:
    order: Literal["<", ">"]
    bytes_left: int

    def elements(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Go through elements: a tag with type and length, the bytes, and a gap up to the next eighth byte."""
        place = 0
        while place < len(data):
            kind, size = struct.unpack_from(self.order + "II", data, place)
            if kind >> 16:  # a small element: length and type in one word, and the bytes in the next
                kind, size, start, end = kind & 0xFFFF, kind >> 16, place + 4, place + 8
            else:
                start = place + 8
                end = start + (size if kind == COMPRESSED else -(-size // 8) * 8)
            if start + size > len(data):
                raise ValueError(f"an element of {size} bytes is not whole")
            yield kind, data[start : start + size]
            place = end

    def unpacked(self, kind: int, part: bytes) -> Iterator[tuple[int, bytes]]:
        """Return an element, or the one that is compressed in it."""
        if kind != COMPRESSED:
            yield kind, part
            return
        packer = zlib.decompressobj()
        plain = packer.decompress(part, max(self.bytes_left, 1))
        if packer.unconsumed_tail:
            raise FormatError(TOO_LARGE)
        self._pay(len(plain))
        if not packer.eof:
            raise ValueError("its compressed data are not whole")
        yield from self.elements(plain)

    def _pay(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise FormatError(TOO_LARGE)

    def variable(self, body: bytes, cells: bool) -> tuple[str, Variable]:
        """Read a variable; of cells within cells it is not asked what they are."""
        stream = self.elements(body)
        parts = list(islice(stream, FACTS))
        flags, kind = divmod(self._numbers(*parts[0]).tolist()[0] & 0xFFFF, 256)
        if kind in NAMES:
            written = next((part for number, part in parts[1:3] if number == 1), b"")
            return written.decode("latin-1"), Other(NAMES[kind])
        shape = tuple(self._numbers(*parts[1]).tolist())
        if len(shape) < 2 or min(shape) < 0:
            raise ValueError(f"it has an array of shape {shape}")
        name, rest = parts[2][1].decode("latin-1"), [] if kind == CELL else list(islice(stream, FACTS))
        if flags & COMPLEX:
            return name, Other("complex numbers")
        if kind == SPARSE:
            return name, self._sparse(shape, rest)
        if kind == CELL:
            if not cells:
                return name, Other("cell within a cell")
            return name, [self._cell(*one) for one in stream]
        if kind != TEXT and kind not in NUMBERS:
            return name, Other(f"class {kind}")
        if kind == TEXT and rest and rest[0][0] == UTF8:
            return name, self._texts(np.array(list(map(ord, rest[0][1].decode())), np.uint32), shape)
        values = self._numbers(*rest[0]) if rest else np.zeros(0)
        if kind == TEXT:
            return name, self._texts(values, shape)
        self._pay(values.size * 8)
        dtype = np.dtype(np.bool_ if flags & LOGICAL else NUMBERS[kind])
        return name, values.astype(dtype).reshape(shape, order="F")

    def _cell(self, kind: int, part: bytes) -> Variable:
        if kind != MATRIX:
            raise ValueError(f"a cell is an element of type {kind}")
        self._pay(CELL_BYTES)
        return self.variable(part, cells=False)[1]

    def _numbers(self, kind: int, part: bytes) -> NDArray[Any]:
        return np.frombuffer(part, np.dtype(STORED[kind]).newbyteorder(self.order))

    def _texts(self, codes: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return an array of characters as one text for each of its rows."""
        if not codes.size:
            return np.array("")
        self._pay(codes.size * 8)
        rows = codes.reshape(shape[0], -1, order="F").tolist()
        texts = ["".join(map(chr, row)) for row in rows]
        return np.array(texts[0]) if len(texts) == 1 else np.array([text.rstrip() for text in texts])

    def _sparse(self, shape: tuple[int, ...], parts: list[tuple[int, bytes]]) -> sparse.coo_array:
        rows, starts, values = (self._numbers(*part) for part in parts[:3])
        counts = np.diff(starts.astype(np.int64))
        if len(starts) != shape[1] + 1 or starts[0] != 0 or (counts < 0).any():
            raise ValueError("the columns of a sparse matrix do not follow one another")
        size = int(starts[-1])
        rows, values = rows[:size], values[:size]
        if len(rows) < size or len(values) < size or (size and not 0 <= rows.min() <= rows.max() < shape[0]):
            raise ValueError("a sparse matrix has fewer entries than it says, or some outside of it")
        self._pay(24 * size)
        columns = np.repeat(np.arange(shape[1]), counts)
        return sparse.coo_array((values.astype(float), (rows.astype(np.int64), columns)), shape=shape)
