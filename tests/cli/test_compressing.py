"""The command ``compress``, against the functions it calls."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.main import main


@pytest.fixture
def graph(tmp_path):
    x, y = ng.tasks.logic("xor")
    start = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    return ng.write(ng.train(start, x, y, seed=0).network, tmp_path / "net.json")


def ran(capsys, *arguments):
    code = main([str(one) for one in arguments])
    return code, *capsys.readouterr()


@pytest.mark.parametrize("method", ["sharing", "probabilistic"])
def test_a_graph_is_quantised_written_and_reported(graph, tmp_path, capsys, method):
    target = tmp_path / "net.packed"
    options = ["--levels", 6, "--method", method, "--seed", 3, "--task", "xor", "-o", target]
    code, out, _ = ran(capsys, "compress", graph, *options)
    assert code == 0
    wanted = ng.quantise(ng.compile(ng.read(graph)), 6, method, seed=3)
    back = ng.compile(ng.read(target))
    assert back.weights.tobytes() == wanted.network.weights.tobytes()
    assert str(ng.compression_report(wanted.network)) in out
    assert "before: 4 of 4" in out
    assert f"{target.stat().st_size} bytes" in out


def test_without_levels_weights_stay_and_float32_rounds_them(graph, tmp_path, capsys):
    network = ng.compile(ng.read(graph))
    target = tmp_path / "net.packed"
    assert ran(capsys, "compress", graph, "-o", target)[0] == 0
    size = target.stat().st_size
    assert ng.compile(ng.read(target)).weights.tobytes() == network.weights.tobytes()
    assert ran(capsys, "compress", graph, "--float32", "-o", target)[0] == 0
    assert np.array_equal(ng.compile(ng.read(target)).weights, network.weights.astype(np.float32))
    assert target.stat().st_size < size - 3 * network.weights.size


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--levels", 1], "--levels is 1: expected a whole number >= 2"),
        (["--levels", 0], "--levels is 0"),
        (["-o", "net.json"], "expected .packed"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(graph, tmp_path, capsys, options, words):
    code, _, err = ran(capsys, "compress", graph, "-o", tmp_path / "n.packed", *options)
    assert code == 2
    assert words in err
    assert not (tmp_path / "n.packed").exists()
