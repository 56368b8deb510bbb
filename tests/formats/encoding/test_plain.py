"""Plain values: what of numpy becomes Python's, and what no format holds."""

import networkx as nx
import numpy as np
import pytest

from neurograph.errors import FormatError
from neurograph.formats import write
from neurograph.formats.encoding.plain import plain_table
from neurograph.graphs.from_networkx import read_graph
from tests.formats.graphs import exact, sample


def small(**attributes):
    graph = nx.DiGraph([(np.int64(1), "a", {"weight": np.float32(0.5), **attributes})])
    graph.nodes["a"]["role"] = "output"
    return graph


def test_numbers_of_numpy_become_pythons_and_the_graph_stays():
    graph = small(flag=np.bool_(True), count=np.int32(3))
    plain = plain_table(read_graph(graph)).to_graph()
    found = next(iter(plain.edges(data=True)))
    assert exact(found[:2]) == exact((1, "a"))
    assert {name: exact(value) for name, value in found[2].items()} == {
        "weight": exact(0.5), "flag": exact(True), "count": exact(3)
    }  # fmt: skip
    assert type(graph.edges[1, "a"]["flag"]) is np.bool_


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("inf"), r"attribute 'x' of edge .* -> 'a' is inf: expected a finite number"),
        (object, "of type type: expected None, a bool"),
        ("\ud800", "half of a character"),
        ({1: 2}, "a key in attribute 'x'.* is 1, of type int: expected text"),
        (10**5000, "has more than 4000 digits"),
    ],
    ids=["infinite", "a type", "half a character", "a key", "digits"],
)
def test_what_is_not_plain_is_named(value, message):
    with pytest.raises(FormatError, match=message):
        plain_table(read_graph(small(x=value)))


def test_a_list_that_holds_itself_is_refused():
    nested = []
    nested.append(nested)
    with pytest.raises(FormatError, match="nested more than 50 deep"):
        plain_table(read_graph(small(x=nested)))


def test_a_name_that_is_no_text_is_refused():
    graph = small()
    graph.edges[1, "a"][7] = "x"
    with pytest.raises(FormatError, match="is 7, of type int: expected text"):
        plain_table(read_graph(graph))


def test_a_number_with_more_digits_than_python_reads_is_not_written(tmp_path):
    graph = sample(".json")
    graph.nodes[1]["x"] = 10**5000
    with pytest.raises(FormatError, match="'x' of node 1 has more than 4000 digits"):
        write(graph, tmp_path / "graph.json")
