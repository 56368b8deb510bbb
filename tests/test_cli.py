import csv

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.cli import main

COMMANDS = ["demo", "train", "certify", "prune", "show"]


def test_train_certify_prune_show_one_after_the_other(tmp_path, capsys):
    trained, pruned, log = tmp_path / "xor.json", tmp_path / "xor.graphml", tmp_path / "log.csv"
    assert main(["train", "--task", "xor", "-o", str(trained)]) == 0
    assert "4 of 4 samples right" in capsys.readouterr().out
    assert main(["certify", str(trained), "--task", "xor"]) == 0
    assert "contracting" in capsys.readouterr().out
    prune = ["prune", str(trained), "--fraction", "0.5", "--task", "xor", "--log", str(log), "-o", str(pruned)]
    assert main(prune) == 0
    out = capsys.readouterr().out
    assert "24 of 48 edges left the graph, 24 stay" in out
    assert "before: 4 of 4" in out
    rows = list(csv.DictReader(log.read_text().splitlines()))
    assert len(rows) == 24
    assert not any(ng.read(pruned).has_edge(row["pre"], row["post"]) for row in rows)
    picture = tmp_path / "xor.png"
    assert main(["show", str(pruned), "--picture", str(picture)]) == 0
    assert "24 edges" in capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_boltzmann_pruning_is_the_functions(tmp_path):
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    source, target = ng.write(graph, tmp_path / "a.json"), tmp_path / "b.json"
    how = ["--boltzmann", "0.3", "--temperature", "2", "--seed", "3"]
    assert main(["prune", str(source), *how, "-o", str(target)]) == 0
    expected = ng.prune(ng.compile(graph), ng.pruning.boltzmann(0.3, 2.0), seed=3).network
    assert set(ng.read(target).edges) == set(expected.edges)
    assert len(expected.edges) < 48


def test_data_from_a_table_is_matched_by_label(tmp_path, capsys):
    graph = nx.DiGraph([("b", "out", {"weight": 0.1}), ("a", "out", {"weight": 0.1})])
    for node, role in (("a", "input"), ("b", "input"), ("out", "output")):
        graph.nodes[node]["role"] = role
    ng.write(graph, tmp_path / "g.json")
    (tmp_path / "d.csv").write_text("out,a,note,b\n1,1,0,0\n0,0,0,1\n")
    target = tmp_path / "t.json"
    assert main(["train", str(tmp_path / "g.json"), "--data", str(tmp_path / "d.csv"), "-o", str(target)]) == 0
    trained = ng.read(target)
    assert trained.edges["a", "out"]["weight"] > 0.3 > trained.edges["b", "out"]["weight"]


@pytest.mark.parametrize(
    ("table", "culprit"),
    [("a,out\n1,1\n", "'b'"), ("a,b,out\n", "no rows"), ("a,b,out\n1,x,0\n", "no number"), ("", "cannot be read")],
)
def test_a_bad_table_is_refused_by_name_and_writes_nothing(tmp_path, capsys, table, culprit):
    graph = nx.DiGraph([("a", "out", {"weight": 0.1}), ("b", "out", {"weight": 0.1})])
    for node, role in (("a", "input"), ("b", "input"), ("out", "output")):
        graph.nodes[node]["role"] = role
    ng.write(graph, tmp_path / "g.json")
    (tmp_path / "d.csv").write_text(table)
    target = tmp_path / "t.json"
    assert main(["train", str(tmp_path / "g.json"), "--data", str(tmp_path / "d.csv"), "-o", str(target)]) == 2
    assert culprit in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["certify", "nowhere.json"], "nowhere.json"),
        (["show", "graph.gml"], ".gml"),
        (["train", "-o", "x.json"], "--task"),
        (["train", "--data", "d.csv", "-o", "x.json"], "GRAPH"),
        (["train", "--task", "xor", "--rate", "-1", "-o", "x.json"], "learning_rate is -1.0"),
        (["train", "--task", "xor", "--hidden", "-1", "-o", "x.json"], "hidden"),
    ],
)
def test_an_error_is_one_line_and_status_2(arguments, culprit, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert culprit in err
    assert err.startswith("neurograph: ")
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert len(capsys.readouterr().out) > 200


def test_the_demo_writes_what_it_says(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("neurograph.demo.RUNS", 2)
    assert main(["demo", "--folder", str(tmp_path / "demo")]) == 0
    out = capsys.readouterr().out
    named = [line.strip() for line in out.splitlines() if line.startswith("  ") and "." in line and "/4" not in line]
    assert set(named) == {path.name for path in (tmp_path / "demo").iterdir()}
    assert "4/4" in out
    pruned = ng.compile(ng.read(tmp_path / "demo" / "pruned.json"))
    x, y = ng.tasks.logic("xor")
    assert np.array_equal(ng.settle(pruned, x).outputs > 0.5, y > 0.5)
