"""Tables of every library, the same graph from each."""

import networkx as nx
import numpy as np
import pandas
import pyarrow
import pytest

from neurograph.errors import ParameterError
from neurograph.graphs import topologies
from neurograph.graphs.sheets import PAIRS, attribute_column

COLUMNS = {"pre": ["001", "b"], "post": ["b", "c"], "weight": [3, 4], "layer": ["x", None], "size": [0.5, np.nan]}
ROLES = {"inputs": ["001"], "outputs": ["c"]}


def frames(columns):
    yield columns
    yield pandas.DataFrame(columns)
    yield pandas.DataFrame(columns).convert_dtypes()
    yield pandas.DataFrame(columns).astype({"pre": "category", "post": "category"})
    yield pyarrow.table(columns)


def test_every_table_gives_the_same_graph():
    expected = nx.DiGraph()
    expected.add_node("001", role="input")
    expected.add_node("b", role="hidden")
    expected.add_node("c", role="output")
    expected.add_edge("001", "b", weight=3.0, layer="x", size=0.5)
    expected.add_edge("b", "c", weight=4.0)
    for table in frames(COLUMNS):
        made = topologies.from_edges(table, **ROLES).with_roles().to_graph()
        assert nx.utils.graphs_equal(made, expected), type(table)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("spelled", [str, str.upper, lambda word: word.replace("_", " ").title()])
def test_ends_are_found_by_the_names_of_others(pair, spelled):
    table = {spelled(pair[0]): [1], spelled(pair[1]): [2], "weight": [0.5]}
    assert topologies.from_edges(table, inputs=[1], outputs=[2]).edge(0) == (1, 2)


def test_ends_are_named():
    table = {"a": [1], "b": [2], "count": [0.5]}
    made = topologies.from_edges(table, pre="b", post="a", weight="count", outputs=[1])
    assert made.edge(0) == (2, 1)
    assert made.weights.tolist() == [0.5]
    assert made.of_edges().rows() == [{"count": 0.5}]


def test_a_table_of_nodes_orders_and_describes_them():
    nodes = pandas.DataFrame({"root_id": [30, 10, 20], "class": ["motor", "sensory", None]})
    made = topologies.from_edges(
        ([10, 40], [20, 30], [0.5, 0.5]), nodes=nodes, inputs={"class": "sensory"}, outputs={"class": "motor"}
    )
    assert made.nodes == (30, 10, 20, 40)
    assert made.of_nodes().without("role").rows() == [{"class": "motor"}, {"class": "sensory"}, {}, {}]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"pre": [1], "post": [2, 3], "weight": [1.0]}, "the column post has 2 entries: expected 1"),
        ({"pre": [1], "post": "b", "weight": [1.0]}, "the column post is 'b': expected an array"),
        ({"pre": [1], "post": [2], "weight": np.ma.masked_array([1.0], [True])}, r"weight\[0\] is masked"),
        (pandas.DataFrame([[1, 2, 3.0, 4]], columns=["pre", "post", "w", "w"]), "two columns called 'w'"),
    ],
)
def test_a_table_that_is_none_is_named(table, message):
    with pytest.raises(ParameterError, match=message):
        topologies.from_edges(table, outputs=[2])


def test_cells_that_are_missing_are_absent():
    for values in ([1, None, 3], pandas.array([1, None, 3], "Int64"), np.array([1.0, np.nan, 3.0])):
        column = attribute_column(values, "c")
        assert column.where().tolist() == [0, 2]
        assert column.cells() == [1, None, 3]
    assert attribute_column(np.ma.masked_array([1.0, 2.0], [False, False]), "c").cells() == [1.0, 2.0]
