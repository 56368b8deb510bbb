"""GML: tokens, lists, labels, and what is refused by name."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats.readers.gml import rows_of

TWO = 'node [ id 0 label "a" ] node [ id 1 label "b" ]'


def read(body, before=""):
    return rows_of(f"{before} graph [ {body} ]".encode())


def test_values_are_integers_numbers_texts_and_lists():
    body = 'n 3 x -1.5e3 y .5 t "a &#233; &amp; b" l [ c 1 c 2 d [ e 0 ] ] gone NaN # a remark ]\n z +7'
    assert read(body, 'Creator "us" Version 1').attributes == {
        "Creator": "us", "Version": 1, "n": 3, "x": -1500.0, "y": 0.5, "t": "a é & b",
        "l": {"c": [1, 2], "d": {"e": 0}}, "z": 7,
    }  # fmt: skip


def test_edges_are_directed_where_the_graph_says_so():
    edge = "edge [ source 0 target 1 weight 2 ]"
    assert read(f"directed 1 {TWO} {edge}").edges == [("a", "b", {"weight": 2}, True)]
    assert read(f"{TWO} {edge}").edges == [("a", "b", {"weight": 2}, False)]


def test_nodes_are_called_by_labels_that_tell_them_apart():
    assert list(read(TWO).nodes) == ["a", "b"]
    assert list(read("node [ id 0 label 7 ] node [ id 4 label 8 ]").nodes) == [7, 8]
    same = read('node [ id 0 label "a" ] node [ id 4 label "a" ]')
    assert same.nodes == {0: {"id": 0, "label": "a"}, 4: {"id": 4, "label": "a"}}


def test_a_file_in_latin_1_is_read():
    assert list(rows_of('graph [ node [ id 0 label "é" ] ]'.encode("latin-1")).nodes) == ["é"]
    assert list(rows_of('\ufeffgraph [ node [ id 0 label "é" ] ]'.encode()).nodes) == ["é"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds 0 graphs"),
        ("graph [ ] graph [ ]", "holds 2 graphs"),
        ("graph 3", "holds 0 graphs"),
        ("graph [\n node [ id 0 ]\n % ]", "line 3 has '% ]'"),
        ('graph [ a "b ]', "line 1 has '\"b ]'"),
        ("graph [ a ]", "has ']' where a value"),
        ("graph [ 3 a ]", "has '3' where a key"),
        ("graph [ a b ]", "has 'b' where a value"),
        ("graph [ a 1 ", "ends within a list"),
        ("graph [ ] a", "ends within a list"),
        ("graph [ ] ]", "has ']' where a key"),
        ("graph [ node 3 ]", "a node has id 'None': expected an integer"),
        ('graph [ node [ id "a" ] ]', "a node has id 'a'"),
        ("graph [ node [ id 0 ] node [ id 0 ] ]", "node 0 is there twice"),
        ("graph [ edge [ source 0 ] ]", "a edge has target 'None'"),
        ("graph [ directed 2 ]", "directed is 2"),
    ],
)
def test_what_is_no_gml_is_named(text, message):
    with pytest.raises(FormatError) as caught:
        rows_of(text.encode())
    assert message in str(caught.value)
