"""A spiking model as NIR's neurons: they spike in the steps in which Brian2's do, and other models say what to build."""

import dataclasses
import re

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from tests.brian.networks import milliseconds
from tests.formats.test_nir_spikes import spikes

nir = pytest.importorskip("nir")
brian2 = pytest.importorskip("brian2")

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


def built(network, **options):
    held = {"model": "spiking", "dt": milliseconds(0.1), "namespace": {"tau_syn": milliseconds(0.1)}}
    held |= {"reset": "phi = 0.0", "target": "numpy", "record": 1}
    return ng.brian.build(network, X, **(held | options))


@pytest.mark.parametrize("delayed", [False, True])
@pytest.mark.parametrize("dynamics", [UNBOXED, OWN], ids=["deep", "own"])
def test_the_file_spikes_in_the_steps_in_which_brian2_does(dynamics, delayed, tmp_path):
    network = positive(dynamics)
    delay = np.random.default_rng(0).choice([0.0, 0.5, 2.0], network.weights.size) * milliseconds(1)
    model = built(network, delay=delay if delayed else None)
    program = nir.read(model.to_nir(tmp_path / "net.nir"))
    model.neurons.phi = 0.0  # where NIR's neurons begin
    model.network.run(milliseconds(400))
    trains = model.monitors["spikes"].spike_trains()
    clamped = [*network.connectivity.inputs, *network.connectivity.bias_nodes]
    found = spikes(program, X[0], 4000)
    assert sum(train.size for train in trains.values()) > 150
    for name, nodes in (("clamped", clamped), ("neurons", network.connectivity.free)):
        for place, node in enumerate(nodes):
            steps = np.round(trains[node] / milliseconds(0.1)).astype(int)
            assert np.array_equal(np.flatnonzero(found[name][:, place]), steps)


def test_the_weights_are_those_of_the_synapses_now(tmp_path):
    network = positive(UNBOXED)
    model = built(network)
    model.synapses.w = np.arange(network.weights.size) / 100.0
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


BOXED = dataclasses.replace(UNBOXED, box=(0.0, 1.0))
DIFFERENT = {
    "rate": (lambda: ng.brian.build(positive(UNBOXED), X, target="numpy"), "neurons of the rate model do not spike"),
    "lif": (lambda: ng.brian.build(positive(UNBOXED), X, model="lif", target="numpy"), "the lif model .*rest for t_ref"),
    "as built": (
        lambda: ng.brian.build(positive(BOXED), X, model="spiking", target="numpy"),
        r"no box, and the dynamics has \(0.0, 1.0\); tau_syn is 0.02 s.*expected dt, 0.001 s; .*resets to phi -= 1.0",
    ),
    "threshold": (lambda: built(positive(OWN), threshold="phi >= 2.0"), "spikes where phi >= 2.0"),
    "reset": (lambda: built(positive(OWN), reset="phi = 0.0\ns = 0.0"), "resets to phi = 0.0\ns = 0.0"),
    "noise": (lambda: built(positive(OWN), noise=0.01), "noise or extra_equations"),
    "extra": (lambda: built(positive(OWN), extra_equations="I_ext = 0.1 : 1"), "noise or extra_equations"),
    "current": (with_current, "I_ext is not 0"),
    "drift": (lambda: built(positive(ng.dynamics.additive("tanh"))), r"the drift '-s \+ tanh\(I \+ b\)'"),
    "transfer": (lambda: built(positive(ng.Dynamics("-s + I + b", transfer="s**2"))), "with what it sends"),
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
    known = {"neurograph": ng, "dataclasses": dataclasses, "brian2": brian2, "model": model, "x": X, "path": path}
    assert isinstance(nir.read(eval(remedy, known)).nodes["neurons"], nir.CubaLIF)


def test_a_network_without_inputs_or_edges_is_written(tmp_path):
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("y", role="output", bias=0.35)
    model = ng.brian.build(
        ng.compile(graph, ng.Dynamics("-s + I + b")), [[0.0]], model="spiking", target="numpy", dt=milliseconds(0.1),
        namespace={"tau_syn": milliseconds(0.1)}, reset="phi = 0.0",
    )  # fmt: skip
    found = spikes(nir.read(model.to_nir(tmp_path / "net.nir")), [0.0], 5000)
    assert found["clamped"].sum() == 0
    assert found["neurons"].sum() == pytest.approx(0.35 * 200.0 * (0.5 - 0.02), abs=1.5)
