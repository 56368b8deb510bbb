"""A model as NIR's neurons: they fire at its rates, in the very steps where all is as theirs; else what to build."""

import dataclasses
import re

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from tests.brian.networks import delayed, milliseconds
from tests.formats.test_nir_spikes import spikes

nir = pytest.importorskip("nir")

UNBOXED = dataclasses.replace(ng.dynamics.deep(extra_leak=1.0), box=None)
OWN = ng.Dynamics("(rest - s + gain*(I + b)) / tau", parameters={"tau": 0.5, "gain": 0.8, "rest": 0.05})
X = np.array([[0.31, 0.77]])


def positive(dynamics, seed=0):
    """A network whose states stay between 0 and 1 without a box."""
    graph = ng.topologies.random(2, 4, 2, density=0.7, bias=True, scale=0.3, seed=seed)
    rng = np.random.default_rng(seed)
    for _, _, data in graph.edges(data=True):
        data["weight"] = min(abs(data["weight"]), 0.3)
    for node, role in graph.nodes(data="role"):
        if dynamics.uses_bias and role in ("hidden", "output"):
            graph.nodes[node].update(bias=float(rng.uniform(0.0, 0.1)), tau=float(rng.uniform(0.4, 1.5)))
    return ng.compile(graph, dynamics)


def built(network, x=X, **options):
    held = {"model": "spiking", "dt": milliseconds(0.1), "namespace": {"tau_syn": milliseconds(0.1)}}
    held |= {"reset": "phi = 0.0", "target": "numpy", "record": 1}
    return ng.brian.build(network, x, **(held | options))


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("dynamics", [UNBOXED, OWN], ids=["deep", "own"])
def test_the_file_spikes_in_the_steps_in_which_brian2_does(dynamics, late, tmp_path):
    network = positive(dynamics)
    if late:
        steps = np.random.default_rng(0).choice([0, 5, 20], network.weights.size)
        network = delayed(network, steps * (0.1 / 20))
    model = built(network)
    program = nir.read(model.to_nir(tmp_path / "net.nir"))
    model.neurons.phi = 0.0  # where NIR's neurons begin
    model.network.run(milliseconds(250))
    trains = model.monitors["spikes"].spike_trains()
    clamped = [*network.connectivity.inputs, *network.connectivity.bias_nodes]
    found = spikes(program, X[0], 2500)
    assert sum(train.size for train in trains.values()) > 100
    for name, nodes in (("clamped", clamped), ("neurons", network.connectivity.free)):
        for place, node in enumerate(nodes):
            steps = np.round(trains[node] / milliseconds(0.1)).astype(int)
            assert np.array_equal(np.flatnonzero(found[name][:, place]), steps)


def test_the_weights_are_those_of_the_synapses_now(tmp_path):
    network = positive(UNBOXED)
    model = built(network, x=np.vstack([X, X]), rule=ng.rules.stdp())
    model.synapses.w = np.tile(np.arange(network.weights.size) / 100.0, 2)
    program = nir.read(model.to_nir(tmp_path / "net.nir"))
    wanted = np.zeros((9, 9))
    wanted[network.connectivity.post, network.connectivity.pre] = np.arange(network.weights.size) / 100.0
    clamped = [*network.connectivity.inputs, *network.connectivity.bias_nodes]
    free = network.connectivity.free
    assert program.nodes["clamped_to_neurons"].weight == pytest.approx(wanted[np.ix_(free, clamped)], rel=1e-12)
    assert program.nodes["sent_to_neurons"].weight == pytest.approx(wanted[np.ix_(free, free)], rel=1e-12)
    assert program.nodes["outputs"].weight @ np.arange(6) == pytest.approx(np.array([4.0, 5.0]))


def with_current():
    model = built(positive(OWN))
    model.neurons.I_ext = 0.1
    return model


def of_two_populations():
    graph = positive(OWN).to_graph()
    nx.set_node_attributes(graph, {node: "ab"[place % 2] for place, node in enumerate(graph)}, "population")
    return ng.compile(graph, {"a": OWN, "b": OWN})


WIDE = ng.Dynamics("-s + I + b", box=(-1.0, 1.0))
DIFFERENT = {
    "rate": (lambda: ng.brian.build(positive(UNBOXED), X, target="numpy"), "neurons of the rate model do not spike"),
    "threshold": (lambda: built(positive(OWN), threshold="phi >= 2.0"), "spike where phi >= 2.0"),
    "reset": (lambda: built(positive(OWN), reset="phi = 0.0\ns = 0.0"), "then phi = 0.0\ns = 0.0, which is not"),
    "noise": (lambda: built(positive(OWN), noise=0.01), "noise, extra_equations"),
    "extra": (lambda: built(positive(OWN), extra_equations="I_ext = 0.1 : 1"), "noise, extra_equations"),
    "current": (with_current, "I_ext is not 0"),
    "drift": (lambda: built(positive(ng.dynamics.additive("tanh"))), "'additive .tanh.', but its drift"),
    "transfer": (lambda: built(positive(ng.Dynamics("-s + I + b", transfer="s**2"))), "the transfer"),
    "populations": (lambda: built(of_two_populations()), "but it has several populations"),
    "box": (lambda: built(positive(WIDE)), "the box of 'custom' begins at -1.0, and rates at 0"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_model_is_refused_with_a_build_that_cures(name, tmp_path):
    make, reason = DIFFERENT[name]
    model, path = make(), tmp_path / "net.nir"
    with pytest.raises(
        FormatError, match=f"(?s)the model cannot be written as NIR's LIF neurons: .*{reason}"
    ) as caught:
        model.to_nir(path)
    assert not path.exists()
    remedy = re.search(r"neurograph\.brian\.build\(.*\.to_nir\(path\)", str(caught.value))[0]
    written = eval(remedy, {"neurograph": ng, "model": model, "x": X, "path": path})
    assert isinstance(nir.read(written).nodes["neurons"], nir.CubaLIF)


@pytest.mark.parametrize("kind", ["spiking", "lif"])
def test_the_file_of_a_default_network_fires_at_the_rates_of_its_equilibrium(kind, tmp_path):
    """Neurons are held at both ends of the box."""
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=2, bias=True, scale=0.5, seed=0)
    graph.add_node("high", role="hidden")
    graph.add_edges_from([("bias", "high", {"weight": 2.0}), ("high", "h1", {"weight": 0.5})])
    network = ng.compile(graph)
    wanted = ng.settle(network, X)
    assert (wanted.state[0, network.connectivity.free] == 0.0).any()
    assert wanted.state[0, network.nodes.index("high")] == 1.0
    model = ng.brian.build(network, X, model=kind, target="numpy", seed=0)
    program = nir.read(model.to_nir(tmp_path / "net.nir"))
    sent = spikes(program, X[0], 12_000)["neurons"][4_000:].sum(axis=0) / (0.8 * 200.0)
    rates = sent[: sent.size // 2] - sent[sent.size // 2 :]
    assert rates == pytest.approx(wanted.state[0, network.connectivity.free], abs=0.035)
    assert program.nodes["outputs"].weight @ sent == pytest.approx(wanted.outputs[0], abs=0.035)


def test_a_network_without_edges_is_written(tmp_path):
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output", bias=0.35)
    model = ng.brian.build(ng.compile(graph, ng.Dynamics("-s + I + b")), [[0.0]], model="lif", target="numpy")
    found = spikes(nir.read(model.to_nir(tmp_path / "net.nir")), [0.0], 5000)
    assert found["clamped"].sum() == 0
    assert found["neurons"].sum() == pytest.approx(0.35 * 200.0 * (0.5 - 0.02), abs=1.5)
