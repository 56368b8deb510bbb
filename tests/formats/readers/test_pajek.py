"""Pajek: its sections, and what is refused by name."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats.readers.pajek import Pajek


def read(text):
    return Pajek().load([text.encode()])


def edges(wiring):
    return [(*wiring.edge(k), weight) for k, weight in enumerate(wiring.of_edges["weight"].cells())]


def test_vertices_keep_their_places_shapes_and_colours():
    wiring = read('*Vertices 2\n1 "a b" 0.5 -1 0 box ic Red x_fact 2\n2 "c"\n')
    assert wiring.nodes == ("a b", "c")
    assert wiring.of_nodes.rows() == [
        {"label": "a b", "x": 0.5, "y": -1.0, "z": 0.0, "shape": "box", "ic": "Red", "x_fact": 2.0}, {"label": "c"},
    ]  # fmt: skip
    cases = {"box": {"shape": "box"}, "ic Red": {"ic": "Red"}, "box ic Red": {"shape": "box", "ic": "Red"}}
    for words, data in (cases | {"ic Red x_fact 2": {"ic": "Red", "x_fact": 2.0}}).items():
        assert read(f'*Vertices 1\n1 "a" {words}\n').of_nodes.rows() == [{"label": "a", **data}]


def test_arcs_are_directed_and_edges_are_not():
    assert edges(read("*Vertices 2\n*Arcs\n1 2 -0.5\n")) == [(1, 2, -0.5)]
    assert not read("*Vertices 2\n*Edges\n1 2\n").directed
    assert edges(read("*Vertices 3\r\n*arcs\r\n1 2\r\n*edges\r\n2 3 4\r\n")) == [(1, 2, 1.0), (2, 3, 4.0), (3, 2, 4.0)]


def test_a_relation_is_kept_at_its_edges():
    wiring = read('*Vertices 2\n*Arcs :1 "gap junction"\n1 2 3 l "x"\n*Arcs :2\n2 1\n')
    assert wiring.of_edges.rows() == [
        {"weight": 3.0, "l": "x", "relation": "gap junction"}, {"weight": 1.0, "relation": 2},
    ]  # fmt: skip


def test_a_matrix_and_lists_are_edges():
    assert edges(read("*Vertices 2\n*Matrix\n0 1\n2.5 0\n")) == [(1, 2, 1.0), (2, 1, 2.5)]
    assert edges(read("*Vertices 3 1\n*Matrix\n0 7\n")) == [(1, 3, 7.0)]
    assert edges(read("*Vertices 3\n*Arcslist\n3 1 2\n")) == [(3, 1, 1.0), (3, 2, 1.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2 3\n", "no section has begun"),
        ("*Network x\n", "it has no *Vertices"),
        ("*Vertices x\n", "line 1 is '*Vertices x'"),
        ("*Vertices 2\n3 a\n", "line 2 is '3 a'"),
        ("*Vertices 2\n1 a\n1 b\n", "line 3 is '1 b' (it is there twice)"),
        ("*Vertices 2\n*Arcs\n1\n", "line 3 is '1'"),
        ("*Vertices 2\n*Arcs\n1 2 x\n", "line 3 is '1 2 x'"),
        ("*Vertices 2\n*Arcs\n1 3\n", "edge 1 -> 3 ends at 3, which is no node"),
        ("*Vertices 2\n*Matrix\n0 1 2\n", "3 cells: expected 2"),
        ("*Vertices 1\n*Matrix\n0\n0\n", "line 4"),
        ("*Vertices 1\n*Vertices 1\n", "several networks"),
        ("*Vertices -1\n", "declares -1 vertices"),
    ],
)
def test_what_is_no_pajek_is_named(text, message):
    with pytest.raises(FormatError) as caught:
        read(text)
    assert message in str(caught.value)
