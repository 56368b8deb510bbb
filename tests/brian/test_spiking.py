"""The spiking and the LIF model send the rates of the network; on Brian2's numpy target."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.brian.networks import ANSWER, SENDERS, XOR, in_turn, milliseconds, side_by_side, spiking


@pytest.mark.parametrize(("model", "tolerance"), [("spiking", 0.5), ("lif", 2.0)])
def test_a_neuron_fires_at_rmax_times_what_it_sends(model, tolerance):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(20), role="input")
    graph.add_node("y", role="output")
    x = np.linspace(0.05, 1.0, 20)
    settled = spiking(ng.compile(graph, ng.dynamics.vector_field()), [x], model, dt=milliseconds(0.1)).settle(
        milliseconds(800), milliseconds(800)
    )
    spikes = 160 * settled.state[0, :20]
    assert spikes == pytest.approx(160 * x, abs=1.0 + tolerance)
    assert np.mean(spikes - 160 * x) == pytest.approx(0.0, abs=tolerance / 4)


def test_neurons_of_one_rate_do_not_fire_in_step():
    graph = nx.DiGraph()
    graph.add_nodes_from(range(200), role="input")
    graph.add_node("y", role="output")
    model = spiking(ng.compile(graph, ng.dynamics.vector_field()), np.full((1, 200), 0.5))
    phases = np.asarray(model.neurons.phi)
    assert np.all((phases >= 0.0) & (phases < 1.0))
    assert np.histogram(phases, 4, (0.0, 1.0))[0].min() > 30
    model.settle(milliseconds(1), milliseconds(1))  # Brian2 complains of neurons that never ran


CERTIFIED = {
    "deep": (ng.dynamics.deep("absolute", extra_leak=0.3), 0.5),
    "vector field": (ng.dynamics.vector_field(), 0.15),
}


@pytest.mark.parametrize("dynamics", CERTIFIED)
@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_the_rates_are_those_of_the_equilibrium_in_ten_certified_networks_each(model, dynamics):
    kind, scale = CERTIFIED[dynamics]
    graphs = [ng.topologies.random(3, 10, 3, density=0.3, bias=True, scale=scale, seed=seed) for seed in range(10)]
    x = np.random.default_rng(0).random((1, 30))
    for k, graph in enumerate(graphs):
        assert ng.certify(ng.compile(graph, kind), x[:, 3 * k : 3 * k + 3]).claim.startswith("Proved for all inputs")
    network = ng.compile(side_by_side(graphs), kind)
    rates = spiking(network, x, model).settle().state[0]
    wanted = ng.settle(network, x).state[0]
    for k in range(10):
        free = [place for place in network.connectivity.free if network.nodes[place][0] == k]
        assert np.corrcoef(rates[free], wanted[free])[0, 1] > 0.99
        assert np.sqrt(np.mean((rates - wanted)[free] ** 2)) < 0.03


@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_each_population_sends_its_own_rates_free_and_nudged(model):
    graph = side_by_side(
        [ng.topologies.random(3, 10, 3, density=0.3, bias=True, scale=0.3, seed=seed) for seed in range(4)]
    )
    in_turn(graph, SENDERS)
    network = ng.compile(graph, SENDERS)
    x, y, window = np.random.default_rng(0).random((1, 12)), np.tile([[1.0, 0.0, 0.5]], (1, 4)), milliseconds(500)
    simulated = spiking(network, x, model)
    for rates, wanted in (
        (simulated.settle(window=window), ng.settle(network, x)),
        (simulated.nudge(y, 0.5, window=window), ng.settle(network, x, y=y, beta=0.5)),
    ):
        assert rates.state == pytest.approx(network.sent(wanted.state), abs=0.03)
        for place in range(len(SENDERS.names)):
            free = network.connectivity.free[network.population[network.connectivity.free] == place]
            assert np.corrcoef(rates.state[0, free], network.sent(wanted.state)[0, free])[0, 1] > 0.99


@pytest.fixture(scope="module")
def ten_trained():
    """Ten networks that compute XOR, trained as rate networks, in one graph."""
    graphs = []
    for seed in range(10):
        network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=seed))
        graphs.append(ng.train(network, XOR, ANSWER, seed=seed, progress=False).network.to_graph())
    return ng.compile(side_by_side(graphs))


@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_ten_of_ten_trained_networks_compute_xor_with_spikes(ten_trained, model):
    outputs = spiking(ten_trained, np.tile(XOR, 10), model).settle().outputs
    assert np.array_equal(outputs > 0.5, np.tile(ANSWER, 10) > 0.5)


@pytest.mark.parametrize(("model", "close"), [("spiking", 0.05), ("lif", 0.08)])
def test_neurons_that_adapt_send_what_their_rates_are(model, close):
    adapting = ng.Dynamics(
        "-s + I + b - 0.5*a", box=(0.0, 1.0), variables={"a": "(s - a)/tau_a"}, parameters={"tau_a": 3.0}
    )
    graph = ng.topologies.random(2, 6, 2, density=0.6, bias="neurons", scale=0.4, seed=1)
    network = ng.compile(graph, adapting)
    x = np.array([[0.9, 0.6], [0.3, 0.8]])
    settled = spiking(network, x, model=model).settle(milliseconds(6000), window=milliseconds(3000))
    expected = ng.settle(network, x)
    assert np.abs(settled.state - expected.state).max() < close
    assert np.abs(settled.variables["a"] - expected.variables["a"])[:, network.connectivity.free].max() < close
    assert expected.variables["a"].max() > 0.1
