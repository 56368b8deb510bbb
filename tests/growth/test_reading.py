"""What a rule says of absent pairs: what it changes of edges of weight 0 that are there, and the slope of the cost."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.reading import Reading, free_states, task_of
from neurograph.learning.phases import run_phases, weight_change
from neurograph.learning.rules import RULES
from tests.growth.networks import absent, asked, machine, sparse, task

DEEP = {"absolute": ng.dynamics.deep("absolute", extra_leak=1.0), "signed": ng.dynamics.deep("signed", extra_leak=2.0)}
DYNAMICS = {
    "additive": ng.dynamics.additive("tanh"),
    "deep, absolute": DEEP["absolute"],
    "deep, signed": DEEP["signed"],
    "sent": ng.Dynamics("-s - 0.3*s*w_out_abs + 0.1*s*w_out + tanh(I + 0.2)", transfer="s/(1 + s**2)"),
}


def read(network, rule, paired=False, beta=0.05):
    """What the rule says of every absent pair (post, pre)."""
    pairs = absent(network, paired)
    post, pre = np.array(pairs).T
    of = task(network, rule=rule, beta=beta)
    return pairs, Reading.of(rule, asked(network, of=of, paired=paired), ng.growth.rigl(count=1)).changes(pre, post)


def with_edges(network, pairs, weight=0.0, tied=False):
    """The network compiled anew with edges (post, pre) and, tied, those back."""
    graph, n = network.to_graph(), network.nodes
    for j, i in pairs:
        free = graph.nodes[n[i]].get("role") != "input"
        for pre, post in [(i, j), (j, i)][: 1 + (tied and free)]:
            graph.add_edge(n[pre], n[post], weight=weight, **({"tie": f"{i} {j}"} if tied and free else {}))
    return ng.compile(graph, network.dynamics)


def change_of(network, rule, edges, beta=0.05):
    """The change that the rule makes of edges that are there."""
    of = task(network)
    phases = run_phases(rule, free_states(of, network), of.y, beta, of.cost, of.solver)
    changes = dict(zip(network.edges, weight_change(rule, phases)[0], strict=True))
    return np.array([changes[edge] for edge in edges])


LOCAL = [make() for name, make in RULES.items() if make().kind == "readout" and not make().random_sign]


@pytest.mark.parametrize("dynamics", DYNAMICS.values(), ids=DYNAMICS)
@pytest.mark.parametrize("rule", [rule for rule in LOCAL if not rule.symmetric], ids=lambda rule: rule.name)
def test_a_rule_says_of_a_pair_what_it_changes_of_the_edge_of_weight_0(rule, dynamics):
    network = sparse(dynamics, scale=0.3)
    pairs, found = read(network, rule)
    larger = with_edges(network, pairs)
    wanted = change_of(larger, rule, [(network.nodes[i], network.nodes[j]) for j, i in pairs])
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(found, wanted, atol=1e-9)


@pytest.mark.parametrize("rule", LOCAL, ids=lambda rule: rule.name)
def test_of_a_tied_pair_it_is_the_change_of_the_shared_weight(rule):
    network = ng.compile(machine(hidden=6).to_graph(), ng.dynamics.hopfield())
    pairs, found = read(network, rule, paired=True)
    larger = with_edges(network, pairs, tied=True)
    wanted = change_of(larger, rule, [(network.nodes[i], network.nodes[j]) for j, i in pairs])
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    assert np.abs(wanted).max() > 1e-4


INSIDE = np.array([[0.4, 0.9], [0.8, 0.3], [0.6, 0.7]])
"""Inputs by which no neuron of positive weights is at a bound, where there is no gradient."""


def cost(network):
    of = task(network, x=INSIDE)
    return of.cost.mean(free_states(of, network).outputs, of.y)


def slope(network, pair, h=3e-3):
    """The slope of the cost by the weight of an edge that is not there.

    Where |w| counts too, the difference between w = kh and -kh over 2kh is the slope + a kh + b (kh)^2 + ...: from five
    of them, extrapolated to 0.
    """
    at = {k: cost(with_edges(network, [pair], k * h)) for k in range(-5, 6) if k}
    return sum(c * (at[k] - at[-k]) / (2 * k * h) for k, c in zip(range(1, 6), (5, -10, 10, -5, 1), strict=True))


@pytest.mark.parametrize("dynamics", DYNAMICS.values(), ids=DYNAMICS)
def test_the_exact_rule_says_the_slope_of_the_cost(dynamics):
    network = sparse(dynamics, hidden=4, outputs=1, density=0.5, scale=0.3)
    network = network.with_weights(np.abs(network.weights) + 0.05)
    rule, pairs = ng.rules.asymmetric_ep(lift=0.0), absent(network)
    post, pre = np.array(pairs).T
    reading = Reading.of(rule, asked(network, of=task(network, rule=rule, x=INSIDE)), ng.growth.rigl(count=1))
    assert (reading.phases.free.state > 1e-3).all()
    wanted = [-slope(network, pair) for pair in pairs]
    np.testing.assert_allclose(reading.changes(pre, post), wanted, atol=1e-9)
    assert np.abs(wanted).max() > 1e-2


def test_a_rule_of_no_sum_of_products_is_read_pair_by_pair():
    network = sparse()
    rule = ng.Rule("tanh(pre_free*3 + post_free) + w")
    pairs, found = read(network, rule)
    s = free_states(task(network), network).state
    np.testing.assert_allclose(found, [np.tanh(3 * s[:, i] + s[:, j]).mean() for j, i in pairs], rtol=1e-12)


def test_samples_that_are_not_learned_from_count_as_no_change():
    network = sparse()
    of = task(network, rule=ng.rules.asymmetric_ep())
    reading = Reading.of(of.rule, asked(network, of=of), ng.growth.rigl(count=1))
    post, pre = np.array(absent(network)).T
    whole = reading.changes(pre, post)
    reading.phases.learned[:] = False
    assert not reading.changes(pre, post).any()
    assert whole.any()


def test_what_is_asked_without_samples_or_of_a_rule_along_a_phase_is_refused():
    network = sparse()
    with pytest.raises(ng.ParameterError, match="expected x and y to ask about"):
        task_of(asked(network), ng.growth.rigl(count=1))
    with pytest.raises(ng.ParameterError, match="expected x to ask about"):
        task_of(asked(network), ng.growth.activity(count=1))
    with pytest.raises(ng.ParameterError, match="x and y"):
        task_of(asked(network, of=task(network, np.full((4, 2), np.nan))), ng.growth.rigl(count=1))
    with pytest.raises(ng.ParameterError, match=r"growth\.rigl\(rule=rules\.asymmetric_ep\(\)\)"):
        Reading.of(ng.rules.stdp(), asked(network, of=task(network)), ng.growth.rigl(count=1))
