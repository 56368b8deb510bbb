"""The rate model in Brian2, on its numpy target, against the network that steps by itself."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from tests.strategies import NAMED, graphs_for

STEP = 0.05
STEPS = 500
X = np.array([[0.0, 1.0], [1.0, 0.3], [0.5, 0.5]])

OWN = ng.Dynamics(
    "(-s + sigmoid(2*I + b) - 1/4*step(s - 0.5) + relu(s)**2/8)/tau",
    transfer="sign(s)*abs(s)**2/(1/2 + s**2)",
    box=(-0.5, float("inf")),
    parameters={"tau": 2.0},
    name="own",
)
DYNAMICS = {
    **NAMED,
    **{f"additive {name}": ng.dynamics.additive(name) for name in ("clip", "sigmoid", "relu")},
    "own": OWN,
}


def milliseconds(count):
    import brian2

    return count * brian2.ms


def euler(network, x, steps=STEPS, start=0.0, y=None, beta=0.0):
    """Free phase, and with y the nudged one after it, as the network takes them by itself."""
    solver = Euler(dt=STEP, steps=steps, tol=0)
    free = ng.settle(network, x, solver=solver, start=start, seed=1)
    return free if y is None else solver.solve(network, Phase(free.state, np.asarray(y, float), beta))


def built(network, x=X, **options):
    """One step of 1 ms is 1/20 of the network's time, as `STEP` is."""
    return ng.brian.build(network, x, **{"target": "numpy", "dt": milliseconds(1), "seed": 1, **options})


def graph_for(dynamics, scale=0.3, seed=0, density=1.0):
    """Two inputs, a bias node, five hidden, two outputs; some edges not plastic, parameters of each node."""
    kind = DYNAMICS[dynamics]
    graph = ng.topologies.random(2, 5, 2, density=density, bias=True, scale=scale, seed=seed)
    if kind.symmetric:
        graph = ng.topologies.symmetric(graph)
    rng = np.random.default_rng(seed)
    for node, role in graph.nodes(data="role", default="hidden"):
        if role in ("hidden", "output"):
            if kind.uses_bias:
                graph.nodes[node]["bias"] = float(rng.normal(0.0, 0.3))
            for name in kind.defaults:
                graph.nodes[node][name] = float(rng.uniform(0.5, 2.0))
    for edge in list(graph.edges)[::4]:
        graph.edges[edge]["plastic"] = "tie" in graph.edges[edge]
    return graph


def compiled(dynamics, **options):
    return ng.compile(graph_for(dynamics, **options), DYNAMICS[dynamics])


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_every_dynamics_takes_the_same_500_steps(dynamics):
    network = compiled(dynamics)
    model = built(network, start="uniform")
    finish = model.settle(milliseconds(STEPS))
    assert finish.state == pytest.approx(euler(network, X, start="uniform").state, abs=1e-12)
    assert np.isfinite(finish.state).all()
    assert np.ptp(finish.state[:, network.connectivity.free]) > 1e-3


def with_loops():
    graph = graph_for("vector field")
    graph.add_edges_from([(node, node) for node in list(graph)[3:6]], weight=0.4)
    return ng.compile(graph, DYNAMICS["vector field"])


def masked():
    network = compiled("deep")
    return network.without_edges(np.arange(0, network.weights.size, 3))


def edgeless():
    graph = nx.DiGraph()
    graph.add_nodes_from(["a", "b"], role="input")
    graph.add_node("y", role="output", bias=0.4)
    return ng.compile(graph, DYNAMICS["vector field"])


def changed(change):
    network = compiled("vector field")
    return network.with_weights(change(network.weights))


NETWORKS = {
    "complete": lambda: compiled("deep"),
    "sparse": lambda: compiled("deep", density=0.3, scale=1.0, seed=3),
    "saturated": lambda: compiled("vector field", scale=3.0),
    "negative": lambda: changed(lambda w: -np.abs(w)),
    "zero weight": lambda: changed(lambda w: np.where(np.arange(w.size) % 2, w, 0.0)),
    "masked": masked,
    "edgeless": edgeless,
    "self-loop": with_loops,
}


@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize("kind", NETWORKS)
def test_every_graph_takes_the_same_500_steps_batched_and_not(kind, batch):
    network = NETWORKS[kind]()
    model = built(network, batch=batch)
    assert model.settle(milliseconds(STEPS)).state == pytest.approx(euler(network, X).state, abs=1e-12)


@settings(max_examples=8)
@given(st.data())
def test_any_graph_takes_the_same_steps(data):
    kind = data.draw(st.sampled_from([NAMED["deep"], NAMED["vector field"]]))
    network = ng.compile(data.draw(graphs_for(kind)), kind)
    x = np.random.default_rng(0).uniform(-1.0, 2.0, (2, len(network.inputs)))
    finish = built(network, x).settle(milliseconds(60))
    assert finish.state == pytest.approx(euler(network, x, 60).state, abs=1e-12)


def test_one_run_is_two_of_half_the_length():
    network = compiled("deep")
    whole, halves = built(network), built(network)
    whole.network.run(milliseconds(STEPS), namespace={})
    for _ in range(2):
        halves.network.run(milliseconds(STEPS // 2), namespace={})
    assert np.array_equal(whole.neurons.s[:], halves.neurons.s[:])
    assert whole.neurons.s[:].reshape(3, -1) == pytest.approx(euler(network, X).state, abs=1e-12)


@pytest.mark.parametrize("batch", [None, 1])
def test_the_nudged_phase_goes_on_from_the_free_one(batch):
    network, y = compiled("deep"), [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    model = built(network, batch=batch)
    nudged = model.nudge(y, 0.7, milliseconds(STEPS), milliseconds(90))
    expected = euler(network, X).state, y
    assert nudged.state == pytest.approx(
        Euler(dt=STEP, steps=90, tol=0).solve(network, Phase(expected[0], np.array(y), 0.7)).state, abs=1e-12
    )
    assert model.settle(milliseconds(STEPS)).state == pytest.approx(expected[0], abs=1e-12)


RULES = {
    "stdp": ng.rules.stdp(),
    "summed": ng.rules.stdp(average=False),
    "own": ng.Rule("(pre - 0.5*dpre)*dpost - 0.01*w*abs(dpost)/2", kind="online", name="own"),
}


def one_step(network, rule, y, beta, rate, **options):
    """What train() makes of the weights in one epoch of the whole batch, or of one sample after another."""
    fit = ng.train(
        network, X, y, rule=rule, beta=beta, optimiser=ng.optimisers.sgd(rate), target_cost=None, progress=False,
        solver=Euler(dt=STEP, steps=STEPS, tol=0), seed=0, epochs=1, batch_size=None, **options,
    )  # fmt: skip
    return fit.network


@pytest.mark.parametrize(
    ("dynamics", "rule"),
    [("deep", "stdp"), ("vector field", "summed"), ("vector field", "own"), ("hopfield", "own"), ("own", "stdp")],
)
def test_the_online_rule_changes_weights_and_biases_as_training_does(dynamics, rule):
    network, y = compiled(dynamics), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model = built(network, rule=RULES[rule])
    history = model.learn(y, beta=0.8, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(STEPS))
    fitted = one_step(network, RULES[rule], y, 0.8, 5.0)
    assert model.weights == pytest.approx(fitted.weights, abs=1e-12)
    assert model.biases == pytest.approx(fitted.biases, abs=1e-12)
    plastic = network.connectivity.plastic
    assert np.array_equal(model.weights[~plastic], network.weights[~plastic])
    assert np.abs(model.weights - network.weights)[plastic].max() > 1e-4
    outputs = euler(network, X).outputs
    assert history["cost"] == pytest.approx([ng.costs.squared_error().mean(outputs, y)], abs=1e-12)


def test_samples_that_take_turns_change_the_weights_one_after_another():
    network, y = compiled("deep"), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model = built(network, rule=RULES["summed"], batch=1)
    model.learn(y, beta=0.8, optimiser=ng.optimisers.sgd(0.5), epochs=2, duration=milliseconds(60))
    expected = network
    for sample in (0, 1, 2, 0, 1, 2):
        free = euler(expected, X[[sample]], 60)
        phase = Phase(free.state, y[[sample]], 0.8, rule=RULES["summed"].expression)
        trace = Euler(dt=STEP, steps=60, tol=0).solve(expected, phase).trace
        expected = expected.with_weights(expected.weights + 0.5 * np.where(network.connectivity.plastic, trace, 0.0))
    assert model.weights == pytest.approx(expected.weights, abs=1e-12)


def test_the_graph_gets_the_weights_that_were_learnt_and_all_else_back():
    network = compiled("deep")
    model = built(network, rule=RULES["stdp"])
    assert nx.utils.graphs_equal(model.to_graph(), network.to_graph())
    model.learn([[1.0, 0.0]] * 3, beta=0.8, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(60))
    back = ng.compile(model.to_graph())
    assert np.array_equal(back.weights, model.weights)
    assert back.dynamics == network.dynamics
    assert not np.array_equal(back.weights, network.weights)


def test_learning_keeps_the_signs_of_nodes_and_the_ties_of_edges():
    graph = graph_for("deep")
    graph.nodes["x0"]["sign"] = "excitatory"
    for _, _, data in graph.out_edges("x0", data=True):
        data.update(weight=0.001, plastic=True, tie="one")
    network = ng.compile(graph, DYNAMICS["deep"])
    model = built(network, rule=RULES["stdp"])
    y = np.array([[1.0, 0.0]] * 3)
    model.learn(y, beta=2.0, optimiser=ng.optimisers.sgd(200.0), duration=milliseconds(STEPS))
    fitted = one_step(network, RULES["stdp"], y, 2.0, 200.0)
    assert model.weights == pytest.approx(fitted.weights, abs=1e-12)
    tied = network.connectivity.pre == network.nodes.index("x0")
    assert np.unique(model.weights[tied]).size == 1
    assert np.abs(model.weights - network.weights).max() > 1e-3


def run_script(text, tmp_path):
    """Run a script in a process of its own, and give its last state."""
    path = tmp_path / "network.py"
    path.write_text(
        f"{text}\nnp.save({str(tmp_path / 'state.npy')!r}, state)\nimport sys\nassert 'neurograph' not in sys.modules\n"
    )
    subprocess.run([sys.executable, str(path)], check=True, capture_output=True, cwd=tmp_path)
    return np.load(tmp_path / "state.npy")


def test_the_script_runs_without_neurograph_and_gives_the_same_state(tmp_path):
    network = compiled("own")
    model = built(
        network, rule=RULES["stdp"], record=10, extra_equations="g : 1", namespace={"time_unit": milliseconds(19)}
    )
    model.learn(np.zeros((3, 2)), beta=1.0, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(30))
    model.neurons.I_ext = np.linspace(0.0, 0.5, len(model.neurons))
    text = model.source(milliseconds(STEPS))
    expected = model.settle(milliseconds(STEPS)).state
    assert run_script(text, tmp_path) == pytest.approx(expected, abs=1e-12)
    assert np.abs(expected - built(network).settle(milliseconds(STEPS)).state).max() > 1e-3
