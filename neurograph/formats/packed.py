"""Packed files: the weights in few bits, all else as compressed JSON."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from neurograph.compression.huffman import Code
from neurograph.compression.packed import PackedWeights
from neurograph.errors import FormatError
from neurograph.formats.base import (
    NO_ENDS,
    VERSION,
    Ends,
    Format,
    add_node,
    from_json,
    label_from_json,
    parsed_json,
    to_json,
    without,
)
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.wiring import Wiring
from neurograph.kernels.engine import LONGEST

FIRST = re.compile(rb"neurograph packed (\d{1,9}) ([0-9a-f]{64})\n")
SIZES = 8
"""Numbers in front of the parts: bytes of the JSON text, compressed and not; bits, entries, values; code tables."""

DENSEST = 300
"""How many times as long as compressed the JSON text may be, beside a megabyte."""

SYMBOLS = 1 << 16
"""Most symbols of a code."""


class Packed(Format):
    """A graph whose weights are packed as :class:`neurograph.compression.packed.PackedWeights` has them.

    One line of text with the version and the SHA-256 of all that follows; eight numbers of 64 bits; nodes and
    attributes as JSON, compressed by zlib; the lengths of three Huffman codes; the different weights; the bits. Rows
    are presynaptic nodes. Numbers are little-endian.
    """

    name = "packed"
    suffix = ".packed"
    purpose = "neurograph: few bytes, above all after ``neurograph.quantise``"
    opener = 'neurograph.formats.packed.Packed().load([open(path, "rb").read()])'

    def dump(self, table: EdgeTable) -> Sequence[bytes]:
        """Write a graph of plain values."""
        graph = table.to_graph()
        index = {node: place for place, node in enumerate(graph)}
        edges = [(index[pre], index[post], data) for pre, post, data in graph.edges(data=True)]
        rows, columns = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2).T
        weights = np.array([data["weight"] for _, _, data in edges], np.float64)
        matrix = scipy.sparse.csr_array((weights, (rows, columns)), shape=(len(index), len(index)))
        matrix.sum_duplicates()  # there are none, but it sorts the columns
        order = np.lexsort((columns, rows))
        # What edges carry beside their weights is kept once, as text: equal for equal attributes of the same types.
        kinds: dict[str, int] = {}
        others = [json.dumps(to_json(without(data, "weight")), ensure_ascii=False) for _, _, data in edges]
        labels = [kinds.setdefault(others[place], len(kinds)) for place in order.tolist()]
        packed = PackedWeights.of(matrix, np.array(labels, np.int64))
        document = {
            "graph": to_json(graph.graph),
            "nodes": [[node, to_json(data)] for node, data in graph.nodes(data=True)],
            "kinds": [json.loads(kind) for kind in kinds],
            "labels": packed.labels.tolist() if len(kinds) > 1 else [],
            "order": None if np.array_equal(order, np.arange(order.size)) else np.argsort(order).tolist(),
        }
        text = json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
        return [_sealed(text, packed)]

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file of neurograph."""
        document, packed = _opened(files[0])
        graph: nx.DiGraph[Any] = nx.DiGraph()
        graph.graph.update(from_json(document["graph"]))
        for label, attributes in document["nodes"]:
            add_node(graph, label_from_json(label), from_json(attributes))
        nodes = list(graph)
        indptr, indices, level = packed.unpacked()
        kinds, labels = document["kinds"], _checked_labels(document, packed.values.size)
        pre, post = np.repeat(np.arange(len(nodes)), np.diff(indptr)).tolist(), indices.tolist()
        for place in _checked_order(document["order"], len(pre)):
            weight, more = float(packed.values[level[place]]), kinds[labels[level[place]]]
            graph.add_edges_from([(nodes[pre[place]], nodes[post[place]], {"weight": weight, **from_json(more)})])
        return replace(wiring_of(graph), own=True)


def _sealed(text: bytes, packed: PackedWeights) -> bytes:
    body = zlib.compress(text, 9)
    codes = [code.lengths for code in (packed.counts, packed.gaps, packed.levels)]
    sizes = [len(body), len(text), packed.bits, packed.entries, packed.values.size, *(code.size for code in codes)]
    payload = b"".join(
        [
            np.array(sizes, "<u8").tobytes(),
            body,
            *(code.tobytes() for code in codes),
            packed.values.astype("<f8").tobytes(),
            packed.words.astype(">u8").tobytes()[: -(-packed.bits // 8)],
        ]
    )
    return b"neurograph packed %d %s\n%s" % (VERSION, hashlib.sha256(payload).hexdigest().encode(), payload)


def _opened(data: bytes) -> tuple[dict[str, Any], PackedWeights]:
    first = FIRST.match(data)
    if first is None:
        raise FormatError("it does not begin as a packed file of neurograph does; check the path")
    if int(first[1]) != VERSION:
        raise FormatError(
            f"it has version {int(first[1])}: expected {VERSION}; read it with the neurograph that wrote it"
        )
    payload = data[first.end() :]
    if hashlib.sha256(payload).hexdigest().encode() != first[2]:
        raise FormatError("its bytes are not those that were written (their hash differs): write it again")
    parts = _Parts(payload)
    body, text, bits, entries, values, *codes = (int(size) for size in parts.take(8 * SIZES, "<u8"))
    document = _document(parts.take(body, "u1").tobytes(), text)
    lengths = [_checked_code(parts.take(size, "u1")) for size in codes]
    numbers = parts.take(8 * values, "<f8").astype(np.float64)
    nodes = len(document["nodes"])
    if max(nodes, entries) > bits or (lengths[2].lengths.size or entries) != values or parts.left != -(-bits // 8):
        raise FormatError("its sizes do not go together: write it again")
    stream = parts.take(parts.left, "u1").tobytes()
    words = np.frombuffer(stream + bytes(-len(stream) % 8 + 16), ">u8").astype(np.uint64)
    counts, gaps, levels = lengths
    nothing = np.zeros(numbers.size, np.int64)
    return document, PackedWeights((nodes, nodes), words, bits, entries, counts, gaps, levels, numbers, nothing)


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
        raise FormatError(f"it claims that {len(body)} bytes hold {size}, more than they can in a graph's attributes")
    try:
        text = zlib.decompressobj().decompress(body, size + 1)
    except zlib.error as error:
        raise FormatError(f"its attributes cannot be decompressed ({error}): write it again") from error
    document = parsed_json(text)
    parts: dict[str, Any] = {
        "graph": dict, "nodes": list, "kinds": list, "labels": list, "order": (list, type(None))
    }  # fmt: skip
    if not isinstance(document, dict) or not all(isinstance(document.get(key), kind) for key, kind in parts.items()):
        raise FormatError(f"its JSON part lacks one of {', '.join(parts)}: write it again")
    pairs = all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], dict) for pair in document["nodes"])
    if not pairs or not all(isinstance(kind, dict) for kind in document["kinds"]):
        raise FormatError("a node or an edge of it has no object of attributes: write it again")
    return document


def _checked_labels(document: dict[str, Any], count: int) -> list[int]:
    """Return the kind of each level's attributes."""
    kinds, labels = document["kinds"], document["labels"] or [0] * count
    if len(labels) != count or not all(type(label) is int and 0 <= label < len(kinds) for label in labels):
        raise FormatError("the attributes of its edges are not those of its weights: write it again")
    return labels


def _checked_code(lengths: NDArray[np.uint8]) -> Code:
    code = Code(lengths)
    if lengths.size > SYMBOLS or lengths.max(initial=0) > LONGEST or not code.whole:
        raise FormatError("one of its codes is none: write it again")
    return code


def _checked_order(order: list[Any] | None, count: int) -> list[int]:
    if order is None:
        return list(range(count))
    if not all(type(place) is int for place in order) or sorted(order) != list(range(count)):
        raise FormatError("the order of its edges is none: write it again")
    return order
