"""GraphML, of Gephi and igraph too."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats import read, write
from tests.formats.graphs import EDGES, exact, small, subgraph

NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


def keys(path):
    """Type of every GraphML key, by what it is for and its name; each is there once."""
    found = list(ET.parse(path).iter(NAMESPACE + "key"))
    types = {(key.get("for"), key.get("attr.name")): key.get("attr.type") for key in found}
    assert len(types) == len(found)
    return types


def test_graphml_columns_have_one_type_that_others_know(tmp_path):
    graph = small()
    graph.edges[1, "1"]["weight"] = graph.edges["1", 1]["weight"] = np.int64(2)
    graph.nodes[1].update(bias=3, mixed=2, huge=2**64, large=2**63, flag=True, count=5, id="mine")
    graph.nodes["1"].update(mixed=0.5, huge=0.5, flag=None, count=2)
    path = write(graph, tmp_path / "graph.graphml")
    assert keys(path) == {
        ("graph", "name"): "string", ("graph", "note"): "string",
        ("graph", "neurograph_version"): "long", ("node", "neurograph_label"): "string",
        ("node", "role"): "string", ("node", "bias"): "double", ("node", "tags"): "string",
        ("node", "mixed"): "double", ("node", "huge"): "string", ("node", "large"): "string",("node", "flag"): "string",
        ("node", "count"): "long", ("node", "_id"): "string", ("edge", "weight"): "double",
        ("edge", "plastic"): "boolean", ("edge", "tie"): "string",
    }  # fmt: skip
    back = read(path)
    assert exact(back.nodes[1]["mixed"]) == exact(2.0)
    assert exact(back.nodes[1]["huge"]) == exact(2**64)
    assert exact(back.nodes["1"]["flag"]) == exact(None)
    assert [node.get("id") for node in ET.parse(path).iter(NAMESPACE + "node")] == [
        '["x", 0]', "1'", "1",
    ]  # fmt: skip


def test_graphml_says_what_absent_means_to_programs_that_fill_in(tmp_path):
    path = write(small(), tmp_path / "graph.graphml")
    defaults = {key.get("attr.name"): default.text for key in ET.parse(path).iter(NAMESPACE + "key") for default in key}
    assert defaults == {"role": "hidden", "plastic": "True"}


GEPHI = """<?xml version='1.0' encoding='UTF-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="label" attr.type="string" for="node" id="label"/>
<key attr.name="Edge Label" attr.type="string" for="edge" id="edgelabel"/>
<key attr.name="weight" attr.type="double" for="edge" id="weight"><default>0.5</default></key>
<key attr.name="role" attr.type="string" for="node" id="role"/>
<key attr.name="r" attr.type="int" for="node" id="r"/>
<graph edgedefault="directed">
<node id="7"><data key="label">in</data><data key="role">input</data><data key="r">192</data></node>
<node id="8"><data key="role">output</data></node>
<edge id="0" source="7" target="8"/>
<edge id="1" source="8" target="8"><data key="weight">2.0</data></edge>
</graph>
</graphml>
"""


# As igraph 1.0 writes a graph that it has read from GraphML of neurograph.
IGRAPH = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<!-- Created by igraph -->
  <key id="g_neurograph_version" for="graph" attr.name="neurograph_version" attr.type="double"/>
  <key id="v_bias" for="node" attr.name="bias" attr.type="double"/>
  <key id="v_neurograph_label" for="node" attr.name="neurograph_label" attr.type="string"/>
  <key id="v_role" for="node" attr.name="role" attr.type="string"/>
  <key id="v_id" for="node" attr.name="id" attr.type="string"/>
  <key id="e_tie" for="edge" attr.name="tie" attr.type="string"/>
  <key id="e_plastic" for="edge" attr.name="plastic" attr.type="boolean"/>
  <key id="e_weight" for="edge" attr.name="weight" attr.type="double"/>
  <graph id="G" edgedefault="directed">
    <data key="g_neurograph_version">1</data>
    <node id="n0">
      <data key="v_neurograph_label">[&quot;x&quot;, 0]</data>
      <data key="v_role">input</data>
      <data key="v_id">[&quot;x&quot;, 0]</data>
    </node>
    <node id="n1">
      <data key="v_bias">0.3</data>
      <data key="v_neurograph_label"></data>
      <data key="v_role">output</data>
      <data key="v_id">y</data>
    </node>
    <edge source="n0" target="n1">
      <data key="e_tie"></data>
      <data key="e_plastic">false</data>
      <data key="e_weight">0.25</data>
    </edge>
    <edge source="n1" target="n1">
      <data key="e_tie"></data>
      <data key="e_plastic">true</data>
      <data key="e_weight">-1</data>
    </edge>
  </graph>
</graphml>
"""


def test_graphml_of_gephi_is_read_with_its_defaults(tmp_path):
    path = tmp_path / "gephi.graphml"
    for text in (GEPHI, GEPHI.replace("<graphml ", "<!DOCTYPE graphml>\n<graphml ")):
        path.write_text(text)
        graph = read(path)
        assert dict(graph.nodes(data="role")) == {"7": "input", "8": "output"}
        assert list(graph.edges(data="weight")) == [("7", "8", 0.5), ("8", "8", 2.0)]
        assert graph.nodes["7"] == {"label": "in", "role": "input", "r": 192}
        assert graph.graph == {}
        assert ng.compile(graph, ng.dynamics.vector_field()).weights.tolist() == [0.5, 2.0]


def test_graphml_that_went_through_igraph_keeps_its_labels(tmp_path):
    path = tmp_path / "igraph.graphml"
    path.write_text(IGRAPH)
    graph = read(path)
    assert list(graph.nodes(data=True)) == [(("x", 0), {"role": "input"}), ("y", {"role": "output", "bias": 0.3})]
    assert list(graph.edges(data=True)) == [
        (("x", 0), "y", {"plastic": False, "weight": 0.25}), ("y", "y", {"plastic": True, "weight": -1.0}),
    ]  # fmt: skip


LAUGHS = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(9))


NODE, EDGE, OUTPUT = '<node id="n0">', '<edge source="n0" target="n1">', '<data key="v_role">output</data>'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<graphml ", f'<!DOCTYPE graphml [<!ENTITY a0 "ha">{LAUGHS}]>\n<graphml ', "declares entities"),
        ("<graphml ", '<!DOCTYPE graphml [<!ENTITY a SYSTEM "file:///etc/hosts">]>\n<graphml ', "declares"),
        ("<graphml ", '<!DOCTYPE graphml [<!ATTLIST node x CDATA "xx">]>\n<graphml ', "or attributes"),
        ('"directed"', '"undirected"', "undirected"),
        ("</graphml>", '<graph edgedefault="directed"/></graphml>', "holds 2 graphs"),
        (NODE, NODE + '<graph edgedefault="directed"/>', "holds 2 graphs"),
        ("</graph>", '<edge source="n0" target="n1"/></graph>', "has no weight"),
        ("</graph>", '<edge source="n1" target="n9"/></graph>', "edge 'y' -> 'n9' ends at 'n9', which is no node"),
        ("</graph>", '<node id="n1"/></graph>', "node 'n1' is there twice"),
        ("</graph>", "<hyperedge/></graph>", "hyperedge"),
        ("graphml", "svg", "root <svg>: expected <graphml>"),
        ('encoding="UTF-8"', 'encoding="no-such"', "not whole XML"),
        ('attr.type="double"', 'attr.type="quaternion"', "quaternion"),
        ("v_bias\">0.3", "v_bias\">x", "attribute 'bias' of node 'n1' is 'x': expected a value of type double"),
        ("version\">1<", "version\">2<", "neurograph_version is 2.0: expected 1"),
        ('[&quot;x&quot;, 0]', "[", "neurograph_label of node 'n0'"),
        ('v_neurograph_label"></data>', 'v_neurograph_label">["x", 0]</data>', "the same neurograph_label"),
        ('e_tie"></data>', 'e_tie">json:{</data>', "attribute 'tie' of edge 'n0' -> 'n1'"),
        ('attr.name="tie"', 'attr.name="json:3"', "is called 3"),
        (OUTPUT, "", "no node has role 'output'.*open it with neurograph.formats"),
        ('e_weight">0.25', 'e_weight">NaN', "has no weight"),
    ],
)  # fmt: skip
def test_graphml_that_is_no_graph_is_refused(old, new, message, tmp_path):
    path = tmp_path / "graph.graphml"
    assert old in IGRAPH
    text = IGRAPH.replace(old, new)
    path.write_text(text.replace('e_tie"></data>', 'e_tie">t</data>', 1) if "called" in message else text)
    with pytest.raises(FormatError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_igraph_reads_graphml(tmp_path):
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph.Read_GraphML(str(ng.write(subgraph(), tmp_path / "net.graphml")))
    assert graph.is_directed()
    assert graph.vs["id"] == ["in é", "mid", "out"]
    assert graph.vs["role"] == ["input", "hidden", "output"]
    assert graph.vs["layer"][1] == 3
    names = graph.vs["id"]
    assert [(names[edge.source], names[edge.target], edge["weight"]) for edge in graph.es] == EDGES
    assert graph.es["plastic"] == [False, True, True]
