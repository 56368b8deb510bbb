"""Training of binary neurons: what is learned, what is measured, going on, and what is refused."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.rules import SAMPLED_RULES
from tests.sampling.networks import machine


def zeroed(network):
    return network.with_weights(np.zeros_like(network.weights), np.zeros_like(network.biases))


def exact_samples(network, count, seed=0):
    exact = ng.exact_distribution(network)
    drawn = np.random.default_rng(seed).choice(exact.probabilities.size, count, p=exact.probabilities)
    return exact.states[drawn][:, network.connectivity.outputs]


@pytest.mark.parametrize("rule", SAMPLED_RULES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_couplings_are_recovered_from_samples(rule, dtype):
    teacher = machine(8, scale=0.8, density=0.5, seed=1, dtype=dtype)
    x = exact_samples(teacher, 20_000)
    options = {"rule": SAMPLED_RULES[rule](), "epochs": 10, "batch_size": 100, "seed": 0}
    fit = ng.train(zeroed(teacher), x, optimiser=ng.optimisers.adam(0.05, decay=0.7), **options)
    assert np.corrcoef(fit.network.weights, teacher.weights)[0, 1] > 0.99
    assert np.abs(fit.network.biases - teacher.biases).max() < 0.3


def test_the_rule_of_binary_neurons_is_probability_flow_where_none_is_named():
    network, x = machine(4), np.eye(4)
    named = ng.train(network, x, rule=ng.rules.variational_probability_flow(), epochs=3, seed=0)
    assert np.array_equal(ng.train(network, x, epochs=3, seed=0).network.weights, named.network.weights)


def test_the_history_is_the_flow_and_the_error_given_the_others():
    network, x = machine(5, seed=2), np.random.default_rng(0).integers(0, 2, (30, 5))
    fit = ng.train(network, x, epochs=1, batch_size=None, seed=0)
    now = fit.network
    a = x @ now.matrix().toarray().T + now.biases
    assert fit.history["cost"][0] == pytest.approx(np.exp((0.5 - x) * a).sum(axis=1).mean(), rel=1e-12)
    assert fit.history["error"][0] == pytest.approx(np.abs(x - 1.0 / (1.0 + np.exp(-a))).mean(), rel=1e-12)
    assert fit.history["settled"].tolist() == fit.history["learned"].tolist() == [1.0]


def test_chances_are_drawn_anew_in_each_epoch_and_learned_as_chances():
    network = zeroed(machine(2, density=0.0))
    x = np.tile([0.2, 0.7], (2000, 1))
    fit = ng.train(network, x, epochs=20, batch_size=100, optimiser=ng.optimisers.adam(0.1, decay=0.8), seed=0)
    assert np.allclose(ng.exact_distribution(fit.network).marginals, [0.2, 0.7], atol=0.03)


def test_training_that_goes_on_equals_training_that_never_stopped(tmp_path):
    network, x = machine(visible=4, hidden=3, seed=0), np.random.default_rng(1).integers(0, 2, (40, 4))
    options = {"rule": ng.rules.contrastive_divergence(2), "seed": 1}
    whole = ng.train(network, x, epochs=6, **options)
    first = ng.train(network, x, epochs=4, **options)
    again = ng.train(first, x, epochs=2, rule=options["rule"])
    file = tmp_path / "run.ckpt"
    ng.train(network, x, epochs=3, checkpoint=file, **options)
    resumed = ng.train(network, x, epochs=6, checkpoint=file, **options)
    for fit in (again, resumed):
        assert np.array_equal(fit.network.weights, whole.network.weights)
        assert np.array_equal(fit.state, whole.state)


def test_validation_and_pruning_go_along():
    teacher = machine(6, density=0.5, seed=3)
    x = exact_samples(teacher, 600)
    complete = zeroed(machine(6, seed=0))
    options = {"validation": 0.2, "patience": 30, "epochs": 30, "seed": 0}
    fit = ng.train(complete, x, pruner=ng.pruning.magnitude(threshold=0.01), **options)
    assert fit.network.weights.size < complete.weights.size
    assert fit.history["validation_cost"].size == fit.epochs
    assert np.array_equal(fit.network.matrix().toarray(), fit.network.matrix().toarray().T)


def test_several_seeds_run_side_by_side_and_a_step_is_an_epoch_of_one_batch():
    network, x = machine(4), np.eye(4)
    fits = ng.train(network, x, epochs=2, seed=[0, 1])
    assert not np.array_equal(fits[0].network.weights, fits[1].network.weights)
    step = ng.training_step(network, x, seed=0)
    one = ng.train(network, x, epochs=1, batch_size=None, seed=0)
    assert np.array_equal(step.network.weights, one.network.weights)


def test_a_target_cost_ends_the_run():
    network, x = machine(4), np.zeros((20, 4))
    fit = ng.train(network, x, epochs=500, optimiser=ng.optimisers.adam(0.1), target_cost=0.5, seed=0)
    assert fit.finished == "stopped at cost 0.5"
    assert fit.history["cost"][-1] <= 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"y": np.eye(4)}, ["y is given", "no targets", "train(network, x)"]),
        (
            {"rule": ng.rules.asymmetric_ep()},
            ["asymmetric ep", "compares equilibria", "variational_probability_flow()"],
        ),
        ({"rule": ng.rules.through_time()}, ["through time, which runs sequences"]),
        ({"rule": ng.rules.stdp()}, ["stdp, which follows a network to its equilibrium"]),
        ({"beta": 0.5, "rule": ng.rules.ep()}, ["rule is ep"]),
        ({"cost": ng.costs.cross_entropy()}, ["cost is", "binary neurons are drawn"]),
        ({"solver": ng.solvers.Euler()}, ["solver is Euler"]),
        ({"start": "warm"}, ["start is 'warm'"]),
        ({"keep": ng.certificates.contracting()}, ["keep is"]),
        ({"validation": (np.eye(4), np.eye(4))}, ["validation is a pair", "share"]),
        ({"pruner": ng.pruning.saliency(0.1)}, ["saliency", "gradient of a cost", "magnitude"]),
    ],
)
def test_what_is_about_equilibria_is_refused(options, words):
    with pytest.raises(ng.ParameterError) as error:
        ng.train(machine(4), np.eye(4), **options)
    assert all(word.lower() in str(error.value).lower() for word in words), str(error.value)


def test_untied_edges_of_symmetric_neurons_are_not_trained():
    graph = machine(3).to_graph()
    for _, _, data in graph.edges(data=True):
        del data["tie"]
    with pytest.raises(ng.GraphError, match=r"not tied.*topologies\.symmetric"):
        ng.train(ng.compile(graph), np.eye(3))
    free = ng.compile(graph, ng.dynamics.binary(symmetric=False))
    assert ng.train(free, np.eye(3), epochs=1, seed=0).epochs == 1
    with pytest.raises(ng.GraphError, match="contrastive divergence"):
        ng.train(free, np.eye(3), rule=ng.rules.contrastive_divergence())


def test_a_sampled_rule_is_refused_where_neurons_are_rates():
    network, (x, y) = ng.compile(ng.topologies.complete(2, 2, 1, seed=0)), ng.tasks.logic("xor")
    for call in (ng.train, ng.gradient_check):
        with pytest.raises(ng.ParameterError, match="rule is contrastive divergence, which is not one of rates"):
            call(network, x, y, rule=ng.rules.contrastive_divergence())


def test_chances_that_validate_are_drawn_as_chances_too():
    graph = nx.DiGraph()
    graph.add_node("a", role="output", bias=4.0)
    network = ng.compile(graph, ng.dynamics.binary())
    slow = ng.optimisers.sgd(1e-9)
    fit = ng.train(network, np.full((4000, 1), 0.5), epochs=1, optimiser=slow, validation=0.5, seed=0)
    assert fit.history["validation_cost"][0] == pytest.approx(np.cosh(2.0), rel=0.1)  # (e^2 + e^-2)/2
