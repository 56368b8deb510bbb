"""What every format builds on: plain values, JSON with tuples, names that are reserved, and graphs read with care."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.errors import FormatError, MissingPackageError
from neurograph.formats import FORMATS, write
from neurograph.formats.base import (
    add_edge,
    add_node,
    attributes_from_json,
    check_version,
    escaped,
    from_json,
    label_from_json,
    parsed_json,
    to_json,
    unescaped,
)
from tests.formats.graphs import exact, refused, sample, subgraph

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("suffix", [".json", ".cyjs"])
def test_json_that_is_none_is_refused(suffix, tmp_path):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    text = path.read_text()
    path.write_text(text.replace("0.3333333333333333", "NaN"))
    refused(path, "contains NaN")
    path.write_text(text.replace("0.3333333333333333", DEEP))
    refused(path, "nested too deep")
    path.write_text(text.replace("0.3333333333333333", "1" * 5000))
    refused(path, "not whole JSON")


def test_deep_json_in_a_cell_is_refused(tmp_path):
    graph = sample(".csv")
    graph.nodes[1]["x"] = [1]
    path = write(graph, tmp_path / "graph.csv")
    nodes = tmp_path / "graph.nodes.csv"
    nodes.write_text(nodes.read_text().replace("json:[1]", "json:" + DEEP[40_000:160_000]))
    refused(path, "nested too deep")


def test_a_missing_package_is_named_with_its_remedy(tmp_path, monkeypatch):
    packages = {".parquet": "pyarrow", ".h5": "h5py", ".nir": "nir"}
    graph = subgraph()
    for suffix, package in packages.items():
        monkeypatch.setitem(__import__("sys").modules, package, None)
        with pytest.raises(MissingPackageError, match=rf"need {package}, .*\[files\]"):
            write(graph, tmp_path / f"net{suffix}")
        for format in FORMATS.values():
            if format.suffix == suffix:
                with pytest.raises(MissingPackageError, match=package):
                    format.load([b"x", b"x"])


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
KEYS = st.sampled_from(["tuple", "_tuple", "__tuple", "x"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)


@given(VALUES)
def test_json_keeps_tuples_apart_from_lists_and_dicts(value):
    assert exact(from_json(to_json(value))) == exact(value)


@given(st.text("_id", max_size=4), st.sets(st.sampled_from(["id", "i", "d"])))
def test_a_reserved_name_is_escaped_and_comes_back(name, reserved):
    assert escaped(name, reserved) not in reserved
    assert unescaped(escaped(name, reserved), reserved) == name


def test_what_networkx_would_take_in_silence_is_refused():
    graph = nx.DiGraph()
    add_node(graph, 1, {"x": 2})
    add_node(graph, 2, {})
    add_edge(graph, 1, 2, {"weight": 1.0})
    assert graph.edges[1, 2] == {"weight": 1.0}
    with pytest.raises(FormatError, match="node 1 is there twice"):
        add_node(graph, 1, {})
    with pytest.raises(FormatError, match="ends at 3, which is no node"):
        add_edge(graph, 1, 3, {})
    with pytest.raises(FormatError, match="edge 1 -> 2 is there twice"):
        add_edge(graph, 1, 2, {})


def test_a_label_of_json_is_hashable():
    assert label_from_json(["x", [0, 1]]) == ("x", (0, 1))
    for value in (None, {"a": 1}, [{"a": 1}]):
        with pytest.raises(FormatError, match="a node is called"):
            label_from_json(value)


def test_strict_json_and_versions():
    assert parsed_json("[1]") == [1]
    with pytest.raises(FormatError, match="contains Infinity"):
        parsed_json("[-Infinity]"[1:-1].replace("-", ""))
    with pytest.raises(FormatError, match="has the key 'a' twice in one object"):
        parsed_json('[{"b": 1, "a": {}, "a": 2}]')
    assert attributes_from_json([["a", 1]], "data") == attributes_from_json({"a": 1}, "data") == {"a": 1}
    with pytest.raises(FormatError, match=r"data is \[3\]: expected a JSON object"):
        attributes_from_json([3], "data")
    check_version(1, "it has version")
    with pytest.raises(FormatError, match="it has version 2: expected 1"):
        check_version(2, "it has version")
