"""Training with its samples shared: what one process finds, to the last bits; and what all say when one differs."""

import numpy as np
import pytest

import neurograph as ng
from tests.torch.processes import in_processes
from tests.torch.shared_runs import CASES, GROWING, said, trained

RUNS = "tests.torch.shared_runs"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The fits of three processes, so that a batch of 5 is uneven, and one of 1 leaves two without samples."""
    return in_processes(tmp_path_factory.mktemp("cases"), RUNS, "every_case", 3)


@pytest.mark.parametrize("name", CASES)
def test_a_run_is_that_of_one_process(shared, name):
    alone, fits = trained(name, ng.train), [fits[name] for fits in shared]
    close = 1e-6 if name == "float32" else 1e-12
    for fit in fits:
        assert np.array_equal(fit.network.weights, fits[0].network.weights)
        assert np.array_equal(fit.state, fits[0].state)
        assert fit.remarks == fits[0].remarks == alone.remarks
        assert all(np.array_equal(fit.history[key], fits[0].history[key], equal_nan=True) for key in alone.history)
    fit = fits[0]
    assert fit.epochs == alone.epochs
    assert [gone.edge for gone in fit.removed] == [gone.edge for gone in alone.removed]
    assert [come.edge for come in fit.added] == [come.edge for come in alone.added]
    assert np.abs(fit.network.weights - alone.network.weights).max() < close
    assert np.abs(fit.network.biases - alone.network.biases).max() < close
    assert np.abs(fit.state - alone.state).max() < close
    for key, values in alone.history.items():
        assert np.abs(fit.history[key] - values).max() < close, key


def test_the_cases_are_what_they_are_called(shared):
    fits = shared[0]
    assert 0.0 < fits["not all are learned from"].history["learned"][-1] < 1.0
    assert 0.0 < fits["some do not settle"].history["settled"][-1] < 1.0
    assert fits["edges leave"].removed
    assert fits["edges leave and come"].added
    assert fits["a cost that is reached"].epochs < 30
    for name, (start, _, _) in CASES.items():
        weights = fits[name].network.weights
        assert weights.size != start.weights.size or np.abs(weights - start.weights).max() > 1e-3, name


def test_what_differs_or_fails_is_said_by_all(tmp_path):
    one, two = in_processes(tmp_path, RUNS, "what_is_said", 2)
    words = {"weights": "the weights"} | {name: name for name in ("x", "y", "seed", "epochs", "beta")}
    for name, word in (words | {"the state of the fit": "the state of the fit"}).items():
        kind, message = one[name]
        assert one[name] == two[name], name
        assert kind == "ProcessError"
        assert message.startswith(f"the processes disagree about {word}: process 1 has "), message
        assert "and process 0 has" in message
        assert message.endswith("expected the same call in each, with the same data")
    assert "process 1 has 1.1, and process 0 has 0.1;" in one["beta"][1]
    assert one["one has no y"] == two["one has no y"]
    assert one["one has no y"][1].startswith("y is missing")
    assert one["one has another argument"] == two["one has another argument"]
    assert one["one has another argument"][1].startswith("batch_size is -1")
    x = np.append(np.zeros(7), [1.0, 2.0, 3.0])[:, None]
    alone = said(lambda: ng.train(GROWING, x, np.ones(10), batch_size=None, solver=ng.solvers.Euler(), epochs=1))
    assert one["one diverges"] == two["one diverges"]
    assert one["one diverges"][1].replace("3 of 5", "3 of 10") == alone[1]
    assert alone[1].startswith("sample 7 diverged")
    assert (one["warned"], two["warned"]) == (["TrainingWarning"], [])


def test_a_run_goes_on_to_the_same_bits(tmp_path):
    one, two = in_processes(tmp_path, RUNS, "gone_on", 2)
    for at_once, whole, fit in (one["fits"], two["fits"]):
        for other in (whole, fit):
            assert np.array_equal(at_once.network.weights, other.network.weights)
            assert np.array_equal(at_once.best.weights, other.best.weights)
            assert np.array_equal(at_once.state, other.state)
            assert at_once.generator == other.generator
            assert all(np.array_equal(at_once.history[key], other.history[key]) for key in at_once.history)
            assert at_once.removed == other.removed
            assert other.epochs == 6
    assert np.array_equal(one["fits"][0].network.weights, two["fits"][0].network.weights)
    for name, word in {
        "refused": "is of another run, for seed is not the same",
        "unwritten": "cannot be written",
    }.items():
        assert one[name] == two[name]
        assert one[name][0] == "CheckpointError"
        assert word in one[name][1]
    assert one["next"] == two["next"] != np.random.default_rng(7).random()
    assert [fit.generator for fit in one["drawn"]] == [fit.generator for fit in two["drawn"]]
    assert one["drawn"][0].generator != one["drawn"][1].generator
    assert np.array_equal(one["drawn"][0].held_out, two["drawn"][0].held_out)


def test_where_one_dies_the_other_says_so_at_once(tmp_path):
    ((kind, message), seconds), _ = in_processes(tmp_path, RUNS, "one_dies", 2, dies=(1,))
    assert kind == "ProcessError"
    assert message.startswith("process 0 of 2 waited for the changes of a batch, and another one is gone ("), message
    assert seconds < 20


def test_where_one_is_late_all_end_within_the_time_out(tmp_path):
    ((kind, message), seconds), ((other, _), _) = in_processes(tmp_path, RUNS, "one_is_late", 2)
    assert kind == other == "ProcessError"
    assert message.startswith(
        "process 0 of 2 waited for the changes of a batch, and another one took longer than the timeout of 2 s: "
    ), message
    assert 2 < seconds < 6


def test_what_cannot_be_shared_is_refused(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    start, x, y = GROWING, [[0.0]], [1.0]
    with pytest.raises(ng.ParameterError, match=r"torch.train is called without a process group, and .* lacks RANK, W"):
        ng.torch.train(start, x, y)
    with pytest.raises(ng.ParameterError, match="timeout is 0: expected a finite number > 0, in seconds"):
        ng.torch.train(start, x, y, timeout=0)
    with pytest.raises(ng.ParameterError, match="seed is 1, but a TrainingState goes on"):
        ng.torch.train(ng.train(start, x, y, epochs=1, progress=False), x, y, seed=1)
    with pytest.raises(ng.ParameterError, match="network is of type int"):
        ng.torch.train(3, x, y)
    machine = ng.compile(ng.topologies.symmetric(ng.topologies.complete(0, 1, 2, seed=0)), ng.dynamics.binary())
    with pytest.raises(ng.ParameterError, match="network is of binary neurons, whose runs are not shared"):
        ng.torch.train(machine, np.eye(2))
