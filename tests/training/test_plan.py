"""An update in one call is, bit for bit, its parts called one by one."""

import math

import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.optimisers import OPTIMISERS
from neurograph.learning.rules import RULES
from neurograph.training.config import TrainingConfig
from neurograph.training.plan import Plan
from neurograph.training.problem import Problem
from neurograph.training.update import first_optimiser_state

X, Y = ng.tasks.logic("xor")
DYNAMICS = {
    "deep": ng.dynamics.deep("absolute"),
    "signed": ng.dynamics.deep("signed"),
    "tanh": ng.dynamics.additive("tanh"),
    "explicit": ng.Dynamics("-s - s**3/10 + tanh(I + b)", transfer="s/(1 + s**2)"),
}
RULED = {
    **{name: make() for name, make in RULES.items()},
    "summed": ng.rules.stdp(average=False),
    "online of the weight": ng.Rule("w*pre*dpost - pre**2", kind="online"),
    "online whole": ng.Rule("tanh(pre*dpost)", kind="online"),
    "finite": ng.rules.asymmetric_ep(finite=True),
    "no products": ng.Rule("tanh(pre_free*post_free)*w*post_slope"),
    "of the weight": ng.Rule("(pre_sent_nudged*post_nudged - pre_free*post_free)/beta*w"),
}
LIMITS = {"max_norm": 0.1, "max_step": 0.05, "l1": 0.01, "bounds": (-1.0, 1.0), "decay": 0.9}


def network(dynamics="deep", number=np.float64):
    bias = "neurons" if DYNAMICS[dynamics].uses_bias else True
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias=bias, scale=0.5, seed=1)
    return ng.compile(ng.topologies.symmetric(graph), DYNAMICS[dynamics], dtype=number)


def both(begun, monkeypatch, **options):
    """The fit by plans and the fit by parts, and how often a plan answered and how often it left it to the parts."""
    options = {"epochs": 4, "target_cost": None, "seed": 3, "batch_size": 3, "progress": False} | options
    answers, update = [], Plan.update

    def watched(self, *arguments):
        found = update(self, *arguments)
        answers.append(found is not None)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Plan, "update", watched)
        planned = ng.train(begun, X, Y, **options)
    with monkeypatch.context() as patch:
        patch.setattr(Plan, "of", lambda *arguments: None)
        parted = ng.train(begun, X, Y, **options)
    return planned, parted, answers


def assert_same(one, other):
    assert np.array_equal(one.network.weights, other.network.weights)
    assert np.array_equal(one.network.biases, other.network.biases)
    assert np.array_equal(one.state, other.state)
    assert all(np.array_equal(*pair) for pair in zip(one.optimiser_state, other.optimiser_state, strict=True))
    assert all(np.array_equal(values, other.history[name]) for name, values in one.history.items())


@pytest.mark.filterwarnings("ignore::neurograph.TrainingWarning")
@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("dynamics", DYNAMICS)
@pytest.mark.parametrize("rule", RULED)
def test_every_rule_has_the_bits_of_its_parts(rule, dynamics, number, monkeypatch):
    planned, parted, answers = both(network(dynamics, number), monkeypatch, rule=RULED[rule], beta=None)
    assert_same(planned, parted)
    if rule != "finite":  # whose nudges of .5 a network may answer by something else than its gradient
        assert all(answers)


@pytest.mark.parametrize("limits", [{}, LIMITS], ids=["free", "limited"])
@pytest.mark.parametrize("make", OPTIMISERS.values(), ids=str)
def test_every_optimiser_has_the_bits_of_its_parts(make, limits, monkeypatch):
    planned, parted, answers = both(network(), monkeypatch, optimiser=make(0.05, **limits))
    assert all(answers)
    assert_same(planned, parted)


@pytest.mark.filterwarnings("ignore::neurograph.TrainingWarning")
@pytest.mark.parametrize(
    "options",
    [
        {"solver": ng.solvers.Euler(dt=0.1, steps=40, nudged_steps=9, tol=0), "rule": ng.rules.centred_ep()},
        {"start": "warm"},
        {"start": "uniform", "batch_size": 1},
        {"pruner": ng.pruning.magnitude(0.05), "batch_size": 1},
        {"keep": ng.certificates.contracting(rate=0.05)},
        {"keep": ng.certificates.contracting(rate=0.5), "optimiser": ng.optimisers.adam(0.1)},
        {"rule": ng.rules.coupled_learning(0.3), "solver": ng.solvers.Euler(steps=60)},
    ],
    ids=str,
)
def test_every_way_to_train_has_the_bits_of_its_parts(options, monkeypatch):
    planned, parted, answers = both(network(), monkeypatch, **options)
    assert answers
    assert all(answers)
    assert_same(planned, parted)


def test_a_constraint_that_changes_parameters_has_the_bits_of_its_parts(monkeypatch):
    options = {"keep": ng.certificates.contracting(rate=0.2), "optimiser": ng.optimisers.adam(0.1)}
    planned, parted, answers = both(network("signed"), monkeypatch, **options)
    assert all(answers)
    assert_same(planned, parted)
    assert np.array_equal(planned.network.parameters, parted.network.parameters)
    assert np.any(planned.network.parameters != network("signed").parameters)


def test_signs_and_edges_that_do_not_learn_are_kept_to_the_same_bits(monkeypatch):
    graph = ng.topologies.dale(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0), 0.4, seed=0)
    for k, (*_, data) in enumerate(graph.edges(data=True)):
        data["plastic"] = bool(k % 3)
    start = ng.compile(graph)
    planned, parted, answers = both(start, monkeypatch, optimiser=ng.optimisers.adam(0.3, l1=0.1))
    assert all(answers)
    assert_same(planned, parted)
    fixed = ~start.connectivity.plastic
    assert np.array_equal(planned.network.weights[fixed], start.weights[fixed])


def test_self_loops_and_shares_of_classes_have_the_same_bits(monkeypatch):
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=2, bias="neurons", scale=0.3, seed=1)
    graph.add_edges_from([(node, node, {"weight": 0.2}) for node in list(graph) if str(node).startswith("h")])
    start = ng.compile(graph, DYNAMICS["tanh"])
    options = {"cost": ng.costs.cross_entropy(4.0), "epochs": 2, "target_cost": None, "seed": 0}
    planned = ng.train(start, X, Y.ravel().astype(int), **options)
    monkeypatch.setattr(Plan, "of", lambda *arguments: None)
    assert_same(planned, ng.train(start, X, Y.ravel().astype(int), **options))


def test_a_sample_that_is_not_learned_from_is_left_to_the_parts(monkeypatch):
    solver = ng.solvers.Euler(steps=1, tol=0)  # too few for the response
    planned, parted, answers = both(network(), monkeypatch, solver=solver)
    assert not all(answers)
    assert_same(planned, parted)


def test_one_that_diverges_is_named_as_by_the_parts(monkeypatch):
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias=False, scale=9.0, seed=1)
    start = ng.compile(graph, ng.Dynamics("s + I"))
    raised = []
    for plans in (True, False):
        if not plans:
            monkeypatch.setattr(Plan, "of", lambda *arguments: None)
        with pytest.raises(ng.DivergenceError) as caught:
            ng.train(start, X, Y, epochs=2, seed=0)
        raised.append(str(caught.value))
    assert raised[0] == raised[1]


def test_a_step_beyond_every_number_names_the_edge():
    with pytest.raises(ng.DivergenceError, match=r"the weight of edge .* is -?inf after an update in epoch 0"):
        ng.train(network(number=np.float32), X, Y, epochs=1, optimiser=ng.optimisers.sgd(1e300), seed=0)


def test_it_is_made_at_the_second_update_of_its_kind():
    start = network()
    problem = Problem.of(start, X, Y, TrainingConfig())
    assert problem.plan(start, 2) is None
    assert problem.plan(start, 3) is None
    plan = problem.plan(start, 2)
    assert isinstance(plan, Plan)
    assert problem.plan(start.with_weights(0.5 * start.weights), 2) is plan
    pruned = start.without_edges([0, 1])
    assert problem.plan(pruned, 2) is None
    assert problem.plan(pruned, 2) is not plan


def test_there_is_none_where_a_method_may_be_chosen_by_the_weights():
    start = network()
    for solver in (ng.solvers.Newton(), ng.solvers.GaussSeidel(), ng.solvers.Anderson()):
        assert Plan.of(start, TrainingConfig(solver=solver), 2) is None
    layered = ng.compile(ng.topologies.layered(2, (3,), 1, feedback=False), DYNAMICS["tanh"])
    assert Plan.of(layered, TrainingConfig(), 2) is None
    assert Plan.of(start, TrainingConfig(), 2) is not None


@pytest.mark.parametrize("name", RULES)
def test_there_is_none_for_a_clamped_phase_without_a_cycle(name):
    """The only cycle goes through the output, which that phase clamps: it is settled in order, not in Euler's steps."""
    edges = (["x", "h", "y"], ["h", "y", "h"], [1.0, 0.5, 0.5])
    ring = ng.compile(ng.topologies.from_edges(edges, inputs=["x"], outputs=["y"]), DYNAMICS["tanh"])
    config = TrainingConfig(rule=RULES[name]())
    assert (Plan.of(ring, config, 2) is None) == ("clamped" in config.rule.phases)


def test_what_a_plan_is_given_and_gives_stays_as_it_is():
    start, config = network(), TrainingConfig()
    plan, state = Plan.of(start, config, 4), first_optimiser_state(start, config.optimiser)
    begun = np.zeros((4, len(start.nodes)))
    begun[:, start.connectivity.inputs] = X
    weights, memory = start.weights.copy(), [part.copy() for part in state]
    first = plan.update(start, state, begun, Y, 0.5, 0)
    assert np.array_equal(start.weights, weights)
    assert all(np.array_equal(*pair) for pair in zip(state, memory, strict=True))
    assert not first.network.weights.flags.writeable
    after = first.network.weights.copy()
    second = plan.update(first.network, first.optimiser_state, begun, Y, 0.5, 0)
    assert np.array_equal(first.network.weights, after)
    # It follows what it is given, not what it did last.
    again = plan.update(start, state, begun, Y, 0.5, 0)
    assert np.array_equal(again.network.weights, after)
    assert not np.array_equal(second.network.weights, after)
    assert math.isclose(float(again.optimiser_state[2]), 1.0)
