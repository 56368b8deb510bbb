"""Node-link JSON of others: what ends name, which keys there are, and what is refused by name."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats.encoding.node_link_rows import node_link_rows


def read(nodes, links, **facts):
    return node_link_rows({"nodes": nodes, "links": links, "directed": True, **facts})


IDS = [{"id": 5}, {"id": 1, "name": "x"}]


def test_ends_are_ids_where_one_is_and_else_places():
    assert read(IDS, [{"source": 5, "target": 1}]).edges == [(5, 1, {}, True)]
    assert read(IDS, [{"source": 0, "target": 0, "value": 2}]).edges == [(5, 5, {"value": 2}, True)]
    assert read([{}, {}], [{"source": 0, "target": 1}]).edges == [(0, 1, {}, True)]
    with pytest.raises(FormatError, match="ends at 0, which is no node"):
        read(IDS, [{"source": 0, "target": 1}]).wiring()


def test_nodes_without_ids_are_called_by_names_that_tell_them_apart():
    named = read([{"name": "a"}, {"name": "b"}], [{"source": 0, "target": 1}])
    assert named.edges == [("a", "b", {}, True)]
    assert list(read([{"name": "a"}, {"name": "a"}], []).nodes) == [0, 1]
    assert list(read(IDS, []).nodes) == [5, 1]


def test_an_array_is_a_tuple():
    assert read([{"id": ["a", 1]}], [{"source": ["a", 1], "target": ["a", 1]}]).edges == [(("a", 1),) * 2 + ({}, True)]


def test_ends_may_be_nodes_and_called_from_and_to():
    node = {"id": 5, "index": 0}
    assert read(IDS, [{"source": node, "target": {"index": 1}}]).edges == [(5, 1, {}, True)]
    assert read(IDS, [{"from": 5, "to": 1, "arrows": "to"}]).edges == [(5, 1, {"arrows": "to"}, True)]


def test_what_the_graph_carries_is_kept():
    rows = read(IDS, [], graph={"a": 1}, version=3, multigraph=True)
    assert rows.attributes == {"a": 1, "version": 3}
    assert read(IDS, [], graph=[["a", 1]]).attributes == {"a": 1}


def test_a_direction_is_told_or_said_to_be_taken():
    assert not read(IDS, [{"source": 5, "target": 1}], directed=False).wiring().directed
    rows = node_link_rows({"nodes": IDS, "edges": [{"source": 5, "target": 1}]})
    assert rows.wiring().directed
    assert rows.changes == ['edges taken as from source to target, for the file has no "directed"']


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], 'found []: expected an object with "nodes"'.replace(": expected", ", expected")),
        ({"nodes": [], "links": [], "edges": []}, 'both "links" and "edges"'),
        ({"nodes": {}, "links": []}, "it is JSON, but not a graph"),
        ({"elements": {}}, "call it .cyjs"),
        ({"adjacency": [], "nodes": []}, "networkx.adjacency_graph"),
        ({"nodes": [3], "links": []}, "node 0 is 3: expected a JSON object"),
        ({"nodes": [{"id": {}}], "links": []}, "a node is called {}"),
        ({"nodes": [{"id": 1}], "links": [[1, 1]]}, "an edge is [1, 1]"),
        ({"nodes": [{"id": 1}], "links": [{"source": 1}]}, "has no source or no target"),
        ({"nodes": [{"id": 1}], "links": [{"source": {}, "target": 1}]}, "a node is called None"),
        ({"nodes": [{"id": 1}, {"id": 1}], "links": []}, "node 1 is there twice"),
        ({"nodes": [], "links": [], "directed": "yes"}, "directed is 'yes'"),
        ({"nodes": [], "links": [], "graph": 3}, "graph is 3"),
    ],
)
def test_what_is_no_graph_is_named(document, message):
    with pytest.raises(FormatError) as caught:
        node_link_rows(document)
    assert message in str(caught.value)
