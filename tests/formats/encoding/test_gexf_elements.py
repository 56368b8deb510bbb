"""GEXF of others, element by element: types of edges, values, drawings, times, and what is refused by name."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats.encoding.gexf_elements import GEXFRows

DECLARED = """
<attributes class="node"><attribute id="0" title="kind" type="string"><default>any</default></attribute></attributes>
<attributes class="edge"><attribute id="0" title="weight" type="float"/><attribute id="1" title="n" type="integer"/>
</attributes>
"""


def read(nodes, edges="", graph='defaultedgetype="directed"', declared=DECLARED):
    text = f'<gexf xmlns:viz="v"><graph {graph}>{declared}<nodes>{nodes}</nodes><edges>{edges}</edges></graph></gexf>'
    return GEXFRows.of(text.encode())


TWO = '<node id="a"/><node id="b"/>'


def edges(body, **words):
    return read(TWO, body, **words).rows.edges


def test_an_edge_says_its_type_or_has_that_of_the_file():
    body = '<edge source="a" target="b"/><edge source="a" target="b" type="undirected"/>'
    assert [directed for *_, directed in edges(body)] == [True, False]
    assert [directed for *_, directed in edges(body, graph="")] == [False, False]


def test_a_mutual_edge_is_two():
    found = read(
        TWO, '<edge source="a" target="b" type="mutual" weight="2"/><edge source="a" target="a" type="mutual"/>'
    )
    assert found.rows.edges == [
        ("a", "b", {"weight": 2.0}, True), ("b", "a", {"weight": 2.0}, True), ("a", "a", {}, True),
    ]  # fmt: skip
    assert found.rows.changes == ["1 mutual edge made to go both ways"]


def test_a_weight_is_that_of_the_edge_and_one_of_its_values_stays_beside():
    values = '<attvalues><attvalue for="0" value="0.5"/><attvalue for="1" value="3"/></attvalues>'
    assert edges(f'<edge source="a" target="b">{values}</edge>')[0][2] == {"weight": 0.5, "n": 3}
    found = edges(f'<edge source="a" target="b" weight="2">{values}</edge>')[0][2]
    assert found == {"weight": 2.0, "attribute_weight": 0.5, "n": 3}


def test_drawings_are_kept_beside_what_a_node_carries():
    node = (
        '<node id="a" label="A"><attvalues><attvalue for="0" value="s"/></attvalues><viz:size value="2"/>'
        '<viz:position x="1" y="-1" z="0"/><viz:color r="1" g="2" b="3" a="0.5"/><viz:shape value="disc"/></node>'
    )
    found = read(node)
    assert found.rows.nodes["a"] == {
        "kind": "s", "label": "A", "size": 2.0, "x": 1.0, "y": -1.0, "z": 0.0, "r": 1, "g": 2, "b": 3, "a": 0.5,
        "shape": "disc",
    }  # fmt: skip
    assert found.defaults == {"node": {"kind": "any"}, "edge": {}}
    assert not found.rows.left_out


def test_nodes_within_nodes_say_where_they_are():
    found = read('<node id="a"><nodes><node id="b"><nodes><node id="c"/></nodes></node></nodes></node>')
    assert found.rows.nodes == {"a": {}, "b": {"pid": "a"}, "c": {"pid": "b"}}


def test_times_are_said_to_be_left_out():
    values = '<attvalues><attvalue for="0" value="s" start="0"/><attvalue for="0" value="t" start="1"/></attvalues>'
    node = (
        f'<node id="a" start="0.0">{values}<spells><spell/><spell/></spells><parents><parent for="b"/></parents></node>'
    )
    found = read(node, graph='mode="dynamic"')
    assert found.rows.nodes == {"a": {"kind": "t", "start": "0.0"}}
    assert found.rows.left_out == {"spell": 2, "parent": 1}
    assert found.rows.changes == [
        "a dynamic graph taken without its times", "1 earlier value of attributes left out for the last",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<edge source="a" target="b" type="odd"/>', "edge 'a' -> 'b' is of type 'odd'"),
        ('<edge source="a" target="b" weight="x"/>', "weight of edge 'a' -> 'b' is 'x'"),
        ('<edge target="b"/>', "has no source"),
        ('<edge source="a" target="b"><attvalues><attvalue for="9"/></attvalues></edge>', "has a value for '9'"),
        ('<edge source="a" target="b"><attvalues><attvalue value="9"/></attvalues></edge>', "has a value for None"),
    ],
)
def test_what_is_no_edge_is_named(body, message):
    with pytest.raises(FormatError) as caught:
        edges(body)
    assert message in str(caught.value)


def test_attributes_that_are_none_are_named():
    with pytest.raises(FormatError, match="attributes of the class 'graph'"):
        read(TWO, declared='<attributes class="graph"><attribute id="0"/></attributes>')
    with pytest.raises(FormatError, match="attribute '0' of a node is declared twice"):
        read(TWO, declared=DECLARED + '<attributes class="node"><attribute id="0"/></attributes>')
