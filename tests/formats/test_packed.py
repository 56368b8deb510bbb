"""Packed files: forged ones, sealed again after a change, are refused or read, and nothing else happens."""

import base64
import hashlib
import zlib

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats import packed as packed_file
from neurograph.graphs.from_networkx import read_graph


def forged(change):
    """Change what stands in a file, and seal it again."""
    graph = nx.DiGraph([(0, 1, {"weight": 0.5}), (1, 0, {"weight": 0.5}), (1, 1, {"weight": -1.0})])
    graph.nodes[1]["role"] = "output"
    (data,) = packed_file.Packed().dump(read_graph(graph))
    first = packed_file.FIRST.match(data)
    rest = change(bytearray(data[first.end() :]))
    return b"neurograph packed 3 " + hashlib.sha256(rest).hexdigest().encode() + b"\n" + bytes(rest)


def with_size(place, value):
    def change(rest):
        rest[8 * place : 8 * place + 8] = int(value).to_bytes(8, "little")
        return rest

    return change


def with_text(text):
    def change(rest):
        size = int.from_bytes(rest[:8], "little")
        body = zlib.compress(text)
        head = len(body).to_bytes(8, "little") + len(text).to_bytes(8, "little")
        return head + rest[16:96] + body + rest[96 + size :]

    return change


def with_parts(graph="{}", nodes="[0, 1]", of_nodes="{}", kinds="1", of_kinds="{}"):
    text = f'{{"graph": {graph}, "nodes": {nodes}, "of_nodes": {of_nodes}, "kinds": {kinds}, "of_kinds": {of_kinds}}}'
    return with_text(text.encode())


def with_numbers(place, numbers, kinds="1"):
    """Put the kinds of the weights (place 8) or the order of the edges (9) where there were none."""

    def change(rest):
        rest = bytearray(with_parts(kinds=kinds)(rest))
        sizes = [int.from_bytes(rest[8 * k : 8 * k + 8], "little") for k in range(12)]
        at = 96 + sizes[0] + sum(sizes[5:8]) + sizes[10]
        assert sizes[8:10] == [0, 0]
        return with_size(place, len(numbers))(rest[:at] + numbers + rest[at:])

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rest: rest[:30], "ends too early"),
        (lambda rest: rest + b"\0", "sizes do not go together"),
        (with_size(0, 2**63), "ends too early"),
        (with_size(1, 2**62), "more than they can"),
        (with_size(2, 2**40), "its bits are [0-9]+ bytes: expected 137438953472"),
        (with_size(3, 2**40), "sizes do not go together"),
        (with_size(4, 2**40), "sizes do not go together"),
        (with_size(5, 2**20), "ends too early"),
        (with_size(9, 2**20), "ends too early"),
        (lambda rest: rest[:-1] + bytes([rest[-1] ^ 255]), "damaged in row"),
        (with_text(b"{}"), "lacks one of graph, nodes, of_nodes, kinds, of_kinds"),
        (with_parts(nodes="[0, 0]"), "there twice"),
        (with_parts(nodes="[0, {}]"), "a node is called"),
        (with_parts(of_nodes='{"x": 1}'), "attribute 'x' of the nodes is 1: expected a JSON object"),
        (with_parts(of_nodes='{"x": {"values": [1, 2, 3], "at": null}}'), "has 3 values at 2 places"),
        (with_parts(of_nodes='{"x": {"values": [1, 2], "at": [1, 1]}}'), "has 2 values at 2 places"),
        (with_parts(of_nodes='{"x": {"values": [1], "at": [2]}}'), "no array of whole numbers from 0 to 1"),
        (with_parts(of_nodes='{"x": {"values": [1], "at": [1.0]}}'), "no array of whole numbers from 0 to 1"),
        (with_parts(of_kinds='{"x": {"values": [1, 2], "at": null}}'), "has 2 values at 1 places"),
        (with_parts(kinds="0"), "attributes of its edges are not those"),
        (with_parts(kinds=str(10**12), of_kinds='{"x": {"values": [], "at": []}}'), "are not those of its weights"),
        (with_numbers(8, zlib.compress(b"\1\0\0")), "attributes of its edges are not those"),
        (with_numbers(8, zlib.compress(b"\1\0"), "2"), "attributes of its edges is 2 bytes for 3 numbers"),
        (with_numbers(8, b"none"), "attributes of its edges cannot be decompressed"),
        (with_numbers(9, zlib.compress(b"\0\0\0")), "order of its edges is none"),
        (with_numbers(9, zlib.compress(b"\1\0\0")), "order of its edges is none"),
        (with_numbers(9, zlib.compress(bytes(10**6))), "order of its edges is 25 bytes for 3 numbers"),
        (with_text(b"[" * 100_000), "not whole JSON|nested"),
    ],
)
def test_a_forged_file_is_refused(tmp_path, change, words):
    path = tmp_path / "forged.packed"
    path.write_bytes(forged(change))
    with pytest.raises(FormatError, match=words):
        ng.read(path)


def test_random_bytes_behind_the_seal_are_refused_or_read(tmp_path):
    rng, path = np.random.default_rng(5), tmp_path / "forged.packed"
    for _ in range(300):

        def change(rest):
            for _ in range(rng.integers(1, 4)):
                rest[rng.integers(len(rest))] = rng.integers(256)
            return rest

        path.write_bytes(forged(change))
        try:
            ng.read(path)
        except FormatError:
            continue


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"x" + data, "does not begin as a packed file"),
        (lambda data: data.replace(b"packed 3", b"packed 1", 1), "it has version 1: expected 2 to 3"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "their hash differs"),
    ],
)
def test_a_file_that_was_not_sealed_again_is_refused(tmp_path, change, words):
    path = tmp_path / "changed.packed"
    path.write_bytes(change(forged(lambda rest: rest)))
    with pytest.raises(FormatError, match=words):
        ng.read(path)


def test_few_different_weights_take_few_bytes(tmp_path):
    network = ng.compile(ng.topologies.complete(4, 60, 4, seed=0))
    few = ng.quantise(network, levels=8).network
    sizes = [ng.write(one, tmp_path / f"{k}.packed").stat().st_size for k, one in enumerate((network, few))]
    assert sizes[1] < sizes[0] / 6
    back = ng.compile(ng.read(tmp_path / "1.packed"))
    assert back.weights.tobytes() == few.weights.tobytes()


OLD = (
    "bmV1cm9ncmFwaCBwYWNrZWQgMiBjN2JhYmUzZDMwNzQxY2RlZTFlYmJhM2ZjZWM3ZjlhZmViMThkNDJmNzdkMmJkOWY3ZTM2MjY5"
    "YWQxMThlMjc2CmsAAAAAAAAAnwAAAAAAAAAKAAAAAAAAAAQAAAAAAAAABAAAAAAAAAACAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAM"
    "AAAAAAAAAAAAAAAAAAAAeNpdjDsOgCAQBa+y2ZpCKb2KMWYj+IkEiIAN4e6ChEK79yaTibhdZHccICYGqI2QLp+xY9Az4FNmZp0b"
    "jngZJd9xkwpVRRO8DR6LS76Qfkoldh5aFIPXSLsRrSLnj+XXWUk5+Y2kBwr7MQQBAQEBmpmZmZmZuT+amZmZmZm5P5qZmZmZmbk/"
    "AAAAAAAA8L94nGNgZGAAAAAHAALmAA=="
)
"""A file of version 2, as neurograph wrote it before there was version 3."""


def test_a_file_of_the_version_before_is_read(tmp_path):
    path = tmp_path / "old.packed"
    path.write_bytes(base64.b64decode(OLD))
    assert path.read_bytes().startswith(b"neurograph packed 2 ")
    graph = ng.read(path)
    assert sorted(graph.edges(data="weight")) == [(0, 1, 0.1), (0, 2, 0.1), (1, 0, 0.1), (1, 1, -1.0)]
    assert graph.edges[0, 2]["plastic"] is False
    assert graph.nodes[1]["role"] == "output"
    again = ng.read(ng.write(graph, tmp_path / "new.packed"))
    assert list(again.edges(data=True)) == list(graph.edges(data=True))


@pytest.mark.parametrize("change", [lambda rest: rest[:-1], lambda rest: rest + b"\0", with_size(4, 2**40)])
def test_a_changed_file_of_the_version_before_is_refused(tmp_path, change):
    data = base64.b64decode(OLD)
    rest = bytes(change(bytearray(data[packed_file.FIRST.match(data).end() :])))
    path = tmp_path / "old.packed"
    path.write_bytes(b"neurograph packed 2 " + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
    with pytest.raises(FormatError, match=r"do not go together|ends too early"):
        ng.read(path)


def test_weights_of_float32_take_four_bytes_and_stay_as_they_are(tmp_path):
    network = ng.compile(ng.topologies.complete(4, 60, 4, seed=0))
    single = ng.compile(network, dtype="float32")
    sizes = [ng.write(one, tmp_path / f"{k}.packed").stat().st_size for k, one in enumerate((network, single))]
    assert sizes[0] - sizes[1] > 3.5 * network.weights.size
    back = ng.compile(ng.read(tmp_path / "1.packed"), dtype="float32")
    assert back.weights.tobytes() == single.weights.tobytes()


def test_a_stream_that_claims_more_than_its_bytes_can_hold_is_refused(tmp_path):
    """A regular graph, whose stream is compressed; 2**45 bits would be read from a few bytes."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from((pre, post, 0.5) for pre in range(60) for post in range(60))
    graph.nodes[1]["role"] = "output"
    (data,) = packed_file.Packed().dump(read_graph(graph))
    rest = bytearray(data[packed_file.FIRST.match(data).end() :])
    path = tmp_path / "forged.packed"
    path.write_bytes(data)
    assert len(data) < 1000
    assert ng.read(path).number_of_edges() == 3600
    whole = bytes(with_size(2, 2**45)(rest))
    path.write_bytes(b"neurograph packed 3 " + hashlib.sha256(whole).hexdigest().encode() + b"\n" + whole)
    with pytest.raises(FormatError, match="more than they can"):
        ng.read(path)


def test_attributes_that_repeat_themselves_come_back(tmp_path):
    graph = nx.DiGraph(mask=[0] * 1_000_000)
    graph.add_node("a", role="input")
    graph.add_node("b", role="output")
    graph.add_edge("a", "b", weight=0.5)
    path = ng.write(graph, tmp_path / "mask.packed")
    assert path.stat().st_size < 10_000
    assert ng.read(path).graph["mask"] == graph.graph["mask"]
