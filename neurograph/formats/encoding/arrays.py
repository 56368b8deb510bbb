"""Named arrays as bytes, in numpy's npz, read without trust: no pickles, and no more memory than is stated first."""

from __future__ import annotations

import io
import struct
import tokenize
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import FormatError

KINDS = "biufcSU"
"""The kinds of numbers and texts that an array may hold: none that unpickling makes."""

UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, OSError, LookupError, ValueError,
    TypeError, ArithmeticError, NotImplementedError, RuntimeError, SyntaxError,
)  # fmt: skip
"""What zipfile and numpy raise for what is no such file."""


def most_bytes(size: int) -> int:
    """Return how many bytes all arrays of a file of this size may take together: 20 times as many, and 64 MiB."""
    return 2**26 + 20 * size


def pack(arrays: dict[str, NDArray[Any]]) -> bytes:
    """Return arrays as numpy.savez writes them."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, NDArray[Any]]:
    """Read arrays that :func:`pack` gave, or numpy or scipy wrote.

    Raises
    ------
    FormatError
        If it is no npz, an array is neither numbers nor text, or they take more than their due.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size, most = sum(member.file_size for member in members), most_bytes(len(data))
            if size > most:
                raise FormatError(
                    f"its arrays take {size} bytes in a file of {len(data)}: expected at most {most}; "
                    "write it without compression"
                )
            return {member.filename.removesuffix(".npy"): _array(archive.read(member)) for member in members}
    except FormatError:
        raise
    except UNREADABLE as error:
        raise FormatError(f"it is not whole npz ({type(error).__name__}: {error}); write it again") from error


def npy_array(data: bytes) -> NDArray[Any]:
    """Read one array in the npy format.

    Raises
    ------
    FormatError
        If it is none, or neither numbers nor text.
    """
    try:
        return _array(data)
    except FormatError:
        raise
    except UNREADABLE as error:
        raise FormatError(f"it is not whole npy ({type(error).__name__}: {error}); write it again") from error


def _array(data: bytes) -> NDArray[Any]:
    """Read one array in the npy format, whose header states its type and shape."""
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)  # type: ignore[no-untyped-call]  # numpy gives it no types
    read_header: Any = getattr(np.lib.format, "read_array_header_1_0" if version == (1, 0) else "read_array_header_2_0")
    shape, fortran, dtype = read_header(stream)
    if dtype.kind not in KINDS or not dtype.itemsize:
        raise FormatError(f"it holds an array of type {dtype}: expected numbers and texts; write it again")
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape, order="F" if fortran else "C")
