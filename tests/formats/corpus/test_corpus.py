"""Files in the structure of each program's real exports: each is opened by one call, or refused with what cures it.

Those in the folders are written by hand, as yEd, Gephi, Cytoscape, libraries of JavaScript and collections of networks
write theirs; the others are made here by the libraries themselves.
"""

import functools
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import networkx
import networkx as nx
import numpy
import numpy as np
import pytest
import scipy

import neurograph
import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats import FORMATS, READERS
from tests.formats.corpus import made

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Opened:
    """With which words a file is opened, into which nodes and edges, and what is said of it."""

    words: dict[str, Any]
    nodes: list[Any]
    edges: list[tuple[Any, Any, float]]
    says: str = ""
    make: Any = None


@dataclass(frozen=True)
class Refused:
    """How a file is refused, and what code of the message (or else what change of the file) opens it."""

    says: str
    words: dict[str, Any] = field(default_factory=dict)
    edges: list[tuple[Any, Any, float]] = field(default_factory=list)
    change: Any = None
    make: Any = None


LR = ["left", "middle", "right"]
ENDS = {"inputs": ["left"], "outputs": ["right"]}
LINE = [("left", "middle", 1.5), ("middle", "right", -1.0)]
SUMS = [("left", "middle", 3.5), ("middle", "right", -1.0)]
ALL = {"outputs": ["left", "middle", "right"], "undirected": "both"}
BACK = [("left", "middle", 1.5), ("middle", "left", 1.5), ("middle", "right", -1.0), ("right", "middle", -1.0)]
BACK_SUMS = [(pre, post, 3.5 if weight == 1.5 else weight) for pre, post, weight in BACK]
PLACES = {"inputs": [0], "outputs": [2]}
BY_PLACE = [(0, 1, 1.5), (1, 2, -1.0)]

BY_HAND = {
    "yed/circuit.graphml": Opened(
        {"inputs": {"description": "sensory"}, "outputs": ["RMEL"], "weight": "synapses", "normalise": None},
        ["ASEL", "AIYL", "RMEL"], [("ASEL", "AIYL", 4.0), ("AIYL", "RMEL", 2.0)],
        "1 edge with arrowheads of yEd other than one at the target.*called by their attribute 'label'.*7 yEd styles"),
    "yed/same_labels_mixed.graphml": Opened(
        {"outputs": {"label": "motor"}}, ["n0", "n1", "n2"], [("n0", "n1", 0.5), ("n1", "n0", 0.5), ("n1", "n2", 1.0)],
        "1 undirected edge among directed ones made to go both ways; left out: 1 port"),
    "yed/group.graphml": Refused(
        r"2 graphs \(node 'n0' is a group.*ungroup nodes first", {"inputs": ["n0::n0"], "outputs": ["n0::n1"]},
        [("n0::n0", "n0::n1", 1.0)],
        lambda text: re.sub(r'(?s)<node id="n0".*?(<node id="n0::n0"/>.*?)</graph>\s*</node>', r"\1", text)),
    "yed/circuit.gml": Opened(
        {"inputs": ["ASEL"], "outputs": ["RMEL"]}, ["ASEL", "RMEL"], [("ASEL", "RMEL", 4.0)], "attribute 'label'"),
    "gephi/gephi_0.10.gexf": Opened(
        {"outputs": {"label": "Right"}, "undirected": "both", "normalise": None}, ["11", "48", "55"],
        [("11", "48", 17.0), ("48", "11", 17.0), ("48", "55", 1.0), ("55", "48", 1.0)], "2 undirected edges"),
    "gephi/gephi_0.9.gexf": Opened(
        {"outputs": ["VB1"]}, ["AVAL", "DB1", "VB1"],
        [("AVAL", "DB1", 3.0), ("AVAL", "VB1", 0.5), ("VB1", "AVAL", 0.5), ("DB1", "VB1", 2.0), ("VB1", "DB1", 2.0)],
        "1 mutual edge made to go both ways; 1 undirected edge among directed"),
    "gephi/gephi_0.8.gexf": Opened(
        {"inputs": {"type": "sensory"}, "outputs": {"type": "motor"}, "parallel": "sum"}, ["0.0", "1.0"],
        [("0.0", "1.0", 4.0)], "2 edges between 1 pairs"),
    "gephi/dynamic.gexf": Opened(
        {"outputs": ["b"]}, ["a", "b"], [("a", "b", 2.0)],
        "a dynamic graph taken without its times; 1 earlier value .* left out for the last; left out: 2 spells"),
    "gephi/hierarchy.gexf": Opened(
        {"outputs": ["b"]}, ["lobe", "a", "b"], [("a", "b", 0.5), ("lobe", "a", 1.0)]),
    "gephi/export.graphml": Opened(
        {"outputs": ["48"], "undirected": "both", "normalise": None}, ["11", "48"],
        [("11", "48", 17.0), ("48", "11", 17.0)]),
    "gephi/export.gml": Opened(
        {"inputs": ["Left"], "outputs": ["Right"], "weight": "value", "normalise": None}, ["Left", "Right"],
        [("Left", "Right", 17.0)]),
    "gephi/export.net": Opened(
        {"outputs": ["Right"], "undirected": "both", "normalise": None}, ["Left", "Middle", "Right"],
        [("Left", "Middle", 17.0), ("Middle", "Left", 17.0), ("Middle", "Right", 1.0), ("Right", "Middle", 1.0)]),
    "cytoscape/cytoscape_3.10.cyjs": Opened(
        {"inputs": {"class": "sensory"}, "outputs": ["RMEL"], "weight": "count"}, ["ASEL", "RMEL"],
        [("ASEL", "RMEL", 4.0)], "called by their attribute 'name'"),
    "cytoscape/same_names.cyjs": Opened(
        {"inputs": {"class": "sensory"}, "outputs": {"class": "motor"}, "weight": "count"}, ["60", "61"],
        [("60", "61", 4.0)]),
    "cytoscape/javascript.cyjs": Opened(
        {"inputs": ["a"], "outputs": ["2"]}, ["a", "2"], [("a", "2", 0.5)],
        "section 'style' of the file, 1 section 'layout' of the file, 1 section 'zoom'"),
    "cytoscape/export.graphml": Opened(
        {"inputs": ["ASEL"], "outputs": ["RMEL"], "weight": "count"}, ["ASEL", "RMEL"], [("ASEL", "RMEL", 4.0)]),
    "javascript/d3_places.json": Opened(
        {"outputs": ["Right"], "weight": "value", "normalise": None}, ["Left", "Middle", "Right"],
        [("Left", "Middle", 8.0), ("Middle", "Right", 10.0)], 'from source to target, for the file has no "directed"'),
    "javascript/d3_ids.json": Opened(
        {"outputs": {"group": 2}, "weight": "value"}, ["Left", "Right"], [("Left", "Right", 8.0)]),
    "javascript/d3_simulated.json": Opened(
        {"outputs": ["Right"], "weight": "value"}, ["Left", "Right"], [("Left", "Right", 8.0)]),
    "javascript/vis.json": Opened({"outputs": [2], "weight": "value"}, [1, 2], [(1, 2, 3.0)]),
    "javascript/twice.json": Refused(
        "the key 'weight' twice in one object.*delete one", {"outputs": ["b"]}, [("a", "b", 2.0)],
        lambda text: text.replace('"weight": 1, ', "")),
    "collections/parallel.gml": Opened(
        {"outputs": ["51"], "weight": "value", "parallel": "sum"}, ["1", "51"], [("1", "51", 4.0)], "2 edges"),
    "collections/relations.net": Opened(
        {"outputs": ["c"]}, ["Pfeffer M.", "b", "c"],
        [("Pfeffer M.", "b", 3.0), ("Pfeffer M.", "c", 0.5), ("b", "c", -1.5), ("c", "Pfeffer M.", 0.5)],
        r"1 undirected edge among directed.*left out: 2 \*vector lines"),
    "collections/lists.net": Opened({"outputs": [4]}, [1, 2, 3, 4], [(1, 2, 1.0), (1, 3, 1.0), (3, 4, 1.0)]),
    "collections/matrix.net": Opened({"outputs": ["c"]}, ["a", "b", "c"], [("a", "b", 1.0), ("b", "c", 2.5)]),
    "collections/two_modes.net": Opened(
        {"inputs": {"mode": 1}, "outputs": {"mode": 2}}, ["left", "right", "up", "down"],
        [("left", "up", 2.0), ("right", "down", 1.0)]),
}  # fmt: skip
"""Every file of the folders."""

MAT = {"W": made.MATRIX}
node_link = functools.partial(nx.node_link_data, edges="edges")  # which networkx before 3.6 must be told
CURE = r"neurograph\.topologies\.from_matrix\(scipy\.io\.loadmat\(path\)\['W'\], \.\.\.\)"

MADE = {
    "igraph_parallel.graphml": Opened(
        {**ENDS, "parallel": "sum"}, LR, SUMS, "'name' in place of their ids", made.igraph_file("write_graphml")),
    "igraph_without_names.graphml": Opened(
        {"outputs": ["n2"], "parallel": "sum"}, ["n0", "n1", "n2"], [("n0", "n1", 3.5), ("n1", "n2", -1.0)], "",
        made.igraph_file("write_graphml", named=False)),
    "igraph_undirected.graphml": Opened(
        {**ALL, "parallel": "sum"}, LR, BACK_SUMS, "3 undirected edges",
        made.igraph_file("write_graphml", directed=False)),
    "igraph_classes.graphml": Opened(
        {"inputs": {"kind": "s"}, "outputs": {"kind": "m"}, "parallel": "mean"}, LR,
        [("left", "middle", 1.75), ("middle", "right", -1.0)], "",
        made.igraph_file("write_graphml", kind=["s", "", "m"], size=[1.5, float("nan"), 2.5])),
    "igraph_of_networkx.graphml": Opened(ENDS, LR, LINE, "'id' in place of their ids", made.igraph_again),
    "igraph.gml": Opened(
        {"outputs": [2], "parallel": "sum"}, [0, 1, 2], [(0, 1, 3.5), (1, 2, -1.0)], "", made.igraph_file("write_gml")),
    "igraph_labels.gml": Opened(
        {**ENDS, "parallel": "sum"}, LR, SUMS, "", made.igraph_file("write_gml", label=LR)),
    "igraph.net": Opened(
        {"outputs": [3], "parallel": "sum"}, [1, 2, 3], [(1, 2, 3.5), (2, 3, -1.0)], "",
        made.igraph_file("write_pajek", named=False)),
    "networkx.graphml": Opened(ENDS, LR, LINE, "", made.networkx_file(nx.write_graphml_xml, nx.DiGraph)),
    "networkx_multi.graphml": Opened(
        {**ENDS, "parallel": "sum"}, LR, SUMS, "", made.networkx_file(nx.write_graphml_xml, nx.MultiDiGraph)),
    "networkx_undirected.graphml": Opened(ALL, LR, BACK, "", made.networkx_file(nx.write_graphml_xml, nx.Graph)),
    "networkx.gexf": Opened(ENDS, LR, LINE, "", made.networkx_file(nx.write_gexf, nx.DiGraph)),
    "networkx_multi.gexf": Opened(
        {**ENDS, "parallel": "sum"}, LR, SUMS, "", made.networkx_file(nx.write_gexf, nx.MultiDiGraph)),
    "networkx_undirected.gexf": Opened(ALL, LR, BACK, "", made.networkx_file(nx.write_gexf, nx.Graph)),
    "networkx.gml": Opened(
        {"inputs": {"group": "sensory"}, "outputs": ["right"]}, LR, LINE, "",
        made.networkx_file(nx.write_gml, nx.DiGraph)),
    "networkx_multi.gml": Opened(
        {**ENDS, "parallel": "first"}, LR, LINE, "", made.networkx_file(nx.write_gml, nx.MultiDiGraph)),
    "networkx_undirected.gml": Opened(ALL, LR, BACK, "", made.networkx_file(nx.write_gml, nx.Graph)),
    "networkx.net": Opened(ENDS, LR, LINE, "", made.networkx_file(nx.write_pajek, nx.DiGraph)),
    "networkx_undirected.net": Opened(ALL, LR, BACK, "", made.networkx_file(nx.write_pajek, nx.Graph)),
    "networkx.json": Opened(ENDS, LR, LINE, "", made.networkx_json(node_link, nx.DiGraph)),
    "networkx_links.json": Opened(
        ENDS, LR, LINE, "", made.networkx_json(lambda graph: nx.node_link_data(graph, edges="links"), nx.DiGraph)),
    "networkx_multi.json": Opened(
        {**ENDS, "parallel": "sum"}, LR, SUMS, "", made.networkx_json(node_link, nx.MultiDiGraph)),
    "networkx_undirected.json": Opened(ALL, LR, BACK, "", made.networkx_json(node_link, nx.Graph)),
    "networkx_1.json": Opened(ENDS, ["left", "right"], [("left", "right", 1.5)], "", made.old_networkx),
    "networkx.cyjs": Opened(ENDS, LR, LINE, "", made.networkx_json(nx.cytoscape_data, nx.DiGraph)),
    "networkx_undirected.cyjs": Opened(ALL, LR, BACK, "", made.networkx_json(nx.cytoscape_data, nx.Graph)),
    "networkx_adjacency.json": Refused(
        r"JSON of networkx.adjacency_data.*from_graph\(networkx\.adjacency_graph", ENDS, LINE,
        make=made.networkx_json(nx.adjacency_data, nx.DiGraph)),
    "matlab.mat": Opened(PLACES, [0, 1, 2], BY_PLACE, "", made.mat_file(MAT)),
    "matlab_compressed.mat": Opened(PLACES, [0, 1, 2], BY_PLACE, "", made.mat_file(MAT, do_compression=True)),
    "matlab_sparse.mat": Opened(PLACES, [0, 1, 2], BY_PLACE, "", made.mat_file({"W": made.SPARSE})),
    "matlab_names.mat": Opened(
        {"inputs": ["left"], "outputs": {"kind": 3.0}}, LR, LINE,
        "left out: notes .struct.; nodes called by the texts of names",
        made.mat_file({**MAT, "names": made.NAMES, "kind": [1.0, 2.0, 3.0], "notes": {"by": "us"}})),
    "matlab_two_matrices.mat": Refused(
        f"2 square matrices among its variables W .3 x 3., V .3 x 3.: expected one; {CURE}", PLACES, BY_PLACE,
        make=made.mat_file({**MAT, "V": made.MATRIX})),
    "matlab_4.mat": Refused(
        f"version 5 to 7; of level 4, {CURE}", PLACES, BY_PLACE, make=made.mat_file(MAT, format="4")),
    "matlab_7.3.mat": Refused(
        r"version 7\.3, which is HDF5.*from_matrix\(h5py\.File\(path\)\['W'\]\[:\]\.T, \.\.\.\)", PLACES, BY_PLACE,
        make=made.mat_73),
    "numpy.npy": Opened(PLACES, [0, 1, 2], BY_PLACE, "", made.npy_file(made.MATRIX)),
    "numpy_bool.npy": Opened(
        {**PLACES, "normalise": None}, [0, 1, 2], [(0, 1, 1.0), (1, 2, 1.0)], "", made.npy_file(made.MATRIX != 0)),
    "numpy_rows.npy": Refused(
        r"of shape \(2, 3\).*from_edges\(tuple\(numpy\.load\(path\)\.T\), \.\.\.\)", PLACES, BY_PLACE,
        make=made.npy_file(np.array(BY_PLACE))),
}  # fmt: skip
"""Files that the libraries make."""

CASES = BY_HAND | MADE


files_that_stay_open = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)
"""A remedy of one line opens a file and leaves its end to Python."""


def placed(name, folder):
    """Put a file of the corpus into a folder."""
    path = folder / Path(name).name
    if CASES[name].make is None:
        shutil.copy(HERE / name, path)
    else:
        CASES[name].make(path)
    return path


def edges_of(graph):
    return sorted((pre, post, weight) for pre, post, weight in graph.edges(data="weight"))


def named(kind):
    return [name for name, case in CASES.items() if isinstance(case, kind)]


def test_the_corpus_is_as_large_as_it_should_be():
    assert len(CASES) >= 40
    assert {path.relative_to(HERE).as_posix() for path in HERE.glob("*/*.*") if path.suffix != ".pyc"} == set(BY_HAND)


@pytest.mark.parametrize("name", named(Opened))
def test_a_file_is_opened_by_one_call(name, tmp_path):
    case = CASES[name]
    graph = ng.read(placed(name, tmp_path), **case.words)
    assert list(graph) == case.nodes
    assert edges_of(graph) == sorted(case.edges)
    assert re.search(case.says, graph.graph.get("changes", ""))
    assert ng.compile(graph).weights.size == len(case.edges)


@files_that_stay_open
@pytest.mark.parametrize("name", named(Refused))
def test_a_file_is_refused_with_a_remedy_that_opens_it(name, tmp_path):
    case = CASES[name]
    path = placed(name, tmp_path)
    with pytest.raises(FormatError, match=case.says) as caught:
        ng.read(path, **case.words)
    if case.change is not None:
        path.write_text(case.change(path.read_text()))
        graph = ng.read(path, **case.words)
    else:
        code = re.search(r"neurograph\.topologies\.\w+\(.*, \.\.\.\)", str(caught.value))[0]
        call = eval(code.replace("...", "**words"), {**MODULES, "path": path, "words": case.words})
        graph = call if isinstance(call, nx.DiGraph) else call.to_graph()
    assert edges_of(graph) == sorted(case.edges)


MODULES = {"neurograph": neurograph, "networkx": networkx, "numpy": numpy, "scipy": scipy, "json": json, "h5py": h5py}


@files_that_stay_open
@pytest.mark.parametrize("name", [name for name in named(Opened) if name != "cytoscape/javascript.cyjs"])
def test_the_opener_of_a_file_keeps_its_direction(name, tmp_path):
    """A file without an output is refused, and what the message says opens it."""
    path = placed(name, tmp_path)
    with pytest.raises(FormatError, match=r"open it with (.*)$") as caught:
        ng.read(path, parallel="first", weight=None)
    graph = eval(re.search("open it with (.*)$", str(caught.value))[1], {**MODULES, "path": path})
    assert graph.is_directed() or CASES[name].words["undirected"] == "both"
    if path.suffix != ".cyjs":  # whose opener leaves the nodes with the ids of Cytoscape
        known = {*edges_of(ng.read(path, **{**CASES[name].words, "weight": None, "seed": 0}))}
        pairs = {(pre, post) for pre, post, _ in known}
        found = set(graph.edges())
        assert found <= pairs
        assert pairs <= found | {(post, pre) for pre, post in found if not graph.is_directed()}


def test_layout_and_colours_of_gexf_are_kept(tmp_path):
    path = placed("gephi/gephi_0.10.gexf", tmp_path)
    graph = ng.read(path, outputs=["55"], undirected="both", normalise=None)
    assert graph.nodes["11"] == {
        "Modularity Class": 1, "hub": True, "label": "Left", "size": 100.0, "x": -87.93, "y": 6.81, "r": 245, "g": 91,
        "b": 91, "role": "hidden",
    }  # fmt: skip
    assert graph.nodes["48"] == {
        "Modularity Class": 0, "label": "Middle", "size": 61.6, "x": -81.46, "y": 204.2, "z": 1.5, "color": "#5B5BF5",
        "role": "hidden",
    }  # fmt: skip
    assert graph.edges["48", "55"] == {"weight": 1.0, "id": "1", "label": "thick", "thickness": 2.0}


def test_layout_and_labels_of_yed_are_kept(tmp_path):
    graph = ng.read(placed("yed/circuit.graphml", tmp_path), **CASES["yed/circuit.graphml"].words)
    assert graph.nodes["ASEL"] == {
        "description": "sensory", "x": 12.5, "y": -7.0, "width": 40.0, "height": 30.0, "color": "#FFCC00",
        "label": "ASEL", "shape": "rectangle", "role": "input",
    }  # fmt: skip
    assert graph.edges["ASEL", "AIYL"] == {"synapses": 4, "weight": 4.0, "label": "fast", "id": "e0"}


def test_what_cytoscape_says_is_kept_and_written_back(tmp_path):
    case = CASES["cytoscape/cytoscape_3.10.cyjs"]
    graph = ng.read(placed("cytoscape/cytoscape_3.10.cyjs", tmp_path), **case.words)
    assert graph.nodes["ASEL"] == {
        "shared_name": "ASEL", "name": "ASEL", "SUID": 60, "class": "sensory", "selected": False,
        "position": {"x": -12.5, "y": 40.0}, "role": "input",
    }  # fmt: skip
    assert graph.graph["SUID"] == 52
    again = json.loads(ng.write(graph, tmp_path / "again.cyjs").read_text())["elements"]["nodes"]
    assert [node["data"]["name"] for node in again] == ["ASEL", "RMEL"]


def test_a_file_that_went_through_cytoscape_comes_back(tmp_path):
    """Cytoscape numbers the nodes, and keeps their ids as names."""
    graph = made.networkx_graph(nx.DiGraph)
    graph.nodes["right"]["role"] = "output"
    path = ng.write(graph, tmp_path / "net.cyjs")
    document = json.loads(path.read_text())
    numbers = {}
    for number, node in enumerate(document["elements"]["nodes"], 60):
        numbers[node["data"]["id"]] = str(number)
        node["data"].update(id=str(number), SUID=number, shared_name=node["data"]["name"])
    for edge in document["elements"]["edges"]:
        edge["data"].update({end: numbers[edge["data"][end]] for end in ("source", "target")}, id="90", SUID=90)
    path.write_text(json.dumps(document))
    assert edges_of(ng.read(path)) == LINE


def test_every_format_that_is_read_alone_says_what_to_write(tmp_path):
    for suffix in READERS:
        with pytest.raises(FormatError, match=r"is read but not written: expected one of \.json") as caught:
            ng.write(made.networkx_graph(nx.DiGraph), tmp_path / f"net{suffix}")
        assert READERS[suffix].name in str(caught.value)
        assert suffix not in FORMATS
        assert suffix in ng.read.__doc__
