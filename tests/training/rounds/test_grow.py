"""grow(): rounds, retraining, what a certificate asks, and the curve."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.costs import error

X, Y = ng.tasks.logic("xor")


def sparse(hidden=10, **more):
    graph = ng.topologies.random(inputs=2, hidden=hidden, outputs=1, density=0.2, seed=1, **more)
    return ng.compile(graph, ng.dynamics.additive("tanh"))


@pytest.mark.parametrize("grower", [ng.growth.random(count=20), ng.growth.random(fraction=20 / 26)])
def test_in_rounds_as_many_come_each_time_until_the_number_is_there(grower):
    grown = ng.grow(sparse(), grower, rounds=3, seed=0)
    assert grown.curve["edges"].tolist() == [26, 32, 39, 46]
    assert [one.epoch for one in grown.added] == [0] * 6 + [1] * 7 + [2] * 7
    assert set(grown.curve) == {"edges"}
    assert {one.edge for one in grown.added} | set(sparse().edges) == set(grown.network.edges)


def test_new_edges_of_weight_0_leave_the_answers_as_they_are_until_training():
    network = sparse()
    at_once = ng.grow(network, ng.growth.rigl(count=30), X, Y, seed=0)
    assert at_once.curve["cost"][0] == pytest.approx(at_once.curve["cost"][1], rel=1e-9)
    assert not any(one.weight for one in at_once.added)
    trained = ng.grow(network, ng.growth.rigl(count=30), X, Y, rounds=2, retrain=60, seed=0)
    assert trained.curve["cost"][-1] < trained.curve["cost"][0]
    weights = dict(zip(trained.network.edges, trained.network.weights, strict=True))
    assert all(weights[one.edge] for one in trained.added)
    assert network.weights.size == 26


def test_the_curve_is_what_is_measured_of_the_network():
    grown = ng.grow(sparse(), ng.growth.activity(count=9), X, Y, rounds=2, retrain=10, seed=1)
    outputs = ng.settle(grown.network, X).outputs
    assert grown.curve["error"][-1] == error(outputs, Y)
    assert grown.curve["edges"][-1] == grown.network.weights.size
    again = ng.grow(sparse(), ng.growth.activity(count=9), X, Y, rounds=2, retrain=10, seed=1)
    assert again.added == grown.added
    assert np.array_equal(again.network.weights, grown.network.weights)
    others = ng.grow(sparse(), ng.growth.activity(count=9), X, Y, validation=(X, 1 - Y), seed=1).curve
    assert others["accuracy"][0] == pytest.approx(1 - grown.curve["accuracy"][0])


def test_the_rule_and_the_nudge_that_are_asked_are_those_of_training():
    how = {"rule": ng.rules.asymmetric_ep(finite=True), "beta": 0.01}
    finite = ng.grow(sparse(), ng.growth.rigl(count=5), X, Y, seed=0, **how).added
    exact = ng.grow(sparse(), ng.growth.rigl(count=5), X, Y, seed=0).added
    assert [one.edge for one in finite] == [one.edge for one in exact]
    scores = [[one.score for one in added] for added in (finite, exact)]
    np.testing.assert_allclose(*scores, rtol=0.1)
    assert scores[0] != scores[1]


def test_what_must_hold_does_after_every_round():
    keep = ng.certificates.contracting(rate=0.3)
    network = keep.project(sparse())
    for retrain in (0, 5):
        grower = ng.growth.random(count=60, weight=0.3, deviation=0.3)
        grown = ng.grow(network, grower, X, Y, rounds=2, retrain=retrain, keep=keep, seed=0)
        assert keep.holds(grown.network)
        assert len(grown.added) == 60
    free = ng.grow(network, grower, seed=0)
    assert not keep.holds(free.network)


def test_binary_neurons_grow_by_what_needs_no_equilibrium():
    graph = ng.topologies.symmetric(ng.topologies.random(inputs=0, hidden=4, outputs=4, density=0.2, seed=0))
    network = ng.compile(graph, ng.dynamics.binary())
    grown = ng.grow(network, ng.growth.random(count=6), seed=0)
    assert len(grown.added) == 6
    assert {one.edge[::-1] for one in grown.added} == {one.edge for one in grown.added}
    for grower in (ng.growth.rigl(count=2), ng.growth.activity(count=2), ng.growth.homeostatic(0.5)):
        with pytest.raises(ng.ParameterError, match=r"these are binary.*growth\.random\(count=10\)"):
            ng.grow(network, grower, X, Y)


def test_a_line_says_what_came():
    grown = ng.grow(sparse(), ng.growth.random(count=4), X, Y, seed=0)
    assert repr(grown).startswith("Growth(4 edges came to 26, 30 are there; accuracy ")
    assert repr(ng.grow(sparse(), ng.growth.random(count=4), seed=0)) == "Growth(4 edges came to 26, 30 are there)"


RANDOM = ng.growth.random(count=2)
BAD = {
    "a grower by name": (lambda: ng.grow(sparse(), "random"), "growth.random(fraction=0.1)"),
    "no number": (lambda: ng.grow(sparse(), ng.growth.random()), "growth.random(count=10)"),
    "what was never removed": (lambda: ng.grow(sparse(), ng.growth.returned()), "number of its own"),
    "a schedule": (lambda: ng.grow(sparse(), ng.growth.random(count=2, every=3)), "every=3"),
    "no x": (lambda: ng.grow(sparse(), ng.growth.activity(count=2)), "x and y are missing"),
    "no y": (lambda: ng.grow(sparse(), ng.growth.rigl(count=2), X), "y is missing"),
    "y alone": (lambda: ng.grow(sparse(), RANDOM, y=Y), "x is missing"),
    "x for nothing": (lambda: ng.grow(sparse(), RANDOM, X), "x is given, but y is missing"),
    "retraining without data": (lambda: ng.grow(sparse(), RANDOM, retrain=3), "retrain is 3"),
    "validation alone": (lambda: ng.grow(sparse(), RANDOM, validation=(X, Y)), "validation is given"),
    "validation a share": (lambda: ng.grow(sparse(), RANDOM, X, Y, validation=0.2), "pair (x, y)"),
    "options for nothing": (lambda: ng.grow(sparse(), RANDOM, X, Y, rule=ng.rules.asymmetric_ep()), "retrain is 0"),
    "a cost without data": (lambda: ng.grow(sparse(), RANDOM, cost=ng.costs.squared_error()), "cost is given"),
    "a cost without targets": (
        lambda: ng.grow(sparse(), ng.growth.activity(count=2), X, cost=ng.costs.squared_error()),
        "cost is given, but y is missing",
    ),
    "no round": (lambda: ng.grow(sparse(), RANDOM, rounds=0), "rounds is 0"),
    "keep a number": (lambda: ng.grow(sparse(), RANDOM, keep=0.1), "keep is 0.1"),
    "a graph": (lambda: ng.grow(sparse().to_graph(), RANDOM), "neurograph.compile"),
    "an argument of none": (lambda: ng.grow(sparse(), RANDOM, count=3), "no argument 'count'"),
}


@pytest.mark.parametrize(("call", "said"), BAD.values(), ids=BAD)
def test_a_bad_call_is_refused_by_name(call, said):
    with pytest.raises(ng.ParameterError) as raised:
        call()
    assert said in str(raised.value)
