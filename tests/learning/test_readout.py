"""What a rule reads out of final states, against the rule itself at every edge and sample."""

from dataclasses import replace

import numpy as np
import pytest

import neurograph as ng
from neurograph.kernels import engine
from neurograph.learning.readout import Ends, Pairs, Readout

NODES = ("x", "h", "y")
RULES = [
    "pre_free*post_nudged",
    "(pre_sent_nudged*post_sent_nudged - pre_sent_free*post_sent_free)/beta",
    "pre_sent_free*post_slope*post_response + pre_leak*pre_response",
    "tanh(pre_free + post_nudged)*w",
    "post_slope*(1 + w**2)",
    "w*beta",
]


def made(number=np.float64, drift="-0.5*s*w_out_abs - s + tanh(I + 0.7*b*s)"):
    """A small network with a bias that is no mere input, and final states of a batch drawn at random."""
    random = np.random.default_rng(0)
    graph = ng.topologies.complete(inputs=2, hidden=3, outputs=1, bias="neurons", scale=0.5, seed=1)
    network = ng.compile(graph, ng.Dynamics(drift, transfer="s/(1 + s**2)"), dtype=number)
    batch = 6
    states = {
        name: random.normal(size=(batch, len(network.nodes))).astype(number) for name in ("free", "nudged", "response")
    }
    biased = network.connectivity.biased
    biases = random.normal(size=len(network.nodes))
    biases[np.setdiff1d(np.arange(biases.size), biased)] = 0.0
    network = network.with_weights(network.weights, biases)
    values = np.concatenate([network.weights, network.biases[biased]])
    beta = np.full(batch, 0.3)
    return Ends(network, states, None, beta, values, values.astype(np.float64))


def expected(rule, ends, pairs=None):
    """The mean over samples of the rule, in a plain loop over edges and biases, or over other pairs."""
    network, found = ends.network, []
    connectivity, nodes = network.connectivity, len(network.nodes)
    free = np.isin(np.arange(nodes), connectivity.free)
    slopes = {
        name: network.at_nodes(network.dynamics.slope(name), ends.states["free"]) for name in ("I", "b", "w_out_abs")
    }
    if pairs is None:
        pairs = [*zip(connectivity.pre, connectivity.post, strict=True), *((None, j) for j in connectivity.biased)]
    for (i, j), w in zip(pairs, ends.values, strict=True):
        values = {"w": w, "beta": 0.3}
        for phase, state in ends.states.items():
            sent = network.sent(state)
            values[f"pre_{phase}"] = (phase != "response") if i is None else state[:, i]
            values[f"pre_sent_{phase}"] = 1.0 if i is None else sent[:, i]
            values[f"post_{phase}"], values[f"post_sent_{phase}"] = state[:, j], sent[:, j]
        values["post_slope"] = slopes["b" if i is None else "I"][:, j] * free[j]
        values["pre_leak"] = 0.0 if i is None else free[i] * slopes["w_out_abs"][:, i] * np.sign(w)
        used = {name: values[name] for name in rule.expression.symbols}
        found.append(np.mean(np.broadcast_to(rule.expression(**used), 6)))
    return np.array(found)


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("change", RULES)
def test_it_is_the_rule_at_every_edge_and_bias(change, number):
    rule, ends = ng.Rule(change), made(number)
    readout = Readout(rule, ends, 0.3)
    assert engine.run(tuple(readout.calls)) == len(readout.calls)
    tolerance = 1e-5 if number == np.float32 else 1e-12
    assert np.allclose(readout.changes, expected(rule, ends), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("change", RULES)
def test_it_is_the_rule_at_pairs_that_are_no_edges_at_weight_0(change, number):
    """Any of them, also none, and where edges are tied; a bias is not among them."""
    rule, ends = ng.Rule(change), made(number)
    n, rng = len(ends.network.nodes), np.random.default_rng(1)
    for count in (0, 1, 9):
        codes = np.sort(rng.choice(n * n, count, replace=False))
        post, pre = np.divmod(codes, n)
        pairs = Pairs(pre.astype(np.int32), np.searchsorted(post, np.arange(n + 1)))
        at = replace(ends, values=np.zeros(count, number), doubles=np.zeros(count), pairs=pairs)
        readout = Readout(rule, at, 0.3)
        engine.run(tuple(readout.calls))
        tolerance = 1e-5 if number == np.float32 else 1e-12
        wanted = expected(rule, at, [*zip(pre, post, strict=True)])
        assert np.allclose(readout.changes, wanted, rtol=tolerance, atol=tolerance)


def test_what_the_calls_find_follows_what_is_there_then():
    rule, ends = ng.Rule(RULES[0]), made()
    readout = Readout(rule, ends, 0.3)
    engine.run(tuple(readout.calls))
    before = readout.changes.copy()
    ends.states["nudged"][...] *= 2.0
    engine.run(tuple(readout.calls))
    assert np.allclose(readout.changes[: ends.network.weights.size], 2.0 * before[: ends.network.weights.size])


def test_each_sample_may_have_a_beta_of_its_own():
    rule, ends = ng.Rule(RULES[1], random_sign=True), made()
    ends.beta[...] = [0.3, -0.3, 0.3, 0.3, -0.3, -0.3]
    readout = Readout(rule, ends, 0.3)
    engine.run(tuple(readout.calls))
    signs = np.sign(ends.beta)
    sent = {name: ends.network.sent(state) for name, state in ends.states.items()}
    i, j = ends.network.connectivity.pre, ends.network.connectivity.post
    product = (sent["nudged"][:, i] * sent["nudged"][:, j] - sent["free"][:, i] * sent["free"][:, j]) / 0.3
    assert np.allclose(readout.changes[: i.size], (signs[:, None] * product).mean(axis=0))


def test_tied_edges_share_the_sum_of_their_changes():
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=1, hidden=3, outputs=1, scale=0.5, seed=1))
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    states = {name: np.random.default_rng(0).normal(size=(4, len(network.nodes))) for name in ("free", "nudged")}
    values = np.concatenate([network.weights, network.biases[network.connectivity.biased]])
    readout = Readout(ng.Rule("pre_free*post_nudged"), Ends(network, states, None, np.ones(4), values, values), 1.0)
    engine.run(tuple(readout.calls))
    product = {(a, b): np.mean(states["free"][:, i] * states["nudged"][:, j]) for (a, b), i, j in zip(
        network.edges, network.connectivity.pre, network.connectivity.post, strict=True)}  # fmt: skip
    tied = [edge for edge in network.edges if edge[::-1] in product]
    assert tied
    for edge in tied:
        assert readout.changes[network.edges.index(edge)] == pytest.approx(product[edge] + product[edge[::-1]])
