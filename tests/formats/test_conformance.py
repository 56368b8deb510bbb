"""Every registered format keeps every graph, and refuses every damaged file in words."""

import os
from importlib.util import find_spec

import hypothesis.strategies as st
import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import neurograph as ng
from neurograph.errors import FormatError, GraphError
from neurograph.formats import FORMATS, read, read_table, write
from tests.formats.graphs import content, exact, loose, mixed, sample, small
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


@every_full_format
def test_each_population_comes_back_with_its_dynamics(suffix, tmp_path):
    network = mixed()
    back = read(write(network, tmp_path / f"mixed{suffix}"))
    assert content(back, loose) == content(network.to_graph(), loose)
    again = ng.compile(back)
    assert again.dynamics.each == network.dynamics.each
    assert exact(again.nodes) == exact(network.nodes)
    assert exact(again.edges) == exact(network.edges)
    for name in ("weights", "biases", "parameters", "population"):
        assert getattr(again, name).tobytes() == getattr(network, name).tobytes()
    for end, same in zip(again.box, network.box, strict=True):
        assert end.tobytes() == same.tobytes()


@every_format
def test_delays_come_back_or_are_refused_by_name(suffix, tmp_path):
    graph = sample(suffix)
    delays = dict(zip(graph.edges, (0.1 + 0.2, None, 3), strict=True))
    for edge, delay in delays.items():
        graph.edges[edge].update({} if delay is None else {"delay": delay})
    network = ng.compile(graph, ng.Dynamics("-s + I + b"))
    path = tmp_path / f"late{suffix}"
    if suffix == ".nir":
        with pytest.raises(FormatError, match=r"attribute 'delay' of edge \('x', 0\) -> 1 has no place in NIR"):
            write(network, path)
        assert not path.exists()
        return
    back = read(write(network, path))
    assert list(back.edges(data="delay")) == [(*edge, delay) for edge, delay in delays.items()]
    assert ng.compile(back).delays.tobytes() == network.delays.tobytes()
    lines = nx.DiGraph(graph)
    lines.edges[1, "1"]["delay"] = lines.edges["1", 1]["delay"] = 7.0
    assert ng.compile(read(write(lines, path)), ADDITIVE).delays.tolist() == ng.compile(lines, ADDITIVE).delays.tolist()


@every_format
def test_a_table_is_written_and_read_as_a_graph_is(suffix, tmp_path):
    graph = sample(suffix)
    path = write(ng.compile(graph, ng.Dynamics("-s + I + b")).to_table(), tmp_path / f"table{suffix}")
    assert content(read(path)) == content(ng.compile(graph, ng.Dynamics("-s + I + b")).to_graph())
    assert content(read_table(path).to_graph()) == content(read(path))


@every_format
def test_every_node_of_a_file_carries_its_role_and_its_sign(suffix, tmp_path):
    graph = sample(suffix)
    signs = {} if suffix == ".nir" else {("x", 0): 1}
    nx.set_node_attributes(graph, signs, "sign")
    for one in (graph, ng.compile(graph, ng.Dynamics("-s + I + b"))):
        back = read(write(one, tmp_path / f"roles{suffix}"))
        assert list(back.nodes(data="role")) == [(("x", 0), "input"), (1, "hidden"), ("1", "output")]
        assert {node: sign for node, sign in back.nodes(data="sign") if sign} == signs
    assert "role" not in graph.nodes[1]


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
        for length in (*range(0, end, max(1, end // examples(suffix, 160))), end - 1):
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
