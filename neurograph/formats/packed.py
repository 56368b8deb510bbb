"""Packed files: the weights in few bits, all else as compressed JSON."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from neurograph.compression.bits import as_words
from neurograph.compression.huffman import Code
from neurograph.compression.packed import PackedWeights
from neurograph.compression.storage import DOUBLE, restored, restored_bits
from neurograph.errors import FormatError
from neurograph.formats.base import (
    NO_ENDS,
    Ends,
    Format,
    distinct_nodes,
    from_json,
    label_from_json,
    parsed_json,
    to_json,
)
from neurograph.formats.encoding.typed import columns_from_json, columns_to_json
from neurograph.graphs.columns import Column, Columns
from neurograph.graphs.edge_table import EdgeTable, numbered
from neurograph.graphs.wiring import Wiring
from neurograph.kernels.engine import LONGEST

LAYOUT = 3
"""Version of the parts of a file."""

OLDEST = 2
"""The oldest version that is read: its values and bits stand there as they are."""

FIRST = re.compile(rb"neurograph packed (\d{1,9}) ([0-9a-f]{64})\n")
SIZES = {2: 10, 3: 12}
"""How many numbers a version has in front of the parts: bytes of the JSON text, compressed and not; bits, entries,
values; bytes of the code tables, of the kinds and of the order; from version 3 on of the values and of the bits."""

DENSEST = 1040
"""How many times as long as compressed the JSON text may be, beside a megabyte: zlib packs no more than 1032 times."""

SYMBOLS = 1 << 16
"""Most symbols of a code."""


class Packed(Format):
    """A graph whose weights are packed as :class:`neurograph.compression.packed.PackedWeights` has them.

    One line of text with the version and the SHA-256 of all that follows; twelve numbers of 64 bits; nodes and
    attributes as JSON, compressed by zlib; the lengths of three Huffman codes; the different weights, as float32 where
    that holds each, and compressed where that is shorter; which kind of attributes goes with each, and the place of
    each edge in its row, compressed by zlib; the bits, compressed where that is shorter. Rows are presynaptic nodes.
    Numbers are little-endian. Files of the version before are read.
    """

    name = "packed"
    suffix = ".packed"
    purpose = "neurograph: few bytes, above all after ``neurograph.quantise``"
    opener = 'neurograph.formats.packed.Packed().load([open(path, "rb").read()])'

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = Wiring.of(table).by_pre()
        count = len(graph.nodes)
        starts = np.searchsorted(graph.pre, np.arange(count + 1))
        edges = scipy.sparse.csr_array((numbered(graph.pre.size), graph.post, starts), shape=(count, count))
        matrix = edges.tocsc().tocsr()  # two counting sorts: the columns of a row rise
        order = matrix.data
        weights = graph.of_edges["weight"].values[order].astype(np.float64)
        matrix = scipy.sparse.csr_array((weights, matrix.indices, matrix.indptr), shape=matrix.shape)
        kinds, kind = _kinds(graph.of_edges.without("weight"))
        packed = PackedWeights.of(matrix, kind[order])
        document = {
            "graph": to_json(dict(graph.attributes)),
            "nodes": graph.nodes,
            "of_nodes": columns_to_json(graph.of_nodes),
            "kinds": kinds.count,
            "of_kinds": columns_to_json(kinds),
        }
        ranks = np.empty(order.size, np.int64)
        ranks[order] = np.arange(order.size)
        ranks -= starts[graph.pre]
        text = json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
        numbers = [
            _deflated(packed.labels) if kinds.count > 1 else b"",
            b"" if np.array_equal(order, np.arange(order.size)) else _deflated(ranks),
        ]
        return [_sealed(text, packed, numbers)]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph."""
        document, packed, order = _opened(files[0])
        nodes = distinct_nodes([label_from_json(label) for label in document["nodes"]])
        indptr, indices, level = packed.unpacked()
        pre = np.repeat(np.arange(len(nodes), dtype=np.int32), np.diff(indptr))
        places = _places(order, indptr, pre)
        level = level[places]
        kinds = columns_from_json(document["of_kinds"], document["kinds"], "edges")
        return Wiring(
            nodes,
            pre,
            indices[places].astype(np.int32),
            columns_from_json(document["of_nodes"], len(nodes), "nodes"),
            kinds.take(packed.labels[level]).having(weight=Column(packed.values[level])),
            from_json(document["graph"]),
            own=True,
        )


def _kinds(columns: Columns) -> tuple[Columns, NDArray[np.int64]]:
    """Return the different rows of columns, and which of them each row is: equal ones are of the same types."""
    kind, first = np.zeros(columns.count, np.int64), np.arange(min(columns.count, 1))
    for column in columns.values():
        codes = _codes(column)
        _, first, found = np.unique(kind * (codes.max(initial=0) + 1) + codes, return_index=True, return_inverse=True)
        kind = found.astype(np.int64, copy=False)
    return columns.take(first), kind


def _codes(column: Column) -> NDArray[np.int64]:
    """Return a number for each different value, bit for bit, and 0 where there is none."""
    where = column.where()
    told = column.values[where]
    if told.dtype.kind == "f":
        told = told.astype(np.float64).view(np.int64)
    if told.dtype == object:
        values, known = told.tolist(), dict[str, int]()
        texts = values if set(map(type, values)) == {str} else (json.dumps(to_json(value)) for value in values)
        told = np.fromiter((known.setdefault(text, len(known)) for text in texts), np.int64, told.size)
    codes = np.zeros(column.values.size, np.int64)
    codes[where] = np.unique(told, return_inverse=True)[1] + 1
    return codes


def _deflated(numbers: NDArray[np.int64]) -> bytes:
    """Return whole numbers, none below 0, compressed: in as many bytes each as the largest takes."""
    kind = np.min_scalar_type(int(numbers.max(initial=0)))
    return zlib.compress(numbers.astype(kind.newbyteorder("<")).tobytes())


def _inflated(data: bytes, count: int, what: str) -> NDArray[np.int64]:
    """Return so many numbers that :func:`_deflated` gave."""
    try:
        found = zlib.decompressobj().decompress(data, 8 * count + 1)
    except zlib.error as error:
        raise FormatError(f"the {what} of its edges cannot be decompressed ({error}): write it again") from error
    width = len(found) // max(count, 1)
    if width not in (1, 2, 4, 8) or len(found) != width * count:
        raise FormatError(f"the {what} of its edges is {len(found)} bytes for {count} numbers: write it again")
    return np.frombuffer(found, f"<u{width}").astype(np.int64)


def _sealed(text: bytes, packed: PackedWeights, numbers: Sequence[bytes]) -> bytes:
    body = zlib.compress(text, 9)
    numbers = [*(code.lengths.tobytes() for code in (packed.counts, packed.gaps, packed.levels)), *numbers]
    values, stream = packed.stored
    sizes = [len(body), len(text), packed.bits, packed.entries, packed.values.size, *map(len, numbers)]
    sizes += [len(values), len(stream)]
    payload = b"".join([np.array(sizes, "<u8").tobytes(), body, *numbers[:3], values, *numbers[3:], stream])
    return b"neurograph packed %d %s\n%s" % (LAYOUT, hashlib.sha256(payload).hexdigest().encode(), payload)


def _opened(data: bytes) -> tuple[dict[str, Any], PackedWeights, NDArray[np.int64] | None]:
    """Return the JSON part, the weights with the kinds of their edges' attributes, and the order of edges."""
    first = FIRST.match(data)
    if first is None:
        raise FormatError("it does not begin as a packed file of neurograph does; check the path")
    version = int(first[1])
    if version not in SIZES:
        raise FormatError(
            f"it has version {version}: expected {OLDEST} to {LAYOUT}; read it with the neurograph that wrote it"
        )
    payload = data[first.end() :]
    if hashlib.sha256(payload).hexdigest().encode() != first[2]:
        raise FormatError("its bytes are not those that were written (their hash differs): write it again")
    parts = _Parts(payload)
    body, text, bits, entries, values, *sizes = (int(size) for size in parts.take(8 * SIZES[version], "<u8"))
    document = _document(parts.take(body, "u1").tobytes(), text)
    counts, gaps, levels = (_checked_code(parts.take(size, "u1")) for size in sizes[:3])
    old, total = version < LAYOUT, -(-bits // 8)
    kept, after = (8 * values, total) if old else sizes[5:]
    weights = parts.take(kept, "u1").tobytes()
    labels, order = (parts.take(size, "u1").tobytes() for size in sizes[3:5])
    nodes = len(document["nodes"])
    if max(nodes, entries) > bits or (levels.lengths.size or entries) != values or parts.left != after:
        raise FormatError("its sizes do not go together: write it again")
    different = restored(bytes([DOUBLE]) + weights if old else weights, values)
    kind = _inflated(labels, values, "attributes") if labels else np.zeros(values, np.int64)
    if not kind.max(initial=-1) < document["kinds"] <= entries:
        raise FormatError("the attributes of its edges are not those of its weights: write it again")
    stream = parts.take(parts.left, "u1").tobytes()
    words = as_words(stream if old else restored_bits(stream, total))
    packed = PackedWeights((nodes, nodes), words, bits, entries, counts, gaps, levels, different, kind)
    return document, packed, _inflated(order, entries, "order") if order else None


class _Parts:
    """What is left to be read of some bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    @property
    def left(self) -> int:
        return len(self.data) - self.place

    def take(self, size: int, kind: str) -> NDArray[Any]:
        if size > self.left:
            raise FormatError(f"it ends too early: {size} bytes are expected where {self.left} are left")
        self.place += size
        return np.frombuffer(self.data[self.place - size : self.place], kind)


def _document(body: bytes, size: int) -> dict[str, Any]:
    if size > DENSEST * len(body) + 2**20:
        raise FormatError(f"it claims that {len(body)} bytes hold {size}, more than they can")
    try:
        text = zlib.decompressobj().decompress(body, size + 1)
    except zlib.error as error:
        raise FormatError(f"its attributes cannot be decompressed ({error}): write it again") from error
    document = parsed_json(text)
    parts = {"graph": dict, "nodes": list, "of_nodes": dict, "kinds": int, "of_kinds": dict}
    if not isinstance(document, dict) or not all(isinstance(document.get(key), kind) for key, kind in parts.items()):
        raise FormatError(f"its JSON part lacks one of {', '.join(parts)}: write it again")
    return document


def _checked_code(lengths: NDArray[np.uint8]) -> Code:
    code = Code(lengths)
    if lengths.size > SYMBOLS or lengths.max(initial=0) > LONGEST or not code.whole:
        raise FormatError("one of its codes is none: write it again")
    return code


def _places(order: NDArray[np.int64] | None, indptr: NDArray[np.int64], pre: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the place among the packed entries of each edge, by the place in its row."""
    if order is None:
        return np.arange(pre.size)
    places = indptr[pre] + order
    if np.any(order >= np.diff(indptr)[pre]) or np.any(np.bincount(places, minlength=pre.size) != 1):
        raise FormatError("the order of its edges is none: write it again")
    return places
