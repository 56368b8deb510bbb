"""Synapses that learn in the command ``simulate``."""

import argparse

import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.learning import add_learning
from neurograph.cli.main import main

X = np.array([[[1.0, 0.0], [-1.0, 0.5], [0.0, 0.0]]])
REWARD = np.array([1.0, 0.0, -1.0])


@pytest.fixture
def folder(tmp_path):
    ng.write(ng.topologies.layered(inputs=2, hidden=(3,), outputs=1, seed=0), tmp_path / "net.json")
    (tmp_path / "x.csv").write_text("x0,x1\n1,0\n-1,0.5\n0,0\n")
    (tmp_path / "reward.csv").write_text("reward\n1\n0\n-1\n")
    return tmp_path


def ran(folder, capsys, *options):
    files = [folder / "net.json", "--input", folder / "x.csv", "-o", folder / "states.npz", "--dynamics", "tanh"]
    code = main(["simulate", *map(str, files), "--hold", "2", *map(str, options)])
    return code, *capsys.readouterr()


def test_the_learned_network_is_that_of_simulate(folder, capsys):
    learned = folder / "learned.json"
    options = ["--rule", "oja", "--rule-alpha", 2, "--learning-rate", 0.3, "--bounds", -1, 0.5, "--l1", 0.01]
    code, out, _ = ran(folder, capsys, *options, "--record-weights", 20, "--learned", learned)
    assert code == 0
    network = ng.compile(ng.read(folder / "net.json"), ng.dynamics.additive("tanh"))
    wanted = ng.simulate(
        network, X, dt=0.1, hold=2.0, rule=ng.rules.oja(2.0), learning_rate=0.3, bounds=(-1.0, 0.5), l1=0.01,
        record_weights=20,
    )  # fmt: skip
    with np.load(folder / "states.npz") as file:
        assert np.array_equal(file["states"], wanted.states[0])
        assert np.array_equal(file["weights"], wanted.weights)
        assert np.allclose(file["weight_time"], [2.0, 4.0, 6.0])
        assert [tuple(edge) for edge in file["edges"].tolist()] == list(network.edges)
    found = ng.compile(ng.read(learned), ng.dynamics.additive("tanh"))
    assert np.array_equal(found.weights, wanted.learned.weights)
    assert not np.array_equal(found.weights, network.weights)
    assert f"Learned network written to {learned}" in out


def test_a_third_factor_is_a_column_of_a_file(folder, capsys):
    learned = folder / "learned.json"
    options = ["--rule", "reward_modulated_hebb", "--rule-tau-mean", 3, "--learning-rate", 0.5, "--incoming", 1.5]
    assert ran(folder, capsys, *options, "--modulator", folder / "reward.csv", "--learned", learned)[0] == 0
    network = ng.compile(ng.read(folder / "net.json"), ng.dynamics.additive("tanh"))
    wanted = ng.simulate(
        network, X, dt=0.1, hold=2.0, rule=ng.rules.reward_modulated_hebb(tau_mean=3.0), learning_rate=0.5,
        modulator=REWARD, incoming=1.5,
    )  # fmt: skip
    assert np.array_equal(ng.compile(ng.read(learned)).weights, wanted.learned.weights)
    with np.load(folder / "states.npz") as file:
        assert "weights" not in file


def test_a_slope_is_an_equation(folder, capsys):
    learned, slope = folder / "learned.json", "1 - (post + 0.9*dpost)**2"
    options = ["--rule", "e_prop", "--rule-slope", slope, "--method", "euler", "--learning-rate", 0.5]
    assert ran(folder, capsys, *options, "--modulator", folder / "reward.csv", "--learned", learned)[0] == 0
    network = ng.compile(ng.read(folder / "net.json"), ng.dynamics.additive("tanh"))
    wanted = ng.simulate(
        network, X, dt=0.1, hold=2.0, method="euler", rule=ng.rules.e_prop(slope=slope), learning_rate=0.5,
        modulator=REWARD,
    )  # fmt: skip
    assert np.array_equal(ng.compile(ng.read(learned)).weights, wanted.learned.weights)


def test_an_option_says_what_it_means_to_each_rule():
    parser = argparse.ArgumentParser()
    add_learning(parser)
    words = " ".join(parser.format_help().split())
    assert "Time constant of the threshold, above 0. Of bcm; default: 100.0." in words
    assert "Time constant of the eligibility, above 0. Of reward_modulated_hebb; default: 1.0." in words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rule", "oja"], "--rule is oja, but --learning-rate is missing"),
        (["--learning-rate", 1], "--learning-rate is given, but no --rule NAME: expected one of stdp, oja"),
        (["--record-weights", 1], "--record-weights is given, but no --rule NAME"),
        (["--learned", "net.json"], "--learned is given, but no --rule NAME"),
        (["--rule", "oja", "--rule-tau", 3, "--learning-rate", 1], "oja is given --rule-tau: expected --rule-alpha"),
        (["--rule", "oja", "--rule-alpha", 0, "--learning-rate", 1], "--rule-alpha is 0.0"),
        (["--rule", "reward_modulated_hebb", "--rule-tau-mean", 0, "--learning-rate", 1], "--rule-tau-mean is 0.0"),
        (["--rule", "oja", "--learning-rate", -1], "--learning-rate is -1.0"),
        (
            ["--rule", "e_prop", "--rule-slope", "1 - I", "--learning-rate", 1, "--modulator", "reward.csv"],
            "uses 'I', which is not at either end of its edge",
        ),
        (["--rule", "oja", "--learning-rate", 1, "--bounds", 1, 0], "--bounds is (1.0, 0.0)"),
        (["--rule", "e_prop", "--learning-rate", 1], "third factor: expected --modulator FILE.csv"),
        (["--rule", "oja", "--learning-rate", 1, "--modulator", "reward.csv"], "leave --modulator out"),
        (
            ["--rule", "e_prop", "--learning-rate", 1, "--modulator", "x.csv"],
            "2 columns and 3 rows: expected one column",
        ),
        (["--rule", "e_prop", "--learning-rate", 1, "--modulator", "short.csv"], "x has 3, modulator has 1"),
        (["--rule", "e_prop", "--learning-rate", 1, "--modulator", "none.csv"], "1 columns and 0 rows: expected one"),
        (["--rule", "oja", "--learning-rate", 1, "--learned", "net.xyz"], "net.xyz"),
        (["--rule", "oja", "--learning-rate", 1, "--learned", "states.npz"], "states.npz, where the states go"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(folder, capsys, monkeypatch, options, words):
    monkeypatch.chdir(folder)
    (folder / "short.csv").write_text("reward\n1\n")
    (folder / "none.csv").write_text("reward\n")
    code, out, err = ran(folder, capsys, *options)
    assert code == 2
    assert not out
    assert words in " ".join(err.split())
    assert len(err.splitlines()) == 1
    assert not (folder / "states.npz").exists()
