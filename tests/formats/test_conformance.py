"""Every registered format keeps every graph, and refuses every damaged file in words."""

import json
import os
import xml.etree.ElementTree as ET
from importlib.util import find_spec

import hypothesis.strategies as st
import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import neurograph as ng
from neurograph.errors import FormatError, GraphError
from neurograph.formats import FORMATS, read, read_table, write
from tests.strategies import graphs

ADDITIVE = ng.dynamics.additive()

SUFFIXES = [format.suffix for format in FORMATS.values()]
PACKAGES = {".parquet": "pyarrow", ".h5": "h5py", ".nir": "nir"}
MISSING = {suffix: package for suffix, package in PACKAGES.items() if find_spec(package) is None}


def parameters(suffixes):
    """The suffixes, each skipped where its package is missing."""
    return [
        pytest.param(
            one, marks=pytest.mark.skipif(one in MISSING, reason=f"needs {MISSING.get(one)}, of the extra 'files'")
        )
        for one in suffixes
    ]


every_format = pytest.mark.parametrize("suffix", parameters(SUFFIXES))
# NIR refuses what it cannot hold: see test_format_nir.py.
every_full_format = pytest.mark.parametrize("suffix", parameters([one for one in SUFFIXES if one != ".nir"]))


def examples(suffix, many):
    """How many examples: HDF5 takes a process for each."""
    return max(8, many // 20) if suffix in (".h5", ".nir") else many


finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | st.integers() | finite | st.text(max_size=5)
names = (
    st.sampled_from(["id", "_id", "label", "name", "value", "source", "target", "key", "tuple"])
    | st.sampled_from(["neurograph_label", "neurograph_version", "node_default", "json:", "tie"])
    | st.text(max_size=3)
).filter(lambda name: name not in ("role", "bias", "weight", "plastic", "dynamics"))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=5,
)
# Edges with one tie must have one weight: small() and tests.graphs have those.
attributes = st.dictionaries(names.filter(lambda name: name != "tie"), values, max_size=3)
flat = st.integers() | st.text(max_size=4) | finite | st.booleans()
labels = (
    st.integers()
    | st.sampled_from([1, "1", "[1, 2]", (1, 2), "n0", "", '"1"'])
    | st.text(max_size=4)
    | st.lists(flat, max_size=3).map(tuple)
)


@st.composite
def decorated(draw):
    """Any graph that can be compiled, with attributes everywhere."""
    nodes = draw(st.lists(labels, min_size=1, max_size=7, unique=True))
    roles = draw(st.tuples(*[st.sampled_from([None, "hidden", "input", "bias", "output"])] * len(nodes)))
    roles = dict(zip(nodes, roles, strict=True)) | {nodes[-1]: "output"}
    graph = nx.DiGraph()
    graph.graph.update(draw(attributes))
    for node in nodes:
        graph.add_nodes_from([(node, draw(attributes))])
        if roles[node]:
            graph.nodes[node]["role"] = roles[node]
        if roles[node] not in ("input", "bias") and draw(st.booleans()):
            graph.nodes[node]["bias"] = draw(finite)
    free = [node for node in nodes if roles[node] not in ("input", "bias")]
    edges = st.tuples(st.sampled_from(nodes), st.sampled_from(free))
    for pre, post in draw(st.lists(edges, unique=True, max_size=10)):
        plastic = draw(st.sampled_from([{}, {"plastic": True}, {"plastic": False}]))
        graph.add_edges_from([(pre, post, {**draw(attributes), **plastic, "weight": draw(finite)})])
    return graph


def exact(value):
    """A value with the type of all in it, and -0.0 apart from 0.0."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [exact(item) for item in value]
    return type(value), repr(value)


def loose(value):
    """The same, but an int may have become a float: at the top of an attribute only."""
    return exact(float(value) if type(value) is int and abs(value) <= 2**53 else value)


def content(graph, attribute=exact):
    def row(data):
        return {name: attribute(value) for name, value in data.items()}

    return (
        row(graph.graph),
        [(exact(node), row(data)) for node, data in graph.nodes(data=True)],
        [(exact((pre, post)), row(data)) for pre, post, data in graph.edges(data=True)],
    )


def small():
    graph = nx.DiGraph()
    graph.add_node(("x", 0), role="input", tags=["a", "b"])
    graph.add_node(1, bias=0.1 + 0.2)
    graph.add_node("1", role="output")
    graph.add_edge(("x", 0), 1, weight=1 / 3, plastic=False)
    graph.add_edge(1, "1", weight=-5e-324, tie=("a", 1))
    graph.add_edge("1", 1, weight=-5e-324, tie=("a", 1))
    graph.graph.update(name="small", note=None)
    return graph


def sample(suffix):
    """A graph that the format holds."""
    graph = small()
    if suffix == ".nir":
        graph.graph["dynamics"] = ng.Dynamics("-s + I + b").to_dict()
        for _, _, data in graph.edges(data=True):
            data.pop("tie", None)
            data.pop("plastic", None)
    return graph


@every_full_format
def test_every_graph_comes_back(suffix, tmp_path):
    path = tmp_path / f"graph{suffix}"

    @settings(max_examples=examples(suffix, 60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(graph=decorated() | graphs(biases=True, self_loops=True))
    def comes_back(graph):
        before = content(graph)

        back = read(write(graph, path))

        assert content(graph) == before
        assert content(back, loose) == content(graph, loose)
        network, again = ng.compile(graph, ADDITIVE), ng.compile(back, ADDITIVE)
        assert exact(again.nodes) == exact(network.nodes)
        assert exact(again.edges) == exact(network.edges)
        for name in ("weights", "biases", "roles"):
            assert getattr(again, name).tobytes() == getattr(network, name).tobytes()

    comes_back()


@every_format
def test_a_table_is_written_and_read_as_a_graph_is(suffix, tmp_path):
    graph = sample(suffix)
    path = write(ng.compile(graph, ng.Dynamics("-s + I + b")).to_table(), tmp_path / f"table{suffix}")
    assert content(read(path)) == content(ng.compile(graph, ng.Dynamics("-s + I + b")).to_graph())
    assert content(read_table(path).to_graph()) == content(read(path))


@pytest.mark.skipif(".parquet" in MISSING, reason="needs pyarrow, of the extra 'files'")
@settings(max_examples=40)
@given(graph=graphs(biases=True, self_loops=True, ties=False, attributes=False), seed=st.integers(0, 99))
def test_parquet_of_bare_weights_goes_the_way_of_arrays(tmp_path_factory, graph, seed):
    for _, _, data in graph.edges(data=True):
        data.pop("plastic", None)
    path = tmp_path_factory.getbasetemp() / "bare.parquet"
    network = ng.compile(graph, ADDITIVE)
    left = network.without_edges(np.random.default_rng(seed).random(network.weights.size) < 0.5)
    for one in (network, left):
        assert content(read(write(one, path))) == content(one.to_graph())
        assert ng.compile(read_table(path)).weights.tobytes() == one.weights.tobytes()


HARD_TEXTS = ["", " ", "\n", "\r\n", "\x00", "\x7f\x85", "\ufffe", "\U0010ffff", "]]>", "&amp;", "json:1"]
HARD_TEXTS += ["1", "null", "NaN", '"', "id", "__id", "tuple", "weight ", "é", "\u2028"]
HARD_VALUES = [{"tuple": [1]}, {"tuple": [1], "_tuple": ()}, ((),), [[]], {}, {"": None}, 2**70, -(2**63)]
HARD_VALUES += [-0.0, 5e-324, 1.7976931348623157e308, 1e22, True, 1, 1.0, (1, True, 1.0, None)]


@every_full_format
@pytest.mark.parametrize("value", HARD_TEXTS + HARD_VALUES, ids=repr)
def test_hard_values_come_back(suffix, value, tmp_path):
    graph = small()
    for data in (graph.graph, graph.nodes[1], graph.edges[1, "1"]):
        data["hard"] = value
        if isinstance(value, str):
            data[value] = "name"
    if value.__hash__:
        graph.add_node((value, 0))
        if value not in graph:
            graph.add_edge(value, "1", weight=1.0)
    assert content(read(write(graph, tmp_path / f"graph{suffix}"))) == content(graph)


@every_full_format
def test_an_attribute_that_looks_like_a_tuple_comes_back(suffix, tmp_path):
    graph = nx.DiGraph([(0, 1, {"tuple": [1], "weight": 1.0})], tuple=[1])
    graph.add_node(0, tuple=[1])
    graph.add_node(1, role="output")
    assert content(read(write(graph, tmp_path / f"graph{suffix}"))) == content(graph)


def test_json_keeps_int_and_float_apart(tmp_path):
    graph = small()
    graph.nodes[1]["x"], graph.nodes["1"]["x"] = 1, 1.0
    assert content(read(write(graph, tmp_path / "a.json"))) == content(graph)


@every_full_format
def test_a_network_is_written_with_its_dynamics(suffix, tmp_path):
    named = [
        ng.dynamics.deep("absolute", extra_leak=0.3),  # what compile() would choose by itself
        ng.dynamics.deep("signed"),
        ng.Dynamics("(-s + relu(I)) / tau", "tanh(s)", (-1.0, 2.5), {"tau": 0.1}),
    ]
    graph = small()
    del graph.nodes[1]["bias"]
    for dynamics in named:
        back = read(write(ng.compile(graph, dynamics), tmp_path / f"network{suffix}"))
        assert type(back.graph["dynamics"]) is dict
        assert ng.compile(back).dynamics == dynamics
        graph.graph["dynamics"] = dynamics
        assert ng.compile(read(write(graph, tmp_path / f"graph{suffix}"))).dynamics == dynamics


@every_full_format
def test_a_network_of_float32_comes_back(suffix, tmp_path):
    network = ng.compile(small(), ng.dynamics.vector_field(), dtype=np.float32)
    back = ng.compile(read(write(network, tmp_path / f"network{suffix}")), dtype=np.float32)
    assert back.weights.tobytes() == network.weights.tobytes()


@every_full_format
def test_numpy_scalars_become_pythons(suffix, tmp_path):
    graph = nx.DiGraph()
    graph.add_node((np.int64(1), np.str_("a")), role="output", x=np.float32(0.1), y=[np.bool_(True)])
    graph.add_node(np.int64(2), bias=np.float16(0.5), role=np.str_("hidden"))
    graph.add_edge(np.int64(2), (1, "a"), weight=np.float64(0.1), plastic=np.bool_(False))
    plain = nx.DiGraph()
    plain.add_node((1, "a"), role="output", x=float(np.float32(0.1)), y=[True])
    plain.add_node(2, bias=0.5, role="hidden")
    plain.add_edge(2, (1, "a"), weight=0.1, plastic=False)
    assert content(read(write(graph, tmp_path / f"graph{suffix}"))) == content(plain)


@every_format
@pytest.mark.parametrize("path", ["~name{}", "UPPER{}", "two.dots{}", "sp ace é{}"])
def test_the_suffix_chooses(suffix, path, tmp_path):
    path = tmp_path / path.format(suffix.upper() if path == "UPPER{}" else suffix)
    assert write(sample(suffix), str(path)) == path
    assert content(read(str(path))) == content(sample(suffix))


def test_an_unknown_suffix_lists_the_known(tmp_path):
    for action in (lambda: write(small(), tmp_path / "a.xyz"), lambda: read(tmp_path / "a.xyz")):
        with pytest.raises(FormatError, match=r"a\.xyz.*'\.xyz'.*") as caught:
            action()
        assert all(format.suffix in str(caught.value) for format in FORMATS.values())


def test_every_format_has_its_own_suffix():
    assert len({format.suffix for format in FORMATS.values()}) == len(FORMATS) >= 2


class Loud:
    """Something no file can hold."""


BAD_VALUES = [
    Loud(), {1, 2}, frozenset(), b"bytes", 1j, np.zeros(2), np.datetime64("2020"), lambda: 0,
    {1: 2}, [{"a": {1}}], float("nan"), [float("inf")], np.float32("-inf"), "\ud800", {"\udfff": 1},
]  # fmt: skip


@every_format
@pytest.mark.parametrize("value", BAD_VALUES, ids=lambda value: type(value).__name__)
def test_what_no_file_holds_is_refused_by_name(suffix, value, tmp_path):
    path = tmp_path / f"bad{suffix}"
    for place, owner in (
        (lambda graph: graph.nodes[("x", 0)], r"'odd' of node \('x', 0\)"),
        (lambda graph: graph.edges[1, "1"], "'odd' of edge 1 -> '1'"),
        (lambda graph: graph.graph, "'odd' of the graph"),
    ):
        graph = sample(suffix)
        place(graph)["odd"] = value
        with pytest.raises(FormatError, match=owner):
            write(graph, path)
    assert not path.exists()


@every_format
@pytest.mark.parametrize("label", [frozenset({1}), (1, b"x"), float("nan"), (1, float("inf")), Loud()])
def test_a_label_no_file_holds_is_refused_by_name(suffix, label, tmp_path):
    graph = sample(suffix)
    graph.add_node(label)
    with pytest.raises(FormatError, match="label of node"):
        write(graph, tmp_path / f"bad{suffix}")


@every_format
def test_an_attribute_that_contains_itself_is_refused(suffix, tmp_path):
    graph = sample(suffix)
    graph.nodes[1]["loop"] = loop = []
    loop.append(loop)
    with pytest.raises(FormatError, match="'loop' of node 1 is nested more than 50 deep"):
        write(graph, tmp_path / f"bad{suffix}")


@every_format
def test_a_name_that_is_no_text_is_refused(suffix, tmp_path):
    graph = sample(suffix)
    graph.nodes[1][7] = "x"
    with pytest.raises(FormatError, match="name of attribute 7 of node 1"):
        write(graph, tmp_path / f"bad{suffix}")


@every_format
def test_a_graph_that_cannot_be_compiled_is_not_written(suffix, tmp_path):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    whole = path.read_bytes()
    bad = sample(suffix)
    bad.edges[1, "1"]["weight"] = float("nan")
    tied = small()
    tied.edges[1, "1"]["weight"] = 4.0
    for graph in (bad, tied, nx.Graph(), nx.DiGraph(), "graph"):
        with pytest.raises(GraphError):
            write(graph, path)
    assert path.read_bytes() == whole


@every_format
@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_failure_leaves_the_old_file_whole(suffix, step, tmp_path, monkeypatch):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    files = {file: file.read_bytes() for file in tmp_path.iterdir()}

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    other = sample(suffix)
    other.nodes[1]["bias"] = 9.0
    with pytest.raises(FormatError, match=r"graph\..*No space left"):
        write(other, path)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == files


@every_format
def test_a_link_is_written_through(suffix, tmp_path):
    target = write(sample(suffix), tmp_path / f"target{suffix}")
    link = tmp_path / f"link{suffix}"
    for file in list(tmp_path.iterdir()):
        (tmp_path / file.name.replace("target", "link")).symlink_to(file)
    other = sample(suffix)
    other.nodes[1]["bias"] = 9.0
    write(other, link)
    assert link.is_symlink()
    assert read(target).nodes[1]["bias"] == 9.0


@every_format
def test_a_path_that_is_none_is_refused(suffix, tmp_path):
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    missing = tmp_path / "missing" / f"graph{suffix}"
    for path in (folder, missing):
        with pytest.raises(FormatError, match=path.name):
            read(path)
        with pytest.raises(FormatError, match=path.name):
            write(sample(suffix), path)
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


@every_format
def test_a_truncated_file_is_refused(suffix, tmp_path, monkeypatch):
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.MOST_SECONDS", 1)
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    for part in list(tmp_path.iterdir()):
        whole = part.read_bytes()
        end = len(whole.rstrip())
        for length in (*range(0, end, end // examples(suffix, 160)), end - 1):
            part.write_bytes(whole[:length])
            with pytest.raises(FormatError, match=path.name):
                read(path)
        part.write_bytes(whole)


@every_format
def test_a_file_of_another_kind_is_refused(suffix, tmp_path):
    contents = [b"", b" \n", b"\x00", bytes(range(256)), b"null", b"[]", b"{}", b"<svg/>", b"<graphml/>", b"<gexf/>"]
    contents += [b"[" * 100_000, b"<a>" * 100_000, b"\x1f\x8b\x08\x00", "{}".encode("utf-16")]
    for other in SUFFIXES:
        if other != suffix and other not in MISSING:
            contents.append(write(sample(other), tmp_path / f"other{other}").read_bytes())
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    for part in tmp_path.glob(f"graph*{suffix}"):
        whole = part.read_bytes()
        for data in contents:
            part.write_bytes(data)
            with pytest.raises(FormatError, match=path.name):
                read(path)
        part.write_bytes(whole)


def document(**changes):
    return {
        "schema": "neurograph", "version": 1, "directed": True, "multigraph": False, "graph": {},
        "nodes": [{"id": "a"}, {"id": "b", "role": "output"}],
        "edges": [{"source": "a", "target": "b", "weight": 1}],
    } | changes  # fmt: skip


A, B, AB = {"id": "a"}, {"id": "b", "role": "output"}, {"source": "a", "target": "b", "weight": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "other"}, "not a graph of neurograph"),
        ({"version": 2}, "version 2: expected 1"),
        ({"version": None}, "version None"),
        ({"directed": False}, "directed is False"),
        ({"multigraph": True}, "multigraph is True"),
        ({"graph": []}, "graph is .*: expected a JSON object"),
        ({"nodes": {}}, "nodes is .*: expected a JSON array"),
        ({"edges": None}, "edges is None"),
        ({"nodes": [A, B, A]}, "node 'a' is there twice"),
        ({"nodes": [A, B, 3]}, "node 3 has no id"),
        ({"nodes": [A, B, {}]}, "has no id"),
        ({"nodes": [A, B, {"id": None}]}, "a node is called None"),
        ({"nodes": [A, B, {"id": [{}]}]}, "a node is called"),
        ({"edges": [AB, AB]}, "edge 'a' -> 'b' is there twice"),
        ({"edges": [{"source": "a"}]}, "has no target"),
        ({"edges": [{"source": "a", "target": "c", "weight": 1}]}, "ends at 'c', which is no node"),
        ({"edges": [{"source": "a", "target": "b"}]}, "edge 'a' -> 'b' has no weight"),
        ({"edges": [{**AB, "weight": float("nan")}]}, "contains NaN"),
        ({"nodes": [A, {"id": "b"}]}, "no node has role 'output'.*open it with networkx"),
    ],
)
def test_json_that_is_no_graph_is_refused(changes, message, tmp_path):
    path = tmp_path / "graph.json"
    path.write_text(json.dumps(document()))
    assert list(read(path).edges(data="weight")) == [("a", "b", 1.0)]
    path.write_text(json.dumps(document(**changes)))
    with pytest.raises(FormatError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_networkx_alone_reads_the_json(tmp_path):
    path = write(small(), tmp_path / "graph.json")
    graph = nx.node_link_graph(json.loads(path.read_text("utf-8")), edges="edges")
    assert list(graph) == list(small())
    assert list(graph.edges(data="weight")) == list(small().edges(data="weight"))


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
        ("</graph>", '<edge source="n0" target="n1"/></graph>', "several edges between two nodes"),
        ("</graph>", '<edge source="n1" target="n9"/></graph>', "declares 2 nodes but names 3"),
        ("</graph>", '<node id="n1"/></graph>', "declares 3 nodes but names 2"),
        ("</graph>", "<hyperedge/></graph>", "hyperedge"),
        ("http://graphml.graphdrawing.org/xmlns", "http://example.org", "cannot be read as GraphML"),
        ('encoding="UTF-8"', 'encoding="no-such"', "not whole XML"),
        ('attr.type="double"', 'attr.type="quaternion"', "quaternion"),
        ("v_bias\">0.3", "v_bias\">x", "could not convert"),
        ("version\">1<", "version\">2<", "neurograph_version is 2.0: expected 1"),
        ('[&quot;x&quot;, 0]', "[", "neurograph_label of node 'n0'"),
        ('v_neurograph_label"></data>', 'v_neurograph_label">["x", 0]</data>', "the same neurograph_label"),
        ('e_tie"></data>', 'e_tie">json:{</data>', "attribute 'tie' of edge 'n0' -> 'n1'"),
        ('attr.name="tie"', 'attr.name="json:3"', "is called 3"),
        (OUTPUT, "", "no node has role 'output'.*networkx.read_graphml"),
        ('e_weight">0.25', 'e_weight">NaN', "has weight nan"),
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
