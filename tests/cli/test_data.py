"""What the command reads: tables matched to nodes by their header, tasks, and how many answers are right."""

import argparse
from argparse import Namespace

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.data import TASKS, accuracy, given_data, network_and_data, no_data, unseen_digits
from neurograph.cli.graphs import compiled
from neurograph.errors import DataError, ParameterError
from neurograph.learning.rules import RULES


def small_graph(folder):
    graph = nx.DiGraph([("a", "out", {"weight": 0.2}), ("b", "out", {"weight": 0.1})])
    graph.nodes["a"]["role"] = graph.nodes["b"]["role"] = "input"
    graph.nodes["out"]["role"] = "output"
    return ng.write(graph, folder / "g.json")


def asked(**options):
    nothing = {"graph": None, "task": None, "data": None, "dynamics": None, "rule": None, "hidden": 5, "seed": 0}
    return argparse.Namespace(**nothing | options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_columns_are_matched_by_label(encoding, tmp_path):
    network, table = compiled(Namespace(graph=small_graph(tmp_path))), tmp_path / "d.csv"
    table.write_text("out,b,note, a \n1,2,0,3\n4,5,0,6\n", encoding=encoding)
    x, y = given_data(asked(data=table), network)
    assert x.tolist() == [[3.0, 2.0], [6.0, 5.0]]
    assert y.tolist() == [[1.0], [4.0]]


def test_a_table_that_does_not_fit_is_refused_by_name(tmp_path):
    network, table = compiled(Namespace(graph=small_graph(tmp_path))), tmp_path / "d.csv"
    for text, message in (("a,out\n1,1\n", "no column 'b'"), ("a,b,out\n", "no rows"), ("a,b,out\n1,x,0\n", "no num")):
        table.write_text(text)
        with pytest.raises(DataError, match=message):
            given_data(asked(data=table), network)


@pytest.mark.parametrize("dynamics", ng.equations.dynamics.DYNAMICS)
def test_a_task_builds_a_network_that_its_dynamics_can_use(dynamics):
    network, (x, y) = network_and_data(asked(task="xor", dynamics=[dynamics], hidden=3))
    assert (len(network.inputs), len(network.outputs)) == (x.shape[1], y.shape[1]) == (2, 1)
    assert ng.settle(network, x, throw=False).outputs.shape == y.shape


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_network_of_its_size_and_the_same_samples_each_time(task):
    network, (x, y) = network_and_data(asked(task=task))
    assert (len(network.inputs), len(network.outputs)) == (x.shape[1], y.shape[1])
    for one, again in zip((x, y), given_data(asked(task=task), network), strict=True):
        assert np.array_equal(one, again)
    assert set(np.unique(y)) <= {0.0, 1.0}


def test_the_digits_that_test_are_others_than_those_that_teach():
    (x, y), (others, labels) = TASKS["digits"](), unseen_digits()
    assert x.shape[1:] == others.shape[1:] == (64,)
    assert y.shape[1:] == labels.shape[1:] == (10,)
    assert len(x) + len(others) == 1797
    assert (labels.sum(axis=1) == 1.0).all()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_learns_on_the_network_that_is_built_for_it(rule):
    network, (x, y) = network_and_data(asked(task="and", rule=rule))
    fit = ng.train(network, x, y, rule=RULES[rule](), epochs=2, seed=0)
    assert fit.epochs == 2
    assert (network.connectivity.ties is not None) == RULES[rule]().symmetric


def test_nothing_to_learn_is_said():
    assert no_data(asked())
    with pytest.raises(ParameterError, match="expected --task NAME or --data"):
        network_and_data(asked())
    with pytest.raises(ParameterError, match="--data needs a graph"):
        network_and_data(asked(data="d.csv"))


def test_accuracy_counts_the_right_answers(tmp_path):
    network = compiled(Namespace(graph=small_graph(tmp_path), dynamics=["vector_field"]))
    x = np.array([[4.0, 1.0], [0.0, 1.0]])  # outputs 0.9 and 0.1
    assert accuracy(network, x, np.array([[1.0], [1.0]])) == "1 of 2 samples right"


def test_columns_of_one_name_are_refused(tmp_path):
    network, table = compiled(Namespace(graph=small_graph(tmp_path))), tmp_path / "d.csv"
    for header, name in (("a,a,b,out", "a"), ("a, a,b,out", "a"), ("a,b,out,out", "out"), ("a,b,out,n,n", "n")):
        table.write_text(f"{header}\n{','.join('1' * (header.count(',') + 1))}\n")
        with pytest.raises(DataError, match=f"two columns called '{name}': expected each name once"):
            given_data(asked(data=table), network)


@pytest.mark.parametrize("header", ["1,y", "1,1.0,y", "y,1,z"])
def test_labels_that_read_the_same_are_refused_by_name(header, tmp_path):
    edges = ([1, "1"], ["y", "y"], [0.5, 0.5])
    network = ng.compile(ng.topologies.from_edges(edges, inputs=[1, "1"], outputs=["y"]))
    table = tmp_path / "d.csv"
    table.write_text(f"{header}\n{','.join('1' * (header.count(',') + 1))}\n")
    with pytest.raises(DataError, match="one name, '1', for the nodes 1 and '1', which read the same"):
        given_data(asked(data=table), network)


def test_hidden_labels_that_read_the_same_are_no_concern(tmp_path):
    edges = ([1, "1"], ["1", "y"], [0.5, 0.5])
    network = ng.compile(ng.topologies.from_edges(edges, inputs=[1], outputs=["y"]))
    (tmp_path / "d.csv").write_text("y,1\n1,2\n")
    x, y = given_data(asked(data=tmp_path / "d.csv"), network)
    assert (x.tolist(), y.tolist()) == ([[2.0]], [[1.0]])


def test_columns_that_are_no_nodes_are_named_and_not_read(tmp_path, capsys):
    network, table = compiled(Namespace(graph=small_graph(tmp_path))), tmp_path / "d.csv"
    table.write_text(",a,name,b,out\n0,1,Anna,2,0\n1,4,Otto,5,0\n")
    x, _ = given_data(asked(data=table), network)
    assert x.tolist() == [[1.0, 2.0], [4.0, 5.0]]
    said = f"neurograph: not read of {table}, for no input or output is called so: '', 'name'\n"
    assert capsys.readouterr() == ("", said)
    table.write_text("a,b,out\n1,2,0\n")
    given_data(asked(data=table), network)
    assert capsys.readouterr() == ("", "")


def test_a_missing_column_is_named_with_the_nearest(tmp_path):
    network, table = compiled(Namespace(graph=small_graph(tmp_path))), tmp_path / "d.csv"
    table.write_text("a,b,Out\n1,2,3\n")
    with pytest.raises(DataError, match="no column 'out', but 'a', 'b', 'Out', the nearest is 'Out': expected one for"):
        given_data(asked(data=table), network)
    table.write_text("a,b,out\n1,2,3\n1,2\n")
    with pytest.raises(DataError, match="has a row 3 of 2 cells: expected 3, as many as its header"):
        given_data(asked(data=table), network)
