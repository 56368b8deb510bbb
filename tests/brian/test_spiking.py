"""The spiking and the LIF model: their rates, their learning, what can be added; on Brian2's numpy target."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from models import martin_2021
from tests.brian.test_rate import milliseconds, run_script

XOR, ANSWER = ng.tasks.logic("xor")
ONE_HOT = np.hstack([1.0 - ANSWER, ANSWER])
SUMMED = ng.rules.stdp(average=False)


def built(network, x, model="spiking", **options):
    return ng.brian.build(network, x, model=model, **{"target": "numpy", "seed": 0, **options})


def side_by_side(graphs):
    """Give one graph of several, whose nodes are called (k, node): they are simulated at the price of one."""
    parts = []
    for k, graph in enumerate(graphs):
        part = nx.relabel_nodes(graph, {node: (k, node) for node in graph})
        for _, _, data in part.edges(data=True):
            data.update({"tie": (k, data["tie"])} if "tie" in data else {})
        parts.append(part)
    return nx.union_all(parts)


def chain(weight=0.8, bias=0.0):
    """x -> y"""
    graph = nx.DiGraph([("x", "y", {"weight": weight})])
    graph.nodes["x"]["role"] = "input"
    graph.nodes["y"].update(role="output", bias=bias)
    return ng.compile(graph, ng.dynamics.vector_field())


@pytest.mark.parametrize(("model", "tolerance"), [("spiking", 0.5), ("lif", 2.0)])
def test_a_neuron_fires_at_rmax_times_what_it_sends(model, tolerance):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(20), role="input")
    graph.add_node("y", role="output")
    x = np.linspace(0.05, 1.0, 20)
    finish = built(ng.compile(graph, ng.dynamics.vector_field()), [x], model, dt=milliseconds(0.1)).settle(
        milliseconds(800), milliseconds(800)
    )
    spikes = 160 * finish.state[0, :20]
    assert spikes == pytest.approx(160 * x, abs=1.0 + tolerance)
    assert np.mean(spikes - 160 * x) == pytest.approx(0.0, abs=tolerance / 4)


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
    rates = built(network, x, model).settle().state[0]
    wanted = ng.settle(network, x).state[0]
    for k in range(10):
        free = [place for place in network.connectivity.free if network.nodes[place][0] == k]
        assert np.corrcoef(rates[free], wanted[free])[0, 1] > 0.99
        assert np.sqrt(np.mean((rates - wanted)[free] ** 2)) < 0.03


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
    outputs = built(ten_trained, np.tile(XOR, 10), model).settle().outputs
    assert np.array_equal(outputs > 0.5, np.tile(ANSWER, 10) > 0.5)


def test_the_time_to_settle_is_that_of_the_rate_network_and_of_the_synapses():
    network = chain()
    model = built(network, [[0.5]])
    steps = np.log(0.4 / 1e-6) / -np.log(1 - 0.5)  # the slowest mode falls by half in each step of 0.5
    assert float(model.times.settling) == pytest.approx(np.ceil(steps) * 0.5 * 0.02 + 0.1, abs=0.011)
    assert model.settle().steps[0] == round(1000 * float(model.times.settling)) + 1000


def test_an_epoch_of_the_model_that_learns_by_spikes_changes_its_weights_and_keeps_its_ties():
    """That ten of ten of them learn XOR takes minutes, and a compiler: test_brian_targets.py."""
    network = martin_2021.build([8])
    model = martin_2021.simulated(network, "numpy")
    assert martin_2021.epochs_to_ten_perfect(model, 1).tolist() == [-1]
    moved = network.with_weights(model.weights, model.biases)
    assert np.abs(moved.weights - network.weights).max() > 1e-3


@pytest.mark.parametrize("model", ["spiking", pytest.param("lif", marks=pytest.mark.slow)])
def test_what_spikes_gather_is_what_the_rate_rule_gathers(model):
    graphs = [ng.topologies.layered(2, (16,), 2, bias="neurons", scale=0.3, seed=seed) for seed in range(5)]
    network = ng.compile(side_by_side(graphs), ng.dynamics.vector_field())
    changes = []
    for kind in (model, "rate"):
        build_objects = built(network, np.tile(XOR, 5), kind, rule=SUMMED, dt=milliseconds(0.1 if kind == "lif" else 1))
        build_objects.learn(
            np.tile(ONE_HOT, 5), beta=1.0, optimiser=ng.optimisers.sgd(1.0), duration=milliseconds(400)
        )  # fmt: skip
        changes.append((build_objects.weights - network.weights)[network.connectivity.plastic])
    assert np.corrcoef(*changes)[0, 1] > 0.9
    assert np.polyfit(changes[1], changes[0], 1)[0] == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_the_script_of_a_spiking_model_gives_the_same_spikes(model, tmp_path):
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, scale=0.5, seed=0))
    build_objects = built(network, XOR, model, record=5, delay=milliseconds(3))
    expected = build_objects.settle(milliseconds(60))
    assert run_script(build_objects.source(milliseconds(60)), tmp_path) == pytest.approx(expected.state, abs=1e-12)
    assert build_objects.monitors["spikes"].num_spikes > 0


def test_spikes_travel_for_as_long_as_the_delay_says():
    first = []
    for delay in (0, 7):
        model = built(chain(), [[1.0]], record=1, delay=milliseconds(delay), dt=milliseconds(0.5))
        model.settle(milliseconds(50))
        states = model.monitors["state"].s[model.compiled.nodes.index("y")]
        first.append(np.flatnonzero(states > 0)[0] * 0.5)
    assert first[1] - first[0] == 7.0


def test_monitors_record_the_nodes_that_are_asked_for():
    network = chain()
    model = built(network, [[0.2], [0.6]], record=ng.Record(every=5, nodes=("y",)))
    model.settle(milliseconds(100))
    assert model.monitors["state"].s.shape == (2, 20)
    assert np.diff(model.monitors["state"].t_) == pytest.approx(0.005)
    counts = model.monitors["spikes"].count[:][model.node_indices["x"]]
    assert counts == pytest.approx([4, 12], abs=1)


def test_equations_thresholds_and_resets_of_ones_own():
    """A threshold that rises by 0.5 with each spike and falls again: the neuron adapts."""
    import brian2

    model = built(
        chain(), [[1.0]],
        extra_equations="dtheta/dt = (1.0 - theta)/tau_theta : 1",
        namespace={"tau_theta": 1 * brian2.second},
        threshold="phi >= theta", reset="phi -= theta\ntheta += 0.5",
        record=1,
    )  # fmt: skip
    model.neurons.theta = 1.0
    model.settle(milliseconds(400))
    times = np.diff(model.monitors["spikes"].spike_trains()[0] / milliseconds(1))
    assert (np.diff(times[:4]) > 0).all()
    assert times[0] == pytest.approx(7.5, abs=1.0)


def test_poisson_spikes_can_drive_what_is_added_to_the_input():
    import brian2

    model = built(
        chain(bias=0.0), [[0.0]], "rate", dt=milliseconds(1),
        extra_equations="dI_ext/dt = -I_ext/(10.0*ms) : 1",
    )  # fmt: skip
    source = brian2.PoissonInput(model.neurons, "I_ext", 100, 20 * brian2.Hz, 0.03)
    model.network.add(source)
    watch = brian2.StateMonitor(model.neurons, "I_ext", record=True, clock=model.clock)
    model.network.add(watch)
    brian2.seed(0)
    model.settle(milliseconds(4000))
    assert watch.I_ext[:, 200:].mean() == pytest.approx(100 * 20 * 0.01 * 0.03, rel=0.05)
    assert model.neurons.s[1] > 0.1
    assert model.neurons.s[0] == 0.0


def test_noise_has_the_standard_deviation_that_is_asked_for():
    import brian2

    graph = nx.empty_graph(400, create_using=nx.DiGraph)
    nx.set_node_attributes(graph, "output", "role")
    graph.add_node("x", role="input")
    network = ng.compile(graph, ng.Dynamics("-s + I"))
    model = built(network, [[0.5]], "rate", noise=0.2, dt=milliseconds(1))
    brian2.seed(0)
    state = model.settle(milliseconds(200)).state[0]
    # Euler's steps of 1/20 widen the variance by 1 / (1 - 1/40); of 400 samples its share is known to 7 %.
    assert state[:400].var() == pytest.approx(0.04 / (1 - 1 / 40), rel=0.2)
    assert state[400] == 0.5
