"""Neurons of several variables: against a plain loop, a neuron for each variable, finite differences, and scipy."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurograph as ng
from neurograph.certificates.system import network_digest
from neurograph.cli.main import main
from neurograph.equations.expression import ARRAY_FUNCTIONS
from neurograph.errors import FormatError
from neurograph.formats.registry import FORMATS
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.remarks import remarks_on
from neurograph.training.settling import CAME_APART

KINDS = {
    "adapting": ng.Dynamics(
        "(-s + tanh(I + b - g*a))/tau",
        variables={"a": "(s - a)/tau_a"},
        parameters={"tau": 1.0, "tau_a": 3.0, "g": 0.7},
    ),
    "depressing": ng.Dynamics(
        "-s + sigmoid(I*r + b)", variables={"r": "(1 - r)/tau_r - use*s*r"}, parameters={"tau_r": 4.0, "use": 0.5}
    ),
    "boxed": ng.Dynamics("-s + I + b - a", box=(0.0, 1.0), variables={"a": "(0.5*s - a)/5"}),
    "two": ng.Dynamics("-s + tanh(I + b - a + c)", variables={"a": "(s - a)/3", "c": "(a*s - c**3 - c)/2"}),
    "sending": ng.Dynamics("-s + I - a", transfer="tanh(2*s)", variables={"a": "(I + 0.3*b - a)/2 + 0.1*w_out"}),
    "tanh": ng.dynamics.additive("tanh"),
}
TIGHT = ng.solvers.Euler(tol=1e-12, steps=200_000)


def network_of(seed, names=None, dtype=np.float64, largest=12):
    """Compile a random digraph of one to three populations, each node's drawn, with parameters of their own."""
    rng = np.random.default_rng(seed)
    if names is None:
        names = list(rng.choice(list(KINDS)[:5], 1)) + list(rng.choice(list(KINDS), rng.integers(0, 3)))
    names = list(dict.fromkeys(map(str, names)))
    n = int(rng.integers(max(len(names), 2), largest))
    chosen = [
        str(one) for one in rng.permutation([names[j] if j < len(names) else rng.choice(names) for j in range(n)])
    ]
    graph = nx.DiGraph()
    graph.add_nodes_from((f"x{j}", {"role": "input", "population": names[0]}) for j in range(2))
    for j, name in enumerate(chosen):
        own = {key: value * rng.uniform(0.7, 1.5) for key, value in KINDS[name].defaults.items() if rng.random() < 0.6}
        own |= {"bias": float(rng.normal(0.0, 0.3))} if rng.random() < 0.7 else {}
        graph.add_node(j, role="hidden" if j else "output", population=name, **own)
    for pre in graph:
        for post in range(n):
            if rng.random() < 0.6:
                graph.add_edge(pre, post, weight=float(rng.normal(0.0, 0.5 / np.sqrt(n))))
    kinds = {name: KINDS[name] for name in names}
    return ng.compile(graph, kinds if len(kinds) > 1 else kinds[names[0]], dtype=dtype)


def plain_speed(network, state):
    """Evaluate every equation of each node by itself, from the graph, in plain Python: the speed of a full state."""
    graph, n = network.to_graph(), len(network.nodes)
    names, place = network.dynamics.variable_names, {node: k for k, node in enumerate(network.nodes)}
    found = np.zeros(state.size)

    def kind_of(node):
        return KINDS[graph.nodes[node]["population"]]

    def of(text, node, **more):
        own = {name: graph.nodes[node].get(name, value) for name, value in kind_of(node).defaults.items()}
        own |= {name: state[(k + 1) * n + place[node]] for k, name in enumerate(names)}
        return eval(text, {}, {**ARRAY_FUNCTIONS, **own, "s": state[place[node]], **more})

    for node, data in graph.nodes(data=True):
        if data.get("role") == "input":
            continue
        total = sum(edge["weight"] * of(kind_of(pre).transfer, pre) for pre, _, edge in graph.in_edges(node, data=True))
        out = sum(edge["weight"] for _, _, edge in graph.out_edges(node, data=True))
        seen = {"I": total, "b": data.get("bias", 0.0), "w_out": out}
        found[place[node]] = of(kind_of(node).drift, node, **seen)
        for k, name in enumerate(names):
            own = dict(kind_of(node).variables)
            found[(k + 1) * n + place[node]] = of(own[name], node, **seen) if name in own else 0.0
    return found


def clipped(network, state):
    low, high = network.box
    n = len(network.nodes)
    state[:n] = np.clip(state[:n], low, high)
    return state


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_euler_follows_a_plain_loop_over_the_equations(seed, dtype):
    network = network_of(seed, dtype=dtype)
    rng = np.random.default_rng(seed)
    for batch in (1, 3, 70):
        start = rng.uniform(0.0, 0.5, (batch, network.state_size)).astype(dtype)
        x = rng.uniform(size=(batch, 2))
        found = ng.settle(network, x, start=start, solver=ng.solvers.Euler(dt=0.1, steps=7, tol=0), record=1)
        state = start[-1].astype(np.float64)
        state[network.connectivity.inputs] = x[-1]
        for _ in range(7):
            before = state
            state = clipped(network, state + 0.1 * plain_speed(network, state))
        close = 1e-14 if dtype == np.float64 else 1e-5
        assert np.abs(found.full[-1] - state).max() < 10 * close
        moved = np.abs(state - before).max() / 0.1
        assert found.residual[-1] == pytest.approx(moved, rel=1e-3 if dtype == np.float32 else 1e-9, abs=close)
        n = len(network.nodes)
        assert found.state.tobytes() == found.full[:, :n].tobytes()
        for k, name in enumerate(network.dynamics.variable_names, 1):
            assert np.array_equal(found.variables[name], found.full[:, k * n : (k + 1) * n])
            assert np.array_equal(found.trajectory.variables[name][:, -1], found.variables[name])
        assert np.array_equal(found.trajectory.state[:, -1], found.state)
        assert np.array_equal(found.trajectory.full[:, 0, n:], start[:, n:])


@pytest.mark.parametrize("seed", range(10))
def test_a_sample_ends_the_same_whatever_its_batch_and_the_number_of_threads(seed, monkeypatch):
    network = network_of(seed)
    x = np.random.default_rng(seed).uniform(size=(5, 2))
    together = ng.settle(network, x, throw=False)
    for k in range(5):
        alone = ng.settle(network, x[k : k + 1], throw=False)
        assert alone.full.tobytes() == together.full[k : k + 1].tobytes()
    monkeypatch.setattr("neurograph.solvers.euler.threads_for", lambda edges, batch: 3)
    threads = ng.settle(network, x, throw=False)
    assert threads.full.tobytes() == together.full.tobytes()
    assert np.array_equal(threads.steps, together.steps)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_settled_is_at_rest_in_every_variable(seed):
    network = network_of(seed)
    x, y = np.random.default_rng(seed).uniform(size=(4, 2)), np.full((4, 1), 0.3)
    for implicit in (None, False):
        solver = ng.solvers.Euler(tol=1e-10, steps=100_000, implicit=implicit)
        settled = ng.settle(network, x, solver=solver)
        assert settled.converged
        for full in settled.full:
            speed = plain_speed(network, full)
            assert np.abs(clipped(network, full + speed) - full).max() < 1e-8
            assert np.allclose(network.drift(full), speed, atol=1e-13)
        nudged = ng.settle(network, x, y=y, beta=0.2, solver=solver, start=settled.full)
        assert np.abs(nudged.outputs - y).max() <= np.abs(settled.outputs - y).max() + 1e-9


@pytest.mark.parametrize("implicit", [False, True])
def test_a_variable_is_a_neuron_of_its_own_with_the_same_equation(implicit):
    """That the neuron sends to it, weight 1, and that sends back -g: to 1e-12 at every step."""
    parameters = {"tau": 1.5, "tau_a": 4.0}
    inside = ng.Dynamics("(-s + I + b - 0.7*a)/tau", transfer="tanh(s)", variables={"a": "(tanh(s) - a)/tau_a"},
                         parameters=parameters)  # fmt: skip
    rate = ng.Dynamics("(-s + I + b)/tau", transfer="tanh(s)", parameters={"tau": 1.5})
    follower = ng.Dynamics("(I - s)/tau_a", parameters={"tau_a": 4.0})
    graph = ng.topologies.random(inputs=3, hidden=8, outputs=2, density=0.6, bias="neurons", scale=0.4, seed=1)
    apart = graph.copy()
    nx.set_node_attributes(apart, "rate", "population")
    moving = [node for node, data in graph.nodes(data=True) if data.get("role") in (None, "hidden", "output")]
    for node in moving:
        apart.add_node(("a", node), population="follower")
        apart.add_edge(node, ("a", node), weight=1.0)
        apart.add_edge(("a", node), node, weight=-0.7)
    one, two = ng.compile(graph, inside), ng.compile(apart, {"rate": rate, "follower": follower})
    x, y = np.random.default_rng(0).normal(size=(6, 3)), np.random.default_rng(1).normal(size=(6, 2))
    shared, others = ([two.nodes.index(node) for node in which] for which in (graph, [("a", node) for node in moving]))
    solver = ng.solvers.Euler(dt=0.1, steps=100, tol=0, implicit=implicit)
    for phase in ({}, {"y": y, "beta": 0.4}):
        left, right = (ng.settle(network, x, solver=solver, record=1, **phase) for network in (one, two))
        places = [one.nodes.index(node) for node in moving]
        assert np.abs(left.trajectory.state - right.trajectory.state[..., shared]).max() < 1e-12
        assert np.abs(left.trajectory.variables["a"][..., places] - right.trajectory.state[..., others]).max() < 1e-12
    rule = ng.rules.asymmetric_ep(lift=0.0)
    own, other = (ng.gradient_check(network, x, y, rule, solver=TIGHT) for network in (one, two))
    among = [two.edges.index(edge) for edge in one.edges]
    assert np.abs(own.gradient - other.gradient[among]).max() < 1e-9
    assert np.abs(own.change - other.change[among]).max() < 1e-9


def test_the_trajectory_is_that_of_the_differential_equation():
    network = network_of(3, ["depressing"])
    x, size = np.array([[0.8, 0.3]]), network.state_size
    start = np.zeros(size)
    start[network.connectivity.inputs] = x[0]
    solved = solve_ivp(lambda t, state: network.drift(state), (0.0, 5.0), start, rtol=1e-10, atol=1e-12).y[:, -1]
    errors = []
    for steps in (500, 1000):
        solver = ng.solvers.Euler(dt=5.0 / steps, steps=steps, tol=0, implicit=False)
        errors.append(np.abs(ng.settle(network, x, solver=solver).full[0] - solved).max())
    assert errors[1] < 2e-3
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)  # first order


def cost_at(network, x, y, weights=None, biases=None):
    changed = network.with_weights(network.weights if weights is None else weights, biases)
    outputs = ng.settle(changed, x, solver=TIGHT).outputs
    return 0.5 * np.mean(np.sum((outputs - y) ** 2, axis=1))


def smooth(network, x):
    """Return whether no neuron is at a bound of its box and hardly pressed against it, nor at the kink of one."""
    settled = ng.settle(network, x, solver=TIGHT)
    low, high = network.box
    near = np.minimum(np.abs(settled.state - low), np.abs(high - settled.state)) < 1e-4
    speed = np.abs(network.drift(settled.full)[:, : len(network.nodes)])
    free = network.connectivity.free
    return not np.any((near & (speed < 1e-4))[:, free])


@pytest.mark.parametrize("seed", range(34))
def test_the_exact_gradient_goes_through_every_variable(seed):
    network = network_of(seed)
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(size=(3, 2)), rng.uniform(size=(3, 1))
    if not smooth(network, x):
        pytest.skip("at a kink there are two gradients")
    checked = ng.gradient_check(network, x, y, ng.rules.asymmetric_ep(lift=0.0), solver=TIGHT)
    differences = np.empty(network.weights.size)
    for k, unit in enumerate(1e-5 * np.eye(network.weights.size)):
        differences[k] = (
            cost_at(network, x, y, network.weights + unit) - cost_at(network, x, y, network.weights - unit)
        ) / 2e-5
    assert np.abs(checked.gradient - differences).max() < 1e-6
    assert np.abs(checked.change + differences).max() < 1e-6
    biased = network.connectivity.biased
    if biased.size:
        unit = np.zeros(len(network.nodes))
        unit[biased[0]] = 1e-5
        slope = (
            cost_at(network, x, y, None, network.biases + unit) - cost_at(network, x, y, None, network.biases - unit)
        ) / 2e-5
        assert checked.bias_change[0] == pytest.approx(-slope, abs=1e-6)


def test_a_variable_that_nothing_holds_has_no_exact_gradient():
    network = ng.compile(ng.topologies.complete(1, 2, 1, seed=0), ng.Dynamics("-s + I - a", variables={"a": "s"}))
    with pytest.raises(ng.errors.NeurographError):
        ng.gradient_check(network, [[0.5]], [[0.1]], ng.rules.asymmetric_ep(lift=0.0))


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize("suffix", FORMATS)
def test_formats_keep_the_variables_or_refuse_them_by_name(suffix, seed, tmp_path):
    network = network_of(seed)
    path = tmp_path / f"network{FORMATS[suffix].suffix}"
    if suffix == ".nir":
        with pytest.raises(FormatError, match=r"beside s|several populations"):
            ng.write(network, path)
        return
    ng.write(network, path)
    again = ng.compile(ng.read(path))
    assert again.dynamics == network.dynamics
    x = np.random.default_rng(0).uniform(size=(2, 2))
    left, right = (ng.settle(each, x, throw=False) for each in (again, network))
    assert left.full.tobytes() == right.full.tobytes()


@pytest.mark.parametrize("kind", list(KINDS)[:5])
def test_nir_refuses_a_variable_that_the_drift_does_not_read(kind, tmp_path):
    leaky = ng.Dynamics("-s + I + b", variables={"trace": "s - trace"})
    network = ng.compile(ng.topologies.complete(1, 2, 1, seed=0), leaky)
    with pytest.raises(FormatError, match="the variable 'trace' beside s"):
        ng.write(network, tmp_path / "network.nir")


def test_a_dynamics_of_one_variable_is_written_as_before():
    assert "variables" not in KINDS["tanh"].to_dict()
    again = ng.Dynamics.from_dict(KINDS["two"].to_dict())
    assert again == KINDS["two"]
    assert again.variable_names == ("a", "c")


def test_training_pruning_and_going_on_keep_every_variable(tmp_path):
    x, y = ng.tasks.logic("and")
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias=True, seed=0)
    network = ng.compile(graph, KINDS["adapting"])
    options = {"start": "warm", "batch_size": 2, "progress": False}
    path = tmp_path / "run.ckpt"
    whole = ng.train(network, x, y, epochs=120, seed=0, **options)
    assert whole.history["error"][-1] == 0.0
    assert whole.state.shape == (4, network.state_size)
    ng.train(network, x, y, epochs=60, seed=0, checkpoint=path, **options)
    again = ng.train(network, x, y, epochs=120, seed=0, checkpoint=path, **options)
    assert again.network.weights.tobytes() == whole.network.weights.tobytes()
    pruned = ng.prune(whole.network, ng.pruning.saliency(0.3), x, y).network
    assert pruned.weights.size < network.weights.size
    assert ng.settle(pruned, x).converged


def test_what_to_do_after_a_run_has_come_apart_is_something_that_can_be_done():
    x, y = ng.tasks.logic("and")
    for kind, kept in (("adapting", False), ("tanh", True)):
        network = ng.compile(ng.topologies.complete(2, 2, 1, bias="neurons", seed=0), KINDS[kind])
        fit = ng.train(network, x, y, epochs=1, seed=0, progress=False)
        apart = replace(fit, finished=f"stopped after epoch 1, {CAME_APART}, at the network before epoch 0")
        said = remarks_on(Problem.of(network, x, y, TrainingConfig.of()), apart)["end"]
        assert "smaller learning rate" in said
        assert ("contracting" in said) == kept


def test_certificates_say_that_they_know_one_variable_alone():
    network = network_of(0, ["adapting"])
    report = ng.certify(network, np.full((1, 2), 0.5), level="strong", progress=False)
    for certificate in report.certificates:
        assert certificate.verdict == "UNKNOWN"
        why = (
            "rate neurons"
            if "rate" not in certificate.theorem.kinds
            else "neurons of more variables than one: a beside s"
        )
        assert why in str(certificate).replace("\n    ", " ")
    other = ng.Dynamics(network.dynamics.drift, variables={"a": "2*s - a"}, parameters=network.dynamics.parameters)
    assert network_digest(network) != network_digest(replace(network, dynamics=other))


def test_equations_are_shown_with_a_line_each():
    text = KINDS["two"].latex()
    assert r"\dot s_j &= " in text
    assert r"\dot {a}_j &= " in text
    assert r"\dot {c}_j &= " in text
    assert "{a}_j" in text.split(r"\\")[0]


def test_the_page_and_the_command_show_every_equation(tmp_path, capsys):
    network = ng.compile(ng.topologies.complete(1, 2, 1, seed=0), KINDS["two"])
    page = ng.write_page(network, tmp_path / "page.html")
    assert "da/dt = (s - a)/3, dc/dt = (a*s - c**3 - c)/2" in page.read_text(encoding="utf-8")
    ng.write(network, tmp_path / "network.json")
    main(["show", str(tmp_path / "network.json")])
    assert "ds/dt = -s + tanh(I + b - a + c), da/dt = (s - a)/3, dc/dt" in capsys.readouterr().out
