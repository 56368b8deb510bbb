"""Reads HDF5 in a process of its own: the file on standard input, its arrays as npz on standard output.

Its arguments are the seconds of computing and the bytes of arrays that the file may take.

The HDF5 library runs without end, or breaks down, on some damaged files: so it is given a process that may die. What
it refuses itself it names in one line on standard error, with exit status 1. It imports nothing of neurograph, for it
is started anew for every file.
"""

from __future__ import annotations

import contextlib
import io
import sys
from typing import Any

import h5py
import numpy as np

MOST_OBJECTS = 2000
DEEPEST = 10
"""How many groups and datasets a file may have, and how deep they may stand in one another."""

FILTERS = {1, 2, 3}
"""Deflate, shuffle, checksum: the filters that come with HDF5; others are programs that it looks for on the disk."""


class RefusalError(Exception):
    """The file holds what no graph needs."""


class Reader:
    """Collects the arrays of a file by their path."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes_left = most_bytes
        self.objects = 0
        self.arrays: dict[str, Any] = {}

    def read(self, group: Any, path: str, depth: int) -> None:
        """Read a group and what is in it; links other than hard ones may lead out of the file."""
        self._attributes(group, path)
        for name in group:
            below = f"{path}/{name}"
            self.objects += 1
            if self.objects > MOST_OBJECTS or depth > DEEPEST:
                raise RefusalError(
                    f"it has more than {MOST_OBJECTS} objects, or they are nested more than {DEEPEST} deep"
                )
            if type(group.get(name, getlink=True)) is not h5py.HardLink:
                raise RefusalError(f"{below} is a link: expected the data themselves")
            entry = group[name]
            if isinstance(entry, h5py.Group):
                self.read(entry, below, depth + 1)
            elif isinstance(entry, h5py.Dataset):
                self._dataset(entry, below)
            else:
                raise RefusalError(f"{below} is neither a group nor a dataset")

    def _attributes(self, entry: Any, path: str) -> None:
        for name in entry.attrs:
            stored = entry.attrs.get_id(name)
            self._take(f"{path}@{name}", stored.shape, stored.dtype, lambda name=name: entry.attrs[name])

    def _dataset(self, entry: Any, path: str) -> None:
        self._attributes(entry, path)
        plan = entry.id.get_create_plist()
        if plan.get_external_count() or plan.get_layout() == h5py.h5d.VIRTUAL:
            raise RefusalError(f"{path} lies in another file: expected the data themselves")
        if not {plan.get_filter(place)[0] for place in range(plan.get_nfilters())} <= FILTERS:
            raise RefusalError(f"{path} is packed by a filter other than deflate: expected it without")
        self._take(path, entry.shape, entry.dtype, lambda: entry[()])

    def _take(self, path: str, shape: Any, dtype: Any, read: Any) -> None:
        """Read values once it is known how much memory they take."""
        text = h5py.check_string_dtype(dtype)
        if shape is None or (dtype.kind not in "biufS" and text is None):
            raise RefusalError(f"{path} is of type {dtype} {shape}: expected numbers or texts")
        self._pay(int(np.prod(shape, dtype=object)) * dtype.itemsize, path)
        values = read()
        if text is not None and text.length is None:
            cells = [one.encode() if isinstance(one, str) else bytes(one) for one in np.ravel(values)]
            self._pay(len(cells) * max(map(len, cells), default=0), path)
            values = np.array(cells, "S").reshape(shape)
        self.arrays[path] = values

    def _pay(self, size: int, path: str) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise RefusalError(f"{path} takes more memory than a file of this size is due")


def limit(size: int, seconds: int) -> None:
    """Limit the memory and the seconds of computing of this process, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def main() -> int:
    """Read the file, check it, and write its arrays: exit status 0, or 1 after an error."""
    data = sys.stdin.buffer.read()
    seconds, most_bytes = map(int, sys.argv[1:])
    limit(2**30 + 8 * most_bytes, seconds)
    reader = Reader(most_bytes)
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            reader.read(file, "", 0)
    except Exception as error:  # whatever the library says of a damaged file
        print(" ".join(str(error).split())[:300], file=sys.stderr)
        return 1
    np.savez(sys.stdout.buffer, **reader.arrays)
    return 0


if __name__ == "__main__":
    sys.exit(main())
