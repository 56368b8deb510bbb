"""Stop and go: a run that was killed ends in the same bits as one that never was."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import fields

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.training.checkpoints import read_checkpoint
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.resume import identity
from neurograph.training.state import TrainingState

X, Y = ng.tasks.logic("xor")

PROGRAM = """
import sys
import neurograph as ng
from tests.training.test_resume import arguments, network
fit = ng.train(network(), *ng.tasks.logic("xor"), checkpoint=sys.argv[1], checkpoint_seconds=0.0, **arguments())
"""


def network(seed=0):
    return ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=seed))


def arguments(**changes):
    """A run in which everything is remembered: momenta, random starts, removed edges, held-out samples."""
    return {
        "epochs": 60,
        "seed": 3,
        "start": "uniform",
        "validation": 0.25,
        "target_cost": None,
        "batch_size": 2,
        "pruner": ng.pruning.boltzmann(0.1),
        **changes,
    }


def assert_same(one, two):
    assert np.array_equal(one.network.weights, two.network.weights)
    assert np.array_equal(one.network.biases, two.network.biases)
    assert one.network.edges == two.network.edges
    assert np.array_equal(one.best.weights, two.best.weights)
    assert np.array_equal(one.state, two.state)
    assert one.removed == two.removed
    assert one.added == two.added
    assert all(np.array_equal(one.history[name], two.history[name]) for name in two.history)
    assert all(np.array_equal(*pair) for pair in zip(one.optimiser_state, two.optimiser_state, strict=True))
    assert np.array_equal(one.held_out, two.held_out)
    assert one.generator == two.generator
    assert (one.refuge is None) == (two.refuge is None)
    if one.refuge is not None:
        assert_same(one.refuge, two.refuge)


@pytest.fixture(scope="module")
def whole():
    return ng.train(network(), X, Y, **arguments())


def test_a_run_with_a_checkpoint_is_the_run_without(tmp_path, whole):
    assert_same(ng.train(network(), X, Y, checkpoint=tmp_path / "a.ckpt", **arguments()), whole)
    assert_same(ng.train(network(), X, Y, checkpoint=tmp_path / "a.ckpt", **arguments()), whole)


@pytest.mark.parametrize("first", [1, 7, 59])
def test_the_same_call_with_more_epochs_goes_on(tmp_path, whole, first):
    ng.train(network(), X, Y, checkpoint=tmp_path / "a.ckpt", **arguments(epochs=first))
    assert_same(ng.train(network(), X, Y, checkpoint=tmp_path / "a.ckpt", **arguments()), whole)


def test_killed_at_random_moments_it_ends_in_the_same_bits(tmp_path, whole):
    """The issue's fifty kills were made by hand with this program; a few of them stay here."""
    path = tmp_path / "a.ckpt"
    rng = np.random.default_rng(int.from_bytes(os.urandom(4), "little"))
    killed = 0
    for _ in range(4):
        run = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)])
        began = time.monotonic()
        while not path.exists() and run.poll() is None and time.monotonic() - began < 60:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 0.1))
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
    assert_same(ng.train(network(), X, Y, checkpoint=path, **arguments()), whole)
    assert killed


def test_a_cut_checkpoint_is_refused_and_the_previous_one_used(tmp_path, whole):
    path = tmp_path / "a.ckpt"
    ng.train(network(), X, Y, checkpoint=path, checkpoint_seconds=0.0, **arguments(epochs=20))
    text = path.read_bytes()
    for cut in np.linspace(0, len(text) - 1, 7).astype(int):
        path.write_bytes(text[:cut])
        with pytest.warns(ng.CheckpointWarning, match=r"a\.ckpt"):
            fit = ng.train(network(), X, Y, checkpoint=path, **arguments(epochs=20))
        assert fit.epochs == 20
    path.write_bytes(text[:100])
    with pytest.warns(ng.CheckpointWarning):
        assert_same(ng.train(network(), X, Y, checkpoint=path, **arguments()), whole)


def test_without_a_good_file_it_does_not_start_again_by_itself(tmp_path):
    path = tmp_path / "a.ckpt"
    path.write_bytes(b"something else")
    with pytest.raises(ng.CheckpointError, match=r"a\.ckpt"):
        ng.train(network(), X, Y, checkpoint=path, **arguments(epochs=2))
    assert path.read_bytes() == b"something else"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("rule", {"rule": ng.rules.vector_field()}),
        ("optimiser", {"optimiser": ng.optimisers.adam(0.02)}),
        ("solver", {"solver": ng.solvers.Euler(tol=1e-7)}),
        ("y", {"y": 1 - Y}),
        ("batch_size", {"batch_size": 1}),
        ("start", {"start": 0.1}),
        ("pruner", {"pruner": None}),
        ("grower", {"grower": ng.growth.random()}),
        ("validation", {"validation": (X, Y)}),
        ("seed", {"seed": 4}),
        ("network", {"network": network(1)}),
        ("network", {"network": ng.compile(nx.relabel_nodes(network().to_graph(), {"h0": "other"}))}),
        ("x", {"x": X[::-1]}),
    ],
)
def test_another_call_does_not_go_on_with_it(tmp_path, name, changes):
    path = tmp_path / "a.ckpt"
    ng.train(network(), X, Y, checkpoint=path, **arguments(epochs=2))
    before = path.read_bytes()
    called = {"network": network(), "x": X, "y": Y, **arguments(epochs=4), **changes}
    with pytest.raises(ng.CheckpointError, match=f"is of another run, for {name} is not the same"):
        ng.train(checkpoint=path, **called)
    assert path.read_bytes() == before


def test_a_run_that_was_finished_early_stays_finished(tmp_path):
    options = {"seed": 0, "checkpoint": tmp_path / "a.ckpt"}
    first = ng.train(network(), X, Y, **options)
    assert first.finished == "stopped at cost 0.01"
    again = ng.train(network(), X, Y, epochs=5000, checkpoint=options["checkpoint"], seed=0)
    assert again.epochs == first.epochs < 1000
    assert_same(again, first)


def test_a_number_of_numpys_is_the_number_itself(tmp_path):
    path = tmp_path / "run.ckpt"
    options = {"rule": ng.rules.vector_field(), "target_cost": None, "checkpoint": path}
    plain = ng.train(network(), X, Y, epochs=2, seed=1, beta=0.5, **options)
    fit = ng.train(network(), X, Y, epochs=2, seed=np.int64(1), beta=np.float64(0.5), **options)
    assert np.array_equal(fit.network.weights, plain.network.weights)


def test_every_seed_has_a_checkpoint_of_its_own(tmp_path):
    apart = ng.train(network, X, Y, **arguments(seed=range(2), epochs=3), checkpoint=tmp_path / "a.ckpt")
    assert sorted(path.name for path in tmp_path.glob("*.ckpt")) == ["a-0.ckpt", "a-1.ckpt"]
    again = ng.train(network, X, Y, **arguments(seed=range(2), epochs=3), checkpoint=tmp_path / "a.ckpt", n_jobs=2)
    for one, two in zip(again, apart, strict=True):
        assert_same(one, two)


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_any_generator_goes_on(tmp_path, kind):
    def call(epochs, **more):
        return ng.train(network(), X, Y, **arguments(epochs=epochs, seed=np.random.Generator(kind(5))), **more)

    call(3, checkpoint=tmp_path / "a.ckpt")
    assert np.array_equal(call(6, checkpoint=tmp_path / "a.ckpt").network.weights, call(6).network.weights)


def test_a_place_that_cannot_be_written_is_named_before_the_first_epoch(tmp_path):
    with pytest.raises(ng.CheckpointError, match="no_folder"):
        ng.train(network(), X, Y, checkpoint=tmp_path / "no_folder" / "a.ckpt", **arguments(epochs=10**9))


def test_every_field_of_the_state_is_in_the_checkpoint(tmp_path, whole):
    ng.train(network(), X, Y, checkpoint=tmp_path / "a.ckpt", **arguments())
    stored = read_checkpoint(tmp_path / "a.ckpt")
    assert list(stored.facts["state"]["run"]) == [field.name for field in fields(TrainingState)]
    assert stored.facts["state"]["run"]["finished"] == ""
    assert np.array_equal(stored.arrays["state.network.weights"], whole.network.weights)
    assert whole.refuge is not None


def test_a_checkpoint_of_an_older_version_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "a.ckpt"
    ng.train(network(), X, Y, checkpoint=path, **arguments(epochs=2))
    path.write_bytes(path.read_bytes().replace(b"checkpoint 6", b"checkpoint 2", 1))
    (tmp_path / "a.ckpt.previous").unlink()
    with pytest.raises(ng.CheckpointError, match=r"a\.ckpt is of format version 2.*give another path, or delete it"):
        ng.train(network(), X, Y, checkpoint=path, **arguments())


GROWN = {
    "random": {"grower": ng.growth.random(weight=0.1, deviation=0.1), "pruner": ng.pruning.magnitude(0.3)},
    "rigl": {"grower": ng.growth.rigl(every=2), "pruner": ng.pruning.magnitude(0.4)},
    "returned": {"grower": ng.growth.returned(), "pruner": ng.pruning.magnitude(0.3)},
    "alone": {"grower": ng.growth.random(count=2, candidates=40, until=14), "pruner": None},
    "best of validation": {
        "grower": ng.growth.random(weight=0.5),
        "pruner": ng.pruning.random(0.3),
        "validation": (X, Y),
        "seed": 17,
    },
    "certified": {"grower": ng.growth.random(weight=1.0), "keep": ng.certificates.contracting(rate=0.1)},
}


def carrying(symmetric=False):
    """A sparse graph whose edges carry things, some of them tied, some not plastic."""
    graph = ng.topologies.random(inputs=2, hidden=6, outputs=1, density=0.4, bias="neurons", seed=2)
    if symmetric:
        return ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    for place, edge in enumerate(graph.edges):
        graph.edges[edge]["number"] = place
    first, second, third, *_ = graph.edges
    for edge in (first, second):
        graph.edges[edge].update(tie="both", weight=0.2)
    graph.edges[third]["plastic"] = False
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def graph_of(network):
    return [(edge, data) for *edge, data in network.to_graph().edges(data=True)]


def wired(network):
    connectivity = network.connectivity
    ties = np.arange(connectivity.pre.size) if connectivity.ties is None else connectivity.ties
    return [connectivity.pre.tolist(), connectivity.indptr.tolist(), connectivity.plastic.tolist(), ties.tolist()]


def test_a_run_that_grows_by_distance_is_told_by_its_positions(tmp_path):
    def placed(seed):
        graph, rng = network().to_graph(), np.random.default_rng(seed)
        for node in graph:
            graph.nodes[node]["position"] = tuple(rng.uniform(size=2))
        return ng.compile(graph)

    how = arguments(epochs=2, grower=ng.growth.distance(0.3))
    fit = ng.train(placed(0), X, Y, checkpoint=tmp_path / "a.ckpt", **how)
    assert_same(ng.train(placed(0), X, Y, checkpoint=tmp_path / "a.ckpt", **how), fit)
    with pytest.raises(ng.CheckpointError, match="network is not the same"):
        ng.train(placed(1), X, Y, checkpoint=tmp_path / "a.ckpt", **how)


@pytest.mark.filterwarnings("ignore:no path leads")
@pytest.mark.parametrize("name", GROWN)
@pytest.mark.parametrize("symmetric", [False, True])
def test_a_run_in_which_edges_come_goes_on_to_the_same_bits(tmp_path, name, symmetric):
    more = {"rule": ng.rules.centred_ep()} if symmetric else {}
    how = arguments(**{"epochs": 12, "validation": None, **GROWN[name], **more})
    path = tmp_path / "a.ckpt"
    whole = ng.train(carrying(symmetric), X, Y, **how)
    for epochs in (1, 2, 5, 6, 11, 12):
        again = ng.train(carrying(symmetric), X, Y, checkpoint=path, **{**how, "epochs": epochs})
    assert_same(again, whole)
    for one, two in ((again.network, whole.network), (again.best, whole.best)):
        assert graph_of(one) == graph_of(two)
        assert wired(one) == wired(two)
    assert whole.added
    assert (whole.best is whole.network) == (again.best is again.network) == (how["validation"] is None)
    assert how["validation"] is None or 0 < whole.best_epoch < 11
    # And a run that goes on from it, with a checkpoint of its own.
    on = {key: value for key, value in how.items() if key != "seed"}
    further = ng.train(whole, X, Y, **{**on, "epochs": 6})
    for epochs in (3, 6):
        once_more = ng.train(again, X, Y, checkpoint=tmp_path / "b.ckpt", **{**on, "epochs": epochs})
    assert_same(once_more, further)
    assert graph_of(once_more.network) == graph_of(further.network)
    assert graph_of(once_more.best) == graph_of(further.best)


def test_what_a_run_has_from_the_fit_before_it_comes_back_as_it_was(tmp_path):
    """A best network and a place to go back to that are older than the run; edges that returned are the first ones."""
    validation = {"validation": (X, Y), "target_cost": None}
    learn = {"pruner": ng.pruning.magnitude(0.3), "grower": ng.growth.returned(until=5), **validation}
    learned = ng.train(carrying(), X, Y, epochs=150, seed=0, **learn)
    spoil = {"pruner": ng.pruning.random(0.1), "grower": ng.growth.random(weight=0.5), **validation}
    fit = ng.train(learned, X, Y, epochs=2, **spoil)
    whole = ng.train(fit, X, Y, epochs=6, **spoil)
    for epochs in (1, 3, 6):
        again = ng.train(fit, X, Y, epochs=epochs, checkpoint=tmp_path / "a.ckpt", **spoil)
    assert_same(again, whole)
    assert whole.best_epoch < fit.epochs
    assert whole.refuge.epochs < fit.epochs
    pairs = [(again.network, whole.network), (again.best, whole.best), (again.refuge.network, whole.refuge.network)]
    for one, two in pairs:
        assert graph_of(one) == graph_of(two)
        assert wired(one) == wired(two)


@pytest.mark.parametrize(
    "other",
    [
        ng.costs.Cost("k*(y - s)**2/2", parameters={"k": 50.0}),
        ng.costs.Cost("k*(y - s)**2/2", force="k*(y - s)", parameters={"k": 1.0}),
        ng.costs.Cost("k*(y - s)**2/2", parameters={"k": 1.0}, name="another"),
    ],
)
def test_a_run_with_another_cost_of_ones_own_is_another_run(other, tmp_path):
    path, first = tmp_path / "run.ckpt", ng.costs.Cost("k*(y - s)**2/2", parameters={"k": 1.0})
    ng.train(network(), X, Y, seed=0, epochs=1, cost=first, checkpoint=path)
    ng.train(network(), X, Y, seed=0, epochs=2, cost=first, checkpoint=path)
    with pytest.raises(ng.CheckpointError, match="cost is not the same"):
        ng.train(network(), X, Y, seed=0, epochs=3, cost=other, checkpoint=path)


def plain():
    """Three neurons with a parameter and a bias each, and all weights alike."""
    graph = nx.DiGraph()
    graph.add_nodes_from(("x0", "x1"), role="input")
    graph.add_nodes_from(("h0", "h1", "y0"), bias=0.0)
    graph.nodes["y0"]["role"] = "output"
    graph.add_edges_from([("x0", "h0"), ("x1", "h0"), ("h0", "h1"), ("y0", "h1"), ("h1", "y0")], weight=0.5)
    return graph


def moved(graph, away, there):
    graph.remove_edge(*away)
    graph.add_edge(*there, weight=0.5)


def tied(graph):
    for edge in list(graph.edges)[:2]:
        graph.edges[edge]["tie"] = "both"


OTHERS = {
    "a weight": lambda graph: graph.edges["h0", "h1"].update(weight=0.25),
    "a bias": lambda graph: graph.nodes["h0"].update(bias=0.25),
    "a parameter": lambda graph: graph.nodes["h0"].update(tau=3.0),
    "a sign": lambda graph: graph.nodes["h0"].update(sign="excitatory"),
    "an edge that does not learn": lambda graph: graph.edges["h0", "h1"].update(plastic=False),
    "a tie": tied,
    "one edge fewer": lambda graph: graph.remove_edge("h0", "h1"),
    "where an edge begins": lambda graph: moved(graph, ("x1", "h0"), ("h1", "h0")),
    "where an edge ends": lambda graph: moved(graph, ("x1", "h0"), ("x1", "h1")),
    "an output more": lambda graph: graph.nodes["h0"].update(role="output"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_run_is_told_by_everything_in_its_network(kind):
    def told(graph, dynamics):
        compiled = ng.compile(graph, dynamics)
        targets = np.zeros((4, compiled.connectivity.outputs.size))
        return identity(Problem.of(compiled, X, targets, TrainingConfig.of(epochs=1)), compiled, 0, None)["network"]

    neuron = ng.Dynamics("(-s + tanh(I + b))/tau", parameters={"tau": 2.0})
    other = plain()
    OTHERS[kind](other)
    assert told(plain(), neuron) == told(plain(), neuron) != told(other, neuron)
    assert told(plain(), neuron) != told(plain(), ng.Dynamics("(-s + sin(I + b))/tau", parameters={"tau": 2.0}))
