import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.main import main
from tests.sampling.networks import machine


@pytest.fixture
def graph(tmp_path):
    return ng.write(machine(visible=4, hidden=2, bias_node=True), tmp_path / "machine.json")


def ran(capsys, *arguments):
    code = main([str(one) for one in arguments])
    return code, *capsys.readouterr()


def test_samples_are_written_and_each_neuron_is_listed_beside_the_exact_marginal(graph, tmp_path, capsys):
    target = tmp_path / "samples.npz"
    code, out, _ = ran(capsys, "sample", graph, "--samples", 50, "--chains", 3, "--seed", 4, "-o", target)
    network = ng.compile(ng.read(graph))
    wanted = ng.sample(network, samples=50, chains=3, seed=4)
    with np.load(target) as file:
        assert np.array_equal(file["states"], wanted.states)
        assert np.array_equal(file["held"], wanted.held)
        assert file["nodes"].tolist() == [str(node) for node in network.nodes]
    assert code == 0
    exact = ng.exact_distribution(network).marginals
    lines = [line.split() for line in out.splitlines()]
    assert ["neuron", "P(s", "=", "1)", "±", "exact"] in lines
    assert any(line[0] == "2" and line[-1] == f"{exact[2]:.4f}" for line in lines)


def test_a_table_holds_visible_neurons(graph, tmp_path, capsys):
    table = tmp_path / "given.csv"
    table.write_text("5,3,other\n1,,2\n0,1,2\n")
    target = tmp_path / "samples.npz"
    options = ["--method", "flips", "--thin", 0.5, "--burn-in", 2, "-o", target]
    code, out, err = ran(capsys, "sample", graph, "--data", table, *options)
    assert code == 0
    assert "2 rows, each with marginals of its own" in out
    assert "no visible neuron is called so: 'other'" in err
    with np.load(target) as file:
        states = file["states"]
    assert (states[0, :, 5] == 1).all()
    assert (states[1, :, 5] == 0).all()
    assert (states[1, :, 3] == 1).all()
    assert len(set(states[0, :, 3])) == 2


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ("a\n1\n", [], "names no visible neuron"),
        ("3\nx\n", [], "has 'x' in row 2, column '3'"),
        ("3\n2\n", [], "is 2: expected 0, 1"),
        (None, ["--thin", 0.5], "--thin is 0.5: expected a whole number"),
        (None, ["-o", "samples.csv"], "expected .npz"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(graph, tmp_path, capsys, table, options, words):
    file = tmp_path / "given.csv"
    if table is not None:
        file.write_text(table)
        options = ["--data", file, *options]
    code, _, err = ran(capsys, "sample", graph, "-o", tmp_path / "s.npz", *options)
    assert code == 2
    assert words in err


def test_many_neurons_are_listed_in_part(tmp_path, capsys):
    graph = ng.write(machine(visible=30, density=0.1), tmp_path / "machine.json")
    _, out, _ = ran(capsys, "sample", graph, "--samples", 20, "-o", tmp_path / "s.npz")
    assert "and 10 more" in out
    assert "exact" not in out


def test_a_graph_of_rates_is_refused_and_may_be_taken_as_binary_ones(tmp_path, capsys):
    graph = ng.write(ng.topologies.complete(1, 2, 1, seed=0), tmp_path / "rates.json")
    code, _, err = ran(capsys, "sample", graph, "-o", tmp_path / "s.npz")
    assert code == 2
    assert "kind 'binary'" in err
    code, _, err = ran(capsys, "sample", graph, "--dynamics", "binary", "-o", tmp_path / "s.npz")
    assert "role 'input'" in err or "no edge back" in err


def test_binary_neurons_are_trained_by_a_table_of_their_outputs(graph, tmp_path, capsys):
    table, target = tmp_path / "data.csv", tmp_path / "trained.json"
    table.write_text("2,3,4,5\n" + "1,1,0,0\n0,0,1,1\n" * 4)
    code, out, _ = ran(
        capsys, "train", graph, "--data", table, "--epochs", 3, "--rule", "contrastive_divergence", "-o", target
    )
    assert code == 0
    assert "3 epochs" in out
    assert ng.compile(ng.read(target)).dynamics == ng.dynamics.binary()
