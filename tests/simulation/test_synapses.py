"""Synapses that learn in time against the plain loop: every dynamics, every part of a rule, every limit."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from tests.plain_plasticity import learned
from tests.plain_simulation import held
from tests.simulation.rate_networks import KINDS, components, mixed
from tests.strategies import NAMED, SEEDS, graphs_for

RULES = {
    "hebb": ng.Rule("pre*post - 0.1*w"),
    "stdp": ng.rules.stdp(),
    "oja": ng.Rule("post*(pre - post*w)"),
    "speeds": ng.Rule("pre*dpost - tanh(dpre)*post"),
    "traces": ng.Rule(
        "a*z*dpost - w*y", traces={"z": "(pre - z)/tau", "y": "post*z - y"}, parameters={"a": 0.7, "tau": 2.0}
    ),
    "weights alone": ng.Rule("-w", kind="online"),
    "third factor": ng.Rule("modulator*e", traces={"e": "pre*post - e"}),
}
DYNAMICS = NAMED | KINDS


def check(network, steps, rule, *, batch=2, x, plain=None, tolerance=1e-11, **given):
    """Compare a run, all of its numbers, with the plain loop."""
    run = ng.simulate(network, x, dt=0.05, method="euler", rule=rule, learning_rate=0.3, record_weights=1, **given)
    asked = {name: given[name] for name in ("bounds", "l1", "incoming", "start") if name in given} | (plain or {})
    states, weights, traces = learned(network, steps, 0.05, rule, 0.3, batch=batch, x=held(x, 1), **asked)
    assert np.allclose(run.states, states, atol=tolerance)
    assert np.allclose(run.weights, weights, atol=tolerance)
    assert np.array_equal(run.learned.weights, run.weights[-1])
    for found, wanted in zip(run.last.traces, traces.values(), strict=True):
        assert np.allclose(found, wanted, atol=tolerance)
    return run


@pytest.mark.parametrize("name", DYNAMICS)
@given(data=st.data(), seed=SEEDS, rule=st.sampled_from([name for name in RULES if name != "third factor"]))
@settings(max_examples=8, deadline=None)
def test_every_dynamics_is_the_plain_loop(name, data, seed, rule):
    network = ng.compile(data.draw(graphs_for(DYNAMICS[name])), DYNAMICS[name])
    if not network.connectivity.plastic.any():
        return
    rng = np.random.default_rng(seed)
    x, start = rng.normal(size=(2, 7, len(network.inputs))), rng.random((2, len(network.nodes)))
    check(network, 7, RULES[rule], x=x, start=start)


def small(seed=0, **attributes):
    graph = components(2, seed=seed)
    for k, (*_, data) in enumerate(graph.edges(data=True)):
        data.update({name: values[k % len(values)] for name, values in attributes.items()})
    network = mixed(graph)
    return network, np.random.default_rng(seed).normal(size=(2, 12, 2))


@pytest.mark.parametrize("batch", [1, 2, 63, 600])
@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_the_plain_loop(name, batch):
    network, _ = small()
    x = np.random.default_rng(1).normal(size=(batch, 5, 2))
    given = {"modulator": 0.5} if name == "third factor" else {}
    plain = {"modulator": lambda n, s: 0.5} if given else {}
    check(network, 5, RULES[name], batch=batch, x=x, plain=plain, **given)


def test_bounds_signs_and_what_is_not_plastic_are_kept():
    graph = components(2, seed=3)
    for k, node in enumerate(graph):
        graph.nodes[node]["sign"] = ("excitatory", "inhibitory")[k % 2]
    for k, (pre, _, data) in enumerate(graph.edges(data=True)):
        data["weight"] = abs(data["weight"]) * (1 if graph.nodes[pre]["sign"] == "excitatory" else -1)
        data["plastic"] = k % 3 != 0
    network = mixed(graph)
    x = np.random.default_rng(3).normal(size=(2, 40, 2))
    run = check(network, 40, RULES["stdp"], x=10.0 * x, bounds=(-0.5, 0.4))
    plastic = network.connectivity.plastic
    moved = np.any(run.weights != network.weights, axis=0)
    assert moved[plastic].all()
    assert not moved[~plastic].any()
    assert np.all(run.weights[:, plastic] <= 0.4)
    assert np.all(run.weights[:, plastic] >= -0.5)
    assert np.all(run.weights * network.connectivity.signs[network.connectivity.pre] >= 0.0)


def test_l1_brings_weights_to_0_that_stay_there():
    network, x = small()
    run = check(network, 12, ng.Rule("0*pre"), x=x, l1=3.0)
    assert np.count_nonzero(run.learned.weights) < network.weights.size
    assert np.array_equal(np.sign(run.learned.weights), np.sign(network.weights) * (run.learned.weights != 0.0))


def test_tied_edges_share_the_change_of_their_sum():
    graph = components(2, seed=3)
    edges = list(graph.edges)
    for k, group in enumerate((edges[:3], edges[3:5])):
        for edge in group:
            graph.edges[edge].update(tie=k, weight=0.1)
    network = mixed(graph)
    run = check(network, 12, RULES["traces"], x=np.random.default_rng(3).normal(size=(2, 12, 2)))
    ties = network.connectivity.ties
    for tie in np.unique(ties):
        assert np.ptp(run.weights[:, ties == tie], axis=1).max() == 0.0
    assert np.all(run.learned.weights != network.weights)


def test_incoming_weights_add_up_to_what_is_asked_for():
    network, x = small(plastic=[True, True, False])
    wanted = np.zeros(len(network.nodes))
    neurons = network.connectivity.free
    wanted[neurons[:5]] = [0.5, 1.0, 2.0, 0.0, 3.0]
    run = check(network, 12, RULES["hebb"], x=x, incoming=wanted)
    sizes = np.abs(run.learned.weights) * network.connectivity.plastic
    sums = np.bincount(network.connectivity.post, sizes, minlength=wanted.size)
    assert np.allclose(sums[wanted > 0], wanted[wanted > 0], rtol=1e-14)
    by_name = {network.nodes[place]: wanted[place] for place in neurons[:5]}
    again = ng.simulate(network, x, dt=0.05, method="euler", rule=RULES["hebb"], learning_rate=0.3, incoming=by_name)
    assert np.array_equal(again.learned.weights, run.learned.weights)


def test_a_neuron_without_weights_is_not_scaled():
    network, x = small()
    silent = network.with_weights(np.zeros(network.weights.size))
    run = ng.simulate(silent, x, dt=0.05, rule=ng.Rule("0*pre"), learning_rate=1.0, incoming=1.0)
    assert not run.learned.weights.any()


@pytest.mark.parametrize("name", ["hebb", "traces"])
def test_delayed_edges_learn(name):
    network = mixed(components(2, seed=1, delays=(0.0, 0.05, 0.13)))
    x = np.random.default_rng(1).normal(size=(2, 15, 2))
    run = check(network, 15, RULES[name], x=x)
    assert np.all(run.learned.weights != network.weights)
    assert np.array_equal(run.learned.delays, network.delays)


@pytest.mark.parametrize("absolute", ["signed", "absolute"])
def test_leaks_follow_the_weights_that_neurons_send_by(absolute):
    """In a network of the paper a neuron's leak is the sum of its outgoing weights, whatever they are by now."""
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=1, seed=0), ng.dynamics.deep(absolute))
    x = np.random.default_rng(0).random((2, 20, 2))
    run = check(network, 20, ng.Rule("pre*post"), x=x)
    still = ng.simulate(network, x, dt=0.05, method="euler")
    assert np.abs(run.states - still.states).max() > 1e-3


@pytest.mark.parametrize("method", ["exponential", "heun", "rk4"])
def test_the_other_methods_step_by_the_weights_of_the_moment(method):
    network, x = small(seed=2)
    run = ng.simulate(network, x, dt=0.05, method=method, rule=RULES["oja"], learning_rate=0.3, record_weights=1)
    states, weights, _ = learned(network, 12, 0.05, RULES["oja"], 0.3, method, batch=2, x=held(x, 1))
    assert np.allclose(run.states, states, atol=1e-11)
    assert np.allclose(run.weights, weights, atol=1e-11)


def test_threads_and_how_samples_stand_leave_the_bits(monkeypatch):
    network, _ = small(seed=5)
    x = np.random.default_rng(5).normal(size=(6, 8, 2))
    given = {"dt": 0.1, "rule": RULES["traces"], "learning_rate": 0.3}
    one = ng.simulate(network, x, **given)
    for threads in (2, 3):
        monkeypatch.setattr("neurograph.simulation.synapses.threads_for", lambda edges, samples, n=threads: n)
        other = ng.simulate(network, x, **given)
        assert np.array_equal(one.learned.weights, other.learned.weights)
        assert np.array_equal(one.last.traces, other.last.traces)


def test_single_precision_is_near_double():
    graph = components(2, seed=4)
    x = np.random.default_rng(4).normal(size=(2, 30, 2))
    given = {"dt": 0.1, "rule": RULES["traces"], "learning_rate": 0.3}
    double, single = (ng.simulate(mixed(graph, dtype=dtype), x, **given) for dtype in (np.float64, np.float32))
    assert single.learned.weights.dtype == single.last.traces.dtype == np.float32
    assert np.allclose(single.learned.weights, double.learned.weights, atol=1e-5)
    assert not np.array_equal(single.learned.weights, double.learned.weights)


def test_a_rule_that_changes_nothing_leaves_the_bits_of_the_states():
    network, x = small(seed=6)
    given = {"dt": 0.1, "noise": 0.3, "seed": 4, "current": {network.outputs[0]: np.cos}}
    still = ng.simulate(network, x, **given)
    run = ng.simulate(network, x, **given, rule=ng.Rule("0*pre"), learning_rate=1.0)
    assert np.array_equal(run.states, still.states)
    assert np.array_equal(run.learned.weights, network.weights)
    assert still.learned is None


@pytest.mark.parametrize("method", ["exponential", "heun", "rk4"])
def test_inputs_that_move_within_a_step_are_as_without_a_rule(method):
    network, _ = small(seed=6)
    given = {"dt": 0.1, "duration": 1.5, "method": method}
    still = ng.simulate(network, lambda t: [t, np.cos(t)], **given)
    run = ng.simulate(network, lambda t: [t, np.cos(t)], **given, rule=ng.Rule("0*dpre"), learning_rate=1.0)
    assert np.array_equal(run.states, still.states)
    assert np.array_equal(run.last.state, still.last.state)
    assert np.array_equal(run.inputs, still.inputs)


def test_the_network_that_was_passed_stays_as_it_was():
    network, x = small()
    before = network.weights.copy()
    run = ng.simulate(network, x, dt=0.1, rule=RULES["hebb"], learning_rate=1.0)
    assert np.array_equal(network.weights, before)
    assert run.network is network
    assert run.learned.connectivity is network.connectivity
    with pytest.raises(ValueError, match="read-only"):
        run.learned.weights[0] = 1.0


def test_weights_are_recorded_at_the_end_of_every_kth_step():
    network, x = small()
    given = {"dt": 0.1, "rule": RULES["hebb"], "learning_rate": 1.0}
    every = ng.simulate(network, x, **given, record_weights=1)
    fifth = ng.simulate(network, x, **given, record_weights=5)
    assert np.allclose(fifth.weight_time, [0.5, 1.0])
    assert np.array_equal(fifth.weights, every.weights[[4, 9]])
    assert ng.simulate(network, x, **given).weights.shape == (0, network.weights.size)


def test_weights_that_leave_the_numbers_are_named():
    network, x = small()
    with pytest.raises(
        ng.DivergenceError, match=r"weight of edge .* by time .* lower the learning rate of rule custom"
    ):
        ng.simulate(network, x, dt=0.1, hold=1.0, rule=ng.Rule("w**4 + 1", kind="online"), learning_rate=1e6)


def test_the_last_step_of_all_is_looked_at_too():
    network, x = small()
    with pytest.raises(ng.DivergenceError, match=r"weight of edge .* is inf by time 0\.1"):
        ng.simulate(network, x[:, :1], dt=0.1, rule=ng.Rule("100.0", kind="online"), learning_rate=1e308)


def test_traces_that_leave_the_numbers_are_named():
    network, x = small()
    fast = ng.Rule("0*z", traces={"z": "(pre - z)/tau"}, parameters={"tau": 1e-300})
    with pytest.raises(ng.DivergenceError, match=r"trace 'z' of edge .* lower dt from 0\.1"):
        ng.simulate(network, x, dt=0.1, rule=fast, learning_rate=0.1)


@pytest.mark.parametrize("rule", [ng.rules.covariance(), ng.Rule("tanh(pre)*dpost")], ids=lambda rule: rule.name)
def test_states_that_leave_the_numbers_are_named_before_what_follows_them(rule):
    graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "y", {"weight": 50.0, "plastic": False})])
    graph.add_node("x", role="input")
    graph.add_node("y", role="output")
    network = ng.compile(graph, ng.Dynamics("-s + I"))
    with pytest.raises(ng.DivergenceError, match=r"sample 0 .* node 'y'"):
        ng.simulate(network, np.ones((1, 600, 1)), dt=0.1, rule=rule, learning_rate=1e-9, bounds=(-1.0, 1.0))


def test_weights_that_inhibit_may_be_kept_below_0_and_add_up():
    network, x = small()
    below = network.with_weights(-np.abs(network.weights))
    given = {"dt": 0.1, "rule": RULES["hebb"], "learning_rate": 0.1, "incoming": 1.5, "bounds": (-1.5, 0.0)}
    run = ng.simulate(below, x, **given)
    assert np.all(run.learned.weights <= 0.0)
    sums = np.bincount(network.connectivity.post, run.learned.weights, minlength=len(network.nodes))
    assert np.allclose(sums[network.connectivity.free], -1.5)


def test_biases_do_not_learn():
    network, x = small()
    run = ng.simulate(network, x, dt=0.1, rule=RULES["hebb"], learning_rate=1.0)
    assert np.array_equal(run.learned.biases, network.biases)
    assert replace(run.learned, weights=network.weights).matrix().nnz == network.matrix().nnz
