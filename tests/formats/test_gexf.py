"""GEXF: as networkx reads it, and as Gephi writes it."""

import networkx as nx

import neurograph as ng
from tests.formats.graphs import EDGES, subgraph

GEPHI = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.3" version="1.3" xmlns:viz="http://www.gexf.net/1.3/viz">
<meta lastmodifieddate="2024-01-01"><creator>Gephi 0.10</creator></meta>
<graph defaultedgetype="directed" mode="static">
<attributes class="node" mode="static">
<attribute id="role" title="role" type="string"><default>hidden</default></attribute>
</attributes>
<nodes>
<node id="7" label="left"><attvalues><attvalue for="role" value="input"/></attvalues></node>
<node id="8" label="mid"/>
<node id="9" label="right"><attvalues><attvalue for="role" value="output"/></attvalues></node>
</nodes>
<edges><edge id="0" source="7" target="8"/><edge id="1" source="8" target="9" weight="-2.5"/></edges>
</graph>
</gexf>
"""


def test_networkx_alone_reads_gexf(tmp_path):
    graph = nx.read_gexf(ng.write(subgraph(), tmp_path / "net.gexf"))
    assert dict(graph.nodes(data="role")) == {"in é": "input", "mid": "hidden", "out": "output"}
    assert list(graph.edges(data="weight")) == EDGES
    assert {name for _, data in graph.nodes(data=True) for name in data} == {"label", "role", "tags", "bias", "layer"}


def test_gexf_of_gephi_is_read_with_its_defaults(tmp_path):
    path = tmp_path / "gephi.gexf"
    path.write_text(GEPHI.replace("http://www.gexf.net/1.3", "http://gexf.net/1.3"))
    graph = ng.read(path)
    assert dict(graph.nodes(data="role")) == {"7": "input", "8": "hidden", "9": "output"}
    assert list(graph.edges(data=True)) == [
        ("7", "8", {"id": "0", "weight": 1.0}), ("8", "9", {"id": "1", "weight": -2.5}),
    ]  # fmt: skip
    assert graph.graph == {}
