"""What training and pruning keep: the projections against their definitions, and whole runs."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import contracting
from neurograph.certificates.constraint import CONTRACTION_THEOREMS, SLACK
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.errors import ParameterError
from tests.strategies import graphs_for

KINDS = {
    "deep, absolute leak": dynamics.deep("absolute"),
    "deep, signed leak": dynamics.deep("signed", extra_leak=0.5),
    "vector field": dynamics.vector_field(),
    "tanh": dynamics.additive("tanh"),
    "sigmoid": dynamics.additive("sigmoid"),
    "relu": dynamics.additive("relu"),
    "hopfield": dynamics.hopfield(),
    "own time constants": Dynamics("(I + b - s)/tau", box=(0.0, 1.0), parameters={"tau": 2.0}),
    "inhibiting": Dynamics("-2*s - I + b", box=(0.0, 1.0)),
    "own leak": Dynamics(
        "(I - s*(w_out_abs + leak))/tau", box=(0.0, 1.0), parameters={"tau": 2.0, "leak": 0.1}, self_loops=False
    ),
    "squashed transfer": Dynamics("-s + I + b", transfer="tanh(s)"),
}
QUICK = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data(), rate=st.sampled_from([0.01, 0.05]), number=st.sampled_from([np.float64, np.float32]))
def test_what_is_projected_holds(kind, data, rate, number):
    graph = data.draw(graphs_for(KINDS[kind], max_free=6, ties=True, attributes=False))
    network = ng.compile(graph, KINDS[kind], dtype=number)
    keep = contracting(rate)
    try:
        kept = keep.project(network)
    except ParameterError:
        assert not network.connectivity.plastic.all()
        return
    assert keep.holds(kept)
    assert kept.weights.dtype == number
    assert np.all(kept.weights * network.weights >= 0.0)
    ties = network.connectivity.ties
    if ties is not None:
        firsts = {tie: kept.weights[k] for k, tie in enumerate(ties)}
        assert all(kept.weights[k] == firsts[tie] for k, tie in enumerate(ties))
    assert keep.project(kept) is kept
    assert (kept is network) == keep.holds(network)


@pytest.mark.parametrize(
    ("kind", "leaks", "slope"),
    [("tanh", (1.0, 1.0), 1.0), ("relu", (1.0, 1.0), 1.0), ("own time constants", (2.0, 0.5), 0.5)],
)
def test_a_self_loop_that_inhibits_stays_and_counts_as_a_leak_where_it_always_is_one(kind, leaks, slope, monkeypatch):
    monkeypatch.setattr("neurograph.certificates.constraint.DENSE", 0)  # rows are shrunk
    graph = nx.DiGraph([("a", "a", {"weight": -3.0}), ("a", "b", {"weight": 9.0}), ("b", "a", {"weight": 9.0})])
    nx.set_node_attributes(graph, {"a": "hidden", "b": "output"}, "role")
    loop, one, other = sorted(contracting(0.05).project(ng.compile(graph, KINDS[kind])).weights)
    assert loop == -3.0
    surpluses = [leak - 0.05 * (1.0 + SLACK) for leak in leaks]
    assert slope**2 * one * other == pytest.approx(surpluses[0] * surpluses[1], rel=1e-6)


@pytest.mark.parametrize("kind", ["absolute", "signed"])
def test_a_leak_is_raised_where_it_is_too_small_and_nowhere_else(kind):
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, scale=0.05, seed=0)
    for place, node in enumerate(("h0", "h1", "h2", "y0")):
        graph.nodes[node]["extra_leak"] = (5.0, 0.0, 3.0, 0.0)[place]
    network = ng.compile(graph, dynamics.deep(kind))
    kept = contracting(0.5).project(network)
    before, after = (one.parameters[network.connectivity.free, 0] for one in (network, kept))
    assert np.all(after[before > 0.0] <= np.nextafter(before[before > 0.0], np.inf))
    assert np.all(after >= before)
    assert np.all(after[before == 0.0] >= 0.5)


def small(kind=None, **attributes):
    graph = nx.DiGraph([("x", "h", {"weight": 0.5}), ("h", "y", {"weight": 2.0}), ("y", "h", {"weight": 2.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    for name, value in attributes.items():
        nx.set_edge_attributes(graph, value, name)
    return ng.compile(graph, kind or dynamics.vector_field())


@pytest.mark.parametrize(
    ("network", "rate", "words"),
    [
        (small(plastic=False), 0.05, "not plastic are too strong"),
        (small(dynamics.additive("tanh"), plastic=False), 0.05, "end at neuron 'h' that are not plastic"),
        (small(), 1.5, "rate is 1.5, but neuron 'h' may leak only 1: expected a lower rate"),
        (small(Dynamics("-s*(1 + 0.5*w_out) + I")), 0.05, "not as the laws of dynamics.deep"),
        (small(Dynamics("-s + step(I)")), 0.05, "may jump"),
        (small(Dynamics("I - s*w_out", self_loops=False)), 0.05, "no parameter of its drift"),
    ],
)
def test_what_cannot_be_held_is_said(network, rate, words):
    with pytest.raises(ParameterError, match=words):
        contracting(rate).project(network)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"keep": 0.05},
            r"keep is 0.05: expected a constraint, such as neurograph.certificates.contracting\(rate=0.05\), or None",
        ),
        (
            {"keep": contracting(), "optimiser": ng.optimisers.sgd(0.1, bounds=(0.1, 1.0))},
            r"bounds is \(0.1, 1.0\), but keep makes weights smaller",
        ),
    ],
)
def test_train_refuses_what_cannot_be_kept(options, words):
    with pytest.raises(ParameterError, match=words):
        ng.train(small(), [[0.0]], [[1.0]], **options)


@pytest.mark.parametrize("rate", [0.0, -1.0, np.nan, "fast"])
def test_a_rate_is_a_number_above_0(rate):
    with pytest.raises(ParameterError, match="rate is"):
        contracting(rate)


@pytest.mark.parametrize("kind", ["deep, signed leak", "vector field", "tanh"])
def test_every_epoch_of_a_run_is_certified(kind):
    x, y = ng.tasks.logic("xor")
    bias = True if kind.startswith("deep") else "neurons"
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=bias, scale=1.0, seed=0)
    network = ng.compile(graph, KINDS[kind])
    keep = contracting(0.1)
    assert not keep.holds(network)
    fit = ng.train(network, x, y, keep=keep, epochs=15, target_cost=None, optimiser=ng.optimisers.adam(0.1), seed=0)
    assert fit.history["rate"].min() >= 0.1
    assert keep.holds(fit.network)
    free = ng.train(network, x, y, epochs=15, target_cost=None, optimiser=ng.optimisers.adam(0.1), seed=0)
    assert "rate" not in free.history
    assert not keep.holds(free.network)


def test_dales_law_and_ties_stay_beside_it():
    x, y = ng.tasks.logic("or")
    graph = ng.topologies.dale(ng.topologies.complete(inputs=2, hidden=4, outputs=1, scale=1.5, seed=1), seed=1)
    network = ng.compile(graph, dynamics.vector_field())
    keep = contracting(0.1)
    fit = ng.train(network, x, y, keep=keep, epochs=5, seed=0)
    sign = network.connectivity.signs[network.connectivity.pre]
    assert np.all(fit.network.weights * sign >= 0.0)
    assert keep.holds(fit.network)


def test_a_run_with_a_raised_leak_goes_on_from_its_checkpoint(tmp_path):
    x, y = ng.tasks.logic("xor")
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias=True, scale=0.5, seed=0)
    network = ng.compile(graph, dynamics.deep("signed"))
    how = {"keep": contracting(0.2), "target_cost": None, "seed": 0, "checkpoint": tmp_path / "run.ckpt"}
    ng.train(network, x, y, epochs=3, **how)
    stopped = ng.train(network, x, y, epochs=6, **how)
    whole = ng.train(network, x, y, epochs=6, **{**how, "checkpoint": None})
    assert stopped.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert stopped.network.weights.tobytes() == whole.network.weights.tobytes()
    assert np.any(whole.network.parameters != network.parameters)
    assert contracting(0.2).holds(ng.compile(whole.network.to_graph(), whole.network.dynamics))


@pytest.mark.parametrize(
    "kind", [lambda rate: dynamics.deep("absolute", extra_leak=rate), lambda rate: Dynamics(f"-{rate}*s + I")]
)
def test_it_holds_from_the_rate_on_that_was_asked_for_and_not_below(kind):
    """An absolute leak, and a neuron that hears no other: the rate is the leak itself."""
    graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    for rate, holds in ((0.0999, False), (0.095, False), (0.1001, True), (0.2, True)):
        assert contracting(0.1).holds(ng.compile(graph, kind(rate))) == holds


@pytest.mark.parametrize("number", [np.float64, np.float32])
def test_what_edges_may_weigh_is_what_neurons_leak_beyond_the_rate_and_rounding(number):
    kind = Dynamics("(-s + tanh(I))/tau", transfer="tanh(3*s)", parameters={"tau": 2.0})
    keep, network = contracting(0.05), ng.compile(ng.topologies.complete(2, 4, 1, seed=0), kind, dtype=number)
    couplings = keep._couplings(network, System(network, None, None, 0.0, None))
    assert couplings.slopes == pytest.approx(3.0 / 2.0)  # max f' times max dg/dI
    eps = np.finfo(number).eps
    beyond = 1.0 / 2.0 - 0.05 * (1.0 + SLACK)
    assert np.all(couplings.surplus <= beyond - 16.0 * eps)
    assert np.all(couplings.surplus >= beyond - 1e4 * eps)


def test_a_rate_that_is_just_proved_is_proved():
    network = ng.compile(ng.topologies.complete(2, 4, 1, seed=0), dynamics.deep("absolute", extra_leak=0.3))
    found = contracting(0.01).certificate(network)
    assert contracting(found.rate).holds(network)
    assert contracting(found.rate)._proved(found)


def test_of_what_fails_the_nearest_to_a_proof_is_shown():
    network = ng.compile(ng.topologies.complete(2, 4, 1, bias=True, scale=2.0, seed=0), dynamics.additive("tanh"))
    tried = [theorem.answer(System(network, None, None, 0.0, None), 60.0).margin for theorem in CONTRACTION_THEOREMS]
    assert None in tried
    assert contracting(0.05).certificate(network).margin == max(one for one in tried if one is not None)
