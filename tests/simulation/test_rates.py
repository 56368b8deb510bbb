"""simulate() of rates against the plain loop: every dynamics, what drives a network, and what is recorded."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from tests.plain_simulation import STEPS, Plain, held, read, simulated
from tests.simulation.rate_networks import CUBIC, KINDS, components, mixed, waves
from tests.strategies import NAMED, SEEDS, graphs_for

DYNAMICS = NAMED | KINDS | {"cubic": CUBIC}


def methods_of(network):
    """The methods that this network can be simulated by."""
    fits = len(network.dynamics.leaks) > 0 and np.all(Plain(network).leaks()[:, network.connectivity.free] >= 0.0)
    return [method for method in STEPS if method != "exponential" or fits]


@pytest.mark.parametrize("name", DYNAMICS)
@given(data=st.data(), seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_every_dynamics_is_the_plain_loop(name, data, seed):
    network = ng.compile(data.draw(graphs_for(DYNAMICS[name])), DYNAMICS[name])
    rng, free = np.random.default_rng(seed), network.connectivity.free
    x = rng.normal(size=(2, 6, len(network.inputs)))
    start = rng.random((2, len(network.nodes)))
    node, wave = network.nodes[free[0]], rng.normal(size=(2, 6))
    for method in methods_of(network):
        run = ng.simulate(network, x, dt=0.02, hold=0.04, method=method, start=start, current={node: wave})
        states, variables = simulated(
            network, 12, 0.02, method, batch=2, x=held(x, 2), current={node: held(wave, 2)}, start=start
        )
        assert np.allclose(run.states, states, atol=1e-11)
        for variable, values in variables.items():
            assert np.allclose(run.variables[variable], values, atol=1e-11)


@pytest.mark.parametrize("method", STEPS)
def test_populations_with_functions_of_time_are_the_plain_loop(method):
    network, x = mixed(components(8, seed=1)), waves(8)
    current = {("h", 0, 1): np.cos, ("h", 5, 0): lambda t: t * t}
    run = ng.simulate(network, x, dt=0.1, duration=3.0, method=method, current=current, start=0.3)
    plain = {node: read(wave, 0.1) for node, wave in current.items()}
    states, variables = simulated(network, 30, 0.1, method, x=read(x, 0.1), current=plain, start=0.3)
    assert run.states.shape == (1, 30, len(network.nodes))
    free = network.connectivity.free
    assert np.allclose(run.states[:, :, free], states[:, :, free], atol=1e-12)
    assert np.allclose(run.variables["a"][:, :, free], variables["a"][:, :, free], atol=1e-12)


def small():
    network = mixed(components(1, seed=2))
    return network, np.random.default_rng(3).normal(size=(2, 6, 1))


@pytest.mark.parametrize("method", STEPS)
def test_every_way_to_give_a_current_is_the_same(method):
    network, x = small()
    node, wave = ("h", 0, 2), np.arange(6.0)
    calls = {
        "number": (0.7, np.full(6, 0.7)),
        "function": (lambda t: 0.7, np.full(6, 0.7)),
        "one for all": (wave, np.stack([wave, wave])),
        "function of a batch": (lambda t: np.array([0.2, -0.3]), np.outer([0.2, -0.3], np.ones(6))),
    }
    for one, other in calls.values():
        runs = [ng.simulate(network, x, dt=0.1, method=method, current={node: how}) for how in (one, other)]
        assert np.array_equal(runs[0].states, runs[1].states)
        assert np.array_equal(runs[0].currents[node], np.broadcast_to(other, (2, 6)))


@pytest.mark.parametrize("method", STEPS)
def test_what_holds_for_longer_is_what_is_repeated(method):
    network, x = small()
    short = ng.simulate(network, np.repeat(x, 5, axis=1), dt=0.02, method=method)
    long = ng.simulate(network, x, dt=0.02, hold=0.1, method=method)
    assert np.array_equal(short.states, long.states)
    assert np.array_equal(long.inputs, np.repeat(x, 5, axis=1))
    assert long.last.time == pytest.approx(0.6)


@pytest.mark.parametrize("x", [np.ones((1, 6, 1)), lambda t: [1.0]])
def test_a_run_shorter_than_from_one_frame_to_the_next_has_none_and_is_gone_on_from(x):
    network, _ = small()
    run = ng.simulate(network, x, dt=0.1, duration=0.6, record=10, current={("h", 0, 1): np.sin})
    assert run.states.shape == (1, 0, len(network.nodes))
    assert run.inputs.shape == (1, 0, 1)
    rest = ng.simulate(network, x, dt=0.1, duration=0.6, record=10, current={("h", 0, 1): np.sin}, start=run.last)
    whole = ng.simulate(network, lambda t: [1.0], dt=0.1, duration=1.2, record=10, current={("h", 0, 1): np.sin})
    assert np.allclose(rest.time, 1.0)
    assert np.array_equal(rest.states, whole.states)


def test_a_function_of_a_batch_gives_each_sample_its_own():
    network, _ = small()
    both = ng.simulate(network, lambda t: np.array([[np.sin(t)], [np.cos(t)]]), dt=0.1, duration=1.0, method="rk4")
    one = ng.simulate(network, lambda t: np.array([np.cos(t)]), dt=0.1, duration=1.0, method="rk4")
    assert both.states.shape[0] == 2
    assert np.array_equal(both.states[1], one.states[0])


def test_a_current_is_the_same_as_an_edge_from_an_input():
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("h", role="output", bias=0.3)
    alone = ng.compile(graph, ng.dynamics.additive("tanh"))
    graph.add_edge("x", "h", weight=1.0)
    joined = ng.compile(graph, ng.dynamics.additive("tanh"))
    wave = np.random.default_rng(0).normal(size=(3, 9))
    here = ng.simulate(joined, wave[:, :, None], dt=0.1)
    there = ng.simulate(alone, np.zeros((3, 9, 1)), dt=0.1, current={"h": wave})
    assert np.allclose(here.of("h"), there.of("h"), atol=1e-14)


def test_what_is_recorded():
    network, x = small()
    every = ng.simulate(network, x, dt=0.1)
    third = ng.simulate(network, x, dt=0.1, record=3)
    nodes = (("h", 0, 3), ("h", 0, 0))
    some = ng.simulate(network, x, dt=0.1, record=ng.Record(2, nodes))
    assert every.nodes == network.nodes
    assert np.allclose(every.time, 0.1 * np.arange(1, 7))
    assert np.allclose(third.time, [0.3, 0.6])
    assert np.array_equal(third.states, every.states[:, 2::3])
    assert np.array_equal(third.outputs, every.outputs[:, 2::3])
    assert np.array_equal(third.inputs, every.inputs[:, 2::3])
    assert some.nodes == nodes
    assert np.array_equal(some.states, np.stack([every.of(node)[:, 1::2] for node in nodes], axis=2))
    assert np.array_equal(some.outputs, every.outputs[:, 1::2])
    assert np.array_equal(every.of(("x", 0)), x[:, :, 0])
    assert np.array_equal(every.states[:, -1], every.last.state[:, : len(network.nodes)])
    for run in (every, third, some):
        assert np.array_equal(run.last.state, every.last.state)
        assert not run.interrupted


@pytest.mark.parametrize(
    ("dynamics", "method"), [(ng.dynamics.additive("tanh"), "exponential"), (ng.dynamics.deep(extra_leak=0.3), None)]
)
def test_auto_says_what_it_does_and_does_it(dynamics, method):
    network = ng.compile(ng.topologies.complete(1, 3, 1, seed=0), dynamics)
    run = ng.simulate(network, np.ones((1, 5, 1)), dt=0.1)
    named = next(one for one in STEPS if run.method.startswith(one))
    assert method in (None, named)
    assert len(run.method) > len(named)
    assert np.array_equal(run.states, ng.simulate(network, np.ones((1, 5, 1)), dt=0.1, method=named).states)


def test_auto_is_not_exponential_where_a_leak_is_not_linear():
    network = ng.compile(ng.topologies.complete(1, 3, 1, seed=0), CUBIC)
    assert not ng.simulate(network, np.ones((1, 5, 1)), dt=0.1).method.startswith("exponential")


def test_float32_networks_are_simulated_in_float32():
    graph = components(3, seed=4)
    double, single = mixed(graph), mixed(graph, dtype=np.float32)
    x = waves(3)
    runs = [ng.simulate(network, x, dt=0.1, duration=3.0) for network in (double, single)]
    assert runs[1].states.dtype == np.float32
    assert np.allclose(runs[0].states, runs[1].states, atol=1e-5)


def test_a_divergent_run_says_where():
    graph = nx.DiGraph()
    graph.add_node("h", role="output")
    graph.add_edge("h", "h", weight=60.0)
    network = ng.compile(graph, ng.Dynamics("I"))
    with pytest.raises(ng.DivergenceError, match="'h'"):
        ng.simulate(network, dt=0.1, duration=1000.0, start=np.array([[0.0], [1.0]]), method="euler")


def test_it_is_read_only_and_becomes_a_dataset():
    network, x = small()
    run = ng.simulate(network, x, dt=0.1)
    with pytest.raises(ValueError, match="read-only"):
        run.states[0, 0, 0] = 1.0
    pytest.importorskip("xarray")
    data = run.to_xarray()
    assert data["s"].dims == ("sample", "time", "node")
    assert np.array_equal(data["s"], run.states)
    assert np.array_equal(data["a"], run.variables["a"])
    assert np.allclose(data["time"], run.time)


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 66])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_an_input_sends_leaves_alone_what_others_send(batch, dtype):
    graph = nx.DiGraph([("x", "y", {"weight": 0.1}), ("one", "y", {"weight": 1.0})])
    graph.nodes["x"].update(role="input", g=2.0)
    graph.nodes["one"].update(role="bias")
    graph.nodes["y"].update(role="output")
    network = ng.compile(graph, ng.Dynamics("-s + I", transfer="g*s", parameters={"g": 0.5}), dtype=dtype)
    found = ng.simulate(network, np.ones((batch, 3, 1)), dt=1.0, method="euler")
    assert np.allclose(found.outputs, 0.7)
