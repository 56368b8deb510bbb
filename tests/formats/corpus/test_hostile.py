"""Files of other programs, damaged, give a graph or a sentence; what is declared large is no larger than its file."""

import io
import random
import struct
import warnings
import zlib

import networkx as nx
import numpy as np
import pytest
import scipy.io

import neurograph as ng
from neurograph.errors import FormatError, GraphWarning
from neurograph.formats import FORMATS, READERS
from tests.formats.corpus.test_corpus import CASES, Opened, placed
from tests.formats.graphs import refused
from tests.formats.test_damage import mutated

OPENED = [name for name, case in CASES.items() if isinstance(case, Opened)]

MORE = [b"graph [", b"*Vertices 999999999\n", b"*Matrix\n", b"\x0f\x00\x00\x00", b"\x0e\x00\x00\x00", b"</node>"]
MORE += [b"[" * 60, b"1" * 5000, b"[]", b'"label": [[1]], ', b'"id": {}, ']
"""Pieces that these formats give a meaning."""


def outcome(path, words):
    """What reading gives: a graph, or what is wrong with the file, or with the words for what it is now."""
    try:
        return ng.read(path, **words)
    except (FormatError, ng.ParameterError) as error:
        return error


def damaged(name, folder, count, seed=0):
    """Read `count` damaged copies of a file; return how many were a graph all the same."""
    path, draw, graphs = placed(name, folder), random.Random(seed), 0
    whole = path.read_bytes()
    for _ in range(count):
        data = mutated([whole], draw)[0]
        if draw.random() < 0.1:
            place = draw.randrange(len(data) + 1)
            data = data[:place] + draw.choice(MORE) + data[place:]
        path.write_bytes(data)
        found = outcome(path, CASES[name].words)
        assert isinstance(found, (nx.DiGraph, ng.ParameterError)) or path.name in str(found)
        graphs += isinstance(found, nx.DiGraph)
    return graphs


@pytest.mark.parametrize("name", OPENED)
def test_a_damaged_file_gives_a_graph_or_a_sentence(name, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)  # numbers that are changed may be large
        warnings.simplefilter("ignore", UserWarning)  # numpy takes some damaged headers for those of Python 2
        assert damaged(name, tmp_path, 40) < 40


def test_a_file_cut_anywhere_is_none_of_another_kind(tmp_path):
    for name in ("matlab_compressed.mat", "numpy.npy", "igraph.gml", "igraph_parallel.graphml", "networkx.gexf"):
        path = placed(name, tmp_path)
        whole = path.read_bytes()
        for length in range(0, len(whole) - 4, max(1, len(whole) // 40)):
            path.write_bytes(whole[:length])
            refused(path, path.name)


CONTENTS = [b"\x00", bytes(range(256)), b"null", b"[]", b"{}", b"<svg/>", b"graph", b"*", b"[" * 100_000]
CONTENTS += [b"a [ " * 100_000, b'{"elements": [3]}', b'{"nodes": [[]], "links": [{}]}']


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_of_another_kind_is_refused(suffix, tmp_path):
    path = tmp_path / f"other{suffix}"
    for data in [*CONTENTS, *(placed(name, tmp_path).read_bytes() for name in OPENED if not name.endswith(suffix))]:
        path.write_bytes(data)
        refused(path, path.name)


def test_a_file_declares_no_more_vertices_than_it_is_due(tmp_path):
    path = tmp_path / "large.net"
    path.write_text("*Vertices 1000000000\n*Arcs\n1 2\n")
    refused(path, "declares 1000000000 vertices: expected at most 1310 in a file so small")


def test_gml_that_goes_too_deep_is_refused(tmp_path):
    path = tmp_path / "deep.gml"
    path.write_text("graph [ " + "a [ " * 100_000)
    refused(path, "nested more than 50 deep")


def bomb(size):
    """A MAT-file with so many zeros, packed."""
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, {"W": np.zeros((2, 2))})
    plain = struct.pack("<II", 14, size) + bytes(size)
    packed = zlib.compress(plain)
    return buffer.getvalue()[:128] + struct.pack("<II", 15, len(packed)) + packed


def test_a_mat_file_unpacks_to_no_more_than_it_is_due(tmp_path, monkeypatch):
    monkeypatch.setattr("neurograph.formats.encoding.mat5.most_bytes", lambda size: 2**20 + 20 * size)
    path = tmp_path / "bomb.mat"
    path.write_bytes(bomb(2**21))
    refused(path, "more memory than a file of this size is due")
    path.write_bytes(bomb(2**19))
    refused(path, "no whole MAT-file")


def test_an_npy_of_objects_is_not_unpickled(tmp_path):
    path = tmp_path / "objects.npy"
    np.save(path, np.array([["a", None]], object), allow_pickle=True)
    refused(path, "array of type object: expected numbers and texts")


def test_every_reader_is_among_those_that_are_damaged():
    suffixes = {name[name.rindex(".") :] for name in OPENED}
    assert {*READERS, ".json", ".graphml", ".gexf", ".cyjs"} <= suffixes
    assert suffixes <= {*READERS, *FORMATS}
