"""What the command reads: tables matched to nodes by their header, tasks, and how many answers are right."""

import argparse

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.data import accuracy, compiled, given_data, network_and_data, no_data
from neurograph.errors import DataError, ParameterError


def small_graph(folder):
    graph = nx.DiGraph([("a", "out", {"weight": 0.2}), ("b", "out", {"weight": 0.1})])
    graph.nodes["a"]["role"] = graph.nodes["b"]["role"] = "input"
    graph.nodes["out"]["role"] = "output"
    return ng.write(graph, folder / "g.json")


def asked(**options):
    nothing = {"graph": None, "task": None, "data": None, "dynamics": None, "hidden": 5, "seed": 0}
    return argparse.Namespace(**nothing | options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_columns_are_matched_by_label(encoding, tmp_path):
    network, table = compiled(small_graph(tmp_path), None), tmp_path / "d.csv"
    table.write_text("out,b,note, a \n1,2,0,3\n4,5,0,6\n", encoding=encoding)
    x, y = given_data(asked(data=table), network)
    assert x.tolist() == [[3.0, 2.0], [6.0, 5.0]]
    assert y.tolist() == [[1.0], [4.0]]


def test_a_table_that_does_not_fit_is_refused_by_name(tmp_path):
    network, table = compiled(small_graph(tmp_path), None), tmp_path / "d.csv"
    for text, message in (("a,out\n1,1\n", "no column 'b'"), ("a,b,out\n", "no rows"), ("a,b,out\n1,x,0\n", "no num")):
        table.write_text(text)
        with pytest.raises(DataError, match=message):
            given_data(asked(data=table), network)


@pytest.mark.parametrize("dynamics", ng.equations.dynamics.DYNAMICS)
def test_a_task_builds_a_network_that_its_dynamics_can_use(dynamics):
    network, (x, y) = network_and_data(asked(task="xor", dynamics=dynamics, hidden=3))
    assert (len(network.inputs), len(network.outputs)) == (x.shape[1], y.shape[1]) == (2, 1)
    assert ng.settle(network, x, throw=False).outputs.shape == y.shape


def test_nothing_to_learn_is_said():
    assert no_data(asked())
    with pytest.raises(ParameterError, match="expected --task NAME or --data"):
        network_and_data(asked())
    with pytest.raises(ParameterError, match="--data needs a graph"):
        network_and_data(asked(data="d.csv"))


def test_accuracy_counts_the_right_answers(tmp_path):
    network = compiled(small_graph(tmp_path), "vector_field")
    x = np.array([[4.0, 1.0], [0.0, 1.0]])  # outputs 0.9 and 0.1
    assert accuracy(network, x, np.array([[1.0], [1.0]])) == "1 of 2 samples right"
