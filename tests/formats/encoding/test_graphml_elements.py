"""GraphML of others, element by element: keys, directions, drawings, and what is refused by name."""

import pytest

from neurograph.errors import FormatError
from neurograph.formats.encoding.graphml_elements import GraphMLRows

KEYS = """
<key id="w" for="edge" attr.name="weight" attr.type="double"><default>0.5</default></key>
<key id="k" for="all" attr.name="kind" attr.type="string"><default>any</default></key>
<key id="t" for="graph" attr.name="title"/>
<key id="g" for="node" yfiles.type="nodegraphics"/>
<key id="e" for="edge" yfiles.type="edgegraphics"/>
"""


def read(body, default="directed", keys=KEYS):
    text = f'<graphml xmlns:y="yed">{keys}<graph edgedefault="{default}">{body}</graph></graphml>'
    return GraphMLRows.of(text.encode())


TWO = '<node id="a"/><node id="b"/>'


def test_defaults_stand_apart_for_nodes_and_edges():
    found = read(TWO + '<data key="t">net</data><edge source="a" target="b"><data key="w">2</data></edge>')
    assert found.defaults == {"graph": {"kind": "any"}, "node": {"kind": "any"}, "edge": {"weight": 0.5, "kind": "any"}}
    assert found.rows.attributes == {"title": "net"}
    assert found.rows.edges == [("a", "b", {"weight": 2.0}, True)]


@pytest.mark.parametrize("default", ["directed", "undirected"])
def test_an_edge_says_its_direction_or_has_that_of_the_file(default):
    edges = '<edge source="a" target="b"/><edge directed="true" source="a" target="b"/>'
    found = read(TWO + edges + '<edge directed="false" source="a" target="b"/>', default)
    assert [directed for *_, directed in found.rows.edges] == [default == "directed", True, False]


def test_ids_ports_and_descriptions_of_edges_are_kept():
    edge = '<edge id="e0" source="a" target="b" sourceport="N" targetport="S"><desc>thick</desc></edge>'
    assert read(TWO + edge).rows.edges[0][2] == {"id": "e0", "sourceport": "N", "targetport": "S", "desc": "thick"}


def test_what_no_attribute_can_hold_is_counted():
    found = read('<node id="a"><port name="N"/><port name="S"/></node><locator/>')
    assert found.rows.left_out == {"port": 2, "locator": 1}


def test_labels_and_places_of_yed_are_kept_and_its_styles_counted():
    node = (
        '<node id="a"><data key="g"><y:ShapeNode><y:Geometry x="1" y="2.5" width="3" height="4"/>'
        '<y:Fill color="#FFF"/><y:BorderStyle/><y:NodeLabel>one</y:NodeLabel><y:NodeLabel>two</y:NodeLabel>'
        '<y:Shape type="hexagon"/></y:ShapeNode></data></node>'
    )
    found = read(node)
    assert found.rows.nodes["a"] == {
        "x": 1.0, "y": 2.5, "width": 3.0, "height": 4.0, "color": "#FFF", "label": "one", "further_label": "two",
        "shape": "hexagon",
    }  # fmt: skip
    assert found.rows.left_out == {"yEd style": 1}


@pytest.mark.parametrize(
    ("source", "target", "turned"), [("none", "standard", 0), ("none", "none", 1), ("standard", "none", 1)]
)
def test_arrows_of_yed_that_say_another_direction_are_told(source, target, turned):
    arrows = f'<data key="e"><y:PolyLineEdge><y:Arrows source="{source}" target="{target}"/></y:PolyLineEdge></data>'
    found = read(f'{TWO}<edge source="a" target="b">{arrows}</edge>')
    assert len(found.rows.changes) == turned
    assert all("1 edge with arrowheads of yEd other than one at the target" in said for said in found.rows.changes)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<node id="a"><data key="no">1</data></node>', "node 'a' has data of the key 'no': expected one that is decl"),
        ('<node id="a"/><edge source="a"/>', "a edge {'source': 'a'} has no target"),
        ("<node/>", "a node {} has no id"),
        (TWO + "<hyperedge/>", "it has a hyperedge"),
        (TWO + '<edge source="a" target="b" directed="maybe"/>', "directed of edge 'a' -> 'b' is 'maybe'"),
    ],
)
def test_what_is_no_graph_is_named(body, message):
    with pytest.raises(FormatError) as caught:
        read(body)
    assert message in str(caught.value)


def test_keys_and_directions_that_are_none_are_named():
    with pytest.raises(FormatError, match="the key 'w' is declared twice"):
        read(TWO, keys=KEYS + '<key id="w" for="node"/>')
    with pytest.raises(FormatError, match="edgedefault is 'both'"):
        read(TWO, "both")
