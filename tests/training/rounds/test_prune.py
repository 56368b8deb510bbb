"""prune(): rounds, retraining, what a certificate holds back, and the curve."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import Constraint
from neurograph.equations.costs import error

X, Y = ng.tasks.logic("xor")


@pytest.fixture(scope="module")
def trained():
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    return ng.train(ng.compile(graph), X, Y, seed=0).network


class Asked(Constraint):
    """A constraint of which pruning asks nothing but whether it holds."""

    def certificate(self, network):
        raise NotImplementedError

    project = certificate


class Needs(Asked):
    """Some edges must be there; counts how often it is asked."""

    def __init__(self, edges):
        self.edges, self.asked = set(edges), 0

    def holds(self, network):
        self.asked += 1
        return self.edges <= set(network.edges)


def test_in_rounds_the_same_share_goes_each_time_until_the_fraction_is_gone(trained):
    pruning = ng.prune(trained, ng.pruning.magnitude(0.75), rounds=2, neurons=False)
    assert pruning.curve["edges"].tolist() == [48, 24, 12]
    assert [gone.epoch for gone in pruning.removed] == [0] * 24 + [1] * 12
    at_once = ng.prune(trained, ng.pruning.magnitude(0.75), neurons=False)
    assert set(at_once.network.edges) == set(pruning.network.edges)  # without retraining rounds change nothing
    assert set(pruning.curve) == {"edges"}


def test_the_curve_is_what_is_measured_of_the_network(trained):
    pruning = ng.prune(trained, ng.pruning.saliency(0.6), X, Y, rounds=3, retrain=30, seed=1)
    outputs = ng.settle(pruning.network, X).outputs
    assert pruning.curve["error"][-1] == error(outputs, Y)
    assert pruning.curve["cost"][-1] == pytest.approx(ng.costs.squared_error().mean(outputs, Y), rel=1e-9)
    assert pruning.curve["accuracy"] == pytest.approx(1.0 - pruning.curve["error"])
    assert pruning.curve["edges"][-1] == pruning.network.weights.size
    assert len(pruning.removed) == trained.weights.size - pruning.network.weights.size
    again = ng.prune(trained, ng.pruning.saliency(0.6), X, Y, rounds=3, retrain=30, seed=1)
    assert again.removed == pruning.removed
    assert np.array_equal(again.network.weights, pruning.network.weights)
    assert trained.weights.size == 48


def test_targets_that_are_no_classes_have_no_accuracy(trained):
    curve = ng.prune(trained, ng.pruning.magnitude(0.1), X, 0.5 * Y).curve
    assert set(curve) == {"edges", "cost", "error"}


def test_rounds_end_before_the_accuracy_falls_too_far(trained):
    asked = {"rounds": 12, "seed": 0}
    far = ng.prune(trained, ng.pruning.magnitude(0.99), X, Y, **asked)
    lost = far.curve["error"] - far.curve["error"][0]
    assert lost.max() >= 0.25  # it does fall, at some round
    stopped = ng.prune(trained, ng.pruning.magnitude(0.99), X, Y, max_drop=0.2, **asked)
    good = int(np.argmax(lost > 0.2))
    assert stopped.curve["edges"].tolist() == far.curve["edges"][:good].tolist()
    assert error(ng.settle(stopped.network, X).outputs, Y) == stopped.curve["error"][-1] <= 0.2
    kept = ng.prune(trained, ng.pruning.magnitude(0.99), X, Y, max_drop=0.2, retrain=100, **asked)
    assert kept.network.weights.size < stopped.network.weights.size  # training brings back what a round costs


def test_the_drop_is_measured_on_other_samples_where_there_are_some(trained):
    wrong = (X, 1 - Y)
    curve = ng.prune(trained, ng.pruning.magnitude(0.1), X, Y, validation=wrong).curve
    assert curve["accuracy"][0] == 0.0


def test_what_comes_again_leaves_for_good_in_the_last_round(trained):
    how = {"rounds": 3, "retrain": 5, "target_cost": None, "neurons": False, "seed": 0}
    pruning = ng.prune(trained, ng.pruning.magnitude(0.5), X, Y, grower=ng.growth.returned(), **how)
    assert pruning.curve["edges"].tolist() == [48, 48, 48, 24]
    gone, came = ([{one.edge for one in log if one.epoch == k} for k in range(3)] for log in (
        pruning.removed, pruning.added))  # fmt: skip
    assert [len(edges) for edges in gone] == [10, 18, 24]  # 1 - 0.5^(k/3) of 48
    assert came == [gone[0], gone[1], set()]
    assert [pruning.graph_after(rounds).pre.size for rounds in range(4)] == [48, 48, 48, 24]


def test_beside_a_grower_each_round_takes_the_fraction_and_the_number_is_held(trained):
    sparse = ng.prune(trained, ng.pruning.random(0.5), neurons=False, seed=0).network
    how = {"rounds": 4, "neurons": False, "seed": 0}
    pruning = ng.prune(sparse, ng.pruning.magnitude(0.25), grower=ng.growth.random(weight=2.0), **how)
    assert pruning.curve["edges"].tolist() == [24] * 5
    assert [sum(one.epoch == k for one in pruning.removed) for k in range(4)] == [6] * 4
    assert [sum(one.epoch == k for one in pruning.added) for k in range(4)] == [6] * 4
    assert repr(pruning) == "Pruning(24 of 24 edges left the graph, 24 came, 24 stay)"
    assert pruning.graph_after(4).pre.tolist() == pruning.network.connectivity.pre.tolist()
    fewer = ng.prune(sparse, ng.pruning.magnitude(0.25), grower=ng.growth.random(count=2), **how)
    assert fewer.curve["edges"].tolist() == [24, 20, 17, 15, 13]  # 24 - round(24/4) + 2, and so on


def test_neurons_whose_edges_are_gone_leave_too(trained):
    others = [edge for edge in trained.edges if "h0" not in edge]
    network = trained.without_edges([k for k, edge in enumerate(trained.edges) if edge[0] == "h0"])
    pruning = ng.prune(network, ng.pruning.magnitude(0.0))
    assert pruning.neurons == ("h0",)
    assert list(pruning.network.edges) == others
    assert "h0" not in pruning.network.to_graph()
    assert pruning.network.inputs == trained.inputs
    assert {gone.reason for gone in pruning.removed} == {"at a neuron that no input drives, or that reaches no output"}
    both = (ng.settle(one, X).outputs for one in (pruning.network, trained.without_edges([
        k for k, edge in enumerate(trained.edges) if "h0" in edge])))  # fmt: skip
    assert np.array_equal(*both)


@given(needed=st.sets(st.integers(0, 47), max_size=6), fraction=st.floats(0.1, 1.0))
@settings(max_examples=30)
def test_only_the_edges_that_are_needed_are_held_back(trained, needed, fraction):
    keep = Needs(trained.edges[k] for k in needed)
    free = ng.prune(trained, ng.pruning.magnitude(fraction), neurons=False)
    pruning = ng.prune(trained, ng.pruning.magnitude(fraction), keep=keep, neurons=False)
    gone, wished = ({r.edge for r in one.removed} for one in (pruning, free))
    assert gone == wished - keep.edges
    assert set(pruning.held) == wished & keep.edges
    assert keep.asked <= 2 + len(pruning.held) * (1 + np.ceil(np.log2(len(wished) + 1)))


def test_tied_edges_are_held_back_together():
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=2, hidden=3, outputs=1, seed=0))
    network = ng.compile(graph, ng.dynamics.hopfield())
    keep = Needs([("h0", "h1")])
    pruning = ng.prune(network, ng.pruning.magnitude(1.0), keep=keep, neurons=False)
    assert set(pruning.network.edges) == set(pruning.held) == {("h0", "h1"), ("h1", "h0")}


class SymmetricPart(Asked):
    """The largest eigenvalue of the symmetric part of the Jacobian is at most -rate: contraction in the l_2 norm."""

    def __init__(self, rate):
        self.rate = rate

    def holds(self, network):
        free = network.connectivity.free
        jacobian = network.jacobian(np.zeros(len(network.nodes))).toarray()[np.ix_(free, free)]
        return np.linalg.eigvalsh((jacobian + jacobian.T) / 2).max() <= -self.rate


def test_a_contraction_lives_through_pruning():
    """Edges that pull against each other contract together, and alone may not."""
    graph = ng.topologies.complete(inputs=1, hidden=6, outputs=1, scale=0.0, seed=3)
    rng = np.random.default_rng(0)
    for u, v in graph.edges:
        back = graph.get_edge_data(v, u, {"weight": 0.0})["weight"]
        graph.edges[u, v]["weight"] = -back if back else rng.normal()
    network, keep = ng.compile(graph, ng.dynamics.vector_field()), SymmetricPart(0.5)
    assert keep.holds(network)
    kept, free = (ng.prune(network, ng.pruning.random(0.5), keep=each, neurons=False, seed=4) for each in (keep, None))
    assert not keep.holds(free.network)
    assert keep.holds(kept.network)
    assert kept.removed
    assert kept.held
    assert f"{len(kept.held)} of them held back by keep" in repr(kept)
    assert "held back" not in repr(free)


def test_training_keeps_its_certificate_while_edges_leave():
    graph = ng.topologies.complete(inputs=2, hidden=6, outputs=1, bias="neurons", scale=0.5, seed=3)
    keep, network = ng.certificates.contracting(rate=0.3), ng.compile(graph, ng.dynamics.additive("tanh"))
    fit = ng.train(network, X, Y, keep=keep, pruner=ng.pruning.random(0.1), epochs=5, target_cost=None, seed=0)
    assert fit.removed
    assert keep.holds(fit.network)
    pruning = ng.prune(fit.network, ng.pruning.saliency(0.5), X, Y, rounds=2, retrain=3, keep=keep, seed=0)
    assert len(pruning.removed) >= fit.network.weights.size // 2
    assert keep.holds(pruning.network)


def test_a_certificate_is_kept_while_edges_come_in_rounds():
    graph = ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.4, bias=True, seed=3)
    keep = ng.certificates.contracting(rate=0.3)
    network = keep.project(ng.compile(graph, ng.dynamics.additive("tanh")))
    grower = ng.growth.random(weight=1.0, deviation=1.0)  # by which it would not hold
    pruning = ng.prune(network, ng.pruning.magnitude(0.3), grower=grower, rounds=3, keep=keep, neurons=False, seed=0)
    assert pruning.added
    assert keep.holds(pruning.network)
    assert not keep.holds(ng.prune(network, ng.pruning.magnitude(0.3), grower=grower, neurons=False, seed=0).network)


def small():
    return ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))


HALF = ng.pruning.magnitude(0.5)
REFUSED = [
    ("retraining without data", lambda: ng.prune(small(), HALF, retrain=3), ["retrain is 3", "x and y are missing"]),
    ("a drop without targets", lambda: ng.prune(small(), HALF, X, max_drop=0.1), ["max_drop is 0.1", "y is missing"]),
    ("a negative drop", lambda: ng.prune(small(), HALF, X, Y, max_drop=-1), ["max_drop is -1", ">= 0"]),
    ("no rounds", lambda: ng.prune(small(), HALF, rounds=0), ["rounds is 0", ">= 1"]),
    ("half an epoch", lambda: ng.prune(small(), HALF, X, Y, retrain=0.5), ["retrain is 0.5", ">= 0"]),
    (
        "a return at once",
        lambda: ng.prune(small(), HALF, grower=ng.growth.returned()),
        ["returned()", "rounds is 1", "2 rounds"],
    ),
    (
        "a return and a largest drop",
        lambda: ng.prune(small(), HALF, X, Y, grower=ng.growth.returned(), rounds=2, retrain=1, max_drop=0.1),
        ["max_drop is 0.1", "no max_drop"],
    ),
    ("no grower", lambda: ng.prune(small(), HALF, grower=0.1), ["grower is 0.1", "growth.random"]),
    (
        "a schedule of epochs",
        lambda: ng.prune(small(), HALF, grower=ng.growth.random(every=2)),
        ["every=2", "neurograph.prune"],
    ),
    ("gradients of no data", lambda: ng.prune(small(), HALF, grower=ng.growth.rigl()), ["Rigl", "x and y are missing"]),
    ("an unknown argument", lambda: ng.prune(small(), HALF, X, Y, retrain=1, epoch=3), ["'epoch'", "optimiser"]),
    ("an unknown argument without data", lambda: ng.prune(small(), HALF, epoch=3), ["'epoch'", "optimiser"]),
    ("a start without data", lambda: ng.prune(small(), HALF, start=0.1), ["start is given", "x and y are missing"]),
    ("a rule and no retraining", lambda: ng.prune(small(), HALF, X, Y, rule=ng.rules.deep()), ["rule", "retrain is 0"]),
    (
        "a keep of text",
        lambda: ng.prune(small(), HALF, keep="contracting"),
        ["'contracting'", "contracting(rate=0.05)"],
    ),
    (
        "a keep that never held",
        lambda: ng.prune(small(), HALF, keep=ng.certificates.contracting(rate=50.0)),
        ["rate=50.0", "before anything leaves"],
    ),
    (
        "a validation share",
        lambda: ng.prune(small(), HALF, X, Y, validation=0.2),
        ["validation is of type float", "pair"],
    ),
    ("an unknown nudge", lambda: ng.pruning.saliency(0.5, nudge="sign"), ["'sign'", "'random'"]),
    ("a strength of 0", lambda: ng.pruning.proximal(0.0), ["strength is 0.0", "> 0"]),
]


@pytest.mark.parametrize(("call", "parts"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_call_is_refused_by_name(call, parts):
    with pytest.raises(ng.ParameterError) as caught:
        call()
    for part in parts:
        assert part in str(caught.value)


def test_a_fall_is_measured_from_before_the_first_round(trained, monkeypatch):
    """Each round costs 0.1: the second is 0.2 below the start, though 0.1 below the first."""
    errors = iter([0.0, 0.1, 0.2, 0.3])
    monkeypatch.setattr(
        "neurograph.training.rounds.prune.measured",
        lambda network, _: {"edges": float(network.weights.size), "error": next(errors)},
    )
    pruning = ng.prune(trained, ng.pruning.magnitude(0.9), X, Y, rounds=3, max_drop=0.15, neurons=False)
    assert pruning.curve["error"].tolist() == [0.0, 0.1]
    assert pruning.network.weights.size == pruning.curve["edges"][1]


def test_what_is_left_of_a_graph_whose_neurons_leave_keeps_its_labels_order_and_attributes():
    graph = ng.topologies.complete(inputs=2, hidden=6, outputs=1, bias="neurons", seed=0)
    for k, (pre, post) in enumerate(graph.edges):
        graph.edges[pre, post].update(weight=1e-3 if "h3" in (pre, post) or "h0" in (pre, post) else 1.0, k=k)
    for k, node in enumerate(graph):
        graph.nodes[node]["place"] = k
    graph.graph["name"] = "small"
    network = ng.compile(graph, ng.dynamics.additive("tanh"), np.float32)
    pruning = ng.prune(network, ng.pruning.magnitude(threshold=0.1))
    assert pruning.neurons == ("h0", "h3")
    left = pruning.network.to_graph()
    graph.remove_nodes_from(pruning.neurons)
    assert list(left.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(left.edges(data=True)) == list(graph.edges(data=True))
    assert (left.graph["name"], pruning.network.dtype) == ("small", np.float32)
