import csv
import os
import re
import subprocess
import sys
from importlib.metadata import version

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.main import main
from neurograph.kernels.bindings import how

COMMANDS = ["demo", "train", "certify", "prune", "simulate", "show", "report", "convert"]


def test_train_certify_prune_show_one_after_the_other(tmp_path, capsys):
    trained, pruned, log = tmp_path / "xor.json", tmp_path / "xor.graphml", tmp_path / "log.csv"
    assert main(["train", "--task", "xor", "-o", str(trained)]) == 0
    assert "4 of 4 samples right" in capsys.readouterr().out
    assert main(["certify", str(trained), "--task", "xor"]) == 0
    assert "contracting" in capsys.readouterr().out
    assert main(["certify", str(trained), "--task", "xor", "--radius"]) == 0
    assert "best of each" in capsys.readouterr().out
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
    assert "24 edges" in " ".join(capsys.readouterr().out.split())
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_graph_is_rewired_and_what_left_and_came_is_written(tmp_path, capsys):
    source, target = tmp_path / "sparse.json", tmp_path / "rewired.json"
    network = ng.compile(ng.topologies.random(inputs=2, hidden=6, outputs=1, density=0.3, bias=True, seed=0))
    ng.write(network, source)
    files = [tmp_path / "gone.csv", tmp_path / "came.csv"]
    where = ["--log", str(files[0]), "--added", str(files[1]), "-o", str(target)]
    how = ["--fraction", "0.3", "--grower", "rigl", "--grow-weight", "0.1", "--task", "xor", "--rounds", "2"]
    assert main(["prune", str(source), *how, *where]) == 0
    called = ng.prune(
        network, ng.pruning.magnitude(0.3), *ng.tasks.logic("xor"), grower=ng.growth.rigl(weight=0.1), rounds=2, seed=0
    )
    assert str(called) in capsys.readouterr().out
    assert set(ng.read(target).edges) == set(called.network.edges)
    for file, log in zip(files, (called.removed, called.added), strict=True):
        rows = list(csv.DictReader(file.read_text().splitlines()))
        assert [(row["pre"], row["post"]) for row in rows] == [one.edge for one in log]
        assert len(rows) >= 2


def test_convert_keeps_the_graph(tmp_path, capsys):
    source, target = write_small_graph(tmp_path), tmp_path / "g.csv"
    assert main(["convert", str(source), str(target)]) == 0
    assert capsys.readouterr().out == f"3 nodes, 2 edges\nWritten to {target}\n"
    assert nx.utils.graphs_equal(ng.read(target), ng.read(source))
    assert main(["convert", str(source), str(tmp_path / "g.xls")]) == 2
    assert "'.xls': expected one of .json" in capsys.readouterr().err


def test_boltzmann_pruning_is_the_functions(tmp_path):
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    source, target = ng.write(graph, tmp_path / "a.json"), tmp_path / "b.json"
    how = ["--by", "boltzmann", "--tolerance", "0.3", "--temperature", "2", "--seed", "3"]
    assert main(["prune", str(source), *how, "-o", str(target)]) == 0
    expected = ng.prune(ng.compile(graph), ng.pruning.boltzmann(0.3, 2.0), seed=3).network
    assert set(ng.read(target).edges) == set(expected.edges)
    assert len(expected.edges) < 48


@pytest.mark.parametrize(
    ("how", "pruner"),
    [
        (["--fraction", "0.4", "--by", "saliency"], ng.pruning.saliency(0.4)),
        (["--fraction", "0.4", "--by", "random"], ng.pruning.random(0.4)),
        (["--threshold", "0.05"], ng.pruning.magnitude(threshold=0.05)),
        (["--by", "proximal", "--strength", "0.02"], ng.pruning.proximal(0.02)),
        (["--by", "unreachable"], ng.pruning.unreachable()),
    ],
    ids=str,
)
def test_pruning_in_rounds_is_the_functions(tmp_path, how, pruner):
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, seed=0)
    source, target = ng.write(graph, tmp_path / "a.json"), tmp_path / "b.json"
    rounds = ["--rounds", "2", "--retrain", "3", "--max-drop", "1", "--task", "or", "--seed", "3"]
    assert main(["prune", str(source), *how, *rounds, "-o", str(target)]) == 0
    x, y = ng.tasks.logic("or")
    expected = ng.prune(ng.compile(graph), pruner, x, y, rounds=2, retrain=3, max_drop=1.0, seed=3).network
    written = ng.compile(ng.read(target))
    assert written.edges == expected.edges
    assert np.array_equal(written.weights, expected.weights)


def write_small_graph(folder):
    graph = nx.DiGraph([("b", "out", {"weight": 0.1}), ("a", "out", {"weight": 0.1})])
    for node, role in (("a", "input"), ("b", "input"), ("out", "output")):
        graph.nodes[node]["role"] = role
    return ng.write(graph, folder / "g.json")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {}),
        (
            ["--epochs", "3", "--rule", "vector_field", "--beta", "2"],
            {"epochs": 3, "rule": ng.rules.vector_field(), "beta": 2.0},
        ),
        (["--epochs", "3", "--rate", "0.5"], {"epochs": 3, "optimiser": ng.optimisers.adam(0.5)}),
        (
            ["--epochs", "3", "--decay", "0.9", "--max-step", "0.001"],
            {"epochs": 3, "optimiser": ng.optimisers.adam(decay=0.9, max_step=0.001)},
        ),
        (
            ["--epochs", "3", "--batch", "0", "--target-cost", "0"],
            {"epochs": 3, "batch_size": None, "target_cost": 0.0},
        ),
        (["--epochs", "3", "--batch", "2"], {"epochs": 3, "batch_size": 2}),
    ],
)
def test_what_is_not_given_is_the_librarys_default(tmp_path, given, expected):
    target = tmp_path / "a.json"
    assert main(["train", "--task", "xor", "--seed", "3", "-o", str(target), *given]) == 0
    first = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=3))
    fit = ng.train(first, *ng.tasks.logic("xor"), seed=3, **expected)
    assert ng.compile(ng.read(target)).weights.tobytes() == fit.network.weights.tobytes()


def test_the_help_of_train_says_the_librarys_defaults(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    found = re.findall(r"--([\w-]+) N [^(]*\(default:\s+([\d.]+)\)", capsys.readouterr().out)
    assert {name: float(number) for name, number in found} == {
        "beta": 0.5, "rate": 0.01, "decay": 1.0, "epochs": 1000, "target-cost": 0.01,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_data_from_a_table_is_matched_by_label(tmp_path, encoding):
    write_small_graph(tmp_path)
    (tmp_path / "d.csv").write_text("out,a,note,b\n1,1,0,0\n0,0,0,1\n", encoding=encoding)
    target = tmp_path / "t.json"
    assert main(["train", str(tmp_path / "g.json"), "--data", str(tmp_path / "d.csv"), "-o", str(target)]) == 0
    trained = ng.read(target)
    assert trained.edges["a", "out"]["weight"] > 0.2 > 0.1 > trained.edges["b", "out"]["weight"]


@pytest.mark.parametrize(
    ("table", "culprit"),
    [
        ("a,c d,out\n1,1,1\n", "has no column 'b', but 'a', 'c d', 'out': expected one for each of 'b', 'a', 'out'"),
        ("a,b,out\n", "no rows"),
        ("a,b,out\n1,x,0\n", "no number"),
        ("a,b,out\n1,1\n1,1,1\n", "has a row 2 of 2 cells: expected 3"),
        ("", "d.csv is empty"),
        ("\n\n", "d.csv is empty"),
        ("a,b,out\n" + "1" * 200_000, "field larger"),
    ],
)
def test_a_bad_table_is_refused_by_name_and_writes_nothing(tmp_path, capsys, table, culprit):
    write_small_graph(tmp_path)
    (tmp_path / "d.csv").write_text(table)
    target = tmp_path / "t.json"
    assert main(["train", str(tmp_path / "g.json"), "--data", str(tmp_path / "d.csv"), "-o", str(target)]) == 2
    assert culprit in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["certify", "nowhere.json"], "nowhere.json"),
        (["certify", "g.json", "--radius"], "--task NAME"),
        (["show", "graph.gml"], ".gml"),
        (["train", "-o", "x.json"], "--task"),
        (["train", "--data", "d.csv", "-o", "x.json"], "GRAPH"),
        (["train", "--task", "xor", "--rate", "-1", "-o", "x.json"], "--rate is -1.0"),
        (["train", "--task", "xor", "--hidden", "-1", "-o", "x.json"], "--hidden is -1"),
        (["train", "--task", "xor", "--batch", "-1", "-o", "x.json"], "--batch is -1"),
        (["train", "--task", "xor", "--decay", "2", "-o", "x.json"], "--decay is 2.0"),
        (["train", "--task", "xor", "--beta", "0.3", "-o", "x.json"], "leave --beta out"),
        (["train", "--task", "xor", "--seed", "-1", "-o", "x.json"], "--seed is -1"),
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


def never(*_, **__):
    raise AssertionError("work began")


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["train", "--task", "xor", "-o", "a.txt"], "a.txt has the suffix '.txt'"),
        (["train", "--task", "xor", "-o", "nope/a.json"], "nope/a.json cannot be written (there is no folder"),
        (["train", "--task", "xor", "-o", "g.json/a.json"], "there is no folder"),
        (["train", "--task", "xor", "-o", "folder.json"], "it is a folder"),
        (["prune", "g.json", "--fraction", "0.5", "-o", "a"], "a has the suffix ''"),
        (["prune", "g.json", "--fraction", "0.5", "-o", "a.json", "--log", "nope/l.csv"], "nope/l.csv"),
        (["show", "g.json", "--picture", "x.foo"], "x.foo has the suffix '.foo': expected .png or .svg or .pdf"),
        (["show", "g.json", "--picture", "x"], "x has the suffix ''"),
        (["show", "g.json", "--picture", "nope/x.png"], "nope/x.png cannot be written"),
        (["report", ".", "-o", "x.txt"], "x.txt has the suffix '.txt': expected .html"),
        (["prune", "g.json", "--by", "random", "-o", "a.json"], "random is given no option: expected --fraction"),
        (["demo", "--folder", "g.json"], "--folder is 'g.json', which cannot be made or written in (File exists)"),
        (["demo", "--folder", "g.json/demo"], "--folder is 'g.json/demo'"),
    ],
)
def test_what_cannot_be_written_is_said_before_any_work(arguments, culprit, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_small_graph(tmp_path)
    (tmp_path / "folder.json").mkdir()
    for function in ("neurograph.train", "neurograph.compile", "neurograph.cli.demo.train"):
        monkeypatch.setattr(function, never)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert culprit in err
    assert (out, err.count("\n")) == ("", 1)
    assert {path.name for path in tmp_path.iterdir()} == {"g.json", "folder.json"}


def test_an_error_of_the_system_is_one_line(tmp_path, monkeypatch, capsys):
    def full(*_):
        raise PermissionError(13, "Permission denied", "l.csv")

    monkeypatch.setattr("neurograph.cli.main.write_log", full)
    arguments = ["prune", str(write_small_graph(tmp_path)), "--fraction", "0.5", "--log", str(tmp_path / "l.csv")]
    assert main([*arguments, "-o", str(tmp_path / "a.json")]) == 2
    assert capsys.readouterr().err == "neurograph: l.csv cannot be used (Permission denied)\n"
    assert not (tmp_path / "a.json").exists()


def interrupt(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("place", "arguments"),
    [
        ("neurograph.train", ["train", "--task", "xor", "-o", "a.json"]),
        ("neurograph.cli.demo.plots.network", ["demo"]),
    ],
)
def test_an_interrupted_command_says_so_and_leaves_no_file(place, arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("neurograph.cli.demo.RUNS", 1)
    monkeypatch.setattr(place, interrupt)
    assert main(arguments) == 130
    assert capsys.readouterr().err == "neurograph: interrupted; nothing was written\n"
    assert not list(tmp_path.rglob("*.*"))


def test_an_interrupted_run_goes_on_from_its_checkpoint(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run = ["train", "--task", "xor", "--target-cost", "0", "--checkpoint", "xor.ckpt"]
    assert main([*run, "--epochs", "4", "-o", "part.json"]) == 0
    with monkeypatch.context() as patched:
        patched.setattr("neurograph.train", interrupt)
        capsys.readouterr()
        assert main([*run, "--epochs", "9", "-o", "whole.json"]) == 130
    assert capsys.readouterr().err == "neurograph: interrupted; the same command goes on from xor.ckpt\n"
    assert main([*run, "--epochs", "9", "-o", "whole.json"]) == 0
    assert main([*run[:-2], "--epochs", "9", "-o", "once.json"]) == 0
    part, whole, once = ((tmp_path / f"{name}.json").read_bytes() for name in ("part", "whole", "once"))
    assert part != whole == once
    assert main([*run, "--seed", "1", "-o", "other.json"]) == 2
    assert "xor.ckpt is of another run, for network is not the same" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["show", "g.json"], ["--help"]])
def test_a_closed_pipe_is_no_error(arguments, tmp_path):
    write_small_graph(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    program = [sys.executable, "-m", "neurograph.cli", *arguments]
    done = subprocess.run(program, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_behind_the_output_is_one_line(tmp_path):
    write_small_graph(tmp_path)
    program = [sys.executable, "-m", "neurograph.cli", "show", "g.json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(program, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "neurograph: the output cannot be used (No space left on device)\n"


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"neurograph {version('neurograph-simulator')} (sums over edges: {how()})\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert len(capsys.readouterr().out) > 200


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_letters_that_a_terminal_lacks_are_escaped(tmp_path, encoding):
    graph = nx.DiGraph([("\u03b1\u8111", "y", {"weight": 0.5})])
    graph.nodes["\u03b1\u8111"]["role"], graph.nodes["y"]["role"] = "input", "output"
    source, target = ng.write(graph, tmp_path / "\u8111.json"), tmp_path / "\u03b1.graphml"
    (tmp_path / "xor.csv").write_text("\u03b1\u8111,y\n0,0\n1,1\n", encoding="utf-8")
    data = ["--data", str(tmp_path / "xor.csv")]
    for status, *line in (
        (0, "show", source),
        (0, "convert", source, target),
        (0, "certify", source, *data),
        (0, "train", source, *data, "--epochs", "2", "-o", target),
        (0, "prune", source, "--threshold", "0.1", "-o", target),
        (0, "report", tmp_path, "--graph", source),
        (2, "show", tmp_path / "\u8111\u8111.json"),
    ):
        program = [sys.executable, "-m", "neurograph.cli", *map(str, line)]
        env = os.environ | {"PYTHONIOENCODING": encoding}
        done = subprocess.run(program, cwd=os.getcwd(), env=env, capture_output=True, check=False)
        assert done.returncode == status, done.stderr
        assert b"Traceback" not in done.stderr
        assert b"\\u8111" in done.stdout + done.stderr or b"\\u03b1" in done.stdout or line[0] in ("certify", "report")
