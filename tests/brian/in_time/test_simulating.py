"""The rate model in Brian2 along an x in time, against a plain loop over the network's equations."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.brian.in_time.plain import HOLD, STEPS, along, each_step, plain, waves, with_delays
from tests.brian.networks import DYNAMICS, NETWORKS, STEP, compiled, milliseconds, run_script, spiking


def expected(network, x, current, start=0.1):
    return plain(network, each_step(x), current={node: each_step(wave) for node, wave in current.items()}, start=start)


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_every_dynamics_takes_the_same_steps_driven_and_delayed(dynamics):
    network = with_delays(dynamics)
    x, current = waves(network)
    simulation = along(network, x, current, start=0.1).simulate()
    states, n = expected(network, x, current), len(network.nodes)
    assert simulation.states == pytest.approx(states[..., :n], abs=1e-12)
    for k, name in enumerate(network.dynamics.variable_names, start=1):
        assert simulation.variables[name] == pytest.approx(states[..., k * n : (k + 1) * n], abs=1e-12)
    assert np.asarray(simulation.last) == pytest.approx(states[:, -1], abs=1e-12)
    assert simulation.outputs == pytest.approx(states[..., network.connectivity.outputs], abs=1e-12)
    assert np.ptp(states[:, -1], axis=0).max() > 1e-3


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_a_simulation_is_that_of_simulate(dynamics):
    network = with_delays(dynamics)
    x, current = waves(network)
    here = ng.simulate(network, x, dt=STEP, hold=HOLD * STEP, current=current, method="euler", start=0.1, record=3)
    there = along(network, x, current, start=0.1, record=3).simulate()
    for name in ("time", "states", "outputs", "inputs"):
        assert getattr(there, name) == pytest.approx(getattr(here, name), abs=1e-12)
    for name, values in here.variables.items():
        assert there.variables[name] == pytest.approx(values, abs=1e-12)
    for node, values in here.currents.items():
        assert there.currents[node] == pytest.approx(values, abs=1e-12)
    assert there.nodes == here.nodes
    assert np.asarray(there.last) == pytest.approx(np.asarray(here.last), abs=1e-12)


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_graph_takes_the_same_steps_without_delays(kind):
    network = NETWORKS[kind]()
    x, current = waves(network) if kind != "edgeless" else (waves(network)[0], {"y": np.linspace(0.0, 1.0, 12)})
    simulation = along(network, x, current, start=0.1).simulate()
    assert simulation.states == pytest.approx(expected(network, x, current), abs=1e-12)


@pytest.mark.parametrize("dt", [1e-4, 3e-4, 0.7e-3 / 3, 1e-3 / 7, np.pi * 1e-4])
def test_no_value_is_a_step_late_at_awkward_steps(dt):
    import brian2

    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.Dynamics("-s + I"))
    x = np.random.default_rng(0).normal(size=(1, 700, 1))
    model = ng.brian.build(network, x, dt=dt * brian2.second, hold=3 * dt * brian2.second, target="numpy")
    for simulation in (model.simulate(), model.simulate()):  # the second begins where the clock is
        assert np.array_equal(simulation.states[0, :, 0], np.repeat(x[0, :, 0], 3))
        assert simulation.states == pytest.approx(plain(network, np.repeat(x, 3, axis=1), dt / 0.02), abs=1e-12)


def test_functions_are_read_at_the_start_of_each_step_in_the_networks_time():
    network = with_delays("vector field")
    node = network.nodes[4]
    model = along(
        network, lambda t: [np.sin(t), np.cos(3 * t)], {node: lambda t: [t, -t]}, hold=None,
        duration=milliseconds(STEPS),
    )  # fmt: skip
    times = np.arange(STEPS) * STEP
    x = np.stack([np.sin(times), np.cos(3 * times)], axis=1)[None].repeat(2, axis=0)
    simulation = model.simulate()
    assert simulation.states == pytest.approx(plain(network, x, current={node: np.stack([times, -times])}), abs=1e-12)
    assert simulation.inputs == pytest.approx(x, abs=1e-12)
    assert simulation.currents[node] == pytest.approx(np.stack([times, -times]), abs=1e-12)
    assert simulation.time == pytest.approx(times + STEP)
    assert simulation.dt == pytest.approx(STEP)


def test_functions_numbers_and_arrays_go_together():
    network = compiled("vector field")
    x, _ = waves(network)
    first, second, third = (network.nodes[place] for place in network.connectivity.free[:3])
    wave = np.linspace(-1.0, 1.0, x.shape[1])
    mixed = along(network, x, {first: 0.3, second: wave, third: lambda t: t / 4}).simulate()
    ramp = np.arange(STEPS) * STEP / 4
    plainly = {first: np.full((2, STEPS), 0.3), second: each_step(wave), third: np.stack([ramp, ramp])}
    assert mixed.states == pytest.approx(plain(network, each_step(x), current=plainly), abs=1e-12)


def test_samples_that_take_turns_do_what_they_do_side_by_side():
    network = with_delays("populations")
    x, current = waves(network, samples=4)
    start = np.random.default_rng(1).uniform(0.1, 0.5, (4, len(network.nodes)))
    every = along(network, x, current, start=start).simulate()
    for batch in (1, 2):
        assert along(network, x, current, start=start, batch=batch).simulate().states == pytest.approx(
            every.states, abs=1e-14
        )


def test_every_few_steps_of_some_nodes_are_recorded_again_and_again():
    network = with_delays("several variables")
    x, current = waves(network)
    nodes = (network.nodes[5], network.inputs[0])
    full = along(network, x, current, duration=milliseconds(STEPS - 3)).simulate()
    model = along(network, x, current, duration=milliseconds(STEPS - 3), record=ng.Record(every=7, nodes=nodes))
    places = [network.nodes.index(node) for node in nodes]
    for _ in range(2):
        simulation = model.simulate()
        assert simulation.nodes == nodes
        assert np.array_equal(simulation.states, full.states[:, 6::7, places])
        assert np.array_equal(simulation.variables["a"], full.variables["a"][:, 6::7, places])
        assert np.array_equal(simulation.outputs, full.outputs[:, 6::7])
        assert np.array_equal(simulation.inputs, full.inputs[:, 6::7])
        assert simulation.time == pytest.approx(full.time[6::7])
        assert np.array_equal(np.asarray(simulation.last), np.asarray(full.last))


def test_a_network_without_inputs_runs_for_as_long_as_is_said():
    graph = nx.DiGraph([("a", "b", {"weight": 2.0, "delay": 0.21}), ("b", "a", {"weight": -2.0})])
    graph.nodes["a"].update(role="output", bias=0.5)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    simulation = along(network, None, hold=None, duration=milliseconds(50)).simulate()
    assert simulation.states == pytest.approx(plain(network, np.zeros((1, 50, 0))), abs=1e-12)


def test_an_equilibrium_does_not_know_delays():
    network = with_delays("vector field")
    x = waves(network)[0][:, 0]
    model = ng.brian.build(network, x, target="numpy", dt=milliseconds(1))
    assert model.recipe.lines is None
    assert model.settle().method == "Brian2, rate model; delays are left out, for an equilibrium does not know them"
    assert model.settle().state == pytest.approx(ng.settle(network, x).state, abs=1e-5)
    settled = along(network, x[:, None], hold=milliseconds(400)).simulate()
    assert settled.states[:, -1] == pytest.approx(ng.settle(network, x).state, abs=1e-5)


def test_the_objects_are_ready_to_be_run_by_hand():
    network = with_delays("deep")
    x, current = waves(network)
    model = along(network, x, current, start=0.1)
    model.network.run(milliseconds(STEPS))
    states = np.reshape(model.neurons.s[:], (2, -1))
    assert states == pytest.approx(expected(network, x, current)[:, -1], abs=1e-12)
    assert model.simulate().states[:, -1] == pytest.approx(states, abs=1e-12)


def test_the_script_of_a_network_in_time_gives_the_same_state(tmp_path):
    network = with_delays("populations of several variables")
    model = along(network, *waves(network), start=0.1)
    expected = model.simulate().states[:, -1]
    assert run_script(model.source(), tmp_path) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("dynamics", ["vector field", "several variables", "populations of several variables"])
def test_a_simulation_goes_on_where_another_ended(dynamics):
    network = with_delays(dynamics)
    x, current = waves(network)
    whole = along(network, x, current, start=0.1).simulate()
    first = {node: wave[..., :5] for node, wave in current.items()}
    later = {node: wave[..., 5:] for node, wave in current.items()}
    here = along(network, x[:, :5], first, start=0.1).simulate().last
    options = {"dt": STEP, "hold": HOLD * STEP, "method": "euler"}
    there = ng.simulate(network, x[:, :5], current=first, start=0.1, **options).last
    assert (here.step, here.key, here.time) == (there.step, 0, pytest.approx(there.time))
    assert here.sent.shape == there.sent.shape
    ends = [along(network, x[:, 5:], later, start=last).simulate() for last in (here, there)]
    ends.append(ng.simulate(network, x[:, 5:], current=later, start=replace(here, dt=STEP), **options))
    for end in ends:
        assert end.states == pytest.approx(whole.states[:, 5 * HOLD :], abs=1e-12)
        assert end.time == pytest.approx(whole.time[5 * HOLD :])
        assert end.last.step == STEPS


def test_without_delays_nothing_is_under_way():
    network = compiled("vector field")
    assert along(network, waves(network)[0]).simulate().last.sent is None


def test_noise_of_some_nodes_has_the_standard_deviation_that_is_asked_for():
    import brian2

    graph = nx.empty_graph(400, create_using=nx.DiGraph)
    nx.set_node_attributes(graph, "output", "role")
    network = ng.compile(graph, ng.Dynamics("-s + I"))
    noise = np.where(np.arange(400) % 2, 0.2, 0.0)
    for given in (noise, dict.fromkeys(range(1, 400, 2), 0.2)):
        model = along(network, None, hold=None, duration=milliseconds(300), noise=given, record=100)
        brian2.seed(0)
        states = model.simulate().states[0, -1]
        assert np.array_equal(states[::2], np.zeros(200))
        # Euler's steps of 1/20 widen the variance by 1 / (1 - 1/40); of 200 samples its share is known to 10 %.
        assert states[1::2].var() == pytest.approx(0.04 / (1 - 1 / 40), rel=0.3)


@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_membranes_that_spike_follow_an_x_in_time(model):
    """Two pulses: the target fires late by its edge's delay, and its membrane is that of the rates, but for ripple."""
    graph = nx.DiGraph([("x", "y", {"weight": 0.8, "delay": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.vector_field())
    x = np.repeat([0.0, 0.6, 0.0, 0.9, 0.0], 2)[None, :, None]
    spikes = spiking(network, x, model, hold=milliseconds(100), dt=milliseconds(0.1), record=10).simulate()
    rates = along(network, x, dt=milliseconds(0.1), hold=milliseconds(100), record=10).simulate()
    assert np.array_equal(spikes.states[0, :, 0], rates.states[0, :, 0])
    # A filter of tau_syn = 20 ms more than the rates have: about as late as that, which the correlation finds.
    lags = [np.corrcoef(spikes.outputs[0, lag:, 0], rates.outputs[0, : 1000 - lag, 0])[0, 1] for lag in range(60)]
    assert 10 <= int(np.argmax(lags)) <= 30
    assert max(lags) > 0.98


def test_a_state_that_leaves_every_bound_is_named():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.Dynamics("s**3 + I"))
    with np.errstate(all="ignore"), pytest.raises(ng.DivergenceError, match="node 'y' of sample 1 is no longer finite"):
        along(network, [[[0.0]], [[50.0]]], hold=milliseconds(200)).simulate()
