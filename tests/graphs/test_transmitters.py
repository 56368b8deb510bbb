"""Signs read from what nodes, or the edges that leave them, carry."""

import pytest

import neurograph as ng
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs import topologies

EDGES = {"pre": ["s", "a", "b", "b"], "post": ["a", "b", "a", "m"], "weight": [3.0, 2.0, -4.0, 5.0]}
NODES = {"node": ["s", "a", "b", "m"], "transmitter": ["ACh", "GABA", "Glu", None]}
SIGN = {"transmitter": {"ACh": 1, "GABA": -1, "Glu": 0}}
ROLES = {"inputs": ["s"], "outputs": ["m"]}


def weights(table):
    return {table.edge(k): float(weight) for k, weight in enumerate(table.weights)}


def test_nodes_with_a_transmitter_get_its_sign_and_so_do_their_weights():
    table = topologies.from_edges(EDGES, nodes=NODES, sign=SIGN, **ROLES)
    assert weights(table) == {("s", "a"): 3.0, ("a", "b"): -2.0, ("b", "a"): -4.0, ("b", "m"): 5.0}
    signs = [row.get("sign") for row in table.of_nodes().rows()]
    assert signs == ["excitatory", "inhibitory", None, None]
    assert "of the nodes 1 excitatory and 1 inhibitory by transmitter" in table.attributes["changes"]
    assert ng.compile(table).connectivity.signs.tolist() == [1, -1, 0, 0]


def test_edges_with_a_transmitter_vote_by_their_weight():
    edges = {
        "pre": ["s", "a", "a", "a"], "post": ["a", "b", "m", "a2"], "weight": [1.0, 5.0, 2.0, 2.0],
        "nt": ["ACH", "GABA", "ACH", "ACH"],
    }  # fmt: skip
    sign = {"nt": {"ACH": 1, "GABA": -1}}
    table = topologies.from_edges(edges, sign=sign, **ROLES)
    assert {table.nodes[k]: row.get("sign") for k, row in enumerate(table.of_nodes().rows()) if "sign" in row} == {
        "s": "excitatory",
        "a": "inhibitory",
    }
    assert weights(table)["a", "m"] == -2.0
    assert "1 carry several" in table.attributes["changes"]
    drawn = topologies.from_edges(edges, sign=sign, weight=None, seed=0, **ROLES)
    assert weights(drawn)["a", "m"] > 0.0  # two edges against one, for weights that are drawn say nothing


@pytest.mark.parametrize(
    ("sign", "error", "message"),
    [
        ({"transmitter": {"ACh": 1, "GABA": -1}}, GraphError, "sign says nothing of transmitter 'Glu': .*'Glu': 0"),
        ({"type": {"x": 1}}, GraphError, "nodes and edges carry 'transmitter', .*'weight': expected one of these"),
        ("transmitter", ParameterError, "sign is 'transmitter': expected an attribute and the sign"),
        ({"transmitter": {"ACh": 2}}, ParameterError, "1, -1 or 0"),
        ({"a": {"x": 1}, "b": {"x": 1}}, ParameterError, "expected an attribute"),
    ],
)
def test_what_says_no_sign_is_named(sign, error, message):
    with pytest.raises(error, match=message):
        topologies.from_edges(EDGES, nodes=NODES, sign=sign, **ROLES)
