"""Synapses that learn in time against a plain Brian2 script, which reads the rule's own text."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.rule import MODULATOR
from neurograph.learning.rules import ONLINE_RULES

DT, STEPS = 0.05, 400
INPUTS, NEURONS = 3, 5

RULES = {name: make() for name, make in ONLINE_RULES.items()} | {
    "all that a rule sees": ng.Rule(
        "a*modulator*z*dpost - y*pre*post + dpre*w/100",
        traces={"z": "(pre*post - z)/tau", "y": "(w*z + modulator*dpost/9 - y)/2"},
        parameters={"a": 0.7, "tau": 2.0},
    ),
    "e_prop of tanh": ng.rules.e_prop(slope="1 - (post + 0.95*dpost)**2"),
}


def driven():
    """Return a network of tanh, what it hears (steps, inputs), a signal at each node (steps, nodes), and a start."""
    graph = ng.topologies.random(inputs=INPUTS, hidden=NEURONS - 2, outputs=2, density=0.8, bias="neurons", scale=0.6,
                                 seed=1)  # fmt: skip
    for k, (*_, data) in enumerate(graph.edges(data=True)):
        data["plastic"] = k % 5 != 0
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    rng = np.random.default_rng(0)
    x = np.repeat(rng.uniform(-1.0, 1.0, (STEPS // 8, INPUTS)), 8, axis=0)
    nodes = len(network.nodes)
    start = rng.uniform(-0.5, 0.5, nodes)
    start[network.connectivity.inputs] = x[0]
    return network, x, rng.normal(size=(STEPS, nodes)), start


def in_brian(network, x, signal, start, rule, rate):
    """Write the network, its rule and its traces in Brian2, by hand, and return states, weights and traces in time."""
    import brian2

    ms, places = brian2.ms, network.connectivity
    held = np.zeros((STEPS, len(network.nodes)))
    held[:, places.inputs] = x
    space = {
        "held": brian2.TimedArray(held, dt=1 * ms), "signal": brian2.TimedArray(signal, dt=1 * ms), "h": DT,
        "tau_s": 1 * ms / DT, "rate": rate, **dict(rule.parameters),
    }  # fmt: skip
    clock = brian2.Clock(1 * ms)
    neurons = brian2.NeuronGroup(
        len(network.nodes), "ds/dt = free*(-s + tanh(I + b))/tau_s : 1\nI : 1\nb : 1\nfree : 1\nbefore : 1",
        method="euler", clock=clock,
    )  # fmt: skip
    neurons.s, neurons.b, neurons.free = start, network.biases, 1.0
    neurons.free[places.inputs] = 0.0
    # A step begins with inputs at what they are held at; `before` is what the step before has led to.
    neurons.run_regularly("before = s\ns = free*s + (1 - free)*held(t, i)", when="start", clock=clock)
    traces = [name for name, _ in rule.traces]
    seen = {"pre": "s_pre", "post": "s_post", "dpre": "(s_pre - before_pre)/h", "dpost": "(s_post - before_post)/h",
            MODULATOR: "signal(t, j)"}  # fmt: skip
    model = ["I_post = w*s_pre : 1 (summed)", "w : 1", "plastic : 1 (constant)", "change : 1"]
    model += [f"{name} = {text} : 1" for name, text in seen.items()]
    model += [f"{name} : 1\nmoves_{name} : 1" for name in traces]
    synapses = brian2.Synapses(neurons, neurons, "\n".join(model), clock=clock)
    synapses.connect(i=places.pre, j=places.post)
    synapses.w, synapses.plastic = network.weights, places.plastic
    step = [f"change = {rule.change}", *(f"moves_{name} = {text}" for name, text in rule.traces)]
    step += ["w = w + h*rate*plastic*change", *(f"{name} = {name} + h*moves_{name}" for name in traces)]
    synapses.run_regularly("\n".join(step), when="after_groups", clock=clock)
    kept = [brian2.StateMonitor(neurons, "s", record=True, when="end", clock=clock),
            brian2.StateMonitor(synapses, ["w", *traces], record=True, when="end", clock=clock)]  # fmt: skip
    brian2.Network(neurons, synapses, *kept).run(STEPS * ms, namespace=space)
    return kept[0].s.T, kept[1].w.T, np.array([getattr(kept[1], name)[:, -1] for name in traces])


@pytest.mark.parametrize("name", RULES)
def test_every_rule_takes_the_steps_that_brian2_takes(name, monkeypatch):
    import brian2

    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    rule, (network, x, signal, start) = RULES[name], driven()
    third = {"modulator": lambda time, outputs: signal[round(time / DT) - 1][None]}
    run = ng.simulate(
        network, x[None], dt=DT, method="euler", start=start, rule=rule, learning_rate=0.02, record_weights=1,
        **(third if MODULATOR in rule.symbols else {}),
    )  # fmt: skip
    states, weights, traces = in_brian(network, x, signal, start, rule, 0.02)
    assert run.states[0] == pytest.approx(states, abs=1e-12)
    assert run.weights == pytest.approx(weights, abs=1e-12)
    assert run.last.traces[:, :, 0] == pytest.approx(traces.reshape(-1, network.weights.size), abs=1e-12)
    plastic = network.connectivity.plastic
    assert np.abs(run.weights[-1] - network.weights)[plastic].max() > 1e-3
    assert np.array_equal(run.weights[-1][~plastic], network.weights[~plastic])
