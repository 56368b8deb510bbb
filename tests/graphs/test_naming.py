"""Nodes named by labels or by what they carry, and the order that this gives the columns of x and y."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import GraphError, NeurographError, ParameterError
from neurograph.graphs import topologies
from neurograph.graphs.from_networkx import wiring_of
from neurograph.graphs.naming import Texts, named_roles


def worm():
    graph = nx.DiGraph()
    graph.add_node("ADFL", kind="sensory", layer=1)
    graph.add_node("AVA", kind="inter", layer=2)
    graph.add_node("ASH", kind="sensory", layer=2)
    graph.add_node("VB1", kind="motor")
    graph.add_node("VB2", kind="motor", layer=1)
    graph.add_weighted_edges_from(
        [("ADFL", "AVA", 0.5), ("ASH", "AVA", 0.5), ("AVA", "VB1", 0.5), ("AVA", "VB2", 0.25)]
    )
    return graph


def ends(**words):
    network = ng.compile(topologies.from_graph(worm(), **words))
    return list(network.inputs), list(network.outputs)


def test_nodes_are_named_by_what_they_carry():
    assert ends(inputs={"kind": "sensory"}, outputs={"kind": "motor"}) == (["ADFL", "ASH"], ["VB1", "VB2"])
    assert ends(inputs={"kind": "sensory", "layer": 1}, outputs=["VB2"]) == (["ADFL"], ["VB2"])
    assert ends(inputs=[], outputs={"kind": ["motor", "inter"]}) == ([], ["AVA", "VB1", "VB2"])


@given(st.permutations(["ADFL", "ASH"]), st.permutations(["VB1", "VB2"]))
def test_the_order_of_names_is_that_of_the_columns(inputs, outputs):
    assert ends(inputs=inputs, outputs=outputs) == (list(inputs), list(outputs))
    made = topologies.from_graph(worm(), inputs=inputs, outputs=outputs)
    for edge in worm().edges:  # nodes move, edges do not
        assert made.edges[edge]["weight"] == worm().edges[edge]["weight"]
    for node, data in worm().nodes(data=True):
        assert data.items() <= made.nodes[node].items()
    assert list(made).index("AVA") == list(worm()).index("AVA")


def test_a_set_has_no_order_of_its_own():
    assert ends(inputs={"ASH", "ADFL"}, outputs=["VB2"]) == (["ADFL", "ASH"], ["VB2"])


def test_kinds_that_are_not_named_stay():
    graph = topologies.from_graph(worm(), inputs=["ADFL"], outputs=["VB1"])
    again = topologies.from_graph(graph, outputs=["VB2"])
    assert [n for n, role in again.nodes(data="role") if role == "input"] == ["ADFL"]
    assert [n for n, role in again.nodes(data="role") if role == "output"] == ["VB2"]
    assert topologies.from_graph(graph).nodes["ADFL"]["role"] == "input"


def test_roles_of_other_words_are_replaced_and_it_is_said():
    graph = worm()
    nx.set_node_attributes(graph, {"AVA": "interneuron", "VB1": "effector"}, "role")
    made = topologies.from_graph(graph, inputs=["ADFL"], outputs=["VB1"])
    assert made.nodes["AVA"]["role"] == "hidden"
    assert "attribute role of 2 nodes replaced" in made.graph["changes"]
    with pytest.raises(GraphError, match=r"'AVA' has role 'interneuron': .*inputs= and outputs="):
        topologies.from_graph(graph)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"inputs": ["ADFR"], "outputs": ["VB1"]}, "inputs names 'ADFR', which is not a node: .*such as 'ADFL'"),
        ({"inputs": ["kind"], "outputs": ["VB1"]}, "{'kind': value} for those that carry the attribute"),
        ({"inputs": {"class": "x"}, "outputs": ["VB1"]}, "nodes carry 'kind', 'layer': expected one of these"),
        ({"inputs": {"kind": "sens"}, "outputs": ["VB1"]}, "no node carries it: expected one of 'sensory', 'inter'"),
        ({"inputs": {"kind": "inter", "layer": 1}, "outputs": ["VB1"]}, "no node carries all of it"),
        ({"inputs": ["AVA"], "outputs": ["AVA"]}, "outputs names 'AVA', which already has role 'input'"),
        ({"inputs": ["AVA"], "outputs": []}, r"outputs is \[\]: expected at least one"),
        ({"inputs": "ADFL", "outputs": ["VB1"]}, "inputs is 'ADFL': expected a list of labels"),
    ],
)
def test_a_name_that_is_none_is_answered(words, message):
    with pytest.raises(NeurographError, match=message):
        topologies.from_graph(worm(), **words)


def test_the_first_eight_values_that_nodes_carry_are_listed():
    graph = nx.DiGraph([(k, k + 1, {"weight": 1.0}) for k in range(20)])
    nx.set_node_attributes(graph, {k: f"layer {k // 2}" for k in graph}, "layer")
    with pytest.raises(GraphError) as refused:
        topologies.from_graph(graph, inputs={"layer": "first"}, outputs=[20])
    listed = str(refused.value).partition("expected one of ")[2]
    assert listed == ", ".join(f"'layer {k}'" for k in range(8))


def test_texts_stand_for_what_reads_so():
    graph = nx.DiGraph([(1, "2", {"weight": 1.0}), ("2", 3, {"weight": 1.0})])
    nx.set_node_attributes(graph, {1: 7, "2": 8, 3: 8}, "layer")
    made, _ = named_roles(wiring_of(graph), Texts(["1"]), Texts(["3", "2"]), None)
    assert made.roles() == ["input", "output", "output"]
    made, _ = named_roles(wiring_of(graph), {"layer": Texts(["7"])}, {"layer": Texts(["8"])}, None)
    assert made.roles() == ["input", "output", "output"]
    graph.add_node("1")
    with pytest.raises(ParameterError, match="'1' and 1 read the same"):
        named_roles(wiring_of(graph), Texts(["1"]), Texts(["3"]), None)
