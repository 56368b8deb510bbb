import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.main import main


@pytest.fixture
def graph(tmp_path):
    return ng.write(ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=0), tmp_path / "net.json")


@pytest.fixture
def stimulus(tmp_path):
    table = tmp_path / "stimulus.csv"
    table.write_text("x1,x0\n0,1\n0.5,-1\n0,0\n")
    return table


X = np.array([[[1.0, 0.0], [-1.0, 0.5], [0.0, 0.0]]])


def ran(capsys, *arguments):
    code = main(["simulate", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_states_are_those_of_simulate(graph, stimulus, tmp_path, capsys):
    target = tmp_path / "states.npz"
    options = ["--dt", 0.05, "--hold", 2, "--duration", 5, "--method", "heun", "--noise", 0.1, "--seed", 3]
    code, out, _ = ran(capsys, graph, "--input", stimulus, *options, "--dynamics", "tanh", "-o", target)
    assert code == 0
    network = ng.compile(ng.read(graph), ng.dynamics.additive("tanh"))
    wanted = ng.simulate(network, X, dt=0.05, hold=2.0, duration=5.0, method="heun", noise=0.1, seed=3)
    with np.load(target) as file:
        assert sorted(file) == ["inputs", "nodes", "outputs", "states", "time"]
        assert np.array_equal(file["time"], wanted.time)
        assert np.array_equal(file["states"], wanted.states[0])
        assert np.array_equal(file["outputs"], wanted.outputs[0])
        assert np.array_equal(file["inputs"], wanted.inputs[0])
        assert file["nodes"].tolist() == list(network.nodes)
    y = wanted.outputs[0, :, 0]
    line = next(line.split() for line in out.splitlines() if line.startswith("y0"))
    assert line[1:] == [f"{y.min():.4f}", f"{y.max():.4f}", f"{y[-1]:.4f}"]
    assert f"Written to {target}" in out


def test_a_step_is_a_tenth_and_a_row_a_step_unless_said(graph, stimulus, tmp_path, capsys):
    target = tmp_path / "states.npz"
    assert ran(capsys, graph, "--input", stimulus, "-o", target)[0] == 0
    with np.load(target) as file:
        assert file["time"] == pytest.approx([0.1, 0.2, 0.3])


def test_a_unitary_network_steps_along_the_rows(tmp_path, capsys):
    network = ng.compile(ng.topologies.unitary(inputs=1, units=4, outputs=1, seed=0), ng.dynamics.unitary())
    file, table, target = ng.write(network, tmp_path / "net.json"), tmp_path / "x.csv", tmp_path / "states.npz"
    table.write_text("\"('x', 0)\"\n1\n0\n")
    assert ran(capsys, file, "--input", table, "-o", target)[0] == 0
    with np.load(target) as found:
        assert np.array_equal(found["states"], ng.simulate(network, [[[1.0], [0.0]]]).states[0])


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ("x0\n1\n", [], "no column 'x1'"),
        ("x0,x1\n", [], "a header and no rows"),
        ("x0,x1\n1,a\n", [], "a cell that is no number"),
        ("x0,x1\n1,nan\n", [], "nan"),
        ("x0,x1\n1,1\n", ["--hold", 0.25], "--hold is 0.25"),
        ("x0,x1\n1,1\n", ["--duration", 0], "--duration is 0"),
        ("x0,x1\n1,1\n", ["--noise", -1], "--noise is -1"),
        ("x0,x1\n1,1\n", ["--dt", 0], "--dt is 0"),
        (None, [], "nothing drives 'x0', 'x1': expected --input"),
        (None, ["--duration", 1], "expected --input"),
        ("x0,x1\n1,1\n", ["-o", "states.csv"], "expected .npz"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(graph, tmp_path, capsys, table, options, words):
    file = tmp_path / "given.csv"
    if table is not None:
        file.write_text(table)
        options = ["--input", file, *options]
    code, _, err = ran(capsys, graph, "-o", tmp_path / "s.npz", *options)
    assert code == 2
    assert words in err, err
    assert len(err.splitlines()) == 1


def test_many_outputs_are_listed_in_part(tmp_path, capsys):
    graph = ng.write(ng.topologies.layered(inputs=1, hidden=(2,), outputs=23, seed=0), tmp_path / "net.json")
    table = tmp_path / "x.csv"
    table.write_text("x0\n1\n")
    assert "and 3 more" in ran(capsys, graph, "--input", table, "-o", tmp_path / "s.npz")[1]
