"""Every named rule in time, on random graphs: the plain loop, and the limits that every rule keeps."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.learning.rule import MODULATOR
from neurograph.learning.rules import ONLINE_RULES
from tests.plain_plasticity import learned
from tests.plain_simulation import held
from tests.strategies import NAMED, SEEDS, graphs, graphs_for

DT, STEPS, BATCH, RATE = 0.1, 9, 2, 0.5


def drawn(network, rule, seed):
    """Return what drives a network and its synapses: arguments of simulate(), and the same for the plain loop."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(BATCH, STEPS, len(network.inputs)))
    both = {"start": rng.random((BATCH, len(network.nodes)))}
    if MODULATOR not in rule.symbols:
        return {"x": x, **both}, {"x": held(x), **both}
    signal, post = rng.normal(size=(STEPS, BATCH, len(network.nodes))), network.connectivity.post
    return (
        {"x": x, "modulator": lambda time, outputs: signal[round(time / DT) - 1], **both},
        {"x": held(x), "modulator": lambda n, s: signal[n][:, post].T, **both},
    )


def compared(network, rule, seed, **limits):
    """Run a network, and compare all of its numbers with the plain loop."""
    here, there = drawn(network, rule, seed)
    run = ng.simulate(
        network, dt=DT, method="euler", rule=rule, learning_rate=RATE, record_weights=1, **here, **limits
    )  # fmt: skip
    states, weights, traces = learned(network, STEPS, DT, rule, RATE, batch=BATCH, **there, **limits)
    assert np.allclose(run.states, states, rtol=1e-11, atol=1e-12)
    assert np.allclose(run.weights, weights, rtol=1e-11, atol=1e-12)
    for found, wanted in zip(run.last.traces, traces.values(), strict=True):
        assert np.allclose(found, wanted, rtol=1e-11, atol=1e-12)
    return run


@pytest.mark.parametrize("name", ONLINE_RULES)
@given(data=st.data(), dynamics=st.sampled_from(sorted(NAMED)), seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_every_rule_is_the_plain_loop_and_leaves_what_is_not_plastic(name, data, dynamics, seed):
    network = ng.compile(data.draw(graphs_for(NAMED[dynamics])), NAMED[dynamics])
    plastic = network.connectivity.plastic
    assume(plastic.any())
    run = compared(network, ONLINE_RULES[name](), seed)
    assert np.array_equal(run.weights[:, ~plastic], np.tile(network.weights[~plastic], (STEPS, 1)))
    assert np.array_equal(run.learned.biases, network.biases)


@pytest.mark.parametrize("name", ONLINE_RULES)
@given(graph=graphs(ties=False), seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_every_rule_keeps_signs_and_bounds(name, graph, seed):
    rng = np.random.default_rng(seed)
    for node in graph:
        graph.nodes[node]["sign"] = int(rng.choice([1, -1]))
    for pre, _, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"]) * graph.nodes[pre]["sign"]
    network = ng.compile(graph, ng.dynamics.vector_field())
    plastic = network.connectivity.plastic
    assume(plastic.any())
    run = compared(network, ONLINE_RULES[name](), seed, bounds=(-0.8, 0.6))
    assert np.all(run.weights * network.connectivity.signs[network.connectivity.pre] >= 0.0)
    assert np.all((run.weights[:, plastic] >= -0.8) & (run.weights[:, plastic] <= 0.6))


@pytest.mark.parametrize("name", ONLINE_RULES)
def test_every_rule_changes_a_network_that_is_driven_and_goes_on_to_the_same_bits(name):
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=2, scale=0.5, seed=0)
    network, rule = ng.compile(graph, ng.dynamics.additive("tanh")), ONLINE_RULES[name]()
    given, _ = drawn(network, rule, seed=0)
    x, learning = given.pop("x"), {"dt": DT, "rule": rule, "learning_rate": RATE, **given}
    whole = ng.simulate(network, x, **learning)
    first = ng.simulate(network, x[:, :4], **learning)
    rest = ng.simulate(first.learned, x[:, 4:], **{**learning, "start": first.last})
    assert np.array_equal(rest.learned.weights, whole.learned.weights)
    assert np.array_equal(rest.last.traces, whole.last.traces)
    assert np.all((whole.learned.weights != network.weights)[network.connectivity.plastic])
