"""Networks of several populations: against a plain loop over their nodes, finite differences, and one population."""

import pickle
import warnings

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.equations.expression import ARRAY_FUNCTIONS
from neurograph.equations.intervals import Interval, enclose
from neurograph.equations.populations import ByPopulation, Populations, by_population, dynamics_from_dict
from neurograph.formats.registry import FORMATS
from tests.strategies import SEEDS

KINDS = {
    "tanh": ng.dynamics.additive("tanh"),
    "relu": ng.dynamics.additive("relu"),
    "box": ng.dynamics.vector_field(),
    "squashed": ng.Dynamics("-s + I + b", transfer="tanh(2*s)"),
    "slow": ng.Dynamics("(-s + sigmoid(gain*I + b))/tau", parameters={"tau": 2.0, "gain": 1.0}),
    "cubic": ng.Dynamics("-s - 0.3*s**3 + I + b", box=(-2.0, 2.0)),
    "deep": ng.dynamics.deep(extra_leak=1.5),
    "wide": ng.Dynamics("-2*s + I + b", box=(-1.0, 3.0)),
    "root": ng.Dynamics("-s + I + b + log(tau)*sqrt(tau)", parameters={"tau": 1.5}),
}
SOLVERS = (
    ng.solvers.Euler(),
    ng.solvers.Euler(implicit=False),
    ng.solvers.GaussSeidel(),
    ng.solvers.Anderson(),
    ng.solvers.Newton(),
    ng.solvers.Auto(),
)


def mixed(seed, dtype=np.float64, largest=15, names=None):
    """Compile a random digraph of two to four populations, each node's drawn, with parameters of their own."""
    rng = np.random.default_rng(seed)
    names = list(rng.choice(list(KINDS), rng.integers(2, 5), replace=False)) if names is None else names
    n = int(rng.integers(len(names), largest))
    chosen = rng.permutation([names[j] if j < len(names) else rng.choice(names) for j in range(n)])
    graph = nx.DiGraph()
    graph.add_nodes_from((f"x{j}", {"role": "input", "population": str(rng.choice(names))}) for j in range(2))
    for j, name in enumerate(chosen.tolist()):
        own = {"tau": float(rng.uniform(0.5, 3.0))} if "tau" in KINDS[name].defaults and rng.random() < 0.7 else {}
        own |= {"bias": float(rng.normal(0.0, 0.3))} if KINDS[name].uses_bias and rng.random() < 0.7 else {}
        graph.add_node(j, role="hidden" if j else "output", population=name, **own)
    for pre in graph:
        for post in range(n):
            if rng.random() < 0.6 and (pre != post or KINDS[chosen[post]].self_loops):
                graph.add_edge(pre, post, weight=float(rng.normal(0.0, 0.5 / np.sqrt(n))))
    return ng.compile(graph, {name: KINDS[name] for name in names}, dtype=dtype)


def plain_drift(network, state):
    """Evaluate the equations of each node by itself, from the graph, in plain Python."""
    graph, place = network.to_graph(), {node: k for k, node in enumerate(network.nodes)}

    def of(text, node, **more):
        kind = KINDS[graph.nodes[node]["population"]]
        own = {name: graph.nodes[node].get(name, default) for name, default in kind.defaults.items()}
        return eval(getattr(kind, text), {}, {**ARRAY_FUNCTIONS, **own, "s": state[place[node]], **more})

    found = np.zeros(len(place))
    for node, data in graph.nodes(data=True):
        if data.get("role") == "input":
            continue
        total = sum(edge["weight"] * of("transfer", pre) for pre, _, edge in graph.in_edges(node, data=True))
        out = [edge["weight"] for _, _, edge in graph.out_edges(node, data=True)]
        sums = {"w_out": sum(out), "w_out_abs": sum(map(abs, out))}
        found[place[node]] = of("drift", node, I=total, b=data.get("bias", 0.0), **sums)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_the_drift_is_that_of_each_node_by_itself(seed):
    network = mixed(seed)
    state = np.random.default_rng(seed).uniform(-1.0, 1.0, len(network.nodes))
    assert np.allclose(network.drift(state), plain_drift(network, state), rtol=1e-13, atol=1e-13)
    slope = np.array([plain_drift(network, state + 1e-6 * unit) - plain_drift(network, state - 1e-6 * unit)
                      for unit in np.eye(state.size)]).T / 2e-6  # fmt: skip
    assert np.allclose(network.jacobian(state).toarray(), slope, atol=1e-8)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_solver_ends_where_the_plain_equations_are_at_rest(seed, dtype):
    network = mixed(seed, dtype)
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(size=(9, 2)), rng.uniform(size=(9, 1))
    close = 1e-6 if dtype == np.float64 else 1e-3
    low, high = (end[network.connectivity.free] for end in network.box)
    for solver in SOLVERS:
        for samples in (slice(0, 1), slice(None)):
            settled = ng.settle(network, x[samples], solver=solver)
            for state in settled.state.astype(np.float64):
                drift, s = (one[network.connectivity.free] for one in (plain_drift(network, state), state))
                held = ((s <= low) & (drift < 0.0)) | ((s >= high) & (drift > 0.0))
                assert np.abs(drift[~held]).max(initial=0.0) < 3.0 * close
                assert np.all((low <= s) & (s <= high))
        nudged = ng.settle(network, x, y=y, beta=0.3, solver=solver).state
        assert np.allclose(nudged, ng.settle(network, x, y=y, beta=0.3).state, atol=30.0 * close)


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "root"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_two_populations_of_one_equation_are_one_population_bit_for_bit(kind, dtype):
    own = KINDS[kind]
    graph = ng.topologies.complete(3, 12, 2, bias="neurons" if own.uses_bias else True, scale=0.3, seed=0)
    halves = graph.copy()
    nx.set_node_attributes(halves, {node: "ab"[k % 2] for k, node in enumerate(halves)}, "population")
    one, two = ng.compile(graph, own, dtype=dtype), ng.compile(halves, {"a": own, "b": own}, dtype=dtype)
    x, y = np.random.default_rng(0).random((5, 3)), np.random.default_rng(1).uniform(0.2, 0.7, (5, 2))
    for solver in SOLVERS:
        for phase in ({}, {"y": y, "beta": 0.3}, {"y": y, "beta": -0.1}):
            left, right = (ng.settle(network, x, solver=solver, throw=False, **phase) for network in (one, two))
            assert left.state.tobytes() == right.state.tobytes()
            assert (left.steps == right.steps).all()
            assert left.residual.tobytes() == right.residual.tobytes()
    for rule in (ng.rules.asymmetric_ep(), ng.rules.asymmetric_ep(finite=True), ng.rules.stdp(), ng.rules.deep()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ng.TrainingWarning)
            left, right = (
                ng.train(network, x, y, rule=rule, epochs=4, batch_size=2, seed=0, progress=False).network
                for network in (one, two)
            )
        assert left.weights.tobytes() == right.weights.tobytes()
        assert left.biases.tobytes() == right.biases.tobytes()
    reports = (ng.certify(network, x[:2], level="strong", progress=False) for network in (one, two))
    for left, right in zip(*(report.certificates for report in reports), strict=True):
        assert (left.verdict, left.rate, left.margin, left.claims) == (
            right.verdict, right.rate, right.margin, right.claims,
        )  # fmt: skip


def at_a_kink(network, states):
    """Return whether a neuron is at a bound of its box and hardly pressed against it, or at the kink of a relu."""
    free, (low, high) = network.connectivity.free, network.box
    drift = network.drift(states)[:, free]
    near = np.minimum(np.abs(states - low), np.abs(high - states))[:, free] < 1e-4
    relus = np.array([name == "relu" for name in network.dynamics.names])[network.population[free]]
    total = (network.summed_input(states) + network.biases)[:, free]
    return np.any(near & (np.abs(drift) < 1e-4)) or np.any(relus & (np.abs(total) < 1e-4))


@pytest.mark.parametrize("seed", range(40))
def test_the_exact_rule_is_the_gradient(seed):
    network = mixed(seed, largest=8)
    rng, tight = np.random.default_rng(seed), ng.solvers.Newton(tol=1e-13)
    x, y = rng.uniform(size=(3, 2)), rng.uniform(size=(3, 1))

    def cost(weights):
        settled = ng.settle(network.with_weights(weights), x, solver=tight)
        return 0.5 * np.sum((settled.outputs - y) ** 2, axis=1).mean()

    if at_a_kink(network, ng.settle(network, x, solver=tight).state):
        pytest.skip("a neuron is at a kink, where there are two slopes")
    rule = ng.rules.asymmetric_ep(lift=0.0)
    check = ng.gradient_check(network, x, y, rule, solver=tight)
    assert check.relative_error < 1e-6 or not np.any(check.change)  # where the box holds every output
    steps = 1e-6 * np.eye(network.weights.size)
    slopes = np.array([cost(network.weights + one) - cost(network.weights - one) for one in steps]) / 2e-6
    assert np.linalg.norm(check.change + slopes) <= 1e-6 * max(np.linalg.norm(slopes), 1e-3)


def test_the_order_of_the_nodes_and_of_the_populations_means_nothing():
    network = mixed(3)
    graph = network.to_graph()
    other = nx.DiGraph()
    other.add_nodes_from(sorted(graph.nodes(data=True), key=lambda node: (node[1].get("population"), str(node[0]))))
    other.add_edges_from(graph.edges(data=True))
    turned = ng.compile(other, dict(reversed(network.dynamics.each)))
    x = np.random.default_rng(0).uniform(size=(4, 2))
    x_turned = x[:, [network.inputs.index(node) for node in turned.inputs]]
    states = ng.settle(network, x).state[:, [network.nodes.index(node) for node in turned.nodes]]
    assert np.allclose(ng.settle(turned, x_turned).state, states, atol=1e-9)


def test_a_large_network_takes_threads_and_tiles():
    rng, names = np.random.default_rng(0), ["tanh", "box", "squashed", "cubic"]
    graph = nx.gnp_random_graph(1200, 0.01, seed=1, directed=True)
    drawn = {node: {"population": names[rng.integers(4)], "role": "hidden" if node else "output"} for node in graph}
    nx.set_node_attributes(graph, drawn)
    nx.set_edge_attributes(graph, {edge: float(rng.normal(0.0, 0.1)) for edge in graph.edges}, "weight")
    nx.set_node_attributes(graph, {node: float(rng.normal()) for node in graph}, "bias")
    for dtype, close in ((np.float64, 1e-9), (np.float32, 1e-4)):
        network = ng.compile(graph, {name: KINDS[name] for name in names}, dtype=dtype)
        x = np.empty((3, 0), dtype)
        found = [ng.settle(network, x, solver=solver).state for solver in SOLVERS[:3]]
        for state in found:
            drift = plain_drift(network, state[0].astype(np.float64))
            low, high = network.box
            moving = np.clip(state[0] + drift, low, high) - state[0]
            assert np.abs(moving).max() < 1e3 * close
        assert np.allclose(found[0], found[1], atol=1e3 * close)


def test_they_are_kept_by_all_that_makes_a_network_of_a_network(tmp_path):
    network = mixed(5)
    x, y = np.random.default_rng(0).uniform(size=(6, 2)), np.random.default_rng(1).uniform(size=(6, 1))
    fit = ng.train(network, x, y, epochs=3, seed=0, progress=False)
    pruned = ng.prune(fit.network, ng.pruning.magnitude(0.4)).network
    again = [ng.compile(pruned.to_graph()), pickle.loads(pickle.dumps(pruned)), ng.compile(pruned.to_table())]
    again += [ng.quantise(pruned, levels=1000).network, ng.compile(ng.read(ng.write(pruned, tmp_path / "mixed.json")))]
    for other in again:
        assert other.dynamics == network.dynamics
        assert other.population.tolist() == network.population.tolist()
        assert ng.settle(other, x).state.tobytes() == ng.settle(pruned, x).state.tobytes()
    assert pruned.weights.size < network.weights.size
    assert hash(pickle.loads(pickle.dumps(network.dynamics))) == hash(network.dynamics)


@pytest.mark.parametrize("name", FORMATS)
def test_they_come_back_from_every_format_or_are_refused_by_name(name, tmp_path):
    network, path = mixed(5), tmp_path / f"mixed{FORMATS[name].suffix}"
    if name == ".nir":
        with pytest.raises(ng.FormatError, match="it has several populations"):
            ng.write(network, path)
        return
    again = ng.compile(ng.read(ng.write(network, path)))
    assert again.dynamics == network.dynamics
    assert again.population.tolist() == network.population.tolist()
    for part in ("weights", "biases", "parameters"):
        assert getattr(again, part).tobytes() == getattr(network, part).tobytes()


def test_ties_and_signs_are_kept_between_populations():
    graph = ng.topologies.complete(2, 4, 1, bias="neurons", scale=0.3, seed=0)
    for k, node in enumerate(graph):
        graph.nodes[node]["population"] = ("excitatory", "inhibitory")[k % 2]
        graph.nodes[node]["sign"] = ("excitatory", "inhibitory")[k % 2]
    for pre, _, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"]) * (1.0 if graph.nodes[pre]["sign"] == "excitatory" else -1.0)
    first = list(graph.edges)[:2]
    graph.edges[first[0]].update(tie="t", weight=0.2)
    graph.edges[first[1]].update(tie="t", weight=0.2)
    network = ng.compile(graph, {"excitatory": KINDS["tanh"], "inhibitory": KINDS["relu"]})
    x, y = ng.tasks.logic("or")
    trained = ng.train(network, x, y, epochs=20, seed=0, progress=False).network
    weight = dict(zip(trained.edges, trained.weights.tolist(), strict=True))
    assert weight[first[0]] == weight[first[1]] != 0.2
    signs = np.array([1.0 if graph.nodes[pre]["sign"] == "excitatory" else -1.0 for pre, _ in trained.edges])
    assert np.all(signs * trained.weights >= 0.0)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_range_holds_what_each_population_gives(seed):
    network, rng = mixed(seed), np.random.default_rng(seed)
    n, middle = len(network.nodes), rng.uniform(-2.0, 2.0, (2, len(network.nodes)))
    reach = rng.uniform(0.0, 0.5, (2, n))
    s, total = (Interval.across(m - r, m + r) for m, r in zip(middle, reach, strict=True))
    known = {name: Interval.constant(value) for name, value in network.constants.items()}
    dynamics = network.dynamics
    for equation in (dynamics.drift_equation, dynamics.transfer_equation, dynamics.slope("s"), dynamics.slope("I")):
        found = enclose(equation, {**known, "s": s, "I": total})
        for share in rng.uniform(-1.0, 1.0, (20, 2, n)):
            at = middle + share * reach
            value = equation(**network.constants, s=at[0], I=at[1])
            assert np.all((found.low <= value) & (value <= found.high))


def test_no_equation_is_evaluated_where_it_is_not_a_nodes_own():
    by = ByPopulation.of(("root", "all"), (ng.Dynamics("-log(I)").drift_equation, ng.Dynamics("-s + I").drift_equation))
    values = {"population": np.array([0.0, 1.0, 1.0]), "s": np.array([0.0, 1.0, 2.0]), "I": np.array([1.0, -5.0, -6.0])}
    assert by(**values).tolist() == [0.0, -6.0, -8.0]
    columns = {name: value[:, None] for name, value in values.items()}
    assert by(**columns).tolist() == [[0.0], [-6.0], [-8.0]]
    assert by.symbols == {"population", "s", "I"}
    assert [part.text for part in by_population(by)] == ["-log(I)", "-s + I"]
    assert r"\text{root}" in by.latex()
    text = by.brian({"population": "p"})
    for k, value in enumerate(by(**values).tolist()):
        seen = {"p": values["population"][k], "s": values["s"][k], "I": values["I"][k], "log": np.log}
        assert eval(text, {}, seen) == value
    assert ByPopulation.of(("a", "b"), (by.parts[0],) * 2).brian() == "-log(I)"


def test_plain_values_and_back():
    dynamics = mixed(1).dynamics
    assert dynamics_from_dict(dynamics.to_dict()) == dynamics
    assert dynamics_from_dict(KINDS["slow"].to_dict()) == KINDS["slow"]
    assert dynamics.latex().count(r"\text{") == len(dynamics.each)


def test_a_name_is_text_in_latex_whatever_its_characters():
    one = KINDS["tanh"].drift_equation
    typeset = ByPopulation.of(("50%_a", r"{\b}^~"), (one, one)).latex()
    assert r"\text{50\%\_a}" in typeset
    assert r"\text{\{\textbackslash{}b\}\textasciicircum{}\textasciitilde{}}" in typeset


def test_a_parameter_may_be_called_as_the_ends_of_a_box_are_elsewhere():
    graph = nx.DiGraph([("x", "a", {"weight": 1.0}), ("x", "b", {"weight": 1.0})])
    nx.set_node_attributes(graph, {"x": "input", "b": "output"}, "role")
    nx.set_node_attributes(graph, {"a": "p", "b": "q"}, "population")
    own = ng.Dynamics("-s + box_low*I", box=(0.0, 0.5), parameters={"box_low": 0.25})
    for dynamics, ends in ((own, [0.25, 0.25]), ({"p": own, "q": own}, [0.25, 0.25]),
                           ({"p": own, "q": KINDS["wide"]}, [0.25, 0.5])):  # fmt: skip
        assert ng.settle(ng.compile(graph, dynamics), [[1.0]]).state[0, 1:] == pytest.approx(ends, abs=1e-5)


def test_a_parameter_of_one_population_is_no_matter_of_another():
    graph = nx.DiGraph([("x", "a", {"weight": 1.0}), ("a", "b", {"weight": 1.0})])
    nx.set_node_attributes(graph, {"x": "input", "b": "output"}, "role")
    nx.set_node_attributes(graph, {"a": "slow", "b": "fast"}, "population")
    slow = ng.Dynamics("(-s + I)/tau", parameters={"tau": 4.0})
    network = ng.compile(graph, {"slow": slow, "fast": ng.Dynamics("(-s + I)/tau", parameters={"tau": 0.5})})
    assert network.drift([1.0, 0.0, 0.0]).tolist() == [0.0, 0.25, 0.0]
    assert network.drift([0.0, 1.0, 0.0]).tolist() == [0.0, -0.25, 2.0]


def test_one_population_alone_is_allowed():
    graph = ng.topologies.complete(2, 3, 1, bias=True, seed=0)
    nx.set_node_attributes(graph, "a", "population")
    assert ng.compile(graph, {"a": KINDS["tanh"]}).dynamics == Populations.of({"a": KINDS["tanh"]})


@pytest.mark.parametrize("order", [("left", "stays"), ("stays", "left")])
def test_a_population_may_be_pruned_away_whole(order, tmp_path):
    graph = nx.DiGraph([("a", "y", {"weight": 0.9}), ("y", "a", {"weight": -0.8}), ("b", "y", {"weight": 0.01})])
    graph.add_edges_from([("x", "a", {"weight": 1.0}), ("x", "b", {"weight": 0.02})])
    nx.set_node_attributes(graph, {"x": "input", "a": "hidden", "b": "hidden", "y": "output"}, "role")
    nx.set_node_attributes(graph, {"a": "stays", "b": "left", "y": "stays"}, "population")
    kinds = {"left": KINDS["relu"], "stays": KINDS["tanh"]}
    network = ng.compile(graph, {name: kinds[name] for name in order})
    pruned = ng.prune(network, ng.pruning.magnitude(0.4)).network
    assert "b" not in pruned.nodes
    assert pruned.dynamics == network.dynamics
    graph.remove_node("b")
    alone = ng.compile(graph, KINDS["tanh"])
    for solver in SOLVERS:
        found, expected = (ng.settle(one, [[0.7]], solver=solver) for one in (pruned, alone))
        assert np.array_equal(found.state, expected.state)
    rule = ng.rules.asymmetric_ep(lift=0.0)
    learned, expected = (ng.gradient_check(one, [[0.7]], [[0.1]], rule) for one in (pruned, alone))
    assert np.array_equal(learned.change, expected.change)
    assert ng.certify(pruned)["m_matrix"].rate == ng.certify(alone)["m_matrix"].rate
    ng.write(pruned, tmp_path / "net.npz")
    assert ng.compile(ng.read(tmp_path / "net.npz")).dynamics == network.dynamics
