from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.training.gradient_check import gradient

X = np.array([[0.2, 0.9], [0.7, 0.4], [1.0, 0.1]])
Y = np.array([[0.6], [0.3], [0.45]])
TANH = ng.dynamics.additive("tanh")


def complete(seed=0, dynamics=TANH, **options):
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, **{"bias": True, "scale": 0.3, **options}, seed=seed)
    return ng.compile(graph, dynamics)


def chain(*weights, dynamics=TANH):
    """Nodes 0, 1, 2, ... one after the other; the first is the input, the last the output."""
    graph = nx.DiGraph([(k, k + 1, {"weight": weight}) for k, weight in enumerate(weights)])
    graph.nodes[0]["role"], graph.nodes[len(weights)]["role"] = "input", "output"
    return ng.compile(graph, dynamics)


def oscillator():
    """A ring of three that inhibit each other with a gain of 3, which never rests."""
    graph = nx.DiGraph([(k, (k + 1) % 3, {"weight": -3.0}) for k in range(3)])
    graph.add_edge("x", 0, weight=1.0)
    graph.nodes["x"]["role"], graph.nodes[2]["role"] = "input", "output"
    return ng.compile(graph, TANH)


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def test_on_a_chain_the_gradient_is_backpropagation():
    network = chain(0.8, -0.5, 1.2)
    x, y = np.array([[0.9], [-0.4]]), np.array([[0.3], [0.1]])
    weights, biases = gradient(network, x, y)
    a = [x]
    for weight in (0.8, -0.5, 1.2):
        a.append(np.tanh(weight * a[-1]))
    delta, expected = a[3] - y, np.empty(3)
    for k, weight in ((2, 1.2), (1, -0.5), (0, 0.8)):
        delta = delta * (1 - a[k + 1] ** 2)
        expected[k] = np.mean(delta * a[k])
        delta = delta * weight
    assert network.edges == ((0, 1), (1, 2), (2, 3))
    assert np.allclose(weights, expected, rtol=1e-9)
    assert biases.size == 0


def test_the_numbers_of_a_check_are_those_of_its_arrays():
    check = ng.gradient_check(complete(bias="neurons"), X, Y, ng.rules.vector_field(), beta=0.1)
    change = np.concatenate([check.change, check.bias_change])
    downhill = -np.concatenate([check.gradient, check.bias_gradient])
    assert check.bias_change.size == 5
    assert check.cosine == pytest.approx(change @ downhill / np.sqrt((change @ change) * (downhill @ downhill)))
    assert check.relative_error == pytest.approx(np.linalg.norm(change - downhill) / np.linalg.norm(downhill))
    assert 0.1 < check.cosine < 0.99
    assert (check.rule, check.settled, check.learned) == ("vector field", 1.0, 1.0)
    numbers = f"GradientCheck(vector field: cosine {check.cosine:.6f}, relative error {check.relative_error:.2g}"
    assert repr(check) == f"{numbers})"
    assert repr(replace(check, learned=0.25)) == f"{numbers}, 25% of the samples learned from)"
    assert repr(replace(check, settled=0.5)) == f"{numbers}, 50% of the phases settled)"


def test_the_change_is_the_step_of_training():
    network, rule = complete(bias="neurons"), ng.rules.deep()
    check = ng.gradient_check(network, X, Y, rule)
    solver = ng.solvers.Euler(steps=100_000, tol=1e-10)
    options = {"epochs": 1, "batch_size": None, "target_cost": None, "optimiser": ng.optimisers.sgd(1.0)}
    fit = ng.train(network, X, Y, rule=rule, solver=solver, progress=False, **options)
    assert np.allclose(fit.network.weights - network.weights, check.change, atol=1e-15)
    assert np.allclose(fit.network.biases - network.biases, np.append([0, 0], check.bias_change), atol=1e-15)


def test_tied_edges_are_one_parameter():
    graph = complete().to_graph()
    tied = [("h0", "h1"), ("h2", "y0"), ("x0", "h3")]
    for edge in tied:
        graph.edges[edge]["weight"] = 0.1
    apart = ng.gradient_check(ng.compile(graph, TANH), X, Y, ng.rules.vector_field())
    for edge in tied:
        graph.edges[edge]["tie"] = "one"
    network = ng.compile(graph, TANH)
    check = ng.gradient_check(network, X, Y, ng.rules.vector_field())
    places = [network.edges.index(edge) for edge in tied]
    for name in ("change", "gradient"):
        values, alone = getattr(check, name), getattr(apart, name)
        assert values[places] == pytest.approx(alone[places].sum())
        assert np.array_equal(np.delete(values, places), np.delete(alone, places))
    change, slope = (np.delete(values, places[1:]) for values in (check.change, check.gradient))
    assert check.relative_error == pytest.approx(np.linalg.norm(change + slope) / np.linalg.norm(slope))


def test_edges_that_are_not_plastic_do_not_count():
    graph = complete().to_graph()
    graph.edges["h0", "y0"]["plastic"] = False
    network = ng.compile(graph, TANH)
    place = network.edges.index(("h0", "y0"))
    check = ng.gradient_check(network, X, Y, ng.rules.vector_field())
    whole = ng.gradient_check(complete(), X, Y, ng.rules.vector_field())
    assert check.change[place] == check.gradient[place] == 0.0 != whole.gradient[place]
    change, slope = (np.delete(values, place) for values in (whole.change, whole.gradient))
    assert check.relative_error == pytest.approx(np.linalg.norm(change + slope) / np.linalg.norm(slope))


def test_the_scale_of_a_rule_leaves_the_cosine():
    solver = ng.solvers.Euler(dt=0.1, steps=2000, tol=1e-10)
    rules = ng.rules.stdp(average=True), ng.rules.stdp(average=False)
    mean, total = (ng.gradient_check(complete(), X, Y, rule, beta=0.1, solver=solver) for rule in rules)
    assert np.allclose(total.change, 2000 * mean.change)
    assert mean.cosine == pytest.approx(total.cosine)
    assert mean.relative_error == pytest.approx(1.0, abs=0.01)


def test_signs_are_drawn_from_the_seed():
    checks = [ng.gradient_check(complete(), X, Y, ng.rules.random_sign_ep(), seed=seed) for seed in (0, 0, 1, 2)]
    assert same(*checks[:2])
    assert len({check.cosine for check in checks}) > 1


def test_a_rule_may_be_checked_where_it_may_not_be_trained():
    with pytest.raises(ng.GraphError, match="not tied"):
        ng.train(complete(), X, Y, rule=ng.rules.ep())
    assert 0.0 < ng.gradient_check(complete(), X, Y, ng.rules.ep(), beta=0.01).cosine < 0.99


def test_the_default_rule_is_the_gradient_where_no_neuron_is_at_a_bound_and_elsewhere_says_that_it_is_not():
    """A chain x -> h -> y, its two outputs y inside the box and z at 0, where a force pulls z back in."""
    graph = nx.DiGraph([("x", "h", {"weight": 1.0}), ("h", "y", {"weight": 1.0}), ("h", "z", {"weight": -1.0})])
    for node, role in (("x", "input"), ("y", "output"), ("z", "output")):
        graph.nodes[node]["role"] = role
    network, x, y = ng.compile(graph, ng.dynamics.vector_field()), [[0.5]], [[0.6, 0.3]]
    rule, exact = (ng.gradient_check(network, x, y, each) for each in (None, ng.rules.asymmetric_ep(lift=0)))
    # dC/dw of x -> h, h -> y, h -> z: (0.5 - 0.6) times 0.5, 0.5 and 0; z answers 0.1 of its force 0.3.
    by_edge = dict(zip(network.edges, zip(-exact.change, rule.change, strict=True), strict=True))
    assert np.allclose(by_edge["x", "h"], [-0.05, 0.05 - 0.1 * 0.3 * 0.5], atol=1e-9)
    assert np.allclose(by_edge["h", "y"], [-0.05, 0.05], atol=1e-9)
    assert np.allclose(by_edge["h", "z"], [0.0, 0.1 * 0.3 * 0.5], atol=1e-9)
    assert exact.cosine == pytest.approx(1.0)
    assert rule.relative_error == pytest.approx(0.3)  # the length of (-0.015, 0, 0.015) over that of (0.05, 0.05, 0)
    inside = ng.gradient_check(network.with_weights(np.abs(network.weights)), x, y)
    assert inside.relative_error < 1e-9


def test_a_held_output_has_no_gradient_and_the_default_rule_lifts_it():
    network = chain(-1.0, dynamics=ng.dynamics.deep("absolute", extra_leak=1.0))
    x, y = [[0.5]], [[0.7]]
    lifted = ng.gradient_check(network, x, y)
    exact = ng.gradient_check(network, x, y, ng.rules.asymmetric_ep(lift=0.0))
    assert lifted.gradient.tolist() == [0.0]
    assert exact.change.tolist() == [0.0]
    assert lifted.change[0] > 0.0
    assert np.isnan([lifted.cosine, lifted.relative_error, exact.cosine, exact.relative_error]).all()


def test_the_default_solver_suits_the_type_of_the_numbers():
    graph = complete().to_graph()
    check = ng.gradient_check(ng.compile(graph, TANH, dtype=np.float32), X, Y)
    assert check.settled == 1.0
    assert check.relative_error < 1e-4


def test_a_solver_that_takes_every_step_has_settled_when_it_is_at_rest():
    check = ng.gradient_check(complete(), X, Y, solver=ng.solvers.Euler(tol=0.0, steps=500))
    assert check.settled == 0.0
    assert check.relative_error < 1e-8


@pytest.mark.parametrize("call", [gradient, ng.gradient_check])
def test_a_sample_without_an_equilibrium_is_named(call):
    x, y = np.array([[0.1]]), np.array([[0.5]])
    solver = ng.solvers.Euler(dt=0.1, steps=3000)
    with pytest.raises(ng.DivergenceError, match=r"sample 0 still moves after 3000 steps.*more steps.*oscillates"):
        call(oscillator(), x, y, solver=solver)


def test_a_singular_jacobian_is_named():
    """What sends itself all it loses stays where it is: at the bound, where the box holds it, or anywhere."""
    graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.vector_field())
    with pytest.raises(ng.DivergenceError, match=r"sample 1 ends where the Jacobian is singular.*isolated"):
        gradient(network, [[1.0], [0.0]], [[0.7], [0.2]], start=0.5)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"x": X[:, :1]}, ng.DataError, "x has shape"),
        ({"y": Y[:2]}, ng.DataError, "y has 2 samples"),
        ({"rule": "ep"}, ng.ParameterError, "rule is 'ep'"),
        ({"rule": ng.rules.deep(), "beta": 0}, ng.ParameterError, "beta is 0"),
        ({"beta": 0.1}, ng.ParameterError, "has no phase of that nudging strength"),
        ({"cost": "squares"}, ng.ParameterError, "cost is 'squares'"),
        ({"cost": ng.costs.cross_entropy()}, ng.ParameterError, "has one output"),
        ({"solver": 0.1}, ng.ParameterError, "solver is 0.1"),
        ({"start": "warm"}, ng.ParameterError, "start is 'warm'"),
        ({"seed": -1}, ng.ParameterError, "seed is -1"),
    ],
)
def test_what_does_not_fit_is_named(options, error, message):
    with pytest.raises(error, match=message):
        ng.gradient_check(complete(), **{"x": X, "y": Y, **options})


def test_a_fit_in_place_of_a_network_is_told_apart():
    fit = ng.train(complete(), X, Y, epochs=1, progress=False)
    with pytest.raises(ng.ParameterError, match=r"network is of type TrainingState: .*pass its \.network"):
        ng.gradient_check(fit, X, Y)


def test_a_check_reads_as_a_line():
    assert repr(ng.gradient_check(complete(), X, Y)).startswith("GradientCheck(asymmetric ep: cosine 1.000000, rel")
    solver = ng.solvers.Euler(tol=0.0, steps=500)
    assert "0% of the phases settled" in repr(ng.gradient_check(complete(), X, Y, solver=solver))


def test_a_course_is_the_training_and_a_check_after_each_epoch():
    network, rule = complete(), ng.rules.vector_field()
    options = {"rule": rule, "beta": 0.2, "cost": ng.costs.squared_error()}
    history = ng.gradient_history(network, X, Y, epochs=3, optimiser=ng.optimisers.adam(0.05), seed=4, **options)
    assert len(history) == 4
    assert same(history[0], ng.gradient_check(network, X, Y, **options))
    training = {"optimiser": ng.optimisers.adam(0.05), "target_cost": None, "seed": 4, "progress": False}
    fit = ng.train(network, X, Y, epochs=3, **options, **training)
    assert same(history[3], ng.gradient_check(fit.network, X, Y, **options))


def test_a_course_goes_on_through_an_epoch_without_an_equilibrium():
    solver = ng.solvers.Euler(dt=0.1, steps=500)
    with pytest.warns(ng.TrainingWarning, match="0% of the phases settled"):
        history = ng.gradient_history(oscillator(), [[0.1]], [[0.5]], ng.rules.deep(), epochs=2, solver=solver)
    assert [check.rule for check in history] == ["deep"] * 3
    assert all(np.isnan([check.cosine, check.relative_error, *check.gradient]).all() for check in history)
    with pytest.raises(ng.ParameterError, match="epochs is 0"):
        ng.gradient_history(complete(), X, Y, epochs=0)
