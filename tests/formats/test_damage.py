"""A damaged or hostile file gives a graph or a sentence, in bounded time and memory, and nothing in it is run."""

import random
import tempfile
import warnings
from pathlib import Path

import networkx as nx

from neurograph.errors import FormatError
from neurograph.formats import read, write
from tests.formats.graphs import sample
from tests.formats.test_conformance import every_format, examples

WORDS = [b"null", b"[]", b"{}", b'"', b"1e999", b"-1", b"NaN", b"json:{", b"json:[]", b"<node/>", b"id", b",", b"\n"]
WORDS += [b"\x00" * 8, b"\xff" * 4, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x01"]


def mutated(whole, draw):
    """Files of which one is cut, patched, or has a piece of itself elsewhere, as `draw` has it."""
    parts = list(whole)
    place = draw.randrange(len(parts))
    data = bytearray(parts[place])
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        start = draw.randrange(len(data) + 1)
        end = min(len(data), start + draw.choice([0, 1, 1, 4, 12]))
        piece = draw.randrange(len(data) + 1)
        data[start:end] = draw.choice(
            [draw.choice(WORDS), draw.randbytes(draw.choice([1, 2, 4])), bytes(data[piece : piece + 20]), b""]
        )
    parts[place] = bytes(data)
    return parts


def damaged(suffix, count, seed, graph=None):
    """Read `count` damaged files; give how many were a graph all the same."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # networkx says what it leaves out
        path = write(sample(suffix) if graph is None else graph, Path(folder, f"damaged{suffix}"))
        files = sorted(Path(folder).iterdir())
        whole = [file.read_bytes() for file in files]
        draw, graphs = random.Random(seed), 0
        for _ in range(count):
            for file, data in zip(files, mutated(whole, draw), strict=True):
                file.write_bytes(data)
            found = outcome(path)
            assert isinstance(found, nx.DiGraph) or path.name in str(found)
            graphs += isinstance(found, nx.DiGraph)
        return graphs


def outcome(path):
    try:
        return read(path)
    except FormatError as error:
        return error


@every_format
def test_a_damaged_file_gives_a_graph_or_a_sentence(suffix, monkeypatch):
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.MOST_SECONDS", 1)
    assert damaged(suffix, examples(suffix, 300), seed=0) < examples(suffix, 300)
